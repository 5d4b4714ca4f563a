"""Two runs of one set, question by question: what changed, how sure that is, and which queries it came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from eval.bootstrap import RESAMPLES, Floats, Interval, Level, column, interval, level, numbered, resample, speaking
from eval.figures import GROUPS, Cost, Figure, Latency, abstention, cold, cost, figure, first_rank, groups, named_percentiles, score, warm
from eval.model import Outcome
from eval.record import Metric, Record, SystemRun
from ingest.errors import QueryError

OVERALL = "overall"
QUERIES = 10
"""Most won and most lost queries that are kept."""
_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Side:
    """One system's run, and the record it is in."""

    record: Record
    run: SystemRun
    file: str = ""

    @property
    def label(self) -> str:
        """System, version and file, as far as they are known."""
        return " ".join(each for each in (self.run.name, self.run.version, f"({self.file})" if self.file else "") if each)


@dataclass(frozen=True, slots=True)
class Pair:
    """One question as both answered it."""

    before: Outcome
    after: Outcome


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure before and after. ``change`` is after - before; wins and losses say what is better, whichever way the metric counts."""

    metric: str
    group: str
    """``overall``, or the name of a grouping."""
    name: str
    """Of the group; empty overall."""
    before: float
    after: float
    change: float
    interval: Interval | None
    wins: int
    losses: int
    ties: int
    questions: int
    corpora: int
    level: Level


@dataclass(frozen=True, slots=True)
class Moved:
    """A query that one of them answered better.

    A rank is that of the first row that shows a target, 0 for none; None where the record was written without rows.
    """

    question_id: str
    corpus: str
    query: str
    before: float
    after: float
    rank_before: int | None
    rank_after: int | None
    instead: str
    """The first row of the worse answer."""

    @property
    def ranks(self) -> str:
        """Both ranks as text; empty where neither is known."""
        before, after = ("?" if each is None else str(each or "–") for each in (self.rank_before, self.rank_after))
        return "" if before == after == "?" else f"rank {before} → {after}"


@dataclass(frozen=True, slots=True)
class Spent:
    """What one side cost. Times of two machines, or of two moments of one, cannot be compared closer than by a factor."""

    warm: Latency | None
    cold: Latency | None
    cost: Cost | None
    auroc: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything about two runs. ``notes`` are reasons not to take the numbers as they stand."""

    before: str
    after: str
    headline: str
    """The metric by which queries are won and lost."""
    differences: tuple[Difference, ...]
    won: tuple[Moved, ...]
    lost: tuple[Moved, ...]
    paired: int
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    spent_before: Spent
    spent_after: Spent
    notes: tuple[str, ...]
    resamples: int = RESAMPLES

    def overall(self) -> tuple[Difference, ...]:
        """Return the differences over all questions."""
        return tuple(each for each in self.differences if each.group == OVERALL)


def pick(record: Record, name: str, file: str) -> Side:
    """Return a system's run by name. Raises ``QueryError`` when the record has no such run."""
    for run in record.systems:
        if run.name == name:
            return Side(record, run, file)
    raise QueryError(f"{file} has no run of {name!r}; it has {', '.join(each.name for each in record.systems) or 'none'}")


def pick_pair(before: Record, after: Record, system: str, files: tuple[str, str]) -> tuple[Side, Side]:
    """Return the two runs that ``system`` names: a name both have, ``A=NAME,B=NAME``, or nothing when only one name is in both.

    Raises ``QueryError`` when the name is wrong, missing or stands for two.
    """
    if "=" in system:
        names = {side: name for side, _, name in (part.partition("=") for part in system.split(","))}
        if set(names) != {"A", "B"}:
            raise QueryError(f"--system {system!r} is not NAME and not A=NAME,B=NAME, A for the first record and B for the second")
        return pick(before, names["A"], files[0]), pick(after, names["B"], files[1])
    system = system or _shared(before, after, files)
    return pick(before, system, files[0]), pick(after, system, files[1])


def _shared(before: Record, after: Record, files: tuple[str, str]) -> str:
    first, second = ([run.name for run in each.systems] for each in (before, after))
    shared = [name for name in first if name in second]
    if "codelore" in shared or len(shared) == 1:
        return "codelore" if "codelore" in shared else shared[0]
    known = f"{files[0]} has {', '.join(first) or 'none'}, {files[1]} has {', '.join(second) or 'none'}"
    raise QueryError(f"which systems are to be compared? Say --system NAME or --system A=NAME,B=NAME; {known}")


