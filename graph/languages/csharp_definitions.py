"""C#'s namespaces, types and members.

A type is written ``Name`arity`` where nothing but a type can stand, so that neither a member of its name nor the type of its name with
other parameters is taken for it. Types outside of any type are bound nowhere: they belong to their namespace, whichever file they are in.
"""

from __future__ import annotations

from graph.flow import (
    ABSTRACT,
    ANONYMOUS,
    ASYNC,
    BASE,
    BLOCK,
    CALL,
    CLASS_SCOPE,
    DEFINITION,
    EITHER,
    EXTENSION,
    FIELD,
    FUNCTION,
    FUNCTION_SCOPE,
    IMPORTED,
    INDEX,
    INTERFACE,
    ITEM,
    LITERAL,
    MEMBER,
    NAME,
    ONE,
    OPEN,
    OVERLOAD,
    REST,
    ROOT,
    SELF,
    SEQUENCE,
    STATIC,
    SUPER,
    TYPE,
    VARIABLE,
    Binding,
    Expression,
    ImportedName,
    Parameter,
    Scope,
)
from graph.languages.jvm import ARRAY, CONSTRUCTOR, first
from graph.lower import Lowering, SyntaxNode

APPLIED = "<>"
"""The keyword of the argument that holds the types a method is applied to."""
TYPES = frozenset({
    "identifier", "generic_name", "qualified_name", "predefined_type", "array_type", "nullable_type", "tuple_type", "pointer_type",
    "implicit_type", "ref_type", "alias_qualified_name", "scoped_type", "function_pointer_type",
})  # fmt: skip


def blank(node: SyntaxNode) -> Expression:
    """Return an expression nobody knows anything of."""
    return (EITHER, node.start_byte, ())


def words(lowering: Lowering, node: SyntaxNode) -> set[str]:
    """Return a declaration's modifiers."""
    return {lowering.word(child) for child in node.children if child.type == "modifier"}


# Namespaces.


def namespace(lowering: Lowering, node: SyntaxNode) -> None:
    """Open a namespace; one without braces lasts to the end of the file."""
    named, outside = node.child_by_field_name("name"), lowering.scope
    title = "" if named is None else "".join(lowering.word(named).split())
    outer = lowering.flow.scopes[outside].name
    lowering.open_scope(BLOCK, f"{outer}.{title}" if outer else title, node.start_byte, node)
    lowering.flow.package = lowering.flow.package or title
    body = node.child_by_field_name("body")
    if body is not None:
        lowering.lower_children(body)
    if node.type == "namespace_declaration":
        lowering.scope = outside
    else:
        lowering.flow.scopes[lowering.scope].end = len(lowering.text)


