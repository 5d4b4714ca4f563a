"""Measures against brute force over their definitions, and against ir_measures where it has them."""

from __future__ import annotations

from math import log2
from random import Random

import ir_measures
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ir_measures import RR, R, Success, nDCG

from eval import metrics
from eval.metrics import MEASURES, files, percentile, semble_ndcg, span_coverage
from eval.model import Found, Target

PATHS = st.sampled_from(["a.py", "src/a.py", "b.py", "src/b.py", "xa.py", "c.py"])
LINES = st.tuples(st.integers(1, 30), st.integers(0, 9)).map(lambda pair: (pair[0], pair[0] + pair[1]))


def a_row(path: str, lines: tuple[int, int], tokens: int) -> Found:
    return Found(path, *lines, tokens=tokens)


def a_target(path: str, spans: list[tuple[int, int]], suffix: bool) -> Target:
    return Target(path, tuple(spans), suffix=suffix)


ROWS = st.lists(st.builds(a_row, PATHS, LINES, st.integers(0, 90)), max_size=14)
TARGETS = st.lists(st.builds(a_target, PATHS, st.lists(LINES, max_size=3), st.booleans()), max_size=4, unique_by=lambda each: each.path)
EXACT = st.lists(st.builds(Target, PATHS), min_size=1, max_size=4, unique=True)


def lines_of(found: Found) -> set[int]:
    return set(range(found.start_line, found.end_line + 1))


def is_shown(found: Found, target: Target) -> bool:
    same = found.path == target.path or (target.suffix and ("/" + found.path).endswith("/" + target.path))
    return same and (not target.spans or any(lines_of(found) & set(range(first, last + 1)) for first, last in target.spans))


@given(ROWS, TARGETS)
def test_semble_ndcg_is_the_sum_its_benchmark_defines(found: list[Found], targets: list[Target]) -> None:
    """Each target earns 1/log2(rank + 1) at the first of ten rows that shows it, over what the ideal list earns."""
    gained = 0.0
    for target in targets:
        ranks = [place for place in range(min(len(found), 10)) if is_shown(found[place], target)]
        gained += 1 / log2(ranks[0] + 2) if ranks else 0.0
    ideal = sum(1 / log2(place + 2) for place in range(len(targets)))
    assert semble_ndcg(found, targets) == pytest.approx(gained / ideal if targets else 0)


@given(ROWS, EXACT)
def test_measures_of_files_equal_the_library_s(found: list[Found], targets: list[Target]) -> None:
    """NDCG, success, recall and reciprocal rank over distinct files are those of ir_measures."""
    ranked = files(found)
    qrels = [ir_measures.Qrel("q", target.path, 1) for target in targets]
    run = [ir_measures.ScoredDoc("q", path, float(-place)) for place, path in enumerate(ranked)]
    theirs = ir_measures.calc_aggregate([nDCG @ 10, Success @ 1, Success @ 5, R @ 5, R @ 10, RR], qrels, run) if run else {}  # pyright: ignore[reportUnknownMemberType]
    for name, measure in (
        ("file_ndcg@10", nDCG @ 10), ("hit@1", Success @ 1), ("hit@5", Success @ 5), ("recall@5", R @ 5), ("recall@10", R @ 10), ("mrr", RR)
    ):  # fmt: skip
        assert MEASURES[name](found, ranked, targets) == pytest.approx(theirs.get(measure, 0.0)), name


@given(ROWS, EXACT, st.sampled_from([1, 3, 5, 10]))
def test_all_found_is_strict(found: list[Found], targets: list[Target], depth: int) -> None:
    """One when no target file is outside the first places."""
    first = set(files(found)[:depth])
    assert metrics.all_found(files(found), targets, depth) == float(all(target.path in first for target in targets))


@given(ROWS, TARGETS, st.integers(1, 60))
def test_coverage_reads_lines_until_the_budget_is_used_up(found: list[Found], targets: list[Target], budget: int) -> None:
    """Line by line: a span counts once one of its lines is read, and a line read twice costs twice."""
    read = [(row, line) for row in found for line in range(row.start_line, row.end_line + 1)][:budget]
    spans = [(target, first, last) for target in targets for first, last in target.spans]
    shown = sum(
        any(target.is_file(row.path) and first <= line <= last for row, line in read) for target, first, last in spans
    )  # fmt: skip
    assert span_coverage(found, targets, lines=budget) == pytest.approx(shown / len(spans) if spans else 1)


