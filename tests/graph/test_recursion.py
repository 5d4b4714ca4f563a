"""Deep nesting is allowed while names are resolved, and only then."""

from __future__ import annotations

import sys

from graph.recursion import deep_recursion


def depth(left: int) -> int:
    return 1 + depth(left - 1) if left else 0


def test_the_limit_is_raised_for_a_while() -> None:
    before = sys.getrecursionlimit()
    with deep_recursion():
        assert depth(5_000) == 5_000
        with deep_recursion():
            pass
        assert sys.getrecursionlimit() > 5_000
    assert sys.getrecursionlimit() == before
