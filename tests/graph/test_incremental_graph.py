"""A graph that followed edits is the graph of the files as they are: resolved step by step or at once, it is the same."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from graph.model import FileGraph
from graph.surroundings import Surroundings
from tests.graph.indexed import IndexedTree

NAMES = ("A", "B", "f", "g")
PATHS = ("main.py", "pkg/__init__.py", "pkg/a.py", "pkg/b.py", "pkg/sub/__init__.py", "lib.py", "tests/test_a.py")
names = st.sampled_from(NAMES)
modules = st.sampled_from(("pkg", "pkg.a", "pkg.b", ".a", ".b", ".", "lib", "pkg.sub", "main", "gone"))
values = st.one_of(
    names,
    st.builds("{}()".format, names),
    st.builds("{}({})".format, names, names),
    st.builds("{}().m({}())".format, names, names),
    st.just("1"),
    st.just("lambda: f()"),
)
imports = st.one_of(
    st.builds("from {} import {}\n".format, modules, names),
    st.builds("from {} import {} as B\n".format, modules, names),
    st.builds("from {} import *\n".format, modules),
    st.builds("import {}\n".format, st.sampled_from(("pkg", "pkg.a", "pkg.b", "lib"))),
)
classes = st.builds(
    "class {}({}):\n    def m(self, x=None):\n        self.k = {}\n        return x\n\n"
    "    def n(self):\n        return self.m({}).n()\n".format,
    st.sampled_from(("A", "B")),
    st.sampled_from(("object", "A", "B", "pkg.A", "lib.B")),
    values,
    values,
)
functions = st.builds(
    "def {}(x, y=None):\n    {}\n    x.m(y)\n    y()\n    return {}\n".format,
    st.sampled_from(("f", "g", "test_a")),
    st.one_of(st.just("pass"), st.builds("z = {}".format, values)),
    values,
)
statements = st.one_of(st.builds("{} = {}\n".format, names, values), st.builds("{}\n".format, values), st.builds("{}.m()\n".format, values))
codes = st.lists(st.one_of(imports, imports, classes, functions, statements), min_size=1, max_size=5).map("".join)
PROJECT: dict[str, tuple[tuple[str, ...], ...]] = {
    "lib.py": (
        ("", "from pkg.a import A\n", "from pkg import B\n"),
        (
            "class L:\n    def m(self, x=None):\n        return x\n\n    def run(self):\n        return self\n",
            "class L(A):\n    pass\n",
            "",
        ),
        ("def call(x):\n    x.run()\n    return x\n", "def call(x):\n    return x.m(x)\n", "def call(x: L):\n    return x.run()\n", ""),
    ),
    "pkg/__init__.py": (("from pkg.b import B\n", "from .a import A as B\n", "from .b import *\n", ""), ("", "from lib import call\n")),
    "pkg/a.py": (
        ("from lib import L, call\n", "from lib import call\n", "import lib\n\nL = lib.L\ncall = lib.call\n"),
        ("class A:\n", "class A(L):\n"),
        (
            "    def m(self, x=None):\n        return L()\n",
            "    def m(self, x=None):\n        return x\n",
            "    def run(self):\n        print(1)\n",
        ),
        ("call(A())\n", "call(L())\n", "call(A)\n", ""),
    ),
    "pkg/b.py": (
        ("from .a import A\n", "from . import a\n\nA = a.A\n", "from gone import A\n"),
        ("class B(A):\n    def run(self):\n        return self.m(1)\n", "class B:\n    def m(self, x):\n        return x.run()\n"),
        ("", "B().m(B())\n", "def make():\n    return B()\n"),
    ),
    "main.py": (
        (
            "from pkg import B\nfrom lib import call\n",
            "import pkg\n\nB = pkg.B\n\ndef call(x):\n    x.run()\n",
            "from pkg import B, call\n",
        ),
        ("call(B())\n", "call(B().m(1))\n", "B().run().m()\n", ""),
        ("", "def last(x):\n    x.run()\n\n\nlast(B())\n"),
    ),
    "tests/test_a.py": (
        ("from pkg.a import A\n\n\ndef test_m():\n    A().m(1)\n", "from pkg import B\n\n\ndef test_m():\n    B().run()\n"),
    ),
}
"""What the parts of each file may be; the first ones make a project that holds together."""
parts = st.sampled_from([(path, at) for path, slots in PROJECT.items() for at in range(len(slots))])


def assembled(path: str, chosen: dict[tuple[str, int], int]) -> str:
    """Return a file made of the parts that were chosen."""
    return "".join(slot[chosen.get((path, at), 0) % len(slot)] for at, slot in enumerate(PROJECT[path]))


documents = st.lists(
    st.sampled_from(("`pkg.B`", "`call()`", "`A.m`", "`pkg/a.py`", "`B.run()`", "`make()`", "text")), min_size=1, max_size=3
).map(lambda words: f"# Guide\n\n{' and '.join(words)}\n")
manifests = st.lists(st.sampled_from(("attrs", "tools", "app")), max_size=2).map(
    lambda wanted: f'[project]\nname = "app"\ndependencies = {list(wanted)}\n'.replace("'", '"')
)
ends = st.sampled_from((
    "pkg/a.py#A.m",
    "pkg/b.py#B.run",
    "pkg/b.py#B.m",
    "lib.py#call",
    "lib.py#L.m",
    "main.py#call",
    "pkg/a.py#A",
    "main.py",
))


@st.composite
def locks(draw: st.DrawFn) -> bytes:
    """An ``edges.lock`` of one or two entries."""
    entries: dict[tuple[str, str, str], str] = {}
    for _ in range(draw(st.integers(1, 2))):
        key = draw(ends), draw(ends), draw(st.sampled_from(("calls", "references", "instantiates")))
        entries[key] = draw(st.sampled_from(("pin", "forbid")))
    return "".join(
        f'[[edge]]\nsource = "{source}"\ntarget = "{target}"\nkind = "{kind}"\nverdict = "{verdict}"\nreason = "so"\n'
        for (source, target, kind), verdict in entries.items()
    ).encode()


class IncrementalGraph(RuleBasedStateMachine):
    """Edits of a small project, and after each the same graph and the same notes as from nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="codelore-graph-"))
        self.tree = IndexedTree(self.folder / "step")
        self.chosen: dict[tuple[str, int], int] = {}
        self.files: dict[str, str] = {path: assembled(path, {}) for path in PROJECT}
        self.around = Surroundings()
        self.fresh = 0

    @rule(part=parts, choice=st.integers(0, 3))
    def choose(self, part: tuple[str, int], choice: int) -> None:
        self.chosen[part] = choice
        self.files[part[0]] = assembled(part[0], self.chosen)

    @rule(part=parts, choice=st.integers(0, 3))
    def choose_another(self, part: tuple[str, int], choice: int) -> None:
        self.choose(part, choice)

    @rule(path=st.sampled_from(list(PROJECT)))
    def bring_back(self, path: str) -> None:
        self.files[path] = assembled(path, self.chosen)

    @rule(path=st.sampled_from(PATHS), text=codes)
    def write(self, path: str, text: str) -> None:
        self.files[path] = text

    @rule(path=st.sampled_from(PATHS), text=st.one_of(imports, classes, functions, statements), first=st.booleans())
    def edit(self, path: str, text: str, first: bool) -> None:
        old = self.files.get(path, "")
        self.files[path] = text + old if first else old + text

    @rule(path=st.sampled_from(PATHS))
    def remove(self, path: str) -> None:
        if len(self.files) > 1:
            self.files.pop(path, None)

    @rule(path=st.sampled_from(PATHS), to=st.sampled_from(PATHS))
    def rename(self, path: str, to: str) -> None:
        if path in self.files:
            self.files[to] = self.files.pop(path)

    @rule(text=documents)
    def document(self, text: str) -> None:
        self.files["guide.md"] = text

    @rule(path=st.sampled_from(("pyproject.toml", "tools/pyproject.toml")), text=manifests)
    def declare(self, path: str, text: str) -> None:
        self.files[path] = text.replace('"app"\n', f'"{path.rpartition("/")[0] or "app"}"\n', 1)

    @rule(lock=st.none() | locks())
    def review(self, lock: bytes | None) -> None:
        self.around = Surroundings(lock)

    @invariant()
    def equals_a_fresh_graph(self) -> None:
        stepped = self.tree.update(self.files, self.around)
        self.fresh += 1
        with closing(IndexedTree(self.folder / str(self.fresh))) as fresh:
            made = fresh.update(self.files, self.around)
            assert difference(self.tree.graphs(), fresh.graphs()) == []
            assert stepped.notes == made.notes

    def teardown(self) -> None:
        self.tree.close()
        shutil.rmtree(self.folder)


def difference(stepped: list[FileGraph], fresh: list[FileGraph]) -> list[str]:
    """Return what differs, as lines that can be read."""
    one, other = map(counted, (stepped, fresh))
    return [f"{(one - other)[each]} only by steps: {each}" for each in one - other] + [f"only fresh: {each}" for each in other - one]


def counted(graphs: list[FileGraph]) -> Counter[str]:
    """Count nodes, edges and paths as texts; a graph with nothing in it is none."""
    found = Counter(graph.path for graph in graphs if graph.nodes or graph.edges)
    for graph in graphs:
        found.update(f"{graph.path} {each}" for each in (*graph.nodes, *graph.edges))
    return found


def test_a_graph_that_followed_edits_is_that_of_the_files() -> None:
    """Nodes, edges and their places, and what is said about them."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 30_000))  # as updating does: Hypothesis wants it left alone during a test
    try:
        run_state_machine_as_test(  # pyright: ignore[reportUnknownMemberType]
            IncrementalGraph,
            settings=settings(max_examples=40, stateful_step_count=12, deadline=None, suppress_health_check=[HealthCheck.too_slow]),
        )
    finally:
        sys.setrecursionlimit(limit)
