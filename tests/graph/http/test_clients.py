"""Requests of requests, httpx, fetch, axios and test clients, and which routes they ask for."""

from __future__ import annotations

from graph.model import EdgeKind
from tests.graph.http.served import edges_of, facts_of, requests

SERVER = """from fastapi import FastAPI

app = FastAPI()

@app.get("/users/{id}")
def read(id): ...

@app.get("/users")
def every(): ...

@app.post("/users")
def add(): ...

@app.delete("/users/{id}")
def gone(id): ...
"""


def asked(path: str, text: str) -> list[str]:
    """Return the requests of one file beside the server, by what they lead to."""
    return [line.partition(" -> ")[2] for line in requests({"server.py": SERVER, path: text})]


def test_requests_and_httpx_ask_by_method_and_path() -> None:
    """Their URL names a host that nobody knows to be this one, so a route is possible."""
    text = """import httpx
import requests
from requests import get as fetch_it

def run(id, method, url):
    requests.get("http://localhost:8000/users/7")
    requests.post(url="http://localhost:8000/users", json={})
    requests.request("DELETE", f"http://localhost:8000/users/{id}")
    requests.request(method, "http://localhost:8000/users")
    fetch_it("http://users/users?page=2")
    httpx.get("http://localhost/nothing")
    httpx.get("https://api.github.com/users/7")
    requests.get(url)
    requests.get("http://localhost/" + id)
"""
    assert asked("client.py", text) == [
        "GET /users/{id} possible",
        "POST /users possible",
        "DELETE /users/{id} possible",
        "GET /users possible",
        "POST /users possible",
        "GET /users possible",
        "external:localhost#GET /nothing external",
        "external:api.github.com#GET /users/7 external",
    ]
    assert facts_of({"client.py": text})["client.py"].dropped == 2


def test_clients_have_a_base() -> None:
    """A literal one is put in front; below an unknown one a route is found by its end."""
    text = """import httpx
import requests
from config import BASE

URL = "http://localhost/api"

async def run(client: httpx.AsyncClient):
    session = requests.Session()
    session.get(f"{URL}/users")
    session.get(f"{BASE}/users")
    async with httpx.AsyncClient(base_url="http://localhost") as http:
        await http.get("/users")
    with httpx.Client(base_url=BASE) as http:
        http.get("/users/7")
    await client.get("/users/7")

class Api:
    def __init__(self):
        self.http = httpx.Client(base_url="http://localhost/")

    def one(self):
        return self.http.get("users/7")
"""
    assert asked("client.py", text) == [
        "external:localhost#GET /api/users external",
        "GET /users possible",
        "GET /users possible",
        "GET /users/{id} possible",
        "GET /users/{id} possible",
        "GET /users/{id} possible",
    ]


def test_namesakes_ask_for_nothing() -> None:
    """A local function, a dictionary, a class of the project, and a method that a subclass defines itself."""
    python = """import httpx
from requests_of_mine import get

def fetch(path): ...

class requests:
    @staticmethod
    def get(path): ...

class Client(httpx.Client):
    def get(self, path): ...

fetch("/users/7")
requests.get("http://localhost/users/7")
{"/users/7": 1}.get("/users/7")
get("http://localhost/users/7")
Client().get("/users/7")
"""
    script = """function fetch(path) {}
const axios = { get(path) {} };
fetch("/users/7");
axios.get("/users/7");
new Map().get("/users/7");
"""
    assert asked("client.py", python) == []
    assert asked("client.js", script) == []


def test_fetch_asks_the_host_of_its_page() -> None:
    """So one literal route that answers a literal path is proven; a computed segment is a parameter's alone, and possible."""
    text = """export async function run(id, name, options) {
  await fetch("/users/7");
  await fetch("/users", { method: "POST", body: "" });
  await window.fetch(`/users/${id}`, { method: 'delete' });
  await fetch(`/${name}`);
  await fetch("/users/7?full=" + id);
  await fetch("/users", options);
  await fetch("http://localhost:8000/users/7");
  await fetch("users/7");
}
"""
    assert asked("page.ts", text) == [
        "GET /users/{id} proven",
        "POST /users proven",
        "DELETE /users/{id} possible",
        "unknown:GET /{} unknown",
        "GET /users possible",
        "POST /users possible",
        "GET /users/{id} possible",
        "GET /users/{id} possible",
    ]


