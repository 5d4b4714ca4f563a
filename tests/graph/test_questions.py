"""One step around a symbol: who touches it, what it touches, and what the answer may be missing."""

from __future__ import annotations

import pytest

from graph.answers import Answer, Cap, GraphView, Verdict, ask, open_view
from graph.model import EdgeKind, Evidence, FileGraph
from graph.questions import callees, callers, coverage_of, implementations, overrides, references, resolve, scope_of
from ingest.errors import NotIndexedError, StoreBusyError
from tests.graph.memory_store import VIEW, MemoryStore, one, view_of

SHOP = """
shop/web.py#checkout calls shop/cart.py#Cart.total
shop/web.py#checkout instantiates shop/cart.py#Cart
shop/web.py#checkout calls> external:requests#post
shop/web.py#checkout calls! unknown:total
shop/web.py#guess calls? shop/cart.py#Cart.total at shop/web.py:5
shop/web.py#guess calls? shop/cart.py#Gift.total at shop/web.py:5
shop/cart.py#Gift inherits shop/cart.py#Cart
shop/cart.py#Voucher inherits shop/cart.py#Gift
shop/cart.py#Gift.total overrides shop/cart.py#Cart.total
shop/cart.py#Voucher.total overrides shop/cart.py#Gift.total
shop/cart.py#Gift.total calls shop/cart.py#Cart.total by super
shop/web.py imports shop/cart.py#Cart
shop/web.py imports shop/cart.py
shop/web.ts#checkout calls! unknown:total
"""


def shown(answer: Answer) -> list[str]:
    """Edges as short lines: source, kind, target and evidence."""
    return [f"{edge.source.rpartition('#')[2]} {edge.kind} {edge.target.rpartition('#')[2]} {edge.evidence}" for edge in answer.edges]


def test_a_name_is_resolved_or_returns_its_choices() -> None:
    """Handles, qualified names, names and paths are all names; a name of several symbols is none of them."""
    graph = view_of(SHOP)
    for name in ("shop/cart.py#Cart", "Cart", "shop/cart.py#Cart"):
        node = resolve(graph, name).node
        assert node is not None and node.handle == "shop/cart.py#Cart"
    scoped = resolve(graph, "Cart::total")
    assert scoped.node is not None and scoped.node.qualified_name == "Cart.total"
    several = resolve(graph, "total")
    assert several.node is None
    assert [node.qualified_name for node in several.choices] == ["Cart.total", "Gift.total", "Voucher.total"]
    assert resolve(graph, "nobody").choices == ()
    file = resolve(graph, "./shop/cart.py").node
    assert file is not None and file.kind == "file"


def test_more_choices_than_wanted_are_a_cap() -> None:
    named = resolve(view_of(SHOP), "total", limit=2)
    assert len(named.choices) == 2
    assert named.caps == (Cap("choices", 2),)


def test_a_name_that_only_unknown_uses_bear_names_nothing() -> None:
    graph = view_of("a.py#f calls! unknown:save")
    assert resolve(graph, "save").choices == ()
    node = resolve(graph, "unknown:save").node
    assert node is not None
    answer = references(graph, node, evidence=[Evidence.UNKNOWN])
    assert shown(answer) == ["f calls unknown:save unknown"]
    assert answer.verdict is Verdict.NONE


def test_callers_are_calls_and_instantiations_best_evidence_first() -> None:
    graph = view_of(SHOP)
    answer = callers(graph, one(graph, "shop/cart.py#Cart.total"))
    assert shown(answer) == ["Gift.total calls Cart.total proven", "checkout calls Cart.total proven", "guess calls Cart.total possible"]
    assert answer.verdict is Verdict.PROVEN
    assert (answer.view, answer.generation) == (VIEW, 3)
    assert shown(callers(graph, one(graph, "shop/cart.py#Cart"))) == ["checkout instantiates Cart proven"]


def test_coverage_counts_unknown_uses_of_the_name_in_the_same_language() -> None:
    """TypeScript cannot call a Python method by its name, so its unknown use of that name is none of this symbol."""
    graph = view_of(SHOP)
    answer = callers(graph, one(graph, "shop/cart.py#Cart.total"))
    assert answer.coverage.unknown == 1
    assert answer.coverage.unresolved_files == 0


def test_coverage_of_a_constructor_counts_the_name_of_its_type() -> None:
    graph = view_of("a.py#f calls! unknown:Cart\na.py#Cart.__init__ calls a.py#f")
    assert coverage_of(graph, [one(graph, "a.py#Cart.__init__").handle]).unknown == 1


def test_nothing_found_is_a_verdict_of_its_own() -> None:
    """No caller found, and one unknown use shares the name: none, with coverage."""
    graph = view_of("a.py#f calls! unknown:save\nb.py#save calls b.py#write")
    answer = callers(graph, one(graph, "b.py#save"))
    assert (answer.edges, answer.verdict, answer.coverage.unknown) == ((), Verdict.NONE, 1)


