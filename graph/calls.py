"""What calls yield, and what parameters are worth that no type is declared for.

A function's result may contain ``ARGUMENT`` values, which each call replaces by what it passes, so that a decorator that returns its
argument does not mix up everything it decorates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from graph.bindings import Arguments, PassedCall, Place
from graph.flow import ASYNC, DEFINITION, GENERATOR, MEMBER, NAME, OVERLOAD, REST, SPREAD, Expression, Scope
from graph.values import (
    ANYTHING,
    ARGUMENT,
    BUILTIN_METHOD,
    CLASS_OBJECT,
    CONTAINER,
    EXTERNAL_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    UNKNOWN,
    Value,
    Values,
    container,
    union,
)

if TYPE_CHECKING:
    from graph.evaluate import Evaluator


ARGUMENTS = "arguments"
"""What an answer looked at that asked what calls give a parameter."""

MOST_CALLS = 12
"""A parameter of a function with more calls than that may be anything: a set of so many candidates tells nobody much."""
_MAX_LEVEL = 2
"""How many calls up an argument is followed that is itself a parameter."""


class Calls:
    """Finds what calls yield and what they pass."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self.passed: Mapping[tuple[str, int], Sequence[PassedCall]] = {}
        """Calls by the function they reach; empty while those calls are being looked for."""

    def use_calls(self, passed: Mapping[tuple[str, int], Sequence[PassedCall]]) -> None:
        """From now on let parameters have what these calls give them."""
        self.passed = passed
        self._evaluator.answers.forget(ARGUMENTS)

    def call_value(self, place: Place, expression: Expression) -> Values:
        """Return what ``callee(arguments)`` yields."""
        callee, arguments = expression[2], expression[3]
        if callee[0] in {NAME, MEMBER} and self._evaluator.rules(place[0]).overloaded:
            return self._evaluator.answers.solve(("k", place[0], callee[1]), lambda: self._overload_value(place, callee, arguments))
        if callee[0] in {NAME, MEMBER}:  # of a chain of calls every one is asked for by the next
            return self._evaluator.answers.keep((place[0], callee[1]), lambda: self._call_value(place, callee, arguments))
        return self._call_value(place, callee, arguments)

    def _call_value(self, place: Place, callee: Expression, arguments: Arguments) -> Values:
        return union(self.called(each, place, arguments) for each in self._evaluator.value(place, callee))

    def _overload_value(self, place: Place, callee: Expression, arguments: Arguments) -> Values:
        found = self._evaluator.chosen(place, callee, arguments)
        values = union(self._evaluator.attribute_value(holder, each) for holder, each in found)
        made = union(self.called(each, place, arguments) for each in values)
        return made if UNKNOWN not in made else self._evaluator.rules(place[0]).yielded(self._evaluator, place, callee) or made

    def called(self, callee: Value, place: Place | None, arguments: Arguments, *, passing: Values | None = None) -> Values:
        """Return what calling a value yields. ``passing`` is a single argument that is written nowhere."""
        kind = callee[0]
        if kind == FUNCTION_OBJECT:
            result = self.result(callee[1], callee[2], callee[3])
            return self._substitute(result, callee, place, arguments, passing)
        if kind == CLASS_OBJECT:
            return frozenset({(INSTANCE, callee[1], callee[2])})
        if kind == INSTANCE:
            call = self._evaluator.rules(callee[1]).call_method
            called: set[Value] = set()
            for method in self._evaluator.member(callee, call, called=True) if call else ANYTHING:
                called |= ANYTHING if method[0] == INSTANCE else self.called(method, place, arguments, passing=passing)
            return frozenset(called)
        if kind == CONTAINER and callee[1] == "Callable" and callee[2]:
            return callee[2][0]
        if kind == CONTAINER:
            return ANYTHING if place is None else self._evaluator.rules(place[0]).call_container(callee)
        if kind == ARGUMENT:
            found: set[Value] = set()
            for value in self.arguments(callee):
                found |= ANYTHING if value[0] == ARGUMENT else self.called(value, place, arguments, passing=passing)
            return frozenset(found)
        if kind in {EXTERNAL_OBJECT, BUILTIN_METHOD}:
            return (
                ANYTHING
                if place is None
                else self._evaluator.rules(place[0]).call_external(self._evaluator, callee, place, arguments, passing)
            )
        return ANYTHING

    def result(self, path: str, scope: int, bound: Value | None) -> Values:
        """Return what a function returns; ``ARGUMENT`` values stand for what it is called with."""
        found = self._evaluator.answers.solve(("f", path, scope), partial(self._result, path, scope))
        follows = bound is not None and bound[0] in {INSTANCE, CLASS_OBJECT}
        if bound is not None and follows and self._evaluator.rules(path).result_follows_receiver(self._evaluator, path, scope):
            found = frozenset(_rebound(value, path, self._evaluator.flow(path).scopes[scope].parent, bound) for value in found)
        return found

    def _result(self, path: str, scope: int) -> Values:
        function = self._evaluator.flow(path).scopes[scope]
        rules = self._evaluator.rules(path)
        for roots in ([] if function.flags & OVERLOAD else [function.returns], self._signatures(path, function)):
            declared = union(self._evaluator.declared(path, root) if root >= 0 else ANYTHING for root in roots)
            if declared and UNKNOWN not in declared:
                return rules.returned(self._evaluator, path, scope, declared)
        if function.flags & GENERATOR:
            yielded = union(self._evaluator.root(path, root) for root in function.yielded)
            return frozenset({container("Iterator", yielded)})
        if function.flags & OVERLOAD or (not function.returned and function.end - function.start < 2):
            return ANYTHING
        returned = union(self._evaluator.root(path, root) for root in function.returned)
        if function.flags & ASYNC:
            return frozenset({container("Awaitable", returned)})
        return returned

    def _signatures(self, path: str, function: Scope) -> list[int]:
        """Return the declared results of the overloads that a function is one of, or that stand before it."""
        if self._evaluator.rules(path).overloaded:
            return [function.returns]
        flow = self._evaluator.flow(path)
        named = flow.scopes[function.parent].names.get(function.name, ()) if function.name else ()
        scopes = [flow.scopes[each.target] for each in named if each.kind == DEFINITION]
        return [each.returns for each in scopes if each.flags & OVERLOAD] or [function.returns]

    def _substitute(self, result: Values, callee: Value, place: Place | None, arguments: Arguments, passing: Values | None) -> Values:
        if not any(value[0] == ARGUMENT for value in result):
            return result
        found: set[Value] = set()
        for value in result:
            if value[0] != ARGUMENT or (value[1], value[2]) != (callee[1], callee[2]):
                found.add(value)
            elif passing is not None:
                found |= passing
            elif place is not None:
                found |= self.argument(callee[1], callee[2], value[3], place, arguments, bound=callee[3] is not None)
        return frozenset(found)

    def argument(self, path: str, scope: int, name: str, place: Place, arguments: Arguments, *, bound: bool) -> Values:
        """Return what one call gives a parameter."""
        parameters = self._evaluator.flow(path).scopes[scope].parameters
        index = next((at for at, each in enumerate(parameters) if each.name == name), -1)
        if index < 0:
            return ANYTHING
        position = index - (bound and self._evaluator.rules(path).receiver_is_parameter)
        found: set[Value] = set()
        for keyword, given in arguments:
            if keyword == name:
                return self._evaluator.value(place, given)
        plain = [given for keyword, given in arguments if not keyword]
        taking = parameters[index].taking
        if taking == REST:
            rest = [self._evaluator.value(place, given) for given in plain[max(position, 0) :]]
            return frozenset({container("tuple", union(rest))})
        by_name = any(each.taking == REST for each in parameters[:index])
        if 0 <= position < len(plain) and not by_name and not any(given[0] == SPREAD for given in plain[: position + 1]):
            return self._evaluator.value(place, plain[position])
        if any(given[0] == SPREAD for given in plain):
            return ANYTHING
        if parameters[index].default >= 0:
            return self._evaluator.root(path, parameters[index].default)
        return frozenset(found) or ANYTHING

    def passed_to(self, path: str, scope: int) -> Sequence[PassedCall]:
        """Return the known calls of a function that has a parameter without a type."""
        self._evaluator.look(ARGUMENTS)
        self._evaluator.look(f"calls of {self._evaluator.program.handle(path, scope)}")
        return self.passed.get((path, scope), ())

    def arguments(self, parameter: Value, level: int = 0) -> Values:
        """Return what all known calls give a parameter, with ``UNKNOWN`` where there may be callers nobody sees."""
        key = ("a", *parameter[1:], level)
        return self._evaluator.answers.solve(key, lambda: self._arguments(parameter[1], parameter[2], parameter[3], level))

    def _arguments(self, path: str, scope: int, name: str, level: int) -> Values:
        rules = self._evaluator.rules(path)
        given = rules.given(self._evaluator, path, scope, name) if self._evaluator.flow(path).scopes[scope].context >= 0 else None
        if given is not None:
            further = (self.arguments(each, level + 1) if level < _MAX_LEVEL else ANYTHING for each in given if each[0] == ARGUMENT)
            return union([frozenset(each for each in given if each[0] != ARGUMENT), *further])
        calls = self.passed_to(path, scope)
        found: set[Value] = {UNKNOWN} if not calls or not rules.all_calls_known(self._evaluator, path, scope) else set()
        if len(calls) > MOST_CALLS:
            return ANYTHING
        for call in calls:
            self._evaluator.look(call.place[0])
            for value in self.argument(path, scope, name, call.place, call.arguments, bound=call.bound):
                if value[0] != ARGUMENT:
                    found.add(value)
                elif level < _MAX_LEVEL:
                    found |= self.arguments(value, level + 1)
        return frozenset(found)


def _rebound(value: Value, path: str, owner: int, bound: Value) -> Value:
    """Return what a method gives when called on a subtype: where it returns its instance, that is the subtype's."""
    if value == (INSTANCE, path, owner):
        return (INSTANCE, bound[1], bound[2])
    return value
