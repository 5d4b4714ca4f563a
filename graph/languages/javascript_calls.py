"""JavaScript and its dialects: calls, and what is known of them from the way they are written."""

from __future__ import annotations

from graph.flow import (
    CALL,
    CAST,
    CLASS,
    EITHER,
    FUNCTION,
    IMPORTED,
    INDEX,
    MEMBER,
    NAME,
    NEW,
    QUIET,
    ROOT,
    SEQUENCE,
    SPREAD,
    SUPER,
    TYPE,
    Expression,
)
from graph.languages.javascript_definitions import (
    open_object,
)
from graph.languages.javascript_modules import (
    module_value,
    required_module,
)
from graph.languages.javascript_patterns import blank, merge, scope_declaring
from graph.languages.javascript_types import type_list
from graph.lower import Lowering, SyntaxNode, arguments_of

_GENERIC_BUILTINS = frozenset({"Array", "Map", "Promise", "Set", "WeakMap", "WeakSet"})
_MERGERS = frozenset({"merge-descriptors", "object-assign", "utils-merge", "extend", "xtend", "inherits"})
"""Packages whose one function gives the members of its second argument to the first."""


def call(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle a call."""
    source = required_module(lowering, node)
    if source is not None:
        return module_value(lowering, source)
    called, given = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    generic = node.child_by_field_name("type_arguments")
    if generic is not None:
        lowering.lower(generic)
    if called is None or given is None:
        return None
    if called.type == "super":
        callee: Expression = (MEMBER, called.start_byte, (SUPER, called.start_byte), "constructor")
    else:
        callee = lowering.lower(called) or blank(called)
    if given.type != "arguments":  # a tagged template
        lowering.lower(given)
        return (CALL, node.start_byte, callee, ())
    passed = arguments_of(lowering, given)
    return _known_call(lowering, node, callee, passed)


def _known_call(lowering: Lowering, node: SyntaxNode, callee: Expression, passed: tuple[tuple[str, Expression], ...]) -> Expression:
    """Take note of what a call does to its arguments, where the language says so."""
    plain = [given for _, given in passed]
    _contexts(lowering, callee, plain)
    if callee[0] == MEMBER:
        holder, name_ = callee[2], callee[3]
        if name_ in {"call", "apply"} and passed:  # the first argument is the receiver
            passed = (("", (SPREAD, plain[0][1], plain[0])), *passed[1:])
        elif name_ in {"push", "unshift"}:
            of = lowering.add_root(holder, QUIET)
            for each in plain:
                target: Expression = (INDEX, each[1], (ROOT, each[1], of), (EITHER, each[1], ()))
                lowering.flow.stores.append((lowering.add_root(target, QUIET), lowering.add_root(each, QUIET)))
        elif holder[0] == NAME and holder[2] in {"Object", "Reflect"} and plain:
            return _object_function(lowering, node, callee, plain, passed)
        elif holder[0] == NAME and holder[2] == "util" and name_ == "inherits" and len(plain) == 2:
            merge(lowering, (MEMBER, callee[1], plain[0], "prototype"), (MEMBER, callee[1], plain[1], "prototype"), inherit=True)
    elif callee[0] == NAME and len(plain) > 1:
        module = _module_of(lowering, callee[2])
        if module == "inherits":
            merge(lowering, (MEMBER, callee[1], plain[0], "prototype"), (MEMBER, callee[1], plain[1], "prototype"), inherit=True)
        elif module in _MERGERS:
            merge(lowering, plain[0], plain[1])
    return (CALL, node.start_byte, callee, passed)


def _contexts(lowering: Lowering, callee: Expression, plain: list[Expression]) -> None:
    root = -1
    for position, each in enumerate(plain):
        if each[0] == FUNCTION:
            root = lowering.add_root(callee, QUIET) if root < 0 else root
            at: int = each[2]
            scope = lowering.flow.scopes[at]
            scope.context, scope.context_position = root, position


def _module_of(lowering: Lowering, name_: str) -> str:
    bindings = lowering.flow.scopes[scope_declaring(lowering, name_)].names.get(name_, ())
    target = bindings[-1].target if bindings and bindings[-1].kind == IMPORTED else -1
    return lowering.flow.imports[target].module if target >= 0 else ""


def _object_function(
    lowering: Lowering, node: SyntaxNode, callee: Expression, plain: list[Expression], passed: tuple[tuple[str, Expression], ...]
) -> Expression:
    whole: Expression = (CALL, node.start_byte, callee, passed)
    if callee[3] in {"assign", "setPrototypeOf"}:
        for source in plain[1:]:
            merge(lowering, plain[0], source, inherit=callee[3] == "setPrototypeOf")
        lowering.add_root(whole)
        return plain[0]
    if callee[3] == "create":
        lowering.add_root(whole)
        outside = lowering.scope
        base = lowering.add_root(plain[0], QUIET)
        index = open_object(lowering, node)
        lowering.flow.scopes[index].bases.append(base)
        lowering.scope = outside
        return (CAST, node.start_byte, (CLASS, node.start_byte, index))
    return whole


def new(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``new``."""
    made, given = node.child_by_field_name("constructor"), node.child_by_field_name("arguments")
    generic = node.child_by_field_name("type_arguments")
    kind = None if made is None else lowering.lower(made)
    passed = () if given is None else arguments_of(lowering, given)
    if kind is None or kind[0] not in {NAME, MEMBER}:
        return (CALL, node.start_byte, kind or blank(node), passed)
    _contexts(lowering, kind, [each for _, each in passed])
    if generic is not None:
        types = type_list(lowering, generic)
        if kind[0] == NAME and kind[2] in _GENERIC_BUILTINS:
            for _, each in passed:
                lowering.add_root(each)
            return (CAST, node.start_byte, (INDEX, node.start_byte, kind, (SEQUENCE, node.start_byte, "tuple", types)))
        for each in types:
            lowering.add_root(each, TYPE)
    return (NEW, node.start_byte, kind, passed)
