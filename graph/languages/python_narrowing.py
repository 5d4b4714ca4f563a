"""Python: where a test says what type a name has, in branches, conditional expressions, and after an early exit or an assertion."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from graph.flow import (
    BLOCK,
    EITHER,
    FUNCTION_SCOPE,
    GUARDED,
    NAME,
    NARROWED,
    QUIET,
    ROOT,
    TO_INSTANCE,
    TO_ITSELF,
    TO_OTHERS,
    TO_SUBCLASS,
    Binding,
    Expression,
)
from graph.lowering import Lowering, SyntaxNode

_NAMES = frozenset({"identifier", "attribute"})
_COMPARISONS = frozenset({"is", "is not", "not", "==", "!=", "<", ">", "<=", ">=", "in", "not in", "<>"})
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
    if node.type == "comparison_operator":
        return _compared(lowering, node, holds=holds)
    arguments = _arguments(lowering, node, "isinstance")
    if len(arguments) == 2 and arguments[0].type == "identifier":
        return [Guard(lowering.word(arguments[0]), arguments[1], TO_INSTANCE if holds else TO_OTHERS)]
    arguments = _arguments(lowering, node, "issubclass")
    if holds and len(arguments) == 2 and arguments[0].type == "identifier" and arguments[1].type in _NAMES:
        return [Guard(lowering.word(arguments[0]), arguments[1], TO_SUBCLASS)]
    return []


def _arguments(lowering: Lowering, node: SyntaxNode, function: str) -> Sequence[SyntaxNode]:
    """Return the arguments of a call of a built-in function, nothing for any other node."""
    called, given = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if node.type != "call" or called is None or given is None or lowering.word(called) != function or lowering.is_bound(function):
        return ()
    return given.named_children


def _compared(lowering: Lowering, node: SyntaxNode, *, holds: bool) -> list[Guard]:
    """Return what ``type(name) is Class`` and ``name is Class`` tell."""
    operators = [lowering.word(child) for child in node.children if child.type in _COMPARISONS]
    if len(node.named_children) != 2 or operators != (["is"] if holds else ["is not"]):
        return []
    left, right = node.named_children
    if right.type not in _NAMES or not _is_class_name(lowering.word(right).rpartition(".")[2]):
        return []
    typed = _arguments(lowering, left, "type")
    if len(typed) == 1 and typed[0].type == "identifier":
        return [Guard(lowering.word(typed[0]), right, TO_INSTANCE)]
    return [Guard(lowering.word(left), right, TO_ITSELF)] if left.type == "identifier" else []


def _is_class_name(word: str) -> bool:
    """Say whether a name is written like that of a class: what is written otherwise may be any object."""
    return word[:1].isupper() and not word.isupper()


def _binding(lowering: Lowering, guard: Guard, position: int, before: int) -> Binding:
    value = lowering.add_root((NAME, before, guard.name), QUIET)
    type_ = lowering.add_root(lowering.lower(guard.type), QUIET)
    return Binding(NARROWED, position, value, type_, guard.sense, lowering.branch)


def _guarded(lowering: Lowering, known: list[Guard], node: SyntaxNode, before: int, lower: Callable[[], None]) -> None:
    """Lower what runs only where the guards hold."""
    narrowed(lowering, [(guard.name, _binding(lowering, guard, node.start_byte, before)) for guard in known], node, lower)


def narrowed(lowering: Lowering, bindings: list[tuple[str, Binding]], node: SyntaxNode, lower: Callable[[], None]) -> None:
    """Lower what runs only where names have these bindings."""
    outside = lowering.scope
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
