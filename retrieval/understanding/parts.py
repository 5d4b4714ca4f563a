"""Questions that ask several things: the parts of one that can be asked by themselves."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

MAX_PARTS = 6
"""A text of more parts is a list to read, not so many questions."""

_ITEM = re.compile(r"^[ \t]*(?:\d{1,2}[.)]|[-*•]|\([a-z0-9]\))[ \t]+(\S[^\n]*)", re.MULTILINE)
_ASKING = r"(?:how|where|what|which|why|who|when)"
_ANOTHER = re.compile(rf"(?:,? and (?:also )?|; ?|, )(?={_ASKING} \w)", re.IGNORECASE)
_ASKS = re.compile(rf"{_ASKING}\b", re.IGNORECASE)
_LONGEST = 1200


def parts_of(text: str, content: Callable[[str], Collection[str]]) -> tuple[str, ...]:
    """Return the questions that a text is made of, none when it asks one thing.

    ``content`` gives the words of a text that say something. Every part has two at least, and one that no other part has: "how are
    sessions stored and how does it work" is one question.
    """
    text = text.strip()
    if len(text) > _LONGEST:
        return ()
    for split in (_items, _sentences, _conjoined):
        parts = split(text)
        if 2 <= len(parts) <= MAX_PARTS and _stand_alone(parts, content):
            return tuple(parts)
    return ()


def _items(text: str) -> list[str]:
    """Return the items of a text that is a list and nothing else; what heads it, with a colon, is no part."""
    lines = [line for line in text.split("\n") if line.strip()]
    items = [found[1].strip() for found in _ITEM.finditer(text)]
    headed = lines[0].rstrip().endswith(":") and not _ITEM.match(lines[0])
    return items if len(items) == len(lines) - headed else []


def _sentences(text: str) -> list[str]:
    """Return the sentences of a text of questions, each with its question mark."""
    if "\n\n" in text:
        return []
    parts = [part.strip() for part in re.split(r"(?<=\?)\s+", text) if part.strip()]
    return parts if all(part.endswith("?") for part in parts[:-1]) else []


def _conjoined(text: str) -> list[str]:
    """Return questions that ``and`` or a comma joins; each begins with its question word."""
    if "\n" in text or not _ASKS.match(text):
        return []
    return [part.strip() for part in _ANOTHER.split(text) if part.strip()]


def _stand_alone(parts: list[str], content: Callable[[str], Collection[str]]) -> bool:
    words = [set(content(part)) for part in parts]
    return all(
        len(own) >= 2 and own - set[str]().union(*(each for other, each in enumerate(words) if other != at)) for at, own in enumerate(words)
    )
