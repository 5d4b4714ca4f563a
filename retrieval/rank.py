"""Signals to one ranked list. Files are ranked, chunks are their evidence.

Every signal is scaled to at most 1 over the candidates of a query and the weighted sum decides; no learned weights yet. What counts and how
much was measured on the development sets (docs/design.md, "Ranking").
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from ingest.errors import QueryError
from ingest.model import SymbolKind
from retrieval.embed import StaticEmbedder
from retrieval.lexical import LexicalScorer
from retrieval.priors import PathFlag
from retrieval.query import Filters, Query
from retrieval.segment import F32
from retrieval.snapshot import Mask, Numbers, Snapshot
from retrieval.terms import terms, words
from retrieval.vectors import nearest

CANDIDATE_FILES = 100

_KINDS = list(SymbolKind)
FILE_WEIGHTS = {
    "file": 1.0,
    "chunk": 1.0,
    "vector": 0.4,
    "definition": 1.0,
    "stem": 0.8,
    "path": 0.4,
    "coverage": 0.5,
}
CHUNK_WEIGHTS = {"chunk": 1.0, "vector": 0.4, "definition": 0.6, "coverage": 0.3}
PENALTIES = {
    PathFlag.TEST: 0.5,
    PathFlag.EXAMPLE: 0.35,
    PathFlag.VENDORED: 0.5,
    PathFlag.BENCHMARK: 0.3,
    PathFlag.DECLARATION: 0.25,
    PathFlag.GENERATED: 0.4,
    PathFlag.LEGACY: 0.3,
    PathFlag.BARREL: 0.2,
    PathFlag.DOCUMENT: 0.3,
}
SAME_FILE_PENALTY = 0.8
"""Subtracted for each better chunk of the same file in a flat list: one chunk a file, unless a file is far ahead."""

_ASKED_FOR = {
    PathFlag.TEST: {"test", "spec", "fixtur", "mock"},
    PathFlag.EXAMPLE: {"exampl", "demo", "sampl", "tutorial", "doc"},
    PathFlag.BENCHMARK: {"bench", "benchmark", "script", "tool"},
    PathFlag.VENDORED: {"vendor"},
    PathFlag.DECLARATION: {"typ", "declaration"},
    PathFlag.DOCUMENT: {"doc", "readm", "changelog", "documentation", "guid"},
}


@dataclass(frozen=True, slots=True)
class RankedChunk:
    """A chunk of the snapshot with its score and the signals that made it."""

    chunk: int
    document: int
    score: float
    signals: dict[str, float] = field(default_factory=dict[str, float])


class Ranker:
    """Ranks one snapshot's chunks for queries."""

    def __init__(self, snapshot: Snapshot, embedder: StaticEmbedder) -> None:
        self._snapshot = snapshot
        self._embedder = embedder
        self._lexical = LexicalScorer(snapshot)

    def allowed(self, filters: Filters) -> Mask:
        """Return which chunks the view shows and the filters let through."""
        snapshot = self._snapshot
        documents = snapshot.document_live
        if filters.tests is not None:
            documents = documents & (((snapshot.document_flags & int(PathFlag.TEST)) > 0) == filters.tests)
        if filters.paths or filters.languages:
            documents = documents & self._named(filters, documents)
        chunks = snapshot.live if documents is snapshot.document_live else documents[snapshot.chunk_document]
        if filters.kinds:
            bits = sum(1 << _KINDS.index(kind) for kind in filters.kinds)
            chunks = chunks & ((snapshot.kinds & np.uint32(bits)) > 0)
        return chunks

    def _named(self, filters: Filters, documents: Mask) -> Mask:
        patterns = [glob_pattern(glob) for glob in filters.paths]
        kept = np.zeros(len(documents), np.bool_)
        for document in np.flatnonzero(documents):
            path, language = self._snapshot.name(int(document))
            kept[document] = (not filters.languages or language in filters.languages) and (
                not patterns or any(pattern.fullmatch(path) for pattern in patterns)
            )
        return kept

    def rank(self, query: Query, allowed: Mask, limit: int) -> list[RankedChunk]:
        """Return at most ``limit`` chunks, best first, ties in order of path and line."""
        lexical = self._lexical.score(query.terms, allowed)
        vector = self._vector_scores(query, allowed)
        definition = self._definition_scores(query, allowed)
        chunk_best = self._best_of_documents(lexical.chunk)
        first_pass = _scaled(lexical.document) + _scaled(chunk_best) + np.float32(0.5) * _scaled(self._best_of_documents(definition))
        first_pass += np.float32(0.2) * self._best_of_documents(vector)
        files = _top(first_pass.astype(np.float32), CANDIDATE_FILES)
        if not len(files):
            return []
        signals = {
            "file": _scaled(lexical.document[files]),
            "chunk": _scaled(chunk_best[files]),
            "vector": _scaled(np.maximum(self._best_of_documents(vector)[files], 0)),
            "definition": _scaled(self._best_of_documents(definition)[files]),
            "coverage": lexical.document_coverage[files],
            **self._name_signals(query, files),
        }
        penalty = self._penalties(query, files)
        score = sum((FILE_WEIGHTS[name] * values for name, values in signals.items()), -penalty)
        chunk_signals = {
            "chunk": _scaled(lexical.chunk),
            "vector": np.maximum(vector, 0),
            "definition": _scaled(definition),
            "coverage": lexical.chunk_coverage,
        }
        by_file = {int(file): float(value) for file, value in zip(files, score, strict=True)}
        ranked = self._flatten(by_file, chunk_signals, allowed, limit)
        rows = {int(file): row for row, file in enumerate(files)}
        return [self._explain(each, signals, penalty, chunk_signals, rows[each.document]) for each in ranked]

    def _vector_scores(self, query: Query, allowed: Mask) -> F32:
        scores = np.zeros(self._snapshot.chunks, np.float32)
        chunks, cosine = nearest(self._snapshot, self._embedder.encode_text(query.text.encode("utf-8", "ignore")), allowed)
        scores[chunks] = cosine
        return scores

    def _definition_scores(self, query: Query, allowed: Mask) -> F32:
        """Score chunks that define a name of the query: the rarer the name, the more."""
        scores = np.zeros(self._snapshot.chunks, np.float32)
        for name in query.identifiers:
            chunks, _ = self._lexical.postings(name.key)
            chunks = chunks[allowed[chunks]]
            if len(chunks):
                files = len(np.unique(self._snapshot.chunk_document[chunks]))
                scores[chunks] += np.float32(name.weight / (1 + np.log(files)))
        return scores

    def _best_of_documents(self, scores: F32) -> F32:
        """Return each document's best chunk score."""
        best = np.zeros(len(self._snapshot.document_ids), np.float32)
        touched = np.flatnonzero(scores)
        if len(touched):
            document = self._snapshot.chunk_document[touched]
            first = np.flatnonzero(np.concatenate([[True], document[1:] != document[:-1]]))
            best[document[first]] = np.maximum.reduceat(scores[touched], first)
        return best

    def _name_signals(self, query: Query, files: Numbers) -> dict[str, F32]:
        """Compare file names and folders with the query: how much of the name was asked for."""
        asked = {term.text for term in query.terms}
        stem, path = np.zeros(len(files), np.float32), np.zeros(len(files), np.float32)
        for row, file in enumerate(files):
            name, _ = self._snapshot.name(int(file))
            own, folders = name_terms(name)
            if own:
                stem[row] = len(own & asked) / len(own)
            if folders:
                path[row] = len(folders & asked) / max(len(folders), 2)
            if query.paths and name.lower().endswith(query.paths):
                path[row] += 2.0
        return {"stem": stem, "path": path}

    def _penalties(self, query: Query, files: Numbers) -> F32:
        asked = {term.text for term in query.terms}
        flags = self._snapshot.document_flags[files]
        penalty = np.zeros(len(files), np.float32)
        for flag, amount in PENALTIES.items():
            if not asked & _ASKED_FOR.get(flag, set()):
                penalty += amount * ((flags & int(flag)) > 0)
        return np.minimum(penalty, 1.0)

    def _flatten(self, by_file: dict[int, float], signals: dict[str, F32], allowed: Mask, limit: int) -> list[RankedChunk]:
        """Lay the chunks of ranked files into one list; a further chunk of a file pays a penalty."""
        snapshot = self._snapshot
        rows: list[RankedChunk] = []
        for file, score in sorted(by_file.items(), key=lambda each: (-each[1], snapshot.name(each[0])))[: max(limit * 2, 20)]:
            start = int(snapshot.first_chunk[file])
            chunks = np.arange(start, start + int(snapshot.chunks_of[file]))
            chunks = chunks[allowed[chunks]]
            own = sum((CHUNK_WEIGHTS[name] * values[chunks] for name, values in signals.items()), np.zeros(len(chunks), np.float32))
            order = np.lexsort((chunks, -own.round(6)))[:limit]
            best = float(own[order[0]]) if len(order) else 0.0
            for position, at in enumerate(order):
                if position and not own[at]:
                    break
                total = score + float(own[at]) - best - SAME_FILE_PENALTY * position
                rows.append(RankedChunk(int(chunks[at]), file, round(total, 6)))
        rows.sort(key=lambda each: (-each.score, snapshot.name(each.document)[0], each.chunk))
        return rows[:limit]

    def _explain(self, ranked: RankedChunk, signals: dict[str, F32], penalty: F32, chunk_signals: dict[str, F32], row: int) -> RankedChunk:
        parts = {f"file.{name}": round(float(values[row]), 4) for name, values in signals.items()}
        parts |= {f"chunk.{name}": round(float(values[ranked.chunk]), 4) for name, values in chunk_signals.items()}
        parts["file.penalty"] = -round(float(penalty[row]), 4)
        return RankedChunk(ranked.chunk, ranked.document, ranked.score, {name: value for name, value in parts.items() if value})


