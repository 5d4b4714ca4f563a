"""Packs fit their budget, hold each span once, and say what they left out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.answers import Hit, SearchAnswer
from retrieval.context import estimate_tokens, pack


def hit(path: str, start: int, end: int, rank: int = 1, snippet: str | None = None, symbol: str = "f") -> Hit:
    text = "\n".join(f"line {line} of {path}" for line in range(start, end + 1)) if snippet is None else snippet
    return Hit(rank, 1.0, path, start, end, symbol, "function", "python", text, "repository", "/view")


HITS = st.lists(st.tuples(st.sampled_from(["a.py", "b.py"]), st.integers(0, 8)), unique=True, max_size=12)


@given(HITS, st.integers(1, 900))
def test_a_pack_stays_within_its_budget_and_never_repeats_a_line(spans: list[tuple[str, int]], budget: int) -> None:
    """Whatever the order of the hits; every line of the text is the file's at that place."""
    hits = [hit(path, at * 10 + 1, at * 10 + 10, rank) for rank, (path, at) in enumerate(spans, start=1)]
    packed = pack(SearchAnswer(tuple(hits), ()), budget=budget)
    assert packed.tokens == sum(item.tokens for item in packed.items) <= budget == packed.budget
    lines = [(item.path, line) for item in packed.items for line in range(item.start_line, item.end_line + 1)]
    assert len(lines) == len(set(lines))
    for item in packed.items:
        if item.fidelity == "full":
            assert item.text == "\n".join(f"line {line} of {item.path}" for line in range(item.start_line, item.end_line + 1))


def test_three_fidelities_by_what_is_left() -> None:
    """In full while it fits, then the first lines, then the name, then nothing; all of it is counted."""
    full = hit("a.py", 1, 40)
    whole = pack(SearchAnswer((full,), ()), budget=10_000)
    assert [item.fidelity for item in whole.items] == ["full"]
    assert [item.fidelity for item in pack(SearchAnswer((full,), ()), budget=40).items] == ["signature"]
    assert [(item.fidelity, item.text) for item in pack(SearchAnswer((full,), ()), budget=15).items] == [("name", "f")]
    assert pack(SearchAnswer((full,), ()), budget=5).left_out == 1
    assert pack(SearchAnswer((hit("a.py", 1, 40, symbol=""),), ()), budget=15).items[0].text == "a.py"


def test_a_signature_is_the_first_lines_that_say_something() -> None:
    snippet = "\n\n  def f(\n    a,\n\n    b,\n  ):\n" + "    x = 1\n" * 60
    assert pack(SearchAnswer((hit("a.py", 1, 66, snippet=snippet),), ()), budget=40).items[0].text == "  def f(\n    a,\n    b,"


def test_neighbours_become_one_span_in_the_place_of_the_better() -> None:
    """Lines between them that a snippet lost at its end come back, so that line numbers hold."""
    hits = (hit("a.py", 11, 20, 1), hit("b.py", 1, 5, 2), hit("a.py", 1, 10, 3, snippet="first\nsecond"))
    packed = pack(SearchAnswer(hits, ()), budget=10_000)
    assert [(item.path, item.start_line, item.end_line) for item in packed.items] == [("a.py", 1, 20), ("b.py", 1, 5)]
    assert packed.items[0].text.split("\n")[10] == "line 11 of a.py"


def test_the_same_lines_of_two_views_are_two_spans() -> None:
    one, other = hit("a.py", 1, 10), hit("a.py", 11, 20)
    moved = Hit(2, 1.0, "a.py", 11, 20, "f", "function", "python", other.snippet, "another", "/elsewhere")
    assert len(pack(SearchAnswer((one, moved), ()), budget=10_000).items) == 2


@pytest.mark.parametrize("budget", [0, -5])
def test_a_budget_below_one_is_a_mistake(budget: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        pack(SearchAnswer((), ()), budget=budget)


def test_an_estimate_counts_bytes() -> None:
    """3.5 bytes a token, and never none."""
    assert (estimate_tokens(""), estimate_tokens("x" * 35), estimate_tokens("é" * 35)) == (1, 11, 21)
