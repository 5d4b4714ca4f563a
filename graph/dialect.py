"""What only some languages need: overloads, extensions, namespaces, methods and variables of one name.

``Dialect`` answers as a language without any of them does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from graph.flow import Binding, FileFlow, Scope
from graph.values import ANYTHING, NOTHING, Value, Values

if TYPE_CHECKING:
    from graph.evaluate import Arguments, Attribute, Denoted, Evaluator, Place


class Dialect:
    """The part of a language's rules that most languages leave alone."""

    functions_apart: ClassVar[bool] = False
    """A method and a variable may have one name; whether it is called says which is meant."""
    receivers_are_implicit: ClassVar[bool] = False
    """Members of a class, and of what an extension or lambda works on, have bare names everywhere inside."""
    accessors_are_called: ClassVar[bool] = False
    """To name a function without parameters is to call it."""
    has_extensions: ClassVar[bool] = False
    """A function outside of a type may be called as if it were its method."""
    overloaded: ClassVar[bool] = False
    """Several functions may have one name; the arguments say which is meant."""

    fallbacks: ClassVar[frozenset[str]] = frozenset()
    """Built-in names, which a file's own binding in a branch that may not run leaves as they are."""

    def spelled(self, name: str) -> str:
        """Return a name as the source has it, where the table adds what tells two things of one name apart."""
        return name

    def by_use(self, flow: FileFlow, found: list[Binding], *, called: bool) -> list[Binding]:
        """Return the bindings of a name that can be called, or those that can be read (``functions_apart``)."""
        del flow, called
        return found

    def overloads(self, evaluator: Evaluator, holder: Value, lineage: Sequence[Value], name: str) -> list[Attribute]:
        """Return all functions of a name that a class and its supertypes have (``overloaded``)."""
        del evaluator, holder, lineage, name
        return [ANYTHING]

    def applicable(self, evaluator: Evaluator, place: Place, found: list[Denoted], arguments: Arguments) -> list[Denoted]:
        """Return what can be meant of what a callee denotes, by the arguments."""
        del evaluator, place, arguments
        return found

    def takes(self, evaluator: Evaluator, function: Value, arguments: Arguments) -> bool:
        """Say whether a function can be called with so many arguments of these names; yes where a language does not mind."""
        del evaluator, function, arguments
        return True

    def extensions(self, evaluator: Evaluator, place: Place, holder: Value, name: str, *, called: bool) -> list[Attribute]:
        """Return the extensions of a name that are visible at a place and fit a value (``has_extensions``)."""
        del evaluator, place, holder, name, called
        return []

    def overrides(self, flow: FileFlow, method: Scope, above: FileFlow, candidates: Sequence[Scope]) -> Scope | None:
        """Return which of a supertype's methods of the same name a method overrides; roots belong to the two flows."""
        del flow, method, above
        return candidates[-1] if candidates else None

    def handed(self, evaluator: Evaluator, path: str, scope: int, name: str) -> Values:
        """Return what a function without a name is given by what it is passed to; nothing where the calls of it say."""
        del evaluator, path, scope, name
        return NOTHING

    def has_builtin(self, symbol: str) -> bool:
        """Say whether a built-in type has a member (``str.upper``); yes where nobody knows."""
        del symbol
        return True

    def builtin_symbol(self, holder: Value, name: str) -> tuple[str, str] | None:
        """Return package and symbol of a method of a built-in container, None for what its type says."""
        del holder, name
        return None
