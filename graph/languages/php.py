r"""PHP: what its node types mean.

A name of a namespace is written out whole here, since a file's own ``use`` statements decide it: ``\A\B`` is a class, ``.\A\f`` a
function and ``..\A\C`` a constant; ``~`` before the last two says that the global one is meant where the namespace has none. A property
``x`` is ``.x`` and a class constant ``..x`` beside the method ``x``. ``graph.flow.spelled`` takes the marks off.
"""

from __future__ import annotations

from graph.flow import (
    BLOCK,
    CALL,
    EITHER,
    EXTENSION,
    INDEX,
    INTERFACE,
    LITERAL,
    MAPPING,
    MEMBER,
    NAME,
    NEW,
    ROOT,
    SELF,
    SEQUENCE,
    SPREAD,
    TYPE,
    VARIABLE,
    Binding,
    Expression,
)
from graph.languages.php_declarations import (
    class_like,
    closure,
    constants,
    enum_case,
    function,
    namespace,
    properties,
    statement,
    traits,
)
from graph.languages.php_names import class_name, constant, docblock, include, name_at, own_class, resolved, type_name, use
from graph.languages.php_statements import (
    blank,
    catch,
    conditional,
    foreach,
    if_statement,
    match_expression,
    statements,
    variable,
    yield_expression,
)
from graph.lower import (
    Grammar,
    Lowering,
    SyntaxNode,
    assignment,
    either,
    inner,
    literal,
    return_,
)


def _arguments(lowering: Lowering, node: SyntaxNode | None) -> tuple[tuple[str, Expression], ...] | None:
    """Return the arguments, None for ``f(...)``, which makes a closure of the function."""
    found: list[tuple[str, Expression]] = []
    for child in node.named_children if node is not None else ():
        if child.type == "variadic_placeholder":
            return None
        if child.type == "argument":
            keyword = child.child_by_field_name("name")
            value = next((each for each in reversed(child.named_children) if each != keyword), None)
            if value is not None:
                found.append((f"${lowering.word(keyword)}" if keyword is not None else "", lowering.lower(value) or blank(value)))
    return tuple(found)


def _called(lowering: Lowering, node: SyntaxNode, callee: Expression) -> Expression:
    given = _arguments(lowering, node.child_by_field_name("arguments"))
    return callee if given is None else (CALL, node.start_byte, callee, given)


