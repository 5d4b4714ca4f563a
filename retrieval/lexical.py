"""BM25F over the fields of chunks and of files, exact for the view that is searched.

Statistics are counted over the chunks the view shows, at query time, so a view that was reached by edits scores like one indexed afresh; an
index library keeps counting deleted documents until it merges them away (docs/design.md, "The lexical index").

Source: Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), section 3.6: field counts are weighted and
added before saturation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ingest.path_kinds import PathFlag
from retrieval.embed import hash_terms
from retrieval.segment import F32, FIELD_BITS, U16, Field
from retrieval.snapshot import Mask, Numbers, Snapshot
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
_LENT, _LENDING_DIAGRAMS = np.float32(0.8), 20
_BODY_MASK = np.uint16((1 << FIELD_BITS[Field.BODY]) - 1)


@dataclass(frozen=True, slots=True)
class QueryTerm:
    """A term of the query, its key in the segments, and how much it counts."""

    text: str
    key: int
    weight: float


@dataclass(frozen=True, slots=True)
class TermMatches:
    """Where a term stands, in order of chunk, with the packed weights of its postings, and what it counts."""

    term: QueryTerm
    idf: float
    """Its weight in the query times its inverse document frequency."""
    chunk: Numbers
    weight: U16


@dataclass(slots=True)
class LexicalScores:
    """Scores of every chunk (C) and document (D); what the query does not touch or the filter hides is 0."""

    chunk: F32
    document: F32
    named: F32
    """Score of a document's names, docs and path alone."""
    chunk_coverage: F32
    """Share of the query's weight whose terms a chunk holds, 0 to 1."""
    matches: list[TermMatches] = field(default_factory=list[TermMatches])

    @property
    def weights(self) -> dict[str, float]:
        """What each term counts: its weight in the query times its inverse document frequency."""
        return {each.term.text: each.idf for each in self.matches}


