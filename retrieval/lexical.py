"""BM25F over the fields of chunks and of files, exact for the view that is searched.

Statistics are counted over the chunks the view shows, at query time, so a view that was reached by edits scores like one indexed afresh; an
index library keeps counting deleted documents until it merges them away (docs/design.md, "The lexical index").

Source: Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), section 3.6: field counts are weighted and
added before saturation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ingest.path_kinds import PathFlag
from retrieval.embed import hash_term
from retrieval.postings import KEPT_IMPACTS, Impact, Kept, Postings, PostingsReader
from retrieval.segment import F32, FIELD_BITS, U16, U32, Field
from retrieval.snapshot import Mask, Numbers, Snapshot
from retrieval.term_arrays import spread
from retrieval.terms import SHOWN_TERM


@dataclass(frozen=True, slots=True)
class Bm25f:
    """Weights of the fields and BM25's two parameters; ``body`` has weight 1."""

    k1: float
    b: float
    names: float
    context: float
    docs: float
    stem: float
    directories: float

    def table(self) -> F32:
        """Return the weighted count of every field but the body, by the upper bits of a posting's weight."""
        packed = np.arange(1 << 16 - FIELD_BITS[Field.BODY]) << FIELD_BITS[Field.BODY]
        weights = {
            Field.NAMES: self.names,
            Field.CONTEXT: self.context,
            Field.DOCS: self.docs,
            Field.STEM: self.stem,
            Field.DIRECTORIES: self.directories,
        }
        total = np.zeros(len(packed), np.float32)
        for each, weight in weights.items():
            total += weight * (packed >> each & (1 << FIELD_BITS[each]) - 1)
        return total


# Field weights measured over 64 repositories; docs/design.md, "The lexical index".
CHUNK = Bm25f(k1=1.2, b=0.75, names=2.0, context=0.7, docs=0.3, stem=2.0, directories=1.0)
FILE = Bm25f(k1=2.0, b=0.75, names=3.0, context=0.0, docs=1.0, stem=12.0, directories=5.0)
_CHUNK_TABLE, _FILE_TABLE = CHUNK.table(), FILE.table()
_PATH_ONLY = Bm25f(k1=2.0, b=0.75, names=0, context=0, docs=0, stem=FILE.stem, directories=FILE.directories).table()
_OTHER_TABLE = _FILE_TABLE - _PATH_ONLY
ENOUGH = 2_048
"""Of more documents than this, the best by a query's rarer terms are scored by the commonest."""
_KEPT_TERMS = 1 << 14
_LENT, _LENDING_DIAGRAMS = np.float32(0.8), 20
_BODY_MASK = np.uint16((1 << FIELD_BITS[Field.BODY]) - 1)


@dataclass(frozen=True, slots=True)
class QueryTerm:
    """A term of the query, its key in the segments, and how much it counts."""

    text: str
    key: int
    weight: float
    place: int = 0
    """How many other terms the query has before it."""
    factor: float = 1.0
    """What the model of terms multiplied the weight with."""


@dataclass(frozen=True, slots=True)
class TermMatches:
    """Where a term stands, in order of chunk, with the packed weights of its postings, and what it counts."""

    term: QueryTerm
    idf: float
    """Its weight in the query times its inverse document frequency."""
    chunk: U32
    weight: U16

    @property
    def plain(self) -> float:
        """What it counts without the model of terms."""
        return self.idf / self.term.factor


@dataclass(frozen=True, slots=True)
class Lent:
    """What chunks and their documents score at least, and what of the query they cover at least, because they show a diagram that does."""

    chunks: Numbers
    documents: Numbers
    score: float
    coverage: float
    document: float


