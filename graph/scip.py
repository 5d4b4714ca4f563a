"""Read a SCIP index, which a language's compiler front end wrote: https://github.com/sourcegraph/scip.

A SCIP index is one protobuf message. The few fields of it that are needed are read here from the wire format (field numbers: ``scip.proto``
of SCIP 0.5), so that no generated code and no runtime comes along. SCIP lines and columns count from 0.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from pathlib import Path, PurePosixPath

from ingest.errors import SourceError

_MAX_VARINT_BYTES = 10


class Role(IntFlag):
    """What an occurrence does with its symbol."""

    DEFINITION = 1
    IMPORT = 2
    WRITE = 4
    READ = 8
    GENERATED = 16
    TEST = 32
    FORWARD_DEFINITION = 64


class Encoding(IntEnum):
    """What a column counts."""

    UNSPECIFIED = 0
    UTF8 = 1
    UTF16 = 2
    UTF32 = 3


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A symbol at a place; ``end`` is the line and column behind it. Lines and columns count from 0."""

    symbol: str
    roles: Role
    start: tuple[int, int]
    end: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Relation:
    """``symbol`` implements or overrides ``target``."""

    symbol: str
    target: str


@dataclass(frozen=True, slots=True)
class Document:
    """One file of an index. ``text`` is what was indexed where the indexer kept it, else empty."""

    path: str
    language: str
    text: str
    encoding: Encoding
    occurrences: Sequence[Occurrence]
    relations: Sequence[Relation]


def read_index(file: Path) -> Iterator[Document]:
    """Yield the documents of an index. Raises ``SourceError`` when it cannot be read or is no SCIP index."""
    try:
        with file.open("rb") as handle:
            if not handle.seek(0, 2):
                raise _broken(file, "the file is empty")
            with mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as data:
                yield from _documents(file, data[:])
    except OSError as error:
        raise SourceError(f"cannot read the SCIP index {file}: {error.strerror or error}") from error


def _broken(file: Path, what: str) -> SourceError:
    return SourceError(f"{file} is no SCIP index: {what}; write it again with the language's scip indexer, such as scip-python index")


def _documents(file: Path, data: bytes) -> Iterator[Document]:
    view, found = memoryview(data), False
    try:
        for number, value in _fields(view):
            if number == 2 and isinstance(value, memoryview):
                found = True
                yield _document(value)
    except ValueError as error:
        raise _broken(file, str(error)) from error
    if not found:
        raise _broken(file, "it holds no document")


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for count in range(_MAX_VARINT_BYTES):
        if at >= len(data):
            raise ValueError("a number is cut off")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << (7 * count)
        if byte < 0x80:
            return value, at
    raise ValueError("a number has more than ten bytes")


def _fields(data: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Yield (field number, value) of a message: a number, or the bytes of a text or a message within it."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = _varint(data, at)
            yield number, value
            continue
        if wire == 2:
            size, at = _varint(data, at)
        elif wire in {1, 5}:
            size = 8 if wire == 1 else 4
        else:
            raise ValueError(f"field {number} has wire type {wire}")
        if size > len(data) - at:
            raise ValueError(f"field {number} claims {size} bytes where {len(data) - at} are left")
        yield number, data[at : at + size]
        at += size


def _text(value: int | memoryview) -> str:
    if isinstance(value, int):
        raise ValueError("a number stands where a text is due")  # noqa: TRY004 - bad input, not a caller's mistake
    return str(value, "utf-8")


def _number(value: int | memoryview) -> int:
    if not isinstance(value, int):
        raise ValueError("a text stands where a number is due")  # noqa: TRY004 - bad input, not a caller's mistake
    return value


def _message(value: int | memoryview) -> memoryview:
    if isinstance(value, int):
        raise ValueError("a number stands where a message is due")  # noqa: TRY004 - bad input, not a caller's mistake
    return value


def _document(data: memoryview) -> Document:
    path = language = text = ""
    encoding = Encoding.UNSPECIFIED
    occurrences: list[Occurrence] = []
    relations: list[Relation] = []
    for number, value in _fields(data):
        if number == 1:
            path = _text(value)
        elif number == 2:
            occurrences.append(_occurrence(_message(value)))
        elif number == 3:
            relations += _relations(_message(value))
        elif number == 4:
            language = _text(value)
        elif number == 5:
            text = _text(value)
        elif number == 6:
            encoding = Encoding(_number(value)) if _number(value) in set(Encoding) else Encoding.UNSPECIFIED
    pure = PurePosixPath(path)
    if not path or pure.is_absolute() or ".." in pure.parts:
        raise ValueError(f"the document path {path!r} is not inside the repository")
    return Document(path, language, text, encoding, occurrences, relations)


def _occurrence(data: memoryview) -> Occurrence:
    symbol, roles, span = "", Role(0), list[int]()
    for number, value in _fields(data):
        if number == 1:
            span += _numbers(value)
        elif number == 2:
            symbol = _text(value)
        elif number == 3:
            roles = Role(_number(value) & 0x7F)
    if len(span) == 3:
        return Occurrence(symbol, roles, (span[0], span[1]), (span[0], span[2]))
    if len(span) == 4:
        return Occurrence(symbol, roles, (span[0], span[1]), (span[2], span[3]))
    raise ValueError(f"a range has {len(span)} numbers, not 3 or 4")


def _numbers(value: int | memoryview) -> Iterator[int]:
    if isinstance(value, int):
        yield value
        return
    at = 0
    while at < len(value):
        number, at = _varint(value, at)
        yield number


def _relations(data: memoryview) -> list[Relation]:
    symbol, targets = "", list[str]()
    for number, value in _fields(data):
        if number == 1:
            symbol = _text(value)
        elif number == 4:
            fields = list(_fields(_message(value)))
            if any(key == 3 and flag for key, flag in fields):
                targets += [_text(text) for key, text in fields if key == 1]
    return [Relation(symbol, target) for target in targets]


_DESCRIPTOR = re.compile(r"(?:`((?:[^`]|``)*)`|([\w+\-$]+))(\((?:[\w+\-$]*)\)\.|[/#.:!])|\[[^\]]*\]|\(([^)]*)\)")


def descriptors(symbol: str) -> list[tuple[str, str]]:
    """Return (name, suffix) of each descriptor of a global symbol, outermost first; nothing for a local one.

    The suffix is ``/`` for a namespace, ``#`` for a type, ``.`` for a term, ``().`` for a method, and ``()`` or ``[]`` for a parameter.
    """
    if symbol.startswith("local "):
        return []
    parts = re.split(r"(?<! ) (?! )", symbol, maxsplit=4)
    found: list[tuple[str, str]] = []
    for match in _DESCRIPTOR.finditer(parts[4] if len(parts) == 5 else ""):
        quoted, plain, suffix, parameter = match.groups()
        if suffix is None:
            found.append((parameter or "", "()" if parameter is not None else "[]"))
        else:
            found.append(((quoted or plain or "").replace("``", "`"), "()." if suffix.startswith("(") else suffix))
    return found


def plain_name(name: str) -> str:
    """Return a descriptor's name as the source writes it: TypeScript's ``<constructor>`` and ``<get>size`` without their brackets."""
    return re.sub(r"^<(?:get|set)>|[<>]", "", name)


def is_local(symbol: str) -> bool:
    """Say whether a symbol is a local variable, a parameter or a type parameter: no node of a graph."""
    names = descriptors(symbol)
    return not names or names[-1][1] in {"()", "[]"}
