"""Scala beside what it shares with Java: one space of names, relative imports, linearization, ``apply``.

What implicit values and conversions bring is left unknown: a member that no supertype has is never looked for elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from graph.evaluate import Arguments, Attribute, Denoted, Evaluator, FoundBinding, Place
from graph.flow import CLASS_SCOPE, DEFINITION, FUNCTION_SCOPE, Binding, FileFlow, ImportedName
from graph.languages import jvm_library
from graph.languages.jvm import LATER_LIST
from graph.languages.jvm_rules import JvmRules
from graph.languages.overloads import fits
from graph.program import Program
from graph.values import (
    ANYTHING,
    BUILTIN_METHOD,
    CLASS_OBJECT,
    CONTAINER,
    EXTERNAL_INSTANCE,
    EXTERNAL_OBJECT,
    INSTANCE,
    NAMESPACE,
    UNKNOWN,
    Value,
    Values,
    container,
    union,
)

_TYPES = frozenset(
    str.split("""
    Any AnyRef AnyVal App Array Boolean Byte Char Char Double Either Equals Float Function Function0 Function1 Function2 Int Left List
    Long Map Nil None Nothing Null Option Ordering PartialFunction Product Right Seq Serializable Set Short Some StringContext Symbol
    Throwable Tuple2 Unit Vector Iterable Iterator IndexedSeq Stream LazyList BigInt BigDecimal Numeric Range StringBuilder deprecated
    inline specialized volatile transient throws tailrec native Error Exception Matchable CanEqual Conversion FunctionX Singleton
""")
)
_PREDEF = frozenset(
    str.split("""
    assert assume require println print printf identity implicitly summon locally classOf valueOf ??? String Map Set Class Manifest
