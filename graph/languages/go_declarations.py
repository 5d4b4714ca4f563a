"""Go: types, functions and variables that are declared.

A variable keeps the type it is declared with. So a later assignment matters only to a variable that holds a function: it is bound with a
type of ``ROOT``, which stands for the type of the declaring value (``GoRules.instances``). Methods are bound at the top of their file under
``Type.method``. Pointers are seen through everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence

from graph.flow import (
    BLOCK,
    DEFINITION,
    EITHER,
    ELEMENT,
    ENTER,
    FIELD,
    FUNCTION_SCOPE,
    INDEX,
    INTERFACE,
    ITEM,
    LITERAL,
    MEMBER,
    NAME,
    ONE,
    PARAMETER,
    REST,
    ROOT,
    SEQUENCE,
    TYPE,
    VARIABLE,
    WRITE,
    Binding,
    Expression,
    Parameter,
    Scope,
)
from graph.lower import (
    FunctionShape,
    Handler,
    Lowering,
    ParameterForm,
    SyntaxNode,
)

_SEVERAL_VALUES = frozenset({"index_expression", "type_assertion_expression", "unary_expression"})
"""Expressions that give a second value, whether there was a first one."""


def blank(node: SyntaxNode) -> Expression:
    """Return an expression that nothing is known of."""
    return (EITHER, node.start_byte, ())


def identifier(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle a name."""
    word = lowering.word(node)
    return None if word == "_" else (NAME, node.start_byte, word)


# Types.


def built(kind: str, *fields: str) -> Handler:
    """Handle a type made of others, as ``kind[parts]``."""

    def handle(lowering: Lowering, node: SyntaxNode) -> Expression:
        parts = [lowering.lower_field(node, each) or blank(node) for each in fields]
        lowering.root(node.child_by_field_name("length"))
        key = parts[0] if len(parts) == 1 else (SEQUENCE, node.start_byte, "tuple", tuple(parts))
        return (INDEX, node.start_byte, (LITERAL, node.start_byte, kind, ""), key)

    return handle


