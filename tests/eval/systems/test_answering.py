"""The system's side of the protocol, with a small adapter, in this process and as the script that peers run."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from eval.systems import answering
from eval.systems.answering import Answering, Ranked, estimate_tokens, main, options_of, serve, text_files
from retrieval.tokens import estimate_tokens as tokens_of_the_engine

LINES = """
class Lines:
    version = "3"
    def __init__(self, options): self.options = options
    def index(self, root, data, files):
        print("a stray line")
        return len(list(files())), 0
    def open(self, root, data): return self
    def ask(self, question, limit):
        return [{"path": self.options["path"], "start_line": 1, "end_line": 2, "score": 1}]
    def close(self): pass

def connect(options):
    return Lines(options)
"""


class Words:
    """Finds files by a word of theirs. Keeps a log of what was opened and closed."""

    version = "7"

    def __init__(self) -> None:
        self.log: list[str] = []
        self.says: Ranked | None = None
        self._files: dict[str, dict[str, str]] = {}

    def index(self, root: str, data: str, files: Callable[[], Iterator[tuple[str, str]]]) -> tuple[int, int]:
        assert Path(data).is_dir()
        self._files[data] = dict(files())
        return len(self._files[data]), 2 * len(self._files[data])

    def open(self, root: str, data: str) -> OpenWords:
        self.log.append(f"open {Path(data).name}")
        return OpenWords(self._files[data], self.log, self.says)


class OpenWords:
    def __init__(self, files: dict[str, str], log: list[str], says: Ranked | None) -> None:
        self._files, self._log, self._says = files, log, says

    def ask(self, question: str, limit: int) -> Sequence[Mapping[str, Any]] | Ranked:
        self._log.append(f"ask {question}")
        if self._says is not None:
            return self._says
        rows = [
            {"path": path, "start_line": 1, "end_line": 1, "score": 2, "text": text, "signals": {"word": 1}}
            for path, text in self._files.items()
            if question in text
        ]
        return rows[:limit]

    def close(self) -> None:
        self._log.append("close")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    (root / "stock").mkdir(parents=True)
    (root / "invoice.py").write_text("discount = 1\n")
    (root / "stock" / "level.py").write_text("level = 2\n")
    return root


def test_an_index_is_opened_once_and_the_first_question_is_asked_before_the_clock_starts(shop: Path, tmp_path: Path) -> None:
    adapter = Words()
    answers = Answering(adapter)
    place = {"root": str(shop), "data": str(tmp_path / "one")}
    indexed = answers.answer({"do": "index", **place})
    assert (indexed["version"], indexed["files"], indexed["chunks"]) == ("7", 2, 4)
    assert indexed["seconds"] > 0
    asked = answers.answer({"do": "ask", **place, "limit": 5, "questions": ["level", "discount", "nothing"]})
    assert adapter.log == ["open one", "ask level", "ask level", "ask discount", "ask nothing"]
    assert asked["cold_ms"] > 0
    first, _, last = asked["answers"]
    assert first["confidence"] == 2.0
    row = {"path": "stock/level.py", "start_line": 1, "end_line": 1, "score": 2.0, "tokens": 3, "signals": {"word": 1}}
    assert first["found"] == [row]
    assert (last["found"], last["confidence"]) == ([], 0.0)
    assert answers.answer({"do": "ask", **place, "limit": 5, "questions": ["level"]})["cold_ms"] == 0.0
    assert answers.answer({"do": "ask", **place, "limit": 5, "questions": []})["answers"] == []


@pytest.mark.parametrize("confidence", [0.25, None])
def test_an_answer_can_be_more_than_its_rows(shop: Path, tmp_path: Path, confidence: float | None) -> None:
    """The same ranking for a reader with a budget, and how sure it is, which else is the score of the best row."""
    row = {"path": "invoice.py", "start_line": 1, "end_line": 1, "score": 2}
    adapter = Words()
    adapter.says = Ranked([row], [row, {**row, "end_line": 2}], confidence)
    answers = Answering(adapter)
    place = {"root": str(shop), "data": str(tmp_path / "one")}
    answers.answer({"do": "index", **place})
    (got,) = answers.answer({"do": "ask", **place, "limit": 5, "questions": ["level"]})["answers"]
    assert (got["confidence"], len(got["found"]), [each["end_line"] for each in got["spans"]]) == (confidence or 2.0, 1, [1, 2])


def test_an_index_that_can_is_told_where_a_question_is_asked_from(shop: Path, tmp_path: Path) -> None:
    """Others are asked as from nowhere."""

    class Placed(OpenWords):
        def ask_from(self, place: str, question: str, limit: int) -> Sequence[Mapping[str, Any]]:
            self._log.append(f"ask {question} from {place}")
            return []

    class PlacedWords(Words):
        def open(self, root: str, data: str) -> OpenWords:
            return Placed(self._files[data], self.log, self.says)

    place = {"root": str(shop), "data": str(tmp_path / "one")}
    asked = {"do": "ask", **place, "limit": 5, "questions": ["level", "discount"], "at": ["a.py:3", ""]}
    for adapter, expected in (
        (PlacedWords(), ["ask level from a.py:3", "ask level from a.py:3", "ask discount"]),
        (Words(), ["open one", "ask level", "ask level", "ask discount"]),
    ):
        answers = Answering(adapter)
        answers.answer({"do": "index", **place})
        answers.answer(asked)
        assert adapter.log == expected


def test_one_index_is_open_at_a_time(shop: Path, tmp_path: Path) -> None:
    """Forty engines would hold forty pools of workers."""
    adapter = Words()
    answers = Answering(adapter)
    places = [{"root": str(shop), "data": str(tmp_path / name)} for name in ("one", "two")]
    for place in places:
        answers.answer({"do": "index", **place})
    cold = [answers.answer({"do": "ask", **place, "limit": 5, "questions": ["level"]})["cold_ms"] > 0 for place in (*places, places[0])]
    assert cold == [True, True, False]
    answers.answer({"do": "index", **places[0]})
    opened = [each for each in adapter.log if not each.startswith("ask")]
    assert opened == ["open one", "close", "open two", "close", "open one", "close"]


def test_an_error_is_an_answer(shop: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A traceback goes to standard error, but for the errors that say all there is to say."""
    requests = [{"do": "fly"}, {"do": "ask", "root": str(shop), "data": str(tmp_path / "none"), "limit": 1, "questions": ["x"]}]
    said = io.StringIO()
    lines = "".join(json.dumps(each) + "\n" for each in requests)
    serve(Words(), io.StringIO(lines + "nonsense\n"), said, expected=(ValueError,))
    replies = [json.loads(line) for line in said.getvalue().splitlines()]
    assert replies[0] == {"error": "there is no request 'fly'"}
    assert replies[1]["error"].startswith("KeyError: ")
    assert "Expecting value" in replies[2]["error"]
    printed = capfd.readouterr().err
    assert "KeyError" in printed
    assert "no request" not in printed


