"""Which files are looked at closely: the best of each signal that is cheap for all of them, and the best of their sum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from retrieval.embed import hash_term
from retrieval.lexical import LexicalScorer, QueryTerm, TermMatches
from retrieval.names import root
from retrieval.query import Query
from retrieval.segment import F32
from retrieval.snapshot import Mask, Numbers, Snapshot
from retrieval.terms import FOLDER_ROOT, STEM_ROOT, stem, words

BEST_OF_SUM = 32
BEST_OF_EACH = 8
WIDE = 2
"""So many times these are taken while the score of a document's best chunk is not known but for what it is at most."""
MAX_PAIRS = 32
_BLOCK = 64
_MANY = 4_096


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores of some documents or chunks, by their numbers, which ascend; the others score 0."""

    places: Numbers
    values: F32

    @classmethod
    def total(cls, places: Sequence[Numbers], values: Sequence[F32]) -> Scored:
        """Add up the scores of the same place."""
        if len(places) < 2:
            return cls(places[0], values[0]) if places else cls(np.zeros(0, np.int64), np.zeros(0, np.float32))
        place, value = np.concatenate(places), np.concatenate(values)
        order = np.argsort(place, kind="stable")
        place, value = place[order], value[order]
        first = _first_of_each(place)
        return cls(place[first], np.add.reduceat(value, first) if len(first) else value)

    def at(self, places: Numbers) -> F32:
        """Return the scores of places, in whatever order."""
        if not len(self.places):
            return np.zeros(len(places), np.float32)
        at = np.minimum(np.searchsorted(self.places, places), len(self.places) - 1)
        return np.where(self.places[at] == places, self.values[at], np.float32(0))

    def of_documents(self, snapshot: Snapshot) -> Scored:
        """Return the best score of each document, from those of chunks."""
        document = snapshot.chunk_document[self.places]
        first = _first_of_each(document)
        return Scored(document[first], np.maximum.reduceat(self.values, first) if len(first) else self.values)


def _first_of_each(numbers: Numbers) -> Numbers:
    """Return where each run of equal numbers begins."""
    begins = np.ones(len(numbers), np.bool_)
    np.not_equal(numbers[1:], numbers[:-1], out=begins[1:])
    return np.flatnonzero(begins)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Documents that may be looked at, ascending, before it is known what their best chunks score."""

    documents: Numbers
    sure: Mask
    """Which of them are among the best of a signal."""
    total: F32
    """The weighted sum of the signals of each."""

    def choose(self, chunk: F32, weight: float) -> Mask:
        """Return which are looked at, given what the best chunk of each scores."""
        total = self.total.copy()
        total += np.float32(weight) * scaled(chunk)
        chosen = self.sure.copy()
        chosen[best_places(chunk, BEST_OF_EACH, total)] = True
        chosen[best_places(total, BEST_OF_SUM, total)] = True
        return chosen

    def joined(self, documents: Numbers) -> Candidates:
        """Return them with others, which are looked at whatever they score."""
        together = np.union1d(self.documents, documents)
        sure, total = np.isin(together, documents), np.zeros(len(together), np.float32)
        own = np.searchsorted(together, self.documents)
        sure[own] |= self.sure
        total[own] = self.total
        return Candidates(together, sure, total)

    def keep(self, inside: Mask) -> Candidates:
        """Return some of them."""
        return Candidates(self.documents[inside], self.sure[inside], self.total[inside])


Signals = Sequence[tuple[F32 | Scored, float]]
"""Scores of all documents (D) or of some, each with its weight."""


def find_candidates_among(documents: Numbers | None, chunk: F32, weight: float, signals: Signals) -> Candidates:
    """Do as ``find_candidates`` among some documents and those that a signal of some names; None for all."""
    if documents is None:
        return find_candidates(chunk, weight, signals)
    held = np.zeros(len(chunk), np.bool_)
    for places in (documents, *(signal.places for signal, _ in signals if isinstance(signal, Scored))):
        held[places] = True
    named = np.flatnonzero(held)
    found = find_candidates(
        chunk[named],
        weight,
        [
            (Scored(np.searchsorted(named, each.places), each.values) if isinstance(each, Scored) else each[named], own)
            for each, own in signals
        ],
    )
    return replace(found, documents=named[found.documents])


def find_candidates(chunk: F32, weight: float, signals: Signals) -> Candidates:
    """Return the best documents (of D) of each signal, and more than enough of the best of their weighted sum.

    ``chunk`` is what the best chunk of each document scores at most (D), with its weight.
    """
    total = np.zeros(len(chunk), np.float32)
    sure = np.zeros(len(chunk), np.bool_)
    told = [(signal, weight) for signal, weight in signals if not isinstance(signal, Scored) or len(signal.places)]
    for signal, own_weight in told:
        if isinstance(signal, Scored):
            total[signal.places] += np.float32(own_weight) * scaled(signal.values)
        else:
            total += np.float32(own_weight) * scaled(signal)
    at_most = total.copy()
    at_most += np.float32(weight) * scaled(chunk)
    for signal, _ in told:
        if isinstance(signal, Scored):
            sure[signal.places[best_places(signal.values, BEST_OF_EACH, at_most[signal.places])]] = True
        else:
            sure[best_places(signal, BEST_OF_EACH, at_most)] = True
    wide = sure.copy()
    wide[best_places(chunk, WIDE * BEST_OF_EACH, at_most)] = True
    wide[best_places(at_most, WIDE * BEST_OF_SUM, at_most)] = True
    documents = np.flatnonzero(wide)
    return Candidates(documents, sure[documents], total[documents])


