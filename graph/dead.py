"""Dead code: the symbols that no known edge reaches from where a program, its tests or its users come in."""

from __future__ import annotations

import fnmatch
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from graph.answers import Coverage, GraphView, Unreached, UnreachedAnswer, Verdict, capped
from graph.model import EXTERNAL, UNKNOWN, UNNAMED, EdgeKind, Evidence, FileGraph, Handle, Node, NodeKind
from graph.questions import CALLING, LIMIT, may_meet
from graph.tests_of import is_test_file
from ingest.model import SymbolKind
from ingest.path_kinds import PathFlag, path_flags

JUDGED = frozenset({
    *(SymbolKind.CLASS, SymbolKind.INTERFACE, SymbolKind.TRAIT, SymbolKind.STRUCT, SymbolKind.ENUM, SymbolKind.TYPE),
    *(SymbolKind.FUNCTION, SymbolKind.METHOD, SymbolKind.CONSTRUCTOR, SymbolKind.MACRO),
})  # fmt: skip
"""Kinds of symbols that are reported. Fields and variables are read in too many ways that leave no edge."""

_MAIN = frozenset({"main", "Main", "init", "__main__"})
_INERT = tuple(
    f"{EXTERNAL}{package}#" for package in ("builtins", "functools", "dataclasses", "typing", "typing_extensions", "abc", "contextlib")
)
"""Decorators of these packages keep nothing: what they are given is used through its own name alone."""

_FOLLOWED = frozenset(EdgeKind) - {EdgeKind.CONTAINS, EdgeKind.DOCUMENTS, EdgeKind.CHANGES_WITH, EdgeKind.OVERRIDES, EdgeKind.IMPORTS}
_ROOTS = frozenset({
    NodeKind.FILE,
    NodeKind.PACKAGE,
    NodeKind.ROUTE,
    SymbolKind.MODULE,
    SymbolKind.NAMESPACE,
    SymbolKind.SECTION,
    SymbolKind.KEY,
})


@dataclass(slots=True)
class _Whole:
    """What the search needs of a whole view: 0.3 KB a node and 0.2 KB an edge."""

    nodes: dict[Handle, Node] = field(default_factory=dict[Handle, Node])
    uses: dict[Handle, set[Handle]] = field(default_factory=lambda: defaultdict(set))
    holder: dict[Handle, Handle] = field(default_factory=dict[Handle, Handle])
    unnamed: set[Handle] = field(default_factory=set[Handle])
    """Lambdas, and functions that are written where they are used."""
    overriders: dict[Handle, list[Handle]] = field(default_factory=lambda: defaultdict(list))
    foreign: set[Handle] = field(default_factory=set[Handle])
    """Methods that override one outside the indexed code, which calls them."""
    handed_over: set[Handle] = field(default_factory=set[Handle])
    """Symbols that a decorator was given."""
    unknown: Counter[tuple[str, Handle]] = field(default_factory=Counter[tuple[str, Handle]])

    def add(self, file: FileGraph, kinds: Collection[EdgeKind]) -> None:
        """Take in one file's graph."""
        self.nodes |= {node.handle: node for node in file.nodes}
        # A barrel hands a package's symbols to its users; anywhere else an import that nobody uses keeps nothing alive.
        barrel = bool(path_flags(file.path) & PathFlag.BARREL)
        for edge in file.edges:
            if edge.kind is EdgeKind.CONTAINS:
                self.holder.setdefault(edge.target, edge.source)
                if edge.rule == UNNAMED:
                    self.unnamed.add(edge.target)
            elif edge.evidence is Evidence.UNKNOWN:
                self.unknown[edge.target.removeprefix(UNKNOWN), edge.source] += 1
            elif edge.kind is EdgeKind.OVERRIDES:
                if edge.evidence is Evidence.EXTERNAL:
                    self.foreign.add(edge.source)
                else:
                    self.overriders[edge.target].append(edge.source)
            elif edge.evidence is not Evidence.EXTERNAL and (edge.kind in kinds or (edge.kind is EdgeKind.IMPORTS and barrel)):
                self.uses[edge.source].add(edge.target)
        self.handed_over.update(_decorated(file, self.holder))


def _decorated(file: FileGraph, holder: Mapping[Handle, Handle]) -> Iterator[Handle]:
    """Yield the symbols with a call in their lines that is their holder's: a decorator, which may keep what it is given."""
    calls: dict[Handle, list[int]] = defaultdict(list)
    for edge in file.edges:
        if edge.kind in CALLING and not edge.target.startswith(_INERT):
            calls[edge.source].append(edge.line)
    for lines in calls.values():
        lines.sort()
    for node in file.nodes:
        lines = calls.get(holder.get(node.handle, node.handle), [])
        at = bisect_left(lines, node.start_line)
        if at < len(lines) and lines[at] <= node.end_line and node.handle in holder:
            yield node.handle


