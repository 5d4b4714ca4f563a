"""Asking from a place: what the graph has around it comes first, each tie for its reason, and what cannot be known is said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from graph.answers import open_view
from graph.model import Handle, graph_name
from graph.store import GraphStore, open_graph_store
from ingest.errors import ModelError, QueryError
from retrieval.answers import SearchRequest
from retrieval.engine import Engine, EngineOptions
from retrieval.explained import meanings
from retrieval.places.around import TIES, Around, Tie, find_home
from retrieval.places.ranking import Place, read_place
from retrieval.places.signals import PLACE_PREFIX, PLACE_SIGNALS, load_place_model
from retrieval.query import parse_query
from retrieval.run import IndexOptions
from tests.ingest.repositories import new_repository, write

FILES = {
    "shop/refunds.py": '''import shop.audit
from shop.base import Voucher
from shop.ledger import book, reverse
from shop.money import Money


class Refund(Voucher):
    def note(self, parcel):
        return book(parcel)

    def settle(self, parcel, price: Money):
        """Give the price of a returned parcel back."""


def other(parcel):
    return book(parcel)
''',
    "shop/base.py": """class Paper:
    def shred(self):
        return 1


class Voucher(Paper):
    def stamp(self):
        return 2

    def settle(self, parcel, price):
        return 3
