"""Sparse rows over arrays: whom a node touches, both for millions of edges and for the few that came since.

Within a row, edges are in order of a hash of their other end. So a capped row is a sample that depends on the graph alone, not on the order
in which files came, and a patched adjacency answers like a fresh one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias, cast

import numpy as np

Array: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.int64]]
Ids: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.int32]]
Hashes: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.uint32]]
Labels: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
Mask: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
Weights: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def integers(numbers: np.ndarray[tuple[int, ...], np.dtype[Any]]) -> list[int]:
    """Return an array's numbers as Python's."""
    return cast("list[int]", numbers.tolist())


def floats(numbers: Weights) -> list[float]:
    """Return an array's numbers as Python's."""
    return cast("list[float]", numbers.tolist())


@dataclass(frozen=True, slots=True)
class Rows:
    """Edges of asked nodes: ``owner`` is the position of the node in the question, ``end`` the other end of the edge."""

    owner: Array
    end: Ids
    label: Labels


class SparseRows:
    """Edges sorted by node: a dense table of starts when nodes are many, bisection when only a few of the nodes have any."""

    def __init__(self, node: Ids, end: Ids, label: Labels, hashes: Hashes, *, nodes: int = 0) -> None:
        """Sort edges by ``node``; ``nodes`` above 0 says that ids run below it and asks for the dense table."""
        order = np.argsort(node.astype(np.int64) << 32 | hashes[end].astype(np.int64), kind="stable")
        self._node = node[order] if not nodes else None
        self._start = np.concatenate(([0], np.cumsum(np.bincount(node, minlength=nodes)))) if nodes else None
        self._end = end[order]
        self._label = label[order]
        self._place = np.empty(len(order), np.int32)
        self._place[order] = np.arange(len(order), dtype=np.int32)
        self._alive: Mask | None = None

    def __len__(self) -> int:
        return len(self._end)

    def kill(self, first: int, last: int) -> None:
        """Take out the edges that were given from position ``first`` up to ``last``."""
        if self._alive is None:
            self._alive = np.ones(len(self._end), np.bool_)
        self._alive[self._place[first:last]] = False

    def _bounds(self, nodes: Ids) -> tuple[Array, Array]:
        if self._start is None:
            assert self._node is not None
            return np.searchsorted(self._node, nodes, "left"), np.searchsorted(self._node, nodes, "right")
        last = len(self._start) - 1
        return self._start[np.minimum(nodes, last)], self._start[np.minimum(nodes + 1, last)]

    def rows(self, nodes: Ids, allowed: Mask, most: int) -> Rows:
        """Return the edges of nodes whose label is allowed, by node; of a node with more than ``most`` at least the first ``most`` + 1."""
        first, last = self._bounds(nodes)
        count = last - first
        long = np.flatnonzero(count > 4 * most) if most else np.zeros(0, np.int64)
        count[long] = 0
        owner = np.repeat(np.arange(len(nodes)), count)
        index = np.arange(len(owner)) + np.repeat(first - np.cumsum(count) + count, count)
        keep = self._kept(index, allowed)
        owner, index = owner[keep], index[keep]
        if len(long):
            parts = [self._first(int(first[at]), int(last[at]), allowed, most + 1) for at in long.tolist()]
            index = np.concatenate((index, *parts))
            owner = np.concatenate((owner, np.repeat(long, [len(part) for part in parts])))
        return Rows(owner, self._end[index], self._label[index])

    def _kept(self, index: Array, allowed: Mask) -> Mask:
        keep = allowed[self._label[index]]
        return keep if self._alive is None else keep & self._alive[index]

    def _first(self, first: int, last: int, allowed: Mask, wanted: int) -> Array:
        """Return the first places of a long row that are kept, looking at no more of it than needed."""
        step = 4 * wanted
        while True:
            index = np.arange(first, min(first + step, last))
            found = index[self._kept(index, allowed)]
            if len(found) >= wanted or first + step >= last:
                return found[:wanted]
            step *= 4


def joined(parts: list[Rows], hashes: Hashes, most: int) -> tuple[Rows, Array]:
    """Join rows of the same question; cut those of more than ``most`` edges (0: never); return also which nodes were cut."""
    owner = np.concatenate([each.owner for each in parts])
    end = np.concatenate([each.end for each in parts])
    label = np.concatenate([each.label for each in parts])
    if not most:
        return Rows(owner, end, label), np.zeros(0, np.int64)
    counts = np.bincount(owner)
    cut = np.flatnonzero(counts > most)
    if not len(cut):
        return Rows(owner, end, label), cut
    order = np.lexsort((hashes[end], owner))
    owner, end, label = owner[order], end[order], label[order]
    rank = np.arange(len(owner)) - (np.cumsum(counts) - counts)[owner]
    keep = rank < most
    return Rows(owner[keep], end[keep], label[keep]), cut
