"""Several indexed repositories seen from one: its graph, with the nodes of others that something leads to.

An edge from one repository into another is made when a question is asked and kept nowhere, so that it is as new as either index. Such edges
are made by ``Links``: requests that routes answer (``graph.http.across``), and names that a package publishes (``graph.across_packages``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from graph.columns import AnyGraph
from graph.model import EXTERNAL, REPOSITORY, UNKNOWN, Edge, EdgeKind, Evidence, FileGraph, Handle, Node
from graph.store import GraphStore


@dataclass(frozen=True, slots=True)
class Party:
    """A repository's view, by the name that its nodes have in answers about others; an empty one for the view that is asked."""

    name: str
    view: str

    def outside(self, handle: Handle) -> Handle:
        """Return how one of its nodes is called by others."""
        if not self.name or handle.startswith((EXTERNAL, UNKNOWN)):
            return handle
        return Handle(f"{REPOSITORY}{self.name}/{handle}")

    def owns(self, handle: str) -> bool:
        """Say whether a handle, as others call it, is one of its nodes."""
        return bool(self.name) and handle.startswith(f"{REPOSITORY}{self.name}/")

    def inside(self, handle: str) -> Handle:
        """Return how it calls one of its nodes itself."""
        return Handle(handle.removeprefix(f"{REPOSITORY}{self.name}/") if self.name else handle)

    def shown(self, edge: Edge) -> Edge:
        """Return one of its edges as others see it."""
        if not self.name:
            return edge
        return replace(edge, source=self.outside(edge.source), target=self.outside(edge.target), path=self.outside(Handle(edge.path)))


class Links(Protocol):
    """Makes edges between repositories, their ends as the view that is asked calls them; no kinds or evidence means all."""

    def out_of(
        self, party: Party, handles: Collection[Handle], kinds: Collection[EdgeKind], evidence: Collection[Evidence]
    ) -> Iterator[Edge]:
        """Yield edges from nodes of one party, by its own handles, into others."""
        ...

    def into(
        self, party: Party, handles: Collection[Handle], kinds: Collection[EdgeKind], evidence: Collection[Evidence]
    ) -> Iterator[Edge]:
        """Yield edges from others to nodes of one party, by its own handles."""
        ...


class AcrossRepositories:
    """A store that shows one view, with the nodes of other repositories that links lead to."""

    def __init__(self, store: GraphStore, own: Party, others: Iterable[Party], links: Sequence[Links]) -> None:
        self._store, self._own, self._links = store, own, links
        self._others = sorted(others, key=lambda each: (-len(each.name), each.name))  # the longest name that fits a handle is its owner's

    @property
    def place(self) -> str:
        """What tells the store from others."""
        return self._store.place

    def _split(self, handles: Iterable[Handle]) -> list[tuple[Party, list[Handle]]]:
        """Sort handles by whose they are, each as its owner calls it."""
        found: dict[Party, list[Handle]] = {}
        for handle in handles:
            party = next((each for each in self._others if each.owns(handle)), self._own)
            found.setdefault(party, []).append(party.inside(handle))
        return list(found.items())

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
            for links in self._links:
                yield from links.out_of(party, frozenset(inner), kinds, evidence)

    def edges_to(
        self, view: str, handles: Iterable[Handle], *, kinds: Collection[EdgeKind] = (), evidence: Collection[Evidence] = ()
    ) -> Iterator[Edge]:
        """Yield edges whose target is one of the handles."""
        del view
        for party, inner in self._split(handles):
            for edge in self._store.edges_to(party.view, inner, kinds=kinds, evidence=evidence):
                yield party.shown(edge)
            for links in self._links:
                yield from links.into(party, frozenset(inner), kinds, evidence)

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
