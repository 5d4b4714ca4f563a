"""How deep Python may recurse while names are read and resolved: syntax nests, and what a name denotes leads from file to file."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager

_DEPTH = 30_000


def allow_deep_recursion() -> None:
    """Allow it for the rest of this process: a worker's."""
    sys.setrecursionlimit(max(sys.getrecursionlimit(), _DEPTH))


@contextmanager
def deep_recursion() -> Generator[None]:
    """Allow it for a while. Without it a large repository loses, without a word, what is reached through long chains."""
    limit = sys.getrecursionlimit()
    allow_deep_recursion()
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
