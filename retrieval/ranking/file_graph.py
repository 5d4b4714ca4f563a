"""The graph between the files of a snapshot, as arrays.

Derived from the edges that the graph layer has added up by pair of files (``graph.file_edges``), and read once for a snapshot, when
something asks for it: Django's 3,630 files and 34,000 pairs take 11 ms and 0.6 MB. D is the number of documents of the snapshot, and E that
of pairs of files, by kind and evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from graph.file_edge_store import FileEdgeRow, FileEdgeState, FileEdgeStore
from graph.file_edges import signed_hash
from graph.model import graph_name
from ingest.database import Database
from retrieval.segment import F32
from retrieval.snapshot import Numbers, Snapshot

I32 = np.ndarray[tuple[int, ...], np.dtype[np.int32]]
U8 = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]

_OWN = np.dtype([("file", "<i8"), ("number", "<u4"), ("mass", "<f4")])
_ELSEWHERE = np.dtype([("source", "<i8"), ("file", "<i8"), ("number", "<u4"), ("mass", "<f4")])
_KEPT = 8


@dataclass(frozen=True)
class FileGraph:
    """Edges between documents of a snapshot, in order of source, target and label. No edge leads from a document to itself."""

    documents: int
    """D; documents that the view does not show, or whose edges are not known, have none."""
    source: I32
    """(E,)"""
    target: I32
    """(E,)"""
    label: U8
    """(E,) positions in ``graph.file_edges.LABELS``: kind and evidence."""
    count: I32
    """(E,) edges added up."""
    mass: F32
    """(E,) the same, but all candidates of a possible edge count 1 together."""
    complete: bool
    """False while the graph has not followed the view: of files that changed since, no edges are known but those of others to them."""

    def __len__(self) -> int:
        return len(self.source)

    @cached_property
    def out_start(self) -> Numbers:
        """(D + 1,) where the edges of each source begin."""
        return _starts(self.source, self.documents)

    @cached_property
    def into(self) -> Numbers:
        """(E,) the edges in order of target."""
        return np.argsort(self.target, kind="stable")

    @cached_property
    def in_start(self) -> Numbers:
        """(D + 1,) where the edges to each target begin in ``into``."""
        return _starts(self.target, self.documents)


class FileGraphs:
    """The file graphs of snapshots, each read when it is asked for and again when its edges are others. Not for two threads at a time."""

    def __init__(self, database: Database) -> None:
        self._store = FileEdgeStore(database)
        self._known: dict[int, tuple[Snapshot, FileEdgeState, FileGraph]] = {}

    def of(self, snapshot: Snapshot) -> FileGraph | None:
        """Return the graph between a snapshot's files, None where the view has no graph. Raises ``StoreError``.

        It costs one look at the store (20 µs) while nothing has changed.
        """
        state = self._store.state(graph_name(snapshot.view))
        known = self._known.pop(snapshot.view.view_id, None)
        if state is None:
            return None
        if known is None or known[0] is not snapshot or known[1] != state:
            rows = self._store.rows(graph_name(snapshot.view))
            known = snapshot, state, file_graph(rows, snapshot, complete=state.shows == snapshot.view.generation)
        while len(self._known) >= _KEPT:
            self._known.pop(next(iter(self._known)))
        self._known[snapshot.view.view_id] = known
        return known[2]


def file_graph(rows: Sequence[FileEdgeRow], snapshot: Snapshot, *, complete: bool = True) -> FileGraph:
    """Put the edges of a view's files together, with the numbers that the documents have in a snapshot of it."""
    number = _numbers(np.array([row.document for row in rows], np.int64), snapshot)
    current = [row for row, at in zip(rows, number.tolist(), strict=True) if at >= 0 or not row.document]
    number = number[number >= 0]
    known, document = _paths(np.array([row.file for row in current if row.document], np.int64), number, snapshot)
    own = np.frombuffer(b"".join([row.own for row in current if row.document]), _OWN)
    elsewhere = np.frombuffer(b"".join([row.elsewhere for row in current]), _ELSEWHERE)
    sizes = np.array([len(row.own) // _OWN.itemsize for row in current if row.document], np.int64)
    source = np.concatenate((np.repeat(number, sizes), _found(elsewhere["source"], known, document)))
    target = _found(np.concatenate((own["file"], elsewhere["file"])), known, document)
    there = (source >= 0) & (target >= 0) & (source != target)
    packed = np.concatenate((own["number"], elsewhere["number"]))[there].astype(np.int64)
    mass = np.concatenate((own["mass"], elsewhere["mass"]))[there]
    documents = len(snapshot.document_ids)
    return _merged(documents, (source[there] * documents + target[there]) << 8 | packed & 0xFF, packed >> 8, mass, complete=complete)


def _merged(documents: int, key: Numbers, count: Numbers, mass: F32, *, complete: bool) -> FileGraph:
    """Sort by key (source, target, label), and make one edge of those that several graphs have between the same files."""
    order = np.argsort(key, kind="stable")
    key = key[order]
    first = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1]))) if len(key) else np.zeros(0, np.int64)
    pair = key[first] >> 8
    return FileGraph(
        documents,
        (pair // max(documents, 1)).astype(np.int32),
        (pair % max(documents, 1)).astype(np.int32),
        (key[first] & 0xFF).astype(np.uint8),
        np.add.reduceat(count[order], first).astype(np.int32) if len(key) else np.zeros(0, np.int32),
        np.add.reduceat(mass[order], first) if len(key) else np.zeros(0, np.float32),
        complete,
    )


def _numbers(documents: Numbers, snapshot: Snapshot) -> Numbers:
    """Return the numbers that documents have in the snapshot, -1 for those that it does not show."""
    live = np.flatnonzero(snapshot.document_live)
    ids = snapshot.document_ids[live]
    order = np.argsort(ids)
    return _found(documents, ids[order], live[order])


def _paths(files: Numbers, number: Numbers, snapshot: Snapshot) -> tuple[Numbers, Numbers]:
    """Return the hashes of all shown paths, in order, and their documents; those without a row are named to know their hash."""
    bare = snapshot.document_live.copy()
    bare[number] = False
    unnamed = np.flatnonzero(bare)
    hashes = np.array([signed_hash(snapshot.name(int(each))[0]) for each in unnamed], np.int64)
    known = np.concatenate((files, hashes))
    order = np.argsort(known)
    return known[order], np.concatenate((number, unnamed))[order]


def _found(keys: Numbers, known: Numbers, values: Numbers) -> Numbers:
    """Return the values of keys in an ascending table, -1 for those that are not in it."""
    if not len(known):
        return np.full(len(keys), -1, np.int64)
    at = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    return np.where(known[at] == keys, values[at], -1)


def _starts(ids: I32, documents: int) -> Numbers:
    return np.concatenate((np.zeros(1, np.int64), np.cumsum(np.bincount(ids, minlength=documents))))
