"""The graph in a Neo4j server: the only module that imports its driver.

What a view looks like there, for readers of Cypher: ``(:View {name, generation, edition})``, where the name is ``INDEX/VIEW``, as several
indexes may share a server; its nodes ``(:Node {view: EDITION, handle, kind, …})``, and relationships whose type is the edge's kind in
capitals. ``graph/neo4j_write.py`` says how a view moves on.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from logging import NullHandler, getLogger
from tempfile import SpooledTemporaryFile
from typing import Any, LiteralString, TypeVar, cast
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from neo4j import READ_ACCESS, GraphDatabase, ManagedTransaction, exceptions, unit_of_work
from neo4j.graph import Node as StoredNode
from neo4j.graph import Path as StoredPath
from neo4j.graph import Relationship as StoredEdge

from graph.columns import AnyGraph
from graph.cypher import CypherRows, check_plan
from graph.model import Edge, EdgeKind, Evidence, FileGraph, Handle, Node
from graph.neo4j_rows import EDGE_VALUES, NODE_VALUES, Row, batches, decode, edge_from, encode, handle_of, key, node_from, relationship
from graph.neo4j_schema import prepare
from graph.neo4j_write import ONE_TRANSACTION, Run, ViewState, Writer, files_of, lock_view, run_of_files, view_state
from ingest.errors import CodeloreError, QueryError, StoreBusyError, StoreError, StoreFullError

_CONNECT_SECONDS = 10.0
getLogger("neo4j").addHandler(NullHandler())  # what is tried again is no news for a terminal; a program that logs still gets it
_BATCH = 5_000
_SPOOL_BYTES = 64 << 20

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Neo4jLimits:
    """What one store asks of the server, and how long it waits for it."""

    seconds: float = 600.0
    """The server ends a transaction that takes longer."""
    retry_seconds: float = 15.0
    """How long a transaction is tried again that met another's lock, or a server that is away."""
    one_transaction: int = ONE_TRANSACTION
    """A change of more nodes and edges is loaded aside, in batches."""


