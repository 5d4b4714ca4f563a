"""Questions about structure are answered from the graph of the view, say so, and fall back to an ordinary search."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from graph.answers import Verdict
from graph.sqlite_store import SqliteGraphStore
from ingest.model import LanguageId
from retrieval.answers import SearchAnswer, SearchRequest
from retrieval.engine import Engine, EngineOptions
from retrieval.filters import Filters
from retrieval.run import IndexOptions
from retrieval.structure import MAX_TARGETS, Structure, modules_named
from retrieval.understanding.structural import Relation
from tests.ingest.repositories import write

FILES = {
    "src/shop/__init__.py": "",
    "src/shop/store.py": "import json\n\n\nclass Store:\n    def open(self):\n        return json.loads('1')\n\n\n"
    "class FileStore(Store):\n    def open(self):\n        return 2\n",
    "src/shop/cart.py": "import os\n\nfrom shop.store import FileStore\n\nMAX_LINES = 12\n"
    "TIMEOUT = os.environ.get('SHOP_TIMEOUT', '3')\n\n\ndef total_price(lines):\n    return round_price(sum(lines[:MAX_LINES]))\n\n\n"
    "def round_price(price):\n    FileStore().open()\n    return round(price)\n",
    "src/shop/web.py": "from shop.cart import total_price\n\n\ndef page(cart):\n    return total_price(cart.lines)\n",
    "src/shop/cli.py": "from argparse import ArgumentParser\n\n\ndef options():\n    ArgumentParser().add_argument('--shop-timeout')\n"
    "    max_retries = 3\n    return max_retries\n",
    "tests/test_cart.py": "from shop.cart import total_price\n\n\ndef test_total():\n    assert total_price([1]) == 1\n",
    "config/app.yaml": "server:\n  max_lines: 4\n  port: 80\nshop_timeout: 9\n",
    "deploy.sh": "export SHOP_TIMEOUT=5\n",
    "README.md": "# total_price\n\nTotals.\n",
    **{f"src/many/m{at}.py": "class Part:\n    def run(self):\n        pass\n" for at in range(MAX_TARGETS + 2)},
}
Workplace = tuple[Engine, SqliteGraphStore, str]


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    """An indexed tree with its graph."""
    top = tmp_path_factory.mktemp("structure")
    write(top / "shop", FILES)
    with (
        Engine(top / "data", EngineOptions(IndexOptions(workers=0))) as engine,
        closing(SqliteGraphStore.open(top / "data/codelore.db")) as store,
    ):
        engine.resolve(engine.index(str(top / "shop")).view, store)
        yield engine, store, str(top / "shop")


def search(workplace: Workplace, text: str, *, graph: bool = True, limit: int = 10, filters: Filters | None = None) -> SearchAnswer:
    engine, store, root = workplace
    return engine.search(SearchRequest(text, root, limit=limit, filters=filters or Filters()), store if graph else None)


def ask(workplace: Workplace, text: str) -> Structure:
    [answer] = search(workplace, text).structure
    return answer


def rows(answer: Structure) -> list[str]:
    return [f"{row.symbol} {row.path}:{row.line} {row.kind} {row.evidence}" for row in answer.rows]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("who calls total_price", ["page src/shop/web.py:5 calls proven", "test_total tests/test_cart.py:5 calls proven"]),
        ("who calls the total price function?", ["page src/shop/web.py:5 calls proven", "test_total tests/test_cart.py:5 calls proven"]),
        (
            "what does total_price call",
            ["round_price src/shop/cart.py:10 calls proven", "external:builtins#sum src/shop/cart.py:10 calls external"],
        ),
        ("where is MAX_LINES used", ["total_price src/shop/cart.py:10 references proven"]),
        ("tests of total_price", ["test_total tests/test_cart.py:4 calls proven"]),
        ("subclasses of Store", ["FileStore src/shop/store.py:9 inherits proven"]),
        ("subclasses of store", ["FileStore src/shop/store.py:9 inherits proven"]),
        ("what overrides Store.open", ["FileStore.open src/shop/store.py:10 overrides proven"]),
        ("what does FileStore.open override", None),
        (
            "who imports shop.cart",
            ["src/shop/web.py src/shop/web.py:1 imports proven", "tests/test_cart.py tests/test_cart.py:1 imports proven"],
        ),
        ("who calls json.loads", ["Store.open src/shop/store.py:6 calls external"]),
        ("who imports json", ["src/shop/store.py src/shop/store.py:1 imports external"]),
        (
            "where is total_price called in this project",
            ["page src/shop/web.py:5 calls proven", "test_total tests/test_cart.py:5 calls proven"],
        ),
    ],
)
def test_the_graph_answers(workplace: Workplace, text: str, found: list[str] | None) -> None:
    """Each row has its evidence and its place; the surest first, tests behind."""
    answers = search(workplace, text).structure
    assert ([rows(each) for each in answers] or [None]) == [found]


def test_an_answer_says_how_sure_it_is_and_of_what(workplace: Workplace) -> None:
    """A heading of the same name is no definition to ask about; the row shows its line."""
    answer = ask(workplace, "who calls total_price")
    assert (answer.relation, answer.name, answer.verdict, answer.generation) == (Relation.CALLERS, "total_price", Verdict.PROVEN, 1)
    assert [each.handle for each in answer.targets] == ["src/shop/cart.py#total_price"]
    assert answer.rows[0].text == "return total_price(cart.lines)"
    assert answer.total == 2
    assert answer.notes == ()
    none = ask(workplace, "who calls page")
    assert (none.verdict, none.rows) == (Verdict.NONE, ())
    assert none.coverage.unresolved_files is not None


def test_modules_are_named_by_path_by_dots_or_by_folder(workplace: Workplace) -> None:
    """A folder's answer leaves out what the folder does itself."""
    assert [row.symbol.partition(" ")[0] for row in ask(workplace, "what depends on shop.cart").rows] == [
        "src/shop/web.py",
        "tests/test_cart.py",
    ]
    assert [row.symbol.partition(" ")[0] for row in ask(workplace, "what depends on the shop package").rows] == ["tests/test_cart.py"]
    assert [row.symbol.partition(" ")[0] for row in ask(workplace, "what does src/shop/web.py import").rows] == ["src/shop/cart.py"]


