"""Where flows are kept, once per content, and what each file's edges rest on.

The latter is one row a file, which all views share whose files rest on the same: a view of its own takes a number a file.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from graph.file_edges import FileEdges, signed_hash
from graph.versions import FILE_EDGES_VERSION, FLOW_VERSION, MADE_BY
from ingest.codec import compress, decode_value, decompress, encode_value
from ingest.database import Database
from ingest.facts import ANALYZER_VERSION
from ingest.model import DocumentId

if TYPE_CHECKING:
    from graph.kept_trees import ContentFlow

_EDGES_VERSION = bytes([FILE_EDGES_VERSION])
_BESIDE = "file edges of "
_NONE = FileEdges()


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

    def with_rests(self, more: Sequence[str]) -> Standing:
        """Return it resting on more than this."""
        return replace(self, encoded=encode_rests([*self.rests(), *more], self.announces())) if more else self

    def rests(self) -> list[str]:
        """Return what the file's edges rest on."""
        return self._decoded()[0]

    def announces(self) -> list[str]:
        """Return under which names others may have looked for what the file defined."""
        return self._decoded()[1]

    def _decoded(self) -> list[list[str]]:
        parts = decompress(self.encoded).decode("utf-8", "surrogatepass").split("\0\0")
        return [part.split("\0") if part else [] for part in parts]


