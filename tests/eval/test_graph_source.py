"""Where measured graphs come from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.graph_source import read_export, resolve
from graph.model import EdgeKind, Evidence
from ingest.errors import SourceError


def test_a_folder_is_resolved(tmp_path: Path) -> None:
    """The files that indexing would read become graphs."""
    (tmp_path / "a.py").write_text("def f():\n    g()\ndef g(): pass\n", encoding="utf-8")
    edges = [edge for graph in resolve(tmp_path) for edge in graph.edges]
    assert ("a.py#f", "a.py#g") in {(edge.source, edge.target) for edge in edges if edge.kind is EdgeKind.CALLS}


def test_an_export_gives_files_with_nodes_and_edges(tmp_path: Path) -> None:
    """Ends of an edge may be handles or objects; lines that are neither node nor edge, such as a header, are passed over."""
    node = {"handle": "a.py#f", "kind": "function", "name": "f", "qualified_name": "f", "path": "a.py", "start_line": 1, "end_line": 2}
    edge = {
        "kind": "calls",
        "evidence": "proven",
        "rule": "r",
        "source": "a.py#f",
        "target": {"handle": "b.py#g"},
        "path": "a.py",
        "line": 2,
    }
    file = tmp_path / "a.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in ({"view": "x"}, node, edge)), encoding="utf-8")
    (graph,) = read_export(file)
    assert (graph.path, graph.nodes[0].end_line, graph.edges[0].target, graph.edges[0].evidence) == ("a.py", 2, "b.py#g", Evidence.PROVEN)


def test_what_is_no_export_is_a_clear_error(tmp_path: Path) -> None:
    """The line is named; a missing file says how to write one."""
    (tmp_path / "bad.jsonl").write_text('{"evidence": "proven"}', encoding="utf-8")
    with pytest.raises(SourceError, match=r"bad\.jsonl:1 is neither a node nor an edge"):
        read_export(tmp_path / "bad.jsonl")
    with pytest.raises(SourceError, match="codelore graph export"):
        read_export(tmp_path / "absent.jsonl")
