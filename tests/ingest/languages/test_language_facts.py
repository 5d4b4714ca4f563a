"""What a row of the registry says about its language, seen in what is extracted."""

from __future__ import annotations

from ingest.model import LanguageId
from ingest.parse import parse


def _symbols(language: str, text: str) -> list[tuple[str, str, int, int]]:
    return [
        (str(each.kind), each.qualified_name, each.start_line, each.end_line) for each in parse(LanguageId(language), text.encode()).symbols
    ]


def test_equations_that_follow_each_other_are_one_function() -> None:
    """A Haskell function is its signature and all its equations, and another name between two equations parts them."""
    text = "f :: Int -> Int\nf 0 = 1\nf n = n\n\ng = f\n\nf' = f\n"
    assert _symbols("haskell", text) == [("function", "f", 1, 3), ("function", "g", 5, 5), ("function", "f'", 7, 7)]


def test_clauses_of_two_types_stay_apart() -> None:
    """Methods of one name in neighbouring instances are not one method."""
    text = "instance Show A where\n  show _ = x\n\ninstance Show B where\n  show _ = y\n"
    assert _symbols("haskell", text) == [("method", "A.show", 2, 2), ("method", "B.show", 5, 5)]


def test_a_clause_keeps_the_doc_above_the_first_one() -> None:
    """Elixir's @doc stands above @spec and the first clause, and belongs to all clauses."""
    found = parse(
        LanguageId("elixir"),
        b'defmodule M do\n  @doc """\n  Adds.\n  """\n  @spec f(integer) :: integer\n  def f(0), do: 1\n  def f(n), do: n\nend\n',
    )
    function = found.symbols[1]
    assert (function.qualified_name, function.doc, function.start_line, function.end_line) == ("M.f", "Adds.", 5, 7)


def test_marks_around_a_name_are_no_part_of_it() -> None:
    """Backquotes, colons and quotes go; a prime that ends a Haskell name stays."""
    assert [name for _, name, _, _ in _symbols("kotlin", "fun `two words`() = 1\n")] == ["two words"]
    assert [name for _, name, _, _ in _symbols("ruby", "class A\n  attr_reader :b\nend\n")] == ["A", "A.b"]
    assert [each.name for each in parse(LanguageId("haskell"), b"import Data.List (foldl')\n").imports] == ["foldl'"]


def test_an_operator_is_one_name_whatever_it_is_made_of() -> None:
    """Dots and hashes in an operator do not part it."""
    assert [name for _, name, _, _ in _symbols("scala", "class A { def ::(b: A): A = b }\n")] == ["A", "A.::"]
    assert [name for _, name, _, _ in _symbols("bash", "log::info() { :; }\n")] == ["log::info"]


def test_an_extension_gives_its_supertype_to_the_type_it_extends() -> None:
    """A Swift extension is no symbol, yet what it conforms to is known of its type when this file defines that."""
    found = parse(LanguageId("swift"), b"struct A {}\nextension A: P {}\nextension Elsewhere: P {}\n")
    assert [(found.symbols[each.symbol].name, each.name) for each in found.supertypes] == [("A", "P")]


def test_a_function_inherits_nothing() -> None:
    """A supertype named in a macro's template belongs to whoever uses the macro, which is not known."""
    text = b"defmodule A do\n  defmacro __using__(_) do\n    quote do\n      @behaviour B\n    end\n  end\nend\n"
    assert not parse(LanguageId("elixir"), text).supertypes


def test_a_comment_documents_one_of_the_definitions_on_its_line() -> None:
    """A class on one line has the comment above it, its constructor properties have none."""
    found = parse(LanguageId("kotlin"), b"/** A point. */\nclass Point(val x: Int)\n")
    assert [(each.name, each.doc) for each in found.symbols] == [("Point", "A point."), ("x", "")]


def test_a_comment_that_opens_a_body_is_no_part_of_the_signature() -> None:
    """Ruby's grammar lets the comment stand before the body."""
    found = parse(LanguageId("ruby"), b"class A < B\n  # Nothing yet.\n  def c; end\nend\n")
    assert found.symbols[0].signature == "class A < B"


def test_syntax_that_looks_like_a_call_is_no_use() -> None:
    """Ruby's require is an import; a method of that name on a receiver is called."""
    found = parse(LanguageId("ruby"), b'require "a"\nb.require "c"\n')
    assert [(each.name, each.receiver) for each in found.references] == [("require", "b")]
    assert [each.module for each in found.imports] == ["a"]


def test_a_comment_between_a_receiver_and_its_dot_is_no_receiver() -> None:
    """Kotlin's pattern matches the comment as well; of two matches at one name the one whose receiver stands first wins."""
    found = parse(LanguageId("kotlin"), b"fun f() {\n  zoo.open()\n    // A comment.\n    .close()\n}\n")
    assert [(each.name, each.receiver, each.line) for each in found.references] == [("open", "zoo", 2), ("close", "zoo.open()", 4)]


def test_what_is_used_in_a_shared_definition_is_the_first_names() -> None:
    """Names that share a span are defined side by side, and one of them owns the span."""
    found = parse(LanguageId("go"), b"package a\n\nvar b, c = f()\n")
    assert [(each.name, found.symbols[each.symbol].name) for each in found.references] == [("f", "b")]


def test_a_watched_grammar_reads_what_parses() -> None:
    """The deadline changes nothing for text that parses."""
    assert _symbols("kotlin", "package a.b\n\nclass C\n") == [("module", "a.b", 1, 1), ("class", "C", 3, 3)]
