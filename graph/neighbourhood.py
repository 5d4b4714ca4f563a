"""What lies around a symbol in every direction, for a context pack or a picture."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from graph.answers import Cap, GraphView, ReachAnswer, Reached, by_evidence, verdict_of
from graph.dispatch import Dispatch
from graph.model import Edge, EdgeKind, Evidence, Handle, Node
from graph.questions import KNOWN, coverage_of, scope_of
from graph.reach import AFFECTING, bare_node

AROUND = (*AFFECTING, EdgeKind.CONTAINS, EdgeKind.IMPORTS, EdgeKind.DEPENDS_ON, EdgeKind.TESTS, EdgeKind.DOCUMENTS)

# What a reader of a symbol wants to see first when not everything fits.
_USEFUL = {
    kind: at
    for at, kind in enumerate((
        *(EdgeKind.OVERRIDES, EdgeKind.IMPLEMENTS, EdgeKind.INHERITS, EdgeKind.CALLS, EdgeKind.INSTANTIATES, EdgeKind.HANDLES),
        *(EdgeKind.REQUESTS, EdgeKind.TESTS, EdgeKind.CONTAINS, EdgeKind.READS, EdgeKind.WRITES, EdgeKind.REFERENCES),
        *(EdgeKind.IMPORTS, EdgeKind.DEPENDS_ON, EdgeKind.DOCUMENTS, EdgeKind.CHANGES_WITH),
    ))
}
_CERTAIN = (Evidence.PROVEN, Evidence.EXTERNAL)


def neighbourhood(
    graph: GraphView,
    seeds: Sequence[Node],
    *,
    kinds: Collection[EdgeKind] = (),
    evidence: Collection[Evidence] = (),
    depth: int = 1,
    nodes: int = 60,
    members: bool | None = None,
) -> ReachAnswer:
    """Return what lies around symbols in every direction, for a context pack or a picture: nearest and best known first.

    ``edges`` holds every edge among the seeds and the nodes reached. A node is proven when proven edges lead to it. ``nodes`` bounds what
    is reached; the seeds come on top.
    """
    scope = scope_of(graph, seeds, members=members)
    wanted = tuple(evidence or (*KNOWN, Evidence.EXTERNAL))
    around = _Around(Dispatch(graph), tuple(kinds) or AROUND, wanted)
    found, caps = around.run(scope.handles, depth, nodes)
    whole = {*found, *scope.handles}
    edges = sorted(
        {edge for edge in around.seen if edge.source in whole and edge.target in whole and edge.source != edge.target}, key=by_evidence
    )
    known = graph.nodes(whole)
    rows = [Reached(known.get(handle) or bare_node(handle), *found[handle]) for handle in found]
    return ReachAnswer(
        graph.name,
        graph.generation,
        scope.targets,
        verdict_of(edges),
        coverage_of(graph, scope.handles),
        tuple(edges),
        known,
        (*scope.caps, *caps),
        tuple(rows),
    )


class _Around:
    """A search in both directions that keeps every edge it sees."""

    def __init__(self, dispatch: Dispatch, kinds: Collection[EdgeKind], evidence: Collection[Evidence]) -> None:
        self._dispatch = dispatch
        self._kinds = kinds
        self._evidence = evidence
        self.seen: set[Edge] = set()

    def run(self, seeds: Collection[Handle], depth: int, nodes: int) -> tuple[dict[Handle, tuple[int, Evidence, Edge]], tuple[Cap, ...]]:
        """Return what is reached, with depth, evidence and the edge that leads there, and the caps that were hit."""
        known: dict[Handle, bool] = dict.fromkeys(seeds, True)
        found: dict[Handle, tuple[int, Evidence, Edge]] = {}
        frontier = set(seeds)
        left_out = 0
        for distance in range(1, depth + 1):
            ways: dict[Handle, list[tuple[Handle, Edge]]] = defaultdict(list)
            for here, there, edge in self._steps(frontier):
                if there not in known:
                    ways[there].append((here, edge))
            best = {there: min(steps, key=lambda step: self._worth(known, step)) for there, steps in ways.items()}
            worth = {there: self._worth(known, step) for there, step in best.items()}
            order = sorted(best, key=lambda there: (*worth[there][:2], -len(ways[there]), worth[there][2], there))
            kept = order[: nodes - len(found)]
            left_out += len(order) - len(kept)
            for there in kept:
                here, edge = best[there]
                certain = known[here] and edge.evidence in _CERTAIN
                found[there] = (distance, Evidence.PROVEN if certain else Evidence.POSSIBLE, edge)
            known |= {there: found[there][1] is Evidence.PROVEN for there in kept}
            frontier = set(kept)
            if left_out or not frontier:
                break
        self._among(found, frontier)
        return found, (Cap("nodes", nodes, left_out),) if left_out else ()

    def _steps(self, handles: Collection[Handle]) -> Iterator[tuple[Handle, Handle, Edge]]:
        for edge in self._dispatch.edges_from(handles, self._kinds, self._evidence):
            self.seen.add(edge)
            yield edge.source, edge.target, edge
        for edge in self._dispatch.edges_to(handles, self._kinds, self._evidence):
            self.seen.add(edge)
            yield edge.target, edge.source, edge

    def _among(self, found: Collection[Handle], frontier: Collection[Handle]) -> None:
        """See the edges among the nodes of the last round too."""
        known = set(found)
        self.seen |= {edge for edge in self._dispatch.edges_from(frontier, self._kinds, self._evidence) if edge.target in known}

    @staticmethod
    def _worth(known: Mapping[Handle, bool], step: tuple[Handle, Edge]) -> tuple[int, int, tuple[int | str, ...]]:
        """Rank a step: proven ones before possible ones, these before what lies outside; then by what is useful to read."""
        here, edge = step
        known_by = 2 if edge.evidence is Evidence.EXTERNAL else 0 if known[here] and edge.evidence is Evidence.PROVEN else 1
        return known_by, _USEFUL[edge.kind], by_evidence(edge)
