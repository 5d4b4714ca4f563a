"""Which false edges of a benchmark are explained, and what precision is without them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.call_benchmarks import Case, CaseScore
from eval.call_explained import print_explained, read_explained_calls
from eval.call_graphs import CallScore
from eval.graph_eval import EXPLAINED_CALLS
from ingest.errors import SourceError

ROW = {"language": "python", "case": "a/b", "at": "main.py:7", "caller": "main", "callee": "main.f", "reason": "it does"}


def scored(*invented: tuple[str, str]) -> CaseScore:
    """A case with three true edges and these false ones."""
    score = CallScore(invented, (), 3, 3 + len(invented), 3)
    return CaseScore(Case("a", "b", Path(), {}), score, score, score)


def test_explained_edges_are_counted_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Precision without them is printed; what the graph no longer has is stale; other cases and languages are none of ours."""
    file = tmp_path / "explained.jsonl"
    rows = [ROW, ROW | {"callee": "main.g"}, ROW | {"case": "a/c"}, ROW | {"language": "java"}]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    explanations = read_explained_calls(file, "python")
    assert len(explanations) == 3
    found = print_explained([scored(("main", "main.f"), ("main", "main.h"))], explanations)
    assert found == {"explained": 1, "stale": 1, "precision_without_explained": 0.75, "own_precision_without_explained": 0.75}
    printed = capsys.readouterr().out
    assert "a/b main.py:7 main -> main.f: it does" in printed
    assert "with them:    precision 0.6000" in printed
    assert "without them: precision 0.7500" in printed
    assert "stale: a/b main -> main.g" in printed


def test_nothing_explained_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """A benchmark without explained edges looks as before."""
    assert print_explained([scored()], [])["precision_without_explained"] == 1
    assert capsys.readouterr().out == ""


def test_line_that_explains_nothing_is_named(tmp_path: Path) -> None:
    """The error says which line of which file, and what it needs."""
    file = tmp_path / "explained.jsonl"
    file.write_text('{"case": "a/b"}\n', encoding="utf-8")
    with pytest.raises(SourceError, match=r"explained\.jsonl:1 explains nothing"):
        read_explained_calls(file, "python")


def test_kept_explanations_are_whole() -> None:
    """Every line of the file that is kept can be read."""
    assert all(each.reason for language in ("python", "javascript") for each in read_explained_calls(EXPLAINED_CALLS, language))
