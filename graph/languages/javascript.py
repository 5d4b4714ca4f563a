"""JavaScript, TypeScript, TSX, Vue and Svelte: what their node types mean."""

from __future__ import annotations

from graph.flow import (
    AWAIT,
    BLOCK,
    DEFINITION,
    EITHER,
    ELEMENT,
    GUARDED,
    INDEX,
    LITERAL,
    MEMBER,
    NARROWED,
    NEW,
    QUIET,
    ROOT,
    SELF,
    SEQUENCE,
    SPREAD,
    SUPER,
    TYPE,
    Binding,
    Expression,
)
from graph.languages.javascript_calls import call, new
from graph.languages.javascript_definitions import (
    CLASSES,
    FUNCTIONS,
    class_declaration,
    class_field,
    class_value,
    decorator,
    enumeration,
    function_declaration,
    function_value,
    interface,
    method,
    named_value,
    namespace,
    object_,
)
from graph.languages.javascript_modules import (
    bind_required,
    export_statement,
    import_alias,
    import_statement,
)
from graph.languages.javascript_patterns import blank, function_or_module, scope_declaring, store, take
from graph.languages.javascript_types import TYPES, type_list
from graph.lower import Grammar, Lowering, SyntaxNode, inner, literal, member, name, return_, template, yield_

_EXPRESSION_WRAPPERS = frozenset({"parenthesized_expression", "non_null_expression"})


# Declarations and assignments.


