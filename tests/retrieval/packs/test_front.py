"""Packs for questions about structure begin with the graph's answer; those for several questions answer each of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from graph.store import GraphStore, open_graph_store
from retrieval.answers import SearchRequest
from retrieval.engine import Engine, EngineOptions
from retrieval.packs.model import ContextPack, FrontKind
from retrieval.run import IndexOptions
from retrieval.tokens import estimate_tokens
from retrieval.understanding.architecture import is_about_all
from tests.ingest.repositories import write

LONG = "\n".join(f"    row_{at} = {at}" for at in range(90))
FILES = {
    "shop/price.py": 'def total_price(lines):\n    """Add up."""\n    return sum(lines)\n',
    "shop/page.py": "from shop.price import total_price\n\n\ndef page(cart):\n    title = 1\n    return title, total_price(cart)\n",
    "shop/long.py": f"from shop.price import total_price\n\n\ndef everything(cart):\n{LONG}\n    return total_price(cart)\n",
    "shop/top.py": "from shop.price import total_price\n\nNOTHING = total_price([])\n",
    "shop/session.py": "def store_session(session):\n    return write(session)\n",
    "shop/mail.py": "def send_letter(letter):\n    return post(letter)\n",
    **{f"shop/many{at}.py": f"from shop.price import total_price\n\n\ndef many{at}(x):\n    return total_price(x)\n" for at in range(20)},
}


@dataclass(frozen=True)
class Shop:
    engine: Engine
    root: Path
    store: GraphStore

    def pack(self, text: str, budget: int = 4_000, *, graph: bool = True) -> ContextPack:
        return self.engine.context(SearchRequest(text, str(self.root)), budget=budget, graph=self.store if graph else None)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    top = tmp_path_factory.mktemp("front")
    write(top / "shop", FILES)
    with (
        Engine(top / "data", EngineOptions(IndexOptions(workers=0))) as engine,
        closing(open_graph_store(f"sqlite:{top / 'data' / 'codelore.db'}")) as store,
    ):
        engine.resolve(engine.index(str(top / "shop")).view, store)
        yield Shop(engine, top / "shop", store)


def test_the_answer_of_the_graph_stands_first(shop: Shop) -> None:
    """With how sure it is, a line a use, and the code that the uses are in, even where no word of it matches."""
    found = shop.pack("who calls total_price", 8_000)
    (front,) = found.front
    lines = front.text.split("\n")
    assert front.kind is FrontKind.STRUCTURE
    assert lines[0].startswith("callers of total_price in shop, from the graph: proven, 23 found")
    assert lines[1] == "is function total_price  shop/price.py:1"
    assert "- page  shop/page.py:6  calls, proven: return title, total_price(cart)" in lines
    assert len(lines) == 2 + 23
    shown = {item.path: item for item in found.items if "def page" in item.text or "row_89" in item.text}
    assert {"shop/page.py", "shop/long.py"} <= shown.keys()
    assert found.parts == ()


@pytest.mark.parametrize("budget", [10, 60, 150, 400, 1_000])
def test_the_answer_leaves_room_for_code(shop: Shop, budget: int) -> None:
    """It takes two fifths of the tokens at most, and counts what it leaves out; the pack keeps to its budget."""
    found = shop.pack("who calls total_price", budget)
    assert found.tokens == sum(each.tokens for each in (*found.front, *found.items)) <= found.budget == budget
    for front in found.front:
        assert front.tokens == estimate_tokens(front.text + "\n\n") <= 0.4 * budget
        rows = sum(line.startswith("- ") for line in front.text.split("\n"))
        assert rows == 23 or front.text.endswith(f"… {23 - rows:,} more")


def test_without_a_graph_the_pack_says_what_it_is_without(shop: Shop) -> None:
    found = shop.pack("who calls total_price", graph=False)
    assert found.front == ()
    assert any(note.startswith("no answer of the graph: the graph of") for note in found.notes)
    assert found.items


def test_nothing_found_is_an_answer(shop: Shop) -> None:
    (front,) = shop.pack("who calls send_letter").front
    assert "from the graph: none found" in front.text


def test_each_of_several_questions_has_its_share(shop: Shop) -> None:
    """The first hit of each comes before the second of any, and each structural part has its answer."""
    found = shop.pack("how is the session stored and how is a letter sent by mail", 90)
    assert found.parts == ("how is the session stored", "how is a letter sent by mail")
    assert {item.path for item in found.items} >= {"shop/session.py", "shop/mail.py"}
    both = shop.pack("Who calls total_price? How is the session stored?")
    assert len(both.front) == 1
    assert "shop/session.py" in {item.path for item in both.items}


def test_a_question_about_the_whole_begins_with_its_modules(shop: Shop) -> None:
    """In a share of the budget; where it does not fit, and for any other question, there is none."""
    found = shop.pack("How is the project organized?", 2_000)
    (front,) = found.front
    assert front.kind is FrontKind.MODULES
    assert front.text.startswith("# shop: 26 files")
    assert found.tokens == sum(each.tokens for each in (*found.front, *found.items)) <= 2_000
    assert front.tokens <= 600
    assert shop.pack("How is the project organized?", 40).front == ()
    assert shop.pack("how is the session stored").front == ()


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("what is the architecture?", True),
        ("Describe the architecture of this project.", True),
        ("how do the main components fit together", True),
        ("what are the core modules of the codebase", True),
        ("what is the architecture of the session store", False),
        ("how are commands structured", False),
        ("Describe the structure of the request", False),
    ],
)
def test_a_question_about_the_whole_is_told_by_all_of_its_words(text: str, whole: bool) -> None:
    assert is_about_all(text) is whole
