"""Confidence intervals by resampling: which repositories, and which questions, the figures were measured on is chance.

Questions about one repository are not independent, so repositories are drawn with replacement and bring all their questions: the cluster
bootstrap (Davison and Hinkley, Bootstrap Methods and their Application, 1997, §3.8; Field and Welsh, J. R. Statist. Soc. B 69, 2007).
Resampling below the clusters as well overstates the variance when there are many (Ren et al., J. Applied Statistics 37, 2010), and with few
the clusters alone understate it: two repositories have 3 distinct resamples, five 126, ten 92,378. So below ``FEW`` repositories their
questions are drawn too, and of a single repository the questions alone, which says nothing about other repositories.

Intervals are percentile intervals (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, §13.3), and p is the level at which one
would just exclude zero; Sakai (SIGIR 2006) applies the bootstrap to ranked retrieval. No correction is made for asking about many figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from eval.figures import auroc
from eval.model import Outcome
from eval.record import Confidences, Metric

RESAMPLES = 10_000
AUROC_RESAMPLES = 2_000
"""Each takes a sort of all answers."""
SEED = 20_261_121
FEW = 10
"""Repositories below which their questions are drawn too."""

_BLOCK = 2_000_000
"""Numbers held at once while questions are drawn."""
_CHANCE = 0.5
"""The AUROC of a confidence that says nothing."""
_ZERO = 1e-12
"""Sums in another order differ by less; equal answers must differ by nothing."""

T = TypeVar("T")
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Level(StrEnum):
    """What is drawn with replacement."""

    CORPORA = "repositories"
    BOTH = "repositories, then their questions"
    QUESTIONS = "questions of the one repository"


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % confidence interval, and how likely zero is: ``p``, two-sided. ``resamples`` are those in which the figure is defined."""

    low: float
    high: float
    p: float
    resamples: int


@dataclass(frozen=True, slots=True)
class Column:
    """What each question adds to one figure: ``amount`` of ``of``, both 0 where it has no say.

    ``macro``: the mean over repositories of each one's ratio of sums; otherwise one ratio of sums over all.
    """

    amount: Floats
    of: Floats
    macro: bool


def column(outcomes: Sequence[Outcome], metric: Metric) -> Column:
    """Return a metric's parts, question by question. A question without the metric, or with a score of nothing, has no say."""
    parts = [each.values.get(metric.name) for each in outcomes]
    amount = np.array([part.amount if part else 0.0 for part in parts], np.float64)
    of = np.array([part.of if part else 0.0 for part in parts], np.float64)
    if metric.aggregate == "macro":
        amount = np.divide(amount, of, out=np.zeros_like(amount), where=of != 0)
        of = (of != 0).astype(np.float64)
    return Column(amount, of, metric.aggregate == "macro")


def numbered(names: Sequence[str]) -> Integers:
    """Return a number for each name, counted from 0, the same for the same name."""
    number = {name: at for at, name in enumerate(dict.fromkeys(names))}
    return np.array([number[name] for name in names], np.int64)


def speaking(columns: Sequence[Column]) -> NDArray[np.bool_]:
    """Return which questions have a say in any column."""
    return np.logical_or.reduce([each.of != 0 for each in columns])


def level(corpora: int) -> Level:
    """Return what is drawn when there are this many repositories."""
    return Level.QUESTIONS if corpora == 1 else Level.BOTH if corpora < FEW else Level.CORPORA


