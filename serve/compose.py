"""From settings to a running engine: the only place that knows both."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from ingest.database import Database
from ingest.walk import WalkOptions
from retrieval.engine import Engine, EngineOptions
from retrieval.run import EmbedOptions, IndexOptions
from serve.settings import Settings

if TYPE_CHECKING:
    from graph.store import GraphStore

_DATABASE = "codelore.db"


def open_engine(settings: Settings) -> Engine:
    """Open the user's data folder, made if it is not there. Raises ``StoreError``."""
    return Engine(settings.data_dir, engine_options(settings))


def open_graph(settings: Settings) -> GraphStore:
    """Open the graphs of the data folder's views: in the server of the settings, else in the folder. Raises ``StoreError``."""
    from graph.store import open_graph_store  # commands that do not ask the graph start without it

    if not settings.graph_url:
        return open_graph_store(f"sqlite:{settings.data_dir / _DATABASE}")
    user, password = settings.graph_user or "", settings.graph_password or ""
    return open_graph_store(settings.graph_url, user=user, password=password, index=data_identity(settings))


def data_identity(settings: Settings) -> str:
    """Return what tells the data folder from others that share a server with it. Raises ``StoreError``."""
    from ingest.store_identity import store_identity  # for a server alone

    with closing(Database(settings.data_dir / _DATABASE, **_given(busy_seconds=settings.busy_seconds))) as database:
        return store_identity(database)


def engine_options(settings: Settings) -> EngineOptions:
    """Return the options that the settings give; what they leave open keeps its default."""
    walk = WalkOptions(keep=settings.keep, **_given(max_file_bytes=settings.max_file_bytes))
    index = IndexOptions(walk=walk, **_given(workers=settings.workers, lock_seconds=settings.lock_seconds))
    embed = EmbedOptions(settings.embedder or "", settings.embedder_device or "", bool(settings.embedder_download))
    return EngineOptions(index=index, embed=embed, **_given(busy_seconds=settings.busy_seconds))


def _given(**values: float | None) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
