"""Text of a programming language to definitions, references, imports, inheritance and docs, by tree-sitter.

The only module that imports tree-sitter. A grammar is loaded on first use and kept for the life of the process. One query per language is
run once over the tree: on Django's 18 MB of Python that costs a third of the parsing itself, whatever the number of patterns.

The GIL is held while parsing, so callers that want both cores use processes.
"""

from __future__ import annotations

import re
import time
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Literal, NamedTuple

from tree_sitter import Language, Node, Parser, Query, QueryCursor, QueryPredicate, Range, Tree

from ingest.comments import clean_comment, shorten
from ingest.languages.registry import LANGUAGES, LanguageSpec, query_source
from ingest.model import Extraction, Import, LanguageId, Reference, ReferenceKind, Supertype, SupertypeKind, Symbol, SymbolKind
from ingest.owners import Owners

PARSE_SECONDS = 10.0
"""A file whose grammar or query takes longer is given up: a few grammars are exponential on hostile text."""

_WATCHED_BYTES = 64 * 1024  # smaller files are parsed without the deadline callback, which costs 5 % of the parse
_LARGE_NODE = 1_500  # bytes; statements inside a larger node are offered as breaks
_SIGNATURE = 300
_DOC = 1_200
_RECEIVER = 400
_TYPE_KINDS = frozenset({
    SymbolKind.CLASS,
    SymbolKind.INTERFACE,
    SymbolKind.TRAIT,
    SymbolKind.STRUCT,
    SymbolKind.ENUM,
    SymbolKind.TYPE,
    SymbolKind.PROPERTY,
})
_FUNCTION_KINDS = frozenset({SymbolKind.FUNCTION, SymbolKind.METHOD, SymbolKind.CONSTRUCTOR})
_SCRIPT = re.compile(rb"<script\b[^>]*>(.*?)</script\s*>", re.DOTALL | re.IGNORECASE)


class ParseTimeoutError(Exception):
    """The grammar did not finish within ``PARSE_SECONDS``."""


_Level = tuple[int, str, SymbolKind | None, int]  # end, qualified name, kind, index of the nearest symbol


class _Mark(NamedTuple):
    start: int
    end: int
    text: str


@dataclass(slots=True)
class _Definition:
    name: str
    kind: SymbolKind | None  # None is a scope: it names its members and is no symbol itself
    node: Node
    start: int
    end: int
    named: int  # where its name starts
    pattern: int
    container: str = ""
    body: Node | None = None
    member: bool = False  # of the type around the function that defines it


@dataclass(slots=True)
class _Found:
    definitions: list[_Definition] = field(default_factory=list[_Definition])
    references: list[tuple[int, int, str, str, ReferenceKind]] = field(default_factory=list[tuple[int, int, str, str, ReferenceKind]])
    imports: list[Import] = field(default_factory=list[Import])
    supertypes: list[tuple[int, str, SupertypeKind, int, str]] = field(default_factory=list[tuple[int, str, SupertypeKind, int, str]])
    comments: list[tuple[int, int, str]] = field(default_factory=list[tuple[int, int, str]])  # first row, last row, text
    attributes: list[tuple[int, int, int]] = field(default_factory=list[tuple[int, int, int]])  # first row, last row, start byte
    annotations: dict[int, int] = field(default_factory=dict[int, int])  # end byte by start byte
    inner_docs: list[_Mark] = field(default_factory=list[_Mark])
    names: set[int] = field(default_factory=set[int])  # where definitions are named, so that no pattern counts that as a use


@dataclass(frozen=True, slots=True)
class _Machine:
    """A language's grammar and query, ready to run, with each capture name's meaning looked up once."""

    spec: LanguageSpec
    parser: Parser
    query: Query
    definitions: dict[str, SymbolKind]
    references: dict[str, ReferenceKind]
    supertypes: dict[str, SupertypeKind]


@cache
def _machine(language: LanguageId) -> _Machine:
    spec = LANGUAGES[language]
    grammar = Language(getattr(import_module(spec.grammar), spec.factory)())  # pyright: ignore[reportDeprecated]  # the wheels hand out either form
    query = Query(grammar, query_source(language))
    names = [query.capture_name(index) for index in range(query.capture_count)]
    return _Machine(
        spec=spec,
        parser=Parser(grammar),
        query=query,
        definitions={name: SymbolKind(name.partition(".")[2]) for name in names if name.startswith("definition.")},
        references={name: ReferenceKind(name.partition(".")[2]) for name in names if name.startswith("reference.")},
        supertypes={name: SupertypeKind(name.partition(".")[2]) for name in names if name.startswith("supertype.")},
    )


