"""Definitions by name, over the facts of the files a view shows."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Collection, Iterable, Iterator
from operator import itemgetter

from ingest.facts import FactStore
from ingest.model import DocumentId, Symbol, SymbolKind

# Without i, k and s, which İ, ı, the Kelvin sign and ſ equal where case does not matter.
_PLAIN = re.compile(r"[a-hjl-rt-zA-HJL-RT-Z0-9_.]+")


def find_definitions(
    facts: FactStore, documents: Iterable[tuple[DocumentId, str, str]], pattern: str, *, kinds: Collection[SymbolKind] = ()
) -> Iterator[tuple[str, str, Symbol]]:
    """Yield (path, language, symbol) of the definitions that match, in order of path and line.

    ``pattern`` is compared with the name and with the qualified name; ``*`` and ``?`` are wild, and case does not matter. ``documents`` are
    (document, path, language).
    """
    wanted = re.compile(fnmatch.translate(pattern.replace("[", "[[]")), re.IGNORECASE)
    ordered = sorted(documents, key=itemgetter(1))
    found = facts.symbols((document for document, _, _ in ordered), _needle(pattern))
    for (_, path, language), symbols in zip(ordered, found, strict=True):
        for symbol in symbols:
            if (not kinds or symbol.kind in kinds) and (wanted.match(symbol.name) or wanted.match(symbol.qualified_name)):
                yield path, language, symbol


def _needle(pattern: str) -> bytes:
    """Return the longest part of a pattern, in lower case, that every name it matches holds literally but for the case of ASCII letters."""
    return max(_PLAIN.findall(pattern), key=len, default="").lower().encode()
