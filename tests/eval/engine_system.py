"""Our engine as a system, in this process: small, real, and quick to start."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from eval.model import Answer, Found, IndexCost
from eval.systems.protocol import Answers
from ingest.errors import SourceError
from retrieval.answers import SearchRequest
from retrieval.engine import Engine


class EngineSystem:
    """Indexes into ``data``. A corpus named in ``refuses`` cannot be indexed, one in ``forgets`` loses an answer."""

    name = "engine"
    version = "test"
    options: Mapping[str, str] = {}

    def __init__(self, data: Path, *, refuses: Sequence[str] = (), forgets: Sequence[str] = ()) -> None:
        self._engine = Engine(data)
        self._refuses, self._forgets = refuses, forgets
        self._lost: set[Path] = set()

    def index(self, corpus: str, root: Path, *, moved: bool = False) -> IndexCost:
        del moved  # it looks what has changed in any case
        if corpus in self._refuses:
            raise SourceError(f"{corpus} cannot be indexed")
        if corpus in self._forgets:
            self._lost.add(root)
        began = time.perf_counter()
        outcome = self._engine.index(str(root))
        return IndexCost(corpus, time.perf_counter() - began, 0.1, 1, outcome.parsed + outcome.unchanged, 0)

    def ask(self, root: Path, questions: Sequence[str], limit: int, at: Sequence[str] = ()) -> Answers:
        places = at or [""] * len(questions)
        answers = [self._answer(root, text, limit, place) for text, place in zip(questions, places, strict=True)]
        return Answers(tuple(answers[: len(answers) - (root in self._lost)]), cold_ms=1.5)

    def _answer(self, root: Path, text: str, limit: int, at: str) -> Answer:
        began = time.perf_counter()
        hits = self._engine.search(SearchRequest(text, str(root), limit=limit, at=at)).hits
        found = tuple(Found(hit.path, hit.start_line, hit.end_line, hit.score, 10, hit.signals) for hit in hits)
        return Answer(found, (time.perf_counter() - began) * 1000, found[0].score if found else 0.0)

    def close(self) -> None:
        self._engine.close()
