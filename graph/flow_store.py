"""Where flows are kept, once per content, and what each file's edges rest on, once per view."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graph.flow_codec import FLOW_VERSION
from ingest.codec import compress, decode_value, decompress, encode_value
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
    """A content's flow, encoded, and the classes in it that name a base: name and scope."""

    content: int
    bases: Sequence[tuple[str, int]]
    data: bytes


@dataclass(frozen=True, slots=True)
class Standing:
    """What one file's edges rest on, still encoded."""

    path: str
    document: DocumentId
    encoded: bytes

    @classmethod
    def of(cls, path: str, document: DocumentId, rests: Sequence[str], announces: Sequence[str]) -> Standing:
        """Encode what a file's edges rest on, and under which names others may look for what it defines."""
        return cls(path, document, compress("\0\0".join(map("\0".join, (rests, announces))).encode("utf-8", "surrogatepass")))

    def rests(self) -> list[str]:
        """Return what the file's edges rest on."""
        return self._decoded()[0]

    def announces(self) -> list[str]:
        """Return under which names others may have looked for what the file defined."""
        return self._decoded()[1]

    def _decoded(self) -> list[list[str]]:
        parts = decompress(self.encoded).decode("utf-8", "surrogatepass").split("\0\0")
        return [part.split("\0") if part else [] for part in parts]


