"""Writing graphs to the embedded store.

A small change is one transaction. A large one is staged in several, under a view that nobody reads, so that another writer of the database
waits for one of them only, and is published in one. What a killed writer has staged goes with the next write to its view.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain
from sqlite3 import Connection

from graph.columns import decode_edges, decode_nodes, encode_edges, encode_nodes, keys, outside_keys, target_key
from graph.model import EXTERNAL, UNKNOWN, FileGraph, Handle
from ingest.codec import compress
from ingest.database import Database
from ingest.errors import StoreBusyError

BATCH_KEYS = 200_000
"""A transaction is not larger than this many keys and the last file's: about 1 s."""

_FEW_FILES = 500  # beyond, deleting keys row by row is slower than looking at all of them


@dataclass(frozen=True, slots=True)
class _StoredGraph:
    """A file's graph on its way to the database. ``outside`` are the external and unknown handles its edges name."""

    path: bytes
    digest: bytes
    nodes: bytes
    edges: bytes
    keys: set[int]
    outside: list[Handle]


def publish(
    database: Database,
    view: bytes,
    files: Iterable[FileGraph],
    removed: Collection[bytes],
    generation: int,
    *,
    batch_keys: int = BATCH_KEYS,
) -> None:
    """Replace files' graphs and raise the view's generation, all at once. Raises ``ValueError`` when the generation does not rise."""
    with database.read() as read:
        _check_generation(read, view, generation)
    batches = _batches(map(_stored, _distinct(files)), batch_keys)
    first, second = next(batches, list[_StoredGraph]()), next(batches, None)
    if second is not None:
        _publish_staged(database, view, chain((first, second), batches), removed, generation)
        return
    with database.write() as write:
        _check_generation(write, view, generation)
        rows = _Rows(write)
        shown = {rows.add(each) for each in first}
        rows.flush()
        stale = _show(write, view, shown, {*removed, *(each.path for each in first)}, generation)
        if len(stale) <= _FEW_FILES:
            _delete_unshown(write, stale)
            return
    sweep(database)


def _publish_staged(
    database: Database, view: bytes, batches: Iterable[list[_StoredGraph]], removed: Collection[bytes], generation: int
) -> None:
    with database.write() as write:
        write.execute("DELETE FROM graph_view WHERE name = ? AND staging = 1", (view,))
        staging = write.execute(
            "INSERT INTO graph_view (name, staging, generation) VALUES (?, 1, ?) RETURNING id", (view, generation)
        ).fetchone()[0]
    paths = set(removed)
    for batch in batches:
        with database.write() as write:
            _check_staging(write, staging)
            rows = _Rows(write)
            write.executemany("INSERT OR IGNORE INTO graph_shown VALUES (?, ?)", [(staging, rows.add(each)) for each in batch])
            rows.flush()
        paths.update(each.path for each in batch)
    with database.write() as write:
        _check_staging(write, staging)
        _check_generation(write, view, generation)
        shown = {row for (row,) in write.execute("SELECT file_id FROM graph_shown WHERE view_id = ?", (staging,))}
        _show(write, view, shown, paths, generation)
        write.execute("DELETE FROM graph_view WHERE id = ?", (staging,))
    sweep(database)


def drop_view(database: Database, view: bytes) -> None:
    """Forget a view and what it alone shows."""
    with database.write() as write:
        gone = write.execute("DELETE FROM graph_view WHERE name = ?", (view,)).rowcount
    if gone:
        sweep(database)


def sweep(database: Database) -> int:
    """Delete graphs that no view shows; return of how many files."""
    with database.write() as write:
        rows = [row for (row,) in write.execute("SELECT id FROM graph_file WHERE id NOT IN (SELECT file_id FROM graph_shown)")]
        if len(rows) <= _FEW_FILES:
            _delete_unshown(write, rows)
        else:
            write.executemany("DELETE FROM graph_file WHERE id = ?", ((row,) for row in rows))
            write.execute("DELETE FROM graph_key WHERE file_id NOT IN (SELECT id FROM graph_file)")
        if rows:
            write.execute("DELETE FROM graph_outside WHERE NOT EXISTS (SELECT 1 FROM graph_key WHERE key = mention)")
    return len(rows)


