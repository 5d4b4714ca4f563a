"""How fast the static embedder loads and encodes: chunks of real code, from words to vectors, on one core."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from subprocess import run
from time import process_time

import numpy as np

from retrieval.embed import StaticEmbedder, encode_chunks, quantize
from retrieval.terms import words

_CHUNK_BYTES = 1_100
_BATCH_CHUNKS = 512
_CODE = frozenset({".py", ".js", ".ts", ".tsx", ".go", ".rs", ".java", ".c", ".h", ".cpp", ".cs", ".rb", ".php", ".kt", ".scala", ".swift"})
_LOAD = (
    "import sys, time; from pathlib import Path; from retrieval.embed import StaticEmbedder\n"
    "start = time.perf_counter(); StaticEmbedder.load(Path(sys.argv[1])).encode_text(b'read a file')\n"
    "print(time.perf_counter() - start)"
)


@dataclass(frozen=True, slots=True)
class Speed:
    """``load_ms``: median over fresh processes of mapping the file and encoding one query, imports not counted."""

    load_ms: float
    files: int
    chunks: int
    words_per_chunk: float
    chunks_per_second: float


def measure(model: Path, tree: Path, *, seconds: float = 10.0, processes: int = 5) -> Speed:
    """Measure loading, and encoding of the code under ``tree`` for at most about ``seconds`` of processor time (all threads together).

    Counted: numbering words, splitting new ones into terms, their vectors, adding, normalising and quantising. Not counted: reading files
    and finding words, which the lexical index does anyway. A word's vector is kept from file to file, as the indexer keeps it.
    """
    loads = sorted(
        float(run([sys.executable, "-c", _LOAD, str(model)], capture_output=True, check=True, text=True).stdout) for _ in range(processes)
    )
    embedder = StaticEmbedder.load(model)
    numbers: dict[bytes, int] = {}
    rows = np.zeros((0, embedder.dimension), dtype=np.float32)
    files = chunks = found = 0
    spent = 0.0
    for batch in _batched(tree):
        split = [words(text) for text in batch.texts]
        start = process_time()
        known = len(numbers)
        columns = np.array([numbers.setdefault(word, len(numbers)) for chunk in split for word in chunk], dtype=np.int64)
        if len(numbers) > len(rows):
            rows = np.concatenate([rows[:known], np.zeros((2 * len(numbers) - known, embedder.dimension), dtype=np.float32)])
        rows[known : len(numbers)] = embedder.word_vectors(list(islice(numbers, known, None)))
        quantize(encode_chunks(rows, np.cumsum([0, *map(len, split)]), columns))
        spent += process_time() - start
        files += batch.files
        chunks += len(split)
        found += sum(map(len, split))
        if spent > seconds:
            break
    return Speed(loads[len(loads) // 2] * 1000, files, chunks, found / max(chunks, 1), chunks / spent if spent else 0.0)


def print_speed(speed: Speed) -> None:
    """Print a measurement in two lines."""
    print(f"load and first query: {speed.load_ms:.1f} ms (imports not counted)")
    size = f"{speed.chunks:,} chunks of {speed.words_per_chunk:.0f} words, {speed.files:,} files"
    print(f"encode: {speed.chunks_per_second:,.0f} chunks/s ({size})")


@dataclass(frozen=True, slots=True)
class _Batch:
    files: int
    texts: list[bytes]


def _batched(tree: Path) -> Iterator[_Batch]:
    """Yield the code files under ``tree``, cut at line ends into pieces of about 1,100 bytes, a few hundred pieces at a time."""
    texts: list[bytes] = []
    files = 0
    for path in sorted(tree.rglob("*")):
        if path.suffix not in _CODE or not path.is_file():
            continue
        files += 1
        piece = bytearray()
        for line in path.read_bytes().splitlines(keepends=True):
            if piece and len(piece) + len(line) > _CHUNK_BYTES:
                texts.append(bytes(piece))
                piece.clear()
            piece += line
        texts.append(bytes(piece))
        if len(texts) >= _BATCH_CHUNKS:
            yield _Batch(files, texts)
            texts, files = [], 0
    if texts:
        yield _Batch(files, texts)
