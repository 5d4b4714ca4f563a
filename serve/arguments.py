"""What commands have in common on the command line. Loads the standard library alone."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # argparse has no public names for what add_subparsers and add_argument_group return
    from argparse import _ActionsContainer as Container  # pyright: ignore[reportPrivateUsage]
    from argparse import _SubParsersAction  # pyright: ignore[reportPrivateUsage]

    Commands = _SubParsersAction[argparse.ArgumentParser]


def add_command(commands: Commands, name: str, run: Callable[[argparse.Namespace], int], help: str) -> argparse.ArgumentParser:
    """Add a command that can print JSON."""
    parser = commands.add_parser(name, help=help, description=help[0].upper() + help[1:] + ".")
    parser.set_defaults(run=run)
    parser.add_argument("--json", action="store_true", help="print one JSON object (docs/json.md)")
    return parser


def add_directory(parser: Container) -> None:
    """Add the option that says which tree is asked about."""
    parser.add_argument(
        "-C", "--directory", default=".", metavar="DIR", help="ask about the indexed tree around DIR instead of the current directory"
    )


def add_ref(parser: Container, text: str) -> None:
    """Add the option that says which branch, tag or commit is asked about."""
    parser.add_argument("--ref", default="", help=text)


def count(text: str) -> int:
    """Read a whole number of 1 or more. Raises ``ArgumentTypeError``."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of 1 or more")
    return int(text)


def depth(text: str) -> int:
    """Read a whole number of 0 or more. Raises ``ArgumentTypeError``."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of 0 or more")
    return int(text)
