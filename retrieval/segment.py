"""The derived index: immutable segments of documents, chunks, postings and vectors as flat arrays.

A segment is one block of bytes: small ones lie in the database beside the facts they were made from, large ones in a file that is memory
mapped. Both are disposable: everything in them can be made again from the fact store.

Postings are sorted by (term, chunk). A posting's ``weight`` packs how often the term stands in each field of the chunk::

    bits 0-5 body | 6-7 names | 8-9 context | 10-11 docs | 12-13 stem | 14-15 directories
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import IntEnum
from math import prod
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from retrieval.segment_layout import FIXED, MAGIC, SegmentDamagedError, read_layout

_ALIGN = 64


class Field(IntEnum):
    """Fields of a chunk, with the bit where each one's count begins in a posting's weight."""

    BODY = 0
    NAMES = 6
    CONTEXT = 8
    DOCS = 10
    STEM = 12
    DIRECTORIES = 14


FIELD_BITS = {field: 6 if field is Field.BODY else 2 for field in Field}

U8 = NDArray[np.uint8]
U16 = NDArray[np.uint16]
U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
I8 = NDArray[np.int8]
I64 = NDArray[np.int64]
F32 = NDArray[np.float32]
N = TypeVar("N", bound=np.generic)


@dataclass(frozen=True, slots=True)
class Segment:
    """D documents, N chunks, T distinct terms, P postings, vectors of E dimensions.

    ``chunk_start`` (D+1) and ``posting_start`` (T+1) delimit; strings are bytes with ``*_end`` offsets (one more than strings).
    """

    document_ids: I64
    document_flags: U16
    stem_roots: U8
    """Number of roots in the name of each document."""
    document_text: U8
    document_text_end: U32
    chunk_start: U32
    start_byte: U32
    end_byte: U32
    start_line: U32
    end_line: U32
    length: U16
    """Terms in the body of each chunk."""
    kind: U8
    """Index into ``list(SymbolKind)`` of the symbol a chunk is shown under, 255 for none."""
    kinds: U32
    """Bit set of the kinds of symbols in or around each chunk."""
    symbol_text: U8
    symbol_text_end: U32
    defined_start: U32
    """Where each chunk's definitions begin among all (N+1)."""
    defined_kind: U8
    """Index into ``list(SymbolKind)`` of each definition."""
    defined_name: U32
    """``retrieval.names.name_key`` of each definition."""
    root_start: U32
    """Where each definition's roots begin among all (definitions + 1)."""
    roots: U32
    """``retrieval.names.root_key`` of the pieces of each definition's name."""
    terms: U64
    posting_start: I64
    posting_chunk: U32
    posting_weight: U16
    codes: U8
    vectors: I8
    scales: F32

    @property
    def documents(self) -> int:
        """Number of documents."""
        return len(self.document_ids)

    @property
    def chunks(self) -> int:
        """Number of chunks."""
        return len(self.start_byte)

    def document_name(self, index: int) -> tuple[bytes, str]:
        """Return a document's path and language."""
        path, _, language = self.document_text[self.document_text_end[index] : self.document_text_end[index + 1]].tobytes().partition(b"\0")
        return path, language.decode()

    def symbol(self, chunk: int) -> str:
        """Return the qualified name a chunk is shown under, or an empty string."""
        return self.symbol_text[self.symbol_text_end[chunk] : self.symbol_text_end[chunk + 1]].tobytes().decode("utf-8", "replace")

    def postings(self, term: int) -> slice:
        """Return where a term's postings are; empty when the term is unknown. ``term`` is its ``retrieval.embed.hash_terms`` key."""
        at = int(np.searchsorted(self.terms, np.uint64(term)))
        if at == len(self.terms) or int(self.terms[at]) != term:
            return slice(0, 0)
        return slice(int(self.posting_start[at]), int(self.posting_start[at + 1]))


