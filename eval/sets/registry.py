"""The kinds of sets. A new one is a module with a class that recognises and reads it, and one line here."""

from __future__ import annotations

from pathlib import Path

from eval.sets.cosqa import CosqaKind
from eval.sets.deveval import DevEvalKind
from eval.sets.edges import EDGE_KINDS
from eval.sets.kinds import EvalSet, SetKind
from eval.sets.questions import QuestionsKind
from ingest.errors import SourceError

KINDS: tuple[SetKind, ...] = (
    QuestionsKind(),
    CosqaKind(),
    DevEvalKind(),
    *EDGE_KINDS,
)


def read_set(place: Path) -> EvalSet:
    """Read a set of any kind. Raises ``SourceError`` when the place holds none, or one that is broken."""
    if not place.exists():
        raise SourceError(f"there is no set at {place}; name a folder with queries.jsonl, a file of JSON lines, or an oracle of edges")
    for kind in KINDS:
        if kind.recognises(place):
            return kind.read(place)
    raise SourceError(f"{place} holds no set; known are {', '.join(kind.name for kind in KINDS)} (docs/eval.md)")
