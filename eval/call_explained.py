"""Edges that a benchmark's ground truth lacks by its own error: kept apart, with reasons, and no figure is changed.

``eval/data/calls_explained.jsonl`` has a line for each: the language of the benchmark, ``CATEGORY/CASE``, where in the sources the call is
written, caller and callee in its names, and why the edge is true. The tables count these edges as false; what precision is with them and
without them is printed below.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.call_benchmarks import CaseScore
from eval.scip_oracle import ratio
from ingest.errors import SourceError


@dataclass(frozen=True, slots=True)
class ExplainedCall:
    """A call that was looked into: the program makes it, and the ground truth does not list it."""

    language: str
    case: str
    at: str
    """Path and line of the call in the sources of the case."""
    caller: str
    callee: str
    reason: str


def read_explained_calls(file: Path, language: str) -> list[ExplainedCall]:
    """Read the explained calls of benchmarks in a language. Raises ``SourceError`` for a line that is none."""
    rows: list[ExplainedCall] = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            rows.append(ExplainedCall(**json.loads(line)))
        except (ValueError, TypeError) as error:
            raise SourceError(f"{file}:{number} explains nothing ({error}); it needs language, case, at, caller, callee, reason") from error
    return [row for row in rows if row.language == language]


def print_explained(scores: Sequence[CaseScore], explanations: Collection[ExplainedCall]) -> dict[str, float]:
    """Print the explained edges among the invented ones, and those that explain nothing any more; return precision without them."""
    of_case = {f"{each.case.category}/{each.case.name}": each for each in scores}
    found: list[ExplainedCall] = []
    stale: list[ExplainedCall] = []
    for row in explanations:
        score = of_case.get(row.case)
        if score is not None:
            (found if (row.caller, row.callee) in score.score.invented else stale).append(row)
    edges = {(row.case, row.caller, row.callee) for row in found}
    if found:
        print(f"\n{len(found)} of these are explained: the program makes the call and the ground truth does not list it")
    for row in found:
        print(f"  {row.case} {row.at} {row.caller} -> {row.callee}: {row.reason}")
    for row in stale:
        print(f"  stale: {row.case} {row.caller} -> {row.callee}")
    raw: dict[str, float] = {}
    figures = {"explained": float(len(found)), "stale": float(len(stale))}
    for name, each in (("precision", [(s, s.score) for s in scores]), ("own_precision", [(s, s.own) for s in scores])):
        wrong = sum((f"{s.case.category}/{s.case.name}", *edge) not in edges for s, score in each for edge in score.invented)
        right, false = sum(score.right for _, score in each), sum(len(score.invented) for _, score in each)
        raw[name] = ratio(right, right + false)
        figures[f"{name}_without_explained"] = ratio(right, right + wrong)
    if found:
        print(
            f"  with them:    precision {raw['precision']:.4f}, own {raw['own_precision']:.4f}\n"
            f"  without them: precision {figures['precision_without_explained']:.4f}, own {figures['own_precision_without_explained']:.4f}"
        )
    return figures
