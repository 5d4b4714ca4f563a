"""Commands of ``codelore eval`` as they are typed, without the rest of the program."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any


def typed(add: Callable[[Any], None], *arguments: object) -> int:
    """Run one command and return its exit code."""
    parser = argparse.ArgumentParser()
    add(parser.add_subparsers(required=True))
    given = parser.parse_args([str(each) for each in arguments])
    code: int = given.run(given)
    return code
