"""Small real models, made on the spot: a BERT with random weights and a tokenizer of words, as sentence-transformers lays them out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing

HIDDEN, LAYERS, HEADS, INNER, PLACES = 32, 2, 4, 64, 48
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def write_bert(folder: Path, *, seed: int = 1, pooling: str = "mean", limit: int = 40, prompts: dict[str, str] | None = None) -> Path:
    """Write a whole model folder and return it."""
    (folder / "1_Pooling").mkdir(parents=True)
    tokens = write_tokenizer(folder)
    config = {
        "model_type": "bert",
        "architectures": ["BertModel"],
        "hidden_act": "gelu",
        "hidden_size": HIDDEN,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "intermediate_size": INNER,
        "max_position_embeddings": PLACES,
        "type_vocab_size": 2,
        "vocab_size": tokens,
        "layer_norm_eps": 1e-12,
    }
    pools = {
        "word_embedding_dimension": HIDDEN,
        "pooling_mode_mean_tokens": pooling == "mean",
        "pooling_mode_cls_token": pooling == "first",
    }
    modules = [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    ]
    for name, value in {
        "config.json": config,
        "1_Pooling/config.json": pools,
        "modules.json": modules,
        "sentence_bert_config.json": {"max_seq_length": limit, "do_lower_case": False},
        "config_sentence_transformers.json": {"prompts": prompts or {}},
        "tokenizer_config.json": {
            "tokenizer_class": "BertTokenizer",
            "model_max_length": PLACES,
            "unk_token": "[UNK]",
            "pad_token": "[PAD]",
        },
    }.items():
        (folder / name).write_text(json.dumps(value))
    write_safetensors(folder / "model.safetensors", bert_weights(tokens, seed))
    return folder


def write_tokenizer(folder: Path) -> int:
    """Write a tokenizer that knows letters and some words; return its number of tokens."""
    words = ["delete", "folder", "file", "read", "mean", "values", "path", "open", "def", "(", ")", ":", "_", "\n"]
    pieces = [f"{mark}{letter}" for mark in ("", "##") for letter in f"{_LETTERS}0123456789"]
    vocabulary = {token: at for at, token in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words, *pieces])}
    tokenizer: Any = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "vocab.txt").write_text("\n".join(each for each in vocabulary if each != "\n"))
    return len(vocabulary)


def bert_weights(tokens: int, seed: int) -> dict[str, NDArray[np.float32]]:
    """Return random weights of every tensor that a BERT has."""
    random = np.random.default_rng(seed)

    def dense(rows: int, columns: int) -> NDArray[np.float32]:
        return random.normal(0, 0.4 / np.sqrt(columns / 8), (rows, columns)).astype(np.float32)

    found = {
        "embeddings.word_embeddings.weight": dense(tokens, HIDDEN),
        "embeddings.position_embeddings.weight": dense(PLACES, HIDDEN) * np.float32(0.1),
        "embeddings.token_type_embeddings.weight": dense(2, HIDDEN) * np.float32(0.1),
    }
    shapes: dict[str, tuple[int, int]] = {}
    norms = ["embeddings.LayerNorm"]
    for layer in (f"encoder.layer.{number}" for number in range(LAYERS)):
        shapes |= {f"{layer}.attention.self.{part}": (HIDDEN, HIDDEN) for part in ("query", "key", "value")}
        shapes |= {f"{layer}.attention.output.dense": (HIDDEN, HIDDEN), f"{layer}.intermediate.dense": (INNER, HIDDEN)}
        shapes |= {f"{layer}.output.dense": (HIDDEN, INNER)}
        norms += [f"{layer}.attention.output.LayerNorm", f"{layer}.output.LayerNorm"]
    for name, shape in shapes.items():
        found |= {f"{name}.weight": dense(*shape), f"{name}.bias": dense(1, shape[0])[0]}
    for name in norms:
        found |= {f"{name}.weight": np.ones(HIDDEN, np.float32), f"{name}.bias": np.zeros(HIDDEN, np.float32)}
    return found


def write_safetensors(path: Path, tensors: dict[str, NDArray[Any]], *, kind: str = "F32") -> None:
    """Write tensors in the safetensors format; ``kind`` names the type of their numbers."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    at, parts = 0, list[bytes]()
    for name, value in tensors.items():
        raw = value.tobytes()
        header[name] = {"dtype": kind, "shape": list(value.shape), "data_offsets": [at, at + len(raw)]}
        parts.append(raw)
        at += len(raw)
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)
    path.write_bytes(len(head).to_bytes(8, "little") + head + b"".join(parts))


def reference(folder: Path, ids: list[int]) -> NDArray[np.float64]:
    """Return the states of one text's tokens, computed plainly in float64: f64[t, hidden]."""
    from math import erf

    from retrieval.models.safetensors import read_safetensors

    weights = {name: value.astype(np.float64) for name, value in read_safetensors(folder / "model.safetensors").items()}

    def linear(states: NDArray[np.float64], name: str) -> NDArray[np.float64]:
        return states @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def norm(states: NDArray[np.float64]) -> NDArray[np.float64]:
        centred = states - states.mean(-1, keepdims=True)
        return centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12)

    states = weights["embeddings.word_embeddings.weight"][ids] + weights["embeddings.position_embeddings.weight"][: len(ids)]
    states = norm(states + weights["embeddings.token_type_embeddings.weight"][0])
    for layer in (f"encoder.layer.{number}" for number in range(LAYERS)):
        query, key, value = (
            linear(states, f"{layer}.attention.self.{part}").reshape(len(ids), HEADS, -1).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = np.exp(query @ key.transpose(0, 2, 1) / np.sqrt(HIDDEN // HEADS))
        seen = (scores / scores.sum(-1, keepdims=True) @ value).transpose(1, 0, 2).reshape(len(ids), HIDDEN)
        states = norm(states + linear(seen, f"{layer}.attention.output.dense"))
        inner = linear(states, f"{layer}.intermediate.dense")
        inner *= 0.5 * (1 + np.vectorize(erf)(inner / np.sqrt(2)))
        states = norm(states + linear(inner, f"{layer}.output.dense"))
    return states
