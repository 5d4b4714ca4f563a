"""The one scanner of formats whose parts are ``head { … }``: schemas and HCL."""

from __future__ import annotations

import re
from collections.abc import Callable

from ingest.formats.spans import Entry, Source

DOUBLE_QUOTED = rb"\"(?:[^\"\\\n]++|\\.)*+\"?"


def block_entries(source: Source, tokens: re.Pattern[bytes], describe: Callable[[re.Match[bytes], int], Entry | None]) -> list[Entry]:
    """Return an entry per head that ``describe(match, depth)`` wants, closed by its own brace.

    ``tokens`` names its groups ``head`` (from the line feed before it; one that ends with ``{`` opens a block, any other ends with its
    line), ``open``, ``close``, and anything else for what is passed over: comments, strings.
    """
    entries: list[Entry] = []
    stack: list[Entry | None] = []
    for match in tokens.finditer(source.padded):
        kind = match.lastgroup
        if kind == "head":
            entry = describe(match, len(stack))
            if entry:
                entries.append(entry)
            if match[0].endswith(b"{"):
                stack.append(entry)
            elif entry:
                entry.end = source.line_end(match.end() - 2)
        elif kind == "open":
            stack.append(None)
        elif kind == "close" and stack:
            entry = stack.pop()
            if entry:
                entry.end = match.end() - 1
    for entry in entries:
        entry.end = entry.end if entry.end >= 0 else len(source.text)
    return entries
