"""What lies around hits comes in by signature, when the graph proves it; without a graph the pack says so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from graph.store import GraphStore, open_graph_store
from retrieval.answers import SearchRequest
from retrieval.engine import Engine, EngineOptions
from retrieval.filters import Filters
from retrieval.packs.layout import block
from retrieval.packs.model import ContextPack, Fidelity, PackSymbol, Relation
from retrieval.run import IndexOptions
from tests.ingest.repositories import new_repository, write

FILES = {
    "shop/refunds.py": '''from shop.base import Voucher
from shop.ledger import book


class Refund(Voucher):
    """Gives money back for a returned parcel."""

    def settle(self, parcel):
        """Settle the refund of a parcel."""
        return book(parcel)
''',
    "shop/base.py": 'class Voucher:\n    """Paper."""\n\n    def settle(self, parcel):\n        raise NotImplementedError\n',
    "shop/ledger.py": 'def book(entry):\n    """Write an entry down. Twice."""\n    return entry.unknown()\n',
    "shop/desk.py": "from shop.refunds import Refund\n\n\ndef counter(box):\n    refund = Refund()\n    return refund.settle(box)\n",
    "tests/test_refunds.py": "from shop.refunds import Refund\n\n\ndef test_settle():\n    assert Refund().settle(1) == 1\n",
}
REQUEST = "settle the refund of a returned parcel"


@dataclass(frozen=True)
class Shop:
    engine: Engine
    root: Path
    store: GraphStore

    def pack(self, budget: int = 2_000, **options: object) -> ContextPack:
        request = SearchRequest(REQUEST, str(self.root))
        return self.engine.context(request, budget=budget, **options)  # type: ignore[arg-type]

    def resolve(self) -> None:
        self.engine.resolve(self.engine.views(SearchRequest("", str(self.root)))[0][1], self.store)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    root = new_repository(tmp_path / "shop", FILES)
    with Engine(tmp_path / "data", EngineOptions(IndexOptions(workers=0))) as engine:
        engine.index(str(root))
        with closing(open_graph_store(f"sqlite:{tmp_path / 'data' / 'codelore.db'}")) as store:
            yield Shop(engine, root, store)


def linked(found: ContextPack) -> dict[str, PackSymbol]:
    return {each.name: each for item in found.items if item.fidelity is Fidelity.SIGNATURE for each in item.symbols if each.links}


def test_a_pack_without_a_graph_says_so(shop: Shop) -> None:
    assert next(item.path for item in shop.pack().items) == "shop/refunds.py"
    assert shop.pack().notes == (f"no neighbours: the graph of {shop.root} was not asked",)
    assert shop.pack(graph=shop.store).notes == (f"no neighbours: the graph of {shop.root} has not been built",)


def test_a_graph_behind_its_index_is_not_asked(shop: Shop) -> None:
    """Its edges may be about lines that are gone."""
    shop.resolve()
    write(shop.root, {"shop/ledger.py": "def book(entry):\n    return None\n"})
    shop.engine.index(str(shop.root))
    found = shop.pack(graph=shop.store)
    assert found.notes == (f"no neighbours: the graph of {shop.root} is behind its index; run: codelore index {shop.root}",)
    assert not linked(found)


def test_neighbours_come_by_signature_with_the_proof(shop: Shop) -> None:
    """Of hits that are few: each relation, the rule that made the edge, and where it is seen. Nothing that is not proven."""
    shop.resolve()
    request = SearchRequest(REQUEST, str(shop.root), filters=Filters(paths=("shop/refunds.py",)))
    found = shop.engine.context(request, budget=2_000, graph=shop.store)
    around = linked(found)
    assert {name: {link.relation for link in each.links} for name, each in around.items()} == {
        "book": {Relation.CALLEE},
        "Voucher": {Relation.BASE},
        "Voucher.settle": {Relation.OVERRIDDEN},
        "counter": {Relation.CALLER},
        "test_settle": {Relation.TEST},
    }
    assert (around["book"].signature, around["book"].doc) == ("def book(entry)", "Write an entry down.")
    (link,) = around["book"].links
    assert (link.of, link.path, link.line) == ("Refund.settle", "shop/refunds.py", 10)
    assert link.rule
    printed = "\n".join(block(item, {}) for item in found.items)
    assert "1-3 def book(entry)  -- Write an entry down.  [called by Refund.settle, shop/refunds.py:10]" in printed
    assert (found.notes, found.neighbours_left_out) == ((), 0)


def test_what_a_hit_shows_is_no_neighbour_of_another(shop: Shop) -> None:
    shop.resolve()
    found = shop.pack(graph=shop.store)
    full = {
        (item.path, line) for item in found.items if item.fidelity is Fidelity.FULL for line in range(item.start_line, item.end_line + 1)
    }
    outlined = [(item.path, each.start_line) for item in found.items if item.fidelity is not Fidelity.FULL for each in item.symbols]
    assert not full & set(outlined)
    assert len(outlined) == len(set(outlined))


def test_neighbours_that_do_not_fit_are_counted(shop: Shop) -> None:
    shop.resolve()
    assert shop.pack(budget=70, graph=shop.store).neighbours_left_out > 0 or shop.pack(budget=70, graph=shop.store).left_out > 0
