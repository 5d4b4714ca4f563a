"""What a run under load showed: the record, its rows as a table, and the bounds it is held to."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from eval.files import write_whole
from eval.load.driver import Outcome, Plan
from eval.load.edits import Edits
from eval.load.histogram import Histogram, Latency
from eval.load.recorder import ErrorTally, Recorder, Second, Tally
from eval.load.sampling import Sample, growth
from eval.record import Machine
from eval.text import plain

FORMAT = 1
_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class OperationRow:
    """The operations of one kind, or all, that began after the ramp. Latencies are of those that were answered."""

    operation: str
    answered: int
    failed: int
    empty: int
    rows: int
    per_second: float
    """Answers a second."""
    latency: Latency
    """From the moment an operation was due: in the closed model that is when it began."""
    service: Latency
    """From the moment it began."""


@dataclass(frozen=True, slots=True)
class Memory:
    """PSS of the target's processes; all 0 where they could not be seen."""

    first_bytes: int
    peak_bytes: int
    last_bytes: int
    growth_bytes_per_minute: float
    """Over the second half of the run; it means something only while processes stay."""
    samples: tuple[Sample, ...]

    @property
    def steady(self) -> bool:
        """Say whether the same number of processes ran through the second half."""
        return len({each.processes for each in self.samples[len(self.samples) // 2 :]}) == 1


@dataclass(frozen=True, slots=True)
class Subject:
    """What was asked: a target that answers about a repository."""

    target: str
    repository: str
    files: int
    chunks: int
    options: Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a run's figures come from."""

    machine: Machine
    commit: str
    version: str
    started: str


@dataclass(frozen=True, slots=True)
class LoadReport:
    """One run."""

    subject: Subject
    origin: Origin
    plan: Plan
    partial: bool
    """Somebody ended the run before its time."""
    counted_seconds: float
    """What the rates are over: from the end of the ramp to the last answer that counts."""
    overall: OperationRow
    operations: tuple[OperationRow, ...]
    errors: tuple[ErrorTally, ...]
    unstarted: int
    """Operations of the open model that were due and that nobody came to begin: the latencies are then better than the truth."""
    unreturned: int
    """Users whose last operation never came back."""
    memory: Memory
    cpu_seconds: float
    cores_used: float
    cpu_ms_per_operation: float
    seconds: tuple[Second, ...]
    edits: Edits | None
    kind: str = "load"
    format: int = FORMAT


def build_report(
    subject: Subject, origin: Origin, plan: Plan, outcome: Outcome, recorder: Recorder, samples: Sequence[Sample], edits: Edits | None
) -> LoadReport:
    """Gather the figures of a run."""
    tallies = recorder.tallies()
    counted = max(recorder.last_end, min(plan.end, outcome.seconds)) - plan.ramp
    cpu = samples[-1].cpu_seconds
    sizes = [each.memory_bytes for each in samples]
    return LoadReport(
        subject=subject,
        origin=origin,
        plan=plan,
        partial=outcome.interrupted,
        counted_seconds=round(max(counted, 0.0), 3),
        overall=_row("all", list(tallies.values()), counted),
        operations=tuple(_row(kind, [tally], counted) for kind, tally in tallies.items()),
        errors=tuple(recorder.errors()),
        unstarted=outcome.unstarted,
        unreturned=outcome.unreturned,
        memory=Memory(sizes[0], max(sizes), sizes[-1], round(growth(samples)), tuple(samples)),
        cpu_seconds=cpu,
        cores_used=round(cpu / samples[-1].at_seconds, 3),
        cpu_ms_per_operation=round(1000 * cpu / recorder.performed, 3) if recorder.performed else 0.0,
        seconds=tuple(recorder.seconds(outcome.seconds)),
        edits=edits,
    )


def _row(operation: str, tallies: Sequence[Tally], seconds: float) -> OperationRow:
    latency, service = Histogram(), Histogram()
    for tally in tallies:
        latency.merge(tally.latency)
        service.merge(tally.service)
    answered = sum(tally.answered for tally in tallies)
    return OperationRow(
        operation=operation,
        answered=answered,
        failed=sum(tally.failed for tally in tallies),
        empty=sum(tally.empty for tally in tallies),
        rows=sum(tally.rows for tally in tallies),
        per_second=round(answered / seconds, 3) if seconds > 0 else 0.0,
        latency=latency.latency(),
        service=service.latency(),
    )


def missed(report: LoadReport, at_least: float | None) -> list[str]:
    """Return what speaks against a run, in words: failures, a bound on throughput, or that nothing was measured."""
    found: list[str] = []
    if not report.overall.answered:
        found.append("nothing was answered after the ramp")
    if failures := sum(each.count for each in report.errors):
        found.append(f"{failures:,} operations failed")
    if report.unreturned:
        found.append(f"{report.unreturned:,} operations never came back")
    if report.edits and report.edits.problem:
        found.append(report.edits.problem)
    if at_least is not None and report.overall.per_second < at_least:
        found.append(f"{report.overall.per_second:,.1f} answers a second, at least {at_least:,.1f} were wanted")
    return found


def write_report(report: LoadReport, file: Path) -> None:
    """Write the record, so that a reader never sees half of it."""
    write_whole(file, json.dumps(asdict(report), indent=1) + "\n")


def lines(report: LoadReport) -> Iterator[str]:
    """Yield the report as text for people."""
    subject, plan = report.subject, report.plan
    yield f"{subject.repository}: {subject.files:,} files, {subject.chunks:,} chunks; {subject.target}"
    model = f"{plan.rate:g} operations a second, due at fixed moments" if plan.rate else "each asks when it has its answer"
    users = f"{plan.users} user{'s' * (plan.users > 1)}"
    yield f"{users}, {model}; {report.counted_seconds:.1f} s counted after a ramp of {plan.ramp:g} s{' (PARTIAL)' * report.partial}"
    yield ""
    counts, times = ("answers", "failed", "empty", "per s"), ("p50", "p90", "p95", "p99", "max ms")
    yield " ".join((f"{'operation':<14}", *(f"{each:>8}" for each in counts), *(f"{each:>9}" for each in times)))
    for row in (*report.operations, report.overall):
        yield _line(row, row.latency)
    if plan.rate:
        yield _line(report.overall, report.overall.service, "once begun")
    yield ""
    memory = report.memory
    if memory.peak_bytes:
        sizes = " / ".join(f"{each / _MB:,.0f}" for each in (memory.first_bytes, memory.peak_bytes, memory.last_bytes))
        trend = f", {memory.growth_bytes_per_minute / _MB:+,.1f} MB a minute in the second half" if memory.steady else ""
        yield f"memory {sizes} MB at first / at most / at last{trend}"
    yield f"processor {report.cores_used:.2f} cores of {report.origin.machine.cores}, {report.cpu_ms_per_operation:,.2f} ms an operation"
    if report.edits:
        edits = report.edits
        yield f"meanwhile {edits.made:,} edits of {edits.wanted_per_second:g} a second, {edits.generations:,} generations published"
    if report.unstarted:
        yield f"{report.unstarted:,} operations were due and nobody came to begin them: the latencies are better than the truth"
    for error in report.errors:
        first = f"{error.operation} {error.query!r} after {error.at_seconds:.1f} s"
        yield f"{error.count:,} failed with {error.kind}, first {first}: {plain(error.message)}"


def _line(row: OperationRow, latency: Latency, name: str = "") -> str:
    counts = (f"{row.answered:,}", f"{row.failed:,}", f"{row.empty:,}", f"{row.per_second:,.1f}")
    times = (latency.p50_ms, latency.p90_ms, latency.p95_ms, latency.p99_ms, latency.max_ms)
    return " ".join((f"{name or row.operation:<14}", *(f"{each:>8}" for each in counts), *(f"{each:9,.2f}" for each in times)))
