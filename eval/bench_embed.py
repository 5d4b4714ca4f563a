"""How fast the static embedder loads and encodes: chunks of real code, from words to vectors, on one core."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from subprocess import run
from time import perf_counter

from retrieval.embed import StaticEmbedder
from retrieval.terms import words

_CHUNK_BYTES = 1_100
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
    """Measure loading and encoding of the code under ``tree``; for at most about ``seconds``. Set OPENBLAS_NUM_THREADS=1 for one core.

    Counted: looking words up, splitting new ones into terms, adding and normalising. Not counted: reading files and finding words, which
    the lexical index does anyway. Every file is encoded cold: nothing is cached from file to file.
    """
    loads = sorted(
        float(run([sys.executable, "-c", _LOAD, str(model)], capture_output=True, check=True, text=True).stdout) for _ in range(processes)
    )
    embedder = StaticEmbedder.load(model)
    files = chunks = found = 0
    spent = 0.0
    for texts in _chunked(tree):
        split = [words(text) for text in texts]
        start = perf_counter()
        embedder.encode_file(split)
        spent += perf_counter() - start
        files += 1
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


def _chunked(tree: Path) -> Iterator[list[bytes]]:
    """Yield each code file under ``tree`` cut at line ends into pieces of about 1,100 bytes."""
    for path in sorted(tree.rglob("*")):
        if path.suffix not in _CODE or not path.is_file():
            continue
        texts: list[bytes] = []
        piece = bytearray()
        for line in path.read_bytes().splitlines(keepends=True):
            if piece and len(piece) + len(line) > _CHUNK_BYTES:
                texts.append(bytes(piece))
                piece.clear()
            piece += line
        yield [*texts, bytes(piece)]
