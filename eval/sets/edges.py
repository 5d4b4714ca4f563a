"""Sets of known edges: SCIP oracles, PyCG's and SWARM-CG's call graphs, families of call sites.

Each is read and scored where its format is explained (``eval.scip_oracle``, ``eval.call_benchmarks``, ``eval.edge_families``); here the
counts become parts of figures. *Facts* are proven edges and edges into other packages; ``possible`` adds the closed sets of candidates.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from eval.call_benchmarks import Case, measure_cases, read_cases, read_truth
from eval.call_graphs import ANY, FACTS, CallScore, Judged, judged_in_programs
from eval.call_names import Namer, PythonNamer, namer_for
from eval.corpora import Corpus
from eval.edge_families import read_sites, score_sites
from eval.model import Outcome, Part
from eval.record import Metric, SetInfo
from eval.scip_oracle import read_oracle, score
from eval.sets.kinds import GraphCase, SetKind
from graph.model import FileGraph


def _ratios(*names: str) -> tuple[Metric, ...]:
    return tuple(Metric(name, "ratio") for name in names)


def _info(name: str, kind: str, files: Iterable[Path], cases: int) -> SetInfo:
    seen = hashlib.sha256()
    for file in files:
        seen.update(file.read_bytes())
    return SetInfo(name, kind, seen.hexdigest()[:16], cases)


class ScipSet:
    """References a compiler found, ``NAME.refs.jsonl`` for each repository."""

    def __init__(self, folder: Path) -> None:
        files = sorted(folder.glob("*.refs.jsonl"))
        self._files = {file.name.removesuffix(".refs.jsonl"): file for file in files}
        self.info = _info(folder.absolute().name, "scip", files, len(files))
        self.metrics = _ratios("proven_precision", "proven_recall", "possible_precision", "possible_recall")
        self.corpora = tuple(Corpus(name) for name in self._files)

    def cases(self) -> Sequence[GraphCase]:
        """Return the repositories."""
        return [GraphCase(name, "", "") for name in self._files]

    def judge(self, case: GraphCase, root: Path, graphs: Iterable[FileGraph]) -> Iterator[Outcome]:
        """Compare every use of a function or class with the oracle's."""
        verdict = score(read_oracle(self._files[case.name]), graphs, root)
        values = {
            "proven_precision": Part(verdict.right, verdict.right + verdict.wrong),
            "proven_recall": Part(verdict.found_proven, verdict.references),
            "possible_precision": Part(verdict.possible_right, verdict.possible),
            "possible_recall": Part(verdict.found_proven + verdict.found_possible, verdict.references),
        }
        yield Outcome(case.name, case.name, values)


class CallSet:
    """Programs with their call graphs."""

    def __init__(
        self,
        name: str,
        kind: str,
        cases: Sequence[Case],
        files: Iterable[Path],
        namer: Namer,
        judged: Judged,
        *,
        elsewhere: bool = False,
    ) -> None:
        """``elsewhere``: the programs are repositories that lie in a folder of their own."""
        self._cases = {each.name if elsewhere else f"{each.category}/{each.name}": each for each in cases}
        self._namer, self._judged, self._elsewhere = namer, judged, elsewhere
        self.info = _info(name, kind, files, len(cases))
        parts = ("precision", "recall", "own_precision", "own_recall", "possible_precision", "possible_recall", "complete", "sound")
        self.metrics = _ratios(*parts)
        self.corpora = tuple(Corpus(name) for name in self._cases) if elsewhere else ()

    def cases(self) -> Sequence[GraphCase]:
        """Return the programs."""
        language = self._namer.language
        return [GraphCase(name, each.category, language, None if self._elsewhere else each.root) for name, each in self._cases.items()]

    def judge(self, case: GraphCase, root: Path, graphs: Iterable[FileGraph]) -> Iterator[Outcome]:
        """Compare the calls with those of the ground truth."""
        resolved = list(graphs)
        program = replace(self._cases[case.name], root=root)
        scored = measure_cases([program], lambda _: resolved, self._namer, (FACTS, ANY), self._judged)
        facts, possible = (rows[0] for rows in scored)
        values = {
            **_parts("", facts.score),
            **_parts("own_", facts.own),
            **_parts("possible_", possible.score),
            "complete": Part(facts.score.complete),
            "sound": Part(facts.score.sound),
        }
        yield Outcome(case.name, case.name, values, category=case.category, language=case.language)


