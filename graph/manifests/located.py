"""JSON, TOML and XML with the line of every key: the parsers of the standard library decide what is there, a scanner where it stands.

A document that its parser accepts is well formed, so the scanners need to know strings, comments and brackets, and no more.
"""

from __future__ import annotations

import json
import re
import tomllib
from bisect import bisect_right
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from xml.parsers.expat import ExpatError, ParserCreate  # expat itself, with document type declarations refused

from graph.manifests.model import ManifestError

Keys = tuple[str, ...]

MAX_ELEMENTS = 100_000
MAX_DEPTH = 100


@dataclass(frozen=True, slots=True)
class Located:
    """A parsed document and the lines of its keys; an array's elements have their index as key."""

    value: object
    lines: Mapping[Keys, int]

    def line(self, *keys: str) -> int:
        """Return the line of a key path, or of its nearest parent that has one; 1 at the worst."""
        for end in range(len(keys), 0, -1):
            found = self.lines.get(keys[:end])
            if found is not None:
                return found
        return 1


def line_starts(text: str) -> list[int]:
    """Return the offsets at which lines start, for ``line_at``."""
    return [0, *(match.end() for match in re.finditer("\n", text))]


def line_at(starts: list[int], offset: int) -> int:
    """Return the line, from 1, that holds an offset."""
    return bisect_right(starts, offset)


def lines(text: str) -> list[str]:
    """Return a text's lines, each cut at 2,000 characters. Unlike ``str.splitlines`` this counts as editors do: a form feed ends none."""
    return [line[:_MAX_LINE] for line in text.replace("\r\n", "\n").split("\n")]


def spans(data: bytes, named: Sequence[tuple[str, int]]) -> list[tuple[int, int]]:
    """Return the bytes of each of these names, given with the line at or below which it stands; (-1, -1) where it is not to be found.

    Names are compared as loosely as registries compare them: without case, and with ``-``, ``_`` and ``.`` for each other. Names of one
    line are looked for one behind the other.
    """
    starts = [0, *(match.end() for match in re.finditer(b"\n", data))]
    folded = _fold(data)
    found: list[tuple[int, int]] = []
    last, behind = 0, 0
    for name, line in named:
        begin = starts[line - 1] if 0 < line <= len(starts) else len(data)
        wanted = _fold(name.encode("utf-8", "replace"))
        span = (-1, -1)
        for start in (behind, begin) if line == last else (begin,):
            if span[0] < 0 and wanted:
                span = _find(folded, wanted, start)
        last, behind = line, max(span[1], begin)
        found.append(span)
    return found


def _fold(data: bytes) -> bytes:
    return data.lower().translate(_FOLDED)


def _find(data: bytes, wanted: bytes, start: int) -> tuple[int, int]:
    """Return the first place where a name stands by itself, else the first where it stands at all."""
    first = at = data.find(wanted, start, start + _NEAR)
    for _ in range(_TRIES):
        if at < 0:
            break
        end = at + len(wanted)
        if data[at - 1 : at] not in _JOINED and data[end : end + 1] not in _JOINED:
            return at, end
        at = data.find(wanted, at + 1, start + _NEAR)
    return (first, first + len(wanted)) if first >= 0 else (-1, -1)


_FOLDED = bytes.maketrans(b"_.", b"--")
_JOINED = {bytes([byte]) for byte in b"abcdefghijklmnopqrstuvwxyz0123456789@/-"}
_TRIES = 20
_NEAR = 4_000
_MAX_LINE = 2_000  # readers of lines are expressions, and some of them take the square of a line's length
_JSON = re.compile(r'"(?:[^"\\]++|\\.)*+"|[{}\[\],]')
_COLON = re.compile(r"\s*:\s*([{\[]?)")


def read_json(text: str) -> Located:
    """Parse strict JSON. Raises ManifestError."""
    try:
        value: object = json.loads(text)
    except RecursionError:
        raise ManifestError("its values are nested too deeply") from None
    except ValueError as error:
        raise ManifestError(f"not JSON: {error}") from None
    return Located(value, dict(_json_lines(text)))


def _json_lines(text: str) -> Iterator[tuple[Keys, int]]:
    starts = line_starts(text)
    path: list[str] = []
    counts: list[int] = []  # of each open bracket the elements begun, -1 for an object
    for token in _JSON.finditer(text):
        mark = token[0]
        if mark in "{[":
            if counts and counts[-1] >= 0:
                yield (*path, str(counts[-1])), line_at(starts, token.start())
                path.append(str(counts[-1]))
            counts.append(-1 if mark == "{" else 0)
        elif mark in "}]":
            counts.pop()
            if path and counts:
                path.pop()
        elif mark == ",":
            if counts[-1] >= 0:
                counts[-1] += 1
        elif counts and counts[-1] >= 0:
            yield (*path, str(counts[-1])), line_at(starts, token.start())
        elif counts and (colon := _COLON.match(text, token.end())):
            key = json.loads(mark)
            yield (*path, key), line_at(starts, token.start())
            if colon[1]:
                path.append(key)


