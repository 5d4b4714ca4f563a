"""One view's edges at one generation in memory, for questions that follow many of them.

It is derived and disposable: ``refresh`` brings it to the store's generation by patching in what changed, and builds it anew when much did.
The store stays the place for what an answer shows: an edge here is its two ends, its kind and its evidence, 26 bytes for both directions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable
from zlib import crc32

import numpy as np

from graph.columns import EdgeColumns, edge_columns
from graph.model import EdgeKind, Evidence, Handle
from graph.sparse import Array, Ids, Labels, Mask, Rows, SparseRows, Weights, floats, integers, joined
from graph.store import GraphStore
from ingest.errors import StoreBusyError

FAN_OUT = 200
"""How many edges of one node a ranking follows, unless it is told otherwise."""

_PATCHED_PART = 32  # built anew once more than one edge of so many is a patch
_PATCHED_EDGES = 20_000  # sorted in 2 ms, whatever the size of the graph
_ATTEMPTS = 5

_KINDS = {kind: at for at, kind in enumerate(EdgeKind)}
_EVIDENCE = {evidence: at for at, evidence in enumerate(Evidence)}
_LABELS = [(kind, evidence) for kind in EdgeKind for evidence in Evidence]


@runtime_checkable
class RowStore(Protocol):
    """A store that can tell which files have changed: each state of a file has a number."""

    def shown(self, view: str) -> tuple[int, set[int]]:
        """Return the generation, and the number of every file's state."""
        ...

    def columns(self, numbers: Iterable[int]) -> Iterator[tuple[int, EdgeColumns]]:
        """Yield the edges of the states that still exist."""
        ...


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The other end of an edge. Edges that differ in their place alone are one neighbour."""

    handle: Handle
    kind: EdgeKind
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Reach:
    """Nodes and their distance from where a walk began, by distance. ``truncated`` says in words what a cap cut off."""

    distances: Mapping[Handle, int]
    truncated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranking:
    """Nodes and their scores, the highest first. ``truncated`` says in words what a cap cut off."""

    scores: Mapping[Handle, float]
    truncated: tuple[str, ...] = ()


class Adjacency:
    """The edges of one view. Not for two threads at a time."""

    def __init__(self, store: GraphStore, view: str) -> None:
        """Build it at the store's newest generation: about 0.3 s for a million edges."""
        self._store = store
        self.view = view
        self.generation = -1
        self._build()

    def refresh(self) -> bool:
        """Come to the store's newest generation; say whether anything had changed."""
        if self._store.generation(self.view) == self.generation:
            return False
        if not isinstance(self._store, RowStore):
            self._build()
            return True
        for _ in range(_ATTEMPTS):
            generation, shown = self._store.shown(self.view)
            gone, new = self._ranges.keys() - shown, shown - self._ranges.keys()
            fresh = dict(self._store.columns(new))
            if len(fresh) != len(new):
                continue  # another writer has been here in between
            patched = self._patched + sum(len(each.label) for each in fresh.values())
            patched += sum(last - first for first, last in map(self._ranges.__getitem__, gone))
            if patched > max(_PATCHED_EDGES, len(self._base[0]) // _PATCHED_PART):
                self._build()
            else:
                self._patch(gone, fresh, patched)
                self.generation = generation
            return True
        raise self._busy()

    def _busy(self) -> StoreBusyError:
        return StoreBusyError(f"could not read the graph of {self.view}: it was replaced {_ATTEMPTS} times meanwhile. Try again")

    def _build(self) -> None:
        self._handles: list[Handle] = []
        self._ids: dict[Handle, int] = {}
        self._hashed: list[int] = []
        self._ranges: dict[int, tuple[int, int]] = {}  # of each file's state: where its edges are among all, in order of arrival
        parts: list[tuple[Ids, Ids, Labels]] = []
        for _ in range(_ATTEMPTS):
            generation, contents = self._contents()
            if self._take(contents, parts):
                break
            parts.clear()
            self._ranges.clear()
        else:
            raise self._busy()
        source, target, label = _concatenated(parts)
        self._hashes = np.array(self._hashed, np.uint32)
        nodes = len(self._handles)
        self._base = (
            SparseRows(source, target, label, self._hashes, nodes=nodes),
            SparseRows(target, source, label, self._hashes, nodes=nodes),
        )
        self._delta: tuple[SparseRows, SparseRows] | None = None
        self._fresh: dict[int, tuple[Ids, Ids, Labels]] = {}
        self._patched = 0
        self._seen = np.zeros(nodes, np.bool_)
        self.generation = generation

    def _contents(self) -> tuple[int, tuple[int, Iterator[tuple[int, EdgeColumns]]]]:
        """Return the generation, and how many files there are and their edges."""
        if isinstance(self._store, RowStore):
            generation, shown = self._store.shown(self.view)
            return generation, (len(shown), self._store.columns(shown))
        generation = self._store.generation(self.view)
        graphs = [edge_columns(graph.edges) for graph in self._store.files(self.view)]
        unchanged = self._store.generation(self.view) == generation
        return generation, (len(graphs) if unchanged else -1, enumerate(graphs))

    def _take(self, contents: tuple[int, Iterator[tuple[int, EdgeColumns]]], parts: list[tuple[Ids, Ids, Labels]]) -> bool:
        """Give numbers to the ends of all edges; return whether all files were there."""
        files, first = 0, 0
        for number, columns in contents[1]:
            part = self._numbered(columns)
            parts.append(part)
            self._ranges[number] = first, first + len(part[0])
            first += len(part[0])
            files += 1
        return files == contents[0]

    def _numbered(self, columns: EdgeColumns) -> tuple[Ids, Ids, Labels]:
        source, target = np.array(columns.source, np.int32), np.array(columns.target, np.int32)
        if not len(source):
            return source, target, np.zeros(0, np.uint8)
        ends = columns.texts[: int(max(source.max(), target.max())) + 1]  # the texts after them are of labels
        numbers = np.array([self._number(Handle(text)) for text in ends], np.int32)
        labels = np.array([_KINDS[kind] * len(_EVIDENCE) + _EVIDENCE[evidence] for kind, evidence, *_ in columns.labels], np.uint8)
        return numbers[source], numbers[target], labels[np.array(columns.label, np.int32)]

    def _number(self, handle: Handle) -> int:
        number = self._ids.get(handle)
        if number is None:
            number = self._ids[handle] = len(self._handles)
            self._handles.append(handle)
            self._hashed.append(crc32(handle.encode("utf-8", "surrogatepass")))
        return number

    def _patch(self, gone: Collection[int], fresh: Mapping[int, EdgeColumns], patched: int) -> None:
        for number in gone:
            first, last = self._ranges.pop(number)
            if self._fresh.pop(number, None) is None:
                for side in self._base:
                    side.kill(first, last)
        for number, columns in fresh.items():
            part = self._numbered(columns)
            self._fresh[number] = part
            self._ranges[number] = 0, len(part[0])
        source, target, label = _concatenated(list(self._fresh.values()))
        self._hashes = np.concatenate((self._hashes, np.array(self._hashed[len(self._hashes) :], np.uint32)))
        self._delta = SparseRows(source, target, label, self._hashes), SparseRows(target, source, label, self._hashes)
        self._seen = np.zeros(len(self._handles), np.bool_)
        self._patched = patched

    def _rows(self, nodes: Ids, allowed: Mask, *, backwards: bool, most: int = 0) -> tuple[Rows, Array]:
        """Return the edges of nodes, at most ``most`` of each (0: all), and which nodes have more."""
        sides = [self._base[backwards], *([self._delta[backwards]] if self._delta else [])]
        return joined([side.rows(nodes, allowed, most) for side in sides], self._hashes, most)

    def _numbers(self, handles: Iterable[Handle]) -> Ids:
        found = {number for handle in handles if (number := self._ids.get(handle)) is not None}
        return np.array(sorted(found), np.int32)

    def edges(self) -> int:
        """Return how many edges there are."""
        return sum(last - first for first, last in self._ranges.values())

    def neighbours(
        self, handle: Handle, *, backwards: bool = False, kinds: Collection[EdgeKind] = (), evidence: Collection[Evidence] = ()
    ) -> list[Neighbour]:
        """Return whom a node has edges to, or from (``backwards``: its callers); no kinds or evidence means all."""
        number = self._ids.get(handle)
        if number is None:
            return []
        rows, _ = self._rows(np.array([number], np.int32), _allowed(kinds, evidence), backwards=backwards)
        found = dict.fromkeys(zip(integers(rows.end), integers(rows.label), strict=True))
        return [Neighbour(self._handles[end], *_LABELS[label]) for end, label in found]

    def degree(
        self, handle: Handle, *, backwards: bool = False, kinds: Collection[EdgeKind] = (), evidence: Collection[Evidence] = ()
    ) -> int:
        """Return how many edges a node has."""
        rows, _ = self._rows(self._numbers([handle]), _allowed(kinds, evidence), backwards=backwards)
        return len(rows.end)

    def reach(
        self,
        handles: Iterable[Handle],
        *,
        hops: int,
        backwards: bool = False,
        kinds: Collection[EdgeKind] = (),
        evidence: Collection[Evidence] = (),
        fan_out: int = 0,
        limit: int = 0,
    ) -> Reach:
        """Return what can be reached in so many hops; ``backwards`` from the callees to the callers is the impact of a change.

        ``fan_out`` bounds the edges followed from one node and ``limit`` the nodes in the answer; 0 means no bound. The handles that are
        asked for are in the answer, at distance 0.
        """
        allowed = _allowed(kinds, evidence)
        start = dict.fromkeys(handles, 0)
        frontier = self._numbers(start)
        levels, found, cut = [frontier], len(frontier), 0
        self._seen[frontier] = True
        truncated: list[str] = []
        for _ in range(hops):
            rows, capped = self._rows(frontier, allowed, backwards=backwards, most=fan_out)
            cut += len(capped)
            frontier = np.unique(rows.end[~self._seen[rows.end]])
            if limit and found + len(frontier) > limit:
                nearest = np.argsort(self._hashes[frontier], kind="stable")[: max(limit - found, 0)]
                truncated.append(f"the {limit} nearest of at least {found + len(frontier)} nodes")
                frontier = frontier[nearest]
                levels.append(frontier)
                break
            if not len(frontier):
                break
            self._seen[frontier] = True
            found += len(frontier)
            levels.append(frontier)
        for level in levels:
            self._seen[level] = False
        if cut:
            truncated.append(f"{fan_out} edges each of {cut} nodes that have more")
        further = {self._handles[node]: at + 1 for at, level in enumerate(levels[1:]) for node in integers(level)}
        return Reach({**start, **further}, tuple(truncated))

    def pagerank(
        self,
        seeds: Mapping[Handle, float],
        *,
        hops: int = 2,
        damping: float = 0.85,
        fan_out: int = FAN_OUT,
        kinds: Collection[EdgeKind] = (),
        evidence: Collection[Evidence] = (),
        limit: int = 100,
    ) -> Ranking:
        """Rank nodes around the seeds by personalised PageRank over edges in both directions, walks of at most ``hops`` steps.

        ``seeds`` are weights of at least 0. The scores add up to 1 where no walk ends early; a seed without edges keeps what it starts
        with. Of a node with more than ``fan_out`` edges in one direction so many count.
        """
        allowed = _allowed(kinds, evidence)
        nodes = self._numbers(seeds)
        weight = sum(seeds.values()) or 1.0
        mass = np.array([seeds[self._handles[node]] / weight for node in integers(nodes)], np.float64)
        held, scores, capped = [nodes], [mass * (1 - damping)], 0
        for hop in range(hops):
            if not len(nodes):
                break
            forward, cut = self._rows(nodes, allowed, backwards=False, most=fan_out)
            back, cut_back = self._rows(nodes, allowed, backwards=True, most=fan_out)
            capped += len(np.union1d(cut, cut_back))
            owner, end = np.concatenate((forward.owner, back.owner)), np.concatenate((forward.end, back.end))
            share = damping * mass / np.maximum(np.bincount(owner, minlength=len(nodes)), 1)
            nodes, place = np.unique(end, return_inverse=True)
            mass = np.asarray(np.bincount(place, weights=share[owner], minlength=len(nodes)), np.float64)
            held.append(nodes)
            scores.append(mass * (1 - damping) if hop + 1 < hops else mass)
        every, place = np.unique(np.concatenate(held), return_inverse=True)
        total = np.asarray(np.bincount(place, weights=np.concatenate(scores), minlength=len(every)), np.float64)
        truncated = (f"{fan_out} edges each of {capped} nodes that have more",) if capped else ()
        alone = {handle: seed / weight * (1 - damping) for handle, seed in seeds.items() if handle not in self._ids}
        return Ranking(_ranked({**self._highest(every, total, limit), **alone}.items(), limit), truncated)

    def _highest(self, nodes: Ids, scores: Weights, limit: int) -> dict[Handle, float]:
        """Name the nodes with the highest scores, ties in order of handle."""
        if 0 < limit < len(nodes):
            chosen = scores >= np.partition(scores, len(scores) - limit)[len(scores) - limit]
            nodes, scores = nodes[chosen], scores[chosen]
        return _ranked(((self._handles[node], score) for node, score in zip(integers(nodes), floats(scores), strict=True)), limit)


def _ranked(scores: Iterable[tuple[Handle, float]], limit: int) -> dict[Handle, float]:
    """Return the highest scores first, ties in order of handle; all of them if ``limit`` is 0."""
    ranked = sorted((-score, handle) for handle, score in scores)
    return {handle: -score for score, handle in ranked[: limit or None]}


def _concatenated(parts: Sequence[tuple[Ids, Ids, Labels]]) -> tuple[Ids, Ids, Labels]:
    if not parts:
        return np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.uint8)
    return (
        np.concatenate([each[0] for each in parts]),
        np.concatenate([each[1] for each in parts]),
        np.concatenate([each[2] for each in parts]),
    )


def _allowed(kinds: Collection[EdgeKind], evidence: Collection[Evidence]) -> Mask:
    """Return by label whether an edge may be followed."""
    return np.array([(not kinds or kind in kinds) and (not evidence or each in evidence) for kind, each in _LABELS], np.bool_)
