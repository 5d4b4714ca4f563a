"""Fit linear models by lists: the softmax over the candidates of a query is to put its weight on those that answer.

Source: Cao et al., "Learning to Rank: From Pairwise Approach to Listwise Approach" (ICML 2007), the top-one case, with L2 and L-BFGS.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ingest.errors import ModelError
from retrieval.ranking.fusion import WAYS, Way, in_ways
from retrieval.ranking.signals import Scale, Signal
from retrieval.segment import F32

F64 = NDArray[np.float64]
Flags = NDArray[np.bool_]
ROUNDS = 120


@dataclass(frozen=True, slots=True)
class Listed:
    """The rows of one query with what they count: signals expanded to columns (R, C), and which rows answer."""

    columns: F32
    answers: Flags
    weight: float = 1.0


def expand(values: F32, signals: Sequence[Signal[Any]]) -> F32:
    """Return signals (R, K) in all their ways as columns (R, C), in order of ``columns_of``."""
    scored = np.array([each.scale is Scale.SCORE for each in signals], np.bool_)
    by_way = in_ways(values, scored)
    return np.stack([by_way[way][:, at] for at, way in columns_of(signals)], axis=1)


def columns_of(signals: Sequence[Signal[Any]]) -> list[tuple[int, Way]]:
    """Return which signal and way each column stands for."""
    return [(at, way) for at, each in enumerate(signals) for way in WAYS[each.scale]]


def named(weights: F64, signals: Sequence[Signal[Any]]) -> dict[str, dict[str, float]]:
    """Return the weights of columns by signal and way, as the file of weights has them."""
    found: dict[str, dict[str, float]] = {each.name: {} for each in signals}
    for (at, way), weight in zip(columns_of(signals), weights.tolist(), strict=True):
        found[signals[at].name][way.value] = round(weight, 5)
    return found


def fit_lists(lists: Sequence[Listed], *, penalty: float) -> F64:
    """Return the weights (C) that are best for the lists, each of which has a row that answers. ``penalty`` is of columns scaled alike."""
    rows = np.concatenate([each.columns for each in lists])
    spread = rows.std(axis=0) + np.float32(1e-3)
    rows = (rows - rows.mean(axis=0)) / spread
    starts = np.cumsum([0, *(len(each.columns) for each in lists)])
    owner = np.repeat(np.arange(len(lists)), np.diff(starts))
    wanted = np.concatenate([each.answers / each.answers.sum() for each in lists])
    weight = np.array([each.weight for each in lists])[owner]

    def loss(at: F64) -> tuple[float, F64]:
        score = (rows @ at.astype(np.float32)).astype(np.float64)
        score -= np.maximum.reduceat(score, starts[:-1])[owner]
        mass = np.exp(score)
        total = np.add.reduceat(mass, starts[:-1])[owner]
        slope = (weight * (mass / total - wanted)).astype(np.float32)
        value = -float((weight * wanted * (score - np.log(total))).sum()) + penalty * float(at @ at)
        return value, (slope @ rows).astype(np.float64) + 2 * penalty * at

    return least(loss, np.zeros(len(spread))) / spread


def fit_chances(values: F32, answers: Flags, weight: F64, *, penalty: float) -> tuple[F64, float]:
    """Return weights and bias of the chance that a row answers (logistic regression), for signals as they are (R, K)."""
    spread = values.std(axis=0) + np.float32(1e-3)
    rows = np.concatenate((values / spread, np.ones((len(values), 1), np.float32)), axis=1)
    sign = np.where(answers, 1.0, -1.0)
    kept = np.append(np.ones(values.shape[1]), 0.0)

    def loss(at: F64) -> tuple[float, F64]:
        margin = sign * (rows @ at)
        slope = -weight * sign / (1 + np.exp(margin))
        return float((weight * np.logaddexp(0, -margin)).sum() + penalty * (kept * at) @ at), slope @ rows + 2 * penalty * kept * at

    found = least(loss, np.zeros(len(kept)))
    return found[:-1] / spread, float(found[-1])


def least(loss: Callable[[F64], tuple[float, F64]], start: F64) -> F64:
    """Return where a loss, given with its slope, is least near ``start``. Raises ``ModelError`` without scipy."""
    try:
        from scipy.optimize import minimize  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]
    except ImportError as error:
        raise ModelError("training needs scipy; install it with: pip install 'codelore[eval]'") from error
    found = cast("Any", minimize)(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS})
    place: list[float] = found.x.tolist()
    return np.array(place, np.float64)
