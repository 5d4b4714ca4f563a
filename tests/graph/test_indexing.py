"""What the graph of a view takes from manifests, documents, ``edges.lock`` and history, and when it is made again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from graph.answers import open_view
from graph.flow_store import FlowStore
from graph.model import HISTORY, OVERLAY, Edge, EdgeKind, Evidence, FileGraph, Handle
from graph.overlays import keep_overlay
from graph.questions import find_one
from graph.reach import impact
from graph.sqlite_store import SqliteGraphStore
from graph.surroundings import Surroundings, look_around
from ingest.git import find_checkout
from ingest.model import RepositoryId, View, ViewId, ViewKind
from tests.graph.graphs import lock_entry
from tests.graph.indexed import IndexedTree
from tests.ingest.repositories import commit_all, git, new_repository, write


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[IndexedTree]:
    with closing(IndexedTree(tmp_path / "data")) as opened:
        yield opened


CODE = {
    "app/core.py": "def parse_query(text):\n    return text\n",
    "app/web.py": "from app.core import parse_query\n\n\ndef answer(handler):\n    handler.run()\n    return parse_query('x')\n",
}
PROJECT = '[project]\nname = "app"\ndependencies = ["{}"]\n'


def lock(verdict: str, source: str = "app/web.py#answer", target: str = "app/core.py#parse_query", kind: str = "calls") -> Surroundings:
    return Surroundings(lock_entry(verdict, source, target, kind).encode())


def test_a_manifests_dependencies_are_edges_of_its_file(tree: IndexedTree) -> None:
    """They stand beside what the file has as text, and follow its changes."""
    tree.update({**CODE, "pyproject.toml": PROJECT.format("requests>=2")})
    assert "pyproject.toml#pypi:app depends_on external:requests external" in tree.edges()
    graph = next(each for each in tree.graphs() if each.path == "pyproject.toml")
    assert {"file", "package"} <= {str(node.kind) for node in graph.nodes}
    outcome = tree.update({**CODE, "pyproject.toml": PROJECT.format("flask")})
    assert outcome.resolved == 1
    assert "pyproject.toml#pypi:app depends_on external:flask external" in tree.edges()
    assert "pyproject.toml#pypi:app depends_on external:requests external" not in tree.edges()


def test_a_new_package_changes_what_other_manifests_depend_on(tree: IndexedTree) -> None:
    app = {**CODE, "pyproject.toml": PROJECT.format("tools")}
    tree.update(app)
    tree.update({**app, "tools/pyproject.toml": PROJECT.format("attrs").replace('"app"', '"tools"')})
    assert "pyproject.toml#pypi:app depends_on tools/pyproject.toml#pypi:tools possible" in tree.edges()
    tree.update(app)
    assert "pyproject.toml#pypi:app depends_on external:tools external" in tree.edges()


def test_a_manifest_that_cannot_be_read_is_noted(tree: IndexedTree) -> None:
    outcome = tree.update({**CODE, "pyproject.toml": "[project\n"})
    assert any(note.startswith("pyproject.toml: manifest not read") for note in outcome.notes)
    assert tree.state.notes("1") == list(outcome.notes)
    assert tree.update({**CODE, "pyproject.toml": PROJECT.format("x")}).notes == ()


def test_documents_follow_their_text_and_the_definitions(tree: IndexedTree) -> None:
    guide = {"guide.md": "# Guide\n\nAsk `parse_query` first.\n"}
    edge = "guide.md#Guide documents app/core.py#parse_query proven"
    tree.update({**CODE, **guide})
    assert edge in tree.edges()
    assert (
        tree.update({**CODE, **guide, "app/core.py": CODE["app/core.py"].replace("    return", "    print(text)\n    return")}).resolved
        == 1
    )
    tree.update({**CODE, **guide, "other.py": "def parse_query():\n    pass\n"})
    assert {each for each in tree.edges() if " documents " in each} == {
        "guide.md#Guide documents app/core.py#parse_query possible",
        "guide.md#Guide documents other.py#parse_query possible",
    }
    tree.update({**CODE, "guide.md": "# Guide\n\nNothing.\n"})
    assert not any(" documents " in each for each in tree.edges())


def test_only_documents_that_mention_a_definition_follow_it(tree: IndexedTree) -> None:
    """A definition that comes or goes makes again the files that rest on its file, and of the documents those that say its name."""
    others = {"a.md": "# A\n\nUse `find_all` now.\n", "b.md": "# B\n\nAsk `parse_query` first.\n"}
    files = {**CODE, **others, "c.py": "def one():\n    pass\n"}
    tree.update(files)
    assert tree.update({**files, "c.py": files["c.py"] + "\ndef other_thing():\n    pass\n"}).resolved == 1
    added = {**files, "c.py": files["c.py"] + "\ndef find_all():\n    pass\n"}
    assert tree.update(added).resolved == 2
    assert "a.md#A documents c.py#find_all proven" in tree.edges()
    assert tree.update(files).resolved == 2
    assert not any("find_all" in each for each in tree.edges())


def test_documents_follow_what_a_package_gives_on_through_another_file(tree: IndexedTree) -> None:
    """The definition stays where it is, and so does the package's own file."""
    files = {
        "pkg/__init__.py": "from pkg.api import Widget\n",
        "pkg/api.py": "from core.inner import Widget\n",
        "core/inner.py": "class Widget:\n    def draw(self):\n        pass\n",
        "more/inner.py": "class Widget:\n    def draw(self):\n        pass\n",
        "a.md": "# A\n\nCall `pkg.Widget.draw`.\n",
    }
    tree.update(files)
    assert "a.md#A documents core/inner.py#Widget.draw proven" in tree.edges()
    tree.update({**files, "pkg/api.py": "from more.inner import Widget\n"})
    assert "a.md#A documents more/inner.py#Widget.draw proven" in tree.edges()


