"""One holder at a time, across threads and processes; a dead holder holds nothing."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ingest.errors import StoreBusyError, StoreError
from ingest.lock import exclusive
from tests.ingest.repositories import public_folder, without_privileges

TRY = """
import sys
from pathlib import Path
from ingest.errors import StoreBusyError
from ingest.lock import exclusive
try:
    with exclusive(Path(sys.argv[1]), wait_seconds=0):
        print("free")
        sys.stdout.flush()
        sys.stdin.readline() if len(sys.argv) > 2 else None
except StoreBusyError:
    print("held")
"""


def another_process(lock: Path) -> str:
    return subprocess.run([sys.executable, "-c", TRY, str(lock)], capture_output=True, text=True, check=True).stdout.strip()


def test_a_lock_is_held_against_other_processes_and_then_free(tmp_path: Path):
    lock = tmp_path / "locks" / "one"
    with exclusive(lock, wait_seconds=0):
        assert another_process(lock) == "held"
        assert another_process(tmp_path / "locks" / "two") == "free"
    assert another_process(lock) == "free"


def test_a_thread_that_gives_up_does_not_free_the_lock_of_another(tmp_path: Path):
    """Closing any file of a record lock frees it for the whole process."""
    lock = tmp_path / "lock"
    errors: list[str] = []

    def give_up() -> None:
        with pytest.raises(StoreBusyError) as error, exclusive(lock, wait_seconds=0.05):
            pass
        errors.append(str(error.value))

    with exclusive(lock, wait_seconds=0):
        thread = threading.Thread(target=give_up)
        thread.start()
        thread.join()
        assert len(errors) == 1
        assert another_process(lock) == "held"


def test_waiting_is_told_once_and_ends_when_the_holder_is_killed(tmp_path: Path):
    lock, told = tmp_path / "lock", list[float]()
    holder = subprocess.Popen(
        [sys.executable, "-c", TRY, str(lock), "stay"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"free\n"
    threading.Timer(0.15, holder.kill).start()
    begin = time.monotonic()
    with exclusive(lock, wait_seconds=20, waiting=lambda: told.append(time.monotonic())):
        assert 0.05 < time.monotonic() - begin < 10
    holder.communicate()
    assert len(told) == 1


def test_a_failure_inside_frees_the_lock(tmp_path: Path):
    with pytest.raises(RuntimeError), exclusive(tmp_path / "lock", wait_seconds=0):
        raise RuntimeError("in the middle")
    with exclusive(tmp_path / "lock", wait_seconds=0):
        pass


def test_a_folder_that_cannot_be_written_is_a_clear_error():
    with public_folder() as folder:
        folder.chmod(0o555)
        refused = pytest.raises(StoreError, match=r"could not lock .*Permission denied.*CODELORE_DATA_DIR")
        with without_privileges(), refused, exclusive(folder / "locks" / "lock", wait_seconds=0):
            pass
        folder.chmod(0o755)
        with exclusive(folder / "locks" / "lock", wait_seconds=0):  # the thread's part of the lock is free again
            pass
