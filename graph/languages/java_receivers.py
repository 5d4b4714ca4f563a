"""What a local variable in Java may be as the receiver of a call, beside what its declared type says.

It may hold a function that was written for it, and a condition may have told that it is of a narrower type. Both are bound under a name
of their own that receivers alone are looked up by: an argument keeps its declared type, which is what chooses among overloads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from graph.flow import (
    BLOCK,
    CLASS_SCOPE,
    EITHER,
    FUNCTION,
    GUARDED,
    METHOD,
    NAME,
    NARROWED,
    QUIET,
    ROOT,
    VARIABLE,
    Binding,
    Expression,
)
from graph.languages.jvm import CONSTRUCTOR
from graph.lowering import Lowering, SyntaxNode

Guard = tuple[SyntaxNode, SyntaxNode]


def _as_receiver(name: str) -> str:
    return f"{name}()"


def receiver(lowering: Lowering, node: SyntaxNode) -> Expression:
    """Return what stands before the dot where that is a bare name."""
    name = lowering.word(node)
    return (NAME, node.start_byte, _as_receiver(name) if _scope_of(lowering, name, _as_receiver(name)) >= 0 else name)


def _scope_of(lowering: Lowering, name: str, wanted: str) -> int:
    """Return the scope of the local variable that a name means, -1 where it means none or nothing is bound there as is wanted."""
    scopes, at = lowering.flow.scopes, lowering.scope
    while at >= 0 and scopes[at].kind != CLASS_SCOPE and wanted not in scopes[at].names:
        at = -1 if name in scopes[at].names else scopes[at].parent
    return at if at >= 0 and scopes[at].kind != CLASS_SCOPE else -1


def hold_function(lowering: Lowering, named: SyntaxNode, kind: int, value: int, written: SyntaxNode | None) -> None:
    """Take note of the function that a new local variable holds."""
    declared = lowering.flow.roots[kind].expression if kind >= 0 else None
    given = lowering.flow.roots[value].expression if value >= 0 else None
    if declared is None or given is None or written is None or lowering.flow.scopes[lowering.scope].kind == CLASS_SCOPE:
        return
    held: Expression = (ROOT, written.start_byte, value)
    if written.type == "method_reference" and written.children[-1].type == "new":
        held = (METHOD, written.start_byte, given, CONSTRUCTOR)
    elif given[0] not in {FUNCTION, METHOD}:
        return
    either = lowering.add_root((EITHER, written.start_byte, (declared, held)), QUIET)
    lowering.bind(_as_receiver(lowering.word(named)), Binding(VARIABLE, named.start_byte, type=either))


def if_(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle ``if`` and what its condition says of the variables in what it guards."""
    condition, body = node.child_by_field_name("condition"), node.child_by_field_name("consequence")
    lowering.root(condition)
    guards = [(named, type_) for named, type_ in _guards(lowering, condition) if _holds(lowering, named, body)]
    bindings: dict[str, Binding] = {}
    for named, type_ in guards:
        before = lowering.add_root((NAME, named.start_byte, lowering.word(named)), QUIET)
        kind = lowering.add_root(lowering.lower(type_), QUIET)
        bindings[_as_receiver(lowering.word(named))] = Binding(NARROWED, named.start_byte, before, kind, 0, lowering.branch)
    outside = lowering.scope
    if body is not None and bindings:
        lowering.open_scope(BLOCK, "", body.start_byte, body, GUARDED)
        lowering.flow.scopes[lowering.scope].names.update({name: [binding] for name, binding in bindings.items()})
    lowering.root(body)
    lowering.scope = outside
    lowering.root(node.child_by_field_name("alternative"))


def _holds(lowering: Lowering, named: SyntaxNode, body: SyntaxNode | None) -> bool:
    """Say whether what a condition says of a name holds in a body: the name is a local variable's, and nothing is assigned to it."""
    name = lowering.word(named)
    assigned = body is not None and re.search(rf"\b{re.escape(name)}\s*=(?!=)", lowering.word(body))
    return not assigned and _scope_of(lowering, name, name) >= 0


def _guards(lowering: Lowering, node: SyntaxNode | None) -> Iterator[Guard]:
    """Yield the names, each with its type, that hold an instance of it where a condition is true."""
    if node is None:
        return
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    operator = node.child_by_field_name("operator")
    word = "" if operator is None else lowering.word(operator)
    if node.type == "parenthesized_expression" and node.named_children:
        yield from _guards(lowering, node.named_children[0])
    elif node.type == "binary_expression" and word == "&&":
        yield from _guards(lowering, left)
        yield from _guards(lowering, right)
    elif node.type == "instanceof_expression" and left is not None and right is not None and left.type == "identifier":
        yield left, right
    elif node.type == "binary_expression" and word == "==":
        yield from _of_class(lowering, left, right)
    elif node.type == "method_invocation":
        yield from _is_instance(lowering, node)


def _of_class(lowering: Lowering, left: SyntaxNode | None, right: SyntaxNode | None) -> Iterator[Guard]:
    """Handle ``x.getClass() == Type.class``."""
    named = _asked_for_class(lowering, left)
    if named is None or named.type != "identifier" or right is None or right.type != "class_literal":
        return
    if right.named_children:
        yield named, right.named_children[0]


def _asked_for_class(lowering: Lowering, node: SyntaxNode | None) -> SyntaxNode | None:
    """Return ``x`` of ``x.getClass()``."""
    called = None if node is None or node.type != "method_invocation" else node.child_by_field_name("name")
    return None if node is None or called is None or lowering.word(called) != "getClass" else node.child_by_field_name("object")


def _is_instance(lowering: Lowering, node: SyntaxNode) -> Iterator[Guard]:
    """Handle ``Type.class.isInstance(x)`` and ``Type.class.isAssignableFrom(x.getClass())``."""
    of, called, given = (node.child_by_field_name(each) for each in ("object", "name", "arguments"))
    if of is None or called is None or given is None or of.type != "class_literal" or len(given.named_children) != 1:
        return
    tested: SyntaxNode | None = given.named_children[0]
    if lowering.word(called) == "isAssignableFrom":
        tested = _asked_for_class(lowering, tested)
    elif lowering.word(called) != "isInstance":
        return
    if of.named_children and tested is not None and tested.type == "identifier":
        yield tested, of.named_children[0]
