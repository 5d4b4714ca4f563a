"""What every embedder promises, asked of each of them: the static one, ONNX made here, ONNX as found, and sentence-transformers."""

from __future__ import annotations

import socket
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import ModelError
from retrieval.models.bert_graph import prepare_bert
from retrieval.models.embedder import Embedder, ModelOptions
from retrieval.models.model_folder import read_json
from retrieval.models.opening import open_embedder
from tests.retrieval.models.tiny_models import write_bert

KINDS = ("static", "onnx", "onnx-file", "sentence-transformers")
TEXTS = ["delete a folder", "def read(path): open", "", "mean of values " * 60, "größe 文件 \n\t"]


def need(kind: str) -> None:
    """Skip, aloud, what needs an extra that checks do not install."""
    if kind == "sentence-transformers" and find_spec("sentence_transformers") is None:
        pytest.skip("the tests of sentence-transformers did not run: pip install 'codelore[torch]' brings it (5.8 GB)")


def make_address(kind: str, folder: Path, seed: int = 1) -> str:
    """Return the address of a tiny model of a kind, made below ``folder``."""
    if kind == "static":
        return "static:"
    model = write_bert(folder / f"tiny-{seed}", seed=seed)
    if kind == "onnx-file":
        ready = model / "onnx" / "model.onnx"
        prepare_bert(model / "model.safetensors", read_json(model / "config.json"), ready)
        return f"onnx:{ready}"
    return f"{kind}:{model}"


@pytest.fixture(params=KINDS, scope="module")
def kind(request: pytest.FixtureRequest) -> str:
    """Each kind of embedder."""
    need(request.param)
    return request.param


@pytest.fixture(scope="module")
def address(kind: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a model of that kind."""
    return make_address(kind, tmp_path_factory.mktemp(kind))


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> ModelOptions:
    """Options with a folder of their own."""
    return ModelOptions(tmp_path_factory.mktemp("prepared"), threads=2, device="cpu")


@pytest.fixture(scope="module")
def embedder(address: str, options: ModelOptions) -> Embedder:
    """The model, open."""
    return open_embedder(address, options)


def test_it_says_what_it_is(embedder: Embedder) -> None:
    """Name, dimension and fingerprint are there."""
    assert embedder.name
    assert embedder.dimension % 8 == 0
    assert embedder.name in embedder.fingerprint


def test_a_row_for_each_text_in_order(embedder: Embedder) -> None:
    """Rows are float32, one a text, in the order of the texts, however they were shared out."""
    found = embedder.encode(TEXTS)
    assert found.shape == (len(TEXTS), embedder.dimension)
    assert found.dtype == np.float32
    for text, row in zip(TEXTS, found, strict=True):
        assert np.allclose(embedder.encode([text])[0] @ row, float(row @ row), atol=0.02)
    assert embedder.encode([]).shape == (0, embedder.dimension)


def test_many_texts_are_many_batches(embedder: Embedder) -> None:
    """More texts than a batch holds come back whole and in order."""
    texts = [f"read file {at} {'path ' * (at % 30)}" for at in range(150)]
    found = embedder.encode(texts)
    again = np.stack([embedder.encode([text])[0] for text in texts[::25]])
    assert np.allclose((found[::25] * again).sum(1), 1, atol=0.02)


def test_a_question_is_comparable(embedder: Embedder) -> None:
    """A question that is a text's very words is nearest to that text."""
    found = embedder.encode(TEXTS[:2]) @ embedder.encode_query(TEXTS[0])
    assert found[0] > found[1]
    assert found[0] == pytest.approx(1, abs=0.02)


@settings(max_examples=15, deadline=None)
@given(text=st.text(max_size=60))
def test_vectors_are_unit_or_zero(embedder: Embedder, text: str) -> None:
    """Whatever the text, a vector is finite and of length one, or zero."""
    for vector in (embedder.encode([text])[0], embedder.encode_query(text)):
        assert np.isfinite(vector).all()
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-3) or not vector.any()


def test_the_fingerprint_is_the_models(kind: str, address: str, embedder: Embedder, options: ModelOptions, tmp_path: Path) -> None:
    """The same weights have the same fingerprint, others another."""
    assert open_embedder(address, options).fingerprint == embedder.fingerprint
    if kind != "static":
        assert open_embedder(make_address(kind, tmp_path, seed=2), options).fingerprint != embedder.fingerprint


def test_nothing_is_fetched(address: str, options: ModelOptions, monkeypatch: pytest.MonkeyPatch) -> None:
    """With sockets forbidden a model opens and encodes."""

    def refuse(*_: object, **__: object) -> socket.socket:
        raise AssertionError("the embedder opened a socket")

    monkeypatch.setattr(socket, "socket", refuse)
    assert open_embedder(address, options).encode(["delete"]).any()


def test_the_same_text_has_the_same_vector(embedder: Embedder) -> None:
    """Encoding twice gives the same numbers."""
    assert np.array_equal(embedder.encode(TEXTS), embedder.encode(TEXTS))


@pytest.mark.parametrize("scheme", ["onnx", "sentence-transformers"])
def test_what_is_missing_is_named(scheme: str, options: ModelOptions, tmp_path: Path) -> None:
    """A folder that is not there, or an unknown package, is a ModelError that names it; nothing is asked for over a network."""
    need(scheme)
    for place in (str(tmp_path / "absent"), "no-such-model-package"):
        with pytest.raises(ModelError, match=r"absent|no-such-model-package"):
            open_embedder(f"{scheme}:{place}", options)


def test_a_hub_name_is_not_fetched(options: ModelOptions) -> None:
    """A name of the hub's that is not in this machine's cache is refused, saying which setting allows fetching it."""
    need("sentence-transformers")
    with pytest.raises(ModelError, match="embedder_download"):
        open_embedder("sentence-transformers:nobody/no-such-model", options)


@pytest.mark.parametrize("address", ["", "onnx", "onnx:", "minilm", "http://models/minilm"])
def test_an_address_has_a_scheme(address: str, options: ModelOptions) -> None:
    """What names no model says how one is named."""
    with pytest.raises(ModelError, match="onnx:FOLDER"):
        open_embedder(address, options)
