"""What names and expressions are worth: scopes, bindings, members, inheritance and calls, for all languages.

Flow-insensitive but for one thing: inside one function a name has the value of the assignments that reach the place, where that can be
told from the nesting of branches and loops. A function's result may contain ``ARGUMENT`` values, which each call replaces by what it
passes, so that a decorator that returns its argument does not mix up everything it decorates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from graph.flow import (
    ACCESSOR,
    ANONYMOUS,
    ASYNC,
    AWAIT,
    BLOCK,
    CALL,
    CAST,
    CLASS,
    CLASS_METHOD,
    CLASS_SCOPE,
    DEFINITION,
    EITHER,
    ELEMENT,
    ENTER,
    EXTENSION,
    FUNCTION,
    FUNCTION_SCOPE,
    GENERATOR,
    IMPORTED,
    INDEX,
    ITEM,
    LITERAL,
    MAPPING,
    MEMBER,
    METHOD,
    NAME,
    NARROWED,
    NEW,
    OVERLOAD,
    PARAMETER,
    RECEIVER,
    REST,
    ROOT,
    SELF,
    SEQUENCE,
    SPREAD,
    STATIC,
    SUPER,
    Binding,
    Expression,
    FileFlow,
    Parameter,
    Scope,
)
from graph.program import Program
from graph.values import (
    ANYTHING,
    ARGUMENT,
    BUILTIN_METHOD,
    CLASS_OBJECT,
    CONTAINER,
    EXTERNAL_INSTANCE,
    EXTERNAL_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    MODULE_OBJECT,
    NAMESPACE,
    NOTHING,
    SITE,
    SUPERTYPE,
    UNKNOWN,
    FixedPoint,
    Value,
    Values,
    container,
    union,
)

if TYPE_CHECKING:
    from graph.rules import Rules

Arguments = Sequence[tuple[str, Expression]]
Place = tuple[str, int, int, int]
"""Path, scope, position and branch from which a name is looked up."""

END = 1 << 60
ARGUMENTS = "arguments"
"""What an answer looked at that asked what calls give a parameter."""


class PassedCall(NamedTuple):
    """One call of a function: which, where, with what, and whether the callee is bound to its first parameter."""

    path: str
    scope: int
    place: Place
    arguments: Arguments
    bound: bool


_MAX_CALLS = 12
"""A parameter of a function with more calls than that may be anything: a set of so many candidates tells nobody much."""
_MAX_LEVEL = 2
"""How many calls up an argument is followed that is itself a parameter."""
_MAX_PATH = 6
"""Dots in somebody else's symbol: `node = node.parent` would otherwise have no end of values."""


