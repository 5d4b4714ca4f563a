"""Which of several functions of one name a call means: by number, names and types of the arguments."""

from __future__ import annotations

from collections.abc import Sequence

from graph.evaluate import Arguments, Denoted, Evaluator, Place
from graph.flow import INTERFACE, REST, Parameter
from graph.languages.jvm import ARRAY
from graph.languages.overloads import (
    IMPOSSIBLE,
    TO_OBJECT,
    UNDECIDED,
    Candidate,
    fits,
    is_definition,
    parameter_for,
    rank_given,
    ranked,
    sort_out,
    written_type,
)
from graph.values import (
    BUILTIN_METHOD,
    CLASS_OBJECT,
    CONTAINER,
    EXTERNAL_INSTANCE,
    EXTERNAL_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    UNKNOWN,
    Value,
    Values,
)

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

_BOXED = 40


def choose(evaluator: Evaluator, place: Place, found: list[Denoted], arguments: Arguments) -> list[Denoted]:
    """Return the functions among what a callee denotes that can take the arguments; what is no function only where none can."""
    functions, others = sort_out(evaluator, found)
    if not functions:
        return [each for each in others if is_definition(each[1])] or found
    fitting = [each for each in functions if fits(each[2], arguments)]
    if not fitting:
        return others or [(None, frozenset({UNKNOWN}))]
    groups: dict[object, list[Candidate]] = {}
    for each in fitting:
        groups.setdefault(each[0][0], []).append(each)
    fitting = [one for group in groups.values() for one in (_by_type(evaluator, place, group, arguments) if len(group) > 1 else group)]
    classes = [each for each in others if is_definition(each[1])]
    return [each[0] for each in fitting] + classes


def _by_type(evaluator: Evaluator, place: Place, candidates: list[Candidate], arguments: Arguments) -> list[Candidate]:
    taking = ranked(evaluator, place, candidates, arguments, _rank_of)
    fixed = [each for each in taking if not any(parameter.taking == REST for parameter in each[0][2].parameters)]
    taking = fixed if any(UNDECIDED not in ranks for _, ranks in fixed) else taking
    for each, ranks in taking:
        rest = [(other, others) for other, others in taking if other is not each]
        if not all(_at_least_as_good(evaluator, each, ranks, other, others) for other, others in rest):
            continue
        if each[0][0] is not None or not any(_at_least_as_good(evaluator, other, others, each, ranks) for other, others in rest):
            return [each]
    return [each for each, _ in taking] or candidates


def _at_least_as_good(evaluator: Evaluator, one: Candidate, ranks: list[int], other: Candidate, others: list[int]) -> bool:
    for at, (mine, theirs) in enumerate(zip(ranks, others, strict=True)):
        if mine == 0:  # the same type: whatever else takes it is wider
            continue
        if UNDECIDED in {mine, theirs} and not _same_type(evaluator, one, other, at):
            return False
        if mine > theirs:
            return False
    return len(one[2].parameters) <= len(other[2].parameters) or ranks != others


def _same_type(evaluator: Evaluator, one: Candidate, other: Candidate, at: int) -> bool:
    first, second = parameter_for(one[2], at, ""), parameter_for(other[2], at, "")
    return (
        first is not None
        and second is not None
        and written_type(evaluator.flow(one[1].path), first) == written_type(evaluator.flow(other[1].path), second)
    )


def _rank_of(evaluator: Evaluator, path: str, parameter: Parameter | None, given: Values) -> int:
    return rank_given(evaluator, path, parameter, given, _rank, _WIDER)


def _rank(evaluator: Evaluator, value: Value, wanted: Value) -> int:
    if value[0] == EXTERNAL_OBJECT and value[1] == "java.lang" and value[2].partition(".")[0] in _CONSTANTS:
        value = (EXTERNAL_INSTANCE, "java.lang", _CONSTANTS[value[2].partition(".")[0]])
    if value[0] == BUILTIN_METHOD and value[1][:2] == (CONTAINER, ARRAY) and value[2] == "length":
        value = (EXTERNAL_INSTANCE, "java.lang", "int")
    value, wanted = _java_name(value), _java_name(wanted)
    if value == wanted:
        return 0
    if wanted[0] == EXTERNAL_INSTANCE and wanted[2] in {"Object", "Any", "AnyRef"}:
        return TO_OBJECT
    if value[0] == INSTANCE:
        return _rank_instance(evaluator, value, wanted)
    if value[0] == FUNCTION_OBJECT:
        return _rank_function(evaluator, wanted)
    if value[0] == EXTERNAL_INSTANCE:
        return _rank_external(value[2], wanted)
    if value[0] == CONTAINER:
        if wanted[0] == CONTAINER and value[1] == wanted[1]:
            return _rank_elements(evaluator, value[2], wanted[2]) if value[1] == ARRAY else 0
        if ARRAY in {value[1], wanted[1]} or wanted[0] == INSTANCE or wanted[2] in _WIDER or wanted[2] == "String":
            return IMPOSSIBLE
        if wanted[0] == EXTERNAL_INSTANCE and value[1] == f"{wanted[1]}.{wanted[2]}":
            return 0
    return UNDECIDED


