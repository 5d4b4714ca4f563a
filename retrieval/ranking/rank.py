"""Ranks one snapshot for queries: scenes, signals, the two passes of the fusion, and the chunks of ranked files.

Files are ranked, chunks are their evidence. Three lists come of one ranking: files with their chunks; a flat list, which wants about one
chunk a file; and an order of reading for a token budget, which wants the best chunks of the best files.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from retrieval.embed import StaticEmbedder
from retrieval.filters import Filters
from retrieval.query import Query
from retrieval.ranking.allowed import allowed_chunks
from retrieval.ranking.asking import SceneMaker
from retrieval.ranking.file_graph import FileGraph
from retrieval.ranking.fusion import Fusion
from retrieval.ranking.graph_signals import GraphSignals
from retrieval.ranking.near import NEAR_SIGNALS, Near
from retrieval.ranking.scene import Scene
from retrieval.ranking.signals import CHUNK_SIGNALS, FILE_SIGNALS, Signal
from retrieval.segment import F32
from retrieval.snapshot import Mask, Numbers, Snapshot

SAME_FILE_PENALTY = 3.0
"""Subtracted in a flat list for each better chunk of the same file: one chunk a file, unless a file is far ahead."""
NESTED = 8
"""Chunks that a file of an answer holds at most."""
_DIGITS, _PLACES = 6, 5


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


class Ranker:
    """Ranks one snapshot's files and chunks for queries."""

    def __init__(
        self, snapshot: Snapshot, embedder: StaticEmbedder, fusion: Fusion, graph: Callable[[], FileGraph | None] = lambda: None
    ) -> None:
        """``graph`` gives the edges between the snapshot's files, None where the view has none."""
        self._snapshot = snapshot
        self._fusion = fusion
        self._graph = graph
        self._chunk_names = [f"chunk.{name}" for name in fusion.chunks.signals]
        self._signals: GraphSignals | None = None
        self._scenes = SceneMaker(snapshot, embedder)

    def allowed(self, filters: Filters) -> Mask:
        """Return which chunks the view shows and the filters let through."""
        return allowed_chunks(self._snapshot, filters)

    def scene(self, query: Query, allowed: Mask) -> Scene:
        """Return what the signals of a query look at."""
        return self._scenes.scene(query, allowed)

    def near(self, scene: Scene, scores: F32) -> Near:
        """Return what the second pass looks at, from the scores of the first (R)."""
        graph = self._graph()
        if graph is None:
            self._signals = None
        elif self._signals is None or self._signals.graph is not graph:
            self._signals = GraphSignals(graph)
        around = self._signals.of(scene.pool.files) if self._signals else None
        return Near(scores, [self._snapshot.name(file)[0] for file in scene.pool.files.tolist()], around)

    def rank(self, query: Query, allowed: Mask, limit: int) -> Ranking:
        """Return at most ``limit`` files, and as many chunks as a flat list; ties in order of path and line."""
        scene = self.scene(query, allowed)
        if not scene.files:
            return Ranking()
        values = matrix(FILE_SIGNALS, scene)
        near = self.near(scene, self._fusion.first.contributions(values).sum(axis=1))
        added = self._fusion.second.contributions(np.concatenate((values, matrix(NEAR_SIGNALS, near)), axis=1))
        score = added.sum(axis=1).round(_DIGITS)
        leading = sorted(range(scene.files), key=lambda at: (-score[at], near.paths[at]))[:limit]
        confidence = self.confidence(values)
        return Ranking(*self._lists(scene, score, added, leading, confidence, limit), confidence)

    def confidence(self, values: F32) -> float:
        """Return the chance that one of the files answers, from their signals (R, K)."""
        names, weights, bias = self._fusion.relevance
        at = [self._fusion.first.signals.index(name) for name in names]
        chance = 1 / (1 + np.exp(-((values[:, at] * weights).sum(axis=1) + bias)))
        return float(chance.max())

    def _lists(
        self, scene: Scene, score: F32, added: F32, leading: list[int], confidence: float, limit: int
    ) -> tuple[tuple[RankedFile, ...], tuple[RankedChunk, ...]]:
        """Return the files with their chunks, and the flat list.

        A score is the chance that the best file answers, times how much less likely than that file the fusion holds what it stands by.
        """
        top = float(score[leading[0]])
        flat: list[tuple[float, int, int, RankedChunk]] = []
        files: list[RankedFile] = []
        own_added = self._fusion.chunks.contributions(matrix(CHUNK_SIGNALS, scene))
        own = own_added.sum(axis=1).round(_DIGITS)

        def chance(total: float) -> float:
            return round(confidence * math.exp(total - top), _DIGITS)

        for rank, at in enumerate(leading):
            document, base = int(scene.pool.files[at]), float(score[at])
            signals = _told(self._fusion.second.signals, added[at])
            places: Numbers = np.flatnonzero(scene.pool.row == at)
            places = places[np.argsort(-own[places], kind="stable")]
            behind = own[places] - own[places[:1]]
            read = (base + self._reading(scene, places, behind)).tolist()
            nested: list[RankedChunk] = []
            for number, place in enumerate(places[: max(NESTED, limit - rank)].tolist()):
                chunk, because = int(scene.pool.chunk[place]), _told(self._chunk_names, own_added[place])
                if number < NESTED:
                    nested.append(RankedChunk(chunk, document, chance(read[number]), because))
                total = base + float(behind[number]) - SAME_FILE_PENALTY * number
                flat.append((-round(total, _DIGITS), rank, number, RankedChunk(chunk, document, chance(total), signals | because)))
            files.append(RankedFile(document, chance(base), tuple(nested), signals))
        flat.sort(key=lambda each: each[:3])
        return tuple(files), tuple(each for _, _, _, each in flat[:limit])

    def _reading(self, scene: Scene, places: Numbers, behind: F32) -> F32:
        """Return what is added to a file's score for each of its chunks, best first, in order of reading.

        A file's score is shared among its chunks as the chunks' model says, and what is long costs more of a reader's budget.
        """
        weight, lines = self._fusion.reading
        share = behind - np.log(np.exp(behind).sum())
        return weight * share - lines * np.log(scene.lines(places))


def _told(names: Sequence[str], added: F32) -> dict[str, float]:
    """Return what signals added to a score, those that added anything."""
    values = added.round(4)
    return {names[at]: float(values[at]) for at in np.flatnonzero(values).tolist()}


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
    return np.stack([each.values(of) for each in signals], axis=1).astype(np.float64).round(_PLACES).astype(np.float32)
