"""Where the terms of a query stand in a pool, by field, and what that scores."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from retrieval.lexical import CHUNK, FILE, TermMatches, chunk_counts
from retrieval.ranking.pool import Pool, PoolMatches, Runs
from retrieval.segment import F32, Field

_ADDED = (Field.BODY, Field.NAMES, Field.CONTEXT, Field.DOCS)
_NAMING_K1 = 1.0
_FILE_FIELDS = ((Field.NAMES, FILE.names), (Field.DOCS, FILE.docs), (Field.STEM, FILE.stem), (Field.DIRECTORIES, FILE.directories))


class Words:
    """T terms in R files and N chunks; what several signals share is computed once."""

    def __init__(
        self, pool: Pool, terms: Sequence[TermMatches], title: frozenset[str], norms: tuple[F32, F32], matches: PoolMatches
    ) -> None:
        """Keep what is asked for: ``matches`` say where the terms stand in the pool, ``title`` are the texts of the first line's terms.

        ``norms`` are what length makes of a count in the chunks and in the files.
        """
        self._pool = pool
        self._terms = terms
        self.matches = matches
        self._title = title
        self._chunk_norm, self._document_norm = norms
        self._field_scores: dict[Field, F32] = {}
        self._chunk_coverage: dict[tuple[tuple[Field, ...], bool], F32] = {}

    @cached_property
    def idf(self) -> F32:
        """Weight of each term (T)."""
        return np.array([each.idf for each in self._terms], np.float32)

    @cached_property
    def title_idf(self) -> F32:
        """Weight of each term of the first line, 0 for the others (T); the same array as ``idf`` where all are of the first line."""
        if all(each.term.text in self._title for each in self._terms):
            return self.idf
        return np.array([each.idf * (each.term.text in self._title) for each in self._terms], np.float32)

    @cached_property
    def counts(self) -> dict[Field, F32]:
        """How often each term stands in each field of each file (T, R); in the path's fields once, whatever the number of chunks."""
        files = len(self._pool.files)
        row = self._pool.row[self.matches.place]
        key = self.matches.term * files + row
        shape = (self.matches.terms, files)
        size = shape[0] * shape[1]
        runs = Runs.of(key)  # postings are in order of term and chunk
        found: dict[Field, F32] = {}
        for field in _ADDED:
            values = np.zeros(size, np.float32)
            if len(key):
                values[runs.row] = np.add.reduceat(self.matches.field(field), runs.begins, dtype=np.int64)
            found[field] = values.reshape(shape)
        for field in (Field.STEM, Field.DIRECTORIES):
            values = np.zeros(size, np.float32)
            values[runs.row] = self.matches.field(field)[runs.begins]
            found[field] = values.reshape(shape)
        return found

    def field_score(self, field: Field, *, title: bool = False) -> F32:
        """Return BM25 over one field of the files (R), of the terms of the first line alone where ``title`` says so."""
        if title and self.title_idf is not self.idf:
            return self._field_score(field, self.title_idf)
        if field not in self._field_scores:
            self._field_scores[field] = self._field_score(field, self.idf)
        return self._field_scores[field]

    def _field_score(self, field: Field, idf: F32) -> F32:
        count = self.counts[field]
        if field is Field.BODY:
            count = count * self._document_norm
            return _saturated(idf, count, FILE.k1)
        return _saturated(idf, count, _NAMING_K1)

    def field_coverage(self, *fields: Field) -> F32:
        """Return the share of the query's weight whose terms stand in any of these fields of a file (R)."""
        held = np.zeros((self.matches.terms, len(self._pool.files)), np.bool_)
        for field in fields:
            held |= self.counts[field] > 0
        return weighed(self.idf, held) / _whole(self.idf)

    def holding(self, wanted: NDArray[np.bool_]) -> F32:
        """Return for each file (R) the weight of the ``wanted`` terms (T) that its text or names hold."""
        held = (self.counts[Field.BODY] + self.counts[Field.NAMES]) > 0
        return weighed(np.where(wanted, self.idf, np.float32(0)), held)

    @cached_property
    def title_file(self) -> F32:
        """BM25F of the files for the first line alone (R)."""
        count = self.counts[Field.BODY] * self._document_norm
        for field, weight in _FILE_FIELDS:
            count = count + np.float32(weight) * self.counts[field]
        return _saturated(self.title_idf, count, FILE.k1)

    @cached_property
    def title_chunk(self) -> F32:
        """BM25F of the chunks for the first line alone (N)."""
        return self.chunk_score if self.title_idf is self.idf else self._scored(self._chunk_counts, self.title_idf)

    @cached_property
    def chunk_score(self) -> F32:
        """BM25F of the chunks (N)."""
        return self._scored(self._chunk_counts, self.idf)

    @cached_property
    def chunk_body(self) -> F32:
        """BM25 of the chunks' text (N)."""
        return self._scored(self.matches.field(Field.BODY).astype(np.float32) * self._match_norm, self.idf)

    @cached_property
    def _match_norm(self) -> F32:
        return self._chunk_norm[self.matches.place]

    @cached_property
    def _chunk_counts(self) -> F32:
        return chunk_counts(self.matches.weight, self._match_norm)

    def _scored(self, count: F32, idf: F32) -> F32:
        gained = idf[self.matches.term] * count * np.float32(CHUNK.k1 + 1) / (count + np.float32(CHUNK.k1))
        return np.bincount(self.matches.place, gained, len(self._pool.chunk)).astype(np.float32)

    def chunk_coverage(self, *fields: Field, title: bool = False) -> F32:
        """Return the share of the query's weight (of its first line's) whose terms stand in any of these fields of a chunk (N)."""
        idf = self.title_idf if title else self.idf
        title = idf is not self.idf
        if (fields, title) not in self._chunk_coverage:
            held = np.flatnonzero(self.matches.in_any(fields))
            got = np.bincount(self.matches.place[held], idf[self.matches.term[held]], len(self._pool.chunk))
            self._chunk_coverage[fields, title] = got.astype(np.float32) / _whole(idf)
        return self._chunk_coverage[fields, title]


def _saturated(idf: F32, count: F32, k1: float) -> F32:
    return weighed(idf, count * np.float32(k1 + 1) / (count + np.float32(k1)))


def weighed(weights: F32, values: NDArray[np.generic]) -> F32:
    """Return the sum over terms (T) of weight times value (T, R).

    In float64: the last bits of a product depend on where a column stands, and scores must not depend on how files lie in segments.
    """
    return (weights.astype(np.float64) @ values.astype(np.float64)).astype(np.float32)


def _whole(idf: F32) -> np.float32:
    return np.float32(max(float(idf.sum()), 1e-6))
