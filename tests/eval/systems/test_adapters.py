"""Adapters of peers whose programs the development environment has: plain BM25 and ripgrep. The others run where they are installed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from platformdirs import user_data_path

from eval.systems import registry
from eval.systems.adapters.bm25_windows import connect as connect_bm25
from eval.systems.adapters.ripgrep_files import best_window, rank, words
from eval.systems.adapters.ripgrep_files import connect as connect_ripgrep
from eval.systems.answering import Adapter, text_files
from eval.systems.environments import Environments
from eval.systems.process import ProcessSystem
from eval.systems.registry import SYSTEMS, open_system
from ingest.errors import SourceError

INSTALLED = user_data_path("codelore") / "eval"  # where codelore eval keeps them unless told otherwise


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    (root / "stock").mkdir(parents=True)
    (root / "invoice.py").write_text(
        "def lower_total(total):\n    '''Apply a discount to the invoice.'''\n" + "x = 1\n" * 100 + "discount = 2\n"
    )
    (root / "stock" / "level.py").write_text("def level(shelf):\n    '''Count what lies on a shelf; no discount.'''\n")
    (root / "notes.txt").write_text("Bells ring.\n")
    return root


def system(name: str, data: Path, *options: str) -> ProcessSystem:
    """A peer run by the interpreter of the tests."""
    here = Path(registry.__file__).parent
    return ProcessSystem(
        name, [sys.executable, "-I", str(here / "answering.py"), str(here / "adapters" / SYSTEMS[name].adapter), *options], data
    )


def index(adapter: Adapter, root: Path, data: Path) -> tuple[int, int]:
    data.mkdir()
    return adapter.index(str(root), str(data), lambda: text_files(str(root)))


@pytest.mark.parametrize("name", ["bm25", "ripgrep"])
def test_a_peer_finds_what_holds_the_words(name: str, shop: Path, tmp_path: Path) -> None:
    peer = system(name, tmp_path / "data")
    assert peer.index("shop", shop).files == 3
    answers = peer.ask(shop, ["the discount of an invoice", "shelf", "zebra", "?"], 10).answers
    assert [each.path for each in answers[0].found] == ["invoice.py", "stock/level.py"] or name == "bm25"
    assert answers[0].found[0].path == "invoice.py"
    assert answers[0].confidence == answers[0].found[0].score > 0
    assert [(each.path, each.start_line, each.end_line) for each in answers[1].found][:1] == [
        ("stock/level.py", 1, answers[1].found[0].end_line)
    ]
    assert answers[1].found[0].tokens > 10
    assert [each.found for each in answers[2:]] == [(), ()]
    assert name[:2] in peer.version
    peer.close()


def test_windows_tile_their_file(shop: Path, tmp_path: Path) -> None:
    adapter = connect_bm25({})
    assert index(adapter, shop, tmp_path / "data") == (3, 5)
    opened = adapter.open(str(shop), str(tmp_path / "data"))
    spans = sorted((row["start_line"], row["end_line"]) for row in opened.ask("invoice", 10))
    assert spans == [(1, 50), (51, 100), (101, 103)]  # its name stands above each
    assert opened.ask("", 10) == []
    opened.close()


def test_a_folder_without_text_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="no text file"):
        index(connect_bm25({}), tmp_path / "empty", tmp_path / "data")


def test_words_that_say_nothing_are_left_out_unless_there_are_no_others() -> None:
    assert words("How does the Router parse a route? router") == ["router", "parse", "route"]
    assert words("what is it") == ["what", "is", "it"]
    assert words("?!") == ["?!"]


def test_more_words_come_before_more_lines() -> None:
    matches = {
        "b.py": [(1, "x"), (9, "y")],
        "a.py": [(line, "x") for line in range(1, 9)],
        "c.py": [(1, "x"), (1, "x")],
        "d.py": [(2, "x")],
    }
    ranked = rank(matches, 3)
    assert [path for path, _, _ in ranked] == ["b.py", "a.py", "c.py"]
    scores = [score for _, score, _ in ranked]
    assert scores == sorted(scores, reverse=True)
    assert 2 < scores[0] < 3


def test_the_window_is_where_most_words_are() -> None:
    assert best_window([(1, "x"), (100, "x"), (140, "y"), (400, "x"), (401, "x")]) == 100
    assert best_window([(1, "x"), (300, "x"), (301, "x")]) == 300


def test_ripgrep_searches_the_whole_question_when_told(shop: Path, tmp_path: Path) -> None:
    adapter = connect_ripgrep({"match": "phrase"})
    index(adapter, shop, tmp_path / "data")
    opened = adapter.open(str(shop), str(tmp_path / "data"))
    assert [row["path"] for row in opened.ask("a discount to", 10)] == ["invoice.py"]
    assert opened.ask("invoice discount", 10) == []
    assert opened.ask("  ", 10) == []
    opened.close()
    with pytest.raises(SystemExit, match="words or phrase"):
        connect_ripgrep({"match": "regex"})


def test_a_question_of_dashes_is_no_option_of_ripgrep(shop: Path, tmp_path: Path) -> None:
    adapter = connect_ripgrep({"match": "phrase"})
    index(adapter, shop, tmp_path / "data")
    assert adapter.open(str(shop), "").ask("--files", 10) == []


def test_without_a_program_ripgrep_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit, match="no program rg"):
        connect_ripgrep({})


def test_a_folder_that_cannot_be_searched_is_an_error(tmp_path: Path) -> None:
    adapter = connect_ripgrep({})
    with pytest.raises(OSError, match="rg ended with status 2"):
        index(adapter, tmp_path / "nowhere", tmp_path / "data")


@pytest.mark.parametrize("name", ["semble-bm25", "transformer"])
def test_an_installed_peer_answers(name: str, shop: Path, tmp_path: Path) -> None:
    """Where codelore eval peers --install has been run."""
    needs = SYSTEMS[name].environment
    if needs is None or Environments(INSTALLED).python(needs) is None:
        pytest.skip(f"{name} is not installed: codelore eval peers --install {name}")
    peer = open_system(name, INSTALLED, tmp_path / "data")
    assert peer.index("shop", shop).files in {2, 3}
    answers = peer.ask(shop, ["apply a discount to the invoice", "shelf"], 10).answers
    assert [each.found[0].path for each in answers] == ["invoice.py", "stock/level.py"]
    assert all(each.found[0].tokens for each in answers)
    peer.close()


def test_a_hybrid_without_its_model_says_what_to_do(shop: Path, tmp_path: Path) -> None:
    needs = SYSTEMS["semble"].environment
    if needs is None or Environments(INSTALLED).python(needs) is None:
        pytest.skip("semble is not installed: codelore eval peers --install semble")
    peer = open_system(f"semble:model={tmp_path.name}/none", INSTALLED, tmp_path / "data")
    with pytest.raises(SourceError, match="is not on this machine: semble:model=FOLDER"):
        peer.index("shop", shop)
    peer.close()