def test_a_call_of_the_overridden_method_may_reach_its_overriders() -> None:
    """Through two levels, only as possible, under the rule dispatch; ``super`` names its class and is not dispatched."""
    graph = view_of(SHOP)
    answer = callers(graph, one(graph, "shop/cart.py#Voucher.total"))
    assert shown(answer) == ["checkout calls Voucher.total possible", "guess calls Voucher.total possible"]
    assert {edge.rule for edge in answer.edges} == {"dispatch"}
    assert answer.verdict is Verdict.POSSIBLE
    assert callers(graph, one(graph, "shop/cart.py#Voucher.total"), evidence=[Evidence.PROVEN]).edges == ()


def test_a_dispatched_call_is_listed_once() -> None:
    """The candidates that the resolver found itself are not repeated, nor is a use that reaches over two ways."""
    graph = view_of(SHOP)
    found = shown(callers(graph, one(graph, "shop/cart.py#Gift.total")))
    assert found == ["checkout calls Gift.total possible", "guess calls Gift.total possible"]


def test_callees_name_what_lies_outside_and_count_what_is_unknown() -> None:
    graph = view_of(SHOP)
    answer = callees(graph, one(graph, "shop/web.py#checkout"))
    assert shown(answer) == [
        "checkout calls Cart.total proven",
        "checkout instantiates Cart proven",
        "checkout calls post external",
        "checkout calls Gift.total possible",
        "checkout calls Voucher.total possible",
    ]
    assert answer.coverage.unknown == 1
    assert callees(graph, one(graph, "shop/cart.py#Cart")).verdict is Verdict.NONE


def test_making_an_instance_is_never_dispatched() -> None:
    """``Base()`` runs Base's constructor, whatever overrides it."""
    graph = view_of("a.py#f calls a.py#Base.__init__\na.py#Sub.__init__ overrides a.py#Base.__init__")
    assert callers(graph, one(graph, "a.py#Sub.__init__")).edges == ()


def test_overriding_in_a_circle_ends() -> None:
    """Broken code may say that two methods override each other."""
    graph = view_of("a.py#f calls a.py#A.m\na.py#A.m overrides a.py#B.m\na.py#B.m overrides a.py#A.m")
    assert shown(callers(graph, one(graph, "a.py#B.m"))) == ["f calls B.m possible"]


def test_callers_of_a_file_come_from_outside() -> None:
    graph = view_of(SHOP)
    assert {edge.source for edge in callers(graph, one(graph, "shop/cart.py")).edges} == {"shop/web.py#checkout", "shop/web.py#guess"}


def test_references_hold_every_use() -> None:
    graph = view_of(SHOP)
    assert shown(references(graph, one(graph, "shop/cart.py#Cart"))) == [
        "Gift inherits Cart proven",
        "checkout instantiates Cart proven",
        "shop/web.py imports Cart proven",
    ]
    only = references(graph, one(graph, "shop/cart.py#Cart"), kinds=[EdgeKind.IMPORTS])
    assert shown(only) == ["shop/web.py imports Cart proven"]


def test_implementations_of_a_type_and_of_a_method() -> None:
    """At any distance; a depth that leaves some out says so."""
    graph = view_of(SHOP)
    assert shown(implementations(graph, one(graph, "shop/cart.py#Cart"))) == ["Gift inherits Cart proven", "Voucher inherits Gift proven"]
    assert shown(implementations(graph, one(graph, "shop/cart.py#Cart.total"))) == [
        "Gift.total overrides Cart.total proven",
        "Voucher.total overrides Gift.total proven",
    ]
    near = implementations(graph, one(graph, "shop/cart.py#Cart"), depth=1)
    assert shown(near) == ["Gift inherits Cart proven"]
    assert near.caps == (Cap("depth", 1),)


def test_overrides_go_both_ways() -> None:
    graph = view_of(SHOP)
    assert shown(overrides(graph, one(graph, "shop/cart.py#Gift.total"))) == [
        "Gift.total overrides Cart.total proven",
        "Voucher.total overrides Gift.total proven",
    ]


def test_a_limit_that_cuts_says_how_much() -> None:
    graph = view_of(SHOP)
    answer = callers(graph, one(graph, "shop/cart.py#Cart.total"), limit=1)
    assert len(answer.edges) == 1
    assert answer.caps == (Cap("edges", 1, 2),)


def test_a_scope_that_is_too_large_says_so() -> None:
    graph = view_of(SHOP)
    scope = scope_of(graph, [one(graph, "shop/cart.py")], members=True, limit=3)
    assert len(scope.handles) == 3
    assert scope.caps == (Cap("members", 3),)
    assert scope_of(graph, [one(graph, "shop/cart.py")], members=False).handles == {"shop/cart.py"}


def test_a_view_without_a_graph_is_an_error() -> None:
    with pytest.raises(NotIndexedError, match="has not been built"):
        open_view(MemoryStore(), "nothing")


def test_a_question_is_answered_from_one_generation() -> None:
    """A generation published while a question runs makes it start again; one that is published each time is an error."""
    store = MemoryStore()
    store.replace(VIEW, [FileGraph("a.py")], generation=1)

    def publish_once(graph: GraphView) -> int:
        if graph.generation == 1:
            store.replace(VIEW, [], generation=2)
        return graph.generation

    def publish(graph: GraphView) -> None:
        store.replace(VIEW, [], generation=graph.generation + 1)

    assert ask(lambda: open_view(store, VIEW), publish_once) == 2
    with pytest.raises(StoreBusyError, match="changed 3 times"):
        ask(lambda: open_view(store, VIEW), publish)
