"""What a model reads of a chunk, and the keys that texts and files are known by.

A chunk's key is the hash of all that the model reads of it, so that views, branches and clones share vectors, and an edit costs the chunks
it changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b

from ingest.facts import ANALYZER_VERSION
from ingest.model import ParsedFile

TEXT_VERSION = 1
"""Raise it when the same chunk is read otherwise; vectors of another version are made again."""

KEY_BYTES = 16


def chunk_texts(path: bytes, parsed: ParsedFile) -> Iterator[str]:
    """Yield what a model reads of each chunk of a file, in order: the path, what encloses the chunk, and its lines."""
    where = path.decode("utf-8", "replace")
    for chunk in parsed.chunks:
        body = parsed.text[chunk.start_byte : chunk.end_byte].decode("utf-8", "replace")
        yield f"{where}\n{chunk.context}\n{body}"


def chunk_key(text: str) -> bytes:
    """Return the key of a chunk's text."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES).digest()


def file_key(path: bytes, content_hash: bytes, language: str) -> bytes:
    """Return the key of a file that stands at ``path``; its chunks' keys follow from it alone."""
    said = f"\0{language}\0{ANALYZER_VERSION}\0{TEXT_VERSION}".encode()
    return blake2b(path + b"\0" + content_hash + said, digest_size=KEY_BYTES).digest()
