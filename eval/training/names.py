"""Which questions were annotated, and what a repository is called in all sets."""

from __future__ import annotations

from hashlib import sha256

_ANNOTATED = frozenset({"semble", "commits25", "sweqa"})
"""Names of the development sets (../shared/bench); all others were mined."""
MINED_SHARE = 0.3
"""Weight of a mined question beside an annotated one."""


def is_annotated(source: str) -> bool:
    """Return whether people wrote the questions of a set of this name."""
    return source in _ANNOTATED


def weight_of(source: str) -> float:
    """Return what a question of a set of this name counts."""
    return 1.0 if is_annotated(source) else MINED_SHARE


def plain_name(repository: str) -> str:
    """Return the name of a question's repository, the same in all sets."""
    return repository.partition("@")[0].rpartition("+")[2].lower()


def fold_of(name: str, folds: int) -> int:
    """Return the fold of a repository, by its plain name."""
    return int(sha256(name.encode()).hexdigest(), 16) % folds


def half_of(name: str) -> int:
    """Return the half of a repository, by its plain name: what terms count in it is learned from the other half."""
    return fold_of(name, 2)
