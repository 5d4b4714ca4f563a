# pyright: basic, reportMissingImports=false
"""semble through its Python API. Runs in semble's environment; imports nothing of ours.

``ranking=bm25`` is BM25 with semble's ranking rules, as its own ablations run it: the hybrid pipeline with all weight on BM25, and a
model of one zero vector, which costs nothing. ``ranking=hybrid`` needs the weights of a static model: a folder, or a name that has been
downloaded before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from huggingface_hub.errors import LocalEntryNotFoundError
from model2vec import StaticModel
from semble import SembleIndex
from tokenizers import Tokenizer
from tokenizers.models import WordLevel

DEFAULT_MODEL = "minishlab/potion-code-16M-v2"


class Semble:
    """semble with one of its rankings."""

    def __init__(self, ranking: str, model: str) -> None:
        self._bm25 = ranking == "bm25"
        self._model = model or DEFAULT_MODEL
        self.version = version("semble") + ("" if self._bm25 else f" {Path(self._model).name}")

    def index(self, root: str, data: str, files: Callable[[], Iterator[tuple[str, str]]]) -> tuple[int, int]:
        """Index a folder, and keep it as semble does."""
        model = blank_model(Path(data) / "model") if self._bm25 else self._model
        try:
            index = SembleIndex.from_path(root, model_path=str(model))
        except LocalEntryNotFoundError as error:
            raise OSError(
                f"its model {model} is not on this machine: semble:model=FOLDER names one, semble:download=yes gets it"
            ) from error
        index.save(Path(data) / "index")
        return index.stats.indexed_files, index.stats.total_chunks

    def open(self, root: str, data: str) -> Index:
        """Load an index."""
        return Index(SembleIndex.load_from_disk(Path(data) / "index"), 0.0 if self._bm25 else None)


class Index:
    """An index of semble's."""

    def __init__(self, index: SembleIndex, alpha: float | None) -> None:
        self._index = index
        self._alpha = alpha

    def ask(self, question: str, limit: int) -> list[dict[str, Any]]:
        """Search."""
        return [
            {
                "path": each.chunk.file_path.replace("\\", "/"),
                "start_line": each.chunk.start_line,
                "end_line": each.chunk.end_line,
                "score": each.score,
                "text": each.chunk.content,
            }
            for each in self._index.search(question, top_k=limit, alpha=self._alpha)
        ]

    def close(self) -> None:
        """Let go of nothing."""


def blank_model(folder: Path) -> Path:
    """Write a static model that knows one word, the unknown one, whose vector is zero."""
    tokenizer = Tokenizer(WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    StaticModel(np.zeros((1, 1), np.float32), tokenizer, config={"normalize": False}).save_pretrained(str(folder))
    return folder


def connect(options: dict[str, str]) -> Semble:
    """Return the adapter."""
    ranking = options.get("ranking", "hybrid")
    if ranking not in {"bm25", "hybrid"}:
        raise SystemExit(f"the option ranking is bm25 or hybrid, not {ranking!r}")
    return Semble(ranking, options.get("model", ""))
