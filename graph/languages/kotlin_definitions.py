"""Kotlin's packages, types and declarations.

An extension is bound under its name with a dot before it (``.trim``), so that only a look-up in a value finds it; its receiver is bound as
``this`` inside. A constructor is bound as ``<init>``.
"""

from __future__ import annotations

from collections.abc import Sequence

from graph.flow import (
    ABSTRACT,
    BASE,
    BLOCK,
    CALL,
    CLASS,
    CLASS_SCOPE,
    DEFINITION,
    EITHER,
    EXTENSION,
    FUNCTION,
    FUNCTION_SCOPE,
    IMPORTED,
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
    SPREAD,
    SUPER,
    TYPE,
    VARIABLE,
    WRITTEN_OUT,
    Binding,
    Expression,
    ImportedName,
    Parameter,
    Scope,
)
from graph.languages.jvm import CONSTRUCTOR, first, inside, lower_modifiers, open_class, open_function
from graph.lowering import Lowering, SyntaxNode

COMMENTS = frozenset({"line_comment", "block_comment", "multiline_comment", "shebang_line"})
_MODIFIERS = COMMENTS | {"modifiers", "type_modifiers", "type_parameter_modifiers", "type_projection_modifiers"}
TYPES = frozenset({"user_type", "nullable_type", "function_type", "parenthesized_type", "non_nullable_type", "dynamic"})


def parts(node: SyntaxNode) -> list[SyntaxNode]:
    """Return a node's children without modifiers and comments."""
    return [child for child in node.named_children if child.type not in _MODIFIERS]


def has(node: SyntaxNode, word: str) -> bool:
    """Say whether a node has a child that is a word of the language."""
    return any(child.type == word for child in node.children)


