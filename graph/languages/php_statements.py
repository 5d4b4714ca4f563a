"""PHP: variables, loops, conditions and what they narrow."""

from __future__ import annotations

from graph.flow import (
    BLOCK,
    EITHER,
    ELEMENT,
    FUNCTION_SCOPE,
    GENERATOR,
    GUARDED,
    NAME,
    NARROWED,
    SELF,
    SPREAD,
    TYPE,
    VARIABLE,
    Binding,
    Expression,
)
from graph.languages.php_names import class_name
from graph.lower import Lowering, SyntaxNode, either

_LEAVES = frozenset({"return_statement", "continue_statement", "break_statement"})


def blank(node: SyntaxNode) -> Expression:
    """Return the expression for what is not known."""
    return (EITHER, node.start_byte, ())


def variable(lowering: Lowering, node: SyntaxNode) -> Expression:
    """Handle a variable."""
    word = lowering.word(node)
    if word == "$this":
        return (SELF, node.start_byte)
    if not lowering.enclosing(FUNCTION_SCOPE):
        word = f"${word}"  # functions do not see it
    lowering.flow.scopes[lowering.scope].names.setdefault(word, [])
    return (NAME, node.start_byte, word)


def foreach(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle a loop over the elements of something."""
    body = node.child_by_field_name("body")
    parts = [child for child in node.named_children if child != body and child.type != "comment"]
    if len(parts) >= 2:
        over = lowering.lower(parts[0])
        value = lowering.add_root((ELEMENT, parts[0].start_byte, over) if over is not None else None)
        target = parts[1]
        if target.type == "pair" and target.named_children:
            lowering.assign(target.named_children[0], lowering.add_root(None))
            target = target.named_children[-1]
        if target.type == "by_ref" and target.named_children:
            target = target.named_children[0]
        before, lowering.settles = lowering.settles, parts[0].end_byte
        lowering.assign(target, value)
        lowering.settles = before
    if body is not None:
        lowering.root(body)
    return None


def catch(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``catch``, which types its variable."""
    type_, named = node.child_by_field_name("type"), node.child_by_field_name("name")
    declared = lowering.root(type_, TYPE)
    if named is not None and declared >= 0:
        lowering.assign(named, -1, declared)
    body = node.child_by_field_name("body")
    if body is not None:
        lowering.root(body)
    return None


def _guards(lowering: Lowering, node: SyntaxNode, *, negated: bool = False) -> list[tuple[str, SyntaxNode]]:
    """Return the variables of which a condition says the class; where it fails, if ``negated``."""
    if node.type == "parenthesized_expression" and node.named_children:
        return _guards(lowering, node.named_children[0], negated=negated)
    if negated:
        of = node.child_by_field_name("argument") if node.type == "unary_op_expression" else None
        return [] if of is None or not lowering.word(node).startswith("!") else _guards(lowering, of)
    left, right, operator = (node.child_by_field_name(each) for each in ("left", "right", "operator"))
    if node.type != "binary_expression" or left is None or right is None or operator is None:
        return []
    if operator.type in {"&&", "and"}:
        return _guards(lowering, left) + _guards(lowering, right)
    if operator.type != "instanceof" or left.type != "variable_name" or right.type not in {"name", "qualified_name"}:
        return []
    found = variable(lowering, left)
    return [(found[2], right)] if found[0] == NAME else []


def if_statement(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``if`` and what its condition says about variables inside of it."""
    condition, body = node.child_by_field_name("condition"), node.child_by_field_name("body")
    guards = [] if condition is None else _guards(lowering, condition)
    if condition is not None:
        lowering.root(condition)
    if body is not None:
        outside = lowering.scope
        if guards:
            lowering.open_scope(BLOCK, "", body.start_byte, body, GUARDED)
        for narrowed, type_ in guards:
            declared = lowering.add_root(class_name(lowering, type_), TYPE)
            names = lowering.flow.scopes[lowering.scope].names
            names[narrowed] = [Binding(NARROWED, body.start_byte, type=declared, branch=lowering.branch)]
        lowering.root(body)
        lowering.scope = outside
    for child in node.named_children:
        if child not in (condition, body):
            lowering.root(child)
    return None


def _narrow_after(lowering: Lowering, node: SyntaxNode) -> None:
    """Narrow what follows an ``if (!$x instanceof A)`` that leaves."""
    condition, body = node.child_by_field_name("condition"), node.child_by_field_name("body")
    last = body.named_children[-1] if body is not None and body.type == "compound_statement" and body.named_children else body
    if condition is None or last is None or node.child_by_field_name("alternative") is not None:
        return
    thrown = last.type == "expression_statement" and last.named_children and last.named_children[0].type == "throw_expression"
    if last.type in _LEAVES or thrown:
        for narrowed, type_ in _guards(lowering, condition, negated=True):
            declared = lowering.add_root(class_name(lowering, type_), TYPE)
            lowering.bind(narrowed, Binding(VARIABLE, node.end_byte, type=declared))


def statements(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle statements one after another."""
    for child in node.named_children:
        expression = lowering.lower(child)
        if expression is not None:
            lowering.add_root(expression)
        if child.type == "if_statement":
            _narrow_after(lowering, child)
    return None


def conditional(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``a ? b : c``."""
    body = node.child_by_field_name("body")
    if body is None:
        return either("condition", "alternative")(lowering, node)
    lowering.root(node.child_by_field_name("condition"))
    return either("body", "alternative")(lowering, node)


def match_expression(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``match``, which is worth what one of its arms is."""
    lowering.root(node.child_by_field_name("condition"))
    body, options = node.child_by_field_name("body"), list[Expression]()
    for arm in body.named_children if body is not None else ():
        lowering.root(arm.child_by_field_name("conditional_expressions"))
        value = arm.child_by_field_name("return_expression")
        if value is not None:
            options.append(lowering.lower(value) or blank(value))
    return (EITHER, node.start_byte, tuple(options))


def yield_expression(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``yield`` and ``yield from``."""
    scope = lowering.flow.scopes[lowering.enclosing(FUNCTION_SCOPE)]
    scope.flags |= GENERATOR
    for child in node.named_children:
        parts = child.named_children if child.type == "array_element_initializer" else [child]
        for part in parts[:-1]:
            lowering.root(part)
        value = lowering.lower(parts[-1]) if parts else None
        if value is not None:
            each: Expression = value if child.type == "array_element_initializer" else (SPREAD, child.start_byte, value)
            scope.yielded.append(lowering.add_root(each))
    return None