def parse(language: LanguageId, text: bytes) -> Extraction:
    """Extract what the language's query file names from ``text``.

    Raises ``ParseTimeoutError`` when the grammar does not finish, ``KeyError`` for a language without a grammar.
    """
    machine = _machine(language)
    if machine.spec.script_tag:
        return _parse_scripts(machine, text)
    return _extract(machine, text, _tree(machine.parser, text))


def parse_only(language: LanguageId, text: bytes) -> int:
    """Parse and extract nothing; return the number of bytes. The floor that benchmarks measure against."""
    _machine(language).parser.parse(text)
    return len(text)


def _parse_scripts(machine: _Machine, text: bytes) -> Extraction:
    ranges = [_range(text, match.start(1), match.end(1)) for match in _SCRIPT.finditer(text) if match.end(1) > match.start(1)]
    if not ranges:
        return Extraction()
    machine.parser.included_ranges = ranges
    try:
        return _extract(machine, text, _tree(machine.parser, text))
    finally:
        machine.parser.included_ranges = []


def _range(text: bytes, start: int, end: int) -> Range:
    def point(byte: int) -> tuple[int, int]:
        return text.count(b"\n", 0, byte), byte - (text.rfind(b"\n", 0, byte) + 1)

    return Range(point(start), point(end), start, end)


def _tree(parser: Parser, text: bytes) -> Tree:
    if len(text) < _WATCHED_BYTES:
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
    found = _run_query(machine, text, root)
    newlines = [match.start() for match in re.finditer(b"\n", text)]
    symbols, owners = _symbols(machine.spec, found, text, newlines)
    return Extraction(
        symbols=tuple(symbols),
        references=tuple(_references(found, owners, newlines)),
        imports=tuple(dict.fromkeys(found.imports)),
        supertypes=tuple(_supertypes(found, symbols, owners)),
        breaks=_breaks(root, text),
        syntax_errors=_count_errors(root) if root.has_error else 0,
    )


def _run_query(machine: _Machine, text: bytes, root: Node) -> _Found:
    # No progress callback here: in py-tree-sitter 0.26.1 one given to matches() ends in a segmentation fault. A query that does not
    # finish is caught one level up, where the pool replaces a worker that is silent for too long (ingest/pipeline.py).
    matches = QueryCursor(machine.query).matches(root, _predicate(text))
    found = _Found()
    references = machine.references
    for pattern, captures in matches:
        for label, nodes in captures.items():
            reference = references.get(label)
            if reference is None:
                continue
            receiver = captures.get("receiver")
            node = nodes[0]
            start = node.start_byte
            before = text[receiver[0].start_byte : receiver[-1].end_byte][:_RECEIVER].decode("utf-8", "replace") if receiver else ""
            found.references.append((start, pattern, text[start : node.end_byte].decode("utf-8", "replace"), before, reference))
            break
        else:
            _collect(machine, text, pattern, captures, found)
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
            if names and names[0].start_byte < names[0].end_byte:  # a grammar makes up what it misses, with no text
                found.definitions.append(_definition(machine, text, pattern, label, captures))
                found.names.add(names[0].start_byte)
        elif label in machine.supertypes:
            kind = machine.supertypes[label]
            container = captures.get("container")
            subtype = _text(text, container[0]) if container else ""
            found.supertypes.extend(
                (node.start_byte, _text(text, node).partition("<")[0], kind, node.start_point.row + 1, subtype) for node in nodes
            )
        elif label == "doc":
            found.comments.extend(
                (node.start_point.row, _last_row(node), _text(text, node, _DOC * 2)) for node in nodes if _starts_line(text, node)
            )
        elif label == "doc.inside":
            found.inner_docs.extend(_Mark(node.start_byte, node.end_byte, _text(text, node, _DOC * 2)) for node in nodes)
        elif label == "attribute":
            found.attributes.extend((node.start_point.row, _last_row(node), node.start_byte) for node in nodes)
        elif label == "annotation":
            found.annotations.update((node.start_byte, node.end_byte) for node in nodes)
        elif label == "ignored":
            found.names.update(node.start_byte for node in nodes)
    if "import.module" in captures or "import.name" in captures:
        found.imports.append(_import(text, captures, machine.spec.separator))


def _starts_line(text: bytes, node: Node) -> bool:
    start = node.start_byte
    return not text[text.rfind(b"\n", 0, start) + 1 : start].strip()


def _last_row(node: Node) -> int:
    """Return the row of the node's last character; a node that swallows its line break ends at column 0 of the next row."""
    row, column = node.end_point
    return row - 1 if column == 0 and row > node.start_point.row else row


