"""What is told of a transformer's vectors, as the JSON of ``serve.wire``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from serve.documents import Document

if TYPE_CHECKING:
    from retrieval.models.filling import FillOutcome
    from retrieval.models.vector_cache import StoredModel


def embedded_document(done: FillOutcome, address: str, seconds: float) -> Document:
    """Return what a run of ``embed`` did."""
    return {
        "embedder": address,
        "model": done.model.name,
        "fingerprint": done.model.fingerprint,
        "embedded": done.embedded,
        "known": done.known,
        "chunks": done.chunks,
        "complete": done.complete,
        "dropped": list(done.dropped),
        "seconds": round(seconds, 3),
    }


def models_document(address: str, found: Sequence[tuple[StoredModel, int]]) -> Document:
    """Return which model is set, and which have vectors of how many of a view's chunks."""
    return {
        "embedder": address or None,
        "models": [
            {"name": each.name, "address": each.address, "fingerprint": each.fingerprint, "answers": each.answers, "embedded": count}
            for each, count in found
        ],
    }
