"""What changed between two states of the graph."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.difference import MAX_RIVALS, Difference, diff
from graph.model import Edge, EdgeKind, Evidence, FileGraph, Handle, Node, NodeKind, unknown
from ingest.model import SymbolKind
from tests.graph.graphs import symbol


def call(source: str, target: str, line: int = 2, evidence: Evidence = Evidence.PROVEN) -> Edge:
    """A call from one handle to another."""
    return Edge(EdgeKind.CALLS, evidence, "scope", Handle(source), Handle(target), source.partition("#")[0], line, line * 10)


def state(symbols: Iterable[str | Node], edges: Iterable[Edge] = ()) -> list[FileGraph]:
    """The graphs of a state, in order of path."""
    nodes = [symbol(item) if isinstance(item, str) else item for item in symbols]
    edges = list(edges)
    paths = sorted({node.path for node in nodes} | {edge.path for edge in edges})
    return [FileGraph(path, [node for node in nodes if node.path == path], [edge for edge in edges if edge.path == path]) for path in paths]


def handles(nodes: Iterable[Node]) -> list[str]:
    """The handles of nodes."""
    return [node.handle for node in nodes]


BEFORE = state(
    ["a.py", "a.py#f", "a.py#g", "a.py#Cart", "a.py#Cart.total", "b.py", "b.py#h"],
    [call("a.py#f", "a.py#g"), call("a.py#Cart.total", "b.py#h"), call("b.py#h", "a.py#f")],
)


def test_a_shift_of_lines_is_no_difference() -> None:
    shifted = [
        FileGraph(
            graph.path,
            [replace(node, start_line=node.start_line + 7, end_line=node.end_line + 7) for node in graph.nodes],
            [replace(edge, line=edge.line + 7, start_byte=edge.start_byte + 70) for edge in graph.edges],
        )
        for graph in BEFORE
    ]
    assert not diff(BEFORE, shifted)
    assert diff(BEFORE, BEFORE) == Difference()


def test_added_removed_and_changed() -> None:
    """A symbol of another length or kind is changed; an edge known otherwise is changed; unknown targets are no symbols."""
    after = state(
        [
            "a.py",
            symbol("a.py#f", lines=(1, 9)),
            symbol("a.py#g", kind=SymbolKind.CLASS),
            "a.py#Cart",
            "a.py#Cart.total",
            "c.py",
            "c.py#new",
        ],
        [call("a.py#f", "a.py#g", evidence=Evidence.POSSIBLE), call("c.py#new", unknown("x"), evidence=Evidence.UNKNOWN)],
    )
    after[-1] = replace(after[-1], nodes=[*after[-1].nodes, Node(unknown("x"), NodeKind.UNKNOWN, "x", "x")])
    found = diff(BEFORE, after)
    assert found
    assert handles(found.added) == ["c.py", "c.py#new"]
    assert handles(found.removed) == ["b.py", "b.py#h"]
    assert [change.after.handle for change in found.changed] == ["a.py#f", "a.py#g"]
    assert [(edge.source, edge.target) for edge in found.edges_added] == [("c.py#new", "unknown:x")]
    assert [(edge.source, edge.target) for edge in found.edges_removed] == [("a.py#Cart.total", "b.py#h"), ("b.py#h", "a.py#f")]
    assert [(change.before.evidence, change.after.evidence) for change in found.edges_changed] == [(Evidence.PROVEN, Evidence.POSSIBLE)]
    assert found.moved == ()


def test_a_symbol_in_another_file_has_moved() -> None:
    """Its callers, callees and members come along, so none of their edges differs."""
    after = state(
        ["a.py", "a.py#f", "a.py#g", "b.py", "b.py#h", "shop/cart.py", "shop/cart.py#Cart", "shop/cart.py#Cart.total"],
        [call("a.py#f", "a.py#g"), call("shop/cart.py#Cart.total", "b.py#h"), call("b.py#h", "a.py#f")],
    )
    found = diff(BEFORE, after)
    assert [(move.before.handle, move.after.handle) for move in found.moved] == [
        ("a.py#Cart", "shop/cart.py#Cart"),
        ("a.py#Cart.total", "shop/cart.py#Cart.total"),
    ]
    assert all(0.5 <= move.similarity <= 1 for move in found.moved)
    assert handles(found.added) == ["shop/cart.py"]
    assert (found.removed, found.edges_added, found.edges_removed, found.changed) == ((), (), (), ())


def test_a_renamed_file_has_moved() -> None:
    """By its new name, or with its folder among many that moved."""
    renamed = [
        FileGraph(
            graph.path.replace("b.py", "z.py"),
            [symbol(node.handle.replace("b.py", "z.py"), kind=node.kind) for node in graph.nodes],
            [call(edge.source.replace("b.py", "z.py"), edge.target.replace("b.py", "z.py")) for edge in graph.edges],
        )
        for graph in BEFORE
    ]
    assert [move.after.handle for move in diff(BEFORE, renamed).moved] == ["z.py", "z.py#h"]
    names = [f"{number}.py" for number in range(MAX_RIVALS + 5)]
    many = [[symbol(f"{folder}/{name}{part}") for name in names for part in ("", f"#f{name[:-3]}")] for folder in ("old", "new")]
    found = diff(state(many[0]), state(many[1]))
    assert len([move for move in found.moved if move.after.kind == NodeKind.FILE]) == len(names)


def test_a_namesake_elsewhere_is_another_symbol() -> None:
    """The same name with other company has not moved."""
    found = diff(state(["a.py#run"], [call("a.py#run", "x.py#load")]), state(["b.py#run"], [call("b.py#run", "y.py#save")]))
    assert found.moved == ()
    assert handles(found.added) + handles(found.removed) == ["b.py#run", "a.py#run"]


def test_an_edge_that_moved_may_be_known_otherwise() -> None:
    before = state(["a.py#f"], [call("a.py#f", "x.py#one"), call("a.py#f", "x.py#two")])
    after = state(["b.py#f"], [call("b.py#f", "x.py#one"), call("b.py#f", "x.py#two", evidence=Evidence.POSSIBLE)])
    found = diff(before, after)
    assert [(change.before.source, change.after.source) for change in found.edges_changed] == [("a.py#f", "b.py#f")]
    assert (found.edges_added, found.edges_removed) == ((), ())


def test_bodies_tell_what_graphs_cannot() -> None:
    """Equal text has moved without any company; other text of as many lines has changed."""
    texts = {"a.py#f": b"def f():\n    1", "a.py#g": b"def g(): 1", "b.py#f": b"def f():\n    1"}
    before, after = state(["a.py", "a.py#f", "a.py#g"]), state(["a.py", "a.py#g", "b.py#f"])

    def body_after(node: Node) -> bytes | None:
        return b"def g(): 2" if node.handle == "a.py#g" else texts.get(node.handle)

    found = diff(before, after, body_before=lambda node: texts.get(node.handle), body_after=body_after)
    assert [(move.before.handle, move.after.handle, move.similarity) for move in found.moved] == [("a.py#f", "b.py#f", 1.0)]
    assert [change.after.handle for change in found.changed] == ["a.py#g"]
    assert diff(before, after).moved == ()


def test_a_text_of_one_line_has_moved_with_its_file_alone() -> None:
    """``app = Flask(__name__)`` stands in every example; which one is which, only their files can tell."""
    app, body = b"app = Flask(__name__)", b"def run():\n    return app"
    texts = {"a.py": b"# a\n" + body, "b.py": b"# b\n" + body}
    before = state(["a.py", "a.py#app", "b.py", "b.py#app", "flask/c.py#app"])
    after = state(["sub/y.py", "sub/y.py#app", "sub/z.py", "sub/z.py#app", "src/flask/c.py#app", "other.py#app"])
    moved_to = {"sub/z.py": texts["a.py"], "sub/y.py": texts["b.py"]}
    found = diff(
        before, after, body_before=lambda node: texts.get(node.handle, app), body_after=lambda node: moved_to.get(node.handle, app)
    )
    assert [(move.before.handle, move.after.handle) for move in found.moved] == [
        ("a.py", "sub/z.py"),
        ("a.py#app", "sub/z.py#app"),
        ("b.py", "sub/y.py"),
        ("b.py#app", "sub/y.py#app"),
        ("flask/c.py#app", "src/flask/c.py#app"),
    ]
    assert handles(found.added) == ["other.py#app"]


def test_of_many_files_those_of_a_folder_are_compared() -> None:
    """Each example got another name in its folder; none is taken for one of another folder."""
    numbers = range(MAX_RIVALS + 1)

    def side(name: str) -> list[FileGraph]:
        return state([f"{number}/{name}.py" for number in numbers])

    def body(node: Node) -> bytes:
        return b"import this\n" + node.path.partition("/")[0].encode()

    found = diff(side("app"), side("index"), body_before=body, body_after=body)
    assert {(move.before.path, move.after.path) for move in found.moved} == {
        (f"{number}/app.py", f"{number}/index.py") for number in numbers
    }


def test_many_namesakes_are_paired_by_qualified_name_alone() -> None:
    """Comparing each of thousands of ``__init__`` with each other would take for ever, and tell nothing."""
    numbers = range(MAX_RIVALS + 1)

    def side(folder: str) -> list[FileGraph]:
        return state(
            [f"{folder}.py#C{number}.make" for number in numbers],
            [call(f"{folder}.py#C{number}.make", "x.py#same") for number in numbers],
        )

    found = diff(side("a"), side("b"))
    assert len(found.moved) == len(numbers)
    assert all(move.before.qualified_name == move.after.qualified_name for move in found.moved)


def test_repeated_edges_are_one_and_the_strongest_stands_for_them() -> None:
    both = state(["a.py#f"], [call("a.py#f", "b.py#g", 2, Evidence.POSSIBLE), call("a.py#f", "b.py#g", 3)])
    assert not diff(both, state(["a.py#f"], [call("a.py#f", "b.py#g", 9)]))


def test_states_out_of_order_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="order of path"):
        diff(list(reversed(BEFORE)), BEFORE)


NAMES = st.sampled_from([f"{path}.py#{name}" for path in "abc" for name in ("f", "g", "C.m", "C.n")])


@given(st.sets(NAMES), st.sets(NAMES), st.lists(st.tuples(NAMES, NAMES), max_size=8), st.lists(st.tuples(NAMES, NAMES), max_size=8))
def test_a_difference_accounts_for_everything(
    first: set[str], second: set[str], before_edges: list[tuple[str, str]], after_edges: list[tuple[str, str]]
) -> None:
    """Before, less what was removed and moved away, plus what was added and moved in, is after."""
    before = state(sorted(first), [call(*ends) for ends in before_edges])
    after = state(sorted(second), [call(*ends) for ends in after_edges])
    found = diff(before, after)
    gone = {*handles(found.removed), *(move.before.handle for move in found.moved)}
    come = {*handles(found.added), *(move.after.handle for move in found.moved)}
    assert (first - gone) | come == second
    assert not diff(before, before)
