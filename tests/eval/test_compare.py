"""Two records, question by question."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from eval.bootstrap import Level
from eval.cli_compare import add_compare
from eval.compare import Comparison, Side, compare, document, pairs, pick_pair
from eval.model import Part, Target
from eval.record import Metric, Record, without_rows, write_record
from ingest.errors import QueryError
from tests.eval.eval_commands import typed
from tests.eval.made_records import MACHINE, NDCG, outcome, outcomes, record, system

FEW = 500


def side(rows: Record, name: str = "codelore", file: str = "A.json") -> Side:
    return Side(rows, next(each for each in rows.systems if each.name == name), file)


def compared(before: Record, after: Record) -> Comparison:
    return compare(side(before), side(after, file="B.json"), resamples=FEW)


def better(at: int, corpus: str) -> float:
    return 1.0 if at == 0 else (at % 5) / 4


def test_a_record_equals_itself() -> None:
    """Every difference is zero, with zero in its interval, and no query is won or lost."""
    made = record(system("codelore", outcomes("abcd", 6)))
    found = compared(made, made)
    assert {each.change for each in found.differences} == {0.0}
    assert all(each.interval and each.interval.low <= 0 <= each.interval.high and each.interval.p == 1.0 for each in found.differences)
    assert (found.won, found.lost, found.only_before, found.only_after, found.notes) == ((), (), (), (), ())
    assert (found.paired, found.headline) == (24, "ndcg@10")


def test_what_changed_and_where() -> None:
    """Overall and by group, with wins, losses and ties, for a mean, a ratio and a metric of which less is better."""
    before = record(system("codelore", outcomes("ac", 4)))
    after = record(system("codelore", [replace(each, values={**each.values, "tokens": Part(50)}) for each in outcomes("ac", 4, better)]))
    found = compared(before, after)
    of = {(each.metric, each.group, each.name): each for each in found.differences}
    whole = of["ndcg@10", "overall", ""]
    assert (whole.before, whole.after, whole.change) == pytest.approx((0.375, 0.625, 0.25))
    assert (whole.wins, whole.losses, whole.ties, whole.questions, whole.corpora, whole.level) == (2, 0, 6, 8, 2, Level.BOTH)
    assert whole.interval
    assert whole.interval.low <= 0.25 <= whole.interval.high
    assert of["precision", "overall", ""].change == pytest.approx(0.25)
    less = of["tokens", "overall", ""]
    assert less.change < 0
    assert (less.wins, less.losses) == (8, 0)
    assert of["ndcg@10", "language", "go"].questions == 4
    assert of["ndcg@10", "category", "symbol"].wins == 2
    assert of["ndcg@10", "category", "semantic"].ties == 4
    assert of["ndcg@10", "corpus", "a"].level is Level.QUESTIONS
    assert {each.group for each in found.differences} == {"overall", "category", "kind", "language", "corpus"}


def test_the_most_moved_queries_come_with_their_ranks() -> None:
    """Before and after, and what stands first in the worse answer."""
    asked = outcomes("a", 3)
    lost = replace(asked[2], values={"ndcg@10": Part(0.0)}, found=asked[2].found[:1])
    won = replace(asked[0], values={"ndcg@10": Part(1.0)}, found=asked[0].found[1:])
    found = compared(record(system("codelore", asked)), record(system("codelore", [won, asked[1], lost])))
    assert [(each.question_id, each.before, each.after) for each in found.won] == [("a/000", 0.0, 1.0)]
    assert (found.won[0].rank_before, found.won[0].rank_after, found.won[0].instead) == (2, 1, "src/wrong0.py:1-9")
    assert [(each.question_id, each.rank_before, each.rank_after) for each in found.lost] == [("a/002", 2, 0)]
    nothing = replace(asked[2], values={"ndcg@10": Part(0.0)}, found=())
    found = compared(record(system("codelore", asked)), record(system("codelore", [*asked[:2], nothing])))
    assert found.lost[0].instead == ""


def test_a_record_without_rows_has_no_ranks() -> None:
    """Not found and not written are two things; the query's text is taken from the side that has it."""
    before = without_rows(record(system("codelore", outcomes("a", 3))))
    after = record(system("codelore", outcomes("a", 3, better)))
    (won,) = compared(before, after).won
    assert (won.rank_before, won.rank_after, won.ranks, won.query) == (None, 2, "rank ? → 2", "where is part 0 of a")
    (won,) = compared(before, without_rows(after)).won
    assert won.ranks == ""


