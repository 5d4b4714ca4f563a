"""``codelore eval gate``."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from eval.arguments import factor, number
from eval.text import plain, shortened

if TYPE_CHECKING:
    from eval.cli import Commands


def add_gate(commands: Commands) -> None:
    """Add the command."""
    help = "exit 1 when a record is worse than a baseline in relevance, graph truth or latency ratio"
    parser = commands.add_parser("gate", help=help, description=help[0].upper() + help[1:] + ".")
    parser.set_defaults(run=_gate)
    parser.add_argument("baseline", type=Path, metavar="BASELINE", help="the record that is to be held")
    parser.add_argument("new", type=Path, metavar="NEW", help="the record of the code at hand, of the same set")
    parser.add_argument("--system", default="", metavar="NAME", help="which system (default: codelore, or the one both have)")
    parser.add_argument("--metric", action="append", default=[], metavar="NAME", help="hold this metric; may be repeated (default: all)")
    parser.add_argument(
        "--tolerance", type=number, default=0.0, metavar="X", help="a significant loss may be this large (default: %(default)s)"
    )
    parser.add_argument(
        "--drop", type=number, default=0.02, metavar="X", help="any loss may be this large, significant or not (default: %(default)s)"
    )
    parser.add_argument("--against", default="", metavar="PEER", help="hold the latency ratio to this system of the same records")
    parser.add_argument(
        "--latency-tolerance", type=factor, default=1.5, metavar="F", help="the ratio may grow by this factor (default: %(default)s)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object (docs/eval-reports.md)")


def _gate(typed: argparse.Namespace) -> int:
    from eval.compare import pick_pair
    from eval.gate import Bounds, document, judge
    from eval.record import read_record

    baseline, new = pick_pair(read_record(typed.baseline), read_record(typed.new), typed.system, (str(typed.baseline), str(typed.new)))
    bounds = Bounds(typed.tolerance, typed.drop, typed.latency_tolerance, typed.against, tuple(typed.metric))
    verdict = judge(baseline, new, bounds)
    if typed.json:
        print(json.dumps(document(verdict)))
        return int(not verdict.passed)
    for each in verdict.checked:
        print(f"      {plain(each)}")
    if not bounds.against:
        print("      latency not held: no --against PEER")
    for each in verdict.notes:
        print(f"NOTE  {plain(each)}")
    for each in verdict.failures:
        print(f"FAIL  {plain(each.message)}")
    for each in verdict.lost if verdict.failures else ():
        print(
            f"      {each.before:.3f} → {each.after:.3f}  {each.ranks:<14} {plain(each.question_id)}: {shortened(plain(each.query), 100)}"
        )
    print(f"{'FAILED' if verdict.failures else 'passed'}: {plain(new.label)} against {plain(baseline.label)}")
    return int(not verdict.passed)
