"""CoSQA: 500 questions people typed into a search engine, over 6,267 Python functions (Huang et al., ACL 2021).

A folder holds ``code_idx_map.txt``, a JSON object of code to its number, and ``cosqa-retrieval-*.json``, lists of ``doc`` (the question),
``retrieval_idx`` (the number of its answer) and ``idx``. Each function becomes a file of its own, so a file is what is found; its name is
its number and says nothing. The published figure is MRR.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from eval.corpora import Corpus
from eval.model import Question, Target
from eval.sets.kinds import QuestionSet
from ingest.errors import SourceError

_CODE = "code_idx_map.txt"
_MEASURES = ("mrr", "file_ndcg@10", "hit@1", "hit@5", "recall@10")
_DEPTH = 100


@dataclass(frozen=True, slots=True)
class CosqaKind:
    """A folder with ``code_idx_map.txt``."""

    name: str = "cosqa"

    def recognises(self, place: Path) -> bool:
        """Say whether the place is such a folder."""
        return (place / _CODE).is_file()

    def read(self, place: Path) -> QuestionSet:
        """Read the test questions, or those of the only part that is there. Raises ``SourceError`` when the folder holds something else."""
        parts = sorted(place.glob("cosqa-retrieval-*.json"), key=lambda file: ("test" not in file.name, file.name))
        if not parts:
            raise SourceError(f"{place} has {_CODE} and no cosqa-retrieval-*.json with questions; copy one of them there")
        try:
            raw = (place / _CODE).read_bytes()
            codes: dict[str, int] = json.loads(raw)
            questions = [_question(row) for row in json.loads(parts[0].read_bytes())]
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise SourceError(f"cannot read CoSQA in {place}: {error!r}; {parts[0].name} lists doc, retrieval_idx and idx") from error
        corpus = Corpus("cosqa", commit=hashlib.sha256(raw).hexdigest(), write=partial(_write, codes))
        return QuestionSet(parts[0].stem, self.name, questions, [corpus], _MEASURES, _DEPTH)


def _question(row: dict[str, Any]) -> Question:
    return Question(row["idx"], row["doc"], "cosqa", (Target(_path(row["retrieval_idx"])),), language="python")


def _path(number: int) -> str:
    return f"{number // 100:02d}/f{number}.py"


def _write(codes: dict[str, int], folder: Path) -> None:
    for code, number in codes.items():
        file = folder / _path(number)
        file.parent.mkdir(exist_ok=True)
        file.write_text(code + "\n", encoding="utf-8", errors="backslashreplace")
