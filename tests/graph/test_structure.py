"""Modules and packages: dependencies, dependents, cycles."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.answers import Cap, ModuleAnswer, Verdict
from graph.model import EdgeKind, Evidence, Handle
from graph.questions import NameNotFoundError
from graph.structure import cycles, dependencies, dependents, module_of, module_scope
from tests.graph.memory_store import view_of

SHOP = """
shop/web.py imports shop/cart.py
shop/web.py#checkout calls shop/cart.py#Cart.total
shop/web.py#checkout calls> external:requests#post
shop/web.py imports> external:requests
shop/web.py#checkout calls! unknown:save
shop/cart.py#Cart.total calls shop/money.py#add
shop/cart.py#Cart.total calls shop/cart.py#Cart.check
tests/test_web.py imports shop/web.py
tests/test_web.py#test_it calls? shop/money.py#add
shop/money.py#add calls! unknown:checkout
"""


def uses(answer: ModuleAnswer) -> list[tuple[str, int, int]]:
    return [(each.module.handle, each.edges, each.proven) for each in answer.modules]


def test_dependencies_of_a_file_are_imports_and_uses_by_module() -> None:
    """An external package counts once, whatever is used of it; an unknown use is counted and named nowhere."""
    graph = view_of(SHOP)
    answer = dependencies(graph, module_scope(graph, "shop/web.py"))
    assert uses(answer) == [("external:requests", 2, 2), ("shop/cart.py", 2, 2)]
    assert answer.modules[1].kinds == (EdgeKind.CALLS, EdgeKind.IMPORTS)
    assert answer.coverage.unknown == 1
    assert answer.verdict is Verdict.PROVEN
    assert [edge.target for edge in answer.edges] == ["external:requests#post", "shop/cart.py"]


def test_dependents_of_a_file() -> None:
    graph = view_of(SHOP)
    answer = dependents(graph, module_scope(graph, "shop/money.py"))
    assert uses(answer) == [("shop/cart.py", 1, 1), ("tests/test_web.py", 1, 0)]


def test_a_symbol_may_be_asked_about_too() -> None:
    """Then its own file is outside of it as well."""
    graph = view_of(SHOP)
    answer = dependents(graph, module_scope(graph, "shop/cart.py#Cart.check"))
    assert uses(answer) == [("shop/cart.py", 1, 1)]
    inside = dependencies(graph, module_scope(graph, "shop/cart.py#Cart"))
    assert uses(inside) == [("shop/money.py", 1, 1)]


def test_a_folder_is_a_package() -> None:
    """What its files use of each other is no dependency of the folder."""
    graph = view_of(SHOP)
    for name in ("shop/", "shop", "./shop"):
        scope = module_scope(graph, name)
        assert uses(dependencies(graph, scope)) == [("external:requests", 2, 2)]
        assert uses(dependents(graph, scope)) == [("tests/test_web.py", 2, 1)]


def test_a_module_that_is_not_there_or_not_one_is_an_error() -> None:
    """Several choices are returned; a module goes before a symbol of its name."""
    graph = view_of("a/x.py#f calls b/x.py#f\nf/y.py#g calls b/x.py#f")
    with pytest.raises(NameNotFoundError) as several:
        module_scope(graph, "f")
    assert [node.handle for node in several.value.named.choices] == ["a/x.py#f", "b/x.py#f"]
    assert [node.handle for node in module_scope(graph, "f/").targets] == ["f"]
    with pytest.raises(NameNotFoundError, match="nothing in the graph is named"):
        module_scope(graph, "sho")


def test_a_package_of_somebody_else_has_dependents() -> None:
    graph = view_of(SHOP)
    for name in ("external:requests", "requests"):
        assert uses(dependents(graph, module_scope(graph, name))) == [("shop/web.py", 2, 2)]
    only_a_symbol = view_of("a.py#f calls> external:requests#post")
    assert uses(dependents(only_a_symbol, module_scope(only_a_symbol, "requests"))) == [("a.py", 1, 1)]


def test_a_limit_on_modules_says_how_many_more() -> None:
    graph = view_of(SHOP)
    answer = dependencies(graph, module_scope(graph, "shop/web.py"), limit=1)
    assert len(answer.edges) == 1
    assert answer.caps == (Cap("modules", 1, 1),)


CIRCLES = """
a.py imports b.py
b.py imports c.py
c.py imports a.py
b.py imports a.py
x.py imports y.py
y.py imports x.py
y.py imports z.py
p.py imports? q.py
q.py imports p.py
p.py imports! unknown:r
"""


def test_cycles_are_groups_with_a_shortest_round_trip() -> None:
    graph = view_of(CIRCLES)
    answer = cycles(graph)
    assert [each.members for each in answer.cycles] == [("a.py", "b.py", "c.py"), ("x.py", "y.py")]
    assert [(edge.source, edge.target) for edge in answer.cycles[0].edges] == [("a.py", "b.py"), ("b.py", "a.py")]
    assert answer.verdict is Verdict.PROVEN
    assert answer.coverage.unknown == 1


def test_cycles_of_possible_imports_when_asked_for() -> None:
    graph = view_of(CIRCLES)
    assert ("p.py", "q.py") in [each.members for each in cycles(graph, evidence=[Evidence.PROVEN, Evidence.POSSIBLE]).cycles]


def test_cycles_through_one_module() -> None:
    graph = view_of(CIRCLES)
    assert [each.members for each in cycles(graph, within=[Handle("y.py")]).cycles] == [("x.py", "y.py")]
    assert cycles(graph, within=[Handle("z.py")]).verdict is Verdict.NONE
    assert cycles(graph, limit=1).caps == (Cap("cycles", 1, 1),)


def test_a_chain_longer_than_the_stack_ends() -> None:
    """5,000 modules in one circle, five times what Python may call into itself."""
    answer = cycles(view_of("\n".join(f"m{at}.py imports m{(at + 1) % 5000}.py" for at in range(5000))))
    assert [len(each.edges) for each in answer.cycles] == [5000]


@given(st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=16))
def test_cycles_are_what_mutual_reachability_says(pairs: set[tuple[int, int]]) -> None:
    """Two modules share a group exactly when each reaches the other; every round trip stays within its group and closes."""
    reach = {(one, other) for one, other in pairs if one != other}
    for middle in range(7):
        reach |= {(one, other) for one in range(7) for other in range(7) if (one, middle) in reach and (middle, other) in reach}
    mutual = {frozenset({one, other}) for one, other in reach if (other, one) in reach and one != other}
    answer = cycles(view_of("\n".join(["m0.py imports m0.py", *(f"m{one}.py imports m{other}.py" for one, other in sorted(pairs))])))
    grouped = {
        frozenset({int(one[1]), int(other[1])}) for each in answer.cycles for one in each.members for other in each.members if one != other
    }
    assert grouped == mutual
    for each in answer.cycles:
        sources = [module_of(edge.source) for edge in each.edges]
        assert [module_of(edge.target) for edge in each.edges] == [*sources[1:], sources[0]]
        assert set(sources) <= set(each.members)