def test_documents_know_what_a_package_gives_on(tree: IndexedTree) -> None:
    """Also when the package's file is not made again."""
    files = {
        "pkg/__init__.py": "from pkg.inner import Widget\n",
        "pkg/inner.py": "class Widget:\n    pass\n",
        "a.md": "# A\n\nUse `pkg.Widget`.\n",
    }
    tree.update(files)
    edge = "a.md#A documents pkg/inner.py#Widget proven"
    assert edge in tree.edges()
    tree.update({**files, "a.md": "# A\n\nUse the `pkg.Widget`.\n"})
    assert edge in tree.edges()


def test_a_lock_is_applied_and_taken_back(tree: IndexedTree) -> None:
    """A changed lock makes the files it speaks of again, and no others."""
    call = "app/web.py#answer calls app/core.py#parse_query proven"
    tree.update(CODE)
    assert call in tree.edges()
    outcome = tree.update(CODE, lock("forbid"))
    assert outcome.resolved == 1
    assert call not in tree.edges()
    assert "app/web.py#answer calls unknown:parse_query unknown" in tree.edges()
    assert outcome.notes == ()
    tree.update(CODE, Surroundings())
    assert call in tree.edges()


def test_a_pin_waits_for_its_target(tree: IndexedTree) -> None:
    """Its target coming or going makes the file again that has the pin."""
    pin = lock("pin", target="app/run.py#run")
    outcome = tree.update(CODE, pin)
    assert outcome.notes == ("edges.lock, line 1: its target app/run.py#run does not exist any more",)
    whole = {**CODE, "app/run.py": "def run():\n    pass\n"}
    assert tree.update(whole, pin).notes == ()
    assert "app/web.py#answer calls app/run.py#run proven" in tree.edges()
    assert tree.update(CODE, pin).notes == outcome.notes
    assert "app/web.py#answer calls app/run.py#run proven" not in tree.edges()


def test_a_redundant_pin_is_stale_also_in_a_run_that_does_not_meet_it(tree: IndexedTree) -> None:
    outcome = tree.update(CODE, lock("pin"))
    assert outcome.notes == ("edges.lock, line 1: the resolver proves this edge by itself now; the pin can go",)
    assert tree.update({**CODE, "c.py": "x = 1\n"}, lock("pin")).notes == outcome.notes


def test_a_lock_with_a_mistake_is_noted_and_not_applied(tree: IndexedTree) -> None:
    outcome = tree.update(CODE, Surroundings(b"[[edge]]\nsource = 1\n"))
    assert "edges.lock, line 1" in outcome.notes[0]
    assert outcome.notes[0].endswith("nothing of it is applied")


def test_a_graph_is_current_until_something_around_it_changes(tree: IndexedTree) -> None:
    tree.update(CODE, lock("forbid"))
    assert tree.state.is_current("1", 1, lock("forbid"))
    assert not tree.state.is_current("1", 2, lock("forbid"))
    assert not tree.state.is_current("1", 1, lock("pin"))
    assert not tree.state.is_current("1", 1, Surroundings())
    assert not tree.state.is_current("2", 1, lock("forbid"))


def view_of(root: Path, commit: str, kind: ViewKind = ViewKind.WORKTREE) -> View:
    return View(ViewId(1), RepositoryId(1), kind, str(root), str(root), commit, 1, 0.0)


