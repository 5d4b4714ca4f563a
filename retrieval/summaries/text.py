"""Summaries as text: one fact a line with its place, the repository's own words in quotation marks, within a budget of tokens.

The text is Markdown that reads well as it is. Lines are taken in order of importance, deeper ones later, while they fit the budget; the
number of those that did not fit is said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from retrieval.summaries.model import Definition, EntryPoint, Level, Link, Quote, Share, Summary
from retrieval.tokens import estimate_tokens

_INDENT = "  "
_HEADING = "\n## "
_NAMED = 8
"""Languages, links and names on one line, at most."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text. Lines of a lower ``rank`` go before others where not all fit."""

    text: str
    rank: int


def render(summary: Summary, *, budget: int, place: str = "") -> str:
    """Return a summary as text of at most about ``budget`` tokens; the first line is always there. ``place`` is said with the title.

    Raises ``ValueError`` for a budget below 1.
    """
    if budget < 1:
        raise ValueError(f"a token budget must be at least 1, not {budget}")
    lines = [Line(_title(summary, place), 0), *_facts(summary), *_tree(summary), *_definitions(summary)]
    left = budget - estimate_tokens(lines[0].text)
    kept = {0}
    for at in sorted(range(1, len(lines)), key=lambda at: (lines[at].rank, at)):
        tokens = estimate_tokens(lines[at].text)
        if tokens <= left:
            kept.add(at)
            left -= tokens
    kept -= {at for at in kept if lines[at].text.startswith(_HEADING) and not _has_rows(lines, kept, at)}
    dropped = len(lines) - len(kept)
    shown = [line.text for at, line in enumerate(lines) if at in kept]
    return "\n".join([*shown, f"… {dropped:,} more lines with a larger budget"] if dropped else shown)


def _has_rows(lines: Sequence[Line], kept: Collection[int], heading: int) -> bool:
    following = min((at for at in kept if at > heading), default=None)
    return following is not None and not lines[following].text.startswith(_HEADING)


def _title(summary: Summary, place: str) -> str:
    size = _size(summary)
    if summary.level is Level.REPOSITORY:
        return f"# {summary.name}: {size}{f', {place}' if place else ''}"
    if summary.level is Level.MODULE:
        named = f" ({summary.name})" if summary.name else ""
        return f"# {summary.path}/{named}: {size}{_in_words(summary.roles)}"
    if summary.level is Level.FILE:
        return f"# {summary.path}: {summary.kind}, {size}{_in_words(summary.roles)}"
    return f"# {summary.kind} {summary.name}  {summary.path}:{summary.start_line}-{summary.end_line}{_in_words(summary.roles)}"


def _size(summary: Summary) -> str:
    if summary.level is Level.FILE:
        return _plural(summary.lines, "line")
    return f"{_plural(summary.files, 'file')}, {_plural(summary.lines, 'line')} of code"


