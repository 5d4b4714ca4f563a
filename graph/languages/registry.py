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


def _javascript() -> Language:
    from graph.languages.javascript import GRAMMAR
    from graph.languages.javascript_rules import RULES

    return Language(GRAMMAR, RULES)


def _python() -> Language:
    from graph.languages.python import GRAMMAR
    from graph.languages.python_rules import RULES

    return Language(GRAMMAR, RULES)


def _go() -> Language:
    from graph.languages.go import GRAMMAR
    from graph.languages.go_rules import RULES

    return Language(GRAMMAR, RULES)


def _rust() -> Language:
    from graph.languages.rust import GRAMMAR
    from graph.languages.rust_rules import RULES

    return Language(GRAMMAR, RULES)


def _java() -> Language:
    from graph.languages.java import GRAMMAR
    from graph.languages.java_rules import RULES

    return Language(GRAMMAR, RULES)


def _kotlin() -> Language:
    from graph.languages.kotlin import GRAMMAR
    from graph.languages.kotlin_rules import RULES

    return Language(GRAMMAR, RULES)


def _scala() -> Language:
    from graph.languages.scala import GRAMMAR
    from graph.languages.scala_rules import RULES

    return Language(GRAMMAR, RULES)


def _c() -> Language:
    from graph.languages.c import GRAMMAR
    from graph.languages.c_rules import RULES

    return Language(GRAMMAR, RULES)


def _cpp() -> Language:
    from graph.languages.cpp import GRAMMAR
    from graph.languages.cpp_rules import RULES

    return Language(GRAMMAR, RULES)


def _csharp() -> Language:
    from graph.languages.csharp import GRAMMAR
    from graph.languages.csharp_rules import RULES

    return Language(GRAMMAR, RULES)


def _php() -> Language:
    from graph.languages.php import GRAMMAR
    from graph.languages.php_rules import RULES

    return Language(GRAMMAR, RULES)


def _ruby() -> Language:
    from graph.languages.ruby import GRAMMAR
    from graph.languages.ruby_rules import RULES

    return Language(GRAMMAR, RULES)


_LANGUAGES: dict[str, Callable[[], Language]] = {
    "c": _c,
    "cpp": _cpp,
    "csharp": _csharp,
    "java": _java,
    "kotlin": _kotlin,
    "scala": _scala,
    "go": _go,
    "javascript": _javascript,
    "php": _php,
    "python": _python,
    "ruby": _ruby,
    "rust": _rust,
    "svelte": _javascript,
    "tsx": _javascript,
    "typescript": _javascript,
    "vue": _javascript,
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
