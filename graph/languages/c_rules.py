"""C: what a file sees is what it includes, and a declaration stands for the definition that the linker finds.

Definitions are looked up by name over the whole program only for a name that a visible declaration gives to a function or variable: that is
what linkage means (C standard, "Linkages of identifiers").
"""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath

from graph.evaluate import Attribute, Evaluator, FoundBinding, Place
from graph.flow import (
    ABSTRACT,
    BLOCK,
    CLASS,
    CLASS_SCOPE,
    DEFINITION,
    FIELD,
    FUNCTION_SCOPE,
    INDEX,
    LITERAL,
    MEMBER,
    MODULE,
    NAME,
    STATIC,
    VARIABLE,
    Binding,
    Expression,
    FileFlow,
    ImportedName,
)
from graph.languages.c_declarations import ENUMERATORS
from graph.languages.c_library import HEADER_OF
from graph.program import Program
from graph.rules import Rules
from graph.values import (
    ANYTHING,
    EXTERNAL_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    MODULE_OBJECT,
    NOTHING,
    UNKNOWN,
    Value,
    Values,
)

LANGUAGES = frozenset({"c", "cpp"})
ANONYMOUS_NAMESPACE = "(anonymous)"


def outer(flow: FileFlow, scope: int) -> int:
    """Return the scope that a scope's definition is bound in: templates' own scopes hold their parameters alone."""
    at = flow.scopes[scope].parent
    while at > 0 and flow.scopes[at].kind == BLOCK and not flow.scopes[at].name:
        at = flow.scopes[at].parent
    return at


def is_outermost(flow: FileFlow, scope: int) -> bool:
    """Say whether a scope is a file's or a namespace's."""
    return flow.scopes[scope].kind == MODULE or (flow.scopes[scope].kind == BLOCK and bool(flow.scopes[scope].name))


def namespace_of(flow: FileFlow, scope: int) -> str:
    """Return the name of the namespace around a scope, itself included."""
    at = scope
    while at > 0 and not is_outermost(flow, at):
        at = flow.scopes[at].parent
    return "" if flow.scopes[max(at, 0)].name == ANONYMOUS_NAMESPACE else flow.scopes[max(at, 0)].name


def joined(*parts: str) -> str:
    """Return a qualified name."""
    return "::".join(part for part in parts if part)


def written(expression: Expression | None) -> str:
    """Return the names in an expression that names a type."""
    if expression is None:
        return ""
    if expression[0] == MEMBER:
        return joined(written(expression[2]), str(expression[3]))
    if expression[0] == NAME:
        return str(expression[2])
    return written(expression[2]) if expression[0] == INDEX else ""


def function_of(flow: FileFlow, binding: Binding) -> bool:
    """Say whether a binding defines or declares a function."""
    return binding.kind == DEFINITION and flow.scopes[binding.target].kind == FUNCTION_SCOPE


def is_macro(flow: FileFlow, binding: Binding) -> bool:
    """Say whether a binding is a macro with parameters."""
    if not function_of(flow, binding):
        return False
    scope = flow.scopes[binding.target]
    return bool(scope.flags & STATIC) and scope.returns < 0 and [each.name for each in scope.parameters] == [""]


