"""One writer at a time for one repository, across threads and processes: an advisory lock that the system releases if its holder dies."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Generator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO

from ingest.database import storing
from ingest.errors import StoreBusyError

_POLL_SECONDS = 0.02

_threads: defaultdict[Path, threading.Lock] = defaultdict(threading.Lock)


def lock_path(folder: Path, identity: str) -> Path:
    """Return where the lock of a repository lies."""
    return folder / sha256(os.fsencode(identity)).hexdigest()[:32]


@contextmanager
def exclusive(
    path: Path, *, wait_seconds: float, waiting: Callable[[], None] = lambda: None, doing: str = "indexing this repository"
) -> Generator[None]:
    """Hold the lock at ``path``; ``waiting`` is called once if somebody else has it, ``doing`` what the lock is for.

    A record lock, not ``flock``: worker processes forked while it is held must not keep it when their parent is killed. Record locks do not
    tell threads apart, so a thread lock goes with it.

    Raises ``StoreBusyError`` after ``wait_seconds``.
    """
    path = path.absolute()
    deadline = time.monotonic() + wait_seconds
    _acquire(lambda: _threads[path].acquire(blocking=False), deadline, lambda: _busy(doing, wait_seconds, path), waiting)
    try:
        with _open(path) as file:  # not before the thread lock is held: closing any file of it drops the whole process's record lock
            _acquire(lambda: _try_record_lock(file), deadline, lambda: _busy(doing, wait_seconds, path), waiting)
            yield
    finally:
        _threads[path].release()


def _open(path: Path) -> IO[str]:
    with storing(f"lock {path}"):
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("a")


def is_held(path: Path) -> bool:
    """Tell whether another process holds the lock at ``path``. A process that may hold it itself must not ask: it would let it go."""
    try:
        with path.open("r+") as file:
            return not _try_record_lock(file)
    except OSError:
        return False


def _try_record_lock(file: IO[str]) -> bool:
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):  # POSIX allows either for a lock that is held
        return False
    return True


def _busy(doing: str, seconds: float, path: Path) -> StoreBusyError:
    return StoreBusyError(f"another process has been {doing} for {seconds:.0f} s ({path}); try again when it is done")


def _acquire(attempt: Callable[[], bool], deadline: float, busy: Callable[[], StoreBusyError], waiting: Callable[[], None]) -> None:
    told = False
    while not attempt():
        if not told:
            told = True
            waiting()
        if time.monotonic() >= deadline:
            raise busy()
        time.sleep(_POLL_SECONDS)
