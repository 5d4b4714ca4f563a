"""Rules of Dockerfile and Makefile outlines that the samples do not show."""

from __future__ import annotations

from ingest.formats.build import dockerfile, makefile
from ingest.model import SymbolKind


def test_dockerfile_stages_without_a_name_go_by_their_image() -> None:
    """A stage is named after ``AS``, in any case, else after its image."""
    assert [item.name for item in dockerfile(b"from a:1\nFROM --platform=x b as c\nFROM \n").symbols] == ["a:1", "c"]


def test_dockerfile_heredoc_and_continuation_are_one_instruction() -> None:
    """Lines inside a here-document or behind a backslash are no instructions; an unclosed here-document reaches to the end."""
    found = dockerfile(b"FROM a\nRUN x \\\n  && y\nCOPY <<E /x\nRUN no\nE\nRUN <<Z\nRUN no\n")
    assert [(item.name, item.start_line, item.end_line) for item in found.symbols[1:]] == [("RUN", 2, 3), ("COPY", 4, 6), ("RUN", 7, 8)]


def test_makefile_conditionals_and_functions_are_no_rules() -> None:
    """Recipes, conditionals, ``$(info …)`` and an unclosed ``define`` define no targets."""
    found = makefile(b"ifeq ($(A),b)\nX = 1\nendif\n$(info a: b)\na b: c\n\tx: y\ninclude $(D).mk x.mk # y.mk\ndefine z\nfake: x\n")
    assert [(item.name, item.kind) for item in found.symbols] == [
        ("X", SymbolKind.VARIABLE),
        ("a b", SymbolKind.FUNCTION),
        ("z", SymbolKind.FUNCTION),
    ]
    assert [item.module for item in found.imports] == ["x.mk"]
