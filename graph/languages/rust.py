"""Rust: what its node types mean. ``rust_items`` has the definitions and imports.

References and smart pointers are seen through. A field is looked up in ``ENTER`` of what has it, which is how it is told from a method of
the same name (``RustRules.special_attributes``).
"""

from __future__ import annotations

from graph.flow import (
    AWAIT,
    BLOCK,
    CALL,
    CAST,
    EITHER,
    ELEMENT,
    ENTER,
    FUNCTION_SCOPE,
    INDEX,
    LITERAL,
    MEMBER,
    NAME,
    NEW,
    PARAMETER,
    ROOT,
    SEQUENCE,
    TYPE,
    WRITE,
    Expression,
)
from graph.flow import FUNCTION as FUNCTION_VALUE
from graph.languages.rust_items import (
    FUNCTION,
    associated_type,
    blank,
    constant,
    enum_,
    enum_variant,
    function,
    impl,
    macro_definition,
    mod,
    struct,
    struct_field,
    trait,
    type_alias,
    use,
)
from graph.languages.rust_macros import lower_arguments
from graph.languages.rust_patterns import (
    bind_captured,
    bind_either,
    bind_inner,
    bind_name,
    bind_struct,
    bind_tuple,
    bind_variant,
    no_binding,
)
from graph.languages.rust_types import (
    array_type,
    function_type,
    generic,
    listed,
    name,
    qualified,
    scoped_path,
)
from graph.lower import arguments_of, inner, literal, return_
from graph.lowering import Grammar, Lowering, SyntaxNode

_TAKES_ELEMENTS = frozenset({
    "all", "and_then", "any", "filter", "filter_map", "find", "find_map", "flat_map", "for_each", "inspect", "is_some_and", "map",
    "map_or", "map_or_else", "map_while", "max_by_key", "min_by_key", "partition", "position", "retain", "skip_while", "sort_by_key",
    "take_while", "then",
})  # fmt: skip
"""Methods that call a closure with what their receiver holds."""


# Statements and expressions.


