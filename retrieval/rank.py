"""Signals to one ranked list. Files are ranked, chunks are their evidence.

Every signal is scaled to at most 1 over the candidates of a query and the weighted sum decides; no learned weights yet. What counts and how
much was measured on the development sets (docs/design.md, "Ranking").
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

from ingest.errors import QueryError
from ingest.model import SymbolKind
from ingest.path_kinds import PathFlag
from retrieval.embed import StaticEmbedder
from retrieval.filters import Filters
from retrieval.lexical import LexicalScorer
from retrieval.names import PathNames, path_names, plain, root
from retrieval.priors import document_priors
from retrieval.query import Query
from retrieval.segment import F32
from retrieval.snapshot import Mask, Numbers, Snapshot
from retrieval.vectors import near

CANDIDATE_FILES = 60

_KINDS = list(SymbolKind)
FILE_WEIGHTS = {
    "file": 1.0,
    "chunk": 1.0,
    "chunks": 2.0,
    "vector": 1.0,
    "definition": 1.0,
    "spelling": 1.4,
    "stem": 1.2,
    "stem_exact": 1.8,
    "named": 2.5,
    "size": 0.8,
}
CHUNK_WEIGHTS = {"chunk": 1.0, "vector": 0.4, "definition": 0.6, "coverage": 0.3}
PENALTIES = {
    PathFlag.TEST: 1.8,
    PathFlag.EXAMPLE: 0.45,
    PathFlag.VENDORED: 0.6,
    PathFlag.BENCHMARK: 0.3,
    PathFlag.DECLARATION: 0.6,
    PathFlag.GENERATED: 0.6,
    PathFlag.HEADER: 0.4,
    PathFlag.DOCUMENT: 0.5,
}
MINOR_PENALTY, CODELESS_PENALTY = 1.6, 1.0
"""For a file in a minor language of the view, and for one that defines nothing."""
STEM_WORDS = 6
"""A query of more words meets a file's name by chance: from here on a match counts the less, the longer the query."""
SAME_FILE_PENALTY = 2.0
"""Subtracted for each better chunk of the same file in a flat list: one chunk a file, unless a file is far ahead."""

_BEST_CHUNKS = 5
_DECAYS = 0.6 ** np.arange(_BEST_CHUNKS)
_SURE = 0.5
_NAME = re.compile(r"\w+")
_LAST_NAME = re.compile(r"[.:#/> ]+")
LEAST_CHUNK = 0.1
"""What a further chunk of a file must score by itself to be shown: a trace of likeness alone is no answer."""

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
    first_match: int = -1
    """Byte offset in the file where a pattern matches first in the chunk, or -1."""


