"""How a pack reads. What is printed is what its tokens are counted on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from retrieval.packs.model import Fidelity, Link, PackItem, PackSymbol, Relation, Sibling

_TICKS = re.compile("`+")


def view_labels(views: Iterable[str]) -> dict[str, str]:
    """Return a short name for each view: the last part of its name where no other view ends so, else the whole."""
    names = list(dict.fromkeys(views))
    last = [name.rstrip("/").rpartition("/")[2] or name for name in names]
    return {name: short if last.count(short) == 1 else name for name, short in zip(names, last, strict=True)}


def heading(path: str, first: int, last: int, view: str, digest: str, fidelity: Fidelity) -> str:
    """Return what stands above an item: ``path:start-end@view #digest``, which is the handle spelled for people."""
    return f"{path}:{first}-{last}@{view} #{digest}" + ("" if fidelity is Fidelity.FULL else f" ({fidelity})")


def fence_of(text: str) -> str:
    """Return a fence that the text does not hold."""
    return "`" * max(3, 1 + max(map(len, _TICKS.findall(text)), default=0)) if "`" in text else "```"


def enclosing_line(symbol: PackSymbol) -> str:
    """Return the line above a span that names a definition around it."""
    return f"in {symbol.start_line}-{symbol.end_line} {symbol.signature}"


def entry_line(symbol: PackSymbol) -> str:
    """Return a definition by signature and doc, with why it is there if no query matched it."""
    doc = f"  -- {symbol.doc}" if symbol.doc else ""
    links = f"  [{'; '.join(map(_link, symbol.links))}]" if symbol.links else ""
    outer = symbol.name.rpartition(".")[0].rpartition(".")[2]
    return f"{symbol.start_line}-{symbol.end_line} {f'{outer}: ' if outer else ''}{symbol.signature}{doc}{links}"


_SAID = {
    Relation.CALLEE: "called by",
    Relation.CALLER: "calls",
    Relation.BASE: "base of",
    Relation.SUBTYPE: "extends",
    Relation.OVERRIDDEN: "overridden by",
    Relation.TYPE: "used by",
    Relation.TEST: "tests",
}


def _link(link: Link) -> str:
    return f"{_SAID[link.relation]} {link.of}, {link.path}:{link.line}"


def name_of(symbol: PackSymbol) -> str:
    """Return a definition by name alone."""
    return symbol.name or symbol.signature[:40]


def siblings_line(siblings: Sequence[Sibling]) -> str:
    """Return the near copies of an item."""
    return "near copies: " + ", ".join(f"{each.path}:{each.start_line}-{each.end_line}" for each in siblings)


def body_of(fidelity: Fidelity, text: str, symbols: Sequence[PackSymbol], siblings: Sequence[Sibling]) -> str:
    """Return what stands below the heading of an item."""
    if fidelity is Fidelity.FULL:
        fence = fence_of(text)
        lines = [*map(enclosing_line, symbols), fence, text, fence]
    else:
        lines = [text]
    return "\n".join([*lines, siblings_line(siblings)] if siblings else lines)


def block(item: PackItem, labels: Mapping[str, str]) -> str:
    """Return an item as it is printed."""
    digest = item.handle.partition(":")[0]
    top = heading(item.path, item.start_line, item.end_line, labels.get(item.view, item.view), digest, item.fidelity)
    return f"{top}\n{body_of(item.fidelity, item.text, item.symbols, item.siblings)}"
