"""Facts survive the store; damaged bytes are found out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.codec import compress, decode_facts, decode_json, decompress, encode_facts, encode_json
from ingest.model import (
    Chunk,
    Import,
    LanguageId,
    ParsedFile,
    Reference,
    ReferenceKind,
    Supertype,
    SupertypeKind,
    Symbol,
    SymbolKind,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NUMBER = st.integers(0, 2**32)
SYMBOLS = st.builds(Symbol, TEXT, TEXT, st.sampled_from(SymbolKind), NUMBER, NUMBER, NUMBER, NUMBER, st.integers(-1, 9), TEXT, TEXT)
FILES = st.builds(
    ParsedFile,
    language=TEXT.map(LanguageId),
    text=st.binary(max_size=40),
    lines=NUMBER,
    chunks=st.lists(st.builds(Chunk, NUMBER, NUMBER, NUMBER, NUMBER, st.integers(-1, 9), st.lists(TEXT, max_size=3).map(tuple), TEXT)).map(
        tuple
    ),
    symbols=st.lists(SYMBOLS, max_size=4).map(tuple),
    references=st.lists(st.builds(Reference, TEXT, TEXT, st.sampled_from(ReferenceKind), NUMBER, NUMBER, st.integers(-1, 9))).map(tuple),
    imports=st.lists(st.builds(Import, TEXT, TEXT, TEXT, NUMBER)).map(tuple),
    supertypes=st.lists(st.builds(Supertype, NUMBER, TEXT, st.sampled_from(SupertypeKind), NUMBER)).map(tuple),
    syntax_errors=NUMBER,
    generated=st.booleans(),
    truncated=st.lists(TEXT, max_size=2).map(tuple),
)


@given(FILES)
def test_facts_come_back_as_they_went_in(parsed: ParsedFile):
    assert decode_facts(encode_facts(parsed), decompress(compress(parsed.text))) == parsed


@given(st.binary())
def test_random_bytes_are_damaged(data: bytes):
    with pytest.raises(ValueError, match="damaged"):
        decode_facts(data, b"")


@given(st.binary())
def test_bytes_of_another_shape_are_damaged(data: bytes):
    with pytest.raises(ValueError):
        decode_facts(compress(data), b"")
    with pytest.raises(ValueError, match="damaged"):
        decode_facts(compress(b"\x96" + b"\xc0" * 6), b"")


def test_json_comes_back():
    stored = {"skipped": 2, "failed": 1}
    assert decode_json(encode_json(stored), dict[str, int]) == stored
