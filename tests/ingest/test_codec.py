"""Facts survive the store; damaged bytes are found out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.analyze import analyze
from ingest.codec import (
    Row,
    _zstandard,  # pyright: ignore[reportPrivateUsage]
    compress,
    decode_facts,
    decode_symbols,
    decode_value,
    decompress,
    encode_facts,
    encode_value,
    field,
    replace_fields,
    row_decoder,
)
from ingest.model import (
    REFERENCE_KINDS,
    Chunk,
    Import,
    LanguageId,
    ParsedFile,
    Reference,
    ReferenceKind,
    References,
    SpanPairs,
    Supertype,
    SupertypeKind,
    Symbol,
    SymbolKind,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NUMBER = st.integers(0, 2**32)
SYMBOLS = st.builds(Symbol, TEXT, TEXT, st.sampled_from(SymbolKind), NUMBER, NUMBER, NUMBER, NUMBER, st.integers(-1, 9), TEXT, TEXT)
SPANS = st.lists(st.tuples(st.sampled_from(range(len(REFERENCE_KINDS))), NUMBER, NUMBER, NUMBER, NUMBER)).map(
    lambda rows: SpanPairs(bytes(row[0] for row in rows), *(tuple(row[column] for row in rows) for column in range(1, 5)))
)


@st.composite
def files(draw: st.DrawFn) -> ParsedFile:
    text = draw(st.binary(max_size=40))
    symbols = tuple(draw(st.lists(SYMBOLS, max_size=4)))
    chunks = st.builds(Chunk, NUMBER, NUMBER, NUMBER, NUMBER, st.integers(-1, 9), st.lists(TEXT, max_size=3).map(tuple), TEXT)
    return ParsedFile(
        language=LanguageId(draw(TEXT)),
        text=text,
        lines=draw(NUMBER),
        chunks=tuple(draw(st.lists(chunks))),
        symbols=symbols,
        references=References(draw(SPANS), text, symbols, draw(TEXT)),
        imports=tuple(draw(st.lists(st.builds(Import, TEXT, TEXT, TEXT, NUMBER)))),
        supertypes=tuple(draw(st.lists(st.builds(Supertype, NUMBER, TEXT, st.sampled_from(SupertypeKind), NUMBER)))),
        syntax_errors=draw(NUMBER),
        generated=draw(st.booleans()),
        truncated=tuple(draw(st.lists(TEXT, max_size=2))),
    )


@given(files())
def test_facts_come_back_as_they_went_in(parsed: ParsedFile):
    stored = encode_facts(parsed)
    assert decode_facts(stored, decompress(compress(parsed.text))) == parsed
    assert decode_symbols(stored) == parsed.symbols


@given(files(), st.text("abxyz_.", max_size=3))
def test_symbols_are_left_out_only_where_no_name_holds_what_is_wanted(parsed: ParsedFile, wanted: str):
    found = decode_symbols(encode_facts(parsed), wanted.encode())
    assert found in {(), parsed.symbols}
    if any(wanted in symbol.name.lower() for symbol in parsed.symbols):
        assert found == parsed.symbols


@given(st.binary())
def test_random_bytes_are_damaged(data: bytes):
    with pytest.raises(ValueError, match="damaged"):
        decode_facts(data, b"")
    with pytest.raises(ValueError, match="damaged"):
        decode_symbols(data)


@given(st.binary())
def test_bytes_of_another_shape_are_damaged(data: bytes):
    with pytest.raises(ValueError):
        decode_facts(compress(data), b"")
    with pytest.raises(ValueError, match="damaged"):
        decode_facts(compress(b"\x96" + b"\xc0" * 6), b"")
    with pytest.raises(ValueError, match="damaged"):
        decode_symbols(compress(b"\x96" + b"\xc0" * 6))
    with pytest.raises(ValueError, match="damaged"):
        decode_symbols(compress(b"\x90"))


def one_reference(spans: SpanPairs) -> ParsedFile:
    return ParsedFile(LanguageId("python"), b"f(x)\n", 1, (), references=References(spans, b"f(x)\n"))


@pytest.mark.parametrize("spans", [SpanPairs(b"\x00\x00", (0,), (1,), (0,), (0,)), SpanPairs(b"\xff", (0,), (1,), (0,), (0,))])
def test_columns_of_another_length_and_kinds_nobody_knows_are_damaged(spans: SpanPairs):
    """They are found out when they are read, and not when somebody looks at a reference."""
    with pytest.raises(ValueError, match="damaged"):
        decode_facts(encode_facts(one_reference(spans)), b"f(x)\n")


def test_a_reference_reads_the_same_before_and_after_the_store():
    """Name, receiver, kind, line and symbol come from spans, the text and the symbols."""
    parsed, _ = analyze("a.py", "def é():\n    self.db.get(1)\n".encode())
    expected = [Reference("get", "self.db", ReferenceKind.CALL, 2, 22, 0)]
    assert list(parsed.references) == list(decode_facts(encode_facts(parsed), parsed.text).references) == expected


@pytest.mark.parametrize("value", [["a", 1, [2, None]], {"a": [1.5]}, ["caf\udce9.py", ["x\udcff", {"k\udce9": 1}]]])
def test_values_survive_with_whatever_a_path_holds(value: object) -> None:
    assert decode_value(encode_value(value)) == value


def test_each_thread_has_zstandard_contexts_of_its_own() -> None:
    """One that two threads use at once crashes the process, now and then."""
    both = Barrier(2, timeout=10)

    def contexts() -> tuple[object, object]:
        both.wait()
        assert decompress(compress(b"shop")) == b"shop"
        return _zstandard.compressor, _zstandard.decompressor

    with ThreadPoolExecutor(2) as pool:
        one, other = [future.result() for future in [pool.submit(contexts) for _ in range(2)]]
    assert one[0] is not other[0]
    assert one[1] is not other[1]


class Shelf(Row):
    """A row in a row."""

    name: str
    books: list[str] = field(default_factory=list[str])


class Library(Row):
    """A row of rows."""

    shelves: list[Shelf]
    moved: dict[str, tuple[int, ...]]


decode_library = row_decoder(Library)


@given(st.lists(st.text(st.characters(exclude_categories=()))), st.integers(-(2**63), 2**63 - 1))
def test_rows_come_back(names: list[str], number: int):
    """Also with texts that no UTF-8 can hold."""
    library = Library([Shelf(name, names) for name in names], dict.fromkeys(names, (number, 1)))
    assert decode_library(encode_value(library)) == library
    assert replace_fields(library, shelves=[]) == Library([], library.moved)


@given(st.binary())
def test_bytes_that_are_no_rows_are_damaged(data: bytes):
    for each in (data, compress(data), encode_value(["shelves", data.hex()]), encode_value([["\udc80"]])):
        with pytest.raises(ValueError, match="damaged"):
            decode_library(each)
