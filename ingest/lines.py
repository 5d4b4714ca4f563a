"""Where the lines of a text end."""

from __future__ import annotations

import re
from functools import lru_cache

_NEWLINE = re.compile(b"\n")


@lru_cache(2)  # parsing and chunking one file both ask
def find_newlines(text: bytes) -> list[int]:
    """Return the offset of every line feed; callers must not change the list."""
    return [match.start() for match in _NEWLINE.finditer(text)]
