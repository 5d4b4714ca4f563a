"""The nouns of an evaluation: what is asked, what answers it, what a system gave, and what that scored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Target:
    """A file that answers a question, or lines of it: ``spans`` of first and last line, counted from 1; no span is the whole file."""

    path: str
    spans: tuple[tuple[int, int], ...] = ()
    secondary: bool = False
    """It helps, and the question can be answered without it."""
    suffix: bool = False
    """The path is counted from some folder inside the corpus, so any path that ends with it is meant."""

    def is_file(self, path: str) -> bool:
        """Say whether a path of the corpus is this file."""
        return path == self.path or (self.suffix and path.endswith("/" + self.path))

    def meets(self, first: int, last: int) -> bool:
        """Say whether any of its lines lies between two lines, both included; a whole file always does."""
        return not self.spans or any(start <= last and first <= end for start, end in self.spans)


@dataclass(frozen=True, slots=True)
class Question:
    """A query on one corpus with what answers it. ``kind`` says where it came from, such as commit, docstring, test or issue."""

    question_id: str
    text: str
    corpus: str
    targets: tuple[Target, ...]
    category: str = ""
    kind: str = ""
    language: str = ""
    at: str = ""
    """Where it is asked from, as ``PATH`` or ``PATH:LINE``; "" where that is not known."""

    @property
    def repository(self) -> str:
        """The repository, whichever of its commits the corpus is: figures are means over repositories."""
        return self.corpus.partition("@")[0]


@dataclass(frozen=True, slots=True)
class Found:
    """One row of an answer: a span of a file. ``tokens`` is about what its text costs a model, 0 where the system does not show it."""

    path: str
    start_line: int
    end_line: int
    score: float = 0.0
    tokens: int = 0
    signals: Mapping[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True, slots=True)
class Answer:
    """What a system gave for one question, best first. ``confidence`` is any number that is larger the surer the system is."""

    found: tuple[Found, ...]
    milliseconds: float
    confidence: float
    spans: tuple[Found, ...] = ()
    """The same ranking as a reader with a budget would be given it, where the system has such a list; else ``found`` is read."""

    @property
    def reading(self) -> tuple[Found, ...]:
        """The rows in the order in which they are read under a budget."""
        return self.spans or self.found


@dataclass(frozen=True, slots=True)
class IndexCost:
    """What indexing one corpus cost. ``peak_bytes`` is the memory of the system's process with all below it, 0 where it was not seen."""

    corpus: str
    seconds: float
    cpu_seconds: float
    peak_bytes: int
    files: int
    chunks: int
    index_bytes: int = 0
    cold_ms: float = 0.0
    """The first question after the index was opened by a process that had not seen it, opening included."""


@dataclass(frozen=True, slots=True)
class Part:
    """A figure's share from one question: ``amount`` of ``of``. A score is ``Part(score)``, a count of hits ``Part(hits, tries)``."""

    amount: float
    of: float = 1.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one question scored with one system, and what came instead of the answer."""

    question_id: str
    corpus: str
    values: Mapping[str, Part]
    """By the name of the metric."""
    query: str = ""
    category: str = ""
    kind: str = ""
    language: str = ""
    milliseconds: float = 0.0
    targets: tuple[Target, ...] = ()
    found: tuple[Found, ...] = ()


def outcome_of(question: Question, values: Mapping[str, Part], milliseconds: float, found: tuple[Found, ...] = ()) -> Outcome:
    """Return what a question scored, with all that is known of the question."""
    return Outcome(
        question.question_id,
        question.repository,
        values,
        question.text,
        question.category,
        question.kind,
        question.language,
        milliseconds,
        question.targets,
        found,
    )
