"""``codelore eval peers``."""

from __future__ import annotations

import argparse
import json
import sys
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from eval.cli import Commands, Home


def add_peers(commands: Commands, home: Home) -> None:
    """Add the command."""
    help = "list the systems that eval run can ask, and prepare their environments"
    parser = commands.add_parser("peers", help=help, description=help[0].upper() + help[1:] + ".")
    parser.set_defaults(run=partial(_run, home))
    parser.add_argument(
        "--install", nargs="*", metavar="NAME", help="make the environments of these systems, or of all; eval run does it on first use"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def _run(home: Home, typed: argparse.Namespace) -> int:
    from eval.systems.registry import SYSTEMS

    failed = _install(home(), typed.install) if typed.install is not None else []
    rows = _rows(home())
    if typed.json:
        print(json.dumps({"systems": rows}))
    else:
        for row in rows:
            print(f"{row['name']:<12} {row['version']:<8} {row['state']:<14} {row['description']}")
            for option, does in SYSTEMS[str(row["name"])].options.items():
                print(f"{'':<12} {'':<8} {'':<14} {row['name']}:{option}=…  {does}")
    for each in failed:
        print(each, file=sys.stderr)
    return int(bool(failed))


def _install(home: Path, names: list[str]) -> list[str]:
    """Make environments and return why those that failed did. Raises ``QueryError`` for a system that is not there."""
    from eval.systems.environments import Environments
    from eval.systems.registry import SYSTEMS, parse
    from ingest.errors import SourceError

    failed: list[str] = []
    for entry in [parse(name)[0] for name in names] or SYSTEMS.values():
        if entry.environment is not None:
            try:
                Environments(home).prepare(entry.environment, report=partial(print, file=sys.stderr, flush=True))
            except SourceError as error:
                failed.append(f"{entry.name}: {error}")
    return failed


def _rows(home: Path) -> list[dict[str, object]]:
    from eval.systems.environments import Environments
    from eval.systems.registry import SYSTEMS

    environments = Environments(home)
    return [
        {
            "name": each.name,
            "version": each.environment.version if each.environment else "",
            "state": "this one" if each.environment is None else "installed" if environments.python(each.environment) else "not installed",
            "description": each.description,
            "options": dict(each.options),
        }
        for each in SYSTEMS.values()
    ]
