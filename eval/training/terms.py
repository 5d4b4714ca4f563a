"""Fit what terms of a query count: the softmax over candidates of their BM25F is to put its weight on those that answer.

The score of a candidate is the share of the query's possible BM25F that it reaches, with every term's gain times the exponential of a
linear model. What is added for single words shrinks towards what their number of questions says. L2 and L-BFGS, as for the fusion.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from eval.model import Question
from eval.training.fit import F64, Flags, least
from eval.training.names import plain_name, weight_of
from retrieval.answers import SearchRequest
from retrieval.engine import Engine
from retrieval.query import parse_query
from retrieval.ranking.rank import matrix
from retrieval.ranking.term_weights import TERM_SIGNALS
from retrieval.segment import F32

COMMON_QUESTIONS, COMMON_REPOSITORIES = 6, 3
"""A word has a weight of its own when so many questions about so many repositories have it."""
_COMMON = 5.0
_PENALTY, _WORD_PENALTY = 1.0, 2.0
_SHARPNESS = 2.0
"""Where the logarithm of the scale of scores begins."""


TermWeights: TypeAlias = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class TermSample:
    """T terms of a question with what they gain in its R candidates."""

    repository: str
    source: str
    texts: Sequence[str]
    values: F32
    """Signals of the terms (T, F)."""
    gains: NDArray[np.float16]
    """What each term adds to a candidate's BM25F where all terms count alike (T, R)."""
    answers: Flags


def term_sample(engine: Engine, root: str, question: Question, source: str) -> TermSample | None:
    """Ask one question for its terms; None when it has no candidate that answers, or none that does not.

    The engine has to take all terms alike.
    """
    request = SearchRequest(question.text, root)
    ranker = engine.ranker(request)
    scene = ranker.scene(parse_query(question.text), ranker.allowed(request.filters))
    answers = np.array([any(target.is_file(path) for target in question.targets) for path, _ in scene.names], np.bool_)
    if not scene.query.terms or not answers.any() or answers.all():
        return None
    values = matrix(TERM_SIGNALS, scene.term_facts)
    texts = [each.text for each in scene.query.terms]
    return TermSample(question.repository, source, texts, values, scene.words.file_gains.astype(np.float16), answers)


def fit_terms(samples: Sequence[TermSample]) -> TermWeights:
    """Return the weights of signals and of words, as the file of weights has them."""
    questions: Counter[str] = Counter()
    repositories: defaultdict[str, set[str]] = defaultdict(set)
    for each in samples:
        for text in each.texts:
            questions[text] += 1
            repositories[text].add(plain_name(each.repository))
    words = [each for each, count in questions.items() if count >= COMMON_QUESTIONS and len(repositories[each]) >= COMMON_REPOSITORIES]
    lists = _Lists(samples, words, questions)
    found = least(lists.loss, lists.start)
    common, own = found[lists.signals], found[lists.signals + 1 : -1]
    added = {word: round(float(common * _common(questions[word]) + value), 3) for word, value in zip(words, own, strict=True)}
    named = {each.name: round(float(weight), 4) for each, weight in zip(TERM_SIGNALS, found, strict=False)}
    return {"signals": named, "words": dict(sorted(added.items()))}


def _common(questions: int) -> float:
    return float(np.log1p(questions - 1) / _COMMON)


class _Lists:
    """The loss of weights: of F signals, of how common a word is, of each of W words, and the logarithm of the scale."""

    def __init__(self, samples: Sequence[TermSample], words: Sequence[str], questions: Counter[str]) -> None:
        place = {word: at for at, word in enumerate(words)}
        self.signals = len(TERM_SIGNALS)
        self.start = np.append(np.zeros(self.signals + 1 + len(words)), _SHARPNESS)
        self._rows: list[tuple[Any, ...]] = []
        for each in samples:
            common = np.array([[_common(questions[text]) if text in place else 0.0] for text in each.texts])
            word = np.array([place.get(text, -1) for text in each.texts])
            gains = each.gains.astype(np.float32)
            weight = weight_of(each.source)
            columns = np.concatenate((each.values, common), axis=1).astype(np.float32)
            self._rows.append((columns, word, gains, gains.max(axis=1), each.answers / each.answers.sum(), weight))

    def loss(self, at: F64) -> tuple[float, F64]:
        """Return the loss of weights, with its slope."""
        size = self.signals + 1
        linear, own, scale = at[:size], np.append(at[size:-1], 0.0), np.exp(at[-1])
        slope = np.zeros(len(at) + 1)  # the last but one place takes what falls on words without a weight
        total = 0.0
        for columns, word, gains, most, wanted, weight in self._rows:
            counts = np.exp(np.clip(columns @ linear + own[word], -5, 5))
            possible = float(most @ counts) + 1e-6
            share = counts @ gains / possible
            score = scale * share
            mass = np.exp(score - score.max())
            chance = mass / mass.sum()
            total -= weight * float(wanted @ np.log(np.maximum(chance, 1e-30)))
            pull = weight * (chance - wanted)
            slope[-1] += pull @ score
            by_term = scale * (gains @ pull - (share @ pull) * most) / possible * counts
            slope[:size] += by_term @ columns
            np.add.at(slope[size:-1], word, by_term)
        slope = np.delete(slope, -2)
        slope[:size] += 2 * _PENALTY * linear
        slope[size:-1] += 2 * _WORD_PENALTY * at[size:-1]
        return total + _PENALTY * float(linear @ linear) + _WORD_PENALTY * float(at[size:-1] @ at[size:-1]), slope
