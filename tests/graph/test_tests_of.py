"""Which symbols a test is about."""

from __future__ import annotations

import pytest

from graph.model import Edge, EdgeKind, Evidence, FileGraph, Handle, Node, NodeKind
from graph.tests_of import is_test, subject_edges, words
from ingest.model import SymbolKind

P, M = Evidence.PROVEN, Evidence.POSSIBLE


def node(path: str, name: str, lines: tuple[int, int], kind: str = SymbolKind.FUNCTION, language: str = "python") -> Node:
    """A symbol of a file."""
    return Node(Handle(f"{path}#{name}" if name else path), kind, name.rpartition(".")[2], name, path, *lines, language)


def call(source: str, target: str, line: int = 2, evidence: Evidence = P, kind: EdgeKind = EdgeKind.CALLS, at: int = -1) -> Edge:
    """A resolved call."""
    return Edge(kind, evidence, "scope", Handle(source), Handle(target), source.partition("#")[0], line, at, at)


def rows(graph: FileGraph) -> list[tuple[str, str, str, Evidence, int]]:
    """What a test compares of the edges."""
    found = subject_edges(graph)
    assert all(edge.kind is EdgeKind.TESTS and edge.path == graph.path for edge in found)
    return [(edge.source.partition("#")[2], edge.target, edge.rule, edge.evidence, edge.line) for edge in found]


PATH = "tests/test_cart.py"


def test_subjects_come_before_what_is_set_up() -> None:
    """The test's own name decides first, then its class and its file; repeated calls are one edge, at the first place."""
    graph = FileGraph(
        PATH,
        [node(PATH, "TestCart.test_total_price", (2, 9)), node(PATH, "helper", (12, 14)), node(PATH, "test_helper", (16, 18))],
        [
            call(f"{PATH}#TestCart.test_total_price", "src/db.py#connect", 3),
            call(f"{PATH}#TestCart.test_total_price", "src/shop.py#Cart", 4, kind=EdgeKind.INSTANTIATES),
            call(f"{PATH}#TestCart.test_total_price", "src/shop.py#Cart.total_price", 6),
            call(f"{PATH}#TestCart.test_total_price", "src/shop.py#Cart.total_price", 5),
            call(f"{PATH}#TestCart.test_total_price", "src/cart.py#load~2", 7),
            call(f"{PATH}#TestCart.test_total_price", f"{PATH}#helper", 8),
            call(f"{PATH}#TestCart.test_total_price", "external:pytest#raises", 8),
            call(f"{PATH}#TestCart.test_total_price", "unknown:save", 8, Evidence.UNKNOWN),
            call(f"{PATH}#TestCart.test_total_price", "src/shop.py#Cart", 8, kind=EdgeKind.READS),
            call(f"{PATH}#helper", "src/shop.py#Cart", 13),
            call(f"{PATH}#test_helper.inner", "src/shop.py#Cart", 17),
        ],
    )
    assert rows(graph) == [
        ("TestCart.test_total_price", "src/shop.py#Cart.total_price", "tests:named", P, 5),
        ("TestCart.test_total_price", "src/shop.py#Cart", "tests:unit", P, 4),
        ("TestCart.test_total_price", "src/cart.py#load~2", "tests:unit", P, 7),
        ("TestCart.test_total_price", "src/db.py#connect", "tests:called", P, 3),
        ("test_helper", "src/shop.py#Cart", "tests:unit", P, 17),
    ]


def test_candidates_of_a_possible_call_stay_together() -> None:
    """Leaving one of them out would make the set smaller than what is known; where none is a subject there is no edge."""
    graph = FileGraph(
        PATH,
        [node(PATH, "test_save", (1, 9))],
        [
            call(f"{PATH}#test_save", "src/a.py#A.save", 2, M, at=20),
            call(f"{PATH}#test_save", "tests/fake.py#Fake.save", 2, M, at=20),
            call(f"{PATH}#test_save", "tests/fake.py#Fake.save", 3, M, at=40),
            call(f"{PATH}#test_save", "src/a.py#A.save", 4, M, at=60),
        ],
    )
    assert rows(graph) == [
        ("test_save", "src/a.py#A.save", "tests:named", M, 2),
        ("test_save", "tests/fake.py#Fake.save", "tests:named", M, 2),
        ("test_save", "src/a.py#A.save", "tests:named", M, 4),
    ]


