"""Which symbols a test is about: ``tests`` edges, made of the calls of test functions once those are resolved.

A test is a function that its language's test runners would find by name in a file whose path says test, or code at the top of such a file
where tests are written as calls (``it("…", () => …)``). Its subjects are what it calls outside test files. The evidence is the call's own;
the rule tells the subject from what the test needs to set it up: ``tests:named`` where the test's own name says the target's,
``tests:unit`` where the test's class or file does, else ``tests:called``.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from operator import attrgetter

from graph.columns import EdgeRow
from graph.model import EXTERNAL, UNKNOWN, Edge, EdgeKind, Evidence, FileGraph, Handle, Node, NodeKind
from ingest.model import SymbolKind
from ingest.path_kinds import PathFlag, path_flags

_CALLS = frozenset({EdgeKind.CALLS, EdgeKind.INSTANTIATES})
_RESOLVED = frozenset({Evidence.PROVEN, Evidence.POSSIBLE})
_EDGE_ROW = attrgetter(*Edge.__slots__)
_FUNCTIONS = frozenset({SymbolKind.FUNCTION, SymbolKind.METHOD})
_BLOCKS = frozenset({NodeKind.LAMBDA, NodeKind.FILE})
_WRITTEN_AS_CALLS = frozenset({"javascript", "jsx", "typescript", "tsx", "vue", "svelte", "ruby", "elixir", "lua", "scala", "kotlin"})
_PREFIX = re.compile(r"test|(?:Test|Benchmark|Example|Fuzz)(?![a-z])|(?:it|should|spec)_")
_TEST_CLASS = re.compile(r"Test(?:s|Case)?$|(?:Spec|IT)$|^Test(?![a-z])")
_FIXTURE = re.compile(r"(?:set_?up|tear_?down|before|after|init|dispose)(?![a-z])", re.IGNORECASE)
_ANNOTATED = frozenset({"java", "kotlin", "csharp", "scala", "php", "swift"})
"""Where an annotation makes a method a test, whatever its name: there every method of a test class counts, but for its fixtures."""
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_CONSTRUCTORS = frozenset({"__init__", "__new__", "constructor", "__construct", "initialize", "new"})  # a test says the class instead
_FILLERS = frozenset({"test", "spec", "it", "should"})


@lru_cache(1 << 12)
def is_test_file(path: str) -> bool:
    """Say whether a path is that of a test, or of something only tests use."""
    return bool(path_flags(path) & PathFlag.TEST)


def is_test(node: Node) -> bool:
    """Say whether a symbol is a test that a runner would find by its name."""
    if node.kind not in _FUNCTIONS:
        return False
    in_test_file = is_test_file(node.path)
    if not in_test_file and node.language != "rust":
        return False
    *outer, name = re.split(r"[.:]+", node.qualified_name)
    if not in_test_file and not {"test", "tests"} & set(outer):
        return False
    if node.language in _ANNOTATED and outer and _TEST_CLASS.search(outer[-1]):
        return not _FIXTURE.match(name)
    if node.language == "rust" and outer:
        return True  # what #[cfg(test)] holds, under the name that everybody gives it
    return _PREFIX.match(name) is not None


@lru_cache(1 << 14)
def words(name: str) -> list[str]:
    """Split an identifier into its words, in lower case and the singular: ``test_HTTPServers2`` is test, http, server, 2."""
    found = (word.lower() for word in _WORDS.findall(name))
    return [word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word for word in found]


def subject_edges(graph: FileGraph) -> list[Edge]:
    """Return the ``tests`` edges of one file's resolved graph: of each test the named subjects first, then by line.

    The candidates of a possible call stay together, also those that are tests or somebody else's code, as long as one is neither.
    """
    nodes = {node.handle: node for node in graph.nodes}
    tests = [node for node in graph.nodes if is_test(node)]
    whole_file = is_test_file(graph.path)
    if not tests and not whole_file:
        return []
    places = _Places(tests)
    own = {node.handle for node in tests}
    sites: dict[tuple[str, int, int], list[Edge]] = defaultdict(list)
    for edge in graph.edges:
        if edge.kind in _CALLS and edge.evidence in _RESOLVED:
            sites[edge.source, edge.start_byte, edge.line].append(edge)
    found: list[tuple[Handle, int, Edge]] = []
    for edges in sites.values():
        source = places.around(edges[0])
        if source is None:
            block = nodes.get(edges[0].source)
            if block is None or block.kind not in _BLOCKS or not whole_file or block.language not in _WRITTEN_AS_CALLS:
                continue
            source = block
        if any(_is_subject(edge.target, own) for edge in edges):
            found += [(source.handle, *_tests(source, edge)) for edge in edges]
    found.sort(key=lambda item: (item[0], item[1], item[2].line, item[2].target))
    kept: dict[tuple[Handle, Handle, Evidence, int], Edge] = {}
    for handle, _, edge in found:
        # A call that is repeated says nothing new; one of several candidates belongs to its own place.
        kept.setdefault((handle, edge.target, edge.evidence, -1 if edge.evidence is Evidence.PROVEN else edge.start_byte), edge)
    return list(kept.values())


def subject_rows(path: str, nodes: Sequence[Node], rows: Iterable[EdgeRow]) -> list[EdgeRow]:
    """Return the ``tests`` edges of one file, as ``subject_edges``, without making an object of each of its edges."""
    if not is_test_file(path) and not any(map(is_test, nodes)):
        return []
    calls = [Edge(*row) for row in rows if row[0] in _CALLS and row[1] in _RESOLVED]
    return list(map(_EDGE_ROW, subject_edges(FileGraph(path, nodes, calls)))) if calls else []


class _Places:
    """The outermost test around a line of a file."""

    def __init__(self, tests: Sequence[Node]) -> None:
        self._tests: list[Node] = []
        for node in sorted(tests, key=lambda node: (node.start_line, -node.end_line)):
            if not self._tests or node.start_line > self._tests[-1].end_line:
                self._tests.append(node)
        self._starts = [node.start_line for node in self._tests]
        self._by_handle = {node.handle: node for node in tests}

    def around(self, edge: Edge) -> Node | None:
        """Return the test that an edge's place is in."""
        at = bisect_right(self._starts, edge.line) - 1
        around = self._tests[at] if at >= 0 and edge.line <= self._tests[at].end_line else None
        return around or self._by_handle.get(edge.source)


