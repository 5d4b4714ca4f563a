# pyright: basic, reportMissingImports=false
"""semble through its Python API. Runs in semble's environment; imports nothing of ours.

``ranking=bm25`` is BM25 with semble's ranking rules, as its own ablations run it: the hybrid pipeline with all weight on BM25, and a
model of one zero vector, which costs nothing. ``ranking=hybrid`` needs the weights of a static model: a folder, or a name that has been
downloaded before.
"""

from importlib.metadata import version
from pathlib import Path

import numpy as np
from model2vec import StaticModel
from semble import SembleIndex
from tokenizers import Tokenizer
from tokenizers.models import WordLevel

DEFAULT_MODEL = "minishlab/potion-code-16M-v2"


class Semble:
    """semble with one of its rankings."""

    def __init__(self, ranking, model):
        self._bm25 = ranking == "bm25"
        self._model = model or DEFAULT_MODEL
        self.version = version("semble") + ("" if self._bm25 else f" {Path(self._model).name}")

    def index(self, root, data, files):
        model = blank_model(Path(data) / "model") if self._bm25 else self._model
        index = SembleIndex.from_path(root, model_path=str(model))
        index.save(Path(data) / "index")
        return index.stats.indexed_files, index.stats.total_chunks

    def open(self, root, data):
        return Index(SembleIndex.load_from_disk(Path(data) / "index"), 0.0 if self._bm25 else None)


class Index:
    """An index of semble's."""

    def __init__(self, index, alpha):
        self._index = index
        self._alpha = alpha

    def ask(self, question, limit):
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

    def close(self):
        pass


def blank_model(folder):
    """Write a static model that knows one word, the unknown one, whose vector is zero."""
    tokenizer = Tokenizer(WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    StaticModel(np.zeros((1, 1), np.float32), tokenizer, config={"normalize": False}).save_pretrained(str(folder))
    return folder


def connect(options):
    ranking = options.get("ranking", "hybrid")
    if ranking not in {"bm25", "hybrid"}:
        raise SystemExit(f"the option ranking is bm25 or hybrid, not {ranking!r}")
    return Semble(ranking, options.get("model", ""))