class Ranker:
    """Ranks one snapshot's chunks for queries."""

    def __init__(self, snapshot: Snapshot, embedder: StaticEmbedder) -> None:
        self._snapshot = snapshot
        self._embedder = embedder
        self._lexical = LexicalScorer(snapshot)
        self._priors = document_priors(snapshot)
        self._names: dict[int, PathNames] = {}

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
        vector, near_chunks = self._vector_scores(query, allowed)
        definition, defining = self._definition_scores(query, allowed)
        best = {
            "chunk": self._best_of_documents(lexical.chunk, np.flatnonzero(lexical.chunk != 0)),
            "vector": self._best_of_documents(vector, near_chunks),
            "def": self._best_of_documents(definition, defining),
        }
        first_pass = _scaled(lexical.document) + _scaled(best["chunk"]) + np.float32(0.5) * _scaled(best["def"])
        first_pass += np.float32(0.2) * best["vector"]
        files = _top(first_pass.astype(np.float32), CANDIDATE_FILES)
        if not len(files):
            return []
        row, chunk = self._members(files, allowed)
        signals = {
            "file": _scaled(lexical.document[files]),
            "chunk": _scaled(best["chunk"][files]),
            "chunks": _scaled(_sums_of_best(lexical.chunk[chunk], row, len(files))),
            "vector": _scaled(np.maximum(best["vector"][files], 0)),
            "definition": best["def"][files],
            "spelling": self._spelling(query, definition, row, chunk, len(files)),
            "size": self._priors.size[files],
            **self._name_signals(query, lexical.weights, files),
        }
        penalty = self._penalties(query, files)
        score = sum((FILE_WEIGHTS[name] * values for name, values in signals.items()), -penalty)
        chunk_signals = {
            "chunk": _scaled(lexical.chunk[chunk]),
            "vector": np.maximum(vector[chunk], 0),
            "definition": _scaled(definition[chunk]),
            "coverage": lexical.chunk_coverage[chunk],
        }
        shown = self._flatten(score, files, row, chunk, chunk_signals, limit)
        places = [at for at, _ in shown]
        names = [*(f"file.{name}" for name in signals), "file.penalty", *(f"chunk.{name}" for name in chunk_signals)]
        columns = [*(values[row[places]] for values in signals.values()), -penalty[row[places]]]
        values = np.stack([*columns, *(each[places] for each in chunk_signals.values())], axis=1).astype(np.float64).round(4).tolist()
        return [
            RankedChunk(
                int(chunk[at]), int(files[row[at]]), round(total, 6), {name: value for name, value in zip(names, own, strict=True) if value}
            )
            for (at, total), own in zip(shown, values, strict=True)
        ]

    def _members(self, files: Numbers, allowed: Mask) -> tuple[Numbers, Numbers]:
        """Return the allowed chunks of files, in order, each with its file's place in ``files``."""
        counts = self._snapshot.chunks_of[files]
        row = np.repeat(np.arange(len(files)), counts)
        chunk = np.arange(len(row)) + np.repeat(self._snapshot.first_chunk[files] - (np.cumsum(counts) - counts), counts)
        inside = allowed[chunk]
        return row[inside], chunk[inside]

    def _vector_scores(self, query: Query, allowed: Mask) -> tuple[F32, Numbers]:
        """Return every chunk's cosine, and in order the chunks that have one."""
        scores = np.zeros(self._snapshot.chunks, np.float32)
        title = query.text.strip().partition("\n")[0]  # the rest of a long query adds nothing measurable (docs/design.md)
        chunks, cosine = near(self._snapshot, self._embedder.encode_text(title.encode("utf-8", "ignore")), allowed)
        scores[chunks] = cosine
        return scores, chunks[cosine != 0]

    def _definition_scores(self, query: Query, allowed: Mask) -> tuple[F32, Numbers]:
        """Score chunks that define a name of the query: the rarer the name, the more. Return also, in order, the chunks that do."""
        scores = np.zeros(self._snapshot.chunks, np.float32)
        found: list[Numbers] = []
        for name in query.identifiers:
            chunks, _ = self._lexical.postings(name.key)
            chunks = chunks[allowed[chunks]]
            if len(chunks):
                files = len(self._snapshot.documents_of(chunks))
                scores[chunks] += np.float32(name.weight / (1 + np.log(files)))
                found.append(chunks)
        if len(found) > 1:
            return scores, np.flatnonzero(scores != 0)  # numpy finds true bits 5x faster than floats that are not zero
        return scores, found[0] if found else np.zeros(0, np.int64)

    def _best_of_documents(self, scores: F32, touched: Numbers) -> F32:
        """Return each document's best score among the ``touched`` chunks, which are in order."""
        best = np.zeros(len(self._snapshot.document_ids), np.float32)
        if len(touched):
            document = self._snapshot.chunk_document[touched]
            first = np.flatnonzero(np.concatenate([[True], document[1:] != document[:-1]]))
            best[document[first]] = np.maximum.reduceat(scores[touched], first)
        return best

    def _spelling(self, query: Query, definition: F32, row: Numbers, chunk: Numbers, files: int) -> F32:
        """Score files that define a name of the query as it is spelled there, upper and lower case and all."""
        found = np.zeros(files, np.float32)
        if not any(name.weight >= _SURE for name in query.identifiers):
            return found
        spelled = set(_NAME.findall(query.text))
        for at in np.flatnonzero(definition[chunk]):
            segment, number = self._snapshot.locate(int(chunk[at]))
            if _LAST_NAME.split(segment.symbol(number))[-1] in spelled:
                found[row[at]] = max(found[row[at]], definition[chunk[at]])
        return found

    def _name_signals(self, query: Query, weights: dict[str, float], files: Numbers) -> dict[str, F32]:
        """Compare paths with the query: how much of the file's name was asked for, and how much of the query the path names."""
        asked: dict[str, float] = {}
        for term, weight in weights.items():
            asked[root(term)] = max(asked.get(root(term), 0.0), weight)
        total = sum(asked.values()) or 1.0
        roots = frozenset(asked)
        stem, exact, named = (np.zeros(len(files), np.float32) for _ in range(3))
        whole = plain(query.text)
        for row, file in enumerate(files.tolist()):
            names = self._names.get(file)
            if names is None:
                names = self._names[file] = path_names(self._snapshot.name(file)[0])
            if shared := names.path & roots:
                named[row] = sum(asked[each] for each in shared) / total
                stem[row] = len(names.stem & roots) / max(len(names.stem), 1)
            exact[row] = names.whole == whole
            if query.paths and self._snapshot.name(file)[0].lower().endswith(query.paths):
                exact[row] += 1.0
        stem *= min(1.0, STEM_WORDS / max(len(roots), 1))
        return {"stem": stem, "stem_exact": exact, "named": named}

    def _penalties(self, query: Query, files: Numbers) -> F32:
        asked = {term.text for term in query.terms}
        flags = self._snapshot.document_flags[files]
        penalty = np.float32(CODELESS_PENALTY) * self._priors.codeless[files].astype(np.float32)
        for flag, amount in PENALTIES.items():
            if not asked & _ASKED_FOR.get(flag, set()):
                penalty += np.float32(amount) * ((flags & int(flag)) > 0)
        for row in np.flatnonzero(self._priors.minor[files]).tolist():
            if self._snapshot.name(int(files[row]))[1] not in asked:
                penalty[row] += MINOR_PENALTY
        return penalty

    def _flatten(
        self, score: F32, files: Numbers, row: Numbers, chunk: Numbers, signals: dict[str, F32], limit: int
    ) -> list[tuple[int, float]]:
        """Lay the chunks of ranked files into one list of (place in ``chunk``, score); a further chunk of a file pays a penalty."""
        leading = np.zeros(len(files), np.bool_)
        leading[_top(score - score.min() + 1, max(2 * limit, 20))] = True
        inside = np.flatnonzero(leading[row])
        own = sum((CHUNK_WEIGHTS[name] * values[inside] for name, values in signals.items()), np.zeros(len(inside), np.float32)).round(6)
        row, chunk = row[inside], chunk[inside]
        order = _order(row, own)
        place, first = _places(row[order])
        total = (score[row[order]] + own[order] - own[order][first] - SAME_FILE_PENALTY * place).round(6)
        shown = np.flatnonzero((place == 0) | (own[order] > LEAST_CHUNK))
        if len(shown) > limit:
            last = np.partition(total[shown], len(shown) - limit)[len(shown) - limit]
            shown = shown[total[shown] >= last]
        name = self._snapshot.name
        rows = [(-float(total[at]), name(int(files[row[order[at]]]))[0], int(chunk[order[at]]), int(order[at])) for at in shown]
        return [(int(inside[at]), -negative) for negative, _, _, at in sorted(rows)[:limit]]


