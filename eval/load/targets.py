"""What load is put on. A target answers operations from many threads at once; how it does that is its own affair."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from typing import Protocol

from eval.bench_process import family
from eval.load.mix import Kind, Operation
from graph.answers import Answer, ask, open_view
from graph.model import graph_name
from graph.questions import callers, find_one
from graph.store import GraphStore, open_graph_store
from retrieval.answers import SearchRequest
from retrieval.engine import Engine

_CONTEXT_TOKENS, _CONTEXT_HITS = 4_000, 20  # what ``codelore context`` asks for by default
_SYMBOL_ROWS = 50
_NOTHING = 1  # the exit code of a command that found nothing
_PATIENCE_SECONDS = 60.0


class OperationFailedError(Exception):
    """An operation has no answer. ``kind`` is what such failures are counted by."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class Target(Protocol):
    """Something that answers operations."""

    @property
    def name(self) -> str:
        """What the report calls it."""
        ...

    def open(self) -> None:
        """Make ready; called once, before anything is measured."""
        ...

    def perform(self, operation: Operation) -> int:
        """Answer, and return how many rows the answer has, 0 for nothing found; any exception is counted as a failure.

        Called from as many threads at once as there are users.
        """
        ...

    def processes(self) -> Sequence[int]:
        """Return the processes whose memory is the target's; none where they cannot be seen."""
        ...

    def cpu_seconds(self) -> float:
        """Return the processor time that the target has used since some moment; always 0 where that cannot be seen."""
        ...

    def close(self) -> None:
        """Let go; called when no operation is under way."""
        ...


class _Session:
    """An engine, and the graph beside it: one caller at a time."""

    def __init__(self, data: Path, root: str) -> None:
        self._root = root
        self._engine = Engine(data)
        self._store: GraphStore = open_graph_store(f"sqlite:{data / 'codelore.db'}")

    def perform(self, operation: Operation) -> int:
        match operation.kind:
            case Kind.SEARCH:
                return len(self._engine.search(SearchRequest(operation.text, self._root)).hits)
            case Kind.CONTEXT:
                request = SearchRequest(operation.text, self._root, limit=_CONTEXT_HITS)
                return len(self._engine.context(request, budget=_CONTEXT_TOKENS).items)
            case Kind.SYMBOLS:
                return len(self._engine.symbols(self._root, operation.text, limit=_SYMBOL_ROWS).symbols)
            case Kind.SHOW:
                path, _, lines = operation.text.rpartition(":")
                start, _, end = lines.partition("-")
                return _rows(lambda: bool(self._engine.show(self._root, path, start=int(start), end=int(end)).text))
            case Kind.GRAPH_CALLERS:
                return _rows(lambda: len(self._callers(operation.text).edges))

    def _callers(self, symbol: str) -> Answer:
        view = self._engine.views(SearchRequest("graph", self._root))[0][1]
        graphs = self._engine.graphs(self._store)
        seen, unresolved = graphs.across(view), graphs.reach(view).unresolved_files
        return ask(
            lambda: open_view(seen, graph_name(view), unresolved_files=unresolved), lambda graph: callers(graph, find_one(graph, symbol))
        )

    def close(self) -> None:
        self._store.close()
        self._engine.close()


def _rows(answer: Callable[[], int]) -> int:
    """Count what is found; a name that stands for nothing is an empty answer, as it is on the command line."""
    try:
        return int(answer())
    except LookupError as error:
        if isinstance(error, KeyError | IndexError):
            raise  # a mistake of ours, not an answer
        return 0


