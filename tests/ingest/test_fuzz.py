"""Ten thousand damaged files go through the parser: no crash, no hang, and true facts of every one."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from random import Random

import pytest

from ingest.analyze import analyze
from ingest.pool import Crash, WorkerPool
from tests.ingest.mutations import flaws, mutate, seeds

FILES = 10_000
BATCH = 50
SECONDS = 2.0
"""A damaged file of at most 20 KB that takes longer is a hang in the making; most take a millisecond."""

Outcome = tuple[int, str, float, str]  # seed, path, seconds, what is wrong


def damaged(seed: int, files: list[tuple[str, bytes]]) -> tuple[str, bytes]:
    """Make one damaged file; every file of the golden repositories takes its turn."""
    random = Random(seed)
    path, data = files[seed % len(files)]
    return path, mutate(data, random.choice(files)[1], random)


def make() -> Callable[[range], list[Outcome]]:
    """Return what a worker does to a range of seeds."""
    files = seeds()

    def work(numbers: range) -> list[Outcome]:
        return [check(seed, *damaged(seed, files)) for seed in numbers]

    return work


def check(seed: int, path: str, data: bytes) -> Outcome:
    """Analyse one file and say what does not hold."""
    began = time.perf_counter()
    try:
        parsed, problem = analyze(path, data)
    except Exception as error:
        return seed, path, time.perf_counter() - began, repr(error)
    seconds = time.perf_counter() - began
    return seed, path, seconds, "; ".join([*flaws(parsed), problem] if problem else flaws(parsed))


class Tasks(Iterator[range]):
    """Ranges of seeds; one that crashed a worker comes back seed by seed, so that the culprit is named."""

    def __init__(self, count: int) -> None:
        self._waiting = [range(start, min(start + BATCH, count)) for start in range(0, count, BATCH)]

    def __next__(self) -> range:
        if not self._waiting:
            raise StopIteration
        return self._waiting.pop()

    def split(self, numbers: range) -> None:
        self._waiting += [range(seed, seed + 1) for seed in numbers]


@pytest.mark.slow
def test_no_damaged_file_crashes_the_parser_or_gets_false_facts() -> None:
    """Chunks tile, symbols nest, spans lie on their lines, references point somewhere, and facts survive the store."""
    outcomes: list[Outcome] = []
    crashed: list[str] = []
    tasks = Tasks(FILES)
    with WorkerPool[range, list[Outcome]](make, workers=2, silence_seconds=30) as pool:
        for numbers, result in pool.run(tasks):
            if not isinstance(result, Crash):
                outcomes += result
            elif len(numbers) > 1:
                tasks.split(numbers)
            else:
                crashed.append(f"seed {numbers[0]}: {result.reason}")
    assert crashed == []
    assert len(outcomes) == FILES
    wrong = [(seed, path, problem[:500]) for seed, path, _, problem in outcomes if problem]
    assert wrong == [], f"{len(wrong)} files, by path: {Counter(path for _, path, _ in wrong).most_common(10)}"
    slowest = max(outcomes, key=lambda each: each[2])
    assert slowest[2] < SECONDS, f"seed {slowest[0]} ({slowest[1]}) took {slowest[2]:.1f} s"
