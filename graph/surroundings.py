"""What a view's graph takes from outside the index: the reviewed ``edges.lock`` and the history of its commit."""

from __future__ import annotations

import os
from dataclasses import dataclass

from graph.edges_lock import FILE_NAME, MAX_BYTES
from ingest.errors import SourceError
from ingest.git import GitCheckout, find_checkout, read_blobs, run
from ingest.model import ContentHash, View, ViewKind


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
        return Surroundings(_committed_lock(checkout, view.commit) if checkout else None, checkout, view.commit)
    lock = _read(f"{view.root}/{FILE_NAME}")
    if checkout is None or not view.commit:
        return Surroundings(lock)
    below = os.path.relpath(os.path.realpath(view.root), os.path.realpath(checkout.root))
    return Surroundings(lock, checkout, view.commit, "" if below == "." else f"{below}/")


def _read(path: str) -> bytes | None:
    """Return a plain file's bytes, one more than the bound at most; no link is followed and no pipe waited for."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
        with open(descriptor, "rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError:
        return None


def _committed_lock(checkout: GitCheckout, commit: str) -> bytes | None:
    try:
        listed, _ = run(checkout.root, "ls-tree", "-z", commit, "--", FILE_NAME)
    except SourceError:
        return None
    mode, _, rest = os.fsdecode(listed).partition(" ")
    if not mode.startswith("100"):
        return None
    name = rest.split("\t")[0].split(" ")[-1]
    return next((data for _, data in read_blobs(checkout, [ContentHash(name)])), None)
