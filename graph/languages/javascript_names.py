"""JavaScript and its dialects: what modules export and imports bring, and what names mean that no scope binds."""

from __future__ import annotations

from graph.bindings import Attribute, Denoted, FoundBinding, Place
from graph.evaluate import Evaluator
from graph.flow import (
    CLASS_SCOPE,
    DEFINITION,
    MEMBER,
    NAME,
    ROOT,
    ImportedName,
)
from graph.languages import javascript_builtins as builtins
from graph.languages.javascript_paths import NODE_MODULES, ModulePaths, split_package
from graph.languages.javascript_patterns import COMMONJS
from graph.program import Program
from graph.rules import Rules
from graph.values import (
    ANYTHING,
    EXTERNAL_OBJECT,
    MODULE_OBJECT,
    NOTHING,
    UNKNOWN,
    Value,
    union,
)


class JavaScriptNames(Rules):
    """The part of the rules that is about names."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self._modules = ModulePaths(program.paths, program.configs)

    # Modules.

    def find_module(self, evaluator: Evaluator, path: str, module: str) -> Value:
        """Return the module an import names: a file of the program, or something external."""
        found = self._modules.find(path, module, evaluator.look)
        if found:
            return (MODULE_OBJECT, found)
        if module.startswith((".", "/")) or not module:
            return UNKNOWN
        if module.startswith("node:"):
            package, _, rest = module.partition("/")
            return (EXTERNAL_OBJECT, package, rest.replace("/", "."))
        package, rest = split_package(module)
        return (EXTERNAL_OBJECT, f"node:{package}" if package in NODE_MODULES else package, rest.replace("/", "."))

    def import_(self, evaluator: Evaluator, path: str, imported: ImportedName, *, called: bool = False) -> list[Attribute]:
        """Return what an import brings."""
        del called
        module = self.find_module(evaluator, path, imported.module)
        if module[0] == MODULE_OBJECT:
            if imported.name == "*":
                return [frozenset({module})]
            return self._module_value(evaluator, module[1]) if not imported.name else self.exported(evaluator, module[1], imported.name)
        if imported.name in {"", "*", "default"} or module == UNKNOWN:
            return [frozenset({module})]
        return evaluator.attributes(module, imported.name)

    def imported_module(self, evaluator: Evaluator, path: str, imported: ImportedName) -> list[Attribute]:
        """Return the module itself, whatever it exports in its place."""
        return [frozenset({self.find_module(evaluator, path, imported.module)})]

    def _module_value(self, evaluator: Evaluator, path: str) -> list[Attribute]:
        """Return what ``require`` of a file gives: what ``module.exports`` was set to, else the module itself."""
        return self._roots(evaluator, path, COMMONJS) or [frozenset({(MODULE_OBJECT, path)})]

    def _roots(self, evaluator: Evaluator, path: str, name: str) -> list[Attribute]:
        flow = evaluator.flow(path)
        found: list[Attribute] = []
        for root in flow.exports.get(name, ()):
            expression = flow.roots[root].expression
            while expression is not None and expression[0] == ROOT:
                inner: int = expression[2]
                root, expression = inner, flow.roots[inner].expression
            if expression is not None and expression[0] in {NAME, MEMBER}:
                found += [each for _, each in evaluator.denoted(evaluator.place(path, root), expression)]
            else:
                found.append(evaluator.root(path, root))
        return found

    def exported(self, evaluator: Evaluator, path: str, name: str) -> list[Attribute]:
        """Return what a module gives under a name."""
        return self._exported(evaluator, path, name, set()) or [ANYTHING]

    def _exported(self, evaluator: Evaluator, path: str, name: str, seen: set[tuple[str, str]]) -> list[Attribute]:
        if (path, name) in seen:
            return []
        seen.add((path, name))
        flow = evaluator.flow(path)
        found = self._roots(evaluator, path, name) or evaluator.module_bindings(path, name)
        if not found and name in flow.scopes[0].fields:
            return [FoundBinding(path, 0, name, binding) for binding in flow.scopes[0].fields[name][-1:]]
        if found:
            return found
        if COMMONJS in flow.exports:
            whole = self._roots(evaluator, path, COMMONJS)
            if name == "default":
                return whole
            holders = union(evaluator.attribute_value(None, each) for each in whole)
            return [each for holder in sorted(holders, key=repr) for each in evaluator.attributes(holder, name)]
        return self._passed_on(evaluator, path, name, seen)

    def _passed_on(self, evaluator: Evaluator, path: str, name: str, seen: set[tuple[str, str]]) -> list[Attribute]:
        """Look a name up in what a module exports from others."""
        flow, outside = evaluator.flow(path), False
        for imported in flow.imports:
            if imported.reexported == name:
                module = self.find_module(evaluator, path, imported.module)
                if module[0] == MODULE_OBJECT and imported.name:
                    return self._exported(evaluator, module[1], imported.name, seen)
                return self.import_(evaluator, path, imported)
        if name == "default":
            if path.endswith((".vue", ".svelte")) or flow.scopes[0].fields:
                return [frozenset({(MODULE_OBJECT, path)})]
            return []
        for imported in flow.imports:
            if imported.reexported == "*":
                module = self.find_module(evaluator, path, imported.module)
                if module[0] == MODULE_OBJECT:
                    found = self._exported(evaluator, module[1], name, seen)
                    if found:
                        return found
                else:
                    outside = True
        return [ANYTHING] if outside else []

    def free_bindings(self, evaluator: Evaluator, place: Place, name: str, *, called: bool = False) -> list[Attribute]:
        """Return what the language or its usual hosts define."""
        del called
        if name in {"exports", "module"} and (place[0].endswith((".js", ".cjs", ".ts", ".cts"))):
            return [frozenset({(MODULE_OBJECT, place[0])})] if name == "exports" else [ANYTHING]
        if name == "undefined":
            return [NOTHING]
        if name in builtins.GLOBALS or name in builtins.TYPE_NAMES:
            return [frozenset({(EXTERNAL_OBJECT, "javascript", name)})]
        return [ANYTHING]

    def meant(self, evaluator: Evaluator, found: list[Denoted], *, as_type: bool) -> list[Denoted]:
        """Return types where a type is meant, of a class and an interface that are one the class; values elsewhere."""
        chosen: list[Denoted] = []
        interfaces: set[tuple[str, int, str]] = set()
        for holder, each in found:
            if isinstance(each, FoundBinding):
                mere_type = each.binding.branch < 0
                if mere_type != as_type and (mere_type or not self._is_class(evaluator, each)):
                    continue
                key = (each.path, each.scope, each.name)
                if as_type and (mere_type or each.binding.kind == DEFINITION) and key in interfaces:
                    continue
                interfaces.add(key)
            chosen.append((holder, each))
        return chosen or found

    def _is_class(self, evaluator: Evaluator, found: FoundBinding) -> bool:
        binding = found.binding
        return binding.kind == DEFINITION and evaluator.flow(found.path).scopes[binding.target].kind == CLASS_SCOPE
