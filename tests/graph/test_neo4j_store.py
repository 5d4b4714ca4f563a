"""The graph in Neo4j beyond the contract: large changes, kills on both sides, other writers, and what the server refuses."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from threading import Event, Thread
from time import sleep
from typing import Any, cast

import pytest
from neo4j import exceptions

from eval.neo4j_server import JavaServer
from graph.model import FileGraph, Handle
from graph.neo4j_rows import decode
from graph.neo4j_store import Neo4jGraphStore, Neo4jLimits, translate
from graph.neo4j_write import Run, lock_view
from graph.store import open_graph_store
from ingest.errors import CodeloreError, StoreBusyError, StoreError, StoreFullError
from tests.graph.graphs import calls, content
from tests.neo4j_admin import ask, count

VIEW = "worktree:/shop"
ROOT = Path(__file__).parents[2]


def generation_of(number: int, files: int = 20) -> list[FileGraph]:
    """Files that all name their generation, so that an answer that mixes two gives itself away."""
    return [calls(f"{at}.py", (f"f{number}", "unknown:x"), ("g", f"0.py#f{number}")) for at in range(files)]


@pytest.fixture
def store(neo4j_graph_url: str) -> Iterator[Neo4jGraphStore]:
    with closing(Neo4jGraphStore(neo4j_graph_url)) as opened:
        yield opened


@pytest.fixture
def staging(neo4j_graph_url: str) -> Iterator[Neo4jGraphStore]:
    """A store that takes every change for a large one."""
    with closing(Neo4jGraphStore(neo4j_graph_url, limits=Neo4jLimits(one_transaction=1))) as opened:
        yield opened


def test_a_large_change_is_loaded_aside_and_leaves_the_other_files(staging: Neo4jGraphStore, neo4j_graph_url: str) -> None:
    """The whole view moves to a new edition; the old one is deleted."""
    staging.replace(VIEW, generation_of(1), generation=1)
    changed = generation_of(2, 3)
    staging.replace(VIEW, changed, removed=["19.py"], generation=2)
    assert content(staging.files(VIEW)) == content(sorted([*changed, *generation_of(1)[3:19]], key=lambda each: each.path))
    assert (count(neo4j_graph_url, "Edition"), count(neo4j_graph_url, "FileGraph")) == (1, 19)


def test_many_batches_make_one_generation(store: Neo4jGraphStore) -> None:
    """Nodes that are used before they are defined, a file of more than one batch, and a handle of two files in different batches."""
    early = FileGraph("a.py", calls("pkg.py", ("z", "x")).nodes, calls("a.py", ("f", "z.py#last"), ("f", "unknown:u")).edges)
    large = calls(
        "large.py", *((f"s{at}", f"large.py#s{at * 7 % 8_000}") for at in range(8_000)), *(("s0", "z.py#last") for _ in range(6_000))
    )
    late = FileGraph(
        "z.py", [*calls("z.py", ("last", "x")).nodes, *calls("pkg.py", ("z", "x")).nodes], calls("z.py", ("last", "a.py#f")).edges
    )
    store.replace(VIEW, iter([early, large, late]), generation=1)
    assert content(store.files(VIEW)) == content([early, large, late])
    assert store.nodes(VIEW, [Handle("z.py#last")])[Handle("z.py#last")].name == "last"
    assert len(list(store.edges_to(VIEW, [Handle("z.py#last")]))) == 6_001


def test_a_writer_that_another_overtakes_is_told(store: Neo4jGraphStore, staging: Neo4jGraphStore) -> None:
    """Both ways of writing notice that the view has moved, and nothing of theirs is left."""
    for writer in (staging, store):
        generation = store.generation(VIEW)

        def overtaken(generation: int = generation) -> Iterator[FileGraph]:
            yield from generation_of(8)
            store.replace(VIEW, generation_of(9), generation=generation + 5)

        with pytest.raises(StoreBusyError, match=r"another (process has moved|writer of the same view)"):
            writer.replace(VIEW, overtaken(), generation=generation + 1)
        assert store.generation(VIEW) == generation + 5
        assert content(store.files(VIEW)) == content(sorted(generation_of(9), key=lambda each: each.path))


def test_readers_never_see_two_generations_at_once(store: Neo4jGraphStore, staging: Neo4jGraphStore, neo4j_graph_url: str) -> None:
    """Readers ask without a pause while generations of both kinds are published."""
    store.replace(VIEW, generation_of(1), generation=1)
    ended, mixed, looks = Event(), list[object](), list[int]()

    def look() -> None:
        with closing(Neo4jGraphStore(neo4j_graph_url)) as reader:
            while not ended.is_set():
                names = {node.name for graph in reader.files(VIEW) for node in graph.nodes if node.name.startswith("f")}
                callers = list(reader.edges_from(VIEW, [Handle(f"{at}.py#g") for at in range(20)]))
                targets = {each.target for each in callers}
                looks.append(len(callers))
                if len(names) != 1 or len(targets) != 1 or len(callers) != 20:
                    mixed.append((names, targets, len(callers)))

    threads = [Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for number in range(2, 22):
            (staging if number % 5 == 0 else store).replace(VIEW, generation_of(number), generation=number)
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    assert mixed == []
    assert len(looks) > 10


def test_a_reader_that_meets_a_half_deleted_file_waits_for_its_writer(store: Neo4jGraphStore, neo4j_graph_url: str) -> None:
    """Issue 6, as its CI saw it once: the server shows a node whose values a commit under way has taken already."""
    store.replace(VIEW, generation_of(1), generation=1)
    ask(neo4j_graph_url, "MATCH (f:FileGraph) REMOVE f.size")
    seen = list[object]()
    reader = Thread(target=lambda: seen.append(content(store.files(VIEW))))

    def commit(run: Run) -> None:
        [name] = run("MATCH (v:View) RETURN v.name")
        lock_view(run, decode(name))
        reader.start()
        sleep(0.5)
        run("MATCH (f:FileGraph) SET f.size = 1")

    with closing(Neo4jGraphStore(neo4j_graph_url)) as writer:
        writer.write(commit)
    reader.join()
    assert seen == [content(sorted(generation_of(1), key=lambda each: each.path))]


def test_many_may_come_first(neo4j_graph_url: str) -> None:
    """Several writers that find a database without our constraints make them together, and each writes its view."""
    for kind, name in ask(neo4j_graph_url, "SHOW CONSTRAINTS YIELD name WHERE name STARTS WITH 'codelore' RETURN 'CONSTRAINT', name"):
        ask(neo4j_graph_url, f"DROP {kind} {name}")
    for [name] in ask(neo4j_graph_url, "SHOW INDEXES YIELD name WHERE name STARTS WITH 'codelore' RETURN name"):
        ask(neo4j_graph_url, f"DROP INDEX {name}")
    failed = list[Exception]()

    def write(view: str) -> None:
        try:
            with closing(Neo4jGraphStore(neo4j_graph_url)) as opened:
                opened.replace(view, generation_of(1), generation=1)
                opened.replace(view, generation_of(2), generation=2)
                assert content(opened.files(view)) == content(sorted(generation_of(2), key=lambda each: each.path))
        except Exception as error:  # whatever it is, it belongs to the main thread
            failed.append(error)

    threads = [Thread(target=write, args=(f"view {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_what_a_dead_writer_announced_stops_nobody(store: Neo4jGraphStore, neo4j_graph_url: str) -> None:
    """A writer that died after its announcement has changed nothing: reading and writing go on."""
    store.replace(VIEW, generation_of(1), generation=1)
    ask(neo4j_graph_url, "MATCH (v:View) SET v.pending = 2")
    assert len(list(store.files(VIEW))) == 20
    store.replace(VIEW, generation_of(2), generation=2)
    assert ask(neo4j_graph_url, "MATCH (v:View) RETURN v.pending") == [[None]]


_LOADER = """
import sys
from graph.neo4j_store import Neo4jGraphStore, Neo4jLimits
from tests.graph.test_neo4j_store import generation_of, VIEW

