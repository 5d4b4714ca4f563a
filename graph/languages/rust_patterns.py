"""Rust: what patterns bind. Each gets the root of the value and of the declared type."""

from __future__ import annotations

from graph.flow import (
    CAST,
    ELEMENT,
    ENTER,
    INDEX,
    ITEM,
    LITERAL,
    MEMBER,
    ROOT,
    VARIABLE,
    Binding,
    Expression,
)
from graph.lowering import Lowering, SyntaxNode


def bind_name(lowering: Lowering, node: SyntaxNode, value: int, kind: int) -> None:
    """Bind a name; one with a capital is a constant or variant that is compared with."""
    word = lowering.word(node).removeprefix("r#")
    if not word[:1].isupper():  # a constant or a variant is compared with
        lowering.bind(word, Binding(VARIABLE, max(node.start_byte, lowering.settles), value, kind))
    else:
        lowering.root(node)


def bind_inner(lowering: Lowering, node: SyntaxNode, value: int, kind: int) -> None:
    """Bind what a pattern is about."""
    for child in node.named_children:
        if child.type != "mutable_specifier":
            lowering.assign(child, value, kind)


def _typed(lowering: Lowering, value: int, kind: int, position: int) -> int:
    """Return the root of what is taken apart: the declared type where there is one."""
    return value if kind < 0 else lowering.add_root((CAST, position, (ROOT, position, kind)))


def bind_tuple(lowering: Lowering, node: SyntaxNode, value: int, kind: int) -> None:
    """Take a tuple or a list apart."""
    value = _typed(lowering, value, kind, node.start_byte)
    for position, child in enumerate(node.named_children):
        whole: Expression = (ROOT, child.start_byte, value)
        operation = (ITEM, child.start_byte, whole, position) if node.type == "tuple_pattern" else (ELEMENT, child.start_byte, whole)
        lowering.assign(child, lowering.add_root(operation if value >= 0 else None))


def bind_variant(lowering: Lowering, node: SyntaxNode, value: int, kind: int) -> None:
    """Take apart ``Some(x)`` and the like: by the value's own type for those built in, else by the type the pattern names."""
    value = _typed(lowering, value, kind, node.start_byte)
    type_ = node.child_by_field_name("type")
    name = "" if type_ is None else lowering.word(type_).rpartition("::")[2]
    made = lowering.root(type_)
    parts = [child for child in node.named_children if child != type_]
    for position, child in enumerate(parts):
        whole: Expression = (ROOT, child.start_byte, value)
        if name in {"Some", "Ok"}:
            held: Expression | None = (ELEMENT, child.start_byte, whole) if value >= 0 else None
        elif name == "Err":
            held = (INDEX, child.start_byte, whole, (LITERAL, child.start_byte, "Err", "")) if value >= 0 else None
        else:
            of: Expression = (CAST, child.start_byte, (ROOT, child.start_byte, made))
            held = (INDEX, child.start_byte, of, (LITERAL, child.start_byte, "field", str(position)))
        lowering.assign(child, lowering.add_root(held))


def bind_struct(lowering: Lowering, node: SyntaxNode, value: int, kind: int) -> None:
    """Take a struct apart by the type that the pattern names."""
    del value, kind
    type_ = node.child_by_field_name("type")
    made = lowering.root(type_)
    for child in node.named_children:
        named = child.child_by_field_name("name") if child.type == "field_pattern" else None
        if named is None:
            continue
        of: Expression = (ENTER, named.start_byte, (CAST, named.start_byte, (ROOT, named.start_byte, made)))
        read = lowering.add_root((MEMBER, named.start_byte, of, lowering.word(named)))
        held = lowering.add_root((ROOT, named.start_byte, read))
        pattern = child.child_by_field_name("pattern")
        if pattern is not None:
            lowering.assign(pattern, held)
        else:
            lowering.bind(lowering.word(named), Binding(VARIABLE, max(named.start_byte, lowering.settles), held))


def bind_either(lowering: Lowering, node: SyntaxNode, value: int, kind: int) -> None:
    """Bind the names of each of several patterns."""
    for child in node.named_children:
        lowering.assign(child, value, kind)


def bind_captured(lowering: Lowering, node: SyntaxNode, value: int, kind: int) -> None:
    """Handle ``name @ pattern``."""
    for child in node.named_children:
        lowering.assign(child, value, kind)


def no_binding(lowering: Lowering, node: SyntaxNode, value: int, kind: int) -> None:
    """Handle a pattern that is a value to compare with."""
    del value, kind
    lowering.root(node)
