"""One generation of one view, open for searching: its segments, and which of their documents and chunks the view shows.

Documents and chunks of all segments are numbered through, in order of segment. What every query needs of a chunk is joined in memory
(about 20 bytes a chunk); postings and vectors stay mapped.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np

from ingest.model import DocumentId, View
from retrieval.segment import F32, U8, U16, U32, U64, Segment

T = TypeVar("T", bound=np.generic)
Mask = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
Numbers = np.ndarray[tuple[int, ...], np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class Part:
    """A segment with the numbers of its first chunk and first document."""

    segment: Segment
    first_chunk: int
    first_document: int


class Snapshot:
    """What a view shows, as arrays. C chunks and D documents, shown or not."""

    def __init__(self, view: View, segments: Sequence[Segment], shown: Sequence[int]) -> None:
        self.view = view
        self.parts: list[Part] = []
        chunk = document = 0
        for segment in segments:
            self.parts.append(Part(segment, chunk, document))
            chunk += segment.chunks
            document += segment.documents
        self._first_chunks = [part.first_chunk for part in self.parts]
        self._first_documents = [part.first_document for part in self.parts]
        ids = _join([part.segment.document_ids for part in self.parts], np.int64)
        self.document_ids = ids
        self.document_flags: U16 = _join([part.segment.document_flags for part in self.parts], np.uint16)
        self.stem_roots: U8 = _join([part.segment.stem_roots for part in self.parts], np.uint8)
        self.document_live = _once(ids, np.array(shown, np.int64))
        sizes = _join([np.diff(part.segment.chunk_start.astype(np.int64)) for part in self.parts], np.int64)
        self.first_chunk: Numbers = np.cumsum(sizes) - sizes
        self.chunks_of: Numbers = sizes
        self.chunk_document: Numbers = np.repeat(np.arange(document), sizes)
        self.live: Mask = self.document_live[self.chunk_document]
        self.all_live = bool(self.document_live.all())
        self.lengths: U16 = _join([part.segment.length for part in self.parts], np.uint16)
        self.kinds: U32 = _join([part.segment.kinds for part in self.parts], np.uint32)
        self.live_chunks = int(self.live.sum())
        self.live_documents = int(self.document_live.sum())
        self._shown_count = len(shown)
        self._names: dict[int, tuple[str, str]] = {}

    @property
    def chunks(self) -> int:
        """Number of chunks, shown or not."""
        return len(self.live)

    @property
    def missing(self) -> int:
        """Number of documents the view shows that no segment holds; not 0 only while an index is being repaired."""
        return self._shown_count - self.live_documents

    def length_norm(self, b: float) -> F32:
        """Return BM25's length normalisation of every chunk: 1 / (1 - b + b * length / mean length of shown chunks)."""
        mean = float(self.lengths[self.live].mean()) if self.live_chunks else 1.0
        return (1 / (1 - b + b * self.lengths / max(mean, 1.0))).astype(np.float32)

    @cached_property
    def code_columns(self) -> list[U64]:
        """Each part's codes as 64-bit columns, one after the other in memory: a scan reads them 3x faster than rows."""
        return [np.ascontiguousarray(part.segment.codes.view(np.uint64).T) for part in self.parts]

    @cached_property
    def defined_start(self) -> U32:
        """Where each chunk's definitions begin among those of all segments (C + 1)."""
        return _join_starts([part.segment.defined_start for part in self.parts])

    @cached_property
    def root_start(self) -> U32:
        """Where each definition's roots begin among those of all segments (definitions + 1)."""
        return _join_starts([part.segment.root_start for part in self.parts])

    def document_id(self, document: int) -> DocumentId:
        """Return a document's id in the fact store."""
        return DocumentId(int(self.document_ids[document]))

    def name(self, document: int) -> tuple[str, str]:
        """Return a document's path and language."""
        found = self._names.get(document)
        if found is None:
            part = self._part_of_document(document)
            raw, language = part.segment.document_name(document - part.first_document)
            found = self._names[document] = (os.fsdecode(raw), language)
        return found

    def locate(self, chunk: int) -> tuple[Segment, int]:
        """Return a chunk's segment and its number in it."""
        at = bisect_right(self._first_chunks, chunk) - 1
        return self.parts[at].segment, chunk - self.parts[at].first_chunk

    def lines_of(self, chunks: Numbers) -> Numbers:
        """Return how many lines chunks have."""
        lines = np.zeros(len(chunks), np.int64)
        for part in self.parts:
            own = np.flatnonzero((chunks >= part.first_chunk) & (chunks < part.first_chunk + part.segment.chunks))
            inside = chunks[own] - part.first_chunk
            lines[own] = part.segment.end_line[inside].astype(np.int64) - part.segment.start_line[inside] + 1
        return lines

    def documents_of(self, chunks: Mask | Numbers) -> Numbers:
        """Return the numbers of the documents that hold the chunks, ascending, each once."""
        # np.unique would load numpy.ma, a tenth of the time of a cold search.
        held = np.zeros(len(self.document_ids), np.bool_)
        held[self.chunk_document[chunks]] = True
        return np.flatnonzero(held)

    def _part_of_document(self, document: int) -> Part:
        return self.parts[bisect_right(self._first_documents, document) - 1]


def _join_starts(parts: Sequence[U32]) -> U32:
    """Return where things begin that lie one segment behind the other; of one segment as it is mapped."""
    if len(parts) == 1:
        return parts[0]
    ends = np.cumsum([0, *(int(starts[-1]) for starts in parts)])
    return np.concatenate([
        *(starts[:-1] + np.uint32(end) for starts, end in zip(parts, ends[:-1], strict=True)),
        ends[-1:].astype(np.uint32),
    ])


def take(arrays: Sequence[np.ndarray[tuple[int, ...], np.dtype[T]]], at: Numbers) -> np.ndarray[tuple[int, ...], np.dtype[T]]:
    """Return what stands at some places (ascending) of arrays that lie one behind the other."""
    if len(arrays) == 1:
        return arrays[0][at]
    ends = np.cumsum([0, *(len(each) for each in arrays)])
    cuts = np.searchsorted(at, ends).tolist()
    pieces = zip(arrays, ends.tolist(), cuts[:-1], cuts[1:], strict=False)
    return np.concatenate([each[at[low:high] - end] for each, end, low, high in pieces])


def _join(arrays: Sequence[np.ndarray[tuple[int, ...], np.dtype[T]]], dtype: type[T]) -> np.ndarray[tuple[int, ...], np.dtype[T]]:
    return np.concatenate(arrays) if arrays else np.zeros(0, dtype)


def _once(ids: Numbers, shown: Numbers) -> Mask:
    """Mark the documents that are shown; one that two segments hold (a merge was cut off) only where it stands last."""
    live = np.isin(ids, shown)
    _, last = np.unique(ids[::-1], return_index=True)
    if len(last) != len(ids):
        keep = np.zeros(len(ids), np.bool_)
        keep[len(ids) - 1 - last] = True
        live &= keep
    return live
