"""What tells stores apart: one identity for each, made once, and a copy's own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from ingest.database import Database
from ingest.errors import StoreError
from ingest.store_identity import store_identity
from tests.ingest.repositories import public_folder, without_privileges

ROOT = Path(__file__).parents[2]
ASK = """
import sys
from pathlib import Path
from ingest.database import Database
from ingest.store_identity import store_identity

database = Database(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
print(store_identity(database))
"""


def identity(path: Path) -> str:
    with closing(Database(path)) as database:
        return store_identity(database)


def test_an_identity_is_made_once_and_is_the_stores_own(tmp_path: Path) -> None:
    here, there = tmp_path / "here.db", tmp_path / "there.db"
    first = identity(here)
    assert len(first) == 16 and int(first, 16) >= 0
    assert [identity(here), identity(here)] == [first, first]
    assert identity(there) != first


@pytest.mark.parametrize("copied", [False, True], ids=["new", "copied"])
def test_processes_that_ask_at_once_get_one_answer(tmp_path: Path, copied: bool) -> None:
    path, original = tmp_path / "codelore.db", tmp_path / "original.db"
    if copied:
        identity(original)
        shutil.copy(original, path)
    asking = [
        subprocess.Popen([sys.executable, "-c", ASK, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        for _ in range(4)
    ]
    for process in asking:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in asking:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    found = {process.communicate(timeout=60)[0] for process in asking}
    assert found == {f"{identity(path)}\n"}
    assert not copied or identity(original) != identity(path)


def test_a_store_that_is_moved_keeps_its_identity(tmp_path: Path) -> None:
    """Also where something else has come to where it was: nothing, another store, a file of another kind that is itself."""
    path, other = tmp_path / "codelore.db", tmp_path / "other.db"
    first = identity(path)
    path.rename(tmp_path / "moved.db")
    assert identity(tmp_path / "moved.db") == first
    (tmp_path / "moved.db").rename(path)
    other_first = identity(other)
    other.rename(tmp_path / "moved.db")
    assert identity(path) == first  # what lies where it was used last has an identity of its own
    assert identity(tmp_path / "moved.db") == other_first
    os.link(path, tmp_path / "link.db")
    assert identity(tmp_path / "link.db") == first
    assert identity(path) == first


def test_a_store_that_never_had_one_is_no_original(tmp_path: Path) -> None:
    path = tmp_path / "codelore.db"
    first = identity(path)
    path.rename(tmp_path / "moved.db")
    Database(path).close()
    assert identity(tmp_path / "moved.db") == first


def test_a_copy_beside_its_original_takes_another(tmp_path: Path) -> None:
    """The copy's, whichever is asked first; both stay what they are then."""
    original, copy = tmp_path / "original" / "codelore.db", tmp_path / "copy" / "codelore.db"
    first = identity(original)
    shutil.copytree(original.parent, copy.parent)
    second = identity(copy)
    assert second != first
    assert [identity(original), identity(copy), identity(original)] == [first, second, first]


def test_an_original_that_cannot_be_read_may_be_one(tmp_path: Path) -> None:
    """A wrong guess this way costs a graph that is made again."""
    original, copy = tmp_path / "original.db", tmp_path / "copy.db"
    first = identity(original)
    shutil.copy(original, copy)
    original.write_bytes(b"no database at all" * 100)
    assert identity(copy) != first


def test_a_store_that_may_not_be_written_says_so() -> None:
    with public_folder() as folder:
        Database(folder / "codelore.db").close()
        for each in (folder, *folder.iterdir()):
            each.chmod(0o555 if each.is_dir() else 0o444)
        with without_privileges(), pytest.raises(StoreError, match="Check the permissions"):
            identity(folder / "codelore.db")
