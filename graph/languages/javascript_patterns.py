"""JavaScript and its dialects: how values reach names, by declaration, assignment, destructuring and parameters."""

from __future__ import annotations

from collections.abc import Iterator

from graph.flow import (
    CLASS,
    CLASS_SCOPE,
    DECORATOR,
    DEFINITION,
    EITHER,
    FIELD,
    FUNCTION,
    FUNCTION_SCOPE,
    INDEX,
    ITEM,
    MEMBER,
    NAME,
    ONE,
    QUIET,
    REST,
    ROOT,
    SELF,
    SEQUENCE,
    SPREAD,
    TRANSPARENT,
    TYPE,
    VARIABLE,
    WRITE,
    Binding,
    Expression,
    Parameter,
    Scope,
)
from graph.lower import Lowering, SyntaxNode

DECLARED_ELSEWHERE = -2
"""In place of a scope: the names are variables that exist already."""

COMMONJS = "="
"""The name in ``FileFlow.exports`` of what ``module.exports`` is set to."""


def blank(node: SyntaxNode) -> Expression:
    """Return the expression of a value nobody knows."""
    return (EITHER, node.start_byte, ())


def function_or_module(lowering: Lowering) -> int:
    """Return the scope that ``var`` declares in."""
    scopes, at = lowering.flow.scopes, lowering.scope
    while at > 0 and scopes[at].kind not in {FUNCTION_SCOPE, CLASS_SCOPE}:
        at = scopes[at].parent
    return at


def scope_declaring(lowering: Lowering, name: str) -> int:
    """Return the scope around this place that has a name, the module's for one that none has declared so far."""
    scopes, at = lowering.flow.scopes, lowering.scope
    while at > 0 and (name not in scopes[at].names or scopes[at].kind == CLASS_SCOPE):
        at = scopes[at].parent
    return at


def receiver_scope(lowering: Lowering) -> int:
    """Return the class that ``this`` belongs to here, 0 where a plain function or the module decides about it."""
    scopes, at = lowering.flow.scopes, lowering.scope
    while at > 0:
        scope = scopes[at]
        if scope.kind == CLASS_SCOPE:
            return at
        if scope.kind == FUNCTION_SCOPE and not scope.flags & TRANSPARENT:
            return scope.parent if scopes[scope.parent].kind == CLASS_SCOPE else 0
        at = scope.parent
    return 0


def take(lowering: Lowering, node: SyntaxNode, value: int, declared: int = -1, scope: int = DECLARED_ELSEWHERE) -> None:
    """Give the value of a root to a pattern; ``scope`` is where its names are declared."""
    kind = node.type
    if kind in {"identifier", "shorthand_property_identifier_pattern"}:
        word = lowering.word(node)
        at = scope_declaring(lowering, word) if scope == DECLARED_ELSEWHERE else scope
        lowering.bind(word, Binding(VARIABLE, max(node.start_byte, lowering.settles), value, declared), scope=at)
    elif kind in {"object_pattern", "object"}:
        _take_object(lowering, node, value, scope)
    elif kind in {"array_pattern", "array"}:
        _take_array(lowering, node, value, scope)
    elif kind in {"assignment_pattern", "object_assignment_pattern", "assignment_expression"}:
        _take_with_default(lowering, node, value, scope)
    elif kind in {"member_expression", "subscript_expression"}:
        store(lowering, node, value)
    elif node.named_children:
        take(lowering, node.named_children[0], value, declared, scope)


def _take_with_default(lowering: Lowering, node: SyntaxNode, value: int, scope: int) -> None:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    default = lowering.root(right)
    whole: Expression = (EITHER, node.start_byte, ((ROOT, node.start_byte, value), (ROOT, node.start_byte, default)))
    if left is not None:
        take(lowering, left, lowering.add_root(whole, QUIET), -1, scope)


def _take_object(lowering: Lowering, node: SyntaxNode, value: int, scope: int) -> None:
    for child in node.named_children:
        whole: Expression = (ROOT, child.start_byte, value)
        key = target = child
        if child.type in {"pair_pattern", "pair"}:
            named, inside = child.child_by_field_name("key"), child.child_by_field_name("value")
            if named is None or inside is None:
                continue
            key, target = named, inside
        elif child.type in {"object_assignment_pattern", "assignment_expression"}:
            key = child.child_by_field_name("left") or child
        elif child.type in {"rest_pattern", "spread_element"}:
            take(lowering, child, value, -1, scope)
            continue
        elif child.type not in {"shorthand_property_identifier_pattern", "shorthand_property_identifier"}:
            continue
        name = property_name(lowering, key)
        part: Expression = (MEMBER, key.start_byte, whole, name) if name else blank(child)
        if not name:
            lowering.lower_children(key)
        if target.type == "shorthand_property_identifier":
            lowering.bind(name, Binding(VARIABLE, target.start_byte, lowering.add_root(part)), scope=scope_declaring(lowering, name))
        else:
            take(lowering, target, lowering.add_root(part), -1, scope)


def _take_array(lowering: Lowering, node: SyntaxNode, value: int, scope: int) -> None:
    position = 0
    for child in node.children:
        if child.type == ",":
            position += 1
        elif child.type in {"rest_pattern", "spread_element"}:
            spread: Expression = (SEQUENCE, child.start_byte, "Array", ((SPREAD, child.start_byte, (ROOT, child.start_byte, value)),))
            take(lowering, child, lowering.add_root(spread, QUIET), -1, scope)
        elif child.type not in {"[", "]", "comment"}:
            whole: Expression = (ROOT, child.start_byte, value)
            take(lowering, child, lowering.add_root((ITEM, child.start_byte, whole, position), QUIET), -1, scope)


