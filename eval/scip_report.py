"""Print what scoring against SCIP oracles found, and keep apart what is explained."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.scip_front_end import FrontEndErrors
from eval.scip_oracle import Disagreement, Sources, Verdict, ratio
from ingest.errors import SourceError


@dataclass(frozen=True, slots=True)
class Explained:
    """A disagreement that was looked into: whose error it is, and why."""

    repository: str
    direction: str
    path: str
    line: int
    name: str
    reason: str

    def covers(self, repository: str, each: Disagreement) -> bool:
        """Say whether this explains a disagreement of that repository."""
        mine = (self.repository, self.direction, self.path, self.line, self.name)
        return mine == (repository, each.direction, each.path, each.line, each.name)


def read_explained(file: Path) -> list[Explained]:
    """Read the explained disagreements; none when there is no file. Raises ``SourceError`` for a line that is none."""
    if not file.exists():
        return []
    rows: list[Explained] = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            rows.append(Explained(**json.loads(line)))
        except (ValueError, TypeError) as error:
            raise SourceError(
                f"{file}:{number} explains nothing ({error}); it needs repository, direction, path, line, name, reason"
            ) from error
    return rows


def print_verdicts(verdicts: Sequence[Verdict], explanations: Collection[Explained], corpora: Path, *, limit: int) -> list[dict[str, Any]]:
    """Print the figures per repository and its worst disagreements; return the figures."""
    explained = [print_verdict(verdict, explanations, corpora / verdict.repository, limit=limit) for verdict in verdicts]
    if verdicts:
        print("\nrepository     references  judged precision  strict  proven +possible no node")
    for row in [figures(verdict) for verdict in (*verdicts, total(verdicts))]:
        print(
            f"{row['repository']:<14} {row['references']:>10} {row['judged']:>7} {row['precision']:>9.4f} {row['strict_precision']:>7.4f}"
            f" {row['recall']:>7.4f} {row['recall_possible']:>9.4f} {row['unmapped']:>7}"
        )
    rows = [figures(verdict) for verdict in verdicts]
    for verdict, row, apart in zip(verdicts, rows, explained, strict=True):
        row |= without(verdict, apart)
    if any(explained):
        print("without what is explained")
    for row, apart in zip(rows, explained, strict=True):
        if apart:
            print(
                f"{row['repository']:<14} {len(apart):>10} explained {row['precision_without_explained']:>7.4f}"
                f" {row['recall_without_explained']:>15.4f} {row['recall_possible_without_explained']:>9.4f}"
            )
    return rows


def without(verdict: Verdict, explained: Collection[Disagreement]) -> dict[str, Any]:
    """Return the figures of one repository when these disagreements are set aside."""
    wrong = verdict.wrong - sum(each.direction == "invented" for each in explained)
    missed = [each for each in explained if each.direction == "missed"]
    references, found = verdict.references - len(missed), verdict.found_proven + verdict.found_possible
    return {
        "explained": len(explained),
        "precision_without_explained": ratio(verdict.right, verdict.right + wrong),
        "recall_without_explained": ratio(verdict.found_proven, references),
        "recall_possible_without_explained": ratio(found - sum(each.said == "possible" for each in missed), references),
    }


def total(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the sum of the counts, so that every judged use weighs the same."""
    return Verdict(
        "all",
        references=sum(each.references for each in verdicts),
        right=sum(each.right for each in verdicts),
        wrong=sum(each.wrong for each in verdicts),
        unlisted=sum(each.unlisted for each in verdicts),
        by_value=sum(each.by_value for each in verdicts),
        outside=sum(each.outside for each in verdicts),
        found_proven=sum(each.found_proven for each in verdicts),
        found_possible=sum(each.found_possible for each in verdicts),
        unmapped=sum(each.unmapped for each in verdicts),
    )


