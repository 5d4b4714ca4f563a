"""The commands that ask the graph: answers, choices, exit codes, and JSON held to its schema."""

from __future__ import annotations

import json
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from graph.flow_store import FlowStore
from graph.levels import level
from graph.model import HISTORY, EdgeKind, Evidence, graph_name
from graph.questions import CALLING
from graph.store import open_graph_store
from ingest.database import Database
from ingest.model import View
from retrieval.answers import SearchRequest
from retrieval.engine import Engine
from serve.cli_graph_parser import DEAD_KINDS, EDGE_KINDS, EVIDENCE
from tests.graph.memory_store import file_graphs
from tests.ingest.repositories import new_repository, write
from tests.serve.commands import Shell, hold_to_schema

GRAPH = """
shop/web.py#checkout calls shop/cart.py#Cart.total_price by type
shop/web.py#checkout calls shop/payment.py#charge_card
shop/web.py#checkout calls> external:requests#post
shop/web.py#guess calls? shop/cart.py#Cart.add_item by union
shop/web.py#guess calls! unknown:total_price
shop/web.py imports shop/cart.py
shop/cart.py imports shop/web.py
shop/gift.py#Gift inherits shop/cart.py#Cart
shop/gift.py#Gift.total_price overrides shop/cart.py#Cart.total_price
tests/test_cart.py#test_total_price calls shop/cart.py#Cart.total_price
tests/test_cart.py#test_total_price tests shop/cart.py#Cart
shop/web.py#unused calls shop/web.py#guess
"""


@pytest.fixture
def graph(shop: Path, home: Path) -> Path:
    """The shop with a graph; returns its root."""
    with Engine(home) as engine:
        views = [engine.views(SearchRequest(text="", root=str(shop), ref=ref))[0][1] for ref in ("", "HEAD")]
    for view in views:
        put_graph(home, view)
    return shop


def put_graph(home: Path, view: View) -> None:
    """Give a view this graph in place of its own."""
    name = graph_name(view)
    with closing(open_graph_store(f"sqlite:{home / 'codelore.db'}")) as store:
        store.drop(name)
        store.replace(name, file_graphs(GRAPH), generation=1)
    with closing(Database(home / "codelore.db")) as database:
        FlowStore(database).stand(name, [], {}, [], generation=view.generation)
        FlowStore(database).keep(name, HISTORY, [view.commit, [], []])


