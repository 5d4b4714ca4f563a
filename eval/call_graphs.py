"""Call graphs as two public benchmarks write them: a dictionary from a caller's name to the names it calls.

Our graph is mapped onto their names here:

- A call of a class is a call of its constructor, looked up along the proven base classes, because the benchmarks list the function that
  runs; a class that has none anywhere gives no edge (Java: its default constructor).
- A call of a method that others override is asked as the product's questions ask it (``graph/dispatch.py``): it runs that method or one
  of its overriders, each of them possible. The benchmarks list what runs, so a method without a body is no callee, and that a certain
  method runs is a fact only where nothing overrides it, or where the objects are known that it is called on.
- A lambda that the ground truth does not list belongs to the function around it, as the benchmarks write it then.
- Where they have two ways to write a name (an arrow function by its variable or by its number, ``Array.join`` by its class or as a
  builtin), the one that the ground truth of the case uses is taken.
- A module is named from the root of the folder, or from the folder below it from which the ground truth names it (``src``, ``bin``).
- Every function and every file is a key, with or without calls.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory

from eval.call_names import JavaNamer, Namer
from graph.answers import open_view
from graph.dispatch import RULE, Dispatch
from graph.model import EXTERNAL, Edge, EdgeKind, Evidence, FileGraph, Handle, Node, NodeKind
from graph.sqlite_store import SqliteGraphStore

CallGraph = dict[str, set[str]]

FUNCTIONS = frozenset({"function", "method", "constructor", "lambda"})
CLASSES = frozenset({"class", "interface", "struct", "trait", "enum"})
CALLS = frozenset({EdgeKind.CALLS, EdgeKind.INSTANTIATES})
FACTS = frozenset({Evidence.PROVEN, Evidence.EXTERNAL})
ANY = frozenset({Evidence.PROVEN, Evidence.EXTERNAL, Evidence.POSSIBLE})

_DUPLICATE = re.compile(r"~\d+")


def call_graph(
    graphs: Iterable[FileGraph], namer: Namer, listed: Collection[str], *, root: Path, evidence: Collection[Evidence] = FACTS
) -> CallGraph:
    """Return the calls whose evidence is one of these, under the benchmark's names; ``listed`` are the names of the ground truth."""
    return _Mapping(list(graphs), namer, frozenset(listed), root).calls(evidence)


def calls_at_run_time(graphs: Sequence[FileGraph]) -> list[Edge]:
    """Return the calls that a question gets, with those as possible that are one of several.

    These are the calls of a method that others override, those of its overriders, and those of an outside name where the place has other
    candidates, an unknown one among them.
    """
    with TemporaryDirectory() as folder:
        store = SqliteGraphStore.open(Path(folder) / "graph.db")
        try:
            store.replace(_VIEW, graphs, generation=1)
            handles = [*{node.handle for graph in graphs for node in graph.nodes}, *{Handle(graph.path) for graph in graphs}]
            asked = list(Dispatch(open_view(store, _VIEW)).edges_from(dict.fromkeys(handles), sorted(CALLS)))
        finally:
            store.close()
    dispatched = {(edge.path, edge.start_byte, edge.source) for edge in asked if edge.rule == RULE}
    targets: dict[tuple[str, int, int, Handle], set[Handle]] = defaultdict(set)
    for edge in asked:
        targets[edge.path, edge.start_byte, edge.end_byte, edge.source].add(edge.target)

    def is_one_of_several(edge: Edge) -> bool:
        if edge.evidence is Evidence.EXTERNAL:
            return len(targets[edge.path, edge.start_byte, edge.end_byte, edge.source]) > 1
        return edge.evidence is Evidence.PROVEN and (edge.path, edge.start_byte, edge.source) in dispatched

    return [replace(edge, evidence=Evidence.POSSIBLE) if is_one_of_several(edge) else edge for edge in asked]


_VIEW = "case"


