"""The embedded graph store and its adjacency over a large graph that looks like code's.

Six edges of ten stay within their file, the others go to targets drawn by a power law (Zipf, exponent 1.1), as the uses of names in code
do: a few nodes are used everywhere, most hardly ever.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from graph.model import Edge, EdgeKind, Evidence, FileGraph, Handle, Node, external, unknown

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

    def __iter__(self) -> Iterator[FileGraph]:
        while True:
            started = time.perf_counter()
            graph = next(self._graphs, None)
            self.seconds += time.perf_counter() - started
            if graph is None:
                return
            yield graph
