"""Which of several C# functions of one name a call means: by number, names and types of the arguments."""

from __future__ import annotations

import re

from graph.evaluate import Arguments, Denoted, Evaluator, FoundBinding, Place
from graph.flow import EXTENSION, FUNCTION_SCOPE, NAME, REST, FileFlow, Parameter, Scope
from graph.languages.csharp_definitions import APPLIED
from graph.languages.jvm import ARRAY
from graph.languages.overloads import (
    IMPOSSIBLE,
    TO_OBJECT,
    UNDECIDED,
    Candidate,
    fits,
    is_definition,
    is_type_parameter,
    parameter_for,
    rank_given,
    ranked,
    same_parameters,
    sort_out,
)
from graph.values import (
    BUILTIN_METHOD,
    CLASS_OBJECT,
    CONTAINER,
    EXTERNAL_INSTANCE,
    EXTERNAL_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    SITE,
    SUPERTYPE,
    UNKNOWN,
    Value,
    Values,
)
from ingest.codec import replace_fields

WIDER = {
    "SByte": ("SByte", "Int16", "Int32", "Int64", "Single", "Double", "Decimal"),
    "Byte": ("Byte", "Int16", "UInt16", "Int32", "UInt32", "Int64", "UInt64", "Single", "Double", "Decimal"),
    "Int16": ("Int16", "Int32", "Int64", "Single", "Double", "Decimal"),
    "UInt16": ("UInt16", "Int32", "UInt32", "Int64", "UInt64", "Single", "Double", "Decimal"),
    "Char": ("Char", "UInt16", "Int32", "UInt32", "Int64", "UInt64", "Single", "Double", "Decimal"),
    "Int32": ("Int32", "Int64", "Single", "Double", "Decimal"),
    "UInt32": ("UInt32", "Int64", "UInt64", "Single", "Double", "Decimal"),
    "Int64": ("Int64", "Single", "Double", "Decimal"),
    "UInt64": ("UInt64", "Single", "Double", "Decimal"),
    "Single": ("Single", "Double"),
    "Double": ("Double",),
    "Decimal": ("Decimal",),
    "Boolean": ("Boolean",),
}
"""Simple types by the simple types that take them, nearest first (C# specification, implicit numeric conversions)."""
SEQUENCES = frozenset({
    "System.Collections.Generic.IEnumerable", "System.Collections.Generic.IReadOnlyCollection",
    "System.Collections.Generic.IReadOnlyList", "System.Collections.Generic.ICollection", "System.Collections.Generic.IList",
})  # fmt: skip

_OF_SIMPLE = frozenset({"CompareTo", "Equals", "GetHashCode", "GetType", "GetTypeCode", "ToString", "TryFormat"})
"""Methods of all simple types."""


def choose(evaluator: Evaluator, place: Place, found: list[Denoted], arguments: Arguments) -> list[Denoted]:
    """Return the functions among what a callee denotes that can take the arguments: methods before extension methods."""
    applied = next((len(given[3]) for keyword, given in arguments if keyword == APPLIED), 0)
    arguments = [each for each in arguments if each[0] != APPLIED]
    functions, others = sort_out(evaluator, found)
    functions = [(denoted, each, seen(denoted[0], scope)) for denoted, each, scope in functions]
    if not functions:
        return found
    fitting = [each for each in functions if fits(each[2], arguments) and (not applied or _type_parameters(each[2]) == applied)]
    if len(fitting) > 1:
        methods = [each for each in fitting if not is_extended(each[0][0], each[1], evaluator)]
        extended = [each for each in fitting if each not in methods]
        fitting = by_type(evaluator, place, methods, arguments) or by_type(evaluator, place, extended, arguments)
    if not fitting:
        return others or [(None, frozenset({UNKNOWN}))]
    unsure = [each for each in others if _may_be_instead(evaluator, each, fitting)]
    return [each[0] for each in fitting] + unsure


def _type_parameters(scope: Scope) -> int:
    return sum(1 for name in scope.names if "`" in name)


def _may_be_instead(evaluator: Evaluator, other: Denoted, fitting: list[Candidate]) -> bool:
    """Say whether a foreign type may have a method that goes before an extension method for one of its supertypes."""
    holder = other[0]
    if holder is None or not isinstance(other[1], frozenset) or holder[0] not in {EXTERNAL_INSTANCE, CONTAINER, SITE}:
        return is_definition(other[1])
    if holder[0] == EXTERNAL_INSTANCE and holder[1] == "System" and holder[2] in WIDER and fitting[0][1].name not in _OF_SIMPLE:
        return False
    for _, found, _ in fitting:
        declared = evaluator.declared(found.path, evaluator.flow(found.path).scopes[found.binding.target].parameters[0].type)
        if holder in declared or any(each[0] == CONTAINER and each[1] == holder[1] for each in declared):
            return False
    return any(value[0] in {EXTERNAL_OBJECT, BUILTIN_METHOD} for value in other[1])