def resample(corpora: Integers, columns: Sequence[Column], *, resamples: int = RESAMPLES, seed: int = SEED) -> Floats:
    """Return the figure of each column in each resample, shape (resamples, columns); NaN where a resample leaves it undefined.

    ``corpora`` is each question's repository, counted from 0. All columns see the same draws, so differences between them are paired.
    A question that has no say in any of them is not drawn, nor is a repository of such questions.
    """
    said = speaking(columns)
    columns = [Column(each.amount[said], each.of[said], each.macro) for each in columns]
    corpora = np.unique(corpora[said], return_inverse=True)[1]
    count = int(corpora.max()) + 1 if corpora.size else 0
    if not count:
        return np.full((resamples, len(columns)), np.nan)
    random = np.random.default_rng(seed)
    chosen = random.integers(count, size=(resamples, count))
    above = np.zeros((resamples, len(columns)))
    below = np.zeros((resamples, len(columns)))
    stacked = np.column_stack([part for each in columns for part in (each.amount, each.of)])
    for corpus in range(count):
        of_resample = np.nonzero(chosen == corpus)[0]
        rows = stacked[corpora == corpus]
        for slots, sums in _sums(of_resample, rows, random, whole=level(count) is Level.CORPORA):
            for at, each in enumerate(columns):
                amount, of = sums[:, 2 * at], sums[:, 2 * at + 1]
                if each.macro:
                    amount = np.divide(amount, of, out=np.zeros_like(amount), where=of != 0)
                    of = (of != 0).astype(np.float64)
                above[:, at] += np.bincount(slots, amount, resamples)
                below[:, at] += np.bincount(slots, of, resamples)
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below != 0)


def _sums(slots: Integers, rows: Floats, random: np.random.Generator, *, whole: bool) -> Iterator[tuple[Integers, Floats]]:
    """Yield, for the times one repository was drawn, the resamples they are in and the sums over its questions, drawn or ``whole``."""
    questions = len(rows)
    if whole or questions == 1:
        yield slots, np.broadcast_to(rows.sum(axis=0), (len(slots), rows.shape[1]))
        return
    step = max(_BLOCK // questions, 1)
    for first in range(0, len(slots), step):
        block = slots[first : first + step]
        drawn = random.integers(questions, size=(len(block), questions))
        flat = drawn + np.arange(len(block))[:, None] * questions
        times = np.bincount(flat.ravel(), minlength=len(block) * questions).reshape(len(block), questions)
        yield block, times.astype(np.float64) @ rows


def figure_interval(outcomes: Sequence[Outcome], metric: Metric, *, resamples: int = RESAMPLES) -> Interval | None:
    """Return the interval of one figure over questions; none when no question has a say."""
    corpora = numbered([each.corpus for each in outcomes])
    return interval(resample(corpora, [column(outcomes, metric)], resamples=resamples)[:, 0])


def auroc_interval(sure: Sequence[Confidences], *, resamples: int = AUROC_RESAMPLES, seed: int = SEED) -> Interval | None:
    """Return the interval of the AUROC over all repositories' answers; none when no resample has answers of both sorts.

    What is drawn is as in ``resample``. The level to which ``p`` belongs is .5, at which confidence says nothing.
    """
    sure = [each for each in sure if each.own or each.other]
    random = np.random.default_rng(seed)
    whole = level(len(sure)) is Level.CORPORA
    samples = np.full(resamples if sure else 0, np.nan)
    for at in range(len(samples)):
        drawn = _redrawn(sure, random)
        own = [value for each in drawn for value in (each.own if whole else _redrawn(each.own, random))]
        other = [value for each in drawn for value in (each.other if whole else _redrawn(each.other, random))]
        found = auroc(own, other)
        samples[at] = np.nan if found is None else found - _CHANCE
    got = interval(samples)
    return Interval(got.low + _CHANCE, got.high + _CHANCE, got.p, got.resamples) if got else None


def _redrawn(values: Sequence[T], random: np.random.Generator) -> list[T]:
    chosen: list[int] = random.integers(len(values), size=len(values)).tolist() if values else []
    return [values[each] for each in chosen]


def interval(samples: Floats) -> Interval | None:
    """Return the interval of resampled figures or differences; none when no resample has one."""
    defined = samples[~np.isnan(samples)]
    if not defined.size:
        return None
    defined = np.where(np.abs(defined) < _ZERO, 0.0, defined)
    low, high = np.quantile(defined, (0.025, 0.975))
    # The value that was measured counts as one more resample, so p is never 0 (Davison and Hinkley, §4.2).
    tail = min(int((defined <= 0).sum()), int((defined >= 0).sum()))
    return Interval(float(low), float(high), min(1.0, 2 * (tail + 1) / (defined.size + 1)), int(defined.size))
