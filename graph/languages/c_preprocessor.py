"""C's and C++'s preprocessor: inclusions and macros."""

from __future__ import annotations

from graph.flow import DEFINITION, FUNCTION_SCOPE, NAME, REST, STATIC, VARIABLE, Binding, ImportedName, Parameter
from graph.lower import Lowering, SyntaxNode


def include(lowering: Lowering, node: SyntaxNode) -> None:
    """Handle ``#include``; a quoted one is level 1."""
    path = node.child_by_field_name("path")
    if path is not None and path.type in {"string_literal", "system_lib_string"}:
        name = lowering.word(path).strip('"<>')
        lowering.flow.imports.append(ImportedName(name, "", path.start_byte, int(path.type == "string_literal")))


def macro(lowering: Lowering, node: SyntaxNode) -> None:
    """Bind a macro: one with parameters is called, another is read, and one that is a single name is worth what that is."""
    named = node.child_by_field_name("name")
    if named is None:
        return
    title, branch = lowering.word(named), lowering.branch
    if node.type == "preproc_def":
        value = node.child_by_field_name("value")
        written = "" if value is None else lowering.word(value).strip()
        root = lowering.add_root((NAME, value.start_byte, written)) if value is not None and written.isidentifier() else -1
        lowering.bind(title, Binding(VARIABLE, named.start_byte, root), scope=0)
        return
    lowering.open_branch()
    lowering.flow.branches[-1] = (branch, 0)
    lowering.bind(title, Binding(DEFINITION, named.start_byte, target=len(lowering.flow.scopes)), scope=0)
    outside = lowering.scope
    lowering.scope = 0
    scope = lowering.flow.scopes[lowering.open_scope(FUNCTION_SCOPE, title, named.start_byte, node, STATIC)]
    scope.parameters.append(Parameter("", REST))
    lowering.scope, lowering.branch = outside, branch
