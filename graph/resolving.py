"""Resolves many files at once, in this process or, where there are enough of them, in one process for every core.

Both halves of the work are divided by file: what a file says by itself, and then, when it is known what calls give to parameters, the rest.
A process keeps the files it began. Where processes cannot be forked everything is done here.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TypeAlias

from graph.build import by_callee, make_resolver
from graph.columns import AnyGraph, encode_graph
from graph.evaluate import PassedCall
from graph.http.facts import NO_FACTS, HttpFacts
from graph.http.finding import http_of
from graph.model import FileGraph
from graph.program import Program, announced
from graph.tests_of import subject_edges
from ingest.pool import Crash, WorkerPool

PARALLEL_FROM = 300
"""Files; for fewer, to start processes and to have each of them look at the same modules costs more than it saves."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """One file's graph, what it rests on, the calls it makes that others may rest on, and what went wrong, or an empty text."""

    path: str
    graph: AnyGraph
    rests: tuple[str, ...]
    announces: tuple[str, ...]
    """Under which names others may look for what it defines."""
    passes: tuple[PassedCall, ...]
    problem: str = ""
    http: HttpFacts = NO_FACTS
    """What it says about routes and requests."""


Begin: TypeAlias = tuple[str, ...]
Finish: TypeAlias = Mapping[tuple[str, int], Sequence[PassedCall]]
_Progress = Callable[[str, int, int], None]


class CallsByCallee(Mapping[tuple[str, int], Sequence[PassedCall]]):
    """Calls by the function they reach: new ones, and those of files that are not resolved anew, which are read when they are asked for."""

    def __init__(self, fresh: Mapping[tuple[str, int], list[PassedCall]], kept: Callable[[str], Iterable[PassedCall]]) -> None:
        self._fresh, self._kept = fresh, kept
        self._whole: dict[str, dict[tuple[str, int], list[PassedCall]]] = {}

    def __getitem__(self, function: tuple[str, int]) -> Sequence[PassedCall]:
        path = function[0]
        if path not in self._whole:
            self._whole[path] = by_callee(self._kept(path))
        kept, fresh = self._whole[path].get(function, []), self._fresh.get(function, [])
        return sorted([*kept, *fresh], key=lambda call: call.place) if kept else fresh

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return iter(self._fresh)

    def __len__(self) -> int:
        return len(self._fresh)


