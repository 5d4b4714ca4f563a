"""Outlines of documents: Markdown (the parts of CommonMark that carry structure) and reStructuredText."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache

from ingest.formats.markup import add_html_links
from ingest.formats.spans import MAX_NAME, Entry, Links, Outline, Source, build, plain
from ingest.model import SymbolKind

_HEADING_SEPARATOR = " > "
_SMALL_FENCE = 2_000  # bytes; a code block up to this size is not cut

_MARKDOWN = re.compile(
    rb"\n(?:[ \t>]*(?P<fence>`{3,}+|~{3,}+)(?P<info>[^\n]*)"
    rb"| {0,3}(?:(?P<hashes>#{1,6})(?P<title>[ \t][^\n]*|(?=\r?\n|\Z))"
    rb"|(?P<under>=++|-{2,}+)[ \t]*\r?(?=\n|\Z)"
    rb"|(?P<item>(?:[-*+]|\d{1,9}[.)])[ \t])"
    rb"|(?P<html><[hH][1-6]\b)"
    rb"|(?P<comment><!--)))"
)
_FRONT_MATTER = re.compile(rb"\n+(---|\+\+\+)[ \t]*\r?\n(.*?)\n\1[ \t]*\r?(?=\n|\Z)", re.DOTALL)
_FRONT_TITLE = re.compile(rb"(?:\A|\n)title[ \t]*[:=][ \t]*([^\n]+)")
_FRONT_DESCRIPTION = re.compile(rb"(?:\A|\n)(?:description|summary)[ \t]*[:=][ \t]*([^\n]+)")
_HTML_HEADING = re.compile(rb"<[hH]([1-6])\b[^>]{0,300}>(.{0,600}?)</[hH]\1", re.DOTALL)
_TAG = re.compile(rb"<[^<>]*>")
_NOT_A_TITLE = re.compile(rb"[ \t]*(?:$|[>|<]|[-*+][ \t]|#{1,6}[ \t]|\d{1,9}[.)][ \t]|`{3}|~{3}|[=-]+[ \t]*$)")
_LINK = re.compile(rb"\]\([ \t]*(<[^<>\n]*+>|[^\s()<>]*+(?:\([^\s()]*+\)[^\s()<>]*+)*+)")
_DEFINITION = re.compile(rb"\n {0,3}\[([^\]\n]{1,200})\]:[ \t]*(\S+)")
_INLINE_MARKUP = re.compile(r"!?\[([^\]\[]*)\](?:\([^()]*\)|\[[^\]\[]*\])?|[*`]+|(?<!\w)__|__(?!\w)|\{#[^}]*\}|<[^<>]*>")
_NO_DOC = (b"[![", b"![", b"<", b"```", b"~~~", b"|", b"---", b"===", b"***", b"[//]", b":::", b".. ", b"+--", b" ", b"\t")


def markdown(text: bytes) -> Outline:
    """Outline Markdown: a section per heading, nested by level; front matter with a title encloses the document."""
    source = Source(text)
    entries: list[Entry] = []
    breaks: list[int] = []
    front = _FRONT_MATTER.match(source.padded)
    if front:
        _add_front_matter(source, front, entries)
    code = _scan_markdown(source, front.end() if front else 0, entries, breaks)
    _add_docs(source, entries)
    starts = [start for start, _ in code]

    def in_code(offset: int, smallest: int = 0) -> bool:
        index = bisect_right(starts, offset) - 1
        return index >= 0 and offset < code[index][1] and code[index][1] - code[index][0] > smallest

    def in_small_code(offset: int) -> bool:
        return in_code(offset) and not in_code(offset, _SMALL_FENCE)

    breaks = [offset for offset in (*breaks, *source.paragraphs()) if not in_small_code(offset)]
    links = Links(source)
    for match in _LINK.finditer(source.padded):
        offset = match.start() - 1
        if match[1] and not in_code(offset):
            links.add(match[1], _link_text(source.text, offset), offset)
    for match in _DEFINITION.finditer(source.padded):
        if not in_code(match.start()):
            links.add(match[2], match[1], match.start())
    add_html_links(source, links, in_code)
    return build(source, entries, breaks=breaks, imports=links.imports(), separator=_HEADING_SEPARATOR)


def _add_front_matter(source: Source, front: re.Match[bytes], entries: list[Entry]) -> None:
    title = _FRONT_TITLE.search(front[2])
    if title:
        description = _FRONT_DESCRIPTION.search(front[2])
        name = plain(title[1], MAX_NAME).strip("\"' ")
        doc = plain(description[1]).strip("\"' ") if description else ""
        entries.append(Entry(0, name, SymbolKind.SECTION, signature=name, doc=doc))


def _scan_markdown(source: Source, begin: int, entries: list[Entry], breaks: list[int]) -> list[tuple[int, int]]:
    """Collect headings and places to cut; return the spans of code blocks and comments."""
    code: list[tuple[int, int]] = []
    fence = b""
    opened = comment_end = 0
    for match in _MARKDOWN.finditer(source.padded, begin):
        at = match.start()
        if fence:
            run = match["fence"]
            if run and run.startswith(fence) and not match["info"].strip():
                code.append((opened, source.line_end(at)))
                fence = b""
        elif at < comment_end:
            continue
        elif match["fence"]:
            if match["fence"][:1] == b"~" or b"`" not in match["info"]:
                fence, opened = match["fence"], at
                breaks.append(at)
        elif match["comment"]:
            close = source.text.find(b"-->", at)
            comment_end = len(source.text) if close < 0 else close
            code.append((at, comment_end))
        elif match["item"]:
            breaks.append(at)
        else:
            entry = _heading(source, match)
            if entry and not (entries and entries[-1].start >= entry.start > 0):
                entries.append(entry)
    if fence:
        code.append((opened, len(source.text)))
    return code


def _heading(source: Source, match: re.Match[bytes]) -> Entry | None:
    at = match.start()
    if match["hashes"]:
        title = match["title"].strip()
        return _section(at, re.sub(rb"(?:^|[ \t])#+$", b"", title), len(match["hashes"]), match[0])
    if match["html"]:
        html = _HTML_HEADING.match(source.padded, match.start("html"))
        return _section(at, _TAG.sub(b" ", html[2]), int(html[1]), _TAG.sub(b" ", html[2])) if html else None
    if at == 0:
        return None
    start = source.text.rfind(b"\n", 0, at - 1) + 1
    title = source.text[start : at - 1] if at - start <= 1_000 else b""
    if _NOT_A_TITLE.match(title.rstrip()):
        return None
    return _section(start, title, 1 if match["under"][:1] == b"=" else 2, title)


def _section(start: int, title: bytes, level: int, line: bytes) -> Entry:
    name = plain(title, 2 * MAX_NAME)
    for _ in range(2):  # a badge is an image inside a link
        name = _INLINE_MARKUP.sub(lambda found: found[1] or "", name)
    name = " ".join(name.split())
    return Entry(start, name[:MAX_NAME], SymbolKind.SECTION, level, signature=plain(line, 200))


def _add_docs(source: Source, entries: list[Entry]) -> None:
    """Give each section the first paragraph of prose before the next heading."""
    ends = [entry.start for entry in entries[1:]] + [len(source.text)]
    for entry, end in zip(entries, ends, strict=False):
        if entry.doc:
            continue
        below = source.text[entry.start : min(end, entry.start + 3_000)].replace(b"\r\n", b"\n").partition(b"\n")[2]
        if re.match(rb" {0,3}(?:=+|-{2,})[ \t]*(?:\n|$)", below):
            below = below.partition(b"\n")[2]
        entry.doc = first_paragraph(below)


def first_paragraph(text: bytes) -> str:
    """Return the first of the text's leading paragraphs that is prose, not a badge, table, rule, code or indented block; of six at most."""
    for paragraph in text.strip().split(b"\n\n", 6)[:6]:
        lines = paragraph.strip(b"\n")
        if lines and not lines.startswith(_NO_DOC):
            return plain(lines)
    return ""


