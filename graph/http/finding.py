"""Which files may say anything about HTTP, and who reads them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from graph.columns import EdgeRow
from graph.evaluate import Evaluator
from graph.flow import CALL, MEMBER, NAME, FileFlow
from graph.http import clients, python_servers, servers
from graph.http.facts import NO_FACTS, HttpFacts, Mount
from graph.http.python_servers import kind_of, read_python
from graph.http.reading import Call, Reader, Reading, read_file
from graph.http.servers import base_of, read_express, read_gin, read_spring
from graph.model import EXTERNAL, Evidence
from graph.values import CLASS_OBJECT, FUNCTION_OBJECT, INSTANCE, SUPERTYPE
from ingest.path_kinds import PathFlag, path_flags

_PACKAGES = python_servers.PACKAGES | servers.PACKAGES | clients.PACKAGES
_TARGETS = tuple(f"{EXTERNAL}{package}" for package in sorted(_PACKAGES))


_RECEIVERS = frozenset({INSTANCE, CLASS_OBJECT, SUPERTYPE})
_OUTSIDE = frozenset({Evidence.EXTERNAL, Evidence.UNKNOWN})
_HANDED = clients.GLOBALS | {"unknown:use", "unknown:get", "unknown:post"}
"""What needs no import in JavaScript: what every page has, and methods of what a function was given."""
_NONE: frozenset[str] = frozenset()


class Found(NamedTuple):
    """What a file says about HTTP, what that rests on, and what went wrong, or an empty text."""

    facts: HttpFacts
    rests: Sequence[str] = ()
    problem: str = ""


_NOTHING = Found(NO_FACTS)


def http_of(evaluator: Evaluator, path: str, edges: Sequence[EdgeRow]) -> Found:
    """Return what a file says about HTTP, whose names have been resolved to these edges."""
    flow = evaluator.program.unit(path).flow
    readers = _READERS.get(flow.language)
    if readers is None or not _concerned(path, flow, edges, readers):
        return _NOTHING
    answers = evaluator.answers
    answers.start()
    try:
        facts = read_file(evaluator, path, readers, read_handed if flow.language != "java" else None, always=_imports(flow))
    except Exception as error:  # as for one expression that cannot be resolved
        answers.abandon()
        return Found(NO_FACTS, problem=f"routes and requests could not be read: {type(error).__name__}: {error}"[:200])
    return Found(facts, answers.names(answers.looked_at()))


def _concerned(path: str, flow: FileFlow, edges: Sequence[EdgeRow], readers: Sequence[Reader]) -> bool:
    """Say whether a file imports a framework or a client, or has anything to do with what comes from one."""
    if _imports(flow):
        return True
    if path_flags(path) & PathFlag.VENDORED:
        return False  # what a library does to what it is given is no route of the project
    handed = _HANDED if readers is _JAVASCRIPT else _NONE
    outside = (edge[4] for edge in edges if edge[1] in _OUTSIDE)
    return any(target.startswith(_TARGETS) or target in handed for target in outside)


def _imports(flow: FileFlow) -> bool:
    """Say whether a file imports a framework or a client."""
    return any(
        each.module in _PACKAGES or each.module.partition(".")[0] in _PACKAGES or each.module.startswith(servers.SPRING)
        for each in flow.imports
    )


def read_handed(reading: Reading, call: Call) -> None:
    """Read that a router is given to a function: what its parameter answers stands below the router."""
    if not any(given[0] in {NAME, MEMBER, CALL} for _, given in call.arguments):
        return
    for path, scope, bound in sorted(_functions(reading, call)):
        names = [each.name for each in reading.evaluator.flow(path).scopes[scope].parameters][int(bound) :]
        for name, mount in _handed(reading, call, names):
            reading.mounts.append(mount._replace(child=reading.origins.site(path, scope, name)))


def _functions(reading: Reading, call: Call) -> set[tuple[str, int, bool]]:
    """Return the functions of the program that are called, each with whether its first parameter is the receiver."""
    evaluator = reading.evaluator
    found: set[tuple[str, int, bool]] = set()
    for value in evaluator.value(call.place, call.callee):
        if value[0] == FUNCTION_OBJECT:
            bound = value[3] is not None and value[3][0] in _RECEIVERS
            found.add((value[1], value[2], bound and evaluator.rules(value[1]).receiver_is_parameter))
    return found


def _handed(reading: Reading, call: Call, names: Sequence[str]) -> Iterator[tuple[str, Mount]]:
    position = 0
    for keyword, given in call.arguments:
        name = keyword or (names[position] if position < len(names) else "")
        position += not keyword
        if not name or given[0] not in {NAME, MEMBER, CALL}:
            continue
        for made in reading.origins.of(call.place, given):
            if kind_of(made) and made.site:
                yield name, Mount(made.site, "")
            elif (base := base_of(reading, made)) is not None and base[2].site:
                yield name, Mount(base[2].site, "", base[3])


_PYTHON: Sequence[Reader] = (read_python, clients.read_clients)
_JAVASCRIPT: Sequence[Reader] = (read_express, clients.read_clients)
_READERS: dict[str, Sequence[Reader]] = {
    "python": _PYTHON,
    **dict.fromkeys(("javascript", "jsx", "typescript", "tsx", "vue", "svelte"), _JAVASCRIPT),
    "go": (read_gin,),
    "java": (read_spring,),
}