class Neo4jGraphStore:
    """Graphs of views in one Neo4j database. Threads may share it."""

    def __init__(self, url: str, *, user: str = "", password: str = "", index: str = "", limits: Neo4jLimits | None = None) -> None:
        """Connect to ``url`` (``bolt://`` or ``neo4j://``, with ``+s`` for TLS; its path names a database), and make what is missing there.

        A user and password in the address win over the arguments; no message shows them. ``index`` tells whose views these are: those of
        another one may have the same names. Raises ``StoreError`` when the server cannot be used.
        """
        self._index = index
        parts = urlsplit(url)
        self.address = _without_secrets(parts)
        self._database = unquote(parts.path.strip("/")) or None
        self.place = f"{self.address}/{self._database or ''}"
        self._limits = limits or Neo4jLimits()
        login = (unquote(parts.username or "") or user, unquote(parts.password or "") or password)
        with self._asking():
            self._driver: Any = cast("Any", GraphDatabase).driver(
                self.address,
                auth=login if any(login) else None,
                connection_timeout=_CONNECT_SECONDS,
                connection_acquisition_timeout=_CONNECT_SECONDS + 5,
                max_transaction_retry_time=self._limits.retry_seconds,
                notifications_min_severity="OFF",
                telemetry_disabled=True,
            )
        try:
            with self._asking():
                self._driver.verify_connectivity()  # at once, where a transaction would be tried again for a while
            prepare(self)
        except BaseException:
            self._driver.close()
            raise
        self._writer = Writer(self, one_transaction=self._limits.one_transaction)

    # Transactions

    def read(self, work: Callable[[Run], T]) -> T:
        """Run ``work`` in one read transaction, again when the server says that it may be tried again."""
        return self._transact("execute_read", work)

    def write(self, work: Callable[[Run], T]) -> T:
        """Run ``work`` in one write transaction, again when the server says that it may be tried again."""
        return self._transact("execute_write", work)

    def _transact(self, how: str, work: Callable[[Run], T]) -> T:
        def managed(transaction: ManagedTransaction) -> T:
            def run(query: str, **parameters: object) -> list[Any]:
                return [record[0] for record in transaction.run(cast("LiteralString", query), parameters)]

            return work(run)

        with self._asking(), self._driver.session(database=self._database) as session:
            return getattr(session, how)(unit_of_work(timeout=self._limits.seconds)(managed))

    @contextmanager
    def _asking(self) -> Generator[None]:
        try:
            yield
        except (exceptions.GqlError, OSError) as error:
            raise translate(error, self.address, self._limits.seconds) from error

    def _whole(self, view: str, work: Callable[[Run, int], T], empty: T) -> T:
        """Read what belongs to one generation. When a writer came between, read again while no writer may."""
        view = self._named(view)

        def look(run: Run) -> tuple[T, bool]:
            before = view_state(run, view)
            if before.edition is None:
                return empty, True
            try:
                found = work(run, before.edition)
            except (exceptions.GqlError, OSError):
                raise
            except Exception:  # what a writer has half deleted can have any shape; a fault of our own comes back below
                return empty, False
            return found, before.pending is None and view_state(run, view) == before

        def look_alone(run: Run) -> T:
            state = lock_view(run, view)
            return empty if state.edition is None else work(run, state.edition)

        found, clean = self.read(look)
        return found if clean else self.write(look_alone)

    # The protocol

    def generation(self, view: str) -> int:
        """Return the newest whole generation of a view, 0 for none."""
        return self._state(view).generation

    def _state(self, view: str) -> ViewState:
        return self.read(lambda run: view_state(run, self._named(view)))

    def _named(self, view: str) -> str:
        """Return what a view is called in the server."""
        return f"{self._index}/{view}"

    def count_views(self) -> Counter[str]:
        """Return how many views each index has in this server."""
        return Counter(decode(name).partition("/")[0] for name in self.read(lambda run: run("MATCH (v:View) RETURN v.name")))

    def replace(self, view: str, files: Iterable[AnyGraph], *, removed: Collection[str] = (), generation: int) -> None:
        """Replace the graphs of these files, drop those of the removed ones, and make this the view's generation, all at once.

        Raises ``ValueError`` when ``generation`` is not above the view's, ``StoreBusyError`` when another writer was faster.
        """
        base = self._state(view)
        if generation <= base.generation:
            raise ValueError(f"generation {generation} of {view!r} is not above {base.generation}, the view's")
        graphs = (each if isinstance(each, FileGraph) else each.decode() for each in files)
        self._writer.replace(self._named(view), base, graphs, removed, generation, lambda gone: self._files(view, gone))

    def fork(self, view: str, of: str) -> bool:
        """Let a view that has no graph begin with another's; return whether that one had any."""
        if self.generation(view) or not self.generation(of):
            return False
        self.replace(view, self.files(of), generation=1)
        return True

    def drop(self, view: str) -> None:
        """Forget a view; nothing happens when there is none of that name."""
        self._writer.drop(self._named(view))

    def files(self, view: str) -> Iterator[FileGraph]:
        """Yield the graph of every file, in order of path."""
        return self._files(view, ())

    def _files(self, view: str, gone: Collection[str]) -> Iterator[FileGraph]:
        """Yield all graphs but these. They wait in a temporary file, so that a slow reader holds up nobody and sees one generation."""
        skipped = {key(each) for each in gone}
        with SpooledTemporaryFile(_SPOOL_BYTES, "w+", encoding="ascii") as spool:

            def work(run: Run, edition: int) -> None:
                spool.seek(0)
                spool.truncate()
                for path, nodes, edges in _file_rows(run, edition, skipped):
                    spool.write(json.dumps([path, nodes, edges]) + "\n")

            self._whole(view, work, None)
            spool.seek(0)
            for line in spool:
                path, nodes, edges = json.loads(line)
                yield FileGraph(decode(path), [node for row in nodes if (node := node_from(row))], [edge_from(row) for row in edges])

    def nodes(self, view: str, handles: Iterable[Handle]) -> dict[Handle, Node]:
        """Return those of the nodes that exist."""
        wanted = [*dict.fromkeys(key(each) for each in handles)]
        query = f"UNWIND $handles AS h MATCH (n:Node {{view: $view, handle: h}}) WHERE n.kind IS NOT NULL RETURN {NODE_VALUES}"

        def work(run: Run, edition: int) -> list[Row]:
            return [row for batch in batches(wanted, _BATCH) for row in run(query, view=edition, handles=batch)]

        rows = self._whole(view, work, []) if wanted else []
        return {handle_of(row): node for row in rows if (node := node_from(row))}

    def find(self, view: str, name: str, *, limit: int = 50) -> Sequence[Node]:
        """Return nodes by handle, qualified name, name, path or the end of the qualified name: what the first of these ways finds."""
        end = key(name.rpartition(".")[2])
        ends = "coalesce(n.full[2], n.qualified_name) ENDS WITH $suffix"
        ways = [
            *(f"MATCH (n:Node {{view: $view, {each}: $name}})" for each in ("handle", "qualified_name", "name", "path")),
            f"CALL () {{ MATCH (n:Node {{view: $view, name: $end}}) WHERE n.tail IS NULL AND {ends} RETURN n "
            f"UNION MATCH (n:Node {{view: $view, tail: $end}}) WHERE {ends} RETURN n }} WITH n",
        ]
        values = {"name": key(name), "end": end, "suffix": encode(f".{name}"), "limit": max(limit, 0)}

        def work(run: Run, edition: int) -> list[Row]:
            for defined in ("n.path IS NOT NULL", "n.path IS NULL AND n.kind IS NOT NULL"):
                for way in ways:
                    rows = run(f"{way} WHERE {defined} RETURN {NODE_VALUES} ORDER BY n.handle LIMIT $limit", view=edition, **values)
                    if rows:
                        return rows
            return []

        rows = self._whole(view, work, []) if name else []
        return [node for row in rows if (node := node_from(row))]

    def edges_from(
        self, view: str, handles: Iterable[Handle], *, kinds: Collection[EdgeKind] = (), evidence: Collection[Evidence] = ()
    ) -> Iterator[Edge]:
        """Yield edges whose source is one of the handles; no kinds or evidence means all."""
        return self._edges(view, "a", handles, kinds, evidence)

    def edges_to(
        self, view: str, handles: Iterable[Handle], *, kinds: Collection[EdgeKind] = (), evidence: Collection[Evidence] = ()
    ) -> Iterator[Edge]:
        """Yield edges whose target is one of the handles; no kinds or evidence means all."""
        return self._edges(view, "b", handles, kinds, evidence)

    def _edges(
        self, view: str, end: str, handles: Iterable[Handle], kinds: Collection[EdgeKind], evidence: Collection[Evidence]
    ) -> Iterator[Edge]:
        wanted = [*dict.fromkeys(key(each) for each in handles)]
        types = "|".join(sorted(map(relationship, kinds)))
        query = (
            f"UNWIND $handles AS h MATCH ({end}:Node {{view: $view, handle: h}}) MATCH (a)-[r{':' + types if types else ''}]->(b) "
            f"WHERE size($evidence) = 0 OR r.evidence IN $evidence RETURN {EDGE_VALUES}"
        )
        values = sorted(each.value for each in evidence)

        def work(run: Run, edition: int) -> list[Row]:
            return [row for batch in batches(wanted, _BATCH) for row in run(query, view=edition, handles=batch, evidence=values)]

        return map(edge_from, self._whole(view, work, []) if wanted else [])

    def close(self) -> None:
        """Release the connection."""
        self._driver.close()

    # Cypher

    def read_cypher(
        self, query: str, parameters: Mapping[str, Any] | None = None, *, view: str = "", limit: int = 1_000, seconds: float = 30.0
    ) -> CypherRows:
        """Run a query that only reads. ``$view`` in it is the number that the view's nodes have in their property ``view``.

        It is refused when its plan would write, call a procedure that is not on the list or look outside the graph, and runs in a session
        that may not write. At most ``limit`` rows, ``seconds`` in the server. Raises ``QueryError``.
        """
        edition = self._state(view).edition if view else None
        values = {"view": edition} | dict(parameters or {}) if view else dict(parameters or {})

        try:
            with (
                self._driver.session(database=self._database, default_access_mode=READ_ACCESS, fetch_size=limit + 1) as session,
                session.begin_transaction(timeout=seconds) as transaction,  # not tried again: a query that is too large stays so
            ):
                summary = transaction.run(f"EXPLAIN {query}", values).consume()
                check_plan(summary.query_type, summary.plan)
                result = transaction.run(query, values)
                columns = list(result.keys())
                records = result.fetch(limit + 1)
                result.consume()
                return CypherRows(
                    columns, [[_plain(value) for value in record.values()] for record in records[:limit]], len(records) > limit
                )
        except exceptions.GqlError as error:
            raise _translate_query(error, self.address, seconds) from error


