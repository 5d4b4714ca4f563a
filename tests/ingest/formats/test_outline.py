"""What every format's outline must hold: golden samples, the invariants of spans, and survival of arbitrary bytes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.formats.outline import FORMATS, outline
from ingest.formats.spans import MAX_DOC, MAX_NAME, MAX_SIGNATURE
from ingest.model import Extraction, LanguageId

_SAMPLES = Path(__file__).parents[2] / "repos" / "formats"
_WITH_OUTLINE = sorted(name for name, spec in FORMATS.items() if spec.scan)


def language_of(path: Path) -> LanguageId:
    """Find a sample's format by its name."""
    found = [name for name, spec in FORMATS.items() if path.name in spec.filenames or path.suffix in spec.extensions]
    assert len(found) == 1, f"{path.name}: {found}"
    return found[0]


def readable(text: bytes, found: Extraction) -> dict[str, object]:
    """Show an outline with lines and the borders of its spans instead of mere offsets."""
    return {
        "symbols": [
            {
                "name": symbol.qualified_name,
                "kind": symbol.kind,
                "lines": f"{symbol.start_line}-{symbol.end_line}",
                "span": [symbol.start_byte, symbol.end_byte],
                "signature": symbol.signature,
                **({"doc": symbol.doc} if symbol.doc else {}),
            }
            for symbol in found.symbols
        ],
        "imports": [f"{item.line}: {item.module} ({item.alias})" for item in found.imports],
        "breaks": [text[offset : offset + 24].split(b"\n")[0].decode() for offset in found.breaks],
        "truncated": list(found.truncated),
    }


@pytest.mark.parametrize("path", sorted(_SAMPLES.iterdir()), ids=lambda path: path.name)
def test_sample_has_its_golden_outline(path: Path, golden: Callable[[str, object], None]) -> None:
    """A real file of each format yields the outline that was read and agreed to."""
    text = path.read_bytes()
    golden(f"formats/{path.name}", {"language": language_of(path), **readable(text, outline(language_of(path), text))})


def test_every_format_has_a_sample() -> None:
    """No format is without a golden expectation."""
    assert {language_of(path) for path in _SAMPLES.iterdir()} == set(FORMATS)


def check(text: bytes, found: Extraction) -> None:
    """Assert the invariants that chunks rely on."""
    previous = -1
    for index, symbol in enumerate(found.symbols):
        assert 0 <= symbol.start_byte < symbol.end_byte <= len(text)
        assert symbol.start_byte >= previous
        assert symbol.start_line == text.count(b"\n", 0, symbol.start_byte) + 1
        assert symbol.end_line == text.count(b"\n", 0, symbol.end_byte - 1) + 1
        assert -1 <= symbol.parent < index
        if symbol.parent >= 0:
            parent = found.symbols[symbol.parent]
            assert parent.start_byte <= symbol.start_byte
            assert symbol.end_byte <= parent.end_byte
            assert symbol.qualified_name.startswith(parent.qualified_name)
        assert symbol.name
        assert len(symbol.name) <= MAX_NAME + 80
        assert len(symbol.signature) <= MAX_SIGNATURE
        previous = symbol.start_byte
    assert list(found.breaks) == sorted(set(found.breaks))
    assert all(0 < offset < len(text) and text[offset - 1] == 10 for offset in found.breaks)
    assert all(1 <= item.line <= text.count(b"\n") + 1 and item.module for item in found.imports)
    assert [item.line for item in found.imports] == sorted(item.line for item in found.imports)


_PIECES = [piece for path in sorted(_SAMPLES.iterdir()) for piece in path.read_bytes().splitlines(keepends=True)]
_TEXTS = st.one_of(
    st.binary(max_size=200),
    st.lists(st.sampled_from(_PIECES), max_size=12).map(b"".join),
    st.lists(st.sampled_from([*_PIECES, *(bytes([byte]) for byte in b"\n\r\t\x00\xff {}[]()<>\"'`#:=-*/|\\$;,")]), max_size=25).map(
        b"".join
    ),
    st.sampled_from(_PIECES).map(lambda piece: b"\xef\xbb\xbf" + piece * 3),
)