def _places(row: Numbers) -> tuple[Numbers, Numbers]:
    """Return for sorted rows each element's place among those of its row, and where its row begins."""
    begins = np.flatnonzero(np.concatenate([[True], row[1:] != row[:-1]])) if len(row) else row
    first = np.repeat(begins, np.diff(np.append(begins, len(row))))
    return np.arange(len(row)) - first, first


def _order(row: Numbers, scores: F32) -> Numbers:
    """Return the order by row (ascending), in it by score (none below 0) downwards, in that as they stand.

    All three in one 64-bit number that says its own place: sorting 3,000 takes 20 us, ``np.lexsort`` 300.
    """
    places = len(row).bit_length()
    if places + (int(row[-1]).bit_length() if len(row) else 0) > 32:
        return np.lexsort((-scores, row))
    falling = np.uint64(0xFFFFFFFF) - scores.view(np.uint32)  # floats that are not negative are in order of their bits
    key = (row.astype(np.uint64) << np.uint64(32) | falling) << np.uint64(places) | np.arange(len(row), dtype=np.uint64)
    key.sort()
    return (key & np.uint64((1 << places) - 1)).astype(np.int64)


def _sums_of_best(scores: F32, row: Numbers, rows: int) -> F32:
    """Return the sum of each row's best scores, each counting .6 of the one before."""
    found = np.flatnonzero(scores != 0)
    scores, row = scores[found], row[found]
    order = _order(row, scores)
    place, _ = _places(row[order])
    best = place < _BEST_CHUNKS
    return np.bincount(row[order][best], scores[order][best] * _DECAYS[place[best]], rows).astype(np.float32)


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
            members = re.findall(r".-.|.", piece[2 if others else 1 : -1], re.DOTALL)
            inside = "".join(re.escape(each[0]) + ("-" + re.escape(each[2]) if len(each) > 1 else "") for each in members)
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
