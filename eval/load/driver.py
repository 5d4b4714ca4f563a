"""Users at work.

Closed model: each user asks, waits for the answer, thinks, and asks again, so a slow target is asked less. Open model (``rate``):
operations are due at fixed moments whatever the target does, users are how many can be under way at once, and latency counts from the
moment an operation was due. So an operation that had to wait for a stalled one says so, which the closed model omits ("coordinated
omission", G. Tene, "How NOT to Measure Latency", 2013).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from math import ceil, sqrt
from threading import Event, Thread

from eval.load.mix import Mix
from eval.load.recorder import Recorder, Timing
from eval.load.targets import Target

_LEAVE_SECONDS = 60.0
_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Plan:
    """How much load, for how long, in seconds. The ``ramp`` comes before ``seconds`` and its operations are not counted."""

    users: int
    seconds: float
    ramp: float = 0.0
    think: float = 0.0
    rate: float = 0.0
    """Operations a second; 0 for the closed model."""

    @property
    def end(self) -> float:
        """When the last operation may begin."""
        return self.ramp + self.seconds

    def due(self, number: int) -> float:
        """Return when an operation of the open model is due; the rate rises evenly over the ramp."""
        rising = self.rate * self.ramp / 2
        return sqrt(2 * self.ramp * number / self.rate) if number < rising else self.ramp + (number - rising) / self.rate

    def due_by(self, moment: float) -> int:
        """Return how many operations of the open model are due before a moment."""
        if not self.rate:
            return 0
        if moment < self.ramp:
            return ceil(self.rate * moment**2 / (2 * self.ramp))
        return ceil(self.rate * (self.ramp / 2 + min(moment, self.end) - self.ramp))


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run went."""

    seconds: float
    """From the first user until the last answer."""
    interrupted: bool
    unstarted: int
    """Operations of the open model that were due, and that no user came to begin."""
    unreturned: int
    """Users whose last operation had not come back when nobody waited any more."""


class Driver:
    """Lets users loose on a target."""

    def __init__(self, target: Target, mix: Mix, plan: Plan, *, leave_seconds: float = _LEAVE_SECONDS) -> None:
        """``leave_seconds`` is how long operations that are under way at the end are waited for."""
        self.recorder = Recorder(plan.ramp)
        self._target, self._mix, self._plan, self._leave = target, mix, plan, leave_seconds
        self._stop = Event()
        self._numbers = count()  # next() of it is one step: threads need no lock
        self._begun = [0] * plan.users
        self._origin = 0.0

    def run(self) -> Outcome:
        """Run until the plan is done, or until Ctrl-C, after which what is under way is waited for; a second Ctrl-C ends that, too."""
        users = [Thread(target=self._user, args=(number,), name=f"user {number}", daemon=True) for number in range(self._plan.users)]
        self._origin = time.perf_counter()
        interrupted = False
        try:
            for user in users:
                user.start()
            self._wait_for(users, until=self._plan.end + self._leave)
        except KeyboardInterrupt:
            interrupted = True
        due = self._plan.due_by(self._now())
        self._stop.set()
        if interrupted:
            with suppress(KeyboardInterrupt):
                self._wait_for(users, until=self._now() + self._leave)
        return Outcome(self._now(), interrupted, max(due - sum(self._begun), 0), sum(user.is_alive() for user in users))

    def _now(self) -> float:
        return time.perf_counter() - self._origin

    def _wait_for(self, users: Sequence[Thread], until: float) -> None:
        while self._now() < until and any(user.is_alive() for user in users):
            time.sleep(_POLL_SECONDS)

    def _user(self, user: int) -> None:
        if not self._plan.rate and self._stop.wait(self._plan.ramp * user / self._plan.users):
            return
        while not self._stop.is_set() and self._now() < self._plan.end:
            number = next(self._numbers)
            due = self._await(number)
            if due is None:
                return
            self._begun[user] += 1
            self._perform(number, due)
            if self._plan.think:
                self._stop.wait(self._plan.think)

    def _await(self, number: int) -> float | None:
        """Wait until an operation is due; None when that is after the end."""
        if not self._plan.rate:
            return self._now()
        due = self._plan.due(number)
        early = due - self._now()
        if due >= self._plan.end or (early > 0 and self._stop.wait(early)):
            return None
        return due

    def _perform(self, number: int, due: float) -> None:
        operation = self._mix.operation(number)
        begun = self._now()
        try:
            rows = self._target.perform(operation)
        except Exception as error:
            self.recorder.failed(operation, Timing(due, begun, self._now()), error)
        else:
            self.recorder.answered(operation, Timing(due, begun, self._now()), rows)
