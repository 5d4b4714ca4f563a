"""How long a one-file change takes until another process finds it, under ``codelore index --watch``."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from retrieval.answers import SearchRequest
from retrieval.engine import Engine

EDITS = 20
_DEADLINE = 20.0
_BETWEEN_SECONDS = 0.4  # longer than the watcher looks at a file a second time: each edit meets it idle


def measure(root: str, *, edits: int = EDITS, command: Sequence[str] = ()) -> dict[str, float]:
    """Edit files of a copy of ``root`` and return, in ms from the moment a file is closed, the median and 95th percentile.

    ``searchable`` ends when a search in this process, which has to open the new generation, brings the new definition; ``published`` when
    the generation is there. ``first`` is the first edit alone, which finds the watcher's workers cold. ``command`` starts Codelore.
    """
    codelore = command or (str(Path(sys.executable).with_name("codelore")),)
    with tempfile.TemporaryDirectory(prefix="codelore-watch-") as folder:
        copy, data = Path(folder) / "tree", Path(folder) / "data"
        shutil.copytree(root, copy, symlinks=True)
        with Engine(data) as engine:
            engine.index(str(copy))
            files = engine.status(str(copy), look=False).files
            watcher = subprocess.Popen(
                ["env", f"CODELORE_DATA_DIR={data}", *codelore, "index", "--watch", str(copy)], stdout=subprocess.DEVNULL
            )
            try:
                times = _edit(engine, copy, edits)
            finally:
                watcher.terminate()
                watcher.wait(20)
    published, searchable = np.array(times[1:]).T * 1000
    return {
        "files": files,
        "edits": len(times) - 1,
        "published_p50_ms": round(float(np.percentile(published, 50)), 1),
        "published_p95_ms": round(float(np.percentile(published, 95)), 1),
        "searchable_p50_ms": round(float(np.percentile(searchable, 50)), 1),
        "searchable_p95_ms": round(float(np.percentile(searchable, 95)), 1),
        "first_ms": round(times[0][1] * 1000, 1),
    }


def _edit(engine: Engine, root: Path, edits: int) -> list[tuple[float, float]]:
    """Append a definition to one Python file after another; return the seconds until it is published and found."""
    files = sorted(path for path in root.rglob("*.py") if 2_000 < path.stat().st_size < 40_000)
    await_watcher(engine, root)
    times: list[tuple[float, float]] = []
    for number in range(edits + 1):
        path = files[number * len(files) // (edits + 1)]
        name = f"freshly_written_{number}_marker"
        request = SearchRequest(name, str(root), limit=3)
        before = engine.views(request)[0][1].generation
        with path.open("a") as file:
            file.write(f"\n\ndef {name}():\n    return {number}\n")
        start = time.perf_counter()
        while engine.views(request)[0][1].generation == before:
            _check(start, path)
            time.sleep(0.001)
        published = time.perf_counter() - start
        while not any(name in hit.snippet for hit in engine.search(request).hits):
            _check(start, path)
        times.append((published, time.perf_counter() - start))
        time.sleep(_BETWEEN_SECONDS)
    return times


def await_watcher(engine: Engine, root: Path, *, ended: Callable[[], bool] = lambda: False) -> None:
    """Write a file until the watcher has seen it. Raises ``TimeoutError`` when it does not, and when it has ``ended``."""
    start, number = time.perf_counter(), 0
    probe = root / "codelore_probe.txt"
    generation = engine.views(SearchRequest("probe", str(root)))[0][1].generation
    while engine.views(SearchRequest("probe", str(root)))[0][1].generation == generation:
        _check(start, probe)
        if ended():
            raise TimeoutError(f"the watcher of {root} has ended")
        number += 1
        probe.write_text(f"probe {number}\n")
        time.sleep(0.25)
    time.sleep(_BETWEEN_SECONDS)


def _check(start: float, path: Path) -> None:
    if time.perf_counter() - start > _DEADLINE:
        raise TimeoutError(f"the watcher has not shown a change of {path} within {_DEADLINE:.0f} s")


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1]), indent=1))
