"""Flows to bytes and back, and what of a flow other files can see."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any, cast

from graph.flow import ROOT, FileFlow, Scope
from ingest.codec import encode_value, row_decoder

encode_flow: Callable[[FileFlow], bytes] = encode_value
decode_flow: Callable[[bytes], FileFlow] = row_decoder(FileFlow)
"""Decode ``encode_flow`` output. Raises ``ValueError`` on damaged input."""


def interface(flow: FileFlow) -> bytes:
    """Return a digest (16 bytes) of what other files' edges can rest on: all but positions, and uses that give nothing a value."""
    rank = {root: at for at, root in enumerate(sorted(_seen_roots(flow)))}
    roots = [(flow.roots[root].scope, flow.roots[root].branch, _shape(flow.roots[root].expression, rank)) for root in rank]
    symbols = [(each.qualified_name, str(each.kind), each.parent) for each in flow.symbols]
    imports = [(each.module, each.name, each.level, each.reexported) for each in flow.imports]
    whole = (
        flow.package,
        [_visible(scope, rank) for scope in flow.scopes],
        roots,
        symbols,
        imports,
        [tuple(branch) for branch in flow.branches],
        [(rank[target], rank[value]) for target, value in flow.stores],
        sorted((name, [rank[root] for root in roots]) for name, roots in flow.exports.items()),
    )
    return blake2b(repr(whole).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _visible(scope: Scope, rank: Mapping[int, int]) -> tuple[object, ...]:
    names = [
        (name, [(each.kind, each.target, each.branch, rank.get(each.value, -1), rank.get(each.type, -1)) for each in bindings])
        for table in (scope.names, scope.fields)
        for name, bindings in table.items()
    ]
    parameters = [(each.name, each.taking, rank.get(each.type, -1), rank.get(each.default, -1)) for each in scope.parameters]
    used = [[rank[root] for root in roots] for roots in (scope.bases, scope.decorators, scope.returned, scope.yielded)]
    single = (rank.get(scope.returns, -1), rank.get(scope.context, -1), scope.context_position)
    return (scope.kind, scope.parent, scope.name, scope.flags, scope.symbol, len(scope.names), names, parameters, used, single, scope.fixed)


def _seen_roots(flow: FileFlow) -> set[int]:
    """Return the roots that give a value to anything, and those that their expressions refer to."""
    pending = [root for target in flow.stores for root in target] + [root for roots in flow.exports.values() for root in roots]
    for scope in flow.scopes:
        pending += (scope.returns, scope.context, *scope.bases, *scope.decorators, *scope.returned, *scope.yielded)
        pending += (
            root for table in (scope.names, scope.fields) for bindings in table.values() for b in bindings for root in (b.value, b.type)
        )
        pending += (root for parameter in scope.parameters for root in (parameter.type, parameter.default))
    found: set[int] = set()
    while pending:
        root = pending.pop()
        if root >= 0 and root not in found:
            found.add(root)
            pending += _referred(flow.roots[root].expression)
    return found


def _referred(part: object) -> Iterator[int]:
    if isinstance(part, tuple | list):
        parts = cast("Sequence[Any]", part)
        if len(parts) == 3 and parts[0] == ROOT and isinstance(parts[1], int) and isinstance(parts[2], int):
            yield parts[2]
        for each in parts:
            yield from _referred(each)


def _shape(part: object, rank: Mapping[int, int]) -> object:
    """Return an expression without its positions. Where a list stands is part of its identity inside its file, and of nothing else."""
    if not isinstance(part, tuple | list):
        return part
    parts = cast("Sequence[Any]", part)
    if len(parts) >= 2 and isinstance(parts[0], int) and isinstance(parts[1], int):
        if parts[0] == ROOT:
            return (ROOT, rank[parts[2]])
        return (parts[0], *(_shape(each, rank) for each in parts[2:]))
    return tuple(_shape(each, rank) for each in parts)
