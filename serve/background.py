"""Starts an indexing run that goes on when this process ends."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from hashlib import sha1
from pathlib import Path
from shutil import which

from ingest.database import storing
from ingest.git import find_checkout, repository_identity
from ingest.lock import is_held, lock_path
from ingest.starting import starting_process
from serve.settings import load_settings

_NICENESS = "10"  # whoever waits for an answer goes first

_started: list[subprocess.Popen[bytes]] = []
"""Kept until they end: a ``Popen`` that is dropped while its process runs complains."""


def start_indexing(root: str, *, ref: str = "") -> int:
    """Start ``codelore index`` for ``root`` on its own, at low priority; return its process id, or 0 where such a run is under way.

    What it prints goes to ``logs/`` in the data folder. Raises ``StoreError`` when the data folder cannot be written.
    """
    root = os.path.realpath(root)
    data = load_settings().data_dir
    _started[:] = [process for process in _started if process.poll() is None]
    logs = data / "logs"
    name = sha1(os.fsencode(f"{root}\0{ref}"), usedforsecurity=False).hexdigest()[:16]
    with storing(f"write to {logs}"):
        logs.mkdir(parents=True, exist_ok=True)
        log = (logs / f"index-{name}.log").open("ab")
    with log:
        try:
            # The run inherits the open file and with it this lock, which goes when the run and its workers have ended.
            fcntl.flock(log, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return 0
        if is_held(lock_path(data / "locks", repository_identity(root, find_checkout(root)))):
            return 0
        log.truncate(0)
        arguments = [*console_script(), "index", *(("--ref", ref) if ref else ()), "--", root]
        with starting_process():
            process = subprocess.Popen(
                gently(arguments),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=data,
                start_new_session=True,
            )
    _started.append(process)
    return process.pid


def gently(arguments: list[str]) -> list[str]:
    """Return a command that runs another at low priority, where the system can."""
    return ["nice", "-n", _NICENESS, *arguments] if which("nice") else arguments


def console_script() -> list[str]:
    """Return the command that starts this same installation, with no folder of the caller's on its module path."""
    for script in (Path(sys.argv[0]), Path(sys.executable).with_name("codelore")):
        if script.name == "codelore" and os.access(script, os.X_OK):
            return [str(script.absolute())]
    return [sys.executable, "-P", "-c", "import sys; from serve.cli import main; sys.exit(main())"]
