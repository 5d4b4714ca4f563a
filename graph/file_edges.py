"""Edges between files, added up: of one file's graph, how many edges lead from which file to which other one, by kind and evidence.

Ranking walks from file to file and needs no symbols for that. What it reads is derived from the graph when a file's edges change, and takes
16 bytes for each pair of files, kind and evidence. Files are told apart by a 64-bit hash of their path: so a row is numbers that need no
table of texts, which are read as they lie, and the same bytes in every view.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import accumulate
from operator import attrgetter, itemgetter
from struct import Struct
from typing import TYPE_CHECKING

from graph.model import EXTERNAL, NO_FILE, UNKNOWN, Edge, EdgeKind, Evidence, FileGraph

if TYPE_CHECKING:
    from graph.columns import EdgeRow

LABELS: tuple[tuple[EdgeKind, Evidence], ...] = tuple(
    (kind, evidence) for kind in EdgeKind for evidence in (Evidence.PROVEN, Evidence.POSSIBLE)
)
"""What the label of a row stands for, by number."""

OWN = Struct("<QIf")
"""A row of edges that start in the file itself: hash of the other file, label and number of edges (``count << 8 | label``), and their mass.

Each proven edge has mass 1, and all candidates of a possible one together."""
ELSEWHERE = Struct("<QQIf")
"""A row of edges that start in another file than the one whose graph has them: the hash of that one, and then as in ``OWN``."""

MOST = (1 << 24) - 1
"""Of more edges between two files no more are counted."""

_NUMBER = {label: at for at, label in enumerate(LABELS)}
_OUTSIDE = (EXTERNAL, UNKNOWN)
_EDGE_ROW = attrgetter(*Edge.__slots__)
_CLASS = itemgetter(0, 1, 3, 4)  # of an edge row: kind, evidence, source, target
_SITE = itemgetter(0, 3, 6, 7)  # kind, source, line, start: what the candidates of a possible edge have in common


@dataclass(frozen=True, slots=True)
class FileEdges:
    """The rows of one file's graph: ``own`` in the form of ``OWN``, ``elsewhere`` in that of ``ELSEWHERE``; in order."""

    own: bytes = b""
    elsewhere: bytes = b""

    def __bool__(self) -> bool:
        return bool(self.own or self.elsewhere)


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row in words; ``source`` and ``target`` are hashes of paths."""

    source: int
    target: int
    kind: EdgeKind
    evidence: Evidence
    count: int
    mass: float


def path_hash(path: str) -> int:
    """Return what tells a path from others: 64 bits of BLAKE2b."""
    return int.from_bytes(blake2b(path.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def signed_hash(path: str) -> int:
    """Return ``path_hash`` as SQLite has integers: signed."""
    number = path_hash(path)
    return number - (1 << 64) if number >= 1 << 63 else number


def file_edges(path: str, rows: Sequence[EdgeRow]) -> FileEdges:
    """Add up the edges of the graph of ``path`` that lead from one file to another. Time: about 0.4 µs an edge."""
    possible = [row for row in rows if row[1] is Evidence.POSSIBLE]
    sites = Counter(map(_SITE, possible))
    shares: dict[tuple[str, str, str, str], float] = defaultdict(float)
    for row in possible:
        shares[_CLASS(row)] += 1 / sites[_SITE(row)]
    places = _Places(path)
    found: dict[tuple[str, str, int], tuple[int, float]] = {}
    for one, count in Counter(map(_CLASS, rows)).items():
        kind, evidence, source, target = one
        label = _NUMBER.get((kind, evidence))
        if label is None:
            continue
        for start in places[source]:
            for end in places[target]:
                if start != end:
                    known = found.get((start, end, label), (0, 0.0))
                    found[start, end, label] = known[0] + count, known[1] + shares.get(one, count)
    return _packed(path, found)


def file_edges_of(graph: FileGraph) -> FileEdges:
    """Add up the edges of a graph as ``file_edges`` does."""
    return file_edges(graph.path, list(map(_EDGE_ROW, graph.edges)))


def between_beside(graphs: Iterable[FileGraph], gone: Iterable[str] = ()) -> dict[str, FileEdges]:
    """Add up the edges of graphs that have no file, by path; those of graphs that are gone are none."""
    return {each.path: file_edges_of(each) for each in graphs} | {path: FileEdges() for path in gone if path.startswith(NO_FILE)}


class _Places(dict[str, tuple[str, ...]]):
    """The paths that a handle may lie in: a ``#`` ends the path, and may also be a part of it, which is for the reader to decide."""

    def __init__(self, path: str) -> None:
        super().__init__({path: (path,)})
        self._path, self._local = path, f"{path}#"

    def __missing__(self, handle: str) -> tuple[str, ...]:
        if handle.startswith(_OUTSIDE):
            found: tuple[str, ...] = ()
        elif handle.startswith(self._local):
            found = (self._path,)
        else:
            parts = handle.split("#")
            found = tuple(accumulate(parts[:-1] or parts, "{}#{}".format))
        self[handle] = found
        return found


def _packed(path: str, found: dict[tuple[str, str, int], tuple[int, float]]) -> FileEdges:
    hashes = {text: path_hash(text) for key in found for text in key[:2]}
    rows = sorted(
        (start != path, hashes[start], hashes[end], min(count, MOST) << 8 | label, mass)
        for (start, end, label), (count, mass) in found.items()
    )
    own = b"".join(OWN.pack(*row[2:]) for row in rows if not row[0])
    return FileEdges(own, b"".join(ELSEWHERE.pack(*row[1:]) for row in rows if row[0]))


def read_rows(path: str, edges: FileEdges) -> Iterator[FileRow]:
    """Yield the rows of a path's graph in words."""
    source = path_hash(path)
    for end, number, mass in OWN.iter_unpack(edges.own):
        yield _row(source, end, number, mass)
    for start, end, number, mass in ELSEWHERE.iter_unpack(edges.elsewhere):
        yield _row(start, end, number, mass)


def _row(source: int, target: int, number: int, mass: float) -> FileRow:
    kind, evidence = LABELS[number & 0xFF]
    return FileRow(source, target, kind, evidence, number >> 8, mass)
