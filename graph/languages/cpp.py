"""C++: what its node types mean beyond C's."""

from __future__ import annotations

from graph.flow import (
    ANONYMOUS,
    BLOCK,
    CALL,
    CAST,
    FUNCTION,
    FUNCTION_SCOPE,
    IMPORTED,
    MEMBER,
    NAME,
    NEW,
    SELF,
    SEQUENCE,
    VARIABLE,
    Binding,
    Expression,
    ImportedName,
)
from graph.languages.c import BLOCKS, BRANCHES, HANDLERS, LOOPS, call, ignore
from graph.languages.c_declarations import (
    alias,
    blank,
    home,
    loop,
    parameters,
    qualified,
    type_of,
    type_root,
    types_in,
)
from graph.lower import Grammar, Lowering, SyntaxNode

APPLIED = "<>"
"""The keyword of the argument that holds the types a function is applied to."""
_CASTS = frozenset({"static_cast", "dynamic_cast", "reinterpret_cast", "const_cast"})


def _namespace(lowering: Lowering, node: SyntaxNode) -> None:
    named, body, outside = node.child_by_field_name("name"), node.child_by_field_name("body"), lowering.scope
    title = "" if named is None else "".join(lowering.word(named).split())
    outer = lowering.flow.scopes[home(lowering)].name
    inline = any(child.type == "inline" for child in node.children)
    whole = outer if inline or not title else f"{outer}::{title}" if outer else title
    if body is None:
        return
    lowering.open_scope(BLOCK, whole or "(anonymous)", node.start_byte, node)
    lowering.lower_children(body)
    lowering.scope = outside


def _using(lowering: Lowering, node: SyntaxNode) -> None:
    named = next(iter(node.named_children), None)
    if named is None:
        return
    whole = "".join(lowering.word(named).split()).removeprefix("::")
    if any(child.type == "namespace" for child in node.children):
        lowering.flow.imports.append(ImportedName(whole, "*", named.start_byte, 2))
        return
    module, _, last = whole.rpartition("::")
    lowering.flow.imports.append(ImportedName(module, last, named.start_byte, 2))
    lowering.bind(last, Binding(IMPORTED, named.start_byte, target=len(lowering.flow.imports) - 1), scope=home(lowering))


def _alias_namespace(lowering: Lowering, node: SyntaxNode) -> None:
    named, children = node.child_by_field_name("name"), node.named_children
    if named is None or len(children) < 2:
        return
    module, _, last = "".join(lowering.word(children[-1]).split()).removeprefix("::").rpartition("::")
    lowering.flow.imports.append(ImportedName(module, last, children[-1].start_byte, 2))
    lowering.bind(lowering.word(named), Binding(IMPORTED, named.start_byte, target=len(lowering.flow.imports) - 1), scope=home(lowering))


def _template(lowering: Lowering, node: SyntaxNode) -> None:
    outside, listed = lowering.scope, node.child_by_field_name("parameters")
    lowering.open_scope(BLOCK, "", node.start_byte, node)
    for child in listed.named_children if listed is not None else ():
        names = [each for each in child.named_children if each.type in {"type_identifier", "identifier"}]
        if names:
            lowering.bind(
                lowering.word(names[-1] if child.type != "optional_type_parameter_declaration" else names[0]),
                Binding(VARIABLE, child.start_byte),
            )
        if child.type == "parameter_declaration":
            type_root(lowering, child.child_by_field_name("type"))
    for child in node.named_children:
        if child != listed:
            expression = lowering.lower(child)
            if expression is not None:
                lowering.add_root(expression)
    lowering.scope = outside


def _call(lowering: Lowering, node: SyntaxNode) -> Expression:
    called, given = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    applied = called
    while applied is not None and applied.type in {"qualified_identifier", "field_expression"}:
        applied = applied.child_by_field_name("name") or applied.child_by_field_name("field")
    if applied is None or applied.type not in {"template_function", "template_method"}:
        return call(lowering, node)
    types, named = types_in(lowering, applied.child_by_field_name("arguments")), applied.child_by_field_name("name")
    passed = tuple(("", lowering.lower(each) or blank(each)) for each in given.named_children if each.type != "comment") if given else ()
    if named is not None and lowering.word(named) in _CASTS and types:
        for _, each in passed:
            lowering.add_root(each)
        return (CAST, node.start_byte, types[0])
    made = call(lowering, node) if applied.type == "template_method" else None
    callee = made[2] if made is not None else _plain(lowering, called) if called is not None else blank(node)
    return (CALL, node.start_byte, callee, ((APPLIED, (SEQUENCE, node.start_byte, "tuple", types)), *passed))


def _plain(lowering: Lowering, node: SyntaxNode) -> Expression:
    """Return a callee without the types that it is applied to."""
    found = qualified(lowering, node) if node.type == "qualified_identifier" else type_of(lowering, node)
    while found is not None and found[0] not in {NAME, MEMBER}:
        found = found[2]
    return found or blank(node)


def _qualified(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    return qualified(lowering, node)


def _new(lowering: Lowering, node: SyntaxNode) -> Expression:
    given = node.child_by_field_name("arguments")
    kind = type_of(lowering, node.child_by_field_name("type")) or blank(node)
    passed = tuple(("", lowering.lower(each) or blank(each)) for each in given.named_children) if given is not None else ()
    return (NEW, node.start_byte, kind, passed)


def _lambda(lowering: Lowering, node: SyntaxNode) -> Expression:
    outside, branch, position = lowering.scope, lowering.branch, node.start_byte
    index = lowering.open_scope(FUNCTION_SCOPE, "", position, node, ANONYMOUS)
    lowering.open_branch()
    declarator = node.child_by_field_name("declarator")
    if declarator is not None:
        parameters(lowering, declarator.child_by_field_name("parameters"), index)
    body = node.child_by_field_name("body")
    if body is not None:
        lowering.lower(body)
    lowering.scope, lowering.branch = outside, branch
    return (FUNCTION, position, index)


def _self(lowering: Lowering, node: SyntaxNode) -> Expression:
    del lowering
    return (SELF, node.start_byte)


def _friend(lowering: Lowering, node: SyntaxNode) -> None:
    for child in node.named_children:
        if child.type not in {"function_definition", "declaration"}:
            type_root(lowering, child)


GRAMMAR = Grammar(
    handlers={
        **HANDLERS,
        "namespace_definition": _namespace,
        "using_declaration": _using,
        "namespace_alias_definition": _alias_namespace,
        "alias_declaration": alias,
        "template_declaration": _template,
        "call_expression": _call,
        "qualified_identifier": _qualified,
        "template_function": lambda lowering, node: _plain(lowering, node),
        "new_expression": _new,
        "lambda_expression": _lambda,
        "for_range_loop": loop,
        "this": _self,
        "friend_declaration": _friend,
        "template_instantiation": ignore,
        "access_specifier": ignore,
        "static_assert_declaration": ignore,
    },
    blocks=BLOCKS | {"for_range_loop", "catch_clause"},
    branches=BRANCHES,
    loops=LOOPS,
)