def translate(error: Exception, address: str, seconds: float) -> CodeloreError:
    """Return our error for one of the driver's: what could not be done, and what to do."""
    code, text = str(getattr(error, "code", None) or ""), str(getattr(error, "message", None) or error)
    said = f"Neo4j at {address}"
    for part, kind, advice in _BY_CODE:
        if part in code:
            return kind(f"{said} {advice.format(seconds=seconds)}")
    if "No space left" in text or "disk full" in text.lower():
        return StoreFullError(f"{said} has no space left on its disk: free some there, and run the command again")
    for classes, kind, advice in _BY_CLASS:
        if isinstance(error, classes):
            return kind(f"{said} {advice} ({text})")
    return StoreError(f"{said} could not do what it was asked: {text}. Look into the server's log")


def _translate_query(error: exceptions.GqlError, address: str, seconds: float) -> CodeloreError:
    """Return our error for a query that a user wrote: its mistakes are the user's, all else the server's."""
    code = str(getattr(error, "code", None) or "")
    if code.startswith(("Neo.ClientError.Statement", "Neo.ClientError.Procedure", "Neo.ClientError.Schema")):
        return QueryError(f"the query cannot be run: {getattr(error, 'message', error)}")
    if "TransactionTimedOut" in code or "Transaction.Terminated" in code:
        return QueryError(f"the query was ended after {seconds:g} s. Ask for less, or allow more time")
    return translate(error, address, seconds)


