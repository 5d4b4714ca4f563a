"""Whole processes under the clock: wall time, and the memory of a process with all its children."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

from ingest.errors import SourceError

_SAMPLE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Run:
    """A process that has ended. ``peak_bytes`` is 0 unless memory was watched."""

    seconds: float
    output: str
    peak_bytes: int = 0


def run(command: Sequence[str], *, variables: Mapping[str, str] | None = None, cwd: Path | None = None, memory: bool = False) -> Run:
    """Run a command to its end with further environment ``variables``. Raises ``SourceError`` with its last words when it fails.

    With ``memory`` the shared-out resident size (PSS) of the process and all below it is sampled 20 times a second: pages that processes
    share count once, as they do in the machine.
    """
    whole = ["env", *(f"{name}={value}" for name, value in (variables or {}).items()), *command] if variables else list(command)
    with tempfile.TemporaryFile() as output:
        started = time.perf_counter()
        process = subprocess.Popen(whole, stdout=output, stderr=subprocess.STDOUT, cwd=cwd)
        with PeakMemory(process.pid) if memory else nullcontext() as peak:
            try:
                status = process.wait()
                seconds = time.perf_counter() - started
            finally:
                if process.poll() is None:
                    process.kill()
                    process.wait()
        output.seek(0)
        said = output.read().decode("utf-8", "replace")
    if status:
        raise SourceError(f"{' '.join(command)} ended with status {status}: {said[-2_000:].strip()}")
    return Run(seconds, said, peak.peak if peak else 0)


class PeakMemory:
    """Samples the memory of a process and all below it while it is open; ``peak`` stays 0 where the system has no /proc."""

    def __init__(self, process: int, *, sparing: int = 0) -> None:
        """Look 20 times a second; ``sparing`` is how many times longer than a look the pause after it is at least."""
        self.peak = 0
        self._sparing = sparing
        self._process = process
        self._ended = Event()
        self._thread = Thread(target=self._watch, daemon=True)

    def _watch(self) -> None:
        pause = _SAMPLE_SECONDS
        while not self._ended.wait(pause):
            started = time.perf_counter()
            self._look()
            pause = max(_SAMPLE_SECONDS, self._sparing * (time.perf_counter() - started))

    def _look(self) -> None:
        self.peak = max(self.peak, sum(map(resident_bytes, family(self._process))))

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self._look()


def family(process: int) -> list[int]:
    """Return a process and all below it, from /proc."""
    found = [process]
    for each in found:
        for thread in Path(f"/proc/{each}/task").glob("*/children"):
            try:
                found += map(int, thread.read_text().split())
            except OSError:
                continue
    return found


def resident_bytes(process: int) -> int:
    """Return a process's share of resident memory (PSS); 0 when it has ended or the system has no /proc."""
    try:
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        return 0
    return 0


def folder_bytes(folder: Path) -> int:
    """Return the bytes of all files under a folder."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
