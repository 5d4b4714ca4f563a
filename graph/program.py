"""The files of one view as the resolver sees them: their flows, and which node each scope is."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count

from graph.flow import (
    ANONYMOUS,
    BLOCK,
    CLASS_SCOPE,
    FIELD,
    FUNCTION_SCOPE,
    INDEX,
    MEMBER,
    MODULE,
    NAME,
    WRITTEN_OUT,
    FileFlow,
    Scope,
    SymbolRow,
    spelled,
    whole_name,
)
from graph.model import Handle, Node, NodeKind
from ingest.model import SymbolKind

_CONFIGS = frozenset({"package.json", "tsconfig.json", "jsconfig.json"})
"""Names of files that say how modules are found."""
_PROJECT = ".csproj"
"""The ending of files that, by where they lie, say which files belong together."""

_FAR = 400
"""Bytes between the start of a field's declaration and its name."""


def is_config(path: str) -> bool:
    """Say whether what a file says decides how modules are found."""
    return path.rpartition("/")[2] in _CONFIGS


def lays_out(path: str) -> bool:
    """Say whether that there is such a file decides which files belong together, whatever it says."""
    return path.endswith(_PROJECT)


@dataclass(slots=True)
class SourceUnit:
    """One file of the view: its flow, its nodes, and the node each scope stands for."""

    path: str
    flow: FileFlow
    nodes: list[Node]
    of_scope: list[Handle]
    """By scope: the innermost node around it, itself where it is one."""
    of_symbol: list[Handle]
    variables: dict[tuple[int, str], Handle]
    """Module variables and fields, by the scope that has them."""
    assigned: list[tuple[int, Handle, int, int]]
    """Fields that only methods assign: the class's scope, the node, and the line and offset of the first assignment."""

    def named(self, scope: int, name: str) -> Handle | None:
        """Return the node of a module's variable or a class's field."""
        return self.variables.get((scope, name))


class Program:
    """The files of a view. A flow is loaded when it is first looked at, and kept."""

    def __init__(
        self,
        languages: Mapping[str, str],
        load: Callable[[str], FileFlow],
        heirs: Callable[[], Iterable[tuple[str, list[tuple[str, int]]]]] | None = None,
        configs: Mapping[str, str] | None = None,
    ) -> None:
        """``languages`` gives the language of every path of the view; ``load`` reads one file's flow.

        ``heirs`` knows the classes that name a base, by path, without reading every flow. ``configs`` are the texts, by path, of the
        files that say how modules are found (``is_config``).
        """
        self._heirs = heirs
        self.languages = languages
        self.configs = configs or {}
        self.paths = frozenset(languages)
        self._load = load
        self._units: dict[str, SourceUnit] = {}

    def unit(self, path: str) -> SourceUnit:
        """Return a file of the view. Raises ``KeyError`` for a path it does not have."""
        try:
            return self._units[path]
        except KeyError:
            if path not in self.paths:
                raise
            found = self._units[path] = build_unit(path, self._load(path))
            return found

    def named_bases(self) -> Iterable[tuple[str, list[tuple[str, int]]]]:
        """Return the classes that name a base, by path: the last part of that name, and the class's scope."""
        return self._heirs() if self._heirs else [(path, named_bases(self.unit(path).flow)) for path in self.paths]

    def scope(self, path: str, scope: int) -> Scope:
        """Return one scope of a file."""
        return self.unit(path).flow.scopes[scope]

    def handle(self, path: str, scope: int) -> Handle:
        """Return the node that a scope is, or the one it stands in."""
        return self.unit(path).of_scope[scope]

    def enclosing(self, path: str, scope: int, kind: int) -> int:
        """Return the nearest scope of a kind around a scope, itself included, or -1."""
        scopes = self.unit(path).flow.scopes
        while scope >= 0 and scopes[scope].kind != kind:
            scope = scopes[scope].parent
        return scope

    def enclosing_class(self, path: str, scope: int) -> int:
        """Return the class that ``self`` in this scope is an instance of, or -1."""
        return self.enclosing(path, scope, CLASS_SCOPE)


def build_unit(path: str, flow: FileFlow) -> SourceUnit:
    """Name every symbol and scope of a file."""
    file = Handle(path)
    handles = list(_symbol_handles(path, flow))
    nodes = [Node(file, NodeKind.FILE, path.rpartition("/")[2], path, path, 1, _last_line(flow), flow.language)]
    nodes += [
        Node(handle, symbol.kind, symbol.name, symbol.qualified_name, path, symbol.start_line, symbol.end_line, flow.language)
        for handle, symbol in zip(handles, flow.symbols, strict=True)
    ]
    of_scope: list[Handle] = []
    lambdas: dict[Handle, int] = {}
    taken = set(handles)
    for scope in flow.scopes:
        if scope.kind == MODULE:
            of_scope.append(file)
        elif scope.symbol >= 0:
            of_scope.append(handles[scope.symbol])
        elif scope.kind == BLOCK or scope.flags & WRITTEN_OUT:
            of_scope.append(of_scope[scope.parent])
        else:
            node = _unnamed(path, flow, scope, of_scope[scope.parent], lambdas)
            if node.handle in taken:
                node = replace(node, handle=_free(node.handle, taken))
            taken.add(node.handle)
            nodes.append(node)
            of_scope.append(node.handle)
    unit = SourceUnit(path, flow, nodes, of_scope, handles, {}, [])
    _name_variables(unit)
    return unit


