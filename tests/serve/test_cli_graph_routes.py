"""``graph routes``, and questions that follow HTTP into another indexed repository."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.ingest.repositories import new_repository, write
from tests.serve.commands import Shell

API = """from fastapi import FastAPI

app = FastAPI()


@app.get("/users/{id}")
def read(id):
    return load(id)


def load(id):
    return id


@app.post("/users/")
def add(): ...
"""
PAGE = "export function show(id) {\n  return fetch(`/users/${id}`);\n}\n"


@pytest.fixture
def both(tmp_path: Path, codelore: Shell, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A server and the pages that ask it, in two repositories of one index; the server's is the current directory."""
    for name, files in (("page", {"src/page.js": PAGE}), ("api", {"app.py": API})):
        root = new_repository(tmp_path / name, files)
        monkeypatch.chdir(root)
        assert codelore("index").code == 0
    return tmp_path


def test_routes_are_listed_with_what_answers_and_asks(codelore: Shell, both: Path) -> None:
    done = codelore("graph", "routes")
    assert done.out == "app.py:15  route  POST /users/  add  0 requests\napp.py:6  route  GET /users/{id}  read  1 request\n"
    assert done.err.startswith("proven: 2 routes; no unknown uses\n")
    answer = codelore("graph", "routes", "GET", "--json").json("RoutesResult")
    (row,) = answer["routes"]
    assert (row["route"]["handle"], row["handlers"], row["requests"]) == ("app.py#GET /users/{id}", ["app.py#read"], 1)
    assert [(edge["kind"], edge["rule"], edge["line"]) for edge in answer["edges"]] == [("handles", "http:fastapi", 6)]


def test_no_route_is_found(codelore: Shell, both: Path) -> None:
    assert codelore("graph", "routes", "/orders").code == 1
    assert codelore("graph", "routes", "/orders", "--json").json("RoutesResult")["routes"] == []


def test_callers_and_impact_go_on_in_another_repository(codelore: Shell, both: Path) -> None:
    """And follow what that one is now."""
    answer = codelore("graph", "callers", "GET /users/{id}", "--json").json("GraphResult")
    assert [(edge["source"], edge["evidence"]) for edge in answer["edges"]] == [("repository:page/src/page.js#show", "possible")]
    assert {node["path"] for node in answer["nodes"]} == {"app.py", "repository:page/src/page.js"}
    impact = codelore("graph", "impact", "load", "--json").json("ReachResult")
    assert [row["node"]["name"] for row in impact["reached"]] == ["read", "GET /users/{id}", "show"]
    write(both / "page", {"src/page.js": "export function show() {}\n"})
    assert codelore("index", str(both / "page")).code == 0
    assert codelore("graph", "callers", "GET /users/{id}").code == 1


def test_a_repository_of_the_same_name_is_told_apart(codelore: Shell, both: Path, tmp_path: Path) -> None:
    shutil.copytree(both / "page", tmp_path / "more" / "page")
    assert codelore("index", str(tmp_path / "more" / "page")).code == 0
    answer = codelore("graph", "callers", "GET /users/{id}", "--json").json("GraphResult")
    assert len({edge["source"] for edge in answer["edges"]}) == 2


def test_another_repository_without_a_graph_says_nothing(codelore: Shell, both: Path) -> None:
    assert codelore("forget", str(both / "page")).code == 0
    assert codelore("graph", "callers", "GET /users/{id}").code == 1
