"""Python: what annotations mean, and how classes are linearised; modules and built-in things have modules of their own."""

from __future__ import annotations

from collections.abc import Sequence

from graph.evaluate import Arguments, Attribute, Evaluator, FoundBinding, Place
from graph.flow import (
    ASYNC,
    EITHER,
    GENERATOR,
    INDEX,
    LITERAL,
    MEMBER,
    NAME,
    ONE,
    REST,
    REST_BY_NAME,
    SEQUENCE,
    SPREAD,
    VARIABLE,
    Expression,
)
from graph.languages.python_annotations import forward_reference
from graph.languages.python_builtins import PythonBuiltins
from graph.languages.python_modules import PythonModules
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
    container,
    union,
)

_GENERIC = {
    "List": "list", "Dict": "dict", "Set": "set", "FrozenSet": "frozenset", "Tuple": "tuple", "Type": "type", "Deque": "deque",
    "DefaultDict": "defaultdict", "OrderedDict": "OrderedDict", "AbstractSet": "set", "Text": "str",
}  # fmt: skip
_CONTAINERS = frozenset({
    "list", "dict", "set", "frozenset", "tuple", "deque", "defaultdict", "OrderedDict", "Iterable", "Iterator", "Sequence", "Collection",
    "MutableSequence", "Mapping", "MutableMapping", "Generator", "AsyncIterator", "AsyncIterable", "AsyncGenerator", "Awaitable",
    "Coroutine",
    "ContextManager", "AbstractContextManager", "AsyncContextManager", "AbstractAsyncContextManager", "KeysView", "ValuesView", "ItemsView",
    "Callable", "Reversible", "Counter", "ChainMap", "ContextVar", "Queue", "SimpleQueue", "LifoQueue", "PriorityQueue", "Future", "Task",
    "ref", "ReferenceType", "WeakSet", "WeakValueDictionary", "WeakKeyDictionary",
})  # fmt: skip
_TRANSPARENT = frozenset({"ClassVar", "Final", "Required", "NotRequired", "ReadOnly", "Optional", "Annotated", "InitVar"})
_ROOTLESS = frozenset({"object", "Generic", "Protocol", "ABC", "Exception_"})
_GENERIC_PACKAGES = frozenset({
    "typing", "typing_extensions", "collections", "builtins", "contextlib", "contextvars", "queue", "asyncio", "concurrent", "weakref",
    "multiprocessing", "types",
})  # fmt: skip
_TYPING = frozenset({"typing", "typing_extensions", "collections", "builtins", "types", "contextlib", "t", "dataclasses"})


