"""A system in a process of its own, asked in lines of JSON: every wait is bounded, and a process that dies or babbles is an error."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, cast

from eval.bench_process import PeakMemory, folder_bytes
from eval.model import Answer, Found, IndexCost
from eval.systems.protocol import Answers
from ingest.errors import SourceError

T = TypeVar("T")

_SAMPLE_SHARE = 20  # a look at the memory of a large process takes the kernel milliseconds: at most a 20th of the time goes there
_LARGEST_ANSWER = 256_000_000
_LAST_WORDS = 2_000


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long a system may take, in seconds."""

    index: float = 3_600.0
    open: float = 300.0
    question: float = 60.0
    end: float = 5.0


class ProcessSystem:
    """A system that speaks the protocol on its standard input and output. Its process starts with the first request."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        data: Path,
        *,
        options: Mapping[str, str] | None = None,
        variables: Mapping[str, str] | None = None,
        bounds: Bounds | None = None,
        remedy: str = "run it again",
        updates: bool = False,
    ) -> None:
        """Take what starts it; ``data`` is where its indexes go, ``variables`` further environment, ``remedy`` what to do when it fails.

        ``updates``: asked to index a folder once more, it brings the index up to date.
        """
        self.name = name
        self.version = ""
        self.options = dict(options or {})
        self._command = ["env", *(f"{key}={value}" for key, value in variables.items()), *command] if variables else list(command)
        self._data = data
        self._bounds = bounds or Bounds()
        self._remedy = remedy
        self._updates = updates
        self._child: _Child | None = None

    def index(self, corpus: str, root: Path, *, moved: bool = False) -> IndexCost:
        """Index a folder, from nothing unless it has ``moved`` and the system updates. Raises ``SourceError`` when the system cannot."""
        data = self._data_of(root)
        if not (moved and self._updates):
            shutil.rmtree(data, ignore_errors=True)
        data.parent.mkdir(parents=True, exist_ok=True)
        child = self._running()
        with PeakMemory(child.process.pid, sparing=_SAMPLE_SHARE) as memory:
            reply = self._ask({"do": "index", "root": str(root), "data": str(data)}, self._bounds.index)
        return self._read(
            reply,
            lambda: IndexCost(
                corpus=corpus,
                seconds=float(reply["seconds"]),
                cpu_seconds=float(reply["cpu_seconds"]),
                peak_bytes=memory.peak,
                files=int(reply["files"]),
                chunks=int(reply["chunks"]),
                index_bytes=folder_bytes(data),
            ),
        )

    def ask(self, root: Path, questions: Sequence[str], limit: int, at: Sequence[str] = ()) -> Answers:
        """Answer questions about an indexed folder. Raises ``SourceError`` when the system cannot."""
        asked = {"questions": list(questions)} | ({"at": list(at)} if any(at) else {})
        request = {"do": "ask", "root": str(root), "data": str(self._data_of(root)), "limit": limit, **asked}
        reply = self._ask(request, self._bounds.open + self._bounds.question * (len(questions) + 1))
        answers = self._read(reply, lambda: Answers(tuple(map(_answer, reply["answers"])), float(reply["cold_ms"])))
        if len(answers.answers) != len(questions):
            raise self._failed(f"gave {len(answers.answers)} answers to {len(questions)} questions", reply)
        return answers

    def close(self) -> None:
        """End its process. The next request starts another."""
        self._end(self._bounds.end)

    def _end(self, seconds: float) -> None:
        if self._child is not None:
            self._child.end(seconds)
            self._child = None

    def _data_of(self, root: Path) -> Path:
        whole = str(root.absolute())
        return self._data / f"{root.name}-{sha256(whole.encode('utf-8', 'surrogateescape')).hexdigest()[:12]}"

    def _running(self) -> _Child:
        if self._child is None:
            try:
                self._child = _Child(self._command)
            except OSError as error:
                raise SourceError(f"cannot start {self.name} ({' '.join(self._command)}): {error}; {self._remedy}") from error
        return self._child

    def _ask(self, request: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """Return the reply to a request. Raises ``SourceError`` for none and for an error; after the first the process is ended."""
        child = self._running()
        what = f"{request['do']} {request['root']}"
        try:
            reply = json.loads(child.exchange(json.dumps(request).encode() + b"\n", seconds))
        except _NoAnswerError as error:
            last = child.last_words()
            self._end(0.0)
            raise SourceError(f"{self.name} {error} when asked to {what}{f': {last}' if last else ''}; {self._remedy}") from error
        except ValueError as error:
            raise self._failed(f"was asked to {what} and its answer is not JSON ({error})") from error
        if not isinstance(reply, dict):
            raise self._failed(f"was asked to {what} and its answer is not an object", reply)
        answer = cast("dict[str, Any]", reply)
        if "error" in answer:
            raise SourceError(f"{self.name} cannot {what}: {answer['error']}")
        return answer

    def _read(self, reply: Mapping[str, Any], make: Callable[[], T]) -> T:
        try:
            self.version = str(reply["version"])
            return make()
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise self._failed(f"answered what the protocol does not have ({error!r})", reply) from error

    def _failed(self, what: str, reply: object = None) -> SourceError:
        """End the process, which may now be out of step, and return the error to raise."""
        last = self._child.last_words() if self._child else ""
        self._end(0.0)
        said = f": {json.dumps(reply)[:200]}" if reply is not None else ""
        return SourceError(f"{self.name} {what}{said}{f'; it said: {last}' if last else ''}; its adapter is at fault, {self._remedy}")


def _answer(row: Mapping[str, Any]) -> Answer:
    return Answer(tuple(map(_found, row["found"])), float(row["ms"]), float(row["confidence"]), tuple(map(_found, row.get("spans", ()))))


def _found(row: Mapping[str, Any]) -> Found:
    return Found(
        path=str(row["path"]),
        start_line=int(row["start_line"]),
        end_line=int(row["end_line"]),
        score=float(row.get("score", 0.0)),
        tokens=int(row.get("tokens", 0)),
        signals={str(name): float(value) for name, value in row.get("signals", {}).items()},
    )


class _NoAnswerError(Exception):
    """A process gave no whole line; the message says why."""


class _Child:
    """A process with pipes to it, in a process group of its own, so that all below it can be ended with it."""

    def __init__(self, command: Sequence[str]) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  # open as long as the process
        try:
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, bufsize=0, start_new_session=True
            )
        except OSError:
            self._errors.close()
            raise
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._into, self._out = self.process.stdin, self.process.stdout
        os.set_blocking(self._into.fileno(), False)
        self._pending = b""

    def exchange(self, request: bytes, seconds: float) -> bytes:
        """Write a line and return the line that comes back. Raises ``_NoAnswerError`` when none does in time."""
        deadline = time.monotonic() + seconds
        received = [self._pending]
        size = len(self._pending)
        with selectors.DefaultSelector() as waiting:
            waiting.register(self._out, selectors.EVENT_READ)
            waiting.register(self._into, selectors.EVENT_WRITE)
            while b"\n" not in received[-1]:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise _NoAnswerError(f"gave no answer for {seconds:.0f} s")
                for key, _ in waiting.select(left):
                    if key.fileobj is self._into:
                        request = request[self._write(request) :]
                        if not request:
                            waiting.unregister(self._into)
                    else:
                        received.append(self._read())
                        size += len(received[-1])
                if size > _LARGEST_ANSWER:
                    raise _NoAnswerError(f"wrote {size:,} bytes without the end of a line")
        line, _, self._pending = b"".join(received).partition(b"\n")
        return line

    def _write(self, request: bytes) -> int:
        try:
            return os.write(self._into.fileno(), request[:65_536])
        except BrokenPipeError:  # it has ended; reading says how
            return len(request)

    def _read(self) -> bytes:
        data = os.read(self._out.fileno(), 1_000_000)
        if not data:
            raise _NoAnswerError(self._how_it_ended())
        return data

    def _how_it_ended(self) -> str:
        try:
            status = self.process.wait(1)
        except subprocess.TimeoutExpired:
            return "closed its output"
        if status >= 0:
            return f"ended with status {status}"
        return f"was ended by {signal.Signals(-status).name}" + (", perhaps for lack of memory," if -status == signal.SIGKILL else "")

    def last_words(self) -> str:
        """Return the end of what it wrote to standard error."""
        size = self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(size - _LAST_WORDS, 0))
        return self._errors.read().decode("utf-8", "replace").strip()

    def end(self, seconds: float) -> None:
        """Close its input, wait for it to end, and end it and all below it when it does not."""
        self._into.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)  # what it left behind, too
        self.process.wait()
        self._out.close()
        self._errors.close()
