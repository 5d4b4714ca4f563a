"""The nouns of summaries. Every one of them is a fact with its place; text of the repository is a ``Quote`` or a name."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ingest.model import ViewStatus


class Level(StrEnum):
    """What is summed up."""

    REPOSITORY = "repository"
    MODULE = "module"  # a folder with everything below it: a package, a crate, a directory
    FILE = "file"
    SYMBOL = "symbol"


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of the repository, as they stand there but for white space; cut ones end in ``…``."""

    text: str
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Share:
    """How much of something is in one language."""

    language: str
    files: int
    lines: int


@dataclass(frozen=True, slots=True)
class Definition:
    """A symbol in one line. ``doc`` is the first sentence of its documentation, in the repository's words."""

    name: str
    qualified_name: str
    kind: str
    path: str
    start_line: int
    end_line: int
    signature: str = ""
    doc: str = ""
    members: int = 0
    exported: bool = True
    used_by: int = 0
    """Other files, neither tests nor examples, with a proven use of it or of what is in it."""
    tested_by: int = 0
    """Test and example files with such a use."""


@dataclass(frozen=True, slots=True)
class Link:
    """Proven uses between what is summed up and something else: a file, a folder, a symbol's handle, or an external package."""

    target: str
    uses: int


@dataclass(frozen=True, slots=True)
class EntryPoint:
    """Where a program comes in: a ``script`` that a manifest names, a ``main``, a file with ``shebang``, or a file with ``routes``."""

    kind: str
    name: str
    path: str
    line: int
    target: str = ""
    """What a script runs, as the manifest says it."""


@dataclass(frozen=True, slots=True)
class PackageName:
    """A package that a manifest declares."""

    name: str
    ecosystem: str
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Count:
    """How many there were of what a summary lists in part."""

    name: str
    total: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What is known of one repository, module, file or symbol. What does not apply to its level is empty.

    ``name`` is what its language calls it: a dotted module, an import path, a qualified name. Lists are the most important first; where one
    is cut, ``counts`` has its name and length.
    """

    level: Level
    path: str
    """Of the file or folder, "" for the repository."""
    name: str
    kind: str = ""
    """Of a symbol its kind, of a file its language."""
    start_line: int = 0
    end_line: int = 0
    files: int = 0
    lines: int = 0
    """Of a folder those of code."""
    signature: str = ""
    roles: tuple[str, ...] = ()
    doc: Quote | None = None
    languages: tuple[Share, ...] = ()
    packages: tuple[PackageName, ...] = ()
    headings: tuple[Quote, ...] = ()
    entry_points: tuple[EntryPoint, ...] = ()
    definitions: tuple[Definition, ...] = ()
    """A symbol's members; of the others what they define."""
    uses: tuple[Link, ...] = ()
    used_by: tuple[Link, ...] = ()
    """By files of the product."""
    tested_by: int = 0
    """Number of test and example files that use it."""
    external: tuple[Link, ...] = ()
    imports: tuple[str, ...] = ()
    """What a file names in its imports; only where the graph has not resolved them."""
    tests: tuple[Share, ...] = ()
    """Folders of tests; ``language`` holds the folder."""
    configuration: tuple[str, ...] = ()
    parts: tuple[Summary, ...] = ()
    """What is in it, one level down: modules and files."""
    counts: tuple[Count, ...] = ()


@dataclass(frozen=True, slots=True)
class Overview:
    """The answer to one question. Without a ``summary`` the name stands for several symbols: ``choices``."""

    summary: Summary | None
    choices: tuple[Definition, ...]
    status: ViewStatus
    linked: bool
    """The graph was there, so that uses are counted."""
    notes: tuple[str, ...] = ()
