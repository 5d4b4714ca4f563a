"""Where terms stand in what a view shows, and what that says of each document: looked up once, and kept while there is room.

Words that many chunks hold come back in one question after another. Of a million chunks, a quarter of a million postings of such a word
take 5 ms to be weighed and added up by document; what came of it takes 0.1 ms to be added to a question's scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from retrieval.segment import F32, U16, U32
from retrieval.snapshot import Numbers, Part, Snapshot

KEPT_POSTINGS, KEPT_IMPACTS = 48 << 20, 48 << 20
"""Bytes that are kept of each for one snapshot."""
_DENSE = 8
_OWN_BYTES = 200

T = TypeVar("T")


class Kept(Generic[T]):
    """Values by key, those that were asked for last, up to so many bytes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._bytes = 0
        self._values: dict[int, tuple[T, int]] = {}

    def get(self, key: int) -> T | None:
        """Return a value that is there."""
        held = self._values.pop(key, None)
        if held is None:
            return None
        self._values[key] = held  # the last to go
        return held[0]

    def put(self, key: int, value: T, size: int) -> None:
        """Keep a value; one that would fill more than a quarter is not worth what it displaces."""
        size += _OWN_BYTES
        if size > self._limit // 4:
            return
        replaced = self._values.pop(key, None)
        self._bytes += size - (replaced[1] if replaced else 0)
        self._values[key] = value, size
        while self._bytes > self._limit:
            self._bytes -= self._values.pop(next(iter(self._values)))[1]


@dataclass(frozen=True, slots=True)
class Postings:
    """The shown chunks that hold a term, in order, with the packed weights of its postings."""

    chunk: U32
    weight: U16


@dataclass(frozen=True, slots=True)
class Impact:
    """What one term says of documents before its weight is known: rows of scores (3, Q), for the ``documents`` (Q) or for all."""

    rows: F32
    documents: Numbers | None

    @classmethod
    def of(cls, documents: Numbers, rows: F32, total: int) -> Impact:
        """Return scores of some of ``total`` documents: of many, as rows for all of them, which are added up 20x faster."""
        if len(documents) * _DENSE < total:
            return cls(rows, documents)
        dense = np.zeros((len(rows), total), np.float32)
        dense[:, documents] = rows
        return cls(dense, None)

    @property
    def size(self) -> int:
        """Bytes that this takes."""
        return self.rows.nbytes + (0 if self.documents is None else self.documents.nbytes)

    def add_to(self, scores: F32, weight: float, within: Numbers | None = None) -> None:
        """Add the scores times a weight to those of all documents (3, D), or of those ``within`` (ascending) alone."""
        rows, documents = self.rows, self.documents
        if within is not None and documents is None:
            rows, documents = rows[:, within], within
        elif within is not None and documents is not None:
            at = np.minimum(np.searchsorted(within, documents), len(within) - 1)
            inside = within[at] == documents
            rows, documents = rows[:, inside], documents[inside]
        added = rows * np.float32(weight)
        if documents is None:
            scores += added
        else:
            for mine, own in zip(scores, added, strict=True):
                mine[documents] += own


class PostingsReader:
    """Looks terms up in the segments of one snapshot. Not for two threads at a time."""

    def __init__(self, snapshot: Snapshot, limit: int = KEPT_POSTINGS) -> None:
        """``limit`` is how many bytes of postings are kept."""
        self._snapshot = snapshot
        self._kept: Kept[Postings] = Kept(limit)

    def read(self, keys: Sequence[int]) -> list[Postings]:
        """Return the postings of each term in chunks that the view shows; those not known yet are looked up together."""
        found = {key: self._kept.get(key) for key in keys}
        missing = [key for key, held in found.items() if held is None]
        if missing:
            for key, held in zip(missing, self._look_up(missing), strict=True):
                found[key] = held
                self._kept.put(key, held, 6 * len(held.chunk))
        return [held for key in keys if (held := found[key]) is not None]

    def _look_up(self, keys: Sequence[int]) -> list[Postings]:
        wanted = np.array(keys, np.uint64)
        parts: list[list[tuple[Part, slice]]] = [[] for _ in keys]
        for part in self._snapshot.parts:
            segment = part.segment
            if len(segment.terms):
                at = np.minimum(np.searchsorted(segment.terms, wanted), len(segment.terms) - 1)
                held = np.flatnonzero(segment.terms[at] == wanted)
                starts, ends = segment.posting_start[at[held]].tolist(), segment.posting_start[at[held] + 1].tolist()
                for number, start, end in zip(held.tolist(), starts, ends, strict=True):
                    parts[number].append((part, slice(start, end)))
        return [self._joined(each) for each in parts]

    def _joined(self, found: Sequence[tuple[Part, slice]]) -> Postings:
        count = sum(where.stop - where.start for _, where in found)
        chunk, weight = np.empty(count, np.uint32), np.empty(count, np.uint16)
        end = 0
        for part, where in found:
            start, end = end, end + where.stop - where.start
            np.add(part.segment.posting_chunk[where], np.uint32(part.first_chunk), out=chunk[start:end])
            weight[start:end] = part.segment.posting_weight[where]
        if not self._snapshot.all_live:
            live = self._snapshot.live[chunk]
            chunk, weight = chunk[live], weight[live]
        return Postings(chunk, weight)
