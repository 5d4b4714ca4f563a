"""The targets over a tiny indexed repository, and the command line's failures with small programs in its place."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from eval.load.mix import Kind, Operation
from eval.load.targets import CliTarget, EngineTarget, OperationFailedError, Target, Turns
from tests.eval.load.shop import CODELORE, indexed, new_shop

ASKED = [
    (Operation(Kind.SEARCH, "order total"), 1),
    (Operation(Kind.CONTEXT, "order total"), 1),
    (Operation(Kind.SYMBOLS, "order_total_*"), 6),
    (Operation(Kind.SHOW, "orders.py:1-3"), 1),
    (Operation(Kind.GRAPH_CALLERS, "orders.py#order_total_3"), 1),
    (Operation(Kind.SYMBOLS, "nothing_of_this_name"), 0),
    (Operation(Kind.SHOW, "nowhere.py:1-3"), 0),
    (Operation(Kind.GRAPH_CALLERS, "orders.py#nobody"), 0),
]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """The tree and its data folder."""
    folder = tmp_path_factory.mktemp("shop")
    return indexed(new_shop(folder / "shop"), folder / "data")


@pytest.mark.parametrize("name", ["one", "each", "cli"])
def test_every_target_answers_every_operation_alike(shop: tuple[str, Path], name: str) -> None:
    """Rows are counted; what stands for nothing is an empty answer."""
    root, data = shop
    target: Target = CliTarget(data, root, CODELORE) if name == "cli" else EngineTarget(data, root, each=name == "each")
    target.open()
    for operation, rows in ASKED:
        found = target.perform(operation)
        assert found >= rows if operation.kind in {Kind.SEARCH, Kind.CONTEXT} else found == rows, operation
    assert (os.getpid() in target.processes()) == (name != "cli")
    assert target.cpu_seconds() > 0
    target.close()


@pytest.mark.parametrize("each", [False, True])
def test_many_threads_get_whole_answers_from_the_engine(shop: tuple[str, Path], each: bool) -> None:
    """In turns or each from an engine of its own; texts are decompressed in all of them."""
    target = EngineTarget(shop[1], shop[0], each=each)
    target.open()
    wrong: list[object] = []

    def ask() -> None:
        for _ in range(30):
            for operation, rows in ASKED[:3]:
                try:
                    if target.perform(operation) < rows:
                        wrong.append(operation)
                except Exception as error:  # whatever it is, it is what this test looks for
                    wrong.append(error)

    users = [threading.Thread(target=ask) for _ in range(4)]
    for user in users:
        user.start()
    for user in users:
        user.join()
    target.close()
    assert wrong == []


def test_turns_go_round() -> None:
    """A user who wants another turn at once comes after all who wait."""
    turns, taken = Turns(), list[int]()
    start = threading.Barrier(3)

    def take(user: int) -> None:
        start.wait(10)
        for _ in range(50):
            with turns:
                taken.append(user)
                time.sleep(0.001)

    users = [threading.Thread(target=take, args=(user,)) for user in range(3)]
    for user in users:
        user.start()
    for user in users:
        user.join()
    middle = taken[20:100]
    assert max(abs(middle.count(user) - len(middle) / 3) for user in range(3)) <= 10


def test_a_slip_of_the_engine_is_no_empty_answer(shop: tuple[str, Path]) -> None:
    """Only a name that stands for nothing is one; text that is no span is a failure."""
    target = EngineTarget(shop[1], shop[0])
    target.open()
    with pytest.raises(ValueError, match="invalid literal"):
        target.perform(Operation(Kind.SHOW, "orders.py"))
    target.close()


def program(folder: Path, script: str) -> list[str]:
    file = folder / "codelore.sh"
    file.write_text(script)
    return ["sh", str(file)]


@pytest.mark.parametrize(
    ("script", "kind", "said"),
    [
        ("echo 'no store' >&2; exit 4", "exit code 4", "no store"),
        ("echo 'Traceback (most recent call last)' >&2; exit 1", "exit code 1", "Traceback"),
        ("echo bye >&2; kill -9 $$", "signal 9", "bye"),
        ("echo oops", "unreadable answer", "oops"),
        ("echo '{\"rows\": []}'", "unreadable answer", "hits"),
        ("exec sleep 20", "timeout", "within 1 s"),
    ],
)
def test_what_a_process_can_do_wrong_is_told_apart(tmp_path: Path, script: str, kind: str, said: str) -> None:
    target = CliTarget(tmp_path, str(tmp_path), program(tmp_path, script), patience=0.8)
    with pytest.raises(OperationFailedError, match=said) as error:
        target.perform(ASKED[0][0])
    assert error.value.kind == kind


def test_a_program_that_says_nothing_and_ends_with_1_found_nothing(tmp_path: Path) -> None:
    assert CliTarget(tmp_path, str(tmp_path), program(tmp_path, "exit 1")).perform(ASKED[0][0]) == 0


def test_a_command_that_does_not_start_is_known_when_it_is_opened(tmp_path: Path) -> None:
    with pytest.raises(OperationFailedError, match="nosuch"):
        CliTarget(tmp_path, str(tmp_path), [str(tmp_path / "nosuch")]).open()
