"""``codelore eval``: measure relevance, graph truth and speed, on public sets and on your own repository.

``serve`` finds ``add_eval`` through the entry point ``codelore.commands`` of pyproject.toml, so neither package imports the other.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # argparse has no public name for what add_subparsers returns
    from argparse import _SubParsersAction  # pyright: ignore[reportPrivateUsage]

    Commands = _SubParsersAction[argparse.ArgumentParser]

Home = Callable[[], Path]
"""Gives the folder in which corpora, indexes and the environments of peers are kept."""

HELP = "measure relevance, graph truth and speed, on public sets and on your own repository"


def add_eval(commands: Commands, home: Home) -> None:
    """Add ``eval`` and what it can do to the command line."""
    from eval.cli_run import add_run

    parser = commands.add_parser("eval", help=HELP, description=HELP[0].upper() + HELP[1:] + ".")
    kinds = parser.add_subparsers(title="commands", dest="eval_command", metavar="COMMAND", required=True)
    add_run(kinds, home)
