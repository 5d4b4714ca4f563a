"""Java: what its node types mean."""

from __future__ import annotations

from graph.flow import (
    CALL,
    CAST,
    CLASS,
    EITHER,
    INDEX,
    LITERAL,
    MEMBER,
    METHOD,
    NAME,
    NEW,
    QUIET,
    ROOT,
    SELF,
    SUPER,
    TYPE,
    WRITE,
    Expression,
)
from graph.languages.java_definitions import (
    COMMENTS,
    anonymous,
    array_type,
    catch_type,
    class_,
    class_literal,
    constructor,
    each_,
    enum_constant,
    import_,
    instance_of,
    lambda_,
    last,
    method,
    package,
    primitive,
    scoped,
    variable,
    variables,
)
from graph.languages.java_receivers import if_, receiver
from graph.languages.jvm import ARRAY, CONSTRUCTOR, first, generic, lower_modifiers, lower_type_parameters
from graph.lower import arguments_of, index, inner, literal, name, return_, sequence, template
from graph.lowering import Grammar, Lowering, SyntaxNode


def _holder(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Return what stands before the dot; ``Type.super`` is one name."""
    holder = node.child_by_field_name("object")
    if holder is None:
        return None
    if any(child.type == "super" and child != holder for child in node.children):
        return (NAME, holder.start_byte, f"{lowering.word(holder)}.super")
    return receiver(lowering, holder) if holder.type == "identifier" else lowering.lower(holder) or (EITHER, holder.start_byte, ())


def _call(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    named, given = node.child_by_field_name("name"), node.child_by_field_name("arguments")
    if named is None:
        return None
    of, word = _holder(lowering, node), lowering.word(named)
    generic_ = first(node, "type_arguments")
    if generic_ is not None:
        lowering.root(generic_, TYPE)
    callee: Expression = (NAME, named.start_byte, word) if of is None else (MEMBER, named.start_byte, of, word)
    return (CALL, node.start_byte, callee, () if given is None else arguments_of(lowering, given))


def _constructor_call(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    which, given = node.child_by_field_name("constructor"), node.child_by_field_name("arguments")
    if which is None:
        return None
    of: Expression = (SUPER if which.type == "super" else SELF, which.start_byte)
    return (CALL, node.start_byte, (MEMBER, which.start_byte, of, CONSTRUCTOR), () if given is None else arguments_of(lowering, given))


def _new(lowering: Lowering, node: SyntaxNode) -> Expression:
    type_, given, body = node.child_by_field_name("type"), node.child_by_field_name("arguments"), first(node, "class_body")
    kind = None if type_ is None else lowering.lower(type_)
    children = [child for child in node.named_children if child.type not in COMMENTS]
    if children and children[0] != type_ and kind is not None and kind[0] == NAME and children[0].type not in _NO_HOLDER:
        kind = (MEMBER, kind[1], lowering.lower(children[0]) or (EITHER, node.start_byte, ()), kind[2])
    passed = () if given is None else arguments_of(lowering, given)
    made: Expression = (NEW, node.start_byte, kind or (EITHER, node.start_byte, ()), passed)
    return made if body is None else (*made, (CLASS, node.start_byte, anonymous(lowering, body, kind)))


_NO_HOLDER = frozenset({"type_arguments", "marker_annotation", "annotation"})


def _new_array(lowering: Lowering, node: SyntaxNode) -> Expression:
    kind = lowering.lower_field(node, "type") or (EITHER, node.start_byte, ())
    for child in node.named_children:
        if child.type in {"dimensions_expr", "array_initializer"}:
            lowering.lower_children(child)
    return (CAST, node.start_byte, (INDEX, node.start_byte, (LITERAL, node.start_byte, ARRAY, ""), kind))


def _field(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    named, holder = node.child_by_field_name("field"), node.child_by_field_name("object")
    if named is None or holder is None:
        return None
    if named.type == "this":
        return (NAME, holder.start_byte, f"{lowering.word(holder)}.this")
    of = _holder(lowering, node)
    return None if of is None else (MEMBER, named.start_byte, of, lowering.word(named))


def _method_reference(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    children = [child for child in node.named_children if child.type not in {"type_arguments", *COMMENTS}]
    of = lowering.lower(children[0]) if children else None
    if of is None or len(children) < 2 or children[-1].type != "identifier":
        return of
    return (METHOD, children[-1].start_byte, of, lowering.word(children[-1]))


def _assignment(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    value = lowering.root(node.child_by_field_name("right"))
    target = node.child_by_field_name("left")
    if target is not None:
        written = lowering.add_root(lowering.lower(target), WRITE)
        lowering.flow.stores += [(written, value)] if value >= 0 else []
    return (ROOT, node.start_byte, value) if value >= 0 else None


def _cast(lowering: Lowering, node: SyntaxNode) -> Expression:
    value = lowering.root(node.child_by_field_name("value"))
    of = lowering.lower_field(node, "type") or (EITHER, node.start_byte, ())
    return (CAST, node.start_byte, of, (ROOT, node.start_byte, value)) if value >= 0 else (CAST, node.start_byte, of)


def _conditional(lowering: Lowering, node: SyntaxNode) -> Expression:
    lowering.root(node.child_by_field_name("condition"))
    options = [lowering.lower_field(node, each) or (EITHER, node.start_byte, ()) for each in ("consequence", "alternative")]
    return (EITHER, node.start_byte, tuple(options))


def _switch(lowering: Lowering, node: SyntaxNode) -> Expression:
    lowering.root(node.child_by_field_name("condition"))
    body = node.child_by_field_name("body")
    options: list[Expression] = []
    for child in body.named_children if body is not None else ():
        value = lowering.lower(child)
        if value is not None:
            options.append(value)
    return (EITHER, node.start_byte, tuple(options))


def _rule(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    value: Expression | None = (EITHER, node.start_byte, ())
    for child in node.named_children:
        found = lowering.lower(child)
        if child.type == "expression_statement" and found is not None:
            value = (ROOT, node.start_byte, lowering.add_root(found))
        elif child.type == "throw_statement":
            value = None
    return value


_COMPARISONS = frozenset({"==", "!=", "<", ">", "<=", ">=", "&&", "||"})


def _operator(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    found = [lowering.lower_field(node, each) for each in ("left", "right")]
    for each in found:
        lowering.add_root(each)
    operator = node.child_by_field_name("operator")
    word = "" if operator is None else lowering.word(operator)
    if word in _COMPARISONS:
        return (LITERAL, node.start_byte, "boolean", "")
    if word == "+" and any(each is not None and each[:1] == (LITERAL,) and each[2] == "String" for each in found):
        return (LITERAL, node.start_byte, "String", "")
    return None


def _nothing(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle a jump to a label, which names nothing."""
    del lowering, node


def _annotation(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle an annotation: what it names and is given, and, for whoever asks what it is given, the whole of it."""
    named, given = node.child_by_field_name("name"), node.child_by_field_name("arguments")
    callee = None if named is None else lowering.lower(named)
    if callee is None:
        return
    lowering.add_root(callee)
    arguments: list[tuple[str, Expression]] = []
    for child in () if given is None else given.named_children:
        key = child.child_by_field_name("key") if child.type == "element_value_pair" else None
        value = lowering.lower(child)
        if value is not None:
            lowering.add_root(value)
            arguments.append(("" if key is None else lowering.word(key), value))
    if callee[0] in {NAME, MEMBER}:
        lowering.add_root((CALL, callee[1], callee, tuple(arguments)), QUIET)


def _self(lowering: Lowering, node: SyntaxNode) -> Expression:
    del lowering
    return (SELF if node.type == "this" else SUPER, node.start_byte)


def _labeled(lowering: Lowering, node: SyntaxNode) -> None:
    for child in node.named_children[1:]:
        lowering.root(child)


def _integer(lowering: Lowering, node: SyntaxNode) -> Expression:
    return (LITERAL, node.start_byte, "long" if lowering.word(node)[-1:] in {"l", "L"} else "int", "")


def _float(lowering: Lowering, node: SyntaxNode) -> Expression:
    return (LITERAL, node.start_byte, "float" if lowering.word(node)[-1:] in {"f", "F"} else "double", "")


GRAMMAR = Grammar(
    handlers={
        "package_declaration": package,
        "import_declaration": import_,
        "module_declaration": _nothing,
        "identifier": name(),
        "type_identifier": name(),
        "this": _self,
        "super": _self,
        "scoped_identifier": scoped,
        "scoped_type_identifier": scoped,
        "generic_type": generic,
        "array_type": array_type,
        "annotated_type": last,
        "wildcard": last,
        "catch_type": catch_type,
        "integral_type": primitive,
        "floating_point_type": primitive,
        "boolean_type": primitive,
        "void_type": primitive,
        "type_parameters": lower_type_parameters,
        "modifiers": lower_modifiers,
        "annotation": _annotation,
        "marker_annotation": _annotation,
        "element_value_pair": inner(field_="value"),
        "class_declaration": class_,
        "interface_declaration": class_,
        "annotation_type_declaration": class_,
        "enum_declaration": class_,
        "record_declaration": class_,
        "enum_constant": enum_constant,
        "method_declaration": method,
        "annotation_type_element_declaration": method,
        "constructor_declaration": constructor,
        "compact_constructor_declaration": constructor,
        "field_declaration": variables,
        "constant_declaration": variables,
        "local_variable_declaration": variables,
        "resource": variable,
        "catch_formal_parameter": variable,
        "type_pattern": variable,
        "record_pattern_component": variable,
        "instanceof_expression": instance_of,
        "if_statement": if_,
        "enhanced_for_statement": each_,
        "lambda_expression": lambda_,
        "method_reference": _method_reference,
        "method_invocation": _call,
        "explicit_constructor_invocation": _constructor_call,
        "object_creation_expression": _new,
        "array_creation_expression": _new_array,
        "array_initializer": sequence(ARRAY),
        "element_value_array_initializer": sequence(ARRAY),
        "array_access": index("array", "index"),
        "field_access": _field,
        "assignment_expression": _assignment,
        "cast_expression": _cast,
        "class_literal": class_literal,
        "parenthesized_expression": inner(),
        "expression_statement": inner(),
        "ternary_expression": _conditional,
        "switch_expression": _switch,
        "switch_rule": _rule,
        "binary_expression": _operator,
        "return_statement": return_,
        "break_statement": _nothing,
        "continue_statement": _nothing,
        "labeled_statement": _labeled,
        "string_literal": template("String"),
        "character_literal": literal("char"),
        "decimal_integer_literal": _integer,
        "hex_integer_literal": _integer,
        "octal_integer_literal": _integer,
        "binary_integer_literal": _integer,
        "decimal_floating_point_literal": _float,
        "hex_floating_point_literal": _float,
        "true": literal("boolean"),
        "false": literal("boolean"),
        "null_literal": literal("null"),
    },
    blocks=frozenset({
        "block",
        "constructor_body",
        "for_statement",
        "enhanced_for_statement",
        "switch_block_statement_group",
        "switch_rule",
        "catch_clause",
        "try_with_resources_statement",
    }),
    branches=frozenset({"if_statement"}),
    loops=frozenset({"while_statement", "do_statement"}),
    ignored=COMMENTS,
)
