"""Routes of FastAPI, Starlette and Flask."""

from __future__ import annotations

import pytest

from graph.model import EdgeKind
from tests.graph.http.served import edges_of, facts_of, routes

FASTAPI = "from fastapi import APIRouter, FastAPI\n"


def test_a_decorator_of_an_application_is_a_route() -> None:
    """With the decorator's method name as its span."""
    text = FASTAPI + 'app = FastAPI()\n\n@app.get("/users/{id}")\nasync def read(id): ...\n'
    (edge,) = edges_of({"main.py": text}, EdgeKind.HANDLES)
    assert (edge.source, edge.target, edge.evidence, edge.rule) == ("main.py#GET /users/{id}", "main.py#read", "proven", "http:fastapi")
    assert (edge.path, edge.line, text[edge.start_byte : edge.end_byte]) == ("main.py", 4, "get")


def test_a_decorator_of_anything_else_is_none() -> None:
    """Nothing is a route by the name of a method."""
    text = """
class Registry:
    def get(self, path):
        return lambda function: function

class FastAPI(Registry):
    pass

app = FastAPI()
plugins = Registry()

@app.get("/x")
def one(): ...

@plugins.get("/y")
def two(): ...

@unknown.get("/z")
def three(): ...
"""
    assert routes({"main.py": "import fastapi\n" + text}) == []


def test_a_subclass_of_an_application_is_one_unless_it_defines_the_method() -> None:
    text = """
class App(FastAPI):
    def post(self, path):
        return lambda function: function

app = App()

@app.get("/x")
def one(): ...

@app.post("/x")
def two(): ...
"""
    assert routes({"main.py": FASTAPI + text}) == ["GET /x -> one proven"]


def test_prefixes_are_followed_through_files() -> None:
    """A router's own, that of where it is included, and that of a sub-application; twice included, twice a route."""
    files = {
        "app/users.py": FASTAPI + 'router = APIRouter(prefix="/users")\n\n@router.get("")\ndef all(): ...\n\n'
        '@router.delete("/{id}")\ndef gone(): ...\n',
        "app/api.py": FASTAPI
        + 'from app import users\n\nPREFIX = "/v1"\napi = APIRouter()\napi.include_router(users.router, prefix=PREFIX)\n',
        "app/main.py": FASTAPI
        + "from app.api import api\nfrom app.users import router\n\napp = FastAPI()\nsub = FastAPI()\n"
        + 'app.include_router(api, prefix="/api")\nsub.include_router(router)\napp.mount("/sub", sub)\n',
    }
    assert routes(files) == [
        "DELETE /api/v1/users/{id} -> gone proven",
        "DELETE /sub/users/{id} -> gone proven",
        "GET /api/v1/users -> all proven",
        "GET /sub/users -> all proven",
    ]


def test_what_is_no_literal_leaves_the_prefix_open() -> None:
    """So does a router that is included nowhere; both are possible."""
    text = FASTAPI + "import os\n\na, b = 1, 2\none = APIRouter()\ntwo = APIRouter(prefix='/two')\napp = FastAPI()\n"
    text += "app.include_router(one, prefix=os.environ['P'])\n\n@one.get('/x')\ndef x(): ...\n\n@two.get('/y')\ndef y(): ...\n"
    assert routes({"main.py": text}) == ["GET .../two/y -> y possible", "GET .../x -> x possible"]


def test_a_prefix_that_an_object_holds_can_be_set_from_outside() -> None:
    """It says what the path is by default, so the route is possible."""
    files = {
        "config.py": 'class Settings:\n    PREFIX: str = "/api"\n\nsettings = Settings()\n',
        "main.py": FASTAPI
        + "from config import settings\n\napp = FastAPI()\nr = APIRouter(prefix=settings.PREFIX)\napp.include_router(r)\n\n"
        "@r.get('/x')\ndef x(): ...\n",
    }
    assert routes(files) == ["GET /api/x -> x possible"]


def test_a_path_that_is_no_literal_is_counted() -> None:
    text = (
        FASTAPI
        + "app = FastAPI()\n\n@app.get(path())\ndef x(): ...\n\n@app.get('/' + name)\ndef y(): ...\n\n@app.get(f'/{name}')\ndef z(): ...\n"
    )
    assert routes({"main.py": text}) == []
    assert facts_of({"main.py": text})["main.py"].dropped == 3


