"""``edges.lock`` applied to the graphs of a view, file by file, and what became of its entries kept until the next run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from graph.edges_lock import Applied, EdgesLock, LockEntry, Outcome, apply_lock, stale_entries
from graph.flow_store import FlowStore
from graph.graph_state import digest
from graph.model import EdgeKind, FileGraph, Handle
from graph.surroundings import LOCK_NAME
from ingest.errors import SourceError

_GONE = frozenset({Outcome.SOURCE_GONE, Outcome.TARGET_GONE})


class Review:
    """The lock of a view now, and what was left of the one before."""

    def __init__(self, flows: FlowStore, view: str, data: bytes | None) -> None:
        self._flows, self._view = flows, view
        self._digest = digest(data)
        before: Any = flows.note(view, LOCK_NAME) or ["", [], {}]
        self.changed = before[0] != self._digest
        self.problem = ""
        self.lock = EdgesLock(())
        if data is not None:
            self._read(data)
        homes = dict.fromkeys(entry.source.partition("#")[0] for entry in self.lock.entries)
        kinds = {entry.kind.value for entry in self.lock.entries}
        self._state = [list(homes), sorted(kinds)]
        self._homes = frozenset(homes)
        self.homes: set[str] = {*homes, *(before[1][0] if before[1] else ())} if self.changed else set()
        """The files whose graphs an entry speaks of, or spoke of, where the lock changed."""
        self.kinds: set[str] = {*kinds, *(before[1][1] if before[1] else ())} if self.changed else set()
        self._outcomes: dict[str, dict[int, str]] = {}
        if not self.changed:
            self._outcomes = {path: dict(rows) for path, rows in before[2].items()}

    def _read(self, data: bytes) -> None:
        from graph.edges_lock_file import read_edges_lock  # most trees have no such file, and reading TOML loads much

        try:
            self.lock = read_edges_lock(data)
        except SourceError as error:
            self.problem = f"{error}; nothing of it is applied"

    def has(self, kind: EdgeKind) -> bool:
        """Say whether an entry speaks of an edge of this kind, or did before the lock changed."""
        return kind.value in self.kinds or any(entry.kind is kind for entry in self.lock.entries)

    def has_changed(self, kind: EdgeKind) -> bool:
        """Say whether the lock changed and an entry speaks or spoke of an edge of this kind."""
        return self.changed and self.has(kind)

    def concerns(self, path: str) -> bool:
        """Say whether an entry speaks of an edge in the graph of a path."""
        return path in self._homes

    def rests(self, path: str) -> Iterable[str]:
        """Yield the files that a file's pinned edges lead to: whether they have the target decides about the pin."""
        return (entry.target.partition("#")[0] for entry in self.lock.pins(path))

    def apply(self, graph: FileGraph, exists: Callable[[Handle], bool]) -> FileGraph:
        """Return a graph as the lock wants it."""
        applied: Applied = apply_lock(self.lock, graph, exists)
        self._outcomes.pop(graph.path, None)
        if applied.outcomes:
            numbers = {id(entry): number for number, entry in enumerate(self.lock.entries)}
            self._outcomes[graph.path] = {numbers[id(entry)]: outcome.value for entry, outcome in applied.outcomes.items()}
        return applied.graph

    def forget(self, paths: Iterable[str]) -> None:
        """Forget what became of entries in files that are gone."""
        for path in paths:
            self._outcomes.pop(path, None)

    def keep(self) -> None:
        """Remember what became of the entries."""
        rows = {path: list(found.items()) for path, found in self._outcomes.items()}
        self._flows.keep(self._view, LOCK_NAME, [self._digest, self._state, rows] if self._digest else None)

    def notes(self, exists: Callable[[Handle], bool]) -> list[str]:
        """Return what is wrong with the lock, or stale in it."""
        if self.problem:
            return [self.problem]
        outcomes: dict[LockEntry, Outcome] = {}
        for found in self._outcomes.values():
            for number, value in found.items():
                entry = self.lock.entries[number]
                if outcomes.get(entry, Outcome.SOURCE_GONE) in _GONE:
                    outcomes[entry] = Outcome(value)
        return [f"{LOCK_NAME}, line {each.entry.line}: {each.why}" for each in stale_entries(self.lock, outcomes, exists)]