def is_extended(holder: Value | None, found: FoundBinding, evaluator: Evaluator) -> bool:
    """Say whether an extension method is called on what it extends."""
    flags = evaluator.flow(found.path).scopes[found.binding.target].flags
    return bool(flags & EXTENSION) and _is_instance(holder)


def _is_instance(holder: Value | None) -> bool:
    return holder is not None and holder[0] not in {CLASS_OBJECT, EXTERNAL_OBJECT}


def seen(holder: Value | None, scope: Scope) -> Scope:
    """Return a function as its call sees it: the receiver of an extension method is no argument."""
    own = scope.flags & EXTENSION and _is_instance(holder) and holder is not None and holder[0] != SUPERTYPE
    return replace_fields(scope, parameters=scope.parameters[1:]) if own else scope


def by_type(evaluator: Evaluator, place: Place, candidates: list[Candidate], arguments: Arguments) -> list[Candidate]:
    """Return the candidates whose parameters the arguments can be given to; the best one alone where there is one."""
    if len(candidates) < 2:
        return candidates
    values = [evaluator.value(place, given) for _, given in arguments]
    taking = [each for each in ranked(evaluator, place, candidates, arguments, rank_of) if _agree(evaluator, each[0], arguments, values)]
    taking = [each for each in taking if not any(_comes_first(evaluator, other, each) for other in taking)]
    plain = [each for each in taking if not any(one.taking == REST for one in each[0][2].parameters)]
    for group in (plain, taking):
        for each, ranks in group:
            if all(_better(evaluator, (each, ranks), other) for other in group if other[0] is not each):
                return [each]
        if group:
            return [each for each, _ in group]
    return []


def _agree(evaluator: Evaluator, candidate: Candidate, arguments: Arguments, values: list[Values]) -> bool:
    """Say whether one type can be meant wherever a function has the same type parameter."""
    _, found, scope = candidate
    roots = evaluator.flow(found.path).roots
    given: dict[str, list[Value]] = {}
    for at, (keyword, _) in enumerate(arguments):
        parameter = parameter_for(scope, at, keyword)
        if parameter is None or parameter.type < 0 or len(values[at]) != 1 or UNKNOWN in values[at]:
            continue
        expression = roots[parameter.type].expression
        if expression is not None and expression[0] == NAME and is_type_parameter(evaluator, found.path, parameter.type):
            given.setdefault(expression[2], []).extend(values[at])
    pairs = ((one, other) for each in given.values() for at, one in enumerate(each) for other in each[at + 1 :])
    return all(IMPOSSIBLE not in {rank(evaluator, one, other)} & {rank(evaluator, other, one)} for one, other in pairs)


def _comes_first(evaluator: Evaluator, one: tuple[Candidate, list[int]], other: tuple[Candidate, list[int]]) -> bool:
    """Say whether a method that takes the arguments for certain belongs to a type below the other's: only that type is looked at then.

    What overrides a method belongs to the type that had it first.
    """
    if UNDECIDED in one[1] or not _is_below(evaluator, one[0][1], other[0][1]):
        return False
    found = one[0][1]
    flow = evaluator.flow(found.path)
    method = flow.scopes[found.binding.target]
    for above in evaluator.lineage(found.path, found.scope)[1:]:
        there = evaluator.flow(above[1]) if above[0] == CLASS_OBJECT else None
        for each in evaluator.opened(above).names.get(found.name, ()) if there is not None else ():
            if there is not None and is_definition(FoundBinding(above[1], above[2], found.name, each)):
                overridden = there.scopes[each.target]
                if overridden.kind == FUNCTION_SCOPE and same_parameters(flow, method, there, overridden):
                    return False
    return True


def _better(evaluator: Evaluator, one: tuple[Candidate, list[int]], other: tuple[Candidate, list[int]]) -> bool:
    for at, (mine, theirs) in enumerate(zip(one[1], other[1], strict=True)):
        if UNDECIDED in {mine, theirs}:
            if not _written_alike(evaluator, one[0], other[0], at):
                return False
        elif mine > theirs:
            return False
    if one[1] != other[1]:
        return True
    mine, theirs = one[0], other[0]
    if len(mine[2].parameters) != len(theirs[2].parameters):
        return len(mine[2].parameters) < len(theirs[2].parameters)
    return (mine[1].path, mine[1].scope) != (theirs[1].path, theirs[1].scope) and _is_below(evaluator, mine[1], theirs[1])


def _is_below(evaluator: Evaluator, one: FoundBinding, other: FoundBinding) -> bool:
    return (CLASS_OBJECT, other.path, other.scope) in evaluator.lineage(one.path, one.scope)[1:]


def _written_alike(evaluator: Evaluator, one: Candidate, other: Candidate, at: int) -> bool:
    first, second = parameter_for(one[2], at, ""), parameter_for(other[2], at, "")
    if first is None or second is None or first.type < 0 or second.type < 0:
        return False
    return _spelling(evaluator.flow(one[1].path), first) == _spelling(evaluator.flow(other[1].path), second)


