"""Go: packages are folders, methods stand anywhere in the package of their type, embedding promotes members."""

from __future__ import annotations

from collections.abc import Iterator

from graph.bindings import Arguments, Attribute, FoundBinding, Place
from graph.evaluate import Evaluator
from graph.flow import (
    CLASS,
    CLASS_SCOPE,
    IMPORTED,
    INDEX,
    INTERFACE,
    LITERAL,
    REST,
    ROOT,
    SEQUENCE,
    VARIABLE,
    Expression,
    ImportedName,
)
from graph.languages.go_interfaces import GoInterfaces, method_of
from graph.program import Program
from graph.rules import Kept, Rules
from graph.values import (
    ANYTHING,
    CLASS_OBJECT,
    CONTAINER,
    EXTERNAL_INSTANCE,
    EXTERNAL_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    NAMESPACE,
    NOTHING,
    UNKNOWN,
    Value,
    Values,
    container,
    union,
)

_TYPES = frozenset({
    "bool", "byte", "complex64", "complex128", "error", "float32", "float64", "int", "int8", "int16", "int32", "int64", "rune", "string",
    "uint", "uint8", "uint16", "uint32", "uint64", "uintptr",
})  # fmt: skip
_BUILTINS = _TYPES | {
    "any", "append", "cap", "clear", "close", "comparable", "complex", "copy", "delete", "imag", "len", "make", "max", "min", "new",
    "panic", "print", "println", "real", "recover",
}  # fmt: skip
_LOOSE = frozenset({"any", "comparable"})
_MAX_EMBEDDING = 8

Package = tuple[str, str]
"""Folder and name: a folder may hold a package and its external tests."""


