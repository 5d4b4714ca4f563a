"""Where the objects that calls work on were made: the application behind ``app``, the client behind ``session``.

The evaluator knows the type of a value; which one of several routers it is decides what stands in front of a path. So a name is followed
through imports, assignments and what functions return, to the call that made the object, and to the parameter that was given it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from graph.bindings import Arguments, FoundBinding, Place
from graph.calls import MOST_CALLS
from graph.evaluate import Evaluator
from graph.flow import (
    AWAIT,
    CALL,
    CAST,
    CLASS,
    CLASS_SCOPE,
    DEFINITION,
    EITHER,
    ENTER,
    FIELD,
    FUNCTION_SCOPE,
    HOLE,
    IMPORTED,
    LITERAL,
    MEMBER,
    NAME,
    NEW,
    PARAMETER,
    ROOT,
    VARIABLE,
    Expression,
)
from graph.http.facts import Text
from graph.values import ARGUMENT, CLASS_OBJECT, EXTERNAL_INSTANCE, EXTERNAL_OBJECT, INSTANCE, MODULE_OBJECT, Value, Values

_DEPTH = 8
GIVEN = "given"
"""The symbol of what a parameter without a type holds, where only those who call the function can say what that is."""
WHOLE = "="
"""The name in ``FileFlow.exports`` of what a module of CommonJS gives in its place."""
_ROOTS = 200
"""Expressions to look into for one object."""


class Made(NamedTuple):
    """An object of somebody else's type: what made it, and what holds it (``""`` for nothing with a name)."""

    package: str
    symbol: str
    """The last part of the name of the type or function; behind ``above`` the name of the method."""
    site: str = ""
    place: Place | None = None
    arguments: Arguments = ()
    above: Made | None = None
    """What it was made from by a method (``router.Group("/v1")``)."""


