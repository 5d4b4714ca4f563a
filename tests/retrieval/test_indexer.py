"""What a run costs, what stops it, and what it leaves behind when it is stopped."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import pytest

from graph.model import FileGraph, graph_name
from graph.sqlite_store import SqliteGraphStore
from ingest.database import Database
from ingest.errors import EmptyTreeError, ExtractionError, NotARepositoryError, NotIndexedError, RefNotFoundError, StoreFullError
from ingest.git import find_checkout
from ingest.model import ContentHash, DocumentId, LanguageId, RepositoryId, SourceFile
from ingest.views import ViewCatalog
from ingest.walk import WalkOptions, settled
from retrieval.answers import SearchRequest
from retrieval.catalog import SegmentCatalog
from retrieval.embed import SHIPPED
from retrieval.engine import Engine, EngineOptions
from retrieval.filters import Filters
from retrieval.holdings import held_documents
from retrieval.indexer import Indexer, IndexOptions, Progress
from retrieval.tasks import Batch, ReadTask
from retrieval.worker_setup import WorkerSetup
from tests.ingest.repositories import commit_all, git, new_repository, write
from tests.retrieval.stores import IN_PROCESS, assert_same, contents, opened

SHOP = "class Shop:\n    def open(self):\n        return total\n"


@dataclass(frozen=True, slots=True)
class FragileSetup(WorkerSetup):
    """Workers that die of some files, as a grammar's C code may."""

    def make(self) -> Callable[[ReadTask], Batch]:
        sound = WorkerSetup.make(self)

        def work(task: ReadTask) -> Batch:
            for file in task.files:
                if "deadly" in file.path:
                    os._exit(9)
                if "fragile" in file.path and not task.as_text:
                    raise MemoryError("a grammar ran wild")
            return sound(task)

        return work


class Bench:
    """An indexer over a store, put together by hand."""

    def __init__(self, folder: Path, options: IndexOptions) -> None:
        self.database = Database(folder / "data" / "codelore.db")
        self.catalog = SegmentCatalog(self.database, folder / "data" / "segments", "model")
        setup = FragileSetup(SHIPPED)
        self.indexer = Indexer(self.database, self.held, lambda: self.catalog, setup, options, folder / "data" / "locks")
        self.views = ViewCatalog(self.database)

    def held(self, repository: RepositoryId) -> set[DocumentId] | None:
        return held_documents(self.database, self.database.path.parent / "segments", repository, self.catalog.fingerprint)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path, IndexOptions(workers=2, lock_seconds=5))
    yield bench
    bench.indexer.close()
    bench.database.close()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with opened(tmp_path / "data") as engine:
        yield engine


def same_as_fresh(engine: Engine, tmp_path: Path, root: Path) -> None:
    fresh_data = tmp_path / f"fresh{time.monotonic_ns()}"
    with opened(fresh_data) as fresh:
        fresh.index(str(root))
        assert_same(contents(engine, tmp_path / "data", root), contents(fresh, fresh_data, root))


def stored_documents(data: Path) -> int:
    database = Database(data / "codelore.db")
    with database.read() as read:
        count = read.execute("SELECT count(*) FROM document").fetchone()[0]
    database.close()
    return count


def test_a_file_that_kills_its_worker_costs_that_file_only(bench: Bench, tmp_path: Path):
    root = tmp_path / "tree"
    write(root, {f"shop{at}.py": SHOP for at in range(5)} | {"fragile.py": SHOP + "# fragile\n", "deadly.py": SHOP + "# deadly\n"})
    outcome = bench.indexer.index_worktree(str(root))
    assert [failure.path for failure in outcome.report.failed] == ["deadly.py"]
    assert "a worker died with status 9" in outcome.report.failed[0].reason
    failed, _ = bench.views.problems(outcome.view.view_id)
    assert [(each.path, each.reason) for each in failed] == [("fragile.py", "indexed as plain text: its grammar crashed or hung")]
    assert bench.views.totals(outcome.view.view_id) == (6, 6, 10)
    (root / "deadly.py").rename(root / "harmless.py")
    outcome = bench.indexer.index_worktree(str(root))
    assert (outcome.added, outcome.report.failed) == (1, ())


def test_a_run_that_fails_in_the_middle_leaves_everything_usable(bench: Bench, tmp_path: Path):
    """Its lock is free, its workers answer the next run only, and what it stored is used."""
    root = tmp_path / "tree"
    write(root, {f"shop{at}.py": SHOP + f"    number = {at}\n" * 300 for at in range(150)})

    def stop(progress: Progress) -> None:
        if progress.phase == "indexing":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as kept:  # and with it the frames of the failed run
        bench.indexer.index_worktree(str(root), stop)
    outcome = bench.indexer.index_worktree(str(root))
    assert (outcome.added, outcome.report.failed, outcome.view.generation) == (150, (), 1)
    held = [document for each in bench.catalog.load(outcome.view.repository_id) for document in each.segment.document_ids.tolist()]
    assert sorted(held) == bench.views.document_ids(outcome.view.view_id)
    assert kept.value is not None


