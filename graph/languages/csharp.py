"""C#: what its node types mean."""

from __future__ import annotations

from graph.flow import (
    AWAIT,
    CALL,
    CAST,
    EITHER,
    ELEMENT,
    FUNCTION_SCOPE,
    INDEX,
    LITERAL,
    MEMBER,
    NAME,
    NEW,
    ROOT,
    SELF,
    SEQUENCE,
    SUPER,
    VARIABLE,
    WRITE,
    Binding,
    Expression,
)
from graph.languages.csharp_definitions import (
    APPLIED,
    arguments,
    attributes,
    blank,
    class_,
    enum_member,
    function,
    generic,
    lambda_,
    namespace,
    property_,
    take_apart,
    type_of,
    type_root,
    using,
    variables,
)
from graph.languages.csharp_literals import integer, real
from graph.languages.csharp_patterns import arm, conditional, declaration, is_pattern, is_type, switch, type_pattern
from graph.languages.jvm import ARRAY, first
from graph.lower import Grammar, Handler, Lowering, SyntaxNode, inner, literal, name, return_, sequence


def _named(lowering: Lowering, node: SyntaxNode) -> str:
    """Return a member's name, without the types it is applied to."""
    named = first(node, "identifier") if node.type == "generic_name" else node
    return "" if named is None else lowering.word(named)


