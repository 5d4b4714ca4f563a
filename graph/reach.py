"""Questions that follow several edges: impact, a path between two symbols, the tests of a symbol, and its neighbourhood."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from graph.answers import Answer, Cap, Coverage, GraphView, ReachAnswer, Reached, Verdict, by_evidence, capped
from graph.dispatch import Dispatch
from graph.model import UNNAMED, Edge, EdgeKind, Evidence, Handle, Node, NodeKind, outside_node
from graph.questions import KNOWN, LIMIT, Scope, answer, coverage_of, scope_of
from graph.tests_of import is_test_file

AFFECTING = (
    *(EdgeKind.CALLS, EdgeKind.INSTANTIATES, EdgeKind.REFERENCES, EdgeKind.READS, EdgeKind.WRITES, EdgeKind.INHERITS),
    *(EdgeKind.IMPLEMENTS, EdgeKind.OVERRIDES, EdgeKind.HANDLES, EdgeKind.REQUESTS),
)
"""Kinds along which a change of the target may be felt by the source. An import alone feels nothing: the use of what it names does."""
LEADING = tuple(kind for kind in AFFECTING if kind is not EdgeKind.OVERRIDES)

DEPTH = 3
NODES = 2_000
PATH_DEPTH = 12
PATH_NODES = 50_000

Steps = Callable[[Iterable[Handle], Collection[EdgeKind], Collection[Evidence]], Iterator[Edge]]


@dataclass(slots=True)
class _Search:
    """A breadth-first search along edges in one direction. Edges of a node are asked for once, however often it is passed."""

    steps: Steps
    forward: bool
    kinds: Collection[EdgeKind]
    evidence: Collection[Evidence]
    fetched: dict[Handle, list[Edge]] = field(default_factory=dict[Handle, list[Edge]])

    def edges(self, handles: Collection[Handle]) -> Iterator[Edge]:
        """Yield the edges of the handles, in an order that does not depend on the store's."""
        missing = [handle for handle in handles if handle not in self.fetched]
        if missing:
            self.fetched |= {handle: [] for handle in missing}
            for edge in self.steps(missing, self.kinds, self.evidence):
                self.fetched[edge.source if self.forward else edge.target].append(edge)
            for handle in missing:
                self.fetched[handle].sort(key=by_evidence)
        for handle in handles:
            yield from self.fetched[handle]

    def end(self, edge: Edge) -> Handle:
        """Return where an edge leads."""
        return edge.target if self.forward else edge.source

    def run(
        self, seeds: Iterable[Handle], depth: int, nodes: int, *, evidence: Collection[Evidence], until: Collection[Handle] = ()
    ) -> tuple[dict[Handle, tuple[int, Edge]], tuple[Cap, ...]]:
        """Return each node reached along such evidence, with its distance and last step, and the caps that were hit.

        With ``until`` the search ends as soon as one of those is reached.
        """
        known = set(seeds)
        frontier = sorted(known)
        reached: dict[Handle, tuple[int, Edge]] = {}
        for distance in range(1, depth + 1):
            following: list[Handle] = []
            for edge in self.edges(frontier):
                end = self.end(edge)
                if end in known or edge.evidence not in evidence:
                    continue
                if len(reached) >= nodes:
                    return reached, (Cap("nodes", nodes),)
                known.add(end)
                reached[end] = (distance, edge)
                following.append(end)
                if end in until:
                    return reached, ()
            frontier = following
            if not frontier:
                return reached, ()
        more = any(self.end(edge) not in known and edge.evidence in evidence for edge in self.edges(frontier))
        return reached, (Cap("depth", depth),) if more else ()


