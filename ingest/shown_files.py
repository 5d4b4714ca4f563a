"""Every file that some view shows, with what tells its content, for what works through all of them."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.database import Database
from ingest.facts import ANALYZER_VERSION
from ingest.model import DocumentId, RepositoryId


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A document that a view shows."""

    document_id: DocumentId
    repository_id: RepositoryId
    path: bytes
    content_hash: bytes
    language: str
    chunks: int
    indexed_at: float
    """When the newest view that shows it was indexed, in seconds since the epoch."""
    mtime_ns: int


def shown_files(database: Database) -> list[ShownFile]:
    """Return all documents that views show, each once; those whose facts another version made are left out."""
    with database.read() as read:
        rows = read.execute(
            "SELECT document.id, document.repository_id, path, hash, language, chunks, max(indexed_at), max(mtime_ns) FROM entry"
            " JOIN view ON view.id = view_id JOIN document ON document.id = document_id JOIN content ON content.id = content_id"
            " WHERE analyzer = ? GROUP BY document.id",
            (ANALYZER_VERSION,),
        ).fetchall()
    return [ShownFile(DocumentId(row[0]), RepositoryId(row[1]), *row[2:]) for row in rows]
