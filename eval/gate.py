"""Whether a new record may replace the one it is held to.

Two questions are asked of every figure, because they need different answers:

* *Would it be worse on other repositories?* Then the whole 95 % interval of the paired difference lies below ``-tolerance``. A large set
  answers that. A small one cannot: with three repositories hardly any loss is significant.
* *Is it worse here?* The same code gives the same answers on a pinned set, so a drop is no noise, it is a change that somebody made. It
  fails when it exceeds ``drop``, however wide the interval. One question of n that goes from right to wrong costs 1/n of a mean over
  questions, so ``drop`` says how many a change may cost.

Times of two machines cannot be compared, nor those of two days on one. So latency is held as a ratio to a peer that answered the same
questions in the same run, and the new ratio to the old one. Resampling would not see what disturbs it, which is the machine; a tolerance
must cover that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from eval.compare import Comparison, Difference, Moved, Side, compare, pick
from eval.figures import SHARES
from eval.metrics import percentile
from ingest.errors import QueryError

LATENCY_SHARES = (SHARES[0], SHARES[2])


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a new record may lose.

    ``tolerance`` and ``drop`` are in the metric's own unit. Where less is better there is no full mark, so there they are shares of the
    baseline's figure.
    """

    tolerance: float = 0.0
    drop: float = 0.02
    latency: float = 1.5
    """The new latency ratio over the old one."""
    against: str = ""
    """The peer of the latency ratio; empty leaves latency out."""
    metrics: tuple[str, ...] = ()
    """The metrics that are held; all of the record's when empty."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One bound that was missed. ``kind`` is missing, significant, drop or latency."""

    kind: str
    metric: str
    message: str


@dataclass(frozen=True, slots=True)
class Ratio:
    """How much slower than its peer a system is at one share of the questions, in the baseline and now."""

    share: float
    before: float
    after: float
    questions: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was looked at and what failed. ``checked`` says it in words, so that a pass cannot be an empty one."""

    failures: tuple[Failure, ...]
    checked: tuple[str, ...]
    ratios: tuple[Ratio, ...]
    lost: tuple[Moved, ...]
    notes: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Nothing failed."""
        return not self.failures


def judge(baseline: Side, new: Side, bounds: Bounds) -> Verdict:
    """Hold a new run to a baseline. Raises ``QueryError`` for a metric neither has, or when nothing can be compared."""
    failures = _missing(baseline, new)
    found = compare(baseline, new, by_group=False)
    held = _held(baseline, found, bounds)
    higher = {each.name: each.higher_is_better for each in baseline.record.metrics}
    for each in held:
        failures += _losses(each, found, bounds, higher_is_better=higher[each.metric])
    checked = [_checked(each) for each in held]
    ratios: list[Ratio] = []
    if bounds.against:
        ratios = _ratios(baseline, new, bounds.against)
        failures += _slower(ratios, new.run.name, bounds)
        checked += [_said(each, new.run.name, bounds.against) for each in ratios]
    return Verdict(tuple(failures), tuple(checked), tuple(ratios), found.lost, found.notes)


def _missing(baseline: Side, new: Side) -> list[Failure]:
    """Return what the baseline was asked and the new record was not: a gate that asks less proves less."""
    failures: list[Failure] = []
    old, now = baseline.record.set.digest, new.record.set.digest
    if old != now:
        said = f"the set changed ({old} is now {now}), so its figures mean something else; make a new baseline"
        failures.append(Failure("missing", "", said))
    for corpus, why in sorted(new.run.missing.items()):
        if corpus not in baseline.run.missing:
            failures.append(Failure("missing", "", f"{corpus} was not measured: {why}"))
    answered = {(each.corpus, each.question_id) for each in new.run.outcomes}
    gone = [each.question_id for each in baseline.run.outcomes if (each.corpus, each.question_id) not in answered]
    if gone:
        failures.append(Failure("missing", "", f"{len(gone)} questions of the baseline were not answered: {_some(gone)}"))
    theirs = {each.name: each for each in new.record.metrics}
    odd = [each.name for each in baseline.record.metrics if theirs.get(each.name) != each]
    return failures + [Failure("missing", name, f"{name} is not in the new record, or is made in another way") for name in odd]


