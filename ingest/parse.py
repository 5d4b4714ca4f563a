"""Text of a programming language to definitions, references, imports, inheritance and docs, by tree-sitter.

The only module that imports tree-sitter. A grammar is loaded on first use and kept for the life of the process. One query per language is
run once over the tree: on Django's 18 MB of Python that costs a third of the parsing itself, whatever the number of patterns.

The GIL is held while parsing, so callers that want both cores use processes.
"""

from __future__ import annotations

import re
import time
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Literal

from tree_sitter import Language, Node, Parser, Query, QueryCursor, QueryPredicate, Range, Tree

from ingest.languages.registry import LANGUAGES, LanguageSpec, query_source
from ingest.lines import find_newlines
from ingest.model import Extraction, Import, LanguageId, Reference, ReferenceKind, Supertype, SupertypeKind, Symbol, SymbolKind
from ingest.owners import Owners
from ingest.symbols import CODE_KINDS, FUNCTION_KINDS, TYPE_KINDS, Comments, Definition, InnerDoc, nest

PARSE_SECONDS = 10.0
"""A file whose grammar or query takes longer is given up: a few grammars are exponential on hostile text."""

_WATCHED_BYTES = 64 * 1024  # smaller files are parsed without the deadline callback, which costs 5 % of the parse
_LARGE_NODE = 1_500  # bytes; statements inside a larger node are offered as breaks
_SIGNATURE = 300
_DOC = 1_200
_RECEIVER = 400
_OPENED = TYPE_KINDS | {SymbolKind.MODULE}  # what an extension or an instance may stand apart from
_SCRIPT_BEGIN = re.compile(rb"<script\b[^>]{0,500}>", re.IGNORECASE)
_SCRIPT_END = re.compile(rb"</script\s*>", re.IGNORECASE)
_MAX_ERROR_CHILDREN = 20_000  # 0.4 s of query time; 100,000 take 6 s and a whole file of brackets 20 minutes
_MAX_INDENT = 1_000  # bytes; looking further back for a line's start would be quadratic in a file of one huge line


class ParseTimeoutError(Exception):
    """The grammar did not finish within ``PARSE_SECONDS``, or its query would not."""


@dataclass(slots=True)
class _Found:
    definitions: list[tuple[Definition, Node, Node | None]] = field(default_factory=list[tuple[Definition, Node, "Node | None"]])
    references: list[tuple[int, int, str, str, ReferenceKind]] = field(default_factory=list[tuple[int, int, str, str, ReferenceKind]])
    imports: dict[tuple[int, int], tuple[int, Import]] = field(default_factory=dict[tuple[int, int], tuple[int, Import]])
    supertypes: list[tuple[int, str, SupertypeKind, int, str]] = field(default_factory=list[tuple[int, str, SupertypeKind, int, str]])
    comments: Comments = field(default_factory=Comments)
    annotations: dict[int, int] = field(default_factory=dict[int, int])  # end byte by start byte
    names: set[int] = field(default_factory=set[int])  # where definitions are named, so that no pattern counts that as a use


@dataclass(frozen=True, slots=True)
class _Machine:
    """A language's grammar and query, ready to run, with each capture name's meaning looked up once."""

    spec: LanguageSpec
    parser: Parser
    query: Query
    definitions: dict[str, SymbolKind]
    uses: list[tuple[str, ReferenceKind] | None]
    """By pattern: the capture that is a use, and its kind; None for a pattern that is no use."""
    supertypes: dict[str, SupertypeKind]


@cache
def _machine(language: LanguageId) -> _Machine:
    spec = LANGUAGES[language]
    grammar = Language(getattr(import_module(spec.grammar), spec.factory)())  # pyright: ignore[reportDeprecated]
    query = Query(grammar, query_source(language))
    names = [query.capture_name(index) for index in range(query.capture_count)]
    return _Machine(
        spec=spec,
        parser=Parser(grammar),
        query=query,
        definitions={name: SymbolKind(name.partition(".")[2]) for name in names if name.startswith("definition.")},
        uses=[_use(query, pattern, names) for pattern in range(query.pattern_count)],
        supertypes={name: SupertypeKind(name.partition(".")[2]) for name in names if name.startswith("supertype.")},
    )