def _plural(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _in_words(roles: Sequence[str]) -> str:
    return f", {', '.join(roles)}" if roles else ""


def _facts(summary: Summary) -> Iterator[Line]:
    """Yield what is known of the thing itself."""
    if summary.signature:
        yield Line(f"signature: `{summary.signature}`", 1)
    if summary.doc:
        yield Line(_quoted(summary.doc), 1)
    for name, rank, items in _rows(summary):
        if items:
            more = _more(summary, _COUNTED.get(name, ""), len(items), beside=int(name == "used by" and summary.tested_by > 0))
            yield Line(f"{name}: {_listed(items, more)}", rank)
    yield from _block(summary, "entry points", "entry_points", [_entry(each) for each in summary.entry_points], 2)


def _definitions(summary: Summary) -> Iterator[Line]:
    if summary.level is Level.SYMBOL:
        title = "members"
    else:
        used = any(each.used_by or each.tested_by for each in summary.definitions)
        title = "definitions, the most used first" if used else "definitions"
    rows = [_definition(each, at_home=summary.level in {Level.FILE, Level.SYMBOL}) for each in summary.definitions]
    yield from _block(summary, title, "definitions", rows, 3 if summary.level in {Level.FILE, Level.SYMBOL} else 4)


def _rows(summary: Summary) -> Iterator[tuple[str, int, list[str]]]:
    languages = [each for each in summary.languages if each.lines]
    shown = [f"{each.language} {_plural(each.files, 'file')} {_plural(each.lines, 'line')}" for each in languages[:_NAMED]]
    yield "languages", 2, shown if len(shown) > 1 or summary.level is Level.REPOSITORY else []
    yield "packages", 2, [f"{each.name} ({each.ecosystem}, {each.path}:{each.line})" for each in summary.packages]
    yield "uses", 2, _links(summary.uses)
    tests = [_plural(summary.tested_by, "test or example file")] if summary.tested_by else []
    yield "used by", 2, _links(summary.used_by) + tests
    yield "outside packages", 4, _links(summary.external)
    yield "imports (not resolved)", 2, list(summary.imports)
    yield "sections", 4, [f"{_in_quotes(each.text)} :{each.line}" for each in summary.headings]
    yield "tests", 3, [_test_folder(each) for each in summary.tests]
    yield "configuration", 4, list(summary.configuration)


_COUNTED = {
    "uses": "uses",
    "used by": "used_by",
    "outside packages": "external",
    "sections": "headings",
    "imports (not resolved)": "imports",
    **{name: name for name in ("packages", "tests", "configuration")},
}
"""Row, and the list whose length ``counts`` has."""


def _test_folder(share: Share) -> str:
    place = f"{share.language}/" if share.language else "beside the code"
    return f"{place} {_plural(share.files, 'file')} {_plural(share.lines, 'line')}"


def _more(summary: Summary, name: str, shown: int, *, beside: int = 0) -> int:
    """Return how many of a list are not shown; ``beside`` counts what is shown and was not counted."""
    return next((each.total - shown + beside for each in summary.counts if each.name == name), 0)


def _listed(items: Sequence[str], more: int) -> str:
    return ", ".join([*items, f"{more:,} more"] if more else items)


def _links(links: Sequence[Link]) -> list[str]:
    return [f"{each.target} {each.uses:,}" for each in links]


def _block(summary: Summary, title: str, name: str, rows: Sequence[str], rank: int) -> Iterator[Line]:
    if rows:
        more = _more(summary, name, len(rows))
        yield Line(f"{_HEADING}{title}{f' ({len(rows):,} of {len(rows) + more:,})' if more else ''}", rank)
        yield from (Line(f"- {row}", rank) for row in rows)


def _entry(entry: EntryPoint) -> str:
    runs = f' = "{entry.target}"' if entry.target else ""
    return f"{entry.kind}: {entry.name}{runs}  {entry.path}:{entry.line}"


def _definition(each: Definition, *, at_home: bool) -> str:
    place = f":{each.start_line}-{each.end_line}" if at_home else f"{each.path}:{each.start_line}"
    members = f", {_plural(each.members, 'member')}" if each.members else ""
    users = [(each.used_by, "file", "files"), (each.tested_by, "test or example", "tests or examples")]
    used = ", ".join(f"{number:,} {one if number == 1 else many}" for number, one, many in users if number)
    said = f": {_in_quotes(each.doc)}" if each.doc else ""
    return f"{each.kind} {each.qualified_name}  {place}{members}{f', used by {used}' if used else ''}{said}"


def _quoted(quote: Quote) -> str:
    return f"{_in_quotes(quote.text)}  {quote.path}:{quote.line}"


def _in_quotes(text: str) -> str:
    """Return the repository's words in quotation marks, which do not end before the words do."""
    return '"' + text.replace('"', "'") + '"'


def _tree(summary: Summary) -> Iterator[Line]:
    if summary.parts:
        more = _more(summary, "parts", len(summary.parts))
        yield Line(f"{_HEADING}what is in it{f' ({len(summary.parts):,} of {len(summary.parts) + more:,})' if more else ''}", 2)
        for part in summary.parts:
            yield from _branch(part, 0)


def _branch(part: Summary, depth: int) -> Iterator[Line]:
    """Yield a part in one line, below it what it is for and whom it uses, and then its own parts."""
    indent, inner = _INDENT * depth, _INDENT * (depth + 1)
    rank = 2 + 4 * depth
    own = 0 if part.level is Level.MODULE else 1  # how modules hang together goes before what is in each file
    yield Line(f"{indent}- {_one_line(part)}", rank)
    if part.doc:
        yield Line(f"{inner}{_quoted(part.doc)}", rank + 1)
    names = Counter(each.name for each in part.definitions)
    if names:
        shown = [f"{name} ×{number}" if number > 1 else name for name, number in names.items()]
        yield Line(f"{inner}defines {_listed(shown, _more(part, 'definitions', len(part.definitions)))}", rank + 1 + own)
    said = [
        f"{word} {_listed(_links(links), _more(part, name, len(links)))}"
        for word, links, name in (("uses", part.uses, "uses"), ("used by", part.used_by, "used_by"))
        if links
    ]
    if said:
        yield Line(f"{inner}{'; '.join(said)}", rank + 1 + 2 * own)
    for each in part.parts:
        yield from _branch(each, depth + 1)


def _one_line(part: Summary) -> str:
    if part.level is Level.FILE:
        return f"{part.path}: {part.kind}, {_size(part)}{_in_words(part.roles)}"
    named = f" ({part.name})" if part.name else ""
    return f"{part.path}/{named}: {_size(part)}{_in_words(part.roles)}"
