"""A report as Markdown, for a pull request or a repository."""

from __future__ import annotations

import re
from collections.abc import Iterator

from eval.drawings import Cell, Table, Tone
from eval.report import Chapter, Report
from eval.report_worst import Worst
from eval.text import plain, shortened

QUERIES = 10
"""Worst queries of each system; the page has more."""
_CAME = 3
_IN_CODE = str.maketrans("`|", "ˋ¦")
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&!$@])")


def markdown(report: Report) -> str:
    """Return the report as GitHub's Markdown."""
    return "\n".join([f"# {_text(report.title)}", "", *(line for each in report.chapters for line in _chapter(each))])


def _text(text: str) -> str:
    """Return text that is read as text, whatever it holds: no link, no tag, no mention, no end of a cell."""
    return _SPECIAL.sub(r"\\\1", plain(text))


def _code(text: str) -> str:
    """Return text as code; marks that would end the code or the cell are replaced by ones that look like them."""
    return "`" + plain(text).translate(_IN_CODE) + "`"


def _chapter(chapter: Chapter) -> Iterator[str]:
    yield from (f"## {_text(chapter.title)}", "", _text(chapter.about), "")
    for table in (chapter.headline, chapter.differences):
        if table:
            yield from _titled(table)
    for drawing in chapter.drawings:
        yield from (f"### {_text(drawing.title)}", "", *_table(drawing.table), "")
    for table in (chapter.costs, chapter.missing):
        if table:
            yield from _titled(table)
    yield from _worst(chapter)
    yield from ("### Reproduce", "")
    for source in chapter.sources:
        yield from (f"- {_text(name)}: {_text(value)}" for name, value in source.facts)
        yield from ("", "```sh", *(plain(each) for each in source.commands), "```", "")


def _titled(table: Table) -> Iterator[str]:
    yield from (f"### {_text(table.title)}", "", *_table(table), "")
    if table.note:
        yield from (_text(table.note), "")


def _table(table: Table) -> Iterator[str]:
    yield f"| {' | '.join(_text(each) or ' ' for each in table.head)} |"
    yield f"| --- |{' ---: |' * (len(table.head) - 1)}"
    for row in table.rows:
        yield f"| {' | '.join(_cell(each) for each in row)} |"


def _cell(cell: Cell) -> str:
    text = _text(cell.text)
    if cell.tone is not Tone.PLAIN:
        text = f"**{text}**"
    return f"{text} {_text(cell.note)}" if cell.note else text


def _worst(chapter: Chapter) -> Iterator[str]:
    yield from ("### Worst queries", "")
    for system in chapter.systems:
        rows = [each for each in chapter.worst if each.system == system][:QUERIES]
        if rows:
            yield from (f"{_text(system)}, worst by {_text(chapter.worst_by)}:", "", *(line for each in rows for line in _query(each)), "")


def _query(row: Worst) -> Iterator[str]:
    groups = ", ".join(each for each in (row.corpus, row.category, row.kind, row.language) if each)
    others = "".join(f", {_text(name)} {value:.3f}" for name, value in row.others)
    yield f"- {row.score:.3f}{others}: {_text(shortened(row.query or row.question_id, 200))} ({_text(groups)})"
    wanted = ", ".join(f"{_code(each.place)} {f'at rank {each.rank}' if each.rank else 'not found'}" for each in row.wanted)
    yield f"  - wanted {wanted}"
    for each in row.came[:_CAME]:
        signals = ", ".join(f"{_text(one.name)} {one.value:.3g}{' ▲' if one.above else ''}" for one in each.signals)
        yield f"  - {each.rank}. {_code(each.place)}{' (answer)' if each.gold else ''}{f': {signals}' if signals else ''}"
