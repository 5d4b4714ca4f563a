"""Where the terms of a query stand in a pool, by field, and what that scores."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from retrieval.lexical import CHUNK, FILE, TermMatches, chunk_counts
from retrieval.ranking.pool import Pool, PoolMatches, Runs
from retrieval.segment import F32, Field

_ADDED = (Field.BODY, Field.NAMES, Field.CONTEXT, Field.DOCS)
_NAMING_K1 = 1.0
_FILE_FIELDS = ((Field.NAMES, FILE.names), (Field.DOCS, FILE.docs), (Field.STEM, FILE.stem), (Field.DIRECTORIES, FILE.directories))


class By(StrEnum):
    """What a term counts."""

    RARITY = "rarity"
    """Its rarity times its weight in the query."""
    TITLE = "title"
    """The same for terms of the first line, others nothing."""
    MODEL = "model"
    """The same times what the model of terms makes of it."""


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
        self._field_scores: dict[tuple[Field, By], F32] = {}
        self._chunk_coverage: dict[tuple[tuple[Field, ...], By], F32] = {}

    @cached_property
    def _idf(self) -> dict[By, F32]:
        """What each term counts (T), in every way; the same array where all terms are of the first line."""
        rarity = np.array([each.plain for each in self._terms], np.float32)
        first = np.array([each.term.text in self._title for each in self._terms], np.bool_)
        title = rarity if first.all() else rarity * first
        return {By.RARITY: rarity, By.TITLE: title, By.MODEL: np.array([each.idf for each in self._terms], np.float32)}

    def _same(self, by: By) -> By:
        """Return the way whose weights are those of another, that what it scores is computed once."""
        return By.RARITY if by is By.TITLE and self._idf[by] is self._idf[By.RARITY] else by

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

    def field_score(self, field: Field, by: By = By.RARITY) -> F32:
        """Return BM25 over one field of the files (R)."""
        key = field, self._same(by)
        if key not in self._field_scores:
            count = self.counts[field]
            body = field is Field.BODY
            norm = count * self._document_norm if body else count
            self._field_scores[key] = _saturated(self._idf[by], norm, FILE.k1 if body else _NAMING_K1)
        return self._field_scores[key]

    def field_coverage(self, *fields: Field, by: By = By.RARITY) -> F32:
        """Return the share of the query's weight whose terms stand in any of these fields of a file (R)."""
        held = np.zeros((self.matches.terms, len(self._pool.files)), np.bool_)
        for field in fields:
            held |= self.counts[field] > 0
        return weighed(self._idf[by], held) / _whole(self._idf[by])

    def holding(self, wanted: NDArray[np.bool_]) -> F32:
        """Return for each file (R) the weight of the ``wanted`` terms (T) that its text or names hold."""
        held = (self.counts[Field.BODY] + self.counts[Field.NAMES]) > 0
        return weighed(np.where(wanted, self._idf[By.RARITY], np.float32(0)), held)

    def file_score(self, by: By) -> F32:
        """Return the BM25F of the files (R)."""
        return weighed(self._idf[by], self._file_saturated)

    @property
    def file_gains(self) -> F32:
        """What each term adds to the BM25F of each file (T, R), all terms alike but for their rarity."""
        return self._idf[By.RARITY][:, None] * self._file_saturated

    @cached_property
    def _file_saturated(self) -> F32:
        """What each term is worth to the BM25F of each file (T, R), when it counts 1."""
        count = self.counts[Field.BODY] * self._document_norm
        for field, weight in _FILE_FIELDS:
            count = count + np.float32(weight) * self.counts[field]
        return (count * np.float32(FILE.k1 + 1) / (count + np.float32(FILE.k1))).astype(np.float32)

    def chunk_score(self, by: By) -> F32:
        """Return the BM25F of the chunks (N)."""
        return self._added_up(self._chunk_saturated, by)

    @property
    def chunk_body(self) -> F32:
        """BM25 of the chunks' text (N)."""
        return self._added_up(_worth(self.matches.field(Field.BODY).astype(np.float32) * self._match_norm), By.RARITY)

    @cached_property
    def _match_norm(self) -> F32:
        return self._chunk_norm[self.matches.place]

    @cached_property
    def _chunk_saturated(self) -> F32:
        """What each posting is worth to its chunk's BM25F (E), for a term that counts 1."""
        return _worth(chunk_counts(self.matches.weight, self._match_norm))

    def _added_up(self, worth: F32, by: By) -> F32:
        return np.bincount(self.matches.place, self._idf[by][self.matches.term] * worth, len(self._pool.chunk)).astype(np.float32)

    def chunk_coverage(self, *fields: Field, by: By = By.RARITY) -> F32:
        """Return the share of the query's weight whose terms stand in any of these fields of a chunk (N)."""
        key = fields, self._same(by)
        if key not in self._chunk_coverage:
            idf = self._idf[by]
            held = np.flatnonzero(self.matches.in_any(fields))
            got = np.bincount(self.matches.place[held], idf[self.matches.term[held]], len(self._pool.chunk))
            self._chunk_coverage[key] = got.astype(np.float32) / _whole(idf)
        return self._chunk_coverage[key]


def _worth(count: F32) -> F32:
    """Return what weighted counts in chunks are worth to BM25, for terms that count 1."""
    return (count * np.float32(CHUNK.k1 + 1) / (count + np.float32(CHUNK.k1))).astype(np.float32)


def _saturated(idf: F32, count: F32, k1: float) -> F32:
    return weighed(idf, count * np.float32(k1 + 1) / (count + np.float32(k1)))


def weighed(weights: F32, values: NDArray[np.generic]) -> F32:
    """Return the sum over terms (T) of weight times value (T, R).

    In float64: the last bits of a product depend on where a column stands, and scores must not depend on how files lie in segments.
    """
    return (weights.astype(np.float64) @ values.astype(np.float64)).astype(np.float32)


def _whole(idf: F32) -> np.float32:
    return np.float32(max(float(idf.sum()), 1e-6))