_TOML_KEY = r"""(?:[\w-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')"""
_TOML_PATH = rf"{_TOML_KEY}(?:[ \t]*\.[ \t]*{_TOML_KEY})*+"
_TOML_STATEMENT = re.compile(
    rf"[ \t\r\n]*+(?:#[^\n]*|(?P<array>\[)?\[[ \t]*(?P<table>{_TOML_PATH})[ \t]*\]{{1,2}}|(?P<key>{_TOML_PATH})[ \t]*=[ \t]*)"
)
_TOML_PARTS = 64
_TOML_DEEP = re.compile(rf"""(?<![\w"'.-])(?:[\w"'-]++[ \t]*+\.[ \t]*+){{{_TOML_PARTS}}}""")
_TOML_PART = re.compile(_TOML_KEY)
_TOML_TOKEN = re.compile(
    r'"""(?:[^"\\]++|\\.|"(?!""))*+"{3,5}'
    r"|'''(?:[^']++|'(?!''))*+'{3,5}"
    r"""|"(?:[^"\\\n]++|\\.)*+"|'[^'\n]*+'|#[^\n]*|[\[\]{},\n]|[^\s\[\]{},"'#]++""",
    re.DOTALL,
)


def read_toml(text: str) -> Located:
    """Parse TOML. Raises ManifestError."""
    text = text.replace("\r\n", "\n")
    if _TOML_DEEP.search(text):  # the parser takes the square of a key's length, and 200,000 parts take minutes
        raise ManifestError(f"a key of more than {_TOML_PARTS} parts")
    try:
        value: object = tomllib.loads(text)
    except RecursionError:
        raise ManifestError("its values are nested too deeply") from None
    except ValueError as error:
        raise ManifestError(f"not TOML: {error}") from None
    return Located(value, dict(_toml_lines(text)))


def _toml_lines(text: str) -> Iterator[tuple[Keys, int]]:
    starts = line_starts(text)
    here: Keys = ()
    arrays: dict[Keys, int] = {}
    at = 0
    while statement := _TOML_STATEMENT.match(text, at):
        at = statement.end()
        raw = statement["table"] or statement["key"]
        if raw is None:
            continue
        parts = tuple(part[0].strip("\"'") for part in _TOML_PART.finditer(raw))
        line = line_at(starts, statement.start("table" if statement["table"] else "key"))
        if statement["table"]:
            here = _numbered(parts, arrays, new=statement["array"] is not None)
            yield here, line
        else:
            yield (*here, *parts), line
            at = yield from _toml_elements(text, at, (*here, *parts), starts)


def _numbered(parts: Keys, arrays: dict[Keys, int], *, new: bool) -> Keys:
    """Return the key path of a table, in which each array of tables is followed by the index of its newest element."""
    path: Keys = ()
    for index, part in enumerate(parts):
        path = (*path, part)
        if new and index == len(parts) - 1:
            arrays[path] = arrays.get(path, -1) + 1
        if path in arrays:
            path = (*path, str(arrays[path]))
    return path


def _toml_elements(text: str, at: int, path: Keys, starts: list[int]) -> Generator[tuple[Keys, int], None, int]:
    """Yield the lines of an array's elements; return where the value ends."""
    depth, count, fresh, array = 0, 0, False, False
    for token in _TOML_TOKEN.finditer(text, at):
        mark = token[0]
        if mark == "\n":
            if not depth:
                return token.end()
            continue
        if mark[0] == "#":
            continue
        if mark in {"]", "}"}:
            depth -= 1
            continue
        if mark == ",":
            if depth == 1:
                count, fresh = count + 1, True
            continue
        if depth == 1 and fresh and array:
            yield (*path, str(count)), line_at(starts, token.start())
            fresh = False
        if mark in {"[", "{"}:
            if not depth:
                array, fresh = mark == "[", True
            depth += 1
    return len(text)


@dataclass(slots=True)
class Element:
    """An XML element without its namespace prefix."""

    tag: str
    line: int
    attributes: dict[str, str]
    text: str = ""
    children: list[Element] = field(default_factory=list["Element"])

    def child(self, tag: str) -> Element | None:
        """Return the first child of a name."""
        return next((child for child in self.children if child.tag == tag), None)

    def value(self, tag: str) -> str:
        """Return the text of the first child of a name, "" without one."""
        found = self.child(tag)
        return found.text.strip() if found else ""

    def below(self, *tags: str) -> list[Element]:
        """Return the elements that a path of names leads to."""
        level: list[Element] = [self]
        for tag in tags:
            level = [child for element in level for child in element.children if child.tag == tag]
        return level


def read_xml(data: bytes) -> Element:
    """Parse XML without a document type declaration, since entities can only be declared in one. Raises ManifestError."""
    parser = ParserCreate()
    parser.buffer_text = True
    root = Element("", 0, {})
    stack = [root]
    count = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if count > MAX_ELEMENTS or len(stack) > MAX_DEPTH:
            raise ManifestError(f"more than {MAX_ELEMENTS:,} elements, or more than {MAX_DEPTH} inside each other")
        element = Element(tag.rpartition(":")[2], parser.CurrentLineNumber, attributes)
        stack[-1].children.append(element)
        stack.append(element)

    def end(tag: str) -> None:
        stack.pop()

    def characters(data: str) -> None:
        stack[-1].text += data

    def refuse(*_: object) -> None:
        raise ManifestError("it has a document type declaration, which is not read")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except (ExpatError, LookupError, ValueError) as error:  # LookupError: an encoding nobody knows
        raise error if isinstance(error, ManifestError) else ManifestError(f"not XML: {error}") from None
    return root.children[0]
