"""Collect samples: index each repository of a set, ask its questions, and some of another repository's."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias, TypeVar

from eval.corpora import Corpus, Places, lay_out
from eval.model import Question
from eval.sets.questions import QuestionsKind
from eval.training.names import half_of, is_annotated, plain_name
from eval.training.samples import Sample, sample
from eval.training.terms import TermSample, term_sample
from eval.training.tier_vectors import TierVectors, pool_vectors
from graph.store import open_graph_store
from ingest.errors import CodeloreError, SourceError
from retrieval.engine import Engine, EngineOptions
from retrieval.weights import FUSION, SHIPPED

T = TypeVar("T")
Ask: TypeAlias = "Callable[[Engine, str, Errand, CollectOptions], list[T]]"
FOREIGN = 12
"""Questions of other repositories that each is asked."""


@dataclass(frozen=True, slots=True)
class CollectOptions:
    """Where things are. ``vectors`` names for a repository (``owner/name``, or its last part) the static model that has not seen it."""

    data: Path
    vectors: Mapping[str, Path] = field(default_factory=dict[str, Path])
    fusions: tuple[Path, Path] = (FUSION, FUSION)
    """Files of weights for the repositories of each half (``half_of``), of which only what terms count is used."""
    graph: bool = True
    workers: int = 2
    tier: TierVectors | None = None
    """The transformer that annotated questions are asked with."""


@dataclass(frozen=True, slots=True)
class Errand:
    """One corpus with what is asked of it."""

    source: str
    corpus: Corpus
    places: Places
    questions: Sequence[Question]
    foreign: Sequence[Question]


def read_vectors(file: Path) -> dict[str, Path]:
    """Read which model has not seen which repository, as ``eval train-static --halves`` writes it. Raises SourceError."""
    try:
        found: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))["map"]
        return {name.rpartition("/")[2].lower(): Path(model) for name, model in found.items()}
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise SourceError(f"cannot read which static model has not seen which repository from {file}: {error!r}") from error


def errands(place: Path, places: Places) -> list[Errand]:
    """Return what has to be asked for one set of questions; each repository is asked some of the next one's questions."""
    found = QuestionsKind().read(place)
    corpora = {corpus.name: corpus for corpus in found.corpora}
    asked: dict[str, list[Question]] = {}
    for question in found.questions:
        asked.setdefault(question.corpus, []).append(question)
    source = place.stem if place.is_file() else place.absolute().name
    return [Errand(source, corpora[name], places, own, _foreign(name, asked)) for name, own in asked.items()]


def _foreign(name: str, asked: Mapping[str, Sequence[Question]]) -> Sequence[Question]:
    """Return some questions about the next repository, whichever of its commits; none where all are about one."""
    names = sorted(asked)
    at = names.index(name)
    others = [each for each in (*names[at:], *names[:at]) if each.partition("@")[0] != name.partition("@")[0]]
    return asked[others[0]][:FOREIGN] if others else ()


def collect(work: Sequence[Errand], options: CollectOptions, report: Callable[[str], None] = lambda _: None) -> Iterator[Sample]:
    """Yield the samples of all errands, in their order; one whose repository cannot be had is reported and left out."""
    yield from _ask_all(_samples, work, options, report)


def collect_terms(work: Sequence[Errand], options: CollectOptions, report: Callable[[str], None] = lambda _: None) -> Iterator[TermSample]:
    """Yield the terms of the questions of all errands in the same way; none of questions about another repository."""
    yield from _ask_all(_term_samples, work, options, report)


def _samples(engine: Engine, root: str, errand: Errand, options: CollectOptions) -> list[Sample]:
    with pool_vectors(options.tier if is_annotated(errand.source) else None, engine.data) as vectors:
        own = [sample(engine, root, question, errand.source, vectors=vectors) for question in errand.questions]
    return own + [sample(engine, root, question, errand.source, foreign=True) for question in errand.foreign]


def _term_samples(engine: Engine, root: str, errand: Errand, _: CollectOptions) -> list[TermSample]:
    found = [term_sample(engine, root, question, errand.source) for question in errand.questions]
    return [each for each in found if each is not None]


def _ask_all(ask: Ask[T], work: Sequence[Errand], options: CollectOptions, report: Callable[[str], None]) -> Iterator[T]:
    context = multiprocessing.get_context("spawn")  # the engine has threads
    with ProcessPoolExecutor(options.workers, mp_context=context) as pool:
        waiting = {pool.submit(_run, ask, errand, options): at for at, errand in enumerate(work)}
        done: dict[int, list[T]] = {}
        for number, future in enumerate(as_completed(waiting), start=1):
            found, problem = future.result()
            at = waiting[future]
            done[at] = found
            told = problem or f"{len(found)} questions"
            report(f"{number}/{len(work)} {work[at].source}/{work[at].corpus.name}: {told}")
    for at in sorted(done):
        yield from done[at]


def _run(ask: Ask[T], errand: Errand, options: CollectOptions) -> tuple[list[T], str]:
    name = plain_name(errand.corpus.name)
    data = options.data / f"{errand.source}-{errand.corpus.key}"
    weights = options.vectors.get(name, SHIPPED)
    fusion = options.fusions[half_of(name)]
    try:
        root = str(lay_out(errand.corpus, errand.places))
        with Engine(data, EngineOptions(weights=weights, fusion=fusion)) as engine:
            outcome = engine.index(root, to_resolve=options.graph)
            if options.graph:
                with closing(open_graph_store(f"sqlite:{data / 'codelore.db'}")) as store:
                    engine.resolve(outcome.view, store)
            return ask(engine, root, errand, options), ""
    except CodeloreError as error:
        return [], str(error)
