"""Where the arrays of a weights file lie, and what names a training. Without numpy: a run that reads no file needs the name alone.

The format is described in ``retrieval.embed``, which uses the arrays.
"""

from __future__ import annotations

import mmap
import zlib
from dataclasses import dataclass
from json import JSONDecodeError, loads
from pathlib import Path
from struct import Struct
from typing import Any, cast

from ingest.errors import ModelError

SHIPPED = Path(__file__).with_name("static.bin")
FUSION = Path(__file__).with_name("fusion.json")
"""Weights of the ranking, which ``retrieval.ranking.fusion`` reads."""
PLACE = Path(__file__).with_name("place.json")
"""Weights of the ranking from a place, which ``retrieval.places.signals`` reads."""
MAGIC = b"CODELORE"
FORMAT = 1
PREFIX = Struct("<8sII")

_ALIGN = 64
_MAX_HEADER_BYTES = 1 << 20
_SAMPLED_ROWS, _SAMPLED_HASHES = 512, 128  # about so many rows; every so-manieth hash


@dataclass(frozen=True, slots=True)
class Layout:
    """A weights file: its JSON header, the sizes of its arrays, and the offsets where they begin."""

    header: dict[str, Any]
    vocabulary: int
    buckets: int
    dimension: int
    hashes_at: int
    scales_at: int
    rows_at: int


def read_layout(path: Path, data: memoryview) -> Layout:
    """Read the head of a weights file, given as all its bytes. Raises ``ModelError``, naming it, when it is foreign, old or cut short."""
    header, start = _read_header(path, data)
    try:
        vocabulary, buckets, dimension = (int(header[key]) for key in ("vocabulary", "buckets", "dimension"))
        header["name"], header["version"] = str(header["name"]), str(header["version"])
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"the embedding weights {path} have an unusable header ({error!r}); reinstall the package") from error
    if vocabulary < 0 or buckets < 1 or dimension <= 0 or dimension % 8:
        raise ModelError(f"the embedding weights {path} claim {vocabulary}+{buckets} rows of {dimension}; reinstall the package")
    scales_at = aligned(start + 8 * vocabulary)
    rows_at = aligned(scales_at + 4 * (vocabulary + buckets))
    end = rows_at + (vocabulary + buckets) * dimension
    if len(data) != end:
        raise ModelError(f"the embedding weights {path} have {len(data)} bytes where their header asks for {end}; reinstall the package")
    return Layout(header, vocabulary, buckets, dimension, start, scales_at, rows_at)


def _read_header(path: Path, data: memoryview) -> tuple[dict[str, Any], int]:
    """Return the JSON header and the offset of the first array."""
    if len(data) < PREFIX.size:
        raise ModelError(f"the embedding weights {path} are cut short at {len(data)} bytes; reinstall the package")
    magic, version, length = PREFIX.unpack(data[: PREFIX.size])
    if magic != MAGIC:
        raise ModelError(f"{path} does not hold embedding weights; reinstall the package or name another file")
    if version != FORMAT:
        raise ModelError(f"the embedding weights {path} have format {version}, this release reads {FORMAT}; reinstall the package")
    try:
        header: Any = loads(bytes(data[PREFIX.size : PREFIX.size + min(length, _MAX_HEADER_BYTES)]))
    except (JSONDecodeError, UnicodeDecodeError) as error:
        raise ModelError(f"the embedding weights {path} have an unreadable header ({error}); reinstall the package") from error
    if not isinstance(header, dict):
        raise ModelError(f"the embedding weights {path} have no header object; reinstall the package")
    return cast(dict[str, Any], header), aligned(PREFIX.size + length)


def aligned(offset: int) -> int:
    """Return where the next array may begin."""
    return -(-offset // _ALIGN) * _ALIGN


def fingerprint(name: str, version: str, hashes: memoryview, rows: memoryview, dimension: int) -> str:
    """Tell a training from any other, by a sample of its term hashes and rows (both as bytes)."""
    sample = zlib.crc32(b"".join(hashes[at : at + 8] for at in range(0, len(hashes), 8 * _SAMPLED_HASHES)))
    step = dimension * max(1, len(rows) // dimension // _SAMPLED_ROWS)
    sample = zlib.crc32(b"".join(rows[at : at + dimension] for at in range(0, len(rows), step)), sample)
    return f"{name}-{version}-{sample:08x}"


def read_fingerprint(path: Path) -> str:
    """Return the fingerprint of a weights file. Raises ``ModelError`` when it cannot be read as one."""
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped, memoryview(mapped) as data:
            layout = read_layout(path, data)
            hashes = data[layout.hashes_at : layout.hashes_at + 8 * layout.vocabulary]
            with hashes, data[layout.rows_at :] as rows:
                return fingerprint(layout.header["name"], layout.header["version"], hashes, rows, layout.dimension)
    except (OSError, ValueError) as error:
        raise ModelError(f"cannot read the embedding weights {path}: {error}; reinstall the package or name another file") from error
