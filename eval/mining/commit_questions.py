"""Questions out of commits and the issues they close: what was asked for, and the lines of the snapshot that were changed for it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.mining.changes import PastChange, closed_issues
from eval.mining.intent import FEATURE, FIX, intent
from eval.mining.messages import Prose, is_merge_subject, leans, read_prose, template_lines
from eval.mining.model import Kind, Lines, Mined, Tally, content_words, together
from eval.mining.scrub import Answer, Scrubber, answer_of, names_topic
from eval.mining.snapshot import Snapshot
from ingest.errors import SourceError

MIN_CONTENT_WORDS = 4
MAX_PLACEHOLDERS = 1
"""In one sentence."""

MIN_SUBJECT_WORDS = 2
MIN_BESIDE_PLACEHOLDER = 3
"""Words of content in a subject that names the answer: "fix the method" asks nothing."""

MIN_WITHOUT_TOPIC = 8
"""Words of content in a question that only the answer's name would have told what it is about: "fix the method raising an error"."""

MERGE = "a merge that says nothing of its own"
REVERTED = "a revert, or reverted later"
NOT_UTF8 = "the message is not UTF-8"
TOO_SHORT = f"fewer than {MIN_CONTENT_WORDS} words of content are left"
NAMED_TOO_OFTEN = "names the answer too often to read without it"
LEAKY = "leaky: "

_REVERTS = re.compile(r"This reverts commit ([0-9a-f]{7,40})")
_IS_REVERT = re.compile(r"^(?:Revert|Reapply|Reland|Roll(?:ing)? ?back)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue of a tracker. ``commit`` mended it where that is known."""

    number: str
    text: str
    commit: str = ""


def commit_questions(snapshot: Snapshot, changes: Sequence[PastChange], scrubber: Scrubber, name: str, tally: Tally) -> Iterator[Mined]:
    """Yield a question for each fix and feature; count the others."""
    templates = template_lines(text for change in changes for text in change.merged)
    reverted = _reverted(changes)
    for change in changes:
        tally.seen[Kind.COMMIT] += 1
        reason = _useless(change, reverted)
        prose = read_prose(change.message, templates)
        category = "" if reason else intent(prose.subject, prose.prefix)
        if not reason and category not in {FIX, FEATURE}:
            reason = category
        reason = reason or change.problem
        text = ""
        if not reason:
            text, reason = ask(prose, answer_of(snapshot, _paths(change.relevant)), scrubber)
        if reason:
            tally.drop(Kind.COMMIT, reason)
            continue
        yield Mined(
            f"commit/{name}/{change.commit[:12]}",
            Kind.COMMIT,
            category,
            language_of(snapshot, change.relevant),
            text,
            change.relevant,
            change.commit,
        )


def _useless(change: PastChange, reverted: frozenset[str]) -> str:
    subject = change.message.partition("\n")[0]
    if not change.message or is_merge_subject(subject):
        return MERGE
    if "\ufffd" in change.message:
        return NOT_UTF8
    if _IS_REVERT.match(subject) or change.commit[:7] in reverted:
        return REVERTED
    return ""


def _reverted(changes: Iterable[PastChange]) -> frozenset[str]:
    return frozenset(name[:7] for change in changes for text in change.merged for name in _REVERTS.findall(text))


def _paths(relevant: Iterable[Lines]) -> list[str]:
    return [each.path for each in relevant]


def language_of(snapshot: Snapshot, relevant: Sequence[Lines]) -> str:
    """Return the language of most of an answer's places."""
    most = max(relevant, key=lambda each: (len(each.spans), each.path))
    return snapshot.files[most.path].language


def ask(prose: Prose, answer: Answer, scrubber: Scrubber) -> tuple[str, str]:
    """Return a question of a message's prose without the answer in it, or why there is none. Sentences that give it away are left out."""
    subject = scrubber.scrub(prose.subject, answer)
    leak = scrubber.leak(subject.text, answer)
    if leak:
        return "", LEAKY + leak
    if subject.placeholders > MAX_PLACEHOLDERS:
        return "", NAMED_TOO_OFTEN
    said = len(set(content_words(subject.text)))
    if said < (MIN_BESIDE_PLACEHOLDER if subject.placeholders else MIN_SUBJECT_WORDS):
        return "", NAMED_TOO_OFTEN if subject.placeholders else TOO_SHORT
    sentences: list[str] = []
    whole = True
    for sentence in prose.sentences:
        told = scrubber.scrub(sentence, answer)
        whole = told.placeholders <= MAX_PLACEHOLDERS and not scrubber.leak(told.text, answer) and (whole or not leans(told.text))
        if whole and not _repeats(told.text, subject.text):
            sentences.append(told.text)
    text = subject.text if not sentences else f"{subject.text}\n\n{' '.join(sentences)}"
    words = len(set(content_words(text)))
    if words < (MIN_WITHOUT_TOPIC if names_topic(subject.text) else MIN_CONTENT_WORDS):
        return "", TOO_SHORT
    return text, ""


def _repeats(sentence: str, subject: str) -> bool:
    return set(content_words(sentence)) <= set(content_words(subject))


def read_issues(file: Path, tally: Tally) -> list[Issue]:
    """Read issues from JSON lines. A line that is none is counted; raises SourceError where the file cannot be read or has no issue."""
    try:
        lines = file.read_bytes().splitlines()
    except OSError as error:
        raise SourceError(
            f"cannot read the issues in {file}: {error.strerror}; give a file of JSON lines with id, title and body"
        ) from error
    found: list[Issue] = []
    for line in filter(None, map(bytes.strip, lines)):
        try:
            found.append(_issue(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError):
            tally.seen[Kind.ISSUE] += 1
            tally.drop(Kind.ISSUE, "the line is no issue (id or number, title, body)")
    if not found:
        raise SourceError(f"no line of {file} is an issue; each needs id or number, title and body, and where known commit")
    return found


def _issue(row: dict[str, Any]) -> Issue:
    number = str(row["number"] if "number" in row else row["id"]).rpartition("#")[2]
    return Issue(number, f"{row['title'].strip()}\n\n{row.get('body') or ''}", str(row.get("commit") or ""))


def issue_questions(
    snapshot: Snapshot, changes: Sequence[PastChange], issues: Sequence[Issue], scrubber: Scrubber, name: str, tally: Tally
) -> Iterator[Mined]:
    """Yield a question for each issue that a change after the snapshot closed; several changes that closed one answer it together."""
    closing: dict[str, list[PastChange]] = {}
    for change in changes:
        for number in closed_issues(change.merged):
            closing.setdefault(str(number), []).append(change)
    templates = template_lines(issue.text for issue in issues)
    for issue in issues:
        tally.seen[Kind.ISSUE] += 1
        mending = [each for each in changes if issue.commit and each.commit.startswith(issue.commit)] or closing.get(issue.number, [])
        relevant = together(lines for each in mending for lines in each.relevant)
        reason = "" if relevant else (mending[0].problem if mending else "no change after the snapshot closes it")
        text = ""
        if not reason:
            text, reason = ask(read_prose(issue.text, templates), answer_of(snapshot, _paths(relevant)), scrubber)
        if reason:
            tally.drop(Kind.ISSUE, reason)
            continue
        commit = mending[0].commit
        language = language_of(snapshot, relevant)
        yield Mined(f"issue/{name}/{issue.number}", Kind.ISSUE, Kind.ISSUE.value, language, text, relevant, commit)
