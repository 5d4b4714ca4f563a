"""How much each term of a query counts beside its rarity: a linear model over what is known of a term before any file is looked at.

Rarity alone takes ``mechanism`` and ``changelog`` for telling words, because code seldom has them. What tells more is where a term stands
in the repository (in names, or only in docs), where it stands in the query, and how often people's questions have it, whatever they ask.

Source of the idea: Bendersky, Metzler and Croft, "Learning Concept Importance Using a Weighted Dependence Model" (WSDM 2010); the features
and the loss, the one of the fusion, are ours (``eval.training.terms``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from retrieval.lexical import QueryTerm
from retrieval.ranking.signals import Scale, Signal
from retrieval.ranking.term_facts import TermFacts
from retrieval.segment import F32, Field

_MOST = 4.0
"""The logarithm of a weight is at most this far from 0."""
_RARITY, _PLACES, _LETTERS = 4, 40, 12
_LONG = 14
"""A query of more terms is a text, whose first line is its title."""


def _rank(facts: TermFacts) -> F32:
    places = np.argsort(np.argsort(facts.rarity, kind="stable"), kind="stable")
    return (places / max(len(places) - 1, 1)).astype(np.float32)


def _long_title(facts: TermFacts) -> F32:
    return facts.texts(facts.title) * np.float32(len(facts.terms) > _LONG)


def _only_body(facts: TermFacts) -> F32:
    return np.maximum(facts.share(Field.BODY) - facts.share(Field.NAMES) - facts.share(Field.DOCS), 0)


P = Scale.PRIOR
TERM_SIGNALS: tuple[Signal[TermFacts], ...] = (
    Signal("rarity", "logarithm of the share of chunks that hold it", P, lambda x: x.rarity / np.float32(_RARITY)),
    Signal("rarity_squared", "the same, squared", P, lambda x: (x.rarity / np.float32(_RARITY)) ** 2),
    Signal("rank", "its place among the query's terms, the rarest first", P, _rank),
    Signal("in_names", "share of its chunks that define a name with it", P, lambda x: x.share(Field.NAMES)),
    Signal("named", "some chunk defines a name with it", P, lambda x: (x.share(Field.NAMES) > 0).astype(np.float32)),
    Signal("in_stems", "share of its chunks whose file's name has it", P, lambda x: x.share(Field.STEM)),
    Signal("stem", "some file's name has it", P, lambda x: (x.share(Field.STEM) > 0).astype(np.float32)),
    Signal("folder", "some folder's name has it", P, lambda x: (x.share(Field.DIRECTORIES) > 0).astype(np.float32)),
    Signal("in_docs", "share of its chunks that have it in docs", P, lambda x: x.share(Field.DOCS)),
    Signal("in_context", "share of its chunks that have it in what encloses them", P, lambda x: x.share(Field.CONTEXT)),
    Signal("only_body", "share of its chunks that have it in their text, less those that name or document it", P, _only_body),
    Signal("title", "the query's first line has it", P, lambda x: x.texts(x.title)),
    Signal("long_title", "the first line of a long text has it", P, _long_title),
    Signal("name", "it is a name in the query", P, lambda x: x.texts(x.names)),
    Signal("late", "how far in the query it first stands", P, lambda x: np.array([min(t.place / _PLACES, 1) for t in x.terms], np.float32)),
    Signal("first", "it stands first in the query", P, lambda x: np.array([t.place == 0 for t in x.terms], np.float32)),
    Signal("length", "its number of letters", P, lambda x: np.array([min(len(t.text) / _LETTERS, 1) for t in x.terms], np.float32)),
    Signal("number", "it is a number", P, lambda x: np.array([t.text.isdigit() for t in x.terms], np.float32)),
)


@dataclass(frozen=True, slots=True)
class TermModel:
    """Weights of the signals of terms, and what is added for words that many questions have."""

    weights: F32
    words: Mapping[str, float]

    def weigh(self, facts: TermFacts) -> tuple[QueryTerm, ...]:
        """Return the terms with what each weighs multiplied by what the model makes of it."""
        if not facts.terms:
            return ()
        values = np.array([each.values(facts) for each in TERM_SIGNALS], np.float64).T
        total = values @ self.weights.astype(np.float64) + [self.words.get(each.text, 0.0) for each in facts.terms]
        factors = np.exp(np.clip(total, -_MOST, _MOST)).round(4).tolist()
        return tuple(replace(term, weight=term.weight * factor, factor=factor) for term, factor in zip(facts.terms, factors, strict=True))


EVEN = TermModel(np.zeros(len(TERM_SIGNALS), np.float32), {})
"""Takes every term as it is."""
