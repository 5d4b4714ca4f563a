"""Resolves many files at once, in this process or, where there are enough of them, in one process for every core.

Both halves of the work are divided by file: what a file says by itself, and then, when it is known what calls give to parameters, the rest.
A process keeps the files it began. Where processes cannot be forked everything is done here.
"""

from __future__ import annotations

import sys
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TypeAlias

from graph.announcing import announced
from graph.build import by_callee, make_resolver
from graph.calls import MOST_CALLS
from graph.columns import EncodedGraph, encode_rows
from graph.crew import Crew
from graph.evaluate import PassedCall
from graph.file_edges import FileEdges, file_edges
from graph.flow_store import encode_rests
from graph.http.facts import NO_FACTS, HttpFacts
from graph.http.finding import http_of
from graph.program import Program
from graph.tests_of import subject_rows
from ingest.codec import encode_value

_GIVEN_AT_ONCE, _TOLD_AT_ONCE = 16, 16  # files
PARALLEL_FROM = 300
"""Files; for fewer, to start processes and to have each of them look at the same modules costs more than it saves."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """One file's graph, what it rests on, the calls it makes that others may rest on, and what went wrong, or an empty text."""

    path: str
    graph: EncodedGraph
    rests: bytes
    """And under which names others may look for what it defines, as ``Standing`` has both."""
    passes: Mapping[str, bytes]
    """By the callee's file, as the flow store has them."""
    between: FileEdges
    """Its edges that lead from file to file, added up."""
    problem: str = ""
    http: HttpFacts = NO_FACTS
    """What it says about routes and requests."""


Begin: TypeAlias = tuple[str, ...]
Finish: TypeAlias = Mapping[tuple[str, int], Sequence[PassedCall]]
Others: TypeAlias = Callable[[Sequence[PassedCall]], tuple[Sequence[str], Callable[[str], Iterable[PassedCall]]]]
"""Told the calls that the files make, says which more files rest on what has changed in them, and what tells, of any file, which calls the
remaining ones make of its functions."""
_Answer: TypeAlias = list[PassedCall] | list[Resolved]
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
        self._resolver.use_calls(passed)
        for path in sorted(self._passes):
            resolution = self._resolver.finish(path)
            rows = [*resolution.edges, *subject_rows(path, resolution.nodes, resolution.edges)]
            graph = encode_rows(path, resolution.nodes, rows)
            flow = self._program.unit(path).flow
            http = http_of(self._evaluator, path, resolution.edges)
            problem = self._resolver.problems.get(path, flow.problem) or http.problem
            rests = encode_rests({*resolution.rests, *http.rests}, announced(path, flow))
            passes = {callee: encode_value(rows) for callee, rows in rows_by_callee(self._passes.pop(path)).items()}
            yield Resolved(path, graph, rests, passes, file_edges(path, rows), problem, http.facts)


def make_worker(program: Program, *, all_calls: bool = True) -> Callable[[Begin | Finish], Iterator[_Answer]]:
    """Return what a process does: with paths it begins them, with calls it finishes what it has begun.

    Unless all calls are wanted, it tells of those of one function no more than matter to its parameters: of Django's 75,000 calls 24,000,
    and to pass all of them to and fro took 0.9 s.
    """
    resolver = FileResolver(program)
    told: Counter[tuple[str, int]] = Counter()

    def matters(call: PassedCall) -> bool:
        told[call[:2]] += 1
        return all_calls or told[call[:2]] <= MOST_CALLS + 1

    def work(task: Begin | Finish) -> Iterator[_Answer]:
        if isinstance(task, tuple):
            yield list(filter(matters, resolver.begin(task)))
            return
        finished = resolver.finish(task)
        while some := list(islice(finished, _TOLD_AT_ONCE)):
            yield some

    return work


