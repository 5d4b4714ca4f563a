"""C++: namespaces, classes whose methods are defined elsewhere, overloads by number of arguments, smart pointers and containers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graph.announcing import ANY_IN
from graph.evaluate import Arguments, Attribute, Denoted, Evaluator, FoundBinding, Place
from graph.flow import (
    ABSTRACT,
    BLOCK,
    CLASS,
    CLASS_SCOPE,
    EXTENSION,
    INDEX,
    LITERAL,
    SEQUENCE,
    Binding,
    Expression,
    FileFlow,
    ImportedName,
    Scope,
)
from graph.languages.c_rules import ANONYMOUS_NAMESPACE, CRules, function_of, is_outermost, joined, namespace_of, outer
from graph.languages.cpp import APPLIED
from graph.languages.cpp_overrides import overriding
from graph.languages.jvm import CONSTRUCTOR
from graph.languages.overloads import fits, same_parameters
from graph.program import Program
from graph.rules import Kept
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
    UNKNOWN,
    Value,
    Values,
    container,
    union,
)
from ingest.codec import replace_fields

_POINTERS = frozenset({f"std.{name}" for name in ("unique_ptr", "shared_ptr", "optional", "weak_ptr", "reference_wrapper")})
_MAPS = frozenset({f"std.{name}" for name in ("map", "unordered_map", "multimap", "unordered_multimap")})
_ELEMENT = frozenset({"at", "front", "back", "top", "value", "get", "value_or"})


class CppRules(CRules):  # noqa: PLR0904
    """C++'s rules over one program."""

    members_need_no_receiver = True
    receivers_are_implicit = True
    overloaded = True
    constructors = (CONSTRUCTOR,)
    call_method = "operator()"

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self._declared_as: dict[tuple[str, int], Scope] = {}
        self._namespaces: frozenset[str] | None = None

    # Names.

    def _around(self, evaluator: Evaluator, place: Place) -> Iterator[str]:
        """Yield the namespaces around a place, from the inside; those of a method's class where it is defined outside."""
        flow = evaluator.flow(place[0])
        names = [namespace_of(flow, place[1])]
        owner = self._owner(evaluator, place[0], place[1])
        names = [namespace_of(evaluator.flow(each[1]), each[2]) for each in sorted(owner, key=repr)] + names
        for name in names:
            while name:
                yield name
                name = name.rpartition("::")[0]
        yield ""

    def free_bindings(self, evaluator: Evaluator, place: Place, name: str, *, called: bool = False) -> list[Attribute]:
        """Return what the namespaces around bind as far as the file sees them, then those in use."""
        path, around = place[0], list(self._around(evaluator, place))
        for namespace in around:
            found = self._in_namespace(evaluator, path, namespace, name)
            if found:
                return found
        brought: dict[Attribute, None] = {}
        for imported in evaluator.flow(path).imports:
            if imported.level == 2 and imported.name == "*":
                for namespace in around:
                    brought.update(dict.fromkeys(self._in_namespace(evaluator, path, joined(namespace, imported.module), name)))
        if brought:
            return list(brought)
        return [frozenset({(NAMESPACE, path, "std")})] if name == "std" else self.elsewhere(name)

    def _in_namespace(self, evaluator: Evaluator, path: str, namespace: str, name: str) -> list[Attribute]:
        whole = joined(namespace, name)
        found = self.visible(evaluator, path, whole) or self.visible(evaluator, path, joined(namespace, f"struct {name}"))
        if found:
            return self.settled(evaluator, whole, found)
        evaluator.look(f"{ANY_IN}{whole}")
        return [frozenset({(NAMESPACE, path, whole)})] if whole in self.namespaces else []

    @property
    def namespaces(self) -> frozenset[str]:
        """The names of the program's namespaces, found on first use."""
        if self._namespaces is None:
            found: set[str] = set()
            for path in sorted(path for path, language in self.program.languages.items() if language == "cpp"):
                for scope in self.program.unit(path).flow.scopes:
                    name = scope.name if scope.kind == BLOCK and scope.name != ANONYMOUS_NAMESPACE else ""
                    while name:
                        found.add(name)
                        name = name.rpartition("::")[0]
            self._namespaces = frozenset(found - {"std"})
        return self._namespaces

    def within(self, evaluator: Evaluator, namespace: Value, name: str) -> list[Attribute]:
        """Return what a namespace has under a name, as far as the file that asks sees it."""
        if namespace[2] == "std":
            return [frozenset({(EXTERNAL_OBJECT, "std", name)})]
        return self._in_namespace(evaluator, namespace[1], namespace[2], name) or [ANYTHING]

    def import_(self, evaluator: Evaluator, path: str, imported: ImportedName, *, called: bool = False) -> list[Attribute]:
        """Return the file that an include brings, or what ``using`` does."""
        if imported.level < 2:
            return super().import_(evaluator, path, imported, called=called)
        parts = [*imported.module.split("::"), *([] if imported.name == "*" else [imported.name])]
        parts = [part for part in parts if part]
        if parts[:1] == ["std"]:
            return [frozenset({(EXTERNAL_OBJECT, "std", ".".join(parts[1:]))})]
        found = self._in_namespace(evaluator, path, "", "::".join(parts))
        for prefix in (evaluator.flow(path).scopes[at].name for at in range(len(evaluator.flow(path).scopes))) if not found else ():
            if prefix in self.namespaces:
                found = found or self._in_namespace(evaluator, path, prefix, "::".join(parts))
        return found or [ANYTHING]

    # Methods that are defined outside of their class.

    def _owner(self, evaluator: Evaluator, path: str, scope: int) -> Values:
        """Return the classes whose method is defined around a scope, outside of them."""
        scopes, at = evaluator.flow(path).scopes, scope
        while at > 0 and not (scopes[at].flags & EXTENSION and scopes[at].bases):
            at = scopes[at].parent
        if at <= 0:
            return NOTHING
        return evaluator.answers.solve(("ow", path, at), lambda: self._find_owner(evaluator, path, scopes[at].bases[0]))

    def _find_owner(self, evaluator: Evaluator, path: str, root: int) -> Values:
        expression = evaluator.flow(path).roots[root].expression
        while expression is not None and expression[0] == INDEX:
            expression = expression[2]
        if expression is None:
            return NOTHING
        found = evaluator.denoted(evaluator.place(path, root), expression)
        return frozenset(v for _, each in found for v in evaluator.attribute_value(None, each) if v[0] == CLASS_OBJECT)

    def loose_receiver(self, evaluator: Evaluator, path: str, scope: int) -> Values:
        """Return ``this`` of a method that is defined outside of its class."""
        return frozenset((INSTANCE, *each[1:]) for each in self._owner(evaluator, path, scope)) or ANYTHING

    def implicit_members(self, evaluator: Evaluator, path: str, scope: int, name: str, *, called: bool = False) -> list[Denoted]:
        """Return the members of a class that a bare name denotes in it, or in its method that is defined outside of it."""
        found = evaluator.flow(path).scopes[scope]
        if found.kind == CLASS_SCOPE:
            return super().implicit_members(evaluator, path, scope, name, called=called)
        if not found.flags & EXTENSION or not found.bases:
            return []
        members: list[Denoted] = []
        for each in sorted(self._owner(evaluator, path, scope), key=repr):
            members += super().implicit_members(evaluator, each[1], each[2], name, called=called)
        return members

    def _key(self, evaluator: Evaluator, path: str, scope: int) -> str:
        """Return the qualified name of a class."""
        flow, chain = evaluator.flow(path), list[str]()
        at = scope
        while at > 0 and not is_outermost(flow, at):
            if flow.scopes[at].kind == CLASS_SCOPE:
                chain.insert(0, flow.scopes[at].name)
            at = outer(flow, at)
        return joined(namespace_of(flow, scope), *chain)

    def overloads(self, evaluator: Evaluator, holder: Value, lineage: Sequence[Value], name: str) -> list[Attribute]:
        """Return the methods of a name in the first class that has any: they hide those further up."""
        for each in lineage[:1] if name == CONSTRUCTOR else lineage:
            if each[0] != CLASS_OBJECT:
                return [ANYTHING] if each == UNKNOWN else [frozenset({(EXTERNAL_OBJECT, each[1], f"{each[2]}.{name}".lstrip("."))})]
            flow, scope = evaluator.flow(each[1]), evaluator.opened(each)
            bindings = scope.names.get(name, ())
            if bindings:
                functions = [binding for binding in bindings if function_of(flow, binding)]
                if not functions:
                    return [FoundBinding(each[1], each[2], name, bindings[-1])]
                bodies = [FoundBinding(each[1], each[2], name, b) for b in functions if not flow.scopes[b.target].flags & ABSTRACT]
                declared = [FoundBinding(each[1], each[2], name, b) for b in functions if flow.scopes[b.target].flags & ABSTRACT]
                key = joined(self._key(evaluator, each[1], each[2]), scope.name if name == CONSTRUCTOR else name)
                return list(self.defined_for(evaluator, bodies, declared, self.linked(evaluator, key) if declared else []))
        return [frozenset({lineage[0]})] if name == CONSTRUCTOR and lineage else [ANYTHING]

    def stand_ins(self, evaluator: Evaluator, holder: Value, name: str, binding: Binding) -> list[tuple[str, int]]:
        """Return the definitions that a call of one method of a class leads to, or its declaration."""
        found = FoundBinding(holder[1], holder[2], name, binding)
        if not evaluator.flow(holder[1]).scopes[binding.target].flags & ABSTRACT:
            return [(holder[1], binding.target)]
        linked = self.linked(evaluator, joined(self._key(evaluator, holder[1], holder[2]), name))
        return [(each.path, each.binding.target) for each in self.defined_for(evaluator, [], [found], linked)]

    def overrides(self, flow: FileFlow, method: Scope, above: FileFlow, candidates: Sequence[Scope]) -> Scope | None:
        """Return nothing: ``kept`` knows where methods are defined."""
        del flow, method, above, candidates
        return None

    def kept(self, evaluator: Evaluator, path: str) -> Iterator[Kept]:
        """Return which virtual methods the classes of a file override."""
        return overriding(self, evaluator, path)

    def defined_for(
        self, evaluator: Evaluator, bodies: list[FoundBinding], declared: list[FoundBinding], linked: list[FoundBinding]
    ) -> list[FoundBinding]:
        """Return the definition that each declaration stands for, by number and types of the parameters, or the declaration."""
        found = {(each.path, each.binding.target): each for each in bodies}
        for each in declared:
            flow = evaluator.flow(each.path)
            scope = flow.scopes[each.binding.target]
            counted = [
                one for one in linked if len(evaluator.flow(one.path).scopes[one.binding.target].parameters) == len(scope.parameters)
            ]
            alike = [one for one in counted if _alike(evaluator.flow(one.path), one.binding, flow, scope)]
            for one in alike or counted or [each]:
                found[one.path, one.binding.target] = one
                if one is not each and any(parameter.default >= 0 for parameter in scope.parameters):
                    self._declared_as[one.path, one.binding.target] = scope
        first = [each for each in declared if each in found.values()]
        if len(first) > 1 and len(first) == len(found):  # declarations of one function, repeated
            shapes = {(len(evaluator.flow(e.path).scopes[e.binding.target].parameters), e.path, e.scope) for e in first}
            return first if len(shapes) > 1 else first[:1] if len({e.path for e in first}) > 1 else first
        return list(found.values())

    def applicable(self, evaluator: Evaluator, place: Place, found: list[Denoted], arguments: Arguments) -> list[Denoted]:
        """Return the functions that take so many arguments."""
        del place
        given = [each for each in arguments if each[0] != APPLIED]
        functions: list[Denoted] = []
        fitting: list[Denoted] = []
        for denoted in found:
            each = denoted[1]
            if isinstance(each, FoundBinding) and function_of(evaluator.flow(each.path), each.binding):
                functions.append(denoted)
                scope = evaluator.flow(each.path).scopes[each.binding.target]
                declared = self._declared_as.get((each.path, each.binding.target))
                if fits(replace_fields(scope, parameters=declared.parameters) if declared is not None else scope, given):
                    fitting.append(denoted)
        if not functions:
            return found
        return fitting + [each for each in found if each not in functions] or [(None, ANYTHING)]

    def constructors_of(self, evaluator: Evaluator, class_: Value, place: Place, arguments: Arguments) -> list[FoundBinding]:
        """Return the constructors that a class has for so many arguments."""
        found: list[Denoted] = [(None, each) for each in evaluator.own_attributes(class_, CONSTRUCTOR, called=True)]
        return [each for _, each in self.applicable(evaluator, place, found, arguments) if isinstance(each, FoundBinding)] if found else []

    # Types and values.

    def instances(self, evaluator: Evaluator, place: Place, expression: Expression) -> Values:
        """Return instances of the type that an expression names."""
        if expression[0] != INDEX:
            return super().instances(evaluator, place, expression)
        parts = [
            self.instances(evaluator, place, each) for each in (expression[3][3] if expression[3][0] == SEQUENCE else (expression[3],))
        ]
        made = self.instances(evaluator, place, expression[2])
        return frozenset(container(f"{each[1]}.{each[2]}", *parts) if each[0] == EXTERNAL_INSTANCE else each for each in made)

    def base(self, evaluator: Evaluator, path: str, root: int) -> Values:
        """Return the class that a base is, whatever it is applied to."""
        expression, place = evaluator.flow(path).roots[root].expression, evaluator.place(path, root)
        while expression is not None and expression[0] == INDEX:
            expression = expression[2]
        made = ANYTHING if expression is None or expression[0] == CLASS else self.instances(evaluator, place, expression)
        kinds = {INSTANCE: CLASS_OBJECT, EXTERNAL_INSTANCE: EXTERNAL_OBJECT}
        return frozenset((kinds[each[0]], *each[1:]) if each[0] in kinds else UNKNOWN for each in made)

    def entered(self, evaluator: Evaluator, values: Values) -> Values:
        """Return what pointers point to."""
        found: set[Value] = set()
        for each in values:
            if each[0] == CONTAINER and each[1] in _POINTERS and each[2]:
                found |= each[2][0]
            elif each[0] == INSTANCE and (operators := evaluator.own_attributes(each, "operator->")):
                made = union(evaluator.called(one, None, ()) for it in operators for one in evaluator.attribute_value(each, it))
                found |= made or ANYTHING
            else:
                found.add(each)
        return frozenset(found)

    def indexed(self, evaluator: Evaluator, place: Place, holder: Value, key: Expression) -> Values:
        """Return an element."""
        if holder[0] == CONTAINER and holder[2]:
            return holder[2][-1] if holder[1] in _MAPS else holder[2][0]
        if holder[0] == INSTANCE and not (key[0] == LITERAL and key[2] == "field"):
            operators = evaluator.own_attributes(holder, "operator[]")
            if operators:
                return union(evaluator.called(one, None, ()) for it in operators for one in evaluator.attribute_value(holder, it))
        return super().indexed(evaluator, place, holder, key)

    def iterated(self, evaluator: Evaluator, value: Value) -> Values:
        """Return what a loop over a value yields."""
        if value[0] == CONTAINER and value[2]:
            return frozenset({container("tuple", *value[2][:2])}) if value[1] in _MAPS else value[2][0]
        if value[0] == INSTANCE and (begins := evaluator.own_attributes(value, "begin")):
            return union(evaluator.called(one, None, ()) for it in begins for one in evaluator.attribute_value(value, it)) or ANYTHING
        return ANYTHING

    def builtin_symbol(self, holder: Value, name: str) -> tuple[str, str]:
        """Return package and symbol of a method of a foreign class template."""
        package, _, title = holder[1].partition(".") if holder[0] == CONTAINER else ("std", "", "initializer_list")
        return package, f"{title}.{name}"

    def call_external(self, evaluator: Evaluator, callee: Value, place: Place, arguments: Arguments, passing: Values | None) -> Values:
        """Return what calling a method of a container, or one of a few functions, yields."""
        del passing
        if callee[0] == BUILTIN_METHOD and callee[1][0] == CONTAINER and callee[2] in _ELEMENT and callee[1][2]:
            return callee[1][2][-1] if callee[1][1] in _MAPS else callee[1][2][0]
        applied = next((given for keyword, given in arguments if keyword == APPLIED), None)
        given = [each for keyword, each in arguments if keyword != APPLIED]
        if callee[:2] == (EXTERNAL_OBJECT, "std"):
            if callee[2] in {"make_unique", "make_shared", "make_optional"} and applied is not None:
                kind = {"make_unique": "unique_ptr", "make_shared": "shared_ptr"}.get(callee[2], "optional")
                return frozenset({container(f"std.{kind}", *(self.instances(evaluator, place, each) for each in applied[3][:1]))})
            if callee[2] in {"move", "forward", "as_const", "ref", "cref"} and given:
                return evaluator.value(place, given[0])
            if callee[2] in {"string", "vector", "string_view"}:
                return frozenset({(EXTERNAL_INSTANCE, "std", callee[2])})
        return ANYTHING


def _alike(flow: FileFlow, binding: Binding, above: FileFlow, declared: Scope) -> bool:
    return same_parameters(flow, flow.scopes[binding.target], above, declared)


RULES = CppRules
