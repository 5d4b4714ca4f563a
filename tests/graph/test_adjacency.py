"""The adjacency against the same questions answered over plain sets, fresh and patched."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from typing import cast

import pytest

from graph.adjacency import Adjacency, Neighbour
from graph.columns import EdgeColumns
from graph.model import Edge, EdgeKind, Evidence, FileGraph, Handle, unknown
from graph.sqlite_store import SqliteGraphStore
from graph.store import GraphStore
from ingest.database import Database
from ingest.errors import StoreBusyError
from tests.graph.graphs import calls, edge

VIEW = "v"
CALLS = EdgeKind.CALLS


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteGraphStore]:
    """An empty store."""
    with closing(SqliteGraphStore.open(tmp_path / "graph.db")) as opened:
        yield opened


def random_file(chance: Random, path: str, paths: Collection[str]) -> FileGraph:
    """A file with a few edges to its own and other files' symbols; some files have many to one hub."""
    names = [Handle(f"{each}#f{at}") for each in paths for at in range(4)]
    own = [Handle(f"{path}#f{at}") for at in range(4)]
    targets = [chance.choice([*own, *names, unknown("x"), Handle("hub")]) for _ in range(chance.randrange(9))]
    edges = [
        edge(chance.choice(own), target, chance.choice([CALLS, EdgeKind.READS]), chance.choice(list(Evidence)), start=at)
        for at, target in enumerate(targets)
    ]
    return FileGraph(path, (), edges)


def all_edges(store: SqliteGraphStore) -> list[Edge]:
    return [each for graph in store.files(VIEW) for each in graph.edges]


def distances(edges: list[Edge], start: Handle, *, backwards: bool = False) -> dict[Handle, int]:
    """Breadth first over plain lists."""
    found = {start: 0}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        for each in edges:
            near, far = (each.target, each.source) if backwards else (each.source, each.target)
            if near == node and far not in found:
                found[far] = found[node] + 1
                queue.append(far)
    return found


def agrees(adjacency: Adjacency, edges: list[Edge]) -> None:
    """Hold every question about these edges to the plain answer."""
    ends = {end for each in edges for end in (each.source, each.target)}
    assert adjacency.edges() == len(edges)
    for node in sorted(ends):
        for backwards in (False, True):
            near = [each for each in edges if (each.target if backwards else each.source) == node]
            found = adjacency.neighbours(node, backwards=backwards)
            assert len(found) == len(set(found)) == len({(each.source, each.target, each.kind, each.evidence) for each in near})
            assert {each.handle for each in found} == {each.source if backwards else each.target for each in near}
            assert adjacency.degree(node, backwards=backwards) == len(near)
            assert adjacency.degree(node, backwards=backwards, kinds=[CALLS]) == sum(each.kind == CALLS for each in near)
            whole = distances(edges, node, backwards=backwards)
            reach = adjacency.reach([node], hops=3, backwards=backwards)
            assert reach.distances == {handle: far for handle, far in whole.items() if far <= 3}
            assert reach.truncated == ()


@pytest.mark.parametrize("seed", range(3))
def test_a_patched_adjacency_answers_like_a_fresh_one(store: SqliteGraphStore, seed: int) -> None:
    """After each change of files, the adjacency that was patched, a new one and plain sets agree."""
    chance = Random(seed)
    paths = [f"{at}.py" for at in range(6)]
    store.replace(VIEW, [random_file(chance, path, paths) for path in paths], generation=1)
    patched = Adjacency(store, VIEW)
    agrees(patched, all_edges(store))
    for generation in range(2, 8):
        changed, removed = chance.sample(paths, 2), chance.sample(paths, 1)
        files = [random_file(chance, path, [*paths, f"new{generation}.py"]) for path in changed]
        store.replace(VIEW, files, removed=[path for path in removed if path not in changed], generation=generation)
        assert patched.refresh()
        assert not patched.refresh()
        assert patched.generation == generation
        fresh = Adjacency(store, VIEW)
        agrees(patched, all_edges(store))
        seeds = {Handle("0.py#f0"): 2.0, Handle("1.py#f1"): 1.0, Handle("nobody"): 5.0}
        for fan_out in (1, 2, 200):
            one, other = patched.pagerank(seeds, fan_out=fan_out), fresh.pagerank(seeds, fan_out=fan_out)
            assert one.scores == pytest.approx(other.scores)
            assert one.truncated == other.truncated
            capped = [each.reach([Handle("hub")], hops=2, backwards=True, fan_out=fan_out) for each in (patched, fresh)]
            assert capped[0] == capped[1]


def test_much_change_builds_anew(store: SqliteGraphStore) -> None:
    """More patches than a part of the whole are not worth keeping."""
    store.replace(VIEW, [calls("a.py", ("f", "b.py#g"))], generation=1)
    adjacency = Adjacency(store, VIEW)
    large = FileGraph("b.py", (), [edge("b.py#g", f"b.py#{at}", start=at) for at in range(25_000)])
    store.replace(VIEW, [large], generation=2)
    assert adjacency.refresh()
    assert adjacency.edges() == 25_001
    assert adjacency.reach([Handle("a.py#f")], hops=2).distances[Handle("b.py#77")] == 2


