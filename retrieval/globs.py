"""Path filters: globs to patterns."""

from __future__ import annotations

import re

from ingest.errors import QueryError


def glob_pattern(glob: str) -> re.Pattern[str]:
    """Translate a path glob: ``*`` within a folder, ``**`` across folders; a folder stands for all below it.

    Raises ``QueryError`` for a range that runs backwards.
    """
    anchored = glob.removeprefix("./").rstrip("/")
    if anchored in {"", "."}:
        return re.compile(".*", re.DOTALL)
    anchored = anchored.removeprefix("/") if "/" in anchored else f"**/{anchored}"
    parts = re.split(r"(\*\*/?)", anchored)
    source = "".join("(?:.*/)?" if part == "**/" else ".*" if part == "**" else _segment(part) for part in parts)
    try:
        return re.compile(f"(?:{source})(?:/.*)?", re.DOTALL)
    except re.error as error:
        raise QueryError(f"the path filter {glob!r} is not a glob: {error}; write [[] for a bracket") from error


def _segment(part: str) -> str:
    """Translate what stands between ``**``: ``*``, ``?`` and ``[...]`` never match a ``/``."""
    source = ""
    for piece in re.findall(r"\[!?[^/][^]/]*\]|.", part, re.DOTALL):
        if piece in {"*", "?"}:
            source += "[^/]*" if piece == "*" else "[^/]"
        elif len(piece) > 1:
            others = piece[1] == "!" and len(piece) > 3
            members = re.findall(r".-.|.", piece[2 if others else 1 : -1], re.DOTALL)
            inside = "".join(re.escape(each[0]) + ("-" + re.escape(each[2]) if len(each) > 1 else "") for each in members)
            source += f"(?!/)[{'^' if others else ''}{inside}]"
        else:
            source += re.escape(piece)
    return source