class _Rows:
    """Adds graphs to the tables within one transaction. Keys are gathered and go in sorted: in random order they take twice as long."""

    def __init__(self, write: Connection) -> None:
        self._write = write
        self._keys: list[tuple[int, int]] = []
        self._outside: set[Handle] = set()

    def add(self, graph: _StoredGraph) -> int:
        """Return the row of a graph, made if new."""
        row = self._write.execute("SELECT id FROM graph_file WHERE path = ? AND hash = ?", (graph.path, graph.digest)).fetchone()
        if row:
            return int(row[0])
        number = self._write.execute(
            "INSERT INTO graph_file (path, hash, nodes, edges) VALUES (?, ?, ?, ?)", (graph.path, graph.digest, graph.nodes, graph.edges)
        ).lastrowid
        assert number is not None
        self._keys += [(key, number) for key in graph.keys]
        self._outside.update(graph.outside)
        return number

    def flush(self) -> None:
        """Write what was gathered."""
        self._keys.sort()
        self._write.executemany("INSERT INTO graph_key VALUES (?, ?)", self._keys)
        rows = (
            (key, handle.encode("utf-8", "surrogatepass"), target_key(handle)) for handle in self._outside for key in outside_keys(handle)
        )
        self._write.executemany("INSERT OR IGNORE INTO graph_outside VALUES (?, ?, ?)", sorted(rows))


def _stored(graph: FileGraph) -> _StoredGraph:
    nodes, edges = encode_nodes(graph.nodes), encode_edges(graph.edges)
    sources, targets = {each.source for each in graph.edges}, {each.target for each in graph.edges}
    return _StoredGraph(
        path=graph.path.encode("utf-8", "surrogatepass"),
        digest=blake2b(nodes + edges, digest_size=16).digest(),
        nodes=compress(nodes),
        edges=compress(edges),
        keys=keys(graph.path, graph.nodes, sources, targets),
        outside=[each for each in sources | targets if each.startswith((EXTERNAL, UNKNOWN))],
    )


def _distinct(files: Iterable[FileGraph]) -> Iterator[FileGraph]:
    seen: set[str] = set()
    for each in files:
        if each.path in seen:
            raise ValueError(f"two graphs of {each.path} in one generation")
        seen.add(each.path)
        yield each


def _batches(graphs: Iterable[_StoredGraph], most: int) -> Iterator[list[_StoredGraph]]:
    batch: list[_StoredGraph] = []
    size = 0
    for each in graphs:
        batch.append(each)
        size += len(each.keys) + 1
        if size > most:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _check_generation(read: Connection, view: bytes, generation: int) -> None:
    row = read.execute("SELECT generation FROM graph_view WHERE name = ? AND staging = 0", (view,)).fetchone()
    current = row[0] if row else 0
    if generation <= current:
        raise ValueError(f"the graph's generation is {current} already; {generation} is not above it")


def _check_staging(read: Connection, staging: int) -> None:
    if read.execute("SELECT 1 FROM graph_view WHERE id = ?", (staging,)).fetchone() is None:
        raise StoreBusyError("could not publish the graph: another process writes the same view's. Try again when it is done")


def _show(write: Connection, view: bytes, shown: set[int], paths: Iterable[bytes], generation: int) -> list[int]:
    """Let the view show these rows at these paths and nothing else there; return the rows that it shows no more."""
    write.execute("INSERT OR IGNORE INTO graph_view (name, staging, generation) VALUES (?, 0, 0)", (view,))
    view_id = write.execute("SELECT id FROM graph_view WHERE name = ? AND staging = 0", (view,)).fetchone()[0]
    before = {
        row
        for path in paths
        for (row,) in write.execute(
            "SELECT id FROM graph_file JOIN graph_shown ON file_id = id WHERE path = ? AND view_id = ?", (path, view_id)
        )
    }
    stale = sorted(before - shown)
    write.executemany("DELETE FROM graph_shown WHERE view_id = ? AND file_id = ?", ((view_id, row) for row in stale))
    write.executemany("INSERT INTO graph_shown VALUES (?, ?)", ((view_id, row) for row in sorted(shown - before)))
    write.execute("UPDATE graph_view SET generation = ? WHERE id = ?", (generation, view_id))
    return stale


def _delete_unshown(write: Connection, rows: Iterable[int]) -> None:
    """Delete those of the rows that no view shows, and their keys."""
    for number in rows:
        if write.execute("SELECT 1 FROM graph_shown WHERE file_id = ?", (number,)).fetchone():
            continue
        path, nodes, edges = write.execute("DELETE FROM graph_file WHERE id = ? RETURNING path, nodes, edges", (number,)).fetchone()
        gone = keys(path.decode("utf-8", "surrogatepass"), decode_nodes(nodes), *decode_edges(edges).ends())
        write.executemany("DELETE FROM graph_key WHERE key = ? AND file_id = ?", ((key, number) for key in sorted(gone)))