@dataclass(slots=True)
class LexicalScores:
    """Scores of every document (D); what the query does not touch or the filter hides is 0."""

    document: F32
    """BM25F of the document."""
    named: F32
    """Score of a document's names, docs and path alone."""
    chunk: F32
    """What its best chunk scores at most: the best of each term added up, wherever in the document they are."""
    matches: list[TermMatches]
    best: Numbers | None = None
    """The documents (ascending) that all terms were added for; None for all documents."""
    lent: Sequence[Lent] = ()

    @property
    def among(self) -> Numbers | None:
        """The documents (ascending) worth a closer look for what they score; None for all."""
        if self.best is None or not self.lent:
            return self.best
        return np.unique(np.concatenate([self.best, *(each.documents for each in self.lent)]))

    @property
    def weights(self) -> dict[str, float]:
        """What each term counts without the model of terms: its weight in the query times its inverse document frequency."""
        return {each.term.text: each.plain for each in self.matches}


class LexicalScorer:
    """Scores queries against one snapshot; what depends on the snapshot alone is computed once."""

    def __init__(self, snapshot: Snapshot, enough: int = ENOUGH) -> None:
        """``enough`` documents are scored by the commonest terms of a query too."""
        self._snapshot = snapshot
        self._enough = enough
        self._norm = snapshot.length_norm(CHUNK.b)
        documents = len(snapshot.document_ids)
        lengths = np.bincount(snapshot.chunk_document, snapshot.lengths, documents)
        self._diagrams = np.flatnonzero(snapshot.document_live & ((snapshot.document_flags & int(PathFlag.DIAGRAM)) > 0))
        self._shown_by: dict[int, Numbers] = {}
        mean = float(lengths[snapshot.document_live].mean()) if snapshot.live_documents else 1.0
        self._document_norm = (1 / (1 - FILE.b + FILE.b * lengths / max(mean, 1.0))).astype(np.float32)
        self._reader = PostingsReader(snapshot)
        self._impacts: Kept[Impact] = Kept(KEPT_IMPACTS)
        self._standing: dict[int, tuple[float, tuple[float, ...]]] = {}

    def norms(self, chunks: Numbers, documents: Numbers) -> tuple[F32, F32]:
        """Return what the length of chunks and of documents makes of a count of words in them."""
        return self._norm[chunks], self._document_norm[documents]

    def postings(self, keys: Sequence[int]) -> list[Postings]:
        """Return where terms stand in the chunks that the view shows."""
        return self._reader.read(keys)

    def standing(self, key: int) -> tuple[float, tuple[float, ...]]:
        """Return how a term stands in what the view shows: the share of chunks that hold it, and in which share of these each field does.

        A term that no chunk holds counts as if half a chunk did.
        """
        found = self._standing.get(key)
        if found is None:
            weight = self.postings([key])[0].weight
            masks = [np.uint16((1 << FIELD_BITS[field]) - 1 << field) for field in Field]
            shares = tuple(int(np.count_nonzero(weight & mask)) / max(len(weight), 1) for mask in masks)
            found = max(len(weight), 0.5) / max(self._snapshot.live_chunks, 1), shares
            if len(self._standing) < _KEPT_TERMS:
                self._standing[key] = found
        return found

    def score(self, terms: Sequence[QueryTerm], allowed: Mask) -> LexicalScores:
        """Return the scores of all documents for the terms, by the ``allowed`` chunks alone."""
        snapshot = self._snapshot
        rows = np.zeros((3, len(snapshot.document_ids)), np.float32)
        searched = None if allowed is snapshot.live else allowed | self._in_diagrams
        matches = self._matches(terms, searched)
        best = self._add_up(rows, matches, everything=searched is None)
        document, named, chunk = rows
        scores = LexicalScores(document, named, chunk, matches, best)
        if len(self._diagrams):
            scores.lent = self._lend_to_documents(scores, allowed)
            if searched is not None:
                shown = snapshot.documents_of(np.flatnonzero(allowed & self._in_diagrams))
                rows[:, np.setdiff1d(self._diagrams, shown)] = 0
        return scores

    def _matches(self, terms: Sequence[QueryTerm], searched: Mask | None) -> list[TermMatches]:
        matches: list[TermMatches] = []
        for term, found in zip(terms, self.postings([term.key for term in terms]), strict=True):
            frequency = len(found.chunk)
            idf = float(np.log1p((self._snapshot.live_chunks - frequency + 0.5) / (frequency + 0.5))) * term.weight
            if searched is not None and frequency:
                inside = searched[found.chunk]
                found = Postings(found.chunk[inside], found.weight[inside])
            matches.append(TermMatches(term, idf, found.chunk, found.weight))
        return matches

    def _add_up(self, rows: F32, matches: Sequence[TermMatches], *, everything: bool) -> Numbers | None:
        """Add what the terms say of documents to rows of scores (3, D), rare terms first; nothing is kept where not ``everything`` counts.

        Once there are documents enough, the other terms, which say less, are looked for in the best of these alone, which are returned.
        """
        within: Numbers | None = None
        for each in sorted(matches, key=lambda each: (len(each.chunk), each.term.text)):
            if not len(each.chunk):
                continue
            impact = self._impacts.get(each.term.key) if everything else None
            if impact is None:
                impact = self._impact(each, within)
                if everything and within is None:
                    self._impacts.put(each.term.key, impact, impact.size)
            impact.add_to(rows, each.idf, within)
            if within is None and len(rows[2]) > self._enough:
                within = _best_of(rows[2], self._enough)
        return within

    @cached_property
    def _in_diagrams(self) -> Mask:
        """The chunks of diagrams, which are scored for the sake of the documents that show them, whatever the filter."""
        held = np.zeros(len(self._snapshot.document_ids), np.bool_)
        held[self._diagrams] = True
        return held[self._snapshot.chunk_document]

    def _lend_to_documents(self, scores: LexicalScores, allowed: Mask) -> list[Lent]:
        """Let a document be found by the labels of a diagram that it shows: it scores a little less than the diagram."""
        snapshot = self._snapshot
        matched = self._diagrams[scores.document[self._diagrams] > 0]
        matched = matched[np.argsort(-scores.document[matched], kind="stable")][:_LENDING_DIAGRAMS]
        shown = {each: chunks for each in matched.tolist() if len(chunks := self._showing(each, allowed))}
        if not shown:
            return []
        diagrams = np.array(list(shown), np.int64)
        sizes = snapshot.chunks_of[diagrams]
        first = np.cumsum(sizes) - sizes
        every = self._of_chunks(scores.matches, spread(snapshot.first_chunk[diagrams], sizes))
        chunk, coverage = (_LENT * np.maximum.reduceat(each, first) for each in every)
        lent: list[Lent] = []
        for at, (diagram, chunks) in enumerate(shown.items()):
            documents, document = snapshot.documents_of(chunks), _LENT * scores.document[diagram]
            scores.chunk[documents] = np.maximum(scores.chunk[documents], chunk[at])
            scores.document[documents] = np.maximum(scores.document[documents], document)
            lent.append(Lent(chunks, documents, float(chunk[at]), float(coverage[at]), float(document)))
        return lent

    def _showing(self, diagram: int, allowed: Mask) -> Numbers:
        """Return the allowed chunks that show a diagram."""
        if diagram not in self._shown_by:
            key = hash_term(SHOWN_TERM + self._snapshot.name(diagram)[0])
            self._shown_by[diagram] = self.postings([key])[0].chunk.astype(np.int64)
        shown = self._shown_by[diagram]
        return shown[allowed[shown]]

    def _of_chunks(self, matches: Sequence[TermMatches], chunks: Numbers) -> tuple[F32, F32]:
        """Return what chunks score (N), and the share of the query's weight that each of them holds."""
        score, coverage = np.zeros((2, len(chunks)), np.float32)
        for each in matches:
            if len(each.chunk):
                at = np.minimum(np.searchsorted(each.chunk, chunks.astype(each.chunk.dtype)), len(each.chunk) - 1)
                held = np.flatnonzero(each.chunk[at] == chunks)
                count = chunk_counts(each.weight[at[held]], self._norm[chunks[held]])
                score[held] += np.float32(each.idf) * _saturated(count, CHUNK.k1)
                coverage[held] += np.float32(each.idf)
        return score, coverage / np.float32(max(sum(each.idf for each in matches), 1e-6))

    def _impact(self, found: TermMatches, within: Numbers | None) -> Impact:
        """Return what a term says of documents that hold it: as a whole, by their names, and by the best of their chunks."""
        if within is not None:
            found = self._of_documents(found, within)
            if not len(found.chunk):
                return Impact(np.zeros((3, 0), np.float32), np.zeros(0, np.int64))
        document = self._snapshot.chunk_document[found.chunk]
        begins = np.empty(len(document), np.bool_)  # postings are in order of chunk, so those of one document are neighbours
        begins[0] = True
        np.not_equal(document[1:], document[:-1], out=begins[1:])
        first = np.flatnonzero(begins)
        touched = document[first]
        rows = np.empty((3, len(touched)), np.float32)
        count = chunk_counts(found.weight, self._norm[found.chunk])
        np.maximum.reduceat(_saturated(count, CHUNK.k1), first, out=rows[2])
        upper = (found.weight >> FIELD_BITS[Field.BODY]).astype(np.intp)  # once: each look-up would do it again
        other = np.add.reduceat(_OTHER_TABLE[upper], first)
        other += _PATH_ONLY[upper[first]]  # every chunk of a document has its stem and directories: count them once
        rows[1] = _saturated(other, FILE.k1)
        body = np.add.reduceat((found.weight & _BODY_MASK).astype(np.float32), first)
        rows[0] = _saturated(body * self._document_norm[touched] + other, FILE.k1)
        return Impact.of(touched, rows, len(self._snapshot.document_ids))

    def _of_documents(self, found: TermMatches, documents: Numbers) -> TermMatches:
        """Return where the term stands in some documents (ascending)."""
        first = self._snapshot.first_chunk[documents]
        start = np.searchsorted(found.chunk, first.astype(found.chunk.dtype))
        end = np.searchsorted(found.chunk, (first + self._snapshot.chunks_of[documents]).astype(found.chunk.dtype))
        at = spread(start, end - start)
        return TermMatches(found.term, found.idf, found.chunk[at], found.weight[at])