def test_questions_are_paired_by_id_and_corpus() -> None:
    """What only one side answered is named and left out of every figure."""
    first, second = [outcome(1, "a", 1.0), outcome(2, "a", 0.0)], [outcome(1, "a", 1.0), outcome(3, "a", 0.0), outcome(2, "b", 0.0)]
    found, before, after = pairs(first, second)
    assert [each.before.question_id for each in found] == ["a/001"]
    assert (before, after) == (["a/002"], ["a/003", "b/002"])
    made = compared(record(system("codelore", first)), record(system("codelore", second)))
    assert made.overall()[0].before == 1.0
    assert (made.only_before, made.only_after) == (("a/002",), ("a/003", "b/002"))


def test_a_question_judged_by_one_side_alone_has_no_say() -> None:
    """A mean needs a score of both; in a ratio nothing out of nothing is a part like any other."""
    before = [replace(outcome(1, "a", 1.0), values={"ndcg@10": Part(1.0), "precision": Part(2, 2)}), outcome(2, "a", 0.5)]
    after = [replace(outcome(1, "a", 0.0), values={"precision": Part(0, 0)}), outcome(2, "a", 0.75)]
    found = compared(record(system("codelore", before)), record(system("codelore", after)))
    of = {each.metric: each for each in found.overall()}
    assert (of["ndcg@10"].before, of["ndcg@10"].after, of["ndcg@10"].questions) == (0.5, 0.75, 1)
    assert (of["precision"].before, of["precision"].after) == pytest.approx((4 / 6, 3 / 4))
    assert (of["precision"].wins, of["precision"].losses, of["precision"].ties) == (1, 0, 0)
    assert (of["tokens"].questions, len(found.lost)) == (1, 0)


def test_each_metric_is_as_unsure_as_its_own_repositories_are_many() -> None:
    """Spans of one repository say nothing about others, however many there are without spans."""
    rows = [replace(each, values={**each.values, "span": Part(1.0)}) if each.corpus == "a" else each for each in outcomes("abcdefghijkl")]
    made = record(system("codelore", rows), metrics=[NDCG, Metric("span")])
    of = {each.metric: each for each in compared(made, made).overall()}
    assert (of["ndcg@10"].level, of["ndcg@10"].corpora) == (Level.CORPORA, 12)
    assert (of["span"].level, of["span"].corpora, of["span"].questions) == (Level.QUESTIONS, 1, 4)


def test_a_metric_nobody_was_judged_by_has_no_row() -> None:
    """Rather than a zero that was not measured."""
    made = record(system("codelore", outcomes()), metrics=[NDCG, Metric("never")])
    assert {each.metric for each in compared(made, made).overall()} == {"ndcg@10"}


def test_what_keeps_numbers_from_being_compared_is_said() -> None:
    """Other sets, machines, metrics, and corpora that are missing."""
    before = record(system("codelore", outcomes()))
    after = record(system("codelore", outcomes(), {"z": "no clone"}), metrics=[NDCG, Metric("precision")], digest="d2")
    after = replace(after, machine=replace(MACHINE, cores=64))
    said = "\n".join(compared(before, after).notes)
    for part in ("the sets differ", "the machines differ", "64 cores", "did not measure z: no clone", "precision, tokens"):
        assert part in said
    assert {each.metric for each in compared(before, after).overall()} == {"ndcg@10"}
    slower = replace(before, machine=replace(MACHINE, load=9.0))
    assert compared(before, slower).notes == ()


def test_runs_with_nothing_in_common_are_refused() -> None:
    """An empty comparison would look like an equal one."""
    one = record(system("codelore", outcomes("a")))
    with pytest.raises(QueryError, match="share no question"):
        compared(one, record(system("codelore", outcomes("b"))))
    with pytest.raises(QueryError, match="share no metric"):
        compared(one, record(system("codelore", outcomes("a")), metrics=[Metric("other")]))


