"""The command that fills vectors in, and what status and doctor tell of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from retrieval.models.filling import FillOutcome
from retrieval.models.vector_cache import StoredModel
from serve import render
from serve.graph_follower import VectorFollower
from tests.ingest.repositories import new_repository
from tests.retrieval.models.tiny_models import write_bert
from tests.serve.commands import SHOP, Done, Shell, wait_until

Command = Callable[..., Done]


@pytest.fixture
def shop(tmp_path: Path, codelore: Shell) -> Path:
    """A shop of the user's, indexed."""
    root = new_repository(tmp_path / "shop", SHOP)
    codelore("index", root, "--no-graph")
    return root


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tiny model, set."""
    folder = write_bert(tmp_path / "tiny")
    monkeypatch.setenv("CODELORE_EMBEDDER", f"onnx:{folder}")
    return folder


def test_embed_tells_what_it_did(codelore: Shell, shop: Path, model: Path) -> None:
    """In text and in JSON; status and doctor then say that the model answers."""
    before = codelore("status", shop)
    assert f"onnx:{model}: embedded 0 of" in before.out
    result = codelore("embed", "--json").json("EmbedResult")
    assert (result["model"], result["complete"], result["known"]) == ("tiny", True, result["chunks"])
    assert result["embedded"] > 4
    assert f"embedded {result['chunks']:,} of {result['chunks']:,} chunks, 0 now" in codelore("embed").out
    (record,) = codelore("status", shop, "--json").json("StatusResult")["vectors"]["models"]
    assert (record["answers"], record["embedded"], record["fingerprint"]) == (True, result["chunks"], result["fingerprint"])
    assert f"embedded {result['chunks']:,} of {result['chunks']:,}, answers" in codelore("status", shop).out
    checked = codelore("doctor")
    assert checked.code == 0
    assert "32 dimensions" in checked.out
    assert f"vectors of {result['fingerprint']} answer" in checked.out


def test_without_a_model_embed_says_what_to_set(codelore: Shell, shop: Path) -> None:
    """Status tells of none, and the doctor is content."""
    done = codelore("embed")
    assert done.code == 4
    assert "CODELORE_EMBEDDER" in done.err
    assert codelore("status", shop, "--json").json("StatusResult")["vectors"] == {"embedder": None, "models": []}
    assert "the static vectors alone" in codelore("doctor").out


def test_a_model_that_is_not_there_is_said(codelore: Shell, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By embed and by the doctor; searching goes on."""
    monkeypatch.setenv("CODELORE_EMBEDDER", "onnx:/no/such/folder")
    assert "/no/such/folder" in codelore("embed").err
    checked = codelore("doctor")
    assert checked.code == 1
    assert "BAD  embedder" in checked.out
    assert codelore("search", "charge a card", "-C", shop).code == 0


def test_stopping_is_told(codelore: Shell, shop: Path, model: Path) -> None:
    """What a stopped or a swapping run leaves is said in words."""
    assert codelore("embed", "--seconds", "60").code == 0
    stored = StoredModel(1, "print", "onnx:x", "x", 8, answers=False)
    half = render.embedded(FillOutcome(stored, 5, 10, 20, complete=False), 2.0)
    assert half.startswith("x: embedded 10 of 20 chunks, 5 now, 2/s\nnot complete")
    swapped = render.embedded(FillOutcome(stored, 0, 20, 20, complete=True, dropped=("old", "older")), 0.0)
    assert swapped.endswith("it answers from now on; dropped: old, older")


def test_vectors_follow_what_was_indexed(codelore: Shell, shop: Path, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A watching process has another one embed."""
    monkeypatch.delenv("PYTHONPATH", raising=False)
    with VectorFollower() as vectors:
        vectors.follow(str(shop))
        wait_until(lambda: ", answers" in codelore("status", shop).out, 180)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [("EMBEDDER", "minilm", "onnx:FOLDER"), ("EMBEDDER", "onnx:", "onnx:FOLDER"), ("EMBEDDER_DOWNLOAD", "perhaps", "yes or no")],
)
def test_settings_say_what_they_may_be(codelore: Shell, monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str) -> None:
    """A model's address has a scheme, and a switch two places."""
    monkeypatch.setenv(f"CODELORE_{name}", value)
    done = codelore("repos")
    assert done.code == 2
    assert says in done.err