def test_a_disk_that_fills_up_in_the_middle_is_said_and_loses_nothing(bench: Bench, tmp_path: Path):
    root = tmp_path / "tree"
    write(root, {"shop.py": SHOP})
    before = bench.indexer.index_worktree(str(root)).view
    write(root, {f"more{at}.txt": os.urandom(20_000).hex() for at in range(20)})
    with bench.database.read() as read:
        read.execute(f"PRAGMA max_page_count = {read.execute('PRAGMA page_count').fetchone()[0] + 3}")
    with pytest.raises(StoreFullError, match="no space left"):
        bench.indexer.index_worktree(str(root))
    assert bench.views.view(before.view_id).generation == 1
    assert bench.views.totals(before.view_id)[0] == 1
    with bench.database.read() as read:
        read.execute("PRAGMA max_page_count = 1000000")
    assert bench.indexer.index_worktree(str(root)).view.generation == 2
    assert bench.views.totals(before.view_id)[0] == 21


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_a_full_file_system_is_said(tmp_path: Path):
    root, small = tmp_path / "tree", tmp_path / "small"
    write(root, {f"more{at}.txt": os.urandom(20_000).hex() for at in range(40)})
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(small)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("this system does not let root mount a tmpfs")
    try:
        for payload_bytes in (0, 4_000_000):
            with Engine(small, EngineOptions(IndexOptions(workers=0), payload_bytes=payload_bytes)) as engine:
                with pytest.raises(StoreFullError, match=r"no space left. Free some, or set CODELORE_DATA_DIR"):
                    engine.index(str(root))
                with pytest.raises(NotIndexedError):
                    engine.search(SearchRequest("shop", str(root)))
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)


def test_switching_branches_costs_their_difference_and_back_nothing(engine: Engine, tmp_path: Path):
    root = new_repository(tmp_path / "tree", {f"shop{at}.py": SHOP + f"# {at}\n" for at in range(50)})
    assert engine.index(str(root)).parsed == 50
    git(root, "checkout", "-q", "-b", "other")
    write(root, {"shop3.py": "def sell():\n    return 3\n", "new.py": SHOP})
    (root / "shop4.py").unlink()
    commit_all(root)
    there = engine.index(str(root))
    assert (there.parsed, there.added, there.changed, there.deleted) == (2, 1, 1, 1)
    for branch in ("main", "other", "main"):
        git(root, "checkout", "-q", branch)
        assert engine.index(str(root)).parsed == 0
        same_as_fresh(engine, tmp_path, root)


@pytest.mark.parametrize("git_too", [True, False])
def test_touching_every_file_parses_none_and_stores_none_twice(tmp_path: Path, git_too: bool):
    root, data = tmp_path / "tree", tmp_path / "data"
    files: dict[str, str | bytes] = {f"shop{at}.py": SHOP + f"# {at}\n" for at in range(40)}
    new_repository(root, files) if git_too else write(root, files)
    with opened(data) as engine:
        engine.index(str(root))
        for at in range(3):
            for file in root.glob("*.py"):
                os.utime(file, (at, at))
            assert engine.index(str(root)).parsed == 0
        assert stored_documents(data) == 40
        same_as_fresh(engine, tmp_path, root)


def test_an_indexed_ref_costs_a_checkout_of_it_no_parsing(engine: Engine, tmp_path: Path):
    root = new_repository(tmp_path / "tree", {"shop.py": SHOP})
    git(root, "checkout", "-q", "-b", "other")
    write(root, {"shop.py": SHOP + "total = 1\n"})
    commit_all(root)
    git(root, "checkout", "-q", "main")
    assert engine.index(str(root), ref="other").parsed == 1
    assert engine.index(str(root)).parsed == 1
    git(root, "checkout", "-q", "other")
    assert engine.index(str(root)).parsed == 0
    assert engine.index(str(root), ref="other").parsed == 0


def test_a_file_renamed_to_another_language_is_parsed_as_that(engine: Engine, tmp_path: Path):
    root = tmp_path / "tree"
    write(root, {"foo.py": "function open() { return 1 }\n", "base.py": SHOP})
    engine.index(str(root))
    (root / "foo.py").rename(root / "foo.js")
    outcome = engine.index(str(root))
    assert (outcome.added, outcome.deleted, outcome.parsed) == (1, 1, 1)
    assert [row.path for row in engine.symbols(str(root), "open", filters=Filters(languages=(LanguageId("javascript"),))).symbols] == [
        "foo.js"
    ]
    same_as_fresh(engine, tmp_path, root)


