"""The fact store: what parsing found, kept once per content, for all branches, worktrees, commits and clones.

``content`` is keyed by (content hash, language, analyzer version); ``document`` is a path of a repository with a content. Neither ever
changes: a changed file is a new content and a new document, and a view (``ingest/views.py``) says which documents it shows.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from sqlite3 import Connection
from typing import TypeVar

from ingest.database import Database
from ingest.errors import StoreError
from ingest.model import ContentHash, DocumentId, LanguageId, ParsedFile, RepositoryId, Symbol

T = TypeVar("T")

_LISTED_FROM = 500  # files to find: from here on reading the whole list is the faster way

ANALYZER_VERSION = 2
"""Raise it when the same bytes yield other facts, or facts in another form.

Stored facts of another version are not used and their files are parsed again.
"""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file's facts, encoded, on their way from a worker to the store. ``problem`` says why facts are missing, or is empty."""

    path: str
    content_hash: ContentHash
    language: LanguageId
    size: int
    lines: int
    chunks: int
    symbols: int
    problem: str
    text: bytes
    facts: bytes
    truncated: tuple[str, ...] = ()


def store_form(path: str, content_hash: ContentHash, parsed: ParsedFile, *, size: int, problem: str = "") -> StoredFile:
    """Encode a parsed file for the store."""
    from ingest.codec import compress, encode_facts

    return StoredFile(
        path=path,
        content_hash=content_hash,
        language=parsed.language,
        size=size,
        lines=parsed.lines,
        chunks=len(parsed.chunks),
        symbols=len(parsed.symbols),
        problem=problem,
        text=compress(parsed.text),
        facts=encode_facts(parsed),
        truncated=parsed.truncated,
    )


