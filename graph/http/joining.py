"""From what the files of a view say about HTTP to routes and edges.

``handles`` leads from a route to the function that answers it, ``requests`` from a function to the routes that may answer what it asks
for. A request is proven where it is made to an application that is known (a test client) or, by ``fetch``, to the page's own host, and
everything about it and about the one route that answers is literal. With a host that only its address tells, a part that is computed, or
several routes, all of them are possible; a public host name is somebody else's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from graph.flow import HOLE
from graph.http.facts import ANY_METHOD, HttpFacts, Mount, Request, Route, Router, joined
from graph.http.paths import OPEN, Match, Target, matches, target_of
from graph.model import NO_FILE, UNKNOWN, Edge, EdgeKind, Evidence, FileGraph, Handle, Node, NodeKind, external, unknown

ROUTES = f"{NO_FILE}routes"
"""The path of the graph that routes and the edges of them belong to."""
_MAX_PREFIXES = 32
_MAX_MOUNTS = 8


@dataclass(frozen=True, slots=True)
class Served:
    """One route of a view, by its whole path."""

    handle: Handle
    method: str
    path: str
    """With ``...`` in front where what stands there is not known."""
    file: str
    route: Route
    certain: bool

    @property
    def name(self) -> str:
        """Return what it is called: its method and path."""
        return f"{self.method} {self.path}"

    def answers(self, method: str) -> bool:
        """Say whether it may answer a request with a method; what answers GET also answers HEAD."""
        return ANY_METHOD in {method, self.method} or self.method == method or (method == "HEAD" and self.method == "GET")


@dataclass(frozen=True, slots=True)
class Answered:
    """A route that may answer a request, and how well it fits."""

    served: Served
    match: Match


class RouteTable:
    """The routes of a view."""

    def __init__(self, files: Mapping[str, HttpFacts]) -> None:
        self._routers: dict[str, Router] = {each.site: each for facts in files.values() for each in facts.routers}
        self._mounts: dict[str, list[Mount]] = {}
        for _, facts in sorted(files.items()):
            for mount in facts.mounts:
                self._mounts.setdefault(mount.child, []).append(mount)
        self._known: dict[str, list[tuple[str, bool]]] = {}
        self.served = list(self._serve(files))

    def answering(self, request: Request, target: Target) -> list[Answered]:
        """Return the routes that may answer a request."""
        sites = self.applications(request)
        found: list[Answered] = []
        for each in self.served:
            if not each.answers(request.method) or (sites and not self._reaches(each.route.site, sites)):
                continue
            match = matches(each.path, target)
            if match:
                certain = each.method == request.method and (sites or (request.client == "fetch" and not target.host))
                found.append(Answered(each, match if certain else Match.POSSIBLE))
        return found

    def applications(self, request: Request) -> list[str]:
        """Return the applications that a client was made for, as far as they are known: a parameter is what it is given."""
        pending, known = list(request.sites), dict.fromkeys(request.sites)
        while pending:
            for mount in self._mounts.get(pending.pop(), ()):
                if not mount.prefix and mount.child not in self._routers and mount.parent not in known:
                    known[mount.parent] = None
                    pending.append(mount.parent)
        return [site for site in known if site in self._routers]

    def _reaches(self, site: str, above: Iterable[str]) -> bool:
        """Say whether a router is one of these, or below one of them."""
        wanted, pending, seen = frozenset(above), [site], {site}
        while pending:
            at = pending.pop()
            if at in wanted:
                return True
            pending += [each.parent for each in self._mounts.get(at, ()) if each.parent not in seen and not seen.add(each.parent)]
        return False

    def _serve(self, files: Mapping[str, HttpFacts]) -> Iterator[Served]:
        for path, facts in sorted(files.items()):
            counts: dict[str, int] = {}
            for route in facts.routes:
                if route.given and not self._reaches(route.site, self._routers):
                    continue
                for prefix, certain in self._prefixes(route):
                    is_open = prefix.startswith(OPEN)
                    whole = joined(prefix.removeprefix(OPEN), route.path) or "/"
                    whole = f"{OPEN}{whole}" if is_open else whole
                    for method in route.methods:
                        name = f"{method} {whole}"
                        count = counts[name] = counts.get(name, 0) + 1
                        handle = Handle(f"{path}#{name}" + (f"~{count}" if count > 1 else ""))
                        yield Served(handle, method, whole, path, route, certain and route.sure)

    def _prefixes(self, route: Route) -> list[tuple[str, bool]]:
        """Return what may stand before a route's path, and whether that is certain."""
        if not route.site:
            return [("", route.root)] if route.root else [(OPEN, False)]
        if route.site in self._routers or route.site in self._mounts:
            return self._below(route.site, 0)
        return [("", False)] if route.root else [(OPEN, False)]

    def _below(self, site: str, depth: int) -> list[tuple[str, bool]]:
        known = self._known.get(site)
        if known is None:
            self._known[site] = [(OPEN, False)]  # for one that is mounted below itself
            known = self._known[site] = self._find(site, depth)
        return known

    def _find(self, site: str, depth: int) -> list[tuple[str, bool]]:
        router, mounts = self._routers.get(site), self._mounts.get(site, [])
        own, sure = (router.prefix, router.sure) if router else ("", True)
        if not mounts:
            above = [("", True)] if router is not None and router.root else [(OPEN, False)]
            return [_under(prefix, certain and sure, own) for prefix, certain in above]
        if depth > _MAX_MOUNTS:
            return [(OPEN, False)]
        found: dict[tuple[str, bool], None] = {}
        for mount in mounts:
            behind = mount.prefix if mount.replaces else joined(mount.prefix, own)
            known = mount.sure and (sure or mount.replaces)
            found |= dict.fromkeys(_under(prefix, certain and known, behind) for prefix, certain in self._below(mount.parent, depth + 1))
        return list(found)[:_MAX_PREFIXES]


