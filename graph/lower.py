"""What most languages' tables are made of: handlers of node types, by the names of the fields they read.

``call("function", "arguments")`` is the handler of a call in a grammar with these two fields; a language adds its own handlers where its
grammar is peculiar.
"""

from __future__ import annotations

from graph.flow import (
    CALL,
    DECORATOR,
    EITHER,
    ELEMENT,
    FUNCTION_SCOPE,
    GENERATOR,
    HOLE,
    INDEX,
    ITEM,
    LITERAL,
    MAPPING,
    MEMBER,
    NAME,
    NEW,
    ROOT,
    SELF,
    SEQUENCE,
    SPREAD,
    TEMPLATE_BYTES,
    TO_END,
    TYPE,
    Expression,
    Parameter,
    Scope,
)
from graph.lowering import FunctionShape, Grammar, Handler, Lowering, ParameterForm, SyntaxNode

__all__ = [
    "FunctionShape", "Grammar", "Handler", "Lowering", "ParameterForm", "SyntaxNode",
    "arguments_of", "assignment", "call", "decorated", "either", "index", "inner", "literal", "loop", "mapping", "member", "name", "new",
    "parameter", "return_", "sequence", "take_apart", "yield_",
]  # fmt: skip


def name() -> Handler:
    """Handle an identifier."""

    def handle(lowering: Lowering, node: SyntaxNode) -> Expression:
        word = lowering.word(node)
        return (SELF, node.start_byte) if word == lowering.receiver else (NAME, node.start_byte, word)

    return handle


def member(object_: str, name_: str) -> Handler:
    """Handle ``object.name``."""

    def handle(lowering: Lowering, node: SyntaxNode) -> Expression | None:
        named, holder = node.child_by_field_name(name_), node.child_by_field_name(object_)
        if named is None or holder is None:
            return None
        return (MEMBER, named.start_byte, lowering.lower(holder) or (EITHER, holder.start_byte, ()), lowering.word(named))

    return handle


def call(callee: str, arguments: str) -> Handler:
    """Handle ``callee(arguments)``."""

    def handle(lowering: Lowering, node: SyntaxNode) -> Expression | None:
        called, given = node.child_by_field_name(callee), node.child_by_field_name(arguments)
        function = None if called is None else lowering.lower(called)
        passed = () if given is None else arguments_of(lowering, given)
        return (CALL, node.start_byte, function or (EITHER, node.start_byte, ()), passed)

    return handle


def new(type_: str, arguments: str) -> Handler:
    """Handle ``new type(arguments)``."""

    def handle(lowering: Lowering, node: SyntaxNode) -> Expression | None:
        made, given = node.child_by_field_name(type_), node.child_by_field_name(arguments)
        kind = None if made is None else lowering.lower(made)
        passed = () if given is None else arguments_of(lowering, given)
        return (NEW, node.start_byte, kind or (EITHER, node.start_byte, ()), passed)

    return handle


def arguments_of(lowering: Lowering, node: SyntaxNode) -> tuple[tuple[str, Expression], ...]:
    """Return the arguments in a list of them."""
    found: list[tuple[str, Expression]] = []
    for child in node.named_children:
        keyword = child.child_by_field_name("name") if child.type in {"keyword_argument", "named_argument"} else None
        value = child.child_by_field_name("value") if keyword is not None else child
        if value is None or value.type in lowering.grammar.ignored:
            continue
        found.append(("" if keyword is None else lowering.word(keyword), lowering.lower(value) or (EITHER, value.start_byte, ())))
    return tuple(found)


def index(object_: str, key: str) -> Handler:
    """Handle ``object[key]``."""

    def handle(lowering: Lowering, node: SyntaxNode) -> Expression | None:
        holder = node.child_by_field_name(object_)
        keys = [lowering.lower(child) or (EITHER, child.start_byte, ()) for child in node.children_by_field_name(key)]
        of = None if holder is None else lowering.lower(holder)
        if of is None:
            for each in keys:
                lowering.add_root(each)
            return None
        return (INDEX, node.start_byte, of, keys[0] if len(keys) == 1 else (SEQUENCE, node.start_byte, "tuple", tuple(keys)))

    return handle


