"""Learn what is needed at a place: fit the weights of ``retrieval/place.json`` to questions that say where they are asked from.

Each question's targets are definitions of other files. What is learned from is the chunk in which such a definition begins; what is
measured is, as in ``definitions@k``, the share of definitions of which one of the first k chunks shows a line.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.corpora import Corpus, Places, lay_out
from eval.model import Question
from eval.sets.questions import QuestionsKind
from eval.training.fit import F64, Flags, Listed, columns_of, expand, fit_lists, named
from graph.answers import open_view
from graph.model import graph_name
from graph.store import open_graph_store
from ingest.errors import CodeloreError, SourceError
from retrieval.answers import SearchRequest
from retrieval.engine import Engine, EngineOptions
from retrieval.places.ranking import PlaceRanker, read_place
from retrieval.places.signals import PLACE_SIGNALS, PlaceScene, load_place_model
from retrieval.query import parse_query
from retrieval.ranking.fusion import FORMAT
from retrieval.ranking.rank import matrix
from retrieval.segment import F32

FOLDS = 4
PENALTY = 5.0
CUTS = (10, 20)
_LEADING = 240
_DRAWN = 60
_LEARNED = 60


@dataclass(frozen=True, slots=True)
class PlaceSample:
    """A question's chunks, those that lead and a draw of the others: signals as columns (R, C) and which chunks answer."""

    repository: str
    columns: F32
    begins: Flags
    """In which chunks a target begins (R)."""
    shows: NDArray[np.bool_]
    """Of which of S targets each chunk shows a line (S, R)."""
    leads: Flags
    """Which of the chunks are learned from (R)."""


def collect(sets: Sequence[Path], places: Places, data: Path, report: Callable[[str], None] = lambda _: None) -> list[PlaceSample]:
    """Index the repositories of sets into ``data`` and ask their questions that say from where.

    Raises ``SourceError`` where no question says so. A repository that cannot be had is reported and left out.
    """
    samples: list[PlaceSample] = []
    for place in sets:
        found = QuestionsKind().read(place)
        for corpus in found.corpora:
            asked = [each for each in found.questions if each.corpus == corpus.name and each.at]
            try:
                own = _ask(corpus, places, data / f"{found.info.name}-{corpus.key}", asked) if asked else []
            except CodeloreError as error:
                report(f"{corpus.name}: {error}")
                continue
            report(f"{corpus.name}: {len(own)} questions")
            samples += own
    if not samples:
        raise SourceError("no question of these sets says where it is asked from (at); make such sets: codelore eval mine --kind use")
    return samples


def _ask(corpus: Corpus, places: Places, data: Path, questions: Sequence[Question]) -> list[PlaceSample]:
    root = str(lay_out(corpus, places))
    request = SearchRequest("x", root)
    with Engine(data, EngineOptions()) as engine, closing(open_graph_store(f"sqlite:{data / 'codelore.db'}")) as store:
        outcome = engine.index(root, to_resolve=True)
        engine.resolve(outcome.view, store)
        ranker = engine.ranker(request)
        allowed = ranker.allowed(request.filters)
        asking = PlaceRanker(ranker, open_view(store, graph_name(outcome.view)), load_place_model())
        found: list[PlaceSample] = []
        for each in questions:
            place = read_place(each.at)
            scene = asking.look(parse_query(each.text), asking.elsewhere(allowed, place), place)
            if scene is not None and scene.scene.files:
                found.append(_sample(scene, each))
        return found


def _sample(seen: PlaceScene, question: Question) -> PlaceSample:
    pool, snapshot = seen.scene.pool, seen.scene.snapshot
    located = [snapshot.locate(each) for each in pool.chunk.tolist()]
    lines = np.array([(segment.start_line[at], segment.end_line[at]) for segment, at in located], np.int64).reshape(-1, 2)
    row = {path: at for at, (path, _) in enumerate(seen.scene.names)}
    spans = [(target.path, *span) for target in question.targets for span in target.spans]
    shows = np.zeros((len(spans), len(lines)), np.bool_)
    begins = np.zeros(len(lines), np.bool_)
    for at, (path, first, last) in enumerate(spans):
        inside = pool.row == row.get(path, -1)
        shows[at] = inside & (lines[:, 0] <= last) & (lines[:, 1] >= first)
        begins |= inside & (lines[:, 0] <= first) & (lines[:, 1] >= first)
    key = seen.scores.files[pool.row] + seen.scores.chunks + (seen.ties > 0).sum(axis=1)
    order = np.argsort(-key, kind="stable")
    kept = np.logical_or.reduce(shows, axis=0)
    kept[order[:_LEADING]] = True
    leads = begins.copy()
    leads[order[:_LEARNED]] = True
    drawn = np.random.default_rng(0).permutation(len(lines))[:_DRAWN]
    kept[drawn] = leads[drawn] = True
    columns = expand(matrix(PLACE_SIGNALS, seen), PLACE_SIGNALS)
    return PlaceSample(question.repository, columns[kept], begins[kept], shows[:, kept], leads[kept])


def train(samples: Sequence[PlaceSample]) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """Return the weights fitted to all samples, and figures on repositories that were not fitted on.

    Raises ``SourceError`` when there are too few repositories.
    """
    fold = {name: int(sha256(name.encode()).hexdigest(), 16) % FOLDS for name in {each.repository for each in samples}}
    if len(set(fold.values())) < 2:
        raise SourceError("the questions are about too few repositories to learn from; name sets of more repositories")
    scores: defaultdict[str, list[tuple[float, ...]]] = defaultdict(list)
    for number in sorted(set(fold.values())):
        weights = _fit([each for each in samples if fold[each.repository] != number])
        for each in samples:
            if fold[each.repository] == number:
                scores[each.repository].append(recall(each, weights))
    told: dict[str, float] = {}
    for at, cut in enumerate(CUTS):
        by = [[each[at] for each in own] for own in scores.values()]
        told[f"definitions@{cut}"] = round(float(np.mean([np.mean(own) for own in by])), 4)
        told[f"definitions@{cut}:questions"] = round(float(np.mean([each for own in by for each in own])), 4)
    return named(_fit(samples), PLACE_SIGNALS), told


def _fit(samples: Sequence[PlaceSample]) -> F64:
    lists = [Listed(each.columns[each.leads], each.begins[each.leads]) for each in samples if each.begins.any()]
    return fit_lists(lists, penalty=PENALTY)


def recall(sample: PlaceSample, weights: F64) -> tuple[float, ...]:
    """Return the share of targets of which the first k chunks show a line, for each of ``CUTS``."""
    order = np.argsort(-(sample.columns @ weights), kind="stable")
    return tuple(float(sample.shows[:, order[:cut]].any(axis=1).mean()) for cut in CUTS)


def weights_of(model: Mapping[str, Mapping[str, float]]) -> F64:
    """Return weights by signal and way as those of columns (C)."""
    return np.array([model.get(PLACE_SIGNALS[at].name, {}).get(way.value, 0.0) for at, way in columns_of(PLACE_SIGNALS)])


def document(weights: Mapping[str, Mapping[str, float]], samples: Sequence[PlaceSample], told: Mapping[str, Any]) -> str:
    """Return the text of a file of weights."""
    record = {
        "trained": datetime.now(UTC).date().isoformat(),
        "command": "codelore eval train-place",
        "questions": len(samples),
        "repositories": sorted({each.repository for each in samples}),
        "unseen": told,
    }
    version = sha256(json.dumps(weights, sort_keys=True).encode()).hexdigest()[:12]
    return json.dumps({"format": FORMAT, "version": version, "record": record, "weights": weights}, indent=1) + "\n"
