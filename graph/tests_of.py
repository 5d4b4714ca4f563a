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
from functools import lru_cache
from itertools import starmap
from operator import attrgetter, itemgetter

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
_DOTS = re.compile(r"[.:]+")
_RULES = ("tests:named", "tests:unit", "tests:called")


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
    *outer, name = _DOTS.split(node.qualified_name)
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
    return list(starmap(Edge, subject_rows(graph.path, graph.nodes, map(_EDGE_ROW, graph.edges))))


def subject_rows(path: str, nodes: Sequence[Node], rows: Iterable[EdgeRow]) -> list[EdgeRow]:
    """Return the ``tests`` edges of one file, as ``subject_edges``, without making an object of each of its edges."""
    tests, whole_file = [node for node in nodes if is_test(node)], is_test_file(path)
    if not tests and not whole_file:
        return []
    by_handle = {node.handle: node for node in nodes}
    places, own = _Places(tests), {node.handle for node in tests}
    sites: dict[tuple[str, int, int], list[EdgeRow]] = defaultdict(list)
    for row in rows:
        if row[0] in _CALLS and row[1] in _RESOLVED:
            sites[row[3], row[7], row[6]].append(row)
    kept: dict[tuple[Handle, Handle, Evidence, int], tuple[int, int, Node, EdgeRow]] = {}
    for number, calls in enumerate(sites.values()):
        source = places.around(calls[0][6], calls[0][3])
        if source is None:
            block = by_handle.get(calls[0][3])
            if block is None or block.kind not in _BLOCKS or not whole_file or block.language not in _WRITTEN_AS_CALLS:
                continue
            source = block
        if any(_is_subject(row[4], own) for row in calls):
            for row in calls:
                # A call that is repeated says nothing new; one of several candidates belongs to its own place.
                key = (source.handle, row[4], row[1], -1 if row[1] is Evidence.PROVEN else row[7])
                if key not in kept or row[6] < kept[key][0]:
                    kept[key] = (row[6], number, source, row)
    found = [(source.handle, _rank(source, row[4]), line, row[4], number, row) for line, number, source, row in kept.values()]
    found.sort(key=itemgetter(0, 1, 2, 3, 4))
    return [(EdgeKind.TESTS, row[1], _RULES[rank], source, *row[4:]) for source, rank, _, _, _, row in found]


class _Places:
    """The outermost test around a line of a file."""

    def __init__(self, tests: Sequence[Node]) -> None:
        self._tests: list[Node] = []
        for node in sorted(tests, key=lambda node: (node.start_line, -node.end_line)):
            if not self._tests or node.start_line > self._tests[-1].end_line:
                self._tests.append(node)
        self._starts = [node.start_line for node in self._tests]
        self._by_handle = {node.handle: node for node in tests}

    def around(self, line: int, source: Handle) -> Node | None:
        """Return the test that a line is in, or else the one that an edge starts at."""
        at = bisect_right(self._starts, line) - 1
        around = self._tests[at] if at >= 0 and line <= self._tests[at].end_line else None
        return around or self._by_handle.get(source)


def _is_subject(target: Handle, own: set[Handle]) -> bool:
    if target.startswith((EXTERNAL, UNKNOWN)) or target in own:
        return False
    return not is_test_file(target.partition("#")[0])


def _rank(source: Node, target: Handle) -> int:
    """Return 0 where the test's own name says the target's, 1 where its class or file says the target, its class or its file, else 2."""
    own, around, file = _names_of_test(source.qualified_name, source.path)
    name, units = _names_of_target(target)
    if source.kind in _FUNCTIONS and _says(own, name):
        return 0
    return 1 if any(file == unit or any(_says(scope, unit) for scope in around) for unit in units) else 2


@lru_cache(1 << 12)
def _names_of_test(qualified_name: str, path: str) -> tuple[list[str], list[list[str]], list[str]]:
    """Return the words of a test's name, of the names of what stands around it, and of its file, all without fillers."""
    *around, own = (_without_fillers(words(name)) for name in _DOTS.split(qualified_name))
    return own, around, _without_fillers(words(_stem(path)))


@lru_cache(1 << 14)
def _names_of_target(target: Handle) -> tuple[list[str], list[list[str]]]:
    """Return the words of a target's name, and those of it, of what is around it and of its file; a constructor has its class's name."""
    path, _, qualified = target.partition("#")
    *outer, name = _DOTS.split(qualified.partition("~")[0])
    if name in _CONSTRUCTORS and outer:
        name = outer.pop()
    return words(name), [words(each) for each in (name, *outer, _stem(path)) if each]


def _stem(path: str) -> str:
    return path.rpartition("/")[2].partition(".")[0]


def _without_fillers(found: list[str]) -> list[str]:
    return [word for word in found if word not in _FILLERS]


def _says(test: list[str], target: list[str]) -> bool:
    """Say whether all words of the target stand in a row in the test's name."""
    return bool(target) and any(word == target[0] and test[at : at + len(target)] == target for at, word in enumerate(test))