def encode_rests(rests: Iterable[str], announces: Iterable[str]) -> bytes:
    """Encode what a file's edges rest on, and under which names others may look for what it defines.

    Sorted, since one process looks at things in another order than the next, and views share what is equal.
    """
    return compress("\0\0".join(map("\0".join, (sorted(rests), announces))).encode("utf-8", "surrogatepass"))


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

    def add_kept(self, flows: Iterable[ContentFlow]) -> None:
        """Store flows of contents that are known by their hash."""
        with self._database.write() as write:
            write.executemany(
                "INSERT OR REPLACE INTO flow (content_id, version, bases, data)"
                " SELECT id, ?, ?, ? FROM content WHERE hash = ? AND language = ? AND analyzer = ?",
                (
                    (FLOW_VERSION, encode_value(each.bases), each.data, bytes.fromhex(each.content_hash), each.language, ANALYZER_VERSION)
                    for each in flows
                ),
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

    def is_foreign(self, view: str) -> bool:
        """Say whether another version made a view's edges: its flows cannot be read, and its edges are not what this one says."""
        with self._database.read() as read:
            row = read.execute("SELECT made_by FROM resolved WHERE view = ?", (view,)).fetchone()
        return row is not None and row[0] != MADE_BY

    def fork(self, view: str, of: str) -> None:
        """Let a view's edges rest on what another view's do."""
        with self._database.write() as write:
            write.execute("INSERT OR IGNORE INTO standing SELECT ?, resolution_id FROM standing WHERE view = ?", (view, of))
            write.execute("INSERT OR IGNORE INTO resolved SELECT ?, 0, made_by FROM resolved WHERE view = ?", (view, of))

    def standings(self, view: str) -> dict[str, Standing]:
        """Return what a view's edges rest on, by path."""
        with self._database.read() as read:
            rows = read.execute(f"SELECT path, document_id, rests {_STANDING} WHERE view = ? AND path >= x'01'", (view,)).fetchall()
        return {each.path: each for each in map(_standing, rows)}

    def stand(
        self,
        view: str,
        standings: Sequence[Standing],
        calls: Mapping[str, Mapping[str, bytes]],
        removed: Iterable[str],
        *,
        generation: int,
        between: Mapping[str, FileEdges] = MappingProxyType({}),
    ) -> None:
        """Keep what a view's edges rest on from now on, the calls of each of those files by the callee's, and the view's generation.

        The calls are encoded ``Calls``. Kept as well are the files' edges to other files, and which version made all this, see
        ``is_foreign``.
        """
        with self._database.write() as write:
            _stamp(write, view)
            write.execute("INSERT OR REPLACE INTO resolved (view, generation, made_by) VALUES (?, ?, ?)", (view, generation, MADE_BY))
            for path in removed:
                _replace(write, view, os.fsencode(path), None)
            for each in standings:
                passed = {os.fsencode(callee): rows for callee, rows in sorted(calls.get(each.path, {}).items())}
                edges = between.get(each.path, _NONE)
                _replace(write, view, os.fsencode(each.path), _resolution(write, each, passed, edges))

    def keep_beside(self, view: str, between: Mapping[str, FileEdges]) -> None:
        """Keep edges between files that are in no file's graph, by the path of the graph they are in; none forgets them."""
        if not between:
            return
        with self._database.write() as write:
            _stamp(write, view)
            for path, edges in between.items():
                beside = _beside(f"{_BESIDE}{path}")
                kept = Standing(os.fsdecode(beside), DocumentId(0), encode_value(None))
                _replace(write, view, beside, _resolution(write, kept, {}, edges) if edges else None)

    def calls_of(self, view: str, callee: str) -> list[tuple[str, Calls]]:
        """Return the calls that reach functions of a file, by the calling file."""
        return [(os.fsdecode(caller), decode_value(calls)) for caller, _, calls in self._calls("callee = ?", view, callee)]

    def calls_by(self, view: str, caller: str) -> dict[str, Calls]:
        """Return the calls that a file makes, by the callee's file."""
        return {os.fsdecode(callee): decode_value(calls) for _, callee, calls in self._calls("path = ?", view, caller)}

    def _calls(self, where: str, view: str, path: str) -> list[tuple[bytes, bytes, bytes]]:
        with self._database.read() as read:
            return read.execute(
                f"SELECT path, callee, calls {_STANDING} JOIN passed USING (resolution_id) WHERE view = ? AND {where}",
                (view, os.fsencode(path)),
            ).fetchall()

    def note(self, view: str, name: str) -> Any:
        """Return what was kept under a name besides the files, None for nothing."""
        with self._database.read() as read:
            row = read.execute(f"SELECT rests {_STANDING} WHERE view = ? AND path = ?", (view, _beside(name))).fetchone()
        return decode_value(row[0]) if row else None

    def notes(self, view: str, prefix: str = "") -> list[str]:
        """Return the names under which something is kept that begin with ``prefix``, in order."""
        with self._database.read() as read:
            rows = read.execute(f"SELECT path {_STANDING} WHERE view = ? AND path < x'01' ORDER BY path", (view,)).fetchall()
        names = (os.fsdecode(row[0][1:]) for row in rows)
        return [name for name in names if name.startswith(prefix)]

    def keep(self, view: str, name: str, value: Any) -> None:
        """Keep a value that JSON can hold, under a name besides the files; None forgets it."""
        path = _beside(name)
        with self._database.write() as write:
            kept = None if value is None else Standing(os.fsdecode(path), DocumentId(0), encode_value(value))
            _replace(write, view, path, kept and _resolution(write, kept, {}))

    def drop(self, view: str) -> None:
        """Forget a view."""
        with self._database.write() as write:
            gone = write.execute("DELETE FROM standing WHERE view = ? RETURNING resolution_id", (view,)).fetchall()
            write.executemany(_FORGET, gone)
            write.execute("DELETE FROM resolved WHERE view = ?", (view,))
            write.execute("DELETE FROM file_graph WHERE view = ?", (view,))


_STANDING = "FROM standing JOIN resolution ON id = resolution_id"
_FORGET = "DELETE FROM resolution WHERE id = ? AND NOT EXISTS (SELECT 1 FROM standing WHERE resolution_id = id)"


def _stamp(write: sqlite3.Connection, view: str) -> None:
    """Give a view's edges between files another state."""
    write.execute("INSERT OR REPLACE INTO file_graph VALUES (?, abs(random() / 2))", (view,))


def _resolution(write: sqlite3.Connection, standing: Standing, passed: Mapping[bytes, bytes], edges: FileEdges = _NONE) -> int:
    """Return the row of what a file's edges rest on, of the calls it makes and of its edges, made if no view has an equal one."""
    path = os.fsencode(standing.path)
    between = (_EDGES_VERSION, edges.own, edges.elsewhere) if standing.document or edges else ()
    parts = (standing.encoded, *chain.from_iterable(passed.items()), *between)
    digest = _digest(b"".join(map(_digest, parts)))
    row = write.execute(
        "SELECT id FROM resolution WHERE path = ? AND document_id = ? AND hash = ?", (path, standing.document, digest)
    ).fetchone()
    if row:
        return int(row[0])
    made = write.execute(
        "INSERT INTO resolution (path, document_id, hash, rests) VALUES (?, ?, ?, ?)", (path, standing.document, digest, standing.encoded)
    ).lastrowid
    assert made is not None
    write.executemany("INSERT INTO passed VALUES (?, ?, ?)", ((made, *each) for each in passed.items()))
    if between:  # of a file without edges it is kept that it has none
        row = made, standing.document, signed_hash(standing.path), edges.own, edges.elsewhere
        write.execute("INSERT INTO file_edges VALUES (?, ?, ?, ?, ?)", row)
    return made


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=16).digest()


def _replace(write: sqlite3.Connection, view: str, path: bytes, row: int | None) -> None:
    """Let a view have this row at a path, or none; what no view has goes."""
    if row is not None:
        write.execute("INSERT OR IGNORE INTO standing VALUES (?, ?)", (view, row))
    others = write.execute(f"SELECT id {_STANDING} WHERE path = ? AND view = ? AND id IS NOT ?", (path, view, row)).fetchall()
    write.executemany("DELETE FROM standing WHERE view = ? AND resolution_id = ?", ((view, other) for (other,) in others))
    write.executemany(_FORGET, others)


def _beside(name: str) -> bytes:
    """Return a path that no file has."""
    return b"\0" + os.fsencode(name)


def _standing(row: tuple[bytes, int, bytes]) -> Standing:
    return Standing(os.fsdecode(row[0]), DocumentId(row[1]), row[2])