def test_what_a_change_may_reach(workplace: Workplace) -> None:
    """Callers of callers too."""
    assert {row.symbol for row in ask(workplace, "what breaks if I change round_price").rows} == {"total_price", "page", "test_total"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "where is SHOP_TIMEOUT set",
            [
                "SHOP_TIMEOUT deploy.sh:1 definition proven",
                " src/shop/cart.py:6 environment text",
                " src/shop/cli.py:5 option text",
            ],
        ),
        ("where is shop_timeout configured", ["shop_timeout config/app.yaml:4 key proven", " src/shop/cli.py:5 option text"]),
        ("where is server.port set", ["server.port config/app.yaml:3 key proven"]),
        ("where is the max retries setting configured", [" src/shop/cli.py:6 assignment text"]),
        ("where is MAX_LINES set", ["MAX_LINES src/shop/cart.py:5 definition proven"]),
    ],
)
def test_where_a_setting_gets_its_value(workplace: Workplace, text: str, found: list[str]) -> None:
    """Keys and definitions are facts, lines that were only read say so."""
    assert rows(ask(workplace, text)) == found


@pytest.mark.parametrize(
    "text", ["who calls nothing_of_this_name", "where is the banana set", "subclasses of total_price", "where is page configured"]
)
def test_a_name_that_stands_for_nothing_fitting_makes_an_ordinary_question(workplace: Workplace, text: str) -> None:
    assert search(workplace, text).structure == ()


