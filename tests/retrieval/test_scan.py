"""A folder without an index gets an answer in bounded time, and the answer says how far it looked."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from ingest.errors import EmptyTreeError, NotIndexedError, QueryError
from ingest.model import LanguageId, SymbolKind
from ingest.walk import WalkOptions
from retrieval.answers import SearchAnswer, SearchRequest
from retrieval.filters import Filters
from retrieval.scan import MAX_READ_BYTES, scan
from tests.ingest.repositories import new_repository, public_folder, without_privileges, write

FILES: dict[str, str | bytes] = {
    "shop/cart.py": "import math\n\n\ndef cart_total(prices):\n    return math.fsum(prices)\n",
    "shop/refund.py": "def pay_back(card, amount):\n    '''Give the customer money back.'''\n    return card.deposit(amount)\n",
    "tests/test_cart.py": "def test_cart_total():\n    assert cart_total([1]) == 1\n",
    "docs/guide.md": "# Guide\n\nThe cart total is a sum of prices.\n",
    "shop/logo.png": b"\x89PNG\r\n",
    "shop/blob.py": b"\0\0\0\0",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return new_repository(tmp_path / "tree", FILES)


def ask(root: Path, text: str, filters: Filters | None = None, *, limit: int = 10, seconds: float = 1.5) -> SearchAnswer:
    request = SearchRequest(text, str(root), limit=limit, filters=filters or Filters())
    return scan(str(root), request, WalkOptions(), seconds=seconds)


def paths(answer: SearchAnswer) -> list[str]:
    return [hit.path for hit in answer.hits]


def test_the_definition_comes_first_and_the_status_says_what_this_is(root: Path) -> None:
    answer = ask(root, "where is the cart total computed")
    assert paths(answer)[0] == "shop/cart.py"
    assert [hit.rank for hit in answer.hits] == list(range(1, len(answer.hits) + 1))
    assert "def cart_total" in answer.hits[0].snippet
    assert answer.hits[0].language == "python"
    status = answer.status[0]
    assert status.notes[0].startswith("not indexed: lexical scan of 5 of 5 files in ")
    assert (status.generation, status.files, status.pending) == (0, 5, 5)
    assert status.skipped == {"binary": 2}
    assert not status.truncated


def test_words_meet_by_their_stems_and_pieces(root: Path) -> None:
    assert paths(ask(root, "totals of carts"))[0] == "shop/cart.py"
    write(root, {"shop/q.py": "def runQueries():\n    pass\n"})
    assert paths(ask(root, "query"))[0] == "shop/q.py"


def test_a_name_asked_for_is_found_where_it_is_defined(root: Path) -> None:
    write(root, {"shop/caller.py": "pay_back(1, 2)\npay_back(3, 4)\npay_back(5, 6)\npay_back(7, 8)\n"})
    assert paths(ask(root, "pay_back"))[0] == "shop/refund.py"


def test_a_path_asked_for_comes_first(root: Path) -> None:
    assert paths(ask(root, "docs/guide.md prices"))[0] == "docs/guide.md"


def test_filters_apply(root: Path) -> None:
    assert paths(ask(root, "cart total", Filters(paths=("docs/**",)))) == ["docs/guide.md"]
    assert set(paths(ask(root, "cart total", Filters(languages=(LanguageId("python"),))))) == {"shop/cart.py", "tests/test_cart.py"}
    assert paths(ask(root, "cart total", Filters(tests=True))) == ["tests/test_cart.py"]
    assert "tests/test_cart.py" not in paths(ask(root, "cart total", Filters(tests=False)))
    assert paths(ask(root, "/cart/", Filters(paths=("*.md",)))) == ["docs/guide.md"]
    assert not ask(root, "cart total", Filters(paths=("nowhere/**",))).hits


def test_a_filter_on_kinds_lets_nothing_through_and_says_why(root: Path) -> None:
    answer = ask(root, "cart total", Filters(kinds=(SymbolKind.FUNCTION,)))
    assert not answer.hits
    assert "kinds of symbols" in answer.status[0].notes[1]


def test_a_pattern_is_matched_in_the_text(root: Path) -> None:
    answer = ask(root, r"/def \w+_(total|back)/")
    assert paths(answer) == ["shop/cart.py", "shop/refund.py", "tests/test_cart.py"]
    assert answer.hits[0].signals["matches"] == 1
    assert ask(root, r"/def \w+_(total|back)/", limit=1).status[0].truncated == ("3 chunks match, the first 1 are shown",)


def test_a_file_full_of_matches_is_cut_off_and_named(root: Path) -> None:
    write(root, {"many.txt": "needle\n" * 2_000})
    assert ask(root, "/needle/").status[0].truncated[0].startswith("many.txt has 1,000 matches or more")


def test_a_pattern_that_never_ends_is_ended(root: Path) -> None:
    """Its file is named among what was not read."""
    write(root, {"a.txt": "a" * 200 + "!\n"})
    begun = time.monotonic()
    answer = ask(root, "/^(a+)+$/", seconds=0.5)
    assert time.monotonic() - begun < 2
    assert any("the pattern took more than" in each for each in answer.status[0].truncated)
    assert "were not read within" in answer.status[0].truncated[0]


def test_what_cannot_be_found_is_not_made_up(root: Path) -> None:
    assert not ask(root, "zebra").hits
    assert not ask(root, "/zebra/").hits


def test_a_huge_file_is_skipped_and_counted_even_when_no_size_is_too_large(root: Path) -> None:
    with (root / "huge.py").open("wb") as file:
        file.truncate(MAX_READ_BYTES * 50)
    begun = time.monotonic()
    answer = scan(str(root), SearchRequest("cart total", str(root)), WalkOptions(max_file_bytes=10**12))
    assert time.monotonic() - begun < 2
    assert paths(answer)[0] == "shop/cart.py"
    assert answer.status[0].skipped["too-large"] == 1


@pytest.mark.parametrize("text", ["cart total", "/cart/"])
def test_what_the_time_did_not_reach_is_said(text: str, root: Path) -> None:
    """The most promising files are read first; here there is time for none of the many others."""
    (root / "many").mkdir()
    for at in range(3_000):
        with (root / f"many/{at}.py").open("wb") as file:
            file.truncate(1_400_000)
    answer = ask(root, text, seconds=0.6)
    status = answer.status[0]
    assert status.files < status.pending
    assert any("were not read within 0.6 s" in each for each in status.truncated)
    assert f"{status.files:,} of {status.pending:,} files" in status.notes[0]


def test_a_listing_that_takes_too_long_is_given_up(root: Path) -> None:
    """Files are then taken as they lie, and it is said that ignore rules were not asked."""
    answer = ask(root, "cart total", seconds=0.000_001)
    assert not answer.hits
    assert "ignore rules were not applied" in answer.status[0].notes[1]
    assert "files in deeper folders were not listed" in answer.status[0].truncated


def test_files_that_cannot_be_read_are_failures() -> None:
    with public_folder() as folder:
        write(folder, FILES)
        (folder / "shop/refund.py").chmod(0)
        with without_privileges():
            answer = ask(folder, "cart total")
    assert paths(answer)[0] == "shop/cart.py"
    assert [failure.path for failure in answer.status[0].failed] == ["shop/refund.py"]


def test_what_needs_an_index_is_refused(root: Path) -> None:
    for request in (SearchRequest("x", str(root), ref="main"), SearchRequest("x", str(root), repositories=("*",))):
        with pytest.raises(NotIndexedError, match="codelore index"):
            scan(str(root), request, WalkOptions())


def test_errors_of_the_query_and_the_folder_are_the_same_as_elsewhere(root: Path, tmp_path: Path) -> None:
    with pytest.raises(QueryError):
        ask(root, "  ")
    (tmp_path / "empty").mkdir()
    with pytest.raises(EmptyTreeError):
        ask(tmp_path / "empty", "cart")