class LexicalScorer:
    """Scores queries against one snapshot; what depends on the snapshot alone is computed once."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._norm = snapshot.length_norm(CHUNK.b)
        documents = len(snapshot.document_ids)
        lengths = np.bincount(snapshot.chunk_document, snapshot.lengths, documents)
        self._diagrams = snapshot.live & ((snapshot.document_flags & int(PathFlag.DIAGRAM)) > 0)[snapshot.chunk_document]
        self._shown_by: dict[int, Numbers] = {}
        mean = float(lengths[snapshot.document_live].mean()) if snapshot.live_documents else 1.0
        self._document_norm = (1 / (1 - FILE.b + FILE.b * lengths / max(mean, 1.0))).astype(np.float32)

    def norms(self, chunks: Numbers, documents: Numbers) -> tuple[F32, F32]:
        """Return what the length of chunks and of documents makes of a count of words in them."""
        return self._norm[chunks], self._document_norm[documents]

    def score(self, terms: Sequence[QueryTerm], allowed: Mask) -> LexicalScores:
        """Return the scores of all chunks and documents for the terms; chunks outside ``allowed`` stay 0."""
        snapshot = self._snapshot
        documents = len(snapshot.document_ids)
        scores = LexicalScores(
            chunk=np.zeros(snapshot.chunks, np.float32),
            document=np.zeros(documents, np.float32),
            named=np.zeros(documents, np.float32),
            chunk_coverage=np.zeros(snapshot.chunks, np.float32),
        )
        total = 0.0
        filtered = not (snapshot.all_live and (allowed is snapshot.live or bool(allowed.all())))
        for term in terms:
            chunk, weight = self.postings(term.key)
            if not snapshot.all_live:
                live = snapshot.live[chunk]
                chunk, weight = chunk[live], weight[live]
            frequency = len(chunk)
            idf = float(np.log1p((snapshot.live_chunks - frequency + 0.5) / (frequency + 0.5))) * term.weight
            total += idf
            if filtered and frequency:
                inside = allowed[chunk] | self._diagrams[chunk]
                chunk, weight = chunk[inside], weight[inside]
            scores.matches.append(TermMatches(term, idf, chunk, weight))
            if len(chunk):
                self._add(scores, chunk, weight, idf)
        self._lend_to_documents(scores, allowed)
        if filtered:
            self._hide(scores, self._diagrams & ~allowed)
        if total > 0:
            scores.chunk_coverage /= total
        return scores

    def _lend_to_documents(self, scores: LexicalScores, allowed: Mask) -> None:
        """Let a document be found by the labels of a diagram that it shows: it scores a little less than the diagram."""
        snapshot = self._snapshot
        matched = np.flatnonzero((snapshot.document_flags & int(PathFlag.DIAGRAM) > 0) & (scores.document > 0))
        for diagram in matched[np.argsort(-scores.document[matched], kind="stable")][:_LENDING_DIAGRAMS].tolist():
            if diagram not in self._shown_by:
                self._shown_by[diagram], _ = self.postings(int(hash_terms([SHOWN_TERM + snapshot.name(diagram)[0]])[0]))
            shown = self._shown_by[diagram]
            shown = shown[allowed[shown]]
            first = int(snapshot.first_chunk[diagram])
            own = slice(first, first + int(snapshot.chunks_of[diagram]))
            documents = snapshot.chunk_document[shown]
            for mine, theirs, place in (
                (scores.chunk, scores.chunk[own].max(), shown),
                (scores.chunk_coverage, scores.chunk_coverage[own].max(), shown),
                (scores.document, scores.document[diagram], documents),
            ):
                mine[place] = np.maximum(mine[place], _LENT * theirs)

    def _hide(self, scores: LexicalScores, chunks: Mask) -> None:
        """Take back the scores of diagrams that were scored for their documents' sake and that a filter hides."""
        documents = self._snapshot.documents_of(chunks)
        scores.chunk[chunks] = scores.chunk_coverage[chunks] = 0
        scores.document[documents] = 0

    def postings(self, key: int) -> tuple[Numbers, U16]:
        """Return a term's chunks, shown or not, and their packed weights."""
        found: list[tuple[Numbers, U16]] = []
        for part in self._snapshot.parts:
            where = part.segment.postings(key)
            if where.stop > where.start:
                chunk = part.segment.posting_chunk[where].astype(np.int64)
                chunk += part.first_chunk
                found.append((chunk, part.segment.posting_weight[where]))
        if len(found) == 1:
            return found[0]
        if not found:
            return np.zeros(0, np.int64), np.zeros(0, np.uint16)
        return np.concatenate([chunk for chunk, _ in found]), np.concatenate([weight for _, weight in found])

    def _add(self, scores: LexicalScores, chunk: Numbers, weight: U16, idf: float) -> None:
        snapshot = self._snapshot
        body = (weight & _BODY_MASK).astype(np.float32)
        upper = (weight >> FIELD_BITS[Field.BODY]).astype(np.intp)  # once: each look-up would do it again
        count = body * self._norm[chunk]
        count += _CHUNK_TABLE[upper]
        gained = np.float32(idf * (CHUNK.k1 + 1)) * count
        count += np.float32(CHUNK.k1)
        gained /= count
        scores.chunk[chunk] += gained
        scores.chunk_coverage[chunk] += np.float32(idf)
        # Postings are in order of chunk, so those of one document are neighbours.
        document = snapshot.chunk_document[chunk]
        begins = np.empty(len(document), np.bool_)
        begins[0] = True
        np.not_equal(document[1:], document[:-1], out=begins[1:])
        first = np.flatnonzero(begins)
        touched = document[first]
        path = _PATH_ONLY[upper[first]]  # every chunk of a document has its stem and directories: count them once
        other = np.add.reduceat(_OTHER_TABLE[upper], first)
        other += path
        scores.named[touched] += np.float32(idf * (FILE.k1 + 1)) * other / (other + np.float32(FILE.k1))
        count = np.add.reduceat(body, first) * self._document_norm[touched] + other
        scores.document[touched] += np.float32(idf * (FILE.k1 + 1)) * count / (count + np.float32(FILE.k1))
