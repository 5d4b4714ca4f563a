"""Reads the edges between the files of a view, added up.

``FlowStore.stand`` and ``keep_beside`` write them, into the embedded database whichever store has the graph.
"""

from __future__ import annotations

from dataclasses import dataclass

from graph.versions import MADE_BY
from ingest.database import Database
from ingest.model import DocumentId


@dataclass(frozen=True, slots=True)
class FileEdgeState:
    """Which edges between files a view has. Two states with the same stamp are one."""

    stamp: int
    shows: int
    """The generation of the view that the graph was made of; below the view's own one until the graph has followed."""


@dataclass(frozen=True, slots=True)
class FileEdgeRow:
    """The edges between files of one graph: ``own`` and ``elsewhere`` as in ``FileEdges``."""

    file: int
    """``signed_hash`` of the path."""
    document: DocumentId
    """What the file held, 0 for a graph that has no file."""
    own: bytes
    elsewhere: bytes


class FileEdgeStore:
    """Edges between files in the database. One per thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def state(self, view: str) -> FileEdgeState | None:
        """Return the state of a view's edges, None where there are none: no graph was made, or another version made it."""
        with self._database.read() as read:
            row = read.execute(
                "SELECT stamp, generation, made_by FROM resolved JOIN file_graph USING (view) WHERE view = ?", (view,)
            ).fetchone()
        return FileEdgeState(row[0], row[1]) if row and row[1] and row[2] == MADE_BY else None

    def rows(self, view: str) -> list[FileEdgeRow]:
        """Return the edges of every graph of a view, in no particular order."""
        with self._database.read() as read:
            found = read.execute(
                "SELECT file, document_id, own, elsewhere FROM standing JOIN file_edges USING (resolution_id) WHERE view = ?", (view,)
            ).fetchall()
        return [FileEdgeRow(file, DocumentId(document), own, elsewhere) for file, document, own, elsewhere in found]
