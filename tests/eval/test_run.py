"""A run over small repositories with our engine: what it records, and what it says of what it could not measure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest

from eval.corpora import Places
from eval.graph_source import resolve
from eval.model import Part
from eval.record import FORMAT, Confidences, Record, read_record, this_machine, write_record
from eval.run import RunOptions, run
from eval.sets.registry import read_set
from ingest.errors import SourceError
from tests.eval.engine_system import EngineSystem

SOURCES = {
    "shop": {
        "discount.py": "def apply_discount(total):\n    '''Lower the invoice total.'''\n    return total\n",
        "stock.py": "STOCK = 1\n",
    },
    "bank": {
        "transfer.py": "def transfer_money(amount):\n    '''Move money between accounts.'''\n",
        "ledger.py": "LEDGER = []\n",
    },
}
ROWS = (
    {"id": "s1", "query": "lower the invoice total", "name": "shop", "relevant": [{"path": "discount.py", "lines": [1, 3]}]},
    {"id": "s2", "query": "STOCK", "name": "shop", "relevant": ["stock.py"]},
    {"id": "b1", "query": "move money between accounts", "name": "bank", "relevant": ["transfer.py"]},
)  # fmt: skip


@pytest.fixture
def corpora(tmp_path: Path) -> Path:
    for name, files in SOURCES.items():
        for path, text in files.items():
            (tmp_path / "corpora" / name).mkdir(parents=True, exist_ok=True)
            (tmp_path / "corpora" / name / path).write_text(text)
    return tmp_path / "corpora"


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    file = tmp_path / "set.jsonl"
    file.write_text("\n".join(map(json.dumps, ROWS)))
    return file


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[EngineSystem]:
    system = EngineSystem(tmp_path / "data")
    yield system
    system.close()


@pytest.fixture
def places(tmp_path: Path, corpora: Path) -> Places:
    return Places(tmp_path / "cache", folders=corpora)


def test_a_run_records_what_every_question_scored(questions: Path, places: Places, engine: EngineSystem) -> None:
    """All of it: figures' parts, what was found, costs, the time and whose it was."""
    said: list[str] = []
    record = run(read_set(questions), [engine], places, RunOptions(foreign=1), report=said.append)
    (got,) = record.systems
    assert {each.question_id: each.values["hit@1"] for each in got.outcomes} == {"s1": Part(1), "s2": Part(1), "b1": Part(1)}
    assert [each.corpus for each in got.costs] == ["shop", "bank"]
    assert all(each.cold_ms == 1.5 and each.files == 2 for each in got.costs)
    assert {name: (len(sure.own), len(sure.other)) for name, sure in got.confidence.items()} == {"shop": (2, 1), "bank": (1, 1)}
    assert got.missing == {}
    assert set(got.seconds) == {"system", "layout", "harness"}
    assert got.outcomes[0].found[0].signals
    assert (record.set.questions, record.version, record.format) == (3, version("codelore"), FORMAT)
    assert len(said) == 2
    assert said[0].startswith("engine: 1 of 2: shop: 2 files in")


def test_a_record_is_read_as_it_was_written(tmp_path: Path, questions: Path, places: Places, engine: EngineSystem) -> None:
    record = run(read_set(questions), [engine], places)
    write_record(record, tmp_path / "deep" / "record.json")
    assert read_record(tmp_path / "deep" / "record.json") == record


def test_what_could_not_be_measured_is_kept_with_its_reason(tmp_path: Path, questions: Path, places: Places) -> None:
    """A corpus that is not there, that cannot be indexed, or that loses an answer: the others are measured all the same."""
    (places.folders or Path()).joinpath("bank", "ledger.py").touch()
    system = EngineSystem(tmp_path / "data", refuses=["shop"])
    (got,) = run(read_set(questions), [system], places).systems
    assert dict(got.missing) == {"shop": "shop cannot be indexed"}
    assert [each.question_id for each in got.outcomes] == ["b1"]
    system.close()
    forgetful = EngineSystem(tmp_path / "other", forgets=["bank"])
    (got,) = run(read_set(questions), [forgetful], replace(places, folders=tmp_path / "corpora"), RunOptions(foreign=0)).systems
    assert dict(got.missing) == {"bank": "engine gave 0 answers to 1 questions about bank"}
    forgetful.close()
    (got,) = run(read_set(questions), [EngineSystem(tmp_path / "third")], replace(places, folders=tmp_path)).systems
    assert set(got.missing) == {"shop", "bank"}


def test_a_set_about_one_repository_asks_what_no_program_answers(questions: Path, places: Places, engine: EngineSystem) -> None:
    """Confidence can be judged on one's own code alone, unless that is not wanted."""
    (got,) = run(read_set(questions), [engine], places, RunOptions(only=("shop",))).systems
    assert (len(got.confidence["shop"].own), len(got.confidence["shop"].other)) == (2, 24)
    (got,) = run(read_set(questions), [engine], places, RunOptions(only=("shop",), foreign=0)).systems
    assert got.confidence["shop"].other == ()


