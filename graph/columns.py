"""The stored form of a file's graph: tables of texts and columns of 32-bit numbers, compressed, and the keys it is found by.

Edges of a file share few combinations of kind, evidence, rule and path, so that these four are one number. Columns need no object for an
edge that nobody asked for: a file's 250 edges decode in 0.03 ms, the 250 objects take another 0.3 ms.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain
from operator import attrgetter, sub
from struct import pack
from typing import Any, TypeAlias
from zlib import crc32

from graph.model import EXTERNAL, UNKNOWN, Edge, EdgeKind, Evidence, FileGraph, Handle, Node, outside_node
from ingest.codec import compress, decode_columns, decompress, encode_columns

Label: TypeAlias = tuple[EdgeKind, Evidence, str, str]
"""Kind, evidence, rule and path of an edge."""

EdgeRow: TypeAlias = tuple[EdgeKind, Evidence, str, Handle, Handle, str, int, int, int]
"""An edge as a tuple of its fields: an object takes five times as long to make, and most edges go straight into columns."""

_KINDS = {kind.value: kind for kind in EdgeKind}
_EVIDENCE = {evidence.value: evidence for evidence in Evidence}
_EDGE_ROW = attrgetter(*Edge.__slots__)
_NODE_TEXTS = attrgetter("handle", "kind", "name", "qualified_name", "path", "language")

# What a key stands for is the start value of its checksum. Keys of 32 bits choose files to look into; they decide nothing.
_SOURCE, _TARGET, _DEFINED, _NAME, _PATH = range(1, 6)


@dataclass(frozen=True, slots=True)
class EdgeColumns:
    """The edges of one file. ``source`` and ``target`` are positions in ``texts``, ``label`` in ``labels``."""

    texts: Sequence[str]
    labels: Sequence[Label]
    label: Sequence[int]
    source: Sequence[int]
    target: Sequence[int]
    line: Sequence[int]
    start: Sequence[int]
    length: Sequence[int]

    def edge(self, at: int) -> Edge:
        """Return one edge as an object."""
        kind, evidence, rule, path = self.labels[self.label[at]]
        source, target, start = Handle(self.texts[self.source[at]]), Handle(self.texts[self.target[at]]), self.start[at]
        return Edge(kind, evidence, rule, source, target, path, self.line[at], start, start + self.length[at])

    def all(self) -> list[Edge]:
        """Return all edges as objects."""
        return [self.edge(at) for at in range(len(self.label))]

    def ends(self) -> tuple[set[str], set[str]]:
        """Return the distinct sources and targets."""
        return {self.texts[at] for at in set(self.source)}, {self.texts[at] for at in set(self.target)}

    def names(self, handle: str) -> bool:
        """Say whether an edge starts or ends at the handle."""
        return any(handle in ends for ends in self.ends())

    def select(
        self, handles: Collection[str], *, backwards: bool, kinds: Collection[EdgeKind] = (), evidence: Collection[Evidence] = ()
    ) -> Iterator[Edge]:
        """Yield edges that start at one of the handles, or end there."""
        return map(self.edge, self.places(handles, backwards=backwards, kinds=kinds, evidence=evidence))

    def places(
        self, handles: Collection[str], *, backwards: bool, kinds: Collection[EdgeKind] = (), evidence: Collection[Evidence] = ()
    ) -> list[int]:
        """Return the positions of these edges: to count them takes no objects."""
        ends = {at for at, text in enumerate(self.texts) if text in handles}
        allowed = {
            at for at, (kind, known, *_) in enumerate(self.labels) if (not kinds or kind in kinds) and (not evidence or known in evidence)
        }
        if not ends or not allowed:
            return []
        column = self.target if backwards else self.source
        return [at for at, (end, label) in enumerate(zip(column, self.label, strict=True)) if end in ends and label in allowed]


@dataclass(frozen=True, slots=True)
class NodeColumns:
    """The nodes of one file. ``rows`` holds six positions in ``texts`` a node: handle, kind, name, qualified name, path, language."""

    texts: Sequence[str]
    rows: Sequence[int]
    start: Sequence[int]
    end: Sequence[int]

    def node(self, at: int) -> Node:
        """Return one node as an object."""
        handle, kind, name, qualified_name, path, language = [self.texts[text] for text in self.rows[6 * at : 6 * at + 6]]
        return Node(Handle(handle), kind, name, qualified_name, path, self.start[at], self.end[at], language)

    def all(self) -> list[Node]:
        """Return all nodes as objects."""
        return [self.node(at) for at in range(len(self.start))]

    def names(self) -> set[str]:
        """Return the distinct names."""
        return {self.texts[at] for at in self.rows[2::6]}

    def defined(self, handles: Collection[str]) -> list[Node]:
        """Return the nodes with one of these handles, the first of each."""
        wanted = {at for at, text in enumerate(self.texts) if text in handles}
        first: dict[int, int] = {}
        for at, text in enumerate(self.rows[::6]) if wanted else ():
            if text in wanted:
                first.setdefault(text, at)
        return list(map(self.node, first.values()))

    def named(self, name: str) -> list[Node]:
        """Return nodes with the name as qualified name, its end, name or path."""
        end = f".{name}"
        wanted = {at for at, text in enumerate(self.texts) if text == name or text.endswith(end)}
        found = (at for column in (2, 3, 4) for at, text in enumerate(self.rows[column::6]) if text in wanted)
        return [self.node(at) for at in sorted(set(found))] if wanted else []


def encode_nodes(nodes: Sequence[Node]) -> bytes:
    """Encode the nodes of a file, uncompressed."""
    rows = list(chain.from_iterable(map(_NODE_TEXTS, nodes)))
    texts = dict.fromkeys(rows)
    number = dict(zip(texts, range(len(texts)), strict=True))
    lines = [each.start_line for each in nodes], [each.end_line for each in nodes]
    return encode_columns(texts, [_numbers(map(number.__getitem__, rows)), *map(_numbers, lines)])


def decode_nodes(data: bytes) -> NodeColumns:
    """Decode the nodes of a file. Raises ``ValueError`` on damaged input."""
    texts, columns = decode_columns(decompress(data))
    rows, start, end = (memoryview(column).cast("i") for column in columns)
    return NodeColumns(texts, rows, start, end)


def encode_edges(rows: Sequence[EdgeRow]) -> bytes:
    """Encode the edges of a file, uncompressed."""
    columns: Sequence[Sequence[Any]] = list(zip(*rows, strict=True)) if rows else [()] * 9
    kinds, evidences, rules, sources, targets, paths, lines, starts, ends = columns
    of_row = list(zip(kinds, evidences, rules, paths, strict=True))
    label = dict(zip(labels := dict.fromkeys(of_row), range(len(labels)), strict=True))
    texts = dict.fromkeys(chain(sources, targets, chain.from_iterable(labels)))
    number: Mapping[str, int] = dict(zip(texts, range(len(texts)), strict=True))
    numbers = (
        map(number.__getitem__, chain.from_iterable(labels)),
        map(label.__getitem__, of_row),
        map(number.__getitem__, sources),
        map(number.__getitem__, targets),
        lines,
        starts,
        map(sub, ends, starts),
    )
    return encode_columns(texts, map(_numbers, numbers))


def decode_edges(data: bytes) -> EdgeColumns:
    """Decode the edges of a file. Raises ``ValueError`` on damaged input."""
    texts, columns = decode_columns(decompress(data))
    flat, label, source, target, line, start, length = (memoryview(column).cast("i") for column in columns)
    part = iter([texts[at] for at in flat])
    try:
        labels = [
            (_KINDS[kind], _EVIDENCE[evidence], rule, path) for kind, evidence, rule, path in zip(part, part, part, part, strict=True)
        ]
    except KeyError as error:
        raise ValueError(f"{error} is no kind of edge and no evidence") from error
    return EdgeColumns(texts, labels, label, source, target, line, start, length)


def edge_columns(edges: Sequence[Edge]) -> EdgeColumns:
    """Return the columns of edges that come from another store."""
    return decode_edges(compress(encode_edges(list(map(_EDGE_ROW, edges)))))


def _numbers(values: Iterable[int]) -> bytes:
    numbers = list(values)
    return pack(f"{len(numbers)}i", *numbers)  # 4 to 6 times as fast as an array of an iterator


def own_path(handle: str) -> str:
    """Return the path of the file that a handle most likely belongs to; whoever mentions it elsewhere has a key for it."""
    return handle.partition("#")[0]


def source_key(handle: str) -> int:
    """Return the key of files that have edges from a handle of another file."""
    return _key(handle, _TARGET if handle.startswith((EXTERNAL, UNKNOWN)) else _SOURCE)


def target_key(handle: str) -> int:
    """Return the key of files that have edges to a handle of another file."""
    return _key(handle, _TARGET)


def defined_key(handle: str) -> int:
    """Return the key of files that define a handle that looks like another file's."""
    return _key(handle, _DEFINED)


