"""The flat list for readers: near copies stand under the hit they are copies of, and each part of a question has its hits."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from retrieval.answers import FileHit, Hit, SearchAnswer
from retrieval.packs.model import Sibling
from retrieval.packs.siblings import sibling_groups

T = TypeVar("T", Hit, FileHit)


def looked_at(limit: int) -> int:
    """Return how many hits to rank so that ``limit`` of them are no copies of others, as a rule."""
    return 2 * limit + 10


def fold_copies(hits: Sequence[Hit], limit: int) -> tuple[Hit, ...]:
    """Return at most ``limit`` distinct hits, best first, each with its near copies of other files among ``hits``.

    Copies are told by their lines, as in ``retrieval.packs.siblings``; the ones of a hit beyond the limit go with it.
    """
    leaders = sibling_groups([hit.snippet for hit in hits], [(hit.repository, hit.view, hit.path) for hit in hits], common=len(hits))
    copies: dict[int, list[Sibling]] = {at: [] for at in range(len(hits)) if leaders[at] == at}
    for at, (leader, hit) in enumerate(zip(leaders, hits, strict=True)):
        if leader != at:
            copies[leader].append(Sibling(hit.path, hit.start_line, hit.end_line, hit.repository, hit.view))
    shown = list(copies.items())[:limit]
    return tuple(replace(hits[at], rank=rank, siblings=tuple(own)) for rank, (at, own) in enumerate(shown, start=1))


def answer_parts(parts: Sequence[str], answers: Sequence[SearchAnswer], limit: int) -> SearchAnswer:
    """Return the answers to the parts of a question as one: the best of each part, then the second best, and so on.

    What answers several parts stands once and says which. ``limit`` holds for hits and for files; all parts were asked of the same views.
    """
    first = answers[0]
    status = tuple(
        replace(each, truncated=tuple(dict.fromkeys(note for answer in answers for note in answer.status[at].truncated)))
        for at, each in enumerate(first.status)
    )
    hits = _in_turn([answer.hits for answer in answers], lambda hit: (hit.repository, hit.view, hit.path, hit.start_line, hit.end_line))
    files = _in_turn([answer.files for answer in answers], lambda file: (file.repository, file.view, file.path))
    return replace(
        first,
        hits=tuple(hits[:limit]),
        files=tuple(files[:limit]),
        status=status,
        structure=tuple(each for answer in answers for each in answer.structure),
        confidence=max(answer.confidence or 0.0 for answer in answers),
        parts=tuple(parts),
    )


def _in_turn(lists: Sequence[Sequence[T]], key: Callable[[T], Hashable]) -> list[T]:
    """Return rows of the lists in turn, each once, with its place and the numbers, from 1, of the lists that have it."""
    parts: dict[Hashable, list[int]] = {}
    rows: list[T] = []
    for number, row in _round_robin(lists):
        found = parts.setdefault(key(row), [])
        if not found:
            rows.append(row)
        found.append(number)
    return [replace(row, rank=rank, parts=tuple(sorted(parts[key(row)]))) for rank, row in enumerate(rows, start=1)]


def _round_robin(lists: Sequence[Sequence[T]]) -> Iterator[tuple[int, T]]:
    for at in range(max(map(len, lists))):
        for number, rows in enumerate(lists, start=1):
            if at < len(rows):
                yield number, rows[at]
