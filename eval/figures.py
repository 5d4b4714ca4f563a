"""From what each question scored to the figures of a system: overall, by group, and what they cost in time, memory and tokens."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from eval.metrics import percentile, shows
from eval.model import Outcome, Part
from eval.record import Metric, SystemRun

GROUPS: Mapping[str, Callable[[Outcome], str]] = {
    "category": lambda each: each.category,
    "kind": lambda each: each.kind,
    "language": lambda each: each.language,
    "corpus": lambda each: each.corpus,
}
SHARES = (0.5, 0.9, 0.95, 0.99)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and what it was made of. ``micro`` weighs questions equally, whatever their repository; for a ratio it is the same."""

    value: float
    micro: float
    questions: int
    corpora: int


@dataclass(frozen=True, slots=True)
class Latency:
    """Times of single answers in milliseconds. ``percentiles`` is by share, nearest rank."""

    count: int
    percentiles: Mapping[float, float]
    slowest: float


@dataclass(frozen=True, slots=True)
class Cost:
    """What indexing the corpora cost: times and bytes as sums, ``peak_bytes`` of the largest; 0 where it was not seen."""

    corpora: int
    seconds: float
    cpu_seconds: float
    files: int
    chunks: int
    index_bytes: int
    peak_bytes: int


def score(part: Part | None) -> float | None:
    """Return what one question scored; none where it has no say: without the metric, or nothing out of nothing."""
    return None if part is None or not part.of else part.amount / part.of


def figure(outcomes: Sequence[Outcome], metric: Metric) -> Figure | None:
    """Return a metric over questions; none when no question has a say."""
    parts = [(each.corpus, part) for each in outcomes if (part := each.values.get(metric.name)) is not None and part.of]
    if not parts:
        return None
    of_corpus: dict[str, list[Part]] = defaultdict(list)
    for corpus, part in parts:
        of_corpus[corpus].append(part)
    if metric.aggregate == "macro":
        value = fmean(fmean(part.amount / part.of for part in of) for of in of_corpus.values())
        micro = fmean(part.amount / part.of for _, part in parts)
    else:
        value = micro = sum(part.amount for _, part in parts) / sum(part.of for _, part in parts)
    return Figure(value, micro, len(parts), len(of_corpus))


def groups(outcomes: Sequence[Outcome], by: str) -> dict[str, list[Outcome]]:
    """Return the questions of each category, kind, language or corpus, by name; those that name none are left out."""
    found: dict[str, list[Outcome]] = defaultdict(list)
    for each in outcomes:
        if name := GROUPS[by](each):
            found[name].append(each)
    return dict(sorted(found.items()))


def latency(milliseconds: Sequence[float]) -> Latency | None:
    """Return percentiles of the times that were measured; none for none. A time of 0 was not measured."""
    measured = [each for each in milliseconds if each > 0]
    return Latency(len(measured), {share: percentile(measured, share) for share in SHARES}, max(measured)) if measured else None


def named_percentiles(percentiles: Mapping[float, float]) -> dict[str, float]:
    """Return percentiles under the names they have in JSON, such as ``p50``."""
    return {f"p{share * 100:g}": value for share, value in percentiles.items()}


def warm(run: SystemRun) -> Latency | None:
    """Return the times of answers from an open index."""
    return latency([each.milliseconds for each in run.outcomes])


def cold(run: SystemRun) -> Latency | None:
    """Return the times of first answers, opening the index included: one a corpus."""
    return latency([each.cold_ms for each in run.costs])


def cost(run: SystemRun) -> Cost | None:
    """Return what indexing cost; none when nothing was indexed."""
    if not run.costs:
        return None
    return Cost(
        len(run.costs),
        sum(each.seconds for each in run.costs),
        sum(each.cpu_seconds for each in run.costs),
        sum(each.files for each in run.costs),
        sum(each.chunks for each in run.costs),
        sum(each.index_bytes for each in run.costs),
        max(each.peak_bytes for each in run.costs),
    )


def auroc(own: Sequence[float], other: Sequence[float]) -> float | None:
    """Return how often an answer about the corpus is surer than one to a foreign question, a tie counting half; none without both.

    That is the area under the ROC curve: the Mann-Whitney U of the ranks over the number of pairs (Hanley and McNeil, 1982).
    """
    if not own or not other:
        return None
    values = np.array([*own, *other], np.float64)
    _, place, times = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(times) - (times - 1) / 2)[place]
    above = ranks[: len(own)].sum() - len(own) * (len(own) + 1) / 2
    return float(above / (len(own) * len(other)))


def abstention(run: SystemRun) -> float | None:
    """Return how well confidence tells questions about a corpus from foreign ones, 0.5 being not at all."""
    sure = run.confidence.values()
    return auroc([each for one in sure for each in one.own], [each for one in sure for each in one.other])


def first_rank(outcome: Outcome) -> int:
    """Return the place of the first row that shows a target, counted from 1; 0 when none does."""
    return next((at for at, row in enumerate(outcome.found, start=1) if any(shows(row, each) for each in outcome.targets)), 0)
