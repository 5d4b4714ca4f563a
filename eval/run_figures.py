"""The figures of a record, for a terminal and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from eval.bootstrap import auroc_interval
from eval.figures import GROUPS, Figure, Latency, abstention, cold, cost, figure, groups, named_percentiles, warm
from eval.record import Record, SystemRun

_LISTED = 12
"""Groups with more names than this are left to the record and the report."""


def figures_of(record: Record, run: SystemRun) -> dict[str, Any]:
    """Return all figures of a system: each metric overall and by group, times, and what was not measured."""
    overall = {metric.name: figure(run.outcomes, metric) for metric in record.metrics}
    spent, first, later = cost(run), cold(run), warm(run)
    bounds = auroc_interval(list(run.confidence.values()))
    return {
        "system": run.name,
        "version": run.version,
        "options": dict(run.options),
        "questions": len(run.outcomes),
        "figures": {
            name: {"value": got.value, "by_question": got.micro, "questions": got.questions} for name, got in overall.items() if got
        },
        "groups": {
            by: {
                name: {metric.name: got.value for metric in record.metrics if (got := figure(outcomes, metric)) is not None}
                for name, outcomes in groups(run.outcomes, by).items()
            }
            for by in GROUPS
        },
        "warm_ms": named_percentiles(later.percentiles) if later else {},
        "cold_ms": named_percentiles(first.percentiles) if first else {},
        "index": {"seconds": spent.seconds, "peak_bytes": spent.peak_bytes, "files": spent.files, "chunks": spent.chunks} if spent else {},
        "abstention_auroc": abstention(run),
        "abstention_interval": [bounds.low, bounds.high] if bounds else None,
        "abstention_answers": {
            "own": sum(len(each.own) for each in run.confidence.values()),
            "other": sum(len(each.other) for each in run.confidence.values()),
        },
        "seconds": dict(run.seconds),
        "missing": dict(run.missing),
    }


def lines_of(record: Record) -> Iterator[str]:
    """Yield the figures as lines of text: one row a metric, one column a system, then groups, times and what is missing."""
    systems = record.systems
    yield f"{record.set.name} ({record.set.kind}, {record.set.questions:,} questions)"
    yield f"{'':<24}" + "".join(f"{each.name:>16}" for each in systems)
    several = len({each.corpus for run in systems for each in run.outcomes}) > 1
    for metric in record.metrics:
        cell = _both if several and metric.aggregate == "macro" else _cell
        yield f"{metric.name:<24}" + "".join(cell(figure(each.outcomes, metric)) for each in systems)
    if several and any(metric.aggregate == "macro" for metric in record.metrics):
        yield "first the mean over repositories of the means of their questions, then the mean over questions"
    yield from _groups(record)
    yield ""
    for label, text in _times(systems):
        yield f"{label:<24}" + "".join(f"{each:>16}" for each in text)
    for each in systems:
        for name, reason in each.missing.items():
            yield f"NOT MEASURED by {each.name}: {name}: {reason}"


def _cell(got: Figure | None) -> str:
    return f"{'-':>16}" if got is None else f"{got.value:>16.4f}"


def _both(got: Figure | None) -> str:
    return f"{'-':>16}" if got is None else f"{f'{got.value:.4f} {got.micro:.4f}':>16}"


def _groups(record: Record) -> Iterator[str]:
    headline = record.metrics[0]
    for by in GROUPS:
        parted = [groups(each.outcomes, by) for each in record.systems]
        names = list(dict.fromkeys(name for each in parted for name in each))
        if 1 < len(names) <= _LISTED:
            yield ""
            for name in names:
                label = f"{by} {name}"
                yield f"{label:<24}" + "".join(_cell(figure(each.get(name, []), headline)) for each in parted) + f"  {headline.name}"


def _times(systems: tuple[SystemRun, ...]) -> Iterator[tuple[str, list[str]]]:
    yield "warm p50 / p95, ms", [_pair(warm(run)) for run in systems]
    yield "cold p50 / p95, ms", [_pair(cold(run)) for run in systems]
    spent = [cost(run) for run in systems]
    yield "indexing, s", ["-" if each is None else f"{each.seconds:.2f}" for each in spent]
    yield "peak memory, MB", [f"{each.peak_bytes / 1e6:.0f}" if each is not None and each.peak_bytes else "-" for each in spent]
    yield "abstention AUROC", [_sure(run) for run in systems]
    yield "harness / system time", [f"{_overhead(run):.1%}" if run.seconds.get("system") else "-" for run in systems]


def _sure(run: SystemRun) -> str:
    """Return the AUROC with its 95 % interval."""
    found, bounds = abstention(run), auroc_interval(list(run.confidence.values()))
    return "-" if found is None else f"{found:.3f}" if bounds is None else f"{found:.3f} {bounds.low:.2f}-{bounds.high:.2f}"


def _overhead(run: SystemRun) -> float:
    return run.seconds["harness"] / run.seconds["system"]


def _pair(times: Latency | None) -> str:
    return "-" if times is None else f"{times.percentiles[0.5]:.2f} / {times.percentiles[0.95]:.2f}"
