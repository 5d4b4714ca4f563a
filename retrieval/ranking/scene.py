"""All that the signals of one query look at: the query, the pool, and what of the one stands in the other."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from retrieval.lexical import LexicalScorer, LexicalScores, TermMatches, lend
from retrieval.names import root
from retrieval.priors import DocumentPriors
from retrieval.query import Query
from retrieval.ranking.definitions import Definitions
from retrieval.ranking.path_words import PathWords
from retrieval.ranking.pool import Pool, PoolMatches, match_pool
from retrieval.ranking.term_facts import TermFacts
from retrieval.ranking.words import By, Words
from retrieval.segment import F32, U16, Field
from retrieval.snapshot import Numbers, Snapshot

_SURE = 0.5
_NAME = re.compile(r"\w+")
_LAST_NAME = re.compile(r"[.:#/> ]+")


@dataclass(frozen=True, slots=True)
class Asked:
    """The query as the ranking reads it, looked up in the whole snapshot."""

    query: Query
    facts: TermFacts
    """What is known of its terms."""
    lexical: LexicalScores
    roots: Mapping[str, float]
    """What each root of the query counts."""
    title: frozenset[str]
    """Texts of the terms of the first line."""
    stem_roots: Sequence[TermMatches]
    """The first chunks of the files whose names have each root of the query."""
    folder_roots: Sequence[TermMatches]
    """The first chunks of the files that lie below a folder whose name has each root of the query."""
    area: frozenset[str]
    """Roots of what stands before the colon of the first line: the part of the code that a change is about."""
    frames: Mapping[int, float]
    """Chunks that frames of a trace lie in, with how much each counts."""
    pairs: Sequence[TermMatches]
    """Where two neighbouring words of the query stand as one identifier."""


class Scene:
    """One query over one pool. R files, N chunks; what several signals share is computed once."""

    def __init__(
        self,
        asked: Asked,
        snapshot: Snapshot,
        pool: Pool,
        matches: PoolMatches,
        scorer: LexicalScorer,
        priors: DocumentPriors,
        vector: F32,
        named: F32,
    ) -> None:
        """Keep what is known: ``matches`` say where the terms of the query stand in the pool.

        ``vector`` are the cosines of the pool's chunks, ``named`` how much of the query's names each of them defines (N).
        """
        self.query, self.area = asked.query, asked.area
        self.snapshot, self.pool, self.priors = snapshot, pool, priors
        self.vector, self.named = vector, named
        self.words = Words(pool, asked.lexical.matches, asked.title, scorer.norms(pool.chunk, pool.files), matches)
        self._asked = asked

    @property
    def term_facts(self) -> TermFacts:
        """What is known of the query's terms before any file is looked at."""
        return self._asked.facts

    @property
    def term_shares(self) -> dict[str, float]:
        """What each term of the query counts by its rarity and the model, as a share of them all."""
        whole = sum(each.idf for each in self._asked.lexical.matches) or 1.0
        return {each.term.text: each.idf / whole for each in self._asked.lexical.matches}

    @property
    def files(self) -> int:
        """Number of files, R."""
        return len(self.pool.files)

    @cached_property
    def names(self) -> list[tuple[str, str]]:
        """Path and language of each file (R)."""
        return [self.snapshot.name(file) for file in self.pool.files.tolist()]

    @cached_property
    def flags(self) -> U16:
        """What each file's path says of it (R)."""
        return self.snapshot.document_flags[self.pool.files]

    @cached_property
    def chunk(self) -> F32:
        """BM25F of each chunk (N), terms weighed by the model."""
        return lend(self.words.chunk_score(By.MODEL), self.pool.chunk, [(each.chunks, each.score) for each in self._asked.lexical.lent])

    @cached_property
    def coverage(self) -> F32:
        """Share of the query's weight, as the model has it, whose terms each chunk holds (N)."""
        own = self.words.chunk_coverage(*Field, by=By.MODEL)
        return lend(own, self.pool.chunk, [(each.chunks, each.coverage) for each in self._asked.lexical.lent])

    @cached_property
    def file(self) -> F32:
        """BM25F of each file (R), terms weighed by the model."""
        return lend(
            self.words.file_score(By.MODEL), self.pool.files, [(each.documents, each.document) for each in self._asked.lexical.lent]
        )

    @cached_property
    def paths(self) -> PathWords:
        """What the paths of the files have of the query."""
        title = frozenset(root(each) for each in self._asked.title)
        return PathWords(self.snapshot, self.pool.files, self._asked.stem_roots, self._asked.folder_roots, title)

    @cached_property
    def definitions(self) -> Definitions:
        """What the chunks define."""
        return Definitions(self.snapshot, self.pool, self._asked.roots, self.query.identifiers)

    @cached_property
    def pairs(self) -> PoolMatches:
        """Where pairs of words stand in the pool as one identifier."""
        return match_pool(self.pool, self._asked.pairs)

    @property
    def pair_weights(self) -> F32:
        """What each pair counts."""
        return np.array([each.idf for each in self._asked.pairs], np.float32)

    @cached_property
    def frames(self) -> F32:
        """How much frames of a trace point at each chunk (N)."""
        if not self._asked.frames:
            return np.zeros(len(self.pool.chunk), np.float32)
        return np.array([self._asked.frames.get(each, 0.0) for each in self.pool.chunk.tolist()], np.float32)

    @cached_property
    def identifiers(self) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Which terms of the query are identifiers as a whole."""
        names = {each.text.replace("_", "") for each in self.query.identifiers if each.weight >= _SURE}
        return np.array([each.term.text in names for each in self._asked.lexical.matches], np.bool_)

    def lines(self, places: Numbers) -> Numbers:
        """Return how many lines chunks have, given by their places in the pool."""
        return self.snapshot.lines_of(self.pool.chunk[places])

    @cached_property
    def spelled(self) -> F32:
        """What ``named`` says, for chunks (N) shown under a name as the query spells it, upper and lower case and all."""
        found = np.zeros(len(self.named), np.float32)
        if any(name.weight >= _SURE for name in self.query.identifiers):
            written = set(_NAME.findall(self.query.text))
            for at in np.flatnonzero(self.named):
                segment, number = self.snapshot.locate(int(self.pool.chunk[at]))
                if _LAST_NAME.split(segment.symbol(number))[-1] in written:
                    found[at] = self.named[at]
        return found
