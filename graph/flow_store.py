"""Where flows are kept, once per content, and what each file's edges rest on, once per view."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from graph.flow_codec import FLOW_VERSION
from ingest.codec import decode_value, encode_value
from ingest.database import Database
from ingest.model import DocumentId


@dataclass(frozen=True, slots=True)
class Unlowered:
    """A content without a flow: its facts and text as they are stored."""

    content: int
    facts: bytes
    text: bytes


@dataclass(frozen=True, slots=True)
class Flow:
    """A content's flow, encoded, and the digest of what others can see of it."""

    content: int
    interface: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class Standing:
    """What one file's edges rest on. ``passes`` are the calls it makes of functions with a parameter that has no type."""

    path: str
    document: DocumentId
    interface: bytes
    rests: Sequence[str]
    heirs: Sequence[str]
    """The bases that its classes name."""
    passes: Sequence[Sequence[object]]


class FlowStore:
    """Flows and standings in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def missing(self, documents: Iterable[DocumentId]) -> Iterator[Unlowered]:
        """Yield the contents of documents that have no flow, each once."""
        seen: set[int] = set()
        for document in documents:
            with self._database.read() as read:
                row = read.execute(
                    "SELECT content.id, facts, text FROM document JOIN content ON content.id = content_id"
                    " WHERE document.id = ? AND NOT EXISTS (SELECT 1 FROM flow WHERE flow.content_id = content.id AND version = ?)",
                    (document, FLOW_VERSION),
                ).fetchone()
            if row and row[0] not in seen:
                seen.add(row[0])
                yield Unlowered(*row)

    def add(self, flows: Iterable[Flow]) -> None:
        """Store flows."""
        with self._database.write() as write:
            write.executemany(
                "INSERT OR REPLACE INTO flow (content_id, version, interface, data)"
                " SELECT ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM content WHERE id = ?)",
                ((each.content, FLOW_VERSION, each.interface, each.data, each.content) for each in flows),
            )

    def load(self, document: DocumentId) -> bytes:
        """Return a document's flow, encoded. Raises ``LookupError`` when there is none."""
        with self._database.read() as read:
            row = read.execute(
                "SELECT data FROM document JOIN flow USING (content_id) WHERE document.id = ? AND version = ?", (document, FLOW_VERSION)
            ).fetchone()
        if row is None:
            raise LookupError(f"document {document} has no flow")
        return row[0]

    def interfaces(self, documents: Iterable[DocumentId]) -> dict[DocumentId, bytes]:
        """Return the interfaces of documents that have a flow."""
        query = "SELECT interface FROM document JOIN flow USING (content_id) WHERE document.id = ?"
        with self._database.read() as read:
            rows = {document: read.execute(query, (document,)).fetchone() for document in documents}
        return {document: row[0] for document, row in rows.items() if row}

    def resolved(self, view: str) -> int:
        """Return the generation of the view that its graph shows, 0 for none."""
        with self._database.read() as read:
            row = read.execute("SELECT generation FROM resolved WHERE view = ?", (view,)).fetchone()
        return row[0] if row else 0

    def fork(self, view: str, of: str) -> None:
        """Let a view's edges rest on what another view's do."""
        with self._database.write() as write:
            write.execute(
                "INSERT OR REPLACE INTO standing (view, path, document_id, interface, rests)"
                " SELECT ?, path, document_id, interface, rests FROM standing WHERE view = ?",
                (view, of),
            )

    def standings(self, view: str) -> dict[str, Standing]:
        """Return what a view's edges rest on, by path."""
        with self._database.read() as read:
            rows = read.execute("SELECT path, document_id, interface, rests FROM standing WHERE view = ?", (view,)).fetchall()
        return {each.path: each for each in map(_standing, rows)}

    def stand(self, view: str, standings: Iterable[Standing], removed: Iterable[str], *, generation: int) -> None:
        """Keep what a view's edges rest on from now on, and which generation of the view they show."""
        with self._database.write() as write:
            write.execute("INSERT OR REPLACE INTO resolved (view, generation) VALUES (?, ?)", (view, generation))
            write.executemany("DELETE FROM standing WHERE view = ? AND path = ?", ((view, os.fsencode(path)) for path in removed))
            write.executemany(
                "INSERT OR REPLACE INTO standing (view, path, document_id, interface, rests) VALUES (?, ?, ?, ?, ?)",
                ((view, os.fsencode(each.path), each.document, each.interface, _rests(each)) for each in standings),
            )

    def drop(self, view: str) -> None:
        """Forget a view."""
        with self._database.write() as write:
            write.execute("DELETE FROM standing WHERE view = ?", (view,))
            write.execute("DELETE FROM resolved WHERE view = ?", (view,))


def _rests(standing: Standing) -> bytes:
    return encode_value((standing.rests, standing.heirs, standing.passes))


def _standing(row: tuple[bytes, int, bytes, bytes]) -> Standing:
    return Standing(os.fsdecode(row[0]), DocumentId(row[1]), row[2], *decode_value(row[3]))
