"""What the engine is asked and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest.model import SymbolKind, ViewStatus
from retrieval.filters import Filters

if TYPE_CHECKING:
    from retrieval.packs.model import Sibling
    from retrieval.structure import Structure


MAX_NESTED = 8
NOTHING_RELEVANT = 0.4
"""Of the questions of the development sets 1 in 100 or fewer lie below it, of those about another repository 28 to 56 (docs/ranking.md)."""
"""Confidence below which an answer says that nothing in it seems relevant."""


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A question and its bounds. ``root`` is a path inside the working tree that is asked about."""

    text: str
    root: str
    limit: int = 10
    filters: Filters = field(default_factory=Filters)
    regex: bool = False
    ref: str = ""
    """Ask this indexed ref instead of the working tree."""
    repositories: tuple[str, ...] = ()
    """Names of indexed repositories to ask instead of the one around ``root``; ``*`` asks all."""
    nested: int = 3
    """Chunks of each file in ``SearchAnswer.files``, at most ``MAX_NESTED``."""
    chunks: int = 0
    """Bound on the chunks of all files together, the best to read first; 0 sets none."""
    flat: bool = True
    """List hits; who only reads ``SearchAnswer.files`` need not have them made."""
    fold: bool = False
    """List near copies under the best of them, so that the limit counts distinct hits. A pattern's hits are listed as they are."""
    at: str = ""
    """Ask from this place, ``PATH`` or ``PATH:LINE``: what is needed there, out of other files."""
    split: bool = False
    """Answer each part of a text of several questions by itself, and list the answers in turn."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One row of an answer: a span of a file, and why it is here. ``snippet`` is the span's text."""

    rank: int
    score: float
    path: str
    start_line: int
    end_line: int
    symbol: str
    kind: str
    language: str
    snippet: str
    repository: str
    view: str
    signals: dict[str, float] = field(default_factory=dict[str, float])
    first_match: int = -1
    """Line of the snippet, counted from 0, where a pattern matches first; -1 for a hit that no pattern found."""
    siblings: tuple[Sibling, ...] = ()
    """Near copies of it in other files, best first, where copies are folded."""
    parts: tuple[int, ...] = ()
    """Which of ``SearchAnswer.parts`` it answers, from 1."""


@dataclass(frozen=True, slots=True)
class FileHit:
    """A file of an answer with its best chunks. A chunk's ``rank`` is its place in the file; its score says when to read it.

    In order of score, the chunks of all files are what a reader of few lines should read first.
    """

    rank: int
    score: float
    path: str
    language: str
    repository: str
    view: str
    chunks: tuple[Hit, ...]
    signals: dict[str, float] = field(default_factory=dict[str, float])
    """What each signal added to the logarithm of its score."""
    parts: tuple[int, ...] = ()
    """Which of ``SearchAnswer.parts`` it answers, from 1."""


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """Hits and files, best first, and the truth about every view that was asked.

    A score is the chance that the best file answers, times how much less likely than that file the hit is.
    """

    hits: tuple[Hit, ...]
    status: tuple[ViewStatus, ...]
    structure: tuple[Structure, ...] = ()
    """To a question about structure: the graph's answer for each view where the name stands for something."""
    files: tuple[FileHit, ...] = ()
    """The same ranking as files with their chunks."""
    confidence: float | None = None
    """The chance that anything here answers; 1 where a pattern matches, None where nobody knows, as in a scan."""
    model: str = ""
    """Version of the learned weights that ranked; empty for a pattern and a scan."""
    parts: tuple[str, ...] = ()
    """The questions that were answered by themselves; none where the text was answered as one."""
    terms: dict[str, float] = field(default_factory=dict[str, float])
    """What each term of the query counts in the first view, as a share of them all; none for a pattern, a scan and several questions."""

    @property
    def relevant(self) -> bool | None:
        """Whether anything seems to answer: confidence of ``NOTHING_RELEVANT`` or more, or rows of the graph; None where nobody knows."""
        if any(each.rows for each in self.structure):
            return True
        return None if self.confidence is None else self.confidence >= NOTHING_RELEVANT


@dataclass(frozen=True, slots=True)
class Span:
    """Lines of a file as a view holds them."""

    path: str
    start_line: int
    end_line: int
    text: str
    language: str
    status: ViewStatus


@dataclass(frozen=True, slots=True)
class SymbolRow:
    """A definition found by name."""

    name: str
    qualified_name: str
    kind: SymbolKind
    path: str
    start_line: int
    end_line: int
    signature: str
    doc: str
    language: str


@dataclass(frozen=True, slots=True)
class SymbolAnswer:
    """Definitions in order of path and line. ``total`` counts those beyond the limit too."""

    symbols: tuple[SymbolRow, ...]
    total: int
    status: ViewStatus
