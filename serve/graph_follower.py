"""Keeps graphs and vectors of watched trees up to date beside the watching, so that the next change is searchable at once.

Resolving a change of what many files use takes seconds of Django; in the watching process it would hold up the changes that follow.
"""

from __future__ import annotations

import subprocess
import threading
from logging import getLogger
from types import TracebackType
from typing import Self

from ingest.starting import starting_process
from serve.background import console_script, gently

_log = getLogger(__name__)


class GraphFollower:
    """Has a process resolve the names of a tree after it changed: one at a time, and once more for what changed meanwhile."""

    _what = "the graph"

    def __init__(self) -> None:
        self._behind: dict[str, None] = {}
        self._changed = threading.Condition()
        self._ending = False
        self._process: subprocess.Popen[str] | None = None
        self._thread: threading.Thread | None = None
        self._complaint = ""

    def follow(self, root: str) -> None:
        """Note that a tree has changed."""
        with self._changed:
            self._behind[root] = None
            self._changed.notify()
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while root := self._next():
            assert self._process is not None
            _, said = self._process.communicate()
            if self._process.returncode and not self._ending and said != self._complaint:
                self._complaint = said
                _log.warning("%s of %s is not up to date: %s", self._what, root, said.strip())

    def _next(self) -> str:
        """Wait for a tree that is behind and start a process for it; return "" at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._behind or self._ending)
            if self._ending:
                return ""
            root = next(iter(self._behind))
            del self._behind[root]
            command = gently([*console_script(), *self._arguments(root)])
            with starting_process():
                self._process = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace"
                )
        return root

    def _arguments(self, root: str) -> list[str]:
        return ["graph", "status", "--json", "--directory", root]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End what is at work: the next question or the next run does it."""
        with self._changed:
            self._ending = True
            self._changed.notify()
            if self._process is not None:
                self._process.terminate()
        if self._thread is not None:
            self._thread.join()


class VectorFollower(GraphFollower):
    """Has a process embed what changed, of all that is indexed: one at a time, and once more for what changed meanwhile."""

    _what = "the vectors"

    def _arguments(self, root: str) -> list[str]:
        return ["embed", "--json"]
