"""Scala's packages, types and definitions.

An object and a class of one name are one binding, as a companion's members are asked for by the class's name. A ``def`` without a list of
parameters is an accessor: naming it calls it. A class's parameters that are no members are bound around it, where its methods see them.
"""

from __future__ import annotations

from graph.flow import (
    ABSTRACT,
    ACCESSOR,
    BASE,
    BLOCK,
    CLASS_SCOPE,
    DEFINITION,
    EITHER,
    FUNCTION,
    INDEX,
    INTERFACE,
    ITEM,
    LITERAL,
    MEMBER,
    NAME,
    NEW,
    ONE,
    OPEN,
    REST,
    ROOT,
    SELF,
    SEQUENCE,
    STATIC,
    TYPE,
    VARIABLE,
    Binding,
    Expression,
    Parameter,
    Scope,
)
from graph.languages.jvm import CONSTRUCTOR, first, inside, open_class, open_function
from graph.lowering import Lowering, SyntaxNode

COMMENTS = frozenset({"comment", "block_comment"})
TYPE_PARAMETER = "#"
"""After the name of a type parameter, which a value beside it often has too (``implicit F: Functor[F]``)."""
PACKAGE_OBJECT = "package "
"""Before the name of a package object, whose members are the package's."""


def package(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle ``package a.b``, alone, in a row, or with a body."""
    named, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    title = "" if named is None else "".join(lowering.word(named).split())
    flow = lowering.flow
    flow.package = f"{flow.package}.{title}" if flow.package else title
    if body is not None:
        lowering.lower_children(body)


def import_(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle ``import a.b``, ``import a.{b, c => d, _}`` and ``import a.given``."""
    path = [child for child in node.children_by_field_name("path") if child.type != "."]
    module = ".".join(lowering.word(child) for child in path)
    selectors = first(node, "namespace_selectors")
    wild = first(node, "namespace_wildcard")
    if selectors is None and wild is None:
        if path:
            lowering.import_name(module.rpartition(".")[0], module.rpartition(".")[2], path[-1].start_byte)
        return
    for child in [wild] if wild is not None else [] if selectors is None else selectors.named_children:
        if child.type == "namespace_wildcard":
            if lowering.word(child) in {"_", "*"}:
                lowering.import_name(module, "*", child.start_byte)
        elif child.type in {"arrow_renamed_identifier", "as_renamed_identifier"}:
            named, alias = child.child_by_field_name("name"), child.child_by_field_name("alias")
            if named is not None and alias is not None and lowering.word(alias) != "_":
                lowering.import_name(module, lowering.word(named), named.start_byte, alias=lowering.word(alias))
        elif child.type == "identifier":
            lowering.import_name(module, lowering.word(child), child.start_byte)


# Types.


def stable_type(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``a.b.Type``."""
    made: Expression | None = None
    for child in node.named_children:
        if child.type in {"identifier", "type_identifier"} and made is not None:
            made = (MEMBER, child.start_byte, made, lowering.word(child))
        elif made is None:
            made = lowering.lower(child)
    return made


def function_type(lowering: Lowering, node: SyntaxNode) -> Expression:
    """Handle ``(A, B) => C``."""
    given, result = node.child_by_field_name("parameter_types"), node.child_by_field_name("return_type")
    kinds = [lowering.lower(child) or (EITHER, child.start_byte, ()) for child in (given.named_children if given is not None else ())]
    kinds.append((EITHER, node.start_byte, ()) if result is None else lowering.lower(result) or (EITHER, node.start_byte, ()))
    at = node.start_byte
    return (INDEX, at, (LITERAL, at, f"scala.Function{len(kinds) - 1}", ""), (SEQUENCE, at, "tuple", tuple(kinds)))


def type_parameters(lowering: Lowering, node: SyntaxNode) -> None:
    """Bind type parameters, each with its upper bound as its type."""
    binding: Binding | None = None
    for child in node.named_children:
        if child.type in {"identifier", "type_identifier"}:
            binding = Binding(VARIABLE, child.start_byte)
            lowering.bind(lowering.word(child) + TYPE_PARAMETER, binding)
        elif child.type == "upper_bound" and binding is not None:
            binding.type = lowering.root(child.child_by_field_name("type"), TYPE)
        elif child.type in {"context_bound", "lower_bound", "view_bound"}:
            lowering.root(child.child_by_field_name("type"), TYPE)


def _type_of(lowering: Lowering, node: SyntaxNode | None) -> int:
    return lowering.root(node, TYPE) if node is not None else -1


# Definitions.


def _parameters(lowering: Lowering, node: SyntaxNode, scope: Scope) -> None:
    """Add the parameters of all lists of a function; those of an implicit list are bound and asked for by nobody."""
    for child in node.children_by_field_name("parameters"):
        if child.type == "type_parameters":
            lowering.lower(child)
            continue
        implicit = any(each.type in {"implicit", "using"} for each in child.children)
        for each in child.named_children:
            named, kind = each.child_by_field_name("name"), each.child_by_field_name("type")
            if each.type != "parameter" or named is None:
                continue
            rest = kind is not None and kind.type == "repeated_parameter_type"
            declared = kind.child_by_field_name("type") if rest and kind is not None else kind
            default = lowering.root(each.child_by_field_name("default_value"))
            parameter = Parameter(lowering.word(named), REST if rest else ONE, _type_of(lowering, declared), default)
            if implicit:
                lowering.bind(parameter.name, Binding(VARIABLE, named.start_byte, lowering.add_root(None), parameter.type))
            else:
                lowering.add_parameter(scope, parameter, named.start_byte)


def function(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle ``def``, with or without a body; ``def this`` is a constructor."""
    named, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if named is None:
        return
    title = lowering.word(named).strip("`")
    lists = [child for child in node.children_by_field_name("parameters") if child.type == "parameters"]
    modifiers = first(node, "modifiers")
    private = modifiers is not None and lowering.word(modifiers).strip() == "private"
    flags = (0 if lists else ACCESSOR) | (ABSTRACT if body is None else 0) | (0 if private else OPEN)
    key = CONSTRUCTOR if title == "this" else title
    lowering.bind(key, Binding(DEFINITION, named.start_byte, target=len(lowering.flow.scopes)))
    with inside(lowering):
        scope = open_function(lowering, node, title, named.start_byte, flags)
        _parameters(lowering, node, scope)
        scope.returns = _type_of(lowering, node.child_by_field_name("return_type"))
        value = None if body is None else lowering.lower(body)
        if body is not None:
            scope.returned.append(lowering.add_root(value))
        _annotations(lowering, node)


def _annotations(lowering: Lowering, node: SyntaxNode) -> None:
    for child in node.named_children:
        if child.type == "annotation":
            lowering.root(child.child_by_field_name("name"))
            for given in child.children_by_field_name("arguments"):
                lowering.lower_children(given)


def class_(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle a class, a trait, an object and an enumeration."""
    named = node.child_by_field_name("name")
    if named is None:
        return
    is_object = node.type in {"object_definition", "package_object"}
    title = (PACKAGE_OBJECT if node.type == "package_object" else "") + lowering.word(named).strip("`")
    with inside(lowering):
        outer = lowering.scope
        case = any(child.type == "case" for child in node.children)
        lowering.open_scope(BLOCK, "", node.start_byte, node)
        generic = node.child_by_field_name("type_parameters")
        if generic is not None:
            lowering.lower(generic)
        fields = _class_parameters(lowering, node, is_case=case)
        bases = _bases(lowering, node)
        flags = INTERFACE if node.type == "trait_definition" else STATIC if is_object else 0
        lowering.open_scope(CLASS_SCOPE, lowering.word(named).strip("`"), named.start_byte, node, flags)
        index = lowering.scope
        lowering.open_branch()
        scope = lowering.flow.scopes[index]
        scope.bases, scope.parameters = bases, [parameter for parameter, _ in fields]
        for parameter, is_field in fields:
            if is_field:
                lowering.bind(parameter.name, Binding(VARIABLE, named.start_byte, parameter.default, parameter.type))
        _annotations(lowering, node)
        body = node.child_by_field_name("body")
        if body is not None:
            lowering.lower_children(body)
        _bind(lowering, title, outer, index, named.start_byte)


def _bind(lowering: Lowering, title: str, outer: int, index: int, position: int) -> None:
    """Bind a class or object; where both have one name, the class stands for both."""
    scopes = lowering.flow.scopes
    for other in scopes[outer].names.get(title, ()):
        if (
            other.kind == DEFINITION
            and scopes[other.target].kind == CLASS_SCOPE
            and (scopes[other.target].flags ^ scopes[index].flags) & STATIC
        ):
            class_at, object_at = (other.target, index) if scopes[index].flags & STATIC else (index, other.target)
            for name, bindings in scopes[object_at].names.items():
                scopes[class_at].names.setdefault(name, []).extend(bindings)
            other.target = class_at
            return
    lowering.bind(title, Binding(DEFINITION, position, target=index), scope=outer)


def _class_parameters(lowering: Lowering, node: SyntaxNode, *, is_case: bool) -> list[tuple[Parameter, bool]]:
    found: list[tuple[Parameter, bool]] = []
    for at, listed in enumerate(node.children_by_field_name("class_parameters")):
        implicit = any(each.type in {"implicit", "using"} for each in listed.children)
        for child in listed.named_children:
            named, kind = child.child_by_field_name("name"), child.child_by_field_name("type")
            if child.type != "class_parameter" or named is None:
                continue
            rest = kind is not None and kind.type == "repeated_parameter_type"
            declared = _type_of(lowering, kind.child_by_field_name("type") if rest and kind is not None else kind)
            default = lowering.root(child.child_by_field_name("default_value"))
            parameter = Parameter(lowering.word(named), REST if rest else ONE, declared, default)
            is_field = (is_case and at == 0) or any(each.type in {"val", "var"} for each in child.children)
            if not implicit or is_field:
                found.append((parameter, is_field))
            if not is_field:
                value = default if default >= 0 else lowering.add_root(None)
                lowering.bind(parameter.name, Binding(VARIABLE, named.start_byte, value, declared))
    return found


def _bases(lowering: Lowering, node: SyntaxNode) -> list[int]:
    roots: list[int] = []
    extends = node.child_by_field_name("extend")
    for child in extends.named_children if extends is not None else ():
        if child.type == "arguments":
            lowering.lower_children(child)
        elif child.type == "compound_type":
            roots += [lowering.root(each, BASE) for each in child.named_children]
        elif child.type not in COMMENTS:
            roots.append(lowering.root(child, BASE))
    return roots


def self_type(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle ``self: Other =>``: another name for the instance, which has Other's members too."""
    children = list(node.named_children)
    scope = lowering.flow.scopes[lowering.scope]
    if children and children[0].type == "identifier":
        lowering.bind(
            lowering.word(children[0]), Binding(VARIABLE, children[0].start_byte, lowering.add_root((SELF, children[0].start_byte)))
        )
    kinds = [each for child in children[1:] for each in (child.named_children if child.type == "compound_type" else [child])]
    for child in kinds:
        kind = lowering.lower(child)
        if kind is not None and scope.kind == CLASS_SCOPE:
            scope.decorators.append(lowering.add_root(kind, TYPE))


def anonymous(lowering: Lowering, body: SyntaxNode, base: Expression | None) -> None:
    """Handle the body of ``new Base { … }``."""
    with inside(lowering):
        root = lowering.add_root(base, BASE)
        scope = open_class(lowering, body, None, ())
        scope.bases = [root]
        lowering.lower_children(body)


def given(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle ``given name: Type with { … }`` and ``given name: Type = value``."""
    named, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    kind = node.child_by_field_name("return_type")
    declared = _type_of(lowering, kind)
    if named is not None:
        lowering.bind(lowering.word(named), Binding(VARIABLE, named.start_byte, -1, declared))
    if body is not None and body.type in {"with_template_body", "template_body"}:
        anonymous(lowering, body, None if declared < 0 else lowering.flow.roots[declared].expression)
    elif body is not None:
        lowering.root(body)


def value_(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle ``val`` and ``var``."""
    _annotations(lowering, node)
    declared = _type_of(lowering, node.child_by_field_name("type"))
    written = node.child_by_field_name("value")
    value = lowering.root(written) if written is not None else -1
    target = node.child_by_field_name("pattern") or node.child_by_field_name("name")
    if target is None:
        return
    if target.type == "identifiers":
        for child in target.named_children:
            lowering.bind(lowering.word(child), Binding(VARIABLE, child.start_byte, value, declared))
        return
    pattern(lowering, target, value, declared)


def type_alias(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle ``type Name = Type``; an abstract one may be anything."""
    named, kind = node.child_by_field_name("name"), node.child_by_field_name("type")
    if named is not None:
        with inside(lowering):
            generic = node.child_by_field_name("type_parameters")
            if generic is not None:
                lowering.open_scope(BLOCK, "", node.start_byte, node)
                lowering.lower(generic)
            declared = _type_of(lowering, kind)
        lowering.bind(lowering.word(named), Binding(VARIABLE, named.start_byte, type=declared))


def enum_case(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle one case of an enumeration: a value, or a class of its own."""
    owner = lowering.flow.scopes[lowering.enclosing(CLASS_SCOPE)]
    named = node.child_by_field_name("name")
    if named is None:
        return
    base = (NAME, named.start_byte, owner.name)
    if node.type == "simple_enum_case":
        lowering.bind(lowering.word(named), Binding(VARIABLE, named.start_byte, lowering.add_root((NEW, named.start_byte, base, ()))))
        return
    with inside(lowering):
        outer = lowering.scope
        lowering.open_scope(BLOCK, "", node.start_byte, node)
        fields = _class_parameters(lowering, node, is_case=True)
        root = lowering.add_root(base, BASE)
        lowering.bind(lowering.word(named), Binding(DEFINITION, named.start_byte, target=len(lowering.flow.scopes)), scope=outer)
        lowering.open_scope(CLASS_SCOPE, lowering.word(named), named.start_byte, node)
        scope = lowering.flow.scopes[lowering.scope]
        scope.bases, scope.parameters = [root], [parameter for parameter, _ in fields]
        for parameter, _ in fields:
            lowering.bind(parameter.name, Binding(VARIABLE, named.start_byte, parameter.default, parameter.type))


# Patterns.


def pattern(lowering: Lowering, node: SyntaxNode, value: int, declared: int = -1) -> None:
    """Bind the names of a pattern to the parts of a value."""
    if node.type == "identifier":
        word = lowering.word(node)
        if word[:1].isupper() and node.parent is not None and "pattern" in node.parent.type:
            lowering.root(node)
            return
        lowering.bind(word.strip("`"), Binding(VARIABLE, node.start_byte, value, declared))
    elif node.type == "typed_pattern":
        kind = _type_of(lowering, node.child_by_field_name("type"))
        inner = node.child_by_field_name("pattern")
        if inner is not None:
            pattern(lowering, inner, value, kind)
    elif node.type == "capture_pattern":
        _captured(lowering, node, value)
    elif node.type == "tuple_pattern":
        for at, child in enumerate(node.named_children):
            part = (ITEM, child.start_byte, (ROOT, child.start_byte, value), at) if value >= 0 else None
            pattern(lowering, child, lowering.add_root(part))
    elif node.type in {"case_class_pattern", "infix_pattern", "alternative_pattern"}:
        for child in node.named_children:
            if child.type in {"type_identifier", "stable_type_identifier", "generic_type"}:
                lowering.root(child, TYPE)
            elif child.type != "operator_identifier":
                pattern(lowering, child, lowering.add_root(None))
    else:
        lowering.root(node)


def _captured(lowering: Lowering, node: SyntaxNode, value: int) -> None:
    named, inner = node.child_by_field_name("name"), node.child_by_field_name("pattern")
    if named is not None:
        kind = inner.child_by_field_name("type") if inner is not None and inner.type == "typed_pattern" else None
        lowering.bind(lowering.word(named), Binding(VARIABLE, named.start_byte, value, _type_of(lowering, kind)))
    if inner is not None:
        pattern(lowering, inner, value)


def lambda_(lowering: Lowering, node: SyntaxNode) -> Expression:
    """Handle ``(a, b) => …``."""
    index, given_ = len(lowering.flow.scopes), node.child_by_field_name("parameters")
    with inside(lowering):
        scope = open_function(lowering, node, "", node.start_byte)
        children = [] if given_ is None else [given_] if given_.type in {"identifier", "wildcard"} else given_.named_children
        for child in children:
            named = child.child_by_field_name("name") or child
            kind = _type_of(lowering, child.child_by_field_name("type"))
            lowering.add_parameter(scope, Parameter(lowering.word(named), ONE, kind), named.start_byte)
        value: Expression | None = None
        for child in node.named_children:
            if child != given_ and child.type not in COMMENTS:
                value = lowering.lower(child)
                if value is not None:
                    value = (ROOT, child.start_byte, lowering.add_root(value))
        scope.returned.append(lowering.add_root(value))
    return (FUNCTION, node.start_byte, index)


def cases(lowering: Lowering, node: SyntaxNode) -> Expression:
    """Handle ``{ case … => … }`` as a function of one parameter."""
    index = len(lowering.flow.scopes)
    with inside(lowering):
        scope = open_function(lowering, node, "", node.start_byte)
        lowering.add_parameter(scope, Parameter("<case>"), node.start_byte)
        value = lowering.add_root((NAME, node.start_byte, "<case>"))
        options = [case(lowering, child, value) for child in node.named_children if child.type == "case_clause"]
        scope.returned.append(lowering.add_root((EITHER, node.start_byte, tuple(options))))
    return (FUNCTION, node.start_byte, index)


def case(lowering: Lowering, node: SyntaxNode, value: int) -> Expression:
    """Return what one case is worth; its pattern takes the value apart."""
    with inside(lowering):
        lowering.open_scope(BLOCK, "", node.start_byte, node)
        tested = node.child_by_field_name("pattern")
        if tested is not None:
            pattern(lowering, tested, value)
        made: Expression | None = None
        for child in node.named_children:
            if child != tested and child.type not in COMMENTS:
                made = lowering.lower(child)
                made = None if made is None else (ROOT, child.start_byte, lowering.add_root(made))
    return made or (EITHER, node.start_byte, ())


def placeholder(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle an argument that begins with ``_.``: a function of what stands there."""
    left: SyntaxNode | None = node
    while left is not None and left.type in {"field_expression", "call_expression", "generic_function"}:
        left = left.child_by_field_name("value") or left.child_by_field_name("function")
    if left is None or left.type != "wildcard" or left == node:
        return lowering.lower(node)
    index = len(lowering.flow.scopes)
    with inside(lowering):
        scope = open_function(lowering, node, "", node.start_byte)
        lowering.add_parameter(scope, Parameter("_"), node.start_byte)
        scope.returned.append(lowering.root(node))
    return (FUNCTION, node.start_byte, index)