@lru_cache(1 << 14)
def name_terms(path: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the terms of a path's file stem and of its folders."""
    folders, _, name = path.rpartition("/")
    stem = name.split(".")[0] or name
    if stem.lower() in {"index", "mod", "__init__", "lib", "main"} and folders:
        folders, _, stem = folders.rpartition("/")
    return _terms(stem), _terms(folders)


def _terms(text: str) -> frozenset[str]:
    return frozenset(term for word in words(text.encode("utf-8", "surrogateescape")) for term in terms(word))


def glob_pattern(glob: str) -> re.Pattern[str]:
    """Translate a path glob: ``*`` within a folder, ``**`` across folders; a folder stands for all below it.

    Raises ``QueryError`` for a range that runs backwards.
    """
    anchored = glob.removeprefix("./").rstrip("/")
    if anchored in {"", "."}:
        return re.compile(".*", re.DOTALL)
    anchored = anchored.removeprefix("/") if "/" in anchored else f"**/{anchored}"
    parts = re.split(r"(\*\*/?)", anchored)
    source = "".join("(?:.*/)?" if part == "**/" else ".*" if part == "**" else _segment(part) for part in parts)
    try:
        return re.compile(f"(?:{source})(?:/.*)?", re.DOTALL)
    except re.error as error:
        raise QueryError(f"the path filter {glob!r} is not a glob: {error}; write [[] for a bracket") from error


def _segment(part: str) -> str:
    """Translate what stands between ``**``: ``*``, ``?`` and ``[...]`` never match a ``/``."""
    source = ""
    for piece in re.findall(r"\[!?[^/][^]/]*\]|.", part, re.DOTALL):
        if piece in {"*", "?"}:
            source += "[^/]*" if piece == "*" else "[^/]"
        elif len(piece) > 1:
            others = piece[1] == "!" and len(piece) > 3
            inside = re.sub(r"([\\\[\]&~|^])", r"\\\1", piece[2 if others else 1 : -1])
            source += f"(?!/)[{'^' if others else ''}{inside}]"
        else:
            source += re.escape(piece)
    return source


def _scaled(values: F32) -> F32:
    top = float(values.max(initial=0.0))
    return values / np.float32(top) if top > 0 else values


def _top(scores: F32, count: int) -> Numbers:
    """Return the positions of the highest scores above 0, all of those that tie with the last."""
    positive = np.flatnonzero(scores > 0)
    if len(positive) <= count:
        return positive
    limit = np.partition(scores[positive], len(positive) - count)[len(positive) - count]
    return positive[scores[positive] >= limit]
