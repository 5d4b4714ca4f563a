"""Flows to bytes and back, and what of a flow other files can see."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from operator import attrgetter
from typing import Any

from graph.flow import Binding, Expression, FileFlow, ImportedName, Parameter, Root, Scope, SymbolRow
from ingest.codec import decode_value, encode_value

FLOW_VERSION = 2
"""Raise it when the same bytes yield another flow: stored flows of another version are made again."""

_BINDING = attrgetter(*Binding.__slots__)
_PARAMETER = attrgetter(*Parameter.__slots__)
_IMPORT = attrgetter(*ImportedName.__slots__)
_ROOT = attrgetter(*Root.__slots__)
_SYMBOL = attrgetter(*SymbolRow.__slots__)


def encode_flow(flow: FileFlow) -> bytes:
    """Encode a flow."""
    return encode_value(_rows(flow))


def _rows(flow: FileFlow) -> tuple[Any, ...]:
    return (
        flow.language,
        [_SYMBOL(each) for each in flow.symbols],
        [_scope_row(scope) for scope in flow.scopes],
        [_ROOT(root) for root in flow.roots],
        [_IMPORT(each) for each in flow.imports],
        flow.branches,
        flow.stores,
        flow.exports,
        flow.newlines,
        flow.package,
        flow.problem,
    )


def _scope_row(scope: Scope) -> tuple[Any, ...]:
    return (
        scope.kind, scope.parent, scope.name, scope.position, scope.start, scope.end, scope.line, scope.flags, scope.symbol, scope.returns,
        [_PARAMETER(each) for each in scope.parameters], scope.bases, scope.decorators, scope.returned, scope.yielded,
        {name: [_BINDING(each) for each in bindings] for name, bindings in scope.names.items()},
        {name: [_BINDING(each) for each in bindings] for name, bindings in scope.fields.items()},
        scope.context, scope.context_position,
    )  # fmt: skip


def decode_flow(data: bytes) -> FileFlow:
    """Decode ``encode_flow`` output. Raises ``ValueError`` on damaged input."""
    try:
        language, symbols, scopes, roots, imports, branches, stores, exports, newlines, package, problem = decode_value(data)
        return FileFlow(
            language,
            [SymbolRow(*row) for row in symbols],
            [_scope(row) for row in scopes],
            [Root(*row) for row in roots],
            [ImportedName(*row) for row in imports],
            branches,
            stores,
            exports,
            newlines,
            package,
            problem,
        )
    except TypeError as error:
        raise ValueError(f"stored flows are damaged: {error}") from error


def _scope(row: list[Any]) -> Scope:
    row[10] = [Parameter(*each) for each in row[10]]
    for at in (15, 16):
        row[at] = {name: [Binding(*each) for each in bindings] for name, bindings in row[at].items()}
    return Scope(*row)


def interface(flow: FileFlow) -> bytes:
    """Return a digest (16 bytes) of what other files' edges can rest on: all but positions, and uses that give nothing a value."""
    kept: set[int] = {root for target in flow.stores for root in target} | {root for roots in flow.exports.values() for root in roots}
    scopes: list[object] = []
    for scope in flow.scopes:
        kept.update((scope.returns, *scope.bases, *scope.decorators, *scope.returned, *scope.yielded))
        names: list[object] = []
        for table in (scope.names, scope.fields):
            for name, bindings in table.items():
                kept.update(root for binding in bindings for root in (binding.value, binding.type))
                names.append((name, [(each.kind, each.target, each.branch) for each in bindings]))
        for parameter in scope.parameters:
            kept.update((parameter.type, parameter.default))
        scopes.append((
            scope.kind, scope.parent, scope.name, scope.flags, scope.symbol, names, [(each.name, each.taking) for each in scope.parameters],
        ))  # fmt: skip
    seen: set[int] = set()
    roots = [(flow.roots[root].scope, flow.roots[root].branch, shape) for root, shape in _shapes(flow, kept, seen)]
    symbols = [(each.qualified_name, str(each.kind)) for each in flow.symbols]
    imports = [(each.module, each.name, each.level, each.reexported) for each in flow.imports]
    whole = (scopes, roots, symbols, imports, [tuple(each) for each in flow.branches], flow.package, sorted(flow.exports))
    return blake2b(repr(whole).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _shapes(flow: FileFlow, kept: set[int], seen: set[int]) -> Iterator[tuple[int, object]]:
    for root in sorted(kept):
        if root >= 0 and root not in seen:
            seen.add(root)
            yield root, _shape(flow.roots[root].expression)


def _shape(expression: Expression | None) -> object:
    """Return an expression without its positions. Where a list stands is part of its identity inside its file, and of nothing else."""
    if not isinstance(expression, (tuple, list)):
        return expression
    if len(expression) >= 2 and isinstance(expression[0], int) and isinstance(expression[1], int):
        return (expression[0], *(_shape(part) for part in expression[2:]))
    return tuple(_shape(part) for part in expression)
