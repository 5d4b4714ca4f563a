"""Edges added up between files: as many as the edges say, in step with them, shared by views, and gone when nobody shows them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.file_edge_store import FileEdgeStore
from graph.file_edges import LABELS, file_edges_of, path_hash, read_rows
from graph.flow_store import FlowStore
from graph.indexing import GraphIndexer
from graph.model import OVERLAY, Edge, EdgeKind, Evidence, FileGraph, Handle, external, unknown
from graph.overlays import keep_overlay
from ingest.database import Database
from tests.graph.file_rows import added_up, among, stored_rows
from tests.graph.indexed import IndexedTree
from tests.graph.memory_store import MemoryStore

CODE = {
    "shop/cart.py": "class Cart:\n    def add(self, item):\n        return item\n\n\ndef total(cart):\n    return 1\n",
    "shop/pay.py": "from shop.cart import Cart, total\n\n\ndef pay():\n    cart = Cart()\n    cart.add(1)\n    return total(cart)\n",
    "shop/alone.py": "def alone():\n    return 2\n",
    "tests/test_cart.py": "from shop.cart import total\n\n\ndef test_total():\n    assert total([]) == 1\n",
    "guide.md": "# Guide\n\nPay with `shop/pay.py`, which uses `Cart`.\n",
}
SERVER = "from flask import Flask\napp = Flask(__name__)\n\n@app.get('/items')\ndef items():\n    return []\n"
CLIENT = "import requests\n\ndef read():\n    return requests.get('http://localhost:5000/items')\n"


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[IndexedTree]:
    """An empty tree."""
    with closing(IndexedTree(tmp_path)) as made:
        yield made


def rows_in_words(tree: IndexedTree, view: str = "1") -> set[tuple[str, str, str, str]]:
    """Source, target, kind and evidence of what is stored, for files of ``CODE``."""
    names = {path_hash(path): path for path in (*CODE, "web.py", "client.py")}
    found = among(stored_rows(tree.database, view), names.values())
    return {(names[source], names[target], kind, evidence) for source, target, kind, evidence in found}


_paths = st.sampled_from(("a.py", "b.py", "c#.py", "c", "dir/\udcff.py"))
_ends = st.one_of(
    st.builds(str.__add__, _paths, st.sampled_from(("", "#f", "#C.m", "#C.#m"))).map(Handle),
    st.just(external("requests", "get")),
    st.just(unknown("save")),
)
_edges = st.lists(
    st.builds(
        Edge,
        st.sampled_from(EdgeKind),
        st.sampled_from(Evidence),
        st.just("rule"),
        _ends,
        _ends,
        st.just("a.py"),
        st.integers(0, 2),
        st.integers(-1, 2),
    ),
    max_size=30,
)


@settings(deadline=None)
@given(path=_paths, edges=_edges)
def test_rows_are_the_edges_added_up(path: str, edges: list[Edge]) -> None:
    """Counts and masses are those of a plain loop over the edges."""
    rows = list(read_rows(path, file_edges_of(FileGraph(path, (), edges))))
    made = {(each.source, each.target, each.kind, each.evidence): (each.count, pytest.approx(each.mass)) for each in rows}
    assert made == added_up([FileGraph(path, (), edges)])
    assert len(made) == len(rows)


def test_the_order_of_edges_makes_no_other_bytes() -> None:
    """Views share rows that are the same bytes; a process may find edges in another order than the next."""
    edges = [
        Edge(EdgeKind.CALLS, Evidence.PROVEN, "r", Handle("a.py#f"), Handle(f"{name}.py#g"), "a.py", 1, at)
        for at, name in enumerate("bcdb")
    ]
    assert file_edges_of(FileGraph("a.py", (), edges)) == file_edges_of(FileGraph("a.py", (), edges[::-1]))


def test_labels_fit_their_byte() -> None:
    assert len(LABELS) <= 256


def test_a_graph_comes_with_its_rows(tree: IndexedTree) -> None:
    """Imports, calls, instances, tests and what documents are about; nothing within a file."""
    tree.update(CODE)
    found = rows_in_words(tree)
    assert {
        ("shop/pay.py", "shop/cart.py", "imports", "proven"),
        ("shop/pay.py", "shop/cart.py", "calls", "proven"),
        ("shop/pay.py", "shop/cart.py", "instantiates", "proven"),
        ("tests/test_cart.py", "shop/cart.py", "tests", "proven"),
        ("guide.md", "shop/pay.py", "documents", "proven"),
    } <= found
    assert not any("shop/alone.py" in row for row in found)
    assert stored_rows(tree.database, "1") == added_up(tree.graphs())


def test_any_store_has_its_rows_in_the_database(tree: IndexedTree) -> None:
    """The graph may be on a server: what ranking reads is beside the index all the same."""
    tree.update(CODE)
    expected = stored_rows(tree.database, "1")
    with closing(Database(tree.database.path)) as database:
        tree.indexer = GraphIndexer(database, MemoryStore(place="elsewhere"), workers=0)
        tree.update(CODE)
        assert stored_rows(database, "1") == expected


def test_a_second_view_shares_all_rows_that_are_equal(tree: IndexedTree) -> None:
    tree.update(CODE)
    before = count(tree.database)
    tree.update(CODE, view="2", like="1")
    assert count(tree.database) == before
    assert stored_rows(tree.database, "2") == stored_rows(tree.database, "1")
    tree.update({**CODE, "shop/pay.py": "import shop.alone\n"}, view="2")
    assert rows_in_words(tree, "1") - rows_in_words(tree, "2") >= {("shop/pay.py", "shop/cart.py", "calls", "proven")}
    assert ("shop/pay.py", "shop/alone.py", "imports", "proven") in rows_in_words(tree, "2") - rows_in_words(tree, "1")
    FlowStore(tree.database).drop("1")
    FlowStore(tree.database).drop("2")
    assert count(tree.database) == 0
    assert FileEdgeStore(tree.database).state("1") is None


def test_a_removed_file_takes_its_rows_along(tree: IndexedTree) -> None:
    tree.update(CODE)
    tree.update({path: text for path, text in CODE.items() if path != "shop/pay.py"})
    assert stored_rows(tree.database, "1") == added_up(tree.graphs())
    assert not any("shop/pay.py" in row[:2] for row in rows_in_words(tree))


def test_the_state_changes_with_every_update_and_overlay(tree: IndexedTree) -> None:
    """Who holds arrays of a state asks whether it still is one."""
    edges = FileEdgeStore(tree.database)
    assert edges.state("1") is None
    tree.update(CODE)
    first = edges.state("1")
    assert first is not None and first.shows == 1
    laid = Edge(EdgeKind.CALLS, Evidence.PROVEN, "scip", Handle("shop/alone.py"), Handle("shop/cart.py#total"), "shop/alone.py", 1)
    for edge in ([laid], []):
        before = edges.state("1")
        keep_overlay(FlowStore(tree.database), tree.store, "1", FileGraph(f"{OVERLAY}x", (), edge))
        assert edges.state("1") != before
        assert (("shop/alone.py", "shop/cart.py", "calls", "proven") in rows_in_words(tree)) == bool(edge)
    tree.update(CODE)
    last = edges.state("1")
    assert last is not None and last.shows == 2


def test_rows_of_another_version_are_none_until_they_are_made_anew(tree: IndexedTree) -> None:
    """Also those beside the files: routes and overlays, of which nothing else has changed."""
    files = {**CODE, "web.py": SERVER, "client.py": CLIENT}
    tree.update(files)
    laid = Edge(EdgeKind.CALLS, Evidence.PROVEN, "scip", Handle("shop/alone.py"), Handle("shop/cart.py#total"), "shop/alone.py", 1)
    keep_overlay(FlowStore(tree.database), tree.store, "1", FileGraph(f"{OVERLAY}x", (), [laid]))
    expected = stored_rows(tree.database, "1")
    assert {("client.py", "web.py", "requests", "possible"), ("shop/alone.py", "shop/cart.py", "calls", "proven")} <= rows_in_words(tree)
    with tree.database.write() as write:
        write.execute("UPDATE resolved SET made_by = '0.0'")
        write.execute("DELETE FROM file_edges")
        write.execute("UPDATE resolution SET hash = x'00'")
    assert FileEdgeStore(tree.database).state("1") is None
    tree.update(files)
    assert stored_rows(tree.database, "1") == expected
    assert FileEdgeStore(tree.database).state("1") is not None


def test_a_store_that_was_made_without_the_tables_gets_them(tmp_path: Path) -> None:
    path = tmp_path / "codelore.db"
    Database(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE file_graph")
        connection.execute("DROP TABLE file_edges")
    with closing(Database(path)) as database:
        assert FileEdgeStore(database).state("1") is None
        assert FileEdgeStore(database).rows("1") == []
        assert database.check() == []


def count(database: Database) -> int:
    """How many rows there are, whoever shows them."""
    with database.read() as read:
        return int(read.execute("SELECT count(*) FROM file_edges").fetchone()[0])
