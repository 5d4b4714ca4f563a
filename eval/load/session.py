"""One run, from a repository to a report."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from hashlib import sha1
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

from eval.bench_process import run
from eval.load.driver import Driver, Plan
from eval.load.edits import Writer, copy_tree
from eval.load.mix import Kind, Material, Mix, derive, read_queries
from eval.load.report import LoadReport, Origin, Subject, build_report
from eval.load.sampling import Sampler
from eval.load.targets import CliTarget, EngineTarget, Target
from eval.record import now, own_commit, this_machine
from ingest.errors import QueryError
from retrieval.engine import Engine


@dataclass(frozen=True, slots=True)
class Load:
    """What to put under which load."""

    repository: str
    target: str
    plan: Plan
    weights: Mapping[Kind, int]
    home: Path
    """Where indexes are kept that nobody gave a place."""
    codelore: Sequence[str]
    """The command that starts Codelore."""
    data: Path | None = None
    queries: Path | None = None
    seed: int = 0
    edits: float = 0.0
    """Files changed a second."""
    options: Mapping[str, str | int | float] = field(default_factory=dict[str, str | int | float])
    """What was asked for, as the record says it."""


@dataclass(frozen=True, slots=True)
class Place:
    """An indexed tree: what a target is made for."""

    root: str
    data: Path
    codelore: Sequence[str]


TARGETS: Mapping[str, Callable[[Place], Target]] = {
    "engine": lambda place: EngineTarget(place.data, place.root),
    "engine-each": lambda place: EngineTarget(place.data, place.root, each=True),
    "cli": lambda place: CliTarget(place.data, place.root, place.codelore),
}
"""By the name on the command line; a further target is a line here."""


def run_load(
    load: Load, say: Callable[[str], None] = lambda _: None, *, targets: Mapping[str, Callable[[Place], Target]] = TARGETS
) -> LoadReport:
    """Index, ask under load, and report. Raises ``SourceError`` and ``QueryError`` for what cannot be measured.

    Ctrl-C while users are at work ends their work, not the report.
    """
    started = now()
    with _laid_out(load) as place:
        say(f"indexing {place.root} into {place.data}")
        run([*load.codelore, "index", place.root], variables={"CODELORE_DATA_DIR": str(place.data), "CODELORE_GRAPH_URL": ""})
        material, files, chunks = _material(place, load.queries, Path(load.repository))
        mix = Mix(load.weights, material, load.seed)
        writer = Writer(Path(place.root), place.data, load.edits, load.codelore) if load.edits else None
        target = targets[load.target](place)
        target.open()
        subject = Subject(target.name, os.path.realpath(load.repository), files, chunks, load.options)
        origin = Origin(this_machine(), own_commit(), version("codelore"), started)
        with writer.watching() if writer else nullcontext():
            say(f"asking for {load.plan.end:g} s: {target.name}")
            driver = Driver(target, mix, load.plan)
            sampler = Sampler(target, load.plan.end, writer.processes if writer else tuple)
            if writer:
                writer.start()
            sampler.start()
            outcome = driver.run()
            sampler.stop()
            if writer:
                writer.stop()
        if not outcome.unreturned:
            target.close()
        return build_report(subject, origin, load.plan, outcome, driver.recorder, sampler.samples, writer.edits() if writer else None)


@contextmanager
def _laid_out(load: Load) -> Generator[Place]:
    """Yield where the tree and its index are: a copy and an index of its own when files are to change."""
    root = os.path.realpath(load.repository)
    if not load.edits:
        name = f"{Path(root).name}-{sha1(os.fsencode(root)).hexdigest()[:8]}"
        yield Place(root, load.data or load.home / "load" / name, load.codelore)
        return
    if load.data:
        raise QueryError("--edits changes a copy that has an index of its own and goes when the run is over: leave out --data")
    with tempfile.TemporaryDirectory(prefix="codelore-load-") as folder:
        scratch = Path(folder).resolve()
        copy_tree(Path(root), scratch / Path(root).name)
        yield Place(str(scratch / Path(root).name), scratch / "data", load.codelore)


def _material(place: Place, queries: Path | None, repository: Path) -> tuple[Material, int, int]:
    """Return what can be asked, and how many files and chunks there are.

    Definitions are read in a process of its own: what that takes is not the target's memory.
    """
    given = read_queries(queries, repository.resolve().name) if queries else []
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        material = pool.submit(derive, place.data, place.root).result()
    if given:
        material |= {Kind.SEARCH: given, Kind.CONTEXT: given}
    with Engine(place.data) as engine:
        status = engine.status(place.root, look=False)
    return material, status.files, status.chunks
