"""Outline of Jupyter notebooks. Positions are those of the ``.ipynb`` file itself, so a hit opens where the cell stands."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.formats.spans import MAX_DOC, MAX_SIGNATURE, Entry, Links, Outline, Source, build, plain
from ingest.model import SymbolKind

_TOKEN = re.compile(rb"(?P<string>\"(?:[^\"\\]++|\\.)*+\"?)(?P<colon>\s*+:)?|(?P<open>[{\[])|(?P<close>[}\]])", re.DOTALL)
_ESCAPE = re.compile(r'\\(?:([nrtbf"\\/])|u([0-9a-fA-F]{4}))')
_ESCAPES = {"n": "\n", "t": "\t", "r": "\n", "b": "", "f": "", '"': '"', "\\": "\\", "/": "/"}
_MAX_SOURCE = 4_000
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.+)$", re.MULTILINE)
_IMAGE = re.compile(r"\]\(([^()\s]+)")


@dataclass(slots=True)
class _Cell:
    start: int
    end: int = -1
    cell_type: bytes = b""
    source: bytes = b""


def notebook(text: bytes) -> Outline:
    """Outline a notebook: a section per cell, ``cell 3 (code)``; the first line is its signature, the beginning of the source its doc."""
    source = Source(text)
    breaks: list[int] = []
    links = Links(source)
    entries: list[Entry] = []
    for number, cell in enumerate(_cells(source, breaks), start=1):
        content = _unescape(cell.source)
        cell_type = plain(cell.cell_type, 40) or "unknown"
        first = next((line.strip() for line in content.splitlines() if line.strip()), "")
        heading = _HEADING.search(content) if cell_type == "markdown" else None
        if cell_type == "markdown":
            for found in _IMAGE.finditer(content):
                links.add(found[1].encode(), b"", cell.start)
        entries.append(
            Entry(
                cell.start,
                f"cell {number} ({cell_type})",
                SymbolKind.SECTION,
                end=cell.end if cell.end >= 0 else len(text),
                signature=_bounded(heading[0] if heading else first, MAX_SIGNATURE),
                doc=_bounded(content, MAX_DOC),
            )
        )
    return build(source, entries, breaks=breaks, imports=links.imports())


def _cells(source: Source, breaks: list[int]) -> list[_Cell]:
    """Walk the JSON tokens; a cell is an object of the ``cells`` array of the root object (or of a version 3 worksheet)."""
    cells: list[_Cell] = []
    path: list[bytes] = []  # per open bracket: the key it is the value of
    key = b""
    cell: _Cell | None = None
    base = -1  # depth inside the cell
    for match in _TOKEN.finditer(source.padded):
        kind = match.lastgroup
        if kind == "colon":
            key = match["string"][1:-1]
            if cell and len(path) == base and key in {b"source", b"input", b"outputs"}:
                breaks.append(source.line_start(match.start() - 1))
        elif kind == "open":
            if cell is None and match[0] == b"{" and path and path[-1] == b"cells":
                cell = _Cell(source.line_start(match.start() - 1))
                cells.append(cell)
                base = len(path) + 1
            path.append(key)
            key = b""
        elif kind == "close":
            if path:
                path.pop()
            if cell and len(path) < base:
                cell.end, cell = match.end() - 1, None
            key = b""
        elif cell:
            _take(cell, path, base, key, match["string"])
            key = key if len(path) > base else b""
    return cells


def _take(cell: _Cell, path: list[bytes], base: int, key: bytes, string: bytes) -> None:
    """Keep a string value if it is the cell's type or a piece of its source."""
    owner = key if len(path) == base else path[-1] if len(path) == base + 1 else b""
    if owner == b"cell_type" and not cell.cell_type:
        cell.cell_type = string[1:-1]
    elif owner in {b"source", b"input"} and len(cell.source) < _MAX_SOURCE:
        cell.source += string[1:-1][:_MAX_SOURCE]


def _unescape(raw: bytes) -> str:
    def character(match: re.Match[str]) -> str:
        return _ESCAPES[match[1]] if match[1] else chr(int(match[2], 16))

    text = _ESCAPE.sub(character, raw.decode("utf-8", "replace"))
    # Surrogate pairs of characters beyond the basic plane.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _bounded(text: str, limit: int) -> str:
    return plain(text.encode(), limit)
