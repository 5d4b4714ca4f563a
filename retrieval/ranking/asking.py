"""From a query and a snapshot to a scene: what the query asks for is looked up, and the files worth a closer look are chosen."""

from __future__ import annotations

import re

import numpy as np

from retrieval.embed import StaticEmbedder
from retrieval.lexical import LexicalScorer
from retrieval.names import name_roots, root
from retrieval.priors import document_priors
from retrieval.query import Query
from retrieval.ranking.candidates import (
    best_of_documents,
    choose_files,
    find_definitions,
    find_pairs,
    find_roots,
    pair_scores,
    stem_scores,
    weigh_roots,
)
from retrieval.ranking.pool import gather_pool
from retrieval.ranking.scene import Asked, Scene
from retrieval.segment import F32
from retrieval.snapshot import Mask, Numbers, Snapshot
from retrieval.terms import FOLDER_ROOT, STEM_ROOT, terms, words
from retrieval.understanding.resolved_frames import frame_chunks
from retrieval.vectors import near

_AREA = re.compile(r"(?:\w+\(([\w./, -]{1,60})\)!?|\[([\w./, -]{1,60})\]|([\w./,-]{1,60}(?: [\w./-]{1,30})?)):?\s")
_TYPES = frozenset(
    map(root, ("fix", "feat", "feature", "chore", "docs", "doc", "refactor", "test", "tests", "perf", "style", "build", "ci", "bug"))
)


class SceneMaker:
    """Makes scenes of one snapshot; what depends on the snapshot alone is computed once."""

    def __init__(self, snapshot: Snapshot, embedder: StaticEmbedder) -> None:
        self._snapshot = snapshot
        self._embedder = embedder
        self._lexical = LexicalScorer(snapshot)
        self._priors = document_priors(snapshot)
        self._shown = snapshot.document_live & (snapshot.chunks_of > 0)

    def scene(self, query: Query, allowed: Mask) -> Scene:
        """Return the scene of a query among the ``allowed`` chunks; it has no file where nothing of the query is found."""
        snapshot, scorer = self._snapshot, self._lexical
        lexical = scorer.score(query.terms, allowed)
        vector, near_chunks = self._vectors(query, allowed)
        definition, defining = find_definitions(scorer, snapshot, query, allowed)
        pairs = find_pairs(scorer, snapshot, query, allowed, lexical)
        roots = weigh_roots(lexical.weights)
        stems, folders = (find_roots(scorer, snapshot, roots, prefix) for prefix in (STEM_ROOT, FOLDER_ROOT))
        frames = {chunk: weight for chunk, weight in frame_chunks(query.frames, snapshot).items() if allowed[chunk]} if query.frames else {}
        framed = np.zeros(len(snapshot.document_ids), np.float32)
        for chunk, weight in frames.items():
            framed[snapshot.chunk_document[chunk]] = max(framed[snapshot.chunk_document[chunk]], weight)
        shown = self._holding(allowed)
        files = choose_files({
            "file": (lexical.document, 1.0),
            "chunk": (best_of_documents(snapshot, lexical.chunk, np.flatnonzero(lexical.chunk != 0)), 1.0),
            "definition": (best_of_documents(snapshot, definition, defining), 0.5),
            "vector": (np.maximum(best_of_documents(snapshot, vector, near_chunks), 0), 0.2),
            "named": (lexical.named, 0.3),
            "pairs": (pair_scores(snapshot, pairs), 0.2),
            "stem": (np.where(shown, stem_scores(snapshot, stems), 0).astype(np.float32), 0.6),
            "frame": (framed, 1.0),
        })
        pool = gather_pool(snapshot, files, allowed)
        title = frozenset(term for word in words(query.title.encode("utf-8", "ignore")) for term in terms(word))
        asked = Asked(query, lexical, roots, title, stems, folders, area_roots(query.title), frames, pairs)
        return Scene(asked, snapshot, pool, scorer, self._priors, vector[pool.chunk], definition[pool.chunk])

    def _holding(self, allowed: Mask) -> Mask:
        """Say which documents have a chunk that is allowed."""
        if allowed is self._snapshot.live:
            return self._shown
        found = np.zeros(len(self._snapshot.document_ids), np.bool_)
        found[self._snapshot.chunk_document[allowed]] = True
        return found

    def _vectors(self, query: Query, allowed: Mask) -> tuple[F32, Numbers]:
        """Return every chunk's cosine, and in order the chunks that have one. Of a long query the title is taken: the rest adds nothing."""
        scores = np.zeros(self._snapshot.chunks, np.float32)
        chunks, cosine = near(self._snapshot, self._embedder.encode_text(query.title.encode("utf-8", "ignore")), allowed)
        scores[chunks] = cosine
        return scores, chunks[cosine != 0]


def area_roots(title: str) -> frozenset[str]:
    """Return the roots of the part of the code that a title names first: ``net/http: …``, ``fix(router): …``, ``[api] …``."""
    match = _AREA.match(title)
    if not match or not (match[1] or match[2] or title[: match.end()].rstrip().endswith(":")):
        return frozenset()
    return frozenset(name_roots(match[1] or match[2] or match[3])) - _TYPES
