"""Outlines of marked-up texts: HTML by headings and ids, XML by element, style sheets by rule."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

from ingest.formats.spans import MAX_NAME, MAX_SIGNATURE, Entry, Finder, Links, Outline, Source, build, plain
from ingest.model import SymbolKind

_ATTRIBUTES = rb"(?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+"
_TAG = re.compile(rb"<[^<>]*>")
_ATTRIBUTE = re.compile(rb"""(?<![\w:-])([\w:-]++)[ \t\r\n]*=[ \t\r\n]*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_HTML_LINK = re.compile(
    rb"<(?:img|a|link|script|source|video|audio|iframe|embed|object|use|image)(?=\s)(" + _ATTRIBUTES + rb")", re.IGNORECASE
)
_TARGETS = (b"src", b"href", b"data", b"xlink:href")

_HTML = re.compile(
    rb"<(?:(?P<raw>script|style)(?=[\s>])|(?P<comment>!--)|(?P<heading>h[1-6]|title|caption|figcaption|legend|summary)(?=[\s>])"
    rb"|(?P<block>section|article|main|aside|nav|header|footer|form|template|dialog|div|table|fieldset|dt|li|p)(?=\s)(?P<attributes>"
    + _ATTRIBUTES
    + rb"))",
    re.IGNORECASE,
)
_ID = re.compile(rb"""\sid[ \t]*=[ \t]*["']?([^\s"'<>]{1,200})""", re.IGNORECASE)
_MAX_HEADING = 2_000  # bytes; a longer heading is taken for one that was never closed
_BLOCK_LEVEL = 8  # below h1..h6 and the captions


def attributes(raw: bytes) -> dict[bytes, bytes]:
    """Return a tag's attributes; the first of equal names wins."""
    found: dict[bytes, bytes] = {}
    for match in _ATTRIBUTE.finditer(raw[:4_000]):
        found.setdefault(match[1].lower(), match[2] or match[3] or match[4] or b"")
    return found


def add_html_links(source: Source, links: Links, ignored: Callable[[int], bool]) -> None:
    """Add what HTML tags show or link, but for offsets that are ``ignored``."""
    for match in _HTML_LINK.finditer(source.padded):
        if ignored(match.start() - 1):
            continue
        found = attributes(match[1])
        for name in _TARGETS:
            if name in found:
                links.add(found[name], found.get(b"alt") or found.get(b"title") or b"", match.start() - 1)
                break


def html(text: bytes) -> Outline:
    """Outline HTML: the title encloses all, headings nest by level, blocks with an id stand below them. Scripts and styles stay text."""
    source = Source(text)
    lowered = source.padded.lower()
    entries: list[Entry] = []
    closes = Finder(lowered)
    skip = 0
    for match in _HTML.finditer(source.padded):
        at = match.start()
        if at < skip:
            continue
        if match["comment"]:
            skip = closes.find(b"-->", at)
        elif match["raw"]:
            skip = closes.find(b"</" + match["raw"].lower(), at)
            entries.append(
                _html_entry(source, at, plain(match["raw"]).lower(), _BLOCK_LEVEL, source.padded[at : at + 200].split(b">")[0] + b">")
            )
        elif match["heading"]:
            _add_heading(source, match, closes, entries)
        else:
            name = _ID.search(match["attributes"])
            if name:
                entries.append(_html_entry(source, at, plain(name[1], MAX_NAME), _BLOCK_LEVEL, match[0] + b">"))
    links = Links(source)
    add_html_links(source, links, lambda offset: False)
    return build(source, entries, breaks=source.paragraphs(), imports=links.imports(), separator=" > ")


def _html_entry(source: Source, at: int, name: str, level: int, signature: bytes) -> Entry:
    start = source.line_start(at - 1)
    return Entry(start, name, SymbolKind.SECTION, level, signature=plain(signature, MAX_SIGNATURE))


def _add_heading(source: Source, match: re.Match[bytes], closes: Finder, entries: list[Entry]) -> None:
    tag, at = match["heading"].lower(), match.start()
    end = closes.find(b"</" + tag, at)
    if end - at > _MAX_HEADING or end == len(source.padded):
        return
    body = source.padded[at:end]
    name = unescape(plain(_TAG.sub(b" ", body.partition(b">")[2]), MAX_NAME))
    if not name:
        return
    if tag == b"title":
        if not entries:
            entries.append(Entry(0, name, SymbolKind.SECTION, 0, signature=name))
        return
    level = int(tag[1:]) if tag[:1] == b"h" and tag[1:].isdigit() else _BLOCK_LEVEL - 1
    entry = _html_entry(source, at, name, level, b"")
    entry.signature = name
    below = source.padded[end : end + 1_500]
    entry.doc = unescape(
        plain(_TAG.sub(b" ", re.split(rb"<(?:h[1-6]|script|style)\b", below.partition(b">")[2], maxsplit=1)[0].rpartition(b"<")[0]))
    )
    entries.append(entry)


_XML = re.compile(
    rb"<(?:(?P<comment>!--)|(?P<cdata>!\[CDATA\[)|(?P<close>/[^<>]*)|(?P<tag>[A-Za-z_][^\s<>/\"'=]*+)(?P<attributes>"
    + _ATTRIBUTES
    + rb")>?)"
)
_XML_DEPTH = 4
_XML_NAMES = (b"name", b"id", b"key", b"x:name", b"android:name", b"include", b"xml:id")
_SELF_NAMED = re.compile(rb"\s*<(?:name|id|key|artifactId|title)\b[^<>]*>([^<]{1,200})<", re.IGNORECASE)