""",
    "shop/ledger.py": "def book(entry):\n    return entry\n\n\ndef reverse(entry):\n    return entry\n\n\ndef tidy():\n    return 0\n",
    "shop/audit.py": "from shop.clock import now\n\n\ndef trail():\n    return now()\n",
    "shop/clock.py": "def now():\n    return 0\n",
    "shop/money.py": "class Money:\n    def cents(self):\n        return 100\n\n\ndef rate():\n    return 1\n",
    "shop/gifts.py": '''from shop.ledger import book
from shop.wrap import paper


class Gift:
    def settle(self, parcel):
        """Give a parcel away."""
        book(parcel)
        return paper(parcel)
''',
    "shop/wrap.py": "def paper(parcel):\n    return parcel\n",
    "shop/far.py": "def weather():\n    return 'the price of a returned parcel'\n",
}
SETTLE = 11


@dataclass(frozen=True)
class Shop:
    engine: Engine
    root: Path
    store: GraphStore

    def resolve(self) -> None:
        self.engine.resolve(self.engine.views(SearchRequest("", str(self.root)))[0][1], self.store)

    def ties(self, line: int, path: str = "shop/refunds.py", like: dict[str, float] | None = None) -> dict[str, dict[Tie, float]]:
        self.resolve()
        graph = open_view(self.store, graph_name(self.engine.views(SearchRequest("", str(self.root)))[0][1]))
        home = find_home(graph, path, line)
        assert home is not None
        found = Around(graph, home).ties({Handle(name): score for name, score in (like or {}).items()})
        return {str(handle): dict(ties) for handle, ties in found.items()}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    root = new_repository(tmp_path / "shop", FILES)
    with Engine(tmp_path / "data", EngineOptions(IndexOptions(workers=0))) as engine:
        engine.index(str(root))
        with closing(open_graph_store(f"sqlite:{tmp_path / 'data' / 'codelore.db'}")) as store:
            yield Shop(engine, root, store)


def test_each_tie_has_its_reason(shop: Shop) -> None:
    """From inside a method: its class, its file, its signature, its bases, its namesakes, and code that answers by its text."""
    found = shop.ties(SETTLE, like={"shop/gifts.py#Gift.settle": 0.5})
    assert found["shop/ledger.py#book"].keys() >= {Tie.CLASS, Tie.FILE, Tie.IMPORT, Tie.BESIDE, Tie.NAMESAKE, Tie.LIKE}
    assert found["shop/ledger.py#reverse"].keys() >= {Tie.IMPORT, Tie.IDLE}
    assert Tie.IDLE not in found["shop/ledger.py#book"]
    assert found["shop/ledger.py#tidy"].keys() == {Tie.BESIDE}
    assert found["shop/money.py#Money"].keys() >= {Tie.OWN, Tie.IMPORT}
    assert found["shop/money.py#Money.cents"].keys() >= {Tie.OWN_MEMBER, Tie.MEMBER}
    assert found["shop/base.py#Voucher"].keys() >= {Tie.BASE}
    assert found["shop/base.py#Paper"].keys() >= {Tie.BASE}
    assert found["shop/base.py#Paper.shred"].keys() >= {Tie.INHERITED}
    assert found["shop/base.py#Voucher.settle"].keys() >= {Tie.OVERRIDDEN, Tie.INHERITED}
    assert found["shop/audit.py#trail"].keys() == {Tie.MODULE, Tie.IDLE_MODULE}
    assert found["shop/clock.py#now"].keys() == {Tie.PASSED}
    assert found["shop/wrap.py#paper"].keys() >= {Tie.NAMESAKE, Tie.LIKE}
    assert "shop/far.py#weather" not in found
    assert not [handle for handle in found if handle.startswith("shop/refunds.py")]


def test_a_file_as_a_whole_has_no_function_around(shop: Shop) -> None:
    found = shop.ties(0)
    assert found["shop/ledger.py#book"].keys() >= {Tie.FILE, Tie.IMPORT}
    assert not {Tie.OWN, Tie.CLASS, Tie.BASE, Tie.NAMESAKE} & {tie for ties in found.values() for tie in ties}


def test_what_is_needed_at_a_place_comes_first(shop: Shop) -> None:
    """What the file imports and does not use yet leads; without the place, what has the words does. Its own file is left out."""
    shop.resolve()
    asked = SearchRequest("give the price of a returned parcel back", str(shop.root), limit=5)
    plain = shop.engine.search(asked, shop.store)
    assert {"shop/refunds.py", "shop/far.py"} <= {hit.path for hit in plain.hits[:3]}
    placed = shop.engine.search(SearchRequest(asked.text, asked.root, limit=5, at=f"shop/refunds.py:{SETTLE}"), shop.store)
    assert placed.hits[0].path in {"shop/ledger.py", "shop/money.py", "shop/base.py"}
    assert "shop/refunds.py" not in {hit.path for hit in placed.hits}
    assert {"shop/ledger.py", "shop/money.py", "shop/base.py"} <= {hit.path for hit in placed.hits}
    assert placed.files[0].path == placed.hits[0].path
    assert not placed.status[0].notes
    why = placed.hits[0].signals
    assert why and set(why) <= set(meanings())
    assert any(name.startswith(PLACE_PREFIX) for name in why)
    scores = [hit.score for hit in placed.hits]
    assert scores == sorted(scores, reverse=True)


def test_a_file_that_has_nothing_of_the_question_is_looked_at_for_its_ties(tmp_path: Path) -> None:
    """However many files have its words."""
    files = {f"noise/n{at}.py": f"def refund_parcel_{at}():\n    return 'refund the parcel {at}'\n" for at in range(200)}
    files |= {"needed.py": "def glue():\n    return 0\n", "place.py": "from needed import glue\n\n\ndef refund():\n    return 1\n"}
    root = new_repository(tmp_path / "many", files)
    with (
        Engine(tmp_path / "data", EngineOptions(IndexOptions(workers=0))) as engine,
        closing(open_graph_store(f"sqlite:{tmp_path / 'data' / 'codelore.db'}")) as store,
    ):
        engine.resolve(engine.index(str(root)).view, store)
        request = SearchRequest("refund the parcel", str(root), limit=5, at="place.py:4")
        ranker, query = engine.ranker(request), parse_query(request.text)
        allowed = ranker.allowed(request.filters)
        plain = ranker.scene(query, allowed)
        needed = next(at for at in range(len(ranker.snapshot.document_ids)) if ranker.snapshot.name(at)[0] == "needed.py")
        assert needed not in plain.pool.files
        assert {*plain.pool.files.tolist(), needed} == {*ranker.scene(query, allowed, np.array([needed])).pool.files.tolist()}
        assert "needed.py" in {hit.path for hit in engine.search(request, store).hits}


def test_a_pack_can_be_asked_for_from_a_place(shop: Shop) -> None:
    shop.resolve()
    request = SearchRequest("give it back", str(shop.root), at=f"shop/refunds.py:{SETTLE}")
    pack = shop.engine.context(request, budget=2_000, graph=shop.store)
    assert "shop/ledger.py" in {item.path for item in pack.items}
    assert "shop/refunds.py" not in {item.path for item in pack.items if item.symbols and not item.symbols[0].links}


def test_a_place_is_told_from_a_folder_below(shop: Shop) -> None:
    """As other paths are: from where the asker is."""
    shop.resolve()
    request = SearchRequest("give it back", str(shop.root / "shop"), at=f"refunds.py:{SETTLE}")
    assert shop.engine.search(request, shop.store).hits


def test_a_graph_that_is_not_there_or_behind_is_said(shop: Shop) -> None:
    """The text alone answers then, without the place's own file."""
    request = SearchRequest("give the price of a returned parcel back", str(shop.root), at=f"shop/refunds.py:{SETTLE}")
    for store in (None, shop.store):
        found = shop.engine.search(request, store)
        assert found.status[0].notes == (
            f"what is around the place is not known: the graph of {shop.root} has not been built; run: codelore index",
        )
        assert found.hits[0].path == "shop/far.py"
    shop.resolve()
    write(shop.root, {"shop/new.py": "def fresh():\n    return 1\n"})
    shop.engine.index(str(shop.root))
    assert "is behind its index" in shop.engine.search(request, shop.store).status[0].notes[0]
    request = SearchRequest("fresh", str(shop.root), at="shop/new.py:1")
    assert "shop/new.py" not in {hit.path for hit in shop.engine.search(request, shop.store).hits}


