"""What lists, dictionaries and other containers hold: the ones written in the program, with what is stored into them later."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from graph.bindings import FoundBinding, Place
from graph.flow import INDEX, LITERAL, MAPPING, MEMBER, NAME, ROOT, SEQUENCE, SPREAD, TO_END, VARIABLE, Expression
from graph.values import ANYTHING, ARGUMENT, CONTAINER, EXTERNAL_INSTANCE, INSTANCE, SITE, UNKNOWN, Value, Values, union

if TYPE_CHECKING:
    from graph.evaluate import Evaluator
    from graph.rules import Rules

_COMPUTED = 4
"""Parts of a SPREAD that is a slice of which nobody knows the bounds."""
_MAX_SLICES = 4
"""How many slices of slices are followed."""


_Store = tuple[Hashable, Callable[[], Values], Expression, int]


class Containers:
    """Finds what is in containers."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._stores: dict[str, list[_Store]] = {}
        self._sites: dict[tuple[str, int], tuple[Place, Expression]] = {}

    def site_value(self, place: Place, expression: Expression) -> Values:
        """Return the list or dictionary that is written at a place."""
        key = (place[0], expression[1])
        self._sites.setdefault(key, (place, expression))
        return frozenset({(SITE, *key)})

    def site(self, value: Value) -> tuple[Place, Expression]:
        """Return the list or dictionary that a ``SITE`` value is."""
        return self._sites[value[1], value[2]]

    def elements(self, rules: Rules, values: Iterable[Value]) -> Values:
        """Return what a loop over the values yields."""
        found: set[Value] = set()
        for value in values:
            if value[0] == SITE:
                found |= self._keys(value) if self.site(value)[1][0] == MAPPING else self.items(value, None)
            elif value[0] == ARGUMENT:
                found |= self.elements(rules, self._evaluator.arguments(value))
            else:
                found |= rules.iterated(self._evaluator, value)
        return frozenset(found)

    def _keys(self, site: Value) -> Values:
        place, expression = self.site(site)
        return union(self._evaluator.value(place, key) for key, _ in expression[2]) or ANYTHING

    def items(self, site: Value, key: Expression | None) -> Values:
        """Return what a written list or dictionary holds, at a literal key or anywhere."""
        wanted = (key[2], key[3]) if key is not None and key[0] == LITERAL and key[3] else None
        return self._evaluator.answers.solve(("e", site[1], site[2], wanted), lambda: self._items(site, wanted))

    def _items(self, site: Value, wanted: tuple[str, str] | None) -> Values:
        place, expression = self.site(site)
        found: set[Value] = set()
        if expression[0] == MAPPING:
            for name, value in expression[2]:
                if wanted is None or name[0] != LITERAL or (name[2], name[3]) == wanted:
                    found |= self._evaluator.value(place, value)
        else:
            found |= self._sequence_items(place, expression[3], wanted)
        return frozenset(found) | self._stored(site, wanted)

    def _sequence_items(self, place: Place, items: Sequence[Expression], wanted: tuple[str, str] | None) -> Values:
        at = int(wanted[1]) if wanted is not None and wanted[0] == "int" and wanted[1].lstrip("-").isdecimal() else None
        if at is not None and 0 <= at < len(items) and not any(item[0] in {SPREAD, ROOT} for item in items[: at + 1]):
            return self._evaluator.value(place, items[at])
        sliced = any(item[0] == SPREAD for item in items)
        known = self._in_order(place, items) if sliced or at is not None else None
        if known is None:
            return union(self._evaluator.value(place, item) for item in items)
        place, items = known
        if at is not None and -len(items) <= at < len(items):
            return self._evaluator.value(place, items[at])
        return ANYTHING if sliced and at is not None else union(self._evaluator.value(place, item) for item in items)

    def _in_order(self, place: Place, items: Sequence[Expression]) -> tuple[Place, Sequence[Expression]] | None:
        """Return the items of a slice of what is written elsewhere, and where that is; None where they cannot be told."""
        bounds: list[Sequence[int]] = []
        while len(items) == 1 and items[0][0] == SPREAD:
            written = list(self._evaluator.value(place, items[0][2]))
            if (
                len(items[0]) == _COMPUTED
                or len(bounds) == _MAX_SLICES
                or len(written) != 1
                or written[0][0] != SITE
                or self._stored(written[0], None)
            ):
                return None
            bounds.append(items[0][3:] or (0, TO_END))
            place, expression = self.site(written[0])
            if expression[0] != SEQUENCE or expression[2] == "set":
                return None
            items = expression[3]
        if any(item[0] in {SPREAD, ROOT} for item in items):
            return None
        for start, end in reversed(bounds):
            items = items[start:end]
        return place, items

    def _stored(self, site: Value, wanted: tuple[str, str] | None) -> Values:
        """Return what the file of a list or dictionary puts into it later."""
        path, evaluator = site[1], self._evaluator
        found: set[Value] = set()
        for question, holder, key, value in self._stores_of(path):
            if wanted is not None and key[0] == LITERAL and key[3] and (key[2], key[3]) != wanted:
                continue
            if site in evaluator.answers.solve(question, holder):
                stored = evaluator.root(path, value)
                found |= evaluator.elements(evaluator.rules(path), stored) if key[0] == SEQUENCE and key[2] == "slice" else stored
        return frozenset(found)

    def _stores_of(self, path: str) -> Sequence[_Store]:
        """Return what a file stores into elements: what is asked of the holder and what answers it, the key, and the root of the value."""
        evaluator, flow = self._evaluator, self._evaluator.flow(path)
        known = self._stores.get(path)
        if known is None:
            known = self._stores[path] = []
            for target, value in flow.stores:
                expression = flow.roots[target].expression
                if expression is not None and expression[0] == INDEX:
                    holder = partial(evaluator.value, evaluator.place(path, target), expression[2])
                    known.append((("o", path, target), holder, expression[3], value))
        return known

    def index_value(self, place: Place, expression: Expression) -> Values:
        """Return what ``holder[key]`` is worth."""
        found: set[Value] = set()
        key = self._constant(place, expression[3])
        if key[0] == SEQUENCE and key[2] == "slice":
            return self._slice(place, expression[2], key)
        for holder in self._evaluator.value(place, expression[2]):
            if holder[0] == SITE:
                found |= self.items(holder, key)
            else:
                found |= self._evaluator.rules(place[0]).indexed(self._evaluator, place, holder, key)
        return frozenset(found)

    def _slice(self, place: Place, of: Expression, key: Expression) -> Values:
        """Return what a slice of a value is worth: of a written list another one, of a string or typed list the like."""
        found: set[Value] = set()
        for holder in self._evaluator.value(place, of):
            if holder[0] == SITE:
                numbers = [int(bound[3]) for bound in key[3] if bound[0] == LITERAL and bound[2] == "int"]
                part = (SPREAD, key[1], of, *(numbers if len(numbers) == len(key[3]) else (TO_END,)))
                found |= self.site_value(place, (SEQUENCE, key[1], "list", (part,)))
            elif holder[0] == INSTANCE:
                found |= self._evaluator.rules(place[0]).indexed(self._evaluator, place, holder, key)
            else:
                found.add(holder if holder[0] in {CONTAINER, EXTERNAL_INSTANCE} else UNKNOWN)
        return frozenset(found)

    def _constant(self, place: Place, key: Expression) -> Expression:
        """Return the literal that a key stands for, where it names a variable with nothing but this value."""
        if key[0] not in {NAME, MEMBER}:
            return key
        denoted = self._evaluator.denoted(place, key)
        each = denoted[0][1] if len(denoted) == 1 else None
        if not isinstance(each, FoundBinding) or each.binding.kind != VARIABLE or each.binding.value < 0:
            return key
        written = self._evaluator.flow(each.path).roots[each.binding.value].expression
        return written if written is not None and written[0] == LITERAL else key

    def item_value(self, place: Place, expression: Expression) -> Values:
        """Return the part of a value at a position."""
        found: set[Value] = set()
        for holder in self._evaluator.value(place, expression[2]):
            if holder[0] == SITE:
                found |= self.items(holder, (LITERAL, 0, "int", str(expression[3])))
            elif holder[0] == CONTAINER and holder[1] == "tuple" and -len(holder[2]) <= expression[3] < len(holder[2]):
                found |= holder[2][expression[3]]
            else:
                found |= self.elements(self._evaluator.rules(place[0]), (holder,))
        return frozenset(found)

    def awaited(self, values: Iterable[Value]) -> Values:
        """Return what waiting for the values yields."""
        found: set[Value] = set()
        for value in values:
            found |= value[2][0] if value[0] == CONTAINER and value[1] in {"Awaitable", "Promise"} and value[2] else {value}
        return frozenset(found)
