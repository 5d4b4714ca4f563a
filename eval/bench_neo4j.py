"""Loading a graph into Neo4j: our store beside the driver alone, which creates the same nodes and relationships in batches of UNWIND."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, cast
from urllib.parse import unquote, urlsplit

from neo4j import GraphDatabase

from eval.bench_graph import CodeLikeGraph
from graph.model import FileGraph, Handle, Node, outside_node
from graph.neo4j_store import Neo4jGraphStore

BATCH = 10_000
_WARM_UP_FILES = 40
_NODE = "kind", "name", "qualified_name", "path", "start_line", "end_line", "language"
_EDGE = "evidence", "rule", "path", "line", "start_byte", "end_byte"


@dataclass(frozen=True, slots=True)
class LoadRates:
    """Edges a second of each round, nodes included in the time; ``raw_edges_only`` leaves the raw driver's nodes out."""

    nodes: int
    edges: int
    ours: Sequence[float]
    raw: Sequence[float]
    raw_edges_only: Sequence[float]


def measure(url: str, *, files: int, rounds: int) -> LoadRates:
    """Load a graph of ``files`` files of 50 nodes and 250 edges each, in turns, into an empty view and past our store."""
    graphs = list(CodeLikeGraph(files).graphs())
    nodes = {node.handle: node for graph in graphs for node in graph.nodes}
    ends = {end for graph in graphs for edge in graph.edges for end in (edge.source, edge.target)}
    edges = sum(len(graph.edges) for graph in graphs)
    raw = RawLoader(url)
    ours: list[float] = []
    theirs: list[float] = []
    theirs_edges: list[float] = []
    with closing(Neo4jGraphStore(url)) as store, closing(raw):
        for number in range(-1, rounds):
            part = graphs if number >= 0 else graphs[:_WARM_UP_FILES]  # the server compiles what it runs often; neither side pays for that
            started = time.perf_counter()
            store.replace("bench", part, generation=1)
            taken = time.perf_counter() - started
            store.drop("bench")
            seconds = raw.load(part, nodes)
            raw.clear()
            if number >= 0:
                ours.append(edges / taken)
                theirs.append(edges / sum(seconds))
                theirs_edges.append(edges / seconds[1])
    return LoadRates(len(nodes.keys() | ends), edges, ours, theirs, theirs_edges)


class RawLoader:
    """The driver alone: rows as maps, ends matched by (view, handle) under a uniqueness constraint, edges in order of their source."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        login = (unquote(parts.username or ""), unquote(parts.password or ""))
        driver_of = cast("Any", GraphDatabase).driver
        self._driver: Any = driver_of(f"{parts.scheme}://{parts.hostname}:{parts.port}", auth=login, notifications_min_severity="OFF")
        self._run("CREATE CONSTRAINT bench_raw IF NOT EXISTS FOR (n:BenchRaw) REQUIRE (n.view, n.handle) IS UNIQUE", [])

    def _run(self, query: str, rows: Sequence[Any]) -> None:
        def work(transaction: Any) -> None:  # the driver's own is only partly typed
            transaction.run(query, rows=rows).consume()

        with self._driver.session() as session:
            session.execute_write(work)

    def load(self, graphs: Iterable[FileGraph], defined: dict[Handle, Node]) -> tuple[float, float]:
        """Return the seconds for nodes and for edges; making the rows is not counted."""
        graphs = list(graphs)
        ends = {end for graph in graphs for edge in graph.edges for end in (edge.source, edge.target)}
        handles = sorted({node.handle for graph in graphs for node in graph.nodes} | ends)
        nodes = [
            _properties(defined.get(handle) or outside_node(handle), _NODE) | {"view": "bench", "handle": handle} for handle in handles
        ]
        edges: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for graph in graphs:
            for edge in graph.edges:
                ends_of = {"view": "bench", "source": edge.source, "target": edge.target}
                edges[edge.kind.upper()].append(_properties(edge, _EDGE) | ends_of)
        for rows in edges.values():
            rows.sort(key=itemgetter("source"))
        started = time.perf_counter()
        for at in range(0, len(nodes), BATCH):
            self._run("UNWIND $rows AS row CREATE (n:BenchRaw) SET n = row", nodes[at : at + BATCH])
        middle = time.perf_counter()
        for kind, rows in edges.items():
            create = (
                "UNWIND $rows AS row MATCH (a:BenchRaw {view: row.view, handle: row.source}) "
                "MATCH (b:BenchRaw {view: row.view, handle: row.target}) "
                f"CREATE (a)-[:{kind} {{{', '.join(f'{name}: row.{name}' for name in _EDGE)}}}]->(b)"
            )
            for at in range(0, len(rows), BATCH):
                self._run(create, rows[at : at + BATCH])
        return middle - started, time.perf_counter() - middle

    def clear(self) -> None:
        """Delete what was loaded."""
        with self._driver.session() as session:
            session.run("MATCH (:BenchRaw)-[r]->() CALL (r) { DELETE r } IN TRANSACTIONS OF 10000 ROWS").consume()
            session.run("MATCH (n:BenchRaw) CALL (n) { DELETE n } IN TRANSACTIONS OF 10000 ROWS").consume()

    def close(self) -> None:
        """Take the constraint away and disconnect."""
        self._run("DROP CONSTRAINT bench_raw IF EXISTS", [])
        self._driver.close()


def _properties(source: object, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(source, name) for name in names} if source else {}
