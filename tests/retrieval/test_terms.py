"""Words and their terms: identifiers are split and kept whole, data is left out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.terms import MAX_WORD_BYTES, pieces, stem, terms, words


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("getHTTPResponses", ("get", "http", "respons", "gethttpresponses")),
        ("snake_case", ("snak", "cas", "snakecase")),
        ("index", ("index",)),
        ("XMLParser2", ("xml", "parser", "2", "xmlparser2")),
        ("__init__", ("init",)),
        ("42", ("42",)),
        ("7", ()),
        ("1234567", ()),
        ("a" * (MAX_WORD_BYTES + 1), ()),
        ("поиск", ("поиск",)),
        ("検索機能", ("検索", "索機", "機能", "検索機能")),
        ("😀", ()),
        ("ﬁle", ("fil",)),
    ],
)
def test_a_word_has_its_pieces_and_the_whole(word: str, found: tuple[str, ...]) -> None:
    """Compatibility forms are folded, ideographs become pairs, numbers count up to six digits."""
    assert terms(word.encode()) == found


@pytest.mark.parametrize(
    "forms", ["index indexes indexed indexing", "query queries", "match matches matched matching", "stop stopped stopping"]
)
def test_forms_of_a_word_meet(forms: str) -> None:
    """Plural and verb endings go, and with them a doubled letter."""
    assert len({stem(form) for form in forms.split()}) == 1


@pytest.mark.parametrize("word", ["is", "class", "status", "this", "string", "bed", "sing", "thing", "naïves"])
def test_what_only_looks_like_an_ending_stays(word: str) -> None:
    """At least three letters and a vowel remain."""
    assert stem(word) == word


@given(st.binary(max_size=300))
def test_any_bytes_have_words_and_terms(data: bytes) -> None:
    """Nothing raises, and terms are lower case and not empty."""
    for word in words(data):
        assert all(term and term == term.lower() for term in terms(word))
        assert len(pieces(word)) <= 16 * 128