def _some(names: Sequence[str], shown: int = 5) -> str:
    return ", ".join(names[:shown]) + (f" and {len(names) - shown} more" if len(names) > shown else "")


def _held(baseline: Side, found: Comparison, bounds: Bounds) -> list[Difference]:
    known = {each.name for each in baseline.record.metrics}
    if unknown := [name for name in bounds.metrics if name not in known]:
        raise QueryError(f"{baseline.label} has no metric {', '.join(unknown)}; it has {', '.join(sorted(known))}")
    return [each for each in found.overall() if not bounds.metrics or each.metric in bounds.metrics]


def _losses(each: Difference, found: Comparison, bounds: Bounds, *, higher_is_better: bool) -> list[Failure]:
    """Return the bounds one figure misses, the stronger statement first."""
    scale = 1.0 if higher_is_better else abs(each.before)
    loss = -each.change if higher_is_better else each.change
    lost = f"{each.metric} fell" if higher_is_better else f"{each.metric} rose"
    said = f"{lost} by {loss:.4f} ({each.before:.4f} to {each.after:.4f})"
    queries = f"; questions lost {each.losses}, won {each.wins}{_which(each, found)}"
    failures: list[Failure] = []
    if each.interval:
        least = -each.interval.high if higher_is_better else each.interval.low
        if least > bounds.tolerance * scale:
            bound = f"95 % interval of the loss from {least:.4f}, p {each.interval.p:.4f}, allowed {bounds.tolerance * scale:.4f}"
            failures.append(Failure("significant", each.metric, f"{said}: significant, {bound}{queries}"))
    if not failures and loss > bounds.drop * scale + 1e-12:
        failures.append(Failure("drop", each.metric, f"{said}: allowed {bounds.drop * scale:.4f}{queries}"))
    return failures


def _which(each: Difference, found: Comparison) -> str:
    named = [row.question_id for row in found.lost]
    return f"; most lost: {_some(named)}" if named and each.metric == found.headline else ""


def _checked(each: Difference) -> str:
    bounds = f", 95 % interval {each.interval.low:+.4f} … {each.interval.high:+.4f}" if each.interval else ""
    counts = f"{each.questions} questions, {each.corpora} repositories"
    return f"{each.metric} {each.before:.4f} → {each.after:.4f} ({each.change:+.4f}{bounds}), {counts}"


def _ratios(baseline: Side, new: Side, against: str) -> list[Ratio]:
    """Return the latency ratios over the questions that both systems answered in both records."""
    sides = [(side, pick(side.record, against, side.file)) for side in (baseline, new)]
    times = [
        {(each.corpus, each.question_id): each.milliseconds for each in run.run.outcomes if each.milliseconds > 0}
        for pair in sides
        for run in pair
    ]
    shared = [key for key in times[0] if all(key in each for each in times)]
    if not shared:
        raise QueryError(f"no question has a time of {new.run.name} and of {against} in both records, so their ratio is not known")
    at = {share: [percentile([each[key] for key in shared], share) for each in times] for share in LATENCY_SHARES}
    return [Ratio(share, old / old_peer, now / now_peer, len(shared)) for share, (old, old_peer, now, now_peer) in at.items()]


def _slower(ratios: Sequence[Ratio], name: str, bounds: Bounds) -> list[Failure]:
    failures: list[Failure] = []
    for each in ratios:
        grown = each.after / each.before
        if grown > bounds.latency:
            said = f"{_said(each, name, bounds.against)}: {grown:.2f} times, allowed {bounds.latency:g}"
            failures.append(Failure("latency", f"p{each.share * 100:g}", said))
    return failures


def _said(each: Ratio, name: str, against: str) -> str:
    return f"latency p{each.share * 100:g} of {name} over {against} {each.before:.3f} → {each.after:.3f}, {each.questions} questions"


def document(verdict: Verdict) -> Mapping[str, Any]:
    """Return a verdict as JSON values."""
    return {"passed": verdict.passed, **asdict(verdict)}
