"""How fast an open index answers, and how large it is for what it holds."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from eval.bench_process import folder_bytes
from eval.derived_queries import named_symbols, varied_queries
from graph.store import GraphStore, open_graph_store
from retrieval.answers import SearchRequest
from retrieval.engine import Engine

_WARMING = 20
BYTES_BEFORE = 1.389
"""Of index a byte of source, without edges, before the fields of the learned ranking were added: of the tree that is searched."""


@dataclass(frozen=True, slots=True)
class Warm:
    """Milliseconds of single searches by one process that has the index open."""

    times: tuple[float, ...]
    chunks: int


@dataclass(frozen=True, slots=True)
class Size:
    """Bytes of the files of a view, and of the data folder that holds it."""

    source: int
    index: int

    @property
    def ratio(self) -> float:
        """Bytes of index a byte of source."""
        return self.index / max(self.source, 1)


def search_warm(data: Path, root: Path, count: int) -> tuple[Warm, list[str]]:
    """Ask queries made of the names and the docs that the tree defines; return their times, and the queries."""
    with Engine(data) as engine, closing(open_graph_store(f"sqlite:{data / 'codelore.db'}")) as graph:
        queries = varied_queries(named_symbols(engine, root), count)
        for query in queries[:_WARMING]:
            engine.search(SearchRequest(query, str(root)), graph)
        times = tuple(_timed(engine, graph, query, root) for query in queries)
        return Warm(times, engine.status(str(root), look=False).chunks), queries


def _timed(engine: Engine, graph: GraphStore, query: str, root: Path) -> float:
    started = time.perf_counter()
    engine.search(SearchRequest(query, str(root)), graph)
    return (time.perf_counter() - started) * 1000


def index_size(data: Path, root: Path) -> Size:
    """Return how large the index of a tree is."""
    with Engine(data) as engine:
        ((_, view),) = engine.views(SearchRequest("any", str(root)))
        texts = engine.texts(view)
        source = sum(len(texts.read(path) or b"") for path in texts.paths)
    return Size(source, folder_bytes(data))


def grow(tree: Path, root: Path, chunks: int, index: Callable[[], int]) -> int:
    """Put copies of a tree into ``root`` until it has about so many chunks; return how many copies.

    ``index`` brings the index up to date and returns its chunks. Words are as frequent among the chunks as in the tree, and a name is
    defined in every copy, so lists of postings are as long as they are among so many chunks and no query is answered by a name alone.
    """
    _copy(tree, root / "copy0")
    copies = max(ceil(chunks / max(index(), 1)), 1)
    for at in range(1, copies):
        _copy(tree, root / f"copy{at}")
    if copies > 1:
        index()
    return copies


def _copy(tree: Path, target: Path) -> None:
    shutil.copytree(tree, target, symlinks=True, copy_function=_link)


def _link(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)
    return target


def told(times: Sequence[float], chunks: int) -> str:
    """Return the note below a row."""
    return f"{len(times)} queries, {chunks:,} chunks"