def _best_of(scores: F32, count: int) -> Numbers | None:
    """Return the places of the best of more scores, with all that tie with the last of them; None where fewer are above 0."""
    told = np.flatnonzero(scores > 0)
    if len(told) < count:
        return None
    own = scores[told]
    return told[own >= np.partition(own, len(own) - count)[len(own) - count]]


def score_chunks(matches: Sequence[TermMatches], term: NDArray[np.int64], place: NDArray[np.int64], count: F32, chunks: int) -> F32:
    """Return BM25F of so many chunks, from where terms stand in them and the weighted counts of that."""
    idf = np.array([each.idf for each in matches], np.float32)
    return np.bincount(place, idf[term] * _saturated(count, CHUNK.k1), chunks).astype(np.float32)


def lend(own: F32, places: Numbers, lent: Sequence[tuple[Numbers, float]]) -> F32:
    """Return what chunks or documents score (N), at least what diagrams that they show lend them."""
    for shown, value in lent:
        own = np.where(np.isin(places, shown), np.maximum(own, np.float32(value)), own)
    return own


def chunk_counts(weight: U16, norm: F32) -> F32:
    """Return BM25F's weighted counts of postings in chunks, given what the chunks' lengths make of a count."""
    count = (weight & _BODY_MASK).astype(np.float32) * norm
    count += _CHUNK_TABLE[weight >> FIELD_BITS[Field.BODY]]
    return count


def _saturated(count: F32, k1: float) -> F32:
    return (np.float32(k1 + 1) * count / (count + np.float32(k1))).astype(np.float32, copy=False)