def pairs(before: Sequence[Outcome], after: Sequence[Outcome]) -> tuple[list[Pair], list[str], list[str]]:
    """Return questions both answered, by id and corpus in the order of the first, and the ids only the first and only the second has."""
    second = {(each.corpus, each.question_id): each for each in after}
    first = {(each.corpus, each.question_id) for each in before}
    found = [Pair(each, second[key]) for each in before if (key := (each.corpus, each.question_id)) in second]
    alone = [each.question_id for each in before if (each.corpus, each.question_id) not in second]
    return found, alone, [each.question_id for each in after if (each.corpus, each.question_id) not in first]


def compare(before: Side, after: Side, *, by_group: bool = True, resamples: int = RESAMPLES) -> Comparison:
    """Compare two runs over the questions both answered. Raises ``QueryError`` when they share no question or no metric."""
    found, only_before, only_after = pairs(before.run.outcomes, after.run.outcomes)
    theirs = {each.name: each for each in after.record.metrics}
    metrics = [each for each in before.record.metrics if theirs.get(each.name) == each]
    if not found or not metrics:
        what = "question" if not found else "metric"
        raise QueryError(f"{before.label} and {after.label} share no {what}; compare two runs of one set")
    differences = _differences(found, metrics, OVERALL, "", resamples)
    if by_group:
        for by in GROUPS:
            differences += _by_group(found, metrics, by, resamples)
    won, lost = _moved(found, metrics[0], kept=(_keeps_rows(before.run), _keeps_rows(after.run)))
    return Comparison(
        before.label,
        after.label,
        metrics[0].name,
        tuple(differences),
        won,
        lost,
        len(found),
        tuple(only_before),
        tuple(only_after),
        _spent(before.run),
        _spent(after.run),
        _notes(before, after),
        resamples,
    )


def _by_group(found: Sequence[Pair], metrics: Sequence[Metric], by: str, resamples: int) -> list[Difference]:
    """Return the differences of each group, when there is more than one."""
    after = {(each.before.corpus, each.before.question_id): each.after for each in found}
    named = groups([each.before for each in found], by)
    if len(named) < 2:
        return []
    return [
        row
        for name, outcomes in named.items()
        for row in _differences([Pair(each, after[each.corpus, each.question_id]) for each in outcomes], metrics, by, name, resamples)
    ]


def _differences(found: Sequence[Pair], metrics: Sequence[Metric], group: str, name: str, resamples: int) -> list[Difference]:
    judged = {metric: _judged(found, metric) for metric in metrics}
    columns = {metric: [column(side, metric) for side in sides] for metric, sides in judged.items()}
    corpora = numbered([each.before.corpus for each in found])
    together: dict[bytes, list[Metric]] = {}
    for metric in metrics:  # measures of the same questions share their draws, which are most of the time
        together.setdefault(speaking(columns[metric]).tobytes(), []).append(metric)
    samples: dict[Metric, Floats] = {}
    for same in together.values():
        drawn = resample(corpora, [each for metric in same for each in columns[metric]], resamples=resamples)
        samples |= {metric: drawn[:, 2 * at + 1] - drawn[:, 2 * at] for at, metric in enumerate(same)}
    rows: list[Difference] = []
    for metric, (before, after) in judged.items():
        first, second = figure(before, metric), figure(after, metric)
        if first is None or second is None:
            continue
        change, bounds = second.value - first.value, interval(samples[metric])
        counts = (*_tally(before, after, metric), *_counted(first, second))
        among = len(set(corpora[speaking(columns[metric])].tolist()))
        rows.append(Difference(metric.name, group, name, first.value, second.value, change, bounds, *counts, level(among)))
    return rows


def _counted(first: Figure, second: Figure) -> tuple[int, int]:
    return max(first.questions, second.questions), max(first.corpora, second.corpora)


def _judged(found: Sequence[Pair], metric: Metric) -> tuple[list[Outcome], list[Outcome]]:
    """Return both sides with one outcome a question; one that a side was not judged on by this metric loses its say on the other."""
    both = [_both(each, metric) for each in found]
    before = [each.before if kept else _mute(each.before) for each, kept in zip(found, both, strict=True)]
    after = [each.after if kept else _mute(each.after) for each, kept in zip(found, both, strict=True)]
    return before, after


