"""Rust: definitions, implementations and imports.

An ``impl`` is a block named ``impl`` whose bases are the type and, where there is one, the trait. Its members are bound in it under
``.name``, so that no bare name finds them. A module inside of a file is a block with the module's name. Variants and fields are members of
their type; a tuple's fields are called by number.
"""

from __future__ import annotations

from graph.flow import (
    BLOCK,
    DEFINITION,
    EITHER,
    FIELD,
    FUNCTION_SCOPE,
    INTERFACE,
    NAME,
    ONE,
    SELF,
    SEQUENCE,
    TYPE,
    VARIABLE,
    Binding,
    Expression,
    Parameter,
    Scope,
)
from graph.lowering import FunctionShape, Lowering, SyntaxNode

_SILENT = frozenset({"line_comment", "block_comment", "attribute_item", "visibility_modifier"})


def blank(node: SyntaxNode) -> Expression:
    """Return an expression that nothing is known of."""
    return (EITHER, node.start_byte, ())


# Functions.


def _parameter(lowering: Lowering, node: SyntaxNode, scope: Scope) -> None:
    pattern = node.child_by_field_name("pattern") if node.type == "parameter" else node
    declared = lowering.root(node.child_by_field_name("type"), TYPE) if node.type == "parameter" else -1
    if pattern is None or pattern.type in {"identifier", "self"}:
        word = "" if pattern is None else lowering.word(pattern).removeprefix("r#")
        lowering.add_parameter(scope, Parameter(word, ONE, declared), node.start_byte if pattern is None else pattern.start_byte)
        return
    lowering.add_parameter(scope, Parameter("", ONE, declared), pattern.start_byte)
    given = lowering.add_root((NAME, pattern.start_byte, "")) if declared < 0 else -1
    lowering.assign(pattern, given, declared)


def _self_parameter(lowering: Lowering, node: SyntaxNode, scope: Scope) -> None:
    declared = lowering.add_root((SELF, node.start_byte), TYPE)
    lowering.add_parameter(scope, Parameter("self", ONE, declared), node.start_byte)


FUNCTION = FunctionShape(
    forms={
        "parameter": _parameter,
        "self_parameter": _self_parameter,
        **dict.fromkeys(
            (
                "identifier",
                "tuple_pattern",
                "struct_pattern",
                "tuple_struct_pattern",
                "reference_pattern",
                "ref_pattern",
                "mut_pattern",
                "_",
            ),
            _parameter,
        ),
    }
)


def _type_parameters(lowering: Lowering, node: SyntaxNode) -> None:
    """Bind the type parameters of an item in the present scope, each with all of its bounds."""
    bounds: dict[str, list[Expression]] = {}
    positions: dict[str, int] = {}
    given = node.child_by_field_name("type_parameters")
    for child in given.named_children if given is not None else ():
        named = child.child_by_field_name("name")
        if child.type != "type_parameter" or named is None:
            continue
        positions[lowering.word(named)] = named.start_byte
        listed = lowering.lower_field(child, "bounds")
        bounds[lowering.word(named)] = [listed] if listed is not None else []
        lowering.root(child.child_by_field_name("default_type"), TYPE)
    for clause in node.named_children:
        for child in clause.named_children if clause.type == "where_clause" else ():
            left = child.child_by_field_name("left")
            listed = lowering.lower_field(child, "bounds")
            word = "" if left is None else lowering.word(left)
            if listed is None:
                continue
            if word in bounds:
                bounds[word].append(listed)
            else:
                lowering.add_root(listed, TYPE)
                lowering.root(left, TYPE)
    for word, listed in bounds.items():
        whole: Expression | None = None
        if listed:
            whole = listed[0] if len(listed) == 1 else (SEQUENCE, positions[word], "bounds", tuple(listed))
        lowering.bind(word, Binding(VARIABLE, positions[word], type=lowering.add_root(whole, TYPE) if whole is not None else -1))


def _member_prefix(lowering: Lowering) -> str:
    scope = lowering.flow.scopes[lowering.scope]
    return "." if scope.kind == BLOCK and scope.name == "impl" else ""


