"""Scala 2 and 3: what their node types mean."""

from __future__ import annotations

from graph.flow import (
    BLOCK,
    CALL,
    CAST,
    EITHER,
    ELEMENT,
    INDEX,
    LITERAL,
    MEMBER,
    NAME,
    NEW,
    ROOT,
    SELF,
    SEQUENCE,
    SPREAD,
    SUPER,
    TYPE,
    VARIABLE,
    WRITE,
    Binding,
    Expression,
)
from graph.languages.jvm import LATER_LIST, first, generic, inside
from graph.languages.scala_definitions import (
    COMMENTS,
    TYPE_PARAMETER,
    anonymous,
    case,
    cases,
    class_,
    enum_case,
    function,
    function_type,
    given,
    import_,
    lambda_,
    package,
    pattern,
    placeholder,
    self_type,
    stable_type,
    type_alias,
    type_parameters,
    value_,
)
from graph.lower import inner, literal, return_, sequence
from graph.lowering import Grammar, Lowering, SyntaxNode


def _identifier(lowering: Lowering, node: SyntaxNode) -> Expression:
    word = lowering.word(node)
    if word == "this":
        return (SELF, node.start_byte)
    return (SUPER, node.start_byte) if word == "super" else (NAME, node.start_byte, word.strip("`"))


def _type(lowering: Lowering, node: SyntaxNode) -> Expression:
    word = lowering.word(node).strip("`")
    at, scopes = lowering.scope, lowering.flow.scopes
    while at > 0:
        if word + TYPE_PARAMETER in scopes[at].names:
            return (NAME, node.start_byte, word + TYPE_PARAMETER)
        at = scopes[at].parent
    return (NAME, node.start_byte, word)


