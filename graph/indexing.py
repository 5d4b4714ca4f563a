"""Brings the graph of a view up to date: lowers contents that are new, resolves the files whose edges may have changed, and publishes.

What an edge rests on is written down while it is made (``Standing.rests``): files, and names that other files may come to define. A changed
file is resolved again, and with it every file that rests on it, unless what others can see of it is as before. Last come the files whose
parameters are given something else by calls elsewhere.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from graph.announcing import IMPORT_ROOTS, announced, moved_roots, names_of, only_tells_presence
from graph.columns import AnyGraph
from graph.documents import mentioned
from graph.edge_sources import EdgeSources
from graph.evaluate import PassedCall
from graph.file_edges import FileEdges, between_beside, file_edges_of
from graph.flow import FileFlow
from graph.flow_codec import decode_flow, encode_flow, interface
from graph.flow_store import Calls, Flow, FlowStore, Standing, Unlowered
from graph.graph_state import NOTES, PARTIAL, GraphState
from graph.http.facts import HttpFacts
from graph.http.joining import ROUTES
from graph.http.routes import Routes
from graph.kept_trees import TakeFlows
from graph.model import EdgeKind, FileGraph, Handle, Node
from graph.overlays import StaleOverlays, kept_overlays
from graph.past import Past
from graph.program import Program, build_unit, is_config, lays_out, named_bases
from graph.recursion import allow_deep_recursion, deep_recursion
from graph.reviewed import Review
from graph.store import GraphStore
from graph.surroundings import Surroundings
from ingest.codec import decode_facts, decompress, encode_value
from ingest.database import Database
from ingest.errors import StoreError
from ingest.facts import FactStore
from ingest.model import DocumentId, ParsedFile
from ingest.pool import SILENCE_SECONDS, Crash, WorkerPool

_BATCH_BYTES = 400_000  # of text and facts as they are stored; about 0.3 s of lowering
_FEW_BYTES = 60_000  # so little is lowered before a worker has started
_NOWHERE = Surroundings()
_Progress = Callable[[str, int, int], None]
_Shown = Mapping[str, tuple[DocumentId, str]]


@dataclass(frozen=True, slots=True)
class GraphOutcome:
    """What a run did. ``partial`` are files whose edges are incomplete, each with the reason."""

    files: int
    lowered: int
    resolved: int
    generation: int
    partial: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    """What sources of edges besides the text left out, and what is stale, in words."""


class GraphIndexer:
    """Keeps the graphs of views in one store in step with what the views show."""

    def __init__(self, database: Database, store: GraphStore, *, workers: int = 2, silence_seconds: float = SILENCE_SECONDS) -> None:
        self._facts = FactStore(database)
        self._flows = FlowStore(database)
        self._store = store
        self._state = GraphState(database, store)
        self._workers = workers
        self._silence = silence_seconds

    def update(
        self,
        view: str,
        shown: _Shown,
        *,
        shows: int,
        like: str = "",
        around: Surroundings = _NOWHERE,
        kept: TakeFlows = lambda: (),
        progress: _Progress = lambda phase, done, total: None,
    ) -> GraphOutcome:
        """Bring a view's graph up to date with what the view shows: document and language by path, at the generation ``shows``.

        ``like`` names a view to begin from where this one has no graph: another worktree's, say. ``around`` is what the graph takes from
        outside the index. ``kept`` gives flows that are made elsewhere. Raises ``StoreError``.
        """
        thresholds = gc.get_threshold()
        gc.set_threshold(200_000, 50, 50)  # flows are trees without cycles; the default thresholds double the time
        try:
            with deep_recursion():
                return self._update(view, shown, shows, like, around, kept, progress)
        finally:
            gc.set_threshold(*thresholds)

    def _begin(self, view: str, like: str) -> int:
        """Return the generation of the view's graph, once it has begun with another's where it had none."""
        if self._state.has_graph(view) and self._flows.resolved(view):
            return self._store.generation(view)
        self._flows.drop(view)  # what rests on a graph that is gone, or in another store
        if self._store.generation(view):
            self._store.drop(view)  # of a time before the graph was in another store, or of an index that is gone
        if like and self._state.has_graph(like) and self._store.fork(view, like):
            self._flows.fork(view, like)
        self._state.keep_place(view)
        return self._store.generation(view)

    def _update(
        self, view: str, shown: _Shown, shows: int, like: str, around: Surroundings, kept: TakeFlows, progress: _Progress
    ) -> GraphOutcome:
        generation = self._begin(view, like)
        before = self._flows.standings(view) if generation else {}
        removed = [path for path in before if path not in shown]
        edited = [path for path, (document, _) in shown.items() if path not in before or before[path].document != document]
        if foreign := self._flows.is_foreign(view):
            before = {}
        changed = edited if before else list(shown)
        lowered = self._lower([shown[path][0] for path in changed], kept, progress)
        review, past = Review(self._flows, view, around.lock), Past(self._flows, view, around)
        sources = EdgeSources(self._facts, shown, review, changed=changed, removed=removed)
        run = _Run(self._flows, view, shown, before, changed, removed, sources, self._configs(shown))
        resolved = run.resolve(self._workers, self._silence, progress) if changed or removed or review.changed else ()
        graphs = list(sources.complete(resolved, run.program, partial(self._store.files, view)))
        routes = Routes(self._flows, view, run.http, removed)
        overlays = StaleOverlays(self._flows, view, {*edited, *removed})

        def exists(handle: Handle) -> bool:
            return sources.exists(handle, run.program) or handle in routes.handles

        beside, gone = list(overlays.graphs), [*removed, *overlays.emptied]
        moved = past.changed or bool(removed) or any(path not in before for path in changed)
        if moved or review.has_changed(EdgeKind.CHANGES_WITH):
            beside.append(review.apply(past.graph(shown), exists))
        if routes.changed or foreign or review.has_changed(EdgeKind.HANDLES) or review.has_changed(EdgeKind.REQUESTS):
            graph = review.apply(routes.graph(), exists)
            (beside.append(graph) if graph.edges or graph.nodes else gone.append(ROUTES))
        if graphs or gone or beside or not generation:
            generation += 1
            progress("publishing the graph", 0, 0)
            self._store.replace(view, [*graphs, *beside], removed=gone, generation=generation)
        laid = list(kept_overlays(self._flows, view)) if foreign else []
        self._flows.keep_beside(view, between_beside([*laid, *beside], gone))  # before what says that there is nothing new
        review.forget(removed)
        sources.notes["edges.lock"] = review.notes(exists)
        self._keep(view, sources.notes | routes.notes() | {"history": past.notes, **overlays.notes}, (review, past, overlays, routes))
        between = run.between | {each.path: file_edges_of(each) for each in graphs if isinstance(each, FileGraph)}
        self._flows.stand(view, run.standings, run.calls, removed, generation=shows, between=between)
        resolved_again = {each.path for each in run.standings}
        problems = {path: why for path, why in self._state.partial(view).items() if path in shown and path not in resolved_again}
        problems |= dict(run.partial())
        self._flows.keep(view, PARTIAL, problems or None)
        notes = tuple(self._state.notes(view))
        return GraphOutcome(len(shown), lowered, len(graphs), generation, tuple(sorted(problems.items())), notes)

    def _keep(self, view: str, notes: Mapping[str, list[str]], sources: Iterable[Review | Past | StaleOverlays | Routes]) -> None:
        for source in sources:
            source.keep()
        kept: dict[str, list[str]] = self._flows.note(view, NOTES) or {}
        left = {name: each for name, each in {**kept, **notes}.items() if each}
        self._flows.keep(view, NOTES, left or None)

    def _configs(self, shown: Mapping[str, tuple[DocumentId, str]]) -> dict[str, str]:
        """Return the texts of the files that say how modules are found."""
        documents = {path: document for path, (document, _) in shown.items() if is_config(path)}
        texts = self._facts.texts(set(documents.values())) if documents else {}
        return {path: texts[document].decode("utf-8", "replace") for path, document in documents.items()}

    def _lower(self, documents: Sequence[DocumentId], kept: TakeFlows, progress: _Progress) -> int:
        """Make the flows that are missing; return how many."""
        done = 0
        for some in kept():
            self._flows.add_kept(some)
            done += len(some)
            progress("reading names", done, max(done, len(documents)))
        missing = list(self._flows.missing(documents))
        if not missing:
            return done
        small = sum(len(each.text) + len(each.facts) for each in missing) < _FEW_BYTES
        with WorkerPool[tuple[Unlowered, ...], list[Flow]](
            _make_lowerer, workers=0 if small else self._workers, silence_seconds=self._silence, queued=1
        ) as pool:
            for batch, flows in pool.run(_batches(missing)):
                self._flows.add(self._one_by_one(pool, batch) if isinstance(flows, Crash) else flows)
                done += len(batch)
                progress("reading names", done, max(done, len(documents)))
        return done

    @staticmethod
    def _one_by_one(pool: WorkerPool[tuple[Unlowered, ...], list[Flow]], batch: Sequence[Unlowered]) -> Iterator[Flow]:
        """Lower a batch again that crashed a worker; the content that does it again has symbols and no names."""
        from graph.build import flow_of

        del pool
        with WorkerPool[tuple[Unlowered, ...], list[Flow]](_make_lowerer, workers=1, queued=1) as alone:
            for (each,), flows in alone.run([(each,) for each in batch]):
                if isinstance(flows, Crash):
                    flow = flow_of(_parsed(each), names=False)
                    flow.problem = f"names were not read: {flows.reason}"
                    yield _encoded(each, flow)
                else:
                    yield from flows


class _Run:
    """One resolution of a view: which files, in which order, and what they rest on."""

    def __init__(
        self,
        flows: FlowStore,
        view: str,
        shown: _Shown,
        before: Mapping[str, Standing],
        changed: Sequence[str],
        removed: Sequence[str],
        sources: EdgeSources,
        configs: Mapping[str, str],
    ) -> None:
        self._flows, self._view, self._shown, self._before, self._changed, self._removed = flows, view, shown, before, changed, removed
        self._sources = sources
        languages = {path: language for path, (_, language) in shown.items()}
        self.program = Program(languages, self._load, self._named_bases, configs)
        self.standings: list[Standing] = []
        self.calls: dict[str, Mapping[str, bytes]] = {}
        self.http: dict[str, HttpFacts] = {}
        self.between: dict[str, FileEdges] = {}
        self._problems: dict[str, str] = {}
        self._loaded: dict[DocumentId, bytes] = {}
        self._bases: list[tuple[str, list[tuple[str, int]]]] | None = None

    def _named_bases(self) -> Iterable[tuple[str, list[tuple[str, int]]]]:
        if self._bases is not None:
            return self._bases
        paths: dict[DocumentId, list[str]] = {}
        for path, (document, _) in self._shown.items():
            paths.setdefault(document, []).append(path)
        return [(path, bases) for document, bases in self._flows.bases(paths) for path in paths[document]]

    def _load(self, path: str) -> FileFlow:
        try:
            document = self._shown[path][0]
            flow = decode_flow(self._loaded.get(document) or self._flows.load(document))
        except ValueError as error:
            raise StoreError(f"{error}. Remove the store and index again; nothing but the index is in it") from error
        return flow

    def partial(self) -> tuple[tuple[str, str], ...]:
        """Return the files whose names could not all be read."""
        return tuple(sorted(self._problems.items()))

    def resolve(self, workers: int, silence_seconds: float, progress: _Progress) -> Iterator[AnyGraph]:
        """Yield the graphs of the files whose edges may have changed."""
        from graph.resolving import PARALLEL_FROM, resolve_paths  # 10 ms that a run without such a file does not pay

        paths = sorted(self._affected())
        if len(paths) >= PARALLEL_FROM:
            self._loaded = self._flows.load_all(document for document, _ in self._shown.values())  # forked processes ask no database
            self._bases = list(self._named_bases())
        others = partial(self._others, paths) if self._before else None
        found = resolve_paths(self.program, paths, others, workers=workers, silence_seconds=silence_seconds, progress=progress)
        for each in found:
            standing = Standing(each.path, self._shown[each.path][0], each.rests)
            self.standings.append(standing.with_rests(self._sources.rests(each.path)))
            self.calls[each.path] = each.passes
            self.http[each.path] = each.http
            self.between[each.path] = each.between
            if each.problem:
                self._problems[each.path] = each.problem
            yield each.graph

    def _others(self, paths: Sequence[str], calls: Sequence[PassedCall]) -> tuple[list[str], Callable[[str], Iterable[PassedCall]]]:
        """Return the files that rest on calls which are others than before, and what tells the calls that all remaining files make."""
        fresh: dict[str, list[PassedCall]] = {path: [] for path in paths}
        for call in calls:
            fresh[call.place[0]].append(call)
        waking = self._given_otherwise(fresh) - fresh.keys()
        gone = {*fresh, *waking, *self._removed}

        def kept(callee: str) -> Iterator[PassedCall]:
            for caller, rows in self._flows.calls_of(self._view, callee):
                if caller not in gone:
                    yield from _unpack(callee, caller, rows)

        return sorted(waking), kept

    def _affected(self) -> set[str]:
        """Return the changed files and those whose edges rest on what has changed."""
        if not self._before:
            return set(self._changed)
        moved = [*self._removed, *(path for path in self._changed if path not in self._before)]
        if any(map(is_config, (*self._changed, *self._removed))) or any(map(lays_out, moved)):
            return set(self._shown)
        touched = {IMPORT_ROOTS} if moved_roots(self._before.keys(), self._shown.keys(), moved) else set[str]()
        imports_otherwise = unclear = False
        for path in self._changed:
            old = self._before.get(path)
            before = self._before_of(old) if old is not None else None
            unit = self.program.unit(path)
            if before is not None and interface(before) == interface(unit.flow):
                continue
            now, then = set(announced(path, unit.flow)), set(old.announces() if old else names_of(path))
            touched |= {path, *(now ^ then), *(name for name in now if not only_tells_presence(name))}
            if before is None:
                unclear = True
                continue
            imports_otherwise |= _imports(before) != _imports(unit.flow)
            touched |= _redefined(build_unit(path, before).nodes, unit.nodes)
        for path in self._removed:
            touched |= {path, *names_of(path), *self._before[path].announces()}
        resting = self._resting_on(touched)
        edited = touched | resting if imports_otherwise else touched  # what a package gives on may come through several files
        return {*self._changed, *resting, *self._sources.concerned(self._before, edited, unclear=unclear)}

    def _before_of(self, old: Standing) -> FileFlow | None:
        """Return the flow that a file had, None where it is not kept any more."""
        try:
            return decode_flow(self._flows.load(old.document))
        except (LookupError, ValueError):  # garbage was collected since, or the version is another
            return None

    def _resting_on(self, touched: set[str]) -> set[str]:
        if not touched:
            return set()
        return {path for path, each in self._before.items() if path in self._shown and not touched.isdisjoint(each.rests())}

    def _given_otherwise(self, fresh: Mapping[str, Sequence[PassedCall]]) -> set[str]:
        """Return the files that rest on what calls give a function, where those calls are others than before."""
        from graph.resolving import rows_by_callee

        functions: set[tuple[str, int]] = set()
        for path in {*fresh, *self._removed}:
            before, after = self._flows.calls_by(self._view, path), rows_by_callee(fresh.get(path, ()))
            for callee in {*before, *after}:
                old, new = ({encode_value(row): row for row in rows.get(callee, ())} for rows in (before, after))
                functions |= {(callee, int(str(row[0]))) for key, row in [*old.items(), *new.items()] if (key in old) != (key in new)}
        touched: set[str] = set()
        for path, scope in functions:
            if path in self._shown and scope < len(self.program.unit(path).flow.scopes):
                touched.add(f"calls of {self.program.handle(path, scope)}")
        return self._resting_on(touched)


def _imports(flow: FileFlow) -> list[tuple[str, str, int, str]]:
    return [(each.module, each.name, each.level, each.reexported) for each in flow.imports]


def _redefined(before: Iterable[Node], after: Iterable[Node]) -> set[str]:
    """Return what documents rest on that mention a definition which came, went or became another kind of thing."""
    old, new = ({(each.handle, each.kind, each.qualified_name) for each in nodes} for nodes in (before, after))
    return {mentioned(name) for _, _, name in old ^ new}


def _unpack(callee: str, caller: str, rows: Calls) -> Iterator[PassedCall]:
    for scope, place, arguments, bound in rows:
        yield PassedCall(callee, scope, (caller, *place), arguments, bound)  # type: ignore[arg-type]


def _batches(missing: Iterable[Unlowered]) -> Iterator[tuple[Unlowered, ...]]:
    batch: list[Unlowered] = []
    size = 0
    for each in missing:
        batch.append(each)
        size += len(each.text) + len(each.facts)
        if size >= _BATCH_BYTES:
            yield tuple(batch)
            batch, size = [], 0
    if batch:
        yield tuple(batch)


def _parsed(each: Unlowered) -> ParsedFile:
    return decode_facts(each.facts, decompress(each.text))


def _encoded(each: Unlowered, flow: FileFlow) -> Flow:
    return Flow(each.content, named_bases(flow), encode_flow(flow))


def _make_lowerer() -> Callable[[tuple[Unlowered, ...]], list[Flow]]:
    allow_deep_recursion()  # in the worker; in this process the caller has
    return _lower_batch


def _lower_batch(batch: tuple[Unlowered, ...]) -> list[Flow]:
    from graph.build import flow_of  # a run that finds all names read loads nothing that reads them: a tenth of its time

    return [_encoded(each, flow_of(_parsed(each))) for each in batch]
