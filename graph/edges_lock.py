"""``edges.lock``: what people say about edges, kept in the repository's root and reviewed like code.

::

    [[edge]]
    source = "src/app.py#Application.run"
    target = "src/plugins/audit.py#Audit.on_start"
    kind = "calls"
    verdict = "pin"        # or "forbid", or "explain"
    reason = "the registry loads plugins by entry point"

A pin makes an edge proven: at each place where the resolver held the target for possible, or knew nothing but its name, and at the source
itself where it had no such place. Other candidates of that place stay, each to be forbidden by itself. A forbidden edge is taken out; a
place that loses its last candidate becomes unknown, so that it is still counted. An explanation changes no edge. What a lock made has the
rule ``edges.lock``; ``reason`` tells why. An entry that meets nothing any more is stale, and is reported.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from graph.http.joining import ROUTES
from graph.model import EXTERNAL, HISTORY, UNKNOWN, Edge, EdgeKind, Evidence, FileGraph, Handle, unknown

RULE = "edges.lock"


class Verdict(StrEnum):
    """What an entry says of its edge."""

    PIN = "pin"
    FORBID = "forbid"
    EXPLAIN = "explain"


@dataclass(frozen=True, slots=True)
class LockEntry:
    """One entry, and the line of the file where it begins."""

    source: Handle
    target: Handle
    kind: EdgeKind
    verdict: Verdict
    reason: str
    line: int


EdgeKey = tuple[Handle, Handle, EdgeKind]


def edge_key(edge: Edge | LockEntry) -> EdgeKey:
    """Return what makes an edge and an entry speak of the same."""
    return edge.source, edge.target, edge.kind


class EdgesLock:
    """The entries of one file, by the edge they speak of."""

    def __init__(self, entries: tuple[LockEntry, ...]) -> None:
        self.entries = entries
        self._by_edge = {edge_key(entry): entry for entry in entries}
        self._pins: dict[str, list[LockEntry]] = defaultdict(list)
        for entry in entries:
            if entry.verdict is Verdict.PIN:
                self._pins[_home(entry)].append(entry)

    def __bool__(self) -> bool:
        return bool(self.entries)

    def entry(self, edge: Edge) -> LockEntry | None:
        """Return what the file says of an edge."""
        return self._by_edge.get(edge_key(edge))

    def reason(self, edge: Edge) -> str:
        """Return why an edge is as it is, as the file says, or ""."""
        entry = self.entry(edge)
        return entry.reason if entry else ""

    def pins(self, path: str) -> list[LockEntry]:
        """Return the pins whose edges belong to the graph of a path."""
        return self._pins.get(path, [])


def _home(entry: LockEntry) -> str:
    """Return the path of the graph that an entry's edge belongs to."""
    return _HOMES.get(entry.kind) or entry.source.partition("#")[0]


_HOMES = {EdgeKind.CHANGES_WITH: HISTORY, EdgeKind.HANDLES: ROUTES, EdgeKind.REQUESTS: ROUTES}
"""The kinds of edges that belong to no file's graph."""


class Outcome(StrEnum):
    """What became of an entry."""

    DECIDED = "decided"  # a pin settled what was possible or unknown
    ADDED = "added"  # a pin added an edge where the resolver had nothing
    REDUNDANT = "redundant"  # the resolver proves a pinned edge by itself
    FORBIDDEN = "forbidden"
    EXPLAINED = "explained"
    SOURCE_GONE = "source gone"
    TARGET_GONE = "target gone"


@dataclass(frozen=True, slots=True)
class Applied:
    """A graph with the lock applied, and what became of the entries that concern it."""

    graph: FileGraph
    outcomes: Mapping[LockEntry, Outcome] = field(default_factory=dict[LockEntry, Outcome])


