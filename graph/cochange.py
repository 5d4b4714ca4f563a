"""Files that change together, and how often each one changes, from the history of a checkout.

Of each file's changes, those that also touched another one are counted, so that an edge says "12 of the 17 changes of this file". What
ranks a pair is the same share with weights: a change counts for ``exp(-age / 400)``, its age being the number of changes after it, and for
``1 / log2(1 + size)``, its size being the number of files in it. docs/graph-sources.md has what either weight was measured to bring.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import combinations
from math import exp, log2

from graph.model import HISTORY, Edge, EdgeKind, Evidence, FileGraph, Handle
from ingest.git_history import Change


@dataclass(frozen=True, slots=True)
class CoChangeOptions:
    """How changes are weighed, and what is kept."""

    decay: float = 400.0
    """Changes after which a change weighs 1/e."""
    largest: int = 100
    """Files in a change beyond which it says nothing about pairs (a new licence header, a reformatting); it still counts as churn."""
    together: int = 2
    """Changes a pair must have in common."""
    share: float = 0.1
    """Weighted share of a file's changes that a pair must reach."""
    neighbours: int = 10
    """Pairs kept for each file, the strongest first."""
    pairs: int = 2_000_000
    """Pairs held while counting, about 150 bytes each; beyond it, older changes count as churn alone."""


@dataclass(frozen=True, slots=True)
class CoChange:
    """``target`` was in ``together`` of the ``changes`` of ``source``; ``score`` is that share with weights."""

    source: str
    target: str
    together: int
    changes: int
    score: float


@dataclass(frozen=True, slots=True)
class History:
    """What a history says about the files of a tree, and in ``notes`` what a cap cut off, in words that name the cap."""

    changes: int
    cochanges: tuple[CoChange, ...]
    churn: dict[str, float]
    """Changes of each file, each weighed by its age alone: 1 is one change just now."""
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _FileCount:
    paired: int = 0  # changes small enough to count for pairs
    weight: float = 0.0
    recent: float = 0.0


class _Names:
    """Today's name of a file, for names in changes read from the newest to the oldest."""

    def __init__(self) -> None:
        self._today: dict[str, str] = {}

    def today(self, path: str) -> str:
        """Return what the file is called now, "" for one that had the name before its present owner."""
        return self._today.get(path, path)

    def rename(self, change: Change) -> None:
        """Let older changes know a renamed file by its old name, and nothing by the new one."""
        renamed = {file.old_path: self.today(file.path) for file in change.files if file.old_path}
        for file in change.files:
            if file.old_path:
                self._today[file.path] = ""
        self._today |= renamed


def count_changes(changes: Iterable[Change], files: Collection[str], options: CoChangeOptions | None = None) -> History:
    """Count the changes, given from the newest to the oldest, of the files that exist now; renames are followed."""
    options = options or CoChangeOptions()
    names = _Names()
    counts: dict[str, _FileCount] = defaultdict(_FileCount)
    pairs: dict[tuple[str, str], list[float]] = {}
    read = sweeping = unpaired = 0
    for age, change in enumerate(changes):
        read += 1
        recent = exp(-age / options.decay)
        size = len(change.files)
        present = sorted({path for file in change.files if (path := names.today(file.path)) in files})
        for path in present:
            counts[path].recent += recent
        names.rename(change)
        sweeping += size > options.largest
        unpaired += len(pairs) > options.pairs
        if size <= options.largest and len(pairs) <= options.pairs:
            weight = recent / log2(1 + size) if size else 0.0
            for path in present:
                counts[path].paired += 1
                counts[path].weight += weight
            for pair in combinations(present, 2):
                found = pairs.setdefault(pair, [0, 0.0])
                found[0] += 1
                found[1] += weight
    notes: list[str] = []
    if sweeping:
        notes.append(f"co-change: {sweeping:,} changes of more than {options.largest} files count for no pair")
    if unpaired:
        notes.append(f"co-change: the oldest {unpaired:,} changes count for no pair, because there are more than {options.pairs:,} pairs")
    kept, left = _strongest(pairs, counts, options)
    if left:
        notes.append(f"co-change: {left:,} pairs are left out, because only the {options.neighbours} strongest of a file are kept")
    return History(read, tuple(kept), {path: count.recent for path, count in sorted(counts.items())}, tuple(notes))


def _strongest(
    pairs: dict[tuple[str, str], list[float]], counts: dict[str, _FileCount], options: CoChangeOptions
) -> tuple[list[CoChange], int]:
    """Return the strongest pairs of each file, in order of file and strength, and how many more would have been strong enough."""
    by_file: dict[str, list[CoChange]] = defaultdict(list)
    for (first, second), (together, weight) in pairs.items():
        if together >= options.together:
            for source, target in ((first, second), (second, first)):
                score = weight / counts[source].weight
                if score >= options.share:
                    by_file[source].append(CoChange(source, target, int(together), counts[source].paired, score))
    kept: list[CoChange] = []
    left = 0
    for _, found in sorted(by_file.items()):
        found.sort(key=lambda pair: (-pair.score, pair.target))
        kept += found[: options.neighbours]
        left += max(0, len(found) - options.neighbours)
    return kept, left


def history_graph(history: History) -> FileGraph:
    """Return the ``changes_with`` edges. The rule says in how many of the source's changes the target was: ``history:12/17``."""
    edges = [
        Edge(
            EdgeKind.CHANGES_WITH,
            Evidence.PROVEN,
            f"history:{pair.together}/{pair.changes}",
            Handle(pair.source),
            Handle(pair.target),
            HISTORY,
            0,
        )
        for pair in history.cochanges
    ]
    return FileGraph(HISTORY, (), edges)
