"""Rust: names, paths and types."""

from __future__ import annotations

from graph.flow import (
    INDEX,
    LITERAL,
    MEMBER,
    NAME,
    SEQUENCE,
    TYPE,
    Expression,
)
from graph.languages.rust_items import blank
from graph.lowering import Handler, Lowering, SyntaxNode


def name(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle a name."""
    word = lowering.word(node)
    return None if word == "_" else (NAME, node.start_byte, word.removeprefix("r#"))


def scoped_path(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``path::name``; what has no path begins in the list of crates."""
    path, named = node.child_by_field_name("path"), node.child_by_field_name("name")
    if named is None:
        return None
    if path is None:
        return name(lowering, named)
    if path.type in {"self", "crate", "super"}:
        of: Expression | None = (NAME, path.start_byte, f"{path.type}::")
    else:
        of = lowering.lower(path)
    return (MEMBER, named.start_byte, of or blank(path), lowering.word(named).removeprefix("r#"))


def generic(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle a generic type with its arguments."""
    of, given = lowering.lower_field(node, "type"), node.child_by_field_name("type_arguments")
    keys: list[Expression] = []
    for child in given.named_children if given is not None else ():
        if child.type == "type_binding":
            keys.append(lowering.lower_field(child, "type") or blank(child))
        elif child.type not in {"lifetime", "block"}:
            keys.append(lowering.lower(child) or blank(child))
    if of is None:
        return None
    return (INDEX, node.start_byte, of, keys[0] if len(keys) == 1 else (SEQUENCE, node.start_byte, "tuple", tuple(keys)))


def qualified(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``<Type as Trait>``."""
    lowering.root(node.child_by_field_name("alias"), TYPE)
    return lowering.lower_field(node, "type")


def function_type(lowering: Lowering, node: SyntaxNode) -> Expression:
    """Handle the type of a function or closure."""
    parameters = node.child_by_field_name("parameters")
    for child in parameters.named_children if parameters is not None else ():
        lowering.root(child.child_by_field_name("type") or child, TYPE)
    result = lowering.lower_field(node, "return_type") or (LITERAL, node.start_byte, "()", "")
    return (INDEX, node.start_byte, (LITERAL, node.start_byte, "Callable", ""), result)


def listed(kind: str) -> Handler:
    """Handle a list of types or values."""

    def handle(lowering: Lowering, node: SyntaxNode) -> Expression:
        parts = [
            child for child in node.named_children if child.type not in {"lifetime", "line_comment", "block_comment", "attribute_item"}
        ]
        items = tuple(lowering.lower(child) or blank(child) for child in parts)
        if node.type == "tuple_type" and len(items) == 1 and not any(child.type == "," for child in node.children):
            return items[0]  # a type in parentheses
        return items[0] if kind == "bounds" and len(items) == 1 else (SEQUENCE, node.start_byte, kind, items)

    return handle


def array_type(lowering: Lowering, node: SyntaxNode) -> Expression:
    """Handle the type of an array or slice."""
    element = lowering.lower_field(node, "element") or blank(node)
    lowering.root(node.child_by_field_name("length"))
    return (INDEX, node.start_byte, (LITERAL, node.start_byte, "Vec", ""), element)
