"""The candidate files of a query with their chunks, and what of the query stands in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.lexical import TermMatches
from retrieval.segment import F32, FIELD_BITS, U16, Field
from retrieval.snapshot import Mask, Numbers, Snapshot
from retrieval.term_arrays import spread

BEST = 5
_DECAYS = (0.6 ** np.arange(BEST)).astype(np.float32)
I64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Pool:
    """R candidate files and their N chunks that may be shown, both in ascending order."""

    files: Numbers
    row: Numbers
    """Each chunk's place in ``files``."""
    chunk: Numbers

    def best(self, values: F32) -> F32:
        """Return each file's largest of its chunks' values (N), which are not negative."""
        found = np.zeros(len(self.files), np.float32)
        if len(self.row):
            first = np.flatnonzero(np.concatenate([[True], self.row[1:] != self.row[:-1]]))
            found[self.row[first]] = np.maximum.reduceat(values, first)
        return found

    def sum_of_best(self, values: F32, row: Numbers) -> F32:
        """Return for each file the sum of its best values, each counting .6 of the one before; ``row`` says which file each is of."""
        found = np.flatnonzero(values > 0)
        order = found[np.lexsort((-values[found], row[found]))]
        rows = row[order]
        begins = np.flatnonzero(np.concatenate([[True], rows[1:] != rows[:-1]])) if len(rows) else rows
        place = np.arange(len(rows)) - np.repeat(begins, np.diff(np.append(begins, len(rows))))
        best = place < BEST
        return np.bincount(rows[best], values[order][best] * _DECAYS[place[best]], len(self.files)).astype(np.float32)


def gather_pool(snapshot: Snapshot, files: Numbers, allowed: Mask) -> Pool:
    """Return the pool of these documents (ascending) without chunks outside ``allowed``, and without files that have no other."""
    counts = snapshot.chunks_of[files]
    chunk = spread(snapshot.first_chunk[files], counts)
    row = np.repeat(np.arange(len(files)), counts)
    inside = allowed[chunk]
    row, chunk = row[inside], chunk[inside]
    held = np.bincount(row, minlength=len(files)) > 0
    return Pool(files[held], (np.cumsum(held) - 1)[row], chunk)


@dataclass(frozen=True, slots=True)
class PoolMatches:
    """Where T terms stand in a pool: E postings, in order of term and chunk."""

    terms: int
    term: I64
    place: I64
    """In the pool's chunks."""
    weight: U16

    def field(self, field: Field) -> U16:
        """Return how often each posting's term stands in a field of its chunk."""
        return self.weight >> np.uint16(field) & np.uint16((1 << FIELD_BITS[field]) - 1)


def match_pool(pool: Pool, matches: Sequence[TermMatches]) -> PoolMatches:
    """Return where the terms stand in the pool.

    The runs of chunks of each file are found in each term's postings by bisection: a term that half of a million chunks hold costs as
    little as a rare one.
    """
    nowhere = PoolMatches(len(matches), np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.uint16))
    if not len(pool.chunk):
        return nowhere
    begins = np.flatnonzero(np.concatenate([[True], np.diff(pool.chunk) != 1]))
    starts = pool.chunk[begins]
    ends = starts + np.diff(np.append(begins, len(pool.chunk)))
    found: list[tuple[I64, I64, U16]] = []
    for number, each in enumerate(matches):
        first, last = np.searchsorted(each.chunk, starts), np.searchsorted(each.chunk, ends)
        counts = last - first
        at = spread(first, counts)
        if len(at):
            place = each.chunk[at] - np.repeat(starts - begins, counts)
            found.append((np.full(len(at), number), place, each.weight[at]))
    if not found:
        return nowhere
    term, place, weight = (np.concatenate(column) for column in zip(*found, strict=True))
    return PoolMatches(len(matches), term, place, weight)
