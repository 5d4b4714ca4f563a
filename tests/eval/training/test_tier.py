"""A transformer in training: what its weights are fitted to, that its vectors are those a search finds, and that they are kept."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from eval.cli_train import add_train
from eval.corpora import Places
from eval.model import Target
from eval.training.collect import CollectOptions, collect, errands
from eval.training.report import TIER
from eval.training.samples import Sample
from eval.training.tier import fit_tier, with_tier
from eval.training.tier_vectors import TierVectors, pool_vectors
from ingest.errors import ModelError
from retrieval.answers import SearchRequest
from retrieval.engine import Engine, EngineOptions
from retrieval.models.vector_cache import VectorCache
from retrieval.query import parse_query
from retrieval.ranking.fusion import load_fusion
from retrieval.ranking.tier import TIER_SIGNALS, look
from retrieval.run import EmbedOptions, IndexOptions
from tests.eval.eval_commands import typed
from tests.eval.training.tiny import NAMES, REPOSITORIES, lay_out, rows, write_set
from tests.retrieval.models.tiny_models import write_bert

REPOSITORY, QUESTION = str(REPOSITORIES / "python"), "one thing on sale"


@pytest.fixture
def model(tmp_path: Path) -> str:
    """The address of a tiny model."""
    return f"onnx:{write_bert(tmp_path / 'tiny')}"


def made(seed: int, *, meant: bool = True) -> Sample:
    """A sample of twelve candidates, the one of which answers that a transformer likes best."""
    random = np.random.default_rng(seed)
    values = random.normal(size=(12, len(TIER_SIGNALS))).astype(np.float32)
    answers = np.zeros(12, np.bool_)
    answers[values[:, 0].argmax()] = True
    none = np.zeros((12, 1), np.float32)
    paths = [f"{at}.py" for at in range(12)]
    targets = [Target(path) for path, answer in zip(paths, answers, strict=True) if answer]
    return Sample(str(seed), "shop", "semble", "", targets, paths, none, answers, None, None, meant=values if meant else None)


def test_the_weights_favour_what_answers_and_leave_the_rest() -> None:
    """The sum of both finds more than the second pass alone; a sample without vectors is neither learned from nor touched."""
    samples = [made(seed) for seed in range(60)]
    random = np.random.default_rng(1)
    scores = {id(each): (2 * each.answers + random.normal(size=12)).astype(np.float32) for each in samples}
    weights = fit_tier(samples, scores)
    assert set(weights) == {each.name for each in TIER_SIGNALS}
    before = np.mean([each.answers[scores[id(each)].argmax()] for each in samples])
    after = np.mean([each.answers[with_tier(each, scores[id(each)], weights).argmax()] for each in samples])
    assert after > before + 0.1
    bare = made(99, meant=False)
    assert with_tier(bare, scores[id(samples[0])], weights) is scores[id(samples[0])]
    scores[id(bare)] = np.zeros(12, np.float32)
    assert fit_tier([*samples, bare], scores) == weights
    assert fit_tier([bare], scores) == {}


def test_the_second_pass_keeps_its_scale() -> None:
    """Scores twice as far apart ask for twice the weight."""
    samples = [made(seed) for seed in range(60)]
    random = np.random.default_rng(1)
    scores = {id(each): (2 * each.answers + random.normal(size=12)).astype(np.float32) for each in samples}
    once, twice = fit_tier(samples, scores), fit_tier(samples, {key: 2 * each for key, each in scores.items()})
    for name in once:
        assert twice[name]["value"] == pytest.approx(2 * once[name]["value"], rel=0.02, abs=0.02)


def test_cosines_are_those_of_a_search_and_are_kept(tmp_path: Path, model: str) -> None:
    """Chunks get the vectors that filling in would give them; what has one is not embedded again, in whichever index it stands."""
    wanted = TierVectors(model, tmp_path / "kept" / "vectors.db")
    counts: list[int] = []
    for name in ("one", "two"):
        with Engine(tmp_path / name, EngineOptions(IndexOptions(workers=1), embed=EmbedOptions(model))) as engine:
            engine.index(REPOSITORY)
            request = SearchRequest(QUESTION, REPOSITORY)
            ranker = engine.ranker(request)
            scene = ranker.scene(parse_query(QUESTION), ranker.allowed(request.filters))
            with pool_vectors(wanted, tmp_path / name) as vectors:
                found = look(vectors, scene)
                again = look(vectors, scene)
            engine.embeddings.fill()
            searched = look(engine.embeddings.tier, scene)
        assert found is not None
        assert again is not None
        assert searched is not None
        assert found.scores.known.all()
        assert np.array_equal(found.scores.cosine, searched.scores.cosine)
        assert np.array_equal(found.scores.cosine, again.scores.cosine)
        with closing(VectorCache(wanted.cache)) as cache:
            (kept,) = cache.models()
            counts.append(cache.count(kept))
    assert counts[0] == counts[1] > 0
    with pool_vectors(None, tmp_path) as vectors:
        assert vectors is None


def test_annotated_questions_alone_are_asked(tmp_path: Path, model: str) -> None:
    """Neither mined questions nor those of another repository cost a vector."""
    lay_out(tmp_path / "corpora", ["go", "python"])
    tier = TierVectors(model, tmp_path / "vectors.db")
    for name in ("sweqa", "tiny"):
        place = write_set(tmp_path / "sets" / name, rows(["go", "python"]))
        work = errands(place, Places(tmp_path, None, tmp_path / "corpora", download=False))
        samples = list(collect(work, CollectOptions(tmp_path / "data", graph=False, workers=1, tier=tier)))
        assert {each.meant is not None for each in samples if each.foreign or not each.paths} <= {False}
        assert {each.meant is not None for each in samples if not each.foreign and each.paths} == {name == "sweqa"}


def test_a_training_with_a_transformer_says_what_it_adds(tmp_path: Path, model: str, capsys: pytest.CaptureFixture[str]) -> None:
    """As the command: figures with and without, weights in the file, and vectors beside the indexes."""
    place = write_set(tmp_path / "sweqa", rows())
    lay_out(tmp_path / "corpora" / "sweqa")
    out, data = tmp_path / "fusion.json", tmp_path / "data"
    arguments = ["train", place, "--corpora", tmp_path / "corpora", "--no-graph", "--no-download", "--json", "--data", data, "--workers", 1]
    assert typed(lambda commands: add_train(commands, lambda: tmp_path), *arguments, "--tier", model, "--out", out) == 0
    told = json.loads(capsys.readouterr().out)["figures"]
    assert set(told) == {"sweqa", f"sweqa{TIER}"}
    fusion = load_fusion(out)
    assert fusion.record["unseen"] == told
    assert fusion.record["repositories"] == sorted(NAMES)
    assert fusion.tier.weights.any()
    assert (data / "vectors.db").is_file()


def test_a_model_that_is_not_there_is_an_error_at_once(tmp_path: Path) -> None:
    place = write_set(tmp_path / "sweqa", rows())
    with pytest.raises(ModelError, match="no_such_package"):
        typed(lambda commands: add_train(commands, lambda: tmp_path), "train", place, "--tier", "onnx:no_such_package", "--no-download")
