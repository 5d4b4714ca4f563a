"""From settings to a running engine: the only place that knows both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ingest.walk import WalkOptions
from retrieval.engine import Engine, EngineOptions
from retrieval.run import IndexOptions
from serve.settings import Settings

if TYPE_CHECKING:
    from graph.store import GraphStore


def open_engine(settings: Settings) -> Engine:
    """Open the user's data folder, made if it is not there. Raises ``StoreError``."""
    return Engine(settings.data_dir, engine_options(settings))


def open_graph(settings: Settings) -> GraphStore:
    """Open the graph server of the settings, else the graphs in the data folder. Raises ``StoreError``."""
    from graph.store import open_graph_store  # commands that do not ask the graph start without it

    url = settings.graph_url or f"sqlite:{settings.data_dir / 'codelore.db'}"
    return open_graph_store(url, user=settings.graph_user or "", password=settings.graph_password or "")


def engine_options(settings: Settings) -> EngineOptions:
    """Return the options that the settings give; what they leave open keeps its default."""
    walk = WalkOptions(keep=settings.keep, **_given(max_file_bytes=settings.max_file_bytes))
    index = IndexOptions(walk=walk, **_given(workers=settings.workers, lock_seconds=settings.lock_seconds))
    return EngineOptions(index=index, **_given(busy_seconds=settings.busy_seconds))


def _given(**values: float | None) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
