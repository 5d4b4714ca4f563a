"""From a SCIP index to an oracle."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.scip_convert import main
from eval.scip_oracle import read_oracle
from graph.scip import Role
from tests.graph.scip_bytes import document, index, occurrence

P = "scip-python python app 0 app/"


def test_an_oracle_lists_every_function_and_class_with_its_references(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Other symbols are left out, a second definition adds nothing, and paths take the prefix."""
    parts = [
        occurrence(P + "A#", (4, 6, 7), Role.DEFINITION),
        occurrence(P + "f().", (0, 4, 5), Role.DEFINITION),
        occurrence(P + "f().", (2, 4, 5), Role.DEFINITION),
        occurrence(P + "f().", (6, 0, 1)),
        occurrence(P + "f().", (7, 0, 1), Role.IMPORT),
        occurrence(P + "A#x.", (5, 4, 5), Role.DEFINITION),
        occurrence(P + "f().(x)", (0, 6, 7), Role.DEFINITION),
        occurrence("local 1", (1, 6, 7), Role.DEFINITION),
        occurrence(P + "A#`<constructor>`().", (5, 4, 9), Role.DEFINITION),
    ]
    file = tmp_path / "app.scip"
    file.write_bytes(index(document("app.py", *parts)))
    assert main([str(file), str(tmp_path / "app.refs.jsonl"), "--prefix", "src/"]) == 0
    assert capsys.readouterr().out == "2 functions, 1 classes, 2 references\n"
    rows = [json.loads(line) for line in (tmp_path / "app.refs.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(row["name"], row["def_path"], row["def_line"]) for row in rows] == [
        ("f", "src/app.py", 1), ("A", "src/app.py", 5), ("constructor", "src/app.py", 6),
    ]  # fmt: skip
    symbols = read_oracle(tmp_path / "app.refs.jsonl").symbols
    assert symbols[0].uses == {("src/app.py", 7), ("src/app.py", 8)}
    assert symbols[2].descriptor == ("A", "constructor")


def test_nothing_to_convert_is_no_success(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is no index, and an index without functions, end with 2."""
    file = tmp_path / "app.scip"
    file.write_bytes(b"nonsense")
    assert main([str(file), str(tmp_path / "out.jsonl")]) == 2
    assert "no SCIP index" in capsys.readouterr().err
    file.write_bytes(index(document("app.py")))
    assert main([str(file), str(tmp_path / "out.jsonl")]) == 2