class _Mapping:
    """Our nodes under the benchmark's names, and what is needed to find constructors."""

    def __init__(self, graphs: Sequence[FileGraph], namer: Namer, listed: frozenset[str], root: Path) -> None:
        self._namer = namer
        self._listed = listed
        self._root = root
        self._sources: dict[str, list[str]] = {}
        self._nodes = {node.handle: node for graph in graphs for node in graph.nodes}
        self._calls = calls_at_run_time(graphs)
        edges = [edge for graph in graphs for edge in graph.edges]
        self._members: dict[Handle, dict[str, Handle]] = defaultdict(dict)
        self._bases: dict[Handle, list[Handle]] = defaultdict(list)
        for node in self._nodes.values():
            if node.kind in FUNCTIONS:
                self._members[_owner(node.handle)].setdefault(node.name, node.handle)
        for edge in sorted(edges, key=lambda edge: edge.start_byte):
            if edge.kind in {EdgeKind.INHERITS, EdgeKind.IMPLEMENTS} and edge.evidence in FACTS:
                self._bases[edge.source].append(edge.target)
        self._prefixes = {name[:at] for name in listed for at in (*_dots(name), len(name))}
        self._anonymous = self._number_anonymous()
        self._names: dict[Handle, str] = {}

    def calls(self, evidence: Collection[Evidence]) -> CallGraph:
        """Return the call graph of the edges of this evidence."""
        keys = {*FUNCTIONS, NodeKind.FILE}
        found: CallGraph = {self._caller(handle): set() for handle, node in self._nodes.items() if node.kind in keys}
        for edge in self._calls:
            if edge.evidence in evidence and edge.source in self._nodes:
                callees = set(self._callees(edge))
                found.setdefault(self._caller(edge.source), set()).update(callees)
                for callee in callees:
                    found.setdefault(callee, set())
        return found

    def _module(self, path: str) -> str:
        name = self._namer.module(path)
        ways = [name, *(name[at + 1 :] for at in _dots(name))]
        return next((way for way in ways if way in self._prefixes), name)

    def _pick(self, names: Sequence[str]) -> str:
        return next((name for name in names if name in self._listed), names[0])

    def _name(self, handle: Handle) -> str:
        if handle not in self._names:
            self._names[handle] = self._pick(self._alternatives(self._nodes[handle]))
        return self._names[handle]

    def _alternatives(self, node: Node) -> list[str]:
        if node.kind == NodeKind.FILE:
            return [self._module(node.path)]
        owner = _owner(node.handle)
        around = self._name(owner) if owner in self._nodes else self._module(node.path)
        found: list[str] = []
        if node.kind != NodeKind.LAMBDA or not node.name.startswith("<"):
            qualified = _DUPLICATE.sub("", node.handle.partition("#")[2])
            found += self._namer.spellings(self._namer.symbol(self._module(node.path), node, qualified))
        if node.handle in self._anonymous:
            found.append(f"{around}.{self._namer.lambda_name.format(self._anonymous[node.handle])}")
            variable = self._namer.declared(next(iter(self._lines(node)), ""))
            found += [f"{around}.{variable}"] if variable else []
        return found

    def _caller(self, handle: Handle) -> str:
        """Name what a call is written in: lambdas that the ground truth does not list are part of what is around them."""
        node, name, owner = self._nodes[handle], self._name(handle), _owner(handle)
        if node.kind == NodeKind.LAMBDA and name not in self._listed:
            return self._caller(owner) if owner in self._nodes else self._module(node.path)
        return name

    def _number_anonymous(self) -> dict[Handle, int]:
        """Count the lambdas of each scope from 1 in the order of the file, those bound to a variable included."""
        counts: dict[tuple[str, Handle], int] = defaultdict(int)
        numbers: dict[Handle, int] = {}
        for node in sorted(self._nodes.values(), key=lambda node: (node.path, node.start_line)):
            if node.kind == NodeKind.LAMBDA or (node.kind == "function" and self._is_bound(node)):
                counts[node.path, _owner(node.handle)] += 1
                numbers[node.handle] = counts[node.path, _owner(node.handle)]
        return numbers

    def _is_bound(self, node: Node) -> bool:
        lines = self._lines(node)
        return bool(lines) and bool(self._namer.bound(node.name).search(lines[0]))

    def _lines(self, node: Node) -> list[str]:
        """Return the lines of source that a node covers, nothing where its file does not have them."""
        if node.path not in self._sources:
            try:
                self._sources[node.path] = (self._root / node.path).read_text(encoding="utf-8", errors="replace").splitlines()
            except OSError:
                self._sources[node.path] = []
        return self._sources[node.path][max(node.start_line - 1, 0) : max(node.end_line, node.start_line)]

    def _callees(self, edge: Edge) -> Iterator[str]:
        if edge.target.startswith(EXTERNAL):
            package, _, symbol = edge.target.removeprefix(EXTERNAL).partition("#")
            names = self._namer.outside(package, symbol)
            if names:
                yield self._pick(names)
            return
        node = self._nodes.get(edge.target)
        if node is not None and (node.kind in CLASSES or (edge.kind is EdgeKind.INSTANTIATES and node.kind not in FUNCTIONS)):
            constructor = self._constructor(edge.target)
            if constructor is not None:
                yield self._name(constructor)
            elif self._namer.default_constructor:
                yield self._namer.default_constructor.format(self._name(edge.target))
        elif node is not None and self._namer.runs(node, "\n".join(self._lines(node))):
            yield self._name(edge.target)

    def _constructor(self, owner: Handle) -> Handle | None:
        for each in self._linearized(owner, frozenset()):
            for member in self._members.get(each, {}).values():
                if self._namer.is_constructor(self._nodes[member]):
                    return member
            if self._namer.default_constructor:
                return None
        return None

    def _linearized(self, owner: Handle, above: frozenset[Handle]) -> list[Handle]:
        """Return a class and its bases in the order they are searched: depth first, and a base that is reached twice at its last place."""
        if owner in above:
            return []
        order = [owner]
        for base in self._bases.get(owner, []):
            order += self._linearized(base, above | {owner})
        return [each for at, each in enumerate(order) if each not in order[at + 1 :]]


