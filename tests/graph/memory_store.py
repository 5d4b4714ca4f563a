"""A graph store in dictionaries, and graphs written as lines of text."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from graph.answers import GraphView, open_view
from graph.columns import AnyGraph
from graph.model import EXTERNAL, UNKNOWN, Edge, EdgeKind, Evidence, FileGraph, Handle, Node, NodeKind, outside_node

VIEW = "view"

_LINE = re.compile(
    r"(?P<source>\S+) (?P<kind>[a-z_]+)(?P<mark>[?!>]?) (?P<target>\S+)(?: by (?P<rule>\S+))?(?: at (?P<path>[^:\s]+):(?P<line>\d+))?"
)
_EVIDENCE = {"": Evidence.PROVEN, "?": Evidence.POSSIBLE, "!": Evidence.UNKNOWN, ">": Evidence.EXTERNAL}
_LANGUAGES = {"py": "python", "ts": "typescript", "js": "javascript", "go": "go", "md": "markdown"}


@dataclass
class MemoryStore:
    """What ``GraphStore`` says, in memory."""

    generations: dict[str, int] = field(default_factory=dict[str, int])
    graphs: dict[str, dict[str, FileGraph]] = field(default_factory=dict[str, dict[str, FileGraph]])
    known: dict[tuple[str, int], dict[Handle, Node]] = field(default_factory=dict[tuple[str, int], dict[Handle, Node]])
    place: str = ""

    def generation(self, view: str) -> int:
        return self.generations.get(view, 0)

    def replace(self, view: str, files: Iterable[AnyGraph], *, removed: Collection[str] = (), generation: int) -> None:
        kept = {path: graph for path, graph in self.graphs.get(view, {}).items() if path not in removed}
        self.graphs[view] = kept | {each.path: each if isinstance(each, FileGraph) else each.decode() for each in files}
        self.generations[view] = generation

    def fork(self, view: str, of: str) -> bool:
        if view in self.generations or of not in self.generations:
            return False
        self.graphs[view], self.generations[view] = dict(self.graphs[of]), 1
        return True

    def drop(self, view: str) -> None:
        self.generations.pop(view, None)
        self.graphs.pop(view, None)

    def files(self, view: str) -> Iterator[FileGraph]:
        graphs = self.graphs.get(view, {})
        return (graphs[path] for path in sorted(graphs))

    def nodes(self, view: str, handles: Iterable[Handle]) -> dict[Handle, Node]:
        key = (view, self.generation(view))
        if key not in self.known:
            self.known[key] = self._nodes(view)
        known = self.known[key]
        return {handle: known[handle] for handle in handles if handle in known}

    def _nodes(self, view: str) -> dict[Handle, Node]:
        graphs = list(self.files(view))
        ends = {end for graph in graphs for edge in graph.edges for end in (edge.source, edge.target)}
        outside = {end: node for end in ends if (node := outside_node(end))}
        return outside | {node.handle: node for graph in reversed(graphs) for node in graph.nodes}

    def find(self, view: str, name: str, *, limit: int = 50) -> Sequence[Node]:
        nodes = sorted(self._nodes(view).values(), key=lambda node: node.handle)
        ways: tuple[Callable[[Node], bool], ...] = (
            lambda node: node.handle == name,
            lambda node: node.qualified_name == name,
            lambda node: node.name == name,
            lambda node: node.path == name,
            lambda node: node.qualified_name.endswith(f".{name}"),
        )
        for wanted in ([node for node in nodes if node.path], [node for node in nodes if not node.path]):
            for way in ways:
                if found := [node for node in wanted if way(node)]:
                    return found[:limit]
        return []

    def edges_from(
        self, view: str, handles: Iterable[Handle], *, kinds: Collection[EdgeKind] = (), evidence: Collection[Evidence] = ()
    ) -> Iterator[Edge]:
        wanted = set(handles)
        return (edge for edge in self._edges(view, kinds, evidence) if edge.source in wanted)

    def edges_to(
        self, view: str, handles: Iterable[Handle], *, kinds: Collection[EdgeKind] = (), evidence: Collection[Evidence] = ()
    ) -> Iterator[Edge]:
        wanted = set(handles)
        return (edge for edge in self._edges(view, kinds, evidence) if edge.target in wanted)

    def _edges(self, view: str, kinds: Collection[EdgeKind], evidence: Collection[Evidence]) -> Iterator[Edge]:
        for graph in self.files(view):
            for edge in graph.edges:
                if (not kinds or edge.kind in kinds) and (not evidence or edge.evidence in evidence):
                    yield edge

    def close(self) -> None:
        self.generations.clear()


def file_graphs(text: str) -> list[FileGraph]:
    """Read edges written one a line: ``SOURCE KIND TARGET``, where a mark behind the kind says that it is no proven one.

    ``?`` is possible, ``>`` external, ``!`` unknown; ``by RULE`` and ``at PATH:LINE`` may follow. Symbols exist as soon as they are
    named, with the edges that contain them: ``a.py#Cart.add`` is a method, as ``Cart`` is a class by its letter.
    """
    edges: list[Edge] = []
    for number, line in enumerate((line.strip() for line in text.splitlines() if line.strip()), start=1):
        match = _LINE.fullmatch(line)
        assert match, line
        path = match["path"] or match["source"].partition("#")[0]
        at = int(match["line"] or number)
        edges.append(
            Edge(
                EdgeKind(match["kind"]),
                _EVIDENCE[match["mark"]],
                match["rule"] or "import",
                Handle(match["source"]),
                Handle(match["target"]),
                path,
                at,
                at * 10,
                at * 10 + 4,
            )
        )
    nodes: dict[Handle, Node] = {}
    for edge in list(edges):
        for end in (edge.source, edge.target):
            if not end.startswith((EXTERNAL, UNKNOWN)):
                edges += _define(end, nodes)
    paths = dict.fromkeys((*(node.path for node in nodes.values()), *(edge.path for edge in edges)))
    return [
        FileGraph(path, [node for node in nodes.values() if node.path == path], [edge for edge in edges if edge.path == path])
        for path in paths
    ]


def view_of(text: str) -> GraphView:
    """Return a view whose graph is written as ``file_graphs`` reads it."""
    store = MemoryStore()
    store.replace(VIEW, file_graphs(text), generation=3)
    return replace(open_view(store, VIEW), unresolved_files=0)


def one(graph: GraphView, handle: str) -> Node:
    """Return the node of a handle."""
    return graph.nodes([Handle(handle)])[Handle(handle)]


def _define(handle: Handle, nodes: dict[Handle, Node]) -> list[Edge]:
    """Make the node of a handle and of what holds it, and return the edges that contain them."""
    if handle in nodes:
        return []
    path, _, qualified = handle.partition("#")
    language = _LANGUAGES.get(path.rpartition(".")[2], "")
    at = len(nodes) + 1
    if not qualified:
        nodes[handle] = Node(handle, NodeKind.FILE, path.rpartition("/")[2], path, path, 1, 99, language)
        return []
    holder_name, _, name = qualified.rpartition(".")
    holder = Handle(f"{path}#{holder_name}" if holder_name else path)
    made = _define(holder, nodes)
    nodes[handle] = Node(handle, _kind(holder_name, name), name, qualified, path, at, at, language)
    return [*made, Edge(EdgeKind.CONTAINS, Evidence.PROVEN, "definition", holder, handle, path, at)]


def _kind(holder: str, name: str) -> str:
    if name == "__init__":
        return "constructor"
    if name[:1].isupper():
        return "class"
    return "method" if holder.rpartition(".")[2][:1].isupper() else "function"
