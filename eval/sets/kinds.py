"""What every kind of set is to the harness: corpora, figures, and a way to judge."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from eval.corpora import Corpus
from eval.metrics import MEASURES, OF_SPANS, files
from eval.model import Answer, Outcome, Part, Question, outcome_of
from eval.record import Metric, SetInfo
from graph.model import FileGraph


class QuestionSet:
    """Questions with the files that answer them. ``measures`` are names of ``eval.metrics.MEASURES``; the first is the headline."""

    def __init__(
        self, name: str, kind: str, questions: Sequence[Question], corpora: Sequence[Corpus], measures: Sequence[str], depth: int = 10
    ) -> None:
        self.questions = tuple(questions)
        self.corpora = tuple(corpora)
        self.measures = tuple(measures)
        self.depth = depth
        self.info = SetInfo(name, kind, _digest(questions), len(questions))

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """How its figures are made of the outcomes."""
        return (*(Metric(name) for name in self.measures), Metric("tokens", higher_is_better=False))

    def judge(self, question: Question, answer: Answer) -> Outcome:
        """Score the answer to one question."""
        ranked = files(answer.found)
        asked = [name for name in self.measures if name not in OF_SPANS or any(each.spans for each in question.targets)]
        rows = {name: answer.reading if name in OF_SPANS else answer.found for name in asked}
        values = {name: Part(MEASURES[name](rows[name], ranked, question.targets)) for name in asked}
        tokens = sum(row.tokens for row in answer.found[:10])
        if tokens or not answer.found:  # a system that shows no text has no say
            values["tokens"] = Part(float(tokens))
        return outcome_of(question, values, answer.milliseconds, answer.found)


def _digest(questions: Iterable[Question]) -> str:
    seen = hashlib.sha256()
    for each in questions:
        seen.update(repr((each.question_id, each.text, each.corpus, each.targets)).encode())
    return seen.hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class GraphCase:
    """One program or repository whose edges are known. ``root`` is given where the set brings the sources itself."""

    name: str
    category: str
    language: str
    root: Path | None = None


class GraphSet(Protocol):
    """Programs with edges that are known. Only a system with a graph can be asked."""

    info: SetInfo
    metrics: tuple[Metric, ...]
    corpora: tuple[Corpus, ...]

    def cases(self) -> Sequence[GraphCase]:
        """Return what is to be resolved."""
        ...

    def judge(self, case: GraphCase, root: Path, graphs: Iterable[FileGraph]) -> Iterator[Outcome]:
        """Score the graph of one case."""
        ...


EvalSet = QuestionSet | GraphSet


class SetKind(Protocol):
    """A kind of set: how its folder or file is told from others, and how it is read."""

    @property
    def name(self) -> str:
        """What records call it."""
        ...

    def recognises(self, place: Path) -> bool:
        """Say whether a folder or file holds a set of this kind."""
        ...

    def read(self, place: Path) -> EvalSet:
        """Read the set. Raises ``SourceError`` for a row that is wrong."""
        ...
