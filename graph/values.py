"""What an expression may be worth: the abstract values the evaluator works with, and the least fixed point it looks for.

A value is a tuple that begins with one of the letters below; a set of values means "one of these". The empty set is a value that never
arrives here (``None``, a call that does not return). ``UNKNOWN`` in a set says that there may be others.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Any, TypeVar

T = TypeVar("T")
Value = tuple[Any, ...]
Values = frozenset[Value]

CLASS_OBJECT = "c"  # path, scope
INSTANCE = "i"  # path, scope of its class
FUNCTION_OBJECT = "f"  # path, scope, value it is bound to or None
MODULE_OBJECT = "m"  # path of the file; or of the folder of a package without one
EXTERNAL_OBJECT = "x"  # package, symbol[, HELD]: something of somebody else's package
EXTERNAL_INSTANCE = "xi"  # package, symbol: an instance of it
CONTAINER = "g"  # name, values of each type argument: an instance of a built-in generic type
SITE = "s"  # path, position: the list or dictionary written there
ARGUMENT = "p"  # path, scope, name: whatever is passed to that parameter
SUPERTYPE = "^"  # path, scope of the class whose supertypes are looked at, instance
BUILTIN_METHOD = "b"  # value it belongs to, name
NAMESPACE = "n"  # path of a file that names it, dotted name: a package or namespace that many files share

UNKNOWN: Value = ("?",)
NOTHING: Values = frozenset()
ANYTHING: Values = frozenset({UNKNOWN})


HELD = "held"
"""Of somebody else's symbol: found in an instance. It is a method, or a field, of whose value nobody here knows the type."""
RECORD = "Record"
"""The container whose elements are its members, under names that its type does not list."""
_MAX_NESTING = 3


def union(values: Iterable[Values]) -> Values:
    """Return all values of several sets."""
    return NOTHING.union(*values)


def container(name: str, *parts: Values) -> Value:
    """Return an instance of a generic type; arguments nested more than 3 deep are ``ANYTHING``, or there would be no end of values."""
    return (CONTAINER, name, tuple(part if _depth(part) < _MAX_NESTING else ANYTHING for part in parts))


def _depth(values: Values) -> int:
    return max((1 + max(map(_depth, value[2]), default=0) for value in values if value[0] == CONTAINER), default=0)


