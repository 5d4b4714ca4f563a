"""What a file's path says of its purpose: test, example, vendored and so on, as one bit set."""

from __future__ import annotations

import re
from enum import IntFlag


class PathFlag(IntFlag):
    """Kinds of files that a question seldom means unless it says so."""

    TEST = 1
    EXAMPLE = 2
    VENDORED = 4
    BENCHMARK = 8
    BARREL = 16
    DECLARATION = 32
    GENERATED = 64
    HEADER = 128
    LEGACY = 256
    DOCUMENT = 512
    DIAGRAM = 1024


_DIRECTORY = {
    PathFlag.TEST: {"test", "tests", "testing", "__tests__", "spec", "specs", "testdata", "fixtures", "e2e", "__mocks__", "mocks"},
    PathFlag.EXAMPLE: {"example", "examples", "demo", "demos", "sample", "samples", "tutorial", "tutorials", "docs", "doc", "website"},
    PathFlag.VENDORED: {"vendor", "vendored", "third_party", "thirdparty", "third-party", "node_modules", "_vendor", "deps", "external"},
    PathFlag.BENCHMARK: {"bench", "benches", "benchmark", "benchmarks", "perf", "tools", "scripts", "ci"},
    PathFlag.LEGACY: {"compat", "legacy", "deprecated", "old", "_compat"},
}
_FILE = (
    (PathFlag.TEST, re.compile(r"(^|[._-])(tests?|spec|specs)([._-]|\.|$)|^test[A-Z_]|(Tests?|Spec)\.\w+$|^conftest\.py$")),
    (PathFlag.BARREL, re.compile(r"^(index\.[jt]sx?|__init__\.pyi?|mod\.rs|lib\.rs)$")),
    (PathFlag.DECLARATION, re.compile(r"\.d\.[cm]?ts$|\.pyi$")),
    (PathFlag.GENERATED, re.compile(r"\.(pb|generated|g|gen)\.\w+$|_pb2(_grpc)?\.pyi?$|\.min\.(js|css)$")),
    (PathFlag.HEADER, re.compile(r"\.(h|hh|hpp|hxx)$")),
    (PathFlag.LEGACY, re.compile(r"(^|_)(compat|legacy|deprecated)[._]")),
    (PathFlag.DIAGRAM, re.compile(r"\.(svg|mmd|mermaid|puml|plantuml|pu|dot|gv|drawio|dio)$", re.IGNORECASE)),
    (PathFlag.DOCUMENT, re.compile(r"\.(md|mdx|rst|txt|adoc|markdown)$", re.IGNORECASE)),
)
_OF_DIRECTORY = {name: int(flag) for flag, names in _DIRECTORY.items() for name in names}
_OF_FILE = [(int(flag), pattern.search) for flag, pattern in _FILE]


def path_flags(path: str, *, generated: bool = False) -> int:
    """Return the flags of a path relative to its root; ``generated`` is what the file says of itself."""
    *directories, name = path.split("/")
    flags = int(PathFlag.GENERATED) if generated else 0
    for directory in directories:
        flags |= _OF_DIRECTORY.get(directory.lower(), 0)
    for flag, search in _OF_FILE:
        if search(name):
            flags |= flag
    return flags
