r"""What every outline is made with: raw entries in, nested and bounded symbols out.

Offsets are in the file's text. Scanners search ``Source.padded``, the text behind one extra line feed, so that a pattern can begin with a
literal ``\n`` (CPython's ``re`` then skips ahead with a prefix search instead of trying ``^`` at every byte) and the first line is no
special case. The two agree in a handy way: the index of a line's preceding ``\n`` in ``padded`` is the offset of that line in the text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingest.model import Import, Symbol, SymbolKind

MAX_SYMBOLS = 2_000
"""Symbols of one file; beyond it the deepest levels are left out first, and the outline says how many."""
MAX_IMPORTS = 2_000
MAX_NAME = 120
MAX_SIGNATURE = 200
MAX_DOC = 300

_BOM = b"\xef\xbb\xbf"
_BLANK_LINES = re.compile(rb"\n[ \t\r]*\n(?=[^\r\n])")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//|.*(?:\{\{|\{%|\$\{)")


@dataclass(slots=True)
class Entry:
    """One part of a file as a scanner sees it.

    ``end`` is -1 for a part that reaches to the next entry whose ``level`` is the same or smaller. ``lead`` is where the comments above it
    begin: what precedes it ends there.
    """

    start: int
    name: str
    kind: SymbolKind
    level: int = 0
    end: int = -1
    lead: int = -1
    signature: str = ""
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Outline:
    """The structure of one file, and in ``truncated`` what a cap cut off, in words that name the cap."""

    symbols: tuple[Symbol, ...] = ()
    imports: tuple[Import, ...] = ()
    breaks: tuple[int, ...] = ()
    truncated: tuple[str, ...] = ()


class Source:
    """A text and its padded form, both without a byte order mark; ``shift`` is the mark's length, which ``build`` adds to every offset."""

    __slots__ = ("padded", "shift", "text")

    def __init__(self, text: bytes) -> None:
        self.shift = len(_BOM) if text.startswith(_BOM) else 0
        self.text = text[self.shift :]
        self.padded = b"\n" + self.text

    def line_start(self, offset: int) -> int:
        """Return the start of the offset's line if only blanks precede it there, else the offset itself."""
        # Bounded: the indentation before a key is short, a minified file's line is not.
        start = self.text.rfind(b"\n", max(0, offset - 400), offset) + 1
        return start if (start or offset <= 400) and not self.text[start:offset].strip(b" \t") else offset

    def line_end(self, offset: int) -> int:
        """Return the offset behind the line feed that ends the offset's line, or the text's length."""
        end = self.text.find(b"\n", offset)
        return len(self.text) if end < 0 else end + 1

    def line(self, start: int, limit: int = MAX_SIGNATURE) -> str:
        """Return the line that begins at ``start`` as one bounded string."""
        end = self.text.find(b"\n", start, start + 4 * limit)
        return plain(self.text[start : end if end >= 0 else start + 4 * limit], limit)

    def comment_above(self, start: int, marker: bytes, indent: int = 0) -> tuple[int, str]:
        """Return where the comment lines directly above ``start`` begin, and their text; ``(start, "")`` without any."""
        text, lead = self.text, start
        while lead > 0:
            begin = text.rfind(b"\n", 0, lead - 1) + 1
            if not text.startswith(marker, begin + indent) or text[begin : begin + indent].strip():
                break
            lead = begin
        if lead == start:
            return start, ""
        lines = text[lead : min(start, lead + 4 * MAX_DOC)].split(b"\n")
        return lead, plain(b"\n".join(line.strip().strip(marker + b"!") for line in lines))

    def paragraphs(self) -> list[int]:
        """Return the start of every line that follows a blank one."""
        return [match.end() - 1 for match in _BLANK_LINES.finditer(self.padded)]


def plain(raw: bytes, limit: int = MAX_DOC) -> str:
    """Return bytes as text on one line, blanks collapsed, at most ``limit`` characters."""
    if len(raw) <= limit and raw.isalnum():  # ASCII: most keys
        return raw.decode()
    text = " ".join((raw if len(raw) <= 4 * limit else raw[: 4 * limit]).decode("utf-8", "replace").split())
    if "\x00" in text:
        text = " ".join(text.replace("\x00", "").split())
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def relative_target(raw: bytes) -> str:
    """Return the path of a link without its fragment and query, or an empty string where it does not name a file of this tree."""
    target = raw[:1000].decode("utf-8", "replace").strip("<>\"' \t\r").split("#", 1)[0].split("?", 1)[0]
    if not target or "\x00" in target or "\n" in target or _SCHEME.match(target):
        return ""
    return target


