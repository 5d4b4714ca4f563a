"""Nodes and edges as rows of Cypher parameters, and back.

A range index of Neo4j takes keys of at most about 8 kB, and Bolt takes valid Unicode only, so texts are coded: lone surrogates (what is not
UTF-8 in a path) become pairs that begin with U+E000, in a way that keeps the order of texts, and an indexed text of more than a thousand
characters is cut and ends in its hash. The whole texts of a node that has such a one are kept in its property ``full``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from graph.model import Edge, EdgeKind, Evidence, FileGraph, Handle, Node, outside_node

INDEXED_CHARACTERS = 1_000
_KEPT_CHARACTERS = 900
_ODD = re.compile("[\ud800-\udfff\ue000]")
_CODED = re.compile("\ue000(.)", re.DOTALL)
_ESCAPE, _ITSELF = "\ue000", "\uf000"

NODE_PROPERTIES = (
    "{view: $view, handle: r[0], kind: r[1], name: r[2], qualified_name: r[3], path: r[4], start_line: r[5], end_line: r[6],"
    " language: r[7], tail: r[8], origin: r[9], full: r[10]}"
)
"""A node row as a map of properties; what is null is not stored."""
NODE_VALUES = "[n.handle, n.kind, n.name, n.qualified_name, n.path, n.start_line, n.end_line, n.language, n.tail, n.origin, n.full]"
EDGE_PROPERTIES = "{evidence: r[2], rule: r[3], path: r[4], line: r[5], start_byte: r[6], end_byte: r[7], origin: r[8]}"
EDGE_VALUES = "[type(r), r.evidence, r.rule, a.handle, b.handle, r.path, r.line, r.start_byte, r.end_byte, a.full[0], b.full[0]]"

Row = list[Any]


def encode(text: str) -> str:
    """Return a text as Neo4j can hold it."""
    if text.isascii():
        return text
    return _ODD.sub(lambda odd: _ESCAPE + (_ITSELF if odd[0] == _ESCAPE else chr(ord(odd[0]) + 0x800)), text)


def decode(text: str) -> str:
    """Undo ``encode``."""
    if _ESCAPE not in text:
        return text
    return _CODED.sub(lambda coded: _ESCAPE if coded[1] == _ITSELF else chr(ord(coded[1]) - 0x800), text)


def key(text: str) -> str:
    """Return a text as an index can hold it: itself unless it is long."""
    coded = encode(text)
    if len(coded) <= INDEXED_CHARACTERS:
        return coded
    return f"{coded[:_KEPT_CHARACTERS]}…{sha256(coded.encode()).hexdigest()}"


def node_row(node: Node, owner: str) -> Row:
    """Return the row of a node that the file with the key ``owner`` defines."""
    texts = [key(node.handle), key(node.name), key(node.qualified_name), key(node.path)]
    handle, name, qualified_name, path = texts
    tail = qualified_name.rpartition(".")[2]
    whole = [encode(each) for each in (node.handle, node.name, node.qualified_name, node.path)]
    full = None if texts == whole else whole
    if full:
        tail = key(node.qualified_name.rpartition(".")[2])
    return [
        handle, encode(node.kind), name, qualified_name, path, node.start_line, node.end_line, encode(node.language),
        None if tail == name else tail, None if owner == path else owner, full,
    ]  # fmt: skip


def bare_row(handle: Handle) -> Row:
    """Return the row of a node that no file defines: what an external or unknown handle says of itself, of others the handle alone."""
    node = outside_node(handle)
    if node:
        row = node_row(node, "")
        return [*row[:4], None, None, None, None, row[8], None, row[10]]
    at = key(handle)
    return [at, *[None] * 9, None if at == encode(handle) else [encode(handle)]]


def owner_of(row: Row) -> str:
    """Return the key of the file that defines a node."""
    return str(row[4] if row[9] is None else row[9])


def handle_of(row: Row) -> Handle:
    """Return the whole handle of a node row."""
    return Handle(decode(row[10][0] if row[10] else row[0]))


def node_from(row: Row) -> Node | None:
    """Return the node of a row, None for one that only holds the place of an end of edges."""
    if row[1] is None:
        return None
    handle, name, qualified_name, path = row[10] or (row[0], row[2], row[3], row[4] or "")
    return Node(
        Handle(decode(handle)),
        decode(row[1]),
        decode(name),
        decode(qualified_name),
        decode(path or ""),
        row[5] or 0,
        row[6] or 0,
        decode(row[7] or ""),
    )


def edge_row(edge: Edge, owner: str, source: object, target: object) -> Row:
    """Return the row of an edge between two nodes, each named by what the query matches it by."""
    path = encode(edge.path)
    return [
        source, target, edge.evidence.value, encode(edge.rule), path, edge.line, edge.start_byte, edge.end_byte,
        None if owner == path else owner,
    ]  # fmt: skip


def edge_from(row: Row) -> Edge:
    """Return the edge of ``EDGE_VALUES``."""
    kind, evidence, rule, source, target, path, line, start_byte, end_byte, whole_source, whole_target = row
    return Edge(
        EdgeKind(kind.lower()),
        Evidence(evidence),
        decode(rule),
        Handle(decode(whole_source or source)),
        Handle(decode(whole_target or target)),
        decode(path),
        line,
        start_byte,
        end_byte,
    )


def relationship(kind: EdgeKind) -> str:
    """Return the relationship type of a kind of edge."""
    return kind.value.upper()


def file_row(graph: FileGraph) -> Row:
    """Return [key, size, others, whole path or None] of a file.

    ``others`` are the keys of nodes that the file defines or draws edges from although their handles do not begin with its path: where to
    look for its parts besides the range of its own handles.
    """
    at = key(graph.path)
    own = f"{at}#"
    touched = {key(each.handle) for each in graph.nodes} | {key(each.source) for each in graph.edges}
    others = sorted(each for each in touched if each != at and not each.startswith(own))
    whole = encode(graph.path)
    return [at, len(graph.nodes) + len(graph.edges), others or None, None if at == whole else whole]


def batches(items: Sequence[Any], size: int) -> list[Sequence[Any]]:
    """Cut a sequence into parts of at most ``size``."""
    return [items[at : at + size] for at in range(0, len(items), size)]
