"""What a worker process does to a batch of files: read, parse, cut, count, embed. Only bytes travel back."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable
from ctypes import CDLL
from dataclasses import replace
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits  # pyright: ignore[reportMissingTypeStubs]  # it has none

from graph.kept_trees import KeptTrees
from ingest.analyze import analyze, analyze_as_text
from ingest.facts import FactStore, store_form
from ingest.git import blob_id, read_blobs
from ingest.model import ContentHash, DocumentId, Failure, ParsedFile, Skipped, SourceFile
from ingest.parse import KeepTree
from ingest.walk import read_source, screen, settled
from retrieval.embed import StaticEmbedder
from retrieval.features import SegmentBuilder
from retrieval.segment import encode
from retrieval.tasks import LOWER_KEPT, Batch, ReadTask

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of mallopt(3)
_KEPT_BYTES = 1 << 25  # the most that the second allows
_NO_OBJECT = "git has no such object; a partial clone lacks it: run git fetch --refetch --no-filter"


def use_one_core() -> None:
    """Keep BLAS to one thread: there is a worker for every core, and threads on top of that made the products 20x slower."""
    threadpool_limits(1)


def keep_freed_memory() -> None:
    """Have the C library keep freed memory for the next batch; getting it anew from the system cost 4 % of a run of Django."""
    libc: Any = CDLL(None)
    if hasattr(libc, "mallopt"):  # the GNU C library's
        libc.mallopt(_MMAP_THRESHOLD, _KEPT_BYTES)
        libc.mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)


def give_freed_memory_back() -> None:
    """Give the system back what trees took: kept, it made the peak of a run 0.1 GB higher while names are resolved."""
    gc.collect()
    libc: Any = CDLL(None)
    if hasattr(libc, "malloc_trim"):
        libc.malloc_trim(0)


def make_builder(weights: Path) -> SegmentBuilder:
    """Load the model and return what makes segments; from here on this process keeps to one core and keeps its memory."""
    use_one_core()
    keep_freed_memory()
    return SegmentBuilder(StaticEmbedder.load(weights))


def make_reader(weights: Path) -> Callable[[ReadTask], Batch]:
    """Load the model and return the function that does one task."""
    builder, trees = make_builder(weights), KeptTrees()

    def read(task: ReadTask) -> Batch:
        if task == LOWER_KEPT:
            flows = trees.lower()
            if not flows:
                give_freed_memory_back()
            return Batch(flows=flows)
        builder.discard()  # what a task left that failed half-way
        if not task.keep_trees:
            trees.forget()
        return _read(task, builder, trees)

    return read


def rebuild(builder: SegmentBuilder, facts: FactStore, documents: Iterable[tuple[DocumentId, str]]) -> bytes:
    """Return the segment of documents, given with their paths, from their stored facts."""
    for document, path in documents:
        builder.add(path, facts.parsed(document))
    return encode(builder.finish())


def _read(task: ReadTask, builder: SegmentBuilder, trees: KeptTrees) -> Batch:
    batch = Batch()
    for file, data in _sources(task):
        if isinstance(data, Failure):
            batch.failures.append(data)
            continue
        if isinstance(data, Skipped):
            batch.screened.append((settled(file), data))
            continue
        skipped = screen(file.path, data, task.options)
        if skipped is not None:
            batch.screened.append((settled(replace(file, content_hash=blob_id(data))), skipped))
            continue
        batch.size += len(data)
        if task.as_text:
            parsed, problem = analyze_as_text(file.path, data), "indexed as plain text: its grammar crashed or hung"
        else:
            roots: list[Any] = []
            parsed, problem = _analyze(file.path, data, roots.append)
            if task.keep_trees and not problem:
                trees.keep(blob_id(data), parsed, roots[0] if roots else None)
        _keep(batch, builder, file, parsed, content=blob_id(data), size=len(data), problem=problem)
    batch.segment = encode(builder.finish())
    return batch


def _analyze(path: str, data: bytes, keep: KeepTree) -> tuple[ParsedFile, str]:
    try:
        return analyze(path, data, keep)
    except Exception as error:  # a process edge: a file that no code foresaw costs that file's symbols only
        return analyze_as_text(path, data), f"indexed as plain text: {type(error).__name__}: {error}"


def _keep(
    batch: Batch, builder: SegmentBuilder, file: SourceFile, parsed: ParsedFile, *, content: ContentHash, size: int, problem: str
) -> None:
    batch.files.append(settled(file))
    batch.stored.append(store_form(file.path, content, parsed, size=size, problem=problem))
    builder.add(file.path, parsed)


def _sources(task: ReadTask) -> list[tuple[SourceFile, bytes | Skipped | Failure]]:
    if task.checkout is None:
        return [(file, read_source(task.root, file, task.options)) for file in task.files]
    blobs = dict(read_blobs(task.checkout, {file.content_hash for file in task.files if file.content_hash}))
    found: list[tuple[SourceFile, bytes | Skipped | Failure]] = []
    for file in task.files:
        data = blobs.get(file.content_hash) if file.content_hash else None
        found.append((file, data if data is not None else Failure(file.path, _NO_OBJECT)))
    return found