class PythonRules(PythonModules, PythonBuiltins):
    """Python's rules over one program."""

    call_method = "__call__"
    super_function = "super"
    markers = frozenset({"staticmethod", "classmethod", "property"})
    receiver_is_parameter = True
    class_bodies_see_members = True
    free_names_are_everywhere = True
    constructors = ("__init__", "__new__")

    # Types.

    def instances(self, evaluator: Evaluator, place: Place, expression: Expression) -> Values:
        """Return instances of the type that an annotation names."""
        operation = expression[0]
        if operation in {NAME, MEMBER}:
            return union(self._instance_of(evaluator, place, each) for _, each in evaluator.denoted(place, expression))
        if operation == EITHER and expression[2]:
            return union(self.instances(evaluator, place, option) for option in expression[2])
        if operation == LITERAL:
            return NOTHING if expression[2] == "None" else self._quoted(evaluator, place, expression)
        if operation == SEQUENCE:  # isinstance(x, (A, B))
            return union(self.instances(evaluator, place, item) for item in expression[3])
        if operation == INDEX:
            arguments = expression[3][3] if expression[3][0] == SEQUENCE else (expression[3],)
            return self._generic(evaluator, place, expression[2], arguments)
        return ANYTHING

    def _quoted(self, evaluator: Evaluator, place: Place, expression: Expression) -> Values:
        """Return instances of a type that a string names where no annotation stands: in an alias, or as an argument."""
        named = forward_reference(expression[3], expression[1]) if expression[2] == "str" and expression[3] else None
        return ANYTHING if named is None else self.instances(evaluator, place, named)

    def _instance_of(self, evaluator: Evaluator, place: Place, found: Attribute) -> Values:
        if isinstance(found, FoundBinding):
            binding = found.binding
            if binding.kind == VARIABLE and binding.value >= 0:
                alias = evaluator.flow(found.path).roots[binding.value].expression
                if alias is None or alias[0] not in {NAME, MEMBER, INDEX, EITHER}:
                    return ANYTHING
                return evaluator.answers.solve(
                    ("t", found.path, binding.value),
                    lambda: self.instances(evaluator, evaluator.place(found.path, binding.value), alias),
                )
            found = evaluator.worth(found)
        return union(self._made(evaluator, place, value) for value in found)

    def _made(self, evaluator: Evaluator, place: Place, value: Value) -> Values:
        """Return an instance of a class, or what a name from ``typing`` stands for without arguments."""
        if value[0] == CLASS_OBJECT:
            return frozenset({(INSTANCE, value[1], value[2])})
        if value[0] != EXTERNAL_OBJECT:
            return ANYTHING
        symbol = value[2].rpartition(".")[2]
        if value[1] in _TYPING:
            if symbol == "Self":
                return evaluator.receiver(place[0], place[1])
            if symbol in {"Any", "object", "NoReturn", "Never", "TypeVar"}:
                return ANYTHING
            symbol = _GENERIC.get(symbol, symbol)
            if symbol in _CONTAINERS:
                return frozenset({(CONTAINER, symbol, ())})
            if symbol == "None":
                return NOTHING
        return frozenset({(EXTERNAL_INSTANCE, value[1], value[2])})

    def _generic(self, evaluator: Evaluator, place: Place, of: Expression, arguments: Sequence[Expression]) -> Values:
        found: set[Value] = set()
        for value in evaluator.value(place, of):
            if value[0] == CLASS_OBJECT:
                found.add((INSTANCE, value[1], value[2]))
                continue
            symbol = value[2].rpartition(".")[2] if value[0] == EXTERNAL_OBJECT else ""
            symbol = _GENERIC.get(symbol, symbol)
            if symbol in _TRANSPARENT:
                found |= self.instances(evaluator, place, arguments[0])
            elif symbol == "Union":
                found |= union(self.instances(evaluator, place, each) for each in arguments)
            elif symbol == "type":
                found |= {
                    (CLASS_OBJECT, *each[1:]) if each[0] == INSTANCE else UNKNOWN for each in self.instances(evaluator, place, arguments[0])
                }
            elif symbol == "Callable":
                found.add(container("Callable", self.instances(evaluator, place, arguments[-1])))
            elif symbol == "Literal":
                found |= self.literal("str")
            elif symbol in _CONTAINERS and value[1] in _GENERIC_PACKAGES:
                parts = [each for each in arguments if not (each[0] == EITHER and not each[2])]
                found.add(container(symbol, *(self.instances(evaluator, place, each) for each in parts)))
            elif value[0] == EXTERNAL_OBJECT:
                found.add((EXTERNAL_INSTANCE, value[1], value[2]))
            else:
                found.add(UNKNOWN)
        return frozenset(found)

    def gathered(self, taking: int, declared: Values) -> Values:
        """Return the tuple or dictionary that ``*args`` and ``**kwargs`` are."""
        if taking == REST:
            return frozenset({container("Sequence", declared)})
        if taking == REST_BY_NAME:
            return frozenset({container("dict", self.literal("str"), declared)})
        return declared

    def returned(self, evaluator: Evaluator, path: str, scope: int, declared: Values) -> Values:
        """Wrap the declared result of a coroutine; that of a generator is declared whole."""
        flags = evaluator.flow(path).scopes[scope].flags
        if flags & ASYNC and not flags & GENERATOR:
            return frozenset({container("Awaitable", declared)})
        return declared

    def takes(self, evaluator: Evaluator, function: Value, arguments: Arguments) -> bool:
        """Say whether a call's arguments are enough and not too many; a decorator may have changed what is needed."""
        scope = evaluator.opened(function)
        if scope.decorators or any(given[0] == SPREAD for _, given in arguments):
            return True
        parameters = scope.parameters[int(function[3] is not None) :]
        starred = next((at for at, each in enumerate(parameters) if each.taking == REST), len(parameters))
        plain = [each for each in parameters[:starred] if each.taking == ONE]
        by_name = [each for each in parameters[starred:] if each.taking == ONE]
        keywords = {keyword for keyword, _ in arguments if keyword}
        unnamed = len(arguments) - len(keywords)
        if unnamed > len(plain) and starred == len(parameters):
            return False
        if keywords - {each.name for each in parameters} and not any(each.taking == REST_BY_NAME for each in parameters):
            return False
        return all(each.default >= 0 or each.name in keywords for each in (*plain[unnamed:], *by_name))

    # Classes.

    def linearize(self, evaluator: Evaluator, path: str, scope: int) -> tuple[Value, ...]:
        """Return the method resolution order (C3; where that fails, depth first)."""
        own: Value = (CLASS_OBJECT, path, scope)
        lines: list[list[Value]] = []
        direct: list[Value] = []
        for values in evaluator.bases(path, scope):
            for value in sorted(values, key=repr):
                if value[0] == CLASS_OBJECT and value != own:
                    lines.append(list(evaluator.lineage(value[1], value[2])))
                    direct.append(value)
                elif value[0] == EXTERNAL_OBJECT:
                    if value[2].rpartition(".")[2] not in _ROOTLESS:
                        lines.append([value])
                        direct.append(value)
                else:
                    lines.append([UNKNOWN])
                    direct.append(UNKNOWN)
        return (own, *_merge([*lines, direct]))


def _merge(lines: list[list[Value]]) -> list[Value]:
    """Merge orders as C3 does; a contradiction falls back to first come, first served."""
    merged: list[Value] = []
    lines = [line for line in lines if line]
    while lines:
        for line in lines:
            head = line[0]
            if not any(head in other[1:] for other in lines):
                break
        else:
            head = lines[0][0]
        merged.append(head)
        lines = [rest for line in lines if (rest := [each for each in line if each != head])]
    return merged


RULES = PythonRules
