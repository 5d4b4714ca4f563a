"""What a report of records says: figures of all systems beside each other, what they cost, and the queries that went worst."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.bootstrap import FEW, RESAMPLES, Interval, figure_interval, level
from eval.compare import Difference, Side, compare
from eval.drawings import Cell, Drawing, Table, Tone
from eval.figures import abstention, cold, cost, figure, warm
from eval.record import Machine, Metric, Record, SystemRun
from eval.report_plots import drawings
from eval.report_worst import Worst, worst
from ingest.errors import QueryError

OURS = "codelore"
_NONE = Cell("–")


@dataclass(frozen=True, slots=True)
class Entry:
    """One system's run under the name it has in the report."""

    label: str
    side: Side

    @property
    def run(self) -> SystemRun:
        """What it did."""
        return self.side.run


@dataclass(frozen=True, slots=True)
class Source:
    """One record: what is needed to make it again."""

    file: str
    facts: tuple[tuple[str, str], ...]
    commands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """Everything about one set."""

    key: str
    title: str
    about: str
    systems: tuple[str, ...]
    headline: Table
    differences: Table | None
    drawings: tuple[Drawing, ...]
    costs: Table
    missing: Table | None
    worst: tuple[Worst, ...]
    worst_by: str
    """The metric by which queries are worst."""
    asked: int
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The whole report."""

    title: str
    chapters: tuple[Chapter, ...]


def build(records: Sequence[tuple[str, Record]], *, queries: int = 30, resamples: int = RESAMPLES) -> Report:
    """Return the report of records, each with its file's name, and ``queries`` of each system. Raises ``QueryError`` without a run."""
    by_set: dict[tuple[str, str], list[tuple[str, Record]]] = {}
    for file, record in records:
        by_set.setdefault((record.set.name, record.set.digest), []).append((file, record))
    chapters = [_chapter(f"s{at}", held, queries, resamples) for at, held in enumerate(by_set.values())]
    if not any(each.systems for each in chapters):
        raise QueryError("the records hold no run of any system; write one with: codelore eval run SET --out FILE")
    names = list(dict.fromkeys(each.title for each in chapters))
    return Report(f"Evaluation: {', '.join(names)}", tuple(chapters))


def _chapter(key: str, held: Sequence[tuple[str, Record]], queries: int, resamples: int) -> Chapter:
    entries = _entries(held)
    first = held[0][1]
    metrics = _metrics(held)
    rows = [(each.label, each.run) for each in entries]
    corpora = len({outcome.corpus for each in entries for outcome in each.run.outcomes})
    asked = {(outcome.corpus, outcome.question_id) for each in entries for outcome in each.run.outcomes}
    about = f"{first.set.questions:,} questions in the set ({first.set.kind}); {len(asked):,} were asked, about {_repositories(corpora)}."
    return Chapter(
        key,
        first.set.name,
        about,
        tuple(each.label for each in entries),
        _headline(entries, metrics, resamples),
        _difference_table(entries, metrics, resamples),
        drawings(key, rows, metrics[0], resamples) if metrics else (),
        _costs(entries),
        _missing(entries),
        worst(rows, metrics[0], queries) if metrics else (),
        metrics[0].name if metrics else "",
        len(asked),
        tuple(_source(file, record) for file, record in held),
    )


def _entries(held: Sequence[tuple[str, Record]]) -> list[Entry]:
    """Return every run, ours first; a name that two runs share gets its file's name, or its number."""
    sides = [Side(record, run, file) for file, record in held for run in record.systems]
    sides.sort(key=lambda each: each.run.name != OURS)
    names = [each.run.name for each in sides]
    labels = [name if names.count(name) == 1 else f"{name} ({Path(each.file).stem})" for name, each in zip(names, sides, strict=True)]
    return [
        Entry(label if labels.count(label) == 1 else f"{label} #{at + 1}", side)
        for at, (label, side) in enumerate(zip(labels, sides, strict=True))
    ]


