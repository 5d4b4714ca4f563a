"""One process is started at a time."""

from __future__ import annotations

import os
import threading
from collections.abc import Generator
from contextlib import contextmanager

_starting = [threading.Lock()]


@contextmanager
def starting_process() -> Generator[None]:
    """Hold this while a process is started.

    A worker that is forked while another thread starts a program inherits the pipe on which that thread waits for its program. The worker
    keeps it open for as long as it lives, and the thread would wait as long (issue 6: one run of the watcher's tests in forty).
    """
    with _starting[0]:
        yield


def _start_anew() -> None:
    """In a forked process nobody is left to let go of the lock."""
    _starting[0] = threading.Lock()


os.register_at_fork(after_in_child=_start_anew)