def _declaration(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    scope = lowering.scope if node.type == "lexical_declaration" else function_or_module(lowering)
    for child in node.named_children:
        named = child.child_by_field_name("name")
        if child.type != "variable_declarator" or named is None:
            continue
        value = child.child_by_field_name("value")
        declared = lowering.root(child.child_by_field_name("type"), TYPE)
        if value is not None and bind_required(lowering, named, value, scope):
            continue
        before, lowering.settles = lowering.settles, child.end_byte
        expression = None if value is None else named_value(lowering, value, named if named.type == "identifier" else None)
        if named.type == "identifier" and _is_definition(value, expression) and declared < 0:
            lowering.bind(lowering.word(named), Binding(DEFINITION, named.start_byte, target=(expression or blank(node))[2]), scope=scope)
        else:
            take(lowering, named, lowering.add_root(expression) if value is not None else -1, declared, scope)
        lowering.settles = before
    return None


def _is_definition(value: SyntaxNode | None, expression: Expression | None) -> bool:
    while value is not None and value.type == "parenthesized_expression" and value.named_children:
        value = value.named_children[0]
    return value is not None and expression is not None and value.type in FUNCTIONS | CLASSES


def _assignment(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    while left is not None and left.type in _EXPRESSION_WRAPPERS and left.named_children:
        left = left.named_children[0]
    if left is None or right is None:
        return None
    title = left if left.type == "identifier" else left.child_by_field_name("property") if left.type == "member_expression" else None
    expression = named_value(lowering, right, title)
    before, lowering.settles = lowering.settles, node.end_byte
    if left.type == "identifier" and expression is not None and _is_definition(right, expression):
        word = lowering.word(left)
        made = Binding(DEFINITION, left.start_byte, target=expression[2])
        lowering.bind(word, made, scope=scope_declaring(lowering, word))
        lowering.settles = before
        return expression
    value = lowering.add_root(expression)
    if left.type == "subscript_expression":
        _store_element(lowering, left, value)
    else:
        take(lowering, left, value)
    lowering.settles = before
    return (ROOT, node.start_byte, value)


def _store_element(lowering: Lowering, node: SyntaxNode, value: int) -> None:
    expression = _subscript(lowering, node)
    if expression is not None:
        lowering.flow.stores.append((lowering.add_root(expression), value))


def _augmented(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    lowering.root(left)
    value = lowering.root(right)
    operator = next((child.type for child in node.children if child.type in {"||=", "&&=", "??="}), "")
    if operator and left is not None:
        if left.type == "identifier":
            take(lowering, left, value)
        elif left.type == "member_expression":
            store(lowering, left, value)
    return None


# Expressions.


def _subscript(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    of, key = node.child_by_field_name("object"), node.child_by_field_name("index")
    holder = None if of is None else lowering.lower(of)
    index = None if key is None else lowering.lower(key)
    if holder is None or index is None:
        for each in (holder, index):
            if each is not None:
                lowering.add_root(each)
        return None
    if index[0] == LITERAL and index[2] == "String" and index[3]:
        return (MEMBER, index[1] + 1, holder, index[3])
    return (INDEX, node.start_byte, holder, index)


def _guards(lowering: Lowering, node: SyntaxNode) -> list[tuple[str, SyntaxNode]]:
    """Return the names that a condition says are instances, each with the type."""
    if node.type == "parenthesized_expression" and node.named_children:
        return _guards(lowering, node.named_children[0])
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if node.type != "binary_expression" or left is None or right is None:
        return []
    operator = _operator(node)
    if operator == "&&":
        return [*_guards(lowering, left), *_guards(lowering, right)]
    return [(lowering.word(left), right)] if operator == "instanceof" and left.type == "identifier" else []


def _operator(node: SyntaxNode) -> str:
    found = node.child_by_field_name("operator")
    return "" if found is None else found.type


def _guarded(lowering: Lowering, condition: SyntaxNode | None, node: SyntaxNode) -> Expression | None:
    """Lower what only runs where a condition holds."""
    guards = [] if condition is None else _guards(lowering, condition)
    outside = lowering.scope
    if guards:
        lowering.open_scope(BLOCK, "", node.start_byte, node, GUARDED)
        for narrowed, type_ in guards:
            root = lowering.add_root(lowering.lower(type_), QUIET)
            lowering.flow.scopes[lowering.scope].names[narrowed] = [Binding(NARROWED, node.start_byte, type=root, branch=lowering.branch)]
    expression = lowering.lower(node)
    if guards and expression is not None:
        expression = (ROOT, expression[1], lowering.add_root(expression))
    lowering.scope = outside
    return expression


def _if(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    condition, consequence = node.child_by_field_name("condition"), node.child_by_field_name("consequence")
    alternative = node.child_by_field_name("alternative")
    lowering.root(condition)
    if consequence is not None:
        lowering.add_root(_guarded(lowering, condition, consequence))
    if alternative is not None:
        lowering.add_root(lowering.lower(alternative))
    return None


def _ternary(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    condition, consequence = node.child_by_field_name("condition"), node.child_by_field_name("consequence")
    alternative = node.child_by_field_name("alternative")
    lowering.root(condition)
    if consequence is None or alternative is None:
        return None
    first = _guarded(lowering, condition, consequence) or blank(consequence)
    return (EITHER, node.start_byte, (first, lowering.lower(alternative) or blank(alternative)))


def _binary(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    operator = _operator(node)
    if left is None or right is None:
        return None
    if operator == "&&":
        lowering.root(left)
        return _guarded(lowering, left, right)
    first, second = lowering.lower(left) or blank(left), lowering.lower(right) or blank(right)
    if operator in {"||", "??"}:
        return (EITHER, node.start_byte, (first, second))
    for each in (first, second):
        if each[0] not in {LITERAL, EITHER} or (each[0] == EITHER and each[2]):
            lowering.add_root(each)
    if operator in {"-", "*", "/", "%", "**", "|", "&", "^", "<<", ">>", ">>>"}:
        return (LITERAL, node.start_byte, "Number", "")
    return blank(node) if operator == "+" else (LITERAL, node.start_byte, "Boolean", "")


def _sequence(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    children = [child for child in node.named_children if child.type != "comment"]
    for child in children[:-1]:
        lowering.root(child)
    return lowering.lower(children[-1]) if children else None


def _number(lowering: Lowering, node: SyntaxNode) -> Expression:
    word = lowering.word(node)
    return (LITERAL, node.start_byte, "int", word) if word.isdigit() and len(word) < 10 else (LITERAL, node.start_byte, "Number", "")


def _this(lowering: Lowering, node: SyntaxNode) -> Expression:
    del lowering
    return (SELF, node.start_byte)


# Statements.


def _for_in(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    left, right, body = (node.child_by_field_name(each) for each in ("left", "right", "body"))
    if left is None or right is None:
        return None
    over = lowering.lower(right) or blank(right)
    if _operator(node) == "in":
        lowering.add_root(over)
        value = lowering.add_root((LITERAL, right.start_byte, "String", ""))
    else:
        each: Expression = (ELEMENT, right.start_byte, over)
        awaited = any(child.type == "await" for child in node.children)
        value = lowering.add_root((AWAIT, right.start_byte, each) if awaited else each)
    kind = node.child_by_field_name("kind")
    before, lowering.settles = lowering.settles, right.end_byte
    if kind is None:
        take(lowering, left, value)
    else:
        take(lowering, left, value, -1, function_or_module(lowering) if kind.type == "var" else lowering.scope)
    lowering.settles = before
    if body is not None:
        lowering.add_root(lowering.lower(body))
    return None


def _catch(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    parameter, body = node.child_by_field_name("parameter"), node.child_by_field_name("body")
    declared = lowering.root(node.child_by_field_name("type"), TYPE)
    if parameter is not None:
        take(lowering, parameter, lowering.add_root(None), declared, lowering.scope)
    if body is not None:
        lowering.lower(body)
    return None


def _element(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle an opening or closing tag: a component is instantiated, any other element is the document's."""
    named = node.child_by_field_name("name")
    if named is not None and (named.type == "member_expression" or lowering.word(named)[:1].isupper()):
        component = lowering.lower(named)
        if component is not None:
            closing = node.type == "jsx_closing_element"
            lowering.add_root(component if closing else (NEW, node.start_byte, component, ()))
    for child in node.named_children:
        if child != named:
            lowering.lower_children(child)
    return None


GRAMMAR = Grammar(
    handlers={
        **TYPES,
        "identifier": name(),
        "shorthand_property_identifier": name(),
        "member_expression": member("object", "property"),
        "subscript_expression": _subscript,
        "call_expression": call,
        "new_expression": new,
        "this": _this,
        "this_type": _this,
        "super": lambda _, node: (SUPER, node.start_byte),
        "parenthesized_expression": _sequence,
        "sequence_expression": _sequence,
        "expression_statement": inner(),
        "non_null_expression": inner(),
        "await_expression": inner(AWAIT),
        "spread_element": inner(SPREAD),
        "binary_expression": _binary,
        "ternary_expression": _ternary,
        "assignment_expression": _assignment,
        "augmented_assignment_expression": _augmented,
        "lexical_declaration": _declaration,
        "variable_declaration": _declaration,
        "if_statement": _if,
        "for_in_statement": _for_in,
        "catch_clause": _catch,
        "return_statement": return_,
        "yield_expression": yield_("*"),
        "arrow_function": function_value,
        "function_expression": function_value,
        "generator_function": function_value,
        "function_declaration": function_declaration,
        "generator_function_declaration": function_declaration,
        "function_signature": function_declaration,
        "class": class_value,
        "class_declaration": class_declaration,
        "abstract_class_declaration": class_declaration,
        "interface_declaration": interface,
        "enum_declaration": enumeration,
        "internal_module": namespace,
        "module": namespace,
        "method_definition": method,
        "method_signature": method,
        "abstract_method_signature": method,
        "field_definition": class_field,
        "public_field_definition": class_field,
        "property_signature": class_field,
        "decorator": decorator,
        "object": object_,
        "array": lambda lowering, node: (SEQUENCE, node.start_byte, "Array", type_list(lowering, node)),
        "string": literal("String", keep_text=True),
        "template_string": template("String", "template_substitution"),
        "number": _number,
        "regex": literal("RegExp"),
        "true": literal("Boolean"),
        "false": literal("Boolean"),
        "null": literal("null"),
        "undefined": literal("null"),
        "jsx_opening_element": _element,
        "jsx_self_closing_element": _element,
        "jsx_closing_element": _element,
        "import_statement": import_statement,
        "import_alias": import_alias,
        "export_statement": export_statement,
    },
    blocks=frozenset({"statement_block", "for_statement", "for_in_statement", "catch_clause", "switch_body", "class_static_block"}),
    branches=frozenset({
        "if_statement",
        "else_clause",
        "try_statement",
        "catch_clause",
        "switch_case",
        "switch_default",
        "ternary_expression",
    }),
    loops=frozenset({"for_statement", "for_in_statement", "while_statement", "do_statement"}),
    ignored=frozenset({"comment", "html_comment"}),
)