def apply_lock(lock: EdgesLock, graph: FileGraph, exists: Callable[[Handle], bool]) -> Applied:
    """Apply a lock to one resolved graph; ``exists`` says whether a symbol does, in any file.

    The result depends on this graph, on the lock and on the existence of the pins' targets: when one of them changes, it is made anew.
    """
    if not lock:
        return Applied(graph)
    outcomes: dict[LockEntry, Outcome] = {}
    edges = list(_without_forbidden(lock, graph, outcomes))
    present = {node.handle: node for node in graph.nodes}
    for pin in lock.pins(graph.path):
        if pin.source not in present and graph.path not in _HOMES.values():
            outcomes[pin] = Outcome.SOURCE_GONE
        elif not pin.target.startswith(EXTERNAL) and not exists(pin.target):
            outcomes[pin] = Outcome.TARGET_GONE
        else:
            line = present[pin.source].start_line if pin.source in present else 0
            edges, outcomes[pin] = _pinned(pin, edges, Edge(pin.kind, Evidence.PROVEN, RULE, pin.source, pin.target, graph.path, line))
    return Applied(replace(graph, edges=edges) if edges != list(graph.edges) else graph, outcomes)


def _without_forbidden(lock: EdgesLock, graph: FileGraph, outcomes: dict[LockEntry, Outcome]) -> Iterator[Edge]:
    """Yield what is not forbidden, and an unknown edge for each place of which nothing is left."""
    left: set[tuple[Handle, EdgeKind, int]] = set()
    lost: dict[tuple[Handle, EdgeKind, int], Edge] = {}
    for edge in graph.edges:
        entry = lock.entry(edge)
        place = (edge.source, edge.kind, edge.start_byte)
        if entry and entry.verdict is Verdict.FORBID:
            outcomes[entry] = Outcome.FORBIDDEN
            lost.setdefault(place, edge)
            continue
        if entry and entry.verdict is Verdict.EXPLAIN:
            outcomes[entry] = Outcome.EXPLAINED
        left.add(place)
        yield edge
    for place, edge in lost.items():
        if place not in left and edge.start_byte >= 0:
            yield replace(edge, evidence=Evidence.UNKNOWN, rule=RULE, target=unknown(_last_name(edge.target)))


def _pinned(pin: LockEntry, edges: list[Edge], bare: Edge) -> tuple[list[Edge], Outcome]:
    """Return the edges with a pin applied; ``bare`` is the edge to add where no place shows it."""
    if any(edge_key(edge) == edge_key(pin) and edge.evidence in {Evidence.PROVEN, Evidence.EXTERNAL} for edge in edges):
        return edges, Outcome.REDUNDANT
    name = _last_name(pin.target)
    done: list[Edge] = []
    decided = False
    for edge in edges:
        same = edge.source == pin.source and edge.kind is pin.kind
        named = edge.evidence is Evidence.UNKNOWN and _last_name(edge.target) == name
        if same and (edge.target == pin.target or named):
            decided = True
            done.append(replace(edge, evidence=Evidence.PROVEN, rule=RULE, target=pin.target))
        else:
            done.append(edge)
    return (done, Outcome.DECIDED) if decided else ([*done, bare], Outcome.ADDED)


def _last_name(handle: Handle) -> str:
    """Return the simple name a handle ends in."""
    symbol = handle.removeprefix(UNKNOWN).rpartition("#")[2].partition("~")[0]
    return symbol.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class StaleEntry:
    """An entry that no longer meets anything, and what to do about it."""

    entry: LockEntry
    why: str


def stale_entries(lock: EdgesLock, outcomes: Mapping[LockEntry, Outcome], exists: Callable[[Handle], bool]) -> list[StaleEntry]:
    """Return the entries to look at again, given what became of them in all graphs of a view, in order of line."""
    found: list[StaleEntry] = []
    for entry in lock.entries:
        outcome = outcomes.get(entry)
        if outcome is Outcome.REDUNDANT:
            found.append(StaleEntry(entry, "the resolver proves this edge by itself now; the pin can go"))
        elif outcome in {Outcome.DECIDED, Outcome.ADDED, Outcome.FORBIDDEN, Outcome.EXPLAINED}:
            continue
        elif not exists(entry.source):
            found.append(StaleEntry(entry, f"its source {entry.source} does not exist any more"))
        elif not entry.target.startswith(EXTERNAL) and not exists(entry.target):
            found.append(StaleEntry(entry, f"its target {entry.target} does not exist any more"))
        else:
            found.append(StaleEntry(entry, f"there is no such {entry.kind} edge to {entry.verdict}"))
    return found
