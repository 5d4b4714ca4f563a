"""PHP: which class, function or constant of which namespace a written name means; types, and what files a file brings in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from graph.flow import (
    CLASS_SCOPE,
    EITHER,
    EXTENSION,
    INDEX,
    LITERAL,
    NAME,
    SELF,
    SUPER,
    Expression,
    ImportedName,
)
from graph.lower import Lowering, SyntaxNode

_BUILT_IN = frozenset({
    "array", "bool", "boolean", "callable", "false", "float", "double", "int", "integer", "iterable", "mixed", "never", "null", "object",
    "resource", "scalar", "string", "true", "void", "numeric", "list", "positive-int", "non-empty-string", "class-string", "array-key",
})  # fmt: skip
_ANY = frozenset({"mixed", "object", "callable", "resource", "scalar", "numeric", "class-string"})
_NO_VALUE = frozenset({"null", "void", "never"})
_TAG = re.compile(
    rb"@(?:(var|return)[ \t]+([^\s<]+(?:<[^\n$]*?>+)?\S*)|(param)[ \t]+([^\s$<]+(?:<[^\n$]*?>+)?[^\s$]*)[ \t]+(?:&|\.\.\.)*(\$\w+))"
)
_TYPE_NAME = re.compile(r"\\?[A-Za-z_][\w\\-]*|\$this")


def resolved(lowering: Lowering, written: str, mark: str = "") -> str:
    """Return the whole name that a written one means: of a class, or with "." of a function, with ".." of a constant."""
    if written.startswith("\\"):
        return mark + written
    first, _, rest = written.partition("\\")
    if first.lower() == "namespace" and rest:
        return mark + own_name(lowering, rest)
    if rest:
        return f"{mark}{lowering.aliases.get(first) or own_name(lowering, first)}\\{rest}"
    alias = lowering.aliases.get(mark + written)
    if alias:
        return mark + alias
    return mark + own_name(lowering, written) if not mark or not lowering.flow.package else f"~{mark}{own_name(lowering, written)}"


def own_name(lowering: Lowering, word: str) -> str:
    """Return the whole name of what the present namespace calls so."""
    package = lowering.flow.package
    return f"\\{package}\\{word}" if package else f"\\{word}"


def name_at(lowering: Lowering, node: SyntaxNode) -> int:
    """Return where the last part of a written name begins."""
    return node.end_byte - len(lowering.word(node).rpartition("\\")[2].encode())


def own_class(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Return the class that ``self`` or ``static`` names where one is made, None for any other name."""
    word = lowering.word(node).lower()
    if word not in {"self", "static"}:
        if word == "parent":
            return _first_base(lowering, node.start_byte) or (NAME, node.start_byte, "~\\parent")
        return None
    owner = lowering.flow.scopes[lowering.enclosing(CLASS_SCOPE)]
    if not owner.name or owner.flags & EXTENSION:  # a trait's is the class that uses it
        return (NAME, node.start_byte, f"~\\{word}")
    return (NAME, node.start_byte, own_name(lowering, owner.name))


def _first_base(lowering: Lowering, start: int) -> Expression | None:
    """Return the class that the present one extends, where it does."""
    base = lowering.aliases.get(f"parent of {lowering.enclosing(CLASS_SCOPE)}")
    return (NAME, start, base) if base else None


def class_name(lowering: Lowering, node: SyntaxNode) -> Expression:
    """Return what stands before ``::``, after ``instanceof``, or in a list of supertypes."""
    if node.type not in {"name", "qualified_name", "relative_name", "relative_scope", "named_type"}:
        return lowering.lower(node) or (EITHER, node.start_byte, ())
    word = lowering.word(node)
    if word.lower() in {"self", "static"}:
        return (SELF, node.start_byte)
    if word.lower() == "parent":
        # SUPER would look into the class's own traits first.
        with_traits = f"traits of {lowering.enclosing(CLASS_SCOPE)}" in lowering.aliases
        return (_first_base(lowering, node.start_byte) if with_traits else None) or (SUPER, node.start_byte)
    return (NAME, name_at(lowering, node), resolved(lowering, word))


