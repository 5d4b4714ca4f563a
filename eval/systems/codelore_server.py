"""Our own engine as a process that is asked like any other system."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from eval.systems.answering import Ranked, options_of, private_output, serve
from graph.store import GraphStore, open_graph_store
from ingest.errors import CodeloreError, QueryError
from retrieval.answers import MAX_NESTED, Hit, SearchRequest
from retrieval.embed import write_model
from retrieval.engine import Engine, EngineOptions
from retrieval.packs.candidates import in_pack_order
from retrieval.run import EmbedOptions
from retrieval.weights import SHIPPED


class CodeloreAdapter:
    """The engine, with one data folder a corpus."""

    def __init__(self, options: Mapping[str, str]) -> None:
        """Read the options: ``weights`` names the static embedder's file, ``embedder`` a transformer's address.

        ``vectors=off`` takes the signal of the static vectors away, ``graph=off`` resolves no names, ``at=off`` asks from no place.

        Raises ``QueryError`` for other values.
        """
        self._weights = Path(options.get("weights") or SHIPPED) if _is_on(options, "vectors") else None
        self._graph = _is_on(options, "graph")
        self._placed = _is_on(options, "at")
        self._embedder = options.get("embedder", "")
        self.version = version("codelore")

    def index(self, root: str, data: str, files: Callable[[], Iterator[tuple[str, str]]]) -> tuple[int, int]:
        """Index a folder as a user's would be, with all vectors of the transformer; the engine lists its files itself."""
        del files
        with self._engine(Path(data)) as engine:
            outcome = engine.index(root, to_resolve=self._graph)
            if self._graph:
                with closing(_graph_of(data)) as store:
                    engine.resolve(outcome.view, store)
            if self._embedder:
                engine.embeddings.fill()
            status = engine.status(root, look=False)
            return status.files, status.chunks

    def open(self, root: str, data: str) -> OpenEngine:
        """Open a data folder."""
        kind = PlacedEngine if self._placed else OpenEngine
        return kind(self._engine(Path(data)), root, _graph_of(data) if self._graph else None)

    def _engine(self, data: Path) -> Engine:
        weights = self._weights
        if weights is None:
            weights = data / "blank.bin"
            if not weights.exists():
                blank_model(weights)
        return Engine(data, EngineOptions(weights=weights, embed=EmbedOptions(self._embedder)))


def _graph_of(data: str) -> GraphStore:
    return open_graph_store(f"sqlite:{Path(data) / 'codelore.db'}")


def _is_on(options: Mapping[str, str], name: str) -> bool:
    value = options.get(name, "on")
    if value not in {"on", "off"}:
        raise QueryError(f"the option {name} is on or off, not {value!r}")
    return value == "on"


class OpenEngine:
    """An engine that is asked about one corpus, with its graph where it has one."""

    def __init__(self, engine: Engine, root: str, graph: GraphStore | None) -> None:
        self._engine = engine
        self._root = root
        self._graph = graph

    def ask(self, question: str, limit: int) -> Ranked:
        """Search."""
        return self._search(question, limit, "")

    def _search(self, question: str, limit: int, at: str) -> Ranked:
        answer = self._engine.search(SearchRequest(question, self._root, limit=limit, nested=MAX_NESTED, at=at), self._graph)
        return Ranked([_row(hit) for hit in answer.hits], [_row(hit) for hit in in_pack_order(answer)], answer.confidence)

    def close(self) -> None:
        """Close the engine and the graph."""
        if self._graph is not None:
            self._graph.close()
        self._engine.close()


class PlacedEngine(OpenEngine):
    """An engine that is told where a question is asked from."""

    def ask_from(self, place: str, question: str, limit: int) -> Ranked:
        """Search from a place."""
        return self._search(question, limit, place)


def _row(hit: Hit) -> dict[str, Any]:
    return {
        "path": hit.path,
        "start_line": hit.start_line,
        "end_line": hit.end_line,
        "score": hit.score,
        "text": hit.snippet,
        "signals": hit.signals,
    }


def blank_model(path: Path) -> Path:
    """Write a model whose vectors are all zero, which turns the vector signal off."""
    write_model(path, {"name": "blank", "version": "0"}, np.zeros(0, np.uint64), np.zeros((1, 8), np.float32))
    return path


def main(arguments: Sequence[str]) -> None:
    """Serve the engine with options given as ``name=value``."""
    try:
        adapter = CodeloreAdapter(options_of(arguments))
    except CodeloreError as error:
        raise SystemExit(str(error)) from error
    with private_output() as answers:
        serve(adapter, sys.stdin, answers, expected=(CodeloreError,))
