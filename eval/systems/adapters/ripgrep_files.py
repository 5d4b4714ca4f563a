# pyright: basic
"""ripgrep: files ranked by how many words of the question they hold, then by how often. Imports nothing of ours.

A row is the window of 50 lines with most of that, as somebody who greps would open it. ``match=phrase`` searches the whole question as
one string and ranks by matching lines, as semble's benchmark does.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import which
from typing import Any

WINDOW = 50
SECONDS = 60
Matches = list[tuple[int, str]]
"""Line and word of each match in a file."""

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]+")
_STOP = frozenset(
    _WORD.findall(
        "a about all an and any are as at be between by can code do does doing file files find for from function get give has "
        "have how if in into is it its method no not of on or show so that the their them then there these they this to use used "
        "using via was what when where which while who why will with you "
    )
)


class Ripgrep:
    """The program, found beside the interpreter or on the path."""

    def __init__(self, match: str) -> None:
        beside = Path(sys.executable).with_name("rg")
        program = str(beside) if beside.exists() else which("rg")
        if program is None:
            raise SystemExit("no program rg is beside the interpreter or on the path")
        self._program = program
        self._phrase = match == "phrase"
        self.version = _run([self._program, "--version"]).split("\n")[0]

    def index(self, root: str, data: str, files: Callable[[], Iterator[tuple[str, str]]]) -> tuple[int, int]:
        """Count the files that would be searched."""
        found = _run([self._program, "--files", *OPTIONS, root], missing=True)
        return found.count("\n"), 0

    def open(self, root: str, data: str) -> Tree:
        """Take the folder."""
        return Tree(self._program, root, self._phrase)


OPTIONS = ("--hidden", "--glob", "!.git", "--no-config")


class Tree:
    """A folder that is searched anew for every question."""

    def __init__(self, program: str, root: str, phrase: bool) -> None:
        self._program = program
        self._root = root
        self._phrase = phrase

    def ask(self, question: str, limit: int) -> list[dict[str, Any]]:
        """Search every file."""
        terms = [question] if self._phrase else words(question)
        if not any(each.strip() for each in terms):
            return []
        ranked = rank(self._matches(terms), limit)
        return [self._row(*each) for each in ranked]

    def _matches(self, terms: list[str]) -> dict[str, Matches]:
        """Return for each file its matches as pairs of line and word."""
        patterns = [part for each in sorted(terms, key=len, reverse=True) for part in ("-e", each)]
        command = [self._program, "-o", "-n", "-i", "-F", "--null", "--no-heading", "--color=never", *OPTIONS, *patterns, self._root]
        found = defaultdict(list)
        for row in _run(command, missing=True).splitlines():
            path, separator, rest = row.partition("\0")
            line, colon, word = rest.partition(":")
            if separator and colon and line.isdigit():
                found[path].append((int(line), word.lower()))
        return found

    def _row(self, path: str, score: float, start: int) -> dict[str, Any]:
        lines = Path(path).read_text(encoding="utf-8", errors="replace").split("\n")
        end = min(start + WINDOW - 1, len(lines))
        return {
            "path": Path(path).relative_to(self._root).as_posix(),
            "start_line": start,
            "end_line": end,
            "score": score,
            "text": "\n".join(lines[start - 1 : end]),
        }

    def close(self) -> None:
        """Let go of nothing."""


def words(question: str) -> list[str]:
    """Return the words of a question that say something, each once; all of them where none does."""
    every = list(dict.fromkeys(each.lower() for each in _WORD.findall(question)))
    return [each for each in every if each not in _STOP] or every or [question]


def rank(matches: dict[str, Matches], limit: int) -> list[tuple[str, float, int]]:
    """Return path, score and first line of the best window of the best files: most words first, then most matching lines."""
    scored = []
    for path, found in matches.items():
        scored.append((-len({word for _, word in found}), -len({line for line, _ in found}), path))
    return [(path, -terms + 1 - 1 / (1 - count), best_window(matches[path])) for terms, count, path in sorted(scored)[:limit]]


def best_window(found: Matches) -> int:
    """Return the first line of the window with most words, and among those with most matches."""
    best, at = (0, 0), 1
    for number, (line, _) in enumerate(found):
        inside = [word for other, word in found[number : number + 1_000] if other < line + WINDOW]
        value = len(set(inside)), len(inside)
        if value > best:
            best, at = value, line
    return at


def _run(command: list[str], *, missing: bool = False) -> str:
    """Return what a command prints. ``missing`` allows status 1, which says that nothing was found."""
    done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    if done.returncode and not (done.stdout or (missing and done.returncode == 1)):
        raise OSError(f"{command[0]} ended with status {done.returncode}: {done.stderr.decode('utf-8', 'replace')[-500:]}")
    return done.stdout.decode("utf-8", "replace")


def connect(options: dict[str, str]) -> Ripgrep:
    """Return the adapter."""
    match = options.get("match", "words")
    if match not in {"words", "phrase"}:
        raise SystemExit(f"the option match is words or phrase, not {match!r}")
    return Ripgrep(match)
