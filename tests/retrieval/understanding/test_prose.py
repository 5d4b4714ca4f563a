"""Other languages lose their empty words, English loses none; texts that ask several things are taken apart."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.query import parse_query
from retrieval.understanding.parts import MAX_PARTS
from retrieval.understanding.prose import foreign_stop_words, without_marks, without_particles


@pytest.mark.parametrize(
    ("text", "kept", "gone"),
    [
        ("wo werden die Sitzungen gespeichert und wie wird das Cookie signiert", {"sitzungen", "cooki"}, {"wo", "die", "und", "das"}),
        ("Où sont stockées les sessions de `SessionStore` ?", {"session", "sessionstore"}, {"sont", "les", "de"}),
        ("¿dónde están guardadas las sesiones del usuario?", {"sesion"}, {"las", "del", "nde", "est"}),
        ("Onde são guardadas as sessões do usuário?", {"guardada"}, {"ond", "as", "do"}),
        ("dove sono salvate le sessioni della cassa", {"sessioni", "cassa"}, {"dov", "sono", "le", "della"}),
        ("где хранятся сессии в SessionStore", {"сессии", "sessionstore"}, {"где", "в"}),
        ("如何解析用户的配置 parseConfig", {"解析", "配置", "parseconfig"}, {"如何", "何解"}),
        ("セッションはどこに保存されていますか", {"保存", "セッ"}, {"どこ", "てい"}),
    ],
)
def test_empty_words_of_other_languages_go(text: str, kept: set[str], gone: set[str]) -> None:
    """Names lead as they do in English."""
    found = {term.text for term in parse_query(text).terms}
    assert kept <= found
    assert not gone & found


@pytest.mark.parametrize(
    "text",
    [
        "convert der to des",
        "where is the mit license",
        "die roll simulation",
        "wo and wie in the parser of the cart",
        "for the le in les",
    ],
)
def test_english_loses_no_term(text: str) -> None:
    """A few words that another language has too make no foreign text."""
    english = frozenset(["to", "where", "is", "the", "and", "in", "of", "for", "a"])
    assert foreign_stop_words(text, english) == frozenset()


def test_marks_beyond_ascii_are_cut_from_foreign_words() -> None:
    assert without_marks("«sesión» …¿qué?") == " sesión    qué?"
    assert without_marks("plain «") == "plain  "
    assert without_particles("naïve text’s") == "naïve text’s"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("how are sessions stored and where is the cookie signed?", ("how are sessions stored", "where is the cookie signed?")),
        (
            "How are cart sessions stored? Where is the login cookie signed?",
            ("How are cart sessions stored?", "Where is the login cookie signed?"),
        ),
        (
            "where is the cart total rounded, and how are price lists loaded",
            ("where is the cart total rounded", "how are price lists loaded"),
        ),
        (
            "Please do:\n1. add a retry to the client\n2. rename the session cookie",
            ("add a retry to the client", "rename the session cookie"),
        ),
        ("- cart total rounding\n- session cookie signing", ("cart total rounding", "session cookie signing")),
        ("how are sessions stored and how does it work", ()),
        ("how are sessions stored and retrieved", ()),
        ("how are sessions stored? how are sessions stored?", ()),
        ("session cookie", ()),
        ("fix(cart): round totals\n\n* round cart totals\n* add price tests", ()),
        ("\n".join(f"- cart total{at} rounding{at}" for at in range(MAX_PARTS + 1)), ()),
    ],
)
def test_questions_that_stand_alone_are_parts(text: str, parts: tuple[str, ...]) -> None:
    """Each says something that the others do not; anything else is one question."""
    assert parse_query(text).parts == parts


@pytest.mark.parametrize("unit", [" and how is", "? ", "- a\n", "1. ", ", where the", "的", "の", "wo wie ", "и "])
def test_no_text_takes_longer_than_its_length_allows(unit: str) -> None:
    text = "how " + unit * (60_000 // len(unit))
    began = time.process_time()
    parse_query(text)
    assert time.process_time() - began < 1.5


@given(st.text(max_size=60), st.sampled_from(["wo wird ", "dónde está ", "где ", "の", ""]))
def test_any_language_is_taken(text: str, prefix: str) -> None:
    foreign_stop_words(prefix + text, frozenset())
    without_particles(prefix + text)