QUESTIONS = {
    "callers": ("callers", "charge_card"),
    "callees": ("callees", "checkout"),
    "references": ("references", "Cart"),
    "implementations": ("implementations", "Cart"),
    "overrides": ("overrides", "shop/gift.py#Gift.total_price"),
    "impact": ("impact", "charge_card"),
    "path": ("path", "checkout", "charge_card"),
    "tests": ("tests", "charge_card"),
    "neighbourhood": ("neighbourhood", "checkout", "charge_card"),
    "rank": ("rank", "charge a card"),
    "dependencies": ("dependencies", "shop/web.py"),
    "dependents": ("dependents", "shop/cart.py"),
    "cycles": ("cycles",),
    "dead": ("dead",),
    "hotspots": ("hotspots",),
    "owners": ("owners", "Cart"),
}
MODELS = dict.fromkeys(QUESTIONS, "GraphResult") | {
    **dict.fromkeys(("impact", "tests", "neighbourhood"), "ReachResult"),
    **dict.fromkeys(("dependencies", "dependents"), "ModulesResult"),
    "cycles": "CyclesResult",
    "dead": "DeadResult",
    "hotspots": "HotSpotsResult",
    "owners": "OwnersResult",
    "rank": "RankResult",
    "view": "GraphPageResult",
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_answer_has_status_verdict_coverage_and_edges(codelore: Shell, graph: Path, question: str) -> None:
    done = codelore("graph", *QUESTIONS[question], "--json")
    answer = done.json(MODELS[question])
    assert {"status", "verdict", "coverage", "edges"} <= answer.keys()
    assert all({"kind", "evidence", "rule", "source", "target", "path", "line"} == edge.keys() for edge in answer["edges"])
    assert answer["generation"] == 1
    assert done.code == (1 if answer["verdict"] == "none" else 0)
    assert done.err == ""


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_answer_can_be_read(codelore: Shell, graph: Path, question: str) -> None:
    """Rows go to standard output; what is known and missing goes to standard error, with the truth about the view."""
    done = codelore("graph", *QUESTIONS[question])
    assert (done.out != "") == (done.code == 0), done
    assert "unknown use" in done.err or question == "owners"  # which no name can lead to
    assert f"{graph}: " in done.err
    assert "Traceback" not in done.err


def test_callers_are_shown_with_evidence_and_place(codelore: Shell, graph: Path) -> None:
    done = codelore("graph", "callers", "Cart.add_item")
    assert done.out == "shop/web.py:4  guess calls Cart.add_item  possible by union\n"
    assert done.err.startswith("possible: 1 edge (1 possible); no unknown uses\n")


def test_an_answer_counts_what_it_may_be_missing(codelore: Shell, graph: Path) -> None:
    answer = codelore("graph", "callers", "shop/gift.py#Gift.total_price", "--json").json("GraphResult")
    assert answer["verdict"] == "possible"
    assert {edge["rule"] for edge in answer["edges"]} == {"dispatch"}
    levels = {language: level(language).value for language in ("python", "typescript")}
    unresolved = list(levels.values()).count("symbols only")  # the shop has one such file of each
    assert answer["coverage"] == {"unknown": 1, "unresolved_files": unresolved, "levels": levels}


@pytest.mark.parametrize("question", [*QUESTIONS, "view"])
def test_an_ambiguous_name_prints_the_choices(codelore: Shell, graph: Path, question: str) -> None:
    """Each with the handle to ask with; the exit code is 1 with and without JSON, and nothing is written."""
    if question in {"cycles", "dead", "hotspots"}:
        return
    arguments = (
        ("rank", "--symbol", "total_price") if question == "rank" else (question, "total_price", *(["checkout"] * (question == "path")))
    )
    text = codelore("graph", *arguments)
    assert text.code == 1
    assert "shop/cart.py#Cart.total_price\n" in text.out
    assert "ask for one by its handle" in text.err
    done = codelore("graph", *arguments, "--json")
    assert done.code == 1
    answer = done.json(MODELS[question])
    assert [node["handle"] for node in answer["choices"]] == ["shop/cart.py#Cart.total_price", "shop/gift.py#Gift.total_price"]
    assert (answer["verdict"], answer["edges"], answer["targets"]) == ("none", [], [])
    assert not (graph / "graph.html").exists()


def test_unknown_uses_are_listed_when_asked_for(codelore: Shell, graph: Path) -> None:
    """They are rows, and the verdict stays none."""
    done = codelore("graph", "references", "unknown:total_price", "--evidence", "unknown")
    assert done.code == 0
    assert done.out == "shop/web.py:5  guess calls unknown:total_price  unknown by import\n"
    assert done.err.startswith("none: 1 edge (1 unknown)")


def test_a_name_of_nothing_is_said(codelore: Shell, graph: Path) -> None:
    done = codelore("graph", "callers", "nobody")
    assert (done.code, done.out) == (1, "")
    assert "nothing in the graph is named 'nobody'" in done.err
    assert codelore("graph", "impact", "nobody", "--json").json("ReachResult")["choices"] == []


def test_filters_and_caps(codelore: Shell, graph: Path) -> None:
    proven = codelore("graph", "callers", "Cart.add_item", "--evidence", "proven", "--json")
    assert proven.code == 1
    reads = codelore("graph", "references", "Cart", "--kind", "inherits", "--json").json("GraphResult")
    assert {edge["kind"] for edge in reads["edges"]} == {"inherits"}
    cut = codelore("graph", "references", "shop/cart.py", "--limit", "1", "--json").json("GraphResult")
    assert len(cut["edges"]) == 1
    assert cut["caps"][0]["name"] == "edges"
    near = codelore("graph", "impact", "charge_card", "--depth", "1", "--nodes", "1")
    assert near.code == 0
    said = codelore("graph", "impact", "shop/cart.py", "--nodes", "1").err
    assert "cut off: nodes (cap: 1), there is more" in said
    assert codelore("graph", "callers", "x", "--kind", "nonsense").code == 2


def test_the_kinds_that_can_be_typed_are_the_models() -> None:
    """The parser spells them, because loading the model would slow every help text."""
    assert tuple(kind.value for kind in EdgeKind) == EDGE_KINDS
    assert tuple(each.value for each in Evidence) == EVIDENCE
    assert set(CALLING) < set(EdgeKind)
    from graph.dead import JUDGED

    assert set(DEAD_KINDS) == {kind.value for kind in JUDGED}


def test_a_view_without_a_graph_gets_it_when_it_is_asked(codelore: Shell, tmp_path: Path) -> None:
    """``index --no-graph`` leaves it out, and a change after it is in the next answer."""
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "payment.py").write_text("def charge():\n    pass\n")
    (tree / "late.py").write_text("from payment import charge\n\ndef late():\n    charge()\n")
    assert codelore("index", tree, "--no-graph", "--json").json("IndexResult")["indexed"][0]["graph"] is None
    answer = codelore("graph", "callers", "charge", "-C", tree, "--json").json("GraphResult")
    assert [(edge["path"], edge["line"], edge["evidence"]) for edge in answer["edges"]] == [("late.py", 4, "proven")]
    (tree / "late.py").write_text("def late():\n    pass\n")
    assert codelore("index", tree, "--json").json("IndexResult")["indexed"][0]["graph"]["resolved"] == 1
    assert not codelore("graph", "callers", "charge", "-C", tree, "--json").json("GraphResult")["edges"]


