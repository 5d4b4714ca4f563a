"""What a view's graph takes from outside the index: the reviewed ``edges.lock`` and the history of its commit."""

from __future__ import annotations

import os
from dataclasses import dataclass

from ingest.errors import SourceError
from ingest.git import GitCheckout, committed_file, find_checkout, read_blob
from ingest.model import View, ViewKind

LOCK_NAME = "edges.lock"
LOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What lies around the files of a view. ``folder`` is the view's root within the checkout, ending in a slash, or empty."""

    lock: bytes | None = None
    checkout: GitCheckout | None = None
    commit: str = ""
    folder: str = ""


def look_around(view: View) -> Surroundings:
    """Look at a view's tree: its ``edges.lock`` and its git history. A checkout that is gone is none."""
    checkout = find_checkout(view.root)
    if view.kind is ViewKind.REF:
        return Surroundings(file_of_commit(checkout, view.commit, LOCK_NAME) if checkout else None, checkout, view.commit)
    lock = plain_file(f"{view.root}/{LOCK_NAME}", LOCK_BYTES)
    if checkout is None:
        return Surroundings(lock)
    below = os.path.relpath(os.path.realpath(view.root), os.path.realpath(checkout.root))
    return Surroundings(lock, checkout, view.commit, "" if below == "." else f"{below}/")


def plain_file(path: str, limit: int) -> bytes | None:
    """Return a plain file's bytes, one more than ``limit`` at most; no link is followed and no pipe waited for."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
        with open(descriptor, "rb") as file:
            return file.read(limit + 1)
    except OSError:
        return None


def file_of_commit(checkout: GitCheckout, commit: str, path: str) -> bytes | None:
    """Return the bytes of a plain file of a commit; None where it has none at this path, or git cannot say."""
    try:
        entry = committed_file(checkout, commit, path)
        return read_blob(checkout, entry.object_id) if entry else None
    except SourceError:
        return None
