"""The metric against brute force, and a whole run over a tiny set."""

from __future__ import annotations

import json
from math import log2
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.relevance import Outcome, Target, macro, main, ndcg, percentile, read_questions
from ingest.errors import SourceError
from retrieval.answers import Hit


def hit(path: str, start: int = 1, end: int = 10) -> Hit:
    return Hit(1, 1.0, path, start, end, "", "", "python", "", "r", "v")


PATHS = st.sampled_from(["a.py", "src/a.py", "b.py", "src/b.py", "xa.py"])
LINES = st.tuples(st.integers(1, 30), st.integers(0, 9)).map(lambda pair: (pair[0], pair[0] + pair[1]))
WHOLE = st.just((0, 0))


def a_hit(pair: tuple[str, tuple[int, int]]) -> Hit:
    return hit(pair[0], *pair[1])


def a_target(pair: tuple[str, tuple[int, int]]) -> Target:
    return Target(pair[0], *pair[1])


HITS = st.lists(st.tuples(PATHS, LINES).map(a_hit), max_size=14)
TARGETS = st.lists(st.tuples(PATHS, st.one_of(WHOLE, LINES)).map(a_target), max_size=4)


@given(HITS, TARGETS)
def test_ndcg_is_the_textbook_sum(hits: list[Hit], targets: list[Target]) -> None:
    """Each target earns 1/log2(rank + 1) at the first of ten hits that covers it, over what the ideal list earns."""
    gained = 0.0
    for target in targets:
        for place in range(min(len(hits), 10)):
            path = "/" + hits[place].path
            lines = set(range(hits[place].start_line, hits[place].end_line + 1))
            if path.endswith("/" + target.path) and (not target.start_line or lines & set(range(target.start_line, target.end_line + 1))):
                gained += 1 / log2(place + 2)
                break
    ideal = sum(1 / log2(place + 2) for place in range(len(targets)))
    assert ndcg(hits, targets) == pytest.approx(gained / ideal if targets else 0)


def test_a_perfect_list_scores_one() -> None:
    """All targets first is the ideal."""
    assert ndcg([hit("a.py"), hit("b.py"), hit("c.py")], [Target("a.py"), Target("b.py")]) == pytest.approx(1)


@given(st.lists(st.floats(0, 100), min_size=1), st.floats(0.01, 1))
def test_percentile_is_the_nearest_rank(values: list[float], share: float) -> None:
    """At least that share of the values is not larger, and no smaller value has that."""
    found = percentile(values, share)
    assert sum(value <= found for value in values) / len(values) >= share - 1e-9
    assert found in values
    smaller = [value for value in values if value < found]
    assert not smaller or sum(value <= max(smaller) for value in values) / len(values) < share + 1e-9


def test_nothing_has_no_percentile_and_no_mean() -> None:
    """An empty run prints zeros."""
    assert percentile([], 0.5) == 0
    assert macro([]) == 0


def test_macro_weighs_repositories_equally() -> None:
    """A repository with many questions does not drown one with few."""
    rows = [Outcome(str(at), "many", "", "", 1.0, True, 1.0) for at in range(9)] + [Outcome("x", "few", "", "", 0.0, False, 1.0)]
    assert macro(rows) == pytest.approx(0.5)


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A set of two repositories, one of which is not there."""
    code = tmp_path / "corpora" / "shop"
    code.mkdir(parents=True)
    (code / "basket.py").write_text('def add_to_basket(item):\n    """Put an item into the basket."""\n    return item\n')
    (code / "payment.py").write_text('def charge_card(card):\n    """Charge a credit card."""\n    return card\n')
    (tmp_path / "set").mkdir()
    write(tmp_path, [question("shop", "where is the credit card charged", "payment.py"), question("shop", "add_to_basket", "basket.py")])
    return tmp_path


def question(corpus: str, text: str, path: str) -> dict[str, Any]:
    return {"id": text, "query": text, "name": corpus, "category": "semantic", "language": "python", "relevant": [{"path": path}]}


def write(folder: Path, rows: list[dict[str, Any]]) -> None:
    (folder / "set" / "queries.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.mark.parametrize("extra", [[], ["--no-vectors"]])
def test_a_run_measures_and_records(tiny: Path, extra: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """The figures are printed and recorded, with and without vectors."""
    record = tiny / "record.json"
    assert main([str(tiny / "set"), str(tiny / "corpora"), "--at-least", "0.9", "--json", str(record), *extra]) == 0
    assert "2 questions  NDCG@10 1.0000" in capsys.readouterr().out
    found = json.loads(record.read_text())
    assert found["category"]["semantic"] == [2, 1.0]
    assert len(found["outcomes"]) == 2


def test_a_missed_bound_fails_the_run(tiny: Path) -> None:
    """The exit status tells a gate."""
    write(tiny, [question("shop", "basket", "nothing.py")])
    assert main([str(tiny / "set"), str(tiny / "corpora"), "--data", str(tiny / "data"), "--at-least", "0.9"]) == 1
    assert (tiny / "data" / "shop").is_dir()


def test_a_missing_corpus_is_said(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A repository that is not there is named and the run does not pass."""
    write(tiny, [question("shop", "basket", "basket.py"), {**question("", "x", "y.py"), "name": None, "repo": "owner/gone"}])
    assert main([str(tiny / "set"), str(tiny / "corpora")]) == 2
    assert "gone" in capsys.readouterr().err


def test_broken_sets_are_refused(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing file and a line that is no question are named."""
    assert main([str(tiny / "nowhere"), str(tiny / "corpora")]) == 2
    assert "queries.jsonl" in capsys.readouterr().err
    (tiny / "set" / "queries.jsonl").write_text('{"id": 1}\n')
    with pytest.raises(SourceError, match=r"queries.jsonl:1 is not a question"):
        read_questions(tiny / "set")
