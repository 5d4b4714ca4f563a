"""Goals: what a run says of them, and what the command says of sets that are not there."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from eval.corpora import Places
from eval.goals import SIDES, Goal, Reached, compared, line, measure, reached, read_goals
from eval.metrics import MEASURES
from eval.pack_recall import WAYS
from eval.run import RunOptions
from eval.systems.registry import parse
from ingest.errors import SourceError
from tests.eval.made_records import NDCG, outcome, system
from tests.eval.test_cli_run import codelore
from tests.eval.test_corpora import git

METRICS = {"ndcg@10": NDCG}
RUN = system("codelore", [outcome(0, "a", 1.0), outcome(1, "a", 0.0), outcome(2, "b", 1.0)], {"c": "not there"})


@pytest.mark.parametrize(
    ("goal", "value", "questions", "verdict"),
    [
        (Goal("s", "ndcg@10", over="repositories", bound=0.75), 0.75, 3, "ok"),
        (Goal("s", "ndcg@10", over="questions", bound=0.75), 2 / 3, 3, "MISSED"),
        (Goal("s", "ndcg@10", over="questions", category="symbol"), 1.0, 2, ""),
        (Goal("s", "ndcg@10", category="none", bound=0.5), None, 0, "NOT MEASURED"),
        (Goal("s", "mrr", bound=0.5), None, 0, "NOT MEASURED"),
        (Goal("s", "abstention", bound=0.5), 1.0, 3, "ok"),
    ],
)
def test_a_goal_is_read_from_a_run(goal: Goal, value: float | None, questions: int, verdict: str) -> None:
    """Over what it asks for, and of the category it names; what was not measured is no success."""
    got = reached(goal, RUN, METRICS)
    assert (got.value, got.questions, got.missing, got.verdict) == (pytest.approx(value) if value else None, questions, 1, verdict)
    assert "without 1 repositories" in line(got)


def test_a_line_says_what_was_measured() -> None:
    goal = Goal("semble", "ndcg@10", category="architecture", over="repositories", bound=0.89)
    assert line(Reached(goal, 0.9, 40)).split() == ([
        "semble",
        "codelore",
        "ndcg@10",
        "architecture",
        "over",
        "repositories",
        "0.900",
        ">=",
        "0.89",
        "ok",
        "40",
        "questions",
    ])


def test_the_shipped_goals_can_be_measured(tmp_path: Path) -> None:
    """Each names a measure and a system that there are; a file that holds something else is named."""
    for each in read_goals():
        assert each.system in SIDES or parse(each.system)
        assert each.measure in {*MEASURES, "abstention"} or (each.system in SIDES and each.measure.partition("@")[0] in WAYS)
        assert each.over in ({""} if each.measure == "abstention" else {"repositories", "questions"})
    (tmp_path / "g.json").write_text('[{"sets": "s"}]')
    with pytest.raises(SourceError, match=r"cannot read the goals in .*g\.json"):
        read_goals(tmp_path / "g.json")


def test_a_goal_may_be_to_exceed_another_system() -> None:
    """Another system of the same run; what has as much does not."""
    runs = {"codelore": RUN, "other": system("other", [outcome(0, "a", 0.5)]), "none": system("none", [])}
    better, equal, alone = (Goal("s", "ndcg@10", over="questions", than=than) for than in ("other", "codelore", "none"))
    assert [compared(each, runs, METRICS).verdict for each in (better, equal, alone)] == ["ok", "MISSED", "NOT MEASURED"]
    assert "> 0.500" in line(compared(better, runs, METRICS))
    assert "> none" in line(compared(alone, runs, METRICS))


def test_packs_are_compared_with_chunks(tmp_path: Path) -> None:
    """As ``eval packs`` does it, in a record beside that of the set; a set of edges has no packs."""
    clone = tmp_path / "clones" / "shop"
    clone.mkdir(parents=True)
    git(tmp_path, "init", "-q", str(clone))
    (clone / "discount.py").write_text("def apply_discount(total):\n    '''Lower the invoice total.'''\n    return total\n")
    git(clone, "add", "-A")
    git(clone, "commit", "-qm", "first")
    (tmp_path / "sets" / "small").mkdir(parents=True)
    target = {"path": "discount.py", "lines": [1, 3]}
    row = {"query": "lower the total", "name": "shop", "commit": git(clone, "rev-parse", "HEAD"), "repo": "own/shop", "relevant": [target]}
    (tmp_path / "sets" / "small" / "queries.jsonl").write_text(json.dumps(row))
    goal = Goal("small", "full@2k", "packs", over="questions", than="chunks")
    places = Places(tmp_path / "cache", clones=tmp_path / "clones", download=False)
    ((got, record),) = measure([goal], tmp_path / "sets", places, tmp_path / "data", RunOptions(), lambda _: None)
    assert (got.value, got.other, got.verdict) == (1.0, 1.0, "MISSED")
    assert record is not None
    assert {each.name for each in record.systems} == {"packs", "chunks"}
    case = tmp_path / "sets" / "edges" / "a" / "b"
    case.mkdir(parents=True)
    (case / "callgraph.json").write_text("{}")
    (case / "main.py").write_text("")
    with pytest.raises(SourceError, match="packs answer questions"):
        list(measure([replace(goal, set="edges")], tmp_path / "sets", places, tmp_path / "data", RunOptions(), lambda _: None))


def test_the_command_measures_what_is_there(tmp_path: Path) -> None:
    """A set with a clone and one that is absent: a figure, a bound that holds, and an exit code that says not all was measured."""
    clone = tmp_path / "clones" / "shop"
    clone.mkdir(parents=True)
    git(tmp_path, "init", "-q", str(clone))
    (clone / "discount.py").write_text("def apply_discount(total):\n    '''Lower the invoice total.'''\n    return total\n")
    git(clone, "add", "-A")
    git(clone, "commit", "-qm", "first")
    (tmp_path / "sets" / "small").mkdir(parents=True)
    row = {"query": "lower the invoice total", "name": "shop", "commit": git(clone, "rev-parse", "HEAD"), "relevant": ["discount.py"]}
    (tmp_path / "sets" / "small" / "queries.jsonl").write_text(json.dumps({**row, "repo": "own/shop"}))
    goals = [
        {"set": name, "measure": "hit@1", "system": "codelore:graph=off", "over": "questions", "bound": 1} for name in ("small", "gone")
    ]
    (tmp_path / "goals.json").write_text(json.dumps(goals))
    arguments = ["eval", "goals", str(tmp_path / "sets"), "--clones", str(tmp_path / "clones"), "--no-download"]
    arguments += ["--goals", str(tmp_path / "goals.json"), "--out", str(tmp_path)]
    done = codelore(tmp_path / "home", *arguments, "--only", "small")
    assert done.returncode == 0, done.stderr
    assert "1.000  >= 1     ok" in done.stdout
    assert json.loads((tmp_path / "small.json").read_text())["systems"][0]["confidence"]["shop"]["own"]
    done = codelore(tmp_path / "home", *arguments, "--json")
    assert done.returncode == 1
    assert [(each["set"], each["verdict"]) for each in json.loads(done.stdout)["goals"]] == [("small", "ok"), ("gone", "NOT MEASURED")]
    assert "gone: NOT MEASURED" in done.stderr
    assert codelore(tmp_path / "home", *arguments, "--only", "other").returncode == 2
