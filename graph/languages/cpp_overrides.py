"""C++: which method overrides which. Both ends are what calls lead to: a definition outside of the class where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from graph.flow import CLASS_SCOPE, FUNCTION_SCOPE, OPEN, STATIC, WRITTEN_OUT, Binding
from graph.languages.c_rules import function_of
from graph.languages.jvm import CONSTRUCTOR
from graph.languages.overloads import same_parameters
from graph.rules import Kept
from graph.values import CLASS_OBJECT, Value

if TYPE_CHECKING:
    from graph.evaluate import Evaluator
    from graph.languages.cpp_rules import CppRules

Function = tuple[str, int]


def overriding(rules: CppRules, evaluator: Evaluator, path: str) -> Iterator[Kept]:
    """Yield what the classes of a file override, a supertype at a time."""
    for index, scope in enumerate(evaluator.flow(path).scopes):
        if scope.kind != CLASS_SCOPE or scope.flags & WRITTEN_OUT or not scope.bases:
            continue
        above = [each for each in evaluator.lineage(path, index)[1:] if each[0] == CLASS_OBJECT]
        pairs: dict[Value, dict[tuple[Function, Function], None]] = {}
        for name, bindings in scope.names.items():
            for binding in bindings if name != CONSTRUCTOR and above else ():
                for holder, overridden in _overridden(evaluator, path, above, name, binding):
                    own = rules.stand_ins(evaluator, (CLASS_OBJECT, path, index), name, binding)
                    other = rules.stand_ins(evaluator, holder, name, overridden)
                    pairs.setdefault(holder, {}).update(dict.fromkeys((one, two) for one in own for two in other))
        for holder, found in pairs.items():
            yield Kept((path, index), (holder[1], holder[2]), tuple(found), scope.position, scope.name)


def _overridden(evaluator: Evaluator, path: str, above: list[Value], name: str, binding: Binding) -> Iterator[tuple[Value, Binding]]:
    """Yield the nearest method with the same parameters, if it or one that it overrides is virtual."""
    flow = evaluator.flow(path)
    if not function_of(flow, binding) or flow.scopes[binding.target].flags & STATIC:
        return
    method = flow.scopes[binding.target]
    found: list[tuple[Value, Binding]] = []
    virtual = False
    for holder in above:
        there = evaluator.flow(holder[1])
        for each in evaluator.opened(holder).names.get(name, ()):
            other = there.scopes[each.target] if function_of(there, each) else None
            if other is not None and other.kind == FUNCTION_SCOPE and same_parameters(flow, method, there, other):
                found.append((holder, each))
                virtual = virtual or bool(other.flags & OPEN)
    if virtual:
        yield found[0]
