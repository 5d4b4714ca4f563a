"""What the graph between files says about candidates, given what the first pass thinks of them. Pure functions over arrays.

C is the number of candidates, D that of documents, G that of kind groups. A file that good candidates use, or that uses them, is more
likely to be one; which way and by which kind of edge is for the fusion to weigh.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from graph.file_edges import LABELS
from graph.model import EdgeKind, Evidence
from retrieval.ranking.file_graph import FileGraph
from retrieval.segment import F32
from retrieval.snapshot import Numbers

SEEDS = 20
RESTART = 0.4
ROUNDS = 8

GROUPS: dict[str, frozenset[EdgeKind]] = {
    "import": frozenset({EdgeKind.IMPORTS}),
    "use": frozenset({EdgeKind.CALLS, EdgeKind.REFERENCES, EdgeKind.INSTANTIATES, EdgeKind.READS, EdgeKind.WRITES, EdgeKind.REQUESTS}),
    "inherit": frozenset({EdgeKind.INHERITS, EdgeKind.IMPLEMENTS, EdgeKind.OVERRIDES}),
    "test": frozenset({EdgeKind.TESTS}),
    "document": frozenset({EdgeKind.DOCUMENTS}),
    "history": frozenset({EdgeKind.CHANGES_WITH}),
}
"""Kinds of edges that say the same about files. Other kinds are in no group."""
AROUND = tuple(f"{group} {way}" for group in GROUPS for way in ("in", "out"))
"""The names of what ``around`` tells: what points at a candidate (in), and what it points at (out)."""

_NONE = len(GROUPS)
_GROUP = np.array([next((at for at, kinds in enumerate(GROUPS.values()) if kind in kinds), _NONE) for kind, _ in LABELS], np.int64)
_PROVEN = np.array([evidence is Evidence.PROVEN for _, evidence in LABELS], np.bool_)


@dataclass(frozen=True, slots=True)
class KindWeights:
    """What an edge of each kind group weighs in a walk, and how much of that a possible one does."""

    imports: float = 1.0
    use: float = 1.0
    inherit: float = 1.0
    test: float = 0.5
    document: float = 0.5
    history: float = 0.5
    possible: float = 0.5


DEFAULT = KindWeights()


@lru_cache(8)
def _label_weights(weights: KindWeights) -> F32:
    by_group = (weights.imports, weights.use, weights.inherit, weights.test, weights.document, weights.history, 0.0)
    return np.array(by_group, np.float32)[_GROUP] * np.where(_PROVEN, np.float32(1), np.float32(weights.possible))


@dataclass(frozen=True)
class Links:
    """The edges among candidates, each with the positions of its ends among them, its label, and log(1 + mass)."""

    candidates: int
    source: Numbers
    target: Numbers
    label: Numbers
    strength: F32

    @cached_property
    def pairs(self) -> tuple[Numbers, Numbers, Numbers]:
        """Kind group, source and target of each pair that edges of a group join, whatever their number and evidence."""
        size = max(self.candidates, 1)
        pair = np.unique((_GROUP[self.label] * size + self.source) * size + self.target)
        pair = pair[: np.searchsorted(pair, len(GROUPS) * size * size)]  # other kinds come last
        return pair // (size * size), pair // size % size, pair % size


def links_among(graph: FileGraph, candidates: Numbers) -> Links:
    """Return the edges among candidates (C,), which are documents of the graph, each once."""
    place = np.full(graph.documents, -1, np.int64)
    place[candidates] = np.arange(len(candidates))
    at = _rows(graph.out_start, candidates)
    target = place[graph.target[at]]
    there = target >= 0
    at = at[there]
    return Links(len(candidates), place[graph.source[at]], target[there], graph.label[at].astype(np.int64), np.log1p(graph.mass[at]))


def _rows(start: Numbers, documents: Numbers) -> Numbers:
    """Return the positions of the rows of documents, one document after the other."""
    first, size = start[documents], start[documents + 1] - start[documents]
    ends = np.cumsum(size)
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(first - ends + size, size)


def seed_mass(scores: F32, seeds: int = SEEDS) -> F32:
    """Return exp(score) of the best of (C,) scores, scaled to add up to 1, and 0 of the others."""
    mass = np.zeros(len(scores), np.float32)
    best = np.argsort(-scores, kind="stable")[:seeds]
    if len(best):
        mass[best] = np.exp(scores[best] - scores[best[0]])
        mass /= mass.sum()
    return mass


def spread(links: Links, seeds: F32, weights: KindWeights = DEFAULT) -> F32:
    """Return what personalised PageRank (Haveliwala 2002) from seeds (C,) brings to each candidate (C,), besides its own share of restarts.

    The walk follows edges among candidates either way, by weight over the square roots of the degrees of both ends.
    """
    size = links.candidates
    weight = _label_weights(weights)[links.label] * links.strength
    matrix = np.bincount(links.source * size + links.target, weights=weight, minlength=size * size).astype(np.float32).reshape(size, size)
    matrix = matrix + matrix.T
    root = np.sqrt(np.maximum(matrix.sum(0), np.float32(1e-9)))
    matrix /= root * root[:, None]
    score = seeds
    for _ in range(ROUNDS):
        score = np.float32(RESTART) * seeds + np.float32(1 - RESTART) * (matrix @ score)
    return (score - np.float32(RESTART) * seeds).astype(np.float32)


def around(links: Links, mass: F32) -> F32:
    """Return the mass (C,) of those with an edge to a candidate and of those it has an edge to, by kind: (2G, C), as in ``AROUND``."""
    size, groups = links.candidates, len(GROUPS)
    group, source, target = links.pairs
    into = np.bincount(2 * group * size + target, weights=mass[source], minlength=2 * groups * size)
    out = np.bincount((2 * group + 1) * size + source, weights=mass[target], minlength=2 * groups * size)
    return (into + out).astype(np.float32).reshape(2 * groups, size)


@dataclass(frozen=True, slots=True)
class GraphPriors:
    """What a document's place in the whole graph says before any question, each (D,)."""

    users: F32
    """log(1 + number of files that use it)."""
    used: F32
    """log(1 + number of files that it uses)."""
    rank: F32
    """log of PageRank times D, about 0 for a file of the mean."""


