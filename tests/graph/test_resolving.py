"""Many files at once: in one process or several, with what other files' calls give to parameters."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from graph.build import flow_of
from graph.calls import MOST_CALLS
from graph.evaluate import PassedCall
from graph.flow import FileFlow
from graph.flow_store import Standing
from graph.program import Program
from graph.resolving import PARALLEL_FROM, Resolved, make_worker, resolve_paths
from ingest.analyze import analyze
from ingest.model import DocumentId

FILES = {f"part{at}.py": f"from part{at + 1} import step\n\ndef step(action):\n    action()\n\nstep(step)\n" for at in range(PARALLEL_FROM)}


def program(files: dict[str, str]) -> Program:
    """A program of texts."""

    def load(path: str) -> FileFlow:
        return flow_of(analyze(path, files[path].encode())[0])

    return Program(dict.fromkeys(files, "python"), load)


def content(found: Iterable[Resolved]) -> list[tuple[str, list[str], tuple[str, ...]]]:
    """What was found of each file: its edges, and what they rest on."""
    return sorted(
        (each.path, sorted(map(repr, each.graph.decode().edges)), tuple(sorted(Standing(each.path, DocumentId(1), each.rests).rests())))
        for each in found
    )


def resolve(files: dict[str, str], workers: int) -> list[Resolved]:
    found = resolve_paths(
        program(files),
        sorted(files),
        None,
        workers=workers,
        silence_seconds=60,
        progress=lambda phase, done, total: None,
    )
    return list(found)


def test_one_process_and_several_make_the_same_graphs() -> None:
    """What comes from processes means the same."""
    alone, together = resolve(FILES, 1), resolve(FILES, 2)
    assert content(alone) == content(together)


def test_what_a_dead_process_held_is_resolved_here() -> None:
    """A file whose reading ends any other process costs time, and no edge of any file."""
    parent = os.getpid()

    def load(path: str) -> FileFlow:
        if path == "part100.py" and os.getpid() != parent:
            os._exit(9)
        return flow_of(analyze(path, FILES[path].encode())[0])

    said: list[str] = []
    found = resolve_paths(
        Program(dict.fromkeys(FILES, "python"), load),
        sorted(FILES),
        None,
        workers=2,
        silence_seconds=60,
        progress=lambda phase, done, total: said.append(phase),
    )
    assert content(found) == content(resolve(FILES, 1))
    assert "resolving again in one process" in said


def test_a_worker_begins_and_finishes() -> None:
    """Paths are begun, calls finish them; here in this process."""
    files = {"a.py": "def run(job):\n    job()\n", "b.py": "from a import run\n\ndef work():\n    pass\n\nrun(work)\n"}
    worker = make_worker(program(files))
    calls = [call for some in worker(tuple(files)) for call in some if isinstance(call, PassedCall)]
    assert [(call.path, call.bound) for call in calls] == [("a.py", False)]
    passed = {(calls[0].path, calls[0].scope): calls}
    finished = [each for some in worker(passed) for each in some if isinstance(each, Resolved)]
    edges = [edge for _, texts, _ in content(finished) for edge in texts]
    assert any("source='a.py#run', target='b.py#work'" in edge and "POSSIBLE" in edge for edge in edges)


def test_of_a_function_that_all_call_few_calls_are_told() -> None:
    """With more calls than matter to its parameters a function's parameters are worth anything, whichever of the calls are told."""
    files = {f"part{at}.py": "from run import run\n\ndef work():\n    pass\n\nrun(work)\nrun(work)\n" for at in range(PARALLEL_FROM)}
    files |= {"run.py": "def run(job):\n    job()\n\ndef once(job):\n    job()\n", "work.py": "from run import once\n\nonce(print)\n"}
    told, all_told = (
        Counter(
            call[:2] for some in make_worker(program(files), all_calls=whole)(tuple(files)) for call in some if isinstance(call, PassedCall)
        )
        for whole in (False, True)
    )
    assert sorted(all_told.values()) == [1, 2 * PARALLEL_FROM]
    assert sorted(told.values()) == [1, MOST_CALLS + 1]
    assert content(resolve(files, 2)) == content(resolve(files, 1))


def test_calls_of_files_that_stay_are_asked_for(tmp_path: Path) -> None:
    """A file that is resolved alone still knows what others pass to it."""
    del tmp_path
    files = {"a.py": "def run(job):\n    job()\n", "b.py": "from a import run\n\ndef work():\n    pass\n\nrun(work)\n"}
    calls = [call for some in make_worker(program(files))(("b.py",)) for call in some if isinstance(call, PassedCall)]
    found = resolve_paths(
        program(files),
        ["a.py"],
        lambda fresh: ([], lambda callee: calls if callee == "a.py" else ()),
        workers=1,
        silence_seconds=60,
        progress=lambda phase, done, total: None,
    )
    assert any("target='b.py#work'" in edge for _, texts, _ in content(found) for edge in texts)
