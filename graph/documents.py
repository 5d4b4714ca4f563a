"""Which symbols a document is about: ``documents`` edges from the sections that name them in code quotes.

A mention counts in Markdown's and reStructuredText's code quotes, in Sphinx roles and in HTML's ``<code>``, never in running text. It is
proven where it names its target by path, by a qualified name that one definition alone has, or, written as only code is (``parse_query``,
``HTTPServer``, ``main()``), by a name that one definition in the whole tree has. Where several definitions fit, each is possible and all
are given; beyond ``MAX_CANDIDATES`` there is no edge, and the mention is counted. A plain word such as ``name`` is no mention.
"""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass

from graph.model import Edge, EdgeKind, Evidence, FileGraph, Handle, Node, NodeKind
from ingest.model import Import, SymbolKind
from ingest.path_kinds import PathFlag, path_flags

MAX_CANDIDATES = 20
MAX_MENTION = 200

_NOT_CODE = frozenset({SymbolKind.SECTION, SymbolKind.KEY, *NodeKind})
_FUNCTIONS = frozenset({SymbolKind.FUNCTION, SymbolKind.METHOD, SymbolKind.CONSTRUCTOR})
_ASIDE = PathFlag.TEST | PathFlag.EXAMPLE | PathFlag.VENDORED | PathFlag.BENCHMARK
"""Files whose names a document about the project seldom means: being the only one of its name proves nothing for a definition in them."""
_FOLDER_IS_MODULE = frozenset({"go"})

_MARKDOWN = re.compile(
    rb"(?P<fence>^[ \t>]*(?P<run>`{3,}|~{3,})[^\n]*$)|(?<!`)(?P<ticks>`{1,3}+)(?P<code>[^`\n]{1,200})(?P=ticks)(?!`)", re.MULTILINE
)
_REST = re.compile(rb"``(?P<code>[^`\n]{1,200})``|:(?P<role>[\w:+.-]{1,40}):`(?P<target>[^`\n]{1,200})`")
_HTML = re.compile(rb"<code\b[^<>]{0,200}>(?P<code>[^<]{1,200})</code>", re.IGNORECASE)
_CODE_ROLES = frozenset({"func", "meth", "class", "exc", "data", "attr", "const", "obj", "mod", "function", "method", "any", "type"})
_ROLE_TARGET = re.compile(r"<([^<>]+)>$")
_CALL = re.compile(r"\([^()]*\)$")
_SEPARATOR = re.compile(r"::|->|[.#\\]")
_NAME = r"[A-Za-z_$][\w$]*"
_WORD = re.compile(_NAME)
_SYMBOL = re.compile(rf"{_NAME}(?:(?:::|->|[.#\\]){_NAME})*")
_LAST_NAME = re.compile(rf"{_NAME}$")
_PATH = re.compile(
    rf"(?P<path>(?:\.{{0,2}}/)?[\w.@+-]+(?:/[\w.@+-]+)*\.\w+)(?:(?:#|::?)(?P<symbol>{_NAME}(?:(?:\.|::){_NAME})*)|:\d+(?:[-:]\d+)?)?"
)
_DEFINED = re.compile(rb"\b(?:def|class|function|func|fn|struct|interface|type|const|let|var|val)[ \t]+([A-Za-z_]\w*)")
_ONLY_CODE = re.compile(r"_|[a-z0-9][A-Z]|[A-Z]{2}[a-z]|^[A-Z][a-z0-9]+[A-Z]")


@dataclass(frozen=True, slots=True)
class Mention:
    """A text in code quotes, without them, and where it stands in the document."""

    text: str
    start_byte: int
    end_byte: int


def mentions(language: str, source: bytes) -> Iterator[Mention]:
    """Yield what stands in the code quotes of a document."""
    if language == "markdown":
        yield from _markdown_mentions(source)
    elif language == "rst":
        for match in _REST.finditer(source):
            if match["code"]:
                yield _mention(match, "code")
            elif match["role"].decode("ascii", "replace").rpartition(":")[2] in _CODE_ROLES:
                yield _mention(match, "target")
    elif language == "html":
        for match in _HTML.finditer(source):
            yield _mention(match, "code")


def _markdown_mentions(source: bytes) -> Iterator[Mention]:
    """Yield the inline code; what is in fenced blocks is an example, not a mention."""
    fence = b""
    for match in _MARKDOWN.finditer(source):
        if not match["fence"]:
            if not fence:
                yield _mention(match, "code")
        elif not fence:
            fence = match["run"]
        elif match["run"].startswith(fence):
            fence = b""


def _mention(match: re.Match[bytes], group: str) -> Mention:
    text = match[group].decode("utf-8", "replace").strip()
    if group == "target":
        target = _ROLE_TARGET.search(text)
        called = "()" if match["role"].endswith((b"func", b"meth", b"function", b"method")) and not text.endswith(")") else ""
        text = (target[1] if target else text).lstrip("~!.") + called
    return Mention(text, match.start(group), match.end(group))


