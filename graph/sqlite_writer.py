"""Writing graphs to the embedded store.

A small change is one transaction. A large one is staged in several, under a view that nobody reads, so that another writer of the database
waits for one of them only, and is published in one. What a killed writer has staged goes with the next write to its view.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator
from itertools import chain, islice
from sqlite3 import Connection

from graph.columns import AnyGraph, EncodedGraph, decode_edges, decode_nodes, encode_graph, keys, outside_keys, target_key
from graph.model import FileGraph, Handle
from ingest.database import Database
from ingest.errors import StoreBusyError

BATCH_KEYS = 1_000_000
"""A transaction is not larger than this many keys and the last file's: about 3 s, and 50 MB."""

_FEW_FILES = 500  # beyond, deleting keys row by row is slower than looking at all of them


def publish(
    database: Database,
    view: bytes,
    files: Iterable[AnyGraph],
    removed: Collection[bytes],
    generation: int,
    *,
    batch_keys: int = BATCH_KEYS,
) -> None:
    """Replace files' graphs and raise the view's generation, all at once. Raises ``ValueError`` when the generation does not rise."""
    with database.read() as read:
        _check_generation(read, view, generation)
    batches = _batches(map(_encoded, _distinct(files)), batch_keys)
    begun = deque(islice(batches, 2))
    if len(begun) > 1:
        _publish_staged(database, view, chain(_drained(begun), batches), removed, generation)
        return
    first = begun.pop() if begun else []
    with database.write() as write:
        _check_generation(write, view, generation)
        rows = _Rows(write)
        shown = [rows.add(each) for each in first]
        rows.flush()
        gone = _hide(write, view_id := _raise_generation(write, view, generation), {*removed, *(_bytes(each.path) for each in first)})
        write.executemany("INSERT INTO graph_shown VALUES (?, ?, ?)", ((view_id, *row) for row in shown))
        if len(gone) <= _FEW_FILES:
            _delete_unshown(write, gone, rows.known)
            return
    sweep(database)


def _publish_staged(
    database: Database, view: bytes, batches: Iterable[list[EncodedGraph]], removed: Collection[bytes], generation: int
) -> None:
    with database.write() as write:
        write.execute("DELETE FROM graph_view WHERE name = ? AND staging = 1", (view,))
        staging = write.execute(
            "INSERT INTO graph_view (name, staging, generation) VALUES (?, 1, ?) RETURNING id", (view, generation)
        ).fetchone()[0]
    for batch in batches:
        with database.write() as write:
            _check_staging(write, staging)
            rows = _Rows(write)
            write.executemany("INSERT INTO graph_shown VALUES (?, ?, ?)", [(staging, *rows.add(each)) for each in batch])
            rows.flush()
    with database.write() as write:
        _check_staging(write, staging)
        _check_generation(write, view, generation)
        view_id = _raise_generation(write, view, generation)
        _hide(write, view_id, removed)
        write.execute(
            "INSERT OR REPLACE INTO graph_shown SELECT ?, path_id, file_id FROM graph_shown WHERE view_id = ?", (view_id, staging)
        )
        write.execute("DELETE FROM graph_view WHERE id = ?", (staging,))
    sweep(database)


def fork_view(database: Database, view: bytes, of: bytes) -> bool:
    """Show in a view without a graph what another shows; return whether there was anything to show."""
    with database.write() as write:
        row = write.execute("SELECT id FROM graph_view WHERE name = ? AND staging = 0", (of,)).fetchone()
        if row is None or write.execute("SELECT 1 FROM graph_view WHERE name = ? AND staging = 0", (view,)).fetchone():
            return False
        made = write.execute("INSERT INTO graph_view (name, staging, generation) VALUES (?, 0, 1) RETURNING id", (view,)).fetchone()[0]
        write.execute("INSERT INTO graph_shown SELECT ?, path_id, file_id FROM graph_shown WHERE view_id = ?", (made, row[0]))
    return True


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
        if len(rows) > _FEW_FILES:
            write.execute("DELETE FROM graph_file WHERE path_id NOT IN (SELECT path_id FROM graph_shown)")
            write.execute("DELETE FROM graph_key WHERE path_id NOT IN (SELECT path_id FROM graph_file)")
    for at in range(0, len(rows), _FEW_FILES):
        with database.write() as write:
            _delete_unshown(write, rows[at : at + _FEW_FILES], {})
    if rows:
        with database.write() as write:
            write.execute("DELETE FROM graph_path WHERE id NOT IN (SELECT path_id FROM graph_file)")
            write.execute("DELETE FROM graph_outside WHERE NOT EXISTS (SELECT 1 FROM graph_key WHERE key = mention)")
    return len(rows)


