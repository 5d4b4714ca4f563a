"""Parsed files to segments: what a worker does after parsing.

Words are numbered once per process; a chunk then is an array of word numbers, and counting terms is one in-place sort of 64-bit keys for a
whole batch of files. Adding a file only notes its texts: numpy finds and counts the words of the whole batch at the end.
"""

from __future__ import annotations

import os
import posixpath
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ingest.model import Chunk, ParsedFile, Symbol, SymbolKind
from ingest.path_kinds import PathFlag, path_flags
from retrieval.embed import ChunkEncoder, StaticEmbedder, hash_terms, quantize
from retrieval.names import name_key, name_roots, path_names, root_key
from retrieval.segment import FIELD_BITS, U16, U32, U64, Field, Segment, pack_strings
from retrieval.term_arrays import spread
from retrieval.terms import FOLDER_ROOT, MAX_PIECES, SHOWN_TERM, STEM_ROOT, SYMBOL_TERM
from retrieval.vocabulary import Vocabulary

_KINDS = list(SymbolKind)
_KIND_INDEX = {kind: index for index, kind in enumerate(_KINDS)}
_KIND_BIT = {kind: 1 << index for index, kind in enumerate(_KINDS)}
_NO_KIND = 255
_VOCABULARY_WORDS = 400_000  # a process forgets its words beyond this: about 120 MB

_FIELDS = list(Field)


