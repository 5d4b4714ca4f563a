"""Ask the engine for chunks and for packs, question by question, and keep what both held of the gold symbols as a record of two systems."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from random import Random

from eval.corpora import Places, lay_out
from eval.model import IndexCost, Outcome, Part, Question, outcome_of
from eval.pack_recall import WAYS, Gold, chunks_shown, gold_symbols, pack_shown, recall
from eval.record import Metric, Record, SystemRun, now, own_commit, this_machine
from eval.sets.kinds import QuestionSet
from graph.store import GraphStore, open_graph_store
from ingest.errors import CodeloreError, SourceError
from retrieval.answers import SearchRequest, SymbolRow
from retrieval.engine import Engine
from retrieval.filters import Filters

CHUNKS, PACKS = "chunks", "packs"
BUDGETS = (2_000, 4_000, 8_000)
_HITS = 200
_ALL = 1_000_000


@dataclass(frozen=True, slots=True)
class PackOptions:
    """Bounds of a run."""

    budgets: tuple[int, ...] = BUDGETS
    graph: bool = True
    """Build the graph and show what lies around hits."""
    only: tuple[str, ...] = ()
    sample: int = 0
    """Questions of a repository at most; 0 asks all."""
    seed: int = 0


def run_packs(
    eval_set: QuestionSet, places: Places, data: Path, options: PackOptions, *, report: Callable[[str], None] = lambda _: None
) -> Record:
    """Measure both sides on the questions of a set whose targets have spans.

    Raises ``SourceError`` when none has. A corpus that cannot be laid out or indexed is kept as missing, with the reason.
    """
    machine, started = this_machine(), now()
    chosen = _choose(eval_set, options)
    costs: list[IndexCost] = []
    outcomes: dict[str, list[Outcome]] = {CHUNKS: [], PACKS: []}
    missing: dict[str, str] = {}
    by_name = {each.name: each for each in eval_set.corpora}
    for at, (name, questions) in enumerate(chosen.items(), start=1):
        try:
            root = lay_out(by_name[name], places, report)
            with ExitStack() as stack:
                corpus = _Corpus(stack, root, data / name.replace("/", "+"), options)
                costs.append(corpus.cost(name))
                for question in questions:
                    for side, outcome in corpus.ask(question):
                        outcomes[side].append(outcome)
        except CodeloreError as error:
            missing[name] = str(error)
            report(f"{name}: NOT MEASURED: {error}")
            continue
        report(f"{at} of {len(chosen)}: {name}: {len(questions)} questions")
    runs = [SystemRun(name, version("codelore"), {}, tuple(costs), tuple(rows), missing) for name, rows in outcomes.items()]
    metrics = tuple(Metric(f"{way}@{budget // 1000}k" if budget % 1000 == 0 else f"{way}@{budget}") for budget, way in _columns(options))
    return Record(eval_set.info, metrics, tuple(runs), machine, own_commit(), version("codelore"), started)


def _columns(options: PackOptions) -> list[tuple[int, str]]:
    return [(budget, way) for way in WAYS for budget in options.budgets]


def _choose(eval_set: QuestionSet, options: PackOptions) -> dict[str, list[Question]]:
    chosen: defaultdict[str, list[Question]] = defaultdict(list)
    for each in eval_set.questions:
        if (not options.only or each.repository in options.only) and any(target.spans for target in each.targets):
            chosen[each.corpus].append(each)
    if not chosen:
        raise SourceError(f"no question of {eval_set.info.name} says which lines answer it; packs are measured on sets that do")
    if options.sample:
        draw = Random(options.seed)
        return {name: draw.sample(rows, min(options.sample, len(rows))) for name, rows in chosen.items()}
    return dict(chosen)


class _Corpus:
    """An indexed folder that is asked."""

    def __init__(self, stack: ExitStack, root: Path, data: Path, options: PackOptions) -> None:
        self._root, self._options = str(root), options
        self._engine = stack.enter_context(Engine(data))
        self._graph: GraphStore | None = None
        began, busy = time.perf_counter(), time.process_time()
        self._engine.index(self._root, to_resolve=options.graph)
        if options.graph:
            self._graph = stack.enter_context(closing(open_graph_store(f"sqlite:{data / 'codelore.db'}")))
            self._engine.resolve(self._engine.views(SearchRequest("", self._root))[0][1], self._graph)
        self._spent = time.perf_counter() - began, time.process_time() - busy

    def cost(self, name: str) -> IndexCost:
        status = self._engine.status(self._root, look=False)
        return IndexCost(name, *self._spent, 0, status.files, status.chunks)

    def ask(self, question: Question) -> list[tuple[str, Outcome]]:
        """Return what each side scored; nothing for a question whose lines are in no definition."""
        gold = self._gold(question)
        if not gold:
            return []
        values: dict[str, dict[str, Part]] = {CHUNKS: {}, PACKS: {}}
        spent = dict.fromkeys(values, 0.0)
        began = time.perf_counter()
        hits = self._engine.search(SearchRequest(question.text, self._root, limit=_HITS)).hits
        spent[CHUNKS] = (time.perf_counter() - began) * 1000
        for budget in self._options.budgets:
            began = time.perf_counter()
            pack = self._engine.context(SearchRequest(question.text, self._root), budget=budget, graph=self._graph)
            spent[PACKS] += (time.perf_counter() - began) * 1000 / len(self._options.budgets)
            for side, shown in ((CHUNKS, chunks_shown(hits, budget)[0]), (PACKS, pack_shown(pack))):
                suffix = f"{budget // 1000}k" if budget % 1000 == 0 else str(budget)
                values[side] |= {f"{way}@{suffix}": part for way, part in recall(gold, shown)}
        return [(side, outcome_of(question, values[side], spent[side])) for side in values]

    def _gold(self, question: Question) -> list[Gold]:
        rows: list[SymbolRow] = []
        for path in dict.fromkeys(target.path for target in question.targets if target.spans):
            escaped = "".join(f"[{each}]" if each in "[*?" else each for each in path)
            found = self._engine.symbols(self._root, "*", filters=Filters(paths=(f"/{escaped}", f"**/{escaped}")), limit=_ALL)
            rows += found.symbols
        return gold_symbols(rows, question.targets)
