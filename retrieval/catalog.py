"""Where segments lie and when they are merged: small ones in the database, large ones in files beside it.

A new segment is one row, in the transaction that also makes it visible, so a kill leaves either all of it or nothing. A file is written
under another name, synced and renamed before its row exists; files without a row are swept. What is torn anyway is dropped and made again
from facts.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from sqlite3 import Connection

import numpy as np

from ingest.database import Database, storing
from ingest.model import DocumentId, RepositoryId
from retrieval.holdings import PAYLOAD_BYTES, segment_bytes
from retrieval.segment import Segment, SegmentDamagedError, decode, encode, merge

MERGE_POSTINGS = 12_000_000
"""Segments are not merged beyond this many postings: about 300,000 chunks, and 400 MB while merging."""

_SMALL_SEGMENTS = 8  # a search pays about 0.1 ms a segment


@dataclass(frozen=True, slots=True)
class StoredSegment:
    """A segment and its row."""

    segment_id: int
    segment: Segment
    file: str


class SegmentCatalog:
    """The segments of all repositories. ``fingerprint`` names the model and the feature version that made them."""

    def __init__(self, database: Database, folder: Path, fingerprint: str, *, payload_bytes: int = PAYLOAD_BYTES) -> None:
        self._payload_bytes = payload_bytes
        self._database = database
        self._folder = folder
        self._verified: set[int] = set()  # rows whose checksum this process has compared: 3 ms for Django's 23 MB
        self.fingerprint = fingerprint

    def load(self, repository: RepositoryId) -> list[StoredSegment]:
        """Map a repository's segments, in order of making; torn and foreign ones are left out."""
        with self._database.read() as read:
            rows = read.execute(
                "SELECT id, file, payload, bytes FROM segment WHERE repository_id = ? AND fingerprint = ? ORDER BY id",
                (repository, self.fingerprint),
            ).fetchall()
        return [each for each in (self._open(repository, *row) for row in rows) if each]

    def count(self, repository: RepositoryId) -> int:
        """Return how many segments a repository has."""
        with self._database.read() as read:
            return int(read.execute("SELECT count(*) FROM segment WHERE repository_id = ?", (repository,)).fetchone()[0])

    def _open(self, repository: RepositoryId, segment_id: int, file: str, payload: bytes, size: int) -> StoredSegment | None:
        try:
            buffer = segment_bytes(self._folder, repository, file, payload, size)
            if buffer is None:
                return None
            segment = decode(buffer, verify=segment_id not in self._verified)
            self._verified.add(segment_id)
            return StoredSegment(segment_id, segment, file)
        except (OSError, TypeError, ValueError, SegmentDamagedError):
            return None

    def add(self, repository: RepositoryId, segment: Segment) -> None:
        """Store a new segment."""
        self.replace(repository, (), segment)

    def replace(self, repository: RepositoryId, old: Iterable[StoredSegment], segment: Segment | None) -> None:
        """Put one segment in the place of others, all at once."""
        outgoing = list(old)
        data = encode(segment) if segment is not None and segment.documents else b""
        file = self._write_file(repository, data) if len(data) > self._payload_bytes else ""
        with self._database.write() as write:
            write.executemany("DELETE FROM segment WHERE id = ?", ((each.segment_id,) for each in outgoing))
            if segment is not None and data:
                write.execute(
                    "INSERT INTO segment (repository_id, fingerprint, documents, chunks, bytes, file, payload)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (repository, self.fingerprint, segment.documents, segment.chunks, len(data), file, b"" if file else data),
                )
        for each in outgoing:
            if each.file:
                (self._folder / str(repository) / each.file).unlink(missing_ok=True)

    def _write_file(self, repository: RepositoryId, data: bytes) -> str:
        folder = self._folder / str(repository)
        name = f"{uuid.uuid4().hex}.segment"
        with storing(f"write the index file {folder / name}"):
            folder.mkdir(parents=True, exist_ok=True)
            part = folder / f"{name}.part"
            with part.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.rename(folder / name)
        return name

    def sweep(self, repository: RepositoryId) -> None:
        """Remove what a killed run or another version left behind: rows that cannot be read, files no row names. Hold the lock."""
        whole = {each.segment_id: each.file for each in self.load(repository)}
        with self._database.write() as write:
            rows = [row[0] for row in write.execute("SELECT id FROM segment WHERE repository_id = ?", (repository,))]
            write.executemany("DELETE FROM segment WHERE id = ?", ((row,) for row in rows if row not in whole))
        folder = self._folder / str(repository)
        if folder.is_dir():
            for file in folder.iterdir():
                if file.name not in whole.values() and file.is_file():
                    file.unlink(missing_ok=True)

    def compact(self, repository: RepositoryId) -> None:
        """Merge small segments into larger ones and drop documents no view shows, so that a search stays fast. Hold the lock."""
        stored = self.load(repository)
        with self._database.read() as read:
            shown = _shown(read, repository)
        masks = {each.segment_id: np.isin(each.segment.document_ids, shown) for each in stored}
        for group in _mergeable(stored, lambda each: float(masks[each.segment_id].mean())):
            self.replace(repository, group, merge([each.segment for each in group], [masks[each.segment_id] for each in group]))

    def lacking(self, repository: RepositoryId, documents: Iterable[DocumentId], held: Iterable[DocumentId]) -> list[DocumentId]:
        """Return which of these documents, and of all that the repository's views show, are not ``held``."""
        with self._database.read() as read:
            shown = _shown(read, repository).tolist()
        return sorted({*documents, *shown} - {*held})


