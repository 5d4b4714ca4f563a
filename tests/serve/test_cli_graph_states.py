"""The commands about several states of a graph and what is laid over it: diff, import, cypher."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.graph.scip_bytes import document, index, occurrence
from tests.ingest.repositories import commit_all, new_repository, write
from tests.serve.commands import Shell

FILES = {
    "a.py": "def helper(x):\n    return x\n",
    "b.py": "from a import helper\n\n\ndef use(handler):\n    handler.go()\n    return helper(1)\n",
}


@pytest.fixture
def tree(tmp_path: Path, codelore: Shell, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of two files with a tag, indexed."""
    root = new_repository(tmp_path / "tree", FILES)
    monkeypatch.chdir(root)
    assert codelore("index").code == 0
    assert codelore("index", "--ref", "HEAD").code == 0
    return root


def reindex(codelore: Shell, *arguments: str) -> str:
    done = codelore("index", *arguments)
    assert done.code == 0, done
    return done.out


def test_diff_lists_what_an_edit_added_removed_and_changed(codelore: Shell, tree: Path) -> None:
    write(tree, {"a.py": "def helper(x):\n    return x + 1\n\n\ndef more():\n    return helper(2)\n", "b.py": "import a\n"})
    reindex(codelore)
    answer = codelore("graph", "diff", "HEAD", "--json").json("GraphDiffResult")
    assert [node["handle"] for node in answer["added"]] == ["a.py#more"]
    assert [node["handle"] for node in answer["removed"]] == ["b.py#use"]
    assert [pair["after"]["handle"] for pair in answer["changed"]] == ["a.py#helper"]
    assert ("calls", "a.py#more", "a.py#helper") in {(edge["kind"], edge["source"], edge["target"]) for edge in answer["edges_added"]}
    assert (answer["before"]["view"], answer["after"]["view"]) == ("HEAD", str(tree))
    assert answer["levels"] == {"python": "resolved"}
    text = codelore("graph", "diff", "HEAD", ".")
    assert "+ function a.py#more" in text.out
    assert "- function b.py#use" in text.out
    assert "1 symbols added" in text.err
    assert "resolved: python" in text.err
    cut = codelore("graph", "diff", "HEAD", "--limit", "1", "--json").json("GraphDiffResult")
    assert "edges added" in {cap["name"] for cap in cut["caps"]}


def test_diff_sees_a_moved_symbol(codelore: Shell, tree: Path) -> None:
    write(tree, {"c.py": FILES["a.py"], "b.py": FILES["b.py"].replace("from a", "from c")})
    (tree / "a.py").unlink()
    reindex(codelore)
    answer = codelore("graph", "diff", "HEAD", "--json").json("GraphDiffResult")
    assert ("a.py#helper", "c.py#helper") in {(row["before"]["handle"], row["after"]["handle"]) for row in answer["moved"]}
    assert "a.py#helper → c.py#helper  100% alike" in codelore("graph", "diff", "HEAD").out


def test_diff_of_equal_states_finds_nothing(codelore: Shell, tree: Path) -> None:
    done = codelore("graph", "diff", "HEAD", str(tree))
    assert (done.code, done.out) == (1, "")
    assert "no difference" in done.err


def test_diff_needs_two_states_of_one_repository(codelore: Shell, tree: Path, tmp_path: Path) -> None:
    other = new_repository(tmp_path / "other", FILES)
    assert codelore("index", other).code == 0
    assert "different repositories" in codelore("graph", "diff", "HEAD", other).err
    assert codelore("graph", "diff", "nowhere").code == 3


HELPER = "scip-python python shop 1.0 a/helper()."
USE = "scip-python python shop 1.0 b/use()."


def scip_index(place: Path) -> Path:
    """What a front end knows of the two files: ``handler.go`` is the helper."""
    place.write_bytes(
        index(
            document("a.py", occurrence(HELPER, (0, 4, 10), 1)),
            document(
                "b.py",
                occurrence(USE, (3, 4, 7), 1),
                occurrence(HELPER, (4, 12, 14)),
                occurrence("scip-python python x 1 y/z().", (5, 4, 10)),
            ),
            document("gone.py", occurrence("scip-python python shop 1.0 gone/f().", (0, 4, 5), 1)),
        )
    )
    return place