@dataclass(frozen=True, slots=True)
class Meaning:
    """The definitions a mention may mean, and the rule that found them."""

    handles: tuple[Handle, ...]
    proven: bool
    rule: str


def mentioned(qualified_name: str) -> str:
    """Return what every document rests on that mentions a definition of this name, or something in it."""
    return f"documents {_SEPARATOR.split(qualified_name)[-1]}"


def names_mentioned(language: str, source: bytes) -> set[str]:
    """Return what a document's edges rest on besides which files there are and what packages give on."""
    bare = (_CALL.sub("", mention.text) for mention in mentions(language, source) if len(mention.text) <= MAX_MENTION)
    return {mentioned(part) for text in bare if _LAST_NAME.search(text) for part in _SEPARATOR.split(text)}


def words_mentioned(language: str, source: bytes) -> set[str]:
    """Return every word in the mentions of a document: a definition whose name has none of them is not what one of them means."""
    return {word for mention in mentions(language, source) for word in _WORD.findall(mention.text)}


def any_mentioned(names: Collection[str], words: Set[str]) -> bool:
    """Say whether definitions of these names may be what mentions with these words mean."""
    return not words.isdisjoint(names) or any(
        not words.isdisjoint(_WORD.findall(name)) for name in names if not name.isidentifier() and not name.startswith("<")
    )


class DefinitionIndex:
    """The definitions of a tree by qualified name, by name and by path. About 300 bytes a definition."""

    def __init__(
        self,
        nodes: Iterable[Node],
        paths: Iterable[str] = (),
        *,
        import_roots: Iterable[str] = ("", "src", "lib"),
        reexports: Iterable[tuple[str, Handle]] = (),
    ) -> None:
        """``paths`` are the tree's files, ``import_roots`` the folders from which module names count.

        ``reexports`` are (path, handle) of symbols that a package's own file imports under their name, as far as that is proven
        (``reexports_of``): ``flask.Flask`` then names the class in ``flask/app.py`` as surely as ``flask.app.Flask`` does. Definitions
        inside functions are left out, since no other text can name them.
        """
        nodes = list(nodes)
        functions = {node.handle for node in nodes if node.kind in _FUNCTIONS}
        self._exported: dict[Handle, list[str]] = defaultdict(list)
        for path, handle in reexports:
            self._exported[handle].append(path)
        self._qualified: dict[str, list[Node]] = defaultdict(list)
        self._named: dict[str, list[Node]] = defaultdict(list)
        self._paths = frozenset(paths)
        self._roots = sorted({root.strip("/") for root in import_roots}, key=len, reverse=True)
        documents = {path for path in {node.path for node in nodes} if path_flags(path) & PathFlag.DOCUMENT}
        for node in nodes:
            if node.kind in _NOT_CODE or node.path in documents or _is_local(node, functions):
                continue
            self._qualified[_dotted(node.qualified_name)].append(node)
            self._named[node.name].append(node)

    def meaning(self, text: str, folder: str = "", own: Collection[str] = ()) -> Meaning | None:
        """Return what a mention in a document of ``folder`` means, None for nothing we know.

        ``own`` are names that the document's own examples define, so that the mention may mean those.
        """
        if len(text) > MAX_MENTION:
            return None
        at_path = _PATH.fullmatch(text.strip())
        if at_path:
            found = self._by_path(at_path["path"], at_path["symbol"] or "", folder)
            if found:
                return found
        bare = _CALL.sub("", text.strip())
        if not _SYMBOL.fullmatch(bare):
            return None
        parts = _SEPARATOR.split(bare)
        if len(parts) > 1:
            return self._by_qualified_name(parts)
        return self._by_name(bare, called=bare != text.strip(), certain=bare not in own)

    def _by_path(self, path: str, symbol: str, folder: str) -> Meaning | None:
        places = dict.fromkeys((posixpath.normpath(posixpath.join(folder, path)), posixpath.normpath(path)))
        there = [place for place in places if place in self._paths]
        if not symbol:
            return Meaning(tuple(map(Handle, there)), len(there) == 1, "documents:file") if there else None
        nodes = [node for place in there for node in self._qualified.get(_dotted(symbol), ()) if node.path == place]
        return _meaning(nodes, "documents:path", proven=True)

    def _by_qualified_name(self, parts: Sequence[str]) -> Meaning | None:
        whole = ".".join(parts)
        exact = {node.handle: node for node in self._qualified.get(whole, ())}
        partial: dict[Handle, Node] = {}
        for split in range(1, len(parts)):
            module = ".".join(parts[:split])
            for node in self._qualified.get(".".join(parts[split:]), ()):
                if module in self._modules(node):
                    exact[node.handle] = node
                elif any(name.endswith(f".{module}") or name == module for name in _modules(node)):
                    partial[node.handle] = node
        found = [*exact.values(), *(node for handle, node in partial.items() if handle not in exact)]
        return _meaning(found, "documents:qualified", proven=bool(exact))

    def _modules(self, node: Node) -> set[str]:
        """Return what the node's module is called from each import root, and the packages that export it."""
        folder = posixpath.dirname(node.path)
        places = [folder if node.language in _FOLDER_IS_MODULE else _module_path(node.path)]
        outermost = Handle(f"{node.path}#{node.qualified_name.partition('.')[0]}")
        places += map(_module_path, self._exported.get(outermost, ()))
        return {
            place[len(root) :].strip("/").replace("/", ".")
            for place in places
            for root in self._roots
            if not root or place == root or place.startswith(root + "/")
        }

    def _by_name(self, name: str, *, called: bool, certain: bool) -> Meaning | None:
        if not called and not _ONLY_CODE.search(name):
            return None
        found = self._named.get(name, ())
        if len(found) == 1:
            certain = certain and _dotted(found[0].qualified_name) == name and not path_flags(found[0].path) & _ASIDE
        return _meaning(found, "documents:name", proven=certain)


