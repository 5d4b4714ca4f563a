"""Several sources of graphs as one."""

from __future__ import annotations

import pytest

from graph.merge import merge_by_path
from graph.model import Edge, EdgeKind, Evidence, FileGraph, Handle, Node
from ingest.model import SymbolKind


def node(handle: str, name: str = "x") -> Node:
    """A node of a handle."""
    return Node(Handle(handle), SymbolKind.FUNCTION, name, name, "a")


EDGE = Edge(EdgeKind.CALLS, Evidence.PROVEN, "r", Handle("a"), Handle("b"), "a", 1)


def test_each_path_comes_once_with_everything_said_of_it() -> None:
    """In order of path; a node is the first source's, an edge that two sources have is one."""
    first = [FileGraph("a", [node("a#1"), node("a#2", "mine")], [EDGE]), FileGraph("c")]
    second = [FileGraph("a", [node("a#2", "theirs"), node("a#3")], [EDGE]), FileGraph("b", [node("b#1")])]
    merged = list(merge_by_path(first, second))
    assert [graph.path for graph in merged] == ["a", "b", "c"]
    assert {item.handle: item.name for item in merged[0].nodes} == {"a#1": "x", "a#2": "mine", "a#3": "x"}
    assert merged[0].edges == [EDGE]
    assert merged[1] is second[1]


def test_sources_out_of_order_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="order of path"):
        list(merge_by_path([FileGraph("b"), FileGraph("a")]))
