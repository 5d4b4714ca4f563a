"""Answers of the graph as the JSON that leaves Codelore. Its schema is ``serve.wire``; a test holds every command's output to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from graph.answers import (
    Answer,
    Cap,
    Coverage,
    CycleAnswer,
    GraphView,
    HotSpotAnswer,
    ModuleAnswer,
    OwnersAnswer,
    RankAnswer,
    ReachAnswer,
    RouteAnswer,
    UnreachedAnswer,
    Verdict,
)
from graph.levels import Reach
from graph.model import Edge, Evidence, Handle, Node, outside_node
from graph.questions import Named
from graph.reach import bare_node
from graph.store import GraphStore
from ingest.errors import StoreBusyError
from ingest.model import ViewStatus
from serve.documents import Document, status_document, time_document

_REACHING = ("impact", "tests", "neighbourhood")
_LISTS: Mapping[str, Document] = {
    **{question: {"reached": []} for question in _REACHING},
    **{question: {"modules": []} for question in ("dependencies", "dependents")},
    "cycles": {"cycles": []},
    "dead": {"roots": 0, "unreached": []},
    "owners": {"files": 0, "declared": None, "authors": None, "notes": []},
    "hotspots": {"churn_source": "", "hot_spots": []},
    "rank": {"ranked": []},
    "routes": {"routes": []},
}
"""What an answer holds besides edges, by question, when it is empty."""


def answer_document(answer: Answer, status: ViewStatus, levels: Mapping[str, str]) -> Document:
    """Return the answer to a question."""
    return {
        "status": status_document(status),
        "generation": answer.generation,
        "verdict": answer.verdict.value,
        "coverage": _coverage(answer.coverage, levels),
        "targets": [node_document(node) for node in answer.targets],
        "choices": [],
        "edges": [edge_document(edge) for edge in answer.edges],
        "nodes": [node_document(node) for _, node in sorted(answer.nodes.items())],
        "caps": [cap_document(cap) for cap in answer.caps],
        **_more(answer),
    }


def choices_document(named: Named, question: str, status: ViewStatus, reach: Reach) -> Document:
    """Return what a name may stand for, in the place of an answer."""
    empty = Answer(status.view, 0, (), Verdict.NONE, Coverage(0, reach.unresolved_files), (), {}, named.caps)
    written = {} if question == "view" else _LISTS.get(question, {})
    base = answer_document(empty, status, reach.levels) | {"choices": [node_document(node) for node in named.choices]}
    return base | ({"page": None} if question == "view" else written)


def page_document(answer: Answer, page: str, status: ViewStatus, levels: Mapping[str, str]) -> Document:
    """Return what a picture shows and where it was written."""
    plain = Answer(answer.view, answer.generation, answer.targets, answer.verdict, answer.coverage, answer.edges, answer.nodes, answer.caps)
    return answer_document(plain, status, levels) | {"page": page}


def node_document(node: Node) -> Document:
    """Return a node."""
    return {name: getattr(node, name) for name in Node.__slots__} | {"kind": str(node.kind)}


def edge_document(edge: Edge) -> Document:
    """Return an edge; ``nodes`` beside it tells about its ends."""
    return {
        "kind": edge.kind.value,
        "evidence": edge.evidence.value,
        "rule": edge.rule,
        "source": edge.source,
        "target": edge.target,
        "path": edge.path,
        "line": edge.line,
    }


def _coverage(coverage: Coverage, levels: Mapping[str, str]) -> Document:
    return {"unknown": coverage.unknown, "unresolved_files": coverage.unresolved_files, "levels": dict(levels)}


def cap_document(cap: Cap) -> Document:
    """Return a bound that was hit."""
    return {"name": cap.name, "limit": cap.limit, "left_out": cap.left_out}


def _more(answer: Answer) -> Document:
    """Return what an answer of its class holds besides edges."""
    return _MORE[type(answer)](answer)


def _reached(answer: Any) -> Document:
    rows = [
        {"node": node_document(each.node), "depth": each.depth, "evidence": each.evidence.value, "via": edge_document(each.via)}
        for each in answer.reached
    ]
    return {"reached": rows}


def _modules(answer: Any) -> Document:
    rows = [
        {"module": node_document(each.module), "edges": each.edges, "proven": each.proven, "kinds": [kind.value for kind in each.kinds]}
        for each in answer.modules
    ]
    return {"modules": rows}


def _cycles(answer: Any) -> Document:
    rows = [{"members": list(each.members), "edges": [edge_document(edge) for edge in each.edges]} for each in answer.cycles]
    return {"cycles": rows}


def _unreached(answer: Any) -> Document:
    rows = [
        {
            "node": node_document(each.node),
            **{name: getattr(each, name) for name in ("unknown", "namesakes", "used_by", "handed_over", "doubtful")},
        }
        for each in answer.unreached
    ]
    return {"roots": answer.roots, "unreached": rows}


def _routes(answer: Any) -> Document:
    rows = [{"route": node_document(each.node), "handlers": list(each.handlers), "requests": each.requests} for each in answer.routes]
    return {"routes": rows}


def _hot_spots(answer: Any) -> Document:
    rows = [
        {"path": each.path, "churn": round(each.churn, 3), "dependents": each.dependents, "score": round(each.score, 3)}
        for each in answer.hot_spots
    ]
    return {"churn_source": answer.churn_source, "hot_spots": rows}


def _owners(answer: Any) -> Document:
    declared, authors = answer.declared, answer.authors
    rules = [
        {**{name: getattr(each.rule, name) for name in ("line", "pattern", "owners", "section", "optional")}, "files": each.files}
        for each in declared.rules
    ]
    shares = [
        {
            "author": each.author,
            "email": each.email,
            "lines": each.lines,
            "share": round(each.lines / authors.lines, 4),
            "commit": each.commit,
            "newest": time_document(each.newest),
        }
        for each in authors.shares
    ]
    by_file = {
        "path": declared.path,
        "host": declared.host,
        "owners": [{"owner": owner, "files": files} for owner, files in declared.owners],
        "rules": rules,
        "unowned": declared.unowned,
        "problems": list(declared.problems),
    }
    by_line = {name: getattr(authors, name) for name in ("commit", "files", "lines", "uncommitted")}
    return {
        "files": answer.files,
        "declared": by_file if declared.path else None,
        "authors": by_line | {"shares": shares, "ignored": list(authors.ignored)} if authors.files else None,
        "notes": list(answer.notes),
    }


def _ranked(answer: Any) -> Document:
    return {"ranked": [{"node": node_document(each.node), "score": each.score} for each in answer.ranked]}


def _nothing(_: Any) -> Document:
    return {}


_MORE: Mapping[type[Answer], Callable[[Any], Document]] = {
    Answer: _nothing,
    ReachAnswer: _reached,
    ModuleAnswer: _modules,
    CycleAnswer: _cycles,
    UnreachedAnswer: _unreached,
    HotSpotAnswer: _hot_spots,
    OwnersAnswer: _owners,
    RouteAnswer: _routes,
    RankAnswer: _ranked,
}


def count_document(graph: GraphView, status: ViewStatus, reach: Reach) -> Document:
    """Return how many nodes and edges of each kind a view has. Reads the whole view."""
    nodes: Counter[str] = Counter()
    edges: dict[str, Counter[str]] = {}
    files = 0
    for file in graph.store.files(graph.name):
        files += 1
        nodes.update(str(node.kind) for node in file.nodes)
        for edge in file.edges:
            edges.setdefault(edge.kind.value, Counter()).update([edge.evidence.value])
    return {
        "status": status_document(status),
        "generation": graph.generation,
        "files": files,
        "nodes": dict(sorted(nodes.items())),
        "edges": {kind: {each.value: counts[each.value] for each in Evidence} for kind, counts in sorted(edges.items())},
        "coverage": {
            "unknown": sum(counts[Evidence.UNKNOWN.value] for counts in edges.values()),
            "unresolved_files": graph.unresolved_files,
            "levels": dict(reach.levels),
        },
        "notes": list(reach.notes),
    }


def export_records(store: GraphStore, view: str) -> Iterator[Document]:
    """Yield every node, then every edge that names it, file by file; what lies outside the indexed code comes where it is first named.

    Raises ``StoreBusyError`` at the end when a new generation was published meanwhile: ends of edges may then be of either.
    """
    generation = store.generation(view)
    outside: set[Handle] = set()
    for file in store.files(view):
        yield from (_exported_node(node) for node in file.nodes)
        known = {node.handle: node for node in file.nodes}
        known |= store.nodes(view, {end for edge in file.edges for end in (edge.source, edge.target)} - known.keys())
        for edge in file.edges:
            for end in (edge.source, edge.target):
                node = outside_node(end)
                if node and end not in outside:
                    outside.add(end)
                    yield _exported_node(node)
            yield _exported_edge(edge, known)
    if store.generation(view) != generation:
        raise StoreBusyError("the graph changed while it was exported, and what was written mixes two generations; export it again")


def _exported_node(node: Node) -> Document:
    return {"type": "node"} | node_document(node)


def _exported_edge(edge: Edge, known: Mapping[Handle, Node]) -> Document:
    return {
        "type": "edge",
        **edge_document(edge),
        "source": _end(known.get(edge.source) or bare_node(edge.source)),
        "target": _end(known.get(edge.target) or bare_node(edge.target)),
        "start_byte": edge.start_byte,
        "end_byte": edge.end_byte,
    }


def _end(node: Node) -> Document:
    return {
        "handle": node.handle,
        "kind": str(node.kind),
        "qualified_name": node.qualified_name,
        "path": node.path,
        "line": node.start_line,
    }
