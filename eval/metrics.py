"""Measures of a ranked answer. Pure: what was found, best first, and the targets go in, a number comes out.

Two kinds of list are scored. *Rows* are spans as the system gave them: ``semble_ndcg`` and the coverage of spans look at them. *Files* are
the distinct files of the rows, each at the place of its first row: ``file_ndcg``, ``hit``, ``recall``, ``all_found`` and
``reciprocal_rank`` look at those, so that several rows of one file neither help nor harm. The measures of ``OF_SPANS`` are given the rows
in the order in which a reader with a budget gets them (``Answer.reading``): one ranking of files can be laid out flat, with a row a file,
and as a pack, with more rows of the best files. Where ir_measures has a measure (nDCG, Success, R, RR) ours equals it on files, and a test
holds them to each other; it has none for spans, budgets, or semble's NDCG.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from math import log2

from eval.model import Found, Target

DEPTH = 10


def semble_ndcg(found: Sequence[Found], targets: Sequence[Target], depth: int = DEPTH) -> float:
    """Return NDCG over rows: gain 1 for each target, at the rank of the first row that shows it; the ideal list has them all first.

    Source: semble's benchmark. It differs from the textbook's: a row that shows two targets earns both gains at its rank, so two parts of
    one file can exceed 1, and further rows of one file push others down without a gain.
    """
    gained = 0.0
    for target in targets:
        rank = next((at for at, row in enumerate(found[:depth], start=1) if shows(row, target)), 0)
        gained += 1 / log2(rank + 1) if rank else 0.0
    ideal = sum(1 / log2(rank + 1) for rank in range(1, min(len(targets), depth) + 1))
    return gained / ideal if ideal else 0.0


def shows(row: Found, target: Target) -> bool:
    """Say whether a row shows a target: it is that file, and where lines are given it holds one of them."""
    return target.is_file(row.path) and target.meets(row.start_line, row.end_line)


def files(found: Sequence[Found]) -> list[str]:
    """Return the distinct files of an answer in the order of their first rows."""
    return list(dict.fromkeys(row.path for row in found))


def file_gains(ranked: Sequence[str], targets: Sequence[Target]) -> list[int]:
    """Return, for each ranked file, how many targets it is that no file before it was: each target counts once."""
    left = list({target.path: target for target in targets}.values())
    gains: list[int] = []
    for path in ranked:
        hit = [target for target in left if target.is_file(path)]
        left = [target for target in left if target not in hit]
        gains.append(min(len(hit), 1))
    return gains


def file_ndcg(ranked: Sequence[str], targets: Sequence[Target], depth: int = DEPTH) -> float:
    """Return the textbook's NDCG over files with gain 1 (Järvelin and Kekäläinen, 2002)."""
    gains = file_gains(ranked[:depth], targets)
    ideal = sum(1 / log2(rank + 1) for rank in range(1, min(_count(targets), depth) + 1))
    return sum(gain / log2(rank + 1) for rank, gain in enumerate(gains, start=1)) / ideal if ideal else 0.0


def hit(ranked: Sequence[str], targets: Sequence[Target], depth: int) -> float:
    """Return 1 when one of the first ``depth`` files is a target, else 0."""
    return float(any(file_gains(ranked[:depth], targets)))


def recall(ranked: Sequence[str], targets: Sequence[Target], depth: int) -> float:
    """Return the share of the target files among the first ``depth`` files."""
    return sum(file_gains(ranked[:depth], targets)) / _count(targets) if targets else 0.0


def all_found(ranked: Sequence[str], targets: Sequence[Target], depth: int) -> float:
    """Return 1 when every target file is among the first ``depth`` files, else 0: the strict Acc@k of issue localisation."""
    return float(bool(targets) and sum(file_gains(ranked[:depth], targets)) == _count(targets))


def reciprocal_rank(ranked: Sequence[str], targets: Sequence[Target]) -> float:
    """Return 1 / the place of the first target file; 0 when there is none."""
    return next((1 / rank for rank, gain in enumerate(file_gains(ranked, targets), start=1) if gain), 0.0)


def _count(targets: Sequence[Target]) -> int:
    return len({target.path for target in targets})


def definition_recall(found: Sequence[Found], targets: Sequence[Target], depth: int) -> float:
    """Return the share of the targets of which one of the first ``depth`` rows shows a line."""
    return sum(any(shows(row, target) for row in found[:depth]) for target in targets) / len(targets) if targets else 0.0


