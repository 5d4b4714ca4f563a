"""Figures against their definitions, written out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.bootstrap import column, numbered, resample
from eval.figures import (
    abstention,
    auroc,
    cold,
    cost,
    figure,
    first_rank,
    groups,
    latency,
    score,
    warm,
)
from eval.model import Outcome, Part, Target
from eval.record import Metric
from tests.eval.made_records import NDCG, PRECISION, outcome, outcomes, system

PARTS = st.tuples(st.integers(0, 9), st.integers(0, 9)).map(lambda pair: Part(float(min(pair)), float(max(pair))))
ROWS = st.lists(st.tuples(st.sampled_from("abcd"), st.none() | PARTS), max_size=20)


def made(rows: list[tuple[str, Part | None]]) -> list[Outcome]:
    return [Outcome(str(at), corpus, {} if part is None else {"m": part}) for at, (corpus, part) in enumerate(rows)]


@given(ROWS)
def test_macro_is_the_mean_of_the_means_of_corpora(rows: list[tuple[str, Part | None]]) -> None:
    """Each corpus weighs the same; what has no score has no say, and where nothing has one there is no figure."""
    scores = {
        corpus: [part.amount / part.of for name, part in rows if name == corpus and part and part.of]
        for corpus in dict.fromkeys(name for name, _ in rows)
    }
    means = [sum(each) / len(each) for each in scores.values() if each]
    got = figure(made(rows), Metric("m"))
    if not means:
        assert got is None
        return
    assert got is not None
    assert got.value == pytest.approx(sum(means) / len(means))
    assert got.micro == pytest.approx(sum(map(sum, scores.values())) / sum(map(len, scores.values())))
    assert (got.questions, got.corpora) == (sum(map(len, scores.values())), len(means))


@given(ROWS)
def test_a_ratio_is_a_ratio_of_sums(rows: list[tuple[str, Part | None]]) -> None:
    """A corpus with many edges weighs as many edges."""
    of = sum(part.of for _, part in rows if part)
    got = figure(made(rows), Metric("m", aggregate="ratio"))
    assert (got is None) == (not of)
    if got:
        assert got.value == got.micro == pytest.approx(sum(part.amount for _, part in rows if part) / of)


@given(ROWS, st.sampled_from(["macro", "ratio"]))
def test_a_resample_of_one_question_is_its_figure(rows: list[tuple[str, Part | None]], aggregate: str) -> None:
    """Figures and resampled figures are made by one definition: with one corpus of one question there is only one resample."""
    metric = Metric("m", aggregate=aggregate)
    for each in made(rows):
        got = figure([each], metric)
        (sample,) = resample(numbered([each.corpus]), [column([each], metric)], resamples=1)[0]
        assert (got is None) == (sample != sample)  # NaN alone differs from itself
        if got:
            assert got.value == pytest.approx(sample)


def test_a_score_of_nothing_out_of_nothing_is_none() -> None:
    """Precision of an answer that says nothing is not 0."""
    assert score(Part(0, 0)) is None
    assert score(None) is None
    assert score(Part(1, 4)) == 0.25


@given(st.lists(st.integers(-3, 3)), st.lists(st.integers(-3, 3)))
def test_auroc_counts_pairs(own: list[int], other: list[int]) -> None:
    """The share of pairs in which the own question is surer, ties half."""
    got = auroc(own, other)
    if not own or not other:
        assert got is None
        return
    pairs = [1.0 if one > two else 0.5 if one == two else 0.0 for one in own for two in other]
    assert got == pytest.approx(sum(pairs) / len(pairs))


@given(st.lists(st.integers(-3, 3), min_size=1), st.lists(st.integers(-3, 3), min_size=1))
def test_auroc_is_symmetric_and_about_order_alone(own: list[int], other: list[int]) -> None:
    """Exchanging the sides turns it round, and any growing function of the confidence leaves it."""
    assert auroc(own, other) == pytest.approx(1 - (auroc(other, own) or 0))
    assert auroc([each**3 for each in own], [each**3 for each in other]) == auroc(own, other)


def test_latency_leaves_out_what_was_not_measured() -> None:
    """A time of 0 is no time."""
    got = latency([3.0, 0.0, 1.0, 2.0])
    assert got is not None
    assert (got.count, got.percentiles[0.5], got.percentiles[0.99], got.slowest) == (3, 2.0, 3.0, 3.0)
    assert latency([0.0]) is None


def test_the_costs_of_a_run() -> None:
    """Times and files are sums over corpora, memory is that of the largest."""
    run = system("s", outcomes("ab"))
    spent, first, later = cost(run), cold(run), warm(run)
    assert spent is not None
    assert first is not None
    assert later is not None
    assert (spent.corpora, spent.seconds, spent.files, spent.peak_bytes) == (2, 4.0, 20, 100 << 20)
    assert (first.count, later.count) == (2, 8)
    assert abstention(run) == 1.0
    assert cost(replace(run, costs=())) is None


def test_groups_leave_out_questions_that_name_none() -> None:
    """A language nobody gave is not a language."""
    rows = [*outcomes("ac", 2), outcome(9, "a", 1.0, language="")]
    assert {name: len(each) for name, each in groups(rows, "language").items()} == {"go": 2, "python": 2}
    assert list(groups(rows, "corpus")) == ["a", "c"]
    assert list(groups(rows, "kind")) == ["commit", "docstring"]


def test_the_first_rank_is_that_of_the_first_row_with_a_target() -> None:
    """Another part of the right file does not count, where lines are given."""
    asked = outcome(1, "a", 1.0)
    assert first_rank(asked) == 2
    assert first_rank(replace(asked, targets=(Target("src/right.py", ((1, 2),)),))) == 0


def test_both_aggregates_of_made_outcomes() -> None:
    """An example worked by hand: one corpus at 1 and 0, another at .5."""
    rows = [outcome(1, "a", 1.0), outcome(2, "a", 0.0), outcome(3, "b", 0.5)]
    whole, ratio = figure(rows, NDCG), figure(rows, PRECISION)
    assert whole is not None
    assert ratio is not None
    assert (whole.value, whole.micro) == (0.5, 0.5)
    assert ratio.value == 6 / 12
