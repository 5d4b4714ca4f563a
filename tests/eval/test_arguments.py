"""Numbers as they are typed: what is wrong is refused with what would be right, before anything runs."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Callable

import pytest

from eval.arguments import count, factor, number, positive, share, whole


@pytest.mark.parametrize(
    ("read", "good", "bad"),
    [
        (count, ["1", "40"], ["0", "-1", "1.5", "", "x"]),
        (whole, ["0", "40"], ["-1", "1.5", "", "x"]),
        (number, ["0", "0.5", "3"], ["-0.1", "nan", "inf", "", "x"]),
        (factor, ["1", "1.5"], ["0.9", "nan", "inf", ""]),
        (positive, ["0.001", "2"], ["0", "-1", "nan", "inf", ""]),
        (share, ["0.001", "0.7"], ["0", "1", "-1", "nan", ""]),
    ],
)
def test_a_number_is_within_its_bounds(read: Callable[[str], float], good: list[str], bad: list[str]) -> None:
    assert [read(text) for text in good] == [float(text) for text in good]
    for text in bad:
        with pytest.raises(ArgumentTypeError, match=r"is not a (?:whole number|number|share)"):
            read(text)
