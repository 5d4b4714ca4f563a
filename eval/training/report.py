"""What a training was worth, and the file of weights with its record."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import numpy as np

from eval.figures import auroc
from eval.training.names import is_annotated, plain_name
from eval.training.samples import Sample
from eval.training.terms import TermWeights
from eval.training.train import READING, Score, Weights
from retrieval.ranking.fusion import FORMAT
from retrieval.weights import FUSION

TIER = " with the transformer"
"""Marks figures with a transformer's signals; those of the same name without are of the same questions."""


def figures(scores: Sequence[Score]) -> dict[str, dict[str, float]]:
    """Return the figures of each annotated set, and of all mined ones together: means over repositories and over questions.

    All are of repositories that were not fitted on.
    """
    found: dict[str, dict[str, float]] = {}
    scores = [replace(each, source=(each.source if is_annotated(each.source) else "mined") + TIER * each.tier) for each in scores]
    for source in dict.fromkeys(each.source for each in scores):
        own = [each for each in scores if each.source == source and not each.foreign]
        other = [each for each in scores if each.source == source and each.foreign]
        if not own:
            continue
        by: defaultdict[str, list[float]] = defaultdict(list)
        for each in own:
            by[each.repository].append(each.ndcg)
        found[source] = {
            "ndcg@10": float(np.mean([np.mean(each) for each in by.values()])),
            "ndcg@10:questions": _mean(each.ndcg for each in own),
            "hit@1:questions": _mean(each.hit for each in own),
        }
        spans = [each.span for each in own if each.span is not None]
        if spans:
            found[source]["span@200:questions"] = _mean(spans)
        told = auroc([each.confidence for each in own], [each.confidence for each in other])
        if told is not None:
            found[source]["abstention"] = told
        kinds: defaultdict[str, list[float]] = defaultdict(list)
        for each in own:
            kinds[each.kind].append(each.ndcg)
        if len(kinds) > 1:
            found[source] |= {f"ndcg@10:{kind}": _mean(values) for kind, values in sorted(kinds.items())}
        found[source] = {name: round(value, 4) for name, value in found[source].items()}
    return found


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))


def lines(told: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Return the figures as text."""
    return [
        "on repositories that were not fitted on:",
        *(f"  {source}: " + ", ".join(f"{name} {value:.3f}" for name, value in found.items()) for source, found in told.items()),
    ]


def only_terms(terms: TermWeights) -> str:
    """Return the text of a file of weights that has none but those of terms, to ask for signals with."""
    empty: dict[str, Any] = {"first": {}, "second": {}, "chunks": {}, "relevance": {"bias": 0, "weights": {}}, "reading": READING}
    return json.dumps({"format": FORMAT, "version": "", "record": {}, "terms": terms, **empty})


def document(weights: Weights, terms: TermWeights, samples: Sequence[Sample], told: Mapping[str, Any], *, graph: bool) -> str:
    """Return the text of a file of weights."""
    repositories = sorted({plain_name(each.repository) for each in samples})
    record = {
        "trained": datetime.now(UTC).date().isoformat(),
        "command": "codelore eval train",
        "questions": dict(sorted(Counter(each.source if is_annotated(each.source) else f"mined/{each.kind}" for each in samples).items())),
        "repositories": repositories,
        "graph": graph,
        "unseen": told,
    }
    models = {
        "terms": terms,
        "first": weights.first,
        "second": weights.second,
        "chunks": weights.chunks,
        "relevance": weights.relevance,
        "reading": READING,
        "tier": weights.tier or _shipped_tier(),
    }
    version = sha256(json.dumps(models, sort_keys=True).encode()).hexdigest()[:12]
    return json.dumps({"format": FORMAT, "version": version, "record": record, **models}, indent=1) + "\n"


def _shipped_tier() -> Mapping[str, Mapping[str, float]]:
    """Return the weights of a transformer's signals as they are: the samples have none of its vectors."""
    found: Mapping[str, Mapping[str, float]] = json.loads(FUSION.read_text(encoding="utf-8")).get("tier", {})
    return found