def _parts(prefix: str, score: CallScore) -> dict[str, Part]:
    return {f"{prefix}precision": Part(score.right, score.claimed), f"{prefix}recall": Part(score.right, score.expected)}


class FamilySet:
    """Call sites on which call graphs are known to invent or lose edges."""

    def __init__(self, folder: Path) -> None:
        files = sorted(folder.glob("*/*/expected.toml"))
        self._folders = {f"{file.parent.parent.name}/{file.parent.name}": file.parent for file in files}
        self.info = _info(folder.absolute().name, "families", files, len(files))
        self.metrics = (Metric("invented", "ratio", higher_is_better=False), Metric("missed", "ratio", higher_is_better=False))
        self.corpora: tuple[Corpus, ...] = ()

    def cases(self) -> Sequence[GraphCase]:
        """Return the families, each in one language."""
        return [GraphCase(name, folder.name, folder.parent.name, folder) for name, folder in self._folders.items()]

    def judge(self, case: GraphCase, root: Path, graphs: Iterable[FileGraph]) -> Iterator[Outcome]:
        """Count invented and missed edges per site."""
        resolved = list(graphs)
        for each in score_sites(read_sites(self._folders[case.name]), resolved):
            values = {"invented": Part(len(each.invented)), "missed": Part(len(each.missed))}
            identifier = f"{case.name}/{each.site.path}:{each.site.line}"
            yield Outcome(identifier, case.name, values, each.site.text.strip(), case.category, language=case.language)


@dataclass(frozen=True, slots=True)
class ScipKind:
    """A folder with ``*.refs.jsonl``."""

    name: str = "scip"

    def recognises(self, place: Path) -> bool:
        """Say whether the place is such a folder."""
        return place.is_dir() and any(place.glob("*.refs.jsonl"))

    def read(self, place: Path) -> ScipSet:
        """Read the oracles' names; each oracle is read when its repository is judged."""
        return ScipSet(place)


@dataclass(frozen=True, slots=True)
class ProgramsKind:
    """A folder ``CATEGORY/CASE/`` of programs with ``callgraph.json``: PyCG's micro-benchmark, SWARM-CG."""

    name: str = "calls"

    def recognises(self, place: Path) -> bool:
        """Say whether the place is such a folder."""
        return place.is_dir() and any(place.glob("*/*/callgraph.json"))

    def read(self, place: Path) -> CallSet:
        """Read all programs. Raises ``SourceError`` for a call graph that is none."""
        namer = namer_for(place)
        files = sorted(place.glob("*/*/callgraph.json"))
        return CallSet(place.absolute().name, self.name, read_cases(place, namer), files, namer, judged_in_programs(namer))


@dataclass(frozen=True, slots=True)
class ProjectsKind:
    """A folder of ``PROJECT.json``, the call graphs of projects that lie elsewhere: PyCG's macro-benchmark."""

    name: str = "projects"

    def recognises(self, place: Path) -> bool:
        """Say whether the place is such a folder."""
        return place.is_dir() and any(place.glob("*.json"))

    def read(self, place: Path) -> CallSet:
        """Read all call graphs. Raises ``SourceError`` for a file that is none."""
        files = sorted(place.glob("*.json"))
        namer = PythonNamer()
        cases = [Case("projects", file.stem, Path(file.stem), read_truth(file, namer)) for file in files]
        return CallSet(place.absolute().name, self.name, cases, files, namer, Judged.CALLERS, elsewhere=True)


@dataclass(frozen=True, slots=True)
class FamiliesKind:
    """A folder ``LANGUAGE/FAMILY/`` with ``expected.toml``."""

    name: str = "families"

    def recognises(self, place: Path) -> bool:
        """Say whether the place is such a folder."""
        return place.is_dir() and any(place.glob("*/*/expected.toml"))

    def read(self, place: Path) -> FamilySet:
        """Find the families."""
        return FamilySet(place)


EDGE_KINDS: tuple[SetKind, ...] = (ScipKind(), ProgramsKind(), FamiliesKind(), ProjectsKind())
"""The kinds of sets of edges. Any file of JSON makes a folder one of projects, so that is looked for last."""
