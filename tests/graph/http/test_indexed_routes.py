"""Routes and requests of an indexed view: kept file by file, the same however the view came to be as it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import rule

from graph.http.joining import ROUTES
from graph.surroundings import Surroundings
from tests.graph.indexed import IndexedTree
from tests.graph.stepped import SteppedProject, run_steps

PROJECT: dict[str, tuple[str, ...]] = {
    "app/main.py": (
        "from fastapi import FastAPI\nfrom app.users import router\n\napp = FastAPI()\napp.include_router(router, prefix='/api')\n",
        "from fastapi import FastAPI\nfrom app import users\nfrom app.config import PREFIX\n\n\napp = FastAPI()\n"
        "app.include_router(users.router, prefix=PREFIX)\n",
        "from fastapi import FastAPI\nfrom app.more import install\n\napp = FastAPI()\ninstall(app)\n",
    ),
    "app/users.py": (
        "from fastapi import APIRouter\nfrom app.more import handle\n\nrouter = APIRouter(prefix='/users')\n\n@router.get('/{id}')\n"
        "def one(id): ...\n\nrouter.add_api_route('', handle)\n",
        "# moved\nfrom fastapi import APIRouter\n\nrouter = APIRouter(prefix='/users')\n\n@router.get('/{name}')\ndef one(name): ...\n",
        "class Router:\n    def get(self, path): ...\n\nrouter = Router()\n\n@router.get('/{id}')\ndef one(id): ...\n",
    ),
    "app/config.py": ("PREFIX = '/v1'\n", "PREFIX = '/v2'\n", "import os\nPREFIX = os.environ['P']\n"),
    "app/more.py": (
        "def handle(): ...\n\ndef install(app):\n    @app.get('/installed')\n    def inner(): ...\n",
        "def install(app): ...\n",
    ),
    "web/page.js": (
        "export function load(id) { return fetch(`/api/users/${id}`); }\nfetch('/api/users');\n",
        "import axios from 'axios';\naxios.get('/v2/users');\nfetch('/installed');\n",
        "function fetch() {}\nfetch('/api/users');\n",
    ),
    "tests/test_app.py": (
        "from fastapi.testclient import TestClient\nfrom app.main import app\n\nclient = TestClient(app)\n\ndef test_it():\n"
        "    client.get('/v1/users/7')\n",
    ),
}
LOCK = b"""[[edge]]
source = "web/page.js#load"
target = "app/users.py#GET /api/users/{id}"
kind = "requests"
verdict = "pin"
reason = "the page is served beside the API"

[[edge]]
source = "app/users.py#GET /api/users"
target = "app/more.py#handle"
kind = "handles"
verdict = "forbid"
reason = "only so"
"""


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[IndexedTree]:
    with closing(IndexedTree(tmp_path)) as made:
        yield made


def first() -> dict[str, str]:
    return {path: choices[0] for path, choices in PROJECT.items()}


def http(tree: IndexedTree) -> set[str]:
    """Return the edges of routes and requests."""
    return {line for line in tree.edges() if " handles " in line or " requests " in line}


def test_a_view_has_its_routes_and_requests(tree: IndexedTree) -> None:
    outcome = tree.update(first())
    assert http(tree) == {
        "app/users.py#GET /api/users/{id} handles app/users.py#one proven",
        "app/users.py#GET /api/users handles app/more.py#handle proven",
        "web/page.js#load requests app/users.py#GET /api/users/{id} possible",
        "web/page.js requests app/users.py#GET /api/users proven",
        "tests/test_app.py#test_it requests unknown:GET /v1/users/7 unknown",
    }
    assert outcome.notes == ()
    assert [node.name for graph in tree.graphs() for node in graph.nodes if node.kind == "route"] == [
        "GET /api/users/{id}",
        "GET /api/users",
    ]


def test_a_prefix_in_another_file_changes_routes_and_who_asks_for_them(tree: IndexedTree) -> None:
    """Without a change of the file that has the routes; and a constant in a third file."""
    tree.update(first())
    tree.update(first() | {"app/main.py": PROJECT["app/main.py"][1]})
    assert "app/users.py#GET /v1/users/{id} handles app/users.py#one proven" in http(tree)
    assert "tests/test_app.py#test_it requests app/users.py#GET /v1/users/{id} proven" in http(tree)
    tree.update(first() | {"app/main.py": PROJECT["app/main.py"][1], "app/config.py": PROJECT["app/config.py"][1]})
    assert "app/users.py#GET /v2/users/{id} handles app/users.py#one proven" in http(tree)


def test_what_is_gone_takes_its_routes_along(tree: IndexedTree) -> None:
    """The graph of routes itself goes with the last one."""
    tree.update(first())
    tree.update({"app/config.py": "PREFIX = ''\n"})
    assert http(tree) == set()
    assert ROUTES not in {graph.path for graph in tree.graphs()}


def test_paths_that_are_left_out_are_told(tree: IndexedTree) -> None:
    """As long as they are there."""
    text = "from fastapi import FastAPI\n\napp = FastAPI()\n\n@app.get(path())\ndef x(): ...\n"
    assert tree.update({"a.py": text}).notes == ("routes: 1 routes and requests are left out, because their path or address is no literal",)
    assert tree.update({"a.py": text, "b.py": ""}).notes != ()
    assert tree.update({"a.py": "", "b.py": ""}).notes == ()


def test_the_lock_decides_about_routes_and_requests(tree: IndexedTree) -> None:
    """An entry of which the route is gone is stale."""
    outcome = tree.update(first(), Surroundings(LOCK))
    assert "web/page.js#load requests app/users.py#GET /api/users/{id} proven" in http(tree)
    assert not any("app/more.py#handle" in line for line in http(tree))
    assert outcome.notes == ()
    tree.update(first())
    assert "web/page.js#load requests app/users.py#GET /api/users/{id} possible" in http(tree)
    stale = tree.update(first() | {"app/main.py": ""}, Surroundings(LOCK)).notes
    assert len(stale) == 2
    assert "does not exist any more" in stale[0]


def test_a_view_that_begins_with_anothers_graph_has_its_routes(tree: IndexedTree) -> None:
    tree.update(first())
    tree.update(first() | {"app/main.py": PROJECT["app/main.py"][1]}, view="2", like="1")
    there = {line for line in tree.edges("2") if " handles " in line}
    assert "app/users.py#GET /v1/users/{id} handles app/users.py#one proven" in there


class SteppedRoutes(SteppedProject):
    """Edits of a small project, and after each the same routes and requests as from nothing."""

    def __init__(self) -> None:
        super().__init__(first())

    @rule(path=st.sampled_from(list(PROJECT)), choice=st.integers(0, 2))
    def write(self, path: str, choice: int) -> None:
        self.files[path] = PROJECT[path][choice % len(PROJECT[path])]

    @rule(path=st.sampled_from(list(PROJECT)))
    def shift(self, path: str) -> None:
        comment = "//\n" if path.endswith("js") else "#\n"
        self.files[path] = comment + self.files.get(path, "")

    @rule(path=st.sampled_from(list(PROJECT)))
    def remove(self, path: str) -> None:
        if len(self.files) > 1:
            self.files.pop(path, None)

    @rule(lock=st.sampled_from((None, LOCK)))
    def review(self, lock: bytes | None) -> None:
        self.around = Surroundings(lock)


def test_routes_that_followed_edits_are_those_of_the_files() -> None:
    """Nodes, edges and their places, and what is said about them."""
    run_steps(SteppedRoutes, examples=25, steps=10)
