"""The commands that fill the index and tell what is in it: index, forget, repos, status."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.errors import CodeloreError, QueryError, StoreError
from ingest.model import ViewStatus
from retrieval.engine import Engine
from retrieval.holdings import VECTORS_FILE
from retrieval.run import IndexOutcome, Progress
from serve import render
from serve.cli_search import checkout_root, look, style
from serve.compose import open_engine, open_graph
from serve.documents import indexed_document, repositories_document, status_document, to_line
from serve.documents_models import models_document
from serve.exit_codes import exit_code
from serve.progress import show_progress
from serve.settings import load_settings

if TYPE_CHECKING:
    from graph.indexing import GraphOutcome
    from retrieval.models.vector_cache import StoredModel


@dataclass(frozen=True, slots=True)
class _Run:
    """One path's index run: what it did, or the error that ended it."""

    path: str
    seconds: float = 0.0
    outcome: IndexOutcome | None = None
    status: ViewStatus | None = None
    error: CodeloreError | None = None
    graph: GraphOutcome | None = None
    graph_seconds: float = 0.0


def index(typed: argparse.Namespace) -> int:
    """Index every path; one that cannot be indexed costs that path alone. Return the exit code of the first that failed, or 0."""
    if typed.watch and typed.ref:
        raise QueryError(f"a ref does not change with the files: --watch cannot follow --ref {typed.ref}; leave one of them out")
    paths = typed.paths or [checkout_root(".")]
    with open_engine(load_settings()) as engine:
        runs = [_index_one(engine, path, typed) for path in paths]
        if typed.json:
            _print_runs(runs)
        failed = next((exit_code(run.error) for run in runs if run.error), 0)
        if typed.watch and not failed:
            _watch(engine, paths, typed)
    return failed


def _index_one(engine: Engine, path: str, typed: argparse.Namespace) -> _Run:
    begun = time.perf_counter()
    try:
        with show_progress() as progress:
            outcome = engine.index(path, ref=typed.ref, to_resolve=typed.graph, progress=progress)
            seconds = time.perf_counter() - begun
            graph = _resolve(engine, outcome, progress) if typed.graph else None
    except StoreError:  # costs every path
        raise
    except CodeloreError as error:
        print(f"codelore index: {render.one_line(str(error))}", file=sys.stderr)
        return _Run(path, time.perf_counter() - begun, error=error)
    graph_seconds = time.perf_counter() - begun - seconds
    truth = _truth(engine, outcome)
    if not typed.json:
        print(render.outcome(outcome, truth, seconds, graph, graph_seconds), flush=True)
    return _Run(path, seconds, outcome, truth, graph=graph, graph_seconds=graph_seconds)


def _resolve(engine: Engine, outcome: IndexOutcome, progress: Callable[[Progress], None]) -> GraphOutcome | None:
    with closing(open_graph(load_settings())) as store:
        return engine.resolve(outcome.view, store, progress=progress)


def _truth(engine: Engine, outcome: IndexOutcome) -> ViewStatus:
    view = outcome.view
    return engine.status(view.root, ref="" if view.name == view.root else view.name, look=False)


def _print_runs(runs: Sequence[_Run]) -> None:
    documents = [
        indexed_document(run.path, run.outcome, run.status, str(run.error or ""), run.seconds, run.graph, run.graph_seconds) for run in runs
    ]
    print(to_line({"indexed": documents}))
    sys.stdout.flush()


def _watch(engine: Engine, paths: Sequence[str], typed: argparse.Namespace) -> None:
    from serve.graph_follower import GraphFollower, VectorFollower
    from serve.watch import watch

    def report(outcome: IndexOutcome) -> None:
        if not (outcome.added or outcome.changed or outcome.deleted):
            return
        if typed.graph:
            graphs.follow(outcome.view.root)
        if embeds:
            vectors.follow(outcome.view.root)
        truth = _truth(engine, outcome)
        if typed.json:
            _print_runs([_Run(outcome.view.root, outcome=outcome, status=truth)])
        else:
            print(render.outcome(outcome, truth), flush=True)

    embeds = bool(load_settings().embedder)
    with GraphFollower() as graphs, VectorFollower() as vectors:
        if embeds:
            vectors.follow(os.path.realpath(paths[0]))  # what an earlier run has left
        watch(engine, paths, report=report)


def status(typed: argparse.Namespace) -> int:
    """Tell how true the index of a tree is."""
    settings = load_settings()
    with open_engine(settings) as engine:
        truth = look(engine, engine.status(typed.path, ref=typed.ref, look=False), typed.path, typed.ref)
        address, found = settings.embedder or "", _embedded(engine, typed.path, typed.ref)
    if typed.json:
        print(to_line({"status": status_document(truth, listed=None), "vectors": models_document(address, found)}))
    else:
        print("\n".join(filter(None, (render.status(truth), render.vectors(address, found, truth.chunks)))))
    return 0


def _embedded(engine: Engine, path: str, ref: str) -> list[tuple[StoredModel, int]]:
    if not (engine.data / VECTORS_FILE).is_file():
        return []  # and nothing of what reads vectors has to be loaded
    from retrieval.answers import SearchRequest

    return engine.embeddings.coverage(engine.views(SearchRequest(text="status", root=path, ref=ref))[0][1])


def repos(typed: argparse.Namespace) -> int:
    """List what is indexed."""
    with open_engine(load_settings()) as engine:
        found = engine.repositories()
    if typed.json:
        print(to_line(repositories_document(found)))
    elif found:
        print(render.repositories(found, style()))
    else:
        print("nothing is indexed yet; run: codelore index PATH", file=sys.stderr)
    return 0


def forget(typed: argparse.Namespace) -> int:
    """Delete a repository or a view from the index."""
    settings = load_settings()
    with open_engine(settings) as engine, closing(open_graph(settings)) as store:
        gone = engine.forget(typed.name, store)
    if typed.json:
        print(to_line({"forgotten": gone}))
    else:
        print("\n".join(f"forgot {render.one_line(each)}" for each in gone))
    return 0