def dead_code(
    graph: GraphView,
    *,
    exports: Collection[str] = (),
    kinds: Collection[EdgeKind] = (),
    symbol_kinds: Collection[str] = JUDGED,
    limit: int = LIMIT,
) -> UnreachedAnswer:
    """Return the symbols no proven or possible edge reaches from entry points, tests and exports.

    Entry points are the code at the top of every file, what a manifest or a route names, and functions named ``main`` or ``init``.
    Exports are what barrel files (``__init__.py``, ``index.ts``, ``lib.rs``) import, and all symbols whose file matches a glob in
    ``exports``. A live type keeps its constructors, its operators and what overrides foreign methods alive; a live method keeps its
    overriders.

    Nothing here is proof of death: each symbol comes with the number of unknown uses that share its name and, for a method, of uses of
    other types' methods of that name. One with such uses or with a decorator is doubtful, and so is what it keeps alive. Reads the whole
    view.
    """
    whole = _Whole()
    for file in graph.store.files(graph.name):
        whole.add(file, frozenset(kinds or _FOLLOWED))
    roots = {handle for handle, node in whole.nodes.items() if _is_root(node, exports)}
    live = _live(whole, roots)
    dying = {handle: node for handle, node in whole.nodes.items() if handle not in live and node.kind in symbol_kinds}
    unknown, namesakes = _unknown_uses(whole, dying), _namesake_uses(whole, dying, live)
    spared = _live(whole, roots | {handle for handle in dying if unknown[handle] or namesakes[handle] or handle in whole.handed_over})
    used_by = Counter(end for source, ends in whole.uses.items() if source not in live for end in ends if end != source)
    # The members of a dead type go without saying.
    dead = [
        Unreached(node, unknown[handle], namesakes[handle], used_by[handle], handle in whole.handed_over, handle in spared)
        for handle, node in dying.items()
        if whole.holder.get(handle) not in dying
    ]
    dead.sort(key=lambda each: (each.doubtful, each.used_by, each.node.path, each.node.start_line, each.node.handle))
    kept, caps = capped(dead, limit, "symbols")
    verdict = Verdict.POSSIBLE if dead else Verdict.NONE
    coverage = Coverage(sum(each.unknown for each in dead), graph.unresolved_files)
    return UnreachedAnswer(graph.name, graph.generation, (), verdict, coverage, (), {}, caps, len(roots), kept)


def _is_root(node: Node, exports: Collection[str]) -> bool:
    if node.kind in _ROOTS or is_test_file(node.path):
        return True
    if node.kind in {SymbolKind.FUNCTION, SymbolKind.METHOD} and node.name in _MAIN:
        return True
    return any(fnmatch.fnmatchcase(node.path, each) or fnmatch.fnmatchcase(node.handle, each) for each in exports)


def _live(whole: _Whole, roots: Iterable[Handle]) -> set[Handle]:
    members: dict[Handle, list[Handle]] = defaultdict(list)
    for member, holder in whole.holder.items():
        if _comes_with(whole, member):
            members[holder].append(member)
    live: set[Handle] = set()
    callable_in: dict[Handle, list[Handle]] = defaultdict(list)
    pending = list(roots)
    while pending:
        handle = pending.pop()
        if handle in live:
            continue
        live.add(handle)
        pending += whole.uses.get(handle, ())
        pending += members.get(handle, ())
        pending += callable_in.pop(handle, ())
        if handle in whole.holder:
            pending.append(whole.holder[handle])
        for overrider in whole.overriders.get(handle, ()):
            holder = whole.holder.get(overrider)
            if holder is None or holder in live:
                pending.append(overrider)
            else:  # an overrider runs only where somebody makes an instance of its type
                callable_in[holder].append(overrider)
    return live


def _comes_with(whole: _Whole, handle: Handle) -> bool:
    """Return whether a member lives as soon as its holder does: the language or foreign code calls it, or it is written in place."""
    node = whole.nodes.get(handle)
    if node is None:
        return False
    special = node.name.startswith("__") and node.name.endswith("__")
    return special or node.kind == SymbolKind.CONSTRUCTOR or handle in whole.unnamed or handle in whole.foreign


def _unknown_uses(whole: _Whole, dying: Mapping[Handle, Node]) -> Counter[Handle]:
    """Count for each dead symbol the unknown uses of its name."""
    named: dict[str, Counter[str]] = defaultdict(Counter)
    for (name, source), count in whole.unknown.items():
        node = whole.nodes.get(source)
        named[name][node.language if node else ""] += count
    return _counted(named, dying)


def _namesake_uses(whole: _Whole, dying: Mapping[Handle, Node], live: Collection[Handle]) -> Counter[Handle]:
    """Count for each dead method the live uses of other types' methods of its name: it may implement one without saying so."""
    named: dict[str, Counter[str]] = defaultdict(Counter)
    for source, ends in whole.uses.items():
        if source in live:
            for node in (whole.nodes[end] for end in ends if end in whole.nodes):
                if node.kind == SymbolKind.METHOD:
                    named[node.name][node.language] += 1
    return _counted(named, {handle: node for handle, node in dying.items() if node.kind == SymbolKind.METHOD})


def _counted(named: Mapping[str, Counter[str]], dying: Mapping[Handle, Node]) -> Counter[Handle]:
    counts = Counter[Handle]()
    for handle, node in dying.items():
        uses = named.get(node.name, Counter[str]())
        counts[handle] = sum(count for language, count in uses.items() if may_meet(language, node.language))
    return counts
