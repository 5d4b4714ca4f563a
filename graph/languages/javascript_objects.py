"""JavaScript and its dialects: objects that grow by assignment, their prototypes, and what ``this`` is in a plain function."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from graph.bindings import Attribute, FoundBinding
from graph.evaluate import Evaluator
from graph.flow import (
    CALL,
    CLASS,
    CLASS_SCOPE,
    DEFINITION,
    FIELD,
    FUNCTION,
    FUNCTION_SCOPE,
    MEMBER,
    NAME,
    QUIET,
    SPREAD,
    Binding,
    Expression,
    FileFlow,
)
from graph.languages.javascript_names import JavaScriptNames
from graph.languages.javascript_patterns import COMMONJS
from graph.program import Program
from graph.values import (
    ANYTHING,
    BUILTIN_METHOD,
    CLASS_OBJECT,
    EXTERNAL_INSTANCE,
    EXTERNAL_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    MODULE_OBJECT,
    UNKNOWN,
    Value,
    Values,
)

_MERGED = "..."
"""The name under which an object's additions list the objects whose members it gets."""
_FUNCTION_METHODS = frozenset({"bind", "toString", "length", "name", "caller", "hasOwnProperty", "isPrototypeOf", "valueOf"})


class JavaScriptObjects(JavaScriptNames):
    """The part of the rules that is about objects."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self._stores: dict[str, dict[str, list[tuple[int, int]]]] = {}
        self._used_as_values: dict[str, frozenset[str]] = {}
        self._stored_functions: dict[str, dict[int, list[int]]] = {}

    def special_attributes(self, evaluator: Evaluator, holder: Value, name: str) -> list[Attribute]:
        """Return the prototype, which counts as an instance, and what functions have."""
        if name == "prototype" and holder[0] in {CLASS_OBJECT, FUNCTION_OBJECT}:
            return [frozenset({(INSTANCE, holder[1], holder[2])})]
        if holder[0] != FUNCTION_OBJECT:
            return []
        plain: Value = (*holder[:3], None)
        added = self.added_attributes(evaluator, plain, plain, name)
        if added or name not in {"call", "apply"}:
            return added or ([frozenset({(BUILTIN_METHOD, holder, name)})] if name in _FUNCTION_METHODS else [])
        return [frozenset({holder})]

    def added_attributes(self, evaluator: Evaluator, holder: Value, class_: Value, name: str) -> list[Attribute]:
        """Return what assignments in an object's own file have given to it under a name."""
        path = class_[1]
        of: Value = class_ if holder[0] != INSTANCE else (INSTANCE, *class_[1:3])
        found = self._assigned(evaluator, of, class_, name)
        for target, value in self._stores_of(evaluator, path).get(_MERGED, ()):
            if self._is_target(evaluator, path, target, of):
                for source in sorted(evaluator.root(path, value), key=repr):
                    found += self._merged(evaluator, source, name)
        return found

    def _assigned(self, evaluator: Evaluator, of: Value, class_: Value, name: str) -> list[Attribute]:
        path = class_[1]
        stores = self._stores_of(evaluator, path).get(name, ())
        return [
            self._added(evaluator, class_, name, target, value) for target, value in stores if self._is_target(evaluator, path, target, of)
        ]

    def _merged(self, evaluator: Evaluator, source: Value, name: str) -> list[Attribute]:
        """Return what an object gives under a name to one that gets its members; its line holds what it was given itself."""
        if source[0] == MODULE_OBJECT:
            return [each for each in self.exported(evaluator, source[1], name) if isinstance(each, FoundBinding)]
        if source[0] == FUNCTION_OBJECT:
            plain: Value = (*source[:3], None)
            return self._assigned(evaluator, plain, plain, name)
        if source[0] not in {INSTANCE, CLASS_OBJECT}:
            return []
        for each in evaluator.lineage(source[1], source[2]):
            scope = evaluator.opened(each) if each[0] == CLASS_OBJECT else None
            if scope is not None:
                bindings = [*(scope.names.get(name, ()) if scope.kind == CLASS_SCOPE else ()), *scope.fields.get(name, ())]
                found: list[Attribute] = [FoundBinding(each[1], each[2], name, binding) for binding in bindings[-1:]]
                found += self._assigned(evaluator, (source[0], *each[1:3]), each, name)
                if found:
                    return found
        return []

    def _is_target(self, evaluator: Evaluator, path: str, target: int, of: Value) -> bool:
        expression = evaluator.flow(path).roots[target].expression
        if expression is None:
            return False
        return of in evaluator.answers.solve(
            ("o", path, target), lambda: _plain(evaluator.value(evaluator.place(path, target), expression[2]))
        )

    def _added(self, evaluator: Evaluator, class_: Value, name: str, target: int, value: int) -> FoundBinding:
        path, scope = class_[1:3]
        flow = evaluator.flow(path)
        given, written = flow.roots[value].expression, flow.roots[target].expression
        position = 0 if written is None else written[1]
        if given is not None and given[0] in {FUNCTION, CLASS}:
            return FoundBinding(path, scope, name, Binding(DEFINITION, position, target=given[2]))
        return FoundBinding(path, scope, name, Binding(FIELD, position, value))

    def _stores_of(self, evaluator: Evaluator, path: str) -> dict[str, list[tuple[int, int]]]:
        flow = evaluator.flow(path)
        found = self._stores.get(path)
        if found is None:
            found = self._stores[path] = {}
            functions = self._stored_functions[path] = {}
            for target, value in flow.stores:
                expression, given = flow.roots[target].expression, flow.roots[value].expression if value >= 0 else None
                if expression is None or expression[0] not in {MEMBER, SPREAD}:
                    continue
                found.setdefault(expression[3] if expression[0] == MEMBER else _MERGED, []).append((target, value))
                if given is not None and given[0] == FUNCTION:
                    functions.setdefault(given[2], []).append(target)
        return found

    def loose_receiver(self, evaluator: Evaluator, path: str, scope: int) -> Values:
        """Return what ``this`` is: the object the function was assigned to, else an instance of the function."""
        flow = evaluator.flow(path)
        if scope == 0:
            return frozenset({(MODULE_OBJECT, path)}) if flow.scopes[0].fields or COMMONJS in flow.exports else ANYTHING
        self._stores_of(evaluator, path)
        targets = self._stored_functions[path].get(scope, ())
        if targets:
            found: set[Value] = set()
            for target in targets:
                expression = flow.roots[target].expression
                if expression is not None:
                    place = evaluator.place(path, target)
                    found |= evaluator.answers.solve(("o", path, target), lambda p=place, e=expression: _plain(evaluator.value(p, e[2])))
            return frozenset(found)
        exported = (binding for bindings in flow.scopes[0].fields.values() for binding in bindings)
        if any(binding.kind == DEFINITION and binding.target == scope for binding in exported):
            return frozenset({(MODULE_OBJECT, path)})
        return frozenset({(INSTANCE, path, scope)})

    def all_calls_known(self, evaluator: Evaluator, path: str, scope: int) -> bool:
        """Say whether a function is declared in a module or function, not exported, and only ever called by its name."""
        flow = evaluator.flow(path)
        function = flow.scopes[scope]
        bindings = flow.scopes[function.parent].names.get(function.name, ())
        if not function.name or not any(each.kind == DEFINITION and each.target == scope for each in bindings):
            return False
        is_module = bool(flow.exports or flow.imports or flow.scopes[0].fields)
        if flow.scopes[function.parent].kind == CLASS_SCOPE or (function.parent == 0 and (function.name in flow.exports or not is_module)):
            return False
        values = self._used_as_values.get(path)
        if values is None:
            values = self._used_as_values[path] = frozenset(_names_of_values(flow))
        return function.name not in values

    def linearize(self, evaluator: Evaluator, path: str, scope: int) -> tuple[Value, ...]:
        """Return a class and what it inherits from; for objects and constructor functions also what was set and merged later."""
        flow = evaluator.flow(path)
        found = flow.scopes[scope]
        order: dict[Value, None] = {(CLASS_OBJECT, path, scope): None}
        of: Value = (INSTANCE, path, scope)
        stores = self._stores_of(evaluator, path)
        values: list[Values] = []
        if found.kind == FUNCTION_SCOPE:
            function: Value = (FUNCTION_OBJECT, path, scope, None)
            given = (value for target, value in stores.get("prototype", ()) if self._is_target(evaluator, path, target, function))
            values += [evaluator.root(path, value) for value in given]
        for name in (_MERGED, "__proto__"):
            given = (value for target, value in stores.get(name, ()) if self._is_target(evaluator, path, target, of))
            values += [evaluator.root(path, value) for value in given]
        values += evaluator.bases(path, scope)
        for each in values:
            for value in sorted(each, key=repr):
                if value[0] in {CLASS_OBJECT, INSTANCE, FUNCTION_OBJECT} and value[1:3] != (path, scope):
                    order.update(dict.fromkeys(evaluator.lineage(value[1], value[2])))
                elif value[0] in {EXTERNAL_OBJECT, EXTERNAL_INSTANCE}:
                    order[(EXTERNAL_OBJECT, *value[1:])] = None
                elif value[1:3] != (path, scope):
                    order[UNKNOWN] = None
        return tuple(order)


def _plain(values: Values) -> Values:
    """Return values with functions as they are when bound to nothing."""
    return frozenset((*value[:3], None) if value[0] == FUNCTION_OBJECT else value for value in values)


def _names_of_values(flow: FileFlow) -> Iterator[str]:
    """Yield the names that a file uses in any way but to call what they name."""
    exported = {root for roots in flow.exports.values() for root in roots}
    for index, root in enumerate(flow.roots):
        if root.expression is not None and (root.purpose != QUIET or index in exported):
            yield from _names_in(root.expression)


def _names_in(expression: Expression) -> Iterator[str]:
    if expression[0] == NAME:
        yield expression[2]
    for part in expression[2:]:
        if not (expression[0] == CALL and part is expression[2] and part[0] == NAME):
            yield from _names_in_parts(part)


def _names_in_parts(part: Any) -> Iterator[str]:
    """Look into what may be an expression or a list of them; a stored flow has lists for tuples."""
    if isinstance(part, (tuple, list)) and part:
        inside = cast("Expression", part)
        if isinstance(inside[0], int):
            yield from _names_in(inside)
        else:
            for each in inside:
                yield from _names_in_parts(each)
