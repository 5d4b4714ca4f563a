"""What Java's reflection and method handles run, where the class, the name and the parameter types are written out.

``Shape.class.getMethod("area").invoke(circle)`` and ``lookup.findVirtual(Shape.class, "area", type).invoke(circle)`` call what the
documentation of ``java.lang.reflect`` and ``java.lang.invoke`` says: a method of that name with exactly these parameters, and where it
belongs to an instance, the one that the instance's class has.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graph.evaluate import Arguments, Evaluator, FoundBinding, Place
from graph.flow import CALL, CLASS_SCOPE, DEFINITION, FUNCTION_SCOPE, LITERAL, MEMBER, NAME, OPEN, STATIC, VARIABLE, Expression
from graph.languages.jvm import CONSTRUCTOR
from graph.values import (
    ANYTHING,
    CLASS_OBJECT,
    CONTAINER,
    EXTERNAL_INSTANCE,
    EXTERNAL_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    NOTHING,
    UNKNOWN,
    Value,
    Values,
    container,
    union,
)

HANDLE = "h"  # path, scope of a function or class, how it is called, name of a field
_DIRECT, _VIRTUAL, _NEW, _READ = "direct", "virtual", "new", "read"

_CLASS = "java.lang.Class"
_LOOKUP: Value = (EXTERNAL_INSTANCE, "java.lang.invoke", "MethodHandles.Lookup")
_METHOD_TYPE: Value = (EXTERNAL_OBJECT, "java.lang.invoke", "MethodType.methodType")
_FOR_NAME: Value = (EXTERNAL_OBJECT, "java.lang", "Class.forName")
_LOOKUPS = frozenset({"MethodHandles.lookup", "MethodHandles.publicLookup"})
_OF_CLASS = frozenset({
    *("getMethod", "getDeclaredMethod", "getConstructor", "getDeclaredConstructor", "newInstance", "getField", "getDeclaredField"),
    "cast",
})  # fmt: skip
_OF_LOOKUP = frozenset({"findStatic", "findVirtual", "findSpecial", "findConstructor", "findGetter", "findStaticGetter"})
RUNNING = frozenset({"invoke", "invokeExact", "invokeWithArguments", "newInstance"})
"""Methods of methods, constructors and handles, and of classes, that run what these stand for."""
READING = frozenset({"get", *RUNNING})
MAKING = frozenset({"lookup", "publicLookup", "forName", "getClass", *_OF_CLASS, *_OF_LOOKUP})
"""Methods that make what others here stand for, or an instance."""


def made(evaluator: Evaluator, place: Place, call: Expression, called: Values) -> Values:
    """Return the class, method, handle or instance that a call of the library makes, ``UNKNOWN`` where it is another one."""
    callee, arguments = call[2], call[3]
    name = callee[-1]
    if name not in MAKING:
        return ANYTHING
    if name in {"lookup", "publicLookup"} and all(each[0] == EXTERNAL_OBJECT and each[2] in _LOOKUPS for each in called):
        return frozenset({_LOOKUP})
    if name == "forName" and called == frozenset({_FOR_NAME}):
        return _class_named(evaluator, place, arguments)
    return union(_made_by(evaluator, place, each, name, arguments) for each in _holders(evaluator, place, callee)) or ANYTHING


def _holders(evaluator: Evaluator, place: Place, callee: Expression) -> Values:
    if callee[0] != MEMBER or not callee[2]:
        return ANYTHING
    objects = evaluator.objects.of(place, callee[2])
    return evaluator.value(place, callee[2]) if UNKNOWN in objects and callee[3] in _OF_LOOKUP else objects


def _made_by(evaluator: Evaluator, place: Place, holder: Value, name: str, arguments: Arguments) -> Values:
    given = [each for _, each in arguments]
    if name == "getClass":
        return frozenset({container(_CLASS, frozenset({holder}))}) if holder[0] == INSTANCE and not given else ANYTHING
    if holder[0] == HANDLE and holder[3] == _NEW and name == "newInstance":
        return frozenset({(INSTANCE, *_class_of(evaluator, holder)[1:])})
    if holder == _LOOKUP and name in _OF_LOOKUP and given:
        return union(_looked_up(evaluator, place, each, name, given[1:]) for each in _classes(evaluator, place, given[0]))
    if name not in _OF_CLASS or holder[0] != CONTAINER or holder[1] != _CLASS or len(holder[2][0]) != 1:
        return ANYTHING
    return union(_of_class(evaluator, place, each, name, given) for each in holder[2][0])


def _of_class(evaluator: Evaluator, place: Place, of: Value, name: str, given: Sequence[Expression]) -> Values:
    if name == "cast":
        return evaluator.objects.of(place, given[0]) if given else ANYTHING
    if of[0] != INSTANCE:
        return ANYTHING
    if name == "newInstance":
        return frozenset({of})
    if name.endswith("Constructor"):
        return _constructors(evaluator, of, _types(evaluator, place, given))
    title = text(evaluator, place, given[0]) if given else ""
    if name.endswith("Field"):
        return _field(evaluator, of, title, own=name == "getDeclaredField")
    return _methods(evaluator, of, title, _types(evaluator, place, given[1:]), own=name == "getDeclaredMethod")


def _looked_up(evaluator: Evaluator, place: Place, of: Value, name: str, given: Sequence[Expression]) -> Values:
    """Return what a look-up for method handles finds in a class; ``given`` is a name but for constructors, and a type."""
    if of[0] != INSTANCE or not given:
        return ANYTHING
    if name == "findConstructor":
        return _constructors(evaluator, of, _method_type(evaluator, place, given[0]))
    title = text(evaluator, place, given[0])
    if len(given) < 2 or name.endswith("Getter"):
        return _field(evaluator, of, title, own=False)
    found = _methods(evaluator, of, title, _method_type(evaluator, place, given[1]), own=False)
    return frozenset((HANDLE, each[1], each[2], _DIRECT) if each[0] == HANDLE and name == "findSpecial" else each for each in found)


def _classes(evaluator: Evaluator, place: Place, expression: Expression) -> Values:
    """Return the instances of the classes that an expression stands for."""
    objects = evaluator.objects.of(place, expression)
    return union(each[2][0] if each[0] == CONTAINER and each[1] == _CLASS and each[2] else ANYTHING for each in objects)


def _types(evaluator: Evaluator, place: Place, given: Sequence[Expression]) -> list[Value] | None:
    """Return the types that classes written out stand for, None where one of them is not known."""
    found = [_classes(evaluator, place, each) for each in given]
    return [next(iter(each)) for each in found] if all(len(each) == 1 and UNKNOWN not in each for each in found) else None


def _method_type(evaluator: Evaluator, place: Place, expression: Expression) -> list[Value] | None:
    """Return the types of the parameters of a method type that is written out."""
    at, written = evaluator.objects.written(place, expression)
    if written[0] != CALL or written[2][-1] != "methodType" or not written[3]:
        return None
    called = union(each for _, each in evaluator.chosen(at, written[2], written[3]) if isinstance(each, frozenset))
    if called != frozenset({_METHOD_TYPE}):
        return None
    return _types(evaluator, at, [each for _, each in written[3][1:]])


def text(evaluator: Evaluator, place: Place, expression: Expression) -> str:
    """Return what a string says, empty where it is no name, is put together or comes from elsewhere."""
    _, written = evaluator.objects.written(place, expression)
    told = str(written[-1]) if written[0] == LITERAL and written[2] == "String" else ""
    return told if told.replace("$", "_").replace(".", "_").isidentifier() else ""


def _class_named(evaluator: Evaluator, place: Place, arguments: Arguments) -> Values:
    """Return the class of a binary name, in which ``$`` stands between a class and one inside of it."""
    name = text(evaluator, place, arguments[0][1]) if arguments else ""
    found = evaluator.denoted(place, (NAME, place[2], name.replace("$", "."))) if "." in name else []
    made_of = union(evaluator.worth(each) for _, each in found if isinstance(each, FoundBinding))
    named = (each for each in made_of if each[0] == CLASS_OBJECT and _binary_name(evaluator, each) == name)
    instances = frozenset((INSTANCE, *each[1:]) for each in named)
    return frozenset({container(_CLASS, instances)}) if len(instances) == 1 else ANYTHING


def _binary_name(evaluator: Evaluator, class_: Value) -> str:
    flow, at, around = evaluator.flow(class_[1]), int(class_[2]), list[str]()
    while at > 0:
        around.append(flow.scopes[at].name)
        at = flow.scopes[at].parent
    return ".".join(filter(None, (flow.package, "$".join(reversed(around)))))


# Members of a class.


def _methods(evaluator: Evaluator, of: Value, name: str, types: Sequence[Value] | None, *, own: bool) -> Values:
    """Return the handle of the method with a name and parameters, the nearest one."""
    for each in _lineage(evaluator, of, own=own) if types is not None and name else ():
        for function, flags in _with_types(evaluator, each, name, types or ()):
            return frozenset({(HANDLE, *function[1:3], _VIRTUAL if flags & OPEN and not flags & STATIC else _DIRECT)})
    return ANYTHING


def _constructors(evaluator: Evaluator, of: Value, types: Sequence[Value] | None) -> Values:
    if types is None:
        return ANYTHING
    for function, _ in _with_types(evaluator, (CLASS_OBJECT, *of[1:]), CONSTRUCTOR, types):
        return frozenset({(HANDLE, *function[1:3], _NEW)})
    written = CONSTRUCTOR in evaluator.opened(of).names
    return ANYTHING if types or written else frozenset({(HANDLE, *of[1:3], _NEW)})


def _field(evaluator: Evaluator, of: Value, name: str, *, own: bool) -> Values:
    for each in _lineage(evaluator, of, own=own) if name else ():
        if any(binding.kind == VARIABLE for binding in evaluator.opened(each).names.get(name, ())):
            return frozenset({(HANDLE, *each[1:3], _READ, name)})
    return ANYTHING


def _lineage(evaluator: Evaluator, of: Value, *, own: bool) -> Iterator[Value]:
    """Yield the classes in which a member is looked for, up to one that is not known."""
    for each in evaluator.lineage(of[1], of[2])[: 1 if own else None]:
        if each[0] != CLASS_OBJECT:
            return
        yield each


def _with_types(evaluator: Evaluator, class_: Value, name: str, types: Sequence[Value]) -> Iterator[tuple[Value, int]]:
    """Yield the functions of a class with a name that take exactly these types, with their flags."""
    path = class_[1]
    flow, rules, wanted = evaluator.flow(path), evaluator.rules(path), [_erased(each) for each in types]
    for binding in evaluator.opened(class_).names.get(name, ()):
        function = flow.scopes[binding.target] if binding.kind == DEFINITION else None
        if function is None or function.kind != FUNCTION_SCOPE or len(function.parameters) != len(types):
            continue
        taken = [evaluator.declared(path, each.type) if each.type >= 0 else ANYTHING for each in function.parameters]
        taken = [rules.gathered(each.taking, values) for each, values in zip(function.parameters, taken, strict=True)]
        if all(len(values) == 1 and {_erased(each) for each in values} == {want} for values, want in zip(taken, wanted, strict=True)):
            yield (FUNCTION_OBJECT, path, binding.target, None), function.flags


def _erased(type_: Value) -> object:
    """Return a type without the arguments that it is applied to; an array keeps its elements'."""
    if type_[0] == CONTAINER and type_[1] == "[]":
        return ("[]", frozenset(map(_erased, union(type_[2]))))
    return type_[1] if type_[0] == CONTAINER else f"{type_[1]}.{type_[2]}" if type_[0] == EXTERNAL_INSTANCE else type_