class FactStore:
    """Contents and documents in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, repository: RepositoryId, files: Sequence[StoredFile]) -> list[DocumentId]:
        """Store files, each whole, in one transaction; return their documents. What is there already is left alone."""
        with self._database.write() as write:
            write.executemany(
                "INSERT OR IGNORE INTO content (hash, language, analyzer, size, lines, chunks, symbols, problem, truncated, text, facts)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        bytes.fromhex(each.content_hash),
                        each.language,
                        ANALYZER_VERSION,
                        each.size,
                        each.lines,
                        each.chunks,
                        each.symbols,
                        each.problem,
                        "\n".join(each.truncated),
                        each.text,
                        each.facts,
                    )
                    for each in files
                ],
            )
            return [_document(write, repository, each.path, each.content_hash, each.language) for each in files]

    def find(self, repository: RepositoryId, files: Iterable[tuple[str, ContentHash]]) -> dict[tuple[str, ContentHash], DocumentId]:
        """Return the documents of those (path, hash) pairs that this repository has already had."""
        wanted = list(files)
        found: dict[tuple[str, ContentHash], DocumentId] = {}
        with self._database.read() as read:
            if len(wanted) > _LISTED_FROM:
                return self._listed(read, repository, {(os.fsencode(path), bytes.fromhex(name)): (path, name) for path, name in wanted})
            for path, content_hash in wanted:
                row = read.execute(
                    "SELECT document.id FROM document JOIN content ON content.id = content_id"
                    " WHERE repository_id = ? AND path = ? AND hash = ? AND analyzer = ?",
                    (repository, os.fsencode(path), bytes.fromhex(content_hash), ANALYZER_VERSION),
                ).fetchone()
                if row:
                    found[path, content_hash] = DocumentId(row[0])
        return found

    def has_any(self, repository: RepositoryId) -> bool:
        """Tell whether a repository has documents, shown or not."""
        with self._database.read() as read:
            return read.execute("SELECT 1 FROM document WHERE repository_id = ? LIMIT 1", (repository,)).fetchone() is not None

    @staticmethod
    def _listed(
        read: Connection, repository: RepositoryId, wanted: dict[tuple[bytes, bytes], tuple[str, ContentHash]]
    ) -> dict[tuple[str, ContentHash], DocumentId]:
        """Find documents by listing all of the repository's: 5 ms for 4,000, where as many look-ups take 20."""
        rows = read.execute(
            "SELECT path, hash, document.id FROM document JOIN content ON content.id = content_id WHERE repository_id = ? AND analyzer = ?",
            (repository, ANALYZER_VERSION),
        )
        return {wanted[key]: DocumentId(row[2]) for row in rows if (key := (row[0], row[1])) in wanted}

    def paths(self, documents: Iterable[DocumentId]) -> dict[DocumentId, str]:
        """Return the paths of documents; those that do not exist are left out."""
        with self._database.read() as read:
            rows = [read.execute("SELECT id, path FROM document WHERE id = ?", (document,)).fetchone() for document in documents]
        return {DocumentId(row[0]): os.fsdecode(row[1]) for row in rows if row}

    def texts(self, documents: Collection[DocumentId]) -> dict[DocumentId, bytes]:
        """Return documents' texts. Raises ``LookupError`` when there is no such document."""
        from ingest.codec import decompress  # its libraries take 25 ms to load, and a run that finds all files known codes nothing

        found: dict[DocumentId, bytes] = {}
        with self._database.read() as read:
            for document in documents:
                row = read.execute(
                    "SELECT text FROM document JOIN content ON content.id = content_id WHERE document.id = ?", (document,)
                ).fetchone()
                if row is None:
                    raise LookupError(f"no document {document}")
                found[document] = _sound(decompress, row[0])
        return found

    def parsed(self, document: DocumentId) -> ParsedFile:
        """Return everything parsing found in a document. Raises ``LookupError`` when there is no such document."""
        from ingest.codec import decode_facts, decompress

        with self._database.read() as read:
            row = read.execute(
                "SELECT facts, text FROM document JOIN content ON content.id = content_id WHERE document.id = ?", (document,)
            ).fetchone()
        if row is None:
            raise LookupError(f"no document {document}")
        return _sound(lambda facts: decode_facts(facts, decompress(row[1])), row[0])

    def symbols(self, documents: Iterable[DocumentId], lowered: bytes = b"") -> Iterator[tuple[Symbol, ...]]:
        """Yield the symbols of each document, none where its facts, in lower case, nowhere hold ``lowered``.

        Raises ``LookupError`` when there is no such document. Neither texts nor references are read: that is most of the work.
        """
        from ingest.codec import decode_symbols

        with self._database.read() as read:
            for document in documents:
                row = read.execute(
                    "SELECT facts FROM document JOIN content ON content.id = content_id WHERE document.id = ?", (document,)
                ).fetchone()
                if row is None:
                    raise LookupError(f"no document {document}")
                yield _sound(lambda facts: decode_symbols(facts, lowered), row[0])

    def have_symbols(self, documents: Iterable[DocumentId]) -> bool:
        """Tell whether any of the documents has a symbol."""
        query = "SELECT symbols FROM document JOIN content ON content.id = content_id WHERE document.id = ?"
        with self._database.read() as read:
            return any(row[0] for document in documents for row in read.execute(query, (document,)))

    def sources_without_symbols(self, documents: Iterable[DocumentId], languages: Container[str], *, size: int) -> int:
        """Return how many of the documents are in one of the languages and at least ``size`` bytes."""
        sources = 0
        with self._database.read() as read:
            for document in documents:
                language, length = read.execute(
                    "SELECT language, size FROM document JOIN content ON content.id = content_id WHERE document.id = ?",
                    (document,),
                ).fetchone()
                sources += language in languages and length >= size
        return sources

    def hidden(self, repository: RepositoryId) -> tuple[int, int]:
        """Return how many documents of a repository no view shows, and how many it has in all."""
        with self._database.read() as read:
            return read.execute(
                "SELECT total(id NOT IN (SELECT document_id FROM entry)), count(*) FROM document WHERE repository_id = ?", (repository,)
            ).fetchone()

    def collect_garbage(self, repository: RepositoryId) -> int:
        """Delete documents of a repository that no view shows, and contents no document has; return how many documents went.

        Hold the repository's lock: the documents of a run that has not been published yet look just like garbage.
        """
        with self._database.write() as write:
            gone = write.execute(
                "DELETE FROM document WHERE repository_id = ? AND id NOT IN (SELECT document_id FROM entry)", (repository,)
            ).rowcount
            _drop_contents(write)
        return gone

    def drop_contents(self) -> None:
        """Delete contents no document has."""
        with self._database.write() as write:
            _drop_contents(write)


def _drop_contents(write: Connection) -> None:
    write.execute("DELETE FROM content WHERE id NOT IN (SELECT content_id FROM document)")


def _document(write: Connection, repository: RepositoryId, path: str, content_hash: ContentHash, language: LanguageId) -> DocumentId:
    """Insert a document or find it; its content must be stored."""
    key = (repository, os.fsencode(path), bytes.fromhex(content_hash), language, ANALYZER_VERSION)
    row = write.execute(
        "INSERT INTO document (repository_id, path, content_id)"
        " SELECT ?, ?, id FROM content WHERE hash = ? AND language = ? AND analyzer = ?"
        " ON CONFLICT DO UPDATE SET path = excluded.path RETURNING id",
        key,
    ).fetchone()
    if row is None:
        raise LookupError(f"content {content_hash} as {language} is not stored")
    return DocumentId(row[0])


def _sound(decode: Callable[[bytes], T], data: bytes) -> T:
    try:
        return decode(data)
    except ValueError as error:
        raise StoreError(f"{error}. Remove the store and index again; nothing but the index is in it") from error
