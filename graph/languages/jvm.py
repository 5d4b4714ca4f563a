"""What the tables of Java, Kotlin and Scala share."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager

from graph.flow import (
    ANONYMOUS,
    BASE,
    BLOCK,
    CLASS_SCOPE,
    DEFINITION,
    EITHER,
    FUNCTION_SCOPE,
    INDEX,
    SEQUENCE,
    TYPE,
    VARIABLE,
    Binding,
    Expression,
    Scope,
)
from graph.lowering import Lowering, SyntaxNode

ARRAY = "[]"
"""The container that an array is."""
CONSTRUCTOR = "<init>"
"""The name under which a class binds its constructors."""

LATER_LIST = "<list>"
"""The keyword of an argument in a second list of arguments."""
TRAILING = "<lambda>"
"""The keyword of a lambda that stands after the parentheses of a call: it is for the last parameter."""
_COMMENTS = frozenset({"line_comment", "block_comment", "multiline_comment", "comment"})


def first(node: SyntaxNode, kind: str) -> SyntaxNode | None:
    """Return the first child of a type."""
    return next((child for child in node.named_children if child.type == kind), None)


def generic(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle a type with arguments: its first child, applied to those of the second."""
    children = [child for child in node.named_children if child.type not in _COMMENTS]
    of = lowering.lower(children[0]) if children else None
    keys = [
        lowering.lower(each) or (EITHER, each.start_byte, ())
        for child in children[1:]
        for each in child.named_children
        if each.type not in _COMMENTS
    ]
    if of is None or not keys:
        return of
    return (INDEX, node.start_byte, of, keys[0] if len(keys) == 1 else (SEQUENCE, node.start_byte, "tuple", tuple(keys)))


def lower_modifiers(lowering: Lowering, node: SyntaxNode) -> None:
    """Take note of the annotations among modifiers, or of the types in a clause."""
    for child in node.named_children:
        lowering.add_root(lowering.lower(child), TYPE)


def lower_type_parameters(lowering: Lowering, node: SyntaxNode) -> None:
    """Bind type parameters, each with its first bound as its type."""
    for child in node.named_children:
        names = [each for each in child.named_children if each.type in {"type_identifier", "identifier"}]
        if child.type != "type_parameter" or not names:
            continue
        bound = first(child, "type_bound")
        binding = Binding(VARIABLE, names[0].start_byte)
        lowering.bind(lowering.word(names[0]), binding)
        if bound is not None and bound.named_children:
            binding.type = lowering.root(bound.named_children[0], TYPE)
            for each in bound.named_children[1:]:
                lowering.root(each, TYPE)


def open_class(lowering: Lowering, node: SyntaxNode, name: SyntaxNode | None, bases: Sequence[SyntaxNode], flags: int = 0) -> Scope:
    """Open a class's scope and stay in it. Its type parameters are bound around it, where its bases see them and its members do not end."""
    title = "" if name is None else lowering.word(name)
    position = node.start_byte if name is None else name.start_byte
    outer = lowering.scope
    parameters = node.child_by_field_name("type_parameters") or first(node, "type_parameters")
    if parameters is not None:
        lowering.open_scope(BLOCK, "", node.start_byte, node)
        lowering.lower(parameters)
    roots = [lowering.root(base, BASE) for base in bases]
    if title:
        lowering.bind(title, Binding(DEFINITION, position, target=len(lowering.flow.scopes)), scope=outer)
    lowering.open_scope(CLASS_SCOPE, title, position, node, flags | (0 if title else ANONYMOUS))
    scope = lowering.flow.scopes[lowering.scope]
    scope.bases = roots
    lowering.open_branch()
    lowering.receiver = ""
    return scope


def open_function(lowering: Lowering, node: SyntaxNode, title: str, position: int, flags: int = 0) -> Scope:
    """Open a function's scope and stay in it. Who calls binds its name and closes it."""
    lowering.open_scope(FUNCTION_SCOPE, title, position, node, flags | (0 if title else ANONYMOUS))
    lowering.open_branch()
    return lowering.flow.scopes[lowering.scope]


@contextmanager
def inside(lowering: Lowering) -> Generator[None]:
    """Come back to the present scope and branch at the end."""
    scope, branch, receiver = lowering.scope, lowering.branch, lowering.receiver
    try:
        yield
    finally:
        lowering.scope, lowering.branch, lowering.receiver = scope, branch, receiver
