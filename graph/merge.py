"""Several sources of graphs as one: a store takes each path once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import groupby

from graph.model import FileGraph


def merge_by_path(*sources: Iterable[FileGraph]) -> Iterator[FileGraph]:
    """Join the graphs of equal paths; each source is in order of path. The first source to have a node of a handle gives it.

    Raises ValueError where a source is not in order, since a path would come twice then.
    """
    last: str | None = None
    for path, group in groupby(merge(*sources, key=lambda graph: graph.path), key=lambda graph: graph.path):
        if last is not None and path <= last:
            raise ValueError(f"the graphs are not in order of path: {path!r} comes after {last!r}")
        last = path
        first, *others = group
        if not others:
            yield first
            continue
        nodes = {node.handle: node for graph in (*reversed(others), first) for node in reversed(graph.nodes)}
        known = list(reversed(nodes.values()))
        yield FileGraph(path, known, list(dict.fromkeys(edge for graph in (first, *others) for edge in graph.edges)))
