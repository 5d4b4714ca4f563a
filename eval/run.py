"""Run a set: lay out its corpora, have each system index them and answer, judge the answers, and keep all of it in a record."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from importlib.metadata import version
from random import Random

from eval.corpora import Places, lay_out
from eval.foreign import QUESTIONS
from eval.graph_source import GraphSource
from eval.model import IndexCost, Outcome, Question
from eval.record import Confidences, Record, SystemRun, now, own_commit, this_machine
from eval.sets.kinds import EvalSet, GraphCase, GraphSet, QuestionSet
from eval.systems.protocol import System
from eval.trees import Tree, Trees
from ingest.errors import CodeloreError, SourceError

_NAMED = 20
"""Cases that an error names."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Bounds of a run."""

    depth: int = 0
    """Rows asked of a system; 0 is what the set needs."""
    foreign: int = 3
    """Questions about other repositories that each corpus is asked, to see whether confidence tells them apart."""
    abstention: bool = False
    """Ask every question of another repository, too, instead."""
    only: tuple[str, ...] = ()
    """Repositories to measure; all when empty."""
    sample: int = 0
    """Questions of a repository at most, drawn by ``seed``; 0 asks all."""
    seed: int = 0


@dataclass(slots=True)
class _Clock:
    """Where the time of a run went, in seconds."""

    began: float = field(default_factory=time.perf_counter)
    system: float = 0.0
    layout: float = 0.0

    @contextmanager
    def layout_time(self) -> Generator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            self.layout += time.perf_counter() - began

    def shares(self) -> dict[str, float]:
        whole = time.perf_counter() - self.began
        return {"system": self.system, "layout": self.layout, "harness": max(whole - self.system - self.layout, 0.0)}


Report = Callable[[str], None]


def run(
    eval_set: EvalSet,
    systems: Sequence[System],
    places: Places,
    options: RunOptions | None = None,
    *,
    graphs: GraphSource | None = None,
    report: Report = lambda _: None,
) -> Record:
    """Measure systems on a set, one after another. ``graphs`` is what a set of edges asks.

    A corpus that cannot be laid out, indexed or asked is kept in the record as missing, with the reason. Raises ``SourceError`` when the
    options leave no question.
    """
    options = options or RunOptions()
    machine, started = this_machine(), now()
    if isinstance(eval_set, QuestionSet):
        chosen = _choose(eval_set, options)
        runs = [_run_questions(eval_set, chosen, system, places, options, report) for system in systems]
    else:
        runs = [_run_graphs(eval_set, graphs, places, options, report)] if graphs is not None else []
    return Record(eval_set.info, eval_set.metrics, tuple(runs), machine, own_commit(), version("codelore"), started)


def _choose(eval_set: QuestionSet, options: RunOptions) -> dict[str, list[Question]]:
    """Return the questions to ask, by corpus."""
    chosen: dict[str, list[Question]] = defaultdict(list)
    for each in eval_set.questions:
        if not options.only or each.repository in options.only:
            chosen[each.corpus].append(each)
    if not chosen:
        known = ", ".join(sorted({each.repository for each in eval_set.questions}))
        raise SourceError(f"the set {eval_set.info.name} has no questions about {', '.join(options.only)}; it has {known}")
    if options.sample:
        draw = Random(options.seed)
        chosen = defaultdict(list, {name: draw.sample(rows, min(options.sample, len(rows))) for name, rows in chosen.items()})
    return chosen


def _run_questions(
    eval_set: QuestionSet, chosen: dict[str, list[Question]], system: System, places: Places, options: RunOptions, report: Report
) -> SystemRun:
    by_name = {each.name: each for each in eval_set.corpora}
    with closing(Trees(places, [by_name[name] for name in chosen], report)) as trees:
        return _run_corpora(eval_set, chosen, system, trees, options, report)


def _run_corpora(
    eval_set: QuestionSet, chosen: dict[str, list[Question]], system: System, trees: Trees, options: RunOptions, report: Report
) -> SystemRun:
    clock = _Clock()
    strange = _foreign(chosen, options)
    costs: list[IndexCost] = []
    outcomes: list[Outcome] = []
    missing: dict[str, str] = {}
    confidence: dict[str, Confidences] = defaultdict(Confidences)
    corpora = [each for each in eval_set.corpora if each.name in chosen]
    for at, corpus in enumerate(trees.in_order(corpora), start=1):
        name, questions = corpus.name, chosen[corpus.name]
        try:
            with clock.layout_time():
                tree = trees.lay_out(corpus)
            cost, judged, sure = _measure_corpus(eval_set, system, name, tree, questions, strange[name], options)
        except CodeloreError as error:
            missing[name] = str(error)
            report(f"{system.name}: {name}: NOT MEASURED: {error}")
            continue
        costs.append(cost)
        outcomes += judged
        clock.system += cost.seconds + (cost.cold_ms + sum(each.milliseconds for each in judged)) / 1000
        before = confidence[repository := questions[0].repository]
        confidence[repository] = Confidences(before.own + sure.own, before.other + sure.other)
        report(f"{system.name}: {at} of {len(chosen)}: {name}: {cost.files:,} files in {cost.seconds:.1f} s, {len(judged)} questions")
    return SystemRun(
        system.name,
        system.version,
        system.options,
        tuple(costs),
        tuple(outcomes),
        missing,
        dict(confidence),
        clock.shares(),
    )