store = Neo4jGraphStore(sys.argv[1], limits=Neo4jLimits(one_transaction=1, retry_seconds=1.0))
generation = store.generation(VIEW) + 1
print("ready", flush=True)
store.replace(VIEW, generation_of(generation, 1_000), generation=generation)
print("done", flush=True)
"""


def _loading(url: str) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", _LOADER, url], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_a_client_killed_while_it_loads_leaves_what_was_there(store: Neo4jGraphStore, neo4j_graph_url: str) -> None:
    """The half-loaded edition is nobody's, and the next writer sweeps it."""
    store.replace(VIEW, generation_of(1), generation=1)
    chance, midway = Random(3), 0
    for _ in range(4):
        before = store.generation(VIEW)
        process = _loading(neo4j_graph_url)
        sleep(chance.uniform(0.05, 0.8))
        process.send_signal(signal.SIGKILL)
        output, _ = process.communicate()
        midway += "done" not in output
        assert store.generation(VIEW) in {before, before + 1}
        assert {each.path for each in store.files(VIEW)} >= {f"{at}.py" for at in range(20)}
    assert midway
    generation = store.generation(VIEW) + 1
    shown = len(list(store.files(VIEW)))
    store.replace(VIEW, generation_of(generation), removed=[f"{at}.py" for at in range(20, shown)], generation=generation)
    store.drop("another view, whose writer sweeps too")
    with closing(Neo4jGraphStore(neo4j_graph_url, limits=Neo4jLimits(one_transaction=1))) as sweeper:
        sweeper.replace(VIEW, generation_of(generation, 1), generation=generation + 1)
    assert content(store.files(VIEW)) == content(sorted(generation_of(generation), key=lambda each: each.path))
    assert (count(neo4j_graph_url, "Edition"), count(neo4j_graph_url, "FileGraph")) == (1, 20)