def test_tests_that_are_written_as_calls() -> None:
    """A lambda or the file itself is the test, where the language's runners work so; a named function is a helper."""
    path = "src/cart.spec.ts"
    nodes = [
        node(path, "", (1, 30), NodeKind.FILE, "typescript"),
        node(path, "λ1", (2, 5), NodeKind.LAMBDA, "typescript"),
        node(path, "helper", (8, 9), language="typescript"),
    ]
    edges = [call(f"{path}#λ1", "src/cart.ts#total", 3), call(path, "src/db.ts#open", 1), call(f"{path}#helper", "src/db.ts#open", 8)]
    assert rows(FileGraph(path, nodes, edges)) == [
        ("", "src/db.ts#open", "tests:called", P, 1),
        ("λ1", "src/cart.ts#total", "tests:unit", P, 3),
    ]
    python = [node(PATH, "", (1, 9), NodeKind.FILE)]
    assert rows(FileGraph(PATH, python, [call(PATH, "src/a.py#f", 1)])) == []


def test_files_without_tests_have_no_edges() -> None:
    """A function called test in code that is none."""
    graph = FileGraph("src/a.py", [node("src/a.py", "test_it", (1, 3))], [call("src/a.py#test_it", "src/b.py#f", 2)])
    assert subject_edges(graph) == []


def test_rust_tests_stand_beside_their_subject() -> None:
    path = "src/cart.rs"
    nodes = [node(path, "total", (1, 3), language="rust"), node(path, "tests.adds_up", (6, 9), language="rust")]
    edges = [call(f"{path}#tests.adds_up", f"{path}#total", 7), call(f"{path}#tests.adds_up", f"{path}#tests.adds_up", 8)]
    edges.append(call(f"{path}#total", "src/b.rs#f", 2))
    assert rows(FileGraph(path, nodes, edges)) == [("tests.adds_up", f"{path}#total", "tests:unit", P, 7)]


@pytest.mark.parametrize(
    ("path", "name", "language", "expected"),
    [
        ("tests/test_a.py", "test_x", "python", True),
        ("tests/test_a.py", "TestA.testCase", "python", True),
        ("tests/test_a.py", "TestA.setUp", "python", False),
        ("tests/test_a.py", "make_test", "python", False),
        ("src/a_test.go", "TestX", "go", True),
        ("src/a_test.go", "Testify", "go", False),
        ("src/a_test.go", "BenchmarkX", "go", True),
        ("src/test/java/CartTest.java", "CartTest.addsUp", "java", True),
        ("src/test/java/CartTest.java", "CartTest.setUp", "java", False),
        ("src/test/java/Fake.java", "Fake.run", "java", False),
        ("spec/a_spec.rb", "it_works", "ruby", True),
        ("src/a.py", "test_x", "python", False),
    ],
)
def test_what_runners_find_by_name(path: str, name: str, language: str, expected: bool) -> None:
    kind = SymbolKind.METHOD if "." in name else SymbolKind.FUNCTION
    assert is_test(node(path, name, (1, 2), kind, language)) == expected
    assert not is_test(node(path, name, (1, 2), SymbolKind.CLASS, language))


def test_a_constructor_goes_by_its_class() -> None:
    """And a plural by its singular."""
    path = "tests/test_carts.py"
    edges = [call(f"{path}#test_cart_is_empty", "src/shop.py#Cart.__init__"), call(f"{path}#test_x", "src/shop.py#Cart.__init__", 5)]
    nodes = [node(path, "test_cart_is_empty", (1, 3)), node(path, "test_x", (4, 6))]
    assert [row[2] for row in rows(FileGraph(path, nodes, edges))] == ["tests:named", "tests:unit"]


def test_words_of_identifiers() -> None:
    assert words("tests_HTTPServers2fooClass") == ["test", "http", "server", "2", "foo", "class"]
