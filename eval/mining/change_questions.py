"""Questions to train a ranking on: a change's whole message as it was written, and names of definitions as people type them.

Unlike the questions that measure (``commit_questions``), these may have prose that says little, templates and lists: a ranking has to learn
to read past those. Only names of the files that answer are taken out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256

from eval.mining.changes import PastChange
from eval.mining.commit_questions import NOT_UTF8, TOO_SHORT, language_of
from eval.mining.messages import is_merge_subject
from eval.mining.model import Kind, Lines, Mined, Tally, content_words
from eval.mining.snapshot import Snapshot, is_answer_path
from ingest.model import SymbolKind

MAX_FILES = 4
MAX_TEXT = 3_000
MIN_WORDS = 3
TOO_MANY = f"changes more than {MAX_FILES} files"

_URL = re.compile(r"<?\bhttps?://\S+")
_TRAILER = re.compile(r"^(?:[A-Z][\w-]+-by|Change-Id|Cc|git-svn-id|Reviewed-on|PR-URL|Fixes|Closes|Refs?|Bug)\b.*:.*$", re.MULTILINE)
_ISSUE = re.compile(r"\s*\(?#\d+\)?")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|_+|(?<=[A-Z])(?=[A-Z][a-z])")
_KINDS = {SymbolKind.CLASS, SymbolKind.FUNCTION, SymbolKind.METHOD, SymbolKind.INTERFACE, SymbolKind.STRUCT, SymbolKind.TRAIT}
_PUBLIC = re.compile(r"[A-Za-z]\w{4,}")


def change_questions(snapshot: Snapshot, changes: Sequence[PastChange], name: str, tally: Tally) -> Iterator[Mined]:
    """Yield a question for each change of few files; one in three has its first line only. Count the others."""
    for change in changes:
        tally.seen[Kind.CHANGE] += 1
        files = [each.path for each in change.relevant]
        text, reason = _ask(change.message, files, short=_draw(change.commit) % 3 == 0)
        reason = change.problem or (TOO_MANY if len(files) > MAX_FILES else reason)
        if reason or not files:
            tally.drop(Kind.CHANGE, reason)
            continue
        language = language_of(snapshot, change.relevant)
        yield Mined(f"change/{name}/{change.commit[:12]}", Kind.CHANGE, "", language, text, change.relevant, change.commit)


def _ask(message: str, files: Iterable[str], *, short: bool) -> tuple[str, str]:
    subject, _, body = message.strip().partition("\n")
    if "\ufffd" in message:
        return "", NOT_UTF8
    if is_merge_subject(subject):
        return "", TOO_SHORT
    text = subject if short else f"{subject}\n{_TRAILER.sub('', body)}"[:MAX_TEXT]
    for file in files:
        text = re.sub(re.escape(file.rpartition("/")[2]), "", text, flags=re.IGNORECASE)
    text = _ISSUE.sub("", _URL.sub("", text)).strip()
    return (text, "") if len(set(content_words(text))) >= MIN_WORDS else ("", TOO_SHORT)


def symbol_questions(snapshot: Snapshot, name: str, tally: Tally) -> Iterator[Mined]:
    """Yield a question for each public definition whose name one file has: the name as it is, or its words."""
    places: dict[str, list[tuple[str, SymbolKind, tuple[int, int]]]] = {}
    for path in filter(is_answer_path, snapshot.files):
        for symbol in snapshot.symbols(path):
            if symbol.kind in _KINDS and _PUBLIC.fullmatch(symbol.name):
                places.setdefault(symbol.name, []).append((path, symbol.kind, (symbol.start_line, symbol.end_line)))
    for word, found in sorted(places.items()):
        tally.seen[Kind.SYMBOL] += 1
        if len({path for path, _, _ in found}) > 1:
            tally.drop(Kind.SYMBOL, "several files define it")
            continue
        path, kind, span = found[0]
        humps = " ".join(part for part in _HUMP.split(word) if part).lower()
        if " " not in humps:
            tally.drop(Kind.SYMBOL, "a name of one word")
            continue
        asked = (word, humps, f"{kind.value} {word}", f"{humps} {kind.value}")[_draw(word) % 4]
        relevant = (Lines(path, (span,)),)
        yield Mined(f"symbol/{name}/{path}:{word}", Kind.SYMBOL, "", language_of(snapshot, relevant), asked, relevant, word)


def _draw(text: str) -> int:
    return int(sha256(text.encode()).hexdigest()[:8], 16)
