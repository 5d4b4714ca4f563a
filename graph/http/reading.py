"""Reads what one resolved file says about HTTP, call by call.

Servers and clients are known by what the evaluator says a callee or its receiver is, never by a name: a local function that is called
``fetch`` is nobody's client, and ``.get`` of a dictionary asks for nothing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from graph.bindings import Arguments, FoundBinding, Place
from graph.evaluate import Evaluator
from graph.flow import CALL, DECORATOR, FUNCTION_SCOPE, MEMBER, NAME, NEW, QUIET, ROOT, Expression, FileFlow
from graph.http.facts import HttpFacts, Mount, Request, Route, Router
from graph.http.origins import Made, Origins
from graph.model import Handle, unknown
from graph.values import EXTERNAL_OBJECT, FUNCTION_OBJECT, Value


@dataclass(slots=True)
class Call:
    """One call: where it stands, what is called, and what is given."""

    place: Place
    callee: Expression
    arguments: Arguments
    root: int
    whole: bool
    """It is all of the root's expression."""
    purpose: int
    new: bool = False

    @property
    def name(self) -> str:
        """The last part of the callee's name."""
        return str(self.callee[-1])

    def given(self, position: int, *keywords: str) -> Expression | None:
        """Return an argument by keyword, or by position (-1 for none)."""
        for keyword, each in self.arguments:
            if keyword and keyword in keywords:
                return each
        plain = self.plain
        return plain[position] if 0 <= position < len(plain) else None

    @property
    def plain(self) -> list[Expression]:
        """The arguments without a keyword."""
        return [each for keyword, each in self.arguments if not keyword]


@dataclass(slots=True)
class Reading:
    """One file while it is read, and what was found."""

    path: str
    evaluator: Evaluator
    flow: FileFlow
    origins: Origins
    routers: list[Router] = field(default_factory=list[Router])
    mounts: list[Mount] = field(default_factory=list[Mount])
    routes: list[Route] = field(default_factory=list[Route])
    requests: list[Request] = field(default_factory=list[Request])
    dropped: int = 0
    owners: dict[int, str] = field(default_factory=dict[int, str])
    """By root: the site that holds its value."""
    decorated: dict[int, int] = field(default_factory=dict[int, int])
    """By root of a decorator: the function below it."""
    _received: dict[int, list[Made]] = field(default_factory=dict[int, list[Made]])

    def facts(self) -> HttpFacts:
        """Return what was found."""
        return HttpFacts(tuple(self.routers), tuple(self.mounts), tuple(self.routes), tuple(self.requests), self.dropped)

    def handle(self, scope: int) -> Handle:
        """Return the node that a scope is or stands in."""
        return self.evaluator.program.handle(self.path, scope)

    def span(self, call: Call) -> tuple[int, int, int]:
        """Return the line and the bytes of a callee's name."""
        start = call.callee[1]
        return bisect_right(self.flow.newlines, start - 1) + 1, start, start + len(call.name.encode())

    def handlers(self, call: Call, expression: Expression | None) -> tuple[str, ...]:
        """Return what answers: the function below a decorator, or those that an argument is worth."""
        if call.root in self.decorated and call.whole:
            return (self.handle(self.decorated[call.root]),)
        if expression is None:
            return ()
        values = self.evaluator.value(call.place, expression)
        return tuple(sorted({self._handler(each, expression) for each in values})) or (unknown(""),)

    def _handler(self, value: Value, expression: Expression) -> str:
        if value[0] == FUNCTION_OBJECT:
            return self.evaluator.program.handle(value[1], value[2])
        return unknown(str(expression[-1]) if expression[0] in {NAME, MEMBER} else "")

    def external(self, call: Call) -> list[tuple[str, str]]:
        """Return package and symbol of everything outside that the callee is."""
        annotation = call.purpose == QUIET
        denoted = self.evaluator.denoted(call.place, call.callee, as_type=annotation, called=not annotation)
        return [(v[1], v[2]) for _, each in denoted if not isinstance(each, FoundBinding) for v in each if v[0] == EXTERNAL_OBJECT]

    def is_certain(self, call: Call) -> bool:
        """Say whether the callee is one thing."""
        denoted = self.evaluator.denoted(call.place, call.callee, called=True)
        return len(denoted) == 1 and (isinstance(denoted[0][1], FoundBinding) or len(denoted[0][1]) == 1)

    def receivers(self, call: Call) -> list[Made]:
        """Return where the object was made that a method is called on; nothing when the program defines the method itself."""
        if call.callee[0] != MEMBER:
            return []
        found = self._received.get(call.callee[1])
        if found is None:
            found = self.origins.of(call.place, call.callee[2])
            if found and any(isinstance(each, FoundBinding) for _, each in self.evaluator.denoted(call.place, call.callee, called=True)):
                found = []
            self._received[call.callee[1]] = found
        return found

    def holder(self, call: Call, fluent: Container[str]) -> str:
        """Return the site that holds what a call gives, through methods behind it that give their object again."""
        expression = self.flow.roots[call.root].expression if call.root >= 0 else None
        while expression is not None and expression[0] == CALL and expression[2][1] != call.callee[1]:
            callee = expression[2]
            expression = callee[2] if callee[0] == MEMBER and callee[3] in fluent else None
        return "" if expression is None else self.owners.get(call.root, "")


