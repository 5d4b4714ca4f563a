"""Rust: modules and crates, where the methods of a type are written, what generic bounds and associated types mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from graph.bindings import Attribute, FoundBinding, Place
from graph.evaluate import Evaluator
from graph.flow import (
    BLOCK,
    CAST,
    CLASS_SCOPE,
    DEFINITION,
    ELEMENT,
    INDEX,
    INTERFACE,
    LITERAL,
    MEMBER,
    NAME,
    ROOT,
    SELF,
    SEQUENCE,
    VARIABLE,
    Expression,
    FileFlow,
    ImportedName,
)
from graph.languages.rust_library import RustLibrary
from graph.languages.rust_modules import RustModules
from graph.program import Program
from graph.rules import Kept
from graph.values import (
    ANYTHING,
    BUILTIN_METHOD,
    CLASS_OBJECT,
    CONTAINER,
    EXTERNAL_INSTANCE,
    EXTERNAL_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    NOTHING,
    UNKNOWN,
    Value,
    Values,
    container,
)

FIELDS = "fields"
"""Fourth part of an instance whose fields are meant, not its methods."""
_UNIVERSAL = frozenset({
    "as_mut", "as_ref", "borrow", "borrow_mut", "clone", "cmp", "default", "deref", "deref_mut", "eq", "fmt", "from", "hash", "into",
    "ne", "partial_cmp", "to_owned", "to_string", "try_from", "try_into", "type_id",
})  # fmt: skip
"""Methods of the standard traits that are derived or given to every type."""
_SAME = frozenset({"as_mut", "as_ref", "borrow", "borrow_mut", "clone", "deref", "deref_mut", "to_owned"})
_MAX_DEREF = 3


class RustRules(RustLibrary):
    """Rust's rules over one program."""

    builtin_package = "std"
    receiver_is_parameter = True
    declared_before_use = True

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self._modules = RustModules(program)
        self._impls: dict[str, list[tuple[str, int]]] | None = None

    # Names.

    def free_bindings(self, evaluator: Evaluator, place: Place, name: str, *, called: bool = False) -> list[Attribute]:
        """Return what a name denotes that no scope binds: a glob import's, a crate, ``Self``, or what the prelude has."""
        del called
        path, scope = place[0], place[1]
        if name in {"self::", "super::", "crate::"}:
            return [frozenset({self._modules.special(evaluator, path, scope, name[:-2])})]
        if name == "Self":
            return [self._self_type(evaluator, path, scope)]
        found = self._modules.through_globs(evaluator, path, self._modules.module_scope(evaluator.flow(path), scope), name)
        if found and found != [ANYTHING]:
            return [each for _, each in evaluator.follow((None, one) for one in found)]
        if name.endswith("!"):
            return self._macro(evaluator, place, name)
        crate = self._modules.crate(evaluator, path, name)
        if crate is not None:
            return [frozenset({crate})]
        if name in self.prelude:
            return [frozenset({(EXTERNAL_OBJECT, "std", name)})]
        return [ANYTHING]

    def _macro(self, evaluator: Evaluator, place: Place, name: str) -> list[Attribute]:
        """Return the macro of a name that no scope binds: an imported one, the library's, or one of the crate."""
        for _, each in evaluator.follow(evaluator.lookup(place, name[:-1])):
            for value in sorted(evaluator.attribute_value(None, each), key=repr):
                if value[0] == EXTERNAL_OBJECT and value[1] not in self.standard:
                    return [frozenset({(EXTERNAL_OBJECT, value[1], f"{value[2] or name[:-1]}!")})]
        if name[:-1] in self.macros:
            return [frozenset({(EXTERNAL_OBJECT, "std", name)})]
        return self._modules.macro(evaluator, place[0], name) or [ANYTHING]

    def import_(self, evaluator: Evaluator, path: str, imported: ImportedName, *, called: bool = False) -> list[Attribute]:
        """Return what an import brings."""
        del called
        return self._modules.imported(evaluator, path, imported)

    def within(self, evaluator: Evaluator, namespace: Value, name: str) -> list[Attribute]:
        """Return what a module has under a name, or the module around it."""
        if name == "super":
            return [frozenset({self._modules.special(evaluator, namespace[1], int(namespace[2]), name)})]
        return self._modules.members(evaluator, namespace, name) or [ANYTHING]

    def files_of(self, namespace: Value) -> list[str]:
        """Return the file of a module, none for one that is written inside of a file."""
        return [namespace[1]] if namespace[2] == "0" else []

    # The type around a place.

    def _around(self, flow: FileFlow, scope: int) -> int:
        """Return the ``impl``, the trait or the type around a scope, or -1."""
        while scope >= 0:
            found = flow.scopes[scope]
            if found.kind == CLASS_SCOPE or (found.kind == BLOCK and found.name == "impl" and found.bases):
                return scope
            scope = found.parent
        return -1

    def _self_type(self, evaluator: Evaluator, path: str, scope: int) -> Values:
        flow = evaluator.flow(path)
        at = self._around(flow, scope)
        if at < 0:
            return ANYTHING
        if flow.scopes[at].kind == CLASS_SCOPE:
            return frozenset({(CLASS_OBJECT, path, at)})
        return evaluator.root(path, flow.scopes[at].bases[0])

    def _self_instance(self, evaluator: Evaluator, path: str, scope: int) -> Values:
        flow = evaluator.flow(path)
        at = self._around(flow, scope)
        if at < 0:
            return ANYTHING
        if flow.scopes[at].kind == CLASS_SCOPE:
            return frozenset({(INSTANCE, path, at)})
        return evaluator.declared(path, flow.scopes[at].bases[0])

    # Types.

    def literal(self, type_: str) -> Values:
        """Return a value of a built-in type."""
        return NOTHING if type_ == "!" else super().literal(type_)

    def instances(self, evaluator: Evaluator, place: Place, expression: Expression) -> Values:
        """Return instances of the type that an expression names."""
        operation = expression[0]
        if operation == SELF or (operation == NAME and expression[2] == "Self"):
            return self._self_instance(evaluator, place[0], place[1])
        if operation == ROOT:
            root: int = expression[2]
            inside = evaluator.flow(place[0]).roots[root].expression
            return ANYTHING if inside is None else self.instances(evaluator, evaluator.place(place[0], root), inside)
        if operation in {ELEMENT, CAST}:
            return evaluator.value(place, expression)
        if operation == SEQUENCE:
            parts = [self.instances(evaluator, place, each) for each in expression[3]]
            return self._all_of(parts) if expression[2] == "bounds" else frozenset({container("tuple", *parts)})
        if operation == INDEX:
            keys = expression[3][3] if expression[3][0] == SEQUENCE and expression[3][2] == "tuple" else (expression[3],)
            if expression[2][0] == LITERAL:
                return frozenset({container(expression[2][2], *(self.instances(evaluator, place, each) for each in keys[:1]))})
            return self._generic(evaluator, place, expression[2], keys)
        if operation == MEMBER and (found := self._associated(evaluator, place, expression)):
            return found
        return super().instances(evaluator, place, expression)

    def _generic(self, evaluator: Evaluator, place: Place, of: Expression, keys: tuple[Expression, ...]) -> Values:
        """Return instances of a generic type: of the library with its arguments, of the program without them."""
        found: set[Value] = set()
        for each in self.instances(evaluator, place, of):
            name = each[2].rpartition(".")[2] if each[0] == EXTERNAL_INSTANCE and each[1] in self.standard else ""
            if name in self.transparent and keys:
                found |= self.instances(evaluator, place, keys[0])
            elif name in self.containers or (each[0] == CONTAINER and not each[2]):
                parts = (self.instances(evaluator, place, key) for key in keys)
                found.add(container(name or each[1], *parts))
            else:
                found.add(each)
        return frozenset(found)

    def _all_of(self, parts: list[Values]) -> Values:
        """Return one value that has what several traits have."""
        flat = sorted({value for part in parts for value in part}, key=repr)
        functions = [value for value in flat if value[0] == CONTAINER]
        traits = [value[:3] for value in flat if value[0] == INSTANCE]
        others = tuple(value for value in flat if value[0] not in {INSTANCE, CONTAINER})
        if traits:
            return frozenset({(*traits[0], (*traits[1:], *others))}) if len(flat) > 1 else frozenset(traits)
        return frozenset(functions or (others if len(others) == 1 else ())) or ANYTHING

    def _associated(self, evaluator: Evaluator, place: Place, expression: Expression) -> Values:
        """Return instances of ``Self::Name`` and ``Type::Name`` where the type has such an associated type."""
        holders = self.instances(evaluator, place, expression[2]) if expression[2][0] == NAME else NOTHING
        if not holders or any(value[0] != INSTANCE for value in holders):
            return NOTHING
        found: set[Value] = set()
        for holder in holders:
            for each in evaluator.attributes((CLASS_OBJECT, *holder[1:3]), expression[3]):
                if isinstance(each, FoundBinding) and each.binding.kind == VARIABLE:
                    found |= self.instance_of(evaluator, place, each)
        return frozenset(found)

    def instance_of(self, evaluator: Evaluator, place: Place, found: Attribute) -> Values:
        """Return instances of what a name denotes as a type: a class, an alias, or a type parameter."""
        if isinstance(found, FoundBinding) and found.binding.kind == VARIABLE:
            root = found.binding.value if found.binding.value >= 0 else found.binding.type
            return evaluator.declared(found.path, root) if root >= 0 else ANYTHING
        return super().instance_of(evaluator, place, found)

    def made(self, value: Value) -> Values:
        """Return an instance of one type."""
        if value[0] == EXTERNAL_OBJECT and value[1] in self.standard and value[2].rpartition(".")[2] in self.containers:
            return frozenset({(CONTAINER, value[2].rpartition(".")[2], ())})
        return frozenset({value}) if value[0] in {CONTAINER, INSTANCE} else super().made(value)

    # Members.

    def entered(self, evaluator: Evaluator, values: Values) -> Values:
        """Return instances as seen by a field access."""
        del evaluator
        return frozenset((INSTANCE, value[1], value[2], FIELDS) if value[0] == INSTANCE else value for value in values)

    def special_attributes(self, evaluator: Evaluator, holder: Value, name: str) -> list[Attribute]:
        """Return a field of a type, or what its implementations and traits give under a name."""
        if holder[0] == FUNCTION_OBJECT:
            return []
        return self._found(evaluator, holder, name, _MAX_DEREF) or self._universal(holder, name)

    def _universal(self, holder: Value, name: str) -> list[Attribute]:
        kind: str = holder[0]
        if len(holder) > 3 and holder[3] != FIELDS:
            others = cast("tuple[Value, ...]", holder[3])
            outside = [value for value in others if value[0] == EXTERNAL_INSTANCE]
            if len(outside) == 1 and name not in _UNIVERSAL:
                return [frozenset({(EXTERNAL_OBJECT, outside[0][1], f"{outside[0][2]}.{name}")})]
        if name in _SAME and kind == INSTANCE:
            return [frozenset({(BUILTIN_METHOD, holder[:3], name)})]
        return [frozenset({(EXTERNAL_OBJECT, "std", name)})] if name in _UNIVERSAL else [ANYTHING]

    def _found(self, evaluator: Evaluator, holder: Value, name: str, depth: int) -> list[Attribute]:
        class_: Value = (CLASS_OBJECT, *holder[1:3])
        scope = evaluator.opened(class_)
        own = scope.names.get(name)
        kind: str = holder[0]
        fields = len(holder) > 3 and holder[3] == FIELDS
        if own and (fields or kind == CLASS_OBJECT or scope.flags & INTERFACE):
            return [FoundBinding(class_[1], class_[2], name, binding) for binding in own]
        found: list[Attribute] = [] if fields else self._of_type(evaluator, class_, name)
        if found:
            return found
        parent = evaluator.flow(class_[1]).scopes[scope.parent] if scope.parent >= 0 else None
        if parent is not None and parent.kind == CLASS_SCOPE:  # a variant has what its enum has
            return self._found(evaluator, (kind, class_[1], scope.parent, *holder[3:]), name, depth)
        others = cast("tuple[Value, ...]", holder[3] if len(holder) > 3 and not fields else ())
        for each in others:
            if each[0] == INSTANCE and (found := self._found(evaluator, each, name, depth)):
                return found
        return self._through_deref(evaluator, class_, holder, name, depth) if depth else []

    def _of_type(self, evaluator: Evaluator, class_: Value, name: str) -> list[Attribute]:
        """Return a type's own method, else those that its traits give it."""
        found: list[Attribute] = []
        traits: list[Value] = []
        for path, impl in self._implementations(evaluator, class_):
            scope = evaluator.flow(path).scopes[impl]
            here = [FoundBinding(path, impl, f".{name}", binding) for binding in scope.names.get(f".{name}", ())]
            if here and len(scope.bases) < 2:
                return list(here)
            found += here
            if len(scope.bases) > 1:
                traits += sorted(evaluator.root(path, scope.bases[1]), key=repr)
        if found:
            return found
        if evaluator.opened(class_).flags & INTERFACE:
            traits += [value for values in evaluator.bases(class_[1], class_[2]) for value in sorted(values, key=repr)]
        return self._of_traits(evaluator, traits, name)

    def _of_traits(self, evaluator: Evaluator, traits: list[Value], name: str) -> list[Attribute]:
        given: list[Attribute] = []
        outside: dict[Value, None] = {}
        for trait in dict.fromkeys(traits):
            if trait[0] == CLASS_OBJECT:
                lineage = [trait, *evaluator.lineage(trait[1], trait[2])[1:]]
                for each in lineage:
                    if each[0] != CLASS_OBJECT:
                        outside[each] = None
                    elif bindings := evaluator.opened(each).names.get(name):
                        given += [FoundBinding(each[1], each[2], name, binding) for binding in bindings]
                        break
            elif trait[0] == EXTERNAL_OBJECT:
                outside[trait] = None
        if given:
            return given
        named = [each for each in outside if each[0] == EXTERNAL_OBJECT and each[1] not in self.standard]
        return [frozenset({(EXTERNAL_OBJECT, named[0][1], f"{named[0][2]}.{name}")})] if len(named) == 1 and name not in _UNIVERSAL else []

    def linearize(self, evaluator: Evaluator, path: str, scope: int) -> tuple[Value, ...]:
        """Return a type and the traits that are implemented for it, or a trait and its supertraits."""
        own: Value = (CLASS_OBJECT, path, scope)
        order = dict.fromkeys(super().linearize(evaluator, path, scope))
        if not evaluator.opened(own).flags & INTERFACE:
            for at, impl in self._implementations(evaluator, own):
                for root in evaluator.flow(at).scopes[impl].bases[1:]:
                    for value in sorted(evaluator.root(at, root), key=repr):
                        above = evaluator.lineage(value[1], value[2]) if value[0] == CLASS_OBJECT else (value,)
                        order.update(dict.fromkeys(above))
        return tuple(order)

    def kept(self, evaluator: Evaluator, path: str) -> Iterator[Kept]:
        """Yield the traits that the ``impl`` blocks of a file implement for types of the program."""
        flow = evaluator.flow(path)
        for scope in flow.scopes:
            if scope.kind != BLOCK or scope.name != "impl" or len(scope.bases) < 2:
                continue
            types, traits = (sorted(evaluator.root(path, root), key=repr) for root in scope.bases)
            if len(types) != 1 or len(traits) != 1 or types[0][0] != CLASS_OBJECT or traits[0][0] != CLASS_OBJECT:
                continue
            trait = evaluator.opened(traits[0])
            pairs = [
                ((path, binding.target), (traits[0][1], above.target))
                for name, (binding, *_) in scope.names.items() if name[:1] == "." and binding.kind == DEFINITION
                for above in trait.names.get(name[1:], ())[:1] if above.kind == DEFINITION
            ]  # fmt: skip
            at = flow.roots[scope.bases[1]].expression
            yield Kept(types[0][1:3], traits[0][1:3], tuple(pairs), at[1] if at else scope.start, trait.name)

    def _through_deref(self, evaluator: Evaluator, class_: Value, holder: Value, name: str, depth: int) -> list[Attribute]:
        for path, impl in self._implementations(evaluator, class_):
            scope = evaluator.flow(path).scopes[impl]
            trait = evaluator.flow(path).roots[scope.bases[1]].expression if len(scope.bases) > 1 else None
            if trait is None or trait[-1] != "Deref":
                continue
            for binding in scope.names.get(".Target", ()):
                for value in sorted(evaluator.declared(path, binding.value), key=repr):
                    if value[0] == INSTANCE:
                        return self._found(evaluator, (*value[:3], *holder[3:]), name, depth - 1)
                    return [] if value == UNKNOWN else list(evaluator.attributes(value, name))
        return []

    def _implementations(self, evaluator: Evaluator, class_: Value) -> Iterator[tuple[str, int]]:
        """Yield the ``impl`` blocks of a type: those of its name that mean it."""
        if self._impls is None:
            self._impls = self._index()
        name = evaluator.opened(class_).name
        evaluator.look(f"heirs of {name}")
        for path, scope in self._impls.get(name, ()):
            opened = evaluator.flow(path).scopes[scope]
            if opened.kind == BLOCK and class_ in evaluator.root(path, opened.bases[0]):
                yield path, scope

    def _index(self) -> dict[str, list[tuple[str, int]]]:
        """Sort what has bases by their names; ``impl`` blocks are among them."""
        found: dict[str, list[tuple[str, int]]] = {}
        for path, named in sorted(self.program.named_bases()):
            if self.program.languages[path] == "rust":
                for name, scope in named:
                    found.setdefault(name, []).append((path, scope))
        return found


RULES = RustRules
