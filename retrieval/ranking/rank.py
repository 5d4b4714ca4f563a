"""Ranks one snapshot for queries: scenes, signals, the two passes of the fusion, and the chunks of ranked files.

Files are ranked, chunks are their evidence. Three lists come of one ranking: files with their chunks; a flat list, which wants about one
chunk a file; and an order of reading for a token budget, which wants the best chunks of the best files.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.embed import StaticEmbedder
from retrieval.filters import Filters
from retrieval.query import Query
from retrieval.ranking.allowed import allowed_chunks
from retrieval.ranking.asking import SceneMaker
from retrieval.ranking.file_graph import FileGraph
from retrieval.ranking.fusion import Fusion
from retrieval.ranking.graph_signals import GraphSignals
from retrieval.ranking.near import NEAR_SIGNALS, Near
from retrieval.ranking.pool import Runs
from retrieval.ranking.scene import Scene
from retrieval.ranking.signals import CHUNK_PREFIX, CHUNK_SIGNALS, FILE_SIGNALS, Signal
from retrieval.ranking.tier import TIER_SIGNALS, Vectors, look
from retrieval.segment import F32
from retrieval.snapshot import Mask, Numbers, Snapshot
from retrieval.term_arrays import spread

SAME_FILE_PENALTY = 3.0
"""Subtracted in a flat list for each better chunk of the same file: one chunk a file, unless a file is far ahead."""
NESTED = 8
"""Chunks that a file of an answer holds at most."""
_DIGITS, _PLACES = 6, 5
F64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RankedChunk:
    """A chunk of the snapshot with its score and what the signals added to it."""

    chunk: int
    document: int
    score: float
    signals: dict[str, float] = field(default_factory=dict[str, float])
    first_match: int = -1
    """Byte offset in the file where a pattern matches first in the chunk, or -1."""


@dataclass(frozen=True, slots=True)
class RankedFile:
    """A file with its best chunks, best first, and what the signals added to its score."""

    document: int
    score: float
    chunks: tuple[RankedChunk, ...]
    signals: dict[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True, slots=True)
class Ranking:
    """Files, best first, and the chance that any of them answers."""

    files: tuple[RankedFile, ...] = ()
    flat: tuple[RankedChunk, ...] = ()
    confidence: float = 0.0
    terms: dict[str, float] = field(default_factory=dict[str, float])
    """What each term of the query counts, as a share of them all."""


@dataclass(frozen=True, slots=True)
class Scores:
    """What the fusion makes of a scene of R files and N chunks, for a model that begins with that."""

    files: F32
    """(R,) scores of the second pass."""
    chunks: F32
    """(N,) scores of the chunks' model."""
    values: F32
    """(N, L) signals of the chunks."""
    confidence: float


