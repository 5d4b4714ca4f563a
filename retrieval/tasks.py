"""What workers are asked and answer, how a run's files are cut into tasks, and how a task comes back in parts when it crashed a worker."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ingest.facts import StoredFile
from ingest.git import GitCheckout
from ingest.model import Failure, Skipped, SourceFile
from ingest.walk import WalkOptions

if TYPE_CHECKING:
    from graph.kept_trees import ContentFlow

BATCH_FILES = 100
_BATCH_BYTES = 600_000
_BATCH_NAMES = 10_000  # characters of path: a task must fit the pipe to its worker, or both ends wait for each other


@dataclass(frozen=True, slots=True)
class ReadTask:
    """Files to read below ``root``, or as blobs of ``checkout`` when it is given."""

    root: str
    files: tuple[SourceFile, ...]
    options: WalkOptions
    checkout: GitCheckout | None = None
    as_text: bool = False
    """The grammars crashed a worker on these: chunk them without."""
    keep_trees: bool = False
    """The flows of these will be asked for."""


LOWER_KEPT = ReadTask("", (), WalkOptions())
"""Asks for flows of what a worker has kept, and reads nothing."""


@dataclass(slots=True)
class Batch:
    """The outcome of a task. ``files`` and ``stored`` run in parallel, and so do the documents of ``segment``."""

    files: list[SourceFile] = field(default_factory=list[SourceFile])
    stored: list[StoredFile] = field(default_factory=list[StoredFile])
    screened: list[tuple[SourceFile, Skipped]] = field(default_factory=list[tuple[SourceFile, Skipped]])
    failures: list[Failure] = field(default_factory=list[Failure])
    segment: bytes = b""
    size: int = 0
    flows: list[ContentFlow] = field(default_factory=list["ContentFlow"])


class Tasks:
    """The tasks of a run; those that crashed a worker come back in parts."""

    def __init__(self, tasks: Iterable[ReadTask]) -> None:
        self._tasks = iter(tasks)
        self._again: deque[ReadTask] = deque()

    def __iter__(self) -> Iterator[ReadTask]:
        return self

    def __next__(self) -> ReadTask:
        return self._again.popleft() if self._again else next(self._tasks)

    def split(self, task: ReadTask) -> None:
        """Try each file of a crashed task alone."""
        self._again.extend(replace(task, files=(file,)) for file in task.files)

    def retry(self, task: ReadTask) -> None:
        """Try a task again."""
        self._again.append(task)


def batches(files: list[SourceFile]) -> Iterator[tuple[SourceFile, ...]]:
    """Cut files into batches of bounded count and bytes, neighbours together: they share words."""
    batch: list[SourceFile] = []
    size = names = 0
    for file in files:
        full = len(batch) >= BATCH_FILES or size + file.size > _BATCH_BYTES or names + len(file.path) > _BATCH_NAMES
        if batch and full:
            yield tuple(batch)
            batch, size, names = [], 0, 0
        batch.append(file)
        size += file.size
        names += len(file.path)
    if batch:
        yield tuple(batch)