def callers_by_scip(codelore: Shell) -> list[str]:
    edges = codelore("graph", "callers", "helper", "--json").json("GraphResult")["edges"]
    return [f"{edge['path']}:{edge['line']}" for edge in edges if edge["rule"] == "scip"]


def test_an_overlay_is_imported_reported_and_removed(codelore: Shell, tree: Path, tmp_path: Path) -> None:
    done = codelore("graph", "import", scip_index(tmp_path / "index.scip"), "--json")
    assert done.code == 0
    answer = done.json("GraphImportResult")
    assert (answer["overlay"], answer["edges"], answer["occurrences"]) == ("overlay:scip", 1, 2)
    assert answer["left_out"] == {"outside the index": 1}
    assert answer["absent"] == ["gone.py"]
    assert callers_by_scip(codelore) == ["b.py:5"]
    assert "absent: not in the graph" in codelore("graph", "import", tmp_path / "index.scip", "--name", "other").out
    assert codelore("graph", "import", "--remove", "--name", "other").code == 0
    assert codelore("graph", "import", "--remove", "--json").json("GraphImportResult")["removed"] is True
    assert callers_by_scip(codelore) == []
    again = codelore("graph", "import", "--remove")
    assert again.code == 1
    assert "there is no overlay:scip" in again.out


def test_an_overlay_survives_edits_elsewhere_and_loses_what_changed(codelore: Shell, tree: Path, tmp_path: Path) -> None:
    """Its edges lie at lines of the text that was indexed; in another text they would prove nothing."""
    assert codelore("graph", "import", scip_index(tmp_path / "index.scip")).code == 0
    write(tree, {"c.py": "x = 1\n"})
    assert "note" not in reindex(codelore)
    assert callers_by_scip(codelore) == ["b.py:5"]
    write(tree, {"b.py": FILES["b.py"].replace("return", "print()\n    return")})
    assert "overlay:scip: 1 of 1 edges are left out" in reindex(codelore)
    assert callers_by_scip(codelore) == []
    assert codelore("graph", "import", "--remove").code == 1


def test_import_says_what_it_needs(codelore: Shell, tree: Path, tmp_path: Path) -> None:
    assert codelore("graph", "import").code == 2
    assert codelore("graph", "import", "x", "--name", "a/b").code == 2
    assert codelore("graph", "import", tmp_path / "none.scip").code == 3


def test_cypher_needs_a_graph_in_neo4j(codelore: Shell, tree: Path) -> None:
    done = codelore("graph", "cypher", "MATCH (n) RETURN n")
    assert done.code == 2
    assert "graph_url" in done.err
    assert codelore("graph", "cypher", "RETURN 1", "--param", "nonsense").code == 2


def test_cypher_reads_the_view_and_refuses_to_write(codelore: Shell, tree: Path, neo4j_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODELORE_GRAPH_URL", neo4j_url)
    query = "MATCH (n:Node {view: $view}) WHERE n.handle = $handle RETURN n.handle AS handle"
    answer = codelore("graph", "cypher", query, "--param", "handle=a.py#helper", "--json").json("CypherResult")
    assert (answer["columns"], answer["rows"], answer["truncated"]) == (["handle"], [["a.py#helper"]], False)
    text = codelore("graph", "cypher", "UNWIND [1, 2] AS x RETURN x", "--limit", "1")
    assert text.out == "x\n1\n"
    assert "cut off: rows (cap: 1)" in text.err
    refused = codelore("graph", "cypher", "CREATE (n) RETURN n")
    assert refused.code == 2
    assert "refused" in refused.err


def test_diff_between_two_refs(codelore: Shell, tree: Path) -> None:
    """Refs are compared as they were indexed."""
    write(tree, {"d.py": "def late():\n    pass\n"})
    commit_all(tree)
    reindex(codelore, "--ref", "main")
    answer = codelore("graph", "diff", "HEAD", "main", "--json").json("GraphDiffResult")
    assert [node["handle"] for node in answer["added"]] == ["d.py", "d.py#late"]