def _owner(handle: Handle) -> Handle:
    """Return the handle of what a symbol is in, empty for what is in a file only."""
    path, _, qualified = handle.partition("#")
    owner, _, _ = qualified.rpartition(".")
    return Handle(f"{path}#{owner}") if owner else Handle("")


def _dots(name: str) -> list[int]:
    return [at for at, letter in enumerate(name) if letter == "."]


class Judged(StrEnum):
    """Which of our edges a ground truth can judge."""

    CALLERS = "callers"
    """Those of listed callers, whose calls are all listed."""
    CALLS = "calls"
    """Those of listed callers that call a listed name: the ground truth is about single calls."""


def judged_in_programs(namer: Namer) -> Judged:
    """Return what the ground truths of small programs can judge: those in Java are each about one call."""
    return Judged.CALLS if isinstance(namer, JavaNamer) else Judged.CALLERS


@dataclass(frozen=True, slots=True)
class CallScore:
    """What one call graph scores against its ground truth. Edges are (caller, callee)."""

    invented: tuple[tuple[str, str], ...]
    missed: tuple[tuple[str, str], ...]
    right: int
    claimed: int
    expected: int
    unnamed: tuple[str, ...] = ()
    """Keys of the ground truth that are no node of ours."""

    @property
    def complete(self) -> bool:
        """No false edge."""
        return not self.invented

    @property
    def sound(self) -> bool:
        """No edge missing, and no caller."""
        return not self.missed and not self.unnamed


def compare(ours: CallGraph, truth: CallGraph, namer: Namer, judged: Judged) -> CallScore:
    """Compare two call graphs. Calls of outside names are judged only where the ground truth lists such names, if the namer says so."""
    expected = {(caller, callee) for caller, callees in truth.items() for callee in callees}
    inside = not namer.lists_outside and not any(namer.is_outside(callee) for _, callee in expected)
    claimed = {(caller, callee) for caller, callees in ours.items() for callee in callees}
    claimed = {edge for edge in claimed if edge[0] in truth}
    if judged is Judged.CALLS:
        named = {(caller, namer.simple(callee)) for caller, callee in expected}
        claimed = {(caller, callee) for caller, callee in claimed if (caller, namer.simple(callee)) in named}
    if inside:
        claimed = {edge for edge in claimed if not namer.is_outside(edge[1])}
    return CallScore(
        tuple(sorted(claimed - expected)),
        tuple(sorted(expected - claimed)),
        len(claimed & expected),
        len(claimed),
        len(expected),
        tuple(sorted(truth.keys() - ours.keys())) if judged is Judged.CALLERS else (),
    )
