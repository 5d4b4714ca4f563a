"""What is typed is taken apart, whatever it is, in bounded time."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import QueryError
from retrieval.query import MAX_TERMS, parse_query


def test_plain_words_become_terms_without_stop_words() -> None:
    """Forms meet, stop words go, repetition weighs a little more."""
    query = parse_query("where are the sessions stored, session by session")
    weights = {term.text: term.weight for term in query.terms}
    assert set(weights) == {"session", "stor"}
    assert weights["session"] > weights["stor"]
    assert query.pattern is None


def test_a_query_of_stop_words_alone_is_looked_up_as_it_is() -> None:
    assert {term.text for term in parse_query("who is it").terms} == {"who", "is", "it"}


def test_names_that_look_like_code_are_identifiers() -> None:
    """Quoted, called, compound and qualified names are sure; of a qualified name the last part most; plain words hardly."""
    weights = {
        each.text: each.weight
        for each in parse_query("does `flush` or Session.get_user call open() and parseUrl in Python code").identifiers
    }
    assert {name for name, weight in weights.items() if weight == 1.0} == {"flush", "get_user", "open", "parseurl"}
    assert (weights["session"], weights["python"], weights["call"]) == (0.5, 0.5, 0.25)
    assert "code" not in weights
    assert [each.weight for each in parse_query("flush").identifiers] == [1.0]


def test_paths_are_noticed() -> None:
    """With folders or with an extension, in lower case."""
    assert parse_query("why does src/App/main.py import ./Views.tsx or ../up/x.c").paths == ("src/app/main.py", "./views.tsx", "../up/x.c")
    assert parse_query("see settings.py").paths == ("settings.py",)


@pytest.mark.parametrize(
    ("text", "flags"), [("/a.b/", 0), ("/a.b/i", re.IGNORECASE), ("/a.b/ms", re.MULTILINE | re.DOTALL), (" /a.b/i ", re.IGNORECASE)]
)
def test_slashes_make_a_pattern(text: str, flags: int) -> None:
    """With flags i, m and s; ^ and $ always stand for lines."""
    pattern = parse_query(text).pattern
    assert pattern is not None
    assert (pattern.pattern, pattern.flags) == (b"a.b", flags | re.MULTILINE)


def test_the_regex_option_takes_the_text_as_it_is() -> None:
    pattern = parse_query("/a/i", regex=True).pattern
    assert pattern is not None
    assert pattern.pattern == b"/a/i"


@pytest.mark.parametrize("source", ["(", "[", "a{99999999999}", "(" * 20_000, "\ud800", "(?P<a>x)(?P<a>y)", "*"])
def test_a_broken_pattern_is_a_query_error(source: str) -> None:
    """The message names the pattern and says what to do."""
    with pytest.raises(QueryError, match="escape"):
        parse_query(source, regex=True)


def test_a_pattern_python_would_warn_about_is_taken_silently() -> None:
    assert parse_query("/[[a]/").pattern is not None


@pytest.mark.parametrize("text", ["", " ", "\n\t"])
def test_an_empty_query_is_an_error(text: str) -> None:
    with pytest.raises(QueryError, match="empty"):
        parse_query(text)


def test_terms_beyond_the_cap_are_named_not_lost() -> None:
    """The heaviest are looked up."""
    query = parse_query(" ".join(f"word{'abcdefghij'[at % 10]}{'klmnopqrst'[at // 10]}" for at in range(100)))
    assert len(query.terms) == MAX_TERMS
    assert len({term.text for term in query.terms} | set(query.dropped)) == MAX_TERMS + len(query.dropped)


def test_the_first_line_of_a_long_text_weighs_more() -> None:
    """A pasted report is led by its title."""
    body = " ".join(f"detail{letter}" for letter in "abcdefghijklmnopqrst")
    weights = {term.text: term.weight for term in parse_query(f"checkout fails\n{body}").terms}
    assert weights["checkout"] == 2 * weights["detaila"]


@pytest.mark.parametrize(
    "text",
    [
        "-" * 10_000,
        "./" * 5_000,
        "a" * 10_000,
        "fooBar " * 1_500,
        "a/" * 5_000 + "!",
        "a-" * 5_000,
        "`a" * 5_000,
        "a." * 5_000,
        "😀" * 9_000,
    ],
)
def test_ten_thousand_characters_are_taken_apart_at_once(text: str) -> None:
    """No pattern is quadratic in the query."""
    began = time.perf_counter()
    parse_query(text)
    assert time.perf_counter() - began < 0.3


@given(st.text(min_size=1, max_size=200))
def test_any_text_is_a_query_or_a_query_error(text: str) -> None:
    """NUL bytes, lone surrogates and emoji included."""
    try:
        query = parse_query(text)
    except QueryError:
        return
    assert all(term.weight > 0 and 0 <= term.key < 2**64 for term in (*query.terms, *query.identifiers))


@pytest.mark.parametrize("text", ["\0", "a\0b", "\ud800", "`\ud800\ud800`", "\udcff", "😀"])
def test_characters_no_file_holds_harm_nothing(text: str) -> None:
    parse_query(text)
