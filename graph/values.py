"""What an expression may be worth: the abstract values the evaluator works with, and the least fixed point it looks for.

A value is a tuple that begins with one of the letters below; a set of values means "one of these". The empty set is a value that never
arrives here (``None``, a call that does not return). ``UNKNOWN`` in a set says that there may be others.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

Value = tuple[Any, ...]
Values = frozenset[Value]

CLASS_OBJECT = "c"  # path, scope
INSTANCE = "i"  # path, scope of its class
FUNCTION_OBJECT = "f"  # path, scope, value it is bound to or None
MODULE_OBJECT = "m"  # path of the file; or of the folder of a package without one
EXTERNAL_OBJECT = "x"  # package, symbol: something of somebody else's package
EXTERNAL_INSTANCE = "xi"  # package, symbol: an instance of it
CONTAINER = "g"  # name, values of each type argument: an instance of a built-in generic type
SITE = "s"  # path, position: the list or dictionary written there
ARGUMENT = "p"  # path, scope, name: whatever is passed to that parameter
SUPERTYPE = "^"  # path, scope of the class whose supertypes are looked at, instance
BUILTIN_METHOD = "b"  # value it belongs to, name

UNKNOWN: Value = ("?",)
NOTHING: Values = frozenset()
ANYTHING: Values = frozenset({UNKNOWN})


class FixedPoint:
    """Memoised evaluation of mutually recursive questions to their least fixed point, and what files each answer looked at.

    A question that is asked while it is being answered gets the answer known so far; the one at the head of such a cycle is answered again
    until nothing new comes, and only then are answers kept. So an answer does not depend on where the cycle was entered: this is the
    evaluation of recursive queries by tabling, strongly connected component by component.
    """

    def __init__(self) -> None:
        self._known: dict[Hashable, tuple[Values, int]] = {}
        self._active: dict[Hashable, int] = {}
        self._so_far: dict[Hashable, Values] = {}
        self._head = 1 << 60  # depth of the outermost active question that the present answer rests on
        self.looked_at = 0
        """Bit set of what the present answer rests on; who asks first sets it to 0."""

    def solve(self, question: Hashable, answer: Callable[[], Values]) -> Values:
        """Return the answer to a question, kept or found."""
        known = self._known.get(question)
        if known is not None:
            self.looked_at |= known[1]
            return known[0]
        depth = self._active.get(question)
        if depth is not None:
            self._head = min(self._head, depth)
            return self._so_far[question]
        return self._find(question, answer)

    def _find(self, question: Hashable, answer: Callable[[], Values]) -> Values:
        depth = len(self._active)
        outer_head, outer_looked = self._head, self.looked_at
        self._active[question] = depth
        self._so_far[question] = NOTHING
        self.looked_at = 0
        try:
            while True:
                self._head = 1 << 60
                found = answer()
                if self._head != depth or found <= self._so_far[question]:
                    break
                self._so_far[question] |= found
        finally:
            del self._active[question]
            so_far = self._so_far.pop(question)
            head, looked = self._head, self.looked_at
            self._head, self.looked_at = min(outer_head, head if head < depth else 1 << 60), outer_looked | looked
        found |= so_far
        if head >= depth:
            self._known[question] = (found, looked)
        return found

    def forget(self) -> None:
        """Drop all answers."""
        self._known.clear()