def _member(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    named, holder = node.child_by_field_name("name"), node.child_by_field_name("expression")
    if named is None or holder is None:
        return None
    if named.type == "generic_name" and not _is_called(node):
        kind = type_of(lowering, named)
        if kind is not None and kind[0] == INDEX:
            return (INDEX, kind[1], (MEMBER, kind[2][1], _holder(lowering, holder), kind[2][2]), kind[3])
    return (MEMBER, named.start_byte, _holder(lowering, holder), _named(lowering, named))


def _holder(lowering: Lowering, node: SyntaxNode) -> Expression:
    return lowering.lower(node) or blank(node)


def _is_called(node: SyntaxNode) -> bool:
    outer = node.parent
    return outer is not None and outer.type == "invocation_expression" and outer.child_by_field_name("function") == node


def _conditional_access(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    condition = node.child_by_field_name("condition")
    after = [child for child in node.named_children if child != condition]
    return lowering.lower(after[-1]) if after else None


def _bound(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``?.name`` and ``?[key]``: the object stands before the question mark, further out in the tree."""
    inside, outer = node, node.parent
    while outer is not None and (outer.type != "conditional_access_expression" or outer.child_by_field_name("condition") == inside):
        inside, outer = outer, outer.parent
    condition = None if outer is None else outer.child_by_field_name("condition")
    if condition is None:
        return None
    of = _holder(lowering, condition)
    if node.type == "element_binding_expression":
        return (INDEX, node.start_byte, of, _key(lowering, node))
    named = node.child_by_field_name("name")
    return None if named is None else (MEMBER, named.start_byte, of, _named(lowering, named))


def _call(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    called, given = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if called is None:
        return None
    if called.type == "generic_name":
        callee: Expression = (NAME, called.start_byte, _named(lowering, called))
    else:
        callee = _holder(lowering, called)
    passed = (*_applied(lowering, called), *(() if given is None else arguments(lowering, given)))
    if callee[0] == NAME and callee[2] == "nameof":
        for _, each in passed:
            lowering.add_root(each)
        return (LITERAL, node.start_byte, "string", "")
    return (CALL, node.start_byte, callee, passed)


def _applied(lowering: Lowering, node: SyntaxNode) -> tuple[tuple[str, Expression], ...]:
    """Return the types that a method is applied to, as an argument of its own."""
    while node.type == "conditional_access_expression" and node.named_children:
        node = node.named_children[-1]
    named = node if node.type == "generic_name" else node.child_by_field_name("name")
    given = first(named, "type_argument_list") if named is not None and named.type == "generic_name" else None
    if given is None:
        return ()
    types = tuple(type_of(lowering, each) or blank(each) for each in given.named_children)
    return ((APPLIED, (SEQUENCE, given.start_byte, "tuple", types)),)


def _new(lowering: Lowering, node: SyntaxNode) -> Expression:
    type_, given = node.child_by_field_name("type"), node.child_by_field_name("arguments") or first(node, "argument_list")
    kind = type_of(lowering, type_) if type_ is not None else _expected(lowering, node)
    passed = () if given is None else arguments(lowering, given)
    made: Expression = (NEW, node.start_byte, kind or blank(node), passed)
    initializer = node.child_by_field_name("initializer") or first(node, "initializer_expression")
    if initializer is None:
        return made
    root = lowering.add_root(made)
    _initialize(lowering, initializer, (ROOT, node.start_byte, root))
    return (ROOT, node.start_byte, root)


def _expected(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Return the type of ``new()``: that of the variable or property it is given to, or of what a function returns."""
    outer, kind = node.parent, None
    if outer is not None and outer.type == "variable_declarator" and outer.parent is not None:
        kind = type_of(lowering, outer.parent.child_by_field_name("type"))
    elif outer is not None and outer.type == "property_declaration":
        kind = type_of(lowering, outer.child_by_field_name("type"))
    elif outer is not None and outer.type in {"return_statement", "arrow_expression_clause"}:
        returns = lowering.flow.scopes[lowering.enclosing(FUNCTION_SCOPE)].returns
        kind = lowering.flow.roots[returns].expression if returns >= 0 else None
    kind = kind[2] if kind is not None and kind[0] == INDEX else kind
    return (NAME, node.start_byte, kind[2]) if kind is not None and kind[0] == NAME else kind


def _initialize(lowering: Lowering, node: SyntaxNode, holder: Expression) -> None:
    """Take note of what an object's initializer sets and of what it adds."""
    for child in node.named_children:
        left, right = child.child_by_field_name("left"), child.child_by_field_name("right")
        if child.type != "assignment_expression" or left is None or left.type != "identifier":
            lowering.root(child)
            continue
        member: Expression = (MEMBER, left.start_byte, holder, lowering.word(left))
        lowering.add_root(member, WRITE)
        if right is not None and right.type == "initializer_expression":
            _initialize(lowering, right, (ROOT, left.start_byte, len(lowering.flow.roots) - 1))
        else:
            lowering.root(right)


def _with(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    children = node.named_children
    of = lowering.lower(children[0]) if children else None
    root = lowering.add_root(of)
    for child in children[1:]:
        parts = [each for each in child.named_children if each.type != "comment"]
        if child.type == "with_initializer" and len(parts) == 2:
            lowering.add_root((MEMBER, parts[0].start_byte, (ROOT, node.start_byte, root), lowering.word(parts[0])), WRITE)
            lowering.root(parts[1])
        else:
            _initialize(lowering, child, (ROOT, node.start_byte, root))
    return (ROOT, node.start_byte, root)


def _key(lowering: Lowering, node: SyntaxNode) -> Expression:
    listed = node.child_by_field_name("subscript") or first(node, "bracketed_argument_list") or node
    keys = [given for _, given in arguments(lowering, listed)]
    return keys[0] if len(keys) == 1 else (SEQUENCE, node.start_byte, "tuple", tuple(keys))


def _element(lowering: Lowering, node: SyntaxNode) -> Expression:
    holder = node.child_by_field_name("expression")
    of = blank(node) if holder is None else _holder(lowering, holder)
    return (INDEX, node.start_byte, of, _key(lowering, node))


def _assignment(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    value, target = lowering.root(node.child_by_field_name("right")), node.child_by_field_name("left")
    if target is not None and target.type == "tuple_expression":
        lowering.lower_children(target)
    elif target is not None and not _is_discard(lowering, target):
        lowering.add_root(lowering.lower(target), WRITE)
    return (ROOT, node.start_byte, value) if value >= 0 else None


def _is_discard(lowering: Lowering, target: SyntaxNode) -> bool:
    """Say whether a target is ``_`` where nothing has that name."""
    scopes, at = lowering.flow.scopes, lowering.scope
    if target.type != "identifier" or lowering.word(target) != "_":
        return False
    while at >= 0 and "_" not in scopes[at].names:
        at = scopes[at].parent
    return at < 0


def _cast(lowering: Lowering, node: SyntaxNode) -> Expression:
    value = node.child_by_field_name("value") or node.child_by_field_name("left")
    lowering.root(value)
    return (CAST, node.start_byte, type_of(lowering, node.child_by_field_name("type") or node.child_by_field_name("right")) or blank(node))


_TRUTHS = frozenset({"==", "!=", "<", ">", "<=", ">=", "&&", "||"})


def _operator(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    operator = node.child_by_field_name("operator")
    word = "" if operator is None else lowering.word(operator)
    found = [lowering.lower_field(node, each) for each in ("left", "right")]
    if word == "??":
        return (EITHER, node.start_byte, tuple(each or blank(node) for each in found))
    for each in found:
        lowering.add_root(each)
    if word in _TRUTHS:
        return (LITERAL, node.start_byte, "bool", "")
    if word == "+" and any(each is not None and each[0] == LITERAL and each[2] == "string" for each in found):
        return (LITERAL, node.start_byte, "string", "")
    return None


def _postfix(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    return lowering.lower(node.named_children[0]) if node.named_children else None


def _typeof(lowering: Lowering, node: SyntaxNode) -> Expression:
    type_root(lowering, node.child_by_field_name("type"))
    return (LITERAL, node.start_byte, "Type" if node.type == "typeof_expression" else "int", "")


def _default(lowering: Lowering, node: SyntaxNode) -> Expression:
    kind = type_of(lowering, node.child_by_field_name("type"))
    return (LITERAL, node.start_byte, "null", "") if kind is None else (CAST, node.start_byte, kind)


def _array(lowering: Lowering, node: SyntaxNode) -> Expression:
    kind = type_of(lowering, node.child_by_field_name("type"))
    for child in node.named_children:
        if child.type == "initializer_expression":
            lowering.lower_children(child)
    return (CAST, node.start_byte, kind or blank(node))


def _implicit_array(lowering: Lowering, node: SyntaxNode) -> Expression:
    listed = first(node, "initializer_expression")
    items = [_holder(lowering, child) for child in (listed.named_children if listed is not None else ())]
    return (SEQUENCE, node.start_byte, ARRAY, tuple(items))


def _tuple(lowering: Lowering, node: SyntaxNode) -> Expression:
    return (SEQUENCE, node.start_byte, "tuple", tuple(given for _, given in arguments(lowering, node)))


def _anonymous_object(lowering: Lowering, node: SyntaxNode) -> None:
    children = node.children
    for at, child in enumerate(children):
        if child in node.named_children and not (at + 1 < len(children) and children[at + 1].type == "="):
            lowering.root(child)


def _foreach(lowering: Lowering, node: SyntaxNode) -> None:
    target, source, body = (node.child_by_field_name(each) for each in ("left", "right", "body"))
    kind = type_root(lowering, node.child_by_field_name("type"))
    over = None if source is None else lowering.lower(source)
    value = lowering.add_root(None if over is None else (ELEMENT, node.start_byte, over))
    if target is not None and target.type == "tuple_pattern":
        take_apart(lowering, target, value)
    elif target is not None and target.type == "identifier":
        lowering.bind(lowering.word(target), Binding(VARIABLE, target.start_byte, value, kind))
    lowering.root(body)


def _query(lowering: Lowering, node: SyntaxNode) -> Expression:
    selected: Expression = blank(node)
    for child in node.named_children:
        if child.type == "from_clause":
            named, type_ = child.child_by_field_name("name"), child.child_by_field_name("type")
            sources = [each for each in child.named_children if each not in (named, type_)]
            over = lowering.lower(sources[-1]) if sources else None
            value = lowering.add_root((ELEMENT, child.start_byte, over) if over is not None else None)
            if named is not None:
                lowering.bind(lowering.word(named), Binding(VARIABLE, named.start_byte, value, type_root(lowering, type_)))
        elif child.type == "select_clause":
            selected = (ROOT, child.start_byte, lowering.root(next(iter(child.named_children), child)))
        else:
            lowering.lower_children(child)
    return (SEQUENCE, node.start_byte, "IEnumerable", (selected,))


def _preprocessor(lowering: Lowering, node: SyntaxNode) -> None:
    condition = node.child_by_field_name("condition")
    for child in node.named_children:
        if child != condition:
            lowering.root(child)


def _ignore(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle what names nothing."""
    del lowering, node


def _fixed(expression: int) -> Handler:
    return lambda lowering, node: (expression, node.start_byte)


def _types(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    return generic(lowering, node) if node.type == "generic_name" else type_of(lowering, node)


GRAMMAR = Grammar(
    handlers={
        "namespace_declaration": namespace,
        "file_scoped_namespace_declaration": namespace,
        "using_directive": using,
        "attribute_list": attributes,
        "global_attribute": attributes,
        **dict.fromkeys(
            (f"{kind}_declaration" for kind in ("class", "struct", "interface", "record", "record_struct", "enum", "delegate")), class_
        ),
        "identifier": name(),
        "this": _fixed(SELF),
        "this_expression": _fixed(SELF),
        "base": _fixed(SUPER),
        "base_expression": _fixed(SUPER),
        **dict.fromkeys(
            ("generic_name", "qualified_name", "alias_qualified_name", "predefined_type", "array_type", "nullable_type"), _types
        ),
        "enum_member_declaration": enum_member,
        **dict.fromkeys(
            (
                "method_declaration",
                "constructor_declaration",
                "destructor_declaration",
                "operator_declaration",
                "conversion_operator_declaration",
                "local_function_statement",
            ),
            function,
        ),
        **dict.fromkeys(("property_declaration", "indexer_declaration", "event_declaration"), property_),
        "variable_declaration": variables,
        "lambda_expression": lambda_,
        "anonymous_method_expression": lambda_,
        "invocation_expression": _call,
        "member_access_expression": _member,
        "conditional_access_expression": _conditional_access,
        "member_binding_expression": _bound,
        "element_binding_expression": _bound,
        "object_creation_expression": _new,
        "implicit_object_creation_expression": _new,
        "with_expression": _with,
        "element_access_expression": _element,
        "assignment_expression": _assignment,
        "cast_expression": _cast,
        "as_expression": _cast,
        "is_expression": is_type,
        "is_pattern_expression": is_pattern,
        "declaration_pattern": declaration,
        "recursive_pattern": declaration,
        "var_pattern": declaration,
        "catch_declaration": declaration,
        "declaration_expression": declaration,
        "type_pattern": type_pattern,
        "constant_pattern": inner(),
        "conditional_expression": conditional,
        "switch_expression": switch,
        "switch_expression_arm": arm,
        "binary_expression": _operator,
        "postfix_unary_expression": _postfix,
        "parenthesized_expression": inner(),
        "expression_statement": inner(),
        "arrow_expression_clause": inner(),
        "checked_expression": inner(),
        "ref_expression": inner(),
        "await_expression": inner(AWAIT),
        "typeof_expression": _typeof,
        "sizeof_expression": _typeof,
        "default_expression": _default,
        "array_creation_expression": _array,
        "implicit_array_creation_expression": _implicit_array,
        "collection_expression": sequence(ARRAY),
        "tuple_expression": _tuple,
        "anonymous_object_creation_expression": _anonymous_object,
        "foreach_statement": _foreach,
        "query_expression": _query,
        "return_statement": return_,
        **dict.fromkeys(("preproc_if", "preproc_elif"), _preprocessor),
        **dict.fromkeys(
            (
                "preproc_region",
                "preproc_define",
                "preproc_undef",
                "preproc_pragma",
                "preproc_nullable",
                "goto_statement",
                "extern_alias_directive",
                "implicit_type",
            ),
            _ignore,
        ),
        **dict.fromkeys(
            ("string_literal", "verbatim_string_literal", "raw_string_literal", "interpolated_string_expression"), literal("string")
        ),
        "character_literal": literal("char"),
        "integer_literal": integer,
        "real_literal": real,
        "boolean_literal": literal("bool"),
        "null_literal": literal("null"),
    },
    blocks=frozenset({
        "block",
        "for_statement",
        "foreach_statement",
        "using_statement",
        "fixed_statement",
        "switch_section",
        "switch_expression_arm",
        "catch_clause",
        "query_expression",
    }),
    branches=frozenset({"if_statement"}),
    loops=frozenset({"while_statement", "do_statement"}),
)
