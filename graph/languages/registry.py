"""The languages whose names the graph resolves: the table and the rules of each, loaded on first use."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from graph.lower import Grammar
from graph.program import Program
from graph.rules import Rules


class Language(NamedTuple):
    """What the graph knows of one language."""

    grammar: Grammar
    rules: Callable[[Program], Rules]


def _python() -> Language:
    from graph.languages.python import GRAMMAR
    from graph.languages.python_rules import RULES

    return Language(GRAMMAR, RULES)


def _java() -> Language:
    from graph.languages.java import GRAMMAR
    from graph.languages.jvm_rules import RULES

    return Language(GRAMMAR, RULES)


def _kotlin() -> Language:
    from graph.languages.kotlin import GRAMMAR
    from graph.languages.kotlin_rules import RULES

    return Language(GRAMMAR, RULES)


def _scala() -> Language:
    from graph.languages.scala import GRAMMAR
    from graph.languages.scala_rules import RULES

    return Language(GRAMMAR, RULES)


_LANGUAGES: dict[str, Callable[[], Language]] = {
    "java": _java,
    "kotlin": _kotlin,
    "scala": _scala,
    "python": _python,
}

RESOLVED = frozenset(_LANGUAGES)


@cache
def _loaded(language: str) -> Language:
    return _LANGUAGES[language]()


def grammar(language: str) -> Grammar:
    """Return a language's table. Raises ``KeyError`` for a language without one."""
    return _loaded(language).grammar


def rules(language: str, program: Program) -> Rules:
    """Return a language's rules over a program; those that decide nothing for a language without any."""
    return _loaded(language).rules(program) if language in RESOLVED else Rules(program)
