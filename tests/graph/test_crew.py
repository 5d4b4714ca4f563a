"""Processes that keep what they have begun, and what their user hears when one of them is lost."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from graph.crew import Crew

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux alone")


def counter() -> Callable[[int], Iterator[int]]:
    """Return what counts the tasks of its process: it answers each with its number and with their count."""
    seen: list[int] = []

    def work(task: int) -> Iterator[int]:
        seen.append(task)
        yield task
        yield 100 + len(seen)

    return work


def failing(how: Callable[[], None]) -> Callable[[], Callable[[int], Iterator[int]]]:
    """Return what answers 1 and goes wrong at any other task."""

    def make() -> Callable[[int], Iterator[int]]:
        def work(task: int) -> Iterator[int]:
            if task != 1:
                how()
            yield task

        return work

    return make


def each_once(tasks: list[int]) -> Callable[[int], int | None]:
    return lambda number: tasks.pop(0) if tasks else None


def test_a_process_keeps_what_it_began() -> None:
    """The second run finds in a process what the first one left there."""
    crew: Crew[int, int] = Crew(counter, size=1, silence_seconds=60)
    assert list(crew.run(each_once([1, 2]))) == [1, 101, 2, 102]
    assert list(crew.run(each_once([3]))) == [3, 103]
    crew.close()


def test_all_processes_work() -> None:
    """Each is asked for its own tasks until it gets none."""
    crew: Crew[int, int] = Crew(counter, size=3, silence_seconds=60)
    own = [[10], [20], [30]]
    answers = list(crew.run(lambda number: own[number].pop() if own[number] else None))
    crew.close()
    assert sorted(answers) == [10, 20, 30, 101, 101, 101]


def leave() -> None:
    os._exit(3)


def fail() -> None:
    raise LookupError("no such thing")


def sleep() -> None:
    time.sleep(30)


@pytest.mark.parametrize(("how", "said"), [(leave, "died with status 3"), (fail, "no such thing"), (sleep, "gave no answer for 1 s")])
def test_a_lost_process_is_an_error(how: Callable[[], None], said: str) -> None:
    """Whether it dies, fails or hangs: what it held is gone, and nothing is forked in its place."""
    crew: Crew[int, int] = Crew(failing(how), size=2, silence_seconds=0.6)
    with pytest.raises(ChildProcessError, match=said):
        list(crew.run(each_once([1, 1, 2, 1])))
    crew.close()


def test_a_process_that_died_between_two_runs_is_an_error() -> None:
    """It cannot be sent anything, or gives no answer."""
    crew: Crew[int, int] = Crew(failing(leave), size=1, silence_seconds=60)
    with pytest.raises(ChildProcessError):
        list(crew.run(each_once([2])))
    with pytest.raises(ChildProcessError):
        list(crew.run(each_once([1])))
    crew.close()
