"""Ranking quality on an annotated set: questions with the files that answer them, over repositories laid out as folders.

A set is a folder with ``queries.jsonl``: id, query, name or repo, relevant, secondary, and where known category and language. Its corpora
lie in another folder, one folder a repository, and each is indexed with the engine as a user's would be.
"""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser, Namespace
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from math import ceil, log2
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from ingest.errors import SourceError
from retrieval.answers import Hit, SearchRequest
from retrieval.embed import SHIPPED, write_model
from retrieval.engine import Engine, EngineOptions

DEPTH = 10


@dataclass(frozen=True, slots=True)
class Target:
    """A file that answers a question, or lines of it; ``start_line`` 0 stands for the whole file."""

    path: str
    start_line: int = 0
    end_line: int = 0

    def covered_by(self, hit: Hit) -> bool:
        """Say whether a hit shows this target: its path ends with the target's, and where lines are given they overlap."""
        if hit.path != self.path and not hit.path.endswith("/" + self.path):
            return False
        return not self.start_line or (hit.start_line <= self.end_line and self.start_line <= hit.end_line)


@dataclass(frozen=True, slots=True)
class Question:
    """A query on one corpus with what answers it."""

    question_id: str
    text: str
    corpus: str
    category: str
    language: str
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one question scored. ``milliseconds`` is the search in process, without reading the answer."""

    question_id: str
    corpus: str
    category: str
    language: str
    ndcg: float
    hit: bool
    """The first result covers a target."""
    milliseconds: float


def read_questions(folder: Path) -> list[Question]:
    """Read ``queries.jsonl`` of a set. Raises ``SourceError`` when it is missing or a line is not a question."""
    file = folder / "queries.jsonl"
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise SourceError(f"cannot read the questions of {folder}: {error}; name a folder that holds queries.jsonl") from error
    found: list[Question] = []
    for number, line in enumerate(lines, start=1):
        try:
            found.append(_question(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise SourceError(f"{file}:{number} is not a question ({error!r}); it needs id, query, name or repo, and relevant") from error
    return found


def _question(row: dict[str, Any]) -> Question:
    targets = [
        Target(each["path"], each.get("start_line", 0), each.get("end_line", 0)) for each in [*row["relevant"], *row.get("secondary", [])]
    ]
    return Question(
        question_id=row["id"],
        text=row["query"],
        corpus=row.get("name") or row["repo"].rpartition("/")[2],
        category=row.get("category", ""),
        language=row.get("language", ""),
        targets=tuple(targets),
    )


def ndcg(hits: Sequence[Hit], targets: Sequence[Target], *, depth: int = DEPTH) -> float:
    """Return NDCG at ``depth``: gain 1 for each target, at the rank of the first hit that covers it; the ideal list has them all first.

    Source: semble's benchmark. A hit that covers two targets earns both gains at its rank, so two parts of one file can exceed 1.
    """
    gained = 0.0
    for target in targets:
        rank = next((at for at, hit in enumerate(hits[:depth], start=1) if target.covered_by(hit)), 0)
        gained += 1 / log2(rank + 1) if rank else 0.0
    ideal = sum(1 / log2(rank + 1) for rank in range(1, min(len(targets), depth) + 1))
    return gained / ideal if ideal else 0.0


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least ``share`` of the values do not exceed; 0 for none."""
    return sorted(values)[max(ceil(share * len(values)), 1) - 1] if values else 0.0


def measure_corpus(engine: Engine, root: Path, questions: Sequence[Question]) -> Iterator[Outcome]:
    """Index one corpus and ask its questions; the first is asked twice, so that opening the index is not counted."""
    engine.index(str(root))
    engine.search(SearchRequest(questions[0].text, str(root), limit=DEPTH))
    for question in questions:
        started = time.perf_counter()
        answer = engine.search(SearchRequest(question.text, str(root), limit=DEPTH))
        spent = (time.perf_counter() - started) * 1000
        first = bool(answer.hits) and any(target.covered_by(answer.hits[0]) for target in question.targets)
        score = ndcg(answer.hits, question.targets)
        yield Outcome(question.question_id, question.corpus, question.category, question.language, score, first, spent)


def measure(questions: Sequence[Question], corpora: Path, data: Path, weights: Path) -> tuple[list[Outcome], list[str]]:
    """Measure every corpus that is there, each with a data folder of its own; return the outcomes and the corpora that are missing."""
    of_corpus: dict[str, list[Question]] = defaultdict(list)
    for question in questions:
        of_corpus[question.corpus].append(question)
    outcomes: list[Outcome] = []
    missing: list[str] = []
    for corpus, asked in of_corpus.items():
        root = corpora / corpus
        if not root.is_dir():
            missing.append(corpus)
            continue
        with Engine(data / corpus, EngineOptions(weights=weights)) as engine:
            outcomes += measure_corpus(engine, root, asked)
    return outcomes, missing