def _use(query: Query, pattern: int, names: list[str]) -> tuple[str, ReferenceKind] | None:
    for index, name in enumerate(names):
        if name.startswith("reference.") and _captures(query, pattern, index):
            return name, ReferenceKind(name.partition(".")[2])
    return None


def _captures(query: Query, pattern: int, capture: int) -> bool:
    try:
        query.capture_quantifier(pattern, capture)
    except SystemError:  # how the binding says that the pattern has no such capture
        return False
    return True


def parse(language: LanguageId, text: bytes) -> Extraction:
    """Extract what the language's query file names from ``text``.

    Raises ``ParseTimeoutError`` when the grammar does not finish, ``KeyError`` for a language without a grammar.
    """
    machine = _machine(language)
    if machine.spec.script_tag:
        return _parse_scripts(machine, text)
    return _extract(machine, text, _tree(machine, text))


def syntax_tree(language: LanguageId, text: bytes) -> Node:
    """Return the root of the text's syntax tree; of a host format, that of its scripts.

    Raises ``ParseTimeoutError`` when the grammar does not finish, ``KeyError`` for a language without a grammar.
    """
    machine = _machine(language)
    if not machine.spec.script_tag:
        return _tree(machine, text).root_node
    newlines = find_newlines(text)
    ranges = [_range(newlines, start, end) for start, end in _scripts(text) if end > start]
    machine.parser.included_ranges = ranges or [_range(newlines, len(text), len(text))]
    try:
        return _tree(machine, text).root_node
    finally:
        machine.parser.included_ranges = []


def parse_only(language: LanguageId, text: bytes) -> int:
    """Parse and extract nothing; return the number of bytes. The floor that benchmarks measure against."""
    _machine(language).parser.parse(text)
    return len(text)


def _parse_scripts(machine: _Machine, text: bytes) -> Extraction:
    newlines = find_newlines(text)
    ranges = [_range(newlines, start, end) for start, end in _scripts(text) if end > start]
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


def _range(newlines: Sequence[int], start: int, end: int) -> Range:
    def point(byte: int) -> tuple[int, int]:
        row = bisect_left(newlines, byte)
        return row, byte - (newlines[row - 1] + 1 if row else 0)

    return Range(point(start), point(end), start, end)


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
    found = _run_query(machine, text, root)
    newlines = find_newlines(text)
    for definition, node, body in found.definitions:
        if definition.kind is not None:
            definition.signature = _signature(definition.kind, node, body, text, found.annotations)
    symbols, owners = nest(machine.spec, [definition for definition, _, _ in found.definitions], found.comments, newlines)
    return Extraction(
        symbols=tuple(symbols),
        references=tuple(_references(machine.spec, found, owners, newlines)),
        imports=tuple(dict.fromkeys(each for _, each in found.imports.values())),
        supertypes=tuple(_supertypes(found, symbols, owners)),
        breaks=_breaks(root, text),
        syntax_errors=errors,
    )


def _run_query(machine: _Machine, text: bytes, root: Node) -> _Found:
    # No progress callback here: in py-tree-sitter 0.26.1 one given to matches() ends in a segmentation fault. A query that does not
    # finish is caught one level up, where the pool replaces a worker that is silent for too long (ingest/pool.py).
    matches = QueryCursor(machine.query).matches(root, _predicate(text))
    found = _Found()
    uses, append = machine.uses, found.references.append
    for pattern, captures in matches:
        use = uses[pattern]
        if use is None or use[0] not in captures:
            _collect(machine, text, pattern, captures, found)
            continue
        label, kind = use
        node = captures[label][0]
        start = node.start_byte
        receiver = captures.get("receiver")
        before = text[receiver[0].start_byte : receiver[-1].end_byte][:_RECEIVER].decode("utf-8", "replace") if receiver else ""
        append((start, pattern, text[start : node.end_byte].decode("utf-8", "replace"), before, kind))
    return found


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


