"""Methods of an interface that a class answers with a method it inherits from a class that knows nothing of the interface."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from graph.flow import CLASS_SCOPE, DEFINITION, FUNCTION_SCOPE, INTERFACE, WRITTEN_OUT
from graph.languages.overloads import overridden
from graph.rules import Kept
from graph.values import CLASS_OBJECT, Value

if TYPE_CHECKING:
    from graph.evaluate import Evaluator

Function = tuple[str, int]


def inherited_answers(evaluator: Evaluator, path: str) -> Iterator[Kept]:
    """Yield what the classes of a file answer so, an interface at a time."""
    for index, scope in enumerate(evaluator.flow(path).scopes):
        if scope.kind != CLASS_SCOPE or scope.flags & (INTERFACE | WRITTEN_OUT) or len(scope.bases) < 2:
            continue
        known = [each for each in evaluator.lineage(path, index) if each[0] == CLASS_OBJECT]
        classes = [each for each in known if not evaluator.opened(each).flags & INTERFACE]
        for interface in known:
            if interface in classes or any(interface in evaluator.lineage(each[1], each[2]) for each in classes[1:]):
                continue
            pairs = tuple(_answers(evaluator, classes, interface))
            if pairs:
                yield Kept((path, index), (interface[1], interface[2]), pairs, scope.position, scope.name)


def _answers(evaluator: Evaluator, classes: Sequence[Value], interface: Value) -> Iterator[tuple[Function, Function]]:
    """Yield the interface's methods that a superclass has and the class itself does not."""
    above = evaluator.flow(interface[1])
    for name, bindings in evaluator.opened(interface).names.items():
        for wanted in (each.target for each in bindings if each.kind == DEFINITION and above.scopes[each.target].kind == FUNCTION_SCOPE):
            for at, holder in enumerate(classes):
                flow = evaluator.flow(holder[1])
                targets = [each.target for each in evaluator.opened(holder).names.get(name, ()) if each.kind == DEFINITION]
                methods = [each for each in targets if flow.scopes[each].kind == FUNCTION_SCOPE]
                found = [each for each in methods if overridden(flow, flow.scopes[each], above, [above.scopes[wanted]])]
                if found and at:
                    yield (holder[1], found[0]), (interface[1], wanted)
                if found:
                    break
