"""DevEval: a signature and what it must do, and the definitions of other files that the function needs (Li et al., 2024).

A folder holds ``data.jsonl`` of DevEval and its ``Source_Code``. The query is the signature with the requirement; the targets are the
definitions under ``dependency.cross_file``. The bodies of all asked functions are emptied in the corpus: they name what they need.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from eval.corpora import Corpus, blank
from eval.model import Question, Target
from eval.sets.kinds import QuestionSet
from ingest.analyze import analyze
from ingest.errors import SourceError

_DATA = "data.jsonl"
_SOURCES = "Source_Code"
_MEASURES = ("definitions@10", "definitions@20", "recall@10", "recall@20", "hit@1", "mrr")


@dataclass(frozen=True, slots=True)
class DevEvalKind:
    """A folder with ``data.jsonl``."""

    name: str = "deveval"

    def recognises(self, place: Path) -> bool:
        """Say whether the place is such a folder."""
        return (place / _DATA).is_file()

    def read(self, place: Path) -> QuestionSet:
        """Read the samples whose dependencies are definitions of the project. Raises ``SourceError`` for a row that is no sample."""
        if not (place / _SOURCES).is_dir():
            raise SourceError(f"{place} has {_DATA} of DevEval and no {_SOURCES}; unpack DevEval's archive of that name there")
        samples: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for number, line in enumerate((place / _DATA).read_text(encoding="utf-8").splitlines(), start=1):
            try:
                row = json.loads(line)
                _ = row["namespace"], row["dependency"]["cross_file"], row["requirement"], row["completion_path"], row["body_position"]
                samples[row["project_path"]].append(row)
            except (ValueError, KeyError, TypeError) as error:
                raise SourceError(f"{place / _DATA}:{number} is no sample of DevEval ({error!r})") from error
        questions: list[Question] = []
        corpora: list[Corpus] = []
        for project, rows in sorted(samples.items()):
            root = place / _SOURCES / project
            if root.is_dir():
                corpora.append(_corpus(project, root, rows))
                questions += _questions(project, root, rows)
        if not questions:
            raise SourceError(f"{place / _SOURCES} holds no project of {_DATA} with a dependency across files")
        return QuestionSet("deveval", self.name, questions, corpora, _MEASURES, depth=20)


def _corpus(project: str, root: Path, rows: Sequence[Mapping[str, Any]]) -> Corpus:
    bodies: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for row in rows:
        first, last = row["body_position"]
        bodies[_within(project, row["completion_path"])].append((first, last))
    digest = hashlib.sha256(json.dumps([str(root.absolute()), bodies], sort_keys=True).encode()).hexdigest()
    return Corpus(_name(project), commit=digest, write=partial(_write, root, bodies))


def _name(project: str) -> str:
    return project.replace("/", "-")


def _within(project: str, path: str) -> str:
    return path.removeprefix(project + "/")


def _write(root: Path, bodies: Mapping[str, Sequence[tuple[int, int]]], folder: Path) -> None:
    shutil.copytree(root, folder, dirs_exist_ok=True, symlinks=True, ignore=shutil.ignore_patterns(".git", "__pycache__"))
    for path, spans in bodies.items():
        file = folder / path
        if file.is_file():
            file.write_bytes(blank(file.read_bytes(), spans))


def _questions(project: str, root: Path, rows: Sequence[Mapping[str, Any]]) -> Iterator[Question]:
    symbols = _Definitions(root)
    for row in rows:
        found = [symbols.find(each) for each in row["dependency"]["cross_file"]]
        targets = tuple(dict.fromkeys(each for each in found if each is not None))
        if targets:
            yield Question(row["namespace"], _query(project, root, row), _name(project), targets, category=row["type"], language="python")


def _query(project: str, root: Path, row: Mapping[str, Any]) -> str:
    first, last = row["signature_position"]
    file = root / _within(project, row["completion_path"])
    lines = file.read_text(encoding="utf-8", errors="replace").split("\n") if file.is_file() else []
    return "\n".join(["\n".join(lines[first - 1 : last]).strip(), *(str(part) for part in row["requirement"].values())])


class _Definitions:
    """Definitions of a project by their namespace, such as ``package.module.Class.method``."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._files: dict[Path, dict[str, tuple[int, int]]] = {}

    def find(self, namespace: str) -> Target | None:
        """Return where a namespace is defined; None when it is no definition of a file of the project."""
        parts = namespace.split(".")
        for cut in range(len(parts) - 1, 0, -1):
            for base in (self._root, self._root / "src", self._root / "lib"):
                stem = base.joinpath(*parts[:cut])
                for file in (stem.with_name(stem.name + ".py"), stem / "__init__.py"):
                    span = self._symbols(file).get(".".join(parts[cut:]))
                    if span is not None:
                        return Target(file.relative_to(self._root).as_posix(), (span,))
        return None

    def _symbols(self, file: Path) -> dict[str, tuple[int, int]]:
        if file not in self._files:
            parsed = analyze(file.name, file.read_bytes())[0] if file.is_file() else None
            listed = parsed.symbols if parsed is not None else ()
            self._files[file] = {each.qualified_name: (each.start_line, each.end_line) for each in reversed(listed)}
        return self._files[file]
