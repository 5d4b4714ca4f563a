"""One walk over a syntax tree that makes its ``FileFlow``, told by a language's table what the node types mean.

A table (``graph/languages/``) maps node types to handlers. A handler returns the expression a node stands for, or None; what a node without
a handler holds is looked into all the same, so that nothing is lost by an incomplete table. ``graph/lower.py`` makes most handlers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from graph.flow import (
    ANONYMOUS,
    BASE,
    BLOCK,
    CLASS,
    CLASS_METHOD,
    CLASS_SCOPE,
    DEFINITION,
    FIELD,
    FUNCTION,
    FUNCTION_SCOPE,
    GUARDED,
    IMPORTED,
    LITERAL,
    MEMBER,
    MODULE,
    NAME,
    PARAMETER,
    RECEIVER,
    ROOT,
    SELF,
    STATIC,
    TYPE,
    VALUE,
    VARIABLE,
    WRITE,
    Binding,
    Expression,
    FileFlow,
    ImportedName,
    Parameter,
    Root,
    Scope,
)


class SyntaxNode(Protocol):  # pragma: no cover
    """The part of a tree-sitter node that is used here."""

    @property
    def type(self) -> str: ...  # noqa: D102
    @property
    def start_byte(self) -> int: ...  # noqa: D102
    @property
    def end_byte(self) -> int: ...  # noqa: D102
    @property
    def start_point(self) -> tuple[int, int]: ...  # noqa: D102
    @property
    def named_children(self) -> Sequence[SyntaxNode]: ...  # noqa: D102
    @property
    def children(self) -> Sequence[SyntaxNode]: ...  # noqa: D102
    @property
    def parent(self) -> SyntaxNode | None: ...  # noqa: D102
    def child_by_field_name(self, name: str, /) -> SyntaxNode | None: ...  # noqa: D102
    def children_by_field_name(self, name: str, /) -> Sequence[SyntaxNode]: ...  # noqa: D102


Handler = Callable[["Lowering", SyntaxNode], "Expression | None"]
ParameterForm = Callable[["Lowering", SyntaxNode, Scope], None]

_IDLE = frozenset({CLASS, FUNCTION, LITERAL, ROOT, SELF})
"""What names nothing by itself: where no statement takes such a value, it is not kept."""

_MAX_DEPTH = 400
"""Nesting of nodes; deeper ones (generated tables, long operator chains) are left out and named in ``FileFlow.problem``."""


@dataclass(frozen=True)
class Grammar:
    """What the node types of one language mean."""

    handlers: Mapping[str, Handler]
    patterns: Mapping[str, Callable[[Lowering, SyntaxNode, int, int], None]] = field(
        default_factory=dict[str, "Callable[[Lowering, SyntaxNode, int, int], None]"]
    )
    """Node types that a value is taken apart by: (lowering, node, root of the value, root of the type)."""
    blocks: frozenset[str] = frozenset()
    """Node types that open a scope for the names declared in them."""
    branches: frozenset[str] = frozenset()
    """Node types whose content may not run."""
    loops: frozenset[str] = frozenset()
    """Node types whose content may run again."""
    ignored: frozenset[str] = frozenset({"comment"})
    receiver_is_first_parameter: bool = False


class Lowering:
    """The state of one walk."""

    def __init__(self, grammar: Grammar, language: str, text: bytes) -> None:
        self.grammar = grammar
        self.flow = FileFlow(language)
        self.text = text
        self.scope: int = 0
        self.branch: int = 0
        self.in_type = False
        self.receiver = ""
        """The name that stands for the instance, where a language lets the method choose it."""
        self.elsewhere: dict[tuple[int, str], int] = {}
        """(scope, name) to the scope that a statement such as Python's ``global`` says the name is bound in."""
        self.aliases: dict[str, str] = {}
        """What the file's own statements say that a name is short for, in languages where no scope decides that."""
        self.decorators: list[int] = []
        self.flags = 0
        """Flags for the next definition, gathered from its modifiers."""
        self.around = (0, 0)
        """Scope and branch in which the function stands of which the parameters are being read."""
        self.settles = 0
        """Where the statement that is being read takes effect: its value is computed before its names are bound."""
        self._depth = 0
        self._words: dict[bytes, str] = {}
        self._silent = grammar.ignored
        self._handlers = grammar.handlers
        self._branching = grammar.branches | grammar.loops | grammar.blocks
        self.flow.scopes.append(Scope(MODULE, -1, "", 0, 0, len(text), 1))

    def word(self, node: SyntaxNode) -> str:
        """Return a node's text; equal texts are one object."""
        raw = self.text[node.start_byte : node.end_byte]
        found = self._words.get(raw)
        if found is None:
            found = self._words[raw] = raw.decode("utf-8", "replace")
        return found

    def lower(self, node: SyntaxNode) -> Expression | None:
        """Return the expression a node stands for, if any, and take note of everything in it."""
        kind = node.type
        if kind in self._silent:
            return None
        if self._depth > _MAX_DEPTH:
            self.flow.problem = f"what is nested more than {_MAX_DEPTH} deep was left out"
            return None
        self._depth += 1
        try:
            if kind in self._branching:
                return self._lower_branch(node, kind)
            handler = self._handlers.get(kind)
            if handler is not None:
                return handler(self, node)
            self.lower_children(node)
            return None
        finally:
            self._depth -= 1

    def _lower_branch(self, node: SyntaxNode, kind: str) -> Expression | None:
        grammar, branch, scope = self.grammar, self.branch, self.scope
        if kind in grammar.branches or kind in grammar.loops:
            self.flow.branches.append((branch, int(kind in grammar.loops)))
            self.branch = len(self.flow.branches) - 1
        if kind in grammar.blocks:
            self.open_scope(BLOCK, "", node.start_byte, node)
        try:
            handler = self._handlers.get(kind)
            if handler is not None:
                return handler(self, node)
            self.lower_children(node)
            return None
        finally:
            self.branch, self.scope = branch, scope

    def lower_children(self, node: SyntaxNode) -> None:
        """Take note of what a node's children hold."""
        for child in node.named_children:
            expression = self.lower(child)
            if expression is not None and expression[0] not in _IDLE:
                self.add_root(expression)

    def lower_field(self, node: SyntaxNode, name: str) -> Expression | None:
        """Return the expression of a field, or None when the node has no such field."""
        child = node.child_by_field_name(name)
        return None if child is None else self.lower(child)

    def add_root(self, expression: Expression | None, purpose: int = VALUE) -> int:
        """Keep a whole expression; return its index."""
        roots = self.flow.roots
        roots.append(Root(self.scope, purpose, self.branch, expression))
        return len(roots) - 1

    def root(self, node: SyntaxNode | None, purpose: int = VALUE) -> int:
        """Lower a node and keep it as a root; return its index, -1 for no node."""
        if node is None:
            return -1
        outside = self.in_type
        self.in_type = purpose == TYPE
        expression = self.lower(node)
        self.in_type = outside
        return self.add_root(expression, purpose)

    def open_scope(self, kind: int, name: str, position: int, node: SyntaxNode, flags: int = 0) -> int:
        """Open a scope inside the present one and enter it."""
        scopes = self.flow.scopes
        scopes.append(Scope(kind, self.scope, name, position, node.start_byte, node.end_byte, node.start_point[0] + 1, flags))
        self.scope = len(scopes) - 1
        return self.scope

    def open_branch(self) -> None:
        """Begin what does not run together with what stands around it: the body of a function or class."""
        self.flow.branches.append((-1, 0))
        self.branch = len(self.flow.branches) - 1

    def bind(self, name: str, binding: Binding, *, scope: int = -1) -> None:
        """Bind a name in a scope, the present one unless given."""
        binding.branch = self.branch
        scopes = self.flow.scopes
        at = self.scope if scope < 0 else scope
        while scopes[at].flags & GUARDED:
            if name in scopes[at].names:
                scopes[at].names[name].append(binding)
            at = scopes[at].parent
        at = self.elsewhere.get((at, name), at)
        scopes[at].names.setdefault(name, []).append(binding)

    def enclosing(self, kind: int) -> int:
        """Return the nearest scope of a kind, the present one included, or 0."""
        scopes, at = self.flow.scopes, self.scope
        while at > 0 and scopes[at].kind != kind:
            at = scopes[at].parent
        return max(at, 0)

    def is_bound(self, name: str) -> bool:
        """Say whether what was read so far binds a name that is seen from here."""
        scopes, at = self.flow.scopes, self.scope
        while at >= 0:
            if name in scopes[at].names and (scopes[at].kind != CLASS_SCOPE or at == self.scope):
                return True
            at = scopes[at].parent
        return False

    def import_name(self, module: str, name: str, position: int, *, alias: str = "", level: int = 0) -> None:
        """Take note of an import and bind the name it brings, ``alias`` or else ``name``; "" and "*" bind nothing."""
        self.flow.imports.append(ImportedName(module, name, position, level))
        bound = alias or name
        if bound and bound != "*":
            self.bind(bound, Binding(IMPORTED, position, target=len(self.flow.imports) - 1))

    def assign(self, target: SyntaxNode, value: int, kind: int = -1, *, scope: int = -1) -> None:
        """Give the value of a root to what a pattern names: a name, a member, an element, or several of them."""
        pattern = self.grammar.patterns.get(target.type)
        if pattern is not None:
            pattern(self, target, value, kind)
            return
        expression = self.lower(target)
        if expression is None:
            return
        if expression[0] == NAME:
            self.bind(expression[2], Binding(VARIABLE, max(expression[1], self.settles), value, kind), scope=scope)
        elif expression[0] == MEMBER and expression[2][0] == SELF:
            self.add_field(expression[3], Binding(FIELD, expression[1], value, kind))
            self.add_root(expression, WRITE)
        else:
            self.flow.stores.append((self.add_root(expression, WRITE), value))

    def add_field(self, name: str, binding: Binding) -> None:
        """Take note that a method gives its instance a field."""
        binding.branch = self.branch
        owner = self.enclosing(CLASS_SCOPE)
        if owner:
            self.flow.scopes[owner].fields.setdefault(name, []).append(binding)

    def define_function(
        self, node: SyntaxNode, name: SyntaxNode | None, shape: FunctionShape, *, bind: bool = True, named: str = ""
    ) -> Expression:
        """Open a function's scope, take note of its parameters and body, and return it as an expression."""
        decorators, self.decorators = self.decorators, []
        flags, self.flags = self.flags, 0
        title = named or ("" if name is None else self.word(name))
        position = node.start_byte if name is None else name.start_byte
        outside, branch, receiver = self.scope, self.branch, self.receiver
        if self.flow.scopes[outside].kind == CLASS_SCOPE:
            self.receiver = ""
        index = len(self.flow.scopes)
        if bind and title:
            self.bind(title, Binding(DEFINITION, position, target=index))
        self.open_scope(FUNCTION_SCOPE, title, position, node, flags | (0 if title else ANONYMOUS))
        scope = self.flow.scopes[index]
        scope.decorators = decorators
        self.open_branch()
        generic = node.child_by_field_name(shape.generic) if shape.generic else None
        if generic is not None:
            self.lower(generic)
        parameters = node.child_by_field_name(shape.parameters)
        if parameters is not None:
            before, self.around = self.around, (outside, branch)
            self._lower_parameters(parameters, shape, scope)
            self.around = before
        scope.returns = self.root(node.child_by_field_name(shape.returns), TYPE) if shape.returns else -1
        body = node.child_by_field_name(shape.body)
        if body is not None:
            expression = self.lower(body)
            if expression is not None:
                scope.returned.append(self.add_root(expression))
        self.scope, self.branch, self.receiver = outside, branch, receiver
        return (FUNCTION, position, index)

    def _lower_parameters(self, node: SyntaxNode, shape: FunctionShape, scope: Scope) -> None:
        children = [node] if node.type in shape.bare else node.named_children
        for child in children:
            if child.type in self._silent:
                continue
            form = shape.forms.get(child.type)
            if form is None:
                self.lower(child)
                continue
            form(self, child, scope)

    def add_parameter(self, scope: Scope, parameter: Parameter, position: int) -> None:
        """Add a parameter to a function and bind its name in it."""
        kind = PARAMETER
        owner = self.flow.scopes[scope.parent]
        if self.grammar.receiver_is_first_parameter and not scope.parameters and owner.kind == CLASS_SCOPE and not scope.flags & STATIC:
            kind = RECEIVER
            if not scope.flags & (STATIC | CLASS_METHOD):
                self.receiver = parameter.name
        scope.parameters.append(parameter)
        if parameter.name:
            self.bind(parameter.name, Binding(kind, position, parameter.default, parameter.type))

    def define_class(self, node: SyntaxNode, name: SyntaxNode | None, bases: Sequence[SyntaxNode], body: SyntaxNode | None) -> Expression:
        """Open a class's scope, take note of its bases and body, and return it as an expression."""
        decorators, self.decorators = self.decorators, []
        flags, self.flags = self.flags, 0
        title = "" if name is None else self.word(name)
        position = node.start_byte if name is None else name.start_byte
        roots = [self.root(base, BASE) for base in bases]
        outside, branch = self.scope, self.branch
        index = len(self.flow.scopes)
        if title:
            self.bind(title, Binding(DEFINITION, position, target=index))
        self.open_scope(CLASS_SCOPE, title, position, node, flags | (0 if title else ANONYMOUS))
        scope = self.flow.scopes[index]
        scope.bases, scope.decorators = roots, decorators
        self.open_branch()
        if body is not None:
            self.lower_children(body)
        self.scope, self.branch = outside, branch
        return (CLASS, position, index)


@dataclass(frozen=True)
class FunctionShape:
    """Names of the fields of a function's node, and what its parameters look like."""

    parameters: str = "parameters"
    returns: str = "return_type"
    body: str = "body"
    forms: Mapping[str, ParameterForm] = field(default_factory=dict[str, ParameterForm])
    bare: frozenset[str] = frozenset()
    """Types of a parameter that stands without a list around it."""
    generic: str = ""
    """Name of the field that declares type parameters."""