def test_systems_are_picked_by_name() -> None:
    """Ours unless said otherwise, or the one name both have."""
    both = record(system("bm25", outcomes()), system("codelore", outcomes()))
    peers = record(system("semble", outcomes()), system("bm25", outcomes()))
    other = record(system("grep", outcomes()))
    files = ("A", "B")
    assert [each.run.name for each in pick_pair(both, both, "", files)] == ["codelore", "codelore"]
    assert [each.run.name for each in pick_pair(both, peers, "", files)] == ["bm25", "bm25"]
    assert [each.run.name for each in pick_pair(both, peers, "bm25", files)] == ["bm25", "bm25"]
    assert [each.run.name for each in pick_pair(both, peers, "B=semble,A=codelore", files)] == ["codelore", "semble"]
    with pytest.raises(QueryError, match="which systems"):
        pick_pair(both, other, "", files)
    with pytest.raises(QueryError, match="B has no run of 'codelore'; it has semble, bm25"):
        pick_pair(both, peers, "codelore", files)
    with pytest.raises(QueryError, match="is not NAME"):
        pick_pair(both, peers, "A=bm25", files)


def write(folder: Path, name: str, made: Record) -> Path:
    write_record(made, folder / name)
    return folder / name


def test_the_command_prints_what_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both sides, figures with intervals, groups by the headline, queries, and what both cost."""
    hostile = outcomes("abc", 6, better)
    hostile = (
        *hostile[:-1],
        replace(hostile[-1], query="a\x1b[2Jb " + "long " * 40, values={"ndcg@10": Part(1.0)}, targets=(Target("x"),)),
    )
    before = write(tmp_path, "a.json", record(system("codelore", outcomes("abc", 6))))
    after = write(tmp_path, "b.json", record(system("codelore", [*hostile, *outcomes("d", 9)], {"e": "gone"})))
    assert typed(add_compare, "compare", before, after) == 0
    printed = capsys.readouterr()
    assert "18 questions in both; 0 in A alone; 9 in B alone (d/000, d/001, d/002, d/003, d/004, …)" in printed.out
    assert "most won by B in ndcg@10" in printed.out
    assert "nothing lost by B in ndcg@10" in printed.out
    assert "0.000 → 1.000  rank 2 → –" in printed.out
    assert "instead: src/wrong0.py:1-9" in printed.out
    assert "\x1b" not in printed.out
    assert "abstention AUROC 1.000" in printed.out
    assert "gone" in printed.err


def test_two_systems_of_one_record_are_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One file is enough; as JSON every figure is there."""
    bare = replace(system("bm25", [replace(each, milliseconds=0.0) for each in outcomes()]), costs=(), confidence={})
    file = write(tmp_path, "a.json", record(system("codelore", outcomes(score=better)), bare))
    assert typed(add_compare, "compare", file, "--system", "A=bm25,B=codelore", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["before"].startswith("bm25")
    assert found["differences"][0]["interval"]["resamples"] == 10_000
    assert found["spent_after"]["warm"]["percentiles"]["p50"] == 2.0
    assert found["spent_before"] == {"warm": None, "cold": None, "cost": None, "auroc": None}
    assert typed(add_compare, "compare", file, "--system", "A=bm25,B=codelore") == 0
    assert "\nA\nB   warm p50" in capsys.readouterr().out


def test_a_comparison_as_json_holds_what_is_documented() -> None:
    """Each field of the object, of its differences and of its queries stands in docs/eval-reports.md."""
    before, after = record(system("codelore", outcomes())), record(system("codelore", outcomes(score=better)))
    made = document(compared(before, after))
    text = (Path(__file__).parents[2] / "docs" / "eval-reports.md").read_text(encoding="utf-8")
    fields = {*made, *made["differences"][0], *made["won"][0], *made["spent_before"], *made["differences"][0]["interval"]}
    fields |= {*made["spent_before"]["warm"], *made["spent_before"]["cost"]}
    assert {name for name in fields if f"`{name}`" not in text} == set()
