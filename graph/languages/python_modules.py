"""Python: which file an import names, and what a module gives under a name."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterable

from graph.announcing import IMPORT_ROOTS, import_roots, stem_name
from graph.evaluate import Attribute, Evaluator, Place
from graph.flow import INDEX, LITERAL, NAME, SEQUENCE, FileFlow, ImportedName
from graph.program import Program
from graph.rules import Rules
from graph.values import (
    ANYTHING,
    EXTERNAL_OBJECT,
    MODULE_OBJECT,
    UNKNOWN,
    Value,
)

_BUILTINS = frozenset(name for name in dir(builtins) if not name.startswith("_")) | {"__import__", "WindowsError", "unicode", "reveal_type"}
_PACKAGE_FILES = frozenset({"__init__.py", "__init__.pyi", ""})
_MODULE_NAMES = frozenset({"__name__", "__file__", "__doc__", "__path__", "__package__", "__spec__", "__dict__", "__all__", "__builtins__"})
_STANDARD = frozenset(sys.stdlib_module_names)


class PythonModules(Rules):
    """Modules, packages, wildcard imports and built-in names."""

    fallbacks = _BUILTINS
    folders_are_modules = True

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self._paths = program.paths
        self._folders = frozenset(folder for path in program.paths for folder in _folders_of(path))
        self._roots = import_roots(program.paths)
        self._found: dict[tuple[str, str, int, bool], list[Value]] = {}
        self._looked: dict[tuple[str, str, int, bool], list[str]] = {}
        self._wildcards: dict[str, list[ImportedName]] = {}
        self._lists: dict[str, frozenset[str] | None] = {}

    # Modules.

    def find_module(self, evaluator: Evaluator, path: str, module: str, level: int) -> list[Value]:
        """Return the module an import names: files or folders of the program, or something external."""
        key = (path.rpartition("/")[0], module, level, path.endswith(".pyi"))
        found = self._found.get(key)
        if found is None:
            looked = self._looked[key] = [f"module {part}" for part in module.split(".")]
            found = self._found[key] = self._find_module(*key, looked)
        for each in self._looked[key]:
            evaluator.look(each)
        return found

    def _find_module(self, folder: str, module: str, level: int, stub: bool, looked: list[str]) -> list[Value]:
        """Find a module, and add to ``looked`` what that rests on besides the parts of its name."""
        inner = module.replace(".", "/")
        if level:
            base = folder
            for _ in range(level - 1):
                base = base.rpartition("/")[0]
            looked += () if inner else (stem_name(base), stem_name(f"{base}/__init__"))
            found = self._module_at("/".join(part for part in (base, inner) if part), stub=stub)
            return [found] if found else [UNKNOWN]
        own = self._own_root(folder, looked)
        near = dict.fromkeys([own, *_folders_above(own), "src", "lib"])
        for root in near:
            found = self._module_at(_below(root, inner), stub=stub)
            if found:
                return [found]
        package, _, rest = module.partition(".")
        if package not in _STANDARD:
            looked.append(IMPORT_ROOTS)
            elsewhere = [found for root in self._roots if (found := self._module_at(_below(root, inner)))]
            if elsewhere:
                return elsewhere
            if rest and any(self._is_package(_below(root, package)) for root in near):
                return [UNKNOWN]  # of a package of the program: not written yet, generated, or compiled
        return [(EXTERNAL_OBJECT, package, rest)]

    def _is_package(self, stem: str) -> bool:
        return f"{stem}/__init__.py" in self._paths

    def _own_root(self, folder: str, looked: list[str]) -> str:
        while folder:
            looked.append(stem_name(f"{folder}/__init__"))
            if f"{folder}/__init__.py" not in self._paths:
                break
            folder = folder.rpartition("/")[0]
        return folder

    def _module_at(self, stem: str, *, stub: bool = False) -> Value | None:
        """Return the module of a path without its ending; a stub looks for stubs first, all others for what runs."""
        files = (f"{stem}/__init__.py", f"{stem}.py", f"{stem}/__init__.pyi", f"{stem}.pyi")
        for path in (*files[2:], *files[:2]) if stub else files:
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
                inside = self._submodule(evaluator, module[1], imported.name) if module[1] == path else None
                found += [frozenset({inside})] if inside else self.exported(evaluator, module[1], imported.name)
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
        inside = self._submodule(evaluator, path, name)
        if inside:
            return [frozenset({inside})]
        return [] if path.endswith("/") else self._through_wildcards(evaluator, path, name, seen)

    def _submodule(self, evaluator: Evaluator, path: str, name: str) -> Value | None:
        if path.rpartition("/")[2] not in _PACKAGE_FILES:
            return None
        evaluator.look(f"module {name}")
        folder = path.rpartition("/")[0]
        return self._module_at(_below(folder, name), stub=path.endswith(".pyi"))

    def _through_wildcards(self, evaluator: Evaluator, path: str, name: str, seen: set[str]) -> list[Attribute]:
        if name.startswith("_"):
            return []
        found: list[Attribute] = []
        outside = False
        flow = evaluator.flow(path)
        wildcards = self._wildcards.get(path)
        if wildcards is None:
            wildcards = self._wildcards[path] = [each for each in flow.imports if each.name == "*"]
        for imported in wildcards:
            for module in self.find_module(evaluator, path, imported.module, imported.level):
                if module[0] == MODULE_OBJECT and not self._listed(evaluator, module[1], name):
                    continue
                if module[0] == MODULE_OBJECT:
                    found = self._exported(evaluator, module[1], name, seen) or found
                else:
                    outside = True
        return found or ([ANYTHING] if outside else [])

    def _listed(self, evaluator: Evaluator, path: str, name: str) -> bool:
        """Say whether a wildcard import takes a name: all where there is no ``__all__``, or one that is computed."""
        if path.endswith("/"):
            return True
        flow = evaluator.flow(path)
        if path not in self._lists:
            self._lists[path] = _written_list(flow)
        names = self._lists[path]
        return names is None or name in names

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


def _written_list(flow: FileFlow) -> frozenset[str] | None:
    """Return the names in a module's ``__all__``; None where it has none, or it is computed or changed after having been written."""
    bindings = flow.scopes[0].names.get("__all__", ())
    listed = [flow.roots[each.value].expression for each in bindings if each.value >= 0]
    if len(listed) != 1 or len(bindings) != 1 or listed[0] is None or listed[0][0] != SEQUENCE:
        return None
    holders = (flow.roots[target].expression for target, _ in flow.stores)
    if any(each is not None and each[0] == INDEX and each[2][0] == NAME and each[2][2] == "__all__" for each in holders):
        return None
    items = listed[0][3]
    return frozenset(each[3] for each in items) if all(each[0] == LITERAL and each[3] for each in items) else None


def _below(folder: str, path: str) -> str:
    return f"{folder}/{path}" if folder else path


def _folders_of(path: str) -> Iterable[str]:
    folder = path.rpartition("/")[0]
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]


def _folders_above(folder: str) -> Iterable[str]:
    while folder:
        folder = folder.rpartition("/")[0]
        yield folder
