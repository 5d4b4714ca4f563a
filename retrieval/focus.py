"""Where in a span to look first: the lines that say most about the query."""

from __future__ import annotations

from retrieval.query import Query
from retrieval.terms import terms, words


def focus(snippet: str, query: Query, *, lines: int) -> int:
    """Return the first of at most ``lines`` lines to show, counted from 0.

    It is the window whose lines hold most of the query's terms, each term once; it begins with a line that holds one, and
    of equal windows the first is taken. For a pattern a hit says itself where it matches: matching once more could take for ever.
    """
    source = snippet.split("\n")
    asked = {term.text for term in query.terms}
    held = [asked & {each for word in words(line.encode("utf-8", "ignore")) for each in terms(word)} for line in source]
    best, start = 0, next((at for at, line in enumerate(source) if line.strip()), 0)
    for at in range(len(source)):
        found = len(frozenset[str]().union(*held[at : at + lines])) if held[at] else 0
        if found > best:
            best, start = found, at
    return min(start, max(len(source) - lines, 0)) if best else start
