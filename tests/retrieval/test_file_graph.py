"""The graph between the files of a snapshot: what the store says, by the snapshot's numbers, and never of another state in silence."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.file_edge_store import FileEdgeRow
from graph.file_edges import LABELS, file_edges_of, signed_hash
from graph.model import Edge, EdgeKind, Evidence, FileGraph, Handle
from graph.sqlite_store import SqliteGraphStore
from ingest.database import Database
from ingest.model import DocumentId, View
from ingest.views import ViewCatalog
from retrieval.catalog import SegmentCatalog
from retrieval.embed import SHIPPED
from retrieval.engine import Engine
from retrieval.holdings import index_fingerprint
from retrieval.ranking import file_graph as files
from retrieval.ranking.file_graph import FileGraphs, file_graph
from retrieval.segment import Segment
from retrieval.snapshot import Snapshot
from tests.ingest.repositories import write
from tests.retrieval.snapshots import VIEW, segment_of
from tests.retrieval.stores import IN_PROCESS

TREE = {
    "cart.py": "class Cart:\n    def add(self, item):\n        return item\n",
    "pay.py": "from cart import Cart\n\n\ndef pay():\n    return Cart().add(1)\n",
    "shop.py": "import pay\n\n\ndef shop():\n    return pay.pay()\n",
}
PATHS = ("a.py", "b.py", "c.py", "dir/\udcff.py")


class Place:
    """A tree with an index, and its file graphs as a searcher would open them."""

    def __init__(self, folder: Path) -> None:
        self.root, self._data = folder / "tree", folder / "data"
        self.engine = Engine(self._data, IN_PROCESS)
        self.database = Database(self._data / "codelore.db")
        self.graphs = FileGraphs(self.database)
        write(self.root, TREE)

    def index(self) -> Snapshot:
        """Index the tree, and open what it shows."""
        view = self.engine.index(str(self.root)).view
        catalog = SegmentCatalog(self.database, self._data / "segments", index_fingerprint(SHIPPED))
        shown = ViewCatalog(self.database).document_ids(view.view_id)
        return Snapshot(view, [each.segment for each in catalog.load(view.repository_id)], shown)

    def resolve(self, view: View) -> None:
        """Bring the graph of the view up to date."""
        with closing(SqliteGraphStore.open(self._data / "codelore.db")) as store:
            self.engine.resolve(view, store)

    def close(self) -> None:
        """Close what is open."""
        self.engine.close()
        self.database.close()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A tree that is not indexed yet."""
    with closing(Place(tmp_path)) as made:
        yield made


def pairs(graph: files.FileGraph | None, snapshot: Snapshot) -> set[tuple[str, str]]:
    """The paths of the ends of all edges."""
    assert graph is not None
    return {
        (snapshot.name(int(source))[0], snapshot.name(int(target))[0]) for source, target in zip(graph.source, graph.target, strict=True)
    }


def test_a_view_without_a_graph_has_none(place: Place) -> None:
    """Nothing is derived; once the graph is there, it is found without opening anything anew."""
    snapshot = place.index()
    assert place.graphs.of(snapshot) is None
    place.resolve(snapshot.view)
    graph = place.graphs.of(snapshot)
    assert pairs(graph, snapshot) == {("pay.py", "cart.py"), ("shop.py", "pay.py")}
    assert graph is not None and graph.complete
    assert place.graphs.of(snapshot) is graph


def test_a_graph_that_is_behind_says_so_and_keeps_what_still_holds(place: Place) -> None:
    """Of a file that changed nobody knows the edges yet; others still lead to it. Files that are gone have none."""
    place.resolve(place.index().view)
    write(place.root, {"pay.py": TREE["pay.py"] + "# more\n", "new.py": "import cart\n"})
    (place.root / "cart.py").unlink()
    snapshot = place.index()
    behind = place.graphs.of(snapshot)
    assert behind is not None and not behind.complete
    assert pairs(behind, snapshot) == {("shop.py", "pay.py")}
    place.resolve(snapshot.view)
    now = place.graphs.of(snapshot)
    assert now is not None and now.complete
    assert pairs(now, snapshot) == {("shop.py", "pay.py")}
    write(place.root, {"cart.py": TREE["cart.py"]})
    snapshot = place.index()
    place.resolve(snapshot.view)
    assert pairs(place.graphs.of(snapshot), snapshot) == {("pay.py", "cart.py"), ("shop.py", "pay.py"), ("new.py", "cart.py")}


