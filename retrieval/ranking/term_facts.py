"""What is known of the terms of a query before any file is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retrieval.lexical import LexicalScorer, QueryTerm
from retrieval.query import Query
from retrieval.segment import F32, Field

_SURE = 0.5


@dataclass(frozen=True, slots=True)
class TermFacts:
    """What is known of T terms of a query."""

    terms: Sequence[QueryTerm]
    title: frozenset[str]
    """Texts of the terms of the first line."""
    names: frozenset[str]
    """Names in the query that are surely code, joined and in lower case."""
    rarity: F32
    """Logarithm of the share of chunks that hold each."""
    shares: F32
    """Of the chunks that hold each, the share that has it in each field (T, fields)."""

    def share(self, field: Field) -> F32:
        """Return the share of a term's chunks that have it in a field (T)."""
        return self.shares[:, list(Field).index(field)]

    def texts(self, holds: frozenset[str]) -> F32:
        """Say which terms are among these (T)."""
        return np.array([each.text in holds for each in self.terms], np.float32)


def term_facts(query: Query, title: frozenset[str], scorer: LexicalScorer) -> TermFacts:
    """Return what is known of a query's terms before any file is looked at; ``title`` are those of the first line."""
    names = frozenset(each.text.replace("_", "") for each in query.identifiers if each.weight >= _SURE)
    rows = [scorer.standing(each.key) for each in query.terms]
    rarity = np.log(np.array([share for share, _ in rows], np.float64)).astype(np.float32)
    return TermFacts(query.terms, title, names, rarity, np.array([shares for _, shares in rows], np.float32).reshape(-1, len(Field)))
