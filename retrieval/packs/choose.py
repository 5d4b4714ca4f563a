"""What of everything that could be shown fits a budget best.

Every unit can be left out or shown at one of several fidelities: a multiple-choice knapsack. It is filled greedily by what the next step of
a unit adds for its tokens, which is within one step of the linear relaxation's optimum (Sinha and Zoltners, Operations Research 27, 1979),
except that costs here depend on what else is shown of the file: a heading is paid once, and spans that touch become one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush

from retrieval.packs.draft import FileDraft, Unit
from retrieval.packs.files import PackFile
from retrieval.packs.model import Fidelity

SHARES: Mapping[Fidelity, float] = {Fidelity.NAME: 0.04, Fidelity.SIGNATURE: 0.25, Fidelity.FULL: 1.0}
"""What a reader gets from a unit at a fidelity, of what it is worth in full."""


@dataclass(slots=True)
class Choice:
    """Drafts of files, and at which fidelity each unit came in; none where it was left out."""

    drafts: dict[PackFile, FileDraft]
    levels: dict[int, Fidelity] = field(default_factory=dict[int, Fidelity])
    tokens: int = 0


@dataclass(order=True, slots=True)
class _Step:
    """The best next step of a unit, as it stood when the file's draft had this version."""

    falling: float
    unit: int
    version: int = field(compare=False)
    level: Fidelity = field(compare=False)
    cost: int = field(compare=False)
    draft: FileDraft = field(compare=False)


def choose(units: Sequence[Unit], labels: Mapping[str, str], budget: int) -> Choice:
    """Return what is shown of each file within ``budget`` tokens; ``labels`` are the names of views in headings."""
    return _Filling(units, labels, budget).run()


class _Filling:
    def __init__(self, units: Sequence[Unit], labels: Mapping[str, str], budget: int) -> None:
        self._units = units
        self._budget = budget
        self._choice = Choice({unit.file: FileDraft(unit.file, labels.get(unit.file.view, unit.file.view)) for unit in units})
        self._costs = dict.fromkeys(self._choice.drafts, 0)
        self._versions = dict.fromkeys(self._choice.drafts, 0)
        self._of_file: defaultdict[PackFile, list[int]] = defaultdict(list)
        for at, unit in enumerate(units):
            self._of_file[unit.file].append(at)

    def run(self) -> Choice:
        steps = [step for at in range(len(self._units)) if (step := self._next(at))]
        heapify(steps)
        choice = self._choice
        while steps:
            step = heappop(steps)
            file = self._units[step.unit].file
            if step.version < self._versions[file]:
                continue  # the file's units were looked at again since
            if choice.tokens + step.cost > self._budget:
                again = [step.unit]
            else:
                self._take(step, file)
                again = self._of_file[file]
            for at in again:
                if following := self._next(at):
                    heappush(steps, following)
        return choice

    def _take(self, step: _Step, file: PackFile) -> None:
        self._choice.drafts[file] = step.draft
        self._choice.levels[step.unit] = step.level
        self._choice.tokens += step.cost
        self._costs[file] += step.cost
        self._versions[file] += 1

    def _next(self, at: int) -> _Step | None:
        """Return the step of a unit that adds most for its tokens, of those that fit."""
        unit, reached = self._units[at], self._choice.levels.get(at)
        draft, have = self._choice.drafts[unit.file], SHARES[reached] if reached else 0.0
        best: _Step | None = None
        for level in unit.levels:
            gain = (SHARES[level] - have) * unit.worth
            if gain <= 0:
                continue
            larger = draft.showing(unit, level)
            cost = larger.tokens() - self._costs[unit.file]
            if self._choice.tokens + cost > self._budget:
                continue
            step = _Step(-gain / max(cost, 1), at, self._versions[unit.file], level, cost, larger)
            if best is None or step < best:
                best = step
        return best
