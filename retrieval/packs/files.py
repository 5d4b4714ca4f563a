"""The files a pack shows parts of: their lines, and what they define."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate
from typing import Protocol

from ingest.model import Symbol, SymbolKind
from retrieval.packs.model import PackSymbol
from retrieval.tokens import size

_SIGNATURE, _DOC = 240, 160
_SPACE = re.compile(r"\s+")
_SENTENCE = re.compile(r".*?[.!?](?=\s|$)")
_BODIES = frozenset({SymbolKind.FUNCTION, SymbolKind.METHOD, SymbolKind.CONSTRUCTOR})
_OUTER = 3  # enclosing definitions named above a span: more are namespaces of namespaces


class PackFile:
    """One file of one view. Lines count from 1."""

    def __init__(
        self, repository: str, view: str, path: str, *, language: str, digest: str, text: str, symbols: Sequence[Symbol] = ()
    ) -> None:
        self.repository, self.view, self.path, self.language, self.digest = repository, view, path, language, digest
        self.lines = text.split("\n")
        self.symbols = tuple(symbols)

    @cached_property
    def _sizes(self) -> list[int]:
        return list(accumulate((size(line) + 1 for line in self.lines), initial=0))

    @cached_property
    def _inner(self) -> list[bool]:
        """Which symbols lie in the body of a function, where a reader of signatures does not look."""
        inner: list[bool] = []
        for symbol in self.symbols:
            outer = symbol.parent
            inner.append(outer >= 0 and (inner[outer] or self.symbols[outer].kind in _BODIES))
        return inner

    def text(self, first: int, last: int) -> str:
        """Return lines as they are."""
        return "\n".join(self.lines[first - 1 : last])

    def size(self, first: int, last: int) -> int:
        """Return the size of lines with their ends."""
        return self._sizes[min(last, len(self.lines))] - self._sizes[first - 1]

    def trimmed(self, first: int, last: int) -> tuple[int, int]:
        """Return a span without blank lines at its ends; (first, first - 1) where nothing is left."""
        last = min(last, len(self.lines))
        while first <= last and not self.lines[last - 1].strip():
            last -= 1
        while first <= last and not self.lines[first - 1].strip():
            first += 1
        return first, last

    def holds_text(self, first: int, last: int) -> bool:
        """Say whether any line of a span is more than blank."""
        return any(map(str.strip, self.lines[first - 1 : last]))

    def defined(self, first: int, last: int) -> list[PackSymbol]:
        """Return what is defined from one line to another, outside bodies of functions; else what encloses them; else the first words."""
        found = [
            described(symbol)
            for symbol, inner in zip(self.symbols, self._inner, strict=True)
            if first <= symbol.start_line <= last and not inner
        ]
        if found:
            return found
        around = self.around(first, last)
        if around:
            return around[-1:]
        return [PackSymbol("", "", first, last, _short(next(filter(str.strip, self.lines[first - 1 : last]), ""), _SIGNATURE))]

    def around(self, first: int, last: int = 0) -> list[PackSymbol]:
        """Return the definitions that begin before a line and reach it (to ``last`` where that is given), outermost first."""
        reach = last or first
        return [described(symbol) for symbol in self.symbols if symbol.start_line < first and symbol.end_line >= reach][-_OUTER:]

    def definition(self, qualified_name: str, line: int) -> PackSymbol | None:
        """Return the definition of a name that begins at a line."""
        for symbol in self.symbols:
            if symbol.start_line == line and symbol.qualified_name == qualified_name:
                return described(symbol)
        return None


class FileSource(Protocol):
    """Where the files of hits come from."""

    def __call__(self, repository: str, view: str, path: str, language: str) -> PackFile:
        """Return a file as a view shows it, the same object each time. Raises ``LookupError`` when it shows none at the path."""
        ...


def described(symbol: Symbol) -> PackSymbol:
    """Return a definition as packs show it: the signature in one line, and the first sentence of the doc."""
    doc = _SPACE.sub(" ", symbol.doc).strip()
    sentence = _SENTENCE.match(doc)
    return PackSymbol(
        symbol.qualified_name,
        symbol.kind,
        symbol.start_line,
        symbol.end_line,
        _short(symbol.signature or symbol.qualified_name, _SIGNATURE),
        _short(sentence[0] if sentence else doc, _DOC),
    )


def _short(text: str, limit: int) -> str:
    text = _SPACE.sub(" ", text).strip()
    return text if len(text) <= limit else text[: limit - 2] + " …"
