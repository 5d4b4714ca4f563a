"""Worker processes that may crash or hang without taking anything but their own task with them.

Parsing holds the GIL, so both cores need processes. The standard executor gives up all outstanding work when one process dies and cannot
end one that hangs; here each worker has its own pipe, so the parent knows which task it was on, ends it, starts another and goes on.
"""

from __future__ import annotations

import gc
import signal
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Generic, TypeVar

from ingest.starting import starting_process

Task = TypeVar("Task")
Result = TypeVar("Result")

SILENCE_SECONDS = 60.0
"""A worker that does not answer for this long on one task is ended."""

_QUEUED = 2  # the task at work and the next, so that a worker never waits for the parent
_START = "fork" if sys.platform == "linux" else "spawn"  # fork starts in 10 ms and shares what is loaded; elsewhere it is unsafe


@dataclass(frozen=True, slots=True)
class Crash:
    """A task that brought no result, and why."""

    reason: str


@dataclass(slots=True)
class _Worker(Generic[Task]):
    process: BaseProcess
    pipe: Connection
    tasks: deque[Task] = field(default_factory=deque[Task])
    since: float = 0.0


class WorkerPool(Generic[Task, Result]):
    """Runs tasks in processes. ``make`` runs once in each and returns the function that does one task; a task must pickle to < 32 KB.

    With ``queued=1`` a task may be of any size: a worker is sent one only while it waits for it.

    With ``workers=0`` the tasks run in this process, where a crash or a hang is everybody's: for tests and debuggers.
    """

    def __init__(
        self, make: Callable[[], Callable[[Task], Result]], *, workers: int, silence_seconds: float = SILENCE_SECONDS, queued: int = _QUEUED
    ) -> None:
        self._make = make
        self._queued = queued
        self._silence = silence_seconds
        self._context = get_context(_START)
        self._work = make() if workers == 0 else None
        self._workers = [self._start() for _ in range(workers)]
        self._waiting: Iterator[Task] = iter(())
        self._returned = deque[Task]()  # those of a worker that died before it came to them

    def grow(self, workers: int) -> None:
        """Start workers until there are this many; between runs only."""
        self._workers += [self._start() for _ in range(workers - len(self._workers))]

    def _start(self) -> _Worker[Task]:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_serve, args=(self._make, theirs, ours), daemon=True)
        with starting_process():
            process.start()
        theirs.close()
        return _Worker(process, ours)

    def run(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Result | Crash]]:
        """Set the workers to work, and return every task with its result, or with the crash it caused, in order of completion.

        The iterator raises what ``make`` raised in a worker. However a run ends, the next one finds the pool ready and gets no answer of
        this one.
        """
        if self._work is not None:
            work = self._work
            return ((task, _attempt(work, task)) for task in tasks)
        self._refresh()
        self._waiting, self._returned = iter(tasks), deque[Task]()
        for worker in self._workers:
            self._feed(worker)
        return self._results()

    def ask_each(self, task: Task, more: Callable[[Result], bool]) -> Iterator[Result]:
        """Give every worker the same task for as long as its answer says that there is more, and yield the answers.

        For what a worker keeps; that of one that crashes is lost.
        """
        if self._work is not None:
            while not isinstance(result := _attempt(self._work, task), Crash) and more(result):
                yield result
            return
        self._refresh()
        self._waiting, self._returned = iter(()), deque[Task]()
        again = list(self._workers)
        while busy := self._given(again, task):
            again = [worker for worker in busy if worker.tasks]
            for worker in self._answering(busy):
                result = self._receive(worker)
                worker.tasks.clear()
                if isinstance(result, Crash):
                    again.remove(worker)
                elif more(result):
                    yield result
                else:
                    again.remove(worker)

    @staticmethod
    def _given(workers: list[_Worker[Task]], task: Task) -> list[_Worker[Task]]:
        """Give a task to those of the workers that have none."""
        for worker in workers:
            if not worker.tasks:
                worker.tasks.append(task)
                worker.since = time.monotonic()
                with suppress(ConnectionError):  # it died; its end of the pipe will say so
                    worker.pipe.send(task)
        return workers

    def _feed(self, worker: _Worker[Task]) -> None:
        while len(worker.tasks) < self._queued:
            task = self._returned.popleft() if self._returned else next(self._waiting, None)
            if task is None:
                return
            if not worker.tasks:
                worker.since = time.monotonic()
            worker.tasks.append(task)
            try:
                worker.pipe.send(task)
            except ConnectionError:  # it died; its end of the pipe will say so
                return

    def _results(self) -> Iterator[tuple[Task, Result | Crash]]:
        while busy := [worker for worker in self._workers if worker.tasks]:
            for worker in self._answering(busy):
                result = self._receive(worker)
                task = worker.tasks.popleft()
                worker.since = time.monotonic()
                if isinstance(result, Crash) and not worker.process.is_alive():
                    self._returned.extend(worker.tasks)
                    self._replace(worker)
                self._feed(worker)
                yield task, result
            for worker in self._workers:
                self._feed(worker)

    def _refresh(self) -> None:
        """Replace workers that are busy with a run that its caller gave up, or that died between two runs: no task of this one's fault."""
        for worker in self._workers:
            if worker.tasks:
                worker.process.kill()
                worker.process.join()
            if not worker.process.is_alive():
                self._replace(worker)

    def _answering(self, busy: list[_Worker[Task]]) -> list[_Worker[Task]]:
        """Wait for answers; end the workers that have been silent for too long, which makes them answer with a crash."""
        oldest = min(worker.since for worker in busy)
        ready = wait([worker.pipe for worker in busy], timeout=max(0.0, oldest + self._silence - time.monotonic()))
        if not ready:
            for worker in busy:
                if time.monotonic() - worker.since >= self._silence:
                    worker.process.kill()
                    worker.process.join()
        return [worker for worker in busy if worker.pipe in ready or not worker.process.is_alive()]

    def _receive(self, worker: _Worker[Task]) -> Result | Crash:
        try:
            answer = worker.pipe.recv()
        except (EOFError, OSError):  # OSError: ended in the middle of an answer
            worker.process.join(5)
            worker.process.kill()  # it closed its pipe and lives on: nothing of ours does that
            worker.process.join()
            code = worker.process.exitcode
            if code == -signal.SIGKILL:
                return Crash(f"a worker was ended after {self._silence:.0f} s without an answer, or for lack of memory")
            return Crash(f"a worker died with {signal.Signals(-code).name if code and code < 0 else f'status {code}'}")
        if isinstance(answer, BaseException):
            raise answer  # the worker could not even begin; every other one would fail alike
        return answer

    def _replace(self, worker: _Worker[Task]) -> None:
        worker.pipe.close()
        fresh = self._start()
        worker.process, worker.pipe = fresh.process, fresh.pipe
        worker.tasks.clear()

    def close(self) -> None:
        """End all workers."""
        for worker in self._workers:
            worker.pipe.close()
            worker.process.terminate()
        for worker in self._workers:
            worker.process.join()

    def __enter__(self) -> WorkerPool[Task, Result]:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def settle_in() -> None:
    """Make a process that has just begun a worker: the parent decides what an interrupt means, and memory is seldom searched for cycles."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    gc.freeze()
    gc.set_threshold(200_000, 50, 50)  # facts and flows are trees without cycles; the default thresholds cost a third of the parsing time


def _serve(make: Callable[[], Callable[[Task], Result]], pipe: Connection, parents_end: Connection) -> None:
    parents_end.close()
    settle_in()
    try:
        work = make()
    except Exception as error:  # a process edge: the parent raises it
        pipe.send(error)
        return
    while True:
        try:
            task = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send(_attempt(work, task))
        except ConnectionError:
            return


def _attempt(work: Callable[[Task], Result], task: Task) -> Result | Crash:
    try:
        return work(task)
    except Exception:  # a process edge: whatever went wrong is that task's crash
        return Crash(traceback.format_exc(limit=-3))
