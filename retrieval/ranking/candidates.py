"""Which files are looked at closely: the best of each signal that is cheap for all of them, and the best of their sum."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from retrieval.embed import hash_term
from retrieval.lexical import LexicalScorer, LexicalScores, QueryTerm, TermMatches
from retrieval.names import root
from retrieval.query import Query
from retrieval.segment import F32
from retrieval.snapshot import Mask, Numbers, Snapshot
from retrieval.terms import stem, words

BEST_OF_SUM = 60
BEST_OF_EACH = 20
MAX_PAIRS = 32


def choose_files(signals: dict[str, tuple[F32, float]]) -> Numbers:
    """Return the documents to look at, ascending: of each signal (D), and of their weighted sum, the best that score at all."""
    told = [(values, weight) for values, weight in signals.values() if values.any()]
    total = np.zeros(len(next(iter(signals.values()))[0]), np.float32)
    for values, weight in told:
        total += np.float32(weight) * scaled(values)
    chosen = np.zeros(len(total), np.bool_)
    for values, _ in told:
        chosen[best_places(values, BEST_OF_EACH, total)] = True
    chosen[best_places(total, BEST_OF_SUM, total)] = True
    return np.flatnonzero(chosen)


def scaled(values: F32) -> F32:
    """Return values as shares of the largest."""
    top = float(values.max(initial=0.0))
    return values / np.float32(top) if top > 0 else values


def best_places(scores: F32, count: int, among_equals: F32) -> Numbers:
    """Return the positions of the highest scores above 0: of those that tie with the last, the best by another score.

    All that tie by both are taken, so that the choice does not depend on how documents are numbered.
    """
    positive = np.flatnonzero(scores > 0)
    if len(positive) <= count:
        return positive
    own = scores[positive]
    limit = np.partition(own, len(own) - count)[len(own) - count]
    better, equal = positive[own > limit], positive[own == limit]
    wanted = count - len(better)
    if len(equal) > wanted:
        other = among_equals[equal]
        equal = equal[other >= np.partition(other, len(other) - wanted)[len(other) - wanted]]
    return np.concatenate((better, equal))


def best_of_documents(snapshot: Snapshot, scores: F32, touched: Numbers) -> F32:
    """Return each document's best score (D) among the ``touched`` chunks, which are in order."""
    best = np.zeros(len(snapshot.document_ids), np.float32)
    if len(touched):
        document = snapshot.chunk_document[touched]
        first = np.flatnonzero(np.concatenate([[True], document[1:] != document[:-1]]))
        best[document[first]] = np.maximum.reduceat(scores[touched], first)
    return best


def find_definitions(scorer: LexicalScorer, snapshot: Snapshot, query: Query, allowed: Mask) -> tuple[F32, Numbers]:
    """Score chunks that define a name of the query: the rarer the name, the more. Return also, in order, the chunks that do."""
    scores = np.zeros(snapshot.chunks, np.float32)
    found: list[Numbers] = []
    for name in query.identifiers:
        chunks, _ = scorer.postings(name.key)
        chunks = chunks[allowed[chunks]]
        if len(chunks):
            files = len(snapshot.documents_of(chunks))
            scores[chunks] += np.float32(name.weight / (1 + np.log(files)))
            found.append(chunks)
    if len(found) > 1:
        return scores, np.flatnonzero(scores != 0)  # numpy finds true bits 5x faster than floats that are not zero
    return scores, found[0] if found else np.zeros(0, np.int64)


def find_pairs(scorer: LexicalScorer, snapshot: Snapshot, query: Query, allowed: Mask, lexical: LexicalScores) -> list[TermMatches]:
    """Return where neighbouring words of the query stand as one identifier, as ``template tags`` does in ``templatetags``."""
    weights = lexical.weights
    texts = [word.decode("utf-8", "ignore").lower() for word in words(query.text.encode("utf-8", "ignore"))]
    kept = [text for text in texts if text.isalpha() and stem(text) in weights]
    names: dict[str, float] = {}
    for one, other in pairwise(kept):
        if one != other and len(names) < 2 * MAX_PAIRS:
            weight = weights[stem(one)] + weights[stem(other)]
            for name in {one + other, one + stem(other)}:
                if name not in weights:
                    names[name] = max(names.get(name, 0.0), weight)
    found: list[TermMatches] = []
    for name, weight in names.items():
        key = hash_term(name)
        chunk, counts = scorer.postings(key)
        inside = allowed[chunk]
        if inside.any():
            found.append(TermMatches(QueryTerm(name, key, 1.0), weight, chunk[inside], counts[inside]))
    return found


def weigh_roots(weights: Mapping[str, float]) -> dict[str, float]:
    """Return what each root counts, from what the terms do that have it: the largest."""
    found: dict[str, float] = {}
    for text, weight in weights.items():
        key = root(text)
        found[key] = max(found.get(key, 0.0), weight)
    return found


def find_roots(scorer: LexicalScorer, snapshot: Snapshot, roots: Mapping[str, float], prefix: str) -> list[TermMatches]:
    """Return the first chunks of the files whose paths have roots, given with their weights; ``prefix`` says in which part of the path."""
    found: list[TermMatches] = []
    for text, weight in roots.items():
        key = hash_term(prefix + text)
        chunk, counts = scorer.postings(key)
        if not snapshot.all_live:
            shown = snapshot.live[chunk]
            chunk, counts = chunk[shown], counts[shown]
        rarity = float(np.log1p((snapshot.live_documents - len(chunk) + 0.5) / (len(chunk) + 0.5)))
        found.append(TermMatches(QueryTerm(text, key, weight), rarity * weight, chunk, counts))
    return found


def stem_scores(snapshot: Snapshot, roots: list[TermMatches]) -> F32:
    """Return for each document (D) the rarity of the query's roots in its name, times the share of the name that they are."""
    found = np.zeros(len(snapshot.document_ids), np.float32)
    counts = np.zeros(len(snapshot.document_ids), np.float32)
    for each in roots:
        document = snapshot.chunk_document[each.chunk]
        found[document] += np.float32(each.idf)
        counts[document] += 1
    return (found * counts / np.maximum(snapshot.stem_roots, 1)).astype(np.float32)


def pair_scores(snapshot: Snapshot, pairs: list[TermMatches]) -> F32:
    """Return for each document (D) the weight of the pairs that stand in it."""
    found = np.zeros(len(snapshot.document_ids), np.float32)
    for each in pairs:
        found[np.unique(snapshot.chunk_document[each.chunk])] += np.float32(each.idf)
    return found
