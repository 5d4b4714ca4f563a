"""Trees that are kept give the flows that parsing anew would give."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graph.build import flow_of
from graph.flow_codec import encode_flow
from graph.kept_trees import KeptTrees
from graph.languages.registry import RESOLVED
from graph.program import named_bases
from ingest.analyze import analyze
from ingest.git import blob_id

REPOS = Path(__file__).parents[1] / "repos"


def keep(trees: KeptTrees, path: str, data: bytes) -> None:
    roots: list[Any] = []
    parsed, _ = analyze(path, data, roots.append)
    trees.keep(blob_id(data), parsed, roots[0] if roots else None)


@pytest.mark.parametrize("language", [*sorted(RESOLVED), "formats"])
def test_flows_are_those_of_the_texts(language: str) -> None:
    trees = KeptTrees()
    paths = [path for path in sorted((REPOS / language).rglob("*")) if path.is_file()]
    for path in paths:
        keep(trees, path.name, path.read_bytes())
    told: dict[str, tuple[Any, ...]] = {}
    while some := trees.lower():
        told |= {flow.content_hash: (flow.language, flow.bases, flow.data) for flow in some}
    for path in paths:
        parsed, _ = analyze(path.name, path.read_bytes())
        flow = flow_of(parsed)
        assert told[blob_id(path.read_bytes())] == (parsed.language, named_bases(flow), encode_flow(flow)), path


def test_no_more_is_kept_than_a_bound() -> None:
    """The rest is parsed again, from the store. What was told is not kept any more."""
    trees = KeptTrees(most_bytes=25)
    for name in ("one", "two", "three"):
        keep(trees, f"{name}.py", f"{name} = [1, 2]\n".encode())
    assert len(trees.lower()) == 1
    keep(trees, "four.py", b"four = 4\n")
    trees.forget()
    assert trees.lower() == []
    keep(trees, "five.py", b"five = [1, 2, 3, 4]\n")
    assert len(trees.lower()) == 1


def test_what_has_no_names_counts_for_little_and_gives_back_no_more() -> None:
    trees = KeptTrees(most_bytes=100)
    keep(trees, "long.md", b"# Title\n" * 12)
    assert len(trees.lower()) == 1
    for name in ("one", "two", "three"):
        keep(trees, f"{name}.py", f"{name} = [{'1, ' * 15}]\n".encode())
    assert len(trees.lower()) == 1
