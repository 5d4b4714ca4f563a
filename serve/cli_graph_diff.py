"""The command that compares two states of a repository's graph."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

from graph.answers import Cap, capped
from graph.difference import Body, Difference, diff
from graph.model import Edge, Node, graph_name
from graph.store import GraphStore
from ingest.errors import NotIndexedError, QueryError
from ingest.model import View
from retrieval.answers import SearchRequest
from retrieval.engine import Engine
from serve.cli_search import style
from serve.compose import open_engine, open_graph
from serve.documents import Document, status_document, to_line
from serve.graph_documents import cap_document, edge_document, node_document
from serve.progress import show_progress
from serve.render import Style, one_line, status_line
from serve.render_graph import cap_line, levels_line
from serve.settings import load_settings


def run(typed: argparse.Namespace) -> int:
    """Print what differs between two indexed states; return 1 when nothing does."""
    settings = load_settings()
    with open_engine(settings) as engine, closing(open_graph(settings)) as store:
        sides = [_find(engine, typed.directory, name) for name in (typed.before, typed.after)]
        before, after = (view for view, _ in sides)
        if before.repository_id != after.repository_id:
            raise QueryError(f"{typed.before} and {typed.after} belong to different repositories; compare two states of one")
        with show_progress() as progress:
            for view in (before, after):
                engine.resolve(view, store, progress=progress)
        found = _compare(engine, store, before, after)
        levels = {name: level for view in (before, after) for name, level in engine.graphs(store).reach(view).levels.items()}
        statuses = [engine.status(root, ref=ref, look=False) for _, (root, ref) in sides]
    kept, caps = _capped(found, typed.limit)
    if typed.json:
        shown = {"before": status_document(statuses[0]), "after": status_document(statuses[1]), "levels": levels}
        print(to_line(shown | _document(kept, caps)))
    else:
        for line in _lines(kept, style()):
            print(line)
        sys.stdout.flush()
        print("\n".join([_summary(found), *map(cap_line, caps), levels_line(levels), status_line(statuses)]), file=sys.stderr)
    return 0 if found else 1


def _find(engine: Engine, directory: str, name: str) -> tuple[View, tuple[str, str]]:
    """Return the view that a name means, with the root and the ref to ask for it: an indexed ref, else the folder of a working tree."""
    if name != ".":
        try:
            return engine.views(SearchRequest(text="graph", root=directory, ref=name))[0][1], (directory, name)
        except NotIndexedError:
            folder = os.path.join(directory, name)
            if not os.path.isdir(folder):
                raise
            return engine.views(SearchRequest(text="graph", root=folder))[0][1], (folder, "")
    return engine.views(SearchRequest(text="graph", root=directory))[0][1], (directory, "")


def _compare(engine: Engine, store: GraphStore, before: View, after: View) -> Difference:
    names = [graph_name(view) for view in (before, after)]
    bodies = [_body(engine, view) for view in (before, after)]
    return diff(store.files(names[0]), store.files(names[1]), body_before=bodies[0], body_after=bodies[1])


def _body(engine: Engine, view: View) -> Body:
    texts = engine.texts(view)
    return lambda node: texts.lines(node.path, node.start_line, node.end_line) if node.start_line else None


_ROWS: dict[str, str] = {
    "added": "symbols added",
    "removed": "symbols removed",
    "moved": "symbols moved",
    "changed": "symbols changed",
    "edges_added": "edges added",
    "edges_removed": "edges removed",
    "edges_changed": "edges known otherwise",
}


def _capped(found: Difference, limit: int) -> tuple[Difference, list[Cap]]:
    kept: dict[str, Any] = {}
    caps: list[Cap] = []
    for name, title in _ROWS.items():
        rows: Sequence[Any] = getattr(found, name)
        kept[name], cut = capped(rows, limit, title)
        caps += cut
    return Difference(**kept), caps


def _document(found: Difference, caps: Sequence[Cap]) -> Document:
    def pairs(rows: Sequence[Any], convert: Callable[[Any], Document]) -> list[Document]:
        return [{"before": convert(row.before), "after": convert(row.after)} for row in rows]

    return {
        "added": [node_document(node) for node in found.added],
        "removed": [node_document(node) for node in found.removed],
        "moved": [
            pair | {"similarity": round(row.similarity, 3)}
            for pair, row in zip(pairs(found.moved, node_document), found.moved, strict=True)
        ],
        "changed": pairs(found.changed, node_document),
        "edges_added": [edge_document(edge) for edge in found.edges_added],
        "edges_removed": [edge_document(edge) for edge in found.edges_removed],
        "edges_changed": pairs(found.edges_changed, edge_document),
        "caps": [cap_document(cap) for cap in caps],
    }


def _lines(found: Difference, style: Style) -> list[str]:
    lines = [f"+ {_node(node, style)}" for node in found.added]
    lines += [f"- {_node(node, style)}" for node in found.removed]
    lines += [
        f"> {_node(row.before, style)} → {style.strong(one_line(row.after.handle))}  {row.similarity:.0%} alike" for row in found.moved
    ]
    lines += [f"~ {_node(row.after, style)}" for row in found.changed]
    lines += [f"+ {_edge(edge, style)}" for edge in found.edges_added]
    lines += [f"- {_edge(edge, style)}" for edge in found.edges_removed]
    lines += [f"~ {_edge(row.after, style)}, was {row.before.evidence} by {one_line(row.before.rule)}" for row in found.edges_changed]
    return lines


def _node(node: Node, style: Style) -> str:
    return f"{node.kind} {style.strong(one_line(node.handle))}"


def _edge(edge: Edge, style: Style) -> str:
    place = style.path(f"{one_line(edge.path)}:{edge.line}")
    return f"{place}  {one_line(edge.source)} {edge.kind} {one_line(edge.target)}  {edge.evidence} by {one_line(edge.rule)}"


def _summary(found: Difference) -> str:
    parts = [f"{len(getattr(found, name)):,} {title}" for name, title in _ROWS.items() if getattr(found, name)]
    return ", ".join(parts) or "no difference"
