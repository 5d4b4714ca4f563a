"""Weight: PageRank around seeds, hot spots, churn, and the neighbourhood of a symbol."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.answers import Cap, Verdict
from graph.importance import hot_spots, rank
from graph.model import EdgeKind, Evidence, Handle
from graph.neighbourhood import neighbourhood
from graph.picture import picture
from graph.structure import module_scope
from tests.graph.memory_store import one, view_of

NET = """
a.py#seed calls a.py#near
a.py#near calls b.py#far
b.py#far calls c.py#farther
d.py#user calls a.py#seed
e.py#guess calls? a.py#seed
a.py#seed calls> external:os#getcwd
f.py#alone calls f.py#other
"""


def test_rank_is_highest_at_the_seeds_and_falls_with_distance() -> None:
    graph = view_of(NET)
    answer = rank(graph, {Handle("a.py#seed"): 1.0})
    order = [each.node.qualified_name for each in answer.ranked]
    assert order[:2] == ["seed", "near"]
    assert order.index("user") < order.index("guess")
    assert {"farther", "alone", "getcwd"} & set(order) == set()
    assert math.isclose(sum(each.score for each in answer.ranked), 1, abs_tol=1e-3)
    assert answer.verdict is Verdict.PROVEN


def test_rank_says_which_cap_it_hit() -> None:
    graph = view_of(NET)
    assert rank(graph, {Handle("a.py#seed"): 1.0}, nodes=2).caps == (Cap("nodes", 2),)
    assert rank(graph, {Handle("a.py#seed"): 1.0}, limit=1).caps[0].name == "ranked"


def test_rank_of_nothing_is_nothing() -> None:
    assert rank(view_of(NET), {}).ranked == ()
    lonely = rank(view_of(NET), {Handle("nowhere.py#x"): 2.0})
    assert [(each.node.handle, each.score) for each in lonely.ranked] == [("nowhere.py#x", pytest.approx(1.0))]


@given(st.dictionaries(st.sampled_from(["a.py#seed", "b.py#far", "d.py#user"]), st.floats(0.1, 9), min_size=1), st.integers(1, 4))
def test_rank_is_a_share_of_the_walk(seeds: dict[str, float], hops: int) -> None:
    """Scores are above 0 and sum to 1 with those of nodes outside; the scale of the seeds does not matter."""
    graph = view_of(NET)
    one_scale = rank(graph, {Handle(name): weight for name, weight in seeds.items()}, hops=hops)
    other = rank(graph, {Handle(name): weight * 7 for name, weight in seeds.items()}, hops=hops)
    assert all(each.score > 0 for each in one_scale.ranked)
    assert sum(each.score for each in one_scale.ranked) <= 1 + 1e-9
    assert [each.score for each in one_scale.ranked] == pytest.approx([each.score for each in other.ranked])


def test_hot_spots_multiply_churn_and_dependents() -> None:
    text = "b.py imports a.py\nc.py#f calls? a.py#g\nc.py imports b.py\na.py#g calls a.py#h"
    graph = view_of(text)
    answer = hot_spots(graph, {"a.py": 2.0, "b.py": 5.0, "c.py": 9.0, "gone.py": 3.0}, churn_source="git log")
    assert [(each.path, each.churn, each.dependents, each.score) for each in answer.hot_spots] == [
        ("b.py", 5.0, 1, 5.0),
        ("a.py", 2.0, 2, 4.0),
    ]
    assert answer.churn_source == "git log"
    assert hot_spots(graph, {"a.py": 2.0, "b.py": 5.0}, limit=1).caps == (Cap("hot spots", 1, 1),)


def test_hot_spots_without_churn_take_co_change() -> None:
    graph = view_of("b.py imports a.py\na.py changes_with b.py at history:0\na.py changes_with c.py at history:0")
    answer = hot_spots(graph)
    assert [(each.path, each.churn) for each in answer.hot_spots] == [("a.py", 2.0)]
    assert answer.churn_source == "changes_with edges"
    assert hot_spots(view_of("b.py imports a.py")).verdict is Verdict.NONE


def test_a_neighbourhood_holds_every_edge_among_what_it_reached() -> None:
    graph = view_of(NET + "d.py#user calls a.py#near")
    answer = neighbourhood(graph, [one(graph, "a.py#seed")], kinds=[EdgeKind.CALLS])
    assert {(each.node.handle, each.depth, each.evidence) for each in answer.reached} == {
        ("a.py#near", 1, Evidence.PROVEN),
        ("d.py#user", 1, Evidence.PROVEN),
        ("external:os#getcwd", 1, Evidence.PROVEN),
        ("e.py#guess", 1, Evidence.POSSIBLE),
    }
    assert ("d.py#user", "a.py#near") in {(edge.source, edge.target) for edge in answer.edges}
    assert answer.caps == ()


def test_a_neighbourhood_that_is_cut_keeps_the_best_known() -> None:
    graph = view_of(NET)
    answer = neighbourhood(graph, [one(graph, "a.py#seed")], kinds=[EdgeKind.CALLS], nodes=2)
    assert "e.py#guess" not in {each.node.handle for each in answer.reached}
    assert answer.caps == (Cap("nodes", 2, 2),)
    assert {end for edge in answer.edges for end in (edge.source, edge.target)} <= {
        "a.py#seed",
        *(each.node.handle for each in answer.reached),
    }


def test_a_neighbourhood_begins_with_what_is_useful() -> None:
    """Proven before possible before external; what is called more often before what is called once."""
    text = NET + "a.py#seed calls c.py#once\na.py#seed calls z.py#often\na.py#seed calls z.py#often"
    answer = neighbourhood(view_of(text), [one(view_of(text), "a.py#seed")], kinds=[EdgeKind.CALLS])
    names = [each.node.name for each in answer.reached]
    assert names[0] == "often"
    assert names[-2:] == ["guess", "getcwd"]


def test_a_neighbourhood_two_steps_wide() -> None:
    """What lies behind a possible edge is possible."""
    graph = view_of(NET + "g.py#behind calls e.py#guess")
    found = {each.node.name: (each.depth, each.evidence) for each in neighbourhood(graph, [one(graph, "a.py#seed")], depth=2).reached}
    assert found["far"] == (2, Evidence.PROVEN)
    assert found["behind"] == (2, Evidence.POSSIBLE)
    assert found["a.py"][0] == 1


FILES = """
shop/a.py#f calls? shop/b.py#g
shop/a.py imports shop/b.py
shop/b.py#g calls lib/x.py#h
app/m.py#main calls shop/a.py#f
app/m.py#main calls shop/b.py#g
app/n.py#other calls shop/a.py#f
app/n.py#other calls app/m.py#main
"""


def test_a_picture_of_a_folder_shows_its_files() -> None:
    """One edge from file to file, the best known; of what lies around, what touches most files of the folder first."""
    graph = view_of(FILES)
    answer = picture(graph, module_scope(graph, "shop/"))
    assert [node.handle for node in answer.targets] == ["shop/a.py", "shop/b.py"]
    assert {(edge.source, edge.target, edge.kind) for edge in answer.edges} == {
        ("shop/a.py", "shop/b.py", EdgeKind.IMPORTS),
        ("shop/b.py", "lib/x.py", EdgeKind.CALLS),
        ("app/m.py", "shop/a.py", EdgeKind.CALLS),
        ("app/m.py", "shop/b.py", EdgeKind.CALLS),
        ("app/n.py", "shop/a.py", EdgeKind.CALLS),
    }
    cut = picture(graph, module_scope(graph, "shop/"), nodes=4)
    assert [each.node.handle for each in cut.reached] == ["app/m.py", "app/n.py"]
    assert cut.caps == (Cap("nodes", 4, 1),)
    assert picture(graph, module_scope(graph, "shop/"), nodes=2).caps[0] == Cap("members", 1, 1)


def test_a_picture_of_a_foreign_package_shows_who_uses_it() -> None:
    graph = view_of("a.py#f calls> external:requests#post\na.py#f calls> external:requests#get\nb.py#g calls> external:flask#Flask")
    answer = picture(graph, module_scope(graph, "requests"))
    assert [(edge.source, edge.target) for edge in answer.edges] == [("a.py", "external:requests")]
    assert [node.handle for node in answer.targets] == ["external:requests"]
