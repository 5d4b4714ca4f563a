"""Which chunks may answer: what the view shows and the filters of a question let through."""

from __future__ import annotations

import numpy as np

from ingest.model import SymbolKind
from ingest.path_kinds import PathFlag
from retrieval.filters import Filters
from retrieval.globs import glob_pattern
from retrieval.snapshot import Mask, Snapshot

_KINDS = list(SymbolKind)


def allowed_chunks(snapshot: Snapshot, filters: Filters) -> Mask:
    """Return which chunks (C) may answer. Raises ``QueryError`` for a path filter that is no glob."""
    documents = snapshot.document_live
    if filters.tests is not None:
        documents = documents & (((snapshot.document_flags & int(PathFlag.TEST)) > 0) == filters.tests)
    if filters.paths or filters.languages:
        documents = documents & _named(snapshot, filters, documents)
    chunks = snapshot.live if documents is snapshot.document_live else documents[snapshot.chunk_document]
    if filters.kinds:
        bits = sum(1 << _KINDS.index(kind) for kind in filters.kinds)
        chunks = chunks & ((snapshot.kinds & np.uint32(bits)) > 0)
    return chunks


def _named(snapshot: Snapshot, filters: Filters, documents: Mask) -> Mask:
    patterns = [glob_pattern(glob) for glob in filters.paths]
    kept = np.zeros(len(documents), np.bool_)
    for document in np.flatnonzero(documents):
        path, language = snapshot.name(int(document))
        kept[document] = (not filters.languages or language in filters.languages) and (
            not patterns or any(pattern.fullmatch(path) for pattern in patterns)
        )
    return kept
