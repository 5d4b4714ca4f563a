"""What the names of a path say about a query: how much of a file's name was asked for, and how much of the query its path names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

from retrieval.terms import pieces, words

_SUFFIXES = (
    "ization", "isation", "ational", "ation", "ition", "ement", "ments", "ance", "ence", "able", "ible", "ment", "ness", "ions", "ings",
    "ally", "izer", "iser", "ator", "ion", "ing", "ers", "ors", "ies", "ive", "ize", "ise", "ity", "ate", "ant", "ent", "ous", "ful", "al",
    "er", "or", "ed", "es", "ly", "ic", "y", "e", "s",
)  # fmt: skip
_SAYS_NOTHING = frozenset({"index", "mod", "__init__", "lib", "main"})
_SHORTEST_ROOT = 4


@dataclass(frozen=True, slots=True)
class PathNames:
    """Roots of the words in a path."""

    stem: frozenset[str]
    folders: frozenset[str]
    """Roots of every folder, also of those the stem has."""


@lru_cache(1 << 14)
def root(term: str) -> str:
    """Strip suffixes again and again while four letters remain, so that ``serializer``, ``serialize`` and ``serialization`` meet.

    Far too coarse for text; names of files are few and chosen, and there it finds what a light stem misses (docs/design.md, "Ranking").
    """
    for suffix in _SUFFIXES:
        if term.endswith(suffix) and len(term) - len(suffix) >= _SHORTEST_ROOT:
            return root(term[: -len(suffix)])
    return term


@lru_cache(1 << 14)
def path_names(path: str) -> PathNames:
    """Return the names of a path; a stem that says nothing (``index``, ``__init__``) gives way to its folder's."""
    folders, _, name = path.rpartition("/")
    stem = name.split(".")[0] or name
    if stem.lower() in _SAYS_NOTHING and folders:
        folders, _, stem = folders.rpartition("/")
    return PathNames(_roots(stem), _roots(folders))


def name_key(name: str) -> int:
    """Return the number a definition is known by in a segment, whatever its upper and lower case; two names seldom share one."""
    return crc32(name.lower().encode("utf-8", "surrogatepass"))


@lru_cache(1 << 16)
def root_key(root: str) -> int:
    """Return the number a root is known by in a segment; two roots seldom share one."""
    return crc32(root.encode("utf-8", "surrogatepass"))


def name_roots(name: str) -> list[str]:
    """Return the roots of the pieces of a name, in order."""
    return [root(piece) for word in words(name.encode("utf-8", "surrogatepass")) for piece in pieces(word)]


def _roots(text: str) -> frozenset[str]:
    return frozenset(root(piece) for word in words(text.encode("utf-8", "surrogateescape")) for piece in pieces(word))
