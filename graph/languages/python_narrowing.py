"""Python: where a test says what type a name has, in branches, conditional expressions, and after an early exit or an assertion."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from graph.flow import BLOCK, EITHER, FUNCTION_SCOPE, GUARDED, NAME, NARROWED, QUIET, ROOT, Binding, Expression
from graph.lowering import Lowering, SyntaxNode

IS, IS_NOT = 0, 1
"""``Binding.target`` of a NARROWED binding: the name, whose value before is ``value``, is or is not an instance of ``type``."""

_LEAVING = frozenset({"return_statement", "raise_statement", "continue_statement", "break_statement"})


class Guard(NamedTuple):
    """One name of which a condition tells the type."""

    name: str
    type: SyntaxNode
    sense: int


def guards(lowering: Lowering, node: SyntaxNode, *, holds: bool) -> list[Guard]:
    """Return what is known of names when a condition holds, or when it does not."""
    if node.type == "parenthesized_expression" and node.named_children:
        return guards(lowering, node.named_children[0], holds=holds)
    if node.type == "not_operator" and node.named_children:
        return guards(lowering, node.named_children[-1], holds=not holds)
    if node.type == "boolean_operator":
        told = any(child.type == ("and" if holds else "or") for child in node.children)
        return [found for child in node.named_children for found in guards(lowering, child, holds=holds)] if told else []
    called, given = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if node.type != "call" or called is None or given is None or lowering.word(called) != "isinstance":
        return []
    arguments = given.named_children
    if len(arguments) != 2 or arguments[0].type != "identifier":
        return []
    return [Guard(lowering.word(arguments[0]), arguments[1], IS if holds else IS_NOT)]


def _binding(lowering: Lowering, guard: Guard, position: int, before: int) -> Binding:
    value = lowering.add_root((NAME, before, guard.name), QUIET)
    type_ = lowering.add_root(lowering.lower(guard.type), QUIET)
    return Binding(NARROWED, position, value, type_, guard.sense, lowering.branch)


def _guarded(lowering: Lowering, known: list[Guard], node: SyntaxNode, before: int, lower: Callable[[], None]) -> None:
    """Lower what runs only where the guards hold."""
    outside = lowering.scope
    bindings = [(guard.name, _binding(lowering, guard, node.start_byte, before)) for guard in known]
    lowering.open_scope(BLOCK, "", node.start_byte, node, GUARDED)
    for name, binding in bindings:
        lowering.flow.scopes[lowering.scope].names[name] = [binding]
    lower()
    lowering.scope = outside


def _option(lowering: Lowering, known: list[Guard], node: SyntaxNode, before: int) -> Expression:
    """Return the value of an expression that is evaluated only where the guards hold."""
    if not known:
        return lowering.lower(node) or (EITHER, node.start_byte, ())
    made: list[int] = []
    _guarded(lowering, known, node, before, lambda: made.append(lowering.add_root(lowering.lower(node))))
    return (ROOT, node.start_byte, made[0])


def if_(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``if`` and ``elif``: each branch, and what follows when the branch leaves."""
    condition, consequence = node.child_by_field_name("condition"), node.child_by_field_name("consequence")
    if condition is None or consequence is None:
        lowering.lower_children(node)
        return None
    lowering.root(condition)
    holding, failing = guards(lowering, condition, holds=True), guards(lowering, condition, holds=False)
    _guarded(lowering, holding, consequence, condition.start_byte, lambda: lowering.lower_children(consequence))
    others = [child for child in node.named_children if child not in (condition, consequence)]
    for other in others:
        _guarded(lowering, failing, other, condition.start_byte, lambda other=other: _keep(lowering, other))
    if node.type == "if_statement" and _leaves(consequence) and all(other.type == "comment" for other in others):
        _settle(lowering, failing, node, lowering.flow.branches[lowering.branch][0])
    return None


def _keep(lowering: Lowering, node: SyntaxNode) -> None:
    expression = lowering.lower(node)
    if expression is not None:
        lowering.add_root(expression)


def _leaves(block: SyntaxNode) -> bool:
    return bool(block.named_children) and block.named_children[-1].type in _LEAVING


def _settle(lowering: Lowering, known: list[Guard], node: SyntaxNode, branch: int) -> None:
    """Narrow names after a statement; only those of the function itself, since a binding makes a name local."""
    scopes = lowering.flow.scopes
    at = lowering.scope
    while scopes[at].flags & GUARDED:
        at = scopes[at].parent
    inside = lowering.branch
    for guard in known:
        if scopes[at].kind == FUNCTION_SCOPE and guard.name in scopes[at].names:
            binding = _binding(lowering, guard, node.end_byte, node.start_byte)
            lowering.branch = branch
            lowering.bind(guard.name, binding)
            lowering.branch = inside


def assert_(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``assert``: what follows runs only where it holds."""
    lowering.lower_children(node)
    condition = next(iter(node.named_children), None)
    if condition is not None:
        _settle(lowering, guards(lowering, condition, holds=True), node, lowering.branch)
    return None


def conditional(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``a if condition else b``."""
    children = [child for child in node.named_children if child.type != "comment"]
    if len(children) != 3:
        lowering.lower_children(node)
        return None
    chosen, condition, other = children
    lowering.root(condition)
    before = condition.start_byte
    options = (
        _option(lowering, guards(lowering, condition, holds=True), chosen, before),
        _option(lowering, guards(lowering, condition, holds=False), other, before),
    )
    return (EITHER, node.start_byte, options)


def boolean(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``and`` and ``or``: the right side is evaluated only where the left one holds, or does not."""
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if left is None or right is None:
        lowering.lower_children(node)
        return None
    first = lowering.lower(left) or (EITHER, left.start_byte, ())
    known = guards(lowering, left, holds=any(child.type == "and" for child in node.children))
    return (EITHER, node.start_byte, (first, _option(lowering, known, right, left.start_byte)))