def _collect(machine: _Machine, text: bytes, pattern: int, captures: dict[str, list[Node]], found: _Found) -> None:
    for label, nodes in captures.items():
        if label in machine.definitions or label == "scope":
            names = captures.get("name")
            name = names[0] if names else nodes[0].child_by_field_name("name")
            if name is not None and _text(text, name).strip(machine.spec.quotes):
                found.definitions.append(_definition(machine, text, pattern, label, name, captures))
                found.names.add(name.start_byte)
        elif label in machine.supertypes:
            kind = machine.supertypes[label]
            container = captures.get("container")
            subtype = _text(text, container[0]) if container else ""
            found.supertypes.extend(
                (node.start_byte, _text(text, node).partition("<")[0], kind, node.start_point.row + 1, subtype) for node in nodes
            )
        elif label == "doc":
            found.comments.outside.extend(_comments(text, nodes, captures.get("doc.place")))
        elif label == "doc.inside":
            place = captures.get("doc.place", nodes)[0].start_byte
            found.comments.inside.extend(InnerDoc(place, _text(text, node, _DOC * 2)) for node in nodes)
        elif label == "attribute":
            found.comments.attributes.extend((node.start_point.row, _last_row(node), node.start_byte) for node in nodes)
        elif label == "annotation":
            found.annotations.update((node.start_byte, node.end_byte) for node in nodes)
        elif label == "ignored":
            found.names.update(node.start_byte for node in nodes)
    if "import.module" in captures or "import.name" in captures:
        _collect_import(machine.spec, text, pattern, captures, found)


def _collect_import(spec: LanguageSpec, text: bytes, pattern: int, captures: dict[str, list[Node]], found: _Found) -> None:
    starts = {label: nodes[0].start_byte for label, nodes in captures.items()}
    found.names.update(start for label, start in starts.items() if label.startswith("import."))
    named = next((starts[label] for label in ("import.name", "import.default", "import.wildcard", "import.self") if label in starts), -1)
    key = (starts.get("import.module", -1), named)
    if key not in found.imports or pattern < found.imports[key][0]:  # of two patterns for one import the first one written wins
        found.imports[key] = (pattern, _import(spec, text, captures))


def _comments(text: bytes, nodes: list[Node], place: list[Node] | None) -> Iterable[tuple[int, int, str]]:
    for node in nodes:
        at = place[0] if place else node
        if _starts_line(text, at):
            yield at.start_point.row, _last_row(at), _text(text, node, _DOC * 2)


def _starts_line(text: bytes, node: Node) -> bool:
    return _line_of(text, node.start_byte) is not None


def _line_of(text: bytes, start: int) -> int | None:
    """Return where the line begins on which only white space stands before ``start``, or None."""
    nearest = max(0, start - _MAX_INDENT)
    newline = text.rfind(b"\n", nearest, start)
    if newline < 0 and nearest:
        return None
    return None if text[newline + 1 : start].strip() else newline + 1


def _last_row(node: Node) -> int:
    """Return the row of the node's last character; a node that swallows its line break ends at column 0 of the next row."""
    row, column = node.end_point
    return row - 1 if column == 0 and row > node.start_point.row else row


def _definition(
    machine: _Machine, text: bytes, pattern: int, label: str, name: Node, captures: dict[str, list[Node]]
) -> tuple[Definition, Node, Node | None]:
    node = outer = captures[label][0]
    wrappers = machine.spec.wrappers
    while wrappers and (parent := outer.parent) is not None and parent.type in wrappers:
        outer = parent
    start, end = outer.start_byte, outer.end_byte
    if text[end - 1 : end].isspace():  # layout grammars end a block where the next one starts
        end = start + len(text[start:end].rstrip())
    if "to_end" in captures and outer.parent:
        end = outer.parent.end_byte
    container, bodies = captures.get("container"), captures.get("body")
    body = bodies[0] if bodies else _body(machine.spec, node)
    definition = Definition(
        name=_text(text, name).strip(machine.spec.quotes),
        kind=machine.definitions.get(label),
        start=start,
        end=end,
        row=outer.start_point.row,
        named=name.start_byte,
        pattern=pattern,
        container=".".join(_text(text, each) for each in container) if container else "",
        body=body.start_byte if body is not None else -1,
        member="member" in captures,
    )
    return definition, node, body


