"""A lambda is code of what it is written in: one proven edge says so, and every question passes along it."""

from __future__ import annotations

import pytest

from graph.answers import GraphView, open_view
from graph.build import resolve_files
from graph.dead import dead_code
from graph.model import UNNAMED, EdgeKind, Evidence, FileGraph, Node
from graph.questions import callees, find_one
from graph.reach import find_tests, impact, path_between
from graph.store import GraphStore
from tests.graph.memory_store import VIEW, MemoryStore

FILES = {
    "shop.py": b"def price(item):\n    return item\n\n\n"
    b"def total(items):\n    return sum(map(lambda each: price(each), items))\n\n\ntotal([])\n",
    "shop.js": (
        b"function price(item) { return item }\n"
        b"function total(items) { return items.map((each) => () => price(each)) }\n"
        b"run(function named() { total([]) })\n"
    ),
    "shop.test.js": b"import { price } from './shop.js'\ndescribe('shop', () => { it('has prices', () => { price(1) }) })\n",
}


@pytest.fixture(scope="module")
def graphs() -> list[FileGraph]:
    return list(resolve_files(FILES))


@pytest.fixture(scope="module")
def graph(graphs: list[FileGraph]) -> GraphView:
    store: GraphStore = MemoryStore()
    store.replace(VIEW, graphs, generation=1)
    return open_view(store, VIEW)


def ask(graph: GraphView, handle: str) -> Node:
    return find_one(graph, handle)


def test_what_holds_a_lambda_contains_it(graphs: list[FileGraph]) -> None:
    """Nested ones hang on each other, and a function expression hangs where it is written, under its name."""
    held = {
        (edge.source, edge.target, edge.evidence)
        for file in graphs
        for edge in file.edges
        if edge.kind is EdgeKind.CONTAINS and edge.rule == UNNAMED and not file.path.endswith("test.js")
    }
    assert held == {
        ("shop.py#total", "shop.py#total.<lambda1>", Evidence.PROVEN),
        ("shop.js#total", "shop.js#total.<lambda1>", Evidence.PROVEN),
        ("shop.js#total.<lambda1>", "shop.js#total.<lambda1>.<lambda1>", Evidence.PROVEN),
        ("shop.js", "shop.js#named", Evidence.PROVEN),
    }


def test_two_functions_of_one_name_that_are_no_symbols_are_two_nodes() -> None:
    (file,) = resolve_files({"a.js": b"run(function f() { one() }, function f() { two() })\n"})
    assert [node.handle for node in file.nodes] == ["a.js", "a.js#f", "a.js#f~2"]
    assert {(edge.source, edge.target) for edge in file.edges if edge.kind is EdgeKind.CALLS} >= {
        ("a.js#f", "unknown:one"),
        ("a.js#f~2", "unknown:two"),
    }


@pytest.mark.parametrize("suffix", ["py", "js"])
def test_impact_goes_on_to_the_function_around(graph: GraphView, suffix: str) -> None:
    reached = impact(graph, ask(graph, f"shop.{suffix}#price")).reached
    assert (f"shop.{suffix}#total", Evidence.PROVEN) in {(each.node.handle, each.evidence) for each in reached}


def test_a_class_is_not_reached_through_its_methods(graph: GraphView) -> None:
    """Only the edges to lambdas are followed: that a file contains a function is no use of it."""
    reached = impact(graph, ask(graph, "shop.js#price"), depth=2).reached
    assert "shop.js" not in {each.node.handle for each in reached}
    kinds = [EdgeKind.CALLS]
    assert {each.node.handle for each in impact(graph, ask(graph, "shop.py#price"), kinds=kinds).reached} >= {"shop.py#total"}


@pytest.mark.parametrize("suffix", ["py", "js"])
def test_a_path_runs_through_a_lambda(graph: GraphView, suffix: str) -> None:
    found = path_between(graph, ask(graph, f"shop.{suffix}#total"), ask(graph, f"shop.{suffix}#price"))
    assert found.edges[-1].target == f"shop.{suffix}#price"


@pytest.mark.parametrize("suffix", ["py", "js"])
def test_a_function_calls_what_its_lambdas_call(graph: GraphView, suffix: str) -> None:
    found = callees(graph, ask(graph, f"shop.{suffix}#total"))
    assert f"shop.{suffix}#price" in {edge.target for edge in found.edges}


def test_recursion_is_among_the_callees_beside_a_lambda() -> None:
    store: GraphStore = MemoryStore()
    store.replace(VIEW, resolve_files({"a.py": b"def f(x):\n    g = map(lambda y: y, x)\n    return f(g)\n"}), generation=1)
    graph = open_view(store, VIEW)
    assert "a.py#f" in {edge.target for edge in callees(graph, ask(graph, "a.py#f")).edges}


def test_what_a_living_functions_lambda_uses_lives(graph: GraphView) -> None:
    dead = {each.node.handle for each in dead_code(graph).unreached}
    assert dead.isdisjoint({"shop.py#price", "shop.py#total", "shop.js#price", "shop.js#total"})


def test_a_test_that_is_written_as_a_lambda_is_found(graph: GraphView) -> None:
    found = {each.node.handle for each in find_tests(graph, ask(graph, "shop.js#price")).reached}
    assert "shop.test.js#<lambda1>.<lambda1>" in found
