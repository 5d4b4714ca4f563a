"""From a file's expressions to its graph: what every name in it is used for.

``graph/edges.py`` makes the edges of each use. A call of what is no definition (a variable, a parameter, what a call
returned) goes to the functions it may be worth.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from graph.edges import EdgeMaker, Use, base_kind
from graph.evaluate import ARGUMENTS, Arguments, Denoted, Evaluator, FoundBinding, PassedCall, Place
from graph.flow import (
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
    FIELD,
    FUNCTION,
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
    QUIET,
    RAISED,
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
from graph.model import UNNAMED, Edge, EdgeKind, Evidence, FileGraph, Handle, external
from graph.program import Program, SourceUnit
from graph.values import CLASS_OBJECT, EXTERNAL_OBJECT, FUNCTION_OBJECT, INSTANCE, MODULE_OBJECT, NAMESPACE, NOTHING, Value, Values

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
        self._decorators: dict[int, int] = {}

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
            if root.expression is None or root.purpose == QUIET:
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

    def finish(self, path: str) -> Resolution:
        """Resolve the rest of a file that was begun, and return its graph."""
        draft, evaluator = self._drafts.pop(path), self._evaluator
        self._open(path, draft.edges)
        evaluator.answers.start()
        for index in draft.waiting:
            self._walk_root(index)
        rests = evaluator.answers.names(draft.looked_at | evaluator.answers.looked_at())
        return Resolution(FileGraph(path, tuple(self._unit.nodes), tuple(self._made.edges)), tuple(rests))

    def _open(self, path: str, edges: list[Edge]) -> None:
        self._path, self._unit, self._local = path, self._program.unit(path), {}
        scopes = self._unit.flow.scopes
        self._decorators = {root: index for index, scope in enumerate(scopes) if scope.kind == FUNCTION_SCOPE for root in scope.decorators}
        self._made = EdgeMaker(self._program, self._evaluator, self._unit, edges)

    def _walk_root(self, index: int) -> None:
        """Make the edges of one expression; one that no code foresaw costs its own edges, and the file says so."""
        try:
            self._try_root(index)
        except Exception as error:  # hostile or merely strange code: everything else in the file can still be resolved
            self._evaluator.answers.abandon()
            self.problems[self._path] = f"some names could not be resolved: {type(error).__name__}: {error}"[:200]

    def _try_root(self, index: int) -> None:
        root = self._unit.flow.roots[index]
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
            self._made.call(Use(place, self._source(place), expression[-1], expression[1], EdgeKind.CALLS), classes, "value", ())

    # What needs no evaluation, or little.

    def _structure(self) -> None:
        unit = self._unit
        for index, symbol in enumerate(unit.flow.symbols):
            outer = unit.of_symbol[symbol.parent] if symbol.parent >= 0 else Handle(self._path)
            self._made.contains("syntax", outer, unit.of_symbol[index], symbol.start_line, symbol.start)
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
        use = Use(
            (self._path, 0, imported.position, 0),
            Handle(self._path),
            imported.name or imported.module,
            imported.position,
            EdgeKind.IMPORTS,
        )
        denoted = self._evaluator.follow((None, each) for each in found)
        files = {
            file for _, each in denoted if isinstance(each, frozenset) for v in each if v[0] == NAMESPACE for file in rules.files_of(v)
        }
        for file in sorted(files):
            self._made.add(EdgeKind.IMPORTS, Evidence.PROVEN, "import", use.source, Handle(file), imported.position, use.name)
        if any(map(_is_namespace, denoted)) and not (denoted := [each for each in denoted if not _is_namespace(each)]):
            return
        self._made.give(use, denoted, "import")

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
            use = Use(place, source, name, expression[1], base_kind(self._evaluator, self._unit.flow.scopes[scope], denoted))
            self._made.give(use, denoted, "base")

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
                self._use(place, expression, self._kind(place, expression, purpose), self._decorated(root), as_type=purpose == TYPE)
        elif operation in {MEMBER, METHOD}:
            if expression[2]:
                self._walk(place, expression[2], VALUE)
            if purpose != BASE or root < 0:
                self._use(place, expression, self._kind(place, expression, purpose), self._decorated(root), as_type=purpose == TYPE)
        elif operation == CALL:
            self._walk_call(place, expression, purpose, root)
        elif operation == NEW:
            self._walk_new(place, expression)
        elif operation == INDEX:
            self._walk(place, expression[2], VALUE if purpose in {WRITE, DECORATOR} else purpose)
            self._walk(place, expression[3], TYPE if purpose == TYPE else VALUE)
        elif operation == SUPER:
            self._super(place, expression)
        else:
            if operation in {ELEMENT, ENTER}:
                self._protocol(place, expression)
            for part in _parts(expression):
                self._walk(place, part, purpose if purpose == TYPE else VALUE)

    def _walk_new(self, place: Place, expression: Expression) -> None:
        made = expression[2]
        if made[0] == INDEX:
            self._walk(place, made[3], TYPE)
            made = made[2]
        if made[0] == MEMBER:
            self._walk(place, made[2], VALUE)
        self._use(place, made, EdgeKind.INSTANTIATES, expression[3])
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
                    use = Use(place, self._source(place), each.name, expression[1], EdgeKind.CALLS)
                    self._made.give(use, [(holder, each)], "protocol", whole=len(values) == 1)

    def _kind(self, place: Place, expression: Expression, purpose: int) -> EdgeKind:
        """Return what naming something is: using a decorator calls it, unless it only marks what is defined."""
        rules = self._evaluator.rules(self._path)
        if purpose == DECORATOR and expression[-1] in rules.markers:
            marker = frozenset({(EXTERNAL_OBJECT, rules.builtin_package, expression[-1])})
            if all(each == marker for _, each in self._evaluator.denoted(place, expression)):
                return EdgeKind.REFERENCES
        return _KIND_OF_PURPOSE.get(purpose, EdgeKind.REFERENCES)

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
            self._made.call(
                Use(place, self._source(place), "", expression[1], EdgeKind.CALLS),
                self._evaluator.value(place, callee),
                "value",
                expression[3],
            )
        if purpose == DECORATOR:
            use = Use(place, self._source(place), "", expression[1], EdgeKind.CALLS)
            self._made.call(use, self._evaluator.value(place, expression), "decorator", self._decorated(root))
        self._arguments(place, expression[3])

    def _arguments(self, place: Place, arguments: Arguments) -> None:
        for _, given in arguments:
            self._walk(place, given, VALUE)

    def _source(self, place: Place) -> Handle:
        return self._unit.of_scope[place[1]]

    def _use(self, place: Place, expression: Expression, kind: EdgeKind, arguments: Arguments = (), *, as_type: bool = False) -> None:
        name = self._evaluator.rules(self._path).spelled(expression[-1]) if expression[0] in {NAME, MEMBER, METHOD} else ""
        use = Use(place, self._source(place), name, expression[1], kind)
        denoted = self._evaluator.denoted(place, expression, as_type=as_type, called=kind is EdgeKind.CALLS or expression[0] == METHOD)
        if kind is EdgeKind.CALLS:
            denoted = self._evaluator.rules(self._path).applicable(self._evaluator, place, denoted, arguments)
        if any(map(_is_namespace, denoted)) and not (denoted := [each for each in denoted if not _is_namespace(each)]):
            return  # a package's name inside of a longer one
        local = [each for _, each in denoted if isinstance(each, FoundBinding) and self._is_local(each)]
        is_variable = self._is_variable(denoted)
        called = kind is EdgeKind.CALLS and (local or not denoted or is_variable)
        if called or (kind is EdgeKind.INSTANTIATES and (local or is_variable)):
            if not local:
                self._made.give(Use(place, use.source, name, use.start, EdgeKind.REFERENCES), denoted, self._rule(expression, denoted))
            self._made.call(use, self._evaluator.value(place, expression), "value", arguments)
        elif kind is EdgeKind.CALLS and (instead := self._replaced(place, expression, denoted)):
            self._made.give(Use(place, use.source, name, use.start, EdgeKind.REFERENCES), denoted, self._rule(expression, denoted))
            self._made.call(use, instead, "decorator", arguments)
        elif not denoted or len(local) < len(denoted):
            shown = [(held, each) for held, each in denoted if not (isinstance(each, FoundBinding) and self._is_local(each))]
            self._made.give(use, shown, self._rule(expression, shown), arguments, whole=not local)

    def _replaced(self, place: Place, expression: Expression, denoted: Sequence[Denoted]) -> Values:
        """Return the functions that decorators have put in the place of what a name denotes, where that is known for certain.

        A function that is decorated itself (``functools.wraps``) says that it stands for the other one.
        """
        evaluator = self._evaluator
        plain: set[tuple[str, int]] = set()
        for _, each in denoted:
            if not isinstance(each, FoundBinding) or not evaluator.flow(each.path).scopes[each.binding.target].decorators:
                return NOTHING
            plain.add((each.path, each.binding.target))
        values = evaluator.value(place, expression)
        known = all(v[0] == FUNCTION_OBJECT and v[1:3] not in plain and not evaluator.opened(v).decorators for v in values)
        return values if known else NOTHING

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

    def _is_local(self, found: FoundBinding) -> bool:
        """Say whether a binding is a variable or parameter inside a function, which is no node."""
        if found.binding.kind == DEFINITION:
            return False
        unit = self._program.unit(found.path)
        scope = unit.flow.scopes[found.scope]
        if scope.flags & WRITTEN_OUT or found.binding.kind == FIELD:
            return unit.named(found.scope, found.name) is None
        return scope.kind not in {MODULE, CLASS_SCOPE}

    def _is_variable(self, denoted: Iterable[Denoted]) -> bool:
        return any(isinstance(each, FoundBinding) and each.binding.kind != DEFINITION for _, each in denoted)

    def _rule(self, expression: Expression, denoted: list[Denoted]) -> str:
        if expression[0] == NAME or not expression[2]:
            if self._evaluator.rules(self._path).receivers_are_implicit and any(held is not None for held, _ in denoted):
                return "scope" if any(isinstance(each, FoundBinding) and each.path == self._path for _, each in denoted) else "inheritance"
            elsewhere = any(isinstance(each, FoundBinding) and each.path != self._path for _, each in denoted)
            return "import" if elsewhere else "scope"
        holder = expression[2][0]
        if holder == SELF:
            return "self"
        if holder == SUPER:
            return "super"
        return "import" if any(held is not None and held[0] in {MODULE_OBJECT, NAMESPACE} for held, _ in denoted) else "type"


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


def _is_namespace(denoted: Denoted) -> bool:
    """Say whether what a name denotes is a package or namespace, which is no node."""
    return isinstance(denoted[1], frozenset) and bool(denoted[1]) and all(value[0] == NAMESPACE for value in denoted[1])
