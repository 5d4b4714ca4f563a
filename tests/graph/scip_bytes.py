"""Write SCIP indexes for tests, in protobuf's wire format."""

from __future__ import annotations

from collections.abc import Sequence


def varint(number: int) -> bytes:
    """Encode a number, seven bits a byte."""
    out = bytearray()
    while True:
        number, low = number >> 7, number & 0x7F
        out.append(low | (0x80 if number else 0))
        if not number:
            return bytes(out)


def number(field: int, value: int) -> bytes:
    """Encode a numeric field."""
    return varint(field << 3) + varint(value)


def block(field: int, value: bytes | str) -> bytes:
    """Encode a text, or a message within a message."""
    data = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | 2) + varint(len(data)) + data


def occurrence(symbol: str, span: Sequence[int], roles: int = 0) -> bytes:
    """Encode an occurrence; ``span`` has three or four numbers."""
    return block(2, block(1, b"".join(map(varint, span))) + block(2, symbol) + number(3, roles))


def relation(symbol: str, target: str, *, implements: bool = True) -> bytes:
    """Encode the information on a symbol, with one relationship."""
    return block(3, block(1, symbol) + block(4, block(1, target) + number(3, int(implements))))


def document(path: str, *parts: bytes, language: str = "python", text: str = "", encoding: int = 0) -> bytes:
    """Encode a document with occurrences and relations."""
    return block(2, block(1, path) + b"".join(parts) + block(4, language) + (block(5, text) if text else b"") + number(6, encoding))


def index(*documents: bytes) -> bytes:
    """Encode an index."""
    return block(1, block(2, block(1, "test"))) + b"".join(documents)
