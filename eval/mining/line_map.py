"""Where the lines of files that go on changing were in the snapshot.

Every change is put on top of the one before, so a line is followed through what happens around it and through renames. One that was
rewritten leads nowhere, unless it is the same statement still: laid out differently, or with some of its words changed.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eval.mining.history import FilePatch, Hunk

_ENDLESS = 1 << 60
_LAYOUT = bytes(set(b" \t\r\n\"'`,;()\\"))
_WORD = re.compile(rb"\w+")
_SAME = 0.5
"""Share of the words of two lines that both have, from which on the one is the other, edited."""


@dataclass(frozen=True, slots=True)
class LineMap:
    """Runs of lines of a file that still are the snapshot's: where each begins now, its length, and where it began then."""

    path: str
    """The file's path in the snapshot."""
    starts: tuple[int, ...] = (1,)
    lengths: tuple[int, ...] = (_ENDLESS,)
    before: tuple[int, ...] = (1,)

    def origin(self, line: int) -> int:
        """Return the line of the snapshot that ``line`` is, 0 for none."""
        at = bisect_right(self.starts, line) - 1
        if at < 0 or line - self.starts[at] >= self.lengths[at]:
            return 0
        return self.before[at] + line - self.starts[at]

    def after(self, hunks: Sequence[Hunk]) -> LineMap:
        """Return the map once a change is made; its hunks are in order."""
        starts: list[int] = []
        lengths: list[int] = []
        before: list[int] = []
        at, shift, run = 1, 0, 0
        for hunk in (*hunks, Hunk(_ENDLESS, 0, 0, 0)):
            until = _first(hunk)
            while run < len(self.starts) and self.starts[run] < until:
                begin = max(self.starts[run], at)
                end = min(self.starts[run] + self.lengths[run], until)
                if begin < end:
                    starts.append(begin + shift)
                    lengths.append(end - begin)
                    before.append(self.before[run] + begin - self.starts[run])
                if self.starts[run] + self.lengths[run] > until:
                    break
                run += 1
            for line, origin in self._edited(hunk):
                starts.append(line)
                lengths.append(1)
                before.append(origin)
            at, shift = until + hunk.old_count, shift + hunk.new_count - hunk.old_count
        return LineMap(self.path, tuple(starts), tuple(lengths), tuple(before))

    def _edited(self, hunk: Hunk) -> Iterator[tuple[int, int]]:
        """Yield the lines that a hunk puts in for lines that they still are, with where those were in the snapshot."""
        if not hunk.old_count or not hunk.new_count or not (_same_lines(hunk) or _laid_out(hunk)):
            return
        for number in range(hunk.new_count):
            origin = self.origin(hunk.old_start + number * hunk.old_count // hunk.new_count)
            if origin:
                yield hunk.new_start + number, origin


def _laid_out(hunk: Hunk) -> bool:
    """Say whether a hunk only lays its lines out anew."""
    return b"".join(hunk.removed).translate(None, _LAYOUT) == b"".join(hunk.added).translate(None, _LAYOUT)


def _same_lines(hunk: Hunk) -> bool:
    """Say whether a hunk edits each of its lines in place."""
    return len(hunk.removed) == len(hunk.added) and all(map(_alike, hunk.removed, hunk.added))


def _alike(old: bytes, new: bytes) -> bool:
    first, second = set(_WORD.findall(old)), set(_WORD.findall(new))
    return len(first & second) >= _SAME * len(first | second) if first or second else old.strip() == new.strip()


def _first(hunk: Hunk) -> int:
    """Return the first line that a hunk takes out, or the one that what it puts in comes before."""
    return hunk.old_start if hunk.old_count else hunk.old_start + 1


class LineMaps:
    """The maps of all files of a tree, brought forward change by change. A file that is not known is the snapshot's own, untouched."""

    def __init__(self) -> None:
        self._maps: dict[str, LineMap | None] = {}

    def of(self, path: str) -> LineMap | None:
        """Return the map of a file as it stands now, None for one that the snapshot has no line of."""
        return self._maps[path] if path in self._maps else LineMap(path)

    def apply(self, files: Sequence[FilePatch]) -> None:
        """Make one change."""
        moved: dict[str, LineMap | None] = {}
        for file in files:
            known = self.of(file.old_path)
            if file.status in "ADT" or file.opaque or known is None:
                moved[file.path] = None
            else:
                moved[file.path] = known.after(file.hunks)
            if file.status in "RD" and file.old_path != file.path:
                moved.setdefault(file.old_path, None)
        for file in files:  # a path that one file left may be taken by another in the same change
            if file.status == "R":
                self._maps[file.old_path] = None
        self._maps.update(moved)
