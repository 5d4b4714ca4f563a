"""Questions to train on: what a change says, all of it, and names of definitions as people type them."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.mining.change_questions import MAX_TEXT, TOO_MANY, change_questions
from eval.mining.changes import PastChange
from eval.mining.commit_questions import NOT_UTF8, TOO_SHORT
from eval.mining.mine import MinedSet, MineOptions, mine
from eval.mining.model import Kind, Lines, Mined, Tally
from eval.mining.snapshot import Snapshot
from ingest.git import find_checkout
from tests.ingest.repositories import git, new_repository

CODE = """class OrderBook:
    def close_position(self): pass

    def _hidden_thing(self): pass

def parse_header(text): pass

def single(text): pass

def run(text): pass
"""
LINES = (Lines("shop/book.py", ((1, 2),)),)
BODY = "Visitors saw a blank page.\n\nSigned-off-by: Ada <ada@example.org>\nFixes: #7\nSee https://example.org/1 and (#12)\n"


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    """A commit with two files that define things, and a test that does too."""
    root = new_repository(
        tmp_path / "shop",
        {
            "shop/book.py": CODE,
            "shop/other.py": "def parse_header(text): pass\n",
            "tests/test_book.py": "def unique_helper_name(): pass\n",
            "web/page.ts": "export interface PageLayout { title: string }\nexport function renderPage() {}\nexport class HTTPServer {}\n",
        },
    )
    checkout = find_checkout(str(root))
    assert checkout is not None
    return Snapshot.read(checkout, git(root, "rev-parse", "HEAD"))


def asked(snapshot: Snapshot, *changes: PastChange) -> tuple[list[Mined], Tally]:
    tally = Tally()
    return list(change_questions(snapshot, changes, "shop", tally)), tally


def test_a_change_asks_its_whole_message_without_what_gives_the_answer_away(snapshot: Snapshot) -> None:
    """Names of files that answer, trailers, links and numbers go; one message in three is its first line."""
    changes = [PastChange(f"{at:040x}", f"Close the Book.py of positions on time (#3)\n\n{BODY}", (), LINES) for at in range(30)]
    found, tally = asked(snapshot, *changes)
    assert len(found) == tally.seen[Kind.CHANGE] == 30
    texts = {each.text for each in found}
    long, short = sorted(texts, key=len, reverse=True)
    assert short == "Close the  of positions on time"
    assert long.startswith(short + "\n")
    assert "Visitors saw a blank page." in long
    assert not {word for word in ("Signed-off", "Fixes", "https", "#12", "book.py") if word in long.lower() or word in long}
    assert 0 < sum(each.text == short for each in found) < 20
    one = found[0]
    assert (one.question_id, one.kind, one.language, one.relevant) == ("change/shop/" + "0" * 12, Kind.CHANGE, "python", LINES)


def test_a_change_that_says_too_little_or_touches_too_much_is_dropped_and_counted(snapshot: Snapshot) -> None:
    many = tuple(Lines(f"shop/m{at}.py", ((1, 1),)) for at in range(5))
    found, tally = asked(
        snapshot,
        PastChange("a" * 40, "Close the position of every order book", (), many),
        PastChange("b" * 40, "Fix", (), LINES),
        PastChange("c" * 40, "Merge branch 'topic' into main\n", (), LINES),
        PastChange("d" * 40, "Close the \ufffd position of books", (), LINES),
        PastChange("e" * 40, "Close the position of every book", (), (), "touches no code"),
    )
    assert found == []
    assert tally.dropped[Kind.CHANGE] == {TOO_MANY: 1, TOO_SHORT: 2, NOT_UTF8: 1, "touches no code": 1}


def test_a_long_message_is_cut(snapshot: Snapshot) -> None:
    found, _ = asked(snapshot, *(PastChange(f"{at:040x}", "Close every position\n\n" + "words of it " * 999, (), LINES) for at in range(6)))
    assert max(len(each.text) for each in found) == pytest.approx(MAX_TEXT, abs=2)


def test_names_are_asked_as_people_type_them(snapshot: Snapshot, tmp_path: Path) -> None:
    """Public names of several words that one file defines: as they are, as words, with their kind."""
    found: MinedSet = mine(str(tmp_path / "shop"), MineOptions((Kind.SYMBOL,), snapshot="HEAD"))
    by_name = {each.source: each for each in found.questions}
    assert set(by_name) == {"OrderBook", "close_position", "PageLayout", "renderPage", "HTTPServer"}
    words = {"OrderBook": "order book", "close_position": "close position", "renderPage": "render page", "PageLayout": "page layout"}
    kinds = {"OrderBook": "class", "close_position": "method", "renderPage": "function", "PageLayout": "interface"}
    for name, text in words.items():
        kind = kinds[name]
        assert by_name[name].text in {name, text, f"{kind} {name}", f"{text} {kind}"}
        assert by_name[name].relevant[0].spans
    assert by_name["OrderBook"].question_id == f"symbol/{found.name}/shop/book.py:OrderBook"
    assert by_name["PageLayout"].language == "typescript"
    assert snapshot.files.keys() >= {each.relevant[0].path for each in found.questions}
    dropped = found.tally.dropped[Kind.SYMBOL]
    assert dropped["several files define it"] == 1
    assert dropped["a name of one word"] == 1


def test_changes_of_a_repository_are_mined_with_the_lines_they_touched(shop: Path) -> None:
    """Of the shop of all tests of mining; housekeeping counts too, for what it says is about code."""
    found = mine(str(shop), MineOptions((Kind.CHANGE, Kind.SYMBOL), snapshot="then"))
    changes = [each for each in found.questions if each.kind is Kind.CHANGE]
    assert {path.path for each in changes for path in each.relevant} <= {"shop/cart.py", "shop/mail.py"}
    assert any("fails for articles without any known price" in each.text for each in changes)
    assert {each.source for each in found.questions if each.kind is Kind.SYMBOL} >= {"put_aside", "total_price", "send_receipt"}
    assert found.questions == mine(str(shop), MineOptions((Kind.CHANGE, Kind.SYMBOL), snapshot="then")).questions
