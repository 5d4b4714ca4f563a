"""The command that lays a SCIP index over the graph, or takes it off again."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

from graph.model import NO_FILE, OVERLAY, FileGraph, Node, graph_name
from graph.scip_overlay import ScipImport, import_index
from graph.store import GraphStore
from ingest.errors import QueryError
from serve.cli_graph import Asked, opened
from serve.documents import Document, status_document, to_line
from serve.render import one_line, status_line

_NAME = re.compile(r"[\w.-]{1,80}")
_LISTED = 10


def run(typed: argparse.Namespace) -> int:
    """Import or remove an overlay; return 1 when nothing was imported, or there was none to remove."""
    if not _NAME.fullmatch(typed.name):
        raise QueryError(f"{typed.name!r} cannot name an overlay; use letters, digits, dots, hyphens and underscores")
    if typed.remove == bool(typed.file):
        raise QueryError("give the FILE to import, or --remove and the --name of an overlay, and not both")
    with opened(typed) as asked:
        asked.answer(lambda _: None)
        return _remove(asked) if typed.remove else _import(asked)


def _import(asked: Asked) -> int:
    typed, store, name = asked.typed, asked.store, graph_name(asked.view)
    prefix = f"{typed.prefix.strip('/')}/" if typed.prefix.strip("/.") else ""
    texts = asked.engine.texts(asked.view)
    found = import_index(Path(typed.file), typed.name, _nodes(store, name), texts.read, prefix=prefix)
    asked.engine.graphs(store).keep_overlay(asked.view, found.graph)
    if typed.json:
        print(to_line(_document(found, asked)))
    else:
        print("\n".join(_report(found, asked)))
    return 0 if found.graph.edges else 1


def _shown(path: str) -> str:
    return path.removeprefix(NO_FILE)


def _nodes(store: GraphStore, name: str) -> Iterator[Node]:
    for graph in store.files(name):
        yield from graph.nodes


def _remove(asked: Asked) -> int:
    path = f"{OVERLAY}{asked.typed.name}"
    gone = asked.engine.graphs(asked.store).keep_overlay(asked.view, FileGraph(path))
    if asked.typed.json:
        print(to_line({"status": status_document(asked.status), "overlay": _shown(path), "removed": gone}))
    else:
        print(f"{_shown(path)} is removed" if gone else f"there is no {_shown(path)} in {one_line(asked.view.name)}")
    return 0 if gone else 1


def _document(found: ScipImport, asked: Asked) -> Document:
    return {
        "status": status_document(asked.status),
        "overlay": _shown(found.graph.path),
        "removed": False,
        "documents": found.documents,
        "occurrences": found.occurrences,
        "edges": len(found.graph.edges),
        "left_out": dict(found.left_out),
        "stale": list(found.stale),
        "absent": list(found.absent),
    }


def _report(found: ScipImport, asked: Asked) -> list[str]:
    lines = [
        f"{_shown(found.graph.path)}: {len(found.graph.edges):,} edges from {found.occurrences:,} references in {found.documents:,} files",
        *(f"  not mapped {count:,}: {one_line(reason)}" for reason, count in sorted(found.left_out.items())),
    ]
    for title, paths in (("stale: changed since they were indexed", found.stale), ("absent: not in the graph", found.absent)):
        if paths:
            more = [f"    … {len(paths) - _LISTED:,} more: --json lists all"] if len(paths) > _LISTED else []
            lines += [f"  {len(paths):,} files {title}", *(f"    {one_line(path)}" for path in paths[:_LISTED]), *more]
    return [*lines, status_line([asked.status])]
