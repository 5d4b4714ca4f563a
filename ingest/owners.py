"""Which symbol a position belongs to."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence


class Owners:
    """Maps a byte to the innermost symbol that encloses it, for bytes asked in any order."""

    def __init__(self, spans: Sequence[tuple[int, int, int]]) -> None:
        self._starts: list[int] = []
        self._owners: list[int] = []
        stack: list[tuple[int, int]] = []
        for start, end, index in spans:
            self._close(stack, start)
            self._mark(start, index)
            stack.append((end, index))
        self._close(stack, 1 << 62)

    def _close(self, stack: list[tuple[int, int]], until: int) -> None:
        while stack and stack[-1][0] <= until:
            end = stack.pop()[0]
            self._mark(end, stack[-1][1] if stack else -1)

    def _mark(self, byte: int, owner: int) -> None:
        self._starts.append(byte)
        self._owners.append(owner)

    def of(self, byte: int) -> int:
        """Return the index of the innermost symbol around the byte, or -1."""
        at = bisect_right(self._starts, byte) - 1
        return self._owners[at] if at >= 0 else -1
