"""What each change after the snapshot says, and which lines of the snapshot it was about."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Generator, Mapping
from dataclasses import dataclass

from eval.mining.history import FilePatch, Hunk, Message, read_messages, read_patches
from eval.mining.line_map import LineMap, LineMaps
from eval.mining.messages import MAX_MESSAGE, is_merge_subject, own_text
from eval.mining.model import Lines, Spans, merge, together
from eval.mining.snapshot import Snapshot, is_answer_path, is_code_path
from ingest.git_history import Bounds

MAX_FILES = 10
MAX_SPANS = 40
MIN_MAPPED = 0.5
"""Share of a change's places that must be in the snapshot: of an answer that is mostly newer, the rest would be a wrong answer."""

NO_CODE = "touches no code (docs, tests, changelogs, lockfiles, configuration)"
TOO_MANY_FILES = f"changes more than {MAX_FILES} code files"
TOO_MANY_SPANS = f"changes more than {MAX_SPANS} places"
NEW_FILES = "adds files only, or mostly"
NO_STATEMENT = "changes imports, comments or white space only"
TESTS = "the lines are tests within the code"
NEWER = "most of what it changes is newer than the snapshot"

_COMMENT = re.compile(
    rb"\s*(?:#(?!\s*(?:include|define|if|ifdef|ifndef|else|endif|pragma|undef)\b|!?\[)|//|/\*|\*(?:\s|/|$)|--\s|"
    rb"\"\"\"|'''|;;|<!--|\{-)"
)
_IMPORT = re.compile(
    rb"\s*(?:import\b|from\s+\S+\s+import\b|(?:pub(?:\([a-z]+\))?\s+)?use\s|#\s*include\b|using\s+[\w.:]+;|"
    rb"require(?:_relative)?\b[ (]['\"]|package\s|"
    rb"extern crate\b|(?:pub\s+)?mod\s+\w+;|export\s+(?:\*|\{[^}]*\})\s+from\b|\}\s+from\b|(?:\w+\s+)?\"[\w./-]+\"$|__version__)"
)


@dataclass(frozen=True, slots=True)
class PastChange:
    """One change after the snapshot. ``problem`` says why it is no question, whatever its words; then ``relevant`` is empty."""

    commit: str
    message: str
    """What it says itself; empty for a merge that says nothing."""
    merged: tuple[str, ...]
    """What the commits say that it merged, and the merge itself."""
    relevant: tuple[Lines, ...] = ()
    problem: str = ""


def past_changes(snapshot: Snapshot, until: str, bounds: Bounds, dropped: Counter[str]) -> Generator[PastChange]:
    """Yield every change after the snapshot up to ``until``, the oldest first. ``dropped`` counts places that are left out of answers."""
    messages = read_messages(snapshot.checkout, snapshot.commit, until, bounds)
    taken: set[str] = set()
    maps = LineMaps()
    for patch in read_patches(snapshot.checkout, snapshot.commit, until, bounds):
        message = messages.get(patch.commit)
        if message is None:  # the time was up while the messages were read
            return
        side = _merged(message, messages, taken)
        relevant, problem = _answer(snapshot, patch.files, maps, dropped)
        texts = tuple(each.text for each in (message, *side))
        yield PastChange(patch.commit, _says(message, side), texts, () if problem else relevant, problem)
        maps.apply(patch.files)


def _merged(message: Message, messages: Mapping[str, Message], taken: set[str]) -> list[Message]:
    """Return the commits that a change brings along: those of its side branches that no change before it brought."""
    taken.add(message.commit)
    found: list[Message] = []
    waiting = list(message.parents[1:])
    while waiting:
        name = waiting.pop()
        commit = messages.get(name)
        if commit is not None and name not in taken:
            taken.add(name)
            found.append(commit)
            waiting += commit.parents
    return found


