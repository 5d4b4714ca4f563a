"""Summaries of views: what is kept between questions, what a question names, and the answer."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from graph.graph_state import GraphState
from graph.model import graph_name
from graph.packages import Package, is_manifest, read_packages
from graph.store import GraphStore
from graph.surroundings import look_around
from ingest.database import Database
from ingest.facts import FactStore
from ingest.model import DocumentId, View, ViewStatus
from ingest.views import ViewCatalog
from retrieval.summaries.describe import summary_of_file, summary_of_module, summary_of_repository
from retrieval.summaries.digest import Digest, digest_of
from retrieval.summaries.hierarchy import Hierarchy, RoutePlace
from retrieval.summaries.model import Definition, Overview, Summary
from retrieval.summaries.relations import RelationReader, Relations
from retrieval.summaries.symbols import choice_of, find_symbols, summary_of_symbol
from retrieval.summaries.text import render

if TYPE_CHECKING:
    from ingest.model import Symbol

_CHOICES = 50
_NOT_LINKED = "names are not resolved, so that no uses are counted; run: codelore graph status"
_BEHIND = "the graph is older than the files, so that no uses are counted; run: codelore graph status"


@dataclass(slots=True)
class _Kept:
    """What is kept of one view. A document never changes, so that its digest is made once."""

    key: tuple[int, int] = (-1, -1)
    hierarchy: Hierarchy | None = None
    made: dict[tuple[str, int], Summary] = field(default_factory=dict[tuple[str, int], Summary])
    """Summaries of this generation's folders, by path and depth."""
    digests: dict[DocumentId, Digest] = field(default_factory=dict[DocumentId, Digest])
    documents: dict[str, tuple[DocumentId, str]] = field(default_factory=dict[str, tuple[DocumentId, str]])
    packages: tuple[frozenset[tuple[str, DocumentId]], tuple[Package, ...]] = (frozenset(), ())


