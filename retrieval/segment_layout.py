"""Where the arrays of a segment's bytes lie. Without numpy: which documents a segment holds can be told without loading it."""

from __future__ import annotations

import zlib
from math import prod

MAGIC = b"CODELORE-SEGMENT-1\n"
FIXED = len(MAGIC) + 12
"""Magic, header length, checksums of header and body; then the header, then the arrays."""


class SegmentDamagedError(Exception):
    """The bytes are not a whole segment; it has to be made again."""


def read_layout(view: memoryview, *, verify: bool = False) -> dict[str, tuple[str, tuple[int, ...], int]]:
    """Return (numpy type, shape, offset) of every array by name; ``verify`` reads all bytes to compare the checksum.

    Raises ``SegmentDamagedError`` when they are torn or of another format.
    """
    if len(view) < FIXED or bytes(view[: len(MAGIC)]) != MAGIC:
        raise SegmentDamagedError("not a segment")
    size = int.from_bytes(view[len(MAGIC) : len(MAGIC) + 4], "little")
    text = bytes(view[FIXED : FIXED + size])
    if zlib.crc32(text) != int.from_bytes(view[len(MAGIC) + 4 : len(MAGIC) + 8], "little"):
        raise SegmentDamagedError("the header does not match its checksum")
    if verify and zlib.crc32(view[FIXED + size :]) != int.from_bytes(view[len(MAGIC) + 8 : FIXED], "little"):
        raise SegmentDamagedError("the body does not match its checksum")
    arrays: dict[str, tuple[str, tuple[int, ...], int]] = {}
    for line in text.decode().strip().split("\n"):
        name, dtype, shape, at = line.split(" ")
        sizes = tuple(int(part) for part in shape.split(","))
        start = FIXED + size + int(at)
        if start + prod(sizes) * int(dtype[2:]) > len(view):
            raise SegmentDamagedError("cut short")
        arrays[name] = dtype, sizes, start
    return arrays


def document_ids(view: memoryview, *, verify: bool = False) -> list[int]:
    """Return the documents that a segment holds; raises as ``read_layout`` does."""
    arrays = read_layout(view, verify=verify)
    if "document_ids" not in arrays:
        raise SegmentDamagedError("arrays are missing")
    _, (count,), start = arrays["document_ids"]
    return [int.from_bytes(view[at : at + 8], "little", signed=True) for at in range(start, start + 8 * count, 8)]
