"""What the graph says of candidates: the same as plain loops over its edges do, and quickly."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.file_edges import LABELS
from graph.model import EdgeKind, Evidence
from retrieval.ranking.file_graph import FileGraph
from retrieval.ranking.graph_signals import (
    AROUND,
    GRAPH_SIGNALS,
    GROUPS,
    RESTART,
    ROUNDS,
    GraphSignals,
    KindWeights,
    around,
    graph_priors,
    links_among,
    neighbours,
    seed_mass,
    spread,
)

DOCUMENTS = 7
Row = tuple[int, int, int]


def graph_of(rows: list[Row], documents: int = DOCUMENTS) -> FileGraph:
    """A graph with an edge for each source, target and label."""
    kept = sorted({row for row in rows if row[0] != row[1]})
    columns = np.array(kept, np.int32).reshape(-1, 3)
    return FileGraph(
        documents,
        columns[:, 0],
        columns[:, 1],
        columns[:, 2].astype(np.uint8),
        np.ones(len(kept), np.int32),
        np.array([1 + source for source, _, _ in kept], np.float32),
        complete=True,
    )


def label(kind: EdgeKind, evidence: Evidence = Evidence.PROVEN) -> int:
    return LABELS.index((kind, evidence))


_document = st.integers(0, DOCUMENTS - 1)
_rows = st.lists(st.tuples(_document, _document, st.integers(0, len(LABELS) - 1)), max_size=25)
_candidates = st.lists(_document, unique=True, max_size=DOCUMENTS)


@settings(deadline=None)
@given(rows=_rows, candidates=_candidates, data=st.data())
def test_what_lies_around_a_candidate_is_the_mass_at_the_other_ends(rows: list[Row], candidates: list[int], data: st.DataObject) -> None:
    """Each neighbour counts once for a kind group, however many edges there are, and only candidates do."""
    mass = data.draw(st.lists(st.floats(0, 1, width=32), min_size=len(candidates), max_size=len(candidates)))
    graph = graph_of(rows)
    made = around(links_among(graph, np.array(candidates, np.int64)), np.array(mass, np.float32))
    assert made.shape == (len(AROUND), len(candidates))
    expected: dict[tuple[str, int], set[int]] = defaultdict(set)
    for source, target, number in rows:
        group = next((name for name, kinds in GROUPS.items() if LABELS[number][0] in kinds), None)
        if group is not None and source != target and source in candidates and target in candidates:
            expected[f"{group} in", candidates.index(target)].add(candidates.index(source))
            expected[f"{group} out", candidates.index(source)].add(candidates.index(target))
    for at, name in enumerate(AROUND):
        for candidate in range(len(candidates)):
            others = expected.get((name, candidate), set())
            assert made[at, candidate] == pytest.approx(sum(mass[other] for other in others), abs=1e-5)


@settings(deadline=None)
@given(rows=_rows, candidates=_candidates.filter(bool), scores=st.lists(st.floats(-5, 5, width=32), min_size=7, max_size=7))
def test_mass_spreads_as_a_plain_walk_does(rows: list[Row], candidates: list[int], scores: list[float]) -> None:
    """The sum over walks from the seeds, step by step, in numbers of twice the width."""
    weights = KindWeights(use=0.7, possible=0.25)
    graph = graph_of(rows)
    links = links_among(graph, np.array(candidates, np.int64))
    seeds = seed_mass(np.array(scores[: len(candidates)], np.float32), 3)
    size = len(candidates)
    matrix = np.zeros((size, size))
    by_group = {"import": 1.0, "use": 0.7, "inherit": 1.0, "test": 0.5, "document": 0.5, "history": 0.5}
    for source, target, number in {row for row in rows if row[0] != row[1]}:
        if source in candidates and target in candidates:
            kind, evidence = LABELS[number]
            weight = next((by_group[name] for name, kinds in GROUPS.items() if kind in kinds), 0.0)
            weight *= np.log1p(1 + source) * (1 if evidence is Evidence.PROVEN else 0.25)
            matrix[candidates.index(source), candidates.index(target)] += weight
            matrix[candidates.index(target), candidates.index(source)] += weight
    degree = np.maximum(matrix.sum(0), 1e-9)
    step = matrix / np.sqrt(degree) / np.sqrt(degree)[:, None]
    walked = np.zeros(size)
    for length in range(1, ROUNDS):
        walked += RESTART * (1 - RESTART) ** length * np.linalg.matrix_power(step, length) @ seeds
    walked += (1 - RESTART) ** ROUNDS * np.linalg.matrix_power(step, ROUNDS) @ seeds
    assert spread(links, seeds, weights) == pytest.approx(walked, abs=1e-5)


@settings(deadline=None)
@given(scores=st.lists(st.floats(-20, 20, width=32), max_size=30), seeds=st.integers(1, 20))
def test_seeds_are_the_best_and_add_up_to_one(scores: list[float], seeds: int) -> None:
    mass = seed_mass(np.array(scores, np.float32), seeds)
    assert len(mass) == len(scores)
    assert mass.sum() == pytest.approx(1 if scores else 0, abs=1e-5)
    assert (mass > 0).sum() <= seeds
    order = np.argsort(-np.array(scores, np.float32), kind="stable") if scores else np.zeros(0, np.int64)
    assert (np.diff(mass[order]) <= 0).all()


def test_priors_count_files_and_not_edges() -> None:
    """Three files use the first one; a test, a document or history is no use."""
    calls, imports, tests = label(EdgeKind.CALLS), label(EdgeKind.IMPORTS), label(EdgeKind.TESTS)
    graph = graph_of([(1, 0, calls), (1, 0, imports), (2, 0, calls), (3, 0, label(EdgeKind.INHERITS)), (4, 0, tests), (3, 2, imports)])
    priors = graph_priors(graph)
    assert priors.users == pytest.approx(np.log1p([3, 0, 1, 0, 0, 0, 0]))
    assert priors.used == pytest.approx(np.log1p([0, 1, 1, 2, 0, 0, 0]))
    assert priors.rank.argmax() == 0
    assert np.exp(priors.rank).mean() == pytest.approx(1, abs=1e-4)
    assert len(graph_priors(graph_of([], 0)).rank) == 0


@settings(deadline=None)
@given(rows=_rows, candidates=_candidates, scores=st.lists(st.floats(-50, 50, width=32), min_size=7, max_size=7))
def test_all_signals_are_numbers_of_a_known_size(rows: list[Row], candidates: list[int], scores: list[float]) -> None:
    """Whatever the graph: one number a candidate, none of them odd, and most of them at most 1."""
    found = GraphSignals(graph_of(rows)).of(np.array(candidates, np.int64)).values(np.array(scores[: len(candidates)], np.float32))
    assert len(found) == len(GRAPH_SIGNALS) == len(AROUND) + 4
    for name, values in zip(GRAPH_SIGNALS, found, strict=True):
        assert values.shape == (len(candidates),)
        assert values.dtype == np.float32
        assert np.isfinite(values).all()
        if name in AROUND or name == "spread":
            assert ((values > -1e-6) & (values < 1 + 1e-5)).all()


def test_neighbours_are_what_the_best_lead_to() -> None:
    """Either way, never a candidate; what hangs on one seed alone goes before what everybody uses."""
    calls = label(EdgeKind.CALLS)
    graph = graph_of([(0, 2, calls), (3, 0, calls), (0, 1, calls), (0, 6, calls), *((at, 6, calls) for at in range(6)), (5, 4, calls)])
    found = neighbours(graph, np.array([0, 1]), np.array([0.9, 0.1], np.float32), 10).tolist()
    assert set(found) == {2, 3, 6}
    assert found[-1] == 6 or found.index(2) < found.index(6)
    assert neighbours(graph, np.array([0, 1]), np.array([0.9, 0.1], np.float32), 1).tolist() == found[:1]
    assert neighbours(graph, np.array([5]), np.zeros(1, np.float32), 10).tolist() == []


def test_every_kind_that_leads_from_use_to_meaning_is_in_a_group() -> None:
    """What is in none: what lies in one file, packages, and routes, which lie in the file that answers them."""
    grouped = frozenset[EdgeKind]().union(*GROUPS.values())
    assert set(EdgeKind) - grouped == {EdgeKind.CONTAINS, EdgeKind.DEPENDS_ON, EdgeKind.HANDLES}
