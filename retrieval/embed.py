"""Static text vectors: a text is the normalised sum of its terms' rows, so no network runs and a file costs one small matrix product.

The rows are trained contrastively on documentation and the code it documents (``static_model_card.md`` beside this module) and ship in the
package as one memory-mapped file: nothing is built at load. A word's vector is the sum of its terms' rows (`retrieval.terms`); term weights
are the trained lengths of the rows. A term outside the vocabulary falls into one of a few thousand shared rows, by its hash.

File layout, little-endian: ``CODELORE`` · format u32 · header length u32 · JSON header · zero padding to 64 · then, each padded to 64,
sorted term hashes u64[V] · row scales f32[V + B] · rows i8[V + B, D]. The rows of the B shared buckets come last.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise
from json import dumps
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.errors import ModelError
from retrieval.terms import terms, words
from retrieval.weights import FORMAT, MAGIC, PREFIX, SHIPPED, aligned, fingerprint, read_layout

FloatRows = NDArray[np.float32]
"""A float32 matrix, one vector a row."""

MAX_MODEL_BYTES = 16_000_000

_TERM_BYTES = 48
"""Longer terms (joined wholes; 0.1 % of the distinct terms of real code) take the slow hash, so that the wide array stays narrow."""
# Random odd numbers; another set makes every file written with this one unreadable.
_MULTIPLIERS = np.array(
    [
        0x78574EB93A60FE59,
        0xD2A595E67F09C941,
        0xB7568B08B58869EB,
        0xA002A68F2CB4AA73,
        0xFAD6BDBFA4034DA1,
        0x436835046A316F03,
        0xE5366790AEBB72DD,
    ],
    dtype=np.uint64,
)
*_LANE_MULTIPLIERS, _LENGTH_MULTIPLIER = _MULTIPLIERS.tolist()
_MIXING = ((33, 0xFF51AFD7ED558CCD), (33, 0xC4CEB9FE1A85EC53))
_ALL_BITS = (1 << 64) - 1
_LANE = 8
_MASKS = np.array([(1 << 8 * count) - 1 for count in range(_LANE + 1)], np.uint64)
HASH_PADDING = _LANE
ROW_STEP = 2.0**-12
"""Rows are added up as multiples of this. The largest number in the shipped ones is 0.37."""
_MAX_STEPS = (1 << 15) - 1
_CHUNK_BLOCK = 16


@dataclass(frozen=True, slots=True)
class QuantizedVectors:
    """Vectors as they are stored: sign bits ``codes`` u8[n, D/8], ``values`` i8[n, D], f32[n] ``scales``; a vector is values * scale."""

    codes: NDArray[np.uint8]
    values: NDArray[np.int8]
    scales: NDArray[np.float32]


class StaticEmbedder:
    """The shipped embedder. Reading is thread-safe; it holds no state but the mapped file."""

    def __init__(self, header: dict[str, Any], hashes: NDArray[np.uint64], scales: NDArray[np.float32], rows: NDArray[np.int8]) -> None:
        self.header = header
        self.name: str = header["name"]
        self.version: str = header["version"]
        self.dimension = int(rows.shape[1])
        self._hashes = hashes
        self._scales = scales
        self._rows = rows
        self._buckets = len(rows) - len(hashes)

    @classmethod
    def load(cls, path: Path = SHIPPED) -> StaticEmbedder:
        """Map a weights file, by default the shipped one. Raises ModelError, naming it, when it is missing, foreign, old or cut short."""
        try:
            data = np.memmap(path, dtype=np.uint8, mode="r")
        except (OSError, ValueError) as error:
            raise ModelError(f"cannot read the embedding weights {path}: {error}; reinstall the package or name another file") from error
        data = np.asarray(data)  # indexing a memmap costs 10 us more
        layout = read_layout(path, data.data)
        rows = layout.vocabulary + layout.buckets
        return cls(
            layout.header,
            data[layout.hashes_at : layout.hashes_at + 8 * layout.vocabulary].view(np.uint64),
            data[layout.scales_at : layout.scales_at + 4 * rows].view(np.float32),
            data[layout.rows_at :].view(np.int8).reshape(rows, layout.dimension),
        )

    @property
    def row_count(self) -> int:
        """Say how many rows there are, own and shared."""
        return len(self._rows)

    @property
    def fingerprint(self) -> str:
        """Tell this training from any other: vectors of two fingerprints must not be compared. Read off a sample of the rows."""
        hashes, rows = self._hashes.view(np.uint8).data, self._rows.reshape(-1).view(np.uint8).data
        return fingerprint(self.name, self.version, hashes, rows, self.dimension)

    def find_rows(self, hashed: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Return the row number of each term given as its hash: its own, or the shared one that it falls into."""
        return row_numbers(self._hashes, hashed, self._buckets)

    def steps(self, rows: NDArray[np.int64]) -> NDArray[np.int16]:
        """Return i16[n, D], the rows in steps of ``ROW_STEP``. Raises ModelError for numbers of 8 and more, which do not fit."""
        if len(rows) and self._scales[rows].max() * 127 >= _MAX_STEPS * ROW_STEP:
            raise ModelError("the embedding weights have rows of numbers beyond 8; scale them down before writing them")
        return np.rint(self._rows[rows] * (self._scales[rows, None] / np.float32(ROW_STEP))).astype(np.int16)

    def encode_text(self, text: bytes) -> NDArray[np.float32]:
        """Return the vector of one text, f32[D]: each word's terms, 1 + ln of its count times; zeros when it holds no word."""
        counts = Counter(words(text))
        terms_of = [terms(word) for word in counts]
        rows = self.find_rows(np.array([hash_term(term) for one in terms_of for term in one], np.uint64))
        weights = damped(np.repeat(np.fromiter(counts.values(), np.float32, len(counts)), [len(one) for one in terms_of]))
        total = np.matmul(weights * self._scales[rows], self._rows[rows], dtype=np.float32)
        return normalized(total[None, :])[0]

    def encode(self, texts: Sequence[str]) -> FloatRows:
        """Return one vector for each text, f32[n, D]; an index counts terms instead, and fills in ``ChunkEncoder``."""
        rows = [self.encode_query(text) for text in texts]
        return np.stack(rows) if rows else np.zeros((0, self.dimension), np.float32)

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """Return the vector of a question, f32[D]."""
        return self.encode_text(text.encode("utf-8", "surrogatepass"))