def test_a_ref_has_a_graph_of_its_own(codelore: Shell, graph: Path) -> None:
    answer = codelore("graph", "callers", "charge_card", "--ref", "HEAD", "--json").json("GraphResult")
    assert answer["status"]["view"] == "HEAD"
    assert answer["verdict"] == "proven"


def test_hot_spots_take_churn_from_git(codelore: Shell, graph: Path) -> None:
    """The one commit of the shop changed each file once."""
    answer = codelore("graph", "hotspots", "--json").json("HotSpotsResult")
    assert answer["churn_source"].startswith("git log of ")
    assert [(row["path"], row["churn"], row["dependents"]) for row in answer["hot_spots"]] == [
        ("shop/cart.py", 1.0, 3),
        ("shop/payment.py", 1.0, 1),
    ]


def test_owners_name_rules_and_authors(codelore: Shell, graph: Path) -> None:
    """Rows are rules and authors; below them stands what was looked at."""
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=graph, capture_output=True, text=True, check=True).stdout[:12]
    done = codelore("graph", "owners", "shop/cart.py")
    assert done.code == 0
    assert done.out.startswith(f"    12 lines  100.0%  Ada <ada@example.org>  last {commit} on 20")
    assert done.err.startswith(f"shop/cart.py: no CODEOWNERS file; 12 lines of 1 files as of {commit}\n")
    folder = codelore("graph", "owners", "shop/", "--blame-files", "1")
    assert "shop, 3 files: no CODEOWNERS file; 12 lines of 1 files" in folder.err
    assert "cut off: files blamed (cap: 1), 2 left out" in folder.err
    unasked = codelore("graph", "owners", "shop/")
    assert (unasked.code, unasked.out) == (1, "")
    answer = codelore("graph", "owners", "Cart", "--ref", "HEAD", "--json").json("OwnersResult")
    assert (answer["files"], answer["declared"], answer["authors"]["shares"][0]["share"]) == (1, None, 1.0)
    assert codelore("graph", "owners", "shop/", "--json").json("OwnersResult")["authors"] is None
    assert codelore("graph", "owners").code == codelore("graph", "owners", "Cart", "--blame-files", "0").code == 2


