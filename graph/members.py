"""What members denote: attributes of instances, classes and modules, and the order in which supertypes are looked at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from graph.bindings import Attribute, Denoted, FoundBinding, Place, last_definitions, last_definitions_of, settled
from graph.flow import ACCESSOR, CLASS_METHOD, CLASS_SCOPE, FIELD, STATIC, Expression, spelled
from graph.values import (
    ANYTHING,
    ARGUMENT,
    BUILTIN_METHOD,
    CLASS_OBJECT,
    CONTAINER,
    EXTERNAL_INSTANCE,
    EXTERNAL_OBJECT,
    FUNCTION_OBJECT,
    HELD,
    INSTANCE,
    MODULE_OBJECT,
    NAMESPACE,
    RECORD,
    SITE,
    SUPERTYPE,
    UNKNOWN,
    Value,
    Values,
    union,
)

if TYPE_CHECKING:
    from graph.evaluate import Evaluator


_MAX_PATH = 6
"""Dots in somebody else's symbol."""


class Members:
    """Finds what the members of values denote and what they are worth."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def member_value(self, place: Place, expression: Expression) -> Values:
        """Return what ``object.name`` is worth."""
        if self._evaluator.rules(place[0]).has_extensions:
            return self.worth_of(self._evaluator.denoted(place, expression))
        found: set[Value] = set()
        for holder in self._evaluator.value(place, expression[2]):
            found |= self.member(holder, expression[3])
        return frozenset(found)

    def method_value(self, place: Place, expression: Expression) -> Values:
        """Return the method that ``object::name`` takes."""
        return self.worth_of(self._evaluator.denoted(place, expression, called=True))

    def worth_of(self, denoted: Iterable[Denoted]) -> Values:
        """Return what any of these is worth."""
        return union(self.attribute_value(holder, each) for holder, each in denoted)

    def member(self, holder: Value, name: str, *, called: bool = False) -> Values:
        """Return what ``holder.name`` is worth."""
        if not self._evaluator.answers.asked:
            return self._evaluator.answers.keep(
                ("v", holder, name, called), lambda: self._member(holder, name, called=called), for_all=True
            )
        return self._member(holder, name, called=called)

    def _member(self, holder: Value, name: str, *, called: bool) -> Values:
        found: list[Denoted] = [(holder, each) for each in self.attributes(holder, name, called=called)]
        if len(found) > 1 and holder[0] == MODULE_OBJECT:
            found = self._evaluator.rules(holder[1]).meant(self._evaluator, found, as_type=False)
        return union(self.attribute_value(holder, each) for _, each in found)

    def attribute_value(self, holder: Value | None, found: Attribute) -> Values:
        """Return what one attribute of a holder is worth: a method is bound to it, an accessor is called."""
        if not isinstance(found, FoundBinding):
            return found
        values = self._evaluator.bound(found.path, found.scope, found.name, found.binding)
        if holder is None or holder[0] in {MODULE_OBJECT, SITE}:
            return values
        if found.binding.kind == FIELD and self._evaluator.rules(found.path).receiver_is_parameter:
            return values  # what is assigned to the instance is called without it
        bound: set[Value] = set()
        for each in values:
            bound |= self._bind(holder, each)
        return frozenset(bound)

    def _bind(self, holder: Value, value: Value) -> Values:
        if value[0] != FUNCTION_OBJECT or value[3] is not None:
            return frozenset({value})
        function = self._evaluator.opened(value)
        flags = function.flags
        target = holder[3] if holder[0] == SUPERTYPE else holder
        if flags & ACCESSOR and target[0] == INSTANCE:
            return self._evaluator.result(value[1], value[2], target)
        if flags & STATIC or (target[0] == CLASS_OBJECT and not flags & CLASS_METHOD):
            return frozenset({value})
        return frozenset({(FUNCTION_OBJECT, value[1], value[2], target)})

    def attributes(self, holder: Value, name: str, *, called: bool = False) -> list[Attribute]:
        """Return what ``holder.name`` may denote: bindings in the program, or values of which no binding is known."""
        kind = holder[0]
        if kind in {INSTANCE, CLASS_OBJECT, FUNCTION_OBJECT}:
            own = self._evaluator.rules(holder[1]).special_attributes(self._evaluator, holder, name)
            if own:
                return own
        if kind in {INSTANCE, CLASS_OBJECT}:
            return self._class_attributes(holder, self.lineage(holder[1], holder[2]), name, called=called)
        if kind == SUPERTYPE:
            return self._class_attributes(holder, self.lineage(holder[1], holder[2])[1:], name, called=called)
        if kind == MODULE_OBJECT:
            return self._evaluator.rules(holder[1]).exported(self._evaluator, holder[1], name)
        if kind in {EXTERNAL_OBJECT, EXTERNAL_INSTANCE}:
            return [_outside(holder, name)]
        if kind == CONTAINER and holder[1] == RECORD and holder[2]:
            return [holder[2][0]]
        if kind in {CONTAINER, SITE}:
            return [frozenset({(BUILTIN_METHOD, holder, name)})]
        if kind == ARGUMENT:
            return [attribute for value in self._evaluator.arguments(holder) for attribute in self.attributes(value, name, called=called)]
        if kind == NAMESPACE:
            return self._evaluator.rules(holder[1]).within(self._evaluator, holder, name)
        return [ANYTHING]

    def own_attributes(self, holder: Value, name: str, *, called: bool = False) -> list[Attribute]:
        """Return the bindings of a member in a class and its supertypes, none where only an unknown or external one could have it."""
        return [each for each in self.attributes(holder, name, called=called) if isinstance(each, FoundBinding)]

    def module_bindings(self, path: str, name: str) -> list[Attribute]:
        """Return the bindings of a name at the top of a file, as they are when it has run."""
        flow = self._evaluator.flow(path)
        bindings = flow.scopes[0].names.get(name, ())
        return [FoundBinding(path, 0, name, binding) for binding in last_definitions_of(flow.branches, bindings)]

    def _class_attributes(self, holder: Value, lineage: Sequence[Value], name: str, *, called: bool) -> list[Attribute]:
        rules = self._evaluator.rules(holder[1])
        if called and rules.overloaded:
            return rules.overloads(self._evaluator, holder, lineage, name)
        outside: Value | None = None
        assigned: list[Attribute] = []  # by methods alone, and declared further up if anywhere
        for each in lineage:
            if each[0] != CLASS_OBJECT:
                outside = outside or each
                continue
            flow = self._evaluator.flow(each[1])
            scope = self._evaluator.opened(each)
            names = scope.names if scope.kind == CLASS_SCOPE else {}
            if name not in names and name not in scope.fields and not rules.adds_attributes:
                continue
            found = settled(flow, [*names.get(name, ()), *scope.fields.get(name, ())])
            if rules.functions_apart:
                found = rules.by_use(flow, list(found), called=called)
            declared = name in names or any(binding.type >= 0 for binding in found)
            added = self._evaluator.rules(each[1]).added_attributes(self._evaluator, holder, each, name)
            if found and (declared or not assigned):
                here: list[Attribute] = [FoundBinding(each[1], each[2], name, binding) for binding in last_definitions(flow, found)]
                here += added
                if declared:
                    return here
                assigned = here
            elif added and not assigned:
                return added
        if assigned:
            return assigned
        if outside is not None:
            if outside == UNKNOWN:
                return [ANYTHING]
            return [frozenset({(EXTERNAL_OBJECT, outside[1], f"{outside[2]}.{spelled(name)}", HELD)})]
        return self._in_subtypes(holder, name) or [ANYTHING]

    def _in_subtypes(self, holder: Value, name: str) -> list[Attribute]:
        """Return what subtypes have under a name that the type itself lacks: an abstract class calling what its heirs define."""
        if holder[0] not in {INSTANCE, CLASS_OBJECT} or name in self._evaluator.rules(holder[1]).constructors:
            return []
        key = ("n", holder[1], holder[2], name)
        heirs = self._evaluator.answers.solve(key, lambda: self._heirs_with(holder[1], holder[2], name))
        found: list[Attribute] = []
        for each in sorted(heirs):
            path, scope, heir = each[1], each[2], self._evaluator.opened(each)
            bindings = [*heir.names.get(name, ()), *heir.fields.get(name, ())]
            found += [FoundBinding(path, scope, name, binding) for binding in last_definitions(self._evaluator.flow(path), bindings)]
        return found

    def _heirs_with(self, path: str, scope: int, name: str) -> Values:
        opened = self._evaluator.opened
        heirs = ((CLASS_OBJECT, *heir) for heir in self._evaluator.rules(path).subtypes(self._evaluator, path, scope))
        return frozenset(heir for heir in heirs if name in opened(heir).names or name in opened(heir).fields)

    def lineage(self, path: str, scope: int) -> tuple[Value, ...]:
        """Return a class and its supertypes in the order in which members are looked up; ``UNKNOWN`` for a base nobody knows."""
        evaluator = self._evaluator
        found = evaluator.answers.solve(
            ("l", path, scope), lambda: frozenset({("l", evaluator.rules(path).linearize(evaluator, path, scope))})
        )
        if len(found) == 1:
            (order,) = found
            return order[1]
        # Classes that inherit from each other, which only broken code has, get an order for each round of the search.
        return max((each[1] for each in found), key=lambda order: (len(order), repr(order)), default=((CLASS_OBJECT, path, scope),))

    def bases(self, path: str, scope: int) -> list[Values]:
        """Return what each base of a class is worth."""
        return [self._evaluator.rules(path).base(self._evaluator, path, root) for root in self._evaluator.flow(path).scopes[scope].bases]


def _outside(holder: Value, name: str) -> Values:
    """Return the member of somebody else's package, class or instance; what a field of an instance has is anywhere."""
    if holder[-1] == HELD:
        return ANYTHING
    symbol = f"{holder[2]}.{spelled(name)}" if holder[2] else spelled(name)
    if symbol.count(".") > _MAX_PATH:
        return ANYTHING
    return frozenset({(EXTERNAL_OBJECT, holder[1], symbol, *((HELD,) if holder[0] == EXTERNAL_INSTANCE else ()))})
