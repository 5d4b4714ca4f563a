"""JavaScript and its dialects: functions, classes, object literals, interfaces, enumerations and namespaces."""

from __future__ import annotations

from collections.abc import Iterator

from graph.flow import (
    ABSTRACT,
    ACCESSOR,
    ANONYMOUS,
    ASYNC,
    CAST,
    CLASS,
    CLASS_METHOD,
    CLASS_SCOPE,
    DECORATOR,
    DEFINITION,
    FIELD,
    FUNCTION,
    GUARDED,
    INTERFACE,
    NAME,
    OPEN,
    OVERLOAD,
    TRANSPARENT,
    TYPE,
    VARIABLE,
    WRITTEN_OUT,
    Binding,
    Expression,
)
from graph.languages.javascript_patterns import parameter, plain_parameter, property_name
from graph.lower import FunctionShape, Lowering, SyntaxNode

FUNCTIONS = frozenset({"arrow_function", "function_expression", "generator_function", "function"})
CLASSES = frozenset({"class"})
_FORMS = {
    "required_parameter": parameter,
    "optional_parameter": parameter,
    "identifier": plain_parameter,
    "object_pattern": plain_parameter,
    "array_pattern": plain_parameter,
    "assignment_pattern": plain_parameter,
    "rest_pattern": plain_parameter,
}
_FUNCTION = FunctionShape(forms=_FORMS)
_BARE_ARROW = FunctionShape(parameters="parameter", forms=_FORMS, bare=frozenset({"identifier"}))


def bind_generics(lowering: Lowering, node: SyntaxNode, scope: int) -> None:
    """Bind the type parameters of a definition in a scope."""
    parameters = node.child_by_field_name("type_parameters")
    outside, lowering.scope = lowering.scope, scope
    for each in parameters.named_children if parameters is not None else ():
        named = each.child_by_field_name("name")
        if named is not None:
            bound = each.child_by_field_name("constraint")
            value = lowering.root(bound, TYPE)
            default = each.child_by_field_name("value")
            lowering.root(default, TYPE)
            binding = Binding(VARIABLE, named.start_byte, value, branch=lowering.branch)
            lowering.flow.scopes[scope].names.setdefault(lowering.word(named), []).append(binding)
    lowering.scope = outside


def open_generics(lowering: Lowering, node: SyntaxNode) -> None:
    """Open a scope for the type parameters of a class or alias, which binds nothing else."""
    if node.child_by_field_name("type_parameters") is not None:
        bind_generics(lowering, node, lowering.open_scope(3, "", node.start_byte, node, GUARDED))


# Functions.


def function(lowering: Lowering, node: SyntaxNode, name: SyntaxNode | None = None, *, title: str = "") -> Expression:
    """Lower a function that is a value; ``name`` is what it is assigned to."""
    own = node.child_by_field_name("name")
    lowering.flags |= _modifiers(node) | (TRANSPARENT if node.type == "arrow_function" else 0)
    shape = _FUNCTION if node.child_by_field_name("parameter") is None else _BARE_ARROW
    made = lowering.define_function(node, name or own, shape, bind=False, named=title)
    bind_generics(lowering, node, made[2])
    if own is not None:
        index: int = made[2]
        lowering.flow.scopes[index].names.setdefault(lowering.word(own), [Binding(DEFINITION, own.start_byte, target=made[2])])
    return made


def function_value(lowering: Lowering, node: SyntaxNode) -> Expression:
    """Handle a function expression or an arrow function."""
    return function(lowering, node)


