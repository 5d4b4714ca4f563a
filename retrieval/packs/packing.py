"""Packs from an index: the search, the facts of the files it found, and the graph around them, all of one generation."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from graph.answers import open_view
from graph.graph_state import GraphState
from graph.model import graph_name
from graph.store import GraphStore
from ingest.database import Database
from ingest.errors import StoreBusyError
from ingest.facts import FactStore
from ingest.model import View
from ingest.views import Repository, ViewCatalog
from retrieval.answers import MAX_NESTED, SearchAnswer, SearchRequest
from retrieval.packs.around import GraphNeighbours, Surveyed
from retrieval.packs.build import considered, pack
from retrieval.packs.draft import Unit
from retrieval.packs.files import PackFile
from retrieval.packs.handles import Seen, file_digest
from retrieval.packs.model import ContextPack, FrontKind, PackFront
from retrieval.query import parse_query
from retrieval.tokens import estimate_tokens
from retrieval.understanding.architecture import is_about_all
from retrieval.view_graphs import ViewGraphs

if TYPE_CHECKING:
    from retrieval.summaries.overview import Summaries

_ATTEMPTS = 3
_MODULES = 0.3  # of a budget: a model that knows the modules asks for the code of one next
_CUT = 20  # tokens of the line that says what a summary leaves out
_Views = dict[tuple[str, str], tuple[Repository, View]]


class Packing:
    """Makes packs of one data folder."""

    def __init__(
        self,
        database: Database,
        views_of: Callable[[SearchRequest], list[tuple[Repository, View]]],
        search: Callable[[SearchRequest, GraphStore | None], SearchAnswer],
        summaries: Callable[[GraphStore | None], Summaries],
    ) -> None:
        self._database = database
        self._views_of = views_of
        self._search = search
        self._summaries = summaries

    def pack(self, request: SearchRequest, *, budget: int, seen: Iterable[str] = (), graph: GraphStore | None = None) -> ContextPack:
        """Do what ``Engine.context`` says."""
        known = Seen(seen)
        query = parse_query(request.text, regex=request.regex)
        texts = query.parts or (request.text,)
        most = max(request.limit, considered(len(texts)))
        wanted = replace(request, limit=most, nested=MAX_NESTED, flat=False, chunks=most)
        for _ in range(_ATTEMPTS):
            answers = [self._search(replace(wanted, text=text), graph) for text in texts]
            with self._database.read():
                views = {(repository.name, view.name): (repository, view) for repository, view in self._views_of(request)}
                statuses = [status for answer in answers for status in answer.status]
                if all(self._stands(status.repository, status.view, status.generation, views) for status in statuses):
                    found = self._packed(texts, answers, views, graph, budget, known)
                    return replace(found, parts=query.parts)
        raise StoreBusyError(f"the index changed {_ATTEMPTS} times while it was asked; ask again when the indexing is done")

    def _packed(
        self, texts: Sequence[str], answers: Sequence[SearchAnswer], views: _Views, graph: GraphStore | None, budget: int, seen: Seen
    ) -> ContextPack:
        """Pack what answers and graph say; what stands in front takes its tokens first, and never all of them."""
        read = _Reader(self._database, views)
        structure = [each for answer in answers for each in answer.structure]
        front: list[PackFront] = []
        first: list[Unit] = []
        notes: list[str] = []
        if structure:
            from retrieval.packs.front import row_units, structure_front  # few questions are about structure

            front, notes = structure_front(structure, budget)
            first = list(row_units(structure, read))
        if any(is_about_all(text) for text in texts):
            front += self._modules(views.values(), graph, budget)
        taken = sum(each.tokens for each in front)
        around = GraphNeighbours(read, *self._graphs(views, graph))
        found = pack(answers, read, budget=budget - taken, seen=seen, first=first, look_around=around)
        return replace(found, front=tuple(front), tokens=found.tokens + taken, budget=budget, notes=(*notes, *found.notes))

    def _modules(self, views: Collection[tuple[Repository, View]], graph: GraphStore | None, budget: int) -> Iterator[PackFront]:
        """Yield how the modules of each view hang together, within a share of the budget."""
        room = int(budget * _MODULES) // len(views)
        for repository, view in views:
            text = self._summaries(graph).text_of_all(view, repository.name, budget=max(room - _CUT, 1))
            tokens = estimate_tokens(text + "\n\n")
            if tokens <= room:
                yield PackFront(FrontKind.MODULES, text, tokens, repository.name, view.name)

    def _graphs(self, views: _Views, store: GraphStore | None) -> tuple[dict[tuple[str, str], Surveyed], list[str]]:
        """Return the graphs that show what the index shows, and why there are no others."""
        graphs: dict[tuple[str, str], Surveyed] = {}
        asked = [view for _, view in views.values()]
        names = {view.view_id: key for key, (_, view) in views.items()}
        notes: list[str] = []
        state = GraphState(self._database, store) if store else None
        for key, (_, view) in views.items():
            name = graph_name(view)
            if store is None or state is None or not state.has_graph(name):
                notes.append(f"no neighbours: the graph of {view.name} {'has not been built' if store else 'was not asked'}")
            elif state.shows(name) != view.generation:
                notes.append(f"no neighbours: the graph of {view.name} is behind its index; run: codelore index {view.root}")
            else:
                seen = ViewGraphs(self._database, store)
                others = {name: names[other.view_id] for name, other in seen.parties(view, asked).items()}
                graphs[key] = Surveyed(open_view(seen.across(view, asked), name), others)
        return graphs, notes

    @staticmethod
    def _stands(repository: str, view: str, generation: int, views: _Views) -> bool:
        found = views.get((repository, view))
        return found is not None and found[1].generation == generation


class _Reader:
    """Reads files of views with what they define, each once."""

    def __init__(self, database: Database, views: _Views) -> None:
        self._facts = FactStore(database)
        self._catalog = ViewCatalog(database)
        self._views = views
        self._known: dict[tuple[str, str, str], PackFile] = {}

    def __call__(self, repository: str, view: str, path: str, language: str) -> PackFile:
        known = self._known.get((repository, view, path))
        if known is None:
            known = self._known[repository, view, path] = self._read(repository, view, path, language)
        return known

    def _read(self, repository: str, view: str, path: str, language: str) -> PackFile:
        entry = self._catalog.entries_at(self._views[repository, view][1], [path]).get(path)
        if entry is None:
            raise LookupError(f"{path} is not in the index of {view}")
        document = entry.document_id
        if language:
            text = self._facts.texts([document])[document].decode("utf-8", "replace")
            (symbols,) = self._facts.symbols([document])
        else:  # what only the graph names
            parsed = self._facts.parsed(document)
            text, symbols, language = parsed.text.decode("utf-8", "replace"), parsed.symbols, parsed.language
        digest = file_digest(repository, path, entry.content_hash)
        return PackFile(repository, view, path, language=language, digest=digest, text=text, symbols=symbols)