def _metrics(held: Sequence[tuple[str, Record]]) -> list[Metric]:
    """Return the metrics of all records in order; the first is the headline."""
    return list({each.name: each for _, record in held for each in record.metrics}.values())


def _headline(entries: Sequence[Entry], metrics: Sequence[Metric], resamples: int) -> Table:
    """Return metrics by systems, with intervals, and the best of each row marked."""
    rows: list[tuple[Cell, ...]] = [(Cell("questions"), *(Cell(f"{len(each.run.outcomes):,}") for each in entries))]
    for metric in metrics:
        got = [figure(each.run.outcomes, metric) for each in entries]
        values = [each.value for each in got if each]
        best = (max if metric.higher_is_better else min)(values) if len(set(values)) > 1 else None
        bounds = [figure_interval(each.run.outcomes, metric, resamples=resamples) for each in entries]
        cells = [
            Cell(number(one.value), span(bound), Tone.BEST if one.value == best else Tone.PLAIN) if one else _NONE
            for one, bound in zip(got, bounds, strict=True)
        ]
        judged, asked = (
            max(each, default=0) for each in ([one.questions for one in got if one], [len(each.run.outcomes) for each in entries])
        )
        notes = ["" if metric.higher_is_better else "less is better", f"{judged:,} questions" if judged < asked else ""]
        rows.append((Cell(metric.name, ", ".join(filter(None, notes))), *cells))
    sure = [abstention(each.run) for each in entries]
    if any(each is not None for each in sure):
        rows.append((Cell("abstention AUROC"), *(Cell(number(each)) if each is not None else _NONE for each in sure)))
    return Table("Figures", ("", *(each.label for each in entries)), tuple(rows), _made(entries, metrics, resamples))


def _made(entries: Sequence[Entry], metrics: Sequence[Metric], resamples: int) -> str:
    """Say how the figures and intervals were made."""
    named = ", ".join(each.name for each in metrics if each.aggregate != "macro")
    ratios = f"; {named}: ratios of sums" if named else ""
    corpora = max((len({outcome.corpus for outcome in each.run.outcomes}) for each in entries), default=0)
    few = f"; of a measure that fewer than {FEW} have, of their questions too" if corpora >= FEW else ""
    means = f"Means over repositories of the means of their questions{ratios}."
    return f"{means} In brackets, 95 % intervals: bootstrap with {resamples:,} resamples of {level(max(corpora, 1))}{few}."


def _difference_table(entries: Sequence[Entry], metrics: Sequence[Metric], resamples: int) -> Table | None:
    """Return how the first system differs from each other one on the questions both answered."""
    if len(entries) < 2 or not metrics:
        return None
    first = entries[0]
    columns: list[list[Cell]] = []
    for other in entries[1:]:
        try:
            found = compare(other.side, first.side, by_group=False, resamples=resamples)
        except QueryError:
            columns.append([Cell("0 in common"), *(_NONE for _ in metrics)])
            continue
        of = {each.metric: each for each in found.overall()}
        columns.append([Cell(f"{found.paired:,}"), *(_difference(of[each.name], each) if each.name in of else _NONE for each in metrics)])
    names = [Cell("questions"), *(Cell(each.name, "" if each.higher_is_better else "less is better") for each in metrics)]
    rows = tuple((name, *(column[at] for column in columns)) for at, name in enumerate(names))
    note = "On the questions both answered; won and lost of them below. Coloured where the 95 % interval leaves out zero."
    return Table(f"{first.label} minus each other system", ("", *(each.label for each in entries[1:])), rows, note)


def _difference(each: Difference, metric: Metric) -> Cell:
    tone = Tone.PLAIN
    if each.interval and (each.interval.low > 0 or each.interval.high < 0):
        tone = Tone.GAIN if (each.change > 0) == metric.higher_is_better else Tone.LOSS
    return Cell(
        number(each.change, sign=True), f"{span(each.interval, sign=True)}, {each.wins} won, {each.losses} lost".removeprefix(", "), tone
    )


