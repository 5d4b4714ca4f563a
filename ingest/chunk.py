"""Text and its symbols to chunks that tile it.

A file is first cut where one symbol's text gives way to another's. Neighbours are merged up to ``TARGET_BYTES``; a run above
``LIMIT_BYTES`` is cut at a statement border near ``SPLIT_BYTES``. The sizes are those that ranked best over 40 repositories
(docs/design.md, "Chunks").
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from ingest.model import Chunk, Extraction, Symbol, SymbolKind

TARGET_BYTES = 1_100
LIMIT_BYTES = 2_600
SPLIT_BYTES = 1_400

_BLANK_LINE = re.compile(rb"\n[ \t\r]*\n")
_CONTEXT = 400
_NAMED = frozenset({SymbolKind.SECTION, SymbolKind.KEY})  # a signature says no more of them


def tile(text: bytes, extraction: Extraction) -> tuple[Chunk, ...]:
    """Cut ``text`` into chunks without gap or overlap; an empty text has none."""
    if not text:
        return ()
    runs = list(_merge(_borders(text, extraction.symbols)))
    breaks = extraction.breaks if any(end - start > LIMIT_BYTES for start, end in runs) else ()
    spans = [part for run in runs for part in _split(text, run, breaks)]
    return tuple(_describe(text, spans, extraction.symbols))


def _borders(text: bytes, symbols: Sequence[Symbol]) -> list[int]:
    """Return where symbols begin and end, moved to line starts, with both ends of the text."""
    size = len(text)
    borders = {0, size}
    line = at = 0
    for symbol in symbols:  # in order, and so are the ends below: no line is searched twice, however long it is
        start = symbol.start_byte
        line = text.rfind(b"\n", at, start) + 1 or line
        at = start
        borders.add(line)
    line = -1
    for end in sorted({symbol.end_byte for symbol in symbols}):
        if end > line:
            line = text.find(b"\n", end - 1) + 1 or size
        borders.add(line)
    return sorted(borders)


def _merge(borders: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Join neighbouring spans while the whole stays within the target size."""
    start, end = borders[0], borders[0]
    for border in borders[1:]:
        if end > start and border - start > TARGET_BYTES:
            yield start, end
            start = end
        end = border
    if end > start:
        yield start, end


def _split(text: bytes, run: tuple[int, int], breaks: Sequence[int]) -> Iterator[tuple[int, int]]:
    start, end = run
    while end - start > LIMIT_BYTES:
        cut = _cut(text, start, end, breaks)
        yield start, cut
        start = cut
    yield start, end


def _cut(text: bytes, start: int, end: int, breaks: Sequence[int]) -> int:
    """Choose where to cut a run: at a break near the wanted size, else a blank line, else a line, else between two characters."""
    wanted, low, high = start + SPLIT_BYTES, start + SPLIT_BYTES // 2, min(start + 2 * SPLIT_BYTES, end - 1)
    near = breaks[bisect_left(breaks, low) : bisect_right(breaks, high)]
    if near:
        return min(near, key=lambda border: abs(border - wanted))
    blank = [match.end() for match in _BLANK_LINE.finditer(text, low, high)]
    if blank:
        return min(blank, key=lambda border: abs(border - wanted))
    line = text.rfind(b"\n", low, wanted) + 1 or text.find(b"\n", wanted, high) + 1
    if line:
        return line
    while wanted > low and text[wanted] & 0xC0 == 0x80:  # never inside a UTF-8 character
        wanted -= 1
    return wanted


def _describe(text: bytes, spans: Sequence[tuple[int, int]], symbols: Sequence[Symbol]) -> Iterator[Chunk]:
    starts = [symbol.start_byte for symbol in symbols]
    names = [symbol.name for symbol in symbols]
    line, last = 1, 0
    for start, end in spans:
        first, last = last, bisect_left(starts, end, last)
        owner = _enclosing(symbols, first if first < last and starts[first] == start else first - 1, start, end)
        lines = text.count(b"\n", start, end)
        end_line = line + lines - text.endswith(b"\n", start, end)
        named = tuple(dict.fromkeys(names[first:last]))
        yield Chunk(start, end, line, end_line, owner, named, _context(symbols, owner, start))
        line += lines


def _enclosing(symbols: Sequence[Symbol], index: int, start: int, end: int) -> int:
    """Walk outwards from a symbol until one encloses the span, its trailing line break aside."""
    while index >= 0 and not (symbols[index].start_byte <= start and symbols[index].end_byte >= end - 2):
        outer = symbols[index]
        index = outer.parent
    return index


def _context(symbols: Sequence[Symbol], owner: int, start: int) -> str:
    """Name what encloses a chunk: outermost first, and the signature of a symbol that began before it."""
    parts: list[str] = []
    index = owner
    while index >= 0:
        symbol = symbols[index]
        if symbol.start_byte < start:
            parts.append(symbol.name if symbol.kind in _NAMED or not symbol.signature else symbol.signature)
        index = symbol.parent
    return "\n".join(reversed(parts))[:_CONTEXT]
