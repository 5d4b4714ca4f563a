"""Which Cypher a reader may run, judged by the plan that the server makes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ingest.errors import QueryError

PROCEDURES = (
    "db.labels",
    "db.relationshipTypes",
    "db.propertyKeys",
    "db.schema.visualization",
    "db.schema.nodeTypeProperties",
    "db.schema.relTypeProperties",
    "db.index.fulltext.queryNodes",
    "db.index.fulltext.queryRelationships",
)
"""Procedures that read the graph and nothing else. A procedure may reach files and networks whatever its mode says, so no others run."""

_REFUSED = {
    "LoadCSV": "LOAD CSV reads files and addresses that the server can reach",
    "Terminate": "it ends other users' transactions",
    "Show": "SHOW is about the server, not about the graph",
    "AdministrationCommand": "it administers the server",
}


@dataclass(frozen=True, slots=True)
class CypherRows:
    """The answer to a query: values that JSON can hold, one list a row. ``truncated`` when the server had more rows."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    truncated: bool


def check_plan(query_type: str | None, plan: Mapping[str, Any] | None) -> None:
    """Let pass what only reads the graph. ``plan`` is the one the server gave for ``EXPLAIN``.

    Raises ``QueryError`` that says what is refused and why.
    """
    for operator, details in _operators(plan or {}):
        for name, reason in _REFUSED.items():
            if operator.startswith(name):
                raise QueryError(f"the query is refused: {reason}. Ask with MATCH … RETURN")
        if operator.startswith("ProcedureCall") and details.partition("(")[0].strip() not in PROCEDURES:
            called = details.partition("(")[0].strip() or "a procedure"
            raise QueryError(f"the query is refused: it calls {called}. Procedures that may be called: {', '.join(PROCEDURES)}")
    if query_type != "r" or not plan:
        raise QueryError("the query is refused: it would change the graph or the server. Only reading is allowed: MATCH … RETURN")


def _operators(plan: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (operator, details) of a plan and all below it."""
    waiting = [plan]
    while waiting:
        part = waiting.pop()
        yield str(part.get("operatorType", "")), str(part.get("args", {}).get("Details", ""))
        waiting += part.get("children", ())
