"""Kotlin beside what it shares with Java: extensions, receivers of lambdas, functions and properties outside of classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from graph.evaluate import Arguments, Attribute, Denoted, Evaluator, FoundBinding, Place
from graph.flow import (
    CLASS_SCOPE,
    DEFINITION,
    FUNCTION_SCOPE,
    IMPORTED,
    INTERFACE,
    MEMBER,
    OPEN,
    WRITTEN_OUT,
    Binding,
    FileFlow,
    ImportedName,
    Scope,
)
from graph.languages import jvm_library
from graph.languages.jvm import CONSTRUCTOR
from graph.languages.jvm_rules import JvmRules
from graph.languages.overloads import is_type_parameter, overridden
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
    union,
)

_TYPES = frozenset(
    str.split("""
    Any Annotation Array Boolean BooleanArray Byte ByteArray Char CharArray CharSequence Cloneable Comparable Deprecated Double
    DoubleArray Enum Error Exception Float FloatArray Function IllegalArgumentException IllegalStateException
    IndexOutOfBoundsException Int IntArray Lazy Long LongArray NoSuchElementException Nothing NullPointerException Number
    NumberFormatException OptIn Pair PublishedApi ReplaceWith Result RuntimeException Short ShortArray String Suppress Throwable
    Triple UInt ULong Unit UnsupportedOperationException UnsafeVariance ClassCastException AssertionError
    ConcurrentModificationException ArithmeticException
""")
)
_FUNCTIONS = frozenset(
    str.split("""
    arrayOf arrayOfNulls byteArrayOf check checkNotNull emptyArray error intArrayOf lazy lazyOf longArrayOf repeat require
    requireNotNull run runCatching synchronized TODO with to also apply let takeIf takeUnless
""")
)
_COLLECTIONS = frozenset(
    str.split("""
    ArrayList Collection HashMap HashSet Iterable Iterator LinkedHashMap LinkedHashSet List ListIterator Map MutableCollection
    MutableIterable MutableIterator MutableList MutableMap MutableSet Set IndexedValue ArrayDeque arrayListOf buildList buildMap
    buildSet emptyList emptyMap emptySet hashMapOf hashSetOf linkedMapOf listOf listOfNotNull mapOf mutableListOf mutableMapOf
    mutableSetOf setOf setOfNotNull sortedMapOf
