"""What git knows about the past of a checkout's files: the changes of its first-parent history.

The history is read as ``ingest.git`` reads everything else: nothing of the repository's may run. ``log`` could, so on top of that
signatures are not verified (``gpg.program``), and external diffs and textconv are off.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from secrets import token_hex

from ingest.errors import SourceError
from ingest.git import GitCheckout
from ingest.git_stream import GitStream

MAX_COMMITS = 10_000
"""Changes that are read unless asked otherwise. With a decay over 400 changes, the 10,000th weighs 10^-11 of the newest."""
MAX_BYTES = 1 << 28
MAX_SECONDS = 120.0
RENAME_LIMIT = 400
"""Files added and removed by one change beyond which git looks for exact renames only: the work is the product of both numbers."""

_BLOCK = 1 << 16


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file in one change. ``old_path`` is where a renamed file was before, else empty."""

    path: str
    old_path: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One commit of the first-parent history, compared with its first parent: a merged branch is one change."""

    commit: str
    files: tuple[FileChange, ...]


@dataclass(slots=True)
class Bounds:
    """How much of the past is read, and in ``reached`` what a bound cut off, in words that name the bound."""

    commits: int = MAX_COMMITS
    data: int = MAX_BYTES
    seconds: float = MAX_SECONDS
    reached: list[str] = field(default_factory=list[str])


def read_changes(checkout: GitCheckout, commit: str, bounds: Bounds) -> Generator[Change]:
    """Yield the changes of a commit's first-parent history, the newest first.

    A shallow clone yields what it has, without its oldest commits, which have nothing to be compared with. Raises SourceError where git
    cannot read on.
    """
    if not commit:  # before the first one
        return
    shallow = shallow_commits(checkout)
    count = 0
    for change in _changes(checkout, commit, bounds):
        if change.commit in shallow:
            bounds.reached.append("history: the clone is shallow, older changes are not in it")
            continue
        count += 1
        if count > bounds.commits:
            bounds.reached.append(f"history: only the newest {bounds.commits:,} changes are read")
            return
        yield change


def _changes(checkout: GitCheckout, commit: str, bounds: Bounds) -> Generator[Change]:
    """Read on without the contents of files once they turn out to be missing, as in a partial clone."""
    count = 0
    try:
        for change in _log(checkout, commit, bounds):
            count += 1
            yield change
    except SourceError:
        if not any(Path(checkout.common_dir, "objects", "pack").glob("*.promisor")):
            raise
        bounds.reached.append("history: the clone is partial, so of older changes only exact renames are followed")
        yield from islice(_log(checkout, commit, bounds, similarity="100%"), count, None)


def _log(checkout: GitCheckout, commit: str, bounds: Bounds, *, similarity: str = "50%") -> Generator[Change]:
    mark = f"\x01{token_hex(8)}"  # no name of a file can be taken for it
    arguments = (
        *("log", "-z", f"--format=%x01{mark[1:]}%H", "--name-status"),
        *("--first-parent", "--diff-merges=first-parent", "--root", f"-M{similarity}", f"-l{RENAME_LIMIT}"),
        *("--no-ext-diff", "--no-textconv", "--no-show-signature", "--no-notes", "--no-color", "--encoding=UTF-8"),
        *(f"--max-count={bounds.commits + 1}", "--end-of-options", commit, "--"),
    )
    for record in _records(checkout, arguments, mark.encode(), bounds):
        yield _parse(record)


def shallow_commits(checkout: GitCheckout) -> frozenset[str]:
    """Return the commits whose parents a shallow clone lacks."""
    place = Path(checkout.common_dir, "shallow")
    try:
        return frozenset(place.read_text(encoding="ascii", errors="replace").split()) if place.is_file() else frozenset()
    except OSError:
        return frozenset()


def _records(checkout: GitCheckout, arguments: Sequence[str], mark: bytes, bounds: Bounds) -> Generator[bytes]:
    """Cut what git writes at each mark; one that ends early or is ended yields no torn last record."""
    pending, size = b"", 0
    with GitStream(checkout.root, arguments, bounds.seconds) as running:
        while block := running.output.read(_BLOCK):
            size += len(block)
            *whole, pending = (pending + block).split(b"\0" + mark)
            for record in whole:
                yield record.removeprefix(mark)
            if size > bounds.data:
                bounds.reached.append(f"history: only the first {bounds.data:,} bytes of git's answer are read")
                return
        running.finish()
    if running.late:
        bounds.reached.append(f"history: only what git told within {bounds.seconds:g} s is read")
    elif pending:
        yield pending.removeprefix(mark).removesuffix(b"\0")


def _parse(record: bytes) -> Change:
    commit, *rest = os.fsdecode(record).split("\0")
    return Change(commit, tuple(_files(entry.removeprefix("\n") for entry in rest)))


def _files(fields: Iterator[str]) -> Iterator[FileChange]:
    for status in fields:
        if status:
            first = next(fields)
            # A copy would be a file of its own, but git is not asked to look for copies.
            yield FileChange(next(fields), first) if status[0] == "R" else FileChange(first)
