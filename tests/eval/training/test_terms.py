"""What terms count is fitted by a loss whose slope is right, and what is fitted tells words that matter from words that do not."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.training.names import half_of, is_annotated, plain_name
from eval.training.terms import COMMON_QUESTIONS, TermSample, _Lists, fit_terms  # pyright: ignore[reportPrivateUsage]
from retrieval.ranking.term_weights import TERM_SIGNALS

TERMS = ["changelog", "parser", "fix", "token"]


def samples(seed: int, questions: int = 24) -> list[TermSample]:
    """Questions whose second and fourth terms stand in what answers; the others stand in everything else."""
    random = np.random.default_rng(seed)
    found: list[TermSample] = []
    for at in range(questions):
        gains = random.random((len(TERMS), 6)).astype(np.float16)
        gains[[1, 3], 0] += 1
        gains[[0, 2], 1:] += 2
        values = random.random((len(TERMS), len(TERM_SIGNALS))).astype(np.float32)
        found.append(TermSample(f"repository{at % 6}", "semble", TERMS, values, gains, np.arange(6) == 0))
    return found


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000))
def test_the_slope_is_that_of_the_loss(seed: int) -> None:
    questions = Counter(dict.fromkeys(TERMS, COMMON_QUESTIONS))
    lists = _Lists(samples(seed, 3), TERMS[:2], questions)
    random = np.random.default_rng(seed)
    at = lists.start + random.normal(size=len(lists.start)) * 0.2
    _, slope = lists.loss(at)
    for place in range(len(at)):
        step = np.zeros(len(at))
        step[place] = 1e-5
        told = (lists.loss(at + step)[0] - lists.loss(at - step)[0]) / 2e-5
        assert slope[place] == pytest.approx(told, abs=1e-3)


def test_words_that_answers_hold_count_more() -> None:
    found = fit_terms(samples(1))
    assert set(found["signals"]) == {each.name for each in TERM_SIGNALS}
    words = found["words"]
    assert min(words["parser"], words["token"]) > max(words["changelog"], words["fix"])
    assert fit_terms(samples(1)) == found


def test_a_word_of_few_repositories_has_no_weight_of_its_own() -> None:
    few = samples(1)
    alike = [TermSample("one", each.source, each.texts, each.values, each.gains, each.answers) for each in few]
    assert fit_terms(alike)["words"] == {}
    assert fit_terms([])["words"] == {}


def test_a_repository_has_one_half_whatever_set_it_is_of() -> None:
    assert half_of(plain_name("acme+Shop@12")) == half_of(plain_name("shop"))
    assert {half_of(name) for name in "abcdefgh"} == {0, 1}
    assert is_annotated("semble")
    assert not is_annotated("mined")
