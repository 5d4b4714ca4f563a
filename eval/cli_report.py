"""``codelore eval report``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from eval.arguments import whole

if TYPE_CHECKING:
    from eval.cli import Commands
    from eval.report_page import Draw


def add_report(commands: Commands) -> None:
    """Add the command."""
    help = "write records as one HTML page or as Markdown: figures, plots, costs and the worst queries"
    parser = commands.add_parser("report", help=help, description=help[0].upper() + help[1:] + ".")
    parser.set_defaults(run=_report)
    parser.add_argument("records", type=Path, nargs="+", metavar="RECORD", help="a record that eval run wrote")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write the page to FILE; its plots need the extra codelore[eval]")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write Markdown to FILE (default, without --html: standard output)")
    parser.add_argument("--worst", type=whole, default=30, metavar="N", help="worst queries of each system (default: %(default)s)")


def _report(typed: argparse.Namespace) -> int:
    from eval.files import write_whole
    from eval.record import read_record
    from eval.report import build
    from eval.report_markdown import markdown
    from eval.report_page import NO_PLOTS, page

    report = build([(str(file), read_record(file)) for file in typed.records], queries=typed.worst)
    if typed.html:
        draw = _drawing()
        write_whole(typed.html, page(report, draw))
        print(f"{typed.html}: {typed.html.stat().st_size / 1024:,.0f} KiB", file=sys.stderr)
        if draw is None:
            print(NO_PLOTS, file=sys.stderr)
    if typed.markdown:
        write_whole(typed.markdown, markdown(report))
    elif not typed.html:
        print(markdown(report))
    return 0


def _drawing() -> Draw | None:
    """Return what draws plots; none without matplotlib."""
    try:
        from eval.plots import draw
    except ModuleNotFoundError as error:
        if error.name != "matplotlib":
            raise
        return None
    return draw
