"""The questions ask a protocol: whatever store answers, the answers are the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from graph.answers import Answer, GraphView, open_view
from graph.dead import dead_code
from graph.importance import hot_spots, rank
from graph.model import Handle
from graph.neighbourhood import neighbourhood
from graph.picture import picture
from graph.questions import callees, callers, find_one, implementations, overrides, references
from graph.reach import find_tests, impact, path_between
from graph.store import open_graph_store
from graph.structure import cycles, dependencies, dependents, module_scope
from tests.graph.memory_store import VIEW, file_graphs, view_of

GRAPH = """
shop/web.py imports shop/cart.py
shop/cart.py imports shop/web.py
shop/web.py#checkout calls shop/cart.py#Cart.total by type
shop/web.py#checkout instantiates shop/cart.py#Cart
shop/web.py#checkout calls> external:requests#post
shop/web.py#guess calls? shop/cart.py#Cart.total by union at shop/web.py:9
shop/web.py#guess calls? shop/gift.py#Gift.total by union at shop/web.py:9
shop/web.py#guess calls! unknown:total
shop/gift.py#Gift inherits shop/cart.py#Cart
shop/gift.py#Gift.total overrides shop/cart.py#Cart.total
shop/gift.py#Gift.total calls shop/cart.py#Cart.total by super
tests/test_web.py#test_checkout calls shop/web.py#checkout
tests/test_web.py#test_checkout tests shop/web.py#checkout
shop/web.py changes_with shop/cart.py at history:0
shop/old.py#lost calls shop/old.py#alone
"""

QUESTIONS: list[Callable[[GraphView], Answer]] = [
    lambda graph: callers(graph, find_one(graph, "Gift.total")),
    lambda graph: callees(graph, find_one(graph, "checkout")),
    lambda graph: references(graph, find_one(graph, "Cart")),
    lambda graph: implementations(graph, find_one(graph, "Cart")),
    lambda graph: overrides(graph, find_one(graph, "Gift.total")),
    lambda graph: impact(graph, find_one(graph, "shop/cart.py"), depth=5),
    lambda graph: path_between(graph, find_one(graph, "test_checkout"), find_one(graph, "Cart.total")),
    lambda graph: find_tests(graph, find_one(graph, "Gift.total")),
    lambda graph: neighbourhood(graph, [find_one(graph, "checkout")], depth=2, nodes=5),
    lambda graph: picture(graph, module_scope(graph, "shop/"), nodes=8),
    lambda graph: dependencies(graph, module_scope(graph, "shop/web.py")),
    lambda graph: dependents(graph, module_scope(graph, "requests")),
    cycles,
    dead_code,
    hot_spots,
    lambda graph: rank(graph, {Handle("shop/web.py#checkout"): 1.0}),
]


def test_every_store_gives_the_same_answers(graph_url: str) -> None:
    """Edges, order, verdict, coverage and caps, of every question."""
    store = open_graph_store(graph_url)
    try:
        store.replace(VIEW, file_graphs(GRAPH), generation=3)
        stored, plain = replace(open_view(store, VIEW), unresolved_files=0), view_of(GRAPH)
        for question in QUESTIONS:
            assert question(stored) == question(plain)
    finally:
        store.close()
