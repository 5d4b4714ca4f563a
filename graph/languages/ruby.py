r"""Ruby: what its node types mean.

A constant is written with where it stands, since its value depends on that: ``~\A\B::C\Foo`` is Foo inside of ``class B::C`` in
``module A``, with one more ``~`` for each part of ``Foo::Bar`` after the first. ``\A\B\C`` is the class itself, under its whole name. A
method of the class is ``.x`` beside the method ``x`` of its instances. ``graph.flow.spelled`` takes the marks off.
"""

from __future__ import annotations

from graph.flow import (
    BLOCK,
    CALL,
    CAST,
    CLASS,
    CLASS_METHOD,
    CLASS_SCOPE,
    DEFINITION,
    EITHER,
    ELEMENT,
    INDEX,
    ITEM,
    LITERAL,
    MEMBER,
    NAME,
    NEW,
    ROOT,
    SELF,
    SEQUENCE,
    SPREAD,
    SUPER,
    VARIABLE,
    Binding,
    Expression,
    ImportedName,
)
from graph.languages.ruby_declarations import (
    ATTRIBUTES,
    alias,
    alias_statement,
    attributes,
    blank,
    class_or_module,
    constant,
    constant_assignment,
    extend_self,
    method,
    method_scope,
    mix_in,
    nesting_of,
    singleton_class,
)
from graph.languages.ruby_statements import case_statement, if_statement, return_statement, statements, when_clause
from graph.lower import (
    Grammar,
    Handler,
    Lowering,
    SyntaxNode,
    either,
    inner,
    literal,
    mapping,
    sequence,
)

_MIXINS = frozenset({"include", "prepend", "extend"})
_ELEMENTWISE = frozenset({
    "each", "map", "select", "reject", "filter", "find", "detect", "any?", "all?", "none?", "each_with_index", "flat_map",
    "sort_by", "find_all", "group_by", "min_by", "max_by", "sum", "count", "partition", "reverse_each", "filter_map",
    "each_with_object", "take_while", "find_index",
})  # fmt: skip


# Constants and scopes.


# Methods.


def _self(lowering: Lowering, node: SyntaxNode) -> Expression:
    owner = lowering.enclosing(CLASS_SCOPE)
    if owner and method_scope(lowering) is None:
        return (CLASS, node.start_byte, owner)
    return (SELF, node.start_byte)


def _is_local(lowering: Lowering, name: str) -> bool:
    scopes, at = lowering.flow.scopes, lowering.scope
    while at >= 0:
        if any(binding.kind != DEFINITION for binding in scopes[at].names.get(name, ())):
            return True
        if scopes[at].kind != BLOCK:
            return False
        at = scopes[at].parent
    return False


def _receiverless(lowering: Lowering, node: SyntaxNode, word: str) -> Expression:
    if not lowering.enclosing(CLASS_SCOPE):
        return (NAME, node.start_byte, word)
    return (MEMBER, node.start_byte, _self(lowering, node), word)


