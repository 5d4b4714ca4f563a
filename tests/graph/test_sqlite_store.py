"""What only the embedded store promises: sharing between views, staging of large changes, its bounds and its errors."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from time import sleep

import pytest

from graph.model import FileGraph, Handle, unknown
from graph.sqlite_store import SqliteGraphStore
from graph.store import open_graph_store
from ingest.database import Database
from ingest.errors import StoreBusyError, StoreError
from tests.graph.graphs import calls, content, edge, node, symbol

VIEW = "v"
TABLES = ("graph_path", "graph_file", "graph_shown", "graph_key", "graph_outside")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A database of its own."""
    opened = Database(tmp_path / "codelore.db")
    yield opened
    opened.close()


def counts(database: Database) -> dict[str, int]:
    with database.read() as read:
        return {table: read.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES}


def many(count: int, name: str) -> list[FileGraph]:
    return [calls(f"{at:04}.py", (name, unknown("x")), ("g", f"0000.py#{name}")) for at in range(count)]


def test_views_that_agree_share_a_files_graph(database: Database) -> None:
    """A second worktree adds a row of three numbers for each file and nothing else."""
    store = SqliteGraphStore(database)
    store.replace("first", many(30, "f"), generation=1)
    before = counts(database)
    store.replace("second", many(30, "f"), generation=1)
    assert counts(database) == {**before, "graph_shown": 60}


@pytest.mark.parametrize("batch_keys", [1_000_000, 20])
def test_nothing_is_left_of_what_no_view_shows(database: Database, batch_keys: int) -> None:
    """Replaced and dropped graphs go with their keys, in small changes and in staged ones."""
    store = SqliteGraphStore(database, batch_keys=batch_keys)
    store.replace("kept", many(30, "f"), generation=1)
    before = counts(database)
    store.replace(VIEW, many(40, "f"), generation=1)
    for generation in range(2, 5):
        store.replace(VIEW, many(40, f"f{generation}"), removed=["never.py"], generation=generation)
    store.replace(VIEW, [], removed=[f"{at:04}.py" for at in range(20)], generation=9)
    assert len(list(store.files(VIEW))) == 20
    store.drop(VIEW)
    assert counts(database) == before
    assert content(store.files("kept")) == content(many(30, "f"))
    assert database.check() == []


def test_many_files_go_at_once(database: Database) -> None:
    """A large view is dropped with set operations."""
    store = SqliteGraphStore(database)
    store.replace(VIEW, many(600, "f"), generation=1)
    store.replace(VIEW, [], removed=[f"{at:04}.py" for at in range(600)], generation=2)
    assert counts(database) == dict.fromkeys(TABLES, 0)
    assert store.generation(VIEW) == 2
    assert store.sweep() == 0


def test_a_large_change_lets_other_writers_in(database: Database) -> None:
    """No write lock is held while graphs are made; another view is published in between."""
    store = SqliteGraphStore(database, batch_keys=20)

    def arriving() -> Iterator[FileGraph]:
        yield from many(30, "f")
        with closing(Database(database.path, busy_seconds=0.1)) as other:
            SqliteGraphStore(other).replace("other", many(3, "f"), generation=1)
        yield calls("last.py", ("f", unknown("x")))

    store.replace(VIEW, arriving(), generation=1)
    assert len(list(store.files(VIEW))) == 31
    assert len(list(store.files("other"))) == 3


def test_two_large_changes_of_a_view_do_not_mix(database: Database) -> None:
    """The later one wins; the earlier one is told."""
    store = SqliteGraphStore(database, batch_keys=20)

    def arriving() -> Iterator[FileGraph]:
        yield from many(30, "f")
        with closing(Database(database.path)) as other:
            SqliteGraphStore(other, batch_keys=20).replace(VIEW, many(30, "other"), generation=1)
        yield from (calls(f"more{at}.py", ("f", unknown("x"))) for at in range(30))

    with pytest.raises(StoreBusyError, match="another process writes the same view"):
        store.replace(VIEW, arriving(), generation=1)
    assert content(store.files(VIEW)) == content(many(30, "other"))


def test_a_path_comes_once(database: Database) -> None:
    """Two graphs of one file in one change are a mistake of the caller's."""
    store = SqliteGraphStore(database)
    with pytest.raises(ValueError, match=r"two graphs of 0000\.py"):
        store.replace(VIEW, [*many(1, "f"), *many(1, "g")], generation=1)
    assert store.generation(VIEW) == 0


_STAGER = """
import sys
from pathlib import Path
from graph.sqlite_store import SqliteGraphStore
from ingest.database import Database
from tests.graph.test_sqlite_store import VIEW, many

store = SqliteGraphStore(Database(Path(sys.argv[1])), batch_keys=20)
def endless():
    yield from many(50, "staged")
    print("staged", flush=True)
    while True:
        pass
store.replace(VIEW, endless(), generation=2)
"""


