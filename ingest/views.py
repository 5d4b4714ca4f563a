"""Repositories and views: which documents a worktree or a ref shows, and how true that is.

A view costs one small row a file. Its generation rises by one, in one transaction, when all of a run's changes are in: readers see the old
state until then.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from json import dumps, loads
from sqlite3 import Connection

from ingest.database import Database, now
from ingest.errors import NotIndexedError
from ingest.facts import ANALYZER_VERSION
from ingest.model import ContentHash, DocumentId, Failure, RepositoryId, View, ViewId, ViewKind


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository: all worktrees of one git directory, or one folder outside git. ``identity`` is that directory's absolute path."""

    repository_id: RepositoryId
    identity: str
    name: str
    root: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What a view shows at a path, and what the file looked like when it was read."""

    document_id: DocumentId
    size: int
    mtime_ns: int
    content_hash: ContentHash
    current: bool
    """False when another analyzer version made its facts."""


@dataclass(frozen=True, slots=True)
class ScreenedFile:
    """A file whose content made it a skip; remembered so that it is not read again until it changes."""

    path: str
    size: int
    mtime_ns: int
    rule: str
    detail: str
    content_hash: str = ""
    """Lets another view know the file unread; empty where an older version or no content made the skip."""


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What an index run left out and why, kept with the view."""

    skipped: dict[str, int] = field(default_factory=dict[str, int])
    failed: tuple[Failure, ...] = ()
    screened: tuple[ScreenedFile, ...] = ()
    truncated: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


_VIEW = "SELECT id, repository_id, kind, name, root, commit_id, generation, indexed_at FROM view"


