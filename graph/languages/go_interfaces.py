"""Go: which types have all methods of which interfaces."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from graph.bindings import FoundBinding
from graph.flow import CLASS_SCOPE, DEFINITION, FUNCTION_SCOPE, INTERFACE, Binding, FileFlow
from graph.program import Program
from graph.rules import Kept
from graph.values import CLASS_OBJECT, UNKNOWN, Value

if TYPE_CHECKING:
    from graph.evaluate import Evaluator

_MAX_METHODS = 60
Function = tuple[str, int]
_Interface = tuple[Value, dict[str, Function], int]
"""With its methods, and the bit set of what these rest on."""


class GoInterfaces:
    """The interfaces of one program."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._by_name: dict[str, list[_Interface]] | None = None

    def kept(self, evaluator: Evaluator, path: str, scope: int, methods: dict[str, Function]) -> Iterator[Kept]:
        """Yield the interfaces that a type with these methods implements."""
        if self._by_name is None:
            self._by_name = self._index(evaluator)
        opened = evaluator.flow(path).scopes[scope]
        for name in sorted(methods):
            evaluator.look(f"interface {name}")
            for interface, wanted, looked_at in self._by_name.get(name, ()):
                evaluator.answers.rest(looked_at)
                if wanted and wanted.keys() <= methods.keys() and self._visible(interface, wanted, methods):
                    pairs = [(methods[each], function) for each, function in wanted.items()]
                    if all(self._alike(evaluator, *pair) for pair in pairs):
                        yield Kept((path, scope), (interface[1], interface[2]), tuple(pairs), opened.position, opened.name)

    def _index(self, evaluator: Evaluator) -> dict[str, list[_Interface]]:
        """Sort interfaces by the first of the methods that they list themselves, or else of those that they have from others.

        Each comes with what its methods rest on: the index is made once, for whichever type is looked at first.
        """
        found: dict[str, list[_Interface]] = {}
        for path in sorted(self._program.paths):
            if self._program.languages[path] != "go":
                continue
            flow = self._program.unit(path).flow
            for index, scope in enumerate(flow.scopes):
                if scope.kind == CLASS_SCOPE and scope.flags & INTERFACE:
                    interface: Value = (CLASS_OBJECT, path, index)
                    methods, looked_at = evaluator.answers.apart(partial(self._methods, evaluator, interface))
                    own = [name for name, bindings in scope.names.items() if _is_function(flow, bindings[0])]
                    if len(methods) <= _MAX_METHODS and (own or methods):
                        found.setdefault(min(own or methods), []).append((interface, methods, looked_at))
        return found

    def _methods(self, evaluator: Evaluator, interface: Value) -> dict[str, Function]:
        """Return an interface's methods, none where some are somebody else's or nobody's."""
        methods: dict[str, Function] = {}
        for each in evaluator.lineage(interface[1], interface[2]):
            if each[0] != CLASS_OBJECT or not evaluator.opened(each).flags & INTERFACE:
                return {}
            flow = self._program.unit(each[1]).flow
            for name, bindings in evaluator.opened(each).names.items():
                if _is_function(flow, bindings[0]):
                    methods.setdefault(name, (each[1], bindings[0].target))
        return methods

    @staticmethod
    def _visible(interface: Value, wanted: dict[str, Function], methods: dict[str, Function]) -> bool:
        """Say whether methods with small names belong to the interface's own package."""
        folder = interface[1].rpartition("/")[0]
        return all(name[:1].isupper() or methods[name][0].rpartition("/")[0] == folder for name in wanted)

    @staticmethod
    def _alike(evaluator: Evaluator, method: Function, contract: Function) -> bool:
        """Say whether two methods have the same parameters and results, as far as their types are known."""
        (one, first), (two, second) = method, contract
        left, right = evaluator.flow(one).scopes[first], evaluator.flow(two).scopes[second]
        if len(left.parameters) != len(right.parameters) or (left.returns < 0) != (right.returns < 0):
            return False
        types = [(a.type, b.type) for a, b in zip(left.parameters[1:], right.parameters[1:], strict=True)]
        for a, b in [*types, (left.returns, right.returns)]:
            if a >= 0 and b >= 0:
                here, there = evaluator.declared(one, a), evaluator.declared(two, b)
                if here != there and UNKNOWN not in here and UNKNOWN not in there:
                    return False
        return True


def _is_function(flow: FileFlow, binding: Binding) -> bool:
    return binding.kind == DEFINITION and flow.scopes[binding.target].kind == FUNCTION_SCOPE


def method_of(found: object) -> Function | None:
    """Return the function that an attribute is, if it is a method."""
    if isinstance(found, FoundBinding) and found.binding.kind == DEFINITION:
        return found.path, found.binding.target
    return None
