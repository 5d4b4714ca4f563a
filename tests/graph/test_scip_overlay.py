"""Laying a SCIP index over a graph: edges on its nodes, and counts of what could not be placed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from graph.model import Edge, EdgeKind, Evidence, Handle, Node
from graph.scip import Role
from graph.scip_overlay import ScipImport, import_index
from tests.graph.scip_bytes import document, index, occurrence, relation

P = "scip-python python app 0 "
MODULE, F, A, B, RUN, SUB, NAME = (
    f"{P}{tail}" for tail in ("app/__init__:", "app/f().", "app/A#", "app/B#", "app/A#run().", "app/B#run().", "app/A#name.")
)
TEXT = """class A:
    def run(self): pass
    name = "é"; é = 1
class B(A):
    def run(self):
        f(A(), self.name)
def f(a, b):
    return f
"""
NODES = [
    Node(Handle("app.py"), "file", "app.py", "app.py", "app.py", 1, 8, "python"),
    Node(Handle("app.py#A"), "class", "A", "A", "app.py", 1, 3),
    Node(Handle("app.py#A.run"), "method", "run", "A.run", "app.py", 2, 2),
    Node(Handle("app.py#A.name"), "field", "name", "A.name", "app.py", 3, 3),
    Node(Handle("app.py#B"), "class", "B", "B", "app.py", 4, 6),
    Node(Handle("app.py#B.run"), "method", "run", "B.run", "app.py", 5, 6),
    Node(Handle("app.py#f"), "function", "f", "f", "app.py", 7, 8),
    Node(Handle("use.py"), "file", "use.py", "use.py", "use.py", 1, 2),
]
D = Role.DEFINITION
DEFINITIONS = (
    occurrence(MODULE, (0, 0, 0), D), occurrence(A, (0, 6, 7), D), occurrence(RUN, (1, 8, 11), D), occurrence(NAME, (2, 4, 8), D),
    occurrence(B, (3, 6, 7), D), occurrence(SUB, (4, 8, 11), D), occurrence(F, (6, 4, 5), D), occurrence(F + "(a)", (6, 6, 7), D),
)  # fmt: skip


def lay(tmp_path: Path, data: bytes, texts: Mapping[str, str], *, prefix: str = "") -> ScipImport:
    """Import an index over the nodes above."""
    file = tmp_path / "index.scip"
    file.write_bytes(data)
    return import_index(file, "test", NODES, lambda path: texts[path].encode() if path in texts else None, prefix=prefix)


def edges(found: ScipImport) -> set[tuple[str, str, str, int]]:
    """Return what the edges say, without their spans."""
    return {(str(edge.kind), edge.source, edge.target, edge.line) for edge in found.graph.edges}


def test_references_become_proven_edges_from_what_encloses_them(tmp_path: Path) -> None:
    """Calls, instantiation, fields and imports are told apart; the source is the innermost scope, or the file."""
    uses = (
        occurrence(A, (3, 8, 9)), occurrence(F, (5, 8, 9)), occurrence(A, (5, 10, 11)), occurrence(NAME, (5, 20, 24), Role.READ),
        occurrence(NAME, (2, 4, 8), Role.WRITE), occurrence(F, (7, 11, 12)),
        occurrence("local 1", (7, 4, 5)), occurrence(F + "(a)", (7, 4, 5)),
    )  # fmt: skip
    other = document("use.py", occurrence(MODULE, (0, 7, 10)), occurrence(F, (0, 18, 19), Role.IMPORT))
    found = lay(
        tmp_path, index(document("app.py", *DEFINITIONS, *uses), other), {"app.py": TEXT, "use.py": "import app; from app import f\n"}
    )
    assert found.graph.path == "//overlay:test"
    assert edges(found) == {
        ("references", "app.py#B", "app.py#A", 4),
        ("calls", "app.py#B.run", "app.py#f", 6),
        ("instantiates", "app.py#B.run", "app.py#A", 6),
        ("reads", "app.py#B.run", "app.py#A.name", 6),
        ("writes", "app.py#A", "app.py#A.name", 3),
        ("references", "app.py#f", "app.py#f", 8),
        ("imports", "use.py", "app.py", 1),
        ("imports", "use.py", "app.py#f", 1),
    }
    assert {(edge.evidence, edge.rule) for edge in found.graph.edges} == {(Evidence.PROVEN, "scip")}
    assert (found.documents, found.occurrences, found.left_out, found.stale, found.absent) == (2, 8, {}, (), ())


@pytest.mark.parametrize(("encoding", "column"), [(0, 17), (1, 19), (2, 17), (3, 16)])
def test_the_span_is_in_bytes_whatever_the_columns_count(tmp_path: Path, encoding: int, column: int) -> None:
    """Columns in UTF-8, UTF-16 or characters lead to the same bytes."""
    text = TEXT.replace('"é"; é = 1', '"😀"; f()')
    use = occurrence(F, (2, column, column + 1))
    (edge,) = lay(tmp_path, index(document("app.py", *DEFINITIONS, use, encoding=encoding)), {"app.py": text}).graph.edges
    assert text.encode()[edge.start_byte : edge.end_byte] == b"f"
    assert edge.kind is EdgeKind.CALLS


@pytest.mark.parametrize("encoding", [1, 2, 3])
@pytest.mark.parametrize("span", [(2, 500, 501), (400, 0, 1)])
def test_a_place_outside_the_text_has_no_span(tmp_path: Path, encoding: int, span: tuple[int, int, int]) -> None:
    """The edge keeps its line and tells no bytes."""
    (edge,) = lay(tmp_path, index(document("app.py", *DEFINITIONS, occurrence(F, span), encoding=encoding)), {"app.py": TEXT}).graph.edges
    assert (edge.start_byte, edge.end_byte, edge.line, edge.kind) == (-1, -1, span[0] + 1, EdgeKind.REFERENCES)


def test_implementations_come_from_relations(tmp_path: Path) -> None:
    """A method overrides, a class inherits or implements, at the place of what does so."""
    found = lay(
        tmp_path, index(document("app.py", *DEFINITIONS, relation(SUB, RUN), relation(B, A), relation(B, P + "x/C#"))), {"app.py": TEXT}
    )
    assert found.graph.edges == (
        Edge(EdgeKind.OVERRIDES, Evidence.PROVEN, "scip", Handle("app.py#B.run"), Handle("app.py#A.run"), "app.py", 5),
        Edge(EdgeKind.INHERITS, Evidence.PROVEN, "scip", Handle("app.py#B"), Handle("app.py#A"), "app.py", 4),
    )
    assert found.left_out == {"relation, outside the index": 1}


def test_what_cannot_be_placed_is_counted(tmp_path: Path) -> None:
    """Targets outside the index, without a node, or in files the graph does not have are counted by reason, never guessed."""
    nodeless = occurrence(P + "app/b.", (6, 9, 10), D)
    lost = document("lost.py", occurrence(P + "lost/g().", (0, 4, 5), D))
    uses = [occurrence(P + name, (7, 11, 12)) for name in ("app/b.", "lost/g().", "json/loads().")]
    found = lay(tmp_path, index(document("app.py", *DEFINITIONS, nodeless, *uses, relation(P + "app/b.", F)), lost), {"app.py": TEXT})
    assert found.absent == ("lost.py",)
    assert found.graph.edges == ()
    assert found.left_out == {
        "no node for the target": 1,
        "target in a stale or absent file": 1,
        "outside the index": 1,
        "relation, no node for the target": 1,
    }


def test_a_changed_file_is_stale_and_left_out(tmp_path: Path) -> None:
    """A text that differs from the indexed one, or a definition that is not at its place, keeps a file's edges out, and edges into it."""
    use = document("use.py", occurrence(F, (0, 0, 1)))
    whole = index(document("app.py", *DEFINITIONS), use)
    changed = lay(tmp_path, whole, {"app.py": "# moved\n" + TEXT, "use.py": "f()\n"})
    assert (changed.stale, changed.graph.edges) == (("app.py",), ())
    assert changed.left_out == {"target in a stale or absent file": 1}
    with_text = index(document("app.py", *DEFINITIONS, text=TEXT), use)
    assert lay(tmp_path, with_text, {"app.py": TEXT + "# more\n", "use.py": "f()\n"}).stale == ("app.py",)
    assert lay(tmp_path, with_text, {"app.py": TEXT, "use.py": "f()\n"}).stale == ()


