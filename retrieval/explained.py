"""What the signals of hits and files mean: the tables' own words, by the names that ``signals`` has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retrieval.patterns import PATTERN_SIGNALS
from retrieval.places.signals import PLACE_PREFIX, PLACE_SIGNALS, load_place_model
from retrieval.ranking.fusion import Model, load_fusion
from retrieval.ranking.near import NEAR_SIGNALS
from retrieval.ranking.signals import CHUNK_PREFIX, CHUNK_SIGNALS, FILE_SIGNALS, Scale, Signal
from retrieval.ranking.term_weights import TERM_SIGNALS
from retrieval.ranking.tier import TIER_SIGNALS
from retrieval.weights import FUSION

TERM_PREFIX = "term."
"""Before the name of a signal of the query's terms; hits and files have none of these, they are in the weights of terms."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What a signal weighs: times its value, and times the root of that."""

    value: float
    root: float


@dataclass(frozen=True, slots=True)
class Explained:
    """A signal, what it means and what it weighs. ``of`` is term, file, neighbours, transformer, chunk or place."""

    name: str
    of: str
    scale: Scale
    about: str
    weights: Weights
    first: Weights | None
    """In the first pass; None where that has no such signal."""
    confidence: float
    """In the chance that anything answers; 0 where it does not count."""


def meanings() -> dict[str, str]:
    """Return what each signal means, by the name it has in a hit or a file."""
    named = {each.name: each.about for each in (*FILE_SIGNALS, *NEAR_SIGNALS, *TIER_SIGNALS)}
    placed = {PLACE_PREFIX + each.name: each.about for each in PLACE_SIGNALS}
    return named | {CHUNK_PREFIX + each.name: f"{each.about} (of this span)" for each in CHUNK_SIGNALS} | placed | PATTERN_SIGNALS


def explain_signals(path: Path = FUSION) -> list[Explained]:
    """Return every signal of the ranking, those of the query's terms first. Raises ``ModelError`` when the weights cannot be read."""
    fusion = load_fusion(path)
    names, weights, _ = fusion.relevance
    about = meanings()
    sure = dict(zip(names, weights.tolist(), strict=True))

    def told(signals: tuple[Signal[Any], ...], of: str, model: Model, first: Model | None) -> Iterator[Explained]:
        for each in signals:
            name = {"chunk": CHUNK_PREFIX, "place": PLACE_PREFIX}.get(of, "") + each.name
            early = _weights(first, each.name) if first else None
            yield Explained(name, of, each.scale, about[name], _weights(model, each.name), early, round(sure.get(name, 0.0), 4))

    terms = [
        Explained(TERM_PREFIX + each.name, "term", each.scale, each.about, Weights(round(weight, 4), 0.0), None, 0.0)
        for each, weight in zip(TERM_SIGNALS, fusion.terms.weights.tolist(), strict=True)
    ]
    return [
        *terms,
        *told(FILE_SIGNALS, "file", fusion.second, fusion.first),
        *told(NEAR_SIGNALS, "neighbours", fusion.second, None),
        *told(TIER_SIGNALS, "transformer", fusion.tier, None),
        *told(CHUNK_SIGNALS, "chunk", fusion.chunks, None),
        *told(PLACE_SIGNALS, "place", load_place_model().chunks, None),
    ]


def _weights(model: Model, name: str) -> Weights:
    value, root = model.weights[:, model.signals.index(name)].tolist()
    return Weights(round(value, 4), round(root, 4))