class ChunkEncoder:
    """Turns counted terms into vectors of chunks. It keeps the rows it has used, as numbers to add up: one for each thread."""

    def __init__(self, embedder: StaticEmbedder) -> None:
        self._embedder = embedder
        rows = embedder.row_count
        self._rows = np.empty((rows, embedder.dimension), np.int16)  # pages that are not written cost no memory
        self._written = np.zeros(rows, np.bool_)

    def encode(self, rows: NDArray[np.int64], chunk: NDArray[np.uint32], counts: NDArray[np.uint16], chunks: int) -> FloatRows:
        """Return one normalised vector per chunk, f32[chunks, D].

        Entry ``i`` says that chunk ``chunk[i]`` holds the term of row ``rows[i]`` ``counts[i]`` (below 256) times; it counts 1 + ln of
        that. A dense count matrix times the block's own rows is 3x faster than adding gathered rows.
        """
        self._write(rows)
        key = chunk.astype(np.uint64) >> np.uint64(4) << np.uint64(44) | rows.astype(np.uint64) << np.uint64(12)
        key |= (chunk & np.uint32(_CHUNK_BLOCK - 1)).astype(np.uint64) << np.uint64(8) | counts
        key.sort()
        weights = damped(np.maximum(np.arange(256, dtype=np.float32), 1))[(key & np.uint64(255)).astype(np.int64)]
        within = (key >> np.uint64(8) & np.uint64(_CHUNK_BLOCK - 1)).astype(np.int64)
        pairs = key >> np.uint64(12)
        first = np.append(True, pairs[1:] != pairs[:-1])[: len(pairs)]
        column, pairs = np.cumsum(first) - 1, pairs[first]
        used = (pairs & np.uint64(0xFFFFFFFF)).astype(np.int64)
        blocks = np.arange(-(-chunks // _CHUNK_BLOCK) + 1, dtype=np.uint64)
        starts, columns = np.searchsorted(key, blocks << np.uint64(44)), np.searchsorted(pairs, blocks << np.uint64(32))
        found = np.zeros((chunks, self._embedder.dimension), np.float32)
        for block, ((start, end), (left, right)) in enumerate(zip(pairwise(starts.tolist()), pairwise(columns.tolist()), strict=True)):
            if start < end:
                width, top = right - left, block * _CHUNK_BLOCK
                height = min(_CHUNK_BLOCK, chunks - top)
                matrix = np.bincount(within[start:end] * width + (column[start:end] - left), weights[start:end], height * width)
                matrix = _round_off(matrix.astype(np.float32).reshape(height, width))
                np.matmul(matrix, self._rows.take(used[left:right], axis=0).astype(np.float32), out=found[top : top + height])
        return normalized(found)

    def _write(self, rows: NDArray[np.int64]) -> None:
        fresh = np.flatnonzero(np.bincount(rows, minlength=len(self._written)) * ~self._written)
        if len(fresh):
            self._rows[fresh] = self._embedder.steps(fresh)
            self._written[fresh] = True


def _round_off(values: FloatRows) -> FloatRows:
    """Round f32 values in place to multiples of 2 ** -5.

    With rows in steps of 2 ** -12, sums below 128 are then exact in whatever order they are added: a chunk's vector does not depend on
    what else is encoded with it, and an index that grew by edits equals a fresh one.
    """
    shift = np.float32(1.5 * 2**18)
    values += shift
    values -= shift
    return values


def damped(counts: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the weight of a word that occurs ``counts`` (>= 1) times in a text; training and encoding must agree on it."""
    return 1 + np.log(counts)


def normalized(vectors: FloatRows) -> FloatRows:
    """Return the rows scaled to length one; zero rows stay zero."""
    lengths = np.sqrt(np.einsum("nd,nd->n", vectors, vectors))[:, None]
    return np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 1e-12)


def quantize(vectors: FloatRows) -> QuantizedVectors:
    """Return sign bits and int8 values of f32[n, D] vectors; a value is off by at most half its scale, and a zero row has scale zero."""
    scales = (np.abs(vectors).max(axis=1, initial=0.0) / 127).astype(np.float32)
    safe = np.where(scales > 0, scales, np.float32(1))[:, None]
    return QuantizedVectors(np.packbits(vectors > 0, axis=1), np.rint(vectors / safe).astype(np.int8), scales)


def hash_terms(found: Sequence[str]) -> NDArray[np.uint64]:
    """Return a 64-bit hash per term, the same on every machine; see ``hash_spans``."""
    encoded = [term.encode("utf-8", "surrogatepass") for term in found]
    lengths = np.fromiter(map(len, encoded), np.int64, len(encoded))
    return hash_spans(b"%b%b" % (b"".join(encoded), bytes(HASH_PADDING)), np.cumsum(lengths) - lengths, lengths)


@lru_cache(1 << 15)
def hash_term(term: str) -> int:
    """Return the hash of one term. For the few of a query: five take 20 us as an array, 1 us each here, and that once."""
    data = term.encode("utf-8", "surrogatepass")
    if len(data) > _TERM_BYTES:
        return int.from_bytes(blake2b(data, digest_size=8).digest(), "little")
    hashed = len(data) * _LENGTH_MULTIPLIER
    for at, multiplier in zip(range(0, len(data), _LANE), _LANE_MULTIPLIERS, strict=False):
        lane = int.from_bytes(data[at : at + _LANE], "little")
        hashed += (lane ^ lane >> 29) * multiplier
    hashed &= _ALL_BITS
    for shift, multiplier in _MIXING:
        hashed = (hashed ^ hashed >> shift) * multiplier & _ALL_BITS
    return hashed ^ hashed >> 33


def hash_spans(data: bytes, starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return the hash of each span of ``data``, which ``HASH_PADDING`` bytes follow that are in none.

    Multilinear over eight-byte lanes, then mixed (murmur3's finaliser); a span of more than 48 bytes is hashed with BLAKE2b instead.
    """
    lanes = np.ndarray((len(data) - _LANE + 1,), np.dtype("<u8"), data, strides=(1,))
    hashed = lengths.astype(np.uint64) * _MULTIPLIERS[-1]
    more: NDArray[np.int64] | slice = slice(None)
    for at, multiplier in enumerate(_MULTIPLIERS[:-1]):
        if at:
            more = np.flatnonzero(lengths > at * _LANE)
            if not len(more):
                break
        lane = lanes[starts[more] + at * _LANE] & _MASKS[np.minimum(lengths[more] - at * _LANE, _LANE)]
        hashed[more] += (lane ^ (lane >> np.uint64(29))) * multiplier
    for shift, multiplier in _MIXING:
        hashed = (hashed ^ (hashed >> np.uint64(shift))) * np.uint64(multiplier)
    hashed = hashed ^ (hashed >> np.uint64(33))
    for each in np.flatnonzero(lengths > _TERM_BYTES).tolist():
        span = data[int(starts[each]) : int(starts[each] + lengths[each])]
        hashed[each] = int.from_bytes(blake2b(span, digest_size=8).digest(), "little")
    return hashed


def row_numbers(vocabulary: NDArray[np.uint64], hashed: NDArray[np.uint64], buckets: int) -> NDArray[np.int64]:
    """Return the row of each hashed term: its place in the sorted ``vocabulary``, or one of the ``buckets`` shared rows after it."""
    shared = len(vocabulary) + (hashed % np.uint64(buckets)).astype(np.int64)
    if not len(vocabulary):
        return shared
    at = np.minimum(np.searchsorted(vocabulary, hashed), len(vocabulary) - 1)
    return np.where(vocabulary[at] == hashed, at, shared)


def write_model(path: Path, header: dict[str, Any], hashes: NDArray[np.uint64], rows: FloatRows) -> int:
    """Write a weights file, rows as int8 with a scale each, and return its size in bytes; ``hashes`` sorted, shared rows after the others.

    Raises ValueError for unsorted or colliding hashes, no shared row, or a dimension that is no multiple of eight.
    """
    vocabulary, (total, dimension) = len(hashes), rows.shape
    if total <= vocabulary or dimension % 8 or (vocabulary > 1 and not (hashes[1:] > hashes[:-1]).all()):
        raise ValueError(f"{vocabulary} hashes (sorted, distinct) need more than that many rows of a multiple of 8; got {rows.shape}")
    quantized = quantize(rows)
    sizes = {"vocabulary": vocabulary, "buckets": total - vocabulary, "dimension": dimension}
    head = dumps(header | sizes, ensure_ascii=False).encode()
    parts = [PREFIX.pack(MAGIC, FORMAT, len(head)) + head, hashes.astype("<u8").tobytes(), quantized.scales.astype("<f4").tobytes()]
    data = b"".join(part + bytes(aligned(len(part)) - len(part)) for part in parts) + quantized.values.tobytes()
    path.write_bytes(data)
    return len(data)
