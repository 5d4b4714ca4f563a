"""Asking: open snapshots, rank, read the texts of what is shown. Apart from ``engine``, because a run that indexes need not load it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np

from graph.definitions import find_definitions
from ingest.database import Database
from ingest.errors import QueryError
from ingest.facts import FactStore
from ingest.model import DocumentId, SymbolKind, View, ViewStatus
from ingest.views import Repository, ViewCatalog
from retrieval.answers import MAX_NESTED, FileHit, Hit, SearchAnswer, SearchRequest, SymbolAnswer, SymbolRow
from retrieval.catalog import SegmentCatalog
from retrieval.embed import StaticEmbedder
from retrieval.patterns import SECONDS, PatternMatcher
from retrieval.query import Query, parse_query
from retrieval.ranking.file_graph import FileGraphs
from retrieval.ranking.fusion import Fusion
from retrieval.ranking.rank import RankedChunk, Ranker, Ranking, by_file
from retrieval.ranking.tier import Vectors
from retrieval.snapshot import Snapshot

if TYPE_CHECKING:
    from graph.store import GraphStore
    from retrieval.structure import Structure
    from retrieval.understanding.structural import Structural

_KINDS = list(SymbolKind)
_OPEN_SNAPSHOTS = 8
_ATTEMPTS = 3
_KEPT_TEXTS = 16 << 20
"""Bytes of texts of documents that are kept from one question to the next."""

T = TypeVar("T")
_Opened = tuple[Repository, View, Snapshot, Ranker]
_Found = tuple[list[Hit], list[FileHit], float]


class StatusOf(Protocol):
    """Tells the truth about a view; ``missing`` documents are in it and not in the index."""

    def __call__(self, repository: Repository, view: View, *, missing: int = 0, truncated: tuple[str, ...] = ()) -> ViewStatus:
        """Return the status of a view."""
        ...


class Searcher:
    """Answers questions from the newest generations of views, which it keeps open."""

    def __init__(
        self,
        database: Database,
        catalog: SegmentCatalog,
        embedder: StaticEmbedder,
        fusion: Fusion,
        views_of: Callable[[SearchRequest], list[tuple[Repository, View]]],
        status: StatusOf,
        vectors: Vectors | None = None,
    ) -> None:
        """``vectors`` are a transformer's, where one is set."""
        self._database = database
        self._facts = FactStore(database)
        self._views = ViewCatalog(database)
        self._catalog = catalog
        self._embedder = embedder
        self._fusion = fusion
        self._graphs = FileGraphs(database)
        self._views_of = views_of
        self._status = status
        self._vectors = vectors
        self._open: dict[int, tuple[Snapshot, Ranker]] = {}
        self._patterns = PatternMatcher()
        self._read_last: dict[DocumentId, bytes] = {}
        self._kept_bytes = 0

    def close(self) -> None:
        """End the processes that match patterns, and let go of all snapshots."""
        self._patterns.close()
        self.forget()

    def forget(self) -> None:
        """Let go of all snapshots and texts."""
        self._open.clear()
        self._read_last.clear()
        self._kept_bytes = 0

    def search(self, request: SearchRequest, graph: GraphStore | None = None) -> SearchAnswer:
        """Answer a question; raises as ``Engine.search`` does. One about structure is asked of the graphs in ``graph`` too."""
        query = parse_query(request.text, regex=request.regex)
        if request.at and query.pattern is not None:
            raise QueryError(f"a pattern matches where it matches, whatever is around {request.at}; ask in words, or from no place")
        parts = query.parts if request.split else ()
        fold = request.fold and query.pattern is None
        if not fold and not parts:
            return self._ask(request, lambda views: self._search(request, query, views, graph))
        from retrieval.flat_list import answer_parts, fold_copies, looked_at  # for readers alone

        wide = looked_at(request.limit) if fold else request.limit
        if parts:
            asked = [(replace(request, text=part), parse_query(part)) for part in parts]
            answers = self._ask(request, lambda views: [self._search(each, part, views, graph, wide) for each, part in asked])
            answer = answer_parts(parts, answers, wide)
        else:
            answer = self._ask(request, lambda views: self._search(request, query, views, graph, wide))
        hits = fold_copies(answer.hits, request.limit) if fold else answer.hits
        return replace(answer, hits=hits, files=answer.files[: request.limit])

    def _search(self, request: SearchRequest, query: Query, views: list[_Opened], graph: GraphStore | None, wide: int = 0) -> SearchAnswer:
        """Answer one question, with ``wide`` hits where the limit does not hold yet."""
        limit, nested = wide or request.limit, min(request.nested, MAX_NESTED)
        structure = self._structure(request, query.structure, views, graph) if query.structure else ()
        status: list[ViewStatus] = []
        found: list[_Found] = []
        terms: dict[str, float] = {}
        deadline = time.monotonic() + SECONDS
        for repository, view, snapshot, ranker in views:
            allowed = ranker.allowed(request.filters)
            truncated: tuple[str, ...] = ()
            notes: tuple[str, ...] = ()
            if query.pattern is not None:
                texts = self._texts(snapshot, allowed)
                ranked, truncated = self._patterns.match(snapshot, query.pattern, allowed, texts, limit=limit, deadline=deadline)
                ranking = by_file(ranked)
            else:
                if request.at:
                    from retrieval.places.searching import PlaceSearch  # few ask from a place

                    ranking, notes = PlaceSearch(self._database, graph).rank(query, allowed, limit, nested, request.at, view, ranker)
                else:
                    ranking = ranker.rank(query, allowed, limit, nested)
                if query.dropped:
                    truncated = (
                        f"{len(query.dropped)} of the query's terms were not looked up (cap: 64): {' '.join(query.dropped[:8])} …",
                    )
            terms = terms or ranking.terms
            found.append(self._told(repository, snapshot, _wanted(ranking, request, nested), nested))
            told = self._status(repository, view, missing=snapshot.missing, truncated=truncated)
            status.append(replace(told, notes=(*told.notes, *notes)) if notes else told)
        hits, files = _together(found, limit)
        return SearchAnswer(
            tuple(hits),
            tuple(status),
            tuple(structure),
            tuple(files),
            max((each for _, _, each in found), default=0.0),
            "" if query.pattern is not None else self._fusion.version,
            terms=terms,
        )

    def ranker(self, request: SearchRequest) -> Ranker:
        """Return what ranks the first view that a request asks."""
        return self._ask(request, lambda views: views[0][3])

    def _structure(self, request: SearchRequest, asked: Structural, views: list[_Opened], graph: GraphStore | None) -> list[Structure]:
        from retrieval.structure_search import AskedView, StructureSearch  # most questions are about no structure: 20 ms

        opened = (AskedView(repository, view, snapshot, ranker.allowed(request.filters)) for repository, view, snapshot, ranker in views)
        return StructureSearch(self._database, graph).answers(asked, opened, request.limit)

    def symbols(self, request: SearchRequest, limit: int) -> SymbolAnswer:
        """Answer ``Engine.symbols`` from the first view the request asks."""
        return self._ask(request, lambda views: self._symbols(request, views[0], limit))

    def _symbols(self, request: SearchRequest, opened: _Opened, limit: int) -> SymbolAnswer:
        repository, view, snapshot, ranker = opened
        allowed = ranker.allowed(request.filters)
        wanted = snapshot.documents_of(allowed)
        documents = [(snapshot.document_id(int(each)), *snapshot.name(int(each))) for each in wanted]
        kinds = frozenset(request.filters.kinds)
        rows = [
            SymbolRow(
                symbol.name,
                symbol.qualified_name,
                symbol.kind,
                path,
                symbol.start_line,
                symbol.end_line,
                symbol.signature,
                symbol.doc,
                language,
            )
            for path, language, symbol in find_definitions(self._facts, documents, request.text, kinds=kinds)
        ]
        return SymbolAnswer(tuple(rows[:limit]), len(rows), self._status(repository, view, missing=snapshot.missing))

    def _ask(self, request: SearchRequest, answer: Callable[[list[_Opened]], T]) -> T:
        """Have a question answered from one state of the store: a generation published meanwhile is the next question's.

        A merge by another process may remove a segment's file between listing and opening it; then the newer state is asked.
        """
        for attempt in range(_ATTEMPTS):
            with self._database.read():
                opened = [(*each, *self._snapshot(each[1])) for each in self._views_of(request)]
                if attempt == _ATTEMPTS - 1 or not any(snapshot.missing for _, _, snapshot, _ in opened):
                    return answer(opened)
        raise AssertionError("the last attempt answers")

    def _snapshot(self, view: View) -> tuple[Snapshot, Ranker]:
        """Open the newest generation of a view, or the one that is open already."""
        opened = self._open.get(view.view_id)
        if opened is None or opened[0].view.generation != view.generation or opened[0].missing:
            segments = [each.segment for each in self._catalog.load(view.repository_id)]
            snapshot = Snapshot(view, segments, self._views.document_ids(view.view_id))
            opened = (snapshot, Ranker(snapshot, self._embedder, self._fusion, lambda: self._graphs.of(snapshot), self._vectors))
            while len(self._open) >= _OPEN_SNAPSHOTS:
                self._open.pop(next(iter(self._open)))
            self._open[view.view_id] = opened
        return opened

    def _texts(self, snapshot: Snapshot, allowed: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Iterator[tuple[int, bytes]]:
        wanted = set(snapshot.document_ids[snapshot.documents_of(allowed)].tolist())
        number = {int(each): at for at, each in enumerate(snapshot.document_ids)}
        for document, text in self._views.iterate_texts(snapshot.view.view_id):
            if document in wanted:
                yield number[document], text

    def _read(self, documents: set[DocumentId]) -> dict[DocumentId, bytes]:
        """Return documents' texts, which never change; those that were read last are kept."""
        found = {document: self._read_last.pop(document) for document in documents & self._read_last.keys()}
        read = self._facts.texts(documents - found.keys())
        self._kept_bytes += sum(map(len, read.values()))
        found |= read
        self._read_last |= found
        while self._kept_bytes > _KEPT_TEXTS and len(self._read_last) > len(found):
            self._kept_bytes -= len(self._read_last.pop(next(iter(self._read_last))))
        return found

    def _told(self, repository: Repository, snapshot: Snapshot, ranking: Ranking, nested: int) -> tuple[list[Hit], list[FileHit], float]:
        """Return the flat list and the files of a ranking, with the texts of their chunks."""
        wanted = {each.document for each in ranking.flat} | {each.document for each in ranking.files if nested and each.chunks}
        texts = self._read({snapshot.document_id(each) for each in wanted})
        spans: dict[int, _Span] = {}

        def hit(rank: int, each: RankedChunk) -> Hit:
            text = texts[snapshot.document_id(each.document)]
            span = spans.get(each.chunk)
            if span is None:
                span = spans[each.chunk] = _span(each, snapshot, text)
            first_match = text.count(b"\n", span[0], each.first_match) if each.first_match >= span[0] else -1
            return Hit(rank, each.score, *span[1:], repository.name, snapshot.view.name, each.signals, first_match)

        hits = [hit(rank, each) for rank, each in enumerate(ranking.flat, start=1)]
        files = [
            FileHit(
                rank,
                each.score,
                *snapshot.name(each.document),
                repository.name,
                snapshot.view.name,
                tuple(hit(at, chunk) for at, chunk in enumerate(each.chunks[:nested], start=1)),
                each.signals,
            )
            for rank, each in enumerate(ranking.files, start=1)
        ]
        return hits, files, ranking.confidence


def _wanted(ranking: Ranking, request: SearchRequest, nested: int) -> Ranking:
    """Return what of a ranking is told: hits only where they are asked for, and no more chunks of files than the request bounds."""
    flat = ranking.flat if request.flat else ()
    files = ranking.files
    scores = sorted((chunk.score for file in files for chunk in file.chunks[:nested]), reverse=True) if request.chunks else []
    if len(scores) > request.chunks:
        least = scores[request.chunks - 1]
        files = tuple(replace(file, chunks=tuple(each for each in file.chunks[:nested] if each.score >= least)) for file in files)
    return replace(ranking, flat=flat, files=files)


_Span = tuple[int, str, int, int, str, str, str, str]


def _span(ranked: RankedChunk, snapshot: Snapshot, text: bytes) -> _Span:
    """Return where a chunk starts in its text, and what a hit says of it whatever is asked, from its path to its snippet."""
    segment, chunk = snapshot.locate(ranked.chunk)
    path, language = snapshot.name(ranked.document)
    start, kind = int(segment.start_byte[chunk]), int(segment.kind[chunk])
    return (
        start,
        path,
        int(segment.start_line[chunk]),
        int(segment.end_line[chunk]),
        segment.symbol(chunk),
        _KINDS[kind].value if kind < len(_KINDS) else "",
        language,
        text[start : segment.end_byte[chunk]].decode("utf-8", "replace").rstrip("\n"),
    )


def _together(found: list[_Found], limit: int) -> tuple[list[Hit], list[FileHit]]:
    """Join the answers of several views, whose scores are brought to one scale.

    How well the best file of a view fits is told by the fusion's sum for it and by the chance that the view answers at all: of ten
    repositories asked together (199 questions of semble's) sums alone gave an NDCG@10 of .802, chances .769, a sum with half the
    logarithm of the odds .822, with all of it .802.
    """
    if len(found) > 1:
        fits = [_fit(files, confidence) for _, files, confidence in found]
        best = max(range(len(found)), key=lambda at: fits[at])
        scales = [found[best][2] * math.exp(fit - fits[best]) / max(found[at][2], _LEAST) for at, fit in enumerate(fits)]
        hits = [replace(hit, score=round(hit.score * scale, 6)) for (each, _, _), scale in zip(found, scales, strict=True) for hit in each]
        files = [_scaled(file, scale) for (_, each, _), scale in zip(found, scales, strict=True) for file in each]
        hits.sort(key=lambda hit: (-hit.score, hit.repository, hit.path, hit.start_line))
        files.sort(key=lambda file: (-file.score, file.repository, file.path))
        return (
            [replace(hit, rank=at) for at, hit in enumerate(hits[:limit], start=1)],
            [replace(file, rank=at) for at, file in enumerate(files[:limit], start=1)],
        )
    (hits, files, _), *_ = found
    return hits[:limit], files[:limit]


_LEAST = 1e-6
"""The least chance that is told."""


def _fit(files: Sequence[FileHit], confidence: float) -> float:
    """Return the logarithm of how well the best file of a view fits; what a pattern finds has no signals and fits alike."""
    chance = min(max(confidence, _LEAST), 1 - _LEAST)
    return sum(files[0].signals.values()) + math.log(chance / (1 - chance)) / 2 if files else -math.inf


def _scaled(file: FileHit, scale: float) -> FileHit:
    chunks = tuple(replace(each, score=round(each.score * scale, 6)) for each in file.chunks)
    return replace(file, score=round(file.score * scale, 6), chunks=chunks)