def test_a_graph_is_forgotten_with_its_view(place: Place) -> None:
    snapshot = place.index()
    place.resolve(snapshot.view)
    assert place.graphs.of(snapshot) is not None
    place.engine.forget(str(place.root))
    assert place.graphs.of(snapshot) is None
    assert place.database.check() == []


def test_only_so_many_graphs_are_held(place: Place, tmp_path: Path) -> None:
    """The oldest goes; it is read again when somebody asks."""
    snapshot = place.index()
    place.resolve(snapshot.view)
    first = place.graphs.of(snapshot)
    others: list[Snapshot] = []
    for at in range(8):
        write(tmp_path / f"other{at}", TREE)
        place.root = tmp_path / f"other{at}"
        others.append(place.index())
        place.resolve(others[-1].view)
        assert place.graphs.of(others[-1]) is not None
    again = place.graphs.of(snapshot)
    assert again is not first
    assert pairs(again, snapshot) == pairs(first, snapshot)


@cache
def _segments(first: int) -> list[Segment]:
    """All paths, the first so many of them in a segment of their own; the first document is 1."""
    named = [(path, "x = 1\n") for path in PATHS]
    return [segment_of(named[:first], 1), segment_of(named[first:], 1 + first)]


def _edge(kind: EdgeKind, evidence: Evidence, source: str, target: str, start: int) -> Edge:
    return Edge(kind, evidence, "r", Handle(f"{source}#f"), Handle(target), source, 1, start)


_edges = st.lists(
    st.builds(
        _edge,
        st.sampled_from((EdgeKind.CALLS, EdgeKind.IMPORTS)),
        st.sampled_from(Evidence),
        st.sampled_from(PATHS),
        st.sampled_from((*PATHS, "gone.py", "external:x")),
        st.integers(0, 3),
    ),
    max_size=20,
)


@settings(deadline=None)
@given(
    graphs=st.dictionaries(st.sampled_from((*PATHS, "//history")), _edges),
    hidden=st.sets(st.sampled_from(PATHS)),
    stale=st.sets(st.sampled_from(PATHS)),
    parts=st.integers(0, len(PATHS)),
)
def test_arrays_say_what_the_rows_say(graphs: dict[str, list[Edge]], hidden: Collection[str], stale: Collection[str], parts: int) -> None:
    """Edges between shown documents, each pair, kind and evidence once, whichever segment holds the documents."""
    segments = _segments(parts)
    snapshot = Snapshot(VIEW, segments, [at for at, path in enumerate(PATHS, start=1) if path not in hidden])
    rows = [_row(path, edges, document_of(snapshot, path) + 100 * (path in stale)) for path, edges in graphs.items()]
    graph = file_graph(rows, snapshot)
    expected: dict[tuple[str, str, int], int] = {}
    for path, edges in graphs.items():
        for edge in edges if path not in stale and path not in hidden else ():
            source, target = edge.source.partition("#")[0], edge.target
            if edge.evidence in {Evidence.PROVEN, Evidence.POSSIBLE} and source != target and {source, target} <= set(PATHS) - set(hidden):
                key = source, target, LABELS.index((edge.kind, edge.evidence))
                expected[key] = expected.get(key, 0) + 1
    names = [snapshot.name(at)[0] for at in range(len(PATHS))]
    ends = [(int(graph.source[at]), int(graph.target[at]), int(graph.label[at])) for at in range(len(graph))]
    assert ends == sorted(ends)
    made = {(names[source], names[target], label): int(graph.count[at]) for at, (source, target, label) in enumerate(ends)}
    assert made == expected
    assert len(made) == len(graph)
    proven = np.array([LABELS[int(label)][1] is Evidence.PROVEN for label in graph.label], np.bool_)
    assert (graph.mass[proven] == graph.count[proven]).all()
    assert (graph.mass <= graph.count + 1e-4).all()
    for document in range(graph.documents):
        leaving = slice(graph.out_start[document], graph.out_start[document + 1])
        assert (graph.source[leaving] == document).all()
        assert (graph.target[graph.into[graph.in_start[document] : graph.in_start[document + 1]]] == document).all()
    assert graph.out_start[-1] == graph.in_start[-1] == len(graph)


def document_of(snapshot: Snapshot, path: str) -> int:
    """The id of the document at a path, 0 for what is no file."""
    return next((int(snapshot.document_ids[at]) for at in range(len(snapshot.document_ids)) if snapshot.name(at)[0] == path), 0)


def _row(path: str, edges: Sequence[Edge], document: int) -> FileEdgeRow:
    made = file_edges_of(FileGraph(path, (), edges))
    return FileEdgeRow(signed_hash(path), DocumentId(document), made.own, made.elsewhere)