def test_fetch_of_a_package() -> None:
    assert asked("a.js", "import fetch from 'node-fetch';\nfetch('http://localhost/users');\n") == ["GET /users possible"]
    assert asked("b.js", "const { fetch } = require('undici');\nfetch('http://localhost/users');\n") == ["GET /users possible"]


def test_axios_by_method_options_and_instance() -> None:
    """Its base may be set anywhere, so a path alone is possible."""
    text = """import axios from 'axios';
const api = axios.create({ baseURL: 'http://localhost/' });
const other = axios.create(settings);
export function run(id, options) {
  axios.get('/users/7');
  axios('/users');
  axios({ url: '/users', method: 'post' });
  axios.request({ url: `/users/${id}`, method: 'DELETE' });
  api.get('users/7');
  other.delete('/users/7');
  axios(options);
}
"""
    assert asked("page.js", text) == [
        "GET /users/{id} possible",
        "GET /users possible",
        "POST /users possible",
        "DELETE /users/{id} possible",
        "GET /users/{id} possible",
        "DELETE /users/{id} possible",
    ]


def test_a_test_client_asks_the_application_it_was_made_for() -> None:
    """Which proves the route; no other application's routes count, and one that is handed in is followed to who made it."""
    server = SERVER + "\nother = FastAPI()\n\n@other.get('/users')\ndef others(): ...\n"
    text = """from fastapi.testclient import TestClient
from httpx import ASGITransport, AsyncClient
from server import app, other

client = TestClient(app)

def test_one():
    client.get("/users")
    client.put("/users")
    TestClient(other).get("/users")

async def test_two():
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://test") as http:
        await http.get("/users")

def check(given):
    TestClient(given).get("/users")

def test_three(unknown):
    check(other)
"""
    edges = edges_of({"server.py": server, "test_it.py": text}, EdgeKind.REQUESTS)
    assert [f"{edge.source} -> {edge.target} {edge.evidence}" for edge in edges] == [
        "test_it.py#test_one -> server.py#GET /users proven",
        "test_it.py#test_one -> unknown:PUT /users unknown",
        "test_it.py#test_one -> server.py#GET /users~2 proven",
        "test_it.py#test_two -> server.py#GET /users proven",
        "test_it.py#check -> server.py#GET /users~2 proven",
    ]
    assert {edge.rule for edge in edges} == {"http:test-client"}


def test_a_test_client_of_an_unknown_application_may_ask_any() -> None:
    text = "from fastapi.testclient import TestClient\n\ndef test_it(client: TestClient):\n    client.get('/users')\n"
    assert asked("test_it.py", text) == ["GET /users possible"]


def test_flask_and_supertest_make_test_clients() -> None:
    flask = """from flask import Flask

app = Flask(__name__)

@app.get("/x")
def x(): ...

def test_x():
    with app.test_client() as client:
        client.get("/x")
"""
    express = """const request = require('supertest');
const express = require('express');
const app = express();
app.get('/y', (req, res) => {});
it('works', () => request(app).get('/y').expect(200));
"""
    assert requests({"app.py": flask}) == ["test_x -> GET /x proven"]
    assert [line.partition(" -> ")[2] for line in requests({"app.test.js": express})] == ["GET /y proven"]


def test_several_routes_are_the_whole_set() -> None:
    """Of two services, and of a literal segment and a parameter: which one goes first differs between frameworks."""
    other = "import express from 'express';\nconst app = express();\napp.get('/users/me', f);\nfunction f() {}\n"
    page = "fetch('/users/me');\n"
    edges = edges_of({"server.py": SERVER, "other.ts": other, "page.js": page}, EdgeKind.REQUESTS)
    assert [(edge.target, edge.evidence) for edge in edges] == [
        ("other.ts#GET /users/me", "possible"),
        ("server.py#GET /users/{id}", "possible"),
    ]
    assert {(edge.path, edge.line, page[edge.start_byte : edge.end_byte]) for edge in edges} == {("page.js", 1, "fetch")}