def _both(pair: Pair, metric: Metric) -> bool:
    """Say whether both sides count: a mean needs a score of each, while in a ratio nothing out of nothing is a part like any other."""
    parts = [each.values.get(metric.name) for each in (pair.before, pair.after)]
    return all(part is not None and (part.of or metric.aggregate != "macro") for part in parts)


def _mute(outcome: Outcome) -> Outcome:
    return Outcome(outcome.question_id, outcome.corpus, {})


def _tally(before: Sequence[Outcome], after: Sequence[Outcome], metric: Metric) -> tuple[int, int, int]:
    """Return how many questions the second wins, loses and ties."""
    gains = [_gain(first, second, metric) for first, second in zip(before, after, strict=True)]
    known = [each for each in gains if each is not None]
    wins, losses = sum(each > _SAME for each in known), sum(each < -_SAME for each in known)
    return wins, losses, len(known) - wins - losses


def _gain(before: Outcome, after: Outcome, metric: Metric) -> float | None:
    """Return by how much the second is better on one question; none when either has no score."""
    first, second = score(before.values.get(metric.name)), score(after.values.get(metric.name))
    if first is None or second is None:
        return None
    return second - first if metric.higher_is_better else first - second


def _keeps_rows(run: SystemRun) -> bool:
    return any(each.found for each in run.outcomes)


def _moved(found: Sequence[Pair], metric: Metric, kept: tuple[bool, bool]) -> tuple[tuple[Moved, ...], tuple[Moved, ...]]:
    """Return the queries won and lost by most, most first. ``kept``: whether the record of each side has rows."""
    gains = [(gain, each) for each in found if (gain := _gain(each.before, each.after, metric)) is not None]
    ordered = sorted(gains, key=lambda row: (-row[0], row[1].before.question_id))
    won = [_row(each, metric, kept, worse=each.before) for gain, each in ordered[:QUERIES] if gain > _SAME]
    lost = [_row(each, metric, kept, worse=each.after) for gain, each in ordered[::-1][:QUERIES] if gain < -_SAME]
    return tuple(won), tuple(lost)


def _row(pair: Pair, metric: Metric, kept: tuple[bool, bool], worse: Outcome) -> Moved:
    first = worse.found[0] if worse.found else None
    return Moved(
        pair.before.question_id,
        pair.before.corpus,
        pair.before.query or pair.after.query,
        score(pair.before.values.get(metric.name)) or 0.0,
        score(pair.after.values.get(metric.name)) or 0.0,
        first_rank(pair.before) if kept[0] else None,
        first_rank(pair.after) if kept[1] else None,
        f"{first.path}:{first.start_line}-{first.end_line}" if first else "",
    )


def _spent(run: SystemRun) -> Spent:
    return Spent(warm(run), cold(run), cost(run), abstention(run))


def _notes(before: Side, after: Side) -> tuple[str, ...]:
    notes: list[str] = []
    if before.record.set.digest != after.record.set.digest:
        notes.append(f"the sets differ: {_set(before.record)} and {_set(after.record)}; only questions with the same id are compared")
    if before.record.machine != after.record.machine and _hardware(before.record) != _hardware(after.record):
        notes.append(f"the machines differ: {_hardware(before.record)} and {_hardware(after.record)}; times cannot be compared")
    for side in (before, after):
        notes += [f"{side.label} did not measure {corpus}: {why}" for corpus, why in sorted(side.run.missing.items())]
    first, second = ({each.name: each for each in side.record.metrics} for side in (before, after))
    if odd := sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name)):
        notes.append(f"not in both records, or aggregated in another way: {', '.join(odd)}")
    return tuple(notes)


def _set(record: Record) -> str:
    return f"{record.set.name} {record.set.digest} with {record.set.questions} questions"


def _hardware(record: Record) -> str:
    machine = record.machine
    return f"{machine.processor}, {machine.cores} cores, {machine.memory_bytes / 2**30:.0f} GiB, {machine.system}"


def document(found: Comparison) -> Mapping[str, Any]:
    """Return a comparison as JSON values."""
    whole = asdict(found)
    for key in ("spent_before", "spent_after"):
        for times in ("warm", "cold"):
            if whole[key][times]:
                whole[key][times]["percentiles"] = named_percentiles(whole[key][times]["percentiles"])
    return whole
