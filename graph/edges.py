"""What a use denotes, to edges: the evidence, the kind and the target of each.

A use whose name denotes one definition is proven; several are possible, all of them given; what is somebody else's is external; and what no
rule could decide is kept as unknown.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from graph.bindings import Arguments, Denoted, FoundBinding, PassedCall, Place
from graph.columns import EdgeRow
from graph.evaluate import Evaluator
from graph.flow import ACCESSOR, CLASS_SCOPE, DEFINITION, EXTENSION, INTERFACE, SEQUENCE, Scope, spelled
from graph.model import EdgeKind, Evidence, Handle, external, unknown
from graph.program import Program, SourceUnit
from graph.values import (
    ARGUMENT,
    BUILTIN_METHOD,
    CLASS_OBJECT,
    CONTAINER,
    EXTERNAL_INSTANCE,
    EXTERNAL_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    MODULE_OBJECT,
    SITE,
    Value,
)


class Use(NamedTuple):
    """A use on its way to edges: where, of what name, and what for."""

    place: Place
    name: str
    kind: EdgeKind


class Targets(NamedTuple):
    """What a use leads to: its edges but for their places (kind, evidence, rule, target), and the functions it passes arguments to.

    Of such a function, which has a parameter without a type: path, scope, and whether it is bound to its first parameter.
    """

    edges: list[tuple[EdgeKind, Evidence, str, Handle]]
    calls: list[tuple[str, int, bool]]


class TargetFinder:
    """Finds what the uses in one file lead to."""

    def __init__(self, program: Program, evaluator: Evaluator, path: str) -> None:
        self._program = program
        self._evaluator = evaluator
        self._path = path
        self.by_arguments = False
        """Whether what was found since this was unset depends on the arguments of a call."""

    def give(self, to: Targets, use: Use, denoted: Iterable[Denoted], rule: str, arguments: Arguments = (), *, whole: bool = True) -> None:
        """Add the edges from a use to what it denotes; ``whole`` says that it denotes nothing else."""
        targets: dict[tuple[EdgeKind, Handle], None] = {}
        outside: dict[Handle, None] = {}
        undecided = False
        constructors: dict[Handle, None] = {}
        sure = whole
        for holder, each in denoted:
            if isinstance(each, FoundBinding):
                kind, target = self._target(use.kind, each)
                if target is not None:
                    targets[kind, target] = None
                if kind is EdgeKind.INSTANTIATES:
                    constructors.update(
                        dict.fromkeys(self._constructor(to, (CLASS_OBJECT, each.path, each.binding.target), use, arguments))
                    )
                elif kind is EdgeKind.CALLS:
                    self._pass(to, each.path, each.binding.target, use.kind, bound=_is_bound(holder))
                sure = sure and not _is_heir(holder, each, self._evaluator)
            else:
                for value in each:
                    undecided = self._outside(value, outside, targets, use) or undecided
        certain = len(targets) == 1 and not outside and not undecided and sure
        evidence = Evidence.PROVEN if certain else Evidence.POSSIBLE
        for kind, target in targets:
            to.edges.append((kind, evidence, rule, target))
        if len(constructors) > 1:
            evidence = Evidence.POSSIBLE
        for target in constructors:
            to.edges.append((EdgeKind.CALLS, evidence, "constructor", target))
        for target in outside:
            to.edges.append((use.kind, Evidence.EXTERNAL, rule, target))
        if undecided or not (targets or outside):
            to.edges.append((use.kind, Evidence.UNKNOWN, rule, unknown(use.name)))

    def _outside(self, value: Value, outside: dict[Handle, None], targets: dict[tuple[EdgeKind, Handle], None], use: Use) -> bool:
        """Sort one value in; return whether it is unknown."""
        kind = value[0]
        if kind in {EXTERNAL_OBJECT, EXTERNAL_INSTANCE, BUILTIN_METHOD}:
            rules = self._evaluator.rules(self._path)
            package, symbol = value[1], rules.spelled(value[2])
            if kind == BUILTIN_METHOD:
                own = (rules.builtin_package, f"{self._type_of(value[1])}.{spelled(value[2])}")
                package, symbol = rules.builtin_symbol(value[1], value[2]) or own
            if package == rules.builtin_package and not rules.has_builtin(symbol):
                return True
            outside[external(package, symbol)] = None
        elif kind == MODULE_OBJECT:
            if not value[1].endswith("/"):
                targets[EdgeKind.IMPORTS if use.kind is EdgeKind.IMPORTS else EdgeKind.REFERENCES, Handle(value[1])] = None
        elif kind == FUNCTION_OBJECT:
            targets[use.kind, self._program.handle(value[1], value[2])] = None
        elif kind in {CLASS_OBJECT, INSTANCE}:
            targets[EdgeKind.INSTANTIATES if use.kind is EdgeKind.CALLS else use.kind, self._program.handle(value[1], value[2])] = None
        else:
            return True
        return False

    def _type_of(self, value: Value) -> str:
        """Name the built-in type of a container or of a list or dictionary that is written out."""
        if value[0] == CONTAINER:
            return value[1]
        written = self._evaluator.site(value)[1] if value[0] == SITE else ()
        return written[2] if written and written[0] == SEQUENCE else "dict" if written else "Function"

    def _target(self, kind: EdgeKind, found: FoundBinding) -> tuple[EdgeKind, Handle | None]:
        unit = self._program.unit(found.path)
        binding = found.binding
        if binding.kind == DEFINITION:
            scope = unit.flow.scopes[binding.target]
            if scope.kind == CLASS_SCOPE and kind is EdgeKind.CALLS:
                kind = EdgeKind.INSTANTIATES
            elif kind is EdgeKind.WRITES and not scope.flags & ACCESSOR:
                kind = EdgeKind.REFERENCES
            elif kind is EdgeKind.REFERENCES and scope.flags & ACCESSOR and self._evaluator.rules(self._path).accessors_are_called:
                kind = EdgeKind.CALLS
            return kind, unit.of_scope[binding.target]
        if kind in {EdgeKind.REFERENCES, EdgeKind.CALLS}:
            kind = EdgeKind.READS if found.scope else EdgeKind.REFERENCES
        return kind, unit.named(found.scope, found.name)

    def _constructor(self, to: Targets, class_: Value, use: Use, arguments: Arguments) -> Iterator[Handle]:
        """Yield the method that runs when a class is instantiated, where the program has it."""
        for each in self._evaluator.rules(class_[1]).constructors_of(self._evaluator, class_, use.place, arguments):
            self._pass(to, each.path, each.binding.target, use.kind, bound=True)
            yield self._program.handle(each.path, each.binding.target)

    def call(self, to: Targets, use: Use, values: Iterable[Value], rule: str, arguments: Arguments) -> None:
        """Add the edges of a call of something that is no definition."""
        functions: dict[tuple[EdgeKind, Handle], None] = {}
        outside: dict[Handle, None] = {}
        undecided = False
        for value in self._fitting(list(self._expanded(values)), arguments):
            if value[0] == FUNCTION_OBJECT:
                functions[EdgeKind.CALLS, self._program.handle(value[1], value[2])] = None
                self._pass(to, value[1], value[2], use.kind, bound=value[3] is not None)
            elif value[0] == CLASS_OBJECT:
                functions[EdgeKind.INSTANTIATES, self._program.handle(value[1], value[2])] = None
                for constructor in self._constructor(to, value, use, arguments):
                    functions[EdgeKind.CALLS, constructor] = None
            elif value[0] == INSTANCE and (called := self._call_methods(value)):
                functions.update(dict.fromkeys((EdgeKind.CALLS, target) for target in called))
            elif value[0] in {EXTERNAL_OBJECT, BUILTIN_METHOD}:
                undecided = self._outside(value, outside, functions, use) or undecided
            else:
                undecided = True
        kinds = {kind for kind, _ in functions}
        certain = (
            len([1 for kind, _ in functions if kind is EdgeKind.CALLS or EdgeKind.CALLS not in kinds]) == 1
            and not outside
            and not undecided
        )
        for kind, target in functions:
            to.edges.append((kind, Evidence.PROVEN if certain else Evidence.POSSIBLE, rule, target))
        for target in outside:
            to.edges.append((use.kind, Evidence.EXTERNAL, rule, target))
        if undecided or not (functions or outside):
            to.edges.append((use.kind, Evidence.UNKNOWN, rule, unknown(use.name)))

    def _call_methods(self, instance: Value) -> list[Handle]:
        method = self._evaluator.rules(instance[1]).call_method
        found = self._evaluator.member(instance, method, called=True) if method else ()
        return [self._program.handle(each[1], each[2]) for each in found if each[0] == FUNCTION_OBJECT]

    def _fitting(self, values: list[Value], arguments: Arguments) -> list[Value]:
        """Leave out the functions that cannot be called like this, as long as one of several is left that can."""
        if len(values) < 2:
            return values
        self.by_arguments = True
        rules = self._evaluator.rules(self._path)
        fitting = [value for value in values if value[0] != FUNCTION_OBJECT or rules.takes(self._evaluator, value, arguments)]
        return fitting if any(value[0] in {FUNCTION_OBJECT, CLASS_OBJECT} for value in fitting) else values

    def _expanded(self, values: Iterable[Value]) -> Iterator[Value]:
        for value in values:
            if value[0] == ARGUMENT:
                yield from self._evaluator.arguments(value)
            else:
                yield value

    def _pass(self, to: Targets, path: str, scope: int, kind: EdgeKind, *, bound: bool) -> None:
        """Take note of a call of a function that has a parameter without a type."""
        if kind not in {EdgeKind.CALLS, EdgeKind.INSTANTIATES} or scope < 0:
            return
        evaluator = self._evaluator
        first = int(bound and evaluator.rules(path).receiver_is_parameter)
        if any(each.type < 0 for each in evaluator.flow(path).scopes[scope].parameters[first:]):
            to.calls.append((path, scope, bound))


class EdgeMaker:
    """Makes the edges of one file."""

    def __init__(self, unit: SourceUnit, edges: list[EdgeRow]) -> None:
        """``edges`` is where the new ones go."""
        self._unit = unit
        self.edges = edges
        self.passes: dict[tuple[str, int, Place], PassedCall] = {}
        """Calls whose arguments may matter to others."""

    def use(self, targets: Targets, place: Place, source: Handle, start: int, name: str, arguments: Arguments = ()) -> None:
        """Add the edges of a name that is used at a byte offset, and what it passes."""
        if not targets.edges:
            return
        unit, edges, path = self._unit, self.edges, self._unit.path
        line, end = bisect_right(unit.flow.newlines, start - 1) + 1, start + len(name.encode())
        for kind, evidence, rule, target in targets.edges:
            edges.append((kind, evidence, rule, source, target, path, line, start, end))
        for function, scope, bound in targets.calls:
            at = (place[0], place[1], start, place[3])
            self.passes[function, scope, at] = PassedCall(function, scope, at, arguments, bound)

    def contains(self, rule: str, source: Handle, target: Handle, line: int, start: int) -> None:
        """Add the edge from a definition, or a file, to what is written in it."""
        self.edges.append((EdgeKind.CONTAINS, Evidence.PROVEN, rule, source, target, self._unit.path, line, start, -1))

    def add(self, kind: EdgeKind, evidence: Evidence, rule: str, source: Handle, target: Handle, start: int, name: str) -> None:
        """Add one edge for a name that is written at a byte offset."""
        line = bisect_right(self._unit.flow.newlines, start - 1) + 1
        end = start + len(name.encode())
        self.edges.append((kind, evidence, rule, source, target, self._unit.path, line, start, end))


def base_kind(evaluator: Evaluator, heir: Scope, bases: Iterable[Denoted]) -> EdgeKind:
    """Say whether a type inherits from what it names as a base, or implements it: an interface extends another one."""
    found = (each for _, each in bases if isinstance(each, FoundBinding) and each.binding.kind == DEFINITION)
    kept = any(evaluator.flow(each.path).scopes[each.binding.target].flags & INTERFACE for each in found)
    return EdgeKind.IMPLEMENTS if kept and not heir.flags & INTERFACE else EdgeKind.INHERITS


def _is_bound(holder: Value | None) -> bool:
    return holder is not None and holder[0] in {INSTANCE, "^"}


def _is_heir(holder: Value | None, found: FoundBinding, evaluator: Evaluator) -> bool:
    """Say whether a member was found in a subtype of what it was looked up in, which is a guess."""
    if holder is None or holder[0] not in {INSTANCE, CLASS_OBJECT}:
        return False
    if evaluator.flow(found.path).scopes[found.scope].kind != CLASS_SCOPE:
        return False  # written outside of any class, for this one
    if found.binding.kind == DEFINITION and evaluator.flow(found.path).scopes[found.binding.target].flags & EXTENSION:
        return False  # written in another class, for this one
    return not any(each[0] == CLASS_OBJECT and each[1:] == (found.path, found.scope) for each in evaluator.lineage(holder[1], holder[2]))
