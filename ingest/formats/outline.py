"""Every text format with an outline: its names, its files, and the one door to its scanner."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ingest.formats.build import dockerfile, makefile
from ingest.formats.config import hcl, ini, json, toml, yaml
from ingest.formats.diagram import drawio, graphviz, mermaid, plantuml, svg
from ingest.formats.markup import css, html, scss, xml
from ingest.formats.notebook import notebook
from ingest.formats.prose import markdown, rst, text
from ingest.formats.schema import graphql, protobuf, sql
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


_SPECS = (
    FormatSpec(LanguageId("markdown"), (".md", ".markdown", ".mdx", ".mkd", ".mdown", ".qmd", ".rmd"), scan=markdown),
    FormatSpec(LanguageId("rst"), (".rst", ".rest"), scan=rst),
    FormatSpec(
        LanguageId("text"),
        (".txt", ".text"),
        ("README", "LICENSE", "COPYING", "NOTICE", "AUTHORS", "CHANGES", "INSTALL", "TODO"),
        scan=text,
    ),
    FormatSpec(LanguageId("yaml"), (".yaml", ".yml"), (".clang-format", ".clang-tidy", "CITATION.cff"), scan=yaml),
    FormatSpec(LanguageId("toml"), (".toml",), ("Cargo.lock", "poetry.lock", "uv.lock", "Pipfile"), scan=toml),
    FormatSpec(
        LanguageId("json"),
        (".json", ".jsonc", ".json5", ".geojson", ".webmanifest", ".code-workspace", ".avsc"),
        (".babelrc", ".eslintrc", ".prettierrc", ".swcrc", "composer.lock", "Pipfile.lock"),
        scan=json,
    ),
    FormatSpec(
        LanguageId("ini"),
        (".ini", ".cfg", ".conf", ".properties", ".env", ".editorconfig", ".service", ".desktop"),
        (".editorconfig", ".env", ".gitconfig", ".npmrc", ".pylintrc", ".coveragerc", ".flake8", ".gitmodules"),
        (".env.",),
        scan=ini,
    ),
    FormatSpec(LanguageId("hcl"), (".hcl", ".tf", ".tfvars", ".nomad"), scan=hcl),
    FormatSpec(
        LanguageId("html"), (".html", ".htm", ".xhtml", ".jinja", ".jinja2", ".j2", ".hbs", ".mustache", ".njk", ".liquid"), scan=html
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
        scan=xml,
    ),
    FormatSpec(LanguageId("css"), (".css",), scan=css),
    FormatSpec(LanguageId("scss"), (".scss", ".less"), scan=scss),
    FormatSpec(LanguageId("sql"), (".sql", ".ddl", ".psql", ".pgsql"), scan=sql),
    FormatSpec(LanguageId("protobuf"), (".proto",), scan=protobuf),
    FormatSpec(LanguageId("graphql"), (".graphql", ".gql", ".graphqls"), scan=graphql),
    FormatSpec(
        LanguageId("dockerfile"),
        (".dockerfile", ".containerfile"),
        ("Dockerfile", "Containerfile"),
        ("Dockerfile.", "Containerfile."),
        scan=dockerfile,
    ),
    FormatSpec(LanguageId("makefile"), (".mk", ".mak", ".make"), ("Makefile", "makefile", "GNUmakefile"), ("Makefile.",), scan=makefile),
    FormatSpec(LanguageId("notebook"), (".ipynb",), scan=notebook),
    FormatSpec(LanguageId("svg"), (".svg",), scan=svg),
    FormatSpec(LanguageId("drawio"), (".drawio", ".dio"), scan=drawio),
    FormatSpec(LanguageId("mermaid"), (".mmd", ".mermaid"), scan=mermaid),
    FormatSpec(LanguageId("plantuml"), (".puml", ".plantuml", ".pu", ".iuml", ".wsd"), scan=plantuml),
    FormatSpec(LanguageId("graphviz"), (".dot", ".gv"), scan=graphviz),
    FormatSpec(LanguageId("csv"), (".csv", ".tsv")),
)

FORMATS: Mapping[LanguageId, FormatSpec] = MappingProxyType({spec.name: spec for spec in _SPECS})
"""Every text format by name."""


def outline(language: LanguageId, content: bytes) -> Extraction:
    """Return the outline of a text as facts; empty for a language without an outline."""
    spec = FORMATS.get(language)
    found = spec.scan(content) if spec and spec.scan else Outline()
    return Extraction(symbols=found.symbols, imports=found.imports, breaks=found.breaks, truncated=found.truncated)
