"""The one SQLite database that holds the truth: opening it, its schema, its transactions, and what its errors mean.

WAL mode with ``synchronous=NORMAL``: readers never wait for a writer, and a killed process loses nothing that was committed (a power cut
may lose the last commits, and never tears one).
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import StoreBusyError, StoreError, StoreFullError

SCHEMA_VERSION = 4
BUSY_SECONDS = 30.0

# AUTOINCREMENT: segments and open snapshots name documents and views by id, so an id that was deleted must never mean something else.
_SCHEMA = """
CREATE TABLE repository (
    id INTEGER PRIMARY KEY AUTOINCREMENT, identity BLOB NOT NULL UNIQUE, name TEXT NOT NULL, root BLOB NOT NULL
);
CREATE TABLE content (
    id INTEGER PRIMARY KEY, hash BLOB NOT NULL, language TEXT NOT NULL, analyzer INTEGER NOT NULL, size INTEGER NOT NULL,
    lines INTEGER NOT NULL, chunks INTEGER NOT NULL, symbols INTEGER NOT NULL, problem TEXT NOT NULL, truncated TEXT NOT NULL,
    text BLOB NOT NULL, facts BLOB NOT NULL,
    UNIQUE (hash, language, analyzer)
);
CREATE TABLE document (
    id INTEGER PRIMARY KEY AUTOINCREMENT, repository_id INTEGER NOT NULL REFERENCES repository (id) ON DELETE CASCADE, path BLOB NOT NULL,
    content_id INTEGER NOT NULL REFERENCES content (id),
    UNIQUE (repository_id, path, content_id)
);
CREATE INDEX document_content ON document (content_id);
CREATE TABLE view (
    id INTEGER PRIMARY KEY AUTOINCREMENT, repository_id INTEGER NOT NULL REFERENCES repository (id) ON DELETE CASCADE,
    kind TEXT NOT NULL, name BLOB NOT NULL,
    root BLOB NOT NULL, commit_id TEXT NOT NULL DEFAULT '', generation INTEGER NOT NULL DEFAULT 0, indexed_at REAL NOT NULL DEFAULT 0,
    report BLOB NOT NULL DEFAULT '{}',
    UNIQUE (repository_id, kind, name)
);
CREATE TABLE entry (
    view_id INTEGER NOT NULL REFERENCES view (id) ON DELETE CASCADE, document_id INTEGER NOT NULL REFERENCES document (id),
    size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    PRIMARY KEY (view_id, document_id)
) WITHOUT ROWID;
CREATE INDEX entry_document ON entry (document_id);
CREATE TABLE segment (
    id INTEGER PRIMARY KEY AUTOINCREMENT, repository_id INTEGER NOT NULL REFERENCES repository (id) ON DELETE CASCADE,
    fingerprint TEXT NOT NULL,
    documents INTEGER NOT NULL, chunks INTEGER NOT NULL, bytes INTEGER NOT NULL, file TEXT NOT NULL, payload BLOB NOT NULL
);
CREATE INDEX segment_repository ON segment (repository_id);
CREATE TABLE flow (
    content_id INTEGER PRIMARY KEY REFERENCES content (id) ON DELETE CASCADE, version INTEGER NOT NULL, bases BLOB NOT NULL,
    data BLOB NOT NULL
);
CREATE TABLE resolved (view TEXT PRIMARY KEY, generation INTEGER NOT NULL, made_by TEXT NOT NULL);
CREATE TABLE resolution (
    id INTEGER PRIMARY KEY AUTOINCREMENT, path BLOB NOT NULL, document_id INTEGER NOT NULL, hash BLOB NOT NULL, rests BLOB NOT NULL
);
CREATE INDEX resolution_path ON resolution (path);
CREATE TABLE standing (
    view TEXT NOT NULL, resolution_id INTEGER NOT NULL REFERENCES resolution (id), PRIMARY KEY (view, resolution_id)
) WITHOUT ROWID;
CREATE INDEX standing_resolution ON standing (resolution_id);
CREATE TABLE passed (
    resolution_id INTEGER NOT NULL REFERENCES resolution (id) ON DELETE CASCADE, callee BLOB NOT NULL, calls BLOB NOT NULL
);
CREATE INDEX passed_resolution ON passed (resolution_id);
CREATE INDEX passed_callee ON passed (callee);
CREATE TABLE graph_view (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name BLOB NOT NULL, staging INTEGER NOT NULL, generation INTEGER NOT NULL,
    UNIQUE (name, staging)
);
CREATE TABLE graph_path (id INTEGER PRIMARY KEY, path BLOB NOT NULL UNIQUE);
CREATE TABLE graph_file (
    id INTEGER PRIMARY KEY AUTOINCREMENT, path_id INTEGER NOT NULL REFERENCES graph_path (id), hash BLOB NOT NULL,
    nodes BLOB NOT NULL, edges BLOB NOT NULL,
    UNIQUE (path_id, hash)
);
CREATE TABLE graph_shown (
    view_id INTEGER NOT NULL REFERENCES graph_view (id) ON DELETE CASCADE, path_id INTEGER NOT NULL,
    file_id INTEGER NOT NULL REFERENCES graph_file (id),
    PRIMARY KEY (view_id, path_id)
) WITHOUT ROWID;
CREATE INDEX graph_shown_file ON graph_shown (file_id);
CREATE TABLE graph_key (key INTEGER NOT NULL, path_id INTEGER NOT NULL, PRIMARY KEY (key, path_id)) WITHOUT ROWID;
CREATE TABLE graph_outside (
    name INTEGER NOT NULL, handle BLOB NOT NULL, mention INTEGER NOT NULL, PRIMARY KEY (name, handle)
) WITHOUT ROWID;
"""
_ADDED = """
CREATE TABLE IF NOT EXISTS file_edges (
    resolution_id INTEGER PRIMARY KEY REFERENCES resolution (id) ON DELETE CASCADE, document_id INTEGER NOT NULL, file INTEGER NOT NULL,
    own BLOB NOT NULL, elsewhere BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS file_graph (view TEXT PRIMARY KEY, stamp INTEGER NOT NULL)
"""


@dataclass(frozen=True, slots=True)
class StoreFormat:
    """What a database holds: statements that make its tables, separated by ``;`` and a line's end, and the version of that."""

    version: int
    schema: str
    remedy: str
    """What to do with a file of another version."""
    added: str = ""
    """Derived tables that stores of this version may have been made without: they get them when they are opened."""
    last_added: str = ""
    """The one of them that was added last."""


INDEX_FORMAT = StoreFormat(SCHEMA_VERSION, _SCHEMA, "remove it and index again", _ADDED, "file_graph")


class Database:
    """A connection to a store. One per thread; any number of processes."""

    def __init__(self, path: Path, *, busy_seconds: float = BUSY_SECONDS, store: StoreFormat = INDEX_FORMAT) -> None:
        """Open or create the database at ``path``.

        Raises ``StoreError`` when the file cannot be created, is not a Codelore store, or comes from a newer version.
        """
        self.path = path
        self.busy_seconds = busy_seconds
        self._format = store
        with self._storing("open"):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None, check_same_thread=False)
            try:
                self._configure()
            except BaseException:
                self._connection.close()
                raise

    def _configure(self) -> None:
        connection = self._connection
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA cache_size = -16384")
        version, form = connection.execute("PRAGMA user_version").fetchone()[0], self._format
        if version == form.version:
            last = "SELECT 1 FROM sqlite_schema WHERE name = ?"
            if form.last_added and not connection.execute(last, (form.last_added,)).fetchone():
                self._create(form.added)
            return
        if version:
            raise StoreError(f"the store {self.path} has format {version}, this Codelore reads {form.version}: {form.remedy}")
        self._write_ahead()
        with self.write() as write:
            if write.execute("PRAGMA user_version").fetchone()[0] == 0:  # another process may have been first
                for statement in ";\n".join(filter(None, (form.schema, form.added))).split(";\n"):
                    write.execute(statement)
                write.execute(f"PRAGMA user_version = {form.version}")

    def _create(self, tables: str) -> None:
        with self.write() as write:
            for statement in tables.split(";\n"):
                write.execute(statement)

    def _write_ahead(self) -> None:
        """Switch to WAL; unlike other statements this one does not wait for another process that does the same."""
        until = time.monotonic() + self.busy_seconds
        while True:
            try:
                self._connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.01)
            else:
                return

    @contextmanager
    def write(self) -> Generator[sqlite3.Connection]:
        """Run one write transaction: all of it or nothing."""
        with self._storing("write to"):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def read(self) -> Generator[sqlite3.Connection]:
        """Run queries that all see one state of the store."""
        with self._storing("read"):
            if self._connection.in_transaction:
                yield self._connection
                return
            self._connection.execute("BEGIN")
            try:
                yield self._connection
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    def check(self) -> list[str]:
        """Return what SQLite's integrity check finds wrong; empty when all is well."""
        with self.read() as read:
            rows = [row[0] for row in read.execute("PRAGMA integrity_check(20)")]
            rows += [f"{table}: row {row} points at nothing" for table, row, *_ in read.execute("PRAGMA foreign_key_check")]
        return [row for row in rows if row != "ok"]

    def compact(self) -> None:
        """Give freed pages back to the file system."""
        with self._storing("compact"):
            self._connection.execute("VACUUM")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _storing(self, verb: str) -> AbstractContextManager[None]:
        return storing(f"{verb} the store {self.path}", busy_seconds=self.busy_seconds)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


