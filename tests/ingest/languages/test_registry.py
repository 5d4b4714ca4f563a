"""Rows of the registry and the query files they name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ingest.languages.registry import LANGUAGES, Level, levels, query_source, settle
from ingest.model import LanguageId
from ingest.parse import parse

_REPOS = Path(__file__).parents[2] / "repos"
C, CPP = LanguageId("c"), LanguageId("cpp")


@pytest.mark.parametrize(
    "text",
    [
        b"#pragma once\nnamespace shop {\nclass Cart;\n}\n",
        b"  class Cart : public Base {\n};\n",
        b"template <typename T>\nT twice(T x);\n",
        b"#include <vector>\nint f(void);\n",
        b"static inline std::string name();\n",
        b"using Name = const char *;\n",
        b"struct Cart {\n private:\n  int x;\n};\n",
    ],
)
def test_a_header_with_marks_of_cpp_is_cpp(text: bytes) -> None:
    """The extension .h is C's, and C++ takes a file of it that C cannot say."""
    assert settle(C, ".h", text) == CPP


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"#include <stdio.h>\nstruct cart;\nint total(struct cart *cart);\n",
        b'#ifdef __cplusplus\nextern "C" {\n#endif\nint f(void);\n#ifdef __cplusplus\n}\n#endif\n',
        b"/* using this, class by class, is public:\n   a template for all */\nint f(void);\n",
    ],
)
def test_a_header_without_them_is_c(text: bytes) -> None:
    """A header that C++ may include as well is still C."""
    assert settle(C, ".h", text) == C


def test_only_contested_extensions_are_settled_by_content() -> None:
    """A .c file is C whatever it says."""
    assert settle(C, ".c", b"namespace x {\n") == C


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_query_files_ask_only_what_is_decided_here(language: str) -> None:
    """The binding's own predicates crash on large files, so query files use #text? alone."""
    source = re.sub(r"^;.*$", "", query_source(LanguageId(language)), flags=re.MULTILINE)
    assert set(re.findall(r"\(#([\w-]+[?!])", source)) <= {"text?"}


@pytest.mark.parametrize("language", ["javascript", "typescript", "tsx", "go", "rust", "java", "c", "cpp", "csharp", "python"])
def test_large_files_are_read_like_small_ones(language: str) -> None:
    """A file that is parsed under a deadline, in pieces, yields what the same text yields at once."""
    comment = b"# " if language == "python" else b"// "
    padding = (comment + b"x" * 98 + b"\n") * 1_000 + b"\n"
    for path in (_REPOS / language).rglob("*.*"):
        small, large = (parse(LanguageId(language), text) for text in (path.read_bytes(), padding + path.read_bytes()))
        assert [each.qualified_name for each in large.symbols] == [each.qualified_name for each in small.symbols]
        assert [(each.name, each.receiver, each.kind) for each in large.references] == [
            (each.name, each.receiver, each.kind) for each in small.references
        ]
        assert [(each.module, each.name) for each in large.imports] == [(each.module, each.name) for each in small.imports]


def test_the_levels_of_the_main_languages_are_complete() -> None:
    """Where a language has the notion, it is extracted."""
    for language in ("python", "javascript", "typescript", "tsx", "go", "rust", "java", "cpp", "csharp"):
        assert levels(LanguageId(language)) == tuple(Level), language
    assert set(Level) - set(levels(C)) == {Level.INHERITANCE}