def name_keys(name: str) -> set[int]:
    """Return the keys of files with a node that this name may find."""
    return {_key(name, _NAME), _key(name.rpartition(".")[2], _NAME)}


def path_key(path: str) -> int:
    """Return the key of files with a node at the path of another file."""
    return _key(path, _PATH)


def keys(path: str, nodes: Sequence[Node], sources: Collection[str], targets: Collection[str]) -> set[int]:
    """Return all keys of a file's graph; ``sources`` and ``targets`` are the distinct ends of its edges."""
    local = f"{path}#"

    def elsewhere(handles: Iterable[str]) -> Iterator[str]:
        return (
            (each for each in handles if own_path(each) != path)
            if "#" in path
            else (each for each in handles if not each.startswith(local) and each != path)
        )

    found = {source_key(each) for each in elsewhere(sources)}
    found |= {_key(each, _TARGET) for each in elsewhere(targets)}
    names = {each.name for each in nodes}
    names |= {each.qualified_name.rpartition(".")[2] for each in nodes}
    found |= {_key(each, _NAME) for each in names}
    found |= {_key(each, _PATH) for each in {each.path for each in nodes} if each != path}
    return found | {_key(each, _DEFINED) for each in elsewhere([each.handle for each in nodes])}


def outside_keys(handle: Handle) -> set[int]:
    """Return the keys by whose names an external or unknown handle is found."""
    node = outside_node(handle)
    return {_key(node.name, _NAME), _key(node.qualified_name.rpartition(".")[2], _NAME)} if node else set()