@given(ROWS, TARGETS, st.integers(1, 200))
def test_a_budget_of_tokens_is_kept(found: list[Found], targets: list[Target], budget: int) -> None:
    """Whole rows are read while they fit, so what they cover is covered; without any budget to speak of nothing more than all is."""
    left, whole = budget, list[Found]()
    for row in found:
        if row.tokens > left:
            break
        whole.append(row)
        left -= row.tokens
    least = span_coverage(whole, targets, lines=10_000)
    assert least - 1e-9 <= span_coverage(found, targets, tokens=budget) <= span_coverage(found, targets, lines=10_000) + 1e-9


@given(ROWS, TARGETS)
def test_the_first_rows_show_no_more_than_all_do(found: list[Found], targets: list[Target]) -> None:
    """``span@10`` has both bounds, so that neither long rows nor many of them help."""
    got = MEASURES["span@10"](found, [], targets)
    assert got <= MEASURES["span@200"](found, [], targets)
    assert got == MEASURES["span@200"](found[:10], [], targets)


@given(ROWS, TARGETS)
def test_every_measure_lies_between_nothing_and_everything(found: list[Found], targets: list[Target]) -> None:
    """An empty answer scores 0; only semble's NDCG may pass 1, and no target means no score. Coverage of no spans is complete."""
    spanless = not any(target.spans for target in targets)
    for name, measure in MEASURES.items():
        value = measure(found, files(found), targets)
        assert value >= 0
        assert value <= 1 + 1e-9 or name == "ndcg@10"
        assert measure([], [], targets) == (1.0 if spanless and name.startswith(("span", "lines")) else 0.0)


@given(ROWS, EXACT, st.data())
def test_a_duplicated_row_moves_no_measure_of_files(found: list[Found], targets: list[Target], data: st.DataObject) -> None:
    """A file's further rows neither help nor harm it; semble's NDCG they can only harm."""
    if not found:
        return
    at = data.draw(st.integers(0, len(found) - 1))
    doubled = [*found[: at + 1], found[at], *found[at + 1 :]]
    for name in ("file_ndcg@10", "hit@1", "hit@5", "recall@5", "recall@10", "mrr", "acc@1", "acc@5"):
        assert MEASURES[name](doubled, files(doubled), targets) == MEASURES[name](found, files(found), targets), name
    assert semble_ndcg(doubled, targets) <= semble_ndcg(found, targets) + 1e-9


@given(ROWS, EXACT, st.integers(0, 99))
def test_a_shuffled_ranking_keeps_what_does_not_look_at_places(found: list[Found], targets: list[Target], seed: int) -> None:
    """Recall over all rows is that of the set; a perfect ranking is never beaten by a shuffled one."""
    shuffled = found[:]
    Random(seed).shuffle(shuffled)
    depth = len(found)
    assert metrics.recall(files(shuffled), targets, depth) == metrics.recall(files(found), targets, depth)
    best = sorted(found, key=lambda row: not any(target.is_file(row.path) for target in targets))
    for name in ("file_ndcg@10", "hit@1", "mrr", "recall@10"):
        assert MEASURES[name](shuffled, files(shuffled), targets) <= MEASURES[name](best, files(best), targets) + 1e-9, name


def test_a_perfect_list_scores_one() -> None:
    """All targets first is the ideal, for every measure that looks at enough places."""
    found, targets = [Found("a.py", 1, 10), Found("b.py", 1, 10), Found("c.py", 1, 10)], [Target("a.py"), Target("b.py")]
    for name in ("ndcg@10", "file_ndcg@10", "hit@1", "recall@5", "mrr", "acc@5", "definitions@10"):
        assert MEASURES[name](found, files(found), targets) == pytest.approx(1), name


def test_what_only_helps_is_not_needed() -> None:
    """Secondary files count for semble's NDCG; hits and recall look at what the question needs."""
    found, targets = [Found("helps.py", 1, 9), Found("needed.py", 1, 9)], [Target("needed.py"), Target("helps.py", secondary=True)]
    assert MEASURES["ndcg@10"](found, files(found), targets) == pytest.approx(1)
    assert MEASURES["hit@1"](found, files(found), targets) == 0
    assert MEASURES["acc@5"](found, files(found), targets) == 1


@given(st.lists(st.floats(0, 100), min_size=1), st.floats(0.01, 1))
def test_percentile_is_the_nearest_rank(values: list[float], share: float) -> None:
    """At least that share of the values is not larger, and no smaller value has that."""
    found = percentile(values, share)
    assert sum(value <= found for value in values) / len(values) >= share - 1e-9
    assert found in values
    smaller = [value for value in values if value < found]
    assert not smaller or sum(value <= max(smaller) for value in values) / len(values) < share + 1e-9


def test_nothing_has_no_percentile() -> None:
    """An empty run prints zeros."""
    assert percentile([], 0.5) == 0
