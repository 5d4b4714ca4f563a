"""Files that change together, counted over made-up and real histories."""

from __future__ import annotations

from math import exp, log2
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.cochange import CoChangeOptions, count_changes, history_graph
from graph.model import EdgeKind, Evidence
from ingest.git import find_checkout
from ingest.git_history import Bounds, Change, FileChange, read_changes
from tests.ingest.repositories import commit_all, git, new_repository, write

ALL = frozenset("abcdef")


def change(*files: str) -> Change:
    """A change of files; ``old>new`` is a rename."""
    read = [name.split(">") for name in files]
    return Change("", tuple(FileChange(parts[-1], parts[0] if len(parts) > 1 else "") for parts in read))


def pairs(found: object) -> dict[tuple[str, str], str]:
    """Edges of a history by their ends."""
    assert hasattr(found, "cochanges")
    return {(edge.source, edge.target): edge.rule for edge in history_graph(found).edges}  # pyright: ignore[reportArgumentType]


def test_an_edge_says_in_how_many_of_the_sources_changes_the_target_was() -> None:
    """The two directions differ: b never changes without a, a often without b."""
    history = count_changes([change("a", "b"), change("a"), change("a", "b", "c"), change("a")], ALL)
    assert pairs(history) == {("a", "b"): "history:2/4", ("b", "a"): "history:2/2"}
    (edge, _) = history_graph(history).edges
    assert (edge.kind, edge.evidence, edge.path, edge.line) == (EdgeKind.CHANGES_WITH, Evidence.PROVEN, "//history", 0)
    assert history.notes == ()


def test_recent_and_small_changes_weigh_more() -> None:
    """The share is exp(-age / decay) / log2(1 + size), summed over common changes, divided by the sum over all of the source's."""
    history = count_changes([change("a", "b"), change("a", "c", "d"), change("a", "b")], ALL, CoChangeOptions(decay=2, together=1))
    weights = [1 / log2(3), exp(-1 / 2) / log2(4), exp(-1) / log2(3)]
    scores = {(pair.source, pair.target): pair.score for pair in history.cochanges}
    assert scores["a", "b"] == pytest.approx((weights[0] + weights[2]) / sum(weights))
    assert scores["a", "c"] == pytest.approx(weights[1] / sum(weights))
    assert [pair.target for pair in history.cochanges if pair.source == "a"] == ["b", "c", "d"]


def test_files_that_are_gone_count_for_the_size_of_a_change() -> None:
    """Also those whose names others have now."""
    history = count_changes([change("e>a", "f>b"), change(*"abcd"), change("c")], ALL, CoChangeOptions(decay=1e9, together=1))
    (score,) = (pair.score for pair in history.cochanges if (pair.source, pair.target) == ("c", "d"))
    assert score == pytest.approx(1 / log2(5) / (1 / log2(5) + 1 / log2(2)))


def test_renames_are_followed() -> None:
    """Older changes of the old name count for today's; an older file that had today's name is another file."""
    history = count_changes([change("f>a", "b"), change("f", "b"), change("a", "c"), change("a", "c")], ALL | {"f"})
    assert pairs(history) == {("a", "b"): "history:2/2", ("b", "a"): "history:2/2"}
    assert history.churn["a"] == pytest.approx(1 + exp(-1 / 400))
    swapped = count_changes([change("a>b", "b>a"), change("a", "c"), change("a", "c")], ALL)
    assert pairs(swapped) == {("b", "c"): "history:2/3", ("c", "b"): "history:2/2"}
    chain = count_changes([change("d>e"), change("c>d"), change("c", "a"), change("c", "a")], {"e", "a"})
    assert ("e", "a") in pairs(chain)


def test_only_files_that_exist_now_are_counted() -> None:
    assert pairs(count_changes([change("a", "gone")] * 3, ALL)) == {}


def test_sweeping_changes_count_as_churn_alone() -> None:
    """And the answer says how many there were."""
    history = count_changes([change("a", "b"), change("a", "b"), change(*"abcd")], ALL, CoChangeOptions(largest=3))
    assert pairs(history)["a", "b"] == "history:2/2"
    assert history.churn["a"] == pytest.approx(1 + exp(-1 / 400) + exp(-2 / 400))
    assert history.notes == ("co-change: 1 changes of more than 3 files count for no pair",)


def test_caps_on_neighbours_and_pairs_are_said() -> None:
    history = count_changes([change(*"abcd")] * 2, ALL, CoChangeOptions(neighbours=2))
    assert len(history.cochanges) == 8
    assert history.notes == ("co-change: 4 pairs are left out, because only the 2 strongest of a file are kept",)
    full = count_changes([change("a", "b"), change("a", "b"), change("a", "c")], ALL, CoChangeOptions(pairs=0, together=1))
    assert pairs(full) == {("a", "b"): "history:1/1", ("b", "a"): "history:1/1"}
    assert full.notes == ("co-change: the oldest 2 changes count for no pair, because there are more than 0 pairs",)


def test_rare_company_is_no_edge() -> None:
    """One common change may be chance, and so may two in a hundred."""
    history = count_changes([change("a", "b")] * 2 + [change("a")] * 98, ALL, CoChangeOptions(decay=1e9, share=0.05))
    assert pairs(history) == {("b", "a"): "history:2/2"}
    assert pairs(count_changes([change("a", "b")], ALL)) == {}


def test_churn_adds_up_changes_by_age() -> None:
    history = count_changes([change("a"), change("a"), change("a"), change()], ALL)
    assert history.churn == {"a": pytest.approx(1 + exp(-1 / 400) + exp(-2 / 400))}
    assert history.changes == 4


@given(st.lists(st.lists(st.sampled_from("abcdef"), max_size=5, unique=True), max_size=12))
def test_every_edge_is_borne_out_by_the_changes(made: list[list[str]]) -> None:
    """Without renames the counts can be counted again by hand."""
    history = count_changes([change(*names) for names in made], ALL, CoChangeOptions(together=1, share=0.0))
    for pair in history.cochanges:
        assert pair.together == sum(pair.source in names and pair.target in names for names in made)
        assert pair.changes == sum(pair.source in names for names in made)
        assert 0 < pair.score <= 1 + 1e-9
    expected = {(a, b) for names in made for a in names for b in names if a != b}
    assert {(pair.source, pair.target) for pair in history.cochanges} == expected


def test_a_real_repository(tmp_path: Path) -> None:
    """From git to edges, across a rename."""
    root = new_repository(tmp_path / "r", {"a.py": "1\n" * 30, "b.py": "1"})
    for number in "234":
        write(root, {"a.py": "1\n" * 30 + number, "b.py": number})
        commit_all(root)
    git(root, "mv", "a.py", "c.py")
    commit_all(root)
    checkout = find_checkout(str(root))
    assert checkout is not None
    bounds = Bounds()
    history = count_changes(read_changes(checkout, "HEAD", bounds), {"b.py", "c.py"})
    assert pairs(history) == {("b.py", "c.py"): "history:4/4", ("c.py", "b.py"): "history:4/5"}
    assert bounds.reached == []
