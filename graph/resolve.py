"""From a file's expressions to its graph: what every name in it is used for.

``graph/edges.py`` makes the edges of each use. A call of what is no definition (a variable, a parameter, what a call
returned) goes to the functions it may be worth.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, starmap

from graph.columns import EdgeRow
from graph.edges import EdgeMaker, TargetFinder, Targets, Use, base_kind
from graph.evaluate import ARGUMENTS, Arguments, Evaluator, FoundBinding, PassedCall, Place
from graph.flow import (
    AWAIT,
    BASE,
    CALL,
    CAST,
    CLASS,
    CLASS_SCOPE,
    DECORATOR,
    DEFINITION,
    EITHER,
    ELEMENT,
    ENTER,
    FUNCTION,
    FUNCTION_SCOPE,
    IMPORTED,
    INDEX,
    ITEM,
    LITERAL,
    MAPPING,
    MEMBER,
    METHOD,
    NAME,
    NEW,
    QUIET,
    RAISED,
    ROOT,
    SELF,
    SEQUENCE,
    SPREAD,
    SUPER,
    TYPE,
    VALUE,
    WRITE,
    WRITTEN_OUT,
    Binding,
    Expression,
)
from graph.model import UNNAMED, Edge, EdgeKind, Evidence, FileGraph, Handle, Node, external
from graph.program import Program, SourceUnit
from graph.uses import Uses, is_namespace
from graph.values import CLASS_OBJECT, EXTERNAL_OBJECT, INSTANCE, NAMESPACE, Value

_KIND_OF_PURPOSE = {WRITE: EdgeKind.WRITES}
_RUN = frozenset({EdgeKind.CALLS, EdgeKind.INSTANTIATES})
_IDLE = frozenset({LITERAL, FUNCTION, CLASS, SELF, ROOT})
"""What uses no name by itself."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """One file's nodes and edges, and what they rest on."""

    path: str
    nodes: Sequence[Node]
    edges: Sequence[EdgeRow]
    rests: tuple[str, ...]

    @property
    def graph(self) -> FileGraph:
        """Its graph, with the edges as objects."""
        return FileGraph(self.path, tuple(self.nodes), tuple(starmap(Edge, self.edges)))


@dataclass(slots=True)
class _Draft:
    """A file half resolved: the edges that are settled, and the expressions that wait for what parameters may be worth."""

    edges: list[EdgeRow]
    waiting: list[int]
    looked_at: int


