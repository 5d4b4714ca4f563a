"""Questions about structure are recognised by their wording, as a whole or not at all."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.query import parse_query
from retrieval.understanding.kinds import QueryKind
from retrieval.understanding.structural import Relation, recognise

EXAMPLES = {
    Relation.CALLERS: [
        "who calls X1",
        "Who calls `X1`?",
        "callers of X1()",
        "find all callers of X1 in this repo",
        "which functions call X1",
        "where is X1 called",
        "where is X1 instantiated",
        "X1 callers",
        "who is calling the X1 function",
        "show me the call sites of X1",
        "what code invokes X1",
        "from where is X1 called",
        "can you tell me who calls X1 directly?",
    ],
    Relation.CALLEES: [
        "what does X1 call",
        "which functions does X1 call?",
        "callees of X1",
        "functions called by X1",
        "what is called by X1",
    ],
    Relation.REFERENCES: [
        "where is X1 used",
        "who uses X1",
        "what uses X1?",
        "usages of X1",
        "references to X1",
        "X1 usages",
        "where do we use X1",
        "find references to X1",
        "where is the X1 constant referenced",
        "list all uses of X1 here",
    ],
    Relation.TESTS: [
        "tests for X1",
        "tests of X1",
        "which tests cover X1?",
        "where is X1 tested",
        "unit tests for the X1 class",
        "what tests X1",
        "how is X1 tested",
        "test coverage of X1",
    ],
    Relation.IMPLEMENTATIONS: [
        "implementations of X1",
        "subclasses of X1",
        "which classes implement X1",
        "what extends X1",
        "who inherits from X1",
        "X1 implementations",
        "derived classes of X1",
    ],
    Relation.OVERRIDES: ["what overrides X1", "overrides of X1", "which methods override X1", "where is X1 overridden"],
    Relation.IMPORTERS: ["who imports X1", "which modules import X1", "where is X1 imported", "importers of X1", "what files include X1"],
    Relation.DEPENDENTS: ["what depends on module X1", "dependents of X1", "which packages depend on X1", "what relies on X1"],
    Relation.DEPENDENCIES: ["what does X1 depend on", "dependencies of the X1 package", "what does X1 import", "imports of X1"],
    Relation.IMPACT: [
        "what breaks if I change X1",
        "what would break when X1 is renamed",
        "impact of changing X1",
        "what is affected by X1",
    ],
    Relation.CONFIGURED: [
        "where is X1 configured",
        "where is X1 set",
        "where do I configure X1",
        "where does X1 come from",
        "which env var sets X1",
        "how is X1 configured",
        "where is the default value of X1 set",
        "which option controls X1",
        "where can the X1 setting be set",
    ],
}


@pytest.mark.parametrize(("relation", "text"), [(relation, text) for relation, texts in EXAMPLES.items() for text in texts])
def test_each_wording_asks_one_thing(relation: Relation, text: str) -> None:
    """Politeness, articles, kinds of things and quotes around the name say nothing."""
    asked = recognise(text)
    assert asked is not None
    assert (asked.relation, asked.name) == (relation, "X1")
    assert parse_query(text).kind is QueryKind.STRUCTURAL
    assert parse_query(text).structure == asked


@pytest.mark.parametrize(
    "text",
    [
        "how are sessions stored and where is the cookie signed",
        "where are sessions stored",
        "who uses it",
        "what calls what",
        "unit tests",
        "tests for when a file is missing",
        "import resolution tests",
        "where is the cookie set when the user logs in",
        "X1",
        "where is",
        "callers of",
        "what does this call",
        "usages",
        "who calls X1\nand why",
        "who calls " + "x" * 400,
        "",
        "who calls the",
        "/who calls X1/",
        "uses of",
        "Add callers of X1",
        "configure the tests of X1",
        "standard library type Serialize implementations",
        "where is it used",
    ],
)
def test_any_other_text_asks_nothing_about_structure(text: str) -> None:
    """More than one question, pronouns, conditions, and texts without a name."""
    assert recognise(text) is None or parse_query(text).structure is None


def test_words_are_joined_as_languages_join_them() -> None:
    """What was written comes first; a plain word may be a type's."""
    asked = recognise("which tests cover the pattern matcher")
    assert asked is not None
    assert asked.names == (
        "pattern matcher",
        "pattern_matcher",
        "patternMatcher",
        "PatternMatcher",
        "pattern-matcher",
        "PATTERN_MATCHER",
        "patternmatcher",
    )
    assert not asked.sure
    plain = recognise("subclasses of store")
    assert plain is not None
    assert plain.names == ("store", "Store")


@pytest.mark.parametrize(
    ("text", "sure"), [("who calls X1", True), ("who calls the run function", True), ("who calls `run`", True), ("who calls run", False)]
)
def test_a_name_that_looks_like_code_is_sure(text: str, sure: bool) -> None:
    asked = recognise(text)
    assert asked is not None
    assert asked.sure is sure


@pytest.mark.parametrize(
    "text",
    [
        "who calls " + "a " * 140,
        "the " * 75,
        "where is the default " * 14,
        "which " * 50,
        "'" * 290 + " calls",
        "tests of " * 33,
        "`" * 300,
    ],
)
def test_recognising_takes_no_time(text: str) -> None:
    """No wording is tried in more ways than its length allows."""
    began = time.process_time()
    recognise(text)
    assert time.process_time() - began < 0.1


@given(
    st.lists(
        st.sampled_from(["who", "calls", "tests", "of", "the", "X1", "`a b`", "where", "is", "used", "set", "?", "", "'"]), max_size=9
    ).map(" ".join)
)
def test_any_wording_is_taken(text: str) -> None:
    """A question that is recognised names something."""
    asked = recognise(text)
    assert asked is None or all(asked.names)
