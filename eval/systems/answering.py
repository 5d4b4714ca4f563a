"""The system's side of the protocol: reads requests, has an adapter answer them, and holds the clock.

A system in an environment of its own runs this file as a script, ``python -P answering.py ADAPTER.py name=value …``, so it imports the
standard library alone. Whatever the adapter or a library below it prints goes to standard error: standard output is for answers.
"""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TextIO, runtime_checkable

_BYTES_A_TOKEN = 3.5  # as the engine estimates; a test holds the two together
_LARGEST_FILE = 1_000_000
_IGNORED_FOLDERS = frozenset({"node_modules", "__pycache__"})

Row = Mapping[str, Any]
"""A hit: path (relative to the root), start_line, end_line, score, and where known text and signals."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """An answer that is more than its rows."""

    found: Sequence[Row]
    spans: Sequence[Row] = ()
    """The same ranking in the order in which a reader with a budget is given it."""
    confidence: float | None = None
    """The larger the surer; without it, the best row's score."""


class OpenIndex(Protocol):
    """An index that can be asked."""

    def ask(self, question: str, limit: int) -> Sequence[Row] | Ranked:
        """Return the best rows, best first."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


@runtime_checkable
class PlacedIndex(OpenIndex, Protocol):
    """An open index that can use where a question is asked from."""

    def ask_from(self, place: str, question: str, limit: int) -> Sequence[Row] | Ranked:
        """Do what ``ask`` does, for someone who is at ``PATH:LINE``."""
        ...


class Adapter(Protocol):
    """One system. The module of an adapter has ``connect(options)``, which returns this."""

    @property
    def version(self) -> str:
        """The version that answers, with what else tells its answers from another one's."""
        ...

    def index(self, root: str, data: str, files: Callable[[], Iterator[tuple[str, str]]]) -> tuple[int, int]:
        """Index a folder into the empty folder ``data``, and return the number of files and of chunks.

        ``files`` yields path and text of the text files of ``root``, for a system that does not list them itself.
        """
        ...

    def open(self, root: str, data: str) -> OpenIndex:
        """Open what ``index`` left in ``data``, perhaps in another process."""
        ...


def text_files(root: str) -> Iterator[tuple[str, str]]:
    """Yield path and text of the files below a folder in order: what git would commit, without binary and very large ones."""
    for path in sorted(_listed(root)):
        full = os.path.join(root, path)
        try:
            if os.path.getsize(full) > _LARGEST_FILE or os.path.islink(full):
                continue
            with open(full, "rb") as file:
                data = file.read()
        except OSError:
            continue
        if b"\0" not in data:
            yield path, data.decode("utf-8", "replace")


def _listed(root: str) -> Iterator[str]:
    """Yield the paths git would commit, or all that are not hidden where the folder is in no checkout."""
    git = subprocess.run(["git", "-C", root, "ls-files", "-coz", "--exclude-standard", "--", "."], capture_output=True, check=False)
    if git.returncode == 0 and git.stdout:
        yield from (os.fsdecode(each) for each in git.stdout.split(b"\0") if each)
        return
    for folder, folders, names in os.walk(root):
        folders[:] = [each for each in folders if not each.startswith(".") and each not in _IGNORED_FOLDERS]
        below = os.path.relpath(folder, root)
        yield from (name if below == "." else f"{below}/{name}" for name in names if not name.startswith("."))


