"""Requests of one repository that routes of another may answer.

Such an edge is made when a question is asked, from what every repository's files say about HTTP at that time, and is kept nowhere: so it is
true however either of them changes. Nobody knows which host a request reaches, so it is possible at most, beside what its own repository
has to answer it; one that its own repository answers for certain, or that has a public host name, goes nowhere else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from graph.columns import AnyGraph
from graph.flow_store import FlowStore
from graph.http.facts import HttpFacts, Request
from graph.http.joining import RouteTable, Served, is_settled
from graph.http.paths import Match, Target, matches, target_of
from graph.http.routes import facts_of
from graph.model import EXTERNAL, REPOSITORY, UNKNOWN, Edge, EdgeKind, Evidence, FileGraph, Handle, Node
from graph.store import GraphStore


@dataclass(frozen=True)
class Party:
    """A repository's view, by the name that its nodes have in answers about others; an empty one for the view that is asked."""

    name: str
    view: str
    flows: FlowStore

    @cached_property
    def _files(self) -> dict[str, HttpFacts]:
        return dict(facts_of(self.flows, self.view))

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

    def outside(self, handle: Handle) -> Handle:
        """Return how one of its nodes is called by others."""
        if not self.name or handle.startswith((EXTERNAL, UNKNOWN)):
            return handle
        return Handle(f"{REPOSITORY}{self.name}/{handle}")

    def shown(self, edge: Edge) -> Edge:
        """Return one of its edges as others see it."""
        if not self.name:
            return edge
        return replace(edge, source=self.outside(edge.source), target=self.outside(edge.target), path=self.outside(Handle(edge.path)))


class AcrossRepositories:
    """A store that shows one view, with the nodes of other repositories that HTTP leads to."""

    def __init__(self, store: GraphStore, flows: FlowStore, view: str, others: Mapping[str, str]) -> None:
        """``others`` are the views of other repositories by the name of the repository."""
        self._store, self._view = store, view
        self._own = Party("", view, flows)
        self._others = [Party(name, other, flows) for name, other in sorted(others.items(), key=lambda each: (-len(each[0]), each[0]))]

    @property
    def place(self) -> str:
        """What tells the store from others."""
        return self._store.place

    def _split(self, handles: Iterable[Handle]) -> list[tuple[Party, list[Handle]]]:
        """Sort handles by whose they are, each as its owner calls it."""
        found: dict[str, tuple[Party, list[Handle]]] = {}
        for handle in handles:
            party = next((each for each in self._others if handle.startswith(f"{REPOSITORY}{each.name}/")), self._own)
            inner = Handle(handle.removeprefix(f"{REPOSITORY}{party.name}/")) if party.name else handle
            found.setdefault(party.name, (party, []))[1].append(inner)
        return list(found.values())

    def nodes(self, view: str, handles: Iterable[Handle]) -> dict[Handle, Node]:
        """Return those of the nodes that exist."""
        found: dict[Handle, Node] = {}
        for party, inner in self._split(handles):
            for handle, node in self._store.nodes(party.view, inner).items():
                shown = party.outside(handle)
                found[shown] = replace(node, handle=shown, path=party.outside(Handle(node.path))) if party.name else node
        return found

    def find(self, view: str, name: str, *, limit: int = 50) -> Sequence[Node]:
        """Return the nodes that a name stands for in the view; those of other repositories by their handle alone."""
        if name.startswith(REPOSITORY):
            return list(self.nodes(view, [Handle(name)]).values())
        return self._store.find(view, name, limit=limit)

    def edges_from(
        self, view: str, handles: Iterable[Handle], *, kinds: Collection[EdgeKind] = (), evidence: Collection[Evidence] = ()
    ) -> Iterator[Edge]:
        """Yield edges whose source is one of the handles."""
        del view
        for party, inner in self._split(handles):
            for edge in self._store.edges_from(party.view, inner, kinds=kinds, evidence=evidence):
                yield party.shown(edge)
            if _wants(kinds, evidence):
                yield from self._asked_by(party, frozenset(inner))

    def edges_to(
        self, view: str, handles: Iterable[Handle], *, kinds: Collection[EdgeKind] = (), evidence: Collection[Evidence] = ()
    ) -> Iterator[Edge]:
        """Yield edges whose target is one of the handles."""
        del view
        for party, inner in self._split(handles):
            for edge in self._store.edges_to(party.view, inner, kinds=kinds, evidence=evidence):
                yield party.shown(edge)
            if _wants(kinds, evidence):
                yield from self._asking_for(party, [party.served[each] for each in inner if " " in each and each in party.served])

    def _asked_by(self, party: Party, sources: Collection[str]) -> Iterator[Edge]:
        """Yield what functions of one repository ask of others."""
        for path, request, target in party.requests:
            if request.source in sources:
                for other in (self._own, *self._others):
                    if other is not party:
                        yield from (edge for each in other.table.served if (edge := _edge(party, path, request, target, other, each)))

    def _asking_for(self, party: Party, routes: Sequence[Served]) -> Iterator[Edge]:
        """Yield who asks for routes of one repository in others."""
        for other in (self._own, *self._others) if routes else ():
            if other is not party:
                for path, request, target in other.requests:
                    yield from (edge for each in routes if (edge := _edge(other, path, request, target, party, each)))

    # What is the store's alone.

    def generation(self, view: str) -> int:
        """Return the newest whole generation of a view."""
        return self._store.generation(view)

    def files(self, view: str) -> Iterator[FileGraph]:
        """Yield the graph of every file of a view."""
        return self._store.files(view)

    def replace(self, view: str, files: Iterable[AnyGraph], *, removed: Collection[str] = (), generation: int) -> None:
        """Replace the graphs of files of a view."""
        self._store.replace(view, files, removed=removed, generation=generation)

    def fork(self, view: str, of: str) -> bool:
        """Let a view begin with another's graph."""
        return self._store.fork(view, of)

    def drop(self, view: str) -> None:
        """Forget a view."""
        self._store.drop(view)

    def close(self) -> None:
        """Release the connection."""
        self._store.close()


def _wants(kinds: Collection[EdgeKind], evidence: Collection[Evidence]) -> bool:
    return (not kinds or EdgeKind.REQUESTS in kinds) and (not evidence or Evidence.POSSIBLE in evidence)


def _edge(asking: Party, path: str, request: Request, target: Target, answering: Party, served: Served) -> Edge | None:
    if not served.answers(request.method) or matches(served.path, target) is Match.NO:
        return None
    source, to, file = asking.outside(Handle(request.source)), answering.outside(served.handle), asking.outside(Handle(path))
    rule = f"http:{request.client}:repository"
    return Edge(EdgeKind.REQUESTS, Evidence.POSSIBLE, rule, source, to, file, request.line, request.start, request.end)
