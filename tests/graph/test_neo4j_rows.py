"""Texts in Neo4j: valid Unicode, short enough for an index, and in the same order."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from graph.model import Edge, EdgeKind, Evidence, FileGraph, Handle, Node, external, unknown
from graph.neo4j_rows import (
    INDEXED_CHARACTERS,
    bare_row,
    decode,
    edge_from,
    edge_row,
    encode,
    file_row,
    handle_of,
    key,
    node_from,
    node_row,
    owner_of,
)
from tests.graph.graphs import edge, node

TEXTS = st.text(st.characters(codec=None) | st.sampled_from("\ud800\udc80\udcff\udfff\ue000\ue001\uf000\U0001f40d"), max_size=12)


@given(TEXTS, TEXTS)
def test_coded_texts_are_unicode_keep_their_order_and_come_back(one: str, other: str) -> None:
    """Whatever a path holds, Bolt can carry it, and the server sorts it as Python does."""
    assert encode(one).encode().decode() == encode(one)
    assert decode(encode(one)) == one
    assert (encode(one) < encode(other)) == (one < other)


@given(TEXTS, st.integers(0, 3_000))
def test_keys_are_short_and_tell_texts_apart(text: str, length: int) -> None:
    """Two long texts that begin alike have different keys, and the same text always has the same."""
    long = "x" * length + text
    assert len(key(long)) <= INDEXED_CHARACTERS
    assert key(long) == key(long)
    assert key(long) != key(f"{long}y")


@given(*[st.text(max_size=5).map(lambda text: text * 600) for _ in range(4)])
def test_long_names_come_back_whole(handle: str, name: str, qualified_name: str, path: str) -> None:
    """A node keeps its texts beside their keys where those differ."""
    long = Node(Handle(handle), "class", name, qualified_name, path, 1, 2, "python")
    row = node_row(long, key("owner.py"))
    assert node_from(row) == long
    assert handle_of(row) == handle
    assert owner_of(row) == "owner.py"
    assert all(len(each) <= INDEXED_CHARACTERS for each in row[:5])


def test_a_node_in_its_own_file_stores_nothing_twice() -> None:
    """The tail of the qualified name, the owner and whole texts are stored where they say something new."""
    assert node_row(node("app.py", "C.run"), "app.py")[8:] == [None, None, None]
    assert node_row(node("app.py", "C.run"), "other.py")[9] == "other.py"


def test_a_bare_node_says_what_its_handle_says() -> None:
    """External and unknown ends are nodes; another end only holds its place."""
    assert node_from(bare_row(external("requests", "Session.get"))) == Node(
        external("requests", "Session.get"), "external", "get", "Session.get"
    )
    assert node_from(bare_row(unknown("x" * 2_000))) == Node(unknown("x" * 2_000), "unknown", "x" * 2_000, "x" * 2_000)
    assert node_from(bare_row(Handle("gone.py#f"))) is None
    assert handle_of(bare_row(Handle("é" * 2_000))) == "é" * 2_000


def test_an_edge_comes_back() -> None:
    """The kind is the relationship's type; ends come from the nodes."""
    one = Edge(EdgeKind.DEPENDS_ON, Evidence.EXTERNAL, "rule", Handle("a"), Handle("b"), "p.toml", 4, 5, 6)
    row = edge_row(one, "p.toml", 1, 2)
    assert row[8] is None
    assert edge_row(one, "history", 1, 2)[8] == "history"
    assert edge_from(["DEPENDS_ON", *row[2:4], "a", "b", *row[4:8], None, None]) == one


def test_a_file_remembers_what_lies_outside_its_own_handles() -> None:
    """What it defines or draws edges from under foreign handles must be found again when it goes."""
    graph = FileGraph(
        "a.py", [node("a.py"), node("a.py", "f"), node("b.py", "g")], [edge("a.py#f", "c.py#x"), edge("d.py#h", "a.py", path="a.py")]
    )
    assert file_row(graph) == ["a.py", 5, ["b.py#g", "d.py#h"], None]
    assert file_row(FileGraph("x" * 2_000))[3] == "x" * 2_000
    assert re.fullmatch(r"x{900}…[0-9a-f]{64}", file_row(FileGraph("x" * 2_000))[0])