def _class_of(evaluator: Evaluator, handle: Value) -> Value:
    scope = evaluator.opened(handle)
    return (CLASS_OBJECT, handle[1], handle[2] if scope.kind == CLASS_SCOPE else scope.parent)


# What runs.


def runs(evaluator: Evaluator, place: Place, callee: Expression, arguments: Arguments) -> tuple[Values, bool]:
    """Return what a call runs beside the library's method, nothing where that is not known, and whether no heir can have overridden it."""
    if callee[3] not in RUNNING or not callee[2]:
        return NOTHING, True
    found: set[Value] = set()
    fixed = True
    for each in evaluator.objects.of(place, callee[2]):
        if each[0] == CONTAINER and each[1] == _CLASS and callee[3] == "newInstance" and len(each[2][0]) == 1:
            found |= {(CLASS_OBJECT, *one[1:]) if one[0] == INSTANCE else UNKNOWN for one in each[2][0]}
        elif each[0] != HANDLE or each[3] == _READ:
            return NOTHING, True
        elif each[3] == _VIRTUAL:
            functions, exact = _virtual(evaluator, place, each, callee[3], arguments)
            found |= functions
            fixed = fixed and exact
        else:
            kind = FUNCTION_OBJECT if evaluator.opened(each).kind == FUNCTION_SCOPE else CLASS_OBJECT
            found.add((kind, each[1], each[2], None) if kind == FUNCTION_OBJECT else (kind, each[1], each[2]))
    return (NOTHING, True) if UNKNOWN in found else (frozenset(found), fixed)