def test_nothing_is_found_where_the_only_file_is_the_place(tmp_path: Path) -> None:
    root = new_repository(tmp_path / "one", {"a.py": "def only():\n    return 1\n"})
    with Engine(tmp_path / "data", EngineOptions(IndexOptions(workers=0))) as engine:
        engine.index(str(root))
        found = engine.search(SearchRequest("only", str(root), at="a.py"))
    assert not found.hits
    assert not found.files


def test_a_place_that_is_none_is_an_error(shop: Shop, tmp_path: Path) -> None:
    """A file that is not there, a place when several repositories are asked, and a place for a pattern."""
    with pytest.raises(QueryError, match="a pattern matches where it matches"):
        shop.engine.search(SearchRequest("/x/", str(shop.root), at="shop/base.py:3"))
    with pytest.raises(QueryError, match=r"shop/gone\.py is not in the index of"):
        shop.engine.search(SearchRequest("x", str(shop.root), at="shop/gone.py:3"))
    shop.engine.index(str(new_repository(tmp_path / "other", {"a.py": "def a():\n    pass\n"})))
    with pytest.raises(QueryError, match="is a place in one repository, and 2 are asked"):
        shop.engine.search(SearchRequest("x", str(shop.root), at="a.py", repositories=("*",)))


@pytest.mark.parametrize(
    ("text", "place"),
    [("a.py", Place("a.py")), ("a/b.py:12", Place("a/b.py", 12)), ("c:/x.py", Place("c:/x.py")), ("a:b:3", Place("a:b", 3))],
)
def test_a_place_is_a_path_and_perhaps_a_line(text: str, place: Place) -> None:
    assert read_place(text) == place


@pytest.mark.parametrize("text", [":3", "a.py:0"])
def test_a_place_without_path_or_with_line_zero_is_refused(text: str) -> None:
    with pytest.raises(QueryError, match="is no place to ask from"):
        read_place(text)


def test_every_signal_of_a_place_is_weighed_and_explained() -> None:
    model = load_place_model()
    assert model.chunks.signals == tuple(each.name for each in PLACE_SIGNALS)
    assert len(set(model.chunks.signals)) == len(PLACE_SIGNALS)
    assert {tie.value for tie in TIES} <= set(model.chunks.signals)
    assert {PLACE_PREFIX + name for name in model.chunks.signals} <= set(meanings())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": 9}, "they have format 9"),
        ({"weights": {"strange": {"value": 1.0}}}, "signals that this release has not: strange"),
        ({"weights": {"own": {"value": float("nan")}}}, "a weight is not a number"),
        ({"record": None, "version": None, "weights": 3}, "cannot read the weights of places"),
    ],
)
def test_weights_that_cannot_be_used_are_named(tmp_path: Path, change: dict[str, object], said: str) -> None:
    file = tmp_path / "place.json"
    file.write_text(json.dumps({"format": 1, "version": "1", "record": {}, "weights": {}} | change))
    with pytest.raises(ModelError, match=said):
        load_place_model(file)
