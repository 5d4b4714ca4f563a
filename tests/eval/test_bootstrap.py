"""Resampling: what it must leave alone, what it must find, and how wide it must be."""

from __future__ import annotations

from math import comb, isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.bootstrap import FEW, Column, Floats, Level, auroc_interval, column, interval, level, numbered, resample
from eval.model import Outcome, Part
from eval.record import Confidences, Metric

SCORES = st.lists(st.tuples(st.sampled_from("abcdefghijklm"), st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=40)
FAST = settings(deadline=None, max_examples=40)


def columns(rows: list[tuple[str, float, float]], *, macro: bool) -> list[Column]:
    ones = np.ones(len(rows))
    return [Column(np.array([row[side] for row in rows]), ones, macro) for side in (1, 2)]


def differences(rows: list[tuple[str, float, float]], *, macro: bool, resamples: int = 300) -> Floats:
    got = resample(numbered([row[0] for row in rows]), columns(rows, macro=macro), resamples=resamples)
    return got[:, 1] - got[:, 0]


@FAST
@given(SCORES, st.booleans())
def test_equal_runs_differ_by_nothing(rows: list[tuple[str, float, float]], macro: bool) -> None:
    """Then the interval is zero alone, and nothing speaks against it."""
    got = interval(differences([(corpus, score, score) for corpus, score, _ in rows], macro=macro))
    assert got is not None
    assert (got.low, got.high, got.p) == (0.0, 0.0, 1.0)


@FAST
@given(SCORES, st.floats(-1, 1), st.booleans())
def test_a_shift_by_a_constant_is_found(rows: list[tuple[str, float, float]], by: float, macro: bool) -> None:
    """When every question gains the same, every resample gains that."""
    got = interval(differences([(corpus, score, score + by) for corpus, score, _ in rows], macro=macro))
    assert got is not None
    assert (got.low, got.high) == pytest.approx((by, by), abs=1e-9)


@FAST
@given(SCORES, st.booleans())
def test_the_interval_turns_round_with_the_sides(rows: list[tuple[str, float, float]], macro: bool) -> None:
    """A minus B is minus (B minus A), draw by draw."""
    turned = [(corpus, second, first) for corpus, first, second in rows]
    assert differences(rows, macro=macro) == pytest.approx(-differences(turned, macro=macro), abs=1e-9)


@FAST
@given(SCORES, st.booleans())
def test_names_of_corpora_do_not_matter(rows: list[tuple[str, float, float]], macro: bool) -> None:
    """Only which questions belong together does."""
    renamed = [(f"repository {corpus}", first, second) for corpus, first, second in rows]
    assert differences(rows, macro=macro).tolist() == differences(renamed, macro=macro).tolist()


@FAST
@given(SCORES)
def test_resamples_stay_within_what_was_seen(rows: list[tuple[str, float, float]]) -> None:
    """A mean of drawn questions lies between the least and the largest."""
    got = resample(numbered([row[0] for row in rows]), columns(rows, macro=True), resamples=50)
    assert got[:, 0].min() >= min(row[1] for row in rows) - 1e-9
    assert got[:, 0].max() <= max(row[1] for row in rows) + 1e-9


def test_the_same_seed_draws_the_same() -> None:
    """An interval can be printed twice."""
    rows = [(corpus, at / 5, 1 - at / 7) for corpus in "abc" for at in range(5)]
    assert differences(rows, macro=True).tolist() == differences(rows, macro=True).tolist()
    got = numbered([row[0] for row in rows])
    other = resample(got, columns(rows, macro=True), resamples=300, seed=1)
    assert other.tolist() != resample(got, columns(rows, macro=True), resamples=300).tolist()


@pytest.mark.parametrize(("corpora", "drawn"), [(1, Level.QUESTIONS), (2, Level.BOTH), (FEW - 1, Level.BOTH), (FEW, Level.CORPORA)])
def test_what_is_drawn_depends_on_how_many_corpora_there_are(corpora: int, drawn: Level) -> None:
    assert level(corpora) is drawn


def test_the_counts_that_set_the_bound() -> None:
    """Distinct resamples of n things, by which ten was chosen."""
    assert [comb(2 * n - 1, n) for n in (2, 5, 10)] == [3, 126, 92_378]


@pytest.mark.parametrize("corpora", [1, 4, 12])
def test_the_spread_is_that_of_the_textbook(corpora: int) -> None:
    """Against the closed forms: s²/n over questions of one corpus, over corpora, and the sum of both for few of them."""
    random = np.random.default_rng(1)
    scores = random.normal(size=(corpora, 30)) + random.normal(size=(corpora, 1))
    amounts = scores.ravel()
    got = resample(np.repeat(np.arange(corpora), 30), [Column(amounts, np.ones_like(amounts), macro=True)], resamples=20_000)
    within = scores.var(axis=1).mean() / 30 / corpora
    between = scores.mean(axis=1).var() / corpora
    expected = within if corpora == 1 else between if corpora >= FEW else within + between
    assert got[:, 0].var() == pytest.approx(expected, rel=0.06)


def test_a_ratio_is_resampled_by_its_sums() -> None:
    """Corpora of 1 and 99 edges: the figure of a resample is one of three, not a mean of shares."""
    rows = [Outcome("1", "a", {"p": Part(1, 1)}), Outcome("2", "b", {"p": Part(0, 99)})]
    got = resample(numbered(["a", "b"]), [column(rows, Metric("p", aggregate="ratio"))], resamples=200)
    assert set(got[:, 0].tolist()) == {1.0, 0.01, 0.0}


def test_a_repository_without_a_say_is_not_drawn() -> None:
    """A measure that few repositories have is as unsure as those few."""
    rows = [Outcome(str(at), corpus, {"p": Part(at % 3, 2)} if corpus < "d" else {}) for corpus in "abcdefghijklmn" for at in range(9)]
    few = [each for each in rows if each.values]
    drawn = [resample(numbered([each.corpus for each in of]), [column(of, Metric("p"))]) for of in (rows, few)]
    assert drawn[0].tolist() == drawn[1].tolist()


def test_a_resample_in_which_a_side_said_nothing_is_left_out() -> None:
    """The interval counts only resamples in which both figures are defined."""
    precision = Metric("p", aggregate="ratio")
    first = [Outcome("1", "a", {"p": Part(1, 1)}), Outcome("2", "b", {"p": Part(0, 0)})]
    second = [Outcome("1", "a", {"p": Part(0, 1)}), Outcome("2", "b", {"p": Part(1, 1)})]
    got = resample(numbered(["a", "b"]), [column(first, precision), column(second, precision)], resamples=400)
    bounds = interval(got[:, 1] - got[:, 0])
    assert bounds is not None
    assert 200 < bounds.resamples < 400


def test_nothing_has_no_interval() -> None:
    """No question, no bound."""
    got = resample(numbered([]), [Column(np.array([]), np.array([]), macro=True)], resamples=3)
    assert all(isnan(each) for each in got[:, 0])
    assert interval(got[:, 0]) is None


def test_p_falls_as_zero_moves_out_of_the_interval() -> None:
    """Two-sided, never zero, and below .05 exactly where the interval leaves out zero."""
    for centre in (0.0, 1.0, 2.5, -2.5):
        samples = np.linspace(-1, 1, 999) + centre
        got = interval(samples)
        assert got is not None
        assert 0 < got.p <= 1
        assert (got.p < 0.05) == (got.low > 0 or got.high < 0)


@FAST
@given(st.lists(st.tuples(st.lists(st.integers(0, 5), max_size=4), st.lists(st.integers(0, 5), max_size=4)), max_size=12))
def test_the_interval_of_an_auroc_lies_where_an_auroc_does(answers: list[tuple[list[float], list[float]]]) -> None:
    """Within 0 and 1; and there is none without answers of both sorts."""
    got = auroc_interval([Confidences(tuple(own), tuple(other)) for own, other in answers], resamples=50)
    if not (any(own for own, _ in answers) and any(other for _, other in answers)):
        assert got is None
    elif got is not None:  # few resamples may all lack one sort
        assert 0 <= got.low <= got.high <= 1
        assert 0 < got.p <= 1


def test_an_auroc_that_every_repository_shares_is_certain() -> None:
    """Whichever are drawn; a repository without answers changes nothing, and unequal ones widen it."""
    perfect = Confidences((2.0, 3.0), (1.0, 0.5))
    for count in (1, FEW):
        got = auroc_interval([*[perfect] * count, Confidences()], resamples=200)
        assert got is not None
        assert (got.low, got.high) == (1.0, 1.0)
        assert got.p < 0.05
    mixed = auroc_interval([perfect] * FEW + [Confidences((0.1,), (9.0,))] * FEW, resamples=200)
    assert mixed is not None
    assert mixed.low < 4 / 9 < mixed.high
    assert auroc_interval([]) is None
