"""Several data folders that keep their graphs in one Neo4j: each has its own, whatever numbers their views have."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ingest.database import Database
from tests.graph.scip_bytes import document, index, occurrence
from tests.ingest.repositories import commit_all, new_repository, write
from tests.neo4j_admin import LABELS, count
from tests.serve.commands import Shell

API = """from fastapi import FastAPI

app = FastAPI()


@app.get("/{name}")
def show_{name}():
    return load_{name}()


def load_{name}():
    return 1


def guess_{name}(handler):
    handler.go()
"""
Folder = Callable[[str], None]


@pytest.fixture
def at(codelore: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, neo4j_graph_url: str) -> Folder:
    """Go to a repository, whose graph a data folder of the same name has in the server."""
    del codelore
    monkeypatch.setenv("CODELORE_GRAPH_URL", neo4j_graph_url)

    def go(name: str) -> None:
        monkeypatch.setenv("CODELORE_DATA_DIR", str(tmp_path / f"{name}-data"))
        monkeypatch.chdir(tmp_path / name)

    return go


@pytest.fixture
def both(codelore: Shell, at: Folder, tmp_path: Path) -> None:
    """Two repositories, each indexed into a data folder of its own as a working tree and as a commit, with one overlay over each."""
    for name in ("cart", "mail"):
        root = new_repository(tmp_path / name, {"app.py": API.replace("{name}", name), "beside.py": f"{name} = 1\n"})
        write(root, {"app.py": API.replace("{name}", name) + f"\n\n{name} = 2\n", "beside.py": f"{name} = 3\n"})
        commit_all(root)
        at(name)
        assert codelore("index", ".").code == 0
        assert codelore("index", ".", "--ref", "HEAD").code == 0
        assert codelore("graph", "import", scip_index(tmp_path / f"{name}.scip", name)).code == 0


def scip_index(place: Path, name: str) -> Path:
    """Write an index in which the call that nobody can tell leads to ``load``."""
    load, guess = (f"scip-python python x 1 app/{each}_{name}()." for each in ("load", "guess"))
    occurrences = (
        occurrence(load, (10, 4, 9 + len(name)), 1),
        occurrence(guess, (14, 4, 10 + len(name)), 1),
        occurrence(load, (15, 12, 14)),
    )
    place.write_bytes(index(document("app.py", *occurrences)))
    return place


def edges(codelore: Shell, *question: str) -> list[str]:
    """Return the edges of an answer as lines."""
    done = codelore("graph", *question, "--json")
    model = {"routes": "RoutesResult", "neighbourhood": "ReachResult"}.get(question[0], "GraphResult")
    return sorted(f"{edge['source']} {edge['kind']} {edge['target']} {edge['rule']}" for edge in done.json(model)["edges"])


def expect_own(codelore: Shell, name: str) -> None:
    """Ask for edges of every kind of source, in the working tree and in the commit."""
    for ref in ((), ("--ref", "HEAD")):
        found = edges(codelore, "callers", f"load_{name}", *ref)
        overlay = [] if ref else [f"app.py#guess_{name} calls app.py#load_{name} scip"]
        assert [each for each in found if each.endswith("scip")] == overlay
        assert [each.split()[0] for each in found if each not in overlay] == [f"app.py#show_{name}"]
        assert edges(codelore, "routes", *ref) == [f"app.py#GET /{name} handles app.py#show_{name} http:fastapi"]
        history = edges(codelore, "neighbourhood", "beside.py", "--kind", "changes_with", *ref)
        assert {each.rpartition(" ")[2] for each in history} == {"history:2/2"}
    export = codelore("graph", "export").out
    other = {"cart": "mail", "mail": "cart"}[name]
    assert name in export and other not in export


def test_two_data_folders_answer_from_their_own_graphs(codelore: Shell, at: Folder, both: None, tmp_path: Path) -> None:
    """Their views have the same numbers, their files the same paths; changes of one leave the other alone."""
    for name in ("cart", "mail", "cart"):
        at(name)
        expect_own(codelore, name)
    write(tmp_path / "mail", {"more.py": "from app import load_mail\n\n\ndef more():\n    load_mail()\n"})
    at("mail")
    assert codelore("index", ".").code == 0
    assert "more.py#more" in " ".join(edges(codelore, "callers", "load_mail"))
    at("cart")
    expect_own(codelore, "cart")


def test_forgetting_one_leaves_the_other(codelore: Shell, at: Folder, both: None, tmp_path: Path, neo4j_graph_url: str) -> None:
    at("cart")
    assert codelore("forget", "cart").code == 0
    assert count(neo4j_graph_url, "View") == count(neo4j_graph_url, "Edition") == 2
    at("mail")
    expect_own(codelore, "mail")
    assert codelore("forget", str(tmp_path / "mail")).code == 0
    assert {label: count(neo4j_graph_url, label) for label in LABELS} == dict.fromkeys(LABELS, 0) | {"Store": 1}


def test_cypher_reads_the_view_of_the_data_folder(codelore: Shell, at: Folder, both: None) -> None:
    query = "MATCH (n:Node {view: $view}) WHERE n.name STARTS WITH 'load_' AND n.path IS NOT NULL RETURN n.name"
    for name in ("cart", "mail"):
        at(name)
        assert codelore("graph", "cypher", query, "--json").json("CypherResult")["rows"] == [[f"load_{name}"]]


def test_doctor_tells_whose_views_are_in_the_server(codelore: Shell, at: Folder, both: None, neo4j_graph_url: str) -> None:
    at("cart")
    done = codelore("doctor")
    assert done.code == 0
    told = next(line for line in done.out.splitlines() if line.startswith("ok   graph "))
    assert f"in Neo4j at bolt://{neo4j_graph_url.rpartition('@')[2]}, 2 views of this data folder (" in told
    assert told.endswith("); 2 of 1 other data folders")
    assert str(urlsplit(neo4j_graph_url).password) not in done.out


def test_doctor_tells_that_the_server_is_away(codelore: Shell, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODELORE_GRAPH_URL", "bolt://u:secret@127.0.0.1:1")
    done = codelore("doctor")
    assert done.code == 1
    assert "BAD  graph         Neo4j at bolt://127.0.0.1:1 cannot be reached" in done.out
    assert "secret" not in done.out


def test_a_graph_that_comes_back_from_a_server_is_made_again(
    codelore: Shell, at: Folder, tmp_path: Path, neo4j_graph_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a store had before is behind when the graph comes back to it; no new view begins with that, and forgetting leaves neither."""
    root = new_repository(tmp_path / "cart", {"a.py": "def f(): ...\n\n\ndef g():\n    f()\n"})
    at("cart")
    callers = {"g"}
    for name, url in (("first", ""), ("second", neo4j_graph_url), ("third", ""), ("fourth", neo4j_graph_url)):
        monkeypatch.setenv("CODELORE_GRAPH_URL", url)
        write(root, {f"{name}.py": f"from a import f\n\n\ndef {name}():\n    f()\n"})
        callers.add(name)
        assert codelore("index", ".").code == 0
        monkeypatch.setenv("CODELORE_GRAPH_URL", "" if url else neo4j_graph_url)
        commit_all(root)
        assert codelore("index", ".", "--ref", "HEAD").code == 0
        for ref in ((), ("--ref", "HEAD")):
            assert {each.split()[0].partition("#")[2] for each in edges(codelore, "callers", "f", *ref)} == callers
    monkeypatch.setenv("CODELORE_GRAPH_URL", neo4j_graph_url)
    assert codelore("forget", "cart").code == 0
    assert count(neo4j_graph_url, "View") == 0
    with closing(Database(tmp_path / "cart-data" / "codelore.db")) as database, database.read() as read:
        for table in ("graph_view", "graph_file", "standing", "resolution"):
            assert read.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0, table


def test_a_copied_data_folder_gets_graphs_of_its_own(codelore: Shell, at: Folder, both: None, tmp_path: Path) -> None:
    """It knows what it has indexed, and its first question makes the graph again, under another name."""
    shutil.copytree(tmp_path / "cart-data", tmp_path / "copy-data")
    (tmp_path / "copy").symlink_to(tmp_path / "cart")
    write(tmp_path / "cart", {"more.py": "from app import load_cart\n\n\ndef more():\n    load_cart()\n"})
    at("copy")
    assert codelore("index", ".").code == 0
    assert "more.py#more" in " ".join(edges(codelore, "callers", "load_cart"))
    (tmp_path / "cart" / "more.py").unlink()
    at("cart")
    expect_own(codelore, "cart")
