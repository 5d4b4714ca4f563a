"""Questions that a repository's own definitions give."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ingest.model import SymbolKind
from retrieval.answers import SymbolRow
from retrieval.engine import Engine
from retrieval.filters import Filters

_KINDS = (SymbolKind.CLASS, SymbolKind.FUNCTION, SymbolKind.METHOD)


def named_symbols(engine: Engine, root: Path) -> list[SymbolRow]:
    """Return the public classes, functions and methods of a tree whose name is long enough to be asked for."""
    symbols = engine.symbols(str(root), "*", filters=Filters(kinds=_KINDS), limit=1_000_000).symbols
    return [each for each in symbols if len(each.name) > 5 and not each.name.startswith("_")]


def varied_queries(symbols: Sequence[SymbolRow], count: int) -> list[str]:
    """Return questions of three kinds in turns: a definition's name, its name in words with its folder's, the first line of its docs."""
    named = [each for each in symbols if each.doc]
    queries: list[str] = []
    for number in range(min(count, len(named))):
        symbol = named[number * len(named) // min(count, len(named))]
        words = f"{Path(symbol.path).parent.name} {symbol.name}".replace("_", " ")
        queries.append((symbol.name, words, symbol.doc.strip().splitlines()[0])[number % 3])
    return queries
