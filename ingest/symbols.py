"""Definitions found in a text to symbols: nested, named, documented. Knows nothing of grammars."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import NamedTuple

from ingest.comments import clean_comment, shorten
from ingest.languages.registry import LanguageSpec
from ingest.model import Symbol, SymbolKind

TYPE_KINDS = frozenset({
    SymbolKind.CLASS,
    SymbolKind.INTERFACE,
    SymbolKind.TRAIT,
    SymbolKind.STRUCT,
    SymbolKind.ENUM,
    SymbolKind.TYPE,
    SymbolKind.PROPERTY,
})
FUNCTION_KINDS = frozenset({SymbolKind.FUNCTION, SymbolKind.METHOD, SymbolKind.CONSTRUCTOR})
CODE_KINDS = FUNCTION_KINDS | {SymbolKind.MACRO}

_WORD = re.compile(r"\w")
_Level = tuple[int, str, SymbolKind | None, int]  # end, qualified name, kind, index of the nearest symbol
_FILE: _Level = (0, "", SymbolKind.MODULE, -1)
_VARIABLE = SymbolKind.VARIABLE  # a name of the module is found several times faster than a member of an enumeration
_CALLABLE = frozenset({SymbolKind.FUNCTION, SymbolKind.METHOD})


class InnerDoc(NamedTuple):
    """A docstring: where the body that it opens begins, and its text."""

    start: int
    text: str


@dataclass(slots=True)
class Definition:
    """One definition as a query found it. ``kind`` None is a scope: it names its members and is no symbol itself."""

    name: str
    kind: SymbolKind | None
    start: int
    end: int
    named: int
    """Where its name starts."""
    pattern: int
    container: str = ""
    body: int = -1
    """Where its body starts, -1 for none."""
    signature: str = ""
    member: bool = False
    """Of the type around the function that defines it."""


@dataclass(slots=True)
class Comments:
    """What may document a definition. Rows count from 0."""

    outside: list[tuple[int, int, str]] = field(default_factory=list[tuple[int, int, str]])  # first row, last row, text
    inside: list[InnerDoc] = field(default_factory=list[InnerDoc])
    attributes: list[tuple[int, int, int]] = field(default_factory=list[tuple[int, int, int]])  # first row, last row, start byte


def nest(spec: LanguageSpec, definitions: list[Definition], comments: Comments, text: bytes) -> list[Symbol]:
    """Nest the definitions, name them, and give each its kind, signature and doc."""
    ordered = _deduplicate(definitions)
    if spec.merge_adjacent:
        ordered = _merge_adjacent(ordered)
    docs = _Docs(comments)
    symbols: list[Symbol] = []
    stack: list[_Level] = []
    before = (0, 0)
    row = 0
    for definition in ordered:
        first, end = definition.start, definition.end
        row += text.count(b"\n", before[0], first)
        if (first, end) == before:  # names that share a span are defined side by side
            stack.pop()
        while stack and stack[-1][0] <= first:
            stack.pop()
        before = (first, end)
        _, outer_name, outer_kind, parent = _outer(definition, stack)
        name, qualified = definition.name, _qualify(outer_name, definition.container, definition.name)
        parts = 1
        if spec.name_separator and not name.isidentifier():
            names = _split(spec.name_separator, name)
            name, parts = names[-1], len(names)
            qualified = _qualify(outer_name, definition.container, ".".join(names))
        in_type = outer_kind is None or outer_kind in TYPE_KINDS or bool(definition.container) or parts > 1
        kind = _kind(spec, definition.kind, name, in_type=in_type)
        if kind is _VARIABLE and outer_kind in FUNCTION_KINDS:
            kind = None  # a local variable
        index = parent
        if kind is not None:
            index = len(symbols)
            line, start, doc = docs.of(definition, row)
            last_line = line + text.count(b"\n", start, end - 1)
            symbols.append(Symbol(name, qualified, kind, line, last_line, start, end, parent, definition.signature, doc))
        stack.append((end, qualified, kind, index))
    return symbols


def _qualify(outer: str, container: str, name: str) -> str:
    if container:
        name = f"{container}.{name}"
    return f"{outer}.{name}" if outer else name


def _split(separator: str, name: str) -> list[str]:
    """Return the parts of a name; an operator such as ``<.>`` is one part."""
    if not _WORD.search(name):
        return [name]
    return [part for part in re.split(separator, name) if part] or [name]


def _outer(definition: Definition, stack: list[_Level]) -> _Level:
    """Return what a definition is a member of: what encloses it, or the type around that function when it is a member of the type."""
    if definition.member:
        owner = next((level for level in reversed(stack) if level[2] not in FUNCTION_KINDS), None)
        if owner and (owner[2] is None or owner[2] in TYPE_KINDS):
            return owner
    return stack[-1] if stack else _FILE


def _deduplicate(definitions: list[Definition]) -> list[Definition]:
    """Order by position, outermost first; of two patterns that match one name, the one written first wins."""
    first: dict[int, Definition] = {}
    for definition in definitions:
        known = first.get(definition.named)
        if known is None or definition.pattern < known.pattern:
            first[definition.named] = definition
    return sorted(first.values(), key=lambda each: (each.start, -each.end, each.pattern))


def _merge_adjacent(ordered: list[Definition]) -> list[Definition]:
    """Make one definition of neighbours that share a name: a function's signature and its equations or clauses."""
    merged: list[Definition] = []
    levels: list[Definition] = []  # the newest definition of each depth
    for definition in ordered:
        while levels and levels[-1].end <= definition.start:
            before = levels.pop()
            sibling = not levels or levels[-1].end > definition.start
            if sibling and before.name == definition.name and before.kind is definition.kind and before.kind in CODE_KINDS:
                before.end = definition.end
                levels.append(before)
                break
        else:
            merged.append(definition)
            levels.append(definition)
    return merged


