"""TypeScript: what the node types of its types mean.

A type is an expression like any other. ``SEQUENCE`` of "Array", "tuple", "Record" or "Callable" (the result first, then the parameters)
stands for the types that have a syntax of their own; ``EITHER`` without options for a type that says nothing.
"""

from __future__ import annotations

from graph.flow import (
    ABSTRACT,
    BLOCK,
    CAST,
    CLASS,
    INDEX,
    INTERFACE,
    LITERAL,
    MEMBER,
    ROOT,
    SEQUENCE,
    TYPE,
    VARIABLE,
    Binding,
    Expression,
)
from graph.languages.javascript_definitions import bind_generics, mere_type, open_generics, open_object
from graph.languages.javascript_patterns import blank
from graph.lower import Handler, Lowering, SyntaxNode, either, inner, member, name

_PREDEFINED = {
    "string": "String",
    "number": "Number",
    "boolean": "Boolean",
    "bigint": "BigInt",
    "symbol": "Symbol",
    "void": "null",
    "never": "null",
}


def _predefined(lowering: Lowering, node: SyntaxNode) -> Expression:
    type_ = _PREDEFINED.get(lowering.word(node), "")
    return (LITERAL, node.start_byte, type_, "") if type_ else blank(node)


def _named(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle the name of a type; the grammar takes ``bigint`` for one that somebody defines."""
    return _predefined(lowering, node) if lowering.word(node) == "bigint" else _type_name(lowering, node)


_type_name = name()


def _generic(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    named, given = node.child_by_field_name("name"), node.child_by_field_name("type_arguments")
    of = None if named is None else lowering.lower(named)
    keys = type_list(lowering, given)
    return None if of is None else (INDEX, node.start_byte, of, (SEQUENCE, node.start_byte, "tuple", keys))


def type_list(lowering: Lowering, node: SyntaxNode | None) -> tuple[Expression, ...]:
    """Return the types in a list of them."""
    children = [] if node is None else [child for child in node.named_children if child.type != "comment"]
    return tuple(lowering.lower(child) or blank(child) for child in children)


def _sequence(type_: str) -> Handler:
    def handle(lowering: Lowering, node: SyntaxNode) -> Expression:
        return (SEQUENCE, node.start_byte, type_, type_list(lowering, node))

    return handle


def _intersection(lowering: Lowering, node: SyntaxNode) -> Expression:
    outside, roots = lowering.scope, list[int]()
    for child in node.named_children:
        if child.type == "intersection_type":
            nested = lowering.lower(child)
            at: int = 0 if nested is None else nested[2]
            roots += lowering.flow.scopes[at].bases
        elif child.type != "comment":
            roots.append(lowering.root(child, TYPE))
    index = open_object(lowering, node, INTERFACE)
    lowering.flow.scopes[index].bases = roots
    lowering.scope = outside
    return (CLASS, node.start_byte, index)


def _record(node: SyntaxNode) -> SyntaxNode | None:
    """Return the signature of an object type that names no member and gives all of them one type."""
    members = [child for child in node.named_children if child.type != "comment"]
    return members[0] if len(members) == 1 and members[0].type == "index_signature" else None


def _object_type(lowering: Lowering, node: SyntaxNode) -> Expression:
    outside, record = lowering.scope, _record(node)
    if record is not None:
        lowering.open_scope(BLOCK, "", node.start_byte, node)
        clause = next((child for child in record.named_children if child.type == "mapped_type_clause"), record)
        key = clause.child_by_field_name("name")
        if key is not None:
            lowering.bind(lowering.word(key), Binding(VARIABLE, key.start_byte))
        for part in ("type", "alias") if clause is not record else ("index_type",):
            lowering.root(clause.child_by_field_name(part), TYPE)
        value = record.child_by_field_name("type")
        of = lowering.root(value, TYPE)
        lowering.scope = outside
        return (SEQUENCE, node.start_byte, "Record", (blank(node) if of < 0 else (ROOT, node.start_byte, of),))
    index = open_object(lowering, node, INTERFACE | ABSTRACT)
    lowering.lower_children(node)
    lowering.scope = outside
    return (CLASS, node.start_byte, index)


def _index_signature(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    lowering.root(node.child_by_field_name("index_type"), TYPE)
    lowering.root(node.child_by_field_name("type"), TYPE)
    return None


def function_type(lowering: Lowering, node: SyntaxNode) -> Expression:
    """Handle the type of a function, with names for its parameters that mean nothing."""
    outside = lowering.scope
    if node.child_by_field_name("type_parameters") is not None:
        bind_generics(lowering, node, lowering.open_scope(BLOCK, "", node.start_byte, node))
    given = node.child_by_field_name("parameters")
    result = node.child_by_field_name("return_type") or node.child_by_field_name("type")
    parts = [(lowering.lower(result) if result is not None else None) or blank(node)]
    for child in given.named_children if given is not None else ():
        declared = child.child_by_field_name("type")
        parts.append((lowering.lower(declared) if declared is not None else None) or blank(child))
    made: Expression = (SEQUENCE, node.start_byte, "Callable", tuple(parts))
    if lowering.scope != outside:
        made = (ROOT, node.start_byte, lowering.add_root(made, TYPE))
        lowering.scope = outside
    return made


def _conditional(lowering: Lowering, node: SyntaxNode) -> Expression:
    outside = lowering.scope
    lowering.open_scope(BLOCK, "", node.start_byte, node)
    for side in ("left", "right"):
        lowering.root(node.child_by_field_name(side), TYPE)
    made = lowering.add_root(either("consequence", "alternative")(lowering, node), TYPE)
    lowering.scope = outside
    return (ROOT, node.start_byte, made)


def _infer(lowering: Lowering, node: SyntaxNode) -> Expression:
    for at, child in enumerate(node.named_children):
        if at == 0:
            lowering.bind(lowering.word(child), Binding(VARIABLE, child.start_byte))
        else:
            lowering.root(child, TYPE)
    return blank(node)


def _query(lowering: Lowering, node: SyntaxNode) -> Expression:
    """Handle ``typeof value`` as a type."""
    child = next(iter(node.named_children), None)
    value = None if child is None else lowering.lower(child)
    return (ROOT, node.start_byte, lowering.add_root(value))


def _lookup(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``Type["member"]``."""
    children = node.named_children
    of = lowering.lower(children[0]) if children else None
    key = lowering.lower(children[1]) if len(children) > 1 else None
    if of is None or key is None or key[0] != LITERAL or not key[3]:
        for each in (of, key):
            if each is not None:
                lowering.add_root(each, TYPE)
        return None
    return (MEMBER, key[1] + 1, (CAST, node.start_byte, of), key[3])


def _says(type_: str) -> Handler:
    def handle(lowering: Lowering, node: SyntaxNode) -> Expression:
        for child in node.named_children:
            if child.type not in {"identifier", "this"}:
                lowering.add_root(lowering.lower(child), TYPE)
        return (LITERAL, node.start_byte, type_, "")

    return handle


def _alias(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``type Name = …``: of an object type, a class of that name."""
    named, value = node.child_by_field_name("name"), node.child_by_field_name("value")
    if named is None or value is None:
        return None
    outside = lowering.scope
    open_generics(lowering, node)
    if value.type == "object_type" and _record(value) is None:
        lowering.flags |= INTERFACE | ABSTRACT
        lowering.define_class(node, named, (), value)
        mere_type(lowering, named)
    else:
        root = lowering.root(value, TYPE)
        lowering.bind(lowering.word(named), Binding(VARIABLE, named.start_byte, root))
        mere_type(lowering, named)
    lowering.scope = outside
    return None


def _type_arguments(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    for each in type_list(lowering, node):
        lowering.add_root(each, TYPE)
    return None


def _instantiated(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``value<Type>``."""
    children = node.named_children
    made = lowering.lower(children[0]) if children else None
    for child in children[1:]:
        lowering.lower(child)
    return made


def _as(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``value as Type`` and ``value satisfies Type``."""
    children = [child for child in node.named_children if child.type != "comment"]
    value = lowering.lower(children[0]) if children else None
    if len(children) < 2:
        return value
    if node.type == "satisfies_expression":
        lowering.root(children[1], TYPE)
        return value
    type_ = lowering.lower(children[1])
    lowering.add_root(value)
    return (CAST, node.start_byte, type_ or blank(node))


def _assertion(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``<Type>value``."""
    children = node.named_children
    if len(children) < 2:
        return None
    types = type_list(lowering, children[0])
    lowering.root(children[1])
    return (CAST, node.start_byte, types[0] if types else blank(node))


TYPES: dict[str, Handler] = {
    "as_expression": _as,
    "satisfies_expression": _as,
    "type_assertion": _assertion,
    "type_annotation": inner(),
    "type_identifier": _named,
    "nested_type_identifier": member("module", "name"),
    "nested_identifier": member("object", "property"),
    "generic_type": _generic,
    "predefined_type": _predefined,
    "array_type": _sequence("Array"),
    "tuple_type": _sequence("tuple"),
    "union_type": either(),
    "intersection_type": _intersection,
    "object_type": _object_type,
    "function_type": function_type,
    "constructor_type": function_type,
    "call_signature": function_type,
    "construct_signature": function_type,
    "conditional_type": _conditional,
    "infer_type": _infer,
    "type_query": _query,
    "lookup_type": _lookup,
    "index_type_query": _says("String"),
    "type_predicate": _says("Boolean"),
    "type_predicate_annotation": inner(),
    "asserts": _says("null"),
    "asserts_annotation": inner(),
    "literal_type": inner(),
    "template_literal_type": _says("String"),
    "readonly_type": inner(),
    "parenthesized_type": inner(),
    "constraint": inner(),
    "default_type": inner(),
    "optional_type": inner(),
    "rest_type": inner(),
    "index_signature": _index_signature,
    "type_alias_declaration": _alias,
    "type_arguments": _type_arguments,
    "instantiation_expression": _instantiated,
}
