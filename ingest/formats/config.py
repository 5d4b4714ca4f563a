"""Outlines of configuration by key path: YAML, TOML, JSON, INI and its kin, HCL."""

from __future__ import annotations

import re

from ingest.formats.blocks import DOUBLE_QUOTED, block_entries
from ingest.formats.spans import MAX_NAME, MAX_SIGNATURE, Entry, Outline, Source, build, plain
from ingest.model import SymbolKind

MAX_DEPTH = 4
"""Levels of keys in an outline; what lies deeper is text of its parent."""

_YAML = re.compile(
    rb"\n(?P<indent> *+)(?:(?P<document>(?:---|\.\.\.)(?=\s|\Z))"
    rb"|(?P<dash>-)(?:[ \t]+(?:name|id|title)[ \t]*:[ \t]+(?P<item>[^\n]*)|(?=\s|\Z))"
    rb"|(?P<key>\"[^\"\n]*+\"|'[^'\n]*+'|[^\s#\-:{}\[\],&*!|>%@`\"'](?:[^\n:]++|:(?!\s|\Z))*+):"
    rb"(?:[ \t]+(?:[!&][^\s]*+[ \t]+)?(?P<scalar>[|>])[-+0-9]*+[ \t]*+(?:#[^\n]*)?(?=\r?\n|\Z)|(?=\s|\Z)))"
)


def yaml(text: bytes) -> Outline:
    """Outline YAML by indentation: key paths, and list items by their name, id or title."""
    source = Source(text)
    entries: list[Entry] = []
    breaks: list[int] = []
    indents: list[int] = []
    inside = -1  # lines indented deeper than this belong to a list item or a block scalar
    for match in _YAML.finditer(source.padded):
        at, indent = match.start(), match.end("indent") - match.start("indent")
        if inside >= 0:
            if indent > inside:
                continue
            inside = -1
        if match["document"]:
            indents.clear()
            breaks.append(at)
            continue
        dash = match["dash"]
        while indents and (indents[-1] > indent or (indents[-1] == indent and not dash)):
            indents.pop()
        level = len(indents) + 1
        if dash:
            inside = indent
            breaks.append(at)
            if match["item"] and level <= MAX_DEPTH:
                name = plain(match["item"], MAX_NAME).strip("\"'")
                entries.append(Entry(at, name, SymbolKind.KEY, level, signature=source.line(at)))
            continue
        indents.append(indent)
        if match["scalar"]:
            inside = indent
        if level <= MAX_DEPTH:
            lead, doc = source.comment_above(at, b"#", indent)
            name = plain(match["key"], MAX_NAME).strip("\"'")
            entries.append(Entry(at, name, SymbolKind.KEY, level, lead=lead, signature=source.line(at), doc=doc))
    return build(source, entries, breaks=breaks)


_TOML_KEY = rb"(?:[\w-]++|\"[^\"\n]*+\"|'[^'\n]*+')"
_TOML_PATH = _TOML_KEY + rb"(?:[ \t]*\.[ \t]*" + _TOML_KEY + rb")*+"
_TOML = re.compile(
    rb"\n(?P<indent>[ \t]*+)(?:\[(?P<array>\[?)[ \t]*(?P<table>" + _TOML_PATH + rb")[ \t]*\]"
    rb"|(?P<key>" + _TOML_PATH + rb")[ \t]*=[ \t]*(?P<value>\"\"\"|'''|\[)?)"
)


def toml(text: bytes) -> Outline:
    """Outline TOML: tables nest by their path, keys stand in their table."""
    source = Source(text)
    entries: list[Entry] = []
    tables: list[str] = []
    skip = 0
    for match in _TOML.finditer(source.padded):
        at = match.start()
        if at < skip:
            continue
        raw = match["table"] or match["key"]
        path = plain(raw, MAX_NAME) if b" " not in raw and b'"' not in raw else plain(raw.replace(b" ", b"").replace(b'"', b""), MAX_NAME)
        name = path
        if match["table"]:
            while tables and not path.startswith(tables[-1] + "."):
                tables.pop()
            name = path[len(tables[-1]) + 1 :] if tables else path
            level = len(tables) + 1
            tables.append(path)
        else:
            level = len(tables) + 1
            skip = _toml_value_end(source, match)
        if level <= MAX_DEPTH:
            lead, doc = source.comment_above(at, b"#", match.end("indent") - match.start("indent"))
            entries.append(Entry(at, name, SymbolKind.KEY, level, lead=lead, signature=source.line(at), doc=doc))
    return build(source, entries)


_TOML_ARRAY = re.compile(rb"\"(?:[^\"\\\n]++|\\.)*+\"?|'[^'\n]*+'?|#[^\n]*|[\[\]]")


