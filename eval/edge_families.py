"""Families of call sites on which call graphs are known to invent or lose edges, as small repositories with the edges they have.

A family is a folder with sources and ``expected.toml``: for each file, fragments of its text, each with the handle of what is called there,
several of them, or an empty text where nothing of the repository is called; a handle after a ``?`` may be there or not (the struct of a
literal beside a call). The line on which a fragment ends is a *site*. An edge that
calls or instantiates at a site is *invented* when its target is in the repository and is not expected there, be it proven or possible;
an expected target without a proven edge is *missed*. The edge to the constructor of a class that is instantiated at the site is not looked
at: it comes with the class.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.scip_oracle import CONSTRUCTORS
from graph.model import Edge, EdgeKind, Evidence, FileGraph, Handle
from ingest.errors import SourceError


@dataclass(frozen=True, slots=True)
class Site:
    """A line with the handles that are called on it."""

    path: str
    line: int
    expected: frozenset[str]
    allowed: frozenset[str]
    text: str


@dataclass(frozen=True, slots=True)
class SiteScore:
    """What was claimed at a site and should not have been, and what was not."""

    site: Site
    invented: tuple[str, ...]
    missed: tuple[str, ...]


def read_sites(folder: Path) -> list[Site]:
    """Read ``expected.toml``. Raises ``SourceError`` when a fragment is not in its file once."""
    table = tomllib.loads((folder / "expected.toml").read_text(encoding="utf-8"))
    sites: list[Site] = []
    for path, rows in table.items():
        text = (folder / path).read_text(encoding="utf-8")
        for fragment, targets in rows.items():
            if text.count(fragment) != 1:
                raise SourceError(f"{folder.name}/{path} holds {fragment!r} {text.count(fragment)} times; a fragment names one place")
            end = text.index(fragment) + len(fragment.rstrip("\n"))
            listed: list[str] = [targets] if isinstance(targets, str) else targets
            expected = frozenset(each for each in listed if each and not each.startswith("?"))
            allowed = frozenset(each[1:] for each in listed if each.startswith("?"))
            sites.append(Site(path, text.count("\n", 0, end) + 1, expected, allowed, fragment))
    return sites


def score_sites(sites: Iterable[Site], graphs: Iterable[FileGraph]) -> list[SiteScore]:
    """Compare the edges of each site with what is expected there."""
    whole = list(graphs)
    own = {node.handle: node for graph in whole for node in graph.nodes if node.path}
    claims: dict[tuple[str, int], list[Edge]] = defaultdict(list)
    for edge in (edge for graph in whole for edge in graph.edges):
        if edge.kind in {EdgeKind.CALLS, EdgeKind.INSTANTIATES} and edge.target in own:
            claims[edge.path, edge.line].append(edge)
    constructors = {handle for handle, node in own.items() if node.kind == "constructor" or node.name in CONSTRUCTORS}
    return [_score(site, claims[site.path, site.line], constructors) for site in sites]


def _score(site: Site, edges: Sequence[Edge], constructors: Collection[Handle]) -> SiteScore:
    built = any(edge.kind is EdgeKind.INSTANTIATES for edge in edges)
    claimed = {edge.target for edge in edges if not (built and edge.target in constructors)}
    proven = {edge.target for edge in edges if edge.evidence is Evidence.PROVEN}
    return SiteScore(site, tuple(sorted(claimed - site.expected - site.allowed)), tuple(sorted(site.expected - proven)))