Calls = Sequence[Sequence[object]]
"""Calls of functions with an untyped parameter: the callee's scope, the place without its path, the arguments, whether it is bound."""


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
                "INSERT OR REPLACE INTO flow (content_id, version, bases, data)"
                " SELECT ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM content WHERE id = ?)",
                ((each.content, FLOW_VERSION, encode_value(each.bases), each.data, each.content) for each in flows),
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

    def load_all(self, documents: Iterable[DocumentId]) -> dict[DocumentId, bytes]:
        """Return the flows of documents, encoded."""
        query = "SELECT data FROM document JOIN flow USING (content_id) WHERE document.id = ? AND version = ?"
        with self._database.read() as read:
            rows = {document: read.execute(query, (document, FLOW_VERSION)).fetchone() for document in documents}
        return {document: row[0] for document, row in rows.items() if row}

    def bases(self, documents: Iterable[DocumentId]) -> Iterator[tuple[DocumentId, list[tuple[str, int]]]]:
        """Yield the classes with a base of each document that has any: the last part of the base's name, and the class's scope."""
        query = "SELECT bases FROM document JOIN flow USING (content_id) WHERE document.id = ? AND bases != ?"
        none = encode_value(())
        with self._database.read() as read:
            for document in documents:
                row = read.execute(query, (document, none)).fetchone()
                if row:
                    yield document, [(name, scope) for name, scope in decode_value(row[0])]

    def resolved(self, view: str) -> int:
        """Return the generation of the view that its graph shows, 0 for none."""
        with self._database.read() as read:
            row = read.execute("SELECT generation FROM resolved WHERE view = ?", (view,)).fetchone()
        return row[0] if row else 0

    def fork(self, view: str, of: str) -> None:
        """Let a view's edges rest on what another view's do."""
        with self._database.write() as write:
            write.execute(
                "INSERT OR REPLACE INTO standing (view, path, document_id, rests)"
                " SELECT ?, path, document_id, rests FROM standing WHERE view = ?",
                (view, of),
            )
            write.execute(
                "INSERT OR REPLACE INTO passed (view, callee, caller, calls) SELECT ?, callee, caller, calls FROM passed WHERE view = ?",
                (view, of),
            )

    def standings(self, view: str) -> dict[str, Standing]:
        """Return what a view's edges rest on, by path."""
        with self._database.read() as read:
            rows = read.execute("SELECT path, document_id, rests FROM standing WHERE view = ? AND path >= x'01'", (view,)).fetchall()
        return {each.path: each for each in map(_standing, rows)}

    def stand(
        self, view: str, standings: Sequence[Standing], calls: Mapping[str, Mapping[str, Calls]], removed: Iterable[str], *, generation: int
    ) -> None:
        """Keep what a view's edges rest on from now on, the calls of each of those files by the callee's, and the view's generation."""
        replaced = [os.fsencode(path) for path in (*removed, *(each.path for each in standings))]
        with self._database.write() as write:
            write.execute("INSERT OR REPLACE INTO resolved (view, generation) VALUES (?, ?)", (view, generation))
            write.executemany("DELETE FROM standing WHERE view = ? AND path = ?", ((view, path) for path in replaced))
            write.executemany("DELETE FROM passed WHERE view = ? AND caller = ?", ((view, path) for path in replaced))
            write.executemany(
                "INSERT INTO standing (view, path, document_id, rests) VALUES (?, ?, ?, ?)",
                ((view, os.fsencode(each.path), each.document, each.encoded) for each in standings),
            )
            write.executemany(
                "INSERT INTO passed (view, callee, caller, calls) VALUES (?, ?, ?, ?)",
                (
                    (view, os.fsencode(callee), os.fsencode(caller), encode_value(rows))
                    for caller, by_callee in calls.items()
                    for callee, rows in by_callee.items()
                ),
            )

    def calls_of(self, view: str, callee: str) -> list[tuple[str, Calls]]:
        """Return the calls that reach functions of a file, by the calling file."""
        with self._database.read() as read:
            rows = read.execute("SELECT caller, calls FROM passed WHERE view = ? AND callee = ?", (view, os.fsencode(callee))).fetchall()
        return [(os.fsdecode(caller), decode_value(calls)) for caller, calls in rows]

    def calls_by(self, view: str, caller: str) -> dict[str, Calls]:
        """Return the calls that a file makes, by the callee's file."""
        with self._database.read() as read:
            rows = read.execute("SELECT callee, calls FROM passed WHERE view = ? AND caller = ?", (view, os.fsencode(caller))).fetchall()
        return {os.fsdecode(callee): decode_value(calls) for callee, calls in rows}

    def callees(self, view: str) -> list[str]:
        """Return the files that have a function which anything in the view calls."""
        with self._database.read() as read:
            return [os.fsdecode(row[0]) for row in read.execute("SELECT DISTINCT callee FROM passed WHERE view = ?", (view,))]

    def note(self, view: str, name: str) -> Any:
        """Return what was kept under a name besides the files, None for nothing."""
        with self._database.read() as read:
            row = read.execute("SELECT rests FROM standing WHERE view = ? AND path = ?", (view, _beside(name))).fetchone()
        return decode_value(row[0]) if row else None

    def notes(self, view: str, prefix: str = "") -> list[str]:
        """Return the names under which something is kept that begin with ``prefix``, in order."""
        with self._database.read() as read:
            rows = read.execute("SELECT path FROM standing WHERE view = ? AND path < x'01' ORDER BY path", (view,)).fetchall()
        names = (os.fsdecode(row[0][1:]) for row in rows)
        return [name for name in names if name.startswith(prefix)]

    def keep(self, view: str, name: str, value: Any) -> None:
        """Keep a value that JSON can hold, under a name besides the files; None forgets it."""
        with self._database.write() as write:
            if value is None:
                write.execute("DELETE FROM standing WHERE view = ? AND path = ?", (view, _beside(name)))
            else:
                write.execute(
                    "INSERT OR REPLACE INTO standing (view, path, document_id, rests) VALUES (?, ?, 0, ?)",
                    (view, _beside(name), encode_value(value)),
                )

    def drop(self, view: str) -> None:
        """Forget a view."""
        with self._database.write() as write:
            write.execute("DELETE FROM standing WHERE view = ?", (view,))
            write.execute("DELETE FROM passed WHERE view = ?", (view,))
            write.execute("DELETE FROM resolved WHERE view = ?", (view,))


def _beside(name: str) -> bytes:
    """Return a path that no file has."""
    return b"\0" + os.fsencode(name)


def _standing(row: tuple[bytes, int, bytes]) -> Standing:
    return Standing(os.fsdecode(row[0]), DocumentId(row[1]), row[2])