def _let(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    pattern, type_, given = (node.child_by_field_name(each) for each in ("pattern", "type", "value"))
    declared = lowering.root(type_, TYPE)
    if given is not None and given.type == "closure_expression" and pattern is not None and pattern.type == "identifier":
        made = lowering.define_function(given, None, FUNCTION, bind=False, named=lowering.word(pattern))
        value = lowering.add_root(made)
    else:
        value = lowering.root(given)
    before, lowering.settles = lowering.settles, node.end_byte
    if pattern is not None:
        lowering.assign(pattern, value, declared)
    lowering.settles = before
    lowering.root(node.child_by_field_name("alternative"))
    return None


def _let_condition(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    pattern = node.child_by_field_name("pattern")
    value = lowering.root(node.child_by_field_name("value"))
    before, lowering.settles = lowering.settles, node.end_byte
    if pattern is not None:
        lowering.assign(pattern, value)
    lowering.settles = before
    return None


def _match(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    value = lowering.root(node.child_by_field_name("value"))
    body, options = node.child_by_field_name("body"), list[Expression]()
    for arm in body.named_children if body is not None else ():
        if arm.type != "match_arm":
            continue
        outside, branch = lowering.scope, lowering.branch
        lowering.open_scope(BLOCK, "", arm.start_byte, arm)
        lowering.flow.branches.append((branch, 0))
        lowering.branch = len(lowering.flow.branches) - 1
        pattern = arm.child_by_field_name("pattern")
        condition = None if pattern is None else pattern.child_by_field_name("condition")
        for child in pattern.named_children if pattern is not None else ():
            if child != condition:
                lowering.assign(child, value)
        lowering.root(condition)
        result = lowering.root(arm.child_by_field_name("value"))
        if result >= 0 and lowering.flow.roots[result].expression is not None:
            options.append((ROOT, arm.start_byte, result))
        lowering.scope, lowering.branch = outside, branch
    return (EITHER, node.start_byte, tuple(options)) if options else None


def _if(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    lowering.root(node.child_by_field_name("condition"))
    options: list[Expression] = []
    for each in ("consequence", "alternative"):
        result = lowering.root(node.child_by_field_name(each))
        if result >= 0 and lowering.flow.roots[result].expression is not None:
            options.append((ROOT, node.start_byte, result))
    return (EITHER, node.start_byte, tuple(options)) if options else None


def _for(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    pattern, source = node.child_by_field_name("pattern"), node.child_by_field_name("value")
    over = lowering.root(source)
    if pattern is not None and source is not None:
        before, lowering.settles = lowering.settles, source.end_byte
        lowering.assign(pattern, lowering.add_root((ELEMENT, source.start_byte, (ROOT, source.start_byte, over))))
        lowering.settles = before
    lowering.root(node.child_by_field_name("body"))
    return None


def _block(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle a block: it is worth its last expression."""
    last: Expression | None = None
    for child in node.named_children:
        if last is not None:
            lowering.add_root(last)
        last = lowering.lower(child)
        if child.type in {"expression_statement", "let_declaration"} and (child.children and child.children[-1].type == ";"):
            lowering.add_root(last)
            last = None
    return None if last is None else (ROOT, node.start_byte, lowering.add_root(last))


def _closure(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    return lowering.define_function(node, None, FUNCTION)


def _call(lowering: Lowering, node: SyntaxNode) -> Expression:
    called, given = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if called is not None and called.type == "generic_function":
        types = called.child_by_field_name("type_arguments")
        called = called.child_by_field_name("function")
        chosen = [lowering.root(child, TYPE) for child in (types.named_children if types is not None else ())]
        if called is not None and lowering.word(called).endswith((".collect", ".into", ".parse")) and chosen:
            lowering.root(called.child_by_field_name("value"))
            return (CAST, node.start_byte, (ROOT, node.start_byte, chosen[0]))
    if called is None or called.type != "field_expression":
        function = None if called is None else lowering.lower(called)
        return (CALL, node.start_byte, function or blank(node), () if given is None else arguments_of(lowering, given))
    holder, named = called.child_by_field_name("value"), called.child_by_field_name("field")
    of = None if holder is None else lowering.lower(holder)
    method = "" if named is None else lowering.word(named)
    first = len(lowering.flow.scopes)
    if of is not None and method in _TAKES_ELEMENTS and given is not None:
        of = (ROOT, called.start_byte, lowering.add_root(of))
    passed = () if given is None else arguments_of(lowering, given)
    if of is not None and of[0] == ROOT and method in _TAKES_ELEMENTS:
        for _, each in passed:
            if each[0] == FUNCTION_VALUE and each[2] >= first:
                _hand_elements(lowering, each[2], of)
    position = node.start_byte if named is None else named.start_byte
    return (CALL, node.start_byte, (MEMBER, position, of or blank(node), method.removeprefix("r#")), passed)


def _hand_elements(lowering: Lowering, scope: int, source: Expression) -> None:
    """Give a closure's first parameter what the receiver of the call holds."""
    closure = lowering.flow.scopes[scope]
    if not closure.parameters or closure.parameters[0].type >= 0:
        return
    outside, lowering.scope = lowering.scope, scope
    element = lowering.add_root((ELEMENT, source[1], source), TYPE)
    lowering.scope = outside
    first = closure.parameters[0]
    first.type = element
    for binding in closure.names.get(first.name, ()):
        if binding.kind == PARAMETER:
            binding.type = element
    if not first.name:
        for root in lowering.flow.roots:
            if root.scope == scope and root.expression is not None and root.expression[0] == NAME and root.expression[2] == "":
                root.expression = (ELEMENT, source[1], source)
                break


def _field_access(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    holder, named = node.child_by_field_name("value"), node.child_by_field_name("field")
    of = None if holder is None else lowering.lower(holder)
    if named is None or of is None:
        return None
    if named.type == "integer_literal":
        return (INDEX, node.start_byte, of, (LITERAL, named.start_byte, "field", lowering.word(named)))
    return (MEMBER, named.start_byte, (ENTER, node.start_byte, of), lowering.word(named).removeprefix("r#"))


def _struct_expression(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    named, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    made = None if named is None else lowering.lower(named)
    if made is None:
        return None
    while made[0] == INDEX:
        made = made[2]
    root = lowering.add_root((NEW, node.start_byte, made, ()))
    of: Expression = (ENTER, node.start_byte, (ROOT, node.start_byte, root))
    for child in body.named_children if body is not None else ():
        field = child.child_by_field_name("field")
        if child.type == "shorthand_field_initializer" and child.named_children:
            field = child.named_children[-1]
            lowering.root(field)
        if field is not None:
            lowering.add_root((MEMBER, field.start_byte, of, lowering.word(field).removeprefix("r#")), WRITE)
            lowering.root(child.child_by_field_name("value"))
        else:
            lowering.lower_children(child)
    return (ROOT, node.start_byte, root)


def _assignment(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    lowering.root(node.child_by_field_name("right"))
    lowering.root(node.child_by_field_name("left"), WRITE)
    return None


def _binary(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    for each in ("left", "right"):
        lowering.root(node.child_by_field_name(each))
    return None


def _cast(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    lowering.root(node.child_by_field_name("value"))
    made = lowering.lower_field(node, "type")
    return None if made is None else (CAST, node.start_byte, made)


def _index(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    parts = [lowering.lower(child) or blank(child) for child in node.named_children]
    return (INDEX, node.start_byte, parts[0], parts[1]) if len(parts) == 2 else None


def _dereference(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    operand = next(iter(node.named_children), None)
    return None if operand is None else lowering.lower(operand)


def _macro(lowering: Lowering, node: SyntaxNode) -> Expression:
    named = node.child_by_field_name("macro")
    made = None if named is None else lowering.lower(named)
    name = "" if named is None else lowering.word(named).rpartition("::")[2]
    if made is not None:
        made = (*made[:-1], f"{made[-1]}!") if made[0] == NAME else made
    arguments = lower_arguments(lowering, node, name)
    call: Expression = (CALL, node.start_byte, made or blank(node), ())
    if name == "vec":
        lowering.add_root(call)
        return (SEQUENCE, node.start_byte, "Vec", arguments)
    for each in arguments:
        lowering.add_root(each)
    return call


def _return(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    if lowering.enclosing(FUNCTION_SCOPE):
        return return_(lowering, node)
    return None


GRAMMAR = Grammar(
    handlers={
        **dict.fromkeys(("identifier", "type_identifier", "primitive_type", "self", "shorthand_field_identifier", "metavariable"), name),
        **dict.fromkeys(("scoped_identifier", "scoped_type_identifier"), scoped_path),
        **dict.fromkeys(("generic_type", "generic_type_with_turbofish"), generic),
        **dict.fromkeys(
            ("parenthesized_expression", "bracketed_type", "unsafe_block", "else_clause", "const_block", "match_pattern"), inner()
        ),
        **dict.fromkeys(("reference_type", "pointer_type"), inner(-1, "type")),
        "reference_expression": inner(-1, "value"),
        **dict.fromkeys(("dynamic_type", "abstract_type"), inner(-1, "trait")),
        "expression_statement": inner(),
        "higher_ranked_trait_bound": inner(-1, "type"),
        "qualified_type": qualified,
        "function_type": function_type,
        "tuple_type": listed("tuple"),
        "trait_bounds": listed("bounds"),
        "bounded_type": listed("bounds"),
        "array_type": array_type,
        "unit_type": literal("()"),
        "never_type": literal("!"),
        "function_item": function,
        "function_signature_item": function,
        "struct_item": struct,
        "union_item": struct,
        "enum_item": enum_,
        "enum_variant": enum_variant,
        "field_declaration": struct_field,
        "trait_item": trait,
        "impl_item": impl,
        "type_item": type_alias,
        "associated_type": associated_type,
        "const_item": constant,
        "static_item": constant,
        "macro_definition": macro_definition,
        "mod_item": mod,
        "use_declaration": use,
        "extern_crate_declaration": use,
        "let_declaration": _let,
        "let_condition": _let_condition,
        "match_expression": _match,
        "if_expression": _if,
        "for_expression": _for,
        "block": _block,
        "closure_expression": _closure,
        "call_expression": _call,
        "field_expression": _field_access,
        "struct_expression": _struct_expression,
        "assignment_expression": _assignment,
        "compound_assignment_expr": _assignment,
        "binary_expression": _binary,
        "type_cast_expression": _cast,
        "index_expression": _index,
        "unary_expression": _dereference,
        "try_expression": inner(ELEMENT),
        "await_expression": inner(AWAIT),
        "tuple_expression": listed("tuple"),
        "array_expression": listed("Vec"),
        "return_expression": _return,
        "macro_invocation": _macro,
        "string_literal": literal("str"),
        "raw_string_literal": literal("str"),
        "char_literal": literal("char"),
        "integer_literal": literal("i32", keep_text=True),
        "float_literal": literal("f64"),
        "boolean_literal": literal("bool"),
        "unit_expression": literal("()"),
    },
    patterns={
        "identifier": bind_name,
        "mut_pattern": bind_inner,
        "ref_pattern": bind_inner,
        "reference_pattern": bind_inner,
        "tuple_pattern": bind_tuple,
        "slice_pattern": bind_tuple,
        "tuple_struct_pattern": bind_variant,
        "struct_pattern": bind_struct,
        "or_pattern": bind_either,
        "captured_pattern": bind_captured,
        **dict.fromkeys(("scoped_identifier", "const_block", "macro_invocation", "range_pattern", "string_literal", "_"), no_binding),
    },
    blocks=frozenset({"block", "if_expression", "while_expression", "for_expression", "loop_expression"}),
    branches=frozenset({"block", "if_expression"}),
    loops=frozenset({"while_expression", "for_expression", "loop_expression"}),
    ignored=frozenset({
        "line_comment",
        "block_comment",
        "attribute_item",
        "inner_attribute_item",
        "visibility_modifier",
        "lifetime",
        "label",
    }),
)