def macro(outcomes: Sequence[Outcome]) -> float:
    """Return the mean over corpora of their mean NDCG; 0 for no outcome."""
    means = _means(outcomes, lambda each: each.corpus)
    return fmean(mean for _, mean in means.values()) if means else 0.0


def _means(outcomes: Sequence[Outcome], key: Callable[[Outcome], str]) -> dict[str, tuple[int, float]]:
    groups: dict[str, list[float]] = defaultdict(list)
    for each in outcomes:
        groups[key(each)].append(each.ndcg)
    return {name: (len(values), fmean(values)) for name, values in sorted(groups.items())}


def summary(outcomes: Sequence[Outcome], missing: Sequence[str]) -> dict[str, Any]:
    """Return the record of a run: the figures, and every question's own."""
    spent = [each.milliseconds for each in outcomes]
    return {
        "questions": len(outcomes),
        "missing": list(missing),
        "ndcg": macro(outcomes),
        "ndcg_by_question": fmean(each.ndcg for each in outcomes) if outcomes else 0.0,
        "hit": fmean(each.hit for each in outcomes) if outcomes else 0.0,
        "milliseconds": {"p50": percentile(spent, 0.5), "p95": percentile(spent, 0.95)},
        "category": _means(outcomes, lambda each: each.category),
        "language": _means(outcomes, lambda each: each.language),
        "corpus": _means(outcomes, lambda each: each.corpus),
        "outcomes": [asdict(each) for each in outcomes],
    }


def print_summary(record: dict[str, Any]) -> None:
    """Print the figures of a record as tables."""
    for group in ("category", "language", "corpus"):
        rows = {name: row for name, row in record[group].items() if name}
        for name, (count, mean) in rows.items():
            print(f"{group:<9} {name:<22} {count:>4} questions  NDCG@{DEPTH} {mean:.3f}")
        if rows:
            print()
    times = record["milliseconds"]
    print(
        f"{record['questions']} questions  NDCG@{DEPTH} {record['ndcg']:.4f} mean of {len(record['corpus'])} corpora"
        f"  ({record['ndcg_by_question']:.4f} mean of questions)  hit@1 {record['hit']:.3f}"
        f"  search p50 {times['p50']:.2f} ms  p95 {times['p95']:.2f} ms"
    )
    if record["missing"]:
        print(f"NOT MEASURED, no folder: {', '.join(record['missing'])}", file=sys.stderr)


def write_blank_model(path: Path) -> Path:
    """Write a model whose vectors are all zero, which turns the vector signal off."""
    write_model(path, {"name": "blank", "version": "0"}, np.zeros(0, np.uint64), np.zeros((1, 8), np.float32))
    return path


def parse_arguments(argv: Sequence[str] | None) -> Namespace:
    """Read the command line."""
    parser = ArgumentParser(prog="codelore eval relevance", description=__doc__)
    parser.add_argument("set", type=Path, help="folder with queries.jsonl")
    parser.add_argument("corpora", type=Path, help="folder that holds one folder a repository")
    parser.add_argument("--data", type=Path, help="keep the indexes here and use those that are there (default: a temporary folder)")
    parser.add_argument("--weights", type=Path, default=SHIPPED, help="weights file of the static embedder")
    parser.add_argument("--no-vectors", action="store_true", help="measure without the vector signal")
    parser.add_argument("--at-least", type=float, default=0.0, metavar="NDCG", help="exit 1 when the mean over corpora is lower")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the record here")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure a set, print the figures; 0 when the bound holds, 1 when not, 2 when the set or a corpus is missing."""
    arguments = parse_arguments(argv)
    with TemporaryDirectory(prefix="codelore-relevance-") as scratch:
        weights = write_blank_model(Path(scratch) / "blank.bin") if arguments.no_vectors else arguments.weights
        try:
            outcomes, missing = measure(read_questions(arguments.set), arguments.corpora, arguments.data or Path(scratch), weights)
        except SourceError as error:
            print(error, file=sys.stderr)
            return 2
    record = summary(outcomes, missing)
    print_summary(record)
    if arguments.json:
        arguments.json.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    if missing or not outcomes:
        return 2
    return int(record["ndcg"] < arguments.at_least)
