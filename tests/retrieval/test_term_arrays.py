"""The terms of many words, found together, are those found one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from retrieval.embed import HASH_PADDING, hash_terms
from retrieval.term_arrays import word_terms
from retrieval.terms import MAX_WORD_BYTES, terms

ENDINGS = ["s", "es", "ies", "sses", "shes", "ches", "xes", "zes", "us", "is", "ing", "ed", "e", "tting", "lled"]
PIECES = st.builds(str.__add__, st.text("abcsxyzeiu", max_size=6), st.sampled_from(ENDINGS))
CAMEL = st.lists(st.one_of(PIECES, PIECES.map(str.title), PIECES.map(str.upper), st.text("019", max_size=7)), max_size=20).map("".join)
WORDS = st.one_of(st.text("abXY_09é検索ﬁ", max_size=40), CAMEL, st.lists(CAMEL, max_size=4).map("_".join))


def check(found: list[str]) -> None:
    """Compare the hashes of both ways, in order."""
    encoded = [word.encode()[:MAX_WORD_BYTES] for word in found if word]
    lengths = np.array([len(word) for word in encoded], np.int64)
    starts = np.cumsum(lengths + 1) - lengths - 1
    hashes, counts = word_terms(b" ".join(encoded) + bytes(HASH_PADDING), starts, lengths)
    expected = [terms(word) for word in encoded]
    assert counts.tolist() == [len(each) for each in expected]
    assert hashes.tolist() == hash_terms([term for each in expected for term in each]).tolist()


@given(st.lists(WORDS, max_size=12))
@example(["_", "__"])
@example(["a1b2c3d4e5f6g7h8i9j0", "readRead_read", "x" * MAX_WORD_BYTES])
def test_terms_of_many_words_are_those_of_each(found: list[str]) -> None:
    """Pieces, stems, repeated pieces, wholes, numbers, long and foreign words: everything that ``terms`` decides."""
    check(found)


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_ending_is_stripped_alike(ending: str) -> None:
    """Short and long stems, with and without a vowel."""
    check([start + ending for start in ("", "d", "tr", "di", "thr", "cla", "hopp", "pass", "index", "xyz_", "HTTP", "9")])
