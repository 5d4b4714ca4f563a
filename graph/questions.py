"""Questions about one symbol: who touches it and what it touches, one step away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from graph.answers import Answer, Cap, Coverage, GraphView, by_evidence, capped, verdict_of
from graph.dispatch import Dispatch
from graph.model import UNKNOWN, UNNAMED, Edge, EdgeKind, Evidence, Handle, Node, NodeKind, unknown
from ingest.model import SymbolKind

CALLING = (EdgeKind.CALLS, EdgeKind.INSTANTIATES, EdgeKind.HANDLES, EdgeKind.REQUESTS)
"""What runs its target: a route runs the function that answers it, and a request the route."""
USING = (
    *(EdgeKind.CALLS, EdgeKind.INSTANTIATES, EdgeKind.REFERENCES, EdgeKind.READS, EdgeKind.WRITES),
    *(EdgeKind.INHERITS, EdgeKind.IMPLEMENTS, EdgeKind.IMPORTS),
)
"""What names a symbol in code."""
SUBTYPES = (EdgeKind.INHERITS, EdgeKind.IMPLEMENTS)
KNOWN = (Evidence.PROVEN, Evidence.POSSIBLE)

LIMIT = 200
MEMBERS = 20_000
"""Symbols of one type, file or folder that a question about it takes in."""

_HOLDERS = frozenset({
    *(NodeKind.FILE, SymbolKind.MODULE, SymbolKind.NAMESPACE, SymbolKind.CLASS, SymbolKind.INTERFACE, SymbolKind.TRAIT),
    *(SymbolKind.STRUCT, SymbolKind.ENUM, SymbolKind.TYPE, NodeKind.PACKAGE),
})  # fmt: skip
_FAMILIES = (
    frozenset({"javascript", "jsx", "typescript", "tsx", "vue", "svelte", "html"}),
    frozenset({"java", "kotlin", "scala", "groovy"}),
    frozenset({"c", "cpp", "objc"}),
)
_FAMILY = {language: family for family in _FAMILIES for language in family}


@dataclass(frozen=True, slots=True)
class Named:
    """What a name stands for: one node, or several to choose from, or nothing."""

    name: str
    choices: tuple[Node, ...]
    caps: tuple[Cap, ...] = ()

    @property
    def node(self) -> Node | None:
        """Return the one node, None when there are several or none."""
        return self.choices[0] if len(self.choices) == 1 else None


def resolve(graph: GraphView, name: str, *, limit: int = 50) -> Named:
    """Return what a handle, a path, a qualified name, a name or the end of a qualified name stands for.

    A name that only unknown uses bear stands for nothing, unless it is asked for as ``unknown:NAME``.
    """
    is_route = " /" in name or " ..." in name  # "GET /users/" is another route than "GET /users"
    cleaned = name.strip() if is_route else name.strip().removeprefix("./").rstrip("/") if name.strip("/") else name
    found = [
        node
        for node in graph.store.find(graph.name, cleaned, limit=limit + 1)
        if not node.handle.startswith(UNKNOWN) or node.handle == cleaned
    ]
    if not found and "::" in cleaned:
        return replace(resolve(graph, cleaned.replace("::", "."), limit=limit), name=name)
    choices, caps = capped(found, limit, "choices")
    return Named(name, choices, tuple(Cap(cap.name, cap.limit) for cap in caps))


class NameNotFoundError(LookupError):
    """A name stands for nothing, or for several nodes: then ``named`` holds the choices."""

    def __init__(self, named: Named) -> None:
        several = f"{len(named.choices)} symbols are named {named.name}: ask for one by its handle"
        super().__init__(several if named.choices else f"nothing in the graph is named {named.name!r}; codelore symbols finds names")
        self.named = named


def find_one(graph: GraphView, name: str) -> Node:
    """Return the one node that a name stands for. Raises ``NameNotFoundError`` when there is none or several."""
    named = resolve(graph, name)
    if named.node is None:
        raise NameNotFoundError(named)
    return named.node


@dataclass(frozen=True, slots=True)
class Scope:
    """What a question is about: the nodes that were named, and with a type, a file or a folder everything in it."""

    targets: tuple[Node, ...]
    handles: frozenset[Handle]
    caps: tuple[Cap, ...] = ()


def scope_of(graph: GraphView, targets: Iterable[Node], *, members: bool | None = None, limit: int = MEMBERS) -> Scope:
    """Return the nodes with what they contain; ``members`` None takes that of files and packages only, False of nothing.

    With ``members`` the lambdas in a function count as that function.
    """
    targets = tuple(targets)
    handles = {node.handle for node in targets}
    opened = _HOLDERS if members else {NodeKind.FILE, NodeKind.PACKAGE, SymbolKind.MODULE, SymbolKind.NAMESPACE}
    frontier = {node.handle for node in targets if members or (members is None and node.kind in opened)}
    closed = {node.handle for node in targets if node.kind not in opened}
    caps: tuple[Cap, ...] = ()
    while frontier and not caps:
        held = [edge for edge in graph.edges_from(frontier, [EdgeKind.CONTAINS]) if edge.rule == UNNAMED or edge.source not in closed]
        found = {edge.target for edge in held} - handles
        closed |= {edge.target for edge in held if edge.source in closed}
        frontier = set(sorted(found)[: limit - len(handles)]) if len(handles) + len(found) > limit else found
        caps = (Cap("members", limit),) if len(frontier) < len(found) else ()
        handles |= frontier
    return Scope(targets, frozenset(handles), caps)


def callers(
    graph: GraphView, target: Node, *, kinds: Collection[EdgeKind] = (), evidence: Collection[Evidence] = (), limit: int = LIMIT
) -> Answer:
    """Return who calls a function or makes an instance of a class; for a file, who calls into it from outside."""
    return _incoming(graph, target, kinds or CALLING, evidence or KNOWN, limit)


def references(
    graph: GraphView, target: Node, *, kinds: Collection[EdgeKind] = (), evidence: Collection[Evidence] = (), limit: int = LIMIT
) -> Answer:
    """Return every use of a symbol in code: calls, names, reads, writes, supertypes, imports."""
    return _incoming(graph, target, kinds or USING, evidence or KNOWN, limit)


def _incoming(graph: GraphView, target: Node, kinds: Collection[EdgeKind], evidence: Collection[Evidence], limit: int) -> Answer:
    scope = scope_of(graph, [target])
    inside = scope.handles if len(scope.handles) > 1 else frozenset[Handle]()
    edges = [edge for edge in Dispatch(graph).edges_to(scope.handles, kinds, evidence) if edge.source not in inside]
    return answer(graph, scope, edges, limit=limit, coverage=coverage_of(graph, scope.handles))


def callees(
    graph: GraphView, source: Node, *, kinds: Collection[EdgeKind] = (), evidence: Collection[Evidence] = (), limit: int = LIMIT
) -> Answer:
    """Return what a function, or a type's or file's members, call; outside code is named as such."""
    scope = scope_of(graph, [source], members=True)
    wanted = evidence or (*KNOWN, Evidence.EXTERNAL)
    inside = scope.handles if source.kind in _HOLDERS and len(scope.handles) > 1 else frozenset[Handle]()
    edges = [edge for edge in Dispatch(graph).edges_from(scope.handles, kinds or CALLING, wanted) if edge.target not in inside]
    left_open = sum(1 for _ in graph.edges_from(scope.handles, kinds or CALLING, [Evidence.UNKNOWN]))
    return answer(graph, scope, edges, limit=limit, coverage=Coverage(left_open, graph.unresolved_files))


def implementations(
    graph: GraphView,
    target: Node,
    *,
    kinds: Collection[EdgeKind] = (),
    evidence: Collection[Evidence] = (),
    limit: int = LIMIT,
    depth: int = 8,
) -> Answer:
    """Return the subtypes of a type, at any distance up to ``depth``, or the methods that implement or override a method."""
    default = SUBTYPES if target.kind in _HOLDERS else (EdgeKind.OVERRIDES,)
    return _family(graph, target, tuple(kinds or default), evidence or KNOWN, limit, depth, up=False)


def overrides(
    graph: GraphView,
    target: Node,
    *,
    kinds: Collection[EdgeKind] = (),
    evidence: Collection[Evidence] = (),
    limit: int = LIMIT,
    depth: int = 8,
) -> Answer:
    """Return the methods that a method overrides (it is the source) and those that override it (it is the target)."""
    return _family(graph, target, tuple(kinds or (EdgeKind.OVERRIDES,)), evidence or KNOWN, limit, depth, up=True)


def _family(
    graph: GraphView, target: Node, kinds: Collection[EdgeKind], evidence: Collection[Evidence], limit: int, depth: int, *, up: bool
) -> Answer:
    edges: dict[Edge, None] = {}
    caps: list[Cap] = []
    for upwards in (False, True) if up else (False,):
        known = {target.handle}
        frontier = set(known)
        for _ in range(depth):
            found = list((graph.edges_from if upwards else graph.edges_to)(frontier, kinds, evidence)) if frontier else []
            edges |= dict.fromkeys(found)
            frontier = {edge.target if upwards else edge.source for edge in found} - known
            known |= frontier
        if frontier and any((graph.edges_from if upwards else graph.edges_to)(frontier, kinds, evidence)):
            caps.append(Cap("depth", depth))
    scope = Scope((target,), frozenset({target.handle}), tuple(dict.fromkeys(caps)))
    return answer(graph, scope, edges, limit=limit, coverage=coverage_of(graph, [target.handle], kinds=kinds))


def coverage_of(graph: GraphView, handles: Iterable[Handle], *, kinds: Collection[EdgeKind] = ()) -> Coverage:
    """Count the unknown uses that share a name with one of the handles, in a language that could mean it.

    The name of a constructor is also that of its type, which is what a use of it says.
    """
    nodes = graph.nodes(handles)
    languages: dict[str, set[str]] = {}
    for node in nodes.values():
        for name in {node.name, *_spoken_names(node)}:
            languages.setdefault(name, set()).add(node.language)
    wanted = [unknown(name) for name in languages if name]
    uses = Counter[tuple[Handle, str]]()
    for columns, places in graph.places(wanted, backwards=True, kinds=kinds, evidence=[Evidence.UNKNOWN]) if wanted else ():
        pairs = Counter((columns.source[at], columns.target[at]) for at in places)
        for (source, target), count in pairs.items():
            uses[Handle(columns.texts[source]), columns.texts[target].removeprefix(UNKNOWN)] += count
    sources = graph.nodes({source for source, _ in uses})
    count = sum(count for (source, name), count in uses.items() if _could_mean(sources.get(source), languages[name]))
    return Coverage(count, graph.unresolved_files)


def _spoken_names(node: Node) -> tuple[str, ...]:
    holder = node.qualified_name.rpartition(".")[0].rpartition(".")[2]
    return (holder,) if node.kind == SymbolKind.CONSTRUCTOR and holder else ()


def _could_mean(source: Node | None, languages: Collection[str]) -> bool:
    return source is None or any(may_meet(source.language, language) for language in languages)


def may_meet(one: str, other: str) -> bool:
    """Return whether code of one language may name a symbol of another by itself; a language that is not known may be any."""
    return not one or not other or one == other or other in _FAMILY.get(one, ())


def answer(graph: GraphView, scope: Scope, edges: Iterable[Edge], *, limit: int, coverage: Coverage, caps: Iterable[Cap] = ()) -> Answer:
    """Return edges as an answer: ordered, at most ``limit`` of them, with the nodes they name."""
    ordered = sorted(edges, key=by_evidence)
    kept, cut = capped(ordered, limit, "edges")
    return Answer(
        graph.name,
        graph.generation,
        scope.targets,
        verdict_of(ordered),
        coverage,
        kept,
        graph.nodes({end for edge in kept for end in (edge.source, edge.target)}),
        (*scope.caps, *caps, *cut),
    )