def _measure_corpus(
    eval_set: QuestionSet,
    system: System,
    name: str,
    tree: Tree,
    questions: Sequence[Question],
    foreign: Sequence[str],
    options: RunOptions,
) -> tuple[IndexCost, list[Outcome], Confidences]:
    cost = system.index(name, tree.root, moved=tree.moved)
    asked = [*(each.text for each in questions), *foreign]
    places = [*(each.at for each in questions), *("" for _ in foreign)]
    given = system.ask(tree.root, asked, options.depth or eval_set.depth, places)
    if len(given.answers) != len(asked):
        raise SourceError(f"{system.name} gave {len(given.answers)} answers to {len(asked)} questions about {name}")
    judged = [eval_set.judge(question, answer) for question, answer in zip(questions, given.answers, strict=False)]
    sure = tuple(answer.confidence for answer in given.answers)
    return replace(cost, cold_ms=given.cold_ms), judged, Confidences(sure[: len(questions)], sure[len(questions) :])


def _foreign(chosen: dict[str, list[Question]], options: RunOptions) -> dict[str, list[str]]:
    """Return for each corpus questions that it does not answer: about the set's other repositories, else about what few programs do."""
    asked = [each for questions in chosen.values() for each in questions]
    if len({each.repository for each in asked}) == 1:
        return {name: list(QUESTIONS) if options.foreign or options.abstention else [] for name in chosen}
    if options.abstention:
        return _exchanged(asked, options.seed)
    draw = Random(options.seed)
    found: dict[str, list[str]] = {}
    for name, questions in chosen.items():
        others = [each.text for each in asked if each.repository != questions[0].repository]
        found[name] = draw.sample(others, min(options.foreign, len(others)))
    return found


def _exchanged(asked: Sequence[Question], seed: int) -> dict[str, list[str]]:
    """Give every question to another repository, the same one for the same seed, whatever else is asked; of its corpora to the first."""
    first: dict[str, str] = {}
    for each in asked:
        first.setdefault(each.repository, each.corpus)
    found: dict[str, list[str]] = {each.corpus: [] for each in asked}
    for each in asked:
        other = min((name for name in first if name != each.repository), key=lambda name: _drawn(f"{seed} {each.question_id} {name}"))
        found[first[other]].append(each.text)
    return found


def _drawn(text: str) -> bytes:
    return sha256(text.encode()).digest()


def _cases(eval_set: GraphSet, options: RunOptions) -> list[GraphCase]:
    """Return what is to be resolved: programs have long names, so a part of one names it."""
    every = eval_set.cases()
    chosen = [case for case in every if not options.only or any(each in case.name for each in options.only)]
    if not chosen:
        known = ", ".join(case.name for case in every[:_NAMED]) + (", …" if len(every) > _NAMED else "")
        raise SourceError(f"the set {eval_set.info.name} has nothing with {' or '.join(options.only)} in its name; it has {known}")
    return chosen


def _run_graphs(eval_set: GraphSet, graphs: GraphSource, places: Places, options: RunOptions, report: Report) -> SystemRun:
    clock = _Clock()
    costs: list[IndexCost] = []
    outcomes: list[Outcome] = []
    missing: dict[str, str] = {}
    by_name = {each.name: each for each in eval_set.corpora}
    for case in _cases(eval_set, options):
        try:
            with clock.layout_time():
                root = case.root or lay_out(by_name[case.name], places, report)
            began, busy = time.perf_counter(), time.process_time()
            resolved = list(graphs(root))
            spent, busy = time.perf_counter() - began, time.process_time() - busy
            outcomes += eval_set.judge(case, root, resolved)
        except CodeloreError as error:
            missing[case.name] = str(error)
            report(f"{case.name}: NOT MEASURED: {error}")
            continue
        clock.system += spent
        costs.append(IndexCost(case.name, spent, busy, 0, len(resolved), 0))
        report(f"{case.name}: {len(resolved):,} files in {spent:.1f} s")
    return SystemRun("codelore", version("codelore"), {}, tuple(costs), tuple(outcomes), missing, {}, clock.shares())
