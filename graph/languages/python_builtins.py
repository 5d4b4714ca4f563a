"""Python: what the built-in functions return, and what built-in containers and protocols yield."""

from __future__ import annotations

import builtins
from functools import cache

from graph.evaluate import Arguments, Denoted, Evaluator, Place
from graph.flow import (
    ENTER,
    LITERAL,
    Expression,
)
from graph.languages.python_results import line_of, opened_file, result_of
from graph.rules import Rules
from graph.values import (
    ANYTHING,
    BUILTIN_METHOD,
    CLASS_OBJECT,
    CONTAINER,
    EXTERNAL_INSTANCE,
    EXTERNAL_OBJECT,
    HELD,
    INSTANCE,
    NOTHING,
    SITE,
    UNKNOWN,
    Value,
    Values,
    container,
    union,
)

_MAPPINGS = frozenset({"dict", "Mapping", "MutableMapping", "defaultdict", "OrderedDict", "ItemsView", "ChainMap"})
_CALLED = frozenset({"Callable", "ref", "ReferenceType"})
_SAME_ELEMENTS = frozenset({"list", "set", "frozenset", "tuple", "sorted", "reversed", "iter", "deque", "filter"})
_FIRST_ARGUMENT = frozenset({
    *(("builtins", name) for name in ("staticmethod", "classmethod")),
    *(("copy", name) for name in ("copy", "deepcopy")),
    *(("functools", name) for name in ("partial", "update_wrapper", "cache", "lru_cache")),
})  # fmt: skip
"""Functions that yield what they are given, or what is like it."""


_IN_PYTHON_2 = frozenset({
    "dict.has_key", "dict.iteritems", "dict.iterkeys", "dict.itervalues", "dict.viewitems", "dict.viewkeys", "dict.viewvalues",
    "str.decode",
})  # fmt: skip


