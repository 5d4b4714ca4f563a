"""A view kept in dictionaries for tests of what updates its graph."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from graph.graph_state import GraphState
from graph.indexing import GraphIndexer, GraphOutcome
from graph.model import Edge, FileGraph
from graph.sqlite_store import SqliteGraphStore
from graph.surroundings import Surroundings
from ingest.analyze import analyze
from ingest.database import Database
from ingest.facts import FactStore, store_form
from ingest.git import blob_id
from ingest.model import DocumentId
from ingest.views import ViewCatalog


class IndexedTree:
    """Files in memory, their facts, and the graph that is made of them."""

    def __init__(self, folder: Path) -> None:
        self.database = Database(folder / "codelore.db")
        self.use(SqliteGraphStore.open(folder / "codelore.db"))
        self._facts = FactStore(self.database)
        self._repository = ViewCatalog(self.database).add_repository(identity=str(folder), name="tree", root=str(folder))
        self._shows: dict[str, int] = {}

    def use(self, store: SqliteGraphStore) -> None:
        """Keep the graph in this store from now on."""
        self.store = store
        self.indexer = GraphIndexer(self.database, self.store, workers=0)
        self.state = GraphState(self.database, self.store)

    def update(self, files: Mapping[str, str], around: Surroundings | None = None, *, view: str = "1", like: str = "") -> GraphOutcome:
        """Show these files, and bring the graph up to date."""
        shown: dict[str, tuple[DocumentId, str]] = {}
        for path, text in files.items():
            data = text.encode()
            parsed, _ = analyze(path, data)
            (document,) = self._facts.add(self._repository, [store_form(path, blob_id(data), parsed, size=len(data))])
            shown[path] = document, parsed.language
        self._shows[view] = self._shows.get(view, 0) + 1
        return self.indexer.update(view, shown, shows=self._shows[view], like=like, around=around or Surroundings())

    def graphs(self, view: str = "1") -> list[FileGraph]:
        """Return what is stored, in order of path."""
        return list(self.store.files(view))

    def edges(self, view: str = "1") -> set[str]:
        """Return the edges as lines: source kind target evidence."""
        return {line(edge) for graph in self.graphs(view) for edge in graph.edges}

    def close(self) -> None:
        """Close both stores."""
        self.store.close()
        self.database.close()


def line(edge: Edge) -> str:
    return f"{edge.source} {edge.kind} {edge.target} {edge.evidence}"
