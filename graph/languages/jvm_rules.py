"""What Java, Kotlin, Scala and C# have in common: overloads, types, and what functions without a name are given.

Which overload is meant follows the Java Language Specification (15.12.2) as far as types are known: by number of arguments, by their
types, without variable arguments before with them, and the most specific one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graph.evaluate import Arguments, Attribute, Denoted, Evaluator, FoundBinding, Place
from graph.flow import (
    CALL,
    DEFINITION,
    EITHER,
    INDEX,
    LITERAL,
    MEMBER,
    NAME,
    NEW,
    OPEN,
    SEQUENCE,
    VARIABLE,
    Expression,
    FileFlow,
    Scope,
)
from graph.languages import jvm_library
from graph.languages.jvm import ARRAY, CONSTRUCTOR, TRAILING
from graph.languages.jvm_contracts import inherited_answers
from graph.languages.jvm_names import JvmNames
from graph.languages.jvm_overloads import choose
from graph.languages.overloads import hides, overridden
from graph.rules import Kept
from graph.values import (
    ANYTHING,
    BUILTIN_METHOD,
    CLASS_OBJECT,
    CONTAINER,
    EXTERNAL_INSTANCE,
    EXTERNAL_OBJECT,
    INSTANCE,
    NOTHING,
    UNKNOWN,
    Value,
    Values,
    container,
    union,
)


class JvmRules(JvmNames):
    """What the rules of Java, Kotlin and Scala share."""

    def choose(self, evaluator: Evaluator, place: Place, found: list[Denoted], arguments: Arguments) -> list[Denoted]:
        """Return the functions that can take the arguments, whatever a language makes of what is called before that."""
        return choose(evaluator, place, found, arguments)

    # Overloads.

    def overloads(self, evaluator: Evaluator, holder: Value, lineage: Sequence[Value], name: str) -> list[Attribute]:
        """Return the methods of a name, without those that are overridden, and what a foreign supertype may have."""
        if name == CONSTRUCTOR:
            lineage = lineage[:1]
        found: list[FoundBinding] = []
        outside = [each for each in lineage if each[0] != CLASS_OBJECT]
        for each in (each for each in lineage if each[0] == CLASS_OBJECT):
            scope, flow = evaluator.opened(each), evaluator.flow(each[1])
            own = [binding for binding in self.by_use(flow, scope.names.get(name, []), called=True) if binding.kind == DEFINITION]
            # Only a lower class hides one: overloads of the same class that a type parameter makes look alike are two.
            seen = [binding for binding in own if not any(hides(evaluator, one, flow, binding) for one in found)]
            found += [FoundBinding(each[1], each[2], name, binding) for binding in seen]
        if name == CONSTRUCTOR and not found and lineage and not outside:
            return [frozenset({lineage[0]})]
        if found and not outside:
            return list(found)
        return [*found, *self._foreign(outside, name)] or self.missing(evaluator, holder, name)

    def _foreign(self, outside: Sequence[Value], name: str) -> list[Attribute]:
        if UNKNOWN in outside:
            return [ANYTHING]
        if name in jvm_library.OBJECT_METHODS and all(jvm_library.harmless(each) for each in outside):
            return [frozenset({(EXTERNAL_OBJECT, "java.lang", f"Object.{name}")})]
        candidates = [each for each in outside if not jvm_library.lacks(each, name)]
        return [frozenset({(EXTERNAL_OBJECT, each[1], f"{each[2]}.{name}")}) for each in candidates[:1]]

    def missing(self, evaluator: Evaluator, holder: Value, name: str) -> list[Attribute]:
        """Return what a method may be that no supertype in the program has."""
        del evaluator, holder
        if name in jvm_library.OBJECT_METHODS:
            return [frozenset({(EXTERNAL_OBJECT, "java.lang", f"Object.{name}")})]
        return [ANYTHING]

    def applicable(self, evaluator: Evaluator, place: Place, found: list[Denoted], arguments: Arguments) -> list[Denoted]:
        """Return the overloads that a call can mean."""
        return self.choose(evaluator, place, found, arguments)

    def constructors_of(self, evaluator: Evaluator, class_: Value, place: Place, arguments: Arguments) -> list[FoundBinding]:
        """Return the constructors that a class has for these arguments."""
        found: list[Denoted] = [(None, each) for each in evaluator.own_attributes(class_, CONSTRUCTOR, called=True)]
        chosen = self.choose(evaluator, place, found, arguments) if found else []
        return [each for _, each in chosen if isinstance(each, FoundBinding)]

    def overrides(self, flow: FileFlow, method: Scope, above: FileFlow, candidates: Sequence[Scope]) -> Scope | None:
        """Return the method with as many parameters of the same types, if neither is private or final by what it does not say."""
        return overridden(flow, method, above, [each for each in candidates if each.flags & OPEN]) if method.flags & OPEN else None

    def kept(self, evaluator: Evaluator, path: str) -> Iterator[Kept]:
        """Return what classes answer for an interface with a method that they inherit."""
        return inherited_answers(evaluator, path)

    # Types.

    def literal(self, type_: str) -> Values:
        """Return a value of a built-in type; nothing for ``null``."""
        return NOTHING if type_ in {"null", "void"} else frozenset({(EXTERNAL_INSTANCE, self.builtin_package, type_)})

    def instances(self, evaluator: Evaluator, place: Place, expression: Expression) -> Values:
        """Return instances of the type that an expression names."""
        if expression[0] == INDEX:
            arguments = expression[3][3] if expression[3][0] == SEQUENCE else (expression[3],)
            return self._generic(evaluator, place, expression[2], arguments)
        return super().instances(evaluator, place, expression)

    def instance_of(self, evaluator: Evaluator, place: Place, found: Attribute) -> Values:
        """Return instances of a class, or of the bound of a type parameter."""
        if isinstance(found, FoundBinding) and found.binding.kind == VARIABLE:
            return evaluator.declared(found.path, found.binding.type) if found.binding.type >= 0 else ANYTHING
        return super().instance_of(evaluator, place, found)

    def _generic(self, evaluator: Evaluator, place: Place, of: Expression, arguments: Sequence[Expression]) -> Values:
        parts = [self.instances(evaluator, place, each) if each[0] != EITHER or each[2] else ANYTHING for each in arguments]
        if of[0] == LITERAL:
            return frozenset({container(of[2], *parts)})
        found: set[Value] = set()
        for made in self.instances(evaluator, place, of):
            found.add(container(f"{made[1]}.{made[2]}", *parts) if made[0] == EXTERNAL_INSTANCE else made)
        return frozenset(found)

    def gathered(self, taking: int, declared: Values) -> Values:
        """Return the array that variable arguments are."""
        return frozenset({container(ARRAY, declared)}) if taking else declared

    # Classes.

    def base(self, evaluator: Evaluator, path: str, root: int) -> Values:
        """Return the class that a base is, whatever it is applied to."""
        place, expression = evaluator.place(path, root), evaluator.flow(path).roots[root].expression
        while expression is not None and expression[0] in {INDEX, CALL, NEW, EITHER}:
            expression = expression[2] if expression[0] != EITHER else expression[2][0] if expression[2] else None
        if expression is None:
            return ANYTHING
        if expression[0] == LITERAL:
            package, _, symbol = expression[2].rpartition(".")
            return frozenset({(EXTERNAL_OBJECT, package, symbol)})
        made = union(self.instance_of(evaluator, place, each) for _, each in evaluator.denoted(place, expression))
        return frozenset(
            (CLASS_OBJECT, *each[1:]) if each[0] == INSTANCE else (EXTERNAL_OBJECT, *each[1:]) if each[0] == EXTERNAL_INSTANCE else UNKNOWN
            for each in made
        )

    # What functions without a name are given.

    def handed(self, evaluator: Evaluator, path: str, scope: int, name: str) -> Values:
        """Return what a lambda's parameter is, by the function type that it is passed for."""
        index = next((at for at, each in enumerate(evaluator.flow(path).scopes[scope].parameters) if each.name == name), -1)
        return evaluator.answers.solve(("hd", path, scope, index), lambda: self._handed_to(evaluator, path, scope, index))

    def call_with(self, evaluator: Evaluator, path: str, scope: int) -> tuple[Place, Expression, int] | None:
        """Return the call that a function without a name is an argument of: where it stands, and which argument it is."""
        if path not in self._handed:
            self._handed[path] = jvm_library.calls_with_functions(evaluator.flow(path))
        at = self._handed[path].get(scope)
        if at is None or at[1][0] != CALL or at[1][2][0] not in {NAME, MEMBER}:
            return None
        return (path, *at[0][1:]), at[1], at[2]

    def parameter_types(self, evaluator: Evaluator, place: Place, call: Expression, given: int) -> Values:
        """Return the declared types of the parameter that an argument of a call is for."""
        found: set[Value] = set()
        for holder, each in evaluator.chosen(place, call[2], call[3]):
            if isinstance(each, FoundBinding) and each.binding.kind == DEFINITION:
                parameters = self.seen(holder, evaluator.flow(each.path).scopes[each.binding.target]).parameters
                keyword = call[3][given][0]
                at = len(parameters) - 1 if keyword == TRAILING else given
                parameter = next((one for one in parameters if one.name == keyword), parameters[at] if 0 <= at < len(parameters) else None)
                if parameter is not None and parameter.type >= 0:
                    found |= evaluator.declared(each.path, parameter.type)
        return frozenset(found)

    def _handed_to(self, evaluator: Evaluator, path: str, scope: int, index: int) -> Values:
        at = self.call_with(evaluator, path, scope)
        if at is None or index < 0:
            return NOTHING
        place, call, given = at
        found: set[Value] = set()
        for type_ in self.parameter_types(evaluator, place, call, given):
            found |= self._given(evaluator, type_, index)
        for holder, each in evaluator.chosen(place, call[2], call[3]):
            if not isinstance(each, FoundBinding) and holder is not None:
                found |= self._given_by_library(evaluator, path, holder, call[2][-1], index)
        return frozenset(found)

    def seen(self, holder: Value | None, scope: Scope) -> Scope:
        """Return a function as its call sees it."""
        del holder
        return scope

    def _given_by_library(self, evaluator: Evaluator, path: str, holder: Value, name: str, index: int) -> Values:
        """Return what a method of a foreign generic type gives to the function that it is passed."""
        del evaluator, path
        return jvm_library.given_to(holder, name, index) if holder[0] == CONTAINER else NOTHING

    def _given(self, evaluator: Evaluator, type_: Value, index: int) -> Values:
        """Return what a function type gives its parameter at a position."""
        if type_[0] == CONTAINER:
            return jvm_library.parameter_of(type_, index)
        if type_[0] != INSTANCE:
            return NOTHING
        for method in jvm_library.abstract_methods(evaluator, type_):
            parameters = evaluator.opened(method).parameters
            if index < len(parameters) and parameters[index].type >= 0:
                return evaluator.declared(method[1], parameters[index].type)
        return NOTHING

    # What is not in the program.

    def builtin_symbol(self, holder: Value, name: str) -> tuple[str, str]:
        """Return package and symbol of a method of a foreign generic type."""
        if holder[0] != CONTAINER or holder[1] == ARRAY:
            return "java.lang", f"Array.{name}"
        package, _, symbol = holder[1].rpartition(".")
        while package.rpartition(".")[2][:1].isupper():
            package, _, outer = package.rpartition(".")
            symbol = f"{outer}.{symbol}"
        return package, f"{symbol}.{name}"

    def call_external(self, evaluator: Evaluator, callee: Value, place: Place, arguments: Arguments, passing: Values | None) -> Values:
        """Return what calling a method of the Java library yields."""
        del passing
        if callee[0] == BUILTIN_METHOD and callee[1][0] == CONTAINER:
            return jvm_library.method_of(evaluator, callee[1], callee[2], place, arguments)
        if callee[0] == EXTERNAL_OBJECT:
            return jvm_library.function(evaluator, callee, place, arguments)
        return ANYTHING

    def iterated(self, evaluator: Evaluator, value: Value) -> Values:
        """Return what a loop over a value yields."""
        if value[0] == CONTAINER and value[2]:
            return value[2][-1]
        if value[0] == INSTANCE:
            made = union(evaluator.called(each, None, ()) for each in evaluator.member(value, "iterator", called=True))
            return union(each[2][-1] if each[0] == CONTAINER and each[2] else ANYTHING for each in made) or ANYTHING
        return ANYTHING
