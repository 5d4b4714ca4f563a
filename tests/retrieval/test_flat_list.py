"""Copies under what they are copies of, and the parts of a question in turn; from real indexes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.model import ViewStatus
from retrieval.answers import FileHit, Hit, SearchAnswer, SearchRequest
from retrieval.engine import Engine
from retrieval.flat_list import answer_parts, fold_copies
from tests.ingest.repositories import new_repository

REFUND = (
    "def refund_order(order, ledger):\n"
    '    """Give the customer back what an order cost."""\n'
    "    if order.refunded:\n        raise ValueError(order.number)\n"
    "    amount = sum(line.price * line.count for line in order.lines)\n"
    "    ledger.book(order.customer, -amount)\n    order.refunded = True\n    return amount\n"
)
SESSION = (
    "class SessionStore:\n"
    '    """Where sessions are stored."""\n\n'
    "    def save_session(self, session):\n        self.rows[session.key] = session.encode()\n"
)
FILES = {
    "shop/refund.py": REFUND,
    **{f"versions/v{at}/refund.py": REFUND.replace("amount", f"amount{at}", 1) for at in range(4)},
    "shop/other.py": "def order_refund_text(order):\n    return f'refund of order {order.number}'\n",
    "web/sessions.py": SESSION,
}
BOTH = "how is an order refunded? where are sessions stored?"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, str]]:
    root = new_repository(tmp_path_factory.mktemp("folded") / "shop", FILES)
    with Engine(tmp_path_factory.mktemp("folded-data")) as engine:
        engine.index(str(root))
        yield engine, str(root)


def test_copies_stand_below_the_best_of_them(shop: tuple[Engine, str]) -> None:
    """The limit counts distinct hits; every copy is named once; without the option the list is as it was."""
    engine, root = shop
    asked = SearchRequest("refund order", root, limit=2)
    plain = engine.search(asked)
    assert all(not hit.siblings for hit in plain.hits)
    assert len({hit.path for hit in plain.hits if hit.path.endswith("/refund.py")}) == 2
    hits = engine.search(replace(asked, fold=True)).hits
    assert [hit.rank for hit in hits] == [1, 2]
    assert hits[0].path == plain.hits[0].path
    [leader] = [hit for hit in hits if hit.path.endswith("/refund.py")]
    assert {leader.path, *(each.path for each in leader.siblings)} == {path for path in FILES if path.endswith("/refund.py")}
    assert {(each.start_line, each.end_line) for each in leader.siblings} == {(1, 8)}


def test_what_a_pattern_finds_is_listed_as_it_is(shop: tuple[Engine, str]) -> None:
    engine, root = shop
    asked = SearchRequest("/def refund_order/", root)
    assert engine.search(replace(asked, fold=True, split=True)) == engine.search(asked)


def test_each_part_of_a_question_has_its_hits(shop: tuple[Engine, str]) -> None:
    """In turn, each saying what it answers; a text of one question is answered as ever."""
    engine, root = shop
    answer = engine.search(SearchRequest(BOTH, root, limit=4, split=True))
    assert answer.parts == ("how is an order refunded?", "where are sessions stored?")
    alone = [engine.search(SearchRequest(part, root, limit=4)) for part in answer.parts]
    assert [hit.path for hit in answer.hits[:2]] == [each.hits[0].path for each in alone]
    assert [hit.parts[0] for hit in answer.hits[:2]] == [1, 2]
    assert [file.path for file in answer.files[:2]] == [each.files[0].path for each in alone]
    assert answer.confidence == max(each.confidence or 0 for each in alone)
    assert len(answer.hits) == 4
    for text in (BOTH, "refund order"):
        asked = SearchRequest(text, root, limit=4, split=text != BOTH)
        assert engine.search(asked) == engine.search(replace(asked, split=False))
        assert engine.search(asked).parts == ()


def test_parts_are_folded_together(shop: tuple[Engine, str]) -> None:
    engine, root = shop
    hits = engine.search(SearchRequest(BOTH, root, limit=2, split=True, fold=True)).hits
    assert {hit.path.rpartition("/")[2] for hit in hits} == {"refund.py", "sessions.py"}
    assert all(hit.parts for hit in hits)


def row(path: int, start: int) -> Hit:
    return Hit(1, 0.5, f"{path}.py", start, start, "", "", "python", f"x{path}", "r", "v")


def file(path: int) -> FileHit:
    return FileHit(1, 0.5, f"{path}.py", "python", "r", "v", ())


@given(
    st.lists(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 3)), unique=True, max_size=6), min_size=2, max_size=4), st.integers(1, 9)
)
def test_what_answers_several_parts_stands_once(lists: list[list[tuple[int, int]]], limit: int) -> None:
    """The best of each part is there before the third best of any, places count up, and parts are those whose lists have the row."""
    status = (ViewStatus("v", "r", 1, 1.0, truncated=("x",)),)
    answers = [
        SearchAnswer(tuple(row(*each) for each in own), status, files=tuple(file(at) for at in dict.fromkeys(at for at, _ in own)))
        for own in lists
    ]
    answer = answer_parts([f"part {at}" for at in range(len(lists))], answers, limit)
    keys = [(int(hit.path[:-3]), hit.start_line) for hit in answer.hits]
    assert len(keys) == len(set(keys)) == min(limit, len({each for own in lists for each in own}))
    assert [hit.rank for hit in answer.hits] == list(range(1, len(keys) + 1))
    for key, hit in zip(keys, answer.hits, strict=True):
        assert hit.parts == tuple(at for at, own in enumerate(lists, start=1) if key in own)
    assert {own[0] for own in lists if own} <= set(keys) or limit < len(lists)
    assert answer.status[0].truncated == ("x",)
    assert len(answer.files) == min(limit, len({at for own in lists for at, _ in own}))


@given(st.lists(st.integers(0, 3), max_size=12), st.integers(1, 6))
def test_no_hit_is_lost_but_beyond_the_limit(kinds: list[int], limit: int) -> None:
    """A hit stands in the list, under the one it copies, or behind the limit."""
    bodies = {kind: "\n".join(f"value_{kind}_{line} = compute_{kind}(line_{line})" for line in range(8)) for kind in range(4)}
    hits = [replace(row(at, 1), snippet=bodies[kind]) for at, kind in enumerate(kinds)]
    folded = fold_copies(hits, limit)
    order = list(dict.fromkeys(kinds))[:limit]
    assert [hit.rank for hit in folded] == list(range(1, len(order) + 1))
    for kind, hit in zip(order, folded, strict=True):
        assert [hit.path, *(each.path for each in hit.siblings)] == [f"{at}.py" for at, own in enumerate(kinds) if own == kind]
