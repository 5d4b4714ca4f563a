"""C's and C++'s types and declarations.

A declaration without a body is a function scope marked abstract; the rules lead from it to the definition. A method that is defined outside
of its class keeps the class as its only base. In C the tag of a type is a part of its name (``struct conn``).
"""

from __future__ import annotations

from graph.flow import (
    ABSTRACT,
    ANONYMOUS,
    BASE,
    BLOCK,
    CAST,
    CLASS,
    CLASS_SCOPE,
    DEFINITION,
    EITHER,
    ELEMENT,
    ENTER,
    EXTENSION,
    FIELD,
    FUNCTION_SCOPE,
    INDEX,
    ITEM,
    LITERAL,
    MEMBER,
    MODULE,
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
    VALUE,
    VARIABLE,
    WRITE,
    Binding,
    Expression,
    Parameter,
)
from graph.languages.jvm import CONSTRUCTOR, first
from graph.lower import Lowering, SyntaxNode

ENUMERATORS = "enumerators"
"""Where a file lists its enumerations whose constants are seen around them."""
TAGGED = {"struct_specifier": "struct ", "union_specifier": "union ", "enum_specifier": "enum ", "class_specifier": ""}
NAMES = frozenset({
    "identifier",
    "field_identifier",
    "type_identifier",
    "qualified_identifier",
    "destructor_name",
    "operator_name",
    "operator_cast",
    "template_function",
    "structured_binding_declarator",
    "template_type",
    "namespace_identifier",
})
_POINTS = frozenset({"pointer_declarator", "reference_declarator", "array_declarator", "abstract_pointer_declarator"})


def blank(node: SyntaxNode) -> Expression:
    """Return an expression nobody knows anything of."""
    return (EITHER, node.start_byte, ())


def home(lowering: Lowering) -> int:
    """Return the scope that a definition is bound in: templates' own scopes hold their parameters alone."""
    scopes, at = lowering.flow.scopes, lowering.scope
    while at > 0 and scopes[at].kind == BLOCK and not scopes[at].name:
        at = scopes[at].parent
    return at


# Types.


def type_of(lowering: Lowering, node: SyntaxNode | None) -> Expression | None:
    """Return the expression of a node that names a type; define the type where it is written out."""
    if node is None:
        return None
    kind, at = node.type, node.start_byte
    if kind in TAGGED:
        named, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if body is not None:
            return define_type(lowering, node)
        tag = TAGGED[kind] if lowering.flow.language == "c" else ""
        return None if named is None else _tagged(type_of(lowering, named), tag)
    if kind in {"type_identifier", "identifier", "namespace_identifier"}:
        return (NAME, at, lowering.word(node))
    if kind in {"primitive_type", "sized_type_specifier"}:
        return (LITERAL, at, "".join(lowering.word(node).split()), "")
    if kind in {"template_type", "template_function"}:
        return _template(lowering, node)
    if kind == "qualified_identifier":
        return qualified(lowering, node)
    if kind in {"type_descriptor", "dependent_type", "dependent_name"}:
        return type_of(lowering, node.child_by_field_name("type") or next(iter(node.named_children), None))
    return None


def _tagged(expression: Expression | None, tag: str) -> Expression | None:
    return (*expression[:2], f"{tag}{expression[2]}") if tag and expression is not None and expression[0] == NAME else expression