def _kind(spec: LanguageSpec, kind: SymbolKind | None, name: str, *, in_type: bool) -> SymbolKind | None:
    if in_type and kind in _CALLABLE:
        return SymbolKind.CONSTRUCTOR if name in spec.constructors else SymbolKind.METHOD
    if kind is _VARIABLE and not in_type and len(name) > 1 and name.isupper():
        return SymbolKind.CONSTANT
    return kind


class _Docs:
    """Finds the doc of a definition: a docstring inside it, or the comment block right above it and its attributes."""

    def __init__(self, found: Comments) -> None:
        self._inner = sorted(found.inside)
        self._inner_starts = [mark.start for mark in self._inner]
        self._above: dict[int, tuple[int, str]] = {}
        self._holders: dict[int, Definition] = {}  # row of a comment to the first definition it documents
        for first, last, comment in sorted(found.outside):
            before = self._above.pop(first - 1, None) if first - 1 in self._above else None
            self._above[last] = (before[0], f"{before[1]}\n{comment}") if before else (first, comment)
        self._attributes = {last: (first, start) for first, last, start in sorted(found.attributes)}

    def of(self, definition: Definition, row: int) -> tuple[int, int, str]:
        """Return the line and the byte where the definition in ``row`` starts, attributes included, and its doc."""
        start = definition.start
        if not (self._above or self._attributes):
            return row + 1, start, self._inside(definition.body)
        while (attribute := self._attributes.get(row - 1)) is not None:
            row, start = attribute
        doc = self._inside(definition.body)
        if doc:
            return row + 1, start, doc
        comment = self._above.get(row - 1)
        if comment is None:
            return row + 1, start, ""
        holder = self._holders.setdefault(row - 1, definition)
        if holder.start <= definition.start < holder.end and (holder.start, holder.end) != (definition.start, definition.end):
            return row + 1, start, ""  # it is the doc of what encloses this one on the same line
        return row + 1, start, clean_comment(comment[1])

    def _inside(self, body: int) -> str:
        """Return the docstring that a body opens with."""
        if body < 0 or not self._inner:
            return ""
        at = bisect_left(self._inner_starts, body)
        if at < len(self._inner) and self._inner_starts[at] <= body + 8:
            return shorten(self._inner[at].text)
        return ""
