"""Graphs follow watched trees in processes of their own."""

from __future__ import annotations

import time
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from graph.model import graph_name
from graph.store import open_graph_store
from retrieval.answers import SearchRequest
from retrieval.engine import Engine
from serve.graph_follower import GraphFollower
from tests.ingest.repositories import new_repository, write
from tests.serve.commands import wait_until

SECONDS = 60.0
wait = partial(wait_until, seconds=SECONDS)


def handles(data: Path, root: Path) -> set[str]:
    """What the graph of a tree has."""
    with Engine(data) as engine, closing(open_graph_store(f"sqlite:{data / 'codelore.db'}")) as store:
        name = graph_name(engine.views(SearchRequest(text="", root=str(root)))[0][1])
        return {node.handle for file in store.files(name) for node in file.nodes} if store.generation(name) else set()


def test_the_graph_follows_what_was_indexed(data: Path, tmp_path: Path) -> None:
    """Each time it is told; what changes meanwhile is resolved after it."""
    root = new_repository(tmp_path / "tree", {"a.py": "def zebra(): pass\n"})
    with Engine(data) as engine, GraphFollower() as graphs:
        engine.index(str(root))
        graphs.follow(str(root))
        wait(lambda: "a.py#zebra" in handles(data, root))
        for name in ("giraffe", "okapi"):
            write(root, {"b.py": f"def {name}(): pass\n"})
            engine.index(str(root))
            graphs.follow(str(root))
        wait(lambda: "b.py#okapi" in handles(data, root))


def test_a_tree_that_cannot_be_resolved_is_said_once(data: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """And does not end the following."""
    root = new_repository(tmp_path / "tree", {"a.py": "def zebra(): pass\n"})
    with GraphFollower() as graphs:
        graphs.follow(str(root))
        wait(lambda: "is not up to date" in caplog.text)
        with Engine(data) as engine:
            engine.index(str(root))
        graphs.follow(str(root))
        wait(lambda: "a.py#zebra" in handles(data, root))
    assert caplog.text.count("is not up to date") == 1


def test_ending_does_not_wait_for_what_is_at_work(data: Path, tmp_path: Path) -> None:
    """A follower that was told nothing ends as well."""
    root = new_repository(tmp_path / "tree", {"a.py": "def zebra(): pass\n"})
    with Engine(data) as engine:
        engine.index(str(root))
    with GraphFollower():
        pass
    begun = time.monotonic()
    with GraphFollower() as graphs:
        graphs.follow(str(root))
    assert time.monotonic() - begun < SECONDS
