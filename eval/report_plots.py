"""The plots of a report, as data."""

from __future__ import annotations

from collections.abc import Sequence

from eval.bootstrap import Interval, figure_interval
from eval.drawings import Cell, Drawing, Series, Shape, Table
from eval.figures import Figure, cost, figure, groups, warm
from eval.metrics import percentile
from eval.record import Metric, SystemRun

Run = tuple[str, SystemRun]
"""A run under the name it has in the report."""

_GROUP_RESAMPLES = 2_000
"""For bars, whose intervals are read off a picture."""
_CURVE = 200
"""Points of a curve at most."""
_TITLES = {"category": "By category", "kind": "By kind of question", "language": "By language", "corpus": "By repository"}


def drawings(key: str, runs: Sequence[Run], metric: Metric, resamples: int) -> tuple[Drawing, ...]:
    """Return every plot there is data for; ``metric`` is the quality that is shown."""
    intervals = [figure_interval(run.outcomes, metric, resamples=resamples) for _, run in runs]
    found = [_quality(key, runs, metric, intervals, by) for by in ("answer", "index")]
    found += [_groups(key, runs, metric, min(resamples, _GROUP_RESAMPLES), by) for by in _TITLES]
    found += [_latencies(key, runs), *_costs(key, runs)]
    return tuple(each for each in found if each)


def _quality(key: str, runs: Sequence[Run], metric: Metric, intervals: Sequence[Interval | None], by: str) -> Drawing | None:
    series: list[Series] = []
    rows: list[tuple[Cell, ...]] = []
    for slot, (label, run) in enumerate(runs):
        speed, got = _speed(run, by), figure(run.outcomes, metric)
        if not speed or got is None:
            continue
        bounds = intervals[slot]
        series.append(Series(label, slot, ((speed, got.value),), ((bounds.low, bounds.high),) if bounds else ()))
        rows.append((Cell(label), Cell(f"{speed:.3g}"), _cell(got, bounds)))
    if not series:
        return None
    title, axis = ("an answer", "median answer, ms") if by == "answer" else ("indexing", "indexing all repositories, s")
    alt = f"{metric.name} against the time of {title}. " + " ".join(
        f"{each.name}: {each.points[0][1]:.3f} at {each.points[0][0]:.3g}." for each in series
    )
    table = Table("", ("system", axis, metric.name), tuple(rows))
    title = f"{metric.name} against the time of {title}"
    return Drawing(f"{key}-quality-{by}", Shape.SCATTER, title, alt, axis, tuple(series), table, log_x=True)


def _speed(run: SystemRun, by: str) -> float:
    if by == "answer":
        times = warm(run)
        return times.percentiles[0.5] if times else 0.0
    spent = cost(run)
    return spent.seconds if spent else 0.0


def _cell(got: Figure | None, bounds: Interval | None) -> Cell:
    if got is None:
        return Cell("–")
    return Cell(f"{got.value:.3f}", f"[{bounds.low:.3f}, {bounds.high:.3f}]" if bounds else "")


def _groups(key: str, runs: Sequence[Run], metric: Metric, resamples: int, by: str) -> Drawing | None:
    parted = [groups(run.outcomes, by) for _, run in runs]
    counts: dict[str, int] = {}
    for part in parted:
        for name, outcomes in part.items():
            counts[name] = max(counts.get(name, 0), len(outcomes))
    if len(counts) < 2:
        return None
    values = [{name: got for name, outcomes in part.items() if (got := figure(outcomes, metric))} for part in parted]
    bounds = [{name: figure_interval(outcomes, metric, resamples=resamples) for name, outcomes in part.items()} for part in parted]
    best = values[0]
    names = sorted(counts, key=lambda name: (-best[name].value if name in best else 1.0, name))
    series = tuple(_bars(label, slot, names, values[slot], bounds[slot]) for slot, (label, _) in enumerate(runs))
    rows = [
        (
            Cell(name),
            Cell(str(counts[name])),
            *(_cell(value.get(name), bound.get(name)) for value, bound in zip(values, bounds, strict=True)),
        )
        for name in names
    ]
    ends = f"{runs[0][0]} is best on {names[0]} and worst on {names[-1]}."
    alt = f"{metric.name} of {len(runs)} systems {_TITLES[by].lower()}, {len(names)} bars each. {ends}"
    labels = tuple(f"{name} ({counts[name]})" for name in names)
    table = Table("", (by, "questions", *(label for label, _ in runs)), tuple(rows))
    return Drawing(f"{key}-{by}", Shape.BARS, _TITLES[by], alt, metric.name, series, table, labels)


