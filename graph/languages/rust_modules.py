"""Rust: which file is which module, which crate a path begins with, what ``use`` brings.

A module is ``(NAMESPACE, path, scope)``: scope "0" is the file itself, another one a module that is written inside of it.
"""

from __future__ import annotations

from functools import partial

from graph.bindings import Attribute, FoundBinding
from graph.evaluate import Evaluator
from graph.flow import BLOCK, IMPORTED, FileFlow, ImportedName
from graph.program import Program
from graph.values import ANYTHING, CLASS_OBJECT, EXTERNAL_OBJECT, NAMESPACE, NOTHING, UNKNOWN, Value, Values

_STANDARD = frozenset({"std", "core", "alloc", "proc_macro", "test"})
_ROOTS = frozenset({"lib.rs", "main.rs", "mod.rs"})
_OF_ROOTS = frozenset({"benches", "bin", "examples", "tests"})
_OWNER = "owner"
_DEPENDENCIES = frozenset({"dependencies", "dev-dependencies", "build-dependencies"})


class RustModules:
    """The modules of one program."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._manifests = sorted(path for path in program.paths if path.rpartition("/")[2] == "Cargo.toml")
        self._libraries: dict[str, str] | None = None
        self._macros: dict[str, list[FoundBinding]] | None = None
        self._starred: dict[str, dict[int, list[ImportedName]]] = {}
        self._beside: dict[str, list[str]] = {}
        for path in sorted(program.paths):
            if program.languages[path] == "rust":
                self._beside.setdefault(path.rpartition("/")[0], []).append(path)

    # Modules.

    def module_scope(self, flow: FileFlow, scope: int) -> int:
        """Return the scope of the module around a scope."""
        while scope > 0:
            found = flow.scopes[scope]
            if found.kind == BLOCK and found.name and found.name != "impl":
                return scope
            scope = found.parent
        return 0

    def _inside(self, flow: FileFlow, position: int) -> int:
        """Return the scope of the module that a position stands in."""
        best = 0
        for index, scope in enumerate(flow.scopes):
            if scope.kind == BLOCK and scope.name and scope.name != "impl" and scope.start <= position < scope.end:
                best = index
        return best

    def _outer(self, evaluator: Evaluator, path: str, scope: int) -> tuple[str, int] | None:
        """Return the module that a module is in."""
        flow = evaluator.flow(path)
        if scope:
            return path, self.module_scope(flow, flow.scopes[scope].parent)
        parent = self._parent(evaluator, path)
        return (parent, 0) if parent else None

    def _parent(self, evaluator: Evaluator, path: str) -> str:
        """Return the file that declares a file as its module, or "" for the root of a crate."""
        folder, _, base = path.rpartition("/")
        if base in {"lib.rs", "main.rs"}:
            return ""
        name = base.removesuffix(".rs")
        if base == "mod.rs":
            folder, _, name = folder.rpartition("/")
        around = f"{folder}/" if folder else ""
        for candidate in (f"{around}mod.rs", f"{around}lib.rs", f"{around}main.rs", f"{folder}.rs"):
            evaluator.look(f"module {candidate.rpartition('/')[2].partition('.')[0]}")
            if candidate in self._program.paths and candidate != path:
                declared = evaluator.flow(candidate).imports
                if any(each.module == "mod" and each.name == name for each in declared):
                    return candidate
        return self._root_beside(evaluator, path, folder, name) if folder.rpartition("/")[2] in _OF_ROOTS else ""

    def _root_beside(self, evaluator: Evaluator, path: str, folder: str, name: str) -> str:
        """Return the root of a crate of tests or examples, which may have any name, that declares a module."""
        evaluator.look(f"package {folder}/")
        for candidate in self._beside.get(folder, ()):
            if candidate != path and any(each.module == "mod" and each.name == name for each in evaluator.flow(candidate).imports):
                return candidate
        return ""

    def _root(self, evaluator: Evaluator, path: str) -> str:
        seen = {path}
        while (parent := self._parent(evaluator, path)) and parent not in seen:
            seen.add(parent)
            path = parent
        return path

    def _child(self, evaluator: Evaluator, path: str, scope: int, name: str) -> Value | None:
        """Return the module of a name that a module declares."""
        flow = evaluator.flow(path)
        for index, each in enumerate(flow.scopes):
            if (
                each.kind == BLOCK
                and each.name == name
                and name != "impl"
                and index > scope
                and self.module_scope(flow, each.parent) == scope
            ):
                return (NAMESPACE, path, str(index))
        evaluator.look(f"module {name}")
        folder, _, base = path.rpartition("/")
        inner: list[str] = []
        while scope:
            inner.insert(0, flow.scopes[scope].name)
            scope = self.module_scope(flow, flow.scopes[scope].parent)
        stems = [folder, f"{folder}/{base.removesuffix('.rs')}" if folder else base.removesuffix(".rs")]
        if base not in _ROOTS and self._parent(evaluator, path):
            stems.reverse()
        for stem in stems:
            start = "/".join(part for part in (stem, *inner, name) if part)
            for candidate in (f"{start}.rs", f"{start}/mod.rs"):
                if candidate in self._program.paths and candidate != path:
                    return (NAMESPACE, candidate, "0")
        return None

    def special(self, evaluator: Evaluator, path: str, scope: int, word: str) -> Value:
        """Return the module that ``self``, ``super`` or ``crate`` stands for."""
        if word == "crate":
            return (NAMESPACE, self._root(evaluator, path), "0")
        at: tuple[str, int] | None = (path, self.module_scope(evaluator.flow(path), scope))
        if word == "super":
            at = self._outer(evaluator, path, self.module_scope(evaluator.flow(path), scope))
        return UNKNOWN if at is None else (NAMESPACE, at[0], str(at[1]))

    # Crates.

    def crate(self, evaluator: Evaluator, path: str, name: str) -> Value | None:
        """Return a crate of the program, or one that it depends on."""
        if name in _STANDARD:
            return (EXTERNAL_OBJECT, name, "")
        if self._libraries is None:
            self._libraries = self._find_libraries()
        for what in ("module Cargo", "module lib", f"package {name}", f"package {name.replace('_', '-')}"):
            evaluator.look(what)
        if name in self._libraries:
            return (NAMESPACE, self._libraries[name], "0")
        for manifest in self._manifests:
            folder = manifest.rpartition("/")[0]
            if not folder or path.startswith(f"{folder}/"):
                for symbol in evaluator.flow(manifest).symbols:
                    parts = symbol.qualified_name.split(".")
                    if parts[0] in {"workspace", "target"}:
                        parts = [part for part in parts if part in _DEPENDENCIES][:1] + parts[-1:]
                    if parts[0] in _DEPENDENCIES and len(parts) > 1 and parts[1].replace("-", "_") == name:
                        return (EXTERNAL_OBJECT, name, "")
        return None

    def _find_libraries(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for manifest in self._manifests:
            folder = manifest.rpartition("/")[0]
            library = f"{folder}/src/lib.rs" if folder else "src/lib.rs"
            declared = self._program.unit(manifest).flow.package
            if library in self._program.paths and declared:
                found.setdefault(declared.replace("-", "_"), library)
        if not self._manifests:
            for path in sorted(self._program.paths):
                if path.endswith("/src/lib.rs"):
                    found.setdefault(path.split("/")[-3].replace("-", "_"), path)
        return found

    # Imports.

    def imported(self, evaluator: Evaluator, path: str, imported: ImportedName) -> list[Attribute]:
        """Return what one ``use``, ``mod`` or ``extern crate`` brings."""
        scope = self._inside(evaluator.flow(path), imported.position)
        if imported.module == "mod":
            child = self._child(evaluator, path, scope, imported.name)
            return [frozenset({child})] if child is not None else [ANYTHING]
        if imported.module == "::":
            return [frozenset({self.crate(evaluator, path, imported.name) or (EXTERNAL_OBJECT, imported.name, "")})]
        segments = [each for each in (imported.module.split("::") if imported.module else []) if each]
        if imported.name != "*":
            segments.append(imported.name)
        return self._along(evaluator, path, scope, segments, imported.position) if segments else [ANYTHING]

    def _along(self, evaluator: Evaluator, path: str, scope: int, segments: list[str], position: int) -> list[Attribute]:
        """Follow a path of names from a module."""
        first, rest = segments[0], segments[1:]
        if first in {"self", "super", "crate"}:
            found: list[Attribute] = [frozenset({self.special(evaluator, path, scope, first)})]
        else:
            found = self._first(evaluator, path, scope, first, position)
        for name in rest:
            brought = evaluator.follow((None, each) for each in self._modules_first(evaluator, found))
            found = [
                inside for _, each in brought for value in sorted(evaluator.attribute_value(None, each), key=repr)
                for inside in evaluator.attributes(value, name)
            ]  # fmt: skip
        return found or [ANYTHING]

    def _modules_first(self, evaluator: Evaluator, found: list[Attribute]) -> list[Attribute]:
        """Return the modules among what has a name, if there are any: a function may be called as one."""
        modules: list[Attribute] = []
        for each in found:
            if not isinstance(each, FoundBinding) or each.binding.kind != IMPORTED:
                continue
            if evaluator.flow(each.path).imports[each.binding.target].module == "mod":
                modules.append(each)
        return modules or found

    def _first(self, evaluator: Evaluator, path: str, scope: int, name: str, position: int) -> list[Attribute]:
        """Return what a path begins with: a name of the module, a crate, or, in old editions, a name of the crate's root."""
        flow = evaluator.flow(path)
        bindings = flow.scopes[scope].names.get(name, ())
        own = [b for b in bindings if b.kind != IMPORTED or flow.imports[b.target].position != position]
        if own:
            return [FoundBinding(path, scope, name, binding) for binding in own]
        crate = self.crate(evaluator, path, name)
        if crate is not None:
            return [frozenset({crate})]
        root = self._root(evaluator, path)
        found = [FoundBinding(root, 0, name, b) for b in evaluator.flow(root).scopes[0].names.get(name, ())] if root != path else []
        found = [
            each for each in found if each.binding.kind != IMPORTED or evaluator.flow(root).imports[each.binding.target].module == "mod"
        ]
        return list(found) or [frozenset({(EXTERNAL_OBJECT, name, "")})]

    def members(self, evaluator: Evaluator, module: Value, name: str) -> list[Attribute]:
        """Return what a module has under a name, its own or by a glob import."""
        path, scope = module[1], int(module[2])
        if evaluator.flow(path).scopes[scope].names.get(name):
            return self._own(evaluator, path, scope, name)
        return self.through_globs(evaluator, path, scope, name)

    def _own(self, evaluator: Evaluator, path: str, scope: int, name: str) -> list[Attribute]:
        return [FoundBinding(path, scope, name, binding) for binding in evaluator.flow(path).scopes[scope].names.get(name, ())]

    def through_globs(self, evaluator: Evaluator, path: str, scope: int, name: str) -> list[Attribute]:
        """Return what the glob imports of a module bring under a name."""
        if not self._globs(evaluator, path, scope):
            return []
        found = evaluator.answers.solve(("glob", path, scope, name), lambda: self._through(evaluator, path, scope, name))
        given: list[Attribute] = []
        for each in sorted(found, key=repr):
            given += self._own(evaluator, each[1], each[2], name) if each[0] == _OWNER else []
        return given or [frozenset({each}) for each in found if each[0] != _OWNER]

    def _globs(self, evaluator: Evaluator, path: str, scope: int) -> list[ImportedName]:
        flow = evaluator.flow(path)
        known = self._starred.get(path)
        if known is None:
            known = self._starred[path] = {}
            for imported in flow.imports:
                if imported.name == "*":
                    known.setdefault(self._inside(flow, imported.position), []).append(imported)
        return known.get(scope, [])

    def _through(self, evaluator: Evaluator, path: str, scope: int, name: str) -> Values:
        """Return who has a name among the modules and enums that glob imports bring; ``UNKNOWN`` if only somebody else's may have it."""
        outside = False
        for imported in self._globs(evaluator, path, scope):
            for _, each in evaluator.follow((None, one) for one in self.imported(evaluator, path, imported)):
                for value in sorted(evaluator.attribute_value(None, each), key=repr):
                    owner = (value[1], int(value[2])) if value[0] in {NAMESPACE, CLASS_OBJECT} else None
                    if owner is None:
                        outside = True
                    elif evaluator.flow(owner[0]).scopes[owner[1]].names.get(name):
                        return frozenset({(_OWNER, *owner)})
                    elif value[0] == NAMESPACE and self._globs(evaluator, *owner):
                        found = evaluator.answers.solve(("glob", *owner, name), partial(self._through, evaluator, *owner, name))
                        if found and UNKNOWN not in found:
                            return found
                        outside = outside or bool(found)
        return ANYTHING if outside else NOTHING

    def macro(self, evaluator: Evaluator, path: str, name: str) -> list[Attribute]:
        """Return the macro of a name that the program defines, if there is one of it alone in the crate."""
        if self._macros is None:
            self._macros = {}
            for each in sorted(self._program.paths):
                if self._program.languages[each] == "rust":
                    flow = self._program.unit(each).flow
                    for index, scope in enumerate(flow.scopes):
                        for title, bindings in scope.names.items() if scope.kind == BLOCK or not index else ():
                            if title.endswith("!"):
                                self._macros.setdefault(title, []).extend(FoundBinding(each, index, title, b) for b in bindings)
        evaluator.look(f"macro {name}")
        root = self._root(evaluator, path)
        own = [each for each in self._macros.get(name, ()) if self._root(evaluator, each.path) == root]
        return list(own)
