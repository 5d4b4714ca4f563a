"""From a file's expressions to its graph: what every name in it is used for.

``graph/edges.py`` makes the edges of each use. A call of what is no definition (a variable, a parameter, what a call
returned) goes to the functions it may be worth.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from graph.edges import EdgeMaker, Use
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
from graph.model import Edge, EdgeKind, Evidence, FileGraph, Handle
from graph.program import Program, SourceUnit
from graph.values import CLASS_OBJECT, MODULE_OBJECT, Value

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
            if root.expression is None:
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
            self._walk((self._path, root.scope, root.expression[1], root.branch), root.expression, root.purpose, index)

    # What needs no evaluation, or little.

    def _structure(self) -> None:
        unit = self._unit
        for index, symbol in enumerate(unit.flow.symbols):
            outer = unit.of_symbol[symbol.parent] if symbol.parent >= 0 else Handle(self._path)
            self._made.edges.append(
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
        found = rules.imported(self._evaluator, self._path, imported)
        use = Use(
            (self._path, 0, imported.position, 0), Handle(self._path), imported.name or imported.module, imported.position, EdgeKind.IMPORTS
        )
        self._made.give(use, self._evaluator.follow((None, each) for each in found), "import")

    def _bases(self, scope: int) -> None:
        source = self._unit.of_scope[scope]
        for root in self._unit.flow.scopes[scope].bases:
            expression = self._unit.flow.roots[root].expression
            while expression is not None and expression[0] in {INDEX, CALL}:
                expression = expression[2]
            if expression is None or expression[0] not in {NAME, MEMBER}:
                continue
            place = self._evaluator.place(self._path, root)
            use = Use(place, source, expression[-1], expression[1], EdgeKind.INHERITS)
            self._made.give(use, self._evaluator.denoted(place, expression), "base")

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
                self._use(place, expression, _KIND_OF_PURPOSE.get(purpose, EdgeKind.REFERENCES))
        elif operation in {MEMBER, METHOD}:
            if expression[2]:
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
            self._made.call(
                Use(place, self._source(place), "", expression[1], EdgeKind.CALLS),
                self._evaluator.value(place, callee),
                "value",
                expression[3],
            )
        if purpose == DECORATOR:
            use = Use(place, self._source(place), "", expression[1], EdgeKind.CALLS)
            self._made.call(use, self._evaluator.value(place, expression), "decorator", ())
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
        name = expression[-1]
        use = Use(place, self._source(place), name, expression[1], kind)
        denoted = self._evaluator.denoted(place, expression, called=kind is EdgeKind.CALLS or expression[0] == METHOD)
        if kind is EdgeKind.CALLS:
            denoted = self._evaluator.rules(self._path).applicable(self._evaluator, place, denoted, arguments)
        local = [each for _, each in denoted if isinstance(each, FoundBinding) and self._is_local(each)]
        if kind is EdgeKind.CALLS and (local or not denoted or self._is_variable(denoted)):
            if not local:
                self._made.give(Use(place, use.source, name, use.start, EdgeKind.REFERENCES), denoted, self._rule(expression, denoted))
            self._made.call(use, self._evaluator.value(place, expression), "value", arguments)
        elif not local:
            self._made.give(use, denoted, self._rule(expression, denoted), arguments)

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
        if expression[0] == NAME or not expression[2]:
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
