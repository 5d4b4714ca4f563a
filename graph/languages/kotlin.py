"""Kotlin: what its node types mean."""

from __future__ import annotations

from graph.flow import (
    ANONYMOUS,
    BLOCK,
    CALL,
    CAST,
    CLASS_SCOPE,
    EITHER,
    ELEMENT,
    EXTENSION,
    GUARDED,
    INDEX,
    LITERAL,
    MEMBER,
    METHOD,
    NAME,
    NARROWED,
    ROOT,
    SELF,
    SUPER,
    TYPE,
    VARIABLE,
    WRITE,
    Binding,
    Expression,
)
from graph.languages.jvm import TRAILING, first, inside, lower_modifiers
from graph.languages.kotlin_definitions import (
    COMMENTS,
    anonymous_function,
    arguments,
    class_,
    enum_entry,
    function,
    function_type,
    has,
    import_,
    lambda_,
    object_literal,
    package,
    parts,
    secondary_constructor,
    take_apart,
    type_parameters,
    user_type,
    variable,
)
from graph.languages.kotlin_properties import property_
from graph.lower import inner, literal, return_
from graph.lowering import Grammar, Lowering, SyntaxNode

_CONSTANTS = {"null": "null", "true": "Boolean", "false": "Boolean"}


def _last(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    children = parts(node)
    for child in children[:-1]:
        lowering.root(child)
    return lowering.lower(children[-1]) if children else None


def _alias(lowering: Lowering, node: SyntaxNode) -> None:
    named = node.child_by_field_name("type")
    children = [child for child in parts(node) if child.type != "type_parameters"]
    if named is not None and len(children) > 1:
        root = lowering.root(children[-1], TYPE)
        lowering.bind(lowering.word(named), Binding(VARIABLE, named.start_byte, type=root))


def _identifier(lowering: Lowering, node: SyntaxNode) -> Expression:
    word = lowering.word(node)
    if word in _CONSTANTS:
        return (LITERAL, node.start_byte, _CONSTANTS[word], "")
    return (NAME, node.start_byte, word.strip("`"))


def _this(lowering: Lowering, node: SyntaxNode) -> Expression:
    label = next(iter(node.named_children), None)
    if label is not None:
        return (NAME, node.start_byte, f"{lowering.word(label).strip('@')}.this")
    at, scopes = lowering.scope, lowering.flow.scopes
    while at > 0 and scopes[at].kind != CLASS_SCOPE:
        if scopes[at].flags & (ANONYMOUS | EXTENSION):
            return (NAME, node.start_byte, "this")
        at = scopes[at].parent
    return (SELF, node.start_byte)


def _super(lowering: Lowering, node: SyntaxNode) -> Expression:
    named = next((child for child in node.named_children if child.type == "user_type"), None)
    if named is not None:
        return (CAST, node.start_byte, lowering.lower(named) or (EITHER, node.start_byte, ()))
    return (SUPER, node.start_byte)


def _navigation(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    children = parts(node)
    if len(children) < 2 or children[-1].type != "identifier":
        for child in children:
            lowering.root(child)
        return None
    of = lowering.lower(children[0]) or (EITHER, node.start_byte, ())
    word, at = lowering.word(children[-1]).strip("`"), children[-1].start_byte
    if not has(node, "::"):
        return (MEMBER, at, of, word)
    if word == "class":
        return (CAST, node.start_byte, (INDEX, node.start_byte, (LITERAL, node.start_byte, "kotlin.reflect.KClass", ""), of))
    return (METHOD, at, of, word)


def _reference(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    children = [child for child in node.named_children if child.type in {"identifier", "user_type"}]
    if not children:
        return None
    word, at = lowering.word(children[-1]), children[-1].start_byte
    if len(children) > 1:
        return (METHOD, at, lowering.lower(children[0]) or (EITHER, at, ()), word)
    return (NAME, at, word) if word[:1].isupper() else (METHOD, at, (), word)


def _call(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    children = parts(node)
    if not children:
        return None
    callee = lowering.lower(children[0])
    passed: tuple[tuple[str, Expression], ...] = ()
    for child in children[1:]:
        if child.type == "value_arguments":
            passed += arguments(lowering, child)
        elif child.type == "annotated_lambda":
            literal_ = first(child, "lambda_literal")
            if literal_ is not None:
                passed += ((TRAILING, lambda_(lowering, literal_)),)
        elif child.type == "type_arguments":
            for each in child.named_children:
                lowering.root(each, TYPE)
    if (
        callee is not None
        and callee[0] == CALL
        and len(children) == 2
        and children[1].type == "annotated_lambda"
        and children[0].type == "call_expression"
    ):
        return (CALL, callee[1], callee[2], (*callee[3], *passed))  # f(a) { … } is one call
    return (CALL, node.start_byte, callee or (EITHER, node.start_byte, ()), passed)


def _infix(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    children = parts(node)
    if len(children) != 3:
        return None
    left, right = lowering.lower(children[0]), lowering.lower(children[2])
    blank: Expression = (EITHER, node.start_byte, ())
    return (CALL, node.start_byte, (MEMBER, children[1].start_byte, left or blank, lowering.word(children[1])), (("", right or blank),))


def _index(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    children = parts(node)
    found = [lowering.lower(child) or (EITHER, child.start_byte, ()) for child in children]
    for each in found[2:]:
        lowering.add_root(each)
    return (INDEX, node.start_byte, found[0], found[1]) if len(found) > 1 else None


def _assignment(lowering: Lowering, node: SyntaxNode) -> None:
    lowering.root(node.child_by_field_name("right"))
    target = node.child_by_field_name("left")
    if target is not None:
        lowering.add_root(lowering.lower(target), WRITE)


def _as(lowering: Lowering, node: SyntaxNode) -> Expression:
    lowering.root(node.child_by_field_name("left"))
    return (CAST, node.start_byte, lowering.lower_field(node, "right") or (EITHER, node.start_byte, ()))


def _is(lowering: Lowering, node: SyntaxNode) -> Expression:
    lowering.root(node.child_by_field_name("left"))
    lowering.root(node.child_by_field_name("right"), TYPE)
    return (LITERAL, node.start_byte, "Boolean", "")


_COMPARISONS = frozenset({"==", "!=", "<", ">", "<=", ">=", "&&", "||", "===", "!=="})


def _operator(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    operator = node.child_by_field_name("operator")
    word = "" if operator is None else lowering.word(operator)
    left = lowering.lower_field(node, "left")
    right = node.child_by_field_name("right")
    guards = _guards(lowering, node.child_by_field_name("left")) if word == "&&" else []
    with inside(lowering):
        _narrow(lowering, right, guards)
        made = None if right is None else lowering.lower(right)
        if guards:
            made = (ROOT, node.start_byte, lowering.add_root(made))
    if word == "?:":
        options = [each or (EITHER, node.start_byte, ()) for each in (left, made)]
        return (EITHER, node.start_byte, tuple(options))
    lowering.add_root(left)
    lowering.add_root(made)
    if word in _COMPARISONS:
        return (LITERAL, node.start_byte, "Boolean", "")
    return (LITERAL, node.start_byte, "String", "") if word == "+" and left is not None and left[:3:2] == (LITERAL, "String") else None


def _unary(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    argument, operator = node.child_by_field_name("argument"), node.child_by_field_name("operator")
    made = None if argument is None else lowering.lower(argument)
    if operator is not None and lowering.word(operator) in {"!!", "-", "+", "++", "--"}:
        return made
    lowering.add_root(made)
    return (LITERAL, node.start_byte, "Boolean", "") if operator is not None and lowering.word(operator) == "!" else None


# What a condition says about types.


def _guards(lowering: Lowering, node: SyntaxNode | None) -> list[tuple[str, SyntaxNode]]:
    """Return the names that hold an instance of a type where a condition is true."""
    if node is None:
        return []
    if node.type == "parenthesized_expression" and node.named_children:
        return _guards(lowering, node.named_children[0])
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if node.type == "binary_expression" and has(node, "&&"):
        return [*_guards(lowering, left), *_guards(lowering, right)]
    if node.type != "is_expression" or not has(node, "is") or left is None or right is None or left.type != "identifier":
        return []
    return [(lowering.word(left), right)]


def _narrow(lowering: Lowering, node: SyntaxNode | None, guards: list[tuple[str, SyntaxNode]]) -> None:
    """Open a scope in which names have other types; who calls closes it."""
    if node is None or not guards:
        return
    kinds = [(name, lowering.lower(type_)) for name, type_ in guards]
    lowering.open_scope(BLOCK, "", node.start_byte, node, GUARDED)
    for name, kind in kinds:
        binding = Binding(NARROWED, node.start_byte, type=lowering.add_root(kind), branch=lowering.branch)
        lowering.flow.scopes[lowering.scope].names[name] = [binding]


def _branch(lowering: Lowering, node: SyntaxNode, guards: list[tuple[str, SyntaxNode]]) -> Expression:
    """Return what one branch of ``if`` or ``when`` is worth."""
    with inside(lowering):
        _narrow(lowering, node, guards)
        value = lowering.lower(node)
        return (ROOT, node.start_byte, lowering.add_root(value))


def _if(lowering: Lowering, node: SyntaxNode) -> Expression:
    condition = node.child_by_field_name("condition")
    guards = _guards(lowering, condition)
    lowering.root(condition)
    options: list[Expression] = []
    for at, child in enumerate(child for child in parts(node) if child != condition):
        options.append(_branch(lowering, child, guards if at == 0 else []))
    return (EITHER, node.start_byte, tuple(options))


def _when(lowering: Lowering, node: SyntaxNode) -> Expression:
    subject, tested = first(node, "when_subject"), ""
    with inside(lowering):
        lowering.open_scope(BLOCK, "", node.start_byte, node)
        children = [] if subject is None else parts(subject)
        if len(children) == 2 and children[0].type == "variable_declaration":
            variable(lowering, children[0], lowering.root(children[1]))
            tested = lowering.word(parts(children[0])[0])
        elif children:
            lowering.root(children[0])
            tested = lowering.word(children[0]) if children[0].type == "identifier" else ""
        options = [_entry(lowering, child, tested) for child in node.named_children if child.type == "when_entry"]
    return (EITHER, node.start_byte, tuple(options))


def _entry(lowering: Lowering, node: SyntaxNode, tested: str) -> Expression:
    conditions = list(node.children_by_field_name("condition"))
    guards: list[tuple[str, SyntaxNode]] = []
    for each in conditions:
        if each.type == "type_test":
            for type_ in each.named_children:
                lowering.root(type_, TYPE)
                guards += [(tested, type_)] if tested and len(conditions) == 1 and has(each, "is") else []
        else:
            lowering.root(each)
            guards += _guards(lowering, each) if len(conditions) == 1 else []
    body = [child for child in parts(node) if child not in conditions]
    return _branch(lowering, body[-1], guards) if body else (EITHER, node.start_byte, ())


# Statements.


def _block(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    children, value = parts(node), None
    for child in children:
        value = lowering.lower(child)
        if value is not None:
            value = (ROOT, child.start_byte, lowering.add_root(value))
    return value


def _for(lowering: Lowering, node: SyntaxNode) -> None:
    children = parts(node)
    declared = next((child for child in children if child.type in {"variable_declaration", "multi_variable_declaration"}), None)
    rest = [child for child in children if child not in (declared, None) and child.type not in {"label", "annotation"}]
    over = lowering.lower(rest[0]) if rest else None
    value = lowering.add_root(None if over is None else (ELEMENT, node.start_byte, over))
    if declared is not None and declared.type == "multi_variable_declaration":
        take_apart(lowering, declared, value)
    elif declared is not None:
        variable(lowering, declared, value)
    for child in rest[1:]:
        lowering.root(child)


def _catch(lowering: Lowering, node: SyntaxNode) -> None:
    children = parts(node)
    kind = -1
    for child in children[1:]:
        if child.type == "block":
            lowering.root(child)
        elif kind < 0:
            kind = lowering.root(child, TYPE)
            lowering.bind(lowering.word(children[0]), Binding(VARIABLE, children[0].start_byte, type=kind))


def _try(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    value: Expression | None = None
    for at, child in enumerate(parts(node)):
        found = lowering.lower(child)
        if at == 0:
            value = found
        else:
            lowering.add_root(found)
    return value


def _return(lowering: Lowering, node: SyntaxNode) -> None:
    if node.child_by_field_name("label") is None:
        return_(lowering, node)
        return
    for child in node.named_children[1:]:
        lowering.root(child)


def _nothing(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle a label, which names nothing."""
    del lowering, node


def _number(lowering: Lowering, node: SyntaxNode) -> Expression:
    return (LITERAL, node.start_byte, "Long" if lowering.word(node)[-1:] in {"l", "L"} else "Int", "")


def _accessible(lowering: Lowering, node: SyntaxNode) -> None:
    for child in node.named_children:
        if child.type != "value_arguments":
            lowering.add_root(lowering.lower(child))
        else:
            for _, each in arguments(lowering, child):
                lowering.add_root(each)


GRAMMAR = Grammar(
    handlers={
        "package_header": package,
        "import": import_,
        "identifier": _identifier,
        "user_type": user_type,
        "nullable_type": inner(),
        "parenthesized_type": inner(),
        "non_nullable_type": inner(),
        "type_projection": _last,
        "function_type": function_type,
        "type_parameters": type_parameters,
        "type_alias": _alias,
        "modifiers": lower_modifiers,
        "annotation": _accessible,
        "constructor_invocation": _accessible,
        "class_declaration": class_,
        "object_declaration": class_,
        "companion_object": class_,
        "enum_entry": enum_entry,
        "object_literal": object_literal,
        "function_declaration": function,
        "secondary_constructor": secondary_constructor,
        "anonymous_function": anonymous_function,
        "lambda_literal": lambda_,
        "property_declaration": property_,
        "call_expression": _call,
        "navigation_expression": _navigation,
        "callable_reference": _reference,
        "infix_expression": _infix,
        "index_expression": _index,
        "this_expression": _this,
        "super_expression": _super,
        "as_expression": _as,
        "is_expression": _is,
        "binary_expression": _operator,
        "unary_expression": _unary,
        "parenthesized_expression": inner(),
        "assignment": _assignment,
        "if_expression": _if,
        "when_expression": _when,
        "try_expression": _try,
        "catch_block": _catch,
        "for_statement": _for,
        "block": _block,
        "return_expression": _return,
        "label": _nothing,
        "labeled_expression": _nothing,
        "string_literal": literal("String"),
        "multiline_string_literal": literal("String"),
        "character_literal": literal("Char"),
        "number_literal": _number,
        "float_literal": literal("Double"),
        "boolean_literal": literal("Boolean"),
    },
    blocks=frozenset({"block", "for_statement", "catch_block"}),
    loops=frozenset({"while_statement", "do_while_statement"}),
    ignored=COMMENTS,
)
