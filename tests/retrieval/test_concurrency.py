"""Any number of processes on one data folder: no error, bounded waiting, and every answer of one whole generation."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from ingest.database import Database
from ingest.errors import NotIndexedError, StoreBusyError
from ingest.lock import exclusive
from retrieval.answers import SearchRequest
from retrieval.engine import Engine, EngineOptions
from retrieval.run import IndexOptions, Progress
from tests.ingest.repositories import git, new_repository, write
from tests.retrieval.stores import assert_same, contents, opened

FILES = 12
SECONDS = 4.0

INDEX = """
import sys
from pathlib import Path
from retrieval.engine import Engine

with Engine(Path(sys.argv[1])) as engine:
    print("ready", flush=True)
    sys.stdin.readline()
    print(engine.index(sys.argv[2]).parsed)
"""

SEARCH = """
import re, sys, time
from pathlib import Path
from retrieval.answers import SearchRequest
from retrieval.engine import Engine

data, root, files, seconds = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
until, searches, newest = time.monotonic() + seconds, 0, 0
with Engine(data) as engine:
    while time.monotonic() < until:
        answer = engine.search(SearchRequest(r"/round_\\d+ =/", root, limit=100))
        rounds = {int(each) for hit in answer.hits for each in re.findall(r"round_(\\d+) =", hit.snippet)}
        assert len({hit.path for hit in answer.hits}) == files, (len(answer.hits), answer.status)
        assert len(rounds) == 1 and min(rounds) >= newest, (rounds, newest)
        assert answer.status[0].files == files and not answer.status[0].notes, answer.status
        newest = max(rounds)
        words = engine.search(SearchRequest(f"shop round_{newest}", root, limit=5))
        assert len(words.hits) == 5 and not words.status[0].notes, words.status
        assert engine.symbols(root, "*").total == files
        searches += 1
print(searches)
"""


def tree(number: int) -> dict[str, str | bytes]:
    return {f"shop{at}.py": f"def shop_{at}():\n    round_{number} = {at}\n    return round_{number}\n" for at in range(FILES)}


def python(script: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> str:
    output, messages = process.communicate(timeout=60)
    assert process.returncode == 0, messages
    return output


def test_two_processes_that_index_one_repository_share_the_work(tmp_path: Path):
    root, data = tmp_path / "tree", tmp_path / "data"
    write(root, tree(1))
    processes = [python(INDEX, data, root) for _ in range(2)]
    for process in processes:
        assert process.stdout is not None and process.stdin is not None
        process.stdout.readline()
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    assert sorted(int(finish(process)) for process in processes) == [0, FILES]
    with opened(data) as ours, opened(tmp_path / "fresh") as fresh:
        fresh.index(str(root))
        assert_same(contents(ours, data, root), contents(fresh, tmp_path / "fresh", root))
        assert ours.check() == []


def test_searches_see_whole_generations_while_an_index_runs_and_merges(tmp_path: Path):
    root, data = tmp_path / "tree", tmp_path / "data"
    write(root, tree(1))
    with Engine(data, EngineOptions(IndexOptions(workers=0), payload_bytes=0)) as engine:
        engine.index(str(root))
        searchers = [python(SEARCH, data, root, FILES, SECONDS) for _ in range(2)]
        number, segments = 1, set[str]()
        while any(searcher.poll() is None for searcher in searchers):
            number += 1
            write(root, tree(number))
            engine.index(str(root))
            segments |= {file.name for file in (data / "segments").rglob("*.segment")}
        assert [int(finish(searcher)) > 3 for searcher in searchers] == [True, True]
        assert number > 10
        assert len(segments) > len(list((data / "segments").rglob("*.segment"))), "no segment was ever merged away"
        assert engine.check() == []


def test_a_run_waits_for_another_within_its_bound_and_says_for_what(tmp_path: Path):
    root, data = new_repository(tmp_path / "tree", tree(1)), tmp_path / "data"
    with Engine(data, EngineOptions(IndexOptions(workers=0, lock_seconds=0.2))) as engine:
        engine.index(str(root))
        (lock,) = (data / "locks").iterdir()
        said: list[Progress] = []
        with exclusive(lock, wait_seconds=0), pytest.raises(StoreBusyError, match="another process has been indexing this repository"):
            engine.index(str(root), progress=said.append)
        assert [each.phase for each in said] == ["waiting for another process that indexes this repository"]
        assert engine.search(SearchRequest("shop", str(root))).hits
        assert engine.index(str(root)).parsed == 0


def test_a_repository_is_not_forgotten_under_a_run_that_indexes_it(tmp_path: Path):
    root, data = tmp_path / "tree", tmp_path / "data"
    write(root, tree(1))
    refused: list[str] = []
    with opened(data) as engine, Engine(data, EngineOptions(IndexOptions(workers=0, lock_seconds=0.05))) as other:
        engine.index(str(root))
        write(root, tree(2))

        def forget(progress: Progress) -> None:
            if progress.phase == "publishing":
                with pytest.raises(StoreBusyError) as error:
                    other.forget(str(root))
                refused.append(str(error.value))

        engine.index(str(root), progress=forget)
        assert len(refused) == 1
        assert len(engine.search(SearchRequest("/round_2 =/", str(root), limit=50)).hits) == FILES
        other.forget(str(root))
        with pytest.raises(NotIndexedError):
            engine.search(SearchRequest("shop", str(root)))
        assert engine.index(str(root)).parsed == FILES


def pages(data: Path) -> int:
    database = Database(data / "codelore.db")
    with database.read() as read:
        size = read.execute("PRAGMA page_count").fetchone()[0] - read.execute("PRAGMA freelist_count").fetchone()[0]
    database.close()
    return size


def test_a_second_worktree_costs_two_percent_at_most(tmp_path: Path):
    """It parses nothing, and takes at most 2 % of what the first one took in the database."""
    lines = "".join(f"    total_{{at}}_{number} = price(shop, {{at}}, {number})\n" for number in range(60))
    files: dict[str, str | bytes] = {
        f"part{at % 9}/shop{at}.py": f'def shop_{at}(shop):\n    """Open shop {at}."""\n' + lines.format(at=at) for at in range(300)
    }
    one, two, data = new_repository(tmp_path / "one", files), tmp_path / "two", tmp_path / "data"
    git(one, "worktree", "add", "-q", str(two))
    with opened(data) as engine:
        begin = time.perf_counter()
        assert engine.index(str(one)).parsed == 300
        first, first_pages = time.perf_counter() - begin, pages(data)
        begin = time.perf_counter()
        outcome = engine.index(str(two))
        assert (outcome.parsed, outcome.added) == (0, 300)
        assert time.perf_counter() - begin < first
        assert pages(data) - first_pages <= 0.02 * first_pages
        assert len(engine.repositories()) == 1
        assert engine.search(SearchRequest("open the shop", str(two))).status[0].view == str(two)


def test_searching_in_a_second_process_does_not_hold_up_indexing(tmp_path: Path):
    """A reader in the middle of its answer sees its state; the writer goes on."""
    root, data = tmp_path / "tree", tmp_path / "data"
    write(root, tree(1))
    with opened(data) as engine:
        engine.index(str(root))
        reader = Database(data / "codelore.db")
        with reader.read() as read:
            before = read.execute("SELECT generation FROM view").fetchone()[0]
            write(root, tree(2))
            assert engine.index(str(root)).view.generation == before + 1
            assert read.execute("SELECT generation FROM view").fetchone()[0] == before
        reader.close()
