"""What lies around the hits in the graph: callees, callers, supertypes and subtypes, types used, tests.

Proven edges alone, as facts; and between repositories that are asked together the uses of a package that lead to one definition.

A neighbour is worth what the hit is worth, times how often such a neighbour turned out to be needed too (``SHARES``), divided among all of
its kind that the hit has: one of two callees says more than one of forty callers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import sqrt

from graph.answers import GraphView
from graph.model import REPOSITORY, Edge, EdgeKind, Evidence, Handle, Node
from ingest.model import SymbolKind
from retrieval.packs.build import Surroundings
from retrieval.packs.draft import Unit
from retrieval.packs.files import FileSource, PackFile
from retrieval.packs.model import Link, PackSymbol, Relation

HITS = 16
"""Hits whose neighbours are looked at, the best ones."""
NEIGHBOURS = 60
"""Neighbours that are weighed against hits, the best ones: each costs the reading of a file."""
LINKS = 2
"""Reasons told of one neighbour."""

SHARES: Mapping[Relation, float] = {
    Relation.TEST: 0.02,
    Relation.BASE: 0.06,
    Relation.SUBTYPE: 0.04,
    Relation.OVERRIDDEN: 0.06,
    Relation.CALLEE: 0.06,
    Relation.CALLER: 0.06,
    Relation.TYPE: 0.04,
}

_CALLS = frozenset({EdgeKind.CALLS, EdgeKind.INSTANTIATES, EdgeKind.HANDLES, EdgeKind.REQUESTS})
_BASES = frozenset({EdgeKind.INHERITS, EdgeKind.IMPLEMENTS})
_TYPES = frozenset({
    *(SymbolKind.CLASS, SymbolKind.INTERFACE, SymbolKind.TRAIT, SymbolKind.STRUCT, SymbolKind.ENUM, SymbolKind.TYPE),
})  # fmt: skip
_FROM = (*_CALLS, *_BASES, EdgeKind.OVERRIDES, EdgeKind.REFERENCES)
_TO = (*_CALLS, *_BASES, EdgeKind.OVERRIDES, EdgeKind.TESTS)
_RANK = {relation: at for at, relation in enumerate(Relation)}
_SAME_NAME = 4  # handles of several definitions of one name are numbered


@dataclass(frozen=True, slots=True)
class _Step:
    """One edge between a unit's definition and a neighbour."""

    unit: int
    relation: Relation
    there: Handle
    of: str
    edge: Edge


@dataclass(frozen=True, slots=True)
class Surveyed:
    """The graph of a view as it can be asked. ``others`` are the repositories and views that it leads to, by their name in its handles."""

    graph: GraphView
    others: Mapping[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])

    def home(self, path: str) -> tuple[tuple[str, str], str] | None:
        """Return whose file a path in another repository is, and its path there; None for a path of the view itself."""
        names = [name for name in self.others if path.startswith(f"{REPOSITORY}{name}/")]
        name = max(names, key=len, default="")
        return (self.others[name], path.removeprefix(f"{REPOSITORY}{name}/")) if name else None


