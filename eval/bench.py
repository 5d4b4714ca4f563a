"""The speed table: our figure, the peer's or floor's figure of the same run, their ratio, and the bound it must hold.

Figures that are compared are taken in turns, ours and theirs, and the ratio is the median of the pairs' ratios: what else the machine does
then meets both.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import cached_property
from multiprocessing import get_context
from pathlib import Path
from statistics import median

from eval.bench_crash import measure as measure_crashes
from eval.bench_embed import measure as measure_embedder
from eval.bench_graph import describe as times_of
from eval.bench_graph import measure as measure_graph
from eval.bench_process import folder_bytes, run
from eval.bench_search import BYTES_BEFORE, grow, index_size, search_warm, told
from eval.bench_trees import PEER, Peer, Trees, describe
from eval.bench_watch import measure as measure_watch
from eval.metrics import percentile
from eval.neo4j_server import serving
from ingest.analyze import detect
from ingest.errors import CodeloreError
from ingest.languages.registry import LANGUAGES
from ingest.model import LanguageId, Skipped
from ingest.parse import parse_only
from ingest.walk import WalkOptions, screen, walk
from retrieval.answers import SearchRequest
from retrieval.embed import SHIPPED
from retrieval.engine import Engine

_PARSERS = 2


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. The bound is for the ratio to ``theirs`` where that is given, else for ``ours``."""

    name: str
    unit: str
    ours: float
    bound: float | None
    against: str = ""
    theirs: float = 0.0
    ratio: float = 0.0
    at_least: bool = False
    """The bound is the least that will do, not the most."""
    note: str = ""

    @property
    def missed(self) -> bool:
        """Say whether the bound is broken."""
        judged = self.ratio if self.against else self.ours
        return self.bound is not None and (judged < self.bound if self.at_least else judged > self.bound)


@dataclass(frozen=True, slots=True)
class Scale:
    """How often things are measured: what the figures are worth and how long a run takes."""

    rounds: int = 3
    cold: int = 10
    edits: int = 10
    queries: int = 240
    million: int = 1_000_000
    crashes: int = 100
    graph_files: int = 20_000
    graph_questions: int = 300
    neo4j_files: int = 800


