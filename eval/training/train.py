"""From samples to weights, and what they are worth on repositories they were not fitted on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from eval.metrics import file_ndcg, hit, span_coverage
from eval.model import Found
from eval.training.fit import Listed, expand, fit_chances, fit_lists, named
from eval.training.names import fold_of, plain_name, weight_of
from eval.training.samples import ChunkSample, Sample
from eval.training.tier import TierWeights, fit_tier, with_tier
from ingest.errors import SourceError
from retrieval.ranking.fusion import ALL_SIGNALS, Model, table
from retrieval.ranking.near import NEAR_SIGNALS, Near
from retrieval.ranking.pool import Runs
from retrieval.ranking.rank import matrix, reading_scores
from retrieval.ranking.signals import CHUNK_SIGNALS, FILE_SIGNALS, Signal
from retrieval.segment import F32

FOLDS = 4
PENALTY = 10.0
LINES = 200
"""What a reader of spans reads."""
READING = {"chunk": 1.0, "lines": 0.5}
RELEVANCE = (
    "coverage", "title_coverage", "file_coverage", "name_coverage", "weighed_coverage", "weighed_file_coverage", "weighed_name_coverage",
    "chunk_names", "chunk_docs", "definition", "type_definition", "symbol_full", "symbol_recall", "stem_full",
    "stem_recall", "path_recall", "vector", "frame",
)  # fmt: skip
"""Signals that mean the same for every query and repository: shares and cosines."""
_TOP = 5
_KEY = [each.name for each in FILE_SIGNALS].index("chunks")


@dataclass(frozen=True, slots=True)
class Weights:
    """The models of one fit."""

    first: Mapping[str, Mapping[str, float]]
    second: Mapping[str, Mapping[str, float]]
    chunks: Mapping[str, Mapping[str, float]]
    relevance: Mapping[str, Any]
    tier: TierWeights = field(default_factory=dict[str, Mapping[str, float]])
    """Of a transformer's signals; none where no sample has them."""


@dataclass(frozen=True, slots=True)
class Score:
    """What one question scored on a repository that was not fitted on."""

    source: str
    kind: str
    repository: str
    ndcg: float
    hit: float
    span: float | None
    confidence: float
    foreign: bool
    tier: bool = False
    """With what a transformer's vectors add."""


def train(samples: Sequence[Sample], report: Callable[[str], None] = lambda _: None) -> tuple[Weights, list[Score]]:
    """Fit the models on all samples, and score every question by models that were fitted without its repository.

    Raises SourceError when what was found of one fold is all there is to learn from.
    """
    fold = {name: fold_of(name, FOLDS) for name in {plain_name(each.repository) for each in samples}}
    _require_several_folds(samples, fold)
    parts = [[each for each in samples if fold[plain_name(each.repository)] == number] for number in range(FOLDS)]
    scores: list[Score] = []
    first_scores: dict[int, F32] = {}
    second_scores: dict[int, F32] = {}
    fitted: list[Weights] = []
    for number in range(FOLDS):
        report(f"fold {number + 1} of {FOLDS}")
        first = _fit_first([each for at, part in enumerate(parts) if at != number for each in part])
        model = _model(first, FILE_SIGNALS)
        first_scores |= {id(each): model.contributions(each.values).sum(axis=1) for each in parts[number]}
        fitted.append(Weights(first, {}, {}, {}))
    # The second pass learns from first scores of models that have not seen the repository, as those of a user's are.
    for number in range(FOLDS):
        rest = [each for at, part in enumerate(parts) if at != number for each in part]
        weights = replace(fitted[number], second=_fit_second(rest, first_scores), chunks=_fit_chunks(rest), relevance=_fit_chance(rest))
        fitted[number] = weights
        second_scores |= {id(each): _second(each, weights) for each in parts[number] if len(each.paths)}
        scores += [score for each in parts[number] if (score := _score(each, weights, second_scores)) is not None]
    scores += _score_tier(parts, fitted, second_scores)
    report("all repositories")
    every = [each for part in parts for each in part]
    tier = fit_tier(every, second_scores)
    return Weights(_fit_first(every), _fit_second(every, first_scores), _fit_chunks(every), _fit_chance(every), tier), scores


def _score_tier(parts: Sequence[Sequence[Sample]], fitted: Sequence[Weights], scores: Mapping[int, F32]) -> list[Score]:
    """Return the scores with a transformer of the sets that were asked with one, its weights fitted on the other folds as well."""
    sources = {each.source for part in parts for each in part if each.meant is not None}
    found: list[Score] = []
    for number, (part, weights) in enumerate(zip(parts, fitted, strict=True)):
        tier = fit_tier([each for at, other in enumerate(parts) if at != number for each in other], scores)
        added = {id(each): with_tier(each, scores[id(each)], tier) for each in part if each.source in sources and len(each.paths)}
        told = [_score(each, weights, added) for each in part if each.source in sources and not each.foreign]
        found += [replace(each, tier=True) for each in told if each is not None]
    return found


