"""``codelore eval run``."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from eval.arguments import add_clones, add_questions, whole
from eval.text import plain

if TYPE_CHECKING:
    from eval.cli import Commands, Home
    from eval.record import Record
    from eval.sets.kinds import EvalSet


def add_run(commands: Commands, home: Home) -> None:
    """Add the command."""
    help = "ask one or more systems the questions of a set, and judge the answers"
    parser = commands.add_parser("run", help=help, description=help[0].upper() + help[1:] + ".")
    parser.set_defaults(run=partial(_run, home))
    parser.add_argument(
        "set", type=Path, metavar="SET", help="a folder with queries.jsonl, a file of JSON lines, or a public benchmark's folder"
    )
    parser.add_argument(
        "--system", action="append", default=[], metavar="NAME", help="a system to ask; may be repeated (default: codelore; see eval peers)"
    )
    where = parser.add_argument_group("repositories (default: fetched from GitHub at the set's commits, and kept)")
    where.add_argument("--repo", type=Path, metavar="DIR", help="the one repository that all questions are about, as it is")
    where.add_argument("--corpora", type=Path, metavar="DIR", help="take them from DIR, one folder each, as they are")
    add_clones(where)
    where.add_argument("--data", type=Path, metavar="DIR", help="keep the indexes in DIR (default: a temporary folder)")
    what = add_questions(parser)
    what.add_argument(
        "--foreign", type=whole, default=3, metavar="N", help="questions of other repositories to each (default: %(default)s)"
    )
    what.add_argument(
        "--abstention", action="store_true", help="ask every question of another repository as well, to see whether confidence tells"
    )
    what.add_argument("--depth", type=whole, default=0, metavar="N", help="rows asked of a system (default: what the set needs)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the record, with every question's answer, to FILE")
    parser.add_argument(
        "--no-rows", dest="rows", action="store_false", help="leave out of the record what was found: a small baseline to commit"
    )
    parser.add_argument(
        "--at-least",
        action="append",
        default=[],
        type=_bound,
        metavar="METRIC=VALUE",
        help="exit 1 when the first system has less; METRIC:questions is the mean over questions, abstention the AUROC",
    )
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")


def _bound(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        return name, float(value)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not METRIC=VALUE, such as hit@1=0.5") from None


def _run(home: Home, typed: argparse.Namespace) -> int:
    from eval.corpora import Places
    from eval.files import require_writable
    from eval.graph_source import resolve
    from eval.record import without_rows, write_record
    from eval.run import RunOptions, run
    from eval.run_figures import figures_of, lines_of
    from eval.sets.registry import read_set
    from eval.systems.registry import open_system

    eval_set = read_set(typed.set)
    names = _names(eval_set, typed)
    if typed.out:
        require_writable(typed.out)
    places = Places(home(), typed.repo, typed.corpora, typed.clones, download=typed.download)
    options = RunOptions(typed.depth, typed.foreign, typed.abstention, tuple(typed.only), typed.sample, typed.seed)
    with ExitStack() as stack:
        data = typed.data or Path(stack.enter_context(TemporaryDirectory(prefix="codelore-eval-")))
        systems = [stack.enter_context(closing(open_system(name, home(), data))) for name in names]
        record = run(eval_set, systems, places, options, graphs=resolve, report=_say)
    if typed.out:
        write_record(record if typed.rows else without_rows(record), typed.out)
    if typed.json:
        print(json.dumps({"set": record.set.name, "systems": [figures_of(record, each) for each in record.systems]}))
    else:
        for line in lines_of(record):
            print(plain(line))
    return _verdict(record, typed.at_least)


def _names(eval_set: EvalSet, typed: argparse.Namespace) -> list[str]:
    """Return the systems to ask, none for edges. Raises ``QueryError`` for what the set cannot be asked, before anything is."""
    from eval.sets.kinds import QuestionSet
    from ingest.errors import QueryError

    names: list[str] = typed.system or ["codelore"]
    metrics = [each.name for each in eval_set.metrics]
    known = [*metrics, *(f"{each}:questions" for each in metrics), "abstention"]
    if unknown := [name for name, _ in typed.at_least if name not in known]:
        raise QueryError(f"--at-least {', '.join(unknown)}: {eval_set.info.name} has no such measure; it has {', '.join(metrics)}")
    if len(set(names)) < len(names):
        raise QueryError(f"--system {' '.join(names)}: each system is asked once; leave out the second")
    if isinstance(eval_set, QuestionSet):
        return names
    if names != ["codelore"] or typed.sample:
        raise QueryError(
            f"{eval_set.info.name} is a set of edges, of which codelore alone is asked, and all: leave out --system and --sample"
        )
    return []


def _say(line: str) -> None:
    print(plain(line), file=sys.stderr, flush=True)


def _verdict(record: Record, bounds: list[tuple[str, float]]) -> int:
    """Return 0 when everything was measured and the bounds hold, else 1, with the reasons on standard error."""
    from eval.figures import abstention, figure

    first = record.systems[0]
    wrong = [
        f"{each.name}: {len(each.missing)} corpora were not measured: {', '.join(each.missing)}" for each in record.systems if each.missing
    ]
    known = {each.name: each for each in record.metrics}
    for name, bound in bounds:
        metric, _, over = name.partition(":")
        found = figure(first.outcomes, known[metric]) if metric in known else None
        got = abstention(first) if name == "abstention" else (found.micro if over else found.value) if found else None
        if got is None:
            wrong.append(f"{name} was not measured: no question has a say in it")
        elif got < bound:
            wrong.append(f"{name} is {got:.4f}, less than {bound:g}")
    for each in wrong:
        _say(each)
    return int(bool(wrong) or not first.outcomes)