def test_every_question_can_be_asked_of_another_repository(tmp_path: Path, corpora: Path, engine: EngineSystem) -> None:
    """Of one other each, drawn by the question alone, and of its first commit; so a part of the questions is asked what all of them are."""
    rows = [{**row, "id": f"{row['id']}/{at}", "commit": "c1"} for at in range(3) for row in ROWS]
    rows += [{"id": "later", "query": "what else", "name": "shop", "commit": "c2", "relevant": ["stock.py"]}]
    rows += [{"id": "t", "query": "what else", "name": "third", "commit": "c1", "relevant": ["stock.py"]}]
    (tmp_path / "many.jsonl").write_text("\n".join(map(json.dumps, rows)))
    for name in ("shop@c1", "shop@c2", "third"):
        (corpora / name).mkdir()
        (corpora / name / "stock.py").write_text("def count():\n    '''Count the shelf.'''\n")
    places = Places(tmp_path / "cache", folders=corpora)
    (got,) = run(read_set(tmp_path / "many.jsonl"), [engine], places, RunOptions(abstention=True)).systems
    assert got.missing == {}
    assert {name: len(sure.own) for name, sure in got.confidence.items()} == {"shop": 7, "bank": 3, "third": 1}
    assert sum(len(sure.other) for sure in got.confidence.values()) == 11
    assert all(sure.other for sure in got.confidence.values())
    (again,) = run(read_set(tmp_path / "many.jsonl"), [engine], places, RunOptions(abstention=True, seed=1)).systems
    assert [len(sure.other) for sure in again.confidence.values()] != [len(sure.other) for sure in got.confidence.values()]


def test_records_of_an_earlier_version_are_read(tmp_path: Path, questions: Path, places: Places, engine: EngineSystem) -> None:
    """They have all confidences in one place."""
    write_record(run(read_set(questions), [engine], places), tmp_path / "r.json")
    row = json.loads((tmp_path / "r.json").read_text())
    del row["systems"][0]["confidence"]
    row["systems"][0]["foreign"] = {"own": [2.0, 1.0], "other": [0.5]}
    (tmp_path / "r.json").write_text(json.dumps(row))
    assert read_record(tmp_path / "r.json").systems[0].confidence == {"": Confidences((2.0, 1.0), (0.5,))}


def test_questions_are_chosen_by_repository_and_sample(questions: Path, places: Places, engine: EngineSystem) -> None:
    """The same seed draws the same questions; a repository that is not in the set is an error that names those that are."""
    (one,) = run(read_set(questions), [engine], places, RunOptions(only=("shop",), sample=1)).systems
    (again,) = run(read_set(questions), [engine], places, RunOptions(only=("shop",), sample=1)).systems
    assert [each.question_id for each in one.outcomes] == [each.question_id for each in again.outcomes]
    assert len(one.outcomes) == 1
    with pytest.raises(SourceError, match="no questions about gone; it has bank, shop"):
        run(read_set(questions), [engine], places, RunOptions(only=("gone",)))


def test_edges_are_run_like_questions(tmp_path: Path, corpora: Path) -> None:
    """A set of edges asks a source of graphs; a repository that is not there is missing."""
    row: dict[str, object] = {"symbol": "g", "name": "g", "kind": "function", "def_path": "discount.py", "def_line": 1, "refs": []}
    for name in ("shop", "gone"):
        (tmp_path / f"{name}.refs.jsonl").write_text(json.dumps(row))
    record = run(read_set(tmp_path), [], Places(tmp_path / "cache", folders=corpora), graphs=resolve)
    (got,) = record.systems
    assert [each.question_id for each in got.outcomes] == ["shop"]
    assert set(got.missing) == {"gone"}
    assert got.costs[0].files == 2
    assert got.version == record.version == version("codelore")
    (only,) = run(read_set(tmp_path), [], Places(tmp_path / "cache", folders=corpora), RunOptions(only=("shop",)), graphs=resolve).systems
    assert only.missing == {}
    with pytest.raises(SourceError, match="nothing with bank in its name; it has gone, shop"):
        run(read_set(tmp_path), [], Places(tmp_path / "cache", folders=corpora), RunOptions(only=("bank",)), graphs=resolve)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": 99}'])
def test_a_file_that_is_no_record_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "r.json").write_text(text)
    with pytest.raises(SourceError, match=r"r\.json"):
        read_record(tmp_path / "r.json")


def test_the_machine_is_described() -> None:
    """Cores and memory are those of this machine, not made up."""
    machine = this_machine()
    assert machine.cores >= 1
    assert machine.memory_bytes > 100_000_000
    assert machine.python.startswith("3.")


def test_a_record_is_a_value() -> None:
    """Two equal runs compare equal, which the comparison of records rests on."""
    assert Record.__dataclass_params__.frozen  # type: ignore[attr-defined]
