"""``codelore eval train``."""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from eval.arguments import add_clones, whole

if TYPE_CHECKING:
    from eval.cli import Commands, Home
    from eval.training.collect import Errand
    from eval.training.samples import Sample
    from eval.training.terms import TermWeights


def add_train(commands: Commands, home: Home) -> None:
    """Add the command."""
    help = "fit the weights of the ranking to sets of questions"
    parser = commands.add_parser(
        "train",
        help=help,
        description=f"{help[0].upper()}{help[1:]}, and say what they are worth on repositories that they were not fitted on. "
        "Sets to train on are annotated ones, and mined ones (codelore eval mine --kind change,docstring,symbol).",
    )
    parser.set_defaults(run=partial(_run, home))
    parser.add_argument("set", type=Path, nargs="+", metavar="SET", help="folders with queries.jsonl")
    parser.add_argument("--corpora", type=Path, metavar="DIR", help="take the repositories of a set from DIR/SET, one folder each")
    add_clones(parser)
    parser.add_argument("--data", type=Path, metavar="DIR", help="keep the indexes in DIR (default: a temporary folder)")
    parser.add_argument(
        "--halves",
        type=Path,
        metavar="FILE",
        help="static models by repository that have not seen it (codelore eval train-static --halves)",
    )
    parser.add_argument(
        "--tier",
        default="",
        metavar="ADDRESS",
        help="fit the signals of this transformer, too; vectors of what annotated questions come upon are kept in the folder of --data",
    )
    parser.add_argument("--no-graph", dest="graph", action="store_false", help="train without edges between files")
    parser.add_argument(
        "--kind", action="append", default=[], metavar="KIND", help="of mined sets, only questions of this kind; may be repeated"
    )
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        metavar="SIGNAL",
        help="take this signal of files and chunks for nothing, to see what it is worth; may be repeated (codelore signals lists them)",
    )
    parser.add_argument("--workers", type=whole, default=2, metavar="N", help="processes that index and ask (default: %(default)s)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the weights to FILE")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")


def _run(home: Home, typed: argparse.Namespace) -> int:
    from eval.files import require_writable, write_whole
    from eval.training.report import document, figures, lines
    from eval.training.samples import without
    from eval.training.train import train

    if typed.out:
        require_writable(typed.out)
    started = time.monotonic()
    with TemporaryDirectory(prefix="codelore-train-") as folder:
        terms, samples = _collect(home, typed, Path(folder))
    weights, scores = train(without(samples, typed.without), _tell)
    told = figures(scores)
    if typed.out:
        write_whole(typed.out, document(weights, terms, samples, told, graph=typed.graph))
    if typed.json:
        print(json.dumps({"figures": told, "seconds": round(time.monotonic() - started, 1)}))
    else:
        print("\n".join([*lines(told), f"{len(samples):,} questions, {time.monotonic() - started:.0f} s"]))
    return 0


def _collect(home: Home, typed: argparse.Namespace, folder: Path) -> tuple[TermWeights, list[Sample]]:
    """Return what terms count, and the samples, each of which took the terms to count what the other half of repositories says."""
    from eval.training.collect import CollectOptions, collect, collect_terms, read_vectors
    from eval.training.names import half_of, plain_name
    from eval.training.report import only_terms
    from eval.training.terms import fit_terms
    from eval.training.tier_vectors import TierVectors
    from retrieval.holdings import VECTORS_FILE

    data = typed.data or folder
    tier = TierVectors(typed.tier, data / VECTORS_FILE) if typed.tier else None
    if tier:
        tier.open()  # what is wrong with it is told before an hour of indexing
    work = _errands(home, typed)
    vectors = read_vectors(typed.halves) if typed.halves else {}
    even, halves = folder / "even.json", (folder / "half-0.json", folder / "half-1.json")
    even.write_text(only_terms({}), encoding="utf-8")
    options = CollectOptions(data, vectors, (even, even), graph=typed.graph, workers=typed.workers, tier=tier)
    found = list(collect_terms(work, options, _tell))
    for half, file in enumerate(halves):
        _tell(f"what terms count, half {half + 1} of 2")
        file.write_text(only_terms(fit_terms([each for each in found if half_of(plain_name(each.repository)) != half])), encoding="utf-8")
    return fit_terms(found), list(collect(work, replace(options, fusions=halves), _tell))


def _errands(home: Home, typed: argparse.Namespace) -> list[Errand]:
    """Return what is asked of which repository; of mined sets only the kinds that are wanted."""
    from eval.corpora import Places
    from eval.training.collect import errands
    from eval.training.names import is_annotated

    work: list[Errand] = []
    for place in typed.set:
        folder = typed.corpora / place.name if typed.corpora else None
        places = Places(home(), None, folder if folder and folder.is_dir() else None, typed.clones, download=typed.download)
        for errand in errands(place, places):
            wanted = [q for q in errand.questions if is_annotated(errand.source) or not typed.kind or (q.kind or q.category) in typed.kind]
            work.append(replace(errand, questions=wanted))
    return work


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
