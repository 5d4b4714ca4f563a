"""Whole runs over a tiny repository: indexed, asked, edited meanwhile, reported."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from eval.cli_load import add_load
from eval.load.driver import Plan
from eval.load.edits import Writer, copy_tree
from eval.load.mix import Kind, Operation
from eval.load.report import LoadReport, lines, missed, write_report
from eval.load.sampling import Sample, growth
from eval.load.session import TARGETS, Load, run_load
from ingest.errors import QueryError, SourceError
from tests.eval.load.shop import CODELORE, FakeTarget, Numbered, indexed, new_shop

HALF = {Kind.SEARCH: 1, Kind.SHOW: 1}


def load(tmp_path: Path, plan: Plan, target: str = "engine", **options: object) -> Load:
    given = Load(str(tmp_path / "shop"), target, plan, HALF, tmp_path / "home", CODELORE)
    return replace(given, **options)  # pyright: ignore[reportArgumentType]


def command(*arguments: object, home: Path) -> int:
    """Run the command as it is typed."""
    parser = ArgumentParser()
    add_load(parser.add_subparsers(), lambda: home)
    typed = parser.parse_args(["load", *map(str, arguments)])
    return int(typed.run(typed))


def test_a_run_is_a_record_and_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One second of all operations with the engine: no failure, and every figure is there."""
    new_shop(tmp_path / "shop")
    out = tmp_path / "records" / "load.json"
    asked = ("--users", 2, "--duration", "1s", "--ramp", "200ms", "--out", out, "--at-least-throughput", 1)
    assert command(tmp_path / "shop", *asked, home=tmp_path / "home") == 0
    record = json.loads(out.read_text())
    assert {row["operation"] for row in record["operations"]} <= set(Kind)
    assert record["overall"]["answered"] == sum(row["answered"] for row in record["operations"]) > 0
    assert record["overall"]["failed"] == len(record["errors"]) == 0
    assert 0 < record["overall"]["latency"]["p50_ms"] <= record["overall"]["latency"]["p99_ms"] <= record["overall"]["latency"]["max_ms"]
    assert record["memory"]["peak_bytes"] > 10_000_000
    assert len(record["memory"]["samples"]) >= 2
    assert sum(row["answered"] for row in record["seconds"]) >= record["overall"]["answered"]
    assert 0 < record["cores_used"] < 3
    assert (record["partial"], record["unstarted"], record["edits"], record["subject"]["files"]) == (False, 0, None, 2)
    printed = capsys.readouterr()
    assert "\nsearch " in printed.out
    assert "memory" in printed.out
    assert "indexing" in printed.err


