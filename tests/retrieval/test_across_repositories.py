"""Several repositories asked at once: questions about structure and packs go from one into the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from graph.answers import Verdict
from graph.sqlite_store import SqliteGraphStore
from retrieval.answers import SearchRequest
from retrieval.engine import Engine, EngineOptions
from retrieval.filters import Filters
from retrieval.packs.model import PackSymbol, Relation
from retrieval.run import IndexOptions
from tests.ingest.repositories import write

LEDGER = {
    "pyproject.toml": '[project]\nname = "ledger"\n',
    "ledger/__init__.py": "from ledger.book import write_entry\n",
    "ledger/book.py": 'def write_entry(amount):\n    """Put an amount down for good."""\n    return check(amount)\n\n\ndef check(amount):\n'
    "    return amount\n",
}
SHOP = {
    "pyproject.toml": '[project]\nname = "shop"\ndependencies = ["ledger"]\n',
    "shop/till.py": "from ledger import write_entry\n\n\ndef close_till(coins):\n    return write_entry(sum(coins))\n",
}


@dataclass(frozen=True)
class Workplace:
    engine: Engine
    store: SqliteGraphStore
    top: Path

    def ask(self, text: str, *repositories: str) -> list[tuple[str, Verdict, list[str], int]]:
        """Return each repository's answer to a question about structure."""
        request = SearchRequest(text, str(self.top / "ledger"), repositories=repositories)
        return [
            (
                each.repository,
                each.verdict,
                [f"{row.symbol} {row.path}:{row.line} {row.evidence} {row.text}" for row in each.rows],
                each.total,
            )
            for each in self.engine.search(request, self.store).structure
        ]

    def linked(self, *repositories: str) -> dict[str, PackSymbol]:
        """Return what a pack about the shop's files shows because of a use, with its repository."""
        filters = Filters(paths=("shop/**",))
        request = SearchRequest("close the till", str(self.top / "shop"), repositories=repositories, filters=filters)
        pack = self.engine.context(request, budget=2_000, graph=self.store)
        return {f"{item.repository}:{each.name}": each for item in pack.items for each in item.symbols if each.links}


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    top = tmp_path_factory.mktemp("across")
    with (
        Engine(top / "data", EngineOptions(IndexOptions(workers=0))) as engine,
        closing(SqliteGraphStore.open(top / "data/codelore.db")) as store,
    ):
        for name, files in {"ledger": LEDGER, "shop": SHOP}.items():
            write(top / name, files)
            engine.resolve(engine.index(str(top / name)).view, store)
        yield Workplace(engine, store, top)


def test_callers_in_another_repository_are_told_with_their_lines(workplace: Workplace) -> None:
    """Also where only the repository of the definition is asked; they are possible, and a note says how they are known."""
    assert workplace.ask("who calls write_entry") == [
        ("ledger", Verdict.POSSIBLE, ["close_till repository:shop/shop/till.py:5 possible return write_entry(sum(coins))"], 1)
    ]
    request = SearchRequest("who calls write_entry", str(workplace.top / "ledger"))
    (answer,) = workplace.engine.search(request, workplace.store).structure
    assert answer.notes[-1].startswith("1 uses are in other repositories: packages are matched by the names")


def test_a_use_stands_once_where_both_are_asked(workplace: Workplace) -> None:
    """In the answer of the view that has the file, where it is a fact."""
    assert workplace.ask("who calls write_entry", "*") == [
        ("ledger", Verdict.POSSIBLE, [], 0),
        ("shop", Verdict.PROVEN, ["close_till shop/till.py:5 external return write_entry(sum(coins))"], 1),
    ]


def test_a_pack_shows_what_is_called_in_the_other_repository(workplace: Workplace) -> None:
    """By signature, with the use as the reason; only between repositories that are asked together."""
    (link,) = workplace.linked("ledger", "shop")["ledger:write_entry"].links
    assert (link.relation, link.of, link.path, link.line) == (Relation.CALLEE, "close_till", "shop/till.py", 5)
    assert workplace.linked() == {}
