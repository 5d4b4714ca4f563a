"""How a run's files are cut into tasks, and how a task comes back in parts when it crashed a worker."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from ingest.model import SourceFile

if TYPE_CHECKING:
    from retrieval.worker import ReadTask, Task

BATCH_FILES = 100
_BATCH_BYTES = 600_000
BATCH_NAMES = 10_000  # characters of path: a task must fit the pipe to its worker, or both ends wait for each other


class Tasks:
    """The tasks of a run; those that crashed a worker come back in parts."""

    def __init__(self, tasks: Iterable[Task]) -> None:
        self._tasks = iter(tasks)
        self._again: deque[Task] = deque()

    def __iter__(self) -> Iterator[Task]:
        return self

    def __next__(self) -> Task:
        return self._again.popleft() if self._again else next(self._tasks)

    def split(self, task: ReadTask) -> None:
        """Try each file of a crashed task alone."""
        self._again.extend(replace(task, files=(file,)) for file in task.files)

    def retry(self, task: Task) -> None:
        """Try a task again."""
        self._again.append(task)


def batches(files: list[SourceFile]) -> Iterator[tuple[SourceFile, ...]]:
    """Cut files into batches of bounded count and bytes, neighbours together: they share words."""
    batch: list[SourceFile] = []
    size = names = 0
    for file in files:
        full = len(batch) >= BATCH_FILES or size + file.size > _BATCH_BYTES or names + len(file.path) > BATCH_NAMES
        if batch and full:
            yield tuple(batch)
            batch, size, names = [], 0, 0
        batch.append(file)
        size += file.size
        names += len(file.path)
    if batch:
        yield tuple(batch)