def _under(prefix: str, certain: bool, behind: str | None) -> tuple[str, bool]:
    """Return a prefix with another one behind it."""
    if behind is None or HOLE in behind:
        return OPEN, False
    if prefix.startswith(OPEN):
        return OPEN + (joined(prefix.removeprefix(OPEN), behind) or ""), False
    return joined(prefix, behind) or "", certain


def graph_of(files: Mapping[str, HttpFacts]) -> FileGraph:
    """Return the routes of a view, what answers them, and what asks for them."""
    table = RouteTable(files)
    edges = [edge for each in table.served for edge in _handles(each)]
    for path, facts in sorted(files.items()):
        for request in facts.requests:
            edges += _requests(path, request, table)
    return FileGraph(ROUTES, tuple(map(_node, table.served)), tuple(edges))


def _node(served: Served) -> Node:
    line = served.route.line
    return Node(served.handle, NodeKind.ROUTE, served.name, served.name, served.file, line, line)


def _handles(served: Served) -> Iterator[Edge]:
    route = served.route
    known = [each for each in route.handlers if not each.startswith(UNKNOWN)]
    sure = len(route.handlers) == 1 and served.certain
    for handler in route.handlers:
        evidence = Evidence.UNKNOWN if handler not in known else Evidence.PROVEN if sure else Evidence.POSSIBLE
        rule = f"http:{route.framework}"
        yield Edge(EdgeKind.HANDLES, evidence, rule, served.handle, Handle(handler), served.file, route.line, route.start, route.end)


def _requests(path: str, request: Request, table: RouteTable) -> Iterator[Edge]:
    """Yield the edges of one request: to each route that may answer, to somebody else's host, or to what is not known."""
    target = target_of(request.url)
    if target is None:
        return
    answers = [] if target.is_elsewhere and not request.sites else table.answering(request, target)
    place = (path, request.line, request.start, request.end)
    source = Handle(request.source)
    evidence = Evidence.PROVEN if is_settled(request, answers) else Evidence.POSSIBLE
    for each in answers:
        yield Edge(EdgeKind.REQUESTS, evidence, f"http:{request.client}", source, each.served.handle, *place)
    if not answers:
        asked = named(request, target)
        if target.host and HOLE not in target.host:
            yield Edge(EdgeKind.REQUESTS, Evidence.EXTERNAL, f"http:{request.client}", source, external(target.host, asked), *place)
        else:
            yield Edge(EdgeKind.REQUESTS, Evidence.UNKNOWN, f"http:{request.client}", source, unknown(asked), *place)


def named(request: Request, target: Target) -> str:
    """Return method and path of what is asked for, with ``{}`` for what is computed."""
    return f"{request.method} {OPEN if target.open else ''}{target.path.replace(HOLE, '{}')}"


def is_settled(request: Request, answers: Sequence[Answered]) -> bool:
    """Say whether it is certain which route answers a request."""
    return len(answers) == 1 and answers[0].match is Match.EXACT and request.sure and answers[0].served.certain
