"""What the resolver asks of a language: the rules that no syntax table can state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from graph.flow import Expression, ImportedName
from graph.values import Value, Values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graph.evaluate import Arguments, Attribute, Evaluator, Place


class Rules(Protocol):
    """One language's rules. Every method answers ``ANYTHING`` where it does not know."""

    class_scope_is_visible: bool
    """A method sees its class's members by their bare names."""
    call_method: str
    """The method that is called when an instance is called, or empty."""
    constructors: tuple[str, ...]
    """The methods that run when an instance is made, in order of preference."""

    def literal(self, type_: str) -> Values:
        """Return a value of a built-in type."""
        ...

    def free_bindings(self, evaluator: Evaluator, place: Place, name: str) -> list[Attribute]:
        """Return what a name denotes that no scope around the place binds: another file's, or built in."""
        ...

    def import_(self, evaluator: Evaluator, path: str, imported: ImportedName) -> list[Attribute]:
        """Return what an import brings."""
        ...

    def exported(self, evaluator: Evaluator, path: str, name: str) -> list[Attribute]:
        """Return what a module gives under a name."""
        ...

    def instances(self, evaluator: Evaluator, place: Place, expression: Expression) -> Values:
        """Return instances of the type that an expression names."""
        ...

    def base(self, evaluator: Evaluator, path: str, root: int) -> Values:
        """Return what one base of a class is worth."""
        ...

    def linearize(self, evaluator: Evaluator, path: str, scope: int) -> tuple[Value, ...]:
        """Return a class and its supertypes in the order of look-up."""
        ...

    def subtypes(self, evaluator: Evaluator, path: str, scope: int) -> Sequence[tuple[str, int]]:
        """Return the known subtypes of a class, direct and indirect."""
        ...

    def gathered(self, taking: int, declared: Values) -> Values:
        """Return what a parameter holds that takes several arguments of a declared type."""
        ...

    def returned(self, evaluator: Evaluator, path: str, scope: int, declared: Values) -> Values:
        """Return what a call yields of a function with this declared result."""
        ...

    def call_external(
        self, evaluator: Evaluator, callee: Value, place: Place | None, arguments: Arguments, passing: Values | None
    ) -> Values:
        """Return what calling somebody else's function yields."""
        ...

    def iterated(self, evaluator: Evaluator, value: Value) -> Values:
        """Return what a loop over a value yields."""
        ...

    def indexed(self, evaluator: Evaluator, place: Place, holder: Value, key: Expression) -> Values:
        """Return what ``holder[key]`` is worth."""
        ...

    def entered(self, evaluator: Evaluator, values: Values) -> Values:
        """Return what a context manager yields."""
        ...

    def loose_receiver(self, evaluator: Evaluator, path: str, scope: int) -> Values:
        """Return what ``this`` is worth outside of any class."""
        ...
