"""Latencies in bounded memory, however long the run: counts in buckets that grow by 1 %."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import ceil, exp, log

_SMALLEST_MS = 0.001
_STEP = log(1.01)


@dataclass(frozen=True, slots=True)
class Latency:
    """Percentiles in milliseconds, each within 0.5 % of the exact one; ``mean_ms`` and ``max_ms`` are exact. All are 0 for no operation."""

    mean_ms: float
    p50_ms: float
    p90_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float


class Histogram:
    """Counts of durations. Not safe for several threads."""

    def __init__(self) -> None:
        self.count = 0
        self.total = 0.0
        self.largest = 0.0
        self._buckets = Counter[int]()

    def add(self, milliseconds: float) -> None:
        """Count a duration."""
        self.count += 1
        self.total += milliseconds
        self.largest = max(self.largest, milliseconds)
        self._buckets[round(log(max(milliseconds, _SMALLEST_MS) / _SMALLEST_MS) / _STEP)] += 1

    def merge(self, other: Histogram) -> None:
        """Count all that another one has counted."""
        self.count += other.count
        self.total += other.total
        self.largest = max(self.largest, other.largest)
        self._buckets.update(other._buckets)

    def percentile(self, share: float) -> float:
        """Return the smallest duration that at least ``share`` of all do not exceed, within 0.5 %; 0 for none."""
        wanted, seen = max(ceil(share * self.count), 1), 0
        for bucket in sorted(self._buckets):
            seen += self._buckets[bucket]
            if seen >= wanted:
                return min(_SMALLEST_MS * exp(bucket * _STEP), self.largest)
        return 0.0

    def latency(self) -> Latency:
        """Return what a report shows."""
        mean = self.total / self.count if self.count else 0.0
        return Latency(*(round(each, 3) for each in (mean, *map(self.percentile, (0.5, 0.9, 0.95, 0.99)), self.largest)))
