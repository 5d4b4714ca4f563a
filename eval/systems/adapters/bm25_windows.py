# pyright: basic, reportMissingImports=false
"""Plain BM25 over windows of 50 lines with the path above them, by bm25s. Runs in its own environment; imports nothing of ours."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import bm25s

LINES = 50


class Bm25:
    """BM25 with Lucene's formula, k1 1.5 and b .75, over lower-case words without English stop words."""

    version = f"bm25s {version('bm25s')}"

    def index(self, root: str, data: str, files: Callable[[], Iterator[tuple[str, str]]]) -> tuple[int, int]:
        """Cut files into windows and index those."""
        paths, spans, texts = [], [], []
        for path, text in files():
            paths.append(path)
            lines = text.splitlines(keepends=True)
            for at in range(0, len(lines), LINES):
                spans.append((len(paths) - 1, at + 1, min(at + LINES, len(lines))))
                texts.append("".join(lines[at : at + LINES]))
        if not texts:
            raise ValueError(f"no text file is in {root}")
        retriever = bm25s.BM25()
        named = [f"{paths[span[0]]}\n{text}" for span, text in zip(spans, texts, strict=True)]
        retriever.index(_words(named), show_progress=False)
        retriever.save(data)
        (Path(data) / "chunks.json").write_text(json.dumps({"paths": paths, "spans": spans, "texts": texts}))
        return len(paths), len(spans)

    def open(self, root: str, data: str) -> Index:
        """Load the index."""
        chunks = json.loads((Path(data) / "chunks.json").read_text())
        return Index(bm25s.BM25.load(data), chunks)


class Index:
    """The windows of one folder."""

    def __init__(self, retriever: bm25s.BM25, chunks: dict[str, Any]) -> None:
        self._retriever = retriever
        self._chunks = chunks

    def ask(self, question: str, limit: int) -> list[dict[str, Any]]:
        """Rank the windows."""
        words = _words([question])
        if not words.vocab:
            return []
        found, scores = self._retriever.retrieve(words, k=min(limit, len(self._chunks["spans"])), show_progress=False)
        return [self._row(int(at), float(score)) for at, score in zip(found[0], scores[0], strict=True) if score > 0]

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


def _words(texts: list[str]) -> bm25s.tokenization.Tokenized:
    words = bm25s.tokenize(texts, stopwords="en", show_progress=False)
    assert isinstance(words, bm25s.tokenization.Tokenized)  # the library's other answer is for a setting that is not used here
    return words


def connect(options: dict[str, str]) -> Bm25:
    """Return the adapter."""
    return Bm25()
