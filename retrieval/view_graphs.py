"""What is known of the graphs of views, besides their edges, and what is laid over them."""

from __future__ import annotations

from collections.abc import Collection

from graph.flow_store import FlowStore
from graph.graph_state import GraphState
from graph.levels import Reach, reach_of
from graph.model import FileGraph, Handle, graph_name
from graph.store import GraphStore
from ingest.database import Database
from ingest.model import View, ViewKind
from ingest.view_texts import ViewTexts
from ingest.views import ViewCatalog


class ViewGraphs:
    """The graphs of views in one store."""

    def __init__(self, database: Database, store: GraphStore) -> None:
        self._database, self._store = database, store

    def reach(self, view: View) -> Reach:
        """Return how much of a view its graph resolves, and what its sources of edges left out."""
        state, name = GraphState(self._database, self._store), graph_name(view)
        defining = ViewCatalog(self._database).defining(view.view_id)
        return reach_of(defining, len(state.partial(name)), tuple(state.notes(name)))

    def across(self, view: View, among: Collection[View] | None = None) -> GraphStore:
        """Return the store as it shows a view, with what HTTP and packages lead to in other indexed repositories.

        ``among`` are the views of others to look at; None takes one view of every repository, a working tree before a branch.
        """
        parties = self.parties(view, among)
        if not parties:
            return self._store
        from graph.across import AcrossRepositories, Party  # most indexes have one repository
        from graph.across_packages import PackageLinks
        from graph.http.across import HttpLinks
        from graph.published import Published

        own = Party("", graph_name(view))
        others = {Party(name, graph_name(other)): other for name, other in parties.items()}
        trees = {own: view, **others}
        published = {party: Published(self._store, party.view, ViewTexts(self._database, each)) for party, each in trees.items()}
        links = (HttpLinks(FlowStore(self._database), trees), PackageLinks(self._store, published))
        return AcrossRepositories(self._store, own, others, links)

    def parties(self, view: View, among: Collection[View] | None = None) -> dict[str, View]:
        """Return the views of other repositories that have graphs, by the name that their nodes have in answers about ``view``."""
        catalog, others = ViewCatalog(self._database), dict[str, View]()
        state = GraphState(self._database, self._store)
        for repository in catalog.repositories():
            views = [each for each in catalog.views(repository.repository_id) if among is None or each in among]
            views = [each for each in views if each.repository_id != view.repository_id and state.has_graph(graph_name(each))]
            if not views:
                continue
            name = repository.name
            while name in others:
                name += "~"
            others[name] = min(views, key=lambda each: (each.kind is ViewKind.REF, each.view_id))
        return others

    def routes(self, view: View) -> list[Handle]:
        """Return the HTTP routes of a view."""
        from graph.http.joining import RouteTable
        from graph.http.routes import facts_of

        table = RouteTable(dict(facts_of(FlowStore(self._database), graph_name(view))))
        return [each.handle for each in table.served]

    def keep_overlay(self, view: View, graph: FileGraph) -> bool:
        """Lay imported edges over the graph of a view; a graph without edges takes that of its path out. Return whether there was one."""
        from graph.overlays import keep_overlay  # loads what reads SCIP

        return keep_overlay(FlowStore(self._database), self._store, graph_name(view), graph)