def figures(verdict: Verdict) -> dict[str, Any]:
    """Return the figures of one repository."""
    return {
        "repository": verdict.repository,
        "references": verdict.references,
        "judged": verdict.right + verdict.wrong,
        "right": verdict.right,
        "wrong": verdict.wrong,
        "unlisted": verdict.unlisted,
        "by_value": verdict.by_value,
        "outside": verdict.outside,
        "precision": verdict.precision,
        "strict_precision": verdict.strict_precision,
        "recall": verdict.recall,
        "recall_possible": verdict.recall_possible,
        "unmapped": verdict.unmapped,
    }


def print_verdict(verdict: Verdict, explanations: Collection[Explained], root: Path, *, limit: int) -> list[Disagreement]:
    """Print the disagreements of one repository: counts by rule, up to ``limit`` of each sort, and apart the explained ones.

    Returns these.
    """
    mine = [each for each in explanations if each.repository == verdict.repository]
    known = {each: why for each in verdict.disagreements for why in mine if why.covers(verdict.repository, each)}
    sources = Sources(root)
    errors = FrontEndErrors(sources)
    by_rule = {each: why for each in verdict.disagreements if each not in known and (why := errors.reason(each))}
    fresh = [each for each in verdict.disagreements if each not in known and each not in by_rule]
    print(f"\n{verdict.repository}: {len(fresh)} disagreements, {len(known) + len(by_rule)} more are explained")
    print(f"  {verdict.outside:>5} uses are not judged: of or in files outside the oracle's")
    counts = Counter((each.direction, each.rule) for each in fresh)
    for (direction, rule), count in counts.most_common(limit):
        print(f"  {count:>5} {direction:<9} {rule}")
    if len(counts) > limit:
        print(f"        … and {len(counts) - limit} more kinds")
    for each in worst(fresh, limit):
        place, target = f"{each.path}:{each.line}", f"{each.target_path}:{each.target_line}"
        print(f"  {each.direction:<9} {place} {each.name} [{each.rule}] target {target}; {each.said}")
        print(f"            | {_shown(sources, each)}")
    for each, why in known.items():
        print(f"  explained {each.path}:{each.line} {each.name} ({each.direction}): {why.reason}")
    for reason, count in Counter(by_rule.values()).most_common():
        print(f"  explained {count} by rule: {reason}")
    explained_now = set(known.values())
    for why in mine:
        if why not in explained_now:
            print(f"  STALE explanation, there is no such disagreement any more: {why.path}:{why.line} {why.name} ({why.direction})")
    return [*known, *by_rule]


def worst(disagreements: Sequence[Disagreement], limit: int) -> list[Disagreement]:
    """Choose up to ``limit`` disagreements, half of them claims and half of them misses where there are enough; frequent rules first.

    Of one rule in one file, the first place is shown before the second, so that a list shows many causes rather than one.
    """
    frequent = Counter((each.direction, each.rule) for each in disagreements)
    seen: Counter[tuple[str, str, str]] = Counter()
    ranked: list[tuple[int, int, str, str, int, Disagreement]] = []
    for each in disagreements:
        seen[each.direction, each.rule, each.path] += 1
        repeat = seen[each.direction, each.rule, each.path]
        ranked.append((repeat, -frequent[each.direction, each.rule], each.rule, each.path, each.line, each))
    ranked.sort(key=lambda row: row[:5])
    order = {"invented": 0, "unlisted": 1, "by value": 2}
    claims = sorted((row[5] for row in ranked if row[5].direction in order), key=lambda each: order[each.direction])
    misses = [row[5] for row in ranked if row[5].direction == "missed"]
    share = max(limit - len(misses), (limit + 1) // 2)
    chosen = claims[:share]
    return chosen + misses[: limit - len(chosen)]


def _shown(sources: Sources, each: Disagreement) -> str:
    line = sources.line(each.path, each.line)
    return "(no such line here: not the oracle's commit?)" if line is None else line.strip()[:110]