def test_what_a_killed_writer_staged_is_never_seen_and_goes_with_the_next_write(database: Database) -> None:
    """Killed between two transactions of a large change, the old generation stands, and nothing is left behind for good."""
    store = SqliteGraphStore(database, batch_keys=20)
    store.replace(VIEW, many(30, "f"), generation=1)
    before = counts(database)
    command = [sys.executable, "-c", _STAGER, str(database.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2], text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "staged\n"
        sleep(0.01)
        process.send_signal(signal.SIGKILL)
    assert counts(database)["graph_file"] > before["graph_file"]
    assert (store.generation(VIEW), content(store.files(VIEW))) == (1, content(many(30, "f")))
    assert list(store.find(VIEW, "staged")) == []
    store.replace(VIEW, many(50, "staged"), generation=2)
    store.replace(VIEW, many(30, "f"), removed=[f"{at:04}.py" for at in range(30, 50)], generation=3)
    assert counts(database) == before


def test_an_answer_from_many_files_is_streamed(database: Database) -> None:
    """More files than are read at once still answer from one generation, and may be given up early."""
    store = SqliteGraphStore(database)
    store.replace(VIEW, many(200, "f"), generation=1)
    edges = store.edges_to(VIEW, [Handle("0000.py#f")])
    first = next(edges)
    store.replace(VIEW, [], removed=[f"{at:04}.py" for at in range(100)], generation=2)
    assert len({first, *edges}) == 200
    assert len(list(store.edges_to(VIEW, [unknown("x")]))) == 100
    assert next(store.edges_to(VIEW, [unknown("x")])).path == "0100.py"


def test_damaged_rows_are_named_with_the_remedy(database: Database) -> None:
    """Bytes that do not decode are a store error, never a wrong answer."""
    store = SqliteGraphStore(database)
    store.replace(VIEW, [calls("a.py", ("f", unknown("x")))], generation=1)
    with database.write() as write:
        write.execute("UPDATE graph_file SET nodes = x'00', edges = x'00'")
    for ask in (
        lambda: list(store.files(VIEW)),
        lambda: store.nodes(VIEW, [Handle("a.py")]),
        lambda: list(store.edges_from(VIEW, [Handle("a.py#f")])),
        lambda: store.find(VIEW, "f"),
    ):
        with pytest.raises(StoreError, match="Remove the store and index again"):
            ask()


def test_texts_may_hold_any_character(database: Database) -> None:
    """Whatever separates stored texts, a text may hold it."""
    store = SqliteGraphStore(database)
    odd = FileGraph("a.py", [node("a.py", "\0\x01\x02"), node("a.py", "")], [edge("a.py#\0", "a.py#\x01\udcff")])
    store.replace(VIEW, [odd], generation=1)
    assert content(store.files(VIEW)) == content([odd])


def test_paths_with_a_number_sign_are_paths(database: Database) -> None:
    """The sign that ends a path in a handle may also be in the path."""
    store = SqliteGraphStore(database)
    store.replace(VIEW, [calls("c#/x.cs", ("F", "c#/x.cs#G"), ("G", "d.cs#H"))], generation=1)
    assert set(store.nodes(VIEW, [Handle("c#/x.cs"), Handle("c#/x.cs#F")])) == {"c#/x.cs", "c#/x.cs#F"}
    assert len(list(store.edges_from(VIEW, [Handle("c#/x.cs#G")]))) == 1
    assert len(list(store.edges_to(VIEW, [Handle("c#/x.cs#G")]))) == 1


def test_an_unknown_address_is_refused() -> None:
    """The message says what an address looks like."""
    for url in ("", "sqlite:", "ftp://host/x", "/just/a/path"):
        with pytest.raises(ValueError, match="use sqlite:PATH"):
            open_graph_store(url)


def test_an_address_may_have_slashes(tmp_path: Path) -> None:
    """Three slashes stand before an absolute path, as in other addresses."""
    with closing(open_graph_store(f"sqlite://{tmp_path}/graph.db")) as store:
        store.replace(VIEW, many(1, "f"), generation=1)
    assert (tmp_path / "graph.db").is_file()


def test_somebody_elses_database_stays_open(database: Database) -> None:
    """A store over a database that it did not open does not close it."""
    SqliteGraphStore(database).close()
    assert database.check() == []


def test_many_handles_are_looked_up_together_as_one_by_one(database: Database) -> None:
    """What defines a handle first by path counts, be it the handle's own file or not; what nothing knows is left out."""
    paths = [f"{at:03}.py" for at in range(120)]
    own = [
        FileGraph(
            path,
            (symbol(f"{path}#f"), replace(symbol(f"{after}#f"), start_line=2)),
            (edge(f"{path}#f", f"{after}#f", line=at), edge(f"{path}#f", f"{path}#f", line=at)),
        )
        for at, (path, after) in enumerate(zip(paths, [*paths[1:], paths[0]], strict=True))
    ]
    with closing(SqliteGraphStore(database)) as store:
        store.replace(VIEW, own, generation=1)
        handles = [Handle(f"{path}#{name}") for path in paths for name in ("f", "g")]
        one_by_one = {handle: found for each in handles for handle, found in store.nodes(VIEW, [each]).items()}
        assert store.nodes(VIEW, handles) == one_by_one
        assert len(one_by_one) == 120
        assert one_by_one[Handle("000.py#f")].start_line == 1
        assert one_by_one[Handle("001.py#f")].start_line == 2
        edges = {edge for each in handles for edge in store.edges_to(VIEW, [each])}
        assert {*store.edges_to(VIEW, handles)} == edges
        placed = {columns.edge(at) for columns, places in store.places(VIEW, handles, backwards=True) for at in places}
        assert placed == edges
        assert len(edges) == 240
