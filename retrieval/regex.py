r"""Regular expressions: compiling what was typed, where a text matches, and what every matching text must hold.

A pattern runs over bytes, three times faster than over str, unless it says something that only characters have: a letter beyond ASCII,
``\u00e9``, or ``(?u)``.
"""

from __future__ import annotations

import re
import warnings
from itertools import islice

from ingest.errors import QueryError

MATCHES_A_FILE = 1_000
"""A file's further matches are not looked for."""

Pattern = re.Pattern[bytes] | re.Pattern[str]

_LEAST = 3
_LEADING_FLAGS = re.compile(r"\(\?[imsu]+\)")
_FLAGS_OR_COMMENT = re.compile(r"\(\?[#aiLmsux-]")
_QUANTIFIER = re.compile(r"[*?]|\{\d*,?\d*\}|\{")
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_BREAKS = re.compile(r"\\[bBdDsSwWAZnrtfva]|[.^$+]")


def compile_pattern(source: str, flags: int) -> Pattern:
    """Compile a pattern. Raises ``QueryError`` for one that cannot be."""
    try:
        with warnings.catch_warnings(action="ignore"):  # what a later Python may read otherwise is no news to who asks now
            raw = source.encode("utf-8", "surrogateescape")
            if source.isascii() or _is_not_text(raw):
                try:
                    return re.compile(raw, flags)
                except re.error:  # ``\u00e9``, ``(?u)``: only str knows them
                    if not source.isascii():
                        raise
            return re.compile(source, flags)
    except (re.error, OverflowError, RecursionError, UnicodeEncodeError) as error:
        raise QueryError(f"the pattern {source!r} is not a regular expression: {error}; escape what is meant literally") from error


def _is_not_text(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False


def find_starts(pattern: Pattern, text: bytes) -> list[int]:
    """Return the bytes at which the first ``MATCHES_A_FILE`` matches start, in order."""
    if isinstance(pattern.pattern, bytes):
        return [match.start() for match in islice(pattern.finditer(text), MATCHES_A_FILE)]  # type: ignore[arg-type]
    decoded = text.decode("utf-8", "surrogateescape")
    starts = [match.start() for match in islice(pattern.finditer(decoded), MATCHES_A_FILE)]  # type: ignore[arg-type]
    if len(decoded) == len(text):
        return starts
    at, done, mapped = 0, 0, list[int]()
    for start in starts:
        at += len(decoded[done:start].encode("utf-8", "surrogateescape"))
        done = start
        mapped.append(at)
    return mapped


def required_literal(pattern: Pattern) -> bytes:
    """Return the longest run of bytes outside groups that every match holds, lower case if case does not matter; empty if none is sure."""
    source = pattern.pattern.decode("latin-1") if isinstance(pattern.pattern, bytes) else pattern.pattern
    ignore_case = bool(pattern.flags & re.IGNORECASE)
    if pattern.flags & re.VERBOSE or (ignore_case and isinstance(pattern.pattern, str)):
        return b""
    lead = _LEADING_FLAGS.match(source)
    source = source[lead.end() :] if lead else source
    if _FLAGS_OR_COMMENT.search(source):
        return b""
    longest = max(_runs(source), key=len, default="")
    literal = longest.encode("latin-1" if isinstance(pattern.pattern, bytes) else "utf-8", "surrogateescape")
    return b"" if len(literal) < _LEAST else literal.lower() if ignore_case else literal


def _runs(source: str) -> list[str]:
    """Return the runs of characters that stand outside groups and classes and are not optional; none for what is not understood."""
    runs = [""]
    at = depth = 0
    while at < len(source):
        if found := _CLASS.match(source, at) or _BREAKS.match(source, at):
            runs.append("")
        elif found := _QUANTIFIER.match(source, at):
            runs[-1] = runs[-1][:-1]
            runs.append("")
        elif source[at] in "()":
            depth += 1 if source[at] == "(" else -1
            runs.append("")
        elif (source[at] == "|" and not depth) or source[at] == "[":
            return []
        elif source[at] == "\\" and (at + 1 == len(source) or source[at + 1].isalnum()):
            if not depth:
                return []
        elif not depth:
            runs[-1] += source[at + 1] if source[at] == "\\" else source[at]
        at = found.end() if found else at + (2 if source[at] == "\\" else 1)
    return runs
