"""C: what its node types mean. C++ adds to this table."""

from __future__ import annotations

from graph.flow import CALL, CAST, EITHER, FUNCTION_SCOPE, LITERAL, MEMBER, NAME, ROOT, WRITE, Expression
from graph.languages.c_declarations import (
    DEREFERENCE,
    TAGGED,
    alias,
    blank,
    broken,
    declaration,
    define_type,
    function,
    initialize,
    type_of,
    type_root,
)
from graph.languages.c_preprocessor import include, macro
from graph.lower import Grammar, Handler, Lowering, SyntaxNode, index, inner, literal, name


def field(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``a.b`` and ``a->b``."""
    holder, named = node.child_by_field_name("argument"), node.child_by_field_name("field")
    if holder is None or named is None:
        return None
    of = lowering.lower(holder) or blank(holder)
    if any(child.type == "->" for child in node.children) and lowering.flow.language == "cpp":
        of = (DEREFERENCE, holder.start_byte, of)
    if named.type == "template_method":
        named = named.child_by_field_name("name") or named
    if named.type == "qualified_identifier":
        named = named.child_by_field_name("name") or named
    return (MEMBER, named.start_byte, of, lowering.word(named))


def call(lowering: Lowering, node: SyntaxNode) -> Expression:
    """Handle a call."""
    called, given = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    callee = None if called is None else lowering.lower(called)
    while callee is not None and callee[0] == DEREFERENCE:
        callee = callee[2]
    passed = tuple(("", lowering.lower(each) or blank(each)) for each in given.named_children if each.type != "comment") if given else ()
    return (CALL, node.start_byte, callee or blank(node), passed)


def _assignment(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    value, target = lowering.root(node.child_by_field_name("right")), node.child_by_field_name("left")
    if target is not None:
        expression = lowering.lower(target)
        root = lowering.add_root(expression, WRITE)
        if expression is not None and expression[0] == MEMBER:
            lowering.flow.stores.append((root, value))
    return (ROOT, node.start_byte, value) if value >= 0 else None


def _cast(lowering: Lowering, node: SyntaxNode) -> Expression:
    value = lowering.root(node.child_by_field_name("value"))
    kind = type_of(lowering, node.child_by_field_name("type"))
    if kind is None or (kind[0] == LITERAL and kind[2] == "void"):
        return (ROOT, node.start_byte, value)
    return (CAST, node.start_byte, kind)


def _compound(lowering: Lowering, node: SyntaxNode) -> Expression:
    kind, value = type_of(lowering, node.child_by_field_name("type")) or blank(node), node.child_by_field_name("value")
    if value is not None:
        initialize(lowering, value, kind)
    return (CAST, node.start_byte, kind)


def _pointer(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    argument, operator = node.child_by_field_name("argument"), node.child_by_field_name("operator")
    of = None if argument is None else lowering.lower(argument)
    pointed = operator is not None and lowering.word(operator) == "*" and lowering.flow.language == "cpp"
    return (DEREFERENCE, node.start_byte, of) if pointed and of is not None else of


def _conditional(lowering: Lowering, node: SyntaxNode) -> Expression:
    lowering.root(node.child_by_field_name("condition"))
    options = [lowering.lower_field(node, each) or blank(node) for each in ("consequence", "alternative")]
    return (EITHER, node.start_byte, tuple(options))


def returned(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle ``return``."""
    for child in node.named_children:
        root = lowering.root(child)
        lowering.flow.scopes[lowering.enclosing(FUNCTION_SCOPE)].returned.append(root)


def _sizeof(lowering: Lowering, node: SyntaxNode) -> Expression:
    type_ = node.child_by_field_name("type")
    if type_ is not None:
        type_root(lowering, type_)
    else:
        lowering.lower_children(node)
    return (LITERAL, node.start_byte, "int", "")


def _conditional_text(lowering: Lowering, node: SyntaxNode) -> None:
    skipped = {node.child_by_field_name("condition"), node.child_by_field_name("name")}
    for child in node.named_children:
        if child not in skipped:
            expression = lowering.lower(child)
            if expression is not None:
                lowering.add_root(expression)


def ignore(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle what names nothing."""
    del lowering, node


def define(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle a type that stands alone."""
    if node.child_by_field_name("body") is not None:
        define_type(lowering, node)


def _type(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    return type_of(lowering, node)


def comma(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``a, b``, which is worth the last."""
    lowering.root(node.child_by_field_name("left"))
    return lowering.lower_field(node, "right")


def _name_of_type(lowering: Lowering, node: SyntaxNode) -> Expression:
    return (NAME, node.start_byte, lowering.word(node))


HANDLERS: dict[str, Handler] = {
    "ERROR": broken,
    "preproc_include": include,
    "preproc_def": macro,
    "preproc_function_def": macro,
    **dict.fromkeys(("preproc_if", "preproc_ifdef", "preproc_elif", "preproc_elifdef"), _conditional_text),
    **dict.fromkeys(("preproc_call", "goto_statement", "attribute_specifier", "attribute_declaration", "ms_declspec_modifier"), ignore),
    "identifier": name(),
    "type_identifier": _name_of_type,
    "type_descriptor": _type,
    **dict.fromkeys(TAGGED, define),
    "type_definition": alias,
    "declaration": declaration,
    "field_declaration": declaration,
    "function_definition": function,
    "call_expression": call,
    "field_expression": field,
    "subscript_expression": index("argument", "index"),
    "assignment_expression": _assignment,
    "cast_expression": _cast,
    "compound_literal_expression": _compound,
    "pointer_expression": _pointer,
    "parenthesized_expression": inner(),
    "expression_statement": inner(),
    "conditional_expression": _conditional,
    "comma_expression": comma,
    "return_statement": returned,
    "sizeof_expression": _sizeof,
    "alignof_expression": _sizeof,
    "offsetof_expression": _sizeof,
    "number_literal": literal("int"),
    "char_literal": literal("char"),
    "string_literal": literal("char*"),
    "concatenated_string": literal("char*"),
    "null": literal("null"),
    "true": literal("bool"),
    "false": literal("bool"),
}
BLOCKS = frozenset({"compound_statement", "for_statement", "case_statement"})
BRANCHES = frozenset({"if_statement", "preproc_if", "preproc_ifdef", "preproc_elif", "preproc_elifdef", "preproc_else"})
LOOPS = frozenset({"while_statement", "do_statement"})
GRAMMAR = Grammar(handlers=HANDLERS, blocks=BLOCKS, branches=BRANCHES, loops=LOOPS)