def test_facts_no_view_shows_are_collected_once_they_outnumber_the_others(tmp_path: Path):
    root, data = tmp_path / "tree", tmp_path / "data"
    with opened(data) as engine:
        for number in range(6):
            write(root, {f"note{at}.txt": f"shop {at} in round {number}\n" for at in range(300)})
            engine.index(str(root))
            assert stored_documents(data) == 300 * ((number + 1) if number < 4 else number - 3)
        assert engine.check() == []
        same_as_fresh(engine, tmp_path, root)


def test_a_tree_that_lost_all_files_keeps_its_last_generation_and_says_so(engine: Engine, tmp_path: Path):
    root = tmp_path / "tree"
    write(root, {"shop.py": SHOP, "more.py": SHOP})
    engine.index(str(root))
    for file in root.iterdir():
        file.unlink()
    with pytest.raises(EmptyTreeError, match="nothing to index"):
        engine.index(str(root))
    assert engine.status(str(root)).pending == 2
    assert engine.search(SearchRequest("shop", str(root))).hits
    write(root, {"shop.py": SHOP})
    assert engine.index(str(root)).deleted == 1
    (root / "shop.py").write_bytes(b"\0binary")
    with pytest.raises(EmptyTreeError, match="1 binary"):
        engine.index(str(root))


def test_source_files_without_one_symbol_are_an_error(engine: Engine, tmp_path: Path):
    root = tmp_path / "tree"
    write(root, {f"call{at}.py": "print(1)\n" * 200 for at in range(3)})
    with pytest.raises(ExtractionError, match=r"3 source files .* not one symbol came out.*codelore doctor"):
        engine.index(str(root))
    write(root, {"shop.py": SHOP})
    assert engine.index(str(root)).view.generation == 1


def test_refs_that_are_not_there_are_clear_errors(engine: Engine, tmp_path: Path):
    write(tmp_path / "plain", {"shop.py": SHOP})
    with pytest.raises(NotARepositoryError, match="index the folder without --ref"):
        engine.index(str(tmp_path / "plain"), ref="main")
    root = new_repository(tmp_path / "tree", {"shop.py": SHOP})
    with pytest.raises(RefNotFoundError):
        engine.index(str(root), ref="nowhere")
    assert engine.repositories() == []


def test_forgetting_a_worktree_keeps_the_other_and_the_last_one_takes_the_repository(engine: Engine, tmp_path: Path):
    one, two, data = new_repository(tmp_path / "one", {"shop.py": SHOP}), tmp_path / "two", tmp_path / "data"
    git(one, "worktree", "add", "-q", str(two))
    write(two, {"extra.py": "def extra():\n    pass\n"})
    engine.index(str(one))
    engine.index(str(two))
    assert engine.forget(str(two)) == [str(two)]
    assert stored_documents(data) == 1
    same_as_fresh(engine, tmp_path, one)
    with pytest.raises(NotIndexedError, match="nothing indexed is named"):
        engine.forget(str(two))
    engine.forget(str(one))
    assert (engine.repositories(), stored_documents(data)) == ([], 0)


def test_forgetting_one_of_two_repositories_with_equal_files_keeps_the_other(engine: Engine, tmp_path: Path):
    for name in ("one", "two"):
        write(tmp_path / name, {"shop.py": SHOP})
        engine.index(str(tmp_path / name))
    engine.forget("one")
    assert engine.check() == []
    same_as_fresh(engine, tmp_path, tmp_path / "two")


def test_ids_of_forgotten_files_never_show_up_in_other_files(engine: Engine, tmp_path: Path):
    """A segment may still hold a document that was collected; no later document may take its number."""
    one, two = new_repository(tmp_path / "one", {"shop.py": SHOP}), tmp_path / "two"
    git(one, "worktree", "add", "-q", str(two))
    engine.index(str(one))
    write(two, {"ghost.py": "def ghost():\n    pass\n"})
    engine.index(str(two))
    engine.forget(str(two))
    write(one, {"real.py": "def real():\n    pass\n"})
    engine.index(str(one))
    assert [row.name for row in engine.symbols(str(one), "*").symbols] == ["real", "Shop", "open"]
    same_as_fresh(engine, tmp_path, one)


