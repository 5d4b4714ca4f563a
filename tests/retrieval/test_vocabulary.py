"""Finding and numbering words in numpy agrees with finding them one by one."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from retrieval.embed import hash_terms
from retrieval.terms import MAX_WORD_BYTES, terms, words
from retrieval.vocabulary import Numbering, Vocabulary

WORDS = st.text("abXY_09é", min_size=1, max_size=40).map(str.encode)
TEXTS = st.lists(st.one_of(st.binary(max_size=60), st.lists(WORDS, max_size=8).map(b" ".join)), max_size=6)


@given(st.lists(TEXTS, max_size=3))
def test_numbers_stand_for_the_words_of_each_text(batches: list[list[bytes]]) -> None:
    """Equal words have equal numbers, in this call and in later ones, different words different ones, and every text has its own words."""
    vocabulary = Vocabulary()
    seen: dict[int, bytes] = {}
    for texts in batches:
        numbers, counts = vocabulary.numbers(texts)
        expected = [words(text) for text in texts]
        assert counts.tolist() == [len(found) for found in expected]
        assert len(numbers) == sum(map(len, expected))
        for number, word in zip(numbers.tolist(), (word for found in expected for word in found), strict=True):
            assert seen.setdefault(number, word) == word
    assert len(set(seen.values())) == len(seen) == len(vocabulary)


def test_words_come_with_their_terms() -> None:
    """The terms of a number are those of its word."""
    vocabulary = Vocabulary()
    texts = [b"getHTTPResponses load_order", b"", b"load_order 12345678901234567"]
    numbers, _ = vocabulary.numbers(texts)
    for number, word in zip(numbers.tolist(), words(b" ".join(texts)), strict=True):
        span = vocabulary.term_ids[vocabulary.term_end[number] : vocabulary.term_end[number + 1]]
        assert vocabulary.terms.keys[span].tolist() == hash_terms(terms(word)).tolist()


def test_words_too_long_to_be_vocabulary_are_left_out() -> None:
    """The longest word there may be counts, one byte more does not."""
    _, counts = Vocabulary().numbers([b"a " + b"b" * MAX_WORD_BYTES, b"c" * (MAX_WORD_BYTES + 1)])
    assert counts.tolist() == [2, 0]


@given(st.lists(st.lists(st.integers(1, 40).map(lambda key: key << 58 | key % 3)), max_size=4))
def test_keys_that_share_a_slot_keep_their_numbers(calls: list[list[int]]) -> None:
    """Keys are numbered from 1 on, each once, and looked up again under the number they got."""
    numbering = Numbering()
    seen: dict[int, int] = {}
    for keys in calls:
        found = numbering.of(np.array(keys, np.uint64)).tolist()
        assert [seen.setdefault(key, number) for key, number in zip(keys, found, strict=True)] == found
    assert sorted(seen.values()) == list(range(1, len(numbering) + 1))
    assert all(numbering.keys[number] == key for key, number in seen.items())


def test_numbers_outlive_the_growth_of_the_table() -> None:
    """So many words outgrow the first table."""
    vocabulary = Vocabulary()
    text = b" ".join(b"w%d" % at for at in range(150_000))
    first, _ = vocabulary.numbers([text])
    assert len(vocabulary) == 150_000
    again, _ = vocabulary.numbers([text])
    assert (first == again).all()