def impact(
    graph: GraphView,
    target: Node,
    *,
    kinds: Collection[EdgeKind] = (),
    evidence: Collection[Evidence] = (),
    depth: int = DEPTH,
    nodes: int = NODES,
    limit: int = LIMIT,
) -> ReachAnswer:
    """Return what a change of a symbol may be felt by, up to ``depth`` edges away; with a type or a file its members change too.

    A node counts as proven when proven edges alone lead from it to the target, and then its depth is that of the shortest such chain.
    ``nodes`` bounds the search, ``limit`` what is listed.
    """
    scope = scope_of(graph, [target], members=True)
    reached, caps = _reaching(graph, scope, kinds or AFFECTING, evidence, depth, nodes)
    rows = _rows(graph, reached)
    kept, cut = capped(rows, limit, "reached")
    return _reach_answer(graph, scope, rows, kept, [each.via for each in kept], {*reached, *scope.handles}, (*caps, *cut))


_Found = Mapping[Handle, tuple[Evidence, int, Edge]]
"""Evidence, depth and last step by node."""


def _reaching(
    graph: GraphView, scope: Scope, kinds: Collection[EdgeKind], evidence: Collection[Evidence], depth: int, nodes: int
) -> tuple[_Found, tuple[Cap, ...]]:
    """Return what edges lead from into a scope, and the caps that were hit."""
    wanted = tuple(evidence or KNOWN)
    search = _Search(_through_lambdas(Dispatch(graph).edges_to), False, kinds, wanted)
    return _by_evidence(search, scope.handles, depth, nodes, wanted)


def _through_lambdas(steps: Steps) -> Steps:
    """Let steps lead between a lambda and what it is written in: the code of the one is code of the other."""

    def every(handles: Iterable[Handle], kinds: Collection[EdgeKind], evidence: Collection[Evidence]) -> Iterator[Edge]:
        for edge in steps(handles, (*kinds, EdgeKind.CONTAINS), evidence):
            if edge.kind is not EdgeKind.CONTAINS or edge.rule == UNNAMED or EdgeKind.CONTAINS in kinds:
                yield edge

    return every


def _by_evidence(
    search: _Search, seeds: Collection[Handle], depth: int, nodes: int, evidence: Sequence[Evidence]
) -> tuple[_Found, tuple[Cap, ...]]:
    """Return what proven edges reach, then what needs a possible one, each with its depth and last step."""
    proven, caps = search.run(seeds, depth, nodes, evidence=[each for each in evidence if each is Evidence.PROVEN])
    found = {handle: (Evidence.PROVEN, *step) for handle, step in proven.items()}
    if any(each is not Evidence.PROVEN for each in evidence):
        every, more = search.run(seeds, depth, nodes, evidence=evidence)
        found |= {handle: (Evidence.POSSIBLE, *step) for handle, step in every.items() if handle not in found}
        caps = tuple(dict.fromkeys((*caps, *more)))
    return found, caps


def _rows(graph: GraphView, found: _Found) -> list[Reached]:
    """Return what was found, the nearest first."""
    known = graph.nodes(found)
    rows = [Reached(known.get(handle) or bare_node(handle), depth, evidence, via) for handle, (evidence, depth, via) in found.items()]
    rows.sort(key=lambda each: (each.depth, each.evidence is not Evidence.PROVEN, each.node.path, each.node.start_line, each.node.handle))
    return rows


def _reach_answer(
    graph: GraphView,
    scope: Scope,
    rows: Iterable[Reached],
    kept: tuple[Reached, ...],
    edges: Sequence[Edge],
    concerned: Iterable[Handle],
    caps: Iterable[Cap],
) -> ReachAnswer:
    """Return those rows that were kept as an answer; ``concerned`` are the nodes whose unknown uses it may miss."""
    return ReachAnswer(
        view=graph.name,
        generation=graph.generation,
        targets=scope.targets,
        verdict=_verdict(each.evidence for each in rows),
        coverage=coverage_of(graph, concerned),
        edges=tuple(edges),
        nodes=graph.nodes({end for edge in edges for end in (edge.source, edge.target)}),
        caps=(*scope.caps, *caps),
        reached=kept,
    )


def bare_node(handle: Handle) -> Node:
    """Return a node for a handle that an edge names and no file defines."""
    return outside_node(handle) or Node(handle, NodeKind.FILE, handle.rpartition("/")[2], handle, handle.partition("#")[0])


