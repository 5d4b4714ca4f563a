"""What the derived index holds, and what made it. Without numpy: a run that finds nothing to read has to know no more than this."""

from __future__ import annotations

import mmap
import os
from pathlib import Path

from ingest.database import Database
from ingest.facts import ANALYZER_VERSION
from ingest.model import DocumentId, RepositoryId
from retrieval.segment_layout import SegmentDamagedError, document_ids
from retrieval.weights import read_fingerprint

FEATURES_VERSION = 3
"""Raise it when the same facts yield other features; segments of another version are made again."""


PAYLOAD_BYTES = 4_000_000
"""Segments up to this size lie in the database."""


VECTORS_FILE = "vectors.db"
"""The database of transformers' vectors, in the data folder; there is none before the first is made."""


def index_fingerprint(weights: Path) -> str:
    """Name all that a segment depends on but the facts: the model, and the versions of features and analyzer. Raises ``ModelError``."""
    return f"{read_fingerprint(weights)}/features-{FEATURES_VERSION}/analyzer-{ANALYZER_VERSION}"


def segment_bytes(folder: Path, repository: RepositoryId, file: str, payload: bytes, size: int) -> memoryview | None:
    """Map a segment's bytes, from its row or from its file; None when they are not ``size`` bytes. Raises ``OSError``, ``ValueError``."""
    view = memoryview(payload)
    if file:
        with (folder / str(repository) / file).open("rb") as opened:
            view = memoryview(mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ))
    return view if len(view) == size else None


def held_documents(database: Database, folder: Path, repository: RepositoryId, fingerprint: str) -> set[DocumentId] | None:
    """Return the documents that a repository's segments hold; None where something has to be repaired or swept.

    A segment may be torn or foreign, and a killed run may have left a file behind.
    """
    held: set[DocumentId] = set()
    with database.read() as read:
        rows = read.execute("SELECT fingerprint, file, payload, bytes FROM segment WHERE repository_id = ?", (repository,)).fetchall()
    for made_by, file, payload, size in rows:
        try:
            view = segment_bytes(folder, repository, file, payload, size) if made_by == fingerprint else None
            if view is None:
                return None
            held.update(map(DocumentId, document_ids(view, verify=True)))
        except (OSError, TypeError, ValueError, SegmentDamagedError):
            return None
    place = folder / str(repository)
    files = {file for _, file, _, _ in rows}
    return held if not place.is_dir() or all(name in files for name in os.listdir(place)) else None


def remove_files(folder: Path, repository: RepositoryId) -> None:
    """Delete a repository's segment files."""
    place = folder / str(repository)
    if place.is_dir():
        for file in place.iterdir():
            file.unlink(missing_ok=True)
        place.rmdir()
