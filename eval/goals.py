"""The figures that the development sets must reach, in one table.

A goal names a set, a system, a measure and over what its mean is taken; one without a bound is printed beside the others. A set is asked
once, of each system that a goal of it names; ``packs`` and ``chunks`` are what ``codelore eval packs`` compares. Weights of the ranking are
fitted on these sets: the figures for repositories that no weight has seen are those of ``codelore eval train``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from eval.corpora import Places
from eval.figures import abstention, figure, groups
from eval.pack_run import CHUNKS, PACKS, PackOptions, run_packs
from eval.record import Metric, Record, SystemRun
from eval.run import RunOptions, run
from eval.sets.kinds import QuestionSet
from eval.sets.registry import read_set
from eval.systems.registry import open_system
from ingest.errors import SourceError

SHIPPED = Path(__file__).parent / "data" / "goals.json"
SIDES = frozenset({CHUNKS, PACKS})
_ABSTENTION = "abstention"


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure to reach. ``over`` is ``repositories`` or ``questions``; of ``category`` alone where there is one."""

    set: str
    measure: str
    system: str = "codelore"
    over: str = ""
    category: str = ""
    bound: float | None = None
    than: str = ""
    """The bound is what this system has, which must be exceeded."""


@dataclass(frozen=True, slots=True)
class Reached:
    """A goal with the figure, or without one where it could not be measured; ``missing`` counts repositories that are not in it."""

    goal: Goal
    value: float | None
    questions: int = 0
    missing: int = 0
    other: float | None = None
    """The figure of the system that must be exceeded."""

    @property
    def verdict(self) -> str:
        """What is printed behind it."""
        if self.value is None or (self.goal.than and self.other is None):
            return "NOT MEASURED"
        if self.other is not None:
            return "ok" if self.value > self.other else "MISSED"
        if self.goal.bound is None:
            return ""
        return "ok" if self.value >= self.goal.bound else "MISSED"


def read_goals(file: Path = SHIPPED) -> list[Goal]:
    """Read goals. Raises ``SourceError`` for a file that holds something else."""
    try:
        rows: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
        return [Goal(**each) for each in rows]
    except (OSError, ValueError, TypeError) as error:
        raise SourceError(f"cannot read the goals in {file}: {error!r}; see {SHIPPED} for how they are written") from error


def measure(
    goals: Sequence[Goal], folder: Path, places: Places, data: Path, options: RunOptions, report: Callable[[str], None]
) -> Iterator[tuple[Reached, Record | None]]:
    """Yield the goals of one set after another, with the record they were read from; a set that is not in ``folder`` has none."""
    for name in dict.fromkeys(each.set for each in goals):
        of_set = [each for each in goals if each.set == name]
        if not (folder / name).exists():
            report(f"{name}: NOT MEASURED: {folder / name} is not there")
            yield from ((Reached(each, None), None) for each in of_set)
            continue
        for of_kind in ([each for each in of_set if each.system in SIDES], [each for each in of_set if each.system not in SIDES]):
            if of_kind:
                record = _run(of_kind, folder / name, places, data, options, report)
                runs = {each.name: each for each in record.systems}
                metrics = {each.name: each for each in record.metrics}
                yield from ((compared(each, runs, metrics), record) for each in of_kind)


def _run(goals: Sequence[Goal], place: Path, places: Places, data: Path, options: RunOptions, report: Callable[[str], None]) -> Record:
    """Ask a set of all systems that goals of it name."""
    found = read_set(place)
    if goals[0].system in SIDES:
        if not isinstance(found, QuestionSet):
            raise SourceError(f"{place} is a set of edges; packs answer questions")
        return run_packs(found, places, data / f"{place.name}-packs", PackOptions(), report=report)
    names = list(dict.fromkeys(each for goal in goals for each in (goal.system, goal.than) if each))
    with ExitStack() as stack:
        systems = [stack.enter_context(closing(open_system(each, places.cache, data / place.name))) for each in names]
        return run(found, systems, places, options, report=report)


def compared(goal: Goal, runs: Mapping[str, SystemRun], metrics: Mapping[str, Metric]) -> Reached:
    """Return what the runs of a set say of a goal."""
    got = reached(goal, runs[goal.system], metrics)
    return replace(got, other=reached(goal, runs[goal.than], metrics).value) if goal.than else got


def reached(goal: Goal, done: SystemRun, metrics: Mapping[str, Metric]) -> Reached:
    """Return what a run says of a goal."""
    missing = len(done.missing)
    if goal.measure == _ABSTENTION:
        answers = sum(len(each.own) + len(each.other) for each in done.confidence.values())
        return Reached(goal, abstention(done), answers, missing)
    outcomes = groups(done.outcomes, "category").get(goal.category, []) if goal.category else done.outcomes
    found = figure(outcomes, metrics[goal.measure]) if goal.measure in metrics else None
    if found is None:
        return Reached(goal, None, 0, missing)
    return Reached(goal, found.micro if goal.over == "questions" else found.value, found.questions, missing)


def line(got: Reached) -> str:
    """Return a row of the table."""
    goal = got.goal
    what = f"{goal.measure}{f' {goal.category}' if goal.category else ''}{f' over {goal.over}' if goal.over else ''}"
    value = f"{got.value:.3f}" if got.value is not None else "-"
    bound = f">= {goal.bound:g}" if goal.bound is not None else ""
    if goal.than:
        bound = f"> {got.other:.3f}" if got.other is not None else f"> {goal.than}"
    note = f"{got.questions:,} {'answers' if goal.measure == _ABSTENTION else 'questions'}"
    note += f", without {got.missing} repositories or commits" if got.missing else ""
    return f"{goal.set:<13} {goal.system:<22} {what:<40} {value:>6}  {bound:<8} {got.verdict:<13} {note}"
