"""Ruby: statements, conditions, and what they are worth."""

from __future__ import annotations

from graph.flow import EITHER, FUNCTION_SCOPE, Expression
from graph.languages.ruby_declarations import blank
from graph.lower import Lowering, SyntaxNode


def statements(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle statements one after another, which are worth what the last one is."""
    last: Expression | None = None
    for child in node.named_children:
        if child.type in {"rescue", "ensure", "comment"}:
            if (aside := lowering.lower(child)) is not None:
                lowering.add_root(aside)
            continue
        if last is not None:
            lowering.add_root(last)
        last = lowering.lower(child)
    return last


def if_statement(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``if`` and its like, which are worth what their last statements are."""
    lowering.root(node.child_by_field_name("condition"))
    options: list[Expression] = []
    for name in ("consequence", "body", "alternative"):
        child = node.child_by_field_name(name)
        if child is not None:
            options.append(lowering.lower(child) or blank(child))
    return (EITHER, node.start_byte, tuple(options))


def case_statement(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``case``."""
    options: list[Expression] = []
    for child in node.named_children:
        found = lowering.lower(child)
        if child.type in {"when", "else"}:
            options.append(found or blank(child))
        elif found is not None:
            lowering.add_root(found)
    return (EITHER, node.start_byte, tuple(options))


def when_clause(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle one branch of ``case``."""
    body = node.child_by_field_name("body")
    for child in node.named_children:
        if child != body:
            lowering.root(child)
    return None if body is None else lowering.lower(body)


def return_statement(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``return``, with several values or one."""
    for child in node.named_children:
        parts = child.named_children if child.type == "argument_list" else [child]
        for part in parts:
            lowering.flow.scopes[lowering.enclosing(FUNCTION_SCOPE)].returned.append(lowering.root(part))
    return None
