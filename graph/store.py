"""What a graph store must do, and opening one by its address. One contract suite runs over every store."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from graph.columns import AnyGraph
from graph.model import Edge, EdgeKind, Evidence, FileGraph, Handle, Node
from graph.sqlite_store import SqliteGraphStore
from ingest.errors import StoreError

_NEO4J = {"bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc"}


class GraphStore(Protocol):
    """Nodes and edges of views, each view at one generation.

    A view is named by a text (``GraphStore`` knows nothing of how views are made). Readers see generation N until N + 1 is whole, and an
    iterator that was begun at N ends at N. Texts may hold what is not UTF-8 as surrogates, as ``os.fsdecode`` leaves it.
    Every method raises ``StoreError`` when the store cannot be reached or is damaged.
    """

    @property
    def place(self) -> str:
        """What tells the store from others that may have graphs of the same index; "" for the one beside the index."""
        ...

    def generation(self, view: str) -> int:
        """Return the newest whole generation of a view, 0 for none."""
        ...

    def replace(self, view: str, files: Iterable[AnyGraph], *, removed: Collection[str] = (), generation: int) -> None:
        """Replace the graphs of these files, drop those of the removed ones, and make this the view's generation, all at once.

        A path comes once, and a handle once in a file. Raises ``ValueError`` when ``generation`` is not above the view's: a generation
        names one state for good. When anything raises, iterating ``files`` included, the view stays as it was.
        """
        ...

    def fork(self, view: str, of: str) -> bool:
        """Let a view that has no graph begin with another's; return whether that one had any.

        The new view's generation is 1.
        """
        ...

    def drop(self, view: str) -> None:
        """Forget a view; nothing happens when there is none of that name."""
        ...

    def files(self, view: str) -> Iterator[FileGraph]:
        """Yield the graph of every file, in order of path; nodes and edges in no particular order."""
        ...

    def nodes(self, view: str, handles: Iterable[Handle]) -> dict[Handle, Node]:
        """Return those of the nodes that exist. External and unknown nodes exist once an edge names them (``outside_node``).

        Where several files define a handle, the node of the first path counts.
        """
        ...

    def find(self, view: str, name: str, *, limit: int = 50) -> Sequence[Node]:
        """Return nodes whose handle, qualified name, name or path equals ``name``, or whose qualified name ends in ``.name``.

        The first of these ways that finds anything decides, and nodes that files define go before all that only edges name.
        In order of handle.
        """
        ...

    def edges_from(
        self, view: str, handles: Iterable[Handle], *, kinds: Collection[EdgeKind] = (), evidence: Collection[Evidence] = ()
    ) -> Iterator[Edge]:
        """Yield edges whose source is one of the handles, in no particular order; no kinds or evidence means all."""
        ...

    def edges_to(
        self, view: str, handles: Iterable[Handle], *, kinds: Collection[EdgeKind] = (), evidence: Collection[Evidence] = ()
    ) -> Iterator[Edge]:
        """Yield edges whose target is one of the handles, in no particular order; no kinds or evidence means all."""
        ...

    def close(self) -> None:
        """Release the connection."""
        ...


def open_graph_store(url: str, *, user: str = "", password: str = "", index: str = "") -> GraphStore:
    """Open the store at an address.

    ``sqlite:PATH`` is the embedded one in the database file at PATH, made if new. ``bolt://HOST:PORT/DATABASE`` and ``neo4j://`` (with
    ``+s`` for TLS) are a Neo4j server, with the user and password of the address or these. Indexes that share one are told apart by
    ``index``; a file has one index. Raises ``StoreError`` when it cannot be opened, ``ValueError`` when no store has such an address.
    """
    scheme, _, place = url.partition(":")
    if scheme == "sqlite" and place:
        return SqliteGraphStore.open(Path(place.removeprefix("//") if place.startswith("///") else place))
    if scheme in _NEO4J and place.startswith("//"):
        try:
            from graph.neo4j_store import Neo4jGraphStore  # 0.2 s, and an extra that need not be installed
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] != "neo4j":
                raise
            raise StoreError("a graph in Neo4j needs its driver: pip install 'codelore[neo4j]'") from error
        return Neo4jGraphStore(url, user=user, password=password, index=index)
    raise ValueError(f"no graph store has this kind of address ({scheme}): use sqlite:PATH, bolt://HOST:PORT or neo4j://HOST:PORT")