def _is_local(node: Node, functions: Collection[Handle]) -> bool:
    """Say whether a function stands around a definition."""
    outer = node.handle
    while "." in outer.rpartition("#")[2]:
        outer = Handle(outer.rpartition(".")[0])
        if outer in functions:
            return True
    return False


def _module_path(path: str) -> str:
    return posixpath.splitext(path)[0].removesuffix("/__init__")


def _modules(node: Node) -> tuple[str, str]:
    """Return the module that a node's file and its folder are, from the tree's root."""
    place = _module_path(node.path)
    return place.replace("/", "."), place.rpartition("/")[0].replace("/", ".")


def _dotted(qualified: str) -> str:
    return ".".join(_SEPARATOR.split(qualified))


def _meaning(nodes: Sequence[Node], rule: str, *, proven: bool) -> Meaning | None:
    handles = tuple(sorted({node.handle for node in nodes}))
    return Meaning(handles, proven and len(handles) == 1, rule) if handles else None


def reexports_of(graph: FileGraph, imports: Iterable[Import]) -> Iterator[tuple[str, Handle]]:
    """Yield (path, handle) of what a package's own file (``__init__.py``) provably imports under the symbol's own name."""
    if not path_flags(graph.path) & PathFlag.BARREL:
        return
    plain = {(each.line, each.name) for each in imports if each.name and each.alias in {"", each.name}}
    for edge in graph.edges:
        proven = edge.kind is EdgeKind.IMPORTS and edge.evidence is Evidence.PROVEN
        if proven and (edge.line, edge.target.rpartition("#")[2].partition("~")[0]) in plain:
            yield graph.path, edge.target


@dataclass(frozen=True, slots=True)
class DocumentEdges:
    """The edges of one document, and how many mentions fit more definitions than ``MAX_CANDIDATES``."""

    edges: tuple[Edge, ...]
    ambiguous: int = 0


def document_edges(graph: FileGraph, language: str, source: bytes, index: DefinitionIndex) -> DocumentEdges:
    """Return the ``documents`` edges of a document. ``graph`` has its sections, ``source`` is its text as UTF-8.

    The first of several equal mentions in a section stands for all of them.
    """
    starts = [0, *(match.end() for match in re.finditer(rb"\n", source))]
    sections = sorted((node for node in graph.nodes if node.kind == SymbolKind.SECTION), key=lambda node: (node.start_line, -node.end_line))
    found: list[Edge] = []
    seen: set[tuple[Handle, tuple[Handle, ...]]] = set()
    ambiguous = 0
    own = {match[1].decode("utf-8", "replace") for match in _DEFINED.finditer(source)}
    for mention in mentions(language, source):
        meaning = index.meaning(mention.text, posixpath.dirname(graph.path), own)
        if meaning is None:
            continue
        if len(meaning.handles) > MAX_CANDIDATES:
            ambiguous += 1
            continue
        line = bisect_right(starts, mention.start_byte)
        section = _around(sections, line, graph.path)
        if (section, meaning.handles) in seen or meaning.handles == (graph.path,):
            continue
        seen.add((section, meaning.handles))
        evidence = Evidence.PROVEN if meaning.proven else Evidence.POSSIBLE
        for handle in meaning.handles:
            span = (mention.start_byte, mention.end_byte)
            found.append(Edge(EdgeKind.DOCUMENTS, evidence, meaning.rule, section, handle, graph.path, line, *span))
    return DocumentEdges(tuple(found), ambiguous)


def _around(sections: Sequence[Node], line: int, path: str) -> Handle:
    """Return the innermost section around a line, or the file."""
    at = bisect_right(sections, line, key=lambda node: node.start_line)
    inner = next((node for node in reversed(sections[:at]) if line <= node.end_line), None)
    return inner.handle if inner else Handle(path)
