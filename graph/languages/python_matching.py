"""Python: the ``match`` statement: what its patterns bind, and what type a pattern says that the subject has."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from graph.flow import (
    CAST,
    EITHER,
    INDEX,
    ITEM,
    MEMBER,
    NAME,
    NARROWED,
    QUIET,
    ROOT,
    SEQUENCE,
    SPREAD,
    TO_END,
    TO_INSTANCE,
    VARIABLE,
    Binding,
    Expression,
)
from graph.languages.python_narrowing import narrowed
from graph.lowering import Lowering, SyntaxNode

_WHOLE = frozenset({
    "bool", "bytearray", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple",
})  # fmt: skip
"""Built-in types whose pattern takes the whole value as its one part."""


def match_(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``match``: each case is a branch of its own."""
    subjects, body = node.children_by_field_name("subject"), node.child_by_field_name("body")
    if not subjects or body is None:
        lowering.lower_children(node)
        return None
    name = lowering.word(subjects[0]) if len(subjects) == 1 and subjects[0].type == "identifier" else ""
    parts = tuple(lowering.lower(each) or (EITHER, each.start_byte, ()) for each in subjects)
    value = lowering.add_root(parts[0] if len(parts) == 1 else (SEQUENCE, node.start_byte, "tuple", parts))
    for clause in body.named_children:
        if clause.type != "case_clause":
            lowering.lower(clause)
            continue
        outside = lowering.branch
        lowering.branch = _new_branch(lowering, outside)
        _case(lowering, clause, value, name)
        lowering.branch = outside
    return None


def _case(lowering: Lowering, clause: SyntaxNode, value: int, name: str) -> None:
    patterns = [child for child in clause.named_children if child.type == "case_pattern"]
    types = _types(lowering, patterns[0]) if len(patterns) == 1 else []
    bindings: list[tuple[str, Binding]] = []
    if name and types:
        before = lowering.add_root((NAME, clause.start_byte, name), QUIET)
        told = lowering.add_root((EITHER, clause.start_byte, tuple(types)), QUIET)
        bindings.append((name, Binding(NARROWED, clause.start_byte, before, told, TO_INSTANCE, lowering.branch)))
    for each in patterns if len(patterns) == 1 else ():
        _take(lowering, each, value)
    if len(patterns) > 1:
        _take_items(lowering, patterns, value)
    rest = [child for child in clause.named_children if child.type not in {"case_pattern", "comment"}]
    narrowed(lowering, bindings, clause, lambda: _lower_all(lowering, rest))


def _lower_all(lowering: Lowering, nodes: Sequence[SyntaxNode]) -> None:
    for node in nodes:
        lowering.lower_children(node)


def _named(lowering: Lowering, node: SyntaxNode) -> Expression:
    """Return what a dotted name is."""
    first, *others = node.named_children
    found: Expression = (NAME, first.start_byte, lowering.word(first))
    for each in others:
        found = (MEMBER, each.start_byte, found, lowering.word(each))
    return found


def _parts(node: SyntaxNode) -> list[SyntaxNode]:
    return [child for child in node.named_children if child.type != "comment"]


def _inner(pattern: SyntaxNode) -> SyntaxNode | None:
    """Return what a pattern is without what stands around it, None for the wildcard."""
    while pattern.type == "case_pattern" or (pattern.type == "tuple_pattern" and _is_bracketed(pattern)):
        parts = _parts(pattern)
        if not parts:
            return None
        pattern = parts[0]
    return pattern


def _is_bracketed(pattern: SyntaxNode) -> bool:
    return len(_parts(pattern)) == 1 and not any(child.type == "," for child in pattern.children)


def _types(lowering: Lowering, pattern: SyntaxNode) -> list[Expression]:
    """Return the types of which a value is that a pattern takes, nothing where the pattern takes others, too."""
    inside = _inner(pattern)
    if inside is None:
        return []
    if inside.type == "class_pattern":
        return [_named(lowering, inside.named_children[0])]
    if inside.type == "as_pattern":
        return _types(lowering, inside.named_children[0])
    if inside.type == "union_pattern":
        found = [_types(lowering, each) for each in _parts(inside)]
        takes_all = any(child.type == "_" for child in inside.children)
        return [type_ for types in found for type_ in types] if all(found) and not takes_all else []
    return []


def _take(lowering: Lowering, pattern: SyntaxNode, value: int) -> None:
    """Give a value, or its parts, to the names in a pattern."""
    inside = _inner(pattern)
    if inside is None:
        return
    handler = _PATTERNS.get(inside.type)
    if handler is not None:
        handler(lowering, inside, value)
        return
    expression = lowering.lower(inside)
    if expression is not None:
        lowering.add_root(expression)


