"""Python: types that are written as strings."""

from __future__ import annotations

import ast

from graph.flow import EITHER, INDEX, LITERAL, MEMBER, NAME, SEQUENCE, Expression


def forward_reference(text: str, start: int) -> Expression | None:
    """Return the type that an annotation written as a string means."""
    if not text.isascii() or "\n" in text:
        return None
    try:
        return _from_tree(ast.parse(text.lstrip(), mode="eval").body, start + len(text) - len(text.lstrip()))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _from_tree(tree: ast.expr, start: int) -> Expression | None:
    at = start + tree.col_offset
    if isinstance(tree, ast.Name):
        return (NAME, at, tree.id)
    if isinstance(tree, ast.Attribute):
        of = _from_tree(tree.value, start)
        return None if of is None else (MEMBER, start + (tree.end_col_offset or 0) - len(tree.attr), of, tree.attr)
    blank: Expression = (EITHER, at, ())
    if isinstance(tree, ast.Constant) and tree.value is None:
        return (LITERAL, at, "None", "")
    if isinstance(tree, ast.Subscript):
        of, key = _from_tree(tree.value, start), _from_tree(tree.slice, start)
        return None if of is None else (INDEX, at, of, key or blank)
    if isinstance(tree, ast.BinOp):
        return (EITHER, at, (_from_tree(tree.left, start) or blank, _from_tree(tree.right, start) or blank))
    if isinstance(tree, ast.Tuple | ast.List):
        return (SEQUENCE, at, "tuple", tuple(_from_tree(each, start) or blank for each in tree.elts))
    return None