def literal(type_: str, *, keep_text: bool = False) -> Handler:
    """Handle a value of a built-in type."""

    def handle(lowering: Lowering, node: SyntaxNode) -> Expression:
        lowering.lower_children(node)
        text = lowering.word(node).strip("\"'`") if keep_text and node.end_byte - node.start_byte <= 120 else ""
        return (LITERAL, node.start_byte, type_, text, *([""] if keep_text and node.end_byte - node.start_byte == _QUOTES else ()))

    return handle


_QUOTES = 2


def template(type_: str, hole: str = "") -> Handler:
    """Handle a string of which the template is kept; ``hole`` is the node type of a part that is computed."""

    def handle(lowering: Lowering, node: SyntaxNode) -> Expression:
        lowering.lower_children(node)
        found = template_of(lowering, node, hole)
        return (LITERAL, node.start_byte, type_, "", *([] if found is None else [found]))

    return handle


def template_of(lowering: Lowering, node: SyntaxNode, hole: str) -> str | None:
    """Return the template of a string between one quote on either side; None for one that is too long or has escapes."""
    start, end = node.start_byte + 1, node.end_byte - 1
    if end - start > TEMPLATE_BYTES:
        return None
    parts: list[bytes] = []
    for child in node.named_children:
        if child.type == hole:
            code = lowering.text[child.start_byte : child.end_byte].strip(b"${}")
            parts += [lowering.text[start : child.start_byte], f"{HOLE}{code.decode('utf-8', 'replace')}{HOLE}".encode()]
            start = child.end_byte
    text = b"".join([*parts, lowering.text[start:end]]).decode("utf-8", "replace")
    return None if "\\" in text or "\n" in text else text


def sequence(type_: str) -> Handler:
    """Handle a list, tuple or set that is written out."""

    def handle(lowering: Lowering, node: SyntaxNode) -> Expression:
        items = [lowering.lower(child) or (EITHER, child.start_byte, ()) for child in node.named_children]
        return (SEQUENCE, node.start_byte, type_, tuple(items))

    return handle


def mapping(pair: str, key: str, value: str) -> Handler:
    """Handle a dictionary that is written out; ``pair`` is the node type of its entries."""

    def handle(lowering: Lowering, node: SyntaxNode) -> Expression:
        pairs: list[tuple[Expression, Expression]] = []
        for child in node.named_children:
            if child.type == pair:
                blank: Expression = (EITHER, child.start_byte, ())
                pairs.append((lowering.lower_field(child, key) or blank, lowering.lower_field(child, value) or blank))
            else:
                expression = lowering.lower(child)
                if expression is not None:
                    lowering.add_root(expression)
        return (MAPPING, node.start_byte, tuple(pairs))

    return handle


def either(*fields: str) -> Handler:
    """Handle what is one of several values (a conditional, ``or``); without fields, any of its children."""

    def handle(lowering: Lowering, node: SyntaxNode) -> Expression:
        children = [node.child_by_field_name(each) for each in fields] if fields else node.named_children
        options = [lowering.lower(child) or (EITHER, child.start_byte, ()) for child in children if child is not None]
        return (EITHER, node.start_byte, tuple(options))

    return handle


def inner(operation: int = -1, field_: str = "") -> Handler:
    """Handle a node that stands for its child (parentheses), or for an operation on it."""

    def handle(lowering: Lowering, node: SyntaxNode) -> Expression | None:
        child = node.child_by_field_name(field_) if field_ else next(iter(node.named_children), None)
        expression = None if child is None else lowering.lower(child)
        if expression is None or operation < 0:
            return expression
        return (operation, node.start_byte, expression)

    return handle


def assignment(left: str, right: str, type_: str = "") -> Handler:
    """Handle ``left = right``, with a declared type in the field ``type_``."""

    def handle(lowering: Lowering, node: SyntaxNode) -> Expression | None:
        declared = lowering.root(node.child_by_field_name(type_), TYPE) if type_ else -1
        value = lowering.root(node.child_by_field_name(right))
        target = node.child_by_field_name(left)
        if target is not None:
            before, lowering.settles = lowering.settles, node.end_byte
            lowering.assign(target, value, declared)
            lowering.settles = before
        return None if value < 0 else (ROOT, node.start_byte, value)

    return handle