class GraphNeighbours:
    """Finds what lies around units in the graphs of their views; ``graphs`` are those that can be asked, by repository and view."""

    def __init__(self, read: FileSource, graphs: Mapping[tuple[str, str], Surveyed], notes: Iterable[str] = ()) -> None:
        self._read = read
        self._graphs = graphs
        self._notes = tuple(notes)

    def __call__(self, units: Sequence[Unit]) -> Surroundings:
        """Return the neighbours of the best units that no unit defines, the best first."""
        found: list[Unit] = []
        known = {(_view(unit), unit.file.path, entry.start_line) for unit in units for entry in unit.entries}
        for view, surveyed in self._graphs.items():
            own = {at: unit for at, unit in enumerate(units) if _view(unit) == view}
            around = self._around(surveyed, view, own)
            found += [unit for unit in around if (_view(unit), unit.file.path, unit.entries[0].start_line) not in known]
        found.sort(key=lambda unit: (-unit.worth, unit.file.path, unit.entries[0].start_line))
        return Surroundings(tuple(found), self._notes)

    def _around(self, surveyed: Surveyed, view: tuple[str, str], units: Mapping[int, Unit]) -> Iterator[Unit]:
        graph = surveyed.graph
        homes = self._homes(graph, {at: units[at] for at in list(units)[:HITS]})
        steps = [step for step in _steps(surveyed, homes) if step.there not in homes]
        nodes = graph.nodes({step.there for step in steps})
        steps = [step for step in steps if step.there in nodes and _counts(step, nodes[step.there])]
        worths = _worths(steps, units)
        best = sorted(worths, key=lambda there: (-worths[there], there))
        reasons: defaultdict[Handle, list[Link]] = defaultdict(list)
        for step in sorted(steps, key=lambda step: (step.unit, _RANK[step.relation])):
            reasons[step.there].append(Link(step.relation, step.of, step.edge.rule, step.edge.path, step.edge.line))
        files: dict[str, PackFile | None] = {}
        left = NEIGHBOURS
        for there in best:
            node = nodes[there]
            if node.path not in files:
                files[node.path] = self._file(*(surveyed.home(node.path) or (view, node.path)), node.language)
            file = files[node.path]
            symbol = file.definition(node.qualified_name, node.start_line) if file else None
            if file and symbol and left:
                left -= 1
                links = tuple({link.of: link for link in reversed(reasons[there])}.values())[::-1][:LINKS]
                yield Unit(file, worths[there], (), (replace(symbol, links=links),))

    def _file(self, view: tuple[str, str], path: str, language: str) -> PackFile | None:
        try:
            return self._read(*view, path, language)
        except LookupError:
            return None

    @staticmethod
    def _homes(graph: GraphView, units: Mapping[int, Unit]) -> dict[Handle, tuple[int, PackSymbol]]:
        """Return the nodes that units define, each with the best unit that does."""
        wanted: dict[Handle, tuple[int, PackSymbol]] = {}
        for at, unit in units.items():
            for entry in unit.entries:
                for number in range(1, _SAME_NAME + 1 if entry.name else 0):
                    suffix = f"~{number}" if number > 1 else ""
                    wanted.setdefault(Handle(f"{unit.file.path}#{entry.name}{suffix}"), (at, entry))
        nodes = graph.nodes(wanted)
        return {handle: wanted[handle] for handle, node in nodes.items() if node.start_line == wanted[handle][1].start_line}


def _view(unit: Unit) -> tuple[str, str]:
    return unit.file.repository, unit.file.view


def _sure(surveyed: Surveyed, edges: Iterable[Edge]) -> list[Edge]:
    """Return proven edges, and those into or out of a package of another repository that have one candidate there."""
    kept: list[Edge] = []
    abroad: defaultdict[tuple[str, int, str, Handle], list[Edge]] = defaultdict(list)
    for edge in edges:
        if edge.evidence is Evidence.PROVEN:
            kept.append(edge)
        elif edge.kind is not EdgeKind.REQUESTS and (surveyed.home(edge.source) or surveyed.home(edge.target)):
            abroad[edge.path, edge.start_byte, edge.kind, edge.source].append(edge)
    return kept + [each for candidates in abroad.values() if len(candidates) == 1 for each in candidates]


def _steps(surveyed: Surveyed, homes: Mapping[Handle, tuple[int, PackSymbol]]) -> Iterator[_Step]:
    graph = surveyed.graph
    evidence = [Evidence.PROVEN, *([Evidence.POSSIBLE] if surveyed.others else [])]
    for edge in _sure(surveyed, graph.edges_from(homes, _FROM, evidence)):
        at, symbol = homes[edge.source]
        relation = (
            Relation.BASE
            if edge.kind in _BASES
            else Relation.OVERRIDDEN
            if edge.kind is EdgeKind.OVERRIDES
            else Relation.TYPE
            if edge.kind is EdgeKind.REFERENCES
            else Relation.CALLEE
        )
        yield _Step(at, relation, edge.target, symbol.name, edge)
    for edge in _sure(surveyed, graph.edges_to(homes, _TO, evidence)):
        at, symbol = homes[edge.target]
        relation = (
            Relation.SUBTYPE
            if edge.kind in _BASES or edge.kind is EdgeKind.OVERRIDES
            else Relation.TEST
            if edge.kind is EdgeKind.TESTS
            else Relation.CALLER
        )
        yield _Step(at, relation, edge.source, symbol.name, edge)


def _counts(step: _Step, node: Node) -> bool:
    """Say whether a step leads to what its relation means: of the names a definition mentions, types alone."""
    return bool(node.path) and (step.relation is not Relation.TYPE or node.kind in _TYPES)


def _worths(steps: Sequence[_Step], units: Mapping[int, Unit]) -> dict[Handle, float]:
    """Return what each neighbour is worth: that it is not needed at all is the product over its ways of not being needed by each."""
    kinds: defaultdict[tuple[int, Relation], set[Handle]] = defaultdict(set)
    for step in steps:
        kinds[step.unit, step.relation].add(step.there)
    missing: defaultdict[Handle, float] = defaultdict(lambda: 1.0)
    for (unit, relation), there in kinds.items():
        share = units[unit].worth * SHARES[relation] / sqrt(len(there))
        for handle in there:
            missing[handle] *= 1 - share
    return {handle: 1 - left for handle, left in missing.items()}
