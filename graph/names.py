"""What names are bound to: look-up through scopes, bindings and imports."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from graph.bindings import END, Arguments, Attribute, Denoted, FoundBinding, Place, chain, reaching
from graph.flow import (
    ACCESSOR,
    ANONYMOUS,
    BLOCK,
    CLASS_METHOD,
    CLASS_SCOPE,
    DEFINITION,
    EXTENSION,
    FUNCTION_SCOPE,
    IMPORTED,
    MEMBER,
    METHOD,
    NAME,
    NARROWED,
    OPEN,
    OVERLOAD,
    PARAMETER,
    RECEIVER,
    STATIC,
    TO_ITSELF,
    TO_OTHERS,
    TO_SUBCLASS,
    TRANSPARENT,
    VARIABLE,
    Binding,
    Expression,
    Parameter,
    Scope,
)
from graph.values import (
    ANYTHING,
    ARGUMENT,
    CLASS_OBJECT,
    CONTAINER,
    EXTERNAL_INSTANCE,
    EXTERNAL_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    NOTHING,
    UNKNOWN,
    Value,
    Values,
    union,
)

if TYPE_CHECKING:
    from graph.evaluate import Evaluator


class Names:
    """Finds what the names of a program denote and what they are worth."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._brought: dict[tuple[str, int, bool], list[Attribute]] = {}
        self._near = ""
        self._bound_in: dict[tuple[int, str], int | None] = {}
        """Of the file that was asked for last, by scope and name."""
        self._receivers: dict[tuple[str, int], Values] = {}

    def named(self, place: Place, name: str) -> Values:
        """Return what a name is worth at a place."""
        answers = self._evaluator.answers
        if not answers.asked and (at := self.bound_in(place, name)) is not None:
            return answers.keep((place[0], at, name), lambda: self._named(place, name))
        return self._named(place, name)

    def _named(self, place: Place, name: str) -> Values:
        found = self.values_among(place[0], self.lookup(place, name))
        return union(self._evaluator.attribute_value(holder, each) for holder, each in found)

    def values_among(self, path: str, found: list[Denoted]) -> list[Denoted]:
        """Return those of several things with one name that are meant where a value is."""
        return self._evaluator.rules(path).meant(self._evaluator, found, as_type=False) if len(found) > 1 else found

    def lookup(self, place: Place, name: str, *, called: bool = False) -> list[Denoted]:
        """Return what a name denotes at a place: the bindings that reach it, or what the language gives to a name bound nowhere.

        ``called`` says that the name stands for what is called, where methods and variables may share a name.
        """
        path, start, position, branch = place
        flow, rules = self._evaluator.flow(path), self._evaluator.rules(path)
        scopes, at, crossed = flow.scopes, start, False
        while at >= 0:
            scope = scopes[at]
            found = scope.names.get(name)
            if found and scope.kind == BLOCK and rules.declared_before_use:
                found = [binding for binding in found if binding.kind != VARIABLE or binding.position <= position]
            if found and rules.functions_apart:
                found = rules.by_use(flow, found, called=called)
            if rules.receivers_are_implicit and (scope.kind == CLASS_SCOPE or (scope.flags & (EXTENSION | ANONYMOUS) and not found)):
                if members := rules.implicit_members(self._evaluator, path, at, name, called=called):
                    return members
            elif scope.kind == CLASS_SCOPE and not scope.flags & OPEN and (at != start or not rules.class_bodies_see_members):
                if rules.members_need_no_receiver and (members := rules.implicit_members(self._evaluator, path, at, name)):
                    return members
            elif found:
                if len(found) > 1 and not (rules.overloaded and all(each.kind == DEFINITION for each in found)):
                    found = reaching(flow.branches, found, END if crossed else position, 0 if crossed else branch, crossed=crossed)
                bound: list[Denoted] = [(None, FoundBinding(path, at, name, binding)) for binding in found]
                if at == 0 and name in rules.fallbacks and len(found) == 1:
                    certain = found[0].branch in ((0,) if crossed else chain(flow.branches, branch))
                    free = () if certain else rules.free_bindings(self._evaluator, place, name, called=called)
                    bound += [(None, each) for each in free]
                return bound
            crossed = crossed or scope.kind in {FUNCTION_SCOPE, CLASS_SCOPE}
            at = scope.parent
        return [(None, each) for each in rules.free_bindings(self._evaluator, place, name, called=called)]

    def bound_in(self, place: Place, name: str) -> int | None:
        """Return the scope whose binding a name denotes, all the same where in the place's scope it stands.

        That is negative where no scope binds the name (-1 less the scope of the place where that matters); None where the position matters.
        """
        path, start, _, _ = place
        if path != self._near:
            self._near, self._bound_in = path, {}
        key = (start, name)
        if key not in self._bound_in:
            self._bound_in[key] = self._find_scope(path, start, name)
        else:
            self._evaluator.look(path)
        return self._bound_in[key]

    def _find_scope(self, path: str, start: int, name: str) -> int | None:
        rules = self._evaluator.rules(path)
        if rules.functions_apart or rules.receivers_are_implicit or rules.members_need_no_receiver:
            return None
        scopes, at, crossed = self._evaluator.flow(path).scopes, start, False
        while at >= 0:
            scope = scopes[at]
            if scope.kind != CLASS_SCOPE or scope.flags & OPEN or (at == start and rules.class_bodies_see_members):
                found = scope.names.get(name)
                if found and scope.kind == BLOCK and rules.declared_before_use and any(each.kind == VARIABLE for each in found):
                    return None
                if found and at == 0 and name in rules.fallbacks:
                    return None
                if found:
                    return at if crossed or len(found) == 1 else None
            crossed = crossed or scope.kind in {FUNCTION_SCOPE, CLASS_SCOPE}
            at = scope.parent
        return -1 if rules.free_names_are_everywhere else -1 - start

    def denoted(
        self, place: Place, expression: Expression, *, as_type: bool = False, called: bool = False, held: Values | None = None
    ) -> list[Denoted]:
        """Return what a name or member denotes: bindings, followed through imports, or values that no binding in the program gives.

        ``held`` is what the object of a member is worth, where that is known.
        """
        evaluator, rules = self._evaluator, self._evaluator.rules(place[0])
        if expression[0] == NAME or (expression[0] == METHOD and not expression[2]):
            at = (place[0], place[1], expression[1], place[3])
            found = self.follow(self.lookup(at, expression[-1], called=called), called=called)
        elif expression[0] in {MEMBER, METHOD}:
            attributes: list[Denoted] = []
            held = evaluator.value(place, expression[2]) if held is None else held
            for holder in sorted(held, key=repr) if len(held) > 1 else held:
                members = evaluator.attributes(holder, expression[3], called=called)
                if rules.has_extensions and not any(isinstance(each, FoundBinding) for each in members):
                    members = rules.extensions(evaluator, place, holder, expression[3], called=called) or members
                attributes += [(holder, each) for each in members]
            found = self.follow(attributes, called=called)
        else:
            return []
        return found if len(found) < 2 else rules.meant(evaluator, found, as_type=as_type)

    def chosen(self, place: Place, callee: Expression, arguments: Arguments) -> list[Denoted]:
        """Return what a callee denotes that is called with these arguments."""
        found = self.denoted(place, callee, called=True)
        return self._evaluator.rules(place[0]).applicable(self._evaluator, place, found, arguments)

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
            self._evaluator.answers.solve(("b", *key), lambda: self._bring(path, index, called=called))
            known = self._brought.get(key, [])  # none yet when an import is asked for while it is looked for
        else:
            self._evaluator.answers.solve(("b", *key), lambda: NOTHING)  # for what it looked at
        return known

    def _bring(self, path: str, index: int, *, called: bool) -> Values:
        found: dict[Attribute, None] = {}
        pending, seen = [(path, index)], {(path, index)}
        while pending:
            at, target = pending.pop(0)
            for each in self._evaluator.rules(at).import_(self._evaluator, at, self._evaluator.flow(at).imports[target], called=called):
                if not isinstance(each, FoundBinding) or each.binding.kind != IMPORTED:
                    found[each] = None
                elif (onward := (each.path, each.binding.target)) not in seen:
                    seen.add(onward)
                    pending.append(onward)
        self._brought[path, index, called] = list(found)
        return NOTHING

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
            return self._narrowed(path, binding)
        if kind == PARAMETER:
            return self._parameter(path, scope, name, binding)
        if binding.type >= 0:
            declared = self._evaluator.declared(path, binding.type)
            if UNKNOWN not in declared or binding.value < 0:
                return declared
        if binding.value < 0:
            return NOTHING
        values = self._evaluator.root(path, binding.value)
        if kind == VARIABLE and UNKNOWN in values and binding.type < 0:
            declared = self._declared_beside(path, scope, name)
            return (values - ANYTHING) | declared if declared else values
        return values

    def _narrowed(self, path: str, binding: Binding) -> Values:
        """Return what a name is worth where a test has told what it is: see ``NARROWED`` in graph/flow.py."""
        evaluator = self._evaluator
        before = ANYTHING if binding.value < 0 else evaluator.root(path, binding.value)
        if binding.target == TO_ITSELF:
            found = evaluator.root(path, binding.type)
            return found if found and all(each[0] == CLASS_OBJECT for each in found) else before
        types = evaluator.declared(path, binding.type)
        if binding.target == TO_SUBCLASS:
            within = frozenset(value for value in before if value[0] == CLASS_OBJECT and self._is_one_of((INSTANCE, *value[1:]), types))
            types = frozenset(map(_class_of, types))
        elif binding.value < 0:
            return types
        else:
            within = frozenset(value for value in before if self._is_one_of(value, types))
        if binding.target == TO_OTHERS:
            return before - within
        return within if within and UNKNOWN not in before and not any(value[0] == ARGUMENT for value in before) else types

    def _is_one_of(self, value: Value, types: Values) -> bool:
        if value in types:
            return True
        if value[0] == CONTAINER:
            return any(each[0] == CONTAINER and each[1] == value[1] for each in types)
        if value[0] != INSTANCE:
            return False
        lineage = self._evaluator.lineage(value[1], value[2])
        return any(each[0] == INSTANCE and (CLASS_OBJECT, each[1], each[2]) in lineage for each in types)

    def _declared_beside(self, path: str, scope: int, name: str) -> Values:
        """Return the type that another binding of the name declares, which bounds all that is assigned to it."""
        found = self._evaluator.flow(path).scopes[scope]
        declared = [each for each in found.names.get(name, ()) if each.type >= 0 and each.kind in {VARIABLE, PARAMETER}]
        return self._evaluator.declared(path, declared[0].type) if len(declared) == 1 else NOTHING

    def _parameter(self, path: str, scope: int, name: str, binding: Binding) -> Values:
        if binding.type >= 0:
            declared = self._evaluator.declared(path, binding.type)
            if declared and UNKNOWN not in declared:
                return self._evaluator.rules(path).gathered(self.parameter(path, scope, name).taking, declared)
        anonymous = self._evaluator.flow(path).scopes[scope].flags & ANONYMOUS
        handed = self._evaluator.rules(path).handed(self._evaluator, path, scope, name) if anonymous else NOTHING
        return handed or frozenset({(ARGUMENT, path, scope, name)})

    def parameter(self, path: str, scope: int, name: str) -> Parameter:
        """Return a function's parameter by name."""
        return next(each for each in self._evaluator.flow(path).scopes[scope].parameters if each.name == name)

    def defined(self, path: str, scope: int) -> Values:
        """Return the class or function that a scope is, as its decorators leave it."""
        found = self._evaluator.flow(path).scopes[scope]
        if found.kind == CLASS_SCOPE:
            return frozenset({(CLASS_OBJECT, path, scope)})
        plain: Values = frozenset({(FUNCTION_OBJECT, path, scope, None)})
        if not found.decorators or found.flags & (STATIC | CLASS_METHOD | ACCESSOR | OVERLOAD):
            return plain
        return self._evaluator.answers.solve(("d", path, scope), lambda: self._decorated(path, found, plain))

    def _decorated(self, path: str, scope: Scope, value: Values) -> Values:
        for decorator in reversed(scope.decorators):
            made: set[Value] = set()
            for each in self._evaluator.root(path, decorator):
                made |= self._evaluator.called(each, self._evaluator.place(path, decorator), (), passing=value)
            value = frozenset(made) if made and UNKNOWN not in made else value
        return value

    def imported(self, path: str, index: int) -> Values:
        """Return what an import is worth."""
        return self._evaluator.answers.solve(("im", path, index), lambda: self._imported(path, index))

    def _imported(self, path: str, index: int) -> Values:
        rules = self._evaluator.rules(path)
        brought = rules.import_(self._evaluator, path, self._evaluator.flow(path).imports[index])
        found = self.values_among(path, [(None, each) for each in brought])
        return union(each if not isinstance(each, FoundBinding) else self.worth(each) for _, each in found)

    def worth(self, found: FoundBinding) -> Values:
        """Return what a binding gives its name."""
        return self.bound(found.path, found.scope, found.name, found.binding)

    def receiver(self, path: str, scope: int) -> Values:
        """Return the instance that the method around a scope works on; its class for a class method."""
        known = self._receivers.get((path, scope))
        if known is not None:
            self._evaluator.look(path)
            return known
        flow, rules = self._evaluator.flow(path), self._evaluator.rules(path)
        at = scope
        while at >= 0:
            found = flow.scopes[at]
            owner = found.parent
            while owner >= 0 and flow.scopes[owner].kind == BLOCK:
                owner = flow.scopes[owner].parent
            if found.kind == FUNCTION_SCOPE and owner >= 0 and flow.scopes[owner].kind == CLASS_SCOPE:
                kind = CLASS_OBJECT if found.flags & CLASS_METHOD else INSTANCE
                known = self._receivers[path, scope] = frozenset({(kind, path, owner)})
                return known
            if found.kind == CLASS_SCOPE:
                known = self._receivers[path, scope] = frozenset({(INSTANCE, path, at)})
                return known
            if found.kind == FUNCTION_SCOPE and rules.functions_have_receivers and not found.flags & TRANSPARENT:
                return rules.loose_receiver(self._evaluator, path, at)
            at = found.parent
        return rules.loose_receiver(self._evaluator, path, 0)


def _class_of(instance: Value) -> Value:
    kind = {INSTANCE: CLASS_OBJECT, EXTERNAL_INSTANCE: EXTERNAL_OBJECT}.get(instance[0])
    return (kind, *instance[1:]) if kind else UNKNOWN
