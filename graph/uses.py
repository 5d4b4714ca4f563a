"""What the uses of names in a file lead to, found once for all uses of the same thing.

Most uses name what was named before: an import of the file, or a method of the same class. What those lead to does not depend on where they
stand, so that it is kept: by name and the scope that binds it for one file, by what a member was looked up in for all.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence

from graph.edges import TargetFinder, Targets, Use
from graph.evaluate import ARGUMENTS, Arguments, Denoted, Evaluator, FoundBinding, Place
from graph.flow import CLASS_SCOPE, DEFINITION, FIELD, MEMBER, METHOD, MODULE, NAME, SELF, SUPER, WRITTEN_OUT, Expression
from graph.model import EdgeKind
from graph.program import Program
from graph.rules import Rules
from graph.values import FUNCTION_OBJECT, MODULE_OBJECT, NAMESPACE, NOTHING, UNKNOWN, Values

ALLOCATION = "allocation"
"""The rule of a call that runs a method of what is known to have been made for its receiver."""

REFLECTION = "reflection"
"""The rule of a call of what a method or constructor stands for that was looked up by its name."""

_CALLING = frozenset({EdgeKind.CALLS, EdgeKind.INSTANTIATES})


class _Kept:
    """Targets by the use, each with the name as the source has it and the bit set of what they rest on."""

    def __init__(self) -> None:
        self.found: dict[Hashable, tuple[str, Targets, int]] = {}

    def forget(self, bits: int) -> None:
        """Drop what rests on something."""
        self.found = {key: kept for key, kept in self.found.items() if not kept[2] & bits}


class Uses:
    """Finds what uses lead to, in one file after the other."""

    def __init__(self, program: Program, evaluator: Evaluator) -> None:
        self._program = program
        self._evaluator = evaluator
        self._members: dict[Rules, _Kept] = {}
        self._path = ""
        self._finder: TargetFinder
        self._rules: Rules
        self._names = _Kept()
        self._of_members = _Kept()

    def open(self, path: str, finder: TargetFinder) -> None:
        """Turn to another file."""
        self._path, self._finder, self._rules = path, finder, self._evaluator.rules(path)
        self._names = _Kept()
        self._of_members = self._members.setdefault(self._rules, _Kept())

    def use_calls(self) -> None:
        """Drop what rests on what calls give to parameters, since that is known only now."""
        bits = self._evaluator.answers.bit(ARGUMENTS)
        for kept in (self._names, *self._members.values()):
            kept.forget(bits)

    def targets(
        self, place: Place, expression: Expression, kind: EdgeKind, arguments: Arguments = (), *, as_type: bool = False
    ) -> tuple[str, Targets]:
        """Return the name that is used, as the source has it, and what the use leads to."""
        operation, rules = expression[0], self._rules
        by_place = rules.arguments_choose and kind in _CALLING
        if by_place or operation not in {NAME, MEMBER} or (operation == MEMBER and rules.has_extensions):
            return self._find(place, expression, kind, arguments, as_type=as_type)
        if operation == MEMBER:
            held = self._evaluator.value(place, expression[2])
            kept, holder = self._of_members, expression[2][0]
            key: Hashable = (held, expression[3], kind, as_type, holder if holder in {SELF, SUPER} else 0)
        else:
            held = None
            at = self._evaluator.bound_in(place, expression[2])
            if at is None:
                return self._find(place, expression, kind, arguments, as_type=as_type)
            kept, key = self._names, (at, expression[2], kind, as_type)
        known = kept.found.get(key)
        if known is not None:
            self._evaluator.answers.rest(known[2])
            return known[0], known[1]
        self._finder.by_arguments = False
        (name, targets), looked = self._evaluator.answers.apart(
            lambda: self._find(place, expression, kind, arguments, as_type=as_type, held=held)
        )
        if not self._finder.by_arguments:
            kept.found[key] = (name, targets, looked)
        return name, targets

    def _find(
        self, place: Place, expression: Expression, kind: EdgeKind, arguments: Arguments, *, as_type: bool, held: Values | None = None
    ) -> tuple[str, Targets]:
        evaluator, finder = self._evaluator, self._finder
        name = self._rules.spelled(expression[-1]) if expression[0] in {NAME, MEMBER, METHOD} else ""
        use, to = Use(place, name, kind), Targets([], [])
        denoted = evaluator.denoted(place, expression, as_type=as_type, called=kind is EdgeKind.CALLS or expression[0] == METHOD, held=held)
        if kind is EdgeKind.CALLS:
            denoted = self._rules.applicable(evaluator, place, denoted, arguments)
        if any(map(is_namespace, denoted)) and not (denoted := [each for each in denoted if not is_namespace(each)]):
            return name, to  # a package's name inside of a longer one
        if kind is EdgeKind.CALLS and expression[0] == MEMBER and self._rules.objects_decide:
            functions, fixed = self._rules.reflected(evaluator, place, expression, arguments)
            if functions:
                finder.call(to, use, functions, REFLECTION if fixed else "value", ())
            if self._run(to, use, expression, denoted, arguments):
                return name, to
        local = [each for _, each in denoted if isinstance(each, FoundBinding) and self._is_local(each)]
        is_variable = any(isinstance(each, FoundBinding) and each.binding.kind != DEFINITION for _, each in denoted)
        called = kind is EdgeKind.CALLS and (local or not denoted or is_variable)
        if called or (kind is EdgeKind.INSTANTIATES and (local or is_variable)):
            if not local:
                finder.give(to, Use(place, name, EdgeKind.REFERENCES), denoted, self._rule(expression, denoted))
            finder.call(to, use, self._value(place, expression, held), "value", arguments)
        elif kind is EdgeKind.CALLS and (instead := self._replaced(place, expression, denoted, held)):
            finder.give(to, Use(place, name, EdgeKind.REFERENCES), denoted, self._rule(expression, denoted))
            finder.call(to, use, instead, "decorator", arguments)
        elif not denoted or len(local) < len(denoted):
            shown = [(held, each) for held, each in denoted if not (isinstance(each, FoundBinding) and self._is_local(each))]
            finder.give(to, use, shown, self._rule(expression, shown), arguments, whole=not local)
        return name, to

    def _run(self, to: Targets, use: Use, callee: Expression, denoted: Sequence[Denoted], arguments: Arguments) -> bool:
        """Make the edges of a call by the objects that its receiver may be; say whether these are known."""
        named = [(holder, each) for holder, each in denoted if holder is None or holder[0] != FUNCTION_OBJECT]
        functions = self._evaluator.objects.functions(use.place, callee, [each for _, each in named])
        if not functions or UNKNOWN in functions:
            return False
        if not all(
            isinstance(each, FoundBinding) and (FUNCTION_OBJECT, each.path, each.binding.target, None) in functions for _, each in named
        ):
            self._finder.give(to, Use(use.place, use.name, EdgeKind.REFERENCES), named, self._rule(callee, named))
        self._finder.call(to, use, functions, ALLOCATION, arguments)
        return True

    def _value(self, place: Place, expression: Expression, held: Values | None) -> Values:
        if held is None:
            return self._evaluator.value(place, expression)
        return NOTHING.union(*(self._evaluator.member(each, expression[3]) for each in held))

    def _replaced(self, place: Place, expression: Expression, denoted: Sequence[Denoted], held: Values | None) -> Values:
        """Return the functions that decorators have put in the place of what a name denotes, where that is known for certain.

        A function that is decorated itself (``functools.wraps``) says that it stands for the other one.
        """
        evaluator = self._evaluator
        plain: set[tuple[str, int]] = set()
        for _, each in denoted:
            if not isinstance(each, FoundBinding) or not evaluator.flow(each.path).scopes[each.binding.target].decorators:
                return NOTHING
            plain.add((each.path, each.binding.target))
        values = self._value(place, expression, held)
        known = all(v[0] == FUNCTION_OBJECT and v[1:3] not in plain and not evaluator.opened(v).decorators for v in values)
        return values if known else NOTHING

    def _is_local(self, found: FoundBinding) -> bool:
        """Say whether a binding is a variable or parameter inside a function, which is no node."""
        if found.binding.kind == DEFINITION:
            return False
        unit = self._program.unit(found.path)
        scope = unit.flow.scopes[found.scope]
        if scope.flags & WRITTEN_OUT or found.binding.kind == FIELD:
            return unit.named(found.scope, found.name) is None
        return scope.kind not in {MODULE, CLASS_SCOPE}

    def _rule(self, expression: Expression, denoted: Iterable[Denoted]) -> str:
        if expression[0] == NAME or not expression[2]:
            if self._rules.receivers_are_implicit and any(held is not None for held, _ in denoted):
                return "scope" if any(isinstance(each, FoundBinding) and each.path == self._path for _, each in denoted) else "inheritance"
            elsewhere = any(isinstance(each, FoundBinding) and each.path != self._path for _, each in denoted)
            return "import" if elsewhere else "scope"
        holder = expression[2][0]
        if holder == SELF:
            return "self"
        if holder == SUPER or (holder == NAME and expression[2][2].endswith(".super")):
            return "super"
        return "import" if any(held is not None and held[0] in {MODULE_OBJECT, NAMESPACE} for held, _ in denoted) else "type"


def is_namespace(denoted: Denoted) -> bool:
    """Say whether what a name denotes is a package or namespace, which is no node."""
    return isinstance(denoted[1], frozenset) and bool(denoted[1]) and all(value[0] == NAMESPACE for value in denoted[1])