class GoRules(Rules):
    """Go's rules over one program."""

    builtin_package = "builtin"
    receiver_is_parameter = True
    declared_before_use = True

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self._folders: dict[str, list[str]] = {}
        self._modules: list[str] = []
        for path in sorted(program.paths):
            folder, _, name = path.rpartition("/")
            if program.languages[path] == "go":
                self._folders.setdefault(folder, []).append(path)
            elif name == "go.mod":
                self._modules.append(path)
        self._named: dict[Package, dict[str, list[FoundBinding]]] = {}
        self._packages: dict[str, str] = {}
        self._methods_of: dict[Package, dict[str, set[str]]] = {}
        self._interfaces = GoInterfaces(program)

    # Packages.

    def _package_of(self, evaluator: Evaluator, path: str) -> Package:
        return path.rpartition("/")[0], evaluator.flow(path).package

    def _main_package(self, evaluator: Evaluator, folder: str) -> str:
        """Return the name of the package that an import of a folder brings: that of most files that are no tests."""
        evaluator.look(f"package {folder}/")
        found = self._packages.get(folder)
        if found is None:
            counts: dict[str, int] = {}
            for path in self._folders[folder]:
                name = self.program.unit(path).flow.package
                if not path.endswith("_test.go") and name:
                    counts[name] = counts.get(name, 0) + (1 if name in {"main", "documentation"} else 1000)
            found = self._packages[folder] = max(counts, key=lambda name: (counts[name], name), default="")
        return found

    def _members(self, evaluator: Evaluator, package: Package) -> dict[str, list[FoundBinding]]:
        """Return what stands at the top of a package's files, methods as ``Type.method``."""
        evaluator.look(f"package {package[0]}/")
        found = self._named.get(package)
        if found is None:
            found = self._named[package] = {}
            for path in self._folders.get(package[0], ()):
                flow = self.program.unit(path).flow
                if flow.package == package[1]:
                    for name, bindings in flow.scopes[0].names.items():
                        found.setdefault(name, []).extend(FoundBinding(path, 0, name, b) for b in bindings if b.kind != IMPORTED)
        return found

    def _find_package(self, evaluator: Evaluator, path: str, module: str) -> Value:
        """Return the package that an import path names."""
        evaluator.look("module go")  # a manifest that comes or goes
        own = path.rpartition("/")[0]
        best: tuple[int, str] | None = None
        for manifest in self._modules:
            root, declared = manifest.rpartition("/")[0], evaluator.flow(manifest).package
            vendored = "/".join(part for part in (root, "vendor", module) if part)
            if self._has(evaluator, vendored) and (not root or own.startswith(root)):
                return (NAMESPACE, path, vendored)
            if declared and (module == declared or module.startswith(f"{declared}/")):
                rest = module[len(declared) + 1 :]
                best = max(best or (-1, ""), (len(declared), "/".join(part for part in (root, rest) if part)))
        if best is not None and self._has(evaluator, best[1]):
            return (NAMESPACE, path, best[1])
        if not self._modules and (folder := self._guessed(evaluator, module)):
            return (NAMESPACE, path, folder)
        return (EXTERNAL_OBJECT, module, "")

    def _has(self, evaluator: Evaluator, folder: str) -> bool:
        """Say whether a folder has files of Go."""
        evaluator.look(f"package {folder}/")
        return folder in self._folders

    def _guessed(self, evaluator: Evaluator, module: str) -> str:
        """Return the folder of an import without any go.mod: the longest end of it that is one, where another domain has no such folder."""
        parts = module.split("/")
        if "." not in parts[0] or len(parts) < 3:
            return ""
        ends = ("/".join(parts[at:]) for at in range(1, len(parts)))
        return next((end for end in ends if end.count("/") and self._has(evaluator, end)), "")

    def import_(self, evaluator: Evaluator, path: str, imported: ImportedName, *, called: bool = False) -> list[Attribute]:
        """Return the package that an import brings."""
        del called
        return [NOTHING] if imported.module == "C" else [frozenset({self._find_package(evaluator, path, imported.module)})]

    def files_of(self, namespace: Value) -> list[str]:
        """Return the files of a package, without its tests."""
        return [path for path in self._folders.get(namespace[2], ()) if not path.endswith("_test.go")]

    def within(self, evaluator: Evaluator, namespace: Value, name: str) -> list[Attribute]:
        """Return what a package gives under a name."""
        members = self._members(evaluator, (namespace[2], self._main_package(evaluator, namespace[2])))
        return [each for each in members.get(name, ()) if not each.path.endswith("_test.go")] or [ANYTHING]

    def free_bindings(self, evaluator: Evaluator, place: Place, name: str, *, called: bool = False) -> list[Attribute]:
        """Return what a name denotes that the file does not bind: a package, a name of the own package, or built in."""
        del called
        path = place[0]
        outside: list[Attribute] = []
        dotted: list[Value] = []
        for imported in evaluator.flow(path).imports:
            if imported.level or (
                imported.name != "*" and name not in imported.module and "/v" not in imported.module and imported.module.count("/") < 2
            ):
                continue
            package = self._find_package(evaluator, path, imported.module)
            if imported.name == "*":
                dotted.append(package)
            elif package[0] == NAMESPACE:
                if self._main_package(evaluator, package[2]) == name:
                    return [frozenset({package})]
            elif name in _names_of(imported.module):
                outside.append(frozenset({package}))
        own = self._members(evaluator, self._package_of(evaluator, path)).get(name)
        if own:
            visible = (each for each in own if path.endswith("_test.go") or not each.path.endswith("_test.go"))
            return [*visible] or [ANYTHING]
        if outside:
            return outside[:1]
        for package in dotted:
            found = self.within(evaluator, package, name) if package[0] == NAMESPACE else [ANYTHING]
            if found != [ANYTHING]:
                return [*found]
        if name in _BUILTINS:
            return [frozenset({(EXTERNAL_OBJECT, "builtin", name)})]
        return [ANYTHING]

    # Members.

    def special_attributes(self, evaluator: Evaluator, holder: Value, name: str) -> list[Attribute]:
        """Return a type's field or method; of what embedded types promote, what is nested least."""
        if holder[0] == FUNCTION_OBJECT:
            return []
        level: list[Value] = [(CLASS_OBJECT, *holder[1:3])]
        outside: dict[Value, None] = {}
        seen: set[Value] = set()
        for _ in range(_MAX_EMBEDDING):
            found: list[Attribute] = []
            below: list[Value] = []
            hiding = dict(outside)  # what embeds less deep may have the name as well
            for each in level:
                if each in seen:
                    continue
                seen.add(each)
                if each[0] != CLASS_OBJECT:
                    outside[each] = None
                    continue
                found += self._own_member(evaluator, each, name)
                outside.update(dict.fromkeys(self._defined_from(evaluator, each)))
                for values in evaluator.bases(each[1], each[2]):
                    below += sorted(values, key=repr)
            if found:
                return [*found, *(self._of_outside(each, name) for each in hiding)]
            level = below
            if not level:
                break
        own = self._underlying_name(evaluator, holder, name) if not outside else []
        return own or [self._of_outside(each, name) for each in outside] or [ANYTHING]

    def _of_outside(self, value: Value, name: str) -> Values:
        if value[0] != EXTERNAL_OBJECT:
            return ANYTHING
        return frozenset({(EXTERNAL_OBJECT, value[1], f"{value[2]}.{name}" if value[2] else name)})

    def _own_member(self, evaluator: Evaluator, class_: Value, name: str) -> list[Attribute]:
        scope = evaluator.opened(class_)
        direct = scope.names.get(name)
        if direct:
            return [FoundBinding(class_[1], class_[2], name, binding) for binding in direct]
        methods = self._members(evaluator, self._package_of(evaluator, class_[1])).get(f"{scope.name}.{name}") if scope.name else None
        if methods:
            return list(methods)
        if scope.returns >= 0:
            underlying = evaluator.declared(class_[1], scope.returns)
            return [each for value in sorted(underlying, key=repr) for each in self._fields(evaluator, value, name)]
        return []

    def _defined_from(self, evaluator: Evaluator, class_: Value) -> list[Value]:
        """Return somebody else's types that a type is defined from (``type Own other.Type``)."""
        root = evaluator.opened(class_).returns
        values = evaluator.declared(class_[1], root) if root >= 0 else NOTHING
        return [
            (EXTERNAL_OBJECT, *value[1:]) for value in sorted(values, key=repr) if value[0] == EXTERNAL_INSTANCE and value[1] != "builtin"
        ]

    def _fields(self, evaluator: Evaluator, value: Value, name: str) -> list[Attribute]:
        """Return the members that a type defined from another one has: its fields, and methods of an interface."""
        if value[0] != INSTANCE or value[2] <= 0:
            return []
        found = (each for each in evaluator.attributes(value, name) if isinstance(each, FoundBinding))
        return [each for each in found if evaluator.flow(each.path).scopes[each.scope].kind == CLASS_SCOPE]

    def _underlying_name(self, evaluator: Evaluator, holder: Value, name: str) -> list[Attribute]:
        """Return the constant that is the key of a literal of a named map or array, which reads like a field."""
        if evaluator.opened(holder).returns < 0:
            return []
        return list(self._members(evaluator, self._package_of(evaluator, holder[1])).get(name, ()))

    def kept(self, evaluator: Evaluator, path: str) -> Iterator[Kept]:
        """Yield the interfaces that the types of a file implement."""
        package = self._package_of(evaluator, path)
        members = self._members(evaluator, package)
        if package not in self._methods_of:
            table = self._methods_of[package] = {}
            for title in members:
                type_, _, method = title.partition(".")
                if method:
                    table.setdefault(type_, set()).add(method)
        for index, scope in enumerate(evaluator.flow(path).scopes):
            if scope.kind != CLASS_SCOPE or scope.flags & INTERFACE or not scope.name:
                continue
            names = set(self._methods_of[package].get(scope.name, ()))
            for base in evaluator.lineage(path, index)[1:]:
                if base[0] == CLASS_OBJECT:
                    above = evaluator.opened(base)
                    own = self._package_of(evaluator, base[1])
                    names |= {each.partition(".")[2] for each in self._members(evaluator, own) if each.startswith(f"{above.name}.")}
                    names |= set(above.names) if above.flags & INTERFACE else set()
            methods: dict[str, tuple[str, int]] = {}
            for name in names:
                found = self.special_attributes(evaluator, (CLASS_OBJECT, path, index), name)
                if len(found) == 1 and (method := method_of(found[0])):
                    methods[name] = method
            yield from self._interfaces.kept(evaluator, path, index, methods)

    def linearize(self, evaluator: Evaluator, path: str, scope: int) -> tuple[Value, ...]:
        """Return a type and what it embeds, level by level."""
        order: dict[Value, None] = {(CLASS_OBJECT, path, scope): None}
        level = [(path, scope)]
        for _ in range(_MAX_EMBEDDING):
            found = [value for each in level for values in evaluator.bases(*each) for value in sorted(values, key=repr)]
            level = [(value[1], value[2]) for value in found if value[0] == CLASS_OBJECT and value not in order]
            order.update(dict.fromkeys(value if value[0] in {CLASS_OBJECT, EXTERNAL_OBJECT} else UNKNOWN for value in found))
            if not level:
                break
        return tuple(order)

    # Types.

    def literal(self, type_: str) -> Values:
        """Return a value of a built-in type; nothing for nil."""
        return NOTHING if type_ == "nil" else ANYTHING if type_ == "interface" else super().literal(type_)

    def instances(self, evaluator: Evaluator, place: Place, expression: Expression) -> Values:
        """Return instances of the type that an expression names."""
        operation = expression[0]
        if operation == CLASS:
            return frozenset({(INSTANCE, place[0], expression[2])})
        if operation == SEQUENCE:
            return frozenset({container("tuple", *(self.instances(evaluator, place, each) for each in expression[3]))})
        if operation == ROOT:
            return self._static(evaluator, place[0], expression[2])
        if operation == INDEX and expression[2][0] == LITERAL:
            parts = expression[3][3] if expression[3][0] == SEQUENCE and expression[2][2] == "map" else (expression[3],)
            return frozenset({container(expression[2][2], *(self.instances(evaluator, place, each) for each in parts))})
        return super().instances(evaluator, place, expression)

    def _static(self, evaluator: Evaluator, path: str, root: int) -> Values:
        """Return what a type written elsewhere stands for, or the type of a declaring value; no function tells its type."""
        if evaluator.flow(path).roots[root].purpose == 1:
            return evaluator.declared(path, root)
        values = evaluator.root(path, root)
        return ANYTHING if any(value[0] == FUNCTION_OBJECT for value in values) else values or ANYTHING

    def instance_of(self, evaluator: Evaluator, place: Place, found: Attribute) -> Values:
        """Return instances of what a name denotes as a type: a class, an alias, or a type parameter."""
        if isinstance(found, FoundBinding) and found.binding.kind == VARIABLE:
            binding = found.binding
            if binding.value < 0:
                return evaluator.declared(found.path, binding.type) if binding.type >= 0 else ANYTHING
            return evaluator.declared(found.path, binding.value)
        return super().instance_of(evaluator, place, found)

    def made(self, value: Value) -> Values:
        """Return an instance of one type."""
        if value[0] == EXTERNAL_OBJECT and value[1] == "builtin" and value[2] in _LOOSE:
            return ANYTHING
        return super().made(value)

    def gathered(self, taking: int, declared: Values) -> Values:
        """Return the slice that ``...T`` is."""
        return frozenset({container("slice", declared)}) if taking == REST else declared

    # What is built in.

    def _plain(self, evaluator: Evaluator, value: Value) -> Iterator[Value]:
        """Yield the containers that a value is, by its underlying type."""
        if value[0] == CONTAINER:
            yield value
        elif value[0] == INSTANCE and (root := evaluator.opened(value).returns) >= 0:
            for each in sorted(evaluator.declared(value[1], root), key=repr):
                if each[0] == CONTAINER:
                    yield each
        elif value == (EXTERNAL_INSTANCE, "builtin", "string"):
            yield container("slice", self.literal("rune"))

    def iterated(self, evaluator: Evaluator, value: Value) -> Values:
        """Return what a loop over a value gives its second variable, and what is received from a channel."""
        return union(each[2][-1] for each in self._plain(evaluator, value) if each[2] and each[1] != "Callable") or ANYTHING

    def entered(self, evaluator: Evaluator, values: Values) -> Values:
        """Return what a loop over values gives its first variable."""
        found: set[Value] = set()
        for value in values:
            kinds = list(self._plain(evaluator, value))
            for each in kinds:
                found |= self.literal("int") if each[1] == "slice" else each[2][0] if each[1] in {"map", "chan"} and each[2] else ANYTHING
            if not kinds:
                found |= {value} if value[0] == EXTERNAL_INSTANCE and value[2] == "int" else ANYTHING
        return frozenset(found)

    def indexed(self, evaluator: Evaluator, place: Place, holder: Value, key: Expression) -> Values:
        """Return an element; a generic type or function with its arguments is itself."""
        del place, key
        if holder[0] in {CLASS_OBJECT, FUNCTION_OBJECT, EXTERNAL_OBJECT}:
            return frozenset({holder})
        return self.iterated(evaluator, holder)

    def call_external(self, evaluator: Evaluator, callee: Value, place: Place, arguments: Arguments, passing: Values | None) -> Values:
        """Return what a built-in function yields."""
        del passing
        if callee[0] != EXTERNAL_OBJECT or callee[1] != "builtin" or not arguments:
            return ANYTHING
        symbol, first = callee[2], arguments[0][1]
        if symbol in {"new", "make"}:
            return self.instances(evaluator, place, first)
        if symbol in {"append", "min", "max"}:
            return evaluator.value(place, first)
        if symbol in {"len", "cap", "copy"}:
            return self.literal("int")
        return self.literal(symbol) if symbol in _TYPES else ANYTHING


def _names_of(module: str) -> set[str]:
    """Return the names that somebody else's package may have, by its import path."""
    parts = [part for part in module.split("/") if not (part[:1] == "v" and part[1:].isdigit())] or [module]
    last = parts[-1].partition(".v")[0]
    plain = last.removeprefix("go-").removesuffix("-go").removesuffix(".go")
    return {last, plain, plain.replace("-", ""), plain.replace("-", "_"), plain.rpartition("-")[2], plain.rpartition(".")[2]}


RULES = GoRules
