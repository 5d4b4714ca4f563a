"""The facade: what is asked of which view, and nothing but what the index holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.errors import NotIndexedError, QueryError
from ingest.model import LanguageId, SymbolKind
from retrieval.answers import SearchRequest
from retrieval.engine import Engine, EngineOptions
from retrieval.filters import Filters
from retrieval.run import IndexOptions
from tests.ingest.repositories import commit_all, git, new_repository, write

Workplace = tuple[Engine, Path]


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    """Two repositories: ``shop`` with a worktree on main and an older branch as a ref, and ``tools`` outside git."""
    top = tmp_path_factory.mktemp("engine")
    shop = new_repository(
        top / "shop",
        {
            "src/order.py": "class Order:\n    def refund(self):\n        return 1\n\n    def retry(self):\n        return 2\n",
            "src/deep/cart.js": "function addToCart(item) { return item }\n",
            "tests/test_order.py": "def test_refund(): pass\n",
            "notes.txt": "one\ntwo\nthree refund\n",
        },
    )
    git(shop, "branch", "old")
    write(shop, {"src/fresh.py": "def refund_again(): pass\n"})
    commit_all(shop)
    write(top, {"tools/refund_tool.py": "def refund_everything(): pass\n", "secret.txt": "secret\n"})
    with Engine(top / "data", EngineOptions(IndexOptions(workers=1))) as engine:
        engine.index(str(shop))
        engine.index(str(shop), ref="old")
        engine.index(str(top / "tools"))
        yield engine, top


def found(workplace: Workplace, text: str, **options: object) -> list[str]:
    engine, top = workplace
    request = SearchRequest(text, str(top / "shop"), **options)  # type: ignore[arg-type]
    return [hit.path for hit in engine.search(request).hits]


def test_a_view_is_found_from_any_folder_in_it(workplace: Workplace) -> None:
    """Paths in the answer are relative to its root, and its status says which view it is."""
    engine, top = workplace
    for root in ("shop", "shop/src", "shop/src/deep", "shop/src/order.py", "shop/missing"):
        answer = engine.search(SearchRequest("refund", str(top / root)))
        assert "src/order.py" in [hit.path for hit in answer.hits[:2]]
        assert [status.view for status in answer.status] == [str(top / "shop")]
        assert [hit.rank for hit in answer.hits] == list(range(1, len(answer.hits) + 1))


def test_a_folder_that_is_not_indexed_is_an_error_that_says_what_to_run(workplace: Workplace) -> None:
    """A name that only begins like an indexed root is another folder."""
    engine, top = workplace
    for root in (top, top / "shopping"):
        with pytest.raises(NotIndexedError, match="run: codelore index"):
            engine.search(SearchRequest("refund", str(root)))


def test_a_ref_answers_from_its_own_commit(workplace: Workplace) -> None:
    """What came later is not there, and a ref that was never indexed is an error."""
    assert "src/fresh.py" in found(workplace, "refund again")
    assert "src/fresh.py" not in found(workplace, "refund again", ref="old")
    engine, top = workplace
    assert engine.status(str(top / "shop"), ref="old").pending == 0
    assert engine.show(str(top / "shop"), "notes.txt", ref="old").text.startswith("one")
    with pytest.raises(LookupError):
        engine.show(str(top / "shop"), "src/fresh.py", ref="old")
    with pytest.raises(NotIndexedError, match="--ref nope"):
        engine.search(SearchRequest("refund", str(top / "shop"), ref="nope"))


def test_an_indexed_commit_answers_by_any_of_its_names(workplace: Workplace) -> None:
    """By hash, in short, or by another ref that stands on it; a name of another commit is not indexed."""
    engine, top = workplace
    root = str(top / "shop")
    commit = git(root, "rev-parse", "old")
    for name in (commit, commit[:9], "refs/heads/old", "old^{commit}"):
        assert engine.status(root, ref=name).view == "old"
    with pytest.raises(NotIndexedError, match="--ref HEAD"):
        engine.status(root, ref="HEAD")


def test_a_ref_is_found_from_every_worktree_of_its_repository(workplace: Workplace) -> None:
    """Wherever it was indexed from; paths count from the worktree that asks."""
    engine, top = workplace
    git(top / "shop", "worktree", "add", "-q", str(top / "other"), "-b", "other")
    assert engine.search(SearchRequest("refund", str(top / "other" / "src"), ref="old")).hits[0].path == "src/order.py"
    assert engine.show(str(top / "other" / "src"), "order.py", ref="old").path == "src/order.py"
    assert engine.show(str(top / "shop" / "src"), "order.py", ref="old").path == "src/order.py"
    with pytest.raises(NotIndexedError, match="--ref old"):
        engine.search(SearchRequest("refund", str(top / "tools"), ref="old"))


def test_several_repositories_answer_as_one_list(workplace: Workplace) -> None:
    """By name, or all of them with ``*``; a name nobody has is an error."""
    engine, top = workplace
    answer = engine.search(SearchRequest("refund everything", str(top), repositories=("*",)))
    assert {hit.repository for hit in answer.hits} == {"shop", "tools"}
    assert [hit.score for hit in answer.hits] == sorted((hit.score for hit in answer.hits), reverse=True)
    assert {status.repository for status in answer.status} == {"shop", "tools"}
    only = engine.search(SearchRequest("refund", str(top), repositories=("tools",)))
    assert {hit.path for hit in only.hits} == {"refund_tool.py"}
    assert {hit.view for hit in engine.search(SearchRequest("refund", "/", repositories=("shop",), ref="old")).hits} == {"old"}
    with pytest.raises(NotIndexedError, match="codelore repos"):
        engine.search(SearchRequest("refund", str(top), repositories=("nope",)))


@pytest.mark.parametrize(
    "filters",
    [
        *(Filters(paths=("src",)), Filters(languages=(LanguageId("python"),)), Filters(kinds=(SymbolKind.METHOD,)), Filters(tests=True)),
        Filters(tests=False, paths=("*.txt",)),
    ],
)
@pytest.mark.parametrize("text", ["refund", "/refund/", "Order.refund", "src/order.py", "give money back"])
def test_filters_narrow_every_kind_of_question(workplace: Workplace, filters: Filters, text: str) -> None:
    """Words, patterns, names, paths and meaning: each answer is a part of what the filter lets through."""
    allowed = {
        Filters(paths=("src",)): {"src/order.py", "src/deep/cart.js", "src/fresh.py"},
        Filters(languages=(LanguageId("python"),)): {"src/order.py", "src/fresh.py", "tests/test_order.py"},
        Filters(kinds=(SymbolKind.METHOD,)): {"src/order.py"},
        Filters(tests=True): {"tests/test_order.py"},
        Filters(tests=False, paths=("*.txt",)): {"notes.txt"},
    }[filters]
    assert set(found(workplace, text, filters=filters)) <= allowed
    assert found(workplace, "refund", filters=filters)


@pytest.mark.parametrize("text", ["refund", "/refund/", "Order.refund"])
@pytest.mark.parametrize(
    "filters", [Filters(paths=("nowhere",)), Filters(languages=(LanguageId("cobol"),)), Filters(kinds=(SymbolKind.MACRO,))]
)
def test_a_filter_that_matches_nothing_answers_nothing(workplace: Workplace, filters: Filters, text: str) -> None:
    assert found(workplace, text, filters=filters) == []


def test_a_pattern_answers_with_the_spans_it_matches(workplace: Workplace) -> None:
    """And a literal is asked for with the regex option."""
    assert found(workplace, r"/^def \w+_again/") == ["src/fresh.py"]
    assert found(workplace, "three refund", regex=True) == ["notes.txt"]
    engine, top = workplace
    answer = engine.search(SearchRequest("/three/", str(top / "shop")))
    assert [(hit.path, hit.first_match) for hit in answer.hits] == [("notes.txt", 2)]
    assert engine.search(SearchRequest("three", str(top / "shop"))).hits[0].first_match == -1
    with pytest.raises(QueryError):
        found(workplace, "(", regex=True)


def test_terms_that_were_not_looked_up_are_said(workplace: Workplace) -> None:
    """No cap is silent."""
    engine, top = workplace
    text = "refund " + " ".join(f"word{'abcdefghij'[at % 10]}{'klmnopqrst'[at // 10]}" for at in range(100))
    assert "were not looked up (cap: 64)" in engine.search(SearchRequest(text, str(top / "shop"))).status[0].truncated[0]


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_below_one_is_a_mistake(workplace: Workplace, limit: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        found(workplace, "refund", limit=limit)


@pytest.mark.parametrize(
    ("root", "path"),
    [
        *(("shop", "src/order.py"), ("shop/src", "order.py"), ("shop/src/deep", "../order.py"), ("shop/src", "../src/./order.py")),
        ("shop", "{top}/shop/src/order.py"),
    ],
)
def test_a_span_is_shown_however_its_path_is_typed(workplace: Workplace, root: str, path: str) -> None:
    """From the root, from a folder below, absolute, with dots."""
    engine, top = workplace
    span = engine.show(str(top / root), path.format(top=top), start=2, end=3)
    assert (span.path, span.start_line, span.end_line, span.language) == ("src/order.py", 2, 3, "python")
    assert span.text == "    def refund(self):\n        return 1"


@pytest.mark.parametrize(
    "path", ["../secret.txt", "{top}/secret.txt", "/etc/passwd", "src", "src/nothing.py", "", ".", ".git/config", "notes.txt\0"]
)
def test_nothing_outside_the_index_is_shown(workplace: Workplace, path: str) -> None:
    """Files are never read from disk: what the view does not hold is not there."""
    engine, top = workplace
    with pytest.raises(LookupError, match="not in the index"):
        engine.show(str(top / "shop"), path.format(top=top))


@pytest.mark.parametrize(
    ("start", "end", "text"), [(1, 0, "one\ntwo\nthree refund"), (2, 2, "two"), (0, 1, "one"), (3, 99, "three refund"), (-5, 2, "one\ntwo")]
)
def test_lines_are_cut_to_those_the_file_has(workplace: Workplace, start: int, end: int, text: str) -> None:
    engine, top = workplace
    assert engine.show(str(top / "shop"), "notes.txt", start=start, end=end).text == text


@pytest.mark.parametrize(("start", "end"), [(4, 0), (3, 2), (2, 1)])
def test_lines_the_file_has_not_are_an_error(workplace: Workplace, start: int, end: int) -> None:
    engine, top = workplace
    with pytest.raises(LookupError, match="3 lines"):
        engine.show(str(top / "shop"), "notes.txt", start=start, end=end)


def test_symbols_are_listed_by_pattern_and_filter(workplace: Workplace) -> None:
    """In order of path; the total counts those beyond the limit."""
    engine, top = workplace
    root = str(top / "shop")
    assert [row.qualified_name for row in engine.symbols(root, "order.re*").symbols] == ["Order.refund", "Order.retry"]
    assert [row.path for row in engine.symbols(root, "*refund*").symbols] == ["src/fresh.py", "src/order.py", "tests/test_order.py"]
    assert [row.kind for row in engine.symbols(root, "*", filters=Filters(kinds=(SymbolKind.CLASS,))).symbols] == [SymbolKind.CLASS]
    assert {row.path for row in engine.symbols(root, "*", filters=Filters(tests=True)).symbols} == {"tests/test_order.py"}
    assert engine.symbols(root, "nothing").total == 0
    one = engine.symbols(root, "*", limit=1)
    assert (len(one.symbols), one.total > 1) == (1, True)
    assert "refund_again" not in {row.name for row in engine.symbols(root, "*", ref="old").symbols}


def test_a_pack_holds_what_answers_within_the_budget(workplace: Workplace) -> None:
    engine, top = workplace
    pack = engine.context(SearchRequest("refund an order", str(top / "shop")), budget=300)
    assert pack.items[0].path == "src/order.py"
    assert pack.tokens <= 300
    with pytest.raises(ValueError, match="budget"):
        engine.context(SearchRequest("refund", str(top / "shop")), budget=0)


def test_repositories_are_listed_with_their_views(workplace: Workplace) -> None:
    """By name, each view with its status."""
    engine, top = workplace
    listed = {repository.name: [status.view for status in views] for repository, views in engine.repositories()}
    assert listed == {"shop": [str(top / "shop"), "old"], "tools": [str(top / "tools")]}
    assert engine.check() == []


def test_an_opened_view_is_asked_again_without_opening_and_anew_after_a_change(tmp_path: Path) -> None:
    """A new generation is seen by the next question; a forgotten repository is gone."""
    root = tmp_path / "tree"
    write(root, {"a.py": "def first(): pass\n"})
    with Engine(tmp_path / "data", EngineOptions(IndexOptions(workers=1))) as engine:
        engine.index(str(root))
        assert [hit.path for hit in engine.search(SearchRequest("first", str(root))).hits] == ["a.py"]
        write(root, {"b.py": "def second(): pass\n"})
        assert engine.pending(str(root)) >= 1
        engine.index(str(root))
        assert engine.search(SearchRequest("second", str(root))).hits[0].path == "b.py"
        assert engine.forget("tree") == [str(root)]
        with pytest.raises(NotIndexedError):
            engine.search(SearchRequest("first", str(root)))
        with pytest.raises(NotIndexedError, match="codelore repos"):
            engine.forget("tree")


def test_more_views_are_asked_than_are_kept_open(tmp_path: Path) -> None:
    """Nine repositories answer in one list; the oldest opened one is closed and opens again."""
    with Engine(tmp_path / "data", EngineOptions(IndexOptions(workers=1))) as engine:
        for at in range(9):
            write(tmp_path / f"r{at}", {"a.py": f"def refund_{at}(): pass\n"})
            engine.index(str(tmp_path / f"r{at}"))
        for _ in range(2):
            answer = engine.search(SearchRequest("refund", str(tmp_path), limit=20, repositories=("*",)))
            assert len({hit.repository for hit in answer.hits}) == 9
