"""The embedded graph store and its adjacency over a large graph that looks like code's.

Six edges of ten stay within their file, the others go to targets drawn by a power law (Zipf, exponent 1.1), as the uses of names in code
do: a few nodes are used everywhere, most hardly ever.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from random import Random
from statistics import median
from typing import TypeVar

import numpy as np

from eval.bench_process import folder_bytes
from graph.adjacency import Adjacency
from graph.model import Edge, EdgeKind, Evidence, FileGraph, Handle, Node, external, unknown
from graph.sqlite_store import SqliteGraphStore

T = TypeVar("T")

_SYMBOLS = 49  # of a file, beside the file's own node
_KINDS = (EdgeKind.CALLS, EdgeKind.CALLS, EdgeKind.CALLS, EdgeKind.REFERENCES, EdgeKind.READS)
_RULES = ("scope", "import", "receiver-annotation", "receiver-constructor", "name")
_OUTSIDE = 0.15  # of the edges that leave their file


@dataclass(frozen=True, slots=True)
class CodeLikeGraph:
    """A graph of ``files`` files of 50 nodes each, with ``degree`` edges a node."""

    files: int
    degree: int = 5
    seed: int = 0

    def handle(self, number: int) -> Handle:
        """Return the handle of a node; numbers run from 0, file by file."""
        file, symbol = divmod(number, _SYMBOLS + 1)
        return Handle(f"{_path(file)}#{_name(file, symbol)}" if symbol else _path(file))

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return self.files * (_SYMBOLS + 1)

    def graphs(self) -> Iterator[FileGraph]:
        """Yield the graph of every file."""
        random = np.random.default_rng(self.seed)
        popular = random.permutation(self.nodes)
        for file in range(self.files):
            yield self.graph(file, random, popular)

    def graph(self, file: int, random: np.random.Generator, popular: np.ndarray[tuple[int], np.dtype[np.int64]]) -> FileGraph:
        """Return one file's graph. ``popular`` are all nodes, the most used first."""
        path, size = _path(file), _SYMBOLS + 1
        count = size * self.degree
        own = [self.handle(file * size + at) for at in range(size)]
        sources = np.sort(random.integers(1, size, count))
        local = random.random(count) < 0.6
        # Inverse of the continuous Zipf distribution with exponent 1.1, cut at the number of nodes.
        ranks = ((1 + random.random(count) * (self.nodes**-0.1 - 1)) ** -10 - 1).astype(np.int64)
        remote = popular[np.clip(ranks, 0, self.nodes - 1)].tolist()
        nearby, outside = random.integers(0, size, count).tolist(), (random.random(count) < _OUTSIDE).tolist()
        edges = [
            self._edge(own, path, at, source, nearby[at] if is_local else -1, remote[at], outside[at])
            for at, (source, is_local) in enumerate(zip(sources.tolist(), local.tolist(), strict=True))
        ]
        nodes = [Node(own[0], "file", path.rpartition("/")[2], path[:-3].replace("/", "."), path, 1, size * 20, "python")]
        nodes += [
            Node(own[at], "method", (name := _name(file, at)).rpartition(".")[2], name, path, at * 20, at * 20 + 18, "python")
            for at in range(1, size)
        ]
        return FileGraph(path, nodes, edges)

    def edited(self, graph: FileGraph, number: int) -> FileGraph:
        """Return a file's graph after an edit: a new method in its middle, which makes five calls and moves all that follows."""
        middle = len(graph.nodes) // 2
        line, name = graph.nodes[middle].start_line, f"Thing{middle // 8}.added_{number}"
        added = Node(Handle(f"{graph.path}#{name}"), "method", f"added_{number}", name, graph.path, line, line + 5, "python")
        nodes = [
            *graph.nodes[:middle],
            added,
            *(replace(each, start_line=each.start_line + 6, end_line=each.end_line + 6) for each in graph.nodes[middle:]),
        ]
        moved = [replace(each, line=each.line + 6, start_byte=each.start_byte + 200, end_byte=each.end_byte + 200) for each in graph.edges]
        calls = [
            replace(each, source=added.handle, target=self.handle((number * 7_919 + at) % self.nodes)) for at, each in enumerate(moved[:5])
        ]
        return FileGraph(graph.path, nodes, [*moved, *calls])

    def _edge(self, own: Sequence[Handle], path: str, at: int, source: int, nearby: int, remote: int, outside: bool) -> Edge:
        evidence, target = Evidence.PROVEN, Handle("")
        if nearby >= 0:
            target = own[nearby]
        elif outside:
            evidence = Evidence.UNKNOWN if remote % 2 else Evidence.EXTERNAL
            target = (
                unknown(f"name_{remote % 5_000}") if remote % 2 else external(f"package{remote % 300}", f"Class.member_{remote % 7_000}")
            )
        else:
            evidence = Evidence.POSSIBLE if remote % 10 == 0 else Evidence.PROVEN
            target = self.handle(remote)
        start = at * 83 % 16_411
        return Edge(
            _KINDS[at % 5],
            evidence,
            _RULES[at % 5 if remote >= 0 else 0],
            own[source],
            target,
            path,
            source * 20 + at % 18,
            start,
            start + 9,
        )


def _path(file: int) -> str:
    return f"src/package_{file % 97}/area_{file % 13}/module_{file}.py"