def span_coverage(found: Sequence[Found], targets: Sequence[Target], *, lines: int = 0, tokens: int = 0) -> float:
    """Return the share of the targets' spans that are shown within a budget of ``lines`` or of ``tokens``; 1 for no spans at all.

    Rows are read in order until the budget is used up, and of the row that exceeds it only as many of its first lines as are left. A line
    that came before costs again, as it does in a model's window. A span is shown when one of its lines is.
    """
    read = _lines_read(found, lines=lines, tokens=tokens)
    spans = [(target, first, last) for target in targets for first, last in target.spans]
    shown = sum(_any_read(read, target, first, last) for target, first, last in spans)
    return shown / len(spans) if spans else 1.0


def first_rows_coverage(found: Sequence[Found], targets: Sequence[Target], depth: int = DEPTH, lines: int = 200) -> float:
    """Return ``span_coverage`` of the first ``depth`` rows within ``lines``: as many rows for all, and none is better for being longer."""
    return span_coverage(found[:depth], targets, lines=lines)


def line_coverage(found: Sequence[Found], targets: Sequence[Target], *, lines: int) -> float:
    """Return the share of the lines of the targets' spans that are shown within a budget of ``lines``; 1 for no spans at all."""
    read = _lines_read(found, lines=lines, tokens=0)
    wanted = {(target, line) for target in targets for first, last in target.spans for line in range(first, last + 1)}
    shown = sum(_any_read(read, target, line, line) for target, line in wanted)
    return shown / len(wanted) if wanted else 1.0


def _lines_read(found: Sequence[Found], *, lines: int, tokens: int) -> dict[str, set[int]]:
    read: dict[str, set[int]] = defaultdict(set)
    left = float(lines or tokens)
    for row in found:
        length = row.end_line - row.start_line + 1
        cost = 1.0 if lines else row.tokens / length
        taken = length if cost * length <= left else int(left // cost) if cost else length
        read[row.path].update(range(row.start_line, row.start_line + taken))
        left -= cost * taken
        if taken < length:
            break
    return read


def _any_read(read: dict[str, set[int]], target: Target, first: int, last: int) -> bool:
    return any(target.is_file(path) and any(line in lines for line in range(first, last + 1)) for path, lines in read.items())


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least ``share`` of the values do not exceed (nearest rank); 0 for none."""
    ordered = sorted(values)
    at = next((at for at in range(len(ordered)) if at + 1 >= share * len(ordered)), 0)
    return ordered[at] if ordered else 0.0


Measure = Callable[[Sequence[Found], Sequence[str], Sequence[Target]], float]
"""Takes the rows, the ranked files and the targets."""


def _on_primary(measure: Callable[[Sequence[str], Sequence[Target]], float]) -> Measure:
    return lambda _found, ranked, targets: measure(ranked, [each for each in targets if not each.secondary] or targets)


MEASURES: dict[str, Measure] = {
    "ndcg@10": lambda found, _ranked, targets: semble_ndcg(found, targets),
    "file_ndcg@10": _on_primary(file_ndcg),
    "hit@1": _on_primary(lambda ranked, targets: hit(ranked, targets, 1)),
    "hit@5": _on_primary(lambda ranked, targets: hit(ranked, targets, 5)),
    "recall@5": _on_primary(lambda ranked, targets: recall(ranked, targets, 5)),
    "recall@10": _on_primary(lambda ranked, targets: recall(ranked, targets, 10)),
    "recall@20": _on_primary(lambda ranked, targets: recall(ranked, targets, 20)),
    "mrr": _on_primary(reciprocal_rank),
    "acc@1": _on_primary(lambda ranked, targets: all_found(ranked, targets, 1)),
    "acc@3": _on_primary(lambda ranked, targets: all_found(ranked, targets, 3)),
    "acc@5": _on_primary(lambda ranked, targets: all_found(ranked, targets, 5)),
    "acc@10": _on_primary(lambda ranked, targets: all_found(ranked, targets, 10)),
    "definitions@10": lambda found, _ranked, targets: definition_recall(found, targets, 10),
    "definitions@20": lambda found, _ranked, targets: definition_recall(found, targets, 20),
    "span@10": lambda found, _ranked, targets: first_rows_coverage(found, targets),
    "span@200": lambda found, _ranked, targets: span_coverage(found, targets, lines=200),
    "lines@200": lambda found, _ranked, targets: line_coverage(found, targets, lines=200),
    "span@2000t": lambda found, _ranked, targets: span_coverage(found, targets, tokens=2000),
}
"""By name. ``@200`` is a budget of lines, ``@2000t`` of tokens, any other ``@`` a number of places."""

OF_SPANS = frozenset({"span@10", "span@200", "lines@200", "span@2000t"})
"""Those that say nothing about a question whose targets are whole files."""
