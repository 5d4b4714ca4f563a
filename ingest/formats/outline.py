"""Every text format with an outline: its names, its files, and the one door to its scanner."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ingest.formats.spans import Outline
from ingest.model import Extraction, LanguageId


@dataclass(frozen=True, slots=True)
class FormatSpec:
    """A text format. ``extensions`` have their dot and are lower case; ``filenames`` and ``prefixes`` are of the file's last path part."""

    name: LanguageId
    extensions: tuple[str, ...]
    filenames: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    """What a file name may begin with, e.g. ``Dockerfile.``; these win over its extension."""
    scan: Callable[[bytes], Outline] | None = None
    """None for a format without an outline."""


# A family of scanners is loaded with the first file that needs it: all of them together compile 150 patterns in 45 ms.
def _build():
    from ingest.formats import build

    return build


def _config():
    from ingest.formats import config

    return config


def _diagram():
    from ingest.formats import diagram

    return diagram


def _markup():
    from ingest.formats import markup

    return markup


def _notebook():
    from ingest.formats import notebook

    return notebook


def _prose():
    from ingest.formats import prose

    return prose


def _schema():
    from ingest.formats import schema

    return schema


_SPECS = (
    FormatSpec(
        LanguageId("markdown"), (".md", ".markdown", ".mdx", ".mkd", ".mdown", ".qmd", ".rmd"), scan=lambda text: _prose().markdown(text)
    ),
    FormatSpec(LanguageId("rst"), (".rst", ".rest"), scan=lambda text: _prose().rst(text)),
    FormatSpec(
        LanguageId("text"),
        (".txt", ".text"),
        ("README", "LICENSE", "COPYING", "NOTICE", "AUTHORS", "CHANGES", "INSTALL", "TODO"),
        scan=lambda text: _prose().text(text),
    ),
    FormatSpec(
        LanguageId("yaml"), (".yaml", ".yml"), (".clang-format", ".clang-tidy", "CITATION.cff"), scan=lambda text: _config().yaml(text)
    ),
    FormatSpec(LanguageId("toml"), (".toml",), ("Cargo.lock", "poetry.lock", "uv.lock", "Pipfile"), scan=lambda text: _config().toml(text)),
    FormatSpec(
        LanguageId("json"),
        (".json", ".jsonc", ".json5", ".geojson", ".webmanifest", ".code-workspace", ".avsc"),
        (".babelrc", ".eslintrc", ".prettierrc", ".swcrc", "composer.lock", "Pipfile.lock"),
        scan=lambda text: _config().json(text),
    ),
    FormatSpec(
        LanguageId("ini"),
        (".ini", ".cfg", ".conf", ".properties", ".env", ".editorconfig", ".service", ".desktop"),
        (".editorconfig", ".env", ".gitconfig", ".npmrc", ".pylintrc", ".coveragerc", ".flake8", ".gitmodules"),
        (".env.",),
        scan=lambda text: _config().ini(text),
    ),
    FormatSpec(LanguageId("hcl"), (".hcl", ".tf", ".tfvars", ".nomad"), scan=lambda text: _config().hcl(text)),
    FormatSpec(
        LanguageId("html"),
        (".html", ".htm", ".xhtml", ".jinja", ".jinja2", ".j2", ".hbs", ".mustache", ".njk", ".liquid"),
        scan=lambda text: _markup().html(text),
    ),
    FormatSpec(
        LanguageId("xml"),
        (
            ".xml",
            ".xsd",
            ".xsl",
            ".xslt",
            ".wsdl",
            ".csproj",
            ".vbproj",
            ".fsproj",
            ".props",
            ".targets",
            ".plist",
            ".xaml",
            ".resx",
            ".rss",
            ".nuspec",
        ),
        scan=lambda text: _markup().xml(text),
    ),
    FormatSpec(LanguageId("css"), (".css",), scan=lambda text: _markup().css(text)),
    FormatSpec(LanguageId("scss"), (".scss", ".less"), scan=lambda text: _markup().scss(text)),
    FormatSpec(LanguageId("sql"), (".sql", ".ddl", ".psql", ".pgsql"), scan=lambda text: _schema().sql(text)),
    FormatSpec(LanguageId("protobuf"), (".proto",), scan=lambda text: _schema().protobuf(text)),
    FormatSpec(LanguageId("graphql"), (".graphql", ".gql", ".graphqls"), scan=lambda text: _schema().graphql(text)),
    FormatSpec(
        LanguageId("dockerfile"),
        (".dockerfile", ".containerfile"),
        ("Dockerfile", "Containerfile"),
        ("Dockerfile.", "Containerfile."),
        scan=lambda text: _build().dockerfile(text),
    ),
    FormatSpec(
        LanguageId("makefile"),
        (".mk", ".mak", ".make"),
        ("Makefile", "makefile", "GNUmakefile"),
        ("Makefile.",),
        scan=lambda text: _build().makefile(text),
    ),
    FormatSpec(LanguageId("notebook"), (".ipynb",), scan=lambda text: _notebook().notebook(text)),
    FormatSpec(LanguageId("svg"), (".svg",), scan=lambda text: _diagram().svg(text)),
    FormatSpec(LanguageId("drawio"), (".drawio", ".dio"), scan=lambda text: _diagram().drawio(text)),
    FormatSpec(LanguageId("mermaid"), (".mmd", ".mermaid"), scan=lambda text: _diagram().mermaid(text)),
    FormatSpec(LanguageId("plantuml"), (".puml", ".plantuml", ".pu", ".iuml", ".wsd"), scan=lambda text: _diagram().plantuml(text)),
    FormatSpec(LanguageId("graphviz"), (".dot", ".gv"), scan=lambda text: _diagram().graphviz(text)),
    FormatSpec(LanguageId("csv"), (".csv", ".tsv")),
)

FORMATS: Mapping[LanguageId, FormatSpec] = MappingProxyType({spec.name: spec for spec in _SPECS})
"""Every text format by name."""


def outline(language: LanguageId, content: bytes) -> Extraction:
    """Return the outline of a text as facts; empty for a language without an outline."""
    spec = FORMATS.get(language)
    found = spec.scan(content) if spec and spec.scan else Outline()
    return Extraction(symbols=found.symbols, imports=found.imports, find_breaks=lambda: found.breaks, truncated=found.truncated)