class PythonBuiltins(Rules):
    """Built-in functions, containers, iteration, subscripts and context managers."""

    def has_builtin(self, symbol: str) -> bool:
        """Say whether a built-in type has a member, in Python 3 or in Python 2."""
        return _is_member(symbol)

    def call_container(self, container: Value) -> Values:
        """Return what calling an instance of a built-in generic type yields: a reference is called for what it refers to."""
        return container[2][-1] if container[2] and container[1] in _CALLED else ANYTHING

    def call_external(self, evaluator: Evaluator, callee: Value, place: Place, arguments: Arguments, passing: Values | None) -> Values:
        """Return what calling somebody else's function yields, where Python or its typing says."""
        if callee[0] == BUILTIN_METHOD:
            return self._method(evaluator, callee[1], callee[2], place, arguments)
        symbol = callee[2].rpartition(".")[2]
        values = [evaluator.value(place, given) for _, given in arguments]
        first = passing if passing is not None else values[0] if values else NOTHING
        if symbol in _SAME_ELEMENTS and callee[1] in {"builtins", "collections"}:
            kind = "Iterator" if symbol in {"iter", "reversed", "filter"} else "list" if symbol == "sorted" else symbol
            over = values[1] if symbol == "filter" and len(values) > 1 else first
            return frozenset({container(kind, evaluator.elements(self, over))})
        if callee[1] == "weakref" and symbol in {"ref", "proxy"}:
            return first if symbol == "proxy" else frozenset({container("ref", first)})
        if symbol == "wraps" and callee[1] == "functools":
            return frozenset({(EXTERNAL_OBJECT, "functools", "update_wrapper")})
        if callee[1:3] in _FIRST_ARGUMENT and (values or first):
            return first  # nothing yet where a field is copied onto itself
        if callee[-1] == HELD:
            return result_of(callee[1], callee[2])
        if callee[1:] == ("builtins", "open"):
            return opened_file(arguments)
        if callee[1] == "builtins":
            if symbol in {"next", "min", "max"}:
                return self._one_of(evaluator, symbol, [(keyword, value) for (keyword, _), value in zip(arguments, values, strict=True)])
            return self._builtin(evaluator, symbol, place, values)
        return frozenset({(EXTERNAL_INSTANCE, callee[1], callee[2])}) if symbol[:1].isupper() else ANYTHING

    def _one_of(self, evaluator: Evaluator, symbol: str, given: list[tuple[str, Values]]) -> Values:
        """Return what ``next``, ``min`` or ``max`` picks: an element, else the default that is given, or one of several arguments."""
        positional = [value for keyword, value in given if not keyword]
        defaults = [value for keyword, value in given if keyword == "default"]
        if len(positional) == 1 or (symbol == "next" and positional):
            return union([evaluator.elements(self, positional[0]), *positional[1:], *defaults])
        return union(positional)

    def _builtin(self, evaluator: Evaluator, symbol: str, place: Place, values: list[Values]) -> Values:
        first = values[0] if values else NOTHING
        if symbol == "enumerate":
            return frozenset({container("Iterator", frozenset({container("tuple", self.literal("int"), evaluator.elements(self, first))}))})
        if symbol == "zip":
            parts = tuple(evaluator.elements(self, each) for each in values)
            return frozenset({container("Iterator", frozenset({container("tuple", *parts)}))})
        if symbol == "map":
            made = union(evaluator.called(each, place, ()) for each in first)
            return frozenset({container("Iterator", made)})
        if symbol == "type" and len(values) == 1:
            return frozenset((CLASS_OBJECT, *each[1:]) if each[0] == INSTANCE else UNKNOWN for each in first)
        if symbol in {"str", "int", "float", "bool", "bytes", "repr", "len", "bytearray", "object", "range"}:
            return self.literal({"repr": "str", "len": "int"}.get(symbol, symbol))
        if symbol == "abs":
            return first if all(each[0] == EXTERNAL_INSTANCE for each in first) else ANYTHING
        if symbol == "dict":
            return frozenset({(CONTAINER, "dict", ())})
        return frozenset({(EXTERNAL_INSTANCE, "builtins", symbol)}) if symbol[:1].isupper() else ANYTHING

    def _method(self, evaluator: Evaluator, holder: Value, name: str, place: Place, arguments: Arguments) -> Values:
        """Return what a method of a built-in container yields."""
        key, value = self._parts(evaluator, holder)
        if name in {"get", "pop", "setdefault", "popitem", "popleft", "__getitem__", "get_nowait", "result"}:
            if holder[0] == SITE and arguments:
                value = evaluator.items(holder, arguments[0][1])
            skipped = 0 if holder[0] == CONTAINER and holder[1] == "ContextVar" else 1
            rest = [evaluator.value(place, given) for _, given in arguments[skipped:]]
            return union([value, *rest])
        if name in {"values", "__iter__", "elements"}:
            return frozenset({container("Iterator", value)})
        if name == "keys":
            return frozenset({container("Iterator", key)})
        if name == "items":
            return frozenset({container("Iterator", frozenset({container("tuple", key, value)}))})
        if name in {"copy", "union", "intersection", "difference"}:
            return frozenset({holder})
        return ANYTHING

    def _parts(self, evaluator: Evaluator, holder: Value) -> tuple[Values, Values]:
        if holder[0] == SITE:
            return ANYTHING, evaluator.items(holder, None)
        parts = holder[2]
        if not parts:
            return ANYTHING, ANYTHING
        return (parts[0], parts[-1]) if holder[1] in _MAPPINGS else (ANYTHING, union(parts))

    def iterated(self, evaluator: Evaluator, value: Value) -> Values:
        """Return what a loop over a value yields."""
        if value[0] == CONTAINER and value[2]:
            if value[1] in {"Generator", "AsyncGenerator"} or value[1] in _MAPPINGS:
                return value[2][0]
            return union(value[2]) if value[1] != "Callable" else ANYTHING
        if value[0] == INSTANCE:
            found: set[Value] = set()
            for method in evaluator.member(value, "__iter__"):
                for made in evaluator.called(method, None, ()):
                    if made[0] == INSTANCE:
                        for each in evaluator.member(made, "__next__"):
                            found |= evaluator.called(each, None, ())
                    elif made[0] != UNKNOWN[0]:
                        found |= evaluator.elements(self, (made,))
                    else:
                        found.add(UNKNOWN)
            return frozenset(found) or ANYTHING
        return line_of(value[1], value[2]) if value[0] == EXTERNAL_INSTANCE else ANYTHING

    def indexed(self, evaluator: Evaluator, place: Place, holder: Value, key: Expression) -> Values:
        """Return what ``holder[key]`` is worth."""
        if holder[0] == CLASS_OBJECT:
            return frozenset({holder})
        if holder[0] == CONTAINER and holder[2]:
            if holder[1] == "tuple" and key[0] == LITERAL and key[3].isdigit() and int(key[3]) < len(holder[2]):
                return holder[2][int(key[3])]
            return holder[2][-1] if holder[1] != "Callable" else ANYTHING
        if holder[0] == INSTANCE:
            return union(evaluator.called(method, place, (("", key),)) for method in evaluator.member(holder, "__getitem__"))
        return frozenset({holder}) if holder[0] == EXTERNAL_OBJECT and _is_type(holder) else ANYTHING

    def protocol_calls(self, evaluator: Evaluator, operation: int, value: Value) -> list[Denoted]:
        """Return the methods by which a loop goes over an instance, or a ``with`` statement enters and leaves it."""
        if value[0] != INSTANCE:
            return []
        if operation == ENTER:
            names = ("__enter__", "__exit__", "__aenter__", "__aexit__")
            return [(value, each) for name in names for each in evaluator.own_attributes(value, name)]
        found: list[Denoted] = []
        for first, then in (("__iter__", "__next__"), ("__aiter__", "__anext__")):
            found += [(value, each) for each in evaluator.own_attributes(value, first)]
            for method in evaluator.member(value, first):
                for made in evaluator.called(method, None, ()):
                    if made[0] == INSTANCE:
                        found += [(made, each) for each in evaluator.own_attributes(made, then)]
        return found

    def entered(self, evaluator: Evaluator, values: Values) -> Values:
        """Return what ``with value as`` yields."""
        found: set[Value] = set()
        for value in values:
            if value[0] == CONTAINER and value[2]:
                found |= value[2][0] if value[1] != "Awaitable" else self.entered(evaluator, value[2][0])
            elif value[0] == INSTANCE:
                for name in ("__enter__", "__aenter__"):
                    for method in evaluator.member(value, name):
                        if method != UNKNOWN:
                            found |= evaluator.awaited(evaluator.called(method, None, ()))
            elif value[0] == EXTERNAL_INSTANCE:
                found.add(value)
            else:
                found.add(UNKNOWN)
        return frozenset(found) or (ANYTHING if values else NOTHING)


@cache
def _is_member(symbol: str) -> bool:
    owner, _, name = symbol.partition(".")
    type_ = getattr(builtins, owner, None)
    return not name or not isinstance(type_, type) or hasattr(type_, name) or symbol in _IN_PYTHON_2


def _is_type(value: Value) -> bool:
    """Say whether somebody else's symbol is a class by its name, so that a subscript of it is a type with its arguments."""
    symbol = value[2].rpartition(".")[2]
    return value[-1] != HELD and (symbol[:1].isupper() or value[1] == "builtins")