def _is_subject(target: Handle, own: set[Handle]) -> bool:
    if target.startswith((EXTERNAL, UNKNOWN)) or target in own:
        return False
    return not is_test_file(target.partition("#")[0])


def _tests(source: Node, edge: Edge) -> tuple[int, Edge]:
    rank = _rank(source, edge.target)
    rule = ("tests:named", "tests:unit", "tests:called")[rank]
    return rank, replace(edge, kind=EdgeKind.TESTS, source=source.handle, rule=rule)


def _rank(source: Node, target: Handle) -> int:
    """Return 0 where the test's own name says the target's, 1 where its class or file says the target, its class or its file, else 2."""
    path, _, qualified = target.partition("#")
    *outer, name = re.split(r"[.:]+", qualified.partition("~")[0])
    if name in _CONSTRUCTORS and outer:
        name = outer.pop()
    *around, own = re.split(r"[.:]+", source.qualified_name)
    if name and source.kind in _FUNCTIONS and _says(words(own), words(name)):
        return 0
    stem = path.rpartition("/")[2].partition(".")[0]
    file = words(source.path.rpartition("/")[2].partition(".")[0])
    for unit in (name, *outer, stem):
        if unit and (any(_says(words(scope), words(unit)) for scope in around) or _without_fillers(file) == words(unit)):
            return 1
    return 2


def _without_fillers(found: list[str]) -> list[str]:
    return [word for word in found if word not in _FILLERS]


def _says(test: list[str], target: list[str]) -> bool:
    """Say whether all words of the target stand in a row in the test's name."""
    test = _without_fillers(test)
    return bool(target) and any(test[at : at + len(target)] == target for at in range(len(test) - len(target) + 1))
