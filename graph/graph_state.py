"""What is known of the graphs of views without making any of them: whether one is up to date, and what it left out.

A question asks this first and seldom needs more, so nothing here loads what resolves: a grammar, the manifests' readers, SCIP. That is
40 ms of processor time a command.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

from graph.flow_store import FlowStore
from graph.model import HISTORY
from graph.store import GraphStore
from graph.surroundings import LOCK_NAME, Surroundings
from ingest.database import Database

NOTES = "notes"
PARTIAL = "partial"
_PLACE = "place"


class GraphState:
    """The state of the graphs of views in one store."""

    def __init__(self, database: Database, store: GraphStore) -> None:
        self._flows = FlowStore(database)
        self._store = store

    def is_current(self, view: str, shows: int, around: Surroundings) -> bool:
        """Say whether a view's graph shows this generation of it and what lies around it."""
        if self._flows.resolved(view) != shows or not self.has_graph(view):
            return False
        behind = has_another_lock(self._flows, view, around.lock) or is_behind(self._flows, view, around)
        return not (behind or self._flows.is_foreign(view))

    def shows(self, view: str) -> int:
        """Return the generation of a view that its graph shows, 0 for none."""
        return self._flows.resolved(view)

    def has_graph(self, view: str) -> bool:
        """Say whether the store has the graph that what is kept of a view belongs to: the store may have been another one since."""
        return self._store.generation(view) > 0 and (self._flows.note(view, _PLACE) or "") == self._store.place

    def keep_place(self, view: str) -> None:
        """Remember that a view's graph is in this store."""
        self._flows.keep(view, _PLACE, self._store.place or None)

    def notes(self, view: str) -> list[str]:
        """Return what the sources of a view's edges left out, and what is stale, in words."""
        kept: dict[str, list[str]] = self._flows.note(view, NOTES) or {}
        return [note for _, notes in sorted(kept.items()) for note in notes]

    def partial(self, view: str) -> dict[str, str]:
        """Return the files of a view whose names could not all be read, each with the reason."""
        return self._flows.note(view, PARTIAL) or {}


def digest(lock: bytes | None) -> str:
    """Return what tells two states of ``edges.lock`` apart."""
    return blake2b(lock, digest_size=16).hexdigest() if lock is not None else ""


def has_another_lock(flows: FlowStore, view: str, lock: bytes | None) -> bool:
    """Say whether the lock that a view's edges follow is another one."""
    kept: Any = flows.note(view, LOCK_NAME)
    return digest(lock) != (kept[0] if kept else "")


def commit_of(around: Surroundings) -> str:
    """Return the commit whose history a view shows, "" for none."""
    return around.commit if around.checkout else ""


def is_behind(flows: FlowStore, view: str, around: Surroundings) -> bool:
    """Say whether the history that was kept is not that of the view's commit."""
    kept: Any = flows.note(view, HISTORY)
    return commit_of(around) != (kept[0] if kept else "")