def test_a_folder_whose_name_is_not_text_is_indexed(engine: Engine, tmp_path: Path):
    root = tmp_path / "sh\udcffop"
    write(root, {"shop.py": SHOP})
    engine.index(str(root))
    assert engine.search(SearchRequest("shop", str(root))).status[0].repository == "sh\N{REPLACEMENT CHARACTER}op"


def test_a_file_that_changed_just_now_is_read_again(engine: Engine, tmp_path: Path):
    """Its time cannot tell a second change within one tick of the clock."""
    root = tmp_path / "tree"
    write(root, {"shop.py": SHOP, "data.txt": b"\0abc"})
    soon = time.time_ns() + 10**10  # however long this machine takes to read them
    for name in ("shop.py", "data.txt"):
        os.utime(root / name, ns=(soon, soon))
    engine.index(str(root))
    (root / "data.txt").write_bytes(b"text")
    os.utime(root / "data.txt", ns=(soon, soon))
    before = (root / "shop.py").stat()
    (root / "shop.py").write_text(SHOP.replace("Shop", "Barn"))
    os.utime(root / "shop.py", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert engine.index(str(root)).parsed == 2
    now = time.time_ns()
    assert settled(SourceFile("a", 1, now)).mtime_ns == 0
    assert settled(SourceFile("a", 1, now - 10**9)).mtime_ns == now - 10**9


def test_a_worker_reports_what_it_cannot_read(tmp_path: Path):
    root = new_repository(tmp_path / "tree", {"shop.py": SHOP, "wide.bin": b"\0\1"})
    work = WorkerSetup(SHIPPED).make()
    batch = work(
        ReadTask(str(root), (SourceFile("gone.py", 3), SourceFile("shop.py", len(SHOP)), SourceFile("wide.bin", 2)), WalkOptions())
    )
    assert [failure.path for failure in batch.failures] == ["gone.py"] or [file.path for file, _ in batch.screened] == [
        "gone.py",
        "wide.bin",
    ]
    assert [file.path for file in batch.files] == ["shop.py"]
    lacking = SourceFile("lost.py", 3, content_hash=ContentHash("0" * 40))
    batch = work(ReadTask(str(root), (lacking,), WalkOptions(), find_checkout(str(root))))
    assert "git has no such object" in batch.failures[0].reason


def test_workers_in_this_process_do_what_processes_do(tmp_path: Path):
    root = tmp_path / "tree"
    write(root, {f"shop{at}.py": SHOP + f"# {at}\n" * 200 for at in range(120)})
    with Engine(tmp_path / "one", EngineOptions(IndexOptions(workers=2))) as one, Engine(tmp_path / "two", IN_PROCESS) as two:
        assert one.index(str(root)).parsed == two.index(str(root)).parsed == 120
        assert_same(contents(one, tmp_path / "one", root), contents(two, tmp_path / "two", root))


@pytest.mark.parametrize("workers", [0, 2])
def test_what_workers_keep_makes_the_graph_that_the_store_makes(tmp_path: Path, workers: int):
    """Trees are kept when a graph is to follow; without them texts are parsed again, to the same edges."""
    root = tmp_path / "tree"
    write(root, {f"shop{at}.py": SHOP + f"# {at}\n" * 200 for at in range(30)} | {"notes.md": "# Notes\n"})
    options = EngineOptions(IndexOptions(workers=workers))
    graphs: list[list[FileGraph]] = []
    for name, to_resolve in (("kept", True), ("read", False)):
        with Engine(tmp_path / name, options) as engine, closing(SqliteGraphStore.open(tmp_path / name / "codelore.db")) as store:
            outcome = engine.index(str(root), to_resolve=to_resolve)
            made = engine.resolve(outcome.view, store)
            assert made is not None
            assert made.lowered == 31
            graphs.append(list(store.files(graph_name(outcome.view))))
            write(root, {"shop1.py": SHOP})
            assert engine.index(str(root)).parsed == 1
            write(root, {"shop1.py": SHOP + "# 1\n" * 200})
    assert graphs[0] == graphs[1]


def test_two_processes_may_resolve_the_same_tree_at_once(tmp_path: Path):
    """Issue 6: the second waits, and finds nothing left to do."""
    root = tmp_path / "tree"
    write(root, {f"shop{at}.py": SHOP for at in range(20)})
    with Engine(tmp_path / "data", EngineOptions(IndexOptions(workers=0))) as engine:
        view = engine.index(str(root)).view
    made: list[bool] = []

    def resolve() -> None:
        options, place = EngineOptions(IndexOptions(workers=0)), tmp_path / "data"
        with Engine(place, options) as engine, closing(SqliteGraphStore.open(place / "codelore.db")) as store:
            made.append(engine.resolve(view, store) is not None)

    threads = [Thread(target=resolve) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [False, False, True]
