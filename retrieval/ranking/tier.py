"""What the vectors of a transformer add to the scores of a pool (``retrieval/models``): after the second pass, for what has vectors.

Vectors fill in behind the index, so a pool may have them for some of its chunks. A signal is therefore how far a file lies above
the mean of those that have any, and 0 where it has none: a file without vectors is held to be as near as any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from retrieval.models.tier_scores import TierScores
from retrieval.ranking.pool import Pool
from retrieval.ranking.scene import Scene
from retrieval.ranking.signals import Scale, Signal
from retrieval.segment import F32
from retrieval.snapshot import Numbers, Snapshot

BEST = 3
"""Chunks of a file that count."""
_NO_LENGTH = 1e-6
_LEAST = 0.02
"""Added to a spread: among few files that are all as near, differences are to mean little."""


class Vectors(Protocol):
    """A transformer with the vectors that there are (``retrieval.models.tier.Tier``)."""

    def encode(self, text: str) -> F32 | None:
        """Return the vector of a question; None when no model answers."""
        ...

    def scores(self, snapshot: Snapshot, query: F32, chunks: Numbers, row: Numbers) -> TierScores:
        """Return the cosines of chunks, of the files ``row``, to a question."""
        ...


@dataclass(frozen=True)
class Meant:
    """How near the N chunks of a pool's R files are to the question."""

    pool: Pool
    scores: TierScores

    @cached_property
    def count(self) -> Numbers:
        """How many chunks of each file have a vector (R)."""
        return np.bincount(self.pool.row[self.scores.known], minlength=len(self.pool.files))


def look(vectors: Vectors | None, scene: Scene) -> Meant | None:
    """Ask for the cosines of a scene's chunks; None when no chunk has a vector, or nothing is there to ask.

    A text of several lines is not asked: its words say more than one vector of it, which gained nothing on descriptions of changes.
    """
    if vectors is None or "\n" in scene.query.text.strip():
        return None
    question = vectors.encode(scene.query.text)
    if question is None:
        return None
    found = vectors.scores(scene.snapshot, question, scene.pool.chunk, scene.pool.row)
    return Meant(scene.pool, found) if found.known.any() else None


def _best(meant: Meant) -> F32:
    """Return how near each file's best chunks are."""
    at = np.flatnonzero(meant.scores.known)
    at = at[np.lexsort((-meant.scores.cosine[at], meant.pool.row[at]))]
    rows = meant.pool.row[at]
    best = np.arange(len(at)) - np.searchsorted(rows, rows) < BEST
    mean = np.bincount(rows[best], meant.scores.cosine[at][best], len(meant.count)) / np.clip(meant.count, 1, BEST)
    return _above(meant, mean) / _spread(meant, mean)


def _whole(meant: Meant) -> F32:
    """Return how near each file's mean vector is."""
    total = np.bincount(meant.pool.row, meant.scores.cosine, len(meant.count))
    cosine = total / np.maximum(meant.scores.length, _NO_LENGTH)
    return _above(meant, cosine) / _spread(meant, cosine)


def _chunks(meant: Meant) -> F32:
    """Return the logarithm of each file's number of chunks: the mean of many vectors is near to nothing in particular."""
    return _above(meant, np.log1p(meant.count))


def _above(meant: Meant, values: NDArray[np.float64]) -> F32:
    """Return how far values (R) lie above the mean of the files that have vectors, 0 for the others."""
    known = meant.count > 0
    return np.where(known, values - values[known].mean(), 0).astype(np.float32)


def _spread(meant: Meant, values: NDArray[np.float64]) -> np.float32:
    return np.float32(values[meant.count > 0].std() + _LEAST)


TIER_SIGNALS: tuple[Signal[Meant], ...] = (
    Signal("tier", f"how much nearer its best {BEST} chunks are by a transformer than the other candidates'", Scale.PRIOR, _best),
    Signal("tier_file", "how much nearer the mean of all its chunks is by a transformer than the other candidates'", Scale.PRIOR, _whole),
    Signal("tier_chunks", "how many more chunks it has, as a logarithm, where a transformer is asked", Scale.PRIOR, _chunks),
)
