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
MEASURES = ("definitions@10", "definitions@20", "recall@10", "recall@20", "hit@1", "mrr")


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
            said = "unpack DevEval's archive of that name there, or have the sources found in clones: codelore eval deveval-convert --help"
            raise SourceError(f"{place} has {_DATA} of DevEval and no {_SOURCES}; {said}")
        samples = read_samples(place / _DATA)
        questions: list[Question] = []
        corpora: list[Corpus] = []
        for project, rows in sorted(samples.items()):
            root = place / _SOURCES / project
            if root.is_dir():
                corpora.append(_corpus(project, root, rows))
                questions += questions_of(project, root, rows)
        if not questions:
            raise SourceError(f"{place / _SOURCES} holds no project of {_DATA} with a dependency across files")
        return QuestionSet("deveval", self.name, questions, corpora, MEASURES, depth=20)


Sample = Mapping[str, Any]
"""A line of ``data.jsonl``."""


def read_samples(file: Path) -> dict[str, list[Sample]]:
    """Read the samples by project. Raises ``SourceError`` for a row that is no sample, and a file that cannot be read."""
    samples: dict[str, list[Sample]] = defaultdict(list)
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise SourceError(f"cannot read the samples of DevEval, {file}: {error}") from error
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line)
            _ = row["namespace"], row["dependency"]["cross_file"], row["requirement"], row["completion_path"], row["body_position"]
            samples[row["project_path"]].append(row)
        except (ValueError, KeyError, TypeError) as error:
            raise SourceError(f"{file}:{number} is no sample of DevEval ({error!r})") from error
    return samples


def _corpus(project: str, root: Path, rows: Sequence[Sample]) -> Corpus:
    bodies = bodies_of(project, rows)
    digest = hashlib.sha256(json.dumps([str(root.absolute()), bodies], sort_keys=True).encode()).hexdigest()
    return Corpus(corpus_name(project), commit=digest, write=partial(_write, root, bodies))


def bodies_of(project: str, rows: Sequence[Sample]) -> dict[str, list[tuple[int, int]]]:
    """Return the lines of the asked functions' bodies, by path within the project."""
    bodies: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for row in rows:
        first, last = row["body_position"]
        bodies[path_within(project, row)].append((first, last))
    return bodies


def corpus_name(project: str) -> str:
    """Return what the corpus of a project is called."""
    return project.replace("/", "-")


def path_within(project: str, row: Sample) -> str:
    """Return the path of the asked function's file within its project."""
    path: str = row["completion_path"]
    return path.removeprefix(project + "/")


def _write(root: Path, bodies: Mapping[str, Sequence[tuple[int, int]]], folder: Path) -> None:
    shutil.copytree(root, folder, dirs_exist_ok=True, symlinks=True, ignore=shutil.ignore_patterns(".git", "__pycache__"))
    for path, spans in bodies.items():
        file = folder / path
        if file.is_file():
            file.write_bytes(blank(file.read_bytes(), spans))


def questions_of(project: str, root: Path, rows: Sequence[Sample]) -> Iterator[Question]:
    """Yield a question for each sample that needs definitions of other files of the project, whose sources lie in ``root``."""
    symbols, name = _Definitions(root), corpus_name(project)
    for row in rows:
        found = [symbols.find(each) for each in row["dependency"]["cross_file"]]
        targets = tuple(dict.fromkeys(each for each in found if each is not None))
        if targets:
            at = f"{path_within(project, row)}:{row['signature_position'][0]}"
            yield Question(row["namespace"], _query(project, root, row), name, targets, category=row["type"], language="python", at=at)


def _query(project: str, root: Path, row: Sample) -> str:
    first, last = row["signature_position"]
    file = root / path_within(project, row)
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
                    if (found := self._target(file, ".".join(parts[cut:]))) is not None:
                        return found
                if (found := self._exported(stem, ".".join(parts[cut:]))) is not None:
                    return found
        return None

    def _exported(self, package: Path, name: str) -> Target | None:
        """Return a definition that a package passes on from a module of its own; none where several define the name."""
        modules = sorted(package.glob("*.py")) if (package / "__init__.py").is_file() else []
        found = [target for module in modules if (target := self._target(module, name)) is not None]
        return found[0] if len(found) == 1 else None

    def _target(self, file: Path, name: str) -> Target | None:
        span = self._symbols(file).get(name)
        return Target(file.relative_to(self._root).as_posix(), (span,)) if span is not None else None

    def _symbols(self, file: Path) -> dict[str, tuple[int, int]]:
        if file not in self._files:
            parsed = analyze(file.name, file.read_bytes())[0] if file.is_file() else None
            listed = parsed.symbols if parsed is not None else ()
            self._files[file] = {each.qualified_name: (each.start_line, each.end_line) for each in reversed(listed)}
        return self._files[file]
