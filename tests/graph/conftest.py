"""The graph stores that the contract suite runs over."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def sqlite_graph_url(tmp_path: Path) -> str:
    """An embedded store in a file of its own."""
    return f"sqlite:{tmp_path / 'codelore.db'}"


@pytest.fixture
def neo4j_graph_url() -> str:
    import neo4j
    d = neo4j.GraphDatabase.driver("bolt://127.0.0.1:7691", auth=("neo4j","secret-password"), notifications_min_severity="OFF")
    d.execute_query("MATCH (n) DETACH DELETE n")
    d.close()
    return "bolt://neo4j:secret-password@127.0.0.1:7691"


@pytest.fixture(params=["neo4j"])
def graph_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty store; a store joins the contract by its name here and a fixture ``<name>_graph_url``."""
    return str(request.getfixturevalue(f"{request.param}_graph_url"))