def type_name(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle a class's name where a type is."""
    return _type(lowering, lowering.word(node), node.start_byte)


def constant(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle a name that stands for a constant; in a type, for a class."""
    word = lowering.word(node)
    if lowering.in_type:
        return type_name(lowering, node)
    if word.lower() in {"true", "false", "null"}:
        return (LITERAL, node.start_byte, "null" if word.lower() == "null" else "bool", "")
    if word.startswith("__") and word.endswith("__"):
        return (LITERAL, node.start_byte, "string", "")
    return (NAME, name_at(lowering, node), resolved(lowering, word, ".."))


def _type(lowering: Lowering, word: str, start: int) -> Expression:
    lower = word.lower()
    if lower in {"static", "$this"}:
        return (SELF, start)
    if lower in {"self", "parent"}:
        owner = lowering.flow.scopes[lowering.enclosing(CLASS_SCOPE)]
        if lower == "parent":
            return _first_base(lowering, start) or (EITHER, start, ())
        return (SELF, start) if not owner.name or owner.flags & EXTENSION else (NAME, start, own_name(lowering, owner.name))
    if lower in _BUILT_IN:
        return (EITHER, start, ()) if lower in _ANY else (LITERAL, start, "null" if lower in _NO_VALUE else lower, "")
    last = word.rpartition("\\")[2]
    return (NAME, start + len(word.encode()) - len(last.encode()), resolved(lowering, word))


def docblock(lowering: Lowering, node: SyntaxNode) -> Iterator[tuple[str, str, Expression]]:
    """Yield tag, variable and type of what the comment before a node says about types."""
    parent = node.parent
    if parent is None:
        return
    before = lowering.text[max(0, node.start_byte - 6000) : node.start_byte].rstrip()
    begin = before.rfind(b"/**")
    if begin < 0 or not before.endswith(b"*/") or b"*/" in before[begin:-2]:
        return
    start = max(0, node.start_byte - 6000) + begin
    for found in _TAG.finditer(before, begin):
        group = 2 if found.group(1) else 4
        tag = (found.group(1) or found.group(3)).decode()
        type_ = _docblock_type(lowering, found.group(group).decode("utf-8", "replace"), start - begin + found.start(group))
        if type_ is not None:
            yield tag, (found.group(5) or b"").decode("utf-8", "replace"), type_


def _docblock_type(lowering: Lowering, text: str, start: int) -> Expression | None:
    """Return the type that a docblock names; None where it is written in a way that is not read here."""
    if not text.isascii():
        return None
    options: list[Expression] = []
    at = start
    for part in text.lstrip("?").split("|"):
        begin = start + text.index(part, at - start)
        at = begin + len(part)
        plain, _, arguments = part.partition("<")
        found = _TYPE_NAME.match(plain)
        if found is None or (arguments and not arguments.endswith(">")):
            return None
        type_, rest = _type(lowering, found.group(), begin), plain[found.end() :]
        if rest == "[]":
            type_ = (INDEX, begin, (LITERAL, begin, "array", ""), type_)
        elif rest:
            return None
        elif arguments and found.group() in {"array", "list", "iterable"}:
            inner = arguments[:-1].rpartition(",")[2].strip()
            if not _TYPE_NAME.fullmatch(inner):
                return None
            type_ = (INDEX, begin, (LITERAL, begin, "array", ""), _type(lowering, inner, begin + part.rindex(inner)))
        options.append(type_)
    return options[0] if len(options) == 1 else (EITHER, start, tuple(options))


def use(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``use``: remember what names it gives, and take note of the import."""
    body = node.child_by_field_name("body")
    prefix = next((lowering.word(child) for child in node.named_children if child.type == "namespace_name"), "") if body is not None else ""
    outer = _kind(node)
    for clause in (body if body is not None else node).named_children:
        if clause.type != "namespace_use_clause":
            continue
        alias = clause.child_by_field_name("alias")
        named = next((child for child in clause.named_children if child.type in {"name", "qualified_name"} and child != alias), None)
        if named is None:
            continue
        written = lowering.word(named).lstrip("\\")
        whole = f"\\{prefix.strip(chr(92))}\\{written}" if prefix else f"\\{written}"
        mark = _kind(clause) or outer
        lowering.aliases[mark + (lowering.word(alias) if alias is not None else written.rpartition("\\")[2])] = whole
        lowering.flow.imports.append(ImportedName(mark + whole, whole.rpartition("\\")[2], name_at(lowering, named)))
    return None


def _kind(node: SyntaxNode) -> str:
    for child in node.children:
        if child.type in {"function", "const"}:
            return "." if child.type == "function" else ".."
    return ""


def include(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``require`` and its like: an import of a file where its path is written out."""
    level, found = 1, next(iter(node.named_children), None)
    while found is not None and found.type == "parenthesized_expression":
        found = next(iter(found.named_children), None)
    if found is not None and found.type == "binary_expression":
        left, found = found.child_by_field_name("left"), found.child_by_field_name("right")
        folder = "" if left is None else lowering.word(left).replace(" ", "")
        level = 1 + folder.count("dirname(") if folder.endswith(("__DIR__", "__DIR__)", "__DIR__))")) else 0
    if level and found is not None and found.type in {"string", "encapsed_string"}:
        text = lowering.word(found).strip("'\"")
        if "$" not in text:
            lowering.flow.imports.append(ImportedName(text, "", found.start_byte + 1, level))
            return None
    lowering.lower_children(node)
    return None
