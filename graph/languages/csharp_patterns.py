"""C#: patterns, and the expressions that choose by them."""

from __future__ import annotations

from graph.flow import CAST, EITHER, LITERAL, MEMBER, ROOT, VARIABLE, Binding, Expression
from graph.languages.csharp_definitions import TYPES, blank, type_root
from graph.lower import Lowering, SyntaxNode


def is_type(lowering: Lowering, node: SyntaxNode) -> Expression:
    """Handle ``left is Type``."""
    lowering.root(node.child_by_field_name("left"))
    type_root(lowering, node.child_by_field_name("right"))
    return (LITERAL, node.start_byte, "bool", "")


def is_pattern(lowering: Lowering, node: SyntaxNode) -> Expression:
    """Handle ``left is pattern``."""
    lowering.lower_children(node)
    return (LITERAL, node.start_byte, "bool", "")


def declaration(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle a type and a name: a pattern, ``out`` variable, or caught exception."""
    named = node.child_by_field_name("name")
    kind = type_root(lowering, node.child_by_field_name("type"))
    for child in node.named_children:
        if child.type not in {"identifier", *TYPES}:
            _subpatterns(lowering, child, kind)
    if named is None or named.type != "identifier":
        return None
    lowering.bind(lowering.word(named), Binding(VARIABLE, named.start_byte, type=kind))
    return None


def _subpatterns(lowering: Lowering, node: SyntaxNode, kind: int) -> None:
    of = None if kind < 0 else lowering.flow.roots[kind].expression
    for child in node.named_children:
        parts = child.named_children
        if child.type == "subpattern" and parts and parts[0].type == "identifier":
            if of is not None and len(parts) > 1:
                lowering.add_root((MEMBER, parts[0].start_byte, (ROOT, node.start_byte, _hidden(lowering, of)), lowering.word(parts[0])))
            parts = parts[1:]
        for each in parts if child.type == "subpattern" else (child,):
            lowering.root(each)


def _hidden(lowering: Lowering, of: Expression) -> int:
    """Keep a value of a type whose name is in another root already."""
    return lowering.add_root((CAST, of[1], of))


def type_pattern(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle a pattern that is a type."""
    type_root(lowering, node.child_by_field_name("type") or next(iter(node.named_children), None))


def conditional(lowering: Lowering, node: SyntaxNode) -> Expression:
    """Handle ``condition ? one : other``."""
    lowering.root(node.child_by_field_name("condition"))
    options = [lowering.lower_field(node, each) or blank(node) for each in ("consequence", "alternative")]
    return (EITHER, node.start_byte, tuple(options))


def switch(lowering: Lowering, node: SyntaxNode) -> Expression:
    """Handle a switch expression."""
    children = [child for child in node.named_children if child.type != "comment"]
    lowering.root(children[0] if children else None)
    options = [lowering.lower(child) for child in children[1:]]
    return (EITHER, node.start_byte, tuple(each for each in options if each is not None))


def arm(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle one arm of a switch expression."""
    children = [child for child in node.named_children if child.type != "comment"]
    for child in children[:-1]:
        lowering.root(child)
    if not children:
        return None
    thrown = children[-1].type == "throw_expression"
    root = lowering.root(children[-1])
    return None if thrown else (ROOT, node.start_byte, root)