def scaled(values: F32) -> F32:
    """Return values as shares of the largest."""
    top = float(values.max(initial=0.0))
    return values / np.float32(top) if top > 0 else values


def best_places(scores: F32, count: int, among_equals: F32) -> Numbers:
    """Return the positions of the highest scores above 0: of those that tie with the last, the best by another score.

    All that tie by both are taken, so that the choice does not depend on how documents are numbered.
    """
    positive = np.flatnonzero(scores >= _floor(scores, count))
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


def _floor(scores: F32, count: int) -> np.float32:
    """Return a number above 0 that the best scores reach, found without a look at each: so many blocks have a score that does."""
    blocks = len(scores) // _BLOCK
    least = np.finfo(np.float32).smallest_subnormal
    if len(scores) < _MANY or blocks <= count:
        return least
    tops = scores[: blocks * _BLOCK].reshape(blocks, _BLOCK).max(axis=1)
    return np.maximum(np.partition(tops, blocks - count)[blocks - count], least)


def find_definitions(scorer: LexicalScorer, snapshot: Snapshot, query: Query, allowed: Mask) -> Scored:
    """Score chunks that define a name of the query: the rarer the name, the more."""
    found: list[Numbers] = []
    values: list[F32] = []
    for name, postings in zip(query.identifiers, scorer.postings([each.key for each in query.identifiers]), strict=True):
        chunks = postings.chunk.astype(np.int64)
        if allowed is not snapshot.live:
            chunks = chunks[allowed[chunks]]
        if len(chunks):
            files = len(_first_of_each(snapshot.chunk_document[chunks]))
            found.append(chunks)
            values.append(np.full(len(chunks), name.weight / (1 + np.log(files)), np.float32))
    return Scored.total(found, values)


def find_pairs(scorer: LexicalScorer, snapshot: Snapshot, query: Query, allowed: Mask, weights: Mapping[str, float]) -> list[TermMatches]:
    """Return where neighbouring words of the query stand as one identifier, as ``template tags`` does in ``templatetags``."""
    names = pair_names(query, weights)
    keys = [hash_term(name) for name in names]
    found: list[TermMatches] = []
    for (name, weight), key, postings in zip(names.items(), keys, scorer.postings(keys), strict=True):
        chunk, counts = postings.chunk, postings.weight
        if allowed is not snapshot.live:
            inside = allowed[chunk]
            chunk, counts = chunk[inside], counts[inside]
        if len(chunk):
            found.append(TermMatches(QueryTerm(name, key, 1.0), weight, chunk, counts))
    return found


def pair_names(query: Query, weights: Mapping[str, float]) -> dict[str, float]:
    """Return what neighbouring words of the query would be called as one, with what their terms count."""
    texts = [word.decode("utf-8", "ignore").lower() for word in words(query.text.encode("utf-8", "ignore"))]
    kept = [text for text in texts if text.isalpha() and stem(text) in weights]
    names: dict[str, float] = {}
    for one, other in pairwise(kept):
        if one != other and len(names) < 2 * MAX_PAIRS:
            weight = weights[stem(one)] + weights[stem(other)]
            for name in {one + other, one + stem(other)}:
                if name not in weights:
                    names[name] = max(names.get(name, 0.0), weight)
    return names


def look_up_keys(query: Query) -> list[int]:
    """Return the keys of all that is looked up for a query: together that takes a fifth of the time where there are many segments."""
    weights = {term.text: term.weight for term in query.terms}
    roots = weigh_roots(weights)
    names = (*pair_names(query, weights), *(prefix + text for prefix in (STEM_ROOT, FOLDER_ROOT) for text in roots))
    return [*(term.key for term in (*query.terms, *query.identifiers)), *(hash_term(name) for name in names)]


def weigh_roots(weights: Mapping[str, float]) -> dict[str, float]:
    """Return what each root counts, from what the terms do that have it: the largest."""
    found: dict[str, float] = {}
    for text, weight in weights.items():
        key = root(text)
        found[key] = max(found.get(key, 0.0), weight)
    return found


def find_roots(scorer: LexicalScorer, snapshot: Snapshot, roots: Mapping[str, float], prefix: str) -> list[TermMatches]:
    """Return the first chunks of the files whose paths have roots, given with their weights; ``prefix`` says in which part of the path."""
    keys = [hash_term(prefix + text) for text in roots]
    found: list[TermMatches] = []
    for (text, weight), key, postings in zip(roots.items(), keys, scorer.postings(keys), strict=True):
        files = len(postings.chunk)
        rarity = float(np.log1p((snapshot.live_documents - files + 0.5) / (files + 0.5)))
        found.append(TermMatches(QueryTerm(text, key, weight), rarity * weight, postings.chunk, postings.weight))
    return found


def stem_scores(snapshot: Snapshot, roots: Sequence[TermMatches]) -> Scored:
    """Return for documents the rarity of the query's roots in their names, times the share of the name that they are."""
    own = [snapshot.chunk_document[each.chunk] for each in roots]
    found = Scored.total(own, [np.full(len(each.chunk), each.idf, np.float32) for each in roots])
    counts = Scored.total(own, [np.ones(len(each.chunk), np.float32) for each in roots])
    return Scored(found.places, found.values * counts.values / np.maximum(snapshot.stem_roots[found.places], 1).astype(np.float32))


def pair_scores(snapshot: Snapshot, pairs: Sequence[TermMatches]) -> Scored:
    """Return for documents the weight of the pairs that stand in them."""
    documents = [snapshot.chunk_document[each.chunk] for each in pairs]
    own = [each[_first_of_each(each)] for each in documents]
    return Scored.total(own, [np.full(len(each), pair.idf, np.float32) for each, pair in zip(own, pairs, strict=True)])
