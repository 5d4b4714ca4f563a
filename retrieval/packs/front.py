"""What stands in front of a pack: the graph's answer to a question about structure, and the definitions that its rows are in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from graph.answers import Verdict
from graph.model import REPOSITORY
from ingest.model import SymbolKind
from retrieval.packs.build import worth
from retrieval.packs.draft import Unit
from retrieval.packs.files import FileSource, PackFile
from retrieval.packs.model import FrontKind, PackFront
from retrieval.structure import Structure, StructureRow
from retrieval.tokens import estimate_tokens

SHARE = 0.4
"""Of a budget, what the rows of the graph may take at most; the code that they stand in is packed beside them."""
ROWS = 24
"""Rows whose code is weighed against hits, the surest first."""

_CODE = frozenset({SymbolKind.FUNCTION, SymbolKind.METHOD, SymbolKind.CONSTRUCTOR, SymbolKind.CLASS, SymbolKind.STRUCT})
_LINES = 60  # of a longer definition those around the row are shown
_AROUND = 12


def structure_front(found: Sequence[Structure], budget: int) -> tuple[list[PackFront], list[str]]:
    """Return the answers of the graph as text within a share of a budget, and notes of the views whose graph could not be asked."""
    asked = [each for each in found if each.generation or each.rows]
    notes = [f"no answer of the graph: {note}" for each in found if each not in asked for note in each.notes]
    left = int(budget * SHARE)
    front: list[PackFront] = []
    for at, each in enumerate(asked):
        text = _text(each, left // (len(asked) - at))
        tokens = estimate_tokens(text + "\n\n")
        if text and tokens <= left:
            front.append(PackFront(FrontKind.STRUCTURE, text, tokens, each.repository, each.view))
            left -= tokens
    return front, notes


def _text(answer: Structure, budget: int) -> str:
    """Return one answer: what was asked, how sure it is, and the rows that fit; "" where not even the first line does."""
    unknown = answer.coverage.unknown
    more = f"; {unknown:,} uses that nobody could resolve might be more" if unknown else ""
    sure = "none found" if answer.verdict is Verdict.NONE and not answer.total else f"{answer.verdict}, {answer.total:,} found"
    lines = [f"{answer.relation} of {answer.name} in {answer.repository}, from the graph: {sure}{more}"]
    lines += [f"is {node.kind} {node.qualified_name}  {node.path}:{node.start_line}" for node in answer.targets[:3] if node.path]
    lines += [f"note: {note}" for note in answer.notes]
    if answer.choices:
        lines += [f"may be {node.handle}" for node in answer.choices[:8]]
    kept: list[str] = []
    for number, line in enumerate([*lines, *map(_row, answer.rows)], start=1):
        left_out = answer.total - max(0, number - len(lines))
        tail = [f"… {left_out:,} more"] if left_out else []
        if estimate_tokens("\n".join([*kept, line, *tail, "", ""])) > budget:
            break
        kept.append(line)
    missing = answer.total - max(0, len(kept) - len(lines))
    return "\n".join([*kept, f"… {missing:,} more"] if missing and kept else kept)


def _row(row: StructureRow) -> str:
    text = f": {row.text}" if row.text else ""
    return f"- {f'{row.symbol}  ' if row.symbol else ''}{row.path}:{row.line}  {row.kind}, {row.evidence}{text}"


def row_units(found: Iterable[Structure], read: FileSource) -> Iterator[Unit]:
    """Yield the code around the rows of each answer that are in its own view, as units worth as much as hits at the same place."""
    for answer in found:
        seen: set[tuple[str, int, int]] = set()
        for row in [row for row in answer.rows if row.path and not row.path.startswith(REPOSITORY)][:ROWS]:
            try:
                file = read(answer.repository, answer.view, row.path, "")
            except LookupError:  # a graph of an older state names files that are gone
                continue
            span = _span(file, row.line)
            if (row.path, *span) not in seen and file.holds_text(*span):
                yield Unit(file, worth(len(seen)), (span,), tuple(file.defined(*span)))
                seen.add((row.path, *span))


def _span(file: PackFile, line: int) -> tuple[int, int]:
    """Return the innermost definition around a line, the lines near it where that is long or there is none."""
    around = [each for each in file.symbols if each.kind in _CODE and each.start_line <= line <= each.end_line]
    first, last = line - _AROUND, line + _AROUND
    if around:
        inner = max(around, key=lambda each: each.start_line)
        if inner.end_line - inner.start_line < _LINES:
            return inner.start_line, inner.end_line
        first, last = max(first, inner.start_line), min(last, inner.end_line)
    return max(first, 1), min(last, len(file.lines))