def _virtual(evaluator: Evaluator, place: Place, handle: Value, name: str, arguments: Arguments) -> tuple[Values, bool]:
    method: Value = (FUNCTION_OBJECT, handle[1], handle[2], None)
    known = arguments and name != "invokeWithArguments"
    run = evaluator.objects.running(method, evaluator.objects.of(place, arguments[0][1])) if known else ANYTHING
    return (run, True) if run and UNKNOWN not in run else (frozenset({method}), False)


def read(evaluator: Evaluator, place: Place, callee: Expression) -> Values:
    """Return what a call yields that reads a field, runs a function or makes an instance by reflection, by the declared types."""
    if callee[0] != MEMBER or callee[3] not in READING or not callee[2]:
        return NOTHING
    objects = evaluator.objects.of(place, callee[2])
    return union(_typed(evaluator, each) for each in objects) if all(each[0] == HANDLE for each in objects) else NOTHING


def _typed(evaluator: Evaluator, handle: Value) -> Values:
    scope, path = evaluator.opened(handle), handle[1]
    if handle[3] == _READ:
        return union(_declared(evaluator, path, binding.type) for binding in scope.names[handle[4]] if binding.kind == VARIABLE)
    if handle[3] == _NEW:
        return frozenset({(INSTANCE, *_class_of(evaluator, handle)[1:])})
    return _declared(evaluator, path, scope.returns)


def _declared(evaluator: Evaluator, path: str, root: int) -> Values:
    return evaluator.declared(path, root) if root >= 0 else ANYTHING
