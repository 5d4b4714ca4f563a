"""Ruby: what its classes, methods, attributes, mixins and constants mean."""

from __future__ import annotations

from collections.abc import Sequence

from graph.flow import (
    ANONYMOUS,
    BASE,
    CLASS_METHOD,
    CLASS_SCOPE,
    DEFINITION,
    EITHER,
    FIELD,
    FUNCTION_SCOPE,
    INDEX,
    MEMBER,
    NAME,
    REST,
    REST_BY_NAME,
    SELF,
    VARIABLE,
    Binding,
    Expression,
    Parameter,
    Scope,
)
from graph.lower import FunctionShape, Lowering, ParameterForm, SyntaxNode

ATTRIBUTES = frozenset({"attr_accessor", "attr_reader", "attr_writer", "attr", "cattr_accessor", "mattr_accessor", "class_attribute"})


def blank(node: SyntaxNode) -> Expression:
    """Return the expression for what is not known."""
    return (EITHER, node.start_byte, ())


def nesting_of(lowering: Lowering) -> list[str]:
    """Return the names of the classes and modules around, as they are written, the outermost first."""
    scopes, at, found = lowering.flow.scopes, lowering.scope, list[str]()
    while at > 0:
        if scopes[at].kind == CLASS_SCOPE:
            found.insert(0, lowering.aliases.get(f"class {at}", scopes[at].name))
        at = scopes[at].parent
    return found


def _whole(lowering: Lowering, written: str) -> str:
    if written.startswith("::"):
        return written.replace("::", "\\")
    return "\\" + "\\".join([*nesting_of(lowering), written]).replace("::", "\\")


