"""A transformer in ONNX, on the processor: int8 where it is made here from a BERT's weights, else as the file has it."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import numpy as np
import onnxruntime  # pyright: ignore[reportMissingTypeStubs]  # it has none
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from ingest.errors import ModelError
from retrieval.embed import FloatRows, normalized
from retrieval.models.embedder import ModelOptions
from retrieval.models.model_folder import ModelFolder, digest, read_folder

BATCH_TOKENS = 1_024
"""Tokens computed at once, padding counted: larger batches leave the cache and are a third slower."""


class OnnxEmbedder:
    """One model in memory. Reading is thread-safe."""

    def __init__(self, folder: ModelFolder, file: Path, fingerprint: str, threads: int) -> None:
        self.name = folder.name
        self.fingerprint = fingerprint
        self._folder = folder
        self._threads = threads
        try:
            self._tokenizer: Any = Tokenizer.from_file(str(folder.path / "tokenizer.json"))
        except Exception as error:  # the library raises nothing narrower
            raise ModelError(f"cannot read {folder.path / 'tokenizer.json'}: {error}; bring the model's folder here again") from error
        self._tokenizer.enable_truncation(folder.max_tokens)
        self._tokenizer.no_padding()
        self._session = _open(file)
        self._takes = {each.name for each in self._session.get_inputs()}
        self.dimension = int(self.encode_query("width").shape[0])

    @classmethod
    def load(cls, place: str, options: ModelOptions) -> OnnxEmbedder:
        """Open the model in a folder, a package or an .onnx file; the graph of a BERT's weights is made once and kept.

        Raises ``ModelError``.
        """
        folder = read_folder(place)
        tokens, weights = folder.path / "tokenizer.json", folder.path / "model.safetensors"
        named, ready = Path(place).expanduser(), folder.path / "onnx" / "model.onnx"
        if named.suffix == ".onnx":
            ready = named
        elif weights.is_file() and (folder.config.get("model_type") == "bert" or not ready.is_file()):
            made_of = digest([weights, folder.path / "config.json"])
            from retrieval.models.bert_graph import GRAPH_VERSION, prepare_bert  # loads onnx: 0.2 s where nothing is to be made

            ready = options.prepared / f"{made_of}-{GRAPH_VERSION}.onnx"
            if not ready.is_file():
                prepare_bert(weights, folder.config, ready)
        if not ready.is_file():
            raise ModelError(f"the embedding model {folder.path} has neither model.safetensors nor onnx/model.onnx; bring its weights here")
        return cls(folder, ready, f"onnx-{folder.name}-{digest([ready, tokens], folder.described())}", options.threads)

    def encode(self, texts: Sequence[str]) -> FloatRows:
        """Return one unit vector for each text to be found, in batches of texts of like length, a core a batch."""
        return self._encode([self._folder.document_prompt + text for text in texts])

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """Return the unit vector of a question."""
        return self._encode([self._folder.query_prompt + text])[0]

    def _encode(self, texts: Sequence[str]) -> FloatRows:
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        rows: list[Encoding] = self._tokenizer.encode_batch(list(texts))
        batches = _batches([len(row.ids) for row in rows])

        def compute(batch: list[int]) -> FloatRows:
            return self._vectors([rows[at] for at in batch])

        if len(batches) > 1 and self._threads > 1:
            with ThreadPoolExecutor(self._threads) as pool:
                parts = list(pool.map(compute, batches))
        else:
            parts = [compute(batch) for batch in batches]
        vectors = np.concatenate(parts)
        found = np.empty_like(vectors)
        found[np.concatenate([np.array(batch, np.int64) for batch in batches])] = vectors
        return found

    def _vectors(self, rows: Sequence[Encoding]) -> FloatRows:
        ids = np.zeros((len(rows), max(1, *(len(row.ids) for row in rows), 1)), np.int64)
        mask = np.zeros_like(ids)
        for at, row in enumerate(rows):
            ids[at, : len(row.ids)] = row.ids
            mask[at, : len(row.ids)] = 1
        every = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        fed = {name: value for name, value in every.items() if name in self._takes}
        states = np.asarray(cast(list[Any], self._session.run(None, fed))[0], np.float32)
        if self._folder.pooling == "first":
            return normalized(states[:, 0])
        return normalized(np.einsum("nth,nt->nh", states, mask.astype(np.float32)))


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Share texts out in order of length, so that little is padded."""
    found: list[list[int]] = [[]]
    for at in sorted(range(len(lengths)), key=lengths.__getitem__):
        if found[-1] and (len(found[-1]) + 1) * lengths[at] > BATCH_TOKENS:
            found.append([])
        found[-1].append(at)
    return found


def _open(file: Path) -> Any:
    runtime: Any = onnxruntime
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1  # batches are the threads' work: 15 % faster than threads within one, and a question needs one
    options.log_severity_level = 3
    try:
        session = runtime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # each of its error classes derives from Exception alone
        raise ModelError(f"cannot open the embedding model {file}: {error}; remove it if it was made here, or export it again") from error
    return session
