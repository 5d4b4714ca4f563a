"""Java's packages, types and declarations. A constructor is bound as ``<init>``, because a method may have the name of its class."""

from __future__ import annotations

from graph.flow import (
    ABSTRACT,
    BASE,
    CAST,
    CLASS,
    CLASS_SCOPE,
    DEFINITION,
    EITHER,
    ELEMENT,
    FIELD,
    FUNCTION_SCOPE,
    IMPORTED,
    INDEX,
    INTERFACE,
    LITERAL,
    MEMBER,
    NAME,
    NEW,
    ONE,
    OPEN,
    REST,
    STATIC,
    TYPE,
    VARIABLE,
    Binding,
    Expression,
    ImportedName,
    Parameter,
    Scope,
)
from graph.languages.java_receivers import hold_function
from graph.languages.jvm import ARRAY, CONSTRUCTOR, first, lower_modifiers, open_class
from graph.lower import arguments_of
from graph.lowering import FunctionShape, Lowering, SyntaxNode

COMMENTS = frozenset({"line_comment", "block_comment"})


def declared(lowering: Lowering, node: SyntaxNode | None, *, dimensions: SyntaxNode | None = None) -> int:
    """Keep a declared type as a root; -1 for ``var``."""
    if node is None or lowering.word(node) == "var":
        return -1
    expression = lowering.lower(node)
    if expression is not None and dimensions is not None:
        expression = (INDEX, node.start_byte, (LITERAL, node.start_byte, ARRAY, ""), expression)
    return lowering.add_root(expression, TYPE)


