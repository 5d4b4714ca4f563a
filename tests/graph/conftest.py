"""The graph stores that the contract suite runs over."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def sqlite_graph_url(tmp_path: Path) -> str:
    """An embedded store in a file of its own."""
    return f"sqlite:{tmp_path / 'codelore.db'}"


@pytest.fixture(params=["sqlite", "neo4j"])
def graph_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty store; a store joins the contract by its name here and a fixture ``<name>_graph_url``."""
    return str(request.getfixturevalue(f"{request.param}_graph_url"))
