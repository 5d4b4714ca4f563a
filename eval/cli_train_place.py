"""``codelore eval train-place``."""

from __future__ import annotations

import argparse
import json
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from eval.arguments import add_clones

if TYPE_CHECKING:
    from eval.cli import Commands, Home


def add_train_place(commands: Commands, home: Home) -> None:
    """Add the command."""
    help = "fit the weights of the ranking from a place to questions that say where they are asked from"
    parser = commands.add_parser(
        "train-place",
        help=help,
        description=f"{help[0].upper()}{help[1:]} (codelore eval mine --kind use), and say what they are worth on repositories that they "
        "were not fitted on.",
    )
    parser.set_defaults(run=partial(_run, home))
    parser.add_argument("set", type=Path, nargs="+", metavar="SET", help="folders with queries.jsonl")
    add_clones(parser)
    parser.add_argument("--data", type=Path, metavar="DIR", help="keep the indexes in DIR (default: a temporary folder)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the weights to FILE")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")


def _run(home: Home, typed: argparse.Namespace) -> int:
    from eval.corpora import Places
    from eval.files import require_writable, write_whole
    from eval.training.places import collect, document, train

    if typed.out:
        require_writable(typed.out)
    places = Places(home(), clones=typed.clones, download=typed.download)
    with TemporaryDirectory(prefix="codelore-train-") as folder:
        samples = collect(typed.set, places, typed.data or Path(folder), _tell)
    weights, told = train(samples)
    if typed.out:
        write_whole(typed.out, document(weights, samples, told))
    if typed.json:
        print(json.dumps({"figures": told, "questions": len(samples)}))
    else:
        shown = ", ".join(f"{name} {value:.3f}" for name, value in told.items())
        print(f"on repositories that were not fitted on: {shown}\n{len(samples):,} questions")
    return 0


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
