"""How fast the static embedder loads, and how fast chunks of real code get their vectors, on one core."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from subprocess import run
from time import process_time

from ingest.analyze import analyze_as_text
from ingest.model import ParsedFile
from retrieval.embed import StaticEmbedder
from retrieval.features import SegmentBuilder
from retrieval.worker import use_one_core

_BATCH_BYTES = 600_000  # what the indexer gives a worker at once
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
    chunks_per_second: float


def measure(model: Path, tree: Path, *, seconds: float = 10.0, processes: int = 5) -> Speed:
    """Measure loading, and encoding of the code under ``tree`` for at most about ``seconds`` of processor time (all threads together).

    Counted is all that the indexer does from a chunk's text to its quantised vector, and the postings it counts on the way, which are no
    part of encoding and cannot be told apart: so the figure is a lower bound. Reading and cutting files is not counted.
    """
    loads = sorted(
        float(run([sys.executable, "-c", _LOAD, str(model)], capture_output=True, check=True, text=True).stdout) for _ in range(processes)
    )
    use_one_core()
    builder = SegmentBuilder(StaticEmbedder.load(model))
    files = chunks = 0
    spent = 0.0
    for batch in _batched(tree):
        start = process_time()
        for path, parsed in batch:
            builder.add(path, parsed)
        chunks += builder.finish().chunks
        spent += process_time() - start
        files += len(batch)
        if spent > seconds:
            break
    return Speed(loads[len(loads) // 2] * 1000, files, chunks, chunks / spent if spent else 0.0)


def print_speed(speed: Speed) -> None:
    """Print a measurement in two lines."""
    print(f"load and first query: {speed.load_ms:.1f} ms (imports not counted)")
    print(f"encode: {speed.chunks_per_second:,.0f} chunks/s ({speed.chunks:,} chunks, {speed.files:,} files)")


def _batched(tree: Path) -> Iterator[list[tuple[str, ParsedFile]]]:
    """Yield the code files under ``tree``, cut into chunks, as many at a time as a worker gets."""
    batch: list[tuple[str, ParsedFile]] = []
    size = 0
    for path in sorted(tree.rglob("*")):
        if path.suffix not in _CODE or not path.is_file():
            continue
        data = path.read_bytes()
        batch.append((str(path.relative_to(tree)), analyze_as_text(path.name, data)))
        size += len(data)
        if size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
