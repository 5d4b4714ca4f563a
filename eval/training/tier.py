"""The weights of a transformer's signals (``retrieval/ranking/tier.py``), on top of the scores of the second pass.

Those scores come from models that have not seen the repository, as in a search; how much they count beside the transformer is fitted too
and divided out, so the second pass keeps its scale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from eval.training.fit import Listed, expand, fit_lists, named
from eval.training.samples import Sample
from retrieval.ranking.fusion import table
from retrieval.ranking.tier import TIER_SIGNALS
from retrieval.segment import F32

TierWeights = Mapping[str, Mapping[str, float]]
PENALTY = 1.0
"""A few weights from a thousand questions."""


def fit_tier(samples: Sequence[Sample], scores: Mapping[int, F32]) -> TierWeights:
    """Return the weights, from the samples that have vectors and their scores by ``id``; none without such a sample."""
    lists = [
        Listed(np.concatenate((scores[id(each)][:, None], expand(each.meant, TIER_SIGNALS)), axis=1).astype(np.float32), each.answers)
        for each in samples
        if each.meant is not None and each.answers.any()
    ]
    if not lists:
        return {}
    weights = fit_lists(lists, penalty=PENALTY)
    return named(weights[1:] / weights[0], TIER_SIGNALS)


def with_tier(each: Sample, score: F32, weights: TierWeights) -> F32:
    """Return a sample's scores (R) with what the transformer adds; as they are where it was not asked."""
    if each.meant is None:
        return score
    model = table([signal.name for signal in TIER_SIGNALS], weights, TIER_SIGNALS)
    return score + model.contributions(each.meant).sum(axis=1)
