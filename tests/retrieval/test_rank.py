"""One ranked list: filters apply to every signal, ties are stable, and segments do not matter."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest.errors import QueryError
from ingest.model import LanguageId, SymbolKind
from retrieval.filters import Filters
from retrieval.globs import glob_pattern
from retrieval.query import parse_query
from retrieval.ranking.fusion import load_fusion
from retrieval.ranking.rank import RankedChunk, Ranker
from retrieval.snapshot import Snapshot
from tests.retrieval.snapshots import model, snapshot_of

FILES = [
    ("shop/cart.py", "class Cart:\n    def total(self):\n        return sum(self.prices)\n"),
    ("shop/order.py", "def refund_order(order):\n    return order.refund()\n"),
    ("shop/refund.js", "function refundOrder(order) { return order.refund() }\n"),
    ("tests/test_order.py", "def test_refund_order():\n    assert refund_order(1)\n"),
    ("docs/refund.md", "# Refund\n\nHow to refund an order.\n"),
    ("vendor/refund.py", "def refund_order(order):\n    return order.refund()\n"),
    *((f"same/m{at}.py", "def refund_order(order):\n    return order.refund()\n") for at in range(6)),
]
Found = list[tuple[str, int, float]]


def rank(snapshot: Snapshot, text: str, filters: Filters | None = None, limit: int = 50) -> tuple[RankedChunk, ...]:
    ranker = Ranker(snapshot, model(), load_fusion())
    return ranker.rank(parse_query(text), ranker.allowed(filters or Filters()), limit).flat


def rows(snapshot: Snapshot, text: str, filters: Filters | None = None, limit: int = 50) -> Found:
    found = rank(snapshot, text, filters, limit)
    return [
        (snapshot.name(each.document)[0], int(snapshot.locate(each.chunk)[0].start_line[snapshot.locate(each.chunk)[1]]), each.score)
        for each in found
    ]


def paths(text: str, filters: Filters | None = None) -> list[str]:
    return [path for path, _, _ in rows(snapshot_of(FILES), text, filters)]


@settings(max_examples=40, deadline=None)
@given(
    st.permutations(FILES),
    st.integers(0, len(FILES)),
    st.sampled_from(["refund order", "Cart.total", "how to refund", "shop/order.py", "zzz"]),
)
def test_results_do_not_depend_on_how_files_are_spread_over_segments(files: list[tuple[str, str]], cut: int, text: str) -> None:
    """Order, spans and scores are the same to the last digit, ties in order of path."""
    assert rows(snapshot_of(files[:cut], files[cut:]), text, limit=5) == rows(snapshot_of(FILES), text, limit=5)


def test_equal_scores_are_in_order_of_path() -> None:
    found = rows(snapshot_of(list(reversed(FILES))), "refund order", Filters(paths=("same",)))
    assert len({score for _, _, score in found}) == 1
    assert [path for path, _, _ in found] == [f"same/m{at}.py" for at in range(6)]


def test_files_that_are_not_meant_come_after_those_that_are() -> None:
    """Tests and vendored copies pay a penalty; asked for by name, they do not."""
    found = paths("refund order")
    assert found.index("shop/order.py") < found.index("vendor/refund.py")
    assert found.index("shop/order.py") < found.index("tests/test_order.py")
    assert paths("test refund order")[0] == "tests/test_order.py"


@pytest.mark.parametrize(
    ("filters", "kept"),
    [
        (Filters(paths=("shop",)), {"shop/cart.py", "shop/order.py", "shop/refund.js"}),
        (Filters(paths=("*.js", "docs/**")), {"shop/refund.js", "docs/refund.md"}),
        (Filters(languages=(LanguageId("javascript"),)), {"shop/refund.js"}),
        (Filters(kinds=(SymbolKind.CLASS,)), {"shop/cart.py"}),
        (Filters(tests=True), {"tests/test_order.py"}),
        (Filters(paths=("shop",), languages=(LanguageId("python"),), kinds=(SymbolKind.FUNCTION,), tests=False), {"shop/order.py"}),
    ],
)
@pytest.mark.parametrize("text", ["refund order", "refund_order", "Cart", "prices summed", "shop/order.py"])
def test_a_filter_applies_to_words_vectors_definitions_and_paths(filters: Filters, kept: set[str], text: str) -> None:
    """Nothing that a filter hides comes in by another signal."""
    assert set(paths(text, filters)) <= kept
    assert set(paths("refund cart order", filters)) == kept


@pytest.mark.parametrize(
    "filters", [Filters(paths=("nowhere",)), Filters(languages=(LanguageId("cobol"),)), Filters(kinds=(SymbolKind.MACRO,))]
)
def test_a_filter_that_matches_nothing_answers_nothing(filters: Filters) -> None:
    assert paths("refund order", filters) == []


def test_hidden_documents_never_answer() -> None:
    """A document of another view lies in the same segments."""
    snapshot = snapshot_of(FILES, hidden=["shop/order.py"])
    assert "shop/order.py" not in [path for path, _, _ in rows(snapshot, "refund_order")]


def test_a_query_without_a_word_answers_nothing() -> None:
    assert paths("😀") == []


def test_a_definition_beats_its_uses_and_says_why() -> None:
    """The signals that made a score are named."""
    best = rank(snapshot_of(FILES), "Cart")[0]
    assert best.signals["definition"] > 0
    assert all(value for value in best.signals.values())


def test_the_limit_bounds_the_list_without_changing_its_head() -> None:
    """A longer list begins like a shorter one."""
    snapshot = snapshot_of(FILES)
    assert rows(snapshot, "refund order", limit=3) == rows(snapshot, "refund order", limit=9)[:3]


def test_a_file_fills_the_list_only_when_it_is_far_ahead() -> None:
    """One chunk a file, the next best files before a second chunk."""
    long = "\n\n".join(f"def refund_{at}(order):\n" + "    order.refund(order)\n" * 40 for at in range(5))
    snapshot = snapshot_of([("a/long.py", long), ("b/other.py", "def refund_order(order): order.refund()\n")])
    found = [path for path, _, _ in rows(snapshot, "refund order")]
    assert set(found[:2]) == {"a/long.py", "b/other.py"}
    assert found.count("a/long.py") > 1


@pytest.mark.parametrize(
    ("glob", "matching", "other"),
    [
        ("*.py", ["a.py", "x/y/a.py", "a.py/inside"], ["a.pyc", "apy"]),
        ("src", ["src", "src/a.py", "lib/src/b.py"], ["srcs/a.py", "asrc"]),
        ("src/", ["src/a.py"], ["src2/a.py"]),
        ("./src/*.py", ["src/a.py"], ["lib/src/a.py", "src/x/a.py"]),
        ("/src/*.py", ["src/a.py"], ["lib/src/a.py"]),
        ("src/**", ["src/a.py", "src/x/y.py"], ["lib/src/a.py"]),
        ("src/**/test_*.py", ["src/test_a.py", "src/x/y/test_a.py"], ["test_a.py", "src/x/a.py"]),
        ("**/a?.py", ["a1.py", "x/a2.py"], ["a.py", "x/a/.py"]),
        ("[ab].py", ["a.py", "x/b.py"], ["c.py", "ab.py"]),
        ("[!a]*.c", ["b.c"], ["a.c"]),
        ("x[!a]y/z", ["xby/z"], ["x/y/z", "xay/z"]),
        ("[]].c", ["].c"], ["[].c"]),
        ("[!].c", ["!.c"], ["a.c"]),
        ("[].c", ["[].c"], ["a.c"]),
        ("[+--].c", ["+.c", ",.c", "-.c"], ["..c"]),
        ("[a-].c", ["a.c", "-.c"], ["b.c"]),
        ("[-a].c", ["a.c", "-.c"], ["b.c"]),
        ("[a-c-e].c", ["b.c", "-.c", "e.c"], ["d.c"]),
        ("[*.c", ["[x.c"], ["x.c"]),
        ("a+(b).c", ["a+(b).c"], ["aab.c"]),
        ("new\nline*", ["new\nline.py"], ["new"]),
        (".", ["a.py", "x/y"], []),
        ("/", ["a.py", "x/y"], []),
        (".*", [".env", "x/.env"], ["a.env"]),
    ],
)
def test_globs(glob: str, matching: list[str], other: list[str]) -> None:
    """``*``, ``?`` and ``[...]`` stay within a folder, ``**`` does not, a folder stands for what is in it, case counts."""
    pattern = glob_pattern(glob)
    assert [path for path in matching if not pattern.fullmatch(path)] == []
    assert [path for path in other if pattern.fullmatch(path)] == []


@given(st.text(alphabet="ab/*?[]!.\\^-&~|", max_size=12), st.text(alphabet="ab/.", max_size=8))
@example("[?--]", "-")  # two hyphens are a difference of sets to a later version of Python's expressions
def test_any_glob_is_a_pattern_or_a_query_error(glob: str, path: str) -> None:
    """Only a range that runs backwards is refused."""
    try:
        glob_pattern(glob).fullmatch(path)
    except QueryError:
        assert "-" in glob


def test_masks_are_not_shared_between_questions() -> None:
    """A filter of one question leaves the next alone."""
    snapshot = snapshot_of(FILES)
    ranker = Ranker(snapshot, model(), load_fusion())
    before = ranker.allowed(Filters()).copy()
    ranker.allowed(replace(Filters(), tests=True, paths=("tests",), kinds=(SymbolKind.CLASS,)))
    assert np.array_equal(ranker.allowed(Filters()), before)
