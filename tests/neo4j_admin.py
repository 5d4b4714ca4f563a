"""The server's side of the Neo4j tests: plain queries past our store."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import unquote, urlsplit

from neo4j import GraphDatabase

LABELS = ("Node", "Shadowed", "FileGraph", "Edition", "View", "Store")


def ask(url: str, query: str, database: str | None = None, **parameters: object) -> list[list[Any]]:
    """Run one query as the user of the address."""
    parts = urlsplit(url)
    login = (unquote(parts.username or ""), unquote(parts.password or ""))
    driver_of = cast("Any", GraphDatabase).driver
    with driver_of(f"{parts.scheme}://{parts.hostname}:{parts.port}", auth=login, notifications_min_severity="OFF") as driver:
        records, _, _ = driver.execute_query(query, parameters, database_=database)
    return [list(record.values()) for record in records]


def empty(url: str) -> None:
    """Delete everything of ours."""
    ask(url, f"MATCH (n:{'|'.join(LABELS)}) DETACH DELETE n")


def count(url: str, label: str) -> int:
    """Count the nodes with a label."""
    return int(ask(url, f"MATCH (n:{label}) RETURN count(n)")[0][0])
