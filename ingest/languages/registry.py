"""The programming languages Codelore parses, one row each.

Adding a language takes a grammar wheel in ``pyproject.toml``, a query file beside this module, a row here and a golden repository under
``tests/repos/<language>``. What a query file may capture is described in ``docs/languages.md``; the level a language reaches is read off
its query files, so it cannot be claimed without being there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from ingest.model import LanguageId


class Level(StrEnum):
    """What is extracted for a language."""

    DEFINITIONS = "definitions"
    REFERENCES = "references"
    RECEIVERS = "receivers"
    IMPORTS = "imports"
    INHERITANCE = "inheritance"
    DOCS = "docs"


_CAPTURE_OF_LEVEL = {
    Level.DEFINITIONS: "@definition.",
    Level.REFERENCES: "@reference.",
    Level.RECEIVERS: "@receiver",
    Level.IMPORTS: "@import.",
    Level.INHERITANCE: "@supertype.",
    Level.DOCS: "@doc",
}


@dataclass(frozen=True, slots=True)
class LanguageSpec:
    """One language: where its grammar and queries are, and the few facts about it that no query can state.

    ``wrappers`` are node types that enclose a definition and belong to it (decorators, ``export``). ``constructors`` are method names that
    construct. ``separator`` joins the parts of an imported module's path. ``contests`` is an extension that another row owns, and the
    regular expression by which a file of that extension is this language all the same. ``script_tag`` marks a host format of which only the
    ``<script>`` blocks are parsed.
    """

    language: LanguageId
    extensions: tuple[str, ...]
    grammar: str
    factory: str = "language"
    queries: tuple[str, ...] = ()
    filenames: tuple[str, ...] = ()
    interpreters: tuple[str, ...] = ()
    wrappers: frozenset[str] = frozenset()
    constructors: frozenset[str] = frozenset()
    separator: str = "."
    script_tag: bool = False
    contests: tuple[str, str] = ("", "")

    @property
    def query_files(self) -> tuple[str, ...]:
        """Names of the query files, without ``.scm``, in order."""
        return self.queries or (self.language,)


def _spec(language: str, extensions: str, grammar: str, **facts: object) -> LanguageSpec:
    return LanguageSpec(LanguageId(language), tuple(extensions.split()), grammar, **facts)  # type: ignore[arg-type]


_EXPORT = frozenset({"export_statement", "ambient_declaration"})
_TEMPLATE = frozenset({"template_declaration"})
_CPP_HEADER = (
    r"^[ \t]*(?:(?:class|(?:inline\s+)?namespace)\s+[\w:]+[^;()]*\{|template\s*<|using\s+(?:namespace\s|\w+\s*=|\w+::))"
    r"|^[ \t]*(?:public|private|protected)\s*:|\bstd::|^\s*#\s*include\s*<(?:[a-z_]+)>"
)
"""Marks of C++ in a header: what C cannot say, or the inclusion of a standard header, which in C++ has no suffix."""

LANGUAGES: dict[LanguageId, LanguageSpec] = {
    spec.language: spec
    for spec in (
        _spec(
            "python",
            ".py .pyi .pyw .pyx .pxd",
            "tree_sitter_python",
            interpreters=("python", "python3"),
            filenames=("SConstruct", "SConscript", "wscript"),
            wrappers=frozenset({"decorated_definition"}),
            constructors=frozenset({"__init__", "__new__"}),
        ),
        _spec(
            "javascript",
            ".js .jsx .mjs .cjs",
            "tree_sitter_javascript",
            interpreters=("node",),
            queries=("javascript_shared", "javascript", "jsx"),
            wrappers=_EXPORT,
            constructors=frozenset({"constructor"}),
        ),
        _spec(
            "typescript",
            ".ts .mts .cts",
            "tree_sitter_typescript",
            factory="language_typescript",
            interpreters=("deno", "bun"),
            queries=("javascript_shared", "typescript"),
            wrappers=_EXPORT,
            constructors=frozenset({"constructor"}),
        ),
        _spec(
            "tsx",
            ".tsx",
            "tree_sitter_typescript",
            factory="language_tsx",
            queries=("javascript_shared", "typescript", "jsx"),
            wrappers=_EXPORT,
            constructors=frozenset({"constructor"}),
        ),
        _spec(
            "vue",
            ".vue",
            "tree_sitter_typescript",
            factory="language_typescript",
            queries=("javascript_shared", "typescript"),
            wrappers=_EXPORT,
            constructors=frozenset({"constructor"}),
            script_tag=True,
        ),
        _spec(
            "svelte",
            ".svelte",
            "tree_sitter_typescript",
            factory="language_typescript",
            queries=("javascript_shared", "typescript"),
            wrappers=_EXPORT,
            constructors=frozenset({"constructor"}),
            script_tag=True,
        ),
        _spec("rust", ".rs", "tree_sitter_rust", separator="::"),
        _spec("go", ".go", "tree_sitter_go"),
        _spec("csharp", ".cs .csx", "tree_sitter_c_sharp"),
        _spec("c", ".c .h", "tree_sitter_c"),
        _spec(
            "cpp",
            ".cpp .cc .cxx .c++ .hpp .hh .hxx .h++ .ipp .inl .tpp .txx .cu .cuh .ino",
            "tree_sitter_cpp",
            queries=("cpp", "c"),
            wrappers=_TEMPLATE,
            contests=(".h", _CPP_HEADER),
            separator="::",
        ),
        _spec("java", ".java", "tree_sitter_java"),
    )
}


_HEAD = 64 * 1024  # bytes of a contested file that are read for marks


def settle(language: LanguageId, extension: str, text: bytes) -> LanguageId:
    """Return the language of a file whose extension says ``language``, unless another contests that and finds its marks in the text."""
    for contender, pattern in _contests().get(extension, ()):
        if pattern.search(text, 0, _HEAD):
            return contender
    return language


@cache
def _contests() -> dict[str, list[tuple[LanguageId, re.Pattern[bytes]]]]:
    found: dict[str, list[tuple[LanguageId, re.Pattern[bytes]]]] = {}
    for spec in LANGUAGES.values():
        extension, pattern = spec.contests
        if extension:
            found.setdefault(extension, []).append((spec.language, re.compile(pattern.encode(), re.MULTILINE)))
    return found


@cache
def query_source(language: LanguageId) -> str:
    """Return the text of the language's query files, joined."""
    folder = files("ingest.languages")
    return "\n".join(folder.joinpath(f"{name}.scm").read_text("utf-8") for name in LANGUAGES[language].query_files)


@cache
def levels(language: LanguageId) -> tuple[Level, ...]:
    """Return what is extracted for a language, read off its query files with comments removed."""
    source = re.sub(r";[^\n]*", "", query_source(language))
    return tuple(level for level, capture in _CAPTURE_OF_LEVEL.items() if capture in source)