def _body(spec: LanguageSpec, node: Node) -> Node | None:
    """Return the ``body`` field, or the child the language says is one where the grammar has no such field."""
    body = node.child_by_field_name("body")
    if body is None and spec.bodies:
        return next((child for child in node.named_children if child.type in spec.bodies), None)
    return body


def _import(spec: LanguageSpec, text: bytes, captures: dict[str, list[Node]]) -> Import:
    def part(label: str) -> str:
        return spec.separator.join(_unquoted(_text(text, node), spec.quotes) for node in captures.get(label, ()))

    node = next(iter(captures.values()))[0]
    module, name, alias = part("import.module"), part("import.name"), part("import.alias")
    if "import.wildcard" in captures:
        name = "*"
    elif "import.default" in captures:
        name, alias = "default", part("import.default")
    elif spec.names_last and not name:
        module, _, name = module.rpartition(spec.separator)
    return Import(module=module, name=name, alias=alias, line=node.start_point.row + 1)


def _unquoted(name: str, quotes: str) -> str:
    if name.startswith("<"):
        return name[1:-1]
    quotes = "\"'`" + quotes
    return name.strip(quotes) if name[:1] in quotes else name


def _text(text: bytes, node: Node, limit: int = 400) -> str:
    start = node.start_byte
    return text[start : min(node.end_byte, start + limit)].decode("utf-8", "replace")


def _signature(kind: SymbolKind | None, node: Node, body: Node | None, text: bytes, annotations: dict[int, int]) -> str:
    """Return the definition without its body and the annotations at its head, on one line."""
    start = node.start_byte
    while start in annotations:
        start = annotations[start]
        while text[start : start + 1].isspace():
            start += 1
    if body is None:
        end = node.end_byte if kind in FUNCTION_KINDS else _line_end(text, start, node.end_byte)
    else:
        end = body.start_byte
        if b"\n" in text[start:end]:  # a comment that opens the body may stand before its node
            before = body.prev_sibling
            while before is not None and before.is_extra:
                end, before = before.start_byte, before.prev_sibling
    line = " ".join(text[start : min(end, start + _SIGNATURE * 2)].decode("utf-8", "replace").split())
    return line.rstrip(" {=:;,").removesuffix("=>").rstrip()[:_SIGNATURE]


def _line_end(text: bytes, start: int, end: int) -> int:
    found = text.find(b"\n", start, end)
    return end if found < 0 else found


def _references(spec: LanguageSpec, found: _Found, owners: Owners, newlines: list[int]) -> Iterable[Reference]:
    seen = -1
    names, quotes, syntax = found.names, spec.quotes, spec.syntax
    for start, _, name, receiver, kind in sorted(found.references):
        bare = name.strip(quotes) if quotes else name
        if start != seen and bare and start not in names and (receiver or name not in syntax):  # of two patterns the first one wins
            yield Reference(bare, receiver.rstrip("."), kind, bisect_right(newlines, start) + 1, start, owners.of(start))
        seen = start


def _supertypes(found: _Found, symbols: Sequence[Symbol], owners: Owners) -> Iterable[Supertype]:
    """Give each base to the definition around it, or to the type it names as its subtype when this file defines that."""
    types = {(symbol.parent, symbol.name): index for index, symbol in enumerate(symbols) if symbol.kind in TYPE_KINDS}
    opened = {symbol.qualified_name: index for index, symbol in reversed(list(enumerate(symbols))) if symbol.kind in _OPENED}
    for start, name, kind, line, subtype in dict.fromkeys(found.supertypes):
        symbol = owners.of(start)
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
            line = _line_of(text, start)
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
