"""A watched tree's view follows its files: real file events, a real engine."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from ingest.errors import CodeloreError, NotIndexedError, SourceError
from retrieval.answers import SearchRequest
from retrieval.engine import Engine
from retrieval.run import IndexOutcome
from serve.watch import watch
from tests.ingest.repositories import commit_all, git, new_repository, write
from tests.serve.commands import wait_until

SECONDS = 20.0
wait = partial(wait_until, seconds=SECONDS)
FILES = {"shop/cart.py": "def total(prices):\n    return sum(prices)\n", "shop/pay.py": "def charge(card):\n    return card\n"}


class Watching:
    """A watch on another thread, and a reader of what it publishes."""

    def __init__(self, data: Path, roots: list[Path]) -> None:
        self.outcomes: list[IndexOutcome] = []
        self.problem: BaseException | None = None
        self._stop = threading.Event()
        self._data, self._roots = data, [str(root) for root in roots]
        self._thread = threading.Thread(target=self._work)
        self._thread.start()
        wait(lambda: len(self.outcomes) >= len(roots) or not self._thread.is_alive())
        self.reader = Engine(data)

    def _work(self) -> None:
        try:
            with Engine(self._data) as engine:
                watch(engine, self._roots, report=self.outcomes.append, stop=self._stop)
        except CodeloreError as error:
            self.problem = error

    def finds(self, text: str, root: Path) -> str:
        """The path of the first hit of a pattern, or nothing."""
        try:
            hits = self.reader.search(SearchRequest(f"/{text}/", str(root))).hits
        except NotIndexedError:
            return ""
        return hits[0].path if hits else ""

    def end(self) -> None:
        self._stop.set()
        self._thread.join(SECONDS)
        self.reader.close()
        assert not self._thread.is_alive()


@contextmanager
def watching(data: Path, *roots: Path) -> Generator[Watching]:
    started = Watching(data, list(roots))
    try:
        yield started
    finally:
        started.end()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return new_repository(tmp_path / "tree", FILES)


def test_edits_additions_and_deletions_are_followed(root: Path, tmp_path: Path) -> None:
    with watching(tmp_path / "data", root) as view:
        write(root, {"shop/cart.py": "def zebra(prices):\n    return 0\n"})
        wait(lambda: view.finds("def zebra", root) == "shop/cart.py")
        write(root, {"more/deep/new.py": "def giraffe():\n    return 0\n"})
        wait(lambda: view.finds("def giraffe", root) == "more/deep/new.py")
        (root / "shop/pay.py").unlink()
        wait(lambda: not view.finds("def charge", root))
        (root / "more").rename(root / "less")
        wait(lambda: view.finds("def giraffe", root) == "less/deep/new.py")


def test_a_switch_of_branches_is_followed(root: Path, tmp_path: Path) -> None:
    git(root, "switch", "-q", "-c", "feature")
    write(root, {"shop/cart.py": "def zebra(prices):\n    return 0\n"})
    commit = commit_all(root)
    git(root, "switch", "-q", "main")
    with watching(tmp_path / "data", root) as view:
        git(root, "switch", "-q", "feature")
        wait(lambda: view.finds("def zebra", root) == "shop/cart.py")
        wait(lambda: view.reader.views(SearchRequest("x", str(root)))[0][1].commit == commit)


def test_new_ignore_rules_are_followed(root: Path, tmp_path: Path) -> None:
    git(root, "rm", "-q", "--cached", "shop/pay.py")
    with watching(tmp_path / "data", root) as view:
        assert view.finds("def charge", root)
        write(root, {".gitignore": "pay.py\n"})
        wait(lambda: not view.finds("def charge", root))


def test_a_storm_of_changes_is_few_runs_and_ends_whole(root: Path, tmp_path: Path) -> None:
    with watching(tmp_path / "data", root) as view:
        write(root, {f"many/{at // 100}/{at}.py": f"def zebra{at}():\n    return {at}\n" for at in range(1_000)})
        wait(lambda: view.reader.status(str(root), look=False).files == 1_002)
        assert len(view.outcomes) <= 20


def test_a_root_that_is_deleted_and_made_again_is_followed(root: Path, tmp_path: Path) -> None:
    with watching(tmp_path / "data", root) as view:
        shutil.rmtree(root)
        new_repository(root, {"a.py": "def zebra():\n    return 0\n"})
        wait(lambda: view.finds("def zebra", root) == "a.py")
        write(root, {"b.py": "def giraffe():\n    return 0\n"})
        wait(lambda: view.finds("def giraffe", root) == "b.py")


def test_a_tree_that_runs_empty_is_said_and_followed_again(root: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with watching(tmp_path / "data", root) as view:
        shutil.rmtree(root / "shop")
        wait(lambda: "nothing to index" in caplog.text)
        write(root, {"b.py": "def giraffe():\n    return 0\n"})
        wait(lambda: view.finds("def giraffe", root) == "b.py")


def test_two_trees_are_followed_at_once(root: Path, tmp_path: Path) -> None:
    """One of them is a linked worktree, whose git directory lies in the other."""
    linked = tmp_path / "linked"
    git(root, "worktree", "add", "-q", str(linked), "-b", "feature")
    with watching(tmp_path / "data", root, linked) as view:
        write(linked, {"shop/cart.py": "def zebra(prices):\n    return 0\n"})
        wait(lambda: view.finds("def zebra", linked) == "shop/cart.py")
        assert not view.finds("def zebra", root)
        commit = commit_all(linked)
        wait(lambda: view.reader.views(SearchRequest("x", str(linked)))[0][1].commit == commit)


def test_a_file_read_as_it_was_written_is_soon_known_by_its_time(root: Path, tmp_path: Path) -> None:
    """Nothing stays pending once the files are quiet, after one change and after many."""
    for path in FILES:
        os.utime(root / path, ns=(10**18, 10**18))
    with watching(tmp_path / "data", root) as view:
        write(root, {"shop/cart.py": "def zebra(prices):\n    return 0\n"})
        wait(lambda: view.finds("def zebra", root) == "shop/cart.py")
        wait(lambda: view.reader.pending(str(root)) == 0)
        write(root, {f"many/{at}.py": f"def zebra{at}():\n    return {at}\n" for at in range(300)})
        wait(lambda: view.reader.status(str(root), look=False).files == 302)
        wait(lambda: view.reader.pending(str(root)) == 0)


def test_the_index_itself_is_no_change(root: Path) -> None:
    """A data folder inside the watched tree does not keep the watch busy for ever."""
    write(root, {".gitignore": "data/\n"})
    with watching(root / "data", root) as view:
        write(root, {"shop/cart.py": "def zebra(prices):\n    return 0\n"})
        wait(lambda: view.finds("def zebra", root) == "shop/cart.py")
        generation = view.outcomes[-1].view.generation
        time.sleep(0.4)
        assert view.reader.views(SearchRequest("x", str(root)))[0][1].generation <= generation + 1


def test_a_root_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with Engine(tmp_path / "data") as engine, pytest.raises(SourceError, match="no such folder"):
        watch(engine, [str(tmp_path / "nowhere")], report=lambda _: None)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_watch_in_order(number: signal.Signals, root: Path, tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from retrieval.engine import Engine; from serve.watch import watch\n"
        "with Engine(Path(sys.argv[1])) as engine: watch(engine, [sys.argv[2]], report=lambda _: print('ready', flush=True))\n"
        "print('closed')"
    )
    place = Path(__file__).parents[2]
    started = subprocess.Popen(
        [sys.executable, "-c", program, tmp_path / "data", root], cwd=place, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "ready\n"
    os.kill(started.pid, number)
    output, errors = started.communicate(timeout=SECONDS)
    assert (started.returncode, output, errors) == (0, "closed\n", "")
