"""``codelore eval train-place``: what is needed at a place is learned from functions whose bodies are hidden."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from eval.cli_train_place import add_train_place
from eval.corpora import Places
from eval.training.places import PlaceSample, collect, recall, train, weights_of
from ingest.errors import SourceError
from retrieval.places.signals import PLACE_SIGNALS, load_place_model
from tests.eval.eval_commands import typed
from tests.eval.training.tiny import write_set
from tests.ingest.repositories import commit_all, new_repository
from tests.serve.commands import CODELORE

DOCS = (
    "Write down what the customer of this shop has bought today",
    "Send every parcel that waits behind our gate away before night falls",
    "Count coins until nobody owes anything anymore, then close their drawer",
)


def a_shop(place: Path, thing: str) -> Path:
    """A repository with functions that need what stands in other files."""
    files = {"far.py": f"def weather():\n    return '{DOCS[0]}'\n"}
    for at in range(3):
        files[f"ledger{at}.py"] = f"def keep_{thing}_{at}(entry):\n    return entry\n"
        body = "".join(f"    value{line} = keep_{thing}_{at}(parcel)\n" for line in range(4))
        head = f"from ledger{at} import keep_{thing}_{at}\n\n\n"
        files[f"till{at}.py"] = f'{head}def sell_{thing}_{at}(parcel):\n    """{DOCS[at]}."""\n{body}'
    return new_repository(place, files)


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Mined sets of several repositories, made by the installed program."""
    top = tmp_path_factory.mktemp("mined")
    found: list[Path] = []
    for thing in ("apple", "book", "chair", "drum"):
        shop = a_shop(top / "repositories" / thing, thing)
        commit_all(shop, "all")
        words = [CODELORE, "eval", "mine", str(shop), "--kind", "use", "--snapshot", "HEAD", "--out", str(top / thing)]
        done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        found.append(top / thing)
    return found


@pytest.fixture(scope="module")
def samples(sets: list[Path], tmp_path_factory: pytest.TempPathFactory) -> list[PlaceSample]:
    return collect(sets, Places(tmp_path_factory.mktemp("cache"), download=False), tmp_path_factory.mktemp("data"))


def test_mined_questions_say_where_they_are_asked_from(sets: list[Path]) -> None:
    """Their bodies are hidden in a corpus of their own."""
    rows = [json.loads(line) for line in (sets[0] / "queries.jsonl").read_text().splitlines()]
    assert [row["at"] for row in rows] == ["till0.py:4", "till1.py:4", "till2.py:4"]
    assert {row["name"] for row in rows} == {"apple@unwritten"}
    (corpus,) = json.loads((sets[0] / "repos.json").read_text())
    assert [each["path"] for each in corpus["hidden"]] == ["till0.py", "till1.py", "till2.py"]


def test_a_training_writes_weights_that_can_be_read(sets: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "place.json"
    words = ["env", f"CODELORE_DATA_DIR={tmp_path / 'home'}", CODELORE, "eval", "train-place", *map(str, sets)]
    done = subprocess.run([*words, "--no-download", "--out", str(out)], capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    assert "on repositories that were not fitted on: definitions@10 " in done.stdout
    assert done.stdout.endswith("12 questions\n")
    model = load_place_model(out)
    assert model.record["questions"] == 12
    assert model.chunks.weights.any()


def test_the_figures_can_be_read_by_a_program(sets: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The indexes are kept where that is wanted."""
    code = typed(
        lambda commands: add_train_place(commands, lambda: tmp_path),
        *("train-place", *sets, "--no-download", "--data", tmp_path / "kept", "--json", "--out", tmp_path / "place.json"),
    )
    assert code == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["figures"]["definitions@20"], told["questions"]) == (1.0, 12)
    assert len(list((tmp_path / "kept").iterdir())) == 4
    assert load_place_model(tmp_path / "place.json").record["unseen"] == told["figures"]


def test_weights_that_were_learned_find_what_is_needed(samples: list[PlaceSample]) -> None:
    weights, told = train(samples)
    assert told["definitions@10"] == 1.0
    assert {recall(each, weights_of(weights)) for each in samples} == {(1.0, 1.0)}
    assert weights.keys() == {each.name for each in PLACE_SIGNALS}


def test_recall_counts_the_targets_that_the_first_show() -> None:
    columns = np.zeros((30, len(weights_of({}))), np.float32)
    columns[:, 0] = -np.arange(30)
    shows = np.zeros((2, 30), np.bool_)
    shows[0, 3] = shows[1, 15] = True
    weights = weights_of({})
    weights[0] = 1.0
    assert recall(PlaceSample("a", columns, shows[0], shows, shows[0]), weights) == (0.5, 1.0)


def test_what_cannot_be_learned_from_is_said(samples: list[PlaceSample], tmp_path: Path) -> None:
    """Questions from nowhere, one repository, and a repository that cannot be had."""
    nowhere = write_set(tmp_path / "set", [{"id": "1", "query": "x", "name": "none", "relevant": ["a.py"]}])
    places = Places(tmp_path / "cache", download=False)
    with pytest.raises(SourceError, match="no question of these sets says where it is asked from"):
        collect([nowhere], places, tmp_path / "data")
    with pytest.raises(SourceError, match="too few repositories"):
        train([each for each in samples if each.repository == samples[0].repository])
    gone = write_set(tmp_path / "gone", [{"id": "1", "query": "x", "name": "none", "commit": "0" * 40, "at": "a.py", "relevant": ["a.py"]}])
    said: list[str] = []
    with pytest.raises(SourceError, match="no question of these sets"):
        collect([gone], places, tmp_path / "data", said.append)
    assert said[0].startswith("none: no repository holds commit")
