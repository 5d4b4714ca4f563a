"""What mining yields: questions with the lines that answer them, and a count of everything that was left out, by reason."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Spans = tuple[tuple[int, int], ...]
"""First and last lines, from 1, inclusive, in order and apart."""

SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z`\"'(])")
"""What stands between two sentences."""
HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
"""A word within an identifier."""
_WORD = re.compile(r"[A-Za-z]{3,}")


class Kind(StrEnum):
    """Where a question comes from."""

    COMMIT = "commit"
    DOCSTRING = "docstring"
    TEST = "test"
    ISSUE = "issue"
    CHANGE = "change"
    """Like a commit's, with all its message says: to train on."""
    SYMBOL = "symbol"
    """A definition's name: to train on."""
    USE = "use"
    """A function's signature and docs, asked from where it stands: what its body needs of other files."""


UNSEEN = frozenset({Kind.DOCSTRING, Kind.TEST})
"""Kinds whose own text stands in the corpus and is hidden there."""
UNWRITTEN = frozenset({Kind.USE})
"""Kinds whose answer is told by a body that stands in the corpus and is hidden there, and from no other kind."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of a file of the snapshot."""

    path: str
    spans: Spans


@dataclass(frozen=True, slots=True)
class Mined:
    """One question. ``hidden`` is where its own text stands in the snapshot; ``source`` the commit or the symbol it was made of."""

    question_id: str
    kind: Kind
    category: str
    language: str
    text: str
    relevant: tuple[Lines, ...]
    source: str
    hidden: tuple[Lines, ...] = ()
    at: str = ""
    """Where it is asked from, as ``PATH:LINE``; "" for a question from nowhere."""


@dataclass(slots=True)
class Tally:
    """What was looked at, what was dropped and why, and what was kept, for each kind."""

    seen: Counter[Kind] = field(default_factory=Counter[Kind])
    kept: Counter[Kind] = field(default_factory=Counter[Kind])
    dropped: dict[Kind, Counter[str]] = field(default_factory=dict[Kind, Counter[str]])
    spans: Counter[str] = field(default_factory=Counter[str])
    """Parts of answers that were left out, by reason."""
    notes: list[str] = field(default_factory=list[str])

    def drop(self, kind: Kind, reason: str, count: int = 1) -> None:
        """Count candidates that are no question."""
        self.dropped.setdefault(kind, Counter())[reason] += count

    def document(self, kinds: Iterable[Kind]) -> dict[str, Any]:
        """Return the report of a set."""
        return {
            "kinds": {
                kind.value: {"seen": self.seen[kind], "kept": self.kept[kind], "dropped": _sorted(self.dropped.get(kind, {}))}
                for kind in kinds
            },
            "spans_dropped": _sorted(self.spans),
            "notes": list(self.notes),
        }


def _sorted(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def merge(spans: Iterable[tuple[int, int]]) -> Spans:
    """Return spans in order, those that touch or overlap as one."""
    merged: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return tuple(merged)


def together(places: Iterable[Lines]) -> tuple[Lines, ...]:
    """Return places by file, each file once and in order, with its spans merged."""
    spans: dict[str, list[tuple[int, int]]] = {}
    for each in places:
        spans.setdefault(each.path, []).extend(each.spans)
    return tuple(Lines(path, merge(found)) for path, found in sorted(spans.items()))


_STOP_WORDS = """
    a about after again all also although always an and another any anymore are aren as at away back be because been before being between
    both but by can cannot could did didn do does doesn doing don done down during each either else ensure even every for from get gets
    give given gives had has have having he her here him his how however if in into is isn it its itself just let like longer made make
    makes making may maybe me might more most much must my need needed needs neither never no nor not now of off often on once one only or
    other our ours out over own per please properly rather really same shall she should shouldn since so some something still such take
    taken than that the their them then there these they thing things this those though through thus to too under until up upon use used
    uses using very via was wasn way we well were what when where whether which while who whole whom whose why will with within without
    won would yet you your
    ensures return returned returning returns represent represents describe describes contain contains hold holds indicate indicates exists
    better bit currently feature general generally good helpful little lot nice previous previously simple simpler slightly useful
    add added adding adds allow allowed allowing allows avoid avoids bug bugs change changed changes correct correctly enable fix fixed
    fixes fixing handle handled handles handling implement implemented implements improve improved improves introduce introduced issue
    issues new prevent prevents provide provides remove removed removes set sets support supported supports update updated updates
    class constant constructor enum file function interface macro method module property trait type variable attribute value
    """
_STOP = frozenset(_STOP_WORDS.split())
"""English function words, the verbs that any change begins with, and the nouns that stand in for removed names."""


def content_words(text: str) -> list[str]:
    """Return the words of a text that say what it is about, in lower case."""
    return [word for word in map(str.lower, _WORD.findall(text)) if word not in _STOP]