class ViewCatalog:  # noqa: PLR0904
    """Repositories, views and their entries in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_repository(self, *, identity: str, name: str, root: str) -> RepositoryId:
        """Return the repository with this identity, made if new."""
        with self._database.write() as write:
            row = write.execute(
                "INSERT INTO repository (identity, name, root) VALUES (?, ?, ?)"
                " ON CONFLICT (identity) DO UPDATE SET name = excluded.name RETURNING id",
                (os.fsencode(identity), name, os.fsencode(root)),
            ).fetchone()
        return RepositoryId(row[0])

    def repositories(self) -> list[Repository]:
        """Return all repositories, by name."""
        with self._database.read() as read:
            rows = read.execute("SELECT id, identity, name, root FROM repository ORDER BY name, id").fetchall()
        return [Repository(RepositoryId(row[0]), os.fsdecode(row[1]), row[2], os.fsdecode(row[3])) for row in rows]

    def add_view(self, repository: RepositoryId, kind: ViewKind, *, name: str, root: str) -> View:
        """Return the view of this kind and name, made if new."""
        with self._database.write() as write:
            write.execute(
                "INSERT INTO view (repository_id, kind, name, root) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (repository_id, kind, name) DO UPDATE SET root = excluded.root",
                (repository, kind, os.fsencode(name), os.fsencode(root)),
            )
            row = write.execute(
                f"{_VIEW} WHERE repository_id = ? AND kind = ? AND name = ?", (repository, kind, os.fsencode(name))
            ).fetchone()
        return _view(row)

    def views(self, repository: RepositoryId | None = None) -> list[View]:
        """Return the views of one repository, or of all, in order of making."""
        with self._database.read() as read:
            rows = read.execute(f"{_VIEW} WHERE ?1 IS NULL OR repository_id = ?1 ORDER BY id", (repository,)).fetchall()
        return [_view(row) for row in rows]

    def view(self, view: ViewId) -> View:
        """Return a view as it is now. Raises ``NotIndexedError`` when it is gone."""
        with self._database.read() as read:
            row = read.execute(f"{_VIEW} WHERE id = ?", (view,)).fetchone()
        if row is None:
            raise NotIndexedError(f"view {view} has been forgotten; index its folder again")
        return _view(row)

    def report(self, view: ViewId) -> IndexReport:
        """Return what the newest index run of a view left out."""
        with self._database.read() as read:
            row = read.execute("SELECT report FROM view WHERE id = ?", (view,)).fetchone()
        return _decode_report(row[0]) if row else IndexReport()

    def problems(self, view: ViewId) -> tuple[list[Failure], list[str]]:
        """Return the files a view shows whose facts are incomplete, and what caps cut off from others, by path."""
        with self._database.read() as read:
            rows = read.execute(
                "SELECT path, problem, truncated FROM entry JOIN document ON document.id = document_id"
                " JOIN content ON content.id = content_id WHERE view_id = ? AND (problem != '' OR truncated != '') ORDER BY path",
                (view,),
            ).fetchall()
        failed = [Failure(os.fsdecode(row[0]), row[1]) for row in rows if row[1]]
        return failed, [f"{os.fsdecode(row[0])}: {cap}" for row in rows for cap in row[2].splitlines()]

    def entries(self, view: ViewId) -> dict[str, Entry]:
        """Return what a view shows, by path."""
        with self._database.read() as read:
            rows = read.execute(
                "SELECT path, document_id, entry.size, mtime_ns, hash, analyzer FROM entry JOIN document ON document.id = document_id"
                " JOIN content ON content.id = content_id WHERE view_id = ?",
                (view,),
            )
            return {
                os.fsdecode(row[0]): Entry(row[1], row[2], row[3], ContentHash(row[4].hex()), row[5] == ANALYZER_VERSION) for row in rows
            }

    def entries_at(self, view: View, paths: Iterable[str]) -> dict[str, Entry]:
        """Return what a view shows at some paths; 10 us each, where all entries of 7,000 files take 12 ms."""
        found: dict[str, Entry] = {}
        with self._database.read() as read:
            for path in paths:
                row = read.execute(
                    "SELECT document_id, entry.size, mtime_ns, hash, analyzer FROM document JOIN entry ON document_id = document.id"
                    " JOIN content ON content.id = content_id WHERE repository_id = ? AND path = ? AND view_id = ?",
                    (view.repository_id, os.fsencode(path), view.view_id),
                ).fetchone()
                if row:
                    found[path] = Entry(row[0], row[1], row[2], ContentHash(row[3].hex()), row[4] == ANALYZER_VERSION)
        return found

    def shows_below(self, view: View, folder: str) -> bool:
        """Tell whether a view shows anything below a folder."""
        start = os.fsencode(folder)
        with self._database.read() as read:
            row = read.execute(
                "SELECT 1 FROM document JOIN entry ON document_id = document.id"
                " WHERE repository_id = ? AND path > ? AND path < ? AND view_id = ? LIMIT 1",
                (view.repository_id, start + b"/", start + b"0", view.view_id),  # 0 follows / in ASCII
            ).fetchone()
        return row is not None

    def languages(self, view: ViewId) -> dict[str, tuple[DocumentId, str]]:
        """Return the document and language at every path that a view shows."""
        with self._database.read() as read:
            rows = read.execute(
                "SELECT path, document.id, language FROM entry JOIN document ON document.id = document_id"
                " JOIN content ON content.id = content_id WHERE view_id = ?",
                (view,),
            ).fetchall()
        return {os.fsdecode(path): (DocumentId(document), language) for path, document, language in rows}

    def defining(self, view: ViewId) -> dict[str, int]:
        """Return how many files of each language define symbols."""
        with self._database.read() as read:
            rows = read.execute(
                "SELECT language, count(*) FROM entry JOIN document ON document.id = document_id JOIN content ON content.id = content_id"
                " WHERE view_id = ? AND symbols > 0 GROUP BY language ORDER BY language",
                (view,),
            )
            return dict(rows.fetchall())

    def size(self, view: ViewId) -> int:
        """Return how many files a view shows."""
        with self._database.read() as read:
            return int(read.execute("SELECT count(*) FROM entry WHERE view_id = ?", (view,)).fetchone()[0])

    def shown(self, repository: RepositoryId) -> set[DocumentId]:
        """Return the documents that any view of a repository shows."""
        with self._database.read() as read:
            rows = read.execute(
                "SELECT document_id FROM entry WHERE view_id IN (SELECT id FROM view WHERE repository_id = ?)", (repository,)
            )
            return {row[0] for row in rows}

    def document_ids(self, view: ViewId) -> list[int]:
        """Return the documents a view shows, ascending."""
        with self._database.read() as read:
            return [row[0] for row in read.execute("SELECT document_id FROM entry WHERE view_id = ? ORDER BY document_id", (view,))]

    def totals(self, view: ViewId) -> tuple[int, int, int]:
        """Return files, chunks and symbols of a view."""
        with self._database.read() as read:
            row = read.execute(
                "SELECT count(*), total(chunks), total(symbols) FROM entry JOIN document ON document.id = document_id"
                " JOIN content ON content.id = content_id WHERE view_id = ?",
                (view,),
            ).fetchone()
        return int(row[0]), int(row[1]), int(row[2])

    def publish(
        self, view: ViewId, *, shown: Iterable[tuple[DocumentId, int, int]], hidden: Iterable[DocumentId], commit: str, report: IndexReport
    ) -> View:
        """Make a run's changes visible, all at once.

        ``shown`` are (document, size, modification time) to add or refresh, ``hidden`` documents that are shown no more.
        """
        with self._database.write() as write:
            write.executemany("DELETE FROM entry WHERE view_id = ? AND document_id = ?", ((view, document) for document in hidden))
            write.executemany(
                "INSERT INTO entry (view_id, document_id, size, mtime_ns) VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET size = excluded.size, mtime_ns = excluded.mtime_ns",
                ((view, *row) for row in shown),
            )
            write.execute(
                "UPDATE view SET generation = generation + 1, indexed_at = ?, commit_id = ?, report = ? WHERE id = ?",
                (now(), commit, _encode_report(report), view),
            )
        return self.view(view)

    def touch(self, view: ViewId, seen: Iterable[tuple[DocumentId, int, int]] = ()) -> None:
        """Record that a run looked and found the view's newest generation still true; ``seen`` are documents as in ``publish``."""
        with self._database.write() as write:
            write.executemany(
                "UPDATE entry SET size = ?3, mtime_ns = ?4 WHERE view_id = ?1 AND document_id = ?2", ((view, *row) for row in seen)
            )
            write.execute("UPDATE view SET indexed_at = ? WHERE id = ?", (now(), view))

    def forget_view(self, view: ViewId) -> None:
        """Delete a view; its facts stay until garbage is collected."""
        with self._database.write() as write:
            write.execute("DELETE FROM view WHERE id = ?", (view,))

    def forget_repository(self, repository: RepositoryId) -> None:
        """Delete a repository with its views and documents."""
        with self._database.write() as write:
            _forget(write, repository)

    def iterate_texts(self, view: ViewId) -> Iterator[tuple[int, bytes]]:
        """Yield (document, compressed text) of everything a view shows, in document order."""
        with self._database.read() as read:
            yield from read.execute(
                "SELECT document_id, text FROM entry JOIN document ON document.id = document_id JOIN content ON content.id = content_id"
                " WHERE view_id = ? ORDER BY document_id",
                (view,),
            )


