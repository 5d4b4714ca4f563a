"""The routes of a view as a list: what answers each, and how often it is asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from fnmatch import fnmatchcase

from graph.answers import Coverage, GraphView, RouteAnswer, RouteRow, capped, verdict_of
from graph.model import Edge, EdgeKind, Evidence, Handle
from graph.questions import KNOWN, LIMIT


def list_routes(
    graph: GraphView, routes: Iterable[Handle], *, pattern: str = "", evidence: Collection[Evidence] = (), limit: int = LIMIT
) -> RouteAnswer:
    """Return those of the routes whose method and path hold ``pattern``, or match it where it has a ``*``, by path, then by method.

    ``edges`` are what answers them; ``requests`` counts the edges of calls that ask for them, other repositories' included.
    """
    nodes = [node for node in graph.nodes(routes).values() if not pattern or _fits(node.name, pattern)]
    nodes.sort(key=lambda node: (node.name.partition(" ")[2], node.name, node.handle))
    kept, caps = capped(nodes, limit, "routes")
    handles = [node.handle for node in kept]
    answered: dict[Handle, list[Edge]] = {}
    for edge in graph.edges_from(handles, [EdgeKind.HANDLES], evidence):
        answered.setdefault(edge.source, []).append(edge)
    asked = Counter(edge.target for edge in graph.edges_to(handles, [EdgeKind.REQUESTS], evidence or KNOWN))
    edges = [edge for node in kept for edge in sorted(answered.get(node.handle, ()), key=lambda edge: edge.target)]
    rows = tuple(
        RouteRow(node, tuple(sorted(edge.target for edge in answered.get(node.handle, ()))), asked.get(node.handle, 0)) for node in kept
    )
    ends = graph.nodes({end for edge in edges for end in (edge.source, edge.target)})
    unknown = sum(edge.evidence is Evidence.UNKNOWN for edge in edges)
    coverage = Coverage(unknown, graph.unresolved_files)
    return RouteAnswer(graph.name, graph.generation, (), verdict_of(edges), coverage, tuple(edges), ends, caps, rows)


def _fits(name: str, pattern: str) -> bool:
    return fnmatchcase(name, pattern) if "*" in pattern else pattern in name