def test_one_process_a_question_and_a_missed_bound(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Queries from a file are asked; too few answers a second are exit status 1."""
    new_shop(tmp_path / "shop")
    (tmp_path / "queries.txt").write_text("order total\n")
    asked = ("--target", "cli", "--users", 1, "--duration", "1s", "--ramp", 0, "--mix", "search=1", "--json")
    bound = ("--queries", tmp_path / "queries.txt", "--at-least-throughput", 10_000, "--data", tmp_path / "data")
    assert command(tmp_path / "shop", *asked, *bound, home=tmp_path / "home") == 1
    printed = capsys.readouterr()
    record = json.loads(printed.out)
    assert record["overall"]["answered"] >= 1
    assert record["overall"]["failed"] == 0
    assert record["memory"]["peak_bytes"] > 1_000_000
    assert "10,000.0 were wanted" in printed.err
    assert (tmp_path / "data").is_dir()
    assert not (tmp_path / "home").exists()


def test_readers_meet_a_writer(tmp_path: Path) -> None:
    """Files of a copy change and are indexed again while users ask; the tree itself is left alone."""
    root = new_shop(tmp_path / "shop")
    before = {path.name: path.read_text() for path in root.iterdir()}
    report = run_load(load(tmp_path, Plan(2, 3.0), edits=4.0))
    assert report.edits is not None
    assert report.edits.made >= 2
    assert report.edits.generations >= 1
    assert report.edits.problem == ""
    assert missed(report, None) == []
    assert report.subject.repository == str(root)
    assert {path.name: path.read_text() for path in root.iterdir()} == before
    assert any("generations published" in line for line in lines(report))


def test_a_copy_with_an_index_of_its_own_has_no_other_place(tmp_path: Path) -> None:
    new_shop(tmp_path / "shop")
    with pytest.raises(QueryError, match="leave out --data"):
        run_load(load(tmp_path, Plan(1, 1.0), edits=1.0, data=tmp_path / "data"))


def test_a_copy_holds_what_an_index_takes(tmp_path: Path) -> None:
    """Neither a git directory nor what is ignored."""
    root = new_shop(tmp_path / "shop")
    (root / ".gitignore").write_text("secret.py\n")
    (root / "secret.py").write_text("x = 1\n")
    (root / ".git").mkdir()
    copy_tree(root, tmp_path / "copy")
    assert (
        {"orders.py", "checkout.py"} <= {path.name for path in (tmp_path / "copy").iterdir()} <= {"orders.py", "checkout.py", ".gitignore"}
    )


def test_files_too_small_to_edit_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    with pytest.raises(SourceError, match="no file of 200"):
        Writer(tmp_path, tmp_path / "data", 1.0, CODELORE)


def test_a_writer_that_does_not_follow_is_an_error(tmp_path: Path) -> None:
    """Its last words are shown."""
    root, data = indexed(new_shop(tmp_path / "shop"), tmp_path / "data")
    broken = Writer(Path(root), data, 1.0, [sys.executable, "-c", "print('no room')"])
    with pytest.raises(SourceError, match="does not follow: no room"), broken.watching():
        pass


def faulty(tmp_path: Path, answer: Callable[[Operation], int], plan: Plan) -> LoadReport:
    """Run with a target that does as told."""
    new_shop(tmp_path / "shop")
    target = FakeTarget(answer)
    report = run_load(load(tmp_path, plan), targets={"engine": lambda _: target})
    assert (target.opened, target.closed) == (1, 1 - bool(report.unreturned))
    return report


def test_failures_are_reported_and_fail_the_run(tmp_path: Path) -> None:
    """With their number, their kind and an example each."""
    number = Numbered()

    def answer(operation: Operation) -> int:
        if number() % 2:
            raise TimeoutError(f"nobody knows {operation.text}")
        return 1

    report = faulty(tmp_path, answer, Plan(1, 0.3, rate=50))
    (error,) = report.errors
    assert (error.kind, error.count) == ("TimeoutError", report.overall.failed)
    assert error.query in error.message
    assert missed(report, None) == [f"{error.count} operations failed"]
    table = "\n".join(lines(report))
    assert f"{error.count} failed with TimeoutError, first {error.operation} {error.query!r}" in table
    assert "once begun" in table


def test_a_run_that_measured_nothing_fails(tmp_path: Path) -> None:
    def answer(_: Operation) -> int:
        raise ConnectionError

    assert missed(faulty(tmp_path, answer, Plan(1, 0.1, think=0.01)), None)[0] == "nothing was answered after the ramp"


COMMAND = """
import sys
from argparse import ArgumentParser
from pathlib import Path
from eval.cli_load import add_load

if __name__ == "__main__":
    parser = ArgumentParser()
    add_load(parser.add_subparsers(), lambda: Path(sys.argv[1]))
    typed = parser.parse_args(["load", *sys.argv[2:]])
    sys.exit(typed.run(typed))
"""


@pytest.mark.parametrize("target", ["engine", "cli"])
def test_ctrl_c_reports_what_was_measured_as_partial(tmp_path: Path, target: str) -> None:
    """The record says so, the exit status is that of an interruption, and processes that were under way have not failed."""
    root, out = new_shop(tmp_path / "shop"), tmp_path / "load.json"
    (tmp_path / "command.py").write_text(COMMAND)
    asked = ("--target", target, "--users", "1", "--duration", "1h", "--ramp", "0", "--mix", "search=1", "--out", str(out))
    with subprocess.Popen(
        [sys.executable, str(tmp_path / "command.py"), str(tmp_path / "home"), str(root), *asked],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        while "asking for" not in process.stderr.readline():
            pass
        time.sleep(2.5)
        os.killpg(process.pid, signal.SIGINT)
        assert "(PARTIAL)" in process.stdout.read()
        assert "interrupted" in process.stderr.read()
    assert process.returncode == 130
    record = json.loads(out.read_text())
    assert record["partial"]
    assert record["overall"]["answered"] >= 1
    assert record["errors"] == []
    assert record["counted_seconds"] < 30


def test_a_run_of_no_time_is_refused(tmp_path: Path) -> None:
    with pytest.raises(QueryError, match="no time"):
        command(tmp_path, "--duration", "0s", home=tmp_path)


@pytest.mark.parametrize(
    "wrong",
    [
        ("--users", "0"),
        ("--duration", "soon"),
        ("--rate", "0"),
        ("--think", "-1"),
        ("--think", "x"),
        ("--rate", "5", "--think", "5"),
        ("--target", "moon"),
    ],
)
def test_wrong_usage_is_said(tmp_path: Path, wrong: Sequence[str]) -> None:
    with pytest.raises(SystemExit) as error:
        command(tmp_path, *wrong, home=tmp_path)
    assert error.value.code == 2


def test_the_command_and_the_code_know_the_same_targets_and_mix() -> None:
    """The command line loads nothing to show its help, so it has names of its own."""
    from eval.cli_load import _MIX, _TARGETS  # pyright: ignore[reportPrivateUsage]
    from eval.load.mix import DEFAULT_MIX

    assert set(_TARGETS) == set(TARGETS)
    assert _MIX == DEFAULT_MIX


def test_growth_is_the_slope_of_the_second_half() -> None:
    """Bytes a minute; what fills at first does not count."""
    steady = [Sample(float(at), 500 if at < 5 else 1_000 + 10 * at, 1, 0.0) for at in range(10)]
    assert growth(steady) == pytest.approx(600)
    assert growth(steady[:1]) == growth([]) == 0.0
    assert growth([steady[0]] * 4) == 0.0


def test_what_is_doubtful_is_said(tmp_path: Path) -> None:
    """Operations that nobody began, users that never came back, a writer that ended."""
    report = faulty(tmp_path, lambda operation: len(operation.text), Plan(1, 0.1))
    worse = replace(report, unstarted=3, unreturned=1, memory=replace(report.memory, peak_bytes=0))
    assert "1 operations never came back" in missed(worse, None)
    table = "\n".join(lines(worse))
    assert "3 operations were due and nobody came" in table
    assert "MB" not in table
    write_report(worse, tmp_path / "a" / "b.json")
    assert json.loads((tmp_path / "a" / "b.json").read_text())["unstarted"] == 3