@pytest.mark.slow
def test_a_server_killed_while_it_is_written_to_loses_nothing(mortal_neo4j: JavaServer) -> None:
    """Kill -9 of the server in a load and in a small change: the writer is told, the old generation is whole, the next write goes on."""
    with closing(Neo4jGraphStore(mortal_neo4j.url, limits=Neo4jLimits(retry_seconds=1.0))) as store:
        store.replace(VIEW, generation_of(1), generation=1)
        loader = _loading(mortal_neo4j.url)
        sleep(0.4)
        mortal_neo4j.kill()
        _, said = loader.communicate(timeout=120)
        assert loader.returncode == 1
        assert "StoreError: Neo4j at bolt://127.0.0.1" in said
        assert mortal_neo4j.password not in said
        with pytest.raises(StoreError, match=r"cannot be reached: start it \(docker compose up -d neo4j\)"):
            store.replace(VIEW, generation_of(2), generation=2)
        mortal_neo4j.start()
        assert store.generation(VIEW) == 1
        assert content(store.files(VIEW)) == content(sorted(generation_of(1), key=lambda each: each.path))

        stopped = Thread(target=lambda: (sleep(0.3), mortal_neo4j.kill()))
        stopped.start()
        published = 1
        with pytest.raises(StoreError, match="Neo4j at bolt://127"):
            for number in range(2, 10_000):
                store.replace(VIEW, generation_of(number), generation=number)
                published = number
        stopped.join()
        mortal_neo4j.start()
        found = store.generation(VIEW)
        assert found in {published, published + 1}
        assert content(store.files(VIEW)) == content(sorted(generation_of(found), key=lambda each: each.path))
        store.replace(VIEW, generation_of(found + 1, 25), generation=found + 1)
        assert content(store.files(VIEW)) == content(sorted(generation_of(found + 1, 25), key=lambda each: each.path))


# What the server or the network refuses


def place(url: str) -> str:
    return url.rpartition("@")[2]


def test_a_wrong_password_is_named_without_being_shown(neo4j_graph_url: str) -> None:
    with pytest.raises(StoreError, match="refuses the user or the password: set CODELORE_GRAPH_USER and CODELORE_GRAPH_PASSWORD") as raised:
        Neo4jGraphStore(f"bolt://neo4j:very-wrong@{place(neo4j_graph_url)}")
    assert "very-wrong" not in str(raised.value)


