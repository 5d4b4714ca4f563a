"""What one file says about HTTP: routers, where they are mounted, the routes they answer, and the requests that clients make.

A *site* names a router by the variable, field or parameter that holds it (``src/main.py:app``, ``src/api.py#setup:router``), so that it
stays the same while other parts of the file change. Texts may hold ``HOLE`` for a part that is computed. Everything here is texts, whole
numbers, truth values and lists, which are stored as JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

ANY_METHOD = "*"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


class Text(NamedTuple):
    """What a string says, and whether nothing else can have set it (a field of a settings object can be set from outside)."""

    template: str
    sure: bool = True


class Router(NamedTuple):
    """A router that is made here. A root answers by itself; ``prefix`` is None when it is no literal."""

    site: str
    root: bool
    prefix: str | None = ""
    sure: bool = True


class Mount(NamedTuple):
    """One router below another. ``prefix`` is None when it is no literal; one that ``replaces`` stands instead of the child's own."""

    parent: str
    child: str
    prefix: str | None = ""
    replaces: bool = False
    sure: bool = True


class Route(NamedTuple):
    """A route that a router answers, by its path below that. ``handlers`` are handles; one that begins with ``unknown:`` is not known."""

    site: str
    framework: str
    methods: Sequence[str]
    path: str
    sure: bool
    handlers: Sequence[str]
    line: int
    start: int
    end: int
    root: bool = False
    """The type of what holds it answers by itself, where it is mounted or not."""
    given: bool = False
    """It is added to a parameter, and is a route only where a router is handed over for that."""


class Request(NamedTuple):
    """A call that asks for a URL. ``sites`` are the applications that a client was made for, of which nobody else can answer."""

    source: str
    client: str
    method: str
    url: str
    sure: bool
    sites: Sequence[str]
    line: int
    start: int
    end: int


class HttpFacts(NamedTuple):
    """All of it, of one file. ``dropped`` counts routes and requests whose path is no literal."""

    routers: Sequence[Router] = ()
    mounts: Sequence[Mount] = ()
    routes: Sequence[Route] = ()
    requests: Sequence[Request] = ()
    dropped: int = 0

    def __bool__(self) -> bool:
        """Say whether there is anything."""
        return any(self)


NO_FACTS = HttpFacts()


def from_rows(rows: Sequence[Any]) -> HttpFacts:
    """Return stored facts as they were."""
    routers, mounts, routes, requests, dropped = rows
    return HttpFacts(
        tuple(Router(*each) for each in routers),
        tuple(Mount(*each) for each in mounts),
        tuple(Route(*each) for each in routes),
        tuple(Request(*each) for each in requests),
        dropped,
    )


def joined(*prefixes: str | None) -> str | None:
    """Return prefixes one behind the other with one slash between two; None where one of them is not known."""
    found = ""
    for prefix in prefixes:
        if prefix is None:
            return None
        if prefix:
            found = f"{found.rstrip('/')}/{prefix.lstrip('/')}"
    return found


def upper(methods: Iterable[str]) -> tuple[str, ...]:
    """Return methods in capitals, each once, in order."""
    return tuple(dict.fromkeys(method.upper() for method in methods))
