"""Python: what its node types mean."""

from __future__ import annotations

from graph.flow import (
    ABSTRACT,
    ACCESSOR,
    ASYNC,
    AWAIT,
    BLOCK,
    CAST,
    CLASS_METHOD,
    EITHER,
    ENTER,
    INDEX,
    LITERAL,
    MAPPING,
    MEMBER,
    NAME,
    ONE,
    OVERLOAD,
    QUIET,
    RAISED,
    REST,
    REST_BY_NAME,
    ROOT,
    SEQUENCE,
    SPREAD,
    STATIC,
    SUPER,
    TO_END,
    TYPE,
    Expression,
    Parameter,
    Scope,
)
from graph.languages.python_annotations import forward_reference
from graph.languages.python_imports import global_, import_, import_from, is_imported
from graph.languages.python_matching import match_
from graph.languages.python_narrowing import assert_, boolean, conditional, if_
from graph.lower import (
    FunctionShape,
    Grammar,
    Handler,
    Lowering,
    ParameterForm,
    SyntaxNode,
    assignment,
    call,
    decorated,
    either,
    index,
    inner,
    literal,
    loop,
    mapping,
    member,
    name,
    parameter,
    return_,
    sequence,
    take_apart,
    template_of,
    yield_,
)

_FLAG_OF_DECORATOR = {
    "staticmethod": STATIC,
    "classmethod": CLASS_METHOD,
    "property": ACCESSOR,
    "cached_property": ACCESSOR,
    "setter": ACCESSOR,
    "getter": ACCESSOR,
    "deleter": ACCESSOR,
    "abstractmethod": ABSTRACT,
    "abstractproperty": ABSTRACT | ACCESSOR,
    "overload": OVERLOAD,
}
_ON_CLASS = frozenset({"__new__", "__init_subclass__", "__class_getitem__"})

_TYPING = frozenset({"typing", "typing_extensions"})
_STORING = frozenset({"append", "add", "appendleft", "insert", "setdefault", "extend", "update"})

_call = call("function", "arguments")
_decorated = decorated("decorator", "definition")


def _typed_parameter(lowering: Lowering, node: SyntaxNode, scope: Scope) -> None:
    inside = node.named_children[0]
    taking = {"list_splat_pattern": REST, "dictionary_splat_pattern": REST_BY_NAME}.get(inside.type, ONE)
    named = inside if inside.type == "identifier" or not inside.named_children else inside.named_children[0]
    declared = lowering.root(node.child_by_field_name("type"), TYPE)
    lowering.add_parameter(scope, Parameter(lowering.word(named), taking, declared), named.start_byte)


def _splat_parameter(taking: int) -> ParameterForm:
    def handle(lowering: Lowering, node: SyntaxNode, scope: Scope) -> None:
        if node.named_children:
            parameter("", "", "", taking=taking)(lowering, node.named_children[0], scope)

    return handle


def _default_parameter(lowering: Lowering, node: SyntaxNode, scope: Scope) -> None:
    """Handle a parameter with a default, which is evaluated where the function is defined, and before it."""
    named = node.child_by_field_name("name")
    declared = lowering.root(node.child_by_field_name("type"), TYPE)
    inside = lowering.scope, lowering.branch
    lowering.scope, lowering.branch = lowering.around
    given = lowering.root(node.child_by_field_name("value"))
    lowering.scope, lowering.branch = inside
    if named is not None:
        lowering.add_parameter(scope, Parameter(lowering.word(named), ONE, declared, given), named.start_byte)


_FUNCTION = FunctionShape(
    forms={
        "identifier": parameter("", "", ""),
        "typed_parameter": _typed_parameter,
        "default_parameter": _default_parameter,
        "typed_default_parameter": _default_parameter,
        "list_splat_pattern": _splat_parameter(REST),
        "dictionary_splat_pattern": _splat_parameter(REST_BY_NAME),
    },
)