def test_a_peer_is_the_script_with_its_adapter(shop: Path, tmp_path: Path) -> None:
    """What a library prints does not come between the answers."""
    adapter = tmp_path / "lines.py"
    adapter.write_text(LINES)
    place = {"root": str(shop), "data": str(tmp_path / "data")}
    requests = [{"do": "index", **place}, {"do": "ask", **place, "limit": 1, "questions": ["x"]}]
    done = subprocess.run(
        [sys.executable, "-I", str(answering.__file__), str(adapter), "path=a=b.py"],
        input="".join(json.dumps(each) + "\n" for each in requests),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    indexed, asked = map(json.loads, done.stdout.splitlines())
    assert indexed["files"] == 2
    assert asked["answers"][0]["found"] == [{"path": "a=b.py", "start_line": 1, "end_line": 2, "score": 1.0, "tokens": 0, "signals": {}}]
    assert done.stderr == "a stray line\n"


def test_the_script_can_be_run_in_this_process(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    adapter = tmp_path / "lines.py"
    adapter.write_text(LINES)
    request = {"do": "index", "root": str(shop), "data": str(tmp_path / "data")}
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(request) + "\n"))
    main([str(adapter), "path=a"])
    replies = [json.loads(line) for line in capfd.readouterr().out.splitlines() if line.startswith("{")]
    assert [each["files"] for each in replies] == [2]


def test_options_are_names_with_values() -> None:
    assert options_of(["a=1", "b=x=y", "c"]) == {"a": "1", "b": "x=y", "c": ""}


@pytest.mark.parametrize("text", ["", "x", "def f():\n    return 'é'\n" * 9])
def test_tokens_are_counted_as_the_engine_counts_them(text: str) -> None:
    assert estimate_tokens(text) == tokens_of_the_engine(text)


def _files(root: Path) -> dict[str, str]:
    return dict(text_files(str(root)))


def test_a_folder_lists_its_text_files_in_order(shop: Path) -> None:
    (shop / ".hidden").write_text("x")
    (shop / "node_modules").mkdir()
    (shop / "node_modules" / "x.js").write_text("x")
    (shop / "picture").write_bytes(b"a\0b")
    (shop / "large.txt").write_text("x" * 1_000_001)
    (shop / "latin.txt").write_bytes(b"caf\xe9")
    (shop / "link.py").symlink_to(shop / "invoice.py")
    (shop / "lost.py").symlink_to(shop / "nowhere.py")
    assert list(_files(shop)) == ["invoice.py", "latin.txt", "stock/level.py"]
    assert _files(shop)["latin.txt"] == "caf\ufffd"


def test_a_checkout_lists_what_git_would_commit(shop: Path) -> None:
    (shop / ".gitignore").write_text("stock/\n")
    subprocess.run(["git", "init", "--quiet", str(shop)], check=True)
    assert list(_files(shop)) == [".gitignore", "invoice.py"]
