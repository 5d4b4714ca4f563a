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


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Units near the hits, and what could not be looked at."""

    units: tuple[Unit, ...] = ()
    notes: tuple[str, ...] = ()


LookAround = Callable[[Sequence[Unit]], Surroundings]
"""Finds what lies around units, the best first."""


def pack(
    answer: SearchAnswer, read: FileSource, *, budget: int, seen: Seen | None = None, look_around: LookAround = lambda _: Surroundings()
) -> ContextPack:
    """Choose what of an answer, and of what lies around it, fits ``budget`` tokens.

    Raises ``ValueError`` for a budget below 1, and ``LookupError`` when ``read`` does not know the file of a hit.
    """
    if budget < 1:
        raise ValueError(f"a token budget must be at least 1, not {budget}")
    hits = in_pack_order(answer)[:CONSIDERED]
    units, known = _units(hits, read, seen or Seen())
    around = look_around(units)
    everything = [*units, *around.units]
    choice = choose(everything, view_labels(each.view for each in answer.status), budget)
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
        status=answer.status,
    )


def _units(hits: Sequence[Hit], read: FileSource, seen: Seen) -> tuple[list[Unit], int]:
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
        units.append(Unit(file, worth(len(units)), spans, entries, copies))
    return units, known


def worth(place: int) -> float:
    """Return how likely the hit at a place, counted from 0, is needed: .18 for the first of 99 mined questions, .02 for the 15th."""
    return 0.25 / (1 + place) ** 0.9


def _in_order(units: Sequence[Unit], choice: Choice) -> list[PackFile]:
    """Return the files that show something, in the order of their best unit."""
    return list(dict.fromkeys(unit.file for at, unit in enumerate(units) if at in choice.levels))