def _spelling(flow: FileFlow, parameter: Parameter) -> str:
    return re.sub(r"\((\d+), \d+", r"(\1", repr(flow.roots[parameter.type].expression))


def rank_of(evaluator: Evaluator, path: str, parameter: Parameter | None, given: Values) -> int:
    """Return how far an argument is from a parameter's type: 0 for the same."""
    return rank_given(evaluator, path, parameter, given, rank, WIDER)


def rank(evaluator: Evaluator, value: Value, wanted: Value) -> int:
    """Return how far a value is from a type."""
    if value == wanted:
        return 0
    if wanted[0] == EXTERNAL_INSTANCE and wanted[1:] == ("System", "Object"):
        return TO_OBJECT
    if wanted[0] == INSTANCE and value[0] != INSTANCE and _converts(evaluator, wanted):
        return UNDECIDED
    if value[0] == INSTANCE:
        return _rank_instance(evaluator, value, wanted)
    if value[0] == FUNCTION_OBJECT:
        return _rank_function(evaluator, value, wanted)
    if value[0] == EXTERNAL_INSTANCE:
        return _rank_external(value, wanted)
    if value[0] == CONTAINER:
        return _rank_container(value, wanted)
    return UNDECIDED


def _converts(evaluator: Evaluator, wanted: Value) -> bool:
    """Say whether a class defines conversions, or is a delegate, which functions are converted to."""
    names = evaluator.opened(wanted).names
    return "implicit" in names or "Invoke" in names


def _rank_instance(evaluator: Evaluator, value: Value, wanted: Value) -> int:
    lineage = evaluator.lineage(value[1], value[2])
    if wanted[0] == INSTANCE:
        if (CLASS_OBJECT, *wanted[1:]) in lineage:
            return 1 + lineage.index((CLASS_OBJECT, *wanted[1:]))
        return UNDECIDED if UNKNOWN in lineage or _converts(evaluator, wanted) or _converts(evaluator, value) else IMPOSSIBLE
    outside = [each for each in lineage if each[0] != CLASS_OBJECT]
    if wanted[0] == EXTERNAL_INSTANCE and (EXTERNAL_OBJECT, *wanted[1:]) in outside:
        return 30
    return UNDECIDED if outside or _converts(evaluator, value) else IMPOSSIBLE


def _rank_function(evaluator: Evaluator, value: Value, wanted: Value) -> int:
    if wanted[0] == EXTERNAL_INSTANCE:
        return IMPOSSIBLE if wanted[2] in WIDER or wanted[2] == "String" else UNDECIDED
    if wanted[0] != CONTAINER:
        return IMPOSSIBLE
    if wanted[1] in {"System.Func", "System.Action"}:
        count = len(evaluator.opened(value).parameters)
        return 1 if count == len(wanted[2]) - (wanted[1] == "System.Func") else IMPOSSIBLE
    return IMPOSSIBLE if wanted[1] in {ARRAY, "Awaitable"} or wanted[1].startswith("System.Collections.") else UNDECIDED


def _rank_external(value: Value, wanted: Value) -> int:
    name = value[2]
    if wanted[0] == INSTANCE:
        return IMPOSSIBLE if name in WIDER or name == "String" else UNDECIDED
    if wanted[0] == CONTAINER:
        if name == "String":
            return 20 if wanted[1] in SEQUENCES else IMPOSSIBLE
        return IMPOSSIBLE if name in WIDER else UNDECIDED
    if name in WIDER and wanted[1] == "System":
        if wanted[2] in WIDER[name]:
            return WIDER[name].index(wanted[2])
        return IMPOSSIBLE if wanted[2] in WIDER or wanted[2] == "String" else UNDECIDED
    return IMPOSSIBLE if (wanted[2] in WIDER and name == "String") or (wanted[2] == "String" and wanted[1] == "System") else UNDECIDED


def _rank_container(value: Value, wanted: Value) -> int:
    if wanted[0] == CONTAINER:
        if value[1] == wanted[1]:
            return 1 if not (value[1] == ARRAY and _apart(value[2][0], wanted[2][0])) else IMPOSSIBLE
        if wanted[1] in SEQUENCES and (value[1] == ARRAY or value[1].startswith("System.Collections.Generic.")):
            return 5
        return IMPOSSIBLE if ARRAY in {value[1], wanted[1]} else UNDECIDED
    return IMPOSSIBLE if wanted[0] == INSTANCE or wanted[2] in WIDER or wanted[2] == "String" else UNDECIDED


def _apart(one: Values, other: Values) -> bool:
    """Say whether no element of one array can be one of the other, both being of simple types."""
    simple = [each[0] == EXTERNAL_INSTANCE and (each[2] in WIDER or each[2] == "String") for each in (*one, *other)]
    return all(simple) and not one & other