_BY_CODE: tuple[tuple[str, type[CodeloreError], str], ...] = (
    (
        "Security.CredentialsExpired",
        StoreError,
        "wants the password to be changed before anything else: ALTER CURRENT USER SET PASSWORD FROM '…' TO '…' on its database system",
    ),
    (
        "Security.AuthenticationRateLimit",
        StoreBusyError,
        "refuses to log in for a while, after too many wrong passwords: wait, then give the right one",
    ),
    (
        "Security.Unauthorized",
        StoreError,
        "refuses the user or the password: set CODELORE_GRAPH_USER and CODELORE_GRAPH_PASSWORD (or graph_user and graph_password)",
    ),
    ("Security.", StoreError, "does not let this user do that: give the user the right to read, write and make indexes"),
    (
        "OutOfMemory",
        StoreError,
        "ran out of memory for a transaction: raise server.memory.heap.max_size or dbms.memory.transaction.total.max there",
    ),
    ("TransactionTimedOut", StoreBusyError, "ended the transaction after {seconds:g} s: try again when it has less to do"),
    ("Transaction.Terminated", StoreBusyError, "ended the transaction, because somebody told it to: run the command again"),
    ("Transaction.LockClientStopped", StoreBusyError, "ended the transaction while it waited for another: run the command again"),
    ("Database.DatabaseNotFound", StoreError, "has no database of that name: the path of the address names it, and may be left out"),
    ("General.WriteOnReadOnlyAccessDatabase", StoreError, "only reads this database: connect to a server that may write it"),
)
"""A part of the server's code, our error, and what it says behind the server's name. The first that fits counts."""

