"""What narrows a question. Apart from ``query``, so that a request can be named without loading what answers it."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.model import LanguageId, SymbolKind


@dataclass(frozen=True, slots=True)
class Filters:
    """Which chunks may answer; empty means any. All of them apply to every signal."""

    paths: tuple[str, ...] = ()
    """Globs on the path: ``*`` stays within a folder, ``**`` does not; one without ``/`` matches at any depth."""
    languages: tuple[LanguageId, ...] = ()
    kinds: tuple[SymbolKind, ...] = ()
    tests: bool | None = None
    """True for test files only, False for all others only."""
