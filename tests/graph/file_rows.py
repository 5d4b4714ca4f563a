"""Edges between files: added up the plain way, and as they are stored."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import accumulate

from graph.file_edge_store import FileEdgeStore
from graph.file_edges import ELSEWHERE, LABELS, OWN, path_hash
from graph.model import EXTERNAL, UNKNOWN, Edge, EdgeKind, Evidence, FileGraph
from ingest.database import Database

Key = tuple[int, int, EdgeKind, Evidence]
"""Hashes of the paths of source and target, and what kind of edge leads there."""


def added_up(graphs: Iterable[FileGraph]) -> dict[Key, tuple[int, float]]:
    """Return how many edges lead from file to file, and their mass, edge by edge."""
    found: dict[Key, tuple[int, float]] = defaultdict(lambda: (0, 0.0))
    for graph in graphs:
        sites = Counter(map(_site, graph.edges))
        for edge in graph.edges:
            if edge.evidence not in {Evidence.PROVEN, Evidence.POSSIBLE}:
                continue
            together = sites[_site(edge)] if edge.evidence is Evidence.POSSIBLE else 1
            for source in paths_of(edge.source, graph.path):
                for target in paths_of(edge.target, graph.path):
                    if source != target:
                        key = path_hash(source), path_hash(target), edge.kind, edge.evidence
                        found[key] = found[key][0] + 1, found[key][1] + 1 / together
    return dict(found)


def paths_of(handle: str, own: str) -> list[str]:
    """Return the paths a handle may lie in: ``a#b#c`` is ``b#c`` in ``a``, or ``c`` in ``a#b``, unless the file that says it knows."""
    if handle.startswith((EXTERNAL, UNKNOWN)):
        return []
    if handle == own or handle.startswith(f"{own}#"):
        return [own]
    *parts, last = handle.split("#")
    return list(accumulate(parts, "{}#{}".format)) or [last]


def among(rows: Mapping[Key, tuple[int, float]], paths: Collection[str]) -> dict[Key, tuple[int, float]]:
    """Return the rows between these files."""
    known = {path_hash(path) for path in paths}
    return {key: row for key, row in rows.items() if key[0] in known and key[1] in known}


def stored_rows(database: Database, view: str) -> dict[Key, tuple[int, float]]:
    """Return what is stored of a view."""
    found: dict[Key, tuple[int, float]] = defaultdict(lambda: (0, 0.0))

    def add(source: int, target: int, number: int, mass: float) -> None:
        kind, evidence = LABELS[number & 0xFF]
        count, before = found[source, target, kind, evidence]
        found[source, target, kind, evidence] = count + (number >> 8), before + mass

    for row in FileEdgeStore(database).rows(view):
        for target, number, mass in OWN.iter_unpack(row.own):
            add(row.file % (1 << 64), target, number, mass)
        for source, target, number, mass in ELSEWHERE.iter_unpack(row.elsewhere):
            add(source, target, number, mass)
    return dict(found)


def _site(edge: Edge) -> tuple[object, ...]:
    return edge.evidence, edge.kind, edge.source, edge.line, edge.start_byte
