"""Several steps away: impact, paths, tests."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from graph.answers import Cap, GraphView, ReachAnswer, Verdict
from graph.model import Evidence, Handle
from graph.reach import find_tests, impact, path_between
from tests.graph.memory_store import one, view_of

CHAIN = """
a.py#save calls a.py#write
b.py#store calls a.py#save
c.py#sync calls b.py#store
d.py#main calls c.py#sync
e.py#guess calls? a.py#save
f.py#late calls e.py#guess
tests/test_b.py#test_store calls b.py#store
tests/test_a.py#test_save tests a.py#save
"""


def rows(answer: ReachAnswer) -> list[tuple[str, int, str]]:
    return [(each.node.qualified_name, each.depth, each.evidence.value) for each in answer.reached]


def test_impact_follows_uses_backwards_and_keeps_the_evidence() -> None:
    """What lies behind a possible edge is possible, even if it is proven from there on."""
    graph = view_of(CHAIN)
    answer = impact(graph, one(graph, "a.py#save"), depth=9)
    assert rows(answer) == [
        ("store", 1, "proven"),
        ("guess", 1, "possible"),
        ("sync", 2, "proven"),
        ("test_store", 2, "proven"),
        ("late", 2, "possible"),
        ("main", 3, "proven"),
    ]
    assert answer.verdict is Verdict.PROVEN
    assert answer.caps == ()
    assert {edge.target for edge in answer.edges} <= {"a.py#save", *(each.node.handle for each in answer.reached)}


def test_a_longer_proven_chain_counts_more_than_a_short_possible_one() -> None:
    graph = view_of("a.py#x calls? a.py#t\na.py#x calls a.py#y\na.py#y calls a.py#t")
    assert rows(impact(graph, one(graph, "a.py#t"))) == [("y", 1, "proven"), ("x", 2, "proven")]


def test_impact_says_which_cap_it_hit() -> None:
    graph = view_of(CHAIN)
    near = impact(graph, one(graph, "a.py#save"), depth=1)
    assert [name for name, _, _ in rows(near)] == ["store", "guess"]
    assert near.caps == (Cap("depth", 1),)
    assert impact(graph, one(graph, "a.py#save"), depth=3).caps == ()
    few = impact(graph, one(graph, "a.py#save"), nodes=2)
    assert few.caps[0] == Cap("nodes", 2)
    listed = impact(graph, one(graph, "a.py#save"), depth=9, limit=2)
    assert len(listed.edges) == 2
    assert listed.caps == (Cap("reached", 2, 4),)


def test_the_impact_of_a_type_is_that_of_its_members() -> None:
    graph = view_of("b.py#f calls a.py#Cart.add\na.py#Cart.add calls a.py#Cart.check")
    assert rows(impact(graph, one(graph, "a.py#Cart"))) == [("f", 1, "proven")]


def test_impact_reaches_through_dispatch() -> None:
    """A change of an overrider may be felt by who calls the overridden method."""
    graph = view_of("b.py#f calls a.py#Base.run\na.py#Sub.run overrides a.py#Base.run\nc.py#g calls b.py#f")
    assert rows(impact(graph, one(graph, "a.py#Sub.run"))) == [("f", 1, "possible"), ("g", 2, "possible")]
    assert rows(impact(graph, one(graph, "a.py#Base.run"))) == [("Sub.run", 1, "proven"), ("f", 1, "proven"), ("g", 2, "proven")]


def test_only_the_evidence_that_was_asked_for_is_followed() -> None:
    graph = view_of(CHAIN)
    assert all(evidence == "proven" for _, _, evidence in rows(impact(graph, one(graph, "a.py#save"), evidence=[Evidence.PROVEN])))
    assert rows(impact(graph, one(graph, "a.py#save"), evidence=[Evidence.POSSIBLE])) == [("guess", 1, "possible")]


def test_the_coverage_of_impact_counts_all_that_was_reached() -> None:
    graph = view_of(CHAIN + "z.py#a calls! unknown:sync\nz.py#a calls! unknown:save\nz.py#a calls! unknown:other")
    assert impact(graph, one(graph, "a.py#save")).coverage.unknown == 2


def test_a_path_runs_along_uses() -> None:
    graph = view_of(CHAIN)
    answer = path_between(graph, one(graph, "d.py#main"), one(graph, "a.py#write"))
    assert [edge.target for edge in answer.edges] == ["c.py#sync", "b.py#store", "a.py#save", "a.py#write"]
    assert answer.verdict is Verdict.PROVEN
    assert path_between(graph, one(graph, "a.py#write"), one(graph, "d.py#main")).verdict is Verdict.NONE


def test_a_proven_path_goes_before_a_shorter_possible_one() -> None:
    graph = view_of("a.py#a calls? a.py#c\na.py#a calls a.py#b\na.py#b calls a.py#c\na.py#c calls? a.py#d")
    assert len(path_between(graph, one(graph, "a.py#a"), one(graph, "a.py#c")).edges) == 2
    far = path_between(graph, one(graph, "a.py#a"), one(graph, "a.py#d"))
    assert [edge.evidence for edge in far.edges] == [Evidence.POSSIBLE, Evidence.POSSIBLE]
    assert far.verdict is Verdict.POSSIBLE


def test_a_path_that_a_cap_ended_says_so() -> None:
    graph = view_of(CHAIN)
    short = path_between(graph, one(graph, "d.py#main"), one(graph, "a.py#write"), depth=2)
    assert (short.edges, short.verdict, short.caps) == ((), Verdict.NONE, (Cap("depth", 2),))
    assert path_between(graph, one(graph, "d.py#main"), one(graph, "a.py#write"), nodes=1).caps == (Cap("nodes", 1),)


def test_a_path_that_is_not_found_counts_the_open_ends() -> None:
    """Whatever they are called: the chain may go on from any use on the way that was not resolved."""
    graph = view_of("a.py#f calls a.py#g\na.py#g calls! unknown:run\na.py#h calls! unknown:run")
    assert path_between(graph, one(graph, "a.py#f"), one(graph, "a.py#h")).coverage.unknown == 1


def test_a_path_from_a_symbol_to_itself_is_none() -> None:
    graph = view_of(CHAIN)
    assert path_between(graph, one(graph, "a.py#save"), one(graph, "a.py#save")).edges == ()


def test_tests_are_named_or_reach_the_symbol() -> None:
    """A test edge counts at once; a call from a test file counts through what it calls."""
    graph = view_of(CHAIN)
    answer = find_tests(graph, one(graph, "a.py#save"))
    assert rows(answer) == [("test_save", 1, "proven"), ("test_store", 2, "proven")]
    assert {(edge.source, edge.target) for edge in answer.edges} == {
        ("tests/test_a.py#test_save", "a.py#save"),
        ("tests/test_b.py#test_store", "b.py#store"),
        ("b.py#store", "a.py#save"),
    }
    assert find_tests(graph, one(graph, "d.py#main")).verdict is Verdict.NONE


NAMES = "abcdef"


@st.composite
def small_graphs(draw: st.DrawFn) -> tuple[GraphView, set[tuple[str, str, bool]]]:
    """A graph of six functions, and its edges as (from, to, proven)."""
    edges = draw(st.sets(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES), st.booleans()), max_size=14))
    lines = [f"m.py#{source} calls{'' if proven else '?'} m.py#{target}" for source, target, proven in sorted(edges)]
    everyone = [f"m.py#{name} references m.py#all" for name in NAMES]
    return view_of("\n".join([*everyone, *lines])), edges


def distances(edges: set[tuple[str, str, bool]], target: str, *, proven: bool) -> dict[str, int]:
    """Distances to the target, found by going round until nothing changes."""
    found = {target: 0}
    for _ in NAMES:
        for source, end, certain in edges:
            if end in found and (certain or not proven):
                found[source] = min(found.get(source, 99), found[end] + 1)
    return {name: distance for name, distance in found.items() if name != target}


@given(small_graphs())
def test_impact_is_what_plain_relaxation_finds(case: tuple[GraphView, set[tuple[str, str, bool]]]) -> None:
    """Proven nodes with their proven distance, all others with their distance over every edge."""
    graph, edges = case
    proven = distances(edges, "a", proven=True)
    every = distances(edges, "a", proven=False)
    expected = {name: (distance, "possible") for name, distance in every.items()}
    expected |= {name: (distance, "proven") for name, distance in proven.items()}
    answer = impact(graph, one(graph, "m.py#a"), depth=9)
    assert {name: (depth, evidence) for name, depth, evidence in rows(answer)} == expected


@given(small_graphs())
def test_a_path_is_a_shortest_one(case: tuple[GraphView, set[tuple[str, str, bool]]]) -> None:
    """Its edges join up, and no shorter chain of its evidence exists."""
    graph, edges = case
    answer = path_between(graph, one(graph, "m.py#b"), one(graph, "m.py#a"))
    proven, every = (distances(edges, "a", proven=only).get("b") for only in (True, False))
    assert len(answer.edges) == (proven or every or 0)
    ends = [Handle("m.py#b"), *(edge.target for edge in answer.edges)]
    assert [edge.source for edge in answer.edges] == ends[:-1]
    assert answer.verdict is (Verdict.PROVEN if proven else Verdict.POSSIBLE if every else Verdict.NONE)
