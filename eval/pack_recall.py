"""What a context pack holds of the definitions that answer a question, beside as many tokens of the best chunks.

A *gold symbol* is the innermost definition, outside bodies of functions, around a line of a target's spans. What is read of it counts in
three ways: ``full``, every line of the definition; ``lines``, those of its lines that the spans name; ``any``, one of these, or its first
line, or its signature. A name alone counts for nothing. Each is the share of a question's gold symbols.

The baseline are the chunks of the flat list, in its order, each with its place above it, until the budget is used up; of the chunk that
exceeds it, the first lines that still fit. Both sides are counted with one estimate of tokens.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from eval.model import Part, Target
from ingest.model import SymbolKind
from retrieval.answers import Hit, SymbolRow
from retrieval.packs.model import ContextPack, Fidelity
from retrieval.tokens import estimate_tokens

WAYS = ("full", "lines", "any")
_BODIES = frozenset({SymbolKind.FUNCTION, SymbolKind.METHOD, SymbolKind.CONSTRUCTOR})
_CONTAINERS = frozenset({SymbolKind.MODULE, SymbolKind.NAMESPACE, SymbolKind.SECTION, SymbolKind.KEY})
"""What no reader asks for by its signature."""


@dataclass(frozen=True, slots=True)
class Gold:
    """A definition that answers a question, and which of its lines do."""

    path: str
    start_line: int
    end_line: int
    lines: frozenset[int]


@dataclass(slots=True)
class Shown:
    """What a reader sees: lines by path, and definitions by signature as (path, first line, last line)."""

    lines: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict[str, set[int]](set))
    signatures: set[tuple[str, int, int]] = field(default_factory=set[tuple[str, int, int]])


def gold_symbols(rows: Iterable[SymbolRow], targets: Sequence[Target]) -> list[Gold]:
    """Return the gold symbols of targets with spans, given the definitions of their files."""
    of_file: defaultdict[str, list[SymbolRow]] = defaultdict(list)
    for row in rows:
        if row.kind not in _CONTAINERS:
            of_file[row.path].append(row)
    gold: defaultdict[tuple[str, int, int], set[int]] = defaultdict(set)
    for path, defined in of_file.items():
        outer = [row for row in defined if not any(_inside(row, other) for other in defined if other.kind in _BODIES)]
        wanted = {line for each in targets if each.is_file(path) for first, last in each.spans for line in range(first, last + 1)}
        for line in wanted:
            around = [row for row in outer if row.start_line <= line <= row.end_line]
            if around:
                inner = min(around, key=lambda row: (row.end_line - row.start_line, row.start_line))
                gold[path, inner.start_line, inner.end_line].add(line)
    return [Gold(*place, frozenset(lines)) for place, lines in sorted(gold.items())]


def _inside(row: SymbolRow, other: SymbolRow) -> bool:
    span, around = (row.start_line, row.end_line), (other.start_line, other.end_line)
    return span != around and around[0] <= span[0] and span[1] <= around[1]


def chunks_shown(hits: Sequence[Hit], budget: int) -> tuple[Shown, int]:
    """Return what a reader of the flat list sees within a budget of tokens, and how many tokens that is."""
    shown, left = Shown(), budget
    for hit in hits:
        text = hit.snippet.split("\n")
        heading = f"{hit.path}:{hit.start_line}-{hit.end_line}\n"
        fitting = _fitting(heading, text, left)
        shown.lines[hit.path].update(range(hit.start_line, hit.start_line + fitting))
        left -= estimate_tokens(heading + "\n".join(text[:fitting]) + "\n") if fitting else 0
        if fitting < len(text):
            break
    return shown, budget - left


def _fitting(heading: str, text: Sequence[str], left: int) -> int:
    """Return how many of the first lines fit."""
    for count in range(len(text), 0, -1):
        if estimate_tokens(heading + "\n".join(text[:count]) + "\n") <= left:
            return count
    return 0


def pack_shown(pack: ContextPack) -> Shown:
    """Return what a reader of a pack sees."""
    shown = Shown()
    for item in pack.items:
        if item.fidelity is Fidelity.FULL:
            shown.lines[item.path].update(range(item.start_line, item.end_line + 1))
        if item.fidelity is not Fidelity.NAME:
            shown.signatures.update((item.path, each.start_line, each.end_line) for each in item.symbols)
    return shown


def recall(gold: Sequence[Gold], shown: Shown) -> Iterator[tuple[str, Part]]:
    """Yield the share of the gold symbols that is shown, by each way to count."""
    for way in WAYS:
        yield way, Part(sum(_is_shown(each, shown, way) for each in gold), len(gold))


def _is_shown(gold: Gold, shown: Shown, way: str) -> bool:
    lines = shown.lines.get(gold.path, set[int]())
    if way == "full":
        return lines.issuperset(range(gold.start_line, gold.end_line + 1))
    if gold.lines <= lines:
        return True
    return way == "any" and (gold.start_line in lines or (gold.path, gold.start_line, gold.end_line) in shown.signatures)
