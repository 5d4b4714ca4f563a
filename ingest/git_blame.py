"""Who last wrote the lines of a file that still stand, by git, as of a commit and with what a working tree has changed since.

git's own look at a working tree would run the filters that a repository configures. So git is asked about the commit alone; which of its
lines are still in a text is settled by comparing the two outside the repository.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import IO

from ingest.analyze import decode
from ingest.errors import SourceError
from ingest.git import GitCheckout, blob_id, committed_file, read_blob, run
from ingest.git_history import Bounds, shallow_commits
from ingest.git_stream import GitStream

_MAX_NAMED_FILE = 1 << 20
_MAX_COMMITTED = 1 << 26
_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


@dataclass(frozen=True, slots=True)
class Span:
    """Lines of a file, counted from 1, inclusive; ``end`` 0 is the last one. ``text`` is the whole file as it is now, None as committed."""

    path: str
    start: int = 1
    end: int = 0
    text: bytes | None = None


@dataclass(frozen=True, slots=True)
class AuthorShare:
    """Lines that one author wrote last, and the newest commit and author's date (seconds since the epoch) among them."""

    author: str
    email: str
    lines: int
    newest: int
    commit: str

    def merged(self, other: AuthorShare) -> AuthorShare:
        """Return both as one, named as the newer one is."""
        newer = max(self, other, key=lambda share: share.newest)
        return replace(newer, lines=self.lines + other.lines)


@dataclass(frozen=True, slots=True)
class Blame:
    """Who wrote the lines of one file or span, the largest share first."""

    path: str
    shares: tuple[AuthorShare, ...]
    uncommitted: int = 0
    """Lines that are not in the commit."""
    cut: int = 0
    """Lines of commits where a shallow clone ends: they may be older, and somebody else's."""


@dataclass(frozen=True, slots=True)
class BlameSettings:
    """What is configured for blame. ``odd`` is a file of revisions to ignore that cannot be read, and git does nothing without it."""

    ignored: tuple[str, ...] = ()
    odd: str = ""
    mailmap: tuple[str, ...] = ()


def blame_settings(checkout: GitCheckout) -> BlameSettings:
    """Return which files of revisions to ignore, and which further mailmap, the user or the repository configures.

    Only small plain files are opened: git would wait for a pipe. A setting cannot be taken back on the command line.
    """
    keys = r"^(blame\.ignorerevsfile|mailmap\.file)$"
    output, _ = run(checkout.root, "config", "--path", "-z", "--get-regexp", keys, accept=(0, 1))
    ignored: list[str] = []
    mailmap = ["mailmap.blob=HEAD:.mailmap"] if checkout.bare else []
    for record in os.fsdecode(output).split("\0"):
        key, _, name = record.partition("\n")
        place = Path(checkout.root, name)
        plain = bool(name) and place.is_file() and place.stat().st_size <= _MAX_NAMED_FILE
        if key == "mailmap.file" and plain:
            mailmap.append(f"mailmap.file={name}")
        elif key == "blame.ignorerevsfile" and name:
            ignored.append(name)
            if not plain:
                return BlameSettings(odd=name)
    return BlameSettings(tuple(ignored), mailmap=tuple(mailmap))


def blame(checkout: GitCheckout, commit: str, spans: Iterable[Span], bounds: Bounds) -> Generator[Blame]:
    """Yield who wrote each of these spans; what cannot be read, or not in ``bounds.seconds``, is left out and said.

    Whitespace that changed makes nobody an author. One git process a file, and more where its text is given:
    between 10 ms and seconds by the file's age. Revisions that the repository wants ignored are.
    """
    settings = blame_settings(checkout)
    if settings.odd:
        bounds.reached.append(
            f"blame: nothing is read, because blame.ignoreRevsFile names {settings.odd}, which is no plain file; unset it or correct it"
        )
        return
    shallow = shallow_commits(checkout)
    until = monotonic() + bounds.seconds
    waiting = list(spans)
    unread: list[str] = []
    cut = 0
    for done, span in enumerate(waiting):
        try:
            found = _blame(checkout, commit, span, until, settings.mailmap, shallow) if until > monotonic() else None
        except SourceError as error:
            unread.append(str(error))
            continue
        if found is None:
            bounds.reached.append(f"blame: {len(waiting) - done:,} of {len(waiting):,} files did not fit into {bounds.seconds:g} s")
            break
        cut += found.cut
        yield found
    if unread:
        bounds.reached.append(f"blame: {len(unread):,} of {len(waiting):,} files could not be read; the last because {unread[-1]}")
    if cut:
        ends = ", ".join(sorted(commit[:12] for commit in shallow)[:3])
        bounds.reached.append(
            f"blame: partial, the clone is shallow and history is cut at {ends}{', …' if len(shallow) > 3 else ''}: "
            f"{cut:,} lines may be older and somebody else's; `git fetch --unshallow` brings the rest"
        )


