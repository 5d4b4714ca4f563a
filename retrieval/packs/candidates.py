"""Hits in the order in which a pack wants them: by file and chunk, so that a good file may give several."""

from __future__ import annotations

from retrieval.answers import Hit, SearchAnswer


def in_pack_order(answer: SearchAnswer) -> list[Hit]:
    """Return the chunks of an answer's files in the order of a reader with a budget, which their scores tell; else its hits as they are."""
    found = [chunk for file in answer.files for chunk in file.chunks]
    return sorted(found, key=lambda hit: (-hit.score, hit.path, hit.start_line)) or list(answer.hits)