def function(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle a function; in an ``impl`` it is a member of the type."""
    named = node.child_by_field_name("name")
    prefix = _member_prefix(lowering)
    made = lowering.define_function(node, named, FUNCTION, bind=not prefix)
    outside, lowering.scope = lowering.scope, made[2]
    _type_parameters(lowering, node)
    lowering.scope = outside
    if prefix and named is not None:
        lowering.bind(f".{lowering.word(named)}", Binding(DEFINITION, named.start_byte, target=made[2]))
    return None


# Types.


def _enter_generic(lowering: Lowering, node: SyntaxNode) -> int:
    """Open a block for an item's type parameters, if it has any; return the scope outside."""
    outside = lowering.scope
    if node.child_by_field_name("type_parameters") is not None:
        lowering.open_scope(BLOCK, "", node.start_byte, node)
        _type_parameters(lowering, node)
    return outside


def _leave_generic(lowering: Lowering, outside: int, name: SyntaxNode | None, scope: int) -> None:
    if lowering.scope != outside:
        lowering.scope = outside
        if name is not None:
            lowering.bind(lowering.word(name), Binding(DEFINITION, name.start_byte, target=scope))


def struct(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle a struct or a union."""
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    outside = _enter_generic(lowering, node)
    made = lowering.define_class(node, name, (), None)
    _fields(lowering, body, made[2])
    _leave_generic(lowering, outside, name, made[2])
    return None


def _fields(lowering: Lowering, body: SyntaxNode | None, scope: int) -> None:
    outside, lowering.scope = lowering.scope, scope
    if body is not None and body.type == "ordered_field_declaration_list":
        for position, child in enumerate(body.children_by_field_name("type")):
            lowering.bind(str(position), Binding(FIELD, child.start_byte, type=lowering.root(child, TYPE)))
    elif body is not None:
        lowering.lower_children(body)
    lowering.scope = outside


def struct_field(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle a field with a name."""
    named = node.child_by_field_name("name")
    declared = lowering.root(node.child_by_field_name("type"), TYPE)
    if named is not None:
        lowering.bind(lowering.word(named).removeprefix("r#"), Binding(FIELD, named.start_byte, type=declared))
    return None


def enum_(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle an enum."""
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    outside = _enter_generic(lowering, node)
    made = lowering.define_class(node, name, (), body)
    _leave_generic(lowering, outside, name, made[2])
    return None


def enum_variant(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle a variant: a class inside of its enum."""
    made = lowering.define_class(node, node.child_by_field_name("name"), (), None)
    _fields(lowering, node.child_by_field_name("body"), made[2])
    lowering.root(node.child_by_field_name("value"))
    return None


def trait(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle a trait; its supertraits are its bases."""
    name, bounds = node.child_by_field_name("name"), node.child_by_field_name("bounds")
    outside = _enter_generic(lowering, node)
    bases = [each for each in (bounds.named_children if bounds is not None else ()) if each.type not in {"lifetime", "removed_trait_bound"}]
    lowering.flags = INTERFACE
    made = lowering.define_class(node, name, bases, node.child_by_field_name("body"))
    _leave_generic(lowering, outside, name, made[2])
    return None


def impl(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle an implementation."""
    outside = lowering.scope
    index = lowering.open_scope(BLOCK, "impl", node.start_byte, node)
    _type_parameters(lowering, node)
    bases = [lowering.root(node.child_by_field_name("type"), TYPE)]
    trait_ = node.child_by_field_name("trait")
    if trait_ is not None:
        bases.append(lowering.root(trait_, TYPE))
    lowering.flow.scopes[index].bases = [each for each in bases if each >= 0]
    body = node.child_by_field_name("body")
    if body is not None:
        lowering.lower_children(body)
    lowering.scope = outside
    return None


def type_alias(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle an alias of a type; in an ``impl``, an associated type."""
    named = node.child_by_field_name("name")
    if named is None:
        return None
    outside = lowering.scope
    prefix = _member_prefix(lowering)
    if node.child_by_field_name("type_parameters") is not None:
        lowering.open_scope(BLOCK, "", node.start_byte, node)
        _type_parameters(lowering, node)
    value = lowering.root(node.child_by_field_name("type"), TYPE)
    lowering.scope = outside
    lowering.bind(prefix + lowering.word(named), Binding(VARIABLE, named.start_byte, value))
    return None


def associated_type(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle the declaration of an associated type: it has what its bounds have."""
    named = node.child_by_field_name("name")
    bounds = lowering.root(node.child_by_field_name("bounds"), TYPE)
    if named is not None:
        lowering.bind(lowering.word(named), Binding(VARIABLE, named.start_byte, type=bounds))
    return None


def constant(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle a constant or a static variable."""
    named = node.child_by_field_name("name")
    declared, value = lowering.root(node.child_by_field_name("type"), TYPE), lowering.root(node.child_by_field_name("value"))
    if named is not None:
        lowering.bind(_member_prefix(lowering) + lowering.word(named), Binding(VARIABLE, named.start_byte, value, declared))
    return None


def macro_definition(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``macro_rules!``: a definition under the name with an exclamation mark."""
    named = node.child_by_field_name("name")
    if named is not None:
        outside, index = lowering.scope, len(lowering.flow.scopes)
        lowering.open_scope(FUNCTION_SCOPE, lowering.word(named), named.start_byte, node)
        lowering.scope = outside
        lowering.bind(f"{lowering.word(named)}!", Binding(DEFINITION, named.start_byte, target=index))
    return None


# Modules and imports.


def mod(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle a module: a block if it is written here, else an import of its file."""
    named, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if named is None:
        return None
    lowering.import_name("mod", lowering.word(named), named.start_byte)
    if body is not None:
        outside = lowering.scope
        lowering.open_scope(BLOCK, lowering.word(named), node.start_byte, body)
        lowering.lower_children(body)
        lowering.scope = outside
    return None


def use(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``use``: one import for each leaf of its tree."""
    argument = node.child_by_field_name("argument") or node.child_by_field_name("name")
    if node.type == "extern_crate_declaration":
        alias = node.child_by_field_name("alias")
        if argument is not None:
            argument = node.child_by_field_name("name")
            word = "" if argument is None else lowering.word(argument)
            lowering.import_name("::", word, node.start_byte, alias="" if alias is None else lowering.word(alias))
        return None
    if argument is not None:
        _use_tree(lowering, argument, ())
    return None


def _use_tree(lowering: Lowering, node: SyntaxNode, prefix: tuple[str, ...]) -> None:
    kind = node.type
    if kind == "use_list":
        for child in node.named_children:
            if child.type not in _SILENT:
                _use_tree(lowering, child, prefix)
    elif kind == "scoped_use_list":
        path, listed = node.child_by_field_name("path"), node.child_by_field_name("list")
        if listed is not None:
            _use_tree(lowering, listed, (*prefix, *_segments(lowering, path)))
    elif kind == "use_wildcard":
        inside = next(iter(node.named_children), None)
        lowering.import_name("::".join((*prefix, *_segments(lowering, inside))), "*", node.start_byte)
    elif kind == "use_as_clause":
        path, alias = node.child_by_field_name("path"), node.child_by_field_name("alias")
        if path is not None and alias is not None:
            _leaf(lowering, path, prefix, lowering.word(alias))
    else:
        _leaf(lowering, node, prefix, "")


def _leaf(lowering: Lowering, node: SyntaxNode, prefix: tuple[str, ...], alias: str) -> None:
    segments = [*prefix, *_segments(lowering, node)]
    if segments[-1] == "self" and len(segments) > 1:
        segments = segments[:-1]
    named = node.child_by_field_name("name") or node
    word = segments[-1].removeprefix("r#")
    lowering.import_name("::".join(segments[:-1]), word, named.start_byte, alias=f"{word}_" if alias == "_" else alias)


def _segments(lowering: Lowering, node: SyntaxNode | None) -> list[str]:
    return [] if node is None else [part.strip() for part in lowering.word(node).split("::")]
