"""Answers to questions about structure as people read them on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from serve.render import Style, one_line

if TYPE_CHECKING:
    from graph.model import Node
    from retrieval.structure import Structure, StructureRow

_SAID = {
    "callers": "callers of {}",
    "callees": "what {} calls",
    "references": "uses of {}",
    "tests": "tests of {}",
    "implementations": "implementations of {}",
    "overrides": "overrides of {}",
    "importers": "imports of {}",
    "dependents": "what depends on {}",
    "dependencies": "what {} depends on",
    "impact": "what a change of {} may reach",
    "configured": "where {} gets its value",
}
_TARGETS = 8


def structures(found: Sequence[Structure], style: Style, *, several: bool = False) -> str:
    """Return a block for each view: what was asked of what, how sure the answer is, and a line a use."""
    return "\n\n".join("\n".join(_lines(each, style, several=several)) for each in found)


def _lines(answer: Structure, style: Style, *, several: bool) -> Iterator[str]:
    asked = _SAID[answer.relation.value].format(one_line(answer.name))
    where = f" in {one_line(answer.repository)}" if several else ""
    yield f"{style.strong(asked)}{where}  {style.faint(_summary(answer))}"
    about = answer.choices or answer.targets
    if not answer.rows or len(about) > 1:
        for each in about[:_TARGETS]:
            yield f"   of {style.path(_place(each))}  {each.kind}  {one_line(each.qualified_name)}"
        if len(about) > _TARGETS:
            yield f"   of {len(about) - _TARGETS:,} more"
    for row in answer.rows:
        yield _row(row, style)
    if answer.total > len(answer.rows) > 0:
        yield style.faint(f"   {answer.total - len(answer.rows):,} more with a larger --limit")
    for note in answer.notes:
        yield style.faint(f"   note: {one_line(note)}")


def _summary(answer: Structure) -> str:
    configured = answer.relation.value == "configured"
    if answer.choices or (not answer.generation and not configured):
        return "not asked"
    parts = [f"{answer.verdict.value}, {answer.total:,} found"]
    if answer.coverage.unknown:
        parts.append(f"{answer.coverage.unknown:,} unresolved uses might be more")
    if answer.coverage.unresolved_files:
        parts.append(f"{answer.coverage.unresolved_files:,} files not resolved")
    return ("from files and the graph: " if configured else "from the graph: ") + "; ".join(parts)


def _row(row: StructureRow, style: Style) -> str:
    symbol = f"{style.strong(one_line(row.symbol))} " if row.symbol else ""
    known = row.evidence if row.evidence == "proven" else style.faint(row.evidence)
    return f"   {style.path(f'{one_line(row.path)}:{row.line}')}  {symbol}{row.kind}  {known}  {style.faint(one_line(row.text))}".rstrip()


def _place(node: Node) -> str:
    return f"{one_line(node.path)}:{node.start_line}" if node.path and node.start_line else one_line(node.path or node.handle)
