"""What a body needs of other files is asked from where its function stands, and the body is hidden."""

from __future__ import annotations

import pytest

from eval.mining.model import Kind, Lines, Mined, Tally
from eval.mining.snapshot import CodeFile
from eval.mining.use_questions import LEFT, NO_BODY, NO_USE, UNDOCUMENTED, signature_end, use_questions
from ingest.model import LanguageId, Symbol, SymbolKind
from tests.eval.mining.test_doc_questions import snapshot_of

DOC = '    """Write down what the customer of this shop has bought today."""\n'
BODY = "    one = book(parcel)\n    two = one\n    three = two\n    return three\n"
LEDGER = "def book(entry):\n    return entry\n\n\nclass Ledger:\n    pass\n"
SHOP = f"""from shop.ledger import Ledger, book
from tests.support import check


def sell(
    parcel: Ledger,
):
{DOC}{BODY}

def bare(parcel):
{BODY}

def short(parcel):
{DOC}    return book(parcel)


def own(parcel):
{DOC}{BODY.replace("book", "bare")}
"""


def uses(**files: str) -> tuple[list[Mined], dict[str, int], Tally]:
    tally = Tally()
    found = list(use_questions(snapshot_of(**files), "shop", tally))
    return found, dict(tally.dropped.get(Kind.USE, {})), tally


def test_a_function_asks_for_what_its_body_uses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its signature and docs are the question; definitions of other files the answer; its body is hidden, and what has none is counted."""
    monkeypatch.setattr("eval.mining.use_questions.SHARE", 1)
    (question,), dropped, tally = uses(shop__till_Dpy=SHOP, shop__ledger_Dpy=LEDGER)
    assert question.text == "def sell(\n    parcel: Ledger,\n):\nWrite down what the customer of this shop has bought today."
    assert question.relevant == (Lines("shop/ledger.py", ((5, 6),)), Lines("shop/ledger.py", ((1, 2),)))
    assert (question.at, question.kind, question.category, question.language) == ("shop/till.py:5", Kind.USE, "function", "python")
    assert question.hidden == (Lines("shop/till.py", ((8, 12),)),)
    assert dropped == {UNDOCUMENTED: 2, NO_BODY: 1, NO_USE: 1, LEFT: 0} | {UNDOCUMENTED: dropped[UNDOCUMENTED]}
    assert tally.seen[Kind.USE] == 5


def test_some_of_a_files_functions_are_left_as_they_are() -> None:
    """The others are what an author would see. The same ones in each run."""
    text = "from shop.ledger import book\n" + "".join(f"\n\ndef sell{at}(parcel):\n{DOC}{BODY}" for at in range(7))
    found, dropped, _ = uses(shop__till_Dpy=text, shop__ledger_Dpy=LEDGER)
    assert len(found) == 3
    assert dropped[LEFT] == 4
    assert [each.at for each in found] == [each.at for each in uses(shop__till_Dpy=text, shop__ledger_Dpy=LEDGER)[0]]


def test_tests_are_not_asked_about_and_do_not_answer() -> None:
    text = f"from tests.support import check\n\n\ndef sell(parcel):\n{DOC}{BODY.replace('book', 'check')}"
    found, dropped, _ = uses(shop__till_Dpy=text, tests__support_Dpy="def check(entry):\n    return entry\n", tests__test_a_Dpy=text)
    assert not found
    assert dropped[NO_USE] == 1


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("def a(b):\n    c\n", 1),
        ("def a(\n    b: dict[str, int] = {\n    },\n) -> int:  # why\n    c\n", 4),
        ("func a(\n\tb int,\n) {\n\tc()\n}\n", 3),
        ("a b c\nd\ne\n", 1),
        ("fn a<B>(\n    b: B,\n) -> C\nwhere\n    B: D;\n\n", 6),
    ],
)
def test_a_head_ends_where_the_body_opens(text: str, last: int) -> None:
    file = CodeFile("a.py", LanguageId("python"), text.encode())
    symbol = Symbol("a", "a", SymbolKind.FUNCTION, 1, text.count("\n"), 0, len(text))
    assert signature_end(file, symbol) == last