""")
)
_SCOPE_FUNCTIONS = frozenset({"let", "run", "apply", "also", "takeIf", "takeUnless", "use"})
_RECEIVERS = frozenset({"run", "apply", "with"})
_LISTS = {"listOf": "List", "mutableListOf": "MutableList", "setOf": "Set", "mutableSetOf": "MutableSet", "arrayOf": "Array"}


class KotlinRules(JvmRules):
    """Kotlin's rules over one program."""

    has_extensions = True
    builtin_package = "kotlin"
    call_method = "invoke"
    default_packages: ClassVar[tuple[tuple[str, frozenset[str]], ...]] = (
        ("kotlin", _TYPES | _FUNCTIONS),
        ("kotlin.collections", _COLLECTIONS),
        ("kotlin.text", frozenset({"Regex", "StringBuilder", "buildString", "Appendable", "MatchResult", "RegexOption", "Charsets"})),
        ("kotlin.io", frozenset({"print", "println", "readLine", "readln"})),
        ("kotlin.sequences", frozenset({"Sequence", "sequence", "sequenceOf", "emptySequence", "generateSequence"})),
        ("kotlin.jvm", frozenset({"JvmStatic", "JvmField", "JvmOverloads", "JvmName", "Volatile", "Throws", "Synchronized", "Transient"})),
        ("java.lang", jvm_library.JAVA_LANG),
    )

    def by_use(self, flow: FileFlow, found: list[Binding], *, called: bool) -> list[Binding]:
        """Return the functions and classes of a name where it is called, properties where there are none; all but functions elsewhere."""
        functions = [each for each in found if each.kind == DEFINITION and flow.scopes[each.target].kind == FUNCTION_SCOPE]
        if not called:
            return [each for each in found if each not in functions]
        classes = [
            each
            for each in found
            if each.kind == DEFINITION
            and flow.scopes[each.target].kind == CLASS_SCOPE
            and not (functions and flow.scopes[each.target].flags & INTERFACE)
        ]
        imported = [each for each in found if each.kind == IMPORTED]
        return [*functions, *classes, *imported] or ([] if flow.language == "java" else self._callable(flow, found))

    def _callable(self, flow: FileFlow, found: list[Binding]) -> list[Binding]:
        """Return the variables that may hold a function: a plain value of the same name as a function hides nothing."""
        del flow
        return [each for each in found if each.type >= 0 or each.value >= 0 or each.kind not in {DEFINITION}]

    def imported(self, evaluator: Evaluator, path: str, imported: ImportedName) -> list[Attribute]:
        """Return all that an import brings, extensions too."""
        found = super().imported(evaluator, path, imported)
        aside = ImportedName(imported.module, f".{imported.name}", imported.position)
        if imported.name != "*":
            extended = [*self.import_(evaluator, path, aside, called=True), *self.import_(evaluator, path, aside)]
            known: list[Attribute] = [each for each in (*found, *extended) if isinstance(each, FoundBinding)]
            return known or found
        return found

    def overrides(self, flow: FileFlow, method: Scope, above: FileFlow, candidates: Sequence[Scope]) -> Scope | None:
        """Return what a method overrides that may: where it says so the other one must be open, as the platform at hand has it."""
        return overridden(flow, method, above, candidates) if method.flags & OPEN else None

    def choose(self, evaluator: Evaluator, place: Place, found: list[Denoted], arguments: Arguments) -> list[Denoted]:
        """Return the functions that can take the arguments; the class for its primary constructor, which is no function of its own."""
        chosen = super().choose(evaluator, place, found, arguments)
        return [(holder, _class_of(evaluator, each)) for holder, each in chosen]

    def applicable(self, evaluator: Evaluator, place: Place, found: list[Denoted], arguments: Arguments) -> list[Denoted]:
        """Return the overloads that a call can mean; for a bare name outside of classes also the extensions of a receiver around it."""
        loose = [each for holder, each in found if holder is None and isinstance(each, FoundBinding) and each.scope == 0]
        if not loose or len(loose) != len(found) or loose[0].binding.kind != DEFINITION or loose[0].name.startswith("."):
            return super().applicable(evaluator, place, found, arguments)
        extended = self.implicit_extensions(evaluator, place, loose[0].name)
        chosen = super().applicable(evaluator, place, extended or found, arguments)
        plain = [each for each in chosen if not _is_interface(evaluator, each[1])]  # it has a function of its name to make one
        return plain or chosen

    def implicit_extensions(self, evaluator: Evaluator, place: Place, name: str) -> list[Denoted]:
        """Return the extensions of a name that a receiver around a place can take, the innermost receiver first."""
        levels = [level for level in self._extension_levels(evaluator, place, f".{name}", called=True) if level]
        if not levels:
            return []
        flow, at = evaluator.flow(place[0]), place[1]
        while at >= 0:
            receivers: Values = NOTHING
            if flow.scopes[at].kind == CLASS_SCOPE:
                receivers = frozenset({(INSTANCE, place[0], at)})
            elif flow.scopes[at].kind == FUNCTION_SCOPE:
                receivers = self.receivers(evaluator, place[0], at)
            for receiver in sorted(receivers, key=repr):
                for level in levels:
                    fitting: list[Denoted] = [(receiver, each) for each in level if self._takes(evaluator, each, receiver)]
                    if fitting:
                        return fitting
            at = flow.scopes[at].parent
        return []

    def implicit_members(self, evaluator: Evaluator, path: str, scope: int, name: str, *, called: bool = False) -> list[Denoted]:
        """Return the members of a class, or of the receiver of an extension or lambda."""
        found = evaluator.flow(path).scopes[scope]
        if found.kind == CLASS_SCOPE:
            if name == "this":
                return [(None, frozenset({(INSTANCE, path, scope)}))]
            return super().implicit_members(evaluator, path, scope, name, called=called)
        if name.endswith(".this"):
            return self._labelled(evaluator, path, scope, name.removesuffix(".this"))
        members: list[Denoted] = []
        for receiver in sorted(self.receivers(evaluator, path, scope), key=repr):
            if name == "this":
                members.append((None, frozenset({receiver})))
            elif receiver[0] in {INSTANCE, CLASS_OBJECT}:
                members += [(receiver, each) for each in evaluator.own_attributes(receiver, name, called=called)]
        return members

    def _labelled(self, evaluator: Evaluator, path: str, scope: int, label: str) -> list[Denoted]:
        found = evaluator.flow(path).scopes[scope]
        if found.name == label:
            return [(None, self.receivers(evaluator, path, scope))]
        return []

    def receivers(self, evaluator: Evaluator, path: str, scope: int) -> Values:
        """Return what ``this`` is in an extension or in a lambda that has a receiver."""
        flow = evaluator.flow(path)
        bound = flow.scopes[scope].names.get("this")
        if bound:
            return evaluator.declared(path, bound[0].type)
        if flow.scopes[scope].name:
            return NOTHING
        return evaluator.answers.solve(("rv", path, scope), lambda: self._receiver_of(evaluator, path, scope))

    def _receiver_of(self, evaluator: Evaluator, path: str, scope: int) -> Values:
        at = self.call_with(evaluator, path, scope)
        if at is None:
            return NOTHING
        place, call, given = at
        name = call[2][-1]
        if name in _RECEIVERS and call[2][0] == MEMBER:
            return evaluator.value(place, call[2][2])
        if name == "with" and len(call[3]) > 1:
            return evaluator.value(place, call[3][0][1])
        found: set[Value] = set()
        for type_ in self.parameter_types(evaluator, place, call, given):
            if type_[0] == CONTAINER and type_[1] == "kotlin.ExtensionFunction":
                found |= type_[2][0]
        return frozenset(found - {UNKNOWN})

    def _handed_to(self, evaluator: Evaluator, path: str, scope: int, index: int) -> Values:
        at = self.call_with(evaluator, path, scope)
        if at is not None and at[1][2][0] == MEMBER and at[1][2][-1] in {"let", "also", "takeIf", "takeUnless", "use"}:
            return evaluator.value(at[0], at[1][2][2])
        return super()._handed_to(evaluator, path, scope, index)

    def _given(self, evaluator: Evaluator, type_: Value, index: int) -> Values:
        if type_[0] == CONTAINER and type_[1] in {"kotlin.Function", "kotlin.ExtensionFunction"}:
            given = type_[2][type_[1] == "kotlin.ExtensionFunction" : -1]
            return given[index] if index < len(given) else NOTHING
        return super()._given(evaluator, type_, index)

    # Extensions.

    def extensions(self, evaluator: Evaluator, place: Place, holder: Value, name: str, *, called: bool) -> list[Attribute]:
        """Return the nearest extensions of a name that take a value; of the library, those that hand on their receiver."""
        if holder[0] not in {INSTANCE, CLASS_OBJECT, EXTERNAL_INSTANCE, CONTAINER}:
            return []
        for level in self._extension_levels(evaluator, place, f".{name}", called=called):
            fitting: list[Attribute] = [each for each in level if self._takes(evaluator, each, holder)]
            if fitting:
                return fitting
        if called and name in _SCOPE_FUNCTIONS:
            return [frozenset({(BUILTIN_METHOD, holder, name)})]
        return []

    def _extension_levels(self, evaluator: Evaluator, place: Place, key: str, *, called: bool) -> list[list[FoundBinding]]:
        path, at = place[0], place[1]
        flow = evaluator.flow(path)
        levels: list[list[FoundBinding]] = []
        while at >= 0:
            here: list[Denoted]
            if flow.scopes[at].kind == CLASS_SCOPE:
                here = self.implicit_members(evaluator, path, at, key, called=called)
            else:
                here = [(None, FoundBinding(path, at, key, each)) for each in flow.scopes[at].names.get(key, ())]
            levels.append([each for _, each in here if isinstance(each, FoundBinding) and each.binding.kind != IMPORTED])
            if at == 0:
                levels.insert(-1, self._imported_extensions(evaluator, path, here, key, called=called))
            at = flow.scopes[at].parent
        levels.append(self.in_package(evaluator, path, flow.package, key, called=called))
        wild = [each.module for each in flow.imports if each.name == "*"]
        levels.append([each for module in wild for each in self.in_package(evaluator, path, module, key, called=called)])
        return levels

    def _imported_extensions(
        self, evaluator: Evaluator, path: str, here: Sequence[Denoted], key: str, *, called: bool
    ) -> list[FoundBinding]:
        found: list[FoundBinding] = []
        for _, each in here:
            if isinstance(each, FoundBinding) and each.binding.kind == IMPORTED:
                imported = evaluator.flow(path).imports[each.binding.target]
                aside = ImportedName(imported.module, f".{imported.name}", imported.position)
                found += [one for one in self.import_(evaluator, path, aside, called=called) if isinstance(one, FoundBinding)]
        return [each for each in found if each.name.startswith(key[:1])]

    def _takes(self, evaluator: Evaluator, extension: FoundBinding, holder: Value) -> bool:
        """Say whether a value is of the type that an extension is for."""
        if extension.binding.kind != DEFINITION:
            return False
        bound = evaluator.flow(extension.path).scopes[extension.binding.target].names.get("this")
        if not bound:
            return False
        if is_type_parameter(evaluator, extension.path, bound[0].type):
            return True
        for wanted in evaluator.declared(extension.path, bound[0].type):
            if wanted[0] == INSTANCE and holder[0] == INSTANCE:
                if (CLASS_OBJECT, *wanted[1:]) in evaluator.lineage(holder[1], holder[2]):
                    return True
            elif (wanted[0] == EXTERNAL_INSTANCE and wanted[2] == "Any") or (_title(wanted) and _title(wanted) in _above(holder)):
                return True
        return False

    def free_bindings(self, evaluator: Evaluator, place: Place, name: str, *, called: bool = False) -> list[Attribute]:
        """Return what Java's rules find, or the extension of ``this`` that a bare name may be."""
        if name in {"this", "field", "it"}:
            return [ANYTHING]
        found = super().free_bindings(evaluator, place, name, called=called)
        if found == [ANYTHING] and called:
            return [each for _, each in self.implicit_extensions(evaluator, place, name)] or found
        return found

    # What the library yields.

    def builtin_symbol(self, holder: Value, name: str) -> tuple[str, str]:
        """Return package and symbol of a function that everything has, or of a method of a generic type."""
        if name in _SCOPE_FUNCTIONS:
            return "kotlin", name
        return super().builtin_symbol(holder, name)

    def call_external(self, evaluator: Evaluator, callee: Value, place: Place, arguments: Arguments, passing: Values | None) -> Values:
        """Return what a function of the library yields."""
        name = callee[2].rpartition(".")[2]
        last = arguments[-1][1] if arguments else None
        if name in {"apply", "also", "takeIf", "takeUnless"} and callee[0] == BUILTIN_METHOD:
            return frozenset({callee[1]})
        if last is not None and (name in _SCOPE_FUNCTIONS or name in {"with", "runCatching", "synchronized"}):
            return union(evaluator.called(each, place, ()) for each in evaluator.value(place, last))
        if callee[0] == EXTERNAL_OBJECT and callee[1] == "kotlin.collections" and name in _LISTS and arguments:
            values = union(evaluator.value(place, given) for _, given in arguments)
            return frozenset({(CONTAINER, f"kotlin.collections.{_LISTS[name]}", (values,))})
        if callee[0] == EXTERNAL_OBJECT and name in {"requireNotNull", "checkNotNull"} and arguments:
            return evaluator.value(place, arguments[0][1])
        return super().call_external(evaluator, callee, place, arguments, passing)


