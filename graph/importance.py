"""Questions about weight: personalised PageRank around what a query found, and the files that change often and that many use."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Mapping

from graph.answers import Cap, Coverage, GraphView, HotSpot, HotSpotAnswer, RankAnswer, Ranked, Verdict, by_evidence, capped
from graph.model import EXTERNAL, UNKNOWN, Edge, EdgeKind, Evidence, Handle
from graph.questions import KNOWN, LIMIT, USING, coverage_of
from graph.reach import bare_node

HOPS = 2
RANK_NODES = 5_000
RESTART = 0.25
"""Chance of going back to the seeds at each step: what matters lies within a few edges of them."""

_ROUNDS = 40
_SETTLED = 1e-6
_WEIGHT = {EdgeKind.CONTAINS: 0.5, EdgeKind.IMPORTS: 0.3, EdgeKind.DOCUMENTS: 0.5, EdgeKind.REFERENCES: 0.7, EdgeKind.TESTS: 0.5}
_BACKWARDS = 0.5
_GUESS = 0.3
RANKED = (*USING, EdgeKind.CONTAINS, EdgeKind.OVERRIDES, EdgeKind.TESTS, EdgeKind.DOCUMENTS, EdgeKind.HANDLES, EdgeKind.REQUESTS)


def rank(
    graph: GraphView,
    seeds: Mapping[Handle, float],
    *,
    kinds: Collection[EdgeKind] = (),
    evidence: Collection[Evidence] = (),
    hops: int = HOPS,
    nodes: int = RANK_NODES,
    limit: int = 50,
) -> RankAnswer:
    """Return the nodes that a random walk from the seeds visits most, within ``hops`` edges of them.

    This is personalised PageRank (Haveliwala 2002) on the part of the graph around the seeds. The walk follows an edge either way,
    backwards half as often, and a possible one less often than a proven one. ``seeds`` weighs each seed, above 0.
    """
    links, edges, caps = _links_around(graph, seeds, kinds or RANKED, evidence or KNOWN, hops, nodes)
    scores = _walk(links, seeds)
    order = sorted((handle for handle in scores if not handle.startswith((EXTERNAL, UNKNOWN))), key=lambda each: (-scores[each], each))
    kept, cut = capped(order, limit, "ranked")
    known = graph.nodes({*kept, *seeds})
    shown = {*kept, *seeds}
    among = tuple(sorted((edge for edge in edges if edge.source in shown and edge.target in shown), key=by_evidence))
    return RankAnswer(
        graph.name,
        graph.generation,
        tuple(known[seed] for seed in seeds if seed in known),
        Verdict.PROVEN if any(edge.evidence is Evidence.PROVEN for edge in among) else Verdict.POSSIBLE if among else Verdict.NONE,
        coverage_of(graph, seeds),
        among,
        known,
        (*caps, *cut),
        tuple(Ranked(known.get(handle) or bare_node(handle), scores[handle]) for handle in kept),
    )


_Links = dict[Handle, dict[Handle, float]]


def _links_around(
    graph: GraphView, seeds: Collection[Handle], kinds: Collection[EdgeKind], evidence: Collection[Evidence], hops: int, nodes: int
) -> tuple[_Links, set[Edge], tuple[Cap, ...]]:
    """Return the weights of steps between the nodes within some edges of the seeds; at most ``nodes`` of them."""
    links: _Links = defaultdict(lambda: defaultdict(float))
    known = set(seeds)
    edges: set[Edge] = set()
    frontier = set(seeds)
    full = False
    for _ in range(hops):
        following: set[Handle] = set()
        for stream in (graph.edges_from(frontier, kinds, evidence), graph.edges_to(frontier, kinds, evidence)):
            for edge in stream:
                if edge in edges or edge.source == edge.target:
                    continue
                new = {edge.source, edge.target} - known
                if new and len(known) >= nodes:
                    full = True
                    break
                known |= new
                following |= new
                edges.add(edge)
        frontier = following
        if full or not frontier:
            break
    for edge in sorted(edges, key=by_evidence):  # the last digits of a sum depend on its order
        weight = _WEIGHT.get(edge.kind, 1.0) * (1.0 if edge.evidence is Evidence.PROVEN else _GUESS)
        links[edge.source][edge.target] += weight
        links[edge.target][edge.source] += weight * _BACKWARDS
    return links, edges, (Cap("nodes", nodes),) if full else ()


def _walk(links: _Links, seeds: Mapping[Handle, float]) -> dict[Handle, float]:
    total = math.fsum(seeds.values())
    start = {handle: weight / total for handle, weight in seeds.items()} if total > 0 else {}
    spread = {handle: [(end, weight / sum(ends.values())) for end, weight in ends.items()] for handle, ends in links.items()}
    scores = dict(start)
    for _ in range(_ROUNDS):
        following = {handle: RESTART * share for handle, share in start.items()}
        lost = 0.0
        for handle, score in scores.items():
            ends = spread.get(handle, ())
            if not ends:
                lost += (1 - RESTART) * score
            for end, share in ends:
                following[end] = following.get(end, 0.0) + (1 - RESTART) * score * share
        for handle, share in start.items():
            following[handle] += lost * share
        moved = sum(abs(score - scores.get(handle, 0.0)) for handle, score in following.items())
        scores = following
        if moved < _SETTLED:
            break
    return scores


def hot_spots(
    graph: GraphView,
    churn: Mapping[str, float] | None = None,
    *,
    churn_source: str = "",
    kinds: Collection[EdgeKind] = (),
    evidence: Collection[Evidence] = (),
    limit: int = LIMIT,
) -> HotSpotAnswer:
    """Return files by churn times the number of other files that use them.

    ``churn`` is how much a file changed lately, by path (see ``graph.cochange``); without it the number of files it changed together with,
    by the ``changes_with`` edges, stands in.
    """
    together: dict[str, float] = defaultdict(float)
    used_by: dict[str, set[str]] = defaultdict(set)
    wanted, known = frozenset(kinds or USING), frozenset(evidence or KNOWN)
    files: set[str] = set()
    for file in graph.store.files(graph.name):
        files |= {node.path for node in file.nodes if node.path}
        for edge in file.edges:
            source, target = edge.source.partition("#")[0], edge.target.partition("#")[0]
            if edge.kind is EdgeKind.CHANGES_WITH:
                together[source] += 1
                together[target] += 1
            elif edge.kind in wanted and edge.evidence in known and source != target:
                used_by[target].add(source)
    changed = together if churn is None else churn
    rows = [
        HotSpot(path, changed[path], len(used_by[path]), changed[path] * len(used_by[path]))
        for path in files
        if changed.get(path, 0) > 0 and used_by.get(path)
    ]
    rows.sort(key=lambda each: (-each.score, each.path))
    kept, caps = capped(rows, limit, "hot spots")
    source = churn_source or ("changes_with edges" if churn is None else "given")
    verdict = Verdict.PROVEN if rows else Verdict.NONE
    coverage = Coverage(0, graph.unresolved_files)
    return HotSpotAnswer(graph.name, graph.generation, (), verdict, coverage, (), {}, caps, source, kept)