def property_name(lowering: Lowering, node: SyntaxNode) -> str:
    """Return the name a key of an object or class has, empty for one that is computed."""
    if node.type == "computed_property_name" and node.named_children:
        inside = node.named_children[0]
        return lowering.word(inside).strip("\"'`") if inside.type in {"string", "number"} else ""
    return "" if node.type == "computed_property_name" else lowering.word(node).strip("\"'`")


# Members.


def _definition(lowering: Lowering, value: int) -> int:
    """Return the scope of the function or class that a root writes out, or -1."""
    expression = lowering.flow.roots[value].expression if value >= 0 else None
    return expression[2] if expression is not None and expression[0] in {FUNCTION, CLASS} else -1


def _is_free(lowering: Lowering, name: str) -> bool:
    at = scope_declaring(lowering, name)
    return name not in lowering.flow.scopes[at].names


def module_object(lowering: Lowering, node: SyntaxNode) -> bool:
    """Say whether a node is ``exports`` or ``module.exports``."""
    if node.type == "identifier":
        return lowering.word(node) == "exports" and _is_free(lowering, "exports")
    return node.type == "member_expression" and lowering.word(node) == "module.exports" and _is_free(lowering, "module")


def store(lowering: Lowering, node: SyntaxNode, value: int) -> None:
    """Give the value of a root to a member or an element."""
    of, key = node.child_by_field_name("object"), node.child_by_field_name("property")
    defined = _definition(lowering, value)
    if of is not None and key is not None:
        name = lowering.word(key)
        made = Binding(DEFINITION, key.start_byte, target=defined) if defined >= 0 else Binding(FIELD, key.start_byte, value)
        made.branch = lowering.branch
        if module_object(lowering, node):
            lowering.flow.exports.setdefault(COMMONJS, []).append(value)
            return
        if module_object(lowering, of):
            lowering.flow.scopes[0].fields.setdefault(name, []).append(made)
            return
        owner = receiver_scope(lowering) if of.type == "this" else 0
        if owner:
            lowering.flow.scopes[owner].fields.setdefault(name, []).append(made)
            if defined < 0:
                lowering.add_root((MEMBER, key.start_byte, (SELF, of.start_byte), name), WRITE)
            return
    expression = lowering.lower(node)
    if expression is None:
        return
    if expression[0] in {MEMBER, INDEX} and defined >= 0:
        holder = lowering.add_root(expression[2])
        expression = (expression[0], expression[1], (ROOT, expression[1], holder), *expression[3:])
        lowering.flow.stores.append((lowering.add_root(expression, QUIET), value))
    else:
        lowering.flow.stores.append((lowering.add_root(expression, WRITE), value))


def merge(lowering: Lowering, target: Expression, source: Expression, *, inherit: bool = False) -> None:
    """Take note that one object gets the members of another, or that it inherits from it."""
    whole: Expression = (MEMBER, target[1], target, "__proto__") if inherit else (SPREAD, target[1], target)
    lowering.flow.stores.append((lowering.add_root(whole, QUIET), lowering.add_root(source, QUIET)))


# Parameters.


def parameter(lowering: Lowering, node: SyntaxNode, scope: Scope) -> None:
    """Add a parameter as TypeScript writes it, with its type, default, decorators and, in a constructor, the field that it declares."""
    pattern = node.child_by_field_name("pattern")
    for child in node.named_children:
        if child.type == "decorator":
            lowering.root(next(iter(child.named_children), None), DECORATOR)
    declared = lowering.root(node.child_by_field_name("type"), TYPE)
    default = lowering.root(node.child_by_field_name("value"))
    if pattern is None or pattern.type == "this":
        return
    plain_parameter(lowering, pattern, scope, declared, default)
    if any(child.type in {"accessibility_modifier", "override_modifier"} or child.type == "readonly" for child in node.children):
        owner = lowering.flow.scopes[scope.parent]
        word = lowering.word(pattern)
        if owner.kind == CLASS_SCOPE:
            value = lowering.add_root((NAME, pattern.start_byte, word), QUIET)
            owner.names.setdefault(word, []).append(Binding(FIELD, pattern.start_byte, value, declared, branch=lowering.branch))


def plain_parameter(lowering: Lowering, node: SyntaxNode, scope: Scope, declared: int = -1, default: int = -1) -> None:
    """Add a parameter that is a name or a pattern, with a default or taking the rest."""
    taking = ONE
    if node.type == "rest_pattern" and node.named_children:
        taking, node = REST, node.named_children[0]
    if node.type == "assignment_pattern":
        default = lowering.root(node.child_by_field_name("right"))
        node = node.child_by_field_name("left") or node
    if node.type == "identifier":
        lowering.add_parameter(scope, Parameter(lowering.word(node), taking, declared, default), node.start_byte)
        return
    name = f"{{{len(scope.parameters)}}}"
    lowering.add_parameter(scope, Parameter(name, taking, declared, default), node.start_byte)
    take(lowering, node, lowering.add_root((NAME, node.start_byte, name), QUIET), -1, lowering.scope)


def declared_names(lowering: Lowering, node: SyntaxNode) -> Iterator[str]:
    """Yield the names that a declaration of variables declares."""
    for child in node.named_children:
        named = child.child_by_field_name("name") if child.type == "variable_declarator" else None
        if named is not None:
            yield from _names_in(lowering, named)


def _names_in(lowering: Lowering, node: SyntaxNode) -> Iterator[str]:
    if node.type in {"identifier", "shorthand_property_identifier_pattern"}:
        yield lowering.word(node)
    for child in node.named_children:
        yield from _names_in(lowering, child)
