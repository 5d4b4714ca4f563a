"""Turn DevEval's samples into a set of questions whose sources come from public repositories at commits.

DevEval (Li et al., 2024) tells the file and the lines of each function and brings the sources as an archive of several gigabytes. Where
that cannot be had, clones of the projects can::

    codelore eval deveval-convert DevEval/data.jsonl SET --clones CLONES      # git directories named OWNER+NAME or NAME
    codelore eval run SET --clones CLONES

For each project the commit is taken that has most of its functions, at their lines if possible. A sample is asked when its function stands
there, and when it needs a definition of another file that is there as well; the set says how many of all that are.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from eval.corpora import Corpus, Places, candidates, lay_out
from eval.deveval_history import Function, find_origin
from eval.files import write_whole
from eval.model import Question
from eval.record import now
from eval.sets.deveval import MEASURES, Sample, bodies_of, corpus_name, path_within, questions_of, read_samples
from ingest.errors import SourceError
from ingest.git import find_checkout

_REPOSITORIES = Path(__file__).parent / "data" / "deveval_repositories.json"


@dataclass(frozen=True, slots=True)
class Project:
    """A project at the commit that has most of its functions: ``rows`` are the samples that stand there.

    Of all its ``samples``, ``needing`` count those that need definitions of other files.
    """

    corpus: Corpus
    rows: tuple[Sample, ...]
    samples: int
    needing: int
    questions: tuple[Question, ...]


def main(argv: Sequence[str] | None = None) -> int:
    """Convert; 0 when a set was written, 2 when no project was found or the samples cannot be read."""
    parser = ArgumentParser(prog="codelore eval deveval-convert", description=__doc__)
    parser.add_argument("samples", type=Path, help="data.jsonl of DevEval")
    parser.add_argument("set", type=Path, help="folder to write")
    parser.add_argument("--clones", type=Path, required=True, help="git directories of the projects, named OWNER+NAME or NAME")
    parser.add_argument("--only", action="append", default=[], help="only this project, such as Internet/boto; may be repeated")
    arguments = parser.parse_args(argv)
    try:
        samples = read_samples(arguments.samples)
        names = json.loads(_REPOSITORIES.read_text(encoding="utf-8"))
        chosen = {name: rows for name, rows in samples.items() if name in names and (not arguments.only or name in arguments.only)}
        projects = list(_projects(chosen, names, arguments.clones))
    except SourceError as error:
        print(error, file=sys.stderr)
        return 2
    if not any(each.questions for each in projects):
        print(
            f"no sample's function was found in a clone in {arguments.clones}; DevEval's projects are in {_REPOSITORIES}", file=sys.stderr
        )
        return 2
    needing = sum(_needs(row) for rows in samples.values() for row in rows)
    report = _report(projects, needing)
    _write(projects, arguments.set, report)
    print(f"{report['questions']} of the {needing} samples that need definitions of other files, in {len(projects)} projects")
    return 0


def _projects(samples: Mapping[str, Sequence[Sample]], names: Mapping[str, str], clones: Path) -> Iterator[Project]:
    for name, rows in sorted(samples.items()):
        found = _project(name, rows, Corpus(corpus_name(name), names[name]), clones)
        if found is None:
            print(f"{name}: no clone of {names[name]} in {clones} has any of its functions", file=sys.stderr)
            continue
        asked = f"{len(found.questions)} questions of {found.needing}"
        said = f"{name}: {len(found.rows)} of {found.samples} functions at {found.corpus.commit[:12]}; {asked}"
        print(said, file=sys.stderr, flush=True)
        yield found


def _project(name: str, rows: Sequence[Sample], corpus: Corpus, clones: Path) -> Project | None:
    functions = {id(row): _function(name, row) for row in rows}
    for folder in candidates(corpus, Places(clones, clones=clones)):
        checkout = find_checkout(str(folder)) if folder.is_dir() else None
        origin = find_origin(checkout, functions.values()) if checkout is not None else None
        if origin is None:
            continue
        kept = tuple(_shifted(row, origin.shifts[functions[id(row)]]) for row in rows if functions[id(row)] in origin.shifts)
        hidden = tuple((path, tuple(spans)) for path, spans in sorted(bodies_of(name, kept).items()))
        at = Corpus(corpus.name, corpus.upstream, origin.commit)
        with TemporaryDirectory(prefix="codelore-deveval-") as scratch:
            root = lay_out(at, Places(Path(scratch), clones=clones, download=False), lambda line: print(line, file=sys.stderr))
            asked = tuple(questions_of(name, root, kept))
        whole = Corpus(corpus.name, corpus.upstream, origin.commit, hidden=hidden)
        return Project(whole, kept, len(rows), sum(map(_needs, rows)), asked)
    return None


def _function(project: str, row: Sample) -> Function:
    return Function(path_within(project, row), row["namespace"], row["signature_position"][0], row["body_position"][1])


def _shifted(row: Sample, by: int) -> Sample:
    return {**row, **{name: [each + by for each in row[name]] for name in ("signature_position", "body_position")}}


def _needs(row: Sample) -> bool:
    return bool(row["dependency"]["cross_file"])


def _report(projects: Sequence[Project], needing: int) -> dict[str, Any]:
    return {
        "samples": needing,
        "questions": sum(len(each.questions) for each in projects),
        "projects": {
            each.corpus.name: {
                "repository": each.corpus.upstream,
                "commit": each.corpus.commit,
                "functions": each.samples,
                "found": len(each.rows),
                "samples": each.needing,
                "questions": len(each.questions),
            }
            for each in projects
        },
    }


def _write(projects: Sequence[Project], folder: Path, report: Mapping[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rows = "".join(json.dumps(_row(each, project.corpus), ensure_ascii=False) + "\n" for project in projects for each in project.questions)
    write_whole(folder / "queries.jsonl", rows)
    repositories = [_repository(each.corpus) for each in projects if each.questions]
    write_whole(folder / "repos.json", json.dumps(repositories, indent=1) + "\n")
    made_by = f"codelore eval deveval-convert {version('codelore')}"
    document = {"format": 1, "name": folder.absolute().name, "made_by": made_by, "made_at": now()}
    write_whole(folder / "set.json", json.dumps(document | {"measures": MEASURES, "depth": 20, "report": report}, indent=1) + "\n")


def _row(question: Question, corpus: Corpus) -> dict[str, Any]:
    return {
        "id": question.question_id,
        "query": question.text,
        "category": question.category,
        "language": question.language,
        "name": corpus.name,
        "commit": corpus.commit,
        "at": question.at,
        "relevant": [{"path": each.path, "spans": each.spans} for each in question.targets],
    }


def _repository(corpus: Corpus) -> dict[str, Any]:
    hidden = [{"path": path, "spans": spans} for path, spans in corpus.hidden]
    return {"name": corpus.name, "upstream": corpus.upstream, "commit": corpus.commit, "hidden": hidden}