def _take_name(lowering: Lowering, node: SyntaxNode, value: int) -> None:
    """Bind a bare name; a dotted one is a value to compare with."""
    if len(node.named_children) > 1:
        lowering.add_root(_named(lowering, node))
    else:
        lowering.bind(lowering.word(node), Binding(VARIABLE, node.start_byte, value))


def _take_instance(lowering: Lowering, node: SyntaxNode, value: int) -> None:
    del value
    parts = _parts(node)
    type_ = _named(lowering, parts[0])
    instance = lowering.add_root((CAST, node.start_byte, type_))
    unnamed = 0
    for part in parts[1:]:
        inside = _inner(part)
        if inside is not None and inside.type == "keyword_pattern" and len(_parts(inside)) == 2:
            attribute, taken = _parts(inside)
            holder: Expression = (ROOT, attribute.start_byte, instance)
            _take(lowering, taken, lowering.add_root((MEMBER, attribute.start_byte, holder, lowering.word(attribute))))
            continue
        whole = unnamed == 0 and type_[0] == NAME and type_[2] in _WHOLE and not lowering.is_bound(type_[2])
        unnamed += 1
        _take(lowering, part, instance if whole else lowering.add_root(None))


def _take_as(lowering: Lowering, node: SyntaxNode, value: int) -> None:
    parts = _parts(node)
    types = _types(lowering, parts[0])
    _take(lowering, parts[0], value)
    casts = tuple((CAST, node.start_byte, type_) for type_ in types)
    given = lowering.add_root((EITHER, node.start_byte, casts), QUIET) if casts else value
    lowering.bind(lowering.word(parts[-1]), Binding(VARIABLE, parts[-1].start_byte, given))


def _take_items(lowering: Lowering, patterns: Sequence[SyntaxNode], value: int) -> None:
    """Give the parts of a sequence to patterns, by position."""
    inner = [_inner(each) for each in patterns]
    starred = next((at for at, each in enumerate(inner) if each is not None and each.type == "splat_pattern"), len(patterns))
    for at, each in enumerate(patterns):
        whole: Expression = (ROOT, each.start_byte, value)
        if at == starred:
            rest: Expression = (SPREAD, each.start_byte, whole, at, (at - len(patterns) + 1) or TO_END)
            _take_rest(lowering, inner[at], lowering.add_root((SEQUENCE, each.start_byte, "list", (rest,))))
        else:
            _take(lowering, each, lowering.add_root((ITEM, each.start_byte, whole, at if at < starred else at - len(patterns))))


def _take_rest(lowering: Lowering, node: SyntaxNode | None, value: int) -> None:
    for name in node.named_children if node is not None else ():
        lowering.bind(lowering.word(name), Binding(VARIABLE, name.start_byte, value))


def _take_sequence(lowering: Lowering, node: SyntaxNode, value: int) -> None:
    _take_items(lowering, _parts(node), value)


def _take_mapping(lowering: Lowering, node: SyntaxNode, value: int) -> None:
    keys, values = node.children_by_field_name("key"), node.children_by_field_name("value")
    for key, taken in zip(keys, values, strict=False):
        index = lowering.lower(key) or (EITHER, key.start_byte, ())
        _take(lowering, taken, lowering.add_root((INDEX, key.start_byte, (ROOT, key.start_byte, value), index)))
    for child in node.named_children:
        if child.type == "splat_pattern":
            _take_rest(lowering, child, lowering.add_root(None))


def _take_each(lowering: Lowering, node: SyntaxNode, value: int) -> None:
    """Let each alternative bind its names; what the first one binds hides what a name was before, and the others may be it instead."""
    outside = lowering.branch
    for each in _parts(node):
        _take(lowering, each, value)
        lowering.branch = _new_branch(lowering, outside)
    lowering.branch = outside


def _new_branch(lowering: Lowering, outside: int) -> int:
    lowering.flow.branches.append((outside, 0))
    return len(lowering.flow.branches) - 1


_PATTERNS: dict[str, Callable[[Lowering, SyntaxNode, int], None]] = {
    "dotted_name": _take_name,
    "class_pattern": _take_instance,
    "as_pattern": _take_as,
    "list_pattern": _take_sequence,
    "tuple_pattern": _take_sequence,
    "dict_pattern": _take_mapping,
    "union_pattern": _take_each,
}
