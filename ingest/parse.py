"""Text of a programming language to definitions, references, imports, inheritance and docs, by tree-sitter.

The only module that imports tree-sitter. A grammar is loaded on first use and kept for the life of the process. One query per language is
run once over the tree: on Django's 18 MB of Python that costs a third of the parsing itself, whatever the number of patterns.

The GIL is held while parsing, so callers that want both cores use processes.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from operator import itemgetter
from typing import Literal

from tree_sitter import Language, Node, Parser, Query, QueryCursor, QueryPredicate, Range, Tree

from ingest.languages.registry import LANGUAGES, LanguageSpec, query_source
from ingest.matches import Found, Pattern, collect, line_of, read_pattern, references
from ingest.model import Extraction, LanguageId, Supertype, Symbol, SymbolKind, find_owners
from ingest.symbols import CODE_KINDS, TYPE_KINDS, nest

PARSE_SECONDS = 10.0
"""A file whose grammar or query takes longer is given up: a few grammars are exponential on hostile text."""

_WATCHED_BYTES = 64 * 1024  # smaller files are parsed without the deadline callback, which costs 5 % of the parse
_LARGE_NODE = 1_500  # bytes; statements inside a larger node are offered as breaks
_OPENED = TYPE_KINDS | {SymbolKind.MODULE}  # what an extension or an instance may stand apart from
_SCRIPT_BEGIN = re.compile(rb"<script\b[^>]{0,500}>", re.IGNORECASE)
_SCRIPT_END = re.compile(rb"</script\s*>", re.IGNORECASE)
_MAX_ERROR_CHILDREN = 20_000  # 0.4 s of query time; 100,000 take 6 s and a whole file of brackets 20 minutes


KeepTree = Callable[[Node], None]
"""Told the root of the syntax tree that facts were taken from."""


class ParseTimeoutError(Exception):
    """The grammar did not finish within ``PARSE_SECONDS``, or its query would not."""


@dataclass(frozen=True, slots=True)
class _Machine:
    """A language's grammar and query, ready to run, and what each pattern of the query means."""

    spec: LanguageSpec
    parser: Parser
    query: Query
    patterns: list[Pattern]


@cache
def _machine(language: LanguageId) -> _Machine:
    spec = LANGUAGES[language]
    grammar = Language(getattr(import_module(spec.grammar), spec.factory)())  # pyright: ignore[reportDeprecated]
    query = Query(grammar, query_source(language))
    names = [query.capture_name(index) for index in range(query.capture_count)]
    patterns = [
        read_pattern(pattern, [name for index, name in enumerate(names) if _captures(query, pattern, index)])
        for pattern in range(query.pattern_count)
    ]
    return _Machine(spec, Parser(grammar), query, patterns)


def _captures(query: Query, pattern: int, capture: int) -> bool:
    try:
        query.capture_quantifier(pattern, capture)
    except SystemError:  # how the binding says that the pattern has no such capture
        return False
    return True


def parse(language: LanguageId, text: bytes, keep: KeepTree = lambda _: None) -> Extraction:
    """Extract what the language's query file names from ``text``. ``keep`` is told the tree, unless it is of scripts in another format.

    Raises ``ParseTimeoutError`` when the grammar does not finish, ``KeyError`` for a language without a grammar.
    """
    machine = _machine(language)
    if machine.spec.script_tag:
        return _parse_scripts(machine, text)
    tree = _tree(machine, text)
    found = _extract(machine, text, tree)
    keep(tree.root_node)
    return found


def syntax_tree(language: LanguageId, text: bytes) -> Node:
    """Return the root of the text's syntax tree; of a host format, that of its scripts.

    Raises ``ParseTimeoutError`` when the grammar does not finish, ``KeyError`` for a language without a grammar.
    """
    machine = _machine(language)
    if not machine.spec.script_tag:
        return _tree(machine, text).root_node
    end = text.count(b"\n"), len(text) - text.rfind(b"\n") - 1
    machine.parser.included_ranges = list(_ranges(text)) or [Range(end, end, len(text), len(text))]
    try:
        return _tree(machine, text).root_node
    finally:
        machine.parser.included_ranges = []


def parse_only(language: LanguageId, text: bytes) -> int:
    """Parse and extract nothing; return the number of bytes. The floor that benchmarks measure against."""
    _machine(language).parser.parse(text)
    return len(text)


def _parse_scripts(machine: _Machine, text: bytes) -> Extraction:
    ranges = list(_ranges(text))
    if not ranges:
        return Extraction()
    machine.parser.included_ranges = ranges
    try:
        return _extract(machine, text, _tree(machine, text))
    finally:
        machine.parser.included_ranges = []


def _scripts(text: bytes) -> Iterable[tuple[int, int]]:
    """Yield the span inside each script block. One pattern for the whole block would be quadratic in blocks that never end."""
    at = 0
    while (begin := _SCRIPT_BEGIN.search(text, at)) and (end := _SCRIPT_END.search(text, begin.end())):
        yield begin.end(), end.start()
        at = end.end()


