"""What a picture of a symbol, a module or a folder shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import replace

from graph.answers import Cap, GraphView, ReachAnswer, Reached, by_evidence, capped, verdict_of
from graph.model import UNKNOWN, Edge, EdgeKind, Evidence, Handle, Node, NodeKind
from graph.neighbourhood import AROUND, neighbourhood
from graph.questions import KNOWN, Scope, coverage_of
from graph.reach import bare_node
from graph.structure import DEPENDING, module_of
from ingest.model import SymbolKind

_PROMINENT = (
    *(SymbolKind.CLASS, SymbolKind.INTERFACE, SymbolKind.TRAIT, SymbolKind.STRUCT, SymbolKind.ENUM, SymbolKind.TYPE, SymbolKind.FUNCTION),
    *(SymbolKind.CONSTRUCTOR, SymbolKind.METHOD),
)


def picture(
    graph: GraphView,
    scope: Scope,
    *,
    kinds: Collection[EdgeKind] = (),
    evidence: Collection[Evidence] = (),
    depth: int = 1,
    nodes: int = 120,
) -> ReachAnswer:
    """Return what a picture of a symbol or a module shows: itself or its members in the middle, and what lies around them.

    A module's types and functions go before its fields; of many, half of ``nodes`` is left for what lies around. Unless they are asked for,
    what a module uses outside the indexed code and which of its symbols holds which is left out: it would be most of the picture.
    A folder is shown by its files, somebody else's package by itself, with one edge from each to each: the best known of all between them.
    """
    if any(node.kind in {NodeKind.PACKAGE, NodeKind.EXTERNAL} for node in scope.targets):
        outside = any(node.kind == NodeKind.EXTERNAL for node in scope.targets)
        return _files(graph, scope, kinds or DEPENDING, evidence or ((Evidence.EXTERNAL,) if outside else KNOWN), nodes)
    known = graph.nodes(scope.handles)
    named = [node for node in known.values() if node.kind != NodeKind.LAMBDA] or list(known.values())
    members = sorted((node for node in named if node.kind != NodeKind.FILE or len(named) == 1), key=_prominence)
    room = max(nodes // 2, 1) if len(members) > 1 else 1
    shown, caps = capped(members, room, "members")
    if len(members) > 1:
        kinds = kinds or tuple(kind for kind in AROUND if kind is not EdgeKind.CONTAINS)
        evidence = evidence or KNOWN
    around = neighbourhood(graph, shown, kinds=kinds, evidence=evidence, depth=depth, nodes=nodes - len(shown) or 1, members=False)
    asked = [Cap(cap.name, nodes, cap.left_out) if cap.name == "nodes" else cap for cap in around.caps]
    return replace(around, caps=(*scope.caps, *caps, *asked))


def _files(graph: GraphView, scope: Scope, kinds: Collection[EdgeKind], evidence: Collection[Evidence], nodes: int) -> ReachAnswer:
    """Return the files of a folder, and around them the files outside that use them or are used most."""
    edges = _between_files([*graph.edges_from(scope.handles, kinds, evidence), *graph.edges_to(scope.handles, kinds, evidence)])
    own = {module_of(handle) for handle in scope.handles}
    shown, caps = capped(sorted(own), max(nodes // 2, 1), "members")
    inside = set(shown)
    edges = [edge for edge in edges if {edge.source, edge.target} & inside and not {edge.source, edge.target} & (own - inside)]
    touched = Counter(end for edge in edges for end in (edge.source, edge.target) if end not in inside)
    room = max(nodes - len(inside), 0)
    around = {end for end, _ in sorted(touched.items(), key=lambda each: (-each[1], each[0]))[:room]}
    cut = (Cap("nodes", nodes, len(touched) - room),) if len(touched) > room else ()
    kept = tuple(edge for edge in edges if {edge.source, edge.target} <= inside | around)
    known = graph.nodes(inside | around)
    known |= {handle: bare_node(handle) for handle in inside | around if handle not in known}
    via = {end: edge for edge in reversed(kept) for end in (edge.source, edge.target) if end in around}
    reached = tuple(Reached(known[end], 1, edge.evidence, edge) for end, edge in sorted(via.items()))
    coverage = coverage_of(graph, scope.handles)
    caps = (*scope.caps, *caps, *cut)
    targets = tuple(known[handle] for handle in shown)
    return ReachAnswer(graph.name, graph.generation, targets, verdict_of(kept), coverage, kept, known, caps, reached)


def _between_files(edges: Iterable[Edge]) -> list[Edge]:
    """Return the best known edge from each file to each other, as one between the files."""
    best: dict[tuple[Handle, Handle], Edge] = {}
    for edge in sorted(edges, key=by_evidence):
        source, target = module_of(edge.source), module_of(edge.target)
        if source != target and not target.startswith(UNKNOWN):
            best.setdefault((source, target), replace(edge, source=source, target=target))
    return list(best.values())


def _prominence(node: Node) -> tuple[bool, str, int, str]:
    return node.kind not in _PROMINENT, node.path, node.start_line, node.handle
