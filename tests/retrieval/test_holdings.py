"""Tests for what is told of the index without numpy, and for the runs that load no more than that."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.database import Database
from ingest.errors import ModelError
from ingest.model import SkipRule
from ingest.walk import WalkOptions
from retrieval.answers import SearchRequest
from retrieval.embed import SHIPPED, StaticEmbedder
from retrieval.engine import Engine, EngineOptions
from retrieval.holdings import held_documents, index_fingerprint
from retrieval.run import IndexOptions
from retrieval.weights import read_fingerprint
from tests.ingest.repositories import git, new_repository, write

FILES = {"shop.py": "def shop():\n    return total\n", "empty.py": "", "blob.txt": b"\0binary\0"}
OPTIONS = EngineOptions(IndexOptions(workers=1), payload_bytes=1)

_INDEX = """
import json, sys
from pathlib import Path
from retrieval.engine import Engine
with Engine(Path(sys.argv[1])) as engine:
    outcome = engine.index(sys.argv[2])
loaded = sorted({"numpy", "msgspec", "multiprocessing"} & sys.modules.keys())
print(json.dumps([outcome.added, outcome.parsed, outcome.report.skipped, loaded]))
"""


def test_the_model_is_named_alike_with_and_without_its_arrays(tmp_path: Path) -> None:
    """And what is no weights file is an error that names it."""
    assert read_fingerprint(SHIPPED) == StaticEmbedder.load().fingerprint
    for content in (b"", b"short", SHIPPED.read_bytes()[:1000]):
        (tmp_path / "weights").write_bytes(content)
        with pytest.raises(ModelError, match="weights"):
            read_fingerprint(tmp_path / "weights")
    with pytest.raises(ModelError, match="nowhere"):
        read_fingerprint(tmp_path / "nowhere")


def test_held_documents_are_those_of_whole_segments(tmp_path: Path) -> None:
    """A torn, foreign or stray file has to be looked into, so nothing is said."""
    root, data = tmp_path / "tree", tmp_path / "data"
    write(root, FILES)
    with Engine(data, OPTIONS) as engine:
        view = engine.index(str(root)).view
    database, folder, name = Database(data / "codelore.db"), data / "segments", index_fingerprint(SHIPPED)
    file = next((folder / str(view.repository_id)).iterdir())
    held = held_documents(database, folder, view.repository_id, name)
    assert held is not None
    assert len(held) == 1
    assert held_documents(database, folder, view.repository_id, "another model") is None
    stray = file.with_name("stray.segment")
    stray.write_bytes(b"left behind")
    assert held_documents(database, folder, view.repository_id, name) is None
    stray.unlink()
    whole = file.read_bytes()
    for torn in (whole[:-1], b"x" + whole[1:], whole[:-1] + bytes([whole[-1] ^ 1]), whole[:40] + b"?" + whole[41:]):
        file.write_bytes(torn)
        assert held_documents(database, folder, view.repository_id, name) is None
    file.unlink()
    assert held_documents(database, folder, view.repository_id, name) is None
    database.close()


def test_a_second_worktree_loads_nothing_that_reads(tmp_path: Path) -> None:
    """Files the store knows, and those another view left out for their content, are not read: no numpy, no workers."""
    files: dict[str, str | bytes] = {f"package/module{at}.py": f"def function{at}():\n    return {at}\n" for at in range(40)}
    root = new_repository(tmp_path / "one", files | FILES)
    with Engine(tmp_path / "data", OPTIONS) as engine:
        first = engine.index(str(root))
        git(root, "worktree", "add", "-q", str(tmp_path / "two"))
        index = Path(git(tmp_path / "two", "rev-parse", "--absolute-git-dir")) / "index"
        later = index.stat().st_mtime_ns + 10**9
        os.utime(index, ns=(later, later))
        for added in (41, 0):
            done = subprocess.run(
                [sys.executable, "-c", _INDEX, str(tmp_path / "data"), str(tmp_path / "two")], capture_output=True, check=True
            )
            assert json.loads(done.stdout) == [added, 0, first.report.skipped, []]
        (hit, *_) = engine.search(SearchRequest("function7", str(tmp_path / "two"))).hits
        assert hit.path == "package/module7.py"


def test_a_file_another_view_left_out_is_read_where_settings_keep_it(tmp_path: Path) -> None:
    """What was skipped with other settings is not skipped for ever."""
    root = new_repository(tmp_path / "one", {**FILES, "lines.json": "[" + "1," * 5000 + "1]"})
    with Engine(tmp_path / "data", OPTIONS) as engine:
        assert engine.index(str(root)).report.skipped == {"empty": 1, "binary": 1, "minified": 1}
    git(root, "worktree", "add", "-q", str(tmp_path / "two"))
    keeping = EngineOptions(IndexOptions(WalkOptions(keep=frozenset({SkipRule.MINIFIED})), workers=1))
    with Engine(tmp_path / "data", keeping) as engine:
        for place in ("one", "two"):
            assert engine.index(str(tmp_path / place)).report.skipped == {"empty": 1, "binary": 1}
            assert "lines.json" in [hit.path for hit in engine.search(SearchRequest("lines", str(tmp_path / place))).hits]


def test_a_copied_worktree_is_read_but_not_parsed(tmp_path: Path) -> None:
    """git's index knows nothing of copied files, but their contents are known."""
    root = new_repository(tmp_path / "one", FILES)
    git(root, "worktree", "add", "-q", "--no-checkout", str(tmp_path / "two"))
    write(tmp_path / "two", FILES)
    with Engine(tmp_path / "data", OPTIONS) as engine:
        engine.index(str(root))
        outcome = engine.index(str(tmp_path / "two"))
        assert (outcome.added, outcome.parsed) == (1, 0)
