"""``codelore eval train``."""

from __future__ import annotations

import argparse
import json
import sys
import time
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from eval.arguments import add_clones, whole

if TYPE_CHECKING:
    from eval.cli import Commands, Home
    from eval.training.samples import Sample


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
    parser.add_argument("--workers", type=whole, default=2, metavar="N", help="processes that index and ask (default: %(default)s)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the weights to FILE")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")


def _run(home: Home, typed: argparse.Namespace) -> int:
    from eval.files import require_writable, write_whole
    from eval.training.collect import read_vectors
    from eval.training.report import document, figures, lines
    from eval.training.train import train

    if typed.out:
        require_writable(typed.out)
    started = time.monotonic()
    vectors = read_vectors(typed.halves) if typed.halves else {}
    with TemporaryDirectory(prefix="codelore-train-") as folder:
        samples = _collect(home, typed, typed.data or Path(folder), vectors)
    weights, scores = train(samples, _tell)
    told = figures(scores)
    if typed.out:
        write_whole(typed.out, document(weights, samples, told, graph=typed.graph))
    if typed.json:
        print(json.dumps({"figures": told, "seconds": round(time.monotonic() - started, 1)}))
    else:
        print("\n".join([*lines(told), f"{len(samples):,} questions, {time.monotonic() - started:.0f} s"]))
    return 0


def _collect(home: Home, typed: argparse.Namespace, data: Path, vectors: dict[str, Path]) -> list[Sample]:
    from eval.corpora import Places
    from eval.training.collect import CollectOptions, Errand, collect, errands
    from eval.training.tier_vectors import TierVectors
    from eval.training.train import ANNOTATED
    from retrieval.holdings import VECTORS_FILE

    tier = TierVectors(typed.tier, data / VECTORS_FILE) if typed.tier else None
    if tier:
        tier.open()  # what is wrong with it is told before an hour of indexing
    work: list[Errand] = []
    for place in typed.set:
        folder = typed.corpora / place.name if typed.corpora else None
        places = Places(home(), None, folder if folder and folder.is_dir() else None, typed.clones, download=typed.download)
        work += errands(place, places)
    found = collect(work, CollectOptions(data, vectors, graph=typed.graph, workers=typed.workers, tier=tier), _tell)
    return [each for each in found if each.source in ANNOTATED or not typed.kind or each.kind in typed.kind or each.foreign]


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