class FileResolver:
    """Resolves files in this process: ``begin`` some, ``finish`` all that were begun."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._resolver, self._evaluator = make_resolver(program)
        self._passes: dict[str, list[PassedCall]] = {}

    def begin(self, paths: Iterable[str]) -> list[PassedCall]:
        """Resolve what does not depend on the arguments of calls; return the calls that matter to others."""
        begun = {path: self._resolver.begin(path) for path in paths}
        self._passes |= begun
        return [call for calls in begun.values() for call in calls]

    def finish(self, passed: Finish) -> Iterator[Resolved]:
        """Resolve the rest."""
        self._evaluator.use_calls(passed)
        for path in sorted(self._passes):
            resolution = self._resolver.finish(path)
            found = subject_edges(resolution.graph)
            graph = replace(resolution.graph, edges=(*resolution.graph.edges, *found)) if found else resolution.graph
            flow = self._program.unit(path).flow
            http = http_of(self._evaluator, path, resolution.graph.edges)
            problem = self._resolver.problems.get(path, flow.problem) or http.problem
            rests = tuple(dict.fromkeys((*resolution.rests, *http.rests))) if http.rests else resolution.rests
            yield Resolved(path, graph, rests, tuple(announced(path, flow)), tuple(self._passes[path]), problem, http.facts)
        self._passes = {}


def make_worker(program: Program) -> Callable[[Begin | Finish], list[PassedCall] | list[Resolved]]:
    """Return what a process does: with paths it begins them, with calls it finishes."""
    resolver = FileResolver(program)

    def work(task: Begin | Finish) -> list[PassedCall] | list[Resolved]:
        if isinstance(task, tuple):
            return resolver.begin(task)
        return [_encoded(each) for each in resolver.finish(task)]

    return work


def _encoded(resolved: Resolved) -> Resolved:
    """Return it in the form that is a tenth as large, and that the embedded store keeps."""
    return replace(resolved, graph=encode_graph(resolved.graph)) if isinstance(resolved.graph, FileGraph) else resolved


_Answer: TypeAlias = "list[PassedCall] | list[Resolved]"
_Pool: TypeAlias = "WorkerPool[Begin | Finish, _Answer]"


def _answer(pool: _Pool, task: Begin | Finish) -> _Answer | Crash:
    return next(answer for _, answer in pool.run([task]))


class ParallelResolver:
    """Resolves files in processes that are forked from this one and share what it has loaded."""

    def __init__(self, program: Program, workers: int, silence_seconds: float) -> None:
        self.paths = program.paths
        self._pools: list[_Pool] = [
            WorkerPool(lambda: make_worker(program), workers=1, queued=1, silence_seconds=silence_seconds) for _ in range(workers)
        ]

    def begin(self, paths: Sequence[str]) -> list[PassedCall]:
        """Resolve what does not depend on the arguments of calls. Raises ``ChildProcessError`` when a process dies."""
        shares = [tuple(paths[at :: len(self._pools)]) for at in range(len(self._pools))]
        return [call for calls in self._ask(shares) for call in calls if isinstance(call, PassedCall)]

    def finish(self, passed: Finish) -> Iterator[Resolved]:
        """Resolve the rest. Raises ``ChildProcessError`` when a process dies."""
        for found in self._ask([passed] * len(self._pools)):
            yield from (each for each in found if isinstance(each, Resolved))

    def _ask(self, tasks: Sequence[Begin | Finish]) -> list[list[PassedCall] | list[Resolved]]:
        with ThreadPoolExecutor(len(self._pools)) as threads:
            answers = list(threads.map(_answer, self._pools, tasks))
        for answer in answers:
            if isinstance(answer, Crash):
                raise ChildProcessError(answer.reason)
        return [answer for answer in answers if not isinstance(answer, Crash)]

    def close(self) -> None:
        """End the processes."""
        for pool in self._pools:
            pool.close()


def resolve_paths(
    program: Program,
    paths: Sequence[str],
    others: Callable[[Sequence[PassedCall]], tuple[Sequence[str], Callable[[str], Iterable[PassedCall]]]],
    *,
    workers: int,
    silence_seconds: float,
    progress: _Progress,
) -> list[Resolved]:
    """Return what becomes of each path.

    ``others`` is told the calls that these files make, and says which more files rest on what has changed in them, and, of any file, which
    calls the remaining ones make of its functions.
    """
    if workers > 1 and len(paths) >= PARALLEL_FROM and sys.platform == "linux":
        parallel = ParallelResolver(program, workers, silence_seconds)
        try:
            return _resolve(parallel, paths, others, progress)
        except ChildProcessError:  # its memory, most likely: one process needs less than two
            progress("resolving again in one process", 0, len(paths))
        finally:
            parallel.close()
    return _resolve(FileResolver(program), paths, others, progress)


def _resolve(
    resolver: FileResolver | ParallelResolver,
    paths: Sequence[str],
    others: Callable[[Sequence[PassedCall]], tuple[Sequence[str], Callable[[str], Iterable[PassedCall]]]],
    progress: _Progress,
) -> list[Resolved]:
    progress("resolving", 0, len(paths))
    calls = resolver.begin(paths)
    more, kept = others(calls)
    if more:
        calls = [*calls, *resolver.begin(more)]
    passed: Finish = CallsByCallee(by_callee(calls), kept)
    if isinstance(resolver, ParallelResolver):  # forked processes ask no database
        passed = by_callee([*calls, *(call for path in resolver.paths for call in kept(path))])
    found: list[Resolved] = []
    for each in resolver.finish(passed):
        found.append(each)
        progress("resolving", len(found), len(paths) + len(more))
    return found