def _definition(machine: _Machine, text: bytes, pattern: int, label: str, captures: dict[str, list[Node]]) -> _Definition:
    node = outer = captures[label][0]
    name = captures["name"][0]
    container = captures.get("container")
    body = captures.get("body")
    while (parent := outer.parent) is not None and parent.type in machine.spec.wrappers:
        outer = parent
    return _Definition(
        name=_text(text, name),
        kind=machine.definitions.get(label),
        node=node,
        start=outer.start_byte,
        end=outer.parent.end_byte if "to_end" in captures and outer.parent else outer.end_byte,
        named=name.start_byte,
        pattern=pattern,
        container=".".join(_text(text, each) for each in container) if container else "",
        body=body[0] if body else node.child_by_field_name("body"),
        member="member" in captures,
    )


def _import(text: bytes, captures: dict[str, list[Node]], separator: str) -> Import:
    def part(label: str) -> str:
        return separator.join(_unquoted(_text(text, node)) for node in captures.get(label, ()))

    node = next(iter(captures.values()))[0]
    name, alias = part("import.name"), part("import.alias")
    if "import.wildcard" in captures:
        name = "*"
    elif "import.default" in captures:
        name, alias = "default", part("import.default")
    return Import(module=part("import.module"), name=name, alias=alias, line=node.start_point.row + 1)


def _unquoted(name: str) -> str:
    return name[1:-1] if name.startswith("<") else name.strip("\"'`")


def _text(text: bytes, node: Node, limit: int = 400) -> str:
    start = node.start_byte
    return text[start : min(node.end_byte, start + limit)].decode("utf-8", "replace")


def _symbols(spec: LanguageSpec, found: _Found, text: bytes, newlines: list[int]) -> tuple[list[Symbol], Owners]:
    """Nest the definitions, name them, and give each its kind, signature and doc."""
    ordered = _deduplicate(found.definitions)
    docs = _Docs(found, text)
    symbols: list[Symbol] = []
    spans: list[tuple[int, int, int]] = []
    stack: list[_Level] = []
    before = (-1, -1)
    for definition in ordered:
        span = (definition.start, definition.end)
        shared = span == before  # names that share a span are defined side by side, and what is used there is the first one's
        if shared:
            stack.pop()
        while stack and stack[-1][0] <= definition.start:
            stack.pop()
        before = span
        outer = _outer(definition, stack)
        outer_name, outer_kind, parent = (outer[1], outer[2], outer[3]) if outer else ("", SymbolKind.MODULE, -1)
        names = [part for part in re.split(r"::|\.|(?<=.)#", definition.name) if part] or [definition.name]
        path = [part for part in (outer_name, definition.container, *names) if part]
        qualified = ".".join(path)
        in_type = outer_kind is None or outer_kind in _TYPE_KINDS or bool(definition.container) or len(names) > 1
        kind = _kind(spec, definition.kind, names[-1], in_type=in_type)
        if kind is SymbolKind.VARIABLE and outer_kind in _FUNCTION_KINDS:
            kind = None  # a local variable
        index = parent
        if kind is not None:
            index = len(symbols)
            start, doc = docs.of(definition)
            symbols.append(
                Symbol(
                    name=names[-1],
                    qualified_name=qualified,
                    kind=kind,
                    start_line=bisect_right(newlines, start - 1) + 1,
                    end_line=bisect_right(newlines, max(definition.start, definition.end - 2)) + 1,
                    start_byte=start,
                    end_byte=definition.end,
                    parent=parent,
                    signature=_signature(definition, text, found.annotations),
                    doc=doc,
                )
            )
        if not shared:
            spans.append((symbols[-1].start_byte if kind is not None else definition.start, definition.end, index))
        stack.append((definition.end, qualified, kind, index))
    return symbols, Owners(spans)


def _outer(definition: _Definition, stack: list[_Level]) -> _Level | None:
    """Return what a definition is a member of: what encloses it, or the type around that function when it is a member of the type."""
    if definition.member:
        owner = next((level for level in reversed(stack) if level[2] not in _FUNCTION_KINDS), None)
        if owner and (owner[2] is None or owner[2] in _TYPE_KINDS):
            return owner
    return stack[-1] if stack else None


def _deduplicate(definitions: list[_Definition]) -> list[_Definition]:
    """Order by position, outermost first; of two patterns that match one name, the one written first wins."""
    first: dict[int, _Definition] = {}
    for definition in sorted(definitions, key=lambda each: each.pattern):
        first.setdefault(definition.named, definition)
    return sorted(first.values(), key=lambda each: (each.start, -each.end))


def _kind(spec: LanguageSpec, kind: SymbolKind | None, name: str, *, in_type: bool) -> SymbolKind | None:
    if kind in {SymbolKind.FUNCTION, SymbolKind.METHOD} and in_type:
        return SymbolKind.CONSTRUCTOR if name in spec.constructors else SymbolKind.METHOD
    if kind is SymbolKind.VARIABLE and not in_type and len(name) > 1 and name.isupper():
        return SymbolKind.CONSTANT
    return kind


