"""Learned fusion: linear models over signals, whose weights are a file of the package (``retrieval/fusion.json``).

``codelore eval train`` writes it. A signal enters a model as it is and, but for what is known of a file before any question, as its root
(``Way``). A model is a sum, so what each signal added to a score can be told exactly. Ranks of signals, and products with the length and
the kind of a query, were tried and gained nothing on repositories that were not trained on (docs/ranking.md).

Source of the method: listwise softmax regression, Cao et al., "Learning to Rank: From Pairwise Approach to Listwise Approach" (ICML 2007).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.errors import ModelError
from retrieval.ranking.near import NEAR_SIGNALS
from retrieval.ranking.signals import CHUNK_SIGNALS, FILE_SIGNALS, Scale, Signal
from retrieval.ranking.term_weights import EVEN, TERM_SIGNALS, TermModel
from retrieval.ranking.tier import TIER_SIGNALS
from retrieval.segment import F32
from retrieval.weights import FUSION

FORMAT = 1
ALL_SIGNALS: tuple[Signal[Any], ...] = (*FILE_SIGNALS, *NEAR_SIGNALS)


class Way(StrEnum):
    """How a signal enters a model."""

    VALUE = "value"
    ROOT = "root"


WAYS = {
    Scale.SCORE: (Way.VALUE, Way.ROOT),
    Scale.SHARE: (Way.VALUE, Way.ROOT),
    Scale.PRIOR: (Way.VALUE,),
}


@dataclass(frozen=True, slots=True)
class Model:
    """Weights of K signals, a row for each way (2, K)."""

    signals: tuple[str, ...]
    scored: NDArray[np.bool_]
    """Which signals are scores without bound, taken as shares of the largest."""
    weights: F32

    def contributions(self, values: F32, largest: F32 | None = None) -> F32:
        """Return what each signal adds to each row's score, for signals' ``values`` (R, K).

        ``largest`` are those of each signal (K) where the rows are not all there are.
        """
        value, root = self.weights
        by_way = in_ways(values, self.scored, largest)
        return by_way[Way.VALUE] * value + by_way[Way.ROOT] * root


def in_ways(values: F32, scored: NDArray[np.bool_], largest: F32 | None = None) -> dict[Way, F32]:
    """Return values (R, K) in each way in which they enter a model; the scored columns are shares of their largest.

    ``largest`` are those of each signal (K) where the rows are not all there are.
    """
    top = np.where(scored, values.max(axis=0, initial=0) if largest is None else largest, 1)
    scaled = values / np.where(top > 0, top, 1).astype(np.float32)
    return {Way.VALUE: scaled, Way.ROOT: np.sqrt(np.maximum(scaled, 0))}


@dataclass(frozen=True, slots=True)
class Fusion:
    """The models of one training."""

    version: str
    record: Mapping[str, Any]
    terms: TermModel
    """Of the query's terms."""
    first: Model
    """Of files, by signals of the text."""
    second: Model
    """Of files, by all signals: those of the neighbours are made of the first scores."""
    chunks: Model
    tier: Model
    """Of files, by a transformer's vectors, beside the second; without weights where the file has none."""
    relevance: tuple[tuple[str, ...], F32, float]
    """Signals, weights and bias of the chance that a file answers at all."""
    reading: tuple[float, float]
    """How much a chunk counts beside its file where spans are read, and what a logarithm of its lines costs."""


def table(names: Sequence[str], weights: Mapping[str, Mapping[str, float]], signals: Sequence[Signal[Any]]) -> Model:
    """Return a model of weights by signal and way. Raises ModelError for a signal that is not there."""
    known = {each.name: each for each in signals}
    unknown = [name for name in weights if name not in known]
    if unknown:
        raise ModelError(f"the weights name signals that this release has not: {', '.join(unknown)}; train them anew: codelore eval train")
    rows = [[weights.get(name, {}).get(way.value, 0.0) for name in names] for way in Way]
    scored = np.array([known[name].scale is Scale.SCORE for name in names], np.bool_)
    model = Model(tuple(names), scored, np.array(rows, np.float32))
    require_numbers(model.weights)
    return model


@lru_cache(4)
def load_fusion(path: Path = FUSION) -> Fusion:
    """Read the weights. Raises ModelError, naming the file, when it cannot be used."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        require_format(data["format"])
        relevance = data["relevance"]["weights"]
        table(list(relevance), {name: {} for name in relevance}, FILE_SIGNALS)
        fusion = Fusion(
            str(data["version"]),
            data["record"],
            _term_model(data["terms"]),
            table([each.name for each in FILE_SIGNALS], data["first"], FILE_SIGNALS),
            table([each.name for each in ALL_SIGNALS], data["second"], ALL_SIGNALS),
            table([each.name for each in CHUNK_SIGNALS], data["chunks"], CHUNK_SIGNALS),
            table([each.name for each in TIER_SIGNALS], data.get("tier", {}), TIER_SIGNALS),
            (tuple(relevance), np.array(list(relevance.values()), np.float32), float(data["relevance"]["bias"])),
            (float(data["reading"]["chunk"]), float(data["reading"]["lines"])),
        )
        require_numbers(fusion.relevance[1], fusion.relevance[2], *fusion.reading)
    except ModelError as error:
        raise ModelError(f"the ranking weights {path} cannot be used: {error}; reinstall the package or name another file") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"cannot read the ranking weights {path}: {error!r}; reinstall the package or name another file") from error
    return fusion


def _term_model(data: Mapping[str, Any]) -> TermModel:
    if data == {}:
        return EVEN
    known = {each.name for each in TERM_SIGNALS}
    unknown = [name for name in data["signals"] if name not in known]
    if unknown:
        raise ModelError(f"no signals of terms: {', '.join(unknown)}; train the weights anew: codelore eval train")
    weights = np.array([float(data["signals"].get(each.name, 0.0)) for each in TERM_SIGNALS], np.float32)
    words = {str(word): float(added) for word, added in data["words"].items()}
    require_numbers(weights, *words.values())
    return TermModel(weights, words)


def require_format(found: object) -> None:
    """Raise ``ModelError`` for weights of another format than this release reads."""
    if found != FORMAT:
        raise ModelError(f"they have format {found}, this release reads {FORMAT}")


def require_numbers(*columns: F32 | float) -> None:
    """Refuse what JSON takes and no score survives: NaN, infinity, null."""
    if not all(np.isfinite(each).all() for each in columns):
        raise ValueError("a weight is not a number")
