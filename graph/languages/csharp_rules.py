"""C#: namespaces that many files share, partial types, extension methods, overloads.

The order in which a name is looked up follows the C# specification, "Namespace and type names" and "Simple names": the members of each type
around, then each namespace around from the inside, then what the file uses.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from graph.evaluate import Arguments, Attribute, Denoted, Evaluator, FoundBinding, Place
from graph.flow import (
    BLOCK,
    CLASS_SCOPE,
    DEFINITION,
    FUNCTION_SCOPE,
    INDEX,
    INTERFACE,
    LITERAL,
    OVERLOAD,
    Binding,
    Expression,
    FileFlow,
    ImportedName,
    Scope,
)
from graph.languages import csharp_library as library
from graph.languages.csharp_namespaces import Namespaces, prefixes_of
from graph.languages.csharp_overloads import choose, rank_of, seen
from graph.languages.jvm import CONSTRUCTOR
from graph.languages.jvm_rules import JvmRules
from graph.languages.overloads import IMPOSSIBLE, hides, overridden
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
    NOTHING,
    SITE,
    SUPERTYPE,
    UNKNOWN,
    Value,
    Values,
    container,
    union,
)


class CSharpRules(JvmRules):  # noqa: PLR0904
    """C#'s rules over one program."""

    builtin_package = "System"
    has_extensions = True
    call_method = "Invoke"

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self._namespaces: Namespaces | None = None

    @property
    def namespaces(self) -> Namespaces:
        """The namespaces of the program, found on first use."""
        if self._namespaces is None:
            self._namespaces = Namespaces(self.program)
        return self._namespaces

    def spelled(self, name: str) -> str:
        """Return a name as the source has it."""
        return _ARITY.sub("", name)

    # Names.

    def by_use(self, flow: FileFlow, found: list[Binding], *, called: bool) -> list[Binding]:
        """Return all bindings: nothing shares a name in C#."""
        del flow, called
        return found

    def in_namespace(self, evaluator: Evaluator, path: str, namespace: str, name: str) -> list[FoundBinding]:
        """Return the types of a name in a namespace: of several projects' types those of the own project."""
        found = self.namespaces.named(evaluator, namespace, name)
        if len(found) > 1:
            project = self.namespaces.project(path)
            return [each for each in found if self.namespaces.project(each.path) == project] or found
        return found

    def _around(self, evaluator: Evaluator, place: Place) -> str:
        """Return the namespace that a place stands in."""
        scopes, at = evaluator.flow(place[0]).scopes, place[1]
        while at > 0 and not (scopes[at].kind == BLOCK and scopes[at].name):
            at = scopes[at].parent
        return scopes[at].name if at > 0 else ""

    def used(self, evaluator: Evaluator, path: str) -> list[ImportedName]:
        """Return what a file uses whole: namespaces, and types for their static members."""
        own = [each for each in evaluator.flow(path).imports if each.name == "*"]
        return [*own, *(each for each in self.namespaces.everywhere(evaluator, path) if each.name == "*" and each not in own)]

    def _namespace_named(self, evaluator: Evaluator, path: str, module: str) -> str:
        """Return the namespace that a file's ``using`` means, which may be relative to the file's own."""
        for prefix in prefixes_of(evaluator.flow(path).package):
            if self.namespaces.leads(evaluator, f"{prefix}.{module}"):
                return f"{prefix}.{module}"
        return module

    def free_bindings(self, evaluator: Evaluator, place: Place, name: str, *, called: bool = False) -> list[Attribute]:
        """Return what the namespaces around, those in use, or the library give."""
        path, around = place[0], self._around(evaluator, place)
        for namespace in (*prefixes_of(around), ""):
            found: list[Attribute] = list(self.in_namespace(evaluator, path, namespace, name))
            whole = f"{namespace}.{self.spelled(name)}".removeprefix(".")
            if found or (not called and self.namespaces.leads(evaluator, whole)):
                return found or [frozenset({(NAMESPACE, path, whole)})]
        brought, outside = self._brought(evaluator, path, name)
        if brought:
            return brought
        if name.partition("`")[0].endswith("Attribute") and "`" in name:
            short = self.free_bindings(evaluator, place, name.replace("Attribute`", "`"))
            if all(isinstance(each, FoundBinding) for each in short):
                return short
        return self._outside(evaluator, place, name, outside, called=called)

    def _brought(self, evaluator: Evaluator, path: str, name: str) -> tuple[list[Attribute], list[str]]:
        """Return what the namespaces and types in use give, and the namespaces, which may be foreign as well."""
        found: dict[tuple[str, int], Attribute] = {}
        outside: list[str] = []
        for each in self.used(evaluator, path):
            if each.level:
                for value in union(evaluator.attribute_value(None, one) for one in self.import_(evaluator, path, each)):
                    members = evaluator.own_attributes(value, name, called=True) if value[0] == CLASS_OBJECT else []
                    found.update(((one.path, one.binding.position), one) for one in members if isinstance(one, FoundBinding))
                continue
            namespace = self._namespace_named(evaluator, path, each.module)
            found.update(((one.path, one.binding.position), one) for one in self.in_namespace(evaluator, path, namespace, name))
            outside.append(namespace)
        return list(found.values()), outside

    def _outside(self, evaluator: Evaluator, place: Place, name: str, outside: Sequence[str], *, called: bool) -> list[Attribute]:
        title, is_type = self.spelled(name), "`" in name
        if not called and (title in _ROOTS or any(title == each.partition(".")[0] for each in outside)):
            return [frozenset({(NAMESPACE, place[0], title)})]
        if is_type or not called:
            usual = [each for each in outside if title in library.TYPES.get(each, ())]
            usual = usual or [each for each in library.IMPLICIT if title in library.TYPES[each]]
            unlisted = [each for each in outside if each not in library.TYPES and not self.namespaces.has(evaluator, each)]
            if len(usual) > 1 and name.endswith("`0") and "System.Collections" in usual:
                usual = ["System.Collections"]
            elif len(usual) > 1:
                usual = [each for each in usual if each != "System.Collections"]
            if len(usual) == 1 or (is_type and not usual and len(unlisted) == 1):
                return [frozenset({(EXTERNAL_OBJECT, (usual or unlisted)[0], title)})]
        return [ANYTHING] if is_type else self._inherited(evaluator, place, title, called=called)

    def _inherited(self, evaluator: Evaluator, place: Place, name: str, *, called: bool) -> list[Attribute]:
        """Return the member of a foreign base class that a bare name must be, the only one of the classes around."""
        if called and name in library.OBJECT_METHODS:
            return [frozenset({(EXTERNAL_OBJECT, "System", f"Object.{name}")})]
        flow, at, above = evaluator.flow(place[0]), place[1], set[Value]()
        while at >= 0:
            if flow.scopes[at].kind == CLASS_SCOPE:
                above |= {each for each in evaluator.lineage(place[0], at) if each[0] != CLASS_OBJECT and not _is_interface(each)}
            at = flow.scopes[at].parent
        if len(above) == 1 and UNKNOWN not in above:
            (only,) = above
            return [frozenset({(EXTERNAL_OBJECT, only[1], f"{only[2]}.{name}")})]
        return [ANYTHING]

    def within(self, evaluator: Evaluator, namespace: Value, name: str) -> list[Attribute]:
        """Return what a namespace has under a name, be it another namespace."""
        _, path, outer = namespace
        found: list[Attribute] = list(self.in_namespace(evaluator, path, outer, name))
        title = self.spelled(name)
        whole = f"{outer}.{title}"
        if found:
            return found
        if self.namespaces.leads(evaluator, whole) or any(each.startswith(f"{whole}.") or each == whole for each in library.TYPES):
            return [frozenset({(NAMESPACE, path, whole)})]
        if any(each.module == whole or each.module.startswith(f"{whole}.") for each in evaluator.flow(path).imports):
            return [frozenset({(NAMESPACE, path, whole)})]
        return (
            [ANYTHING]
            if self.namespaces.has(evaluator, outer) and title not in library.TYPES.get(outer, ())
            else [frozenset({(EXTERNAL_OBJECT, outer, title)})]
        )

    def import_(self, evaluator: Evaluator, path: str, imported: ImportedName, *, called: bool = False) -> list[Attribute]:
        """Return what ``using`` brings: a namespace, a type with its static members, or what an alias stands for."""
        del called
        module = imported.module
        if imported.name == "*" and not imported.level:
            whole = self._namespace_named(evaluator, path, module)
            return [frozenset({(NAMESPACE, path, whole) if self.namespaces.leads(evaluator, whole) else (EXTERNAL_OBJECT, module, "")})]
        parts = (module if imported.name == "*" else f"{module}.{imported.name}".strip(".")).split(".")
        for cut in range(len(parts) - 1, -1, -1):
            namespace = self._namespace_named(evaluator, path, ".".join(parts[:cut]))
            found: list[Attribute] = list(self.in_namespace(evaluator, path, namespace, f"{parts[cut]}`0"))
            for name in parts[cut + 1 :] if found else ():
                holders = union(evaluator.attribute_value(None, each) for each in found)
                found = [each for holder in holders for each in evaluator.attributes(holder, f"{name}`0")]
            if found:
                return found
        whole = ".".join(parts)
        if self.namespaces.leads(evaluator, whole):
            return [frozenset({(NAMESPACE, path, whole)})]
        return [frozenset({(EXTERNAL_OBJECT, ".".join(parts[:-1]), parts[-1])})]

    def files_of(self, namespace: Value) -> list[str]:
        """Return nothing: using a namespace names none of its files; its types do."""
        del namespace
        return []

    # Members.

    def linearize(self, evaluator: Evaluator, path: str, scope: int) -> tuple[Value, ...]:
        """Return a type, its other parts, and the supertypes of all of them."""
        order: dict[Value, None] = {(CLASS_OBJECT, path, scope): None}
        parts = self.namespaces.parts(evaluator, path, scope)
        order.update(((CLASS_OBJECT, *each), None) for each in parts)
        for part in parts:
            order.update(dict.fromkeys(super().linearize(evaluator, *part)))
        return tuple(order)

    def subtypes(self, evaluator: Evaluator, path: str, scope: int) -> list[tuple[str, int]]:
        """Return nothing: a type has all members that are used of it."""
        del evaluator, path, scope
        return []

    def overloads(self, evaluator: Evaluator, holder: Value, lineage: Sequence[Value], name: str) -> list[Attribute]:
        """Return the methods of a name, without those that are overridden, or else the field that is called."""
        if holder[0] == SUPERTYPE:
            parts = self.namespaces.parts(evaluator, holder[1], holder[2])
            lineage = [each for each in lineage if each[1:] not in parts]
        if name == CONSTRUCTOR and lineage:
            first = lineage[0]
            own = self.namespaces.parts(evaluator, *first[1:]) if first[0] == CLASS_OBJECT else [first[1:]]
            lineage = [each for each in lineage if each[1:] in own]
        found: list[FoundBinding] = []
        outside = [each for each in lineage if each[0] != CLASS_OBJECT]
        known = [each for each in lineage if each[0] == CLASS_OBJECT]
        if known and not evaluator.opened(known[0]).flags & INTERFACE and not all(_is_interface(each) for each in outside):
            known = [each for each in known if not evaluator.opened(each).flags & INTERFACE]  # a foreign base class has what they ask for
        for each in known:
            scope, flow = evaluator.opened(each), evaluator.flow(each[1])
            for binding in scope.names.get(name, ()):
                function = binding.kind == DEFINITION and flow.scopes[binding.target].kind == FUNCTION_SCOPE
                if not function:
                    return [*found] or [FoundBinding(each[1], each[2], name, binding)]
                if flow.scopes[binding.target].flags & OVERLOAD or any(hides(evaluator, one, flow, binding) for one in found):
                    continue
                found.append(FoundBinding(each[1], each[2], name, binding))
        if name == CONSTRUCTOR and not found and lineage and not outside:
            return [frozenset({lineage[0]})]
        classes = [each for each in outside if not _is_interface(each)]
        return [*found, *self._foreign(classes or outside, name)] or self.missing(evaluator, holder, name)

    def _foreign(self, outside: Sequence[Value], name: str) -> list[Attribute]:
        if not outside or (all(_is_interface(each) for each in outside) and name in library.OBJECT_METHODS):
            return []
        return [ANYTHING] if UNKNOWN in outside else [frozenset({(EXTERNAL_OBJECT, each[1], f"{each[2]}.{name}")}) for each in outside[:1]]

    def missing(self, evaluator: Evaluator, holder: Value, name: str) -> list[Attribute]:
        """Return what a method may be that no supertype in the program has."""
        del evaluator, holder
        return [frozenset({(EXTERNAL_OBJECT, "System", f"Object.{name}")})] if name in library.OBJECT_METHODS else [ANYTHING]

    def extensions(self, evaluator: Evaluator, place: Place, holder: Value, name: str, *, called: bool) -> list[Attribute]:
        """Return the extension methods of a name that can be called on a value, and the member that a foreign type may have."""
        candidates = self.namespaces.extensions(evaluator, name) if called else ()
        if not candidates or holder[0] not in {INSTANCE, EXTERNAL_INSTANCE, CONTAINER, SITE}:
            return []
        visible = {"", *prefixes_of(self._around(evaluator, place))}
        visible |= {self._namespace_named(evaluator, place[0], each.module) for each in self.used(evaluator, place[0])}
        found: list[Attribute] = []
        for namespace, each in candidates:
            receiver = evaluator.flow(each.path).scopes[each.binding.target].parameters[0]
            if namespace in visible and rank_of(evaluator, each.path, receiver, frozenset({holder})) != IMPOSSIBLE:
                found.append(each)
        return [*found, *evaluator.attributes(holder, name, called=called)] if found else []

    def overrides(self, flow: FileFlow, method: Scope, above: FileFlow, candidates: Sequence[Scope]) -> Scope | None:
        """Return the virtual method that one overrides, or the interface's that it answers for."""
        asked = [each for each in candidates if above.scopes[each.parent].flags & INTERFACE]
        return overridden(flow, method, above, asked) or super().overrides(flow, method, above, candidates)

    def choose(self, evaluator: Evaluator, place: Place, found: list[Denoted], arguments: Arguments) -> list[Denoted]:
        """Return the functions that can take the arguments."""
        return choose(evaluator, place, found, arguments)

    # Types.

    def literal(self, type_: str) -> Values:
        """Return a value of a built-in type; nothing for ``null``."""
        if type_ in {"null", "void", "dynamic"}:
            return ANYTHING if type_ == "dynamic" else NOTHING
        return frozenset({(EXTERNAL_INSTANCE, "System", library.KEYWORDS.get(type_, type_))})

    def instances(self, evaluator: Evaluator, place: Place, expression: Expression) -> Values:
        """Return instances of the type that an expression names. What is awaited is one container, whichever its name."""
        found = super().instances(evaluator, place, expression)
        if expression[0] != INDEX or expression[2][0] == LITERAL:
            return found
        made: set[Value] = set()
        for each in found:
            if each[0] == CONTAINER and each[1] in {"System.Threading.Tasks.Task", "System.Threading.Tasks.ValueTask"}:
                made.add(container("Awaitable", *each[2]))
            elif each[0] == CONTAINER and each[1] == "System.Nullable":
                made |= each[2][0]
            else:
                made.add(each)
        return frozenset(made)

    def indexed(self, evaluator: Evaluator, place: Place, holder: Value, key: Expression) -> Values:
        """Return an element; of a generic type that is applied, the type."""
        if holder[0] in {CLASS_OBJECT, EXTERNAL_OBJECT}:
            return frozenset({holder})
        if holder[0] == INSTANCE:
            return evaluator.member(holder, "[]")
        return super().indexed(evaluator, place, holder, key)

    # What functions without a name are given.

    def seen(self, holder: Value | None, scope: Scope) -> Scope:
        """Return a function as its call sees it: the receiver of an extension method is no argument."""
        return seen(holder, scope)

    def _given_by_library(self, evaluator: Evaluator, path: str, holder: Value, name: str, index: int) -> Values:
        return library.given_to(evaluator, path, holder, name, index)

    def _given(self, evaluator: Evaluator, type_: Value, index: int) -> Values:
        """Return what a delegate gives its parameter at a position."""
        if type_[0] == CONTAINER:
            return library.parameter_of(type_, index)
        return super()._given(evaluator, type_, index)

    # What is not in the program.

    def builtin_symbol(self, holder: Value, name: str) -> tuple[str, str]:
        """Return namespace and symbol of a member of a foreign generic type."""
        return library.symbol_of(holder, name)

    def call_external(self, evaluator: Evaluator, callee: Value, place: Place, arguments: Arguments, passing: Values | None) -> Values:
        """Return what calling a method of the library yields."""
        del passing
        if callee[0] == BUILTIN_METHOD:
            return library.method_of(evaluator, callee[1], callee[2], place, arguments)
        if callee[0] != EXTERNAL_OBJECT:
            return ANYTHING
        return library.plain("String") if callee[2].endswith((".ToString", "String.Format", "String.Join", "String.Concat")) else ANYTHING

    def iterated(self, evaluator: Evaluator, value: Value) -> Values:
        """Return what a loop over a value yields."""
        if value[0] == CONTAINER and len(value[2]) == 2:
            return frozenset({container("System.Collections.Generic.KeyValuePair", *value[2])})
        if value[0] == CONTAINER and value[2]:
            return value[2][-1]
        if value[0] == INSTANCE:
            made = union(evaluator.called(each, None, ()) for each in evaluator.member(value, "GetEnumerator"))
            return union(each[2][-1] if each[0] == CONTAINER and each[2] else ANYTHING for each in made) or ANYTHING
        return ANYTHING


_ARITY = re.compile(r"`\d+")
_ROOTS = frozenset({"System", "Microsoft"})


def _is_interface(value: Value) -> bool:
    """Say whether a foreign type is an interface, by the convention for their names."""
    title = value[2].rpartition(".")[2] if value[0] == EXTERNAL_OBJECT else ""
    return title[:1] == "I" and title[1:2].isupper()


RULES = CSharpRules
