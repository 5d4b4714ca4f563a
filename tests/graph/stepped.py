"""A project that is edited step by step: its graph after every step is that of the files, resolved at once."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, run_state_machine_as_test
from pytest import approx

from graph.model import FileGraph
from graph.surroundings import Surroundings
from tests.graph.file_rows import added_up, stored_rows
from tests.graph.indexed import IndexedTree


class SteppedProject(RuleBasedStateMachine):
    """Files whose rules edit them, and after each the same graph and the same notes as from nothing."""

    def __init__(self, files: Mapping[str, str]) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="codelore-graph-"))
        self.tree = IndexedTree(self.folder / "step")
        self.files = dict(files)
        self.around = Surroundings()
        self.fresh = 0

    @invariant()
    def equals_a_fresh_graph(self) -> None:
        stepped = self.tree.update(self.files, self.around)
        self.fresh += 1
        with closing(IndexedTree(self.folder / str(self.fresh))) as fresh:
            made = fresh.update(self.files, self.around)
            assert difference(self.tree.graphs(), fresh.graphs()) == []
            assert stepped.notes == made.notes
            rows = stored_rows(self.tree.database, "1")
            assert rows == stored_rows(fresh.database, "1")
            assert rows == {key: (count, approx(mass)) for key, (count, mass) in added_up(self.tree.graphs()).items()}

    def teardown(self) -> None:
        self.tree.close()
        shutil.rmtree(self.folder)


def run_steps(make: Callable[[], SteppedProject], *, examples: int, steps: int) -> None:
    """Run a machine so many times."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 30_000))  # as updating does: Hypothesis wants it left alone during a test
    try:
        run_state_machine_as_test(  # pyright: ignore[reportUnknownMemberType]
            make,  # pyright: ignore[reportArgumentType]  # it makes one as the class would
            settings=settings(
                max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=[HealthCheck.too_slow]
            ),
        )
    finally:
        sys.setrecursionlimit(limit)


def difference(stepped: list[FileGraph], fresh: list[FileGraph]) -> list[str]:
    """Return what differs, as lines that can be read."""
    one, other = map(counted, (stepped, fresh))
    return [f"{(one - other)[each]} only by steps: {each}" for each in one - other] + [f"only fresh: {each}" for each in other - one]


def counted(graphs: list[FileGraph]) -> Counter[str]:
    """Count nodes, edges and paths as texts; a graph with nothing in it is none."""
    found = Counter(graph.path for graph in graphs if graph.nodes or graph.edges)
    for graph in graphs:
        found.update(f"{graph.path} {each}" for each in (*graph.nodes, *graph.edges))
    return found
