"""A report as one HTML page that needs nothing else: no network, no library.

Queries, paths and reasons are untrusted text: each is escaped where it is written, and the policy in the page's head lets nothing run or
style but what is in the page, and nothing load. The page is readable without its script, which only filters and changes the theme.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable
from hashlib import sha256
from html import escape
from pathlib import Path

from eval.drawings import Cell, Drawing, Shape, Table
from eval.report import Chapter, Report, Source
from eval.report_worst import Came, Wanted, Worst
from eval.text import plain, shortened

NO_PLOTS = "Plots are left out: matplotlib is not installed. Install it with: pip install 'codelore[eval]'"

_ASSETS = Path(__file__)
_SHORT = 110
"""Characters of a query in the list; all of it shows when it is opened."""

Draw = Callable[[Drawing], str]


def page(report: Report, draw: Draw | None) -> str:
    """Return the page. Without ``draw`` the tables stand alone, and the page says how to get plots."""
    style, script = (_ASSETS.with_suffix(suffix).read_text(encoding="utf-8") for suffix in (".css", ".js"))
    parts = {
        "policy": f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; base-uri 'none'; form-action 'none'",
        "title": _text(report.title),
        "style": style,
        "script": script,
        "navigation": "".join(_navigation(each) for each in report.chapters),
        "notice": "" if draw else f'<p class="notice" role="note">{escape(NO_PLOTS)}</p>',
        "body": "".join(_chapter(each, draw) for each in report.chapters),
    }
    head, *pieces = _ASSETS.with_suffix(".html").read_text(encoding="utf-8").split("{{")
    return head + "".join(parts[name] + rest for name, _, rest in (piece.partition("}}") for piece in pieces))


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _text(text: str) -> str:
    """Return text that can stand between tags and in an attribute."""
    return escape(plain(text))


def _navigation(chapter: Chapter) -> str:
    links = [("figures", "Figures"), ("plots", "Plots"), ("speed", "Speed"), ("worst", "Worst queries"), ("source", "Reproduce")]
    return (
        f"<p><strong>{_text(chapter.title)}</strong> "
        + " ".join(f'<a href="#{chapter.key}-{key}">{name}</a>' for key, name in links)
        + "</p>"
    )


def _chapter(chapter: Chapter, draw: Draw | None) -> str:
    parts = [
        f'<section class="chapter" id="{chapter.key}"><h2>{_text(chapter.title)}</h2><p class="soft">{_text(chapter.about)}</p>',
        _legend(chapter.systems),
        _part(chapter, "figures", _titled(chapter.headline) + (_titled(chapter.differences) if chapter.differences else "")),
        _part(chapter, "plots", f'<div class="plots">{"".join(_figure(each, draw) for each in chapter.drawings)}</div>'),
        _part(chapter, "speed", _titled(chapter.costs) + (_titled(chapter.missing) if chapter.missing else "")),
        _part(chapter, "worst", _worst_list(chapter)),
        _part(chapter, "source", "<h3>Reproduce</h3>" + "".join(_source(each) for each in chapter.sources)),
        "</section>",
    ]
    return "".join(parts)


def _part(chapter: Chapter, key: str, html: str) -> str:
    return f'<section class="part" id="{chapter.key}-{key}">{html}</section>'


def _legend(systems: Iterable[str]) -> str:
    rows = "".join(f"<li>{_swatch(slot)}{_text(name)}</li>" for slot, name in enumerate(systems))
    return f'<ul class="legend" aria-label="Systems">{rows}</ul>'


def _swatch(slot: int, *, dashed: bool = False) -> str:
    body = f'<path d="M1 6h24" class="k{slot % 8}" stroke-width="3" stroke-dasharray="5 3"/>'
    if not dashed:
        body = f'<rect x="1" y="1" width="24" height="10" rx="3" class="f{slot % 8}"/>'
    return f'<svg class="swatch" viewBox="0 0 26 12" aria-hidden="true">{body}</svg>'


def _tag(name: str, html: str, **attributes: str) -> str:
    """Return an element; attributes without a value are left out, ``kind`` is its class."""
    attributes["class"] = attributes.pop("kind", "")
    given = "".join(f' {key}="{_text(value)}"' for key, value in attributes.items() if value)
    return f"<{name}{given}>{html}</{name}>"


def _titled(table: Table) -> str:
    return f"<h3>{_text(table.title)}</h3>{_table(table)}{_note(table.note)}"


def _note(text: str) -> str:
    return f'<p class="note">{_text(text)}</p>' if text else ""


def _table(table: Table) -> str:
    head = _tag("tr", "".join(_tag("th", _text(each), scope="col") for each in table.head))
    rows = "".join(
        _tag("tr", _tag("th", _cell(row[0]), scope="row") + "".join(_tag("td", _cell(each), kind=each.tone) for each in row[1:]))
        for row in table.rows
    )
    whole = _tag("table", f"<thead>{head}</thead><tbody>{rows}</tbody>", kind="words" if table.words else "")
    return _tag("div", whole, kind="wide", tabindex="0", role="region", **{"aria-label": table.title or table.head[0]})


def _cell(cell: Cell) -> str:
    return _text(cell.text) + (f"<small>{_text(cell.note)}</small>" if cell.note else "")


def _figure(drawing: Drawing, draw: Draw | None) -> str:
    picture = ""
    if draw:
        legend = "".join(f"<li>{_swatch(each.slot, dashed=each.dashed)}{_text(each.name)}</li>" for each in drawing.series)
        keys = "" if drawing.shape is Shape.SCATTER else f'<ul class="legend">{legend}</ul>'
        picture = f'<div class="picture">{draw(drawing)}</div>{keys}'
    table = f"<details{'' if draw else ' open'}><summary>Numbers</summary>{_table(drawing.table)}</details>"
    return f'<figure class="plot" id="{drawing.key}"><figcaption>{_text(drawing.title)}</figcaption>{picture}{table}</figure>'


def _worst_list(chapter: Chapter) -> str:
    if not chapter.worst:
        return "<h3>Worst queries</h3><p>None went wrong, or none was asked.</p>"
    shown = len(chapter.worst)
    about = (
        f"The worst of each system by {chapter.worst_by}, {shown} in all. "
        "▲ marks the two signals by which a row most exceeds the best row that holds the answer."
    )
    choices = {
        "system": chapter.systems,
        "corpus": sorted({each.corpus for each in chapter.worst}),
        "group": sorted({name for each in chapter.worst for name in (each.category, each.kind, each.language) if name}),
    }
    controls = (
        '<label>Search <input type="search" class="find" placeholder="query, path, signal" autocomplete="off" spellcheck="false"></label>'
    )
    controls += "".join(_choice(name, values) for name, values in choices.items() if values)
    rows = "".join(_worst(each, f"{chapter.key}-q{at}") for at, each in enumerate(chapter.worst))
    return (
        f'<h3>Worst queries</h3>{_note(about)}<div class="queries"><form class="filters" role="search">{controls}'
        f'<output class="shown" aria-live="polite">{shown} of {shown}</output></form>{rows}<p class="empty" hidden>No query fits.</p></div>'
    )


def _choice(name: str, values: Iterable[str]) -> str:
    options = "".join(f"<option>{_text(each)}</option>" for each in values)
    return f'<label>{name} <select data-by="{name}"><option value="">all</option>{options}</select></label>'


def _worst(row: Worst, key: str) -> str:
    groups = [each for each in (row.category, row.kind, row.language) if each]
    chips = "".join(_tag("span", _text(each), kind="chip") for each in (row.system, row.corpus, *groups))
    query = plain(row.query or row.question_id)
    short = shortened(query, _SHORT)
    line = _tag("span", f"{row.score:.3f}", kind="score") + _tag("span", _text(short), kind="what") + _tag("span", chips, kind="chips")
    whole = _tag("p", _text(query), kind="query") if short != query else ""
    scores = "".join(_tag("li", f"{_text(name)} <b>{value:.3f}</b>") for name, value in ((row.system, row.score), *row.others))
    came = "".join(_came(each) for each in row.came) or _tag("li", "no row, or a record without rows")
    sides = _tag("div", f'<h4>What came</h4><ol class="came">{came}</ol>')
    sides += _tag("div", f'<h4>What was wanted</h4><ul class="wanted">{"".join(_wanted(each) for each in row.wanted)}</ul>')
    rest = f"{whole}{_tag('p', _text(row.question_id), kind='note')}{_tag('ul', scores, kind='scores')}{_tag('div', sides, kind='sides')}"
    data = {"data-system": row.system, "data-corpus": row.corpus, "data-group": "|".join(groups)}
    return _tag("details", _tag("summary", line) + rest, kind="worst", id=key, **data)


def _wanted(row: Wanted) -> str:
    rank = f"rank {row.rank}" if row.rank else "not found"
    return _tag("li", f"<code>{_text(row.place)}</code> <em>{rank}{', secondary' if row.secondary else ''}</em>")


def _came(row: Came) -> str:
    chips = "".join(
        _tag(
            "span",
            f"{_text(each.name)} <b>{each.value:.3g}</b>{' ▲' if each.above else ''}",
            kind="signal above" if each.above else "signal",
        )
        for each in row.signals
    )
    mark = ' <em class="hit">answer</em>' if row.gold else ""
    place = f"<code>{_text(row.place)}</code> <small>{row.score:.4g}</small>{mark}"
    return _tag("li", place + (_tag("div", chips, kind="signals") if chips else ""), kind="gold" if row.gold else "", value=str(row.rank))


def _source(source: Source) -> str:
    facts = "".join(f"<dt>{_text(name)}</dt><dd>{_text(value)}</dd>" for name, value in source.facts)
    return f"<dl>{facts}</dl><pre><code>{chr(10).join(_text(each) for each in source.commands)}</code></pre>"
