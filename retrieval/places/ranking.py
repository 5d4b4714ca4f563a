"""Ranks chunks for someone who asks from a place in the code: the definitions of other files that are needed there.

The ranking of the text comes first. What the graph has around the place joins its candidates, and a model of both scores every chunk.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from graph.answers import GraphView
from graph.model import Handle
from ingest.errors import QueryError
from retrieval.places.around import TIES, Around, Home, Ties, find_home
from retrieval.places.signals import PLACE_PREFIX, PLACE_SIGNALS, PlaceModel, PlaceScene
from retrieval.query import Query
from retrieval.ranking.rank import RankedChunk, RankedFile, Ranker, Ranking, Scores, matrix
from retrieval.ranking.scene import Scene
from retrieval.segment import F32
from retrieval.snapshot import Mask, Numbers, Snapshot

LIKE = 12
"""Definitions that answer the question by their text, whose own uses are looked at."""
FILES = 80
"""Files that are looked at for what the graph says alone."""
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, relative to the view's root; line 0 is the file as a whole."""

    path: str
    line: int = 0


def read_place(text: str) -> Place:
    """Read ``PATH`` or ``PATH:LINE``. Raises ``QueryError`` for no path, and for a line that is none."""
    path, colon, line = text.rpartition(":")
    if not (colon and line.isdigit()):
        path, line = text, "0"
    if not path or (colon and line == "0" and text != path):
        raise QueryError(f"{text!r} is no place to ask from; give PATH or PATH:LINE, with lines from 1")
    return Place(path, int(line))


class PlaceRanker:
    """Ranks one snapshot from places in it, with what a graph of it has around them."""

    def __init__(self, ranker: Ranker, graph: GraphView | None, model: PlaceModel) -> None:
        self._ranker = ranker
        self._graph = graph
        self._model = model

    def rank(self, query: Query, allowed: Mask, limit: int, nested: int, place: Place) -> Ranking:
        """Return at most ``limit`` chunks of other files, best first, and files with ``nested`` each; ties in order of path and line.

        Without a graph, or for a file that it does not have, the text alone ranks. Raises ``QueryError`` for a file that the snapshot
        does not have.
        """
        elsewhere = self.elsewhere(allowed, place)
        seen = self.look(query, elsewhere, place)
        if seen is None:
            return self._ranker.rank(query, elsewhere, limit, nested)
        if not seen.scene.files:
            return Ranking()
        added = self._model.chunks.contributions(matrix(PLACE_SIGNALS, seen))
        total = added.sum(axis=1).round(_DIGITS)
        by_path = np.argsort(np.argsort([path for path, _ in seen.scene.names]))
        order = np.lexsort((np.arange(len(total)), by_path[seen.scene.pool.row], -total)).tolist()
        return self._ranking(seen, total, added, order, limit, nested)

    def elsewhere(self, allowed: Mask, place: Place) -> Mask:
        """Return what is allowed outside the place's own file: who asks from there has it open."""
        snapshot = self._ranker.snapshot
        if place.path not in self._number:
            raise QueryError(f"{place.path} is not in the index of {snapshot.view.name}, so nothing can be asked from there")
        own = self._number[place.path]
        found = allowed.copy()
        found[snapshot.first_chunk[own] : snapshot.first_chunk[own] + snapshot.chunks_of[own]] = False
        return found

    @cached_property
    def _number(self) -> dict[str, int]:
        snapshot = self._ranker.snapshot
        return {snapshot.name(each)[0]: each for each in np.flatnonzero(snapshot.document_live).tolist()}

    def look(self, query: Query, elsewhere: Mask, place: Place) -> PlaceScene | None:
        """Return what the signals of a question from a place look at; None where nothing is known of what is around it."""
        home = find_home(self._graph, place.path, place.line) if self._graph else None
        if self._graph is None or home is None:
            return None
        ties, lines = self._ties(self._graph, home, self._ranker.scene(query, elsewhere))
        best: dict[str, float] = {}
        for handle in lines:
            path = handle.partition("#")[0]
            best[path] = max(best.get(path, 0.0), sum(ties[handle].values()))
        leading = sorted((path for path in best if path in self._number), key=lambda path: (-best[path], path))[:FILES]
        scene = self._ranker.scene(query, elsewhere, np.array([self._number[path] for path in leading], np.int64))
        return PlaceScene(scene, self._ranker.scores(scene), _of_chunks(scene, ties, lines))

    def _ties(self, graph: GraphView, home: Home, scene: Scene) -> tuple[Ties, dict[Handle, int]]:
        """Return ties, and the first lines of the definitions that have any."""
        around = Around(graph, home)
        ties = around.ties(_answering(scene, self._ranker.scores(scene)) if scene.files else {})
        lines = {handle: around.lines[handle] for handle in ties if handle in around.lines}
        rest = graph.nodes(handle for handle in ties if handle not in lines and "#" in handle)
        return ties, lines | {handle: node.start_line for handle, node in rest.items() if node.start_line}

    def _ranking(self, seen: PlaceScene, total: F32, added: F32, order: Sequence[int], limit: int, nested: int) -> Ranking:
        """Return chunks as a flat list, and grouped by file in order of the best."""
        pool, sure, top = seen.scene.pool, seen.scores.confidence, float(total[order[0]])
        names = [PLACE_PREFIX + name for name in self._model.chunks.signals]
        rows = pool.row.tolist()
        held: dict[int, list[int]] = {}
        for at in order:
            if rows[at] in held or len(held) < limit:
                held.setdefault(rows[at], []).append(at)

        def told(at: int) -> RankedChunk:
            signals = {name: value for name, value in zip(names, added[at].round(4).tolist(), strict=True) if value}
            score = round(sure * math.exp(float(total[at]) - top), _DIGITS)
            return RankedChunk(int(pool.chunk[at]), int(pool.files[rows[at]]), score, signals)

        files: list[RankedFile] = []
        for row, own in held.items():
            best = told(own[0])
            files.append(RankedFile(int(pool.files[row]), best.score, (best, *map(told, own[1:nested]))[:nested], best.signals))
        return Ranking(tuple(files), tuple(told(at) for at in order[:limit]), sure)


