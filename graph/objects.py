"""Which objects the receiver of a call may be, where the code that makes every one of them is in sight.

A declared type only bounds what a variable holds: ``Shape s = new Circle()`` is a circle, and ``s.area()`` runs the circle's method.
So a local variable is followed to everything that is assigned to it, whatever the order, a field that keeps its first value to that, and
a call to what its function returns, down to the expressions that make objects. An ``INSTANCE`` found here is one of exactly that class.
``UNKNOWN`` says that others may arrive: then the declared type alone speaks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from graph.bindings import Attribute, Denoted, FoundBinding, Place
from graph.flow import (
    ABSTRACT,
    BLOCK,
    CALL,
    CAST,
    DEFINITION,
    EITHER,
    FUNCTION,
    FUNCTION_SCOPE,
    INTERFACE,
    LITERAL,
    MEMBER,
    METHOD,
    NAME,
    NEW,
    OPEN,
    ROOT,
    SUPER,
    VARIABLE,
    Expression,
)
from graph.values import ANYTHING, CLASS_OBJECT, FUNCTION_OBJECT, INSTANCE, UNKNOWN, Value, Values, union

if TYPE_CHECKING:
    from graph.evaluate import Evaluator

_PARTS = 3
"""Parts of a ``CAST`` that does not say what is cast, and of a ``NEW`` beside the nameless class."""
_MADE = frozenset({CALL, NEW, CAST, EITHER})
"""What makes an object, so that a method called on it belongs to one."""


class Objects:
    """Finds the objects that expressions may be worth."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._assigned: dict[str, dict[tuple[int, str], list[int]]] = {}
        self._handlers: dict[int, Callable[[Place, Expression], Values]] = {
            NAME: self._named,
            MEMBER: self._member,
            NEW: self._new,
            CAST: self._cast,
            EITHER: self._either,
            CALL: self._called,
            METHOD: self._method,
            ROOT: lambda place, expression: self.root(place[0], expression[2]),
            FUNCTION: evaluator.value,
            LITERAL: evaluator.value,
        }

    def of(self, place: Place, expression: Expression) -> Values:
        """Return the objects that an expression may be worth, with ``UNKNOWN`` where there may be others."""
        handler = self._handlers.get(expression[0])
        return ANYTHING if handler is None else handler(place, expression)

    def root(self, path: str, root: int) -> Values:
        """Return the objects that a whole expression may be worth."""
        expression = self._evaluator.flow(path).roots[root].expression if root >= 0 else None
        if expression is None:
            return ANYTHING
        return self._evaluator.answers.solve(("ob", path, root), lambda: self.of(self._evaluator.place(path, root), expression))

    # Expressions.

    def _named(self, place: Place, expression: Expression) -> Values:
        name = self._evaluator.rules(place[0]).variable(expression[2])
        found = self._evaluator.lookup((place[0], place[1], expression[1], place[3]), name)
        return self._any_of(found)

    def _member(self, place: Place, expression: Expression) -> Values:
        return self._any_of(self._evaluator.denoted(place, expression)) if expression[2] else ANYTHING

    def _any_of(self, found: Sequence[Denoted]) -> Values:
        return union(self._bound(each) if isinstance(each, FoundBinding) else ANYTHING for _, each in found) if found else ANYTHING

    def _bound(self, found: FoundBinding) -> Values:
        if found.binding.kind == DEFINITION:
            return self._evaluator.worth(found)
        if not self._is_followed(found):
            return ANYTHING
        return union(self.root(found.path, each) for each in self.assigned(found))

    def written(self, place: Place, expression: Expression) -> tuple[Place, Expression]:
        """Return the only expression that a variable gets its value from, and where that stands; else the expression itself."""
        seen: set[tuple[str, int]] = set()
        while True:
            path, roots = (place[0], [expression[2]]) if expression[0] == ROOT else self._only(place, expression)
            given = self._evaluator.flow(path).roots[roots[0]].expression if len(roots) == 1 and (path, roots[0]) not in seen else None
            if given is None:
                return place, expression
            seen.add((path, roots[0]))
            place, expression = self._evaluator.place(path, roots[0]), given

    def _only(self, place: Place, expression: Expression) -> tuple[str, list[int]]:
        """Return the file and the roots of what a variable is given that an expression names."""
        found = self._evaluator.denoted(place, expression) if expression[0] == MEMBER else []
        if expression[0] == NAME:
            name = self._evaluator.rules(place[0]).variable(expression[2])
            found = self._evaluator.lookup((place[0], place[1], expression[1], place[3]), name)
        bound = found[0][1] if len(found) == 1 else None
        return (bound.path, self.assigned(bound)) if isinstance(bound, FoundBinding) and self._is_followed(bound) else ("", [])

    def _is_followed(self, found: FoundBinding) -> bool:
        """Say whether a binding is a variable that has a value from the start, and gets others in sight only."""
        scope = self._evaluator.flow(found.path).scopes[found.scope]
        seen = scope.kind in {FUNCTION_SCOPE, BLOCK} or found.name in scope.fixed
        return seen and found.binding.kind == VARIABLE and found.binding.value >= 0

    def assigned(self, found: FoundBinding) -> list[int]:
        """Return the roots of all that a variable is given, its first value included."""
        if found.path not in self._assigned:
            self._assigned[found.path] = self._assignments(found.path)
        return [found.binding.value, *self._assigned[found.path].get((found.scope, found.name), ())]

    def _assignments(self, path: str) -> dict[tuple[int, str], list[int]]:
        """Return what is assigned in a file to variables, by the scope that binds them and their name."""
        flow, assigned = self._evaluator.flow(path), dict[tuple[int, str], list[int]]()
        for target, value in flow.stores:
            root = flow.roots[target]
            if root.expression is None or root.expression[0] != NAME:
                continue
            at, name = root.scope, root.expression[2]
            while at >= 0 and name not in flow.scopes[at].names:
                at = flow.scopes[at].parent
            assigned.setdefault((at, name), []).append(value)
        return assigned

    def _new(self, place: Place, expression: Expression) -> Values:
        if len(expression) > _PARTS + 1:
            return frozenset({(INSTANCE, place[0], expression[4][2])})
        return self._evaluator.instances(place, expression[2])

    def _cast(self, place: Place, expression: Expression) -> Values:
        if len(expression) > _PARTS:
            return self.of(place, expression[3])
        return self._evaluator.value(place, expression)

    def _either(self, place: Place, expression: Expression) -> Values:
        return union(self.of(place, option) for option in expression[2]) if expression[2] else ANYTHING

    def _method(self, place: Place, expression: Expression) -> Values:
        """Return the method that is taken, where no other class than those of known objects can have overridden it."""
        holder, evaluator = expression[2], self._evaluator
        objects = self.of(place, holder) if holder and holder[0] != SUPER else ANYTHING
        found: set[Value] = set()
        for each in evaluator.value(place, expression):
            fixed = each[0] == FUNCTION_OBJECT and (not evaluator.opened(each).flags & OPEN or (holder and holder[0] == SUPER))
            if fixed or each[0] == CLASS_OBJECT:
                found.add(each)
            else:
                found |= self.running(each, objects) if each[0] == FUNCTION_OBJECT else ANYTHING
        return frozenset(found)

    def _called(self, place: Place, expression: Expression) -> Values:
        return self._evaluator.answers.solve(("oc", place[0], expression[2][1]), lambda: self._made(place, expression))

    def _made(self, place: Place, expression: Expression) -> Values:
        """Return the objects that a call yields."""
        evaluator, callee, found = self._evaluator, expression[2], set[Value]()
        chained = callee[0] == MEMBER and callee[2] and callee[2][0] in _MADE and callee[3] not in evaluator.rules(place[0]).makers
        if chained and UNKNOWN in self.of(place, callee[2]):
            return ANYTHING  # of a chain of calls only the first is looked up
        denoted = evaluator.denoted(place, callee, called=True)
        if denoted and all(self._overridable(each) for _, each in denoted) and not self._is_on_known(place, callee):
            return ANYTHING  # before overloads are told apart, which takes longer
        if len(denoted) > 1 and all(isinstance(each, FoundBinding) and UNKNOWN in self._own_result(each) for _, each in denoted):
            return ANYTHING  # whichever of the overloads it is
        chosen = evaluator.rules(place[0]).applicable(evaluator, place, denoted, expression[3])
        for _, each in chosen:
            if isinstance(each, FoundBinding):
                found |= self._returned(place, callee, each)
            else:
                found |= evaluator.rules(place[0]).made_outside(evaluator, place, expression, each)
        return frozenset(found) if chosen else ANYTHING

    def _is_on_known(self, place: Place, callee: Expression) -> bool:
        """Say whether the objects are known that a call works on."""
        return callee[0] == MEMBER and bool(callee[2]) and UNKNOWN not in self.of(place, callee[2])

    def _returned(self, place: Place, callee: Expression, called: FoundBinding) -> Values:
        """Return the objects that a call of a function of the program yields."""
        flow = self._evaluator.flow(called.path)
        scope = flow.scopes[called.binding.target] if called.binding.kind == DEFINITION else None
        if scope is None or scope.kind != FUNCTION_SCOPE:
            return ANYTHING
        runs: Values = frozenset({(FUNCTION_OBJECT, called.path, called.binding.target, None)})
        if scope.flags & OPEN:
            runs = self.functions(place, callee, [called]) if callee[0] == MEMBER else ANYTHING
        return union(self._result(each) if each[0] == FUNCTION_OBJECT else ANYTHING for each in runs)

    def _own_result(self, found: FoundBinding) -> Values:
        return self._result((FUNCTION_OBJECT, found.path, found.binding.target)) if found.binding.kind == DEFINITION else ANYTHING

    def _result(self, function: Value) -> Values:
        """Return the objects that a function returns; what has no body may return others."""
        returned = self._evaluator.opened(function).returned
        return union(self.root(function[1], root) for root in returned) if returned else ANYTHING

    # What they run.

    def running(self, method: Value, objects: Iterable[Value]) -> Values:
        """Return what a call of a method runs on these objects, with ``UNKNOWN`` where that cannot be told for one of them."""
        runs = (self._in_class(method, each) if each[0] == INSTANCE else None for each in objects)
        return frozenset(UNKNOWN if each is None else each for each in runs)

    def _in_class(self, method: Value, instance: Value) -> Value | None:
        """Return the method that an instance of exactly this class runs; classes come before interfaces, and heirs before those above."""
        inherited: list[tuple[Value, Value]] = []
        for each in self._evaluator.lineage(instance[1], instance[2]):
            if each[0] != CLASS_OBJECT:
                if each == UNKNOWN or not self._evaluator.rules(instance[1]).lacks(each, self._evaluator.opened(method).name):
                    return None
                continue
            overriding = self._own(method, each)
            own = overriding[0] if overriding else None
            if len(overriding) > 1:
                return None
            if own is not None and not self._evaluator.opened(each).flags & INTERFACE:
                return None if self._evaluator.opened(own).flags & ABSTRACT else own
            inherited += [] if own is None else [(each, own)]
        lowest = [own for at, own in inherited if not any(self._is_above(at, other) for other, _ in inherited)]
        return lowest[0] if len(lowest) == 1 and not self._evaluator.opened(lowest[0]).flags & ABSTRACT else None

    def _is_above(self, base: Value, heir: Value) -> bool:
        return base != heir and base in self._evaluator.lineage(heir[1], heir[2])

    def _own(self, method: Value, class_: Value) -> list[Value]:
        """Return the methods of a class that may override another one: that one alone where it is the class's own."""
        evaluator, flow = self._evaluator, self._evaluator.flow(class_[1])
        wanted, found = evaluator.opened(method), list[Value]()
        for binding in flow.scopes[int(class_[2])].names.get(wanted.name, ()):
            if binding.kind != DEFINITION or flow.scopes[binding.target].kind != FUNCTION_SCOPE:
                continue
            if (class_[1], binding.target) == (method[1], method[2]):
                return [method]
            above, rules = evaluator.flow(method[1]), evaluator.rules(class_[1])
            if rules.overrides(flow, flow.scopes[binding.target], above, [wanted]) is not None:
                found.append((FUNCTION_OBJECT, class_[1], binding.target, None))
        return found

    def functions(self, place: Place, callee: Expression, named: Sequence[Attribute]) -> Values:
        """Return what a call of a member runs, by the objects that its receiver may be, ``UNKNOWN`` where that cannot be told.

        ``named`` is what the callee denotes by the receiver's declared type.
        """
        rules = self._evaluator.rules(place[0])
        method = self._overridable(named[0]) if len(named) == 1 else None
        runs_functions = bool(named) and all(rules.runs_a_function(self._evaluator, each) for each in named)
        if method is None and not runs_functions:
            return ANYTHING
        objects = self.of(place, callee[2])
        if not objects or UNKNOWN in objects:
            return objects
        if all(each[0] in {FUNCTION_OBJECT, CLASS_OBJECT} for each in objects):
            return objects if runs_functions else ANYTHING
        return ANYTHING if method is None else self.running(method, objects)

    def _overridable(self, found: Attribute) -> Value | None:
        """Return the function that an attribute is, where a subtype may have another one in its place."""
        if not isinstance(found, FoundBinding) or found.binding.kind != DEFINITION:
            return None
        scope = self._evaluator.flow(found.path).scopes[found.binding.target]
        function: Value = (FUNCTION_OBJECT, found.path, found.binding.target, None)
        return function if scope.kind == FUNCTION_SCOPE and scope.flags & OPEN else None
