"""Where in a span to look first."""

from __future__ import annotations

import pytest

from retrieval.focus import focus
from retrieval.query import parse_query

SPAN = "\n".join([
    "class Cart:",
    "",
    "    items = []",
    "",
    "    def total(self):",
    "        tax = rate",
    "        return tax",
    "",
    "    pass",
    "",
])


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("total tax", 4),
        ("cart", 0),
        ("nothing of this", 0),
        ("pass", 7),
        ("/total/", 0),
    ],
)
def test_the_window_that_holds_most_of_the_query_comes_first(query: str, first: int) -> None:
    """Three lines are shown; a window at the end of the span is moved up to be full."""
    assert focus(SPAN, parse_query(query), lines=3) == first


def test_blank_lines_never_lead() -> None:
    """Also where nothing of the query is in the span."""
    assert focus("\n\nrun()\n", parse_query("walk"), lines=3) == 2