def package(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle ``package a.b``."""
    named = first(node, "qualified_identifier")
    lowering.flow.package = "" if named is None else "".join(lowering.word(named).split())


def import_(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle ``import a.b``, ``import a.*`` and ``import a.b as c``."""
    named, alias = first(node, "qualified_identifier"), first(node, "identifier")
    if named is None:
        return
    whole = "".join(lowering.word(named).split())
    if has(node, "*"):
        lowering.import_name(whole, "*", named.start_byte)
        return
    module, _, last = whole.rpartition(".")
    lowering.flow.imports.append(ImportedName(module, last, named.start_byte))
    index = len(lowering.flow.imports) - 1
    for key in ("", "."):
        lowering.bind(key + (last if alias is None else lowering.word(alias)), Binding(IMPORTED, named.start_byte, target=index))


def user_type(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``a.b.Type<Argument>``."""
    return named_type(lowering, node.named_children)


def named_type(lowering: Lowering, children: Sequence[SyntaxNode]) -> Expression | None:
    """Return the type that identifiers and type arguments name."""
    made: Expression | None = None
    for child in children:
        if child.type == "identifier":
            word = lowering.word(child)
            made = (NAME, child.start_byte, word) if made is None else (MEMBER, child.start_byte, made, word)
        elif child.type == "type_arguments" and made is not None:
            keys = tuple(lowering.lower(each) or (EITHER, each.start_byte, ()) for each in child.named_children)
            if keys:
                made = (INDEX, made[1], made, keys[0] if len(keys) == 1 else (SEQUENCE, made[1], "tuple", keys))
    return made


def function_type(lowering: Lowering, node: SyntaxNode) -> Expression:
    """Handle ``Receiver.(A) -> B``: a generic type of what it takes and of what it gives."""
    children = parts(node)
    extension = bool(children) and children[0].type != "function_type_parameters"
    kinds: list[Expression] = []
    for child in children:
        each = [one.named_children[-1] if one.type == "parameter" and one.named_children else one for one in child.named_children]
        written = each if child.type == "function_type_parameters" else [child]
        kinds += [lowering.lower(one) or (EITHER, one.start_byte, ()) for one in written]
    at = node.start_byte
    return (
        INDEX,
        at,
        (LITERAL, at, "kotlin.ExtensionFunction" if extension else "kotlin.Function", ""),
        (SEQUENCE, at, "tuple", tuple(kinds)),
    )


def type_parameters(lowering: Lowering, node: SyntaxNode) -> None:
    """Bind type parameters, each with its bound as its type."""
    for child in node.named_children:
        children = parts(child)
        if child.type == "type_parameter" and children and children[0].type == "identifier":
            binding = Binding(VARIABLE, children[0].start_byte)
            lowering.bind(lowering.word(children[0]), binding)
            if len(children) > 1:
                binding.type = lowering.root(children[1], TYPE)


def type_of(lowering: Lowering, node: SyntaxNode | None) -> int:
    """Keep a type as a root; -1 for none."""
    return lowering.root(node, TYPE) if node is not None else -1


def _value_parameters(lowering: Lowering, node: SyntaxNode | None, scope: Scope) -> None:
    """Add the parameters in a list, where a default stands after its parameter and ``vararg`` before it."""
    taking = ONE
    children = [] if node is None else [child for child in node.named_children if child.type not in COMMENTS]
    for child in children:
        if child.type == "parameter_modifiers":
            taking = REST if "vararg" in lowering.word(child) else ONE
        elif child.type == "parameter":
            inner = parts(child)
            kind = type_of(lowering, next((each for each in inner if each.type in TYPES), None))
            title = lowering.word(inner[0]) if inner and inner[0].type == "identifier" else ""
            lowering.add_parameter(scope, Parameter(title, taking, kind), child.start_byte)
            taking = ONE
        elif scope.parameters:
            scope.parameters[-1].default = lowering.root(child)


def function(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle a function, also one that extends a type."""
    children = parts(node)
    at = next((index for index, child in enumerate(children) if child.type == "function_value_parameters"), -1)
    named = node.child_by_field_name("name")
    receiver = next((child for child in children[: max(at, 0)] if child.type in TYPES), None)
    held = [] if receiver is None else list(receiver.named_children)
    if named is not None and named.start_byte == named.end_byte:  # the grammar puts the name into the receiver's type
        names = [child for child in held if child.type == "identifier"]
        named, held = (names[-1], [child for child in held if child != names[-1]]) if names else (None, held)
    if named is None:
        return
    title, extends = lowering.word(named), receiver is not None
    lowering.bind(f".{title}" if extends else title, Binding(DEFINITION, named.start_byte, target=len(lowering.flow.scopes)))
    with inside(lowering):
        scope = open_function(lowering, node, title, named.start_byte, _flags(lowering, node, extends=extends))
        _generics(lowering, node)
        if receiver is not None:
            made = named_type(lowering, held) if receiver.type == "user_type" else lowering.lower(receiver)
            lowering.bind("this", Binding(VARIABLE, node.start_byte, type=lowering.add_root(made, TYPE)))
        _value_parameters(lowering, children[at] if at >= 0 else None, scope)
        scope.returns = type_of(lowering, next((child for child in children[at + 1 :] if child.type in TYPES), None))
        _body(lowering, first(node, "function_body"), scope)
        lower_annotations(lowering, node)


def _flags(lowering: Lowering, node: SyntaxNode, *, extends: bool) -> int:
    modifiers = first(node, "modifiers")
    said: set[str] = set() if modifiers is None else {lowering.word(each) for each in modifiers.named_children}
    asked = lowering.flow.scopes[lowering.scope].flags & INTERFACE and "private" not in said
    is_open = asked or said & {"open", "abstract", "override"}
    return (EXTENSION if extends else 0) | (ABSTRACT if first(node, "function_body") is None else 0) | (OPEN if is_open else 0)


def _generics(lowering: Lowering, node: SyntaxNode) -> None:
    generic = first(node, "type_parameters")
    if generic is not None:
        lowering.lower(generic)
    limits = first(node, "type_constraints")
    if limits is not None:
        for each in limits.named_children:
            if each.named_children:
                lowering.root(each.named_children[-1], TYPE)


def lower_annotations(lowering: Lowering, node: SyntaxNode) -> None:
    """Take note of the annotations of a declaration."""
    modifiers = first(node, "modifiers")
    if modifiers is not None:
        lower_modifiers(lowering, modifiers)


def _body(lowering: Lowering, node: SyntaxNode | None, scope: Scope) -> None:
    for child in node.named_children if node is not None else ():
        if child.type == "block":
            lowering.lower_children(child)
        else:
            value = lowering.lower(child)
            if value is not None:
                scope.returned.append(lowering.add_root(value))


def secondary_constructor(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle ``constructor(…) : this(…) { … }``."""
    lowering.bind(CONSTRUCTOR, Binding(DEFINITION, node.start_byte, target=len(lowering.flow.scopes)))
    with inside(lowering):
        scope = open_function(lowering, node, "constructor", node.start_byte)
        _value_parameters(lowering, first(node, "function_value_parameters"), scope)
        for child in parts(node):
            if child.type == "constructor_delegation_call":
                listed = first(child, "value_arguments")
                of: Expression = (SUPER if has(child, "super") else SELF, child.start_byte)
                callee: Expression = (MEMBER, child.start_byte, of, CONSTRUCTOR)
                lowering.add_root((CALL, child.start_byte, callee, () if listed is None else arguments(lowering, listed)))
            elif child.type == "block":
                lowering.lower_children(child)


def lambda_(lowering: Lowering, node: SyntaxNode) -> Expression:
    """Handle ``{ a, b -> … }``, whose last expression is what it returns, and whose only parameter need not be named."""
    index = len(lowering.flow.scopes)
    with inside(lowering):
        scope = open_function(lowering, node, "", node.start_byte)
        named = first(node, "lambda_parameters")
        for child in parts(named) if named is not None else ():
            _lambda_parameter(lowering, child, scope)
        if named is None:
            lowering.add_parameter(scope, Parameter("it"), node.start_byte)
        _statements(lowering, [child for child in parts(node) if child != named], scope)
    return (FUNCTION, node.start_byte, index)


def _lambda_parameter(lowering: Lowering, node: SyntaxNode, scope: Scope) -> None:
    if node.type == "multi_variable_declaration":
        title = f"<{len(scope.parameters)}>"
        lowering.add_parameter(scope, Parameter(title), node.start_byte)
        take_apart(lowering, node, lowering.add_root((NAME, node.start_byte, title)))
        return
    children = parts(node)
    title = lowering.word(children[0]) if children else lowering.word(node)
    lowering.add_parameter(scope, Parameter(title, ONE, type_of(lowering, children[1] if len(children) > 1 else None)), node.start_byte)


def _statements(lowering: Lowering, nodes: list[SyntaxNode], scope: Scope) -> None:
    for child in nodes:
        value = lowering.lower(child)
        if value is not None or child == nodes[-1]:
            root = lowering.add_root(value)
            if child == nodes[-1]:
                scope.returned.append(root)


def anonymous_function(lowering: Lowering, node: SyntaxNode) -> Expression:
    """Handle ``fun(a: A): B { … }``."""
    index, children = len(lowering.flow.scopes), parts(node)
    with inside(lowering):
        scope = open_function(lowering, node, "", node.start_byte)
        _value_parameters(lowering, first(node, "function_value_parameters"), scope)
        scope.returns = type_of(lowering, next((child for child in children if child.type in TYPES), None))
        _body(lowering, first(node, "function_body"), scope)
    return (FUNCTION, node.start_byte, index)


# Classes.


def class_(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle a class, an interface, an object and a companion."""
    with inside(lowering):
        named = node.child_by_field_name("name")
        constructor = first(node, "primary_constructor")
        outer = lowering.scope
        title = lowering.word(named) if named is not None else "Companion"
        if constructor is not None or first(node, "type_parameters") is not None:
            lowering.open_scope(BLOCK, "", node.start_byte, node)
            _generics(lowering, node)
        kind = INTERFACE if has(node, "interface") else 0
        fields = _class_parameters(lowering, constructor)
        bases = _bases(lowering, node)
        position = node.start_byte if named is None else named.start_byte
        lowering.bind(title, Binding(DEFINITION, position, target=len(lowering.flow.scopes)), scope=outer)
        lowering.open_scope(CLASS_SCOPE, title, position, node, kind)
        lowering.open_branch()
        scope = lowering.flow.scopes[lowering.scope]
        scope.bases, scope.parameters = bases, [parameter for parameter, _ in fields]
        if first(node, "enum_class_body") is not None:
            scope.bases.append(lowering.add_root((LITERAL, node.start_byte, "kotlin.Enum", ""), BASE))
        for parameter, is_field in fields:
            if is_field:
                lowering.bind(parameter.name, Binding(VARIABLE, position, parameter.default, parameter.type))
        lower_annotations(lowering, node)
        body = first(node, "class_body") or first(node, "enum_class_body")
        if body is not None:
            if constructor is not None and first(body, "secondary_constructor") is not None:
                _bind_primary(lowering, constructor, scope)
            lowering.lower_children(body)
        if node.type == "companion_object":
            _share(lowering, scope, outer)


def _bind_primary(lowering: Lowering, node: SyntaxNode, class_: Scope) -> None:
    """Bind a primary constructor beside the secondary ones: calling it is making an instance, so that it is no node."""
    lowering.bind(CONSTRUCTOR, Binding(DEFINITION, node.start_byte, target=len(lowering.flow.scopes)))
    with inside(lowering):
        lowering.open_scope(FUNCTION_SCOPE, "", node.start_byte, node, WRITTEN_OUT)
        lowering.flow.scopes[lowering.scope].parameters = list(class_.parameters)


def _share(lowering: Lowering, companion: Scope, outer: int) -> None:
    """Give a class the names of its companion."""
    names = lowering.flow.scopes[outer].names
    for name, bindings in companion.names.items():
        if name != CONSTRUCTOR:
            names.setdefault(name, []).extend(bindings)


def _class_parameters(lowering: Lowering, node: SyntaxNode | None) -> list[tuple[Parameter, bool]]:
    """Return the parameters of a primary constructor, each with whether it is a property; the others are bound around the class."""
    found: list[tuple[Parameter, bool]] = []
    listed = None if node is None else first(node, "class_parameters")
    for child in listed.named_children if listed is not None else ():
        inner = parts(child)
        if child.type != "class_parameter" or not inner:
            continue
        kind = type_of(lowering, inner[1] if len(inner) > 1 else None)
        default = lowering.root(inner[2]) if len(inner) > 2 else -1
        modifiers = first(child, "modifiers")
        rest = modifiers is not None and "vararg" in lowering.word(modifiers)
        parameter = Parameter(lowering.word(inner[0]), REST if rest else ONE, kind, default)
        found.append((parameter, has(child, "val") or has(child, "var")))
        if not found[-1][1]:
            lowering.bind(parameter.name, Binding(VARIABLE, inner[0].start_byte, default, kind))
    return found


def _bases(lowering: Lowering, node: SyntaxNode) -> list[int]:
    roots: list[int] = []
    listed = first(node, "delegation_specifiers")
    for child in listed.named_children if listed is not None else ():
        made = next(iter(parts(child)), None)
        if made is not None and made.type in {"constructor_invocation", "explicit_delegation"}:
            inner = parts(made)
            roots.append(lowering.root(inner[0], BASE) if inner else -1)
            for each in inner[1:]:
                lowering.root(each)
        elif made is not None:
            roots.append(lowering.root(made, BASE))
    return [root for root in roots if root >= 0]


def object_literal(lowering: Lowering, node: SyntaxNode) -> Expression:
    """Handle ``object : Base() { … }``."""
    with inside(lowering):
        bases = _bases(lowering, node)
        open_class(lowering, node, None, ())
        index = lowering.scope
        lowering.flow.scopes[index].bases = bases
        body = first(node, "class_body")
        if body is not None:
            lowering.lower_children(body)
    return (CALL, node.start_byte, (CLASS, node.start_byte, index), ())


def enum_entry(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle a constant of an enumeration, which may have a body."""
    named, body, given = first(node, "identifier"), first(node, "class_body"), first(node, "value_arguments")
    if named is None:
        return
    owner = lowering.flow.scopes[lowering.enclosing(CLASS_SCOPE)]
    passed = () if given is None else arguments(lowering, given)
    value = lowering.add_root((NEW, named.start_byte, (NAME, named.start_byte, owner.name), passed))
    lowering.bind(lowering.word(named), Binding(VARIABLE, named.start_byte, value))
    if body is not None:
        with inside(lowering):
            scope = open_class(lowering, body, None, ())
            scope.bases = [lowering.add_root((NAME, named.start_byte, owner.name), BASE)]
            lowering.lower_children(body)


def arguments(lowering: Lowering, node: SyntaxNode) -> tuple[tuple[str, Expression], ...]:
    """Return the arguments in parentheses, named and spread ones too."""
    found: list[tuple[str, Expression]] = []
    for child in node.named_children:
        inner = parts(child) if child.type == "value_argument" else []
        if inner:
            keyword = lowering.word(inner[0]) if len(inner) > 1 and has(child, "=") else ""
            value = lowering.lower(inner[-1]) or (EITHER, inner[-1].start_byte, ())
            found.append((keyword, (SPREAD, child.start_byte, value) if has(child, "*") else value))
    return tuple(found)


# Variables.


def variable(lowering: Lowering, node: SyntaxNode, value: int) -> None:
    """Bind the name of a declaration, with its type if it has one."""
    inner = parts(node)
    bind_variable(lowering, node, value, type_of(lowering, inner[1] if len(inner) > 1 else None))


def bind_variable(lowering: Lowering, node: SyntaxNode, value: int, kind: int, prefix: str = "") -> None:
    """Bind the name of a declaration whose type has been read; ``prefix`` tells an extension."""
    named = next(iter(parts(node)), None)
    if named is not None and named.type == "identifier":
        lowering.bind(prefix + lowering.word(named), Binding(VARIABLE, max(named.start_byte, lowering.settles), value, kind))


def take_apart(lowering: Lowering, node: SyntaxNode, value: int) -> None:
    """Give the parts of a value to several variables."""
    for position, child in enumerate(child for child in node.named_children if child.type == "variable_declaration"):
        part = lowering.add_root((ITEM, child.start_byte, (ROOT, child.start_byte, value), position)) if value >= 0 else -1
        variable(lowering, child, part)