def using(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle ``using``: level 1 is static, and what is given on is global."""
    alias = node.child_by_field_name("name")
    named = next((child for child in node.named_children if child != alias and child.type in TYPES), None)
    marks = {child.type for child in node.children}
    if named is None:
        return
    whole = "".join(lowering.word(named).split()).removeprefix("global::").partition("<")[0]
    imported = ImportedName(whole, "*", named.start_byte, int("static" in marks), "*" if "global" in marks else "")
    if alias is not None:
        module, _, last = whole.rpartition(".")
        imported = ImportedName(module, last, named.start_byte)
    lowering.flow.imports.append(imported)
    if alias is not None:
        for title in (lowering.word(alias), f"{lowering.word(alias)}`0"):
            lowering.bind(title, Binding(IMPORTED, named.start_byte, target=len(lowering.flow.imports) - 1))


# Types.


def type_of(lowering: Lowering, node: SyntaxNode | None) -> Expression | None:
    """Return the expression of a node that names a type."""
    if node is None or node.type == "implicit_type":
        return None
    kind, at = node.type, node.start_byte
    if kind in {"identifier", "type_parameter"}:
        return None if lowering.word(node) == "var" else (NAME, at, f"{lowering.word(node)}`0")
    if kind == "generic_name":
        return generic(lowering, node)
    if kind in {"qualified_name", "alias_qualified_name"}:
        return _qualified(lowering, node)
    if kind == "predefined_type":
        return (LITERAL, at, lowering.word(node), "")
    if kind == "array_type":
        of = type_of(lowering, node.child_by_field_name("type")) or blank(node)
        return (INDEX, at, (LITERAL, at, ARRAY, ""), of)
    if kind == "tuple_type":
        parts = tuple(type_of(lowering, each.child_by_field_name("type")) or blank(node) for each in node.named_children)
        return (INDEX, at, (LITERAL, at, "tuple", ""), (SEQUENCE, at, "tuple", parts))
    inside = node.child_by_field_name("type") or next((each for each in node.named_children if each.type in TYPES), None)
    return type_of(lowering, inside)


def generic(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Return the expression of a type that is applied to types, if only to blanks."""
    named, given = first(node, "identifier"), first(node, "type_argument_list")
    if named is None:
        return None
    keys = tuple(type_of(lowering, each) or blank(each) for each in given.named_children if each.type != "comment") if given else ()
    count = len(keys) or (1 + sum(1 for each in given.children if each.type == ",") if given else 0)
    of: Expression = (NAME, named.start_byte, f"{lowering.word(named)}`{count}")
    return (INDEX, node.start_byte, of, keys[0] if len(keys) == 1 else (SEQUENCE, node.start_byte, "tuple", keys)) if keys else of


def _qualified(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    named, holder = node.child_by_field_name("name"), node.child_by_field_name("qualifier") or node.child_by_field_name("alias")
    inner = type_of(lowering, named)
    if holder is None or inner is None or lowering.word(holder) == "global":
        return inner
    return with_holder(type_of(lowering, holder) or blank(holder), inner)


def with_holder(holder: Expression, inner: Expression) -> Expression:
    """Put what stands before the dot into the expression of a name, be it applied to types or not."""
    if inner[0] == INDEX:
        return (*inner[:2], with_holder(holder, inner[2]), inner[3])
    return (MEMBER, inner[1], holder, inner[2])


def type_root(lowering: Lowering, node: SyntaxNode | None) -> int:
    """Keep a declared type as a root; -1 for none and for ``var``."""
    expression = type_of(lowering, node)
    return -1 if expression is None else lowering.add_root(expression, TYPE)


def type_parameters(lowering: Lowering, node: SyntaxNode) -> None:
    """Bind type parameters, each with its first constraint as its type."""
    listed = node.child_by_field_name("type_parameters") or first(node, "type_parameter_list")
    for child in listed.named_children if listed is not None else ():
        named = child.child_by_field_name("name")
        if named is not None:
            lowering.bind(f"{lowering.word(named)}`0", Binding(VARIABLE, named.start_byte))
    for clause in node.named_children:
        of = first(clause, "identifier") if clause.type == "type_parameter_constraints_clause" else None
        bindings = [] if of is None else lowering.flow.scopes[lowering.scope].names.get(f"{lowering.word(of)}`0", [])
        for each in clause.named_children if of is not None else ():
            root = type_root(lowering, each.child_by_field_name("type"))
            for binding in bindings:
                binding.type = root if binding.type < 0 else binding.type


def attributes(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle ``[Name(arguments)]``: the class may be called ``NameAttribute``."""
    for child in node.named_children:
        kind = type_of(lowering, child.child_by_field_name("name")) if child.type == "attribute" else None
        if kind is not None:
            lowering.add_root(_attribute_type(kind), TYPE)
        given = first(child, "attribute_argument_list")
        for each in given.named_children if given is not None else ():
            named = each.child_by_field_name("name")
            for value in each.named_children:
                if value != named:
                    lowering.root(value)


def _attribute_type(kind: Expression) -> Expression:
    if kind[0] not in {NAME, MEMBER} or kind[-1].endswith("Attribute`0"):
        return kind
    return (*kind[:-1], kind[-1].replace("`", "Attribute`"))


# Declarations.


def class_(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle the declaration of a type."""
    outside, branch = lowering.scope, lowering.branch
    named = node.child_by_field_name("name")
    title = "" if named is None else lowering.word(named)
    _attributes_of(lowering, node)
    listed = first(node, "type_parameter_list")
    if listed is not None:
        lowering.open_scope(BLOCK, "", node.start_byte, node)
        type_parameters(lowering, node)
    bases = first(node, "base_list")
    written = [each for each in bases.named_children if each.type in {*TYPES, "primary_constructor_base_type"}] if bases is not None else []
    roots = [lowering.add_root(_base(lowering, each), BASE) for each in written if node.type != "enum_declaration"]
    position = node.start_byte if named is None else named.start_byte
    if title and lowering.flow.scopes[outside].kind in {CLASS_SCOPE, FUNCTION_SCOPE}:
        count = len(listed.named_children) if listed is not None else 0
        for each in (title, f"{title}`{count}"):
            lowering.bind(each, Binding(DEFINITION, position, target=len(lowering.flow.scopes)), scope=outside)
    flags = INTERFACE if node.type == "interface_declaration" else STATIC if "static" in words(lowering, node) else 0
    lowering.open_scope(CLASS_SCOPE, title, position, node, flags | (0 if title else ANONYMOUS))
    lowering.flow.scopes[lowering.scope].bases = roots
    lowering.open_branch()
    _primary(lowering, node, bases)
    body = node.child_by_field_name("body")
    if node.type == "delegate_declaration":
        _invoke(lowering, node, position)
    elif body is not None:
        lowering.lower_children(body)
    lowering.scope, lowering.branch = outside, branch


def _invoke(lowering: Lowering, node: SyntaxNode, position: int) -> None:
    """Give a delegate the method that calling it calls."""
    lowering.bind("Invoke", Binding(DEFINITION, position, target=len(lowering.flow.scopes)))
    scope = lowering.flow.scopes[lowering.open_scope(FUNCTION_SCOPE, "Invoke", position, node, ABSTRACT)]
    listed = node.child_by_field_name("parameters")
    if listed is not None:
        parameters(lowering, listed, scope)
    scope.returns = type_root(lowering, node.child_by_field_name("type"))


def _base(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    return type_of(lowering, node.child_by_field_name("type") if node.type == "primary_constructor_base_type" else node)


def _attributes_of(lowering: Lowering, node: SyntaxNode) -> None:
    for child in node.named_children:
        if child.type == "attribute_list":
            attributes(lowering, child)


def _primary(lowering: Lowering, node: SyntaxNode, bases: SyntaxNode | None) -> None:
    """Give a type the parameters of its primary constructor: a record's are properties."""
    listed = first(node, "parameter_list")
    if node.type == "delegate_declaration" or listed is None:
        return
    scope = lowering.flow.scopes[lowering.scope]
    lowering.bind(CONSTRUCTOR, Binding(DEFINITION, listed.start_byte, target=len(lowering.flow.scopes)))
    outside = lowering.scope
    made = lowering.flow.scopes[lowering.open_scope(FUNCTION_SCOPE, "", listed.start_byte, listed)]
    parameters(lowering, listed, made)
    lowering.scope = outside
    for parameter, binding in zip(made.parameters, (made.names[each.name][0] for each in made.parameters), strict=True):
        scope.names.setdefault(parameter.name, []).append(Binding(FIELD, binding.position, type=parameter.type, branch=lowering.branch))
    for child in bases.named_children if bases is not None else ():
        given = child if child.type == "argument_list" else first(child, "argument_list")
        if given is not None:
            callee: Expression = (MEMBER, child.start_byte, (SUPER, child.start_byte), CONSTRUCTOR)
            lowering.add_root((CALL, child.start_byte, callee, arguments(lowering, given)))


def enum_member(lowering: Lowering, node: SyntaxNode) -> None:
    """Bind a constant of an enumeration, which is worth an instance of it."""
    named = node.child_by_field_name("name")
    lowering.root(node.child_by_field_name("value"))
    if named is not None:
        value = lowering.add_root((SELF, named.start_byte))
        lowering.bind(lowering.word(named), Binding(VARIABLE, named.start_byte, value))


def parameters(lowering: Lowering, node: SyntaxNode, scope: Scope) -> None:
    """Add the parameters in a list; the last may be ``params``, whose parts stand in the list itself."""
    loose = node.child_by_field_name("type")
    for child in node.named_children:
        if child.type in {"parameter", "implicit_parameter"}:
            _parameter(lowering, child, scope)
    named = node.child_by_field_name("name")
    if loose is not None and named is not None:
        element = loose.child_by_field_name("type") if loose.type == "array_type" else loose
        lowering.add_parameter(scope, Parameter(lowering.word(named), REST, type_root(lowering, element)), named.start_byte)


def _parameter(lowering: Lowering, node: SyntaxNode, scope: Scope) -> None:
    named = node.child_by_field_name("name") or (node if node.type == "implicit_parameter" else None)
    if named is None:
        return
    type_ = node.child_by_field_name("type")
    kind = type_root(lowering, type_)
    rest = [child for child in node.named_children if child not in (named, type_) and child.type not in {"modifier", "attribute_list"}]
    _attributes_of(lowering, node)
    default = lowering.root(rest[-1]) if rest else -1
    if not scope.parameters and "this" in words(lowering, node):
        scope.flags |= EXTENSION
    lowering.add_parameter(scope, Parameter(lowering.word(named), ONE, kind, default), named.start_byte)


def function(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle a method, operator, constructor, finalizer or local function."""
    _attributes_of(lowering, node)
    modifiers, named = words(lowering, node), node.child_by_field_name("name")
    explicit = first(node, "explicit_interface_specifier")
    flags = (STATIC if "static" in modifiers else 0) | (ASYNC if "async" in modifiers else 0)
    flags |= OPEN if modifiers & {"virtual", "abstract", "override"} else 0
    body = node.child_by_field_name("body")
    lowering.flags = flags | (ABSTRACT if body is None else 0) | (OVERLOAD if explicit is not None else 0)
    outside, branch = lowering.scope, lowering.branch
    index = len(lowering.flow.scopes)
    constructor = node.type == "constructor_declaration"
    title = "operator" if named is None else lowering.word(named)
    if node.type in {"method_declaration", "local_function_statement", "constructor_declaration"}:
        at = node.start_byte if named is None else named.start_byte
        lowering.bind(CONSTRUCTOR if constructor else title, Binding(DEFINITION, at, target=index))
    lowering.open_scope(FUNCTION_SCOPE, title, node.start_byte if named is None else named.start_byte, node, lowering.flags)
    lowering.flags = 0
    scope = lowering.flow.scopes[index]
    lowering.open_branch()
    type_parameters(lowering, node)
    listed = node.child_by_field_name("parameters")
    if listed is not None:
        parameters(lowering, listed, scope)
    scope.returns = type_root(lowering, node.child_by_field_name("returns") or node.child_by_field_name("type"))
    if explicit is not None:
        type_root(lowering, next(iter(explicit.named_children), None))
    chained = first(node, "constructor_initializer")
    if chained is not None:
        _chain(lowering, chained)
    if body is not None:
        expression = lowering.lower(body)
        if expression is not None:
            scope.returned.append(lowering.add_root(expression))
    lowering.scope, lowering.branch = outside, branch


def _chain(lowering: Lowering, node: SyntaxNode) -> None:
    which, given = next((each for each in node.children if each.type in {"base", "this"}), None), first(node, "argument_list")
    if which is not None and given is not None:
        of: Expression = (SUPER if which.type == "base" else SELF, which.start_byte)
        callee: Expression = (MEMBER, which.start_byte, of, CONSTRUCTOR)
        lowering.add_root((CALL, which.start_byte, callee, arguments(lowering, given)))


def arguments(lowering: Lowering, node: SyntaxNode) -> tuple[tuple[str, Expression], ...]:
    """Return the arguments in a list of them."""
    found: list[tuple[str, Expression]] = []
    for child in node.named_children:
        if child.type == "argument":
            named = child.child_by_field_name("name")
            value = next((each for each in child.named_children if each != named and each.type != "comment"), None)
            given = None if value is None else lowering.lower(value)
            found.append(("" if named is None else lowering.word(named), given or blank(child)))
    return tuple(found)


def lambda_(lowering: Lowering, node: SyntaxNode) -> Expression:
    """Handle a function without a name."""
    outside, branch, index = lowering.scope, lowering.branch, len(lowering.flow.scopes)
    marked = ASYNC if "async" in words(lowering, node) else 0
    scope = lowering.flow.scopes[lowering.open_scope(FUNCTION_SCOPE, "", node.start_byte, node, ANONYMOUS | marked)]
    lowering.open_branch()
    listed = node.child_by_field_name("parameters")
    if listed is not None and listed.type == "implicit_parameter":
        _parameter(lowering, listed, scope)
    elif listed is not None:
        parameters(lowering, listed, scope)
    body = node.child_by_field_name("body") or first(node, "block")
    expression = None if body is None else lowering.lower(body)
    if expression is not None:
        scope.returned.append(lowering.add_root(expression))
    lowering.scope, lowering.branch = outside, branch
    return (FUNCTION, node.start_byte, index)


def property_(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle a property or indexer: a field with a type, and the bodies of its accessors."""
    _attributes_of(lowering, node)
    named, type_ = node.child_by_field_name("name"), node.child_by_field_name("type")
    kind, value = type_root(lowering, type_), node.child_by_field_name("value")
    explicit = first(node, "explicit_interface_specifier")
    title = "this" if named is None else lowering.word(named)
    position = node.start_byte if named is None else named.start_byte
    computed = value is not None and value.type == "arrow_expression_clause"
    initial = lowering.root(value) if value is not None and not computed else -1
    if explicit is not None:
        type_root(lowering, next(iter(explicit.named_children), None))
    else:
        lowering.bind("[]" if named is None else title, Binding(VARIABLE, position, initial, kind))
    bodies = value if computed else node.child_by_field_name("accessors")
    if bodies is None:
        return
    outside, branch = lowering.scope, lowering.branch
    flags = STATIC if "static" in words(lowering, node) else 0
    scope = lowering.flow.scopes[lowering.open_scope(FUNCTION_SCOPE, title, position, node, flags)]
    lowering.open_branch()
    listed = node.child_by_field_name("parameters")
    if listed is not None:
        parameters(lowering, listed, scope)
    lowering.bind("value", Binding(VARIABLE, node.start_byte, type=kind))
    expression = lowering.lower(bodies)
    if expression is not None:
        lowering.add_root(expression)
    lowering.scope, lowering.branch = outside, branch


def variables(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle what declares variables or fields of one type."""
    kind = type_root(lowering, node.child_by_field_name("type"))
    for declarator in node.named_children:
        if declarator.type != "variable_declarator":
            continue
        named = declarator.child_by_field_name("name")
        value = next((each for each in declarator.named_children if each not in (named,) and each.type not in _NO_VALUE), None)
        pattern = first(declarator, "tuple_pattern")
        root = lowering.root(value)
        if named is not None:
            lowering.bind(lowering.word(named), Binding(VARIABLE, named.start_byte, root, kind))
        elif pattern is not None:
            take_apart(lowering, pattern, root)


_NO_VALUE = frozenset({"bracketed_argument_list", "tuple_pattern", "comment"})


def take_apart(lowering: Lowering, node: SyntaxNode, value: int) -> None:
    """Give the parts of a value to the names of a pattern."""
    for position, child in enumerate(node.named_children):
        if child.type == "identifier":
            part = lowering.add_root((ITEM, child.start_byte, (ROOT, child.start_byte, value), position))
            lowering.bind(lowering.word(child), Binding(VARIABLE, child.start_byte, part))
