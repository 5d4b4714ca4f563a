"""Which of several functions of one name a call means: by number, names and types of the arguments."""

from __future__ import annotations

from collections.abc import Sequence

from graph.evaluate import Arguments, Denoted, Evaluator, FoundBinding, Place
from graph.flow import (
    CLASS_SCOPE,
    DEFINITION,
    FUNCTION_SCOPE,
    INDEX,
    INTERFACE,
    MEMBER,
    NAME,
    ONE,
    REST,
    SPREAD,
    VARIABLE,
    Expression,
    FileFlow,
    Parameter,
    Scope,
)
from graph.languages.jvm import ARRAY, TRAILING
from graph.values import CLASS_OBJECT, CONTAINER, EXTERNAL_INSTANCE, EXTERNAL_OBJECT, FUNCTION_OBJECT, INSTANCE, UNKNOWN, Value, Values

_WIDER = {
    "byte": ("byte", "short", "int", "long", "float", "double"),
    "short": ("short", "int", "long", "float", "double"),
    "char": ("char", "int", "long", "float", "double"),
    "int": ("int", "long", "float", "double"),
    "long": ("long", "float", "double"),
    "float": ("float", "double"),
    "double": ("double",),
    "boolean": ("boolean",),
}
"""Primitive types by the primitive types that take them, nearest first (JLS 5.1.2)."""
_BOXES = {
    "byte": "Byte", "short": "Short", "char": "Character", "int": "Integer", "long": "Long", "float": "Float", "double": "Double",
    "boolean": "Boolean",
}  # fmt: skip
_CONSTANTS = {box: primitive for primitive, box in _BOXES.items() if primitive != "boolean"}
"""Classes whose fields are constants of a primitive type."""
_SUPERTYPES = {"String": ("CharSequence", "Comparable", "Serializable"), "StringBuilder": ("CharSequence", "Appendable")}

_IMPOSSIBLE, _UNDECIDED = -1, -2
_TO_OBJECT, _TO_PARAMETER, _BOXED = 90, 80, 40


def choose(evaluator: Evaluator, place: Place, found: list[Denoted], arguments: Arguments) -> list[Denoted]:
    """Return the functions among what a callee denotes that can take the arguments; what is no function only where none can."""
    functions: list[tuple[Denoted, FoundBinding, Scope]] = []
    others: list[Denoted] = []
    for denoted in found:
        each = denoted[1]
        if isinstance(each, FoundBinding) and _is_definition(each):
            scope = evaluator.flow(each.path).scopes[each.binding.target]
            if scope.kind == FUNCTION_SCOPE:
                functions.append((denoted, each, scope))
                continue
        others.append(denoted)
    if not functions:
        return [each for each in others if _is_definition(each[1])] or found
    fitting = [each for each in functions if fits(each[2], arguments)]
    if not fitting:
        return others or [(None, frozenset({UNKNOWN}))]
    groups: dict[object, list[_Candidate]] = {}
    for each in fitting:
        groups.setdefault(each[0][0], []).append(each)
    fitting = [one for group in groups.values() for one in (_by_type(evaluator, place, group, arguments) if len(group) > 1 else group)]
    classes = [each for each in others if _is_definition(each[1])]
    return [each[0] for each in fitting] + classes


def _is_definition(found: object) -> bool:
    return isinstance(found, FoundBinding) and found.binding.kind == DEFINITION


def fits(scope: Scope, arguments: Arguments) -> bool:
    """Say whether a function takes so many arguments of these names."""
    names = {each.name for each in scope.parameters}
    given = {keyword if keyword != TRAILING or not scope.parameters else scope.parameters[-1].name for keyword, _ in arguments if keyword}
    if not given <= names:
        return False
    if any(value[0] == SPREAD for _, value in arguments):
        return True
    plain = len(arguments) - len(given)
    rest = any(each.taking == REST for each in scope.parameters)
    required = sum(1 for each in scope.parameters if each.taking == ONE and each.default < 0 and each.name not in given)
    return plain >= required and (rest or len(arguments) <= len(scope.parameters))


_Candidate = tuple[Denoted, FoundBinding, Scope]


def _by_type(evaluator: Evaluator, place: Place, candidates: list[_Candidate], arguments: Arguments) -> list[_Candidate]:
    values = [evaluator.value(place, given) for _, given in arguments]
    ranked: list[tuple[_Candidate, list[int]]] = []
    for each in candidates:
        parameters = [_parameter_for(each[2], at, keyword) for at, (keyword, _) in enumerate(arguments)]
        ranks = [_rank_of(evaluator, each[1].path, parameter, given) for parameter, given in zip(parameters, values, strict=True)]
        if _IMPOSSIBLE not in ranks:
            ranked.append((each, ranks))
    fixed = [each for each in ranked if not any(parameter.taking == REST for parameter in each[0][2].parameters)]
    ranked = fixed or ranked
    for each, ranks in ranked:
        rest = [(other, others) for other, others in ranked if other is not each]
        if not all(_at_least_as_good(evaluator, each, ranks, other, others) for other, others in rest):
            continue
        if each[0][0] is not None or not any(_at_least_as_good(evaluator, other, others, each, ranks) for other, others in rest):
            return [each]
    return [each for each, _ in ranked] or candidates


