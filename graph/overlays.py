"""Imported edges beside a view's own: kept as they came, and taken back where the text that shows them has changed."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import astuple

from graph.file_edges import file_edges_of
from graph.flow_store import FlowStore
from graph.graph_state import NOTES
from graph.model import NO_FILE, OVERLAY, Edge, EdgeKind, Evidence, FileGraph
from graph.store import GraphStore

_EDGES = "edges of "


def keep_overlay(flows: FlowStore, store: GraphStore, view: str, graph: FileGraph) -> bool:
    """Lay a graph over a view in place of the one of its path; one without edges takes that out. Return whether there was any."""
    known = flows.note(view, graph.path) is not None
    if graph.edges or known:
        generation = store.generation(view) + 1
        store.replace(view, [graph] if graph.edges else [], removed=[] if graph.edges else [graph.path], generation=generation)
        flows.keep_beside(view, {graph.path: file_edges_of(graph)})
        _keep(flows, view, graph)
    notes: dict[str, list[str]] = flows.note(view, NOTES) or {}
    if notes.pop(graph.path, None):
        flows.keep(view, NOTES, notes or None)
    return known


def kept_overlays(flows: FlowStore, view: str) -> Iterator[FileGraph]:
    """Yield the overlays of a view as they were laid over it last."""
    for path in flows.notes(view, OVERLAY):
        yield FileGraph(path, (), [_edge(row) for row in flows.note(view, f"{_EDGES}{path}")])


def _keep(flows: FlowStore, view: str, graph: FileGraph) -> None:
    flows.keep(view, graph.path, sorted({edge.path for edge in graph.edges} | _defining(graph)) if graph.edges else None)
    flows.keep(view, f"{_EDGES}{graph.path}", list(map(astuple, graph.edges)) or None)


def _defining(graph: FileGraph) -> set[str]:
    return {edge.target.partition("#")[0] for edge in graph.edges}


class StaleOverlays:
    """The overlays of a view that lose edges, because files they speak of changed."""

    def __init__(self, flows: FlowStore, view: str, changed: Collection[str]) -> None:
        self._flows, self._view = flows, view
        self._changed = frozenset(changed)
        self.notes: dict[str, list[str]] = {}
        self.emptied: list[str] = []
        self.graphs = list(self._graphs())

    def _graphs(self) -> Iterator[FileGraph]:
        for path in self._flows.notes(self._view, OVERLAY):
            if self._changed.isdisjoint(self._flows.note(self._view, path)):
                continue
            edges = [_edge(row) for row in self._flows.note(self._view, f"{_EDGES}{path}")]
            kept = [edge for edge in edges if not self._changed & {edge.path, edge.target.partition("#")[0]}]
            name = path.removeprefix(OVERLAY)
            self.notes[path] = [
                f"{path.removeprefix(NO_FILE)}: {len(edges) - len(kept):,}"
                f" of {len(edges):,} edges are left out, because files they lie in or lead to changed;"
                f" import the index again, made anew: codelore graph import FILE --name {name}"
            ]
            if kept:
                yield FileGraph(path, (), kept)
            else:
                self.emptied.append(path)

    def keep(self) -> None:
        """Remember what is left, once it is published."""
        for graph in (*self.graphs, *map(FileGraph, self.emptied)):
            _keep(self._flows, self._view, graph)


def _edge(row: list[object]) -> Edge:
    kind, evidence, *rest = row
    return Edge(EdgeKind(str(kind)), Evidence(str(evidence)), *rest)  # type: ignore[arg-type]