def test_history_follows_the_commit_and_the_files(tree: IndexedTree, tmp_path: Path) -> None:
    """Edges are among files that the view shows, and a new commit reads the past again."""
    root, commit = new_repository(tmp_path / "repo", CODE), ""
    for number in range(3):
        write(root, {path: f"{text}# {number}\n" for path, text in CODE.items()})
        commit = commit_all(root)
    around = look_around(view_of(root, commit))
    tree.update(CODE, around)
    both = {f"{a} changes_with {b} proven" for a, b in (("app/core.py", "app/web.py"), ("app/web.py", "app/core.py"))}
    assert {each for each in tree.edges() if "changes_with" in each} == both
    tree.update({"app/core.py": CODE["app/core.py"]}, around)
    assert not any("changes_with" in each for each in tree.edges())
    tree.update(CODE, around)
    assert both <= tree.edges()
    assert tree.state.is_current("1", 3, around)
    later = commit_all(root)
    assert not tree.state.is_current("1", 3, look_around(view_of(root, later)))
    pair = lock("forbid", "app/core.py", "app/web.py", "changes_with")
    tree.update(CODE, Surroundings(pair.lock, around.checkout, around.commit))
    assert {each for each in tree.edges() if "changes_with" in each} == both - {"app/core.py changes_with app/web.py proven"}
    tree.update(CODE)
    assert not any("changes_with" in each for each in tree.edges())


def test_history_of_a_folder_in_a_checkout_names_files_from_there(tree: IndexedTree, tmp_path: Path) -> None:
    root = new_repository(tmp_path / "repo", {f"sub/{path}": text for path, text in CODE.items()})
    write(root, {f"sub/{path}": f"{text}\n" for path, text in CODE.items()})
    commit = commit_all(root)
    tree.update(CODE, look_around(view_of(root / "sub", commit)))
    assert "app/core.py changes_with app/web.py proven" in tree.edges()


def test_files_may_be_called_as_other_sources_of_edges_are(tree: IndexedTree, tmp_path: Path) -> None:
    """A file ``history`` or ``overlay:x`` keeps its graph, and history and the overlay keep theirs."""
    odd = {"history": "Past.\n", "overlay:x": "Over.\n", "sub/history": "Past.\n"}
    root = new_repository(tmp_path / "repo", {**CODE, **odd})
    write(root, {path: f"{text}# more\n" for path, text in CODE.items()})
    around = look_around(view_of(root, commit_all(root)))
    tree.update({**CODE, **odd}, around)
    pinned = Edge(EdgeKind.CALLS, Evidence.PROVEN, "scip", Handle("app/web.py#answer"), Handle("app/core.py#parse_query"), "app/web.py", 6)
    keep_overlay(FlowStore(tree.database), tree.store, "1", FileGraph(f"{OVERLAY}x", (), [pinned]))
    tree.update({**CODE, **odd, "history": "Past, told again.\n", "overlay:x": "Over again.\n"}, around)
    kept = {graph.path: graph for graph in tree.graphs()}
    assert set(kept) == {*CODE, *odd, HISTORY, f"{OVERLAY}x"}
    assert [node.handle for node in kept["history"].nodes] == ["history"]
    assert [node.handle for node in kept["overlay:x"].nodes] == ["overlay:x"]
    assert {edge.kind for edge in kept[HISTORY].edges} == {EdgeKind.CHANGES_WITH}
    assert kept[f"{OVERLAY}x"].edges == [pinned]


def test_what_lies_around_a_view(tmp_path: Path) -> None:
    """A working tree's lock is read from its folder, a ref's from its commit; links and other things are no lock."""
    root = new_repository(tmp_path / "repo", {**CODE, "edges.lock": "one"})
    commit = git(root, "rev-parse", "HEAD")
    write(root, {"edges.lock": "two"})
    assert look_around(view_of(root, commit)).lock == b"two"
    assert look_around(view_of(root, commit)).checkout == find_checkout(str(root))
    assert look_around(view_of(root, commit, ViewKind.REF)).lock == b"one"
    (root / "edges.lock").unlink()
    (root / "edges.lock").symlink_to(root / "app/core.py")
    assert look_around(view_of(root, commit)).lock is None
    assert look_around(view_of(root, commit_all(root), ViewKind.REF)).lock is None
    assert look_around(view_of(root, "0" * 40, ViewKind.REF)).lock is None
    assert look_around(view_of(tmp_path, "")) == Surroundings()


def test_a_server_that_outlived_the_index_shows_nothing_of_it(tree: IndexedTree) -> None:
    """The store of graphs may still have a view of this name, with files that nobody would ever take out."""
    tree.update(CODE)
    FlowStore(tree.database).drop("1")
    tree.update({"app/web.py": CODE["app/web.py"]})
    assert {graph.path for graph in tree.graphs()} == {HISTORY, "app/web.py"}