def _function(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    named = node.child_by_field_name("name")
    if named is not None and lowering.word(named) in _ON_CLASS:
        lowering.flags |= CLASS_METHOD
    if node.children and node.children[0].type == "async":
        lowering.flags |= ASYNC
    lowering.define_function(node, named, _FUNCTION)
    return None


def _lambda(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    return lowering.define_function(node, None, _FUNCTION)


def _class(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    given = node.child_by_field_name("superclasses")
    bases = [child for child in (given.named_children if given is not None else ()) if child.type not in {"keyword_argument", "comment"}]
    lowering.define_class(node, node.child_by_field_name("name"), bases, node.child_by_field_name("body"))
    for child in given.named_children if given is not None else ():
        if child.type == "keyword_argument":
            lowering.root(child.child_by_field_name("value"))
    return None


def _definition(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    for child in node.named_children:
        if child.type == "decorator":
            text = lowering.word(child).strip("@ \n").partition("(")[0]
            lowering.flags |= _FLAG_OF_DECORATOR.get(text.rpartition(".")[2], 0)
    return _decorated(lowering, node)


def _called(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    expression = _call(lowering, node)
    if expression is None:
        return expression
    if expression[2][0] == MEMBER and expression[2][3] in _STORING and expression[2][2][0] in {NAME, MEMBER}:
        _stored(lowering, expression[2][2], expression[2][3], expression[3])
    if expression[2][0] != NAME:
        return expression
    callee, arguments = expression[2][2], expression[3]
    if callee in {"super", "getattr"} and lowering.is_bound(callee):
        return expression
    if callee == "super":
        return (SUPER, expression[1], *(given for _, given in arguments[:1]))
    if callee == "getattr" and len(arguments) >= 2 and arguments[1][1][0] == LITERAL and arguments[1][1][3].isidentifier():
        for _, default in arguments[2:]:
            lowering.add_root(default)
        return (MEMBER, arguments[1][1][1], arguments[0][1], arguments[1][1][3])
    if callee == "cast" and len(arguments) == 2 and is_imported(lowering, callee, _TYPING):
        lowering.add_root(arguments[1][1])
        return (CAST, expression[1], _named_type(arguments[0][1]))
    return expression


def _named_type(written: Expression) -> Expression:
    """Return the type that an expression is, or that a string names."""
    return (forward_reference(written[3], written[1] + 1) if written[0] == LITERAL and written[3] else None) or written


def _stored(lowering: Lowering, holder: Expression, method: str, arguments: tuple[tuple[str, Expression], ...]) -> None:
    """Take note of what a method of lists, sets and dictionaries puts into them."""
    given = [value for keyword, value in arguments if not keyword]
    if len(given) != len(arguments) or not given:
        return
    start = holder[1]
    blank: Expression = (EITHER, start, ())
    pairs: list[tuple[Expression, Expression]] = []
    if method in {"append", "add", "appendleft"}:
        pairs.append((blank, given[0]))
    elif method in {"insert", "setdefault"}:
        pairs.append((blank if method == "insert" else given[0], given[-1]))
    elif given[0][0] == MAPPING:
        pairs += given[0][2]
    else:
        pairs.append((blank, (INDEX, start, given[0], blank)))
    for key, value in pairs:
        target = lowering.add_root((INDEX, start, holder, key), QUIET)
        lowering.flow.stores.append((target, lowering.add_root(value, QUIET)))


def _argument_list(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    lowering.lower_children(node)
    return None


def _comprehension(type_: str) -> Handler:
    def handle(lowering: Lowering, node: SyntaxNode) -> Expression | None:
        outside = lowering.scope
        lowering.open_scope(BLOCK, "", node.start_byte, node)
        body = node.child_by_field_name("body")
        for child in node.named_children:
            if child.type in {"for_in_clause", "if_clause"}:
                lowering.lower(child)
        if body is not None and body.type == "pair":
            key, value = lowering.lower_field(body, "key"), lowering.lower_field(body, "value")
            lowering.add_root(key)
            item = value
        else:
            item = None if body is None else lowering.lower(body)
        made = lowering.add_root(item)
        lowering.scope = outside
        return (SEQUENCE, node.start_byte, type_, ((ROOT, node.start_byte, made),))

    return handle


def _slice(lowering: Lowering, node: SyntaxNode) -> Expression:
    """Handle ``start:stop:step``; a step leaves elements out, which is like not to know where it stops."""
    bounds: list[Expression] = [(LITERAL, node.start_byte, "int", "0"), (LITERAL, node.start_byte, "int", str(TO_END))]
    at = 0
    for child in node.children:
        if child.type == ":":
            at += 1
            continue
        if at < len(bounds) and lowering.word(child).lstrip("-").isdecimal():
            bounds[at] = (LITERAL, child.start_byte, "int", lowering.word(child))
            continue
        bounds[min(at, 1)] = (EITHER, child.start_byte, ())
        lowering.root(child)
    return (SEQUENCE, node.start_byte, "slice", tuple(bounds))


def _raise(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    for child in node.named_children:
        lowering.root(child, RAISED)
    return None


def _with_target(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``value as target``, of ``with`` and of ``except``."""
    children = node.named_children
    target = node.child_by_field_name("alias")
    if not children:
        return None
    value = lowering.lower(children[0])
    if target is None or not target.named_children:
        return value
    clause = node.parent if node.parent is not None and node.parent.type == "except_clause" else None
    caught = clause is not None
    grouped = caught and any(child.type == "*" for child in clause.children)  # ``except*`` names a group of what it caught
    if value is None or grouped:
        held = lowering.add_root(None)
    elif caught:
        held = lowering.add_root((CAST, value[1], value))
    else:
        held = lowering.add_root((ENTER, value[1], value))
    lowering.assign(target.named_children[0], held)
    return None


def _with_item(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``with value``, which is entered even when nobody names what that yields."""
    child = node.child_by_field_name("value")
    expression = None if child is None else lowering.lower(child)
    if child is None or expression is None or child.type == "as_pattern":
        return expression
    return (ENTER, expression[1], expression)


def _string(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    if lowering.in_type:
        content = next((child for child in node.named_children if child.type == "string_content"), None)
        return None if content is None else forward_reference(lowering.word(content), content.start_byte)
    computed = False
    for child in node.named_children:
        if child.type == "interpolation":
            computed = True
            lowering.lower_children(child)
    content = lowering.text[node.start_byte : node.end_byte]
    text = content.decode("utf-8", "replace").strip("rbuRBUfF").strip("\"'") if len(content) <= 120 and not computed else ""
    return (LITERAL, node.start_byte, "str", text, *_template(lowering, node, content, computed=computed))


def _template(lowering: Lowering, node: SyntaxNode, content: bytes, *, computed: bool) -> list[str]:
    """Return the template of a string that is empty or put together, with one quote on either side and nothing but an f before it."""
    if content in {b'""', b"''"}:
        return [""]
    if not computed or content[:1] not in {b"f", b"F"} or content[1:4] in {b'"""', b"'''"} or content[1:2] not in {b'"', b"'"}:
        return []
    found = template_of(lowering, node, "interpolation")
    return [] if found is None or "{" in found or "}" in found else [found[1:]]


def _generic(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    children = node.named_children
    of = lowering.lower(children[0]) if children else None
    keys = [lowering.lower(each) or (EITHER, each.start_byte, ()) for child in children[1:] for each in child.named_children]
    if of is None:
        return None
    return (INDEX, node.start_byte, of, keys[0] if len(keys) == 1 else (SEQUENCE, node.start_byte, "tuple", tuple(keys)))


def _operator(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    if lowering.in_type or (lowering.scope == 0 and any(child.type == "|" for child in node.children)):
        return either("left", "right")(lowering, node)  # in a module, a name for a union of types
    lowering.lower_children(node)
    return None


def _augmented(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    left = lowering.root(node.child_by_field_name("left"))
    right = lowering.root(node.child_by_field_name("right"))
    holder = lowering.flow.roots[left].expression if left >= 0 else None
    if right >= 0 and holder is not None and holder[0] in {NAME, MEMBER}:
        start = node.start_byte
        _stored(lowering, holder, "extend", (("", (ROOT, start, right)),))
    return None


def _keyword(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    return lowering.lower_field(node, "value")


GRAMMAR = Grammar(
    handlers={
        "identifier": name(),
        "attribute": member("object", "attribute"),
        "member_type": member("object", "attribute"),
        "call": _called,
        "argument_list": _argument_list,
        "keyword_argument": _keyword,
        "subscript": index("value", "subscript"),
        "slice": _slice,
        "generic_type": _generic,
        "type": inner(),
        "parenthesized_expression": inner(),
        "expression_statement": inner(),
        "await": inner(AWAIT),
        "list_splat": inner(SPREAD),
        "dictionary_splat": inner(SPREAD),
        "assignment": assignment("left", "right", "type"),
        "named_expression": assignment("name", "value"),
        "augmented_assignment": _augmented,
        "for_statement": loop("left", "right"),
        "for_in_clause": loop("left", "right"),
        "as_pattern": _with_target,
        "with_item": _with_item,
        "if_statement": if_,
        "match_statement": match_,
        "elif_clause": if_,
        "return_statement": return_,
        "raise_statement": _raise,
        "yield": yield_("from"),
        "function_definition": _function,
        "class_definition": _class,
        "decorated_definition": _definition,
        "lambda": _lambda,
        "conditional_expression": conditional,
        "assert_statement": assert_,
        "boolean_operator": boolean,
        "binary_operator": _operator,
        "union_type": either(),
        "list": sequence("list"),
        "tuple": sequence("tuple"),
        "expression_list": sequence("tuple"),
        "set": sequence("set"),
        "dictionary": mapping("pair", "key", "value"),
        "list_comprehension": _comprehension("list"),
        "set_comprehension": _comprehension("set"),
        "generator_expression": _comprehension("Iterator"),
        "dictionary_comprehension": _comprehension("dict"),
        "string": _string,
        "concatenated_string": literal("str"),
        "integer": literal("int", keep_text=True),
        "float": literal("float"),
        "true": literal("bool"),
        "false": literal("bool"),
        "none": literal("None"),
        "import_statement": import_,
        "import_from_statement": import_from,
        "global_statement": global_,
        "nonlocal_statement": global_,
    },
    patterns={"pattern_list": take_apart, "tuple_pattern": take_apart, "list_pattern": take_apart},
    branches=frozenset({
        "if_statement",
        "elif_clause",
        "else_clause",
        "try_statement",
        "except_clause",
        "match_statement",
        "case_clause",
        "with_statement",
    }),
    loops=frozenset({"for_statement", "while_statement"}),
    receiver_is_first_parameter=True,
)
