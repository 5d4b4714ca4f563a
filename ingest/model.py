"""The nouns of Codelore: what a source tree turns into.

This is the leaf of the import tree. Everything else stores, ranks or shows these values, and nothing here imports anything but the standard
library. All values are frozen and slotted; closed sets are ``StrEnum``; identifiers are ``NewType``.

Positions: a byte offset counts from 0 in the file's *text* (UTF-8, see ``ParsedFile.text``), half-open; a line counts from 1, inclusive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType

ContentHash = NewType("ContentHash", str)
"""40 hexadecimal digits: the id git gives a blob with the file's raw bytes (``sha1("blob <size>\\0" + bytes)``)."""

LanguageId = NewType("LanguageId", str)
"""Name of a language or text format as ``ingest/languages`` and ``codelore languages`` spell it, e.g. ``python``, ``markdown``."""

RepositoryId = NewType("RepositoryId", int)
ViewId = NewType("ViewId", int)
DocumentId = NewType("DocumentId", int)
"""One (path, content) of one repository; it never changes, so views and derived indexes share it."""


class SymbolKind(StrEnum):
    """What a definition defines."""

    MODULE = "module"
    NAMESPACE = "namespace"
    CLASS = "class"
    INTERFACE = "interface"
    TRAIT = "trait"
    STRUCT = "struct"
    ENUM = "enum"
    TYPE = "type"
    FUNCTION = "function"
    METHOD = "method"
    CONSTRUCTOR = "constructor"
    PROPERTY = "property"
    FIELD = "field"
    CONSTANT = "constant"
    VARIABLE = "variable"
    MACRO = "macro"
    SECTION = "section"  # a heading of a document, a block of a configuration file
    KEY = "key"  # a key path of a configuration file


class ReferenceKind(StrEnum):
    """How a name is used."""

    CALL = "call"
    TYPE = "type"
    NAME = "name"
    DECORATOR = "decorator"
    INSTANTIATE = "instantiate"


class SupertypeKind(StrEnum):
    """How a type names its supertype."""

    EXTENDS = "extends"
    IMPLEMENTS = "implements"
    MIXIN = "mixin"


class SkipRule(StrEnum):
    """Why a file of the tree was left out on purpose; every skip is counted and reported under one of these."""

    BINARY = "binary"
    TOO_LARGE = "too-large"
    MINIFIED = "minified"
    LOCKFILE = "lockfile"
    TRANSLATION = "translation"
    LINK = "link"  # a symbolic link; what it points at is in the tree under its own path
    OUTSIDE_ROOT = "outside-root"
    BROKEN_LINK = "broken-link"
    LINK_LOOP = "link-loop"
    NOT_A_FILE = "not-a-file"
    SUBMODULE = "submodule"
    EMPTY = "empty"
    CODELOREIGNORE = "codeloreignore"


@dataclass(frozen=True, slots=True)
class Symbol:
    """One definition. ``parent`` is the index of the enclosing symbol in ``ParsedFile.symbols``, or -1."""

    name: str
    qualified_name: str
    kind: SymbolKind
    start_line: int
    end_line: int
    start_byte: int
    end_byte: int
    parent: int = -1
    signature: str = ""
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """One use of a name. ``receiver`` is the source text before the name's dot (``self.db`` in ``self.db.get()``), or empty."""

    name: str
    receiver: str
    kind: ReferenceKind
    line: int
    start_byte: int
    symbol: int  # index of the enclosing symbol, or -1 at file level


REFERENCE_KINDS = tuple(ReferenceKind)
"""What the numbers of ``SpanPairs.kinds`` mean for references."""
_RECEIVER = 400  # bytes


@dataclass(frozen=True, slots=True)
class SpanPairs:
    """Facts of one sort as columns, a row a fact, in order of ``starts``: where a name is, where what goes with it is, and a kind.

    The second span is empty where nothing goes with the name. Positions are bytes; ``kinds`` holds numbers whose meaning is the owner's.
    """

    kinds: bytes = b""
    starts: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()
    other_starts: tuple[int, ...] = ()
    other_ends: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class References:
    """The uses of names in a file, in order of position, at most one at a byte.

    They outnumber all other facts and few are ever looked at, so only their spans are kept (the second span is the receiver's); iterating
    makes the ``Reference`` objects from the text and the symbols. ``quotes`` are characters around a name that are no part of it.
    """

    spans: SpanPairs = SpanPairs()
    text: bytes = field(default=b"", repr=False, compare=False)  # the file's, as are the symbols: ``ParsedFile`` compares them
    symbols: tuple[Symbol, ...] = field(default=(), repr=False, compare=False)
    quotes: str = ""

    def __len__(self) -> int:
        return len(self.spans.starts)

    def __iter__(self) -> Iterator[Reference]:
        text, spans = self.text, self.spans
        names = zip(spans.kinds, spans.starts, spans.ends, strict=True)
        receivers = zip(spans.other_starts, spans.other_ends, strict=True)
        owners = find_owners(self.symbols, spans.starts)
        line, at = 1, 0
        for (kind, start, end), (receiver_start, receiver_end), owner in zip(names, receivers, owners, strict=True):
            line += text.count(b"\n", at, start)
            at = start
            name = text[start:end].decode("utf-8", "replace").strip(self.quotes)
            receiver = text[receiver_start:receiver_end][:_RECEIVER].decode("utf-8", "replace").rstrip(".")
            yield Reference(name, receiver, REFERENCE_KINDS[kind], line, start, owner)


