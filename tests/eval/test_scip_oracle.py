"""What counts as right, wrong, unlisted, by value and missed against a compiler's references."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from eval.scip_oracle import Verdict, read_oracle, score
from eval.scip_report import Explained, print_verdicts, read_explained, worst
from graph.model import Edge, EdgeKind, Evidence, FileGraph, Handle, Node
from ingest.errors import SourceError

A = """class Store:
    @cached
    def save(self): pass
def f(store):
    store.save()
    Store()
    g()
    it()
def g(): pass
"""
NODES = (
    Node(Handle("a.py"), "file", "a.py", "a.py", "a.py", 1, 9),
    Node(Handle("a.py#Store"), "class", "Store", "Store", "a.py", 1, 3),
    Node(Handle("a.py#Store.save"), "method", "save", "Store.save", "a.py", 2, 3),
    Node(Handle("a.py#Store.__init__"), "constructor", "__init__", "Store.__init__", "a.py", 1, 1),
    Node(Handle("a.py#f"), "function", "f", "f", "a.py", 4, 8),
    Node(Handle("a.py#g"), "function", "g", "g", "a.py", 9, 9),
    Node(Handle("a.py#count"), "variable", "count", "count", "a.py", 9, 9),
    Node(Handle("b.py#h"), "function", "h", "h", "b.py", 1, 1),
)
ROWS: list[dict[str, Any]] = [
    {
        "symbol": "s p n v app/Store#", "name": "Store", "kind": "class", "def_path": "a.py", "def_line": 1,
        "refs": [{"path": "a.py", "line": 6}],
    },
    {
        "symbol": "s p n v app/Store#save().", "name": "save", "kind": "function", "def_path": "a.py", "def_line": 3,
        "refs": [{"path": "a.py", "line": 5}, {"path": "a.py", "line": 5}, {"path": "a.py", "line": 7}],
    },
]  # fmt: skip


def edge(target: str, line: int, kind: EdgeKind = EdgeKind.CALLS, evidence: Evidence = Evidence.PROVEN, path: str = "a.py") -> Edge:
    """An edge from ``f``."""
    return Edge(kind, evidence, "test", Handle("a.py#f"), Handle(target), path, line, line * 10)


def judge(tmp_path: Path, *edges: Edge, rows: list[dict[str, Any]] | None = None, nodes: tuple[Node, ...] = NODES) -> Verdict:
    """Score edges against the oracle above."""
    (tmp_path / "a.py").write_text(A, encoding="utf-8")
    file = tmp_path / "app.refs.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in (ROWS if rows is None else rows)), encoding="utf-8")
    return score(read_oracle(file), [FileGraph("a.py", nodes, edges), FileGraph("//overlay:x", (), [edge("a.py#Store.save", 4)])], tmp_path)


def test_a_listed_use_is_right_and_counts_once(tmp_path: Path) -> None:
    """Two edges of one line to one target are one use, and two references on one line are one reference."""
    found = judge(
        tmp_path, edge("a.py#Store.save", 5), edge("a.py#Store.save", 5, EdgeKind.REFERENCES), edge("a.py#Store", 6, EdgeKind.INSTANTIATES)
    )
    assert (found.right, found.wrong, found.references, found.found_proven) == (2, 0, 3, 2)
    assert (found.precision, found.recall) == (1.0, 2 / 3)


def test_a_use_that_is_not_listed_is_wrong_and_overlays_are_not_judged(tmp_path: Path) -> None:
    """The oracle lists the target but not there; the overlay's claim of the same sort is passed over."""
    found = judge(tmp_path, edge("a.py#Store", 1, EdgeKind.REFERENCES))
    assert (found.right, found.wrong) == (0, 1)
    assert found.disagreements[0].direction == "invented"


def test_a_target_the_oracle_never_lists_is_unlisted(tmp_path: Path) -> None:
    """It counts against strict precision alone."""
    found = judge(tmp_path, edge("a.py#g", 7), edge("a.py#Store.save", 5))
    assert (found.unlisted, found.precision, found.strict_precision) == (1, 1.0, 0.5)


