"""The history of a view's commit as edges: read again when the commit is another one, kept otherwise."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import astuple
from typing import Any

from graph.flow_store import FlowStore
from graph.graph_state import commit_of, is_behind
from graph.model import HISTORY, Edge, EdgeKind, Evidence, FileGraph, Handle
from graph.surroundings import Surroundings
from ingest.errors import SourceError
from ingest.git import tree_entries

COMMITS = 5_000
"""With a decay over 400 changes, the 5,000th weighs 4e-6 of the newest."""
SECONDS = 20.0


def read_churn(around: Surroundings, paths: Collection[str], commits: int) -> tuple[dict[str, float], str] | None:
    """Return how much each of the view's files changed lately, and what says so; None outside git and before the first commit.

    A change that n changes came after counts exp(-n / 400), renames are followed, and of the history the newest ``commits`` are read.
    Raises SourceError where git cannot read it.
    """
    if around.checkout is None or not around.commit:
        return None
    from graph.cochange import CoChangeOptions, count_changes
    from ingest.git_history import Bounds, read_changes

    bounds = Bounds(commits=commits)
    names = {around.folder + path: path for path in paths}
    history = count_changes(read_changes(around.checkout, around.commit, bounds), names, CoChangeOptions(largest=0))  # 0: churn alone
    source = "; ".join([f"git log of {around.commit[:12]}, {history.changes:,} changes", *bounds.reached])
    return {names[path]: recent for path, recent in history.churn.items()}, source


class Past:
    """Which files changed together up to the view's commit."""

    def __init__(self, flows: FlowStore, view: str, around: Surroundings) -> None:
        self._flows, self._view = flows, view
        self.changed = is_behind(flows, view, around)
        self._kept: list[Any] = self._read(around, commit_of(around)) if self.changed else flows.note(view, HISTORY) or ["", [], []]

    def _read(self, around: Surroundings, commit: str) -> list[Any]:
        if not around.checkout or not commit:
            return ["", [], []]
        from graph.cochange import count_changes, history_graph  # as long as the commit stays, no run needs them
        from ingest.git_history import Bounds, read_changes

        bounds = Bounds(commits=COMMITS, seconds=SECONDS)
        try:
            files = {entry.path for entry in tree_entries(around.checkout, commit)}
            found = count_changes(read_changes(around.checkout, commit, bounds), files)
        except SourceError as error:
            return [commit, [], [f"history is not read: {error}"]]
        rows = [list(astuple(each)) for each in history_graph(found).edges]
        below = [[*row[:3], *(end.removeprefix(around.folder) for end in row[3:5]), *row[5:]] for row in rows
                 if row[3].startswith(around.folder) and row[4].startswith(around.folder)]  # fmt: skip
        return [commit, below, [*bounds.reached, *found.notes]]

    def graph(self, paths: Collection[str]) -> FileGraph:
        """Return the edges among files that the view shows."""
        edges = [
            Edge(EdgeKind(kind), Evidence(evidence), rule, Handle(source), Handle(target), path, line, start, end)
            for kind, evidence, rule, source, target, path, line, start, end in self._kept[1]
            if source in paths and target in paths
        ]
        return FileGraph(HISTORY, (), edges)

    @property
    def notes(self) -> list[str]:
        """What a bound cut off."""
        return list(self._kept[2])

    def keep(self) -> None:
        """Remember the history of the commit."""
        if self.changed:
            self._flows.keep(self._view, HISTORY, self._kept if self._kept[0] else None)
