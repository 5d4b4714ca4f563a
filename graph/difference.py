"""What changed between two states of the graph: symbols added, removed, moved and changed, and the edges that came and went.

Both states are read once, side by side in order of path, so memory grows with what differs and not with the graph. Places do not count: a
symbol is known by its handle and an edge by its kind and ends, so a shift of lines is no difference.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from graph.model import Edge, EdgeKind, Evidence, FileGraph, Handle, Node, NodeKind

MIN_SIMILARITY = 0.5
"""Share of what two symbols touch, are touched by or contain that must agree before one is taken for the other, moved."""
MAX_RIVALS = 50
"""Symbols of one name on either side beyond which nobody can tell which one moved where (``__init__``)."""

_Groups = defaultdict[tuple[str, str], tuple[list[Node], list[Node]]]
_PLACELESS = frozenset({NodeKind.EXTERNAL, NodeKind.UNKNOWN})


class EdgeKey(NamedTuple):
    """What makes two edges the same, wherever in the source's text they stand."""

    kind: EdgeKind
    source: Handle
    target: Handle


@dataclass(frozen=True, slots=True)
class Moved:
    """A symbol that has another handle now. ``similarity`` is the share of their surroundings, or 1.0 for equal text."""

    before: Node
    after: Node
    similarity: float


@dataclass(frozen=True, slots=True)
class Changed:
    """A symbol that stayed and whose text changed, or, where no text is at hand, its number of lines or its kind."""

    before: Node
    after: Node


@dataclass(frozen=True, slots=True)
class EdgeChange:
    """An edge that exists in both states and is known otherwise now."""

    before: Edge
    after: Edge


@dataclass(frozen=True, slots=True)
class Difference:
    """All differences, each in order of handle. Of equal edges (two calls of one function) one stands for all."""

    added: tuple[Node, ...] = ()
    removed: tuple[Node, ...] = ()
    moved: tuple[Moved, ...] = ()
    changed: tuple[Changed, ...] = ()
    edges_added: tuple[Edge, ...] = ()
    edges_removed: tuple[Edge, ...] = ()
    edges_changed: tuple[EdgeChange, ...] = ()

    def __bool__(self) -> bool:
        return any((self.added, self.removed, self.moved, self.changed, self.edges_added, self.edges_removed, self.edges_changed))


Body = Callable[[Node], bytes | None]
"""Returns the text of a symbol in one of the states, None where it is not at hand."""


@dataclass(slots=True)
class _Side:
    nodes: dict[Handle, Node] = field(default_factory=dict[Handle, Node])
    edges: dict[EdgeKey, Edge] = field(default_factory=dict[EdgeKey, Edge])


def diff(
    before: Iterable[FileGraph], after: Iterable[FileGraph], *, body_before: Body | None = None, body_after: Body | None = None
) -> Difference:
    """Compare two states, each in order of path, as ``GraphStore.files`` yields them.

    With both bodies, a change of text is seen even where the number of lines stays, and a symbol of equal text counts as moved whatever it
    touches. Raises ValueError when a state is not in order of path.
    """
    old, new = _Side(), _Side()
    changed: list[Changed] = []
    edges_changed: list[EdgeChange] = []
    for one, other in _side_by_side(before, after):
        if one == other:
            continue
        first, second = _side(one), _side(other)
        for handle in first.nodes.keys() & second.nodes.keys():
            pair = Changed(first.nodes.pop(handle), second.nodes.pop(handle))
            if _is_changed(pair, body_before, body_after):
                changed.append(pair)
        for key in first.edges.keys() & second.edges.keys():
            was, now = first.edges.pop(key), second.edges.pop(key)
            if was.evidence is not now.evidence:
                edges_changed.append(EdgeChange(was, now))
        old.nodes |= first.nodes
        new.nodes |= second.nodes
        old.edges |= first.edges
        new.edges |= second.edges
    moved = _moves(old, new, body_before, body_after)
    edges_changed += _settle_edges(old, new, {move.before.handle: move.after.handle for move in moved})
    return Difference(
        added=_sorted_nodes(new.nodes.values()),
        removed=_sorted_nodes(old.nodes.values()),
        moved=tuple(sorted(moved, key=lambda move: move.before.handle)),
        changed=tuple(sorted(changed, key=lambda change: change.after.handle)),
        edges_added=_sorted_edges(new.edges.values()),
        edges_removed=_sorted_edges(old.edges.values()),
        edges_changed=tuple(sorted(edges_changed, key=lambda change: _edge_order(change.after))),
    )


