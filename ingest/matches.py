"""What the matches of a language's query say: definitions, uses, imports, bases, docs. Knows a syntax tree's nodes, and no grammar.

A pattern means what its captures are called (docs/languages.md). The names are looked up once per language and not once per match: Django's
18 MB of Python match 280,000 times.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, cast

from ingest.languages.registry import LanguageSpec
from ingest.model import REFERENCE_KINDS, Import, ReferenceKind, References, SpanPairs, SupertypeKind, Symbol, SymbolKind
from ingest.symbols import FUNCTION_KINDS, Comments, Definition, InnerDoc

_SIGNATURE = 300
_DOC = 1_200
_TEXT = 400
_MAX_INDENT = 1_000  # bytes; looking further back for a line's start would be quadratic in a file of one huge line
_PLACES = ("import.name", "import.default", "import.wildcard", "import.self")
"""Captures that tell the imports of one statement apart."""


class _Node(Protocol):
    """What is asked of a node of a syntax tree."""

    @property
    def start_byte(self) -> int: ...
    @property
    def end_byte(self) -> int: ...
    @property
    def start_point(self) -> tuple[int, int]: ...
    @property
    def end_point(self) -> tuple[int, int]: ...
    @property
    def type(self) -> str: ...
    @property
    def is_extra(self) -> bool: ...
    @property
    def parent(self) -> _Node | None: ...
    @property
    def prev_sibling(self) -> _Node | None: ...
    @property
    def named_children(self) -> Sequence[_Node]: ...
    def child_by_field_name(self, name: str, /) -> _Node | None: ...


Captures = Mapping[str, Sequence[_Node]]


@dataclass(frozen=True, slots=True)
class Pattern:
    """What one pattern of a query may capture, sorted by what it means."""

    number: int
    use: str = ""
    """The capture that is a use, or empty. A match that has it means nothing else."""
    use_kind: int = 0
    definitions: tuple[tuple[str, SymbolKind | None], ...] = ()
    supertypes: tuple[tuple[str, SupertypeKind], ...] = ()
    imports: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


_REMARKS = frozenset({"doc", "doc.inside", "attribute", "annotation", "ignored"})


def read_pattern(number: int, captures: Sequence[str]) -> Pattern:
    """Sort a pattern's captures by what they mean. Raises ``ValueError`` for a kind there is not."""
    kinds = [(name, name.partition(".")[2]) for name in captures]
    uses = [(name, kind) for name, kind in kinds if name.startswith("reference.")]
    definitions = [(name, SymbolKind(kind)) for name, kind in kinds if name.startswith("definition.")]
    return Pattern(
        number,
        use=uses[0][0] if uses else "",
        use_kind=REFERENCE_KINDS.index(ReferenceKind(uses[0][1])) if uses else 0,
        definitions=(*definitions, *((name, None) for name in captures if name == "scope")),
        supertypes=tuple((name, SupertypeKind(kind)) for name, kind in kinds if name.startswith("supertype.")),
        imports=tuple(name for name in captures if name.startswith("import.")),
        remarks=tuple(name for name in captures if name in _REMARKS),
    )


@dataclass(slots=True)
class Found:
    """What the matches of one file say."""

    definitions: list[tuple[Definition, _Node, _Node | None]] = field(default_factory=list[tuple[Definition, _Node, _Node | None]])
    """With the node a signature is read off, and its body."""
    uses: list[tuple[int, int, int, int, int]] = field(default_factory=list[tuple[int, int, int, int, int]])
    """Start, pattern, end, start and end of the receiver."""
    imports: dict[tuple[int, int], tuple[int, Import]] = field(default_factory=dict[tuple[int, int], tuple[int, Import]])
    supertypes: list[tuple[int, str, SupertypeKind, int, str]] = field(default_factory=list[tuple[int, str, SupertypeKind, int, str]])
    """Start, name, kind, line, and the name of the subtype where the match says it."""
    comments: Comments = field(default_factory=Comments)
    annotations: dict[int, int] = field(default_factory=dict[int, int])  # end byte by start byte
    names: set[int] = field(default_factory=set[int])  # where definitions and imports are named, so that no pattern counts that as a use