class FixedPoint:
    """Memoised evaluation of mutually recursive questions to their least fixed point, and what files each answer looked at.

    A question that is asked while it is being answered gets what is known of the answer so far. The outermost question of such a cycle is
    answered again until a whole round brings nothing new to any question of the cycle; only then are their answers kept. So an answer does
    not depend on where the cycle was entered. This is semi-naive evaluation by strongly connected components, found on the way as in
    Tarjan's algorithm.
    """

    def __init__(self) -> None:
        self._known: dict[Hashable, tuple[Values, int]] = {}
        self._kept: dict[Hashable, tuple[Values, int]] = {}
        self.asked: list[Hashable] = []
        """Questions that are being answered, outermost first; while there are any, what is found may be less than all."""
        self._active: dict[Hashable, int] = {}  # their depths
        self._so_far: dict[Hashable, Values] = {}
        self._round: dict[Hashable, tuple[Hashable, int]] = {}  # answered in this round: head of its cycle and what it looked at
        self._members: list[Hashable] = []  # questions of unfinished cycles, in the order in which they were answered
        self._news = 0
        self._head = _NO_CYCLE  # depth of the outermost active question that the present answer rests on
        self._bits: dict[str, int] = {}
        self._names: list[str] = []
        self._sets: dict[int, int] = {}  # equal bit sets are one object: of Django's 400,000 most are, and they have up to 800 bytes
        self._seen: set[str] = set()  # what the present answer looked at itself
        self._rests = 0  # bit set of what the answers looked at that it used
        self.look = self._seen.add
        """Take note that the present answer rests on a file (its path), or on who else has a name."""

    def start(self) -> None:
        """Forget what was looked at so far."""
        self._seen = set()
        self.look = self._seen.add
        self._rests = 0

    def apart(self, answer: Callable[[], T]) -> tuple[T, int]:
        """Return what a computation finds, and the bit set of what that looked at. For use between questions."""
        seen, rests = self._seen, self._rests
        self.start()
        looked = 0
        try:
            found = answer()
            looked = self.looked_at()
        finally:
            self._seen, self._rests = seen, rests | looked
            self.look = seen.add
        return found, looked

    def keep(self, question: Hashable, answer: Callable[[], Values], *, for_all: bool = False) -> Values:
        """Return what a computation finds, kept until ``turn``, or ``for_all``; inside of a question what it finds is not final.

        For what is too small to be a question: it must not ask for itself.
        """
        known = self._known.get(question) if for_all else self._kept.get(question)
        if known is not None:
            self._rests |= known[1]
            return known[0]
        if self.asked:
            return answer()
        found, looked = self.apart(answer)
        (self._known if for_all else self._kept)[question] = (found, looked)
        return found

    def turn(self) -> None:
        """Forget what was kept for one file."""
        self._kept = {}

    def rest(self, bits: int) -> None:
        """Take note that the present answer rests on what such a bit set stands for."""
        self._rests |= bits

    def bit(self, what: str) -> int:
        """Return the bit set that stands for one thing, 0 where nothing has looked at it."""
        return self._bits.get(what, 0)

    def looked_at(self) -> int:
        """Return the bit set of what was looked at since ``start``."""
        bits, known = self._rests, self._bits
        for what in self._seen:
            bit = known.get(what)
            if bit is None:
                bit = known[what] = 1 << len(self._names)
                self._names.append(what)
            bits |= bit
        return self._sets.setdefault(bits, bits)

    def rests_on(self, what: str) -> bool:
        """Say whether something was looked at since ``start``."""
        return what in self._seen or bool(self._rests & self._bits.get(what, 0))

    def names(self, bits: int) -> list[str]:
        """Return what a bit set stands for."""
        found: list[str] = []
        while bits:
            low = bits & -bits
            found.append(self._names[low.bit_length() - 1])
            bits ^= low
        return found

    def solve(self, question: Hashable, answer: Callable[[], Values]) -> Values:
        """Return the answer to a question, kept or found."""
        known = self._known.get(question)
        if known is not None:
            self._rests |= known[1]
            return known[0]
        depth = self._active.get(question)
        if depth is not None:
            self._head = min(self._head, depth)
            return self._so_far.get(question, NOTHING)
        answered = self._round.get(question)
        if answered is not None:
            self._head = min(self._head, self._depth_of_head(question))
            self._rests |= answered[1]
            return self._so_far[question]
        return self._find(question, answer)

    def _depth_of_head(self, question: Hashable) -> int:
        """Return the depth of the active head of a question's cycle: the head it had may itself be answered by now, under another head."""
        head, looked = self._round[question]
        while head not in self._active:
            head = self._round[head][0]
        self._round[question] = (head, looked)
        return self._active[head]

    def _find(self, question: Hashable, answer: Callable[[], Values]) -> Values:
        depth, begin = len(self.asked), len(self._members)
        outer_head, outer_seen, outer_rests = self._head, self._seen, self._rests
        self._active[question] = depth
        self.asked.append(question)
        self.start()
        looked = 0
        try:
            while True:
                news, self._head = self._news, _NO_CYCLE
                found = answer()
                before = self._so_far.get(question, NOTHING)
                if not found <= before:
                    found |= before
                    self._so_far[question] = found
                    self._news += 1
                if self._head != depth or self._news == news:
                    break
                for member in self._members[begin:]:
                    del self._round[member]
                del self._members[begin:]
            head, looked = self._head, self.looked_at()
        finally:
            del self._active[question]
            self.asked.pop()
            self._head, self._rests, self._seen = outer_head, outer_rests | looked, outer_seen
            self.look = outer_seen.add
        if head < depth:
            self._head = min(outer_head, head)
            self._so_far.setdefault(question, NOTHING)
            self._round[question] = (self.asked[head], looked)
            self._members.append(question)
            return self._so_far[question]
        found = self._so_far.pop(question, NOTHING)
        self._known[question] = (found, looked)
        for member in self._members[begin:]:
            del self._round[member]
            self._known[member] = (self._so_far.pop(member), looked)
        del self._members[begin:]
        return found

    def abandon(self) -> None:
        """Give up all questions that are being answered: an exception went through them."""
        for unfinished in (self.asked, self._active, self._so_far, self._round, self._members):
            unfinished.clear()
        self._head = _NO_CYCLE

    def forget(self, what: str) -> None:
        """Drop the answers that rest on something."""
        bits = self._bits.get(what, 0)
        self._kept = {}
        self._known = {question: answer for question, answer in self._known.items() if not answer[1] & bits}


_NO_CYCLE = 1 << 60
