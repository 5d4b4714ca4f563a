"""From an answer to a pack: hits become units, units are chosen, what was chosen becomes items."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from retrieval.answers import Hit, SearchAnswer
from retrieval.packs.candidates import in_pack_order
from retrieval.packs.choose import Choice, choose
from retrieval.packs.draft import Unit
from retrieval.packs.files import FileSource, PackFile
from retrieval.packs.handles import Seen
from retrieval.packs.layout import view_labels
from retrieval.packs.model import ContextPack, Fidelity, Sibling
from retrieval.packs.siblings import sibling_groups

CONSIDERED = 120
"""Hits looked at. One in 200 of the last ones held an answer, and 8,000 tokens hold some 25 in full."""
_OF_A_PART = 30


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Units near the hits, and what could not be looked at."""

    units: tuple[Unit, ...] = ()
    notes: tuple[str, ...] = ()


LookAround = Callable[[Sequence[Unit]], Surroundings]
"""Finds what lies around units, the best first."""


def pack(
    answers: Sequence[SearchAnswer],
    read: FileSource,
    *,
    budget: int,
    seen: Seen | None = None,
    first: Sequence[Unit] = (),
    look_around: LookAround = lambda _: Surroundings(),
) -> ContextPack:
    """Choose what of the answers to the parts of a question, and of what lies around it, fits ``budget`` tokens.

    The hits of each part are worth as much as those of any other at the same place; ``first`` are units besides hits. Raises ``ValueError``
    for a budget below 1, and ``LookupError`` when ``read`` does not know the file of a hit.
    """
    if budget < 1:
        raise ValueError(f"a token budget must be at least 1, not {budget}")
    hits = _in_turn([in_pack_order(answer)[: considered(len(answers))] for answer in answers])
    found, known = _units(hits, read, seen or Seen(), len(answers))
    units = [*first, *found]
    around = look_around(units)
    everything = [*units, *around.units]
    status = answers[0].status
    choice = choose(everything, view_labels(each.view for each in status), budget)
    items = [item for file in _in_order(everything, choice) for item in choice.drafts[file].items()]
    levels = [choice.levels.get(at) for at in range(len(everything))]
    return ContextPack(
        tuple(items),
        sum(item.tokens for item in items),
        budget,
        left_out=levels[: len(units)].count(None),
        reduced=sum(level is not None and level is not Fidelity.FULL for level in levels[: len(units)]),
        seen=known,
        neighbours_left_out=levels[len(units) :].count(None),
        notes=around.notes,
        status=status,
    )


def considered(parts: int) -> int:
    """Return how many hits of each part of a question are looked at."""
    return max(CONSIDERED // parts, _OF_A_PART)


def _in_turn(lists: Sequence[Sequence[Hit]]) -> list[Hit]:
    """Return the hits of several lists, the first of each, then the second, each once."""
    rows = [hits[at] for at in range(max(map(len, lists))) for hits in lists if at < len(hits)]
    return list({(hit.repository, hit.view, hit.path, hit.start_line, hit.end_line): hit for hit in reversed(rows)}.values())[::-1]


def _units(hits: Sequence[Hit], read: FileSource, seen: Seen, parts: int) -> tuple[list[Unit], int]:
    """Return the hits to choose from, copies under the one they are like, and how many the asker has already."""
    places = [(hit.repository, hit.view, hit.path) for hit in hits]
    leaders = sibling_groups([hit.snippet for hit in hits], places)
    units: list[Unit] = []
    known = 0
    for at, hit in enumerate(hits):
        if leaders[at] != at:
            continue
        file = read(hit.repository, hit.view, hit.path, hit.language)
        span = file.trimmed(hit.start_line, hit.end_line)
        whole = seen.unseen(file.digest, (hit.start_line, hit.end_line))  # with blank ends, so that neighbours touch
        spans = tuple(part for part in whole if file.holds_text(*part))
        entries = tuple(
            each for each in file.defined(*span) if not seen.holds(file.digest, (each.start_line, each.end_line), Fidelity.SIGNATURE)
        )
        if not spans:
            known += span[0] <= span[1]
            continue
        copies = tuple(
            Sibling(other.path, other.start_line, other.end_line, other.repository, other.view)
            for other, leader in zip(hits, leaders, strict=True)
            if leader == at and other is not hit
        )
        units.append(Unit(file, worth(len(units) // parts), spans, entries, copies))
    return units, known


def worth(place: int) -> float:
    """Return how likely the hit at a place, counted from 0, is needed: .18 for the first of 99 mined questions, .02 for the 15th."""
    return 0.25 / (1 + place) ** 0.9


def _in_order(units: Sequence[Unit], choice: Choice) -> list[PackFile]:
    """Return the files that show something, in the order of their best unit."""
    return list(dict.fromkeys(unit.file for at, unit in enumerate(units) if at in choice.levels))
