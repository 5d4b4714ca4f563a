"""A question from a place, asked of one view with its graph, or by the text alone where it has none."""

from __future__ import annotations

from graph.answers import GraphView, open_view
from graph.graph_state import GraphState
from graph.model import graph_name
from graph.store import GraphStore
from ingest.database import Database
from ingest.model import View
from retrieval.places.ranking import PlaceRanker, read_place
from retrieval.places.signals import load_place_model
from retrieval.query import Query
from retrieval.ranking.rank import Ranker, Ranking
from retrieval.snapshot import Mask


class PlaceSearch:
    """Asks the graphs in a store; None says that there is none."""

    def __init__(self, database: Database, store: GraphStore | None) -> None:
        self._database, self._store = database, store

    def rank(
        self, query: Query, allowed: Mask, limit: int, nested: int, at: str, view: View, ranker: Ranker
    ) -> tuple[Ranking, tuple[str, ...]]:
        """Return the ranking from a place, ``PATH`` or ``PATH:LINE``, and what is to be said of it.

        Raises ``QueryError`` for a place that the view does not have, and ``StoreError``.
        """
        graph, notes = self._graph(view)
        return PlaceRanker(ranker, graph, load_place_model()).rank(query, allowed, limit, nested, read_place(at)), notes

    def _graph(self, view: View) -> tuple[GraphView | None, tuple[str, ...]]:
        name = graph_name(view)
        state = GraphState(self._database, self._store) if self._store is not None else None
        if self._store is None or state is None or not state.has_graph(name):
            return None, (f"what is around the place is not known: the graph of {view.name} has not been built; run: codelore index",)
        behind = state.shows(name) != view.generation
        notes = (f"the graph of {view.name}, which tells what is around the place, is behind its index; run: codelore index",)
        return open_view(self._store, name), notes if behind else ()