class Ranker:
    """Ranks one snapshot's files and chunks for queries."""

    def __init__(
        self,
        snapshot: Snapshot,
        embedder: StaticEmbedder,
        fusion: Fusion,
        graph: Callable[[], FileGraph | None] = lambda: None,
        vectors: Vectors | None = None,
    ) -> None:
        """``graph`` gives the edges between the snapshot's files, None where the view has none; ``vectors`` are a transformer's."""
        self._snapshot = snapshot
        self._fusion = fusion
        self._graph = graph
        self._vectors = vectors
        self._names = (*fusion.second.signals, *fusion.tier.signals)
        self._chunk_names = [CHUNK_PREFIX + name for name in fusion.chunks.signals]
        self._signals: GraphSignals | None = None
        self._scenes = SceneMaker(snapshot, embedder, fusion.terms)

    def allowed(self, filters: Filters) -> Mask:
        """Return which chunks the view shows and the filters let through."""
        return allowed_chunks(self._snapshot, filters)

    @property
    def snapshot(self) -> Snapshot:
        """What is ranked."""
        return self._snapshot

    def scene(self, query: Query, allowed: Mask, also: Numbers | None = None) -> Scene:
        """Return what the signals of a query look at; ``also`` are documents to look at whatever they have of the query."""
        return self._scenes.scene(query, allowed, also)

    def scores(self, scene: Scene) -> Scores:
        """Return the scores of the files of a scene by all signals of both passes, and of its chunks by their own."""
        if not scene.files:
            nothing = np.zeros(0, np.float32)
            return Scores(nothing, nothing, np.zeros((0, len(CHUNK_SIGNALS)), np.float32), 0.0)
        values = matrix(FILE_SIGNALS, scene)
        near = self.near(scene, self._fusion.first.contributions(values).sum(axis=1))
        files = self._fusion.second.contributions(np.concatenate((values, matrix(NEAR_SIGNALS, near)), axis=1)).sum(axis=1)
        chunks = matrix(CHUNK_SIGNALS, scene)
        return Scores(files, self._fusion.chunks.contributions(chunks).sum(axis=1), chunks, self.confidence(values))

    def near(self, scene: Scene, scores: F32) -> Near:
        """Return what the second pass looks at, from the scores of the first (R)."""
        graph = self._graph()
        if graph is None:
            self._signals = None
        elif self._signals is None or self._signals.graph is not graph:
            self._signals = GraphSignals(graph)
        around = self._signals.of(scene.pool.files) if self._signals else None
        return Near(scores, [path for path, _ in scene.names], around)

    def rank(self, query: Query, allowed: Mask, limit: int, nested: int = NESTED) -> Ranking:
        """Return at most ``limit`` files with ``nested`` chunks each, and as many chunks as a flat list; ties in order of path and line."""
        scene = self.scene(query, allowed)
        if not scene.files:
            return Ranking()
        values = matrix(FILE_SIGNALS, scene)
        near = self.near(scene, self._fusion.first.contributions(values).sum(axis=1))
        added = self._fusion.second.contributions(np.concatenate((values, matrix(NEAR_SIGNALS, near)), axis=1))
        meant = look(self._vectors, scene)
        if meant is not None:
            added = np.concatenate((added, self._fusion.tier.contributions(matrix(TIER_SIGNALS, meant))), axis=1)
        score = added.sum(axis=1).round(_DIGITS)
        least = np.partition(score, scene.files - limit)[scene.files - limit] if limit < scene.files else -np.inf
        leading = sorted(np.flatnonzero(score >= least).tolist(), key=lambda at: (-score[at], near.paths[at]))[:limit]
        confidence = self.confidence(values)
        return Ranking(*self._lists(scene, score, added, leading, confidence, limit, nested), confidence, scene.term_shares)

    def confidence(self, values: F32) -> float:
        """Return the chance that one of the files answers, from their signals (R, K)."""
        names, weights, bias = self._fusion.relevance
        at = [self._fusion.first.signals.index(name) for name in names]
        chance = 1 / (1 + np.exp(-((values[:, at] * weights).sum(axis=1) + bias)))
        return float(chance.max())

    def _lists(
        self, scene: Scene, score: F32, added: F32, leading: list[int], confidence: float, limit: int, nested: int
    ) -> tuple[tuple[RankedFile, ...], tuple[RankedChunk, ...]]:
        """Return the files with their chunks, and the flat list.

        A score is the chance that the best file answers, times how much less likely than that file the fusion holds what it stands by.
        """
        place, rank = _chunks_of(scene, np.array(leading))
        values, largest = _some(CHUNK_SIGNALS, scene, place)
        own_added = self._fusion.chunks.contributions(values, largest)
        chunks = self._chunks(scene, score[leading].astype(np.float64), _OwnChunks(place, rank, own_added.sum(axis=1).round(_DIGITS)))
        documents, top = scene.pool.files[leading].tolist(), float(score[leading[0]])
        why = _told(self._names[: added.shape[1]], added[leading])

        def chance(total: float) -> float:
            return round(confidence * math.exp(total - top), _DIGITS)

        inside = np.flatnonzero(chunks.number < nested)
        held: list[list[RankedChunk]] = [[] for _ in leading]
        because = _told(self._chunk_names, own_added[chunks.at[inside]])
        columns = (chunks.rank[inside], scene.pool.chunk[chunks.place[inside]], chunks.read[inside])
        for (rank, chunk, read), told in zip(_rows(*columns), because, strict=True):
            held[rank].append(RankedChunk(chunk, documents[rank], chance(read), told))
        files = [
            RankedFile(document, chance(base), tuple(own), told)
            for document, base, own, told in zip(documents, score[leading].tolist(), held, why, strict=True)
        ]
        best = np.lexsort((chunks.number, chunks.rank, -chunks.total.round(_DIGITS)))[:limit]
        because = _told(self._chunk_names, own_added[chunks.at[best]])
        columns = (chunks.rank[best], scene.pool.chunk[chunks.place[best]], chunks.total[best])
        flat = [
            RankedChunk(chunk, documents[rank], chance(total), why[rank] | told)
            for (rank, chunk, total), told in zip(_rows(*columns), because, strict=True)
        ]
        return tuple(files), tuple(flat)

    def _chunks(self, scene: Scene, base: F64, found: _OwnChunks) -> _Chunks:
        """Return the chunks of the leading files, whose scores are ``base``.

        For a flat list each chunk scores as its file, less what it is behind the best chunk of that, less a penalty for each better one.
        """
        rank = found.rank
        at = np.lexsort((-found.score, rank))
        place, own = found.place[at], found.score[at]
        runs = Runs.of(rank)
        number = np.arange(len(rank)) - np.repeat(runs.begins, runs.sizes)
        behind: F64 = (own - np.repeat(own[runs.begins], runs.sizes)).astype(np.float64)
        read = reading_scores(base[rank], behind, scene.lines(place), runs, self._fusion.reading)
        return _Chunks(at, place, rank, number, base[rank] + behind - SAME_FILE_PENALTY * number, read)


