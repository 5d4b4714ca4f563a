"""Users at work: counting, failures, the two models of load, interruption."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.load.driver import Driver, Outcome, Plan
from eval.load.mix import Kind, Operation
from eval.load.recorder import Recorder, Timing
from tests.eval.load.shop import MIX, FakeTarget, Numbered

SEARCH = Operation(Kind.SEARCH, "order")


def drive(answer: Callable[[Operation], int], plan: Plan, leave_seconds: float = 5.0) -> tuple[Outcome, Recorder]:
    driver = Driver(FakeTarget(answer), MIX, plan, leave_seconds=leave_seconds)
    return driver.run(), driver.recorder


def test_users_ask_at_once_and_each_waits_for_its_answer() -> None:
    """Four are under way together, and never five."""
    under_way: set[int] = set()
    together: list[int] = []

    def answer(_: Operation) -> int:
        under_way.add(threading.get_ident())
        together.append(len(under_way))
        time.sleep(0.02)
        under_way.discard(threading.get_ident())
        return 3

    outcome, recorder = drive(answer, Plan(users=4, seconds=0.6))
    tally = recorder.tallies()[Kind.SEARCH]
    assert max(together) == 4
    assert 4 <= tally.answered <= 124
    assert tally.rows == 3 * tally.answered
    assert tally.latency.percentile(0.5) >= 19.8
    assert tally.latency.percentile(0.5) == pytest.approx(tally.service.percentile(0.5), rel=0.1)
    assert not outcome.interrupted
    assert (outcome.unstarted, outcome.unreturned) == (0, 0)


def test_thinking_users_ask_less() -> None:
    _, recorder = drive(lambda _: 1, Plan(users=1, seconds=0.5, think=0.05))
    assert recorder.tallies()[Kind.SEARCH].answered <= 11


def test_what_begins_in_the_ramp_is_not_counted_and_users_come_one_after_the_other() -> None:
    seen: list[tuple[float, str]] = []
    begun = time.perf_counter()

    def answer(_: Operation) -> int:
        seen.append((time.perf_counter() - begun, threading.current_thread().name))
        time.sleep(0.01)
        return 1

    _, recorder = drive(answer, Plan(users=2, seconds=0.2, ramp=0.4))
    second = min(at for at, name in seen if name == "user 1")
    assert second >= 0.2
    assert recorder.performed == len(seen)
    assert 0 < recorder.tallies()[Kind.SEARCH].answered < len(seen)


def test_failures_are_counted_by_kind_with_the_first_of_each() -> None:
    """An exception of any class is a failure; its ``kind`` goes before its class. Latencies are of answers alone."""
    number = Numbered()

    class OddError(Exception):
        kind = "odd"

    def answer(_: Operation) -> int:
        time.sleep(0.002)
        match number() % 4:
            case 1:
                raise ValueError("bad\nvalue")
            case 2 | 3:
                raise OddError
            case _:
                return 0

    _, recorder = drive(answer, Plan(users=2, seconds=0.4))
    odd, value = recorder.errors()
    assert (odd.kind, value.kind, value.message, value.operation) == ("odd", "ValueError", "bad value", "search")
    assert odd.count == pytest.approx(2 * value.count, abs=3)
    tally = recorder.tallies()[Kind.SEARCH]
    assert tally.failed == odd.count + value.count
    assert tally.empty == tally.answered == tally.latency.count > 0
    assert sum(each.failed for each in recorder.seconds(1.0)) == tally.failed


def stalling(seconds: float) -> Callable[[Operation], int]:
    """Answer at once, but for one operation that takes long."""
    number = Numbered()

    def answer(_: Operation) -> int:
        if number() == 20:
            time.sleep(seconds)
        return 1

    return answer


def test_an_open_model_shows_what_waited_behind_a_stall() -> None:
    """At 100 a second a stall of 0.5 s makes about 50 operations late; from when they began, only one was slow."""
    outcome, recorder = drive(stalling(0.5), Plan(users=1, seconds=1.2, rate=100))
    tally = recorder.tallies()[Kind.SEARCH]
    assert tally.answered + outcome.unstarted == 120
    assert tally.latency.percentile(0.8) > 150 > tally.service.percentile(0.8)
    assert tally.latency.largest > 400


def test_a_closed_model_omits_it() -> None:
    """The stall is one slow answer among many: what would have been asked meanwhile never was."""
    _, recorder = drive(stalling(0.5), Plan(users=1, seconds=1.0, think=0.005))
    assert recorder.tallies()[Kind.SEARCH].latency.percentile(0.8) < 150


def test_what_was_due_and_never_began_is_counted() -> None:
    """One user of a 100 ms answer begins about 10 of 50 operations."""

    def answer(_: Operation) -> int:
        time.sleep(0.1)
        return 1

    outcome, recorder = drive(answer, Plan(users=1, seconds=1.0, rate=50))
    assert outcome.unstarted + recorder.performed == 50
    assert outcome.unstarted >= 39


def test_an_operation_that_never_comes_back_is_left() -> None:
    over = threading.Event()

    def answer(_: Operation) -> int:
        over.wait(20)
        return 1

    outcome, recorder = drive(answer, Plan(users=2, seconds=1.0), leave_seconds=0.5)
    over.set()
    assert outcome.unreturned == 2
    assert recorder.performed == 0


def interrupt_after(*seconds: float) -> None:
    def send() -> None:
        for each in seconds:
            time.sleep(each)
            signal.raise_signal(signal.SIGINT)

    threading.Thread(target=send, daemon=True).start()


@pytest.mark.parametrize("rate", [0.0, 50.0])
def test_ctrl_c_ends_the_run_and_keeps_what_was_measured(rate: float) -> None:
    def answer(_: Operation) -> int:
        time.sleep(0.01)
        return 1

    interrupt_after(0.5)
    outcome, recorder = drive(answer, Plan(users=2, seconds=60, rate=rate))
    assert outcome.interrupted
    assert outcome.seconds < 5
    assert outcome.unstarted <= rate * outcome.seconds
    assert recorder.tallies()[Kind.SEARCH].answered


def test_a_second_ctrl_c_does_not_wait_for_what_is_under_way() -> None:
    over = threading.Event()

    def answer(_: Operation) -> int:
        over.wait(20)
        return 1

    interrupt_after(0.3, 0.5)
    outcome, _ = drive(answer, Plan(users=1, seconds=60), leave_seconds=20)
    over.set()
    assert outcome.interrupted
    assert outcome.unreturned == 1
    assert outcome.seconds < 5


@given(st.integers(1, 50), st.sampled_from([0.0, 1.0, 4.0]), st.sampled_from([0.5, 7.0, 100.0]), st.floats(0, 20))
def test_as_many_are_due_by_a_moment_as_have_their_time_before_it(seconds: int, ramp: float, rate: float, moment: float) -> None:
    """The rate rises evenly over the ramp and then stays."""
    plan = Plan(users=1, seconds=seconds, ramp=ramp, rate=rate)
    due = plan.due_by(moment)
    until = min(moment, plan.end)
    assert all(plan.due(number) <= until + 1e-6 for number in range(due))
    assert plan.due(due) >= until - 1e-6


def test_a_second_in_which_nothing_ends_is_a_row_of_zeros() -> None:
    recorder = Recorder(0.0)
    recorder.answered(SEARCH, Timing(0.1, 0.1, 0.2), 1)
    recorder.answered(SEARCH, Timing(0.2, 0.2, 3.4), 1)
    recorder.failed(SEARCH, Timing(3.5, 3.5, 3.6), ValueError("no"))
    rows = recorder.seconds(3.6)
    assert [(row.second, row.answered, row.failed) for row in rows] == [(0, 1, 0), (1, 0, 0), (2, 0, 0), (3, 1, 1)]
    assert rows[3].max_ms == 3200.0
