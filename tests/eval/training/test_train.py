"""``codelore eval train`` as the installed program: what it learns can be searched with, and what it cannot do it says."""

from __future__ import annotations

import json
import subprocess
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eval.cli_train import add_train
from eval.corpora import Places
from eval.model import Question, Target
from eval.training.collect import CollectOptions, collect, errands, read_vectors
from eval.training.names import plain_name
from eval.training.samples import Sample, sample, without
from eval.training.train import RELEVANCE, train
from ingest.errors import SourceError
from retrieval.answers import SearchRequest
from retrieval.engine import Engine, EngineOptions
from retrieval.ranking.fusion import ALL_SIGNALS, load_fusion
from retrieval.ranking.graph_signals import GRAPH_SIGNALS
from retrieval.ranking.signals import CHUNK_SIGNALS, FILE_SIGNALS
from retrieval.run import IndexOptions
from retrieval.weights import SHIPPED
from tests.eval.eval_commands import typed
from tests.eval.training.tiny import NAMES, lay_out, rows, write_set
from tests.serve.commands import CODELORE


def codelore(home: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = ["env", f"CODELORE_DATA_DIR={home}", CODELORE, "eval", "train", *(str(each) for each in arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A set named ``tiny``, and the folder that holds ``tiny`` with its repositories."""
    top = tmp_path_factory.mktemp("train")
    lay_out(top / "corpora" / "tiny")
    return write_set(top / "tiny", rows()), top / "corpora"


@pytest.fixture(scope="module")
def samples(places: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> list[Sample]:
    """What the set is learned from, with graphs."""
    found = errands(places[0], Places(tmp_path_factory.mktemp("cache"), None, places[1] / "tiny", download=False))
    return list(collect(found, CollectOptions(tmp_path_factory.mktemp("data"), workers=1)))


def test_a_training_writes_weights_that_a_search_uses(tmp_path: Path, places: tuple[Path, Path]) -> None:
    """The installed program: figures of repositories it was not fitted on, weights with their record, and an index asked with them."""
    place, corpora = places
    out = tmp_path / "fusion.json"
    done = codelore(tmp_path / "home", place, "--corpora", corpora, "--out", out, "--workers", "1", "--no-graph", "--no-download")
    assert done.returncode == 0, done.stderr
    assert "on repositories that were not fitted on:" in done.stdout
    assert "  mined: ndcg@10 " in done.stdout
    assert "4/4 tiny/" in done.stderr
    fusion = load_fusion(out)
    assert fusion.record["repositories"] == sorted(NAMES)
    assert fusion.record["graph"] is False
    assert fusion.record["questions"] == {"mined/change": 16, "mined/docstring": 8}
    assert set(fusion.relevance[0]) == set(RELEVANCE)
    assert not any(fusion.second.weights[:, [ALL_SIGNALS.index(each) for each in ALL_SIGNALS if each.name == "graph spread"]].ravel())
    options = EngineOptions(IndexOptions(workers=1), fusion=out)
    root = str(corpora / "tiny" / "python")
    with Engine(tmp_path / "data", options) as engine:
        engine.index(root)
        answer = engine.search(SearchRequest("one thing on sale", root))
    assert answer.files[0].path == "shop.py"
    assert answer.confidence is not None
    assert 0 < answer.confidence <= 1
    assert answer.model == fusion.version


def test_figures_can_be_had_as_json(tmp_path: Path, places: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    """Only questions of the kinds asked for are learned from and scored; foreign ones stay."""
    place, corpora = places
    halves = tmp_path / "halves.json"
    halves.write_text(json.dumps({"map": {"acme/python": str(SHIPPED)}}))
    out = tmp_path / "fusion.json"
    code = typed(
        lambda commands: add_train(commands, lambda: tmp_path),
        *("train", place, "--corpora", corpora, "--json", "--no-graph", "--kind", "change", "--workers", 2, "--data", tmp_path / "kept"),
        *("--halves", halves, "--out", out),
    )
    told = json.loads(capsys.readouterr().out)
    assert code == 0
    assert set(told["figures"]) == {"mined"}
    assert "ndcg@10:docstring" not in told["figures"]["mined"]
    assert 0 <= told["figures"]["mined"]["abstention"] <= 1
    assert list((tmp_path / "kept").iterdir())
    assert load_fusion(out).record["unseen"] == told["figures"]


def test_what_cannot_be_trained_on_is_said(tmp_path: Path, places: tuple[Path, Path]) -> None:
    """One repository, a set that is none, and a file of models that is none."""
    _, corpora = places
    alone = write_set(tmp_path / "alone", rows(["python"]))
    lay_out(tmp_path / "corpora" / "alone", ["python"])
    done = codelore(tmp_path / "home", alone, "--corpora", tmp_path / "corpora", "--workers", "1", "--no-graph")
    assert done.returncode == 3
    assert "name sets of more repositories" in done.stderr
    assert "Traceback" not in done.stderr
    done = codelore(tmp_path / "home", tmp_path / "nothing", "--corpora", corpora)
    assert done.returncode == 3
    assert "queries.jsonl" in done.stderr
    (tmp_path / "halves.json").write_text("{}")
    done = codelore(tmp_path / "home", alone, "--halves", tmp_path / "halves.json")
    assert done.returncode == 3
    assert "halves.json" in done.stderr


def test_a_repository_that_is_not_there_is_reported_and_left_out(tmp_path: Path) -> None:
    place = write_set(tmp_path / "tiny", [*rows(["python"]), {**rows(["go"])[0], "name": "gone"}])
    told: list[str] = []
    work = errands(place, Places(tmp_path, None, lay_out(tmp_path / "corpora", ["python"]), download=False))
    found = list(collect(work, CollectOptions(tmp_path / "data", {"python": SHIPPED}, graph=False, workers=1), told.append))
    assert {each.repository for each in found if not each.foreign} == {"python"}
    assert any("holds no folder gone" in line for line in told)
    assert any(line.endswith("tiny/python: 4 questions") for line in told)


def test_each_repository_is_asked_some_questions_of_the_next(tmp_path: Path) -> None:
    place = write_set(tmp_path / "tiny", rows(["python", "go"]))
    work = {each.corpus.name: each for each in errands(place, Places(tmp_path))}
    assert {each.corpus for each in work["go"].foreign} == {"python"}
    assert {each.corpus for each in work["python"].foreign} == {"go"}
    only = errands(write_set(tmp_path / "one", rows(["go"])), Places(tmp_path))
    assert [list(each.foreign) for each in only] == [[]]
    assert [each.source for each in errands(place / "queries.jsonl", Places(tmp_path))] == ["queries", "queries"]


def test_models_are_read_by_the_last_part_of_a_name(tmp_path: Path) -> None:
    file = tmp_path / "halves.json"
    file.write_text(json.dumps({"map": {"Ada/Shop": "/models/one.bin"}}))
    assert read_vectors(file) == {"shop": Path("/models/one.bin")}
    for text in ("", "[]", "{}", '{"map": []}', '{"map": {"a": 1}}'):
        file.write_text(text)
        with pytest.raises(SourceError, match=r"halves\.json"):
            read_vectors(file)


def test_samples_have_signals_and_say_what_answers(samples: list[Sample]) -> None:
    own = {each.question: each for each in samples if not each.foreign}
    assert set(own) == {row["id"] for row in rows()}
    for each in samples:
        assert each.values.shape == (len(each.paths), len(FILE_SIGNALS))
        assert each.answers.shape == (len(each.paths),)
        assert not (each.foreign and each.answers.any())
        assert (each.chunks is None) or not each.foreign
    one = own["python/0"]
    assert [target.path for target in one.targets] == ["shop.py"]
    assert [path for path, answers in zip(one.paths, one.answers, strict=True) if answers] == ["shop.py"]
    chunks = one.chunks
    assert chunks is not None
    assert chunks.values.shape == (len(chunks.row), len(CHUNK_SIGNALS))
    assert chunks.answers.any()
    for (first, last), answers, row in zip(chunks.lines.tolist(), chunks.answers, chunks.row, strict=True):
        assert bool(answers) == (one.paths[int(row)] == "shop.py" and first <= 40 and last >= 24)
    assert own["python/2"].chunks is None  # no line is known to answer
    graph = own["typescript/0"].graph
    assert graph is not None
    assert graph.values(np.zeros(len(own["typescript/0"].paths), np.float32)).shape == (len(GRAPH_SIGNALS), len(own["typescript/0"].paths))


def test_a_question_without_candidates_scores_nothing(tmp_path: Path, places: tuple[Path, Path]) -> None:
    """It is no sample to learn from, and counts as 0."""
    root = str(places[1] / "tiny" / "go")
    with Engine(tmp_path, EngineOptions(IndexOptions(workers=1))) as engine:
        engine.index(root)
        question = Question("odd", "😀", "go@1234", (Target("server.go", secondary=True),), kind="", category="how")
        empty = sample(engine, root, question, "tiny")
        found = sample(engine, root, Question("two", "server", "acme+Go@1234", question.targets), "tiny")
    assert (empty.paths, empty.values.shape, empty.chunks, empty.kind) == ([], (0, len(FILE_SIGNALS)), None, "how")
    assert found.answers.any()
    assert plain_name(found.repository) == plain_name(empty.repository) == "go"


def test_a_training_repeats_itself_and_learns_from_most(samples: list[Sample]) -> None:
    """The same samples give the same weights; every question of a repository is scored, whatever was found."""
    told: list[str] = []
    weights, scores = train(samples, told.append)
    again, _ = train(samples)
    assert weights == again
    assert told == [*(f"fold {at} of 4" for at in range(1, 5)), "all repositories"]
    assert sum(not each.foreign for each in scores) == len(rows())
    assert all(0 <= each.ndcg <= 1 and each.hit in {0, 1} for each in scores)
    assert all(each.span is None or 0 <= each.span <= 1 for each in scores)
    found: dict[str, Any] = dict(weights.second)
    assert set(found) == {each.name for each in ALL_SIGNALS}


def test_signals_can_be_done_without(samples: list[Sample]) -> None:
    """They are nothing in what is learned from, so their weights are nothing too; a name that is none is an error."""
    bare = without(deepcopy(samples), ["vector", "vectors"])
    at = [each.name for each in FILE_SIGNALS].index("vector")
    assert any(each.values[:, at].any() for each in samples)
    assert not any(each.values[:, at].any() for each in bare)
    assert not any(each.chunks.values[:, [each.name for each in CHUNK_SIGNALS].index("vector")].any() for each in bare if each.chunks)
    weights, _ = train(bare)
    assert not any(weights.second["vector"].values())
    assert without(samples, []) is samples
    with pytest.raises(SourceError, match="moon"):
        without(samples, ["moon"])


def test_nothing_to_learn_from_is_an_error(samples: list[Sample]) -> None:
    for few in ([], [each for each in samples if each.foreign], [each for each in samples if plain_name(each.repository) == "go"]):
        with pytest.raises(SourceError, match="too little to learn from"):
            train(few)
