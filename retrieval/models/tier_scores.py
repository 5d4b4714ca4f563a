"""The cosine of a question and of chunks, for those chunks that have a vector of the model, and how far a file's vectors agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retrieval.models.tier_files import TierColumns
from retrieval.segment import F32
from retrieval.snapshot import Mask, Numbers


@dataclass(frozen=True, slots=True)
class TierScores:
    """Cosines of n chunks of r files: ``cosine`` f32[n], 0 where ``known`` bool[n] is False because no vector is there yet."""

    cosine: F32
    known: Mask
    length: F32
    """Of the sum of each file's known vectors, f32[r]: from 0 to their number, the longer the more they agree."""


@dataclass(frozen=True, slots=True)
class PartColumns:
    """The vectors of the part of a snapshot that begins with chunk ``first`` and has ``chunks``; None where it has no file yet."""

    first: int
    chunks: int
    columns: TierColumns | None


def score_chunks(parts: Sequence[PartColumns], query: F32, chunks: Numbers, row: Numbers) -> TierScores:
    """Return the cosines of ``chunks`` (numbers in the snapshot) to ``query``, a unit vector f32[D].

    ``row`` says which file each is of, from 0; the chunks of a file come one after the other.
    """
    length = np.zeros(int(row.max(initial=-1)) + 1, np.float32)
    cosine, known = np.zeros(len(chunks), np.float32), np.zeros(len(chunks), np.bool_)
    for part in parts:
        if part.columns is None:
            continue
        inside = np.flatnonzero((chunks >= part.first) & (chunks < part.first + part.chunks))
        rows = chunks[inside] - part.first
        scales = part.columns.scales[rows]
        have = ~np.isnan(scales)
        rows, inside, scales = rows[have], inside[have], scales[have]
        if not len(rows):
            continue
        # Row by row: a score must not depend on which other chunks are asked for, and a matrix product's last bits do.
        vectors = part.columns.values[rows].astype(np.float32)
        cosine[inside] = np.einsum("nd,d->n", vectors, query) * scales
        known[inside] = True
        begins = np.flatnonzero(np.diff(row[inside], prepend=-1))
        files = row[inside[begins]].tolist()
        for file, first, last in zip(files, begins.tolist(), [*begins[1:].tolist(), len(inside)], strict=True):
            total = scales[first:last] @ vectors[first:last]  # half the time of one ``np.add.reduceat`` for all files
            length[file] = np.sqrt(total @ total)
    return TierScores(cosine, known, length)


def count_known(parts: Sequence[PartColumns], live: Mask) -> int:
    """Return how many of the chunks in ``live`` have a vector."""
    return sum(
        int(np.count_nonzero(~np.isnan(part.columns.scales) & live[part.first : part.first + part.chunks]))
        for part in parts
        if part.columns is not None
    )