def _blame(checkout: GitCheckout, commit: str, span: Span, until: float, mailmap: Sequence[str], shallow: frozenset[str]) -> Blame | None:
    """Blame one span; None when the time is up."""
    kept = _Kept(span.start, span.end)
    if span.text is not None:
        found = _standing(checkout, commit, span, span.text, until)
        if found is None:
            return None
        kept = found
    lines: Counter[str] = Counter()
    facts: dict[str, list[str]] = {}
    if kept.lines is None or kept.lines:
        part = (f"-L{kept.first},{kept.last or ''}",) if kept.first > 1 or kept.last else ()  # of an empty file there is no part
        arguments = ("blame", "--incremental", "-w", "--root", "--no-textconv", "--encoding=UTF-8", *part, commit, "--", span.path)
        with GitStream(checkout.root, arguments, max(until - monotonic(), 0.0), mailmap) as running:
            for name, start, count in _hunks(running.output, facts):
                lines[name] += count if kept.lines is None else sum(line in kept.lines for line in range(start, start + count))
            running.finish()
        if running.late:
            return None
    shares: dict[str, AuthorShare] = {}
    for name, count in lines.items():
        author, mail, time = facts[name][:3]
        each = AuthorShare(author, mail.strip("<>"), count, int(time), name)
        before = shares.get(each.email)
        if count:
            shares[each.email] = each.merged(before) if before else each
    ordered = sorted(shares.values(), key=lambda share: (-share.lines, share.email))
    return Blame(span.path, tuple(ordered), kept.uncommitted, sum(count for name, count in lines.items() if name in shallow))


def _hunks(output: IO[bytes], facts: dict[str, list[str]]) -> Iterator[tuple[str, int, int]]:
    """Yield commit, first line and number of lines of what git tells, and collect author, address and time of each commit."""
    name = ""
    for raw in output:
        key, _, value = os.fsdecode(raw.rstrip(b"\n")).partition(" ")
        if key in {"author", "author-mail", "author-time"}:
            facts.setdefault(name, []).append(value)
        elif len(key) >= 40 and value.count(" ") == 2:
            name = key
            _, start, count = map(int, value.split())
            yield name, start, count


@dataclass(frozen=True, slots=True)
class _Kept:
    """Which lines of the committed file count: all from ``first`` to ``last`` (0: the end), or those of them in ``lines``."""

    first: int
    last: int
    lines: frozenset[int] | None = None
    uncommitted: int = 0


def _standing(checkout: GitCheckout, commit: str, span: Span, text: bytes, until: float) -> _Kept | None:
    """Return the lines of the committed file that are still in a span of the text; None when the time is up."""
    count = text.count(b"\n") + (not text.endswith(b"\n") and bool(text))
    first, last = span.start, min(span.end or count, count)
    entry = committed_file(checkout, commit, span.path)
    if entry is None:
        return _Kept(first, last, frozenset(), max(last - first + 1, 0))
    if entry.size > _MAX_COMMITTED:
        raise SourceError(f"{span.path} has {entry.size:,} bytes in {commit[:12]}, and no more than {_MAX_COMMITTED:,} are compared")
    if entry.object_id == blob_id(text):
        return _Kept(first, span.end and last)
    data = read_blob(checkout, entry.object_id)
    if data is None:
        raise SourceError(f"{span.path} as of {commit[:12]} is not in {checkout.root}; run `git fsck` there, or fetch what is missing")
    runs = _common_runs(decode(data), text, until)
    if runs is None:
        return None
    old = frozenset(line - new + was for was, new, length in runs for line in range(max(new, first), min(new + length, last + 1)))
    return _Kept(min(old, default=1), max(old, default=1), old, last - first + 1 - len(old))


def _common_runs(old: bytes, new: bytes, until: float) -> list[tuple[int, int, int]] | None:
    """Return the runs of lines in both texts, whitespace aside: first line in the old one, in the new one, and how many."""
    runs: list[tuple[int, int, int]] = []
    was = now = 1
    with TemporaryDirectory() as folder:
        for name, text in (("old", old), ("new", new)):
            Path(folder, name).write_bytes(text)
        options = ("--no-index", "-U0", "-w", "--text", "--no-color", "--no-ext-diff", "--no-textconv")
        settings = ("core.attributesFile=/dev/null",)
        arguments = ("--git-dir=/dev/null", "diff", *options, "--", "old", "new")
        with GitStream(folder, arguments, max(until - monotonic(), 0.0), settings, accept=(0, 1)) as running:
            for line in running.output:
                hunk = _HUNK.match(line)
                if hunk:
                    gone, come = int(hunk[2] or 1), int(hunk[4] or 1)
                    begin = int(hunk[3]) + (not come)  # without new lines it names the one before
                    runs.append((was, now, begin - now))
                    was, now = was + begin - now + gone, begin + come
            running.finish()
    return None if running.late else [*runs, (was, now, max(len(old), len(new)))]
