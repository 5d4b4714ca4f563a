"""What Neo4j must have before a graph is stored in it: constraints, indexes, and the mark of our format."""

from __future__ import annotations

from graph.neo4j_write import Transactions
from ingest.errors import StoreError

FORMAT = 1

_SCHEMA = {
    "codelore_store": "CREATE CONSTRAINT codelore_store IF NOT EXISTS FOR (s:Store) REQUIRE s.id IS UNIQUE",
    "codelore_view": "CREATE CONSTRAINT codelore_view IF NOT EXISTS FOR (v:View) REQUIRE v.name IS UNIQUE",
    "codelore_view_edition": "CREATE INDEX codelore_view_edition IF NOT EXISTS FOR (v:View) ON (v.edition)",
    "codelore_edition": "CREATE CONSTRAINT codelore_edition IF NOT EXISTS FOR (e:Edition) REQUIRE e.id IS UNIQUE",
    "codelore_file": "CREATE CONSTRAINT codelore_file IF NOT EXISTS FOR (f:FileGraph) REQUIRE (f.view, f.path) IS UNIQUE",
    "codelore_node": "CREATE CONSTRAINT codelore_node IF NOT EXISTS FOR (n:Node) REQUIRE (n.view, n.handle) IS UNIQUE",
    "codelore_node_name": "CREATE INDEX codelore_node_name IF NOT EXISTS FOR (n:Node) ON (n.view, n.name)",
    "codelore_node_qualified_name": "CREATE INDEX codelore_node_qualified_name IF NOT EXISTS FOR (n:Node) ON (n.view, n.qualified_name)",
    "codelore_node_path": "CREATE INDEX codelore_node_path IF NOT EXISTS FOR (n:Node) ON (n.view, n.path)",
    "codelore_node_tail": "CREATE INDEX codelore_node_tail IF NOT EXISTS FOR (n:Node) ON (n.view, n.tail)",
    "codelore_shadowed": "CREATE INDEX codelore_shadowed IF NOT EXISTS FOR (n:Shadowed) ON (n.view, n.handle)",
    "codelore_shadowed_owner": "CREATE INDEX codelore_shadowed_owner IF NOT EXISTS FOR (n:Shadowed) ON (n.view, n.owner)",
}


def prepare(transactions: Transactions) -> None:
    """Make what is missing, and wait until it can be used. Raises ``StoreError`` when the graph has another format than ours."""
    missing = [name for name in _SCHEMA if name not in _indexes(transactions, "ONLINE")]
    for name in missing:
        try:
            transactions.write(lambda run, name=name: run(_SCHEMA[name]))
        except StoreError:  # of two that connect for the first time at once, one is told that the other was there
            if name not in _indexes(transactions, "ONLINE", "POPULATING"):
                raise
    if missing:
        transactions.read(lambda run: run("CALL db.awaitIndexes(300)"))
    found = transactions.read(lambda run: run("MATCH (s:Store {id: 1}) RETURN s.format"))
    if not found:
        start = "MERGE (s:Store {id: 1}) ON CREATE SET s.format = $format, s.editions = 0 RETURN s.format"
        found = transactions.write(lambda run: run(start, format=FORMAT))
    if found[0] != FORMAT:
        raise StoreError(
            f"the graph in this Neo4j has format {found[0]}, this Codelore reads {FORMAT}: "
            "give it another database, or empty this one and index again"
        )


def _indexes(transactions: Transactions, *states: str) -> set[str]:
    return set(transactions.read(lambda run: run("SHOW INDEXES YIELD name, state WHERE state IN $states RETURN name", states=[*states])))