def _link_text(text: bytes, end: int) -> bytes:
    """Return what stands between ``[`` and the ``]`` at ``end``; of an image inside a link, the image's text."""
    start = text.rfind(b"[", max(0, end - 300), end)
    return text[start + 1 : end].split(b"](", 1)[0] if start >= 0 else b""


_UNDERLINE = re.compile(rb"\n([!-/:-@\[-`{-~])\1{2,}+[ \t]*\r?(?=\n|\Z)")
_DIRECTIVE = re.compile(rb"\n([ \t]*+)\.\. (?:([\w:+.-]+?)::|(_)[^:\n]+:)[ \t]*([^\n]*)")
_OPTIONS = re.compile(rb"(?:\n[ \t]+:[\w-]+:[^\n]*+)*+")
_ALT = re.compile(rb":(?:alt|caption|name):[ \t]*([^\n]*)")
_FILE_OPTION = re.compile(rb":file:[ \t]*([^\n]*)")
_DOCUMENT_ROLE = re.compile(rb":(?:doc|download):`(?:([^`<\n]*+)<)?([^`<>\n]++)>?`")
_EMBEDDED_LINK = re.compile(rb"`([^`<\n]{1,200})<([^`<>\s]++)>`_")
_ENTRY_TITLE = re.compile(rb"(.*)<([^<>]*)>$")
_SHOWS = frozenset({
    b"image",
    b"figure",
    b"include",
    b"literalinclude",
    b"mermaid",
    b"uml",
    b"graphviz",
    b"thumbnail",
    b"csv-table",
    b"raw",
})
_OBJECTS = frozenset(
    {
        b"module",
        b"class",
        b"function",
        b"method",
        b"classmethod",
        b"staticmethod",
        b"attribute",
        b"data",
        b"exception",
        b"decorator",
        b"property",
    }
    | {b"option", b"envvar", b"setting", b"confval", b"django-admin", b"program", b"type", b"macro", b"struct", b"var", b"member", b"enum"}
)
_MAX_INDENT = 80