class ParallelResolver:
    """Resolves files in processes that are forked from this one and share what it has loaded."""

    def __init__(self, program: Program, workers: int, silence_seconds: float, *, all_calls: bool) -> None:
        """``all_calls`` says whether ``begin`` is to tell of all calls, also where there are more than matter."""
        self._crew: Crew[Begin | Finish, _Answer] = Crew(
            partial(make_worker, program, all_calls=all_calls), size=workers, silence_seconds=silence_seconds
        )

    def begin(self, paths: Sequence[str]) -> list[PassedCall]:
        """Resolve what does not depend on the arguments of calls. Raises ``ChildProcessError`` when a process dies.

        Each process begins at its own place among the paths, since neighbours ask the same questions, and helps others when it is done.
        """
        parts = [tuple(paths[at : at + _GIVEN_AT_ONCE]) for at in range(0, len(paths), _GIVEN_AT_ONCE)]
        size = self._crew.size
        shares = [deque(parts[at * len(parts) // size : (at + 1) * len(parts) // size]) for at in range(size)]

        def give(number: int) -> Begin | None:
            if shares[number]:
                return shares[number].popleft()
            most = max(shares, key=len)
            return most.pop() if most else None

        return [call for calls in self._crew.run(give) for call in calls if isinstance(call, PassedCall)]

    def finish(self, passed: Finish) -> Iterator[Resolved]:
        """Resolve the rest. Raises ``ChildProcessError`` when a process dies."""
        waiting = set(range(self._crew.size))
        too_many = MOST_CALLS + 1
        few = {each: calls if len(calls) < too_many else [calls[0]] * too_many for each, calls in passed.items()}

        def give(number: int) -> Finish | None:
            if number not in waiting:
                return None
            waiting.remove(number)
            return few

        for found in self._crew.run(give):
            yield from (each for each in found if isinstance(each, Resolved))

    def close(self) -> None:
        """End the processes."""
        self._crew.close()


def resolve_paths(
    program: Program, paths: Sequence[str], others: Others | None, *, workers: int, silence_seconds: float, progress: _Progress
) -> Iterator[Resolved]:
    """Yield what becomes of each path. ``others`` is None where there are no files beside these."""
    told: set[str] = set()
    if workers > 1 and len(paths) >= PARALLEL_FROM and sys.platform == "linux":
        parallel = ParallelResolver(program, workers, silence_seconds, all_calls=others is not None)
        try:
            for each in _resolve(parallel, program.paths, paths, others, progress):
                told.add(each.path)
                yield each
        except ChildProcessError:  # its memory, most likely: one process needs less than two
            progress("resolving again in one process", 0, len(paths))
        else:
            return
        finally:
            parallel.close()
    yield from (each for each in _resolve(FileResolver(program), program.paths, paths, others, progress) if each.path not in told)


def _resolve(
    resolver: FileResolver | ParallelResolver, all_paths: Collection[str], paths: Sequence[str], others: Others | None, progress: _Progress
) -> Iterator[Resolved]:
    progress("resolving", 0, len(paths))
    calls = resolver.begin(paths)
    more, kept = others(calls) if others else ((), _none)
    if more:
        calls = [*calls, *resolver.begin(more)]
    passed: Finish = CallsByCallee(by_callee(calls), kept)
    if isinstance(resolver, ParallelResolver):  # forked processes ask no database
        passed = by_callee([*calls, *(call for path in all_paths for call in kept(path))])
    for done, each in enumerate(resolver.finish(passed), 1):
        progress("resolving", done, len(paths) + len(more))
        yield each


def _none(callee: str) -> Iterable[PassedCall]:
    del callee
    return ()


def rows_by_callee(calls: Iterable[PassedCall]) -> dict[str, list[tuple[object, ...]]]:
    """Sort calls by the callee's file, in the form in which they are kept."""
    found: dict[str, list[tuple[object, ...]]] = {}
    for call in calls:
        found.setdefault(call.path, []).append((call.scope, call.place[1:], call.arguments, call.bound))
    return found