def _costs(entries: Sequence[Entry]) -> Table:
    head = (
        "system",
        "warm p50",
        "p95",
        "p99",
        "cold p50",
        "cold p95",
        "indexing",
        "processor",
        "peak memory",
        "on disk",
        "files",
        "chunks",
    )
    rows: list[tuple[Cell, ...]] = []
    for each in entries:
        first, later, spent = cold(each.run), warm(each.run), cost(each.run)
        cells = [Cell(milliseconds(later.percentiles[share])) if later else _NONE for share in (0.5, 0.95, 0.99)]
        cells += [Cell(milliseconds(first.percentiles[share])) if first else _NONE for share in (0.5, 0.95)]
        if spent:
            cells += [Cell(f"{spent.seconds:,.1f} s", _repositories(spent.corpora)), Cell(f"{spent.cpu_seconds:,.1f} s")]
            cells += [Cell(size(each)) if each else _NONE for each in (spent.peak_bytes, spent.index_bytes)]
            cells += [Cell(f"{each:,}") if each else _NONE for each in (spent.files, spent.chunks)]
        rows.append((Cell(each.label), *cells, *[_NONE] * (len(head) - 1 - len(cells))))
    note = "Warm: the search alone, from an open index. Cold: opening the index and the first answer, one a repository."
    return Table("Speed and size", head, tuple(rows), note)


def _missing(entries: Sequence[Entry]) -> Table | None:
    rows = [(Cell(corpus), Cell(each.label), Cell(why)) for each in entries for corpus, why in sorted(each.run.missing.items())]
    if not rows:
        return None
    return Table("Not measured", ("repository", "system", "why"), tuple(rows), "Figures above are without these.", words=True)


def _source(file: str, record: Record) -> Source:
    systems = [each.name for each in record.systems]
    facts = [
        ("record", f"{Path(file).name}, format {record.format}, begun {record.started}"),
        ("commit", record.commit or "not from a checkout"),
        ("version", record.version or "unknown"),
        ("set", f"{record.set.name} ({record.set.kind}), {record.set.questions:,} questions, digest {record.set.digest}"),
        ("machine", _machine(record.machine)),
    ]
    for each in record.systems:
        options = ", ".join(f"{name}={value}" for name, value in each.options.items())
        facts.append((f"system {each.name}", ", ".join(filter(None, (each.version or "version unknown", options))) + _shares(each)))
    commit = record.commit.removesuffix("+")
    asked = " ".join(f"--system {name}" for name in systems)
    commands = [f"git checkout {commit}"] if commit else []
    commands.append(f"codelore eval run {record.set.name} {asked} --out {Path(file).name}")
    return Source(file, tuple(facts), tuple(commands))


def _machine(machine: Machine) -> str:
    memory = f"{machine.memory_bytes / 2**30:.0f} GiB, " if machine.memory_bytes else ""
    return (
        f"{machine.processor}, {machine.cores} cores, {memory}{machine.system}, Python {machine.python}, load {machine.load:g} at the start"
    )


def _shares(run: SystemRun) -> str:
    spent = ", ".join(f"{name} {seconds:,.1f} s" for name, seconds in run.seconds.items())
    return f"; {spent}" if spent else ""


def _repositories(count: int) -> str:
    return f"{count} {'repository' if count == 1 else 'repositories'}"


def number(value: float, *, sign: bool = False) -> str:
    """Return a figure to three places, or a large one to none."""
    places = 3 if abs(value) < 10 else 1 if abs(value) < 1000 else 0
    return f"{value:{'+' if sign else ''},.{places}f}"


def span(bounds: Interval | None, *, sign: bool = False) -> str:
    """Return an interval in brackets."""
    return f"[{number(bounds.low, sign=sign)}, {number(bounds.high, sign=sign)}]" if bounds else ""


def milliseconds(value: float) -> str:
    """Return a time to three digits."""
    return f"{value:.2f} ms" if value < 10 else f"{value:.1f} ms" if value < 100 else f"{value:,.0f} ms"


def size(count: int) -> str:
    """Return a number of bytes."""
    return f"{count / 2**20:,.1f} MiB" if count < 100 * 2**20 else f"{count / 2**20:,.0f} MiB"
