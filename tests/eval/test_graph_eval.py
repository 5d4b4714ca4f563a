"""The command that measures the graph: one for every kind of set."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.call_names import namer_for
from eval.graph_eval import kind_of, main
from ingest.errors import SourceError

SOURCE = "def f():\n    g()\n\n\ndef g():\n    pass\n"


@pytest.fixture
def corpora(tmp_path: Path) -> Path:
    """A folder with one repository ``app`` of one file."""
    (tmp_path / "corpora" / "app").mkdir(parents=True)
    (tmp_path / "corpora" / "app" / "main.py").write_text(SOURCE, encoding="utf-8")
    return tmp_path / "corpora"


def write_oracle(tmp_path: Path, *names: str) -> Path:
    """An oracle by which line 2 of ``main.py`` refers to ``g``."""
    row = {"symbol": "g", "name": "g", "kind": "function", "def_path": "main.py", "def_line": 5, "refs": [{"path": "main.py", "line": 2}]}
    (tmp_path / "set").mkdir()
    for name in names:
        (tmp_path / "set" / f"{name}.refs.jsonl").write_text(json.dumps(row), encoding="utf-8")
    return tmp_path / "set"


def test_a_scip_set_is_measured_and_its_record_written(tmp_path: Path, corpora: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The figures are printed and written; all of the set was there, so the command succeeds."""
    record = tmp_path / "record.json"
    assert main([str(write_oracle(tmp_path, "app")), str(corpora), "--json", str(record)]) == 0
    (row,) = json.loads(record.read_text(encoding="utf-8"))
    assert (row["repository"], row["precision"], row["recall"]) == ("app", 1.0, 1.0)
    assert "app                     1       1    1.0000" in capsys.readouterr().out


def test_a_missing_corpus_is_no_success(tmp_path: Path, corpora: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was not measured is named, unless it was not asked for; asking for nothing that exists is no success either."""
    folder = write_oracle(tmp_path, "app", "gone")
    assert main([str(folder), str(corpora)]) == 2
    assert "NOT MEASURED, no folder: gone" in capsys.readouterr().err
    assert main([str(folder), str(corpora), "--only", "app"]) == 0
    assert main([str(folder), str(corpora), "--only", "other"]) == 2


def test_an_export_takes_the_place_of_resolving(tmp_path: Path) -> None:
    """``--exported`` reads NAME.jsonl of the corpora."""
    folder = write_oracle(tmp_path, "app")
    node = {
        "handle": "main.py#g",
        "kind": "function",
        "name": "g",
        "qualified_name": "g",
        "path": "main.py",
        "start_line": 5,
        "end_line": 6,
    }
    edge = {"kind": "calls", "evidence": "proven", "rule": "r", "source": "main.py#f", "target": "main.py#g", "path": "main.py", "line": 2}
    (tmp_path / "app.jsonl").write_text(f"{json.dumps(node)}\n{json.dumps(edge)}\n", encoding="utf-8")
    assert main([str(folder), str(tmp_path), "--exported"]) == 0
    (tmp_path / "app.jsonl").write_text("nonsense", encoding="utf-8")
    assert main([str(folder), str(tmp_path), "--exported"]) == 2


def test_call_graph_sets_are_measured(tmp_path: Path, corpora: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A micro-benchmark by case and a macro-benchmark by project, both with and without possible edges."""
    truth = {"main": [], "main.f": ["main.g"], "main.g": []}
    case = tmp_path / "micro" / "calls" / "simple"
    case.mkdir(parents=True)
    (case / "main.py").write_text(SOURCE, encoding="utf-8")
    (case / "callgraph.json").write_text(json.dumps(truth), encoding="utf-8")
    assert main([str(tmp_path / "micro")]) == 0
    assert "complete    1  sound    1  precision 1.0000 of 1  recall 1.0000 of 1" in capsys.readouterr().out
    assert main([str(tmp_path / "micro"), "--only", "other"]) == 2
    (tmp_path / "truths").mkdir()
    (tmp_path / "truths" / "app.json").write_text(json.dumps(truth), encoding="utf-8")
    assert main([str(tmp_path / "truths"), str(corpora)]) == 0
    assert main([str(tmp_path / "truths")]) == 2
    assert "needs the folder of its corpora" in capsys.readouterr().err


def test_families_are_measured_where_their_language_is_resolved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Sites are counted and their errors shown; a language that is not resolved is named, not passed over."""
    for name in ("python/one", "python/two", "cobol/one"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "main.py").write_text(SOURCE, encoding="utf-8")
        (tmp_path / name / "expected.toml").write_text('["main.py"]\n"g()\\n" = ["main.py#f"]\n', encoding="utf-8")
    assert main([str(tmp_path), "--only", "one"]) == 2
    shown = capsys.readouterr()
    assert "python/one" in shown.out
    assert "invented  main.py:2 main.py#g" in shown.out
    assert "missed    main.py:2 main.py#f" in shown.out
    assert "NOT MEASURED, not resolved yet: cobol/one" in shown.err


def test_a_folder_that_is_no_set_is_a_clear_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The error says what a set looks like."""
    assert main([str(tmp_path)]) == 2
    assert "holds no set" in capsys.readouterr().err
    with pytest.raises(SourceError):
        kind_of(tmp_path)


def test_the_names_follow_the_sources(tmp_path: Path) -> None:
    """Most sources decide whose names a set has."""
    (tmp_path / "a.java").touch()
    assert type(namer_for(tmp_path)).__name__ == "JavaNamer"
