"""``codelore eval goals``."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from eval.arguments import add_clones
from eval.text import plain

if TYPE_CHECKING:
    from eval.cli import Commands, Home


def add_goals(commands: Commands, home: Home) -> None:
    """Add the command."""
    help = "run the development sets and print their figures beside the bounds they must hold"
    parser = commands.add_parser("goals", help=help, description=help[0].upper() + help[1:] + ".")
    parser.set_defaults(run=partial(_run, home))
    parser.add_argument("sets", type=Path, metavar="DIR", help="holds a folder for each set, such as semble and commits25")
    add_clones(parser)
    parser.add_argument("--only", action="append", default=[], metavar="SET", help="only this set; may be repeated")
    parser.add_argument("--goals", type=Path, metavar="FILE", help="other goals than the shipped ones (eval/data/goals.json)")
    parser.add_argument("--out", type=Path, metavar="DIR", help="write the record of each set to DIR/SET.json")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def _run(home: Home, typed: argparse.Namespace) -> int:
    from eval.corpora import Places
    from eval.goals import SHIPPED, SIDES, Reached, line, measure, read_goals
    from eval.record import write_record
    from eval.run import RunOptions
    from ingest.errors import QueryError

    goals = [each for each in read_goals(typed.goals or SHIPPED) if not typed.only or each.set in typed.only]
    if not goals:
        raise QueryError(f"no goal is about {', '.join(typed.only) or 'anything'}; see {typed.goals or SHIPPED}")
    places = Places(home(), clones=typed.clones, download=typed.download)
    found: list[Reached] = []
    with TemporaryDirectory(prefix="codelore-goals-") as data:
        for got, record in measure(goals, typed.sets, places, Path(data), RunOptions(abstention=True), _say):
            found.append(got)
            if not typed.json:
                print(plain(line(got)), flush=True)
            if typed.out and record is not None:
                write_record(record, typed.out / f"{got.goal.set}{'-packs' * (got.goal.system in SIDES)}.json")
    if typed.json:
        rows = [
            {**asdict(each.goal), "value": each.value, "other": each.other, "questions": each.questions, "missing": each.missing}
            for each in found
        ]
        print(json.dumps({"goals": [{**row, "verdict": each.verdict} for row, each in zip(rows, found, strict=True)]}))
    return int(any(each.verdict in {"MISSED", "NOT MEASURED"} for each in found))


def _say(line: str) -> None:
    print(plain(line), file=sys.stderr, flush=True)
