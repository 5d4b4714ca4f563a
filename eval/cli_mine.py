"""``codelore eval mine``: what can be typed, and what is printed."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.arguments import count, share

if TYPE_CHECKING:
    from eval.cli import Commands

KINDS = ("commit", "docstring", "test", "issue", "change", "symbol", "use")
_DESCRIPTION = (
    "Mine questions with their answers from a repository's own past: fixes and features (the message, and the lines that were changed), "
    "docs and tests (what they say, and the code that does it), and issues with the commits that close them. All are asked about one "
    "commit that lies before the mined ones, so an index of it has never seen an answer. What gives the answer away is taken out, or the "
    "question is dropped and counted (docs/eval-mining.md)."
)


def add_mine(commands: Commands) -> None:
    """Add ``mine``."""
    parser = commands.add_parser("mine", help="mine questions and answers from a repository's history", description=_DESCRIPTION)
    parser.set_defaults(run=run)
    parser.add_argument(
        "repository", nargs="?", default=".", metavar="REPO", help="a checkout or a bare repository (default: the current directory)"
    )
    parser.add_argument(
        "--out", required=True, type=Path, metavar="SET", help="folder to write the set to; one of an earlier run is replaced"
    )
    parser.add_argument(
        "--kind",
        type=_kinds,
        default=_kinds("commit,docstring,test"),
        metavar="K,...",
        help="commit, docstring, test, issue, use (default: the first three)",
    )
    place = parser.add_mutually_exclusive_group()
    place.add_argument(
        "--back", type=count, default=None, metavar="N", help="mine the newest N changes, at most half of the history (default: 1000)"
    )
    place.add_argument(
        "--snapshot-share", type=share, default=0.0, metavar="S", help="share of the history that lies before the snapshot, such as 0.7"
    )
    place.add_argument("--snapshot", default="", metavar="REV", help="the commit to ask about; it must be on the first-parent history")
    parser.add_argument("--until", default="HEAD", metavar="REV", help="the newest commit to mine (default: %(default)s)")
    parser.add_argument("--limit", type=count, default=400, metavar="N", help="questions of each kind (default: %(default)s)")
    parser.add_argument(
        "--issues", type=Path, metavar="FILE", help="issues as JSON lines of id or number, title, body and, where known, commit"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="decides which questions a limit leaves (default: %(default)s)")
    parser.add_argument("--name", default="", metavar="NAME", help="what the corpus is called (default: the repository's folder)")
    parser.add_argument("--json", action="store_true", help="print the set's record as one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Mine, write the set, print the report. Raises CodeloreError where there is nothing to write."""
    from eval.mining.mine import DEFAULT_BACK, MineOptions, mine  # here: they load parsers and the graph
    from eval.mining.model import Kind
    from eval.mining.write import write_set
    from eval.record import now

    started = time.perf_counter()
    kinds = tuple(Kind(kind) for kind in arguments.kind)
    if arguments.issues is not None and Kind.ISSUE not in kinds:
        kinds = (*kinds, Kind.ISSUE)
    options = MineOptions(
        kinds=kinds,
        back=arguments.back or DEFAULT_BACK,
        share=arguments.snapshot_share,
        snapshot=arguments.snapshot,
        until=arguments.until,
        limit=arguments.limit,
        issues=arguments.issues,
        seed=arguments.seed,
        name=arguments.name,
    )
    mined = mine(arguments.repository, options)
    record = write_set(mined, arguments.out, now())
    if arguments.json:
        print(json.dumps({"set": str(arguments.out), "questions": len(mined.questions), **record}, ensure_ascii=False))
    else:
        print(report(record, len(mined.questions), str(arguments.out), time.perf_counter() - started))
    return 0


def report(record: dict[str, Any], questions: int, folder: str, seconds: float) -> str:
    """Return the record of a set for a reader."""
    options = record["options"]
    place = f"{options['snapshot'][:12]}, {options['changes']:,} changes before {options['until'][:12]}"
    lines = [f"{questions} questions about {place}: {folder} ({seconds:.1f} s)"]
    for kind, counts in record["report"]["kinds"].items():
        lines.append(f"\n{kind}: {counts['kept']} of {counts['seen']:,}")
        lines += [f"{count:>7,}  {reason}" for reason, count in counts["dropped"].items()]
    if record["report"]["spans_dropped"]:
        lines.append("\nparts of answers left out:")
        lines += [f"{count:>7,}  {reason}" for reason, count in record["report"]["spans_dropped"].items()]
    lines += [f"\nnote: {note}" for note in record["report"]["notes"]]
    return "\n".join(lines)


def _kinds(text: str) -> tuple[str, ...]:
    kinds = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown or not kinds:
        raise argparse.ArgumentTypeError(f"{text!r} is no list of {', '.join(KINDS)}")
    return kinds
