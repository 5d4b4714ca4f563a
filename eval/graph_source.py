"""Where the graphs that are measured come from: resolved from a folder, or read from what ``codelore graph export`` wrote.

The export is JSON lines. A line with ``evidence`` is an edge; any other line with ``handle`` is a node. Either end of an edge is a handle
or an object that holds one.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from graph.build import resolve_files
from graph.model import Edge, EdgeKind, Evidence, FileGraph, Handle, Node
from ingest.errors import SourceError
from ingest.walk import WalkOptions, read_source, walk

GraphSource = Callable[[Path], Iterable[FileGraph]]
"""Takes the root of a repository; gives the graph of each of its files."""


def resolve(root: Path) -> Iterable[FileGraph]:
    """Resolve the files that indexing a folder would read."""
    options = WalkOptions()
    files: dict[str, bytes] = {}
    for source in walk(str(root), options).files:
        data = read_source(str(root), source, options)
        if isinstance(data, bytes):
            files[source.path] = data
    return resolve_files(files)


def read_export(file: Path) -> list[FileGraph]:
    """Read an export. Raises ``SourceError`` when it cannot be read or a line is neither a node nor an edge."""
    nodes: dict[str, list[Node]] = defaultdict(list)
    edges: dict[str, list[Edge]] = defaultdict(list)
    try:
        with file.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                _read_line(file, number, line, nodes, edges)
    except OSError as error:
        raise SourceError(f"cannot read the graph {file}: {error}; write one with: codelore graph export > {file}") from error
    return [FileGraph(path, tuple(nodes[path]), tuple(edges[path])) for path in sorted({*nodes, *edges})]


def _read_line(file: Path, number: int, line: str, nodes: dict[str, list[Node]], edges: dict[str, list[Edge]]) -> None:
    try:
        row = json.loads(line)
        if "evidence" in row:
            edges[row["path"]].append(_edge(row))
        elif "handle" in row:
            nodes[row.get("path", "")].append(_node(row))
    except (ValueError, KeyError, TypeError) as error:
        raise SourceError(f"{file}:{number} is neither a node nor an edge ({error!r}); see docs/json.md, graph export") from error


def _node(row: dict[str, Any]) -> Node:
    return Node(
        Handle(row["handle"]),
        row["kind"],
        row["name"],
        row["qualified_name"],
        row.get("path", ""),
        row.get("start_line", row.get("line", 0)),
        row.get("end_line", 0),
        row.get("language", ""),
    )


def _edge(row: dict[str, Any]) -> Edge:
    return Edge(
        EdgeKind(row["kind"]),
        Evidence(row["evidence"]),
        row["rule"],
        _handle(row["source"]),
        _handle(row["target"]),
        row["path"],
        row["line"],
        row.get("start_byte", -1),
        row.get("end_byte", -1),
    )


def _handle(end: str | dict[str, Any]) -> Handle:
    return Handle(end if isinstance(end, str) else end["handle"])