def _class_of(evaluator: Evaluator, found: Attribute) -> Attribute:
    if not isinstance(found, FoundBinding) or found.name != CONSTRUCTOR:
        return found
    is_primary = evaluator.flow(found.path).scopes[found.binding.target].flags & WRITTEN_OUT
    return frozenset({(CLASS_OBJECT, found.path, found.scope)}) if is_primary else found


def _is_interface(evaluator: Evaluator, found: Attribute) -> bool:
    if not isinstance(found, FoundBinding) or found.binding.kind != DEFINITION:
        return False
    return bool(evaluator.flow(found.path).scopes[found.binding.target].flags & INTERFACE)


def _title(value: Value) -> str:
    if value[0] == CONTAINER:
        return str(value[1]).rpartition(".")[2]
    return str(value[2]).rpartition(".")[2] if value[0] == EXTERNAL_INSTANCE else ""


_ABOVE = {
    "MutableList": ("List", "MutableCollection", "Collection", "MutableIterable", "Iterable"),
    "List": ("Collection", "Iterable"), "Set": ("Collection", "Iterable"),
    "MutableSet": ("Set", "MutableCollection", "Collection", "Iterable"),
    "ArrayList": ("MutableList", "List", "Collection", "Iterable"), "MutableMap": ("Map",), "HashMap": ("MutableMap", "Map"),
    "Collection": ("Iterable",), "String": ("CharSequence",), "Int": ("Number",), "Long": ("Number",),
    "StringBuilder": ("CharSequence", "Appendable"),
}  # fmt: skip


def _above(holder: Value) -> tuple[str, ...]:
    name = _title(holder)
    return (name, *_ABOVE.get(name, ())) if name else ()


RULES = KotlinRules
