"""A model's vectors in the order of a segment's chunks, one mapped file a segment: what a search reads.

Derived from ``vector_cache`` and replaced whole, so a reader sees one state or the next. A file is named after what its segment holds, not
by a number, so that a file of an index since removed is never taken for another's.

Layout, little-endian: magic, dimension u32, chunks u32, zeros to 64 bytes · scales f32[C], NaN where a chunk has no vector, zeros to a
multiple of 64 · values i8[C, D].
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np

from ingest.database import storing
from retrieval.models.chunk_text import TEXT_VERSION
from retrieval.segment import F32, I8, Segment

_MAGIC = b"CODELORE-TIER-1\n"
_HEAD = 64


@dataclass(frozen=True, slots=True)
class TierColumns:
    """The vectors of one segment's chunks: i8[C, D] and f32[C] scales, NaN where a chunk has none."""

    values: I8
    scales: F32


def segment_key(segment: Segment) -> str:
    """Return what tells a segment's chunks from any other's: paths, spans and the sign bits of what is in them. 2 ms for 33,000 chunks."""
    hashed = blake2b(digest_size=12)
    for array in (segment.document_text, segment.chunk_start, segment.start_byte, segment.end_byte, segment.codes):
        hashed.update(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
    return hashed.hexdigest()


class TierFiles:
    """The files of one model."""

    def __init__(self, root: Path, fingerprint: str, dimension: int) -> None:
        """``root`` holds a folder for each model."""
        name = blake2b(f"{fingerprint}\0{TEXT_VERSION}".encode(), digest_size=8).hexdigest()
        self.folder = root / name
        self._root = root
        self._dimension = dimension

    def open(self, key: str, chunks: int) -> TierColumns | None:
        """Map the file of a segment; None where there is none, or it is torn or foreign."""
        try:
            data = np.asarray(np.memmap(self.folder / f"{key}.tier", np.uint8, "r"))
        except (OSError, ValueError):
            return None
        at = _values_at(chunks)
        if data[:_HEAD].tobytes() != self._head(chunks) or len(data) != at + chunks * self._dimension:
            return None
        return TierColumns(data[at:].view(np.int8).reshape(chunks, self._dimension), data[_HEAD : _HEAD + 4 * chunks].view(np.float32))

    def write(self, key: str, chunks: int, rows: Iterable[tuple[float, bytes] | None]) -> int:
        """Put a segment's file in place, its rows in order of chunk; return how many chunks have a vector. Raises ``StoreError``."""
        part = self.folder / f"{key}.{os.getpid()}.part"
        with storing(f"write the vectors {part}"):
            self.folder.mkdir(parents=True, exist_ok=True)
            at, scales, found = _values_at(chunks), np.full(chunks, np.nan, np.float32), 0
            with part.open("wb") as file:
                file.write(self._head(chunks).ljust(at, b"\0"))
                for number, row in enumerate(rows):
                    file.write(row[1] if row else bytes(self._dimension))
                    if row:
                        scales[number], found = row[0], found + 1
                file.seek(_HEAD)
                file.write(scales.tobytes())
            part.rename(self.folder / f"{key}.tier")
        return found

    def sweep(self, keys: Collection[str]) -> None:
        """Remove the files of all other segments, and what a killed run left half-written."""
        kept = {f"{key}.tier" for key in keys}
        if self.folder.is_dir():
            for file in self.folder.iterdir():
                if file.name not in kept:
                    file.unlink(missing_ok=True)

    def drop_others(self) -> None:
        """Remove the files of all other models."""
        if self._root.is_dir():
            for folder in self._root.iterdir():
                if folder != self.folder:
                    shutil.rmtree(folder, ignore_errors=True)

    def _head(self, chunks: int) -> bytes:
        return (_MAGIC + self._dimension.to_bytes(4, "little") + chunks.to_bytes(4, "little")).ljust(_HEAD, b"\0")


def _values_at(chunks: int) -> int:
    return _HEAD + -(-4 * chunks // 64) * 64
