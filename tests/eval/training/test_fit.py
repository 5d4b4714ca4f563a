"""The fits: they find what answers, their columns are those of the models, and what they are worth is reported by repository."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.training.fit import Listed, columns_of, expand, fit_chances, fit_lists, named
from eval.training.report import document, figures, lines
from eval.training.samples import Sample
from eval.training.train import RELEVANCE, Score, Weights
from retrieval.ranking.fusion import load_fusion, table
from retrieval.ranking.signals import CHUNK_SIGNALS, FILE_SIGNALS


def lists_of(count: int, columns: int = 4) -> list[Listed]:
    """Lists whose answer is the row with the highest second column; the others are noise."""
    random = np.random.default_rng(1)
    found: list[Listed] = []
    for _ in range(count):
        values = random.random((12, columns)).astype(np.float32)
        answers = np.zeros(12, np.bool_)
        answers[values[:, 1].argmax()] = True
        found.append(Listed(values, answers))
    return found


def test_a_fit_finds_the_column_that_answers() -> None:
    weights = fit_lists(lists_of(200), penalty=1.0)
    assert weights.argmax() == 1
    assert weights[1] > 5 * np.abs(np.delete(weights, 1)).max()
    right = [each.answers[(each.columns @ weights).argmax()] for each in lists_of(200)]
    assert np.mean(right) > 0.95


def test_a_larger_penalty_and_a_smaller_weight_mean_smaller_weights() -> None:
    free, held = fit_lists(lists_of(50), penalty=0.1), fit_lists(lists_of(50), penalty=100)
    light = fit_lists([Listed(each.columns, each.answers, 0.01) for each in lists_of(50)], penalty=1.0)
    assert np.abs(held).sum() < np.abs(free).sum()
    assert np.abs(light).sum() < np.abs(fit_lists(lists_of(50), penalty=1.0)).sum()


def test_a_column_that_never_changes_weighs_nothing() -> None:
    lists = [Listed(np.concatenate((each.columns, np.ones((12, 1), np.float32)), axis=1), each.answers) for each in lists_of(30)]
    assert fit_lists(lists, penalty=1.0)[-1] == pytest.approx(0, abs=1e-6)


def test_chances_are_a_half_where_they_should_be() -> None:
    """A logistic fit on one signal: answers are above the middle, others below, and the bias is not held back."""
    values = np.linspace(0, 1, 200, dtype=np.float32)[:, None]
    answers = values[:, 0] > 0.5
    weights, bias = fit_chances(values, answers, np.ones(200), penalty=0.01)
    assert weights[0] > 0
    assert -bias / weights[0] == pytest.approx(0.5, abs=0.05)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 6), st.integers(0, 1000))
def test_columns_times_weights_are_what_a_model_adds(rows: int, seed: int) -> None:
    """What is fitted and what ranks are one formula."""
    random = np.random.default_rng(seed)
    values = (random.random((rows, len(CHUNK_SIGNALS))) * 4).astype(np.float32)
    columns = expand(values, CHUNK_SIGNALS)
    assert columns.shape == (rows, len(columns_of(CHUNK_SIGNALS)))
    weights = random.random(len(columns_of(CHUNK_SIGNALS))) * 4 - 2
    model = table([each.name for each in CHUNK_SIGNALS], named(weights, CHUNK_SIGNALS), CHUNK_SIGNALS)
    assert model.contributions(values).sum(axis=1) == pytest.approx(columns @ weights, abs=1e-3)


def score(
    repository: str, ndcg: float, *, kind: str = "", source: str = "semble", foreign: bool = False, span: float | None = None
) -> Score:
    return Score(source, kind, repository, ndcg, float(ndcg == 1), span, 0.2 if foreign else 0.8, foreign)


def test_figures_are_means_over_repositories_and_over_questions() -> None:
    """Of each annotated set, and of all mined ones together; a set that was only asked of others has none."""
    found = figures([
        score("a", 1.0, span=0.5),
        score("a", 1.0),
        score("b", 0.0, kind="change", span=1.0),
        score("a", 0.0, foreign=True),
        score("c", 0.0, source="sweqa", foreign=True),
        score("d", 1.0, source="shop"),
        score("e", 0.0, source="tools"),
    ])
    assert found == {
        "semble": {
            "ndcg@10": 0.5,
            "ndcg@10:questions": 0.6667,
            "hit@1:questions": 0.6667,
            "span@200:questions": 0.75,
            "abstention": 1.0,
            "ndcg@10:": 1.0,
            "ndcg@10:change": 0.0,
        },
        "mined": {"ndcg@10": 0.5, "ndcg@10:questions": 0.5, "hit@1:questions": 0.5},
    }
    assert figures([score("a", 1.0)]) == {"semble": {"ndcg@10": 1.0, "ndcg@10:questions": 1.0, "hit@1:questions": 1.0}}
    assert lines(found)[1].startswith("  semble: ndcg@10 0.500, ")


def test_a_document_of_weights_can_be_loaded_and_names_its_training(tmp_path: Path) -> None:
    """Its version is of the weights alone: a later training with the same result is the same."""
    first = {each.name: {"value": 1.0} for each in FILE_SIGNALS}
    weights = Weights(first, first, {}, {"bias": -1.0, "weights": dict.fromkeys(RELEVANCE, 0.5)})
    none = np.zeros(0, np.bool_)
    samples = [
        Sample("1", "acme+Shop@12", source, kind, [], [], np.zeros((0, 1), np.float32), none, None, None)
        for source, kind in (("semble", "how"), ("shop", "change"))
    ]
    text = document(weights, {}, samples, {"semble": {}}, graph=True)
    file = tmp_path / "fusion.json"
    file.write_text(text)
    fusion = load_fusion(file)
    assert fusion.record["repositories"] == ["shop"]
    assert fusion.record["questions"] == {"semble": 1, "mined/change": 1}
    assert fusion.record["command"] == "codelore eval train"
    assert json.loads(document(weights, {}, samples[:1], {}, graph=False))["version"] == fusion.version
