"""Hits in the order in which a pack wants them: by file and chunk, so that a good file may give several."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from retrieval.answers import Hit
from retrieval.rank import SAME_FILE_PENALTY

FURTHER_CHUNK = 0.15
"""Subtracted for each better chunk of the same file: with one chunk a file a pack holds .40 of the spans that matter, with this .65."""


def in_pack_order(hits: Sequence[Hit]) -> list[Hit]:
    """Return the hits of a flat list, where a further chunk of a file pays more, in the order of a pack."""
    seen: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    scored: list[tuple[float, int, Hit]] = []
    for at, hit in enumerate(hits):
        file = (hit.repository, hit.view, hit.path)
        scored.append((-(hit.score + (SAME_FILE_PENALTY - FURTHER_CHUNK) * seen[file]), at, hit))
        seen[file] += 1
    return [hit for _, _, hit in sorted(scored, key=lambda each: each[:2])]