def _side_by_side(before: Iterable[FileGraph], after: Iterable[FileGraph]) -> Iterator[tuple[FileGraph | None, FileGraph | None]]:
    """Join both states by path."""
    left, right = _in_order(before), _in_order(after)
    one, other = next(left, None), next(right, None)
    while one or other:
        if other is None or (one is not None and one.path < other.path):
            yield one, None
            one = next(left, None)
        elif one is None or other.path < one.path:
            yield None, other
            other = next(right, None)
        else:
            yield one, other
            one, other = next(left, None), next(right, None)


def _in_order(graphs: Iterable[FileGraph]) -> Iterator[FileGraph]:
    last: str | None = None
    for graph in graphs:
        if last is not None and graph.path <= last:
            raise ValueError(f"the graphs are not in order of path: {graph.path!r} comes after {last!r}")
        last = graph.path
        yield graph


def _side(graph: FileGraph | None) -> _Side:
    """Return the nodes and edges of a file's graph; the strongest evidence stands for edges that differ in their place alone."""
    side = _Side()
    if graph:
        side.nodes = {node.handle: node for node in graph.nodes if node.kind not in _PLACELESS}
        for edge in graph.edges:
            key = EdgeKey(edge.kind, edge.source, edge.target)
            held = side.edges.get(key)
            if held is None or _STRENGTH[edge.evidence] < _STRENGTH[held.evidence]:
                side.edges[key] = edge
    return side


_STRENGTH = {Evidence.PROVEN: 0, Evidence.EXTERNAL: 1, Evidence.POSSIBLE: 2, Evidence.UNKNOWN: 3}


def _is_changed(pair: Changed, body_before: Body | None, body_after: Body | None) -> bool:
    before, after = pair.before, pair.after
    if before.kind == NodeKind.FILE == after.kind:
        return False  # what changed in a file are its symbols and its edges
    if before.kind != after.kind or before.end_line - before.start_line != after.end_line - after.start_line:
        return True
    if body_before and body_after:
        was, now = body_before(before), body_after(after)
        return was is not None and now is not None and was != now
    return False


def _moves(old: _Side, new: _Side, body_before: Body | None, body_after: Body | None) -> list[Moved]:
    """Pair removed with added symbols of one name and kind, the most similar first, and take them out of both sides; files go first."""
    alike = _Likeness(_Surroundings(old, new), body_before, body_after)

    def pairs(name: Callable[[Node], str], *, files: bool) -> list[Moved]:
        groups: _Groups = defaultdict(lambda: ([], []))
        for side, at in ((old, 0), (new, 1)):
            for node in side.nodes.values():
                if (node.kind == NodeKind.FILE) == files:
                    groups[name(node), node.kind][at].append(node)
        return _pairs(groups, old, new, alike)

    # Of a few files each may be any other; of many, those that kept their name are compared, then those of one folder.
    moved = pairs(lambda _: "", files=True) if _has_few_files(old, new) else pairs(lambda node: node.path.rpartition("/")[2], files=True)
    moved += pairs(lambda node: node.path.rpartition("/")[0], files=True)
    alike.homes = {move.before.path: move.after.path for move in moved}
    return moved + pairs(lambda node: node.name, files=False)


def _has_few_files(*sides: _Side) -> bool:
    return all(sum(node.kind == NodeKind.FILE for node in side.nodes.values()) <= MAX_RIVALS for side in sides)


def _pairs(groups: _Groups, old: _Side, new: _Side, alike: _Likeness) -> list[Moved]:
    candidates: list[tuple[float, bool, bool, bool, Handle, Handle]] = []
    for gone, come in groups.values():
        if len(gone) > MAX_RIVALS or len(come) > MAX_RIVALS:
            gone, come = _of_one_qualified_name(gone, come)
        for before in gone:
            for after in come:
                similarity, other_text = alike.compare(before, after)
                if similarity >= MIN_SIMILARITY:
                    elsewhere, renamed = not alike.at_home(before, after), before.qualified_name != after.qualified_name
                    candidates.append((-similarity, other_text, elsewhere, renamed, before.handle, after.handle))
    moved: list[Moved] = []
    for similarity, *_, before, after in sorted(candidates):
        if before in old.nodes and after in new.nodes:
            moved.append(Moved(old.nodes.pop(before), new.nodes.pop(after), -similarity))
    return moved


