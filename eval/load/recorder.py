"""What is kept of every operation while the load runs, in memory that does not grow with their number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock

from eval.load.histogram import Histogram
from eval.load.mix import Kind, Operation

_MESSAGE = 500


@dataclass(slots=True)
class Tally:
    """The operations of one kind that began after the ramp. Latencies are of those that were answered."""

    answered: int = 0
    empty: int = 0
    failed: int = 0
    rows: int = 0
    latency: Histogram = field(default_factory=Histogram)
    """From the moment an operation was due."""
    service: Histogram = field(default_factory=Histogram)
    """From the moment it began."""


@dataclass(slots=True)
class ErrorTally:
    """Failures of one kind, those during the ramp included, and the first of them."""

    kind: str
    count: int
    operation: str
    query: str
    message: str
    at_seconds: float


@dataclass(frozen=True, slots=True)
class Second:
    """What ended within one second of the run; latencies are of those that were answered."""

    second: int
    answered: int
    failed: int
    p50_ms: float
    p95_ms: float
    max_ms: float


@dataclass(frozen=True, slots=True)
class Timing:
    """When an operation was due, when it began and when it ended, in seconds since the run began."""

    due: float
    begun: float
    ended: float


class Recorder:
    """Takes what users report, from any thread. What was due before ``counted_from`` is warming up."""

    def __init__(self, counted_from: float) -> None:
        self.counted_from = counted_from
        self.last_end = 0.0
        """When the last operation that counts ended."""
        self.performed = 0
        """All operations, those of the ramp included."""
        self._lock = Lock()
        self._tallies: dict[Kind, Tally] = {}
        self._errors: dict[str, ErrorTally] = {}
        self._seconds: list[Second] = []
        self._now, self._ended, self._failed = 0, Histogram(), 0

    def answered(self, operation: Operation, timing: Timing, rows: int) -> None:
        """Take an answer of so many rows."""
        with self._lock:
            self._advance(int(timing.ended))
            self._ended.add((timing.ended - timing.due) * 1000)
            tally = self._tally(operation, timing)
            tally.answered += 1
            tally.empty += not rows
            tally.rows += rows
            tally.latency.add((timing.ended - timing.due) * 1000)
            tally.service.add((timing.ended - timing.begun) * 1000)

    def failed(self, operation: Operation, timing: Timing, error: Exception) -> None:
        """Take a failure; its kind is ``error.kind`` or else the error's class."""
        kind = str(getattr(error, "kind", type(error).__name__))
        with self._lock:
            self._advance(int(timing.ended))
            self._failed += 1
            self._tally(operation, timing).failed += 1
            if kind in self._errors:
                self._errors[kind].count += 1
            else:
                message = " ".join(str(error).split())[-_MESSAGE:]
                self._errors[kind] = ErrorTally(kind, 1, operation.kind, operation.text, message, round(timing.begun, 3))

    def _tally(self, operation: Operation, timing: Timing) -> Tally:
        self.performed += 1
        if timing.due < self.counted_from:
            return Tally()
        self.last_end = max(self.last_end, timing.ended)
        return self._tallies.setdefault(operation.kind, Tally())

    def _advance(self, second: int) -> None:
        """Close the seconds that are over; one in which nothing ended is a row of zeros."""
        while self._now < second:
            ended = self._ended
            self._seconds.append(
                Second(
                    self._now,
                    ended.count,
                    self._failed,
                    *(round(each, 3) for each in (ended.percentile(0.5), ended.percentile(0.95), ended.largest)),
                )
            )
            self._now, self._ended, self._failed = self._now + 1, Histogram(), 0

    def tallies(self) -> Mapping[Kind, Tally]:
        """Return what was counted, by the kind of operation in their fixed order."""
        with self._lock:
            return {kind: self._tallies[kind] for kind in Kind if kind in self._tallies}

    def errors(self) -> list[ErrorTally]:
        """Return the kinds of failures, the most frequent first."""
        with self._lock:
            return sorted(self._errors.values(), key=lambda each: (-each.count, each.kind))

    def seconds(self, until: float) -> list[Second]:
        """Return the seconds of the run up to a moment."""
        with self._lock:
            self._advance(max(int(until), self._now) + 1)
            return list(self._seconds)