def _identifier(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    word = lowering.word(node)
    if _is_local(lowering, word):
        return (NAME, node.start_byte, word)
    if word == "module_function" and lowering.flow.scopes[lowering.scope].kind == CLASS_SCOPE:
        extend_self(lowering, node)
    if word == "new" and (made := _made(lowering, node, None)) is not None:
        return (NEW, node.start_byte, made, ())
    return (CALL, node.start_byte, _receiverless(lowering, node, word), ())


# Calls.


def _arguments(lowering: Lowering, node: SyntaxNode | None) -> tuple[tuple[str, Expression], ...]:
    found: list[tuple[str, Expression]] = []
    for child in node.named_children if node is not None else ():
        if child.type == "pair":
            key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
            keyword = lowering.word(key).strip(":'\"") if key is not None else ""
            found.append((keyword, (lowering.lower(value) if value is not None else None) or blank(child)))
        elif child.type != "comment":
            found.append(("", lowering.lower(child) or blank(child)))
    return tuple(found)


def _directive(lowering: Lowering, node: SyntaxNode, word: str, given: list[SyntaxNode]) -> bool:
    """Handle a call without a receiver that says something about the file or class; say whether it was one."""
    in_class = lowering.flow.scopes[lowering.scope].kind == CLASS_SCOPE
    if word in {"require", "require_relative", "load"} and given and given[0].type == "string":
        text = lowering.word(given[0]).strip("'\"")
        lowering.flow.imports.append(ImportedName(text, "", given[0].start_byte + 1, int(word == "require_relative")))
    elif in_class and word in ATTRIBUTES:
        attributes(lowering, node, word, given)
    elif in_class and word in _MIXINS:
        mix_in(lowering, word, given)
    elif in_class and word == "alias_method" and len(given) == 2:
        alias(lowering, given[0], given[1])
    else:
        return False
    return True


def _call(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    receiver, method = node.child_by_field_name("receiver"), node.child_by_field_name("method")
    arguments, block = node.child_by_field_name("arguments"), node.child_by_field_name("block")
    word = lowering.word(method) if method is not None and method.type != "super" else "call"
    given = list(arguments.named_children) if arguments is not None else []
    if receiver is None and method is not None and _directive(lowering, node, word, given):
        return None
    holder = (lowering.lower(receiver) or blank(receiver)) if receiver is not None else None
    passed = _arguments(lowering, arguments)
    if block is not None:
        before = lowering.aliases.get("yields", "")
        over = -1
        if holder is not None and word in _ELEMENTWISE:
            if holder[0] not in {NAME, SELF}:
                holder = (ROOT, holder[1], lowering.add_root(holder))
            if holder[0] != SELF:
                over = lowering.add_root((ELEMENT, node.start_byte, holder))
        lowering.aliases["yields"] = str(over)
        lowering.lower(block)
        lowering.aliases["yields"] = before
    if method is None:
        return (CALL, node.start_byte, (MEMBER, node.start_byte, holder or blank(node), "call"), passed)
    if method.type == "super":
        return _super_call(lowering, method, passed)
    if word == "new" and (made := _made(lowering, method, holder)) is not None:
        return (NEW, method.start_byte, made, passed)
    callee = _receiverless(lowering, method, word) if holder is None else (MEMBER, method.start_byte, holder, word)
    return (CALL, node.start_byte, callee, passed)


def _made(lowering: Lowering, node: SyntaxNode, holder: Expression | None) -> Expression | None:
    """Return the class of which ``new`` makes an instance, None where the receiver is no class that is written there."""
    if holder is not None and holder[0] == NAME:
        return holder
    scope, owner = method_scope(lowering), lowering.enclosing(CLASS_SCOPE)
    of_class = (holder is None or holder[0] == SELF) and scope is not None and scope.flags & CLASS_METHOD
    of_self = holder is not None and holder[0] == CALL and holder[2][0] == MEMBER and holder[2][2][0] == SELF and holder[2][3] == "class"
    if owner and (of_class or of_self):
        return (NAME, node.start_byte, "\\" + "\\".join(nesting_of(lowering)).replace("::", "\\"))
    return None


def _super_call(lowering: Lowering, node: SyntaxNode, passed: tuple[tuple[str, Expression], ...]) -> Expression:
    scope = method_scope(lowering)
    if scope is None:
        return blank(node)
    name = "." + scope.name if scope.flags & CLASS_METHOD else scope.name
    return (CALL, node.start_byte, (MEMBER, node.start_byte, (SUPER, node.start_byte), name), passed)


def _super(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    return _super_call(lowering, node, ())


def _block(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    """Handle a block, whose content is that of the method around it."""
    over, outside = lowering.aliases.get("yields", ""), lowering.scope
    lowering.open_scope(BLOCK, "", node.start_byte, node)
    parameters = node.child_by_field_name("parameters")
    for position, each in enumerate(parameters.named_children if parameters is not None else ()):
        named = each if each.type == "identifier" else each.child_by_field_name("name")
        names = [named] if named is not None else [part for part in each.named_children if part.type == "identifier"]
        for name in names:
            first = position == 0 and each.type == "identifier" and over.isdigit()
            value = int(over) if first else lowering.add_root(None)
            lowering.bind(lowering.word(name), Binding(VARIABLE, name.start_byte, value))
    body = node.child_by_field_name("body")
    expression = lowering.lower(body) if body is not None else None
    if expression is not None:
        lowering.add_root(expression)
    lowering.scope = outside
    return None


# Variables.


def _instance_variable(lowering: Lowering, node: SyntaxNode) -> Expression:
    scope = method_scope(lowering)
    on_class = scope.flags & CLASS_METHOD if scope is not None else True
    return (MEMBER, node.start_byte, (SELF, node.start_byte), ("." if on_class else "") + lowering.word(node))


def _assignment(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    target, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if target is not None and target.type in {"constant", "scope_resolution"}:
        constant_assignment(lowering, node, target, right)
        return None
    value = lowering.root(right)
    if target is not None:
        before, lowering.settles = lowering.settles, node.end_byte
        _assign(lowering, target, value)
        lowering.settles = before
    return None if value < 0 else (ROOT, node.start_byte, value)


def _assign(lowering: Lowering, target: SyntaxNode, value: int) -> None:
    if target.type == "identifier":
        word = lowering.word(target)
        lowering.bind(word, Binding(VARIABLE, max(target.start_byte, lowering.settles), value))
    elif target.type == "call":
        _set_attribute(lowering, target, value, -1)
    else:
        lowering.assign(target, value)


def _set_attribute(lowering: Lowering, node: SyntaxNode, value: int, kind: int) -> None:
    del kind
    receiver, method = node.child_by_field_name("receiver"), node.child_by_field_name("method")
    if receiver is None or method is None:
        return
    holder, word = lowering.lower(receiver) or blank(receiver), lowering.word(method)
    if holder[0] == SELF and f"attribute {lowering.enclosing(CLASS_SCOPE)} {word}" in lowering.aliases:
        lowering.add_field(f"@{word}", Binding(VARIABLE, method.start_byte, value))
    given: Expression = (ROOT, node.start_byte, value)
    lowering.add_root((CALL, node.start_byte, (MEMBER, method.start_byte, holder, f"{word}="), (("", given),)))


def _take_apart(lowering: Lowering, node: SyntaxNode, value: int, kind: int) -> None:
    """Give the parts of a value to the parts of ``a, (b, *c) = value``."""
    del kind
    whole: Expression = (ROOT, node.start_byte, value)
    for position, child in enumerate(node.named_children):
        if child.type != "rest_assignment":
            _assign(lowering, child, lowering.add_root((ITEM, child.start_byte, whole, position)))
        elif child.named_children:
            rest: Expression = (SEQUENCE, child.start_byte, "Array", ((SPREAD, child.start_byte, whole),))
            _assign(lowering, child.named_children[0], lowering.add_root(rest))


def _symbol(lowering: Lowering, node: SyntaxNode) -> Expression:
    return (LITERAL, node.start_byte, "Symbol", lowering.word(node).strip(":\"'"))


def _operator_assignment(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    target, operator = node.child_by_field_name("left"), node.child_by_field_name("operator")
    if operator is None or operator.type not in {"||=", "&&="} or target is None:
        lowering.lower_children(node)
        return None
    if target.type in {"constant", "scope_resolution"}:
        return _assignment(lowering, node)
    value = lowering.root(node.child_by_field_name("right"))
    before = lowering.lower(target) if target.type != "identifier" or _is_local(lowering, lowering.word(target)) else None
    if target.type not in {"call", "element_reference"}:
        _assign(lowering, target, value)
    return (EITHER, node.start_byte, tuple(each for each in (before, (ROOT, node.start_byte, value)) if each is not None))


# Statements.


def _rescue(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    caught, variable = node.child_by_field_name("exceptions"), node.child_by_field_name("variable")
    types = [found for each in (caught.named_children if caught is not None else ()) if (found := lowering.lower(each)) is not None]
    made: Expression | None = (CAST, node.start_byte, (EITHER, node.start_byte, tuple(types))) if types else None
    value = lowering.add_root(made)
    if variable is not None and variable.named_children:
        _assign(lowering, variable.named_children[0], value)
    body = node.child_by_field_name("body")
    return None if body is None else lowering.lower(body)


def _element(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    of = node.child_by_field_name("object")
    keys = [lowering.lower(child) or blank(child) for child in node.named_children if child != of]
    holder = lowering.lower(of) if of is not None else None
    return (INDEX, node.start_byte, holder or blank(node), keys[0] if keys else blank(node))


def _nothing(lowering: Lowering, node: SyntaxNode) -> Expression | None:
    del lowering, node
    return None


_CONSTANTS: dict[str, Handler] = {"constant": constant, "scope_resolution": constant}

GRAMMAR = Grammar(
    handlers={
        **_CONSTANTS,
        "identifier": _identifier,
        "instance_variable": _instance_variable,
        "global_variable": _nothing,
        "class_variable": _nothing,
        "self": _self,
        "super": _super,
        "call": _call,
        "class": class_or_module,
        "module": class_or_module,
        "singleton_class": singleton_class,
        "method": method,
        "singleton_method": method,
        "alias": alias_statement,
        "block": _block,
        "do_block": _block,
        "lambda": _block,
        "assignment": _assignment,
        "operator_assignment": _operator_assignment,
        "body_statement": statements,
        "block_body": statements,
        "then": statements,
        "else": statements,
        "begin": statements,
        "parenthesized_statements": statements,
        "if": if_statement,
        "unless": if_statement,
        "elsif": if_statement,
        "conditional": if_statement,
        "if_modifier": if_statement,
        "unless_modifier": if_statement,
        "case": case_statement,
        "when": when_clause,
        "rescue": _rescue,
        "return": return_statement,
        "binary": either("left", "right"),
        "element_reference": _element,
        "splat_argument": inner(SPREAD),
        "array": sequence("Array"),
        "right_assignment_list": sequence("Array"),
        "hash": mapping("pair", "key", "value"),
        "string": literal("String"),
        "heredoc_body": literal("String"),
        "simple_symbol": _symbol,
        "hash_key_symbol": _symbol,
        "integer": literal("Integer", keep_text=True),
        "float": literal("Float"),
        "regex": literal("Regexp"),
        "true": literal("TrueClass"),
        "false": literal("FalseClass"),
        "nil": literal("None"),
    },
    patterns={"left_assignment_list": _take_apart, "destructured_left_assignment": _take_apart, "call": _set_attribute},
    branches=frozenset({"if_modifier", "unless_modifier", "then", "else", "when", "rescue"}),
    loops=frozenset({"while", "until", "for", "block", "do_block", "while_modifier", "until_modifier"}),
)