def _signature(definition: _Definition, text: bytes, annotations: dict[int, int]) -> str:
    """Return the definition without its body and the annotations at its head, on one line."""
    node = definition.node
    start = node.start_byte
    while start in annotations:
        start = annotations[start]
        while text[start : start + 1].isspace():
            start += 1
    if definition.body is None:
        end = _line_end(text, start, node.end_byte)
        while definition.kind in _FUNCTION_KINDS and text.count(b"(", start, end) > text.count(b")", start, end) and end < node.end_byte:
            end = _line_end(text, end + 1, node.end_byte)
    else:
        end = definition.body.start_byte
    line = " ".join(text[start : min(end, start + _SIGNATURE * 2)].decode("utf-8", "replace").split())
    return line.rstrip(" {=:;,").removesuffix("=>").rstrip()[:_SIGNATURE]


def _line_end(text: bytes, start: int, end: int) -> int:
    found = text.find(b"\n", start, end)
    return end if found < 0 else found


class _Docs:
    """Finds the doc of a definition: a docstring inside it, or the comment block right above it and its attributes."""

    def __init__(self, found: _Found, text: bytes) -> None:
        self._inner = sorted(found.inner_docs)
        self._inner_starts = [mark.start for mark in self._inner]
        self._above: dict[int, tuple[int, str]] = {}
        self._text = text
        for first, last, comment in sorted(found.comments):
            before = self._above.pop(first - 1, None) if first - 1 in self._above else None
            self._above[last] = (before[0], f"{before[1]}\n{comment}") if before else (first, comment)
        self._attributes = {last: (first, start) for first, last, start in sorted(found.attributes)}

    def of(self, definition: _Definition) -> tuple[int, str]:
        """Return where the definition starts, attributes included, and its doc."""
        if not (self._above or self._attributes or self._inner):
            return definition.start, ""
        start = definition.start
        row = definition.node.start_point.row if start == definition.node.start_byte else self._row(start)
        while (attribute := self._attributes.get(row - 1)) is not None:
            row, start = attribute
        if self._inner:
            doc = self._inside(definition)
            if doc:
                return start, doc
        comment = self._above.get(row - 1)
        return start, clean_comment(comment[1]) if comment else ""

    def _row(self, byte: int) -> int:
        return self._text.count(b"\n", 0, byte)

    def _inside(self, definition: _Definition) -> str:
        body = definition.body
        if body is None:
            return ""
        at = bisect_right(self._inner_starts, body.start_byte - 1)
        if at < len(self._inner) and self._inner_starts[at] <= body.start_byte + 8:
            return shorten(self._inner[at].text)
        return ""


def _references(found: _Found, owners: Owners, newlines: list[int]) -> Iterable[Reference]:
    seen = -1
    names = found.names
    for start, _, name, receiver, kind in sorted(found.references):
        if start != seen and name and start not in names:  # two patterns may name one use; the first one written wins
            yield Reference(name, receiver, kind, bisect_right(newlines, start) + 1, start, owners.of(start))
        seen = start


def _supertypes(found: _Found, symbols: Sequence[Symbol], owners: Owners) -> Iterable[Supertype]:
    """Give each base to the definition around it, or to the type it names as its subtype when this file defines that."""
    types = {(symbol.parent, symbol.name): index for index, symbol in enumerate(symbols) if symbol.kind in _TYPE_KINDS}
    for start, name, kind, line, subtype in dict.fromkeys(found.supertypes):
        symbol = owners.of(start)
        if subtype:
            symbol = types.get((symbol, subtype), -1)
        if symbol >= 0:
            yield Supertype(symbol, name, kind, line)


def _breaks(root: Node, text: bytes) -> tuple[int, ...]:
    """Return starts of lines on which a statement begins: all at top level, and those inside nodes too large for one chunk."""
    starts: set[int] = set()
    pending = [root]
    while pending:
        node = pending.pop()
        for child in node.named_children:
            start = child.start_byte
            line = text.rfind(b"\n", 0, start) + 1
            if not text[line:start].strip():
                starts.add(line)
            if child.end_byte - start > _LARGE_NODE:
                pending.append(child)
    return tuple(sorted(starts))


def _count_errors(root: Node) -> int:
    """Count places the grammar could not follow, walking only subtrees that hold one."""
    errors = 0
    pending = [root]
    while pending:
        node = pending.pop()
        if node.is_error or node.is_missing:
            errors += 1
        else:
            pending.extend(child for child in node.children if child.has_error or child.is_missing)
    return errors
