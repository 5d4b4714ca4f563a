"""Rules of Markdown and reStructuredText outlines that the samples do not show."""

from __future__ import annotations

import pytest

from ingest.formats.prose import first_paragraph, markdown, rst, text
from ingest.model import SymbolKind


def names(found: bytes) -> list[str]:
    return [item.qualified_name for item in markdown(found).symbols]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (b"# Plain", "Plain"),
        (b"   ### Indented ###", "Indented"),
        (b"# [![badge](a.svg)](https://example.org) Tool", "badge Tool"),
        (b"# **Bold** and `snake_case` {#anchor}", "Bold and snake_case"),
        (b"# C#", "C#"),
        (b"<h1 align=center>\n  <b>Big</b>\n</h1>", "Big"),
        (b"Under\n=====", "Under"),
        (b"Under\r\n---\r", "Under"),
        (b"#", "(unnamed)"),
    ],
)
def test_headings(line: bytes, name: str) -> None:
    """ATX, underlined and HTML headings count; their markup does not."""
    assert names(line + b"\n") == [name]


@pytest.mark.parametrize(
    "line",
    [
        b"#hashtag",
        b"    # code",
        b"####### seven",
        b"- item\n---",
        b"---",
        b"> quote\n---",
        b"| a |\n---",
        b"<h1>never closed",
        b"<!-- c\n# x\n-->",
        b"\n===",
    ],
)
def test_what_is_no_heading(line: bytes) -> None:
    """Tags, code, rules, tables and comments are no headings."""
    assert names(line + b"\n") == []


def test_fence_ends_with_its_own_kind() -> None:
    """A fence is closed by at least as many of the same character; an unclosed one reaches to the end."""
    assert names(b"````\n```\n# in\n````\n# out\n~~~\n# in\n```\n# in\n") == ["out"]
    assert names(b"``` not `a fence\n# out\n") == ["out"]


def test_long_code_may_be_cut_and_short_code_may_not() -> None:
    """A paragraph border inside a short code block is no place to cut."""
    short, long = b"a = 1\n\nb = 2\n", b"a = 1\n\n" * 400
    assert b"\n".join([b"```", short]).index(b"b") not in markdown(b"```\n" + short + b"```\n").breaks
    assert len(markdown(b"```\n" + long + b"```\n").breaks) > 300


def test_front_matter_without_title_is_skipped() -> None:
    """Front matter is neither a heading nor a section without a title; TOML front matter counts too."""
    assert names(b"---\nlayout: x\n---\n# A\n") == ["A"]
    assert names(b"+++\ntitle = 'B'\n+++\n# A\n") == ["B", "B > A"]


def test_doc_is_the_first_prose() -> None:
    """Badges, tables, code and indented text are passed over."""
    assert first_paragraph(b"\n[![x](y)](z)\n\n| a |\n\n    code\n\nHere.\nNow.\n\nLater.") == "Here. Now."
    assert first_paragraph(b"```\ncode\n```\n") == ""


def test_links_in_code_are_text() -> None:
    """What a code block shows is not linked, in Markdown syntax or HTML."""
    shown = b"[a](a.md) [b]\n\n[b]: b.md\n<img src='c.png'>\n"
    assert [item.module for item in markdown(shown).imports] == ["a.md", "b.md", "c.png"]
    assert markdown(b"```\n" + shown + b"```\n").imports == ()


def test_rst_levels_follow_first_use() -> None:
    """The first style met is the top; a style with an overline is another one."""
    found = rst(b"===\nTop\n===\n\nA\n===\n\nB\n---\n\nC\n===\n")
    assert [item.qualified_name for item in found.symbols] == ["Top", "Top > A", "Top > A > B", "Top > C"]
    assert found.symbols[0].start_byte == 0


def test_rst_rules_and_short_underlines_are_no_titles() -> None:
    """Transitions, table borders, indented text and underlines shorter than their title are none."""
    assert rst(b"para\n\n----\n\n  quoted\n------\n\nlong title\n===\n\n=====\n=====\n").symbols == ()


def test_rst_links() -> None:
    """Tables name their file by an option; targets and empty directives link nothing."""
    found = rst(b".. csv-table:: T\n   :file: data/t.csv\n\n.. _anchor:\n\n.. image::\n\n:download:`x <a.zip>`\n")
    assert [(item.module, item.alias) for item in found.imports] == [("data/t.csv", ""), ("a.zip", "x")]


def test_plain_text_with_directives_is_rst() -> None:
    """A ``.txt`` manual in reStructuredText has sections, any other text has paragraphs only."""
    assert [item.kind for item in text(b"A\n===\n\n.. note::\n   x\n").symbols] == [SymbolKind.SECTION]
    assert text(b"A\n===\n\nx\n").symbols == ()
