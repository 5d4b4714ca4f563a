"""A worker that crashes, hangs or is killed costs its own task and nothing else."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator

import pytest

from ingest.errors import ModelError
from ingest.pool import Crash, WorkerPool

Pool = WorkerPool[str, str]


def make() -> Callable[[str], str]:
    """Return a worker whose task says what is to go wrong."""

    def work(task: str) -> str:
        match task.split():
            case ["exit", status]:
                os._exit(int(status))
            case ["kill"]:
                os.kill(os.getpid(), signal.SIGKILL)
            case ["raise"]:
                raise ValueError("no such shop")
            case ["hang"]:
                time.sleep(60)
            case ["halfway"]:  # as a kill in the middle of a long answer
                return Halfway()  # type: ignore[return-value]
            case ["pid"]:
                return str(os.getpid())
            case _:
                pass
        return task.upper()

    return work


class Halfway(str):
    """Pickles to bytes that end too early, and takes its process with it."""

    def __reduce__(self) -> str:
        for descriptor in range(3, 64):
            try:
                if os.readlink(f"/proc/self/fd/{descriptor}").startswith("socket:"):
                    os.write(descriptor, b"\0\0\1\0only the beginning")
            except OSError:
                continue
        os._exit(3)


def results(pool: Pool, tasks: list[str]) -> dict[str, str | Crash]:
    return dict(pool.run(tasks))


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_every_task_is_answered_once(workers: int):
    tasks = [f"task {number}" for number in range(40)]
    with Pool(make, workers=workers) as pool:
        answers = list(pool.run(tasks))
        assert sorted(task for task, _ in answers) == sorted(tasks)
        assert all(answer == task.upper() for task, answer in answers)
        assert list(pool.run([])) == []


@pytest.mark.parametrize(
    ("task", "reason"),
    [
        ("exit 7", "a worker died with status 7"),
        ("exit 0", "a worker died with status 0"),
        ("kill", "for lack of memory"),
        ("raise", "ValueError: no such shop"),
        ("halfway", "a worker died with status 3"),
    ],
)
def test_a_crash_costs_its_own_task(task: str, reason: str):
    others = [f"task {number}" for number in range(12)]
    with Pool(make, workers=1 if task == "halfway" else 2) as pool:  # halfway: a forked worker holds its elders' sockets too
        answers = results(pool, [*others[:5], task, *others[5:]])
        crash = answers.pop(task)
        assert isinstance(crash, Crash) and reason in crash.reason
        assert answers == {other: other.upper() for other in others}
        assert results(pool, ["once more"]) == {"once more": "ONCE MORE"}


def test_crashes_that_follow_each_other_end():
    tasks = ["exit 1", "raise", "kill", "exit 2", "raise", "task"]
    with Pool(make, workers=1) as pool:
        answers = list(pool.run(tasks))
    assert sorted(task for task, _ in answers) == sorted(tasks)
    assert sum(isinstance(answer, Crash) for _, answer in answers) == 5


def test_a_silent_worker_is_ended():
    with Pool(make, workers=2, silence_seconds=0.5) as pool:
        begin = time.monotonic()
        answers = results(pool, ["task 1", "hang", "task 2", "task 3"])
        assert time.monotonic() - begin < 10
        crash = answers.pop("hang")
        assert isinstance(crash, Crash) and "without an answer" in crash.reason
        assert answers == {"task 1": "TASK 1", "task 2": "TASK 2", "task 3": "TASK 3"}


def test_in_this_process_an_exception_is_a_crash_too():
    with Pool(make, workers=0) as pool:
        answers = results(pool, ["raise", "task"])
    assert isinstance(answers["raise"], Crash) and answers["task"] == "TASK"


def fail() -> Callable[[str], str]:
    raise ModelError("the model is gone")


@pytest.mark.parametrize("workers", [0, 2])
def test_a_worker_that_cannot_begin_fails_the_run(workers: int):
    with pytest.raises(ModelError, match="the model is gone"), Pool(fail, workers=workers) as pool:
        list(pool.run(["task"] * 5))


def test_a_run_that_was_given_up_leaves_no_answers_to_the_next():
    """The caller of a failed run may keep its traceback, and with it the generator, alive."""
    with Pool(make, workers=2) as pool:
        given_up: Iterator[tuple[str, str | Crash]] = pool.run([f"old {number}" for number in range(20)])
        next(given_up)
        assert results(pool, ["new 1", "new 2", "new 3"]) == {"new 1": "NEW 1", "new 2": "NEW 2", "new 3": "NEW 3"}
        given_up.close()  # type: ignore[attr-defined]
        assert results(pool, ["newer"]) == {"newer": "NEWER"}


def test_a_worker_that_died_between_two_runs_costs_no_task():
    with Pool(make, workers=1) as pool:
        process = int(str(results(pool, ["pid"])["pid"]))
        os.kill(process, signal.SIGKILL)
        time.sleep(0.05)
        assert results(pool, ["task"]) == {"task": "TASK"}


def test_tasks_that_are_added_while_running_are_run():
    """What crashed comes back in parts: the caller puts them into the iterator it gave."""
    waiting = ["first"]

    class Growing(Iterator[str]):
        def __next__(self) -> str:
            if not waiting:
                raise StopIteration
            return waiting.pop()

    with Pool(make, workers=1) as pool:
        seen: list[str] = []
        for task, _ in pool.run(Growing()):
            seen.append(task)
            if len(seen) < 4:
                waiting.append(f"part {len(seen)}")
    assert seen == ["first", "part 1", "part 2", "part 3"]


def make_keeper() -> Callable[[str], str]:
    """Return a worker that has three things to tell, and then none; asked to, it ends instead."""
    left = ["one", "two", "three"]

    def work(task: str) -> str:
        if task == "exit":
            os._exit(3)
        return left.pop() if left else ""

    return work


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_every_worker_tells_all_that_it_keeps(workers: int):
    """What one keeps is told by that one; afterwards the pool works as before."""
    with WorkerPool[str, str](make_keeper, workers=workers) as pool:
        assert sorted(pool.ask_each("tell", bool)) == sorted(["one", "two", "three"] * max(workers, 1))
        assert list(pool.ask_each("tell", bool)) == []
        assert dict(pool.run(["tell"])) == {"tell": ""}


def test_what_a_worker_kept_that_died_is_lost():
    """Others tell what they keep, and a new one stands in its place."""
    with WorkerPool[str, str](make_keeper, workers=2) as pool:
        assert list(pool.ask_each("exit", bool)) == []
        assert sorted(pool.ask_each("tell", bool)) == sorted(["one", "two", "three"] * 2)