def test_functions_add_routes_with_the_methods_they_are_given() -> None:
    text = (
        FASTAPI
        + """
app = FastAPI()

def x(): ...

app.add_api_route("/x", x, methods=["PUT", "post"])

@app.api_route("/y", methods=["GET"])
def y(): ...

@app.api_route("/z", methods=METHODS)
def z(): ...
"""
    )
    assert routes({"main.py": text}) == ["* /z -> z proven", "GET /y -> y proven", "POST /x -> x proven", "PUT /x -> x proven"]


def test_a_function_that_is_given_the_router_adds_to_it() -> None:
    """With a type or without; an application that comes from nowhere known is possible, a router's prefix is open."""
    text = (
        FASTAPI
        + """
def one(app: FastAPI):
    @app.get("/one")
    def first(): ...

def two(router):
    @router.get("/two")
    def second(): ...

def alone(app: FastAPI, router: APIRouter):
    @app.get("/three")
    def third(): ...

    @router.get("/four")
    def fourth(): ...

def create():
    app = FastAPI()
    router = APIRouter(prefix="/r")
    app.include_router(router)
    one(app)
    two(router)
    return app
"""
    )
    assert routes({"main.py": text}) == [
        "GET .../four -> alone.fourth possible",
        "GET /one -> one.first proven",
        "GET /r/two -> two.second proven",
        "GET /three -> alone.third possible",
    ]


def test_routers_that_include_each_other_end() -> None:
    """Only broken code has them; their prefix is not known."""
    text = (
        FASTAPI
        + "a = APIRouter(prefix='/a')\nb = APIRouter(prefix='/b')\na.include_router(b)\nb.include_router(a)\n\n@a.get('/x')\ndef x(): ...\n"
    )
    assert [line.rpartition(" ")[2] for line in routes({"main.py": text})] == ["possible"]


def test_flask_joins_blueprints() -> None:
    """``url_prefix`` where it is registered stands instead of the blueprint's own."""
    text = """
from flask import Blueprint, Flask

bp = Blueprint("shop", __name__, url_prefix="/shop")

@bp.route("/<int:id>", methods=["GET", "POST"])
def item(id): ...

@bp.post("/new")
def new(): ...

def create_app():
    app = Flask(__name__)
    app.register_blueprint(bp)
    app.register_blueprint(bp, url_prefix="/store", name="store")
    app.add_url_rule("/plain", view_func=new)
    app.add_url_rule("/class", view_func=View.as_view("v"))
    return app
"""
    assert routes({"app.py": text}) == [
        "GET /class -> unknown: unknown",
        "GET /plain -> new proven",
        "GET /shop/{id} -> item proven",
        "GET /store/{id} -> item proven",
        "POST /shop/new -> new proven",
        "POST /shop/{id} -> item proven",
        "POST /store/new -> new proven",
        "POST /store/{id} -> item proven",
    ]


def test_starlette_lists_routes() -> None:
    """Also nested, in a variable, and with an endpoint that is a class, which answers any method it has."""
    text = """
from starlette.applications import Starlette
from starlette.routing import Mount, Route, Router

def home(request): ...
def user(request): ...
class Page: ...

sub = Router([Route("/lost", home)], routes=[Route("/deep", home)])
routes = [
    Route("/", home),
    Mount("/users", routes=[Route("/{name:str}", user, methods=["GET", "PUT"])]),
    Mount("/sub", app=sub),
    Route("/page", Page),
]
app = Starlette(routes=routes)
"""
    assert routes({"app.py": text}) == [
        "* /page -> unknown:Page unknown",
        "GET / -> home proven",
        "GET /sub/deep -> home proven",
        "GET /users/{name} -> user proven",
        "PUT /users/{name} -> user proven",
    ]


@pytest.mark.parametrize("end", range(0, 300, 23))
def test_broken_code_gives_what_it_can(end: int) -> None:
    """It never fails."""
    text = (
        FASTAPI + 'app = FastAPI()\napp.include_router(\n@app.get("/users/{id}")\nasync def read(id): app.add_api_route("/x", methods=[)\n'
    )
    routes({"main.py": text[:end]})
