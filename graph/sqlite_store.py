"""The embedded graph store, in the database that holds the truth.

A file's graph is one row, addressed by path and content, whichever views show it: a second worktree costs a few bytes a file. What points
into a file from elsewhere is found by 32-bit keys (``graph/columns.py``) that say which rows to look into.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from sqlite3 import Connection
from typing import TypeVar

from graph.columns import (
    AnyGraph,
    EdgeColumns,
    NodeColumns,
    decode_edges,
    decode_nodes,
    defined_key,
    name_keys,
    own_path,
    path_key,
    source_key,
    target_key,
)
from graph.model import Edge, EdgeKind, Evidence, FileGraph, Handle, Node, outside_node
from graph.sqlite_writer import BATCH_KEYS, drop_view, fork_view, publish, sweep
from ingest.database import Database
from ingest.errors import StoreError

T = TypeVar("T")

_EAGER_FILES = 64  # an answer from so few files is read at once (1 ms); for more a connection of its own holds the state still
_CACHED_FILES = 1_024  # about 20 MB

_OWN = "SELECT file_id FROM graph_path JOIN graph_shown ON path_id = id WHERE path = ? AND view_id = ?"
_KEYED = "SELECT file_id FROM graph_key CROSS JOIN graph_shown USING (path_id) WHERE key = ? AND view_id = ?"
_KEYED_MANY = (
    "SELECT graph_key.key, file_id FROM json_each(?) AS asked CROSS JOIN graph_key ON graph_key.key = asked.value"
    " CROSS JOIN graph_shown USING (path_id) WHERE view_id = ?"
)
_FEW = 50
"""Handles that are looked up one by one: with a statement for each, 20,000 took 0.2 s."""


class SqliteGraphStore:
    """Graphs of views in SQLite. One per thread; any number of processes."""

    place = ""

    def __init__(self, database: Database, *, batch_keys: int = BATCH_KEYS) -> None:
        self._database = database
        self._batch_keys = batch_keys
        self._owned = False
        self._nodes_of = lru_cache(_CACHED_FILES)(self._load_nodes)  # a row never changes, and its id is never used again
        self._edges_of = lru_cache(_CACHED_FILES)(self._load_edges)

    @classmethod
    def open(cls, path: Path) -> SqliteGraphStore:
        """Open the database at ``path``, made if new; ``close`` closes it. Raises ``StoreError`` when that cannot be done."""
        store = cls(Database(path))
        store._owned = True
        return store

    def generation(self, view: str) -> int:
        """Return the newest whole generation of a view, 0 for none."""
        with self._database.read() as read:
            return _view(read, view)[1]

    def replace(self, view: str, files: Iterable[AnyGraph], *, removed: Collection[str] = (), generation: int) -> None:
        """Replace the graphs of these files, drop those of the removed ones, and make this the view's generation, all at once.

        Raises ``ValueError`` when ``generation`` is not above the view's.
        """
        publish(self._database, _bytes(view), files, {_bytes(path) for path in removed}, generation, batch_keys=self._batch_keys)

    def fork(self, view: str, of: str) -> bool:
        """Let a view that has no graph begin with another's; return whether that one had any."""
        return fork_view(self._database, _bytes(view), _bytes(of))

    def drop(self, view: str) -> None:
        """Forget a view; nothing happens when there is none of that name."""
        drop_view(self._database, _bytes(view))

    def sweep(self) -> int:
        """Delete graphs that no view shows, such as a killed writer left behind; return how many files they were of."""
        return sweep(self._database)

    def shown(self, view: str) -> tuple[int, set[int]]:
        """Return a view's generation and the numbers of its rows. A number means one state of one file, for good."""
        with self._database.read() as read:
            view_id, generation = _view(read, view)
            return generation, {number for (number,) in read.execute("SELECT file_id FROM graph_shown WHERE view_id = ?", (view_id,))}

    def columns(self, numbers: Iterable[int]) -> Iterator[tuple[int, EdgeColumns]]:
        """Yield rows of ``shown`` and their edges; rows that have gone since are left out."""
        for number in numbers:
            with self._database.read() as read:
                row = read.execute("SELECT edges FROM graph_file WHERE id = ?", (number,)).fetchone()
            if row:
                yield number, self._sound(decode_edges, row[0])

    def files(self, view: str) -> Iterator[FileGraph]:
        """Yield the graph of every file, in order of path."""
        with closing(Database(self._database.path, busy_seconds=self._database.busy_seconds)) as database, database.read() as read:
            rows = read.execute(
                "SELECT path, nodes, edges FROM graph_shown JOIN graph_path ON graph_path.id = graph_shown.path_id"
                " JOIN graph_file ON graph_file.id = file_id WHERE view_id = ? ORDER BY path",
                (_view(read, view)[0],),
            )
            for path, nodes, edges in rows:
                yield FileGraph(_text(path), self._sound(decode_nodes, nodes).all(), self._sound(decode_edges, edges).all())

    def nodes(self, view: str, handles: Iterable[Handle]) -> dict[Handle, Node]:
        """Return those of the nodes that exist. External and unknown nodes exist once an edge names them."""
        with self._database.read() as read:
            view_id, _ = _view(read, view)
            asked = list(dict.fromkeys(handles))
            defined = self._all_defined(read, view_id, asked)
            found = {handle: defined.get(handle) or self._outside(read, view_id, handle) for handle in asked}
        return {handle: node for handle, node in found.items() if node}

    def _defined(self, read: Connection, view_id: int, handle: str) -> Node | None:
        return self._all_defined(read, view_id, [handle]).get(handle)

    def _all_defined(self, read: Connection, view_id: int, handles: Sequence[str]) -> dict[str, Node]:
        """Return nodes, each as the first path that defines it has it."""
        of_rows: dict[int, set[str]] = {}
        for handle, row in _rows_of(read, view_id, handles, defined_key):
            of_rows.setdefault(row, set()).add(handle)
        found: dict[str, tuple[str, Node]] = {}
        for row, asked in of_rows.items():
            path, nodes = self._nodes_of(row)
            for node in nodes.defined(asked):
                known = found.get(node.handle)
                if known is None or path < known[0]:
                    found[node.handle] = path, node
        return {handle: node for handle, (_, node) in found.items()}

    def _outside(self, read: Connection, view_id: int, handle: Handle) -> Node | None:
        """Return an external or unknown node if an edge names it."""
        node = outside_node(handle)
        named = node and any(self._edges_of(row).names(handle) for row in _rows(read, view_id, handle, target_key(handle)))
        return node if named else None

    def find(self, view: str, name: str, *, limit: int = 50) -> Sequence[Node]:
        """Return nodes whose handle, qualified name, name or path equals ``name``, or whose qualified name ends in ``.name``.

        The first of these ways that finds anything decides, and nodes that files define go before all that only edges name.
        """
        if not name:
            return []
        with self._database.read() as read:
            view_id, _ = _view(read, view)
            if exact := self._defined(read, view_id, name):
                return [exact]
            rows = dict.fromkeys(row for key in (*name_keys(name), path_key(name)) for row in _keyed(read, view_id, key))
            rows.update(dict.fromkeys(_own(read, view_id, name)))
            nodes = [node for row in rows for node in self._nodes_of(row)[1].named(name)]
            if found := _find(nodes, name, limit, lambda handle: self._defined(read, view_id, handle)):
                return found
            known = [node for handle in _outside_handles(read, name) if (node := outside_node(handle))]
            return _find(known, name, limit, lambda handle: self._outside(read, view_id, handle))

    def edges_from(
        self, view: str, handles: Iterable[Handle], *, kinds: Collection[EdgeKind] = (), evidence: Collection[Evidence] = ()
    ) -> Iterator[Edge]:
        """Yield edges whose source is one of the handles; no kinds or evidence means all."""
        asked = frozenset(handles)
        for columns in self._involved(view, asked, source_key):
            yield from columns.select(asked, backwards=False, kinds=kinds, evidence=evidence)

    def edges_to(
        self, view: str, handles: Iterable[Handle], *, kinds: Collection[EdgeKind] = (), evidence: Collection[Evidence] = ()
    ) -> Iterator[Edge]:
        """Yield edges whose target is one of the handles; no kinds or evidence means all."""
        asked = frozenset(handles)
        for columns in self._involved(view, asked, target_key):
            yield from columns.select(asked, backwards=True, kinds=kinds, evidence=evidence)

    def places(
        self,
        view: str,
        handles: Iterable[Handle],
        *,
        backwards: bool,
        kinds: Collection[EdgeKind] = (),
        evidence: Collection[Evidence] = (),
    ) -> Iterator[tuple[EdgeColumns, Sequence[int]]]:
        """Yield the edges of ``edges_from``, or ``edges_to``, as they are kept, and which of each file's they are."""
        asked = frozenset(handles)
        for columns in self._involved(view, asked, target_key if backwards else source_key):
            yield columns, columns.places(asked, backwards=backwards, kinds=kinds, evidence=evidence)

    def _involved(self, view: str, handles: Collection[str], key: Callable[[str], int]) -> Iterator[EdgeColumns]:
        """Yield the edges of files that may have edges at the handles, all of one generation."""
        with self._database.read() as read:
            rows = _all_rows(read, view, handles, key)
            held = [self._edges_of(row) for row in rows] if len(rows) <= _EAGER_FILES else []
        if len(rows) <= _EAGER_FILES:
            yield from held
            return
        with closing(Database(self._database.path, busy_seconds=self._database.busy_seconds)) as database, database.read() as read:
            for row in _all_rows(read, view, handles, key):
                (edges,) = read.execute("SELECT edges FROM graph_file WHERE id = ?", (row,)).fetchone()
                yield self._sound(decode_edges, edges)

    def _load_nodes(self, row: int) -> tuple[str, NodeColumns]:
        with self._database.read() as read:
            path, nodes = read.execute(
                "SELECT path, nodes FROM graph_file JOIN graph_path ON graph_path.id = path_id WHERE graph_file.id = ?", (row,)
            ).fetchone()
        return _text(path), self._sound(decode_nodes, nodes)

    def _load_edges(self, row: int) -> EdgeColumns:
        with self._database.read() as read:
            (edges,) = read.execute("SELECT edges FROM graph_file WHERE id = ?", (row,)).fetchone()
        return self._sound(decode_edges, edges)

    def _sound(self, decode: Callable[[bytes], T], data: bytes) -> T:
        try:
            return decode(data)
        except ValueError as error:
            raise StoreError(f"could not read a graph in {self._database.path}: {error}. Remove the store and index again") from error

    def close(self) -> None:
        """Release the connection, unless it is somebody else's."""
        if self._owned:
            self._database.close()


