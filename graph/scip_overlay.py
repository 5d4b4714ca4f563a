"""Lay a SCIP index over a graph: edges that a compiler front end has proven, on the graph's own nodes."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from graph.model import OVERLAY, Edge, EdgeKind, Evidence, FileGraph, Handle, Node, NodeKind
from graph.scip import Document, Encoding, Occurrence, Role, descriptors, is_local, plain_name, read_index
from ingest.model import SymbolKind

RULE = "scip"


@dataclass(frozen=True, slots=True)
class ScipImport:
    """What an import made, and what it left out."""

    graph: FileGraph
    documents: int
    occurrences: int
    """References seen; those of local variables and of parameters are not counted."""
    left_out: Mapping[str, int]
    """References and relations without an edge, by reason."""
    stale: Sequence[str]
    """Files that changed since they were indexed; nothing of or in them is imported."""
    absent: Sequence[str]
    """Files of the index that the graph does not have."""


def import_index(file: Path, name: str, nodes: Iterable[Node], text_of: Callable[[str], bytes | None], *, prefix: str = "") -> ScipImport:
    """Turn an index into the graph ``//overlay:NAME``: an edge from what encloses a reference to what it refers to, all proven.

    ``nodes`` are those of the graph it is laid over; ``text_of`` gives the bytes of a file as they are now. A file is stale when its text
    is not the one indexed; where the index holds no text, when a definition in it is not at its place any more. ``prefix`` is the folder
    that was indexed, such as ``src/``, where that was not the root. Raises ``SourceError`` as ``read_index`` does.
    """
    documents = [replace(document, path=prefix + document.path) for document in read_index(file)]
    place = _Places(nodes)
    lines = {document.path: _Lines(text_of(document.path), document.encoding) for document in documents}
    absent = tuple(document.path for document in documents if not lines[document.path].known or document.path not in place.files)
    stale = tuple(document.path for document in documents if document.path not in absent and _is_stale(document, lines[document.path]))
    usable = [document for document in documents if document.path not in {*absent, *stale}]
    left_out: Counter[str] = Counter()
    defined = _definitions(documents, usable, place)
    edges: dict[Edge, None] = {}
    occurrences = 0
    for document in usable:
        for occurrence in document.occurrences:
            if is_local(occurrence.symbol) or occurrence.roles & (Role.DEFINITION | Role.FORWARD_DEFINITION):
                continue
            occurrences += 1
            target = defined.get(occurrence.symbol, "outside the index")
            if isinstance(target, Node):
                edges[_reference(document, occurrence, target, place, lines[document.path])] = None
            else:
                left_out[target] += 1
    for relation in (relation for document in usable for relation in document.relations):
        source, target = defined.get(relation.symbol, "outside the index"), defined.get(relation.target, "outside the index")
        if isinstance(source, Node) and isinstance(target, Node):
            edges[_relation(source, target)] = None
        else:
            left_out[f"relation, {source if isinstance(source, str) else target}"] += 1
    return ScipImport(FileGraph(f"{OVERLAY}{name}", (), tuple(edges)), len(documents), occurrences, dict(left_out), stale, absent)


def _definitions(documents: Sequence[Document], usable: Sequence[Document], place: _Places) -> dict[str, Node | str]:
    """Return the node of every symbol that is defined, or the reason why there is none."""
    found: dict[str, Node | str] = {}
    for document in documents:
        for occurrence in document.occurrences:
            if not occurrence.roles & Role.DEFINITION or is_local(occurrence.symbol) or occurrence.symbol in found:
                continue
            if document not in usable:
                found[occurrence.symbol] = "target in a stale or absent file"
                continue
            node = place.defined(document.path, occurrence)
            found[occurrence.symbol] = node or "no node for the target"
    return found


def _is_stale(document: Document, lines: _Lines) -> bool:
    if document.text:
        return document.text != lines.text
    for occurrence in document.occurrences:
        names = descriptors(occurrence.symbol)
        if occurrence.roles & Role.DEFINITION and names and names[-1][1] in {"#", "().", "."} and occurrence.start != occurrence.end:
            written = lines.slice(occurrence)
            name = plain_name(names[-1][0])
            if written is None or (written.isidentifier() and name.isidentifier() and written != name):
                return True
    return False


class _Lines:
    """The text of a file by line, addressed as SCIP does."""

    def __init__(self, data: bytes | None, encoding: Encoding) -> None:
        self.known = data is not None
        self.text = (data or b"").decode("utf-8", "replace")
        self._lines = self.text.split("\n")
        self._starts: list[int] = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line.encode()) + 1)
        self._encoding = encoding

    def _column(self, line: int, column: int) -> int | None:
        """Return the column in characters; None outside the text."""
        if line >= len(self._lines):
            return None
        text = self._lines[line]
        if self._encoding is Encoding.UTF8:
            return len(text.encode()[:column].decode("utf-8", "ignore")) if column <= len(text.encode()) else None
        if self._encoding in {Encoding.UTF16, Encoding.UNSPECIFIED}:  # those that do not say are written in JavaScript or Java
            encoded = text.encode("utf-16-le")
            return len(encoded[: 2 * column].decode("utf-16-le", "ignore")) if 2 * column <= len(encoded) else None
        return column if column <= len(text) else None

    def slice(self, occurrence: Occurrence) -> str | None:
        """Return the text at an occurrence of one line; None when the text has no such place."""
        start, end = self._column(*occurrence.start), self._column(*occurrence.end)
        if start is None or end is None or occurrence.start[0] != occurrence.end[0]:
            return None
        return self._lines[occurrence.start[0]][start:end]

    def span(self, occurrence: Occurrence) -> tuple[int, int]:
        """Return the byte offsets of an occurrence; (-1, -1) when the text has no such place."""
        start, end = self._column(*occurrence.start), self._column(*occurrence.end)
        if start is None or end is None:
            return -1, -1
        return self._byte(occurrence.start[0], start), self._byte(occurrence.end[0], end)

    def _byte(self, line: int, column: int) -> int:
        return self._starts[line] + len(self._lines[line][:column].encode())

    def around(self, occurrence: Occurrence) -> tuple[str, str]:
        """Return the line before and behind an occurrence, without spaces at the border."""
        start, end = self._column(*occurrence.start), self._column(*occurrence.end)
        if start is None or end is None:
            return "", ""
        return self._lines[occurrence.start[0]][:start].rstrip(), self._lines[occurrence.end[0]][end:].lstrip()


class _Places:
    """Nodes by file and line."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self.files: dict[str, Node] = {}
        self._named: dict[tuple[str, str], list[Node]] = defaultdict(list)
        self._inside: dict[str, list[Node]] = defaultdict(list)
        for node in nodes:
            if node.kind == NodeKind.FILE:
                self.files[node.path] = node
            elif node.path and node.start_line:
                self._named[node.path, node.name].append(node)
                self._inside[node.path].append(node)
        self._begins: dict[Handle, int] = {}
        self._innermost: dict[str, tuple[list[int], list[Handle]]] = {}

    def defined(self, path: str, occurrence: Occurrence) -> Node | None:
        """Return the node that a definition defines."""
        names = descriptors(occurrence.symbol)
        if not names:
            return None
        name, suffix = plain_name(names[-1][0]), names[-1][1]
        if suffix == "/" or (name == "__init__" and suffix == ":"):
            return self.files.get(path)
        line = occurrence.start[0] + 1
        around = [node for node in self._named[path, name] if node.start_line <= line <= node.end_line]
        found = max(around, key=lambda node: node.start_line, default=None)
        if found is not None:
            self._begins[found.handle] = line
        return found

    def enclosing(self, path: str, line: int) -> Handle:
        """Return the innermost scope around a line, or the file; ask after all definitions. Decorators are outside what they decorate."""
        if path not in self._innermost:
            self._innermost[path] = _innermost_by_line(self._inside[path], self._begins)
        starts, owners = self._innermost[path]
        at = bisect_right(starts, line) - 1
        return owners[at] or self.files[path].handle if at >= 0 else self.files[path].handle


