"""Definitions by name, over the facts of the files a view shows."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Collection, Iterable, Iterator
from operator import itemgetter

from ingest.facts import FactStore
from ingest.model import DocumentId, Symbol, SymbolKind


def find_definitions(
    facts: FactStore, documents: Iterable[tuple[DocumentId, str, str]], pattern: str, *, kinds: Collection[SymbolKind] = ()
) -> Iterator[tuple[str, str, Symbol]]:
    """Yield (path, language, symbol) of the definitions that match, in order of path and line.

    ``pattern`` is compared with the name and with the qualified name; ``*`` and ``?`` are wild, and case does not matter. ``documents`` are
    (document, path, language).
    """
    wanted = re.compile(fnmatch.translate(pattern.replace("[", "[[]")), re.IGNORECASE)
    for document, path, language in sorted(documents, key=itemgetter(1)):
        for symbol in facts.parsed(document).symbols:
            if (not kinds or symbol.kind in kinds) and (wanted.match(symbol.name) or wanted.match(symbol.qualified_name)):
                yield path, language, symbol