def package(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle ``package a.b``."""
    named = next((child for child in node.named_children if child.type in {"identifier", "scoped_identifier"}), None)
    lowering.flow.package = "" if named is None else "".join(lowering.word(named).split())


def import_(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle ``import a.b``, ``import a.*`` and their static forms."""
    named = next((child for child in node.named_children if child.type in {"identifier", "scoped_identifier"}), None)
    if named is None:
        return
    whole = "".join(lowering.word(named).split())
    if any(child.type == "asterisk" for child in node.named_children):
        lowering.import_name(whole, "*", named.start_byte)
        return
    module, _, last = whole.rpartition(".")
    lowering.flow.imports.append(ImportedName(module, last, named.start_byte))
    lowering.bind(last, Binding(IMPORTED, named.start_byte, target=len(lowering.flow.imports) - 1))


# Types.


def scoped(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``a.b`` in a type or import."""
    parts = [child for child in node.named_children if child.type in {"identifier", "type_identifier", *_SCOPED, "generic_type"}]
    if len(parts) < 2:
        return lowering.lower(parts[0]) if parts else None
    of = lowering.lower(parts[0])
    return None if of is None else (MEMBER, parts[-1].start_byte, of, lowering.word(parts[-1]))


_SCOPED = frozenset({"scoped_identifier", "scoped_type_identifier"})


def array_type(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``Type[]``."""
    element = lowering.lower_field(node, "element")
    return (INDEX, node.start_byte, (LITERAL, node.start_byte, ARRAY, ""), element or (EITHER, node.start_byte, ()))


def primitive(lowering: Lowering, node: SyntaxNode) -> Expression:
    """Handle a primitive type."""
    return (LITERAL, node.start_byte, lowering.word(node), "")


def last(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle a node that stands for its last child, after annotations and bounds."""
    children = [child for child in node.named_children if child.type not in COMMENTS]
    for child in children[:-1]:
        lowering.root(child)
    return lowering.lower(children[-1]) if children else None


def class_literal(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``Type.class``."""
    kind = last(lowering, node)
    at = node.start_byte
    return (CAST, at, (INDEX, at, (LITERAL, at, "java.lang.Class", ""), kind or (EITHER, at, ())))


# Declarations.


def _parameter(lowering: Lowering, node: SyntaxNode, scope: Scope) -> None:
    named = node.child_by_field_name("name")
    kind = declared(lowering, node.child_by_field_name("type"), dimensions=node.child_by_field_name("dimensions"))
    if named is not None:
        lowering.add_parameter(scope, Parameter(lowering.word(named), ONE, kind), named.start_byte)


def _rest(lowering: Lowering, node: SyntaxNode, scope: Scope) -> None:
    parts = [child for child in node.named_children if child.type not in {"modifiers", *COMMENTS}]
    named = parts[-1].child_by_field_name("name") if parts else None
    if named is not None and len(parts) > 1:
        kind = declared(lowering, parts[0])
        lowering.add_parameter(scope, Parameter(lowering.word(named), REST, kind), named.start_byte)


def _bare_parameter(lowering: Lowering, node: SyntaxNode, scope: Scope) -> None:
    lowering.add_parameter(scope, Parameter(lowering.word(node)), node.start_byte)


def _no_parameter(lowering: Lowering, node: SyntaxNode, scope: Scope) -> None:
    """Leave out the parameter that only carries annotations of ``this``."""
    del lowering, node, scope


_FORMS = {
    "formal_parameter": _parameter,
    "spread_parameter": _rest,
    "identifier": _bare_parameter,
    "receiver_parameter": _no_parameter,
}
_FUNCTION = FunctionShape(returns="type", forms=_FORMS, generic="type_parameters")
_CONSTRUCTOR = FunctionShape(returns="", forms=_FORMS, generic="type_parameters")
_LAMBDA = FunctionShape(returns="", forms=_FORMS, bare=frozenset({"identifier"}))


def method(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle a method and an element of an annotation type."""
    modifiers = first(node, "modifiers")
    marks = {child.type for child in modifiers.children} if modifiers is not None else set[str]()
    lowering.flags = STATIC if "static" in marks else 0 if "private" in marks else OPEN
    lowering.flags |= ABSTRACT if node.child_by_field_name("body") is None else 0
    made = lowering.define_function(node, node.child_by_field_name("name"), _FUNCTION)
    _inside(lowering, made[2], [modifiers, first(node, "throws"), node.child_by_field_name("value")])


def _inside(lowering: Lowering, scope: int, nodes: list[SyntaxNode | None]) -> None:
    outside, lowering.scope = lowering.scope, scope
    for node in nodes:
        if node is not None:
            lower_modifiers(lowering, node)
    lowering.scope = outside


def constructor(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle a constructor, also a compact one."""
    named = node.child_by_field_name("name")
    owner = lowering.flow.scopes[lowering.scope]
    lowering.bind(CONSTRUCTOR, Binding(DEFINITION, node.start_byte, target=len(lowering.flow.scopes)))
    made = lowering.define_function(node, named, _CONSTRUCTOR, bind=False)
    if node.type == "compact_constructor_declaration":
        lowering.flow.scopes[made[2]].parameters = list(owner.parameters)
    _inside(lowering, made[2], [first(node, "modifiers"), first(node, "throws")])


def lambda_(lowering: Lowering, node: SyntaxNode) -> Expression:
    """Handle ``(a, b) -> …``."""
    return lowering.define_function(node, None, _LAMBDA)


def _open(lowering: Lowering, node: SyntaxNode) -> None:
    bases: list[SyntaxNode] = []
    for child in node.named_children:
        if child.type == "superclass":
            bases += child.named_children
        elif child.type in {"super_interfaces", "extends_interfaces"}:
            bases += [each for types in child.named_children for each in types.named_children]
    bases = [base for base in bases if base.type not in COMMENTS]
    interface = node.type in {"interface_declaration", "annotation_type_declaration"}
    components = node.child_by_field_name("parameters") if node.type == "record_declaration" else None
    scope = open_class(lowering, node, node.child_by_field_name("name"), bases, flags=INTERFACE if interface else 0)
    if node.type == "enum_declaration":
        scope.bases.append(lowering.add_root((NAME, node.start_byte, "java.lang.Enum"), BASE))
    if components is not None:
        _components(lowering, components, scope)
    for child in (first(node, "modifiers"), first(node, "permits")):
        if child is not None:
            lower_modifiers(lowering, child)
    body = node.child_by_field_name("body")
    if body is not None:
        lowering.lower_children(body)


def class_(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle all kinds of classes and interfaces."""
    outside, branch, receiver = lowering.scope, lowering.branch, lowering.receiver
    _open(lowering, node)
    lowering.scope, lowering.branch, lowering.receiver = outside, branch, receiver


def _components(lowering: Lowering, node: SyntaxNode, scope: Scope) -> None:
    """Give a record its fields, its canonical parameters, and the accessors that it does not write out."""
    body = node.parent.child_by_field_name("body") if node.parent is not None else None
    written = {
        lowering.word(named)
        for child in (body.named_children if body is not None else ())
        if child.type == "method_declaration" and (named := child.child_by_field_name("name")) is not None
    }
    for child in node.named_children:
        named = child.child_by_field_name("name")
        if child.type != "formal_parameter" or named is None:
            continue
        title = lowering.word(named)
        kind = declared(lowering, child.child_by_field_name("type"), dimensions=child.child_by_field_name("dimensions"))
        scope.parameters.append(Parameter(title, ONE, kind))
        lowering.bind(title, Binding(FIELD, named.start_byte, type=kind))
        if title not in written:
            outside = lowering.scope
            lowering.bind(title, Binding(DEFINITION, named.start_byte, target=len(lowering.flow.scopes)))
            lowering.open_scope(FUNCTION_SCOPE, title, named.start_byte, child, OPEN)
            lowering.flow.scopes[lowering.scope].returns = kind
            lowering.scope = outside


def enum_constant(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle a constant of an enumeration, which may have a body."""
    named, given, body = (node.child_by_field_name(each) for each in ("name", "arguments", "body"))
    owner = lowering.flow.scopes[lowering.enclosing(CLASS_SCOPE)]
    if named is None:
        return
    passed = () if given is None else arguments_of(lowering, given)
    made: Expression = (NEW, named.start_byte, (NAME, named.start_byte, owner.name), passed)
    value = lowering.add_root(made)
    lowering.bind(lowering.word(named), Binding(VARIABLE, named.start_byte, value))
    owner.fixed.append(lowering.word(named))
    if body is not None:
        inner = anonymous(lowering, body, (NAME, named.start_byte, owner.name))
        lowering.flow.roots[value].expression = (*made, (CLASS, named.start_byte, inner))


def anonymous(lowering: Lowering, body: SyntaxNode, base: Expression | None) -> int:
    """Handle the body of ``new Base() { … }``; return the scope of the class that it is."""
    outside, branch, receiver = lowering.scope, lowering.branch, lowering.receiver
    root = lowering.add_root(base, BASE)
    scope = open_class(lowering, body, None, ())
    index, scope.bases = lowering.scope, [root]
    lowering.lower_children(body)
    lowering.scope, lowering.branch, lowering.receiver = outside, branch, receiver
    return index


def variables(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle fields and local variables: one type, several names."""
    modifiers = first(node, "modifiers")
    if modifiers is not None:
        lower_modifiers(lowering, modifiers)
    type_ = node.child_by_field_name("type")
    kinds: dict[bool, int] = {}
    for declarator in node.children_by_field_name("declarator"):
        named, dimensions = declarator.child_by_field_name("name"), declarator.child_by_field_name("dimensions")
        value = lowering.root(declarator.child_by_field_name("value"))
        if named is None:
            continue
        if (dimensions is not None) not in kinds:
            kinds[dimensions is not None] = declared(lowering, type_, dimensions=dimensions)
        lowering.bind(lowering.word(named), Binding(VARIABLE, named.start_byte, value, kinds[dimensions is not None]))
        if value >= 0 and _is_fixed(lowering, modifiers):
            lowering.flow.scopes[lowering.scope].fixed.append(lowering.word(named))
        hold_function(lowering, named, kinds[dimensions is not None], value, declarator.child_by_field_name("value"))


def _is_fixed(lowering: Lowering, modifiers: SyntaxNode | None) -> bool:
    """Say whether a field keeps its first value: it is final, or an interface's."""
    scope = lowering.flow.scopes[lowering.scope]
    final = bool(scope.flags & INTERFACE) or (modifiers is not None and any(child.type == "final" for child in modifiers.children))
    return scope.kind == CLASS_SCOPE and final


def variable(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle a resource, a caught exception, and a pattern: a type and a name."""
    children = [child for child in node.named_children if child.type not in {"modifiers", *COMMENTS}]
    if not children:
        return
    named = node.child_by_field_name("name") or (children[-1] if children[-1].type == "identifier" else None)
    type_ = node.child_by_field_name("type") or children[0]
    value = lowering.root(node.child_by_field_name("value"))
    if named is None or named == type_:
        lowering.root(children[0])
        return
    lowering.bind(lowering.word(named), Binding(VARIABLE, named.start_byte, value, declared(lowering, type_)))


def catch_type(lowering: Lowering, node: SyntaxNode) -> Expression:
    """Handle ``A | B``."""
    options = [lowering.lower(child) or (EITHER, child.start_byte, ()) for child in node.named_children]
    return options[0] if len(options) == 1 else (EITHER, node.start_byte, tuple(options))


def instance_of(lowering: Lowering, node: SyntaxNode) -> Expression:
    """Handle ``x instanceof Type name`` and its patterns."""
    tested, type_, named, pattern = (node.child_by_field_name(each) for each in ("left", "right", "name", "pattern"))
    lowering.root(tested)
    kind = declared(lowering, type_)
    if named is not None:
        lowering.bind(lowering.word(named), Binding(VARIABLE, named.start_byte, type=kind))
    if pattern is not None:
        lowering.root(pattern)
    return (LITERAL, node.start_byte, "boolean", "")


def each_(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle ``for (Type name : values)``."""
    named, source, body = (node.child_by_field_name(each) for each in ("name", "value", "body"))
    kind = declared(lowering, node.child_by_field_name("type"))
    over = None if source is None else lowering.lower(source)
    value = lowering.add_root(None if over is None else (ELEMENT, node.start_byte, over))
    if named is not None:
        lowering.bind(lowering.word(named), Binding(VARIABLE, named.start_byte, value, kind))
    lowering.root(body)