def test_a_decorator_is_outside_what_it_decorates(tmp_path: Path) -> None:
    """Its call belongs to the scope around, as does what follows the end of a scope."""
    text = "def f(): pass\nclass A:\n    @f()\n    def run(self): pass\nf()\n"
    nodes = [
        NODES[0],
        Node(Handle("app.py#f"), "function", "f", "f", "app.py", 1, 1),
        Node(Handle("app.py#A"), "class", "A", "A", "app.py", 2, 4),
        Node(Handle("app.py#A.run"), "method", "run", "A.run", "app.py", 3, 4),
    ]
    places = [occurrence(F, (0, 4, 5), D), occurrence(A, (1, 6, 7), D), occurrence(RUN, (3, 8, 11), D)]
    file = tmp_path / "index.scip"
    file.write_bytes(index(document("app.py", *places, occurrence(F, (2, 5, 6)), occurrence(F, (4, 0, 1)))))
    found = import_index(file, "test", nodes, lambda _: text.encode())
    assert edges(found) == {("calls", "app.py#A", "app.py#f", 3), ("calls", "app.py", "app.py#f", 5)}


def test_an_index_of_a_folder_below_the_root_takes_its_prefix(tmp_path: Path) -> None:
    """The prefix is put before every path of the index."""
    file = tmp_path / "index.scip"
    file.write_bytes(index(document("app.py", *DEFINITIONS, occurrence(F, (7, 11, 12)))))
    nodes = [
        Node(Handle(f"src/{node.handle}"), node.kind, node.name, node.qualified_name, f"src/{node.path}", node.start_line, node.end_line)
        for node in NODES
    ]
    found = import_index(file, "test", nodes, lambda path: TEXT.encode() if path == "src/app.py" else None, prefix="src/")
    assert edges(found) == {("references", "src/app.py#f", "src/app.py#f", 8)}