class Resolver:
    """Makes the edges of files."""

    def __init__(self, program: Program, evaluator: Evaluator) -> None:
        self._program = program
        self._evaluator = evaluator
        self._local: dict[tuple[int, str], bool] = {}
        self.problems: dict[str, str] = {}
        """Files of which something could not be resolved because of an error, with the newest one."""
        self._drafts: dict[str, _Draft] = {}
        self._unit: SourceUnit
        self._path = ""
        self._made: EdgeMaker
        self._finder: TargetFinder
        self._uses = Uses(program, evaluator)
        self._decorators: dict[int, int] = {}
        self._defaults: dict[int, int] = {}
        """Functions by the roots of their parameters' defaults, which are evaluated in the scope around."""
        self._defaults_of = -1

    def begin(self, path: str) -> list[PassedCall]:
        """Resolve what does not depend on the arguments of calls; return the calls whose arguments may matter to others."""
        evaluator = self._evaluator
        self._open(path, [])
        answers = evaluator.answers
        answers.start()
        answers.look(path)
        try:
            self._structure()
        except Exception as error:  # as for one expression
            answers.abandon()
            self.problems[path] = f"some imports or bases could not be resolved: {type(error).__name__}: {error}"[:200]
        looked, waiting = answers.looked_at(), list[int]()
        for index, root in enumerate(self._unit.flow.roots):
            if root.expression is None or root.purpose == QUIET or root.expression[0] in _IDLE:
                continue
            settled = len(self._made.edges)
            self._walk_root(index)
            if answers.rests_on(ARGUMENTS):
                del self._made.edges[settled:]
                waiting.append(index)
                looked |= answers.looked_at()
                answers.start()
        self._drafts[path] = _Draft(self._made.edges, waiting, looked | answers.looked_at())
        return list(self._made.passes.values())

    def use_calls(self, passed: Mapping[tuple[str, int], Sequence[PassedCall]]) -> None:
        """From now on let parameters have what these calls give them."""
        self._evaluator.use_calls(passed)
        self._uses.use_calls()

    def finish(self, path: str) -> Resolution:
        """Resolve the rest of a file that was begun, and return its graph."""
        draft, evaluator = self._drafts.pop(path), self._evaluator
        self._open(path, draft.edges)
        evaluator.answers.start()
        for index in draft.waiting:
            self._walk_root(index)
        rests = evaluator.answers.names(draft.looked_at | evaluator.answers.looked_at())
        return Resolution(path, self._unit.nodes, self._made.edges, tuple(rests))

    def _open(self, path: str, edges: list[EdgeRow]) -> None:
        self._path, self._unit, self._local = path, self._program.unit(path), {}
        scopes = self._unit.flow.scopes
        self._decorators = {root: index for index, scope in enumerate(scopes) if scope.kind == FUNCTION_SCOPE for root in scope.decorators}
        self._defaults = {each.default: at for at, scope in enumerate(scopes) for each in scope.parameters if each.default >= 0}
        self._made = EdgeMaker(self._unit, edges)
        self._finder = TargetFinder(self._program, self._evaluator, path)
        self._uses.open(path, self._finder)
        self._evaluator.answers.turn()

    def _walk_root(self, index: int) -> None:
        """Make the edges of one expression; one that no code foresaw costs its own edges, and the file says so."""
        try:
            self._try_root(index)
        except Exception as error:  # hostile or merely strange code: everything else in the file can still be resolved
            self._evaluator.answers.abandon()
            self.problems[self._path] = f"some names could not be resolved: {type(error).__name__}: {error}"[:200]

    def _try_root(self, index: int) -> None:
        root = self._unit.flow.roots[index]
        self._defaults_of = self._defaults.get(index, -1)
        if root.expression is not None:
            if root.purpose == RAISED:
                self._raised(index)
            self._walk((self._path, root.scope, root.expression[1], root.branch), root.expression, root.purpose, index)

    def _raised(self, index: int) -> None:
        """Make the edges of raising a class, which instantiates it."""
        root = self._unit.flow.roots[index]
        expression = root.expression
        if expression is None or expression[0] not in {NAME, MEMBER}:
            return
        place = (self._path, root.scope, expression[1], root.branch)
        classes = [value for value in self._evaluator.value(place, expression) if value[0] == CLASS_OBJECT]
        if classes:
            self._call_value(place, expression[-1], expression[1], classes, "value", ())

    # What needs no evaluation, or little.

    def _structure(self) -> None:
        unit = self._unit
        for index, symbol in enumerate(unit.flow.symbols):
            outer = unit.of_symbol[symbol.parent] if symbol.parent >= 0 else Handle(self._path)
            self._made.contains("syntax", outer, unit.of_symbol[index], symbol.start_line, symbol.start)
        for scope, handle, line, position in unit.assigned:
            self._made.contains("assignment", unit.of_scope[scope], handle, line, position)
        for index, scope in enumerate(unit.flow.scopes):
            if scope.symbol < 0 and scope.parent >= 0 and unit.of_scope[index] != unit.of_scope[scope.parent]:
                self._made.contains(UNNAMED, unit.of_scope[scope.parent], unit.of_scope[index], scope.line, scope.start)
        for index in range(len(unit.flow.imports)):
            self._import(index)
        for index, scope in enumerate(unit.flow.scopes):
            if scope.kind == CLASS_SCOPE and not scope.flags & WRITTEN_OUT:
                self._bases(index)
                self._overrides(index)
        self._kept()

    def _kept(self) -> None:
        for kept in self._evaluator.rules(self._path).kept(self._evaluator, self._path):
            source, target = self._program.handle(*kept.type), self._program.handle(*kept.contract)
            self._made.add(EdgeKind.IMPLEMENTS, Evidence.PROVEN, "methods", source, target, kept.position, kept.name)
            for method, contract in kept.methods:
                name = self._program.scope(*method).name
                at = self._program.scope(*method).position if method[0] == self._path else kept.position
                source, target = self._program.handle(*method), self._program.handle(*contract)
                self._made.add(
                    EdgeKind.OVERRIDES, Evidence.PROVEN, "methods", source, target, at, name if at != kept.position else kept.name
                )

    def _import(self, index: int) -> None:
        imported = self._unit.flow.imports[index]
        rules = self._evaluator.rules(self._path)
        found = rules.imported(self._evaluator, self._path, imported)
        source = Handle(self._path)
        use = Use((self._path, 0, imported.position, 0), imported.name or imported.module, EdgeKind.IMPORTS)
        denoted = self._evaluator.follow((None, each) for each in found)
        files = {
            file for _, each in denoted if isinstance(each, frozenset) for v in each if v[0] == NAMESPACE for file in rules.files_of(v)
        }
        for file in sorted(files):
            self._made.add(EdgeKind.IMPORTS, Evidence.PROVEN, "import", source, Handle(file), imported.position, use.name)
        if any(map(is_namespace, denoted)) and not (denoted := [each for each in denoted if not is_namespace(each)]):
            return
        targets = Targets([], [])
        self._finder.give(targets, use, denoted, "import")
        self._made.use(targets, use.place, source, imported.position, use.name)

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
            denoted = self._evaluator.denoted(place, expression, as_type=True)
            use, targets = Use(place, name, base_kind(self._evaluator, self._unit.flow.scopes[scope], denoted)), Targets([], [])
            self._finder.give(targets, use, denoted, "base")
            self._made.use(targets, place, source, expression[1], name)

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
            targets = [b.target for b in holder.names.get(name, ()) if b.kind == DEFINITION]
            found = rules.overrides(flow, flow.scopes[method.target], above, [above.scopes[target] for target in targets])
            if found is not None:
                at = next(target for target in targets if above.scopes[target] is found)
                source, target = self._unit.of_scope[method.target], self._program.handle(supertype[1], at)
                self._made.add(EdgeKind.OVERRIDES, Evidence.PROVEN, "inheritance", source, target, method.position, name)
                break

    # Expressions.

    def _walk(self, place: Place, expression: Expression, purpose: int, root: int = -1) -> None:
        """Make the edges of an expression and of everything in it."""
        operation = expression[0]
        if operation == NAME:
            if (purpose != BASE or root < 0) and not self._is_local_name(place[1], expression[2]):
                self._named(place, expression, purpose, root)
        elif operation in {MEMBER, METHOD}:
            if expression[2]:
                self._walk(place, expression[2], VALUE)
            if purpose != BASE or root < 0:
                self._named(place, expression, purpose, root)
        elif operation == CALL:
            self._walk_call(place, expression, purpose, root)
        elif operation not in _IDLE:
            self._walk_parts(place, expression, purpose)

    def _walk_parts(self, place: Place, expression: Expression, purpose: int) -> None:
        operation = expression[0]
        if operation == NEW:
            self._walk_new(place, expression)
        elif operation == INDEX:
            self._walk(place, expression[2], VALUE if purpose in {WRITE, DECORATOR} else purpose)
            self._walk(place, expression[3], TYPE if purpose == TYPE else VALUE)
        elif operation == SUPER:
            self._super(place, expression)
            for part in expression[2:]:
                self._walk(place, part, VALUE)
        else:
            if operation in {ELEMENT, ENTER}:
                self._protocol(place, expression)
            for part in _parts(expression):
                self._walk(place, part, purpose if purpose == TYPE else VALUE)

    def _named(self, place: Place, expression: Expression, purpose: int, root: int) -> None:
        """Make the edges of a name or member that is no callee."""
        kind = _KIND_OF_PURPOSE.get(purpose, EdgeKind.REFERENCES)
        if purpose == DECORATOR:
            kind = self._kind(place, expression)
        self._use(place, expression, kind, self._decorated(root) if root in self._decorators else (), as_type=purpose == TYPE)

    def _walk_new(self, place: Place, expression: Expression) -> None:
        made = expression[2]
        if made[0] == INDEX:
            self._walk(place, made[3], TYPE)
            made = made[2]
        if made[0] in {NAME, MEMBER}:
            if made[0] == MEMBER:
                self._walk(place, made[2], VALUE)
            self._use(place, made, EdgeKind.INSTANTIATES, expression[3])
        elif made[0] != LITERAL:  # what a built-in type is called is no use of a name
            self._walk(place, made, VALUE)
            values = self._evaluator.value(place, made)
            self._call_value(place, "", made[1], values, "value", expression[3], kind=EdgeKind.INSTANTIATES)
        self._arguments(place, expression[3])

    def _super(self, place: Place, expression: Expression) -> None:
        rules = self._evaluator.rules(self._path)
        if name := rules.super_function:
            target = external(rules.builtin_package, name)
            self._made.add(EdgeKind.CALLS, Evidence.EXTERNAL, "scope", self._source(place), target, expression[1], name)

    def _protocol(self, place: Place, expression: Expression) -> None:
        """Make the edges of the methods that a loop or a block calls without naming them."""
        rules, evaluator = self._evaluator.rules(self._path), self._evaluator
        values = evaluator.value(place, expression[2])
        for value in sorted((each for each in values if each[0] == INSTANCE), key=repr):
            for holder, each in rules.protocol_calls(evaluator, expression[0], value):
                if isinstance(each, FoundBinding):
                    targets = Targets([], [])
                    self._finder.give(targets, Use(place, each.name, EdgeKind.CALLS), [(holder, each)], "protocol", whole=len(values) == 1)
                    self._made.use(targets, place, self._source(place), expression[1], each.name)

    def _kind(self, place: Place, expression: Expression) -> EdgeKind:
        """Return what naming a decorator is: it calls it, unless it only marks what is defined."""
        rules = self._evaluator.rules(self._path)
        if expression[-1] in rules.markers:
            marker = frozenset({(EXTERNAL_OBJECT, rules.builtin_package, expression[-1])})
            if all(each == marker for _, each in self._evaluator.denoted(place, expression)):
                return EdgeKind.REFERENCES
        return EdgeKind.CALLS

    def _decorated(self, root: int) -> Arguments:
        """Return what a decorator is called with: the function below it, as the decorators below have left it."""
        scope = self._decorators.get(root, -1)
        if scope < 0:
            return ()
        flow = self._unit.flow
        decorators = flow.scopes[scope].decorators
        given: Expression = (FUNCTION, flow.scopes[scope].position, scope)
        for below in reversed(decorators[decorators.index(root) + 1 :]):
            expression = flow.roots[below].expression
            if expression is None:
                return ()
            given = (CALL, expression[1], expression, (("", given),))
        return (("", given),)

    def _walk_call(self, place: Place, expression: Expression, purpose: int, root: int) -> None:
        callee = expression[2]
        if callee[0] in {NAME, MEMBER}:
            if callee[0] == MEMBER:
                self._walk(place, callee[2], VALUE)
            self._use(place, callee, EdgeKind.CALLS, expression[3])
        else:
            self._walk(place, callee, VALUE)
            self._call_value(place, "", expression[1], self._evaluator.value(place, callee), "value", expression[3])
        if purpose == DECORATOR:
            self._call_value(place, "", expression[1], self._evaluator.value(place, expression), "decorator", self._decorated(root))
        self._arguments(place, expression[3])

    def _call_value(
        self,
        place: Place,
        name: str,
        start: int,
        values: Iterable[Value],
        rule: str,
        arguments: Arguments,
        kind: EdgeKind = EdgeKind.CALLS,
    ) -> None:
        """Make the edges of a call of what no name denotes."""
        targets = Targets([], [])
        self._finder.call(targets, Use(place, name, kind), values, rule, arguments)
        self._made.use(targets, place, self._source(place), start, name, arguments)

    def _use(self, place: Place, expression: Expression, kind: EdgeKind, arguments: Arguments = (), *, as_type: bool = False) -> None:
        name, targets = self._uses.targets(place, expression, kind, arguments, as_type=as_type)
        scope = place[1] if self._defaults_of < 0 or kind in _RUN else self._defaults_of
        self._made.use(targets, place, self._unit.of_scope[scope], expression[1], name, arguments)

    def _arguments(self, place: Place, arguments: Arguments) -> None:
        for _, given in arguments:
            if given[0] not in _IDLE:
                self._walk(place, given, VALUE)

    def _source(self, place: Place) -> Handle:
        return self._unit.of_scope[place[1]]

    def _is_local_name(self, scope: int, name: str) -> bool:
        """Say whether a name is nothing but variables and parameters of a function: most are, and none of them is a node."""
        key = (scope, name)
        known = self._local.get(key)
        if known is None:
            scopes, at = self._unit.flow.scopes, scope
            implicit = self._evaluator.rules(self._path).receivers_are_implicit
            while at > 0 and (scopes[at].kind == CLASS_SCOPE or name not in scopes[at].names):
                at = 0 if implicit and scopes[at].kind == CLASS_SCOPE else scopes[at].parent
            kinds = {binding.kind for binding in scopes[at].names[name]} if at > 0 else {DEFINITION}
            known = self._local[key] = not kinds & {DEFINITION, IMPORTED}
        return known


def _parts(expression: Expression) -> Iterable[Expression]:
    """Return the parts of an expression whose uses are its parts' uses."""
    operation = expression[0]
    if operation == MAPPING:
        return chain.from_iterable(expression[2])
    if operation == SEQUENCE:
        return expression[3]
    if operation == EITHER:
        return expression[2]
    return (expression[2],) if operation in {ELEMENT, ITEM, AWAIT, ENTER, CAST, SPREAD} else ()