def _chunks_of(scene: Scene, leading: Numbers) -> tuple[Numbers, Numbers]:
    """Return the places in the pool of the chunks of some files, and which of these each is of."""
    runs = scene.pool.runs  # a run for each file, since none is without chunks
    return spread(runs.begins[leading], runs.sizes[leading]), np.repeat(np.arange(len(leading)), runs.sizes[leading])


@dataclass(frozen=True, slots=True)
class _OwnChunks:
    """Chunks of the leading files, by their places in the pool and in order of file, with what their model says of them."""

    place: Numbers
    rank: Numbers
    score: F32


@dataclass(frozen=True, slots=True)
class _Chunks:
    """Chunks of the leading files, in order of file and score, by their places in the pool."""

    at: Numbers
    """Where each stood in order of file and line."""
    place: Numbers
    rank: Numbers
    """Which of the files."""
    number: Numbers
    """How many better ones their file has."""
    total: F64
    """Score in a flat list."""
    read: F64
    """Score in an order of reading."""


def reading_scores(base: F64, own: F64, lines: Numbers, runs: Runs, weights: tuple[float, float]) -> F64:
    """Return the scores of chunks (N) in order of reading, for files' scores, own scores and numbers of lines of each; a run is a file's.

    A file's score is shared among its chunks as their own scores say, and what is long costs more of a reader's budget. ``weights`` are
    what that share counts, and what the logarithm of the lines costs.
    """
    if not len(own):
        return own
    best: F64 = np.maximum.reduceat(own, runs.begins)
    behind = own - np.repeat(best, runs.sizes)
    whole: F64 = np.add.reduceat(np.exp(behind), runs.begins)
    share, cost = weights
    return base + share * (behind - np.repeat(np.log(whole), runs.sizes)) - cost * np.log(lines)


def _rows(ranks: Numbers, chunks: Numbers, scores: F64) -> Iterator[tuple[int, int, float]]:
    return zip(ranks.tolist(), chunks.tolist(), scores.tolist(), strict=True)


def _told(names: Sequence[str], added: F32) -> list[dict[str, float]]:
    """Return for each row what signals added to a score, those that added anything."""
    rows: list[list[float]] = added.astype(np.float64).round(4).tolist()  # of float32 JSON would print 1.1965999603271484
    return [dict(zip(compress(names, row), compress(row, row), strict=True)) for row in rows]


def by_file(chunks: Sequence[RankedChunk]) -> Ranking:
    """Return chunks that were not ranked by signals as a ranking; they are what was asked for."""
    files: dict[int, list[RankedChunk]] = {}
    for each in chunks:
        files.setdefault(each.document, []).append(each)
    return Ranking(
        tuple(RankedFile(document, own[0].score, tuple(own)) for document, own in files.items()), tuple(chunks), float(bool(chunks))
    )


def matrix(signals: Sequence[Signal[Any]], of: Any) -> F32:
    """Return the values of signals as columns, rounded: what should be equal must not differ by the order in which it was added up."""
    return _rounded(np.array([each.values(of) for each in signals], np.float64))


def _some(signals: Sequence[Signal[Any]], of: Any, rows: Numbers) -> tuple[F32, F32]:
    """Return some rows of the matrix of signals, and the largest value of each column of all of it."""
    found = np.array([each.values(of) for each in signals], np.float32)
    largest = found.max(axis=1, initial=0)[:, None]
    return _rounded(found[:, rows].astype(np.float64)), _rounded(largest.astype(np.float64))[0]


def _rounded(columns: F64) -> F32:
    return columns.round(_PLACES, out=columns).T.astype(np.float32)
