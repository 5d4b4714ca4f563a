"""The changes of a repository's first-parent history with the lines they touch, out of one ``git log``.

Nothing of the repository's runs (see ``ingest.git``), and no setting of a user or a repository changes what git writes here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from secrets import token_hex

from ingest.git import GitCheckout, run
from ingest.git_history import RENAME_LIMIT, Bounds
from ingest.git_stream import GitStream

MAX_BYTES = 1 << 31
_BLOCK = 1 << 20
_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_SETTINGS = (
    *("diff.algorithm=histogram", "diff.indentHeuristic=true", "diff.context=0", "diff.interHunkContext=0", "diff.relative=false"),
    *("diff.renames=true", "diff.submodule=short", "diff.suppressBlankEmpty=false", "diff.wsErrorHighlight=none", "diff.colorMoved=no"),
    *("log.showSignature=false", "log.follow=false", "log.decorate=false", "core.abbrev=40"),
)
_PLAIN = ("--no-ext-diff", "--no-textconv", "--no-show-signature", "--no-notes", "--no-color", "--encoding=UTF-8")


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines that one change took out and put in. ``old_start`` is the line before where nothing was taken out, as git counts."""

    old_start: int
    old_count: int
    new_start: int
    new_count: int
    removed: tuple[bytes, ...] = ()
    added: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class FilePatch:
    """One file in one change. ``status`` is git's letter; ``opaque`` says that the contents differ and no lines are told (a binary)."""

    status: str
    path: str
    old_path: str
    hunks: tuple[Hunk, ...] = ()
    opaque: bool = False


@dataclass(frozen=True, slots=True)
class Patch:
    """One commit of the first-parent history, compared with its first parent."""

    commit: str
    files: tuple[FilePatch, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """What one commit says. ``text`` holds U+FFFD where its bytes are no text in the encoding it claims."""

    commit: str
    parents: tuple[str, ...]
    text: str


def first_parents(checkout: GitCheckout, commit: str) -> list[str]:
    """Return the commits of a commit's first-parent history, the newest first."""
    output, _ = run(checkout.root, "rev-list", "--first-parent", "--end-of-options", commit, "--")
    return output.decode("ascii").split()


def read_messages(checkout: GitCheckout, since: str, until: str, bounds: Bounds) -> dict[str, Message]:
    """Return what every commit of ``until`` that ``since`` lacks says, those of merged branches included."""
    mark = f"\x01{token_hex(8)}".encode()
    arguments = ("log", f"--format=%x01{mark[1:].decode()}%H%n%P%n%B", *_PLAIN, "--end-of-options", f"{since}..{until}", "--")
    found: dict[str, Message] = {}
    for record in _records(checkout, arguments, mark, bounds):
        commit, _, rest = record.decode("utf-8", "replace").partition("\n")
        parents, _, text = rest.partition("\n")
        found[commit] = Message(commit, tuple(parents.split()), text.strip())
    return found


def read_patches(checkout: GitCheckout, since: str, until: str, bounds: Bounds) -> Generator[Patch]:
    """Yield the first-parent changes after ``since`` up to ``until``, the oldest first. Raises SourceError where git cannot read on."""
    mark = f"\x01{token_hex(8)}".encode()
    arguments = (
        *("log", "-z", f"--format=%x01{mark[1:].decode()}%H", "--raw", "--no-abbrev", "-p", "-U0", "--reverse"),
        *("--first-parent", "--diff-merges=first-parent", "--root", "-M50%", f"-l{RENAME_LIMIT}", *_PLAIN),
        *("--end-of-options", f"{since}..{until}", "--"),
    )
    for record in _records(checkout, arguments, mark, bounds):
        yield _patch(record)


def _records(checkout: GitCheckout, arguments: Sequence[str], mark: bytes, bounds: Bounds) -> Generator[bytes]:
    """Cut what git writes at each mark; one that ends early or is ended yields no torn last record."""
    pending, size, complete = bytearray(), 0, False
    with GitStream(checkout.root, arguments, bounds.seconds, _SETTINGS) as running:
        while block := running.output.read(_BLOCK):
            size += len(block)
            seen = max(len(pending) - len(mark), 0)
            pending += block
            if pending.find(mark, max(seen, 1)) >= 0:
                *whole, rest = bytes(pending).split(mark)
                yield from (record for record in whole if record)
                pending = bytearray(mark + rest)
            if size > bounds.data:
                bounds.reached.append(f"history: only the first {bounds.data:,} bytes of git's answer are read")
                return
        running.finish()
        complete = not running.late
    if not complete:
        bounds.reached.append(f"history: only what git told within {bounds.seconds:g} s is read")
    elif pending:
        yield bytes(pending).removeprefix(mark)


def _patch(record: bytes) -> Patch:
    """Read one record: the hash, the list of files between NULs, then, behind an empty field, the text of the patch."""
    listed, _, text = record.partition(b"\0\0")
    commit, *fields = listed.split(b"\0")
    patches = _texts(text)
    files = tuple(_file(status, old, new, same, patches) for status, old, new, same in _listed(iter(fields)))
    return Patch(commit.decode("ascii", "replace").strip(), files)


def _listed(fields: Iterator[bytes]) -> Iterator[tuple[str, str, str, bool]]:
    """Yield status, old path, new path, and whether the contents are the same."""
    for entry in fields:
        facts = entry.removeprefix(b"\n").split()
        if len(facts) != 5 or not facts[0].startswith(b":"):
            continue
        status = facts[4][:1].decode("ascii", "replace")
        first = os.fsdecode(next(fields))
        second = os.fsdecode(next(fields)) if status == "R" else first  # nothing asks git to look for copies
        yield status, first, second, facts[2] == facts[3]


def _texts(text: bytes) -> Iterator[list[bytes]]:
    """Yield the lines of each file's patch. A line of a patch begins with a sign, so a header cannot be mistaken for one."""
    lines: list[bytes] = []
    for line in text.split(b"\n"):
        if line.startswith(b"diff --git "):
            if lines:
                yield lines
            lines = [line]
        elif lines:
            lines.append(line)
    if lines:
        yield lines


def _file(status: str, old: str, new: str, same: bool, patches: Iterator[list[bytes]]) -> FilePatch:
    hunks = _hunks(next(patches, list[bytes]()))
    if status == "T":  # told as a deletion and an addition
        next(patches, None)
    return FilePatch(status, new, old, hunks, opaque=not same and not hunks and status in "MR")


def _hunks(lines: list[bytes]) -> tuple[Hunk, ...]:
    found: list[Hunk] = []
    counts, removed, added = (0, 0, 0, 0), list[bytes](), list[bytes]()
    begun = False
    for line in lines:
        if line.startswith(b"@@") and (match := _HUNK.match(line)):
            if begun:
                found.append(Hunk(*counts, tuple(removed), tuple(added)))
            old_start, old_count, new_start, new_count = match.groups()
            counts = (int(old_start), int(old_count or 1), int(new_start), int(new_count or 1))
            removed, added, begun = [], [], True
        elif begun and line.startswith(b"-"):
            removed.append(line[1:])
        elif begun and line.startswith(b"+"):
            added.append(line[1:])
    if begun:
        found.append(Hunk(*counts, tuple(removed), tuple(added)))
    return tuple(found)