class CRules(Rules):
    """C's rules over one program."""

    functions_apart = True
    builtin_package = "c"

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self._by_name: dict[str, list[str]] = {}
        for path in sorted(program.paths):
            self._by_name.setdefault(path.rpartition("/")[2], []).append(path)
        self._closures: dict[str, tuple[str, ...]] = {}
        self._tables: dict[str, dict[str, list[FoundBinding]]] = {}
        self._visible: dict[tuple[str, str], list[FoundBinding]] = {}
        self._linkage: dict[str, list[FoundBinding]] | None = None
        self._assignments: dict[str, list[tuple[str, int, int]]] | None = None

    # What a file sees.

    def included(self, evaluator: Evaluator, path: str, imported: ImportedName) -> str:
        """Return the file of the program that an include brings, or nothing: beside the file, or the only or nearest one of that path."""
        name = imported.module
        evaluator.look(f"module {name.rpartition('/')[2].partition('.')[0]}")
        beside = normpath(f"{path.rpartition('/')[0]}/{name}".lstrip("/"))
        if imported.level == 1 and beside in self.program.paths:
            return beside
        ending = normpath(name).lstrip("./")
        found = [each for each in self._by_name.get(name.rpartition("/")[2], ()) if each == ending or each.endswith(f"/{ending}")]
        if len(found) < 2:
            return found[0] if found else ""
        ranked = sorted(found, key=lambda each: (-_common(each, path), each))
        return ranked[0] if _common(ranked[0], path) > _common(ranked[1], path) else ""

    def closure(self, evaluator: Evaluator, path: str) -> tuple[str, ...]:
        """Return a file and all that it includes, directly or not."""
        evaluator.answers.solve(("inc", path), lambda: self._find_closure(evaluator, path))
        return self._closures[path]

    def _find_closure(self, evaluator: Evaluator, path: str) -> Values:
        order: dict[str, None] = {path: None}
        waiting = [path]
        while waiting:
            at = waiting.pop()
            for imported in evaluator.flow(at).imports:
                target = self.included(evaluator, at, imported) if imported.level < 2 else ""
                if target and target not in order and self.program.languages.get(target) in LANGUAGES:
                    order[target] = None
                    waiting.append(target)
        self._closures[path] = tuple(order)
        return NOTHING

    def _table(self, path: str) -> dict[str, list[FoundBinding]]:
        """Return what a file binds outside of functions and classes, by qualified name."""
        table = self._tables.get(path)
        if table is not None:
            return table
        table = self._tables[path] = {}
        flow = self.program.unit(path).flow
        for index, scope in enumerate(flow.scopes):
            if is_outermost(flow, index):
                self._enter(table, path, flow, index, index)
            elif scope.kind == CLASS_SCOPE and index in flow.exports.get(ENUMERATORS, ()) and is_outermost(flow, outer(flow, index)):
                self._enter(table, path, flow, index, outer(flow, index))
        return table

    def _enter(self, table: dict[str, list[FoundBinding]], path: str, flow: FileFlow, scope: int, around: int) -> None:
        namespace = namespace_of(flow, around)
        for name, bindings in flow.scopes[scope].names.items():
            if "#" not in name:
                table.setdefault(joined(namespace, name), []).extend(FoundBinding(path, scope, name, each) for each in bindings)

    def visible(self, evaluator: Evaluator, path: str, name: str) -> list[FoundBinding]:
        """Return the bindings of a qualified name that a file sees."""
        files = self.closure(evaluator, path)
        found = self._visible.get((path, name))
        if found is None:
            found = self._visible[path, name] = [each for file in files for each in self._table(file).get(name, ())]
        return found

    # What the linker sees.

    def linked(self, evaluator: Evaluator, name: str) -> list[FoundBinding]:
        """Return the definitions of a qualified name that other files can use."""
        evaluator.look(f"defines {name.rpartition('::')[2]}")
        if self._linkage is None:
            self._linkage = {}
            for path in sorted(path for path, language in self.program.languages.items() if language in LANGUAGES):
                for key, found in self._defined(path):
                    self._linkage.setdefault(key, []).append(found)
        return self._linkage.get(name, [])

    def _defined(self, path: str) -> Iterator[tuple[str, FoundBinding]]:
        flow = self.program.unit(path).flow
        for name, bindings in self._table(path).items():
            for each in bindings:
                binding = each.binding
                if function_of(flow, binding):
                    if not flow.scopes[binding.target].flags & (ABSTRACT | STATIC):
                        yield name, each
                elif binding.kind == VARIABLE and binding.type >= 0 and f"static#{each.name}" not in flow.scopes[each.scope].names:
                    yield name, each
        for index, scope in enumerate(flow.scopes):
            if scope.kind == FUNCTION_SCOPE and scope.bases and not scope.flags & ABSTRACT:
                key = joined(namespace_of(flow, index), written(flow.roots[scope.bases[0]].expression), scope.name)
                yield key, FoundBinding(path, scope.parent, scope.name, Binding(DEFINITION, scope.position, target=index))

    def settled(self, evaluator: Evaluator, name: str, found: list[FoundBinding]) -> list[Attribute]:
        """Return definitions for declarations, where the program has them."""
        flows = {each.path: evaluator.flow(each.path) for each in found}
        functions = [each for each in found if function_of(flows[each.path], each.binding)]
        types = [each for each in found if each.binding.kind == DEFINITION and each not in functions]
        if types:
            return list(types)
        if functions:
            bodies = [each for each in functions if not flows[each.path].scopes[each.binding.target].flags & ABSTRACT]
            declared = [each for each in functions if each not in bodies]
            return list(self.defined_for(evaluator, bodies, declared, self.linked(evaluator, name) if declared else []))
        held = [each for each in found if each.binding.kind != FIELD]
        if held:
            return list(held)
        return list(self.linked(evaluator, name) or found[:1])

    def defined_for(
        self, evaluator: Evaluator, bodies: list[FoundBinding], declared: list[FoundBinding], linked: list[FoundBinding]
    ) -> list[FoundBinding]:
        """Return the definitions of one name: those that are seen, and those that declarations stand for."""
        del evaluator
        unique = {(each.path, each.binding.target): each for each in [*bodies, *linked]}
        return list(unique.values()) or declared[:1]

    # Names.

    def by_use(self, flow: FileFlow, found: list[Binding], *, called: bool) -> list[Binding]:
        """Return what is bound in functions and classes: all else is looked up together with what is included."""
        del called
        return [each for each in found if each.kind != FIELD and not self._is_shared(flow, each)]

    def _is_shared(self, flow: FileFlow, binding: Binding) -> bool:
        return binding.kind == DEFINITION and is_outermost(flow, outer(flow, binding.target))

    def free_bindings(self, evaluator: Evaluator, place: Place, name: str, *, called: bool = False) -> list[Attribute]:
        """Return what the file and its includes bind, or else what the standard library has."""
        del called
        found = self.visible(evaluator, place[0], name)
        settled = self.settled(evaluator, name, found) if found else []
        if name in HEADER_OF and any(is_macro(evaluator.flow(each.path), each.binding) for each in found):
            return [*settled, *self.elsewhere(name)]  # a stand-in for where the library lacks it
        return settled or self.elsewhere(name)

    def elsewhere(self, name: str) -> list[Attribute]:
        """Return what the standard library has under a name."""
        return [frozenset({(EXTERNAL_OBJECT, HEADER_OF[name], name)})] if name in HEADER_OF else [ANYTHING]

    def import_(self, evaluator: Evaluator, path: str, imported: ImportedName, *, called: bool = False) -> list[Attribute]:
        """Return the file that an include brings."""
        del called
        target = self.included(evaluator, path, imported)
        if target:
            return [frozenset({(MODULE_OBJECT, target)})]
        return [ANYTHING if imported.level else frozenset({(EXTERNAL_OBJECT, imported.module, "")})]

    def spelled(self, name: str) -> str:
        """Return a name without its tag."""
        return name.rpartition(" ")[2] if name.startswith(("struct ", "union ", "enum ")) else name

    # Types and values.

    def literal(self, type_: str) -> Values:
        """Return a value of a built-in type."""
        return ANYTHING if type_ == "void" else super().literal(type_)

    def instances(self, evaluator: Evaluator, place: Place, expression: Expression) -> Values:
        """Return instances of the type that an expression names; a pointer is worth what it points to."""
        if expression[0] == CLASS:
            return frozenset({(INSTANCE, place[0], expression[2])})
        return super().instances(evaluator, place, expression)

    def instance_of(self, evaluator: Evaluator, place: Place, found: Attribute) -> Values:
        """Return instances of a type, or of what a ``typedef`` stands for."""
        if isinstance(found, FoundBinding) and found.binding.kind == VARIABLE:
            return evaluator.declared(found.path, found.binding.type) if found.binding.type >= 0 else ANYTHING
        return super().instance_of(evaluator, place, found)

    def subtypes(self, evaluator: Evaluator, path: str, scope: int) -> list[tuple[str, int]]:
        """Return nothing: a type has all members that are used of it."""
        del evaluator, path, scope
        return []

    def indexed(self, evaluator: Evaluator, place: Place, holder: Value, key: Expression) -> Values:
        """Return an element: an array is worth what it holds. For a field that points to functions, what it is given."""
        del place
        if key[0] == LITERAL and key[2] == "field":
            question = ("as", holder[1], holder[2], key[3])
            return evaluator.answers.solve(question, lambda: self._assigned(evaluator, holder, key[3]))
        return frozenset({holder})

    def _assigned(self, evaluator: Evaluator, holder: Value, name: str) -> Values:
        """Return the functions that the program assigns to a field, and that there may be others."""
        evaluator.look(f"assigns {name}")
        if self._assignments is None:
            self._assignments = {}
            for path in sorted(path for path, language in self.program.languages.items() if language in LANGUAGES):
                flow = self.program.unit(path).flow
                for target, value in flow.stores:
                    expression = flow.roots[target].expression
                    if expression is not None and expression[0] == MEMBER:
                        self._assignments.setdefault(expression[3], []).append((path, target, value))
        found: set[Value] = {UNKNOWN}
        for path, target, value in self._assignments.get(name, ()):
            expression = evaluator.flow(path).roots[target].expression
            if value >= 0 and expression is not None and holder in evaluator.value(evaluator.place(path, target), expression[2]):
                found |= {each for each in evaluator.root(path, value) if each[0] == FUNCTION_OBJECT}
        return frozenset(found)


def _common(one: str, other: str) -> int:
    """Return how many folders two paths begin with alike."""
    count = 0
    for mine, theirs in zip(one.split("/")[:-1], other.split("/")[:-1], strict=False):
        if mine != theirs:
            break
        count += 1
    return count


RULES = CRules