@pytest.mark.parametrize("language", _WITH_OUTLINE)
@given(text=_TEXTS)
def test_arbitrary_bytes_keep_the_invariants(language: LanguageId, text: bytes) -> None:
    """Whatever the bytes, spans lie in the text and nest, lines are right and breaks begin lines."""
    check(text, outline(language, text))


@pytest.mark.parametrize("path", sorted(_SAMPLES.iterdir()), ids=lambda path: path.name)
def test_line_ends_and_marks_change_no_names(path: Path) -> None:
    """CRLF line ends and a byte order mark leave names, kinds, lines and links as they are."""
    language, text = language_of(path), path.read_bytes()
    plain = outline(language, text)
    for other in (text.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + text):
        found = outline(language, other)
        check(other, found)
        assert [(item.qualified_name, item.kind, item.start_line) for item in found.symbols] == [
            (item.qualified_name, item.kind, item.start_line) for item in plain.symbols
        ]
        assert [(item.module, item.line) for item in found.imports] == [(item.module, item.line) for item in plain.imports]


_HOSTILE = {
    "brackets": b"[" * 10_000,
    "braces": b"{" * 10_000 + b"}" * 10_000,
    "objects": b'{"a":' * 10_000,
    "elements": b"<a>" * 10_000,
    "headings": b"<h1>" * 10_000,
    "quotes": b'"' * 10_001,
    "one line": b'x = "a" ' * 20_000,
    "spaces": b"a: " + b" " * 100_000,
    "zeros": b"\x00" * 100_000,
    "invalid UTF-8": b"\xff\xfe\n" * 10_000,
    "unclosed comments": b"/* <!-- " * 10_000,
    "unclosed blocks": b"CREATE FUNCTION a AS $$\nRUN x <<EOF\ndefine a\n```\na = [\n" * 500,
    "escaped quotes": b'"\\' * 20_000,
    "links": b"](" * 20_000 + b"[![a](b)" * 5_000,
}


@pytest.mark.parametrize("text", _HOSTILE.values(), ids=_HOSTILE.keys())
@pytest.mark.timeout(60)
def test_hostile_text_costs_linear_time(text: bytes) -> None:
    """Unbalanced, deep and endless texts neither crash a scanner nor keep it busy."""
    for language in _WITH_OUTLINE:
        found = outline(language, text)
        assert all(symbol.end_byte <= len(text) for symbol in found.symbols)


def test_formats_without_outline_yield_nothing() -> None:
    """A table, or a language that has a grammar, gets an empty extraction."""
    assert outline(LanguageId("csv"), b"a,b\n1,2\n") == Extraction()
    assert outline(LanguageId("python"), b"def f(): pass\n") == Extraction()


@pytest.mark.parametrize("language", FORMATS)
def test_empty_text_has_no_outline(language: LanguageId) -> None:
    """Nothing in, nothing out."""
    assert outline(language, b"") == Extraction()


def test_names_of_files_are_not_shared() -> None:
    """An extension, a file name or a prefix leads to one format."""
    for kind in ("extensions", "filenames", "prefixes"):
        names = [name for spec in FORMATS.values() for name in getattr(spec, kind)]
        assert len(names) == len(set(names))
        assert kind != "extensions" or all(name.startswith(".") and name == name.lower() for name in names)


def test_doc_of_a_section_is_bounded() -> None:
    """A long paragraph is cut and says so with an ellipsis."""
    symbol = outline(LanguageId("markdown"), b"# A\n\n" + b"word " * 500).symbols[0]
    assert len(symbol.doc) <= MAX_DOC
    assert symbol.doc.endswith("…")