def generic_type(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle a generic type with its arguments, which are left out."""
    arguments = node.child_by_field_name("type_arguments")
    for child in arguments.named_children if arguments is not None else ():
        lowering.root(child, TYPE)
    return lowering.lower_field(node, "type")


def only_type(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle a constraint: a single type, or several that have nothing in common."""
    if len(node.named_children) == 1:
        return lowering.lower(node.named_children[0])
    lowering.lower_children(node)
    return None


def results(lowering: Lowering, node: SyntaxNode) -> Expression:
    """Return the types in a list of results; named ones are bound in the function that is being opened."""
    types: list[Expression] = []
    for child in node.named_children:
        declared = child.child_by_field_name("type")
        if declared is None:
            continue
        names = child.children_by_field_name("name")
        if node.parent is not None and node.parent.type != "function_type" and names:
            root = lowering.root(declared, TYPE)
            for each in names:
                lowering.bind(lowering.word(each), Binding(VARIABLE, each.start_byte, type=root))
            types += [(ROOT, declared.start_byte, root)] * len(names)
        else:
            types += [lowering.lower(declared) or blank(declared)] * max(len(names), 1)
    return types[0] if len(types) == 1 else (SEQUENCE, node.start_byte, "tuple", tuple(types))


def function_type(lowering: Lowering, node: SyntaxNode) -> Expression:
    """Handle the type of a function."""
    parameters = node.child_by_field_name("parameters")
    for child in parameters.named_children if parameters is not None else ():
        lowering.root(child.child_by_field_name("type"), TYPE)
    result = lowering.lower_field(node, "result") or (LITERAL, node.start_byte, "nil", "")
    return (INDEX, node.start_byte, (LITERAL, node.start_byte, "Callable", ""), result)


def _embedded(body: SyntaxNode) -> list[SyntaxNode]:
    """Return the types that a struct or an interface takes its members from."""
    found: list[SyntaxNode] = []
    for child in body.named_children:
        declared = child.child_by_field_name("type")
        if child.type == "field_declaration" and child.child_by_field_name("name") is None and declared is not None:
            found.append(declared)
        elif child.type == "type_elem" and len(child.named_children) == 1 and child.named_children[0].type != "negated_type":
            found.append(child.named_children[0])
    return found


def _body(node: SyntaxNode) -> SyntaxNode | None:
    return node if node.type == "interface_type" else next((c for c in node.named_children if c.type == "field_declaration_list"), None)


def struct(lowering: Lowering, node: SyntaxNode) -> Expression:
    """Handle a struct without a name."""
    body = _body(node)
    return lowering.define_class(node, None, () if body is None else _embedded(body), body)


def interface(lowering: Lowering, node: SyntaxNode) -> Expression:
    """Handle an interface without a name: nobody can say who has its methods."""
    for child in node.named_children:
        for part in child.named_children:
            if part.type != "field_identifier":
                lowering.root(part, TYPE)
    return (LITERAL, node.start_byte, "interface", "")


def struct_field(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle a line of a struct: fields, or an embedded type."""
    declared = node.child_by_field_name("type")
    root = lowering.root(declared, TYPE)
    names = node.children_by_field_name("name")
    for each in names:
        lowering.bind(lowering.word(each), Binding(FIELD, each.start_byte, type=root))
    expression = lowering.flow.roots[root].expression if root >= 0 else None
    if not names and expression is not None and expression[0] in {NAME, MEMBER}:
        lowering.bind(expression[-1], Binding(FIELD, expression[1], type=root))
    return None


def method_of_interface(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle a method of an interface."""
    made = lowering.define_function(node, node.child_by_field_name("name"), _FUNCTION)
    opened: int = made[2]
    lowering.flow.scopes[opened].parameters.insert(0, Parameter(""))
    return None


def _type_parameters(lowering: Lowering, node: SyntaxNode | None) -> None:
    for child in node.named_children if node is not None else ():
        root = lowering.root(child.child_by_field_name("type"), TYPE)
        for each in child.children_by_field_name("name"):
            lowering.bind(lowering.word(each), Binding(VARIABLE, each.start_byte, type=root))


def type_spec(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle the definition of a type."""
    name, type_ = node.child_by_field_name("name"), node.child_by_field_name("type")
    if name is None or type_ is None:
        return None
    outside, parameters = lowering.scope, node.child_by_field_name("type_parameters")
    if parameters is not None:
        lowering.open_scope(BLOCK, "", node.start_byte, node)
        _type_parameters(lowering, parameters)
    body = _body(type_) if type_.type in {"struct_type", "interface_type"} else None
    lowering.flags = INTERFACE if type_.type == "interface_type" else 0
    made = lowering.define_class(node, name, () if body is None else _embedded(body), body)
    if body is None:
        lowering.flow.scopes[made[2]].returns = lowering.root(type_, TYPE)
    if lowering.scope != outside:
        lowering.scope = outside
        lowering.bind(lowering.word(name), Binding(DEFINITION, name.start_byte, target=made[2]))
    return None


def alias_of_type(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle an alias of a type."""
    name = node.child_by_field_name("name")
    if name is not None:
        value = lowering.root(node.child_by_field_name("type"), TYPE)
        lowering.bind(lowering.word(name), Binding(VARIABLE, name.start_byte, value))
    return None


# Functions.


def _parameter(taking: int) -> ParameterForm:
    def handle(lowering: Lowering, node: SyntaxNode, scope: Scope) -> None:
        declared = lowering.root(node.child_by_field_name("type"), TYPE)
        names = node.children_by_field_name("name")
        for each in names:
            lowering.add_parameter(scope, Parameter(lowering.word(each), taking, declared), each.start_byte)
        if not names:
            lowering.add_parameter(scope, Parameter("", taking, declared), node.start_byte)

    return handle


_FUNCTION = FunctionShape(
    returns="result", forms={"parameter_declaration": _parameter(ONE), "variadic_parameter_declaration": _parameter(REST)}
)


def function(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle a function with a name."""
    made = lowering.define_function(node, node.child_by_field_name("name"), _FUNCTION)
    outside, lowering.scope = lowering.scope, made[2]
    _type_parameters(lowering, node.child_by_field_name("type_parameters"))
    lowering.scope = outside
    return None


def literal_function(lowering: Lowering, node: SyntaxNode) -> Expression:
    """Handle a function without a name; one that a variable is declared with has that name."""
    named, holder = "", node.parent.parent if node.parent is not None else None
    if holder is not None and holder.type in {"short_var_declaration", "var_spec"} and len(node.parent.named_children) == 1:  # type: ignore[union-attr]
        left = holder.child_by_field_name("left") or holder.child_by_field_name("name")
        named = lowering.word(left) if left is not None else ""
    return lowering.define_function(node, None, _FUNCTION, bind=False, named=named if named.isidentifier() else "")


def method(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle a method."""
    name, receivers = node.child_by_field_name("name"), node.child_by_field_name("receiver")
    receiver = next((c for c in receivers.named_children if c.type == "parameter_declaration"), None) if receivers is not None else None
    made = lowering.define_function(node, name, _FUNCTION, bind=False)
    if receiver is None or name is None:
        return None
    type_, named = receiver.child_by_field_name("type"), receiver.child_by_field_name("name")
    opened: int = made[2]
    scope, outside, lowering.scope = lowering.flow.scopes[opened], lowering.scope, opened
    held = "" if named is None else lowering.word(named)
    while type_ is not None and type_.type in {"pointer_type", "parenthesized_type"}:
        type_ = next(iter(type_.named_children), None)
    if type_ is not None and type_.type == "generic_type":
        arguments, type_ = type_.child_by_field_name("type_arguments"), type_.child_by_field_name("type")
        for each in arguments.named_children if arguments is not None else ():
            lowering.bind(lowering.word(each), Binding(VARIABLE, each.start_byte))
    scope.parameters.insert(0, Parameter(held, ONE, lowering.root(type_, TYPE)))
    if held:
        lowering.bind(held, Binding(PARAMETER, receiver.start_byte, type=scope.parameters[0].type))
    lowering.scope = outside
    if type_ is not None:
        lowering.bind(f"{lowering.word(type_)}.{lowering.word(name)}", Binding(DEFINITION, name.start_byte, target=made[2]), scope=0)
    return None


# Variables.


def _values(lowering: Lowering, node: SyntaxNode | None, count: int) -> list[int]:
    """Return the roots of what so many variables are given."""
    given = [] if node is None else [child for child in node.named_children if child.type != "comment"]
    roots = [lowering.root(each) for each in given]
    if len(given) == 1 and count > 1:
        whole: Expression = (ROOT, given[0].start_byte, roots[0])
        if given[0].type in _SEVERAL_VALUES:
            return [roots[0], *([lowering.add_root((LITERAL, given[0].start_byte, "bool", ""))] * (count - 1))]
        return [lowering.add_root((ITEM, given[0].start_byte, whole, at)) for at in range(count)]
    return roots[:count] + [-1] * (count - len(roots))


def _declare(lowering: Lowering, target: SyntaxNode, value: int) -> None:
    """Declare a variable with a value; one of the same block keeps its type."""
    if target.type != "identifier":
        lowering.root(target, WRITE)
        return
    word, scopes = lowering.word(target), lowering.flow.scopes
    if word == "_":
        return
    outer = scopes[lowering.scope].parent
    here = scopes[lowering.scope].names.get(word)
    if not here and scopes[lowering.scope].kind == BLOCK and scopes[outer].kind == FUNCTION_SCOPE:
        here = scopes[outer].names.get(word)
    if here:
        _rebind(lowering, target, value, here[0])
    else:
        lowering.bind(word, Binding(VARIABLE, max(target.start_byte, lowering.settles), value))


def _rebind(lowering: Lowering, target: SyntaxNode, value: int, first: Binding) -> None:
    if first.kind in {VARIABLE, PARAMETER} and first.type < 0 and value >= 0:
        kept = lowering.add_root((ROOT, target.start_byte, first.value), TYPE) if first.value >= 0 else -1
        scopes, at, word = lowering.flow.scopes, lowering.scope, lowering.word(target)
        while first not in scopes[at].names.get(word, ()):
            at = scopes[at].parent
        lowering.bind(word, Binding(VARIABLE, max(target.start_byte, lowering.settles), value, kept), scope=at)


def _settle(lowering: Lowering, node: SyntaxNode, targets: Sequence[SyntaxNode], values: Sequence[int], *, new: bool) -> None:
    before, lowering.settles = lowering.settles, node.end_byte
    for target, value in zip(targets, values, strict=False):
        if new:
            _declare(lowering, target, value)
            continue
        lowering.root(target, WRITE)
        word = lowering.word(target) if target.type == "identifier" else ""
        at = lowering.scope
        while at > 0 and word not in lowering.flow.scopes[at].names:
            at = lowering.flow.scopes[at].parent
        found = lowering.flow.scopes[at].names.get(word) if word else None
        if found and at >= 0:
            _rebind(lowering, target, value, found[0])
    lowering.settles = before


def assigned(*, new: bool) -> Handler:
    """Handle an assignment or a short declaration."""

    def handle(lowering: Lowering, node: SyntaxNode) -> Expression | None:
        left = node.child_by_field_name("left")
        targets = [] if left is None else [child for child in left.named_children if child.type != "comment"]
        right = node.child_by_field_name("right")
        if right is not None and right.type != "expression_list":  # what a select receives
            value = lowering.root(right)
            values = [value, lowering.add_root((LITERAL, node.start_byte, "bool", ""))]
        else:
            values = _values(lowering, right, len(targets))
        _settle(lowering, node, targets, values, new=new or any(child.type == ":=" for child in node.children))
        return None

    return handle


def range_of_loop(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle the variables of a loop over something."""
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    over = lowering.root(right)
    targets = list[SyntaxNode]() if left is None else left.named_children
    if over >= 0 and right is not None:
        whole: Expression = (ROOT, right.start_byte, over)
        values = [lowering.add_root((operation, right.start_byte, whole)) for operation in (ENTER, ELEMENT)]
        _settle(lowering, node, targets, values, new=any(child.type == ":=" for child in node.children))
    return None


def spec(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle one line of ``var`` or ``const``. A constant without a value repeats the type of the one before."""
    names = node.children_by_field_name("name")
    type_, given = node.child_by_field_name("type"), node.child_by_field_name("value")
    values = _values(lowering, given, len(names))
    declared = lowering.root(type_, TYPE) if type_ is not None and type_.type != "function_type" else -1
    if node.type == "const_spec" and type_ is None and given is None:
        above = lowering.flow.scopes[lowering.scope].names
        last = next(reversed(above.values()), list[Binding]())
        if last and last[-1].kind == VARIABLE and node.parent is not None and last[-1].position >= node.parent.start_byte:
            declared, values = last[-1].type, [last[-1].value] * len(names)
    elif type_ is not None and declared < 0:
        lowering.root(type_, TYPE)
    for each, value in zip(names, values, strict=True):
        if lowering.word(each) != "_":
            position = each.start_byte if lowering.scope == 0 else max(each.start_byte, node.end_byte)
            lowering.bind(lowering.word(each), Binding(VARIABLE, position, value, declared))
    return None
