"""How a view in Neo4j moves to its next generation.

Two ways. A change of up to ``ONE_TRANSACTION`` nodes and edges is one transaction on the view's nodes. A larger one, and the first of a
view, is loaded in batches into an *edition* of its own, which nobody reads; one last transaction points the view at it, and the old edition
is deleted. A process or a server that dies leaves the view as it was, and at most an edition that no view points at, which the next writer
sweeps.

Neo4j reads what is committed at that moment, not one state, so a writer first commits ``pending`` on the view: a reader that meets it, or
finds another generation after reading than before, reads again under the view's lock.
"""

from __future__ import annotations

from collections import ChainMap, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Protocol, TypeVar

from graph.model import Edge, EdgeKind, FileGraph, Handle
from graph.neo4j_rows import (
    EDGE_PROPERTIES,
    NODE_PROPERTIES,
    NODE_VALUES,
    Row,
    bare_row,
    batches,
    edge_row,
    file_row,
    handle_of,
    key,
    node_row,
    owner_of,
    relationship,
)
from ingest.errors import StoreBusyError, StoreError

ONE_TRANSACTION = 20_000
BATCH = 10_000
_DELETED_NODES = 1_000
ABANDONED_SECONDS = 3_600

T = TypeVar("T")
Run = Callable[..., list[Any]]
"""Run one query with its parameters inside a transaction; returns the first value of each record."""

_OF_FILES = {
    "own": "UNWIND $paths AS p MATCH (a:Node) WHERE a.view = $view AND a.handle STARTS WITH p + '#' ",
    "named": "UNWIND $named AS pair WITH pair[0] AS p, pair[1] AS handle MATCH (a:Node {view: $view, handle: handle}) ",
}
"""The two ways to the nodes that a file defines or draws edges from."""

_CREATE_FILES = "UNWIND $rows AS r CREATE (:FileGraph {view: $view, path: r[0], size: r[1], others: r[2], full: r[3]})"
_EDITION_PARTS = {"Node": "handle", "Shadowed": "handle", "FileGraph": "path"}  # label, and the second property of an index to find it by


class Transactions(Protocol):
    """What runs work in a managed transaction, again when the server says that it may be tried again."""

    def read(self, work: Callable[[Run], T]) -> T:
        """Run ``work`` in one read transaction."""
        ...

    def write(self, work: Callable[[Run], T]) -> T:
        """Run ``work`` in one write transaction."""
        ...


@dataclass(frozen=True, slots=True)
class ViewState:
    """What a view points at. ``pending`` is the generation that a writer is about to publish, or was when it died."""

    edition: int | None = None
    generation: int = 0
    pending: int | None = None


def view_state(run: Run, view: str) -> ViewState:
    """Read a view's state; the empty one when there is no such view."""
    rows = run("MATCH (v:View {name: $name}) RETURN [v.edition, v.generation, v.pending]", name=key(view))
    return ViewState(*rows[0]) if rows else ViewState()


def lock_view(run: Run, view: str) -> ViewState:
    """Wait until no other transaction writes the view, keep others out until this one ends, and read its state."""
    run("MATCH (v:View {name: $name}) SET v.locked = 0", name=key(view))
    return view_state(run, view)


def files_of(run: Run, edition: int, paths: Sequence[str]) -> tuple[list[str], list[tuple[str, str]], int]:
    """Return those of the files (by key) that exist, the (file, handle) pairs outside their own range, and how large they are."""
    query = "UNWIND $paths AS p MATCH (f:FileGraph {view: $view, path: p}) RETURN [f.path, f.size, f.others]"
    rows = run(query, view=edition, paths=paths)
    named = [(path, handle) for path, _, others in rows for handle in (path, *(others or ()))]
    return [row[0] for row in rows], named, sum(row[1] for row in rows)


def run_of_files(run: Run, edition: int, paths: Sequence[str], named: Sequence[tuple[str, str]], rest: str) -> Iterator[Any]:
    """Run a query for each way to the nodes ``a`` that the file ``p`` defines or draws edges from."""
    for start in _OF_FILES.values():
        yield from run(start + rest, view=edition, paths=paths, named=[list(pair) for pair in named])


