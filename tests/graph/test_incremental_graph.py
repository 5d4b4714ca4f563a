"""A graph that followed edits is the graph of the files as they are: resolved step by step or at once, it is the same."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import rule

from graph.surroundings import Surroundings
from tests.graph.editable_projects import GO, JAVA, PHP, PYTHON, RUBY, RUST, TYPESCRIPT, Project
from tests.graph.graphs import lock_entry
from tests.graph.indexed import IndexedTree
from tests.graph.stepped import SteppedProject, run_steps

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
    return "".join(lock_entry(verdict, *key) for key, verdict in entries.items()).encode()


class IncrementalGraph(SteppedProject):
    """Edits of a small project, and after each the same graph and the same notes as from nothing."""

    def __init__(self, project: Project) -> None:
        super().__init__({path: project.assembled(path, {}) for path in project.parts})
        self.project = project
        self.chosen: dict[tuple[str, int], int] = {}

    @rule(data=st.data(), choice=st.integers(0, 3))
    def choose(self, data: st.DataObject, choice: int) -> None:
        part = data.draw(st.sampled_from(self.project.places))
        self.chosen[part] = choice
        self.files[part[0]] = self.project.assembled(part[0], self.chosen)

    @rule(data=st.data(), choice=st.integers(0, 3))
    def choose_another(self, data: st.DataObject, choice: int) -> None:
        self.choose(data, choice)

    @rule(data=st.data())
    def bring_back(self, data: st.DataObject) -> None:
        path = data.draw(st.sampled_from(list(self.project.parts)))
        self.files[path] = self.project.assembled(path, self.chosen)

    @rule(data=st.data())
    def write(self, data: st.DataObject) -> None:
        path = data.draw(st.sampled_from(self.project.paths))
        self.files[path] = "".join(data.draw(st.lists(self.project.fragments, min_size=1, max_size=5)))

    @rule(data=st.data(), first=st.booleans())
    def edit(self, data: st.DataObject, first: bool) -> None:
        path, text = data.draw(st.sampled_from(self.project.paths)), data.draw(self.project.fragments)
        old = self.files.get(path, "")
        self.files[path] = text + old if first else old + text

    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        if len(self.files) > 1:
            self.files.pop(data.draw(st.sampled_from(self.project.paths)), None)

    @rule(data=st.data())
    def rename(self, data: st.DataObject) -> None:
        path, to = (data.draw(st.sampled_from(self.project.paths)) for _ in range(2))
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


@pytest.mark.parametrize(
    ("project", "examples"),
    [
        pytest.param(PYTHON, 40, id="python"),
        pytest.param(GO, 12, id="go"),
        pytest.param(JAVA, 12, id="java"),
        pytest.param(PHP, 12, id="php"),
        pytest.param(RUBY, 12, id="ruby"),
        pytest.param(RUST, 12, id="rust"),
        pytest.param(TYPESCRIPT, 12, id="typescript"),
    ],
)
def test_a_graph_that_followed_edits_is_that_of_the_files(project: Project, examples: int) -> None:
    """Nodes, edges and their places, and what is said about them."""
    run_steps(partial(IncrementalGraph, project), examples=examples, steps=12)


GIVEN = {
    "python": (
        {"leaf.py": "def call(x):\n    x.run()\n", "kinds.py": "class A:\n    def run(self): ...\n\n\nclass B:\n    def run(self): ...\n"},
        ("main.py", "from leaf import call\nfrom kinds import A, B\n\n", "call({}())\n"),
    ),
    "javascript": (
        {"leaf.js": "export function call(x) { x.run(); }\n", "kinds.js": "export class A { run() {} }\nexport class B { run() {} }\n"},
        ("main.js", "import { call } from './leaf';\nimport { A, B } from './kinds';\n", "call(new {}());\n"),
    ),
    "php": (
        {
            "leaf.php": "<?php\nfunction call($x) { $x->run(); }\n",
            "kinds.php": "<?php\nclass A { function run() {} }\nclass B { function run() {} }\n",
        },
        ("main.php", "<?php\n", "call(new {}());\n"),
    ),
    "ruby": (
        {"leaf.rb": "def call(x)\n  x.run\nend\n", "kinds.rb": "class A\n  def run; end\nend\nclass B\n  def run; end\nend\n"},
        ("main.rb", "", "call({}.new)\n"),
    ),
}


@pytest.mark.parametrize("language", GIVEN)
def test_a_function_without_types_follows_what_others_give_it(language: str, tmp_path: Path) -> None:
    """The function's file rests on nothing that changes but the calls, which another file makes, gives up and makes again."""
    files, (main, start, call) = GIVEN[language]
    with closing(IndexedTree(tmp_path)) as tree:
        for given in ((), ("A",), ("B",), ("A", "B"), (), ("B",)):
            tree.update(files | {main: start + "".join(map(call.format, given)) or "\n"})
            reached = {each.partition(" calls ")[2] for each in tree.edges() if each.startswith("leaf") and " calls " in each}
            kinds = f"kinds.{main.partition('.')[2]}"
            assert reached == {"unknown:run unknown", *(f"{kinds}#{name}.run possible" for name in given)}
        tree.update(files)
        assert not any(kinds in each for each in tree.edges() if each.startswith("leaf"))
