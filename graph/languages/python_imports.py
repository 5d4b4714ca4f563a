"""Python: import statements, and where ``global`` and ``nonlocal`` bind names."""

from __future__ import annotations

from collections.abc import Container

from graph.flow import CLASS_SCOPE, FUNCTION_SCOPE, IMPORTED, Binding, Expression
from graph.lowering import Lowering, SyntaxNode


def import_(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``import a.b as c``."""
    for child in node.named_children:
        if child.type == "aliased_import":
            module, alias = child.child_by_field_name("name"), child.child_by_field_name("alias")
            if module is not None and alias is not None:
                lowering.import_name(lowering.word(module), "", module.start_byte)
                _bind_module(lowering, lowering.word(alias))
        elif child.type == "dotted_name":
            whole = lowering.word(child)
            lowering.import_name(whole, "", child.start_byte)
            if "." in whole:  # binds the first part, and the import of the whole has loaded the rest
                lowering.import_name(whole.partition(".")[0], "", child.start_byte)
            _bind_module(lowering, whole.partition(".")[0])
    return None


def _bind_module(lowering: Lowering, alias: str) -> None:
    imports = lowering.flow.imports
    lowering.bind(alias, Binding(IMPORTED, imports[-1].position, target=len(imports) - 1))


def import_from(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``from a import b as c``."""
    source = node.child_by_field_name("module_name")
    module, level = ("__future__", 0) if source is None else (lowering.word(source), 0)
    if source is not None and source.type == "relative_import":
        dots = module.replace(" ", "")
        module = dots.lstrip(".")
        level = len(dots) - len(module)
    for child in node.named_children:
        if child == source:
            continue
        if child.type == "wildcard_import":
            lowering.import_name(module, "*", child.start_byte, level=level)
        elif child.type == "aliased_import":
            named, alias = child.child_by_field_name("name"), child.child_by_field_name("alias")
            if named is not None and alias is not None:
                lowering.import_name(module, lowering.word(named), named.start_byte, alias=lowering.word(alias), level=level)
        elif child.type == "dotted_name":
            lowering.import_name(module, lowering.word(child), child.start_byte, level=level)
    return None


def is_imported(lowering: Lowering, name: str, modules: Container[str]) -> bool:
    """Say whether what was read so far binds a name by importing it from one of these modules, as it is seen from here, and by no more."""
    scopes, imports, at = lowering.flow.scopes, lowering.flow.imports, lowering.scope
    while at >= 0:
        if name in scopes[at].names and (scopes[at].kind != CLASS_SCOPE or at == lowering.scope):
            brought = [imports[each.target] for each in scopes[at].names[name] if each.kind == IMPORTED]
            return len(brought) == len(scopes[at].names[name]) and all(each.module in modules and each.name == name for each in brought)
        at = scopes[at].parent
    return False


def global_(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``global`` and ``nonlocal``."""
    scopes = lowering.flow.scopes
    for child in node.named_children:
        word = lowering.word(child)
        target = 0
        if node.type == "nonlocal_statement":
            target = scopes[lowering.enclosing(FUNCTION_SCOPE)].parent
            while target > 0 and (scopes[target].kind != FUNCTION_SCOPE or word not in scopes[target].names):
                target = scopes[target].parent
        lowering.elsewhere[lowering.scope, word] = target
    return None
