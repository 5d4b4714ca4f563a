"""Latencies are counted in little memory and read back within half a percent."""

from __future__ import annotations

from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.load.histogram import Histogram

DURATIONS = st.lists(st.floats(0.002, 3_600_000.0), min_size=1, max_size=200)


def filled(durations: list[float]) -> Histogram:
    histogram = Histogram()
    for each in durations:
        histogram.add(each)
    return histogram


@given(DURATIONS, st.sampled_from([0.01, 0.5, 0.9, 0.95, 0.99, 1.0]))
def test_percentiles_are_those_of_the_sorted_values_within_half_a_percent(durations: list[float], share: float) -> None:
    exact = sorted(durations)[max(ceil(share * len(durations)), 1) - 1]
    assert filled(durations).percentile(share) == pytest.approx(exact, rel=0.00501)


@given(DURATIONS, DURATIONS)
def test_merging_is_counting_both(one: list[float], other: list[float]) -> None:
    merged = filled(one)
    merged.merge(filled(other))
    both, latency = filled(one + other).latency(), merged.latency()
    assert (merged.count, latency.p50_ms, latency.p99_ms, latency.max_ms) == (len(one + other), both.p50_ms, both.p99_ms, both.max_ms)
    assert latency.mean_ms == pytest.approx(both.mean_ms, abs=0.002)


def test_nothing_counted_is_all_zeros() -> None:
    latency = Histogram().latency()
    assert (latency.mean_ms, latency.p50_ms, latency.max_ms) == (0.0, 0.0, 0.0)


def test_memory_does_not_grow_with_the_number_of_operations() -> None:
    """The same durations again take no further bucket."""
    histogram = filled([1.0 + at / 1000 for at in range(1000)])
    buckets = len(histogram._buckets)  # pyright: ignore[reportPrivateUsage]
    for _ in range(20):
        histogram.merge(filled([1.0 + at / 1000 for at in range(1000)]))
    assert histogram.count == 21_000
    assert len(histogram._buckets) == buckets < 80  # pyright: ignore[reportPrivateUsage]
