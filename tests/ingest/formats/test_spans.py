"""Nesting, bounds and caps that every outline shares."""

from __future__ import annotations

import pytest

from ingest.formats.spans import MAX_IMPORTS, MAX_SYMBOLS, Entry, Links, Outline, Source, build, plain, relative_target
from ingest.model import SymbolKind


def entry(start: int, name: str, level: int = 0, end: int = -1) -> Entry:
    return Entry(start, name, SymbolKind.KEY, level, end)


def test_levels_close_each_other() -> None:
    """A part reaches to the next one of the same or a smaller level, the last one to the end."""
    found = build(Source(b"a\nb\nc\nd\n"), [entry(0, "a", 1), entry(2, "b", 2), entry(4, "c", 3), entry(6, "d", 2)])
    assert [(item.qualified_name, item.start_byte, item.end_byte, item.parent) for item in found.symbols] == [
        ("a", 0, 8, -1),
        ("a.b", 2, 6, 0),
        ("a.b.c", 4, 6, 1),
        ("a.d", 6, 8, 0),
    ]


def test_child_is_cut_to_its_parent() -> None:
    """Spans that cross are made to nest."""
    found = build(Source(b"0123456789"), [entry(0, "a", end=5), entry(3, "b", end=9)])
    assert [(item.start_byte, item.end_byte) for item in found.symbols] == [(0, 5), (3, 5)]


def test_cap_drops_the_deepest_and_says_so() -> None:
    """Beyond the cap whole levels go first, from the bottom, and the outline names the cap."""
    lines = b"".join(b"k%d:\n  deep: 1\n" % number for number in range(MAX_SYMBOLS - 500))
    source = Source(lines)
    entries: list[Entry] = []
    offset = 0
    for number, line in enumerate(lines.splitlines(keepends=True)):
        entries.append(entry(offset, str(number), level=1 + number % 2))
        offset += len(line)
    found = build(source, entries)
    assert len(found.symbols) == MAX_SYMBOLS
    assert sum(item.parent < 0 for item in found.symbols) == MAX_SYMBOLS - 500
    assert [index for index, item in enumerate(found.symbols) if item.parent >= 0] == list(range(1, 1000, 2))
    assert found.truncated == (f"outline: {MAX_SYMBOLS} of 3000 parts kept (cap of {MAX_SYMBOLS} symbols a file)",)


def test_cap_cuts_a_flat_file_from_its_end() -> None:
    """With one level only the first ones stay."""
    found = build(Source(b"x\n" * 2_500), [entry(2 * number, str(number)) for number in range(2_500)])
    assert [item.name for item in found.symbols] == [str(number) for number in range(MAX_SYMBOLS)]


def test_cap_on_links_is_named() -> None:
    """Too many links are cut, and the outline says how many there were."""
    source = Source(b"\n" * 5_000)
    links = Links(source)
    for number in range(2_100):
        links.add(b"file%d.md" % number, b"", number)
    found = build(source, [], imports=links.imports())
    assert len(found.imports) == MAX_IMPORTS
    assert found.truncated == (f"links: {MAX_IMPORTS} of 2100 kept (cap of {MAX_IMPORTS} links a file)",)


def test_link_counts_once_at_its_first_place() -> None:
    """The same path under the same text is one link, where it stands first."""
    source = Source(b"a\nb\nc\n")
    links = Links(source)
    links.add(b"x.md", b"X", 4)
    links.add(b"x.md", b"X", 2)
    links.add(b"https://example.org", b"", 0)
    assert [(item.module, item.alias, item.line) for item in links.imports()] == [("x.md", "X", 2)]


@pytest.mark.parametrize(
    ("written", "path"),
    [
        (b"a/b.md", "a/b.md"),
        (b"../a.png?raw=true#x", "../a.png"),
        (b"/docs/a.md", "/docs/a.md"),
        (b"<a b.md>", "a b.md"),
        (b"#anchor", ""),
        (b"mailto:a@b.c", ""),
        (b"//host/a.png", ""),
        (b"{{ url }}/a.png", ""),
        (b"{% static 'a.png' %}", ""),
        (b"a\x00b", ""),
        (b"", ""),
    ],
)
def test_only_paths_of_this_tree_are_links(written: bytes, path: str) -> None:
    """Addresses, anchors and template expressions name no file here."""
    assert relative_target(written) == path


def test_plain_is_one_bounded_line() -> None:
    """Blanks collapse, bytes that are not UTF-8 are replaced, and a cut is visible."""
    assert plain(b" a\r\n\t b\x00 \xff ") == "a b \ufffd"
    assert plain(b"word " * 100, 20) == "word word word word…"


def test_comment_above_keeps_to_its_indent() -> None:
    """A comment belongs to the key below it when it is indented alike and touches it."""
    source = Source(b"a:\n    # deep\n  # one\n  # two\n  b: 1\n\n# far\n\nc: 2\n")
    assert source.comment_above(source.text.index(b"  b:"), b"#", 2) == (14, "one two")
    assert source.comment_above(source.text.index(b"c: 2"), b"#") == (source.text.index(b"c: 2"), "")


def test_byte_order_mark_shifts_every_offset() -> None:
    """Offsets count in the text as it is, mark and all."""
    found = build(Source(b"\xef\xbb\xbfa\nb\n"), [entry(0, "a"), entry(2, "b")], breaks=[2])
    assert [(item.start_byte, item.end_byte, item.start_line) for item in found.symbols] == [(0, 5, 1), (5, 7, 2)]
    assert found.breaks == (5,)


def test_nothing_is_an_empty_outline() -> None:
    """An entry outside the text is dropped."""
    assert build(Source(b""), [entry(0, "a")]) == Outline()
