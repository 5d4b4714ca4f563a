"""What the chunks of a pool define, and what of a query the names of that hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ingest.model import SymbolKind
from retrieval.lexical import QueryTerm
from retrieval.names import name_key, root_key
from retrieval.ranking.pool import Pool, Runs, run_begins, sizes_of
from retrieval.segment import F32, U8, U32
from retrieval.snapshot import Numbers, Snapshot, take
from retrieval.term_arrays import spread

_KINDS = list(SymbolKind)
_TYPES = (SymbolKind.CLASS, SymbolKind.INTERFACE, SymbolKind.TRAIT, SymbolKind.STRUCT, SymbolKind.ENUM, SymbolKind.TYPE)
_BITS = 14
_LOW = np.uint32((1 << _BITS) - 1)
_IS_TYPE = np.isin(np.arange(256), [_KINDS.index(each) for each in _TYPES])


class Definitions:
    """S definitions in the N chunks of R files."""

    def __init__(self, snapshot: Snapshot, pool: Pool, roots: Mapping[str, float], names: Sequence[QueryTerm]) -> None:
        """``roots`` are those of the query with their weights, ``names`` what in it looks like a name."""
        self._pool = pool
        self._names = names
        self.place, kind, self._name, self._pieces, found = _gather(snapshot, pool)
        self.is_type: NDArray[np.bool_] = _IS_TYPE[kind]
        """Which define a class or another type."""
        self._roots, self._found = roots, found

    @cached_property
    def row(self) -> Numbers:
        """The place of each definition's file in the pool (S)."""
        return self._pool.row[self.place]

    @cached_property
    def _in_files(self) -> Runs:
        return Runs.of(self.row)

    @cached_property
    def _in_chunks(self) -> Runs:
        return Runs.of(self.place)

    @cached_property
    def _met(self) -> tuple[F32, F32]:
        keys = np.array([root_key(each) for each in self._roots], np.uint32)
        weights = np.array(list(self._roots.values()), np.float32)
        order = np.argsort(keys)
        keys, weights = keys[order], weights[order]
        count = len(self._pieces)
        if not len(keys):
            return np.zeros(count, np.float32), np.zeros(count, np.float32)
        # Few roots are met: a table of their lower bits leaves few to look for.
        maybe = np.zeros(1 << _BITS, np.bool_)
        maybe[keys & _LOW] = True
        likely = np.flatnonzero(maybe[self._found & _LOW])
        at = np.minimum(np.searchsorted(keys, self._found[likely]), len(keys) - 1)
        met = keys[at] == self._found[likely]
        owner = np.searchsorted(np.cumsum(self._pieces), likely[met], side="right")
        asked = np.bincount(owner, weights[at[met]], count) / max(float(weights.sum()), 1e-6)
        covered = np.bincount(owner, minlength=count) / np.maximum(self._pieces, 1)
        return np.minimum(asked, 1).astype(np.float32), covered.astype(np.float32)

    @property
    def asked(self) -> F32:
        """Share of the query's weight that each name has (S)."""
        return self._met[0]

    @cached_property
    def likeness(self) -> F32:
        """Share of the query that each name has, times share of the name that the query has (S)."""
        return self._met[0] * self._met[1]

    @property
    def whole(self) -> F32:
        """Share of the query that each name of several words has, where the query has all of them (S)."""
        return np.where((self._met[1] >= 1) & (self._pieces > 1), self._met[0], 0).astype(np.float32)

    @cached_property
    def named(self) -> F32:
        """How sure it is that the query names each definition, 0 where it does not; shared among all files that define the name (S)."""
        found = np.zeros(len(self._name), np.float32)
        for each in self._names:
            at = np.flatnonzero(self._name == np.uint32(name_key(each.text)))
            if len(at):
                files = len(set(self.row[at].tolist()))
                found[at] = np.maximum(found[at], each.weight / (1 + np.log(files)))
        return found

    def types_only(self, values: F32) -> F32:
        """Return values (S) of types, and 0 of all others."""
        return np.where(self.is_type, values, 0).astype(np.float32)

    def of_files(self, values: F32) -> F32:
        """Return for each file (R) the largest of its definitions' values (S)."""
        return self._in_files.largest(values, len(self._pool.files))

    def of_chunks(self, values: F32) -> F32:
        """Return for each chunk (N) the largest of its definitions' values (S)."""
        return self._in_chunks.largest(values, len(self._pool.chunk))


def _gather(snapshot: Snapshot, pool: Pool) -> tuple[Numbers, U8, U32, Numbers, U32]:
    """Return of every definition its chunk's place, kind, name and number of roots; and the roots of all."""
    own = pool.chunk
    if not len(own):
        return own, np.zeros(0, np.uint8), np.zeros(0, np.uint32), own, np.zeros(0, np.uint32)
    segments = [part.segment for part in snapshot.parts]
    defined, rooted = snapshot.defined_start, snapshot.root_start
    counts = (defined[own + 1] - defined[own]).astype(np.int64)
    # What neighbouring chunks define, and the roots of that, lie side by side.
    begins = run_begins(own, 1)
    ends = own[begins] + sizes_of(begins, len(own))
    begin, end = (defined[at].astype(np.int64) for at in (own[begins], ends))
    at = spread(begin, end - begin)
    sizes = (rooted[at + 1] - rooted[at]).astype(np.int64)
    begin, end = (rooted[at].astype(np.int64) for at in (begin, end))
    kind, name = take([each.defined_kind for each in segments], at), take([each.defined_name for each in segments], at)
    return np.repeat(np.arange(len(own)), counts), kind, name, sizes, take([each.roots for each in segments], spread(begin, end - begin))
