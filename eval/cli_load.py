"""``codelore eval load``."""

from __future__ import annotations

import argparse
import json
import re
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from eval.arguments import count, number, positive
from ingest.errors import QueryError

if TYPE_CHECKING:
    from eval.cli import Commands, Home

_INTERRUPTED = 130
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_TARGETS = ("engine", "engine-each", "cli")
_MIX = "search=8,symbols=1,context=1,show=1,graph-callers=1"


def add_load(commands: Commands, home: Home) -> None:
    """Add the command; ``home`` tells where indexes are kept. What does the work is loaded when it runs."""
    help = "put many questions at once to the engine or the command line, and report throughput, latency, errors and memory"
    load = commands.add_parser("load", help=help, description=help[0].upper() + help[1:] + ".")
    load.set_defaults(run=partial(_run, home=home))
    load.add_argument("repository", nargs="?", default=".", metavar="REPO", help="the tree to ask about (default: the current directory)")
    load.add_argument(
        "--target",
        choices=_TARGETS,
        default="engine",
        help="what answers: one engine in turns, one for each user, or a process for each question",
    )
    load.add_argument("--users", type=count, default=4, metavar="N", help="how many ask at once (default: %(default)s)")
    load.add_argument("--duration", type=_seconds, default=30.0, metavar="TIME", help="how long, e.g. 30s, 5m or 1h (default: 30s)")
    load.add_argument("--ramp", type=_seconds, default=2.0, metavar="TIME", help="time to warm up before anything is counted (default: 2s)")
    pace = load.add_mutually_exclusive_group()
    pace.add_argument("--think", type=number, default=0.0, metavar="MS", help="how long a user waits between answer and next question")
    pace.add_argument(
        "--rate", type=positive, default=0.0, metavar="R", help="operations a second, due whether or not answers come (open model)"
    )
    load.add_argument("--mix", default=_MIX, metavar="MIX", help="operations by weight (default: %(default)s)")
    load.add_argument(
        "--queries", type=Path, metavar="FILE", help="queries to ask, one a line, or a set folder (default: from definitions)"
    )
    load.add_argument("--seed", type=int, default=0, metavar="N", help="another order of questions (default: %(default)s)")
    load.add_argument(
        "--edits", type=positive, default=0.0, metavar="R", help="files to change a second, in a copy that index --watch follows"
    )
    load.add_argument("--data", type=Path, metavar="DIR", help="where the index is made (default: in the cache folder)")
    load.add_argument("--at-least-throughput", type=positive, metavar="R", help="fail below this many answers a second")
    load.add_argument("--out", type=Path, metavar="FILE", help="write the record here (docs/eval-load.md)")
    load.add_argument("--json", action="store_true", help="print the record instead of the table")


def _run(typed: argparse.Namespace, home: Home) -> int:
    """Run and print; return 1 when something failed, nothing was answered or the bound was missed, and 130 after Ctrl-C."""
    from eval.files import require_writable
    from eval.load.driver import Plan
    from eval.load.mix import parse_mix
    from eval.load.report import lines, missed, write_report
    from eval.load.session import Load, run_load

    if not typed.duration:
        raise QueryError("a run of no time measures nothing: give --duration some, e.g. 30s")
    if typed.out:
        require_writable(typed.out)
    names = ("target", "users", "duration", "ramp", "think", "rate", "mix", "seed", "edits")
    load = Load(
        repository=typed.repository,
        target=typed.target,
        plan=Plan(typed.users, typed.duration, typed.ramp, typed.think / 1000, typed.rate),
        weights=parse_mix(typed.mix),
        home=home(),
        codelore=[str(Path(sys.executable).with_name("codelore"))],
        data=typed.data and typed.data.absolute(),
        queries=typed.queries,
        seed=typed.seed,
        edits=typed.edits,
        options={name: getattr(typed, name) for name in names} | {"queries": str(typed.queries or "")},
    )
    report = run_load(load, lambda text: print(text, file=sys.stderr, flush=True))
    if typed.out:
        write_report(report, typed.out)
    print(json.dumps(asdict(report)) if typed.json else "\n".join(lines(report)), flush=True)
    problems = missed(report, typed.at_least_throughput)
    for problem in problems:
        print(f"codelore eval load: {problem}", file=sys.stderr)
    if report.partial:
        print("codelore eval load: interrupted; these are the figures until then", file=sys.stderr)
        return _INTERRUPTED
    return int(bool(problems))


def _seconds(text: str) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|m|h)?", text.strip())
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time such as 30s, 500ms, 5m or 1h")
    return float(match[1]) * _SECONDS[match[2] or "s"]
