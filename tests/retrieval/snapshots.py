"""Snapshots of small trees, spread over segments as a test likes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from ingest.analyze import analyze
from ingest.model import RepositoryId, View, ViewId, ViewKind
from retrieval.embed import SHIPPED, StaticEmbedder
from retrieval.features import SegmentBuilder
from retrieval.segment import Segment
from retrieval.snapshot import Snapshot

VIEW = View(ViewId(1), RepositoryId(1), ViewKind.WORKTREE, "/tree", "/tree", "", 1, 0.0)

Files = Sequence[tuple[str, str]]


@cache
def model() -> StaticEmbedder:
    """Return the shipped embedder, loaded once."""
    return StaticEmbedder.load(SHIPPED)


def segment_of(files: Files, first_document: int = 1) -> Segment:
    """Return one segment of (path, text) files."""
    builder = SegmentBuilder(model())
    for path, text in files:
        builder.add(path, analyze(path, text.encode())[0])
    return replace(builder.finish(), document_ids=np.arange(first_document, first_document + len(files), dtype=np.int64))


def snapshot_of(*segments: Files, hidden: Sequence[str] = ()) -> Snapshot:
    """Return a snapshot of files, one list a segment; ``hidden`` paths are in their segments and not in the view."""
    made: list[Segment] = []
    shown: list[int] = []
    number = 1
    for files in segments:
        made.append(segment_of(files, number))
        shown += [number + at for at, (path, _) in enumerate(files) if path not in hidden]
        number += len(files)
    return Snapshot(VIEW, made, shown)


def everything(snapshot: Snapshot) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Return the mask of a request without filters."""
    return snapshot.live