class Update:
    """One transaction that changes some files of an edition."""

    def __init__(self, run: Run, edition: int) -> None:
        self._run = run
        self._edition = edition
        self._left: set[int] = set()

    def _rows(self, query: str, rows: Sequence[Any]) -> Iterator[Any]:
        for batch in batches(rows, BATCH):
            yield from self._run(query, view=self._edition, rows=batch)

    def _do(self, query: str, rows: Sequence[Any]) -> None:
        for _ in self._rows(query, rows):
            pass

    def replace(self, files: Sequence[FileGraph], removed: Collection[str]) -> None:
        """Drop the old graphs of the files and of the removed ones, and store the new ones."""
        defined = self._drop([*{key(each.path) for each in files} | {key(each) for each in removed}])
        defined += [node_row(node, key(graph.path)) for graph in files for node in graph.nodes]
        self.define(defined)
        self._do(_CREATE_FILES, [*map(file_row, files)])
        self._connect(files)
        orphans = "UNWIND $rows AS i MATCH (n:Node) WHERE id(n) = i AND n.path IS NULL AND NOT (n)--() DELETE n"
        self._do(orphans, sorted(self._left))

    def _drop(self, paths: Sequence[str]) -> list[Row]:
        """Delete the edges and nodes of files; return the definitions that step into the place of theirs."""
        paths, named, _ = files_of(self._run, self._edition, paths)
        ends = (
            "MATCH (a)-[r]->(b) WHERE coalesce(r.origin, r.path) = p "
            "WITH r, id(a) AS source, id(b) AS target DELETE r RETURN DISTINCT [source, target]"
        )
        for pair in run_of_files(self._run, self._edition, paths, named, ends):
            self._left.update(pair)
        mine = "WITH a AS n, p WHERE n.path IS NOT NULL AND coalesce(n.origin, n.path) = p RETURN DISTINCT " + NODE_VALUES
        rows: list[Row] = [*run_of_files(self._run, self._edition, paths, named, mine)]
        bare = [bare_row(handle_of(row)) for row in rows]
        undefine = f"UNWIND $rows AS r MATCH (n:Node {{view: $view, handle: r[0]}}) SET n = {NODE_PROPERTIES} RETURN id(n)"
        self._left.update(self._rows(undefine, bare))
        self._do("UNWIND $rows AS p MATCH (n:Shadowed {view: $view, owner: p}) DELETE n", paths)
        others = f"UNWIND $rows AS h MATCH (n:Shadowed {{view: $view, handle: h}}) WITH n, {NODE_VALUES} AS row DELETE n RETURN row"
        promoted = [*self._rows(others, [row[0] for row in rows])]
        self._do("UNWIND $rows AS p MATCH (f:FileGraph {view: $view, path: p}) DELETE f", paths)
        return promoted

    def define(self, rows: Sequence[Row]) -> None:
        """Define nodes. Where several files define one, the first path's row is the node, and the others wait in its shadow."""
        find = f"UNWIND $rows AS h MATCH (n:Node {{view: $view, handle: h}}) WHERE n.path IS NOT NULL RETURN {NODE_VALUES}"
        first: dict[str, Row] = {row[0]: row for row in self._rows(find, [row[0] for row in rows])}
        stored = dict(first)
        shadowed: list[Row] = []
        for row in rows:
            other = first.setdefault(row[0], row)
            if other is row:
                continue
            first[row[0]], loser = (row, other) if owner_of(row) < owner_of(other) else (other, row)
            shadowed.append(loser)
        changed = [row for handle, row in first.items() if stored.get(handle) is not row]
        self._do(f"UNWIND $rows AS r MERGE (n:Node {{view: $view, handle: r[0]}}) SET n = {NODE_PROPERTIES}", changed)
        shadow = f"UNWIND $rows AS r CREATE (n:Shadowed {NODE_PROPERTIES}) SET n.owner = r[11]"
        self._do(shadow, [[*row, owner_of(row)] for row in shadowed])

    def _connect(self, files: Sequence[FileGraph]) -> None:
        batch = _Batch()
        for graph in files:
            batch.add_edges(graph.edges, key(graph.path))
        merge = f"UNWIND $rows AS r MERGE (n:Node {{view: $view, handle: r[0]}}) ON CREATE SET n = {NODE_PROPERTIES} RETURN [r[0], id(n)]"
        create_edges(self._run, batch.edges, dict(self._rows(merge, [*map(bare_row, batch.ends.values())])))


def create_edges(run: Run, edges: Iterable[tuple[EdgeKind, Row]], ids: Mapping[str, int]) -> None:
    """Create edges between nodes named by the server's own ids: a seek by id costs half of one by (view, handle)."""
    rows: dict[EdgeKind, list[Row]] = defaultdict(list)
    for kind, row in edges:
        rows[kind].append([ids[row[0]], ids[row[1]], *row[2:]])
    for kind, each in rows.items():
        query = (
            "UNWIND $rows AS r MATCH (a) WHERE id(a) = r[0] MATCH (b) WHERE id(b) = r[1] "
            f"CREATE (a)-[:{relationship(kind)} {EDGE_PROPERTIES}]->(b)"
        )
        for batch in batches(each, BATCH):
            run(query, rows=batch)


