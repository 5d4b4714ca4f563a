"""Questions as JSON lines: annotated sets, mined sets, and any file of ``{"query", "relevant": [{"path", "lines"}]}``.

A folder holds ``queries.jsonl``, and ``repos.json`` where the repositories have a name elsewhere. A row has an ``id``, the ``query``, the
corpus as ``name`` or ``repo`` (else the folder of the file), and in ``relevant`` and ``secondary`` the files that answer it, each a
``path`` with ``spans``, ``lines``, ``start_line`` and ``end_line``, or none of them. Lines count from 1.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from eval.corpora import Corpus
from eval.metrics import MEASURES, OF_SPANS
from eval.model import Question, Target
from eval.sets.kinds import QuestionSet
from ingest.errors import SourceError

_NEEDS = "it needs query and relevant, and id, name or repo, commit, category, kind, language, at, secondary where known"
_RANKED = ("file_ndcg@10", "hit@1", "hit@5", "recall@10", "mrr", "acc@1", "acc@5", "acc@10")


@dataclass(frozen=True, slots=True)
class QuestionsKind:
    """A folder with ``queries.jsonl``, or a file that ends in ``.jsonl``."""

    name: str = "questions"

    def recognises(self, place: Path) -> bool:
        """Say whether the place is such a folder or file."""
        return (place / "queries.jsonl").is_file() or (place.is_file() and place.suffix == ".jsonl")

    def read(self, place: Path) -> QuestionSet:
        """Read questions and corpora. Raises ``SourceError`` that names the line."""
        file = place if place.is_file() else place / "queries.jsonl"
        rows = list(_rows(file))
        entries = _repositories(place / "repos.json") if place.is_dir() else []
        keys = _keys([row for _, row in rows], entries)
        questions = [_question(row, number, file, keys) for number, row in rows]
        if not questions:
            raise SourceError(f"{file} holds no question; each line is a JSON object: {_NEEDS}")
        _require_distinct(questions, file)
        spans = any(target.spans for each in questions for target in each.targets)
        first = ("ndcg@10",) if keys.below else ()
        measures = (*first, *_RANKED, *(sorted(OF_SPANS) if spans else ()))
        name = place.stem if place.is_file() else place.absolute().name
        own, depth = _chosen(place / "set.json") if place.is_dir() else ((), 0)
        return QuestionSet(name, self.name, questions, _corpora(rows, entries, keys), own or measures, depth or (20 if spans else 10))


def _chosen(file: Path) -> tuple[tuple[str, ...], int]:
    """Return the measures, headline first, and the rows asked of a system, where a set says which; else none and 0."""
    if not file.is_file():
        return (), 0
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        measures, depth = tuple(document.get("measures") or ()), int(document.get("depth") or 0)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise SourceError(f"cannot read what the set says of itself, {file}: {error!r}; make the set again") from error
    if unknown := [str(each) for each in measures if each not in MEASURES]:
        raise SourceError(f"{file} names measures that there are not: {', '.join(unknown)}; there are {', '.join(MEASURES)}")
    return measures, depth


@dataclass(frozen=True, slots=True)
class _Keys:
    """How corpora are named: by the repository, and where questions are about several commits of it, by the commit too."""

    many: frozenset[str]
    below: frozenset[str]
    """Repositories of which a folder is measured: paths of their targets may be counted from it."""

    def corpus(self, row: dict[str, Any]) -> str:
        name = _name(row)
        return f"{name}@{row['commit'][:12]}" if name in self.many else name


def _keys(rows: Sequence[dict[str, Any]], entries: Sequence[dict[str, Any]]) -> _Keys:
    commits: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        commits[_name(row)].add(str(row.get("commit") or ""))
    below = {_name(each) for each in entries if (each.get("benchmark_root") or ".") != "."}
    return _Keys(frozenset(name for name, found in commits.items() if len(found) > 1), frozenset(below))


def _rows(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise SourceError(f"cannot read the questions of {file}: {error}; name a folder that holds queries.jsonl") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                row = json.loads(line)
            except ValueError as error:
                raise SourceError(f"{file}:{number} is not JSON ({error}); each line is one question: {_NEEDS}") from error
            if not isinstance(row, dict):
                raise SourceError(f"{file}:{number} is not a JSON object; each line is one question: {_NEEDS}")
            yield number, _named(cast("dict[str, Any]", row), file)


def _named(row: dict[str, Any], file: Path) -> dict[str, Any]:
    return row if _name(row) else {**row, "name": file.absolute().parent.name}


def _repositories(file: Path) -> list[dict[str, Any]]:
    if not file.is_file():
        return []
    try:
        entries = json.loads(file.read_text(encoding="utf-8"))
        named = all(_name(entry) for entry in entries)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise SourceError(f"cannot read the repositories of the set, {file}: {error!r}; it is a list of objects") from error
    if not named:
        raise SourceError(f"{file} has an entry without a name; each needs name or repo, and commit")
    return entries


def _name(row: dict[str, Any]) -> str:
    return row.get("name") or str(row.get("repo") or row.get("upstream") or "").rpartition("/")[2]


def _question(row: dict[str, Any], number: int, file: Path, keys: _Keys) -> Question:
    try:
        targets = _targets(row, suffix=_name(row) in keys.below)
        text: str = row["query"]
        empty = not targets or not text.strip()
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SourceError(f"{file}:{number} is not a question ({error!r}); {_NEEDS}") from error
    if empty:
        raise SourceError(f"{file}:{number} is not a question: an empty query, or nothing relevant; {_NEEDS}")
    return Question(
        str(row.get("id") or f"{file.stem}/{number}"),
        text,
        keys.corpus(row),
        tuple(targets),
        row.get("category") or "",
        row.get("kind") or "",
        row.get("language") or "",
        row.get("at") or "",
    )


def _targets(row: dict[str, Any], *, suffix: bool) -> list[Target]:
    needed: list[Any] = row["relevant"]
    further: list[Any] = row.get("secondary") or []
    return [
        *(_target(each, secondary=False, suffix=suffix) for each in needed),
        *(_target(each, secondary=True, suffix=suffix) for each in further),
    ]


def _target(row: dict[str, Any] | str, *, secondary: bool, suffix: bool) -> Target:
    if isinstance(row, str):
        return Target(row, secondary=secondary, suffix=suffix)
    spans = row.get("spans") or ([row["lines"]] if row.get("lines") else [])
    if row.get("start_line"):
        spans = [(row["start_line"], row.get("end_line") or row["start_line"])]
    checked = tuple((int(first), int(last)) for first, last in spans)
    if any(first < 1 or last < first for first, last in checked):
        raise ValueError(f"the lines {spans} are no spans of lines counted from 1")
    return Target(row["path"], checked, secondary, suffix)


def _require_distinct(questions: Sequence[Question], file: Path) -> None:
    seen: set[str] = set()
    for each in questions:
        if each.question_id in seen:
            raise SourceError(f"{file} has two questions with the id {each.question_id}; give each its own, so that runs can be compared")
        seen.add(each.question_id)


def _corpora(rows: Sequence[tuple[int, dict[str, Any]]], entries: Sequence[dict[str, Any]], keys: _Keys) -> list[Corpus]:
    known = {_name(each): each for each in entries}
    found: dict[str, Corpus] = {}
    for _, row in rows:
        entry = known.get(_name(row), {})
        key = keys.corpus(row)
        found.setdefault(
            key,
            Corpus(
                key,
                upstream=entry.get("upstream") or entry.get("repo") or row.get("repo") or "",
                commit=row.get("commit") or entry.get("commit") or "",
                folder=entry.get("benchmark_root") or "",
                git=entry.get("git") or "",
                hidden=tuple((each["path"], tuple((first, last) for first, last in each["spans"])) for each in entry.get("hidden") or ()),
            ),
        )
    return list(found.values())
