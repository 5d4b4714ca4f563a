"""Mines a repository: picks the snapshot, asks every kind for its questions, and keeps those that are no copies."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from eval.mining.change_questions import change_questions, symbol_questions
from eval.mining.changes import PastChange, past_changes
from eval.mining.commit_questions import commit_questions, issue_questions, read_issues
from eval.mining.doc_questions import doc_questions
from eval.mining.history import MAX_BYTES, first_parents
from eval.mining.model import Kind, Mined, Tally, content_words
from eval.mining.scrub import Scrubber
from eval.mining.snapshot import Snapshot
from eval.mining.test_questions import test_questions
from eval.mining.use_questions import use_questions
from ingest.errors import NotARepositoryError, RefNotFoundError, SourceError
from ingest.git import GitCheckout, find_checkout, resolve_ref
from ingest.git_history import Bounds, shallow_commits

DEFAULT_BACK = 1_000
DEFAULT_LIMIT = 400
SIMILAR = 0.8
"""Share of all words of two questions that both have, from which on the later one is a copy."""
SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class MineOptions:
    """What to mine. ``back`` first-parent changes are mined, at most half of all; ``share`` or ``snapshot`` take its place where given."""

    kinds: tuple[Kind, ...] = (Kind.COMMIT, Kind.DOCSTRING, Kind.TEST)
    back: int = DEFAULT_BACK
    share: float = 0.0
    """Share of the history that lies before the snapshot."""
    snapshot: str = ""
    until: str = "HEAD"
    limit: int = DEFAULT_LIMIT
    """Questions of each kind."""
    issues: Path | None = None
    seed: int = 0
    name: str = ""


@dataclass(frozen=True, slots=True)
class MinedSet:
    """What was mined of one repository."""

    name: str
    checkout: GitCheckout
    snapshot: str
    until: str
    questions: tuple[Mined, ...]
    tally: Tally
    options: MineOptions
    changes: int
    """How many first-parent changes lie between the snapshot and ``until``."""


def mine(repository: str, options: MineOptions) -> MinedSet:
    """Mine a checkout or bare repository. Raises SourceError where it cannot be read or not one question is left."""
    checkout = find_checkout(repository)
    if checkout is None:
        raise NotARepositoryError(
            f"cannot mine {os.path.abspath(repository)}: it is in no git repository; give a checkout or a bare repository"
        )
    name = options.name or _name(checkout)
    until = _resolve(checkout, options.until)
    tally = Tally()
    start, changes = _snapshot(checkout, until, options, tally)
    snapshot = Snapshot.read(checkout, start)
    if not snapshot.files:
        raise SourceError(f"commit {start[:12]} of {checkout.root} holds no code that Codelore parses; choose another with --snapshot")
    found = _questions(snapshot, until, changes, options, name, tally)
    questions = _choose(found, options, tally)
    if not questions:
        raise SourceError(
            f"no question is left of {name} at {start[:12]}: {_why(tally)}; go further back with --back, or ask for other kinds"
        )
    return MinedSet(name, checkout, start, until, tuple(questions), tally, options, changes)


def _name(checkout: GitCheckout) -> str:
    """Name a repository by its folder; a bare one, kept as OWNER+NAME/repo or NAME.git, by what tells it from others."""
    folder = Path(checkout.root)
    if checkout.bare and folder.name in {"repo", ".git", "repo.git"}:
        folder = folder.parent
    plain = folder.name.removesuffix(".git").rpartition("+")[2]
    return "".join(character if character.isalnum() or character in "._-" else "-" for character in plain) or "repository"


def _resolve(checkout: GitCheckout, ref: str) -> str:
    try:
        return resolve_ref(checkout, ref)
    except RefNotFoundError:
        if ref == "HEAD":
            raise SourceError(
                f"cannot mine {checkout.root}: it has no commit yet; commit something, or name a branch with --until"
            ) from None
        raise


def _snapshot(checkout: GitCheckout, until: str, options: MineOptions, tally: Tally) -> tuple[str, int]:
    """Return the commit to ask about and how many first-parent changes come after it."""
    line = first_parents(checkout, until)
    if line[-1] in shallow_commits(checkout):
        tally.notes.append(f"the clone is shallow: only {len(line):,} changes of its history are there")
    if options.snapshot:
        commit = resolve_ref(checkout, options.snapshot)
        if commit not in line:
            raise SourceError(
                f"{options.snapshot} ({commit[:12]}) is not on the first-parent history of {until[:12]} in {checkout.root}, so nothing "
                "tells which changes come after it; `git log --first-parent` lists those that are"
            )
        return commit, line.index(commit)
    if options.share:
        back = round(len(line) * (1 - options.share))
    else:
        back = min(options.back, len(line) // 2)
        if back < options.back:
            tally.notes.append(f"only {back:,} changes are mined, half of the history: the other half is what is asked about")
    back = min(back, len(line) - 1)
    return line[back], back


def _questions(snapshot: Snapshot, until: str, changes: int, options: MineOptions, name: str, tally: Tally) -> Iterable[Mined]:
    scrubber = Scrubber(snapshot)
    past: Sequence[PastChange] = ()
    if changes and {Kind.COMMIT, Kind.ISSUE, Kind.CHANGE} & {*options.kinds}:
        past = _past(snapshot, until, tally)
    if Kind.ISSUE in options.kinds:
        if options.issues is None:
            raise SourceError("questions of kind issue need the issues: give a file of JSON lines with --issues")
        yield from issue_questions(snapshot, past, read_issues(options.issues, tally), scrubber, name, tally)
    if Kind.COMMIT in options.kinds:
        if not changes:
            tally.notes.append("no commit is mined: there is none after the snapshot")
        yield from commit_questions(snapshot, past, scrubber, name, tally)
    if Kind.CHANGE in options.kinds:
        yield from change_questions(snapshot, past, name, tally)
    if Kind.SYMBOL in options.kinds:
        yield from symbol_questions(snapshot, name, tally)
    if Kind.DOCSTRING in options.kinds:
        yield from doc_questions(snapshot, scrubber, name, tally)
    if Kind.USE in options.kinds:
        yield from use_questions(snapshot, name, tally)
    if Kind.TEST in options.kinds:
        yield from test_questions(snapshot, scrubber, name, tally)


def _past(snapshot: Snapshot, until: str, tally: Tally) -> Sequence[PastChange]:
    bounds = Bounds(commits=0, data=MAX_BYTES, seconds=SECONDS)
    found = list(past_changes(snapshot, until, bounds, tally.spans))
    tally.notes += bounds.reached
    return found


def _choose(found: Iterable[Mined], options: MineOptions, tally: Tally) -> list[Mined]:
    """Drop copies, then keep a draw of each kind that the seed decides, in order of kind and name."""
    kept = list(_apart(found, tally))
    of_kind: dict[Kind, list[Mined]] = {}
    for each in kept:
        of_kind.setdefault(each.kind, []).append(each)
    chosen: list[Mined] = []
    for kind, questions in sorted(of_kind.items()):
        if len(questions) > options.limit:
            tally.drop(kind, f"beyond the limit of {options.limit}", len(questions) - options.limit)
            questions = sorted(questions, key=lambda each: _draw(options.seed, each))[: options.limit]
        tally.kept[kind] = len(questions)
        chosen += sorted(questions, key=lambda each: each.question_id)
    return chosen


def _draw(seed: int, question: Mined) -> str:
    return sha256(f"{seed}:{question.question_id}".encode()).hexdigest()


def _apart(found: Iterable[Mined], tally: Tally) -> Iterable[Mined]:
    """Yield the questions that share few words with every one before. Two that are alike share one of the first words of both, in order."""
    words: list[frozenset[str]] = []
    by_word: dict[str, list[int]] = {}
    for question in found:
        own = frozenset(content_words(question.text))
        first = sorted(own)[: len(own) - int(len(own) * SIMILAR) + 1]
        near = {number for word in first for number in by_word.get(word, ())}
        if any(len(own & words[number]) >= SIMILAR * len(own | words[number]) for number in near):
            tally.drop(question.kind, "nearly the same as another question")
            continue
        for word in first:
            by_word.setdefault(word, []).append(len(words))
        words.append(own)
        yield question


def _why(tally: Tally) -> str:
    reasons = Counter[str]()
    for counts in tally.dropped.values():
        reasons.update(counts)
    most = ", ".join(f"{count} {reason}" for reason, count in reasons.most_common(4))
    return most or "nothing in it asks anything"