_PRIOR_GROUPS = np.isin(np.arange(_NONE + 1), [list(GROUPS).index(name) for name in ("import", "use", "inherit")])
_DAMPING = 0.85
_RANK_ROUNDS = 20


def graph_priors(graph: FileGraph) -> GraphPriors:
    """Return priors of all documents, from imports, uses and inheritance. Once a graph: 2 ms for 34,000 pairs."""
    size = max(graph.documents, 1)
    using = _PRIOR_GROUPS[_GROUP[graph.label]]
    pair = np.unique(graph.source[using].astype(np.int64) * size + graph.target[using])
    source, target = pair // size, pair % size
    used, users = np.bincount(source, minlength=size), np.bincount(target, minlength=size)
    share = 1 / np.maximum(used, 1)
    rank = np.full(size, 1 / size)
    for _ in range(_RANK_ROUNDS):
        passed = np.bincount(target, weights=(rank * share)[source], minlength=size)
        rank = _DAMPING * (passed + rank[used == 0].sum() / size) + (1 - _DAMPING) / size
    logs = [np.log1p(users), np.log1p(used), np.log(rank * size)]
    return GraphPriors(*(each[: graph.documents].astype(np.float32) for each in logs))


class GraphSignals:
    """What the second pass takes from one graph; priors are made when they are first asked for."""

    def __init__(self, graph: FileGraph) -> None:
        self.graph = graph

    @cached_property
    def _priors(self) -> F32:
        found = graph_priors(self.graph)
        return np.stack((found.users, found.used, found.rank))

    def of(self, candidates: Numbers) -> Neighbourhood:
        """Return what is known of candidates (C,), documents that come once each, before anything is scored."""
        return Neighbourhood(links_among(self.graph, candidates), self._priors[:, candidates])


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """The edges among C candidates, and their priors: a row each for ``users``, ``used`` and ``rank`` of ``GraphPriors`` (3, C)."""

    links: Links
    priors: F32

    def values(self, scores: F32) -> F32:
        """Return the signals named ``GRAPH_SIGNALS`` as rows (G, C), with the scores (C,) that the first pass gave the candidates.

        ``exp(score)`` is taken as proportional to the chance that a candidate is meant, as a listwise fit has it. For each of ``AROUND``
        there is the root of the mass around a candidate, which is at most 1; ``spread`` is scaled to 1 over the candidates.
        """
        masses = np.sqrt(around(self.links, seed_mass(scores, len(scores))))
        spreading = spread(self.links, seed_mass(scores))
        top = float(spreading.max(initial=0))
        return np.concatenate((masses, (spreading / top if top > 0 else spreading)[None], self.priors)).astype(np.float32)


GRAPH_SIGNALS = (*AROUND, "spread", "users", "used", "rank")


def neighbours(graph: FileGraph, candidates: Numbers, mass: F32, limit: int, weights: KindWeights = DEFAULT) -> Numbers:
    """Return at most ``limit`` documents that are no candidates and that edges lead to, either way, from candidates (C,) with mass (C,).

    The most promising first: those that share most of the mass of what has an edge to them, by weight over the roots of both degrees.
    """
    seeds = np.flatnonzero(mass > 0)
    documents, by = candidates[seeds], mass[seeds]
    out, into = _rows(graph.out_start, documents), graph.into[_rows(graph.in_start, documents)]
    end = np.concatenate((graph.target[out], graph.source[into]))
    weight = (_label_weights(weights)[graph.label[each]] * np.log1p(graph.mass[each]) for each in (out, into))
    sizes = [graph.out_start[documents + 1] - graph.out_start[documents], graph.in_start[documents + 1] - graph.in_start[documents]]
    degree = np.sqrt(1 + sizes[0] + sizes[1])
    from_seed = np.concatenate([np.repeat(by / degree, size) for size in sizes])
    score = np.bincount(end, weights=from_seed * np.concatenate(list(weight)), minlength=graph.documents)
    score[candidates] = 0
    found = np.flatnonzero(score)
    spread_of = graph.out_start[found + 1] - graph.out_start[found] + graph.in_start[found + 1] - graph.in_start[found]
    return found[np.argsort(-score[found] / np.sqrt(1 + spread_of), kind="stable")[:limit]]
