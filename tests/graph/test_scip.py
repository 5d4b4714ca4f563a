"""Reading SCIP indexes: what is in them, and clear errors for what is none."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.scip import Document, Encoding, Occurrence, Relation, Role, descriptors, is_local, plain_name, read_index
from ingest.errors import SourceError
from tests.graph.scip_bytes import block, document, index, number, occurrence, relation, varint

F = "scip-python python app 0 `pkg.app`/f()."
A = "scip-python python app 0 `pkg.app`/A#"


def read(tmp_path: Path, data: bytes) -> list[Document]:
    """Write an index and read it."""
    file = tmp_path / "index.scip"
    file.write_bytes(data)
    return list(read_index(file))


def test_an_index_gives_its_documents(tmp_path: Path) -> None:
    """Occurrences of one line and of several, roles, relations, text and encoding arrive as written; other relations are passed over."""
    whole = index(
        document("a.py", occurrence(F, (1, 4, 5), Role.DEFINITION), occurrence(A, (2, 0, 3, 1)), relation(A, F), text="é", encoding=2),
        document("b.py", relation(A, F, implements=False)),
    )
    first, second = read(tmp_path, whole)
    assert first.path == "a.py"
    assert first.language == "python"
    assert first.text == "é"
    assert first.encoding is Encoding.UTF16
    assert first.occurrences == [Occurrence(F, Role.DEFINITION, (1, 4), (1, 5)), Occurrence(A, Role(0), (2, 0), (3, 1))]
    assert first.relations == [Relation(A, F)]
    assert second.relations == []


def test_unpacked_ranges_and_unknown_fields_are_read(tmp_path: Path) -> None:
    """A range may come number by number, fixed-size and later fields are passed over, and an unknown encoding is none."""
    numbers = number(1, 1) + number(1, 2) + number(1, 3)
    strange = varint(90 << 3 | 1) + bytes(8) + varint(91 << 3 | 5) + bytes(4)
    (found,) = read(tmp_path, index(document("a.py", block(2, numbers + block(2, F) + strange), encoding=77)))
    assert found.occurrences == [Occurrence(F, Role(0), (1, 2), (1, 3))]
    assert found.encoding is Encoding.UNSPECIFIED


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "is empty"),
        (b"hello, world, this is no index", "no SCIP index"),
        (b"SQLite format 3\0", "no SCIP index"),
        (index(), "holds no document"),
        (index(document("a.py"))[:-3], "claims"),
        (b"\xff" * 11, "more than ten bytes"),
        (b"\x12", "cut off"),
        (block(2, number(1, 5)), "a number stands where a text is due"),
        (block(2, block(1, "a.py") + number(2, 5)), "a number stands where a message is due"),
        (block(2, block(1, "a.py") + block(6, "x")), "a text stands where a number is due"),
        (index(document("a.py", occurrence(F, (1, 2)))), "2 numbers"),
        (index(document("/etc/passwd")), "not inside the repository"),
        (index(document("../a.py")), "not inside the repository"),
        (index(document("")), "not inside the repository"),
        (block(2, block(1, b"\xff")), "utf-8"),
        (varint(2 << 3 | 3), "wire type 3"),
    ],
)
def test_what_is_no_index_is_a_clear_error(tmp_path: Path, data: bytes, what: str) -> None:
    """Damage names the file and what is wrong, and says what to do."""
    with pytest.raises(SourceError, match=what):
        read(tmp_path, data)


def test_a_file_that_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    """A missing index is named."""
    with pytest.raises(SourceError, match=r"cannot read the SCIP index .*absent"):
        list(read_index(tmp_path / "absent.scip"))


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 10_000), value=st.integers(0, 255), cut=st.integers(0, 10_000))
def test_a_damaged_index_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, at: int, value: int, cut: int) -> None:
    """Whatever byte is damaged and wherever the file ends, the outcome is documents or a ``SourceError``."""
    data = bytearray(index(document("a.py", occurrence(F, (1, 4, 5), 1), relation(A, F), text="text")))
    data[at % len(data)] = value
    try:
        read(tmp_path_factory.mktemp("scip"), bytes(data[: cut % len(data) + 1]))
    except SourceError as error:
        assert "SCIP index" in str(error)


@pytest.mark.parametrize(
    ("symbol", "expected"),
    [
        (F, [("pkg.app", "/"), ("f", "().")]),
        (
            "scip-typescript npm . . lib/`view.js`/View#`<constructor>`().",
            [("lib", "/"), ("view.js", "/"), ("View", "#"), ("<constructor>", "().")],
        ),
        ("s m p v A#f(+1).(x)", [("A", "#"), ("f", "()."), ("x", "()")]),
        ("s m p v A#[T]", [("A", "#"), ("T", "[]")]),
        ("s m with  space v `a``b`.", [("a`b", ".")]),
        ("local 12", []),
        ("nonsense", []),
    ],
)
def test_descriptors_are_names_with_their_kind(symbol: str, expected: list[tuple[str, str]]) -> None:
    """The grammar of SCIP symbols: quoted names, overload numbers, parameters, doubled spaces."""
    found = descriptors(symbol)
    assert [suffix for _, suffix in found] == [suffix for _, suffix in expected]
    assert [name for name, suffix in found if suffix != "[]"] == [name for name, suffix in expected if suffix != "[]"]


@pytest.mark.parametrize(
    ("name", "plain"), [("<constructor>", "constructor"), ("<get>size", "size"), ("<set>size", "size"), ("size", "size")]
)
def test_plain_names_have_no_brackets(name: str, plain: str) -> None:
    """TypeScript's indexer marks constructors and accessors in the name."""
    assert plain_name(name) == plain


def test_parameters_are_local() -> None:
    """Local variables, parameters and type parameters are no nodes."""
    assert is_local("local 3")
    assert is_local(F + "(x)")
    assert not is_local(F)
