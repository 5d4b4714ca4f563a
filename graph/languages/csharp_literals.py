"""C#: the types of numbers that are written out (C# specification, "Literals")."""

from __future__ import annotations

from graph.flow import LITERAL, Expression
from graph.lowering import Lowering, SyntaxNode


def integer(lowering: Lowering, node: SyntaxNode) -> Expression:
    """Handle a whole number: its suffix and its size say of which type it is."""
    digits = lowering.word(node).lower().replace("_", "")
    number = digits.rstrip("ul")
    suffix = digits.removeprefix(number)
    try:
        value = int(number, 0 if number[1:2] in {"x", "b"} else 10)
    except ValueError:  # broken code
        value = 0
    long = "l" in suffix or value >= 1 << 32
    unsigned = "u" in suffix or value >= 1 << 63 or (not long and value >= 1 << 31)
    return (LITERAL, node.start_byte, ("u" if unsigned else "") + ("long" if long else "int"), "")


_REALS = {"f": "float", "m": "decimal"}


def real(lowering: Lowering, node: SyntaxNode) -> Expression:
    """Handle a number with a fraction: without a suffix it is a ``double``."""
    return (LITERAL, node.start_byte, _REALS.get(lowering.word(node)[-1:].lower(), "double"), "")
