"""Programs start while workers are forked in other threads, and neither waits for the other's life."""

from __future__ import annotations

import os
import subprocess
import sys
from threading import Event, Thread

from ingest.pool import WorkerPool
from ingest.starting import starting_process


def test_programs_start_beside_workers_that_live_on() -> None:
    """Issue 6: a worker held the pipe on which a starting program is waited for."""
    ended = Event()
    pools: list[WorkerPool[int, int]] = []

    def fork() -> None:
        while not ended.is_set() and len(pools) < 40:
            pools.append(WorkerPool(lambda: abs, workers=1))

    thread = Thread(target=fork)
    thread.start()
    try:
        for _ in range(60):
            with starting_process():
                started = subprocess.Popen([sys.executable, "-S", "-c", ""])
            assert started.wait(20) == 0
    finally:
        ended.set()
        thread.join()
        for pool in pools:
            pool.close()


def test_a_forked_process_can_start_others() -> None:
    with starting_process():
        child = os.fork()
        if child == 0:
            with starting_process():
                os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
