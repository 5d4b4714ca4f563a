"""git read while it runs, for what takes longer than listing a tree: histories, and who wrote which line.

``log`` and ``blame`` could run what a repository configures, or read a file of its choice, such as one that never ends. So settings that
name files are off here, besides what ``ingest.git`` switches off; external diffs, textconv and signatures are for the callers to refuse.
"""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Sequence
from tempfile import TemporaryFile
from typing import IO

from ingest.errors import SourceError
from ingest.git import command
from ingest.starting import starting_process

_QUIET = ("mailmap.file=/dev/null", "mailmap.blob=", "diff.orderFile=/dev/null")


class GitStream:
    """git, ended when its time is up or nobody reads on. Its messages go to a file: a pipe that nobody empties would stop it.

    ``settings`` are further ones, as ``NAME=VALUE``; ``late`` says that it was ended because its time was up.
    """

    def __init__(
        self, folder: str, arguments: Sequence[str], seconds: float, settings: Sequence[str] = (), *, accept: tuple[int, ...] = (0,)
    ) -> None:
        self._folder = folder
        self._verb = next(word for word in arguments if not word.startswith("-"))
        self._accept = accept
        self._messages = TemporaryFile()  # noqa: SIM115  # closed with the process, in __exit__
        given = [word for setting in (*_QUIET, *settings) for word in ("-c", setting)]
        line = command(folder, *given, *arguments)
        with starting_process():
            self._process = subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self._messages)
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True
        self.late = False
        self._timer.start()

    def _end(self) -> None:
        self.late = True
        self._process.kill()

    @property
    def output(self) -> IO[bytes]:
        """What git writes."""
        assert self._process.stdout is not None
        return self._process.stdout

    def finish(self) -> None:
        """Wait for git's end, which is near once its output has ended. Raises SourceError when it failed."""
        if self._process.wait() not in self._accept and not self.late:
            self._messages.seek(0)
            said = os.fsdecode(self._messages.read(4_000)).strip().splitlines()
            reason = said[-1] if said else f"exit status {self._process.returncode}"
            raise SourceError(f"git {self._verb} failed in {self._folder}: {reason}; run `git fsck` there, or fetch what is missing")

    def __enter__(self) -> GitStream:
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._process:
            self._process.kill()
        self._messages.close()
