"""One writer at a time for one repository, across processes: an advisory lock on a file, released by the system if its holder dies."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from ingest.database import storing
from ingest.errors import StoreBusyError

_POLL_SECONDS = 0.05


@contextmanager
def exclusive(path: Path, *, wait_seconds: float, waiting: Callable[[], None] = lambda: None) -> Generator[None]:
    """Hold the lock at ``path``; ``waiting`` is called once if another process has it.

    Raises ``StoreBusyError`` after ``wait_seconds``.
    """
    with storing(f"lock {path}"):
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a")
    with file:
        deadline = time.monotonic() + wait_seconds
        told = False
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not told:
                    told = True
                    waiting()
                if time.monotonic() >= deadline:
                    raise StoreBusyError(
                        f"another process has been indexing this repository for {wait_seconds:.0f} s ({path}); try again when it is done"
                    ) from None
                time.sleep(_POLL_SECONDS)
        yield
