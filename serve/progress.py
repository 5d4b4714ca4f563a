"""Progress of an index run on a terminal: counts, rate and time left. Anywhere else it is silent."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from retrieval.run import Progress
from serve.settings import color_wanted

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

_QUIET_SECONDS = 0.4
"""A run shorter than this shows nothing and does not pay for loading the library (80 ms)."""


@contextmanager
def show_progress() -> Generator[Callable[[Progress], None]]:
    """Yield a function that shows how far a run is, on standard error when that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    display = _Display()
    try:
        yield display.show
    finally:
        display.stop()


class _Display:
    """A progress bar that appears once a run takes noticeable time."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._bar: Bar | None = None
        self._task: TaskID | None = None

    def show(self, progress: Progress) -> None:
        """Show the newest state."""
        waiting = progress.phase.startswith("waiting")
        if self._bar is None:
            if not waiting and time.monotonic() - self._begun < _QUIET_SECONDS:
                return
            self._bar = _open_bar()
            self._task = self._bar.add_task(progress.phase, total=None, files="", rate="")
        assert self._task is not None
        files = f"{progress.done:,}/{progress.total:,} {progress.unit}" if progress.total else ""
        seconds = time.monotonic() - self._begun
        rate = f"{progress.done_bytes / 1e6 / seconds:.1f} MB/s" if progress.done_bytes and seconds else ""
        by_bytes = progress.total_bytes > 0
        self._bar.update(
            self._task,
            description=progress.phase,
            total=(progress.total_bytes if by_bytes else progress.total) or None,
            completed=progress.done_bytes if by_bytes else progress.done,
            files=files,
            rate=rate,
        )

    def stop(self) -> None:
        """Take the bar off the terminal."""
        if self._bar is not None:
            self._bar.stop()


def _open_bar() -> Bar:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[files]}"),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(compact=True),
    )
    console = Console(stderr=True, no_color=not color_wanted())
    bar = Bar(*columns, console=console, transient=True)
    bar.start()
    return bar
