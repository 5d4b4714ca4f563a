"""``codelore overview``: text for people, JSON that keeps its schema, and choices where a name is not enough."""

from pathlib import Path

import pytest

from tests.ingest.repositories import new_repository
from tests.serve.commands import Shell


def test_a_tree_a_file_and_a_symbol_are_summed_up(codelore: Shell, shop: Path) -> None:
    """The shop of the tests was indexed without its graph, and the command says that it does not make one."""
    whole = codelore("overview")
    assert (whole.code, whole.out.splitlines()[1]) == (0, '"A shop that charges credit cards."  README.md:3')
    assert "names are not resolved" in whole.err
    assert "5 files, generation" in whole.err
    assert codelore("overview", "shop/cart.py", "--budget", "60").out.startswith("# shop/cart.py: python, 12 lines\n")
    assert codelore("overview", "Cart.add_item").out.startswith("# method Cart.add_item  shop/cart.py:7-9\n")
    assert codelore("overview", "--ref", "HEAD", "shop").code == 0


def test_a_path_may_be_typed_from_below(codelore: Shell, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shop / "shop")
    assert codelore("overview", ".").out.startswith("# shop/")
    assert codelore("overview", "cart.py").out.startswith("# shop/cart.py")
    assert codelore("overview", "shop/cart.py").out.startswith("# shop/cart.py")
    assert codelore("overview", "..").out.startswith("# shop: ")
    assert codelore("overview", "Cart").out.startswith("# class Cart")


def test_json_keeps_its_schema(codelore: Shell, shop: Path) -> None:
    answer = codelore("overview", "--depth", "2", "--json").json("OverviewResult")
    assert (answer["linked"], answer["summary"]["level"], answer["choices"]) == (False, "repository", [])
    assert answer["summary"]["doc"] == {"text": "A shop that charges credit cards.", "path": "README.md", "line": 3}
    assert {part["path"] for part in answer["summary"]["parts"]} >= {"shop/cart.py", "shop/payment.py"}


def test_uses_are_counted_where_names_are_resolved(codelore: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = new_repository(tmp_path / "two", {"a.py": "def load(): ...\n", "b.py": "from a import load\n\n\ndef save():\n    load()\n"})
    monkeypatch.chdir(root)
    assert codelore("index").code == 0
    assert "used by: b.py 2" in codelore("overview", "a.py").out
    (root / "b.py").write_text("from a import load\n\n\ndef save():\n    load()\n    load()\n")
    codelore("index", "--no-graph")
    assert "used by: b.py 3" in codelore("overview", "a.py").out  # a graph that is there is brought up to date
    assert codelore("overview", "a.py", "--json").json("OverviewResult")["summary"]["used_by"] == [{"target": "b.py", "uses": 3}]


def test_a_name_of_several_symbols_lists_them(codelore: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(new_repository(tmp_path / "two", {"a.py": "def load(): ...\n", "b.py": "def load(): ...\n"}))
    codelore("index", "--no-graph")
    done = codelore("overview", "load")
    assert (done.code, done.out) == (1, "a.py#load  function  1-1\nb.py#load  function  1-1\n")
    assert "2 symbols are named load" in done.err
    answer = codelore("overview", "load", "--json").json("OverviewResult")
    assert (answer["summary"], [each["path"] for each in answer["choices"]]) == (None, ["a.py", "b.py"])
    assert codelore("overview", "a.py#load").code == 0


def test_what_is_not_there_and_wrong_usage_are_said(codelore: Shell, shop: Path, tmp_path: Path) -> None:
    done = codelore("overview", "nothing")
    assert (done.code, "no file, folder or symbol" in done.err) == (1, True)
    assert codelore("overview", "--depth", "x").code == 2
    assert codelore("overview", "-C", tmp_path).code == 3
