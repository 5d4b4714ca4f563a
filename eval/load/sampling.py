"""Memory and processor time of a target while it is under load."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from threading import Event, Thread

from eval.bench_process import resident_bytes
from eval.load.targets import Target

_INTERVAL_SECONDS = 0.25
_MOST_SAMPLES = 1_200  # a longer run is sampled less often


@dataclass(frozen=True, slots=True)
class Sample:
    """One look: seconds since the run began, PSS of the target's processes, and processor seconds used since the run began."""

    at_seconds: float
    memory_bytes: int
    processes: int
    cpu_seconds: float


class Sampler:
    """Looks at a target a few times a second, from a thread. ``ignored`` names processes that are not the target's."""

    def __init__(self, target: Target, expected_seconds: float, ignored: Callable[[], Collection[int]] = tuple) -> None:
        self.samples: list[Sample] = []
        self._target, self._ignored = target, ignored
        self._interval = max(_INTERVAL_SECONDS, expected_seconds / _MOST_SAMPLES)
        self._over = Event()
        self._begun, self._cpu = time.perf_counter(), target.cpu_seconds()
        self._thread = Thread(target=self._watch, name="memory", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look a last time."""
        self._over.set()
        self._thread.join()
        self._look()

    def _watch(self) -> None:
        self._look()
        while not self._over.wait(self._interval):
            self._look()

    def _look(self) -> None:
        ignored = self._ignored()
        sizes = [size for each in self._target.processes() if each not in ignored and (size := resident_bytes(each))]
        at, cpu = time.perf_counter() - self._begun, self._target.cpu_seconds() - self._cpu
        self.samples.append(Sample(round(at, 3), sum(sizes), len(sizes), round(cpu, 3)))


def growth(samples: Sequence[Sample]) -> float:
    """Return by how many bytes a minute memory grows over the second half of the samples: the slope of the least squares line.

    The first half is left out because caches fill. Returns 0 for fewer than two moments.
    """
    late = samples[len(samples) // 2 :]
    if len(late) < 2:
        return 0.0
    middle = sum(each.at_seconds for each in late) / len(late)
    mean = sum(each.memory_bytes for each in late) / len(late)
    spread = sum((each.at_seconds - middle) ** 2 for each in late)
    slope = sum((each.at_seconds - middle) * (each.memory_bytes - mean) for each in late)
    return 60 * slope / spread if spread else 0.0
