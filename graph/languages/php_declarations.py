"""PHP: what its declarations of classes, functions, members and namespaces mean."""

from __future__ import annotations

from graph.flow import (
    BASE,
    CLASS_METHOD,
    CLASS_SCOPE,
    DEFINITION,
    FIELD,
    FUNCTION_SCOPE,
    INTERFACE,
    MEMBER,
    NAME,
    REST,
    SELF,
    TYPE,
    VARIABLE,
    WRITTEN_OUT,
    Binding,
    Expression,
    Parameter,
    Scope,
)
from graph.languages.php_names import class_name, docblock, own_name, resolved
from graph.lower import FunctionShape, Handler, Lowering, ParameterForm, SyntaxNode


def _attributes(lowering: Lowering, node: SyntaxNode) -> None:
    for child in node.named_children:
        if child.type == "attribute_list":
            lowering.lower_children(child)


def class_like(flags: int) -> Handler:
    """Return what handles a class, interface, trait or enum with these flags."""

    def handle(lowering: Lowering, node: SyntaxNode) -> Expression | None:
        body, clauses = node.child_by_field_name("body"), ("base_clause", "class_interface_clause")
        if body is None:
            body = next((child for child in node.named_children if child.type == "declaration_list"), None)
        used = [child for child in (body.named_children if body is not None else ()) if child.type == "use_declaration"]
        # A class's own traits come before what it extends, and its interfaces last.
        order = [*used, *(child for clause in clauses for child in node.named_children if child.type == clause)]
        written = [each for clause in order for each in clause.named_children if each.type in {"name", "qualified_name"}]
        roots = [lowering.add_root(class_name(lowering, each), BASE) for each in written]
        _attributes(lowering, node)
        lowering.flags = flags
        outside, name, at = lowering.scope, node.child_by_field_name("name"), len(lowering.flow.scopes)
        base = next((child for child in node.named_children if child.type == "base_clause"), None)
        if base is not None and base.named_children and not flags & INTERFACE:
            lowering.aliases[f"parent of {at}"] = resolved(lowering, lowering.word(base.named_children[0]))
        if used:
            lowering.aliases[f"traits of {at}"] = ""
        made = lowering.define_class(node, name, [], body)
        lowering.flow.scopes[made[2]].bases = roots
        if name is not None:
            full = own_name(lowering, lowering.word(name))
            lowering.bind(full, Binding(DEFINITION, name.start_byte, target=made[2]), scope=0)
        lowering.scope = outside
        return made

    return handle


def statement(handler: Handler) -> Handler:
    """Handle what is no expression although its handler returns one."""

    def handle(lowering: Lowering, node: SyntaxNode) -> Expression | None:
        handler(lowering, node)
        return None

    return handle


def _parameter(taking: int = 0, *, promoted: bool = False) -> ParameterForm:
    def handle(lowering: Lowering, node: SyntaxNode, scope: Scope) -> None:
        named = node.child_by_field_name("name")
        if named is not None and named.type != "variable_name":
            named = next(iter(named.named_children), None)
        declared = lowering.root(node.child_by_field_name("type"), TYPE)
        given = lowering.root(node.child_by_field_name("default_value"))
        _attributes(lowering, node)
        if named is None:
            return
        word = lowering.word(named)
        lowering.add_parameter(scope, Parameter(word, taking, declared, given), named.start_byte)
        if promoted:
            value = lowering.add_root((NAME, named.start_byte, word))
            owner = lowering.flow.scopes[scope.parent]
            owner.names.setdefault("." + word[1:], []).append(Binding(FIELD, named.start_byte + 1, value, declared))

    return handle


_FUNCTION = FunctionShape(
    forms={
        "simple_parameter": _parameter(),
        "variadic_parameter": _parameter(REST),
        "property_promotion_parameter": _parameter(promoted=True),
    }
)