def xml(text: bytes) -> Outline:
    """Outline XML: a key per element down to four levels, named by its ``name``, ``id`` or ``key`` where it has one."""
    source = Source(text)
    closes = Finder(source.padded)
    entries: list[Entry] = []
    stack: list[Entry | None] = []
    skip = 0
    for match in _XML.finditer(source.padded):
        at = match.start()
        if at < skip:
            continue
        kind = match.lastgroup
        if kind == "comment":
            skip = closes.find(b"-->", at)
        elif kind == "cdata":
            skip = closes.find(b"]]>", at)
        elif kind == "close":
            entry = stack.pop() if stack else None
            if entry:
                entry.end = match.end()
        else:
            entry = _xml_entry(source, match) if len(stack) < _XML_DEPTH else None
            if entry:
                entries.append(entry)
            if not match["attributes"].endswith(b"/"):
                stack.append(entry)
            elif entry:
                entry.end = match.end() - 1
    for entry in entries:
        entry.end = entry.end if entry.end >= 0 else len(text)
    return build(source, entries)


def _xml_entry(source: Source, match: re.Match[bytes]) -> Entry:
    name = plain(match["tag"], MAX_NAME)
    raw = match["attributes"]
    if raw and raw != b"/":
        found = attributes(raw)
        name = next((plain(found[key], MAX_NAME) for key in _XML_NAMES if found.get(key)), name)
    else:
        named = _SELF_NAMED.match(source.padded, match.end())
        name = f"{name}[{plain(named[1], MAX_NAME)}]" if named else name
    return Entry(source.line_start(match.start() - 1), name, SymbolKind.KEY, signature=source.line(match.start() - 1))


_CSS_COMMENT = rb"/\*(?:[^*]++|\*(?!/))*+(?:\*/)?"
_CSS_STRING = rb"\"(?:[^\"\\\n]++|\\.)*+\"?|'(?:[^'\\\n]++|\\.)*+'?|\b[uU][rR][lL]\((?:[^\"'()\\\s]++|\\.)*+"
_CSS = re.compile(rb"(?P<comment>" + _CSS_COMMENT + rb")|(?P<string>" + _CSS_STRING + rb")|(?P<open>\{)|(?P<close>\})")
_SCSS = re.compile(
    rb"(?P<comment>"
    + _CSS_COMMENT
    + rb"|//[^\n]*)|(?P<string>"
    + _CSS_STRING
    + rb")|(?P<interpolation>[@#]\{[^{}\n]*+\})|(?P<open>\{)|(?P<close>\})"
)
_CSS_COMMENTS = re.compile(_CSS_COMMENT)
_SCSS_COMMENTS = re.compile(_CSS_COMMENT + rb"|//[^\n]*")
_STYLE_IMPORT = re.compile(rb"@(?:import|use|forward|require)\s+(?:\([a-z, ]*\)\s*)?(?:url\(\s*)?[\"']?([^\"'();\s]+)")
_DEFINES = re.compile(r"@(?:mixin|function)\s+([\w-]+)")
_STYLE_DEPTH = 3


def css(text: bytes) -> Outline:
    """Outline a style sheet: a section per rule and at-rule, by selector."""
    return _style_sheet(text, _CSS, _CSS_COMMENTS)


def scss(text: bytes) -> Outline:
    """Outline SCSS or Less: rules nest, mixins and functions are functions."""
    return _style_sheet(text, _SCSS, _SCSS_COMMENTS)


def _style_sheet(text: bytes, tokens: re.Pattern[bytes], comments: re.Pattern[bytes]) -> Outline:
    source = Source(text)
    padded = source.padded
    entries: list[Entry] = []
    stack: list[Entry | None] = []
    last = 0  # where the text after the previous brace or comment begins
    doc = b""
    for match in tokens.finditer(padded):
        kind = match.lastgroup
        if kind == "comment":
            before = padded[max(last, match.start() - 1_000) : match.start()]
            code = before.rstrip()
            if not code or code.endswith(b";"):
                last = match.end()
                # A comment behind a declaration speaks of that one, not of the rule below.
                doc = match[0] if not code or b"\n" in before[len(code) :] else b""
        elif kind == "open":
            entry = None
            if len(stack) < _STYLE_DEPTH:
                entry = _style_rule(source, last, match.start(), comments, doc)
                if entry:
                    entries.append(entry)
            stack.append(entry)
            last, doc = match.end(), b""
        elif kind == "close":
            entry = stack.pop() if stack else None
            if entry:
                entry.end = match.end() - 1
            last, doc = match.end(), b""
    for entry in entries:
        entry.end = entry.end if entry.end >= 0 else len(text)
    links = Links(source)
    for match in _STYLE_IMPORT.finditer(padded):
        links.add(match[1], b"", match.start() - 1)
    return build(source, entries, breaks=source.paragraphs(), imports=links.imports(), separator=" ")


def _style_rule(source: Source, begin: int, brace: int, comments: re.Pattern[bytes], doc: bytes) -> Entry | None:
    begin = max(begin, brace - 4_000)
    head = source.padded[begin:brace]
    if b"/" in head:
        head = comments.sub(lambda comment: b" " * len(comment[0]), head)
    begin += head.rfind(b";") + 1
    head = head[head.rfind(b";") + 1 :]
    selector = head.strip()
    if not selector:
        return None
    at = begin + len(head) - len(head.lstrip())
    name = plain(selector, MAX_NAME)
    defined = _DEFINES.match(name)
    kind = SymbolKind.FUNCTION if defined else SymbolKind.SECTION
    start = source.line_start(at - 1)
    text = plain(doc.strip(b"/* \t\r\n")) if doc else ""
    signature = name if len(selector) <= MAX_NAME else plain(selector, MAX_SIGNATURE)
    return Entry(start, defined[1] if defined else name, kind, signature=signature, doc=text)