class Bench:
    """The parts of the benchmark. ``scratch`` is an empty folder outside every git checkout, since ignore rules reach down."""

    def __init__(
        self,
        trees: Trees,
        scratch: Path,
        scale: Scale | None = None,
        codelore: Sequence[str] = (),
        neo4j: str = "",
        cache: Path = Path(".bench"),
    ) -> None:
        self._trees = trees
        self._neo4j = neo4j
        self._cache = cache
        self._scratch = scratch
        self._scale = scale or Scale()
        self._codelore = list(codelore) or [str(Path(sys.executable).with_name("codelore"))]
        self._made = 0

    def parts(self) -> dict[str, Callable[[], Iterator[Row]]]:
        """Return every part by its name."""
        return {
            "index": self.index,
            "large": self.large,
            "change": self.change,
            "watch": self.watch,
            "search": self.search,
            "million": self.million,
            "worktree": self.worktree,
            "crash": self.crash,
            "embed": self.embed,
            "graph": self.graph,
            "neo4j": self.neo4j,
        }

    @cached_property
    def _django(self) -> Path:
        return self._copy(self._trees.django())

    def _copy(self, tree: Path) -> Path:
        return Path(shutil.copytree(tree, self._scratch / f"tree-{tree.name}", symlinks=True))

    def _data(self) -> Path:
        self._made += 1
        return self._scratch / f"data-{self._made}"

    def _index(self, root: Path, data: Path, *, graph: bool = False, memory: bool = False) -> tuple[float, int]:
        """Run ``codelore index`` as a process, until all can be searched or with ``graph`` until names are resolved, too.

        Return its seconds and its peak memory.
        """
        command = [*self._codelore, "index", str(root), *([] if graph else ["--no-graph"])]
        done = run(command, variables={"CODELORE_DATA_DIR": str(data)}, memory=memory)
        return done.seconds, done.peak_bytes

    def index(self) -> Iterator[Row]:
        """Compare a full index with the peer's and with parsing alone, in turns."""
        peer, root = self._trees.peer(), self._django
        files = parsed_files(root)
        ours: list[float] = []
        whole: list[float] = []
        theirs: dict[str, list[float]] = {"code": [], "all": []}
        floor: list[float] = []
        for _ in range(self._scale.rounds):
            ours.append(self._index(root, self._data())[0])
            whole.append(self._index(root, self._data(), graph=True)[0])
            for content, times in theirs.items():
                times.append(self._peer_index(peer, root, content))
            floor.append(parse_floor(files))
        for content, times in theirs.items():
            name = f"{PEER}, --content {content}"
            yield _pair(
                "full index of Django", ours, name, times, 0.7, note="its static model has random rows" if content == "code" else ""
            )
            yield _pair("full index of Django with resolved edges", whole, name, times, 1.0, note="it has no graph")
        note = f"{len(files):,} files, {sum(size for _, _, size in files) / 1e6:.1f} MB; reading included, starting processes not"
        yield _pair("full index of Django", ours, f"parsing alone, {_PARSERS} processes", floor, 3.0, note=note)

    def _peer_index(self, peer: Peer, root: Path, content: str) -> float:
        variables = {"SEMBLE_CACHE_LOCATION": str(self._data()), "SEMBLE_MODEL_NAME": str(peer.model), "HF_HUB_OFFLINE": "1"}
        return run([*peer.command, "search", "session", str(root), "-k", "1", "--content", content], variables=variables).seconds

    def large(self) -> Iterator[Row]:
        """Index a large tree, with the memory of all processes watched."""
        root = self._copy(self._trees.large())
        size = folder_bytes(root)
        seconds, peak = self._index(root, self._data(), memory=True)
        yield Row("index a large tree", "MB/s", size / 1e6 / seconds, 7.0, at_least=True, note=f"{describe(root)}; {seconds:.1f} s")
        yield Row("index a large tree, peak memory", "GB", peak / 1e9, 1.5, note="PSS of all processes, sampled 20 times a second")

    def change(self) -> Iterator[Row]:
        """Change one file and index again, as a process, until the change is found."""
        root, data = self._django, self._data()
        self._index(root, data, graph=True)
        chosen = sorted(path for path in root.rglob("*.py") if 2_000 < path.stat().st_size < 40_000)
        times: list[float] = []
        whole: list[float] = []
        with Engine(data) as engine:
            for number in range(self._scale.edits):
                path = chosen[number * len(chosen) // self._scale.edits]
                before = path.read_bytes()
                name = f"codelore_probe_{number}"
                path.write_bytes(before + f"\n\ndef {name}():\n    pass\n".encode())
                times.append(self._index(root, data)[0])
                whole.append(times[-1] + self._index(root, data, graph=True)[0])
                found = engine.search(SearchRequest(name, str(root), limit=1)).hits
                path.write_bytes(before)
                if not found or name not in found[0].snippet:
                    raise CodeloreError(f"{path} was changed and indexed, and {name} is not found")
        note = f"median of {len(times)}, slowest {max(times):.2f} s; whole process"
        yield Row("one changed file, codelore index --no-graph", "s", median(times), 0.3, note=note)
        yield Row("one changed file, and its edges", "s", median(whole), None, note="that process and a second one that resolves")

    def watch(self) -> Iterator[Row]:
        """Change files under ``codelore index --watch`` and wait until a search finds the change."""
        seen = measure_watch(str(self._django), edits=self._scale.edits, command=self._codelore)
        note = f"{seen['edits']:.0f} edits of {seen['files']:,.0f} files; 95th percentile {seen['searchable_p95_ms']} ms"
        yield Row("watched change until searchable", "ms", seen["searchable_p50_ms"], 50.0, note=note)

    def search(self) -> Iterator[Row]:
        """Search about 33,000 chunks, warm in process and cold as a process; say how large their index is."""
        root, data = self._search_tree(), self._data()
        self._index(root, data)
        size = index_size(data, root)
        note = f"{size.index / 1e6:.1f} MB for {size.source / 1e6:.1f} MB of text, edges not counted; before {BYTES_BEFORE:g}"
        yield Row("index, bytes a byte of text", "", size.ratio, 1.3 * BYTES_BEFORE, note=note)
        self._index(root, data, graph=True)
        warm, queries = search_warm(data, root, self._scale.queries)
        note = told(warm.times, warm.chunks)
        yield Row("warm search, median", "ms", median(warm.times), 3.0, note=note)
        yield Row("warm search, 95th percentile", "ms", percentile(warm.times, 0.95), 8.0, note=note)
        cold = [
            run([*self._codelore, "search", queries[at]], variables={"CODELORE_DATA_DIR": str(data)}, cwd=root).seconds
            for at in range(self._scale.cold)
        ]
        yield Row("cold search, whole process", "s", median(cold), 0.35, note=f"median of {len(cold)}, slowest {max(cold):.2f} s")

    def million(self) -> Iterator[Row]:
        """Search a million chunks: the large tree, as often as it takes."""
        root, data, tree = self._scratch / "million", self._data(), self._trees.large()
        root.mkdir()

        def index() -> int:
            self._index(root, data)
            with Engine(data) as engine:
                return engine.status(str(root), look=False).chunks

        copies = grow(tree, root, self._scale.million, index)
        seconds, _ = self._index(root, data, graph=True)
        warm, _ = search_warm(data, root, self._scale.queries)
        note = f"{told(warm.times, warm.chunks)}, {copies} copies of {describe(tree)}; edges in {seconds:.0f} s"
        yield Row("warm search in a million, median", "ms", median(warm.times), 6.0, note=note)
        yield Row("warm search in a million, 95th", "ms", percentile(warm.times, 0.95), 10.0, note=note)

    def _search_tree(self) -> Path:
        """Django, and so much of the standard library that about 33,000 chunks come out."""
        root, library = self._scratch / "search", self._trees.library()
        shutil.copytree(self._trees.django(), root / "django", symlinks=True)
        for package in ("asyncio", "json", "logging"):
            shutil.copytree(library / package, root / "stdlib" / package, ignore=shutil.ignore_patterns("__pycache__"))
        for module in library.glob("*.py"):
            shutil.copy(module, root / "stdlib")
        return root

    def worktree(self) -> Iterator[Row]:
        """Index a second worktree of an indexed repository; compare time and disk with the first one's."""
        first, second = self._scratch / "first", self._scratch / "second"
        shutil.copytree(self._trees.django(), first, symlinks=True)
        git = ["git", "-c", "user.name=bench", "-c", "user.email=bench@localhost", "-c", "core.autocrlf=false", "-C", str(first)]
        for command in (
            ["init", "--quiet"],
            ["add", "--all"],
            ["commit", "--quiet", "--message", "x"],
            ["worktree", "add", "--quiet", str(second)],
        ):
            run([*git, *command])
        data = self._data()
        seconds, _ = self._index(first, data, graph=True)
        size = folder_bytes(data)
        again, _ = self._index(second, data, graph=True)
        grown = folder_bytes(data) - size
        yield Row("second worktree, time", "s", again, 0.02, "the first one", seconds, again / seconds, note="whole processes")
        yield Row("second worktree, disk", "MB", grown / 1e6, 0.02, "the first one", size / 1e6, grown / size)

    def crash(self) -> Iterator[Row]:
        """Kill runs at random moments and look at the store after each."""
        seen = measure_crashes(self._scale.crashes)
        note = "; ".join(seen.problems[:3]) or f"{seen.midway} of {seen.kills} kills met a run at work"
        yield Row(f"problems after {seen.kills} kills", "", float(len(seen.problems)), 0.0, note=note)
        yield Row("opening after a kill, slowest", "ms", seen.slowest_open_ms, None)

    def embed(self) -> Iterator[Row]:
        """Load the static embedder and encode Django."""
        speed = measure_embedder(SHIPPED, self._django)
        yield Row("embedder: load and first query", "ms", speed.load_ms, 30.0)
        note = f"one core, {speed.chunks:,} chunks"
        yield Row("embedder: encode", "chunks/s", speed.chunks_per_second, 10_000.0, at_least=True, note=note)

    def graph(self) -> Iterator[Row]:
        """Load a large graph into the embedded store, ask it and change it."""
        folder = self._data()
        folder.mkdir()
        seen = measure_graph(folder, self._scale.graph_files, self._scale.graph_questions)
        size = f"{seen.nodes:,} nodes, {seen.edges:,} edges, {seen.disk_bytes / 1e6:.0f} MB"
        note = f"{size}; {seen.load_cpu_seconds:.1f} s of processor time; making them not counted"
        yield Row("graph: bulk load", "s", seen.load_seconds, 15.0, note=note)
        yield Row("graph: second worktree, disk", "", seen.second_view_part, 0.02, note="part of the first one's")
        yield Row("graph: adjacency built", "s", seen.build_seconds, None)
        for name, times, bound in (
            ("callers", seen.callers, 0.1),
            ("callers, from the store", seen.stored_callers, None),
            ("impact, 3 hops", seen.impact, 0.5),
            ("PageRank, 2 hops from 10 seeds", seen.pagerank, 5.0),
            ("adjacency refreshed after it", seen.refresh, None),
        ):
            yield Row(f"graph: {name}, 95th percentile", "ms", percentile(times, 0.95), bound, note=times_of(times))
        slowest = percentile(seen.update, 0.95), percentile(seen.update_cpu, 0.95)
        note = f"{times_of(seen.update)}; 95th percentile {slowest[0]:.1f} ms, of processor time {slowest[1]:.1f} ms"
        yield Row("graph: one file published, median", "ms", median(seen.update), 5.0, note=note)

    def neo4j(self) -> Iterator[Row]:
        """Load a graph into a real Neo4j through the store and through the driver alone, in turns."""
        from eval.bench_neo4j import BATCH, measure  # the driver is an extra, and this part alone needs it

        with serving(self._cache.absolute(), self._scratch / "neo4j", given=self._neo4j) as url:
            seen = measure(url, files=self._scale.neo4j_files, rounds=self._scale.rounds)
        ratio = median(mine / other for mine, other in zip(seen.ours, seen.raw, strict=True))
        note = (
            f"{seen.nodes:,} nodes, {seen.edges:,} edges, time of both; "
            f"the driver's edges alone, {BATCH:,} a transaction: {median(seen.raw_edges_only):,.0f}/s"
        )
        yield Row(
            "Neo4j bulk load", "edges/s", median(seen.ours), 0.85, "raw driver, UNWIND", median(seen.raw), ratio, at_least=True, note=note
        )


def _pair(name: str, ours: Sequence[float], against: str, theirs: Sequence[float], bound: float, note: str = "") -> Row:
    ratio = median(mine / other for mine, other in zip(ours, theirs, strict=True))
    return Row(name, "s", median(ours), bound, against, median(theirs), ratio, note=note)


def parsed_files(root: Path) -> list[tuple[str, LanguageId, int]]:
    """Return path, language and size of the files of a tree that the indexer parses with a grammar."""
    found: list[tuple[str, LanguageId, int]] = []
    for file in walk(str(root), WalkOptions()).files:
        path = root / file.path
        data = path.read_bytes()
        language = detect(file.path, data)
        if language in LANGUAGES and not isinstance(screen(file.path, data, WalkOptions()), Skipped):
            found.append((str(path), language, len(data)))
    return found


def parse_floor(files: Sequence[tuple[str, LanguageId, int]]) -> float:
    """Return the seconds that raw tree-sitter parsing takes on two processes, whose start is not counted."""
    batches = [files[at::64] for at in range(64)]
    with ProcessPoolExecutor(_PARSERS, get_context("spawn")) as pool:
        list(pool.map(_parse_batch, [batch[:1] for batch in batches[: 4 * _PARSERS]]))
        started = time.perf_counter()
        list(pool.map(_parse_batch, batches))
        return time.perf_counter() - started


def _parse_batch(batch: Sequence[tuple[str, LanguageId, int]]) -> int:
    return sum(parse_only(language, Path(path).read_bytes()) for path, language, _ in batch)


def print_row(row: Row) -> None:
    """Print a row as one line, and its note below it."""
    bound = "" if row.bound is None else f"{'>=' if row.at_least else '<='} {row.bound:g}{'x' if row.against else ''}"
    other = f"{row.theirs:10.3f}  {row.ratio:7.3f}x" if row.against else " " * 20
    verdict = "" if row.bound is None else "MISSED" if row.missed else "ok"
    print(f"{row.name:<34} {row.ours:12.3f} {row.unit:<8} {other}  {bound:<9} {verdict:<7} {row.against}", flush=True)
    if row.note:
        print(f"    {row.note}", flush=True)


def parse_arguments(argv: Sequence[str] | None, names: Sequence[str]) -> Namespace:
    """Read the command line."""
    parser = ArgumentParser(prog="codelore eval bench", description=__doc__)
    parser.add_argument(
        "--only", action="append", choices=names, metavar="NAME", help=f"run this part; may be repeated: {', '.join(names)}"
    )
    parser.add_argument("--cache", type=Path, default=Path(".bench"), help="where downloads and the peer are kept (default: .bench)")
    parser.add_argument("--neo4j", default="", metavar="ADDRESS", help="a Neo4j to measure on (default: one is started)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the record here")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None, *, scale: Scale | None = None, trees: Trees | None = None, codelore: Sequence[str] = ()) -> int:
    """Run the parts asked for and print the table; 1 when a bound is missed or a part could not be measured."""
    with tempfile.TemporaryDirectory(prefix="codelore-bench-") as scratch:
        arguments = parse_arguments(argv, list(Bench(Trees(Path()), Path(scratch)).parts()))
        bench = Bench(trees or Trees(arguments.cache), Path(scratch), scale, codelore, arguments.neo4j, arguments.cache)
        rows: list[Row] = []
        failed: dict[str, str] = {}
        print(f"{'what':<34} {'ours':>12} {'':<8} {'theirs':>10}  {'ratio':>8}  {'bound':<9} {'':<7} theirs is", flush=True)
        for name, part in bench.parts().items():
            if arguments.only and name not in arguments.only:
                continue
            try:
                for row in part():
                    rows.append(row)
                    print_row(row)
            except (CodeloreError, OSError) as error:
                failed[name] = str(error)
                print(f"{name}: NOT MEASURED: {error}", file=sys.stderr, flush=True)
    if arguments.json:
        record = {
            "cores": os.cpu_count(),
            "load": os.getloadavg(),
            "rows": [{**asdict(row), "missed": row.missed} for row in rows],
            "failed": failed,
        }
        arguments.json.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return int(bool(failed) or any(row.missed for row in rows))
