"""How far the names of each language of a view are resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from graph.languages.registry import RESOLVED
from ingest.languages.registry import LANGUAGES


class GraphLevel(StrEnum):
    """What the graph knows of a language."""

    RESOLVED = "resolved"
    """What its names refer to, with evidence."""
    SYMBOLS = "symbols only"
    """What is defined, and what documents, manifests and history say of it."""


def level(language: str) -> GraphLevel:
    """Return how far a language is resolved."""
    return GraphLevel.RESOLVED if language in RESOLVED else GraphLevel.SYMBOLS


@dataclass(frozen=True, slots=True)
class Reach:
    """How much of a view is resolved: the level of each of its languages, and its files with uses that nobody resolved."""

    levels: Mapping[str, str] = field(default_factory=dict[str, str])
    unresolved_files: int = 0
    notes: tuple[str, ...] = ()


def reach_of(defining: Mapping[str, int], partial: int, notes: tuple[str, ...] = ()) -> Reach:
    """Sum up a view: ``defining`` are its files with symbols, by language; of resolved ones, ``partial`` are not wholly."""
    known = {language: count for language, count in defining.items() if language in LANGUAGES}
    unresolved = sum(count for language, count in known.items() if language not in RESOLVED)
    return Reach({language: level(language).value for language in sorted(known)}, unresolved + partial, notes)