@contextmanager
def storing(what: str, *, busy_seconds: float = BUSY_SECONDS) -> Generator[None]:
    """Turn what SQLite and the file system say into store errors that name the remedy."""
    try:
        yield
    except sqlite3.Error as error:
        raise _translate(error, what, busy_seconds) from error
    except OSError as error:
        if error.errno in {28, 122}:  # no space, no quota
            raise StoreFullError(f"could not {what}: no space left. Free some, or set CODELORE_DATA_DIR to another disk") from error
        raise StoreError(f"could not {what}: {error.strerror or error}. Check the permissions, or set CODELORE_DATA_DIR") from error


def _translate(error: sqlite3.Error, what: str, busy_seconds: float) -> StoreError:
    text = str(error)
    if "full" in text:
        return StoreFullError(f"could not {what}: no space left. Free some, or set CODELORE_DATA_DIR to another disk")
    if "locked" in text or "busy" in text:
        return StoreBusyError(f"could not {what}: another process has held it for {busy_seconds:.0f} s. Try again when it is done")
    if isinstance(error, sqlite3.DatabaseError) and ("malformed" in text or "not a database" in text):
        return StoreError(f"could not {what}: it is damaged ({text}). Remove it and index again; nothing but the index is in it")
    return StoreError(f"could not {what}: {text}. Check the permissions and the disk, or set CODELORE_DATA_DIR")


def now() -> float:
    """Return the time that the store records, in seconds since the epoch."""
    return time.time()