def test_a_use_through_a_value_is_not_judged(tmp_path: Path) -> None:
    """The line does not name the target, and the oracle has names only."""
    found = judge(tmp_path, edge("a.py#Store.save", 8))
    assert (found.by_value, found.wrong) == (1, 0)


def test_what_the_oracle_cannot_know_is_not_judged(tmp_path: Path) -> None:
    """Other files are outside; variables, unknown targets and constructors beside their class are passed over."""
    found = judge(
        tmp_path,
        edge("b.py#h", 5),
        edge("a.py#Store.save", 5, path="b.py"),
        edge("a.py#count", 5),
        edge("unknown:x", 5, evidence=Evidence.UNKNOWN),
        edge("a.py#Store.__init__", 6),
        edge("a.py#Store", 6, EdgeKind.INSTANTIATES),
        edge("a.py#Store", 6, EdgeKind.CONTAINS),
    )
    assert (found.outside, found.right, found.wrong, found.unlisted) == (2, 1, 0, 0)


def test_misses_say_what_the_graph_has_there(tmp_path: Path) -> None:
    """Possible edges, unknown names, other targets of the name, and nothing at all are told apart."""
    rows = [
        {**ROWS[1], "refs": [{"path": "a.py", "line": line} for line in (4, 5, 6, 7, 8)]},
        {**ROWS[0], "name": "Gone", "symbol": "", "def_line": 8},
    ]
    found = judge(
        tmp_path,
        edge("a.py#Store.save", 4, evidence=Evidence.POSSIBLE),
        edge("unknown:save", 5, evidence=Evidence.UNKNOWN),
        edge("b.py#Other.save", 6),
        edge("a.py#g", 7),
        rows=rows,
    )
    assert (found.found_possible, found.unmapped, found.recall, found.recall_possible) == (1, 1, 0.0, 1 / 6)
    assert (found.possible, found.possible_right) == (1, 1)
    assert [each.said for each in found.disagreements if each.direction == "missed"] == [
        "possible",
        "unknown (test)",
        "proven of another save (test)",
        "no edge of that name",
        "no edge on that line",
        "no node for the target",
    ]


def test_the_line_of_another_definition_is_no_reference(tmp_path: Path) -> None:
    """An oracle lists the second definition of a descriptor as a reference to the first."""
    second = Node(Handle("a.py#g~2"), "function", "g", "g", "a.py", 4, 4)
    row = {"symbol": "s p n v app/g().", "name": "g", "kind": "function", "def_path": "a.py", "def_line": 9}
    rows = [{**row, "refs": [{"path": "a.py", "line": 7}, {"path": "a.py", "line": 9}]}]
    assert judge(tmp_path, edge("a.py#g~2", 7), rows=rows, nodes=(*NODES, second)).references == 1
    assert judge(tmp_path, edge("a.py#g", 7), rows=rows).references == 2


def test_definitions_that_share_a_descriptor_are_one_symbol(tmp_path: Path) -> None:
    """An overload or a function inside a method belongs to the symbol; its own line is no reference."""
    nodes = (
        *NODES,
        Node(Handle("a.py#Store.save~2"), "method", "save", "Store.save", "a.py", 9, 9),
        Node(Handle("a.py#Other.save"), "method", "save", "Other.save", "a.py", 9, 9),
    )
    found = judge(tmp_path, edge("a.py#Store.save~2", 5), edge("a.py#Other.save", 7), nodes=nodes)
    assert (found.right, found.unlisted, found.by_value, found.references) == (1, 0, 1, 3)