def function_declaration(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``function name() {}``, and a signature without a body."""
    lowering.flags |= _modifiers(node) | (OVERLOAD if node.type == "function_signature" else 0)
    made = lowering.define_function(node, node.child_by_field_name("name"), _FUNCTION)
    bind_generics(lowering, node, made[2])
    return None


def _modifiers(node: SyntaxNode) -> int:
    flags = 0
    for child in node.children:
        flags |= _FLAGS.get(child.type, 0)
        if child.type in {"formal_parameters", "statement_block"}:
            break
    return flags


_FLAGS = {"static": CLASS_METHOD, "get": ACCESSOR, "set": ACCESSOR, "async": ASYNC, "abstract": ABSTRACT}


def method(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle a method, accessor or method signature of a class, object or interface."""
    named = node.child_by_field_name("name")
    if named is None:
        return None
    lowering.flags |= _modifiers(node) | (0 if node.type == "method_definition" else OVERLOAD | ABSTRACT)
    for child in node.named_children:
        if child.type == "decorator":
            decorator(lowering, child)
    title = property_name(lowering, named)
    key = title
    if not title:
        key = lowering.word(named)
        title = key.strip("[]").rpartition(".")[2]
        lowering.lower_children(named)
    made = lowering.define_function(node, named, _FUNCTION, bind=False, named=title)
    lowering.bind(key, Binding(DEFINITION, named.start_byte, target=made[2]))
    bind_generics(lowering, node, made[2])
    return None


# Classes.


def class_(lowering: Lowering, node: SyntaxNode, name: SyntaxNode | None = None) -> Expression:
    """Lower a class; ``name`` is what it is assigned to, if it has no name of its own."""
    for child in node.named_children:
        if child.type == "decorator":
            decorator(lowering, child)
    outside, branch = lowering.scope, lowering.branch
    decorators, lowering.decorators = lowering.decorators, []
    open_generics(lowering, node)
    bases = list(_bases(lowering, node))
    lowering.decorators = decorators
    body = node.child_by_field_name("body")
    made = lowering.define_class(node, name or node.child_by_field_name("name"), bases, body)
    own = node.child_by_field_name("name")
    lowering.scope, lowering.branch, lowering.decorators = outside, branch, []
    if own is not None and name is not None:
        lowering.bind(lowering.word(own), Binding(DEFINITION, own.start_byte, target=made[2]))
    return made


def class_value(lowering: Lowering, node: SyntaxNode) -> Expression:
    """Handle a class expression."""
    return class_(lowering, node)


def class_declaration(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``class Name {}``, abstract ones too."""
    if node.type == "abstract_class_declaration":
        lowering.flags |= ABSTRACT
    class_(lowering, node)
    return None


def _bases(lowering: Lowering, node: SyntaxNode) -> Iterator[SyntaxNode]:
    for heritage in node.named_children:
        if heritage.type not in {"class_heritage", "extends_type_clause"}:
            continue
        clauses = [heritage] if heritage.type == "extends_type_clause" else heritage.named_children
        for clause in clauses:
            if clause.type == "extends_clause":
                yield from clause.children_by_field_name("value")
                for given in clause.children_by_field_name("type_arguments"):
                    lowering.root(given, TYPE)
            elif clause.type in {"implements_clause", "extends_type_clause"}:
                yield from (each for each in clause.named_children if each.type != "comment")
            elif clause.type != "comment":
                yield clause


def class_field(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle a field of a class, or a property of an interface."""
    named = node.child_by_field_name("name") or node.child_by_field_name("property")
    value = node.child_by_field_name("value")
    for child in node.named_children:
        if child.type == "decorator":
            decorator(lowering, child)
    lowering.decorators = []
    if named is None:
        return None
    name = property_name(lowering, named)
    if not name:
        lowering.lower_children(named)
    if value is not None and value.type in FUNCTIONS:
        lowering.flags |= _modifiers(node) & CLASS_METHOD
        lowering.root(node.child_by_field_name("type"), TYPE)
        made = function(lowering, value, named, title=name)
        lowering.bind(name, Binding(DEFINITION, named.start_byte, target=made[2]))
        return None
    type_ = node.child_by_field_name("type")
    inside = type_.named_children[0] if type_ is not None and type_.named_children else None
    if node.type == "property_signature" and inside is not None and inside.type == "function_type":
        lowering.flags |= OVERLOAD | ABSTRACT
        made = lowering.define_function(inside, named, _FUNCTION, bind=False, named=name)
        lowering.bind(name, Binding(DEFINITION, named.start_byte, target=made[2]))
        bind_generics(lowering, inside, made[2])
        return None
    declared = lowering.root(type_, TYPE)
    if value is not None and value.type in CLASSES:
        made = named_value(lowering, value, named)
        if made is not None and name:
            lowering.bind(name, Binding(DEFINITION, named.start_byte, target=made[2]))
        return None
    given = lowering.root(value)
    if name:
        lowering.bind(name, Binding(FIELD, named.start_byte, given, declared))
    return None


def decorator(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle a decorator: the definition that follows takes it."""
    inside = next(iter(node.named_children), None)
    lowering.decorators.append(lowering.root(inside, DECORATOR))
    return None


def interface(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle an interface."""
    lowering.flags |= INTERFACE | ABSTRACT
    class_(lowering, node)
    named = node.child_by_field_name("name")
    if named is not None:
        mere_type(lowering, named)
    return None


def mere_type(lowering: Lowering, name: SyntaxNode) -> None:
    """Take note that the binding just made of a name is that of a type, and no value."""
    scopes, at = lowering.flow.scopes, lowering.scope
    while scopes[at].flags & GUARDED and at > 0:
        at = scopes[at].parent
    scopes[at].names[lowering.word(name)][-1].branch = -1


def enumeration(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle an enumeration: a class whose fields are its members."""
    made = lowering.define_class(node, node.child_by_field_name("name"), (), None)
    body = node.child_by_field_name("body")
    outside, lowering.scope = lowering.scope, made[2]
    for child in body.named_children if body is not None else ():
        named = child.child_by_field_name("name") if child.type == "enum_assignment" else child
        value = lowering.root(child.child_by_field_name("value")) if child.type == "enum_assignment" else -1
        if named is not None and named.type != "comment":
            lowering.bind(property_name(lowering, named), Binding(FIELD, named.start_byte, value))
    lowering.scope = outside
    return None


def namespace(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle a namespace: a class that shows its names to what is inside."""
    named, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    title = "" if named is None else lowering.word(named)
    outside, branch, index = lowering.scope, lowering.branch, len(lowering.flow.scopes)
    position = node.start_byte if named is None else named.start_byte
    if named is not None and named.type != "string":
        lowering.bind(title.partition(".")[0], Binding(DEFINITION, position, target=index))
    lowering.open_scope(CLASS_SCOPE, title.strip("\"'"), position, node, OPEN)
    lowering.open_branch()
    if body is not None:
        lowering.lower_children(body)
    lowering.scope, lowering.branch = outside, branch
    return None


# Objects.


def open_object(lowering: Lowering, node: SyntaxNode, flags: int = 0) -> int:
    """Open the class of one object or nameless type, and enter it."""
    return lowering.open_scope(CLASS_SCOPE, "", node.start_byte, node, ANONYMOUS | WRITTEN_OUT | flags)


def object_(lowering: Lowering, node: SyntaxNode) -> Expression:
    """Handle an object literal: the instance of a class of its own."""
    outside = lowering.scope
    index = open_object(lowering, node)
    scope = lowering.flow.scopes[index]
    for child in node.named_children:
        lowering.scope = outside
        if child.type == "method_definition":
            lowering.scope = index
            method(lowering, child)
        elif child.type == "pair":
            _pair(lowering, child, index)
        elif child.type == "shorthand_property_identifier":
            word = lowering.word(child)
            value = lowering.add_root((NAME, child.start_byte, word))
            scope.names.setdefault(word, []).append(Binding(FIELD, child.start_byte, value, branch=lowering.branch))
        elif child.type == "spread_element":
            scope.bases.append(lowering.root(next(iter(child.named_children), None)))
        else:
            lowering.lower(child)
    lowering.scope = outside
    return (CAST, node.start_byte, (CLASS, node.start_byte, index))


def _pair(lowering: Lowering, node: SyntaxNode, index: int) -> None:
    key, value = node.child_by_field_name("key"), node.child_by_field_name("value")
    if key is None or value is None:
        return
    name = property_name(lowering, key)
    if not name:
        lowering.lower_children(key)
    outside = lowering.scope
    if value.type in FUNCTIONS and value.type != "arrow_function":
        lowering.scope = index
    expression = named_value(lowering, value, key)
    lowering.scope = outside
    if expression is not None and expression[0] in {FUNCTION, CLASS}:
        binding = Binding(DEFINITION, key.start_byte, target=expression[2])
    else:
        binding = Binding(FIELD, key.start_byte, lowering.add_root(expression))
    binding.branch = lowering.branch
    lowering.flow.scopes[index].names.setdefault(name or f"[{key.start_byte}]", []).append(binding)


def named_value(lowering: Lowering, node: SyntaxNode, name: SyntaxNode | None) -> Expression | None:
    """Lower a value that is given a name: a function or class that is written out has it."""
    while node.type == "parenthesized_expression" and node.named_children:
        node = node.named_children[0]
    if node.type in FUNCTIONS:
        return function(lowering, node, name, title="" if name is None else property_name(lowering, name))
    if node.type in CLASSES:
        outside = lowering.scope
        if name is not None:  # the class binds its name where it stands, and that is the name's own business
            lowering.open_scope(3, "", node.start_byte, node)
        made = class_(lowering, node, name)
        lowering.scope = outside
        return made
    return lowering.lower(node)
