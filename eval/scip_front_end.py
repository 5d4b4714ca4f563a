"""Errors that a front end makes by rule, so that nobody has to look into them one by one.

scip-python writes some attributes down as the class that they belong to: those that ``__slots__`` declares, and dunder attributes of a
class. Such a reference is on a line that does not hold the name of the class.
"""

from __future__ import annotations

import ast
import re

from eval.scip_oracle import Disagreement, Sources

SLOTS = "the front end writes an attribute that __slots__ declares down as the class"
DUNDER = "the front end writes the dunder attribute of a class down as the class"

_DUNDER = re.compile(r"\.__\w+__\b")


class FrontEndErrors:
    """Finds the known errors in one repository."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._slots: dict[tuple[str, str, int], frozenset[str]] = {}

    def reason(self, each: Disagreement) -> str:
        """Say which known error a disagreement is, empty for none."""
        line = self._sources.line(each.path, each.line)
        if each.direction != "missed" or not each.path.endswith(".py") or line is None:
            return ""
        if re.search(rf"\b{re.escape(each.name)}\b", line):
            return ""
        if any(re.search(rf"\.{re.escape(slot)}\b", line) for slot in self._declared(each)):
            return SLOTS
        return DUNDER if _DUNDER.search(line) else ""

    def _declared(self, each: Disagreement) -> frozenset[str]:
        key = (each.target_path, each.name, each.target_line)
        if key not in self._slots:
            self._slots[key] = slots_of(self._sources.text(each.target_path), each.name, each.target_line)
        return self._slots[key]


def slots_of(text: str, name: str, line: int) -> frozenset[str]:
    """Return what ``__slots__`` of the class lists that is defined at a line."""
    try:
        classes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ClassDef) and node.name == name]
    except (SyntaxError, ValueError, RecursionError):
        return frozenset()
    found = next((node for node in classes if node.lineno <= line <= (node.end_lineno or node.lineno)), None)
    listed = [each for each in found.body if isinstance(each, ast.Assign | ast.AnnAssign)] if found is not None else []
    return frozenset(
        item.value
        for each in listed
        if any(isinstance(target, ast.Name) and target.id == "__slots__" for target in _targets(each)) and each.value is not None
        for item in ast.walk(each.value)
        if isinstance(item, ast.Constant) and isinstance(item.value, str)
    )


def _targets(node: ast.Assign | ast.AnnAssign) -> list[ast.expr]:
    return node.targets if isinstance(node, ast.Assign) else [node.target]