_KOTLIN = {box if box not in {"Integer", "Character"} else box[: 3 if box == "Integer" else 4]: name for name, box in _BOXES.items()}


def _java_name(value: Value) -> Value:
    """Return a primitive type of Kotlin or Scala under Java's name."""
    if value[0] == EXTERNAL_INSTANCE and value[1] in {"kotlin", "scala"}:
        return (EXTERNAL_INSTANCE, "java.lang", _KOTLIN.get(value[2], value[2]))
    return value


def _rank_elements(evaluator: Evaluator, given: Sequence[Values], wanted: Sequence[Values]) -> int:
    """Return how far an array is from another's type: one of a primitive type is no other's, one of objects is that of their supertypes."""
    pairs = [(one, other) for ones, others in zip(given, wanted, strict=False) for one in ones for other in others]
    if any(other == UNKNOWN and one[0] == EXTERNAL_INSTANCE and one[2] in _WIDER for one, other in pairs):
        return IMPOSSIBLE  # a type parameter or a class: every primitive type is known
    if not pairs or any(UNKNOWN in pair for pair in pairs):
        return UNDECIDED
    if any(each[0] == EXTERNAL_INSTANCE and each[2] in _WIDER for pair in pairs for each in pair):
        return 0 if all(one == other for one, other in pairs) else IMPOSSIBLE
    return max(_rank(evaluator, one, other) for one, other in pairs)


def _rank_instance(evaluator: Evaluator, value: Value, wanted: Value) -> int:
    lineage = evaluator.lineage(value[1], value[2])
    if wanted[0] == INSTANCE:
        if (CLASS_OBJECT, *wanted[1:]) in lineage:
            return 1 + lineage.index((CLASS_OBJECT, *wanted[1:]))
        return UNDECIDED if UNKNOWN in lineage else IMPOSSIBLE
    if wanted[0] == EXTERNAL_INSTANCE and (EXTERNAL_OBJECT, *wanted[1:]) in lineage:
        return 30
    return IMPOSSIBLE if all(each[0] == CLASS_OBJECT for each in lineage) else UNDECIDED


def _rank_function(evaluator: Evaluator, wanted: Value) -> int:
    if wanted[0] == INSTANCE:
        return UNDECIDED if evaluator.opened(wanted).flags & INTERFACE else IMPOSSIBLE
    if wanted[0] == EXTERNAL_INSTANCE and (wanted[2] in _WIDER or wanted[2] in {"String", "CharSequence", *_BOXES.values()}):
        return IMPOSSIBLE
    return IMPOSSIBLE if wanted[0] == CONTAINER and wanted[1] == ARRAY else UNDECIDED


def _rank_external(name: str, wanted: Value) -> int:
    if wanted[0] == INSTANCE:
        return IMPOSSIBLE
    if name in _WIDER:
        if wanted[2] in _WIDER[name]:
            return _WIDER[name].index(wanted[2])
        return _BOXED if wanted[2] in {_BOXES[name], "Number", "Comparable", "Serializable"} else IMPOSSIBLE
    if wanted[0] == CONTAINER:
        return IMPOSSIBLE if wanted[1] == ARRAY or name == "String" else UNDECIDED
    if wanted[2] in _WIDER:
        return _BOXED if _BOXES.get(wanted[2]) == name else IMPOSSIBLE
    if wanted[2] in _SUPERTYPES.get(name, ()):
        return 5 + _SUPERTYPES[name].index(wanted[2])
    return IMPOSSIBLE if name in _FINAL or wanted[2] in _FINAL else UNDECIDED


_FINAL = frozenset({"String", *_BOXES.values()})