def encode(segment: Segment) -> bytes:
    """Return the segment as bytes: magic, header length, checksums of header and body, header, arrays each aligned to 64 bytes."""
    header: list[str] = []
    parts: list[bytes | memoryview] = []
    offset = 0
    for field in fields(segment):
        array = np.ascontiguousarray(getattr(segment, field.name))
        raw = array.reshape(-1).view(np.uint8).data
        header.append(f"{field.name} {array.dtype.str} {','.join(map(str, array.shape))} {offset}")
        pad = -len(raw) % _ALIGN
        parts += [raw, b"\0" * pad]
        offset += len(raw) + pad
    text = "\n".join(header).encode()
    text += b" " * (-(FIXED + len(text)) % _ALIGN)
    body = 0
    for part in parts:
        body = zlib.crc32(part, body)
    sums = [len(text), zlib.crc32(text), body]
    return b"".join([MAGIC, *(each.to_bytes(4, "little") for each in sums), text, *parts])


def decode(buffer: bytes | memoryview, *, verify: bool = False) -> Segment:
    """Map bytes to a segment without copying; ``verify`` reads all of them to compare the checksum.

    Raises ``SegmentDamagedError`` when they are torn or of another format.
    """
    view = memoryview(buffer)
    arrays = {
        name: np.frombuffer(view, np.dtype(dtype), prod(sizes), start).reshape(sizes)
        for name, (dtype, sizes, start) in read_layout(view, verify=verify).items()
    }
    if arrays.keys() != {field.name for field in fields(Segment)}:
        raise SegmentDamagedError("arrays are missing")
    return Segment(**arrays)  # type: ignore[arg-type]


def merge(segments: Sequence[Segment], keep: Sequence[NDArray[np.bool_]] | None = None) -> Segment:
    """Join segments into one, dropping the documents that ``keep`` (one mask of documents a segment) leaves out.

    Source of the method: sort-based inversion; one 64-bit key (term, chunk, weight) a posting, sorted in place.
    """
    masks = keep or [np.ones(segment.documents, np.bool_) for segment in segments]
    parts = [_renumber(segment, mask) for segment, mask in zip(segments, masks, strict=True)]
    offsets = np.cumsum([0, *(part.chunks for part in parts)])
    terms, start, chunk, weight = _merge_postings(parts, offsets)
    documents = _join_strings([(part.document_text, part.document_text_end) for part in parts])
    symbols = _join_strings([(part.symbol_text, part.symbol_text_end) for part in parts])

    def join(name: str) -> NDArray[np.generic]:
        return np.concatenate([getattr(part, name) for part in parts])

    starts = [part.chunk_start[:-1] + np.uint32(offset) for part, offset in zip(parts, offsets[:-1], strict=True)]
    whole = ("document_ids", "document_flags", "stem_roots", "start_byte", "end_byte", "start_line", "end_line", "length", "kind", "kinds")
    return Segment(
        **{name: join(name) for name in (*whole, "codes", "vectors", "scales", "defined_kind", "defined_name", "roots")},  # type: ignore[arg-type]
        document_text=documents[0],
        document_text_end=documents[1],
        symbol_text=symbols[0],
        symbol_text_end=symbols[1],
        chunk_start=np.concatenate([*starts, offsets[-1:].astype(np.uint32)]),
        defined_start=_join_starts([part.defined_start for part in parts]),
        root_start=_join_starts([part.root_start for part in parts]),
        terms=terms,
        posting_start=start,
        posting_chunk=chunk,
        posting_weight=weight,
    )


