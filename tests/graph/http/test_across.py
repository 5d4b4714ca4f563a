"""Requests of one indexed repository that routes of another may answer, when a question is asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from graph.across import AcrossRepositories, Party
from graph.answers import GraphView, Verdict, open_view
from graph.flow_store import FlowStore
from graph.http.across import HttpLinks
from graph.http.listing import list_routes
from graph.model import EdgeKind, Evidence, Handle
from graph.questions import callees, callers, find_one, resolve
from graph.reach import impact, path_between
from tests.graph.indexed import IndexedTree

SHOP = {
    "shop/app.py": """from fastapi import FastAPI

app = FastAPI()

@app.get("/users/{id}")
def read(id):
    return load(id)

def load(id): ...

@app.get("/users/")
def every(): ...

@app.get("/inner")
def inner(): ...
"""
}
WEB = {
    "src/api.ts": """export function one(id: string) { return fetch(`/users/${id}`); }
export function every() { return fetch("http://shop:8000/users/"); }
export function page() { return one("1"); }
export function elsewhere() { return fetch("https://api.example.com/users/7"); }
export function settled() { return fetch("/inner"); }
""",
    "src/server.ts": "import express from 'express';\nconst app = express();\napp.get('/inner', answer);\nfunction answer() {}\n",
    "tests/test_it.py": "from fastapi.testclient import TestClient\n\ndef test_it(client: TestClient):\n    client.get('/users/7')\n",
}


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[IndexedTree]:
    with closing(IndexedTree(tmp_path)) as made:
        made.update(SHOP, view="1")
        made.update(WEB, view="2")
        yield made


def seen(tree: IndexedTree, view: str = "1", other: str = "2", name: str = "web") -> GraphView:
    own, there = Party("", view), Party(name, other)
    return open_view(AcrossRepositories(tree.store, own, [there], [HttpLinks(FlowStore(tree.database), [own, there])]), view)


def test_callers_of_a_route_are_in_other_repositories(tree: IndexedTree) -> None:
    """Possible, with the place there; a request that its own answers for certain, a public host's and a test's are none."""
    graph = seen(tree)
    (edge,) = callers(graph, find_one(graph, "GET /users/{id}")).edges
    assert (edge.source, edge.target) == ("repository:web/src/api.ts#one", "shop/app.py#GET /users/{id}")
    assert (edge.kind, edge.evidence, edge.rule) == (EdgeKind.REQUESTS, Evidence.POSSIBLE, "http:fetch:repository")
    assert (edge.path, edge.line) == ("repository:web/src/api.ts", 1)
    answer = callers(graph, find_one(graph, "GET /users/"))
    assert [each.source for each in answer.edges] == ["repository:web/src/api.ts#every"]
    assert answer.nodes[Handle("repository:web/src/api.ts#every")].name == "every"
    assert callers(graph, find_one(graph, "GET /inner")).verdict is Verdict.NONE


def test_impact_and_paths_go_on_in_other_repositories(tree: IndexedTree) -> None:
    graph = seen(tree)
    reached = {each.node.handle: each.evidence for each in impact(graph, find_one(graph, "load"), depth=5).reached}
    assert reached == {
        "shop/app.py#read": Evidence.PROVEN,
        "shop/app.py#GET /users/{id}": Evidence.PROVEN,
        "repository:web/src/api.ts#one": Evidence.POSSIBLE,
        "repository:web/src/api.ts#page": Evidence.POSSIBLE,
    }
    web = seen(tree, "2", "1", "shop")
    found = path_between(web, find_one(web, "page"), find_one(web, "repository:shop/shop/app.py#load"))
    assert [edge.target for edge in found.edges] == [
        "src/api.ts#one",
        "repository:shop/shop/app.py#GET /users/{id}",
        "repository:shop/shop/app.py#read",
        "repository:shop/shop/app.py#load",
    ]


def test_callees_of_a_client_are_routes_of_other_repositories(tree: IndexedTree) -> None:
    """Beside what is known of the request itself."""
    graph = seen(tree, "2", "1", "shop")
    targets = {edge.target for edge in callees(graph, find_one(graph, "src/api.ts#every")).edges}
    assert targets == {"external:javascript#fetch", "external:shop:8000#GET /users/", "repository:shop/shop/app.py#GET /users/"}
    assert {edge.target for edge in callees(graph, find_one(graph, "settled")).edges} == {
        "external:javascript#fetch",
        "src/server.ts#GET /inner",
    }
    proven = callees(graph, find_one(graph, "src/api.ts#every"), evidence=[Evidence.EXTERNAL])
    assert not any(edge.target.startswith("repository:") for edge in proven.edges)


def test_an_answer_is_as_new_as_either_index(tree: IndexedTree) -> None:
    """Nothing of another repository is kept."""
    graph = seen(tree)
    assert callers(graph, find_one(graph, "GET /users/{id}")).edges
    tree.update({"src/api.ts": "export function one() {}\n"}, view="2")
    graph = seen(tree)
    assert callers(graph, find_one(graph, "GET /users/{id}")).edges == ()
    assert "repository:" not in "".join(tree.edges("1") | tree.edges("2"))


def test_a_route_is_found_as_it_is_written(tree: IndexedTree) -> None:
    """A slash at its end is part of it; in a path it is not."""
    graph = seen(tree)
    assert [node.handle for node in resolve(graph, "GET /users/").choices] == ["shop/app.py#GET /users/"]
    assert resolve(graph, "GET /users").choices == ()
    assert [node.handle for node in resolve(graph, "shop/app.py/").choices] == ["shop/app.py"]


def test_routes_are_listed_by_path(tree: IndexedTree) -> None:
    """With what answers and how many requests lead there; a cap is told."""
    graph = seen(tree)
    handles = [Handle(f"shop/app.py#GET {path}") for path in ("/users/{id}", "/users/", "/inner")]
    answer = list_routes(graph, handles)
    assert [(row.node.name, row.handlers, row.requests) for row in answer.routes] == [
        ("GET /inner", ("shop/app.py#inner",), 0),
        ("GET /users/", ("shop/app.py#every",), 1),
        ("GET /users/{id}", ("shop/app.py#read",), 1),
    ]
    assert (answer.verdict, len(answer.edges)) == (Verdict.PROVEN, 3)
    assert [row.node.name for row in list_routes(graph, handles, pattern="users").routes] == ["GET /users/", "GET /users/{id}"]
    assert [row.node.name for row in list_routes(graph, handles, pattern="GET */").routes] == ["GET /users/"]
    capped = list_routes(graph, handles, limit=1)
    assert [(cap.name, cap.left_out) for cap in capped.caps] == [("routes", 2)]
    assert list_routes(graph, handles, evidence=[Evidence.POSSIBLE]).verdict is Verdict.NONE


def test_what_is_no_question_goes_to_the_store(tmp_path: Path) -> None:
    """Writing, forking and forgetting."""
    with closing(IndexedTree(tmp_path)) as tree:
        tree.update(SHOP)
        store = AcrossRepositories(tree.store, Party("", "1"), [], [])
        assert store.fork("2", "1")
        assert {graph.path for graph in store.files("2")} == {graph.path for graph in store.files("1")}
        store.replace("2", [], removed=["shop/app.py"], generation=2)
        assert store.generation("2") == 2
        store.drop("2")
        assert store.generation("2") == 0
        store.close()
