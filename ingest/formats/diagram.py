"""Outlines of diagrams that are text: their labels are what a reader would search for."""

from __future__ import annotations

import re
from html import unescape

from ingest.formats.spans import MAX_NAME, MAX_SIGNATURE, Entry, Finder, Links, Outline, Source, build, plain
from ingest.model import SymbolKind

MAX_LABELS = 4_000
"""Characters of labels in a diagram's doc."""

_TAG = re.compile(rb"<[^<>]*>")
_SVG_TEXT = re.compile(rb"<(?:\w+:)?(?P<tag>title|desc|text|textPath|foreignObject)(?=[\s>])[^<>]*>")
_SVG_IMAGE = re.compile(rb"<(?:image|use)\s[^<>]*?href[ \t]*=[ \t]*[\"']([^\"'<>]+)")


def svg(text: bytes) -> Outline:
    """Outline SVG: one section whose name is the title and whose doc is the description and the labels."""
    source = Source(text)
    closes = Finder(source.padded)
    title = ""
    labels: list[str] = []
    skip = 0
    for match in _SVG_TEXT.finditer(source.padded):
        if match.start() < skip:
            continue
        skip = closes.find(match["tag"] + b">", match.end())
        label = _text(source.padded[match.end() : min(skip, match.end() + 4_000)].rpartition(b"<")[0])
        if match["tag"] == b"title" and not title:
            title = label
        elif label:
            labels.append(label)
    links = Links(source)
    for match in _SVG_IMAGE.finditer(source.padded):
        links.add(match[1], b"", match.start() - 1)
    return _diagram(source, title, "svg", labels, links)


def drawio(text: bytes) -> Outline:
    """Outline draw.io XML: the pages' names and the labels of their shapes, where the file is not compressed."""
    source = Source(text)
    pages = [_text(match[1]) for match in _DRAWIO_PAGE.finditer(source.padded)]
    labels = [_text(unescape(match[1].decode("utf-8", "replace")).encode()) for match in _DRAWIO_VALUE.finditer(source.padded)]
    return _diagram(source, ", ".join(pages)[:MAX_NAME], "drawio", labels)


_DRAWIO_PAGE = re.compile(rb"<diagram\b[^<>]*?\bname=\"([^\"<>]+)\"")
_DRAWIO_VALUE = re.compile(rb"\b(?:value|label)=\"([^\"<>]+)\"")

_MERMAID_TITLE = re.compile(rb"\n[ \t]*(?:(?:acc)?title:?|%%[ \t]*title:?)[ \t]+([^\n]+)", re.IGNORECASE)
_MERMAID_TYPE = re.compile(
    rb"\n[ \t]*((?:graph|flowchart|sequenceDiagram|classDiagram|stateDiagram|erDiagram|gantt|pie|journey|gitGraph|mindmap"
    rb"|timeline|C4\w+|block|quadrantChart"
    rb"|requirementDiagram|sankey|xychart|architecture|packet|kanban)[^\n]*)"
)
_MERMAID_LABEL = re.compile(
    rb"(?P<comment>%%[^\n]*)|\"([^\"\n]+)\"|(?<![\[({])[\[({]++[/\\]?([^\[\](){}|\"\n]{1,300}+)[\])}]|(?<=\w)>([^\[\](){}|\"\n]{1,300}+)\]|\|([^|\n\"]+)\|"
    rb"|\n[ \t]*(?:participant|actor|subgraph|section|class|state|namespace)[ \t]+([^\n\[({:\"]+)"
    rb"|(?:--?>>?|--?x|--?\)|\bover [\w, ]{1,200}+|\.\.>)[+-]?[ \t]*+\w*+[ \t]*+:[ \t]*+([^\n]+)"
)


def mermaid(text: bytes) -> Outline:
    """Outline Mermaid: one section with the title or the diagram's type, and the labels of nodes, edges and messages."""
    source = Source(text)
    sort = _MERMAID_TYPE.search(source.padded)
    return _labelled(source, _MERMAID_TITLE, _MERMAID_LABEL, plain(sort[1], MAX_NAME) if sort else "mermaid")


