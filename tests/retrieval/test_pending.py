"""Pending files: what an index run would do, counted without doing it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval.engine import Engine
from tests.ingest.repositories import commit_all, git, new_repository, write


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with Engine(tmp_path / "data") as engine:
        yield engine


@pytest.fixture
def root(tmp_path: Path) -> str:
    files = {f"{name}.py": f"def {name}():\n    return 1\n" for name in "abc"}
    return str(new_repository(tmp_path / "tree", {**files, "minified.js": "x" * 50_000}))


def test_additions_changes_and_deletions_are_pending(engine: Engine, root: str) -> None:
    engine.index(root)
    assert engine.pending(root) == 0
    write(Path(root), {"new.py": "n = 1\n", "a.py": "def a():\n    return 12\n"})
    Path(root, "b.py").unlink()
    assert engine.pending(root) == 3
    engine.index(root)
    assert engine.pending(root) == 0


def test_a_file_read_right_after_it_was_written_is_compared_by_content(engine: Engine, root: str) -> None:
    """Its time cannot be trusted, and it is not pending for that."""
    write(Path(root), {"a.py": "def a():\n    return 2\n"})
    engine.index(root)
    assert engine.pending(root) == 0
    write(Path(root), {"a.py": "def a():\n    return 3\n"})
    assert engine.pending(root) == 1


def test_a_touched_file_is_pending(engine: Engine, root: str) -> None:
    """Size and time are all that is looked at of a settled file."""
    os.utime(Path(root, "a.py"), (1_000_000, 1_000_000))
    engine.index(root)
    os.utime(Path(root, "a.py"), (2_000_000, 2_000_000))
    assert engine.pending(root) == 1


def test_when_everything_is_gone_everything_is_pending(engine: Engine, root: str) -> None:
    engine.index(root)
    git(root, "rm", "-q", "-r", ".")
    assert engine.pending(root) == 3


def test_a_vanished_tree_cannot_be_compared(engine: Engine, root: str, tmp_path: Path) -> None:
    """Not known is not none."""
    engine.index(root)
    engine.index(root, ref="main")
    Path(root).rename(tmp_path / "moved")
    assert engine.pending(root) == -1


def test_a_ref_that_moved_has_pending_files(engine: Engine, root: str) -> None:
    """A branch with a new commit is out of date by what the commit changed; one that is gone cannot be compared."""
    git(root, "branch", "next")
    engine.index(root, ref="next")
    assert engine.pending(root, ref="next") == 0
    git(root, "checkout", "-q", "next")
    write(Path(root), {"a.py": "def a():\n    return 12\n", "new.py": "n = 1\n"})
    git(root, "rm", "-q", "b.py")
    commit_all(Path(root))
    git(root, "checkout", "-q", "main")
    assert engine.pending(root, ref="next") == 3
    git(root, "branch", "-q", "-D", "next")
    assert engine.pending(root, ref="next") == -1