def _forget(write: Connection, repository: RepositoryId) -> None:
    write.execute("DELETE FROM view WHERE repository_id = ?", (repository,))
    write.execute("DELETE FROM repository WHERE id = ?", (repository,))


def _view(row: tuple[int, int, str, bytes, bytes, str, int, float]) -> View:
    return View(
        view_id=ViewId(row[0]),
        repository_id=RepositoryId(row[1]),
        kind=ViewKind(row[2]),
        name=os.fsdecode(row[3]),
        root=os.fsdecode(row[4]),
        commit=row[5],
        generation=row[6],
        indexed_at=row[7],
    )


def _encode_report(report: IndexReport) -> bytes:
    """Return the report as JSON; paths as hexadecimal digits, since they need not be UTF-8."""
    screened = [
        {
            "path": os.fsencode(each.path).hex(),
            "size": each.size,
            "mtime_ns": each.mtime_ns,
            "rule": each.rule,
            "detail": each.detail,
            "content_hash": each.content_hash,
        }
        for each in report.screened
    ]
    failed = [{"path": os.fsencode(each.path).hex(), "reason": each.reason} for each in report.failed]
    values = {"skipped": report.skipped, "failed": failed, "screened": screened, "truncated": report.truncated, "notes": report.notes}
    return dumps(values).encode()


def _decode_report(stored: bytes) -> IndexReport:
    """Undo ``_encode_report``; absent fields take their defaults."""
    values = loads(stored)
    return IndexReport(
        skipped=values.get("skipped", {}),
        failed=tuple(Failure(**each | {"path": _path(each["path"])}) for each in values.get("failed", ())),
        screened=tuple(ScreenedFile(**each | {"path": _path(each["path"])}) for each in values.get("screened", ())),
        truncated=tuple(values.get("truncated", ())),
        notes=tuple(values.get("notes", ())),
    )


def _path(stored: str) -> str:
    return os.fsdecode(bytes.fromhex(stored))