Reader = Callable[[Reading, Call], None]


def read_file(evaluator: Evaluator, path: str, readers: Sequence[Reader], last: Reader | None, *, always: bool) -> HttpFacts:
    """Return what a file says about HTTP. The last reader looks at every call, where the others found a server or ``always``."""
    flow = evaluator.flow(path)
    reading = Reading(path, evaluator, flow, Origins(evaluator))
    reading.owners = dict(_owners(reading))
    reading.decorated = {
        root: index for index, scope in enumerate(flow.scopes) if scope.kind == FUNCTION_SCOPE for root in scope.decorators
    }
    calls = list(calls_of(evaluator, path, flow))
    for call in calls:
        for reader in readers:
            reader(reading, call)
    if last is not None and (always or reading.routers or reading.mounts or reading.routes):
        for call in calls:
            last(reading, call)
    return reading.facts()


def _owners(reading: Reading) -> Iterator[tuple[int, str]]:
    for name, roots in reading.flow.exports.items():
        for root in roots:
            inner: int = root
            while (expression := reading.flow.roots[inner].expression) is not None and expression[0] == ROOT:
                inner = int(expression[2])
            yield inner, reading.origins.site(reading.path, 0, name)
    for index, scope in enumerate(reading.flow.scopes):
        for root in scope.returned:
            yield root, reading.origins.site(reading.path, index, "return")
        for table in (scope.names, scope.fields):
            for name, bindings in table.items():
                yield from ((each.value, reading.origins.site(reading.path, index, name)) for each in bindings if each.value >= 0)


def calls_of(evaluator: Evaluator, path: str, flow: FileFlow) -> Iterator[Call]:
    """Yield every call in a file, and what annotations are given."""
    seen: set[int] = set()  # what is called may be written down again, for what a function beside it is given
    for index, root in enumerate(flow.roots):
        if root.expression is None or (root.purpose == QUIET and root.expression[0] != CALL):
            continue
        place = evaluator.place(path, index)
        for expression in _calls_in(root.expression):
            callee = expression[2]
            if callee[0] in {NAME, MEMBER} and callee[1] not in seen:
                seen.add(callee[1])
                whole = expression is root.expression
                yield Call(place, callee, expression[3], index, whole, root.purpose, expression[0] == NEW)


def _calls_in(part: Any) -> Iterator[Expression]:
    """Yield the calls in an expression, the innermost first."""
    if not isinstance(part, tuple | list):
        return
    parts = cast("Sequence[Any]", part)
    for each in parts:
        yield from _calls_in(each)
    if len(parts) in {4, 5} and isinstance(parts[0], int) and isinstance(parts[1], int) and parts[0] in {CALL, NEW}:
        yield cast("Expression", parts)


def is_decorator(call: Call) -> bool:
    """Say whether a call is a decorator."""
    return call.purpose == DECORATOR and call.whole