def _of_one_qualified_name(gone: list[Node], come: list[Node]) -> tuple[list[Node], list[Node]]:
    """Keep those whose qualified name is removed once and added once."""
    counts = [Counter(node.qualified_name for node in side) for side in (gone, come)]
    only = {name for name in counts[0] if counts[0][name] == 1 == counts[1][name]}
    return [node for node in gone if node.qualified_name in only], [node for node in come if node.qualified_name in only]


class _Surroundings:
    """What each removed or added symbol touches, is touched by and contains, in words that do not depend on where it is."""

    def __init__(self, old: _Side, new: _Side) -> None:
        self._found: tuple[dict[Handle, Counter[str]], ...] = (_surroundings(old), _surroundings(new))

    def similarity(self, before: Node, after: Node) -> float:
        """Return the share of both symbols' surroundings that they have in common; 0 where one has none."""
        first = self._found[0].get(before.handle, Counter())
        second = self._found[1].get(after.handle, Counter())
        return (first & second).total() / max(1, (first | second).total())


@dataclass(slots=True)
class _Likeness:
    """How much two nodes have in common. ``homes`` says which file moved where."""

    surroundings: _Surroundings
    body_before: Body | None
    body_after: Body | None
    homes: dict[str, str] = field(default_factory=dict[str, str])

    def at_home(self, before: Node, after: Node) -> bool:
        """Say whether both are in one file, moved or not, or in files of which one has the other's path below a further folder."""
        was, now = before.path, after.path
        return self.homes.get(was, was) == now or now.endswith(f"/{was}") or was.endswith(f"/{now}")

    def compare(self, before: Node, after: Node) -> tuple[float, bool]:
        """Return 1.0 for equal text, else the share of surroundings, and whether it is the latter.

        A text of one line (``app = Flask(__name__)``) tells nothing by itself: it has to be the same thing in the same file.
        """
        same_name = before.qualified_name == after.qualified_name
        if self.body_before and self.body_after:
            was, now = self.body_before(before), self.body_after(after)
            if was is not None and was == now and (b"\n" in was.strip() or (same_name and self.at_home(before, after))):
                return 1.0, False
        comparable = same_name or before.path == after.path or before.kind == NodeKind.FILE
        return (self.surroundings.similarity(before, after) if comparable else 0.0), True


def _surroundings(side: _Side) -> dict[Handle, Counter[str]]:
    found: dict[Handle, Counter[str]] = defaultdict(Counter)
    for edge in side.edges.values():
        found[edge.source][f"{edge.kind} > {_place_free(edge.target)}"] += 1
        found[edge.target][f"{edge.kind} < {_place_free(edge.source)}"] += 1
    for node in side.nodes.values():
        inside, _, _ = node.handle.rpartition(".")
        for outer in (Handle(inside), Handle(node.path)):
            if outer in side.nodes and outer != node.handle:
                found[outer][f"{node.kind} {node.name}"] += 1
    return found


def _place_free(handle: Handle) -> str:
    """Return a handle without its file, since that is what a move changes; a file goes by its name."""
    path, mark, symbol = handle.partition("#")
    return symbol.rpartition(".")[2] if mark and symbol else path.rpartition("/")[2]


def _settle_edges(old: _Side, new: _Side, moves: dict[Handle, Handle]) -> list[EdgeChange]:
    """Take out the edges that are the same once moved symbols go by their new handles; return those known otherwise now."""
    changed: list[EdgeChange] = []
    for key in list(old.edges):
        today = EdgeKey(key.kind, moves.get(key.source, key.source), moves.get(key.target, key.target))
        if today in new.edges:
            was, now = old.edges.pop(key), new.edges.pop(today)
            if was.evidence is not now.evidence:
                changed.append(EdgeChange(was, now))
    return changed


def _sorted_nodes(nodes: Iterable[Node]) -> tuple[Node, ...]:
    return tuple(sorted(nodes, key=lambda node: node.handle))


def _edge_order(edge: Edge) -> tuple[str, str, str]:
    return edge.source, edge.kind, edge.target


def _sorted_edges(edges: Iterable[Edge]) -> tuple[Edge, ...]:
    return tuple(sorted(edges, key=_edge_order))