class Origins:
    """Finds where objects of one program were made, and what strings say."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._visited: set[tuple[object, ...]] = set()  # roots and parameters of the present search: each is looked into once

    def site(self, path: str, scope: int, name: str) -> str:
        """Return the name of what a variable, a field or a parameter holds."""
        return f"{self._evaluator.program.handle(path, scope)}:{name}"

    def of(self, place: Place, expression: Expression, owner: str = "") -> list[Made]:
        """Return what an expression may be; ``owner`` is the site that holds it. Nothing where nobody else's type is behind it."""
        self._visited = set()
        return self._of(place, expression, owner)

    def _of(self, place: Place, expression: Expression, owner: str) -> list[Made]:
        operation = expression[0]
        if operation in {AWAIT, ENTER}:
            return self._of(place, expression[2], owner)
        if operation == ROOT:
            return self._root(place[0], expression[2], owner)
        if operation == EITHER:
            return _each(made for option in expression[2] for made in self._of(place, option, owner))
        if operation in {NAME, MEMBER}:
            return _each(self._denoted(place, expression))
        if operation in {CALL, NEW}:
            return _each(self._called(place, expression, owner))
        return []

    def _root(self, path: str, root: int, owner: str) -> list[Made]:
        expression = self._evaluator.flow(path).roots[root].expression
        if expression is None or (path, root) in self._visited or len(self._visited) > _ROOTS:
            return []
        self._visited.add((path, root))
        return self._of(self._evaluator.place(path, root), expression, owner)

    def _denoted(self, place: Place, expression: Expression) -> Iterator[Made]:
        for _, each in self._evaluator.denoted(place, expression):
            if not isinstance(each, FoundBinding):
                yield from self._instances(each)
                yield from self._exported(place, expression)
                continue
            binding, owner = each.binding, self.site(each.path, each.scope, each.name)
            if binding.kind in {VARIABLE, FIELD} and binding.value >= 0:
                found = self._root(each.path, binding.value, owner)
                yield from found
                if found:
                    continue
            if binding.kind == PARAMETER or (binding.kind in {VARIABLE, FIELD} and binding.type >= 0):
                typed = list(self._instances(self._evaluator.worth(each), owner))
                yield from typed
                if not typed and binding.kind == PARAMETER:
                    yield from list(self._handed(each, owner)) or [Made("", GIVEN, owner)]

    def _exported(self, place: Place, expression: Expression) -> Iterator[Made]:
        """Yield what a module of JavaScript gives as a whole or by default without a name for it."""
        if expression[0] != NAME:
            return
        for _, each in self._evaluator.lookup((place[0], place[1], expression[1], place[3]), expression[2]):
            if not isinstance(each, FoundBinding) or each.binding.kind != IMPORTED:
                continue
            imported = self._evaluator.flow(each.path).imports[each.binding.target]
            for module in self._evaluator.rules(each.path).imported_module(self._evaluator, each.path, imported):
                for value in module if isinstance(module, frozenset) else ():
                    exports = self._evaluator.flow(value[1]).exports if value[0] == MODULE_OBJECT and value[1][-1:] != "/" else {}
                    name = imported.name if imported.name in exports else WHOLE if imported.name in {"", "default"} else ""
                    for root in exports.get(name, ()):
                        yield from self._root(value[1], root, self.site(value[1], 0, name))

    def _handed(self, parameter: FoundBinding, owner: str) -> Iterator[Made]:
        """Yield what calls give a parameter without a type, in its own name."""
        path, scope, name = parameter.path, parameter.scope, parameter.name
        parameters = [each.name for each in self._evaluator.flow(path).scopes[scope].parameters]
        calls = self._evaluator.passed_to(path, scope)
        key = (path, scope, name)
        if name not in parameters or len(calls) > MOST_CALLS or key in self._visited:
            return
        self._visited.add(key)
        for call in calls:
            self._evaluator.look(call.place[0])
            position = parameters.index(name) - int(call.bound and self._evaluator.rules(path).receiver_is_parameter)
            plain = [given for keyword, given in call.arguments if not keyword]
            given = dict(call.arguments).get(name) or (plain[position] if 0 <= position < len(plain) else None)
            if given is not None:
                yield from (Made(each.package, each.symbol, owner) for each in self._of(call.place, given, "") if not each.above)

    def _instances(self, values: Values, owner: str = "") -> Iterator[Made]:
        """Yield objects of which the type alone is known."""
        for value in sorted(values, key=repr):
            if value[0] == EXTERNAL_INSTANCE:
                yield Made(value[1], _last(value[2]), owner)
            elif value[0] == INSTANCE:
                yield from (Made(*named, owner) for named in self._foreign_bases(value))
            elif value[0] == ARGUMENT:
                yield from self._instances(frozenset(v for v in self._evaluator.arguments(value) if v[0] != ARGUMENT), owner)

    def _foreign_bases(self, class_: Value) -> Iterator[tuple[str, str]]:
        for each in self._evaluator.lineage(class_[1], class_[2]):
            if each[0] == EXTERNAL_OBJECT:
                yield each[1], _last(each[2])

    def _called(self, place: Place, expression: Expression, owner: str) -> Iterator[Made]:
        callee, arguments = expression[2], expression[3]
        if callee[0] not in {NAME, MEMBER}:
            return
        if callee[0] == MEMBER and (above := self._of(place, callee[2], "")):
            yield from (Made(each.package, callee[3], owner, place, arguments, each) for each in above)
            return
        for _, each in self._evaluator.denoted(place, callee, called=True):
            if isinstance(each, FoundBinding):
                yield from self._own(each, place, arguments, owner)
            else:
                yield from (Made(v[1], _last(v[2]), owner, place, arguments) for v in sorted(each, key=repr) if v[0] == EXTERNAL_OBJECT)

    def _own(self, found: FoundBinding, place: Place, arguments: Arguments, owner: str) -> Iterator[Made]:
        """Yield what a call of a function or class of the program gives."""
        if found.binding.kind != DEFINITION:
            return
        target = found.binding.target
        scope = self._evaluator.flow(found.path).scopes[target]
        if scope.kind == CLASS_SCOPE:
            bases = self._foreign_bases((CLASS_OBJECT, found.path, target))
            yield from (Made(*named, owner, place, arguments) for named in bases)
        elif scope.kind == FUNCTION_SCOPE:
            for root in scope.returned:
                yield from self._root(found.path, root, self.site(found.path, target, "return"))

    # What strings say.

    def text(self, place: Place, expression: Expression | None, depth: int = 0) -> Text | None:
        """Return what a string says, with ``HOLE`` for each part that is computed; None for what is no literal."""
        if expression is None or depth > _DEPTH:
            return None
        operation = expression[0]
        if operation == LITERAL:
            return self._literal(place, expression, depth)
        if operation == ROOT:
            at: int = expression[2]
            return self.text(self._evaluator.place(place[0], at), self._evaluator.flow(place[0]).roots[at].expression, depth + 1)
        if operation in {NAME, MEMBER}:
            return self._constant(place, expression, depth)
        return None

    def _constant(self, place: Place, expression: Expression, depth: int) -> Text | None:
        denoted = self._evaluator.denoted(place, expression)
        if len(denoted) != 1:
            return None
        holder, found = denoted[0]
        if not isinstance(found, FoundBinding) or found.binding.kind not in {VARIABLE, FIELD} or found.binding.value < 0:
            return None
        root = self._evaluator.flow(found.path).roots[found.binding.value].expression
        text = self.text(self._evaluator.place(found.path, found.binding.value), root, depth + 1)
        return text and Text(text.template, text.sure and (expression[0] == NAME or holder is None or holder[0] != INSTANCE))

    def _literal(self, place: Place, expression: Expression, depth: int) -> Text | None:
        told: list[str] = list(expression)[3:]  # the text, and the template where there is one
        template = told[-1] if len(told) > 1 else told[0] or None
        if template is None or "\\" in template:
            return None
        parts = template.split(HOLE)
        sure = True
        for at in range(1, len(parts), 2):
            known = self._part(place, parts[at], depth)
            sure = sure and (known is None or known.sure)
            parts[at] = HOLE if known is None else known.template
        return Text("".join(parts), sure)

    def _part(self, place: Place, code: str, depth: int) -> Text | None:
        """Return what a part of a string says that is a plain name of a constant, or a member of one."""
        names = code.strip().split(".")
        if not all(name.isidentifier() for name in names):
            return None
        found: Expression = (NAME, place[2], names[0])
        for name in names[1:]:
            found = (MEMBER, place[2], found, name)
        return self._constant(place, found, depth + 1)

    def options(self, place: Place, expression: Expression | None) -> dict[str, tuple[Place, Expression]] | None:
        """Return the members of an object that is written out, by name; None for anything else."""
        if expression is None or expression[0] != CAST or expression[2][0] != CLASS:
            return None
        flow, scope = self._evaluator.flow(place[0]), int(expression[2][2])
        found: dict[str, tuple[Place, Expression]] = {}
        for name, bindings in flow.scopes[scope].names.items():
            value = bindings[-1].value
            if value >= 0 and (root := flow.roots[value].expression) is not None:
                found[name] = self._evaluator.place(place[0], value), root
        return found


def _last(symbol: str) -> str:
    return symbol.rpartition(".")[2]


def _each(found: Iterable[Made]) -> list[Made]:
    """Return objects without repetitions; the places where they were made tell two apart."""
    return list({(each.package, each.symbol, each.site, each.place): each for each in found}.values())