def _answering(scene: Scene, scores: Scores) -> dict[Handle, float]:
    """Return the definitions of the best chunks by the text, each with exp(score) as a share of the best."""
    total = scores.files[scene.pool.row] + scores.chunks
    found: dict[Handle, float] = {}
    for at in np.argsort(-total, kind="stable").tolist():
        segment, chunk = scene.snapshot.locate(int(scene.pool.chunk[at]))
        if symbol := segment.symbol(chunk):
            found.setdefault(Handle(f"{scene.names[scene.pool.row[at]][0]}#{symbol}"), math.exp(float(total[at] - total.max())))
        if len(found) == LIKE:
            break
    return found


def _of_chunks(scene: Scene, ties: Ties, lines: Mapping[Handle, int]) -> F32:
    """Return for each chunk the largest of each tie among the definitions that begin in it (N, T)."""
    found = np.zeros((len(scene.pool.chunk), len(TIES)), np.float32)
    row = {path: at for at, (path, _) in enumerate(scene.names)}
    first = np.searchsorted(scene.pool.row, np.arange(scene.files))
    last = np.searchsorted(scene.pool.row, np.arange(scene.files), side="right")
    starts: dict[int, Numbers] = {}
    for handle, line in lines.items():
        at = row.get(handle.partition("#")[0])
        if at is None:
            continue
        if at not in starts:
            starts[at] = _first_lines(scene.snapshot, scene.pool.chunk[first[at] : last[at]])
        place = int(np.searchsorted(starts[at], line, side="right")) - 1
        if place >= 0:
            for tie, value in ties[handle].items():
                column = TIES.index(tie)
                found[first[at] + place, column] = max(found[first[at] + place, column], value)
    return found


def _first_lines(snapshot: Snapshot, chunks: Numbers) -> Numbers:
    located = (snapshot.locate(int(each)) for each in chunks)
    return np.array([int(segment.start_line[at]) for segment, at in located], np.int64)