class Answering:
    """Answers requests with one adapter. One index is open at a time."""

    def __init__(self, adapter: Adapter) -> None:
        self._adapter = adapter
        self._open: tuple[str, OpenIndex] | None = None
        self._seen: set[str] = set()

    def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Do what a request asks. Raises whatever the adapter raises, and ``ValueError`` for no request."""
        match request.get("do"):
            case "index":
                return self._index(request["root"], request["data"])
            case "ask":
                asked = request["questions"]
                places = request.get("at") or [""] * len(asked)
                return self._ask(request["root"], request["data"], list(zip(asked, places, strict=True)), request["limit"])
            case other:
                raise ValueError(f"there is no request {other!r}")

    def close(self) -> None:
        """Let go of the index that is open."""
        if self._open is not None:
            self._open[1].close()
            self._open = None

    def _index(self, root: str, data: str) -> dict[str, Any]:
        self.close()
        os.makedirs(data, exist_ok=True)
        started, cpu = time.perf_counter(), _processor_seconds()
        files, chunks = self._adapter.index(root, data, lambda: text_files(root))
        seconds, cpu = time.perf_counter() - started, _processor_seconds() - cpu
        self._seen.discard(data)
        return {"version": self._adapter.version, "seconds": seconds, "cpu_seconds": cpu, "files": files, "chunks": chunks}

    def _ask(self, root: str, data: str, questions: Sequence[tuple[str, str]], limit: int) -> dict[str, Any]:
        started, unseen = time.perf_counter(), data not in self._seen
        index = self._opened(root, data)
        if questions:
            _given(index, *questions[0], limit)
        cold = (time.perf_counter() - started) * 1000
        answers = [_answer(index, *question, limit) for question in questions]
        return {"version": self._adapter.version, "cold_ms": cold if unseen and questions else 0.0, "answers": answers}

    def _opened(self, root: str, data: str) -> OpenIndex:
        if self._open is None or self._open[0] != data:
            self.close()
            self._open = data, self._adapter.open(root, data)
            self._seen.add(data)
        return self._open[1]


def _given(index: OpenIndex, question: str, place: str, limit: int) -> Sequence[Row] | Ranked:
    if place and isinstance(index, PlacedIndex):
        return index.ask_from(place, question, limit)
    return index.ask(question, limit)


def _answer(index: OpenIndex, question: str, place: str, limit: int) -> dict[str, Any]:
    started = time.perf_counter()
    given = _given(index, question, place, limit)
    spent = (time.perf_counter() - started) * 1000
    ranked = given if isinstance(given, Ranked) else Ranked(given)
    found = [_found(row) for row in ranked.found]
    best = found[0]["score"] if found else 0.0
    sure = best if ranked.confidence is None else ranked.confidence
    return {"ms": spent, "confidence": sure, "found": found, "spans": [_found(row) for row in ranked.spans]}


def _found(row: Row) -> dict[str, Any]:
    return {
        "path": row["path"],
        "start_line": int(row["start_line"]),
        "end_line": int(row["end_line"]),
        "score": float(row["score"]),
        "tokens": estimate_tokens(row["text"]) if row.get("text") else 0,
        "signals": dict(row.get("signals", {})),
    }


def estimate_tokens(text: str) -> int:
    """Return about how many tokens a model will count."""
    return int(len(text.encode("utf-8", "replace")) / _BYTES_A_TOKEN) + 1


def _processor_seconds() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def serve(adapter: Adapter, requests: TextIO, answers: TextIO, *, expected: tuple[type[Exception], ...] = ()) -> None:
    """Answer line by line until the requests end. An ``expected`` error is its message; any other one's traceback is on standard error."""
    answering = Answering(adapter)
    for line in requests:
        try:
            reply = answering.answer(json.loads(line))
        except Exception as error:  # a process edge: the asker is told, and may ask again
            if not isinstance(error, expected):
                traceback.print_exc()
            reply = {"error": str(error) if isinstance(error, expected) else f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(reply) + "\n")
        answers.flush()
    answering.close()


def private_output() -> TextIO:
    """Return standard output for answers, and have everything else that is printed go to standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def options_of(arguments: Sequence[str]) -> dict[str, str]:
    """Return options from ``name=value`` arguments."""
    return {name: value for name, _, value in (each.partition("=") for each in arguments)}


def main(arguments: Sequence[str]) -> None:
    """Serve the adapter in a file."""
    file, *options = arguments
    with private_output() as answers:
        serve(runpy.run_path(file)["connect"](options_of(options)), sys.stdin, answers)


if __name__ == "__main__":
    main(sys.argv[1:])