def _name(file: int, symbol: int) -> str:
    verb = ("get", "set", "load", "save", "run", "check", "make")[(file + symbol) % 7]
    return f"Thing{symbol // 8}.{verb}_{symbol}" if symbol % 8 else f"Thing{symbol // 8}"


class Stopwatch:
    """Counts what it takes to make the items of an iterable, so that it can be taken off the time of whoever consumes them."""

    def __init__(self, graphs: Iterable[FileGraph]) -> None:
        self._graphs = iter(graphs)
        self.seconds = 0.0
        self.cpu_seconds = 0.0

    def __iter__(self) -> Iterator[FileGraph]:
        while True:
            started, cpu = time.perf_counter(), time.process_time()
            graph = next(self._graphs, None)
            self.seconds += time.perf_counter() - started
            self.cpu_seconds += time.process_time() - cpu
            if graph is None:
                return
            yield graph


@dataclass(frozen=True, slots=True)
class GraphSpeed:
    """What was measured; times of questions and updates in milliseconds, one figure a question.

    Questions to memory are timed by the processor's clock: what else the machine does would decide a 95th percentile of 0.1 ms.
    """

    nodes: int
    edges: int
    load_seconds: float
    load_cpu_seconds: float
    disk_bytes: int
    second_view_part: float
    build_seconds: float
    callers: Sequence[float]
    stored_callers: Sequence[float]
    impact: Sequence[float]
    pagerank: Sequence[float]
    update: Sequence[float]
    update_cpu: Sequence[float]
    refresh: Sequence[float]


def measure(folder: Path, files: int, questions: int) -> GraphSpeed:
    """Load a code-like graph into an embedded store in an empty folder, and ask and change it.

    Asked are the callers and the impact of symbols that 3 to 200 edges reach, and what is near ten nodes at random.
    """
    graph, chance = CodeLikeGraph(files), Random(1)
    with closing(SqliteGraphStore.open(folder / "graph.db")) as store:
        making = Stopwatch(graph.graphs())
        started, cpu = time.perf_counter(), time.process_time()
        store.replace("bench", making, generation=1)
        load_seconds = time.perf_counter() - started - making.seconds
        load_cpu_seconds = time.process_time() - cpu - making.cpu_seconds
        disk_bytes = folder_bytes(folder)
        started = time.perf_counter()
        adjacency = Adjacency(store, "bench")
        build_seconds = time.perf_counter() - started
        some = (graph.handle(chance.randrange(graph.nodes)) for _ in range(100 * questions))
        asked = list(islice((each for each in some if 3 <= adjacency.degree(each, backwards=True) <= 200), questions))
        seeds = [{graph.handle(chance.randrange(graph.nodes)): 1.0 for _ in range(10)} for _ in asked]
        calls = (EdgeKind.CALLS,)
        return GraphSpeed(
            nodes=graph.nodes,
            edges=adjacency.edges(),
            load_seconds=load_seconds,
            load_cpu_seconds=load_cpu_seconds,
            disk_bytes=disk_bytes,
            second_view_part=_second_view(folder / "second", max(files // 20, 2)),
            build_seconds=build_seconds,
            callers=_timed(asked, lambda each: adjacency.neighbours(each, backwards=True, kinds=calls)),
            stored_callers=_timed(asked, lambda each: list(store.edges_to("bench", [each], kinds=calls))),
            impact=_timed(asked, lambda each: adjacency.reach([each], hops=3, backwards=True, kinds=calls)),
            pagerank=_timed(seeds, adjacency.pagerank),
            **_changes(graph, store, adjacency),
        )


def _changes(graph: CodeLikeGraph, store: SqliteGraphStore, adjacency: Adjacency) -> dict[str, list[float]]:
    """Edit files one by one; time publishing each and the refresh of the adjacency after it."""
    update: list[float] = []
    cpu: list[float] = []
    refresh: list[float] = []
    for number, each in enumerate(islice(graph.graphs(), 100)):
        edited, generation = [graph.edited(each, number)], store.generation("bench") + 1
        started = time.process_time()
        update += _timed([generation], lambda at, files=edited: store.replace("bench", files, generation=at), time.perf_counter)
        cpu.append((time.process_time() - started) * 1000)
        refresh += _timed([adjacency], lambda each: each.refresh())
    return {"update": update, "update_cpu": cpu, "refresh": refresh}


def _second_view(folder: Path, files: int) -> float:
    """Return what a second view of the same graphs adds to the disk, as a part of the first."""
    graphs = list(CodeLikeGraph(files).graphs())
    sizes: list[int] = []
    for view in ("first", "second"):
        with closing(SqliteGraphStore.open(folder / "graph.db")) as store:
            store.replace(view, graphs, generation=1)
        sizes.append(folder_bytes(folder))  # the last connection to close empties the write-ahead log
    return (sizes[1] - sizes[0]) / sizes[0]


def _timed(asked: Iterable[T], question: Callable[[T], object], clock: Callable[[], float] = time.process_time) -> list[float]:
    times: list[float] = []
    for each in asked:
        started = clock()
        question(each)
        times.append((clock() - started) * 1000)
    return times


def describe(times: Sequence[float]) -> str:
    """Say how many figures there are, and the median, which the 95th percentile stands beside."""
    return f"{len(times)} times, median {median(times):.3f} ms"
