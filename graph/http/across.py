"""Requests of one repository that routes of another may answer.

Such an edge is made when a question is asked, from what every repository's files say about HTTP at that time, and is kept nowhere: so it is
true however either of them changes. Nobody knows which host a request reaches, so it is possible at most, beside what its own repository
has to answer it; one that its own repository answers for certain, or that has a public host name, goes nowhere else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from graph.across import Party
from graph.flow_store import FlowStore
from graph.http.facts import HttpFacts, Request
from graph.http.joining import RouteTable, Served, is_settled
from graph.http.paths import Match, Target, matches, target_of
from graph.http.routes import facts_of
from graph.model import Edge, EdgeKind, Evidence, Handle


@dataclass(frozen=True)
class _Said:
    """What the files of one repository say about HTTP."""

    party: Party
    flows: FlowStore

    @cached_property
    def _files(self) -> dict[str, HttpFacts]:
        return dict(facts_of(self.flows, self.party.view))

    @cached_property
    def table(self) -> RouteTable:
        """The routes of the view."""
        return RouteTable(self._files)

    @cached_property
    def served(self) -> dict[Handle, Served]:
        """The routes by handle."""
        return {each.handle: each for each in self.table.served}

    @cached_property
    def requests(self) -> list[tuple[str, Request, Target]]:
        """The requests that somebody else may answer, each with its file."""
        found: list[tuple[str, Request, Target]] = []
        for path, facts in self._files.items():
            for request in facts.requests:
                target = target_of(request.url)
                if target is None or target.is_elsewhere or request.client == "test-client":
                    continue
                if not is_settled(request, self.table.answering(request, target)):
                    found.append((path, request, target))
        return found


class HttpLinks:
    """The requests between repositories."""

    def __init__(self, flows: FlowStore, parties: Iterable[Party]) -> None:
        self._said = {party: _Said(party, flows) for party in parties}

    def out_of(
        self, party: Party, handles: Collection[Handle], kinds: Collection[EdgeKind], evidence: Collection[Evidence]
    ) -> Iterator[Edge]:
        """Yield what functions of one repository ask of others."""
        asking = self._said[party]
        for path, request, target in asking.requests if _wants(kinds, evidence) else ():
            if request.source in handles:
                for other in self._others(party):
                    yield from (edge for each in other.table.served if (edge := _edge(asking, path, request, target, other, each)))

    def into(
        self, party: Party, handles: Collection[Handle], kinds: Collection[EdgeKind], evidence: Collection[Evidence]
    ) -> Iterator[Edge]:
        """Yield who asks for routes of one repository in others."""
        if not _wants(kinds, evidence):
            return
        answering = self._said[party]
        routes = [answering.served[each] for each in handles if " " in each and each in answering.served]
        for other in self._others(party) if routes else ():
            for path, request, target in other.requests:
                yield from (edge for each in routes if (edge := _edge(other, path, request, target, answering, each)))

    def _others(self, party: Party) -> Sequence[_Said]:
        return [said for each, said in self._said.items() if each != party]


def _wants(kinds: Collection[EdgeKind], evidence: Collection[Evidence]) -> bool:
    return (not kinds or EdgeKind.REQUESTS in kinds) and (not evidence or Evidence.POSSIBLE in evidence)


def _edge(asking: _Said, path: str, request: Request, target: Target, answering: _Said, served: Served) -> Edge | None:
    if not served.answers(request.method) or matches(served.path, target) is Match.NO:
        return None
    source, to, file = (
        asking.party.outside(Handle(request.source)),
        answering.party.outside(served.handle),
        asking.party.outside(Handle(path)),
    )
    rule = f"http:{request.client}:repository"
    return Edge(EdgeKind.REQUESTS, Evidence.POSSIBLE, rule, source, to, file, request.line, request.start, request.end)
