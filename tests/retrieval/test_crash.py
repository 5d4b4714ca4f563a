"""A killed run, or a torn derived file, costs time and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from eval.bench_crash import measure
from ingest.database import Database
from retrieval.engine import Engine, EngineOptions
from retrieval.run import IndexOptions
from tests.ingest.repositories import git, new_repository, write
from tests.retrieval.stores import Contents, assert_same, contents

FILES = EngineOptions(IndexOptions(workers=0), payload_bytes=0)
ROWS = EngineOptions(IndexOptions(workers=0))


def test_twenty_rounds_of_kill_nine_lose_and_tear_nothing():
    seen = measure(20, seed=3)
    assert seen.problems == []
    assert seen.kills + seen.workers_killed >= 20
    assert seen.midway > seen.kills / 3, "the kills came too late to prove anything"
    assert seen.slowest_open_ms < 500


def segment_file(data: Path) -> Path:
    return next((data / "segments").rglob("*.segment"))


def flip(file: Path, at: int) -> None:
    content = bytearray(file.read_bytes())
    content[at] ^= 0x40
    file.write_bytes(content)


def payload(data: Path, expression: str) -> None:
    database = Database(data / "codelore.db")
    with database.write() as write_:
        write_.execute(f"UPDATE segment SET payload = {expression}")
    database.close()


DAMAGE: dict[str, tuple[EngineOptions, Callable[[Path], object]]] = {
    "file deleted": (FILES, lambda data: segment_file(data).unlink()),
    "file cut short": (FILES, lambda data: segment_file(data).write_bytes(segment_file(data).read_bytes()[:-100])),
    "file emptied": (FILES, lambda data: segment_file(data).write_bytes(b"")),
    "file header damaged": (FILES, lambda data: flip(segment_file(data), 40)),
    "file magic damaged": (FILES, lambda data: flip(segment_file(data), 0)),
    "file body damaged": (FILES, lambda data: flip(segment_file(data), -200)),
    "file is a folder": (FILES, lambda data: (segment_file(data).rename(data / "away"), (data / "segments/1/x.segment").mkdir())),
    "row emptied": (ROWS, lambda data: payload(data, "x''")),
    "row cut short": (ROWS, lambda data: payload(data, "substr(payload, 1, length(payload) / 2)")),
    "row zeroed": (ROWS, lambda data: payload(data, "zeroblob(length(payload))")),
    "row of text": (ROWS, lambda data: payload(data, "'text'")),
    "row gone": (ROWS, lambda data: delete_rows(data)),
}


def delete_rows(data: Path) -> None:
    database = Database(data / "codelore.db")
    with database.write() as write_:
        write_.execute("DELETE FROM segment")
    database.close()


def shown(data: Path, root: Path, options: EngineOptions) -> Contents:
    with Engine(data, options) as engine:
        return contents(engine, data, root)


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_segments_are_made_again_from_facts(tmp_path: Path, damage: str):
    options, harm = DAMAGE[damage]
    root, data = tmp_path / "tree", tmp_path / "data"
    write(root, {f"shop{at}.py": f"def shop_{at}():\n    return total + {at}\n" for at in range(6)})
    with Engine(data, options) as engine:
        engine.index(str(root))
    whole = shown(data, root, options)
    harm(data)
    with Engine(data, options) as engine:
        torn = contents(engine, data, root)
        assert torn.missing and "6 files are missing from the index" in torn.missing[0]
        assert engine.check() != []
        outcome = engine.index(str(root))
        assert (outcome.parsed, outcome.unchanged, outcome.changed) == (0, 6, 0)
        assert_same(contents(engine, data, root), whole)
        assert engine.check() == []


def test_an_open_engine_recovers_with_the_next_run_of_another_process(tmp_path: Path):
    root, data = tmp_path / "tree", tmp_path / "data"
    write(root, {"shop.py": "def shop():\n    return total\n"})
    with Engine(data, FILES) as reader, Engine(data, FILES) as writer:
        writer.index(str(root))
        segment_file(data).unlink()
        assert contents(reader, data, root).missing
        writer.index(str(root))
        assert not contents(reader, data, root).missing


def test_what_a_killed_run_left_is_swept(tmp_path: Path):
    root, data = tmp_path / "tree", tmp_path / "data"
    write(root, {"shop.py": "def shop():\n    return total\n"})
    with Engine(data, FILES) as engine:
        engine.index(str(root))
        kept = segment_file(data)
        for name in ("0123.segment", "4567.segment.part"):
            (kept.parent / name).write_bytes(b"left behind")
        engine.index(str(root))
        assert list(kept.parent.iterdir()) == [kept]


def test_a_view_whose_segments_another_run_dropped_is_repaired_by_that_run(tmp_path: Path):
    """All views of a repository lose their segments together, and one run of any of them makes them again."""
    one, two, data = tmp_path / "one", tmp_path / "two", tmp_path / "data"
    new_repository(one, {"shop.py": "def shop():\n    return total\n"})
    git(one, "worktree", "add", "-q", str(two))
    write(two, {"more.py": "def more():\n    return total\n"})
    with Engine(data, ROWS) as engine:
        engine.index(str(one))
        engine.index(str(two))
        delete_rows(data)
        engine.index(str(one))
        assert not contents(engine, data, two).missing
