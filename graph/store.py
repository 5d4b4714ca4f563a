"""What a graph store must do, and opening one by its address. One contract suite runs over every store."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Protocol

from graph.model import Edge, EdgeKind, Evidence, FileGraph, Handle, Node


class GraphStore(Protocol):
    """Nodes and edges of views, each view at one generation.

    A view is named by a text (``GraphStore`` knows nothing of how views are made). Readers see generation N until N + 1 is whole.
    Every method raises ``StoreError`` when the store cannot be reached or is damaged.
    """

    def generation(self, view: str) -> int:
        """Return the newest whole generation of a view, 0 for none."""
        ...

    def replace(self, view: str, files: Iterable[FileGraph], *, removed: Collection[str] = (), generation: int) -> None:
        """Replace the graphs of these files, drop those of the removed ones, and make this the view's generation, all at once."""
        ...

    def drop(self, view: str) -> None:
        """Forget a view."""
        ...

    def files(self, view: str) -> Iterator[FileGraph]:
        """Yield the graph of every file, in order of path."""
        ...

    def nodes(self, view: str, handles: Iterable[Handle]) -> dict[Handle, Node]:
        """Return those of the nodes that exist. External and unknown nodes exist once an edge names them."""
        ...

    def find(self, view: str, name: str, *, limit: int = 50) -> Sequence[Node]:
        """Return nodes whose handle, qualified name, name or path equals ``name``, or whose qualified name ends in ``.name``.

        The first of these ways that finds anything decides. In order of handle.
        """
        ...

    def edges_from(
        self, view: str, handles: Iterable[Handle], *, kinds: Collection[EdgeKind] = (), evidence: Collection[Evidence] = ()
    ) -> Iterator[Edge]:
        """Yield edges whose source is one of the handles; no kinds or evidence means all."""
        ...

    def edges_to(
        self, view: str, handles: Iterable[Handle], *, kinds: Collection[EdgeKind] = (), evidence: Collection[Evidence] = ()
    ) -> Iterator[Edge]:
        """Yield edges whose target is one of the handles; no kinds or evidence means all."""
        ...

    def close(self) -> None:
        """Release the connection."""
        ...
