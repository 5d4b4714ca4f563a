"""Brings the graph of a view up to date: lowers contents that are new, resolves the files whose edges may have changed, and publishes.

What an edge rests on is written down while it is made (``Standing.rests``): files, and names that other files may come to define. A changed
file is resolved again, and with it every file that rests on it, unless what others can see of it is as before. Last come the files whose
parameters are given something else by calls elsewhere.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from graph.build import by_callee, flow_of, make_resolver
from graph.evaluate import PassedCall
from graph.flow import BLOCK, FUNCTION_SCOPE, INDEX, MEMBER, NAME, FileFlow
from graph.flow_codec import decode_flow, encode_flow, interface
from graph.flow_store import Flow, FlowStore, Standing, Unlowered
from graph.model import FileGraph
from graph.program import Program
from graph.store import GraphStore
from graph.tests_of import subject_edges
from ingest.codec import decode_facts, decompress
from ingest.database import Database
from ingest.errors import StoreError
from ingest.facts import FactStore
from ingest.model import DocumentId
from ingest.pool import SILENCE_SECONDS, Crash, WorkerPool

_BATCH_BYTES = 400_000  # of text and facts as they are stored; about 0.3 s of lowering
_FEW_BYTES = 60_000  # so little is lowered before a worker has started
_RECURSION = 30_000
_Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class GraphOutcome:
    """What a run did. ``partial`` are files whose edges are incomplete, each with the reason."""

    files: int
    lowered: int
    resolved: int
    generation: int
    partial: tuple[tuple[str, str], ...] = ()


class GraphIndexer:
    """Keeps the graphs of views in one store in step with what the views show."""

    def __init__(self, database: Database, store: GraphStore, *, workers: int = 2, silence_seconds: float = SILENCE_SECONDS) -> None:
        self._facts = FactStore(database)
        self._flows = FlowStore(database)
        self._store = store
        self._workers = workers
        self._silence = silence_seconds

    def update(
        self,
        view: str,
        shown: Mapping[str, tuple[DocumentId, str]],
        *,
        shows: int,
        like: str = "",
        progress: _Progress = lambda phase, done, total: None,
    ) -> GraphOutcome:
        """Bring a view's graph up to date with what the view shows: document and language by path, at the generation ``shows``.

        ``like`` names a view to begin from where this one has no graph: another worktree's, say. Raises ``StoreError``.
        """
        sys.setrecursionlimit(max(sys.getrecursionlimit(), _RECURSION))
        generation = self._store.generation(view)
        if not generation and like and self._store.fork(view, like):
            self._flows.fork(view, like)
            generation = self._store.generation(view)
        before = self._flows.standings(view) if generation else {}
        changed = [path for path, (document, _) in shown.items() if path not in before or before[path].document != document]
        removed = [path for path in before if path not in shown]
        lowered = self._lower([shown[path][0] for path in changed], progress)
        run = _Run(self._flows, shown, before, changed, removed)
        graphs = list(run.resolve(progress)) if changed or removed else []
        if graphs or removed or not generation:
            generation += 1
            progress("publishing the graph", 0, 0)
            self._store.replace(view, graphs, removed=removed, generation=generation)
        self._flows.stand(view, run.standings, removed, generation=shows)
        return GraphOutcome(len(shown), lowered, len(graphs), generation, run.partial())

    def _lower(self, documents: Sequence[DocumentId], progress: _Progress) -> int:
        """Make the flows that are missing; return how many."""
        missing = list(self._flows.missing(documents))
        if not missing:
            return 0
        small = sum(len(each.text) + len(each.facts) for each in missing) < _FEW_BYTES
        done = 0
        with WorkerPool[tuple[Unlowered, ...], list[Flow]](
            _make_lowerer, workers=0 if small else self._workers, silence_seconds=self._silence, queued=1
        ) as pool:
            for batch, flows in pool.run(_batches(missing)):
                self._flows.add(self._one_by_one(pool, batch) if isinstance(flows, Crash) else flows)
                done += len(batch)
                progress("reading names", done, len(missing))
        return done

    @staticmethod
    def _one_by_one(pool: WorkerPool[tuple[Unlowered, ...], list[Flow]], batch: Sequence[Unlowered]) -> Iterator[Flow]:
        """Lower a batch again that crashed a worker; the content that does it again has symbols and no names."""
        del pool
        with WorkerPool[tuple[Unlowered, ...], list[Flow]](_make_lowerer, workers=1, queued=1) as alone:
            for (each,), flows in alone.run([(each,) for each in batch]):
                if isinstance(flows, Crash):
                    yield _encoded(each, replace(flow_of(_parsed(each), names=False), problem=f"names were not read: {flows.reason}"))
                else:
                    yield from flows


class _Run:
    """One resolution of a view: which files, in which order, and what they rest on."""

    def __init__(
        self,
        flows: FlowStore,
        shown: Mapping[str, tuple[DocumentId, str]],
        before: Mapping[str, Standing],
        changed: Sequence[str],
        removed: Sequence[str],
    ) -> None:
        self._flows, self._shown, self._before, self._changed, self._removed = flows, shown, before, changed, removed
        self._program = Program({path: language for path, (_, language) in shown.items()}, self._load)
        self.standings: list[Standing] = []
        self._problems: dict[str, str] = {}

    def _load(self, path: str) -> FileFlow:
        try:
            flow = decode_flow(self._flows.load(self._shown[path][0]))
        except ValueError as error:
            raise StoreError(f"{error}. Remove the store and index again; nothing but the index is in it") from error
        if flow.problem:
            self._problems[path] = flow.problem
        return flow

    def partial(self) -> tuple[tuple[str, str], ...]:
        """Return the files whose names could not all be read."""
        return tuple(sorted(self._problems.items()))

    def resolve(self, progress: _Progress) -> Iterator[FileGraph]:
        """Yield the graphs of the files whose edges may have changed."""
        resolver, evaluator = make_resolver(self._program)
        paths = sorted(self._affected())
        total = 2 * len(paths)
        passes: dict[str, list[PassedCall]] = {}
        for at, path in enumerate(paths):
            passes[path] = resolver.begin(path)
            progress("resolving", at, total)
        waking = self._given_otherwise(passes) - passes.keys()
        for path in sorted(waking):
            passes[path] = resolver.begin(path)
        kept = [
            _unpack(row) for path, standing in self._before.items() if path not in passes and path in self._shown for row in standing.passes
        ]
        evaluator.use_calls(by_callee([*kept, *(call for calls in passes.values() for call in calls)]))
        interfaces = self._flows.interfaces(self._shown[path][0] for path in passes)
        for at, path in enumerate(sorted(passes)):
            resolution = resolver.finish(path)
            document = self._shown[path][0]
            self.standings.append(
                Standing(
                    path, document, interfaces[document], resolution.rests, sorted(set(base_names(self._program.unit(path).flow))),
                    [_pack(call) for call in passes[path]],
                )
            )  # fmt: skip
            progress("resolving", len(paths) + at, total)
            yield replace(resolution.graph, edges=(*resolution.graph.edges, *subject_edges(resolution.graph)))

    def _affected(self) -> set[str]:
        """Return the changed files and those whose edges rest on what has changed."""
        interfaces = self._flows.interfaces(self._shown[path][0] for path in self._changed)
        touched: set[str] = set()
        for path in self._changed:
            old = self._before.get(path)
            if old is None:
                touched |= {path, *_names_of(path)}
            elif old.interface != interfaces[self._shown[path][0]]:
                touched.add(path)
            else:
                continue
            touched |= {f"heirs of {name}" for name in base_names(self._program.unit(path).flow)}
            touched |= {f"heirs of {name}" for name in (old.heirs if old else ())}
            touched |= set(announced(path, self._program.unit(path).flow))
        for path in self._removed:
            touched |= {path, *_names_of(path), *(f"heirs of {name}" for name in self._before[path].heirs)}
        resting = (path for path, standing in self._before.items() if path in self._shown and not touched.isdisjoint(standing.rests))
        return {*self._changed, *resting}

    def _given_otherwise(self, passes: Mapping[str, Sequence[PassedCall]]) -> set[str]:
        """Return the files that rest on what calls give a function, where those calls are others than before."""
        functions: set[tuple[str, int]] = set()
        for path in {*passes, *self._removed}:
            old = {repr(row): row for row in self._before[path].passes} if path in self._before else {}
            new = {repr(row): row for row in map(_pack, passes.get(path, ()))}
            functions |= {(str(row[0]), int(str(row[1]))) for key, row in [*old.items(), *new.items()] if (key in old) != (key in new)}
        touched: set[str] = set()
        for path, scope in functions:
            if path in self._shown and scope < len(self._program.unit(path).flow.scopes):
                touched.add(f"calls of {self._program.handle(path, scope)}")
        return {path for path, each in self._before.items() if path in self._shown and not touched.isdisjoint(each.rests)}


def base_names(flow: FileFlow) -> Iterator[str]:
    """Yield the last part of the name of every base that a class of the file has."""
    for scope in flow.scopes:
        for root in scope.bases:
            expression = flow.roots[root].expression
            while expression is not None and expression[0] == INDEX:
                expression = expression[2]
            if expression is not None and expression[0] in {NAME, MEMBER}:
                yield expression[-1]


def announced(path: str, flow: FileFlow) -> Iterator[str]:
    """Yield under what names others may look for what the file defines."""
    del path
    yield from {f"package {flow.package}", *(f"package {scope.name}" for scope in flow.scopes if scope.kind == BLOCK and scope.name)}
    if flow.language in {"c", "cpp"}:
        yield from {f"defines {scope.name}" for scope in flow.scopes if scope.kind == FUNCTION_SCOPE and scope.name}
        yield from {f"defines {name}" for name in flow.scopes[0].names}
        stored = (flow.roots[target].expression for target, _ in flow.stores)
        yield from {f"assigns {each[3]}" for each in stored if each is not None and each[0] == MEMBER}


def _names_of(path: str) -> Iterator[str]:
    """Yield what others look for when they look for a file or a folder by name."""
    for part in path.split("/"):
        yield f"module {part.partition('.')[0]}"


def _pack(call: PassedCall) -> list[object]:
    return [call.path, call.scope, list(call.place), _plain(call.arguments), call.bound]


def _plain(value: Any) -> Any:
    """Return nested tuples as lists, which is how they come back from the store."""
    return [_plain(each) for each in value] if isinstance(value, tuple | list) else value  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def _unpack(row: Sequence[object]) -> PassedCall:
    path, scope, place, arguments, bound = row
    return PassedCall(path, scope, tuple(place), arguments, bound)  # type: ignore[arg-type]


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


def _parsed(each: Unlowered):
    return decode_facts(each.facts, decompress(each.text))


def _encoded(each: Unlowered, flow: FileFlow) -> Flow:
    return Flow(each.content, interface(flow), encode_flow(flow))


def _make_lowerer() -> Callable[[tuple[Unlowered, ...]], list[Flow]]:
    sys.setrecursionlimit(max(sys.getrecursionlimit(), _RECURSION))
    return _lower_batch


def _lower_batch(batch: tuple[Unlowered, ...]) -> list[Flow]:
    return [_encoded(each, flow_of(_parsed(each))) for each in batch]
