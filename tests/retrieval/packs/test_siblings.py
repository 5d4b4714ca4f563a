"""Near copies are found by what their lines say."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.packs.siblings import sibling_groups

BODY = "\n".join(f"    value_{at} = compute(value_{at - 1}, {at})" for at in range(1, 12))
OTHER = "\n".join(f"    self.{name} = take({name})" for name in ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"))


def test_copies_join_the_best_one() -> None:
    """Indentation and a changed line do not matter; what is first is shown, and copies of it lead to it, not to each other."""
    dedented = "\n".join(line.strip() for line in BODY.split("\n"))
    changed = BODY.replace("compute(value_3, 4)", "calculate(value_3, 4)")
    assert sibling_groups([BODY, OTHER, dedented, changed], ["v4/a", "b", "v3/a", "v2/a"]) == [0, 1, 0, 0]


def test_spans_of_one_file_are_no_copies() -> None:
    assert sibling_groups([BODY, BODY], ["a", "a"]) == [0, 1]


def test_short_spans_and_parts_are_no_copies() -> None:
    """A half of a span is another span, and a few braces say nothing."""
    half = "\n".join(BODY.split("\n")[:6])
    assert sibling_groups([BODY, half, "}\n", "}\n"], "abcd") == [0, 1, 2, 3]


def test_lines_that_everything_has_make_no_copies() -> None:
    licence = "\n".join(f"# You may use line {at} of this licence as you like, and so on." for at in range(4))
    texts = [f"{licence}\n" + "\n".join(f"{name}_{at} = {name}({at})" for at in range(30)) for name in "abcdefghijkl"]
    assert sibling_groups(texts, range(12)) == list(range(12))


@settings(deadline=None)
@given(st.lists(st.text("ab\n ", max_size=400), max_size=8))
def test_a_leader_leads_itself_and_comes_first(texts: list[str]) -> None:
    leaders = sibling_groups(texts, range(len(texts)))
    assert all(leaders[leader] == leader <= at for at, leader in enumerate(leaders))