def _toml_value_end(source: Source, match: re.Match[bytes]) -> int:
    """Return where a value that spans lines ends: what looks like a key inside it is none. An unclosed value reaches to the end."""
    value = match["value"]
    if not value:
        return 0
    if value != b"[":
        end = source.padded.find(value, match.end())
        return len(source.padded) if end < 0 else end
    depth = 1
    for token in _TOML_ARRAY.finditer(source.padded, match.end()):
        depth += (token[0] == b"[") - (token[0] == b"]")
        if not depth:
            return token.end()
    return len(source.padded)


_JSON = re.compile(
    rb"(?P<string>\"(?:[^\"\\\n]++|\\.)*+\"?)(?P<colon>\s*+:)?|(?P<open>[{\[])|(?P<close>[}\]])"
    rb"|(?P<comment>//[^\n]*|/\*(?:[^*]++|\*(?!/))*+(?:\*/)?)"
)
_JSON_SCALAR = re.compile(rb"\s*+(?:([{\[])|\"(?:[^\"\\\n]++|\\.)*+\"?|[^,}\]\n\"]*+)")


def json(text: bytes) -> Outline:
    """Outline JSON by key path (comments are allowed); the elements of arrays are text."""
    source = Source(text)
    padded = source.padded
    entries: list[Entry] = []
    stack: list[Entry | None] = []
    arrays = 0  # open arrays: their elements are not outlined
    pending: Entry | None = None
    for match in _JSON.finditer(padded):
        kind = match.lastgroup
        if kind == "colon":
            depth = len(stack)
            if not arrays and 0 < depth <= MAX_DEPTH:
                pending = _json_entry(source, match)
                entries.append(pending)
        elif kind == "open":
            arrays += match[0] == b"["
            stack.append(pending)
            pending = None
        elif kind == "close":
            if arrays and match[0] == b"]":
                arrays -= 1
            entry = stack.pop() if stack else None
            if entry:
                entry.end = match.end() - 1
            pending = None
        elif kind == "string":
            pending = None
    for entry in entries:
        entry.end = entry.end if entry.end >= 0 else len(text)
    return build(source, entries)


def _json_entry(source: Source, match: re.Match[bytes]) -> Entry:
    at = match.start() - 1
    start = source.line_start(at)
    value = _JSON_SCALAR.match(source.padded, match.end())
    assert value is not None  # the last alternative matches anything
    end = -1 if value[1] else value.end() - 1
    signature = plain(source.text[at : min(end if end >= 0 else match.end(), at + 4 * MAX_SIGNATURE)], MAX_SIGNATURE)
    name = plain(match["string"][1:-1], MAX_NAME)
    return Entry(start, name, SymbolKind.KEY, end=end, signature=signature)


_INI = re.compile(
    rb"\n(?:[ \t]*\[(?P<section>[^\]\n]+)\]|(?:export[ \t]+)?(?P<key>[^\s#;=:\[!\"'<>(){}][^=:\n\"'<>(){}]*+)(?:=|:(?![:/])))"
)


def ini(text: bytes) -> Outline:
    """Outline INI, ``.env`` and ``.properties`` files: sections, and the keys that begin a line."""
    source = Source(text)
    entries: list[Entry] = []
    level = 1
    for match in _INI.finditer(source.padded):
        at = match.start()
        lead, doc = source.comment_above(at, b"#")
        if lead == at:
            lead, doc = source.comment_above(at, b";")
        if match["section"]:
            level = 2
            name, kind, own = match["section"], SymbolKind.SECTION, 1
        else:
            name, kind, own = match["key"], SymbolKind.KEY, level
        entries.append(Entry(at, plain(name, MAX_NAME), kind, own, lead=lead, signature=source.line(at), doc=doc))
    return build(source, entries)


_HCL = re.compile(
    rb"(?P<head>\n[ \t]*+(?P<type>[A-Za-z_][\w-]*+)(?P<labels>(?:[ \t]+(?:\"[^\"\n]*+\"|[\w-]++))*+)[ \t]*(?:\{|=(?![=>])(?:[ \t]*\{)?))"
    rb"|(?P<heredoc><<[-~]?(\w++)\r?\n(?:(?![ \t]*\5[ \t]*\r?(?:\n|\Z))[^\n]*+\n)*+)"
    rb"|(?P<comment>#[^\n]*|//[^\n]*|/\*(?:[^*]++|\*(?!/))*+(?:\*/)?)|(?P<string>" + DOUBLE_QUOTED + rb")|(?P<open>\{)|(?P<close>\})"
)


def hcl(text: bytes) -> Outline:
    """Outline HCL (Terraform): blocks by type and labels, attributes by key."""
    source = Source(text)

    def describe(match: re.Match[bytes], depth: int) -> Entry | None:
        if depth >= MAX_DEPTH:
            return None
        at = match.start()
        labels = plain(match["labels"], MAX_NAME).replace('"', "").split()
        name = ".".join([plain(match["type"], MAX_NAME), *labels])
        lead, doc = source.comment_above(at, b"#", match.start("type") - at - 1)
        return Entry(at, name, SymbolKind.KEY, lead=lead, signature=source.line(at), doc=doc)

    return build(source, block_entries(source, _HCL, describe))