def _at_least_as_good(evaluator: Evaluator, one: _Candidate, ranks: list[int], other: _Candidate, others: list[int]) -> bool:
    for at, (mine, theirs) in enumerate(zip(ranks, others, strict=True)):
        if mine == 0:  # the same type: whatever else takes it is wider
            continue
        if _UNDECIDED in {mine, theirs} and not _same_type(evaluator, one, other, at):
            return False
        if mine > theirs:
            return False
    return len(one[2].parameters) <= len(other[2].parameters) or ranks != others


def _same_type(evaluator: Evaluator, one: _Candidate, other: _Candidate, at: int) -> bool:
    first, second = _parameter_for(one[2], at, ""), _parameter_for(other[2], at, "")
    return (
        first is not None
        and second is not None
        and _title(evaluator.flow(one[1].path), first) == _title(evaluator.flow(other[1].path), second)
    )


def _parameter_for(scope: Scope, at: int, keyword: str) -> Parameter | None:
    if keyword == TRAILING:
        return scope.parameters[-1] if scope.parameters else None
    if keyword:
        return next((each for each in scope.parameters if each.name == keyword), None)
    if at < len(scope.parameters):
        return scope.parameters[at]
    last = scope.parameters[-1] if scope.parameters else None
    return last if last is not None and last.taking == REST else None


def _rank_of(evaluator: Evaluator, path: str, parameter: Parameter | None, given: Values) -> int:
    """Return how far an argument is from a parameter's type: 0 for the same."""
    if parameter is None:
        return _UNDECIDED
    if parameter.type < 0 or UNKNOWN in given:
        return _UNDECIDED
    if is_type_parameter(evaluator, path, parameter.type):
        return _TO_PARAMETER
    wanted = evaluator.declared(path, parameter.type)
    if UNKNOWN in wanted or not wanted:
        return _UNDECIDED
    if not given:  # null
        return _IMPOSSIBLE if any(each[0] == EXTERNAL_INSTANCE and each[2] in _WIDER for each in wanted) else _TO_OBJECT
    ranks = [min((_rank(evaluator, value, each) for each in wanted), key=_order) for value in sorted(given, key=repr)]
    if parameter.taking == REST and _IMPOSSIBLE in ranks:
        arrays: list[Value] = [(CONTAINER, ARRAY, (wanted,))]
        ranks = [_rank(evaluator, value, arrays[0]) for value in sorted(given, key=repr)]
    return max(ranks, key=_order)


def _order(rank: int) -> int:
    return {_IMPOSSIBLE: 1000, _UNDECIDED: 500}.get(rank, rank)


def is_type_parameter(evaluator: Evaluator, path: str, root: int) -> bool:
    """Say whether a declared type is a type parameter, which takes anything."""
    expression = evaluator.flow(path).roots[root].expression
    if expression is None or expression[0] != NAME:
        return False
    found = evaluator.denoted(evaluator.place(path, root), expression)
    return bool(found) and all(
        isinstance(each, FoundBinding)
        and each.binding.kind == VARIABLE
        and each.binding.type < 0
        and evaluator.flow(each.path).scopes[each.scope].kind != CLASS_SCOPE
        for _, each in found
    )


def _rank(evaluator: Evaluator, value: Value, wanted: Value) -> int:
    if value[0] == EXTERNAL_OBJECT and value[1] == "java.lang" and value[2].partition(".")[0] in _CONSTANTS:
        value = (EXTERNAL_INSTANCE, "java.lang", _CONSTANTS[value[2].partition(".")[0]])
    value, wanted = _java_name(value), _java_name(wanted)
    if value == wanted:
        return 0
    if wanted[0] == EXTERNAL_INSTANCE and wanted[2] in {"Object", "Any", "AnyRef"}:
        return _TO_OBJECT
    if value[0] == INSTANCE:
        return _rank_instance(evaluator, value, wanted)
    if value[0] == FUNCTION_OBJECT:
        return _rank_function(evaluator, wanted)
    if value[0] == EXTERNAL_INSTANCE:
        return _rank_external(value[2], wanted)
    if value[0] == CONTAINER:
        if wanted[0] == CONTAINER and value[1] == wanted[1]:
            return 0
        if ARRAY in {value[1], wanted[1]} or wanted[0] == INSTANCE or wanted[2] in _WIDER or wanted[2] == "String":
            return _IMPOSSIBLE
        if wanted[0] == EXTERNAL_INSTANCE and value[1] == f"{wanted[1]}.{wanted[2]}":
            return 0
    return _UNDECIDED


