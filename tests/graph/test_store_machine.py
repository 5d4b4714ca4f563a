"""A graph store against a dictionary: whatever is written in whatever order, both answer alike."""

from __future__ import annotations

import uuid
from collections import Counter
from contextlib import closing

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from graph.model import Edge, EdgeKind, Evidence, FileGraph, Handle, Node, external, unknown
from graph.store import GraphStore, open_graph_store
from tests.graph.graphs import ModelStore, content

PATHS = ["a.py", "b/a.py", "\udcff.py", "history"]
HANDLES = [*map(Handle, PATHS), *(Handle(f"{path}#{name}") for path in PATHS for name in ("f", "C.f", "f~2"))]
OUTSIDE = [external("http"), external("http", "C.f"), unknown("f"), unknown("\udc80'")]
NAMES = [*HANDLES, *OUTSIDE, *PATHS, "f", "C.f", "C", "m.C.f", "http", "", "zz"]

NODES = st.builds(
    Node,
    handle=st.sampled_from([*HANDLES, OUTSIDE[0]]),
    kind=st.sampled_from(["function", "class", "file"]),
    name=st.sampled_from(["f", "C", "a.py", "C.f"]),
    qualified_name=st.sampled_from(["f", "C.f", "m.C.f", "C", "", "a.py"]),
    path=st.sampled_from(["", *PATHS]),
    start_line=st.integers(0, 3),
    end_line=st.integers(3, 9),
    language=st.sampled_from(["", "python"]),
)
EDGES = st.builds(
    Edge,
    kind=st.sampled_from([EdgeKind.CALLS, EdgeKind.TESTS]),
    evidence=st.sampled_from(Evidence),
    rule=st.sampled_from(["scope", "import"]),
    source=st.sampled_from([*HANDLES, OUTSIDE[3]]),
    target=st.sampled_from([*HANDLES, *OUTSIDE]),
    path=st.sampled_from(PATHS),
    line=st.integers(0, 5),
    start_byte=st.integers(-1, 3),
    end_byte=st.integers(-1, 70_000),
)
FILES = st.builds(
    FileGraph,
    path=st.sampled_from(PATHS),
    nodes=st.lists(NODES, max_size=4, unique_by=lambda each: each.handle),
    edges=st.lists(EDGES, max_size=6, unique=True),
)
VIEWS = [0, 1]


class StoreMachine(RuleBasedStateMachine):
    """Two views of one store, each beside its model."""

    store: GraphStore

    def __init__(self) -> None:
        super().__init__()
        self.names = [f"{uuid.uuid4()}" for _ in VIEWS]
        self.models = [ModelStore() for _ in VIEWS]

    @rule(
        view=st.sampled_from(VIEWS),
        files=st.lists(FILES, max_size=3, unique_by=lambda each: each.path),
        removed=st.lists(st.sampled_from(PATHS), max_size=2),
        step=st.integers(1, 3),
    )
    def replace(self, view: int, files: list[FileGraph], removed: list[str], step: int) -> None:
        kept = [path for path in removed if path not in {each.path for each in files}]
        generation = self.models[view].generation + step
        self.models[view].replace(files, removed=kept, generation=generation)
        self.store.replace(self.names[view], iter(files), removed=kept, generation=generation)

    @rule(view=st.sampled_from(VIEWS), other=st.sampled_from(VIEWS))
    def copy(self, view: int, other: int) -> None:
        """What another view shows, published here: shared storage must not tie them together."""
        generation = self.models[other].generation + 1
        files = self.models[view].files()
        self.models[other].replace(files, generation=generation)
        self.store.replace(self.names[other], files, generation=generation)

    @rule(view=st.sampled_from(VIEWS))
    def drop(self, view: int) -> None:
        self.models[view] = ModelStore()
        self.store.drop(self.names[view])

    @rule(view=st.sampled_from(VIEWS), asked=st.lists(st.sampled_from([*HANDLES, *OUTSIDE]), max_size=5))
    def ask_for_nodes(self, view: int, asked: list[Handle]) -> None:
        model = self.models[view]
        known = model.outside() | model.defined()
        assert self.store.nodes(self.names[view], asked) == {handle: known[handle] for handle in asked if handle in known}

    @rule(view=st.sampled_from(VIEWS), name=st.sampled_from(NAMES), limit=st.integers(1, 4))
    def find(self, view: int, name: str, limit: int) -> None:
        assert list(self.store.find(self.names[view], name, limit=limit)) == self.models[view].find(name, limit)

    @rule(
        view=st.sampled_from(VIEWS),
        asked=st.lists(st.sampled_from([*HANDLES, *OUTSIDE]), max_size=5),
        kinds=st.sets(st.sampled_from([EdgeKind.CALLS, EdgeKind.TESTS])),
        evidence=st.sets(st.sampled_from(Evidence)),
    )
    def follow(self, view: int, asked: list[Handle], kinds: set[EdgeKind], evidence: set[Evidence]) -> None:
        edges = [
            each for each in self.models[view].edges() if (not kinds or each.kind in kinds) and (not evidence or each.evidence in evidence)
        ]
        name = self.names[view]
        assert Counter(self.store.edges_from(name, asked, kinds=kinds, evidence=evidence)) == Counter(
            each for each in edges if each.source in asked
        )
        assert Counter(self.store.edges_to(name, asked, kinds=kinds, evidence=evidence)) == Counter(
            each for each in edges if each.target in asked
        )

    @invariant()
    def shows_what_the_models_show(self) -> None:
        for name, model in zip(self.names, self.models, strict=True):
            assert self.store.generation(name) == model.generation
            assert content(self.store.files(name)) == content(model.files())

    def teardown(self) -> None:
        for name in self.names:
            self.store.drop(name)


def test_a_store_answers_like_a_dictionary(graph_url: str) -> None:
    """Two views under random writes, copies and drops."""
    with closing(open_graph_store(graph_url)) as opened:

        class Machine(StoreMachine):
            store = opened

        run_state_machine_as_test(
            Machine,
            settings=settings(
                max_examples=60 if graph_url.startswith("sqlite:") else 12,
                stateful_step_count=25,
                deadline=None,
                suppress_health_check=[HealthCheck.too_slow],
            ),
        )
