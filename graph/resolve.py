"""Uses to edges: what every name in a file refers to, with the evidence and the rule.

A use whose name denotes one definition is proven; several are possible, all of them given; what is somebody else's is external; and what no
rule could decide is kept as unknown. A call of what is no definition (a variable, a parameter, what a call returned) goes to the functions
it may be worth.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from graph.evaluate import ARGUMENTS, Arguments, Denoted, Evaluator, FoundBinding, PassedCall, Place
from graph.flow import (
    ACCESSOR,
    AWAIT,
    BASE,
    CALL,
    CAST,
    CLASS_SCOPE,
    DECORATOR,
    DEFINITION,
    EITHER,
    ELEMENT,
    ENTER,
    EXTENSION,
    FUNCTION_SCOPE,
    IMPORTED,
    INDEX,
    ITEM,
    MAPPING,
    MEMBER,
    METHOD,
    MODULE,
    NAME,
    NEW,
    SELF,
    SEQUENCE,
    SPREAD,
    SUPER,
    TYPE,
    VALUE,
    WRITE,
    Binding,
    Expression,
)
from graph.model import Edge, EdgeKind, Evidence, FileGraph, Handle, external, unknown
from graph.program import Program, SourceUnit
from graph.values import (
    ARGUMENT,
    BUILTIN_METHOD,
    CLASS_OBJECT,
    EXTERNAL_INSTANCE,
    EXTERNAL_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    MODULE_OBJECT,
    NAMESPACE,
    Value,
)

_KIND_OF_PURPOSE = {DECORATOR: EdgeKind.CALLS, WRITE: EdgeKind.WRITES}


@dataclass(frozen=True, slots=True)
class Resolution:
    """One file's graph, and what it rests on."""

    graph: FileGraph
    rests: tuple[str, ...]


@dataclass(slots=True)
class _Draft:
    """A file half resolved: the edges that are settled, and the expressions that wait for what parameters may be worth."""

    edges: list[Edge]
    waiting: list[int]
    looked_at: int


@dataclass(slots=True)
class _Use:
    """A use on its way to edges."""

    place: Place
    source: Handle
    name: str
    start: int
    kind: EdgeKind


