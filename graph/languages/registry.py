"""The languages whose names the graph resolves: the module of each table and of each set of rules, loaded on first use."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import cast

from graph.lower import Grammar
from graph.program import Program
from graph.rules import Rules

_MODULES = {
    "c": ("c", "c_rules"),
    "cpp": ("cpp", "cpp_rules"),
    "csharp": ("csharp", "csharp_rules"),
    "java": ("java", "jvm_rules"),
    "python": ("python", "python_rules"),
}
"""By language: modules of this package that hold its ``GRAMMAR`` and its ``RULES``."""

RESOLVED = frozenset(_MODULES)


@cache
def grammar(language: str) -> Grammar:
    """Return a language's table. Raises ``KeyError`` for a language without one."""
    return cast("Grammar", import_module(f"graph.languages.{_MODULES[language][0]}").GRAMMAR)


def rules(language: str, program: Program) -> Rules:
    """Return a language's rules over a program; those that decide nothing for a language without any."""
    if language not in RESOLVED:
        return Rules(program)
    make = cast("Callable[[Program], Rules]", import_module(f"graph.languages.{_MODULES[language][1]}").RULES)
    return make(program)