def find_owners(symbols: Sequence[Symbol], offsets: Iterable[int]) -> Iterator[int]:
    """Yield the index of the innermost symbol around each byte, or -1; ``offsets`` ascend. The first of symbols with one span owns it."""
    around: list[int] = []
    following = 0
    for offset in offsets:
        while following < len(symbols) and symbols[following].start_byte <= offset:
            symbol = symbols[following]
            while around and symbols[around[-1]].end_byte <= symbol.start_byte:
                around.pop()
            before = symbols[around[-1]] if around else None
            if before is None or (before.start_byte, before.end_byte) != (symbol.start_byte, symbol.end_byte):
                around.append(following)
            following += 1
        while around and symbols[around[-1]].end_byte <= offset:
            around.pop()
        yield around[-1] if around else -1


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name. ``name`` is empty when the module itself is imported and ``*`` for a wildcard."""

    module: str
    name: str
    alias: str
    line: int


@dataclass(frozen=True, slots=True)
class Supertype:
    """``symbol`` (an index) names ``name`` as its base."""

    symbol: int
    name: str
    kind: SupertypeKind
    line: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """A span of a file that is retrieved as one. The chunks of a file tile it: no gap, no overlap, in order.

    ``symbol`` is the index of the innermost symbol that encloses the whole chunk, or -1. ``names`` are the names of symbols that start in
    it. ``context`` is what a reader needs to place it: enclosing names and the signature, or the heading path.
    """

    start_byte: int
    end_byte: int
    start_line: int
    end_line: int
    symbol: int = -1
    names: tuple[str, ...] = ()
    context: str = ""


@dataclass(frozen=True, slots=True)
class Extraction:
    """What a grammar or an outline finds in a text, before it is cut into chunks.

    ``symbols`` are in order of ``start_byte`` and nest. ``imports`` of a document are the files it shows or links. ``find_breaks`` is asked
    for ``breaks`` only where a span is long, which is one file of Django in ten.
    """

    symbols: tuple[Symbol, ...] = ()
    references: References = References()
    imports: tuple[Import, ...] = ()
    supertypes: tuple[Supertype, ...] = ()
    find_breaks: Callable[[], tuple[int, ...]] = field(default=tuple[int, ...], repr=False, compare=False)
    syntax_errors: int = 0
    truncated: tuple[str, ...] = ()
    """What a cap cut off, in words that name the cap."""

    @property
    def breaks(self) -> tuple[int, ...]:
        """Byte offsets in order, each the start of a line, where a long span may be cut without tearing a statement apart."""
        return self.find_breaks()


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """What parsing yields for one file: it depends on the bytes, the language and the analyzer version alone."""

    language: LanguageId
    text: bytes
    """The file as UTF-8: the raw bytes, except that UTF-16 and UTF-32 are transcoded. Invalid bytes stay as they are."""
    lines: int
    chunks: tuple[Chunk, ...]
    symbols: tuple[Symbol, ...] = ()
    references: References = References()
    imports: tuple[Import, ...] = ()
    supertypes: tuple[Supertype, ...] = ()
    syntax_errors: int = 0
    """Number of places where the grammar could not follow the text; the facts around them are still good."""
    generated: bool = False
    """The file says of itself that a program wrote it."""
    truncated: tuple[str, ...] = ()
    """What a cap cut off, in words that name the cap."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file left out by a rule, with what tripped it."""

    path: str
    rule: SkipRule
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that should have been indexed and could not be."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file to index. ``path`` is relative to the root, with ``/``; bytes that are not UTF-8 are surrogate-escaped."""

    path: str
    size: int
    mtime_ns: int = 0
    content_hash: ContentHash | None = None
    """Known without reading the bytes (git's index says so and nothing rewrites line ends), else None."""


@dataclass(frozen=True, slots=True)
class SourceTree:
    """What a walk found: the files to index, and everything it left out."""

    files: tuple[SourceFile, ...]
    skipped: tuple[Skipped, ...] = ()
    failures: tuple[Failure, ...] = ()
    ignored: int = 0
    """Files that ignore rules hide, where that is known."""

    def __iter__(self) -> Iterator[SourceFile]:
        return iter(self.files)


class ViewKind(StrEnum):
    """What a view shows."""

    WORKTREE = "worktree"
    REF = "ref"


@dataclass(frozen=True, slots=True)
class View:
    """One checkout state of a repository: a working tree on disk, or a branch, tag or commit read from git."""

    view_id: ViewId
    repository_id: RepositoryId
    kind: ViewKind
    name: str  # the worktree's root, or the ref as it was asked for
    root: str  # absolute path of the working tree, or of the repository for a ref
    commit: str  # commit the view stood on when indexed, or empty
    generation: int  # 0 until the first whole index
    indexed_at: float  # seconds since the epoch of the newest whole generation, 0.0 if none


@dataclass(frozen=True, slots=True)
class ViewStatus:
    """The truth about a view; every answer carries one."""

    view: str
    repository: str
    generation: int
    as_of: float
    files: int = 0
    chunks: int = 0
    symbols: int = 0
    pending: int = 0
    """Files known to have changed since the generation; -1 where nobody looked."""
    failed: tuple[Failure, ...] = ()
    skipped: dict[str, int] = field(default_factory=dict[str, int])
    truncated: tuple[str, ...] = ()
    """What a cap cut off, in words that name the cap."""
    notes: tuple[str, ...] = ()
