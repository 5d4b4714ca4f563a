"""Calls that may end in an overriding method: added to the neighbours when a question is asked, never stored.

A proven call of a declared method runs that method or one that overrides it, by the receiver's class at run time. So it is a *possible*
call of each overrider, under the rule ``dispatch``. A call that names its target's class exactly, as ``super`` does, is not dispatched.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from graph.answers import GraphView
from graph.model import Edge, EdgeKind, Evidence, Handle
from ingest.model import SymbolKind

RULE = "dispatch"

STATIC_RULES = frozenset({"super", "constructor", "static", "allocation", "reflection"})
"""Rules under which the class of the target is written at the call, or known from where the receiver was made."""

_CONSTRUCTORS = frozenset({"__init__", "__new__", "__post_init__", "__construct", "constructor"})
_CALLED = (Evidence.PROVEN, Evidence.POSSIBLE)

_Use = tuple[str, int, int, EdgeKind, Handle, Handle]
_Steps = Callable[[Collection[Handle]], Iterator[tuple[Handle, Handle]]]


class Dispatch:
    """The neighbours of a view, with dispatched calls among them."""

    def __init__(self, graph: GraphView) -> None:
        self._graph = graph

    def edges_to(self, handles: Iterable[Handle], kinds: Collection[EdgeKind] = (), evidence: Collection[Evidence] = ()) -> Iterator[Edge]:
        """Yield edges into the handles; a call of an overridden method is a possible one of each overrider."""
        wanted = list(handles)
        seen: set[_Use] = set()
        for edge in self._graph.edges_to(wanted, kinds, evidence):
            seen.add(_use(edge))
            yield edge
        if not _asked(kinds, evidence):
            return
        overriders = self._overriders_by_base(wanted)
        for edge in self._graph.edges_to(overriders, [EdgeKind.CALLS], _CALLED):
            yield from _dispatched(edge, overriders[edge.target], seen)

    def edges_from(
        self, handles: Iterable[Handle], kinds: Collection[EdgeKind] = (), evidence: Collection[Evidence] = ()
    ) -> Iterator[Edge]:
        """Yield edges out of the handles; a call of an overridden method may also run each overrider."""
        wanted = list(handles)
        seen: set[_Use] = set()
        for edge in self._graph.edges_from(wanted, kinds, evidence):
            seen.add(_use(edge))
            yield edge
        if not _asked(kinds, evidence):
            return
        calls = list(self._graph.edges_from(wanted, [EdgeKind.CALLS], _CALLED))
        overriders = self._overriders({call.target for call in calls})
        for call in calls:
            yield from _dispatched(call, overriders.get(call.target, ()), seen)

    def _overriders_by_base(self, handles: Sequence[Handle]) -> dict[Handle, list[Handle]]:
        """Return for each method that one of the handles overrides, at any distance, those of the handles that do."""
        bases = _closure(handles, self._steps_up)
        return self._virtual(_inverted(bases))

    def _overriders(self, methods: Collection[Handle]) -> dict[Handle, list[Handle]]:
        """Return for each method everything that overrides it, at any distance."""
        return self._virtual(_closure(methods, self._steps_down))

    def _steps_up(self, handles: Collection[Handle]) -> Iterator[tuple[Handle, Handle]]:
        return ((edge.source, edge.target) for edge in self._graph.edges_from(handles, [EdgeKind.OVERRIDES], _CALLED))

    def _steps_down(self, handles: Collection[Handle]) -> Iterator[tuple[Handle, Handle]]:
        return ((edge.target, edge.source) for edge in self._graph.edges_to(handles, [EdgeKind.OVERRIDES], _CALLED))

    def _virtual(self, overriders: dict[Handle, list[Handle]]) -> dict[Handle, list[Handle]]:
        """Leave out constructors: making an instance names its class."""
        nodes = self._graph.nodes(overriders) if overriders else {}
        fixed = {handle for handle, node in nodes.items() if node.kind == SymbolKind.CONSTRUCTOR or node.name in _CONSTRUCTORS}
        return {handle: found for handle, found in overriders.items() if handle not in fixed}


def _use(edge: Edge) -> _Use:
    return edge.path, edge.line, edge.start_byte, edge.kind, edge.source, edge.target


def _asked(kinds: Collection[EdgeKind], evidence: Collection[Evidence]) -> bool:
    return (not kinds or EdgeKind.CALLS in kinds) and (not evidence or Evidence.POSSIBLE in evidence)


def _dispatched(call: Edge, overriders: Iterable[Handle], seen: set[_Use]) -> Iterator[Edge]:
    """Yield the call as one of each overrider, unless the graph holds that edge already."""
    if call.rule in STATIC_RULES:
        return
    for overrider in overriders:
        edge = replace(call, target=overrider, evidence=Evidence.POSSIBLE, rule=RULE)
        if _use(edge) not in seen:
            seen.add(_use(edge))
            yield edge


def _closure(handles: Iterable[Handle], steps: _Steps) -> dict[Handle, list[Handle]]:
    """Return for each handle everything some steps away, without itself."""
    step: dict[Handle, list[Handle]] = defaultdict(list)
    frontier = set(handles)
    start = list(frontier)
    known = set(frontier)
    while frontier:
        for here, there in steps(frontier):
            step[here].append(there)
        frontier = {there for here in frontier for there in step.get(here, ())} - known
        known |= frontier
    return {handle: found for handle in start if (found := _follow(handle, step))}


def _follow(handle: Handle, step: Mapping[Handle, Sequence[Handle]]) -> list[Handle]:
    found: dict[Handle, None] = {}
    pending = list(step.get(handle, ()))
    while pending:
        here = pending.pop()
        if here != handle and here not in found:
            found[here] = None
            pending += step.get(here, ())
    return sorted(found)


def _inverted(reached: Mapping[Handle, Sequence[Handle]]) -> dict[Handle, list[Handle]]:
    inverse: dict[Handle, list[Handle]] = defaultdict(list)
    for start, ends in reached.items():
        for end in ends:
            inverse[end].append(start)
    return dict(inverse)
