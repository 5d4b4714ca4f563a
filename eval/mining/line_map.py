"""Where the lines of files that go on changing were in the snapshot.

Every change is put on top of the one before, so a line is followed through edits and renames, and one that was written or rewritten after
the snapshot leads nowhere.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from eval.mining.history import FilePatch, Hunk

_ENDLESS = 1 << 60


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
        kept = [*((_first(hunk), _first(hunk) + hunk.old_count, hunk.new_count - hunk.old_count) for hunk in hunks), (_ENDLESS, 0, 0)]
        for until, resume, moved in kept:
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
            at, shift = resume, shift + moved
        return LineMap(self.path, tuple(starts), tuple(lengths), tuple(before))


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