def _function_call(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    function = node.child_by_field_name("function")
    if function is None:
        return None
    if function.type in {"name", "qualified_name", "relative_name"}:
        callee: Expression = (NAME, name_at(lowering, function), resolved(lowering, lowering.word(function), "."))
    else:
        callee = lowering.lower(function) or blank(function)
    if lowering.word(function).lower() == "define":
        _define(lowering, node)
    return _called(lowering, node, callee)


def _define(lowering: Lowering, node: SyntaxNode) -> None:
    given = node.child_by_field_name("arguments")
    first = given.named_children[0] if given is not None and given.named_children else None
    if first is not None and first.named_children and first.named_children[0].type == "string":
        text = lowering.word(first.named_children[0]).strip("'\"")
        lowering.bind("..\\" + text.lstrip("\\"), Binding(VARIABLE, first.start_byte), scope=0)


def _named_member(lowering: Lowering, node: SyntaxNode, holder: Expression, mark: str) -> Expression | None:
    named = node.child_by_field_name("name")
    if named is None or named.type != "name":
        if named is not None and (computed := lowering.lower(named)) is not None:
            lowering.add_root(computed)
        lowering.add_root(holder)
        return None
    return (MEMBER, named.start_byte, holder, mark + lowering.word(named))


def _property(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    of = node.child_by_field_name("object")
    return None if of is None else _named_member(lowering, node, lowering.lower(of) or blank(of), ".")


def _method_call(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    of = node.child_by_field_name("object")
    callee = None if of is None else _named_member(lowering, node, lowering.lower(of) or blank(of), "")
    return _called(lowering, node, callee or blank(node))


def _static_call(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    scope = node.child_by_field_name("scope")
    callee = None if scope is None else _named_member(lowering, node, class_name(lowering, scope), "")
    return _called(lowering, node, callee or blank(node))


def _static_property(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    scope, named = node.child_by_field_name("scope"), node.child_by_field_name("name")
    if scope is None or named is None or not lowering.word(named).startswith("$"):
        lowering.lower_children(node)
        return None
    return (MEMBER, named.start_byte + 1, class_name(lowering, scope), "." + lowering.word(named)[1:])


def _class_constant(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    children = node.named_children
    if len(children) != 2 or children[1].type != "name":
        lowering.lower_children(node)
        return None
    holder, word = class_name(lowering, children[0]), lowering.word(children[1])
    if word == "class":
        return holder if holder[0] == NAME else blank(node)
    return (MEMBER, children[1].start_byte, holder, f"..{word}")


def _new(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    given = next((child for child in node.named_children if child.type == "arguments"), None)
    made = next((child for child in node.named_children if child.type not in {"arguments", "comment", "attribute_list"}), None)
    if made is None:
        return None
    if made.type == "anonymous_class":
        inside = next((child for child in made.named_children if child.type == "arguments"), None)
        passed = _arguments(lowering, inside) or ()
        return (CALL, node.start_byte, class_like(0)(lowering, made) or blank(made), passed)
    kind = own_class(lowering, made) or class_name(lowering, made)
    passed = _arguments(lowering, given) or ()
    if kind[0] == NAME or (kind[0] == MEMBER and kind[2][0] == SELF):
        return (NEW, node.start_byte, kind, passed)
    lowering.add_root(kind)
    for _, each in passed:
        lowering.add_root(each)
    return None


def _assignment(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    declared = -1
    if node.parent is not None and node.parent.type == "expression_statement":
        declared = next((lowering.add_root(type_, TYPE) for tag, _, type_ in docblock(lowering, node.parent) if tag == "var"), -1)
    value = lowering.root(node.child_by_field_name("right"))
    target = node.child_by_field_name("left")
    if target is not None:
        before, lowering.settles = lowering.settles, node.end_byte
        lowering.assign(target, value, declared)
        lowering.settles = before
    return None if value < 0 else (ROOT, node.start_byte, value)


def _filled(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``a ??= b`` and other operators that assign."""
    operator, target = node.child_by_field_name("operator"), node.child_by_field_name("left")
    value = lowering.root(node.child_by_field_name("right"))
    if target is None:
        return None
    before = lowering.lower(target)
    if operator is not None and operator.type == "??=":
        lowering.assign(target, value)
        return (EITHER, node.start_byte, tuple(each for each in (before, (ROOT, node.start_byte, value)) if each is not None))
    lowering.add_root(before)
    return None


def _apart(lowering: Lowering, node: SyntaxNode, value: int, kind: int) -> None:
    """Give the parts of an array to the parts of ``[$a, 'k' => $b]``."""
    del kind
    key, place, filled = None, 0, False
    for child in node.children:
        if child.type == ",":
            place, filled = place + (not filled), False  # nothing before it: a part that is left out
        if child not in node.named_children or child.type == "comment":
            continue
        if child.type in {"string", "integer", "encapsed_string"}:
            key = lowering.lower(child)
            continue
        whole: Expression = (ROOT, child.start_byte, value)
        at: Expression = key or (LITERAL, child.start_byte, "int", str(place))
        lowering.assign(child, lowering.add_root((INDEX, child.start_byte, whole, at)))
        key, place, filled = None, place + 1, True


def _array(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    items = [child for child in node.named_children if child.type == "array_element_initializer"]
    parts = [[child for child in item.named_children if child.type != "comment"] for item in items]
    if any(len(part) == 2 for part in parts):
        pairs: list[tuple[Expression, Expression]] = []
        for part in parts:
            key = (lowering.lower(part[0]) if len(part) == 2 else None) or blank(node)
            pairs.append((key, (lowering.lower(part[-1]) if part else None) or blank(node)))
        return (MAPPING, node.start_byte, tuple(pairs))
    return (SEQUENCE, node.start_byte, "array", tuple((lowering.lower(part[-1]) if part else None) or blank(node) for part in parts))


def _subscript(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    children = [child for child in node.named_children if child.type != "comment"]
    of = lowering.lower(children[0]) if children else None
    key = lowering.lower(children[1]) if len(children) > 1 else None
    if of is None:
        lowering.add_root(key)
        return None
    return (INDEX, node.start_byte, of, key or blank(node))


def _string(lowering: Lowering, node: SyntaxNode) -> Expression:
    if node.type != "string":
        lowering.lower_children(node)
    text = lowering.word(node).strip("'\"") if node.end_byte - node.start_byte <= 120 else ""
    return (LITERAL, node.start_byte, "string", text)


def _binary(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    left, right, operator = (node.child_by_field_name(each) for each in ("left", "right", "operator"))
    kind = "" if operator is None else operator.type
    if kind in {"??", "||", "or"}:
        return either("left", "right")(lowering, node)
    lowering.root(left)
    if kind == "instanceof" and right is not None:
        lowering.add_root(class_name(lowering, right), TYPE)
        return None
    lowering.root(right)
    return None


def _attribute(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    made = next((child for child in node.named_children if child.type in {"name", "qualified_name"}), None)
    passed = _arguments(lowering, node.child_by_field_name("parameters")) or ()
    return None if made is None else (NEW, node.start_byte, class_name(lowering, made), passed)


def _named_type(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    return type_name(lowering, node)


def _optional(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    return lowering.lower(node.named_children[0]) if node.named_children else None


def _opened(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Open the scope of a file's own variables, which are no symbols."""
    if lowering.scope == 0:
        lowering.flow.scopes[lowering.open_scope(BLOCK, "", node.start_byte, node)].end = len(lowering.text)
    return None


def _silent(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    del lowering, node
    return None


GRAMMAR = Grammar(
    handlers={
        "variable_name": variable,
        "name": constant,
        "qualified_name": constant,
        "relative_name": constant,
        "named_type": _named_type,
        "primitive_type": _named_type,
        "optional_type": _optional,
        "union_type": either(),
        "type_list": either(),
        "intersection_type": either(),
        "disjunctive_normal_form_type": either(),
        "function_call_expression": _function_call,
        "member_call_expression": _method_call,
        "nullsafe_member_call_expression": _method_call,
        "scoped_call_expression": _static_call,
        "member_access_expression": _property,
        "nullsafe_member_access_expression": _property,
        "scoped_property_access_expression": _static_property,
        "class_constant_access_expression": _class_constant,
        "object_creation_expression": _new,
        "class_declaration": statement(class_like(0)),
        "interface_declaration": statement(class_like(INTERFACE)),
        "trait_declaration": statement(class_like(EXTENSION)),
        "enum_declaration": statement(class_like(0)),
        "enum_case": enum_case,
        "use_declaration": traits,
        "property_declaration": properties,
        "const_declaration": constants,
        "method_declaration": statement(function),
        "function_definition": statement(function),
        "anonymous_function": closure,
        "anonymous_function_use_clause": _silent,
        "arrow_function": closure,
        "namespace_definition": namespace,
        "namespace_use_declaration": use,
        "require_expression": include,
        "require_once_expression": include,
        "include_expression": include,
        "include_once_expression": include,
        "assignment_expression": _assignment,
        "reference_assignment_expression": _assignment,
        "augmented_assignment_expression": _filled,
        "static_variable_declaration": assignment("name", "value"),
        "global_declaration": _silent,
        "foreach_statement": foreach,
        "catch_clause": catch,
        "if_statement": if_statement,
        "else_if_clause": if_statement,
        "compound_statement": statements,
        "php_tag": _opened,
        "return_statement": return_,
        "yield_expression": yield_expression,
        "parenthesized_expression": inner(),
        "expression_statement": inner(),
        "clone_expression": inner(),
        "error_suppression_expression": inner(),
        "variadic_unpacking": inner(SPREAD),
        "by_ref": inner(),
        "conditional_expression": conditional,
        "match_expression": match_expression,
        "binary_expression": _binary,
        "subscript_expression": _subscript,
        "array_creation_expression": _array,
        "string": _string,
        "encapsed_string": _string,
        "heredoc": literal("string"),
        "nowdoc": literal("string"),
        "integer": literal("int", keep_text=True),
        "float": literal("float"),
        "boolean": literal("bool"),
        "null": literal("null"),
        "attribute": _attribute,
    },
    patterns={"list_literal": _apart},
    branches=frozenset({
        "if_statement",
        "else_clause",
        "else_if_clause",
        "try_statement",
        "catch_clause",
        "case_statement",
        "default_statement",
    }),
    loops=frozenset({"for_statement", "foreach_statement", "while_statement", "do_statement"}),
)
