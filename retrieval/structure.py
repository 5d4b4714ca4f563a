"""Answers to questions about structure: from the graph, with how sure they are and what they may be missing.

A name that stands for no definition makes the question an ordinary one. One that stands for several is asked about for each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from graph.answers import Answer, Coverage, GraphView, ModuleAnswer, ReachAnswer, Verdict
from graph.model import EXTERNAL, Edge, EdgeKind, Evidence, Handle, Node, NodeKind, external
from graph.questions import KNOWN, callees, callers, implementations, overrides, references, scope_of
from graph.reach import find_tests, impact
from graph.structure import dependencies, dependents
from graph.tests_of import is_test_file
from ingest.model import SymbolKind
from retrieval.understanding.structural import Relation, Structural

MAX_TARGETS = 8
"""Definitions of one name that are asked about; of more the answer is a choice."""
MAX_FILES = 200
"""Files of one folder that a question about it takes in."""
EDGES = 500
"""Edges that are read for each definition; the answer says when there are more."""

_WORDS = frozenset({SymbolKind.SECTION, SymbolKind.KEY})
_CODE = frozenset(SymbolKind) - _WORDS | {NodeKind.EXTERNAL, NodeKind.ROUTE, NodeKind.LAMBDA}
_MODULES = frozenset({NodeKind.FILE, NodeKind.PACKAGE, NodeKind.EXTERNAL, SymbolKind.MODULE, SymbolKind.NAMESPACE})
_CALLABLE = frozenset({
    *(SymbolKind.FUNCTION, SymbolKind.METHOD, SymbolKind.CONSTRUCTOR, SymbolKind.CLASS, SymbolKind.STRUCT, SymbolKind.MACRO),
    *(SymbolKind.TRAIT, SymbolKind.INTERFACE, SymbolKind.ENUM, SymbolKind.TYPE, NodeKind.ROUTE, NodeKind.EXTERNAL, NodeKind.LAMBDA),
})  # fmt: skip
_TYPES = frozenset({SymbolKind.CLASS, SymbolKind.INTERFACE, SymbolKind.TRAIT, SymbolKind.STRUCT, SymbolKind.TYPE, SymbolKind.ENUM})
_METHODS = frozenset({SymbolKind.METHOD, SymbolKind.PROPERTY, SymbolKind.CONSTRUCTOR, SymbolKind.FIELD})
_KINDS: Mapping[Relation, frozenset[str]] = {
    Relation.CALLERS: _CALLABLE | {NodeKind.FILE},
    Relation.CALLEES: _CALLABLE - {NodeKind.EXTERNAL} | {NodeKind.FILE},
    Relation.REFERENCES: _CODE | _MODULES,
    Relation.TESTS: _CODE | {NodeKind.FILE},
    Relation.IMPLEMENTATIONS: _TYPES | {SymbolKind.METHOD},
    Relation.OVERRIDES: _METHODS | _TYPES,
    Relation.IMPORTERS: _CODE | _MODULES,
    Relation.DEPENDENTS: _CODE | _MODULES,
    Relation.DEPENDENCIES: _CODE | _MODULES,
    Relation.IMPACT: _CODE | {NodeKind.FILE},
    Relation.CONFIGURED: frozenset({SymbolKind.CONSTANT, SymbolKind.VARIABLE, SymbolKind.FIELD, SymbolKind.PROPERTY}),
}
_ABOUT_MODULES = frozenset({Relation.IMPORTERS, Relation.DEPENDENTS, Relation.DEPENDENCIES, Relation.IMPACT, Relation.REFERENCES})
_WIDE = (*KNOWN, Evidence.EXTERNAL)


@dataclass(frozen=True, slots=True)
class StructureRow:
    """One use. ``symbol`` is who calls, implements, tests and so on; the place is where the use stands, ``text`` its line."""

    symbol: str
    path: str
    line: int
    kind: str
    """Of the edge; of what sets a value ``definition``, ``environment``, ``option`` or ``assignment``."""
    evidence: str
    """``proven``, ``possible`` or ``external`` as in the graph; ``text`` for a line that was only read."""
    target: str
    """What it is a use of: a handle, or the name as it stands there."""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Structure:
    """The answer to a question about structure, for one view."""

    relation: Relation
    name: str
    """What was asked about, as it is spelled where it is defined."""
    view: str
    repository: str
    generation: int
    """Of the graph, 0 where there is none."""
    verdict: Verdict
    coverage: Coverage
    targets: tuple[Node, ...] = ()
    """The definitions that were asked about."""
    choices: tuple[Node, ...] = ()
    """Definitions of the name that are too many to ask about: then nothing was asked."""
    rows: tuple[StructureRow, ...] = ()
    total: int = 0
    """Uses that were found, shown or not."""
    notes: tuple[str, ...] = field(default=())


def find_targets(
    graph: GraphView, asked: Structural, paths: Callable[[], Iterable[str]], defined: Callable[[str], Iterable[Handle]]
) -> tuple[str, list[Node]]:
    """Return what a question asks about: the first spelling that any fitting definition has, and those definitions.

    ``paths`` are the files of the view, which a name of a module or a folder is looked up among; ``defined`` gives the handles of all
    definitions of a name, where those that the graph names first are of no fitting kind.
    """
    kinds = _KINDS[asked.relation]
    for name in asked.names:
        found = [node for node in _named(graph, name) if node.kind in kinds]
        found = found or [node for node in graph.nodes(defined(name)).values() if node.kind in kinds]
        outside = [node for node in found if node.kind == NodeKind.EXTERNAL]
        inside = [node for node in found if node.kind != NodeKind.EXTERNAL]
        code = [node for node in inside if not is_test_file(node.path)] or inside
        if code or outside:
            return name, code or outside
    if asked.relation in _ABOUT_MODULES:
        known = list(paths())
        for name in asked.names:
            files = modules_named(name, known)
            if files:
                return name, list(graph.nodes(map(Handle, files)).values())
    return asked.name, []


def _named(graph: GraphView, name: str) -> Iterator[Node]:
    found = graph.store.find(graph.name, name, limit=2 * MAX_FILES)
    if not found and "::" in name:
        found = graph.store.find(graph.name, name.replace("::", "."), limit=2 * MAX_FILES)
    if not found and "." in name.strip("."):
        package, _, symbol = name.partition(".")
        found = tuple(graph.nodes([external(package, symbol)]).values())
    yield from (node for node in found if node.kind != NodeKind.UNKNOWN)


_INDEXES = ("__init__", "index", "mod", "lib")
"""Names of the files that stand for their folder."""


def modules_named(name: str, paths: Sequence[str]) -> list[str]:
    """Return the files of a module or folder: ``app.core`` is ``src/app/core.py``, ``app/core/index.ts`` or all below ``app/core/``."""
    wanted = name.strip("/").replace("::", "/")
    wanted = wanted if "/" in wanted else wanted.replace(".", "/")
    if not wanted:
        return []
    near = [path for path in paths if wanted in path]  # of a million, a cut of each to its stem takes 0.1 s
    stems = {path: path.rpartition(".")[0] or path for path in near}
    ends = (wanted, *(f"{wanted}/{index}" for index in _INDEXES))
    files = [path for path, stem in stems.items() if stem in ends or stem.endswith(tuple(f"/{end}" for end in ends))]
    folders = tuple(path.rpartition("/")[0] + "/" for path in files if stems[path].rpartition("/")[2] in _INDEXES and "/" in path)
    if folders:
        return [path for path in paths if path in files or path.startswith(folders)]
    if files:
        return files
    return [path for path in near if path.startswith(f"{wanted}/")] or [path for path in near if f"/{wanted}/" in path]


def ask_graph(graph: GraphView, asked: Structural, targets: Sequence[Node]) -> tuple[list[StructureRow], Verdict, Coverage, list[str]]:
    """Return the uses that the graph knows, the surest first, without their text; how sure they are, and what they may miss."""
    rows: dict[StructureRow, None] = {}
    verdicts: set[Verdict] = set()
    unknown, notes = 0, dict[str, None]()
    for answer, found in _answers(graph, asked.relation, targets):
        rows |= dict.fromkeys(found)
        verdicts.add(answer.verdict)
        unknown += answer.coverage.unknown
        notes |= dict.fromkeys(f"{cap.name}: only the first {cap.limit:,} were read" for cap in answer.caps)
    verdict = next((each for each in Verdict if each in verdicts), Verdict.NONE)
    ordered = sorted(rows, key=lambda row: (_SURENESS.index(row.evidence), is_test_file(row.path) and asked.relation is not Relation.TESTS))
    return ordered, verdict, Coverage(unknown, graph.unresolved_files), list(notes)


_SURENESS = [Evidence.PROVEN.value, Evidence.EXTERNAL.value, Evidence.POSSIBLE.value, Evidence.UNKNOWN.value]


def _answers(graph: GraphView, relation: Relation, targets: Sequence[Node]) -> Iterator[tuple[Answer, list[StructureRow]]]:
    if relation in {Relation.DEPENDENTS, Relation.DEPENDENCIES}:
        scope = scope_of(graph, targets, members=True)
        answer = (dependents if relation is Relation.DEPENDENTS else dependencies)(graph, scope, limit=EDGES)
        yield answer, _module_rows(answer)
        return
    for target in targets:
        answer = _ask(graph, relation, target)
        yield answer, _reach_rows(answer) if isinstance(answer, ReachAnswer) else _edge_rows(answer, target, relation)


def _ask(graph: GraphView, relation: Relation, target: Node) -> Answer:
    known: Collection[Evidence] = _WIDE if target.handle.startswith(EXTERNAL) else ()
    match relation:
        case Relation.CALLERS:
            return callers(graph, target, evidence=known, limit=EDGES)
        case Relation.CALLEES:
            return callees(graph, target, limit=EDGES)
        case Relation.TESTS:
            return find_tests(graph, target, limit=EDGES)
        case Relation.IMPACT:
            return impact(graph, target, limit=EDGES)
        case Relation.IMPLEMENTATIONS:
            return implementations(graph, target, limit=EDGES)
        case Relation.OVERRIDES:
            return (implementations if target.kind in _TYPES else overrides)(graph, target, limit=EDGES)
        case Relation.IMPORTERS:
            return references(graph, target, kinds=[EdgeKind.IMPORTS], evidence=known, limit=EDGES)
        case Relation.CONFIGURED:
            return references(graph, target, kinds=[EdgeKind.WRITES], limit=EDGES)
        case _:
            return references(graph, target, evidence=known, limit=EDGES)


def _edge_rows(answer: Answer, target: Node, relation: Relation) -> list[StructureRow]:
    """Return an edge a row; ``symbol`` is its other end."""
    rows: list[StructureRow] = []
    for edge in answer.edges:
        outwards = relation is Relation.CALLEES or (relation is Relation.OVERRIDES and edge.source == target.handle)
        other, about = (edge.target, edge.source) if outwards else (edge.source, edge.target)
        node = answer.nodes.get(other)
        rows.append(_row(edge, node.qualified_name if node and node.path else other, about))
    return rows


def _reach_rows(answer: ReachAnswer) -> list[StructureRow]:
    """Return a row for each symbol that was reached; the place is its own."""
    return [
        StructureRow(
            each.node.qualified_name,
            each.node.path or each.via.path,
            each.node.start_line or each.via.line,
            each.via.kind.value,
            each.evidence.value,
            each.via.target,
        )
        for each in answer.reached
    ]


def _module_rows(answer: ModuleAnswer) -> list[StructureRow]:
    """Return a row for each module; the place is that of its best edge."""
    return [
        _row(edge, f"{use.module.handle} ({use.edges:,} edges, {use.proven:,} proven)", edge.target)
        for edge, use in zip(answer.edges, answer.modules, strict=False)
    ]


def _row(edge: Edge, symbol: str, about: str) -> StructureRow:
    return StructureRow(symbol, edge.path, edge.line, edge.kind.value, edge.evidence.value, about)
