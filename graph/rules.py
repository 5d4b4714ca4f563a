"""What the resolver asks of a language beside its table: how modules are found, what types mean, what is visible where.

``Rules`` is what most languages share; a language overrides what it does in its own way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from graph.flow import DEFINITION, EITHER, INDEX, LITERAL, MEMBER, NAME, Binding, Expression, FileFlow, ImportedName, Scope
from graph.program import Program, heirs_by_name
from graph.values import (
    ANYTHING,
    CLASS_OBJECT,
    CONTAINER,
    EXTERNAL_INSTANCE,
    EXTERNAL_OBJECT,
    INSTANCE,
    NOTHING,
    UNKNOWN,
    Value,
    Values,
    union,
)

if TYPE_CHECKING:
    from graph.evaluate import Arguments, Attribute, Denoted, Evaluator, FoundBinding, Place


class Rules:
    """One language's rules over one program. Every method answers ``ANYTHING`` where it does not know."""

    members_need_no_receiver: ClassVar[bool] = False
    """A method sees its class's members by their bare names."""
    call_method: ClassVar[str] = ""
    """The method that is called when an instance is called, or empty."""
    constructors: ClassVar[tuple[str, ...]] = ()
    """The methods that run when an instance is made, in order of preference."""
    builtin_package: ClassVar[str] = "builtins"
    """The package that the types of literals belong to."""

    functions_apart: ClassVar[bool] = False
    """A method and a variable may have one name; whether it is called says which is meant."""
    overloaded: ClassVar[bool] = False
    """Several functions may have one name; the arguments say which is meant."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._heirs: dict[str, list[tuple[str, int]]] | None = None

    # Names.

    def free_bindings(self, evaluator: Evaluator, place: Place, name: str, *, called: bool = False) -> list[Attribute]:
        """Return what a name denotes that no scope around the place binds: another file's, or built in."""
        del evaluator, place, name, called
        return [ANYTHING]

    def implicit_members(self, evaluator: Evaluator, path: str, scope: int, name: str, *, called: bool = False) -> list[Denoted]:
        """Return the members of a class, inherited ones included, that a bare name denotes inside of it.

        Also asked for a function without a name and for an extension, which may have a receiver.
        """
        holder: Value = (INSTANCE, path, scope)
        return [(holder, each) for each in evaluator.own_attributes(holder, name, called=called)]

    def meant(self, flow: FileFlow, found: list[Binding], *, called: bool) -> list[Binding]:
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

    def overrides(self, flow: FileFlow, method: Scope, above: FileFlow, candidates: Sequence[Scope]) -> Scope | None:
        """Return which of a supertype's methods of the same name a method overrides; roots belong to the two flows."""
        del flow, method, above
        return candidates[-1] if candidates else None

    def within(self, evaluator: Evaluator, namespace: Value, name: str) -> list[Attribute]:
        """Return what a package or namespace has under a name."""
        del evaluator, namespace, name
        return [ANYTHING]

    def files_of(self, namespace: Value) -> list[str]:
        """Return the files that an import of a package or namespace brings."""
        del namespace
        return []

    def import_(self, evaluator: Evaluator, path: str, imported: ImportedName, *, called: bool = False) -> list[Attribute]:
        """Return what an import brings."""
        del evaluator, path, imported, called
        return [ANYTHING]

    def exported(self, evaluator: Evaluator, path: str, name: str) -> list[Attribute]:
        """Return what a module gives under a name."""
        return evaluator.module_bindings(path, name) or [ANYTHING]

    def loose_receiver(self, evaluator: Evaluator, path: str, scope: int) -> Values:
        """Return what ``this`` is worth outside of any class."""
        del evaluator, path, scope
        return ANYTHING

    def spelled(self, name: str) -> str:
        """Return a name as the source has it, where the table adds to it what tells two things of one name apart."""
        return name

    def extensions(self, evaluator: Evaluator, place: Place, holders: Iterable[Value], name: str) -> list[Denoted]:
        """Return functions written outside of a type that can be called as its members at a place."""
        del evaluator, place, holders, name
        return []

    # Types.

    def literal(self, type_: str) -> Values:
        """Return a value of a built-in type; nothing for the null value."""
        return NOTHING if type_ in {"None", "null"} else frozenset({(EXTERNAL_INSTANCE, self.builtin_package, type_)})

    def instances(self, evaluator: Evaluator, place: Place, expression: Expression) -> Values:
        """Return instances of the type that an expression names."""
        operation = expression[0]
        if operation in {NAME, MEMBER}:
            return union(self.instance_of(evaluator, place, each) for _, each in evaluator.denoted(place, expression))
        if operation == INDEX:
            return self.instances(evaluator, place, expression[2])
        if operation == EITHER and expression[2]:
            return union(self.instances(evaluator, place, option) for option in expression[2])
        if operation == LITERAL:
            return self.literal(expression[2])
        return ANYTHING

    def instance_of(self, evaluator: Evaluator, place: Place, found: Attribute) -> Values:
        """Return instances of the type that a binding or value is."""
        del place
        values = evaluator.attribute_value(None, found)
        return union(self.made(value) for value in values)

    def made(self, value: Value) -> Values:
        """Return an instance of one class."""
        if value[0] == CLASS_OBJECT:
            return frozenset({(INSTANCE, value[1], value[2])})
        return frozenset({(EXTERNAL_INSTANCE, value[1], value[2])}) if value[0] == EXTERNAL_OBJECT else ANYTHING

    def gathered(self, taking: int, declared: Values) -> Values:
        """Return what a parameter holds that takes several arguments of a declared type."""
        del taking
        return declared

    def handed(self, evaluator: Evaluator, path: str, scope: int, name: str) -> Values:
        """Return what a function without a name is given by what it is passed to; nothing where the calls of it say."""
        del evaluator, path, scope, name
        return NOTHING

    def returned(self, evaluator: Evaluator, path: str, scope: int, declared: Values) -> Values:
        """Return what a call yields of a function with this declared result."""
        del evaluator, path, scope
        return declared

    # Classes.

    def base(self, evaluator: Evaluator, path: str, root: int) -> Values:
        """Return what one base of a class is worth."""
        return evaluator.root(path, root)

    def linearize(self, evaluator: Evaluator, path: str, scope: int) -> tuple[Value, ...]:
        """Return a class and its supertypes in the order of look-up: depth first, first base first."""
        order: dict[Value, None] = {(CLASS_OBJECT, path, scope): None}
        for values in evaluator.bases(path, scope):
            for value in sorted(values, key=repr):
                if value[0] == CLASS_OBJECT:
                    order.update(dict.fromkeys(evaluator.lineage(value[1], value[2])))
                else:
                    order[value if value[0] == EXTERNAL_OBJECT else UNKNOWN] = None
        return tuple(order)

    def subtypes(self, evaluator: Evaluator, path: str, scope: int) -> list[tuple[str, int]]:
        """Return the known subtypes of a class, direct and indirect."""
        found = evaluator.answers.solve(("h", path, scope), lambda: self._find_subtypes(evaluator, path, scope))
        return sorted(each[1:] for each in found)

    def _find_subtypes(self, evaluator: Evaluator, path: str, scope: int) -> Values:
        if self._heirs is None:
            self._heirs = heirs_by_name(self.program)
        of: Value = (CLASS_OBJECT, path, scope)
        name = evaluator.opened(of).name
        evaluator.look(f"heirs of {name}")
        found: set[Value] = set()
        for heir in self._heirs.get(name, ()):
            if any(of in values for values in evaluator.bases(*heir)):
                found |= {(CLASS_OBJECT, *heir), *((CLASS_OBJECT, *each) for each in self.subtypes(evaluator, *heir))}
        return frozenset(found)

    def constructors_of(self, evaluator: Evaluator, class_: Value, place: Place, arguments: Arguments) -> list[FoundBinding]:
        """Return the methods that may run when a class is instantiated with these arguments, where the program has them."""
        del place, arguments
        for name in self.constructors:
            for each in evaluator.attributes(class_, name):
                if not isinstance(each, frozenset) and each.binding.kind == DEFINITION:
                    return [each]
        return []

    # What is not in the program.

    def builtin_symbol(self, holder: Value, name: str) -> tuple[str, str]:
        """Return package and symbol of a method of a built-in container."""
        return "builtins", f"{holder[1] if holder[0] == CONTAINER else 'object'}.{name}"

    def call_external(self, evaluator: Evaluator, callee: Value, place: Place, arguments: Arguments, passing: Values | None) -> Values:
        """Return what calling somebody else's function yields."""
        del evaluator, callee, place, arguments, passing
        return ANYTHING

    def iterated(self, evaluator: Evaluator, value: Value) -> Values:
        """Return what a loop over a value yields."""
        del evaluator
        return union(value[2]) if value[0] == CONTAINER and value[2] else ANYTHING

    def indexed(self, evaluator: Evaluator, place: Place, holder: Value, key: Expression) -> Values:
        """Return what ``holder[key]`` is worth."""
        del evaluator, place, key
        return holder[2][-1] if holder[0] == CONTAINER and holder[2] else ANYTHING

    def entered(self, evaluator: Evaluator, values: Values) -> Values:
        """Return what a context manager yields."""
        del evaluator
        return values
