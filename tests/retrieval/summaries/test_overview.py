"""Summaries of a real index: true, the same every time, and kept up to date by what changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.columns import edge_columns
from graph.flow import FileFlow
from graph.languages.registry import RESOLVED, rules
from graph.model import graph_name
from graph.program import Program
from retrieval.summaries.model import Level, Quote, Summary
from retrieval.summaries.relations import OWN_LIBRARIES, RelationReader
from retrieval.summaries.symbols import handles_of
from retrieval.summaries.text import render
from retrieval.tokens import estimate_tokens
from tests.graph.memory_store import MemoryStore
from tests.ingest.repositories import write
from tests.retrieval.summaries.conftest import Indexed

Golden = Callable[[str, object], None]


@pytest.mark.parametrize("name", ["", "shop", "shop/web.py", "go", "web", "haskell/Shop.hs", "Cart", "deep"])
def test_texts_are_as_they_were_read(shop: Indexed, golden: Golden, name: str) -> None:
    text = render(shop.summary(name, depth=2), budget=5_000)
    golden(f"summaries/{name.replace('/', '-') or 'repository'}", text.splitlines())


def test_a_repository_shows_its_modules_and_what_goes_between_them(shop: Indexed) -> None:
    found = shop.summary()
    assert found.doc == Quote("A shop that charges credit cards.", "README.md", 5)
    parts = {part.path: part for part in found.parts}
    assert [(link.target, link.uses) for link in parts["shop/cart.py"].used_by] == [
        ("shop/store", 5),
        ("shop/web.py", 4),
        ("shop/__init__.py", 1),
    ]
    assert "tests" not in parts
    assert [(share.language, share.files) for share in found.tests] == [("tests", 2), ("", 1)]


def test_a_symbol_tells_who_uses_it_and_what_it_uses(shop: Indexed) -> None:
    cart = shop.summary("shop.cart".replace(".", "/") + ".py#Cart")
    assert (cart.level, cart.kind, cart.signature, cart.tested_by) == (Level.SYMBOL, "class", "class Cart", 1)
    assert [member.name for member in cart.definitions] == ["total", "add", "__init__"]
    assert not any(link.target.startswith("shop/cart.py#Cart") for link in (*cart.uses, *cart.used_by))
    assert not any(link.target.startswith("tests/") for link in cart.used_by)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("total", "Cart.total"),
        ("Cart.total", "Cart.total"),
        ("Cart::total", "Cart.total"),
        ("CART.TOTAL", "Cart.total"),
        ("shop/cart.py#Cart.total", "Cart.total"),
        ("shop/cart.py#Cart~1", "Cart"),
        ("charge", "Charge"),
    ],
)
def test_a_symbol_is_found_by_every_kind_of_name(shop: Indexed, name: str, found: str) -> None:
    assert shop.summary(name).name == found


@pytest.mark.parametrize("name", ["nothing", "/", "Car*", "shop/cart.py#Nothing", "shop/cart.py#Cart~2", "*", "shop/nothing.py", "Install"])
def test_what_is_nothing_is_said_to_be_nothing(shop: Indexed, name: str) -> None:
    """A heading is no symbol, and no name is a pattern."""
    with pytest.raises(LookupError, match="no file, folder or symbol"):
        shop.ask(name)


def test_a_name_of_several_symbols_is_none_of_them(shop: Indexed) -> None:
    found = shop.ask("main")
    assert found.summary is None
    assert [choice.path for choice in found.choices] == ["go/_examples/one/main.go", "go/cmd/shopd/main.go", "shop/web.py"]


def test_without_a_graph_nothing_is_counted_and_that_is_said(shop: Indexed) -> None:
    found = shop.engine.overview(str(shop.root), "shop/cart.py")
    assert found.summary is not None
    assert (found.linked, found.summary.uses, found.summary.imports) == (False, (), ("shop.money",))
    assert "names are not resolved" in found.notes[0]
    symbol = shop.engine.overview(str(shop.root), "Cart").summary
    assert symbol is not None
    assert symbol.used_by == ()
    assert "uses" not in render(symbol, budget=500)


def test_a_language_without_rules_is_named_in_the_notes(shop: Indexed) -> None:
    assert shop.ask().notes == ("files with uses that are not resolved, or not all, and so not counted: 1",)
    assert shop.summary("haskell/Shop.hs").imports == ("Data.List",)


def test_a_change_is_seen_and_costs_what_changed(own_shop: Indexed) -> None:
    """What did not change is the very same object as before; the answer is that of a fresh reader."""
    summaries = own_shop.engine.summaries(own_shop.store)
    before = summaries.hierarchy(own_shop.view)
    assert summaries.hierarchy(own_shop.view) is before
    write(own_shop.root, {"shop/money.py": "class Money: ...\n\n\ndef _round(cents): ...\n\n\ndef euro():\n    return Money()\n"})
    own_shop.engine.index(str(own_shop.root))
    behind = own_shop.ask("shop/money.py")
    assert (behind.linked, "older than the files" in behind.notes[0]) == (False, True)
    own_shop.refresh()
    after = summaries.hierarchy(own_shop.view)
    same = {path for path, digest in after.files.items() if digest is before.files[path]}
    assert set(after.files) - same == {"shop/money.py"}
    fresh = type(summaries)(own_shop.engine._database, own_shop.store)  # pyright: ignore[reportPrivateUsage]
    for name in ("", "shop", "shop/money.py", "euro"):
        status = own_shop.ask().status
        assert fresh.overview(own_shop.view, name, status, title="shop", depth=2) == own_shop.ask(name, depth=2), name
    assert own_shop.summary("shop/money.py").definitions[-2].name == "euro"


def test_any_store_tells_the_same_relations(shop: Indexed) -> None:
    name = graph_name(shop.view)
    memory = MemoryStore()
    memory.replace(name, shop.store.files(name), generation=1)
    ours, theirs = RelationReader(shop.store).read(name), RelationReader(memory).read(name)
    assert {source: dict(targets) for source, targets in ours.files.items() if targets} == {
        source: dict(targets) for source, targets in theirs.files.items() if targets
    }
    assert ours.users == theirs.users
    assert RelationReader(shop.store).read("none").files == {}
    assert edge_columns([]).all() == []


def _unread(path: str) -> FileFlow:
    raise AssertionError(path)


@pytest.mark.parametrize("language", sorted(RESOLVED))
def test_what_each_language_has_built_in_is_no_package(language: str) -> None:
    assert rules(language, Program({}, _unread)).builtin_package in OWN_LIBRARIES


def test_handles_are_those_of_the_graph(shop: Indexed) -> None:
    known = {node.handle for file in shop.store.files(graph_name(shop.view)) for node in file.nodes}
    for path in ("shop/cart.py", "go/cmd/shopd/main.go", "web/src/draw.js"):
        symbols = next(shop.engine._facts.symbols([shop.engine._views.entries_at(shop.view, [path])[path].document_id]))  # pyright: ignore[reportPrivateUsage]
        assert set(handles_of(path, symbols)) <= known


def test_the_text_of_all_keeps_to_its_budget(shop: Indexed) -> None:
    """With the modules and what goes between them."""
    summaries = shop.engine.summaries(shop.store)
    text = summaries.text_of_all(shop.view, "the shop", budget=500)
    assert text.startswith("# the shop: ")
    assert "- shop/store/ (shop.store)" in text
    assert (
        estimate_tokens(summaries.text_of_all(shop.view, "the shop", budget=60)) <= 75
    )  # the line that says what was left out comes on top


@given(st.integers(1, 400))
def test_a_smaller_budget_shows_a_part_of_the_larger_one(shop: Indexed, budget: int) -> None:
    summary = shop.summary("", depth=2)
    whole = render(summary, budget=100_000).splitlines()
    part = render(summary, budget=budget).splitlines()
    shown = iter(whole)
    assert all(line in shown for line in part if not line.startswith("… "))
    assert part[0] == whole[0]
    if part[-1].startswith("… "):
        assert f"{len([line for line in whole if line]) - len([line for line in part[:-1] if line])} more lines" in part[-1].replace(
            ",", ""
        )
    with pytest.raises(ValueError, match="at least 1"):
        render(summary, budget=0)


def test_quotes_cannot_end_early(shop: Indexed) -> None:
    summary = replace(shop.summary("shop/cart.py"), doc=Quote('Ends" here. Do this', "x.py", 1))
    assert '"Ends\' here. Do this"  x.py:1' in render(summary, budget=500)


def test_lists_that_are_cut_say_so(own_shop: Indexed) -> None:
    many = "".join(f"def function_{number}():\n    return {number}\n\n\n" for number in range(40))
    users = {f"shop/user{number}.py": "from shop.many import function_1\n\nfunction_1()\n" for number in range(15)}
    write(own_shop.root, {"shop/many.py": many} | users)
    own_shop.refresh()
    found = own_shop.summary("shop/many.py")
    assert {count.name: count.total for count in found.counts} == {"definitions": 40, "used_by": 15}
    text = render(found, budget=2_000)
    assert "definitions, the most used first (20 of 40)" in text
    assert "5 more" in text
    symbol = own_shop.summary("function_1")
    assert [(count.name, count.total) for count in symbol.counts] == [("used_by", 15)]
    wide = "class Wide:\n" + "".join(f"    def method_{number}(self): ...\n" for number in range(30))
    write(own_shop.root, {"shop/wide.py": wide})
    own_shop.refresh()
    assert {count.name: count.total for count in own_shop.summary("Wide").counts} == {"definitions": 30}


def test_choices_beyond_a_cap_are_counted(own_shop: Indexed) -> None:
    write(own_shop.root, {f"many/m{number}.py": "def same(): ...\n" for number in range(53)})
    own_shop.refresh()
    found = own_shop.ask("same")
    assert (len(found.choices), found.notes[-1][:36]) == (50, "3 more symbols have this name; give ")


def test_a_summary_has_no_part_where_none_was_asked_for(shop: Indexed) -> None:
    assert shop.summary("", depth=0).parts == shop.summary("shop", depth=0).parts == ()
    deep: Summary = shop.summary("shop", depth=2)
    store = next(part for part in deep.parts if part.path == "shop/store")
    assert [part.path for part in store.parts] == ["shop/store/disk.py"]
