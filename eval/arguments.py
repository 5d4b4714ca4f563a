"""Numbers as they are typed. Each raises ``ArgumentTypeError`` that says what would be right."""

from __future__ import annotations

from argparse import ArgumentTypeError
from math import inf


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
