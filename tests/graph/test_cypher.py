"""Cypher for readers, against a real server: it reads the graph, within bounds, and does nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from threading import Thread
from time import monotonic, sleep

import pytest

from graph.cypher import check_plan
from graph.model import Evidence, FileGraph, unknown
from graph.neo4j_store import Neo4jGraphStore
from ingest.errors import QueryError, StoreBusyError, StoreError
from tests.graph.graphs import calls, edge, node
from tests.neo4j_admin import LABELS, ask, count

VIEW = "worktree:/shop"
LONG = "UNWIND range(1, 1000000000) AS x WITH x WHERE x % 7 = 8 RETURN x"


@pytest.fixture
def store(neo4j_graph_url: str) -> Iterator[Neo4jGraphStore]:
    with closing(Neo4jGraphStore(neo4j_graph_url)) as opened:
        opened.replace(VIEW, [calls("app.py", *((f"f{at}", "lib.py#save") for at in range(5)))], generation=3)
        yield opened


WRITES = [
    "CREATE (n:Node) RETURN n",
    "MATCH (n) SET n.name = 'x' RETURN n",
    "MATCH (n) REMOVE n.name",
    "MATCH (n) DETACH DELETE n",
    "MERGE (n:Node {handle: 'x'}) RETURN n",
    "MATCH (n) CALL (n) { SET n.name = 'x' } RETURN n",
    "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS",
    "CALL { CREATE (n:Node) } RETURN 1",
    "FOREACH (x IN [1, 2] | CREATE (:Node))",
    "RETURN 1 AS a UNION CREATE (n) RETURN 2 AS a",
    "CYPHER 5 CREATE (n) RETURN n",
    "CREATE INDEX odd FOR (n:Node) ON (n.odd)",
    "DROP CONSTRAINT codelore_node",
    "CREATE USER thief SET PASSWORD 'abcdefgh'",
    "ALTER CURRENT USER SET PASSWORD FROM 'a' TO 'abcdefgh'",
    "CALL db.createLabel('Odd')",
    "CALL db.clearQueryCaches()",
    "CALL tx.setMetaData({odd: 1})",
    "CALL dbms.listConfig()",
    "CALL dbms.killConnection('bolt-1')",
    "LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line",
    "MATCH (n) CALL (n) { LOAD CSV FROM 'http://127.0.0.1/' AS line RETURN line } RETURN line",
    "SHOW TRANSACTIONS",
    "SHOW SETTINGS",
    "SHOW USERS",
    "TERMINATE TRANSACTIONS 'neo4j-transaction-1'",
    "PROFILE CREATE (n) RETURN n",
    "EXPLAIN CREATE (n) RETURN n",
    "RETURN 1; CREATE (n)",
    "MATCH (n RETURN n",
    "",
]


@pytest.mark.parametrize("query", WRITES)
def test_what_does_more_than_read_the_graph_is_refused(store: Neo4jGraphStore, neo4j_graph_url: str, query: str) -> None:
    """Writes, schema, administration, files, addresses and procedures that are not on the list: refused, and nothing has changed."""
    before = [count(neo4j_graph_url, label) for label in LABELS]
    with pytest.raises(QueryError, match=r"query is refused: |query cannot be run: "):
        store.read_cypher(query)
    assert [count(neo4j_graph_url, label) for label in LABELS] == before


def test_the_session_itself_may_not_write(store: Neo4jGraphStore, neo4j_graph_url: str) -> None:
    """Should a plan ever look harmless, the server refuses the write all the same."""
    with pytest.raises(StoreError, match="read access mode"):
        store.read(lambda run: run("CREATE (n:Node {view: 0, handle: 'odd'}) RETURN n"))


def test_a_plan_that_is_not_given_is_no_permission() -> None:
    """A server that says nothing about a query does not get it run."""
    for query_type, plan in ((None, None), ("r", None), (None, {"operatorType": "ProduceResults"})):
        with pytest.raises(QueryError, match="refused"):
            check_plan(query_type, plan)
    check_plan(
        "r",
        {"operatorType": "ProduceResults", "children": [{"operatorType": "ProcedureCall@neo4j", "args": {"Details": "db.labels() :: ()"}}]},
    )


def test_a_query_reads_the_view_it_is_asked_for(store: Neo4jGraphStore) -> None:
    """``$view`` stands for the view; parameters and columns come as they are named."""
    store.replace("other", [calls("app.py", ("main", "lib.py#save"))], generation=1)
    query = "MATCH (a:Node {view: $view})-[r:CALLS]->(b {handle: $handle}) RETURN a.handle AS caller, r.rule ORDER BY caller"
    answer = store.read_cypher(query, {"handle": "lib.py#save"}, view=VIEW)
    assert answer.columns == ["caller", "r.rule"]
    assert answer.rows == [[f"app.py#f{at}", "rule:calls"] for at in range(5)]
    assert not answer.truncated
    assert store.read_cypher(query, {"handle": "lib.py#save"}, view="nobody's").rows == []
    assert ["Node"] in store.read_cypher("CALL db.labels() YIELD label RETURN label").rows


def test_rows_are_bounded_and_the_cut_is_said(store: Neo4jGraphStore) -> None:
    """A thousand million rows cost no more than those that are shown."""
    started = monotonic()
    answer = store.read_cypher("UNWIND range(1, 1000000000) AS x RETURN x", limit=3)
    assert (answer.rows, answer.truncated) == ([[1], [2], [3]], True)
    assert store.read_cypher("UNWIND range(1, 3) AS x RETURN x", limit=3).truncated is False
    assert monotonic() - started < 10


def test_time_is_bounded(store: Neo4jGraphStore) -> None:
    """The server ends a query that takes longer than it may."""
    with pytest.raises(QueryError, match=r"ended after 0.5 s"):
        store.read_cypher(LONG, seconds=0.5)


def test_values_become_json(store: Neo4jGraphStore) -> None:
    """Nodes, relationships, paths, times, points and odd texts have a plain form."""
    store.replace(
        "odd", [FileGraph("\udcff.py", [node("\udcff.py")], [edge("\udcff.py", unknown("é"), evidence=Evidence.UNKNOWN)])], generation=1
    )
    [[found]] = store.read_cypher("MATCH p = (:Node {view: $view})-[:CALLS]->() RETURN p", view="odd").rows
    source, call, target = found
    assert source["labels"] == ["Node"]
    assert source["properties"]["handle"] == "\udcff.py"
    assert (call["type"], call["properties"]["evidence"]) == ("CALLS", "unknown")
    assert target["properties"]["handle"] == "unknown:é"
    [row] = store.read_cypher("RETURN date('2026-11-20'), point({x: 1, y: 2}), {a: [1, null, true, 0.5]}, $bytes", {"bytes": b"\x01"}).rows
    assert row[0] == "2026-11-20"
    assert row[1] == [1.0, 2.0]
    assert row[2:] == [{"a": [1, None, True, 0.5]}, "01"]


def test_a_query_that_needs_more_memory_than_there_is_names_the_remedy(store: Neo4jGraphStore) -> None:
    """The server keeps running, and the next query is answered."""
    with pytest.raises(StoreError, match=r"out of memory for a transaction: raise server\.memory\.heap\.max_size"):
        store.read_cypher("UNWIND range(1, 1000000000) AS x WITH collect(x) AS numbers RETURN size(numbers)", seconds=60)
    assert store.read_cypher("RETURN 1").rows == [[1]]


def test_a_transaction_that_somebody_ends_can_be_tried_again(store: Neo4jGraphStore, neo4j_graph_url: str) -> None:
    """An administrator's TERMINATE is reported as what it is."""

    mine = (
        "SHOW TRANSACTIONS YIELD transactionId, currentQuery "
        "WHERE currentQuery CONTAINS '% 7 = 8' AND NOT currentQuery STARTS WITH 'SHOW' RETURN transactionId"
    )

    def end_it() -> None:
        for _ in range(200):
            sleep(0.05)
            for [number] in ask(neo4j_graph_url, mine):
                ask(neo4j_graph_url, f"TERMINATE TRANSACTIONS '{number}'")
                return

    thread = Thread(target=end_it)
    thread.start()
    with pytest.raises(StoreBusyError, match="somebody told it to"):
        store.read(lambda run: run(LONG))
    thread.join()
