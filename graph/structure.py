"""Questions about modules and packages: what they depend on, what depends on them, and which reach each other in a circle."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from graph.answers import Coverage, Cycle, CycleAnswer, GraphView, ModuleAnswer, ModuleUse, by_evidence, capped, verdict_of
from graph.model import EXTERNAL, UNKNOWN, Edge, EdgeKind, Evidence, Handle, Node, NodeKind, external
from graph.questions import KNOWN, LIMIT, USING, Named, NameNotFoundError, Scope, answer, coverage_of, resolve, scope_of
from graph.reach import bare_node
from ingest.model import SymbolKind

DEPENDING = (*USING, EdgeKind.DEPENDS_ON, EdgeKind.REQUESTS)


def module_of(handle: Handle) -> Handle:
    """Return the file or the package that a handle lies in."""
    return Handle(handle.partition("#")[0])


def module_scope(graph: GraphView, name: str) -> Scope:
    """Return everything in the file, type, folder or package that a name stands for; a name that ends in ``/`` is a folder's.

    A module goes before a symbol of the same name. Reads the whole view for a folder or somebody else's package, as no store lists those.
    Raises ``NameNotFoundError`` when the name stands for nothing or for several nodes.
    """
    named = resolve(graph, name)
    modules = tuple(node for node in named.choices if node.kind in _MODULES)
    choices = () if name.endswith("/") else modules or named.choices
    if len(choices) == 1 and choices[0].kind != NodeKind.EXTERNAL:
        return scope_of(graph, choices, members=True)
    package = choices[0].handle if len(choices) == 1 else ""
    scope = None if len(choices) > 1 else _listed_scope(graph, name, package.removeprefix(EXTERNAL))
    if scope is None:
        raise NameNotFoundError(Named(name, choices, named.caps if choices else ()))
    return scope


_MODULES = frozenset({NodeKind.FILE, NodeKind.PACKAGE, SymbolKind.MODULE, SymbolKind.NAMESPACE})


def _listed_scope(graph: GraphView, name: str, package: str) -> Scope | None:
    """Return everything in the files below a folder, or every symbol that is used of an external package; None when there is none."""
    folder, used = f"{name.removeprefix('./').strip('/')}/", external(package or name)
    below: set[Handle] = set()
    outside: set[Handle] = set()
    for file in graph.store.files(graph.name):
        if file.path.startswith(folder):
            below |= {node.handle for node in file.nodes}
        outside |= {edge.target for edge in file.edges if edge.target == used or edge.target.startswith(f"{used}#")}
    place = folder[:-1]
    if below and not package:
        return Scope((Node(Handle(place), NodeKind.PACKAGE, place.rpartition("/")[2], place, place),), frozenset(below))
    return Scope((bare_node(used),), frozenset(outside)) if outside else None


def dependencies(
    graph: GraphView, scope: Scope, *, kinds: Collection[EdgeKind] = (), evidence: Collection[Evidence] = (), limit: int = LIMIT
) -> ModuleAnswer:
    """Return the modules and packages that a scope uses, by imports, by manifests, and by uses that need no import."""
    wanted = evidence or (*KNOWN, Evidence.EXTERNAL)
    own = {module_of(handle) for handle in scope.handles}
    edges = [
        edge
        for edge in graph.edges_from(scope.handles, kinds or DEPENDING, wanted)
        if edge.target not in scope.handles and not edge.target.startswith(UNKNOWN)
    ]
    outside = [edge for edge in edges if module_of(edge.target) not in own or not _whole(scope)]
    left_open = sum(1 for _ in graph.edges_from(scope.handles, kinds or DEPENDING, [Evidence.UNKNOWN]))
    return _by_module(graph, scope, outside, [edge.target for edge in outside], Coverage(left_open, graph.unresolved_files), limit)


def dependents(
    graph: GraphView, scope: Scope, *, kinds: Collection[EdgeKind] = (), evidence: Collection[Evidence] = (), limit: int = LIMIT
) -> ModuleAnswer:
    """Return the modules and packages that use a scope."""
    own = {module_of(handle) for handle in scope.handles}
    edges = list(graph.edges_to(scope.handles, kinds or DEPENDING, evidence or (*KNOWN, Evidence.EXTERNAL)))
    outside = [edge for edge in edges if edge.source not in scope.handles and (module_of(edge.source) not in own or not _whole(scope))]
    return _by_module(graph, scope, outside, [edge.source for edge in outside], coverage_of(graph, scope.handles), limit)


def _whole(scope: Scope) -> bool:
    """Return whether a scope is made of whole files or packages, so that a use within them is none of the outside."""
    return all(node.kind in {NodeKind.FILE, NodeKind.PACKAGE, NodeKind.EXTERNAL} for node in scope.targets)


def _by_module(
    graph: GraphView, scope: Scope, edges: Sequence[Edge], ends: Sequence[Handle], coverage: Coverage, limit: int
) -> ModuleAnswer:
    grouped: dict[Handle, list[Edge]] = defaultdict(list)
    for edge, end in zip(edges, ends, strict=True):
        grouped[module_of(end)].append(edge)
    known = graph.nodes(grouped)
    uses = [
        ModuleUse(
            known.get(module) or bare_node(module),
            len(group),
            sum(edge.evidence is not Evidence.POSSIBLE for edge in group),
            tuple(kind for kind in DEPENDING if any(edge.kind is kind for edge in group)),
        )
        for module, group in grouped.items()
    ]
    uses.sort(key=lambda each: (not each.proven, -each.edges, each.module.handle))
    kept, caps = capped(uses, limit, "modules")
    shown = [min(grouped[each.module.handle], key=by_evidence) for each in kept]
    found = answer(graph, scope, shown, limit=max(limit, 1), coverage=coverage, caps=caps)
    return ModuleAnswer(
        found.view, found.generation, found.targets, verdict_of(edges), coverage, tuple(shown), found.nodes, found.caps, kept
    )


@dataclass(slots=True)
class _ModuleGraph:
    """Edges between files, one for each pair: the best known."""

    edges: dict[Handle, dict[Handle, Edge]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, edge: Edge) -> None:
        """Keep an edge between two files unless a better one is there."""
        source, target = module_of(edge.source), module_of(edge.target)
        if source == target or target.startswith((EXTERNAL, UNKNOWN)):
            return
        kept = self.edges[source].get(target)
        if kept is None or by_evidence(edge) < by_evidence(kept):
            self.edges[source][target] = edge


def cycles(
    graph: GraphView,
    *,
    within: Collection[Handle] = (),
    kinds: Collection[EdgeKind] = (),
    evidence: Collection[Evidence] = (),
    limit: int = LIMIT,
) -> CycleAnswer:
    """Return the groups of modules that reach each other by imports (strongly connected components, Tarjan 1972), largest first.

    Unless asked otherwise only proven imports count. ``within`` keeps the groups with one of these modules in them.
    """
    modules = _ModuleGraph()
    wanted, known = frozenset(kinds or (EdgeKind.IMPORTS,)), frozenset(evidence or (Evidence.PROVEN,))
    left_open = 0
    for file in graph.store.files(graph.name):
        for edge in file.edges:
            if edge.kind not in wanted:
                continue
            left_open += edge.evidence is Evidence.UNKNOWN
            if edge.evidence in known:
                modules.add(edge)
    only = {module_of(handle) for handle in within}
    groups = [sorted(group) for group in _components(modules.edges) if len(group) > 1 and (not only or only & set(group))]
    groups.sort(key=lambda group: (-len(group), group))
    kept, caps = capped(groups, limit, "cycles")
    found = tuple(Cycle(tuple(group), tuple(_round_trip(group, modules.edges))) for group in kept)
    edges = tuple(edge for each in found for edge in each.edges)
    nodes = graph.nodes({end for each in found for end in each.members} | {end for edge in edges for end in (edge.source, edge.target)})
    targets = tuple(graph.nodes(within).values())
    coverage = Coverage(left_open, graph.unresolved_files)
    return CycleAnswer(graph.name, graph.generation, targets, verdict_of(edges), coverage, edges, nodes, caps, found)


_Links = Mapping[Handle, Mapping[Handle, Edge]]


def _components(links: _Links) -> Iterator[list[Handle]]:
    """Yield strongly connected components; with a stack of its own, as a chain of imports may be longer than Python's."""
    index: dict[Handle, int] = {}
    low: dict[Handle, int] = {}
    stack: list[Handle] = []
    waiting: set[Handle] = set()
    for root in sorted(links):
        work = [] if root in index else [(root, iter(sorted(links.get(root, {}))))]
        if work:
            index[root] = low[root] = len(index)
            stack.append(root)
            waiting.add(root)
        while work:
            here, following = work[-1]
            for there in following:
                if there not in index:
                    index[there] = low[there] = len(index)
                    stack.append(there)
                    waiting.add(there)
                    work.append((there, iter(sorted(links.get(there, {})))))
                    break
                if there in waiting:
                    low[here] = min(low[here], index[there])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[here])
                if low[here] == index[here]:
                    yield _pop(stack, waiting, here)


def _pop(stack: list[Handle], waiting: set[Handle], root: Handle) -> list[Handle]:
    at = stack.index(root)
    group = stack[at:]
    del stack[at:]
    waiting.difference_update(group)
    return group


def _round_trip(group: Sequence[Handle], links: _Links) -> list[Edge]:
    """Return a shortest way from the first member round to itself, within the group."""
    members = set(group)
    start = group[0]
    came: dict[Handle, Edge] = {}
    pending = deque([start])
    while pending:
        here = pending.popleft()
        for there in sorted(links.get(here, {})):
            if there == start:
                return [*_back(here, came, start), links[here][there]]
            if there in members and there not in came:
                came[there] = links[here][there]
                pending.append(there)
    raise AssertionError("the members of a component reach each other")


def _back(here: Handle, came: Mapping[Handle, Edge], start: Handle) -> Iterable[Edge]:
    way: list[Edge] = []
    while here != start:
        way.append(came[here])
        here = module_of(way[-1].source)
    return reversed(way)
