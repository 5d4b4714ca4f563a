"""Packages, imports and bare names in Java, Kotlin and Scala. A package is what files say they belong to, wherever they lie."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from graph.announcing import ANY_IN
from graph.evaluate import Attribute, Denoted, Evaluator, FoundBinding, Place
from graph.flow import (
    CLASS_SCOPE,
    DEFINITION,
    FUNCTION_SCOPE,
    IMPORTED,
    NAME,
    Binding,
    Expression,
    FileFlow,
    ImportedName,
)
from graph.languages import jvm_library
from graph.languages.jvm import CONSTRUCTOR
from graph.program import Program
from graph.rules import Rules
from graph.values import (
    ANYTHING,
    CLASS_OBJECT,
    EXTERNAL_OBJECT,
    INSTANCE,
    NAMESPACE,
    SUPERTYPE,
    Value,
)

_LANGUAGES = frozenset({"java", "kotlin", "scala"})


class Packages:
    """What the packages of a program hold, by the names that its files give themselves."""

    def __init__(self, program: Program) -> None:
        self._members: dict[str, dict[str, list[FoundBinding]]] = {}
        self._prefixes: set[str] = set()
        for path in sorted(path for path, language in program.languages.items() if language in _LANGUAGES):
            flow = program.unit(path).flow
            held = self._members.setdefault(flow.package, {})
            for name, bindings in flow.scopes[0].names.items():
                if name.startswith("package "):
                    self._open(path, flow, f"{flow.package}.{name.removeprefix('package ')}".strip("."), bindings)
                held.setdefault(name, []).extend(FoundBinding(path, 0, name, each) for each in bindings if each.kind != IMPORTED)
        for package in self._members:
            parts = package.split(".")
            self._prefixes.update(".".join(parts[:at]) for at in range(1, len(parts) + 1) if package)

    def _open(self, path: str, flow: FileFlow, package: str, bindings: Sequence[Binding]) -> None:
        """Give a package the members of its package object."""
        held = self._members.setdefault(package, {})
        for target in (each.target for each in bindings):
            for name, inner in flow.scopes[target].names.items():
                held.setdefault(name, []).extend(FoundBinding(path, target, name, each) for each in inner if each.kind != IMPORTED)

    def named(self, evaluator: Evaluator, package: str, name: str) -> Sequence[FoundBinding]:
        """Return what a package has under a name."""
        evaluator.look(f"package {package}")
        return self._members.get(package, {}).get(name, ())

    def has(self, evaluator: Evaluator, package: str) -> bool:
        """Say whether a file says that it belongs to a package."""
        evaluator.look(f"{ANY_IN}{package}" if package else "package ")
        return package in self._members

    def leads(self, evaluator: Evaluator, name: str) -> bool:
        """Say whether a dotted name is a package, or what the name of one begins with."""
        evaluator.look(f"{ANY_IN}{name}")
        return name in self._prefixes


class JvmNames(Rules):
    """How Java, Kotlin and Scala find what a name means."""

    members_need_no_receiver = True
    receivers_are_implicit = True
    functions_apart = True
    receiver_is_parameter = False
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

    def by_use(self, flow: FileFlow, found: list[Binding], *, called: bool) -> list[Binding]:
        """Return the methods of a name, or all else."""
        return [
            each
            for each in found
            if each.kind == IMPORTED or called == (each.kind == DEFINITION and flow.scopes[each.target].kind == FUNCTION_SCOPE)
        ]

    def in_package(self, evaluator: Evaluator, path: str, package: str, name: str, *, called: bool) -> list[FoundBinding]:
        """Return what a package has under a name: of several such, those of the source root of the file that asks."""
        found = [
            each
            for each in self.packages.named(evaluator, package, name)
            if self.by_use(evaluator.flow(each.path), [each.binding], called=called)
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
        if self.packages.leads(evaluator, package):
            return [frozenset({(NAMESPACE, path, package)})]
        return [ANYTHING] if self.packages.has(evaluator, ".".join(parts[:-1])) else [frozenset({_external(parts)})]

    def import_(self, evaluator: Evaluator, path: str, imported: ImportedName, *, called: bool = False) -> list[Attribute]:
        """Return what an import brings."""
        parts = imported.module.split(".") if imported.module else []
        if imported.name != "*":
            return self.qualified(evaluator, path, [*parts, imported.name], called=called) or [ANYTHING]
        if self.packages.has(evaluator, imported.module):
            return [frozenset({(NAMESPACE, path, imported.module)})]
        return self.qualified(evaluator, path, parts)

    def imported(self, evaluator: Evaluator, path: str, imported: ImportedName) -> list[Attribute]:
        """Return all that an import brings: a type, a field, and the methods of a name."""
        plain = self.import_(evaluator, path, imported)
        methods = self.import_(evaluator, path, imported, called=True) if imported.name != "*" else []
        known = [each for each in (*plain, *methods) if isinstance(each, FoundBinding)]
        return list({(each.path, each.binding.position): each for each in known}.values()) or plain

    def within(self, evaluator: Evaluator, namespace: Value, name: str) -> list[Attribute]:
        """Return what a package has under a name, be it another package."""
        _, path, package = namespace
        found: list[Attribute] = list(self.in_package(evaluator, path, package, name, called=False))
        if found:
            return found
        whole = f"{package}.{name}"
        if self.packages.leads(evaluator, whole) or (name[:1].islower() and whole.count(".") < 6):
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
        if (called or not name[:1].isupper()) and any("#" in each for each in outside) and self._foreign_above(evaluator, place):
            return [ANYTHING]  # a class around may inherit it, which would come first
        return self._from_outside(outside, name, called=called)

    def _from_outside(self, outside: set[str], name: str, *, called: bool) -> list[Attribute]:
        """Return what the only foreign package or class that can have a name gives: a class has methods and fields, a package types."""
        for known, names in jvm_library.FUNCTIONS.items():
            if known in outside and name in names:
                return [frozenset({(EXTERNAL_OBJECT, known, name)})]
        wanted = {each for each in outside if ("#" in each) == (called or not name[:1].isupper() or name.isupper())}
        for known, names in jvm_library.PACKAGES.items():
            if known in wanted and name in names:
                return [frozenset({(EXTERNAL_OBJECT, known, name)})]
        wanted -= jvm_library.PACKAGES.keys()
        if len(wanted) != 1:
            return []
        package, _, owner = wanted.pop().partition("#")
        return [frozenset({(EXTERNAL_OBJECT, package, f"{owner}{name}")})]

    def _foreign_above(self, evaluator: Evaluator, place: Place) -> list[Value]:
        """Return the foreign and unknown supertypes of the classes around a place, but for those whose members are known."""
        flow, at, above = evaluator.flow(place[0]), place[1], list[Value]()
        while at >= 0:
            if flow.scopes[at].kind == CLASS_SCOPE:
                above += [each for each in evaluator.lineage(place[0], at) if each[0] != CLASS_OBJECT and not jvm_library.harmless(each)]
            at = flow.scopes[at].parent
        return above

    def _inherited(self, evaluator: Evaluator, place: Place, name: str, *, called: bool) -> list[Attribute]:
        """Return the member of a foreign superclass that a bare name must be, the only one of the classes around."""
        above = self._foreign_above(evaluator, place)
        if called and name in jvm_library.OBJECT_METHODS:
            return [frozenset({(EXTERNAL_OBJECT, "java.lang", f"Object.{name}")})]
        if len(set(above)) == 1 and above[0][0] == EXTERNAL_OBJECT and (called or not name[:1].isupper()):
            return [frozenset({(EXTERNAL_OBJECT, above[0][1], f"{above[0][2]}.{name}")})]
        if not above and not called and (self.packages.leads(evaluator, name) or name in jvm_library.FIRST_PARTS):
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


def _source_root(path: str, package: str) -> str:
    folder, inner = path.rpartition("/")[0], package.replace(".", "/")
    return folder.removesuffix(inner) if inner else folder


def _external(parts: Sequence[str]) -> Value:
    """Split a foreign dotted name where the first type begins."""
    cut = next((at for at, part in enumerate(parts) if part[:1].isupper()), len(parts) - 1 if parts[-1][:1].isupper() else len(parts))
    return (EXTERNAL_OBJECT, ".".join(parts[:cut]), ".".join(parts[cut:]))