_KOTLIN = {box if box not in {"Integer", "Character"} else box[: 3 if box == "Integer" else 4]: name for name, box in _BOXES.items()}


def _java_name(value: Value) -> Value:
    """Return a primitive type of Kotlin or Scala under Java's name."""
    if value[0] == EXTERNAL_INSTANCE and value[1] in {"kotlin", "scala"}:
        return (EXTERNAL_INSTANCE, "java.lang", _KOTLIN.get(value[2], value[2]))
    return value


def _rank_instance(evaluator: Evaluator, value: Value, wanted: Value) -> int:
    lineage = evaluator.lineage(value[1], value[2])
    if wanted[0] == INSTANCE:
        if (CLASS_OBJECT, *wanted[1:]) in lineage:
            return 1 + lineage.index((CLASS_OBJECT, *wanted[1:]))
        return _UNDECIDED if UNKNOWN in lineage else _IMPOSSIBLE
    if wanted[0] == EXTERNAL_INSTANCE and (EXTERNAL_OBJECT, *wanted[1:]) in lineage:
        return 30
    return _IMPOSSIBLE if all(each[0] == CLASS_OBJECT for each in lineage) else _UNDECIDED


def _rank_function(evaluator: Evaluator, wanted: Value) -> int:
    if wanted[0] == INSTANCE:
        return _UNDECIDED if evaluator.opened(wanted).flags & INTERFACE else _IMPOSSIBLE
    if wanted[0] == EXTERNAL_INSTANCE and (wanted[2] in _WIDER or wanted[2] in {"String", "CharSequence", *_BOXES.values()}):
        return _IMPOSSIBLE
    return _IMPOSSIBLE if wanted[0] == CONTAINER and wanted[1] == ARRAY else _UNDECIDED


def _rank_external(name: str, wanted: Value) -> int:
    if wanted[0] == INSTANCE:
        return _IMPOSSIBLE
    if name in _WIDER:
        if wanted[2] in _WIDER[name]:
            return _WIDER[name].index(wanted[2])
        return _BOXED if wanted[2] in {_BOXES[name], "Number", "Comparable", "Serializable"} else _IMPOSSIBLE
    if wanted[0] == CONTAINER:
        return _IMPOSSIBLE if wanted[1] == ARRAY or name == "String" else _UNDECIDED
    if wanted[2] in _WIDER:
        return _BOXED if _BOXES.get(wanted[2]) == name else _IMPOSSIBLE
    if wanted[2] in _SUPERTYPES.get(name, ()):
        return 5 + _SUPERTYPES[name].index(wanted[2])
    return _IMPOSSIBLE if name in _FINAL or wanted[2] in _FINAL else _UNDECIDED


_FINAL = frozenset({"String", *_BOXES.values()})


def _title(flow: FileFlow, parameter: Parameter) -> str:
    return _written(flow.roots[parameter.type].expression) if parameter.type >= 0 else ""


def _written(expression: Expression | None) -> str:
    if expression is None:
        return ""
    if expression[0] == INDEX:
        inner = expression[3] if expression[2][0] not in {NAME, MEMBER} else expression[2]
        return _written(inner) + (ARRAY if inner is expression[3] else "")
    return str(expression[2] if expression[0] != MEMBER else expression[3])


def same_parameters(flow: FileFlow, method: Scope, above: FileFlow, other: Scope) -> bool:
    """Say whether a method may override another: as many parameters, of types written alike or given by a type parameter."""
    if len(method.parameters) != len(other.parameters):
        return False
    pairs = zip(method.parameters, other.parameters, strict=True)
    return all(_title(flow, one) == _title(above, two) or _is_declared_around(above, other, two) for one, two in pairs)


def _is_declared_around(flow: FileFlow, scope: Scope, parameter: Parameter) -> bool:
    """Say whether a parameter's type is a type parameter of the method or of the class around it."""
    name = _title(flow, parameter).removesuffix(ARRAY)
    around: Sequence[Scope] = [scope]
    owner = flow.scopes[scope.parent]
    around = [scope, *([flow.scopes[owner.parent]] if owner.parent >= 0 else [])]
    return any(
        each.kind != CLASS_SCOPE and each.parent >= 0 and any(b.kind == VARIABLE for b in each.names.get(name, ())) for each in around
    )