class Evaluator:  # noqa: PLR0904
    """Answers what expressions of a program are worth."""

    def __init__(self, program: Program, rules: Callable[[str], Rules]) -> None:
        self.program = program
        self.rules = rules
        self.answers = FixedPoint()
        self.passed: Mapping[tuple[str, int], Sequence[PassedCall]] = {}
        """Calls by the function they reach; empty while those calls are being looked for."""
        self._brought: dict[tuple[str, int, bool], list[Attribute]] = {}
        self._sites: dict[tuple[str, int], tuple[Place, Expression]] = {}
        self._handlers: dict[int, Callable[[Place, Expression], Values]] = {
            NAME: self._name,
            MEMBER: self._member,
            METHOD: lambda place, expression: self._worth_of(self.denoted(place, expression, called=True)),
            CALL: self._call,
            NEW: self._new,
            INDEX: self._index,
            LITERAL: self._literal,
            SEQUENCE: self._site,
            MAPPING: self._site,
            FUNCTION: lambda place, expression: frozenset({(FUNCTION_OBJECT, place[0], expression[2], None)}),
            CLASS: lambda place, expression: frozenset({(CLASS_OBJECT, place[0], expression[2])}),
            EITHER: self._either,
            ELEMENT: lambda place, expression: self.elements(self.rules(place[0]), self.value(place, expression[2])),
            ITEM: self._item,
            AWAIT: lambda place, expression: self.awaited(self.value(place, expression[2])),
            ENTER: self._enter,
            SELF: lambda place, _: self.receiver(place[0], place[1]),
            SUPER: lambda place, _: self._super(place),
            CAST: lambda place, expression: self.instances(place, expression[2]),
            ROOT: lambda place, expression: self.root(place[0], expression[2]),
            SPREAD: lambda place, expression: self.elements(self.rules(place[0]), self.value(place, expression[2])),
        }

    # What was looked at.

    def look(self, what: str) -> None:
        """Take note that the present answer rests on a file (its path), or on who else has a name."""
        self.answers.look(what)

    def use_calls(self, passed: Mapping[tuple[str, int], Sequence[PassedCall]]) -> None:
        """From now on let parameters have what these calls give them."""
        self.passed = passed
        self.answers.forget(ARGUMENTS)

    def flow(self, path: str) -> FileFlow:
        """Return a file's flow, and take note of having looked at it."""
        self.answers.look(path)
        return self.program.unit(path).flow

    def opened(self, value: Value) -> Scope:
        """Return the scope of a function, a class, or an instance's class."""
        at: int = value[2]
        return self.flow(value[1]).scopes[at]

    # Expressions.

    def place(self, path: str, root: int) -> Place:
        """Return where a root stands."""
        found = self.flow(path).roots[root]
        return path, found.scope, 0 if found.expression is None else found.expression[1], found.branch

    def root(self, path: str, root: int) -> Values:
        """Return what a whole expression is worth."""
        if root < 0:
            return ANYTHING
        expression = self.flow(path).roots[root].expression
        if expression is None:
            return ANYTHING
        if expression[0] in {FUNCTION, LITERAL}:
            return self.value(self.place(path, root), expression)
        return self.answers.solve(("r", path, root), lambda: self.value(self.place(path, root), expression))

    def value(self, place: Place, expression: Expression) -> Values:
        """Return what an expression is worth at a place."""
        return self._handlers[expression[0]](place, expression)

    def _either(self, place: Place, expression: Expression) -> Values:
        if not expression[2]:
            return ANYTHING
        return union(self.value(place, option) for option in expression[2])

    def _literal(self, place: Place, expression: Expression) -> Values:
        return self.rules(place[0]).literal(expression[2])

    def _site(self, place: Place, expression: Expression) -> Values:
        key = (place[0], expression[1])
        self._sites.setdefault(key, (place, expression))
        return frozenset({(SITE, *key)})

    def _name(self, place: Place, expression: Expression) -> Values:
        return self.named((place[0], place[1], expression[1], place[3]), expression[2])

    def named(self, place: Place, name: str) -> Values:
        """Return what a name is worth at a place."""
        return union(self.attribute_value(holder, each) for holder, each in self.lookup(place, name))

    def lookup(self, place: Place, name: str, *, called: bool = False) -> list[Denoted]:
        """Return what a name denotes at a place: the bindings that reach it, or what the language gives to a name bound nowhere.

        ``called`` says that the name stands for what is called, where methods and variables may share a name.
        """
        path, start, position, branch = place
        flow, rules = self.flow(path), self.rules(path)
        scopes, at, crossed = flow.scopes, start, False
        while at >= 0:
            scope = scopes[at]
            found = scope.names.get(name)
            if found and rules.functions_apart:
                found = rules.meant(flow, found, called=called)
            if rules.members_need_no_receiver and (scope.kind == CLASS_SCOPE or (scope.flags & (EXTENSION | ANONYMOUS) and not found)):
                if members := rules.implicit_members(self, path, at, name, called=called):
                    return members
            elif scope.kind == CLASS_SCOPE and at != start:
                pass
            elif found:
                if len(found) > 1:
                    found = reaching(flow.branches, found, END if crossed else position, 0 if crossed else branch, crossed=crossed)
                return [(None, FoundBinding(path, at, name, binding)) for binding in found]
            crossed = crossed or scope.kind in {FUNCTION_SCOPE, CLASS_SCOPE}
            at = scope.parent
        return [(None, each) for each in rules.free_bindings(self, place, name, called=called)]

    # Bindings.

    def bound(self, path: str, scope: int, name: str, binding: Binding) -> Values:
        """Return what one binding gives its name."""
        kind = binding.kind
        if kind == DEFINITION:
            return self.defined(path, binding.target)
        if kind == IMPORTED:
            return self.imported(path, binding.target)
        if kind == RECEIVER:
            return self.receiver(path, scope)
        if kind == NARROWED:
            return self.declared(path, binding.type)
        if kind == PARAMETER:
            return self._parameter(path, scope, name, binding)
        if binding.type >= 0:
            declared = self.declared(path, binding.type)
            if UNKNOWN not in declared or binding.value < 0:
                return declared
        if binding.value < 0:
            return NOTHING
        return self.root(path, binding.value)

    def _parameter(self, path: str, scope: int, name: str, binding: Binding) -> Values:
        if binding.type >= 0:
            declared = self.declared(path, binding.type)
            if declared and UNKNOWN not in declared:
                return self.rules(path).gathered(self.parameter(path, scope, name).taking, declared)
        handed = self.rules(path).handed(self, path, scope, name) if self.flow(path).scopes[scope].flags & ANONYMOUS else NOTHING
        return handed or frozenset({(ARGUMENT, path, scope, name)})

    def parameter(self, path: str, scope: int, name: str) -> Parameter:
        """Return a function's parameter by name."""
        return next(each for each in self.flow(path).scopes[scope].parameters if each.name == name)

    def defined(self, path: str, scope: int) -> Values:
        """Return the class or function that a scope is, as its decorators leave it."""
        found = self.flow(path).scopes[scope]
        if found.kind == CLASS_SCOPE:
            return frozenset({(CLASS_OBJECT, path, scope)})
        plain: Values = frozenset({(FUNCTION_OBJECT, path, scope, None)})
        if not found.decorators or found.flags & (STATIC | CLASS_METHOD | ACCESSOR | OVERLOAD):
            return plain
        return self.answers.solve(("d", path, scope), lambda: self._decorated(path, found, plain))

    def _decorated(self, path: str, scope: Scope, value: Values) -> Values:
        for decorator in reversed(scope.decorators):
            made: set[Value] = set()
            for each in self.root(path, decorator):
                made |= self.called(each, self.place(path, decorator), (), passing=value)
            value = frozenset(made) if made and UNKNOWN not in made else value
        return value

    def imported(self, path: str, index: int) -> Values:
        """Return what an import is worth."""
        return self.answers.solve(("im", path, index), lambda: self._imported(path, index))

    def _imported(self, path: str, index: int) -> Values:
        rules = self.rules(path)
        found = rules.import_(self, path, self.flow(path).imports[index])
        return union(each if not isinstance(each, FoundBinding) else self.worth(each) for each in found)

    def worth(self, found: FoundBinding) -> Values:
        """Return what a binding gives its name."""
        return self.bound(found.path, found.scope, found.name, found.binding)

    def denoted(self, place: Place, expression: Expression, *, called: bool = False) -> list[Denoted]:
        """Return what a name or member denotes: bindings, followed through imports, or values that no binding in the program gives."""
        if expression[0] == NAME:
            return self.follow(self.lookup((place[0], place[1], expression[1], place[3]), expression[2], called=called), called=called)
        if expression[0] in {MEMBER, METHOD}:
            holders = sorted(self.value(place, expression[2]), key=repr)
            found = [(holder, each) for holder in holders for each in self.attributes(holder, expression[3], called=called)]
            if called:
                found += self.rules(place[0]).extensions(self, place, holders, expression[3])
            return self.follow(found, called=called)
        return []

    def chosen(self, place: Place, callee: Expression, arguments: Arguments) -> list[Denoted]:
        """Return what a callee denotes that is called with these arguments."""
        rules = self.rules(place[0])
        return rules.applicable(self, place, self.denoted(place, callee, called=True), arguments)

    def _worth_of(self, denoted: Iterable[Denoted]) -> Values:
        return union(self.attribute_value(holder, each) for holder, each in denoted)

    def follow(self, found: Iterable[Denoted], *, called: bool = False) -> list[Denoted]:
        """Replace imports by what they bring in the end."""
        followed: list[Denoted] = []
        for holder, each in found:
            if isinstance(each, FoundBinding) and each.binding.kind == IMPORTED:
                followed += [(holder, one) for one in self.brought(each.path, each.binding.target, called=called)]
            else:
                followed.append((holder, each))
        return followed

    def brought(self, path: str, index: int, *, called: bool = False) -> list[Attribute]:
        """Return what an import brings in the end: definitions, variables, or values that no binding in the program gives."""
        key = (path, index, called)
        known = self._brought.get(key)
        if known is None:
            self.answers.solve(("b", *key), lambda: self._bring(path, index, called=called))
            known = self._brought[key]
        else:
            self.answers.solve(("b", *key), lambda: NOTHING)  # for what it looked at
        return known

    def _bring(self, path: str, index: int, *, called: bool) -> Values:
        found: dict[Attribute, None] = {}
        pending, seen = [(path, index)], {(path, index)}
        while pending:
            at, target = pending.pop(0)
            for each in self.rules(at).import_(self, at, self.flow(at).imports[target], called=called):
                if not isinstance(each, FoundBinding) or each.binding.kind != IMPORTED:
                    found[each] = None
                elif (onward := (each.path, each.binding.target)) not in seen:
                    seen.add(onward)
                    pending.append(onward)
        self._brought[path, index, called] = list(found)
        return NOTHING

    def receiver(self, path: str, scope: int) -> Values:
        """Return the instance that the method around a scope works on; its class for a class method."""
        flow = self.flow(path)
        at = scope
        while at >= 0:
            found = flow.scopes[at]
            owner = found.parent
            while owner >= 0 and flow.scopes[owner].kind == BLOCK:
                owner = flow.scopes[owner].parent
            if found.kind == FUNCTION_SCOPE and owner >= 0 and flow.scopes[owner].kind == CLASS_SCOPE:
                return frozenset({(CLASS_OBJECT if found.flags & CLASS_METHOD else INSTANCE, path, owner)})
            if found.kind == CLASS_SCOPE:
                return frozenset({(INSTANCE, path, at)})
            at = found.parent
        return self.rules(path).loose_receiver(self, path, scope)

    def _super(self, place: Place) -> Values:
        owner = self.program.enclosing_class(place[0], place[1])
        receivers = self.receiver(place[0], place[1])
        return frozenset((SUPERTYPE, place[0], owner, each) for each in receivers) if owner >= 0 else ANYTHING

    # Types.

    def declared(self, path: str, root: int) -> Values:
        """Return instances of the type that a root names; ``UNKNOWN`` where that is not known."""
        expression = self.flow(path).roots[root].expression
        if expression is None:
            return ANYTHING
        return self.answers.solve(("t", path, root), lambda: self.instances(self.place(path, root), expression))

    def instances(self, place: Place, expression: Expression) -> Values:
        """Return instances of the type that an expression names."""
        return self.rules(place[0]).instances(self, place, expression)

    # Members.

    def _member(self, place: Place, expression: Expression) -> Values:
        found: set[Value] = set()
        for holder in self.value(place, expression[2]):
            found |= self.member(holder, expression[3])
        return frozenset(found)

    def member(self, holder: Value, name: str) -> Values:
        """Return what ``holder.name`` is worth."""
        return union(self.attribute_value(holder, found) for found in self.attributes(holder, name))

    def attribute_value(self, holder: Value | None, found: Attribute) -> Values:
        """Return what one attribute of a holder is worth: a method is bound to it, an accessor is called."""
        if not isinstance(found, FoundBinding):
            return found
        values = self.bound(found.path, found.scope, found.name, found.binding)
        if holder is None or holder[0] in {MODULE_OBJECT, SITE}:
            return values
        bound: set[Value] = set()
        for each in values:
            bound |= self._bind(holder, each)
        return frozenset(bound)

    def _bind(self, holder: Value, value: Value) -> Values:
        if value[0] != FUNCTION_OBJECT or value[3] is not None:
            return frozenset({value})
        function = self.opened(value)
        flags = function.flags
        target = holder[3] if holder[0] == SUPERTYPE else holder
        if flags & ACCESSOR and target[0] == INSTANCE:
            return self.result(value[1], value[2], target)
        if flags & STATIC or (target[0] == CLASS_OBJECT and not flags & CLASS_METHOD):
            return frozenset({value})
        return frozenset({(FUNCTION_OBJECT, value[1], value[2], target)})

    def attributes(self, holder: Value, name: str, *, called: bool = False) -> list[Attribute]:
        """Return what ``holder.name`` may denote: bindings in the program, or values of which no binding is known."""
        kind = holder[0]
        if kind in {INSTANCE, CLASS_OBJECT}:
            return self._class_attributes(holder, self.lineage(holder[1], holder[2]), name, called=called)
        if kind == SUPERTYPE:
            return self._class_attributes(holder, self.lineage(holder[1], holder[2])[1:], name, called=called)
        if kind == MODULE_OBJECT:
            return self.rules(holder[1]).exported(self, holder[1], name)
        if kind in {EXTERNAL_OBJECT, EXTERNAL_INSTANCE}:
            symbol = f"{holder[2]}.{name}" if holder[2] else name
            if symbol.count(".") > _MAX_PATH:
                return [ANYTHING]
            return [frozenset({(EXTERNAL_OBJECT, holder[1], symbol)})]
        if kind in {CONTAINER, SITE}:
            return [frozenset({(BUILTIN_METHOD, holder, name)})]
        if kind == ARGUMENT:
            return [attribute for value in self.arguments(holder) for attribute in self.attributes(value, name, called=called)]
        if kind == NAMESPACE:
            return self.rules(holder[1]).within(self, holder, name)
        return [ANYTHING]

    def own_attributes(self, holder: Value, name: str, *, called: bool = False) -> list[Attribute]:
        """Return the bindings of a member in a class and its supertypes, none where only an unknown or external one could have it."""
        return [each for each in self.attributes(holder, name, called=called) if isinstance(each, FoundBinding)]

    def module_bindings(self, path: str, name: str) -> list[Attribute]:
        """Return the bindings of a name at the top of a file, as they are when it has run."""
        flow = self.flow(path)
        bindings = flow.scopes[0].names.get(name, ())
        return [FoundBinding(path, 0, name, binding) for binding in last_definitions_of(flow.branches, bindings)]

    def _class_attributes(self, holder: Value, lineage: Sequence[Value], name: str, *, called: bool) -> list[Attribute]:
        rules = self.rules(holder[1])
        if called and rules.overloaded:
            return rules.overloads(self, holder, lineage, name)
        outside: Value | None = None
        assigned: list[Attribute] = []  # by methods alone, and declared further up if anywhere
        for each in lineage:
            if each[0] != CLASS_OBJECT:
                outside = outside or each
                continue
            scope = self.opened(each)
            found = [*scope.names.get(name, ()), *scope.fields.get(name, ())]
            if rules.functions_apart:
                found = rules.meant(self.flow(each[1]), found, called=called)
            declared = name in scope.names or any(binding.type >= 0 for binding in found)
            if found and (declared or not assigned):
                flow = self.flow(each[1])
                here: list[Attribute] = [FoundBinding(each[1], each[2], name, binding) for binding in last_definitions(flow, found)]
                if declared:
                    return here
                assigned = here
        if assigned:
            return assigned
        if outside is not None:
            if outside == UNKNOWN:
                return [ANYTHING]
            return [frozenset({(EXTERNAL_OBJECT, outside[1], f"{outside[2]}.{name}")})]
        return self._in_subtypes(holder, name) or [ANYTHING]

    def _in_subtypes(self, holder: Value, name: str) -> list[Attribute]:
        """Return what subtypes have under a name that the type itself lacks: an abstract class calling what its heirs define."""
        if holder[0] not in {INSTANCE, CLASS_OBJECT}:
            return []
        key = ("n", holder[1], holder[2], name)
        heirs = self.answers.solve(key, lambda: self._heirs_with(holder[1], holder[2], name))
        found: list[Attribute] = []
        for each in sorted(heirs):
            path, scope, heir = each[1], each[2], self.opened(each)
            bindings = [*heir.names.get(name, ()), *heir.fields.get(name, ())]
            found += [FoundBinding(path, scope, name, binding) for binding in last_definitions(self.flow(path), bindings)]
        return found

    def _heirs_with(self, path: str, scope: int, name: str) -> Values:
        heirs = ((CLASS_OBJECT, *heir) for heir in self.rules(path).subtypes(self, path, scope))
        return frozenset(heir for heir in heirs if name in self.opened(heir).names or name in self.opened(heir).fields)

    def lineage(self, path: str, scope: int) -> tuple[Value, ...]:
        """Return a class and its supertypes in the order in which members are looked up; ``UNKNOWN`` for a base nobody knows."""
        key = ("l", path, scope)
        self.answers.solve(key, lambda: frozenset({("l", self.rules(path).linearize(self, path, scope))}))
        (found,) = self.answers.solve(key, lambda: NOTHING) or (("l", ((CLASS_OBJECT, path, scope),)),)
        return found[1]

    def bases(self, path: str, scope: int) -> list[Values]:
        """Return what each base of a class is worth."""
        return [self.rules(path).base(self, path, root) for root in self.flow(path).scopes[scope].bases]

    # Calls.

    def _call(self, place: Place, expression: Expression) -> Values:
        callee, arguments = expression[2], expression[3]
        if callee[0] in {NAME, MEMBER} and self.rules(place[0]).overloaded:
            return self.answers.solve(("k", place[0], callee[1]), lambda: self._called_overload(place, callee, arguments))
        return union(self.called(each, place, arguments) for each in self.value(place, callee))

    def _called_overload(self, place: Place, callee: Expression, arguments: Arguments) -> Values:
        values = self._worth_of(self.chosen(place, callee, arguments))
        return union(self.called(each, place, arguments) for each in values)

    def _new(self, place: Place, expression: Expression) -> Values:
        return self.instances(place, expression[2])

    def called(self, callee: Value, place: Place | None, arguments: Arguments, *, passing: Values | None = None) -> Values:
        """Return what calling a value yields. ``passing`` is a single argument that is written nowhere."""
        kind = callee[0]
        if kind == FUNCTION_OBJECT:
            result = self.result(callee[1], callee[2], callee[3])
            return self._substitute(result, callee, place, arguments, passing)
        if kind == CLASS_OBJECT:
            return frozenset({(INSTANCE, callee[1], callee[2])})
        if kind == INSTANCE:
            call = self.rules(callee[1]).call_method
            called: set[Value] = set()
            for method in self.member(callee, call) if call else ANYTHING:
                called |= ANYTHING if method[0] == INSTANCE else self.called(method, place, arguments, passing=passing)
            return frozenset(called)
        if kind == ARGUMENT:
            found: set[Value] = set()
            for value in self.arguments(callee):
                found |= ANYTHING if value[0] == ARGUMENT else self.called(value, place, arguments, passing=passing)
            return frozenset(found)
        if kind in {EXTERNAL_OBJECT, BUILTIN_METHOD}:
            return ANYTHING if place is None else self.rules(place[0]).call_external(self, callee, place, arguments, passing)
        return ANYTHING

    def result(self, path: str, scope: int, bound: Value | None) -> Values:
        """Return what a function returns; ``ARGUMENT`` values stand for what it is called with."""
        found = self.answers.solve(("f", path, scope), partial(self._result, path, scope))
        if bound is not None and bound[0] in {INSTANCE, CLASS_OBJECT}:
            found = frozenset(_rebound(value, path, self.flow(path).scopes[scope].parent, bound) for value in found)
        return found

    def _result(self, path: str, scope: int) -> Values:
        function = self.flow(path).scopes[scope]
        rules = self.rules(path)
        if function.returns >= 0:
            declared = self.declared(path, function.returns)
            if declared and UNKNOWN not in declared:
                return rules.returned(self, path, scope, declared)
        if function.flags & GENERATOR:
            yielded = union(self.root(path, root) for root in function.yielded)
            return frozenset({container("Iterator", yielded)})
        if function.flags & OVERLOAD or (not function.returned and function.end - function.start < 2):
            return ANYTHING
        returned = union(self.root(path, root) for root in function.returned)
        if function.flags & ASYNC:
            return frozenset({container("Awaitable", returned)})
        return returned

    def _substitute(self, result: Values, callee: Value, place: Place | None, arguments: Arguments, passing: Values | None) -> Values:
        if not any(value[0] == ARGUMENT for value in result):
            return result
        found: set[Value] = set()
        for value in result:
            if value[0] != ARGUMENT or (value[1], value[2]) != (callee[1], callee[2]):
                found.add(value)
            elif passing is not None:
                found |= passing
            elif place is not None:
                found |= self.argument(callee[1], callee[2], value[3], place, arguments, bound=callee[3] is not None)
        return frozenset(found)

    def argument(self, path: str, scope: int, name: str, place: Place, arguments: Arguments, *, bound: bool) -> Values:
        """Return what one call gives a parameter."""
        parameters = self.flow(path).scopes[scope].parameters
        index = next((at for at, each in enumerate(parameters) if each.name == name), -1)
        if index < 0:
            return ANYTHING
        position = index - bound
        found: set[Value] = set()
        for keyword, given in arguments:
            if keyword == name:
                return self.value(place, given)
        plain = [given for keyword, given in arguments if not keyword]
        taking = parameters[index].taking
        if taking == REST:
            rest = [self.value(place, given) for given in plain[max(position, 0) :]]
            return frozenset({container("tuple", union(rest))})
        if 0 <= position < len(plain) and not any(given[0] == SPREAD for given in plain[: position + 1]):
            return self.value(place, plain[position])
        if any(given[0] == SPREAD for given in plain):
            return ANYTHING
        if parameters[index].default >= 0:
            return self.root(path, parameters[index].default)
        return frozenset(found) or ANYTHING

    def arguments(self, parameter: Value, level: int = 0) -> Values:
        """Return what all known calls give a parameter, always with ``UNKNOWN``: there may be callers nobody sees."""
        key = ("a", *parameter[1:], level)
        return self.answers.solve(key, lambda: self._arguments(parameter[1], parameter[2], parameter[3], level))

    def _arguments(self, path: str, scope: int, name: str, level: int) -> Values:
        self.look(ARGUMENTS)
        self.look(f"calls of {self.program.handle(path, scope)}")
        found: set[Value] = {UNKNOWN}
        calls = self.passed.get((path, scope), ())
        if len(calls) > _MAX_CALLS:
            return ANYTHING
        for call in calls:
            self.look(call.place[0])
            for value in self.argument(path, scope, name, call.place, call.arguments, bound=call.bound):
                if value[0] != ARGUMENT:
                    found.add(value)
                elif level < _MAX_LEVEL:
                    found |= self.arguments(value, level + 1)
        return frozenset(found)

    # Containers.

    def site(self, value: Value) -> tuple[Place, Expression]:
        """Return the list or dictionary that a ``SITE`` value is."""
        return self._sites[value[1], value[2]]

    def elements(self, rules: Rules, values: Iterable[Value]) -> Values:
        """Return what a loop over the values yields."""
        found: set[Value] = set()
        for value in values:
            if value[0] == SITE:
                found |= self.items(value, None)
            elif value[0] == ARGUMENT:
                found |= self.elements(rules, self.arguments(value))
            else:
                found |= rules.iterated(self, value)
        return frozenset(found)

    def items(self, site: Value, key: Expression | None) -> Values:
        """Return what a written list or dictionary holds, at a literal key or anywhere."""
        wanted = (key[2], key[3]) if key is not None and key[0] == LITERAL and key[3] else None
        return self.answers.solve(("e", site[1], site[2], wanted), lambda: self._items(site, wanted))

    def _items(self, site: Value, wanted: tuple[str, str] | None) -> Values:
        place, expression = self.site(site)
        found: set[Value] = set()
        if expression[0] == MAPPING:
            for name, value in expression[2]:
                if wanted is None or name[0] != LITERAL or (name[2], name[3]) == wanted:
                    found |= self.value(place, value)
        else:
            found |= self._sequence_items(place, expression[3], wanted)
        return frozenset(found) | self._stored(site, wanted)

    def _sequence_items(self, place: Place, items: Sequence[Expression], wanted: tuple[str, str] | None) -> Values:
        if wanted is not None and wanted[0] == "int" and wanted[1].isdigit():
            at = int(wanted[1])
            if at < len(items) and not any(item[0] in {SPREAD, ROOT} for item in items[: at + 1]):
                return self.value(place, items[at])
        return union(self.value(place, item) for item in items)

    def _stored(self, site: Value, wanted: tuple[str, str] | None) -> Values:
        """Return what the file of a list or dictionary puts into it later."""
        path = site[1]
        found: set[Value] = set()
        for target, value in self.flow(path).stores:
            expression = self.flow(path).roots[target].expression
            if expression is None or expression[0] != INDEX:
                continue
            key = expression[3]
            if wanted is not None and key[0] == LITERAL and key[3] and (key[2], key[3]) != wanted:
                continue
            if site in self.answers.solve(("o", path, target), partial(self.value, self.place(path, target), expression[2])):
                found |= self.root(path, value)
        return frozenset(found)

    def _index(self, place: Place, expression: Expression) -> Values:
        found: set[Value] = set()
        for holder in self.value(place, expression[2]):
            if holder[0] == SITE:
                found |= self.items(holder, expression[3])
            else:
                found |= self.rules(place[0]).indexed(self, place, holder, expression[3])
        return frozenset(found)

    def _item(self, place: Place, expression: Expression) -> Values:
        found: set[Value] = set()
        for holder in self.value(place, expression[2]):
            if holder[0] == SITE:
                found |= self.items(holder, (LITERAL, 0, "int", str(expression[3])))
            elif holder[0] == CONTAINER and holder[1] == "tuple" and expression[3] < len(holder[2]):
                found |= holder[2][expression[3]]
            else:
                found |= self.elements(self.rules(place[0]), (holder,))
        return frozenset(found)

    def awaited(self, values: Iterable[Value]) -> Values:
        """Return what waiting for the values yields."""
        found: set[Value] = set()
        for value in values:
            found |= value[2][0] if value[0] == CONTAINER and value[1] in {"Awaitable", "Promise"} and value[2] else {value}
        return frozenset(found)

    def _enter(self, place: Place, expression: Expression) -> Values:
        return self.rules(place[0]).entered(self, self.value(place, expression[2]))


