"""Kotlin's properties: what they hold, their accessors and delegates."""

from __future__ import annotations

from graph.flow import BLOCK, CALL, EXTENSION, TYPE, VARIABLE, Binding
from graph.languages.jvm import first, inside
from graph.languages.kotlin_definitions import TYPES, bind_variable, lambda_, lower_annotations, parts, take_apart, type_of
from graph.lowering import Lowering, SyntaxNode
from ingest.codec import replace_fields


def property_(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle ``val``, ``var``, with a receiver, a delegate or accessors."""
    lower_annotations(lowering, node)
    children = parts(node)
    declared = next((child for child in children if child.type in {"variable_declaration", "multi_variable_declaration"}), None)
    if declared is None:
        return
    at, inner = children.index(declared), parts(declared)
    kind = type_of(lowering, inner[1] if len(inner) > 1 and declared.type == "variable_declaration" else None)
    receiver = next((child for child in children[:at] if child.type in TYPES), None)
    value = -1
    for child in children[at + 1 :]:
        if child.type == "property_delegate":
            value = _delegate(lowering, child)
        elif child.type in {"getter", "setter"}:
            given = _accessor(lowering, child, receiver, Binding(VARIABLE, child.start_byte, value, kind))
            value = max(value, given)
        elif child.type != "type_constraints":
            value = lowering.root(child)
    if declared.type == "multi_variable_declaration":
        take_apart(lowering, declared, value)
        return
    bind_variable(lowering, declared, value, kind, prefix="." if receiver is not None else "")


def _accessor(lowering: Lowering, node: SyntaxNode, receiver: SyntaxNode | None, held: Binding) -> int:
    """Return what a getter gives. ``field``, and what a setter is given, are what the property holds."""
    with inside(lowering):
        lowering.open_scope(BLOCK, "", node.start_byte, node, EXTENSION if receiver is not None else 0)
        if receiver is not None:
            lowering.bind("this", Binding(VARIABLE, node.start_byte, type=lowering.root(receiver, TYPE)))
        given = next((child for child in parts(node) if child.type in {"identifier", "parameter"}), None) if node.type == "setter" else None
        for name in ["field"] + ([] if given is None else [lowering.word(first(given, "identifier") or given)]):
            lowering.bind(name, replace_fields(held))
        value = -1
        body = first(node, "function_body")
        for child in body.named_children if body is not None else ():
            root = lowering.root(child)
            if child.type != "block" and node.type == "getter":
                value = root
    return value


def _delegate(lowering: Lowering, node: SyntaxNode) -> int:
    """Return the value that ``by lazy { … }`` gives; what other delegates give is theirs to say."""
    made = next(iter(parts(node)), None)
    inner = [] if made is None else parts(made)
    if made is not None and made.type == "call_expression" and len(inner) == 2 and lowering.word(inner[0]) == "lazy":
        literal = next(iter(inner[1].named_children), None)
        if literal is not None and literal.type == "lambda_literal":
            return lowering.add_root((CALL, node.start_byte, lambda_(lowering, literal), ()))
    lowering.root(made)
    return lowering.add_root(None)