def constant(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle a constant, or several joined by ``::``."""
    written = lowering.word(node)
    parts = written.removeprefix("::").split("::")
    if not all(part.isidentifier() for part in parts):
        lowering.lower_children(node)
        return None
    nesting = [] if written.startswith("::") else nesting_of(lowering)
    name = "~" * len(parts) + "\\" + "\\".join([*nesting, *parts])
    return (NAME, node.end_byte - len(parts[-1].encode()), name)


def class_or_module(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle a class or module."""
    named, above = node.child_by_field_name("name"), node.child_by_field_name("superclass")
    bases = above.named_children if above is not None else ()
    if named is not None:
        _define_class(lowering, node, named, bases, node.child_by_field_name("body"))
    return None


def _define_class(lowering: Lowering, node: SyntaxNode, named: SyntaxNode, bases: Sequence[SyntaxNode], body: SyntaxNode | None) -> int:
    whole, at = _whole(lowering, lowering.word(named)), len(lowering.flow.scopes)
    lowering.aliases[f"class {at}"] = lowering.word(named).removeprefix("::")
    last = named.child_by_field_name("name") if named.type == "scope_resolution" else named
    lowering.define_class(node, last or named, [each for each in bases if each.type in {"constant", "scope_resolution"}], body)
    lowering.bind(whole, Binding(DEFINITION, named.start_byte, target=at), scope=0)
    return at


def singleton_class(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``class << self``, whose methods are those of the class."""
    body = node.child_by_field_name("body")
    if body is not None:
        lowering.lower_children(body)
    return None


def method_scope(lowering: Lowering) -> Scope | None:
    """Return the method around, None in the body of a class."""
    scopes, at = lowering.flow.scopes, lowering.scope
    while at > 0 and scopes[at].kind != CLASS_SCOPE:
        if scopes[at].kind == FUNCTION_SCOPE and not scopes[at].flags & ANONYMOUS:
            return scopes[at]
        at = scopes[at].parent
    return None


def _parameter(taking: int = 0, *, named: bool = True) -> ParameterForm:
    def handle(lowering: Lowering, node: SyntaxNode, scope: Scope) -> None:
        name = node.child_by_field_name("name") if named else node
        default = lowering.root(node.child_by_field_name("value")) if named else -1
        if name is not None:
            lowering.add_parameter(scope, Parameter(lowering.word(name), taking, -1, default), name.start_byte)

    return handle


_FUNCTION = FunctionShape(
    returns="",
    forms={
        "identifier": _parameter(named=False),
        "optional_parameter": _parameter(),
        "keyword_parameter": _parameter(),
        "splat_parameter": _parameter(REST),
        "hash_splat_parameter": _parameter(REST_BY_NAME),
        "block_parameter": _parameter(),
    },
)


def method(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle a method of instances or of the class."""
    name, around = node.child_by_field_name("name"), node.parent
    while around is not None and around.type in {"body_statement", "argument_list", "call"}:
        around = around.parent
    singleton = node.type == "singleton_method" or (around is not None and around.type == "singleton_class")
    if name is None:
        return None
    lowering.flags = CLASS_METHOD if singleton else 0
    if lowering.scope == 0:
        lowering.flow.package = "\\"  # what is defined at the top can be called in every file
    word, at = lowering.word(name), len(lowering.flow.scopes)
    lowering.bind("." + word if singleton else word, Binding(DEFINITION, name.start_byte, target=at))
    lowering.define_function(node, name, _FUNCTION, bind=False)
    return None


def attributes(lowering: Lowering, node: SyntaxNode, kind: str, names: list[SyntaxNode]) -> None:
    """Define the methods that ``attr_accessor`` and its like make; the graph has one node for each name."""
    around = node.parent.parent if node.parent is not None else None
    singleton = kind.startswith(("cattr", "mattr")) or (around is not None and around.type == "singleton_class")
    mark = "." if singleton else ""
    for symbol in names:
        if symbol.type not in {"simple_symbol", "string"}:
            continue
        word = lowering.word(symbol).strip(":'\"")
        flags, at, outside = CLASS_METHOD if singleton else 0, len(lowering.flow.scopes), lowering.scope
        if kind != "attr_writer":
            lowering.bind(mark + word, Binding(DEFINITION, symbol.start_byte, target=at))
        if kind not in {"attr_reader", "attr"}:
            lowering.bind(f"{mark}{word}=", Binding(DEFINITION, symbol.start_byte, target=at))
            lowering.aliases[f"attribute {outside} {mark}{word}"] = ""
        lowering.open_scope(FUNCTION_SCOPE, word, symbol.start_byte, symbol, flags)
        lowering.add_field(f"{mark}@{word}", Binding(FIELD, symbol.start_byte))
        field: Expression = (MEMBER, symbol.start_byte, (SELF, symbol.start_byte), f"{mark}@{word}")
        lowering.flow.scopes[at].returned.append(lowering.add_root((EITHER, symbol.start_byte, (field,))))
        lowering.scope = outside


def extend_self(lowering: Lowering, node: SyntaxNode) -> None:
    """Give a module its own methods: ``extend self``."""
    lowering.flow.scopes[lowering.scope].bases.append(
        lowering.add_root((INDEX, node.start_byte, (SELF, node.start_byte), blank(node)), BASE)
    )


def mix_in(lowering: Lowering, kind: str, modules: list[SyntaxNode]) -> None:
    """Take note of ``include``, ``prepend`` or ``extend``."""
    for module in modules:
        if kind == "extend" and module.type == "self":
            extend_self(lowering, module)
        found = lowering.lower(module) if module.type in {"constant", "scope_resolution"} else None
        if found is not None:
            base = (INDEX, module.start_byte, found, blank(module)) if kind == "extend" else found
            lowering.flow.scopes[lowering.scope].bases.append(lowering.add_root(base, BASE))


def alias(lowering: Lowering, new: SyntaxNode, old: SyntaxNode) -> None:
    """Give a method of the present class a second name."""
    word, known = lowering.word(new).strip(":'\""), lowering.word(old).strip(":'\"")
    names = lowering.flow.scopes[lowering.scope].names
    for binding in names.get(known, ())[-1:]:
        names.setdefault(word, []).append(Binding(DEFINITION, new.start_byte, target=binding.target))


def alias_statement(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``alias new old``."""
    new, old = node.child_by_field_name("name"), node.child_by_field_name("alias")
    if new is not None and old is not None:
        alias(lowering, new, old)
    return None


def constant_assignment(lowering: Lowering, node: SyntaxNode, target: SyntaxNode, right: SyntaxNode | None) -> None:
    """Handle ``A = value``; of ``Class.new`` and ``Struct.new`` it defines a class."""
    receiver = right.child_by_field_name("receiver") if right is not None and right.type == "call" else None
    of = lowering.word(receiver) if receiver is not None else ""
    if right is not None and of in {"Class", "Struct", "Data", "Module"}:
        arguments, block = right.child_by_field_name("arguments"), right.child_by_field_name("block")
        given = list(arguments.named_children) if arguments is not None else []
        body = block.child_by_field_name("body") if block is not None else None
        at = _define_class(lowering, node, target, given[:1] if of == "Class" else [], body)
        outside, lowering.scope = lowering.scope, at
        if of in {"Struct", "Data"}:
            attributes(lowering, right, "attr_accessor", given)
        lowering.scope = outside
        return
    value = lowering.root(right)
    lowering.bind(_whole(lowering, lowering.word(target)), Binding(VARIABLE, target.start_byte, value), scope=0)
