"""``codelore eval packs``: chunks and packs of one engine, question by question, and how sure the difference is."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from eval.corpora import Places
from eval.pack_run import PackOptions, run_packs
from eval.record import read_record
from eval.sets.kinds import QuestionSet
from eval.sets.registry import read_set
from ingest.errors import SourceError
from tests.serve.commands import CODELORE

DISCOUNT = '''"""Discounts."""

from stock import count_stock


def apply_discount(total):
    """Lower the invoice total."""
    return total - count_stock()


def raise_total(total):
    return total + 1
'''
ROWS = [
    {"id": "1", "query": "lower the invoice total", "relevant": [{"path": "discount.py", "spans": [[7, 8]]}], "category": "how"},
    {"id": "2", "query": "lower the invoice total", "relevant": [{"path": "stock.py", "spans": [[1, 1]]}]},
    {"id": "3", "query": "which line is in no definition", "relevant": [{"path": "discount.py", "spans": [[3, 3]]}]},
    {"id": "4", "query": "a file alone", "relevant": ["stock.py"]},
]


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    shop = tmp_path / "corpora" / "shop"
    shop.mkdir(parents=True)
    (shop / "discount.py").write_text(DISCOUNT)
    (shop / "stock.py").write_text("def count_stock():\n    return 1\n")
    (tmp_path / "asked.jsonl").write_text("".join(json.dumps(row | {"name": "shop"}) + "\n" for row in ROWS))
    return tmp_path / "asked.jsonl"


def read(asked: Path) -> QuestionSet:
    found = read_set(asked)
    assert isinstance(found, QuestionSet)
    return found


def places(tmp_path: Path, corpora: str = "corpora") -> Places:
    return Places(tmp_path / "cache", folders=tmp_path / corpora)


def test_both_sides_are_judged_on_questions_with_lines_in_definitions(tmp_path: Path, asked: Path) -> None:
    """With the graph the pack tells of what the hit calls; the figures are shares of gold symbols."""
    options = PackOptions(budgets=(40, 2_000))
    record = run_packs(read(asked), places(tmp_path), tmp_path / "data", options)
    chunks, packs = record.systems
    assert [metric.name for metric in record.metrics] == ["full@40", "full@2k", "lines@40", "lines@2k", "any@40", "any@2k"]
    assert (chunks.name, packs.name) == ("chunks", "packs")
    assert [each.question_id for each in chunks.outcomes] == [each.question_id for each in packs.outcomes] == ["1", "2"]
    assert [each.values["any@2k"].amount for each in packs.outcomes] == [1, 1]
    assert [each.values["full@2k"].amount for each in chunks.outcomes] == [1, 1]
    assert chunks.costs[0].files == 2
    alone = run_packs(read(asked), places(tmp_path), tmp_path / "data2", PackOptions((2_000,), graph=False, sample=1))
    assert len(alone.systems[0].outcomes) <= 1


def test_what_cannot_be_measured_is_named(tmp_path: Path, asked: Path) -> None:
    record = run_packs(read(asked), places(tmp_path, "gone"), tmp_path / "data", PackOptions())
    assert "holds no folder shop" in record.systems[0].missing["shop"]
    with pytest.raises(SourceError, match="says which lines answer it"):
        run_packs(read(asked), places(tmp_path), tmp_path / "data", PackOptions(only=("other",)))


def codelore(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["env", f"CODELORE_DATA_DIR={home}", CODELORE, "eval", "packs", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_the_command_compares_and_records(tmp_path: Path, asked: Path) -> None:
    out = tmp_path / "record.json"
    done = codelore(tmp_path / "home", str(asked), "--corpora", str(tmp_path / "corpora"), "--budget", "2000", "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert "asked: A is chunks, B is packs" in done.stdout
    assert "full@2k" in done.stdout
    assert "1 of 1: shop: 3 questions" in done.stderr
    assert [each.name for each in read_record(out).systems] == ["chunks", "packs"]
    done = codelore(tmp_path / "home", str(asked), "--corpora", str(tmp_path / "corpora"), "--json", "--data", str(tmp_path / "kept"))
    assert {each["metric"] for each in json.loads(done.stdout)["differences"]} >= {"full@2k", "any@8k"}
    assert (tmp_path / "kept" / "shop").is_dir()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["gone"], 3, "there is no set at gone"),
        (["asked.jsonl", "--budget", "0"], 2, "'0' is no number of tokens"),
        (["edges"], 2, "is a set of edges; packs answer questions"),
    ],
)
def test_wrong_usage_is_said_plainly(
    tmp_path: Path, asked: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, said: str
) -> None:
    (tmp_path / "edges").mkdir()
    (tmp_path / "edges" / "shop.refs.jsonl").write_text("")
    monkeypatch.chdir(tmp_path)
    done = codelore(tmp_path / "home", *arguments)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
