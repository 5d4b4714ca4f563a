"""The record of a run: one JSON file with the code, the machine, the versions, and what every question scored with every system."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from eval.files import write_whole
from eval.model import Found, IndexCost, Outcome, Part, Target
from ingest.errors import SourceError

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Metric:
    """How the parts of a figure become one number.

    ``macro``: the mean over corpora of the means of their questions. ``ratio``: the sum of the amounts over the sum of what they are of.
    """

    name: str
    aggregate: str = "macro"
    higher_is_better: bool = True


@dataclass(frozen=True, slots=True)
class SetInfo:
    """Which set was asked. ``digest`` is over its questions, so that two records of one set can be told from two sets."""

    name: str
    kind: str
    digest: str
    questions: int


@dataclass(frozen=True, slots=True)
class Machine:
    """Where it ran."""

    system: str
    processor: str
    cores: int
    memory_bytes: int
    python: str
    load: float
    """Of one minute, when the run began."""


@dataclass(frozen=True, slots=True)
class Confidences:
    """How sure a system was of its answers about one repository: to questions about it, and to questions about another one."""

    own: tuple[float, ...] = ()
    other: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class SystemRun:
    """What one system did with a set."""

    name: str
    version: str
    options: Mapping[str, str]
    costs: tuple[IndexCost, ...]
    outcomes: tuple[Outcome, ...]
    missing: Mapping[str, str]
    """Corpora that were not measured, and why."""
    confidence: Mapping[str, Confidences] = field(default_factory=dict[str, Confidences])
    """By repository; one without a name in records that do not tell them apart."""
    seconds: Mapping[str, float] = field(default_factory=dict[str, float])
    """``system`` spent indexing and answering, ``harness`` around it."""


@dataclass(frozen=True, slots=True)
class Record:
    """One run."""

    set: SetInfo
    metrics: tuple[Metric, ...]
    systems: tuple[SystemRun, ...]
    machine: Machine
    commit: str
    """Of Codelore's own source, ``+`` at its end when files were changed; empty outside a checkout."""
    version: str
    started: str
    """ISO 8601, UTC."""
    format: int = FORMAT


def this_machine() -> Machine:
    """Describe where this process runs."""
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        memory = 0
    return Machine(platform.platform(), _processor(), os.cpu_count() or 1, memory, platform.python_version(), round(os.getloadavg()[0], 2))


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor()


def own_commit() -> str:
    """Return the commit of Codelore's own checkout, with ``+`` when tracked files differ from it; empty for an installed wheel."""
    git = ["git", "-C", str(Path(__file__).parent)]
    head = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    if head.returncode or not (Path(__file__).parents[1] / "pyproject.toml").is_file():
        return ""
    changed = subprocess.run([*git, "status", "--porcelain", "--untracked-files=no"], capture_output=True, text=True, check=False)
    return head.stdout.strip() + ("+" if changed.stdout.strip() else "")


def now() -> str:
    """Return the time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def write_record(record: Record, file: Path) -> None:
    """Write a record, so that a reader never sees half of it."""
    write_whole(file, json.dumps(asdict(record), ensure_ascii=False) + "\n")


def without_rows(record: Record) -> Record:
    """Return the record without what was found and the questions' texts: what a committed baseline needs, at a tenth of the size."""
    systems = [replace(each, outcomes=tuple(replace(one, query="", found=()) for one in each.outcomes)) for each in record.systems]
    return replace(record, systems=tuple(systems))


def read_record(file: Path) -> Record:
    """Read a record. Raises ``SourceError`` when there is none, or it is of another format."""
    try:
        row = json.loads(file.read_text(encoding="utf-8"))
        if row["format"] != FORMAT:
            raise SourceError(f"{file} is a record of format {row['format']}, this version reads {FORMAT}; run the set again")
        return _record(row)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SourceError(f"cannot read the record {file}: {error!r}; write one with: codelore eval run SET --out {file}") from error


def _record(row: dict[str, Any]) -> Record:
    return Record(
        set=SetInfo(**row["set"]),
        metrics=tuple(Metric(**each) for each in row["metrics"]),
        systems=tuple(_system(each) for each in row["systems"]),
        machine=Machine(**row["machine"]),
        commit=row["commit"],
        version=row["version"],
        started=row["started"],
    )


def _system(row: dict[str, Any]) -> SystemRun:
    return SystemRun(
        name=row["name"],
        version=row["version"],
        options=row["options"],
        costs=tuple(IndexCost(**each) for each in row["costs"]),
        outcomes=tuple(_outcome(each) for each in row["outcomes"]),
        missing=row["missing"],
        confidence=_confidence(row),
        seconds=row["seconds"],
    )


def _confidence(row: dict[str, Any]) -> dict[str, Confidences]:
    by_name: dict[str, dict[str, list[float]]] = row["confidence"] if "confidence" in row else {"": row["foreign"]}
    return {name: Confidences(tuple(values.get("own", ())), tuple(values.get("other", ()))) for name, values in by_name.items()}


def _outcome(row: dict[str, Any]) -> Outcome:
    parts: dict[str, dict[str, float]] = row.pop("values")
    targets: list[dict[str, Any]] = row.pop("targets")
    found: list[dict[str, Any]] = row.pop("found")
    return Outcome(
        **row,
        values={name: Part(**part) for name, part in parts.items()},
        targets=tuple(_target(each) for each in targets),
        found=tuple(Found(**each) for each in found),
    )


def _target(row: dict[str, Any]) -> Target:
    return Target(row["path"], tuple((first, last) for first, last in row["spans"]), row["secondary"], row["suffix"])