_PLANTUML_TITLE = re.compile(rb"\n[ \t]*title[ \t]+([^\n]+)", re.IGNORECASE)
_PLANTUML_LABEL = re.compile(
    rb"(?P<comment>\n[ \t]*'[^\n]*)|\"([^\"\n]+)\"|\[([^\[\]\n]+)\]|\(([^()\n]+)\)|\n[ \t]*:([^\n;]+);"
    rb"|\n[ \t]*(?:participant|actor|boundary|control|entity|database|collections"
    rb"|queue|class|abstract|interface|enum|component|package|node|folder|cloud"
    rb"|state|object|usecase|rectangle|partition|group|legend|note|header|footer|caption)[ \t]+([^\n\"{\[(<#]+)"
    rb"|[-.=>|)o*x][ \t]++[\w.]++[ \t]*+:[ \t]*+([^\n]+)"
)


def plantuml(text: bytes) -> Outline:
    """Outline PlantUML: one section with the title and the names and labels of participants, nodes and messages."""
    return _labelled(Source(text), _PLANTUML_TITLE, _PLANTUML_LABEL, "plantuml")


_DOT_TITLE = re.compile(rb"(?:^|[\n;}])[ \t]*(?:strict[ \t]+)?(?:di)?graph[ \t]+(\"[^\"\n]+\"|\w+)[ \t\r\n]*\{", re.IGNORECASE)
_DOT_LABEL = re.compile(
    rb"(?P<comment>//[^\n]*|/\*(?:[^*]++|\*(?!/))*+(?:\*/)?|\n#[^\n]*|\b(?:color|fillcolor|fontname|style"
    rb"|shape|fontcolor|bgcolor|rankdir|URL|pos)[ \t]*="
    rb"[ \t]*\"[^\"\n]*\")|\"((?:[^\"\\\n]++|\\.)++)\"?|\blabel[ \t]*=[ \t]*([\w]+)"
    rb"|\n[ \t]*(?:subgraph[ \t]+)?(?!(?:node|edge|graph|digraph)\b)(\w++)(?=[ \t]*+(?:\[|->|--|\{))|-[->][ \t]*+(\w++)"
)


def graphviz(text: bytes) -> Outline:
    """Outline Graphviz: one section with the graph's name, and the names and labels of nodes and edges."""
    return _labelled(Source(text), _DOT_TITLE, _DOT_LABEL, "graph")


def _labelled(source: Source, title: re.Pattern[bytes], label: re.Pattern[bytes], sort: str) -> Outline:
    """Make a diagram of every group that ``label`` matches but ``comment``."""
    named = title.search(source.padded)
    matches = (match for match in label.finditer(source.padded) if match.lastgroup != "comment")
    found = [
        _text(match[match.lastindex or 0].replace(rb"\n", b" ").replace(rb"\l", b" ").strip(b"/\\ ").replace(b"|", b" "))
        for match in matches
    ]
    return _diagram(source, _text(named[1].strip(b'"')) if named else "", sort, found)


def _diagram(source: Source, title: str, sort: str, labels: list[str], links: Links | None = None) -> Outline:
    if not source.text:
        return Outline()
    unique = list(dict.fromkeys(label for label in labels if label))
    name = (title or sort)[:MAX_NAME]
    doc, kept = "", 0
    for label in unique:
        if len(doc) + len(label) + 2 > MAX_LABELS:
            break
        doc = f"{doc}; {label}" if doc else label
        kept += 1
    signature = f"{sort}: {title}" if title else sort
    entry = Entry(0, name, SymbolKind.SECTION, end=len(source.text), signature=signature[:MAX_SIGNATURE], doc=doc)
    outline = build(source, [entry], breaks=source.paragraphs(), imports=links.imports() if links else ())
    if kept == len(unique):
        return outline
    note = f"diagram: {kept} of {len(unique)} labels kept (cap of {MAX_LABELS} characters of labels a diagram)"
    return Outline(outline.symbols, outline.imports, outline.breaks, (*outline.truncated, note))


def _text(raw: bytes) -> str:
    return " ".join(unescape(plain(_TAG.sub(b" ", raw), 400)).split())