class Resolver:
    """Makes the edges of files."""

    def __init__(self, program: Program, evaluator: Evaluator) -> None:
        self._program = program
        self._evaluator = evaluator
        self._edges: list[Edge] = []
        self._passes: dict[tuple[str, int, Place], PassedCall] = {}
        self._local: dict[tuple[int, str], bool] = {}
        self._drafts: dict[str, _Draft] = {}
        self._unit: SourceUnit
        self._path = ""

    def begin(self, path: str) -> list[PassedCall]:
        """Resolve what does not depend on the arguments of calls; return the calls whose arguments may matter to others."""
        evaluator = self._evaluator
        self._path, self._unit, self._edges, self._passes, self._local = path, self._program.unit(path), [], {}, {}
        answers = evaluator.answers
        answers.start()
        answers.look(path)
        self._structure()
        looked, waiting = answers.looked_at(), list[int]()
        for index, root in enumerate(self._unit.flow.roots):
            if root.expression is None:
                continue
            settled = len(self._edges)
            self._walk_root(index)
            if answers.rests_on(ARGUMENTS):
                del self._edges[settled:]
                waiting.append(index)
                looked |= answers.looked_at()
                answers.start()
        self._drafts[path] = _Draft(self._edges, waiting, looked | answers.looked_at())
        return list(self._passes.values())

    def finish(self, path: str) -> Resolution:
        """Resolve the rest of a file that was begun, and return its graph."""
        draft, evaluator = self._drafts.pop(path), self._evaluator
        self._path, self._unit, self._edges, self._passes, self._local = path, self._program.unit(path), draft.edges, {}, {}
        evaluator.answers.start()
        for index in draft.waiting:
            self._walk_root(index)
        rests = evaluator.answers.names(draft.looked_at | evaluator.answers.looked_at())
        return Resolution(FileGraph(path, tuple(self._unit.nodes), tuple(self._edges)), tuple(rests))

    def _walk_root(self, index: int) -> None:
        root = self._unit.flow.roots[index]
        if root.expression is not None:
            self._walk((self._path, root.scope, root.expression[1], root.branch), root.expression, root.purpose, index)

    # What needs no evaluation, or little.

    def _structure(self) -> None:
        unit = self._unit
        for index, symbol in enumerate(unit.flow.symbols):
            outer = unit.of_symbol[symbol.parent] if symbol.parent >= 0 else Handle(self._path)
            self._edges.append(
                Edge(
                    EdgeKind.CONTAINS, Evidence.PROVEN, "syntax", outer, unit.of_symbol[index], self._path, symbol.start_line, symbol.start
                )
            )
        for index in range(len(unit.flow.imports)):
            self._import(index)
        for index, scope in enumerate(unit.flow.scopes):
            if scope.kind == CLASS_SCOPE:
                self._bases(index)
                self._overrides(index)

    def _import(self, index: int) -> None:
        imported = self._unit.flow.imports[index]
        rules = self._evaluator.rules(self._path)
        found = rules.import_(self._evaluator, self._path, imported)
        namespaces = [value for each in found if isinstance(each, frozenset) for value in each if value[0] == NAMESPACE]
        if namespaces:
            for file in sorted({file for value in namespaces for file in rules.files_of(value)}):
                name = imported.name or imported.module
                source, target = Handle(self._path), Handle(file)
                self._add(EdgeKind.IMPORTS, Evidence.PROVEN, "import", source, target, imported.position, name)
            return
        use = _Use(
            (self._path, 0, imported.position, 0), Handle(self._path), imported.name or imported.module, imported.position, EdgeKind.IMPORTS
        )
        self._give(use, self._evaluator.follow((None, each) for each in found), "import")

    def _bases(self, scope: int) -> None:
        source = self._unit.of_scope[scope]
        for root in self._unit.flow.scopes[scope].bases:
            expression = self._unit.flow.roots[root].expression
            while expression is not None and expression[0] in {INDEX, CALL}:
                expression = expression[2]
            if expression is None or expression[0] not in {NAME, MEMBER}:
                continue
            place = self._evaluator.place(self._path, root)
            name = self._evaluator.rules(self._path).spelled(expression[-1])
            use = _Use(place, source, name, expression[1], EdgeKind.INHERITS)
            self._give(use, self._evaluator.denoted(place, expression), "base")

    def _overrides(self, scope: int) -> None:
        evaluator, flow = self._evaluator, self._unit.flow
        lineage = evaluator.lineage(self._path, scope)[1:]
        if not lineage:
            return
        for name, bindings in flow.scopes[scope].names.items():
            methods = [b for b in bindings if b.kind == DEFINITION and flow.scopes[b.target].kind == FUNCTION_SCOPE]
            if not methods or name in evaluator.rules(self._path).constructors:
                continue
            for method in methods if evaluator.rules(self._path).overloaded else methods[-1:]:
                self._override(lineage, name, method)

    def _override(self, lineage: Sequence[Value], name: str, method: Binding) -> None:
        evaluator, flow = self._evaluator, self._unit.flow
        rules = evaluator.rules(self._path)
        for supertype in lineage:
            if supertype[0] != CLASS_OBJECT:
                if rules.overloaded:
                    continue
                break
            holder, above = evaluator.opened(supertype), evaluator.flow(supertype[1])
            scopes = [above.scopes[b.target] for b in holder.names.get(name, ()) if b.kind == DEFINITION]
            found = rules.overrides(flow, flow.scopes[method.target], above, scopes)
            if found is not None:
                source, target = self._unit.of_scope[method.target], self._program.handle(supertype[1], above.scopes.index(found))
                self._add(EdgeKind.OVERRIDES, Evidence.PROVEN, "inheritance", source, target, method.position, name)
                break

    # Expressions.

    def _walk(self, place: Place, expression: Expression, purpose: int, root: int = -1) -> None:
        """Make the edges of an expression and of everything in it."""
        operation = expression[0]
        if operation == NAME:
            if (purpose != BASE or root < 0) and not self._is_local_name(place[1], expression[2]):
                self._use(place, expression, _KIND_OF_PURPOSE.get(purpose, EdgeKind.REFERENCES))
        elif operation in {MEMBER, METHOD}:
            self._walk(place, expression[2], VALUE)
            kind = _KIND_OF_PURPOSE.get(purpose, EdgeKind.REFERENCES)
            if purpose != BASE or root < 0:
                self._use(place, expression, kind)
        elif operation == CALL:
            self._walk_call(place, expression, purpose)
        elif operation == NEW:
            self._instantiation(place, expression[2], expression[3])
            self._arguments(place, expression[3])
        elif operation == INDEX:
            self._walk(place, expression[2], VALUE if purpose in {WRITE, DECORATOR} else purpose)
            self._walk(place, expression[3], TYPE if purpose == TYPE else VALUE)
        else:
            for part in _parts(expression):
                self._walk(place, part, purpose if purpose == TYPE else VALUE)

    def _walk_call(self, place: Place, expression: Expression, purpose: int) -> None:
        callee = expression[2]
        if callee[0] in {NAME, MEMBER}:
            if callee[0] == MEMBER:
                self._walk(place, callee[2], VALUE)
            self._use(place, callee, EdgeKind.CALLS, expression[3])
        else:
            self._walk(place, callee, VALUE)
            self._call_values(
                _Use(place, self._source(place), "", expression[1], EdgeKind.CALLS),
                self._evaluator.value(place, callee),
                "value",
                expression[3],
            )
        if purpose == DECORATOR:
            use = _Use(place, self._source(place), "", expression[1], EdgeKind.CALLS)
            self._call_values(use, self._evaluator.value(place, expression), "decorator", ())
        self._arguments(place, expression[3])

    def _instantiation(self, place: Place, type_: Expression, arguments: Arguments) -> None:
        if type_[0] == INDEX:
            self._walk(place, type_[3], TYPE)
            type_ = type_[2]
        if type_[0] == MEMBER:
            self._walk(place, type_[2], VALUE)
        if type_[0] in {NAME, MEMBER}:
            self._use(place, type_, EdgeKind.INSTANTIATES, arguments)
        else:
            self._walk(place, type_, VALUE)

    def _arguments(self, place: Place, arguments: Arguments) -> None:
        for _, given in arguments:
            self._walk(place, given, VALUE)

    def _source(self, place: Place) -> Handle:
        return self._unit.of_scope[place[1]]

    def _use(self, place: Place, expression: Expression, kind: EdgeKind, arguments: Arguments = ()) -> None:
        name = self._evaluator.rules(self._path).spelled(expression[-1])
        use = _Use(place, self._source(place), name, expression[1], kind)
        called = kind is EdgeKind.CALLS or expression[0] == METHOD
        denoted = self._evaluator.denoted(place, expression, called=called)
        if kind is EdgeKind.CALLS:
            denoted = self._evaluator.rules(self._path).applicable(self._evaluator, place, denoted, arguments)
        if denoted and all(each and isinstance(each, frozenset) and all(v[0] == NAMESPACE for v in each) for _, each in denoted):
            return  # a package's name inside of a longer one
        local = [each for _, each in denoted if isinstance(each, FoundBinding) and self._is_local(each)]
        if kind is EdgeKind.CALLS and (local or not denoted or self._is_variable(denoted)):
            if not local:
                self._give(_Use(place, use.source, name, use.start, EdgeKind.REFERENCES), denoted, self._rule(expression, denoted))
            self._call_values(use, self._evaluator.value(place, expression), "value", arguments)
        elif not local:
            self._give(use, denoted, self._rule(expression, denoted), arguments)

    def _is_local_name(self, scope: int, name: str) -> bool:
        """Say whether a name is nothing but variables and parameters of a function: most are, and none of them is a node."""
        key = (scope, name)
        known = self._local.get(key)
        if known is None:
            scopes, at = self._unit.flow.scopes, scope
            while at > 0 and (scopes[at].kind == CLASS_SCOPE or name not in scopes[at].names):
                if scopes[at].kind == CLASS_SCOPE and self._evaluator.rules(self._path).members_need_no_receiver:
                    at = 0
                    break
                at = scopes[at].parent
            kinds = {binding.kind for binding in scopes[at].names[name]} if at > 0 else {DEFINITION}
            known = self._local[key] = not kinds & {DEFINITION, IMPORTED}
        return known

    def _is_local(self, found: FoundBinding) -> bool:
        """Say whether a binding is a variable or parameter inside a function, which is no node."""
        if found.binding.kind == DEFINITION:
            return False
        scope = self._program.unit(found.path).flow.scopes[found.scope]
        return scope.kind not in {MODULE, CLASS_SCOPE}

    def _is_variable(self, denoted: Iterable[Denoted]) -> bool:
        return any(isinstance(each, FoundBinding) and each.binding.kind != DEFINITION for _, each in denoted)

    def _rule(self, expression: Expression, denoted: list[Denoted]) -> str:
        if expression[0] == NAME:
            if any(held is not None for held, _ in denoted):
                return "scope" if any(isinstance(each, FoundBinding) and each.path == self._path for _, each in denoted) else "inheritance"
            elsewhere = any(isinstance(each, FoundBinding) and each.path != self._path for _, each in denoted)
            return "import" if elsewhere else "scope"
        holder = expression[2][0]
        if holder == SELF:
            return "self"
        if holder == SUPER:
            return "super"
        return "import" if any(held is not None and held[0] == MODULE_OBJECT for held, _ in denoted) else "type"

    # Edges.

    def _give(self, use: _Use, denoted: Iterable[Denoted], rule: str, arguments: Arguments = ()) -> None:
        """Make the edges from a use to what it denotes."""
        targets: dict[tuple[EdgeKind, Handle], None] = {}
        outside: dict[Handle, None] = {}
        undecided = False
        constructors: dict[Handle, None] = {}
        sure = True
        for holder, each in denoted:
            if isinstance(each, FoundBinding):
                kind, target = self._target(use.kind, each)
                if target is not None:
                    targets[kind, target] = None
                if kind is EdgeKind.INSTANTIATES:
                    constructors.update(dict.fromkeys(self._constructors(each, use, arguments)))
                elif kind is EdgeKind.CALLS:
                    self._pass(each.path, each.binding.target, use, arguments, bound=_is_bound(holder))
                sure = sure and not _is_heir(holder, each, self._evaluator)
            else:
                for value in each:
                    undecided = self._outside(value, outside, targets, use) or undecided
        certain = len(targets) == 1 and not outside and not undecided and sure
        evidence = Evidence.PROVEN if certain else Evidence.POSSIBLE
        for kind, target in targets:
            self._add(kind, evidence, rule, use.source, target, use.start, use.name)
        if len(constructors) > 1:
            evidence = Evidence.POSSIBLE
        for target in constructors:
            self._add(EdgeKind.CALLS, evidence, "constructor", use.source, target, use.start, use.name)
        for target in outside:
            self._add(use.kind, Evidence.EXTERNAL, rule, use.source, target, use.start, use.name)
        if undecided or not (targets or outside):
            self._add(use.kind, Evidence.UNKNOWN, rule, use.source, unknown(use.name), use.start, use.name)

    def _outside(self, value: Value, outside: dict[Handle, None], targets: dict[tuple[EdgeKind, Handle], None], use: _Use) -> bool:
        """Sort one value in; return whether it is unknown."""
        kind = value[0]
        if kind in {EXTERNAL_OBJECT, EXTERNAL_INSTANCE}:
            outside[external(value[1], self._evaluator.rules(self._path).spelled(value[2]))] = None
        elif kind == BUILTIN_METHOD:
            outside[external(*self._evaluator.rules(self._path).builtin_symbol(value[1], value[2]))] = None
        elif kind == MODULE_OBJECT:
            if not value[1].endswith("/"):
                targets[EdgeKind.IMPORTS if use.kind is EdgeKind.IMPORTS else EdgeKind.REFERENCES, Handle(value[1])] = None
        elif kind == FUNCTION_OBJECT:
            targets[use.kind, self._program.handle(value[1], value[2])] = None
        elif kind in {CLASS_OBJECT, INSTANCE}:
            targets[EdgeKind.INSTANTIATES if use.kind is EdgeKind.CALLS else use.kind, self._program.handle(value[1], value[2])] = None
        else:
            return True
        return False

    def _target(self, kind: EdgeKind, found: FoundBinding) -> tuple[EdgeKind, Handle | None]:
        unit = self._program.unit(found.path)
        binding = found.binding
        if binding.kind == DEFINITION:
            scope = unit.flow.scopes[binding.target]
            if scope.kind == CLASS_SCOPE and kind is EdgeKind.CALLS:
                kind = EdgeKind.INSTANTIATES
            elif kind is EdgeKind.WRITES and not scope.flags & ACCESSOR:
                kind = EdgeKind.REFERENCES
            return kind, unit.of_scope[binding.target]
        if kind in {EdgeKind.REFERENCES, EdgeKind.CALLS}:
            kind = EdgeKind.READS if found.scope else EdgeKind.REFERENCES
        return kind, unit.named(found.scope, found.name)

    def _constructors(self, found: FoundBinding, use: _Use, arguments: Arguments) -> Iterator[Handle]:
        yield from self._constructor((CLASS_OBJECT, found.path, found.binding.target), use, arguments)

    def _constructor(self, class_: Value, use: _Use, arguments: Arguments) -> Iterator[Handle]:
        """Yield the method that runs when a class is instantiated, where the program has it."""
        for each in self._evaluator.rules(class_[1]).constructors_of(self._evaluator, class_, use.place, arguments):
            self._pass(each.path, each.binding.target, use, arguments, bound=True)
            yield self._program.handle(each.path, each.binding.target)

    def _call_values(self, use: _Use, values: Iterable[Value], rule: str, arguments: Arguments) -> None:
        """Make the edges of a call of something that is no definition."""
        functions: dict[tuple[EdgeKind, Handle], None] = {}
        outside: dict[Handle, None] = {}
        undecided = False
        for value in self._expanded(values):
            if value[0] == FUNCTION_OBJECT:
                functions[EdgeKind.CALLS, self._program.handle(value[1], value[2])] = None
                self._pass(value[1], value[2], use, arguments, bound=value[3] is not None)
            elif value[0] == CLASS_OBJECT:
                functions[EdgeKind.INSTANTIATES, self._program.handle(value[1], value[2])] = None
                for constructor in self._constructor(value, use, arguments):
                    functions[EdgeKind.CALLS, constructor] = None
            elif value[0] == INSTANCE and (called := self._call_methods(value)):
                functions.update(dict.fromkeys((EdgeKind.CALLS, target) for target in called))
            elif value[0] in {EXTERNAL_OBJECT, BUILTIN_METHOD}:
                undecided = self._outside(value, outside, functions, use) or undecided
            else:
                undecided = True
        kinds = {kind for kind, _ in functions}
        certain = (
            len([1 for kind, _ in functions if kind is EdgeKind.CALLS or EdgeKind.CALLS not in kinds]) == 1
            and not outside
            and not undecided
        )
        for kind, target in functions:
            self._add(kind, Evidence.PROVEN if certain else Evidence.POSSIBLE, rule, use.source, target, use.start, use.name)
        for target in outside:
            self._add(use.kind, Evidence.EXTERNAL, rule, use.source, target, use.start, use.name)
        if undecided or not (functions or outside):
            self._add(use.kind, Evidence.UNKNOWN, rule, use.source, unknown(use.name), use.start, use.name)

    def _call_methods(self, instance: Value) -> list[Handle]:
        method = self._evaluator.rules(instance[1]).call_method
        found = self._evaluator.member(instance, method) if method else ()
        return [self._program.handle(each[1], each[2]) for each in found if each[0] == FUNCTION_OBJECT]

    def _expanded(self, values: Iterable[Value]) -> Iterator[Value]:
        for value in values:
            if value[0] == ARGUMENT:
                yield from self._evaluator.arguments(value)
            else:
                yield value

    def _pass(self, path: str, scope: int, use: _Use, arguments: Arguments, *, bound: bool) -> None:
        """Remember a call of a function that has a parameter without a type."""
        if (
            use.kind is EdgeKind.CALLS
            and scope >= 0
            and any(each.type < 0 for each in self._evaluator.flow(path).scopes[scope].parameters[bound:])
        ):
            place = (use.place[0], use.place[1], use.start, use.place[3])
            self._passes[path, scope, place] = PassedCall(path, scope, place, arguments, bound)

    def _add(self, kind: EdgeKind, evidence: Evidence, rule: str, source: Handle, target: Handle, start: int, name: str) -> None:
        line = bisect_right(self._unit.flow.newlines, start - 1) + 1
        end = start + len(name.encode())
        self._edges.append(Edge(kind, evidence, rule, source, target, self._path, line, start, end))


def _parts(expression: Expression) -> Iterator[Expression]:
    """Yield the parts of an expression whose uses are its parts' uses."""
    operation = expression[0]
    if operation == MAPPING:
        for pair in expression[2]:
            yield from pair
    elif operation == SEQUENCE:
        yield from expression[3]
    elif operation == EITHER:
        yield from expression[2]
    elif operation in {ELEMENT, ITEM, AWAIT, ENTER, CAST, SPREAD}:
        yield expression[2]


def _is_bound(holder: Value | None) -> bool:
    return holder is not None and holder[0] in {INSTANCE, "^"}


def _is_heir(holder: Value | None, found: FoundBinding, evaluator: Evaluator) -> bool:
    """Say whether a member was found in a subtype of what it was looked up in, which is a guess."""
    if holder is None or holder[0] not in {INSTANCE, CLASS_OBJECT}:
        return False
    if found.binding.kind == DEFINITION and evaluator.flow(found.path).scopes[found.binding.target].flags & EXTENSION:
        return False  # written for this one, elsewhere
    return not any(each[0] == CLASS_OBJECT and each[1:] == (found.path, found.scope) for each in evaluator.lineage(holder[1], holder[2]))
