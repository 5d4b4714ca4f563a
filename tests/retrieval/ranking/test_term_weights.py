"""What terms of a query count: facts of the view that is searched, and a model over them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.explained import TERM_PREFIX, explain_signals
from retrieval.query import parse_query
from retrieval.ranking.fusion import load_fusion
from retrieval.ranking.term_weights import EVEN, TERM_SIGNALS, TermModel
from retrieval.segment import Field
from tests.retrieval.ranking.trees import QUERIES, queries, scene_of


@pytest.mark.parametrize("text", QUERIES, ids=range(len(QUERIES)))
def test_every_signal_of_terms_is_a_number_for_each(text: str) -> None:
    facts = scene_of(text).term_facts
    for signal in TERM_SIGNALS:
        values = signal.values(facts)
        assert values.shape == (len(facts.terms),), signal.name
        assert np.isfinite(values).all(), signal.name
    assert (facts.shares >= 0).all()
    assert (facts.shares <= 1).all()
    assert EVEN.weigh(facts) == tuple(facts.terms)


@settings(max_examples=60, deadline=None)
@given(queries, st.lists(st.floats(-50, 50), min_size=len(TERM_SIGNALS), max_size=len(TERM_SIGNALS)))
def test_a_weight_is_never_nothing_nor_without_bound(text: str, weights: list[float]) -> None:
    facts = scene_of(text).term_facts
    weighed = TermModel(np.array(weights, np.float32), {}).weigh(facts)
    for term, plain in zip(weighed, facts.terms, strict=True):
        assert 0.01 < term.factor < 60
        assert term.weight == pytest.approx(plain.weight * term.factor)


def test_facts_say_where_a_term_stands_in_the_view() -> None:
    """``refund`` names functions and a file; a word that nothing holds counts as if half a chunk did."""
    facts = scene_of("please refund the zanzibar").term_facts
    at = {term.text: number for number, term in enumerate(facts.terms)}
    refund, nowhere = at["refund"], at["zanzibar"]
    assert facts.share(Field.NAMES)[refund] > 0
    assert facts.share(Field.STEM)[refund] > 0
    assert not facts.shares[nowhere].any()
    assert facts.rarity[nowhere] < facts.rarity[refund]
    assert [term.place for term in sorted(facts.terms, key=lambda each: each.place)] == list(range(len(facts.terms)))


def test_a_word_of_the_model_counts_what_that_says() -> None:
    facts = scene_of("fix the refund").term_facts
    factors = {term.text: term.factor for term in TermModel(np.zeros(len(TERM_SIGNALS), np.float32), {"fix": -2.0}).weigh(facts)}
    assert factors == {"fix": pytest.approx(np.exp(-2), abs=1e-4), "refund": 1.0}
    assert TermModel(np.zeros(len(TERM_SIGNALS), np.float32), {}).weigh(facts) == tuple(facts.terms)


def test_what_people_write_whatever_they_mean_counts_little_in_the_shipped_weights() -> None:
    terms = load_fusion().terms
    assert terms.words["fix"] < -0.5
    told = [each for each in explain_signals() if each.of == "term"]
    assert [each.name for each in told] == [TERM_PREFIX + each.name for each in TERM_SIGNALS]
    assert any(each.weights.value for each in told)


def test_a_query_without_terms_has_no_weights() -> None:
    facts = scene_of("refund").term_facts
    assert EVEN.weigh(type(facts)((), frozenset(), frozenset(), facts.rarity[:0], facts.shares[:0])) == ()
    assert parse_query("?").terms == ()
