"""Unified diffs in a text: the files, the functions that hunks name, the places that change, and the lines."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from retrieval.understanding.frames import Frame

_FILE = re.compile(r"(?:\+\+\+|---) (?:[abciow]/)?([^\t\n]{1,500})")
_HUNK = re.compile(r"@@ -(\d{1,9})(?:,(\d{1,9}))? \+\d{1,9}(?:,(\d{1,9}))? @@ ?(.*)")
_HEADER = re.compile(
    r"diff (?:--git|-[a-zA-Z]) |Index: \S|={10}|index [0-9a-f]{4,64}\.\.|(?:new file|deleted file|old|new) mode \d|"
    r"similarity index|rename (?:from|to) "
)
_NAME = re.compile(r"([A-Za-z_$][\w$]*)\s*(?:\(|:|\{|=|$)")
_DEFINED = re.compile(r"\b(?:def|class|func|fn|function|struct|enum|interface|trait|impl|module|type)\s+([A-Za-z_$][\w$]*)")


@dataclass(frozen=True, slots=True)
class Diff:
    """What a text holds of diffs; ``lines`` are the numbers, from 0, of its lines that belong to one."""

    paths: tuple[str, ...] = ()
    frames: tuple[Frame, ...] = ()
    """Where each hunk changes its first line, in the old numbering, with the function that its header names."""
    changed: tuple[str, ...] = ()
    """Added and removed lines without their marks."""
    functions: tuple[str, ...] = ()
    lines: frozenset[int] = frozenset()


def read_diff(text: str) -> Diff:
    """Read every unified diff in a text. Linear in its length."""
    reader = _Reader()
    for number, line in enumerate(text.split("\n")):
        if reader.read(line.rstrip("\r")):
            reader.lines.add(number)
    return Diff(tuple(reader.paths), tuple(reader.frames), tuple(reader.changed), tuple(reader.functions), frozenset(reader.lines))


@dataclass(slots=True)
class _Reader:
    """Reads lines in order; a hunk is as long as its header says."""

    paths: dict[str, None] = field(default_factory=dict[str, None])
    frames: dict[Frame, None] = field(default_factory=dict[Frame, None])
    changed: list[str] = field(default_factory=list[str])
    functions: dict[str, None] = field(default_factory=dict[str, None])
    lines: set[int] = field(default_factory=set[int])
    path: str = ""
    function: str = ""
    place: int = 0
    old: int = 0
    new: int = 0
    """Lines of the hunk that are still to come, with and without the change."""
    waiting: bool = False
    """No line of the hunk has changed so far."""

    def read(self, line: str) -> bool:
        """Read one line; return whether it belongs to a diff."""
        if (self.old > 0 or self.new > 0) and line[:1] in {"", "+", "-", " ", "\\"}:
            self._hunk_line(line)
            return True
        self.old = self.new = 0
        if _HEADER.match(line):
            return True
        if found := _FILE.match(line):
            if found[1].strip() != "/dev/null":
                self.path = found[1].strip()
                self.paths[self.path] = None
            return True
        if found := _HUNK.match(line[:1000]):
            self.place, self.old, self.new, self.waiting = int(found[1]), int(found[2] or 1), int(found[3] or 1), True
            self.function = _function(found[4])
            if self.function:
                self.functions[self.function] = None
            return True
        return False

    def _hunk_line(self, line: str) -> None:
        mark = line[:1] or " "
        self.old -= mark in " -"
        self.new -= mark in " +"
        if mark in "+-":
            self.changed.append(line[1:])
            if self.waiting and self.path:
                self.frames[Frame(self.path, max(self.place, 1), self.function)] = None
            self.waiting = False
        self.place += mark in " -"


def _function(header: str) -> str:
    """Return the name that a hunk's header gives: of what is defined in it, or else what stands before its first parenthesis."""
    defined = _DEFINED.search(header)
    if defined:
        return defined[1]
    named = [found[1] for found in _NAME.finditer(header)]
    return named[0] if named else ""
