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
    construct. ``separator`` joins the parts of an imported module's path, of which ``names_last`` says that the last one is the imported
    name. ``quotes`` are characters around a name that are no part of it (Ruby's ``:symbol``, Kotlin's backquotes). ``name_separator``, a
    regular expression, joins the parts of a qualified name in a definition; empty where a name has no parts. ``bodies`` are node types that
    are the body of the definition they stand in, where the grammar has no ``body`` field. ``merge_adjacent`` makes one symbol of
    neighbouring functions of one name (Haskell's equations, Elixir's clauses). ``syntax`` are names whose call without a receiver is no use
    (Ruby's ``require``, Elixir's ``def``). ``watched`` grammars are parsed with a deadline however short the text is. ``contests`` is an
    extension that another row owns, and the regular expression by which a file of that extension is this language all the same.
    ``script_tag`` marks a host format of which only the ``<script>`` blocks are parsed.
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
    quotes: str = ""
    name_separator: str = r"::|\.|(?<=.)#"
    names_last: bool = False
    bodies: frozenset[str] = frozenset()
    merge_adjacent: bool = False
    syntax: frozenset[str] = frozenset()
    watched: bool = False
    script_tag: bool = False
    contests: tuple[str, str] = ("", "")

    @property
    def query_files(self) -> tuple[str, ...]:
        """Names of the query files, without ``.scm``, in order."""
        return self.queries or (self.language,)


def _spec(language: str, extensions: str, grammar: str, syntax: str = "", **facts: object) -> LanguageSpec:
    return LanguageSpec(LanguageId(language), tuple(extensions.split()), grammar, syntax=frozenset(syntax.split()), **facts)  # type: ignore[arg-type]


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
        _spec(
            "ruby",
            ".rb .rake .gemspec .ru .rbi",
            "tree_sitter_ruby",
            interpreters=("ruby", "jruby"),
            filenames=("Rakefile", "Gemfile", "Guardfile", "Podfile", "Vagrantfile", "Brewfile", "Capfile", "Fastfile"),
            constructors=frozenset({"initialize"}),
            quotes=":",
            syntax=(
                "require require_relative autoload include extend prepend attr_reader attr_accessor attr_writer raise private"
                " protected public module_function"
            ),
        ),
        _spec(
            "php",
            ".php .phtml .php5 .phps",
            "tree_sitter_php",
            factory="language_php",
            interpreters=("php",),
            constructors=frozenset({"__construct"}),
            name_separator=r"\\",
        ),
        _spec(
            "kotlin",
            ".kt .kts",
            "tree_sitter_kotlin",
            interpreters=("kotlin",),
            quotes="`",
            bodies=frozenset({"class_body", "enum_class_body", "function_body"}),
            names_last=True,
            watched=True,  # 164 s were measured on 3 kB of broken text
        ),
        _spec(
            "scala",
            ".scala .sc .sbt",
            "tree_sitter_scala",
            interpreters=("scala",),
            constructors=frozenset({"this"}),
            quotes="`",
        ),
        _spec(
            "swift",
            ".swift",
            "tree_sitter_swift",
            interpreters=("swift",),
            constructors=frozenset({"init"}),
            quotes="`",
            bodies=frozenset({"computed_property", "willset_didset_block", "protocol_property_requirements"}),
        ),
        _spec(
            "bash",
            ".sh .bash .bats .zsh .ksh .command",
            "tree_sitter_bash",
            interpreters=("bash", "sh", "dash", "zsh", "ksh"),
            filenames=(".bashrc", ".bash_profile", ".bash_aliases", ".profile", ".zshrc", "PKGBUILD"),
            quotes="=",
            name_separator="",
            syntax="source . alias { }",
        ),
        _spec(
            "lua",
            ".lua .rockspec",
            "tree_sitter_lua",
            interpreters=("lua", "luajit"),
            wrappers=frozenset({"variable_declaration"}),
            syntax="require",
        ),
        _spec(
            "haskell",
            ".hs .hs-boot",
            "tree_sitter_haskell",
            interpreters=("runghc", "runhaskell"),
            name_separator="",
            merge_adjacent=True,
            bodies=frozenset({"match"}),
        ),
        _spec(
            "elixir",
            ".ex .exs",
            "tree_sitter_elixir",
            interpreters=("elixir",),
            quotes=": ",
            merge_adjacent=True,
            bodies=frozenset({"do_block"}),
            syntax=(
                "def defp defmodule defmacro defmacrop defstruct defexception defprotocol defimpl defdelegate defguard"
                " defguardp alias import use require doc moduledoc typedoc spec type typep opaque callback macrocallback"
                " behaviour impl derive enforce_keys optional_callbacks if unless case cond with for quote unquote"
                " unquote_splicing receive try"
            ),
        ),
        _spec("zig", ".zig", "tree_sitter_zig", quotes='@"', name_separator="", bodies=frozenset({"block"})),
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
