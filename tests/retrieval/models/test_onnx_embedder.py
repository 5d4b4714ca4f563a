"""The ONNX embedder: the graph made of a BERT's weights, the folder it reads, and what it refuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tokenizers import Tokenizer

from ingest.errors import ModelError
from retrieval.embed import normalized
from retrieval.models.embedder import ModelOptions
from retrieval.models.onnx_embedder import OnnxEmbedder
from retrieval.models.safetensors import read_safetensors
from tests.retrieval.models.tiny_models import bert_weights, reference, write_bert, write_safetensors

TEXTS = ["delete a folder", "def read(path): open", "mean of values"]


@pytest.fixture
def options(tmp_path: Path) -> ModelOptions:
    """Options with a folder of their own."""
    return ModelOptions(tmp_path / "prepared")


@pytest.mark.parametrize("pooling", ["mean", "first"])
def test_the_graph_computes_a_bert(tmp_path: Path, options: ModelOptions, pooling: str) -> None:
    """Vectors are those of the encoder computed plainly, but for what weights of 7 bits lose."""
    folder = write_bert(tmp_path / "tiny", pooling=pooling)
    tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
    found = OnnxEmbedder.load(str(folder), options).encode(TEXTS)
    for text, row in zip(TEXTS, found, strict=True):
        states = reference(folder, tokenizer.encode(text).ids)
        expected = states[0] if pooling == "first" else states.mean(0)
        assert float(normalized(expected[None].astype(np.float32))[0] @ row) > 0.98


def test_the_graph_is_made_once(tmp_path: Path, options: ModelOptions) -> None:
    """What was made is kept, and opening again makes nothing."""
    folder = write_bert(tmp_path / "tiny")
    OnnxEmbedder.load(str(folder), options)
    (made,) = options.prepared.iterdir()
    written = made.stat().st_mtime_ns
    OnnxEmbedder.load(str(folder), options)
    assert [each.stat().st_mtime_ns for each in options.prepared.iterdir()] == [written]


def test_texts_are_cut_and_prompts_are_put_before(tmp_path: Path, options: ModelOptions) -> None:
    """Beyond the model's length nothing counts; a question and a text get the prompts that the folder gives them."""
    plain = OnnxEmbedder.load(str(write_bert(tmp_path / "plain", limit=8)), options)
    long = "read file path open mean values " * 3
    assert np.array_equal(plain.encode([long])[0], plain.encode([f"{long} delete"])[0])
    prompted = OnnxEmbedder.load(str(write_bert(tmp_path / "p", limit=8, prompts={"query": "find ", "document": "file "})), options)
    assert np.array_equal(prompted.encode_query("values"), plain.encode_query("find values"))
    assert np.array_equal(prompted.encode(["values"]), plain.encode(["file values"]))
    assert prompted.fingerprint != plain.fingerprint


def test_a_ready_file_of_another_architecture_is_used(tmp_path: Path, options: ModelOptions) -> None:
    """Weights that are no BERT's are taken from onnx/model.onnx; without that the error says what to do."""
    folder = write_bert(tmp_path / "tiny")
    before = OnnxEmbedder.load(str(folder), options).encode(TEXTS)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"model_type": "roberta"}))
    with pytest.raises(ModelError, match=r"roberta.*onnx/model\.onnx"):
        OnnxEmbedder.load(str(folder), options)
    (folder / "onnx").mkdir()
    shutil.copy(next(options.prepared.iterdir()), folder / "onnx" / "model.onnx")
    assert np.array_equal(OnnxEmbedder.load(str(folder), options).encode(TEXTS), before)


@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        ("config.json", None, r"no config\.json"),
        ("tokenizer.json", None, r"no tokenizer\.json"),
        ("tokenizer.json", "{}", "tokenizer"),
        ("config.json", "[1]", "no JSON object"),
        ("config.json", "{nonsense", "cannot read"),
        ("modules.json", "{nonsense", "cannot read"),
        ("modules.json", '[{"type": "sentence_transformers.models.Dense"}]', "Dense"),
        ("1_Pooling/config.json", '{"pooling_mode_max_tokens": true}', "pools by pooling_mode_max_tokens"),
        ("1_Pooling/config.json", '{"pooling_mode": "lasttoken"}', "pools by"),
        ("model.safetensors", None, "neither"),
        ("model.safetensors", "short", "cannot read"),
        ("model.safetensors", "", "cannot read"),
    ],
)
def test_broken_folders_are_named(tmp_path: Path, options: ModelOptions, file: str, text: str | None, says: str) -> None:
    """What is missing, torn or not computed here is a ModelError that names the file or the folder."""
    folder = write_bert(tmp_path / "tiny")
    if text is None:
        (folder / file).unlink()
    else:
        (folder / file).write_text(text)
    with pytest.raises(ModelError, match=says) as caught:
        OnnxEmbedder.load(str(folder), options)
    assert str(folder) in str(caught.value)


def test_weights_that_do_not_fit_are_named(tmp_path: Path, options: ModelOptions) -> None:
    """A tensor too few is said, and nothing half-made is kept."""
    folder = write_bert(tmp_path / "tiny")
    weights = bert_weights(91, 1)
    del weights["encoder.layer.1.output.dense.bias"]
    write_safetensors(folder / "model.safetensors", weights)
    with pytest.raises(ModelError, match="do not fit"):
        OnnxEmbedder.load(str(folder), options)
    assert not options.prepared.exists()


def test_an_unreadable_onnx_file_is_named(tmp_path: Path, options: ModelOptions) -> None:
    """A file that is no model is a ModelError."""
    folder = write_bert(tmp_path / "tiny")
    (folder / "bad.onnx").write_bytes(b"not a model")
    with pytest.raises(ModelError, match=r"bad\.onnx"):
        OnnxEmbedder.load(str(folder / "bad.onnx"), options)


def test_numbers_of_16_bits_are_read(tmp_path: Path) -> None:
    """float16 and bfloat16 come as float32."""
    values = np.array([[1.5, -2.0, 0.25]], np.float32)
    write_safetensors(tmp_path / "half", {"a": values.astype(np.float16)}, kind="F16")
    write_safetensors(tmp_path / "brain", {"a": (values.view(np.uint32) >> 16).astype(np.uint16)}, kind="BF16")
    write_safetensors(tmp_path / "float", {"a": values})
    for name in ("half", "brain", "float"):
        found = read_safetensors(tmp_path / name)["a"]
        assert found.dtype == np.float32
        assert np.array_equal(found, values)


def test_newer_descriptions_of_pooling_are_read(tmp_path: Path, options: ModelOptions) -> None:
    """One word says how to pool since sentence-transformers 5; no description means the mean."""
    folder = write_bert(tmp_path / "tiny")
    expected = OnnxEmbedder.load(str(folder), options).encode(TEXTS)
    (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode": "mean"}')
    assert np.array_equal(OnnxEmbedder.load(str(folder), options).encode(TEXTS), expected)
    shutil.rmtree(folder / "1_Pooling")
    assert np.array_equal(OnnxEmbedder.load(str(folder), options).encode(TEXTS), expected)
