"""Processes that keep what they have begun: each works on what it is given, tells many answers, and waits for more.

Unlike the workers of ``ingest.pool`` they cannot be replaced: what one of them holds is lost when it dies, and its user begins again.
"""

from __future__ import annotations

import gc
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Generic, TypeVar

from ingest.pool import settle_in
from ingest.starting import starting_process

Task = TypeVar("Task")
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class _Failed:
    reason: str


@dataclass(slots=True)
class _Member:
    process: BaseProcess
    pipe: Connection
    since: float = 0.0
    """When it was given its task or last answered."""


class Crew(Generic[Task, Answer]):
    """Forked processes that share what this one has loaded. ``make`` runs once in each and returns what does a task there."""

    def __init__(self, make: Callable[[], Callable[[Task], Iterable[Answer]]], *, size: int, silence_seconds: float) -> None:
        context = get_context("fork")
        self._silence = silence_seconds
        self._members: list[_Member] = []
        for _ in range(size):
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(make, theirs, [ours, *(member.pipe for member in self._members)]), daemon=True)
            with starting_process():
                process.start()
            theirs.close()
            self._members.append(_Member(process, ours))

    @property
    def size(self) -> int:
        """Return of how many processes it is."""
        return len(self._members)

    def run(self, tasks: Callable[[int], Task | None]) -> Iterator[Answer]:
        """Yield the answers to all tasks as they come. ``tasks`` gives the next one for a member, by its number, or None.

        Raises ``ChildProcessError`` when a member dies, fails or is silent for too long; the crew is of no use after that.
        """
        busy = [member for number, member in enumerate(self._members) if self._send(member, tasks(number))]
        while busy:
            for member in self._answering(busy):
                answer = self._receive(member)
                member.since = time.monotonic()
                if isinstance(answer, _Failed):
                    raise ChildProcessError(answer.reason)
                if answer is not None:
                    yield answer
                elif not self._send(member, tasks(self._members.index(member))):
                    busy.remove(member)

    def _send(self, member: _Member, task: Task | None) -> bool:
        if task is None:
            return False
        member.since = time.monotonic()
        try:
            member.pipe.send(task)
        except ConnectionError as error:
            raise ChildProcessError("a process died between two tasks") from error
        return True

    def _answering(self, busy: Sequence[_Member]) -> list[_Member]:
        oldest = min(member.since for member in busy)
        ready = wait([member.pipe for member in busy], timeout=max(0.0, oldest + self._silence - time.monotonic()))
        if not ready and any(time.monotonic() - member.since >= self._silence for member in busy):
            raise ChildProcessError(f"a process gave no answer for {self._silence:.0f} s")
        return [member for member in busy if member.pipe in ready]

    def _receive(self, member: _Member) -> Answer | _Failed | None:
        try:
            return member.pipe.recv()
        except (EOFError, OSError):  # OSError: it ended in the middle of an answer
            member.process.join(1)
            return _Failed(f"a process died with status {member.process.exitcode}")

    def close(self) -> None:
        """End the processes."""
        for member in self._members:
            member.pipe.close()
            member.process.kill()
        for member in self._members:
            member.process.join()


def _serve(make: Callable[[], Callable[[Any], Iterable[Any]]], pipe: Connection, others: Iterable[Connection]) -> None:
    for each in others:  # or no member would notice that the parent is gone
        each.close()
    settle_in()
    gc.disable()  # it lives for one resolution, which leaves no cycles: a seventh of the time, and no byte less
    try:
        work = make()
        while True:
            for answer in work(pipe.recv()):
                pipe.send(answer)
            pipe.send(None)
    except (EOFError, ConnectionError):
        return
    except Exception:  # a process edge: the parent is told
        pipe.send(_Failed(traceback.format_exc(limit=-3)))