def test_a_name_of_many_definitions_is_a_choice(workplace: Workplace) -> None:
    """Nothing is asked; a qualified name or a handle asks for one."""
    answer = ask(workplace, "who calls Part.run")
    assert len(answer.choices) == MAX_TARGETS + 2
    assert (answer.rows, answer.targets, answer.verdict) == ((), (), Verdict.NONE)
    assert "ask for one" in answer.notes[0]
    assert [each.handle for each in ask(workplace, "who calls src/many/m1.py#Part.run").targets] == ["src/many/m1.py#Part.run"]


def test_hits_are_those_of_an_ordinary_search(workplace: Workplace) -> None:
    """The graph's answer stands beside them."""
    with_graph, without = search(workplace, "who calls total_price"), search(workplace, "who calls total_price", graph=False)
    assert with_graph.hits == without.hits != ()


def test_without_a_graph_the_answer_says_so(workplace: Workplace, tmp_path: Path) -> None:
    """Where none was opened, and where the view has none; a name that nothing defines is not even mentioned."""
    [answer] = search(workplace, "who calls total_price", graph=False).structure
    assert (answer.generation, answer.verdict, answer.rows) == (0, Verdict.NONE, ())
    assert "has not been built" in answer.notes[0]
    assert "codelore index" in answer.notes[0]
    assert search(workplace, "who calls nothing_of_this_name", graph=False).structure == ()
    assert search(workplace, "what depends on the shop package", graph=False).structure[0].generation == 0
    [settings] = search(workplace, "where is SHOP_TIMEOUT set", graph=False).structure
    assert [row.kind for row in settings.rows] == ["definition", "environment", "option"]
    engine, _, root = workplace
    with closing(SqliteGraphStore.open(tmp_path / "other.db")) as empty:
        [answer] = engine.search(SearchRequest("who calls total_price", root), empty).structure
    assert answer.generation == 0


def test_rows_are_limited_and_counted(workplace: Workplace) -> None:
    [answer] = search(workplace, "who calls total_price", limit=1).structure
    assert (len(answer.rows), answer.total) == (1, 2)


def test_filters_hold_for_rows_too(workplace: Workplace) -> None:
    """What they hide is counted."""
    [answer] = search(workplace, "who calls total_price", filters=Filters(tests=False)).structure
    assert [row.symbol for row in answer.rows] == ["page"]
    assert answer.notes == ("1 uses in files that the filters hide are left out",)
    [settings] = search(workplace, "where is SHOP_TIMEOUT set", filters=Filters(languages=(LanguageId("python"),))).structure
    assert {row.path for row in settings.rows} == {"src/shop/cart.py", "src/shop/cli.py"}


def test_a_graph_of_an_older_state_is_asked_and_said_to_be_one(tmp_path: Path) -> None:
    """Only ``codelore index`` brings it up to date."""
    write(tmp_path / "shop", FILES)
    with (
        Engine(tmp_path / "data", EngineOptions(IndexOptions(workers=0))) as engine,
        closing(SqliteGraphStore.open(tmp_path / "data/codelore.db")) as store,
    ):
        engine.resolve(engine.index(str(tmp_path / "shop")).view, store)
        write(tmp_path / "shop", {"src/shop/more.py": "from shop.cart import total_price\n\ntotal_price([])\n"})
        engine.index(str(tmp_path / "shop"))
        [answer] = engine.search(SearchRequest("who calls total_price", str(tmp_path / "shop")), store).structure
    assert answer.total == 2
    assert "older state" in answer.notes[0]


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("app.core", ["src/app/core.py", "web/app/core/index.ts", "web/app/core/more.ts"]),
        ("app/core", ["src/app/core.py", "web/app/core/index.ts", "web/app/core/more.ts"]),
        ("more", ["web/app/core/more.ts"]),
        ("web", ["web/app/core/index.ts", "web/app/core/more.ts"]),
        ("src/app/", ["src/app/core.py"]),
        ("cor", []),
        ("/", []),
        ("", []),
    ],
)
def test_modules_by_name(name: str, files: list[str]) -> None:
    """A file without its extension, the folder of an index file, or else all below a folder."""
    assert modules_named(name, ["src/app/core.py", "web/app/core/index.ts", "web/app/core/more.ts"]) == files
