"""What is cut anywhere is read without an error."""

from __future__ import annotations

from pathlib import Path

from graph.build import resolve_files
from graph.model import EdgeKind

REPOSITORIES = Path(__file__).parents[2] / "repos"


def test_cut_files_contain_only_their_nodes() -> None:
    """Wherever a file is cut, nothing raises and what is contained is a node of the file."""
    names = [each for folder in ("c", "cpp") for each in sorted((REPOSITORIES / folder).rglob("*.*"))]
    assert names
    for name in names:
        text = name.read_bytes()
        for part in range(1, 21):
            (graph,) = resolve_files({f"a{name.suffix}": text[: len(text) * part // 20]})
            held = {edge.target for edge in graph.edges if edge.kind is EdgeKind.CONTAINS}
            assert held <= {node.handle for node in graph.nodes}