class Links:
    """The files a document shows or links, each (path, text) once, with the line where it first occurs."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._seen: dict[tuple[str, str], int] = {}

    def add(self, target: bytes, alias: bytes, offset: int) -> None:
        """Take one link at ``offset`` if it names a file of this tree."""
        path = relative_target(target)
        if path:
            key = path, plain(alias, MAX_SIGNATURE)
            if offset < self._seen.get(key, offset + 1):
                self._seen[key] = offset

    def imports(self) -> tuple[Import, ...]:
        """Return the links in order of their place."""
        places = sorted((offset, path, alias) for (path, alias), offset in self._seen.items())
        lines = _line_numbers(self._source.text, [offset for offset, _, _ in places])
        return tuple(Import(path, "", alias, lines[offset]) for offset, path, alias in places)


class Finder:
    """``bytes.find`` that scans a text without the needle to its end only once."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._next: dict[bytes, int] = {}

    def find(self, needle: bytes, start: int) -> int:
        """Return where ``needle`` next stands at or after ``start``, or the text's length; ``start`` never decreases for a needle."""
        known = self._next.get(needle, -1)
        if known < start:
            found = self._text.find(needle, start)
            known = self._next[needle] = len(self._text) if found < 0 else found
        return known


def build(
    source: Source, entries: list[Entry], *, breaks: Iterable[int] = (), imports: Sequence[Import] = (), separator: str = "."
) -> Outline:
    """Close, nest, bound and number the entries; ``breaks`` get the entries' own starts where these begin a line."""
    entries = [entry for entry in entries if entry.start < len(source.text)]
    _close(entries, len(source.text))
    entries.sort(key=lambda entry: (entry.start, -entry.end))
    truncated: list[str] = []
    parents, depths = _nest(entries)
    cuts = [entry.lead if entry.lead >= 0 else entry.start for entry in entries]
    if len(entries) > MAX_SYMBOLS:
        truncated.append(f"outline: {MAX_SYMBOLS} of {len(entries)} parts kept (cap of {MAX_SYMBOLS} symbols a file)")
        entries = _cap(entries, depths)
        parents, _ = _nest(entries)
    if len(imports) > MAX_IMPORTS:
        truncated.append(f"links: {MAX_IMPORTS} of {len(imports)} kept (cap of {MAX_IMPORTS} links a file)")
        imports = imports[:MAX_IMPORTS]
    return Outline(
        _symbols(source, entries, parents, separator),
        tuple(imports),
        _line_starts(source, [*breaks, *cuts]),
        tuple(truncated),
    )


def _close(entries: list[Entry], end: int) -> None:
    """Give every entry its end; those without one are in order of their starts."""
    open_entries: list[Entry] = []
    for entry in entries:
        if entry.end >= 0:
            continue
        border = entry.lead if entry.lead >= 0 else entry.start
        while open_entries and open_entries[-1].level >= entry.level:
            open_entries.pop().end = border
        open_entries.append(entry)
    for entry in open_entries:
        entry.end = end
    for entry in entries:
        entry.end = min(max(entry.end, entry.start + 1), end)


def _nest(entries: list[Entry]) -> tuple[list[int], list[int]]:
    """Return each entry's parent and depth; a child that reaches beyond its parent is cut to it."""
    parents: list[int] = []
    depths: list[int] = []
    stack: list[int] = []
    for index, entry in enumerate(entries):
        while stack and entries[stack[-1]].end <= entry.start:
            stack.pop()
        parents.append(stack[-1] if stack else -1)
        depths.append(len(stack))
        if stack:
            entry.end = min(entry.end, entries[stack[-1]].end)
        stack.append(index)
    return parents, depths


def _cap(entries: list[Entry], depths: list[int]) -> list[Entry]:
    """Keep ``MAX_SYMBOLS`` entries: whole levels from the top, then the first ones of the next level."""
    counts = Counter(depths)
    room, deepest = MAX_SYMBOLS, 0
    while counts[deepest] <= room:
        room -= counts[deepest]
        deepest += 1
    kept: list[Entry] = []
    for entry, depth in zip(entries, depths, strict=True):
        if depth < deepest:
            kept.append(entry)
        elif depth == deepest and room:
            kept.append(entry)
            room -= 1
    return kept


def _symbols(source: Source, entries: list[Entry], parents: list[int], separator: str) -> tuple[Symbol, ...]:
    offsets = [entry.start for entry in entries]
    offsets += [entry.end - 1 for entry in entries]
    offsets.sort()
    lines = _line_numbers(source.text, offsets)
    symbols: list[Symbol] = []
    for entry, parent in zip(entries, parents, strict=True):
        name = entry.name or "(unnamed)"
        qualified = f"{symbols[parent].qualified_name}{separator}{name}" if parent >= 0 else name
        first, last = lines[entry.start], lines[entry.end - 1]
        start, end = entry.start + source.shift if entry.start else 0, entry.end + source.shift
        symbols.append(Symbol(name, qualified, entry.kind, first, last, start, end, parent, entry.signature, entry.doc))
    return tuple(symbols)


def _line_numbers(text: bytes, offsets: list[int]) -> dict[int, int]:
    """Return the line of each offset; ``offsets`` are sorted, so the text is counted once."""
    lines: dict[int, int] = {}
    line, last = 1, 0
    for offset in offsets:
        line += text.count(b"\n", last, offset)
        lines[offset] = line
        last = offset
    return lines


def _line_starts(source: Source, offsets: Iterable[int]) -> tuple[int, ...]:
    text, shift, size = source.text, source.shift, len(source.text)
    return tuple(sorted({offset + shift for offset in offsets if 0 < offset < size and text[offset - 1] == 10}))