def claim_edition(run: Run, edition: int) -> None:
    """Keep sweepers off an edition until this transaction ends. Raises ``StoreBusyError`` when one has been there."""
    run("MATCH (e:Edition {id: $id}) SET e.locked = 0", id=edition)
    if not run("MATCH (e:Edition {id: $id}) WHERE e.dead IS NULL SET e.touched = timestamp() RETURN e.id", id=edition):
        raise StoreBusyError("another writer of the same view has thrown away what this one had loaded. Run the command again")


@dataclass
class _Batch:
    nodes: list[Row] = field(default_factory=list[Row])
    edges: list[tuple[EdgeKind, Row]] = field(default_factory=list[tuple[EdgeKind, Row]])
    ends: dict[str, Handle] = field(default_factory=dict[str, Handle])
    files: list[Row] = field(default_factory=list[Row])

    def __len__(self) -> int:
        return len(self.nodes) + len(self.edges) + len(self.files)

    def add_edges(self, edges: Iterable[Edge], owner: str) -> None:
        for edge in edges:
            source, target = key(edge.source), key(edge.target)
            self.ends[source], self.ends[target] = edge.source, edge.target
            self.edges.append((edge.kind, edge_row(edge, owner, source, target)))


class Load:
    """Files into an edition that nobody reads yet, one transaction a batch."""

    def __init__(self, transactions: Transactions, edition: int) -> None:
        self._transactions = transactions
        self._edition = edition
        self._ids: dict[str, int] = {}
        self._defined: set[str] = set()

    def load(self, files: Iterable[FileGraph]) -> None:
        """Store all files. What stays in memory is a number for each handle, and one batch."""
        batch = _Batch()
        for graph in files:
            owner = key(graph.path)
            batch.files.append(file_row(graph))
            batch.nodes += [node_row(node, owner) for node in graph.nodes]
            for part in batches(graph.edges, BATCH):
                batch.add_edges(part, owner)
                batch = self._flush(batch, BATCH)
            batch = self._flush(batch, BATCH)
        self._flush(batch, 1)

    def _flush(self, batch: _Batch, least: int) -> _Batch:
        if len(batch) < least:
            return batch
        new = {row[0]: row for row in batch.nodes if row[0] not in self._defined}
        again = [row for row in batch.nodes if new.get(row[0]) is not row]
        known = [[*row, self._ids[at]] for at, row in new.items() if at in self._ids]
        fresh = [row for at, row in new.items() if at not in self._ids]
        fresh += [bare_row(end) for at, end in batch.ends.items() if at not in self._ids and at not in new]

        def work(run: Run) -> dict[str, int]:
            claim_edition(run, self._edition)
            create = f"UNWIND $rows AS r CREATE (n:Node {NODE_PROPERTIES}) RETURN [r[0], id(n)]"
            made: dict[str, int] = dict(row for part in batches(fresh, BATCH) for row in run(create, view=self._edition, rows=part))
            run(f"UNWIND $rows AS r MATCH (n:Node) WHERE id(n) = r[11] SET n = {NODE_PROPERTIES}", view=self._edition, rows=known)
            if again:
                Update(run, self._edition).define(again)
            run(_CREATE_FILES, view=self._edition, rows=batch.files)
            create_edges(run, batch.edges, ChainMap(made, self._ids))
            return made

        self._ids.update(self._transactions.write(work))
        self._defined.update(new)
        return _Batch()