def test_kinds_and_evidence_choose_edges(store: SqliteGraphStore) -> None:
    """A neighbour says how it is known; places do not multiply it."""
    edges = [edge("a.py#f", "a.py#g", start=at) for at in range(3)]
    edges += [edge("a.py#f", "a.py#g", CALLS, Evidence.POSSIBLE), edge("a.py#f", "a.py#h", EdgeKind.READS)]
    store.replace(VIEW, [FileGraph("a.py", (), edges)], generation=1)
    adjacency = Adjacency(store, VIEW)
    f, g, h = (Handle(f"a.py#{name}") for name in "fgh")
    assert set(adjacency.neighbours(f)) == {
        Neighbour(g, CALLS, Evidence.PROVEN),
        Neighbour(g, CALLS, Evidence.POSSIBLE),
        Neighbour(h, EdgeKind.READS, Evidence.PROVEN),
    }
    assert adjacency.neighbours(g, backwards=True, kinds=[CALLS], evidence=[Evidence.PROVEN]) == [Neighbour(f, CALLS, Evidence.PROVEN)]
    assert adjacency.neighbours(Handle("nobody")) == []


def test_caps_are_reported(store: SqliteGraphStore) -> None:
    """A cap that is hit says so in words; one that is not does not."""
    store.replace(VIEW, [calls("a.py", *((f"f{at}", "a.py#hub") for at in range(50)))], generation=1)
    adjacency = Adjacency(store, VIEW)
    hub = Handle("a.py#hub")
    few = adjacency.reach([hub], hops=1, backwards=True, limit=10)
    assert len(few.distances) == 10
    assert few.truncated == ("the 10 nearest of at least 51 nodes",)
    narrow = adjacency.reach([hub], hops=1, backwards=True, fan_out=5)
    assert len(narrow.distances) == 6
    assert narrow.truncated == ("5 edges each of 1 nodes that have more",)
    assert adjacency.reach([hub], hops=1, backwards=True, fan_out=50, limit=51).truncated == ()
    assert adjacency.pagerank({hub: 1.0}, hops=1, fan_out=5).truncated == ("5 edges each of 1 nodes that have more",)
    assert adjacency.pagerank({hub: 1.0}, hops=1).truncated == ()


def test_pagerank_stays_near_its_seeds(store: SqliteGraphStore) -> None:
    """Scores add up to 1 where no walk ends early, and fall with the distance."""
    store.replace(VIEW, [calls("a.py", ("f", "a.py#g"), ("g", "a.py#h"), ("h", "a.py#i"))], generation=1)
    scores = Adjacency(store, VIEW).pagerank({Handle("a.py#f"): 3.0}).scores
    assert sum(scores.values()) == pytest.approx(1.0)
    assert set(scores) == {"a.py#f", "a.py#g", "a.py#h"}
    alone = Adjacency(store, VIEW).pagerank({Handle("nobody"): 1.0}).scores
    assert alone == {"nobody": pytest.approx(0.15)}


def test_an_empty_view_has_empty_answers(store: SqliteGraphStore) -> None:
    """No edges is no error, before and after a patch."""
    adjacency = Adjacency(store, VIEW)
    for generation in (1, 2):
        assert adjacency.neighbours(Handle("x")) == []
        assert adjacency.reach([Handle("x")], hops=2).distances == {"x": 0}
        assert adjacency.pagerank({}).scores == {}
        store.replace(VIEW, [FileGraph("a.py")], generation=generation)
        assert adjacency.refresh()


class WithoutRows:
    """A store that cannot tell which files have changed."""

    def __init__(self, store: SqliteGraphStore) -> None:
        self._store = store

    def __getattr__(self, name: str) -> object:
        if name in {"shown", "columns"}:
            raise AttributeError(name)
        return getattr(self._store, name)


def test_any_store_will_do(store: SqliteGraphStore) -> None:
    """A store without numbered rows is read whole, again after each change."""
    store.replace(VIEW, [calls("a.py", ("f", "b.py#g"))], generation=1)
    adjacency = Adjacency(cast("GraphStore", WithoutRows(store)), VIEW)
    agrees(adjacency, all_edges(store))
    store.replace(VIEW, [calls("b.py", ("g", "a.py#f"))], generation=2)
    assert adjacency.refresh()
    assert not adjacency.refresh()
    agrees(adjacency, all_edges(store))


class Hurried(SqliteGraphStore):
    """A store that another writer changes while it is read, so many times."""

    changes = 0

    def columns(self, numbers: Iterable[int]) -> Iterator[tuple[int, EdgeColumns]]:
        """Rows that have gone since are left out."""
        if self.changes:
            self.changes -= 1
            files = [calls(path, (f"f{self.changes}", "b.py#g")) for path in ("a.py", "c.py")]
            self.replace(VIEW, files, generation=self.generation(VIEW) + 1)
        return super().columns(numbers)


def test_a_store_that_changes_while_it_is_read_is_read_again(tmp_path: Path) -> None:
    """What was torn is not kept; when it never holds still, the error says so."""
    with closing(Hurried(Database(tmp_path / "graph.db"))) as store:
        store.replace(VIEW, [calls("a.py", ("f", "b.py#g"))], generation=1)
        store.changes = 2
        adjacency = Adjacency(store, VIEW)
        agrees(adjacency, all_edges(store))
        assert adjacency.generation == 3
        store.replace(VIEW, [calls("c.py", ("h", "a.py#f0"))], generation=4)
        store.changes = 2
        assert adjacency.refresh()
        assert adjacency.generation == 6
        agrees(adjacency, all_edges(store))
        store.replace(VIEW, [calls("c.py", ("i", "a.py#f0"))], generation=9)
        store.changes = 99
        with pytest.raises(StoreBusyError, match="replaced 5 times"):
            adjacency.refresh()
        with pytest.raises(StoreBusyError, match="replaced 5 times"):
            Adjacency(store, VIEW)
