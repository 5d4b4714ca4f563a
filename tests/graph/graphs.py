"""Small graphs for tests, and what a graph store should answer, computed the plain way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from graph.model import Edge, EdgeKind, Evidence, FileGraph, Handle, Node, NodeKind, outside_node
from ingest.model import SymbolKind


def node(path: str, qualified_name: str = "", kind: str = "function") -> Node:
    """The node of a symbol, or of the file itself when no name is given."""
    if not qualified_name:
        return Node(Handle(path), "file", path.rpartition("/")[2], path, path, 1, 40, "python")
    return Node(Handle(f"{path}#{qualified_name}"), kind, qualified_name.rpartition(".")[2], qualified_name, path, 3, 9, "python")


def edge(
    source: str,
    target: str,
    kind: EdgeKind = EdgeKind.CALLS,
    evidence: Evidence = Evidence.PROVEN,
    *,
    path: str = "",
    line: int = 3,
    start: int = 10,
) -> Edge:
    """An edge whose place is in its source's file, unless said."""
    return Edge(
        kind,
        evidence,
        f"rule:{kind}",
        Handle(source),
        Handle(target),
        path or source.partition("#")[0],
        line,
        start,
        start + 4 if start >= 0 else -1,
    )


def symbol(handle: str, kind: str = SymbolKind.FUNCTION, *, lines: tuple[int, int] = (1, 3), language: str = "python") -> Node:
    """The node of a handle: of a file where the handle has no name."""
    path, _, qualified = handle.partition("#")
    if not qualified:
        return Node(Handle(path), NodeKind.FILE, path.rpartition("/")[2], path, path, 1, 99)
    qualified = qualified.partition("~")[0]
    return Node(Handle(handle), kind, qualified.rpartition(".")[2], qualified, path, *lines, language)


def lock_entry(verdict: str, source: str, target: str, kind: str, reason: str = "so") -> str:
    """An entry of an ``edges.lock``."""
    return f'[[edge]]\nsource = "{source}"\ntarget = "{target}"\nkind = "{kind}"\nverdict = "{verdict}"\nreason = "{reason}"\n'


def calls(path: str, *pairs: tuple[str, str]) -> FileGraph:
    """A file whose symbols call: (name in the file, handle)."""
    names = dict.fromkeys(name for name, _ in pairs)
    edges = [edge(f"{path}#{name}", target, start=at * 10) for at, (name, target) in enumerate(pairs)]
    return FileGraph(path, [node(path), *(node(path, name) for name in names)], edges)


def content(files: Iterable[FileGraph]) -> list[tuple[str, Counter[Node], Counter[Edge]]]:
    """File graphs in a form that compares, order of paths included."""
    return [(each.path, Counter(each.nodes), Counter(each.edges)) for each in files]


@dataclass
class ModelStore:
    """One view, kept in a dictionary."""

    generation: int = 0
    graphs: dict[str, FileGraph] = field(default_factory=dict[str, FileGraph])

    def replace(self, files: Iterable[FileGraph], *, removed: Collection[str] = (), generation: int) -> None:
        """Do what the contract says, without a disk."""
        for path in removed:
            self.graphs.pop(path, None)
        self.graphs.update({each.path: each for each in files})
        self.generation = generation

    def files(self) -> list[FileGraph]:
        """All files in order of path."""
        return [self.graphs[path] for path in sorted(self.graphs)]

    def edges(self) -> list[Edge]:
        """All edges of all files."""
        return [each for graph in self.graphs.values() for each in graph.edges]

    def defined(self) -> dict[Handle, Node]:
        """Nodes that files define; the first path wins."""
        return {each.handle: each for graph in reversed(self.files()) for each in graph.nodes}

    def outside(self) -> dict[Handle, Node]:
        """External and unknown nodes that edges alone name."""
        named = {end for each in self.edges() for end in (each.source, each.target)} - set(self.defined())
        return {handle: found for handle in named if (found := outside_node(handle))}

    def find(self, name: str, limit: int) -> list[Node]:
        """Look for a name, one way after the other."""
        ways: list[Callable[[Node], bool]] = [
            lambda each: each.handle == name,
            lambda each: each.qualified_name == name,
            lambda each: each.name == name,
            lambda each: each.path == name,
            lambda each: each.qualified_name.endswith(f".{name}"),
        ]
        for nodes in (self.defined(), self.outside()):
            for way in ways:
                if name and (found := [nodes[handle] for handle in sorted(nodes) if way(nodes[handle])]):
                    return found[:limit]
        return []