def _ranges(text: bytes) -> Iterable[Range]:
    """Yield each script that is not empty as the parser wants it: with the row and the column of both ends."""
    row = line = at = 0
    for start, end in _scripts(text):
        points: list[tuple[int, int]] = []
        for byte in (start, end):
            row += text.count(b"\n", at, byte)
            line = text.rfind(b"\n", at, byte) + 1 or line
            at = byte
            points.append((row, byte - line))
        if end > start:
            yield Range(points[0], points[1], start, end)


def _tree(machine: _Machine, text: bytes) -> Tree:
    parser = machine.parser
    if len(text) < _WATCHED_BYTES and not machine.spec.watched:
        return parser.parse(text)
    deadline = time.monotonic() + PARSE_SECONDS
    view = memoryview(text)
    try:
        return parser.parse(lambda byte, _point: view[byte:], progress_callback=lambda _byte, _error: time.monotonic() > deadline)
    except ValueError as error:  # the binding's only word for "the callback stopped me"
        parser.reset()
        raise ParseTimeoutError(f"the grammar did not finish {len(text):,} bytes in {PARSE_SECONDS:.0f} s") from error


def _extract(machine: _Machine, text: bytes, tree: Tree) -> Extraction:
    root = tree.root_node
    errors = _count_errors(root) if root.has_error else 0
    # No progress callback here: in py-tree-sitter 0.26.1 one given to matches() ends in a segmentation fault. A query that does not
    # finish is caught one level up, where the pool replaces a worker that is silent for too long (ingest/pool.py).
    matches = QueryCursor(machine.query).matches(root, _predicate(text))
    found = collect(machine.spec, machine.patterns, text, matches)
    definitions = [definition for definition, _, _ in found.definitions]
    symbols = tuple(nest(machine.spec, definitions, found.comments, text))
    return Extraction(
        symbols=symbols,
        references=references(machine.spec, machine.patterns, found, text, symbols),
        imports=tuple(dict.fromkeys(each for _, each in found.imports.values())),
        supertypes=tuple(_supertypes(found, symbols)),
        find_breaks=lambda: _breaks(root, text),
        syntax_errors=errors,
    )


def _predicate(text: bytes) -> QueryPredicate:
    """Return what decides ``(#text? @capture "regular expression")``: the whole captured text must match.

    The binding's own predicates read the text through the tree, and in py-tree-sitter 0.26.1 that is a segmentation fault when the tree was
    parsed through a callback, as large files are. So query files use this one only.
    """

    def decide(
        predicate: str, args: list[tuple[str, Literal["capture", "string"]]], pattern_index: int, captures: dict[str, list[Node]]
    ) -> bool:
        if predicate != "text?":
            raise ValueError(f"a query file asks for #{predicate}, and only #text? is known")
        node = captures[args[0][0]][0]
        return _regex(args[1][0]).fullmatch(text[node.start_byte : node.end_byte]) is not None

    return decide


@cache
def _regex(pattern: str) -> re.Pattern[bytes]:
    return re.compile(pattern.encode())


def _supertypes(found: Found, symbols: Sequence[Symbol]) -> Iterable[Supertype]:
    """Give each base to the definition around it, or to the type it names as its subtype when this file defines that."""
    types = {(symbol.parent, symbol.name): index for index, symbol in enumerate(symbols) if symbol.kind in TYPE_KINDS}
    opened = {symbol.qualified_name: index for index, symbol in reversed(list(enumerate(symbols))) if symbol.kind in _OPENED}
    bases = sorted(dict.fromkeys(found.supertypes), key=itemgetter(0))
    owners = find_owners(symbols, [start for start, *_ in bases])
    for (_, name, kind, line, subtype), owner in zip(bases, owners, strict=True):
        symbol = owner
        if subtype:
            symbol = types.get((symbol, subtype), opened.get(subtype, -1))
        if symbol >= 0 and symbols[symbol].kind not in CODE_KINDS:
            yield Supertype(symbol, name.partition("<")[0].rstrip(), kind, line)


def _breaks(root: Node, text: bytes) -> tuple[int, ...]:
    """Return starts of lines on which a statement begins: all at top level, and those inside nodes too large for one chunk."""
    starts: set[int] = set()
    pending = [root]
    while pending:
        node = pending.pop()
        for child in node.named_children:
            start = child.start_byte
            line = line_of(text, start)
            if line is not None:
                starts.add(line)
            if child.end_byte - start > _LARGE_NODE:
                pending.append(child)
    return tuple(sorted(starts))


def _count_errors(root: Node) -> int:
    """Count places the grammar could not follow, walking only subtrees that hold one.

    Raises ``ParseTimeoutError`` for one so wide that the query would not finish: its time is quadratic in an error's children.
    """
    errors = 0
    pending = [root]
    while pending:
        node = pending.pop()
        if node.is_error or node.is_missing:
            errors += 1
            if node.child_count > _MAX_ERROR_CHILDREN:
                raise ParseTimeoutError(f"the grammar could not follow {node.end_byte - node.start_byte:,} bytes of it")
        else:
            pending.extend(child for child in node.children if child.has_error or child.is_missing)
    return errors
