"""Options that several commands have, and numbers as they are typed: each raises ``ArgumentTypeError`` that says what would be right."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # argparse has no public name for what add_argument_group returns
    from argparse import _ArgumentGroup  # pyright: ignore[reportPrivateUsage]


def add_clones(where: ArgumentParser | _ArgumentGroup) -> None:
    """Add the options that say where commits come from."""
    where.add_argument("--clones", type=Path, metavar="DIR", help="take commits from the git directories in DIR, named OWNER+NAME or NAME")
    where.add_argument("--no-download", dest="download", action="store_false", help="fetch nothing")


def add_questions(parser: ArgumentParser) -> _ArgumentGroup:
    """Add the options that say which questions of a set are asked; return their group."""
    what = parser.add_argument_group("which questions")
    what.add_argument("--only", action="append", default=[], metavar="NAME", help="only about this repository; may be repeated")
    what.add_argument("--sample", type=whole, default=0, metavar="N", help="N questions of each repository at most")
    what.add_argument("--seed", type=int, default=0, metavar="N", help="draw other ones (default: %(default)s)")
    return what


def count(text: str) -> int:
    """Read a whole number of 1 or more."""
    return _at_least(text, 1)


def whole(text: str) -> int:
    """Read a whole number of 0 or more."""
    return _at_least(text, 0)


def _at_least(text: str, least: int) -> int:
    if not text.isdecimal() or int(text) < least:
        raise ArgumentTypeError(f"{text!r} is not a whole number of {least} or more")
    return int(text)


def number(text: str) -> float:
    """Read a number of 0 or more."""
    return _real(text, 0.0, "a number of 0 or more")


def factor(text: str) -> float:
    """Read a number of 1 or more."""
    return _real(text, 1.0, "a number of 1 or more")


def positive(text: str) -> float:
    """Read a number above 0."""
    return _real(text, 5e-324, "a number above 0")


def share(text: str) -> float:
    """Read a number between 0 and 1, neither of them included."""
    value = _real(text, 5e-324, "a share between 0 and 1")
    if value >= 1:
        raise ArgumentTypeError(f"{text!r} is not a share between 0 and 1")
    return value


def _real(text: str, least: float, wanted: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -inf
    if not least <= value < inf:
        raise ArgumentTypeError(f"{text!r} is not {wanted}")
    return value
