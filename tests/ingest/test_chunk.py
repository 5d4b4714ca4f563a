"""Chunks tile the text, keep to lines and statements, and know what encloses them."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from ingest.chunk import LIMIT_BYTES, SPLIT_BYTES, TARGET_BYTES, tile
from ingest.model import Extraction, Symbol, SymbolKind

LINES = st.lists(st.sampled_from([b"", b"x = 1", b"    return value", b"\xc3\xa9" * 40, b"word " * 300, b"\xff\x80" * 30]), max_size=60)


def symbol(name: str, start: int, end: int, parent: int = -1, kind: SymbolKind = SymbolKind.FUNCTION, signature: str = "") -> Symbol:
    return Symbol(name, name, kind, 1, 1, start, end, parent, signature)


@st.composite
def nested(draw: st.DrawFn, low: int, high: int, parent: int, found: list[Symbol], depth: int = 0) -> list[Symbol]:
    """Fill ``found`` with symbols between two offsets that nest and are in order."""
    at = low
    while at < high and depth < 4 and len(found) < 30 and draw(st.booleans()):
        start = draw(st.integers(at, high - 1))
        end = draw(st.integers(start + 1, high))
        found.append(symbol(f"s{len(found)}", start, end, parent, signature=f"def s{len(found)}()"))
        draw(nested(start, end, len(found) - 1, found, depth + 1))
        at = end
    return found


@st.composite
def files(draw: st.DrawFn) -> tuple[bytes, Extraction]:
    text = b"\n".join(draw(LINES)) + draw(st.sampled_from([b"", b"\n", b"\r\n"]))
    starts = [0, *(at + 1 for at in range(len(text)) if text[at] == 10)]
    breaks = sorted(draw(st.sets(st.sampled_from(starts), max_size=20)))
    return text, Extraction(symbols=tuple(draw(nested(0, len(text), -1, []))), find_breaks=lambda: tuple(breaks))


@given(files())
def test_chunks_tile_any_text_with_any_symbols(file: tuple[bytes, Extraction]) -> None:
    """No gap, no overlap, in order, within the size limit, on the lines their bytes are on, inside the symbol they name."""
    text, extraction = file
    chunks = tile(text, extraction)
    assert b"".join(text[chunk.start_byte : chunk.end_byte] for chunk in chunks) == text
    assert all(0 < chunk.end_byte - chunk.start_byte <= LIMIT_BYTES for chunk in chunks)
    for chunk in chunks:
        assert chunk.start_line == text.count(b"\n", 0, chunk.start_byte) + 1
        assert chunk.end_line == text.count(b"\n", 0, chunk.end_byte - 1) + 1
        if chunk.symbol >= 0:
            owner = extraction.symbols[chunk.symbol]
            assert owner.start_byte <= chunk.start_byte
            assert owner.end_byte >= chunk.end_byte - 2
    named = [name for chunk in chunks for name in chunk.names]
    assert named == [each.name for each in extraction.symbols]


def spans(text: bytes, symbols: Sequence[Symbol] = (), breaks: Sequence[int] = ()) -> list[tuple[int, int]]:
    return [(each.start_byte, each.end_byte) for each in tile(text, Extraction(symbols=tuple(symbols), find_breaks=lambda: tuple(breaks)))]


def test_an_empty_text_has_no_chunks() -> None:
    assert tile(b"", Extraction()) == ()


def test_small_neighbours_become_one_chunk_and_large_ones_stay_apart() -> None:
    """The border between two symbols is kept once both do not fit the target."""
    small = b"x = 1\n" * 10
    assert spans(small * 2, [symbol("a", 0, 60), symbol("b", 60, 120)]) == [(0, 120)]
    large = b"x = 1\n" * (TARGET_BYTES // 6)
    size = len(large)
    assert spans(large * 2, [symbol("a", 0, size), symbol("b", size, 2 * size)]) == [(0, size), (size, 2 * size)]


def test_a_long_run_is_cut_at_a_statement_else_a_blank_line_else_a_line_else_a_character() -> None:
    """Each is taken only when nothing better lies near the wanted size."""
    line = b"x" * 99 + b"\n"
    blank = line * 12 + b"\n" + line * 20
    assert spans(line * 33, breaks=[1000, 1300, 2900])[0] == (0, 1300)
    assert spans(blank)[0] == (0, 1201)
    assert spans(line * 33)[0] == (0, SPLIT_BYTES)
    assert spans(b"x" * (SPLIT_BYTES + 50) + b"\n" + b"x" * 2000)[0] == (0, SPLIT_BYTES + 51)
    assert spans(b"x" + "é".encode() * 2000)[0] == (0, SPLIT_BYTES - 1)


def test_a_chunk_names_what_encloses_it_with_its_signature() -> None:
    """Outermost first; a symbol that begins in the chunk shows itself, and a heading shows its name."""
    body = b"    x = 1\n" * 400
    text = b"class A:\n  def b(self):\n" + body
    symbols = (
        symbol("A", 0, len(text), kind=SymbolKind.CLASS, signature="class A"),
        symbol("b", 11, len(text), 0, signature="def b(self)"),
    )
    chunks = tile(text, Extraction(symbols=symbols))
    assert [chunk.context for chunk in chunks] == ["", "class A", *["class A\ndef b(self)"] * (len(chunks) - 2)]
    assert [chunk.symbol for chunk in chunks] == [0, 0, *[1] * (len(chunks) - 2)]
    section = tile(body, Extraction(symbols=(symbol("Guide", 0, len(body), kind=SymbolKind.SECTION, signature="# Guide"),)))
    assert section[-1].context == "Guide"
