"""The candidate files of a query with their chunks, and what of the query stands in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from retrieval.lexical import TermMatches
from retrieval.segment import F32, FIELD_BITS, U16, Field
from retrieval.snapshot import Mask, Numbers, Snapshot
from retrieval.term_arrays import spread

BEST = 5
_DECAYS = (0.6 ** np.arange(BEST)).astype(np.float32)
_LOW = np.uint32(0xFFFFFFFF)
I64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs of equal numbers in a list that ascends: where each begins, how long it is, and its number."""

    begins: Numbers
    sizes: Numbers
    row: Numbers

    @classmethod
    def of(cls, rows: Numbers) -> Runs:
        """Return the runs of a list."""
        begins = run_begins(rows)
        return cls(begins, sizes_of(begins, len(rows)), rows[begins])

    def largest(self, values: F32, rows: int) -> F32:
        """Return the largest value of each row, 0 for those that have none; no value is negative."""
        found = np.zeros(rows, np.float32)
        if len(self.begins):
            found[self.row] = np.maximum.reduceat(values, self.begins)
        return found


def run_begins(rows: Numbers, step: int = 0) -> Numbers:
    """Return where a number is not the one before it plus ``step``."""
    begins = np.ones(len(rows), np.bool_)
    np.not_equal(rows[1:], rows[:-1] + step if step else rows[:-1], out=begins[1:])
    return np.flatnonzero(begins)


def sizes_of(begins: Numbers, end: int) -> Numbers:
    """Return the lengths of runs that begin there, the last of which ends at ``end``."""
    ends = np.empty_like(begins)
    ends[:-1] = begins[1:]
    ends[-1:] = end
    return ends - begins


@dataclass(frozen=True)
class Pool:
    """R candidate files and their N chunks that may be shown, both in ascending order."""

    files: Numbers
    row: Numbers
    """Each chunk's place in ``files``."""
    chunk: Numbers

    @cached_property
    def runs(self) -> Runs:
        """The chunks of each file."""
        return Runs.of(self.row)

    def keep(self, files: Mask) -> tuple[Pool, Mask]:
        """Return the pool of some of the files (R), and which chunks (N) are in it."""
        inside = files[self.row]
        return Pool(self.files[files], (np.cumsum(files) - 1)[self.row[inside]], self.chunk[inside]), inside

    def best(self, values: F32) -> F32:
        """Return each file's largest of its chunks' values (N), which are not negative."""
        return self.runs.largest(values, len(self.files))

    def sum_of_best(self, values: F32, row: Numbers) -> F32:
        """Return for each file the sum of its best values, each counting .6 of the one before; ``row`` says which file each is of."""
        found = np.flatnonzero(values > 0)
        # Row and value in one number, the largest value first: floats above 0 are in order of their bits. ``np.lexsort`` is slow.
        key = row[found].astype(np.uint64) << np.uint64(32) | (_LOW - values[found].view(np.uint32))
        key.sort()
        best = (_LOW - key.astype(np.uint32)).view(np.float32)  # its lower half
        runs = Runs.of((key >> np.uint64(32)).astype(np.int64))
        ends = runs.begins + runs.sizes
        total = np.zeros(len(runs.begins))
        for number, decay in enumerate(_DECAYS):
            at = runs.begins + number
            inside = at < ends
            total[inside] += best[at[inside]] * decay
        sums = np.zeros(len(self.files), np.float32)
        sums[runs.row] = total
        return sums


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

    def keep(self, chunks: Mask) -> PoolMatches:
        """Return where the terms stand in some of the pool's chunks (N), which then are all there are."""
        inside = chunks[self.place]
        return PoolMatches(self.terms, self.term[inside], (np.cumsum(chunks) - 1)[self.place[inside]], self.weight[inside])

    def field(self, field: Field) -> U16:
        """Return how often each posting's term stands in a field of its chunk."""
        return self.weight >> np.uint16(field) & np.uint16((1 << FIELD_BITS[field]) - 1)

    def in_any(self, fields: Sequence[Field]) -> NDArray[np.bool_]:
        """Return which postings' terms stand in any of these fields."""
        bits = sum((1 << FIELD_BITS[field]) - 1 << field for field in fields)
        return (self.weight & np.uint16(bits)) > 0


def match_pool(pool: Pool, matches: Sequence[TermMatches]) -> PoolMatches:
    """Return where the terms stand in the pool.

    The runs of chunks of each file are found in each term's postings by bisection: a term that half of a million chunks hold costs as
    little as a rare one.
    """
    nowhere = PoolMatches(len(matches), np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.uint16))
    if not len(pool.chunk):
        return nowhere
    begins = run_begins(pool.chunk, 1)
    starts = pool.chunk[begins]
    ends = starts + sizes_of(begins, len(pool.chunk))
    found: list[tuple[I64, I64, U16]] = []
    for number, each in enumerate(matches):
        kind = each.chunk.dtype  # of another one, numpy would make all of the term's postings the same first
        first, last = np.searchsorted(each.chunk, starts.astype(kind)), np.searchsorted(each.chunk, ends.astype(kind))
        counts = last - first
        at = spread(first, counts)
        if len(at):
            place = each.chunk[at] - np.repeat(starts - begins, counts)
            found.append((np.full(len(at), number), place, each.weight[at]))
    if not found:
        return nowhere
    term, place, weight = (np.concatenate(column) for column in zip(*found, strict=True))
    return PoolMatches(len(matches), term, place, weight)
