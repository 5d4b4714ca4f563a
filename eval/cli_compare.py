"""``codelore eval compare``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from eval.text import plain, shortened

if TYPE_CHECKING:
    from eval.cli import Commands
    from eval.compare import Comparison, Difference, Moved, Spent

_LISTED = 5
"""Unpaired questions that are named; the number is always told."""


def add_compare(commands: Commands) -> None:
    """Add the command."""
    help = "compare two records question by question, with confidence intervals over repositories"
    parser = commands.add_parser("compare", help=help, description=help[0].upper() + help[1:] + ".")
    parser.set_defaults(run=_compare)
    parser.add_argument("before", type=Path, metavar="A.json", help="a record that eval run wrote")
    parser.add_argument("after", type=Path, nargs="?", metavar="B.json", help="another one (default: two systems of the first)")
    parser.add_argument(
        "--system",
        default="",
        metavar="NAME",
        help="which system; A=NAME,B=NAME for two of different names (default: codelore, or the one both have)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object (docs/eval-reports.md)")


def _compare(typed: argparse.Namespace) -> int:
    from eval.compare import compare, document, pick_pair
    from eval.record import read_record

    second = typed.after or typed.before
    before, after = read_record(typed.before), read_record(second)
    found = compare(*pick_pair(before, after, typed.system, (str(typed.before), str(second))))
    if typed.json:
        print(json.dumps(document(found)))
        return 0
    for line in lines(found):
        print(line)
    for note in found.notes:
        print(f"NOTE: {plain(note)}", file=sys.stderr)
    return 0


def lines(found: Comparison) -> Iterator[str]:
    """Yield a comparison as text for a terminal."""
    yield f"A  {plain(found.before)}"
    yield f"B  {plain(found.after)}"
    yield f"{found.paired} questions in both; {_alone('A', found.only_before)}; {_alone('B', found.only_after)}"
    for group in dict.fromkeys(each.group for each in found.differences):
        rows = [each for each in found.differences if each.group == group]
        if group != "overall":  # every metric in every group would be hundreds of rows; --json has them
            rows = [each for each in rows if each.metric == found.headline]
        yield ""
        yield from table(group, rows)
    yield ""
    yield from _queries(f"won by B in {found.headline}", found.won)
    yield from _queries(f"lost by B in {found.headline}", found.lost)
    yield from _times(found.spent_before, found.spent_after)


def _alone(side: str, names: tuple[str, ...]) -> str:
    listed = ", ".join(names[:_LISTED]) + (", …" if len(names) > _LISTED else "")
    return f"{len(names)} in {side} alone{f' ({plain(listed)})' if names else ''}"


def table(group: str, rows: Iterable[Difference]) -> Iterator[str]:
    """Yield figures before and after, a line each, below a heading."""
    counts = f"{'won':>4} {'lost':>4} {'tied':>4}  questions, repositories"
    yield f"{group:<24} {'A':>9} {'B':>9} {'B - A':>9}  {'95 % interval':^19} {'p':>6}  {counts}"
    for each in rows:
        bounds, p = ("", "")
        if each.interval:
            bounds, p = f"{each.interval.low:+.4f} … {each.interval.high:+.4f}", f"{each.interval.p:.4f}"
        name = plain(f"{each.name} {each.metric}" if each.name else each.metric)
        counts = f"{each.wins:>4} {each.losses:>4} {each.ties:>4}  {each.questions}, {each.corpora}"
        yield f"{name:<24} {each.before:>9.4f} {each.after:>9.4f} {each.change:>+9.4f}  {bounds:^19} {p:>6}  {counts}"


def _queries(title: str, rows: tuple[Moved, ...]) -> Iterator[str]:
    if not rows:
        yield f"nothing {title}"
        return
    yield f"most {title}"
    for each in rows:
        yield f"  {each.before:.3f} → {each.after:.3f}  {each.ranks:<14} {plain(each.question_id)}: {shortened(plain(each.query), 100)}"
        if each.instead:
            yield f"  {'':<31} instead: {plain(each.instead)}"


def _times(before: Spent, after: Spent) -> Iterator[str]:
    yield ""
    for name, spent in (("A", before), ("B", after)):
        said = [f"{name}  "]
        for heat, times in (("warm", spent.warm), ("cold", spent.cold)):
            if times:
                said.append(f"{heat} p50 {times.percentiles[0.5]:.2f} ms, p95 {times.percentiles[0.95]:.2f} ms ({times.count}) ")
        if spent.cost:
            memory = f", peak {spent.cost.peak_bytes / 2**20:.0f} MiB" if spent.cost.peak_bytes else ""
            said.append(f"index {spent.cost.seconds:.1f} s for {spent.cost.corpora} corpora{memory} ")
        if spent.auroc is not None:
            said.append(f"abstention AUROC {spent.auroc:.3f}")
        yield " ".join(said).rstrip()
