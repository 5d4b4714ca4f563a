"""One file's part of a pack while it is being chosen: what is shown of it, and what that costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from retrieval.packs.files import PackFile
from retrieval.packs.handles import Lines, handle_of
from retrieval.packs.layout import block, enclosing_line, entry_line, fence_of, heading, name_of, siblings_line
from retrieval.packs.model import Fidelity, PackItem, PackSymbol, Sibling
from retrieval.tokens import estimate_tokens, size, tokens_of

_BREAK = 2  # the line end behind an item and the blank line
_Key = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Unit:
    """What is chosen or not: a hit's lines or a symbol near one. ``spans`` is empty for what is never shown in full."""

    file: PackFile
    worth: float
    """How likely the asker needs it."""
    spans: tuple[Lines, ...]
    entries: tuple[PackSymbol, ...]
    siblings: tuple[Sibling, ...] = ()

    @property
    def levels(self) -> tuple[Fidelity, ...]:
        """The fidelities it can be shown at, the least first."""
        reduced = (Fidelity.NAME, Fidelity.SIGNATURE) if self.entries else ()
        return (*reduced, Fidelity.FULL) if self.spans else reduced


@dataclass(frozen=True, slots=True)
class FileDraft:
    """What is shown of a file: spans in full, disjoint and in order, and definitions by signature and by name."""

    file: PackFile
    label: str
    full: tuple[Lines, ...] = ()
    entries: dict[_Key, PackSymbol] = field(default_factory=dict[_Key, PackSymbol])
    names: dict[_Key, PackSymbol] = field(default_factory=dict[_Key, PackSymbol])
    copies: tuple[tuple[Lines, tuple[Sibling, ...]], ...] = ()

    def showing(self, unit: Unit, level: Fidelity) -> FileDraft:
        """Return the draft that shows a unit at a fidelity besides."""
        if level is Fidelity.NAME:
            return replace(self, names={**self.names, **_keyed(unit.entries)})
        if level is Fidelity.SIGNATURE:
            return replace(self, entries={**self.entries, **_keyed(unit.entries, self.entries)})
        copies = (*self.copies, (unit.spans[0], unit.siblings)) if unit.siblings else self.copies
        return replace(self, full=_joined((*self.full, *unit.spans)), copies=copies)

    def tokens(self) -> int:
        """Return what the items would cost."""
        total = 0
        for first, last, enclosing, siblings in self._spans():
            fence = 2 * len(fence_of(self.file.text(first, last))) + 2
            above = sum(size(enclosing_line(each)) + 1 for each in enclosing)
            below = size(siblings_line(siblings)) + 1 if siblings else 0
            total += tokens_of(self._heading(first, last, Fidelity.FULL) + above + fence + self.file.size(first, last) - 1 + below + _BREAK)
        for fidelity, text, symbols in self._outlines():
            total += tokens_of(self._heading(symbols[0].start_line, _end(symbols), fidelity) + size(text) + _BREAK)
        return total

    def items(self) -> Iterator[PackItem]:
        """Yield what is shown: spans in full by line, then definitions by signature, then by name."""
        for first, last, enclosing, siblings in self._spans():
            yield self._item(Fidelity.FULL, self.file.text(first, last), (first, last), enclosing, siblings)
        for fidelity, text, symbols in self._outlines():
            yield self._item(fidelity, text, (symbols[0].start_line, _end(symbols)), symbols, ())

    def _item(self, fidelity: Fidelity, text: str, span: Lines, symbols: Sequence[PackSymbol], siblings: tuple[Sibling, ...]) -> PackItem:
        file = self.file
        spans = [span] if fidelity is Fidelity.FULL else [(each.start_line, each.end_line) for each in symbols]
        handle = handle_of(file.digest, spans, fidelity)
        item = PackItem(*(file.path, *span, fidelity, text, 0, file.repository, file.view, file.language, handle, tuple(symbols), siblings))
        return replace(item, tokens=estimate_tokens(block(item, {file.view: self.label}) + "\n" * _BREAK))

    def _heading(self, first: int, last: int, fidelity: Fidelity) -> int:
        return size(heading(self.file.path, first, last, self.label, self.file.digest, fidelity)) + 1

    def _spans(self) -> Iterator[tuple[int, int, list[PackSymbol], tuple[Sibling, ...]]]:
        for span in self.full:
            first, last = self.file.trimmed(*span)
            siblings = tuple(each for (at, _), found in self.copies if span[0] <= at <= span[1] for each in found)
            yield first, last, self.file.around(first), siblings

    def _outlines(self) -> Iterator[tuple[Fidelity, str, list[PackSymbol]]]:
        shown = {_key(symbol) for _, _, enclosing, _ in self._spans() for symbol in enclosing}
        entries = [each for key, each in sorted(self.entries.items()) if key not in shown and not self._covers(each)]
        if entries:
            yield Fidelity.SIGNATURE, "\n".join(map(entry_line, entries)), entries
        shown |= self.entries.keys()
        names = [
            replace(each, signature="", doc="") for key, each in sorted(self.names.items()) if key not in shown and not self._covers(each)
        ]
        if names:
            yield Fidelity.NAME, ", ".join(map(name_of, (self.names[_key(each)] for each in names))), names

    def _covers(self, symbol: PackSymbol) -> bool:
        """Say whether the line where a definition begins is shown; of a span that defines nothing, any line."""
        last = symbol.start_line if symbol.name else symbol.end_line
        return any(start <= last and symbol.start_line <= end for start, end in self.full)


def _key(symbol: PackSymbol) -> _Key:
    return symbol.start_line, symbol.end_line, symbol.name


def _keyed(symbols: Sequence[PackSymbol], known: dict[_Key, PackSymbol] | None = None) -> dict[_Key, PackSymbol]:
    """Return symbols by what tells them apart; one that is known keeps its links and gets those of the new one."""
    known = known or {}
    return {
        key: replace(symbol, links=tuple(dict.fromkeys((*known[key].links, *symbol.links)))) if key in known else symbol
        for symbol in symbols
        for key in (_key(symbol),)
    }


def _joined(spans: Sequence[Lines]) -> tuple[Lines, ...]:
    """Return spans with those that overlap or touch as one."""
    joined: list[Lines] = []
    for first, last in sorted(spans):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = joined[-1][0], max(joined[-1][1], last)
        else:
            joined.append((first, last))
    return tuple(joined)


def _end(symbols: Sequence[PackSymbol]) -> int:
    return max(symbol.end_line for symbol in symbols)