def collect(spec: LanguageSpec, patterns: Sequence[Pattern], text: bytes, matches: Iterable[tuple[int, Captures]]) -> Found:
    """Sort a query's matches into facts."""
    found = Found()
    append = found.uses.append
    uses = [pattern.use for pattern in patterns]
    for number, captures in matches:
        use = captures.get(uses[number])
        if use is None:
            _collect(spec, patterns[number], text, captures, found)
            continue
        node = use[0]
        start = node.start_byte
        receiver = captures.get("receiver")
        if receiver is None:
            append((start, number, node.end_byte, start, start))
        else:
            append((start, number, node.end_byte, receiver[0].start_byte, receiver[-1].end_byte))
    for definition, node, body in found.definitions:
        if definition.kind is not None:
            definition.signature = _signature(definition.kind, node, body, text, found.annotations)
    return found


def _collect(spec: LanguageSpec, pattern: Pattern, text: bytes, captures: Captures, found: Found) -> None:
    for label, kind in pattern.definitions:
        if label in captures:
            _collect_definition(spec, pattern.number, text, captures[label][0], kind, captures, found)
    if pattern.imports and ("import.module" in captures or "import.name" in captures):
        _collect_import(spec, pattern, text, captures, found)
    for label, kind in pattern.supertypes:
        container = captures.get("container")
        subtype = _text(text, container[0]) if container else ""
        for node in captures.get(label, ()):
            found.supertypes.append((node.start_byte, _text(text, node).partition("<")[0], kind, node.start_point[0] + 1, subtype))
    for label in pattern.remarks:
        if label in captures:
            _collect_remark(label, text, captures[label], captures.get("doc.place"), found)


def _collect_remark(label: str, text: bytes, nodes: Sequence[_Node], place: Sequence[_Node] | None, found: Found) -> None:
    if label == "doc":
        found.comments.outside.extend(_comments(text, nodes, place))
    elif label == "doc.inside":
        at = (place or nodes)[0].start_byte
        found.comments.inside.extend(InnerDoc(at, _text(text, node, _DOC * 2)) for node in nodes)
    elif label == "attribute":
        found.comments.attributes.extend((node.start_point[0], _last_row(node), node.start_byte) for node in nodes)
    elif label == "annotation":
        found.annotations.update((node.start_byte, node.end_byte) for node in nodes)
    elif label == "ignored":
        found.names.update(node.start_byte for node in nodes)


def _comments(text: bytes, nodes: Sequence[_Node], place: Sequence[_Node] | None) -> Iterable[tuple[int, int, str]]:
    for node in nodes:
        at = place[0] if place else node
        if line_of(text, at.start_byte) is not None:
            yield at.start_point[0], _last_row(at), _text(text, node, _DOC * 2)


def line_of(text: bytes, start: int) -> int | None:
    """Return where the line begins on which only white space stands before ``start``, or None."""
    nearest = max(0, start - _MAX_INDENT)
    newline = text.rfind(b"\n", nearest, start)
    if newline < 0 and nearest:
        return None
    return None if text[newline + 1 : start].strip() else newline + 1


def _last_row(node: _Node) -> int:
    """Return the row of the node's last character; a node that swallows its line break ends at column 0 of the next row."""
    row, column = node.end_point
    return row - 1 if column == 0 and row > node.start_point[0] else row


def _collect_definition(
    spec: LanguageSpec, pattern: int, text: bytes, node: _Node, kind: SymbolKind | None, captures: Captures, found: Found
) -> None:
    names = captures.get("name")
    naming = names[0] if names else node.child_by_field_name("name")
    if naming is None:
        return
    name = _text(text, naming)
    if spec.quotes:
        name = name.strip(spec.quotes)
    if not name:
        return
    outer = node
    wrappers = spec.wrappers
    while wrappers and (parent := outer.parent) is not None and parent.type in wrappers:
        outer = parent
    start, end = outer.start_byte, outer.end_byte
    if text[end - 1 : end].isspace():  # layout grammars end a block where the next one starts
        end = start + len(text[start:end].rstrip())
    if "to_end" in captures and (parent := outer.parent):
        end = parent.end_byte
    container, bodies = captures.get("container"), captures.get("body")
    qualifier = ".".join([_text(text, each) for each in container]) if container else ""
    body = bodies[0] if bodies else _body(spec, node)
    inner = -1 if body is None else body.start_byte
    named = naming.start_byte
    found.definitions.append((Definition(name, kind, start, end, named, pattern, qualifier, inner, "", "member" in captures), node, body))
    found.names.add(named)


def _body(spec: LanguageSpec, node: _Node) -> _Node | None:
    """Return the ``body`` field, or the child the language says is one where the grammar has no such field."""
    body = node.child_by_field_name("body")
    if body is None and spec.bodies:
        return next((child for child in node.named_children if child.type in spec.bodies), None)
    return body


