"""What is known of the graphs of views, besides their edges, and what is laid over them."""

from __future__ import annotations

from graph.flow_store import FlowStore
from graph.graph_state import GraphState
from graph.levels import Reach, reach_of
from graph.model import FileGraph, graph_name
from graph.store import GraphStore
from ingest.database import Database
from ingest.model import View
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

    def keep_overlay(self, view: View, graph: FileGraph) -> bool:
        """Lay imported edges over the graph of a view; a graph without edges takes that of its path out. Return whether there was one."""
        from graph.overlays import keep_overlay  # loads what reads SCIP

        return keep_overlay(FlowStore(self._database), self._store, graph_name(view), graph)