_BY_CLASS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], type[CodeloreError], str], ...] = (
    (exceptions.AuthError, StoreError, "refuses to log this user in: set CODELORE_GRAPH_USER and CODELORE_GRAPH_PASSWORD"),
    (
        exceptions.IncompleteCommit,
        StoreError,
        "was lost while it committed, so the change may have been made or not: run the command again",
    ),
    (exceptions.ConnectionPoolError, StoreBusyError, "has no connection left for this one: try again when it has less to do"),
    (
        (exceptions.ServiceUnavailable, exceptions.SessionExpired, OSError),
        StoreError,
        "cannot be reached: start it (docker compose up -d neo4j), or correct CODELORE_GRAPH_URL",
    ),
    (
        exceptions.ConfigurationError,
        StoreError,
        "cannot be connected to in this way: correct CODELORE_GRAPH_URL, e.g. bolt://localhost:7687",
    ),
    (exceptions.TransientError, StoreBusyError, "was too busy, however often it was tried: run the command again"),
)


def _file_rows(run: Run, edition: int, skipped: Collection[str]) -> Iterator[tuple[str, list[Row], list[Row]]]:
    """Yield (whole path, node rows, edge rows) of an edition's files in order of path."""
    listed = run(
        "MATCH (f:FileGraph) WHERE f.view = $view AND f.path IS NOT NULL RETURN [coalesce(f.full, f.path), f.path, coalesce(f.size, 1)]",
        view=edition,
    )
    waiting = sorted((row for row in listed if row[1] not in skipped), key=lambda row: decode(row[0]))
    while waiting:
        size = taken = 0
        while taken < len(waiting) and size < _BATCH:
            size += 1 + waiting[taken][2]
            taken += 1
        part, waiting = waiting[:taken], waiting[taken:]
        nodes: dict[str, list[Row]] = {row[1]: [] for row in part}
        edges: dict[str, list[Row]] = {row[1]: [] for row in part}
        paths, named, _ = files_of(run, edition, [*nodes])
        mine = "WITH DISTINCT a AS n, p WHERE n.path IS NOT NULL AND coalesce(n.origin, n.path) = p "
        for path, row in run_of_files(run, edition, paths, named, f"{mine} RETURN [p, {NODE_VALUES}]"):
            nodes[path].append(row)
        for path, row in run(
            f"UNWIND $paths AS p MATCH (n:Shadowed {{view: $view, owner: p}}) RETURN [p, {NODE_VALUES}]", view=edition, paths=paths
        ):
            nodes[path].append(row)
        drawn = f"MATCH (a)-[r]->(b) WHERE coalesce(r.origin, r.path) = p RETURN [p, {EDGE_VALUES}]"
        for path, row in run_of_files(run, edition, paths, named, drawn):
            edges[path].append(row)
        for whole, path, _ in part:
            yield whole, nodes[path], edges[path]


def _without_secrets(parts: SplitResult) -> str:
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], "", parts.query, ""))


def _plain(value: object) -> Any:  # what JSON can hold has no narrower type
    """Return a value of a record as JSON can hold it."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return decode(value)
    if isinstance(value, StoredNode):
        return {"labels": sorted(value.labels), "properties": _plain(dict(value.items()))}
    if isinstance(value, StoredEdge):
        return {"type": value.type, "properties": _plain(dict(value.items()))}
    if isinstance(value, StoredPath):
        steps: list[Any] = [value.start_node]
        for step, node in zip(value.relationships, value.nodes[1:], strict=True):
            steps += [step, node]
        return _plain(steps)
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in cast("Mapping[Any, Any]", value).items()}
    if isinstance(value, bytes | bytearray):
        return value.hex()
    if isinstance(value, list | tuple):
        return [_plain(each) for each in cast("list[Any]", value)]
    return str(value)
