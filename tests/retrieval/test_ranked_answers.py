"""Answers as files and as a flat list: bounded, in order, consistent with one another, and comparable between repositories."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.model import LanguageId
from retrieval.answers import MAX_NESTED, NOTHING_RELEVANT, FileHit, Hit, SearchAnswer, SearchRequest
from retrieval.engine import Engine, EngineOptions
from retrieval.filters import Filters
from retrieval.run import IndexOptions
from tests.ingest.repositories import write

LONG = "\n\n".join(
    f"def refund_order_{at}(order):\n    '''Refund part {at} of an order.'''\n" + f"    order.refund({at})\n" * 30 for at in range(14)
)
SHOP = {
    "src/refunds.py": LONG,
    "src/cart.py": "class Cart:\n    def total(self):\n        return sum(self.prices)\n",
    "src/order.py": "class Order:\n    def refund(self):\n        return self.money\n",
    "tests/test_refunds.py": "def test_refund_order(): pass\n",
    **{f"pages/page{at}.js": f"export function renderPage{at}(order) {{ return order }}\n" for at in range(15)},
}
TOOLS = {"refund_tool.py": "def refund_everything():\n    '''Refund every order.'''\n", "clock.py": "def tick(): pass\n"}
Asked = tuple[Engine, Path]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """Two indexed folders, ``shop`` and ``tools``."""
    top = tmp_path_factory.mktemp("answers")
    write(top / "shop", SHOP)
    write(top / "tools", TOOLS)
    with Engine(top / "data", EngineOptions(IndexOptions(workers=1))) as engine:
        engine.index(str(top / "shop"))
        engine.index(str(top / "tools"))
        yield engine, top


def search(asked: Asked, text: str, **options: object) -> SearchAnswer:
    engine, top = asked
    return engine.search(replace(SearchRequest(text, str(top / "shop")), **options))  # type: ignore[arg-type]


def require_whole(answer: SearchAnswer, nested: int, limit: int) -> None:
    """Ranks count from 1, scores fall, chunks are of their file and lie within it, and no list is longer than asked for."""
    rows: tuple[tuple[FileHit | Hit, ...], ...] = (answer.files, answer.hits)
    for found in rows:
        assert len(found) <= limit
        assert [each.rank for each in found] == list(range(1, len(found) + 1))
        assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    paths = [(file.repository, file.path) for file in answer.files]
    assert len(set(paths)) == len(paths)
    for file in answer.files:
        assert len(file.chunks) <= nested
        assert [chunk.rank for chunk in file.chunks] == list(range(1, len(file.chunks) + 1))
        assert {(chunk.repository, chunk.path, chunk.view) for chunk in file.chunks} <= {(file.repository, file.path, file.view)}
        assert all(chunk.score <= file.score + 1e-6 for chunk in file.chunks)
        assert all(chunk.snippet for chunk in file.chunks)


@pytest.mark.parametrize("text", ["refund an order", "refund_order_3", "Cart.total", "render page", "src/order.py", "tests of refunds"])
@pytest.mark.parametrize(("limit", "nested"), [(1, 1), (3, 3), (10, 0), (50, 99)])
def test_an_answer_is_whole_whatever_its_bounds(asked: Asked, text: str, limit: int, nested: int) -> None:
    answer = search(asked, text, limit=limit, nested=nested)
    require_whole(answer, min(nested, MAX_NESTED), limit)
    assert answer.hits
    assert answer.files
    assert answer.confidence == pytest.approx(answer.files[0].score)
    assert search(asked, text, limit=limit, nested=nested) == answer


def test_files_do_not_depend_on_how_many_are_asked_for(asked: Asked) -> None:
    """A longer list begins like a shorter one, and so do the chunks of a file."""
    short, long = search(asked, "refund order", limit=2, nested=2), search(asked, "refund order", limit=20, nested=8)
    assert [file.path for file in long.files[:2]] == [file.path for file in short.files]
    for one, other in zip(short.files, long.files[:2], strict=True):
        assert one.chunks == other.chunks[:2]
    assert short.confidence == long.confidence
    assert len(next(file for file in long.files if file.path == "src/refunds.py").chunks) == MAX_NESTED


def test_the_best_chunk_of_the_best_file_is_the_first_hit(asked: Asked) -> None:
    answer = search(asked, "refund_order_3")
    assert answer.files[0].path == "src/refunds.py"
    assert (answer.hits[0].path, answer.hits[0].start_line) == (answer.files[0].path, answer.files[0].chunks[0].start_line)
    assert "refund_order_3" in answer.files[0].chunks[0].snippet


def test_what_is_asked_for_is_surer_than_what_is_not_there(asked: Asked) -> None:
    sure = search(asked, "class Order with refund").confidence
    unsure = search(asked, "kubernetes ingress certificates rotation").confidence
    assert sure is not None
    assert unsure is not None
    assert sure > max(unsure, NOTHING_RELEVANT)
    nothing = search(asked, "😀")
    assert (nothing.hits, nothing.files, nothing.confidence) == ((), (), 0)
    assert nothing.relevant is False


def test_a_filter_narrows_files_and_hits(asked: Asked) -> None:
    answer = search(asked, "refund order page", filters=Filters(languages=(LanguageId("javascript"),)), limit=50)
    assert len(answer.files) == 15
    assert all(file.path.startswith("pages/") for file in answer.files)
    assert all(hit.path.startswith("pages/") for hit in answer.hits)
    none = search(asked, "refund", filters=Filters(paths=("nowhere",)))
    assert (none.hits, none.files) == ((), ())


def test_a_pattern_answers_files_with_the_chunks_that_match(asked: Asked) -> None:
    """It is sure of what it finds, and no weights ranked it."""
    answer = search(asked, r"refund_order_1\d", regex=True, nested=8)
    require_whole(answer, 8, 10)
    assert [file.path for file in answer.files] == ["src/refunds.py"]
    assert answer.confidence == 1
    assert answer.model == ""
    assert all("refund_order_1" in chunk.snippet for chunk in answer.files[0].chunks)
    nothing = search(asked, "no_such_name_at_all", regex=True)
    assert (nothing.hits, nothing.files, nothing.confidence) == ((), (), 0)


def test_answers_of_several_repositories_are_joined_by_their_scores(asked: Asked) -> None:
    """Each is ranked as if it were asked alone, its scores on one scale with those of others; the bound holds for all together."""
    both = search(asked, "refund every order", repositories=("shop", "tools"), limit=50)
    alone = [search(asked, "refund every order", repositories=(name,), limit=50) for name in ("shop", "tools")]
    require_whole(both, 3, 50)
    assert {file.repository for file in both.files} == {"shop", "tools"}
    assert [-file.score for file in both.files] == sorted(-file.score for file in both.files)
    for answer in alone:
        (name,) = {file.repository for file in answer.files}
        own = [file for file in both.files if file.repository == name]
        assert {file.path for file in own} == {file.path for file in answer.files}
        scale = own[0].score / answer.files[0].score
        assert all(file.score == pytest.approx(scale * before.score, abs=2e-6) for file, before in zip(own, answer.files, strict=True))
    assert both.files[0].score <= (both.confidence or 0)
    assert both.confidence == max(answer.confidence or 0 for answer in alone)
    few = search(asked, "refund every order", repositories=("shop", "tools"), limit=2)
    require_whole(few, 3, 2)
    assert [file.path for file in few.files] == [file.path for file in both.files[:2]]
    assert len(both.status) == 2


def test_a_repository_without_an_answer_lends_none(asked: Asked) -> None:
    """What only one of them has is in front, by a distance."""
    found = search(asked, "renderPage7", repositories=("*",), limit=5)
    assert (found.files[0].repository, found.files[0].path) == ("shop", "pages/page7.js")
    assert all(file.score < found.files[0].score / 2 for file in found.files if file.repository == "tools")


def test_the_ranker_of_a_view_makes_the_scene_of_a_request(asked: Asked) -> None:
    engine, top = asked
    ranker = engine.ranker(SearchRequest("refund", str(top / "tools")))
    assert ranker.allowed(Filters()).sum() > 0
