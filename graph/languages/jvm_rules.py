"""Java, and what Kotlin and Scala have in common with it: packages, imports, types, and which overload a call means.

A package is what files say they belong to, wherever they lie. Which overload is meant follows the Java Language Specification 15.12.2 as far
as types are known: by number of arguments, by their types, without variable arguments before with them, and the most specific one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from graph.evaluate import Arguments, Attribute, Denoted, Evaluator, FoundBinding, Place
from graph.flow import (
    CALL,
    CLASS_SCOPE,
    DEFINITION,
    EITHER,
    FUNCTION_SCOPE,
    IMPORTED,
    INDEX,
    LITERAL,
    MEMBER,
    NAME,
    NEW,
    SEQUENCE,
    VARIABLE,
    Binding,
    Expression,
    FileFlow,
    ImportedName,
    Scope,
)
from graph.languages import jvm_library
from graph.languages.jvm import ARRAY, CONSTRUCTOR
from graph.languages.jvm_overloads import choose, same_parameters
from graph.program import Program
from graph.rules import Rules
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
    SUPERTYPE,
    UNKNOWN,
    Value,
    Values,
    container,
    union,
)

_LANGUAGES = frozenset({"java", "kotlin", "scala"})


class Packages:
    """What the packages of a program hold, by the names that its files give themselves."""

    def __init__(self, program: Program) -> None:
        self.members: dict[str, dict[str, list[FoundBinding]]] = {}
        self.prefixes: set[str] = set()
        for path in sorted(path for path, language in program.languages.items() if language in _LANGUAGES):
            flow = program.unit(path).flow
            held = self.members.setdefault(flow.package, {})
            for name, bindings in flow.scopes[0].names.items():
                held.setdefault(name, []).extend(FoundBinding(path, 0, name, each) for each in bindings if each.kind != IMPORTED)
        for package in self.members:
            parts = package.split(".")
            self.prefixes.update(".".join(parts[:at]) for at in range(1, len(parts) + 1) if package)


class JvmRules(Rules):
    """Java's rules over one program."""

    members_need_no_receiver = True
    functions_apart = True
    overloaded = True
    constructors = (CONSTRUCTOR,)
    builtin_package = "java.lang"
    default_packages: ClassVar[tuple[tuple[str, frozenset[str]], ...]] = (("java.lang", jvm_library.JAVA_LANG),)
    """Packages that every file imports, and what they hold."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self._packages: Packages | None = None
        self._handed: dict[str, dict[int, tuple[Place, Expression, int]]] = {}

    @property
    def packages(self) -> Packages:
        """The packages of the program, found on first use."""
        if self._packages is None:
            self._packages = Packages(self.program)
        return self._packages

    # Names.

    def meant(self, flow: FileFlow, found: list[Binding], *, called: bool) -> list[Binding]:
        """Return the methods of a name, or all else."""
        return [
            each
            for each in found
            if each.kind == IMPORTED or called == (each.kind == DEFINITION and flow.scopes[each.target].kind == FUNCTION_SCOPE)
        ]

    def in_package(self, evaluator: Evaluator, path: str, package: str, name: str, *, called: bool) -> list[FoundBinding]:
        """Return what a package has under a name: of several such, those of the source root of the file that asks."""
        evaluator.look(f"package {package}")
        found = [
            each
            for each in self.packages.members.get(package, {}).get(name, ())
            if self.meant(evaluator.flow(each.path), [each.binding], called=called)
        ]
        root = _source_root(path, evaluator.flow(path).package)
        near = [each for each in found if len(found) > 1 and _source_root(each.path, package) == root]
        return near or found

    def qualified(self, evaluator: Evaluator, path: str, parts: Sequence[str], *, called: bool = False) -> list[Attribute]:
        """Return what a dotted name means that begins with a package."""
        for cut in range(len(parts) - 1, -1, -1):
            package = ".".join(parts[:cut])
            last = cut == len(parts) - 1
            found = self.in_package(evaluator, path, package, parts[cut], called=called and last)
            if found:
                attributes: list[Attribute] = list(found)
                for at in range(cut + 1, len(parts)):
                    holders = [each for one in attributes for each in evaluator.attribute_value(None, one)]
                    inner = called and at == len(parts) - 1
                    attributes = [each for one in holders for each in evaluator.attributes(one, parts[at], called=inner)]
                return attributes
        package = ".".join(parts)
        if package in self.packages.prefixes:
            return [frozenset({(NAMESPACE, path, package)})]
        return [frozenset({_external(parts)})] if ".".join(parts[:-1]) not in self.packages.members else [ANYTHING]

    def import_(self, evaluator: Evaluator, path: str, imported: ImportedName, *, called: bool = False) -> list[Attribute]:
        """Return what an import brings."""
        parts = imported.module.split(".") if imported.module else []
        if imported.name != "*":
            return self.qualified(evaluator, path, [*parts, imported.name], called=called) or [ANYTHING]
        if imported.module in self.packages.members:
            return [frozenset({(NAMESPACE, path, imported.module)})]
        return self.qualified(evaluator, path, parts)

    def within(self, evaluator: Evaluator, namespace: Value, name: str) -> list[Attribute]:
        """Return what a package has under a name, be it another package."""
        _, path, package = namespace
        found: list[Attribute] = list(self.in_package(evaluator, path, package, name, called=False))
        if found:
            return found
        whole = f"{package}.{name}"
        if whole in self.packages.prefixes or (name[:1].islower() and whole.count(".") < 6):
            return [frozenset({(NAMESPACE, path, whole)})]
        return [frozenset({(EXTERNAL_OBJECT, package, name)})]

    def free_bindings(self, evaluator: Evaluator, place: Place, name: str, *, called: bool = False) -> list[Attribute]:
        """Return what the package, an import of all names, a superclass from outside, or the language gives."""
        path = place[0]
        if name.endswith(".this"):
            return [ANYTHING]
        if name.endswith(".super"):  # of an interface: its default method
            at = (NAME, place[2], name.removesuffix(".super"))
            return [self.instances(evaluator, place, at)]
        if "." in name:
            return self.qualified(evaluator, path, name.split("."))
        flow = evaluator.flow(path)
        found: list[Attribute] = list(self.in_package(evaluator, path, flow.package, name, called=called))
        return found or self._on_demand(evaluator, place, name, called=called) or self._inherited(evaluator, place, name, called=called)

    def _on_demand(self, evaluator: Evaluator, place: Place, name: str, *, called: bool) -> list[Attribute]:
        path, outside = place[0], set[str]()
        for imported in evaluator.flow(path).imports:
            if imported.name != "*":
                continue
            found: list[Attribute] = list(self.in_package(evaluator, path, imported.module, name, called=called))
            if found:
                return found
            for each in self.import_(evaluator, path, imported):
                for value in evaluator.attribute_value(None, each):
                    found += evaluator.own_attributes(value, name, called=called) if value[0] == CLASS_OBJECT else []
                    if value[0] == EXTERNAL_OBJECT and value[2] == "":
                        outside.add(value[1])
                    elif value[0] == EXTERNAL_OBJECT and (called or not name[:1].isupper() or name.isupper()):
                        outside.add(f"{value[1]}#{value[2]}.")
            if found:
                return found
        for package, names in self.default_packages:
            if name in names:
                return [frozenset({(EXTERNAL_OBJECT, package, name)})]
        return self._from_outside(outside, name, called=called)

    def _from_outside(self, outside: set[str], name: str, *, called: bool) -> list[Attribute]:
        """Return what the only foreign package or class that can have a name gives: a class has methods and fields, a package types."""
        wanted = {each for each in outside if ("#" in each) == (called or not name[:1].isupper() or name.isupper())}
        for known, names in jvm_library.PACKAGES.items():
            if known in wanted and name in names:
                return [frozenset({(EXTERNAL_OBJECT, known, name)})]
        wanted -= jvm_library.PACKAGES.keys()
        if len(wanted) != 1:
            return []
        package, _, owner = wanted.pop().partition("#")
        return [frozenset({(EXTERNAL_OBJECT, package, f"{owner}{name}")})]

    def _inherited(self, evaluator: Evaluator, place: Place, name: str, *, called: bool) -> list[Attribute]:
        """Return the member of a foreign superclass that a bare name must be, the only one of the classes around."""
        flow, at, above = evaluator.flow(place[0]), place[1], list[Value]()
        while at >= 0:
            if flow.scopes[at].kind == CLASS_SCOPE:
                above += [each for each in evaluator.lineage(place[0], at) if each[0] != CLASS_OBJECT and not jvm_library.harmless(each)]
            at = flow.scopes[at].parent
        if called and name in jvm_library.OBJECT_METHODS:
            return [frozenset({(EXTERNAL_OBJECT, "java.lang", f"Object.{name}")})]
        if len(set(above)) == 1 and above[0][0] == EXTERNAL_OBJECT and (called or not name[:1].isupper()):
            return [frozenset({(EXTERNAL_OBJECT, above[0][1], f"{above[0][2]}.{name}")})]
        if not above and not called and (name in self.packages.prefixes or name in jvm_library.FIRST_PARTS):
            return [frozenset({(NAMESPACE, place[0], name)})]
        return [ANYTHING]

    def implicit_members(self, evaluator: Evaluator, path: str, scope: int, name: str, *, called: bool = False) -> list[Denoted]:
        """Return the members of a class that a bare name denotes inside of it."""
        found = evaluator.flow(path).scopes[scope]
        if found.kind != CLASS_SCOPE:
            return []
        if name.endswith(".this"):
            return [(None, frozenset({(INSTANCE, path, scope)}))] if name == f"{found.name}.this" else []
        if name.endswith(".super"):
            return [(None, frozenset({(SUPERTYPE, path, scope, (INSTANCE, path, scope))}))] if name == f"{found.name}.super" else []
        return super().implicit_members(evaluator, path, scope, name, called=called)

    # Overloads.

    def overloads(self, evaluator: Evaluator, holder: Value, lineage: Sequence[Value], name: str) -> list[Attribute]:
        """Return the methods of a name, without those that are overridden, and what a foreign supertype may have."""
        if name == CONSTRUCTOR:
            lineage = lineage[:1]
        found: list[FoundBinding] = []
        outside: list[Value] = []
        for each in lineage:
            if each[0] != CLASS_OBJECT:
                outside.append(each)
                continue
            scope, flow = evaluator.opened(each), evaluator.flow(each[1])
            for binding in self.meant(flow, scope.names.get(name, []), called=True):
                if binding.kind == DEFINITION and not any(_hides(evaluator, one, flow, binding) for one in found):
                    found.append(FoundBinding(each[1], each[2], name, binding))
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
        return choose(evaluator, place, found, arguments)

    def constructors_of(self, evaluator: Evaluator, class_: Value, place: Place, arguments: Arguments) -> list[FoundBinding]:
        """Return the constructors that a class has for these arguments."""
        found: list[Denoted] = [(None, each) for each in evaluator.own_attributes(class_, CONSTRUCTOR, called=True)]
        chosen = choose(evaluator, place, found, arguments) if found else []
        return [each for _, each in chosen if isinstance(each, FoundBinding)]

    def overrides(self, flow: FileFlow, method: Scope, above: FileFlow, candidates: Sequence[Scope]) -> Scope | None:
        """Return the method with as many parameters of the same types."""
        functions = [each for each in candidates if each.kind == FUNCTION_SCOPE and len(each.parameters) == len(method.parameters)]
        same = [each for each in functions if same_parameters(flow, method, above, each)]
        return (same or [None])[0]

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
        while expression is not None and expression[0] in {INDEX, CALL, NEW}:
            expression = expression[2]
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

    def _handed_to(self, evaluator: Evaluator, path: str, scope: int, index: int) -> Values:
        if path not in self._handed:
            self._handed[path] = jvm_library.calls_with_functions(evaluator.flow(path))
        at = self._handed[path].get(scope)
        if at is None or index < 0:
            return NOTHING
        (_, start, position, branch), call, given = at
        place = (path, start, position, branch)
        if call[0] != CALL or call[2][0] not in {NAME, MEMBER}:
            return NOTHING
        found: set[Value] = set()
        for holder, each in evaluator.chosen(place, call[2], call[3]):
            if isinstance(each, FoundBinding) and each.binding.kind == DEFINITION:
                parameters = evaluator.flow(each.path).scopes[each.binding.target].parameters
                if given < len(parameters) and parameters[given].type >= 0:
                    for type_ in evaluator.declared(each.path, parameters[given].type):
                        found |= self._given(evaluator, type_, index)
            elif holder is not None and holder[0] == CONTAINER:
                found |= jvm_library.given_to(holder, call[2][3], index)
        return frozenset(found)

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


def _hides(evaluator: Evaluator, found: FoundBinding, flow: FileFlow, binding: Binding) -> bool:
    """Say whether a method that was found lower down overrides another."""
    lower = evaluator.flow(found.path)
    return same_parameters(lower, lower.scopes[found.binding.target], flow, flow.scopes[binding.target])


def _source_root(path: str, package: str) -> str:
    folder, inner = path.rpartition("/")[0], package.replace(".", "/")
    return folder.removesuffix(inner) if inner else folder


def _external(parts: Sequence[str]) -> Value:
    """Split a foreign dotted name where the first type begins."""
    cut = next((at for at, part in enumerate(parts) if part[:1].isupper()), len(parts) - 1 if parts[-1][:1].isupper() else len(parts))
    return (EXTERNAL_OBJECT, ".".join(parts[:cut]), ".".join(parts[cut:]))


RULES = JvmRules
