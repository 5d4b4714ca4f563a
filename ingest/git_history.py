"""What git knows about the past of a checkout's files: the changes of its first-parent history, and who wrote a file's lines.

The history is read as ``ingest.git`` reads everything else: nothing of the repository's may run. ``log`` and ``blame`` could, so on top of
that signatures are not verified (``gpg.program``), and external diffs, textconv and files that settings name are off.
"""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryFile
from time import monotonic
from typing import IO

from ingest.errors import SourceError
from ingest.git import GitCheckout, command, run

MAX_COMMITS = 10_000
"""Changes that are read unless asked otherwise. With a decay over 400 changes, the 10,000th weighs 10^-11 of the newest."""
MAX_BYTES = 1 << 28
MAX_SECONDS = 120.0
RENAME_LIMIT = 400
"""Files added and removed by one change beyond which git looks for exact renames only: the work is the product of both numbers."""

# Settings of a repository by which git reads a file of the repository's choice, such as one that never ends.
_QUIET = ("-c", "mailmap.file=/dev/null", "-c", "mailmap.blob=", "-c", "diff.orderFile=/dev/null")
_BLOCK = 1 << 16
_MAX_IGNORE_FILE = 1 << 20


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file in one change. ``old_path`` is where a renamed file was before, else empty.

    Lines are 0 where they were not asked for, and for a binary file.
    """

    path: str
    old_path: str = ""
    added: int = 0
    removed: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """One commit of the first-parent history, compared with its first parent: a merged branch is one change."""

    commit: str
    time: int  # seconds since the epoch, as the author's clock said
    author: str
    email: str
    files: tuple[FileChange, ...]


@dataclass(slots=True)
class Bounds:
    """How much of the past is read, and in ``reached`` what a bound cut off, in words that name the bound."""

    commits: int = MAX_COMMITS
    data: int = MAX_BYTES
    seconds: float = MAX_SECONDS
    reached: list[str] = field(default_factory=list[str])


def read_changes(checkout: GitCheckout, commit: str, bounds: Bounds, *, since: str = "", lines: bool = False) -> Generator[Change]:
    """Yield the changes of a commit's first-parent history, the newest first; with ``since`` only those after that commit.

    ``lines`` also counts lines, for nine times the processor time (scrapy's 10,000 newest changes: 1.4 s against 0.16 s). A shallow clone
    yields what it has, without its oldest commits, which have nothing to be compared with. Raises SourceError where git cannot read on.
    """
    if not commit:  # before the first one
        return
    shallow = _shallow_commits(checkout)
    count = 0
    for change in _changes(checkout, commit, bounds, since, lines=lines):
        if change.commit in shallow:
            bounds.reached.append("history: the clone is shallow, older changes are not in it")
            continue
        count += 1
        if count > bounds.commits:
            bounds.reached.append(f"history: only the newest {bounds.commits:,} changes are read")
            return
        yield change


def _changes(checkout: GitCheckout, commit: str, bounds: Bounds, since: str, *, lines: bool) -> Generator[Change]:
    """Read on without the contents of files once they turn out to be missing, as in a partial clone."""
    count = 0
    try:
        for change in _log(checkout, commit, bounds, since, lines=lines):
            count += 1
            yield change
    except SourceError:
        if not any(Path(checkout.common_dir, "objects", "pack").glob("*.promisor")):
            raise
        bounds.reached.append("history: the clone is partial, so of older changes only exact renames are followed and no lines are counted")
        yield from islice(_log(checkout, commit, bounds, since, lines=False, similarity="100%"), count, None)


def _log(checkout: GitCheckout, commit: str, bounds: Bounds, since: str, *, lines: bool, similarity: str = "50%") -> Generator[Change]:
    mark = f"\x01{token_hex(8)}"  # no name of a file can be taken for it
    arguments = (
        *("log", "-z", f"--format=%x01{mark[1:]}%H%x00%at%x00%aN%x00%aE", "--numstat" if lines else "--name-status"),
        *("--first-parent", "--diff-merges=first-parent", "--root", f"-M{similarity}", f"-l{RENAME_LIMIT}"),
        *("--no-ext-diff", "--no-textconv", "--no-show-signature", "--no-notes", "--no-color", "--encoding=UTF-8"),
        *(f"--max-count={bounds.commits + 1}", "--end-of-options", commit, *([f"^{since}"] if since else []), "--"),
    )
    for record in _records(checkout, arguments, mark.encode(), bounds):
        yield _parse(record, lines=lines)


def _shallow_commits(checkout: GitCheckout) -> frozenset[str]:
    place = Path(checkout.common_dir, "shallow")
    try:
        return frozenset(place.read_text(encoding="ascii", errors="replace").split()) if place.is_file() else frozenset()
    except OSError:
        return frozenset()


def _records(checkout: GitCheckout, arguments: Sequence[str], mark: bytes, bounds: Bounds) -> Generator[bytes]:
    """Cut what git writes at each mark; one that ends early or is ended yields no torn last record."""
    pending, size = b"", 0
    with _Running(checkout, arguments, bounds.seconds) as running:
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


class _Running:
    """git, ended when its time is up or nobody reads on. Its messages go to a file: a pipe that nobody empties would stop it."""

    def __init__(self, checkout: GitCheckout, arguments: Sequence[str], seconds: float) -> None:
        self._root = checkout.root
        self._verb = arguments[0]
        self._messages = TemporaryFile()  # noqa: SIM115  # closed with the process, in __exit__
        line = command(checkout.root, *_QUIET, *arguments)
        self._process = subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self._messages)
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True
        self.late = False
        self._timer.start()

    def _end(self) -> None:
        self.late = True
        self._process.kill()

    @property
    def output(self) -> IO[bytes]:
        """What git writes."""
        assert self._process.stdout is not None
        return self._process.stdout

    def finish(self) -> None:
        """Wait for git's end, which is near once its output has ended. Raises SourceError when it failed."""
        if self._process.wait() and not self.late:
            self._messages.seek(0)
            said = os.fsdecode(self._messages.read(4_000)).strip().splitlines()
            reason = said[-1] if said else f"exit status {self._process.returncode}"
            raise SourceError(f"git {self._verb} failed in {self._root}: {reason}; run `git fsck` there, or fetch what is missing")

    def __enter__(self) -> _Running:
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._process:
            self._process.kill()
        self._messages.close()


def _parse(record: bytes, *, lines: bool) -> Change:
    commit, time, author, email, *rest = os.fsdecode(record).split("\0")
    fields = iter(entry.removeprefix("\n") for entry in rest)
    files = tuple(_files_with_lines(fields) if lines else _files(fields))
    return Change(commit, int(time) if time.isdigit() else 0, author, email, files)


def _files(fields: Iterator[str]) -> Iterator[FileChange]:
    for status in fields:
        if status:
            first = next(fields)
            # A copy would be a file of its own, but git is not asked to look for copies.
            yield FileChange(next(fields), first) if status[0] == "R" else FileChange(first)


def _files_with_lines(fields: Iterator[str]) -> Iterator[FileChange]:
    for entry in fields:
        if entry:
            added, removed, path = entry.split("\t", 2)
            old = "" if path else next(fields)
            yield FileChange(path or next(fields), old, int(added) if added != "-" else 0, int(removed) if removed != "-" else 0)


@dataclass(frozen=True, slots=True)
class AuthorShare:
    """Lines of a file that one author wrote last, and when the newest of them was written (seconds since the epoch)."""

    author: str
    email: str
    lines: int
    newest: int


@dataclass(frozen=True, slots=True)
class Blame:
    """Who wrote the lines of one file, the largest share first."""

    path: str
    shares: tuple[AuthorShare, ...]

    @property
    def lines(self) -> int:
        """Lines of the file."""
        return sum(share.lines for share in self.shares)


def blame(checkout: GitCheckout, commit: str, paths: Iterable[str], bounds: Bounds) -> Generator[Blame]:
    """Yield who wrote each of these files as they are in a commit; what cannot be read, or not in ``bounds.seconds``, is left out and said.

    One git process a file, between 10 ms and seconds by the file's age. Revisions that the repository wants ignored are.
    """
    odd = _odd_ignore_file(checkout)
    if odd:
        bounds.reached.append(f"blame: nothing is read, because blame.ignoreRevsFile names {odd}, which is no plain file")
        return
    until = monotonic() + bounds.seconds
    waiting = list(paths)
    unread: list[str] = []
    for done, path in enumerate(waiting):
        left = until - monotonic()
        try:
            found = _blame(checkout, commit, path, left) if left > 0 else None
        except SourceError as error:
            unread.append(str(error))
            continue
        if found is None:
            bounds.reached.append(f"blame: {len(waiting) - done:,} of {len(waiting):,} files did not fit into {bounds.seconds:g} s")
            break
        yield found
    if unread:
        bounds.reached.append(f"blame: {len(unread):,} of {len(waiting):,} files could not be read; the last because {unread[-1]}")


def _odd_ignore_file(checkout: GitCheckout) -> str:
    """Return a file of revisions to ignore that git would wait for, or fail without; a setting cannot be taken back on the command line."""
    output, _ = run(checkout.root, "config", "--path", "-z", "--get-all", "blame.ignoreRevsFile", accept=(0, 1))
    for name in os.fsdecode(output).split("\0"):
        place = Path(checkout.root, name)
        if name and not (place.is_file() and place.stat().st_size <= _MAX_IGNORE_FILE):
            return name
    return ""


def _blame(checkout: GitCheckout, commit: str, path: str, seconds: float) -> Blame | None:
    arguments = ("blame", "--incremental", "-w", "--root", "--no-textconv", "--encoding=UTF-8", commit, "--", path)
    lines: dict[str, int] = {}
    authors: dict[str, list[str]] = {}
    commit_id = ""
    with _Running(checkout, arguments, seconds) as running:
        for raw in running.output:
            key, _, value = os.fsdecode(raw.rstrip(b"\n")).partition(" ")
            if key in {"author", "author-mail", "author-time"}:
                authors.setdefault(commit_id, []).append(value)
            elif len(key) >= 40 and value.count(" ") == 2:
                commit_id = key
                lines[commit_id] = lines.get(commit_id, 0) + int(value.rpartition(" ")[2])
        running.finish()
    if running.late:
        return None
    shares: dict[str, AuthorShare] = {}
    for name, count in lines.items():
        author, email, time = authors[name][:3]
        so_far = shares.get(email, AuthorShare(author, email.strip("<>"), 0, 0))
        shares[email] = AuthorShare(so_far.author, so_far.email, so_far.lines + count, max(so_far.newest, int(time)))
    return Blame(path, tuple(sorted(shares.values(), key=lambda share: (-share.lines, share.email))))
