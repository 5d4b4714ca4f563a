"""The nouns of the graph: nodes, edges, and how an edge is known.

A node is named by its *handle*, a text that stays the same while other parts of the file change:

- ``src/app.py`` is a file (its module), ``src/app.py#Flask.run`` a symbol in it, ``src/app.py#Flask.run~2`` the second one of that name;
- ``external:requests#Session.get`` is somebody else's symbol, and ``external:requests`` the package;
- ``src/app.py#GET /users/{id}`` is an HTTP route that the file answers, by its whole path as far as that is known (``GET .../{id}``);
- ``repository:shop/src/app.py#run`` is a symbol of another indexed repository, in an answer that leads there; no store has it;
- ``unknown:save`` stands for whatever a use of ``save`` means that no rule could decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from ingest.model import View

Handle = NewType("Handle", str)

NO_FILE = "//"
"""What the path of a graph without a file begins with; no relative path does."""
HISTORY = f"{NO_FILE}history"
"""The path of the graph that edges from git belong to."""
OVERLAY = f"{NO_FILE}overlay:"
"""What the path of a graph that was imported begins with; its name follows."""

EXTERNAL = "external:"
UNKNOWN = "unknown:"
REPOSITORY = "repository:"


class NodeKind(StrEnum):
    """What a node is, where ``ingest.model.SymbolKind`` has no word for it. A symbol's node has its symbol kind."""

    FILE = "file"
    PACKAGE = "package"  # a package that a manifest declares or depends on
    LAMBDA = "lambda"
    ROUTE = "route"  # an HTTP method and path that a server answers
    EXTERNAL = "external"
    UNKNOWN = "unknown"


class EdgeKind(StrEnum):
    """What the source does with the target."""

    CONTAINS = "contains"
    IMPORTS = "imports"
    DEPENDS_ON = "depends_on"
    CALLS = "calls"
    REFERENCES = "references"
    INHERITS = "inherits"
    IMPLEMENTS = "implements"
    OVERRIDES = "overrides"
    INSTANTIATES = "instantiates"
    READS = "reads"
    WRITES = "writes"
    TESTS = "tests"
    DOCUMENTS = "documents"
    CHANGES_WITH = "changes_with"
    HANDLES = "handles"  # a route is answered by a function
    REQUESTS = "requests"  # a client call asks for a route


UNNAMED = "unnamed"
"""The rule of a ``contains`` edge to what is no symbol: a lambda, whose code is part of the code around it."""


class Evidence(StrEnum):
    """How an edge is known. Only a proven edge may be shown as a fact."""

    PROVEN = "proven"
    """A scope, an import or a type leaves one target."""
    POSSIBLE = "possible"
    """One of several targets; the edges of one span are the whole set of candidates."""
    EXTERNAL = "external"
    """Outside the indexed code; the target names the package and, where known, the symbol."""
    UNKNOWN = "unknown"
    """No rule could decide; kept so that an answer can count what it might be missing."""


@dataclass(frozen=True, slots=True)
class Node:
    """One node. ``kind`` is a ``SymbolKind`` or a ``NodeKind``; lines count from 1, inclusive, 0 where the node has no place."""

    handle: Handle
    kind: str
    name: str
    qualified_name: str
    path: str = ""
    start_line: int = 0
    end_line: int = 0
    language: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """One edge, with the rule that made it and the place that shows it. The place is in the file whose edges these are."""

    kind: EdgeKind
    evidence: Evidence
    rule: str
    source: Handle
    target: Handle
    path: str
    line: int
    start_byte: int = -1
    """Where the name is used, -1 for an edge that has no such place. (path, start_byte, kind) groups the candidates of a possible edge."""
    end_byte: int = -1


@dataclass(frozen=True, slots=True)
class FileGraph:
    """What one file of a view gives to the graph: its nodes, and the edges whose evidence lies in it.

    Replacing a file's graph replaces all of it and touches no other file's. ``path`` is also the name of what has no file: ``//history``
    for edges from git, ``//overlay:NAME`` for imported ones.
    """

    path: str
    nodes: Sequence[Node] = ()
    edges: Sequence[Edge] = ()


def external(package: str, symbol: str = "") -> Handle:
    """Return the handle of somebody else's package, or of a symbol in it."""
    return Handle(f"{EXTERNAL}{package}#{symbol}" if symbol else f"{EXTERNAL}{package}")


def unknown(name: str) -> Handle:
    """Return the handle that stands for any target a use of ``name`` may have."""
    return Handle(f"{UNKNOWN}{name}")


def outside_node(handle: Handle) -> Node | None:
    """Return the node that an external or unknown handle stands for by itself, None for any other handle."""
    for prefix, kind in ((EXTERNAL, NodeKind.EXTERNAL), (UNKNOWN, NodeKind.UNKNOWN)):
        if handle.startswith(prefix):
            package, _, symbol = handle.removeprefix(prefix).partition("#")
            qualified_name = symbol or package
            return Node(handle, kind, qualified_name.rpartition(".")[2] if symbol else package, qualified_name)
    return None


def graph_name(view: View) -> str:
    """Return the name that a view has in a graph store."""
    return str(view.view_id)
