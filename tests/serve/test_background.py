"""Indexing in the background: the same installed program, once for a root, and it outlives its caller."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from ingest.errors import NotIndexedError, StoreError
from ingest.lock import exclusive
from retrieval.answers import SearchRequest
from retrieval.engine import Engine
from serve.background import start_indexing
from tests.ingest.repositories import new_repository
from tests.serve.commands import wait_until

SECONDS = 30.0
wait = partial(wait_until, seconds=SECONDS)
FILES = {"shop/cart.py": "def total(prices):\n    return sum(prices)\n"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return new_repository(tmp_path / "tree", FILES)


def ended(process: int) -> bool:
    return os.waitpid(process, os.WNOHANG)[0] == process


def found(data: Path, root: Path) -> bool:
    with Engine(data) as engine:
        try:
            return bool(engine.search(SearchRequest("total", str(root))).hits)
        except NotIndexedError:
            return False


def test_a_run_is_started_once_and_its_index_is_found(data: Path, root: Path) -> None:
    process = start_indexing(str(root))
    assert process > 0
    assert start_indexing(str(root)) == 0
    assert os.getsid(process) == process, "it would end with its caller's terminal"
    wait(lambda: ended(process))
    assert found(data, root)
    assert [path.suffix for path in (data / "logs").iterdir()] == [".log"]
    again = start_indexing(str(root))
    assert again > 0
    wait(lambda: ended(again))


def test_a_run_gives_way_to_others(data: Path, root: Path) -> None:
    process = start_indexing(str(root))
    wait(lambda: os.getpriority(os.PRIO_PROCESS, process) > os.getpriority(os.PRIO_PROCESS, 0))
    wait(lambda: ended(process))


def test_a_ref_is_indexed_by_a_run_of_its_own(data: Path, root: Path) -> None:
    process = start_indexing(str(root), ref="main")
    wait(lambda: ended(process))
    with Engine(data) as engine:
        assert engine.search(SearchRequest("total", str(root), ref="main")).hits


def test_nothing_is_started_while_another_process_indexes_the_root(data: Path, root: Path) -> None:
    with Engine(data) as engine:
        engine.index(str(root))
    (lock,) = (data / "locks").iterdir()
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys; from pathlib import Path; from ingest.lock import exclusive\n"
            "with exclusive(Path(sys.argv[1]), wait_seconds=5): print('held', flush=True); sys.stdin.read()",
            str(lock),
        ],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert start_indexing(str(root)) == 0
        holder.communicate()
    with exclusive(lock, wait_seconds=1):
        pass


def test_the_run_outlives_its_caller(data: Path, root: Path) -> None:
    program = "import sys; from serve.background import start_indexing; print(start_indexing(sys.argv[1]))"
    caller = subprocess.run(
        [sys.executable, "-c", program, str(root)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    )
    assert int(caller.stdout) > 0
    wait(lambda: found(data, root))


def test_a_foreign_package_in_the_root_is_not_run(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run starts as any start does: from no folder of the caller's."""
    root = new_repository(tmp_path / "hostile", {"ingest/__init__.py": "raise RuntimeError('their code ran')\n", **FILES})
    monkeypatch.chdir(root)
    process = start_indexing(".")
    wait(lambda: ended(process))
    assert found(data, root)


def test_a_data_folder_that_cannot_be_written_is_said(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CODELORE_DATA_DIR", str(tmp_path / "file" / "data"))
    with pytest.raises(StoreError, match="CODELORE_DATA_DIR"):
        start_indexing(str(root))