def _signature(kind: SymbolKind, node: _Node, body: _Node | None, text: bytes, annotations: dict[int, int]) -> str:
    """Return the definition without its body and the annotations at its head, on one line."""
    start = node.start_byte
    while start in annotations:
        start = annotations[start]
        while text[start : start + 1].isspace():
            start += 1
    if body is None:
        end = node.end_byte
        line_end = -1 if kind in FUNCTION_KINDS else text.find(b"\n", start, end)
        end = end if line_end < 0 else line_end
    else:
        end = body.start_byte
        if text.find(b"\n", start, end) >= 0:  # a comment that opens the body may stand before its node
            before = body.prev_sibling
            while before is not None and before.is_extra:
                end, before = before.start_byte, before.prev_sibling
    line = " ".join(text[start:end][: _SIGNATURE * 2].decode("utf-8", "replace").split())
    return line.rstrip(" {=:;,").removesuffix("=>").rstrip()[:_SIGNATURE]


def _collect_import(spec: LanguageSpec, pattern: Pattern, text: bytes, captures: Captures, found: Found) -> None:
    starts: dict[str, int] = {}
    for label in pattern.imports:
        nodes = captures.get(label)
        if nodes:
            starts[label] = nodes[0].start_byte
    found.names.update(starts.values())
    place = -1
    for label in _PLACES:
        if label in starts:
            place = starts[label]
            break
    key = (starts.get("import.module", -1), place)
    known = found.imports.get(key)
    if known is None or pattern.number < known[0]:  # of two patterns for one import the first one written wins
        found.imports[key] = (pattern.number, _import(spec, text, captures))


def _import(spec: LanguageSpec, text: bytes, captures: Captures) -> Import:
    module = _part(spec, text, captures.get("import.module"))
    name = _part(spec, text, captures.get("import.name"))
    alias = _part(spec, text, captures.get("import.alias"))
    if "import.wildcard" in captures:
        name = "*"
    elif "import.default" in captures:
        name, alias = "default", _part(spec, text, captures["import.default"])
    elif spec.names_last and not name:
        module, _, name = module.rpartition(spec.separator)
    (node, *_), *_ = captures.values()
    return Import(module, name, alias, node.start_point[0] + 1)


def _part(spec: LanguageSpec, text: bytes, nodes: Sequence[_Node] | None) -> str:
    """Return the names joined, each without its quotes."""
    if nodes is None:
        return ""
    if len(nodes) == 1:
        return _unquoted(_text(text, nodes[0]), spec.quotes)
    return spec.separator.join([_unquoted(_text(text, node), spec.quotes) for node in nodes])


def _unquoted(name: str, quotes: str) -> str:
    first = name[:1]
    if first.isalpha():
        return name
    if first == "<":
        return name[1:-1]
    quotes = "\"'`" + quotes
    return name.strip(quotes) if first in quotes else name


def _text(text: bytes, node: _Node, limit: int = _TEXT) -> str:
    start = node.start_byte
    return text[start : node.end_byte][:limit].decode("utf-8", "replace")


def references(spec: LanguageSpec, patterns: Sequence[Pattern], found: Found, text: bytes, symbols: tuple[Symbol, ...]) -> References:
    """Return the uses that count: none where a name is defined, and one at a place.

    The pattern written first wins, and of its matches the one whose receiver stands first: a comment behind the receiver can match too.
    """
    seen = -1
    names = found.names
    rows: list[tuple[int, int, int, int, int]] = []
    for row in sorted(found.uses):
        start = row[0]
        if start != seen and start not in names and start < row[2]:
            rows.append(row)
        seen = start
    if spec.quotes or spec.syntax:
        rows = [row for row in rows if _is_use(spec, text[row[0] : row[2]].decode("utf-8", "replace"), row)]
    if not rows:
        return References()
    columns = cast("Iterable[tuple[int, ...]]", zip(*rows, strict=True))
    starts, numbers, ends, receiver_starts, receiver_ends = columns
    kinds = bytes([patterns[number].use_kind for number in numbers])
    return References(SpanPairs(kinds, starts, ends, receiver_starts, receiver_ends), text, symbols, spec.quotes)


def _is_use(spec: LanguageSpec, name: str, row: tuple[int, int, int, int, int]) -> bool:
    """Return whether a name is more than quotes, and no word of the syntax where it stands alone."""
    return bool(name.strip(spec.quotes)) and (row[3] < row[4] or name not in spec.syntax)