class Writer:
    """Moves views from generation to generation."""

    def __init__(self, transactions: Transactions, *, one_transaction: int) -> None:
        self._transactions = transactions
        self._one_transaction = one_transaction

    def replace(
        self,
        view: str,
        base: ViewState,
        files: Iterable[FileGraph],
        removed: Collection[str],
        generation: int,
        unchanged: Callable[[Collection[str]], Iterable[FileGraph]],
    ) -> None:
        """Publish a generation on top of ``base``. ``unchanged`` yields the view's files except those named by these paths."""
        if base.edition is None:
            self._stage(view, base, files, generation)
            return
        coming = iter(files)
        changed = self._take(coming)
        if self._fits(base.edition, changed, removed):
            self._update(view, base, changed, removed, generation)
            return

        def whole() -> Iterator[FileGraph]:
            gone = set(removed)
            for graph in chain(changed, coming):
                gone.add(graph.path)
                yield graph
            yield from unchanged(gone)

        self._stage(view, base, whole(), generation)

    def _take(self, coming: Iterator[FileGraph]) -> list[FileGraph]:
        """Return all files, or so many that they do not fit into one transaction."""
        taken: list[FileGraph] = []
        size = 0
        for graph in coming:
            taken.append(graph)
            size += len(graph.nodes) + len(graph.edges)
            if size > self._one_transaction:
                break
        return taken

    def _fits(self, edition: int, files: Sequence[FileGraph], removed: Collection[str]) -> bool:
        """Say whether the new and the old graphs of files together fit into one transaction."""
        size = sum(len(each.nodes) + len(each.edges) for each in files)
        paths = [*{key(each.path) for each in files} | {key(each) for each in removed}]
        for part in batches(paths, BATCH):
            if size > self._one_transaction:
                break
            size += self._transactions.read(lambda run, part=part: files_of(run, edition, part))[2]
        return size <= self._one_transaction

    def _update(self, view: str, base: ViewState, files: Sequence[FileGraph], removed: Collection[str], generation: int) -> None:
        def announce(run: Run) -> None:
            _expect(lock_view(run, view), base, view)
            run("MATCH (v:View {name: $name}) SET v.pending = $generation", name=key(view), generation=generation)

        def change(run: Run) -> None:
            _expect(lock_view(run, view), base, view)
            assert base.edition is not None
            Update(run, base.edition).replace(files, removed)
            run("MATCH (v:View {name: $name}) SET v.generation = $generation, v.pending = null", name=key(view), generation=generation)

        self._transactions.write(announce)
        self._transactions.write(change)
        self._sweep_if_it_can(view)

    def _stage(self, view: str, base: ViewState, files: Iterable[FileGraph], generation: int) -> None:
        self.sweep(view)
        edition = self._transactions.write(
            lambda run: run(
                "MATCH (s:Store {id: 1}) SET s.editions = s.editions + 1 "
                "CREATE (e:Edition {id: s.editions, name: $name, touched: timestamp()}) RETURN e.id",
                name=key(view),
            )[0]
        )

        def publish(run: Run) -> None:
            claim_edition(run, edition)
            run("MERGE (v:View {name: $name}) ON CREATE SET v.generation = 0", name=key(view))
            _expect(lock_view(run, view), base, view)
            point = "MATCH (v:View {name: $name}) SET v.edition = $edition, v.generation = $generation, v.pending = null"
            run(point, name=key(view), edition=edition, generation=generation)

        try:
            Load(self._transactions, edition).load(files)
            self._transactions.write(publish)
        except StoreError:  # no server, or a busy one: the next writer sweeps
            raise
        except BaseException:
            self._sweep_if_it_can(view)
            raise
        self._sweep_if_it_can(view)

    def drop(self, view: str) -> None:
        """Forget a view at once, and delete what it held."""
        self._transactions.write(lambda run: run("MATCH (v:View {name: $name}) DELETE v", name=key(view)))
        self.sweep(view)

    def sweep(self, view: str) -> None:
        """Delete editions that no view points at: this view's, and any that nobody has touched for an hour."""
        find = (
            "MATCH (e:Edition) WHERE (e.name = $name OR e.touched < timestamp() - $abandoned) "
            "AND NOT EXISTS { MATCH (v:View) WHERE v.edition = e.id } SET e.dead = true RETURN e.id"
        )
        for edition in self._transactions.write(lambda run: run(find, name=key(view), abandoned=ABANDONED_SECONDS * 1_000)):
            self._delete(edition)

    def _sweep_if_it_can(self, view: str) -> None:
        """Sweep after a write, whose outcome stands: what cannot be deleted now, the next writer deletes."""
        with suppress(StoreError):
            self.sweep(view)

    def _delete(self, edition: int) -> None:
        """Delete an edition's nodes some at a time, their edges before them: one node alone may have more than a transaction can hold."""
        for label, second in _EDITION_PARTS.items():
            nodes = f"MATCH (n:{label}) WHERE n.view = $view AND n.{second} IS NOT NULL WITH n LIMIT {_DELETED_NODES}"

            def some(run: Run, nodes: str = nodes) -> int:
                edges = run(f"{nodes} MATCH (n)-[r]-() WITH DISTINCT r LIMIT $size DELETE r RETURN count(*)", view=edition, size=BATCH)[0]
                return edges or run(f"{nodes} DETACH DELETE n RETURN count(*)", view=edition)[0]

            while self._transactions.write(some):
                pass
        self._transactions.write(lambda run: run("MATCH (e:Edition {id: $id}) DELETE e", id=edition))


def _expect(found: ViewState, base: ViewState, view: str) -> None:
    if (found.edition, found.generation) != (base.edition, base.generation):
        raise StoreBusyError(
            f"another process has moved {view!r} from generation {base.generation} to {found.generation} meanwhile. Run the command again"
        )