def _view(read: Connection, view: str) -> tuple[int, int]:
    """Return a view's row and generation, zeros if there is none."""
    row = read.execute("SELECT id, generation FROM graph_view WHERE name = ? AND staging = 0", (_bytes(view),)).fetchone()
    return row or (0, 0)


def _own(read: Connection, view_id: int, path: str) -> Iterator[int]:
    return (row for (row,) in read.execute(_OWN, (_bytes(path), view_id)).fetchall())


def _keyed(read: Connection, view_id: int, key: int) -> Iterator[int]:
    return (row for (row,) in read.execute(_KEYED, (key, view_id)).fetchall())


def _rows(read: Connection, view_id: int, handle: str, key: int) -> Iterator[int]:
    """Return the rows that may know a handle: its own file's, then those that have the key."""
    yield from _own(read, view_id, own_path(handle))
    yield from _keyed(read, view_id, key)


def _all_rows(read: Connection, view: str, handles: Collection[str], key: Callable[[str], int]) -> list[int]:
    view_id, _ = _view(read, view)
    return list(dict.fromkeys(row for _, row in _rows_of(read, view_id, list(handles), key)))


def _rows_of(read: Connection, view_id: int, handles: Sequence[str], key: Callable[[str], int]) -> Iterator[tuple[str, int]]:
    """Yield handles with the rows that may know them: of a few one by one, of many in few statements."""
    if len(handles) < _FEW:
        yield from ((handle, row) for handle in handles for row in _rows(read, view_id, handle, key(handle)))
        return
    by_path: dict[str, list[str]] = {}
    by_key: dict[int, list[str]] = {}
    for handle in handles:
        by_path.setdefault(own_path(handle), []).append(handle)
        by_key.setdefault(key(handle), []).append(handle)
    for path, own in by_path.items():
        yield from ((handle, row) for row in _own(read, view_id, path) for handle in own)
    for found, row in read.execute(_KEYED_MANY, (json.dumps(list(by_key)), view_id)).fetchall():
        yield from ((handle, row) for handle in by_key[found])


def _outside_handles(read: Connection, name: str) -> set[Handle]:
    rows = (row for key in name_keys(name) for row in read.execute("SELECT handle FROM graph_outside WHERE name = ?", (key,)))
    return {Handle(name), *(Handle(_text(handle)) for (handle,) in rows)}


def _find(nodes: Iterable[Node], name: str, limit: int, confirm: Callable[[Handle], Node | None]) -> list[Node]:
    """Try one way after the other; a node counts if ``confirm`` returns one that is found the same way."""
    known = list(nodes)
    ways: tuple[Callable[[Node], bool], ...] = (
        lambda node: node.handle == name,  # an outside node's; a defined one has been found by now
        lambda node: node.qualified_name == name,
        lambda node: node.name == name,
        lambda node: node.path == name,
        lambda node: node.qualified_name.endswith(f".{name}"),
    )
    for way in ways:
        found: list[Node] = []
        for handle in sorted({node.handle for node in known if way(node)}):
            node = confirm(handle)
            if node is not None and way(node):
                found.append(node)
                if len(found) == limit:
                    break
        if found:
            return found
    return []


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")
