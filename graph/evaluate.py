"""What names and expressions are worth, for all languages: the evaluator, put together from its parts.

Flow-insensitive but for one thing: inside one function a name has the value of the assignments that reach the place, where that can be
told from the nesting of branches and loops.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from graph.bindings import Arguments, Attribute, Denoted, FoundBinding, PassedCall, Place
from graph.calls import ARGUMENTS, Calls
from graph.containers import Containers
from graph.flow import (
    AWAIT,
    CALL,
    CAST,
    CLASS,
    EITHER,
    ELEMENT,
    ENTER,
    FUNCTION,
    INDEX,
    ITEM,
    LITERAL,
    MAPPING,
    MEMBER,
    METHOD,
    NAME,
    NEW,
    ROOT,
    SELF,
    SEQUENCE,
    SPREAD,
    SUPER,
    Expression,
    FileFlow,
    Scope,
)
from graph.members import Members
from graph.names import Names
from graph.objects import Objects
from graph.program import Program
from graph.values import ANYTHING, CLASS_OBJECT, FUNCTION_OBJECT, SUPERTYPE, FixedPoint, Value, Values, union

if TYPE_CHECKING:
    from graph.rules import Rules


__all__ = ["ARGUMENTS", "Arguments", "Attribute", "Denoted", "Evaluator", "FoundBinding", "PassedCall", "Place"]


class Evaluator:
    """Answers what expressions of a program are worth."""

    def __init__(self, program: Program, rules: Callable[[str], Rules]) -> None:
        self.program = program
        self.rules = rules
        self.answers = FixedPoint()
        self._flows: dict[str, FileFlow] = {}
        names, members, calls, containers = Names(self), Members(self), Calls(self), Containers(self)
        # The parts ask each other through these.
        self.named = names.named
        self.lookup = names.lookup
        self.bound_in = names.bound_in
        self.denoted = names.denoted
        self.chosen = names.chosen
        self.follow = names.follow
        self.brought = names.brought
        self.bound = names.bound
        self.parameter = names.parameter
        self.defined = names.defined
        self.imported = names.imported
        self.worth = names.worth
        self.receiver = names.receiver
        self.member = members.member
        self.attribute_value = members.attribute_value
        self.attributes = members.attributes
        self.own_attributes = members.own_attributes
        self.module_bindings = members.module_bindings
        self.lineage = members.lineage
        self.bases = members.bases
        self.use_calls = calls.use_calls
        self.called = calls.called
        self.passed_to = calls.passed_to
        self.result = calls.result
        self.argument = calls.argument
        self.arguments = calls.arguments
        self.site = containers.site
        self.elements = containers.elements
        self.items = containers.items
        self.awaited = containers.awaited
        self.objects = Objects(self)
        self._handlers = self._by_operation(members, calls, containers)

    def _by_operation(self, members: Members, calls: Calls, containers: Containers) -> dict[int, Callable[[Place, Expression], Values]]:
        return {
            NAME: self._name,
            MEMBER: members.member_value,
            METHOD: members.method_value,
            CALL: calls.call_value,
            NEW: self._new,
            INDEX: containers.index_value,
            LITERAL: self._literal,
            SEQUENCE: containers.site_value,
            MAPPING: containers.site_value,
            FUNCTION: lambda place, expression: frozenset({(FUNCTION_OBJECT, place[0], expression[2], None)}),
            CLASS: lambda place, expression: frozenset({(CLASS_OBJECT, place[0], expression[2])}),
            EITHER: self._either,
            ELEMENT: lambda place, expression: self.elements(self.rules(place[0]), self.value(place, expression[2])),
            ITEM: containers.item_value,
            AWAIT: lambda place, expression: self.awaited(self.value(place, expression[2])),
            ENTER: self._enter,
            SELF: lambda place, _: self.receiver(place[0], place[1]),
            SUPER: self._super,
            CAST: lambda place, expression: self.instances(place, expression[2]),
            ROOT: lambda place, expression: self.root(place[0], expression[2]),
            SPREAD: lambda place, expression: self.elements(self.rules(place[0]), self.value(place, expression[2])),
        }

    # What was looked at.

    def look(self, what: str) -> None:
        """Take note that the present answer rests on a file (its path), or on who else has a name."""
        self.answers.look(what)

    def flow(self, path: str) -> FileFlow:
        """Return a file's flow, and take note of having looked at it."""
        self.answers.look(path)
        flow = self._flows.get(path)
        if flow is None:
            flow = self._flows[path] = self.program.unit(path).flow
        return flow

    def opened(self, value: Value) -> Scope:
        """Return the scope of a function, a class, or an instance's class."""
        at: int = value[2]
        return self.flow(value[1]).scopes[at]

    # Expressions.

    def place(self, path: str, root: int) -> Place:
        """Return where a root stands."""
        found = self.flow(path).roots[root]
        return path, found.scope, 0 if found.expression is None else found.expression[1], found.branch

    def root(self, path: str, root: int) -> Values:
        """Return what a whole expression is worth."""
        if root < 0:
            return ANYTHING
        expression = self.flow(path).roots[root].expression
        if expression is None:
            return ANYTHING
        if expression[0] in {FUNCTION, LITERAL}:
            return self.value(self.place(path, root), expression)
        return self.answers.solve(("r", path, root), lambda: self.value(self.place(path, root), expression))

    def value(self, place: Place, expression: Expression) -> Values:
        """Return what an expression is worth at a place."""
        return self._handlers[expression[0]](place, expression)

    def _either(self, place: Place, expression: Expression) -> Values:
        if not expression[2]:
            return ANYTHING
        return union(self.value(place, option) for option in expression[2])

    def _literal(self, place: Place, expression: Expression) -> Values:
        return self.rules(place[0]).literal(expression[2])

    def _name(self, place: Place, expression: Expression) -> Values:
        return self.named((place[0], place[1], expression[1], place[3]), expression[2])

    def _super(self, place: Place, expression: Expression) -> Values:
        owner = self.program.enclosing_class(place[0], place[1])
        classes: Values = frozenset({(CLASS_OBJECT, place[0], owner)}) if owner >= 0 else ANYTHING
        if len(expression) > 2 and expression[2][0] == NAME:
            classes = self.value(place, expression[2])
        if any(each[0] != CLASS_OBJECT for each in classes):
            return ANYTHING
        return frozenset((SUPERTYPE, of[1], of[2], each) for of in classes for each in self.receiver(place[0], place[1]))

    def _new(self, place: Place, expression: Expression) -> Values:
        return self.instances(place, expression[2])

    def _enter(self, place: Place, expression: Expression) -> Values:
        return self.rules(place[0]).entered(self, self.value(place, expression[2]))

    # Types.

    def declared(self, path: str, root: int) -> Values:
        """Return instances of the type that a root names; ``UNKNOWN`` where that is not known."""
        expression = self.flow(path).roots[root].expression
        if expression is None:
            return ANYTHING
        return self.answers.solve(("t", path, root), lambda: self.instances(self.place(path, root), expression))

    def instances(self, place: Place, expression: Expression) -> Values:
        """Return instances of the type that an expression names."""
        return self.rules(place[0]).instances(self, place, expression)
