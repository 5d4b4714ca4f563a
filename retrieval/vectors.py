"""Nearest chunks by vector: a flat scan of one-bit codes, then the int8 vectors of the best.

No index to build and nothing to keep in step: 32 bytes a chunk are read at memory speed, and up to a few million chunks that is faster than
any graph index can be kept up to date.
"""

from __future__ import annotations

import numpy as np

from retrieval.segment import F32, Segment
from retrieval.snapshot import Mask, Numbers, Snapshot

RESCORED = 400
"""Chunks whose int8 vectors are read, per search."""


def nearest(snapshot: Snapshot, query: F32, allowed: Mask, *, rescored: int = RESCORED) -> tuple[Numbers, F32]:
    """Return chunks near ``query`` (a unit vector) and their cosine, best first, ties by chunk; only chunks in ``allowed``."""
    if not query.any():
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    code = np.packbits(query > 0).view(np.uint64)
    distances: list[np.ndarray[tuple[int, ...], np.dtype[np.uint16]]] = []
    for columns in snapshot.code_columns:
        distance = np.zeros(columns.shape[1], np.uint16)
        for column, word in zip(columns, code, strict=True):
            distance += np.bitwise_count(column ^ word)
        distances.append(distance)
    distance = np.concatenate(distances) if distances else np.zeros(0, np.uint16)
    distance[~allowed] = np.iinfo(np.uint16).max
    wanted = min(rescored, int(allowed.sum()))
    if not wanted:
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    # All chunks at least as near as the last wanted one, so that the choice does not depend on how chunks are numbered.
    limit = np.partition(distance, wanted - 1)[wanted - 1]
    chosen = np.flatnonzero(distance <= limit)
    cosine = np.concatenate([_cosines(part.segment, chosen, part.first_chunk, query) for part in snapshot.parts])
    order = np.lexsort((chosen, -cosine))
    return chosen[order], cosine[order]


def _cosines(segment: Segment, chosen: Numbers, first: int, query: F32) -> F32:
    inside = chosen[(chosen >= first) & (chosen < first + segment.chunks)] - first
    # In float64: a product's last bits depend on how many rows it has, and scores must not depend on how chunks are spread over segments.
    return (segment.vectors[inside].astype(np.float64) @ query.astype(np.float64)).astype(np.float32) * segment.scales[inside]