@pytest.mark.parametrize("line", ["{}", "nothing", '{"name": 3}'])
def test_a_line_that_is_no_symbol_is_a_clear_error(tmp_path: Path, line: str) -> None:
    """The error names the file and the line."""
    file = tmp_path / "app.refs.jsonl"
    file.write_text(line, encoding="utf-8")
    with pytest.raises(SourceError, match=r"app\.refs\.jsonl:1 is no oracle row"):
        read_oracle(file)
    with pytest.raises(SourceError, match="cannot read the oracle"):
        read_oracle(tmp_path / "absent.refs.jsonl")


def test_explained_disagreements_are_printed_apart_and_change_no_number(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Figures are the same with and without; an explanation that fits nothing any more is called stale."""
    found = judge(tmp_path, edge("a.py#Store", 1, EdgeKind.REFERENCES))
    plain = print_verdicts([found], [], tmp_path, limit=20)
    before = capsys.readouterr().out
    why = Explained("app", "invented", "a.py", 1, "Store", "the oracle is wrong here")
    old = Explained("app", "missed", "a.py", 99, "Store", "gone")
    (row,) = print_verdicts([found], [why, old], tmp_path, limit=2)
    assert {name: figure for name, figure in row.items() if "explained" not in name} == {
        name: figure for name, figure in plain[0].items() if "explained" not in name
    }
    assert (row["explained"], plain[0]["explained"]) == (1, 0)
    assert row["precision_without_explained"] > row["precision"] or row["right"] == 0
    after = capsys.readouterr().out
    assert "  invented  a.py:1 Store [test]" in before
    assert "  invented  a.py:1 Store [test]" not in after
    assert "without what is explained" in after
    assert "without what is explained" not in before
    assert "explained a.py:1 Store (invented): the oracle is wrong here" in after
    assert "STALE explanation, there is no such disagreement any more: a.py:99" in after


def test_the_explanations_that_are_shipped_can_be_read(tmp_path: Path) -> None:
    """Every line explains a disagreement; a line that does not is an error."""
    assert all(each.reason for each in read_explained(Path("eval/data/scip_explained.jsonl")))
    assert read_explained(tmp_path / "none.jsonl") == []
    (tmp_path / "bad.jsonl").write_text("{}", encoding="utf-8")
    with pytest.raises(SourceError, match="explains nothing"):
        read_explained(tmp_path / "bad.jsonl")


def test_the_worst_are_shown_from_both_directions(tmp_path: Path) -> None:
    """Half of them claims, half of them misses, and the other side fills up; a cause is not repeated while there are others."""
    rows = [{**ROWS[0], "refs": [{"path": "a.py", "line": line} for line in range(10, 20)]}]
    found = judge(tmp_path, *(edge("a.py#Store", line) for line in range(30, 36)), rows=rows)
    directions = [each.direction for each in worst(found.disagreements, 8)]
    assert directions == ["invented"] * 4 + ["missed"] * 4
    assert len(worst(found.disagreements, 100)) == 16
    assert len(worst([each for each in found.disagreements if each.direction == "missed"], 8)) == 8


def test_instantiation_is_right_when_the_oracle_lists_its_constructor(tmp_path: Path) -> None:
    """The compiler of TypeScript lists `new A()` under the constructor of A; the pair of our edges is that use, and finds it."""
    constructor = {"symbol": "s p n v app/Store#`<constructor>`().", "name": "__init__", "kind": "function", "def_path": "a.py"}
    rows: list[dict[str, Any]] = [{**ROWS[0], "refs": []}, {**constructor, "def_line": 1, "refs": [{"path": "a.py", "line": 6}]}]
    made = (edge("a.py#Store", 6, EdgeKind.INSTANTIATES), edge("a.py#Store.__init__", 6))
    verdict = judge(tmp_path, *made, rows=rows)
    assert (verdict.right, verdict.wrong, verdict.found_proven, verdict.references) == (1, 0, 1, 1)
    guessed = [Edge(each.kind, Evidence.POSSIBLE, *dataclasses.astuple(each)[2:]) for each in made]
    verdict = judge(tmp_path, *guessed, rows=rows)
    assert (verdict.right, verdict.wrong, verdict.found_proven) == (0, 0, 0)
