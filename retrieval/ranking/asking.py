"""From a query and a snapshot to a scene: what the query asks for is looked up, and the files worth a closer look are chosen."""

from __future__ import annotations

import re

import numpy as np

from retrieval.embed import StaticEmbedder
from retrieval.lexical import LexicalScorer, LexicalScores, chunk_counts, lend, score_chunks
from retrieval.names import name_roots, root
from retrieval.priors import document_priors
from retrieval.query import Query
from retrieval.ranking.candidates import (
    Candidates,
    Scored,
    find_candidates_among,
    find_definitions,
    find_pairs,
    find_roots,
    look_up_keys,
    pair_scores,
    stem_scores,
    weigh_roots,
)
from retrieval.ranking.pool import Pool, PoolMatches, gather_pool, match_pool
from retrieval.ranking.scene import Asked, Scene
from retrieval.ranking.term_facts import term_facts
from retrieval.ranking.term_weights import TermModel
from retrieval.snapshot import Mask, Numbers, Snapshot
from retrieval.terms import FOLDER_ROOT, STEM_ROOT, terms, words
from retrieval.understanding.resolved_frames import frame_chunks
from retrieval.vectors import near

_CHUNK_WEIGHT = 1.0
_AREA = re.compile(r"(?:\w+\(([\w./, -]{1,60})\)!?|\[([\w./, -]{1,60})\]|([\w./,-]{1,60}(?: [\w./-]{1,30})?)):?\s")
_TYPES = frozenset(
    map(root, ("fix", "feat", "feature", "chore", "docs", "doc", "refactor", "test", "tests", "perf", "style", "build", "ci", "bug"))
)


class SceneMaker:
    """Makes scenes of one snapshot; what depends on the snapshot alone is computed once."""

    def __init__(self, snapshot: Snapshot, embedder: StaticEmbedder, terms: TermModel) -> None:
        self._snapshot = snapshot
        self._embedder = embedder
        self._lexical = LexicalScorer(snapshot)
        self._terms = terms
        self._priors = document_priors(snapshot)

    def scene(self, query: Query, allowed: Mask, also: Numbers | None = None) -> Scene:
        """Return the scene of a query among the ``allowed`` chunks; it has no file where nothing of the query is found.

        ``also`` are documents to look at whatever they have of the query.
        """
        snapshot, scorer = self._snapshot, self._lexical
        scorer.postings(look_up_keys(query))  # all at once; they are kept for what asks for them now
        title = frozenset(term for word in words(query.title.encode("utf-8", "ignore")) for term in terms(word))
        facts = term_facts(query, title, scorer)
        lexical = scorer.score(self._terms.weigh(facts), allowed)
        weights = lexical.weights
        roots = weigh_roots(weights)
        # Of a long query the title is taken: the rest adds nothing.
        vector = Scored(*near(snapshot, self._embedder.encode_text(query.title.encode("utf-8", "ignore")), allowed))
        definition = find_definitions(scorer, snapshot, query, allowed)
        pairs = find_pairs(scorer, snapshot, query, allowed, weights)
        stems, folders = (find_roots(scorer, snapshot, roots, prefix) for prefix in (STEM_ROOT, FOLDER_ROOT))
        frames = {chunk: weight for chunk, weight in frame_chunks(query.frames, snapshot).items() if allowed[chunk]} if query.frames else {}
        framed = Scored(np.array(sorted(frames), np.int64), np.array([frames[chunk] for chunk in sorted(frames)], np.float32))
        candidates = find_candidates_among(
            lexical.among,
            lexical.chunk,
            _CHUNK_WEIGHT,
            (
                (lexical.document, 1.0),
                (definition.of_documents(snapshot), 0.5),
                (vector.of_documents(snapshot), 0.2),
                (lexical.named, 0.3),
                (pair_scores(snapshot, pairs), 0.2),
                (self._holding(stem_scores(snapshot, stems), allowed), 0.6),
                (framed.of_documents(snapshot), 1.0),
            ),
        )
        if also is not None:
            candidates = candidates.joined(also)
        pool, matches = self._choose(candidates, lexical, allowed)
        asked = Asked(query, facts, lexical, roots, title, stems, folders, area_roots(query.title), frames, pairs)
        return Scene(asked, snapshot, pool, matches, scorer, self._priors, vector.at(pool.chunk), definition.at(pool.chunk))

    def _choose(self, candidates: Candidates, lexical: LexicalScores, allowed: Mask) -> tuple[Pool, PoolMatches]:
        """Return the pool of what is chosen once the best chunks are scored, and where the query's terms stand in it."""
        pool = gather_pool(self._snapshot, candidates.documents, allowed)
        candidates = candidates.keep(np.isin(candidates.documents, pool.files, assume_unique=True))
        matches = match_pool(pool, lexical.matches)
        count = chunk_counts(matches.weight, self._lexical.norms(pool.chunk, pool.files)[0][matches.place])
        own = score_chunks(lexical.matches, matches.term, matches.place, count, len(pool.chunk))
        own = lend(own, pool.chunk, [(each.chunks, each.score) for each in lexical.lent])
        pool, inside = pool.keep(candidates.choose(pool.best(own), _CHUNK_WEIGHT))
        return pool, matches.keep(inside)

    def _holding(self, scored: Scored, allowed: Mask) -> Scored:
        """Leave out documents without a chunk that is allowed."""
        if allowed is self._snapshot.live:
            return scored
        held = np.zeros(len(self._snapshot.document_ids), np.bool_)
        held[self._snapshot.chunk_document[allowed]] = True
        inside = held[scored.places]
        return Scored(scored.places[inside], scored.values[inside])


def area_roots(title: str) -> frozenset[str]:
    """Return the roots of the part of the code that a title names first: ``net/http: …``, ``fix(router): …``, ``[api] …``."""
    match = _AREA.match(title)
    if not match or not (match[1] or match[2] or title[: match.end()].rstrip().endswith(":")):
        return frozenset()
    return frozenset(name_roots(match[1] or match[2] or match[3])) - _TYPES
