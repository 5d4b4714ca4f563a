"""What choosing among overloads has in common wherever argument types decide: which functions fit, and how far each argument is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from graph.evaluate import Arguments, Denoted, Evaluator, FoundBinding, Place
from graph.flow import (
    CLASS_SCOPE,
    DEFINITION,
    FUNCTION_SCOPE,
    INDEX,
    MEMBER,
    NAME,
    ONE,
    REST,
    SPREAD,
    STATIC,
    VARIABLE,
    Binding,
    Expression,
    FileFlow,
    Parameter,
    Scope,
)
from graph.languages.jvm import ARRAY, TRAILING
from graph.values import CONTAINER, EXTERNAL_INSTANCE, UNKNOWN, Value, Values

IMPOSSIBLE, UNDECIDED, TO_PARAMETER, TO_OBJECT = 1000, 500, 80, 90
"""Ranks, from 0 for the same type: an argument of another type, of an unknown one, for a type parameter, for the type above all."""

Candidate = tuple[Denoted, FoundBinding, Scope]
RankOf = Callable[[Evaluator, str, Parameter | None, Values], int]


def is_definition(found: object) -> bool:
    """Say whether something is a class or function of the program."""
    return isinstance(found, FoundBinding) and found.binding.kind == DEFINITION


def sort_out(evaluator: Evaluator, found: Sequence[Denoted]) -> tuple[list[Candidate], list[Denoted]]:
    """Part what a callee denotes into the functions of the program and the rest."""
    functions: list[Candidate] = []
    others: list[Denoted] = []
    for denoted in found:
        each = denoted[1]
        scope = evaluator.flow(each.path).scopes[each.binding.target] if isinstance(each, FoundBinding) and is_definition(each) else None
        if isinstance(each, FoundBinding) and scope is not None and scope.kind == FUNCTION_SCOPE:
            functions.append((denoted, each, scope))
        else:
            others.append(denoted)
    return functions, others


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


def parameter_for(scope: Scope, at: int, keyword: str) -> Parameter | None:
    """Return the parameter that an argument is for, by its position or its name."""
    if keyword == TRAILING:
        return scope.parameters[-1] if scope.parameters else None
    if keyword:
        return next((each for each in scope.parameters if each.name == keyword), None)
    if at < len(scope.parameters):
        return scope.parameters[at]
    last = scope.parameters[-1] if scope.parameters else None
    return last if last is not None and last.taking == REST else None


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


def ranked(
    evaluator: Evaluator, place: Place, candidates: Sequence[Candidate], arguments: Arguments, rank_of: RankOf
) -> list[tuple[Candidate, list[int]]]:
    """Return the candidates that the arguments can be given to, with the rank of each argument."""
    values = [evaluator.value(place, given) for _, given in arguments]
    found: list[tuple[Candidate, list[int]]] = []
    for each in candidates:
        parameters = [parameter_for(each[2], at, keyword) for at, (keyword, _) in enumerate(arguments)]
        ranks = [rank_of(evaluator, each[1].path, parameter, given) for parameter, given in zip(parameters, values, strict=True)]
        if IMPOSSIBLE not in ranks:
            found.append((each, ranks))
    return found


def rank_given(
    evaluator: Evaluator,
    path: str,
    parameter: Parameter | None,
    given: Values,
    rank: Callable[[Evaluator, Value, Value], int],
    primitives: Collection[str],
) -> int:
    """Return how far what is given is from a parameter's type; ``rank`` says it of one value and one type. Primitives take no null."""
    if parameter is None or parameter.type < 0 or UNKNOWN in given:
        return UNDECIDED
    if is_type_parameter(evaluator, path, parameter.type):
        return TO_PARAMETER
    wanted = evaluator.declared(path, parameter.type)
    if UNKNOWN in wanted or not wanted:
        return UNDECIDED
    if not given:  # null, which may stand for all that is left
        primitive = any(each[0] == EXTERNAL_INSTANCE and each[2] in primitives for each in wanted)
        return IMPOSSIBLE if primitive and parameter.taking != REST else TO_OBJECT
    ranks = [min(rank(evaluator, value, each) for each in wanted) for value in given]
    if parameter.taking == REST and IMPOSSIBLE in ranks:
        array: Value = (CONTAINER, ARRAY, (wanted,))
        ranks = [rank(evaluator, value, array) for value in given]
    return max(ranks)


def written_type(flow: FileFlow, parameter: Parameter) -> str:
    """Return the last part of a parameter's type as it is written, an array's for what takes all that is left; nothing where none is."""
    written = _written(flow.roots[parameter.type].expression) if parameter.type >= 0 else ""
    return written + ARRAY if written and parameter.taking == REST else written


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
    return all(written_type(flow, one) == written_type(above, two) or _is_declared_around(above, other, two) for one, two in pairs)


def _is_declared_around(flow: FileFlow, scope: Scope, parameter: Parameter) -> bool:
    """Say whether a parameter's type is a type parameter of the method or of the class around it."""
    name = written_type(flow, parameter).removesuffix(ARRAY)
    around: Sequence[Scope] = [scope]
    owner = flow.scopes[scope.parent]
    around = [scope, *([flow.scopes[owner.parent]] if owner.parent >= 0 else [])]
    return any(
        each.kind != CLASS_SCOPE and each.parent >= 0 and any(b.kind == VARIABLE for b in each.names.get(name, ())) for each in around
    )


def hides(evaluator: Evaluator, found: FoundBinding, flow: FileFlow, binding: Binding) -> bool:
    """Say whether a method that was found lower down overrides another."""
    lower = evaluator.flow(found.path)
    return same_parameters(lower, lower.scopes[found.binding.target], flow, flow.scopes[binding.target])


def overridden(flow: FileFlow, method: Scope, above: FileFlow, candidates: Sequence[Scope]) -> Scope | None:
    """Return the method of an instance with as many parameters of the same types; what belongs to the class itself overrides nothing."""
    functions = [each for each in candidates if each.kind == FUNCTION_SCOPE and not (each.flags | method.flags) & STATIC]
    same = [each for each in functions if same_parameters(flow, method, above, each)]
    return (same or [None])[0]