def loop(left: str, right: str) -> Handler:
    """Handle a loop that gives each element of ``right`` to ``left``, and what else it holds."""

    def handle(lowering: Lowering, node: SyntaxNode) -> Expression | None:
        target, source = node.child_by_field_name(left), node.child_by_field_name(right)
        if target is not None and source is not None:
            over = lowering.lower(source)
            value = lowering.add_root((ELEMENT, source.start_byte, over) if over is not None else None)
            before, lowering.settles = lowering.settles, source.end_byte
            lowering.assign(target, value)
            lowering.settles = before
        for child in node.named_children:
            if child not in (target, source):
                expression = lowering.lower(child)
                if expression is not None:
                    lowering.add_root(expression)
        return None

    return handle


def return_(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle ``return value``."""
    for child in node.named_children:
        if child.type not in lowering.grammar.ignored:
            index_ = lowering.add_root(lowering.lower(child))
            lowering.flow.scopes[lowering.enclosing(FUNCTION_SCOPE)].returned.append(index_)
    return None


def yield_(delegating: str) -> Handler:
    """Handle ``yield value``; a child of the type ``delegating`` says that it yields what the value yields."""

    def handle(lowering: Lowering, node: SyntaxNode) -> Expression | None:
        scope = lowering.flow.scopes[lowering.enclosing(FUNCTION_SCOPE)]
        scope.flags |= GENERATOR
        delegated = any(child.type == delegating for child in node.children)
        for child in node.named_children:
            value = lowering.lower(child)
            if value is not None:
                scope.yielded.append(lowering.add_root((SPREAD, child.start_byte, value) if delegated else value))
        return None

    return handle


def take_apart(lowering: Lowering, node: SyntaxNode, value: int, kind: int) -> None:
    """Give the parts of a value to the parts of a pattern, by position. A starred part takes a list of those between the others."""
    del kind
    parts = [child for child in node.named_children if child.type not in lowering.grammar.ignored]
    starred = next((at for at, child in enumerate(parts) if child.type in {"list_splat_pattern", "rest_pattern"}), len(parts))
    for position, child in enumerate(parts):
        whole: Expression = (ROOT, child.start_byte, value)
        after = position - len(parts)
        if position == starred:
            named = next(iter(child.named_children), None)
            if named is not None:
                rest = (SPREAD, child.start_byte, whole, position, after + 1 or TO_END)
                lowering.assign(named, lowering.add_root((SEQUENCE, child.start_byte, "list", (rest,))))
            continue
        lowering.assign(child, lowering.add_root((ITEM, child.start_byte, whole, position if position < starred else after)))


def parameter(name_: str = "name", type_: str = "type", default: str = "value", taking: int = 0) -> ParameterForm:
    """Describe a parameter by the names of its fields; an empty ``name_`` means that the node is the name."""

    def handle(lowering: Lowering, node: SyntaxNode, scope: Scope) -> None:
        named = node.child_by_field_name(name_) if name_ else node
        declared = lowering.root(node.child_by_field_name(type_), TYPE) if type_ else -1
        given = lowering.root(node.child_by_field_name(default)) if default else -1
        if named is None:
            named = next(iter(node.named_children), None)
        if named is None:
            return
        if named.type in lowering.grammar.patterns:
            lowering.add_parameter(scope, Parameter("", taking, declared, given), named.start_byte)
            lowering.assign(named, lowering.add_root((NAME, named.start_byte, "")))
            return
        lowering.add_parameter(scope, Parameter(lowering.word(named), taking, declared, given), named.start_byte)

    return handle


def decorated(decorator: str, definition: str) -> Handler:
    """Handle a definition with decorators before it."""

    def handle(lowering: Lowering, node: SyntaxNode) -> Expression | None:
        found: list[int] = []
        for child in node.named_children:
            if child.type == decorator:
                inside = next(iter(child.named_children), None)
                found.append(lowering.root(inside, DECORATOR))
        lowering.decorators = found
        defined = node.child_by_field_name(definition)
        return None if defined is None else lowering.lower(defined)

    return handle