def test_a_second_view_begins_with_the_first(tree: IndexedTree) -> None:
    """Nothing is lowered, and only what differs is resolved: the graph is that of its own files."""
    guide = {"guide.md": "# Guide\n\nAsk `parse_query`.\n"}
    first = tree.update({**CODE, **guide}, lock("forbid"))
    assert first.lowered == first.resolved == 3
    second = tree.update({**CODE, **guide}, lock("forbid"), view="2", like="1")
    assert (second.lowered, second.resolved) == (0, 0)
    assert tree.edges("2") == tree.edges("1")
    third = tree.update({**CODE, **guide, "c.py": "x = 1\n"}, view="3", like="1")
    assert third.lowered == 1
    assert third.resolved == 3  # the new file, the document, and the file that the lock spoke of
    assert "app/web.py#answer calls app/core.py#parse_query proven" in tree.edges("3")
    assert "app/web.py#answer calls app/core.py#parse_query proven" not in tree.edges("1")


def test_a_graph_that_another_version_made_is_made_anew(tree: IndexedTree) -> None:
    """Its flows are not read and its edges do not stay; what was imported beside them does."""
    files = {"a.py": "def f(): pass\n", "b.py": "import a\na.f()\n", "gone.py": "x = 1\n"}
    tree.update(files)
    imported = Edge(EdgeKind.CALLS, Evidence.PROVEN, "scip", Handle("b.py"), Handle("a.py#f"), "b.py", 2, 9, 10)
    keep_overlay(FlowStore(tree.database), tree.store, "1", FileGraph(f"{OVERLAY}x", (), (imported,)))
    before = tree.edges()
    with tree.database.write() as write:
        write.execute("UPDATE resolved SET made_by = '0.0'")
        write.execute("UPDATE flow SET version = 0")
    assert not tree.state.is_current("1", 1, Surroundings())
    del files["gone.py"]
    outcome = tree.update(files)
    assert (outcome.lowered, outcome.resolved) == (2, 2)
    assert tree.edges() == {each for each in before if "gone.py" not in each}
    assert tree.state.is_current("1", 2, Surroundings())


def test_fields_that_methods_alone_assign_belong_to_their_class(tree: IndexedTree) -> None:
    """Who reads one feels a change of the class; a declared field hangs on it once."""
    cart = "class Cart:\n    size: int\n\n    def __init__(self):\n        self.total = 0\n        self.size = 1\n"
    pay = "\n\ndef pay(cart: Cart):\n    return cart.total\n"
    tree.update({"cart.py": cart + pay, "cart.rb": "class Cart\n  def initialize\n    @total = 0\n  end\nend\n"})
    graphs = [*tree.graphs()]
    held = {(str(edge.target), edge.rule, edge.line) for each in graphs for edge in each.edges if edge.kind is EdgeKind.CONTAINS}
    assert {("cart.py#Cart.total", "assignment", 5), ("cart.py#Cart.size", "syntax", 2), ("cart.rb#Cart.@total", "assignment", 3)} <= held
    assert len(held) == sum(edge.kind is EdgeKind.CONTAINS for each in graphs for edge in each.edges)
    graph = open_view(tree.store, "1")
    assert "cart.py#pay" in {each.node.handle for each in impact(graph, find_one(graph, "cart.py#Cart"), kinds=[EdgeKind.READS]).reached}


def test_what_a_store_had_before_the_graph_left_it_is_behind(tree: IndexedTree, tmp_path: Path) -> None:
    """The graph is made again where it comes to, and no new view begins with what was left there."""
    changed = {**CODE, "app/more.py": "from app.core import parse_query\n\nparse_query('y')\n"}
    home = tree.store
    tree.update(CODE)
    with closing(SqliteGraphStore.open(tmp_path / "elsewhere.db")) as other:
        other.place = "elsewhere"
        tree.use(other)
        assert not tree.state.has_graph("1")
        assert tree.update(changed).resolved == 3
        moved = tree.edges()
        assert "app/more.py calls app/core.py#parse_query proven" in moved
        assert tree.update(changed).resolved == 0
        tree.use(home)
        assert not tree.state.is_current("1", 3, Surroundings())
        assert tree.update(changed, view="2", like="1").resolved == 3
        assert tree.update(changed).resolved == 3
        assert tree.edges() == tree.edges("2") == moved
        assert tree.state.is_current("1", 4, Surroundings())
        assert tree.update(changed, view="3", like="1").resolved == 0