def _wildcard(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    at, scopes = lowering.scope, lowering.flow.scopes
    while at > 0:
        if "_" in scopes[at].names:
            return (NAME, node.start_byte, "_")
        at = scopes[at].parent
    return None


def _field(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    holder, named = node.child_by_field_name("value"), node.child_by_field_name("field")
    if holder is None or named is None:
        return None
    word = lowering.word(named).strip("`")
    if word == "this":
        return (NAME, holder.start_byte, f"{lowering.word(holder)}.this")
    if holder.type == "generic_function" and lowering.word(holder).startswith("super["):
        types = first(holder, "type_arguments")
        of: Expression | None = (CAST, holder.start_byte, generic_first(lowering, types) or (EITHER, holder.start_byte, ()))
    else:
        of = lowering.lower(holder)
    return (MEMBER, named.start_byte, of or (EITHER, holder.start_byte, ()), word)


def generic_first(lowering: Lowering, node: SyntaxNode | None) -> Expression | None:
    """Return the first of some type arguments."""
    child = None if node is None else next(iter(node.named_children), None)
    return None if child is None else lowering.lower(child)


def _generic_function(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    called, types = node.child_by_field_name("function"), first(node, "type_arguments")
    made = None if called is None else lowering.lower(called)
    if made is not None and made[0] == MEMBER and made[3] == "asInstanceOf":
        lowering.add_root(made[2])
        return (CAST, node.start_byte, generic_first(lowering, types) or (EITHER, node.start_byte, ()))
    for child in types.named_children if types is not None else ():
        lowering.root(child, TYPE)
    return made


def _arguments(lowering: Lowering, node: SyntaxNode, keyword: str = "") -> tuple[tuple[str, Expression], ...]:
    if node.type in {"block", "case_block", "indented_cases"}:
        value = cases(lowering, node) if first(node, "case_clause") is not None else _argument(lowering, node)
        return ((keyword, value),)
    found: list[tuple[str, Expression]] = []
    for child in node.named_children:
        if child.type in COMMENTS:
            continue
        left, right = child.child_by_field_name("left"), child.child_by_field_name("right")
        if child.type == "assignment_expression" and left is not None and right is not None and left.type == "identifier":
            found.append((lowering.word(left), _argument(lowering, right)))
        else:
            found.append((keyword, _argument(lowering, child)))
    return tuple(found)


def _argument(lowering: Lowering, node: SyntaxNode) -> Expression:
    if node.type == "block" and len(node.named_children) == 1 and node.named_children[0].type == "lambda_expression":
        node = node.named_children[0]
    value = placeholder(lowering, node) or (EITHER, node.start_byte, ())
    return (SPREAD, node.start_byte, value) if node.type == "ascription_expression" and lowering.word(node).endswith("*") else value


def _call(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    called, passed = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    made = None if called is None else lowering.lower(called)
    further = made is not None and made[0] == CALL and called is not None and called.type == "call_expression"
    arguments = () if passed is None else _arguments(lowering, passed, LATER_LIST if further else "")
    if further and made is not None:
        return (CALL, made[1], made[2], (*made[3], *arguments))
    return (CALL, node.start_byte, made or (EITHER, node.start_byte, ()), arguments)


def _new(lowering: Lowering, node: SyntaxNode) -> Expression:
    kind: Expression | None = None
    passed: tuple[tuple[str, Expression], ...] = ()
    for child in node.named_children:
        if child.type == "arguments":
            passed += _arguments(lowering, child)
        elif child.type in {"template_body", "with_template_body"}:
            anonymous(lowering, child, kind)
        elif kind is None and child.type not in COMMENTS:
            kind = lowering.lower(child)
        else:
            lowering.root(child)
    return (NEW, node.start_byte, kind or (EITHER, node.start_byte, ()), passed)


def _compound(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    children = [lowering.lower(child) for child in node.named_children if child.type not in COMMENTS]
    for each in children[1:]:
        lowering.add_root(each, TYPE)
    return children[0] if children else None


def _infix(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    operator, right = node.child_by_field_name("operator"), node.child_by_field_name("right")
    left = lowering.lower_field(node, "left") or (EITHER, node.start_byte, ())
    if operator is None or right is None:
        return left
    given_ = _arguments(lowering, right) if right.type in {"block", "case_block"} else (("", _argument(lowering, right)),)
    if operator.type == "operator_identifier" and lowering.word(operator) in _OPERATORS:
        for each in (left, *(value for _, value in given_)):
            lowering.add_root(each)
        kind = "Boolean" if lowering.word(operator) in _COMPARISONS else ""
        return (LITERAL, node.start_byte, kind, "") if kind else None
    return (CALL, node.start_byte, (MEMBER, operator.start_byte, left, lowering.word(operator).strip("`")), given_)


_COMPARISONS = frozenset({"==", "!=", "<", ">", "<=", ">=", "&&", "||", "eq", "ne"})
_OPERATORS = _COMPARISONS | {"+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", ">>>"}


def _block(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    if first(node, "case_clause") is not None:
        return cases(lowering, node)
    value: Expression | None = None
    for child in node.named_children:
        if child.type not in COMMENTS:
            value = lowering.lower(child)
            value = None if value is None else (ROOT, child.start_byte, lowering.add_root(value))
    return value


def _if(lowering: Lowering, node: SyntaxNode) -> Expression:
    lowering.root(node.child_by_field_name("condition"))
    options = [lowering.lower_field(node, each) or (EITHER, node.start_byte, ()) for each in ("consequence", "alternative")]
    return (EITHER, node.start_byte, tuple(options))


def _match(lowering: Lowering, node: SyntaxNode) -> Expression:
    value = lowering.root(node.child_by_field_name("value"))
    body = node.child_by_field_name("body")
    options = [case(lowering, child, value) for child in (body.named_children if body is not None else ()) if child.type == "case_clause"]
    return (EITHER, node.start_byte, tuple(options))


def _for(lowering: Lowering, node: SyntaxNode) -> None:
    with inside(lowering):
        lowering.open_scope(BLOCK, "", node.start_byte, node)
        for child in node.named_children:
            if child.type != "enumerators":
                lowering.root(child)
                continue
            for each in child.named_children:
                _enumerator(lowering, each)


def _enumerator(lowering: Lowering, node: SyntaxNode) -> None:
    children = [child for child in node.named_children if child.type not in {"guard", *COMMENTS}]
    if node.type == "enumerator" and len(children) > 1:
        value = lowering.lower(children[1])
        draws = any(child.type in {"<-", "←"} for child in node.children)
        source = (ELEMENT, node.start_byte, value) if draws and value is not None else value
        pattern(lowering, children[0], lowering.add_root(source))
        for child in children[2:]:
            lowering.root(child)
    else:
        lowering.lower_children(node)
    guard = first(node, "guard")
    if guard is not None:
        lowering.lower_children(guard)


def _try(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    body = node.child_by_field_name("body")
    made = None if body is None else lowering.lower(body)
    for child in node.named_children:
        if child != body:
            lowering.root(child)
    return made


def _catch(lowering: Lowering, node: SyntaxNode) -> None:
    block = first(node, "case_block") or first(node, "indented_cases")
    thrown = lowering.add_root(None)
    for child in block.named_children if block is not None else ():
        if child.type == "case_clause":
            lowering.add_root(case(lowering, child, thrown))


def _assignment(lowering: Lowering, node: SyntaxNode) -> None:
    lowering.root(node.child_by_field_name("right"))
    target = node.child_by_field_name("left")
    if target is not None:
        lowering.add_root(lowering.lower(target), WRITE)


def _ascription(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    children, kind = node.named_children, node.child_by_field_name("type")
    made = lowering.lower(children[0]) if children else None
    if kind is None or kind.type not in {"type_identifier", "generic_type", "stable_type_identifier"}:
        return made
    lowering.add_root(made)
    return (CAST, node.start_byte, lowering.lower(kind) or (EITHER, node.start_byte, ()))


def _number(lowering: Lowering, node: SyntaxNode) -> Expression:
    return (LITERAL, node.start_byte, "Long" if lowering.word(node)[-1:] in {"l", "L"} else "Int", "")


def _extension(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle ``extension (a: A) def f``: what it defines is found in no value, as the givens that bring it are not followed."""
    with inside(lowering):
        lowering.open_scope(BLOCK, "", node.start_byte, node)
        for child in node.named_children:
            if child.type in {"parameters", "type_parameters"}:
                for each in child.named_children:
                    kind, named = lowering.root(each.child_by_field_name("type"), TYPE), each.child_by_field_name("name")
                    if child.type == "parameters" and named is not None:
                        lowering.bind(lowering.word(named), Binding(VARIABLE, named.start_byte, type=kind))
            else:
                lowering.lower(child)


def _tuple_type(lowering: Lowering, node: SyntaxNode) -> Expression:
    kinds = tuple(lowering.lower(child) or (EITHER, child.start_byte, ()) for child in node.named_children)
    return (INDEX, node.start_byte, (LITERAL, node.start_byte, "tuple", ""), (SEQUENCE, node.start_byte, "tuple", kinds))


GRAMMAR = Grammar(
    handlers={
        "package_clause": package,
        "import_declaration": import_,
        "identifier": _identifier,
        "type_identifier": _type,
        "operator_identifier": _identifier,
        "wildcard": _wildcard,
        "stable_type_identifier": stable_type,
        "stable_identifier": stable_type,
        "generic_type": generic,
        "compound_type": _compound,
        "annotated_type": inner(),
        "lazy_parameter_type": inner(),
        "function_type": function_type,
        "tuple_type": _tuple_type,
        "type_parameters": type_parameters,
        "type_definition": type_alias,
        "class_definition": class_,
        "trait_definition": class_,
        "object_definition": class_,
        "package_object": class_,
        "enum_definition": class_,
        "simple_enum_case": enum_case,
        "full_enum_case": enum_case,
        "given_definition": given,
        "extension_definition": _extension,
        "self_type": self_type,
        "function_definition": function,
        "function_declaration": function,
        "val_definition": value_,
        "var_definition": value_,
        "val_declaration": value_,
        "var_declaration": value_,
        "lambda_expression": lambda_,
        "case_block": cases,
        "call_expression": _call,
        "generic_function": _generic_function,
        "field_expression": _field,
        "instance_expression": _new,
        "infix_expression": _infix,
        "block": _block,
        "indented_block": _block,
        "if_expression": _if,
        "match_expression": _match,
        "for_expression": _for,
        "try_expression": _try,
        "catch_clause": _catch,
        "assignment_expression": _assignment,
        "ascription_expression": _ascription,
        "parenthesized_expression": inner(),
        "method_value": inner(),
        "return_expression": return_,
        "tuple_expression": sequence("tuple"),
        "string": literal("String"),
        "interpolated_string_expression": literal("String"),
        "character_literal": literal("Char"),
        "integer_literal": _number,
        "floating_point_literal": literal("Double"),
        "boolean_literal": literal("Boolean"),
        "null_literal": literal("null"),
        "unit": literal("Unit"),
    },
    blocks=frozenset({"block", "indented_block", "catch_clause"}),
    loops=frozenset({"while_expression", "do_while_expression"}),
    ignored=COMMENTS,
)
