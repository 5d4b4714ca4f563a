"""``codelore eval packs``."""

from __future__ import annotations

import argparse
import json
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from eval.arguments import add_clones, add_questions
from eval.text import plain

if TYPE_CHECKING:
    from eval.cli import Commands, Home
    from eval.sets.kinds import QuestionSet


def add_packs(commands: Commands, home: Home) -> None:
    """Add the command."""
    help = "compare what context packs hold of the answers with as many tokens of the best chunks"
    parser = commands.add_parser("packs", help=help, description=help[0].upper() + help[1:] + ".")
    parser.set_defaults(run=partial(_run, home))
    parser.add_argument("set", type=Path, metavar="SET", help="a set of questions that says which lines answer them, as eval run reads it")
    where = parser.add_argument_group("repositories (default: fetched from GitHub at the set's commits, and kept)")
    where.add_argument("--corpora", type=Path, metavar="DIR", help="take them from DIR, one folder each, as they are")
    add_clones(where)
    where.add_argument("--data", type=Path, metavar="DIR", help="keep the indexes in DIR (default: a temporary folder)")
    add_questions(parser)
    parser.add_argument("--budget", action="append", default=[], type=_budget, metavar="TOKENS", help="default: 2000, 4000 and 8000")
    parser.add_argument("--no-graph", dest="graph", action="store_false", help="leave out what the graph knows around hits")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the record, for eval compare and eval report")
    parser.add_argument("--json", action="store_true", help="print the comparison as one JSON object (docs/eval-reports.md)")


def _budget(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of tokens")
    return int(text)


def _run(home: Home, typed: argparse.Namespace) -> int:
    from eval.cli_compare import table
    from eval.compare import compare, document, pick_pair
    from eval.corpora import Places
    from eval.files import require_writable
    from eval.pack_run import BUDGETS, CHUNKS, PACKS, PackOptions, run_packs
    from eval.record import write_record

    eval_set = _questions(typed.set)
    if typed.out:
        require_writable(typed.out)
    options = PackOptions(tuple(typed.budget) or BUDGETS, typed.graph, tuple(typed.only), typed.sample, typed.seed)
    places = Places(home(), None, typed.corpora, typed.clones, download=typed.download)
    with TemporaryDirectory(prefix="codelore-eval-") as temporary:
        record = run_packs(eval_set, places, typed.data or Path(temporary), options, report=_say)
    if typed.out:
        write_record(record, typed.out)
    sides = pick_pair(record, record, f"A={CHUNKS},B={PACKS}", (eval_set.info.name, eval_set.info.name))
    found = compare(*sides)
    if typed.json:
        print(json.dumps(document(found)))
    else:
        print(f"{plain(record.set.name)}: A is {CHUNKS}, B is {PACKS}")
        for line in table("overall", found.overall()):
            print(line)
    return int(bool(record.systems[0].missing))


def _questions(place: Path) -> QuestionSet:
    """Read the set. Raises ``QueryError`` for one of edges."""
    from eval.sets.kinds import QuestionSet
    from eval.sets.registry import read_set
    from ingest.errors import QueryError

    found = read_set(place)
    if not isinstance(found, QuestionSet):
        raise QueryError(f"{found.info.name} is a set of edges; packs answer questions")
    return found


def _say(line: str) -> None:
    print(plain(line), file=sys.stderr, flush=True)
