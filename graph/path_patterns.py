"""Wildcards of workspaces and CODEOWNERS as regular expressions that cannot run away.

``*`` and ``?`` stay within one part of a path, ``**`` stands for any number of whole parts. The leftmost place where what follows a
wildcard fits is as good as any later one, so each wildcard but the last is an atomic group: none is tried again because of a later one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence


def expression(parts: Sequence[str]) -> str:
    """Return the expression, to be matched in full, for the parts of a pattern between slashes."""
    blocks: list[list[str]] = [[]]
    for part in parts:
        if part == "**":
            blocks.append([])
        else:
            blocks[-1].append(part)
    *inner, last = ["/".join(map(_part, block)) for block in blocks]
    if not inner:
        return last
    found = inner[0] + "/" if inner[0] else ""
    found += "".join(f"(?>(?:[^/]+/)*?{block}/)" for block in inner[1:] if block)
    return found + (f"(?:[^/]+/)*{last}" if last else ".+")


def _part(part: str) -> str:
    first, *rest = (re.escape(literal).replace(r"\?", "[^/]") for literal in part.split("*"))
    if not rest:
        return first
    return first + "".join(f"(?>[^/]*?{literal})" for literal in rest[:-1] if literal) + "[^/]*" + rest[-1]


def folder_pattern(pattern: str) -> re.Pattern[str]:
    """Compile the pattern of a workspace's members."""
    return re.compile(expression(pattern.split("/")))