def function(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle a function or method."""
    name, flow = node.child_by_field_name("name"), lowering.flow
    _attributes(lowering, node)
    lowering.flags = CLASS_METHOD if any(child.type == "static_modifier" for child in node.named_children) else 0
    is_method = node.type == "method_declaration"
    outside, at = lowering.scope, len(flow.scopes)
    if name is not None and not is_method:
        full = "." + own_name(lowering, lowering.word(name))
        lowering.bind(full, Binding(DEFINITION, name.start_byte, target=at), scope=0)
    made = lowering.define_function(node, name, _FUNCTION, bind=is_method)
    scope = flow.scopes[at]
    lowering.scope = at
    _from_docblock(lowering, node, scope)
    lowering.scope = outside
    return made


def _from_docblock(lowering: Lowering, node: SyntaxNode, scope: Scope) -> None:
    """Take from the comment before a function the types that its declaration leaves open."""
    for tag, variable, type_ in docblock(lowering, node):
        if tag == "return" and scope.returns < 0:
            scope.returns = lowering.add_root(type_, TYPE)
        for parameter in scope.parameters:
            if tag == "param" and parameter.name == variable and parameter.type < 0:
                parameter.type = lowering.add_root(type_, TYPE)
                for binding in scope.names.get(variable, ())[:1]:
                    binding.type = parameter.type


def closure(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle a function without a name."""
    lowering.flags = 0
    return lowering.define_function(node, None, _FUNCTION)


def properties(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle properties that are declared together."""
    declared = lowering.root(node.child_by_field_name("type"), TYPE)
    if declared < 0:
        declared = next((lowering.add_root(type_, TYPE) for tag, _, type_ in docblock(lowering, node) if tag == "var"), -1)
    for child in node.named_children:
        named = child.child_by_field_name("name") if child.type == "property_element" else None
        if named is not None:
            value = lowering.root(child.child_by_field_name("default_value"))
            lowering.bind("." + lowering.word(named)[1:], Binding(FIELD, named.start_byte + 1, value, declared))
        elif child.type == "attribute_list":
            lowering.lower_children(child)
        elif child.type == "property_hook_list":
            for hook in child.named_children:
                _hook(lowering, hook, declared)
    return None


def _hook(lowering: Lowering, node: SyntaxNode, written: int) -> None:
    """Handle what reading or writing a property runs: ``$value`` or a parameter is what is written. It is part of the property's class."""
    outside, branch = lowering.scope, lowering.branch
    lowering.open_scope(FUNCTION_SCOPE, "", node.start_byte, node, WRITTEN_OUT)
    lowering.open_branch()
    lowering.bind("$value", Binding(VARIABLE, node.start_byte, type=written))
    parameters = node.child_by_field_name("parameters")
    for child in parameters.named_children if parameters is not None else ():
        named, declared = child.child_by_field_name("name"), lowering.root(child.child_by_field_name("type"), TYPE)
        if named is not None:
            lowering.bind(lowering.word(named), Binding(VARIABLE, named.start_byte, type=declared))
    lowering.root(node.child_by_field_name("body"))
    lowering.scope, lowering.branch = outside, branch


def constants(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``const``, of a class or of a namespace."""
    in_class = lowering.flow.scopes[lowering.scope].kind == CLASS_SCOPE
    for child in node.named_children:
        if child.type == "const_element" and child.named_children:
            name, value = child.named_children[0], lowering.root(child.named_children[-1])
            word = lowering.word(name)
            key = f"..{word}" if in_class else ".." + own_name(lowering, word)
            lowering.bind(key, Binding(VARIABLE, name.start_byte, value), scope=-1 if in_class else 0)
    return None


def enum_case(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle a case, which is an instance of its enum."""
    name = node.child_by_field_name("name")
    lowering.root(node.child_by_field_name("value"))
    if name is not None:
        itself = lowering.add_root((SELF, name.start_byte))
        lowering.bind(f"..{lowering.word(name)}", Binding(VARIABLE, name.start_byte, itself))
    return None


def traits(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``use`` in a class, whose traits are bases already: the names it gives to their methods."""
    for clause in (each for child in node.named_children if child.type == "use_list" for each in child.named_children):
        names = clause.named_children
        alias = names[-1] if clause.type == "use_as_clause" and len(names) > 1 and names[-1].type == "name" else None
        chosen = names[0] if names and names[0].type == "class_constant_access_expression" else None
        if alias is not None and chosen is None and names[0].type == "name":
            own: Expression = (MEMBER, names[0].start_byte, (SELF, names[0].start_byte), lowering.word(names[0]))
            lowering.bind(lowering.word(alias), Binding(VARIABLE, alias.start_byte, lowering.add_root(own)))
        elif alias is not None and chosen is not None and len(chosen.named_children) == 2:
            method = chosen.named_children[1]
            of: Expression = (MEMBER, method.start_byte, class_name(lowering, chosen.named_children[0]), lowering.word(method))
            lowering.bind(lowering.word(alias), Binding(VARIABLE, alias.start_byte, lowering.add_root(of)))
    return None


def namespace(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``namespace``, with a block or for what follows."""
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    lowering.flow.package = "" if name is None else lowering.word(name)
    lowering.aliases.clear()
    if body is not None:
        lowering.lower_children(body)
        lowering.flow.package = ""
    return None
