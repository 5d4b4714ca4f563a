"""Questions about modules and packages: what they depend on, what depends on them, and which reach each other in a circle."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from graph.answers import (
    Coverage,
    Cycle,
    CycleAnswer,
    GraphView,
    ModuleAnswer,
    ModuleUse,
    by_evidence,
    capped,
    evidence_rank,
    verdict_of,
    verdict_on,
)
from graph.columns import EdgeColumns
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
    modules = _by_module(graph, scope, kinds or DEPENDING, wanted, backwards=False)
    open_uses = graph.places(scope.handles, backwards=False, kinds=kinds or DEPENDING, evidence=[Evidence.UNKNOWN])
    left_open = sum(len(places) for _, places in open_uses)
    return _answer(graph, scope, modules, Coverage(left_open, graph.unresolved_files), limit)


def dependents(
    graph: GraphView, scope: Scope, *, kinds: Collection[EdgeKind] = (), evidence: Collection[Evidence] = (), limit: int = LIMIT
) -> ModuleAnswer:
    """Return the modules and packages that use a scope."""
    modules = _by_module(graph, scope, kinds or DEPENDING, evidence or (*KNOWN, Evidence.EXTERNAL), backwards=True)
    return _answer(graph, scope, modules, coverage_of(graph, scope.handles), limit)


def _whole(scope: Scope) -> bool:
    """Return whether a scope is made of whole files or packages, so that a use within them is none of the outside."""
    return all(node.kind in {NodeKind.FILE, NodeKind.PACKAGE, NodeKind.EXTERNAL} for node in scope.targets)


@dataclass(slots=True)
class _Module:
    """The edges between a scope and one module, counted. ``best`` is the one that an answer shows."""

    best: Edge
    edges: int = 0
    proven: int = 0
    kinds: set[EdgeKind] = field(default_factory=set[EdgeKind])
    evidence: set[Evidence] = field(default_factory=set[Evidence])

    def add(self, columns: EdgeColumns, places: list[int]) -> None:
        """Count these edges of a file."""
        self.best = min(self.best, _first(columns, places), key=by_evidence)
        for label, count in Counter(map(columns.label.__getitem__, places)).items():
            kind, evidence, *_ = columns.labels[label]
            self.edges += count
            self.proven += count if evidence is not Evidence.POSSIBLE else 0
            self.kinds.add(kind)
            self.evidence.add(evidence)


def _first(columns: EdgeColumns, places: Sequence[int]) -> Edge:
    """Return the first of a file's edges by evidence, path and place."""
    order = [(evidence_rank(evidence), path) for _, evidence, _, path in columns.labels]

    def place_of(at: int) -> tuple[int, str, int, int]:
        return *order[columns.label[at]], columns.line[at], columns.start[at]

    first = min(map(place_of, places))
    return min((columns.edge(at) for at in places if place_of(at) == first), key=by_evidence)


def _by_module(
    graph: GraphView, scope: Scope, kinds: Collection[EdgeKind], evidence: Collection[Evidence], *, backwards: bool
) -> dict[Handle, _Module]:
    """Return the modules that a scope has edges to, or from."""
    own = {module_of(handle) for handle in scope.handles} if _whole(scope) else set[Handle]()
    modules: dict[Handle, _Module] = {}
    for columns, places in graph.places(scope.handles, backwards=backwards, kinds=kinds, evidence=evidence):
        ends = columns.source if backwards else columns.target
        module_at: dict[int, Handle] = {}
        for end in {ends[at] for at in places}:
            handle = Handle(columns.texts[end])
            module = module_of(handle)
            if handle not in scope.handles and module not in own and not handle.startswith(UNKNOWN):
                module_at[end] = module
        outside: dict[Handle, list[int]] = defaultdict(list)
        for at in places:
            if (end := ends[at]) in module_at:
                outside[module_at[end]].append(at)
        for module, of_module in outside.items():
            if module not in modules:
                modules[module] = _Module(columns.edge(of_module[0]))
            modules[module].add(columns, of_module)
    return modules


def _answer(graph: GraphView, scope: Scope, modules: Mapping[Handle, _Module], coverage: Coverage, limit: int) -> ModuleAnswer:
    known = graph.nodes(modules)
    uses = [
        ModuleUse(known.get(handle) or bare_node(handle), each.edges, each.proven, tuple(kind for kind in DEPENDING if kind in each.kinds))
        for handle, each in modules.items()
    ]
    uses.sort(key=lambda each: (not each.proven, -each.edges, each.module.handle))
    kept, caps = capped(uses, limit, "modules")
    shown = [modules[each.module.handle].best for each in kept]
    found = answer(graph, scope, shown, limit=max(limit, 1), coverage=coverage, caps=caps)
    verdict = verdict_on(evidence for each in modules.values() for evidence in each.evidence)
    return ModuleAnswer(found.view, found.generation, found.targets, verdict, coverage, tuple(shown), found.nodes, found.caps, kept)


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