class _Rows:
    """Adds graphs to the tables within one transaction. Keys are gathered and go in sorted: in random order they take twice as long."""

    def __init__(self, write: Connection) -> None:
        self._write = write
        self._keys: list[int] = []
        self._outside: set[Handle] = set()
        self.known: dict[int, set[int]] = {}

    def add(self, graph: EncodedGraph) -> tuple[int, int]:
        """Return the path's row and the graph's, made if new."""
        write = self._write
        write.execute("INSERT OR IGNORE INTO graph_path (path) VALUES (?)", (_bytes(graph.path),))
        path = int(write.execute("SELECT id FROM graph_path WHERE path = ?", (_bytes(graph.path),)).fetchone()[0])
        row = write.execute("SELECT id FROM graph_file WHERE path_id = ? AND hash = ?", (path, graph.digest)).fetchone()
        if row:
            return path, int(row[0])
        number = write.execute(
            "INSERT INTO graph_file (path_id, hash, nodes, edges) VALUES (?, ?, ?, ?)", (path, graph.digest, graph.nodes, graph.edges)
        ).lastrowid
        assert number is not None
        others = write.execute("SELECT id, nodes, edges FROM graph_file WHERE path_id = ? AND id != ?", (path, number)).fetchall()
        fresh = set(graph.keys)
        for other, *stored in others:
            # What another state of the file has is there: to look for each key costs more than to decode the file (1.3 and 0.2 ms).
            self.known[other] = _stored_keys(_bytes(graph.path), *stored)
            fresh -= self.known[other]
        if others:
            self.known[number] = set(graph.keys)
        self._keys += [key << 32 | path for key in fresh]
        self._outside.update(graph.outside if not others else (each for each in graph.outside if target_key(each) in fresh))
        return path, number

    def flush(self) -> None:
        """Write what was gathered."""
        self._keys.sort()
        self._write.executemany("INSERT OR IGNORE INTO graph_key VALUES (?, ?)", ((key >> 32, key & 0xFFFFFFFF) for key in self._keys))
        rows = (
            (key, handle.encode("utf-8", "surrogatepass"), target_key(handle)) for handle in self._outside for key in outside_keys(handle)
        )
        self._write.executemany("INSERT OR IGNORE INTO graph_outside VALUES (?, ?, ?)", sorted(rows))


def _encoded(graph: AnyGraph) -> EncodedGraph:
    return encode_graph(graph) if isinstance(graph, FileGraph) else graph


def _distinct(files: Iterable[AnyGraph]) -> Iterator[AnyGraph]:
    seen: set[str] = set()
    for each in files:
        if each.path in seen:
            raise ValueError(f"two graphs of {each.path} in one generation")
        seen.add(each.path)
        yield each


def _drained(batches: deque[list[EncodedGraph]]) -> Iterator[list[EncodedGraph]]:
    """Yield batches and keep none of them in memory."""
    while batches:
        yield batches.popleft()


def _batches(graphs: Iterable[EncodedGraph], most: int) -> Iterator[list[EncodedGraph]]:
    batch: list[EncodedGraph] = []
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


def _raise_generation(write: Connection, view: bytes, generation: int) -> int:
    """Return a view's row, made if new, after setting its generation."""
    return int(
        write.execute(
            "INSERT INTO graph_view (name, staging, generation) VALUES (?, 0, ?)"
            " ON CONFLICT DO UPDATE SET generation = excluded.generation RETURNING id",
            (view, generation),
        ).fetchone()[0]
    )


def _hide(write: Connection, view_id: int, paths: Iterable[bytes]) -> list[int]:
    """Let a view show nothing at these paths; return the rows that it showed there."""
    gone: list[int] = []
    for path in paths:
        hidden = write.execute(
            "DELETE FROM graph_shown WHERE view_id = ? AND path_id = (SELECT id FROM graph_path WHERE path = ?) RETURNING file_id",
            (view_id, path),
        )
        gone += [row for (row,) in hidden.fetchall()]
    return gone


def _delete_unshown(write: Connection, rows: Iterable[int], known: dict[int, set[int]]) -> None:
    """Delete those of the rows that no view shows, and the keys that no other row of the path has; ``known`` are keys of some rows."""
    for number in rows:
        if write.execute("SELECT 1 FROM graph_shown WHERE file_id = ?", (number,)).fetchone():
            continue
        row = write.execute("DELETE FROM graph_file WHERE id = ? RETURNING path_id, nodes, edges", (number,)).fetchone()
        if row is None:
            continue
        path_id, *stored = row
        (path,) = write.execute("SELECT path FROM graph_path WHERE id = ?", (path_id,)).fetchone()
        doomed = set(known[number]) if number in known else _stored_keys(path, *stored)
        others = write.execute("SELECT id, nodes, edges FROM graph_file WHERE path_id = ?", (path_id,)).fetchall()
        for other, *stored in others:
            doomed -= known[other] if other in known else _stored_keys(path, *stored)
        write.executemany("DELETE FROM graph_key WHERE key = ? AND path_id = ?", ((key, path_id) for key in sorted(doomed)))
        if not others:
            write.execute("DELETE FROM graph_path WHERE id = ?", (path_id,))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _stored_keys(path: bytes, nodes: bytes, edges: bytes) -> set[int]:
    return keys(path.decode("utf-8", "surrogatepass"), decode_nodes(nodes).all(), *decode_edges(edges).ends())
