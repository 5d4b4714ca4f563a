"""What the harness asks of a system, and the lines of JSON in which a system in a process of its own is asked.

Each line on its standard input is a request, each line on its standard output the answer to it, in order::

    {"do": "index", "root": FOLDER, "data": FOLDER}
        -> {"version", "seconds", "cpu_seconds", "files", "chunks"}
    {"do": "ask", "root": FOLDER, "data": FOLDER, "limit": 10, "questions": [TEXT, ...], "at": [PLACE, ...]}
        -> {"version", "cold_ms", "answers": [{"ms", "confidence", "found": [HIT, ...], "spans": [HIT, ...]}, ...]}
    HIT is {"path", "start_line", "end_line", "score", "tokens", "signals"}

``at`` is there where a set says where its questions are asked from: ``PATH:LINE`` for each, "" where that is not known. A system may
use it.
``spans`` may be left out: the same ranking as rows for a reader with a budget, where that is another list than ``found``.
Any answer may be ``{"error": MESSAGE}``. Paths are relative to ``root``. ``ms`` is the search alone, warm: the first question is asked once
before the clock starts. ``cold_ms`` is opening the index and the first answer, when this process had not opened it, else 0.
What a system writes to standard error is shown when it fails.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from eval.model import Answer, IndexCost


@dataclass(frozen=True, slots=True)
class Answers:
    """What a system gave for the questions on one corpus, in their order."""

    answers: tuple[Answer, ...]
    cold_ms: float


class System(Protocol):
    """Something that indexes a folder and answers questions about it."""

    @property
    def name(self) -> str:
        """Its name on the command line."""
        ...

    @property
    def version(self) -> str:
        """Which version answered; empty until it has."""
        ...

    @property
    def options(self) -> Mapping[str, str]:
        """What it was told beside its name, for the record."""
        ...

    def index(self, corpus: str, root: Path, *, moved: bool = False) -> IndexCost:
        """Index a folder. Raises ``SourceError`` when the system cannot.

        ``moved``: it was indexed before and holds another commit now. A system that can brings its index up to date, others begin anew.
        """
        ...

    def ask(self, root: Path, questions: Sequence[str], limit: int, at: Sequence[str] = ()) -> Answers:
        """Answer questions about an indexed folder. Raises ``SourceError`` when the system cannot.

        ``at`` says for each where it is asked from (``PATH:LINE``, or ""), or is empty.
        """
        ...

    def close(self) -> None:
        """End its process."""
        ...