class Turns:
    """A lock that is handed over in the order of asking. Whoever gives up a plain lock and wants it again takes it before all who wait."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting = deque[threading.Lock]()
        self._taken = False

    def __enter__(self) -> None:
        mine = threading.Lock()
        mine.acquire()
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            self._waiting.append(mine)
        mine.acquire()

    def __exit__(self, *_: object) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


class EngineTarget:
    """The engine in this process.

    An engine takes one caller at a time, so users take turns at one; with ``each`` every user has an engine of their own.
    """

    def __init__(self, data: Path, root: str, *, each: bool = False) -> None:
        self._data, self._root, self._each = data, root, each
        self._turn = Turns()
        self._local = threading.local()
        self._sessions: list[_Session] = []
        self._others = set[int]()

    @property
    def name(self) -> str:
        """How the engine is shared."""
        return "engine, one for each user" if self._each else "engine, one for all users"

    def open(self) -> None:
        """Open the engine that is shared, or try whether one opens."""
        self._others = set(family(os.getpid())[1:])
        self._sessions.append(_Session(self._data, self._root))

    def perform(self, operation: Operation) -> int:
        """Answer with this thread's engine, or in turn."""
        with self._session() as session:
            return session.perform(operation)

    @contextmanager
    def _session(self) -> Generator[_Session]:
        if not self._each:
            with self._turn:
                yield self._sessions[0]
            return
        if not hasattr(self._local, "session"):
            self._local.session = _Session(self._data, self._root)
            self._sessions.append(self._local.session)
        yield self._local.session

    def processes(self) -> Sequence[int]:
        """Return this process and all that came below it: what drives the load is in it, too."""
        return [each for each in family(os.getpid()) if each not in self._others]

    def cpu_seconds(self) -> float:
        """Return what this process has used."""
        return time.process_time()

    def close(self) -> None:
        """Close all engines."""
        for session in self._sessions:
            session.close()
        self._sessions.clear()


_COMMANDS = {Kind.GRAPH_CALLERS: ["graph", "callers"]}
_ROWS = {Kind.SEARCH: "hits", Kind.CONTEXT: "items", Kind.SYMBOLS: "symbols", Kind.GRAPH_CALLERS: "edges"}


class CliTarget:
    """A process of the command line for every operation. ``codelore`` starts it."""

    def __init__(self, data: Path, root: str, codelore: Sequence[str], *, patience: float = _PATIENCE_SECONDS) -> None:
        # the index under load is in the data folder, graph included, whatever the user has set
        self._command = ["env", "-u", "CODELORE_GRAPH_URL", f"CODELORE_DATA_DIR={data}", *codelore]
        self._root, self._patience = root, patience
        self._others = set[int]()

    @property
    def name(self) -> str:
        """One process a question."""
        return "command line, a process for each question"

    def open(self) -> None:
        """Ask for the version, so that a command that does not start is known at once."""
        self._others = set(family(os.getpid()))
        self._run(["--version"])

    def perform(self, operation: Operation) -> int:
        """Run a command and count the rows of its answer."""
        kind = operation.kind
        output = self._run([*_COMMANDS.get(kind, [str(kind)]), "--json", "--", operation.text])
        if not output.strip():
            return 0
        try:
            document = json.loads(output)
            return len(document[_ROWS[kind]]) if kind in _ROWS else int(bool(document["text"]))
        except (ValueError, KeyError, TypeError) as error:
            raise OperationFailedError("unreadable answer", f"{error!r} in {output[:200]!r}") from error

    def _run(self, arguments: Sequence[str]) -> str:
        command = [*self._command, *arguments]
        # a group of its own: Ctrl-C ends the run, and lets what is under way be answered
        with subprocess.Popen(
            command, cwd=self._root, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, process_group=0
        ) as process:
            try:
                output, messages = process.communicate(timeout=self._patience)
            except subprocess.TimeoutExpired as error:
                process.kill()
                raise OperationFailedError("timeout", f"no answer within {self._patience:.0f} s") from error
        said = messages.decode("utf-8", "replace")
        if process.returncode == 0 or (process.returncode == _NOTHING and "Traceback (most recent call last)" not in said):
            return output.decode("utf-8", "replace")
        kind = f"signal {-process.returncode}" if process.returncode < 0 else f"exit code {process.returncode}"
        raise OperationFailedError(kind, said.strip()[-500:])

    def processes(self) -> Sequence[int]:
        """Return the commands that run at the moment."""
        return [each for each in family(os.getpid()) if each not in self._others]

    def cpu_seconds(self) -> float:
        """Return what the commands that have ended used."""
        used = getrusage(RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    def close(self) -> None:
        """Nothing is open between questions."""