def test_no_login_at_all_is_refused_in_the_same_words(neo4j_graph_url: str) -> None:
    with pytest.raises(StoreError, match="CODELORE_GRAPH_PASSWORD"):
        Neo4jGraphStore(f"bolt://{place(neo4j_graph_url)}")


def test_a_password_that_must_be_changed_says_how(neo4j_graph_url: str) -> None:
    ask(neo4j_graph_url, "CREATE OR REPLACE USER newcomer SET PASSWORD 'first-password' CHANGE REQUIRED", "system")
    try:
        with pytest.raises(StoreError, match="wants the password to be changed before anything else: ALTER CURRENT USER SET PASSWORD"):
            Neo4jGraphStore(f"bolt://{place(neo4j_graph_url)}", user="newcomer", password="first-password")
    finally:
        ask(neo4j_graph_url, "DROP USER newcomer", "system")


def test_a_server_that_is_not_there_is_named(neo4j_graph_url: str) -> None:
    for address in ("127.0.0.1:1", "no-such-host.invalid:7687"):
        with pytest.raises(StoreError, match=rf"Neo4j at bolt://{address} cannot be reached: start it .* or correct CODELORE_GRAPH_URL"):
            Neo4jGraphStore(f"bolt://u:secret@{address}")


def test_a_database_that_is_not_there_is_named(neo4j_graph_url: str) -> None:
    with pytest.raises(StoreError, match="has no database of that name"):
        Neo4jGraphStore(f"{neo4j_graph_url}/elsewhere")
    with closing(Neo4jGraphStore(f"{neo4j_graph_url}/neo4j")) as opened:
        assert opened.generation(VIEW) == 0


def test_another_format_is_refused(neo4j_graph_url: str) -> None:
    """A graph that a newer Codelore wrote is neither read nor changed."""
    Neo4jGraphStore(neo4j_graph_url).close()
    ask(neo4j_graph_url, "MATCH (s:Store) SET s.format = 99")
    with pytest.raises(StoreError, match="has format 99, this Codelore reads 1"):
        Neo4jGraphStore(neo4j_graph_url)


def test_time_in_one_transaction_is_bounded(neo4j_graph_url: str) -> None:
    """A server that is stuck does not hold a writer for ever."""
    with (
        closing(Neo4jGraphStore(neo4j_graph_url, limits=Neo4jLimits(seconds=0.5))) as impatient,
        pytest.raises(StoreBusyError, match=r"after 0\.5 s"),
    ):
        impatient.write(lambda run: run("UNWIND range(1, 1000000000) AS x WITH x WHERE x % 7 = 8 RETURN x"))


def drivers_errors() -> list[type[Exception]]:
    found: list[type[Exception]] = [
        each for each in cast("dict[str, Any]", vars(exceptions)).values() if isinstance(each, type) and issubclass(each, Exception)
    ]
    return found


@pytest.mark.parametrize("kind", drivers_errors(), ids=lambda kind: kind.__name__)
def test_every_error_of_the_driver_becomes_one_of_ours(kind: type[Exception]) -> None:
    """Also those that a later driver adds: the message names the server and ends in what to do."""
    error = kind.__new__(kind)
    Exception.__init__(error, "it said so")
    ours = translate(error, "bolt://graph.example", 5.0)
    assert isinstance(ours, CodeloreError)
    assert str(ours).startswith("Neo4j at bolt://graph.example ")


def test_a_full_disk_is_told_apart() -> None:
    assert isinstance(translate(OSError(28, "No space left on device"), "bolt://x", 5.0), StoreFullError)


# Opening by address


def test_the_driver_is_loaded_when_a_server_is_opened_and_missed_by_name() -> None:
    """Whoever keeps the graph in the data folder neither needs nor pays for it."""
    code = (
        "import sys; from graph.store import open_graph_store; assert 'neo4j' not in sys.modules; sys.modules['neo4j'] = None\n"
        "try: open_graph_store('bolt://127.0.0.1:1')\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.startswith("StoreError a graph in Neo4j needs its driver: pip install 'codelore[neo4j]'")


@pytest.mark.parametrize("url", ["http://x", "sqlite:", "bolt:x", ""])
def test_an_address_of_no_store_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="no graph store has this kind of address"):
        open_graph_store(url)