""")
)
_OF_ARGUMENTS = frozenset({
    "List",
    "Seq",
    "Vector",
    "Set",
    "Some",
    "Array",
    "Option",
    "IndexedSeq",
    "Iterator",
    "Right",
    "LazyList",
    "Stream",
})
_SAME = frozenset({"map", "flatMap", "collect"})
_ELEMENT = frozenset({"head", "last", "get", "getOrElse", "apply", "orNull", "next", "min", "max", "find", "reduce"})
_ITSELF = frozenset(
    str.split("""
        filter filterNot tail init take drop reverse sorted sortBy distinct toList toSeq toVector iterator takeWhile dropWhile orElse toSet
    """)
)
_STANDARD_MEMBERS = (
    _SAME
    | _ELEMENT
    | _ITSELF
    | frozenset(
        str.split("""
            foreach forall exists foldLeft foldRight fold isEmpty nonEmpty size length contains mkString toString toArray toMap zip
            zipWithIndex headOption lastOption isDefined updated keys values groupBy partition span splitAt sum product count indexOf
            startsWith endsWith trim split toInt toLong toDouble equals hashCode getClass isLeft isRight left right toOption
        """)
    )
)


class ScalaRules(JvmRules):
    """Scala's rules over one program."""

    functions_apart = False
    has_extensions = True
    accessors_are_called = True
    builtin_package = "scala"
    call_method = "apply"
    default_packages: ClassVar[tuple[tuple[str, frozenset[str]], ...]] = (
        ("scala", _TYPES),
        ("scala.Predef", _PREDEF),
        ("java.lang", jvm_library.JAVA_LANG),
    )

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self._names: frozenset[str] | None = None

    def by_use(self, flow: FileFlow, found: list[Binding], *, called: bool) -> list[Binding]:
        """Return all: methods and values share their names; a Java method is no value."""
        return found if flow.language != "java" else super().by_use(flow, found, called=called)

    # Names.

    def qualified(self, evaluator: Evaluator, path: str, parts: Sequence[str], *, called: bool = False) -> list[Attribute]:
        """Return what a dotted name means, seen from the root or from a package around the file."""
        around = evaluator.flow(path).package.split(".")
        for cut in range(len(around), 0, -1):
            inner = [*around[:cut], *parts]
            leads = any(self.packages.leads(evaluator, ".".join(inner[:at])) for at in range(cut + 1, len(inner) + 1))
            if not leads and not self.packages.named(evaluator, ".".join(around[:cut]), parts[0]):
                continue
            found = super().qualified(evaluator, path, inner, called=called)
            if found and not (isinstance(found[0], frozenset) and any(each[0] in {EXTERNAL_OBJECT, UNKNOWN[0]} for each in found[0])):
                return found
        return super().qualified(evaluator, path, parts[1:] if parts[0] == "_root_" else parts, called=called)

    def free_bindings(self, evaluator: Evaluator, place: Place, name: str, *, called: bool = False) -> list[Attribute]:
        """Return what Java's rules find, or a package around the file or its member."""
        if name == "_root_":
            return [frozenset({(NAMESPACE, place[0], "")})]
        found = super().free_bindings(evaluator, place, name, called=called)
        if found != [ANYTHING]:
            return found
        around = evaluator.flow(place[0]).package.split(".")
        for cut in range(len(around) - 1, 0, -1):
            package = ".".join(around[:cut])
            outer: list[Attribute] = list(self.in_package(evaluator, place[0], package, name, called=called))
            if outer:
                return outer
            if self.packages.leads(evaluator, f"{package}.{name}"):
                return [frozenset({(NAMESPACE, place[0], f"{package}.{name}")})]
        return found

    def imported(self, evaluator: Evaluator, path: str, imported: ImportedName) -> list[Attribute]:
        """Return what an import brings: a name is not called differently here."""
        return self.import_(evaluator, path, imported)

    def overloads(self, evaluator: Evaluator, holder: Value, lineage: Sequence[Value], name: str) -> list[Attribute]:
        """Return the members of a name: methods that are not overridden, or the nearest value."""
        found = super().overloads(evaluator, holder, lineage, name)
        if any(isinstance(each, FoundBinding) for each in found):
            return found
        for each in lineage:
            if each[0] == CLASS_OBJECT:
                bindings = evaluator.opened(each).names.get(name, ())
                if bindings:
                    return [FoundBinding(each[1], each[2], name, binding) for binding in bindings]
        return found

    def implicit_members(self, evaluator: Evaluator, path: str, scope: int, name: str, *, called: bool = False) -> list[Denoted]:
        """Return the members of a class that a bare name denotes inside of it, those of the type it says it is mixed into last."""
        found = super().implicit_members(evaluator, path, scope, name, called=called)
        return found or ([] if name.endswith((".this", ".super")) else self._of_self_types(evaluator, path, scope, name, called=called))

    @staticmethod
    def _of_self_types(evaluator: Evaluator, path: str, scope: int, name: str, *, called: bool) -> list[Denoted]:
        """Return the members of a name in the types that a class says its instances have too."""
        found: list[Denoted] = []
        around = evaluator.flow(path).scopes[scope]
        for root in around.decorators if around.kind == CLASS_SCOPE else ():
            for holder in sorted(evaluator.declared(path, root), key=repr):
                if holder[0] == INSTANCE:
                    found += [(holder, each) for each in evaluator.own_attributes(holder, name, called=called)]
        return found

    def extensions(self, evaluator: Evaluator, place: Place, holder: Value, name: str, *, called: bool) -> list[Attribute]:
        """Return nothing known for a member of a foreign type that an implicit conversion of the program may bring.

        An instance of the program has the members of its self type where its own class lacks them.
        """
        del place
        if holder[0] == INSTANCE:
            return [each for _, each in self._of_self_types(evaluator, holder[1], holder[2], name, called=called)]
        if holder[0] not in {EXTERNAL_INSTANCE, CONTAINER} or name in _STANDARD_MEMBERS:
            return []
        evaluator.look(f"definitions of {name}")
        return [ANYTHING] if name in self._defined_names() else []

    def _defined_names(self) -> frozenset[str]:
        if self._names is None:
            paths = [path for path, language in self.program.languages.items() if language == "scala"]
            scopes = (scope for path in paths for scope in self.program.unit(path).flow.scopes)
            self._names = frozenset(scope.name for scope in scopes if scope.kind == FUNCTION_SCOPE and scope.name)
        return self._names

    # Calls.

    def applicable(self, evaluator: Evaluator, place: Place, found: list[Denoted], arguments: Arguments) -> list[Denoted]:
        """Return the overloads that a call can mean; calling a class or object means its ``apply`` where it has one."""
        opened: list[Denoted] = []
        for holder, each in found:
            opened += self._applied(evaluator, holder, each)
        later = any(keyword == LATER_LIST for keyword, _ in arguments)
        flat = [("" if keyword == LATER_LIST else keyword, given) for keyword, given in arguments]
        functions = [each for _, each in opened if isinstance(each, FoundBinding) and _is_function(evaluator, each)]
        if len(opened) == 1 and len(functions) == 1:
            scope = evaluator.flow(functions[0].path).scopes[functions[0].binding.target]
            return opened if not later or fits(scope, flat) else [(None, ANYTHING)]
        chosen = super().applicable(evaluator, place, opened, flat)
        if chosen == [(None, ANYTHING)] and functions and not later:
            return opened
        return chosen

    def _applied(self, evaluator: Evaluator, holder: Value | None, each: Attribute) -> list[Denoted]:
        if not isinstance(each, FoundBinding) or each.binding.kind != DEFINITION:
            return [(holder, each)]
        scope = evaluator.flow(each.path).scopes[each.binding.target]
        if scope.kind != CLASS_SCOPE or not scope.names.get("apply"):
            return [(holder, each)]
        flow = evaluator.flow(each.path)
        made = [one for one in scope.names["apply"] if one.kind == DEFINITION and flow.scopes[one.target].parent != each.binding.target]
        made = made or [one for one in scope.names["apply"] if one.kind == DEFINITION]
        holder = (CLASS_OBJECT, each.path, each.binding.target)
        return [(holder, FoundBinding(each.path, each.binding.target, "apply", one)) for one in made] or [(holder, each)]

    # Classes.

    def linearize(self, evaluator: Evaluator, path: str, scope: int) -> tuple[Value, ...]:
        """Return a class and its supertypes, the last trait first, each after all of its heirs (Scala Language Specification 5.1.2)."""
        line: list[Value] = []
        for values in reversed(evaluator.bases(path, scope)):
            for value in sorted(values, key=repr):
                line += evaluator.lineage(value[1], value[2]) if value[0] == CLASS_OBJECT else [value]
        own: Value = (CLASS_OBJECT, path, scope)
        kept = [each for at, each in enumerate(line) if each != own and each not in line[at + 1 :]]
        return (own, *kept)

    # What the library yields.

    def builtin_symbol(self, holder: Value, name: str) -> tuple[str, str]:
        """Return package and symbol of a method of a generic type."""
        if holder[0] == CONTAINER and "." not in holder[1]:
            return "scala", f"{holder[1]}.{name}"
        return super().builtin_symbol(holder, name)

    def call_external(self, evaluator: Evaluator, callee: Value, place: Place, arguments: Arguments, passing: Values | None) -> Values:
        """Return what a function of the library yields."""
        if callee[0] == EXTERNAL_OBJECT and callee[1] == "scala" and callee[2] in _OF_ARGUMENTS:
            values = union(evaluator.value(place, given) for _, given in arguments)
            return frozenset({container(f"scala.{callee[2]}", values)})
        if callee[0] == BUILTIN_METHOD and callee[1][0] == CONTAINER and callee[1][1].startswith("scala.") and callee[1][2]:
            holder: Value = tuple(callee[1])
            name = str(callee[2])
            element: Values = holder[2][-1]
            if name in _ITSELF:
                return frozenset({holder})
            if name in _ELEMENT and "Map" not in holder[1]:
                return element
            if name in _SAME and arguments:
                made = union(evaluator.called(each, place, ()) for each in evaluator.value(place, arguments[0][1]))
                inner = union(each[2][-1] if each[0] == CONTAINER and each[2] else ANYTHING for each in made)
                return frozenset({container(holder[1], inner if name == "flatMap" else made)})
            return ANYTHING
        if callee[0] == EXTERNAL_OBJECT and callee[2][:1].isupper() and "." not in callee[2]:
            return frozenset({(EXTERNAL_INSTANCE, callee[1], callee[2])})
        return super().call_external(evaluator, callee, place, arguments, passing)


def _is_function(evaluator: Evaluator, found: FoundBinding) -> bool:
    return found.binding.kind == DEFINITION and evaluator.flow(found.path).scopes[found.binding.target].kind == FUNCTION_SCOPE


RULES = ScalaRules
