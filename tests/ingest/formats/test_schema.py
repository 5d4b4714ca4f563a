"""Rules of SQL, Protobuf and GraphQL outlines that the samples do not show."""

from __future__ import annotations

import pytest

from ingest.formats.schema import graphql, protobuf, sql
from ingest.model import SymbolKind


@pytest.mark.parametrize(
    ("statement", "name", "kind"),
    [
        (b"CREATE TABLE [dbo].[Users] (id int);", "dbo.Users", SymbolKind.TYPE),
        (b"create or replace materialized view v as select 1;", "v", SymbolKind.TYPE),
        (b"CREATE DEFINER=`root`@`%` PROCEDURE `p`() SELECT 1;", "p", SymbolKind.FUNCTION),
        (b"CREATE\n  UNIQUE\n  INDEX i ON t (a);", "i", SymbolKind.TYPE),
        (b"CREATE PACKAGE BODY pkg AS\n;", "pkg", SymbolKind.NAMESPACE),
        (b"  CREATE TRIGGER tr AFTER INSERT ON t EXECUTE FUNCTION f();", "tr", SymbolKind.FUNCTION),
    ],
)
def test_sql_dialects(statement: bytes, name: str, kind: SymbolKind) -> None:
    """Quoting, modifiers and line breaks of the common dialects."""
    (found,) = sql(statement + b"\nSELECT 1;\n").symbols
    assert (found.name, found.kind, found.end_byte) == (name, kind, len(statement) + 1)


def test_sql_body_ends_with_its_quotes_or_its_end() -> None:
    """A routine's semicolons are its own; an unclosed one ends before the next definition."""
    text = b"CREATE FUNCTION a() AS $x$\nb;\n$x$;\nCREATE FUNCTION c() AS $y$\nd;\nCREATE TABLE e (f int);\nCREATE TABLE g (h int)\n"
    assert [text[item.start_byte : item.end_byte].split(b"\n")[0] for item in sql(text).symbols] == [
        b"CREATE FUNCTION a() AS $x$",
        b"CREATE FUNCTION c() AS $y$",
        b"CREATE TABLE e (f int);",
        b"CREATE TABLE g (h int)",
    ]
    assert sql(text).symbols[1].end_byte == text.index(b"CREATE TABLE e")


def test_protobuf_without_package_and_with_extensions() -> None:
    """A file needs no package; ``extend`` is a structure of the extended name."""
    found = protobuf(b"extend google.protobuf.FieldOptions {\n  string a = 1;\n}\nmessage A { string message = 1; }\nmessage B {\n")
    assert [(item.qualified_name, item.kind) for item in found.symbols] == [
        ("google.protobuf.FieldOptions", SymbolKind.STRUCT),
        ("A", SymbolKind.STRUCT),
        ("B", SymbolKind.STRUCT),
    ]


def test_graphql_fields_named_like_keywords_are_fields() -> None:
    """Only what stands outside every block defines something."""
    found = graphql(b"type A {\n  type: String\n  input: Int\n}\nquery {\n  type { id }\n}\nquery: broken\n")
    assert [(item.name, item.kind) for item in found.symbols] == [("A", SymbolKind.TYPE), ("query", SymbolKind.FUNCTION)]


@pytest.mark.parametrize(
    ("text", "doc"),
    [
        (b'"short"\ntype A { a: Int }', "short"),
        (b'"""\nlong\n"""\ntype A { a: Int }', "long"),
        (b'"""\nfar\n"""\n\n\ntype A { a: Int }', ""),
        (b'scalar X @by(a: "u")\ntype A { a: Int }', ""),
        (b'far"\ntype A { a: Int }', ""),
    ],
)
def test_graphql_descriptions(text: bytes, doc: str) -> None:
    """The string directly above a definition describes it."""
    assert graphql(text).symbols[-1].doc == doc
