"""``codelore eval run`` as the installed program: figures, record, bounds, and what it says when something is missing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from eval.cli import HELP
from eval.record import read_record
from tests.serve.commands import CODELORE

ROW = {"id": "1", "query": "lower the invoice total", "relevant": [{"path": "discount.py", "lines": [1, 2]}], "category": "how"}
OTHER = {"id": "2", "query": "STOCK", "relevant": ["stock.py"], "category": "\x1b[31msymbol"}


def codelore(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["env", f"CODELORE_DATA_DIR={home}", CODELORE, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "discount.py").write_text("def apply_discount(total):\n    '''Lower the invoice total.'''\n    return total\n")
    (folder / "stock.py").write_text("STOCK = 1\n")
    (tmp_path / "asked.jsonl").write_text(json.dumps(ROW) + "\n" + json.dumps(OTHER) + "\n")
    return folder


def test_a_set_about_one_repository_is_run_and_recorded(tmp_path: Path, shop: Path) -> None:
    """The table and the record say the same, and the bound holds."""
    record = tmp_path / "record.json"
    arguments = ["eval", "run", str(tmp_path / "asked.jsonl"), "--repo", str(shop), "--out", str(record), "--at-least", "hit@1=1"]
    done = codelore(tmp_path / "home", *arguments)
    assert done.returncode == 0, done.stderr
    assert "hit@1                             1.0000" in done.stdout
    assert "category how" in done.stdout
    assert "category \\x1b[31msymbol" in done.stdout
    assert "codelore: 1 of 1" in done.stderr
    (got,) = read_record(record).systems
    assert got.version
    assert {each.question_id for each in got.outcomes} == {"1", "2"}


def test_a_missed_bound_and_a_missing_repository_fail(tmp_path: Path, shop: Path) -> None:
    """Both are named; the figures are printed all the same."""
    asked = str(tmp_path / "asked.jsonl")
    done = codelore(tmp_path / "home", "eval", "run", asked, "--repo", str(shop), "--json", "--at-least", "hit@1=1.1")
    assert done.returncode == 1
    assert "hit@1 is 1.0000, less than 1.1" in done.stderr
    (system,) = json.loads(done.stdout)["systems"]
    assert list(system["warm_ms"]) == ["p50", "p90", "p95", "p99"]
    assert system["figures"]["mrr"] == {"value": 1.0, "by_question": 1.0, "questions": 2}
    done = codelore(tmp_path / "home", "eval", "run", asked, "--corpora", str(tmp_path / "home"), "--at-least", "hit@1=0")
    assert done.returncode == 1
    assert "holds no folder" in done.stderr
    assert "hit@1 was not measured" in done.stderr
    assert "NOT MEASURED by codelore" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["gone"], 3, "there is no set at gone"),
        (["asked.jsonl", "--system", "nobody"], 2, "there is no system 'nobody'"),
        (["asked.jsonl", "--at-least", "much"], 2, "'much' is not METRIC=VALUE"),
        (["asked.jsonl", "--at-least", "none=0"], 2, "asked has no such measure; it has file_ndcg@10, hit@1"),
        (["asked.jsonl", "--system", "codelore", "--system", "codelore"], 2, "each system is asked once"),
        (["asked.jsonl", "--out", "asked.jsonl/r.json"], 4, "asked.jsonl"),
        (["asked.jsonl", "--sample", "-1"], 2, "'-1' is not a whole number of 0 or more"),
    ],
)
def test_wrong_usage_says_what_would_be_right(tmp_path: Path, shop: Path, arguments: list[str], code: int, said: str) -> None:
    command = ["env", "-C", str(tmp_path), f"CODELORE_DATA_DIR={tmp_path}/home", CODELORE, "eval", "run", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr


def test_a_set_of_edges_needs_no_system(tmp_path: Path, shop: Path) -> None:
    row: dict[str, object] = {"symbol": "g", "name": "g", "kind": "function", "def_path": "discount.py", "def_line": 1, "refs": []}
    (tmp_path / "oracle").mkdir()
    (tmp_path / "oracle" / "shop.refs.jsonl").write_text(json.dumps(row))
    done = codelore(tmp_path / "home", "eval", "run", str(tmp_path / "oracle"), "--corpora", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "oracle (scip, 1 questions)" in done.stdout
    for options in (["--system", "ripgrep"], ["--sample", "1"]):
        done = codelore(tmp_path / "home", "eval", "run", str(tmp_path / "oracle"), *options)
        assert (done.returncode, "oracle is a set of edges" in done.stderr) == (2, True), done.stderr


@pytest.mark.parametrize(
    ("name", "says"), [("graph", "--worst"), ("bench", "--only"), ("scip-convert", "--prefix"), ("train-static", "--clones")]
)
def test_programs_with_arguments_of_their_own_explain_them(tmp_path: Path, name: str, says: str) -> None:
    """Their help is theirs, and what they refuse is a usage error."""
    done = codelore(tmp_path, "eval", name, "--help")
    assert (done.returncode, says in done.stdout) == (0, True), done.stderr
    assert codelore(tmp_path, "eval", name, "--nothing-of-the-kind").returncode == 2


def test_the_whole_help_says_what_eval_does() -> None:
    """The top level lists the command without loading it, in the words it has itself."""
    done = subprocess.run([CODELORE, "--help"], capture_output=True, text=True, check=True, env={"COLUMNS": "200", "PATH": sys.exec_prefix})
    assert HELP in done.stdout