class Summaries:
    """Summaries of the views in one database, with the uses that a graph store knows.

    A new generation costs the files that changed, in it and in the graph, and adding up what is rolled up over folders.
    """

    def __init__(self, database: Database, store: GraphStore | None = None) -> None:
        self._database, self._store = database, store
        self._facts, self._views = FactStore(database), ViewCatalog(database)
        self._relations = RelationReader(store) if store is not None else None
        self._kept: dict[int, _Kept] = {}

    def hierarchy(self, view: View) -> Hierarchy:
        """Return the newest generation of a view as a hierarchy."""
        with self._database.read():
            view = self._views.view(view.view_id)
            linked = self._is_linked(view)
            generation = self._store.generation(graph_name(view)) if self._store is not None and linked else 0
            kept = self._kept.setdefault(view.view_id, _Kept())
            if kept.hierarchy is None or kept.key != (view.generation, generation):
                kept.hierarchy = self._read(view, kept, linked=linked)
                kept.key = view.generation, generation
                kept.made.clear()
            return kept.hierarchy

    def overview(self, view: View, name: str, status: ViewStatus, *, at: str | None = None, title: str = "", depth: int = 1) -> Overview:
        """Sum up what ``name`` is in a view: "" is all of it, then a file or a folder, then a symbol.

        ``at`` is the path that the name is in the view, where it was typed from elsewhere, and ``title`` the repository's name. Raises
        ``LookupError`` when it is nothing, ``NotIndexedError`` when the view is gone.
        """
        hierarchy = self.hierarchy(view)
        summary: Summary | None = None
        choices: tuple[Definition, ...] = ()
        notes = self._notes(hierarchy)
        path = next((each for each in (name if at is None else at, name) if each in hierarchy.files or each in hierarchy.folders), None)
        if path is None:
            found = self.find(view, name)
            if not found:
                raise LookupError(f"{name!r} is no file, folder or symbol in the index of {view.name}; codelore symbols finds names")
            summary = self._symbol(hierarchy, *found[0]) if len(found) == 1 else None
            choices = tuple(choice_of(*each) for each in found[:_CHOICES]) if summary is None else ()
            if len(found) > _CHOICES:
                notes = (*notes, f"{len(found) - _CHOICES:,} more symbols have this name; give more of its qualified name")
        else:
            summary = self._made(hierarchy, path, title or status.repository, depth)
        return Overview(summary, choices, status, hierarchy.linked, notes)

    def find(self, view: View, name: str) -> list[tuple[str, Symbol]]:
        """Return the symbols that a name stands for, each with its path."""
        hierarchy = self.hierarchy(view)
        with self._database.read():
            return find_symbols(self._facts, hierarchy, self._kept[view.view_id].documents, name)

    def text_of_all(self, view: View, title: str, *, budget: int) -> str:
        """Return a whole view, its modules and what goes between them, in at most about ``budget`` tokens; entry points are left out."""
        return render(replace(self._made(self.hierarchy(view), "", title, 1), entry_points=()), budget=budget)

    def _made(self, hierarchy: Hierarchy, path: str, title: str, depth: int) -> Summary:
        """Return the summary of a file, a folder or all of it; those of folders are kept, since they add up much."""
        if path in hierarchy.files:
            return summary_of_file(hierarchy, path)
        made = self._kept[hierarchy.view.view_id].made
        if (path, depth) not in made:
            made[path, depth] = (
                summary_of_module(hierarchy, path, depth=depth) if path else summary_of_repository(hierarchy, title, depth=depth)
            )
        return replace(made[path, depth], name=title) if not path else made[path, depth]

    def _symbol(self, hierarchy: Hierarchy, path: str, symbol: Symbol) -> Summary:
        with self._database.read():
            document, _ = self._kept[hierarchy.view.view_id].documents[path]
            parsed = self._facts.parsed(document)
            at = parsed.symbols.index(symbol)
            return summary_of_symbol(hierarchy, self._store, graph_name(hierarchy.view), path, parsed, at)

    def _notes(self, hierarchy: Hierarchy) -> tuple[str, ...]:
        """Say what the uses that are counted lack."""
        view = hierarchy.view
        if self._store is None or not hierarchy.linked:
            return (_BEHIND if self._has_graph(view) else _NOT_LINKED,)
        from retrieval.view_graphs import ViewGraphs

        open_files = ViewGraphs(self._database, self._store).reach(view).unresolved_files
        return (f"files with uses that are not resolved, or not all, and so not counted: {open_files:,}",) if open_files else ()

    def _has_graph(self, view: View) -> bool:
        return self._store is not None and GraphState(self._database, self._store).has_graph(graph_name(view))

    def _is_linked(self, view: View) -> bool:
        """Tell whether there is a graph, and it is of these files."""
        if self._store is None or not self._has_graph(view):
            return False
        return GraphState(self._database, self._store).is_current(graph_name(view), view.generation, look_around(view))

    def _read(self, view: View, kept: _Kept, *, linked: bool) -> Hierarchy:
        kept.documents = dict(sorted(self._views.languages(view.view_id).items()))
        digests = {document: kept.digests.get(document) for document, _ in kept.documents.values()}
        for path, (document, _) in kept.documents.items():
            if digests[document] is None:
                digests[document] = digest_of(path, self._facts.parsed(document))
        kept.digests = {document: digest for document, digest in digests.items() if digest is not None}
        files = {path: kept.digests[document] for path, (document, _) in kept.documents.items()}
        relations = self._relations.read(graph_name(view)) if self._relations is not None and linked else Relations()
        return Hierarchy(view, files, relations, self._packages(kept), self._routes(view) if linked else (), linked=linked)

    def _packages(self, kept: _Kept) -> tuple[Package, ...]:
        manifests = frozenset((path, document) for path, (document, _) in kept.documents.items() if is_manifest(path))
        if kept.packages[0] != manifests:
            texts = self._facts.texts([document for _, document in manifests])
            packages, _ = read_packages((path, texts[document]) for path, document in sorted(manifests))
            kept.packages = manifests, packages.packages
        return kept.packages[1]

    def _routes(self, view: View) -> list[RoutePlace]:
        from graph.flow_store import FlowStore
        from graph.http.joining import RouteTable
        from graph.http.routes import facts_of

        table = RouteTable(dict(facts_of(FlowStore(self._database), graph_name(view))))
        return sorted((RoutePlace(each.name, each.file, each.route.line) for each in table.served), key=lambda each: (each.path, each.line))