_SCOPES = frozenset({
    SymbolKind.CLASS, SymbolKind.INTERFACE, SymbolKind.TRAIT, SymbolKind.STRUCT, SymbolKind.ENUM, SymbolKind.FUNCTION, SymbolKind.METHOD,
    SymbolKind.CONSTRUCTOR, SymbolKind.PROPERTY, SymbolKind.MODULE, SymbolKind.NAMESPACE,
})  # fmt: skip


def _innermost_by_line(nodes: Sequence[Node], begins: Mapping[Handle, int]) -> tuple[list[int], list[Handle]]:
    """Return line numbers, and from each on the innermost scope's handle (empty for none)."""
    changes: dict[int, Handle] = {}
    stack: list[Node] = []

    def close(before: int) -> None:
        while stack and stack[-1].end_line < before:
            ended = stack.pop()
            changes[ended.end_line + 1] = stack[-1].handle if stack else Handle("")

    scopes = [(begins.get(node.handle, node.start_line), node) for node in nodes if node.kind in _SCOPES]
    for begin, node in sorted(scopes, key=lambda scope: (scope[0], -scope[1].end_line)):
        close(begin)
        stack.append(node)
        changes[begin] = node.handle
    close(1 << 62)
    starts = sorted(changes)
    return starts, [changes[start] for start in starts]


def _reference(document: Document, occurrence: Occurrence, target: Node, place: _Places, lines: _Lines) -> Edge:
    line = occurrence.start[0] + 1
    kind = _kind(place.files[document.path].language, occurrence, target, lines)
    start, end = lines.span(occurrence)
    source = place.enclosing(document.path, line)
    return Edge(kind, Evidence.PROVEN, RULE, source, target.handle, document.path, line, start, end)


def _kind(language: str, occurrence: Occurrence, target: Node, lines: _Lines) -> EdgeKind:
    if occurrence.roles & Role.IMPORT or target.kind == NodeKind.FILE:
        return EdgeKind.IMPORTS
    if target.kind in {SymbolKind.FIELD, SymbolKind.PROPERTY, SymbolKind.VARIABLE, SymbolKind.CONSTANT}:
        return EdgeKind.WRITES if occurrence.roles & Role.WRITE else EdgeKind.READS
    before, behind = lines.around(occurrence)
    if target.kind in {SymbolKind.FUNCTION, SymbolKind.METHOD, SymbolKind.CONSTRUCTOR}:
        return EdgeKind.CALLS if behind.startswith("(") else EdgeKind.REFERENCES
    built = before.endswith("new") or (language == "python" and behind.startswith("("))
    return EdgeKind.INSTANTIATES if built else EdgeKind.REFERENCES


def _relation(source: Node, target: Node) -> Edge:
    method = source.kind in {SymbolKind.FUNCTION, SymbolKind.METHOD, SymbolKind.PROPERTY, SymbolKind.FIELD}
    abstract = target.kind in {SymbolKind.INTERFACE, SymbolKind.TRAIT}
    kind = EdgeKind.OVERRIDES if method else EdgeKind.IMPLEMENTS if abstract else EdgeKind.INHERITS
    return Edge(kind, Evidence.PROVEN, RULE, source.handle, target.handle, source.path, source.start_line)
