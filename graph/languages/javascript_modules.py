"""JavaScript and its dialects: imports and exports, of modules and of CommonJS."""

from __future__ import annotations

from graph.flow import DEFINITION, IMPORTED, MODULE, NAME, QUIET, VALUE, VARIABLE, Binding, Expression, ImportedName
from graph.languages.javascript_definitions import CLASSES, FUNCTIONS, class_, decorator, function
from graph.languages.javascript_patterns import COMMONJS, declared_names, property_name, scope_declaring
from graph.lower import Lowering, SyntaxNode


def _text(lowering: Lowering, node: SyntaxNode) -> str:
    return lowering.word(node).strip("\"'`")


def import_statement(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``import``."""
    source = node.child_by_field_name("source")
    clause = next((child for child in node.named_children if child.type == "import_clause"), None)
    required = next((child for child in node.named_children if child.type == "import_require_clause"), None)
    if required is not None:
        source = required.child_by_field_name("source")
        if source is not None:
            lowering.import_name(_text(lowering, source), "", source.start_byte)
            _bind(lowering, required.named_children[0])
        return None
    if source is None:
        return None
    module = _text(lowering, source)
    if clause is None:
        lowering.import_name(module, "", source.start_byte)
    for child in clause.named_children if clause is not None else ():
        if child.type == "identifier":
            lowering.import_name(module, "default", child.start_byte, alias=lowering.word(child))
        elif child.type == "namespace_import":
            lowering.import_name(module, "", source.start_byte)
            _bind(lowering, child.named_children[0])
        elif child.type == "named_imports":
            for each in child.named_children:
                named, alias = each.child_by_field_name("name"), each.child_by_field_name("alias")
                if named is not None:
                    bound = lowering.word(alias if alias is not None else named)
                    lowering.import_name(module, _text(lowering, named), named.start_byte, alias=bound)
    return None


def _bind(lowering: Lowering, name: SyntaxNode, *, scope: int = -1) -> None:
    """Bind a name to the import that was noted last."""
    imports = lowering.flow.imports
    lowering.bind(lowering.word(name), Binding(IMPORTED, name.start_byte, target=len(imports) - 1), scope=scope)


def import_alias(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``import a = b.c``."""
    children = node.named_children
    if len(children) == 2:
        value = lowering.root(children[1])
        lowering.bind(lowering.word(children[0]), Binding(VARIABLE, children[0].start_byte, value))
    return None


# CommonJS.


def required_module(lowering: Lowering, node: SyntaxNode) -> SyntaxNode | None:
    """Return the string with the module's name if a node is a call of ``require`` or of ``import``."""
    called, given = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if node.type != "call_expression" or called is None or given is None or given.type != "arguments":
        return None
    if called.type != "import":
        word = lowering.word(called)
        if called.type != "identifier" or word != "require" or word in lowering.flow.scopes[scope_declaring(lowering, word)].names:
            return None
    first = next(iter(given.named_children), None)
    return first if first is not None and first.type == "string" else None


def module_value(lowering: Lowering, source: SyntaxNode) -> Expression:
    """Note an import that stands in an expression, and return its value."""
    lowering.import_name(_text(lowering, source), "", source.start_byte)
    _bind(lowering, source, scope=0)
    return (NAME, source.start_byte, lowering.word(source))


def bind_required(lowering: Lowering, name: SyntaxNode, value: SyntaxNode, scope: int) -> bool:
    """Handle ``name = require("module")`` in a declaration, also with a pattern or followed by a member; say whether it is one."""
    member, position = "", 0
    if value.type == "await_expression" and value.named_children:
        value = value.named_children[0]
    if value.type == "member_expression":
        key, of = value.child_by_field_name("property"), value.child_by_field_name("object")
        if key is None or of is None:
            return False
        member, value = lowering.word(key), of
        position = key.start_byte
    source = required_module(lowering, value)
    if source is None or (member and name.type != "identifier"):
        return False
    module = _text(lowering, source)
    if name.type == "identifier":
        lowering.import_name(module, "" if member in {"", "default"} else member, position if member else source.start_byte)
        _bind(lowering, name, scope=scope)
        return True
    if name.type != "object_pattern" or any(child.type not in _PLAIN_PARTS for child in name.named_children):
        return False
    for child in name.named_children:
        key = child.child_by_field_name("key") if child.type == "pair_pattern" else child
        target = child.child_by_field_name("value") if child.type == "pair_pattern" else child
        if key is None or target is None or target.type not in {"identifier", "shorthand_property_identifier_pattern"}:
            return False
    lowering.import_name(module, "", source.start_byte)
    for child in name.named_children:
        key = child.child_by_field_name("key") if child.type == "pair_pattern" else child
        target = child.child_by_field_name("value") if child.type == "pair_pattern" else child
        if key is not None and target is not None:
            lowering.import_name(module, property_name(lowering, key), key.start_byte)
            _bind(lowering, target, scope=scope)
    return True


_PLAIN_PARTS = frozenset({"shorthand_property_identifier_pattern", "pair_pattern"})


# Exports.


def export_statement(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``export``."""
    source = node.child_by_field_name("source")
    for child in node.named_children:
        if child.type == "decorator":
            decorator(lowering, child)
    if source is not None:
        _export_from(lowering, node, _text(lowering, source), source)
        return None
    declaration, value = node.child_by_field_name("declaration"), node.child_by_field_name("value")
    if declaration is not None:
        _export_declaration(lowering, node, declaration)
    elif value is not None:
        _export_default(lowering, node, value)
    else:
        _export_names(lowering, node)
    return None


def _export_declaration(lowering: Lowering, node: SyntaxNode, declaration: SyntaxNode) -> None:
    lowering.lower(declaration)
    named, exports = declaration.child_by_field_name("name"), lowering.flow.exports
    if lowering.flow.scopes[lowering.scope].kind != MODULE:
        return
    for each in declared_names(lowering, declaration) if named is None else (lowering.word(named),):
        exports.setdefault(each, [])  # found among the module's names; that it is here says that others may use it
    is_default = any(child.type == "default" for child in node.children)
    if is_default and named is not None and "default" not in exports:  # once for all of its overloads
        _give(lowering, "default", lowering.add_root((NAME, named.start_byte, lowering.word(named)), QUIET))


def _export_names(lowering: Lowering, node: SyntaxNode) -> None:
    for child in node.named_children:
        for each in child.named_children if child.type == "export_clause" else ():
            named, alias = each.child_by_field_name("name"), each.child_by_field_name("alias")
            if named is not None:
                given = _text(lowering, alias if alias is not None else named)
                _give(lowering, given, lowering.add_root((NAME, named.start_byte, lowering.word(named)), VALUE))
        if child.type == "identifier":  # export = name
            _give(lowering, COMMONJS, lowering.root(child))
        elif child.type not in {"decorator", "export_clause"}:
            lowering.lower(child)


def _give(lowering: Lowering, name: str, root: int) -> None:
    lowering.flow.exports.setdefault(name, []).append(root)


def _export_default(lowering: Lowering, node: SyntaxNode, value: SyntaxNode) -> None:
    word = next((child for child in node.children if child.type == "default"), None)
    if value.type in FUNCTIONS:
        made = function(lowering, value, None if value.child_by_field_name("name") is not None else word)
        lowering.bind("default", Binding(DEFINITION, value.start_byte if word is None else word.start_byte, target=made[2]))
    elif value.type in CLASSES:
        made = class_(lowering, value, None if value.child_by_field_name("name") is not None else word)
        lowering.bind("default", Binding(DEFINITION, value.start_byte if word is None else word.start_byte, target=made[2]))
    else:
        _give(lowering, "default", lowering.root(value))


def _export_from(lowering: Lowering, node: SyntaxNode, module: str, source: SyntaxNode) -> None:
    imports = lowering.flow.imports
    clause = next((child for child in node.named_children if child.type in {"export_clause", "namespace_export"}), None)
    if clause is None:
        imports.append(ImportedName(module, "*", source.start_byte, reexported="*"))
    elif clause.type == "namespace_export":
        imports.append(ImportedName(module, "", source.start_byte, reexported=lowering.word(clause.named_children[0])))
    else:
        for each in clause.named_children:
            named, alias = each.child_by_field_name("name"), each.child_by_field_name("alias")
            if named is not None:
                given = _text(lowering, alias if alias is not None else named)
                imports.append(ImportedName(module, _text(lowering, named), named.start_byte, reexported=given))
