"""A writer beside the readers: files of a copy change at a rate, and ``codelore index --watch`` brings the index up to date."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

from eval.bench_process import family
from eval.bench_watch import await_watcher
from ingest.errors import SourceError
from ingest.walk import WalkOptions, walk
from retrieval.answers import SearchRequest
from retrieval.engine import Engine

_LAST_WORDS = 500
_SMALLEST, _LARGEST = 200, 40_000  # bytes of a file that is edited
_LEAVE_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Edits:
    """What the writer did. ``problem`` says why it ended early, or is empty."""

    wanted_per_second: float
    made: int
    generations: int
    """Times that the index was brought up to date while the load ran."""
    problem: str


def copy_tree(root: Path, to: Path) -> None:
    """Copy the files of a tree that an index takes: no git directory, nothing that is ignored."""
    for file in walk(str(root), WalkOptions()).files:
        place = to / file.path
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / file.path, place)


class Writer:
    """Edits a copy and has a process follow. ``codelore`` starts it."""

    def __init__(self, copy: Path, data: Path, rate: float, codelore: Sequence[str]) -> None:
        """Choose the files. Raises ``SourceError`` when there is none."""
        found = [copy / file.path for file in walk(str(copy), WalkOptions()).files]
        sized = sorted(path for path in found if _SMALLEST <= path.stat().st_size <= _LARGEST)
        self._files = [path for path in sized if path.suffix == ".py"] or sized
        if not self._files:
            raise SourceError(f"{copy} has no file of {_SMALLEST} to {_LARGEST:,} bytes that could be edited; leave out --edits")
        self._copy, self._data, self._rate = copy, data, rate
        self._command = ["env", "-u", "CODELORE_GRAPH_URL", f"CODELORE_DATA_DIR={data}", *codelore, "index", "--watch", str(copy)]
        self._over = Event()
        self._made = 0
        self._problem = ""

    @contextmanager
    def watching(self) -> Generator[None]:
        """Have a process follow changes of the copy. Raises ``SourceError`` when it does not."""
        with tempfile.TemporaryFile() as said:
            # a group of its own: Ctrl-C is for the run
            self._watcher = subprocess.Popen(self._command, stdout=said, stderr=subprocess.STDOUT, process_group=0)
            try:
                with Engine(self._data) as engine:
                    try:
                        await_watcher(engine, self._copy, ended=lambda: self._watcher.poll() is not None)
                    except TimeoutError as error:
                        raise SourceError(f"codelore index --watch {self._copy} does not follow: {_tail(said.fileno())}") from error
                yield
                if self._watcher.poll() is not None and not self._problem:
                    self._problem = f"codelore index --watch ended with status {self._watcher.returncode}: {_tail(said.fileno())}"
            finally:
                self._watcher.terminate()
                try:
                    self._watcher.wait(_LEAVE_SECONDS)
                except subprocess.TimeoutExpired:
                    self._watcher.kill()
                    self._watcher.wait()

    def processes(self) -> list[int]:
        """Return the processes that follow: they are not the target's."""
        return family(self._watcher.pid)

    def start(self) -> None:
        """Begin to edit."""
        self._first = self._generation()
        self._thread = Thread(target=self._edit_files, name="writer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Edit no more."""
        self._over.set()
        self._thread.join()
        self._last = self._generation()

    def edits(self) -> Edits:
        """Tell what was done, once it has stopped."""
        return Edits(self._rate, self._made, self._last - self._first, self._problem)

    def _generation(self) -> int:
        with Engine(self._data) as engine:
            return engine.views(SearchRequest("generation", str(self._copy)))[0][1].generation

    def _edit_files(self) -> None:
        begun = time.perf_counter()
        while not self._over.wait(max(begun + (self._made + 1) / self._rate - time.perf_counter(), 0)):
            path = self._files[self._made * 7 % len(self._files)]
            text = f"\n\ndef written_under_load_{self._made}():\n    return {self._made}\n" if path.suffix == ".py" else "\n"
            try:
                with path.open("a", encoding="utf-8") as file:
                    file.write(text)
            except OSError as error:
                self._problem = f"cannot edit {path}: {error.strerror}"
                return
            self._made += 1


def _tail(descriptor: int) -> str:
    size = os.fstat(descriptor).st_size
    return os.pread(descriptor, _LAST_WORDS, max(size - _LAST_WORDS, 0)).decode("utf-8", "replace").strip() or "it says nothing"
