"""Goals: what a run says of them, and what the command says of sets that are not there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.goals import Goal, Reached, line, reached, read_goals
from eval.metrics import MEASURES
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
    """Each names a measure that there is; a file that holds something else is named."""
    for each in read_goals():
        assert each.measure in {*MEASURES, "abstention"}
        assert each.over in ({""} if each.measure == "abstention" else {"repositories", "questions"})
    (tmp_path / "g.json").write_text('[{"sets": "s"}]')
    with pytest.raises(SourceError, match=r"cannot read the goals in .*g\.json"):
        read_goals(tmp_path / "g.json")


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
