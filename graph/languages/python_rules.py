"""Python: how modules are found, how classes are linearised, what annotations mean, what the built-in functions return."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Sequence

from graph.evaluate import Arguments, Attribute, Evaluator, FoundBinding, Place
from graph.flow import (
    ASYNC,
    EITHER,
    GENERATOR,
    INDEX,
    LITERAL,
    MEMBER,
    NAME,
    REST,
    REST_BY_NAME,
    SEQUENCE,
    VARIABLE,
    Expression,
    ImportedName,
)
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
    MODULE_OBJECT,
    NOTHING,
    SITE,
    UNKNOWN,
    Value,
    Values,
    container,
    union,
)

_BUILTINS = frozenset(name for name in dir(builtins) if not name.startswith("_")) | {"__import__", "WindowsError", "unicode", "reveal_type"}
_MODULE_NAMES = frozenset({"__name__", "__file__", "__doc__", "__path__", "__package__", "__spec__", "__dict__", "__all__", "__builtins__"})
_GENERIC = {
    "List": "list", "Dict": "dict", "Set": "set", "FrozenSet": "frozenset", "Tuple": "tuple", "Type": "type", "Deque": "deque",
    "DefaultDict": "defaultdict", "OrderedDict": "OrderedDict", "AbstractSet": "set", "Text": "str",
}  # fmt: skip
_CONTAINERS = frozenset({
    "list", "dict", "set", "frozenset", "tuple", "deque", "defaultdict", "OrderedDict", "Iterable", "Iterator", "Sequence", "Collection",
    "MutableSequence", "Mapping", "MutableMapping", "Generator", "AsyncIterator", "AsyncIterable", "AsyncGenerator", "Awaitable",
    "Coroutine",
    "ContextManager", "AbstractContextManager", "AsyncContextManager", "AbstractAsyncContextManager", "KeysView", "ValuesView", "ItemsView",
    "Callable", "Reversible", "Counter", "ChainMap",
})  # fmt: skip
_MAPPINGS = frozenset({"dict", "Mapping", "MutableMapping", "defaultdict", "OrderedDict", "ItemsView", "ChainMap"})
_TRANSPARENT = frozenset({"ClassVar", "Final", "Required", "NotRequired", "ReadOnly", "Optional", "Annotated", "InitVar"})
_ROOTLESS = frozenset({"object", "Generic", "Protocol", "ABC", "Exception_"})
_TYPING = frozenset({"typing", "typing_extensions", "collections", "builtins", "types", "contextlib", "t", "dataclasses"})
_VARIABLES = frozenset({"TypeVar", "ParamSpec", "TypeVarTuple"})
_SAME_ELEMENTS = frozenset({"list", "set", "frozenset", "tuple", "sorted", "reversed", "iter", "deque", "filter"})
_FIRST_ARGUMENT = frozenset({"copy", "deepcopy", "partial", "update_wrapper", "staticmethod", "classmethod", "abs", "cache", "lru_cache"})


class PythonRules(Rules):
    """Python's rules over one program."""

    call_method = "__call__"
    constructors = ("__init__", "__new__")

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self._paths = program.paths
        self._folders = frozenset(folder for path in program.paths for folder in _folders_of(path))
        self._roots = self._import_roots()

    def _import_roots(self) -> list[str]:
        """Return the folders that hold top-level packages, outermost first."""
        tops: set[str] = set()
        for path in self._paths:
            if path.endswith("/__init__.py"):
                folder = path.rpartition("/")[0]
                while folder and f"{folder}/__init__.py" in self._paths:
                    folder = folder.rpartition("/")[0]
                tops.add(folder)
        return sorted(tops, key=lambda folder: (folder.count("/"), folder))

    # Modules.

    def find_module(self, evaluator: Evaluator, path: str, module: str, level: int) -> list[Value]:
        """Return the module an import names: files or folders of the program, or something external."""
        for part in module.split("."):
            evaluator.look(f"module {part}")
        inner = module.replace(".", "/")
        if level:
            base = path.rpartition("/")[0]
            for _ in range(level - 1):
                base = base.rpartition("/")[0]
            found = self._module_at("/".join(part for part in (base, inner) if part))
            return [found] if found else [UNKNOWN]
        own = self._own_root(path)
        for root in dict.fromkeys([own, *_folders_above(own), "src", "lib"]):
            found = self._module_at(f"{root}/{inner}" if root else inner)
            if found:
                return [found]
        elsewhere = [found for root in self._roots if (found := self._module_at(f"{root}/{inner}" if root else inner))]
        if elsewhere and module.partition(".")[0] not in _STANDARD:
            return elsewhere
        package, _, rest = module.partition(".")
        return [(EXTERNAL_OBJECT, package, rest)]

    def _own_root(self, path: str) -> str:
        folder = path.rpartition("/")[0]
        while folder and f"{folder}/__init__.py" in self._paths:
            folder = folder.rpartition("/")[0]
        return folder

    def _module_at(self, stem: str) -> Value | None:
        for path in (f"{stem}/__init__.py", f"{stem}.py", f"{stem}.pyi", f"{stem}/__init__.pyi"):
            if path in self._paths:
                return (MODULE_OBJECT, path)
        return (MODULE_OBJECT, f"{stem}/") if stem in self._folders else None

    def import_(self, evaluator: Evaluator, path: str, imported: ImportedName, *, called: bool = False) -> list[Attribute]:
        """Return what an import brings."""
        del called
        found: list[Attribute] = []
        for module in self.find_module(evaluator, path, imported.module, imported.level):
            if not imported.name:
                found.append(frozenset({module}))
            elif module[0] == MODULE_OBJECT:
                found += self.exported(evaluator, module[1], imported.name)
            else:
                found += evaluator.attributes(module, imported.name)
        return found

    def exported(self, evaluator: Evaluator, path: str, name: str) -> list[Attribute]:
        """Return what a module gives under a name."""
        return self._exported(evaluator, path, name, set()) or [ANYTHING]

    def _exported(self, evaluator: Evaluator, path: str, name: str, seen: set[str]) -> list[Attribute]:
        if path in seen:
            return []
        seen.add(path)
        if not path.endswith("/"):
            found = evaluator.module_bindings(path, name)
            if found:
                return found
        if path.endswith(("/__init__.py", "/", "/__init__.pyi")) or path == "__init__.py":
            evaluator.look(f"module {name}")
            folder = path.rpartition("/")[0]
            inside = self._module_at(f"{folder}/{name}" if folder else name)
            if inside:
                return [frozenset({inside})]
        return [] if path.endswith("/") else self._through_wildcards(evaluator, path, name, seen)

    def _through_wildcards(self, evaluator: Evaluator, path: str, name: str, seen: set[str]) -> list[Attribute]:
        if name.startswith("_"):
            return []
        found: list[Attribute] = []
        outside = False
        for imported in evaluator.flow(path).imports:
            if imported.name == "*":
                for module in self.find_module(evaluator, path, imported.module, imported.level):
                    if module[0] == MODULE_OBJECT:
                        found = self._exported(evaluator, module[1], name, seen) or found
                    else:
                        outside = True
        return found or ([ANYTHING] if outside else [])

    def free_bindings(self, evaluator: Evaluator, place: Place, name: str, *, called: bool = False) -> list[Attribute]:
        """Return what a wildcard import or Python itself gives."""
        del called
        found = self._through_wildcards(evaluator, place[0], name, set())
        if found and found != [ANYTHING]:
            return [each for _, each in evaluator.follow((None, one) for one in found)]
        if name in _BUILTINS:
            return [frozenset({(EXTERNAL_OBJECT, "builtins", name)})]
        if name in _MODULE_NAMES:
            return [self.literal("str")]
        return [ANYTHING]

    # Types.

    def instances(self, evaluator: Evaluator, place: Place, expression: Expression) -> Values:
        """Return instances of the type that an annotation names."""
        operation = expression[0]
        if operation in {NAME, MEMBER}:
            return union(self._instance_of(evaluator, place, each) for _, each in evaluator.denoted(place, expression))
        if operation == EITHER and expression[2]:
            return union(self.instances(evaluator, place, option) for option in expression[2])
        if operation == LITERAL:
            return NOTHING if expression[2] == "None" else ANYTHING
        if operation == SEQUENCE:  # isinstance(x, (A, B))
            return union(self.instances(evaluator, place, item) for item in expression[3])
        if operation == INDEX:
            arguments = expression[3][3] if expression[3][0] == SEQUENCE else (expression[3],)
            return self._generic(evaluator, place, expression[2], arguments)
        return ANYTHING

    def _instance_of(self, evaluator: Evaluator, place: Place, found: Attribute) -> Values:
        if isinstance(found, FoundBinding):
            binding = found.binding
            if binding.kind == VARIABLE and binding.value >= 0:
                alias = evaluator.flow(found.path).roots[binding.value].expression
                if alias is None or alias[0] not in {NAME, MEMBER, INDEX, EITHER}:
                    return ANYTHING
                return evaluator.answers.solve(
                    ("t", found.path, binding.value),
                    lambda: self.instances(evaluator, evaluator.place(found.path, binding.value), alias),
                )
            found = evaluator.worth(found)
        return union(self._made(evaluator, place, value) for value in found)

    def _made(self, evaluator: Evaluator, place: Place, value: Value) -> Values:
        """Return an instance of a class, or what a name from ``typing`` stands for without arguments."""
        if value[0] == CLASS_OBJECT:
            return frozenset({(INSTANCE, value[1], value[2])})
        if value[0] != EXTERNAL_OBJECT:
            return ANYTHING
        symbol = value[2].rpartition(".")[2]
        if value[1] in _TYPING:
            if symbol == "Self":
                return evaluator.receiver(place[0], place[1])
            if symbol in {"Any", "object", "NoReturn", "Never", "TypeVar"}:
                return ANYTHING
            symbol = _GENERIC.get(symbol, symbol)
            if symbol in _CONTAINERS:
                return frozenset({(CONTAINER, symbol, ())})
            if symbol == "None":
                return NOTHING
        return frozenset({(EXTERNAL_INSTANCE, value[1], value[2])})

    def _generic(self, evaluator: Evaluator, place: Place, of: Expression, arguments: Sequence[Expression]) -> Values:
        found: set[Value] = set()
        for value in evaluator.value(place, of):
            if value[0] == CLASS_OBJECT:
                found.add((INSTANCE, value[1], value[2]))
                continue
            symbol = value[2].rpartition(".")[2] if value[0] == EXTERNAL_OBJECT else ""
            symbol = _GENERIC.get(symbol, symbol)
            if symbol in _TRANSPARENT:
                found |= self.instances(evaluator, place, arguments[0])
            elif symbol == "Union":
                found |= union(self.instances(evaluator, place, each) for each in arguments)
            elif symbol == "type":
                found |= {
                    (CLASS_OBJECT, *each[1:]) if each[0] == INSTANCE else UNKNOWN for each in self.instances(evaluator, place, arguments[0])
                }
            elif symbol == "Callable":
                found.add(container("Callable", self.instances(evaluator, place, arguments[-1])))
            elif symbol == "Literal":
                found |= self.literal("str")
            elif symbol in _CONTAINERS:
                parts = [each for each in arguments if not (each[0] == EITHER and not each[2])]
                found.add(container(symbol, *(self.instances(evaluator, place, each) for each in parts)))
            elif value[0] == EXTERNAL_OBJECT:
                found.add((EXTERNAL_INSTANCE, value[1], value[2]))
            else:
                found.add(UNKNOWN)
        return frozenset(found)

    def gathered(self, taking: int, declared: Values) -> Values:
        """Return the tuple or dictionary that ``*args`` and ``**kwargs`` are."""
        if taking == REST:
            return frozenset({container("Sequence", declared)})
        if taking == REST_BY_NAME:
            return frozenset({container("dict", self.literal("str"), declared)})
        return declared

    def returned(self, evaluator: Evaluator, path: str, scope: int, declared: Values) -> Values:
        """Wrap the declared result of a coroutine; that of a generator is declared whole."""
        flags = evaluator.flow(path).scopes[scope].flags
        if flags & ASYNC and not flags & GENERATOR:
            return frozenset({container("Awaitable", declared)})
        return declared

    # Classes.

    def linearize(self, evaluator: Evaluator, path: str, scope: int) -> tuple[Value, ...]:
        """Return the method resolution order (C3; where that fails, depth first)."""
        own: Value = (CLASS_OBJECT, path, scope)
        lines: list[list[Value]] = []
        direct: list[Value] = []
        for values in evaluator.bases(path, scope):
            for value in sorted(values, key=repr):
                if value[0] == CLASS_OBJECT and value != own:
                    lines.append(list(evaluator.lineage(value[1], value[2])))
                    direct.append(value)
                elif value[0] == EXTERNAL_OBJECT:
                    if value[2].rpartition(".")[2] not in _ROOTLESS:
                        lines.append([value])
                        direct.append(value)
                else:
                    lines.append([UNKNOWN])
                    direct.append(UNKNOWN)
        return (own, *_merge([*lines, direct]))

    # Built-in functions and containers.

    def call_external(self, evaluator: Evaluator, callee: Value, place: Place, arguments: Arguments, passing: Values | None) -> Values:
        """Return what calling somebody else's function yields, where Python or its typing says."""
        if callee[0] == BUILTIN_METHOD:
            return self._method(evaluator, callee[1], callee[2], place, arguments)
        symbol = callee[2].rpartition(".")[2]
        values = [evaluator.value(place, given) for _, given in arguments]
        first = passing if passing is not None else values[0] if values else NOTHING
        if symbol in _SAME_ELEMENTS and callee[1] in {"builtins", "collections"}:
            kind = "Iterator" if symbol in {"iter", "reversed", "filter"} else "list" if symbol == "sorted" else symbol
            over = values[1] if symbol == "filter" and len(values) > 1 else first
            return frozenset({container(kind, evaluator.elements(self, over))})
        if symbol == "wraps" and callee[1] == "functools":
            return frozenset({(EXTERNAL_OBJECT, "functools", "update_wrapper")})
        if symbol in _FIRST_ARGUMENT and first:
            return first
        if callee[1] == "builtins":
            return self._builtin(evaluator, symbol, place, values)
        return frozenset({(EXTERNAL_INSTANCE, callee[1], callee[2])}) if symbol[:1].isupper() else ANYTHING

    def _builtin(self, evaluator: Evaluator, symbol: str, place: Place, values: list[Values]) -> Values:
        first = values[0] if values else NOTHING
        if symbol in {"next", "min", "max"}:
            return evaluator.elements(self, first) if len(values) == 1 or symbol == "next" else union(values)
        if symbol == "enumerate":
            return frozenset({container("Iterator", frozenset({container("tuple", self.literal("int"), evaluator.elements(self, first))}))})
        if symbol == "zip":
            parts = tuple(evaluator.elements(self, each) for each in values)
            return frozenset({container("Iterator", frozenset({container("tuple", *parts)}))})
        if symbol == "map":
            made = union(evaluator.called(each, place, ()) for each in first)
            return frozenset({container("Iterator", made)})
        if symbol == "type" and len(values) == 1:
            return frozenset((CLASS_OBJECT, *each[1:]) if each[0] == INSTANCE else UNKNOWN for each in first)
        if symbol in {"str", "int", "float", "bool", "bytes", "repr", "len", "bytearray", "object", "range"}:
            return self.literal({"repr": "str", "len": "int"}.get(symbol, symbol))
        if symbol == "dict":
            return frozenset({(CONTAINER, "dict", ())})
        return frozenset({(EXTERNAL_INSTANCE, "builtins", symbol)}) if symbol[:1].isupper() else ANYTHING

    def _method(self, evaluator: Evaluator, holder: Value, name: str, place: Place, arguments: Arguments) -> Values:
        """Return what a method of a built-in container yields."""
        key, value = self._parts(evaluator, holder)
        if name in {"get", "pop", "setdefault", "popitem", "popleft", "__getitem__"}:
            if holder[0] == SITE and arguments:
                value = evaluator.items(holder, arguments[0][1])
            rest = [evaluator.value(place, given) for _, given in arguments[1:]]
            return union([value, *rest])
        if name in {"values", "__iter__", "elements"}:
            return frozenset({container("Iterator", value)})
        if name == "keys":
            return frozenset({container("Iterator", key)})
        if name == "items":
            return frozenset({container("Iterator", frozenset({container("tuple", key, value)}))})
        if name in {"copy", "union", "intersection", "difference"}:
            return frozenset({holder})
        return ANYTHING

    def _parts(self, evaluator: Evaluator, holder: Value) -> tuple[Values, Values]:
        if holder[0] == SITE:
            return ANYTHING, evaluator.items(holder, None)
        parts = holder[2]
        if not parts:
            return ANYTHING, ANYTHING
        return (parts[0], parts[-1]) if holder[1] in _MAPPINGS else (ANYTHING, union(parts))

    def iterated(self, evaluator: Evaluator, value: Value) -> Values:
        """Return what a loop over a value yields."""
        if value[0] == CONTAINER and value[2]:
            if value[1] in {"Generator", "AsyncGenerator"} or value[1] in _MAPPINGS:
                return value[2][0]
            return union(value[2]) if value[1] != "Callable" else ANYTHING
        if value[0] == INSTANCE:
            found: set[Value] = set()
            for method in evaluator.member(value, "__iter__"):
                for made in evaluator.called(method, None, ()):
                    if made[0] == INSTANCE:
                        for each in evaluator.member(made, "__next__"):
                            found |= evaluator.called(each, None, ())
                    elif made[0] != UNKNOWN[0]:
                        found |= evaluator.elements(self, (made,))
                    else:
                        found.add(UNKNOWN)
            return frozenset(found) or ANYTHING
        if value[0] == EXTERNAL_INSTANCE and value[1:] == ("builtins", "str"):
            return frozenset({value})
        return ANYTHING

    def indexed(self, evaluator: Evaluator, place: Place, holder: Value, key: Expression) -> Values:
        """Return what ``holder[key]`` is worth."""
        if holder[0] == CLASS_OBJECT:
            return frozenset({holder})
        if holder[0] == CONTAINER and holder[2]:
            if holder[1] == "tuple" and key[0] == LITERAL and key[3].isdigit() and int(key[3]) < len(holder[2]):
                return holder[2][int(key[3])]
            return holder[2][-1] if holder[1] != "Callable" else ANYTHING
        if holder[0] == INSTANCE:
            return union(evaluator.called(method, place, (("", key),)) for method in evaluator.member(holder, "__getitem__"))
        if holder[0] == EXTERNAL_OBJECT:
            return frozenset({holder})
        return ANYTHING

    def entered(self, evaluator: Evaluator, values: Values) -> Values:
        """Return what ``with value as`` yields."""
        found: set[Value] = set()
        for value in values:
            if value[0] == CONTAINER and value[2]:
                found |= value[2][0] if value[1] != "Awaitable" else self.entered(evaluator, value[2][0])
            elif value[0] == INSTANCE:
                for name in ("__enter__", "__aenter__"):
                    for method in evaluator.member(value, name):
                        if method != UNKNOWN:
                            found |= evaluator.awaited(evaluator.called(method, None, ()))
            elif value[0] == EXTERNAL_INSTANCE:
                found.add(value)
            else:
                found.add(UNKNOWN)
        return frozenset(found) or ANYTHING


_STANDARD = frozenset(__import__("sys").stdlib_module_names)


def _merge(lines: list[list[Value]]) -> list[Value]:
    """Merge orders as C3 does; a contradiction falls back to first come, first served."""
    merged: list[Value] = []
    lines = [line for line in lines if line]
    while lines:
        for line in lines:
            head = line[0]
            if not any(head in other[1:] for other in lines):
                break
        else:
            head = lines[0][0]
        merged.append(head)
        lines = [rest for line in lines if (rest := [each for each in line if each != head])]
    return merged


def _folders_of(path: str) -> Iterable[str]:
    folder = path.rpartition("/")[0]
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]


def _folders_above(folder: str) -> Iterable[str]:
    while folder:
        folder = folder.rpartition("/")[0]
        yield folder


RULES = PythonRules
