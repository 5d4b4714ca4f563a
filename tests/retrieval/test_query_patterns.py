"""A pattern nobody can compile is a query error, whatever the compiler raises."""

import pytest

from ingest.errors import QueryError
from retrieval.query import parse_query


@pytest.mark.parametrize(
    "pattern", ["(", "a{99999999999}", "(" * 5_000 + ")" * 5_000, "\ud800"], ids=["syntax", "overflow", "depth", "lone surrogate"]
)
def test_a_broken_pattern_is_a_query_error(pattern: str) -> None:
    with pytest.raises(QueryError, match="not a regular expression"):
        parse_query(pattern, regex=True)


def test_a_pattern_python_warns_of_is_used() -> None:
    """``[[a]`` makes the compiler warn; the warning is not the user's."""
    assert parse_query("/[[a]/").pattern is not None