def _says(message: Message, side: list[Message]) -> str:
    """Return what a change says: of one that merges a single commit, what that commit does."""
    if len(message.parents) > 1 and is_merge_subject(message.text.partition("\n")[0]):
        single = [commit for commit in side if len(commit.parents) < 2]
        return single[0].text if len(single) == 1 else own_text(message.text)
    return message.text


def _answer(snapshot: Snapshot, files: tuple[FilePatch, ...], maps: LineMaps, dropped: Counter[str]) -> tuple[tuple[Lines, ...], str]:
    """Return the lines of the snapshot that a change is about, and why they make no question."""
    code = [file for file in files if is_code_path(file.old_path) and is_answer_path(file.old_path)]
    kept = [file for file in code if file.status in "MR"]
    fresh = sum(hunk.new_count for file in code if file.status == "A" for hunk in file.hunks)
    if not code:
        return (), NO_CODE
    if len(code) > MAX_FILES:
        return (), TOO_MANY_FILES
    if not kept or fresh > sum(hunk.new_count for file in kept for hunk in file.hunks):
        return (), NEW_FILES
    places = [(file, hunk) for file in kept for hunk in file.hunks if _is_statement(hunk)]
    if not places:
        return (), NO_STATEMENT
    found: list[Lines] = []
    mapped = asides = 0
    for file, hunk in places:
        path, spans, reason = _map(snapshot, maps.of(file.old_path), hunk)
        if reason:
            dropped[reason] += 1
            asides += reason == TESTS
        else:
            mapped += 1
            found.append(Lines(path, spans))
    if not mapped and asides:
        return (), NO_CODE
    if mapped < MIN_MAPPED * (len(places) - asides):
        return (), NEWER
    relevant = together(found)
    if sum(len(each.spans) for each in relevant) > MAX_SPANS:
        return (), TOO_MANY_SPANS
    return relevant, ""


def _map(snapshot: Snapshot, known: LineMap | None, hunk: Hunk) -> tuple[str, Spans, str]:
    """Return the file of the snapshot and the lines in it that a hunk takes out, or that it puts something beside."""
    if known is None:
        return "", (), "the file is newer than the snapshot"
    file = snapshot.files.get(known.path)
    if file is None or not is_answer_path(known.path):
        return "", (), "the file was no code of the snapshot's index"
    lines = range(hunk.old_start, hunk.old_start + (hunk.old_count or 2))
    origins = [origin for line in lines if 0 < (origin := known.origin(line)) <= file.lines]
    if not origins:
        return "", (), "the lines are newer than the snapshot"
    tests = snapshot.inner_tests(known.path)
    origins = [origin for origin in origins if not any(first <= origin <= last for first, last in tests)]
    if not origins:
        return "", (), TESTS
    if not hunk.old_count:
        origins = origins[:1] if hunk.old_start else origins[-1:]
    return known.path, merge((origin, origin) for origin in origins), ""


def _is_statement(hunk: Hunk) -> bool:
    """Say whether a hunk changes more than imports, comments and white space."""
    removed, added = hunk.removed, hunk.added
    if b"".join(removed).split() == b"".join(added).split():
        return False
    return any(line.strip() and not _COMMENT.match(line) and not _IMPORT.match(line) for line in (*removed, *added))


# Every repetition has a bound: a message is whatever somebody wrote.
_CLOSING = re.compile(
    r"\b(?:fix(?:e[sd])?|close[sd]?|resolve[sd]?)[ \t:]{0,3}"
    r"((?:[ ,&]{0,3}(?:and )?(?:[\w.-]{1,80}/[\w.-]{1,80})?(?:#|GH-|https?://[^\s#]{1,200}/issues/)\d{1,9}\b)+)",
    re.IGNORECASE,
)


def closed_issues(texts: tuple[str, ...]) -> list[int]:
    """Return the numbers of the issues that messages say are closed."""
    listed = [match[1] for text in texts for match in _CLOSING.finditer(text[:MAX_MESSAGE])]
    return list(dict.fromkeys(int(number) for each in listed for number in re.findall(r"(?:#|GH-|issues/)(\d+)", each)))
