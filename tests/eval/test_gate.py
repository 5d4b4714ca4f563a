"""A gate: what passes, what does not, and what it says."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from eval.cli_gate import add_gate
from eval.compare import Side
from eval.gate import Bounds, Verdict, judge
from eval.model import Outcome, Part
from eval.record import Metric, Record, write_record
from ingest.errors import QueryError
from tests.eval.eval_commands import typed
from tests.eval.made_records import PRECISION, TOKENS, outcomes, record, system

MANY = "abcdefghijklmnopqrst"


def held(before: Record, after: Record, bounds: Bounds | None = None) -> Verdict:
    return judge(Side(before, before.systems[0], "old"), Side(after, after.systems[0], "new"), bounds or Bounds())


def scored(amount: float, rows: Sequence[Outcome], metric: str = "ndcg@10") -> list[Outcome]:
    return [replace(each, values={**each.values, metric: Part(amount, each.values[metric].of)}) for each in rows]


def kinds(verdict: Verdict) -> set[tuple[str, str]]:
    return {(each.kind, each.metric) for each in verdict.failures}


def test_the_same_record_passes_and_says_what_was_checked() -> None:
    """A pass that looked at nothing would say nothing."""
    made = record(system("codelore", outcomes()))
    verdict = held(made, made, Bounds(drop=0.0))
    assert verdict.passed
    assert [each.split()[0] for each in verdict.checked] == ["ndcg@10", "precision", "tokens"]
    assert "12 questions, 3 repositories" in verdict.checked[0]


def test_a_small_loss_everywhere_is_significant() -> None:
    """It is below the absolute bound, and it would be there on other repositories too."""
    before = record(system("codelore", scored(0.8, outcomes(MANY))))
    after = record(system("codelore", scored(0.79, outcomes(MANY))))
    verdict = held(before, after)
    assert kinds(verdict) == {("significant", "ndcg@10")}
    (failure,) = verdict.failures
    assert "ndcg@10 fell by 0.0100 (0.8000 to 0.7900): significant" in failure.message
    assert "questions lost 80, won 0; most lost: " in failure.message
    assert len(verdict.lost) == 10
    assert held(before, after, Bounds(tolerance=0.01)).passed


def test_a_loss_of_one_question_fails_a_small_set() -> None:
    """Three repositories are too few to call it significant; on a pinned set it is a change all the same."""
    rows = scored(0.9, outcomes("abc", 4))
    worse = [*scored(0.0, rows[:1]), *rows[1:]]
    before, after = record(system("codelore", rows)), record(system("codelore", worse))
    verdict = held(before, after)
    assert kinds(verdict) == {("drop", "ndcg@10")}
    assert "fell by 0.0750 (0.9000 to 0.8250): allowed 0.0200; questions lost 1, won 0; most lost: a/000" in verdict.failures[0].message
    assert held(before, after, Bounds(drop=0.1)).passed


def test_a_gain_passes() -> None:
    before = record(system("codelore", scored(0.5, outcomes())))
    assert held(before, record(system("codelore", scored(0.9, outcomes()))), Bounds(drop=0.0)).passed


def test_where_less_is_better_a_rise_is_a_loss() -> None:
    """Bounds are then shares of the baseline."""
    before = record(system("codelore", scored(1000, outcomes(), "tokens")), metrics=[TOKENS])
    more = record(system("codelore", scored(1030, outcomes(), "tokens")), metrics=[TOKENS])
    verdict = held(before, more, Bounds(tolerance=0.05))
    assert kinds(verdict) == {("drop", "tokens")}
    assert "tokens rose by 30.0000 (1000.0000 to 1030.0000): allowed 20.0000" in verdict.failures[0].message
    assert kinds(held(before, more)) == {("significant", "tokens")}
    assert held(more, before).passed


def test_the_truth_of_a_graph_is_held_by_its_sums() -> None:
    """A false edge among many lowers a precision that is a ratio."""
    rows = scored(4, outcomes("ab", 5), "precision")
    worse = [*scored(3, rows[:1], "precision"), *rows[1:]]
    before, after = (record(system("codelore", each), metrics=[PRECISION]) for each in (rows, worse))
    assert kinds(held(before, after)) == {("drop", "precision")}
    assert held(before, after, Bounds(drop=0.03)).passed


def test_what_is_missing_fails() -> None:
    """A gate that asks less proves less: corpora, questions, metrics, and the set itself."""
    before = record(system("codelore", outcomes("abc", 4), {"x": "known"}))
    after = record(
        system("codelore", outcomes("ab", 4), {"x": "known", "c": "no clone"}),
        metrics=[*before.metrics[:1], Metric("precision")],
        digest="d2",
    )
    said = [each.message for each in held(before, after).failures if each.kind == "missing"]
    assert said == [
        "the set changed (d1 is now d2), so its figures mean something else; make a new baseline",
        "c was not measured: no clone",
        "4 questions of the baseline were not answered: c/000, c/001, c/002, c/003",
        "precision is not in the new record, or is made in another way",
        "tokens is not in the new record, or is made in another way",
    ]


def timed(ours: float, peer: float) -> Record:
    return record(
        system("codelore", [replace(each, milliseconds=ours) for each in outcomes()]),
        system("bm25", [replace(each, milliseconds=peer) for each in outcomes()]),
    )


def test_latency_is_held_as_a_ratio_to_a_peer() -> None:
    """A machine that is slower for both changes nothing; ours alone slower fails."""
    bounds = Bounds(against="bm25")
    assert held(timed(2.0, 4.0), timed(20.0, 40.0), bounds).passed
    verdict = held(timed(2.0, 4.0), timed(4.0, 4.0), bounds)
    assert kinds(verdict) == {("latency", "p50"), ("latency", "p95")}
    assert verdict.failures[0].message == ("latency p50 of codelore over bm25 0.500 → 1.000, 12 questions: 2.00 times, allowed 1.5")
    assert held(timed(2.0, 4.0), timed(4.0, 4.0), Bounds(against="bm25", latency=2.0)).passed
    assert held(timed(2.0, 4.0), timed(9.0, 4.0)).passed


def test_a_ratio_needs_the_peer_and_times() -> None:
    """Rather than a pass without a look."""
    alone = record(system("codelore", outcomes()))
    with pytest.raises(QueryError, match="has no run of 'bm25'"):
        held(timed(1.0, 1.0), alone, Bounds(against="bm25"))
    with pytest.raises(QueryError, match="their ratio is not known"):
        held(timed(1.0, 1.0), timed(1.0, 0.0), Bounds(against="bm25"))


def test_chosen_metrics_alone_are_held() -> None:
    """An unknown one is an error, not a pass."""
    before = record(system("codelore", scored(0.9, outcomes())))
    after = record(system("codelore", scored(0.1, outcomes())))
    assert held(before, after, Bounds(metrics=("precision",))).passed
    with pytest.raises(QueryError, match="no metric mrr; it has ndcg@10, precision, tokens"):
        held(before, after, Bounds(metrics=("mrr",)))


def write(folder: Path, name: str, made: Record) -> Path:
    write_record(made, folder / name)
    return folder / name


def test_the_command_exits_with_the_verdict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """0 when all is held; 1 with what lost, by how much, and which queries."""
    good = write(tmp_path, "good.json", timed(1.0, 2.0))
    rows = scored(0.0, outcomes())
    bad = write(tmp_path, "bad.json", record(system("codelore", rows, {"z": "gone"}), *timed(1.0, 2.0).systems[1:]))
    assert typed(add_gate, "gate", good, good, "--against", "bm25") == 0
    printed = capsys.readouterr().out
    assert "latency p95 of codelore over bm25 0.500 → 0.500" in printed
    assert printed.splitlines()[-1].startswith("passed: codelore 1.0")
    assert typed(add_gate, "gate", good, bad, "--metric", "ndcg@10") == 1
    printed = capsys.readouterr().out
    assert "latency not held: no --against PEER" in printed
    assert "FAIL  z was not measured: gone" in printed
    assert "FAIL  ndcg@10 fell by" in printed
    assert "0.750 → 0.000  rank 2 → 2     a/003: where is part 3 of a" in printed
    assert "NOTE" in printed
    assert printed.splitlines()[-1].startswith("FAILED: ")
    assert typed(add_gate, "gate", good, bad, "--json") == 1
    verdict = json.loads(capsys.readouterr().out)
    assert verdict["passed"] is False
    assert {each["kind"] for each in verdict["failures"]} == {"missing", "significant"}
    text = (Path(__file__).parents[2] / "docs" / "eval-reports.md").read_text(encoding="utf-8")
    assert {name for name in {*verdict, *verdict["failures"][0]} if f"`{name}`" not in text} == set()


@pytest.mark.parametrize("option", [("--drop", "-1"), ("--tolerance", "much"), ("--latency-tolerance", "0.5"), ("--drop", "inf")])
def test_a_bound_that_is_none_is_wrong_usage(option: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        typed(add_gate, "gate", "a", "b", *option)
    assert "or more" in capsys.readouterr().err
