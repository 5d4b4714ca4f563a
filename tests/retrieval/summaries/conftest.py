"""The repository of ``polyglot``, indexed and resolved once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from graph.sqlite_store import SqliteGraphStore
from ingest.model import View
from retrieval.answers import SearchRequest
from retrieval.engine import Engine
from retrieval.summaries.model import Overview, Summary
from tests.ingest.repositories import new_repository
from tests.retrieval.stores import IN_PROCESS
from tests.retrieval.summaries.polyglot import FILES


@dataclass(frozen=True)
class Indexed:
    """An indexed repository and its graph."""

    engine: Engine
    store: SqliteGraphStore
    root: Path

    @property
    def view(self) -> View:
        return self.engine.views(SearchRequest("view", str(self.root)))[0][1]

    def ask(self, name: str = "", depth: int = 1) -> Overview:
        return self.engine.overview(str(self.root), name, store=self.store, depth=depth)

    def summary(self, name: str = "", depth: int = 1) -> Summary:
        found = self.ask(name, depth).summary
        assert found is not None
        return found

    def refresh(self) -> None:
        """Index what changed, and resolve it."""
        self.engine.index(str(self.root))
        self.engine.resolve(self.view, self.store)


def indexed(folder: Path) -> Indexed:
    root = new_repository(folder / "shop", FILES)
    engine = Engine(folder / "data", IN_PROCESS)
    found = Indexed(engine, SqliteGraphStore.open(folder / "data" / "codelore.db"), root)
    found.refresh()
    return found


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Indexed]:
    """Tests must not write to it."""
    found = indexed(tmp_path_factory.mktemp("summaries"))
    yield found
    found.store.close()
    found.engine.close()


@pytest.fixture
def own_shop(tmp_path: Path) -> Iterator[Indexed]:
    """One that a test may change."""
    found = indexed(tmp_path)
    yield found
    found.store.close()
    found.engine.close()