def rst(text: bytes) -> Outline:
    """Outline reStructuredText: sections by their underlines, and what object directives (``.. class::``) document."""
    source = Source(text)
    entries = _rst_sections(source)
    links = Links(source)
    breaks = source.paragraphs()
    for match in _DIRECTIVE.finditer(source.padded):
        breaks.append(match.start())
        _read_directive(source, match, entries, links)
    for match in _DOCUMENT_ROLE.finditer(source.padded):
        links.add(match[2], match[1] or b"", match.start() - 1)
    if b">`_" in source.padded:  # the pattern tries every backquote
        for match in _EMBEDDED_LINK.finditer(source.padded):
            links.add(match[2], match[1], match.start() - 1)
    return build(source, entries, breaks=breaks, imports=links.imports(), separator=_HEADING_SEPARATOR)


_SPHINX = re.compile(rb"\n\.\. [a-z][\w:-]*::")


def text(raw: bytes) -> Outline:
    """Outline plain text: the paragraph borders, or reStructuredText where a directive shows it (``docs/*.txt``)."""
    source = Source(raw)
    return rst(raw) if _SPHINX.search(source.padded) else build(source, [], breaks=source.paragraphs())


def _rst_sections(source: Source) -> list[Entry]:
    text = source.text
    entries: list[Entry] = []
    bodies: list[int] = []
    styles: dict[tuple[bytes, bool], int] = {}
    for match in _UNDERLINE.finditer(source.padded):
        at = match.start()
        start = text.rfind(b"\n", 0, at - 1) + 1 if at else 0
        title = text[start:at].rstrip() if at - start <= 1_000 else b""
        mark = match[1]
        if not title.strip() or not title.strip(mark):
            continue
        above = text.rfind(b"\n", 0, start - 1) + 1 if start else 0
        over = text[above:start].strip() if start - above <= 1_000 else b""
        overlined = len(over) > 2 and not over.strip(mark)
        run = len(match[0].strip())
        if (title[:1] in b" \t" and not overlined) or (run < 4 and run < len(title)):
            continue
        level = styles.setdefault((mark, overlined), len(styles) + 1)
        name = plain(title, MAX_NAME)
        begin = above if overlined else start
        if entries and begin <= entries[-1].start:
            continue
        entries.append(Entry(begin, name, SymbolKind.SECTION, level, signature=name))
        bodies.append(source.line_end(at))
    ends = [entry.start for entry in entries[1:]] + [len(source.text)]
    for entry, below, end in zip(entries, bodies, ends, strict=False):
        entry.doc = first_paragraph(source.text[below : min(end, below + 3_000)].replace(b"\r\n", b"\n"))
    return entries


def _read_directive(source: Source, match: re.Match[bytes], entries: list[Entry], links: Links) -> None:
    if match[2] is None:
        return
    name, argument, at = match[2].rpartition(b":")[2], match[4].strip(), match.start()
    if name in _SHOWS:
        options = _OPTIONS.match(source.padded, match.end())
        block = options[0] if options else b""
        alt, file = _ALT.search(block), _FILE_OPTION.search(block)
        links.add(file[1] if file else argument, alt[1] if alt else b"", at)
    elif name == b"toctree":
        _read_toctree(source, match, links)
    elif (name in _OBJECTS or b":" in match[2]) and argument and len(match[1]) <= _MAX_INDENT:
        end = _block_end(source, match)
        signature = plain(argument, 200)
        body = source.text[match.end() : min(end, match.end() + 1_500)].replace(b"\r\n", b"\n")
        options = _OPTIONS.match(b"\n" + body)
        doc = first_paragraph(body[options.end() :] if options and options.end() else body)
        entries.append(Entry(at, signature.split("(")[0].strip()[:MAX_NAME], SymbolKind.SECTION, end=end, signature=signature, doc=doc))


def _read_toctree(source: Source, match: re.Match[bytes], links: Links) -> None:
    offset = match.end()
    for line in source.text[offset : min(_block_end(source, match), offset + 100_000)].split(b"\n"):
        entry = line.strip()
        if entry and not entry.startswith((b":", b"..")):
            titled = _ENTRY_TITLE.match(entry)
            links.add(titled[2] if titled else entry, titled[1] if titled else b"", offset)
        offset += len(line) + 1


@cache
def _dedent(indent: int) -> re.Pattern[bytes]:
    return re.compile(rb"\n[ \t]{0,%d}[^\s]" % indent)


def _block_end(source: Source, match: re.Match[bytes]) -> int:
    """Return where the directive's indented body ends."""
    found = _dedent(min(len(match[1]), _MAX_INDENT)).search(source.padded, match.end())
    return found.start() if found else len(source.text)