class FoundBinding:
    """A binding and where it is."""

    __slots__ = ("binding", "name", "path", "scope")

    def __init__(self, path: str, scope: int, name: str, binding: Binding) -> None:
        self.path, self.scope, self.name, self.binding = path, scope, name, binding


Attribute = FoundBinding | Values
Denoted = tuple["Value | None", Attribute]
"""What a use denotes, and for a member the value it was looked up in."""


def _rebound(value: Value, path: str, owner: int, bound: Value) -> Value:
    """Return what a method gives when called on a subtype: where it returns its instance, that is the subtype's."""
    if value == (INSTANCE, path, owner):
        return (INSTANCE, bound[1], bound[2])
    return value


def reaching(
    branches: Sequence[tuple[int, int]], bindings: Sequence[Binding], position: int, branch: int, *, crossed: bool
) -> list[Binding]:
    """Return the bindings of one name that can be the newest at a position of a branch.

    ``crossed`` says that the place is in another function, which runs nobody knows when: then only definitions and imports hide earlier
    ones.
    """
    if crossed:
        return last_definitions_of(branches, bindings)
    around = set(_chain(branches, branch))
    before = [binding for binding in bindings if binding.position <= position]
    for at in range(len(before) - 1, -1, -1):
        if before[at].branch in around:
            before = before[at:]
            break
    loops = {each for each in around if branches[each][1]}
    later = [b for b in bindings if b.position > position and loops and loops.intersection(_chain(branches, b.branch))]
    return before + later or list(bindings)


def last_definitions_of(branches: Sequence[tuple[int, int]], bindings: Sequence[Binding]) -> list[Binding]:
    """Return the bindings without those that a later definition or import replaces for certain."""
    kept: list[Binding] = []
    for at, binding in enumerate(bindings):
        later = bindings[at + 1 :]
        if not any(b.kind in {DEFINITION, IMPORTED} and b.branch in _chain(branches, binding.branch) for b in later):
            kept.append(binding)
    return kept


def last_definitions(flow: FileFlow, bindings: Sequence[Binding]) -> list[Binding]:
    """Return the bindings of a class's member, as ``last_definitions_of``; of an accessor's parts the first, which reads."""
    if len(bindings) < 2:
        return list(bindings)
    if all(b.kind == DEFINITION and flow.scopes[b.target].flags & ACCESSOR for b in bindings):
        return [bindings[0]]
    return last_definitions_of(flow.branches, bindings)


def _chain(branches: Sequence[tuple[int, int]], branch: int) -> Iterator[int]:
    while branch >= 0:
        yield branch
        branch = branches[branch][0]