def _template(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    of, given = type_of(lowering, node.child_by_field_name("name")), node.child_by_field_name("arguments")
    keys = types_in(lowering, given)
    if of is None or not keys:
        return of
    return (INDEX, node.start_byte, of, keys[0] if len(keys) == 1 else (SEQUENCE, node.start_byte, "tuple", keys))


def types_in(lowering: Lowering, node: SyntaxNode | None) -> tuple[Expression, ...]:
    """Return the types in a list of template arguments."""
    return tuple(type_of(lowering, each) or blank(each) for each in node.named_children) if node is not None else ()


def qualified(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``a::b``; the name may be qualified in turn, and a template."""
    holder, named = node.child_by_field_name("scope"), node.child_by_field_name("name")
    of = type_of(lowering, holder)
    while named is not None and named.type == "qualified_identifier":
        inner = type_of(lowering, named.child_by_field_name("scope"))
        of = inner if of is None else None if inner is None else put_before(of, inner)
        named = named.child_by_field_name("name")
    if named is None:
        return None
    last = type_of(lowering, named) or (NAME, named.start_byte, lowering.word(named))
    if holder is None:
        return last
    return put_before(of or blank(node), last)


def put_before(holder: Expression, inner: Expression) -> Expression:
    """Put what stands before the colons into the expression of a name."""
    if inner[0] == INDEX:
        return (*inner[:2], put_before(holder, inner[2]), inner[3])
    return (MEMBER, inner[1], holder, inner[2]) if inner[0] == NAME else inner


def type_root(lowering: Lowering, node: SyntaxNode | None) -> int:
    """Keep a declared type as a root; -1 for none and for ``auto``."""
    expression = type_of(lowering, node)
    if expression is None and node is not None and node.type not in TAGGED:
        lowering.lower_children(node)
    return -1 if expression is None else lowering.add_root(expression, TYPE)


def define_type(lowering: Lowering, node: SyntaxNode, title: str = "") -> Expression | None:
    """Open a struct, union, class or enumeration, and return its name."""
    named, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    title = title or ("" if named is None else lowering.word(named).rpartition("::")[2].partition("<")[0])
    position = node.start_byte if named is None else named.start_byte
    outside, branch, index, at = lowering.scope, lowering.branch, len(lowering.flow.scopes), home(lowering)
    bases = first(node, "base_class_clause")
    written = [each for each in bases.named_children if each.type in NAMES] if bases is not None else []
    roots = [lowering.add_root(type_of(lowering, each), BASE) for each in written]
    tag = TAGGED[node.type] if lowering.flow.language == "c" else ""
    if title and named is not None and named.type != "template_type":  # a specialization is reached through the primary template
        lowering.bind(f"{tag}{title}", Binding(DEFINITION, position, target=index), scope=at)
    lowering.open_scope(CLASS_SCOPE, title, position, node, 0 if title else ANONYMOUS)
    lowering.flow.scopes[index].bases = roots
    if node.type == "enum_specifier" and not {"class", "struct"} & {child.type for child in node.children}:
        lowering.flow.exports.setdefault(ENUMERATORS, []).append(index)
    lowering.open_branch()
    for child in body.named_children if body is not None else ():
        if child.type == "enumerator":
            _enumerator(lowering, child)
        else:
            expression = lowering.lower(child)
            if expression is not None:
                lowering.add_root(expression)
    lowering.scope, lowering.branch = outside, branch
    if named is None:
        return (CLASS, position, index)
    return (NAME, position, f"{tag}{title}")


def _enumerator(lowering: Lowering, node: SyntaxNode) -> None:
    named = node.child_by_field_name("name")
    lowering.root(node.child_by_field_name("value"))
    if named is not None:
        lowering.bind(lowering.word(named), Binding(VARIABLE, named.start_byte, lowering.add_root((SELF, named.start_byte))))


# Declarators.


def named_in(node: SyntaxNode | None) -> tuple[SyntaxNode | None, SyntaxNode | None]:
    """Return the name that a declarator declares, and its list of parameters where it declares a function."""
    function: SyntaxNode | None = None
    while node is not None and node.type not in NAMES:
        if node.type == "function_declarator":
            function = node
        elif node.type == "parenthesized_declarator" and any(each.type in _POINTS for each in node.named_children):
            function = None
        inner = node.child_by_field_name("declarator")
        node = inner or next((each for each in node.named_children if each.type in NAMES or each.type.endswith("declarator")), None)
    return node, function


def words(lowering: Lowering, node: SyntaxNode) -> set[str]:
    """Return the words that a declaration begins with."""
    return {lowering.word(each) for each in node.children if each.type in {"storage_class_specifier", "virtual", "friend"}}


def function(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle a function with a body."""
    named, declarator = named_in(node.child_by_field_name("declarator"))
    if named is None or declarator is None:
        lowering.lower_children(node)
        return
    define(lowering, node, named, declarator)


def define(lowering: Lowering, node: SyntaxNode, named: SyntaxNode, declarator: SyntaxNode) -> None:
    """Open a function that is defined, or only declared."""
    outside, branch, index, at = lowering.scope, lowering.branch, len(lowering.flow.scopes), home(lowering)
    body = node.child_by_field_name("body") or first(node, "try_statement")
    last = named
    chain: list[Expression] = []
    while last.type == "qualified_identifier":
        part = type_of(lowering, last.child_by_field_name("scope"))
        chain += [part] if part is not None else []
        inner = last.child_by_field_name("name")
        if inner is None:
            break
        last = inner
    title = lowering.word(last).partition("<")[0] if last.type != "operator_name" else "".join(lowering.word(last).split())
    marks = words(lowering, node)
    bare = body is None and not any(each.type in {"default_method_clause", "delete_method_clause"} for each in node.named_children)
    flags = (STATIC if "static" in marks else 0) | (ABSTRACT if bare else 0) | (EXTENSION if chain else 0)
    if "virtual" in marks or first(declarator, "virtual_specifier") is not None:
        flags |= OPEN  # to be overridden
    lowering.open_branch()
    lowering.flow.branches[-1] = (branch, 0)
    if not chain and last.type != "template_function":
        scope = lowering.flow.scopes[at]
        constructs = scope.kind == CLASS_SCOPE and title == scope.name
        lowering.bind(CONSTRUCTOR if constructs else title, Binding(DEFINITION, last.start_byte, target=index), scope=at)
    lowering.open_scope(FUNCTION_SCOPE, title, last.start_byte, node, flags)
    opened = lowering.flow.scopes[index]
    lowering.open_branch()
    if chain:
        whole = chain[0]
        for each in chain[1:]:
            whole = put_before(whole, each)
        opened.bases = [lowering.add_root(whole, VALUE)]
    opened.returns = type_root(lowering, node.child_by_field_name("type"))
    parameters(lowering, declarator.child_by_field_name("parameters"), index)
    initialized = first(node, "field_initializer_list")
    for each in initialized.named_children if initialized is not None else ():
        _initializer(lowering, each)
    if body is not None:
        lowering.lower(body)
    lowering.scope, lowering.branch = outside, branch


def parameters(lowering: Lowering, node: SyntaxNode | None, index: int) -> None:
    """Add the parameters in a list to a function."""
    scope = lowering.flow.scopes[index]
    for child in node.named_children if node is not None else ():
        if child.type in {"variadic_parameter", "variadic_parameter_declaration"}:
            scope.parameters.append(Parameter("", REST, type_root(lowering, child.child_by_field_name("type"))))
        elif child.type in {"parameter_declaration", "optional_parameter_declaration"}:
            named, _ = named_in(child.child_by_field_name("declarator"))
            kind = type_root(lowering, child.child_by_field_name("type"))
            default = lowering.root(child.child_by_field_name("default_value"))
            if named is None and lowering.word(child) == "void":
                continue
            title, at = ("", child.start_byte) if named is None else (lowering.word(named), named.start_byte)
            lowering.add_parameter(scope, Parameter(title, ONE, kind, default), at)
    if node is not None and "..." in {child.type for child in node.children}:
        scope.parameters.append(Parameter("", REST))


def broken(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle what cannot be parsed: of a declaration that a macro stands after, the name and its parameters' types can be told."""
    outermost = lowering.flow.scopes[home(lowering)].kind in {MODULE, BLOCK}
    for child in node.named_children:
        named, declarator = named_in(child) if child.type == "function_declarator" else (None, None)
        if named is None or declarator is None or named.type != "identifier" or not outermost:
            expression = lowering.lower(child)
            if expression is not None:
                lowering.add_root(expression)
            continue
        lowering.bind(lowering.word(named), Binding(FIELD, named.start_byte), scope=home(lowering))
        listed = declarator.child_by_field_name("parameters")
        for each in listed.named_children if listed is not None else ():
            type_root(lowering, each.child_by_field_name("type"))


def _initializer(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle what a constructor gives a field or a base class."""
    named, given = next(iter(node.named_children), None), first(node, "argument_list") or first(node, "initializer_list")
    if named is None:
        return
    of = type_of(lowering, named) or (NAME, named.start_byte, lowering.word(named))
    passed = tuple(lowering.lower(each) or blank(each) for each in given.named_children) if given is not None else ()
    if of[0] == NAME and not of[2][:1].isupper():
        lowering.add_root(of, WRITE)
        for each in passed:
            lowering.add_root(each)
    else:
        lowering.add_root((NEW, node.start_byte, of, tuple(("", each) for each in passed)))


def declaration(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle a declaration of variables, fields or functions."""
    marks = words(lowering, node)
    type_ = node.child_by_field_name("type")
    kind = type_root(lowering, type_)
    for declarator in node.children_by_field_name("declarator"):
        named, parameters_ = named_in(declarator)
        if named is None:
            continue
        if parameters_ is not None:
            define(lowering, node, named, parameters_)
            continue
        value = declarator.child_by_field_name("value") if declarator.type == "init_declarator" else None
        _variable(lowering, node, named, kind, value or node.child_by_field_name("default_value"), marks)


def _variable(lowering: Lowering, node: SyntaxNode, named: SyntaxNode, kind: int, value: SyntaxNode | None, marks: set[str]) -> None:
    root = -1
    declared_pointer = node.type == "field_declaration" and any(map(_points_to_function, node.children_by_field_name("declarator")))
    if value is not None and value.type in {"argument_list", "initializer_list"}:
        of = lowering.flow.roots[kind].expression if kind >= 0 else None
        pairs = any(each.type == "initializer_pair" for each in value.named_children)
        made = of is not None and not pairs and lowering.flow.language == "cpp"
        if of is not None and value.type == "initializer_list" and not made:
            initialize(lowering, value, of)
        if made:
            passed = tuple(("", lowering.lower(each) or blank(each)) for each in value.named_children)
            root = lowering.add_root((NEW, value.start_byte, of, passed))
        elif of is None:
            lowering.lower_children(value)
    else:
        root = lowering.root(value)
    at = home(lowering) if lowering.flow.scopes[lowering.scope].kind in {MODULE, CLASS_SCOPE} else lowering.scope
    if named.type == "structured_binding_declarator":
        for position, each in enumerate(named.named_children):
            part = lowering.add_root((ITEM, each.start_byte, (ROOT, each.start_byte, root), position))
            lowering.bind(lowering.word(each), Binding(VARIABLE, each.start_byte, part))
        return
    if named.type == "qualified_identifier":
        return
    if declared_pointer and lowering.flow.scopes[at].kind == CLASS_SCOPE:
        given: Expression = (INDEX, named.start_byte, (SELF, named.start_byte), (LITERAL, named.start_byte, "field", lowering.word(named)))
        kind, root = -1, lowering.add_root(given)
    outer = lowering.flow.scopes[at].kind in {MODULE, BLOCK} and "extern" in marks and root < 0
    title = lowering.word(named)
    lowering.bind(title, Binding(FIELD if outer else VARIABLE, named.start_byte, root, kind), scope=at)
    if "static" in marks and lowering.flow.scopes[at].kind == MODULE:
        lowering.bind(f"static#{title}", Binding(VARIABLE, named.start_byte), scope=at)


def initialize(lowering: Lowering, node: SyntaxNode, of: Expression) -> None:
    """Take note of the fields that a list in braces sets."""
    for child in node.named_children:
        designator, value = child.child_by_field_name("designator"), child.child_by_field_name("value")
        named = first(designator, "field_identifier") if designator is not None else None
        if child.type != "initializer_pair" or named is None:
            lowering.root(child)
            continue
        member: Expression = (MEMBER, named.start_byte, (CAST, named.start_byte, of), lowering.word(named))
        target = lowering.add_root(member, WRITE)
        if value is not None and value.type == "initializer_list":
            lowering.lower_children(value)
        else:
            lowering.flow.stores.append((target, lowering.root(value)))


def alias(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle ``typedef type name`` and ``using name = type``."""
    type_ = node.child_by_field_name("type")
    declarators = list(node.children_by_field_name("declarator"))
    if type_ is not None and type_.type in TAGGED and type_.child_by_field_name("body") is not None and declarators:
        named, _ = named_in(declarators[0])
        if type_.child_by_field_name("name") is None and named is not None:
            index = len(lowering.flow.scopes)
            define_type(lowering, type_, lowering.word(named))
            lowering.flow.scopes[index].position = named.start_byte
            lowering.bind(lowering.word(named), Binding(DEFINITION, named.start_byte, target=index), scope=home(lowering))
            return
    named = node.child_by_field_name("name")
    kind = type_root(lowering, type_)
    names = [named] if named is not None else [named_in(each)[0] for each in declarators]
    pointed = [named is None and named_in(each)[1] is None and _points_to_function(each) for each in declarators] or [False]
    for each, function_ in zip(names, pointed, strict=False):
        if each is not None:
            binding = Binding(VARIABLE, each.start_byte, type=-1 if function_ else kind)
            lowering.bind(lowering.word(each), binding, scope=home(lowering))


def _points_to_function(node: SyntaxNode) -> bool:
    return node.type == "function_declarator" or any(_points_to_function(each) for each in node.named_children if "declarator" in each.type)


def loop(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle a loop over a range."""
    named, _ = named_in(node.child_by_field_name("declarator"))
    kind, source = type_root(lowering, node.child_by_field_name("type")), node.child_by_field_name("right")
    over = None if source is None else lowering.lower(source)
    value = lowering.add_root(None if over is None else (ELEMENT, node.start_byte, over))
    if named is not None and named.type == "structured_binding_declarator":
        for position, each in enumerate(named.named_children):
            part = lowering.add_root((ITEM, each.start_byte, (ROOT, each.start_byte, value), position))
            lowering.bind(lowering.word(each), Binding(VARIABLE, each.start_byte, part))
    elif named is not None:
        lowering.bind(lowering.word(named), Binding(VARIABLE, named.start_byte, value, kind))
    lowering.root(node.child_by_field_name("body"))


DEREFERENCE = ENTER
"""What ``*p`` and ``p->`` make of a pointer: what it points to, for a class that is one."""
