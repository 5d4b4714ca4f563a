"""What the vectors of a transformer add to the scores of a pool (``retrieval/models``): after the second pass, for what has vectors.

Vectors fill in behind the index, so a pool may have them for some of its chunks. A signal is therefore how far a cosine lies above
the mean of those that are known, and 0 where none is: a file without vectors is held to be as near as any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from retrieval.models.tier_scores import TierScores
from retrieval.ranking.pool import Pool
from retrieval.ranking.scene import Scene
from retrieval.ranking.signals import Scale, Signal
from retrieval.segment import F32
from retrieval.snapshot import Mask, Numbers, Snapshot

BEST = 3
"""Chunks of a file that count."""
_LEAST = 0.02
"""Added to a spread: among few files that are all as near, differences are to mean little."""


class Vectors(Protocol):
    """A transformer with the vectors that there are (``retrieval.models.tier.Tier``)."""

    def encode(self, text: str) -> F32 | None:
        """Return the vector of a question; None when no model answers."""
        ...

    def scores(self, snapshot: Snapshot, query: F32, chunks: Numbers) -> TierScores:
        """Return the cosines of chunks to a question."""
        ...


@dataclass(frozen=True, slots=True)
class Meant:
    """How near the N chunks of a pool are to the question: ``cosine`` (N), where ``known`` (N)."""

    pool: Pool
    cosine: F32
    known: Mask


def look(vectors: Vectors | None, scene: Scene) -> Meant | None:
    """Ask for the cosines of a scene's chunks; None when no chunk has a vector, or nothing is there to ask.

    A text of several lines is not asked: its words say more than one vector of it, which gained nothing on descriptions of changes.
    """
    if vectors is None or "\n" in scene.query.text.strip():
        return None
    question = vectors.encode(scene.query.text)
    if question is None:
        return None
    found = vectors.scores(scene.snapshot, question, scene.pool.chunk)
    return Meant(scene.pool, found.cosine, found.known) if found.known.any() else None


def _of_file(meant: Meant) -> F32:
    """Return how far each file's best chunks lie above those of the others that have any, by the spread of these (R)."""
    at = np.flatnonzero(meant.known)
    at = at[np.lexsort((-meant.cosine[at], meant.pool.row[at]))]
    rows = meant.pool.row[at]
    best = np.arange(len(at)) - np.searchsorted(rows, rows) < BEST
    count = np.bincount(rows[best], minlength=len(meant.pool.files))
    known = count > 0
    mean = np.bincount(rows[best], meant.cosine[at][best], len(count)) / np.maximum(count, 1)
    far = np.where(known, mean - mean[known].mean(), 0)
    return (far / (far[known].std() + _LEAST)).astype(np.float32)


TIER_SIGNALS: tuple[Signal[Meant], ...] = (
    Signal("tier", f"how much nearer its best {BEST} chunks are by a transformer than the other candidates'", Scale.PRIOR, _of_file),
)
