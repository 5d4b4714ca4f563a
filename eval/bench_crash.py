"""Kill -9 at random moments of an index run, over and over: the store opens, answers from a whole generation, and recovers."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from eval.bench_process import family
from ingest.database import Database
from ingest.errors import NotIndexedError
from retrieval.answers import SearchRequest
from retrieval.engine import Engine, EngineOptions
from retrieval.indexer import IndexOptions

FILES = 120
_GONE_SECONDS = 5.0
_RUN = (
    "import sys; from pathlib import Path; from retrieval.engine import Engine, EngineOptions\n"
    "with Engine(Path(sys.argv[1]), EngineOptions(payload_bytes=int(sys.argv[3]))) as engine:\n"
    "    print('ready', flush=True); engine.index(sys.argv[2]); print('done', flush=True)"
)


@dataclass(slots=True)
class Crashes:
    """What was seen. ``midway`` counts the kills that met a run at work; ``problems`` is empty when the store kept its promises."""

    kills: int = 0
    midway: int = 0
    workers_killed: int = 0
    slowest_open_ms: float = 0.0
    slowest_recovery_s: float = 0.0
    problems: list[str] = field(default_factory=list[str])


def measure(rounds: int = 100, *, seed: int = 0) -> Crashes:
    """Kill ``rounds`` runs that each have to index a changed tree anew, and look at the store after each kill."""
    seen = Crashes()
    chance = random.Random(seed)
    folder = Path(tempfile.mkdtemp(prefix="codelore-crash-"))
    try:
        root, data = folder / "tree", folder / "data"
        _fill(root, 0)
        took = _timed_run(folder / "warm-up", root)
        for number in range(1, rounds + 1):
            _fill(root, number)
            for _ in range(chance.choice((1, 1, 2))):
                _kill_a_run(data, root, chance.uniform(0.0, took), chance, seen)
                _look(data, root, {number - 1, number}, seen)
            _recover(data, root, number, folder / "fresh", seen)
    finally:
        shutil.rmtree(folder)
    return seen


def _fill(root: Path, number: int) -> None:
    """Write the tree of a round: every file names the round, so that an answer that mixes two generations gives itself away."""
    for at in range(FILES):
        place = root / f"part{at % 7}" / f"module{at}.py"
        place.parent.mkdir(parents=True, exist_ok=True)
        body = "".join(f"    total_{line} = price({line}, {at})\n" for line in range(at % 100))
        place.write_text(f"def marker_{at}():\n    round_{number} = {at}\n{body}    return round_{number}\n")


def _start(data: Path, root: Path, payload_bytes: int) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-c", _RUN, str(data), str(root), str(payload_bytes)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    return process


def _timed_run(data: Path, root: Path) -> float:
    process = _start(data, root, 0)
    begin = time.perf_counter()
    assert process.stdout is not None
    process.stdout.readline()
    took = time.perf_counter() - begin
    process.communicate()
    return took


def _kill_a_run(data: Path, root: Path, after: float, chance: random.Random, seen: Crashes) -> None:
    process = _start(data, root, chance.choice((0, 4_000_000)))  # segments in files, or in the database
    time.sleep(after)
    workers = family(process.pid)[1:]
    if workers and chance.random() < 0.25:
        os.kill(chance.choice(workers), signal.SIGKILL)
        seen.workers_killed += 1
        _, messages = process.communicate(timeout=120)
        if process.returncode:
            seen.problems.append(f"a run failed because a worker was killed: {messages.decode()[-300:]}")
        return
    seen.kills += 1
    process.kill()
    output, _ = process.communicate()
    seen.midway += b"done" not in output
    left = still_there(workers, _GONE_SECONDS)
    if left:
        seen.problems.append(f"workers {left} lived on for {_GONE_SECONDS:.0f} s after their parent was killed")


def still_there(processes: Sequence[int], seconds: float) -> list[int]:
    """Wait for processes to end; return those that have not within the bound. One that only waits to be reaped has ended."""
    deadline = time.monotonic() + seconds
    left = list(processes)
    while left := [each for each in left if _runs(each)]:
        if time.monotonic() > deadline:
            break
        time.sleep(0.02)
    return left


def _runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except OSError:
        return False


def _look(data: Path, root: Path, rounds: set[int], seen: Crashes) -> None:
    """Open the store as a kill left it, check it, and ask it for every file's round."""
    begin = time.perf_counter()
    database = Database(data / "codelore.db")
    seen.slowest_open_ms = max(seen.slowest_open_ms, 1_000 * (time.perf_counter() - begin))
    seen.problems += database.check()
    database.close()
    with Engine(data) as engine:
        try:
            found = _rounds(engine, root)
        except NotIndexedError:
            if rounds & {0, 1} == set():
                seen.problems.append(f"nothing is indexed any more after round {max(rounds)}")
            return
    if len(found) != FILES or len(set(found.values())) != 1 or not set(found.values()) <= rounds:
        seen.problems.append(f"a search in round {max(rounds)} saw {len(found)} files of the rounds {set(found.values())}")


def _rounds(engine: Engine, root: Path) -> dict[str, int]:
    answer = engine.search(SearchRequest(r"/return round_\d+/", str(root), limit=10 * FILES))
    return {hit.path: int(hit.snippet.rpartition("return round_")[2].split()[0]) for hit in answer.hits}


def _recover(data: Path, root: Path, number: int, fresh_data: Path, seen: Crashes) -> None:
    """Index once more and compare with a fresh index."""
    in_process = EngineOptions(IndexOptions(workers=0))
    begin = time.perf_counter()
    with Engine(data, in_process) as engine:
        engine.index(str(root))
        seen.slowest_recovery_s = max(seen.slowest_recovery_s, time.perf_counter() - begin)
        with Engine(fresh_data, in_process) as fresh:
            fresh.index(str(root))
            if _view(engine, root) != _view(fresh, root):
                seen.problems.append(f"after round {number} the recovered index differs from a fresh one")
        seen.problems += engine.check()
        if set(_rounds(engine, root).values()) != {number}:
            seen.problems.append(f"after round {number} the index is not of that round")
    shutil.rmtree(fresh_data)
    database = Database(data / "codelore.db")
    with database.read() as read:
        named = {row[0] for row in read.execute("SELECT file FROM segment WHERE file != ''")}
    database.close()
    orphans = {file.name for file in (data / "segments").rglob("*") if file.is_file()} - named
    if orphans:
        seen.problems.append(f"files that no row names stay behind: {sorted(orphans)}")


def _view(engine: Engine, root: Path) -> object:
    """Return what a view shows, scores rounded to what float sums may differ by."""
    answers = [engine.search(SearchRequest(text, str(root), limit=50)) for text in ("price total", "marker_7", "/return round/")]
    hits = [(hit.path, hit.start_line, hit.end_line, hit.symbol, round(hit.score, 3)) for answer in answers for hit in answer.hits]
    status = answers[0].status[0]
    rows = [(row.path, row.qualified_name, row.start_line) for row in engine.symbols(str(root), "*", limit=100_000).symbols]
    return sorted(hits), rows, status.files, status.chunks, status.symbols, status.skipped, status.failed, status.notes


if __name__ == "__main__":
    print(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 100))