def _renumber(segment: Segment, keep: NDArray[np.bool_]) -> Segment:
    """Return the segment without the documents that are not kept."""
    if keep.all():
        return segment
    chunks = np.repeat(keep, np.diff(segment.chunk_start.astype(np.int64)))
    number = np.cumsum(chunks, dtype=np.uint32) - np.uint32(1)
    live = chunks[segment.posting_chunk]
    counts = (
        np.add.reduceat(np.append(live, False), segment.posting_start[:-1], dtype=np.int64)
        if len(segment.terms)
        else live[:0].astype(np.int64)
    )
    used = counts > 0
    per_document = np.diff(segment.chunk_start.astype(np.int64))[keep]
    documents = _take_runs(segment.document_text, segment.document_text_end, keep)
    symbols = _take_runs(segment.symbol_text, segment.symbol_text_end, chunks)
    defined = np.repeat(chunks, np.diff(segment.defined_start.astype(np.int64)))
    roots, root_start = _take_runs(segment.roots, segment.root_start, defined)
    by_document = {name: getattr(segment, name)[keep] for name in ("document_ids", "document_flags", "stem_roots")}
    names = ("start_byte", "end_byte", "start_line", "end_line", "length", "kind", "kinds", "codes", "vectors", "scales")
    by_chunk = {name: getattr(segment, name)[chunks] for name in names}
    return Segment(
        **by_document,
        **by_chunk,
        document_text=documents[0],
        document_text_end=documents[1],
        symbol_text=symbols[0],
        symbol_text_end=symbols[1],
        defined_start=_starts(np.diff(segment.defined_start.astype(np.int64))[chunks]),
        defined_kind=segment.defined_kind[defined],
        defined_name=segment.defined_name[defined],
        root_start=root_start,
        roots=roots,
        chunk_start=np.concatenate([[0], np.cumsum(per_document)]).astype(np.uint32),
        terms=segment.terms[used],
        posting_start=np.concatenate([[0], np.cumsum(counts[used])]).astype(np.int64),
        posting_chunk=number[segment.posting_chunk[live]],
        posting_weight=segment.posting_weight[live],
    )


def _merge_postings(parts: Sequence[Segment], offsets: NDArray[np.int64]) -> tuple[U64, I64, U32, U16]:
    terms, inverse = np.unique(np.concatenate([part.terms for part in parts]), return_inverse=True)
    chunk_bits = max(int(offsets[-1]).bit_length(), 1)
    if len(terms).bit_length() + chunk_bits > 48:
        raise ValueError(f"{len(terms):,} terms in {int(offsets[-1]):,} chunks do not fit one segment; merge fewer")
    key = np.empty(sum(len(part.posting_chunk) for part in parts), np.uint64)
    first = at = 0
    for part, offset in zip(parts, offsets[:-1], strict=True):
        own = key[at : at + len(part.posting_chunk)]
        own[:] = np.repeat(inverse[first : first + len(part.terms)].astype(np.uint64) << np.uint64(chunk_bits), np.diff(part.posting_start))
        own |= part.posting_chunk + np.uint64(offset)
        own <<= np.uint64(16)
        own |= part.posting_weight
        first += len(part.terms)
        at += len(own)
    key.sort()
    weight = key.astype(np.uint16)  # its lowest 16 bits
    key >>= np.uint64(16)
    chunk = key.astype(np.uint32)
    chunk &= np.uint32((1 << chunk_bits) - 1)
    key >>= np.uint64(chunk_bits)
    start = np.searchsorted(key, np.arange(len(terms) + 1, dtype=np.uint64)).astype(np.int64)
    return terms, start, chunk, weight


def pack_strings(strings: Sequence[bytes]) -> tuple[U8, U32]:
    """Return strings as one block of bytes and the offsets that delimit them (one more than strings)."""
    ends = np.zeros(len(strings) + 1, np.uint32)
    np.cumsum([len(each) for each in strings], out=ends[1:], dtype=np.uint32)
    return np.frombuffer(b"".join(strings), np.uint8), ends


def _take_runs(values: NDArray[N], starts: U32, keep: NDArray[np.bool_]) -> tuple[NDArray[N], U32]:
    """Return the runs of ``values`` that are kept and the offsets that delimit them."""
    sizes = np.diff(starts.astype(np.int64))
    return values[np.repeat(keep, sizes)], _starts(sizes[keep])


def _starts(sizes: NDArray[np.int64]) -> U32:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.uint32)


def _join_starts(parts: Sequence[U32]) -> U32:
    return _starts(np.concatenate([np.diff(starts.astype(np.int64)) for starts in parts]))


def _join_strings(parts: Sequence[tuple[U8, U32]]) -> tuple[U8, U32]:
    return np.concatenate([text for text, _ in parts]), _join_starts([ends for _, ends in parts])
