"""The queries a system answered worst: what came instead of the answer, and which signals put it there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.figures import first_rank, score
from eval.metrics import shows
from eval.model import Found, Outcome, Target
from eval.record import Metric, SystemRun

ROWS = 10
_SIGNALS = 6
_ABOVE = 2


@dataclass(frozen=True, slots=True)
class Signal:
    """One number a row was ranked by. ``above``: by this one it exceeds the best row that shows a target the most."""

    name: str
    value: float
    above: bool


@dataclass(frozen=True, slots=True)
class Came:
    """One row of the answer; ``gold`` when it shows a target. The best gold row is there whatever its rank."""

    rank: int
    place: str
    score: float
    gold: bool
    signals: tuple[Signal, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A target, and the rank at which it came; 0 for not at all."""

    place: str
    rank: int
    secondary: bool


@dataclass(frozen=True, slots=True)
class Worst:
    """One query that went wrong. ``others`` are what the other systems scored on it."""

    system: str
    question_id: str
    corpus: str
    category: str
    kind: str
    language: str
    query: str
    score: float
    rank: int
    others: tuple[tuple[str, float], ...]
    wanted: tuple[Wanted, ...]
    came: tuple[Came, ...]


def worst(runs: Sequence[tuple[str, SystemRun]], metric: Metric, count: int) -> tuple[Worst, ...]:
    """Return the worst queries of each system, ``count`` at most, worst first; of equals first those that another system answers best.

    A query with full marks is none of them.
    """
    scores = {
        label: {(each.corpus, each.question_id): got for each in run.outcomes if (got := score(each.values.get(metric.name))) is not None}
        for label, run in runs
    }
    found: list[Worst] = []
    for label, run in runs:
        rows = [
            (each, scores[label][key], [(name, of[key]) for name, of in scores.items() if name != label and key in of])
            for each in run.outcomes
            if (key := (each.corpus, each.question_id)) in scores[label]
        ]
        sign = 1 if metric.higher_is_better else -1
        rows.sort(key=lambda row: (sign * row[1], -max((sign * other for _, other in row[2]), default=0.0), row[0].question_id))
        found += [_query(label, each, got, others) for each, got, others in rows[:count] if not _perfect(got, metric)]
    return tuple(found)


def _perfect(got: float, metric: Metric) -> bool:
    return got >= 1 if metric.higher_is_better else got <= 0


def _query(label: str, outcome: Outcome, got: float, others: list[tuple[str, float]]) -> Worst:
    best = first_rank(outcome)
    gold = outcome.found[best - 1] if best else None
    ranks = [*range(1, min(len(outcome.found), ROWS) + 1), *([best] if best > ROWS else [])]
    rows = [(rank, outcome.found[rank - 1]) for rank in ranks]
    came = tuple(
        Came(rank, _place(row.path, row.start_line, row.end_line), row.score, _gold(row, outcome.targets), _signals(row, gold))
        for rank, row in rows
    )
    return Worst(
        *(label, outcome.question_id, outcome.corpus, outcome.category, outcome.kind, outcome.language, outcome.query),
        *(got, best, tuple(others), tuple(_wanted(each, outcome.found) for each in outcome.targets), came),
    )


def _gold(row: Found, targets: Sequence[Target]) -> bool:
    return any(shows(row, each) for each in targets)


def _wanted(target: Target, found: Sequence[Found]) -> Wanted:
    rank = next((at for at, row in enumerate(found, start=1) if shows(row, target)), 0)
    spans = ", ".join(f"{first}-{last}" for first, last in target.spans)
    return Wanted(f"{target.path}:{spans}" if spans else target.path, rank, target.secondary)


def _place(path: str, first: int, last: int) -> str:
    return f"{path}:{first}-{last}"


def _signals(row: Found, gold: Found | None) -> tuple[Signal, ...]:
    """Return the signals that say most: those by which it most exceeds the best gold row, or where there is none, its largest."""
    against: Mapping[str, float] = gold.signals if gold is not None and gold is not row else {}
    excess = {name: value - against.get(name, 0.0) for name, value in row.signals.items() if value}
    ordered = sorted(excess, key=lambda name: (-excess[name] if against else -abs(row.signals[name]), name))[:_SIGNALS]
    return tuple(Signal(name, row.signals[name], bool(against) and at < _ABOVE and excess[name] > 0) for at, name in enumerate(ordered))
