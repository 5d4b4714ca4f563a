"""PyCG's and SWARM-CG's benchmarks: small programs, each with its call graph as ``callgraph.json``.

A set is a folder ``CATEGORY/CASE/`` with the sources of a program and ``callgraph.json``. *Complete* means that no edge is false, *sound*
that none is missing, both per case; precision and recall are over the edges of all cases. Nothing of the benchmarks is kept here: name a
folder that holds them.

The macro-benchmark is five projects, with their call graphs in ``ground-truth-cgs/PROJECT.json``. Its ground truth was written for some of
the functions of each project.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.call_graphs import CallGraph, CallScore, Judged, call_graph, compare
from eval.call_names import Namer
from eval.graph_source import GraphSource
from eval.scip_oracle import ratio
from graph.model import Evidence
from ingest.errors import SourceError

TRUTH = "callgraph.json"


@dataclass(frozen=True, slots=True)
class Case:
    """One program with its ground truth."""

    category: str
    name: str
    root: Path
    truth: CallGraph


@dataclass(frozen=True, slots=True)
class CaseScore:
    """What one case scored.

    ``own`` counts only callees that a file or folder of the case can hold, by the first part of their names. ``named`` counts only callees
    whose name the ground truth of the case has anywhere: what it writes otherwise (``queue.Queue.put``) or never is out.
    """

    case: Case
    score: CallScore
    own: CallScore
    named: CallScore


def read_cases(folder: Path, namer: Namer) -> list[Case]:
    """Read ``CATEGORY/CASE/callgraph.json``. Raises ``SourceError`` when there is none or one is no call graph."""
    files = sorted(folder.glob(f"*/*/{TRUTH}"))
    if not files:
        raise SourceError(f"no case in {folder}: it needs CATEGORY/CASE/{TRUTH}")
    return [Case(file.parent.parent.name, file.parent.name, file.parent, read_truth(file, namer)) for file in files]


def read_truth(file: Path, namer: Namer) -> CallGraph:
    """Read one call graph. Raises ``SourceError`` when it is none."""
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))
        return {namer.truth(caller): {namer.truth(callee) for callee in callees} for caller, callees in rows.items()}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise SourceError(f"cannot read the call graph {file}: {error}; it maps callers to lists of callees") from error


def measure_cases(
    cases: Iterable[Case], source: GraphSource, namer: Namer, evidence: Sequence[frozenset[Evidence]], judged: Judged
) -> list[list[CaseScore]]:
    """Resolve every case once and score it with each set of evidence."""
    scored: list[list[CaseScore]] = [[] for _ in evidence]
    for case in cases:
        graphs = list(source(case.root))
        listed = {*case.truth, *(callee for callees in case.truth.values() for callee in callees)}
        for at, each in enumerate(evidence):
            ours = call_graph(graphs, namer, listed, root=case.root, evidence=each)
            own = compare(_own(ours, case.root), _own(case.truth, case.root), namer, judged)
            named = compare({caller: callees & listed for caller, callees in ours.items()}, case.truth, namer, judged)
            scored[at].append(CaseScore(case, compare(ours, case.truth, namer, judged), own, named))
    return scored


def _own(graph: CallGraph, root: Path) -> CallGraph:
    names = {path.stem for path in root.rglob("*")}
    return {caller: {callee for callee in callees if callee.partition(".")[0] in names} for caller, callees in graph.items()}


def read_projects(truths: Path, projects: Path, namer: Namer) -> tuple[list[Case], list[str]]:
    """Pair ``PROJECT.json`` with the folder of that name; return the cases, and the projects that have no folder."""
    files = sorted(truths.glob("*.json"))
    there = [file for file in files if (projects / file.stem).is_dir()]
    cases = [Case("macro", file.stem, projects / file.stem, read_truth(file, namer)) for file in there]
    return cases, [file.stem for file in files if file not in there]


def print_cases(title: str, scores: Sequence[CaseScore], *, show: int) -> None:
    """Print a table by category, the totals, and up to ``show`` cases that have a false or missing edge."""
    groups: dict[str, list[CaseScore]] = defaultdict(list)
    for each in scores:
        groups[each.case.category].append(each)
    print(f"\n{title}")
    if len(groups) == 1:
        groups = {each.case.name: [each] for each in scores}
    for category, rows in [*sorted(groups.items()), ("all", list(scores))]:
        print(f"  {category:<24} {_line(rows)}")
    failing = [each for each in scores if not (each.score.complete and each.score.sound)]
    failing.sort(key=lambda each: (each.score.complete, each.case.category, each.case.name))
    for each in failing[:show]:
        print(f"  {each.case.category}/{each.case.name}")
        for line in _differences(each.score):
            print(f"    {line}")
    if len(failing) > show:
        print(f"  … and {len(failing) - show} more cases (--worst {len(failing)})")


def figures(scores: Sequence[CaseScore]) -> dict[str, float]:
    """Return the figures of these cases together."""
    right, claimed, expected = _counts([each.score for each in scores])
    named_right, named_claimed, _ = _counts([each.named for each in scores])
    own_right, own_claimed, own_expected = _counts([each.own for each in scores])
    return {
        "cases": len(scores),
        "complete": sum(each.score.complete for each in scores),
        "sound": sum(each.score.sound for each in scores),
        "claimed": claimed,
        "expected": expected,
        "precision": ratio(right, claimed),
        "recall": ratio(right, expected),
        "named_claimed": named_claimed,
        "named_precision": ratio(named_right, named_claimed),
        "own_claimed": own_claimed,
        "own_expected": own_expected,
        "own_precision": ratio(own_right, own_claimed),
        "own_recall": ratio(own_right, own_expected),
    }


def _counts(scores: Sequence[CallScore]) -> tuple[int, int, int]:
    return sum(each.right for each in scores), sum(each.claimed for each in scores), sum(each.expected for each in scores)


def _line(scores: Sequence[CaseScore]) -> str:
    of = figures(scores)
    return (
        f"{of['cases']:>4} cases  complete {of['complete']:>4}  sound {of['sound']:>4}"
        f"  precision {of['precision']:.4f} of {of['claimed']}  recall {of['recall']:.4f} of {of['expected']}"
        f"  named {of['named_precision']:.4f} of {of['named_claimed']}"
        f"  own {of['own_precision']:.4f} of {of['own_claimed']}  {of['own_recall']:.4f} of {of['own_expected']}"
    )


def _differences(score: CallScore) -> Iterator[str]:
    for caller, callee in score.invented:
        yield f"invented  {caller} -> {callee}"
    for caller, callee in score.missed:
        yield f"missed    {caller} -> {callee}"
    for name in score.unnamed:
        yield f"no node   {name}"
