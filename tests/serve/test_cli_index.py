"""Filling the index on the command line, and what it says about itself."""

import json
import os
import pty
import select
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.ingest.repositories import commit_all, git, new_repository, write
from tests.serve.commands import CODELORE, SHOP, Shell, program


def test_index_then_search_through_the_installed_program(home: Path, tmp_path: Path) -> None:
    """The main job: index, ask, change a file, index again, ask again."""
    root = new_repository(tmp_path / "shop", SHOP)
    first = program("index", folder=root)
    assert (first.code, first.err) == (0, "")
    assert "5 added" in first.out
    assert "skipped 1: 1 binary" in first.out
    write(root, {"shop/refund.py": "def refund_order(order):\n    return order.pay_back()\n"})
    second = program("index", "--json", folder=root).json("IndexResult")["indexed"][0]
    assert (second["added"], second["unchanged"], second["status"]["generation"]) == (1, 5, 2)
    answer = program("search", "--json", "refund an order", folder=root / "shop").json("SearchResult")
    assert answer["hits"][0]["path"] == "shop/refund.py"


def test_index_without_a_path_is_the_whole_checkout(codelore: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = new_repository(tmp_path / "shop", SHOP)
    monkeypatch.chdir(root / "shop")
    assert codelore("index", "--json").json("IndexResult")["indexed"][0]["path"] == str(root)


def test_a_path_that_fails_costs_that_path_alone(codelore: Shell, tmp_path: Path) -> None:
    """The exit code and a line on standard error tell of it; the others are indexed."""
    root = new_repository(tmp_path / "shop", SHOP)
    (tmp_path / "empty").mkdir()
    done = codelore("index", "--json", tmp_path / "nowhere", root, tmp_path / "empty")
    indexed = done.json("IndexResult")["indexed"]
    assert done.code == 3
    assert [each["error"] is None for each in indexed] == [False, True, False]
    assert done.err.splitlines()[0].startswith(f"codelore index: cannot index {tmp_path / 'nowhere'}: No such file")
    assert len(done.err.splitlines()) == 2


def test_all_files_ignored_is_said(codelore: Shell, tmp_path: Path) -> None:
    """An index of nothing is an error, not a success."""
    root = new_repository(tmp_path / "hidden", {".gitignore": "*\n", "a.py": "x = 1\n"})
    git(root, "rm", "-q", "--cached", "-r", ".", "--ignore-unmatch")
    done = codelore("index", root)
    assert done.code == 3
    assert "nothing to index" in done.err


def test_a_ref_is_indexed_without_a_checkout(codelore: Shell, tmp_path: Path) -> None:
    root = new_repository(tmp_path / "shop", SHOP)
    git(root, "checkout", "-q", "-b", "next")
    write(root, {"next.py": "def only_next():\n    return 1\n"})
    commit_all(root)
    git(root, "checkout", "-q", "main")
    done = codelore("index", root, "--ref", "next", "--json").json("IndexResult")["indexed"][0]
    assert done["status"]["view"] == "next"
    assert codelore("symbols", "only_next", "-C", root, "--ref", "next").code == 0
    assert codelore("status", root, "--ref", "next", "--json").json("StatusResult")["status"]["files"] == 6
    assert codelore("index", root, "--ref", "nowhere").code == 3
    assert codelore("index", root, "--ref", "next", "--watch").code == 2


def test_status_tells_failures_with_reasons(codelore: Shell, tmp_path: Path) -> None:
    root = new_repository(tmp_path / "shop", SHOP)
    write(root, {"big.py": "x = 1\n" * 300_000, "empty.py": ""})
    codelore("index", root)
    told = codelore("status", root)
    assert told.code == 0
    assert "pending     none" in told.out
    assert "1 too-large" in told.out
    status = codelore("status", "--json", root).json("StatusResult")["status"]
    assert status["skipped"] == {"binary": 1, "too-large": 1, "empty": 1}


def test_not_indexed_is_exit_code_3_with_the_remedy(codelore: Shell, tmp_path: Path) -> None:
    done = codelore("status", tmp_path)
    assert done.code == 3
    assert done.err == f"codelore status: {tmp_path} is not indexed; run: codelore index {tmp_path}\n"


def test_repos_and_forget(codelore: Shell, shop: Path) -> None:
    [repository] = codelore("repos", "--json").json("ReposResult")["repositories"]
    assert repository["name"] == "shop"
    assert {view["view"] for view in repository["views"]} == {str(shop), "HEAD"}
    assert "shop" in codelore("repos").out
    assert codelore("forget", "nobody").code == 3
    assert codelore("forget", "HEAD", "--json").json("ForgetResult")["forgotten"] == ["HEAD"]
    assert codelore("forget", "shop").out == f"forgot {shop}\n"
    assert codelore("repos").err == "nothing is indexed yet; run: codelore index PATH\n"
    assert codelore("repos", "--json").json("ReposResult")["repositories"] == []


def test_names_of_any_bytes_survive(codelore: Shell, tmp_path: Path) -> None:
    """A path that is not UTF-8, one with a line end and one that would drive the terminal: printed spelled out, and found."""
    root = tmp_path / "odd"
    write(
        root,
        {
            "caf\udce9.py": "def coffee_shop():\n    return 1\n",
            "a\nb.py": "def line_end():\n    return 2\n",
            "\x1b[31m.py": "def red():\n    pass\n",
        },
    )
    assert codelore("index", root).code == 0
    hits = codelore("search", "--json", "-C", root, "coffee shop").json("SearchResult")["hits"]
    assert hits[0]["path"] == "caf\\xe9.py"
    readable = codelore("symbols", "-C", root, "*").out
    assert "caf\\xe9.py:1-2" in readable
    assert "a\\nb.py:1-2" in readable
    assert "\x1b" not in readable
    assert codelore("show", "-C", root, "caf\udce9.py:1").out == "def coffee_shop():\n"


def test_a_store_that_cannot_be_opened_is_exit_code_4(codelore: Shell, home: Path, tmp_path: Path) -> None:
    home.mkdir()
    (home / "codelore.db").write_bytes(b"this is no database" * 100)
    done = codelore("status", tmp_path)
    assert done.code == 4
    assert done.err.count("\n") == 1
    assert "Traceback" not in done.err


def test_progress_shows_on_a_terminal_only(home: Path, tmp_path: Path) -> None:
    """Files, rate and phase on a terminal; nothing on standard error in a pipe."""
    body = "".join(f"def function_{number}(value):\n    return value * {number}\n\n\n" for number in range(400))
    root = new_repository(tmp_path / "large", {f"module_{number}.py": f"# {number}\n{body}" for number in range(150)})
    shown = run_on_a_terminal((CODELORE, "index"), root)
    assert "indexing" in shown
    assert "files" in shown
    assert "MB/s" in shown
    assert "150 added" in shown
    assert program("index", folder=root).err == ""


def run_on_a_terminal(command: tuple[str, ...], folder: Path) -> str:
    """Run a command whose output is a pseudo-terminal and return what it showed."""
    mine, theirs = pty.openpty()
    command = ("env", "TERM=xterm-256color", *command)
    with subprocess.Popen(command, cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        shown = b""
        while True:
            ready, _, _ = select.select([mine], [], [], 60)
            try:
                data = os.read(mine, 65_536) if ready else b""
            except OSError:  # the other side is closed
                data = b""
            if not data:
                break
            shown += data
        assert process.wait(60) == 0
    os.close(mine)
    return shown.decode(errors="replace")


def test_a_pipe_closed_early_is_quiet(shop: Path) -> None:
    """As with ``codelore languages | head -1``: no traceback, no message."""
    with subprocess.Popen(
        (CODELORE, "search", "--limit", "50", "cart"), cwd=shop, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read().decode()
        assert process.wait(60) == 141
    assert "Traceback" not in said
    assert "Exception" not in said


def test_an_interrupt_is_one_line(home: Path, tmp_path: Path) -> None:
    """SIGINT while indexing: exit code 130, no traceback, and the next run succeeds."""
    body = "".join(f"def function_{number}(value):\n    return value * {number}\n\n\n" for number in range(400))
    root = new_repository(tmp_path / "large", {f"module_{number}.py": f"# {number}\n{body}" for number in range(200)})
    with subprocess.Popen((CODELORE, "index"), cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True) as process:
        deadline = time.monotonic() + 30
        while not (home / "codelore.db").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.2)
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said.decode().splitlines() == [
        "codelore index: interrupted; what was stored so far is kept, and the next run goes on from there"
    ]
    assert json.loads(program("index", "--json", folder=root).out)["indexed"][0]["status"]["files"] == 200
