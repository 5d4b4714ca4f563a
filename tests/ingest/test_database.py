"""The store opens or says why not, and what to do; nothing is half written."""

from __future__ import annotations

import errno
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.database import SCHEMA_VERSION, Database, now, storing
from ingest.errors import StoreBusyError, StoreError, StoreFullError
from tests.ingest.repositories import public_folder, without_privileges


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "codelore.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    database = Database(path)
    yield database
    database.close()


def add(database: Database, name: str, size: int = 0) -> None:
    with database.write() as write:
        write.execute("INSERT INTO repository (identity, name, root) VALUES (?, ?, zeroblob(?))", (name.encode(), name, size))


def names(database: Database) -> list[str]:
    with database.read() as read:
        return [row[0] for row in read.execute("SELECT name FROM repository ORDER BY id")]


def test_a_new_store_is_made_with_its_folder_and_is_sound(database: Database, path: Path):
    assert path.exists()
    assert database.check() == []
    with database.read() as read:
        assert read.execute("PRAGMA user_version").fetchone()[0] == SCHEMA_VERSION
        assert read.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def test_many_processes_may_make_the_same_store(path: Path):
    """Threads with connections of their own are to SQLite what processes are."""
    barrier, problems = threading.Barrier(12), list[object]()

    def make() -> None:
        barrier.wait()
        try:
            database = Database(path)
            database.close()
        except StoreError as error:
            problems.append(error)

    threads = [threading.Thread(target=make) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


def test_a_write_is_all_or_nothing(database: Database):
    add(database, "one")
    with pytest.raises(RuntimeError), database.write() as write:
        write.execute("INSERT INTO repository (identity, name, root) VALUES (x'02', 'two', x'')")
        raise RuntimeError("in the middle")
    assert names(database) == ["one"]
    with pytest.raises(StoreError, match="UNIQUE"):
        add(database, "one")
    add(database, "three")
    assert names(database) == ["one", "three"]


def test_reads_that_nest_see_one_state(database: Database, path: Path):
    other = Database(path)
    with database.read():
        assert names(database) == []
        add(other, "one")
        assert names(database) == []
    assert names(database) == ["one"]
    other.close()


def test_a_read_inside_a_write_sees_it(database: Database):
    with database.write() as write:
        write.execute("INSERT INTO repository (identity, name, root) VALUES (x'01', 'one', x'')")
        assert names(database) == ["one"]


def test_another_version_is_refused_with_the_remedy(database: Database, path: Path):
    with database.write() as write:
        write.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match=rf"has format 99, this Codelore reads {SCHEMA_VERSION}: remove it and index again"):
        Database(path)


@pytest.mark.parametrize("content", [b"not a database at all " * 100, b"SQLite format 3\0" + b"\xff" * 4_000])
def test_a_file_that_is_no_store_is_refused_with_the_remedy(path: Path, content: bytes):
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"could not open the store .*damaged.*Remove it and index again"):
        Database(path)


def test_a_store_with_a_damaged_page_is_found_out(database: Database, path: Path):
    for number in range(200):
        add(database, f"repository {number}", 900)
    database.compact()
    database.close()
    content = bytearray(path.read_bytes())
    content[5 * 4096 : 9 * 4096] = b"\x5a" * (4 * 4096)
    path.write_bytes(content)
    damaged = Database(path)
    try:
        problems = damaged.check()
    except StoreError as error:
        problems = [str(error)]
    damaged.close()
    assert problems


def test_a_row_that_points_at_nothing_is_found_out(database: Database, path: Path):
    raw = sqlite3.connect(path)
    raw.execute(
        "INSERT INTO segment (repository_id, fingerprint, documents, chunks, bytes, file, payload) VALUES (7, '', 0, 0, 0, '', x'')"
    )
    raw.commit()
    raw.close()
    assert database.check() == ["segment: row 1 points at nothing"]


def test_a_store_that_is_held_for_too_long_is_busy(path: Path, database: Database):
    waiting = Database(path, busy_seconds=0.1)
    with database.write(), pytest.raises(StoreBusyError, match=r"could not write to the store .* has held it for 0 s"), waiting.write():
        pass
    add(waiting, "one")
    waiting.close()


def test_a_folder_that_cannot_be_written_is_a_clear_error():
    with public_folder() as folder:
        folder.chmod(0o555)
        with without_privileges(), pytest.raises(StoreError, match=r"could not open the store .*CODELORE_DATA_DIR"):
            Database(folder / "data" / "codelore.db")
        with without_privileges(), pytest.raises(StoreError, match=r"could not open the store .*CODELORE_DATA_DIR"):
            Database(folder / "codelore.db")


def test_a_store_of_somebody_else_that_cannot_be_written_is_a_clear_error():
    with public_folder() as folder:
        database = Database(folder / "codelore.db")
        add(database, "one")
        database.close()
        folder.chmod(0o555)
        with without_privileges():
            try:
                reader = Database(folder / "codelore.db")
            except StoreError as error:
                assert "CODELORE_DATA_DIR" in str(error)
                return
            with pytest.raises(StoreError, match=r"Check the permissions"):
                add(reader, "two")
            reader.close()


def test_a_full_disk_is_said_and_loses_nothing(database: Database):
    add(database, "one")
    with database.read() as read:
        pages = read.execute("PRAGMA page_count").fetchone()[0]
    with database.read() as read:
        read.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(StoreFullError, match=r"no space left. Free some, or set CODELORE_DATA_DIR"):
        add(database, "large", 1_000_000)
    assert names(database) == ["one"]
    assert database.check() == []
    with database.read() as read:
        read.execute("PRAGMA max_page_count = 1000000")
    add(database, "large", 1_000_000)


def test_a_file_size_limit_is_a_clear_error(path: Path):
    """What a quota does to a process, and the next one finds a sound store."""
    script = """
import resource, signal, sys
from pathlib import Path
from ingest.database import Database
from ingest.errors import StoreError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
database = Database(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
try:
    with database.write() as write:
        write.execute("INSERT INTO repository (identity, name, root) VALUES (x'01', 'large', zeroblob(900000))")
except StoreError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True)
    assert "could not write to the store" in done.stdout and "CODELORE_DATA_DIR" in done.stdout
    database = Database(path)
    assert names(database) == [] and database.check() == []
    add(database, "one")
    database.close()


def test_deleted_ids_are_never_used_again(database: Database):
    """Segments and open snapshots name documents and views by id."""
    add(database, "one")
    with database.write() as write:
        write.execute("DELETE FROM repository")
    add(database, "two")
    with database.read() as read:
        assert read.execute("SELECT id FROM repository").fetchone()[0] == 2
        tables = dict(read.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall())
    assert all("AUTOINCREMENT" in tables[name] for name in ("repository", "document", "view", "segment"))


def test_space_is_given_back(database: Database, path: Path):
    add(database, "large", 2_000_000)
    with database.write() as write:
        write.execute("DELETE FROM repository")
    database.compact()
    assert path.stat().st_size < 500_000


def raises_full() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_file_errors_become_store_errors():
    with pytest.raises(StoreFullError), storing("write a file"):
        raises_full()
    with pytest.raises(StoreError, match="could not write a file: nothing of note"), storing("write a file"):
        raise OSError("nothing of note")


def test_the_clock_counts_from_the_epoch():
    assert now() > 1_700_000_000
