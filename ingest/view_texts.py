"""The texts of the files of one view, as it holds them."""

from __future__ import annotations

from functools import lru_cache

from ingest.database import Database
from ingest.facts import FactStore
from ingest.model import View
from ingest.views import ViewCatalog

_KEPT = 64  # callers go through a view file by file


class ViewTexts:
    """Texts by path; the last few read are kept."""

    def __init__(self, database: Database, view: View) -> None:
        self._facts = FactStore(database)
        self._documents = {path: document for path, (document, _) in ViewCatalog(database).languages(view.view_id).items()}
        self.read = lru_cache(_KEPT)(self._read)
        self._lines = lru_cache(_KEPT)(self._split)

    @property
    def paths(self) -> frozenset[str]:
        """The files of the view."""
        return frozenset(self._documents)

    def _read(self, path: str) -> bytes | None:
        document = self._documents.get(path)
        return None if document is None else self._facts.texts([document])[document]

    def _split(self, path: str) -> list[bytes]:
        return (self.read(path) or b"").split(b"\n")

    def lines(self, path: str, start: int, end: int) -> bytes | None:
        """Return lines of a file, counted from 1, inclusive; None where the view has no such file."""
        return None if path not in self._documents else b"\n".join(self._lines(path)[start - 1 : end])