class SegmentWriter:
    """Gathers the workers' small segments and writes them as few large ones, within bounded memory; a document is written once."""

    def __init__(self, catalog: SegmentCatalog, repository: RepositoryId) -> None:
        self._catalog = catalog
        self._repository = repository
        self.held = {DocumentId(each) for stored in catalog.load(repository) for each in stored.segment.document_ids.tolist()}
        self._pending: list[Segment] = []
        self._postings = 0

    def add(self, data: bytes, documents: list[DocumentId]) -> None:
        """Take a worker's segment of these documents."""
        fresh = np.array([document not in self.held for document in documents], np.bool_)
        if not fresh.any():
            return
        self.held.update(documents)
        segment = replace(decode(data), document_ids=np.array(documents, np.int64))
        self._pending.append(segment if fresh.all() else merge([segment], [fresh]))
        self._postings += len(self._pending[-1].posting_chunk)
        if self._postings > MERGE_POSTINGS // 2:
            self.flush()

    def flush(self) -> None:
        """Store what was gathered."""
        if self._pending:
            self._catalog.add(self._repository, merge(self._pending))
            self._pending, self._postings = [], 0


def _shown(read: Connection, repository: RepositoryId) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    rows = read.execute(
        "SELECT DISTINCT document_id FROM entry JOIN document ON document.id = document_id WHERE repository_id = ?", (repository,)
    )
    return np.array([row[0] for row in rows], np.int64)


def _mergeable(stored: Sequence[StoredSegment], live: Callable[[StoredSegment], float]) -> list[list[StoredSegment]]:
    """Choose segments to merge: the small ones when there are many of them, and any that is half dead by itself.

    Each chosen segment is at most twice as large as all smaller ones together, so that a chunk is rewritten O(log n) times.
    """
    dead = [each for each in stored if live(each) < 0.5]
    group: list[StoredSegment] = []
    postings = 0
    for each in sorted(stored, key=lambda each: len(each.segment.posting_chunk)):
        size = len(each.segment.posting_chunk)
        if postings + size > MERGE_POSTINGS or (len(group) >= _SMALL_SEGMENTS and size > 2 * postings):
            break
        group.append(each)
        postings += size
    if len(group) < _SMALL_SEGMENTS:
        group = []
    chosen = {each.segment_id for each in group}
    return [each for each in [group, *([one] for one in dead if one.segment_id not in chosen)] if each]
