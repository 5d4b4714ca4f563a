"""A picture of a part of the graph as one HTML page that needs nothing else: no network, no library.

A repository is untrusted text. It reaches the page as JSON in which no ``<`` is left, and the script writes it with ``textContent`` alone.
The policy in the page's head lets nothing run but that script, and nothing load.
"""

from __future__ import annotations

import json
import math
from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from html import escape
from pathlib import Path

from graph.answers import Answer, ReachAnswer
from graph.model import Edge, Handle, Node
from ingest.model import ViewStatus
from serve.documents import Document
from serve.graph_documents import answer_document
from serve.render import plain
from serve.render_graph import levels_line

CARD_WIDTH, CARD_HEIGHT = 216, 40
_GAP_X, _GAP_Y = 110, 14
_ROWS = 22
"""Cards one above the other; of more, a column gets several lanes, so that the picture stays near the shape of a screen."""

_ASSETS = Path(__file__)
_SEPARATORS = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def page(answer: ReachAnswer, title: str, status: ViewStatus, levels: Mapping[str, str]) -> str:
    """Return the page that shows an answer: what was asked about in the middle, what uses it on the left, what it uses on the right.

    ``levels`` are those of the view's languages.
    """
    style, script = (_ASSETS.with_suffix(suffix).read_text(encoding="utf-8") for suffix in (".css", ".js"))
    parts = {
        "policy": f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; base-uri 'none'; form-action 'none'",
        "title": escape(plain(title)),
        "style": style,
        "script": script,
        "data": _embedded(_data(answer, title, status, levels)),
    }
    html = _ASSETS.with_suffix(".html").read_text(encoding="utf-8")
    head, *pieces = html.split("{{")
    return head + "".join(parts[name] + rest for name, _, rest in (piece.partition("}}") for piece in pieces))


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _embedded(document: Document) -> str:
    """Return JSON in which nothing can end a script element."""
    return json.dumps(document, separators=(",", ":")).translate(_SEPARATORS)


def _data(answer: ReachAnswer, title: str, status: ViewStatus, levels: Mapping[str, str]) -> Document:
    whole = answer_document(answer, status, levels)
    sides = _sides(answer)
    nodes = _drawn(answer, sides)
    number = {node.handle: at for at, node in enumerate(nodes)}
    places = _places(nodes, sides, answer.edges)
    return {
        "title": plain(title),
        "view": plain(status.view),
        "generation": answer.generation,
        "coverage": whole["coverage"],
        "levels": plain(levels_line(levels)),
        "caps": whole["caps"],
        "card": [CARD_WIDTH, CARD_HEIGHT],
        "nodes": [_node(node, places[node.handle], sides[node.handle]) for node in nodes],
        "edges": [_edge(edge, number) for edge in answer.edges],
    }


def _node(node: Node, place: tuple[float, float], side: int) -> Document:
    return {
        "handle": plain(node.handle),
        "kind": str(node.kind),
        "name": plain(node.name),
        "qualified": plain(node.qualified_name),
        "path": plain(node.path),
        "lines": [node.start_line, node.end_line],
        "x": place[0],
        "y": place[1],
        "side": side,
    }


def _edge(edge: Edge, number: Mapping[Handle, int]) -> Document:
    return {
        "from": number[edge.source],
        "to": number[edge.target],
        "kind": edge.kind.value,
        "evidence": edge.evidence.value,
        "rule": plain(edge.rule),
        "path": plain(edge.path),
        "line": edge.line,
        "bytes": [edge.start_byte, edge.end_byte],
    }


def _sides(answer: ReachAnswer) -> dict[Handle, int]:
    """Return the column of each node: 0 for what was asked about, below 0 for what uses it, above 0 for what it uses."""
    sides: dict[Handle, int] = {}
    reached = {each.node.handle: each for each in answer.reached}
    for handle in {end for edge in answer.edges for end in (edge.source, edge.target)} | {node.handle for node in answer.targets}:
        if handle not in reached:
            sides[handle] = 0
    for each in sorted(answer.reached, key=lambda row: row.depth):
        handle, via = each.node.handle, each.via
        nearer = sides.get(via.target if via.source == handle else via.source, 0)
        direction = nearer or (-1 if via.source == handle else 1)
        sides[handle] = each.depth if direction > 0 else -each.depth
    return sides


def _drawn(answer: Answer, sides: Mapping[Handle, int]) -> list[Node]:
    """Return the nodes to draw in the order in which a reader tabs through them."""
    known = {**answer.nodes, **{node.handle: node for node in answer.targets}}
    nodes = [known[handle] for handle in sides if handle in known]
    return sorted(nodes, key=lambda node: (abs(sides[node.handle]), sides[node.handle], node.path, node.start_line, node.handle))


def _places(nodes: Sequence[Node], sides: Mapping[Handle, int], edges: Iterable[Edge]) -> dict[Handle, tuple[float, float]]:
    """Place columns from the middle outwards; in each, a card stands near those of the nodes it touches (barycenters, Sugiyama 1981)."""
    touches: dict[Handle, list[Handle]] = defaultdict(list)
    for edge in edges:
        touches[edge.source].append(edge.target)
        touches[edge.target].append(edge.source)
    columns: dict[int, list[Handle]] = defaultdict(list)
    for node in nodes:
        columns[sides[node.handle]].append(node.handle)
    places: dict[Handle, tuple[float, float]] = {}
    edge_of = {1: 0.0, -1: 0.0}
    for side in sorted(columns, key=lambda side: (abs(side), side)):
        order = sorted(columns[side], key=lambda handle: _height(handle, touches, places))
        lanes = math.ceil(len(order) / _ROWS)
        width = lanes * (CARD_WIDTH + 24) - 24
        direction = 1 if side >= 0 else -1
        left = -width / 2 if side == 0 else edge_of[direction] + _GAP_X if side > 0 else edge_of[direction] - _GAP_X - width
        rows = math.ceil(len(order) / lanes)
        for at, handle in enumerate(order):
            lane, row = divmod(at, rows)
            places[handle] = (round(left + lane * (CARD_WIDTH + 24), 1), round((row - (rows - 1) / 2) * (CARD_HEIGHT + _GAP_Y), 1))
        edge_of |= {1: left + width} if side >= 0 else {}
        edge_of |= {-1: left} if side <= 0 else {}
    return places


def _height(handle: Handle, touches: Mapping[Handle, Sequence[Handle]], places: Mapping[Handle, tuple[float, float]]) -> float:
    """Return the mean height of the placed neighbours; cards without any keep their order below."""
    heights = [places[other][1] for other in touches.get(handle, ()) if other in places]
    return sum(heights) / len(heights) if heights else 1e9 if places else 0.0
