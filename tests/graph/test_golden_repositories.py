"""Every language's golden repository goes through the resolver, whole and torn: nothing raises, and no symbol is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.build import resolve_files
from graph.languages.registry import RESOLVED
from graph.model import EdgeKind, Evidence

REPOS = Path(__file__).parents[1] / "repos"
CUTS = 12


def sources(language: str) -> dict[str, bytes]:
    """The texts of a language's golden repository and of its families of hard call sites."""
    found = {str(path.relative_to(REPOS)): path.read_bytes() for path in sorted((REPOS / language).rglob("*")) if path.is_file()}
    hard = REPOS / "graph" / language
    return found | {str(path.relative_to(REPOS)): path.read_bytes() for path in sorted(hard.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("language", sorted(RESOLVED))
def test_every_symbol_is_contained_and_every_edge_has_two_ends(language: str) -> None:
    """Each node but the file itself hangs on one parent, and a proven or possible edge ends at a node of the program."""
    graphs = list(resolve_files(sources(language)))
    nodes = {node.handle for graph in graphs for node in graph.nodes}
    for graph in graphs:
        contained = [edge.target for edge in graph.edges if edge.kind is EdgeKind.CONTAINS]
        assert len(contained) == len(set(contained)), graph.path
        handles = [node.handle for node in graph.nodes]
        assert len(handles) == len(set(handles)), graph.path
        assert {each for each in handles if "#" in each} - {*contained} == set(), graph.path
        assert all(edge.source in nodes for edge in graph.edges), graph.path
        certain = [edge for edge in graph.edges if edge.evidence in {Evidence.PROVEN, Evidence.POSSIBLE}]
        assert {edge.target for edge in certain} <= nodes, graph.path


@pytest.mark.parametrize("language", sorted(RESOLVED))
def test_torn_files_are_resolved_as_far_as_they_go(language: str) -> None:
    """A file cut anywhere is still a graph."""
    for path, text in sources(language).items():
        cuts = {f"{at}/{path}": text[: len(text) * at // CUTS] for at in range(1, CUTS)}
        assert len(list(resolve_files(cuts))) == len(cuts)
