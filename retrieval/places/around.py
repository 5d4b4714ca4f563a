"""What the graph has around a place: definitions of other files, and how they are tied to it.

Someone who writes at a place needs what its file imports, what the code around it uses, members of the types at hand, and what code like
it uses elsewhere. Each such tie is a number for each definition (``TIES``); how much it says is for a model to weigh.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import log1p, sqrt

from graph.answers import GraphView
from graph.model import UNNAMED, Edge, EdgeKind, Evidence, Handle, Node
from ingest.model import SymbolKind

USES = (EdgeKind.CALLS, EdgeKind.REFERENCES, EdgeKind.INSTANTIATES, EdgeKind.READS, EdgeKind.WRITES)
_BASES = (EdgeKind.INHERITS, EdgeKind.IMPLEMENTS)
_KNOWN = (Evidence.PROVEN, Evidence.POSSIBLE)
_FUNCTIONS = frozenset({SymbolKind.FUNCTION, SymbolKind.METHOD, SymbolKind.CONSTRUCTOR, SymbolKind.MACRO})
_TYPES = frozenset({
    *(SymbolKind.CLASS, SymbolKind.INTERFACE, SymbolKind.TRAIT, SymbolKind.STRUCT, SymbolKind.ENUM, SymbolKind.TYPE),
})  # fmt: skip
_LEVELS = 4
_MAX_TYPES = 240
_NAMESAKES = 24


class Tie(StrEnum):
    """How a definition of another file is tied to a place. Each is a number of 0 or more."""

    OWN = "own"
    """The definition around the place uses it, its signature included."""
    CLASS = "class"
    """Others of the same class use it: log(1 + how many)."""
    FILE = "file"
    """Others of the same file use it: log(1 + how many)."""
    IMPORT = "import"
    """The file imports it by name."""
    IDLE = "idle"
    """The file imports it by name, and nothing in it uses it."""
    MODULE = "module"
    """It stands in a module that the file imports."""
    IDLE_MODULE = "idle module"
    """It stands in a module that the file imports and uses nothing of."""
    PASSED = "passed"
    """A module that the file imports imports it."""
    BESIDE = "beside"
    """It stands in a file of which the file uses or imports something."""
    BASE = "base"
    """The class around the place is derived from it."""
    INHERITED = "inherited"
    """A member of such a type."""
    OWN_MEMBER = "own member"
    """A member of a type that the definition around the place uses, as its signature does."""
    MEMBER = "member"
    """A member of a type that the file uses or imports."""
    OVERRIDDEN = "overridden"
    """What the definition around the place overrides."""
    NAMESAKE = "namesake"
    """Definitions elsewhere of the name of that around the place use it: the share that does."""
    LIKE = "like"
    """Code that answers the question uses it: the share of its score."""


TIES = tuple(Tie)
COUNTED = frozenset({Tie.CLASS, Tie.FILE, Tie.NAMESAKE, Tie.LIKE})
"""Ties that are more than there or not."""
Ties = dict[Handle, dict[Tie, float]]


@dataclass(frozen=True, slots=True)
class Home:
    """The file of a place, and the innermost function and type around it."""

    path: str
    own: Mapping[Handle, Node]
    """All that the file defines, and itself."""
    function: Node | None = None
    type: Node | None = None

    def is_in(self, handle: Handle, of: Node | None) -> bool:
        """Say whether a definition of the file is ``of`` or inside it."""
        node = self.own.get(handle)
        return of is not None and node is not None and (node is of or node.qualified_name.startswith(of.qualified_name + "."))


def find_home(graph: GraphView, path: str, line: int) -> Home | None:
    """Return what is around a line of a file; None where the graph has no such file. Line 0 is the file as a whole."""
    file = Handle(path)
    known = {file}
    frontier = {file}
    while frontier:
        inner = {edge.target for edge in graph.edges_from(frontier, [EdgeKind.CONTAINS]) if edge.target.startswith(path + "#")}
        frontier = inner - known
        known |= inner
    own = graph.nodes(known)
    if file not in own:
        return None
    around = sorted((node for node in own.values() if 0 < node.start_line <= line <= node.end_line), key=lambda node: -node.start_line)
    function = next((node for node in around if node.kind in _FUNCTIONS), None)
    kind = next((node for node in around if node.kind in _TYPES and (function is None or node.start_line <= function.start_line)), None)
    return Home(path, own, function, kind)


class Around:
    """Gathers the ties of one place."""

    def __init__(self, graph: GraphView, home: Home) -> None:
        self._graph = graph
        self._home = home
        self._found: Ties = defaultdict(dict)
        self._users: dict[Handle, set[Handle]] = defaultdict(set)
        """What the file uses of others, by the definitions of it that do."""
        self.lines: dict[Handle, int] = {}
        """Where members that were looked at begin: their edge says it, which saves looking them up."""

    def ties(self, like: Mapping[Handle, float]) -> Ties:
        """Return the ties of all definitions of other files that have any; ``like`` are definitions that answer the question, by score."""
        self._look_at_uses()
        imported, modules = self._look_at_imports()
        bases = self._look_at_bases()
        self._look_at_members(imported, bases)
        self._look_beside(imported, modules)
        self._look_at_namesakes()
        self._look_at_likes(like)
        return self._found

    def _members(self, of: Iterable[Handle]) -> Iterator[Edge]:
        for edge in self._graph.edges_from(of, [EdgeKind.CONTAINS]):
            if edge.rule != UNNAMED:
                self.lines[edge.target] = edge.line
                yield edge

    def _is_outside(self, handle: Handle) -> bool:
        return handle not in self._home.own and not handle.startswith((self._home.path + "#", "external:", "unknown:", "repository:"))

    def _tie(self, handle: Handle, tie: Tie, value: float) -> None:
        if self._is_outside(handle):
            own = self._found[handle]
            own[tie] = max(own.get(tie, 0.0), value)

    def _look_at_uses(self) -> None:
        home = self._home
        for edge in self._graph.edges_from(home.own, USES, _KNOWN):
            if self._is_outside(edge.target):
                self._users[edge.target].add(edge.source)
        for target, users in self._users.items():
            mine = [each for each in users if home.is_in(each, home.function)]
            near = [each for each in users if home.is_in(each, home.type) and each not in mine]
            if mine:
                self._tie(target, Tie.OWN, 1.0)
            if near:
                self._tie(target, Tie.CLASS, log1p(len(near)))
            if len(mine) < len(users):
                self._tie(target, Tie.FILE, log1p(len(users) - len(mine)))

    def _look_at_imports(self) -> tuple[set[Handle], set[Handle]]:
        imported = {edge.target for edge in self._graph.edges_from(self._home.own, [EdgeKind.IMPORTS], _KNOWN)}
        imported = {each for each in imported if self._is_outside(each)}
        modules = {each for each in imported if "#" not in each}
        used = {each.partition("#")[0] for each in self._users}
        for each in imported - modules:
            self._tie(each, Tie.IMPORT, 1.0)
            if each not in self._users:
                self._tie(each, Tie.IDLE, 1.0)
        for edge in self._members(modules):
            self._tie(edge.target, Tie.MODULE, 1.0)
            if edge.source not in used:
                self._tie(edge.target, Tie.IDLE_MODULE, 1.0)
        for edge in self._graph.edges_from(modules, [EdgeKind.IMPORTS], _KNOWN):
            if "#" in edge.target:
                self._tie(edge.target, Tie.PASSED, 1.0)
        return imported - modules, modules

    def _look_at_bases(self) -> set[Handle]:
        home = self._home
        found: set[Handle] = set()
        frontier = {home.type.handle} if home.type is not None else set[Handle]()
        for _ in range(_LEVELS):
            frontier = {edge.target for edge in self._graph.edges_from(frontier, _BASES, _KNOWN)} - found
            found |= frontier
        for each in found:
            self._tie(each, Tie.BASE, 1.0)
        if home.function is not None:
            for edge in self._graph.edges_from([home.function.handle], [EdgeKind.OVERRIDES], _KNOWN):
                self._tie(edge.target, Tie.OVERRIDDEN, 1.0)
        return found

    def _look_at_members(self, imported: Collection[Handle], bases: Collection[Handle]) -> None:
        mine = {target for target, users in self._users.items() if any(self._home.is_in(each, self._home.function) for each in users)}
        types = sorted({*self._users, *imported}, key=lambda each: (each not in mine, -len(self._users.get(each, ())), each))
        for edge in self._members({*types[:_MAX_TYPES], *bases}):
            if edge.source in bases:
                self._tie(edge.target, Tie.INHERITED, 1.0)
            elif edge.source in mine:
                self._tie(edge.target, Tie.OWN_MEMBER, 1.0)
            if edge.source not in bases:
                self._tie(edge.target, Tie.MEMBER, 1.0)

    def _look_beside(self, imported: Iterable[Handle], modules: Iterable[Handle]) -> None:
        files = {each.partition("#")[0] for each in (*self._users, *imported)} - {*modules}
        for edge in self._members(map(Handle, files)):
            self._tie(edge.target, Tie.BESIDE, 1.0)

    def _look_at_namesakes(self) -> None:
        home = self._home
        if home.function is not None:
            same = self._graph.store.find(self._graph.name, home.function.name, limit=_NAMESAKES)
            self._spread({node.handle: 1.0 for node in same if self._is_outside(node.handle)}, Tie.NAMESAKE, of=len(same))

    def _look_at_likes(self, like: Mapping[Handle, float]) -> None:
        self._spread({each: score for each, score in like.items() if self._is_outside(each)}, Tie.LIKE)

    def _spread(self, weights: Mapping[Handle, float], tie: Tie, of: float = 0) -> None:
        """Tie what some definitions use by what these weigh, as a share of the most."""
        targets: dict[Handle, set[Handle]] = defaultdict(set)
        for edge in self._graph.edges_from(weights, USES, _KNOWN):
            if self._is_outside(edge.target):
                targets[edge.source].add(edge.target)
        sums: dict[Handle, float] = defaultdict(float)
        for source, used in targets.items():
            for each in used:
                sums[each] += weights[source] / (1 if of else sqrt(len(used)))
        top = of or max(sums.values(), default=1.0)
        for each, total in sums.items():
            self._tie(each, tie, total / top)
