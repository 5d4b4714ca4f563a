"""What one file says about names and values, in a form that is the same for every language.

``graph/lower.py`` makes it from a syntax tree, ``graph/resolve.py`` reads it. It depends on the file's bytes alone, so it is stored once
per content. Everything here is lists, texts and whole numbers, which the codec turns to bytes as they are.

An *expression* is a tuple that begins with an operation and the byte offset of the name or value it is about:

==========  ============================  =============================================================================
operation   rest of the tuple             value
==========  ============================  =============================================================================
NAME        name                          what the name is bound to, seen from the expression's scope
MEMBER      object, name                  attribute, field, method, or a module's export
CALL        callee, arguments             what the callee returns
NEW         type, arguments[, CLASS]      a new instance (languages with a word for it); CLASS is the nameless class it has a body of
INDEX       object, key                   an element, or a generic type applied to arguments
LITERAL     type, text[, template]        a value of a built-in type; short text of a string, else ""
SEQUENCE    type, items                   a new list, tuple or set
MAPPING     pairs of key and value        a new dictionary or object literal
FUNCTION    scope                         the function of that scope (a lambda)
CLASS       scope                         the class of that scope (an anonymous one)
EITHER      options                       one of them
ELEMENT     iterable                      what a loop over it yields
ITEM        iterable, position            its part at a position, from the end where that is negative
AWAIT       value                         what waiting for it yields
ENTER       value                         what a context manager yields
SELF        (none)                        the instance the enclosing method works on
SUPER       [class]                       that instance, seen as the supertype of its class, or of the one that is named
CAST        type[, ROOT]                  a value of that type; ROOT is what is seen as it
ROOT        index                         the value of ``FileFlow.roots[index]``
SPREAD      iterable [, start, end]       as an item or argument: all of its elements, or a slice of them; start alone: some of them
METHOD      object, name                  the method of that name, taken and not called (``Type::method``)
==========  ============================  =============================================================================

An argument is (keyword or "", expression).

The template of a string is what it says where ``text`` does not tell: the empty string, and one that is put together (an f-string, a
template string), in which ``HOLE`` stands before and behind the code of each part that is computed. Nothing is looked up by it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ingest.codec import Row, field

NAME, MEMBER, CALL, NEW, INDEX, LITERAL, SEQUENCE, MAPPING, FUNCTION, CLASS = range(10)
EITHER, ELEMENT, ITEM, AWAIT, ENTER, SELF, SUPER, CAST, ROOT, SPREAD, METHOD = range(10, 21)

if TYPE_CHECKING:
    Expression = tuple[Any, ...]
else:
    Expression = Any  # stored ones come back as lists throughout: one that began with a tuple would equal no part of another

TO_END = 1 << 30
"""Where a slice ends that goes on to the end."""
HOLE = "\0"
TEMPLATE_BYTES = 240
"""Longer strings have no template: hardly an address or a path is."""

# What an expression is written for.
# A QUIET one is there to be evaluated and makes no edges.
VALUE, TYPE, DECORATOR, BASE, WRITE, QUIET, RAISED = range(7)

# Kinds of scope. A BLOCK holds names and is nothing that can be called or instantiated.
MODULE, CLASS_SCOPE, FUNCTION_SCOPE, BLOCK = range(4)

# Kinds of binding.
VARIABLE, PARAMETER, DEFINITION, IMPORTED, RECEIVER, NARROWED, FIELD = range(7)

# ``target`` of a NARROWED binding: the name, which had ``value`` before, is an instance of ``type``, or of something else that it may be;
# it is that class itself, or a subclass of it.
TO_INSTANCE, TO_OTHERS, TO_ITSELF, TO_SUBCLASS = range(4)

# Flags of a scope. A GUARDED block narrows names and binds no others. An OPEN class shows its names to what is inside of it (a namespace).
# A WRITTEN_OUT class is that of one object literal or nameless type; it is no node. A TRANSPARENT function has no receiver of its own.
STATIC, CLASS_METHOD, ACCESSOR, GENERATOR, ASYNC, ABSTRACT, OVERLOAD, INTERFACE, ANONYMOUS, EXTENSION, GUARDED = (
    1 << bit for bit in range(11)
)
OPEN, WRITTEN_OUT, TRANSPARENT = (1 << bit for bit in range(11, 14))

# How a parameter takes arguments.
ONE, REST, REST_BY_NAME = range(3)


class Binding(Row):
    """One way a name gets its value. ``value``, ``type`` and ``target`` are -1 where there is none.

    ``value`` and ``type`` index ``FileFlow.roots``. ``target`` is a scope for a DEFINITION and an index into ``FileFlow.imports`` for
    IMPORTED. ``branch`` indexes ``FileFlow.branches``; it is -1 for the name of a mere type, which a value of the
    same name does not replace.
    """

    kind: int
    position: int
    value: int = -1
    type: int = -1
    target: int = -1
    branch: int = 0


class Parameter(Row):
    """One parameter of a function, in order. ``type`` and ``default`` index ``FileFlow.roots`` or are -1."""

    name: str
    taking: int = ONE
    type: int = -1
    default: int = -1


class Scope(Row):
    """One scope. All lists of whole numbers index ``FileFlow.roots``."""

    kind: int
    parent: int
    name: str
    position: int
    """Where its name is written, or where it starts."""
    start: int
    end: int
    line: int
    flags: int = 0
    symbol: int = -1
    """Index into ``FileFlow.symbols`` of the definition that opens it."""
    returns: int = -1
    """Root of the declared type of what it returns."""
    parameters: list[Parameter] = []
    bases: list[int] = []
    decorators: list[int] = []
    returned: list[int] = []
    yielded: list[int] = []
    names: dict[str, list[Binding]] = {}
    fields: dict[str, list[Binding]] = {}
    """Of a class: what its methods assign to the instance, beside ``names``, which is what its body defines."""
    context: int = -1
    """Of a function that is written as an argument: root of what is called, and in ``context_position`` which argument it is."""
    context_position: int = 0
    fixed: list[str] = field(default_factory=list[str])
    """Of a class: fields that keep the value that they are declared with."""


class ImportedName(Row):
    """One import. ``name`` is "" for the module itself and "*" for all of its names; ``level`` counts the dots of a relative one."""

    module: str
    name: str
    position: int
    level: int = 0
    reexported: str = ""
    """The name under which the file gives it on without binding it (``export { a as b } from``), "*" for all."""


class Root(Row):
    """A whole expression, where it stands, and what for."""

    scope: int
    purpose: int
    branch: int
    expression: Expression | None


class SymbolRow(Row):
    """What the graph needs of a definition that the parser found."""

    name: str
    qualified_name: str
    kind: str
    start_line: int
    end_line: int
    start: int
    end: int
    parent: int


class FileFlow(Row):
    """Everything above, of one file. ``scopes[0]`` is the module. ``branches`` are (parent, 1 for a loop), the first is the whole file."""

    language: str
    symbols: list[SymbolRow] = []
    scopes: list[Scope] = []
    roots: list[Root] = []
    imports: list[ImportedName] = []
    branches: list[tuple[int, int]] = field(default_factory=lambda: [(-1, 0)])
    stores: list[tuple[int, int]] = []
    """Assignments to members and elements that are no plain field: root of the target, root of the value."""
    exports: dict[str, list[int]] = {}
    """What the file gives on under a name of its own (``export { a as b }``, ``module.exports``): roots by name."""
    newlines: list[int] = []
    package: str = ""
    """The package or namespace that the file says it belongs to."""
    problem: str = ""


_MARKS = ".~"


def spelled(name: str) -> str:
    """Return a name as the source has it.

    A table may mark names that are spelled alike and are apart in the language (a property and a method of PHP) by dots in front, and
    write a namespace before a name, with a backslash in front.
    """
    return name.lstrip(_MARKS).rpartition("\\")[2] if name[:1] in _SPECIAL else name


def whole_name(name: str) -> str:
    """Return a marked name with its namespace, as symbols have it."""
    return name.lstrip(_MARKS).lstrip("\\").replace("\\", ".") if name[:1] in _SPECIAL else name


_SPECIAL = frozenset({".", "~", "\\"})