class SegmentBuilder:
    """Collects parsed files and turns them into one segment. Document ids are filled in by the caller."""

    def __init__(self, embedder: StaticEmbedder) -> None:
        self._embedder = embedder
        self._encoder = ChunkEncoder(embedder)
        self._vocabulary = Vocabulary()
        self._term_rows = np.zeros(0, np.int64)
        self.discard()

    def discard(self) -> None:
        """Forget the files added since the last segment."""
        self._documents: list[bytes] = []
        self._flags: list[int] = []
        self._stem_roots: list[int] = []
        self._chunk_end = [0]
        self._spans = array("I")
        self._kind: list[int] = []
        self._kinds: list[int] = []
        self._symbols: list[bytes] = []
        self._texts: dict[Field, list[bytes]] = {field: [] for field in _FIELDS}  # one a chunk
        self._defined = array("I")  # kind and key of the name of each definition
        self._defined_end = array("I", [0])
        self._roots = array("I")
        self._roots_end = array("I", [0])
        self._named: list[str] = []  # terms that stand for whole names
        self._named_count: list[int] = []  # of them, one a chunk

    def add(self, path: str, parsed: ParsedFile) -> None:
        """Add one file."""
        raw = os.fsencode(path)
        self._documents.append(raw + b"\0" + parsed.language.encode())
        self._flags.append(path_flags(path, generated=parsed.generated))
        names = path_names(path)
        self._stem_roots.append(min(len(names.stem), 255))
        of_path = [*(STEM_ROOT + each for each in names.stem), *(FOLDER_ROOT + each for each in names.folders)]
        directories, _, name = raw.rpartition(b"/")
        starts = [symbol.start_byte for symbol in parsed.symbols]
        diagrams = _diagrams(path, parsed)
        texts = self._texts
        first = 0
        for chunk in parsed.chunks:
            last = bisect_left(starts, chunk.end_byte, first)
            defined = parsed.symbols[first:last]
            first = last
            self._describe(chunk, defined, _shown(parsed.symbols, chunk.symbol, defined))
            known = len(self._named)
            self._named += of_path
            of_path = []
            self._named += {SYMBOL_TERM + name.lower() for name in chunk.names}
            self._named += [SHOWN_TERM + diagram for line, diagram in diagrams if chunk.start_line <= line <= chunk.end_line]
            self._named_count.append(len(self._named) - known)
            texts[Field.BODY].append(parsed.text[chunk.start_byte : chunk.end_byte])
            texts[Field.NAMES].append(_bytes("\n".join(chunk.names)))
            texts[Field.CONTEXT].append(_bytes(chunk.context))
            texts[Field.DOCS].append(_bytes("\n".join([symbol.doc for symbol in defined if symbol.doc])))
        texts[Field.STEM] += [_stem(name, directories)] * len(parsed.chunks)
        texts[Field.DIRECTORIES] += [directories] * len(parsed.chunks)
        self._chunk_end.append(len(self._symbols))

    def _describe(self, chunk: Chunk, defined: Sequence[Symbol], shown: Symbol | None) -> None:
        """Note where a chunk is, what it is shown under and what it defines."""
        self._symbols.append(_bytes(shown.qualified_name) if shown else b"")
        self._kind.append(_KIND_INDEX[shown.kind] if shown else _NO_KIND)
        self._kinds.append(_kind_bits(defined, shown))
        self._spans.extend((chunk.start_byte, chunk.end_byte, chunk.start_line, chunk.end_line))

        for symbol in defined:
            if symbol.kind is not SymbolKind.KEY:  # of data files, and there are more of them than of all others
                key, roots = _name_keys(symbol.name)
                self._defined.extend((_KIND_INDEX[symbol.kind], key))
                self._roots.extend(roots)
                self._roots_end.append(len(self._roots))
        self._defined_end.append(len(self._defined) // 2)

    def finish(self) -> Segment:
        """Return the segment of all files added since the last call."""
        term_number, chunk, weight, length = self._postings()
        hashes = self._vocabulary.terms.keys
        used, at = np.unique(term_number, return_index=True)
        order = np.argsort(hashes[used])
        counts = np.diff(np.append(at, len(term_number)))
        start = np.concatenate([[0], np.cumsum(counts[order])]).astype(np.int64)
        gather = np.repeat(at[order] - start[:-1], counts[order]) + np.arange(len(term_number))
        quantized = quantize(self._embed(term_number, chunk, weight))
        spans = np.array(self._spans, np.uint32).reshape(-1, 4)
        defined = np.array(self._defined, np.uint32).reshape(-1, 2)
        document_text, document_text_end = pack_strings(self._documents)
        symbol_text, symbol_text_end = pack_strings(self._symbols)
        segment = Segment(
            document_ids=np.zeros(len(self._documents), np.int64),
            document_flags=np.array(self._flags, np.uint16),
            stem_roots=np.array(self._stem_roots, np.uint8),
            document_text=document_text,
            document_text_end=document_text_end,
            chunk_start=np.array(self._chunk_end, np.uint32),
            start_byte=spans[:, 0],
            end_byte=spans[:, 1],
            start_line=spans[:, 2],
            end_line=spans[:, 3],
            length=length,
            kind=np.array(self._kind, np.uint8),
            kinds=np.array(self._kinds, np.uint32),
            symbol_text=symbol_text,
            symbol_text_end=symbol_text_end,
            defined_start=np.array(self._defined_end, np.uint32),
            defined_kind=defined[:, 0].astype(np.uint8),
            defined_name=defined[:, 1],
            root_start=np.array(self._roots_end, np.uint32),
            roots=np.array(self._roots, np.uint32),
            terms=hashes[used][order],
            posting_start=start,
            posting_chunk=chunk[gather],
            posting_weight=weight[gather],
            codes=quantized.codes,
            vectors=quantized.values,
            scales=quantized.scales,
        )
        self.discard()
        if len(self._vocabulary) > _VOCABULARY_WORDS:
            self._vocabulary = Vocabulary()
            self._term_rows = self._term_rows[:0]
        return segment

    def _postings(self) -> tuple[U32, U32, U16, U16]:
        """Count every (term, chunk, field) and pack the fields of a (term, chunk); sorted by term number, then chunk."""
        chunks = len(self._symbols)
        word, counts = self._vocabulary.numbers([text for texts in self._texts.values() for text in texts])
        term_end = self._vocabulary.term_end
        first, per_word = term_end[word], term_end[word + 1] - term_end[word]
        term = self._vocabulary.term_ids[spread(first, per_word)]
        per_text = np.diff(np.append(0, np.cumsum(per_word))[np.append(0, np.cumsum(counts))])
        number = np.arange(chunks, dtype=np.uint64) << np.uint64(4)
        place = np.concatenate([number | np.uint64(field) for field in self._texts])
        named = self._vocabulary.terms.of(hash_terms(self._named))
        term = np.append(term, named).astype(np.uint64)
        place = np.repeat(np.append(place, number | np.uint64(Field.NAMES)), np.append(per_text, self._named_count).astype(np.int64))
        key = term << np.uint64(32) | place
        key.sort()
        return *_pack(key), np.minimum(per_text[:chunks], 0xFFFF).astype(np.uint16)

    def _embed(self, term_number: U32, chunk: U32, weight: U16) -> NDArray[np.float32]:
        """Return the chunks' vectors from the terms of their bodies."""
        hashes = self._vocabulary.terms.keys
        self._term_rows = np.append(self._term_rows, self._embedder.find_rows(hashes[len(self._term_rows) :]))
        counts = weight & np.uint16((1 << FIELD_BITS[Field.BODY]) - 1)
        inside = np.flatnonzero(counts)
        return self._encoder.encode(self._term_rows[term_number[inside]], chunk[inside], counts[inside], len(self._symbols))


@lru_cache(1 << 16)
def _name_keys(name: str) -> tuple[int, tuple[int, ...]]:
    return name_key(name), tuple(root_key(each) for each in name_roots(name)[:MAX_PIECES])


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _pack(key: U64) -> tuple[U32, U32, U16]:
    """Turn sorted (term, chunk, field) keys into one weight a (term, chunk)."""
    if not len(key):
        return np.zeros(0, np.uint32), np.zeros(0, np.uint32), np.zeros(0, np.uint16)
    first = np.flatnonzero(np.append(True, key[1:] != key[:-1]))
    counts = np.diff(np.append(first, len(key)))
    key = key[first]
    field = (key & np.uint64(15)).astype(np.uint16)
    limit = np.zeros(16, np.uint16)
    for each, bits in FIELD_BITS.items():
        limit[each] = (1 << bits) - 1
    value = np.minimum(counts, limit[field]).astype(np.uint16) << field
    pair = key >> np.uint64(4)
    first = np.flatnonzero(np.append(True, pair[1:] != pair[:-1]))
    weight = np.bitwise_or.reduceat(value, first)
    pair = pair[first]
    return (pair >> np.uint64(28)).astype(np.uint32), (pair & np.uint64((1 << 28) - 1)).astype(np.uint32), weight


def _diagrams(path: str, parsed: ParsedFile) -> list[tuple[int, str]]:
    """Return the line and the path of every diagram that a document shows or links."""
    folder = path.rpartition("/")[0]
    found = [(each.line, posixpath.normpath(posixpath.join(folder, each.module))) for each in parsed.imports if not each.name]
    return [(line, target) for line, target in found if path_flags(target) & PathFlag.DIAGRAM]


def _stem(name: bytes, directories: bytes) -> bytes:
    """Return the file name without extension; a name that says nothing (``index``, ``__init__``) takes its directory's."""
    stem = name.split(b".")[0] or name.strip(b".")
    return directories.rpartition(b"/")[2] if stem.lower() in {b"index", b"mod", b"__init__", b"lib", b"main"} and directories else stem


def _shown(symbols: Sequence[Symbol], enclosing: int, defined: Sequence[Symbol]) -> Symbol | None:
    """Choose the symbol a chunk is shown under: what encloses it, else the largest that begins in it."""
    if enclosing >= 0:
        outer = symbols[enclosing]
        inner = [symbol for symbol in defined if symbol is not outer and symbol.end_byte - symbol.start_byte > 200]
        return inner[0] if len(inner) == 1 else outer
    return max(defined, key=lambda symbol: symbol.end_byte - symbol.start_byte, default=None)


def _kind_bits(defined: Sequence[Symbol], shown: Symbol | None) -> int:
    bits = _KIND_BIT[shown.kind] if shown else 0
    for symbol in defined:
        bits |= _KIND_BIT[symbol.kind]
    return bits