def _bars(label: str, slot: int, names: Sequence[str], values: dict[str, Figure], bounds: dict[str, Interval | None]) -> Series:
    points: list[tuple[float, float]] = []
    spans: list[tuple[float, float]] = []
    for at, name in enumerate(names):
        if name in values:
            found = bounds[name]
            points.append((float(at), values[name].value))
            spans.append((found.low, found.high) if found else (values[name].value, values[name].value))
    return Series(label, slot, tuple(points), tuple(spans))


def _latencies(key: str, runs: Sequence[Run]) -> Drawing | None:
    series: list[Series] = []
    halves: list[float] = []
    rows: list[tuple[Cell, ...]] = []
    for slot, (label, run) in enumerate(runs):
        for heat, times in (("warm", [each.milliseconds for each in run.outcomes]), ("cold", [each.cold_ms for each in run.costs])):
            measured = sorted(each for each in times if each > 0)
            if measured:
                series.append(Series(f"{label}, {heat}", slot, _curve(measured), dashed=heat == "cold"))
                halves.append(percentile(measured, 0.5))
                at = [percentile(measured, share) for share in (0.25, 0.5, 0.75, 0.9, 0.95, 0.99)]
                rows.append((Cell(f"{label}, {heat}"), Cell(str(len(measured))), *(Cell(f"{each:.2f}") for each in at)))
    if not series:
        return None
    alt = "Time of an answer by the share of answers that take no longer. " + " ".join(
        f"{each.name}: half within {half:.3g} ms." for each, half in zip(series, halves, strict=True)
    )
    table = Table("", ("milliseconds", "answers", "25 %", "50 %", "75 %", "90 %", "95 %", "99 %"), tuple(rows))
    axis = "share of answers, %"
    return Drawing(f"{key}-latency", Shape.CURVES, "Time of an answer, ms", alt, axis, tuple(series), table, log_y=True)


def _curve(ordered: Sequence[float]) -> tuple[tuple[float, float], ...]:
    """Return the percentile curve; of many values every so many-th and the last, so that the slowest one shows."""
    step = max(len(ordered) // _CURVE, 1)
    places = sorted({*range(0, len(ordered), step), len(ordered) - 1})
    return tuple((100 * (at + 1) / len(ordered), ordered[at]) for at in places)


def _costs(key: str, runs: Sequence[Run]) -> list[Drawing | None]:
    spent = [(label, slot, cost(run)) for slot, (label, run) in enumerate(runs)]
    times = [(label, slot, each.seconds) for label, slot, each in spent if each]
    memory = [(label, slot, each.peak_bytes / 2**20) for label, slot, each in spent if each and each.peak_bytes]
    return [_single(f"{key}-index", "Indexing all repositories", "s", times), _single(f"{key}-memory", "Peak memory", "MiB", memory)]


def _single(key: str, title: str, unit: str, values: Sequence[tuple[str, int, float]]) -> Drawing | None:
    if not values:
        return None
    series = tuple(Series(label, slot, ((0.0, value),)) for label, slot, value in values)
    alt = f"{title}, {unit}. " + " ".join(f"{label}: {value:,.1f}." for label, _, value in values)
    table = Table("", ("system", unit), tuple((Cell(label), Cell(f"{value:,.1f}")) for label, _, value in values))
    return Drawing(key, Shape.BARS, f"{title}, {unit}", alt, "", series, table, ("",))
