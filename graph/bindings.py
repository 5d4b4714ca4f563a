"""Which bindings of a name can be the newest at a place, and how a found one is passed on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from graph.flow import ACCESSOR, DEFINITION, IMPORTED, Binding, Expression, FileFlow
from graph.values import Value, Values

Arguments = Sequence[tuple[str, Expression]]
Place = tuple[str, int, int, int]
"""Path, scope, position and branch from which a name is looked up."""

END = 1 << 60
"""A position after everything in a file."""


class PassedCall(NamedTuple):
    """One call of a function: which, where, with what, and whether the callee is bound to its first parameter."""

    path: str
    scope: int
    place: Place
    arguments: Arguments
    bound: bool


class FoundBinding:
    """A binding and where it is."""

    __slots__ = ("binding", "name", "path", "scope")

    def __init__(self, path: str, scope: int, name: str, binding: Binding) -> None:
        self.path, self.scope, self.name, self.binding = path, scope, name, binding


Attribute = FoundBinding | Values
Denoted = tuple["Value | None", Attribute]
"""What a use denotes, and for a member the value it was looked up in."""


def reaching(
    branches: Sequence[tuple[int, int]], bindings: Sequence[Binding], position: int, branch: int, *, crossed: bool
) -> list[Binding]:
    """Return the bindings of one name that can be the newest at a position of a branch.

    ``crossed`` says that the place is in another function, which runs nobody knows when: then only definitions and imports hide earlier
    ones.
    """
    if crossed:
        return last_definitions_of(branches, bindings)
    around = set(chain(branches, branch))
    before = [binding for binding in bindings if binding.position <= position and binding.branch >= 0]
    for at in range(len(before) - 1, -1, -1):
        if before[at].branch in around:
            before = before[at:]
            break
    loops = {each for each in around if branches[each][1]}
    later = [b for b in bindings if b.position > position and loops and loops.intersection(chain(branches, b.branch))]
    types = [binding for binding in bindings if binding.branch < 0]
    return before + later + types if before or later else list(bindings)


def last_definitions_of(branches: Sequence[tuple[int, int]], bindings: Sequence[Binding]) -> list[Binding]:
    """Return the bindings without those that a later definition or import replaces for certain."""
    if len(bindings) < 2:
        return list(bindings)
    kept: list[Binding] = []
    for at, binding in enumerate(bindings):
        later = bindings[at + 1 :]
        if not any(b.kind in {DEFINITION, IMPORTED} and b.branch in chain(branches, binding.branch) for b in later):
            kept.append(binding)
    return kept


def settled(flow: FileFlow, bindings: list[Binding]) -> list[Binding]:
    """Return the bindings of a class's member that say what it is: an accessor takes what is assigned to it, a declared type bounds it."""
    if len(bindings) < 2:
        return bindings
    accessors = [b for b in bindings if b.kind == DEFINITION and flow.scopes[b.target].flags & ACCESSOR]
    return accessors or [b for b in bindings if b.type >= 0] or bindings


def last_definitions(flow: FileFlow, bindings: Sequence[Binding]) -> list[Binding]:
    """Return the bindings of a class's member, as ``last_definitions_of``; of an accessor's parts the first, which reads."""
    if len(bindings) > 1 and all(b.kind == DEFINITION and flow.scopes[b.target].flags & ACCESSOR for b in bindings):
        return [bindings[0]]
    return last_definitions_of(flow.branches, bindings)


def chain(branches: Sequence[tuple[int, int]], branch: int) -> Iterator[int]:
    """Yield a branch and those around it."""
    while branch >= 0:
        yield branch
        branch = branches[branch][0]
