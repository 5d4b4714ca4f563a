"""The command that asks a graph in Neo4j in the server's own language."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from graph.answers import Cap
from graph.model import graph_name
from ingest.errors import QueryError
from serve.cli_graph import opened
from serve.documents import status_document, to_line
from serve.render import one_line, status_line
from serve.render_graph import cap_line


class _Rows(Protocol):
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    truncated: bool


@runtime_checkable
class _CypherStore(Protocol):
    """A graph store that is asked in Cypher. Naming its class would load a driver that need not be installed."""

    def read_cypher(
        self, query: str, parameters: Mapping[str, Any] | None = None, *, view: str = "", limit: int = 1_000, seconds: float = 30.0
    ) -> _Rows: ...


def run(typed: argparse.Namespace) -> int:
    """Print the rows of a query; return 1 when there are none."""
    parameters = dict(map(_parameter, typed.param))
    with opened(typed) as asked:
        if not isinstance(asked.store, _CypherStore):
            raise QueryError("Cypher is for a graph in Neo4j, and this one is in the data folder; set graph_url to bolt://HOST:PORT")
        found = asked.store.read_cypher(typed.query, parameters, view=graph_name(asked.view), limit=typed.limit)
    if typed.json:
        answer = {"columns": list(found.columns), "rows": [list(row) for row in found.rows], "truncated": found.truncated}
        print(to_line({"status": status_document(asked.status)} | answer))
    else:
        print("\t".join(map(one_line, found.columns)))
        for row in found.rows:
            print("\t".join(one_line(value if isinstance(value, str) else json.dumps(value)) for value in row))
        sys.stdout.flush()
        print(f"{len(found.rows):,} rows", file=sys.stderr)
        if found.truncated:
            print(cap_line(Cap("rows", typed.limit)), file=sys.stderr)
        print(status_line([asked.status]), file=sys.stderr)
    return 0 if found.rows else 1


def _parameter(text: str) -> tuple[str, Any]:
    """Read ``NAME=VALUE``. Raises ``QueryError``."""
    name, sign, value = text.partition("=")
    if not sign or not name.isidentifier():
        raise QueryError(f"{text!r} is no parameter; write NAME=VALUE, e.g. --param handle=src/app.py#Flask.run")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value