def _name_variables(unit: SourceUnit) -> None:
    """Find the symbols of module variables and fields; a field that only methods assign gets a node."""
    path, flow, handles = unit.path, unit.flow, unit.of_symbol
    by_name: dict[str, Handle] = {}
    for handle, symbol in zip(handles, flow.symbols, strict=True):
        by_name.setdefault(symbol.qualified_name, handle)
    for index, scope in enumerate(flow.scopes):
        if scope.kind not in {MODULE, CLASS_SCOPE} or scope.flags & WRITTEN_OUT:
            continue
        outer = unit.of_scope[index].partition("#")[2]
        for name, bindings in [*scope.names.items(), *scope.fields.items()]:
            plain = whole_name(name)
            qualified = f"{outer}.{plain}" if outer else plain
            handle = by_name.get(qualified)
            if handle is None and scope.flags & ANONYMOUS and bindings[0].kind == FIELD:
                handle = _symbol_at(flow, handles, name, bindings[0].position)
            if handle is None and name in scope.fields:
                handle = by_name[qualified] = Handle(f"{path}#{qualified}")
                line = bisect_right(flow.newlines, bindings[0].position - 1) + 1
                unit.nodes.append(Node(handle, SymbolKind.FIELD, spelled(name), qualified, path, line, line, flow.language))
                unit.assigned.append((index, handle, line, bindings[0].position))
            if handle is not None:
                unit.variables[index, name] = handle


def _symbol_at(flow: FileFlow, handles: list[Handle], name: str, position: int) -> Handle | None:
    """Return the symbol that is written at a position, for a field of a type without a name."""
    at = bisect_right(flow.symbols, position, key=lambda symbol: symbol.start) - 1
    while at >= 0 and position - flow.symbols[at].start < _FAR:
        if flow.symbols[at].name == name and position < flow.symbols[at].end:
            return handles[at]
        at -= 1
    return None


def _last_line(flow: FileFlow) -> int:
    return max((symbol.end_line for symbol in flow.symbols), default=1)


def _symbol_handles(path: str, flow: FileFlow) -> Iterator[Handle]:
    """Yield each symbol's handle; those of one qualified name are numbered."""
    seen: dict[str, int] = {}
    for symbol in flow.symbols:
        count = seen[symbol.qualified_name] = seen.get(symbol.qualified_name, 0) + 1
        yield Handle(f"{path}#{symbol.qualified_name}" + (f"~{count}" if count > 1 else ""))


def _free(handle: Handle, taken: Collection[Handle]) -> Handle:
    """Return the first numbered form of a handle that nothing has."""
    return next(each for number in count(2) if (each := Handle(f"{handle}~{number}")) not in taken)


def _unnamed(path: str, flow: FileFlow, scope: Scope, outer: Handle, lambdas: dict[Handle, int]) -> Node:
    """Return the node of a function or class that is no symbol: a lambda, or one the parser's query does not list."""
    inside = outer.partition("#")[2]
    number = lambdas[outer] = lambdas.get(outer, 0) + 1
    title = scope.name or f"<{'lambda' if scope.kind == FUNCTION_SCOPE else 'class'}{number}>"
    qualified = f"{inside}.{title}" if inside else title
    line = scope.line
    return Node(
        Handle(f"{path}#{qualified}"),
        SymbolKind.FUNCTION if scope.name and scope.kind == FUNCTION_SCOPE else NodeKind.LAMBDA,
        title,
        qualified,
        path,
        line,
        line,
        flow.language,
    )


def attach_symbols(flow: FileFlow, symbols: Iterable[tuple[str, str, str, int, int, int, int, int]]) -> None:
    """Give a flow the parser's symbols and each scope the one that it is: the innermost of its name around where it is named."""
    flow.symbols = [SymbolRow(*symbol) for symbol in symbols]
    by_name: dict[str, list[int]] = {}
    for index, symbol in enumerate(flow.symbols):
        for name in {symbol.name, symbol.qualified_name}:  # the scope of ``namespace A.B`` is called A.B, its symbol B
            by_name.setdefault(name, []).append(index)
    taken: set[int] = set()
    for scope in flow.scopes:
        if scope.kind not in {FUNCTION_SCOPE, CLASS_SCOPE} or not scope.name:
            continue
        best = -1
        for index in by_name.get(scope.name, ()):
            symbol = flow.symbols[index]
            if index not in taken and symbol.start <= scope.position < max(symbol.end, symbol.start + 1):
                best = index  # symbols are in order of start, so the last one that fits is the innermost
        if best >= 0:
            taken.add(best)
            scope.symbol = best


def heirs_by_name(program: Program) -> dict[str, list[tuple[str, int]]]:
    """Return the classes that name a base, by the last part of that name, in order of path."""
    found: dict[str, list[tuple[str, int]]] = {}
    for path, bases in sorted(program.named_bases()):
        for name, scope in bases:
            found.setdefault(name, []).append((path, scope))
    return found


def named_bases(flow: FileFlow) -> list[tuple[str, int]]:
    """Return the classes of a file that name a base: the last part of that name, and the class's scope."""
    found: list[tuple[str, int]] = []
    for index, scope in enumerate(flow.scopes):
        for root in scope.bases:
            expression = flow.roots[root].expression
            while expression is not None and expression[0] == INDEX:
                expression = expression[2]
            if expression is not None and expression[0] in {NAME, MEMBER}:
                found.append((spelled(expression[-1]).partition("`")[0], index))
    return found