def _verdict(evidence: Iterable[Evidence]) -> Verdict:
    seen = set(evidence)
    return Verdict.PROVEN if Evidence.PROVEN in seen else Verdict.POSSIBLE if seen else Verdict.NONE


def path_between(
    graph: GraphView,
    start: Node,
    end: Node,
    *,
    kinds: Collection[EdgeKind] = (),
    evidence: Collection[Evidence] = (),
    depth: int = PATH_DEPTH,
    nodes: int = PATH_NODES,
) -> Answer:
    """Return a shortest chain of uses from one symbol to another; a proven one where there is any, however long up to ``depth``.

    A type or a file starts or ends the chain with any of its members. When there is none, coverage counts the uses on the way that lead
    nobody knows where.
    """
    starts = scope_of(graph, [start], members=True)
    ends = scope_of(graph, [end], members=True)
    scope = Scope((start, end), starts.handles | ends.handles, (*starts.caps, *ends.caps))
    goals = ends.handles - starts.handles if start.handle != end.handle else frozenset[Handle]()
    wanted = tuple(evidence or KNOWN)
    search = _Search(_through_lambdas(Dispatch(graph).edges_from), True, kinds or LEADING, wanted)
    reached: dict[Handle, tuple[int, Edge]] = {}
    caps: tuple[Cap, ...] = ()
    for allowed in ([each for each in wanted if each is Evidence.PROVEN], wanted):
        reached, caps = search.run(starts.handles, depth, nodes, evidence=allowed, until=goals)
        goal = next((handle for handle in reached if handle in goals), None)
        if goal is not None:
            chain = _chain(reached, goal)
            found = answer(graph, scope, chain, limit=depth, coverage=Coverage(0, graph.unresolved_files))
            verdict = Verdict.PROVEN if all(edge.evidence is Evidence.PROVEN for edge in chain) else Verdict.POSSIBLE
            return Answer(found.view, found.generation, (start, end), verdict, found.coverage, tuple(chain), found.nodes, scope.caps)
    left_open = sum(1 for _ in graph.edges_from({*starts.handles, *reached}, kinds or LEADING, [Evidence.UNKNOWN]))
    return answer(graph, scope, (), limit=depth, coverage=Coverage(left_open, graph.unresolved_files), caps=caps)


def _chain(reached: Mapping[Handle, tuple[int, Edge]], goal: Handle) -> list[Edge]:
    chain: list[Edge] = []
    while goal in reached:
        chain.append(reached[goal][1])
        goal = chain[-1].source
    return chain[::-1]


def find_tests(
    graph: GraphView,
    target: Node,
    *,
    kinds: Collection[EdgeKind] = (),
    evidence: Collection[Evidence] = (),
    depth: int = DEPTH,
    nodes: int = NODES,
    limit: int = LIMIT,
) -> ReachAnswer:
    """Return the tests of a symbol: those whose subject it is, then those whose calls reach it within ``depth`` edges."""
    scope = scope_of(graph, [target], members=True)
    reached, caps = _reaching(graph, scope, kinds or (EdgeKind.TESTS, *LEADING), evidence, depth, nodes)
    tests = {
        handle: found for handle, found in reached.items() if found[2].kind is EdgeKind.TESTS or is_test_file(handle.partition("#")[0])
    }
    rows = _rows(graph, tests)
    kept, cut = capped(rows, limit, "reached")
    steps = {edge for each in kept for edge in _way(each.node.handle, reached)}
    return _reach_answer(graph, scope, rows, kept, sorted(steps, key=by_evidence), scope.handles, (*caps, *cut))


def _way(handle: Handle, reached: _Found) -> Iterator[Edge]:
    """Yield the edges from a node back to what the search began with."""
    seen: set[Handle] = set()
    while handle in reached and handle not in seen:
        seen.add(handle)
        edge = reached[handle][2]
        yield edge
        handle = edge.target
