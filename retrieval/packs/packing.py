"""Packs from an index: the search, the facts of the files it found, and the graph around them, all of one generation."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from ingest.database import Database
from ingest.errors import StoreBusyError
from ingest.facts import FactStore
from ingest.model import View
from ingest.views import Repository, ViewCatalog
from retrieval.answers import SearchAnswer, SearchRequest
from retrieval.packs.build import CONSIDERED, pack
from retrieval.packs.files import PackFile
from retrieval.packs.handles import Seen, file_digest
from retrieval.packs.model import ContextPack

_ATTEMPTS = 3
_Views = dict[tuple[str, str], tuple[Repository, View]]


class Packing:
    """Makes packs of one data folder."""

    def __init__(
        self,
        database: Database,
        views_of: Callable[[SearchRequest], list[tuple[Repository, View]]],
        search: Callable[[SearchRequest], SearchAnswer],
    ) -> None:
        self._database = database
        self._views_of = views_of
        self._search = search

    def pack(self, request: SearchRequest, *, budget: int, seen: Iterable[str] = ()) -> ContextPack:
        """Do what ``Engine.context`` says."""
        known = Seen(seen)
        wanted = replace(request, limit=max(request.limit, CONSIDERED))
        for _ in range(_ATTEMPTS):
            answer = self._search(wanted)
            with self._database.read():
                views = {(repository.name, view.name): (repository, view) for repository, view in self._views_of(request)}
                if all(self._stands(status.repository, status.view, status.generation, views) for status in answer.status):
                    return pack(answer, _Reader(self._database, views), budget=budget, seen=known)
        raise StoreBusyError(f"the index changed {_ATTEMPTS} times while it was asked; ask again when the indexing is done")

    @staticmethod
    def _stands(repository: str, view: str, generation: int, views: _Views) -> bool:
        found = views.get((repository, view))
        return found is not None and found[1].generation == generation


class _Reader:
    """Reads files of views with what they define."""

    def __init__(self, database: Database, views: _Views) -> None:
        self._facts = FactStore(database)
        self._catalog = ViewCatalog(database)
        self._views = views

    def __call__(self, repository: str, view: str, path: str, language: str) -> PackFile:
        entry = self._catalog.entries_at(self._views[repository, view][1], [path]).get(path)
        if entry is None:
            raise LookupError(f"{path} is not in the index of {view}")
        document = entry.document_id
        text = self._facts.texts([document])[document].decode("utf-8", "replace")
        (symbols,) = self._facts.symbols([document])
        digest = file_digest(repository, path, entry.content_hash)
        return PackFile(repository, view, path, language=language, digest=digest, text=text, symbols=symbols)
