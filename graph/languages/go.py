"""Go: what its node types mean. ``go_declarations`` has those that declare something."""

from __future__ import annotations

from graph.flow import (
    CALL,
    CAST,
    ELEMENT,
    IMPORTED,
    INDEX,
    LITERAL,
    MEMBER,
    NAME,
    NARROWED,
    NEW,
    PARAMETER,
    ROOT,
    SEQUENCE,
    SPREAD,
    TYPE,
    VARIABLE,
    WRITE,
    Binding,
    Expression,
)
from graph.languages.go_declarations import (
    alias_of_type,
    assigned,
    blank,
    built,
    function,
    function_type,
    generic_type,
    identifier,
    interface,
    literal_function,
    method,
    method_of_interface,
    only_type,
    range_of_loop,
    results,
    spec,
    struct,
    struct_field,
    type_spec,
)
from graph.lower import (
    Grammar,
    Lowering,
    SyntaxNode,
    arguments_of,
    index,
    inner,
    literal,
    member,
    return_,
    template,
)

_COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">=", "&&", "||"})


# Statements and expressions.


def _type_switch(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    alias, value = node.child_by_field_name("alias"), node.child_by_field_name("value")
    lowered = [each for each in (alias, value) if each is not None]
    root = lowering.root(value)
    for each in alias.named_children if alias is not None else ():
        lowering.bind(lowering.word(each), Binding(VARIABLE, each.start_byte, root))
    for child in node.named_children:
        if child not in lowered:
            lowering.root(child)
    return None


def _type_case(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    types = node.children_by_field_name("type")
    roots = [lowering.root(each, TYPE) for each in types]
    alias = node.parent.child_by_field_name("alias") if node.parent is not None else None
    if alias is not None and len(roots) == 1 and types[0].type != "nil":
        for each in alias.named_children:
            lowering.bind(lowering.word(each), Binding(NARROWED, node.start_byte, type=roots[0]))
    for child in node.named_children:
        if child not in types:
            lowering.root(child)
    return None


def _call(lowering: Lowering, node: SyntaxNode) -> Expression:
    called, given = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    types = node.child_by_field_name("type_arguments")
    for child in types.named_children if types is not None else ():
        lowering.root(child, TYPE)
    function = None if called is None else lowering.lower(called)
    if function is not None and _is_pointer_type(lowering, called, function) and given is not None and len(given.named_children) == 1:
        lowering.root(given.named_children[0])
        return (CAST, node.start_byte, function)
    return (CALL, node.start_byte, function or blank(node), () if given is None else arguments_of(lowering, given))


def _is_pointer_type(lowering: Lowering, node: SyntaxNode | None, function: Expression) -> bool:
    """Say whether what is called is ``(*T)``, a conversion, and no pointer to a function that a variable holds."""
    inside = node.named_children[0] if node is not None and node.type == "parenthesized_expression" and node.named_children else None
    if inside is None or inside.type != "unary_expression" or inside.children[0].type != "*" or function[0] not in {NAME, MEMBER, INDEX}:
        return False
    name, scopes, at = function[2] if function[0] == NAME else "", lowering.flow.scopes, lowering.scope
    while at > 0 and name not in scopes[at].names:
        at = scopes[at].parent
    return not any(each.kind in {VARIABLE, PARAMETER} for each in scopes[at].names.get(name, ()))


def _conversion(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    type_, operand = node.child_by_field_name("type"), node.child_by_field_name("operand")
    made = None if type_ is None else lowering.lower(type_)
    if made is None or type_ is None or operand is None:
        return None
    if type_.type == "generic_type":
        return (CALL, node.start_byte, made, (("", lowering.lower(operand) or blank(operand)),))
    lowering.root(operand)
    return (CAST, node.start_byte, made)


def _assertion(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    lowering.root(node.child_by_field_name("operand"))
    made = lowering.lower_field(node, "type")
    return None if made is None else (CAST, node.start_byte, made)


def _composite(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    type_, body = node.child_by_field_name("type"), node.child_by_field_name("body")
    made = None if type_ is None else lowering.lower(type_)
    if made is None or type_ is None:
        return None
    new = made[0] in {NAME, MEMBER}
    root = lowering.add_root((NEW, node.start_byte, made, ()) if new else (CAST, node.start_byte, made))
    if body is not None:
        _elements(lowering, body, type_, root)
    return (ROOT, node.start_byte, root)


def _elements(lowering: Lowering, body: SyntaxNode, type_: SyntaxNode | None, root: int) -> None:
    """Take note of what a literal of a type holds. What leaves out its type is an element of what is around it."""
    keys = type_ is None or type_.type not in {"slice_type", "array_type", "implicit_length_array_type", "map_type"}
    within = None if type_ is None else type_.child_by_field_name("element") or type_.child_by_field_name("value")
    while within is not None and within.type == "pointer_type":
        within = next(iter(within.named_children), None)
    whole: Expression = (ROOT, body.start_byte, root)
    for child in body.named_children:
        parts = [p for each in child.named_children for p in (each.named_children if each.type == "literal_element" else [each])]
        if child.type == "keyed_element" and parts:
            if keys and parts[0].type == "identifier":
                lowering.add_root((MEMBER, parts[0].start_byte, whole, lowering.word(parts[0])), WRITE)
                del parts[0]
        elif child.type != "literal_element":
            continue
        for part in parts:
            if part.type == "literal_value":
                _elements(lowering, part, within, lowering.add_root((ELEMENT, part.start_byte, whole)))
            else:
                lowering.root(part)


def _unary(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    operand = lowering.lower_field(node, "operand")
    operator = node.children[0].type if node.children else ""
    if operand is None or operator == "!":
        lowering.add_root(operand)
        return (LITERAL, node.start_byte, "bool", "")
    return (ELEMENT, node.start_byte, operand) if operator == "<-" else operand


def _binary(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    left, right = (lowering.root(node.child_by_field_name(each)) for each in ("left", "right"))
    operator = node.child_by_field_name("operator")
    if operator is not None and operator.type in _COMPARISONS:
        return (LITERAL, node.start_byte, "bool", "")
    expression = lowering.flow.roots[left].expression if left >= 0 else None
    return (ROOT, node.start_byte, right if expression is not None and expression[0] == LITERAL else left)


def _list(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    items = [lowering.lower(child) or blank(child) for child in node.named_children]
    return items[0] if len(items) == 1 else (SEQUENCE, node.start_byte, "tuple", tuple(items))


def _slice(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    for each in ("start", "end", "capacity"):
        lowering.root(node.child_by_field_name(each))
    return lowering.lower_field(node, "operand")


def _package(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    lowering.flow.package = lowering.word(node.named_children[0]) if node.named_children else ""
    return None


def _import(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle an import. One without an alias is bound by no name here: the package says how it is called (``GoRules.free_bindings``)."""
    path, named = node.child_by_field_name("path"), node.child_by_field_name("name")
    if path is not None:
        every = named is not None and named.type == "dot"
        level = int(named is not None and not every)  # 1: not under the package's own name
        lowering.import_name(lowering.word(path).strip('"`'), "*" if every else "", path.start_byte, level=level)
        if named is not None and named.type == "package_identifier":
            lowering.bind(lowering.word(named), Binding(IMPORTED, named.start_byte, target=len(lowering.flow.imports) - 1))
    return None


def _spread(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    return inner(SPREAD)(lowering, node)


_BLOCKS = frozenset({
    "block", "if_statement", "expression_switch_statement", "type_switch_statement", "select_statement", "type_case", "default_case",
    "expression_case", "communication_case",
})  # fmt: skip

GRAMMAR = Grammar(
    handlers={
        **dict.fromkeys(("identifier", "type_identifier", "package_identifier"), identifier),
        **dict.fromkeys(("parenthesized_expression", "parenthesized_type", "pointer_type", "expression_statement"), inner()),
        **dict.fromkeys(("type_elem", "type_constraint"), only_type),
        "package_clause": _package,
        "import_spec": _import,
        "selector_expression": member("operand", "field"),
        "qualified_type": member("package", "name"),
        "slice_type": built("slice", "element"),
        "array_type": built("slice", "element"),
        "implicit_length_array_type": built("slice", "element"),
        "map_type": built("map", "key", "value"),
        "channel_type": built("chan", "value"),
        "generic_type": generic_type,
        "function_type": function_type,
        "parameter_list": results,
        "struct_type": struct,
        "interface_type": interface,
        "field_declaration": struct_field,
        "method_elem": method_of_interface,
        "type_spec": type_spec,
        "type_alias": alias_of_type,
        "function_declaration": function,
        "method_declaration": method,
        "func_literal": literal_function,
        "var_spec": spec,
        "const_spec": spec,
        "short_var_declaration": assigned(new=True),
        "assignment_statement": assigned(new=False),
        "receive_statement": assigned(new=False),
        "range_clause": range_of_loop,
        "type_switch_statement": _type_switch,
        "type_case": _type_case,
        "call_expression": _call,
        "type_conversion_expression": _conversion,
        "type_assertion_expression": _assertion,
        "type_instantiation_expression": generic_type,
        "composite_literal": _composite,
        "index_expression": index("operand", "index"),
        "slice_expression": _slice,
        "unary_expression": _unary,
        "binary_expression": _binary,
        "variadic_argument": _spread,
        "expression_list": _list,
        "return_statement": return_,
        "interpreted_string_literal": template("string"),
        "raw_string_literal": template("string"),
        "int_literal": literal("int", keep_text=True),
        "float_literal": literal("float64"),
        "imaginary_literal": literal("complex128"),
        "rune_literal": literal("rune"),
        "iota": literal("int"),
        "true": literal("bool"),
        "false": literal("bool"),
        "nil": literal("nil"),
    },
    blocks=_BLOCKS | {"for_statement"},
    branches=_BLOCKS,
    loops=frozenset({"for_statement"}),
)
