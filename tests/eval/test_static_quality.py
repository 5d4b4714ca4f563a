"""Ranks, BM25 and the comparison of methods on pairs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from eval.doc_pairs import DocPair
from eval.static_quality import BM25, judge, quality, ranks_of
from retrieval.embed import StaticEmbedder, hash_terms, write_model


def test_ranks_count_what_is_better() -> None:
    """The rank is the number of better candidates; equals share the middle, so a constant score earns nothing."""
    scores = np.array([[3, 2, 1, 0], [3, 2, 1, 0], [5, 5, 5, 5]], dtype=np.float32)
    assert ranks_of(scores, np.array([0, 2, 3])).tolist() == [0, 2, 1.5]


def test_quality_of_known_ranks() -> None:
    """Recall and reciprocal rank by hand."""
    found = quality(np.array([0.0, 4.0, 20.0, 80.0]))
    assert (found.recall_1, found.recall_10, found.recall_50) == (0.25, 0.5, 0.75)
    assert found.mrr_10 == pytest.approx((1 + 1 / 5) / 4)


def test_bm25_prefers_rare_and_dense_terms() -> None:
    """A rare term counts more than a common one, a short text more than a long one; unknown terms count nothing."""
    lexical = BM25([b"open the file", b"open the socket", b"open the socket and then do many more things with it"])
    scores = lexical.scores([b"open socket", b"zebra"])
    assert scores[0].argmax() == 1
    assert scores[0, 2] > scores[0, 0]
    assert not scores[1].any()


@pytest.mark.parametrize("size", [12, 130])
def test_methods_are_judged_overall_and_within_the_repository(tmp_path: Path, size: int) -> None:
    """Every method gets both figures, and a question that names its body finds it with all of them."""
    names = [f"{first}{second}" for first in ("alpha", "beta", "gamma", "delta", "kappa") for second in map(chr, range(97, 123))][:size]
    pairs = [DocPair(f"r{at % 2}", "go", f"The {name} value.", f"{name} {name} value") for at, name in enumerate(names)]
    rows = np.random.default_rng(3).standard_normal((len(names) + 4, 64), dtype=np.float32)
    write_model(tmp_path / "m.bin", {"name": "t", "version": "1"}, np.sort(hash_terms(names)), rows)
    judgements = judge(StaticEmbedder.load(tmp_path / "m.bin"), pairs)
    assert len(judgements) == 6
    for judgement in judgements:
        assert judgement.same_repository.recall_1 >= judgement.overall.recall_1 > 0.25, judgement
        assert judgement.overall.recall_10 > 0.9, judgement