def _require_several_folds(samples: Sequence[Sample], fold: Mapping[str, int]) -> None:
    learned = _learned(samples)
    if len({fold[plain_name(each.repository)] for each in learned}) < 2:
        raise SourceError(
            f"there is too little to learn from: {len(learned)} of {len(samples)} questions have a candidate that answers, "
            f"and their repositories are of one fold or none; name sets of more repositories"
        )


def _learned(samples: Sequence[Sample]) -> list[Sample]:
    return [each for each in samples if not each.foreign and each.answers.any()]


def _fit_first(samples: Sequence[Sample]) -> dict[str, dict[str, float]]:
    lists = [Listed(expand(each.values, FILE_SIGNALS), each.answers, weight_of(each.source)) for each in _learned(samples)]
    return named(fit_lists(lists, penalty=PENALTY), FILE_SIGNALS)


def _near(each: Sample, first: F32) -> F32:
    return np.concatenate((each.values, matrix(NEAR_SIGNALS, Near(first, each.paths, each.graph))), axis=1)


def _fit_second(samples: Sequence[Sample], first: Mapping[int, F32]) -> dict[str, dict[str, float]]:
    lists = [Listed(expand(_near(each, first[id(each)]), ALL_SIGNALS), each.answers, weight_of(each.source)) for each in _learned(samples)]
    return named(fit_lists(lists, penalty=PENALTY), ALL_SIGNALS)


def _fit_chunks(samples: Sequence[Sample]) -> dict[str, dict[str, float]]:
    lists: list[Listed] = []
    for each in _learned(samples):
        if each.chunks is not None:
            inside = each.answers[each.chunks.row]
            answers = each.chunks.answers[inside]
            if answers.any() and not answers.all():
                lists.append(Listed(expand(each.chunks.values, CHUNK_SIGNALS)[inside], answers, weight_of(each.source)))
    if not lists:
        return {each.name: {} for each in CHUNK_SIGNALS}
    return named(fit_lists(lists, penalty=PENALTY), CHUNK_SIGNALS)


def _relevance_values(values: F32) -> F32:
    names = [each.name for each in FILE_SIGNALS]
    return values[:, [names.index(name) for name in RELEVANCE]]


def _fit_chance(samples: Sequence[Sample]) -> dict[str, Any]:
    """Fit the chance that a file answers: files that do, against the best of those of questions about another repository."""
    rows: list[F32] = []
    answers: list[bool] = []
    for each in samples:
        best = np.argsort(-each.values[:, _KEY], kind="stable")[:_TOP] if each.foreign else np.flatnonzero(each.answers)
        rows.append(_relevance_values(each.values[best]))
        answers += [not each.foreign] * len(best)
    flags = np.array(answers, np.bool_)
    share = np.where(flags, 0.5 / max(int(flags.sum()), 1), 0.5 / max(int((~flags).sum()), 1)) * len(flags)
    weights, bias = fit_chances(np.concatenate(rows), flags, share, penalty=1.0)
    return {"bias": round(bias, 5), "weights": {name: round(weight, 5) for name, weight in zip(RELEVANCE, weights.tolist(), strict=True)}}


def _model(weights: Mapping[str, Mapping[str, float]], signals: Sequence[Signal[Any]]) -> Model:
    return table([each.name for each in signals], weights, signals)


def _second(each: Sample, weights: Weights) -> F32:
    """Return the scores of the candidates (R) by both passes."""
    first = _model(weights.first, FILE_SIGNALS).contributions(each.values).sum(axis=1)
    return _model(weights.second, ALL_SIGNALS).contributions(_near(each, first)).sum(axis=1)


def _score(each: Sample, weights: Weights, scores: Mapping[int, F32]) -> Score | None:
    name = plain_name(each.repository)
    if not len(each.paths):
        return None if each.foreign else Score(each.source, each.kind, name, 0.0, 0.0, None, 0.0, each.foreign)
    score = scores[id(each)]
    order: list[int] = np.argsort(-score, kind="stable").tolist()
    ranked = [each.paths[at] for at in order]
    chance = _relevance_values(each.values) @ np.array(list(weights.relevance["weights"].values()), np.float32) + weights.relevance["bias"]
    span = _span(each, each.chunks, score, weights) if each.chunks is not None else None
    needed = [target for target in each.targets if not target.secondary]
    ndcg, found = file_ndcg(ranked, each.targets), hit(ranked, needed, 1)
    return Score(each.source, each.kind, name, ndcg, found, span, float(chance.max()), each.foreign)


def _span(each: Sample, chunks: ChunkSample, score: F32, weights: Weights) -> float:
    """Return the share of spans that answer of which a line is among the first lines read."""
    own = _model(weights.chunks, CHUNK_SIGNALS).contributions(chunks.values).sum(axis=1).astype(np.float64)
    begin, end = chunks.lines.T
    base = score[chunks.row].astype(np.float64)
    read = reading_scores(base, own, end - begin + 1, Runs.of(chunks.row), (READING["chunk"], READING["lines"]))
    order: list[int] = np.argsort(-read, kind="stable").tolist()
    found = [Found(each.paths[int(chunks.row[at])], int(begin[at]), int(end[at])) for at in order]
    return span_coverage(found, each.targets, lines=LINES)
