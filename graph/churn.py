"""How much each file of a checkout changed lately, by git's log."""

from __future__ import annotations

import os
from collections import defaultdict

from ingest.git import GitCheckout, run

COMMITS = 5_000
HALF_LIFE_DAYS = 180.0
WIDE = 50
"""A commit that touches more files than this is a move, a format run or a release: it says nothing about any one of them."""

_DAY_SECONDS = 86_400


def churn(
    checkout: GitCheckout, commit: str = "HEAD", *, commits: int = COMMITS, half_life_days: float = HALF_LIFE_DAYS
) -> dict[str, float]:
    """Return for each path the number of commits that changed it, one that is ``half_life_days`` older counting half.

    Age counts back from the newest commit, so that the answer does not depend on the day it is asked. Merges, and commits that change
    more than 50 files, are left out. Paths are relative to the repository's root. Raises ``SourceError`` when git cannot read it.
    """
    options = ("--no-merges", "--no-renames", "--name-only", "-z", "--format=%x01%ct", f"--max-count={commits}")
    output, _ = run(checkout.root, "log", *options, "--end-of-options", commit, "--")
    changed: dict[str, float] = defaultdict(float)
    newest = 0
    for record in os.fsdecode(output).split("\x01")[1:]:
        moment, *paths = (part.strip("\n") for part in record.split("\0"))
        paths = [path for path in paths if path]
        when = int(moment)
        newest = newest or when
        if 0 < len(paths) <= WIDE:
            weight = 0.5 ** (max(newest - when, 0) / _DAY_SECONDS / half_life_days)
            for path in paths:
                changed[path] += weight
    return dict(changed)