def _key(text: str, meaning: int) -> int:
    return crc32(text.encode("utf-8", "surrogatepass"), meaning) - 0x80000000  # signed: SQLite stores these in 4 bytes, not 6


@dataclass(frozen=True, slots=True)
class EncodedGraph:
    """A file's graph on its way to a store. ``outside`` are the external and unknown handles its edges name."""

    path: str
    digest: bytes
    nodes: bytes
    edges: bytes
    keys: array[int]
    outside: tuple[Handle, ...]

    def decode(self) -> FileGraph:
        """Return the graph."""
        return FileGraph(self.path, decode_nodes(self.nodes).all(), decode_edges(self.edges).all())


def encode_graph(graph: FileGraph) -> EncodedGraph:
    """Encode a file's graph."""
    return encode_rows(graph.path, graph.nodes, list(map(_EDGE_ROW, graph.edges)))


def encode_rows(path: str, nodes: Sequence[Node], rows: Sequence[EdgeRow]) -> EncodedGraph:
    """Encode the graph of a path that has these nodes and edges."""
    own, edges = encode_nodes(nodes), encode_edges(rows)
    sources, targets = {row[3] for row in rows}, {row[4] for row in rows}
    return EncodedGraph(
        path=path,
        digest=blake2b(own + edges, digest_size=16).digest(),
        nodes=compress(own),
        edges=compress(edges),
        keys=array("i", keys(path, nodes, sources, targets)),  # a set takes 20 times as much while a batch fills
        outside=tuple(each for each in sources | targets if each.startswith((EXTERNAL, UNKNOWN))),
    )


AnyGraph: TypeAlias = FileGraph | EncodedGraph
