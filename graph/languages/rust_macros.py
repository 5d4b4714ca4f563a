"""Rust: what the usual macros are given.

A macro's arguments are only tokens to the parser; those of macros that take expressions are read as the arguments of a call.
"""

from __future__ import annotations

from collections.abc import Sequence

from graph.flow import Expression
from graph.lowering import Lowering, SyntaxNode
from ingest.model import LanguageId
from ingest.parse import ParseTimeoutError, syntax_tree

_TAKE_EXPRESSIONS = frozenset({
    "anyhow", "assert", "assert_eq", "assert_ne", "bail", "dbg", "debug", "debug_assert", "debug_assert_eq", "debug_assert_ne", "ensure",
    "eprint", "eprintln", "error", "format", "format_args", "info", "join", "panic", "print", "println", "ready", "todo", "trace", "try",
    "try_join", "unimplemented", "unreachable", "vec", "warn", "write", "writeln",
})  # fmt: skip
_BEFORE, _AFTER = b"fn f(){g(", b")}"


class _Moved:
    """A node of the text that was read apart, at its place in the file."""

    __slots__ = ("_by", "_line", "_node")

    def __init__(self, node: SyntaxNode, by: int, line: int) -> None:
        self._node, self._by, self._line = node, by, line

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Moved) and self._node == other._node

    def __hash__(self) -> int:
        return hash(self._node)

    def _moved(self, node: SyntaxNode | None) -> SyntaxNode | None:
        return None if node is None else _Moved(node, self._by, self._line)

    def _all(self, nodes: Sequence[SyntaxNode]) -> list[SyntaxNode]:
        return [_Moved(node, self._by, self._line) for node in nodes]

    @property
    def type(self) -> str:
        return self._node.type

    @property
    def start_byte(self) -> int:
        return self._node.start_byte + self._by

    @property
    def end_byte(self) -> int:
        return self._node.end_byte + self._by

    @property
    def start_point(self) -> tuple[int, int]:
        row, column = self._node.start_point
        return row + self._line, column

    @property
    def named_children(self) -> Sequence[SyntaxNode]:
        return self._all(self._node.named_children)

    @property
    def children(self) -> Sequence[SyntaxNode]:
        return self._all(self._node.children)

    @property
    def parent(self) -> SyntaxNode | None:
        return self._moved(self._node.parent)

    def child_by_field_name(self, name: str, /) -> SyntaxNode | None:
        return self._moved(self._node.child_by_field_name(name))

    def children_by_field_name(self, name: str, /) -> Sequence[SyntaxNode]:
        return self._all(self._node.children_by_field_name(name))


def macro_arguments(lowering: Lowering, node: SyntaxNode, name: str) -> list[SyntaxNode]:
    """Return the expressions that a macro is given, none for a macro with a grammar of its own."""
    tokens = next((child for child in node.named_children if child.type == "token_tree"), None)
    if tokens is None or name not in _TAKE_EXPRESSIONS or tokens.end_byte - tokens.start_byte <= 2:
        return []
    inside = lowering.text[tokens.start_byte + 1 : tokens.end_byte - 1].replace(b";", b",")
    try:
        tree = syntax_tree(LanguageId("rust"), _BEFORE + inside + _AFTER)
    except ParseTimeoutError:
        return []
    call = _first_call(tree)
    arguments = None if call is None else call.child_by_field_name("arguments")
    if arguments is None or arguments.end_byte != len(_BEFORE) + len(inside) + 1:
        return []  # not a list of expressions
    root = _Moved(arguments, tokens.start_byte + 1 - len(_BEFORE), tokens.start_point[0])
    return [child for child in root.named_children if child.type not in lowering.grammar.ignored and child.type != "ERROR"]


def _first_call(node: SyntaxNode | None) -> SyntaxNode | None:
    for _ in range(6):
        if node is None or node.type == "call_expression":
            return node
        body = node.child_by_field_name("body")
        node = body if body is not None else next(iter(node.named_children), None)
    return None


def lower_arguments(lowering: Lowering, node: SyntaxNode, name: str) -> tuple[Expression, ...]:
    """Lower what a macro is given."""
    found = (lowering.lower(each) for each in macro_arguments(lowering, node, name))
    return tuple(each for each in found if each is not None)
