"""The nouns of a context pack."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from ingest.model import ViewStatus

PackHandle = NewType("PackHandle", str)
"""Names lines of a content for good, see ``retrieval.packs.handles``."""


class Fidelity(StrEnum):
    """How much of a span a pack shows."""

    FULL = "full"
    """Its lines as they are."""
    SIGNATURE = "signature"
    """Of each definition the signature and the first sentence of its doc."""
    NAME = "name"
    """Of each definition the name."""


class Relation(StrEnum):
    """What a symbol is to a hit; of several that hold, the first is told."""

    TEST = "test"
    BASE = "base"
    SUBTYPE = "subtype"
    OVERRIDDEN = "overridden"
    CALLEE = "callee"
    CALLER = "caller"
    TYPE = "type"


@dataclass(frozen=True, slots=True)
class Link:
    """Why a symbol is in a pack though nothing matched it: a proven edge of the graph. ``rule`` made it, ``path`` and ``line`` show it."""

    relation: Relation
    of: str
    """Qualified name of the symbol that the hit defines, or its path."""
    rule: str
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class PackSymbol:
    """A definition in a pack. ``signature`` and ``doc`` are empty where only the name is shown."""

    name: str
    """Its qualified name; empty for a span that defines nothing."""
    kind: str
    start_line: int
    end_line: int
    signature: str = ""
    doc: str = ""
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Sibling:
    """A near copy of an item that is not shown again."""

    path: str
    start_line: int
    end_line: int
    repository: str
    view: str


@dataclass(frozen=True, slots=True)
class PackItem:
    """Part of a file in a pack.

    In full it is one span and ``text`` holds its lines, with the definitions that began before it in ``symbols``, outermost first. Else
    ``symbols`` are what is shown, in order of line, and the span goes from the first to the last of them.
    """

    path: str
    start_line: int
    end_line: int
    fidelity: Fidelity
    text: str
    tokens: int
    """Estimated for the item as ``retrieval.packs.layout`` prints it, its heading included."""
    repository: str
    view: str
    language: str
    handle: PackHandle
    symbols: tuple[PackSymbol, ...] = ()
    siblings: tuple[Sibling, ...] = ()

    @property
    def place(self) -> str:
        """Where it is: ``path:start-end@view``."""
        return f"{self.path}:{self.start_line}-{self.end_line}@{self.view}"


class FrontKind(StrEnum):
    """What stands in front of a pack."""

    STRUCTURE = "structure"
    """The graph's answer to a question about structure."""
    MODULES = "modules"
    """How the modules hang together, for a question about architecture."""


@dataclass(frozen=True, slots=True)
class PackFront:
    """A text about a view in front of a pack."""

    kind: FrontKind
    text: str
    tokens: int
    repository: str
    view: str


@dataclass(frozen=True, slots=True)
class ContextPack:
    """Parts of files that fit a token budget, those of the best file first."""

    items: tuple[PackItem, ...]
    tokens: int
    budget: int
    left_out: int
    """Hits of which not even the name fitted."""
    reduced: int
    """Hits that are shown by signature or name because they did not fit in full."""
    seen: int
    """Hits left out because the asker has them already."""
    neighbours_left_out: int
    """Symbols around the hits that did not fit."""
    notes: tuple[str, ...]
    """What the pack does without."""
    status: tuple[ViewStatus, ...]
    front: tuple[PackFront, ...] = ()
    """Texts that stand before the items; their tokens count."""
    parts: tuple[str, ...] = ()
    """The questions that were answered each by itself; none where the text was answered as one."""