def test_owners_show_what_the_file_declares(codelore: Shell, tmp_path: Path) -> None:
    root = new_repository(tmp_path / "r", {"a.py": "a = 1\n", "b/c.py": "c = 1\n", "CODEOWNERS": "[One]\n*.py @a\n[Two]\nb/ x@\n/b/\n"})
    write(root, {"a.py": "a = 2\n"})
    assert codelore("index", root).code == 0
    done = codelore("graph", "owners", "a.py", "-C", root)
    assert done.out == "CODEOWNERS:2  [One] *.py  @a\n     1 lines  100.0%  not committed yet\n"
    assert "a.py: CODEOWNERS by the rules of gitlab; 1 lines of 1 files" in done.err
    assert "note: line 4 is skipped: 'x@' is neither" in done.err
    whole = codelore("graph", "owners", ".", "-C", root)
    assert whole.out == "CODEOWNERS:2  [One] *.py  @a  2 files\nCODEOWNERS:5  [Two] /b/  nobody  1 files\n"
    assert ".: 3 files" not in whole.err and ", 3 files: CODEOWNERS by the rules of gitlab, nobody owns 1 of them" in whole.err
    (declared,) = [codelore("graph", "owners", "b/c.py", "-C", root, "--json").json("OwnersResult")["declared"]]
    assert [(rule["line"], rule["section"], rule["owners"]) for rule in declared["rules"]] == [(2, "One", ["@a"]), (5, "Two", [])]


def test_rank_starts_from_the_hits_or_from_symbols(codelore: Shell, graph: Path) -> None:
    by_query = codelore("graph", "rank", "charge a credit card", "--json").json("RankResult")
    assert "shop/payment.py#charge_card" in {node["handle"] for node in by_query["targets"]}
    by_symbol = codelore("graph", "rank", "--symbol", "checkout", "--json").json("RankResult")
    assert by_symbol["ranked"][0]["node"]["handle"] == "shop/web.py#checkout"
    assert codelore("graph", "rank").code == 2


def test_export_streams_every_node_and_edge(codelore: Shell, graph: Path, tmp_path: Path) -> None:
    """Ends of edges carry place and qualified name, also those in other files and outside."""
    done = codelore("graph", "export")
    records = [json.loads(line) for line in done.out.splitlines()]
    for record in records:
        hold_to_schema(record, "ExportedNode" if record["type"] == "node" else "ExportedEdge")
    nodes = {record["handle"]: record for record in records if record["type"] == "node"}
    edges = [record for record in records if record["type"] == "edge"]
    assert len([record for record in records if record["type"] == "node"]) == len(nodes)
    assert all(edge[end]["handle"] in nodes for edge in edges for end in ("source", "target"))
    call = next(edge for edge in edges if edge["target"]["handle"] == "shop/payment.py#charge_card" and edge["kind"] == "calls")
    assert call["target"]["path"] == "shop/payment.py"
    assert call["target"]["qualified_name"] == "charge_card"
    assert call["target"]["line"] == nodes["shop/payment.py#charge_card"]["start_line"] > 0
    assert nodes["external:requests#post"]["kind"] == "external"
    assert f"{len(nodes):,} nodes, {len(edges):,} edges" in done.err
    place = tmp_path / "graph.jsonl"
    assert codelore("graph", "export", "--output", place).out == ""
    assert place.read_text() == done.out
    assert codelore("graph", "export", "--output", tmp_path / "no" / "where").code == 3


def test_status_counts_by_kind_and_evidence(codelore: Shell, graph: Path) -> None:
    result = codelore("graph", "status", "--json").json("GraphStatusResult")
    assert result["edges"]["calls"] == {"proven": 4, "possible": 1, "external": 1, "unknown": 1}
    assert result["nodes"]["file"] == 5
    assert result["coverage"]["unknown"] == 1
    assert "possible" in codelore("graph", "status").out


def test_the_picture_is_written_and_told(codelore: Shell, graph: Path, tmp_path: Path) -> None:
    page = tmp_path / "out.html"
    answer = codelore("graph", "view", "Cart", "-o", page, "--json").json("GraphPageResult")
    assert answer["page"] == str(page)
    assert page.read_text().startswith("<!doctype html>")
    done = codelore("graph", "view", "shop/", "-o", page, "--nodes", "4")
    assert (done.code, done.out) == (0, f"{page}\n")
    assert "cut off: members" in done.err
    assert codelore("graph", "view", "Cart", "-o", tmp_path / "no" / "where.html").code == 3
