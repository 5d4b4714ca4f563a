"""How well documentation finds the code it documents: BM25, the static vectors, and what storing them as int8 or as bits loses."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.doc_pairs import DocPair, PairKind, first_sentence
from retrieval.embed import FloatRows, StaticEmbedder, quantize
from retrieval.terms import terms, words

_K1, _B = 1.2, 0.75
_RRF_K = 60
_RESCORED = 100
_QUERY_BLOCK = 512


@dataclass(frozen=True, slots=True)
class Quality:
    """Share of questions whose own definition is in the first 1, 10 and 50, and the mean reciprocal rank within the first 10."""

    recall_1: float
    recall_10: float
    recall_50: float
    mrr_10: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """One method's quality among all candidates, and among those of the question's own repository."""

    method: str
    overall: Quality
    same_repository: Quality


def judged_pairs(pairs: Iterable[DocPair]) -> list[DocPair]:
    """Return the pairs fit to be questions: documentation of definitions, once per text and repository, once per body."""
    docs: set[tuple[str, str]] = set()
    bodies: set[str] = set()
    kept: list[DocPair] = []
    for pair in pairs:
        key = (pair.repository, first_sentence(pair.doc))
        if pair.kind is not PairKind.DOC or key in docs or pair.body in bodies:
            continue
        docs.add(key)
        bodies.add(pair.body)
        kept.append(pair)
    return kept


def judge(embedder: StaticEmbedder, pairs: Sequence[DocPair]) -> list[Judgement]:
    """Return the quality of each method; the candidates of a question are the bodies of all ``pairs``."""
    questions = [first_sentence(pair.doc).encode() for pair in pairs]
    bodies = [pair.body.encode() for pair in pairs]
    queries = np.stack([embedder.encode_text(text) for text in questions])
    vectors = np.stack([embedder.encode_text(text) for text in bodies])
    stored = quantize(vectors)
    restored = stored.values * stored.scales[:, None]
    signs = np.where(vectors > 0, np.float32(1), np.float32(-1))
    lexical = BM25(bodies)

    def rescored(block: slice) -> FloatRows:
        coarse = np.sign(queries[block]) @ signs.T
        worst = np.partition(coarse, -_RESCORED, axis=1)[:, -_RESCORED, None] if len(pairs) > _RESCORED else np.float32(-np.inf)
        return np.where(coarse >= worst, queries[block] @ restored.T, coarse / 1e6 - 2).astype(np.float32)

    methods: dict[str, Callable[[slice], FloatRows]] = {
        "BM25 on terms": lambda block: lexical.scores(questions[block]),
        "static": lambda block: queries[block] @ vectors.T,
        "static, vectors stored as int8": lambda block: queries[block] @ restored.T,
        f"static, 1-bit scan and {_RESCORED} re-scored in int8": rescored,
        "static, 1 bit alone": lambda block: np.sign(queries[block]) @ signs.T,
        "BM25 and static, RRF 1:1": lambda block: _fused(lexical.scores(questions[block]), queries[block] @ vectors.T),
    }
    repositories = np.unique([pair.repository for pair in pairs], return_inverse=True)[1]
    return [_judgement(name, scores, repositories) for name, scores in methods.items()]


class BM25:
    """BM25 over the terms of small texts held in memory: the baseline."""

    def __init__(self, texts: Sequence[bytes]) -> None:
        counted = [Counter(_terms_of(text)) for text in texts]
        lengths = np.array([counts.total() for counts in counted], dtype=np.float32)
        norms = np.float32(_K1) * (1 - _B + _B * lengths / max(float(lengths.mean()), 1.0))
        postings: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for at, counts in enumerate(counted):
            for term, count in counts.items():
                postings[term].append((at, count))
        self._size = len(texts)
        self._weights: dict[str, tuple[NDArray[np.int64], FloatRows]] = {}
        for term, posting in postings.items():
            at = np.array([document for document, _ in posting])
            frequency = np.array([count for _, count in posting], dtype=np.float32)
            rarity = np.float32(np.log(1 + (len(texts) - len(at) + 0.5) / (len(at) + 0.5)))
            self._weights[term] = at, (rarity * frequency * (_K1 + 1) / (frequency + norms[at])).astype(np.float32)

    def scores(self, queries: Sequence[bytes]) -> FloatRows:
        """Return f32[len(queries), number of texts]."""
        found = np.zeros((len(queries), self._size), dtype=np.float32)
        for row, query in zip(found, queries, strict=True):
            for term in _terms_of(query):
                if term in self._weights:
                    at, weights = self._weights[term]
                    row[at] += weights
        return found


def quality(ranks: NDArray[np.float64]) -> Quality:
    """Return the quality of zero-based ranks."""
    one, ten, fifty = (float((ranks < cut).mean()) for cut in (1, 10, 50))
    return Quality(one, ten, fifty, float(np.where(ranks < 10, 1 / (ranks + 1), 0).mean()))


def ranks_of(scores: FloatRows, own: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the zero-based rank of column ``own[i]`` in row ``i``; the middle among equals, so that a constant is only chance."""
    mine = np.take_along_axis(scores, own[:, None], axis=1)
    return (scores > mine).sum(axis=1) + ((scores == mine).sum(axis=1) - 1) / 2


def _judgement(method: str, scores: Callable[[slice], FloatRows], repositories: NDArray[np.intp]) -> Judgement:
    overall: list[NDArray[np.float64]] = []
    inside: list[NDArray[np.float64]] = []
    for start in range(0, len(repositories), _QUERY_BLOCK):
        own = np.arange(start, min(start + _QUERY_BLOCK, len(repositories)))
        block = scores(slice(start, start + _QUERY_BLOCK))
        overall.append(ranks_of(block, own))
        inside.append(ranks_of(np.where(repositories[own, None] == repositories[None, :], block, np.float32(-np.inf)), own))
    return Judgement(method, quality(np.concatenate(overall)), quality(np.concatenate(inside)))


def _fused(*lists: FloatRows) -> FloatRows:
    total = np.zeros_like(lists[0])
    for scores in lists:
        places = np.argsort(np.argsort(-scores, axis=1, kind="stable"), axis=1)
        total += 1 / (_RRF_K + 1 + places)
    return total


def _terms_of(text: bytes) -> list[str]:
    return [term for word in words(text) for term in terms(word)]
