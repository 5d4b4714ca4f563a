"""The signals of the second pass: what the neighbours of a file in the graph, in its folder and by its name scored in the first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from retrieval.names import path_names
from retrieval.ranking.graph_signals import GRAPH_SIGNALS, Neighbourhood, seed_mass
from retrieval.ranking.signals import Scale, Signal
from retrieval.segment import F32

_ABOUT_TESTS = frozenset({"test", "spec"})


@dataclass(frozen=True)
class Near:
    """First scores of R files, and who their neighbours are."""

    scores: F32
    paths: Sequence[str]
    graph: Neighbourhood | None
    """Edges among the files; None where the view has no graph."""

    @cached_property
    def linked(self) -> F32:
        """The signals of the graph: a row for each of ``GRAPH_SIGNALS``, R columns."""
        return self.graph.values(self.scores) if self.graph is not None else np.zeros((len(GRAPH_SIGNALS), len(self.scores)), np.float32)

    @cached_property
    def _seeds(self) -> F32:
        return seed_mass(self.scores)

    def shared(self, keys: Sequence[int]) -> F32:
        """Return what the other files with the same key stand for (R)."""
        own = np.array(keys, np.int64)
        order = np.argsort(own, kind="stable")  # np.unique would load numpy.ma, a tenth of the time of a cold search
        same = np.empty(len(own), np.int64)
        same[order] = np.cumsum(np.diff(own[order], prepend=own[order[:1]]) != 0)
        return (np.bincount(same, self._seeds)[same] - self._seeds).astype(np.float32)


def _linked(row: int) -> Callable[[Near], F32]:
    return lambda near: near.linked[row]


def _folder(near: Near) -> F32:
    return near.shared([hash(path.rpartition("/")[0]) for path in near.paths])


def _twin(near: Near) -> F32:
    """Files whose names differ in nothing but that they are tests, headers or of another folder."""
    return near.shared([_twins_of(path) for path in near.paths])


@lru_cache(1 << 16)
def _twins_of(path: str) -> int:
    return hash(path_names(path).stem - _ABOUT_TESTS)


def _about(name: str) -> str:
    kind, _, way = name.partition(" ")
    if not way:
        return {
            "spread": "reached by a walk over the graph from the best of the first pass",
            "users": "logarithm of the number of files that use it",
            "used": "logarithm of the number of files that it uses",
            "rank": "its PageRank among all files",
        }[name]
    return f"first scores of the candidates that {'point at it' if way == 'in' else 'it points at'} by edges of kind {kind}"


NEAR_SIGNALS: tuple[Signal[Near], ...] = (
    *(Signal(f"graph {name}", _about(name), Scale.PRIOR, _linked(row)) for row, name in enumerate(GRAPH_SIGNALS)),
    Signal("folder", "first scores of the others in its folder", Scale.SHARE, _folder),
    Signal("twin", "first scores of the others of its name", Scale.SHARE, _twin),
)
